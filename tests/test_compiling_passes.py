"""The passes from a program to loops, one by one: each description is held against what it describes.

Which loops there are in full is in test_schedule; that they compute what Values do is tested here by executing them.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

pytest.importorskip("numpy")

import autograd
from autograd import Value, affine, cos, erfc, exp, sin, tanh, total
from autograd.compiling.describing import MOST_LINES, joined, some
from autograd.compiling.grouping import Access, Grouping, Kind, group_instructions, pieces_of
from autograd.compiling.native.fusion import LARGEST_BLOCK, Fusion, fuse
from autograd.compiling.native.memory import Loop, Statement
from autograd.compiling.native.schedule import Schedule, schedule
from autograd.compiling.sums import LONGEST_SUM, Mean, SharedResult, Sums, find_sums
from autograd.programs import DOT, Program

Function = Callable[..., Any]


def values(count: int) -> list[Value]:
    return [Value(math.cos(i + 1), f"w_{i}") for i in range(count)]


def traced(function: Function, parameters: Sequence[Value], inputs: int | None = None) -> Program:
    return autograd.compile(function, parameters, backend="source", inputs=inputs).program


def sums_of(
    function: Function, parameters: Sequence[Value] = (), mean: bool = False, inputs: int | None = None
) -> Sums:
    return find_sums(traced(function, parameters, inputs), mean)


def layers(widths: Sequence[int], parameters: Sequence[Value]) -> Function:
    def function(*xs: Value) -> list[Value]:
        given, ws = list(xs), iter(parameters)
        for width in widths:
            given = [tanh(affine([next(ws) for _ in given], given, next(ws))) for _ in range(width)]
        return given

    return function


def irregular(seed: int) -> tuple[Function, list[Value], int]:
    """A function of vectors that are combined at random, in order, in reverse and across."""
    draws = random.Random(seed)
    width, inputs = draws.choice([4, 5, 8]), draws.choice([1, 3, 8])
    parameters = values(draws.choice([2, 8, 20]))
    plan = [(draws.randrange(8), draws.randrange(99), draws.randrange(99)) for _ in range(draws.randrange(2, 7))]

    def function(*xs: Value) -> Any:
        vectors = [[xs[i % inputs] for i in range(width)], [parameters[i % len(parameters)] for i in range(width)]]
        for kind, i, j in plan:
            a, b = vectors[i % len(vectors)], vectors[j % len(vectors)]
            made: list[Any] = [
                [x * y for x, y in zip(a, b, strict=True)], [x + y for x, y in zip(a, b[::-1], strict=True)],
                [tanh(x) for x in a], [affine(parameters[:2], [x, a[0]]) for x in b], [x * total(a) for x in b],
                [a[(2 * n) % width] - b[n] for n in range(width)], [sin(x) for x in a[:-1]] + [cos(b[0])],
                [vectors[(i + n) % len(vectors)][n] * b[0] for n in range(width)],
            ][kind]  # fmt: skip
            vectors.append(made)
        return total([x for vector in vectors[2:] for x in vector])

    return function, parameters, inputs


SEEDS = range(12)


# Sums


def sums_in(sums: Sums) -> list[int]:
    """How many products each sum has."""
    return [int(sums.instructions[i].number) for i in sums.order if sums.instructions[i].op is DOT]


def test_additions_and_multiplications_become_one_sum() -> None:
    a, b, c = values(3)
    sums = sums_of(lambda x, y: a * x + b * y + c, [a, b, c])
    (result,) = sums.outputs
    assert sums.instructions[result].op is DOT
    assert sums_in(sums) == [2]
    assert len(sums.instructions[result].operands) == 5
    assert sums.order[-1] == result


def test_what_something_else_asks_for_is_computed_apart() -> None:
    (a,) = values(1)
    assert sums_in(sums_of(lambda x, y: [a * x + y, tanh(a * x)], [a])) == []


def test_what_is_the_same_for_all_rows_is_summed_once_for_all() -> None:
    a, b, c = values(3)
    sums = sums_of(lambda x: a * b + b * c + a * x, [a, b, c])
    of_rows = [sums.varies[i] for i in sums.order if sums.instructions[i].op is DOT]
    assert sorted(of_rows) == [False, True]


@pytest.mark.parametrize("terms", [LONGEST_SUM, LONGEST_SUM + 1, 2 * LONGEST_SUM + 88])
def test_a_long_sum_is_taken_in_parts(terms: int) -> None:
    weights = values(terms)
    parts = sums_in(sums_of(lambda *xs: affine(weights, xs), weights, inputs=terms))
    assert sum(parts) == terms
    assert max(parts) <= LONGEST_SUM
    assert len(parts) == -(-terms // LONGEST_SUM)


def test_a_gradient_is_a_mean_of_products_and_a_penalty_none() -> None:
    (w,) = values(1)
    sums = sums_of(lambda x: tanh(w * x) + w * w, [w], mean=True)
    (of_weight, of_loss), (penalty,) = sums.means, sums.shared_results
    assert isinstance(of_weight, Mean)
    assert isinstance(penalty, SharedResult)
    assert (of_weight.position, len(of_weight.factors)) == (0, 2)
    assert (of_loss.position, len(of_loss.factors)) == (1, 1)
    assert penalty.position == 0
    assert not sums.varies[penalty.instruction]
    assert not sums.outputs


@pytest.mark.parametrize("seed", SEEDS)
def test_every_instruction_comes_after_its_operands(seed: int) -> None:
    function, parameters, inputs = irregular(seed)
    sums = sums_of(function, parameters, mean=True, inputs=inputs)
    place = {i: n for n, i in enumerate(sums.order)}
    assert len(place) == len(sums.order)
    assert all(place[x] < place[i] for i in sums.order for x in sums.instructions[i].operands)
    assert {*sums.results} <= place.keys()


# Groups


def test_the_neurons_of_a_layer_are_a_group() -> None:
    weights = values(8 * 4)
    grouping = group_instructions(sums_of(layers([8], weights), weights, inputs=3))
    neurons, activations = grouping.groups
    assert (neurons.op, neurons.count, neurons.terms) == (DOT, 8, 3)
    assert neurons.operands[0].access == Access(Kind.SCALAR, 0, 4)
    assert neurons.operands[1].access == Access(Kind.ROW, 0)
    assert neurons.operands[-1].access == Access(Kind.SCALAR, 3, 4)
    assert activations.operands[0].makers == (0,)
    assert activations.is_aligned_to({0})
    assert grouping.users() == {0: [1]}


def test_fewer_than_four_are_groups_of_one() -> None:
    for count, groups in ((3, [1, 1, 1]), (4, [4])):
        grouping = group_instructions(sums_of(lambda *xs: [sin(x) for x in xs], inputs=count))
        assert [group.count for group in grouping.groups] == groups


def test_numbers_that_differ_part_groups() -> None:
    grouping = group_instructions(
        sums_of(lambda *xs: [x * (2.0 if i < 4 else 3.0) for i, x in enumerate(xs)], inputs=9)
    )
    assert [group.count for group in grouping.groups] == [4, 5]
    grouping = group_instructions(sums_of(lambda *xs: [x * ((-1) ** i * 0.0) for i, x in enumerate(xs)], inputs=8))
    assert [group.count for group in grouping.groups] == [1] * 8


def test_a_sum_over_what_lies_next_to_each_other_is_one_piece() -> None:
    weights = values(12)
    (group,) = group_instructions(sums_of(lambda *xs: affine(weights, xs), weights, inputs=12)).groups
    ((left, right, terms),) = group.pieces
    assert (left, right, terms) == (Access(Kind.SCALAR, 0, 0, 1), Access(Kind.ROW, 0, 0, 1), 12)
    assert not pieces_of([Access(Kind.ROW, i * i) for i in range(24)])


def held_against_instructions(grouping: Grouping) -> None:
    sums = grouping.sums
    taken: list[tuple[Kind, int]] = []
    for g, group in enumerate(grouping.groups):
        for member, i in enumerate(group.members):
            op, operands, _ = sums.instructions[i]
            assert (op, sums.varies[i], grouping.owners[i]) == (group.op, group.varies, g)
            assert grouping.access[i].base == group.base + member
            taken.append((grouping.access[i].kind, group.base + member))
            for x, operand in zip(operands, group.operands, strict=True):
                where = grouping.access[x]
                assert where.kind == operand.access.kind
                assert where.base == (operand.access.base if where.kind == Kind.LITERAL else operand.access.at(member))
                maker = grouping.owners.get(x)
                assert (maker in operand.makers) == (maker is not None)
                assert not operand.aligned or grouping.groups[operand.makers[0]].members[member] == x
        assert all(maker < g for maker in group.makers)
    assert len({*taken}) == len(taken)


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_describe_the_instructions(seed: int) -> None:
    function, parameters, inputs = irregular(seed)
    held_against_instructions(group_instructions(sums_of(function, parameters, mean=True, inputs=inputs)))


# Loops


def fused(
    function: Function, parameters: Sequence[Value] = (), mean: bool = False, inputs: int | None = None
) -> Fusion:
    return fuse(group_instructions(sums_of(function, parameters, mean, inputs)))


def test_what_hands_on_its_results_member_by_member_shares_a_loop() -> None:
    fusion = fused(lambda *xs: [tanh(sin(x)) for x in xs], inputs=6)
    assert [(loop.count, loop.groups) for loop in fusion.rows] == [(6, (0, 1))]
    assert fusion.stored == {1}


def test_what_takes_all_of_a_layer_is_a_loop_of_its_own() -> None:
    weights = values(8 * 3 + 5 * 9)
    fusion = fused(layers([8, 5], weights), weights, inputs=2)
    assert [loop.count for loop in fusion.rows] == [8, 5]
    assert fusion.stored == {1, 3}


def test_what_is_asked_for_in_one_loop_only_is_made_there() -> None:
    def function(*xs: Value) -> list[Value]:
        a, b = [sin(x) for x in xs], total([x * x for x in xs])
        return [x * b for x in a]

    fusion = fused(function, inputs=6)
    (loop,) = [loop for loop in fusion.rows if loop.count == 6]
    assert [fusion.grouping.groups[g].op.__name__ for g in loop.groups] == ["sin", "mul"]


def test_blocks_have_a_limited_length() -> None:
    def chain(x: Value) -> Value:
        for _ in range(LARGEST_BLOCK + 50):
            x = tanh(sin(x))
        return x

    fusion = fused(chain)
    assert max(len(loop.groups) for loop in fusion.rows) == LARGEST_BLOCK
    assert sum(len(loop.groups) for loop in fusion.rows) == 2 * LARGEST_BLOCK + 100


def test_many_means_are_taken_as_soon_as_their_factors_are_there() -> None:
    weights = values(8 * 6 + 8 * 9)
    of_layers = layers([8, 8], weights)
    fusion = fused(lambda *xs: total(of_layers(*xs)), weights, mean=True, inputs=5)
    assert 1 < len({*fusion.means_after}) <= len(fusion.rows)
    fusion = fused(lambda x: tanh(weights[0] * x), weights[:1], mean=True)
    assert {*fusion.means_after} == {len(fusion.rows)}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_stays_in_registers_is_made_before_in_the_same_loop(seed: int) -> None:
    function, parameters, inputs = irregular(seed)
    fusion = fused(function, parameters, mean=True, inputs=inputs)
    done: set[int] = set()
    for loop in [*fusion.shared, *fusion.rows]:
        for n, g in enumerate(loop.groups):
            group = fusion.grouping.groups[g]
            assert group.count == loop.count
            for maker in group.makers:
                assert maker in done
                here = maker in loop.groups[:n] and group.is_aligned_to({maker})
                assert here or maker in fusion.stored
                assert here or maker not in loop.groups
            done.add(g)
    assert done == {*range(len(fusion.grouping.groups))}


# Memory and means: the loops are executed, a row after the other


def number_at(access: Access, memory: dict[Kind, list[float]], member: int, term: int = 0) -> float:
    return access.base if access.kind == Kind.LITERAL else memory[access.kind][access.at(member, term)]


def executed(statement: Statement, made: Sequence[float], memory: dict[Kind, list[float]], member: int) -> float:
    operands = [made[x] if isinstance(x, int) else number_at(x, memory, member) for x in statement.operands]
    if statement.op is not DOT:
        return float(statement.op.evaluate(*operands))
    products = [x * y for x, y in zip(operands[: 2 * statement.terms : 2], operands[1::2], strict=False)]
    if statement.pieces:
        products = [
            number_at(left, memory, member, term) * number_at(right, memory, member, term)
            for left, right, terms in statement.pieces for term in range(terms)
        ]  # fmt: skip
        assert len(products) == statement.terms
    return math.fsum([*products, *operands[2 * statement.terms :]])


def run_loop(loop: Loop, memory: dict[Kind, list[float]], kind: Kind) -> None:
    for member in range(loop.count):
        made: list[float] = []
        for statement in loop.statements:
            made.append(executed(statement, made, memory, member))
            if statement.slot is not None:
                memory[kind][statement.slot + member] = made[-1]


def run(plan: Schedule, rows: Sequence[Sequence[float]], parameters: Sequence[Value]) -> tuple[list[float], list[Any]]:
    """The output of means, and the outputs of each row."""
    memory = {Kind.SCALAR: [w.data for w in parameters], Kind.SHARED: [math.nan] * plan.memory.shared_count}
    for loop in plan.memory.shared:
        run_loop(loop, memory, Kind.SHARED)
    output, outputs = [0.0] * (len(parameters) + 1), []
    for position, length, source in plan.shared_outputs:
        for n in range(length):
            output[position + n] += number_at(source._replace(stride=1), memory, n)
    for row in rows:
        memory[Kind.ROW] = [*row, *[math.nan] * (plan.memory.slots - len(row))]
        for n in range(len(plan.memory.rows) + 1):
            for position, product in products(plan, n, memory):
                output[position] += product / len(rows)
            for loop in plan.memory.rows[n : n + 1]:
                run_loop(loop, memory, Kind.ROW)
        outputs.append([number_at(access, memory, 0) for access in plan.outputs])
    return output, outputs


def products(plan: Schedule, after: int, memory: dict[Kind, list[float]]) -> Iterator[tuple[int, float]]:
    """What a row adds to the means that are taken after that many loops, at their positions."""
    for one in [reduction for reduction in plan.reductions if reduction.after == after]:
        for i in range(one.rows):
            for k in range(one.columns):
                right = 1.0 if one.right is None else number_at(one.right, memory, 0, k)
                yield one.position + i * one.stride + k * one.inner, number_at(one.left, memory, i) * right


def held_against_values(function: Function, parameters: list[Value], inputs: int) -> None:
    program = traced(function, parameters, inputs)
    rows = [[math.sin(3 * r + i) for i in range(inputs)] for r in range(3)]
    expected = [function(*map(Value, row)) for row in rows]
    if program.gradient is None:
        _, found = run(schedule(program, mean=False), rows, parameters)
        assert found == [pytest.approx([x.data for x in outputs], rel=1e-9, abs=1e-12) for outputs in expected]
        return
    for w in parameters:
        w.grad = 0.0
    loss = total(expected) / len(rows)
    loss.backward()
    output, _ = run(schedule(program, mean=True), rows, parameters)
    assert output == pytest.approx([*[w.grad for w in parameters], loss.data], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_the_loops_of_an_irregular_function_compute_what_values_do(seed: int) -> None:
    held_against_values(*irregular(seed))


@pytest.mark.parametrize("widths", [[3, 1], [8, 8, 1], [12, 5, 1]])
def test_the_loops_of_layers_compute_what_values_do(widths: list[int]) -> None:
    weights = values(12 * 13 + 13 * 12)
    of_layers = layers(widths, weights)
    held_against_values(lambda *xs: total([x * x for x in of_layers(*xs)]), weights, 4)
    held_against_values(of_layers, weights, 4)


def test_an_operand_of_several_groups_is_no_register_of_the_first() -> None:
    # The first results of four groups step evenly, and the first of these is made in the loop that comes last.
    def function(*xs: Value) -> list[Value]:
        a, b, c, d = ([f(x) for x in xs] for f in (sin, cos, exp, tanh))
        made = [[f(x) for x in given] for f, given in ((sin, a), (cos, b), (tanh, c), (exp, d))]
        return [*[erfc(given[0]) for given in made], *[x for given in made for x in given], *d, *c, *b, *a]

    held_against_values(function, [], 4)


def test_results_take_the_slots_of_others_that_nobody_asks_for_any_more() -> None:
    weights = values(300)
    of_layers = layers([6] * 5, weights)
    program = traced(lambda *xs: of_layers(*xs), weights, 6)
    assert schedule(program, mean=False).memory.slots == 6 + 2 * 6


def test_the_derivatives_by_the_weights_of_a_layer_are_a_grid() -> None:
    weights = values(8 * 6)
    of_layers = layers([8], weights)
    plan = schedule(traced(lambda *xs: total(of_layers(*xs)), weights, 5), mean=True)
    grids = [(grid.rows, grid.columns) for grid in plan.reductions if grid.rows > 1]
    assert (8, 5) in grids
    few = schedule(traced(lambda *xs: total(layers([2], weights)(*xs)), weights[:12], 5), mean=True)
    assert {(one.rows, one.columns) for one in few.reductions} == {(1, 1)}


# Texts


def test_every_pass_says_what_it_has_found() -> None:
    weights = values(16 * 3)
    of_layers = layers([16], weights)
    plan = schedule(traced(lambda x, y: total(of_layers(x, y)), weights), mean=True)
    text = plan.describe_passes()
    assert "16 times, value 3+1i = dot(parameter 0+3i, value 0, parameter 1+3i, value 1" in text
    assert "  loop 0: 16 times, group 0" in text
    assert "mean to 0+3i+1k, 16 by 2, after" in text
    fusion = plan.memory.fusion
    for found in (fusion.grouping.sums, fusion.grouping, fusion, plan.memory, plan):
        assert found.describe() in text


def test_a_compiled_function_says_what_was_found() -> None:
    (w,) = values(1)
    step = autograd.compile(lambda x: tanh(w * x), [w], backend="source")
    assert step.describe().startswith("Sums\n1 inputs, ")
    assert "Instructions alike\n4 groups\n  group 0: 1 times, value 2 = mul(" in step.describe()
    pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")
    step = autograd.compile(lambda x: tanh(w * x), [w], backend="native")
    assert step.describe() == schedule(step.program, mean=True).describe_passes()
    assert "row 1" in autograd.compile(lambda x: [w * x, x], [w], backend="native").describe()


def test_long_texts_are_cut() -> None:
    assert some(["x"] * MOST_LINES) == ["x"] * MOST_LINES
    assert some(["x"] * 99) == [*["x"] * MOST_LINES, "    … 99"]
    assert joined([str(i) for i in range(8)]) == "0, 1, 2, 3, 4, 5, 6, 7"
    assert joined([str(i) for i in range(9)]) == "0, 1, 2, 3, … 9, 7, 8"
