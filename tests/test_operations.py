"""Every row of the table, held against formulas written anew in 150-digit arithmetic.

A new row is tested by being there, once it has an oracle.

The tests that loop feed an operation its flat operands, as a graph keeps them: for `affine` the weights, the inputs
and the bias, for `softmax_cross_entropy` the logits and the target's once more.
"""

import itertools
import math
import operator
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Operation, Value, check_gradients, derive, grad, hessian, operation
from autograd.core import operations as ops
from autograd.core.operations import table

INF, NAN = math.inf, math.nan
Point = tuple[float, ...]

mp: Any = mpmath.MPContext()  # one of our own, so that no global precision changes
mp.dps = 150


def log_logistic(x: Any) -> Any:
    """log(1 / (1 + exp(-x))), with nothing cancelled."""
    return -mp.log1p(mp.exp(-x))


def weighted_sum(*operands: Any) -> Any:
    n = len(operands) // 2
    return mp.fdot(operands[:n], operands[n : 2 * n]) + mp.fsum(operands[2 * n :])


ORACLES: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "mul_no_nan": lambda x, y: x * y,
    "sub_no_nan": lambda x, y: x - y,
    "pow": lambda x, y: x**y,
    "exp": lambda x: mp.exp(x),
    "expm1": lambda x: mp.exp(x) - 1,
    "log": lambda x: mp.log(x),
    "log1p": lambda x: mp.log(1 + x),
    "sqrt": lambda x: mp.sqrt(x),
    "sin": lambda x: mp.sin(x),
    "cos": lambda x: mp.cos(x),
    "tanh": lambda x: mp.sinh(x) / mp.cosh(x),
    "erfc": lambda x: 1 - mp.erf(x) if x < 3 else mp.erfc(x),
    "maximum": lambda x, y: x if x > y else y,
    "minimum": lambda x, y: x if x < y else y,
    "step": lambda x: mp.mpf(x > 0),
    "sign": lambda x: mp.sign(x),
    "abs": lambda x: mp.fabs(x),
    "identity": lambda x: x,
    "sigmoid": lambda x: mp.exp(log_logistic(x)),
    "relu": lambda x: x if x > 0 else mp.mpf(0),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "gelu": lambda x: x * mp.ncdf(x),
    "total": lambda *xs: mp.fsum(xs),
    "affine": weighted_sum,
    "squared_error": lambda p, y: (p - y) ** 2,
    "half_squared_error": lambda p, y: (p - y) ** 2 / 2,
    "absolute_error": lambda p, y: mp.fabs(p - y),
    "huber_loss": lambda p, y, delta: (
        (p - y) ** 2 / 2 if mp.fabs(p - y) < mp.fabs(delta) else mp.fabs(delta) * (mp.fabs(p - y) - mp.fabs(delta) / 2)
    ),
    "binary_cross_entropy": lambda p, y: -y * mp.log(p) - (1 - y) * mp.log(1 - p),
    "binary_cross_entropy_with_logits": lambda x, y: -y * log_logistic(x) - (1 - y) * log_logistic(-x),
    "softmax_cross_entropy": lambda *xs: mp.log(mp.fsum(map(mp.exp, xs[:-1]))) - xs[-1],
    "hinge": lambda x, y: max(1 - y * x, mp.mpf(0)),
}

UNARY: list[Point] = [(x,) for x in (-2.5, -1.25, -0.3, 0.2, 0.7, 1.5, 3.0)]
BINARY: list[Point] = list(itertools.permutations((-2.5, -0.3, 0.7, 1.5, 3.0), 2))  # no ties
FLAT: list[Point] = [(0.5, -1.5), (2.0, -1.0, 0.5), (0.3, -2.0, 1.5, 0.7), (1.0, 2.0, -3.0, 0.5, -0.7)]

