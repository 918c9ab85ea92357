"""The native backend: machine code for this process, made once for each structure of a program."""

import ctypes
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache, partial
from itertools import repeat
from threading import Thread, current_thread, main_thread, stack_size
from typing import Any

import numpy as np
from llvmlite import binding, ir

from autograd.compiling.arrays import Array
from autograd.compiling.backends import ROOM, Batches, Quick, State, compiling
from autograd.compiling.calling import CallWriter, as_python_function
from autograd.compiling.code import I64, POINTER, Code
from autograd.compiling.fixed import Fixed, Once
from autograd.compiling.kernel import KernelWriter
from autograd.compiling.layouts import address, new_array
from autograd.compiling.machine import Machine, has_vector_math, host
from autograd.compiling.schedule import schedule
from autograd.program import CompileError, Program

MOST_PROGRAMS = 128  # that are remembered; those in use live on without that
INDICES, BYTES = np.dtype("int64"), np.dtype("uint8")
STACK_OF_LLVM = 16 * 2**20  # bytes
ADDRESS, INTEGER = ctypes.c_void_p, ctypes.c_int64


class MachineCode(Fixed):
    """The functions of a module, which live as long as this does: whoever calls them holds it."""

    text: str
    _engine: Any

    def __init__(self, module: Any, machine: Machine) -> None:
        text = str(module)
        with compiling:
            self.fix(text=text, _engine=_on_a_large_stack(partial(_engine, text, machine)))

    def __del__(self, compiling: Any = compiling) -> None:
        with compiling:
            vars(self).clear()

    def address(self, name: str) -> int:
        """Where a function lies, or a constant."""
        return int(self._engine.get_function_address(name) or self._engine.get_global_value_address(name))

    def function(self, name: str, result: Any, kinds: Sequence[Any]) -> Callable[..., Any]:
        """A function by way of ctypes."""
        found: Any = ctypes.CFUNCTYPE(result, *kinds)(self.address(name))
        found.code = self
        return found  # type: ignore[no-any-return]


class NativeKernel(Fixed):
    """A program as machine code; see `backends.Kernel`."""

    inputs: int
    parameters: int
    outputs: int  # in each row, or of means
    mean: bool
    dtype: np.dtype[Any]
    code: MachineCode
    text: str
    scratch_bytes: int
    address: int
    quick: Quick | None
    _run: Callable[..., Any]
    _spare: list[Array]

    def __init__(self, program: Program, mean: bool, size: int, machine: Machine) -> None:
        inputs, parameters = len(program.inputs), len(program.parameters)
        number = ir.DoubleType() if size == 8 else ir.FloatType()
        writer = KernelWriter(schedule(program, mean), mean, parameters + 1, number, machine, "kernel")
        writer.write()
        quick = mean and new_array() != 0
        if quick:
            CallWriter(writer, inputs, parameters).write()
        code = MachineCode(writer.module, machine)
        kinds = [ADDRESS, ADDRESS, ADDRESS, INTEGER, INTEGER, ADDRESS, ADDRESS, ADDRESS]
        self.fix(
            inputs=inputs, parameters=parameters, outputs=parameters + 1 if mean else len(program.outputs), mean=mean,
            dtype=np.dtype(f"f{size}"), code=code, text=code.text, scratch_bytes=writer.scratch_bytes,
            address=code.address("kernel"), quick=as_python_function(code) if quick else None,
            _run=code.function("kernel", None, kinds), _spare=[],
        )  # fmt: skip

    def __call__(self, columns: Sequence[Array] | Array, rows: int, scalars: Array, output: Array) -> None:
        """Fill output. Raises ValueError where arrays are not those of this program and so many rows."""
        inputs, strides = self.pointers(columns, rows)
        numbers = self.outputs if self.mean else self.outputs * rows
        scalars_at = place(scalars, self.dtype, self.parameters)
        output_at = place(output, self.dtype, numbers, changed=True)
        memory, scratch = self.scratch()
        self._run(inputs, strides, None, 0, rows, scalars_at, output_at, scratch)
        self._spare.append(memory)

    def pointers(self, columns: Sequence[Array] | Array, rows: int) -> tuple[Any, Any]:
        """Where columns begin, and how many bytes lie between their rows: none where a column is one number."""
        count = self.inputs
        if type(columns) is np.ndarray:
            if columns.shape != (count, rows) or columns.dtype != self.dtype or not columns.flags.aligned or rows < 1:
                raise ValueError(f"native code takes {count} columns of {self.dtype}, got an array of {columns.shape}")
            first, step = address(columns), columns.strides[0]
            places = range(first, first + count * step, step) if step else [first] * count
            return (ADDRESS * count)(*places), (INTEGER * count)(*[columns.strides[1]] * count)
        columns = tuple(columns)
        if len(columns) != count or rows < 1 or not all(map(self._is_column, columns, repeat(rows))):
            raise ValueError(f"native code takes {count} columns of {self.dtype}, with {rows} rows or one number each")
        return (
            (ADDRESS * count)(*map(address, columns)),
            (INTEGER * count)(*[column.strides[0] if column.ndim else 0 for column in columns]),
        )

    def _is_column(self, x: Any, rows: int) -> bool:
        return type(x) is np.ndarray and x.shape in ((), (rows,)) and x.dtype == self.dtype and x.flags.aligned

    def scratch(self) -> tuple[Array, int]:
        """Memory for one call, and an address in it to begin with, a multiple of 64."""
        try:
            memory = self._spare.pop()
        except IndexError:  # the first call, or as many at once as never before
            memory = np.empty(self.scratch_bytes + 64, np.uint8)
        start = place(memory, BYTES, self.scratch_bytes + 64, changed=True)
        return memory, start + -start % 64


