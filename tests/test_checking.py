"""The gradient check: it passes what is right, and catches each way of being wrong."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import GradientError, Value, check_gradients, grad, operation
from autograd.checking import Slopes, finite_differences

INF, NAN = math.inf, math.nan


# What is right


@pytest.mark.parametrize(
    ("function", "point"),
    [
        (lambda x: x**3 - 2 * x, (1.5,)),
        (lambda x: (x.sin() * x).exp(), (0.7,)),
        (lambda x, y: (x * y).tanh() / (1 + y * y), (0.5, -1.5)),
        (lambda x, y: x**y, (1.5, 2.5)),
        (lambda x, y: autograd.maximum(x, y) * autograd.minimum(x, y) + abs(x), (0.5, -1.5)),
        (lambda x, y: autograd.binary_cross_entropy_with_logits(x, y), (0.5, 0.25)),
        (lambda w, x, b: autograd.affine([w, x], [x, w], b).gelu(), (0.5, -0.5, 1.0)),
        (lambda *xs: autograd.softmax_cross_entropy(xs, 1), (0.1, 0.2, -0.3)),
        (lambda x: x, (0.3,)),
        (lambda x: Value(3.0), (0.3,)),
    ],
)
def test_good_functions_pass_to_third_order(function: Any, point: tuple[float, ...]) -> None:
    for order in (1, 2, 3):
        assert 0 <= check_gradients(function, *point, order=order, tolerance=1e-5) <= 1e-5


def test_the_inputs_may_be_values_and_stay_as_they_are() -> None:
    x = Value(0.5)
    assert check_gradients(lambda v: v.exp(), x) < 1e-6
    assert (x.data, x.grad) == (0.5, 0.0)
    assert check_gradients(lambda v: v.exp(), 1) < 1e-6


def test_the_largest_error_of_a_rule_is_returned() -> None:
    for order in (1, 2):  # the constants of gelu, such as the root of 2, are rounded
        assert 0 < check_gradients(lambda x, y: autograd.gelu(x) + y, -7.0, 1.0, order=order) < 1e-12


def test_a_tolerance_that_no_finite_difference_meets() -> None:
    with pytest.raises(GradientError):  # its constants, such as the root of 2, are rounded
        check_gradients(autograd.gelu, -5.0, tolerance=1e-18)


@pytest.mark.parametrize(
    ("function", "point"),
    [
        (autograd.log, 0.002),
        (autograd.sin, 1000.0),
        (autograd.sin, 1e15),
        (autograd.cos, 1e-30),
        (autograd.exp, -300.0),
        (lambda x: x * x, 0.0),
        (lambda x: (x * 1e30).sin(), 0.0),  # an odd function, whose scale is not that of x
        (lambda x: x + (1 + x).sigmoid(), 1e-200),
        (autograd.tanh, 20.0),
    ],
)
def test_steps_suit_the_point(function: Any, point: float) -> None:
    assert check_gradients(function, point, order=2) < 1e-14


def test_a_probability_next_to_nothing() -> None:
    z = Value(-50.0)
    q = autograd.sigmoid(z)
    for parameter in (q, z):
        check = autograd.derive(autograd.binary_cross_entropy(q, 1.0), parameter).check()
        assert check
        assert not check.slopes.kink


def test_the_end_of_a_domain_has_one_side() -> None:
    p = Value(1.0)
    (slopes,) = finite_differences(autograd.binary_cross_entropy(p, 1.0), [p])
    assert (slopes.left, slopes.right) == (-1.0, -1.0)
    assert check_gradients(lambda p: autograd.binary_cross_entropy(p, 0.0), 0.0, order=1) < 1e-12


def test_a_kink_is_named_as_one() -> None:
    with pytest.raises(GradientError, match=r"there is a kink: the slope is 0\.0 to the left and 1\.0 to the right"):
        check_gradients(autograd.relu, 0.0)


def test_a_small_wrong_derivative_is_no_smaller_mistake() -> None:
    doubled = operation("doubled", autograd.exp.evaluate, lambda z, x: (2 * z,), definition=lambda x: autograd.exp(x))
    with pytest.raises(GradientError):
        check_gradients(doubled, -50.0, order=1)
    x = Value(-50.0)
    assert not autograd.derive(doubled(x), x).check()


# What is wrong

wrong_partial = operation("wrong_partial", lambda x: x * x, lambda z, x: (3 * x,))
wrong_slope = operation("wrong_slope", lambda x: 3 * x * x, lambda z, x: (5 * x,))
wrong_second = operation("wrong_second", lambda x: x * x * x, lambda z, x: (wrong_slope(x),))
wrong_third = operation("wrong_third", lambda x: x * x * x * x, lambda z, x: (wrong_second(x) * 4,))
wrong_value = operation("wrong_value", lambda x: x * x + 1, lambda z, x: (2 * x,), definition=lambda x: x * x)
wrong_on_values = operation(
    "wrong_on_values", lambda x: x * x, lambda z, x: (2 * x if isinstance(x, float) else 3 * x,)
)
swapped = operation("swapped", lambda x, y: x / y, lambda z, x, y: (-z / y, 1 / y))


def test_a_wrong_partial() -> None:
    with pytest.raises(GradientError, match=r"derivative for input 0 is 6\.0.* by backward"):
        check_gradients(wrong_partial, 2.0, order=1)


def test_partials_in_the_wrong_order() -> None:
    with pytest.raises(GradientError, match="input 0"):
        check_gradients(swapped, 2.0, 3.0, order=1)


def test_a_partial_that_is_wrong_for_values_only() -> None:
    with pytest.raises(GradientError, match=r"by grad\(\)"):
        check_gradients(wrong_on_values, 2.0, order=1)


def test_a_wrong_partial_in_the_second_input() -> None:
    with pytest.raises(GradientError, match="input 1"):
        check_gradients(lambda x, y: x * wrong_partial(y), 2.0, 3.0, order=1)


def test_a_wrong_second_order() -> None:
    assert check_gradients(wrong_second, 2.0, order=1) < 1e-6
    with pytest.raises(GradientError, match="derived"):
        check_gradients(wrong_second, 2.0, order=2)


def test_a_wrong_third_order() -> None:
    assert check_gradients(wrong_third, 2.0, order=2) < 1e-5
    with pytest.raises(GradientError, match="derived"):
        check_gradients(wrong_third, 2.0, order=3, tolerance=1e-5)


def test_a_rule_in_functions_of_floats_says_so() -> None:
    """math.cosh(Value) would give a float, and every derivative after the first would silently be 0."""
    sinh = operation("sinh", math.sinh, lambda z, x: (math.cosh(x),))
    x = Value(0.7)
    y = sinh(x)
    y.backward()
    assert x.grad == math.cosh(0.7)
    with pytest.raises(TypeError, match=r"the partials of sinh turn a Value into a float.* autograd's own functions"):
        grad(y, x)
    with pytest.raises(TypeError, match=r"sinh cannot be evaluated in high precision: declare it with definition="):
        finite_differences(y, [x])


def test_numbers_of_very_different_size() -> None:
    w, x, b = Value(0.5), Value(1e40), Value(1.0)
    c = (w * x + b) ** 2
    for slopes, value in zip(finite_differences(c, [w, b]), grad(c, [w, b]), strict=True):
        assert not slopes.kink
        assert slopes.difference(value.data) < 1e-14


def test_a_wrong_value() -> None:
    # Its slope is right; only the definition gives it away.
    with pytest.raises(GradientError, match=r"value is 5\.0.*definitions.*4\.0"):
        check_gradients(wrong_value, 2.0, order=1)


def test_a_function_that_freezes_an_input() -> None:
    with pytest.raises(GradientError, match="a number in it was taken from the input"):
        check_gradients(lambda x: x * float(x), 2.0, order=1)
    with pytest.raises(GradientError, match="a number in it was taken from the input"):
        check_gradients(lambda x: Value(x.data) ** 2, 2.0, order=1)


def test_a_number_that_was_taken_from_an_input_and_given_back_is_no_mistake() -> None:
    def logsumexp(*xs: Value) -> Value:
        top = max(float(x) for x in xs)
        return autograd.as_value(autograd.total([(x - top).exp() for x in xs]).log() + top)

    assert check_gradients(logsumexp, 1.0, 300.0, -2.0) < 1e-12


def test_a_value_that_is_not_a_number() -> None:
    with pytest.raises(GradientError):
        check_gradients(lambda x: x.sqrt(), -1.0)


def test_a_gradient_error_is_an_assertion() -> None:
    assert issubclass(GradientError, AssertionError)


@pytest.mark.parametrize("order", [0, -1])
def test_an_order_below_one(order: int) -> None:
    with pytest.raises(ValueError, match=f"order of 1 or more, got {order}"):
        check_gradients(lambda x: x, 1.0, order=order)


@pytest.mark.parametrize("result", [3.0, None, [Value(1.0)]])
def test_a_function_that_returns_no_value(result: Any) -> None:
    with pytest.raises(TypeError, match=f"returns a Value, got {type(result).__name__}"):
        check_gradients(lambda x: result, 1.0)


@pytest.mark.parametrize("wrong", ["1", None, 1j, [1.0]])
def test_inputs_that_are_no_numbers(wrong: Any) -> None:
    with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {type(wrong).__name__}"):
        check_gradients(lambda x: x, wrong)


# Finite differences


@given(st.floats(-3, 3), st.floats(0.1, 3))
@settings(deadline=None, max_examples=30)
def test_finite_differences_are_good_to_the_last_digits(a: float, b: float) -> None:
    x, y = Value(a), Value(b)
    out = (x * y).sin() / y + (x + 1).sigmoid() ** y
    out.backward()
    for leaf, slopes in zip((x, y), finite_differences(out, [x, y]), strict=True):
        assert slopes.left == pytest.approx(slopes.right, rel=1e-12, abs=1e-15)
        assert slopes.difference(leaf.grad) < 1e-13


def test_finite_differences_use_no_partials() -> None:
    x = Value(2.0)
    (slopes,) = finite_differences(wrong_partial(x), [x])
    assert slopes.central == pytest.approx(4.0)
    assert slopes.difference(6.0) == pytest.approx(0.5)


def test_finite_differences_use_the_definition() -> None:
    x = Value(2.0)
    doubled = operation("doubled", lambda x: x * x, lambda z, x: (2 * x,), definition=lambda x: x * x * x)
    assert finite_differences(doubled(x), [x])[0].central == pytest.approx(12.0)


def test_a_kink_has_two_slopes() -> None:
    def slopes(function: Any, at: float) -> tuple[float, float]:
        x = Value(at)
        (found,) = finite_differences(function(x), [x])
        return found.left, found.right

    assert slopes(lambda x: x.relu(), 0.0) == pytest.approx((0.0, 1.0))
    assert slopes(abs, 0.0) == pytest.approx((-1.0, 1.0))
    assert slopes(lambda x: x.leaky_relu(0.25), 0.0) == pytest.approx((0.25, 1.0))
    assert slopes(lambda x: autograd.maximum(x, 2.0), 2.0) == pytest.approx((0.0, 1.0))
    assert slopes(lambda x: autograd.minimum(x, 2.0), 2.0) == pytest.approx((1.0, 0.0))
    assert slopes(lambda x: autograd.hinge(x, 1.0), 1.0) == pytest.approx((-1.0, 0.0))
    assert slopes(lambda x: x.relu(), 1e-12) == pytest.approx((1.0, 1.0))


def test_what_is_differentiated_by_may_be_any_node() -> None:
    x, other = Value(3.0), Value(1.0)
    square = x * x
    out = square * square
    found = finite_differences(out, [x, square, out, other])
    assert [s.central for s in found] == pytest.approx([108.0, 18.0, 1.0, 0.0])


def test_leaves_are_taken_where_they_stand() -> None:
    x = Value(1e-30)
    assert finite_differences(x.log1p(), [x])[0].central == pytest.approx(1.0)
    y = Value(1e30)
    assert finite_differences(y.sqrt(), [y])[0].central == pytest.approx(0.5e-15)


def test_a_graph_that_is_not_finite_has_no_finite_slope() -> None:
    x = Value(0.0)
    for out in (1 / x, x.log(), (x - 1).log(), (x - 1) ** 0.5):
        (slopes,) = finite_differences(out, [x])
        assert not math.isfinite(slopes.central) or math.isnan(slopes.difference(out.partials[0]))


def test_deep_graphs_need_no_recursion() -> None:
    x = Value(0.5)
    y = x
    for _ in range(3000):
        y = -y
    assert finite_differences(y, [x])[0].central == pytest.approx(1.0)


def test_slopes() -> None:
    kink = Slopes(-1.0, 3.0)
    assert kink.central == 1.0
    assert [kink.difference(d) for d in (-1.0, 0.0, 3.0)] == [0.0, 0.0, 0.0]
    assert kink.difference(-2.0) == 1.0
    assert kink.difference(5.0) == 2.0
    assert Slopes(3.0, -1.0).difference(2.0) == 0.0  # the order does not matter
    assert Slopes(10.0, 10.0).difference(11.0) == pytest.approx(0.1)  # relative above 1
    assert Slopes(0.1, 0.1).difference(0.2) == pytest.approx(0.1)  # absolute below


@pytest.mark.parametrize("derivative", [INF, -INF, NAN])
def test_what_is_not_finite_agrees_with_nothing(derivative: float) -> None:
    assert math.isnan(Slopes(1.0, 1.0).difference(derivative))
    assert math.isnan(Slopes(derivative, derivative).difference(1.0))


# At the ends of the floats, and at what is no derivative


@pytest.mark.parametrize("point", [1e150, 1e160, 1e200, -1e300, 1.7e308])
def test_far_out_a_sine_is_no_kink(point: float) -> None:
    for function in (autograd.sin, autograd.cos):
        assert check_gradients(function, point) < 1e-14


@pytest.mark.parametrize("point", [1e-300, 1e-160, 5e-324])
def test_derivatives_that_are_too_large_for_floats_agree_as_infinities(point: float) -> None:
    """The second one of the logarithm is, and so for 1 / x."""
    functions: list[Callable[[Value], Value]] = [autograd.log, lambda x: 1 / x, autograd.sqrt]
    for function in functions:
        if math.isfinite(float(function(Value(point)))):
            assert check_gradients(function, point) < 1e-12


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * x if x >= 1 else x,
        lambda x: x * x if x > 1 else x,
        lambda x: x + 1 if x >= 1 else x,
        lambda x: x + 1 if x > 1 else x,
        lambda x: x if x.data == 1 else -x,
        lambda x: x * round(x.data - 0.5),
        lambda x: x * math.floor(x.data),
    ],
)
def test_what_the_input_decides_is_found_on_either_side(function: Any) -> None:
    with pytest.raises(GradientError, match="decides what is computed, as by `if`"):
        check_gradients(function, 1.0)


def test_a_function_may_refuse_what_is_outside_its_domain() -> None:
    def bounded(x: Value) -> Value:
        if not 0 <= x.data <= 1:
            raise ValueError("outside")
        return x * x

    for end in (0.0, 1.0):
        assert check_gradients(bounded, end) == 0


def test_an_order_and_a_tolerance_that_mean_nothing_are_refused() -> None:
    wanted: Any
    for wanted in ({"order": 0}, {"order": 1.5}, {"order": True}, {"tolerance": -1.0}, {"tolerance": math.nan}):
        with pytest.raises(ValueError, match=f"check_gradients takes a (whole )?{next(iter(wanted))} of"):
            check_gradients(autograd.sin, 2.0, **wanted)


def test_a_number_that_is_frozen_is_found_at_0_too() -> None:
    for function in (lambda x: x + float(x), lambda x: x * 2.0 + math.exp(float(x))):
        with pytest.raises(GradientError):
            check_gradients(function, 0.0)


def test_a_definition_that_gives_nan_is_not_that_of_a_number() -> None:
    wrong = operation("wrong", lambda x: 2.0, lambda z, x: (0.0,), definition=lambda x: x * math.nan)
    with pytest.raises(GradientError, match=r"wrong is 2\.0, but by the definitions of its operations nan"):
        check_gradients(lambda x: wrong(x) + x, 1.0)
