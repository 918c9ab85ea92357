"""Numbers, rounded to some significant digits and written as Unicode text."""

import math

from autograd.core import Value, as_float, shown
from autograd.notation.labels import SUPERSCRIPTS
from autograd.words import decimal_mark


def require_digits(digits: int) -> None:
    """Raise a ValueError for what is no number of significant digits."""
    if type(digits) is not int or not 1 <= digits <= 17:
        raise ValueError(f"digits is a whole number from 1 to 17, got {shown(digits)}")


PLAIN_FROM, PLAIN_BELOW = 1e-4, 1e6  # numbers between these are written without a power of ten
EXACT_WITHIN, EXACT_DIGITS = 1e-14, 13  # below so many digits, what differs by less than this part was not rounded


def round_significant(x: float, digits: int) -> float:
    """x to a number of significant digits; whole numbers below a million stay what they are."""
    x = float(x)  # which a leaf may hold as another kind of number, NumPy's or a Fraction
    return x if x.is_integer() and abs(x) < PLAIN_BELOW else float(f"{x:.{digits}g}")


def format_number(x: float, digits: int = 4) -> str:
    """A number as Unicode text: −0.25, 1.5·10⁻⁷, ∞, NaN."""
    mantissa, exponent = decimal_parts(x, digits)
    power = f"10{str(exponent).translate(SUPERSCRIPTS)}" if exponent else ""
    return times_power(mantissa.replace("-", "−"), power, "·")


def times_power(mantissa: str, power: str, times: str) -> str:
    """A mantissa and a power of ten, as 1.5·10⁻⁷; "" where there is no power."""
    if not power:
        return mantissa
    return mantissa[:-1] + power if mantissa in ("1", "-1", "−1") else mantissa + times + power


def decimal_parts(x: float, digits: int) -> tuple[str, int]:
    """A number rounded to significant digits: its mantissa, and the power of ten that is written beside it, or 0.

    The mantissa has the decimal mark of the language that is spoken.
    """
    x = x.data if isinstance(x, Value) else as_float(x, "a number that is written")
    if not math.isfinite(x):
        return ("NaN" if math.isnan(x) else "∞" if x > 0 else "-∞"), 0
    rounded = round_significant(x, digits) + 0.0  # and -0 is 0
    if rounded == 0 or PLAIN_FROM <= abs(rounded) < PLAIN_BELOW:
        return repr(rounded).removesuffix(".0").replace(".", decimal_mark()), 0
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return mantissa.replace(".", decimal_mark()), int(exponent)
