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

SMALLEST_GROUP = 4  # members; fewer are groups of one each, unless they go on from a group
LONG_SUM = 6  # terms; shorter ones are written out


class Kind(IntEnum):
    """The kinds of values: one for each row, given or computed; a parameter; one computed for all rows; a number; and
    one of a table of numbers, which the members of a group differ in."""

    ROW = 0
    SCALAR = 1
    SHARED = 2
    LITERAL = 3
    TABLE = 4


ROW, SCALAR, SHARED, LITERAL, TABLE = Kind
KIND_NAMES = ("value", "parameter", "shared", "literal", "number")


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
    many indices are in use, by their kind; table: the numbers that members differ in.
    """

    sums: Sums
    groups: tuple[InstructionGroup, ...]
    access: Mapping[int, Access]
    owners: Mapping[int, int]
    values: Mapping[Kind, int]
    table: tuple[float, ...] = ()

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


@dataclass(frozen=True)
class Detail:
    """What is looked for. fewest: members of a group that does not go on from another; terms: of a sum whose terms are
    taken in few accesses; tables: whether members may differ in numbers."""

    fewest: int
    terms: int
    tables: bool


LOOPS = Detail(fewest=SMALLEST_GROUP, terms=LONG_SUM, tables=False)
ARRAYS = Detail(fewest=SMALLEST_GROUP, terms=1, tables=True)


def group_instructions(sums: Sums, detail: Detail = LOOPS) -> Grouping:
    """The groups of a program in sums."""
    grouper = _Grouper(sums, detail)
    for varies in (False, True):
        for level in _levels(sums, varies):
            for alike in _alike(sums, level):
                for run in grouper.runs(alike):
                    grouper.add(run)
    return grouper.grouping()


class _Grouper:
    """Groups, as they are found.

    owned: the group that each index belongs to; none after the inputs and after a group, so that no run crosses these.
    """

    def __init__(self, sums: Sums, detail: Detail) -> None:
        self.sums, self.detail = sums, detail
        self.access = _leaves(sums)
        self.groups: list[InstructionGroup] = []
        self.owners: dict[int, int] = {}
        self.owned: dict[Kind, list[int | None]] = {SHARED: [], ROW: [None] * (sums.inputs + 1)}
        self.table: list[float] = []
        self.multiplied = set[int]()  # parameters that are factors in sums of products

    def grouping(self) -> Grouping:
        """What has been found."""
        values = {kind: len(numbers) for kind, numbers in self.owned.items()}
        return Grouping(
            self.sums, tuple(self.groups), MappingProxyType(self.access), MappingProxyType(self.owners),
            MappingProxyType(values), tuple(self.table),
        )  # fmt: skip

    def runs(self, candidates: list[int]) -> Iterator[list[int]]:
        """Instructions alike, in runs whose operands step evenly; what is in no such run is on its own."""
        taken = {i: self._taken(i) for i in candidates}
        candidates.sort(key=taken.__getitem__)
        start = 0
        while start < len(candidates):
            steps, end = None, start + 1
            while end < len(candidates):
                step = _step(taken[candidates[end - 1]], taken[candidates[end]], self.detail.tables)
                if step is None or (steps is not None and step != steps):
                    break
                steps, end = step, end + 1
            if end - start < self.detail.fewest and not self._goes_on(candidates[start:end], steps):
                end = start + 1
            yield candidates[start:end]
            start = end

    def add(self, run: list[int]) -> None:
        """A group of these members."""
        op, operands, number = self.sums.instructions[run[0]]
        terms, varies = int(number), self.sums.varies[run[0]]
        owned = self.owned[ROW if varies else SHARED]
        base = len(owned)
        tabled = [side for side in (0, 1) if self.detail.tables and self._are_numbers(run, range(side, 2 * terms, 2))]
        taken = [self._operand(n, run, n < 2 * terms and n % 2 in tabled) for n in range(len(operands))]
        pieces = pieces_of([operand.access for operand in taken[: 2 * terms]], self.detail.terms)
        for piece in pieces if self.detail.tables else ():
            self.multiplied.update(_parameters(piece, len(run)))
        self.access |= {i: Access(ROW if varies else SHARED, base + member) for member, i in enumerate(run)}
        self.owners |= dict.fromkeys(run, len(self.groups))
        owned += [*[len(self.groups)] * len(run), *[None] * (len(run) > 1)]
        self.groups.append(InstructionGroup(op, tuple(run), varies, base, tuple(taken), terms, pieces))

    def _taken(self, i: int) -> list[Access]:
        return [self.access[x] for x in self.sums.instructions[i].operands]

    def _goes_on(self, run: Sequence[int], steps: Sequence[int] | None) -> bool:
        """Whether a short run goes on from a group, or begins a layer: in arrays only, where a layer may be small."""
        terms = self.sums.instructions[run[0]].number
        if not self.detail.tables or steps is None or min(steps) < 0:
            return False
        return any(
            step and ((terms and a.kind == SCALAR) or self._within_a_group(a, step, len(run)))
            for a, step in zip(self._taken(run[0]), steps, strict=True)
        )

    def _within_a_group(self, access: Access, step: int, count: int) -> bool:
        if access.kind == SCALAR:
            return self.multiplied.issuperset(access._replace(stride=step).indices(count))
        if access.kind not in self.owned:
            return False
        owners = {self.owned[access.kind][i] for i in access._replace(stride=step).indices(count)}
        return len(owners) == 1 and all(owner is not None and self.groups[owner].count > 1 for owner in owners)

    def _are_numbers(self, run: Sequence[int], places: range) -> bool:
        """Whether these operands of the members are numbers that are not all the same."""
        found = {self.access[self.sums.instructions[i].operands[n]] for i in run for n in places}
        return len(found) > 1 and all(access.kind == LITERAL for access in found)

    def _operand(self, n: int, run: Sequence[int], tabled: bool) -> Operand:
        """An operand of a group, from its first two members; of numbers, from all. tabled: among other numbers."""
        of_all = [self.access[self.sums.instructions[i].operands[n]] for i in (run if self.detail.tables else run[:2])]
        first = of_all[0]
        if first.kind == LITERAL:
            if not tabled and len({x.base.hex() for x in of_all}) == 1:
                return Operand(first)
            self.table += [x.base for x in of_all]
            return Operand(Access(TABLE, len(self.table) - len(run), 1))
        access = first._replace(stride=int(of_all[1].base - first.base)) if len(run) > 1 else first
        if access.kind == SCALAR:
            return Operand(access)
        numbers = self.owned[access.kind]
        found = dict.fromkeys([numbers[i] for i in access.indices(len(run))])
        makers = tuple([maker for maker in found if maker is not None])
        steps_along = len(makers) == 1 and (access.stride == 1 or len(run) == 1)
        return Operand(access, makers, steps_along and self.groups[makers[0]].base == access.base)


def _parameters(piece: Piece, count: int) -> set[int]:
    """The parameters that are factors of several terms."""
    return {
        x.at(i, k) for x in (piece.left, piece.right) if x.kind == SCALAR and piece.terms > 1
        for i in range(count if x.stride else 1) for k in range(piece.terms if x.inner else 1)
    }  # fmt: skip


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


def _alike(sums: Sums, level: Sequence[int]) -> Iterator[list[int]]:
    """The instructions of a level with the same operation, as many operands, and as many products in a sum."""
    alike: dict[tuple[Operation, int, int], list[int]] = defaultdict(list)
    for i in level:
        op, operands, number = sums.instructions[i]
        alike[op, len(operands), int(number)].append(i)
    yield from alike.values()


def _step(first: Sequence[Access], second: Sequence[Access], tables: bool = False) -> list[int] | None:
    """From one access to the next, for each; none where the kinds differ, or numbers do (unless there are tables)."""
    steps = []
    for a, b in zip(first, second, strict=True):
        literal = a.kind == LITERAL
        if a.kind != b.kind or (literal and not tables and a.base.hex() != b.base.hex()):  # which tells -0 from 0
            return None
        steps.append(0 if literal else int(b.base - a.base))
    return steps


def pieces_of(factors: Sequence[Access], fewest: int = LONG_SUM) -> tuple[Piece, ...]:
    """The terms of a sum in pieces that step evenly; none if the pieces or the sum are short: fewer terms in all."""
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
    return tuple(pieces) if len(pairs) >= fewest * len(pieces) else ()
