"""Rules that are wrong in the ways that learners' are: what is taken for the partial of an operation, or for its value.

Like the rules of the table they are plain arithmetic, and so serve numbers, symbols and generated code alike. Each is
for some operations only, and None says that it has nothing to do with the others.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add, mul
from typing import Any, NamedTuple

from autograd.core import Operation
from autograd.core import operations as ops

Positions = tuple[int, ...]  # of an operand among the operands


class WrongRule(NamedTuple):
    """mistake: its name in `MISTAKES`; rule: what gives the wrong partial or value, or None."""

    mistake: str
    rule: Callable[..., Any]


def right_partial(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    """The partial by what stands at these positions."""
    partials = op.textbook(z, *xs)
    return reduce(add, [partials[p] for p in positions])


def is_function(op: Operation) -> bool:
    """Whether it is a function of one variable with a slope of its own, as an activation is."""
    return op.role == "activation" or (op.arity == 1 and op is not ops.neg)


def _of_function(slope: Callable[[Operation, Any, Sequence[Any]], Any]) -> Callable[..., Any]:
    """A rule for the slope of a function."""

    def rule(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
        return slope(op, z, xs) if is_function(op) and op is not ops.identity and positions == (0,) else None

    return rule


def _sign_of_error(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    return -right_partial(op, z, xs, positions) if op.role == "loss" and op.arity else None


def _sign(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    """Where a minus sign comes in, or, as with sin, none does."""
    has_sign = op in (ops.neg, ops.sin, ops.cos) or (op is ops.sub and positions == (1,))
    return -right_partial(op, z, xs, positions) if has_sign else None


def _is_factor(op: Operation, xs: Sequence[Any], positions: Positions) -> bool:
    """Whether an operand is a factor of one product, as weights and inputs are."""
    products = {ops.mul: 2, ops.affine: len(xs) // 2 * 2}.get(op, 0)
    return len(positions) == 1 and positions[0] < products


def _factor_itself(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    """Of w · x, by w, w itself instead of x."""
    return xs[positions[0]] if _is_factor(op, xs, positions) else None


def _size(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    """Of w · x, by w, x without its minus."""
    return abs(right_partial(op, z, xs, positions)) if _is_factor(op, xs, positions) else None


def _term_itself(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    """Of x + b, by b, b itself, as if it were a factor."""
    is_bias = op is ops.affine and len(xs) % 2 == 1 and positions == (len(xs) - 1,)
    is_term = op in (ops.add, ops.total) and len(positions) == 1
    return xs[positions[0]] if is_bias or is_term else None


def _other_slope(op: Operation, z: Any, xs: Sequence[Any]) -> Any:
    """The slope of tanh for that of the sigmoid, and the other way round."""
    other = {ops.sigmoid: ops.tanh, ops.tanh: ops.sigmoid}.get(op)
    return other.textbook(z, *xs)[0] if other else None


def _one_minus_value(op: Operation, z: Any, xs: Sequence[Any]) -> Any:
    """Of the slopes a (1 − a) and 1 − a², what is remembered of both."""
    return 1 - z if op in (ops.sigmoid, ops.tanh) else None


def _factor_two(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    """The 2 of a square forgotten."""
    if op is ops.squared_error:
        return right_partial(op, z, xs, positions) / 2
    if op is ops.pow and positions == (0,):
        return ops.pow(xs[0], xs[1] - 1)
    return xs[0] if op is ops.mul and positions == (0, 1) else None


def _half(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    """The 2 of a square brought down where a half cancels it."""
    return right_partial(op, z, xs, positions) * 2 if op is ops.half_squared_error else None


def _sign_and_two(op: Operation, z: Any, xs: Sequence[Any], positions: Positions) -> Any:
    wrong = {ops.squared_error: _factor_two, ops.half_squared_error: _half}.get(op)
    return -wrong(op, z, xs, positions) if wrong else None


WRONG_PARTIALS: dict[str, WrongRule] = {
    "minus the slope": WrongRule("sign of the error", _sign_of_error),
    "no minus": WrongRule("sign", _sign),
    "one": WrongRule("slope forgotten", _of_function(lambda op, z, xs: 1.0)),
    "slope at the result": WrongRule(
        "slope elsewhere", _of_function(lambda op, z, xs: op.textbook(op(z, *xs[1:]), z, *xs[1:])[0])
    ),
    "operand for result": WrongRule("slope elsewhere", _of_function(lambda op, z, xs: op.textbook(xs[0], *xs)[0])),
    "value": WrongRule("value for slope", _of_function(lambda op, z, xs: z)),
    "that of another function": WrongRule("slope of another", _of_function(_other_slope)),
    "one minus the value": WrongRule("slope in part", _of_function(_one_minus_value)),
    "the factor itself": WrongRule("factor itself", _factor_itself),
    "its size": WrongRule("minus dropped", _size),
    "the term itself": WrongRule("term itself", _term_itself),
    "two": WrongRule("factor 2", _factor_two),
    "half": WrongRule("half", _half),
    "minus the slope, and two": WrongRule("sign and factor 2", _sign_and_two),
}


def _half_or_double(op: Operation, z: Any, xs: Sequence[Any]) -> Any:
    return {ops.squared_error: 0.5, ops.half_squared_error: 2.0}[op] * z if op in _SQUARES else None


_SQUARES = (ops.squared_error, ops.half_squared_error)

WRONG_VALUES: dict[str, WrongRule] = {
    "the slope": WrongRule(
        "slope for value",
        lambda op, z, xs: op.textbook(z, *xs)[0] if is_function(op) and op is not ops.identity else None,
    ),
    "half or double": WrongRule("half of the value", _half_or_double),
    "e to the plus": WrongRule("sign in the exponent", lambda op, z, xs: op(-xs[0]) if op is ops.sigmoid else None),
    "not squared": WrongRule("not squared", lambda op, z, xs: xs[1] - xs[0] if op in _SQUARES else None),
    "product": WrongRule("product for sum", lambda op, z, xs: reduce(mul, xs) if op in (ops.add, ops.total) else None),
}
