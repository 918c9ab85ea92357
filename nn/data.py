"""Rows of numbers, from wherever they come: checked, split, and brought to one scale."""

import math
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograd import Value, as_value
from autograd.messages import shown
from nn.losses import Loss
from nn.module import NOT_ROWS, Module

ROUNDING = 100 * sys.float_info.epsilon  # relative: what a sum of some hundred terms may have lost


class DataError(ValueError):
    """Data that cannot be learned from; the message says what is wrong, and where."""


# ------------------------------------------------------------------------------------------------------ checking


def as_rows(rows: Any, width: int | None = None, name: str = "rows") -> list[list[float]]:
    """Rows of finite numbers, as lists of floats.

    rows: lists, tuples, a NumPy array or a pandas frame; width: how many numbers a row has, if that is known. Raises
    DataError for no rows, for rows of different or wrong widths, and for what is not a finite number, by position.
    """
    columns = _columns(rows)
    listed = _as_list(rows, name, "rows of numbers")
    if not listed:
        raise DataError(f"{name} is empty: there is nothing to learn from")
    first: int | None = None
    result = []
    for i, row in enumerate(listed):
        if _is_number(row):
            raise DataError(
                f"{name}[{i}] is a number, {shown(row)}: each row is a list of numbers, [{shown(row)}] if it is one"
            )
        numbers = _as_list(row, f"{name}[{i}]", "a row of numbers")
        first = len(numbers) if first is None else first
        if len(numbers) != (width or first):
            expected = f"the model takes {width}" if width else f"{name}[0] has {first}"
            raise DataError(f"{name}[{i}] has {len(numbers)} {plural('number', len(numbers))}, and {expected}")
        result.append([_finite(x, name, i, k, columns) for k, x in enumerate(numbers)])
    if not result[0]:
        raise DataError(f"{name}[0] has no numbers")
    return result


def as_targets(targets: Any, rows: int, outputs: int, loss: Any = None, name: str = "targets") -> list[Any]:
    """One target for each row: a float, or a list of floats where a model has several outputs.

    A row of one number counts as the number. rows: how many; outputs: of the model, for each row; loss: that it goes
    to, which may accept some targets only. Raises DataError, by position.
    """
    columns = _columns(targets)
    listed = _as_list(targets, name, "one target for each row")
    if len(listed) != rows:
        raise DataError(f"{name} takes one for each of the {rows} rows, got {len(listed)}")
    joint = isinstance(loss, Loss) and loss.joint
    result: list[Any] = []
    for i, target in enumerate(listed):
        alone = _is_number(target) or isinstance(target, (str, bytes)) or not isinstance(target, Iterable)
        numbers = [target] if alone else _as_list(target, f"{name}[{i}]", "a number or a list of numbers")
        several = len(numbers) > 1
        floats = [_finite(x, name, i, k if several else None, columns) for k, x in enumerate(numbers)]
        wanted = 1 if joint else outputs
        if joint and several:
            raise DataError(f"{name}[{i}] is {len(floats)} numbers: {loss} takes {loss.targets}")
        if len(floats) != wanted:
            raise DataError(
                f"{name}[{i}] takes {wanted} {plural('number', wanted)} for {outputs} {plural('output', outputs)} "
                f"of the model, got {len(floats)}"
            )
        for x in floats if isinstance(loss, Loss) else []:
            if not loss.accepts(x, outputs):
                raise DataError(f"{name}[{i}] is {x:g}: {loss} takes {loss.targets}{_below(outputs) if joint else ''}")
        result.append(floats[0] if wanted == 1 else floats)
    return result


def _below(outputs: int) -> str:
    return f" to {outputs - 1}, for {outputs} {plural('output', outputs)} of the model"


def _columns(table: Any) -> list[str]:
    """The names of a pandas frame's columns, or of a series that has one."""
    names = getattr(table, "columns", None)
    if names is None:
        return [str(table.name)] if hasattr(table, "to_numpy") and getattr(table, "name", None) is not None else []
    return [str(column) for column in names]


