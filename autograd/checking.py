"""Gradients held against numbers that were found without any chain rule.

A node is nudged, and the nudge followed through the graph, in as many digits as it takes. Every operation is computed
from the numbers of its operands as they were recorded, so that rounding in floats does not count as an error of a rule.
"""

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, SupportsFloat

from autograd.core import (
    Arithmetic,
    Operation,
    Value,
    as_float,
    as_value,
    constant,
    dependents,
    grad,
    require_current,
    topological_order,
)
from autograd.core import operations as ops

DIGITS = 60  # of the high-precision arithmetic at first
LEVELS = 4  # each has twice the digits of the one before, and a nudge whose exponent is twice that of the one before
NUDGE = 20  # 10 to the power of minus this, relative to the number that is nudged
SAME = 1e-9  # relative difference of what counts as the same slope
ROUNDING = (
    1e-6  # relative to the sizes of the terms that a derivative is the sum of: what it may lose where they cancel
)


class GradientError(AssertionError):
    """A derivative and its finite difference do not agree."""


@dataclass(frozen=True)
class Slopes:
    """Finite differences of a function at one point, as floats: to its left, to its right, and across (central).

    The first two are the same where the function has a derivative, and at the end of its domain, where there is one
    side. At a kink (relu at 0) they differ, and any number between them is a subgradient.

    size: of the terms that the derivative is the sum of, which may cancel. rules: the derivative by the rules of the
    table, in the same arithmetic, if it was worked out.
    """

    left: float
    right: float
    size: float = 0.0
    rules: float | None = None

    @property
    def kink(self) -> bool:
        """Whether the slopes to the left and to the right differ."""
        return not math.isnan(self.left + self.right) and not math.isclose(self.left, self.right, rel_tol=SAME)

    @property
    def central(self) -> float:
        """The slope between a nudge to the left and one to the right."""
        return (self.left + self.right) / 2

    def difference(self, derivative: float) -> float:
        """How far a derivative lies outside of [left, right], relative to its size where that is above 1.

        Where terms cancel, the rounding of the terms shows in the derivative: that is allowed for.
        """
        return self._outside(derivative, max(1.0, abs(self.central)))

    def apart(self, x: float, y: float) -> float:
        """How far apart two derivatives in floats are, measured in the same way."""
        return abs(x - y) / max(1.0, abs(y), ROUNDING * self.size)

    @property
    def error_of_rules(self) -> float:
        """The same for the derivative by the rules, which no float has rounded: relative to it, however small it is."""
        if self.rules is None or max(abs(self.rules), abs(self.left), abs(self.right)) < 1e-300:
            return 0.0
        return self._outside(self.rules, abs(self.central))

    def _outside(self, derivative: float, size: float) -> float:
        if min(self.left, self.right) <= derivative <= max(self.left, self.right):
            return 0.0  # also where all are too large for floats, and so infinite
        outside = max(min(self.left, self.right) - derivative, derivative - max(self.left, self.right), 0.0)
        finite = abs(derivative) + abs(self.central) < math.inf
        return outside / max(size, ROUNDING * self.size) if finite else math.nan


def finite_differences(output: Value, inputs: Iterable[Value]) -> list[Slopes]:
    """The slopes of output in each input, by nudging it in high-precision arithmetic (mpmath).

    They use the definitions of the operations and none of their partials; `rules` of a result alone does. Raises
    ValueError where the graph is out of date.
    """
    graph = _Graph(output)
    require_current(graph.order)
    return [graph.slopes(value) for value in inputs]


class _Level(NamedTuple):
    """A precision, in digits, and a nudge that suits it."""

    context: Any
    nudge: Any
    here: dict[Value, Any]  # what every operation gives for the numbers of its operands


