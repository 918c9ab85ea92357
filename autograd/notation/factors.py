"""Formulas taken apart: a product into its factors, a sum into its terms."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from autograd.core import operations as ops
from autograd.notation.expressions import Applied, Expression, Number, as_expression


@dataclass(frozen=True)
class Factors:
    """A product or quotient as ± coefficient · above / (divisor · below), with powers of the same base collected."""

    negative: bool
    coefficient: float
    above: list[tuple[Expression, float]]
    divisor: float
    below: list[tuple[Expression, float]]

    @staticmethod
    def of(e: Expression) -> "Factors":
        """The factors of a formula, in the order they are written in."""
        negative = False
        numbers = {True: 1.0, False: 1.0}
        powers: dict[bool, dict[Expression, float]] = {True: {}, False: {}}
        stack: list[tuple[Expression, bool]] = [(e, True)]
        while stack:
            e, above = stack.pop()
            match e:
                case Applied(op, (x, y)) if op is ops.mul:
                    stack += [(y, above), (x, above)]
                case Applied(op, (x, y)) if op is ops.div:
                    stack += [(y, not above), (x, above)]
                case Applied(op, (x,)) if op is ops.neg:
                    negative = not negative
                    stack.append((x, above))
                case Number(value):
                    negative ^= value < 0
                    numbers[above] *= abs(value)
                case Applied(op, (x, Number(exponent))) if op is ops.pow:
                    powers[above][x] = powers[above].get(x, 0.0) + exponent
                case _:
                    powers[above][e] = powers[above].get(e, 0.0) + 1
        return Factors(negative, numbers[True], [*powers[True].items()], numbers[False], [*powers[False].items()])


def cancelled(product: Sequence[Expression]) -> Expression | None:
    """A product in which what stands above and below a fraction bar has gone; None where nothing does."""
    factors = Factors.of(reduce(operator.mul, product))
    above, below = dict(factors.above), dict(factors.below)
    common = {base: min(exponent, below[base]) for base, exponent in above.items() if base in below}
    if not common:
        return None
    up, down = (
        [base ** (exponent - common.get(base, 0.0)) for base, exponent in powers.items()] for powers in (above, below)
    )
    product_left = reduce(operator.mul, up, as_expression(factors.coefficient))
    quotient = ops.div(product_left, reduce(operator.mul, down, as_expression(factors.divisor)))
    return as_expression(-quotient if factors.negative else quotient)


def terms_of(e: Expression) -> list[tuple[bool, Expression]]:
    """The terms of a sum, and whether each is subtracted."""
    terms, stack = [], [(False, e)]
    while stack:
        negative, e = stack.pop()
        match e:
            case Applied(op, (x, y)) if op is ops.add and not negative:
                stack += [(False, y), (False, x)]
            case Applied(op, (x, y)) if op is ops.sub and not negative:
                stack += [(True, y), (False, x)]
            case _:
                terms.append((negative, e))
    return terms


def is_sum(e: Expression) -> bool:
    """Whether it is a sum or a difference."""
    return isinstance(e, Applied) and e.op in (ops.add, ops.sub)
