"""The second pass: similar instructions, gathered into groups.

The neurons of a layer do the same with different operands, which step evenly from neuron to neuron. So instructions of
the same operation become a group, in which each operand is one access for all members: in arrays, a slice.

Every value has an index among those of its kind: inputs and what differs from row to row, parameters, and what is the
same for all rows. The results of a group have consecutive ones.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from autograd.compiling.describing import operation_text, some
from autograd.compiling.sums import Sums
from autograd.core import Operation, constant
from autograd.programs import INPUT, PARAMETER

SMALLEST_GROUP = 4  # members; fewer are groups of one each
LONG_SUM = 6  # terms; shorter ones are written out


class Kind(IntEnum):
    """The kinds of values: one for each row, given or computed; a parameter; one computed for all rows; a number."""

    ROW = 0
    SCALAR = 1
    SHARED = 2
    LITERAL = 3


ROW, SCALAR, SHARED, LITERAL = Kind
KIND_NAMES = ("value", "parameter", "shared", "literal")


class Access(NamedTuple):
    """An operand of all members of a group: the values of a kind at base, base + stride, …; a literal is base itself.

    inner: the stride along the terms of a sum.
    """

    kind: Kind
    base: float
    stride: int = 0
    inner: int = 0

    def at(self, member: int, term: int = 0) -> int:
        """The index for one member and term."""
        return int(self.base) + member * self.stride + term * self.inner

    def indices(self, count: int) -> range:
        """The indices for that many members; one, where it is the same for all."""
        first = int(self.base)
        return range(first, first + count * self.stride, self.stride) if self.stride else range(first, first + 1)

    def describe(self, names: Sequence[str] = KIND_NAMES) -> str:
        """The name of the kind, and the index of member i and term k."""
        base = self.base if self.kind == LITERAL else int(self.base)
        steps = f"+{self.stride}i" * (self.stride != 0) + f"+{self.inner}k" * (self.inner != 0)
        return f"{names[self.kind]} {base}{steps}"


class Piece(NamedTuple):
    """Terms of a sum, the products of left and right, which step evenly from term to term."""

    left: Access
    right: Access
    terms: int

    def describe(self, names: Sequence[str] = KIND_NAMES) -> str:
        """Both factors, and how many products there are."""
        return f"{self.left.describe(names)} × {self.right.describe(names)} of {self.terms}"


class Operand(NamedTuple):
    """An operand of all members of a group.

    makers: the groups whose results it is; aligned: whether there is just one, and each member takes the result of the
    same member there.
    """

    access: Access
    makers: tuple[int, ...] = ()
    aligned: bool = False


@dataclass(frozen=True, slots=True)
class InstructionGroup:
    """Instructions of one operation, which differ in their operands only.

    members: the instructions; varies: whether they differ from row to row; base: the index of the first result, which
    the others follow; terms: of a dot, how many pairs of operands are multiplied, while the others are added; pieces:
    of a long dot whose terms step evenly, the pairs again, in few accesses.
    """

    op: Operation
    members: tuple[int, ...]
    varies: bool
    base: int
    operands: tuple[Operand, ...]
    terms: int
    pieces: tuple[Piece, ...]

    @property
    def count(self) -> int:
        """The number of members."""
        return len(self.members)

    @property
    def makers(self) -> set[int]:
        """The groups whose results are operands."""
        return {maker for operand in self.operands for maker in operand.makers}

    def is_aligned_to(self, makers: AbstractSet[int]) -> bool:
        """True if all that each member takes from these groups are results of the same member there."""
        return all(operand.aligned or makers.isdisjoint(operand.makers) for operand in self.operands)

    def describe(self) -> str:
        """The operation, its operands, and of a sum its products."""
        operands = [operand.access.describe() for operand in self.operands]
        return operation_text(self.op, operands, self.terms, [piece.describe() for piece in self.pieces])


@dataclass(frozen=True)
class Grouping:
    """The groups of a program: those that are the same for all rows, then the others, each after its makers.

    access: where each instruction's result lies; owners: the number of its group, unless it is a leaf; values: how
    many indices are in use, by their kind.
    """

    sums: Sums
    groups: tuple[InstructionGroup, ...]
    access: Mapping[int, Access]
    owners: Mapping[int, int]
    values: Mapping[Kind, int]

    def numbers(self, varies: bool) -> list[int]:
        """The numbers of the groups that differ from row to row, or of the others."""
        return [g for g, group in enumerate(self.groups) if group.varies == varies]

    def users(self) -> dict[int, list[int]]:
        """For each group, those that take its results and vary as it does: both from row to row, or neither."""
        users: dict[int, list[int]] = defaultdict(list)
        for g, group in enumerate(self.groups):
            for maker in group.makers:
                if self.groups[maker].varies == group.varies:
                    users[maker].append(g)
        return users

    def describe(self) -> str:
        """The groups, as text."""
        lines = []
        for g, group in enumerate(self.groups):
            kind = ROW if group.varies else SHARED
            to = Access(kind, group.base, int(group.count > 1))
            lines.append(f"  group {g}: {group.count} times, {to.describe()} = {group.describe()}")
        return "\n".join([f"{len(self.groups)} groups", *some(lines)])


def group_instructions(sums: Sums) -> Grouping:
    """The groups of a program in sums."""
    access = _leaves(sums)
    groups: list[InstructionGroup] = []
    owners: dict[int, int] = {}
    # the group that each index belongs to; none after the inputs and after a group, so that no run crosses these
    owned: dict[Kind, list[int | None]] = {SHARED: [], ROW: [None] * (sums.inputs + 1)}
    for kind in (SHARED, ROW):
        for level in _levels(sums, kind == ROW):
            for op, terms, run in [*_runs_alike(sums, level, access)]:
                base = len(owned[kind])
                operands = [_operand(x, len(run), groups, owned) for x in _stepping(sums, run, access)]
                pieces = pieces_of([operand.access for operand in operands[: 2 * terms]])
                access |= {i: Access(kind, base + member) for member, i in enumerate(run)}
                owners |= dict.fromkeys(run, len(groups))
                owned[kind] += [*[len(groups)] * len(run), *[None] * (len(run) > 1)]
                groups.append(InstructionGroup(op, tuple(run), kind == ROW, base, tuple(operands), terms, pieces))
    values = {kind: len(numbers) for kind, numbers in owned.items()}
    return Grouping(sums, tuple(groups), MappingProxyType(access), MappingProxyType(owners), MappingProxyType(values))


def _leaves(sums: Sums) -> dict[int, Access]:
    kinds = {INPUT: ROW, PARAMETER: SCALAR, constant: LITERAL}
    leaves = {i: sums.instructions[i] for i in sums.order if sums.instructions[i].op in kinds}
    return {i: Access(kinds[op], number) for i, (op, _, number) in leaves.items()}


def _levels(sums: Sums, varies: bool) -> Iterator[list[int]]:
    """The instructions that are not leaves, by the length of the longest path to them."""
    depth: dict[int, int] = {}
    for i in sums.order:
        op, operands, _ = sums.instructions[i]
        if sums.varies[i] == varies and op not in (INPUT, PARAMETER, constant):
            depth[i] = 1 + max([depth.get(x, 0) for x in operands])
    for _, level in groupby(sorted(depth, key=depth.__getitem__), key=depth.__getitem__):
        yield [*level]


def _runs_alike(
    sums: Sums, level: Sequence[int], access: Mapping[int, Access]
) -> Iterator[tuple[Operation, int, list[int]]]:
    """The groups that a level makes: the operation, how many products it sums, and the members."""
    alike: dict[tuple[Operation, int, int], list[int]] = defaultdict(list)
    for i in level:
        op, operands, number = sums.instructions[i]
        alike[op, len(operands), int(number)].append(i)
    for (op, _, terms), candidates in alike.items():
        taken = {i: [access[x] for x in sums.instructions[i].operands] for i in candidates}
        candidates.sort(key=taken.__getitem__)
        for run in _runs(candidates, taken):
            yield op, terms, run


def _runs(candidates: list[int], taken: Mapping[int, list[Access]]) -> Iterator[list[int]]:
    """The candidates in runs whose operands step evenly; what is in no long run is on its own."""
    start = 0
    while start < len(candidates):
        steps, end = None, start + 1
        while end < len(candidates):
            step = _step(taken[candidates[end - 1]], taken[candidates[end]])
            if step is None or (steps is not None and step != steps):
                break
            steps, end = step, end + 1
        if end - start < SMALLEST_GROUP:
            end = start + 1
        yield candidates[start:end]
        start = end


def _step(first: Sequence[Access], second: Sequence[Access]) -> list[int] | None:
    steps = []
    for a, b in zip(first, second, strict=True):
        if a.kind != b.kind or (a.kind == LITERAL and a.base.hex() != b.base.hex()):  # which tells -0 from 0
            return None
        steps.append(0 if a.kind == LITERAL else int(b.base - a.base))
    return steps


def _stepping(sums: Sums, run: Sequence[int], access: Mapping[int, Access]) -> list[Access]:
    """The operands of a run, from its first two members."""
    first, second = ([access[x] for x in sums.instructions[i].operands] for i in (run[0], run[min(1, len(run) - 1)]))
    return [a._replace(stride=step) for a, step in zip(first, _step(first, second) or (), strict=True)]


def _operand(
    access: Access, count: int, groups: Sequence[InstructionGroup], owned: Mapping[Kind, Sequence[int | None]]
) -> Operand:
    if access.kind in (SCALAR, LITERAL):
        return Operand(access)
    numbers = owned[access.kind]
    found = dict.fromkeys([numbers[i] for i in access.indices(count)])
    makers = tuple([maker for maker in found if maker is not None])
    steps_along = len(makers) == 1 and (access.stride == 1 or count == 1)
    return Operand(access, makers, steps_along and groups[makers[0]].base == access.base)


def pieces_of(factors: Sequence[Access]) -> tuple[Piece, ...]:
    """The terms of a long sum in pieces that step evenly; none if the pieces or the sum are short."""
    pairs = list(zip(factors[::2], factors[1::2], strict=True))
    pieces: list[Piece] = []
    start = 0
    while start < len(pairs):
        end, steps = start + 1, None
        while end < len(pairs) and (step := _step(pairs[end - 1], pairs[end])) and steps in (None, step):
            if any(a.stride != b.stride for a, b in zip(pairs[end - 1], pairs[end], strict=True)):
                break
            steps, end = step, end + 1
        left, right = (x._replace(inner=step) for x, step in zip(pairs[start], steps or (0, 0), strict=True))
        pieces.append(Piece(left, right, end - start))
        start = end
    return tuple(pieces) if len(pairs) >= LONG_SUM * len(pieces) else ()