class _Graph:
    """A graph as it was recorded, in high precision."""

    def __init__(self, output: Value) -> None:
        self.output, self.order = output, topological_order(output)
        self.levels: list[_Level] = []

    def slopes(self, value: Value) -> Slopes:
        """The slopes of the output in one node."""
        affected = dependents(self.order, [value])
        if value not in self.order or self.output not in affected:
            return Slopes(0.0, 0.0, 0.0, 0.0)
        path = [node for node in self.order if node in affected and node is not value]
        before: tuple[Any, Any] | None = None
        for k in range(LEVELS):
            found = self._sides(k, value, path)
            settled = before and [self._settled(*pair, k) for pair in zip(before, found, strict=True)]
            if settled and None not in settled:
                found = settled[0], settled[1]
                break
            before = found
        left, right = found
        if abs(left - right) <= SAME * abs(right):
            left = right = (left + 2 * right) / 3  # to second order: the step to the right was half as long
        rules, size = self._chain(k, value, path)
        return Slopes(float(left), float(right), float(size), float(rules))

    @staticmethod
    def _settled(before: Any, now: Any, k: int) -> Any:
        """The limit of a slope as the nudge gets smaller; None if that cannot be told yet."""
        if abs(now - before) <= SAME * abs(now) and (now or k == LEVELS - 1):
            return now  # a 0 may only be for lack of digits
        return now * 0 if abs(now) < SAME * abs(before) else None

    def _sides(self, k: int, value: Value, path: list[Value]) -> tuple[Any, Any]:
        """The slopes to the left and, with half the step, to the right: equal steps take an odd function for a line."""
        level = self._level(k)
        h = level.nudge * min(abs(float(value.data)) or 1.0, 1.0)  # far out, sin still has its period
        left, right = (self._moved(level, value, path, step) / step for step in (-h, h / 2))
        nan = level.context.isnan
        return (right if nan(left) else left), (left if nan(right) else right)

    def _level(self, k: int) -> _Level:
        while len(self.levels) <= k:
            context = _precise_context(self.order, DIGITS << len(self.levels))
            nudge = context.mpf(10) ** -(NUDGE << len(self.levels))
            self.levels.append(_Level(context, nudge, {}))
        return self.levels[k]

    def _moved(self, level: _Level, value: Value, path: list[Value], step: Any) -> Any:
        """The change of the output when the value takes a step."""
        moves = {value: step}
        for node in path:
            moves[node] = _number(level, node, moves) - self._here(level, node)
        return moves.get(self.output, step)

    @staticmethod
    def _here(level: _Level, node: Value) -> Any:
        if node not in level.here:
            level.here[node] = _number(level, node, {})
        return level.here[node]

    def _chain(self, k: int, value: Value, path: list[Value]) -> tuple[Any, Any]:
        """The derivative by the rules, and the sum of the sizes of its terms."""
        level = self._level(k)
        context, on_path = level.context, {value, *path}
        adjoints = dict.fromkeys(on_path, context.mpf(0))
        sizes = dict(adjoints)
        adjoints[self.output] = sizes[self.output] = context.mpf(1)
        for node in reversed(path):
            assert node.op is not None
            operands = [
                x.data if x.op is constant else Precise(context, context.mpf(float(x.data))) for x in node.operands
            ]
            rules = node.op.partials(Precise(context, self._here(level, node)), *operands)
            for x, rule in zip(node.operands, rules, strict=True):
                if x in on_path:
                    partial = rule.number if isinstance(rule, Precise) else context.mpf(rule)
                    adjoints[x] += partial * adjoints[node]
                    sizes[x] += abs(partial) * sizes[node]
        return adjoints[value], sizes[value]


def _number(level: _Level, node: Value, moves: dict[Value, Any]) -> Any:
    """The result of a node's operation when its operands have moved from their numbers."""
    assert node.op is not None
    context = level.context
    operands = tuple([Precise(context, context.mpf(float(x.data)) + moves.get(x, 0)) for x in node.operands])
    return operands[0].apply_operation(node.op, operands).number


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
            except TypeError as error:  # from functions that take only floats, or from a comparison
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


def _precise_context(order: list[Value], digits: int = DIGITS) -> Any:
    """An mpmath context with this many digits, and more where numbers of very different size meet in the graph."""
    import mpmath

    sizes = [math.log10(abs(node.data)) for node in order if node.data and math.isfinite(node.data)]
    context = mpmath.MPContext()
    context.dps = digits + 2 * int(max([0.0, *sizes]) - min([0.0, *sizes]))
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
                else Precise(context, context.mpf(float(node.data)))
            )
    return numbers


def check_gradients(
    function: Callable[..., Value], *inputs: SupportsFloat, order: int = 2, tolerance: float = 1e-6
) -> float:
    """Hold the derivatives of function at inputs against finite differences, up to the given order.

    function: takes as many Values as there are inputs and returns one; inputs: real numbers or Values (whose numbers
    are taken). Returns the largest difference found, relative to the derivative. Raises GradientError where one is
    above tolerance; where backward() and grad() do not agree, but for what floats round; where a value is not what the
    definition of its operation gives; and at a kink, such as relu at 0, for there is no derivative to agree with.

    The differences are those of `finite_differences`: steps suit the size of the input and of the function, and rules
    are held against them in high precision, so that neither has to make allowance for what floats round.
    """
    if type(order) is not int or order < 1:
        raise ValueError(f"check_gradients takes a whole order of 1 or more, got {order!r}")
    if not 0 <= tolerance < math.inf:
        raise ValueError(f"check_gradients takes a tolerance of 0 or more, got {tolerance!r}")
    point = [as_float(x.data if isinstance(x, Value) else x, "check_gradients") for x in inputs]
    output = function(*map(Value, point))
    if not isinstance(output, Value):
        raise TypeError(f"check_gradients takes a function that returns a Value, got {type(output).__name__}")
    if not math.isfinite(output.data):
        raise GradientError(f"the value at this point is {output.data}: there is no derivative to check")
    _check_values(output)
    for i, step in itertools.product(range(len(point)), (2.0**-26, -(2.0**-26))):
        _check_that_nothing_is_frozen(function, point, i, step, tolerance)
    return _check_order(function, point, order, tolerance, "the derivative")


