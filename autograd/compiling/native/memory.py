"""The fourth pass: where results are kept.

Each row has a slot of memory for every input, and for every result that is stored. Results take the slots of others
that are no longer needed, so that memory stays in the cache, as long as all operands still step evenly.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from autograd.compiling.describing import MOST_LINES, operation_text, some
from autograd.compiling.grouping import ROW, SHARED, Access, Grouping, InstructionGroup, Operand, Piece, pieces_of
from autograd.compiling.native.fusion import FusedLoop, Fusion, loops_of
from autograd.core import Operation

KIND_NAMES = ("slot", "scalar", "shared", "literal")


class Statement(NamedTuple):
    """An operation that is executed for each member of a loop.

    operands: where they lie in memory (of the rows' values, base is a slot), or the number of the earlier statement of
    the loop that made them; slot: of the result of the first member, None where it stays in registers; terms and
    pieces: as in the group.
    """

    op: Operation
    operands: tuple[Access | int, ...]
    slot: int | None
    terms: int
    pieces: tuple[Piece, ...]

    @property
    def addends(self) -> tuple[Access | int, ...]:
        """The operands that a dot adds to its products."""
        return self.operands[2 * self.terms :]

    def describe(self, memory: str) -> str:
        """As text; memory: the name of what the result is stored in."""
        to = "register" if self.slot is None else f"{memory} {self.slot}"
        operands = [f"group {x}" if isinstance(x, int) else x.describe(KIND_NAMES) for x in self.operands]
        pieces = [piece.describe(KIND_NAMES) for piece in self.pieces]
        return f"{to} = {operation_text(self.op, operands, self.terms, pieces)}"


@dataclass(frozen=True, slots=True)
class Loop:
    """Statements that are executed member by member."""

    count: int
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class MemoryPlan:
    """The loops of a program and where each operand lies.

    slots: how many each row has, the inputs first; shared_count: how many numbers are computed for all rows.
    """

    fusion: Fusion
    inputs: int
    slots: int
    shared_count: int
    shared: tuple[Loop, ...]
    rows: tuple[Loop, ...]
    access: Mapping[int, Access]  # where the instructions that are asked for lie

    def describe(self) -> str:
        """Memory and loops, as text."""
        head = f"{self.inputs} inputs, {self.slots} slots, {self.shared_count} shared"
        return "\n".join(
            [head, *loop_lines("once", self.shared, "shared"), *loop_lines("for each row", self.rows, "slot")]
        )


def loop_lines(when: str, loops: Sequence[Loop], memory: str) -> list[str]:
    """Loops, as lines of text; memory: the name of what they store their results in."""
    lines = [f"{when}: {len(loops)} loops of {' '.join([str(loop.count) for loop in loops[:MOST_LINES]])}"]
    for n, loop in enumerate(loops[:MOST_LINES]):
        lines.append(f"  loop {n}: {loop.count} times, {len(loop.statements)} groups")
        lines += some([f"    {statement.describe(memory)}" for statement in loop.statements])
    return lines


def place_in_memory(fusion: Fusion) -> MemoryPlan:
    """Memory for what is stored and nothing else, unless some operands would no longer step evenly."""
    grouping = fusion.grouping
    stored = sorted([g for loop in fusion.rows for g in loop.groups if g in fusion.stored])
    for slots in (_taking_turns(fusion, stored), _one_after_another(fusion, stored)):
        ends = [slot + grouping.groups[g].count for g, slot in slots.items()]
        with suppress(_UnevenError):
            return _plan(fusion, slots, max(ends, default=grouping.sums.inputs))
    return _plan(fusion, {g: grouping.groups[g].base for g in stored}, grouping.values[ROW])


class _UnevenError(Exception):
    """An operand whose slots do not step evenly from member to member, or from term to term."""


def _plan(fusion: Fusion, slots: Mapping[int, int], count: int) -> MemoryPlan:
    """The loops where stored groups begin at these slots. Raises _UnevenError if that cannot be."""
    grouping, slot_of = fusion.grouping, _slots_of_values(fusion.grouping, slots)
    shared_slots = {g: grouping.groups[g].base for g in fusion.stored}
    shared = [_loop(fusion, loop, shared_slots, slot_of) for loop in fusion.shared]
    rows = [_loop(fusion, loop, slots, slot_of) for loop in fusion.rows]
    access = {i: _in_slots(grouping.access[i], slot_of) for i in grouping.sums.results}
    return MemoryPlan(
        fusion, grouping.sums.inputs, count, grouping.values[SHARED], tuple(shared), tuple(rows),
        MappingProxyType(access),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- slots


def _one_after_another(fusion: Fusion, stored: Sequence[int]) -> dict[int, int]:
    """The first slot of each stored group: each result has its own."""
    groups = fusion.grouping.groups
    firsts = accumulate([groups[g].count for g in stored], initial=fusion.grouping.sums.inputs)
    return dict(zip(stored, firsts, strict=False))


def _taking_turns(fusion: Fusion, stored: Sequence[int]) -> dict[int, int]:
    """The first slot of each stored group: that of another whose results are no longer needed, if there is one."""
    groups, top = fusion.grouping.groups, fusion.grouping.sums.inputs
    slots: dict[int, int] = {}
    for g in stored:
        if groups[g].count == 1:  # those next to each other may be the terms of one sum
            slots[g], top = top, top + 1
    lives, held = _lives(fusion), list[int]()
    for n, loop in enumerate(fusion.rows):
        for number, g in enumerate(loop.groups, 1):
            if g not in fusion.stored or loop.count == 1:
                continue
            so_far = loop.groups[:number]
            left = next((old for old in held if groups[old].count == loop.count and lives.leaves(old, n, so_far)), None)
            held = [*[old for old in held if old != left], g]
            slots[g] = top if left is None else slots[left]
            top += loop.count if left is None else 0
    return slots


class _Lives(NamedTuple):
    """How long the results of groups are needed."""

    groups: Sequence[InstructionGroup]
    loop_of: Mapping[int, int]
    users: Mapping[int, Sequence[int]]
    used: Mapping[int, int]  # how many loops there are, up to the last that needs them
    summed: Mapping[int, int]  # the same for the last mean over rows that is taken of them

    def leaves(self, old: int, loop: int, so_far: Sequence[int]) -> bool:
        """True where a group may leave its slots to the last of these groups of a loop, which may be its last user."""
        if self.summed[old] > loop or self.used[old] > loop + 1 or self.loop_of[old] == loop:
            return False
        last = [user for user in self.users[old] if self.loop_of[user] == loop]
        return all(
            user in so_far and not self.groups[user].pieces and self.groups[user].is_aligned_to({old}) for user in last
        )


def _lives(fusion: Fusion) -> _Lives:
    grouping, loop_of = fusion.grouping, loops_of([loop.groups for loop in fusion.rows])
    users, sums = grouping.users(), grouping.sums
    used = {g: max([loop_of[user] + 1 for user in users[g]], default=0) for g in loop_of}
    used |= {grouping.owners[i]: len(fusion.rows) + 1 for i in sums.outputs if i in grouping.owners}
    summed = dict.fromkeys(loop_of, 0)
    for mean, after in zip(sums.means, fusion.means_after, strict=True):
        for g in [grouping.owners[i] for i in mean.factors if i in grouping.owners]:
            summed[g] = max(summed.get(g, 0), after)
    return _Lives(grouping.groups, loop_of, users, used, summed)


# ---------------------------------------------------------------------------------------------------------- operands


def _slots_of_values(grouping: Grouping, slots: Mapping[int, int]) -> list[int]:
    """The slot of each value that differs from row to row, by its index; for what is not stored it means nothing."""
    slot_of = [*range(grouping.values[ROW])]
    for g, slot in slots.items():
        group = grouping.groups[g]
        slot_of[group.base : group.base + group.count] = range(slot, slot + group.count)
    return slot_of


def _loop(fusion: Fusion, loop: FusedLoop, slots: Mapping[int, int], slot_of: Sequence[int]) -> Loop:
    """A loop with its operands where they lie."""
    made = {g: n for n, g in enumerate(loop.groups)}
    statements = [_statement(fusion.grouping.groups[g], made, slots.get(g), slot_of) for g in loop.groups]
    return Loop(loop.count, tuple(statements))


def _statement(group: InstructionGroup, made: Mapping[int, int], slot: int | None, slot_of: Sequence[int]) -> Statement:
    """made: the statements of the loop, by their groups."""
    operands = [_placed(operand, group.count, made, slot_of) for operand in group.operands]
    pieces = pieces_of([x for x in operands[: 2 * group.terms] if isinstance(x, Access)]) if group.pieces else ()
    if group.pieces and not pieces:
        raise _UnevenError
    return Statement(group.op, tuple(operands), slot, group.terms, pieces)


def _placed(operand: Operand, count: int, made: Mapping[int, int], slot_of: Sequence[int]) -> Access | int:
    """The statement that makes an operand in the same loop, else its slots."""
    if operand.aligned and operand.makers[0] in made:
        return made[operand.makers[0]]
    access = operand.access
    if access.kind != ROW or not access.stride:
        return _in_slots(access, slot_of)
    slots = [slot_of[i] for i in access.indices(count)]
    moved = Access(ROW, slots[0], slots[1] - slots[0])
    if slots != [*moved.indices(count)]:
        raise _UnevenError
    return moved


def _in_slots(access: Access, slot_of: Sequence[int]) -> Access:
    return access._replace(base=slot_of[access.at(0)]) if access.kind == ROW else access