# Where the usual points do not serve, and where a naive formula overflows or loses its digits.
POINTS: dict[str, list[Point]] = {
    "pow": [*BINARY, (-2.0, 3.0), (-2.0, -3.0), (0.5, 0.0), (10.0, -30.0), (1.0000001, 1e6)],
    "exp": [*UNARY, (-1000.0,), (700.0,)],
    "expm1": [*UNARY, (1e-12,), (-1e-12,), (-1000.0,)],
    "log": [*UNARY, (1e-300,), (1e300,)],
    "log1p": [*UNARY, (1e-12,), (-1e-12,), (1e300,)],
    "tanh": [*UNARY, (1000.0,), (-1000.0,), (1e-8,)],
    "erfc": [*UNARY, (10.0,), (-10.0,), (1000.0,)],
    "sigmoid": [*UNARY, (1000.0,), (-1000.0,), (-700.0,), (-40.0,)],
    "softplus": [*UNARY, (1000.0,), (-1000.0,), (-700.0,), (-40.0,)],
    "silu": [*UNARY, (1000.0,), (-1000.0,), (-700.0,)],
    "gelu": [*UNARY, (-10.0,), (1000.0,), (-1000.0,)],
    "elu": [*BINARY, (-1000.0, 1.0), (1000.0, 1.0), (-1e-12, 1.0)],
    "huber_loss": [
        *itertools.product((-2.5, 0.7), (-1.5, 0.9), (0.5, 1.0, 2.0, -0.5)),
        (0.7, 0.7, 1.0),
        (1000.0, 0.5, 1.0),
    ],
    "binary_cross_entropy": [*itertools.product((0.01, 0.3, 0.8), (0.0, 0.4, 1.0)), (1e-3, 1.0), (1e-3, 0.0)],
    "binary_cross_entropy_with_logits": list(
        itertools.product((-1000.0, -40.0, -2.5, 0.5, 40.0, 1000.0), (0.0, 0.3, 1.0))
    ),
    "softmax_cross_entropy": [*FLAT[1:], (1000.0, -1000.0, 1000.0), (1000.0, -1000.0, -1000.0), (0.0, 0.0, 0.0)],
    "total": [(2.5,), *FLAT],
    "affine": FLAT,
}


def points(name: str) -> list[Point]:
    return POINTS.get(name) or (UNARY if table[name].arity == 1 else BINARY)


def in_the_domain(name: str) -> list[Point]:
    """Outside of it the value is nan, and a slope has nothing to be held against."""
    return [point for point in points(name) if not math.isnan(table[name].evaluate(*point))]


every_operation = pytest.mark.parametrize("name", table)


def apply(op: Operation, leaves: list[Value]) -> Value:
    return Value.apply_operation(op, tuple(leaves))


def real(x: Any) -> float:
    """The oracle's result as a float: nan where it is complex, as the engine never is."""
    return float(x) if isinstance(x, mp.mpf) else NAN


def oracle(name: str, point: Point, *moves: tuple[int, Any]) -> Any:
    """The formula at a point, some of whose coordinates have moved."""
    xs = [mp.mpf(x) for x in point]
    for i, by in moves:
        xs[i] += by
    return ORACLES[name](*xs)


def nudge(x: float) -> Any:
    return mp.mpf("1e-25") * (abs(x) or 1)


def slope(name: str, point: Point, i: int) -> float:
    """A central difference: its error is about the square of the nudge."""
    h = nudge(point[i])
    return real((oracle(name, point, (i, h)) - oracle(name, point, (i, -h))) / (2 * h))


def curvature(name: str, point: Point, i: int, j: int) -> float:
    """A second central difference."""
    h, k = nudge(point[i]), nudge(point[j])

    def at(a: int, b: int) -> Any:
        return oracle(name, point, (i, a * h), (j, b * k))

    return real((at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * k))


def close(found: float, expected: float, relative: float = 1e-12, absolute: float = 1e-15) -> bool:
    if math.isnan(expected):
        return math.isnan(found)
    return math.isclose(found, expected, rel_tol=relative, abs_tol=absolute)


def same(x: float, y: float) -> bool:
    return x == y or (math.isnan(x) and math.isnan(y))


# The loops


