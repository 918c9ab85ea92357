"""From a program to loops: what native code does for each row, in which order, and where it keeps its numbers.

Written out instruction by instruction, a network of ten thousand weights is one block that no compiler likes. But the
neurons of a layer do the same with other operands, and these lie one after another in memory. So instructions alike
are gathered into a group, whose operands step evenly from member to member; groups of the same length that hand on
their results member by member share a loop; and the sum of a neuron is a loop over its weights. What is left over is
straight-line code, in blocks of limited length. Between loops numbers pass through memory, so that the size of the
code grows with the number of layers and not of weights.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise, product
from typing import NamedTuple

from autograd import operations as ops
from autograd.declaration import Operation, constant
from autograd.program import DOT, INPUT, PARAMETER, Instruction, Program

# The kinds of memory: a number for each row (SLOT); one for all rows, given (SCALAR) or computed (SHARED); a literal.
SLOT, SCALAR, SHARED, LITERAL = range(4)
SMALLEST_GROUP = 4  # members; fewer are written out
LONG_SUM = 6  # terms; shorter ones are written out
LONGEST_SUM = 256  # terms; of longer ones so many are summed at a time
FEW_SUMS = 32  # over the rows; so many are no grids, but written out in the order of their places
LARGEST_BLOCK = 200  # instructions of straight-line code


class Access(NamedTuple):
    """Where the members of a group find an operand: at base, base + stride, …; of a literal base is the number."""

    kind: int
    base: float
    stride: int = 0
    inner: int = 0  # the stride along the terms of a sum

    def at(self, member: int, term: int = 0) -> int:
        """The place for one member and term."""
        return int(self.base) + member * self.stride + term * self.inner


class Piece(NamedTuple):
    """So many terms of a sum, the products of left and right, which step evenly from term to term."""

    left: Access
    right: Access
    terms: int


@dataclass
class Group:
    """Instructions alike: members in the order of their results, which lie one after another from base."""

    op: Operation
    members: list[int]
    base: int
    operands: list[Access]
    terms: int  # of a dot: how many pairs of operands are multiplied; the others are added
    pieces: list[Piece] = field(default_factory=list)  # of a long dot whose terms step evenly, too: loops over them
    stored: bool = False  # whether another loop asks for the results
    loop: int = -1  # the place of its loop
    used: int = 0  # how many loops there are until the last that asks for the results is done
    summed: int = 0  # the same for the last sum over rows of them
    sources: list["Access | Group"] = field(default_factory=list)  # the operands; a group of the same loop as such

    @property
    def count(self) -> int:
        """How many members there are."""
        return len(self.members)

    @property
    def addends(self) -> list["Access | Group"]:
        """What a dot adds to its products."""
        return self.sources[2 * self.terms :]


@dataclass
class Loop:
    """Groups of as many members, computed member by member."""

    count: int
    groups: list[Group] = field(default_factory=list)


class Reduction(NamedTuple):
    """A sum over the rows: of left times right (of left alone where that is None), for members of a grid.

    The result for (i, k) goes to place + i * stride + k * inner. It is taken after so many loops.
    """

    place: int
    stride: int
    inner: int
    rows: int
    columns: int
    left: Access
    right: Access | None
    after: int


class Shared(NamedTuple):
    """What is the same for all rows and goes to place, place + 1, …, as it is."""

    place: int
    length: int
    source: Access


@dataclass
class Schedule:
    """All that native code does.

    shared: loops that run once; loops: those that run for each row; reductions and constants: what becomes of the
    results, at their places in the output (the gradient, then the loss). results: where the outputs lie.
    """

    slots: int
    shared_count: int
    shared: list[Loop]
    loops: list[Loop]
    reductions: list[Reduction]
    constants: list[Shared]
    results: list[Access]
    inputs: int


def schedule(program: Program, mean: bool) -> Schedule:
    """The loops of a program. mean: whether means over the rows are asked for, or the outputs of each row."""
    return _Scheduler(program, mean).schedule()


class _Scheduler:
    def __init__(self, program: Program, mean: bool) -> None:
        self.program = program
        self.instructions = list(program.instructions)
        self.varies = list(program.varies)
        self.uses = Counter(x for _, operands, _ in self.instructions for x in operands)
        self.uses.update(program.results)
        self.products: list[tuple[int, int, int | None]] = []  # place, factor, factor
        self.fixed: list[tuple[int, int]] = []  # place, instruction
        if mean:
            gradient = program.gradient or ()
            for place, i in enumerate(gradient):
                self._split(place, i)
            for place, i in enumerate(program.outputs, len(gradient)):
                self._want(place, i)
        self.outputs = [] if mean else list(program.outputs)
        self.place: dict[int, Access] = {}
        self.slots = len(program.inputs) + 1
        self.shared_count = 0

    def schedule(self) -> Schedule:
        """All of it."""
        results = [i for _, *factors in self.products for i in factors if i is not None]
        results += [*self.outputs, *[i for _, i in self.fixed]]
        self._fuse(results)
        self.owners: dict[int, Group] = {}
        shared, loops = self._loops(False), self._loops(True)
        for i in results:
            if i in self.owners:
                self.owners[i].stored = True
        self._delay(loops, set(results))
        loops = [loop for loop in loops if loop.groups]
        self._date(loops)
        self._settle(shared, loops)
        return Schedule(
            self.slots,
            self.shared_count,
            shared,
            loops,
            self._reductions(),
            self._constants(),
            [self.place[i] for i in self.outputs],
            len(self.program.inputs),
        )

    # ------------------------------------------------------------------------------- what is asked for, and sums

    def _add(self, op: Operation, operands: tuple[int, ...], number: float = 0.0) -> int:
        self.instructions.append(Instruction(op, operands, number))
        self.varies.append(any(self.varies[x] for x in operands))
        self.uses.update(operands)
        return len(self.instructions) - 1

    def _split(self, place: int, i: int) -> None:
        """Take a sum of the gradient apart: what is the same for all rows, as of a penalty, needs no mean.

        (Of the loss it stays in each row, where the two may cancel: that is one addition.)
        """
        varying: list[int] = []
        same: list[int] = []
        stack = [i]
        while stack:
            x = stack.pop()
            op, operands, _ = self.instructions[x]
            if not self.varies[x]:
                same.append(x)
            elif op is ops.add and self.uses[x] == 1:
                stack += operands[::-1]
            else:
                varying.append(x)
        if same and not all(self.instructions[x].op is constant and self.instructions[x].number == 0 for x in same):
            self._want(place, self._sum(same))
        if varying:
            self._want(place, self._sum(varying))

    def _want(self, place: int, i: int) -> None:
        """Ask for a result: as it is where it is the same for all rows, else for its mean."""
        op, operands, _ = self.instructions[i]
        if not self.varies[i]:
            self.fixed.append((place, i))
        elif op is ops.mul and self.uses[i] == 1 and all(self.varies[x] for x in operands):
            left, right = operands
            self.products.append((place, left, right))
        else:  # a factor that is the same for all rows may be infinite, and lanes without a row hold 0
            self.products.append((place, i, None))

    def _sum(self, parts: Sequence[int]) -> int:
        total = parts[0]
        for x in parts[1:]:
            total = self._add(ops.add, (total, x))
        return total

    def _fuse(self, results: Sequence[int]) -> None:
        """Turn sums of products into one instruction each: they become loops, of multiplications that add."""
        order = self._in_order(results)
        uses = Counter(x for i in order for x in self.instructions[i].operands)
        uses.update(results)
        sums: dict[int, tuple[list[int], list[int]]] = {}  # factors, addends
        for i in order:
            op, operands, _ = self.instructions[i]
            if op is DOT:
                odd = len(operands) % 2
                sums[i] = list(operands[: len(operands) - odd]), list(operands[len(operands) - odd :])
            elif op is ops.add:
                sums[i] = self._merged(i, uses, sums)
        one = self._add(constant, (), 1.0)
        for i, (factors, addends) in sums.items():
            if len(addends) >= SMALLEST_GROUP:
                factors, addends = [*factors, *[x for addend in addends for x in (addend, one)]], []
            while len(factors) > 2 * LONGEST_SUM:
                part, factors = factors[: 2 * LONGEST_SUM], factors[2 * LONGEST_SUM :]
                addends = [self._add(DOT, (*part, *addends), LONGEST_SUM)]
            if factors:
                self.instructions[i] = Instruction(DOT, (*factors, *addends), len(factors) // 2)
        self.order = self._in_order(results)

    def _in_order(self, results: Sequence[int]) -> list[int]:
        """What the results rest on, each after its operands."""
        order, seen = list[int](), set[int]()
        stack = list(results)
        while stack:
            i = stack.pop()
            if i < 0:  # it stood on an instruction whose operands are all in order by now
                order.append(~i)
            elif i not in seen:
                seen.add(i)
                stack.append(~i)
                stack += [x for x in self.instructions[i].operands if x not in seen]
        return order

    def _merged(
        self, i: int, uses: Counter[int], sums: dict[int, tuple[list[int], list[int]]]
    ) -> tuple[list[int], list[int]]:
        factors: list[int] = []
        addends: list[int] = []
        for x in self.instructions[i].operands:
            if uses[x] > 1 or self.varies[x] != self.varies[i]:
                addends.append(x)
            elif x in sums:
                more_factors, more_addends = sums.pop(x)
                # the longer list is extended, so that a sum of n terms takes n steps
                factors = _joined(factors, more_factors)
                addends = _joined(addends, more_addends)
            elif self.instructions[x].op is ops.mul:
                factors += self.instructions[x].operands
            else:
                addends.append(x)
        return factors, addends

    # ------------------------------------------------------------------------------------------ groups and loops

    def _loops(self, varying: bool) -> list[Loop]:
        loops: list[Loop] = []
        for instructions in self._levels(varying):
            for group in self._groups(instructions, varying):
                self._put(group, loops)
        return loops

    def _levels(self, varying: bool) -> list[list[int]]:
        """The instructions by the length of the longest way to them. Leaves get their places at once."""
        depth: dict[int, int] = {}
        levels: dict[int, list[int]] = defaultdict(list)
        for i in self.order:
            op, operands, number = self.instructions[i]
            if self.varies[i] != varying:
                continue
            if op is INPUT or op is PARAMETER or op is constant:
                kind = SLOT if op is INPUT else SCALAR if op is PARAMETER else LITERAL
                self.place[i] = Access(kind, number)
            else:
                depth[i] = 1 + max([depth.get(x, 0) for x in operands])
                levels[depth[i]].append(i)
        return [levels[level] for level in sorted(levels)]

    def _groups(self, instructions: Iterable[int], varying: bool) -> list[Group]:
        alike: dict[tuple[Operation, int, int], list[int]] = defaultdict(list)
        for i in instructions:
            op, operands, number = self.instructions[i]
            alike[op, len(operands), int(number)].append(i)
        groups = []
        for (op, _, terms), candidates in alike.items():
            places = {i: [self.place[x] for x in self.instructions[i].operands] for i in candidates}
            candidates.sort(key=places.__getitem__)
            runs = _runs(candidates, places)
            groups += [self._group(op, terms, run, places, varying) for run in runs]
        return groups

    def _group(
        self, op: Operation, terms: int, run: list[int], places: dict[int, list[Access]], varying: bool
    ) -> Group:
        steps = _even_step([places[i] for i in run])
        assert steps is not None, "a run steps evenly"
        operands = [access._replace(stride=int(step)) for access, step in zip(places[run[0]], steps, strict=True)]
        base = self.slots if varying else self.shared_count
        for member, i in enumerate(run):
            self.place[i] = Access(SLOT if varying else SHARED, base + member)
        size = len(run) + (len(run) > 1)  # with a gap, so that no run goes on from one group into the next
        if varying:
            self.slots += size
        else:
            self.shared_count += size
        return Group(op, run, base, operands, terms, _pieces(operands[: 2 * terms]))

    def _put(self, group: Group, loops: list[Loop]) -> None:
        """Into the loop that makes the last of its operands, if it asks there for nothing but its own member's."""
        makers = self._makers(group)
        last = max([maker.loop for maker in makers], default=-1)
        place = None
        if not group.pieces:
            if last >= 0 and loops[last].count == group.count and self._aligned(group, last):
                place = last
            elif group.count == 1:
                place = next((p for p in range(last + 1, len(loops)) if loops[p].count == 1 and _room(loops[p])), None)
            if place is not None and not _room(loops[place]):
                place = None
        if place is None:
            place = len(loops)
            loops.append(Loop(group.count))
        group.loop = place
        loops[place].groups.append(group)
        for maker in makers:
            maker.stored |= maker.loop != place
        for i in group.members:
            self.owners[i] = group

    def _makers(self, group: Group) -> list[Group]:
        """The groups that make its operands for each row. What is made once for all rows is stored in any case."""
        makers: dict[int, Group] = {}
        for i in group.members:
            for x in self.instructions[i].operands:
                if (maker := self.owners.get(x)) is not None:
                    if self.varies[x] == self.varies[i]:
                        makers[maker.base] = maker
                    else:
                        maker.stored = True
        return list(makers.values())

    def _aligned(self, group: Group, place: int) -> bool:
        """Whether what it takes from a loop is there made for the same member."""
        return all(
            maker.members[member] == x and self._same_operand(group, n, maker)
            for member, i in enumerate(group.members)
            for n, x in enumerate(self.instructions[i].operands)
            if (maker := self.owners.get(x)) and maker.loop == place and self.varies[x] == self.varies[i]
        )

    def _delay(self, loops: list[Loop], results: set[int]) -> None:
        """Move groups to the loop that asks for them, if it is one: what is made there needs not be stored."""
        users = self._users(loops)
        for group in reversed([group for loop in loops for group in loop.groups]):
            wanted = {user.loop for user in users[group.base]}
            if not group.stored or group.pieces or len(wanted) != 1 or not results.isdisjoint(group.members):
                continue
            (place,) = wanted
            makers = self._makers(group)
            newly_stored = [maker for maker in makers if not maker.stored]
            fits = loops[place].count == group.count and _room(loops[place]) and len(newly_stored) <= 1
            if fits and all(not user.pieces and self._aligned_to(user, group) for user in users[group.base]):
                loops[group.loop].groups.remove(group)
                loops[place].groups.insert(min(loops[place].groups.index(user) for user in users[group.base]), group)
                group.loop, group.stored = place, False
                for maker in newly_stored:
                    maker.stored = True

    def _users(self, loops: list[Loop]) -> dict[int, list[Group]]:
        """Which groups ask for the results of one, by its base."""
        users: dict[int, list[Group]] = defaultdict(list)
        for loop in loops:
            for group in loop.groups:
                for maker in self._makers(group):
                    users[maker.base].append(group)
        return users

    def _aligned_to(self, user: Group, maker: Group) -> bool:
        return all(
            self.owners.get(x) is not maker or (maker.members[member] == x and self._same_operand(user, n, maker))
            for member, i in enumerate(user.members)
            for n, x in enumerate(self.instructions[i].operands)
        )

    def _same_operand(self, user: Group, n: int, maker: Group) -> bool:
        return self.owners.get(self.instructions[user.members[0]].operands[n]) is maker

    def _date(self, loops: list[Loop]) -> None:
        """Number the loops, and note until when their results are asked for."""
        self.loops, self.users = len(loops), self._users(loops)
        for n, loop in enumerate(loops):
            for group in loop.groups:
                group.loop = n
        for loop in loops:
            for group in loop.groups:
                group.used = max([user.loop + 1 for user in self.users[group.base]], default=0)
        for i in self.outputs:
            if i in self.owners:
                self.owners[i].used = self.loops + 1
        for _, *factors in self.products:
            for owner in [self.owners[i] for i in factors if i in self.owners]:
                owner.summed = max(owner.summed, self._summed_after(*factors))

    def _summed_after(self, *factors: int | None) -> int:
        """After how many loops a sum over rows is taken: one of many alike as soon as its factors are there."""
        owners = [self.owners[i] for i in factors if i in self.owners]
        if len(self.products) <= FEW_SUMS or all(owner.count == 1 for owner in owners):
            return self.loops
        return max(owner.loop + 1 for owner in owners)

    def _settle(self, shared: list[Loop], loops: list[Loop]) -> None:
        """Give memory to what is stored, and to nothing else, unless some operands would no longer step evenly."""
        before, groups = self.place, [group for loop in [*shared, *loops] for group in loop.groups]
        stored = [group for loop in loops for group in loop.groups if group.stored]
        stored.sort(key=lambda group: group.base)
        for bases in (self._taking_turns(loops, stored), self._one_after_another(stored)):
            self.place = dict(before)
            for group, base in zip(stored, bases, strict=True):
                self.place |= {i: Access(SLOT, base + member) for member, i in enumerate(group.members)}
            if all(self._settled(group) for group in groups):
                self.slots = max([group.base + group.count for group in stored], default=len(self.program.inputs))
                return
        self.place = before
        for group in groups:
            self._settled(group)

    def _one_after_another(self, stored: list[Group]) -> list[int]:
        """Places for results: each has its own."""
        return list(accumulate([group.count for group in stored], initial=len(self.program.inputs)))[:-1]

    def _taking_turns(self, loops: list[Loop], stored: list[Group]) -> list[int]:
        """Places for results: that of others for which nobody asks any more, so that memory stays in the cache."""
        places: dict[int, int] = {}  # by the base of the group
        top = len(self.program.inputs)
        for group in stored:
            if group.count == 1:  # those next to each other may be the terms of one sum
                places[group.base], top = top, top + 1
        held: list[Group] = []
        for loop in loops:
            for group in [group for group in loop.groups if group.stored and group.count > 1]:
                left = next((old for old in held if old.count == group.count and self._leaves(old, group, loop)), None)
                held = [*[old for old in held if old is not left], group]
                places[group.base] = top if left is None else places[left.base]
                top += group.count if left is None else 0
        return [places[group.base] for group in stored]

    def _leaves(self, old: Group, group: Group, loop: Loop) -> bool:
        """Whether a group may take the place of an old one: at the latest it is itself the last to ask for that."""
        last = [user for user in self.users[old.base] if user.loop == group.loop]
        so_far = {id(each) for each in loop.groups[: [each is group for each in loop.groups].index(True) + 1]}
        return old.loop < group.loop >= max(old.summed, old.used - 1) and all(
            id(user) in so_far and not user.pieces and self._aligned_to(user, old) for user in last
        )

    def _settled(self, group: Group) -> bool:
        places = {i: [self.place[x] for x in self.instructions[i].operands] for i in group.members}
        step = _even_step([places[i] for i in group.members])
        first = places[group.members[0]]
        group.sources = []
        for n, (access, x) in enumerate(zip(first, self.instructions[group.members[0]].operands, strict=True)):
            maker = self.owners.get(x)
            if maker is not None and maker.loop == group.loop and self.varies[x] == self.varies[group.members[0]]:
                group.sources.append(maker)
            else:
                group.sources.append(access._replace(stride=0 if step is None else int(step[n])))
        if group.pieces:
            pieces = _pieces([x for x in group.sources[: 2 * group.terms] if isinstance(x, Access)])
            if not pieces:
                return False
            group.pieces = pieces
        group.base = int(self.place[group.members[0]].base)
        return step is not None

    # ------------------------------------------------------------------------------------------------- results

    def _reductions(self) -> list[Reduction]:
        rows: list[Reduction] = []
        found = [
            Reduction(place, 0, 0, 1, 1, self.place[left], None if right is None else self.place[right],
                      self._summed_after(left, right))
            for place, left, right in self.products
        ]  # fmt: skip
        for alone in (False, True):
            for one in found:
                if (one.right is None) == alone:
                    _extend(rows, one)
        grids = _stacked(rows)
        least = FEW_SUMS + 1 if len(found) <= FEW_SUMS else SMALLEST_GROUP
        kept = [grid for grid in grids if grid.rows * grid.columns >= least]
        parts = [part for grid in grids if grid.rows * grid.columns < least for part in _taken_apart(grid)]
        return kept + sorted(parts, key=lambda part: part.place)

    def _constants(self) -> list[Shared]:
        shared: list[Shared] = []
        for place, i in self.fixed:
            source = self.place[i]
            if shared:
                p, count, a = shared[-1]
                follows = 0 if source.kind == LITERAL else count
                if p + count == place and a.kind == source.kind and a.base + follows == source.base:
                    shared[-1] = Shared(p, count + 1, a)
                    continue
            shared.append(Shared(place, 1, source))
        return shared


