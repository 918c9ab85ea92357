"""LLVM code for rows on their way in and out: a block of them is copied to its slots, and its results to the output."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from llvmlite import ir

from autograd.compiling.grouping import LITERAL, Access, Kind
from autograd.compiling.native.kernel_function import KernelFunction
from autograd.compiling.native.loop_code import Pointers
from autograd.compiling.native.vector_code import I8, I64, POINTER

WRITTEN_OUT = 16  # inputs, and outputs, that are copied without a loop


class RowsWriter:
    """Writes the code that takes the rows of a kernel from their columns, and gives the rows of its results."""

    def __init__(self, kernel: KernelFunction) -> None:
        self.kernel, self.builder, self.code, self.plain = kernel, kernel.builder, kernel.code, kernel.plain
        self.rows, self.lanes = kernel.rows, kernel.lanes
        self.inputs = kernel.plan.memory.inputs

    def contiguous(self) -> Any:
        """True where all rows follow each other in memory, so that a register can be filled at once."""
        b = self.builder

        def look(index: Any, so_far: list[Any]) -> list[Any]:
            return [b.and_(so_far[0], b.icmp_signed("==", self._stride(index), I64(self.code.size)))]

        so_far = [b.icmp_unsigned("==", b.ptrtoint(self.kernel.order, I64), I64(0))]
        if self.inputs > WRITTEN_OUT:
            return self.code.fold(self.inputs, 1, so_far, look)[0]
        for index in range(self.inputs):
            so_far = look(I64(index), so_far)
        return so_far[0]

    def take(self, memory: Any, row: Any, contiguous: Any) -> None:
        """Copy a block of rows to its memory; the last row again where there are no more."""
        if not self.inputs:
            return
        b, code, plain = self.builder, self.code, self.plain
        full = b.icmp_signed("<=", b.add(row, I64(self.lanes)), self.rows)

        def at_once(index: Any) -> None:
            source = code.load(plain.address(self._column(index), b.add(row, self.kernel.first)))
            code.store(source, plain.address(memory, b.mul(index, I64(self.lanes))))

        left = b.sub(self.rows, row)
        used = b.select(full, I64(self.lanes), left)
        last = b.sub(used, I64(1))

        with b.if_else(b.and_(full, contiguous)) as (then, otherwise):
            with then:
                if self.inputs > WRITTEN_OUT:
                    code.each(self.inputs, at_once)
                else:
                    for index in range(self.inputs):
                        at_once(I64(index))
            with otherwise:
                code.each(self.inputs, partial(self._take_one_by_one, memory, row, last))

    def _take_one_by_one(self, memory: Any, row: Any, last: Any, index: Any) -> None:
        """Copy the rows of an input up to the last, and that to all lanes that are left."""
        b, plain = self.builder, self.plain
        source, stride = self._column(index), self._stride(index)
        target = plain.address(memory, b.mul(index, I64(self.lanes)))

        def number_of(lane: Any) -> Any:
            offset = b.mul(self._index_of(b.add(row, lane)), stride)
            return plain.load(b.gep(source, [offset], source_etype=I8))

        self.code.store(self.code.splat(number_of(last)), target)
        with b.if_then(b.icmp_signed(">", last, I64(0))):
            self.code.each(last, lambda lane: plain.store(number_of(lane), plain.address(target, lane)))

    def _column(self, index: Any) -> Any:
        return self.builder.load(self.builder.gep(self.kernel.inputs, [index], source_etype=POINTER), typ=POINTER)

    def _stride(self, index: Any) -> Any:
        return self.builder.load(self.builder.gep(self.kernel.strides, [index], source_etype=I64), typ=I64)

    def _index_of(self, row: Any) -> Any:
        """The index of a row in its columns, by the order if there is one."""
        b = self.builder
        index = b.add(self.kernel.first, row)
        straight = b.block
        with b.if_then(b.icmp_unsigned("!=", b.ptrtoint(self.kernel.order, I64), I64(0))):
            by_order = b.load(b.gep(self.kernel.order, [index], source_etype=I64), typ=I64)
            ordered = b.block
        chosen = b.phi(I64)
        chosen.add_incoming(index, straight)
        chosen.add_incoming(by_order, ordered)
        return chosen

    def give(self, memory: Any, shared: Any, row: Any) -> None:
        """Copy the results of a block to the output: whole registers, but of the last block only its rows."""
        b, values = self.builder, Pointers(self.code, self.kernel.scalars, shared, memory)
        give = partial(self._give, row, b.sub(self.rows, row))
        results = [*enumerate(self.kernel.plan.outputs)]
        if len(results) <= WRITTEN_OUT:
            for n, access in results:
                give(I64(n), values.fetch(access, 0, None))
            return
        for kind in Kind:  # by tables, so that the code does not grow with their number
            of_kind = [
                (n, access.base if kind == LITERAL else access.at(0))
                for n, access in results if access.kind == kind
            ]  # fmt: skip
            if of_kind:
                outputs, bases = zip(*of_kind, strict=True)
                self._give_by_tables(give, values, kind, outputs, bases)

    def _give_by_tables(
        self,
        give: Callable[[Any, Any], None],
        values: Pointers,
        kind: Kind,
        outputs: Sequence[int],
        bases: Sequence[Any],
    ) -> None:
        b, element = self.builder, self.plain.number if kind == LITERAL else I64
        number_table, base_table = self._table(I64, outputs), self._table(element, bases)

        def give_one(index: Any) -> None:
            n = b.load(b.gep(number_table, [index], source_etype=I64), typ=I64)
            base = b.load(b.gep(base_table, [index], source_etype=element), typ=element)
            give(n, self.code.splat(base) if kind == LITERAL else values.fetch(Access(kind, 0, 1), 0, base))

        self.code.each(len(outputs), give_one)

    def _table(self, kind: Any, numbers: Sequence[Any]) -> Any:
        """Constants in memory."""
        content = ir.Constant(ir.ArrayType(kind, len(numbers)), [ir.Constant(kind, number) for number in numbers])
        module = self.kernel.module
        table = ir.GlobalVariable(module, content.type, module.get_unique_name("table"))
        table.initializer, table.global_constant, table.linkage = content, True, "internal"
        return self.builder.bitcast(table, POINTER)

    def _give(self, row: Any, left: Any, n: Any, value: Any) -> None:
        """Copy one result to the output of that number."""
        b = self.builder
        target = self.plain.address(self.kernel.output, b.add(b.mul(self.rows, n), row))
        with b.if_else(b.icmp_signed(">=", left, I64(self.lanes))) as (then, otherwise):
            with then:
                self.code.store(value, target)
            with otherwise:
                self.code.each(left, partial(self._give_row, value, target))

    def _give_row(self, value: Any, target: Any, lane: Any) -> None:
        self.plain.store(self.builder.extract_element(value, lane), self.plain.address(target, lane))
