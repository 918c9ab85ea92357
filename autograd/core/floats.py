"""Floats that behave as IEEE 754 and NumPy say, where Python and `math` raise, turn complex, or differ by version.

1/0 is inf, log(-1) is nan, exp(1000) is inf, (-8) ** (1/3) is nan, and a sum is added up from left to right.
"""

import math
from collections.abc import Callable, Iterable
from numbers import Number, Real

from autograd.core.annotations import Any
from autograd.core.messages import shown


def as_float(x: Any, where: str) -> float:
    """A real number (int, float, Fraction, NumPy scalar) as a float; anything else is a TypeError."""
    if type(x) is float:
        return x
    if not isinstance(x, Real) or (hasattr(x, "dtype") and x.dtype.kind == "m"):  # NumPy counts time spans as integers
        accepted = "real numbers" if where == "Value" or where.startswith("the data") else "real numbers and Values"
        raise TypeError(f"{where} accepts {accepted}, got {type(x).__name__} {shown(x)}")
    try:
        return float(x)
    except OverflowError:  # an int or a Fraction beyond the range of floats
        return -math.inf if x < 0 else math.inf


def is_foreign(x: Any, method: str) -> bool:
    """Whether x is neither ours nor a number, but has an operator of its own to try, as NumPy's arrays have."""
    found = getattr(type(x), method, None)
    if found is None or hasattr(x, "apply_operation"):
        return False
    owner = getattr(found, "__objclass__", None)  # where it is written in C
    return getattr(owner, "__module__", "") != "builtins" and not isinstance(x, Number)


def ieee(function: Callable[[float], float], pole: float = math.nan) -> Callable[[float], float]:
    """A function of `math` that gives inf for what is too large, -inf at its pole, nan outside its domain."""

    def evaluate(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return -math.inf if x == pole else math.nan

    return evaluate


def divide(x: float, y: float) -> float:
    """x / y, which is inf for x / 0 and nan for 0 / 0."""
    try:
        return x / y
    except ZeroDivisionError:
        return x * math.copysign(math.inf, y)  # and 0 * inf is nan, as 0 / 0 is


def power(x: float, y: float) -> float:
    """x ** y, which is inf where it is too large and at the pole of a negative power, and nan where complex."""
    try:
        return math.pow(x, y)
    except ValueError:
        if x:  # a negative number to a fractional power
            return math.nan
        return math.copysign(math.inf, x) if y % 2 == 1 else math.inf  # 0 to a negative power
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf


def larger(x: float, y: float) -> float:
    """The larger of two, and nan if either is: max() would depend on their order."""
    return y if x < y else x if x >= y else x + y


def heaviside(x: float) -> float:
    """1 above 0, 0 at 0 and below, nan at nan."""
    return 1.0 if x > 0 else 0.0 if x <= 0 else x


def summed(numbers: Iterable[float], start: float = 0.0) -> float:
    """start + the first + the second + …, each addition rounded; sum() rounds otherwise since Python 3.12."""
    for x in numbers:
        start += x
    return start


def multiply_no_nan(x: float, y: float) -> float:
    """x * y, but 0 * inf is 0."""
    z = x * y
    return 0.0 if z != z and x == x and y == y else z


def subtract_no_nan(x: float, y: float) -> float:
    """x - y, but inf - inf is 0."""
    return 0.0 if x == y else x - y
