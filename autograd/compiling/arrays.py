"""The one door through which numbers come in, from arrays of any library."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.compiling.optional_numpy import np
from autograd.core import Value

if TYPE_CHECKING:
    Array: TypeAlias = np.ndarray[Any, Any]
else:
    Array = Any  # which needs no NumPy
NESTED = 3  # levels of lists that are searched for masks


def real_array(name: str, numbers: Any, dtype: Any = "float64") -> Array:
    """Real numbers as an array of a type: the array that was given, if it has this type already.

    name: what they are, for errors, such as "the input x"; numbers: one, a list of them (or of lists), or an array of
    any library; dtype: NumPy's, of real numbers.

    Raises TypeError for what is not real numbers: text, None, objects, complex numbers, dates; and for masked arrays,
    whose masks would be ignored. What is too large for the type becomes inf.
    """
    array = _plain(name, numbers, "biuf", "real numbers")
    if array.dtype != dtype:
        with np.errstate(over="ignore"):
            array = array.astype(dtype)
    return array if array.flags.aligned else array.copy()


def index_array(name: str, numbers: Any) -> Array:
    """Whole numbers as a new array of int64, which nobody else can change; raises what `real_array` does."""
    return np.array(_plain(name, numbers, "iu", "whole numbers"), np.int64, order="C")


def as_numpy(array: Any) -> Array:
    """An array of any library as NumPy's. Those on a device are not converted implicitly, but by a method."""
    try:
        return np.asarray(array)
    except TypeError:
        fetch = getattr(array, "get", None) or getattr(array, "cpu", None)  # CuPy's and PyTorch's name for it
        if fetch is None:
            raise
        return np.asarray(fetch())


def _plain(name: str, numbers: Any, kinds: str, what: str) -> Array:
    """An array whose kind is among kinds."""
    if type(numbers) is np.ndarray and numbers.dtype.kind in kinds:
        return numbers
    if isinstance(numbers, Value):
        raise TypeError(
            f"{name} is an array of {what}, got a Value: within a function that is compiled or differentiated, call "
            "the function itself and not what it was compiled to"
        )
    if _has_mask(numbers):
        raise TypeError(f"{name} is a masked array, and a mask would be ignored: give .compressed() or .filled()")
    try:
        array = as_numpy(numbers)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TypeError(f"{name} is an array of {what}, got {type(numbers).__name__} ({reason})") from error
    if array.dtype.kind not in kinds:
        raise TypeError(f"{name} is an array of {what}, got {type(numbers).__name__} ({array.dtype})")
    return array


def _has_mask(numbers: Any) -> bool:
    """True for a masked array, and for a list of them, whose masks NumPy would drop."""
    level = [numbers]
    for _ in range(NESTED + 1):
        kinds = set(map(type, level))
        if any(issubclass(kind, np.ma.MaskedArray) for kind in kinds):
            return True
        if not any(issubclass(kind, (list, tuple)) for kind in kinds):
            return False
        level = list(chain.from_iterable([x for x in level if isinstance(x, (list, tuple))]))
    return False
