"""Rows of numbers, from wherever they come: checked, and split."""

import math
import random
from collections.abc import Iterable
from typing import Any

from autograd import as_value
from autograd.core import shown
from nn.losses import NOT_ROWS, Loss, LossFunction, as_list, unrecorded


class DataError(ValueError):
    """Data that cannot be learned from; the message says what is wrong, and where."""


# ------------------------------------------------------------------------------------------------------ checking


def as_rows(rows: Any, width: int | None = None, name: str = "rows") -> list[list[float]]:
    """Rows of finite numbers, as lists of floats.

    rows: lists, tuples, a NumPy array or a pandas frame; width: how many numbers a row has, if that is known. Raises
    DataError for no rows, for rows of different or wrong widths, and for what is not a finite number, by position.
    """
    columns = _columns(rows)
    listed = as_list_of(rows, name, "rows of numbers")
    if not listed:
        raise DataError(f"{name} is empty: there is nothing to learn from")
    first: int | None = None
    result = []
    for i, row in enumerate(listed):
        if _is_number(row):
            raise DataError(
                f"{name}[{i}] is a number, {shown(row)}: each row is a list of numbers, [{shown(row)}] if it is one"
            )
        numbers = as_list_of(row, f"{name}[{i}]", "a row of numbers")
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
    listed = as_list_of(targets, name, "one target for each row")
    if len(listed) != rows:
        raise DataError(f"{name} takes one for each of the {rows} rows, got {len(listed)}")
    joint = isinstance(loss, Loss) and loss.joint
    wanted = loss.targets_of(outputs) if isinstance(loss, Loss) else outputs
    result: list[Any] = []
    for i, target in enumerate(listed):
        alone = _is_number(target) or isinstance(target, (str, bytes)) or not isinstance(target, Iterable)
        numbers = [target] if alone else as_list_of(target, f"{name}[{i}]", "a number or a list of numbers")
        several = len(numbers) > 1
        floats = [_finite(x, name, i, k if several else None, columns) for k, x in enumerate(numbers)]
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


def prepared_data(
    model: Any, rows: Any, targets: Any, loss: LossFunction, prefix: str = "", width: int | None = None
) -> tuple[list[list[float]], list[Any]]:
    """Rows and targets, checked. width: of the rows, where the model does not say it."""
    checked = as_rows(rows, getattr(model, "nin", width), f"{prefix}rows")
    outputs = len(as_list(unrecorded(model, checked[0])))
    return checked, as_targets(targets, len(checked), outputs, loss, f"{prefix}targets")


def _below(outputs: int) -> str:
    return f" to {outputs - 1}, for {outputs} {plural('output', outputs)} of the model"


def _columns(table: Any) -> list[str]:
    """The names of a pandas frame's columns, or of a series that has one."""
    names = getattr(table, "columns", None)
    if names is None:
        return [str(table.name)] if hasattr(table, "to_numpy") and getattr(table, "name", None) is not None else []
    return [str(column) for column in names]


def as_list_of(x: Any, name: str, wanted: str) -> list[Any]:
    """A list of what is in a list, an array or a frame. Raises DataError: name takes what is wanted."""
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
        number: float = as_value(plain_number(x)).data
        if math.isfinite(number):
            return number
        what = f"{number}"
    except TypeError:
        what = f"{shown(x)}, which is not a number"
    where = f"{name}[{i}]" + ("" if k is None else f"[{k}]") + (f" ({columns[k or 0]})" if columns else "")
    raise DataError(f"{where} is {what}")


def plain_number(x: Any) -> Any:
    """The number in an array of no dimensions; None if it is masked."""
    return x.tolist() if getattr(x, "ndim", 1) == 0 and hasattr(x, "__len__") else x


def plural(noun: str, count: int) -> str:
    """A noun, in the plural where the count asks for it."""
    return noun if count == 1 else noun + "s"


# ------------------------------------------------------------------------------------------------------- splitting


def split(
    rows: Any, targets: Any, share: float = 0.2, seed: int | None = None
) -> tuple[tuple[list[Any], list[Any]], tuple[list[Any], list[Any]]]:
    """Rows and targets to train on, and others to test on: (rows, targets), (rows, targets), at random.

    rows, targets: lists, tuples, NumPy arrays or pandas frames; what comes back are lists, in the order they came in.
    share: of the rows that are kept for the test, from 0 up to 1; at least one row is left on either side unless it
    is 0. seed: that they are drawn from, or from Python's `random` where it is None.
    Raises DataError for another number of targets than of rows, and for fewer than two rows.
    """
    if not 0 <= as_value(share, "share").data < 1:
        raise ValueError(f"share is from 0 up to 1, got {shown(share)}")
    rows = as_list_of(rows, "rows", "rows of numbers")
    targets = as_list_of(targets, "targets", "one target for each row")
    if len(targets) != len(rows):
        raise DataError(f"targets takes one for each of the {len(rows)} rows, got {len(targets)}")
    if share and len(rows) < 2:
        raise DataError(f"two rows or more can be split, got {len(rows)}")
    order = list(range(len(rows)))
    (random if seed is None else random.Random(seed)).shuffle(order)
    count = min(max(round(share * len(order)), 1), len(order) - 1) if share else 0
    test, train = sorted(order[:count]), sorted(order[count:])
    return tuple(([rows[i] for i in part], [targets[i] for i in part]) for part in (train, test))  # type: ignore[return-value]
