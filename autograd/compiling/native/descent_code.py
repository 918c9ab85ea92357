"""LLVM code for training: steps of descent, one after another."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from llvmlite import binding, ir

from autograd.compiling.backend import ROOM
from autograd.compiling.native.kernel_function import KERNEL
from autograd.compiling.native.machine_code import ADDRESS, INTEGER, MachineCode
from autograd.compiling.native.processor import Processor
from autograd.compiling.native.vector_code import I64, POINTER, VectorCode


@lru_cache
def descent_function(size: int, processor: Processor) -> Callable[..., int]:
    """The loop over steps; its arguments are those that `descend` gives it."""
    number = ir.DoubleType() if size == 8 else ir.FloatType()
    module = ir.Module()
    module.triple = binding.get_process_triple()
    kinds = [KERNEL.as_pointer()] * 2 + [POINTER] * 3 + [I64] * 5 + [POINTER] * 6 + [I64] + [POINTER] * 3
    function = ir.Function(module, ir.FunctionType(I64, kinds), "descend")
    step, update, inputs, strides, order, rows, batch, steps, parameters, room = function.args[:10]
    update_inputs, update_strides, numbers, gradient, beside, table, width = function.args[10:17]
    losses, scratch, update_scratch = function.args[17:]
    b = ir.IRBuilder(function.append_basic_block("entry"))
    code = VectorCode(b, number, 1, processor)
    wide = code.of_width(processor.lanes(size))
    null = ir.Constant(POINTER, None)
    others = b.icmp_unsigned("!=", b.ptrtoint(beside, I64), I64(0))
    scalars_of_step = b.select(others, beside, numbers)
    ordered = b.icmp_unsigned("!=", b.ptrtoint(order, I64), I64(0))

    def take_step(index: Any, carried: list[Any]) -> list[Any]:
        first, start = carried  # where the rows begin in their epoch, and the epoch in the order
        left = b.sub(rows, first)
        count = b.select(b.icmp_signed("<", batch, left), batch, left)
        in_order = b.gep(order, [b.select(ordered, start, I64(0))], source_etype=I64)
        with b.if_then(others):  # they lie after the parameters
            code.each(parameters, lambda i: code.store(code.load(code.address(numbers, i)), code.address(beside, i)))
        b.call(step, [inputs, strides, in_order, first, count, scalars_of_step, gradient, scratch])
        code.store(code.load(code.address(gradient, parameters)), code.address(losses, index))

        zero = _times_zero(wide, gradient, room)
        with b.if_then(b.fcmp_unordered("uno", zero, zero)):
            b.ret(index)
        scalars = code.address(table, b.mul(index, width))
        b.call(update, [update_inputs, update_strides, null, I64(0), room, scalars, numbers, update_scratch])
        following = b.add(first, batch)
        ends = b.icmp_signed(">=", following, rows)
        return [b.select(ends, I64(0), following), b.select(ends, b.add(start, rows), start)]

    code.fold(steps, 1, [I64(0), I64(0)], take_step)
    b.ret(steps)
    arguments = [INTEGER if kind == I64 else ADDRESS for kind in kinds]
    return MachineCode(str(module), processor).function("descend", INTEGER, arguments)


def _times_zero(wide: VectorCode, gradient: Any, room: Any) -> Any:
    """The sum of gradient and loss, each times 0: it is nan where one of them is not finite."""
    b, zero = wide.builder, wide.literal(0.0)
    parts = ROOM // wide.width

    def add(index: Any, sums: list[Any]) -> list[Any]:
        return [
            wide.fma(wide.load(wide.address(gradient, index, part * wide.width)), zero, x)
            for part, x in enumerate(sums)
        ]

    sums = wide.fold(room, ROOM, [zero] * parts, add)
    while len(sums) > 1:
        sums = [b.fadd(x, y) for x, y in zip(sums[::2], sums[1::2], strict=True)]
    return b.extract_element(wide.sums(sums), ir.IntType(32)(0))