def test_every_row_has_an_oracle_and_every_oracle_a_row() -> None:
    assert set(ORACLES) == set(table)


def test_the_table_is_what_the_package_exports() -> None:
    beside = {"pick", "stop_gradient"}  # see test_picking
    assert {name for name in autograd.__all__ if isinstance(getattr(autograd, name), Operation)} == {*table, *beside}
    for name, op in table.items():
        assert getattr(autograd, name) is op


def test_names_are_unique_so_that_a_drawing_can_tell_operations_apart() -> None:
    assert len({op.name for op in table.values()}) == len(table)


@every_operation
def test_value(name: str) -> None:
    for point in points(name):
        # The small absolute tolerance lets a difference of logits lose what it must; STABLE has none.
        assert close(apply(table[name], [*map(Value, point)]).data, real(oracle(name, point))), point


@every_operation
def test_partials(name: str) -> None:
    for point in in_the_domain(name):
        node = apply(table[name], [*map(Value, point)])
        for i, partial in enumerate(node.partials):
            assert close(partial, slope(name, point, i)), (point, i)


@every_operation
def test_backward_and_grad_give_the_partials(name: str) -> None:
    for point in points(name):
        leaves = [*map(Value, point)]
        node = apply(table[name], leaves)
        node.backward()
        for leaf, partial, derivative in zip(leaves, node.partials, grad(node, leaves), strict=True):
            assert same(leaf.grad, partial), point
            assert same(derivative.data, partial), point


@every_operation
def test_second_order(name: str) -> None:
    for point in in_the_domain(name):
        leaves = [*map(Value, point)]
        for i, row in enumerate(hessian(apply(table[name], leaves), leaves)):
            for j, second in enumerate(row):
                assert close(second.data, curvature(name, point, i, j), relative=1e-10, absolute=1e-12), (point, i, j)


@every_operation
def test_second_order_by_backward_through_the_gradient(name: str) -> None:
    for point in points(name):
        leaves = [*map(Value, point)]
        for first in grad(apply(table[name], leaves), leaves):
            for leaf in leaves:
                leaf.grad = 0.0
            expected = [second.data for second in grad(first, leaves)]
            if all(first is not leaf for leaf in leaves):
                first.backward()
                for leaf, second in zip(leaves, expected, strict=True):
                    assert close(leaf.grad, second, absolute=1e-12), point


@every_operation
def test_definition_is_the_same_function(name: str) -> None:
    op = table[name]
    for point in points(name):
        assert close(float(op.definition(*map(Value, point))), op.evaluate(*point)), point


@every_operation
def test_partials_are_those_of_the_definition(name: str) -> None:
    for point in points(name):
        leaves = [*map(Value, point)]
        defined = table[name].definition(*leaves)
        if not isinstance(defined, Value):  # a primitive, which is a function of `math`
            continue
        for partial, derivative in zip(apply(table[name], leaves).partials, grad(defined, leaves), strict=True):
            # where a definition overflows on the way, its derivative is nan; the row's own partial may know better
            agree = close(partial, derivative.data, relative=1e-9, absolute=1e-12)
            assert agree or math.isnan(derivative.data), point


@every_operation
def test_numbers_give_a_float_and_values_a_value(name: str) -> None:
    for function, arguments in calls(name, (1, 2)):
        assert type(function(*arguments)) is float
    for number in (3, True, Fraction(1, 3), np.float64(0.3), np.float32(0.5), np.int64(2)):
        for function, arguments in calls(name, (number, 0.25)):
            on_numbers = function(*arguments)
            assert type(on_numbers) is float
            for function_of_values, values in calls(name, (Value(number), 0.25)):
                on_values = function_of_values(*values)
                assert type(on_values) is Value
                assert same(on_values.data, on_numbers)


