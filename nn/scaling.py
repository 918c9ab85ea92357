"""Rows brought to one scale, and models that take and give numbers as they are outside of it."""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograd import Value, as_value
from autograd.core import shown
from nn.data import DataError, as_list_of, as_rows, plain_number, plural
from nn.losses import NOT_ROWS
from nn.module import Module

ROUNDING = 100 * sys.float_info.epsilon  # relative: what a sum of some hundred terms may have lost


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
        """The row of which this one is the scaled form."""
        return [x * d + m for x, m, d in zip(self._numbers(row), self.means, self.deviations, strict=True)]

    def _numbers(self, row: Sequence[Any]) -> list[Any]:
        if isinstance(row, NOT_ROWS) or not hasattr(row, "__len__"):
            raise TypeError(f"a scaling takes a row of numbers, got {type(row).__name__}")
        if len(row) != len(self.means):
            raise ValueError(f"a scaling of {len(self.means)} columns takes rows of as many numbers, got {len(row)}")
        return [x if isinstance(x, Value) else as_value(plain_number(x), "a scaling").data for x in row]


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
    remarks = None if given is None else as_list_of(given, what, "texts or numbers")
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
        """The arguments that build the same model, without its parameters, in JSON's types."""
        scalings = {"inputs": self.inputs, "outputs": self.outputs}
        remarks = {"names": self.names, "classes": self.classes}
        return {
            "class": "Scaled",
            "model": self.model.architecture(),
            **{name: s and asdict(s) for name, s in scalings.items()},
            **{name: remark for name, remark in remarks.items() if remark is not None},
        }
