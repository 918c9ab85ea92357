"""Rows of numbers, from wherever they come: checked, read from CSV files, split, and brought to one scale."""

import csv
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd import as_value
from nn.losses import Loss
from nn.module import Module


class DataError(ValueError):
    """Data that cannot be learned from; the message says what is wrong, and where."""


# ------------------------------------------------------------------------------------------------------ checking


def as_rows(rows: Any, width: int | None = None, name: str = "rows") -> list[list[float]]:
    """Rows of finite numbers, as lists of floats.

    rows: lists, tuples, a NumPy array or a pandas frame; width: how many numbers a row has, if that is known. Raises
    DataError for no rows, for rows of different or wrong widths, and for what is not a finite number, by position.
    """
    columns = [str(column) for column in getattr(rows, "columns", [])]
    listed = _as_list(rows, name, "rows of numbers")
    if not listed:
        raise DataError(f"{name} is empty: there is nothing to learn from")
    first: int | None = None
    result = []
    for i, row in enumerate(listed):
        if _is_number(row):
            raise DataError(f"{name}[{i}] is a number, {row!r}: each row is a list of numbers, [{row!r}] if it is one")
        numbers = _as_list(row, f"{name}[{i}]", "a row of numbers")
        first = len(numbers) if first is None else first
        if len(numbers) != (width or first):
            expected = f"the model takes {width}" if width else f"{name}[0] has {first}"
            raise DataError(f"{name}[{i}] has {len(numbers)} {_plural('number', len(numbers))}, and {expected}")
        where = [f"{name}[{i}][{k}]" + (f" ({columns[k]})" if columns else "") for k in range(len(numbers))]
        result.append([_finite(x, at) for x, at in zip(numbers, where, strict=True)])
    if not result[0]:
        raise DataError(f"{name}[0] has no numbers")
    return result


def as_targets(targets: Any, rows: int, outputs: int, loss: Any = None, name: str = "targets") -> list[Any]:
    """One target for each row: a float, or a list of floats where a model has several outputs.

    A row of one number counts as the number. rows: how many; outputs: of the model, for each row; loss: that it goes
    to, which may accept some targets only. Raises DataError, by position.
    """
    listed = _as_list(targets, name, "one target for each row")
    if len(listed) != rows:
        raise DataError(f"{name} takes one for each of the {rows} rows, got {len(listed)}")
    joint = isinstance(loss, Loss) and loss.joint
    result: list[Any] = []
    for i, target in enumerate(listed):
        numbers = [target] if _is_number(target) else _as_list(target, f"{name}[{i}]", "a number or a list of numbers")
        floats = [_finite(x, f"{name}[{i}]" + (f"[{k}]" if len(numbers) > 1 else "")) for k, x in enumerate(numbers)]
        wanted = 1 if joint else outputs
        if len(floats) != wanted:
            raise DataError(
                f"{name}[{i}] takes {wanted} {_plural('number', wanted)} for {outputs} {_plural('output', outputs)} "
                f"of the model, got {len(floats)}"
            )
        for x in floats if isinstance(loss, Loss) else []:
            if not loss.accepts(x, outputs):
                raise DataError(f"{name}[{i}] is {x:g}: {loss} takes {loss.targets}")
        result.append(floats[0] if wanted == 1 else floats)
    return result


def _as_list(x: Any, name: str, wanted: str) -> list[Any]:
    for convert in ("to_numpy", "tolist"):  # pandas to NumPy, NumPy to lists
        x = getattr(x, convert)() if hasattr(x, convert) and not isinstance(x, type) else x
    if isinstance(x, (str, bytes, dict)) or not isinstance(x, Iterable):
        raise DataError(f"{name} takes {wanted}, got {type(x).__name__}")
    return list(x)


def _is_number(x: Any) -> bool:
    return not hasattr(x, "__len__") and hasattr(x, "__float__")


def _finite(x: Any, where: str) -> float:
    try:
        number: float = as_value(x).data
    except TypeError:
        raise DataError(f"{where} is {x!r}, which is not a number") from None
    if not math.isfinite(number):
        raise DataError(f"{where} is {number}")
    return number


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"


# ------------------------------------------------------------------------------------------------------ CSV files


