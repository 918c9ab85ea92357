"""Exploring a model over rows of data: `explore(model, rows, targets)`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import autograd
from autograd import Explorer, Operation, UpdateRule, Value, grad, topological_order
from autograd.words import Message
from nn.data import prepared_data
from nn.losses import LossFunction, as_list, loss_named, require_mean
from nn.networks import labelled
from nn.optimizers import SGD, Adam, AdamW, Optimizer


def rules_offered() -> list[UpdateRule]:
    """The rules that the page offers: those of the optimizers here, whatever their parameters and learning rates."""
    p = [Value(0.0)]
    return [
        UpdateRule.gradient_descent(),
        _rule(
            Message("momentum"),
            SGD(p, momentum=0.9),
            Message("A velocity v takes the place of the gradient: it keeps 0.9 of itself and adds the gradient."),
        ),
        _rule(
            Message("Nesterov momentum"),
            SGD(p, momentum=0.9, nesterov=True),
            Message("As momentum, but the gradient counts once more, as if the velocity had already been followed."),
        ),
        _rule(
            Message("Adam"),
            Adam(p),
            Message(
                "A mean m of gradients is divided by the root of a mean v of their squares: each step is about η long."
            ),
        ),
        _rule(Message("AdamW"), AdamW(p), Message("Adam, after every weight has shrunk by a small part of itself.")),
    ]


def _rule(name: str | Message, optimizer: Optimizer, words: str | Message = "") -> UpdateRule:
    return UpdateRule(name, words, optimizer.rule, optimizer.kept, optimizer.scalars)


MOST_TRIED = 32  # rows, to find one that tells much


def explore(
    model: Any,
    rows: Any = None,
    targets: Any = None,
    *,
    loss: str | Operation | LossFunction = "mse",
    title: str | Message | None = None,
    lr: float = 0.1,
    digits: int = 4,
    depth: int | None = None,
    inputs: Sequence[Value] = (),
    batch_size: int | None = 1,
    lang: str | None = None,
    practice: bool = False,
    tour: Any = (),
    hide: Collection[str] = (),
    lock: Collection[Value | str] = (),
    start: Mapping[str, Any] | str = "",
    optimizers: Mapping[str, Optimizer] | None = None,
) -> Explorer:
    """Make a page on which a model can be stepped through row by row, questioned, changed and trained.

    model: what takes a row and gives a Value, or a list of them; or a Value, for the page of its graph alone
    rows, targets, loss: as `train` takes them; the picture is that of one row, and a step of gradient descent goes over
        the next batch_size rows, all where it is None. A loss of your own has to be a mean over rows
    title, lr, digits, depth, inputs, practice, tour, hide, lock, start, lang: as in autograd.explore. Where start names
        no row, the page opens with the first in which the most parameters have a gradient: in XOR that is not 0, 0
    optimizers: by whose rules steps can be taken, by the names that the page has for them, the first at first; those of
        nn where it is None. Their learning rates and parameters are not looked at: those are the page's

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
        "rules": rules_offered() if optimizers is None else [_rule(name, one) for name, one in optimizers.items()],
    }
    options |= {"practice": practice, "tour": tour, "hide": hide, "lock": lock, "start": start}
    if isinstance(model, Value):
        if rows is not None or targets is not None:
            raise TypeError("rows and targets are for a model; a Value is explored by itself")
        return autograd.explore(model, **options)
    if rows is None or targets is None:
        raise TypeError(f"explore takes a Value, or a model with rows and targets, got {type(model).__name__} alone")
    compute_loss = loss_named(loss)
    given, wanted = prepared_data(model, rows, targets, compute_loss)
    require_mean(compute_loss, model, len(given[0]), len(as_list(wanted[0])))
    view = dict(parse_qsl(start.rpartition("#")[2], keep_blank_values=True)) if isinstance(start, str) else start
    told = str(view.get("row", "")) if isinstance(view, Mapping) else "1"
    if told or tour:
        exists = told.isdecimal() and 0 < int(told) <= len(given)  # else autograd.explore says what is wrong
        shown = int(told) - 1 if exists else 0
        row = _of_row(model, compute_loss, given[shown], wanted[shown])
    else:
        shown, row = _most_telling(model, compute_loss, given, wanted)
        options["start"] = {**view, "row": shown + 1}
    options["title"] = title or Message("Learning {count} rows", {"count": len(given)})
    options["batch_size"] = len(given) if batch_size is None else batch_size
    numbers = [[*x, *map(float, as_list(target))] for x, target in zip(given, wanted, strict=True)]
    return autograd.explore(row.cost, leaves=row.leaves, rows=numbers, predictions=row.predictions, **options)


class _Row(NamedTuple):
    """The graph of a row: what the row has numbers for, what is predicted, the cost."""

    leaves: list[Value]
    predictions: list[Value]
    cost: Value


def _of_row(model: Any, compute_loss: LossFunction, x: Any, target: Any) -> _Row:
    row = labelled(x, "x", counted=True)
    outputs = model(row)
    goals = labelled(as_list(target), "y")
    cost = compute_loss([outputs], [goals[0] if len(goals) == 1 else goals])
    if not cost.label:
        cost.label = "C"
    return _Row([*row, *goals], as_list(outputs), cost)


def _most_telling(
    model: Any, compute_loss: LossFunction, given: Sequence[Any], wanted: Sequence[Any]
) -> tuple[int, _Row]:
    """The first of some rows in which the most parameters have a gradient: where it is 0, there is little to see."""
    best, found, fewest = 0, _of_row(model, compute_loss, given[0], wanted[0]), None
    for i in range(min(len(given), MOST_TRIED)):
        row = _of_row(model, compute_loss, given[i], wanted[i]) if i else found
        parameters = [node for node in topological_order(row.cost) if node.op is None and node not in row.leaves]
        without = len([gradient for gradient in grad(row.cost, parameters) if gradient.data == 0])
        if fewest is None or without < fewest:
            best, found, fewest = i, row, without
        if not without:
            break
    return best, found
