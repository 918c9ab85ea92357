"""Compiled programs, held against the same code in eager scalars: on every backend, width of registers and type.

The machines are made up from this one: the same processor, of which narrower registers are used.
"""

import inspect
import itertools
import math
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, wraps
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import (
    Compiled,
    CompileError,
    Value,
    affine,
    grad,
    hinge,
    maximum,
    operation,
    sigmoid,
    softmax_cross_entropy,
    tanh,
    topological_order,
    total,
)
from autograd.core.operations import table
from nn import MLP
from tests.test_operations import EDGES, Point, points
from tests.test_random_graphs import apply_to_values

Array = np.ndarray[Any, Any]
INF, NAN = math.inf, math.nan

HAS_LLVM = find_spec("llvmlite") is not None
needs_llvm = pytest.mark.skipif(not HAS_LLVM, reason="native code needs llvmlite, which is not installed")

# Bytes of a register, how many there are, and whether functions come from the system's vector library.
MACHINES = {
    "2 lanes": (16, 16, True),
    "2 lanes, scalar functions": (16, 16, False),
    "4 lanes": (32, 16, True),
    "4 lanes, scalar functions": (32, 16, False),
    "8 lanes": (64, 32, True),
    "8 lanes, scalar functions": (64, 32, False),
}
TARGETS = ["source", "native", *MACHINES, "without fma"]


@dataclass
class Worked:
    """What a test has worked out for one target, in the order in which it asked, and how far the next has come."""

    known: list[tuple[str, Any]]
    at: int = 0


worked: Worked | None = None


def worked_out(asked: str, compute: Callable[[], Any]) -> Any:
    """What targets are held against: computed for the first, and the same for the others, who ask the same."""
    if worked is None:
        return compute()
    if worked.at == len(worked.known):
        worked.known.append((asked, compute()))
    known, result = worked.known[worked.at]
    assert known == asked, "a test asks the same for each target"
    worked.at += 1
    return result


