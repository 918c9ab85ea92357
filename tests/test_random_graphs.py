"""Random graphs, on which everything that computes a derivative is held against everything else.

A graph is first drawn as a program: leaves, and steps that apply an operation of the table to earlier nodes (ints)
or to constants (floats). Each interpreter then runs it: Values, mpmath, SymPy, and PyTorch where there is one.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, hessian, topological_order
from autograd.checking import finite_differences
from autograd.core.operations import table
from tests.test_operations import ORACLES, mp

Operands = tuple[int | float, ...]


class Program(NamedTuple):
    """The numbers of the leaves, and the steps: the name of an operation and its operands."""

    leaves: list[float]
    steps: list[tuple[str, Operands]]

    def run(self, leaves: list[Any], apply: Callable[..., Any]) -> Any:
        nodes = list(leaves)
        for name, operands in self.steps:
            nodes.append(apply(name, *[nodes[x] if isinstance(x, int) else x for x in operands]))
        return nodes[-1]


class Writer:
    """Writes a program step by step and knows its numbers, so as to stay within domains and away from kinks."""

    def __init__(self, leaves: list[float]) -> None:
        self.leaves, self.numbers = leaves, list(leaves)
        self.steps: list[tuple[str, Operands]] = []

    def add(self, name: str, *operands: int | float) -> int:
        numbers = [self.numbers[x] if isinstance(x, int) else x for x in operands]
        self.steps.append((name, operands))
        self.numbers.append(table[name].evaluate(*numbers))
        return len(self.numbers) - 1

    def between_0_and_1(self, x: int) -> int:
        return self.add("sigmoid", x)

    def not_large(self, x: int) -> int:
        return self.add("sin", x) if abs(self.numbers[x]) > 20 else x

    def near_kink(self, name: str, x: int | float, y: int | float) -> bool:
        """Where rounding decides on which side of a kink a float lies, exact numbers may lie on the other."""
        a, b = (self.numbers[v] if isinstance(v, int) else v for v in (x, y))
        return at_a_kink(name, a, b)


def at_a_kink(name: str, first: float, last: float) -> bool:
    """For an operation with these operands."""
    distance = first - last if name in ("maximum", "minimum", "absolute_error") else first
    return name in KINKED and abs(1 - first * last if name == "hinge" else distance) < 1e-9


KINKED = {"maximum", "minimum", "absolute_error", "hinge", "step", "sign", "abs", "relu", "leaky_relu", "elu"}
FIRST_WITHIN_0_AND_1 = {"pow", "log", "log1p", "sqrt", "binary_cross_entropy", "exp", "expm1"}
CONSTANTS = [0.5, -1.25, 2.0, 3.0]
LEAVES = st.lists(
    st.integers(-14, 14).map(lambda k: k * 0.13717 + 0.02131), min_size=2, max_size=4, unique=True
)  # no two of which meet at a kink


@st.composite
def programs(draw: st.DrawFn, names: list[str], max_steps: int) -> Program:
    writer = Writer(draw(LEAVES))
    for _ in range(draw(st.integers(2, max_steps))):
        name = draw(st.sampled_from(names))
        arity = table[name].arity or draw(st.sampled_from([2, 3, 4, 5]))
        last = len(writer.numbers) - 1
        # half the time the newest node, so that graphs grow deep as well as wide
        nodes = st.one_of(st.just(last), st.integers(0, last))
        operands: list[int | float] = [draw(nodes) for _ in range(arity)]
        if arity > 1 and name != "softmax_cross_entropy" and draw(st.booleans()):
            operands[-1] = draw(st.sampled_from(CONSTANTS))
        if name in FIRST_WITHIN_0_AND_1 and isinstance(operands[0], int):
            operands[0] = writer.between_0_and_1(operands[0])
        if name == "div":
            operands[1] = writer.add("add", writer.add("mul", operands[1], operands[1]), 1.0)
        if name == "softmax_cross_entropy":
            operands[-1] = operands[draw(st.integers(0, arity - 2))]
        if writer.near_kink(name, operands[0], operands[-1]):
            name, operands = "cos", operands[:1]
        writer.not_large(writer.add(name, *operands))
    return Program(writer.leaves, writer.steps)


def apply_to_values(name: str, *operands: Any) -> Value:
    """As a user writes it: operators and methods where there are any."""
    x = operands[0]
    match name, operands:
        case "add", (x, y):
            result = x + y
        case "sub", (x, y):
            result = x - y
        case "mul", (x, y):
            result = x * y
        case "div", (x, y):
            result = x / y
        case "pow", (x, y):
            result = x**y
        case "neg", (x,):
            result = -x
        case "total", _:
            result = autograd.total(operands)
        case "affine", _:
            n = len(operands) // 2
            result = autograd.affine(operands[:n], operands[n : 2 * n], *operands[2 * n :])
        case "softmax_cross_entropy", (*logits, target):
            result = autograd.softmax_cross_entropy(logits, [x is target for x in logits].index(True))
        case _ if isinstance(x, Value) and hasattr(x, name):
            result = getattr(x, name)(*operands[1:])
        case _:
            result = getattr(autograd, name)(*operands)
    return autograd.as_value(result)


def graph(program: Program) -> tuple[list[Value], Value]:
    """Leaves and output, after backward(); only those whose gradients are of a size that can be compared."""
    leaves = [*map(Value, program.leaves)]
    output = program.run(leaves, apply_to_values)
    output.backward()
    assume(max(abs(node.grad) for node in topological_order(output)) < 1e3)
    return leaves, output


def near(expected: float, tolerance: float) -> Any:
    return pytest.approx(expected, rel=tolerance, abs=tolerance)


EVERY = programs([*table], 12)
SMOOTH = [name for name in table if name not in KINKED]


@given(EVERY)
@settings(deadline=None, max_examples=150)
def test_the_numbers_and_slopes_of_mpmath(program: Program) -> None:
    leaves, output = graph(program)
    h = mp.mpf("1e-40")

    def at(*moved: tuple[int, int]) -> Any:
        numbers = [mp.mpf(x) for x in program.leaves]
        for i, by in moved:
            numbers[i] += by * h
        return program.run(numbers, lambda name, *xs: ORACLES[name](*map(mp.mpf, xs)))

    assert output.data == near(float(at()), 1e-10)
    for i, leaf in enumerate(leaves):
        assert leaf.grad == near(float((at((i, 1)) - at((i, -1))) / (2 * h)), 1e-8)
    first = grad(output, leaves)
    for i, derivative in enumerate(first):
        expected = float(
            (at((i, 1), (0, 1)) - at((i, 1), (0, -1)) - at((i, -1), (0, 1)) + at((i, -1), (0, -1))) / (4 * h * h)
        )
        assume(abs(expected) < 1e5)
        assert grad(derivative, leaves[0]).data == near(expected, 1e-6)


@given(EVERY)
@settings(deadline=None, max_examples=100)
def test_backward_grad_and_finite_differences(program: Program) -> None:
    leaves, output = graph(program)
    for leaf, derivative, slopes in zip(leaves, grad(output, leaves), finite_differences(output, leaves), strict=True):
        assert derivative.data == near(leaf.grad, 1e-10)
        assert slopes.difference(leaf.grad) < 1e-8


@given(EVERY)
@settings(deadline=None, max_examples=60)
def test_every_node_and_not_only_leaves(program: Program) -> None:
    _, output = graph(program)
    nodes = topological_order(output)
    for node, derivative in zip(nodes, grad(output, nodes), strict=True):
        assert derivative.data == near(node.grad, 1e-10)


@given(EVERY)
@settings(deadline=None, max_examples=60)
def test_definitions_give_the_same_graph_expanded(program: Program) -> None:
    leaves, output = graph(program)

    def expand(name: str, *operands: Any) -> Any:
        op = table[name]
        result = op.definition(*map(autograd.as_value, operands))
        return result if isinstance(result, Value) else apply_to_values(name, *operands)

    twins = [*map(Value, program.leaves)]
    expanded = autograd.as_value(program.run(twins, expand))
    expanded.backward()
    assert expanded.data == near(output.data, 1e-9)
    for leaf, twin in zip(leaves, twins, strict=True):
        assert twin.grad == near(leaf.grad, 1e-7)


@given(EVERY)
@settings(deadline=None, max_examples=40)
def test_the_hessian_is_symmetric(program: Program) -> None:
    leaves, output = graph(program)
    rows = hessian(output, leaves)
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            assert entry.data == near(rows[j][i].data, 1e-7) or abs(entry.data) > 1e6


@given(EVERY)
@settings(deadline=None, max_examples=40)
def test_the_same_program_gives_the_same_bits(program: Program) -> None:
    first, second = graph(program), graph(program)
    assert first[1].data == second[1].data
    assert [x.grad for x in first[0]] == [x.grad for x in second[0]]


SYMPY: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": lambda x, y: x**y,
    "exp": sympy.exp,
    "expm1": lambda x: sympy.exp(x) - 1,
    "log": sympy.log,
    "log1p": lambda x: sympy.log(1 + x),
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tanh": sympy.tanh,
    "erfc": sympy.erfc,
    "identity": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "silu": lambda x: x / (1 + sympy.exp(-x)),
    "gelu": lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    "squared_error": lambda p, y: (p - y) ** 2,
    "half_squared_error": lambda p, y: (p - y) ** 2 / 2,
    "binary_cross_entropy": lambda p, y: -y * sympy.log(p) - (1 - y) * sympy.log(1 - p),
    "binary_cross_entropy_with_logits": lambda x, y: sympy.log(1 + sympy.exp(x)) - x * y,
    "softmax_cross_entropy": lambda *xs: sympy.log(sum(map(sympy.exp, xs[:-1]))) - xs[-1],
    "total": lambda *xs: sum(xs),
}


@given(programs([*SYMPY], 5))
@settings(deadline=None, max_examples=25)
def test_sympy_differentiates_the_expression(program: Program) -> None:
    leaves, output = graph(program)
    symbols = sympy.symbols(f"x:{len(leaves)}", real=True)
    expression = sympy.sympify(program.run([*symbols], lambda name, *xs: SYMPY[name](*map(sympy.sympify, xs))))
    precisely = {symbol: sympy.Float(x, 50) for symbol, x in zip(symbols, program.leaves, strict=True)}

    def number(expression: Any) -> float:
        return float(expression.evalf(30, subs=precisely))

    assert output.data == near(number(expression), 1e-10)
    for leaf, symbol in zip(leaves, symbols, strict=True):
        assert leaf.grad == near(number(sympy.diff(expression, symbol)), 1e-8)
    first, second = leaves[:2]
    mixed = number(sympy.diff(expression, symbols[0], symbols[1]))
    assert grad(grad(output, first), second).data == near(mixed, 1e-6)


@pytest.mark.pytorch
@given(
    programs(
        [*SYMPY, "relu", "abs", "leaky_relu", "maximum", "minimum", "elu", "hinge", "absolute_error", "affine"], 20
    )
)
@settings(deadline=None, max_examples=60)
def test_pytorch(program: Program) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    functional = torch.nn.functional
    two = torch.tensor(2.0, dtype=torch.float64)
    functions: dict[str, Callable[..., Any]] = {
        **{name: SYMPY[name] for name in ("add", "sub", "mul", "div", "neg", "pow", "identity", "total")},
        **{name: SYMPY[name] for name in ("squared_error", "half_squared_error")},
        **{name: getattr(torch, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh")},
        **{name: getattr(torch, name) for name in ("sigmoid", "relu", "abs", "maximum", "minimum")},
        **{name: getattr(functional, name) for name in ("softplus", "silu", "gelu")},
        "erfc": torch.special.erfc,
        "leaky_relu": lambda x, slope: torch.where(x > 0, x, slope * x),
        "elu": lambda x, alpha: torch.where(x > 0, x, alpha * torch.expm1(x)),
        "hinge": lambda x, y: functional.relu(1 - x * y),
        "absolute_error": lambda p, y: torch.abs(p - y),
        "binary_cross_entropy": lambda p, y: -y * torch.log(p) - (1 - y) * torch.log(1 - p),
        "binary_cross_entropy_with_logits": lambda x, y: functional.softplus(x) - x * y,
        "softmax_cross_entropy": lambda *xs: torch.logsumexp(torch.stack(xs[:-1]), 0) - xs[-1],
        "affine": lambda *xs: (
            torch.dot(torch.stack(xs[: len(xs) // 2]), torch.stack(xs[len(xs) // 2 : len(xs) // 2 * 2]))
            + sum(xs[len(xs) // 2 * 2 :])
        ),
    }
    leaves, output = graph(program)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in program.leaves]
    result = program.run(tensors, lambda name, *xs: functions[name](*[torch.as_tensor(x).to(two) for x in xs]))
    (result + 0 * sum(tensors)).backward()
    assert output.data == near(result.item(), 1e-9)
    for leaf, tensor in zip(leaves, tensors, strict=True):
        assert leaf.grad == near(tensor.grad.item(), 1e-7)


@given(st.integers(1, 300), st.integers(1, 5), st.floats(-1, 1))
@settings(deadline=None, max_examples=25)
def test_deep_and_wide(depth: int, width: int, x: float) -> None:
    # y -> mean of `width` copies of sin(y): the slope is the product of cosines.
    leaf = Value(x)
    y, slope = leaf, 1.0
    for _ in range(depth):
        slope *= math.cos(y.data)
        y = autograd.total([y.sin() / width for _ in range(width)])
    y.backward()
    assert leaf.grad == pytest.approx(slope, rel=1e-9, abs=1e-300)
    assert grad(y, leaf).data == pytest.approx(slope, rel=1e-9, abs=1e-300)
