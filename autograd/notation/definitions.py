"""Functions of one variable written out, as their rows have them: what they are, and what their slope is."""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd.core import Operation
from autograd.notation.expressions import Applied, Expression, Number, Symbol, as_expression


class WrittenOut(NamedTuple):
    """A function of one variable in symbols.

    by: the variable; applied: f(x); definition and slope: what it and its derivative equal, or None where its row says
    that only of floats.
    """

    by: Symbol
    applied: Applied
    definition: Expression | None
    slope: Expression | None


def written_out(op: Operation) -> WrittenOut | None:
    """An operation of x, with what else it takes by default; of z where it is an activation that its row writes out.

    None where it is no function of one variable.
    """
    if op.arity is None or op.arity - len(op.defaults) != 1:
        return None
    of_z = _in_terms_of("z", op) if op.role == "activation" else None
    return of_z if of_z and of_z.definition else _in_terms_of("x", op)  # what rows say in words is of x


def _in_terms_of(name: str, op: Operation) -> WrittenOut:
    by = Symbol(name, 0.0)
    operands = (by, *map(Number, op.defaults))
    applied = Applied(op, operands)
    definition = _written(lambda: op.definition(*operands))
    slope = _written(lambda: op.textbook(applied, *operands)[0])
    return WrittenOut(by, applied, None if definition == applied else definition, slope)


def _written(make: Callable[[], Any]) -> Expression | None:
    try:
        return as_expression(make())
    except TypeError:  # of a primitive, or of a row that takes only floats
        return None