def each(targets: Sequence[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for each of these targets that is there; what it holds them against is worked out once."""

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)

        @wraps(test)
        def run(*arguments: Any, **options: Any) -> None:
            global worked
            known: list[tuple[str, Any]] = []
            for target in filter(is_there, targets):
                worked = Worked(known)
                try:
                    test(*arguments, target=target, **options)
                except Exception as error:
                    error.add_note(f"target: {target}")
                    raise
                finally:
                    worked = None

        others = [x for name, x in signature.parameters.items() if name != "target"]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return run

    return decorated


every_target = each(TARGETS)
both_backends = each(["source", "native"])
every_width = each(["source", "2 lanes", "4 lanes", "8 lanes"])
every_operation = pytest.mark.parametrize("name", table)


@cache
def is_there(target: str) -> bool:
    """Whether this processor has such registers."""
    if target == "source":
        return True
    if not HAS_LLVM:
        return False
    from autograd.compiling.native.processor import host

    if target == "without fma":
        return "+sse2" in host().features
    return target == "native" or MACHINES[target][0] <= host().register_bytes


@cache
def _backend(target: str, size: int) -> Any:
    from autograd.compiling.choosing import Options, choose
    from autograd.compiling.native.backend import NativeBackend
    from autograd.compiling.native.processor import Processor, host

    if target == "without fma":  # the least that every x86-64 has, on which llvm.fma is a call
        return NativeBackend(size, Processor("x86-64", "", 16, 16, vector_math=True))
    register_bytes, registers, vector_math = MACHINES[target]
    machine = replace(host(), register_bytes=register_bytes, registers=registers, vector_math=vector_math)
    if machine == host():
        return choose(
            Options("native", np.dtype(f"f{size}"), "auto", None, None)
        )  # what it has compiled need not be compiled again
    return NativeBackend(size, machine)


def compiled(
    function: Callable[..., Any],
    parameters: Sequence[Value] = (),
    target: str = "native",
    dtype: str = "float64",
    inputs: int | Sequence[str] | None = None,
) -> Compiled:
    asked = repr((dtype, inputs, [parameter.data for parameter in parameters]))

    def trace(backend: str = "source") -> Compiled:
        return autograd.compile(function, parameters, backend=backend, dtype=dtype, inputs=inputs)

    if target in ("source", "native"):
        step = trace(target)
        worked_out(asked, lambda: step)
        return step
    traced: Compiled = worked_out(asked, trace)
    backend = _backend(target, np.dtype(dtype).itemsize)
    return Compiled(traced.program, tuple(parameters), traced.others, traced._single, None, backend, traced.options)


# What eager scalars give


def sizes_of(results: Sequence[Value]) -> Array:
    """How large the terms are that each result is made of, had none of them cancelled: what rounding is relative to.

    A rounding error of one part in e at each node of the graph moves the result by no more than this over e. Programs
    round elsewhere than eager evaluation does: products are added unrounded, sums taken in another order.
    """
    order = topological_order(total(results))[:-1]
    index = {node: i for i, node in enumerate(order)}
    weights = np.zeros((len(order), len(results)))
    reached = np.zeros(weights.shape, bool)  # others have no weight, and no infinite partial makes it nan
    for column, result in enumerate(results):
        weights[index[result], column], reached[index[result], column] = 1.0, True
    with np.errstate(all="ignore"):
        for node in reversed(order):
            i = index[node]
            for operand, partial in zip(node.operands, node.partials, strict=True):
                reached[index[operand]] |= reached[i]
                if partial == partial:  # that of a power for its exponent is nan below 0
                    weights[index[operand]] += np.where(reached[i], weights[i] * abs(partial), 0.0)
        numbers = np.array([abs(node.data) for node in order])
        terms = weights * np.where(np.isfinite(numbers), numbers, 0.0)[:, None]
        return np.nansum(terms, axis=0)  # type: ignore[no-any-return]


class Expected(NamedTuple):
    """Numbers for each row and result, and the sizes of the terms they are made of."""

    numbers: Array
    sizes: Array

    def mean(self, rows: int) -> "Expected":
        """Of so many rows: these, again and again."""
        chosen = np.arange(rows) % len(self.numbers)
        with np.errstate(all="ignore"):
            return Expected(self.numbers[chosen].mean(axis=0), self.sizes[chosen].mean(axis=0))

    def agrees(self, found: Any, eps: float = 2.0**-52) -> None:
        """1e-12 relative for float64; and for what has cancelled, 50 roundings of what it was made of."""
        tiny = 1e-307 if eps < 1e-10 else 1e-37
        with np.errstate(all="ignore"):
            tolerance = 4500 * eps * np.abs(self.numbers) + 50 * eps * self.sizes + tiny
            close = np.abs(found - self.numbers) <= tolerance
        same = (found == self.numbers) | (np.isnan(found) & np.isnan(self.numbers))
        wrong = ~np.where(np.isfinite(self.numbers), close, same)
        assert np.shape(found) == self.numbers.shape
        assert not wrong.any(), (
            f"{np.argwhere(wrong)[:4].tolist()}: found {np.asarray(found)[wrong][:4]}, "
            f"eager {self.numbers[wrong][:4]}, within {tolerance[wrong][:4]}"
        )


def eager(function: Callable[..., Any], rows: Sequence[Sequence[float]], parameters: Sequence[Value] = ()) -> Expected:
    """For each row what the function returns: of several Values these; of one its gradient as well, as its last."""
    asked = repr((rows, [parameter.data for parameter in parameters]))
    return worked_out(asked, lambda: _eager(function, rows, parameters))  # type: ignore[no-any-return]


def _eager(function: Callable[..., Any], rows: Sequence[Sequence[float]], parameters: Sequence[Value]) -> Expected:
    numbers, sizes = [], []
    for row in rows:
        returned = function(*map(Value, row))
        if isinstance(returned, (list, tuple)):
            results = [*map(autograd.as_value, returned)]
        else:
            loss = autograd.as_value(returned)
            results = [*grad(loss, parameters), loss]
        numbers.append([x.data for x in results])
        sizes.append(sizes_of(results))
    return Expected(np.array(numbers), np.array(sizes))


ROWS = (1, 7, 8, 9, 1000)


def held_against_eager(
    function: Callable[..., Any],
    rows: Sequence[Sequence[float]],
    parameters: Sequence[Value],
    step: Compiled,
    counts: Sequence[int] = ROWS,
) -> None:
    expected = eager(function, rows, parameters)
    for count in counts:
        columns = [np.resize(np.array(column), count) for column in zip(*rows, strict=True)]
        loss, gradient = step(*columns)
        assert type(loss) is float
        assert gradient.dtype == step.dtype
        expected.mean(count).agrees(np.array([*gradient, loss]), float(np.finfo(step.dtype).eps))


# Every operation of the table


def of_table(name: str, operands: Sequence[Any]) -> Value:
    if name == "softmax_cross_entropy":
        return softmax_cross_entropy(operands, len(operands) - 1)  # type: ignore[no-any-return]
    return apply_to_values(name, *operands)


def with_slopes(name: str, order: int) -> Callable[..., list[Value]]:
    """An operation, its partial derivatives, and those of these."""

    def function(*operands: Value) -> list[Value]:
        z = of_table(name, operands)
        first = grad(z, operands)
        second = [x for slope in first for x in grad(slope, operands)] if order == 2 else []
        return [z, *first, *second]

    return function


def by_arity(rows: Sequence[Point]) -> list[list[Point]]:
    arities = sorted({len(row) for row in rows})
    return [[row for row in rows if len(row) == n] for n in arities]


@every_target
@every_operation
def test_every_operation_with_its_first_and_second_derivatives(name: str, target: str) -> None:
    function = with_slopes(name, order=2)
    for rows in by_arity(points(name)):
        step = compiled(function, target=target, inputs=len(rows[0]))
        eager(function, rows).agrees(step.values(*zip(*rows, strict=True)))


@each(["source", "2 lanes", "4 lanes, scalar functions", "8 lanes"])
@every_operation
def test_the_gradient_of_every_operation_on_any_number_of_rows(name: str, target: str) -> None:
    for rows in by_arity(points(name)):
        zeros = [Value(0.0, f"p_{i}") for i in range(len(rows[0]))]

        def function(*operands: Value, zeros: list[Value] = zeros) -> Value:
            return of_table(name, [p + x for p, x in zip(zeros, operands, strict=True)])

        step = compiled(function, zeros, target, inputs=len(zeros))
        held_against_eager(function, rows, zeros, step)


@both_backends
@every_operation
def test_every_operation_on_parameters_alone_which_change_between_calls(name: str, target: str) -> None:
    for rows in by_arity(points(name)):
        parameters = [Value(0.0, f"p_{i}") for i in range(len(rows[0]))]

        def function(x: Value, parameters: list[Value] = parameters) -> Value:
            return of_table(name, parameters)

        step = compiled(function, parameters, target)
        for row in rows:
            for parameter, number in zip(parameters, row, strict=True):
                parameter.data = number
            held_against_eager(function, [(1.0,)], parameters, step, (1, 9))


@every_width
@every_operation
def test_float32(name: str, target: str) -> None:
    function = with_slopes(name, order=1)
    for rows in by_arity([row for row in points(name) if all(0.01 <= abs(x) < 9 or x == 0 for x in row)]):
        rounded = [tuple(map(float, map(np.float32, row))) for row in rows]
        found = compiled(function, target=target, dtype="float32", inputs=len(rows[0])).values(*zip(*rows, strict=True))
        assert found.dtype == np.float32
        eager(function, rounded).agrees(found, eps=2.0**-23)


SPECIAL = [*EDGES, 1e-12, 1e-300, 20.0, 709.0, 711.0, -745.0, -746.0, 1e16, math.pi]


def special_rows(name: str) -> list[Point]:
    arity = table[name].arity or (3 if name == "affine" else 2)
    rows = itertools.product(SPECIAL if arity < 3 else [*EDGES[::2], INF, -INF], repeat=arity)
    if name != "affine":
        return list(rows)
    # A product that is added without being rounded does not overflow on the way.
    return [(w, x, b) for w, x, b in rows if math.isfinite(w * x) or not math.isfinite(w) or not math.isfinite(x)]


@every_target
@every_operation
def test_nan_inf_zeros_huge_tiny_and_kinks(name: str, target: str) -> None:
    rows, function = special_rows(name), with_slopes(name, order=1)
    step = compiled(function, target=target, inputs=len(rows[0]))
    expected, found = eager(function, rows), step.values(*zip(*rows, strict=True))
    expected.agrees(found)
    if table[name].definition is table[name].evaluate and table[name].arity == 1:  # as by their definitions
        zero = (expected.numbers[:, 0] == 0) & (found[:, 0] == 0)
        assert (np.signbit(found[:, 0]) == np.signbit(expected.numbers[:, 0]))[zero].all()


@every_target
def test_a_row_that_is_not_finite_shows_in_the_mean_and_nowhere_else(target: str) -> None:
    w = Value(2.0)
    step = compiled(lambda x: autograd.log(w * x), [w], target)
    for rows in ROWS:
        for place in {0, rows // 2, rows - 1}:
            x = np.ones(rows)
            x[place] = -1.0
            loss, gradient = step(x)
            assert math.isnan(loss)
            assert gradient[0] == pytest.approx(0.5, rel=1e-14)
            x[place] = 0.0
            loss, gradient = step(x)
            assert loss == -INF
            assert math.isnan(gradient[0])  # 0 / (w * 0)
            assert np.isfinite(np.delete(step.values(x), place)).all()


@every_target
@pytest.mark.parametrize("number", [INF, -INF, NAN, 0.0])
def test_factors_that_are_the_same_for_all_rows_need_not_be_finite(number: float, target: str) -> None:
    w, b = Value(number), Value(3.0)
    functions: list[Callable[[Value], Any]] = [
        lambda x: x * w,
        lambda x: w * x + b,
        lambda x: x * autograd.log(w) * 5,
        lambda x: tanh(x * b) * (1 / w),
        lambda x: affine([w, b], [x, x]),
        lambda x: tanh(x) * INF,
    ]
    for function in functions:
        held_against_eager(function, [(1.0,), (2.0,)], [w, b], compiled(function, [w, b], target))


@every_target
def test_what_is_the_same_for_all_rows_cancels_in_each_row_of_the_loss(target: str) -> None:
    w = Value(1e6)
    x = -1e6 + np.array([1e-3, 2e-3, 4e-3])
    assert compiled(lambda x: w + x, [w], target)(x)[0] == pytest.approx(np.mean(1e6 + x), rel=1e-14)
    w.data = -1.5e308
    for function in (lambda x: w + x, lambda x: x + w, lambda x: (x + 1.0) + w):
        assert compiled(function, [w], target)(np.full(8, 1.5e308))[0] == 0.0


# Programs of all shapes


def network(
    sizes: Sequence[int], activation: Any = "tanh", bias: Any = "neuron"
) -> tuple[Callable[..., Value], list[Value]]:
    """The squared error of a network, as a function of its inputs and one target for all outputs."""
    model = MLP(sizes[0], sizes[1:], activation=activation, bias=bias, seed=3)
    for i, parameter in enumerate(model.parameters()):
        parameter.data += 0.01 * (i % 7)  # biases start at 0

    def loss(*row: Value) -> Value:
        out = model(row[:-1])
        return total([(a - row[-1]) ** 2 for a in (out if isinstance(out, list) else [out])])  # type: ignore[no-any-return]

    return loss, list(model.parameters())


def some_rows(inputs: int, rows: int = 9, seed: int = 5) -> list[list[float]]:
    drawn: list[list[float]] = np.random.default_rng(seed).normal(size=(rows, inputs)).tolist()
    return drawn


NETWORKS: list[Any] = [
    pytest.param(sizes, activation, bias, id=f"{'-'.join(map(str, sizes))} {activation} {bias}")
    for sizes, activation, bias in [
        ((2, 1), "tanh", "neuron"),
        ((1, 1, 1), "sigmoid", "neuron"),
        ((3, 2, 3), "tanh", "layer"),
        ((2, 3, 1), "sigmoid", "layer"),
        ((4, 5, 2), "relu", None),
        ((5, 16, 5, 1), "softplus", "neuron"),
        ((2, 16, 16, 1), "relu", "neuron"),
        ((3, 17, 2), "gelu", "neuron"),
        ((2, 33, 5), "silu", "layer"),
        ((17, 3, 3, 3, 1), ["tanh", "relu", "sigmoid", "identity"], ["neuron", "layer", None, "neuron"]),
        ((2, 4, 4, 4), ["elu", None, "leaky_relu"], ["layer", "neuron", "layer"]),
        ((33, 4, 2), [None, None], "neuron"),
        ((6, 7, 9, 10), ["abs", "sin", "softplus"], [None, "layer", "neuron"]),
    ]
]


@every_width
@pytest.mark.parametrize(("sizes", "activation", "bias"), NETWORKS)
def test_networks(sizes: tuple[int, ...], activation: Any, bias: Any, target: str) -> None:
    loss, parameters = network(sizes, activation, bias)
    step = compiled(loss, parameters, target, inputs=sizes[0] + 1)
    held_against_eager(loss, some_rows(sizes[0] + 1), parameters, step)


@given(
    st.lists(st.integers(1, 11), min_size=2, max_size=4),
    st.sampled_from(["tanh", "relu", "softplus"]),
    st.sampled_from(["neuron", "layer", None]),
    st.integers(1, 40),
)
@settings(deadline=None, max_examples=5, phases=[Phase.explicit, Phase.generate])  # each is costly
@example([8, 8, 8], "tanh", "neuron", 8)
@example([1, 9, 7, 6], "relu", "layer", 3)
@each(["2 lanes", "4 lanes", "8 lanes"])
def test_networks_of_any_size(sizes: list[int], activation: str, bias: Any, rows: int, target: str) -> None:
    loss, parameters = network(sizes, activation, bias)
    step = compiled(loss, parameters, target, inputs=sizes[0] + 1)
    held_against_eager(loss, some_rows(sizes[0] + 1, 3), parameters, step, [rows])


@every_width
@pytest.mark.parametrize("rows", [15, 16, 17, 31, 33, 255, 256, 257, 511, 513, 2049])
def test_blocks_and_panels_of_rows_leave_none_out(rows: int, target: str) -> None:
    w, b = Value(0.5), Value(-1.0)
    step = compiled(lambda x: (w * x + b) * (w * x + b), [w, b], target)
    x = np.arange(rows) / 8  # sums of which are exact
    loss, gradient = step(x)
    z = 0.5 * x - 1
    assert loss == pytest.approx(np.mean(z * z), rel=1e-14)
    assert gradient == pytest.approx([np.mean(2 * z * x), np.mean(2 * z)], rel=1e-14)
    assert (step.values(x) == z * z).all()


@every_width
@pytest.mark.parametrize(("dtype", "bound"), [("float32", 3e-7), ("float64", 6e-16)])
def test_sums_over_rows_lose_no_digits_with_their_number(dtype: str, bound: float, target: str) -> None:
    w, v = Value(1.0), Value(1.0)
    step = compiled(lambda x, y: w * x + v * v * y, [w, v], target, dtype)
    rng = np.random.default_rng(1)
    for rows in (4096, 4097, 33_333, 1_000_003):
        for x in (np.full(rows, 0.1), rng.random(rows) + 0.5, np.linspace(0, 1, rows) ** 3):
            x, y = x.astype(dtype), (3 * x).astype(dtype)
            means = [math.fsum(numbers.tolist()) / rows for numbers in (x, y)]
            loss, gradient = step(x, y)
            assert [loss, *gradient] == pytest.approx([sum(means), means[0], 2 * means[1]], rel=bound)
    x = np.ones(100_000, dtype)
    for i in (0, 50_000, -1):  # what is not finite shows, and what would overflow as a sum need not
        x[i] = INF
        assert step(x, 0.0)[0] == INF
        x[-1 - i] = NAN
        assert math.isnan(step(x, 0.0)[0])
        x[[i, -1 - i]] = 1.0
    largest = float(np.finfo(dtype).max) / 2000  # the sum of a thousand rows is a float
    if target != "source":  # a mean of NumPy's is that of a sum
        assert step(x * np.array(largest, dtype), 0.0)[0] == pytest.approx(largest, rel=bound)


@every_width
def test_a_network_of_a_hundred_rows_of_weights_by_classes(target: str) -> None:
    model = MLP(4, [6, 3], activation="tanh", seed=1)
    parameters = list(model.parameters())

    def loss(*row: Value) -> Value:
        return softmax_cross_entropy(model(row[:-1]), row[-1])  # type: ignore[no-any-return]

    def eagerly(*row: Value) -> Value:
        return softmax_cross_entropy(model(row[:-1]), int(row[-1].data))  # type: ignore[no-any-return]

    step = compiled(loss, parameters, target, inputs=5)
    rows = [[*row, float(i % 3)] for i, row in enumerate(some_rows(4))]
    expected = eager(eagerly, rows, parameters).mean(9)
    found_loss, gradient = step(*zip(*rows, strict=True))
    expected.agrees(np.array([*gradient, found_loss]))


@both_backends
def test_a_target_that_is_no_index_gives_nan(target: str) -> None:
    logits = [Value(1.0), Value(2.0), Value(3.0)]
    step = compiled(lambda y: softmax_cross_entropy([w * (1.0 + 0.0 * y) for w in logits], y), logits, target)
    good = [softmax_cross_entropy([1.0, 2.0, 3.0], i) for i in range(3)]
    assert step.values([0, 1, 2]) == pytest.approx(good, rel=1e-12)
    for wrong in (-1, 3, 0.5, 1e300, NAN, -1e-300):
        assert np.isnan(step.values([wrong, 1])).tolist() == [True, False], wrong


@every_target
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_logits_that_are_not_finite_beside_the_target_are_those_of_eager_evaluation(dtype: str, target: str) -> None:
    rows = [
        (1.0, -INF, 2.0, 0),
        (1.0, -INF, 2.0, 1),
        (-INF, -INF, 3.0, 2),
        (-INF, 0.0, 0.0, 1),
        (-INF, -INF, -INF, 0),
        (INF, 1.0, 2.0, 1),
        (INF, 1.0, 2.0, 0),
        (NAN, 1.0, 2.0, 1),
        (0.0, 0.0, 0.0, 2),
        (1e30, -1e30, 0.0, 1),
    ]
    for *numbers, index in rows:
        logits = [Value(number) for number in numbers]
        step = compiled(lambda y, logits=logits: softmax_cross_entropy(logits, y), logits, target, dtype, inputs=1)
        expected = eager(lambda logits=logits, index=index: softmax_cross_entropy(logits, index), [()], logits)
        loss, gradient = step([float(index)])
        expected.mean(1).agrees(np.array([*gradient, loss]), float(np.finfo(step.dtype).eps))


@every_target
def test_shared_nodes_constants_and_operands_that_are_the_same(target: str) -> None:
    w, closed_over = Value(0.7, "w"), Value(-1.5, "c")

    def function(x: Value, y: Value) -> Any:
        shared = tanh(w * x + closed_over)
        more = shared * shared + shared * y + 2 * shared - shared / y
        return more * more + maximum(shared, shared) + (shared - shared) + w**2 + closed_over * closed_over

    held_against_eager(function, some_rows(2), [w], compiled(function, [w], target))


@every_target
def test_functions_that_ignore_what_they_are_given(target: str) -> None:
    w, b = Value(3.0), Value(4.0)
    cases: list[tuple[Callable[..., Any], list[Value]]] = [
        (lambda x, y: w * b + b, [w, b]),
        (lambda x, y: w, [w, b]),
        (lambda x, y: x, [w]),
        (lambda x, y: y * y, []),
        (lambda x, y: w * y, [b]),
        (lambda x, y: 5, [w]),
        (lambda x, y: Value(5.0, "five"), []),
        (lambda x, y: w * x + b, [b, w]),
        (lambda x, y: total([w, b, x, y, 1.0]), [w, b]),
        (lambda x, y: -x, []),
    ]
    for function, parameters in cases:
        step = compiled(function, parameters, target)
        held_against_eager(function, some_rows(2), parameters, step)
        assert step.values([1.0, 2.0, 3.0], 1.0).shape == (3,)


@every_width
def test_a_function_of_no_inputs(target: str) -> None:
    w = Value(3.0)
    for function, parameters, gradient in [
        (lambda: w * w, [w], [6.0]),
        (lambda: w * w, [], []),
        (lambda: 9.0, [w], [0.0]),
    ]:
        step = compiled(function, parameters, target)
        assert step.values().tolist() == [9.0]
        loss, found = step()
        assert (loss, found.tolist()) == (9.0, gradient)


@every_target
def test_several_outputs(target: str) -> None:
    w = Value(3.0, "w")

    def function(x: Value, y: Value) -> list[Any]:
        return [x, w, 2.0, x * w + y, x, tanh(y), w * w]

    rows = some_rows(2, 9)
    step = compiled(function, [w], target)
    for count in ROWS:
        columns = [np.resize(np.array(column), count) for column in zip(*rows, strict=True)]
        found = step.values(*columns)
        assert found.shape == (count, 7)
        eager(function, [*zip(*columns, strict=True)]).agrees(found)
    with pytest.raises(TypeError, match=r"^this function returns a list of 7, and no loss: ask for \.values\(…\)"):
        step(*zip(*rows, strict=True))


@every_width
def test_one_output_in_a_list_is_a_column(target: str) -> None:
    assert compiled(lambda x: [2 * x], target=target).values([1.0, 2.0]).tolist() == [[2.0], [4.0]]
    assert compiled(lambda x: 2 * x, target=target).values([1.0, 2.0]).tolist() == [2.0, 4.0]


@every_width
def test_a_sum_of_a_thousand(target: str) -> None:
    weights = [Value(math.sin(i)) for i in range(1000)]
    cases: list[Callable[..., Value]] = [
        lambda x: total([w * x for w in weights]),
        lambda x: total(weights) * x,
        lambda x: total([tanh(w * x) for w in weights]),
        lambda x: affine(weights, weights[::-1], x) * x,
        lambda x: affine(weights[::2], [w * x for w in weights[1::2]]),
    ]
    for function in cases:
        held_against_eager(function, [(0.5,)], weights, compiled(function, weights, target), (9,))


@every_width
@pytest.mark.parametrize("terms", [1, 2, 5, 6, 7, 9, 16, 17, 33, 64, 70])
def test_sums_of_any_length(terms: int, target: str) -> None:
    weights, others = [Value(math.cos(i)) for i in range(terms)], [Value(math.sin(3 * i)) for i in range(terms)]
    cases: list[Callable[..., Value]] = [
        lambda x: affine(weights, [x * (i + 1) for i in range(terms)], others[0]),
        lambda x: affine(weights, others) * x,
        lambda x: affine(weights, others[::-1], x),
        lambda x: total([w - x for w in weights]),
        lambda x: total([w + o for w, o in zip(weights, others, strict=True)]) * x,
        lambda x: affine([x - o for o in others], weights[::-1]),
    ]
    parameters = [*weights, *others]
    for function in cases:
        held_against_eager(
            function, [(0.5,), (-1.25,), (3.0,)], parameters, compiled(function, parameters, target), (5,)
        )


@given(st.permutations(range(6)), st.permutations(range(6)), st.booleans())
@settings(deadline=None, max_examples=8, phases=[Phase.explicit, Phase.generate])
@example([0, 1, 3, 2, 5, 4], [0, 1, 2, 3, 4, 5], False)
@every_width
def test_weights_and_parameters_in_any_order(inputs: list[int], order: list[int], deep: bool, target: str) -> None:
    weights = [Value(math.sin(i + 1)) for i in range(6)]
    parameters = [weights[i] for i in order]

    def function(*x: Value) -> Any:
        hidden = [tanh(v * w) for v, w in zip(x, weights, strict=True)] if deep else x
        return tanh(affine(weights, [hidden[i] for i in inputs]))

    held_against_eager(function, some_rows(6, 3), parameters, compiled(function, parameters, target, inputs=6), (9,))


@every_width
def test_a_long_program_without_regularity(target: str) -> None:
    numbers = np.random.default_rng(1)
    choices = numbers.integers(0, 30, (600, 2)).tolist()
    parameters = [Value(x, f"w_{i}") for i, x in enumerate(numbers.uniform(-1, 1, 40))]

    def function(x: Value, y: Value) -> Value:
        nodes = [x, y, *parameters]
        for i, (j, k) in enumerate(choices):
            one, other = nodes[-1 - j], nodes[-1 - k]
            nodes.append([one + other, one * other, tanh(one) - other][i % 3])
        result: Value = tanh(total(nodes[-30:]))
        return result

    held_against_eager(function, some_rows(2, 9), parameters, compiled(function, parameters, target), (1, 9))


def longest_function(step: Compiled, mean: bool) -> int:
    """Lines of the longest function of its native code."""
    from llvmlite import ir

    from autograd.compiling.native.kernel import write_kernel
    from autograd.compiling.native.processor import host
    from autograd.compiling.native.schedule import schedule

    outputs = len(step.parameters) + 1 if mean else len(step.program.outputs)
    kernel = write_kernel(schedule(step.program, mean), mean, outputs, ir.DoubleType(), host(), "kernel")
    return max(text.count("\n") for text in str(kernel.module).split("define "))


def irregular(x: Value, ws: list[Value], scale: Any = 1.0) -> list[Value]:
    """As many results as there are parameters, that are no layer of neurons."""
    results = [x]
    for i, w in enumerate(ws):
        results.append([results[-1] * w, results[i // 2] + w, autograd.sin(w * scale), w * w + i][i * i % 7 % 4])
    return results[1:]


@needs_llvm
@pytest.mark.parametrize("what", ["outputs", "outputs alike", "results of parameters alone", "inputs"])
def test_no_function_of_native_code_grows_with_the_program(what: str) -> None:
    # LLVM takes a time that grows faster than the size of a function: 3,000 outputs in one took it 100 seconds.
    ws = [Value(1.0 + i) for i in range(1500)]
    functions: dict[str, Callable[..., Any]] = {
        "outputs": lambda *xs: irregular(xs[0], ws, xs[0]),
        "outputs alike": lambda *xs: [tanh(xs[0] * float(i)) for i in range(1500)],
        "results of parameters alone": lambda *xs: total(irregular(ws[0], ws[1:])) * xs[0],
        "inputs": lambda *xs: total(irregular(ws[0], [*xs])),
    }
    step = compiled(functions[what], ws, "source", inputs=1500 if what == "inputs" else 1)
    assert longest_function(step, mean="outputs" not in what) < 20_000


@both_backends
def test_a_deep_chain_compiles_in_a_time_that_grows_with_its_length(target: str) -> None:
    from time import process_time

    def seconds(length: int) -> float:
        w = Value(1.01)

        def chain(x: Value) -> Value:
            for _ in range(length // 2):
                x = tanh(w * x)
            return x

        start = process_time()
        step = compiled(chain, [w], target)
        loss, gradient = step([0.5, -0.25])
        taken = process_time() - start
        y = chain(Value(0.5)), chain(Value(-0.25))
        w.grad = 0.0
        for out in y:
            out.backward()
        assert loss == pytest.approx((y[0].data + y[1].data) / 2, rel=1e-9)
        assert gradient == pytest.approx([w.grad / 2], rel=1e-9)
        return taken

    short, long = seconds(300), seconds(3000)
    assert long < 60
    assert long < 20 * short + 1


@every_target
def test_second_derivatives_by_compiling_a_gradient(target: str) -> None:
    w, b = Value(0.7, "w"), Value(-0.2, "b")

    def curved(x: Value, y: Value) -> Any:
        output = sigmoid(tanh(w * x + b) * x) * y
        first = grad(output, [x, w])
        return first[0] * first[1] + output  # a penalty on gradients

    held_against_eager(curved, some_rows(2), [w, b], compiled(curved, [w, b], target))

    third = lambda x: grad(grad(tanh(w * x * x), x), x)  # noqa: E731
    held_against_eager(third, some_rows(1), [w, b], compiled(third, [w, b], target))


@every_width
def test_float32_networks(target: str) -> None:
    loss, parameters = network((5, 17, 3), "tanh")
    step = compiled(loss, parameters, target, "float32", inputs=6)
    rows = [[float(np.float32(x)) for x in row] for row in some_rows(6)]
    held_against_eager(loss, rows, parameters, step, (1, 15, 16, 17, 1000))


# Operations of one's own

cube = operation("cube", lambda x: x**3, lambda z, x: (3 * x**2,))
logistic = operation("logistic", lambda x: 1 / (1 + math.exp(-x)), lambda z, x: (z * (1 - z),), definition=sigmoid)
norm = operation("norm", lambda x, y: (x * x + y * y) ** 0.5, lambda z, x, y: (x / z, y / z))
mean_of = operation("mean_of", lambda *xs: sum(xs) / len(xs), lambda z, *xs: (1 / len(xs),) * len(xs))


@every_width
def test_operations_of_ones_own(target: str) -> None:
    w = Value(0.8)

    def function(x: Value, y: Value) -> Any:
        return cube(w * x) + logistic(w * y) * norm(w * x, y) + mean_of(w, x, y) + mean_of(x, 2.0)

    held_against_eager(function, some_rows(2), [w], compiled(function, [w], target))


@both_backends
@pytest.mark.parametrize(
    "evaluate",
    [
        math.cbrt,
        lambda x: x if x > 0 else -x,
        lambda x: max(x, 0.0),
        lambda x: float(x),
        lambda x: 1.0 if x else 0.0,
        lambda x: 1.0 if x == 0 else 0.0,
        lambda x: x % 2,
        lambda x: math.floor(x),
        lambda x: {0.0: 1.0}.get(x, 0.0),
        lambda x: round(x),
        lambda x: x.hex(),
    ],
)
def test_an_operation_without_a_lowering(evaluate: Callable[[float], float], target: str) -> None:
    opaque = operation("opaque", evaluate, lambda z, x: (1.0,))
    w = Value(0.5)
    with pytest.raises(CompileError, match=r"^opaque cannot be compiled: declare it with definition=") as caught:
        autograd.compile(lambda x: opaque(w * x), [w], backend=target)
    assert "\n" not in str(caught.value)


@both_backends
def test_an_operation_whose_definition_fails(target: str) -> None:
    def only_floats(x: Any) -> float:
        if not isinstance(x, float):
            raise ValueError("this takes a float")
        return x

    opaque = operation("opaque", only_floats, lambda z, x: (1.0,))
    within = operation("within", float, lambda z, x: (1.0,), definition=lambda x: opaque(x) + 1)
    endless: autograd.Operation = operation("endless", float, lambda z, x: (1.0,), definition=lambda x: endless(x) + 1)
    w = Value(0.5)
    for op, message in [
        (opaque, r"^opaque cannot be compiled: declare it with definition=.*\(this takes a float\)$"),
        (within, r"^opaque cannot be compiled: declare it with definition=.*\(this takes a float\)$"),
        (endless, r"^endless cannot be compiled: its definition leads back to itself$"),
    ]:
        with pytest.raises(CompileError, match=message):
            autograd.compile(lambda x, op=op: op(w * x), [w], backend=target)


# What a program takes


def doubled(dtype: str = "float64", target: str = "native") -> tuple[Compiled, Value]:
    w = Value(2.0, "w")
    return compiled(lambda x, y: w * x + y * y, [w], target, dtype), w


NUMBERS = np.arange(-4.0, 5.0)
SOURCES: dict[str, Callable[[Array], Any]] = {
    "contiguous": lambda x: x,
    "strided": lambda x: np.repeat(x, 3)[::3],
    "reversed": lambda x: x[::-1].copy()[::-1],
    "a column of a C array": lambda x: np.stack([x, x + 7, x - 7], axis=1)[:, 0],
    "a column of a Fortran array": lambda x: np.asfortranarray(np.stack([x + 7, x], axis=1))[:, 1],
    "a row": lambda x: np.stack([x + 1, x])[1],
    "a list": lambda x: x.tolist(),
    "a tuple": lambda x: tuple(x.tolist()),
    "Python's ints": lambda x: [int(n) for n in x],
    "int64": lambda x: x.astype(np.int64),
    "int8": lambda x: x.astype(np.int8),
    "float32": lambda x: x.astype(np.float32),
    "float16": lambda x: x.astype(np.float16),
    "long double": lambda x: x.astype(np.longdouble),
    "the other byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "read-only": lambda x: np.frombuffer(x.tobytes(), x.dtype),
    "not aligned": lambda x: np.frombuffer(b"." + x.tobytes(), x.dtype, offset=1),
    "a field of records": lambda x: np.array([(3, n) for n in x], [("flag", "i1"), ("x", "f8")])["x"],
    "a memoryview": lambda x: x.copy().data,
    "a range": lambda x: range(-4, 5),
}


@both_backends
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", SOURCES)
def test_arrays_of_all_kinds(kind: str, dtype: str, target: str) -> None:
    step, _ = doubled(dtype, target)
    given, other = SOURCES[kind](NUMBERS), NUMBERS[::-1] + 0.5
    expected = float(np.mean(2 * NUMBERS + other**2)), float(np.mean(NUMBERS))
    for columns in ((given, other), (given, list(other))):
        loss, gradient = step(*columns)
        assert (loss, gradient[0]) == pytest.approx(expected, rel=1e-6)
        assert step.values(*columns) == pytest.approx(2 * NUMBERS + other**2, rel=1e-6)
    loss, gradient = step(other, given)
    assert loss == pytest.approx(float(np.mean(2 * other + NUMBERS**2)), rel=1e-6)


@both_backends
def test_bools_and_pandas_columns(target: str) -> None:
    pandas: Any = pytest.importorskip("pandas")
    step, _ = doubled(target=target)
    flags = NUMBERS > 0
    assert step(flags, flags)[0] == pytest.approx(3 * np.mean(flags))
    assert step([True, False], [False, False])[0] == 1.0
    frame = pandas.DataFrame({"x": NUMBERS, "n": np.arange(9), "flag": flags}, index=range(100, 109))
    for name in frame:
        expected = float(np.mean(2 * NUMBERS + np.asarray(frame[name], float) ** 2))
        assert step(frame["x"], frame[name])[0] == pytest.approx(expected)
        assert step(frame["x"][::-1], frame[name][::-1])[0] == pytest.approx(expected)


@needs_llvm
def test_gradients_take_the_memory_of_activations() -> None:
    from autograd.compiling.native.schedule import schedule

    model = MLP(2, [16, 16, 16, 1], "relu", init="he", seed=1)
    step = compiled(lambda *row: hinge(model(row[:2]), row[2]), model.parameters(), "native", inputs=3)
    assert schedule(step.program, mean=True).memory.slots <= 3 + 3 * 16 + 4


@every_width
def test_one_number_for_all_rows(target: str) -> None:
    step, _ = doubled(target=target)
    for number in (3.0, 3, True, np.float64(3), np.float32(3), np.int64(3), np.array(3.0)):
        loss, gradient = step(NUMBERS, number)
        assert loss == pytest.approx(np.mean(2 * NUMBERS + float(number) ** 2))
        assert gradient[0] == pytest.approx(0.0)
        assert step.values(number, NUMBERS) == pytest.approx(2 * float(number) + NUMBERS**2)
        assert step(number, number)[0] == 2 * float(number) + float(number) ** 2
        assert step.values(number, number).shape == (1,)


@both_backends
def test_what_is_given_is_left_as_it_was_and_results_are_ones_own(target: str) -> None:
    step, w = doubled(target=target)
    x, y = NUMBERS.copy(), NUMBERS[::-1].copy()
    first, values = step(x, y), step.values(x, y)
    assert (x == NUMBERS).all()
    assert (y == NUMBERS[::-1]).all()
    kept, kept_values = first[1].copy(), values.copy()
    w.data = 100.0
    second, more_values = step(x + 1, y), step.values(x + 1, y)
    assert (first[1] == kept).all()
    assert (values == kept_values).all()
    second[1][:] = more_values[:] = 0.0  # writeable
    assert (w.data, w.grad, w.label) == (100.0, 0.0, "w")


@both_backends
def test_parameters_are_read_at_each_call(target: str) -> None:
    step, w = doubled(target=target)
    for number in (1.0, -3.0, 7, 0.0, -0.0, 1e300, INF):
        w.data = number
        assert step([1.0, 1.0], 0.0)[0] == number
        assert step.values(1.0, 0.0)[0] == number
    w.data = NAN
    assert math.isnan(step(1.0, 0.0)[0])


@both_backends
@pytest.mark.parametrize("data", [None, "1.5", 1j])
def test_a_parameter_without_a_number(data: Any, target: str) -> None:
    step, w = doubled(target=target)
    w.data = data
    for call in (step, step.values):
        with pytest.raises(TypeError, match=r"^the data of w is no real number, but") as caught:
            call(NUMBERS, NUMBERS)
        assert "\n" not in str(caught.value)
    w.data, w.label = data, None
    with pytest.raises(TypeError, match=r"^the data of parameters\[0\] is no real number, but"):
        step(NUMBERS, NUMBERS)


class Halved(Value):
    """A Value whose data is not just what it keeps."""

    __slots__ = ()

    kept: Any = vars(Value)["data"]
    data: Any = property(lambda self: Halved.kept.__get__(self) / 2, lambda self, x: Halved.kept.__set__(self, x))


@both_backends
def test_parameters_of_a_class_of_ones_own(target: str) -> None:
    w = Halved(4.0)
    step = compiled(lambda x, y: w * x + y * y, [w], target)
    assert step(3.0, 1.0)[0] == 7.0
    w.data = 6.0
    assert step(3.0, 1.0)[0] == 10.0


@needs_llvm
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_plain_calls_go_straight_to_native_code_and_all_others_do_not(dtype: str) -> None:
    step, w = doubled(dtype)
    x, other = NUMBERS.astype(dtype), {"float64": "float32", "float32": "float64"}[dtype]
    plain = [x, x[::-1], np.repeat(x, 2)[::2], np.frombuffer(x.tobytes(), dtype), pickle.loads(pickle.dumps(x)),
             np.stack([x, x])[0], 1.0, np.float64(1), NAN]  # fmt: skip
    swapped = x.astype(x.dtype.newbyteorder())
    unaligned = np.frombuffer(b"." + x.tobytes(), dtype, offset=1)
    general = [x.tolist(), x.astype(other), x.astype(int), swapped, unaligned, x[:0], x[1:], x.reshape(3, 3), x.data,
               x.view(np.recarray), np.ma.array(x), np.array(1.0, dtype), np.float32(1), 1, True, None]  # fmt: skip
    for column in plain:
        assert step._quick(step.parameters, (x, column)) is not None
        assert step._quick(step.parameters, (column, x)) is not None
    for column in general:
        assert step._quick(step.parameters, (x, column)) is None
        assert step._quick(step.parameters, (column, x)) is None
    assert step._quick(step.parameters, (x,)) is None
    assert step._quick(step.parameters, (x, x, x)) is None
    w.data = 1
    assert step._quick(step.parameters, (x, x)) is None
    del w.data
    assert step._quick(step.parameters, (x, x)) is None


@needs_llvm
def test_calls_count_references_right() -> None:
    step, w = doubled()
    number = float("2.5")
    w.data = number
    things = [NUMBERS, number, None, w, step.parameters, np.ndarray, np.dtype("float64")]

    def counts() -> list[int]:
        return [sys.getrefcount(thing) for thing in things]

    for columns in ((NUMBERS, number), (number, number), (None, number), (NUMBERS, NUMBERS[1:])):
        before = counts()
        for _ in range(1000):
            step._quick(step.parameters, columns)
        assert all(abs(after - count) < 100 for count, after in zip(before, counts(), strict=True))
    result, like = step(NUMBERS, number), (float("1.5"), np.ones(1))
    assert [*map(sys.getrefcount, (result, *result))] == [*map(sys.getrefcount, (like, *like))]
    _, gradient = result
    assert gradient.flags.owndata
    assert gradient.flags.writeable
    assert gradient.base is None


# What is refused, in one line


REFUSED: dict[str, tuple[tuple[Any, ...], type[Exception], str]] = {
    "no inputs": ((), TypeError, r"takes 2 inputs \(x, y\), got 0"),
    "too few": ((NUMBERS,), TypeError, r"takes 2 inputs \(x, y\), got 1"),
    "too many": ((NUMBERS, NUMBERS, NUMBERS), TypeError, r"takes 2 inputs \(x, y\), got 3"),
    "unequal lengths": ((NUMBERS, NUMBERS[1:]), ValueError, "x has 9 and y has 8"),
    "unequal lists": (([1, 2], [1, 2, 3]), ValueError, "x has 2 and y has 3"),
    "one row and many": ((NUMBERS[:1], NUMBERS), ValueError, "x has 1 and y has 9"),
    "no rows": ((NUMBERS[:0], NUMBERS[:0]), ValueError, "no rows"),
    "empty lists": (([], []), ValueError, "no rows"),
    "no rows and a number": ((NUMBERS[:0], 1.0), ValueError, "no rows"),
    "a number and no rows": ((1.0, NUMBERS[:0]), ValueError, "no rows"),
    "two dimensions": ((NUMBERS.reshape(3, 3), NUMBERS), ValueError, r"input x .*one dimension.*\(3, 3\)"),
    "a column of two dimensions": ((NUMBERS, NUMBERS.reshape(9, 1)), ValueError, r"input y .*\(9, 1\)"),
    "ragged": (([[1], [2, 3]], NUMBERS), TypeError, "input x"),
    "text": (("abc", NUMBERS), TypeError, "input x .*real numbers.*U3"),
    "a list of text": ((NUMBERS, ["1"] * 9), TypeError, "input y .*real numbers"),
    "bytes": ((b"12345678", NUMBERS), TypeError, "input x .*real numbers"),
    "None": ((None, NUMBERS), TypeError, "input x .*real numbers.*object"),
    "a None within": (([1.0, None], [1.0, 1.0]), TypeError, "input x .*real numbers.*object"),
    "objects": ((NUMBERS.astype(object), NUMBERS), TypeError, "input x .*real numbers.*object"),
    "complex": ((NUMBERS, NUMBERS * 1j), TypeError, "input y .*real numbers.*complex128"),
    "complex number": ((1j, NUMBERS), TypeError, "input x .*real numbers.*complex128"),
    "dates": ((np.zeros(9, "datetime64[s]"), NUMBERS), TypeError, "input x .*real numbers.*datetime64"),
    "durations": ((np.zeros(9, "timedelta64[s]"), NUMBERS), TypeError, "input x .*real numbers.*timedelta64"),
    "a mapping": (({"x": 1}, NUMBERS), TypeError, "input x .*real numbers"),
    "a set": (({1.0, 2.0}, [1.0, 2.0]), TypeError, "input x .*real numbers"),
    "a Value": ((Value(1.0), NUMBERS), TypeError, "input x .*real numbers"),
    "a list of Values": (([Value(1.0)], [1.0]), TypeError, "input x .*real numbers"),
    "records": ((np.zeros(9, [("a", "f8")]), NUMBERS), TypeError, "input x .*real numbers"),
}


@both_backends
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_row_of_numbers_is_refused_in_one_line(what: str, target: str) -> None:
    columns, kind, message = REFUSED[what]
    step, w = doubled(target=target)
    for call in (step, step.values):
        with pytest.raises(kind, match=message) as caught:
            call(*columns)
        assert "\n" not in str(caught.value)
        assert type(caught.value) is kind
    assert w.data == 2.0
    assert step(1.0, 2.0)[0] == 6.0  # and goes on working


def test_options_that_do_not_exist() -> None:
    w = Value(1.0)
    f = lambda x: w * x  # noqa: E731
    cases: list[tuple[dict[str, Any], Any, str]] = [
        ({"backend": "gpu"}, ValueError, "'auto', 'native' or 'source', got 'gpu'"),
        ({"dtype": "float16"}, ValueError, "'float64' or 'float32', got 'float16'"),
        ({"dtype": np.int64}, ValueError, "'float64' or 'float32'"),
        ({"vector_math": True}, ValueError, "'auto', 'system' or 'scalar', got True"),
        ({"backend": "native", "namespace": np}, ValueError, "namespace"),
        ({"inputs": "x"}, TypeError, "inputs"),
        ({"inputs": -1}, TypeError, "inputs"),
        ({"inputs": [1]}, TypeError, "inputs"),
        ({"inputs": True}, TypeError, "inputs"),
        ({"dtype": "no such type"}, (TypeError, ValueError), "no such type"),
    ]
    for options, kind, message in cases:
        with pytest.raises(kind, match=message) as caught:
            autograd.compile(f, [w], **options)
        assert "\n" not in str(caught.value)


def test_parameters_that_are_none() -> None:
    w, f = Value(1.0), lambda x: x
    for parameters, kind, message in [
        (w, TypeError, "parameters are a list of Values, got Value"),
        (1.0, TypeError, "parameters are a list of Values, got float"),
        ([w, 1.0], TypeError, r"got float as parameters\[1\]"),
        ([w, w], ValueError, "more than once"),
        ([w * 2], ValueError, r"leaves, but parameters\[0\] is the result of"),
    ]:
        with pytest.raises(kind, match=message):
            autograd.compile(f, parameters)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="compile takes a function of scalars, got int"):
        autograd.compile(3)  # type: ignore[arg-type]


def test_functions_whose_inputs_cannot_be_read_off() -> None:
    with pytest.raises(TypeError, match="inputs="):
        autograd.compile(lambda *row: row[0])
    assert autograd.compile(lambda *row: row[0] * row[1], inputs=2).inputs == ("x_1", "x_2")
    assert autograd.compile(lambda *row: row[0] * row[1], inputs=["a", "b"]).inputs == ("a", "b")
    assert autograd.compile(lambda x, k=2.0, *, m=3.0: k * m * x).values(1.0)[0] == 6.0


def test_a_function_returns_values_or_numbers() -> None:
    for returned in (None, [], (), "x", [None], {"loss": 1.0}, [[1.0]], 1j):
        with pytest.raises(TypeError, match="compiled function returns"):
            autograd.compile(lambda x, returned=returned: returned)


def test_without_llvmlite_native_is_refused_and_auto_takes_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    w = Value(2.0)
    with pytest.raises(ImportError, match=r"^backend='native' needs llvmlite: pip install '\.\[jit\]' .*'source'$"):
        autograd.compile(lambda x: w * x, [w], backend="native")
    step = autograd.compile(lambda x: w * x, [w])
    assert step.backend.name == "source"
    assert step([1.0, 2.0])[0] == 3.0


@needs_llvm
def test_with_llvmlite_auto_takes_native() -> None:
    assert autograd.compile(lambda x: x).backend.name == "native"


def test_without_numpy_compile_says_what_it_needs() -> None:
    code = "import sys; sys.modules['numpy'] = None\nimport autograd\nassert autograd.Value(1.0)\nautograd.compile(abs)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("ImportError: autograd.compile needs NumPy: pip install")


# What can be read


def test_the_source_has_the_names_of_the_labels() -> None:
    w, b, c = Value(2.0, "w^1_21"), Value(0.5, "b_1"), Value(3.0, "c")

    def function(height: Value, y: Value) -> Value:
        z = w * height + b
        z.label = "z"
        return (z - y) ** 2 * c

    step = autograd.compile(function, [w, b], backend="source")
    assert step.inputs == ("height", "y")
    lines = ("height, y = columns", "w1_21, b_1 = parameters", "z = ", "dz = ", "c = 3.0", "xp.mean")
    for line in lines:
        assert line in step.source
    names: dict[str, Any] = {}
    exec(step.source, names)
    loss, gradient = names["program"](np, np.array([2.0, 0.5]), np.array([[1.0, 2.0], [0.0, 1.0]]))
    expected = step([1.0, 2.0], [0.0, 1.0])
    assert (loss, *gradient) == pytest.approx((expected[0], *expected[1]))
    assert repr(step) == "<compiled function of 2 inputs and 2 parameters, source, float64>"


@every_target
@pytest.mark.parametrize(
    "labels",
    [
        ["x", "x", "x"],
        ["class", "lambda", "None"],
        ["xp", "parameters", "program"],
        ["loss", "gradient", "erfc"],
        ["1", "ŷ", "日本"],
        ["a b", "a_b", "a-b"],
        ["v_1", "v", "v_2"],
        ["-", "'", "\n"],
        ["abs", "np", "__import__('os')"],
        ["x_1", "x", "x^1"],
        ["float", "list", "p_1"],
        ["match", "_", "__"],
    ],
)
def test_any_label_will_do(labels: list[str], target: str) -> None:
    p, q, c = (Value(n, label) for n, label in zip((2.0, 3.0, 5.0), labels, strict=True))

    def function(*x: Value) -> Any:
        z, a = p * x[0] + q * x[1], autograd.gelu(c * x[2])
        z.label, a.label = labels[0], labels[1]
        out = z * a + abs(z)
        out.label = labels[2]
        return out

    step = compiled(function, [p, q], target, inputs=labels)
    held_against_eager(function, some_rows(3), [p, q], step, (9,))
    assert step.inputs == tuple(labels)


def test_a_source_says_which_function_it_asks_for_beyond_those_of_an_array_namespace() -> None:
    says = "# erfc: the complementary error function on arrays, such as scipy.special.erfc\n"
    assert autograd.compile(autograd.gelu, backend="source", inputs=1).source.startswith(says)
    assert "erfc" not in autograd.compile(tanh, backend="source", inputs=1).source


def test_a_program_is_simplified() -> None:
    w, zero = Value(2.0, "w"), Value(0.0)

    def function(x: Value, y: Value) -> Any:
        shared = tanh(w * x * 1 - 0.0 * 1) / 1.0
        unused = autograd.exp(y)
        assert unused is not None
        return (
            shared * tanh(x * w) + Value(2.0) * Value(3.0) + (autograd.log(Value(1.0)) + zero) + autograd.neg(-shared)
        )

    source = autograd.compile(function, [w], backend="source").source
    assert source.count("tanh") == 1
    assert "exp" not in source
    assert "log" not in source
    assert "6.0" in source


@pytest.mark.parametrize("number", [INF, -INF, NAN, 0.0, -0.0])
@every_target
def test_nothing_is_simplified_away_that_matters(number: float, target: str) -> None:
    w = Value(number)
    functions: list[Callable[[Value], Value]] = [
        lambda x: (x + w) * 0 + 0 * x,
        lambda x: (x * w) - (x * w),
        lambda x: (w * x) / (w * x),
        lambda x: w + 0 * x,
        lambda x: 1 / (0.0 + w * x),
        lambda x: 1 / (w * x + -0.0),
        lambda x: 1 / (w * x - 0.0),
        lambda x: 1 / (0.0 - w * x),
        lambda x: 1 / (-(w * x)),
        lambda x: 1 / (-1 * w * x),
        lambda x: 1 / (w * x * 1),
        lambda x: (w * x) ** 0,
        lambda x: (w * x) ** 1,
        lambda x: (w * x) ** 2,
        lambda x: (w * x) ** 3,
        lambda x: (w * x) ** -1,
        lambda x: (w * x) ** 0.5,
        lambda x: (w * x) ** -2,
        lambda x: maximum(w * x, -(w * x)),
        lambda x: 1 / maximum(w * x, 0.0),
        lambda x: 1 / maximum(0.0, w * x),
        lambda x: 1 / maximum(-0.0, w * x),
        lambda x: 1 / (w * x).relu(),
        lambda x: maximum(w * x, math.nan) + maximum(math.nan, x),
        lambda x: 1 / (x + -w * x),
        lambda x: 1 / ((-w) * (-x)),
        lambda x: 1 / (-w * x + x),
        lambda x: 1 / (w * x - -(w * x)),
    ]
    rows = [(x,) for x in (1.0, -1.0, 0.0, -0.0, INF, -INF, NAN, 2.0)]

    def function(x: Value) -> list[Value]:
        results = [f(x) for f in functions]
        return [*results, *[slope for z in results for slope in grad(z, [x, w])]]

    for parameters in ([w], []):
        step = compiled(function, parameters, target)
        eager(function, rows).agrees(step.values([row[0] for row in rows]))


ALTERNATING = [
    [0.0, -0.0] * 4,
    [-0.0] * 4 + [0.0] * 4,
    [NAN, *[1.5] * 7],
    [1.5, NAN, 1.5, 1.5, 1.5, NAN, NAN, 2.0],
    [INF, -INF, NAN, *[INF] * 5],
    [2.0] * 4 + [3.0] * 4,
]


@every_width
@pytest.mark.parametrize("constants", ALTERNATING)
def test_neurons_alike_but_for_a_constant_keep_their_own(constants: list[float], target: str) -> None:
    weights = [Value(i - 3.5) for i in range(8)]

    def function(x: Value, y: Value) -> list[Value]:
        of_inputs = [1 / ((w * x - y) * c) for w, c in zip(weights, constants, strict=True)]
        of_parameters = [1 / (w * c) for w, c in zip(weights, constants, strict=True)]
        weighed = affine(weights, [c * x for c in constants])
        return [*of_inputs, *of_parameters, weighed, *[autograd.as_value(c) for c in constants]]

    rows = some_rows(2)
    for parameters in (weights, []):
        eager(function, rows).agrees(compiled(function, parameters, target).values(*zip(*rows, strict=True)))


def test_one_lowering_for_each_primitive_and_none_for_each_operation() -> None:
    from autograd.compiling.source import templates
    from autograd.programs import instructions as program

    assert {*templates.LOWERINGS} == {*program.PRIMITIVES, autograd.minimum}  # which arrays have a function for
    assert len(program.PRIMITIVES) < len(table) * 0.6
    if HAS_LLVM:
        from autograd.compiling.native import processor, vector_code

        assert {*vector_code.LOWERINGS} | {*processor.FUNCTIONS} == {*program.PRIMITIVES}
        assert not {*vector_code.LOWERINGS} & {*processor.FUNCTIONS}


@needs_llvm
def test_the_native_program_can_be_read() -> None:
    w = Value(2.0)
    step = autograd.compile(lambda x: tanh(w * x), [w], backend="native")
    assert "define void @" in step.ir
    assert "tanh" in step.ir
    assert step.source == autograd.compile(lambda x: tanh(w * x), [w], backend="source").source


@needs_llvm
@pytest.mark.parametrize("target", MACHINES)
def test_registers_are_used_in_full(target: str) -> None:
    if not is_there(target):
        pytest.skip("this processor has no such registers")
    bytes_, _, vector_math = MACHINES[target]
    w = Value(2.0)
    for dtype, number, letter in (("float64", "double", "exp"), ("float32", "float", "expf")):
        step = compiled(lambda x: autograd.exp(w * x), [w], target, dtype)
        lanes = bytes_ // np.dtype(dtype).itemsize
        assert f"<{lanes} x {number}>" in step.ir.replace('"', "")
        if not vector_math:
            assert f"@{letter}(" in step.ir.replace('"', "")
            assert "_ZGV" not in step.ir


@needs_llvm
def test_where_functions_come_from_can_be_chosen_and_does_not_show() -> None:
    from autograd.compiling.native.processor import has_vector_math

    w = Value(0.5)

    def every_function(x: Value) -> Any:
        z = w * x
        return total([f(z) for f in (autograd.exp, autograd.sin, tanh, autograd.erfc, autograd.expm1, sigmoid)])

    steps = {}
    for choice in ("auto", "scalar", "system"):
        if choice == "system" and not has_vector_math():
            with pytest.raises(CompileError, match="vector math"):
                autograd.compile(every_function, [w], vector_math=choice)
            continue
        steps[choice] = autograd.compile(every_function, [w], backend="native", vector_math=choice)
        held_against_eager(every_function, some_rows(1), [w], steps[choice])
    assert "_ZGV" not in steps["scalar"].ir
    assert ("_ZGV" in steps["auto"].ir) == has_vector_math()
    if "system" in steps:
        assert steps["system"].ir == steps["auto"].ir


# The cache


def kernel(step: Compiled) -> Any:
    return step.backend.kernel(step.program, mean=True)


@needs_llvm
def test_programs_of_one_structure_are_compiled_once() -> None:
    def model(w: float, constant: float, label: str) -> Compiled:
        weight, c = Value(w, label), Value(0.25, label)
        return autograd.compile(lambda x, y: tanh(weight * x + constant + c) * y, [weight], backend="native")

    first, same = model(0.5, 2.0, "a"), model(0.25, 2.0, "b")
    assert kernel(first) is kernel(same)
    x = np.array([1.0, 2.0, 3.0])
    assert first(x, x)[0] != same(x, x)[0]  # the numbers of its parameters are its own
    assert kernel(first) is not kernel(model(0.5, 3.0, "a"))
    assert kernel(model(0.5, 0.0, "a")) is not kernel(model(0.5, -0.0, "a"))
    assert kernel(model(0.5, NAN, "a")) is kernel(model(0.5, NAN, "a"))
    other = autograd.compile(lambda x, y: tanh(x * 2.0) * y, [], backend="native")
    assert kernel(first) is not kernel(other)


@needs_llvm
def test_what_differs_in_anything_else_is_compiled_anew() -> None:
    w, b = Value(0.5), Value(0.25)
    cases: list[tuple[Callable[..., Any], list[Value], dict[str, Any]]] = [
        (lambda x, y: w * x - y, [w, b], {}),
        (lambda x, y: w * x - y, [b, w], {}),
        (lambda x, y: w * x - y, [w], {}),
        (lambda x, y: w * y - x, [w, b], {}),
        (lambda x, y: w * x + y, [w, b], {}),
        (lambda x, y: w * x - y, [w, b], {"dtype": "float32"}),
        (lambda x, y: w * x - y, [w, b], {"vector_math": "scalar"}),
        (lambda x, y, z: w * x - y, [w, b], {}),
    ]
    steps = [autograd.compile(f, p, backend="native", **options) for f, p, options in cases]
    kernels = [*map(kernel, steps), steps[0].rows_kernel]
    assert len({*map(id, kernels)}) == len(kernels)
    assert [step(10.0, 1.5)[0] for step in steps[:7]] == [3.5, 3.5, 3.5, -9.25, 6.5, 3.5, 3.5]


@needs_llvm
def test_the_cache_forgets_what_is_old_and_what_is_in_use_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.compiling.native.backend.MOST_PROGRAMS", 2)
    first = autograd.compile(lambda x: x * 1.5, backend="native")
    assert first([1.0, 3.0])[0] == 3.0
    for i in range(5):
        assert autograd.compile(lambda x, i=i: x * (i + 0.25), backend="native", inputs=1)(1.0)[0] == i + 0.25
    assert first([1.0, 3.0])[0] == 3.0
    assert first.values([1.0, 3.0]).tolist() == [1.5, 4.5]


# Array namespaces


def everything(p: list[Value], x: Value, y: Value) -> Value:
    """A loss that uses every operation of the table on numbers between 0 and 1."""
    z = sigmoid(p[0] * x + p[1] * y)
    terms = []
    for name, op in table.items():
        operands = {"total": [z, x, y], "affine": [z, x, p[0], y, p[1]], "softmax_cross_entropy": [z, p[0], x]}
        terms.append(of_table(name, operands.get(name) or [z, p[2] * y][: op.arity]))
    return total(terms)  # type: ignore[no-any-return]


PARAMETERS = (0.4, -0.3, 0.9)
POSITIVE = [[0.2, 0.7], [0.9, 0.1], [0.5, 0.4]]


@pytest.mark.pytorch
def test_the_same_text_on_pytorch_whose_gradient_agrees() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    p = [*map(Value, PARAMETERS)]

    def loss(x: Value, y: Value) -> Value:
        return everything(p, x, y)

    step = autograd.compile(loss, p, namespace=torch)
    held_against_eager(loss, POSITIVE, p, step)
    leaf = torch.tensor(PARAMETERS, dtype=torch.float64, requires_grad=True)
    columns = [torch.tensor(x, dtype=torch.float64) for x in zip(*POSITIVE, strict=True)]
    found, gradient = step.function(torch)(leaf, *columns)
    found.backward()
    assert leaf.grad.tolist() == pytest.approx(gradient.tolist(), rel=1e-9)


@pytest.mark.pytorch
def test_the_same_text_on_jax() -> None:
    jax: Any = pytest.importorskip("jax", reason="JAX is not installed")
    p = [*map(Value, PARAMETERS)]

    def loss(x: Value, y: Value) -> Value:
        return everything(p, x, y)

    step = autograd.compile(loss, p, namespace=jax.numpy, dtype="float32")
    rounded = [[float(np.float32(x)) for x in row] for row in POSITIVE]
    held_against_eager(loss, rounded, p, step, (1, 9))
    columns = [np.array(column, np.float32) for column in zip(*rounded, strict=True)]
    run = jax.jit(step.function(jax.numpy))
    found, gradient = run(np.array(PARAMETERS, np.float32), *columns)
    expected = step(*columns)
    assert [float(found), *map(float, gradient)] == pytest.approx([expected[0], *expected[1]], rel=1e-4)
    slopes = jax.grad(lambda parameters: run(parameters, *columns)[0])(np.array(PARAMETERS, np.float32))
    assert slopes == pytest.approx(np.array(gradient), rel=1e-3, abs=1e-4)


def test_a_namespace_that_would_compute_in_another_type_is_refused() -> None:
    w = Value(1 / 3)
    single = ModuleType("single")
    single.asarray = lambda array: np.asarray(array, np.float32)  # type: ignore[attr-defined]
    with pytest.raises(CompileError, match=r"^single computes in float32 and not in float64: give .*jax_enable_x64"):
        autograd.compile(lambda x: w * x, [w], namespace=single)


@pytest.mark.pytorch
@pytest.mark.parametrize("enabled", [False, True])
def test_jax_in_float64_has_to_be_told(enabled: bool) -> None:
    jax: Any = pytest.importorskip("jax", reason="JAX is not installed")
    w, before = Value(1 / 3), jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", enabled)
    try:
        assert autograd.compile(lambda x: w * x, [w], namespace=jax.numpy, dtype="float32")(3.0)[0] == 1.0
        if enabled:
            assert autograd.compile(lambda x: w * x, [w], namespace=jax.numpy)(1.0)[0] == 1 / 3
        else:
            with pytest.raises(CompileError, match=r"^jax.numpy computes in float32 and not in float64"):
                autograd.compile(lambda x: w * x, [w], namespace=jax.numpy)
    finally:
        jax.config.update("jax_enable_x64", before)


class OnDevice(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that is not NumPy's and does not turn into one, as CuPy's."""

    def __init__(self, array: Any) -> None:
        self.array, self.dtype = np.asarray(array), np.asarray(array).dtype

    def __array__(self, *_: Any, **__: Any) -> Array:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Use `.get()`")

    def __array_ufunc__(self, function: Any, method: str, *operands: Any, **_: Any) -> "OnDevice":
        return on_device(function)(*operands)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator["OnDevice"]:
        return map(OnDevice, self.array)

    def __float__(self) -> float:
        return float(self.array)

    def reshape(self, *shape: int) -> "OnDevice":
        return OnDevice(self.array.reshape(*shape))

    def get(self) -> Array:
        return self.array


class OnAnotherDevice(OnDevice):
    """As PyTorch's."""

    get = None  # type: ignore[assignment]

    def cpu(self) -> Array:
        return self.array


def on_device(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *operands: OnDevice(function(*[x.array if isinstance(x, OnDevice) else x for x in operands]))


def test_arrays_on_a_device_come_and_go() -> None:
    device: Any = ModuleType("device")
    for name in ("asarray", "mean", "tanh"):
        setattr(device, name, on_device(getattr(np, name)))
    w, x = Value(0.5), np.array([1.0, 2.0, 4.0])
    expected = autograd.compile(lambda x, y: tanh(w * x) * y, [w], backend="source")
    step = autograd.compile(lambda x, y: tanh(w * x) * y, [w], namespace=device)
    kinds: list[Callable[[Any], Any]] = [np.asarray, OnDevice, OnAnotherDevice]
    for kind in kinds:
        for program in (step, expected):
            loss, gradient = program(kind(x), kind(x))
            assert (loss, *gradient) == (expected(x, x)[0], *expected(x, x)[1])
            assert program.values(kind(x), kind(x)).tolist() == expected.values(x, x).tolist()
            assert program.values(1.0, kind(x), numbers=kind([0.0])).tolist() == [0.0] * 3
    with pytest.raises(TypeError, match="the input y is an array of real numbers"):
        step(x, [OnDevice(x)])


# Hinge and a network of the README: the whole way


@every_width
def test_the_moons_network_of_the_benchmark(target: str) -> None:
    model = MLP(2, [16, 16, 1], seed=1)
    parameters = list(model.parameters())

    def loss(x1: Value, x2: Value, y: Value) -> Value:
        penalty = total([p * p for p in parameters])
        return hinge(model([x1, x2]), y) + 1e-4 * penalty  # type: ignore[no-any-return]

    rows = [[*row, 1.0 if i % 2 else -1.0] for i, row in enumerate(some_rows(2, 4))]
    held_against_eager(loss, rows, parameters, compiled(loss, parameters, target), (1, 100))


@both_backends
def test_what_a_stranger_tried(target: str) -> None:
    w = Value(2.0, "w")
    step = compiled(lambda x: w * x, [w], target)
    for numbers in ([], [1.0, 2.0], [[1.0]]):
        with pytest.raises(ValueError, match=r"^numbers are those of the 1 parameters, got an array of"):
            step.values([1.0], numbers=np.array(numbers))
    assert step.values([1.0, 3.0], numbers=[5.0]).tolist() == [5.0, 15.0]  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is a masked array"):
        step(np.ma.array([1.0, 999.0], mask=[False, True]))
    with pytest.raises(TypeError, match="call the function itself"):
        compiled(lambda x: step(x)[0], [], target)
    assert compiled(autograd.sin, [], target).values([0.5]).tolist() == pytest.approx([math.sin(0.5)])


def test_a_node_that_was_kept_from_a_trace_has_no_number() -> None:
    kept: list[Value] = []
    autograd.compile(lambda x: kept.append(x) or x * 2)  # type: ignore[func-returns-value]
    with pytest.raises(autograd.TracingError, match="the traced Value x"):
        kept[0] * 2


@needs_llvm
def test_parameters_that_are_not_used_cost_nothing() -> None:
    parameters = [Value(1.0) for _ in range(3000)]
    step = autograd.compile(lambda x: parameters[-1] * x, parameters, backend="native")
    loss, gradient = step([2.0])
    assert [loss, *gradient[-2:]] == [2.0, 0.0, 2.0]
    assert not gradient[:-1].any()
    assert len(step.ir) < 100_000


def test_the_benchmark_times_no_run_that_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.benchmarks import compiled as benchmark
    from tests.benchmarks import peers

    now, compiled_for = 0.0, set[int]()

    def run(steps: int) -> list[float]:
        nonlocal now
        now += 0.01 * steps if steps in compiled_for else 9.0
        compiled_for.add(steps)
        return [0.0] * steps

    monkeypatch.setattr(peers, "on_one_thread", lambda: None)
    monkeypatch.setattr(benchmark, "perf_counter", lambda: now)
    assert benchmark.timed(lambda: run)["seconds"] == pytest.approx(0.01)
