"""What arrays have functions for: the smaller of two, and the largest of many.

Programs write them in what they have: the smaller as -max(-x, -y), the largest as a chain of comparisons of two. Where
what is between serves nothing else, each becomes one instruction.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from autograd.compiling.sums import Sums
from autograd.core import Operation
from autograd.core import operations as ops
from autograd.programs import Instruction

LARGEST = Operation("largest", float, lambda z, *xs: ())


def with_extremes(sums: Sums, apart: Collection[int]) -> Sums:
    """The same program in such instructions. apart: those that do not become part of another."""
    instructions, order = list(sums.instructions), list(sums.order)
    uses = Counter(x for i in order for x in instructions[i].operands)
    uses.update([*sums.results, *apart, *apart])
    free = {i for i in order if uses[i] == 1}
    chains: dict[int, list[int]] = {}
    for i in order:
        op, operands, _ = instructions[i]
        if op is ops.neg and operands[0] in free and instructions[operands[0]].op is ops.maximum:
            turned = [_negated(instructions, x) for x in instructions[operands[0]].operands]
            if None not in turned:
                chains.pop(operands[0], None)
                instructions[i] = Instruction(ops.minimum, tuple([x for x in turned if x is not None]))
        elif op is ops.maximum:
            chains[i] = []
            for x in operands:
                within = x in free and sums.varies[x] == sums.varies[i]
                chains[i] += chains.pop(x, [x]) if within else [x]
    for i, chain in chains.items():
        if len(chain) > 2:
            instructions[i] = Instruction(LARGEST, tuple(chain))
    needed = set(sums.results)
    for i in reversed(order):
        if i in needed:
            needed.update(instructions[i].operands)
    return replace(sums, instructions=tuple(instructions), order=tuple([i for i in order if i in needed]))


def _negated(instructions: list[Instruction], i: int) -> int | None:
    """x, where the instruction is -x."""
    op, operands, _ = instructions[i]
    return operands[0] if op is ops.neg else None
