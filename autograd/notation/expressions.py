"""Formulas as expressions: numbers, symbols, derivatives, and operations applied to them.

Formulas come from the table. A row that is fed with symbols gives an expression, which is tidied a little while it
is built (no 1 · x, no x + 0).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.core import Arithmetic, Operation
from autograd.core import operations as ops


class Expression(Arithmetic):
    """A formula: a Number, a Symbol, a Derivative, or an operation Applied to formulas."""

    __slots__ = ()

    def apply_operation(self, op: Operation, operands: tuple[Any, ...]) -> "Expression":
        """The formula for op of operands, tidied."""
        if op.inline:
            return as_expression(op.definition(*operands))
        return _tidy(op, tuple([as_expression(x) for x in operands]))


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A number that belongs to the formula."""

    value: float


@dataclass(frozen=True, slots=True)
class Symbol(Expression):
    """A name, and the number it stands for."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Derivative(Expression):
    """∂of/∂by, and its number."""

    of: Expression
    by: Expression
    value: float


@dataclass(frozen=True, slots=True)
class LocalGradient(Expression):
    """δ of a node: the derivative of the output with respect to it, and its number."""

    of: Expression
    value: float


@dataclass(frozen=True, slots=True)
class Applied(Expression):
    """An operation and its operands. Sums of many terms are deep: nothing here recurses into the operands."""

    op: Operation
    operands: tuple[Expression, ...]
    hash: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", hash((self.op, self.operands)))  # the operands keep theirs

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            x, y = pairs.pop()
            if isinstance(x, Applied) and isinstance(y, Applied):
                if x is not y:
                    if (x.hash, x.op, len(x.operands)) != (y.hash, y.op, len(y.operands)):
                        return False
                    pairs += zip(x.operands, y.operands, strict=True)
            elif isinstance(x, Applied) or isinstance(y, Applied) or x != y:
                return False
        return True

    def __repr__(self) -> str:
        return f"<{self.op.name} of {len(self.operands)} operands>"

    def __deepcopy__(self, memo: object) -> "Applied":
        return self  # nothing in it changes

    def __reduce__(self) -> tuple[Any, ...]:
        flat: list[Any] = []
        stack: list[Expression] = [self]
        while stack:
            e = stack.pop()
            flat.append((e.op, len(e.operands)) if isinstance(e, Applied) else e)
            stack += e.operands if isinstance(e, Applied) else ()
        return _unflattened, (flat,)


def _unflattened(flat: list[Any]) -> Expression:
    """The expression of operations, each with the number of its operands before them, and what they apply to."""
    stack: list[Expression] = []
    for item in reversed(flat):
        if isinstance(item, tuple):
            op, count = item
            operands, stack = stack[len(stack) - count :], stack[: len(stack) - count]
            item = Applied(op, tuple(operands))
        stack.append(item)
    return stack[0]


ZERO, ONE = Number(0.0), Number(1.0)


def as_expression(x: Any) -> Expression:
    """An expression as it is, a number as a Number."""
    return x if isinstance(x, Expression) else Number(float(x))


def _tidy(op: Operation, operands: tuple[Expression, ...]) -> Expression:
    if op in _FOLDED and all(isinstance(x, Number) for x in operands):
        return Number(op.evaluate(*[x.value for x in operands if isinstance(x, Number)]))
    rule = _TIDIER.get(op)
    tidied = rule(*operands) if rule else None
    return Applied(op, operands) if tidied is None else tidied


def _tidy_power(x: Expression, y: Expression) -> Expression | None:
    return x if y == ONE else ONE if y == ZERO else None


# Operations on numbers alone that are carried out; a fraction stays one, and ln 2 is not written 0.6931.
_FOLDED = {ops.add, ops.sub, ops.mul, ops.neg, ops.pow, ops.step, ops.abs, ops.sign, ops.maximum, ops.minimum}

_TIDIER: dict[Operation, Callable[..., Expression | None]] = {
    ops.add: lambda x, y: y if x == ZERO else x if y == ZERO else 2 * x if x == y else None,
    ops.sub: lambda x, y: x if y == ZERO else -y if x == ZERO else ZERO if x == y else None,
    ops.mul: lambda x, y: ZERO if ZERO in (x, y) else y if x == ONE else x if y == ONE else None,
    ops.div: lambda x, y: ZERO if x == ZERO else x if y == ONE else None,
    ops.neg: lambda x: x.operands[0] if isinstance(x, Applied) and x.op is ops.neg else None,
    ops.pow: _tidy_power,
}
