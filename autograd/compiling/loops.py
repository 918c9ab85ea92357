"""Native code for one loop of a schedule."""

from typing import Any

from autograd import operations as ops
from autograd.compiling.code import I32, Code
from autograd.compiling.machine import FUNCTIONS
from autograd.compiling.schedule import LITERAL, SCALAR, SHARED, SLOT, Access, Group, Loop, Piece


class Memory:
    """Where the operands of a loop lie: pointers for each kind of memory, and how wide the numbers are."""

    def __init__(self, code: Code, scalars: Any, shared: Any, block: Any | None) -> None:
        self.code, self.block = code, block
        self.pointers = {SCALAR: scalars, SHARED: shared, SLOT: block}
        self.by_rows = block is not None

    def fetch(self, access: Access, member: int, index: Any, term: int = 0, inner: Any = None) -> Any:
        """The operand for a member and a term, to which the values of index and inner are added, if there are any."""
        code = self.code
        if access.kind == LITERAL:
            return code.literal(access.base)
        wide = access.kind == SLOT or not self.by_rows
        lanes = code.width if access.kind == SLOT else 1
        place = code.place((index, access.stride * lanes), (inner, access.inner * lanes))
        pointer = code.address(self.pointers[access.kind], place, access.at(member, term) * lanes)
        contiguous = access.kind == SLOT or access.stride == 1 or (access.inner == 1 and not access.stride)
        return code.load(pointer) if wide and contiguous else code.spread(pointer)

    def keep(self, value: Any, base: int, member: int, index: Any) -> None:
        """Store the result of a member."""
        kind, lanes = (SLOT, self.code.width) if self.by_rows else (SHARED, 1)
        place = self.code.place((index, lanes))
        self.code.store(value, self.code.address(self.pointers[kind], place, (base + member) * lanes))