class Prepared(Fixed):
    """What a descent hands to native code at each run: memory that stays where it is, and what is needed beside."""

    kernels: tuple[NativeKernel, NativeKernel]
    dtype: np.dtype[Any]
    sizes: tuple[int, int]
    places: tuple[Any, ...]
    scratch: tuple[int, int]

    def __init__(self, step: NativeKernel, update: NativeKernel, state: State, dtype: np.dtype[Any]) -> None:
        """Raises ValueError where the kernels are not those of one descent, or the state is that of another."""
        count, kept, room = state.parameters, state.kept, state.room
        kinds = type(step) is type(update) is NativeKernel and step.mean and not update.mean
        if not (
            kinds and step.dtype == update.dtype == dtype
            and step.parameters == count < room and room % ROOM == 0
            and (update.inputs, update.outputs) == (2 + kept, 1 + kept)
        ):  # fmt: skip
            raise ValueError("these kernels and numbers are not of one descent")
        numbers, gradient = state.numbers, state.gradient
        own = update.pointers([numbers[0], gradient, *numbers[1:]], room)
        places = place(numbers, dtype, (1 + kept) * room, changed=True), place(gradient, dtype, room, changed=True)
        spare = [kernel.scratch() for kernel in (step, update)]
        self.fix(
            kernels=(step, update), dtype=dtype, sizes=(count, room), places=(*own, *places),
            scratch=tuple([start for _, start in spare]), _kept=(numbers, gradient, spare),
        )  # fmt: skip


