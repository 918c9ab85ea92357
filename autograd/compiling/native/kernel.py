"""Native code: what a schedule becomes in LLVM's intermediate representation.

A vector register holds the same number of several rows, one to a lane. A block of as many rows as there are lanes goes
through all loops of the schedule, its numbers in a block of memory; a few blocks make a panel, over which the sums over
rows are taken, a tile of them in registers at a time. Lanes of the last block for which no row is left compute what the
last row gives, and are set to 0 before anything is summed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograd.compiling.native.kernel_function import STRETCH, KernelFunction
from autograd.compiling.native.loop_code import LoopWriter, Pointers
from autograd.compiling.native.means_code import MeansWriter
from autograd.compiling.native.memory import Loop
from autograd.compiling.native.processor import Processor
from autograd.compiling.native.rows_code import RowsWriter
from autograd.compiling.native.schedule import Schedule
from autograd.compiling.native.vector_code import I64

LARGEST_FUNCTION = 400  # statements; LLVM's time grows faster than the size of one function


def write_kernel(
    plan: Schedule, mean: bool, outputs: int, number: Any, processor: Processor, name: str
) -> KernelFunction:
    """The function that a schedule becomes.

    mean: whether it is one of means over the rows; outputs: how many means, or outputs of each row, there are; number:
    LLVM's type of all numbers.
    """
    kernel = KernelFunction(plan, mean, outputs, number, processor, name)
    _KernelWriter(kernel).write()
    return kernel


class _KernelWriter:
    def __init__(self, kernel: KernelFunction) -> None:
        self.kernel, self.builder, self.code, self.plan = kernel, kernel.builder, kernel.code, kernel.plan
        self.blocks, self.lanes = kernel.blocks, kernel.lanes
        self.row_writer, self.means = RowsWriter(kernel), MeansWriter(kernel)

    def write(self) -> None:
        """The body of the function."""
        b, kernel, code = self.builder, self.kernel, self.code
        self.shared = kernel.scratch
        self.panel = kernel.plain.address(kernel.scratch, None, kernel.shared_numbers)
        self._write_parts(self.plan.memory.shared, None)
        if kernel.mean:
            kernel.for_numbers(kernel.outputs, lambda c, i: c.store(c.literal(0.0), c.address(kernel.output, i)))
        self.contiguous = self.row_writer.contiguous()
        self.all_blocks = b.sdiv(b.add(kernel.rows, I64(self.lanes - 1)), I64(self.lanes))
        if kernel.mean:
            self.means.begin(self.all_blocks)
            code.each(self.all_blocks, self._do_stretch, self.blocks * STRETCH)
            self.means.finish(self.shared)
        else:
            code.each(self.all_blocks, self._do_panel, self.blocks)
        b.ret_void()

    def _do_stretch(self, done: Any) -> None:
        """Some panels; done: the blocks before them."""
        b = self.builder
        left, most = b.sub(self.all_blocks, done), I64(self.blocks * STRETCH)
        blocks = b.select(b.icmp_signed("<", left, most), left, most)
        self.code.each(blocks, lambda more: self._do_panel(b.add(done, more)), self.blocks)
        self.means.end_stretch()

    def _do_panel(self, done: Any) -> None:
        """A panel; done: the blocks before it."""
        b, loops, reductions = self.builder, self.plan.memory.rows, self.plan.reductions
        left = b.sub(self.all_blocks, done)
        blocks = b.select(b.icmp_signed("<", left, I64(self.blocks)), left, I64(self.blocks))
        self._for_blocks(blocks, lambda memory, row: self.row_writer.take(memory, row, self.contiguous), done)
        first = 0
        for last in sorted({len(loops), *[reduction.after for reduction in reductions]}):
            self._write_parts(loops[first:last], blocks)
            sums = [reduction for reduction in reductions if reduction.after == last]
            if sums:
                self.means.add(sums, self.panel, self.shared, done, blocks)
            first = last
        if not self.kernel.mean:
            self._for_blocks(blocks, lambda memory, row: self.row_writer.give(memory, self.shared, row), done)

    def _for_blocks(self, blocks: Any, body: Callable[[Any, Any], None], done: Any) -> None:
        """Run the body for each block of a panel, on its slots and its first row."""
        b = self.builder

        def do_block(block: Any) -> None:
            memory = self.kernel.memory_of(self.panel, block)
            body(memory, b.mul(b.add(done, block), I64(self.lanes)))

        self.code.each(1 if self.blocks == 1 else blocks, do_block)

    def _write_parts(self, loops: Sequence[Loop], blocks: Any) -> None:
        """Loops of the schedule, for the blocks of a panel or, where these are None, once: where there is much to
        write, in functions of their own."""
        operands = [self.kernel.scalars, self.shared, *([] if blocks is None else [self.panel, blocks])]
        if _size(loops if blocks is None else self.plan.memory.rows) <= LARGEST_FUNCTION:
            self._write_loops(loops, *operands)
            return
        for part in _parts(loops):
            with self.kernel.part(operands) as arguments:
                self._write_loops(part, *arguments)

    def _write_loops(
        self, loops: Sequence[Loop], scalars: Any, shared: Any, panel: Any = None, blocks: Any = None
    ) -> None:
        """Each loop of the schedule for all blocks in turn: while numbers of one wait for each other, another can
        go on; once where it is for all rows."""

        def write(loop: Loop, block: Any) -> None:
            memory = None if panel is None else self.kernel.memory_of(panel, block)
            LoopWriter(Pointers(self.code, scalars, shared, memory), loop).write()

        for loop in loops:
            self.code.each(1 if panel is None or self.blocks == 1 else blocks, partial(write, loop))


def _size(loops: Sequence[Loop]) -> int:
    return sum([len(loop.statements) for loop in loops])


def _parts(loops: Sequence[Loop]) -> list[list[Loop]]:
    """Loops in order, in parts that are large enough for a function."""
    parts: list[list[Loop]] = []
    size = LARGEST_FUNCTION
    for loop in loops:
        if size >= LARGEST_FUNCTION:
            parts.append([])
            size = 0
        parts[-1].append(loop)
        size += len(loop.statements)
    return parts