class LoopWriter:
    """Writes one loop of a schedule, a tile of members at a time, so that their results stay in registers."""

    def __init__(self, memory: Memory, loop: Loop) -> None:
        self.memory, self.code, self.loop = memory, memory.code, loop
        self.made: dict[int, list[Any]] = {}  # results of the tile, by the identity of their group

    def write(self) -> None:
        """All members."""
        loop, code = self.loop, self.code
        if self.memory.by_rows:
            self._members(0, loop.count, 1)
        elif loop.count >= code.width and self._steps_by_one():
            whole = loop.count - loop.count % code.width
            self._members(0, whole, code.width)
            self._one_by_one(whole)
        else:
            self._one_by_one(0)

    def _one_by_one(self, start: int) -> None:
        memory = Memory(self.code.of_width(1), self.memory.pointers[SCALAR], self.memory.pointers[SHARED], None)
        writer = LoopWriter(memory, self.loop)
        if start < self.loop.count:
            writer._members(start, self.loop.count - start, 1)

    def _steps_by_one(self) -> bool:
        """Whether members lie next to each other in memory, so that a vector can hold some."""
        return all(
            not group.pieces and all(isinstance(x, Group) or x.stride in (0, 1) for x in group.sources)
            for group in self.loop.groups
        )

    def _members(self, start: int, count: int, width: int) -> None:
        calls = any(group.op in FUNCTIONS for group in self.loop.groups)
        most = self.code.machine.registers // (4 if calls else 2)
        units = count // width
        tiles = -(-units // most)
        size = -(-units // tiles)
        whole = units // size
        self.code.each(whole, lambda index: self._tile(start, size, width, index))
        if units % size:
            self._tile(start + whole * size * width, units % size, width, None)

    def _tile(self, start: int, size: int, width: int, index: Any) -> None:
        index = self.code.place((index, size * width))
        members = [start + n * width for n in range(size)]
        for group in self.loop.groups:
            if group.pieces:
                values = self._long_sums(group, members, index)
            elif group.terms:
                values = [self._short_sum(group, n, member, index) for n, member in enumerate(members)]
            else:
                values = [self._value(group, n, member, index) for n, member in enumerate(members)]
            self.made[id(group)] = values
            if group.stored:
                for member, value in zip(members, values, strict=True):
                    self.memory.keep(value, group.base, member, index)

    def _value(self, group: Group, n: int, member: int, index: Any) -> Any:
        """Any other operation. A product with step(x), as in the gradient of relu, needs not have the step itself."""
        for x, y in (group.sources, group.sources[::-1]) if group.op is ops.mul else ():
            if isinstance(y, Group) and y.op is ops.step:
                factor, gate = (self._operand(source, n, member, index) for source in (x, y.sources[0]))
                return self.code.gated(factor, gate)
        return self.code.apply(group.op, [self._operand(x, n, member, index) for x in group.sources])

    def _operand(self, source: Access | Group, n: int, member: int, index: Any) -> Any:
        return self.made[id(source)][n] if isinstance(source, Group) else self.memory.fetch(source, member, index)

    def _short_sum(self, group: Group, n: int, member: int, index: Any) -> Any:
        code = self.code
        operands = [self._operand(access, n, member, index) for access in group.sources]
        factors, addends = operands[: 2 * group.terms], operands[2 * group.terms :]
        pairs = list(zip(factors[::2], factors[1::2], strict=True))
        total = addends[0] if addends else code.builder.fmul(*pairs.pop(0))
        for x, y in pairs:
            total = code.fma(x, y, total)
        for x in addends[1:]:
            total = code.builder.fadd(total, x)
        return total

    def _long_sums(self, group: Group, members: list[int], index: Any) -> list[Any]:
        """The sums of a tile, in a loop over the terms of each piece; several sums for each where the tile is small."""
        code, across = self.code, not self.memory.by_rows and self.loop.count == 1
        parts = max(1, min(group.terms // 2, 8 // len(members)))
        zero = code.literal(0.0)
        first = [self._operand(group.addends[0], n, m, index) if group.addends else zero for n, m in enumerate(members)]
        sums = [x for start in first for x in (start, *[zero] * (parts - 1))]
        for piece in group.pieces:
            if across and {piece.left.inner, piece.right.inner} <= {0, 1}:
                sums = [code.builder.fadd(sums[0], self._sum_across(piece)), *sums[1:]]
            else:
                sums = self._piece(piece, sums, parts, members, index)
        totals = [_tree(code, sums[n * parts : (n + 1) * parts]) for n in range(len(members))]
        for access in group.addends[1:]:
            more = [self._operand(access, n, member, index) for n, member in enumerate(members)]
            totals = [code.builder.fadd(x, y) for x, y in zip(totals, more, strict=True)]
        return totals

    def _piece(self, piece: Piece, sums: list[Any], parts: int, members: list[int], index: Any) -> list[Any]:
        """Add the terms of a piece, to so many sums for each member in turn."""

        def add(term: int, part: int, inner: Any, sums: list[Any]) -> list[Any]:
            left, right = (self._factors(x, term, members, index, inner) for x in (piece.left, piece.right))
            mine = [self.code.fma(x, y, z) for x, y, z in zip(left, right, sums[part::parts], strict=True)]
            return [mine[n // parts] if n % parts == part else x for n, x in enumerate(sums)]

        def add_to_each(inner: Any, sums: list[Any]) -> list[Any]:
            for part in range(parts):
                sums = add(part, part, inner, sums)
            return sums

        whole = piece.terms - piece.terms % parts
        if whole:
            sums = self.code.fold(whole, parts, sums, add_to_each)
        for term in range(whole, piece.terms):
            sums = add(term, term - whole, None, sums)
        return sums

    def _factors(self, access: Access, term: int, members: list[int], index: Any, inner: Any) -> list[Any]:
        """A factor of a term, for each member: loaded once where it is the same for all."""
        if access.kind == LITERAL or not access.stride:
            return [self.memory.fetch(access, 0, None, term, inner)] * len(members)
        return [self.memory.fetch(access, member, index, term, inner) for member in members]

    def _sum_across(self, piece: Piece) -> Any:
        """A sum of numbers that lie next to each other: a vector takes as many terms as it has lanes."""
        code, parts = self.code, 4
        wide = code.of_width(code.machine.lanes(code.size))
        memory = Memory(wide, self.memory.pointers[SCALAR], self.memory.pointers[SHARED], None)
        step = wide.width * parts
        whole = piece.terms - piece.terms % step
        total = code.literal(0.0)
        if whole:
            places = [part * wide.width for part in range(parts)]

            def add_terms(inner: Any, sums: list[Any]) -> list[Any]:
                left, right = (
                    [memory.fetch(x, 0, None, place, inner) for place in places] for x in (piece.left, piece.right)
                )
                return [wide.fma(x, y, z) for x, y, z in zip(left, right, sums, strict=True)]

            sums = wide.fold(whole, step, [wide.literal(0.0)] * parts, add_terms)
            total = wide.builder.extract_element(wide.sums([_tree(wide, sums)]), I32(0))
        for term in range(whole, piece.terms):
            x, y = (self.memory.fetch(x, 0, None, term) for x in (piece.left, piece.right))
            total = code.fma(x, y, total)
        return total


def _tree(code: Code, values: list[Any]) -> Any:
    """The sum of values, by pairs: additions need not wait for each other."""
    while len(values) > 1:
        pairs = list(zip(values[::2], values[1::2], strict=False))
        values = [code.builder.fadd(x, y) for x, y in pairs] + values[2 * len(pairs) :]
    return values[0]
