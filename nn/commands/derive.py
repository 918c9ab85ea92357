"""`python -m nn derive 2-3-1 --x 0.5 -0.3 --y 1`: every gradient of a network, for one row of data."""

import argparse
import json
from pathlib import Path

from autograd import unicode_label, write_files
from autograd.core import listed, shown
from autograd.words import t
from nn.commands.arguments import Commands, InputError, Result, require_file_to_write, writing
from nn.commands.network import add_options, network_for, title_for
from nn.layers import MLP
from nn.report import Report, report


def add(commands: Commands) -> None:
    """Declare the command and its options."""
    derive = commands.add_parser(
        "derive",
        help=t("work out every gradient of a network by the chain rule"),
        description=t("Work out every gradient of a network by the chain rule, for one row of data, and check it."),
        allow_abbrev=False,
    )
    add_options(derive)
    derive.add_argument("--save-params", type=Path, metavar="FILE", help=t("write the parameters there"))
    derive.add_argument("--wrt", nargs="+", metavar="LABEL", help=t("only these parameters, as w^1_21"))
    derive.add_argument("--out", type=Path, metavar="DIR", help=t("write a page, index.html, and the pictures there"))
    derive.set_defaults(run=run)


def run(options: argparse.Namespace) -> Result:
    """Derive, check and write; the exit code is 0 if all gradients agree, and 1 if not. Raises InputError."""
    model = network_for(options)
    labels = _labels_asked_for(model, options.wrt)
    _require_writable(options.out, options.save_params)
    result = report(
        model,
        options.x,
        options.y,
        loss=options.loss,
        labels=labels,
        digits=options.digits,
        lr=options.lr,
        title=str(title_for(options)),
    )
    try:
        files = _files(options, model, result)
    except (ValueError, RuntimeError) as error:  # a picture is too large, or there is no Graphviz
        raise InputError(str(error)) from None
    with writing():
        write_files(files)
    return result.text(), 0 if result.agrees else 1


def _labels_asked_for(model: MLP, wrt: list[str] | None) -> list[str]:
    labels = [label for label, _ in model.named_parameters()]
    written = {unicode_label(label): label for label in labels}
    asked = [written.get(label, label) for label in wrt or labels]
    unknown = [label for label in asked if label not in labels]
    if unknown:
        raise InputError(f"--wrt takes parameters of the network ({listed(labels)}), got {shown(', '.join(unknown))}")
    return asked


def _require_writable(out: Path | None, save_params: Path | None) -> None:
    if out and save_params and out.absolute() == save_params.absolute():
        raise InputError(f"--out and --save-params take different paths, got {out} for both")
    if out and out.exists() and not out.is_dir():
        raise InputError(f"--out takes a folder, and {out} is a file")
    require_file_to_write("--save-params", save_params)


def _files(options: argparse.Namespace, model: MLP, result: Report) -> dict[Path, str]:
    files: dict[Path, str] = {}
    if options.save_params:
        files[options.save_params] = json.dumps(model.state_dict(), indent=2) + "\n"
    if options.out:
        pictures = result.pictures()
        files |= {options.out / name: picture for name, picture in pictures.items()}
        files[options.out / "index.html"] = result.page(pictures)
    return files
