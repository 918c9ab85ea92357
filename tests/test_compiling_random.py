"""Random graphs, compiled and held against eager scalars: inputs, parameters and constants in all places."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from autograd import Value, grad, topological_order
from autograd.core.operations import table
from tests.test_compiling import ROWS, compiled, each, eager, held_against_eager
from tests.test_random_graphs import LEAVES, Program, apply_to_values, at_a_kink, programs

BACKENDS = each(["source", "native", "2 lanes", "4 lanes, scalar functions"])


@dataclass
class Case:
    """A program, of whose leaves some are parameters, some constants, and the others inputs; and rows of these."""

    program: Program
    roles: list[str]
    rows: list[tuple[float, ...]]
    parameters: list[Value]
    constants: list[Value]

    def __call__(self, *inputs: Value) -> Value:
        given = {"input": iter(inputs), "parameter": iter(self.parameters), "constant": iter(self.constants)}
        output = self.program.run([next(given[role]) for role in self.roles], apply_to_values)
        assert isinstance(output, Value)
        return output


def fair(output: Value, leaves: list[Value]) -> bool:
    """Whether rounding decides nothing: no operand lies at a kink, and all slopes are of a size to be compared."""
    for node in topological_order(output):
        if node.op is None or not node.operands:
            continue
        a, b = node.operands[0].data, node.operands[-1].data
        if at_a_kink(node.op.__name__, a, b):
            return False
        if not abs(node.data) < 1e6 or not all(abs(slope) < 1e6 for slope in node.partials):
            return False
    return all(abs(slope.data) < 1e6 for slope in grad(output, leaves))


@st.composite
def cases(draw: st.DrawFn, max_steps: int = 12) -> Case:
    program = draw(programs([*table], max_steps))
    count = len(program.leaves)
    roles = draw(st.lists(st.sampled_from(["input", "input", "parameter", "constant"]), min_size=count, max_size=count))
    of = {
        role: [x for x, its in zip(program.leaves, roles, strict=True) if its == role]
        for role in ("input", "parameter", "constant")
    }
    parameters, constants = ([*map(Value, of[role])] for role in ("parameter", "constant"))
    case = Case(program, roles, [], parameters, constants)
    more = draw(st.lists(st.tuples(*[LEAVES.map(lambda xs: xs[0])] * len(of["input"])), max_size=8))
    for row in [tuple(of["input"]), *more]:
        leaves = [*map(Value, row)]
        if fair(case(*leaves), [*leaves, *parameters]):
            case.rows.append(row)
    assume(case.rows)
    return case


QUICKLY = settings(deadline=None, max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@given(cases())
@settings(QUICKLY, max_examples=40)
@BACKENDS
def test_loss_and_gradient(case: Case, target: str) -> None:
    step = compiled(case, case.parameters, target, inputs=len(case.rows[0]))
    if case.rows[0]:
        held_against_eager(case, case.rows, case.parameters, step, ROWS)
    else:
        loss, gradient = step()
        eager(case, [()], case.parameters).mean(1).agrees(np.array([*gradient, loss]))


def of_each_row(case: Case, target: str, function: Callable[..., list[Value]]) -> None:
    step = compiled(function, case.parameters, target, inputs=len(case.rows[0]))
    expected = eager(function, case.rows)
    assume(np.abs(expected.sizes).max() < 1e9)
    columns = list(zip(*case.rows, strict=True))
    found = step.values(*columns)
    if columns:
        expected.agrees(found)
    else:
        expected.mean(1).agrees(found[0])


@given(cases(8))
@QUICKLY
@BACKENDS
def test_every_node_of_each_row(case: Case, target: str) -> None:
    def nodes(*inputs: Value) -> list[Value]:
        output = case(*inputs)
        order = [x for x in topological_order(output) if x.operands]
        return [*order, *grad(output, order)]

    of_each_row(case, target, nodes)


@given(cases(6))
@QUICKLY
@BACKENDS
def test_second_derivatives(case: Case, target: str) -> None:
    assume("input" in case.roles or "parameter" in case.roles)

    def second(*inputs: Value) -> list[Value]:
        leaves = [*inputs, *case.parameters]
        first = grad(case(*inputs), leaves)
        return [*first, *[slope for x in first for slope in grad(x, leaves)]]

    of_each_row(case, target, second)


ANY_FLOAT = st.one_of(st.floats(), st.sampled_from([0.0, -0.0, math.inf, -math.inf, math.nan, 1e308, 5e-324]))
EXACT = ["add", "sub", "neg", "abs", "maximum", "minimum", "step", "sign", "sqrt", "relu", "div"]


@given(st.lists(st.tuples(st.sampled_from(EXACT), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=8),
       st.lists(st.tuples(ANY_FLOAT, ANY_FLOAT, ANY_FLOAT), min_size=1, max_size=12))  # fmt: skip
@example([("maximum", 0, 1), ("div", 2, 3)], [(0.0, -0.0, 1.0), (-0.0, 0.0, 1.0)])  # at a tie the first counts
@QUICKLY
@BACKENDS
def test_operations_that_round_once_agree_to_the_bit_on_any_floats(
    steps: list[tuple[str, int, int]], rows: list[tuple[float, float, float]], target: str
) -> None:
    def function(*inputs: Value) -> list[Value]:
        nodes = list(inputs)
        for name, i, k in steps:
            nodes.append(apply_to_values(name, *[nodes[i % len(nodes)], nodes[k % len(nodes)]][: table[name].arity]))
        return nodes[3:]

    found = compiled(function, target=target, inputs=3).values(*zip(*rows, strict=True))
    expected: Any = [[node.data for node in function(*map(Value, row))] for row in rows]
    assert np.array_equal(found, expected, equal_nan=True)


def test_the_cases_have_all_roles() -> None:
    seen: set[str] = set()

    @given(cases())
    @settings(QUICKLY, database=None, derandomize=True)
    def look(case: Case) -> None:
        seen.update(case.roles, [f"{len(case.rows) > 1}"])

    look()
    assert seen >= {"input", "parameter", "constant", "True"}
