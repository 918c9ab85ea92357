"""Shared by all commands: a parser that reports errors in one line, and the kinds of arguments."""

import argparse
import contextlib
import math
import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from autograd.core import shown
from autograd.words import languages, t

Commands = Any  # what add_subparsers() returns: argparse has no public name for it
Result = tuple[str, int]  # what a command prints, and its exit code


def add_language(command: argparse.ArgumentParser) -> None:
    """Declare --lang, which `main` has read before."""
    command.add_argument("--lang", choices=languages(), help=t("language of what is written (en)"))


class InputError(ValueError):
    """A request that cannot be fulfilled: said in one line, and nothing is written."""


class Parser(argparse.ArgumentParser):
    """Reports an error in one line, and leaves the usage to --help."""

    def error(self, message: str) -> NoReturn:
        """Raise it as an InputError."""
        raise InputError(message)


def is_number(text: str) -> bool:
    """True for a text that Python reads as a float."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def number(text: str) -> float:
    """A finite number."""
    if is_number(text) and math.isfinite(float(text)):
        return float(text)
    raise argparse.ArgumentTypeError(f"takes finite numbers, got {shown(text.strip())}")


def number_that(wanted: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    """A reader of numbers that fit; wanted says which do: "a number above 0"."""

    def parse(text: str) -> float:
        if is_number(text) and math.isfinite(float(text)) and fits(float(text)):
            return float(text)
        raise argparse.ArgumentTypeError(f"takes {wanted}, got {shown(text.strip())}")

    return parse


def whole_number(low: int, high: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers, of at most 15 digits, from low to high."""
    wanted = f"a whole number from {low} " + ("up" if high is None else f"to {high}")

    def parse(text: str) -> int:
        if re.fullmatch(r"\d{1,15}", text) and low <= int(text) <= (int(text) if high is None else high):
            return int(text)
        raise argparse.ArgumentTypeError(f"takes {wanted}, got {shown(text.strip())}")

    return parse


def layer_sizes(text: str) -> list[int]:
    """The numbers of neurons in "2-3-1"; an empty list where it is not written so."""
    written = re.fullmatch(r"[1-9]\d{0,8}(-[1-9]\d{0,8})*", text)
    return [int(size) for size in text.split("-")] if written else []


def require_weights(option: str, text: str, sizes: Sequence[int], most: int) -> None:
    """Raise an InputError where layers of these sizes, inputs first, have more weights than most."""
    weights = sum(m * n for m, n in pairwise(sizes))
    if weights > most:
        raise InputError(f"{option} takes a network of at most {most:,} weights, got {weights:,}: {text}")


def require_file_to_write(option: str, path: Path | None) -> None:
    """Raise an InputError where a path is that of a folder, or cannot be written; nothing is touched."""
    if path is None:
        return
    with writing():
        if path.is_dir():
            raise InputError(f"{option} takes a file, and {path} is a folder")
        if path.exists() and not os.access(path, os.W_OK):
            raise InputError(f"{option} cannot write {path}: no permission to write it")
        if path.exists() and not path.is_file():  # a device or a pipe is written to
            return
        above = next(folder for folder in path.resolve().parents if folder.exists())
        if not above.is_dir():
            raise InputError(f"{option} cannot write {path}: {above} is not a folder")
        if not os.access(above, os.W_OK | os.X_OK):
            raise InputError(f"{option} cannot write {path}: no permission to write in {above}")


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Turns the OSError of a file that cannot be written into an InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {error.filename}: {error.strerror}") from None
