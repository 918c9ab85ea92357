"""`python -m nn derive 2-3-1 --x 0.5 -0.3 --y 1`: every gradient of a network, for one row of data."""

import argparse
import json
from pathlib import Path
from typing import Any

from autograd import Value, unicode_label
from nn.commands.arguments import (
    Commands,
    InputError,
    Result,
    layer_sizes,
    number,
    require_file_to_write,
    require_weights,
    whole_number,
    writing,
)
from nn.layers import MLP
from nn.networks import network
from nn.report import Report, report
from nn.storage import read_json, require_number, write_files

MOST_WEIGHTS = 10_000  # nobody reads the derivations of more
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu")


def add(commands: Commands) -> None:
    """Declare the command and its options."""
    derive = commands.add_parser(
        "derive",
        help="work out every gradient of a network by the chain rule",
        description="Work out every gradient of a network by the chain rule, for one row of data, and check it.",
        allow_abbrev=False,
    )
    derive.add_argument("sizes", metavar="SIZES", help="neurons in each layer, inputs first, as 2-3-1")
    derive.add_argument("--x", nargs="+", required=True, type=number, metavar="NUMBER", help="the inputs")
    derive.add_argument("--y", nargs="+", required=True, type=number, metavar="NUMBER", help="the targets")
    derive.add_argument("--activation", choices=ACTIVATIONS, default="identity", help="of every neuron (identity)")
    derive.add_argument(
        "--loss", choices=("squared", "bce"), default="squared", help="(y - a)², or binary cross-entropy (squared)"
    )
    derive.add_argument("--bias", choices=("layer", "neuron", "none"), default="layer", help="one for each (layer)")
    derive.add_argument("--seed", type=int, default=0, metavar="N", help="that the parameters are drawn from (0)")
    derive.add_argument("--params", type=Path, metavar="FILE", help='JSON with every parameter: {"w^1_11": 0.1, …}')
    derive.add_argument("--save-params", type=Path, metavar="FILE", help="write the parameters there")
    derive.add_argument("--wrt", nargs="+", metavar="LABEL", help="only these parameters, as w^1_21")
    derive.add_argument(
        "--lr", type=number, default=0.1, metavar="NUMBER", help="learning rate of the step shown (0.1)"
    )
    derive.add_argument(
        "--digits", type=whole_number(1, 15), default=4, metavar="N", help="significant digits, 1 to 15 (4)"
    )
    derive.add_argument("--out", type=Path, metavar="DIR", help="write a page, index.html, and the pictures there")
    derive.set_defaults(run=run)


def run(options: argparse.Namespace) -> Result:
    """Derive, check and write; the exit code is 0 if all gradients agree, and 1 if not. Raises InputError."""
    sizes = _sizes(options.sizes)
    _require_count("--x", options.x, sizes[0], "inputs", options.sizes)
    _require_count("--y", options.y, sizes[-1], "outputs", options.sizes)
    if options.loss == "bce" and not all(0 <= y <= 1 for y in options.y):
        raise InputError(f"--y takes targets from 0 to 1 with --loss bce, got {_listed(options.y)}")
    model = network(sizes, options.activation, None if options.bias == "none" else options.bias, options.seed)
    if options.params:
        _load(model, options.params)
    labels = _labels_asked_for(model, options.wrt)
    if options.loss == "bce":
        _require_probabilities(model, options)
    _require_writable(options.out, options.save_params)
    loss = {"squared": "squared error", "bce": "binary cross-entropy"}[options.loss]
    result = report(
        model,
        options.x,
        options.y,
        loss=options.loss,
        labels=labels,
        digits=options.digits,
        lr=options.lr,
        title=f"The {options.sizes} network, {options.activation}, {loss}",
    )
    with writing():
        write_files(_files(options, model, result))
    return result.text(), 0 if result.agrees else 1


def _sizes(text: str) -> list[int]:
    sizes = layer_sizes(text)
    if len(sizes) < 2:
        raise InputError(f"SIZES takes neurons in each layer, as 2-3-1, got {text!r}")
    require_weights("SIZES", text, sizes, MOST_WEIGHTS)
    return sizes


def _require_count(option: str, numbers: list[float], count: int, what: str, sizes: str) -> None:
    if len(numbers) != count:
        raise InputError(
            f"{option} takes {count} {'number' if count == 1 else 'numbers'}, one for each of the {what} of {sizes}, "
            f"got {len(numbers)}: {_listed(numbers)}"
        )


def _labels_asked_for(model: MLP, wrt: list[str] | None) -> list[str]:
    labels = [label for label, _ in model.named_parameters()]
    written = {unicode_label(label): label for label in labels}
    asked = [written.get(label, label) for label in wrt or labels]
    unknown = [label for label in asked if label not in labels]
    if unknown:
        raise InputError(f"--wrt takes parameters of the network ({', '.join(labels)}), got {', '.join(unknown)!r}")
    return asked


def _require_probabilities(model: MLP, options: argparse.Namespace) -> None:
    outputs = model(options.x)
    for output in [outputs] if isinstance(outputs, Value) else outputs:
        if not 0 < output.data < 1:
            saturated = options.activation == "sigmoid"
            remedy = "the sigmoid is saturated, so take smaller inputs" if saturated else "use --activation sigmoid"
            raise InputError(
                f"--loss bce takes a prediction strictly between 0 and 1, got {output.data!r}: "
                f"{remedy}, or other parameters"
            )


def _require_writable(out: Path | None, save_params: Path | None) -> None:
    if out and save_params and out.absolute() == save_params.absolute():
        raise InputError(f"--out and --save-params take different paths, got {out} for both")
    if out and out.exists() and not out.is_dir():
        raise InputError(f"--out takes a folder, and {out} is a file")
    require_file_to_write("--save-params", save_params)


def _load(model: MLP, path: Path) -> None:
    labels = ", ".join(label for label, _ in model.named_parameters())
    wanted = f"--params takes a JSON file with a number for each of {labels}"
    state = _read(path, wanted)
    if not isinstance(state, dict):
        raise InputError(f"{wanted}; {path} holds {_json_type(state)}")
    for label, x in state.items():
        try:
            require_number(x)
        except ValueError:
            raise InputError(f"{wanted}; {path} has {json.dumps(x)} for {label}") from None
    try:
        model.load_state_dict(state)
    except KeyError as error:
        raise InputError(f"{path} does not fit the network: {error.args[0]}") from None


def _read(path: Path, wanted: str) -> Any:
    try:
        return read_json(path)
    except OSError as error:
        raise InputError(f"--params takes a readable file, got {path}: {error.strerror}") from None
    except ValueError as error:
        if isinstance(error.__context__, RecursionError):  # it may well be JSON
            raise InputError(f"{wanted}; {path} is nested too deeply") from None
        raise InputError(f"--params takes JSON, and {path} is not: {error}") from None


def _json_type(value: Any) -> str:
    return {list: "a list", str: "a string", type(None): "null"}.get(type(value), "a number")


def _listed(numbers: list[float]) -> str:
    return " ".join(f"{number:g}" for number in numbers)


def _files(options: argparse.Namespace, model: MLP, result: Report) -> dict[Path, str]:
    files: dict[Path, str] = {}
    if options.save_params:
        files[options.save_params] = json.dumps(model.state_dict(), indent=2) + "\n"
    if options.out:
        pictures = result.pictures()
        files |= {options.out / name: picture for name, picture in pictures.items()}
        files[options.out / "index.html"] = result.page(pictures)
    return files
