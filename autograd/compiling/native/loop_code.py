"""LLVM code for one loop of a schedule."""

from typing import Any

from autograd.compiling.grouping import LITERAL, ROW, SCALAR, SHARED, Access, Piece
from autograd.compiling.native.memory import Loop, Statement
from autograd.compiling.native.processor import FUNCTIONS
from autograd.compiling.native.vector_code import I32, VectorCode
from autograd.core import operations as ops


class Pointers:
    """Pointers to each kind of memory, to fetch and keep numbers by, as many at a time as the code is wide.

    block: of the rows, None in loops that run once.
    """

    def __init__(self, code: VectorCode, scalars: Any, shared: Any, block: Any | None) -> None:
        self.code = code
        self.pointers = {SCALAR: scalars, SHARED: shared, ROW: block}
        self.by_rows = block is not None

    def once(self, code: VectorCode) -> "Pointers":
        """The same without the rows, for code of another width."""
        return Pointers(code, self.pointers[SCALAR], self.pointers[SHARED], None)

    def fetch(self, access: Access, member: int, index: Any, term: int = 0, inner: Any = None) -> Any:
        """The operand for a member and a term, with index and inner added to these unless None."""
        code = self.code
        if access.kind == LITERAL:
            return code.literal(access.base)
        wide = access.kind == ROW or not self.by_rows
        lanes = code.width if access.kind == ROW else 1
        offset = code.offset((index, access.stride * lanes), (inner, access.inner * lanes))
        pointer = code.address(self.pointers[access.kind], offset, access.at(member, term) * lanes)
        contiguous = access.kind == ROW or access.stride == 1 or (access.inner == 1 and not access.stride)
        return code.load(pointer) if wide and contiguous else code.spread(pointer)

    def keep(self, value: Any, base: int, member: int, index: Any) -> None:
        """Store the result of a member."""
        kind, lanes = (ROW, self.code.width) if self.by_rows else (SHARED, 1)
        offset = self.code.offset((index, lanes))
        self.code.store(value, self.code.address(self.pointers[kind], offset, (base + member) * lanes))


