"""How far off an answer may be that was worked out from numbers as they are on show: rounded to three digits.

Every number that goes into it may be off by half a unit of its third digit, and so may what is multiplied of them.
Where terms nearly cancel, or an activation is close to 1, more of the result is lost than one digit.
"""

from collections.abc import Iterable, Sequence
from math import floor, isfinite, log10, prod

from autograd.core import Value, constant, summed
from autograd.notation import Applied, Symbol
from autograd.practising.terms import Factor, Numbers, Term, by_rule

DIGITS_OF_ANSWERS = 3  # significant ones that a number needs


def unit_of(x: float) -> float:
    """The unit of the last digit that counts."""
    return 10.0 ** (floor(log10(abs(x))) - DIGITS_OF_ANSWERS + 1)


def lost(x: float) -> float:
    """By how much a number may differ from what is shown of it; 0 where all of it is."""
    if not isfinite(x) or float(f"{x:.{DIGITS_OF_ANSWERS}g}") == x:
        return 0.0
    return unit_of(x) / 2


class Rounding:
    """How far the numbers of a graph may lead that are rounded as they are shown.

    asked: the node whose value is asked for, and so is no number that is shown.
    """

    def __init__(self, numbers: Numbers, asked: Value | None = None) -> None:
        self._numbers, self._asked = numbers, asked
        self._spreads: dict[Factor, float] = {}

    def spread(self, terms: Iterable[Term], multiplied: bool = False) -> float:
        """How far off a sum of products may be, or their product."""
        products = []
        for term in terms:
            product, most = _bounds([(self._numbers.of(factor), self._of_factor(factor)) for factor in term])
            products.append((product, most + (lost(product) if len(term) > 1 else 0.0)))
        return _bounds(products)[1] if multiplied else summed([off for _, off in products])

    def _of_factor(self, factor: Factor) -> float:
        if factor not in self._spreads:
            self._spreads[factor] = self._worked_out(factor)
        return self._spreads[factor]

    def _worked_out(self, factor: Factor) -> float:
        kind, node, _, rule, _ = factor
        if node is None:
            return 0.0
        right = self._numbers.of(factor)
        is_shown = kind != "partial" and not rule and node is not self._asked
        return lost(right) if is_shown else max(lost(right), self._moved(factor, right))

    def _moved(self, factor: Factor, right: float) -> float:
        """How much it changes when the node and its operands do, each by what is lost of it."""
        total = 0.0
        for x in taken_by(factor):
            value = self._numbers.values[x]
            if x.op is not constant and (off := lost(value)):
                change = self._numbers.worked_out(factor, {x: value + off}) - right
                total += abs(change) if isfinite(change) else 0.0
        return total


def _bounds(factors: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """A product, and how far it may be off where each factor may be off by so much."""
    product = prod([abs(x) for x, _ in factors])
    return product, prod([abs(x) + off for x, off in factors]) - product


def taken_by(factor: Factor) -> list[Value]:
    """What a value or partial is worked out from: of a node and its operands those that its rule makes use of.

    The partial of a weighted sum, by w, is the x beside it, however many others there are.
    """
    assert factor.node is not None
    nodes = list(dict.fromkeys((factor.node, *factor.node.operands)))
    symbols = {x: Symbol(str(i), 0.0) for i, x in enumerate(nodes)}
    try:
        found = by_rule(factor, symbols[factor.node], [symbols[x] for x in factor.node.operands])
    except (ArithmeticError, TypeError, ValueError):  # a rule that takes numbers only
        return nodes
    used, stack = set(), [found]
    while stack:
        part = stack.pop()
        used.add(part)
        stack += part.operands if isinstance(part, Applied) else ()
    return [x for x in nodes if symbols[x] in used]
