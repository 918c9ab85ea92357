"""Functions of one variable written out, as their rows have them: what they are, and what their slope is."""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd.core import Operation
from autograd.notation.expressions import Applied, Expression, Number, Symbol, as_expression


class WrittenOut(NamedTuple):
    """applied: f(x); definition and slope: what it and its derivative equal, or None where its row says that only of
    floats."""

    applied: Applied
    definition: Expression | None
    slope: Expression | None


def written_out(op: Operation) -> WrittenOut | None:
    """An operation of x, with what else it takes by default; None where it is no function of one variable."""
    if op.arity is None or op.arity - len(op.defaults) != 1:
        return None
    operands = (Symbol("x", 0.0), *map(Number, op.defaults))
    applied = Applied(op, operands)
    definition = _written(lambda: op.definition(*operands))
    return WrittenOut(
        applied, None if definition == applied else definition, _written(lambda: op.textbook(applied, *operands)[0])
    )


def _written(make: Callable[[], Any]) -> Expression | None:
    try:
        return as_expression(make())
    except TypeError:  # of a primitive, or of a row that takes only floats
        return None
