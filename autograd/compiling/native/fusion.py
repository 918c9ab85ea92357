"""The third pass: groups of equally many members that hand on results member by member share a loop.

Such results stay in registers. What another loop asks for is stored: between loops numbers pass through memory, so that
the size of the code grows with the number of layers, not of weights. Single instructions share straight-line code, in
blocks of limited length.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograd.compiling.describing import joined, some
from autograd.compiling.grouping import Grouping, InstructionGroup
from autograd.compiling.sums import Mean

LARGEST_BLOCK = 200  # groups in a loop; more take LLVM too long
FEW_SUMS = 32  # over the rows; they are all taken at the end


@dataclass(frozen=True, slots=True)
class FusedLoop:
    """Groups, by their numbers, that are computed member by member, in this order."""

    count: int
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Fusion:
    """The loops of a program: shared ones, which run once, and those of rows, which run for each.

    stored: the groups whose results are asked for outside their loop; means_after: for each mean over the rows, how
    many loops are done when it is taken.
    """

    grouping: Grouping
    shared: tuple[FusedLoop, ...]
    rows: tuple[FusedLoop, ...]
    stored: frozenset[int]
    means_after: tuple[int, ...]

    def describe(self) -> str:
        """The loops, as text."""
        return "\n".join([*self._lines("once", self.shared), *self._lines("for each row", self.rows)])

    def _lines(self, when: str, loops: Sequence[FusedLoop]) -> list[str]:
        lines = []
        for n, loop in enumerate(loops):
            groups = joined([f"group {g}{', stored' * (g in self.stored)}" for g in loop.groups], "; ")
            lines.append(f"  loop {n}: {loop.count} times, {groups}")
        return [f"{when}: {len(loops)} loops", *some(lines)]


def fuse(grouping: Grouping) -> Fusion:
    """The loops of groups."""
    groups = grouping.groups
    shared, rows = (_in_loops(groups, grouping.numbers(varies)) for varies in (False, True))
    results = {grouping.owners[i] for i in grouping.sums.results if i in grouping.owners}
    stored = results | _asked_for_elsewhere(groups, loops_of(shared) | loops_of(rows))
    rows, stored = _delayed(grouping, rows, stored, results)
    loop_of = loops_of(rows)
    means_after = [_taken_after(grouping, mean, loop_of, len(rows)) for mean in grouping.sums.means]
    return Fusion(grouping, _fused(groups, shared), _fused(groups, rows), frozenset(stored), tuple(means_after))


def loops_of(loops: Iterable[Sequence[int]]) -> dict[int, int]:
    """The number of the loop of each group."""
    return {g: n for n, loop in enumerate(loops) for g in loop}


def _in_loops(groups: Sequence[InstructionGroup], numbers: Iterable[int]) -> list[list[int]]:
    """Each group in the loop that makes the last of its operands, if it asks there only for its own member's."""
    loops: list[list[int]] = []
    loop_of: dict[int, int] = {}
    for g in numbers:
        chosen = _chosen(groups, g, loops, loop_of)
        if chosen is None:
            chosen = len(loops)
            loops.append([])
        loops[chosen].append(g)
        loop_of[g] = chosen
    return loops


def _chosen(
    groups: Sequence[InstructionGroup], g: int, loops: Sequence[Sequence[int]], loop_of: Mapping[int, int]
) -> int | None:
    """The loop for a group, if there is one."""
    group = groups[g]
    if group.pieces:
        return None
    makers = [maker for maker in group.makers if groups[maker].varies == group.varies]
    last = max([loop_of[maker] for maker in makers], default=-1)
    aligned = group.is_aligned_to({maker for maker in makers if loop_of[maker] == last})
    if last >= 0 and _count(groups, loops[last]) == group.count and aligned:
        return last if _has_room(loops[last]) else None
    if group.count > 1:
        return None
    later = range(last + 1, len(loops))
    return next((n for n in later if _count(groups, loops[n]) == 1 and _has_room(loops[n])), None)


def _asked_for_elsewhere(groups: Sequence[InstructionGroup], loop_of: Mapping[int, int]) -> set[int]:
    """The groups whose results a group of another loop takes."""
    return {
        maker for g, group in enumerate(groups) for maker in group.makers
        if groups[maker].varies != group.varies or loop_of[maker] != loop_of[g]
    }  # fmt: skip


def _delayed(
    grouping: Grouping, before: Sequence[Sequence[int]], stored: set[int], results: set[int]
) -> tuple[list[list[int]], set[int]]:
    """Move groups to the loop that asks for them, if only one does: what is made there need not be stored."""
    groups, users = grouping.groups, grouping.users()
    loops, stored, loop_of = [[*loop] for loop in before], {*stored}, loops_of(before)
    for g in [g for loop in loops for g in loop][::-1]:
        group, wanted = groups[g], {loop_of[user] for user in users[g]}
        if g not in stored or group.pieces or len(wanted) != 1 or g in results:
            continue
        (chosen,) = wanted
        newly_stored = [x for x in group.makers if groups[x].varies and x not in stored]
        fits = _count(groups, loops[chosen]) == group.count and _has_room(loops[chosen]) and len(newly_stored) <= 1
        if fits and all(not groups[user].pieces and groups[user].is_aligned_to({g}) for user in users[g]):
            loops[loop_of[g]].remove(g)
            loops[chosen].insert(min([loops[chosen].index(user) for user in users[g]]), g)
            loop_of[g] = chosen
            stored.discard(g)
            stored.update(newly_stored)
    return [loop for loop in loops if loop], stored


def _taken_after(grouping: Grouping, mean: Mean, loop_of: Mapping[int, int], loops: int) -> int:
    """After how many loops a mean is taken: one of many as soon as its factors are there, one of few after all."""
    owners = [grouping.owners[i] for i in mean.factors if i in grouping.owners and grouping.sums.varies[i]]
    if len(grouping.sums.means) <= FEW_SUMS or all(grouping.groups[owner].count == 1 for owner in owners):
        return loops
    return max(loop_of[owner] + 1 for owner in owners)


def _count(groups: Sequence[InstructionGroup], loop: Sequence[int]) -> int:
    return groups[loop[0]].count


def _has_room(loop: Sequence[int]) -> bool:
    return len(loop) < LARGEST_BLOCK


def _fused(groups: Sequence[InstructionGroup], loops: Iterable[Sequence[int]]) -> tuple[FusedLoop, ...]:
    return tuple([FusedLoop(_count(groups, loop), tuple(loop)) for loop in loops])
