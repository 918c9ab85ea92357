"""The fifth pass: means over the rows, in grids that are taken a tile at a time."""

from typing import NamedTuple

from autograd.compiling.grouping import LITERAL, SMALLEST_GROUP, Access
from autograd.compiling.native.fusion import FEW_SUMS
from autograd.compiling.native.memory import KIND_NAMES, MemoryPlan
from autograd.compiling.reductions import Reduction, in_grids, taken_apart


class SharedOutput(NamedTuple):
    """Numbers that are the same for all rows, and are added to the output from position on as they are."""

    position: int
    length: int
    source: Access

    def describe(self) -> str:
        """Target and source."""
        return f"out {self.position}+{self.length} = {self.source.describe(KIND_NAMES)}"


def take_means(plan: MemoryPlan) -> list[Reduction]:
    """The means of a program, in grids where there are many."""
    found = _found(plan)
    grids = in_grids(found)
    least = FEW_SUMS + 1 if len(found) <= FEW_SUMS else SMALLEST_GROUP
    kept = [grid for grid in grids if grid.rows * grid.columns >= least]
    parts = [part for grid in grids if grid.rows * grid.columns < least for part in taken_apart(grid)]
    return kept + sorted(parts, key=lambda part: part.position)


def shared_outputs(plan: MemoryPlan) -> list[SharedOutput]:
    """Results that are the same for all rows, in stretches that lie one after another."""
    outputs: list[SharedOutput] = []
    for position, i in plan.fusion.grouping.sums.shared_results:
        source = plan.access[i]
        if outputs:
            first, count, start = outputs[-1]
            follows = 0 if source.kind == LITERAL else count
            if first + count == position and start.kind == source.kind and start.base + follows == source.base:
                outputs[-1] = SharedOutput(first, count + 1, start)
                continue
        outputs.append(SharedOutput(position, 1, source))
    return outputs


def _found(plan: MemoryPlan) -> list[Reduction]:
    reductions = []
    for (position, factors), after in zip(plan.fusion.grouping.sums.means, plan.fusion.means_after, strict=True):
        left, right = [*[plan.access[i] for i in factors], None][:2]
        assert left is not None
        reductions.append(Reduction(position, 0, 0, 1, 1, left, right, after))
    return reductions