def _check_values(output: Value) -> None:
    """Check each node against its operation's definition, to within a relative error of 1e-9 in it or an operand."""
    graph = _Graph(output)
    level = graph._level(0)
    for node in graph.order:
        if node.op is None or not node.operands:
            continue
        expected = float(graph._here(level, node))
        effects = [abs(partial * x.data) for partial, x in zip(node.partials, node.operands, strict=True)]
        size = max([abs(expected), 1e-5, *[effect for effect in effects if math.isfinite(effect)]])
        same = node.data == expected or (math.isnan(node.data) and math.isnan(expected))
        if not same and not abs(node.data - expected) <= 1e-9 * size:
            what = "the value" if node is output else f"on the way, the value of {node.op.name}"
            raise GradientError(f"{what} is {node.data}, but by the definitions of its operations {expected}")


def _check_that_nothing_is_frozen(
    function: Callable[..., Value], point: list[float], i: int, step: float, tolerance: float
) -> None:
    """Find numbers taken out of an input, as by float(), that do not move with it, and decisions made by it."""
    moved = [x + step * (abs(x) or 1.0) if j == i else x for j, x in enumerate(point)]
    leaves, others = [*map(Value, point)], [*map(Value, moved)]
    order = topological_order(function(*leaves))
    try:
        there_too = function(*others)
    except Exception:  # whatever functions raise outside their domain
        return
    again = topological_order(as_value(there_too))
    if _described(order, leaves) == _described(again, others):
        return
    context = _precise_context([*order, *again])
    given = {leaf: Precise(context, context.mpf(x)) for leaf, x in zip(leaves, moved, strict=True)}
    before = _evaluate(context, order, {})[order[-1]].number
    follows = _evaluate(context, order, given)[order[-1]].number
    there = _evaluate(context, again, {})[again[-1]].number
    if abs(there - follows) > tolerance * (abs(there - follows) + abs(follows - before)):
        raise GradientError(
            f"when input {i} becomes {moved[i]}, the function gives {float(there)}, but its graph {float(follows)}: a "
            "number in it was taken from the input, as by float() or math.exp(), and does not follow it, or the input "
            "decides what is computed, as by `if`"
        )


def _described(order: list[Value], inputs: list[Value]) -> list[Any]:
    """What a graph consists of, except the numbers of the inputs."""
    place = {node: n for n, node in enumerate(order)}
    return [
        inputs.index(node) if node in inputs else (node.op, [place[x] for x in node.operands] or float(node.data).hex())
        for node in order
    ]


def _check_order(function: Callable[..., Value], point: list[float], order: int, tolerance: float, what: str) -> float:
    leaves = [Value(x) for x in point]
    output = function(*leaves)
    output.backward()
    graph, errors = _Graph(output), list[float]()
    for i, (leaf, derivative) in enumerate(zip(leaves, grad(output, leaves), strict=True)):
        slopes = graph.slopes(leaf)
        found = f"{what} for input {i} is {leaf.grad} by backward() and {derivative.data} by grad()"
        if slopes.kink:
            raise GradientError(
                f"{found}, but there is a kink: the slope is {slopes.left} to the left and {slopes.right} to the right"
            )
        apart = leaf.grad != derivative.data and not abs(leaf.grad - derivative.data) <= 1e-9 * slopes.size + 1e-300
        lost = math.isfinite(slopes.central) and not math.isfinite(leaf.grad)
        if not slopes.error_of_rules <= tolerance or apart or lost:
            raise GradientError(f"{found}, but {slopes.central} by finite difference")
        _check_values(derivative)
        errors.append(slopes.error_of_rules)
        if order > 1:

            def component(*values: Value, i: int = i) -> Value:
                return grad(function(*values), values)[i]

            errors.append(_check_order(component, point, order - 1, tolerance, f"{what} for input {i}, derived"))
    return max(errors)
