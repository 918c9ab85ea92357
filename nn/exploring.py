"""Exploring a model over rows of data: `explore(model, rows, targets)`."""

from collections.abc import Sequence
from typing import Any

import autograd
from autograd import Explorer, Operation, Value
from autograd.words import Message
from nn.data import prepared_data
from nn.losses import LossFunction, as_list, loss_named, require_mean
from nn.networks import labelled


def explore(
    model: Any,
    rows: Any = None,
    targets: Any = None,
    *,
    loss: str | Operation | LossFunction = "mse",
    title: str | None = None,
    lr: float = 0.1,
    digits: int = 4,
    depth: int | None = None,
    inputs: Sequence[Value] = (),
    batch_size: int | None = 1,
    lang: str | None = None,
) -> Explorer:
    """Make a page on which a model can be stepped through row by row, questioned, changed and trained.

    model: what takes a row and gives a Value, or a list of them; or a Value, for the page of its graph alone
    rows, targets, loss: as `train` takes them; the picture is that of one row, and a step of gradient descent goes over
        the next batch_size rows, all where it is None. A loss of your own has to be a mean over rows
    title, lr, digits, depth, inputs, lang: as in autograd.explore

    Raises DataError for rows and targets that cannot be learned from, ValueError for a loss that is no mean over rows,
    and whatever autograd.explore raises.
    """
    options: dict[str, Any] = {
        "title": title,
        "lr": lr,
        "digits": digits,
        "depth": depth,
        "inputs": inputs,
        "lang": lang,
    }
    if isinstance(model, Value):
        if rows is not None or targets is not None:
            raise TypeError("rows and targets are for a model; a Value is explored by itself")
        return autograd.explore(model, **options)
    if rows is None or targets is None:
        raise TypeError(f"explore takes a Value, or a model with rows and targets, got {type(model).__name__} alone")
    compute_loss = loss_named(loss)
    given, wanted = prepared_data(model, rows, targets, compute_loss)
    require_mean(compute_loss, model, len(given[0]), len(as_list(wanted[0])))
    row = labelled(given[0], "x", counted=True)
    outputs = model(row)
    goals = labelled(as_list(wanted[0]), "y")
    cost = compute_loss([outputs], [goals[0] if len(goals) == 1 else goals])
    if not cost.label:
        cost.label = "C"
    options["title"] = title or Message("Learning {count} rows", {"count": len(given)})
    options["batch_size"] = len(given) if batch_size is None else batch_size
    numbers = [[*row, *map(float, as_list(target))] for row, target in zip(given, wanted, strict=True)]
    return autograd.explore(cost, leaves=[*row, *goals], rows=numbers, predictions=as_list(outputs), **options)
