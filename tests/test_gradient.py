"""grad and hessian: gradients that are graphs themselves."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, hessian, topological_order
from autograd.core import NOT_COMPUTED

mp: Any = mpmath.MPContext()
mp.dps = 80


def nth_derivative(function: Callable[[Value], Value], x: float, n: int) -> float:
    leaf = Value(x)
    result = function(leaf)
    for _ in range(n):
        result = grad(result, leaf)
    return result.data


ONE_VARIABLE: dict[str, tuple[Callable[[Value], Value], Callable[[Any], Any]]] = {
    "exp": (lambda x: x.exp(), mp.exp),
    "sin": (lambda x: x.sin(), mp.sin),
    "cos": (lambda x: x.cos(), mp.cos),
    "tanh": (lambda x: x.tanh(), mp.tanh),
    "log": (lambda x: x.log(), mp.log),
    "log1p": (lambda x: x.log1p(), mp.log1p),
    "expm1": (lambda x: x.expm1(), mp.expm1),
    "sqrt": (lambda x: x.sqrt(), mp.sqrt),
    "erfc": (lambda x: x.erfc(), mp.erfc),
    "sigmoid": (lambda x: x.sigmoid(), lambda x: 1 / (1 + mp.exp(-x))),
    "softplus": (lambda x: x.softplus(), lambda x: mp.log(1 + mp.exp(x))),
    "silu": (lambda x: x.silu(), lambda x: x / (1 + mp.exp(-x))),
    "gelu": (lambda x: x.gelu(), lambda x: x * mp.ncdf(x)),
    "x**7": (lambda x: x**7, lambda x: x**7),
    "x**-2": (lambda x: x**-2, lambda x: x**-2),
    "x**2.5": (lambda x: x**2.5, lambda x: x ** mp.mpf(2.5)),
    "2**x": (lambda x: 2**x, lambda x: 2**x),
    "x**x": (lambda x: x**x, lambda x: x**x),
    "1/x": (lambda x: 1 / x, lambda x: 1 / x),
    "sin(exp x)/x": (lambda x: x.exp().sin() / x, lambda x: mp.sin(mp.exp(x)) / x),
}


@pytest.mark.parametrize("name", ONE_VARIABLE)
def test_derivatives_up_to_the_fifth(name: str) -> None:
    ours, oracle = ONE_VARIABLE[name]
    for x, n in itertools.product((0.3, 0.9, 1.7), range(6)):
        assert nth_derivative(ours, x, n) == pytest.approx(float(mp.diff(oracle, x, n)), rel=1e-9, abs=1e-9)


@given(st.floats(-3, 3), st.integers(0, 8))
@settings(deadline=None, max_examples=30)
def test_derivatives_of_a_power(x: float, n: int) -> None:
    assert nth_derivative(lambda v: v**7, x, n) == pytest.approx(math.perm(7, n) * x ** (7 - n) if n <= 7 else 0.0)


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=6))
@settings(deadline=None)
def test_a_polynomial_at_zero(coefficients: list[float]) -> None:
    x = Value(0.0)
    polynomial = sum(c * x**i for i, c in enumerate(coefficients))
    assert isinstance(polynomial, Value)
    for i, c in enumerate(coefficients):
        assert polynomial.data == pytest.approx(math.factorial(i) * c)
        polynomial = grad(polynomial, x)


def test_sympy_agrees_on_a_hessian() -> None:
    x, y, z = symbols = sympy.symbols("x y z", positive=True)
    point = (0.7, 1.3, 0.4)

    def ours(x: Any, y: Any, z: Any) -> Any:
        return x**y * autograd.sin(z * x) + autograd.log(x + y * y) / z + autograd.tanh(x * y * z)

    def theirs() -> Any:
        return x**y * sympy.sin(z * x) + sympy.log(x + y * y) / z + sympy.tanh(x * y * z)

    leaves = [*map(Value, point)]
    found = hessian(ours(*leaves), leaves)
    expected = sympy.hessian(theirs(), symbols).subs(dict(zip(symbols, point, strict=True)))
    for i, j in itertools.product(range(3), repeat=2):
        assert found[i][j].data == pytest.approx(float(expected[i, j]), rel=1e-11)
        assert found[i][j].data == pytest.approx(found[j][i].data, rel=1e-12)


def test_the_hessian_of_a_quadratic_form_is_its_matrix() -> None:
    x, y = Value(3.0), Value(-2.0)
    rows = hessian(2 * x * x + 5 * x * y - y * y, [x, y])
    assert [[entry.data for entry in row] for row in rows] == [[4.0, 5.0], [5.0, -2.0]]


@pytest.mark.parametrize("x", [0.5, 2.0])
@pytest.mark.parametrize("y", [-1.0, 0.0, 1.0, 2.0])
def test_the_hessian_of_a_power_is_symmetric(x: float, y: float) -> None:
    leaves = [Value(x), Value(y)]
    rows = hessian(leaves[0] ** leaves[1], leaves)
    assert rows[0][1].data == pytest.approx(rows[1][0].data)
    assert rows[0][1].data == pytest.approx(x ** (y - 1) * (1 + y * math.log(x)))


def test_hessian_of_a_linear_function_is_zero() -> None:
    x, y = Value(3.0), Value(-2.0)
    assert [[entry.data for entry in row] for row in hessian(2 * x - y, [x, y])] == [[0.0, 0.0], [0.0, 0.0]]


# With respect to what


def graph() -> tuple[Value, Value, Value, Value]:
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    return a, b, c, (c * c + c * a).tanh() + b


def test_grad_is_what_backward_finds() -> None:
    a, b, c, out = graph()
    found = grad(out, [a, b, c, out])
    out.backward()
    assert [x.data for x in found] == [a.grad, b.grad, c.grad, out.grad]


def test_a_node_within_the_graph() -> None:
    x = Value(3.0)
    square = x * x
    y = square * square + square
    first = grad(y, square)
    assert first.data == 2 * 9.0 + 1
    assert grad(first, square).data == 2.0
    assert grad(first, x).data == 2 * 6.0


def test_a_node_and_the_leaf_beneath_it_together() -> None:
    x = Value(3.0)
    square = x * x
    by_square, by_x = grad(square * x, [square, x])
    assert (by_square.data, by_x.data) == (3.0, 27.0)


def test_the_output_itself_gives_one() -> None:
    x = Value(3.0)
    y = x * 2
    assert grad(y, y).data == grad(x, x).data == 1.0


def test_an_unrelated_value_gives_zero() -> None:
    x, other = Value(3.0), Value(4.0)
    assert grad(x * 2, other).data == 0.0
    assert [g.data for g in grad(x * 2, [other, x])] == [0.0, 2.0]
    assert grad(x, x * 2).data == 0.0  # a node that is made from the output, not the output from it


def test_shape_of_the_result() -> None:
    x, y = Value(3.0), Value(4.0)
    assert isinstance(grad(x * y, x), Value)
    assert [g.data for g in grad(x * y, (x, y, x))] == [4.0, 3.0, 4.0]
    assert [g.data for g in grad(x * y, iter([y]))] == [3.0]
    assert grad(x * y, []) == []


def test_gradients_are_values_all_the_way() -> None:
    x = Value(3.0)
    g: Any = x * x
    for _ in range(4):
        g = grad(g, x)
        assert type(g) is Value
        assert type(g.data) is float
    assert g.data == 0.0


def test_grad_touches_no_grad() -> None:
    a, b, c, out = graph()
    grad(grad(out, a), [a, b, c])
    hessian(out, [a, b])
    assert all(node.grad is NOT_COMPUTED for node in topological_order(out))


def test_grad_leaves_the_graph_as_it_is() -> None:
    a, b, _, out = graph()
    before = [(node, node.data, node.operands, node.partials) for node in topological_order(out)]
    grad(grad(out, a), b)
    assert [(node, node.data, node.operands, node.partials) for node in topological_order(out)] == before


def test_constants_stay_numbers() -> None:
    # The derivative of x**3 is 3 * x**2, and not a graph about the exponent.
    x = Value(2.0)
    nodes = topological_order(grad(x**3, x))
    assert len([node for node in nodes if node.operands]) == 2


def test_a_gradient_of_a_gradient_step() -> None:
    # What a learning rate should have been: differentiate through an update.
    w, rate = Value(1.0), Value(0.1)
    updated = w - rate * grad((w * 3 - 6) ** 2, w)
    assert grad((updated * 3 - 6) ** 2, rate).data == pytest.approx(2 * (3 * (1 + 1.8) - 6) * 3 * 18)


def test_a_deep_chain() -> None:
    x = Value(1.0)
    y = x
    for _ in range(10**5):
        y = -y
    assert grad(y, x).data == 1.0


def test_a_deep_chain_to_second_order() -> None:
    x = Value(0.5)
    y = x
    for _ in range(2000):
        y = y.sin()
    second = grad(grad(y, x), x)
    assert second.data == pytest.approx(second_derivative_of_iterated_sine(0.5, 2000), rel=1e-9)


def second_derivative_of_iterated_sine(x: float, times: int) -> float:
    first, second = 1.0, 0.0
    for _ in range(times):
        second = -math.sin(x) * first * first + math.cos(x) * second
        x, first = math.sin(x), math.cos(x) * first
    return second


# What is refused


@pytest.mark.parametrize(
    ("output", "inputs", "names"),
    [
        (3.0, Value(1.0), "float as output"),
        (None, Value(1.0), "NoneType as output"),
        (Value(1.0), [3.0], r"float as inputs\[0\]"),
        (Value(1.0), [Value(2.0), "x"], r"str as inputs\[1\]"),
        (Value(1.0), "x", "str"),
        (Value(1.0), 3.0, "float"),
        (Value(1.0), None, "NoneType"),
    ],
)
def test_what_is_no_value(output: Any, inputs: Any, names: str) -> None:
    with pytest.raises(TypeError, match=names):
        grad(output, inputs)
