"""LLVM code for means over the rows.

The sums of panels go straight to the output, divided by the number of rows. Where there are many panels, each stretch
of some is added to totals, along with what is lost in rounding (Neumaier's summation: N. J. Higham, Accuracy and
Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 4.3), so that more rows do not cost digits.
"""

from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import Any, NamedTuple

from llvmlite import ir

from autograd.compiling.grouping import ROW, Access
from autograd.compiling.native.kernel_function import KernelFunction
from autograd.compiling.native.loop_code import Pointers
from autograd.compiling.native.vector_code import I32, I64, VectorCode
from autograd.compiling.reductions import Reduction

LARGEST_FUNCTION = 400  # sums; LLVM's time grows faster than the size of one function
SUMS_OF_A_GRID = 20  # whose code is as long as that of a grid


class SumArguments(NamedTuple):
    """The operands of code for sums, and the arguments of its function where it has one of its own.

    share: what each sum is multiplied by.
    """

    scalars: Any
    output: Any
    share: Any
    panel: Any
    shared: Any
    blocks: Any


class Tile(NamedTuple):
    """A part of a grid of sums: height by width, from a row and a column on, further by down and across in a loop."""

    row: int
    height: int
    down: Any
    column: int
    width: int
    across: Any


class MeansWriter:
    """Writes what adds up the results of rows, panel by panel."""

    def __init__(self, kernel: KernelFunction) -> None:
        self.kernel, self.builder, self.code, self.plain = kernel, kernel.builder, kernel.code, kernel.plain
        self.rows, self.lanes = kernel.rows, kernel.lanes

    def begin(self, blocks: Any) -> None:
        """Prepare totals, and the share that sums are multiplied by: 1 / rows, or, before they are added to totals, a
        power of 2 close to that, which rounds nothing."""
        b, plain, kernel = self.builder, self.plain, self.kernel
        self.long = kernel.is_long(b, blocks)
        self.totals = plain.address(kernel.scratch, None, kernel.shared_numbers + kernel.blocks * kernel.block)
        self.lost = plain.address(self.totals, None, kernel.totals_numbers)
        one, rows = plain.literal(1.0), b.sitofp(self.rows, plain.number)
        bits = b.sub(I64(64), b.ctlz(self.rows, ir.Constant(ir.IntType(1), 0)))
        power = b.fdiv(one, b.uitofp(b.shl(I64(1), bits), plain.number))
        self.share, self.divisor = b.select(self.long, power, b.fdiv(one, rows)), b.fmul(rows, power)

        def clear(code: VectorCode, index: Any) -> None:
            for numbers in (self.totals, self.lost):
                code.store(code.literal(0.0), code.address(numbers, index))

        with b.if_then(self.long):
            kernel.for_numbers(kernel.outputs, clear)

    def add(self, sums: Sequence[Reduction], panel: Any, shared: Any, done: Any, blocks: Any) -> None:
        """Add the sums over a panel of that many blocks to the output: where there are many, in functions of their own.

        done: the blocks of the panels before.
        """
        self._clear_unused(sums, panel, done, blocks)
        given = SumArguments(self.kernel.scalars, self.kernel.output, self.share, panel, shared, blocks)
        parts = _in_parts(sums)
        if len(parts) == 1:
            self._add_part(sums, given)
            return
        for part in parts:
            with self.kernel.part(given) as arguments:
                self._add_part(part, SumArguments(*arguments))

    def end_stretch(self) -> None:
        """Where there is more than one stretch of panels, add its sums to the totals."""
        with self.builder.if_then(self.long):
            self.kernel.for_numbers(self.kernel.outputs, self._add_to_totals)

    def finish(self, shared: Any) -> None:
        """Divide the totals, if there are any, and add what is the same for all rows."""
        b, kernel = self.builder, self.kernel
        with b.if_then(self.long):
            kernel.for_numbers(kernel.outputs, self._divide_totals)

        def add(position: int, source: Access, code: VectorCode, index: Any) -> None:
            pointer = code.address(kernel.output, index, position)
            number = Pointers(code, kernel.scalars, shared, None).fetch(source, 0, index)
            code.store(b.fadd(code.load(pointer), number), pointer)

        for position, length, source in kernel.plan.shared_outputs:
            kernel.for_numbers(length, partial(add, position, source._replace(stride=1)))

    # ------------------------------------------------------------------------------------------------------ panels

    def _clear_unused(self, sums: Sequence[Reduction], panel: Any, done: Any, blocks: Any) -> None:
        """Set the lanes without a row to 0, in the last block and where sums are taken from it."""
        b, code = self.builder, self.code
        end = b.mul(b.add(done, blocks), I64(self.lanes))
        with b.if_then(b.icmp_signed(">", end, self.rows)):
            last = self.kernel.memory_of(panel, b.sub(blocks, I64(1)))
            used = b.sub(I64(self.lanes), b.sub(end, self.rows))
            lanes = ir.Constant(ir.VectorType(I64, self.lanes), list(range(self.lanes)))
            limit = b.insert_element(ir.Constant(lanes.type, ir.Undefined), used, I32(0))
            limit = self.code.shuffle(limit, ir.Constant(lanes.type, ir.Undefined), [0] * self.lanes)
            kept = b.icmp_signed("<", lanes, limit)

            def clear(first: int, index: Any) -> None:
                target = code.address(last, code.offset((index, self.lanes)), first * self.lanes)
                code.store(b.select(kept, code.load(target), code.literal(0.0)), target)

            for first, count in _summed_slots(sums):
                code.each(count, partial(clear, first))

    def _add_part(self, sums: Sequence[Reduction], given: SumArguments) -> None:
        """Grids of sums in tiles that fit into registers; those that are in no grid, as many at a time."""
        most = self.code.processor.registers // 2
        alone = [reduction for reduction in sums if reduction.rows == reduction.columns == 1]
        for start in range(0, len(alone), most):
            self._add_alone(alone[start : start + most], given)
        for grid in sums:
            if grid.rows * grid.columns > 1:
                self._add_grid(grid, most, given)

    def _pointers(self, given: SumArguments, block: Any) -> Pointers:
        return Pointers(self.code, given.scalars, given.shared, self.kernel.memory_of(given.panel, block))

    def _add_alone(self, alone: Sequence[Reduction], given: SumArguments) -> None:
        def add(block: Any, sums: list[Any]) -> list[Any]:
            memory = self._pointers(given, block)
            return [self._added(memory, one.left, one.right, total) for one, total in zip(alone, sums, strict=True)]

        sums = self.code.fold(given.blocks, 1, [self.code.literal(0.0)] * len(alone), add)
        self._add_to_output(sums, given.share, given.output, [one.position for one in alone])

    def _added(self, memory: Pointers, left: Access, right: Access | None, total: Any) -> Any:
        x = memory.fetch(left, 0, None)
        return self.builder.fadd(total, x) if right is None else self.code.fma(x, memory.fetch(right, 0, None), total)

    def _add_grid(self, grid: Reduction, most: int, given: SumArguments) -> None:
        columns = min(grid.columns, most // 2 if grid.rows > 1 else most)
        rows = min(grid.rows, max(1, most // columns))

        def tiles(total: int, size: int) -> list[tuple[int, int, int]]:  # start, size, how many
            whole = total // size
            return [(0, size, whole), *([(whole * size, total % size, 1)] if total % size else [])]

        def write_tiles(row: int, height: int, column: int, width: int, across: int, i: Any) -> None:
            tile = Tile(row, height, self.code.offset((i, height)), column, width, None)
            self.code.each(
                across, lambda k: self._add_tile(grid, tile._replace(across=self.code.offset((k, width))), given)
            )

        for row, height, down in tiles(grid.rows, rows):
            for column, width, across in tiles(grid.columns, columns):
                self.code.each(down, partial(write_tiles, row, height, column, width, across))

    def _add_tile(self, grid: Reduction, tile: Tile, given: SumArguments) -> None:
        b, code = self.builder, self.code

        def add(block: Any, sums: list[Any]) -> list[Any]:
            memory = self._pointers(given, block)
            left = [memory.fetch(grid.left, tile.row + n, tile.down) for n in range(tile.height)]
            if grid.right is None:
                return [b.fadd(total, x) for total, x in zip(sums, left, strict=True)]
            right = [memory.fetch(grid.right, 0, None, tile.column + n, tile.across) for n in range(tile.width)]
            return [code.fma(x, y, total) for (x, y), total in zip(product(left, right), sums, strict=True)]

        sums = code.fold(given.blocks, 1, [code.literal(0.0)] * (tile.height * tile.width), add)
        target = self.plain.address(given.output, code.offset((tile.down, grid.stride), (tile.across, grid.inner)))
        self._add_to_output(sums, given.share, target, [
            grid.position + (tile.row + n) * grid.stride + (tile.column + m) * grid.inner
            for n, m in product(range(tile.height), range(tile.width))
        ])  # fmt: skip

    # ------------------------------------------------------------------------------------------------------ output

    def _add_to_output(self, vectors: list[Any], share: Any, target: Any, offsets: list[int]) -> None:
        """Add the sums of the lanes, times the share, to numbers of the output."""
        for start in range(0, len(vectors), self.lanes):
            end = start + self.lanes
            self._add_register(vectors[start:end], share, target, offsets[start:end])

    def _add_register(self, vectors: list[Any], share: Any, target: Any, offsets: list[int]) -> None:
        b, code, plain = self.builder, self.code, self.plain
        sums = b.fmul(code.sums(vectors), code.splat(share))
        if offsets == list(range(offsets[0], offsets[0] + self.lanes)):
            pointer = code.address(target, None, offsets[0])
            code.store(b.fadd(code.load(pointer), sums), pointer)
            return
        for lane, offset in enumerate(offsets):
            pointer = plain.address(target, None, offset)
            plain.store(b.fadd(plain.load(pointer), b.extract_element(sums, I32(lane))), pointer)

    def _add_to_totals(self, code: VectorCode, index: Any) -> None:
        b = self.builder
        source, target, lost = (
            code.address(numbers, index) for numbers in (self.kernel.output, self.totals, self.lost)
        )
        x, total = code.load(source), code.load(target)
        following = b.fadd(total, x)
        of_x = b.fsub(following, total)
        error = b.fadd(b.fsub(total, b.fsub(following, of_x)), b.fsub(x, of_x))
        code.store(following, target)
        code.store(b.fadd(code.load(lost), error), lost)
        code.store(code.literal(0.0), source)

    def _divide_totals(self, code: VectorCode, index: Any) -> None:
        b = self.builder
        total, lost = (code.load(code.address(numbers, index)) for numbers in (self.totals, self.lost))
        known = b.select(b.fcmp_ordered("ord", lost, lost), lost, code.literal(0.0))  # of an infinite total it is nan
        mean = b.fdiv(b.fadd(total, known), code.splat(self.divisor))
        code.store(mean, code.address(self.kernel.output, index))


def _summed_slots(reductions: Sequence[Reduction]) -> list[tuple[int, int]]:
    """The slots that sums are taken from, as ranges: the first, and how many."""
    slots: set[int] = set()
    for reduction in reductions:
        for access in (reduction.left, reduction.right):
            if access is not None and access.kind == ROW:
                slots |= {
                    access.at(i, k)
                    for i in range(reduction.rows if access.stride else 1)
                    for k in range(reduction.columns if access.inner else 1)
                }
    ranges: list[tuple[int, int]] = []
    for slot in sorted(slots):
        if ranges and sum(ranges[-1]) == slot:
            ranges[-1] = ranges[-1][0], ranges[-1][1] + 1
        else:
            ranges.append((slot, 1))
    return ranges


def _in_parts(sums: Sequence[Reduction]) -> list[list[Reduction]]:
    """Sums in order, in parts that are large enough for a function; a grid takes a loop, or a few."""
    parts, size = [list[Reduction]()], 0
    for one in sums:
        if size >= LARGEST_FUNCTION:
            parts.append([])
            size = 0
        parts[-1].append(one)
        size += 1 if one.rows == one.columns == 1 else SUMS_OF_A_GRID
    return parts
