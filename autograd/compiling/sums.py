"""The first pass: what is asked for, and the sums that a program computes, those of products above all.

A program adds numbers two at a time. Additions that serve nothing but the next one are merged here into sums, and
multiplications into the sums that they serve: one instruction `dot` each, which a later pass turns into a loop, or into
a product of matrices. What is asked for are means over the rows; in a gradient, what is the same for all rows is kept
out of the mean.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd.compiling.describing import joined, some
from autograd.core import Operation, constant, summed
from autograd.core import operations as ops
from autograd.programs import DOT, Instruction, Program

MANY_ADDENDS = 4  # this many or more are multiplied by 1, so that all terms of a sum are products
LONGEST_SUM = 256  # terms in native code; longer ones are summed in parts


class Mean(NamedTuple):
    """A mean over the rows, of an instruction or of the product of two, which is added to a position of the output."""

    position: int
    factors: tuple[int, ...]


class SharedResult(NamedTuple):
    """An instruction that is the same for all rows, which is added to a position of the output."""

    position: int
    instruction: int


@dataclass(frozen=True)
class Sums:
    """A program in sums, and what is asked for: means and shared results, or outputs of each row.

    order: the instructions that these rest on, each after its operands; others are not computed. varies says for each
    instruction whether it differs from row to row; inputs: how many there are.
    """

    inputs: int
    instructions: tuple[Instruction, ...]
    varies: tuple[bool, ...]
    order: tuple[int, ...]
    means: tuple[Mean, ...]
    shared_results: tuple[SharedResult, ...]
    outputs: tuple[int, ...]

    @property
    def results(self) -> list[int]:
        """The instructions that are asked for."""
        return _results(self.means, self.shared_results, self.outputs)

    def describe(self) -> str:
        """The sums and the results, as text."""
        sums = [i for i in self.order if self.instructions[i].op is DOT]
        return "\n".join(
            [
                f"{self.inputs} inputs, {len(self.order)} instructions, {len(sums)} sums of products",
                *some([f"  %{i} = {_sum_text(self.instructions[i])}" for i in sums]),
                *some(
                    [f"  out {m.position} += mean of {' × '.join([f'%{x}' for x in m.factors])}" for m in self.means]
                ),
                *some([f"  out {r.position} += %{r.instruction}" for r in self.shared_results]),
                *some([f"  row {n} = %{i}" for n, i in enumerate(self.outputs)]),
            ]
        )


def find_sums(
    program: Program, mean: bool, longest: int = LONGEST_SUM, many: int = MANY_ADDENDS, apart: Iterable[int] = ()
) -> Sums:
    """The sums of a program. mean: whether means over the rows are asked for, or the outputs of each row; longest:
    terms of a sum, beyond which it is taken in parts; many: addends that are products with 1; apart: instructions that
    do not become part of a sum."""
    draft = _Draft(program)
    means, shared_results = _asked_for(draft, program) if mean else ([], [])
    outputs = _outputs(program, mean)[1]
    order = _merge_sums(draft, _results(means, shared_results, outputs), longest, many, apart)
    return Sums(
        len(program.inputs), tuple(draft.instructions), tuple(draft.varies), tuple(order), tuple(means),
        tuple(shared_results), outputs,
    )  # fmt: skip


def _outputs(program: Program, mean: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Those of which means are asked for, and those of which each row is: what comes beside a loss."""
    if not mean:
        return (), program.outputs
    return (program.outputs, ()) if program.gradient is None else (program.outputs[:1], program.outputs[1:])


def _results(means: Sequence[Mean], shared_results: Sequence[SharedResult], outputs: Sequence[int]) -> list[int]:
    factors = [i for mean in means for i in mean.factors]
    return [*factors, *outputs, *[result.instruction for result in shared_results]]


class _Draft:
    """Instructions that can be added to, and how often each is used."""

    def __init__(self, program: Program) -> None:
        self.instructions = list(program.instructions)
        self.varies = list(program.varies)
        self.uses = Counter(x for _, operands, _ in program.instructions for x in operands)
        self.uses.update(program.results)

    def add(self, op: Operation, operands: tuple[int, ...], number: float = 0.0) -> int:
        """A new instruction."""
        self.instructions.append(Instruction(op, operands, number))
        self.varies.append(any(self.varies[x] for x in operands))
        self.uses.update(operands)
        return len(self.instructions) - 1

    def total(self, parts: Sequence[int]) -> int:
        """The sum of instructions."""
        result = parts[0]
        for x in parts[1:]:
            result = self.add(ops.add, (result, x))
        return result


# ----------------------------------------------------------------------------------------------- what is asked for