def _room(loop: Loop) -> bool:
    return len(loop.groups) < LARGEST_BLOCK


def _joined(a: list[int], b: list[int]) -> list[int]:
    if not a:
        return b
    a += b
    return a


def _runs(candidates: list[int], places: dict[int, list[Access]]) -> list[list[int]]:
    """The candidates in runs whose operands step evenly; what is in no long run is on its own."""
    runs: list[list[int]] = []
    start = 0
    while start < len(candidates):
        steps = None
        end = start + 1
        while end < len(candidates):
            step = _step(places[candidates[end - 1]], places[candidates[end]])
            if step is None or (steps is not None and step != steps):
                break
            steps = step
            end += 1
        if end - start < SMALLEST_GROUP:
            end = start + 1
        runs.append(candidates[start:end])
        start = end
    return runs


def _even_step(places: list[list[Access]]) -> list[float] | None:
    """The step from each to the next, if it is the same; of one alone it is 0."""
    first, *others = [_step(a, b) for a, b in pairwise(places)] or [[0.0] * len(places[0])]
    return first if all(step == first for step in others) else None


def _step(first: list[Access], second: list[Access]) -> list[float] | None:
    steps = []
    for a, b in zip(first, second, strict=True):
        if a.kind != b.kind or (a.kind == LITERAL and a.base.hex() != b.base.hex()):  # which tells -0 from 0
            return None
        steps.append(0.0 if a.kind == LITERAL else b.base - a.base)
    return steps


