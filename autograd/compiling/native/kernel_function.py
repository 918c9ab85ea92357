"""The function that a kernel becomes, while it is being written: its arguments, and how its memory is divided."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import binding, ir

from autograd.compiling.native.processor import Processor
from autograd.compiling.native.schedule import Schedule
from autograd.compiling.native.vector_code import I64, POINTER, VectorCode

PANEL_BYTES = 128 * 1024  # of memory for the blocks of a panel: measured, between the sizes of two caches
MOST_BLOCKS = 16  # in a panel, added one after another, as NumPy adds before it sums by pairs
STRETCH = 8  # panels whose sums are added one after another; those of stretches are added without loss
ARGUMENTS = {
    "inputs": POINTER, "strides": POINTER, "order": POINTER, "first": I64, "rows": I64, "scalars": POINTER,
    "output": POINTER, "scratch": POINTER,
}  # fmt: skip
KERNEL = ir.FunctionType(ir.VoidType(), [*ARGUMENTS.values()])


class KernelFunction:
    """The function:

        void kernel(inputs, strides, order, first, rows, scalars, output, scratch)

    inputs: a pointer to the first number of each input; strides: bytes from row to row, for each; order: the rows, by
    their indices, or null for one after another; first: the first of them; rows: their number; scalars: the
    parameters; output: the means over the rows, of the gradient and then of the loss, or, without means, that many
    rows of each output; scratch: as many bytes as `scratch_bytes` says.

    Scratch holds what is computed for all rows, the blocks of a panel, and the totals and what they have lost.
    """

    def __init__(self, plan: Schedule, mean: bool, outputs: int, number: Any, processor: Processor, name: str) -> None:
        self.plan, self.mean, self.outputs = plan, mean, outputs
        self.module = ir.Module(name)
        self.module.triple = binding.get_process_triple()
        self.function = ir.Function(self.module, KERNEL, name)
        for argument, label in zip(self.function.args, ARGUMENTS, strict=True):
            argument.name = label
            # a rule of descent writes its numbers to where it has read them
            if argument.type == POINTER and (mean or label != "output"):
                argument.add_attribute("noalias")
        self.inputs, self.strides, self.order, self.first, self.rows = self.function.args[:5]
        self.scalars, self.output, self.scratch = self.function.args[5:]
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        size = 8 if isinstance(number, ir.DoubleType) else 4
        self.code = VectorCode(self.builder, number, processor.lanes(size), processor)
        self.plain = self.code.of_width(1)
        self.lanes, memory = self.code.width, plan.memory
        self.block = (memory.slots | 1) * self.lanes  # odd, so that blocks do not compete for lines of a cache
        self.blocks = max(1, min(MOST_BLOCKS, PANEL_BYTES // (self.block * size))) if mean else 1
        self.shared_numbers = -(-memory.shared_count // self.lanes) * self.lanes
        self.totals_numbers = -(-outputs // self.lanes) * self.lanes if mean else 0
        self.scratch_bytes = (self.shared_numbers + self.blocks * self.block + 2 * self.totals_numbers) * size

    def scratch_bytes_of(self, builder: Any, rows: Any) -> Any:
        """The bytes of scratch that are used with that many rows."""
        b, size = builder, self.code.size
        blocks = b.udiv(b.add(rows, I64(self.lanes - 1)), I64(self.lanes))
        fewer = b.select(b.icmp_unsigned("<", blocks, I64(self.blocks)), blocks, I64(self.blocks))
        numbers = b.add(b.mul(fewer, I64(self.block)), I64(self.shared_numbers))
        totals = b.select(self.is_long(b, blocks), I64(2 * self.totals_numbers), I64(0))
        return b.mul(b.add(numbers, totals), I64(size))

    def is_long(self, builder: Any, blocks: Any) -> Any:
        """True where there is more than one stretch of panels."""
        return builder.icmp_signed(">", blocks, I64(self.blocks * STRETCH))

    def memory_of(self, panel: Any, block: Any) -> Any:
        """A pointer to the slots of a block of a panel."""
        return self.plain.address(panel, self.builder.mul(block, I64(self.block)))

    @contextmanager
    def part(self, operands: Sequence[Any]) -> Iterator[Sequence[Any]]:
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

    def for_numbers(self, count: int, body: Callable[[VectorCode, Any], None]) -> None:
        """Run the body for consecutive numbers: whole registers, and the rest one by one."""
        whole = count - count % self.lanes
        if whole:
            self.code.each(whole, lambda index: body(self.code, index), self.lanes)
        for index in range(whole, count):
            body(self.plain, I64(index))
