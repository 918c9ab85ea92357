"""The options of `python -m nn train`: what may be given, and how it is read."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from autograd.core import listed, shown
from autograd.words import t
from nn.commands.arguments import add_language, layer_sizes, number_that, whole_number
from nn.layers import Initialization, activation_named
from nn.losses import LOSSES, names_of_losses
from nn.optimizers import SGD, Adam, AdamW, Optimizer
from nn.training import PATIENCE

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW}


def add_options(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_language(command)
    _add_data(command)
    _add_network(command)
    _add_training(command)
    command.add_argument("--out", type=Path, metavar="FILE", help=t("save the network there, as JSON for nn.load"))
    command.add_argument("--quiet", action="store_true", help=t("show no progress bar"))


def _strip(text: str) -> str:
    return text.strip()  # a column may be called -1: the command line puts a space before numbers


def _separator(text: str) -> str:
    if text in ("tab", r"\t"):
        return "\t"
    if len(text) == 1 and text not in '"\r\n':
        return text
    raise argparse.ArgumentTypeError(f"takes one character, and no quote, or tab, got {shown(text)}")


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except LookupError:
        raise argparse.ArgumentTypeError(f"takes one that Python knows, as utf-8, got {shown(text)}") from None
    return text


def _layers(text: str) -> list[int]:
    if sizes := layer_sizes(text):
        return sizes
    raise argparse.ArgumentTypeError(f"takes neurons in each layer after the inputs, as 8-1, got {shown(text.strip())}")


def _activation(text: str) -> str:
    try:
        activation_named(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _add_data(command: argparse.ArgumentParser) -> None:
    share = number_that("a number from 0 up to 1, without 1", lambda x: 0 <= x < 1)
    command.add_argument("data", type=Path, metavar="DATA.csv", help=t("a table with a header"))
    command.add_argument(
        "--separator",
        type=_separator,
        metavar="CHARACTER",
        help=t("between cells, or tab (a comma, ; or tab: as it is)"),
    )
    command.add_argument(
        "--decimal", choices=(".", ","), help=t("the mark in numbers (as the numbers of a column tell)")
    )
    command.add_argument(
        "--encoding", type=_encoding, metavar="NAME", help=t("of the text (utf-8, or as its mark says)")
    )
    command.add_argument("--target", required=True, type=_strip, metavar="COLUMN", help=t("the column to learn"))
    command.add_argument("--inputs", nargs="+", type=_strip, metavar="COLUMN", help=t("to learn it from (all others)"))
    command.add_argument(
        "--test-share", type=share, default=0.2, metavar="SHARE", help=t("of the rows, kept for the test (0.2)")
    )
    command.add_argument("--seed", type=int, default=0, metavar="N", help=t("of all that is drawn at random (0)"))
    command.add_argument(
        "--no-scale",
        action="store_true",
        help=t("take inputs (and a target that is a number) as they are, not to mean 0 and deviation 1"),
    )


def _add_network(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--layers",
        required=True,
        type=_layers,
        metavar="SIZES",
        help=t("neurons in each layer after the inputs, as 8-1"),
    )
    command.add_argument(
        "--activation", type=_activation, default="tanh", metavar="NAME", help=t("of hidden neurons: relu, … (tanh)")
    )
    numbers, classes = listed(names_of_losses(classes=False)), listed(names_of_losses(classes=True))
    command.add_argument(
        "--loss",
        choices=tuple(LOSSES),
        default="mse",
        help=t("{numbers} for numbers, {classes} for classes (mse)", numbers=numbers, classes=classes),
    )
    command.add_argument(
        "--init", choices=get_args(Initialization), default="xavier", help=t("of the weights (xavier)")
    )


def _add_training(command: argparse.ArgumentParser) -> None:
    positive = number_that("a number above 0", lambda x: x > 0)
    not_negative = number_that("a number that is not negative", lambda x: x >= 0)
    momentum = number_that("a number from 0 up to 1, without 1", lambda x: 0 <= x < 1)
    command.add_argument("--optimizer", choices=tuple(OPTIMIZERS), default="adam", help="(adam)")
    command.add_argument("--lr", type=positive, metavar="NUMBER", help=t("learning rate (0.01; with sgd 0.1)"))
    command.add_argument("--momentum", type=momentum, metavar="NUMBER", help=t("of sgd, from 0 up to 1 (0)"))
    command.add_argument("--weight-decay", type=not_negative, metavar="NUMBER", help=t("(0; with adamw 0.01)"))
    command.add_argument("--epochs", type=whole_number(1), default=200, metavar="N", help=t("the most to make (200)"))
    command.add_argument("--batch-size", type=whole_number(1), default=16, metavar="N", help=t("rows per step (16)"))
    command.add_argument(
        "--tolerance",
        type=not_negative,
        metavar="NUMBER",
        help=t("end once the loss has fallen by no more than this in {count} epochs", count=PATIENCE),
    )
    command.add_argument(
        "--compiled",
        action="store_true",
        help=t("compile it first, to native code (pip install '.[jit]' in a clone of glassgrad)"),
    )