def _asked_for(draft: _Draft, program: Program) -> tuple[list[Mean], list[SharedResult]]:
    """The gradient and then the loss: as it is where it is the same for all rows, else its mean."""
    means, shared_results = list[Mean](), list[SharedResult]()
    gradient = program.gradient or ()
    results = [(position, x) for position, i in enumerate(gradient) for x in _split(draft, i)]
    results += enumerate(_outputs(program, True)[0], len(gradient))
    for position, i in results:
        if draft.varies[i]:
            means.append(Mean(position, _factors(draft, i)))
        else:
            shared_results.append(SharedResult(position, i))
    return means, shared_results


def _split(draft: _Draft, i: int) -> list[int]:
    """Take a sum of the gradient apart: what is the same for all rows, as of a penalty, needs no mean.

    (In the loss it stays in each row, where the two may cancel: that is one addition.)
    """
    varying, same = list[int](), list[int]()
    stack = [i]
    while stack:
        x = stack.pop()
        op, operands, _ = draft.instructions[x]
        if not draft.varies[x]:
            same.append(x)
        elif op is ops.add and draft.uses[x] == 1:
            stack += operands[::-1]
        else:
            varying.append(x)
    numbers = [draft.instructions[x].number for x in same if draft.instructions[x].op is constant]
    if len(numbers) == len(same):
        same = [] if not any(numbers) else same if len(same) == 1 else [draft.add(constant, (), summed(numbers))]
    return [draft.total(parts) for parts in (same, varying) if parts]


def _factors(draft: _Draft, i: int) -> tuple[int, ...]:
    """The factors of a product that nothing else uses; any other instruction as it is."""
    op, operands, _ = draft.instructions[i]
    # a factor that is the same for all rows may be infinite, and lanes without a row hold 0
    apart = op is ops.mul and draft.uses[i] == 1 and all(draft.varies[x] for x in operands)
    return operands if apart else (i,)


# -------------------------------------------------------------------------------------------------------------- sums


class _Terms(NamedTuple):
    factors: list[int]  # two of each product
    addends: list[int]


def _merge_sums(draft: _Draft, results: Sequence[int], longest: int, many: int, apart: Iterable[int]) -> list[int]:
    """Turn each sum of products into one instruction; return the order in which all are then computed."""
    order = _in_order(draft, results)
    uses = Counter(x for i in order for x in draft.instructions[i].operands)
    uses.update([*results, *apart, *apart])
    sums: dict[int, _Terms] = {}
    for i in order:
        op, operands, _ = draft.instructions[i]
        if op is DOT:
            products = len(operands) - len(operands) % 2
            sums[i] = _Terms(list(operands[:products]), list(operands[products:]))
        elif op is ops.add:
            sums[i] = _merged(draft, i, uses, sums)
    one = draft.add(constant, (), 1.0)
    for i, (factors, addends) in sums.items():
        if len(addends) >= many:
            factors, addends = [*factors, *[x for addend in addends for x in (addend, one)]], []
        while len(factors) > 2 * longest:
            part, factors = factors[: 2 * longest], factors[2 * longest :]
            addends = [draft.add(DOT, (*part, *addends), longest)]
        if factors:
            draft.instructions[i] = Instruction(DOT, (*factors, *addends), len(factors) // 2)
    return _in_order(draft, results)


def _merged(draft: _Draft, i: int, uses: Counter[int], sums: dict[int, _Terms]) -> _Terms:
    """The terms of an addition; sums that serve nothing else become part of it."""
    factors, addends = list[int](), list[int]()
    for x in draft.instructions[i].operands:
        if uses[x] > 1 or draft.varies[x] != draft.varies[i]:
            addends.append(x)
        elif x in sums:
            more = sums.pop(x)
            # the longer list is extended, so that a sum of n terms takes n steps
            factors, addends = _joined(factors, more.factors), _joined(addends, more.addends)
        elif draft.instructions[x].op is ops.mul:
            factors += draft.instructions[x].operands
        else:
            addends.append(x)
    return _Terms(factors, addends)


def _joined(a: list[int], b: list[int]) -> list[int]:
    if not a:
        return b
    a += b
    return a


def _in_order(draft: _Draft, results: Sequence[int]) -> list[int]:
    """The instructions that the results rest on, each after its operands."""
    order, seen = list[int](), set[int]()
    stack = [(i, False) for i in results]
    while stack:
        i, operands_are_in_order = stack.pop()
        if operands_are_in_order:
            order.append(i)
        elif i not in seen:
            seen.add(i)
            stack.append((i, True))
            stack += [(x, False) for x in draft.instructions[i].operands if x not in seen]
    return order


def _sum_text(instruction: Instruction) -> str:
    factors = instruction.operands[: 2 * int(instruction.number)]
    products = [f"%{x} × %{y}" for x, y in zip(factors[::2], factors[1::2], strict=True)]
    return joined([*products, *[f"%{x}" for x in instruction.operands[len(factors) :]]], " + ")