def calls(name: str, arguments: tuple[Any, Any]) -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """The function of this name, and arguments of the shape that it takes."""
    function = getattr(autograd, name)
    first, second = arguments
    if name == "total":
        yield function, ([first, second],)
    elif name == "affine":
        yield function, ([first], [second], first)
    elif name == "softmax_cross_entropy":
        yield function, ([first, second], 1)
    else:
        arity = table[name].arity
        assert arity is not None
        yield function, (first, second, 1.0)[:arity]


@every_operation
def test_methods(name: str) -> None:
    op = table[name]
    if op.arity is not None and op.arity - len(op.defaults) == 1:
        method = getattr(Value(0.7), name)()
        function = op(Value(0.7))
        assert method.op is function.op is op
        assert (method.data, method.partials) == (function.data, function.partials)
        assert method.data == op(0.7)
        assert [x.data for x in method.operands] == [0.7, *op.defaults]


def test_operands_that_have_defaults_can_be_given() -> None:
    assert autograd.leaky_relu(-1.0) == -0.01
    assert autograd.leaky_relu(-1.0, 0.5) == Value(-1.0).leaky_relu(0.5).data == -0.5
    slope = Value(0.5)
    Value(-2.0).leaky_relu(slope).backward()
    assert slope.grad == -2.0
    assert autograd.elu(-1000.0, 3) == Value(-1000.0).elu(3).data == -3.0


# Stability: to the last digits, with no absolute tolerance to hide in


STABLE: list[tuple[str, Point]] = [
    ("tanh", (1000.0,)),
    ("tanh", (1e-9,)),
    ("expm1", (1e-12,)),
    ("expm1", (-1e-18,)),
    ("log1p", (1e-12,)),
    ("log1p", (-1e-18,)),
    ("erfc", (10.0,)),
    ("sigmoid", (-1000.0,)),
    ("sigmoid", (-700.0,)),
    ("softplus", (1000.0,)),
    ("softplus", (-1000.0,)),
    ("softplus", (-40.0,)),
    ("silu", (-700.0,)),
    ("gelu", (-10.0,)),
    ("elu", (-1e-12, 1.0)),
    ("binary_cross_entropy_with_logits", (1000.0, 1.0)),
    ("binary_cross_entropy_with_logits", (1000.0, 0.0)),
    ("binary_cross_entropy_with_logits", (-1000.0, 1.0)),
    ("binary_cross_entropy_with_logits", (-1000.0, 0.0)),
    ("binary_cross_entropy_with_logits", (40.0, 1.0)),
    ("softmax_cross_entropy", (1000.0, -1000.0, 1000.0)),
    ("softmax_cross_entropy", (1000.0, -1000.0, -1000.0)),
    ("softmax_cross_entropy", (-1000.0, -1001.0, -1002.0, -1001.0)),
]


@pytest.mark.parametrize(("name", "point"), STABLE)
def test_no_digit_is_lost(name: str, point: Point) -> None:
    assert close(table[name].evaluate(*point), real(oracle(name, point)), relative=1e-12, absolute=0.0)


# IEEE 754


