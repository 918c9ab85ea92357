"""The table look-up: which of several values is taken may differ from row to row, as the class of a target does."""

import math
import operator
from functools import reduce

from autograd.annotations import Any
from autograd.declaration import operation
from autograd.operations import abs, div, maximum, minimum, step


def _elsewhere(index: Any, i: int) -> Any:
    """0 where the index is i, 1 elsewhere."""
    return step(abs(index - i))


def _largest_allowed(index: Any, *values: Any) -> Any:
    # No value is multiplied by 0, for it may be infinite: those elsewhere are held down to -inf.
    elsewhere = [_elsewhere(index, i) for i in range(len(values))]
    allowed = [minimum(x, (0.5 - there) * math.inf) for x, there in zip(values, elsewhere, strict=True)]
    return reduce(maximum, allowed) + div(0, len(values) - reduce(operator.add, elsewhere))


def _arrange(values: Any, index: Any) -> tuple[Any, ...]:
    values = tuple(values)
    if not values:
        raise ValueError("pick takes one value or more")
    return (index, *values)


pick = operation(
    "pick",
    _largest_allowed,
    lambda z, index, *xs: (0.0, *[1 - _elsewhere(index, i) for i in range(len(xs))]),
    "pick(values, index): the one of several values at an index from 0, which may be a Value; nan where there is none, "
    "or where one of the values is nan",
    arrange=_arrange,
)
