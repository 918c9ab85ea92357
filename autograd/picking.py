"""The candidate at a position that is not known beforehand, as that of a target which differs from row to row."""

import math
from functools import reduce

from autograd.annotations import Any
from autograd.declaration import operation
from autograd.operations import abs, add, div, maximum, minimum, step


def _elsewhere(position: Any, i: int) -> Any:
    """0 where the position is i, 1 elsewhere."""
    return step(abs(position - i))


def _largest_allowed(position: Any, *candidates: Any) -> Any:
    # No candidate is multiplied by 0, for it may be infinite: those elsewhere are held down to -inf.
    elsewhere = [_elsewhere(position, i) for i in range(len(candidates))]
    allowed = [minimum(x, (0.5 - there) * math.inf) for x, there in zip(candidates, elsewhere, strict=True)]
    return reduce(maximum, allowed) + div(0, len(candidates) - reduce(add, elsewhere))


picked = operation(
    "picked",
    _largest_allowed,
    lambda z, position, *xs: (0.0, *[1 - _elsewhere(position, i) for i in range(len(xs))]),
    "picked(position, x0, x1, …): the x at the position, which may be a Value; nan where there is none",
)