IEEE: list[tuple[str, Point, float]] = [
    ("div", (1.0, 0.0), INF),
    ("div", (-1.0, 0.0), -INF),
    ("div", (1.0, -0.0), -INF),
    ("div", (0.0, 0.0), NAN),
    ("div", (INF, 0.0), INF),
    ("div", (INF, INF), NAN),
    ("mul", (0.0, INF), NAN),
    ("mul", (1e300, -1e300), -INF),
    ("sub", (INF, INF), NAN),
    ("log", (0.0,), -INF),
    ("log", (-0.0,), -INF),
    ("log", (-1.0,), NAN),
    ("log", (-INF,), NAN),
    ("log1p", (-1.0,), -INF),
    ("log1p", (-2.0,), NAN),
    ("exp", (1000.0,), INF),
    ("exp", (-1000.0,), 0.0),
    ("expm1", (1000.0,), INF),
    ("sqrt", (-1.0,), NAN),
    ("sqrt", (INF,), INF),
    ("sin", (INF,), NAN),
    ("cos", (-INF,), NAN),
    ("pow", (-8.0, 1 / 3), NAN),
    ("pow", (0.0, -1.0), INF),
    ("pow", (-0.0, -1.0), -INF),
    ("pow", (-0.0, -2.0), INF),
    ("pow", (-0.0, -0.5), INF),
    ("pow", (0.0, -INF), INF),
    ("pow", (-10.0, 309.0), -INF),
    ("pow", (-10.0, 310.0), INF),
    ("pow", (10.0, 309.0), INF),
    ("pow", (0.0, 0.0), 1.0),
    ("pow", (NAN, 0.0), 1.0),  # the two exceptions to "nan in, nan out" that IEEE 754 makes
    ("pow", (1.0, NAN), 1.0),
    ("sigmoid", (INF,), 1.0),
    ("sigmoid", (-INF,), 0.0),
    ("softplus", (INF,), INF),
    ("softplus", (-INF,), 0.0),
    ("relu", (-INF,), 0.0),
    ("tanh", (-INF,), -1.0),
    ("erfc", (-INF,), 2.0),
    ("sign", (-INF,), -1.0),
    ("step", (INF,), 1.0),
    ("maximum", (INF, -INF), INF),
    ("minimum", (INF, -INF), -INF),
    ("binary_cross_entropy", (0.0, 1.0), INF),
]


@pytest.mark.parametrize(("name", "point", "expected"), IEEE)
def test_ieee(name: str, point: Point, expected: float) -> None:
    assert same(table[name](*point), expected)
    assert same(table[name](*map(Value, point)).data, expected)


def test_operators_follow_ieee_too() -> None:
    assert (Value(1.0) / 0).data == (1 / Value(0.0)).data == INF
    assert math.isnan((Value(0.0) / 0).data)
    assert math.isnan((Value(-8.0) ** (1 / 3)).data)
    assert math.isnan(((-8) ** Value(1 / 3)).data)
    assert (Value(-10.0) ** 309).data == -INF


NUMPY: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.float_power,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "abs": np.abs,
    "sign": np.sign,
    "step": lambda x: np.heaviside(x, 0.0),
    "relu": lambda x: np.maximum(x, 0.0),
    "softplus": lambda x: np.logaddexp(x, 0.0),
}
EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 309.0, 1e308, -1e308, 5e-324, -5e-324, INF, -INF, NAN]


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_agrees_at_the_edges(name: str) -> None:
    for point in itertools.product(EDGES, repeat=table[name].arity or 0):
        with np.errstate(all="ignore"):
            expected = float(NUMPY[name](*map(np.float64, point)))
        found = table[name].evaluate(*point)
        assert close(found, expected, absolute=0.0), point
        if expected:  # NumPy's own (-0.0) ** 0.5 is -0.0
            assert math.isnan(expected) or math.copysign(1, found) == math.copysign(1, expected), point


@every_operation
def test_nan_goes_through(name: str) -> None:
    op = table[name]
    for n in {op.arity} if op.arity else {1, 2, 3, 5} - ({1} if name != "total" else set()):
        for i in range(n):
            point = [1.5] * n
            point[i] = NAN
            if name == "pow":
                point[1 - i] = 2.0
            assert math.isnan(op.evaluate(*point)), point
            assert math.isnan(apply(op, [*map(Value, point)]).data), point


ANY_FLOAT = st.one_of(st.floats(), st.sampled_from(EDGES), st.floats(-4, 4), st.integers(-4, 4).map(float))


@every_operation
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_nothing_raises_and_nothing_turns_complex(name: str, data: st.DataObject) -> None:
    op = table[name]
    least = {"total": 1, "affine": 2, "softmax_cross_entropy": 2}.get(name, 0)
    point = data.draw(st.lists(ANY_FLOAT, min_size=op.arity or least, max_size=op.arity or 6))
    # An exponent that is 0, but may vary: near x = 0 its slope, 0 * x**-1, is nan as a graph, and 0 by backward().
    # A number 0 as the exponent is another thing, tested below; and so is x = 0.5, above.
    assume(name != "pow" or point[1] != 0)
    leaves = [*map(Value, point)]
    assert type(op.evaluate(*point)) is float
    node = apply(op, leaves)
    assert type(node.data) is float
    assert same(node.data, op.evaluate(*point))
    assert [type(partial) for partial in node.partials] == [float] * len(point)
    node.backward()
    for leaf, partial, derivative in zip(leaves, node.partials, grad(node, leaves), strict=True):
        assert same(leaf.grad, partial)
        assert same(derivative.data, partial)
    for second in itertools.chain(*hessian(node, leaves)):
        assert type(second.data) is float


