"""Matrices found again in scalar code: how programs read, that they compute the same, and what takes them."""

import random
import re
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, affine, maximum, sigmoid, tanh, total
from autograd.compiling import Compiled
from nn import MLP, cross_entropy, hinge, l2, mse
from nn.networks import four_two_two_one, two_three_one
from tests.golden import assert_golden


def same(numbers: Sequence[float]) -> Any:
    """To a trillionth, or of the largest where that is more."""
    finite = [abs(x) for x in numbers if np.isfinite(x)]
    return pytest.approx(numbers, rel=1e-12, abs=1e-12 * max(finite, default=1.0), nan_ok=True)


def step_of(model: Any, loss: Any, inputs: int, penalty: bool = False) -> Compiled:
    """A model's loss of a row, and its gradient."""

    def function(*columns: Value) -> Value:
        of_row: Value = loss([model([*columns[:inputs]])], [columns[inputs]])
        return of_row + l2(model.parameters(), 1e-3) if penalty else of_row

    names = [f"x_{i}" for i in range(1, inputs + 1)]
    return autograd.compile(function, model.parameters(), inputs=[*names, "y"], backend="source")


def mlp(*sizes: int, loss: Any = cross_entropy, activation: str = "tanh", penalty: bool = False) -> Compiled:
    return step_of(MLP(sizes[0], sizes[1:], activation, seed=1), loss, sizes[0], penalty)