def _as_list(x: Any, name: str, wanted: str) -> list[Any]:
    for convert in ("to_numpy", "tolist"):  # pandas to NumPy, NumPy to lists
        if (kind := getattr(getattr(x, "dtype", None), "kind", "")) and kind in "mM":  # which tolist() makes integers
            raise DataError(f"{name} takes numbers, got dates or times ({x.dtype})")
        x = getattr(x, convert)() if hasattr(x, convert) and not isinstance(x, type) else x
    if isinstance(x, NOT_ROWS) or not isinstance(x, Iterable):
        raise DataError(f"{name} takes {wanted}, got {type(x).__name__}")
    return list(x)


def _is_number(x: Any) -> bool:
    return hasattr(x, "__float__") and (not hasattr(x, "__len__") or not getattr(x, "ndim", 1))


def _finite(x: Any, name: str, i: int, k: int | None, columns: list[str]) -> float:
    """A number as a float. name[i][k] is where it stands, in one of the columns, if these have names."""
    try:
        number: float = as_value(_item(x)).data
        if math.isfinite(number):
            return number
        what = f"{number}"
    except TypeError:
        what = f"{shown(x)}, which is not a number"
    where = f"{name}[{i}]" + ("" if k is None else f"[{k}]") + (f" ({columns[k or 0]})" if columns else "")
    raise DataError(f"{where} is {what}")


def _item(x: Any) -> Any:
    """The number in an array of no dimensions; None if it is masked."""
    return x.tolist() if getattr(x, "ndim", 1) == 0 and hasattr(x, "__len__") else x


def plural(noun: str, count: int) -> str:
    """A noun, for so many of it."""
    return noun if count == 1 else noun + "s"


# ------------------------------------------------------------------------------------------------------- splitting


def split(
    rows: Any, targets: Any, share: float = 0.2, seed: int | None = None
) -> tuple[tuple[list[Any], list[Any]], tuple[list[Any], list[Any]]]:
    """Rows and targets to train on, and others to test on: (rows, targets), (rows, targets), at random.

    rows, targets: lists, tuples, NumPy arrays or pandas frames; what comes back are lists, in the order of old.
    share: of the rows that are kept for the test, from 0 up to 1; at least one row is left on either side unless it
    is 0. seed: that they are drawn from, or from Python's `random` where it is None.
    Raises DataError for another number of targets than of rows, and for fewer than two rows.
    """
    if not 0 <= as_value(share, "share").data < 1:
        raise ValueError(f"share is from 0 up to 1, got {shown(share)}")
    rows, targets = _as_list(rows, "rows", "rows of numbers"), _as_list(targets, "targets", "one target for each row")
    if len(targets) != len(rows):
        raise DataError(f"targets takes one for each of the {len(rows)} rows, got {len(targets)}")
    if share and len(rows) < 2:
        raise DataError(f"two rows or more can be split, got {len(rows)}")
    order = list(range(len(rows)))
    (random if seed is None else random.Random(seed)).shuffle(order)
    count = min(max(round(share * len(order)), 1), len(order) - 1) if share else 0
    test, train = sorted(order[:count]), sorted(order[count:])
    return tuple(([rows[i] for i in part], [targets[i] for i in part]) for part in (train, test))  # type: ignore[return-value]


# -------------------------------------------------------------------------------------------------------- scaling


@dataclass(frozen=True)
class Scaling:
    """Brings each column to mean 0 and standard deviation 1: (x - mean) / deviation.

    Raises DataError for means and deviations that are not as many finite numbers, or deviations that are not above 0.
    """

    means: list[float]
    deviations: list[float]

    def __post_init__(self) -> None:
        means, deviations = as_rows([self.means, self.deviations], name="means and deviations")
        if min(deviations) <= 0:
            raise DataError(f"deviations are above 0, got {min(deviations)}")
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "deviations", deviations)

    @staticmethod
    def of(rows: Any) -> "Scaling":
        """The scaling that fits some rows. A column whose numbers are equal, but for rounding, is only moved."""
        means, deviations = zip(*map(mean_and_deviation, zip(*as_rows(rows), strict=True)), strict=True)
        return Scaling(list(means), [deviation or 1.0 for deviation in deviations])

    def __call__(self, row: Sequence[Any]) -> list[Any]:
        """A row of numbers or Values, scaled. Raises TypeError for anything else."""
        return [(x - m) / d for x, m, d in zip(self._numbers(row), self.means, self.deviations, strict=True)]

    def rows(self, rows: Any) -> list[list[float]]:
        """Rows of numbers, scaled."""
        return [self(row) for row in as_rows(rows, len(self.means))]

    def undo(self, row: Sequence[Any]) -> list[Any]:
        """What was scaled to this row."""
        return [x * d + m for x, m, d in zip(self._numbers(row), self.means, self.deviations, strict=True)]

    def _numbers(self, row: Sequence[Any]) -> list[Any]:
        if isinstance(row, NOT_ROWS) or not hasattr(row, "__len__"):
            raise TypeError(f"a scaling takes a row of numbers, got {type(row).__name__}")
        if len(row) != len(self.means):
            raise ValueError(f"a scaling of {len(self.means)} columns takes rows of as many numbers, got {len(row)}")
        return [x if isinstance(x, Value) else as_value(_item(x), "a scaling").data for x in row]