# Kinks and corners: the subgradients we chose


def partials(name: str, *point: float) -> Point:
    return apply(table[name], [*map(Value, point)]).partials


def test_kinks() -> None:
    for zero in (0.0, -0.0):
        assert partials("relu", zero) == (0.0,)
        assert partials("abs", zero) == (0.0,)
        assert partials("step", zero) == (0.0,)
        assert partials("sign", zero) == (0.0,)
        assert partials("absolute_error", zero, 0.0) == (0.0, 0.0)
        assert partials("elu", zero, 1.0)[0] == 1.0
        assert partials("leaky_relu", zero, 0.01)[0] == 0.01


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_tie_halves_the_gradient(x: float) -> None:
    assert partials("maximum", x, x) == partials("minimum", x, x) == (0.5, 0.5)


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_maximum_and_minimum_share_out_one_gradient(x: float, y: float) -> None:
    for name in ("maximum", "minimum"):
        assert sum(partials(name, x, y)) == 1.0


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(0.0)
def test_power_zero_is_flat(x: float) -> None:
    leaf = Value(x)
    flat = leaf**0
    flat.backward()
    assert flat.data == 1.0
    assert leaf.grad == 0.0
    assert grad(flat, leaf).data == 0.0


@pytest.mark.parametrize(("exponent", "slope_at_0", "curvature_at_0"), [(0, 0, 0), (1, 1, 0), (2, 0, 2), (3, 0, 0)])
def test_powers_at_zero(exponent: int, slope_at_0: float, curvature_at_0: float) -> None:
    x = Value(0.0)
    first = grad(x**exponent, x)
    assert first.data == slope_at_0
    assert grad(first, x).data == curvature_at_0


# What is refused


@pytest.mark.parametrize("name", [name for name, op in table.items() if op.arity and not op.arrange])
def test_a_wrong_number_of_operands(name: str) -> None:
    op = table[name]
    assert op.arity is not None
    most, least = op.arity, op.arity - len(op.defaults)
    for count in {0, least - 1, most + 1, most + 2} - {-1}:
        for x in (1.0, Value(1.0)):
            with pytest.raises(TypeError, match=re.escape(op.name) + f".* {op.arity} .*got {count}"):
                op(*[x] * count)


def test_affine_takes_one_weight_for_each_input() -> None:
    with pytest.raises(ValueError, match=r"affine.*2 for 3"):
        autograd.affine([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"affine.*0 for 1"):
        autograd.affine([], [Value(1.0)], Value(2.0))


@pytest.mark.parametrize("target_index", [3, 4, -1, -3, 10**30])
def test_a_target_index_out_of_range(target_index: int) -> None:
    for logits in ([1.0, 2.0, 3.0], [*map(Value, (1.0, 2.0, 3.0))]):
        with pytest.raises(IndexError, match=f"softmax_cross_entropy.*3.*{target_index}"):
            autograd.softmax_cross_entropy(logits, target_index)


@pytest.mark.parametrize("target_index", [1.0, "1", None])
def test_a_target_index_that_is_no_integer(target_index: Any) -> None:
    with pytest.raises(TypeError):
        autograd.softmax_cross_entropy([1.0, 2.0, 3.0], target_index)


def test_a_numpy_integer_is_a_target_index() -> None:
    assert autograd.softmax_cross_entropy([1.0, 2.0], np.int64(1)) == autograd.softmax_cross_entropy([1.0, 2.0], 1)


def test_nothing_to_work_on() -> None:
    with pytest.raises(ValueError, match="affine"):
        autograd.affine([], [])
    with pytest.raises(IndexError, match="softmax_cross_entropy"):
        autograd.softmax_cross_entropy([], 0)
    assert autograd.total([]) == 0.0  # as sum() has it


def test_iterators_will_do() -> None:
    weights, inputs = [0.5, 2.0], [3.0, 4.0]
    assert autograd.affine(iter(weights), iter(inputs), 1.0) == autograd.affine(weights, inputs, 1.0) == 10.5
    assert autograd.total(x for x in inputs) == 7.0
    assert autograd.softmax_cross_entropy(iter(weights), 1) == autograd.softmax_cross_entropy(weights, 1)


# Losses and neurons are one node


def test_affine_is_one_node_of_weights_inputs_and_bias() -> None:
    weights, inputs, bias = [Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)], Value(1.0)
    z = autograd.affine(weights, inputs, bias)
    assert z.data == 32.0
    assert z.operands == (*weights, *inputs, bias)
    assert z.partials == (5.0, 7.0, 2.0, 3.0, 1.0)