def _pieces(factors: list[Access]) -> list[Piece]:
    """The terms of a long sum in pieces that step evenly; none if they are short, or the sum is."""
    pairs = list(zip(factors[::2], factors[1::2], strict=True))
    pieces: list[Piece] = []
    start = 0
    while start < len(pairs):
        end, steps = start + 1, None
        while end < len(pairs) and (step := _step([*pairs[end - 1]], [*pairs[end]])) and steps in (None, step):
            if any(a.stride != b.stride for a, b in zip(pairs[end - 1], pairs[end], strict=True)):
                break
            steps, end = step, end + 1
        left, right = (x._replace(inner=int(step)) for x, step in zip(pairs[start], steps or (0, 0), strict=True))
        pieces.append(Piece(left, right, end - start))
        start = end
    return pieces if len(pairs) >= LONG_SUM * len(pieces) else []


def _extend(rows: list[Reduction], one: Reduction) -> None:
    """Add a sum to the last row of sums if it goes on there, else begin a new row."""
    if rows and rows[-1].after == one.after:
        row, place, left, right = rows[-1], one.place, one.left, one.right
        n = row.columns
        if row.right is not None and right is not None and row.left == left:
            step, inner = right.base - row.right.base, place - row.place
            if n == 1:
                if inner == 1:
                    rows[-1] = row._replace(columns=2, inner=inner, right=row.right._replace(inner=int(step)))
                    return
            elif place == row.place + n and right.base == row.right.base + n * row.right.inner:
                rows[-1] = row._replace(columns=n + 1)
                return
    rows.append(one)