def mean_and_deviation(numbers: Sequence[float]) -> tuple[float, float]:
    """The mean of some numbers and their standard deviation, which is 0 where they are equal but for rounding."""
    mean = _mean(numbers)
    deviation = math.hypot(*(x - mean for x in numbers)) / math.sqrt(len(numbers))
    size = max(*map(abs, numbers), sys.float_info.min)  # numbers below that have fewer digits
    return mean, deviation if deviation > ROUNDING * size else 0.0


def _mean(numbers: Sequence[float]) -> float:
    if min(numbers) == max(numbers):  # their sum, rounded and divided, may miss it by a little
        return numbers[0]
    try:
        return math.fsum(numbers) / len(numbers)
    except OverflowError:
        return math.fsum(x / len(numbers) for x in numbers)


def _remarks(given: Any, what: str) -> list[Any] | None:
    """Texts or numbers, from wherever they come, in Python's own types."""
    remarks = None if given is None else _as_list(given, what, "texts or numbers")
    for i, remark in enumerate(remarks or []):
        if not isinstance(remark, (str, int, float)):
            raise DataError(f"{what}[{i}] is {shown(remark)}, and neither a text nor a number")
    return remarks


class Scaled(Module):
    """A model of scaled rows that takes the raw ones: it scales the inputs, and undoes the scaling of the outputs.

    names: of the inputs, in order; classes: those that a prediction stands for, in order (of two, the second is what
    a single output speaks for). The model does not need them: they are kept, also in its file, for those who use it.
    Raises ValueError where a scaling has another number of columns than the model has inputs or outputs, and DataError
    for names and classes that are neither texts nor numbers.
    """

    def __init__(
        self,
        model: Any,
        inputs: Scaling,
        outputs: Scaling | None = None,
        names: Iterable[str] | None = None,
        classes: Iterable[str | float] | None = None,
    ) -> None:
        taken, given = getattr(model, "nin", None), getattr(model, "nouts", [None])[-1]
        for count, scaling, what in ((taken, inputs, "input"), (given, outputs, "output")):
            if count and scaling and len(scaling.means) != count:
                wrong = f"and their scaling {len(scaling.means)} columns"
                raise ValueError(f"the model has {count} {plural(what, count)}, {wrong}")
        self.model, self.inputs, self.outputs = model, inputs, outputs
        self.names, self.classes = _remarks(names, "names"), _remarks(classes, "classes")
        self.nin: int = len(inputs.means)
        if self.names is not None and len(self.names) != self.nin:
            raise ValueError(f"names takes one for each of the {self.nin} inputs, got {len(self.names)}")

    def __call__(self, x: Sequence[Any]) -> Any:
        """The outputs for one row of raw inputs: a list of Values, or the Value itself where there is only one."""
        if len(x) != self.nin:
            raise ValueError(f"the model takes {self.nin} inputs, got {len(x)}")
        out = self.model(self.inputs(x))
        if self.outputs is None:
            return out
        undone = self.outputs.undo(out if isinstance(out, list) else [out])
        return undone if isinstance(out, list) else undone[0]

    def architecture(self) -> dict[str, Any]:
        """What it takes to build the same model, without the parameters."""
        scalings = {"inputs": self.inputs, "outputs": self.outputs}
        remarks = {"names": self.names, "classes": self.classes}
        return {
            "class": "Scaled",
            "model": self.model.architecture(),
            **{name: s and asdict(s) for name, s in scalings.items()},
            **{name: remark for name, remark in remarks.items() if remark is not None},
        }
