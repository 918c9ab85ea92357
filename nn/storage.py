"""Models as files: JSON that says what it is, written whole or not at all."""

import json
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd import Value, write_files
from autograd.messages import cut, listed, shown
from nn.data import Scaled, Scaling
from nn.layers import MLP, Labels
from nn.module import Module

FORMAT, VERSION = "glassgrad model", 1
FORMATS = (FORMAT, "scalargrad model")  # the second is what the project was called before


class ModelFileError(ValueError):
    """A file that is not a model, or that of another one."""


def save(model: Module, path: str | Path) -> None:
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


def load(path: str | Path) -> Any:
    """The model that was saved to a file: an MLP, or a Scaled one. Raises ModelFileError, or OSError."""
    content = _read(path)
    try:
        model = _build(content["model"], len(content["parameters"]))
        difference = _difference(content["model"], model.architecture())
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        why = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise ModelFileError(f"{path} does not say what model it holds: {cut(why, 300)}") from None
    if difference:
        raise ModelFileError(f"{path} does not say what model it holds: {difference}")
    _fill(model, content, path)
    return model


def load_into(model: Module, path: str | Path) -> None:
    """Set the parameters of a model to those in a file. Raises ModelFileError, with nothing changed, or OSError."""
    content = _read(path)
    if difference := _difference(content["model"], model.architecture()):
        raise ModelFileError(f"{path} holds another model: {difference}")
    _fill(model, content, path)


def read_json(path: str | Path) -> Any:
    """What a JSON file holds. Raises ValueError for what is not JSON, or has a name twice; OSError."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"), object_pairs_hook=_without_repetition)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError(f"{listed(repeated)} is there more than once")
    return dict(pairs)


def require_number(x: Any) -> float:
    """A number of JSON as a finite float. Raises ValueError for anything else."""
    if type(x) not in (int, float) or not math.isfinite(number := Value(x).data):
        raise ValueError(f"{_shown(x)} is not a finite number")
    return number


def _shown(x: Any) -> str:
    return f"a {type(x).__name__}" if isinstance(x, (list, dict)) else as_json(x)


def as_json(x: Any) -> str:
    """The beginning of something in JSON, for messages."""
    return cut(json.dumps(x, ensure_ascii=False))


def _read(path: str | Path) -> dict[str, Any]:
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


def _build(model: Any, parameters: int) -> Any:
    """The model that a file describes, which holds so many parameters: one that has more is not even begun."""
    if not isinstance(model, dict):
        raise ValueError(f"a model has a class and what it takes, got {_shown(model)}")
    if model["class"] == "MLP":
        sizes, activation, bias, labels = (
            _list(model[name], name) for name in ("nouts", "activation", "bias", "labels")
        )
        _require_weights([model["nin"], *sizes], parameters)
        return MLP(model["nin"], sizes, activation, bias=bias, labels=[_labels(x) for x in labels])
    if model["class"] == "Scaled":
        outputs = None if model["outputs"] is None else _scaling(model["outputs"])
        remarks = model.get("names"), model.get("classes")
        return Scaled(_build(model["model"], parameters), _scaling(model["inputs"]), outputs, *remarks)
    raise ValueError(f"its class is {_shown(model['class'])}: make one yourself, and call its load()")


def _list(x: Any, what: str) -> list[Any]:
    if not isinstance(x, list):
        raise ValueError(f"{what} takes a list, got {_shown(x)}")
    return x


def _labels(x: Any) -> Labels:
    if len(names := _list(x, "labels")) != len(Labels._fields):
        raise ValueError(f"labels takes {len(Labels._fields)} for each layer, got {len(names)}")
    return Labels(*names)


def _scaling(x: Any) -> Scaling:
    if not isinstance(x, dict) or x.keys() != {"means", "deviations"}:
        raise ValueError(f"its scalings have means and deviations, got {_shown(x)}")
    return Scaling(**x)


def _require_weights(sizes: list[Any], parameters: int) -> None:
    weights = sum(m * n for m, n in pairwise(sizes)) if {*map(type, sizes)} == {int} else 0  # MLP refuses other types
    if weights > parameters:
        raise ValueError(f"its layers have {cut(f'{weights:,}')} weights, and there are {parameters:,} parameters")


def _fill(model: Module, content: dict[str, Any], path: str | Path) -> None:
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


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """The first thing in which two architectures differ, or "" where they are the same."""
    try:
        wanted = json.loads(json.dumps(wanted))
        for name in [*wanted, *found]:
            if found.get(name) != wanted.get(name):
                return f"{cut(name)} is {as_json(found.get(name))}, and should be {as_json(wanted.get(name))}"
    except RecursionError:
        return "it is nested too deeply"
    return ""
