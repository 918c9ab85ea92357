"""Native code: what a schedule becomes in LLVM's intermediate representation.

A vector register holds the same number of as many rows as it has lanes. A block of so many rows goes through all
loops of the schedule, its numbers in a block of memory; a few blocks make a panel, over which the sums over rows are
taken, a tile of them in registers at a time. The lanes of the last block that no row is left for compute what the
last row gives, and are set to 0 before anything is summed.

The sums of panels go straight to the output, divided by the number of rows. Where there are many panels, each stretch
of some is added to totals, along with what is lost in rounding (Neumaier's summation: N. J. Higham, Accuracy and
Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 4.3), so that no digits go with the number of rows.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from typing import Any, NamedTuple

from llvmlite import binding, ir

from autograd.compiling.code import I8, I32, I64, POINTER, Code
from autograd.compiling.loops import LoopWriter, Memory
from autograd.compiling.machine import Machine
from autograd.compiling.schedule import LITERAL, SCALAR, SHARED, SLOT, Access, Loop, Reduction, Schedule

PANEL_BYTES = 128 * 1024  # of memory for the blocks of a panel: measured, between the sizes of two caches
MOST_BLOCKS = 16  # in a panel, which are added one after another: so many NumPy adds as well before it goes by pairs
STRETCH = 8  # panels whose sums are added one after another; those of stretches are added without loss
LARGEST_FUNCTION = 400  # groups of instructions; LLVM's time grows faster than the size of one function
LOOPS_OF_A_GRID = 20  # it is as long as so many sums
WRITTEN_OUT = 16  # inputs, and outputs, that are copied without a loop


class KernelWriter:
    """Writes the function that a schedule becomes:

        void kernel(inputs, strides, order, first, rows, scalars, output, scratch)

    inputs: a pointer to the first number of each input; strides: bytes from row to row, for each; order: the rows, by
    their indices, or null for one after another; first: the first of them; scalars: the parameters; output: the
    means over the rows, of the gradient and then of the loss, or, without means, so many rows of each output;
    scratch: as many bytes as `scratch_bytes` says.
    """

    share: Any

    def __init__(self, plan: Schedule, mean: bool, outputs: int, number: Any, machine: Machine, name: str) -> None:
        self.plan, self.mean, self.outputs = plan, mean, outputs
        self.module = ir.Module(name)
        self.module.triple = binding.get_process_triple()
        kinds = [POINTER, POINTER, POINTER, I64, I64, POINTER, POINTER, POINTER]
        self.function = ir.Function(self.module, ir.FunctionType(ir.VoidType(), kinds), name)
        names = ["inputs", "strides", "order", "first", "rows", "scalars", "output", "scratch"]
        for argument, label in zip(self.function.args, names, strict=True):
            argument.name = label
            # a rule of descent writes its numbers to where it has read them
            if argument.type == POINTER and (mean or label != "output"):
                argument.add_attribute("noalias")
        self.inputs, self.strides, self.order, self.first, self.rows = self.function.args[:5]
        self.scalars, self.output, self.scratch = self.function.args[5:]
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        size = 8 if isinstance(number, ir.DoubleType) else 4
        self.code = Code(self.builder, number, machine.lanes(size), machine)
        self.plain = self.code.of_width(1)
        self.lanes = self.code.width
        self.block = (plan.slots | 1) * self.lanes  # odd, so that blocks do not compete for the same lines of a cache
        self.blocks = max(1, min(MOST_BLOCKS, PANEL_BYTES // (self.block * size))) if mean else 1
        self.shared_numbers = -(-plan.shared_count // self.lanes) * self.lanes
        self.totals_numbers = -(-outputs // self.lanes) * self.lanes if mean else 0
        self.scratch_bytes = (self.shared_numbers + self.blocks * self.block + 2 * self.totals_numbers) * size

    def scratch_bytes_of(self, builder: Any, rows: Any) -> Any:
        """How many of them so many rows need."""
        b, size = builder, self.code.size
        blocks = b.udiv(b.add(rows, I64(self.lanes - 1)), I64(self.lanes))
        fewer = b.select(b.icmp_unsigned("<", blocks, I64(self.blocks)), blocks, I64(self.blocks))
        numbers = b.add(b.mul(fewer, I64(self.block)), I64(self.shared_numbers))
        totals = b.select(self._is_long(b, blocks), I64(2 * self.totals_numbers), I64(0))
        return b.mul(b.add(numbers, totals), I64(size))

    def _is_long(self, builder: Any, blocks: Any) -> Any:
        """Whether there is more than one stretch of panels."""
        return builder.icmp_signed(">", blocks, I64(self.blocks * STRETCH))

    def write(self) -> None:
        """The function."""
        b, code = self.builder, self.code
        shared = self.scratch
        panel = self.plain.address(self.scratch, None, self.shared_numbers)
        self._write_parts(self.plan.shared, shared, None, None)
        if self.mean:
            self._for_numbers(self.outputs, lambda c, i: c.store(c.literal(0.0), c.address(self.output, i)))
        contiguous = self._contiguous()
        all_blocks = b.sdiv(b.add(self.rows, I64(self.lanes - 1)), I64(self.lanes))
        if self.mean:
            self._begin_sums(all_blocks)

        def do_panel(done: Any) -> None:
            left = b.sub(all_blocks, done)
            blocks = b.select(b.icmp_signed("<", left, I64(self.blocks)), left, I64(self.blocks))

            def for_blocks(body: Callable[[Any, Any], None]) -> None:
                def do_block(block: Any) -> None:
                    memory = self.plain.address(panel, b.mul(block, I64(self.block)))
                    body(memory, b.mul(b.add(done, block), I64(self.lanes)))

                code.each(1 if self.blocks == 1 else blocks, do_block)

            for_blocks(lambda memory, row: self._take_rows(memory, row, contiguous))
            first, loops, reductions = 0, self.plan.loops, self.plan.reductions
            for last in sorted({len(loops), *[reduction.after for reduction in reductions]}):
                self._write_parts(loops[first:last], shared, panel, blocks)
                first, sums = last, [reduction for reduction in reductions if reduction.after == last]
                self._clear_unused(sums, panel, done, blocks)
                self._reduce_all(sums, panel, shared, blocks)
            if not self.mean:
                for_blocks(lambda memory, row: self._give_rows(memory, shared, row))

        def do_stretch(done: Any) -> None:
            left, most = b.sub(all_blocks, done), I64(self.blocks * STRETCH)
            blocks = b.select(b.icmp_signed("<", left, most), left, most)
            code.each(blocks, lambda more: do_panel(b.add(done, more)), self.blocks)
            with b.if_then(self.long):
                self._for_numbers(self.outputs, self._add_to_totals)

        if self.mean:
            code.each(all_blocks, do_stretch, self.blocks * STRETCH)
            with b.if_then(self.long):
                self._for_numbers(self.outputs, self._divide_totals)
            self._finish(shared)
        else:
            code.each(all_blocks, do_panel, self.blocks)
        b.ret_void()

    def _write_parts(self, loops: Sequence[Loop], shared: Any, panel: Any, blocks: Any) -> None:
        """Loops of the schedule: where there is much to write, in functions of their own."""
        operands = [self.scalars, shared, *([] if panel is None else [panel, blocks])]
        if _size(self.plan.loops if panel is not None else loops) <= LARGEST_FUNCTION:
            self._write_loops(loops, self.code, *operands)
            return
        for part in _parts(loops):
            with self._function(operands) as arguments:
                self._write_loops(part, self.code, *arguments)

    @contextmanager
    def _function(self, operands: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """Write what follows into a function of its own, of these operands, which is called here."""
        b, before = self.builder, self.builder.block
        kind = ir.FunctionType(ir.VoidType(), [operand.type for operand in operands])
        function = ir.Function(self.module, kind, self.module.get_unique_name("part"))
        function.linkage = "internal"
        b.position_at_end(function.append_basic_block("entry"))
        yield function.args
        b.ret_void()
        b.position_at_end(before)
        b.call(function, operands)

    def _write_loops(
        self, loops: Sequence[Loop], code: Code, scalars: Any, shared: Any, panel: Any = None, blocks: Any = None
    ) -> None:
        """Each loop of the schedule for all blocks, one after another, so that blocks need not wait for each other
        where numbers depend on each other; once where it is for all rows."""

        def write(loop: Loop, block: Any) -> None:
            memory = code.of_width(1).address(panel, code.builder.mul(block, I64(self.block)))
            LoopWriter(Memory(code, scalars, shared, memory), loop).write()

        if panel is None:
            for loop in loops:
                LoopWriter(Memory(code, scalars, shared, None), loop).write()
            return
        for loop in loops:
            code.each(1 if self.blocks == 1 else blocks, partial(write, loop))

    # -------------------------------------------------------------------------------------------- rows in and out

    def _contiguous(self) -> Any:
        """Whether all rows follow each other in memory, so that a register can be filled at once."""
        b = self.builder
        none = b.icmp_unsigned("==", b.ptrtoint(self.order, I64), I64(0))

        def look(index: Any, so_far: list[Any]) -> list[Any]:
            stride = b.load(b.gep(self.strides, [index], source_etype=I64), typ=I64)
            return [b.and_(so_far[0], b.icmp_signed("==", stride, I64(self.code.size)))]

        if self.plan.inputs > WRITTEN_OUT:
            return self.code.fold(self.plan.inputs, 1, [none], look)[0]
        so_far = [none]
        for index in range(self.plan.inputs):
            so_far = look(I64(index), so_far)
        return so_far[0]

    def _take_rows(self, memory: Any, row: Any, contiguous: Any) -> None:
        """Copy a block of rows to its memory; the last row again where there are no more."""
        if not self.plan.inputs:
            return
        b, code, plain = self.builder, self.code, self.plain
        full = b.icmp_signed("<=", b.add(row, I64(self.lanes)), self.rows)

        def pointer_to(index: Any) -> Any:
            return b.load(b.gep(self.inputs, [index], source_etype=POINTER), typ=POINTER)

        def at_once(index: Any) -> None:
            source = code.load(plain.address(pointer_to(index), b.add(row, self.first)))
            code.store(source, plain.address(memory, b.mul(index, I64(self.lanes))))

        left = b.sub(self.rows, row)
        used = b.select(full, I64(self.lanes), left)
        last = b.sub(used, I64(1))

        def one_by_one(index: Any) -> None:
            source = pointer_to(index)
            stride = b.load(b.gep(self.strides, [index], source_etype=I64), typ=I64)
            target = plain.address(memory, b.mul(index, I64(self.lanes)))

            def number_of(lane: Any) -> Any:
                place = b.mul(self._place_of(b.add(row, lane)), stride)
                return plain.load(b.gep(source, [place], source_etype=I8))

            code.store(code.splat(number_of(last)), target)
            with b.if_then(b.icmp_signed(">", last, I64(0))):
                code.each(last, lambda lane: plain.store(number_of(lane), plain.address(target, lane)))

        with b.if_else(b.and_(full, contiguous)) as (then, otherwise):
            with then:
                if self.plan.inputs > WRITTEN_OUT:
                    code.each(self.plan.inputs, at_once)
                else:
                    for index in range(self.plan.inputs):
                        at_once(I64(index))
            with otherwise:
                code.each(self.plan.inputs, one_by_one)

    def _place_of(self, row: Any) -> Any:
        """Where a row is, by the order if there is one."""
        b = self.builder
        place = b.add(self.first, row)
        straight = b.block
        with b.if_then(b.icmp_unsigned("!=", b.ptrtoint(self.order, I64), I64(0))):
            by_order = b.load(b.gep(self.order, [place], source_etype=I64), typ=I64)
            ordered = b.block
        chosen = b.phi(I64)
        chosen.add_incoming(place, straight)
        chosen.add_incoming(by_order, ordered)
        return chosen

    def _give_rows(self, memory: Any, shared: Any, row: Any) -> None:
        """Copy the results of a block to the output: whole registers, but only its rows of the last."""
        b, values = self.builder, Memory(self.code, self.scalars, shared, memory)
        give = partial(self._give, row, b.sub(self.rows, row))
        results = [*enumerate(self.plan.results)]
        if len(results) <= WRITTEN_OUT:
            for n, access in results:
                give(I64(n), values.fetch(access, 0, None))
            return
        for kind in (SLOT, SCALAR, SHARED, LITERAL):  # by tables, so that the code does not grow with their number
            of_kind = [
                (n, access.base if kind == LITERAL else access.at(0)) for n, access in results if access.kind == kind
            ]
            if of_kind:
                outputs, places = zip(*of_kind, strict=True)
                self._give_by_tables(give, values, kind, outputs, places)

    def _give_by_tables(
        self, give: Callable[[Any, Any], None], values: Memory, kind: int, outputs: Sequence[int], places: Sequence[Any]
    ) -> None:
        b, element = self.builder, self.plain.number if kind == LITERAL else I64
        numbers, bases = self._table(I64, outputs), self._table(element, places)

        def give_one(index: Any) -> None:
            n = b.load(b.gep(numbers, [index], source_etype=I64), typ=I64)
            base = b.load(b.gep(bases, [index], source_etype=element), typ=element)
            give(n, self.code.splat(base) if kind == LITERAL else values.fetch(Access(kind, 0, 1), 0, base))

        self.code.each(len(outputs), give_one)

    def _table(self, kind: Any, numbers: Sequence[Any]) -> Any:
        """Constants in memory."""
        content = ir.Constant(ir.ArrayType(kind, len(numbers)), [ir.Constant(kind, number) for number in numbers])
        table = ir.GlobalVariable(self.module, content.type, self.module.get_unique_name("table"))
        table.initializer, table.global_constant, table.linkage = content, True, "internal"
        return self.builder.bitcast(table, POINTER)

    def _give(self, row: Any, left: Any, n: Any, value: Any) -> None:
        """Copy one result to the output of that number."""
        b, target = self.builder, self.plain.address(self.output, self.builder.add(self.builder.mul(self.rows, n), row))
        with b.if_else(b.icmp_signed(">=", left, I64(self.lanes))) as (then, otherwise):
            with then:
                self.code.store(value, target)
            with otherwise:
                self.code.each(left, partial(self._give_row, value, target))

    def _give_row(self, value: Any, target: Any, lane: Any) -> None:
        self.plain.store(self.builder.extract_element(value, lane), self.plain.address(target, lane))

    # --------------------------------------------------------------------------------------------- sums over rows

    def _clear_unused(self, sums: Sequence[Reduction], panel: Any, done: Any, blocks: Any) -> None:
        """Set the lanes without a row to 0, in the last block and where sums are taken from it."""
        if not sums:
            return
        b, code = self.builder, self.code
        end = b.mul(b.add(done, blocks), I64(self.lanes))
        with b.if_then(b.icmp_signed(">", end, self.rows)):
            last = self.plain.address(panel, b.mul(b.sub(blocks, I64(1)), I64(self.block)))
            used = b.sub(I64(self.lanes), b.sub(end, self.rows))
            lanes = ir.Constant(ir.VectorType(I64, self.lanes), list(range(self.lanes)))
            limit = b.insert_element(ir.Constant(lanes.type, ir.Undefined), used, I32(0))
            limit = self.code.shuffle(limit, ir.Constant(lanes.type, ir.Undefined), [0] * self.lanes)
            kept = b.icmp_signed("<", lanes, limit)

            def clear(first: int, index: Any) -> None:
                target = code.address(last, code.place((index, self.lanes)), first * self.lanes)
                code.store(b.select(kept, code.load(target), code.literal(0.0)), target)

            for first, count in _summed_slots(sums):
                code.each(count, partial(clear, first))

    def _memory_of(self, panel: Any, shared: Any, block: Any) -> Memory:
        pointer = self.plain.address(panel, self.plain.place((block, self.block)))
        return Memory(self.code, self.scalars, shared, pointer)

    def _reduce_all(self, sums: Sequence[Reduction], panel: Any, shared: Any, blocks: Any) -> None:
        """The sums: where there are many, in functions of their own."""
        parts = _sums_in_parts(sums)
        if len(parts) == 1:
            self._reduce_part(sums, blocks, partial(self._memory_of, panel, shared))
            return
        kept = self.scalars, self.output, self.share
        for part in parts:
            with self._function([*kept, panel, shared, blocks]) as given:
                self.scalars, self.output, self.share = given[:3]
                self._reduce_part(part, given[5], partial(self._memory_of, *given[3:5]))
            self.scalars, self.output, self.share = kept

    def _reduce_part(self, sums: Sequence[Reduction], blocks: Any, memory_of: Callable[[Any], Memory]) -> None:
        """Grids of sums in tiles that fit into registers; those that are in no grid, as many at a time."""
        most = self.code.machine.registers // 2
        alone = [reduction for reduction in sums if reduction.rows == reduction.columns == 1]
        for start in range(0, len(alone), most):
            self._reduce_some(alone[start : start + most], blocks, memory_of)
        for grid in sums:
            if grid.rows * grid.columns > 1:
                self._reduce_grid(grid, most, blocks, memory_of)

    def _reduce_some(self, alone: list[Reduction], blocks: Any, memory_of: Callable[[Any], Memory]) -> None:
        def add(block: Any, sums: list[Any]) -> list[Any]:
            memory = memory_of(block)
            return [self._added(memory, one.left, one.right, total) for one, total in zip(alone, sums, strict=True)]

        sums = self.code.fold(blocks, 1, [self.code.literal(0.0)] * len(alone), add)
        self._add_to_output(sums, self.output, [one.place for one in alone])

    def _added(self, memory: Memory, left: Access, right: Access | None, total: Any) -> Any:
        x = memory.fetch(left, 0, None)
        return self.builder.fadd(total, x) if right is None else self.code.fma(x, memory.fetch(right, 0, None), total)

    def _reduce_grid(self, grid: Reduction, most: int, blocks: Any, memory_of: Callable[[Any], Memory]) -> None:
        columns = min(grid.columns, most // 2 if grid.rows > 1 else most)
        rows = min(grid.rows, max(1, most // columns))

        def tiles(total: int, size: int) -> list[tuple[int, int, int]]:  # start, size, how many
            whole = total // size
            return [(0, size, whole), *([(whole * size, total % size, 1)] if total % size else [])]

        def write_tiles(row: int, height: int, column: int, width: int, across: int, i: Any) -> None:
            tile = Tile(row, height, self.code.place((i, height)), column, width, None)
            self.code.each(
                across, lambda k: self._tile(grid, tile._replace(across=self.code.place((k, width))), blocks, memory_of)
            )

        for row, height, down in tiles(grid.rows, rows):
            for column, width, across in tiles(grid.columns, columns):
                self.code.each(down, partial(write_tiles, row, height, column, width, across))

    def _tile(self, grid: Reduction, tile: "Tile", blocks: Any, memory_of: Callable[[Any], Memory]) -> None:
        b, code = self.builder, self.code

        def add(block: Any, sums: list[Any]) -> list[Any]:
            memory = memory_of(block)
            left = [memory.fetch(grid.left, tile.row + n, tile.down) for n in range(tile.height)]
            if grid.right is None:
                return [b.fadd(total, x) for total, x in zip(sums, left, strict=True)]
            right = [memory.fetch(grid.right, 0, None, tile.column + n, tile.across) for n in range(tile.width)]
            return [code.fma(x, y, total) for (x, y), total in zip(product(left, right), sums, strict=True)]

        sums = code.fold(blocks, 1, [code.literal(0.0)] * (tile.height * tile.width), add)
        target = self.plain.address(self.output, code.place((tile.down, grid.stride), (tile.across, grid.inner)))
        self._add_to_output(sums, target, [
            grid.place + (tile.row + n) * grid.stride + (tile.column + m) * grid.inner
            for n, m in product(range(tile.height), range(tile.width))
        ])  # fmt: skip

    def _add_to_output(self, vectors: list[Any], target: Any, offsets: list[int]) -> None:
        """Add the sums of the lanes, divided by the rows, to numbers of the output."""
        for start in range(0, len(vectors), self.lanes):
            self._add_register(vectors[start : start + self.lanes], target, offsets[start : start + self.lanes])

    def _add_register(self, vectors: list[Any], target: Any, offsets: list[int]) -> None:
        b, code, plain = self.builder, self.code, self.plain
        sums = b.fmul(code.sums(vectors), code.splat(self.share))
        if offsets == list(range(offsets[0], offsets[0] + self.lanes)):
            pointer = code.address(target, None, offsets[0])
            code.store(b.fadd(code.load(pointer), sums), pointer)
            return
        for lane, offset in enumerate(offsets):
            pointer = plain.address(target, None, offset)
            plain.store(b.fadd(plain.load(pointer), b.extract_element(sums, I32(lane))), pointer)

    def _begin_sums(self, blocks: Any) -> None:
        """What sums are multiplied by: 1 / rows, or, before they are added to totals, a power of 2 that is about that,
        which costs no digit."""
        b, plain = self.builder, self.plain
        self.long = self._is_long(b, blocks)
        self.totals = plain.address(self.scratch, None, self.shared_numbers + self.blocks * self.block)
        self.lost = plain.address(self.totals, None, self.totals_numbers)
        one, rows = plain.literal(1.0), b.sitofp(self.rows, plain.number)
        bits = b.sub(I64(64), b.ctlz(self.rows, ir.Constant(ir.IntType(1), 0)))
        power = b.fdiv(one, b.uitofp(b.shl(I64(1), bits), plain.number))
        self.share, self.divisor = b.select(self.long, power, b.fdiv(one, rows)), b.fmul(rows, power)

        def clear(code: Code, index: Any) -> None:
            for numbers in (self.totals, self.lost):
                code.store(code.literal(0.0), code.address(numbers, index))

        with b.if_then(self.long):
            self._for_numbers(self.outputs, clear)

    def _add_to_totals(self, code: Code, index: Any) -> None:
        b = self.builder
        source, target, lost = (code.address(numbers, index) for numbers in (self.output, self.totals, self.lost))
        x, total = code.load(source), code.load(target)
        following = b.fadd(total, x)
        of_x = b.fsub(following, total)
        error = b.fadd(b.fsub(total, b.fsub(following, of_x)), b.fsub(x, of_x))
        code.store(following, target)
        code.store(b.fadd(code.load(lost), error), lost)
        code.store(code.literal(0.0), source)

    def _divide_totals(self, code: Code, index: Any) -> None:
        b = self.builder
        total, lost = (code.load(code.address(numbers, index)) for numbers in (self.totals, self.lost))
        known = b.select(b.fcmp_ordered("ord", lost, lost), lost, code.literal(0.0))  # of an infinite total it is nan
        code.store(b.fdiv(b.fadd(total, known), code.splat(self.divisor)), code.address(self.output, index))

    def _finish(self, shared: Any) -> None:
        """Add what is the same for all rows."""
        b = self.builder

        def add(place: int, source: Access, code: Code, index: Any) -> None:
            pointer = code.address(self.output, index, place)
            number = Memory(code, self.scalars, shared, None).fetch(source, 0, index)
            code.store(b.fadd(code.load(pointer), number), pointer)

        for place, length, source in self.plan.constants:
            self._for_numbers(length, partial(add, place, source._replace(stride=1)))

    def _for_numbers(self, count: int, body: Callable[[Code, Any], None]) -> None:
        """For numbers that lie one after another: in registers, and the rest one by one."""
        whole = count - count % self.lanes
        if whole:
            self.code.each(whole, partial(body, self.code), self.lanes)
        for place in range(whole, count):
            body(self.plain, I64(place))


class Tile(NamedTuple):
    """A part of a grid of sums: so many rows and columns, from these on, and by so many further in a loop."""

    row: int
    height: int
    down: Any
    column: int
    width: int
    across: Any


def _summed_slots(reductions: Sequence[Reduction]) -> list[tuple[int, int]]:
    """The slots that sums are taken from, as ranges: the first, and how many."""
    slots: set[int] = set()
    for reduction in reductions:
        for access in (reduction.left, reduction.right):
            if access is not None:
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


def _sums_in_parts(sums: Sequence[Reduction]) -> list[list[Reduction]]:
    """Sums in order, in parts that are large enough for a function; a grid takes a loop, or a few."""
    parts, size = [list[Reduction]()], 0
    for one in sums:
        if size >= LARGEST_FUNCTION:
            parts.append([])
            size = 0
        parts[-1].append(one)
        size += 1 if one.rows == one.columns == 1 else LOOPS_OF_A_GRID
    return parts


def _size(loops: Sequence[Loop]) -> int:
    return sum([len(loop.groups) for loop in loops])


def _parts(loops: Sequence[Loop]) -> list[list[Loop]]:
    """Loops in order, in parts that are large enough for a function."""
    parts: list[list[Loop]] = []
    size = LARGEST_FUNCTION
    for loop in loops:
        if size >= LARGEST_FUNCTION:
            parts.append([])
            size = 0
        parts[-1].append(loop)
        size += len(loop.groups)
    return parts
