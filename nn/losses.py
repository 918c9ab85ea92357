"""Losses: the distance of predictions from their targets, by the mean of an operation over rows.

    mse(predictions, targets)      # one of each for every row; a Value to call backward() on

A prediction is what a model returns for a row: a Value, or a list of them where it has several outputs.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from typing import Any, SupportsFloat

from autograd import (
    Operation,
    Value,
    absolute_error,
    affine,
    as_value,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    format_number,
    huber_loss,
    no_grad,
    softmax_cross_entropy,
    squared_error,
    total,
)
from autograd import hinge as hinge_of_a_row
from autograd.core import listed, shown
from autograd.words import marked, t

NOT_ROWS = (str, bytes, dict, set, frozenset)  # Python goes through them, but they are no rows of numbers
SOME_ROWS = 12  # on which a loss of one's own is tried
MOST_LISTED = 8  # classes, or other names, on a line

LossFunction = Callable[[Sequence[Any], Sequence[Any]], Value]  # of predictions and targets, one of each for every row


def anything(target: float, outputs: int) -> bool:
    """True: a loss of numbers accepts them all."""
    return True


@dataclass(frozen=True)
class Loss:
    """The mean over rows, and over the outputs of each, of an operation on a prediction and its target.

    All that is known of a loss is here. Put into LOSSES under a name, it is offered wherever a loss is chosen.

    operation     from autograd's table, or your own: (prediction, target) -> loss of one output
    joint         whether it takes all outputs of a row at once, as a list, and one target
    targets       what targets it accepts, in words ("labels 1 and -1"), and
    accepts       whether a number is one, for that many outputs
    decide        the class that a prediction stands for, as a target; None for a loss of numbers, not of classes
    activation    the name of the activation by which a network's outputs become predictions
    predictions   what predictions it takes, in words ("a prediction strictly between 0 and 1"), and
    takes         whether a number is one
    reading       what an output says of the classes, in words with {target}, {low} and {high} in them; of more than
                  two by {classes}
    remedy        what may help, in words, where training by it stops being finite
    """

    operation: Operation
    joint: bool = False
    targets: str = "numbers"
    accepts: Callable[[float, int], bool] = anything
    decide: Callable[[Any], float] | None = None
    activation: str = "identity"
    predictions: str = "numbers"
    takes: Callable[[float], bool] = lambda prediction: True
    reading: str = ""
    remedy: str = ""

    def __call__(self, predictions: Iterable[Any], targets: Iterable[Any]) -> Value:
        """The loss: a Value, or of plain numbers a float.

        Raises ValueError where predictions and targets do not match, and for targets that it does not accept.
        """
        losses = [loss for row in _rows(predictions, targets, "a loss") for loss in self.of_row(*row)]
        return losses[0] if len(losses) == 1 else total(losses) / len(losses)

    def accuracy(self, predictions: Iterable[Any], targets: Iterable[Any]) -> float:
        """The share of rows for which the prediction stands for the class that is the target, from 0 to 1.

        Where a row has several targets, it counts if all of them are met. Raises ValueError where predictions and
        targets do not match, TypeError for what is not numbers.
        """
        if self.decide is None:
            raise ValueError(f"{self} is a loss of numbers, not of classes, and so has no accuracy")
        rows, right = _rows(predictions, targets, "accuracy"), 0
        for prediction, target in rows:
            scores, wanted = ([as_value(x, "accuracy").data for x in as_list(given)] for given in (prediction, target))
            decided = [self.decide(scores)] if self.joint else list(map(self.decide, scores))
            right += decided == wanted and not any(map(math.isnan, scores))  # nan stands for no class
        return right / len(rows)

    def targets_of(self, outputs: int) -> int:
        """The number of targets of a row; outputs: how many it has."""
        return 1 if self.joint else outputs

    @cached_property
    def threshold(self) -> tuple[float, float, float]:
        """The output at which one that stands for two classes changes from one to the other, and these, as targets."""
        assert self.decide is not None
        low, high = -1e6, 1e6
        below, above = self.decide(low), self.decide(high)
        if below == above:
            raise ValueError(f"{self} decides for class {below:g} whatever the output")
        while low < (middle := (low + high) / 2) < high:  # to the last bit
            low, high = (middle, high) if self.decide(middle) == below else (low, middle)
        return low, below, above

    def targets_for(self, classes: int) -> list[float]:
        """The targets that stand for classes: for two, or for any number where the loss is joint."""
        return [float(k) for k in range(classes)] if self.joint else [*self.threshold[1:]]

    def read(self, target: str, classes: Sequence[str] | None) -> str:
        """A description of what the outputs of a model say of a target; classes: the names of those that it may be."""
        if classes is None:
            return target
        if self.joint:
            reading = self.reading or marked("an output for each {target}: {classes}")
            return t(reading, target=target, classes=listed(classes, MOST_LISTED))
        (low, high), (level, as_low, as_high) = classes, self.threshold
        reading = self.reading or marked("above {level} where {target} is {high}, below where it is {low}")
        said = t(reading, target=target, low=low, high=high, level=format_number(level))
        coded = {"one": format(as_high, "g"), "other": format(as_low, "g")}
        learned = t("({high} is learned as {one}, {low} as {other})", high=high, low=low, **coded)
        return f"{said} {learned}"

    def __str__(self) -> str:
        return next((name for name, loss in LOSSES.items() if loss is self), self.operation.name)

    def of_row(self, prediction: Any, target: Any) -> list[Value]:
        """The losses of one row: one for each output, or one for all where the loss is joint."""
        outputs, wanted = as_list(prediction), as_list(target)
        if len(wanted) != self.targets_of(len(outputs)):
            takes = "one target" if self.joint else "as many targets"
            raise ValueError(f"a row of {len(outputs)} predictions takes {takes}, got {len(wanted)}")
        for y in wanted:  # a Value may stand for the targets of all rows to come, and is taken as it is
            if not isinstance(y, Value) and not self.accepts(as_value(y).data, len(outputs)):
                raise ValueError(f"{self} takes {self.targets} as targets, got {y}")
        if self.joint:
            return [self.operation(outputs, _as_index(y)) for y in wanted]
        return [self.operation(output, y) for output, y in zip(outputs, wanted, strict=True)]


def _rows(predictions: Any, targets: Any, who: str) -> list[tuple[Any, Any]]:
    """Pairs of a prediction and a target."""
    for given in (predictions, targets):
        if isinstance(given, NOT_ROWS) or not isinstance(given, Iterable):
            each = "with a prediction and a target for each row"
            raise TypeError(f"{who} takes lists, {each}, got {type(given).__name__}")
    predictions, targets = list(predictions), list(targets)
    if not 0 < len(predictions) == len(targets):
        raise ValueError(f"{who} takes predictions and as many targets, got {len(predictions)} and {len(targets)}")
    return list(zip(predictions, targets, strict=True))


def as_list(x: Any) -> list[Any]:
    """The outputs of a model as a list, also where it returns one alone."""
    several = hasattr(x, "__len__") and getattr(x, "ndim", 1) != 0 and not isinstance(x, NOT_ROWS)
    return list(x) if several else [x]


def _as_index(y: Any) -> Any:
    """A whole number as an int."""
    return int(y) if not isinstance(y, Value) and float(y).is_integer() else y


def _largest(scores: Any) -> float:
    numbers = [float(score) for score in as_list(scores)]
    return float(numbers.index(max(numbers)))


def _is_index(target: float, outputs: int) -> bool:
    return target.is_integer() and 0 <= target < outputs


mse = Loss(squared_error)
mae = Loss(absolute_error)
huber = Loss(huber_loss)
bce = Loss(
    binary_cross_entropy,
    targets="probabilities from 0 to 1",
    accepts=lambda target, _: 0 <= target <= 1,
    decide=lambda p: float(p > 0.5),
    activation="sigmoid",
    predictions="a prediction strictly between 0 and 1",
    takes=lambda p: 0 < p < 1,
    reading=marked("the probability that {target} is {high}"),
    remedy="bce_with_logits, of outputs without a sigmoid, is finite where bce is not",
)
bce_with_logits = Loss(
    binary_cross_entropy_with_logits,
    targets="probabilities from 0 to 1",
    accepts=lambda target, _: 0 <= target <= 1,
    decide=lambda x: float(x > 0),
    reading=marked(
        "above 0 where {target} is {high}, below where it is {low}; its sigmoid is the probability of {high}"
    ),
)
cross_entropy = Loss(
    softmax_cross_entropy,
    joint=True,
    targets="the index of a class, from 0",
    accepts=_is_index,
    decide=_largest,
    reading=marked("a score for each {target}: {classes}; the largest decides"),
)
hinge = Loss(
    hinge_of_a_row,
    targets="labels 1 and -1",
    accepts=lambda target, _: target in (-1, 1),
    decide=lambda score: 1.0 if score > 0 else -1.0,
)

LOSSES = {
    "mse": mse,
    "mae": mae,
    "huber": huber,
    "bce": bce,
    "bce_with_logits": bce_with_logits,
    "cross_entropy": cross_entropy,
    "hinge": hinge,
}


def names_of_losses(*, classes: bool) -> list[str]:
    """The names of the losses of classes, or of those of numbers."""
    return [name for name, loss in LOSSES.items() if (loss.decide is not None) == classes]


def loss_named(loss: str | Operation | LossFunction) -> LossFunction:
    """A loss over rows: one of LOSSES by name, the mean of an operation, or a function of predictions and targets."""
    if isinstance(loss, str) and loss in LOSSES:
        return LOSSES[loss]
    if isinstance(loss, Operation):
        if loss.arity is not None and not loss.arity - len(loss.defaults) <= 2 <= loss.arity:
            raise ValueError(f"the operation of a loss takes a prediction and a target, and {loss.name} does not")
        known = [known for known in LOSSES.values() if known.operation is loss]
        return known[0] if known else Loss(loss)
    if callable(loss):
        return loss
    raise ValueError(
        f"a loss is one of {', '.join(LOSSES)}, an operation, or a function of predictions and targets, "
        f"got {shown(loss)}"
    )


def l2(parameters: Iterable[Value], strength: SupportsFloat = 1e-4) -> Value:
    """strength · Σ w²: added to a loss, it keeps parameters small."""
    values = list(parameters)
    penalty: Value = affine(values, values) * as_value(strength, "l2")
    return penalty


def unrecorded(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function under no_grad, in a context of its own, so that Ctrl-C leaves nothing of it behind."""
    return copy_context().run(no_grad()(function), *arguments)


def require_mean(loss: LossFunction, model: Any, inputs: int, targets: int) -> None:
    """Raise a ValueError for a loss of one's own that is no mean over rows, to which terms in parameters are added.

    inputs, targets: how many a row has. It is tried on some rows, against the mean of what it gives for each of them.
    """
    if isinstance(loss, Loss):
        return
    predictions = [unrecorded(model, [math.sin(i + k) for k in range(inputs)]) for i in range(SOME_ROWS)]
    one = Value(1.0)  # as Values, targets are taken as they are
    wanted = [one if targets == 1 else [one] * targets] * SOME_ROWS
    of_all = float(unrecorded(loss, predictions, wanted))
    of_each = [float(unrecorded(loss, [p], [y])) for p, y in zip(predictions, wanted, strict=True)]
    mean = total(of_each) / SOME_ROWS
    if not math.isclose(of_all, mean, rel_tol=1e-9, abs_tol=1e-12) and not math.isnan(of_all + mean):
        raise ValueError(
            f"a loss that goes row by row is a mean over rows, but for {SOME_ROWS} rows this one gives {of_all:g}, and "
            f"the mean of what it gives for each of them is {mean:g}"
        )