@dataclass(frozen=True)
class Table:
    """A CSV file: for each row its line in the file, and its cells, under the names of the columns."""

    path: Path
    names: list[str]
    lines: list[int]
    cells: list[list[str]]

    def text(self, name: str) -> list[str]:
        """The cells of a column. Raises DataError where there is no such column."""
        if name not in self.names:
            raise DataError(f"{self.path} has no column {name!r}: its columns are {', '.join(self.names)}")
        k = self.names.index(name)
        return [row[k] for row in self.cells]

    def numbers(self, name: str) -> list[float]:
        """The numbers of a column. Raises DataError for a cell that is none, by line and column."""
        return [
            _cell(text, f"{self.path}, line {line}, column {name}")
            for line, text in zip(self.lines, self.text(name), strict=True)
        ]

    def rows(self, names: Sequence[str]) -> list[list[float]]:
        """The numbers of some columns, row by row."""
        return [list(row) for row in zip(*[self.numbers(name) for name in names], strict=True)]


def read_csv(path: str | Path) -> Table:
    """A CSV file with a header, in UTF-8; lines before it that begin with # are remarks.

    Raises OSError for a file that cannot be read, and DataError for one that is not a table, by line.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(file)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}") from None
    remarks = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(lines[remarks:])
    try:
        records = [
            (remarks + reader.line_num, [cell.strip() for cell in cells])
            for cells in reader
            if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise DataError(f"{path}, line {remarks + reader.line_num}: {error}") from None
    if not records:
        raise DataError(f"{path} is empty: it takes a header and rows")
    (_, names), *rows = records
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or "" in names:
        raise DataError(f"{path} needs a name of its own for each column, got {', '.join(map(repr, names))}")
    if not rows:
        raise DataError(f"{path} has a header and no rows")
    for line, cells in rows:
        if len(cells) != len(names):
            raise DataError(
                f"{path}, line {line} has {len(cells)} {_plural('cell', len(cells))}, and the header {len(names)}"
            )
    return Table(path, names, [line for line, _ in rows], [cells for _, cells in rows])


def _cell(text: str, where: str) -> float:
    if not text:
        raise DataError(f"{where} is empty")
    try:
        number = float(text)
    except ValueError:
        raise DataError(f"{where} is {text!r}, which is not a number") from None
    if not math.isfinite(number):
        raise DataError(f"{where} is {text}, which is not finite")
    return number


def split(
    rows: Sequence[Any], targets: Sequence[Any], share: float = 0.2, seed: int | None = None
) -> tuple[tuple[list[Any], list[Any]], tuple[list[Any], list[Any]]]:
    """Rows and targets to train on, and others to test on: (rows, targets), (rows, targets), at random.

    share: of the rows that are kept for the test, from 0 up to 1; at least one row is left on either side unless it
    is 0. seed: that they are drawn from, or from Python's `random` where it is None.
    """
    if not 0 <= share < 1:
        raise ValueError(f"share is from 0 up to 1, got {share!r}")
    order = list(range(len(rows)))
    (random if seed is None else random.Random(seed)).shuffle(order)
    count = min(max(round(share * len(order)), 1), len(order) - 1) if share else 0
    test, train = sorted(order[:count]), sorted(order[count:])
    return tuple(([rows[i] for i in part], [targets[i] for i in part]) for part in (train, test))  # type: ignore[return-value]


# -------------------------------------------------------------------------------------------------------- scaling


@dataclass(frozen=True)
class Scaling:
    """Brings each column to mean 0 and standard deviation 1: (x - mean) / deviation."""

    means: list[float]
    deviations: list[float]

    @staticmethod
    def of(rows: Any) -> "Scaling":
        """The scaling that fits some rows. A column of equal numbers is only moved."""
        columns = list(zip(*as_rows(rows), strict=True))
        means = [math.fsum(column) / len(column) for column in columns]
        squares = [math.fsum((x - m) ** 2 for x in c) / len(c) for c, m in zip(columns, means, strict=True)]
        return Scaling(means, [math.sqrt(square) or 1.0 for square in squares])

    def __call__(self, row: Sequence[Any]) -> list[Any]:
        """A row of numbers or Values, scaled."""
        return [(x - m) / d for x, m, d in zip(row, self.means, self.deviations, strict=True)]

    def rows(self, rows: Any) -> list[list[float]]:
        """Rows of numbers, scaled."""
        return [self(row) for row in as_rows(rows, len(self.means))]

    def undo(self, row: Sequence[Any]) -> list[Any]:
        """What was scaled to this row."""
        return [x * d + m for x, m, d in zip(row, self.means, self.deviations, strict=True)]


class Scaled(Module):
    """A model of scaled rows that takes the raw ones: it scales the inputs, and undoes the scaling of the outputs."""

    def __init__(self, model: Any, inputs: Scaling, outputs: Scaling | None = None) -> None:
        self.model, self.inputs, self.outputs = model, inputs, outputs
        self.nin: int = len(inputs.means)

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
        return {
            "class": "Scaled",
            "model": self.model.architecture(),
            **{name: s and {"means": s.means, "deviations": s.deviations} for name, s in scalings.items()},
        }