class LoopWriter:
    """Writes one loop of a schedule, a tile of members at a time, so that their results stay in registers."""

    def __init__(self, memory: Pointers, loop: Loop) -> None:
        self.memory, self.code, self.loop = memory, memory.code, loop
        self.made: list[list[Any]] = []  # results of the tile, of each statement so far

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
        if start < self.loop.count:
            memory = self.memory.once(self.code.of_width(1))
            LoopWriter(memory, self.loop)._members(start, self.loop.count - start, 1)

    def _steps_by_one(self) -> bool:
        """True where members lie next to each other in memory, so that a vector can hold some."""
        return all(
            not statement.pieces and all(isinstance(x, int) or x.stride in (0, 1) for x in statement.operands)
            for statement in self.loop.statements
        )

    def _members(self, start: int, count: int, width: int) -> None:
        calls = any(statement.op in FUNCTIONS for statement in self.loop.statements)
        most = self.code.processor.registers // (4 if calls else 2)
        units = count // width
        tiles = -(-units // most)
        size = -(-units // tiles)
        whole = units // size
        self.code.each(whole, lambda index: self._tile(start, size, width, index))
        if units % size:
            self._tile(start + whole * size * width, units % size, width, None)

    def _tile(self, start: int, size: int, width: int, index: Any) -> None:
        index = self.code.offset((index, size * width))
        members = [start + n * width for n in range(size)]
        self.made = []
        for statement in self.loop.statements:
            if statement.pieces:
                values = self._long_sums(statement, members, index)
            elif statement.terms:
                values = [self._short_sum(statement, n, member, index) for n, member in enumerate(members)]
            else:
                values = [self._value(statement, n, member, index) for n, member in enumerate(members)]
            self.made.append(values)
            if statement.slot is not None:
                for member, value in zip(members, values, strict=True):
                    self.memory.keep(value, statement.slot, member, index)

    def _value(self, statement: Statement, n: int, member: int, index: Any) -> Any:
        """Any other operation. A product with step(x), as in the gradient of relu, does not take the step itself."""
        operands = statement.operands
        for x, y in (operands, operands[::-1]) if statement.op is ops.mul else ():
            if isinstance(y, int) and self.loop.statements[y].op is ops.step:
                (gate,) = self.loop.statements[y].operands
                return self.code.gated(*[self._operand(source, n, member, index) for source in (x, gate)])
        return self.code.apply(statement.op, [self._operand(x, n, member, index) for x in operands])

    def _operand(self, source: Access | int, n: int, member: int, index: Any) -> Any:
        return self.made[source][n] if isinstance(source, int) else self.memory.fetch(source, member, index)

    def _short_sum(self, statement: Statement, n: int, member: int, index: Any) -> Any:
        code = self.code
        operands = [self._operand(source, n, member, index) for source in statement.operands]
        factors, addends = operands[: 2 * statement.terms], operands[2 * statement.terms :]
        pairs = list(zip(factors[::2], factors[1::2], strict=True))
        total = addends[0] if addends else code.builder.fmul(*pairs.pop(0))
        for x, y in pairs:
            total = code.fma(x, y, total)
        for x in addends[1:]:
            total = code.builder.fadd(total, x)
        return total

    def _long_sums(self, statement: Statement, members: list[int], index: Any) -> list[Any]:
        """The sums of a tile, in a loop over the terms of each piece; several sums for each where the tile is small."""
        code, across = self.code, not self.memory.by_rows and self.loop.count == 1
        parts = max(1, min(statement.terms // 2, 8 // len(members)))
        zero = code.literal(0.0)
        first = [
            self._operand(statement.addends[0], n, m, index) if statement.addends else zero
            for n, m in enumerate(members)
        ]
        sums = [x for start in first for x in (start, *[zero] * (parts - 1))]
        for piece in statement.pieces:
            if across and {piece.left.inner, piece.right.inner} <= {0, 1}:
                sums = [code.builder.fadd(sums[0], self._sum_across(piece)), *sums[1:]]
            else:
                sums = self._piece(piece, sums, parts, members, index)
        totals = [_tree(code, sums[n * parts : (n + 1) * parts]) for n in range(len(members))]
        for source in statement.addends[1:]:
            more = [self._operand(source, n, member, index) for n, member in enumerate(members)]
            totals = [code.builder.fadd(x, y) for x, y in zip(totals, more, strict=True)]
        return totals

    def _piece(self, piece: Piece, sums: list[Any], parts: int, members: list[int], index: Any) -> list[Any]:
        """Add the terms of a piece, in turn to each of the partial sums of a member."""

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
        wide = code.of_width(code.processor.lanes(code.size))
        memory = self.memory.once(wide)
        step = wide.width * parts
        whole = piece.terms - piece.terms % step
        total = code.literal(0.0)
        if whole:
            terms = [part * wide.width for part in range(parts)]

            def add_terms(inner: Any, sums: list[Any]) -> list[Any]:
                left, right = (
                    [memory.fetch(x, 0, None, term, inner) for term in terms] for x in (piece.left, piece.right)
                )
                return [wide.fma(x, y, z) for x, y, z in zip(left, right, sums, strict=True)]

            sums = wide.fold(whole, step, [wide.literal(0.0)] * parts, add_terms)
            total = wide.builder.extract_element(wide.sums([_tree(wide, sums)]), I32(0))
        for term in range(whole, piece.terms):
            x, y = (self.memory.fetch(x, 0, None, term) for x in (piece.left, piece.right))
            total = code.fma(x, y, total)
        return total


def _tree(code: VectorCode, values: list[Any]) -> Any:
    """The sum of values, by pairs: additions need not wait for each other."""
    while len(values) > 1:
        pairs = list(zip(values[::2], values[1::2], strict=False))
        values = [code.builder.fadd(x, y) for x, y in pairs] + values[2 * len(pairs) :]
    return values[0]
