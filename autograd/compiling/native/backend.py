"""The native backend: machine code for this process, made once for each structure of a program."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
from llvmlite import binding, ir

from autograd.compiling.arrays import Array
from autograd.compiling.backend import ROOM, Batches, Quick, State
from autograd.compiling.fixed import Fixed, Once
from autograd.compiling.locks import compiling
from autograd.compiling.native import kept
from autograd.compiling.native.descent_code import descent_function
from autograd.compiling.native.fastcall import CallWriter, add_symbol, as_python_function
from autograd.compiling.native.kernel import write_kernel
from autograd.compiling.native.kernel_function import ARGUMENTS, KernelFunction
from autograd.compiling.native.machine_code import ADDRESS, INTEGER, MachineCode
from autograd.compiling.native.object_layout import address, new_array
from autograd.compiling.native.processor import Processor, has_vector_math, host
from autograd.compiling.native.schedule import schedule
from autograd.compiling.native.vector_code import I64
from autograd.programs import CompileError, Program

MOST_PROGRAMS = 128  # that are remembered; forgotten ones live on while in use
INDICES, BYTES = np.dtype("int64"), np.dtype("uint8")


class NativeKernel(Fixed):
    """A program as machine code; see `backend.Kernel`."""

    inputs: int
    scalars: int
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

    def __init__(
        self, program: Program, mean: bool, size: int, processor: Processor, folder: str | None = None
    ) -> None:
        inputs, parameters, scalars = len(program.inputs), len(program.parameters), len(program.scalars)
        quick = mean and new_array() != 0
        code, scratch_bytes = _kept_code(program, mean, size, processor, folder)
        kinds = [INTEGER if kind == I64 else ADDRESS for kind in ARGUMENTS.values()]
        self.fix(
            inputs=inputs, scalars=scalars, outputs=parameters + 1 if mean else len(program.outputs), mean=mean,
            dtype=np.dtype(f"f{size}"), code=code, text=code.text, scratch_bytes=scratch_bytes,
            address=code.address("kernel"), quick=as_python_function(code) if quick else None,
            _run=code.function("kernel", None, kinds), _spare=[],
        )  # fmt: skip

    def __call__(self, columns: Sequence[Array] | Array, rows: int, scalars: Array, output: Array) -> None:
        """Fill output. Raises ValueError where arrays are not those of this program and that many rows."""
        inputs, strides = self.pointers(columns, rows)
        numbers = self.outputs if self.mean else self.outputs * rows
        scalars_at = address_of(scalars, self.dtype, self.scalars)
        output_at = address_of(output, self.dtype, numbers, changed=True)
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
            addresses = range(first, first + count * step, step) if step else [first] * count
            return (ADDRESS * count)(*addresses), (INTEGER * count)(*[columns.strides[1]] * count)
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
        except IndexError:  # the first call, or more at once than ever before
            memory = np.empty(self.scratch_bytes + 64, np.uint8)
        start = address_of(memory, BYTES, self.scratch_bytes + 64, changed=True)
        return memory, start + -start % 64


class Prepared(Fixed):
    """All that a descent hands to native code at each run: memory that stays where it is, and its addresses."""

    kernels: tuple[NativeKernel, NativeKernel]
    dtype: np.dtype[Any]
    sizes: tuple[int, int]
    addresses: tuple[Any, ...]
    scratch: tuple[int, int]

    def __init__(self, step: NativeKernel, update: NativeKernel, state: State, dtype: np.dtype[Any]) -> None:
        """Raises ValueError where the kernels are not those of one descent, or the state is that of another."""
        count, kept, room = state.parameters, state.kept, state.room
        kinds = type(step) is type(update) is NativeKernel and step.mean and not update.mean
        if not (
            kinds and step.dtype == update.dtype == dtype
            and step.outputs == count + 1 <= room and room % ROOM == 0 and step.scalars >= count
            and (update.inputs, update.outputs) == (2 + kept, 1 + kept)
        ):  # fmt: skip
            raise ValueError("these kernels and numbers are not of one descent")
        numbers, gradient = state.numbers, state.gradient
        own = update.pointers([numbers[0], gradient, *numbers[1:]], room)
        addresses = (
            address_of(numbers, dtype, (1 + kept) * room, changed=True),
            address_of(gradient, dtype, room, changed=True),
            # as they are where there are no others beside them
            address_of(state.scalars, dtype, step.scalars, changed=True) if step.scalars > count else None,
        )
        spare = [kernel.scratch() for kernel in (step, update)]
        self.fix(
            kernels=(step, update), dtype=dtype, sizes=(count, room), addresses=(*own, *addresses),
            scratch=tuple([start for _, start in spare]), _kept=(numbers, gradient, state.scalars, spare),
        )  # fmt: skip


class NativeBackend(Fixed):
    """Machine code in numbers of 8 or 4 bytes; see `backend.Backend`."""

    name = "native"
    size: int
    processor: Processor
    folder: str | None  # where machine code is kept
    dtype: np.dtype[Any]
    _kernels: OrderedDict[Hashable, NativeKernel]

    def __init__(self, size: int, processor: Processor, folder: str | None = None) -> None:
        self.fix(size=size, processor=processor, folder=folder, dtype=np.dtype(f"f{size}"), _kernels=OrderedDict())

    def kernel(self, program: Program, mean: bool) -> NativeKernel:
        """The kernel of a program, from those that were made before if its structure is known."""
        key = mean, program.structure
        with compiling:
            found = self._kernels.get(key)
            if found is None:
                found = self._kernels[key] = NativeKernel(program, mean, self.size, self.processor, self.folder)
            self._kernels.move_to_end(key)
            while len(self._kernels) > MOST_PROGRAMS:
                self._kernels.popitem(last=False)
            return found

    def describe(self, program: Program, mean: bool) -> str:
        """The findings of each pass over a program."""
        return schedule(program, mean).describe_passes()

    def descend(self, step: Any, update: Any, batches: Batches, state: State, scalars: Array, losses: Array) -> int:
        """Steps of training, all in native code. Raises ValueError for arrays that are not those of the kernels."""
        if not len(losses):
            return 0
        prepared = state.prepared
        if type(prepared) is not Prepared or prepared.kernels != (step, update) or prepared.dtype != self.dtype:
            prepared = state.prepared = Prepared(step, update, state, self.dtype)
        steps, width = len(losses), update.scalars
        if scalars.shape != (steps, width) or not 0 < batches.size <= batches.rows:
            raise ValueError(f"a step takes {width} scalars, and a batch {batches.rows} rows at most")
        inputs, strides = step.pointers(batches.columns, batches.rows)
        return int(self._run_descent(
            step.address, update.address, inputs, strides, _start_of_order(batches, steps), batches.rows, batches.size,
            steps, *prepared.sizes, *prepared.addresses, address_of(scalars, self.dtype, steps * width), width,
            address_of(losses, self.dtype, steps, changed=True), *prepared.scratch,
        ))  # fmt: skip

    @Once
    def _run_descent(self) -> Callable[..., int]:
        with compiling:
            return descent_function(self.size, self.processor)


@lru_cache
def native_backend(size: int, vector_math: str, folder: str | None = None) -> NativeBackend:
    """The backend of this machine. folder: where it keeps machine code, or None.

    Raises CompileError where a vector math library is wanted and there is none.
    """
    if vector_math == "system" and not has_vector_math():
        raise CompileError("vector_math='system' needs a vector math library, glibc's libmvec, and there is none here")
    return NativeBackend(size, host(vector_math != "scalar"), folder)


def _kept_code(
    program: Program, mean: bool, size: int, processor: Processor, folder: str | None
) -> tuple[MachineCode, int]:
    """The machine code of a program, and the bytes of scratch that it takes; from the folder, if it is there."""
    if folder is None:
        kernel = _written(program, mean, size, processor)
        return MachineCode(str(kernel.module), processor), kernel.scratch_bytes
    key = kept.key_of(program, mean, size, processor)
    found = kept.load(folder, key)
    if found and _add_symbols(found.symbols, processor):
        return MachineCode(found.text, processor, found.code), found.scratch_bytes
    kernel, compiled = _written(program, mean, size, processor), list[bytes]()
    code = MachineCode(str(kernel.module), processor, keep=compiled.append)
    symbols = [f.name for f in kernel.module.functions if f.is_declaration and not f.name.startswith("llvm.")]
    kept.store(folder, key, kept.Kept(compiled[0], code.text, symbols, kernel.scratch_bytes))
    return code, kernel.scratch_bytes


def _written(program: Program, mean: bool, size: int, processor: Processor) -> KernelFunction:
    number = ir.DoubleType() if size == 8 else ir.FloatType()
    kernel = write_kernel(schedule(program, mean), mean, len(program.parameters) + 1, number, processor, "kernel")
    if mean and new_array() != 0:
        CallWriter(kernel, len(program.inputs), len(program.scalars), len(program.parameters)).write()
    return kernel


def _add_symbols(names: Sequence[str], processor: Processor) -> bool:
    """Tell LLVM where functions are; False if one of them is not here."""
    for name in names:
        if name.startswith("Py"):
            try:
                add_symbol(name)
            except AttributeError:
                return False
        elif (address_here := processor.address_of(name)) is None:
            return False
        else:
            binding.add_symbol(name, address_here)
    return True


def _start_of_order(batches: Batches, steps: int) -> int | None:
    order, rows, epochs = batches.order, batches.rows, -(-steps // batches.each_epoch)
    if order is None:
        return None
    start = address_of(order, INDICES, order.size)
    if order.size < epochs * rows or not 0 <= order.min() <= order.max() < rows:
        raise ValueError(f"order has the indices of {rows} rows for {epochs} epochs")
    return start


def address_of(array: Array, dtype: np.dtype[Any], count: int, changed: bool = False) -> int:
    """The address of an array. Raises ValueError unless it has that many numbers of this type, one after another."""
    if type(array) is not np.ndarray or array.dtype != dtype or array.size != count:
        raise ValueError(f"native code takes an array of {count} numbers of {dtype}")
    flags = array.flags
    if not (flags.c_contiguous and flags.aligned and (flags.writeable or not changed)):
        raise ValueError("native code takes an array that is contiguous, aligned and, if it is a result, writable")
    return address(array)
