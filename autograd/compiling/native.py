"""The native backend: machine code for this process, made once for each structure of a program."""

import ctypes
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

import numpy as np
from llvmlite import binding, ir

from autograd.compiling.arrays import Array
from autograd.compiling.backends import ROOM, Batches, Quick, State
from autograd.compiling.calling import CallWriter, as_python_function
from autograd.compiling.code import I64, POINTER, Code
from autograd.compiling.kernel import KernelWriter
from autograd.compiling.layouts import address, new_array
from autograd.compiling.machine import Machine
from autograd.compiling.schedule import schedule
from autograd.program import Program

MOST_PROGRAMS = 128  # that are remembered; those in use live on without that
ADDRESS, INTEGER = ctypes.c_void_p, ctypes.c_int64


class MachineCode:
    """The functions of a module, which live as long as this does."""

    def __init__(self, module: Any, machine: Machine) -> None:
        _initialize()
        self.text = str(module)
        parsed = binding.parse_assembly(self.text)
        target = binding.Target.from_triple(binding.get_process_triple())
        target_machine = target.create_target_machine(cpu=machine.cpu, features=machine.features, opt=3)
        parsed.data_layout = str(target_machine.target_data)
        self._engine = binding.create_mcjit_compiler(parsed, target_machine)
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Where a function lies."""
        return int(self._engine.get_function_address(name))


class NativeKernel:
    """A program as machine code; see `backends.Kernel`."""

    def __init__(self, program: Program, mean: bool, size: int, machine: Machine) -> None:
        number = ir.DoubleType() if size == 8 else ir.FloatType()
        writer = KernelWriter(schedule(program, mean), mean, len(program.parameters) + 1, number, machine, "kernel")
        writer.write()
        quick = mean and new_array() != 0
        if quick:
            CallWriter(writer, len(program.inputs), len(program.parameters)).write()
        self.code = MachineCode(writer.module, machine)
        self.text, self.scratch_bytes = self.code.text, writer.scratch_bytes
        self.address = self.code.address("kernel")
        kinds = [ADDRESS, ADDRESS, ADDRESS, INTEGER, INTEGER, ADDRESS, ADDRESS, ADDRESS]
        self._run = ctypes.CFUNCTYPE(None, *kinds)(self.address)
        self._spare: list[tuple[Array, int]] = []
        self.quick: Quick | None = None
        if quick:
            self.quick, self._kept = as_python_function(self.code.address("call"))

    def __call__(self, columns: Sequence[Array] | Array, rows: int, scalars: Array, output: Array) -> None:
        """Fill output."""
        inputs, strides = pointers(columns)
        with self.scratch() as scratch:
            self._run(inputs, strides, None, 0, rows, address(scalars), address(output), scratch)

    @contextmanager
    def scratch(self) -> Iterator[int]:
        """The address of memory for one call, a multiple of 64; it is kept for the next."""
        try:
            memory, start = self._spare.pop()
        except IndexError:  # the first call, or as many at once as never before
            memory, start = self.new_scratch()
        yield start
        self._spare.append((memory, start))

    def new_scratch(self) -> tuple[Array, int]:
        """Memory for one call, and the address in it to begin with."""
        memory = np.empty(self.scratch_bytes + 64, np.uint8)
        start = address(memory)
        return memory, start + -start % 64


class NativeBackend:
    """Machine code in numbers of so many bytes; see `backends.Backend`."""

    name = "native"

    def __init__(self, size: int, machine: Machine) -> None:
        self.size, self.machine = size, machine
        self._kernels: OrderedDict[Hashable, NativeKernel] = OrderedDict()
        self._lock = Lock()

    def kernel(self, program: Program, mean: bool) -> NativeKernel:
        """The kernel of a program, from those that were made before if its structure is known."""
        key = mean, program.structure
        with self._lock:
            found = self._kernels.get(key)
            if found is None:
                found = self._kernels[key] = NativeKernel(program, mean, self.size, self.machine)
            self._kernels.move_to_end(key)
            while len(self._kernels) > MOST_PROGRAMS:
                self._kernels.popitem(last=False)
            return found

    def descend(self, step: Any, update: Any, batches: Batches, state: State, scalars: Array, losses: Array) -> int:
        """Steps of training, all in native code."""
        inputs, strides = pointers(batches.columns)
        if state.pointers is None:
            kept = [state.numbers[0], state.gradient, *state.numbers[1:]]
            state.pointers = *pointers(kept), address(state.numbers), address(state.gradient)
            state.scratch = step.new_scratch(), update.new_scratch()
        if not len(losses):
            return 0
        order = None if batches.order is None else address(batches.order)
        (_, scratch), (_, update_scratch) = state.scratch
        return int(self._run_descent(
            step.address, update.address, inputs, strides, order,
            batches.rows, batches.size, len(losses), state.parameters, state.numbers.shape[1],
            *state.pointers, address(scalars), scalars.shape[1], address(losses), scratch, update_scratch,
        ))  # fmt: skip

    @cached_property
    def _run_descent(self) -> Callable[..., int]:
        return _descent(self.size, self.machine)[1]


@lru_cache
def _descent(size: int, machine: Machine) -> tuple[MachineCode, Callable[..., int]]:
    """The loop over steps; its arguments are those that `descend` gives it."""
    number = ir.DoubleType() if size == 8 else ir.FloatType()
    module = ir.Module("descent")
    module.triple = binding.get_process_triple()
    kernel = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, POINTER, I64, I64, POINTER, POINTER, POINTER])
    kinds = [kernel.as_pointer()] * 2 + [POINTER] * 3 + [I64] * 5 + [POINTER] * 5 + [I64] + [POINTER] * 3
    function = ir.Function(module, ir.FunctionType(I64, kinds), "descend")
    step, update, inputs, strides, order, rows, batch, steps, parameters, room = function.args[:10]
    update_inputs, update_strides, numbers, gradient, table, width, losses, scratch, update_scratch = function.args[10:]
    b = ir.IRBuilder(function.append_basic_block("entry"))
    code = Code(b, number, 1, machine)
    wide = code.of_width(machine.lanes(size))
    null = ir.Constant(POINTER, None)
    ordered = b.icmp_unsigned("!=", b.ptrtoint(order, I64), I64(0))

    def take_step(index: Any, carried: list[Any]) -> list[Any]:
        first, start = carried  # of the rows in their epoch, and of the epoch in the order
        left = b.sub(rows, first)
        count = b.select(b.icmp_signed("<", batch, left), batch, left)
        in_order = b.gep(order, [b.select(ordered, start, I64(0))], source_etype=I64)
        b.call(step, [inputs, strides, in_order, first, count, numbers, gradient, scratch])
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
    compiled = MachineCode(module, machine)
    arguments = [ADDRESS if kind == POINTER else INTEGER for kind in kinds]
    return compiled, ctypes.CFUNCTYPE(INTEGER, *arguments)(compiled.address("descend"))


def _times_zero(wide: Code, gradient: Any, room: Any) -> Any:
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


def pointers(columns: Sequence[Array] | Array) -> tuple[Any, Any]:
    """Where columns begin, and how many bytes lie between their rows: none where a column is one number."""
    count = len(columns)
    if isinstance(columns, np.ndarray):
        first, step = address(columns), columns.strides[0]
        places = range(first, first + count * step, step) if step else [first] * count
        return (ADDRESS * count)(*places), (INTEGER * count)(*[columns.strides[1]] * count)
    return (
        (ADDRESS * count)(*map(address, columns)),
        (INTEGER * count)(*[column.strides[0] if column.ndim else 0 for column in columns]),
    )


@lru_cache
def _initialize() -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
