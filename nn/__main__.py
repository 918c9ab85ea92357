"""The command line: `python -m nn derive 2-3-1 --x 0.5 -0.3 --y 1`."""

import argparse
import contextlib
import io
import json
import math
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from autograd import Value, unicode_label
from nn.layers import MLP
from nn.networks import network
from nn.report import Report, report

MOST_WEIGHTS = 10_000  # nobody reads the derivations of more
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu")


class InputError(ValueError):
    """What was asked for cannot be done: said in one line, and nothing is written."""


class Parser(argparse.ArgumentParser):
    """Reports an error in one line, and leaves the usage to --help."""

    def error(self, message: str) -> NoReturn:
        """Raise it as an InputError."""
        raise InputError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 if all gradients agree, 1 if not, 2 if the input is not accepted."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # A minus in front of a number is not an option's: argparse knows that of -0.3, but not of -3e-1 or -inf.
    given = [f" {a}" if a.startswith("-") and _is_number(a) else a for a in arguments]
    try:
        options = _parser().parse_args(given)
        result = _derive(options)
    except InputError as error:
        print("nn derive:", str(error).replace("\n", "\\n"), file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # formulas do not fit into the encodings of old
    print(result.text())
    return 0 if result.agrees else 1


def _parser() -> Parser:
    parser = Parser(prog="python -m nn", description="Small neural networks of scalars.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    derive = commands.add_parser(
        "derive",
        help="work out every gradient of a network by the chain rule",
        description="Work out every gradient of a network by the chain rule, for one row of data, and check it.",
        allow_abbrev=False,
    )
    derive.add_argument("sizes", metavar="SIZES", help="neurons in each layer, inputs first, as 2-3-1")
    derive.add_argument("--x", nargs="+", required=True, type=_number, metavar="NUMBER", help="the inputs")
    derive.add_argument("--y", nargs="+", required=True, type=_number, metavar="NUMBER", help="the targets")
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
        "--lr", type=_number, default=0.1, metavar="NUMBER", help="learning rate of the step shown (0.1)"
    )
    derive.add_argument("--digits", type=_digits, default=4, metavar="N", help="significant digits, 1 to 15 (4)")
    derive.add_argument("--out", type=Path, metavar="DIR", help="write a page, index.html, and the pictures there")
    return parser


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> float:
    if _is_number(text) and math.isfinite(float(text)):
        return float(text)
    raise argparse.ArgumentTypeError(f"takes finite numbers, got {text.strip()!r}")


def _digits(text: str) -> int:
    if re.fullmatch(r"\d+", text) and 1 <= int(text) <= 15:
        return int(text)
    raise argparse.ArgumentTypeError(f"takes a whole number from 1 to 15, got {text.strip()!r}")


def _derive(options: argparse.Namespace) -> Report:
    sizes = _sizes(options.sizes)
    _require_count("--x", options.x, sizes[0], "inputs", options.sizes)
    _require_count("--y", options.y, sizes[-1], "outputs", options.sizes)
    if options.loss == "bce" and not all(0 <= y <= 1 for y in options.y):
        raise InputError(f"--y takes targets from 0 to 1 with --loss bce, got {_listed(options.y)}")
    model = network(sizes, options.activation, None if options.bias == "none" else options.bias, options.seed)
    if options.params:
        _load(model, options.params)
    labels = [label for label, _ in model.named_parameters()]
    written = {unicode_label(label): label for label in labels}
    wrt = [written.get(label, label) for label in options.wrt or labels]
    unknown = [label for label in wrt if label not in labels]
    if unknown:
        raise InputError(f"--wrt takes parameters of the network ({', '.join(labels)}), got {', '.join(unknown)!r}")
    if options.loss == "bce":
        _require_probabilities(model, options)
    for path in (options.save_params, options.out):
        _require_writable(options, path, is_folder=path is options.out)
    loss = {"squared": "squared error", "bce": "binary cross-entropy"}[options.loss]
    result = report(
        model,
        options.x,
        options.y,
        loss=options.loss,
        labels=wrt,
        digits=options.digits,
        lr=options.lr,
        title=f"The {options.sizes} network, {options.activation}, {loss}",
    )
    _write(options, model, result)
    return result


def _sizes(text: str) -> list[int]:
    if not re.fullmatch(r"[1-9]\d*(-[1-9]\d*)+", text):
        raise InputError(f"SIZES takes neurons in each layer, as 2-3-1, got {text!r}")
    sizes = [int(size) for size in text.split("-")]
    weights = sum(m * n for m, n in pairwise(sizes))
    if weights > MOST_WEIGHTS:
        raise InputError(f"SIZES takes a network of at most {MOST_WEIGHTS:,} weights, got {weights:,}: {text}")
    return sizes


def _require_count(option: str, numbers: list[float], count: int, what: str, sizes: str) -> None:
    if len(numbers) != count:
        raise InputError(
            f"{option} takes {count} {'number' if count == 1 else 'numbers'}, one for each of the {what} of {sizes}, "
            f"got {len(numbers)}: {_listed(numbers)}"
        )


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


def _require_writable(options: argparse.Namespace, path: Path | None, is_folder: bool) -> None:
    if path is None:
        return
    if options.out and options.save_params and options.out.absolute() == options.save_params.absolute():
        raise InputError(f"--out and --save-params take different paths, got {path} for both")
    if is_folder and path.exists() and not path.is_dir():
        raise InputError(f"--out takes a folder, and {path} is a file")
    if not is_folder and path.is_dir():
        raise InputError(f"--save-params takes a file, and {path} is a folder")


def _load(model: MLP, path: Path) -> None:
    labels = ", ".join(label for label, _ in model.named_parameters())
    wanted = f"--params takes a JSON file with a number for each of {labels}"
    try:
        state = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_without_repetition)
    except OSError as error:
        raise InputError(f"--params takes a readable file, got {path}: {error.strerror}") from None
    except RecursionError:
        raise InputError(f"{wanted}; {path} is nested too deeply") from None
    except ValueError as error:
        raise InputError(f"--params takes JSON, and {path} is not: {error}") from None
    if not isinstance(state, dict):
        raise InputError(f"{wanted}; {path} holds {_json_type(state)}")
    for label, number in state.items():
        if type(number) not in (int, float) or not math.isfinite(Value(number).data):
            raise InputError(f"{wanted}; {path} has {json.dumps(number)} for {label}")
    try:
        model.load_state_dict(state)
    except KeyError as error:
        raise InputError(f"{path} does not fit the network: {error.args[0]}") from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError(f"{', '.join(repeated)} is there more than once")
    return dict(pairs)


def _json_type(value: Any) -> str:
    return {list: "a list", str: "a string", type(None): "null"}.get(type(value), "a number")


def _listed(numbers: list[float]) -> str:
    return " ".join(f"{number:g}" for number in numbers)


def _write(options: argparse.Namespace, model: MLP, result: Report) -> None:
    files: dict[Path, str] = {}
    if options.save_params:
        files[options.save_params] = json.dumps(model.state_dict(), indent=2) + "\n"
    if options.out:
        pictures = result.pictures()
        files |= {options.out / name: picture for name, picture in pictures.items()}
        files[options.out / "index.html"] = result.page(pictures)
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in files}
    try:  # all files, or none
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            parts[path].write_text(content, encoding="utf-8")
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {error.filename}: {error.strerror}") from None
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink()


if __name__ == "__main__":
    sys.exit(main())
