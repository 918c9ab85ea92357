"""Shared by `derive` and `explore`: the options that describe a network, and the network that they describe."""

import argparse
from pathlib import Path
from typing import Any

from autograd.core import cut, listed, shown
from autograd.drawing import sign_of
from autograd.words import Message, t
from nn.commands.arguments import InputError, add_language, layer_sizes, number, require_weights, whole_number
from nn.data import plural
from nn.jsonfiles import as_json, read_json, require_number
from nn.layers import MLP, activations
from nn.losses import LOSSES, Loss, as_list
from nn.networks import network

MOST_WEIGHTS = 10_000  # nobody reads the derivations of more


def add_options(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_language(command)
    command.add_argument("sizes", metavar="SIZES", help=t("neurons in each layer, inputs first, as 2-3-1"))
    command.add_argument("--x", nargs="+", required=True, type=number, metavar="NUMBER", help=t("the inputs"))
    command.add_argument("--y", nargs="+", required=True, type=number, metavar="NUMBER", help=t("the targets"))
    command.add_argument(
        "--activation", choices=activations(), default="identity", help=t("of every neuron (identity)")
    )
    command.add_argument("--loss", choices=tuple(LOSSES), default="mse", help=t("of the outputs (mse: (y - a)²)"))
    command.add_argument("--bias", choices=("layer", "neuron", "none"), default="layer", help=t("one for each (layer)"))
    command.add_argument("--seed", type=int, default=0, metavar="N", help=t("that the parameters are drawn from (0)"))
    command.add_argument("--params", type=Path, metavar="FILE", help=t('JSON with every parameter: {"w^1_11": 0.1, …}'))
    command.add_argument("--lr", type=number, default=0.1, metavar="NUMBER", help=t("learning rate (0.1)"))
    command.add_argument(
        "--digits", type=whole_number(1, 15), default=4, metavar="N", help=t("significant digits, 1 to 15 (4)")
    )


def network_for(options: argparse.Namespace) -> MLP:
    """The network that the options ask for. Raises InputError where they do not fit together."""
    sizes, loss = _sizes(options.sizes), LOSSES[options.loss]
    _require_count("--x", options.x, sizes[0], f"one for each of the inputs of {options.sizes}")
    each = loss.targets if loss.joint else f"one for each of the outputs of {options.sizes}"
    _require_count("--y", options.y, loss.targets_of(sizes[-1]), each)
    if not all(loss.accepts(y, sizes[-1]) for y in options.y):
        raise InputError(f"--y takes {loss.targets} with --loss {options.loss}, got {_listed(options.y)}")
    model = network(sizes, options.activation, None if options.bias == "none" else options.bias, options.seed)
    if options.params:
        _load(model, options.params)
    _require_predictions(model, loss, options)
    return model


def title_for(options: argparse.Namespace, *, switchable: bool = False) -> Message:
    """The title of a page about the network; without the activation where that can be switched on the page."""
    told = {"sizes": options.sizes, "loss": sign_of(LOSSES[options.loss].operation)}
    if switchable:
        return Message("The {sizes} network, {loss}", told)
    return Message("The {sizes} network, {activation}, {loss}", {**told, "activation": options.activation})


def _sizes(text: str) -> list[int]:
    sizes = layer_sizes(text)
    if len(sizes) < 2:
        raise InputError(f"SIZES takes neurons in each layer, as 2-3-1, got {shown(text)}")
    require_weights("SIZES", text, sizes, MOST_WEIGHTS)
    return sizes


def _require_count(option: str, numbers: list[float], count: int, which: str) -> None:
    if len(numbers) != count:
        raise InputError(
            f"{option} takes {count} {plural('number', count)}, {which}, got {len(numbers)}: {_listed(numbers)}"
        )


def _require_predictions(model: MLP, loss: Loss, options: argparse.Namespace) -> None:
    for output in as_list(model(options.x)):
        if not loss.takes(output.data):
            saturated = options.activation == loss.activation
            remedy = f"the {loss.activation} is saturated, so take smaller inputs"
            raise InputError(
                f"--loss {options.loss} takes {loss.predictions}, got {shown(output.data)}: "
                f"{remedy if saturated else f'use --activation {loss.activation}'}, or other parameters"
            )


def _load(model: MLP, path: Path) -> None:
    labels = listed([label for label, _ in model.named_parameters()])
    wanted = f"--params takes a JSON file with a number for each of {labels}"
    state = _read(path, wanted)
    if not isinstance(state, dict):
        raise InputError(f"{wanted}; {path} holds {_json_type(state)}")
    for label, x in state.items():
        try:
            require_number(x)
        except ValueError:
            raise InputError(f"{wanted}; {path} has {as_json(x)} for {cut(label)}") from None
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
