"""Models as files: JSON that says what it is, written whole or not at all."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from autograd import write_files
from autograd.core import cut, shown
from nn.jsonfiles import as_json, read_json, require_number

FORMAT, VERSION = "glassgrad model", 1
FORMATS = (FORMAT, "scalargrad model")  # the second is what the project was called before


class Stored(Protocol):
    """A model that can be written to a file, as any Module can."""

    def architecture(self) -> dict[str, Any]:
        """The arguments that build the same model, without its numbers, in JSON's types."""

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter, by name."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter by name."""


class ModelFileError(ValueError):
    """A file that is not a model, or that of another one."""


def save(model: Stored, path: str | Path) -> None:
    """Write a model to a file: its architecture, and its parameters by name.

    Raises ValueError, and writes nothing, where a parameter is not finite; OSError where the file cannot be written.
    """
    parameters = {name: float(number) for name, number in model.state_dict().items()}
    for name, number in parameters.items():
        if not math.isfinite(number):
            raise ValueError(f"a model is saved with finite parameters, and {name} is {number}")
    content = {"format": FORMAT, "version": VERSION, "model": model.architecture(), "parameters": parameters}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_files({path: text.encode(errors="backslashreplace")})  # half of a surrogate pair, as JSON writes it


def load_into(model: Stored, path: str | Path) -> None:
    """Set the parameters of a model to those in a file. Raises ModelFileError, with nothing changed, or OSError."""
    content = read(path)
    if found := difference(content["model"], model.architecture()):
        raise ModelFileError(f"{path} holds another model: {found}")
    fill(model, content, path)


def read(path: str | Path) -> dict[str, Any]:
    """The content of a file: dictionaries of a model and its parameters in it. Raises ModelFileError, or OSError."""
    try:
        content = read_json(path)
    except ValueError as error:
        raise ModelFileError(f"{path} is not a model, or damaged: {error}") from None
    if not isinstance(content, dict) or content.get("format") not in FORMATS:
        raise ModelFileError(f"{path} is not a model: it does not say that its format is {FORMAT!r}")
    if content.get("version") != VERSION:
        raise ModelFileError(
            f"{path} is a model of version {shown(content.get('version'))}, and only version {VERSION} can be read"
        )
    if not isinstance(content.get("model"), dict) or not isinstance(content.get("parameters"), dict):
        raise ModelFileError(f"{path} is damaged: it lacks the model or its parameters")
    return content


def fill(model: Stored, content: dict[str, Any], path: str | Path) -> None:
    """Give a model the parameters of a file's content. Raises ModelFileError, with nothing changed."""
    numbers = {}
    for name, x in content["parameters"].items():
        try:
            numbers[name] = require_number(x)
        except ValueError as error:
            raise ModelFileError(f"{path} is damaged: for {cut(name)}, {error}") from None
    try:
        model.load_state_dict(numbers)
    except KeyError as error:
        raise ModelFileError(f"{path} does not fit the model: {error.args[0]}") from None


def difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """The first thing in which two architectures differ, or "" where they are the same."""
    try:
        wanted = json.loads(json.dumps(wanted))
        for name in [*wanted, *found]:
            if found.get(name) != wanted.get(name):
                return f"{cut(name)} is {as_json(found.get(name))}, and should be {as_json(wanted.get(name))}"
    except RecursionError:
        return "it is nested too deeply"
    return ""
