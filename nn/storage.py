"""A model made anew from its file."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd.core import cut
from nn.files import ModelFileError, difference, fill, read
from nn.jsonfiles import json_shown
from nn.layers import MLP, Labels
from nn.scaling import Scaled, Scaling


def load(path: str | Path) -> Any:
    """The model that was saved to a file: an MLP, or a Scaled one. Raises ModelFileError, or OSError."""
    content = read(path)
    try:
        model = _build(content["model"], len(content["parameters"]))
        found = difference(content["model"], model.architecture())
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        why = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise ModelFileError(f"{path} does not say what model it holds: {cut(why, 300)}") from None
    if found:
        raise ModelFileError(f"{path} does not say what model it holds: {found}")
    fill(model, content, path)
    return model


def _build(model: Any, parameters: int) -> Any:
    """The model that a file describes; parameters: how many the file holds. A model of more is not even begun."""
    if not isinstance(model, dict):
        raise ValueError(f"a model has a class and what it takes, got {json_shown(model)}")
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
    raise ValueError(f"its class is {json_shown(model['class'])}: make one yourself, and call its load()")


def _list(x: Any, what: str) -> list[Any]:
    if not isinstance(x, list):
        raise ValueError(f"{what} takes a list, got {json_shown(x)}")
    return x


def _labels(x: Any) -> Labels:
    if len(names := _list(x, "labels")) != len(Labels._fields):
        raise ValueError(f"labels takes {len(Labels._fields)} for each layer, got {len(names)}")
    return Labels(*names)


def _scaling(x: Any) -> Scaling:
    if not isinstance(x, dict) or x.keys() != {"means", "deviations"}:
        raise ValueError(f"its scalings have means and deviations, got {json_shown(x)}")
    return Scaling(**x)


def _require_weights(sizes: list[Any], parameters: int) -> None:
    weights = sum(m * n for m, n in pairwise(sizes)) if {*map(type, sizes)} == {int} else 0  # MLP refuses other types
    if weights > parameters:
        raise ValueError(f"its layers have {cut(f'{weights:,}')} weights, and there are {parameters:,} parameters")