PROGRAMS: dict[str, Callable[[], Compiled]] = {
    "2-3-1": lambda: step_of(two_three_one("sigmoid", seed=1), mse, 2),
    "4-2-2-1": lambda: step_of(four_two_two_one(seed=1), mse, 4),
    "moons": lambda: mlp(2, 16, 16, 1, loss=hinge, activation="relu", penalty=True),
    "digits": lambda: mlp(64, 32, 16, 10),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_network_reads_as_a_person_writes_it(name: str) -> None:
    assert_golden(f"source/matrices-{name}.txt", PROGRAMS[name]().source + "\n")


def test_the_length_of_a_text_goes_with_the_layers_and_not_with_their_width() -> None:
    texts = [re.sub(r"\d+", "0", mlp(8 * n, 8 * n, 8 * n, 8 * n).source) for n in (1, 2, 4)]
    assert len({len(text.splitlines()) for text in texts}) == 1
    assert len({text.replace("\n", "").replace(" ", "") for text in texts}) == 1


# That they compute the same


def some_rows(inputs: int, count: int, classes: int) -> list[list[float]]:
    rng = random.Random(inputs + count)
    return [[*[rng.uniform(-1, 1) for _ in range(inputs)], rng.randrange(classes)] for _ in range(count)]


def eager(function: Callable[..., Value], parameters: Sequence[Value], rows: Sequence[Sequence[float]]) -> list[float]:
    """The gradient of the mean over the rows, and the mean."""
    losses = [function(*row) for row in rows]
    loss = total(losses) / len(losses)
    return [*[float(x.data) for x in autograd.grad(loss, parameters)], float(loss.data)]


@pytest.mark.parametrize("name", ["moons", "digits", "2-3-1", "4-2-2-1"])
@pytest.mark.parametrize("count", [1, 5])
def test_it_is_what_eager_evaluation_gives(name: str, count: int) -> None:
    step = PROGRAMS[name]()
    rows = np.array(some_rows(len(step.inputs) - 1, count, 2))
    function, numbers = step.function(np), step.numbers()
    loss, gradient = function(numbers, *rows.T)
    whole, of_matrix = function(numbers, rows)
    assert [*of_matrix, whole] == same([*gradient, loss])
    assert (loss.shape, gradient.shape) == ((), (len(step.parameters),))
    expected = step(*rows.T)
    assert [*gradient, loss] == same([*expected[1], expected[0]])


SHAPES: dict[str, Callable[[Value], Value]] = {
    "tanh": tanh, "relu": lambda z: maximum(z, 0), "sigmoid": sigmoid, "square": lambda z: z * z, "": lambda z: z,
}  # fmt: skip


class Irregular:
    """A network in which structure is half there: each change is made with some probability."""

    def __init__(self, seed: int) -> None:
        rng = self.rng = random.Random(seed)
        self.sizes = [rng.randint(1, 6) for _ in range(rng.randint(2, 4))]
        self.parameters = [Value(rng.uniform(-1, 1)) for _ in range(rng.randint(1, 60))]
        rng.shuffle(self.parameters)
        self.plan = [
            [self._neuron(before) for _ in range(after)]
            for before, after in zip(self.sizes, self.sizes[1:], strict=False)
        ]
        self.reduced = rng.choice(["sum", "largest", "first"])

    def _neuron(self, inputs: int) -> tuple[list[Any], list[int], Any, str]:
        rng = self.rng
        first = rng.randrange(len(self.parameters))
        weights: list[Any] = [self.parameters[(first + i) % len(self.parameters)] for i in range(inputs)]
        order = list(range(inputs))
        if rng.random() < 0.2:  # a weight that is shared, or a number
            weights[rng.randrange(inputs)] = rng.choice([self.parameters[0], 0.5, 0.0, -1.0])
        if rng.random() < 0.2:
            rng.shuffle(order)
        if rng.random() < 0.1:
            order = [order[0]] * inputs
        bias = rng.choice([None, self.parameters[-1], 0.25])
        return weights, order, bias, rng.choice(["tanh"] * 6 + ["relu", "sigmoid", "square", ""])

    def __call__(self, *xs: Any) -> Value:
        layer = [*xs]
        for neurons in self.plan:
            made = []
            for weights, order, bias, shape in neurons:
                taken = [layer[i] for i in order]
                z = affine(weights, taken, *([bias] if bias is not None else []))
                made.append(SHAPES[shape](z))
            layer = made
        if self.reduced == "largest":
            return autograd.as_value(reduce(maximum, layer) * 1.5)
        return autograd.as_value(total(layer) if self.reduced == "sum" else layer[0] * layer[-1])


@given(st.integers(0, 10**9))
def test_programs_in_which_structure_is_half_there(seed: int) -> None:
    network = Irregular(seed)
    rng = random.Random(seed)
    rows = [[rng.uniform(-1, 1) for _ in range(network.sizes[0])] for _ in range(3)]
    step = autograd.compile(network, network.parameters, inputs=network.sizes[0], backend="source")
    loss, gradient = step.function(np)(step.numbers(), *np.array(rows).T)
    assert [*gradient, loss] == same(eager(network, network.parameters, rows))
    values = step.values(*np.array(rows).T)
    assert values.tolist() == same([float(network(*row).data) for row in rows])


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_sums_and_largest_of_the_same_number(count: int) -> None:
    w = Value(0.5)
    logits: dict[str, Callable[[Any], list[Any]]] = {
        "all one": lambda x: [w * x] * count,
        "two by turns": lambda x: [w * x, x] * count,
        "numbers": lambda x: [0.75, w * x, 0.5] * count,
    }
    for name, make in logits.items():

        def function(x: Any, make: Any = make) -> Value:
            listed = make(autograd.as_value(x))
            cross = autograd.softmax_cross_entropy([autograd.as_value(z) for z in listed], 0)
            return autograd.as_value(cross + reduce(maximum, listed) * total([*listed, *listed]))

        step = autograd.compile(function, [w], inputs=["x"], backend="source")
        loss, gradient = step.function(np)(step.numbers(), np.array([0.7, -1.2]))
        assert [*gradient, loss] == same(eager(function, [w], [[0.7], [-1.2]])), name


# What takes them


def test_a_function_says_how_many_columns_it_takes() -> None:
    f = autograd.compile(lambda x, y: x * y, backend="source").function(np)
    for columns in ([np.ones(2)], [np.ones((4, 3))], [np.ones(2)] * 3):
        with pytest.raises(TypeError, match=r"^this function takes 2 columns, or a matrix of as many, got [13]$"):
            f(np.empty(0), *columns)
    loss, gradient = autograd.compile(lambda: w * 3.0, [w := Value(2.0)]).function(np)(np.array([2.0]))
    assert (loss, gradient.tolist()) == (6.0, [3.0])


def test_a_row_alone_and_a_function_of_several_values() -> None:
    w = Value(0.5)
    f = autograd.compile(lambda x, y: w * x * y, [w], backend="source").function(np)
    loss, gradient = f(np.array([0.5]), np.array(2.0), np.array(3.0))
    assert (loss, gradient.tolist()) == (3.0, [6.0])
    several = autograd.compile(lambda x: [x * k for k in range(5)], inputs=["x"], backend="source").function(np)
    assert np.array(several(np.empty(0), np.array([1.0, 2.0])))[3:].tolist() == [[3.0, 6.0], [4.0, 8.0]]


@pytest.mark.pytorch
@pytest.mark.parametrize("name", PROGRAMS)
def test_pytorch_and_jax_take_it(name: str) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    jax: Any = pytest.importorskip("jax", reason="JAX is not installed")
    step = PROGRAMS[name]()
    rows, numbers = np.array(some_rows(len(step.inputs) - 1, 7, 2)), step.numbers()
    loss, gradient = step.function(np)(numbers, rows)
    found = step.function(torch)(torch.tensor(numbers), *torch.tensor(rows).T)
    assert [*found[1].tolist(), float(found[0])] == same([*gradient, loss])
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        f = step.function(jax.numpy)
        compiled = jax.jit(f)(numbers, *rows.T)
        assert [*compiled[1], compiled[0]] == same([*gradient, loss])
        losses, slopes = jax.jit(jax.vmap(f, in_axes=(None, *[0] * len(step.inputs))))(numbers, *rows.T)
        assert [*slopes.mean(0), losses.mean()] == same([*gradient, loss])
        assert jax.grad(lambda p: f(p, rows)[0])(numbers) == same(list(gradient))
    finally:
        jax.config.update("jax_enable_x64", before)


@pytest.mark.pytorch
def test_pytorch_compiles_it_whole_and_jax_exports_it() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    jax: Any = pytest.importorskip("jax", reason="JAX is not installed")
    export: Any = pytest.importorskip("jax.export")
    step = PROGRAMS["digits"]()
    rows, numbers = np.array(some_rows(64, 7, 2), np.float32), step.numbers().astype(np.float32)
    loss, gradient = step.function(np)(numbers, rows)
    near = pytest.approx([*gradient, loss], rel=1e-4, abs=1e-5)
    whole = torch.compile(step.function(torch), backend="eager", fullgraph=True)
    found = whole(torch.tensor(numbers), torch.tensor(rows))
    assert [*found[1].tolist(), float(found[0])] == near
    shapes = [jax.ShapeDtypeStruct(array.shape, array.dtype) for array in (numbers, rows)]
    exported = export.export(jax.jit(step.function(jax.numpy)))(*shapes)
    found = exported.call(numbers, rows)
    assert [*found[1].tolist(), float(found[0])] == near