class NativeBackend(Fixed):
    """Machine code in numbers of so many bytes; see `backends.Backend`."""

    name = "native"
    size: int
    machine: Machine
    dtype: np.dtype[Any]
    _kernels: OrderedDict[Hashable, NativeKernel]

    def __init__(self, size: int, machine: Machine) -> None:
        self.fix(size=size, machine=machine, dtype=np.dtype(f"f{size}"), _kernels=OrderedDict())

    def kernel(self, program: Program, mean: bool) -> NativeKernel:
        """The kernel of a program, from those that were made before if its structure is known."""
        key = mean, program.structure
        with compiling:
            found = self._kernels.get(key)
            if found is None:
                found = self._kernels[key] = NativeKernel(program, mean, self.size, self.machine)
            self._kernels.move_to_end(key)
            while len(self._kernels) > MOST_PROGRAMS:
                self._kernels.popitem(last=False)
            return found

    def descend(self, step: Any, update: Any, batches: Batches, state: State, scalars: Array, losses: Array) -> int:
        """Steps of training, all in native code. Raises ValueError for arrays that are not those of the kernels."""
        if not len(losses):
            return 0
        prepared = state.prepared
        if type(prepared) is not Prepared or prepared.kernels != (step, update) or prepared.dtype != self.dtype:
            prepared = state.prepared = Prepared(step, update, state, self.dtype)
        steps, width = len(losses), update.parameters
        if scalars.shape != (steps, width) or not 0 < batches.size <= batches.rows:
            raise ValueError(f"a step takes {width} scalars, and a batch {batches.rows} rows at most")
        inputs, strides = step.pointers(batches.columns, batches.rows)
        return int(self._run_descent(
            step.address, update.address, inputs, strides, _start_of_order(batches, steps), batches.rows, batches.size,
            steps, *prepared.sizes, *prepared.places, place(scalars, self.dtype, steps * width), width,
            place(losses, self.dtype, steps, changed=True), *prepared.scratch,
        ))  # fmt: skip

    @Once
    def _run_descent(self) -> Callable[..., int]:
        with compiling:
            return _descent(self.size, self.machine)


@lru_cache
def native_backend(size: int, vector_math: str) -> NativeBackend:
    """The backend of this machine. Raises CompileError where a vector math library is wanted and there is none."""
    if vector_math == "system" and not has_vector_math():
        raise CompileError("vector_math='system' needs a vector math library, glibc's libmvec, and there is none here")
    return NativeBackend(size, host(vector_math != "scalar"))


@lru_cache
def _descent(size: int, machine: Machine) -> Callable[..., int]:
    """The loop over steps; its arguments are those that `descend` gives it."""
    number = ir.DoubleType() if size == 8 else ir.FloatType()
    module = ir.Module()
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
    arguments = [INTEGER if kind == I64 else ADDRESS for kind in kinds]
    return MachineCode(module, machine).function("descend", INTEGER, arguments)


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


def _start_of_order(batches: Batches, steps: int) -> int | None:
    order, rows, epochs = batches.order, batches.rows, -(-steps // batches.each_epoch)
    if order is None:
        return None
    start = place(order, INDICES, order.size)
    if order.size < epochs * rows or not 0 <= order.min() <= order.max() < rows:
        raise ValueError(f"order has the indices of {rows} rows for {epochs} epochs")
    return start


def place(array: Array, dtype: np.dtype[Any], count: int, changed: bool = False) -> int:
    """Where an array begins. Raises ValueError if it has not so many numbers of this type, one after another."""
    if type(array) is not np.ndarray or array.dtype != dtype or array.size != count:
        raise ValueError(f"native code takes an array of {count} numbers of {dtype}")
    flags = array.flags
    if not (flags.c_contiguous and flags.aligned and (flags.writeable or not changed)):
        raise ValueError("native code takes an array that is contiguous, aligned and, if it is a result, writable")
    return address(array)


def _engine(text: str, machine: Machine) -> Any:
    _initialize()
    parsed = binding.parse_assembly(text)
    target = binding.Target.from_triple(binding.get_process_triple())
    target_machine = target.create_target_machine(cpu=machine.cpu, features=machine.features, opt=3)
    engine = binding.create_mcjit_compiler(parsed, target_machine)
    engine.finalize_object()
    return engine


def _on_a_large_stack(make: Callable[[], Any]) -> Any:
    """What it makes, unless this is the main thread in one of its own: LLVM recurses, and a thread may have little."""
    if current_thread() is main_thread():
        return make()
    made, errors = list[Any](), list[BaseException]()

    def run() -> None:
        try:
            made.append(make())
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run)
    before = stack_size(STACK_OF_LLVM)
    try:
        thread.start()
    finally:
        stack_size(before)
    thread.join()
    if errors:
        raise errors[0]
    return made[0]


@lru_cache
def _initialize() -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