def _stacked(rows: list[Reduction]) -> list[Reduction]:
    """Rows of sums alike, that step evenly, as one grid."""
    grids: list[Reduction] = []
    for row in rows:
        if grids and _goes_on(grids[-1], row):
            grid = grids[-1]
            stride = row.place - grid.place if grid.rows == 1 else grid.stride
            step = int(row.left.base - grid.left.base) if grid.rows == 1 else grid.left.stride
            grids[-1] = grid._replace(rows=grid.rows + 1, stride=stride, left=grid.left._replace(stride=step))
        else:
            grids.append(row)
    return grids


def _taken_apart(grid: Reduction) -> list[Reduction]:
    """The sums of a grid."""
    parts = []
    for i, k in product(range(grid.rows), range(grid.columns)):
        left = grid.left._replace(base=grid.left.at(i), stride=0)
        right = grid.right
        if right is not None:
            right = right._replace(base=right.base + k * right.inner, inner=0)
        parts.append(Reduction(grid.place + i * grid.stride + k * grid.inner, 0, 0, 1, 1, left, right, grid.after))
    return parts


def _columns_of(row: Reduction) -> tuple[int, int, Access | None, int]:
    return row.columns, row.inner, row.right, row.after


def _goes_on(grid: Reduction, row: Reduction) -> bool:
    n, alike = grid.rows, _columns_of(grid) == _columns_of(row)
    return alike and (
        n == 1 or (row.place, row.left.base) == (grid.place + n * grid.stride, grid.left.base + n * grid.left.stride)
    )
