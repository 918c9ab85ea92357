"""How far off an answer may be that was worked out from numbers as they are on show: rounded to three digits.

Every number that goes into it may be off by half a unit of its third digit, and so may what is multiplied of them.
Where terms nearly cancel, or an activation is close to 1, more of the result is lost than one digit.
"""

from collections.abc import Callable, Iterable, Sequence
from math import floor, isfinite, log10, prod

from autograd.core import Value, constant, summed
from autograd.practising.terms import Factor, Numbers, Term

DIGITS_OF_ANSWERS = 3  # significant ones that a number needs


def unit_of(x: float) -> float:
    """The unit of the last digit that counts."""
    return 10.0 ** (floor(log10(abs(x))) - DIGITS_OF_ANSWERS + 1)


def lost(x: float) -> float:
    """By how much a number may differ from what is shown of it; 0 where all of it is."""
    if not isfinite(x) or float(f"{x:.{DIGITS_OF_ANSWERS}g}") == x:
        return 0.0
    return unit_of(x) / 2


def spread(numbers: Numbers, terms: Iterable[Term], multiplied: bool = False, asked: Value | None = None) -> float:
    """How far from a sum of products, or their product, its rounded numbers may lead.

    asked: the node whose value is asked for, and so is no number that is shown.
    """
    products = []
    for term in terms:
        product, most = _bounds([(numbers.of(factor), _spread_of(factor, numbers, asked)) for factor in term])
        products.append((product, most + (lost(product) if len(term) > 1 else 0.0)))
    return _bounds(products)[1] if multiplied else summed([off for _, off in products])


def _bounds(factors: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """A product, and how far it may be off where each factor may be off by so much."""
    product = prod([abs(x) for x, _ in factors])
    return product, prod([abs(x) + off for x, off in factors]) - product


def _spread_of(factor: Factor, numbers: Numbers, asked: Value | None) -> float:
    kind, node, _, rule, _ = factor
    if node is None:
        return 0.0
    right = numbers.of(factor)
    if kind == "partial" or rule or node is asked:
        return max(lost(right), _moved(right, node, numbers, lambda values: numbers.worked_out(factor, values)))
    return lost(right)


def _moved(right: float, node: Value, numbers: Numbers, worked_out: Callable[[dict[Value, float]], float]) -> float:
    """How much a result changes when the node and its operands do, each by what is lost of it."""
    total = 0.0
    for x in dict.fromkeys((node, *node.operands)):
        if x.op is not constant and (off := lost(numbers.values[x])):
            change = worked_out({x: numbers.values[x] + off}) - right
            total += abs(change) if isfinite(change) else 0.0
    return total
