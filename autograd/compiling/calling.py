"""From Python into native code and back, in a fraction of a microsecond.

A call by way of ctypes and of an array's `ctypes` attribute takes some microseconds, more than a small network does.
So each kernel comes with a function that Python calls directly (METH_FASTCALL). It looks at its arguments through the
buffer protocol and reads the parameters; whatever it does not know, it leaves to Python by returning None.

The functions and structures are those of the C API: docs.python.org/3/c-api/buffer.html, and structures.html.
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import binding, ir

from autograd.compiling.code import I1, I8, I32, I64, POINTER, Code

METH_FASTCALL = 0x80
STRIDED_WITH_FORMAT = 0x18 | 0x04  # PyBUF_STRIDES | PyBUF_FORMAT
BUFFER_BYTES, BUF, ITEMSIZE, NDIM, FORMAT, SHAPE, STRIDES = 80, 0, 24, 36, 40, 48, 56  # of a Py_buffer, 64-bit
OBJ = 8
ROWS_WORTH_A_THREAD = 256  # rows from which on other Python threads may run meanwhile
NULL = ir.Constant(POINTER, None)


class _MethodDef(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("method", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class CallWriter:
    """Writes the function, into the module of its kernel:

        call(data, parameters, gradient, *inputs) -> the loss, or None

    data: the string "data"; parameters: a tuple of Values; gradient: a contiguous array to fill; inputs:
    one-dimensional arrays of as many rows, or floats.
    """

    def __init__(self, code: Code, kernel: Any, inputs: int, parameters: int, scratch_bytes: int) -> None:
        self.inputs, self.parameters, self.scratch_bytes, self.kernel = inputs, parameters, scratch_bytes, kernel
        function = ir.Function(kernel.module, ir.FunctionType(POINTER, [POINTER, POINTER, I64]), "call")
        _, self.arguments, self.count = function.args
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.plain = Code(self.builder, code.number, 1, code.machine)
        self.format = ord("d" if self.plain.size == 8 else "f")

    def write(self) -> None:
        """The function."""
        b, views = self.builder, self._reserve(I64, BUFFER_BYTES // 8 * (self.inputs + 1))  # the gradient's comes last
        self.pointers, self.strides = self._reserve(POINTER, self.inputs), self._reserve(I64, self.inputs)
        self.singles, answer = self._reserve(self.plain.number, self.inputs), self._reserve(POINTER, 1)
        b.store(NULL, answer)
        with b.if_then(b.icmp_signed("==", self.count, I64(self.inputs + 3))):
            self._with_arguments(views, answer)
        with b.if_then(self._is_null(b.load(answer, typ=POINTER))):
            none = b.inttoptr(I64(id(None)), POINTER)
            self._python("Py_IncRef", ir.VoidType(), none)
            b.store(none, answer)
        b.ret(b.load(answer, typ=POINTER))

    def _with_arguments(self, views: Any, answer: Any) -> None:
        """Look at all arguments, and run if they fit."""
        b, plain, n = self.builder, self.plain, self.inputs
        plain.each(n + 1, lambda i: b.store(NULL, self._field(views, i, OBJ)))
        rows, good = I64(-1), I1(1)
        if n:
            rows, good = plain.fold(n, 1, [rows, good], lambda i, so_far: self._take(views, i, *so_far))
        rows = b.select(b.icmp_signed("<", rows, I64(0)), I64(1), rows)
        gradient = self._view(views, I64(n), self._argument(2))
        with b.if_then(b.and_(b.and_(good, gradient), b.icmp_signed(">", rows, I64(0)))):
            target = b.load(self._field(views, I64(n), BUF), typ=POINTER)
            size = self.scratch_bytes + plain.size * (2 * self.parameters + 1) + 64
            memory = self._python("PyMem_RawMalloc", POINTER, I64(size))
            with b.if_then(b.not_(self._is_null(memory))):
                self._compute(rows, memory, target, answer)
                self._python("PyMem_RawFree", ir.VoidType(), memory)
        plain.each(n + 1, lambda i: self._python("PyBuffer_Release", ir.VoidType(), self._field(views, i, 0)))

    def _compute(self, rows: Any, memory: Any, target: Any, answer: Any) -> None:
        """Read the parameters, run the kernel, and fill the gradient; answer with the loss."""
        b, plain, p = self.builder, self.plain, self.parameters
        scratch = b.inttoptr(b.and_(b.add(b.ptrtoint(memory, I64), I64(63)), I64(-64)), POINTER)
        scalars = b.gep(scratch, [I64(self.scratch_bytes)], source_etype=I8)
        output = plain.address(scalars, None, p)
        with b.if_then(self._read_parameters(scalars)):
            self._run(rows, scalars, output, scratch)
            plain.each(p, lambda i: plain.store(plain.load(plain.address(output, i)), plain.address(target, i)))
            loss = plain.load(plain.address(output, None, p))
            loss = loss if plain.size == 8 else b.fpext(loss, ir.DoubleType())
            b.store(self._python("PyFloat_FromDouble", POINTER, loss), answer)

    def _take(self, views: Any, i: Any, rows: Any, good: Any) -> list[Any]:
        """One input: a pointer and a stride."""
        b, plain = self.builder, self.plain
        argument = self._argument(b.add(i, I64(3)))
        pointer, stride = (b.gep(place, [i], source_etype=kind)
                           for place, kind in ((self.pointers, POINTER), (self.strides, I64)))  # fmt: skip
        is_float = self._python("PyObject_IsInstance", I32, argument, b.inttoptr(I64(id(float)), POINTER))
        with b.if_else(b.icmp_signed("==", is_float, I32(1))) as (then, otherwise):
            with then:
                number = self._python("PyFloat_AsDouble", ir.DoubleType(), argument)
                single = plain.address(self.singles, i)
                plain.store(number if plain.size == 8 else b.fptrunc(number, plain.number), single)
                b.store(single, pointer)
                b.store(I64(0), stride)
                after_float = b.block
            with otherwise:
                fits = self._view(views, i, argument)
                with b.if_then(fits):
                    b.store(b.load(self._field(views, i, BUF), typ=POINTER), pointer)
                    strides = b.load(self._field(views, i, STRIDES), typ=POINTER)
                    b.store(b.load(strides, typ=I64), stride)
                    shape = b.load(self._field(views, i, SHAPE), typ=POINTER)
                    length = b.load(shape, typ=I64)
                    viewed = b.block
                unfit = self._block_before_join(fits)
                found = b.phi(I64)
                found.add_incoming(length, viewed)
                found.add_incoming(I64(0), unfit)
                known = b.icmp_signed(">=", rows, I64(0))
                same = b.or_(b.not_(known), b.icmp_signed("==", found, rows))
                well = b.and_(good, b.and_(fits, same))
                after_array = b.block
        next_rows, next_good = b.phi(I64), b.phi(I1)
        for phi, of_float, of_array in ((next_rows, rows, found), (next_good, good, well)):
            phi.add_incoming(of_float, after_float)
            phi.add_incoming(of_array, after_array)
        return [next_rows, next_good]

    @staticmethod
    def _block_before_join(value: Any) -> Any:
        """The block in which a value was made, which is where its if_then branched from."""
        return value.parent

    def _view(self, views: Any, i: Any, argument: Any) -> Any:
        """Whether an argument is a one-dimensional array of our numbers; its buffer, if so."""
        b = self.builder
        view = b.gep(views, [b.mul(i, I64(BUFFER_BYTES))], source_etype=I8)
        failed = self._python("PyObject_GetBuffer", I32, argument, view, I32(STRIDED_WITH_FORMAT))
        with b.if_then(b.icmp_signed("!=", failed, I32(0))):
            self._python("PyErr_Clear", ir.VoidType())
        before = b.block
        with b.if_then(b.icmp_signed("==", failed, I32(0))):
            kind = self._python("PyObject_Type", POINTER, argument)  # not a masked array, which would lose its mask
            self._python("Py_DecRef", ir.VoidType(), kind)
            plain = b.icmp_unsigned("==", b.ptrtoint(kind, I64), I64(id(np.ndarray)))
            one = b.icmp_signed("==", b.load(self._field(views, i, NDIM), typ=I32), I32(1))
            size = b.icmp_signed("==", b.load(self._field(views, i, ITEMSIZE), typ=I64), I64(self.plain.size))
            text = b.load(self._field(views, i, FORMAT), typ=POINTER)
            letter = b.icmp_signed("==", b.load(text, typ=I8), I8(self.format))
            end = b.icmp_signed("==", b.load(b.gep(text, [I64(1)], source_etype=I8), typ=I8), I8(0))
            fits = b.and_(b.and_(plain, one), b.and_(size, b.and_(letter, end)))
            looked = b.block
        answer = b.phi(I1)
        answer.add_incoming(I1(0), before)
        answer.add_incoming(fits, looked)
        return answer

    def _read_parameters(self, scalars: Any) -> Any:
        """Whether all parameters have numbers, which are written to scalars."""
        b, plain = self.builder, self.plain
        if not self.parameters:
            return I1(1)
        values, name = self._argument(1), self._argument(0)

        def read(i: Any, good: list[Any]) -> list[Any]:
            value = self._python("PyTuple_GetItem", POINTER, values, i)
            data = self._python("PyObject_GetAttr", POINTER, value, name)
            before = b.block
            with b.if_then(b.not_(self._is_null(data))):
                number = self._python("PyFloat_AsDouble", ir.DoubleType(), data)
                self._python("Py_DecRef", ir.VoidType(), data)
                plain.store(number if plain.size == 8 else b.fptrunc(number, plain.number), plain.address(scalars, i))
                read_one = b.block
            well = b.phi(I1)
            well.add_incoming(I1(0), before)
            well.add_incoming(I1(1), read_one)
            return [b.and_(good[0], well)]

        (good,) = plain.fold(self.parameters, 1, [I1(1)], read)
        none_failed = b.and_(good, self._is_null(self._python("PyErr_Occurred", POINTER)))
        with b.if_then(b.not_(none_failed)):
            self._python("PyErr_Clear", ir.VoidType())
        return none_failed

    def _run(self, rows: Any, scalars: Any, output: Any, scratch: Any) -> None:
        b = self.builder
        operands = [self.pointers, self.strides, NULL, I64(0), rows, scalars, output, scratch]
        with b.if_else(b.icmp_signed("<", rows, I64(ROWS_WORTH_A_THREAD))) as (then, otherwise):
            with then:
                b.call(self.kernel, operands)
            with otherwise:
                state = self._python("PyEval_SaveThread", POINTER)
                b.call(self.kernel, operands)
                self._python("PyEval_RestoreThread", ir.VoidType(), state)

    def _is_null(self, pointer: Any) -> Any:
        return self.builder.icmp_unsigned("==", self.builder.ptrtoint(pointer, I64), I64(0))

    def _reserve(self, kind: Any, count: int) -> Any:
        place = self.builder.alloca(kind, I64(max(count, 1)))
        place.type = POINTER  # llvmlite's is one to its kind still
        return place

    def _argument(self, i: Any) -> Any:
        index = I64(i) if isinstance(i, int) else i
        return self.builder.load(self.builder.gep(self.arguments, [index], source_etype=POINTER), typ=POINTER)

    def _field(self, views: Any, i: Any, offset: int) -> Any:
        b = self.builder
        return b.gep(views, [b.add(b.mul(i, I64(BUFFER_BYTES)), I64(offset))], source_etype=I8)

    def _python(self, name: str, kind: Any, *operands: Any) -> Any:
        """A call of Python's C API."""
        module = self.builder.module
        function = module.globals.get(name)
        if function is None:
            address = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value
            assert address is not None
            binding.add_symbol(name, address)
            function = ir.Function(module, ir.FunctionType(kind, [x.type for x in operands]), name)
        return self.builder.call(function, operands)


def as_python_function(address: int) -> tuple[Callable[..., Any], Sequence[Any]]:
    """A function for Python from machine code, and what has to live as long as it does."""
    definition = _MethodDef(b"call", address, METH_FASTCALL, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    return make(ctypes.addressof(definition), None, None), (definition,)
