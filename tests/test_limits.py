"""Values and partials at the ends of the floats: at ±inf, ±0, the smallest and the largest, and mixed.

The judge is a limit, worked out in high precision from the formulas of `test_operations`: an infinite coordinate goes
there in several ways, and where these lead to one number, that is what the table has to give. Where they do not, as
for 0 · inf, nothing is asked. A row is tested by being there.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, grad
from autograd.core.operations import table
from tests.javascript import Page
from tests.test_operations import ORACLES, Point, apply, mp

INF, LARGEST, SMALLEST = math.inf, 1.7976931348623157e308, 5e-324
DIGITS = 800  # to see what changes with the smallest float by a little
FAR = mp.mpf("1e400"), mp.mpf("1e900")

ENDS = [-INF, -LARGEST, -SMALLEST, -0.0, 0.0, SMALLEST, LARGEST, INF]
UNARY: list[Point] = [(x,) for x in (*ENDS, -2.5, -1.0, -2.3e-308, 2.3e-308, 0.3, 1.0, 40.0, 800.0, -40.0, -800.0)]
BINARY: list[Point] = [*itertools.product((*ENDS, -1.0, 0.3, 1.0, 2.0), repeat=2)]
LOGITS = [*itertools.product((-INF, -LARGEST, -1e7, 0.0, 1.0, LARGEST, INF), repeat=2)]
PROBABILITIES = (0.0, SMALLEST, 0.3, 1 - 2.0**-53, 1.0)
POINTS: dict[str, list[Point]] = {
    "total": [(INF,), (1.0, INF), (LARGEST, -LARGEST), (SMALLEST, LARGEST, -INF)],
    "affine": [
        (0.5, 2.0, INF, 1.0),
        (INF, -2.0),
        (2.0, INF, 1.0),
        (LARGEST, SMALLEST),
        (-INF, 3.0, 0.5, SMALLEST, 1.0),
    ],
    "binary_cross_entropy": [*itertools.product(PROBABILITIES, repeat=2)],
    "binary_cross_entropy_with_logits": [*itertools.product((*ENDS, 40.0, -800.0), (0.0, 0.3, 1.0))],
    "hinge": [(x, y) for (x,) in UNARY for y in (-1.0, 1.0)],
    "huber_loss": [(p, y, delta) for p, y in BINARY for delta in (1.0, 2.0)],
    "softmax_cross_entropy": [(x, y, 0.5, x) for x, y in LOGITS],
}
# Of a partial that is made of the result, this is not its limit but a rounding error of 1 from it.
SATURATED = {"tanh": 2.0**-52, "sigmoid": 2.0**-52}

# Where the judge, or arithmetic of floats, is not up to the question.
EXCEPTIONS: dict[str, Callable[..., bool]] = {
    "pow": lambda x, y: (
        (math.isinf(x) and abs(y) == SMALLEST)  # no power of ten that can be written down is far enough
        or (abs(x) == abs(y) == SMALLEST)  # y x**(y-1) is finite, but x**(y-1) is not
        or (x < 0 and abs(y) >= LARGEST)  # y - 1 is y, and so even where it should be odd
        or (x == 0 and abs(y) == SMALLEST)  # y - 1 is -1
    ),
    "mul": lambda x, y: {abs(x), abs(y)} == {0, INF},  # the value depends on the way there
    "sin": math.isinf,
    "cos": math.isinf,
    "sign": lambda x: x == 0,  # a jump, whose slope we call 0
}


def points(name: str) -> list[Point]:
    everywhere = POINTS.get(name) or (UNARY if table[name].arity == 1 else BINARY)
    return [point for point in everywhere if name not in EXCEPTIONS or not EXCEPTIONS[name](*point)]


def approaches(point: list[Any]) -> Iterator[list[Any]]:
    """Points on the way to a point: those of its coordinates that are infinite go there in different ways."""
    places = [i for i, x in enumerate(point) if mp.isinf(x)]
    for far in itertools.product(FAR, repeat=len(places)):
        yield [dict(zip(places, far, strict=True)).get(i, mp.mpf(1)) * (mp.sign(x) if i in places else x)
               for i, x in enumerate(point)]  # fmt: skip


def exp(x: Any) -> Any:
    return mp.exp(x) if abs(x) < 1e6 else mp.inf if x > 0 else mp.mpf(0)  # farther out mpmath takes its time


def erfc(x: Any) -> Any:
    return mp.erfc(x) if abs(x) < 1e3 else 1 - mp.sign(x)


def power(x: Any, y: Any) -> Any:
    if not x or not y:
        return x**y
    size = exp(y * mp.log(abs(x)))
    return size if x > 0 else size * (-1 if int(y) % 2 else 1) if y == int(y) else mp.nan


def softplus(x: Any) -> Any:
    return max(x, mp.mpf(0)) + mp.log1p(exp(-abs(x)))


def cross_entropy(*operands: Any) -> Any:
    *logits, target = operands
    top = max(logits)
    return mp.log(mp.fsum(exp(x - top) for x in logits)) + (top - target)


FAR_OUT: dict[str, Callable[..., Any]] = {  # where the formulas of ORACLES lose their digits, or do not come to an end
    "pow": power,
    "exp": exp,
    "expm1": lambda x: mp.expm1(x) if abs(x) < 1 else exp(x) - 1,
    "tanh": lambda x: 1 - 2 / (exp(2 * x) + 1),
    "erfc": erfc,
    "gelu": lambda x: x * erfc(-x / mp.sqrt(2)) / 2,
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "silu": lambda x: x / (1 + exp(-x)),
    "elu": lambda x, alpha: x if x > 0 else alpha * (mp.expm1(x) if x > -1 else exp(x) - 1),
    "softplus": softplus,
    "softmax_cross_entropy": cross_entropy,
    "binary_cross_entropy": lambda p, y: -(y * mp.log(p) if y else 0) - ((1 - y) * mp.log(1 - p) if y != 1 else 0),
    "binary_cross_entropy_with_logits": lambda x, y: (1 - y) * softplus(x) + y * softplus(-x),
}


def number(name: str, point: list[Any]) -> Any:
    """The formula at a point; None outside its domain."""
    try:
        found = {**ORACLES, **FAR_OUT}[name](*point)
    except (ZeroDivisionError, ValueError, TypeError):  # or it is complex
        return None
    return None if isinstance(found, mp.mpc) or mp.isnan(found) else mp.mpf(found)


def sides(name: str, point: list[Any], i: int, nearest: Any) -> tuple[Any, Any]:
    """The slopes in coordinate i to the left and to the right; None where that side is outside the domain."""
    h = (abs(point[i]) if abs(point[i]) > LARGEST else min(abs(point[i]), 1)) * mp.mpf("1e-30") or nearest
    here = number(name, point)
    found = []
    for move in (-h, h):
        there = number(name, [x + move if j == i else x for j, x in enumerate(point)])
        infinite = here is None or there is None or (mp.isinf(here) and mp.isinf(there))
        found.append(None if infinite else (there - here) / move)
    return found[0], found[1]


def one(found: list[Any]) -> float | None:
    """The number or the infinity that all of these tend to, if there is one."""
    if None in found:
        return None
    if all(abs(x - found[0]) <= 1e-20 * abs(x) for x in found):
        return float(found[0])
    if all(abs(x) < 1e-25 for x in found):
        return 0.0
    if all(x > 1e25 for x in found):
        return INF
    if all(x < -1e25 for x in found):
        return -INF
    return None


def chosen(name: str, point: Point, i: int | None) -> float | None:
    """What we decided where there are several limits."""
    match name, point:
        case (("maximum" | "minimum"), (x, y)) if x == y and i is not None:
            return 0.5  # a tie, also of infinities
        case "pow", (0.0, 0.0) if i is not None:
            return (0.0, -INF)[i]  # x**0 is flat; 0**y falls from 1 to 0
    return None


@cache
def judged(name: str, point: Point, i: int | None) -> tuple[float, float] | None:
    """The least and the largest that the value (i is None) or the partial may be; None where there is no limit."""
    choice = chosen(name, point, i)
    if choice is not None:
        return choice, choice
    with mp.workdps(DIGITS):
        return _judged(name, point, i)


def _judged(name: str, point: Point, i: int | None) -> tuple[float, float] | None:
    ways = [*approaches([*map(mp.mpf, point)])]
    if i is None:
        found = one([number(name, way) for way in ways])
        return None if found is None else (found, found)
    slopes = [sides(name, way, i, mp.mpf(h)) for way in ways for h in ("1e-360", "1e-400")[: 2 - bool(point[i])]]
    left, right = (one([pair[side] for pair in slopes]) for side in (0, 1))
    if left is None or right is None:  # at the end of a domain there is one side
        left = right = left if right is None else right
    return None if left is None or right is None else (min(left, right), max(left, right))


def wrong(name: str, point: Point, numbers: list[float]) -> list[str]:
    """What of a value and its partials is not its limit."""
    found = []
    for i, x in enumerate(numbers, -1):
        bounds = judged(name, point, None if i < 0 else i)
        if bounds and not bounds[0] <= x <= bounds[1]:
            nearest = bounds[0] if x < bounds[0] else bounds[1]
            if math.isclose(x, nearest, rel_tol=1e-9, abs_tol=SATURATED.get(name, 1e-300)):
                continue
            found.append(f"{name}{point} {'value' if i < 0 else f'partial {i}'}: {x}, but the limit is {bounds}")
    return found


@pytest.mark.parametrize("name", table)
def test_values_and_partials_are_their_limits(name: str) -> None:
    mistakes = []
    for point in points(name):
        leaves = [*map(Value, point)]
        node = apply(table[name], leaves)
        mistakes += wrong(name, point, [node.data, *node.partials])
        graphs = [x.data for x in grad(node, leaves)]
        mistakes += [f"{mistake} by grad" for mistake in wrong(name, point, [node.data, *graphs])]
    assert not mistakes, "\n".join(mistakes)


@pytest.mark.parametrize("backend", ["native", "source"])
def test_compiled_code_gives_the_same_limits(backend: Any) -> None:
    mistakes = []
    for name, op in table.items():
        for arity in {len(point) for point in points(name)}:
            some = [point for point in points(name) if len(point) == arity]

            def with_slopes(*operands: Value, op: Any = op) -> list[Value]:
                node = operands[0].apply_operation(op, operands)
                return [node, *grad(node, operands)]

            compiled = autograd.compile(with_slopes, [], backend=backend, inputs=arity)
            rows = np.array(compiled.values(*np.array(some).T))
            for point, row in zip(some, rows.tolist(), strict=True):
                mistakes += wrong(name, point, row)
    assert not mistakes, "\n".join(mistakes)


def test_the_page_gives_the_same_limits() -> None:
    mistakes = []
    for name, op in table.items():
        for arity in {len(point) for point in points(name)}:
            leaves = [Value(0.5) for _ in range(arity)]
            node = apply(op, leaves)
            page = Page(node)
            for point in points(name):
                if len(point) == arity:
                    page.set(dict(zip(leaves, point, strict=True)))
                    mistakes += wrong(name, point, [page.values()[node], *page.partials(node)])
    assert not mistakes, "\n".join(mistakes)


# What the value had already taken away, a partial does not take away again


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("backend", ["native", "source"])
def test_the_softmax_does_not_depend_on_how_far_down_the_target_is(backend: Any, dtype: Any) -> None:
    a, b, c = Value(0.0), Value(0.5), Value(0.5)
    step = autograd.compile(
        lambda x: autograd.softmax_cross_entropy([a + x, b, c + 0.5], 0), [a, b, c], dtype=dtype, backend=backend
    )
    share = 1 / (1 + math.exp(0.5))
    for x in (-30.0, -1e7, -1e20, -INF):
        loss, gradient = step([x])
        assert loss == pytest.approx(1 + math.log1p(math.exp(-0.5)) - x, rel=1e-6)
        assert gradient == pytest.approx([-1.0, share, 1 - share], rel=1e-6)


@pytest.mark.parametrize("name", ["binary_cross_entropy_with_logits", "softmax_cross_entropy", "softplus", "hinge"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_digit_of_a_loss_s_slope_is_lost(name: str, dtype: Any) -> None:
    """Relative to the slope itself, however small."""
    eps = float(np.finfo(dtype).eps)
    for x, y in itertools.product((-60.0, -20.0, -3.0, 0.5, 3.0, 20.0, 60.0), (0.0, 1.0)):
        point = {"softplus": (x,), "hinge": (x, 2 * y - 1), "softmax_cross_entropy": (x, -x, 0.0, x)}.get(name, (x, y))
        w = Value(x)

        def loss(*rest: Any, w: Value = w) -> Any:
            operands = [w, *rest]
            return operands[0].apply_operation(table[name], tuple(operands))

        step = autograd.compile(loss, [w], inputs=len(point) - 1, dtype=dtype)
        _, gradient = step(*[[number] for number in point[1:]])
        bounds = judged(name, point, 0)
        assert bounds is not None
        assert gradient[0] == pytest.approx(bounds[0], rel=200 * eps, abs=1e-300), (x, y)


def test_relu_keeps_the_sign_of_a_zero_as_its_definition_does() -> None:
    for x in (0.0, -0.0):
        assert (
            math.copysign(1.0, autograd.relu(x)) == math.copysign(1.0, autograd.maximum(x, 0.0)) == math.copysign(1, x)
        )