@pytest.mark.parametrize("numbers", [(1.0, -math.inf, 2.0), (0.0, 0.0, 0.0), (-1e300, 1e300, 1.0)])
@pytest.mark.parametrize("index", range(3))
def test_a_target_index_that_is_a_value_picks_the_logit_whatever_the_others_are(
    numbers: tuple[float, ...], index: int
) -> None:
    found, target = [*map(Value, numbers)], Value(float(index))
    loss = autograd.softmax_cross_entropy(found, target)
    expected = [*map(Value, numbers)]
    by_index = autograd.softmax_cross_entropy(expected, index)
    loss.backward()
    by_index.backward()
    assert loss.data == by_index.data
    assert str([x.grad for x in found]) == str([x.grad for x in expected])  # nan where the target's is -inf
    assert target.grad == 0.0
    slopes = grad(autograd.softmax_cross_entropy(found, target), found)
    assert str([x.data for x in slopes]) == str([x.grad for x in expected])


def test_the_gradient_of_softmax_cross_entropy_is_the_softmax_less_one_at_the_target() -> None:
    logits = [*map(Value, (1.0, 2.0, 3.0))]
    autograd.softmax_cross_entropy(logits, 1).backward()
    sizes = [math.exp(x.data) for x in logits]
    softmax = [size / sum(sizes) for size in sizes]
    assert [x.grad for x in logits] == pytest.approx([softmax[0], softmax[1] - 1, softmax[2]], rel=1e-12)


# Operations of one's own

cube = operation("cube", lambda x: x * x * x, lambda z, x: (3 * x * x,))
length = operation("length", lambda x, y: (x * x + y * y) ** 0.5, lambda z, x, y: (x / z, y / z))
reciprocal = operation("reciprocal", lambda x: 1 / x, lambda z, x: (-1 / (x * x),))
root = operation("root", lambda x: x**0.5, lambda z, x: (0.5 * x**-0.5,))
ratio = operation("ratio", lambda x, y: x / y, lambda z, x, y: (1 / y, -z / y))


def test_a_new_operation_is_a_function() -> None:
    assert cube(2.0) == cube(2) == 8.0
    assert length(3, 4) == 5.0
    assert type(cube(2)) is float
    node = length(Value(3.0), 4.0)
    assert (node.data, node.partials, node.op) == (5.0, (0.6, 0.8), length)
    assert repr(cube) == "<operation cube>"
    with pytest.raises(TypeError, match="length takes 2 operands, got 1"):
        length(1.0)


def test_a_new_operation_is_differentiated_to_third_order() -> None:
    x = Value(2.0)
    first = grad(cube(x), x)
    second = grad(first, x)
    assert [cube(x).data, first.data, second.data, grad(second, x).data] == [8.0, 12.0, 12.0, 6.0]


