"""Gradients held against numbers that were found without any chain rule."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, SupportsFloat

from autograd import operations as ops
from autograd.arithmetic import Arithmetic
from autograd.declaration import Operation
from autograd.floats import as_float
from autograd.gradient import dependents, grad
from autograd.outdated import require_current
from autograd.value import Value, topological_order

DIGITS = 60  # of the high-precision arithmetic
NUDGE = 1e-20  # relative step of its finite differences: exact to about as much


class GradientError(AssertionError):
    """A derivative and its finite difference do not agree."""


@dataclass(frozen=True)
class Slopes:
    """Finite differences of a function at one point, as floats: to its left, to its right, and across (central).

    The first two are the same but for NUDGE where the function has a derivative. At a kink (relu at 0) they
    differ, and any number between them is a subgradient.
    """

    left: float
    right: float

    @property
    def kink(self) -> bool:
        """Whether the slopes to the left and to the right differ."""
        return not math.isclose(self.left, self.right, rel_tol=1e-9, abs_tol=1e-15)

    @property
    def central(self) -> float:
        """The slope between a nudge to the left and one to the right."""
        return (self.left + self.right) / 2

    def difference(self, derivative: float) -> float:
        """How far a derivative lies outside of [left, right], relative to its size where that is above 1."""
        outside = max(min(self.left, self.right) - derivative, derivative - max(self.left, self.right), 0.0)
        finite = abs(derivative) + abs(self.central) < float("inf")
        return outside / max(1.0, abs(self.central)) if finite else float("nan")


def finite_differences(output: Value, inputs: Iterable[Value]) -> list[Slopes]:
    """The slopes of output in each input, by evaluating its graph anew in 60-digit arithmetic (mpmath).

    Uses the definitions of the operations and none of their partials. Raises ValueError where the graph is out of date.
    """
    order = topological_order(output)
    require_current(order)
    context = _precise_context(order)
    here = _evaluate(context, order, {})
    slopes = []
    for value in inputs:
        affected = dependents(order, [value])
        unaffected = {node: x for node, x in here.items() if node not in affected}
        x, y = here.get(value), here[output].number
        if x is None or output not in affected:
            slopes.append(Slopes(0.0, 0.0))
            continue
        h = context.mpf(NUDGE) * max(1, abs(x.number))
        lower, upper = (
            _evaluate(context, order, {**unaffected, value: Precise(context, x.number + step)})[output].number
            for step in (-h, h)
        )
        slopes.append(Slopes(float((y - lower) / h), float((upper - y) / h)))
    return slopes


class Precise(Arithmetic):
    """A number of an mpmath context, to which the operations of the table can be applied."""

    __slots__ = ("context", "number")

    def __init__(self, context: Any, number: Any) -> None:
        # like the floats of the table, numbers never turn complex
        self.context, self.number = context, number if isinstance(number, context.mpf) else context.nan

    def apply_operation(self, op: Operation, operands: tuple[Any, ...]) -> Any:
        """A primitive by its function of the context, all else by its definition."""
        context = self.context
        primitive = _PRIMITIVES.get(op)
        if primitive is None:
            try:
                return op.definition(*operands)
            except TypeError as error:  # in functions that take nothing but floats, or with a comparison
                raise TypeError(
                    f"{op.name} cannot be evaluated in high precision: declare it with definition=, in terms of "
                    f"autograd's operations ({error})"
                ) from error
        numbers = [x.number if isinstance(x, Precise) else context.mpf(x) for x in operands]
        try:
            return Precise(context, primitive(context, *numbers))
        except ZeroDivisionError:
            return Precise(context, context.mpf(op.evaluate(*map(float, numbers))))


_PRIMITIVES: dict[Operation, Callable[..., Any]] = {
    ops.add: lambda context, x, y: x + y,
    ops.sub: lambda context, x, y: x - y,
    ops.mul: lambda context, x, y: x * y,
    ops.div: lambda context, x, y: x / y,
    ops.neg: lambda context, x: -x,
    ops.mul_no_nan: lambda context, x, y: context.mpf(0) if {abs(x), abs(y)} == {0, context.inf} else x * y,
    ops.sub_no_nan: lambda context, x, y: context.mpf(0) if x == y else x - y,
    ops.pow: lambda context, x, y: x**y,
    ops.exp: lambda context, x: context.exp(x),
    ops.expm1: lambda context, x: context.expm1(x),
    ops.log: lambda context, x: context.log(x),
    ops.log1p: lambda context, x: context.log1p(x),
    ops.sqrt: lambda context, x: context.sqrt(x),
    ops.sin: lambda context, x: context.sin(x),
    ops.cos: lambda context, x: context.cos(x),
    ops.tanh: lambda context, x: context.tanh(x),
    ops.erfc: lambda context, x: context.erfc(x),
    ops.maximum: lambda context, x, y: x + y if context.isnan(x + y) else max(x, y),
    ops.step: lambda context, x: x if context.isnan(x) else context.mpf(x > 0),
    ops.abs: lambda context, x: abs(x),
}


def _precise_context(order: list[Value]) -> Any:
    """An mpmath context with 60 digits, and more where numbers of very different size meet in the graph."""
    import mpmath

    context = mpmath.MPContext()
    largest = max([abs(node.data) for node in order if math.isfinite(node.data)], default=1.0)
    context.dps = DIGITS + 2 * max(0, int(math.log10(largest or 1.0)))
    return context


def _evaluate(context: Any, order: list[Value], known: dict[Value, Precise]) -> dict[Value, Precise]:
    """The numbers of all nodes of a topological order, where some are given."""
    numbers = dict(known)
    for node in order:
        if node not in numbers:
            operands = tuple([numbers[x] for x in node.operands])
            numbers[node] = (
                operands[0].apply_operation(node.op, operands)
                if node.op and operands
                else Precise(context, context.mpf(node.data))
            )
    return numbers


def check_gradients(
    function: Callable[..., Value], *inputs: SupportsFloat, order: int = 2, tolerance: float = 1e-6
) -> float:
    """Hold the derivatives of function at inputs against finite differences, up to the given order.

    function: takes as many Values as there are inputs and returns one; inputs: real numbers or Values (whose numbers
    are taken). Returns the largest difference found, relative where the derivative is above 1; raises
    GradientError where one is above tolerance, and where the value itself is not what the definitions of
    its operations give. At a kink, such as relu at 0, there is no derivative to agree with.
    """
    if order < 1:
        raise ValueError(f"check_gradients takes an order of 1 or more, got {order}")
    point = [x.data if isinstance(x, Value) else as_float(x, "check_gradients") for x in inputs]
    return max(_check_value(function, point), _check_order(function, point, order, tolerance, "the derivative"))


def _check_value(function: Callable[..., Value], point: list[float]) -> float:
    output = function(*map(Value, point))
    if not isinstance(output, Value):
        raise TypeError(f"check_gradients takes a function that returns a Value, got {type(output).__name__}")
    if not math.isfinite(output.data):
        raise GradientError(f"the value at this point is {output.data}: there is no derivative to check")
    order = topological_order(output)
    expected = float(_evaluate(_precise_context(order), order, {})[output].number)
    difference = _difference(output.data, expected)
    if not difference <= 1e-9:
        raise GradientError(f"the value is {output.data}, but by the definitions of its operations {expected}")
    return difference


def _check_order(function: Callable[..., Value], point: list[float], order: int, tolerance: float, what: str) -> float:
    leaves = [Value(x) for x in point]
    output = function(*leaves)
    output.backward()
    worst = 0.0
    for i, (leaf, derivative) in enumerate(zip(leaves, grad(output, leaves), strict=True)):
        numeric = _central_difference(function, point, i)
        for found, how in ((leaf.grad, "backward()"), (derivative.data, "grad()")):
            difference = _difference(found, numeric)
            if not difference <= tolerance:
                raise GradientError(
                    f"{what} for input {i} is {found} by {how}, but {numeric} by finite difference (what float(), "
                    "math.exp or .data give of a Value is a number that no gradient flows through)"
                )
            worst = max(worst, difference)
        if order > 1:

            def component(*values: Value, i: int = i) -> Value:
                return grad(function(*values), values)[i]

            worst = max(worst, _check_order(component, point, order - 1, tolerance, f"{what} for input {i}, derived"))
    return worst


def _central_difference(function: Callable[..., Value], point: list[float], i: int) -> float:
    """To fourth order in h: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 25.3.6."""
    h = 1e-4 * max(1.0, abs(point[i]))

    def at(steps: int) -> float:
        return function(*[Value(x + steps * h if j == i else x) for j, x in enumerate(point)]).data

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)


def _difference(found: float, expected: float) -> float:
    return abs(found - expected) / max(1.0, abs(expected))
