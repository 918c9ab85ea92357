"""From a program to loops: what native code does for each row, in which order, and where it keeps its numbers.

Written out instruction by instruction, a network of ten thousand weights is one block that no compiler likes. Five
passes, each from one description to the next, find the loops in it: sums, groups of similar instructions, loops of
groups, memory for what passes from loop to loop, and means over the rows.
"""

from dataclasses import dataclass

from autograd.compiling.describing import some
from autograd.compiling.grouping import Access, group_instructions
from autograd.compiling.native.fusion import fuse
from autograd.compiling.native.memory import KIND_NAMES, MemoryPlan, place_in_memory
from autograd.compiling.native.reductions import SharedOutput, shared_outputs, take_means
from autograd.compiling.reductions import Reduction
from autograd.compiling.sums import find_sums
from autograd.programs import Program


@dataclass(frozen=True)
class Schedule:
    """All that native code does: loops, and what becomes of their results.

    reductions, shared_outputs: what goes to the output (the gradient, then the loss); outputs: where those of each
    row lie. Either there are means over the rows or outputs of each.
    """

    memory: MemoryPlan
    reductions: tuple[Reduction, ...]
    shared_outputs: tuple[SharedOutput, ...]
    outputs: tuple[Access, ...]

    def describe(self) -> str:
        """Memory, loops and results, as text."""
        return "\n".join(
            [
                self.memory.describe(),
                *some([reduction.describe(KIND_NAMES) for reduction in self.reductions]),
                *some([output.describe() for output in self.shared_outputs]),
                *some([f"result {i} = {access.describe(KIND_NAMES)}" for i, access in enumerate(self.outputs)]),
            ]
        )

    def describe_passes(self) -> str:
        """The findings of each pass, as text."""
        fusion = self.memory.fusion
        texts = {
            "Sums": fusion.grouping.sums.describe(),
            "Instructions alike": fusion.grouping.describe(),
            "Loops": fusion.describe(),
            "Memory and means over the rows": self.describe(),
        }
        return "\n\n".join([f"{title}\n{text}" for title, text in texts.items()])


def schedule(program: Program, mean: bool) -> Schedule:
    """The loops of a program. mean: whether means over the rows are asked for, or the outputs of each row."""
    memory = place_in_memory(fuse(group_instructions(find_sums(program, mean))))
    outputs = [memory.access[i] for i in memory.fusion.grouping.sums.outputs]
    return Schedule(memory, tuple(take_means(memory)), tuple(shared_outputs(memory)), tuple(outputs))