@pytest.mark.parametrize(
    ("op", "point"), [(cube, (0.7,)), (length, (1.5, -2.0)), (reciprocal, (-0.8,)), (root, (2.0,))]
)
def test_the_gradients_of_a_new_operation_check(op: Operation, point: Point) -> None:
    assert check_gradients(op, *point, order=3, tolerance=1e-5) < 1e-5


def test_a_new_operation_follows_ieee_without_trying() -> None:
    for op, x, value, partial in [
        (reciprocal, 0.0, INF, -INF),
        (reciprocal, -0.0, -INF, -INF),
        (root, 0.0, 0.0, INF),
        (root, -1.0, NAN, NAN),
    ]:
        node = op(Value(x))
        assert same(node.data, value)
        assert same(node.partials[0], partial)
        assert same(grad(node, node.operands[0]).data, partial)


def test_a_new_operation_follows_ieee_where_only_a_partial_is_singular() -> None:
    half_power = operation("half_power", ops.sqrt.evaluate, lambda z, x: (0.5 * x**-0.5,))
    for x, partial in [(0.0, INF), (-4.0, NAN)]:
        (found,) = half_power(Value(x)).partials
        assert type(found) is float
        assert same(found, partial)


def test_a_new_operation_follows_ieee_beside_a_constant() -> None:
    x = Value(1.0)
    node = ratio(x, 0)
    assert node.data == INF
    assert grad(node, x).data == node.partials[0] == INF


def test_a_new_operation_that_counts_in_integers_gives_floats() -> None:
    one = operation("one", lambda x: 1, lambda z, x: (0,))
    assert type(one(2.0)) is float
    assert type(one(Value(2.0)).data) is float


@pytest.mark.parametrize("gives", [(), (1.0, 2.0)])
def test_a_rule_that_gives_the_wrong_number_of_partials(gives: tuple[float, ...]) -> None:
    wrong = operation("wrong", lambda x: x, lambda z, x: gives)
    with pytest.raises(TypeError, match=r"wrong.* 1 partials"):
        wrong(Value(1.0))


@pytest.mark.parametrize("gives", [1.0, None])
def test_a_rule_that_gives_no_tuple(gives: Any) -> None:
    wrong = operation("wrong", lambda x: x, lambda z, x: gives)
    with pytest.raises(TypeError, match="wrong"):
        wrong(Value(1.0))


def test_an_object_can_take_an_operation_over() -> None:
    class Written(str):
        __slots__ = ()

        def apply_operation(self, op: Operation, operands: tuple[Any, ...]) -> "Written":
            return Written(f"{op.name}({', '.join(map(str, operands))})")

    assert autograd.tanh(Written("x")) == "tanh(x)"
    assert autograd.maximum(1, Written("x")) == "maximum(1, x)"
    assert autograd.affine([2], [Written("x")], 3) == "affine(2, x, 3)"


def test_table_rows_use_no_operator_that_raises() -> None:
    # The operators of the table are those of IEEE 754, not Python's.
    assert operator.truediv not in [op.evaluate for op in table.values()]
    assert operator.pow not in [op.evaluate for op in table.values()]


def test_a_sum_is_added_up_from_left_to_right_on_every_python() -> None:
    """Each addition rounded: the bits do not depend on what sum() does."""
    tenths = [0.1] * 10
    expected = 0.9999999999999999  # sum(tenths) is 1.0 since Python 3.12
    x, one = [*map(Value, tenths)], Value(1.0)
    assert autograd.total(tenths) == autograd.total(x).data == expected
    assert autograd.affine(tenths, [1.0] * 10) == autograd.affine(x, [1.0] * 10).data == expected
    assert autograd.affine([1e16, one, -1e16], [1.0] * 3, 1.0).data == 0.0
    assert autograd.affine([1.0, 1.0], [1e16, -1e16], 1.0) == 0.0  # the bias comes first
    assert derive(autograd.total([w * 0.1 for w in [one] * 10]), one).value == expected
    one.grad = 0.0
    autograd.total([one * 0.1 for _ in range(10)]).backward()
    assert one.grad == expected
