"""From Python into native code and back, in a fraction of a microsecond.

A call through ctypes and an array's `ctypes` attribute takes some microseconds, more than a small network does; a view
of an array through the buffer protocol takes longer than its forward pass. So each kernel comes with a function that
Python calls directly (METH_FASTCALL), which reads arrays, floats and parameters where they keep their numbers (see
`object_layout`), and runs no Python before it has the result. Whatever it does not recognize it leaves to Python.
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import binding, ir

from autograd.compiling.native import object_layout
from autograd.compiling.native.kernel_function import KernelFunction
from autograd.compiling.native.vector_code import I8, I32, I64, POINTER, VectorCode
from autograd.core import Value

METH_FASTCALL = 0x80
DOUBLE, SINGLE = np.dtype("float64"), np.dtype("float32")
ROWS_WORTH_A_THREAD = 256  # from this many rows on, other Python threads may run meanwhile
STACK_BYTES = (
    2560  # bytes on the stack for a call, which gets more from Python: its frame, with columns, is below a page
)
FEW_INPUTS = 40  # whose columns are noted on the stack
NULL = ir.Constant(POINTER, None)
OBJECTS = (None, float, tuple, np.ndarray, Value)  # whose addresses code reads from a table: each process has its own


class CallWriter:
    """Writes the function, into the module of its kernel:

        call(scalars, columns) -> (the loss, its gradient), or None

    scalars: a tuple of Values, the parameters and then the others; columns: a tuple of one-dimensional arrays of as
    many rows, or floats. None is for what it does not know. Its definition (PyMethodDef) is in the module as well, and
    so lives as long as the code.
    """

    def __init__(self, kernel: KernelFunction, inputs: int, scalars: int, parameters: int) -> None:
        self.kernel, self.inputs, self.scalars, self.parameters = kernel, inputs, scalars, parameters
        code = kernel.code
        self.function = ir.Function(kernel.module, ir.FunctionType(POINTER, [POINTER, POINTER, I64]), "call")
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        self.objects = ir.GlobalVariable(kernel.module, ir.ArrayType(I64, len(OBJECTS)), "objects")
        self.objects.initializer = ir.Constant(self.objects.value_type, None)
        self.plain = VectorCode(self.builder, code.number, 1, code.processor)
        self.dtype = DOUBLE if self.plain.size == 8 else SINGLE

    def write(self) -> None:
        """The function."""
        b, plain, p, s = self.builder, self.plain, self.parameters, self.scalars
        _, arguments, count = self.function.args
        self.refused, self.unknown = map(self.function.append_basic_block, ("refused", "unknown"))
        self._require(b.icmp_signed("==", count, I64(2)), self.refused)
        values = self._tuple_of(self._pointer(arguments), s)
        columns = self._tuple_of(self._pointer(arguments, 8), self.inputs)
        self._reserve_columns()

        rows = self._take_all(columns)
        scratch_bytes = self.kernel.scratch_bytes_of(b, rows)
        size = b.add(scratch_bytes, I64(plain.size * (s + p + 1) + 64))
        small = b.icmp_signed("<=", size, I64(STACK_BYTES))
        memory = self._allocate(small, size)

        self.failed = self.function.append_basic_block("failed")
        scratch = b.inttoptr(b.and_(b.add(b.ptrtoint(memory, I64), I64(63)), I64(-64)), POINTER)
        scalars = b.gep(scratch, [scratch_bytes], source_etype=I8)
        output = plain.address(scalars, None, s)
        if s:
            plain.each(s, lambda i: self._read_parameter(values, scalars, i))
        self._run(rows, scalars, output, scratch)
        answer = self._answer(output)
        self._release(small, memory)
        self._release_columns()
        b.ret(answer)

        b.position_at_end(self.failed)
        self._release(small, memory)
        b.branch(self.unknown)
        b.position_at_end(self.unknown)
        self._release_columns()
        b.branch(self.refused)
        b.position_at_end(self.refused)
        none = self._object(None)
        self._python("Py_IncRef", ir.VoidType(), none)
        b.ret(none)
        self._define()

    def _define(self) -> None:
        """The definition: docs.python.org/3/c-api/structures.html#c.PyMethodDef."""
        module, text = self.function.module, ir.Constant(ir.ArrayType(I8, 5), bytearray(b"call\0"))
        name = ir.GlobalVariable(module, text.type, "name")
        kinds = [name.type, self.function.type, I32, POINTER]
        definition = ir.GlobalVariable(module, ir.LiteralStructType(kinds), "definition")
        name.initializer = text
        definition.initializer = ir.Constant(definition.value_type, [name, self.function, I32(METH_FASTCALL), NULL])

    # --------------------------------------------------------------------------------------------- what is given

    def _take_all(self, columns: Any) -> Any:
        """All inputs: pointers and strides; gives the number of rows."""
        b, n = self.builder, self.inputs
        if not n:
            return I64(1)
        (rows,) = self.plain.fold(n, 1, [I64(-1)], lambda i, so_far: [self._take(columns, i, *so_far)])
        self._require(b.icmp_signed("!=", rows, I64(0)))
        return b.select(b.icmp_signed("<", rows, I64(0)), I64(1), rows)  # there may be nothing but floats

    def _take(self, columns: Any, i: Any, rows: Any) -> Any:
        """One input; gives the number of rows so far, which is -1 as long as there was no array."""
        b, plain = self.builder, self.plain
        column = self._item(columns, i)
        pointer, stride = (b.gep(noted, [i], source_etype=kind)
                           for noted, kind in ((self.pointers, POINTER), (self.strides, I64)))  # fmt: skip
        with b.if_else(self._is(self._pointer(column, object_layout.TYPE), np.ndarray)) as (then, otherwise):
            with then:  # and no subclass, which may have a mask
                one = b.icmp_signed("==", self._integer(column, object_layout.DIMENSIONS, I32), I32(1))
                dtype = self._pointer(column, object_layout.DTYPE)
                same = b.icmp_signed("==", self._integer(dtype, object_layout.TYPE_NUMBER, I32), I32(self.dtype.num))
                native = b.icmp_signed("==", self._integer(dtype, object_layout.BYTE_ORDER, I8), I8(ord("=")))
                flags = self._integer(column, object_layout.FLAGS, I32)
                aligned = b.icmp_signed("!=", b.and_(flags, I32(object_layout.ALIGNED)), I32(0))
                self._require(b.and_(b.and_(one, same), b.and_(native, aligned)))
                length = self._integer(self._pointer(column, object_layout.SHAPE), 0)
                self._require(b.or_(b.icmp_signed("<", rows, I64(0)), b.icmp_signed("==", length, rows)))
                b.store(self._pointer(column, object_layout.DATA), pointer)
                b.store(self._integer(self._pointer(column, object_layout.STRIDES), 0), stride)
                after_array = b.block
            with otherwise:
                single = plain.address(self.singles, i)
                plain.store(self._float(column, self.unknown), single)
                b.store(single, pointer)
                b.store(I64(0), stride)
                after_float = b.block
        next_rows = b.phi(I64)
        next_rows.add_incoming(length, after_array)
        next_rows.add_incoming(rows, after_float)
        return next_rows

    def _read_parameter(self, values: Any, scalars: Any, i: Any) -> None:
        b, value = self.builder, self._item(values, i)
        plain = self._is(self._pointer(value, object_layout.TYPE), Value)  # whose data is a slot
        self._require(plain, self.failed)
        data = self._pointer(value, object_layout.value_data())
        self._require(b.not_(self._is_null(data)), self.failed)
        self.plain.store(self._float(data, self.failed), self.plain.address(scalars, i))

    def _float(self, thing: Any, otherwise: Any) -> Any:
        """The number of a float, NumPy's float64 among them."""
        b, number = self.builder, self.plain.number
        kind, floats = self._pointer(thing, object_layout.TYPE), self._object(float)
        self._require(b.icmp_signed("!=", self._python("PyType_IsSubtype", I32, kind, floats), I32(0)), otherwise)
        double = b.load(b.gep(thing, [I64(object_layout.FLOAT)], source_etype=I8), typ=ir.DoubleType())
        return double if self.plain.size == 8 else b.fptrunc(double, number)

    # ------------------------------------------------------------------------------------------- what is returned

    def _run(self, rows: Any, scalars: Any, output: Any, scratch: Any) -> None:
        b = self.builder
        operands = [self.pointers, self.strides, NULL, I64(0), rows, scalars, output, scratch]
        with b.if_else(b.icmp_signed("<", rows, I64(ROWS_WORTH_A_THREAD))) as (then, otherwise):
            with then:
                b.call(self.kernel.function, operands)
            with otherwise:
                state = self._python("PyEval_SaveThread", POINTER)
                b.call(self.kernel.function, operands)
                self._python("PyEval_RestoreThread", ir.VoidType(), state)

    def _answer(self, output: Any) -> Any:
        """A tuple of loss and gradient; null, with Python's exception, if there is no memory left."""
        b, plain, p = self.builder, self.plain, self.parameters
        loss = plain.load(plain.address(output, None, p))
        double = loss if plain.size == 8 else b.fpext(loss, ir.DoubleType())
        number, gradient = self._python("PyFloat_FromDouble", POINTER, double), self._new_array(p)
        answer = self._python("PyTuple_New", POINTER, I64(2))
        made = [b.not_(self._is_null(thing)) for thing in (number, gradient, answer)]
        with b.if_else(b.and_(made[0], b.and_(*made[1:]))) as (then, otherwise):
            with then:
                target = self._pointer(gradient, object_layout.DATA)
                plain.each(p, lambda i: plain.store(plain.load(plain.address(output, i)), plain.address(target, i)))
                for i, thing in enumerate((number, gradient)):
                    b.store(thing, b.gep(answer, [I64(object_layout.ITEMS + 8 * i)], source_etype=I8))
                complete = b.block
            with otherwise:
                for thing in (number, gradient, answer):
                    self._python("Py_DecRef", ir.VoidType(), thing)  # which leaves null as it is
                incomplete = b.block
        result = b.phi(POINTER)
        result.add_incoming(answer, complete)
        result.add_incoming(NULL, incomplete)
        return result

    def _new_array(self, length: int) -> Any:
        """A new array of numbers of our type."""
        b, number = self.builder, I32(self.dtype.num)
        shape = self._reserve(I64, 1)
        b.store(I64(length), shape)
        operands = [self._object(np.ndarray), I32(1), shape, number, NULL, NULL, I32(0), I32(0), NULL]
        return self._call("PyArray_New", POINTER, operands)

    def _allocate(self, small: Any, size: Any) -> Any:
        b, stack = self.builder, self._reserve(I8, STACK_BYTES)
        before = b.block
        with b.if_then(b.not_(small)):
            allocated = self._python("PyMem_RawMalloc", POINTER, size)
            after = b.block
        memory = b.phi(POINTER)
        memory.add_incoming(stack, before)
        memory.add_incoming(allocated, after)
        self._require(b.not_(self._is_null(memory)))
        return memory

    def _release(self, small: Any, memory: Any) -> None:
        with self.builder.if_then(self.builder.not_(small)):
            self._python("PyMem_RawFree", ir.VoidType(), memory)

    # ------------------------------------------------------------------------------------------------------ tools

    def _require(self, condition: Any, otherwise: Any = None) -> None:
        """Go on if the condition holds, else where all is left to Python."""
        following = self.builder.append_basic_block("known")
        self.builder.cbranch(condition, following, otherwise or self.unknown)
        self.builder.position_at_end(following)

    def _is_null(self, pointer: Any) -> Any:
        return self.builder.icmp_unsigned("==", self.builder.ptrtoint(pointer, I64), I64(0))

    def _object(self, thing: Any) -> Any:
        return self._pointer(self.objects, 8 * OBJECTS.index(thing))

    def _is(self, pointer: Any, thing: Any) -> Any:
        return self.builder.icmp_unsigned("==", pointer, self._object(thing))

    def _tuple_of(self, thing: Any, count: int) -> Any:
        """The thing, which has to be a tuple of that many items."""
        b = self.builder
        self._require(self._is(self._pointer(thing, object_layout.TYPE), tuple), self.refused)
        self._require(b.icmp_signed("==", self._integer(thing, object_layout.SIZE), I64(count)), self.refused)
        return thing

    def _reserve_columns(self) -> None:
        """Memory for the columns, a pointer, a stride and a number each: on the stack where they are few."""
        b, n = self.builder, max(self.inputs, 1)
        size = n * (16 + self.plain.size)
        if self.inputs <= FEW_INPUTS:
            self.noted = self._reserve(I64, -(-size // 8))
        else:
            self.noted = self._python("PyMem_RawMalloc", POINTER, I64(size))
            self._require(b.not_(self._is_null(self.noted)), self.refused)
        self.pointers = self.noted
        self.strides, self.singles = (b.gep(self.noted, [I64(k * n)], source_etype=I64) for k in (1, 2))

    def _release_columns(self) -> None:
        if self.inputs > FEW_INPUTS:
            self._python("PyMem_RawFree", ir.VoidType(), self.noted)

    def _reserve(self, kind: Any, count: int) -> Any:
        with self.builder.goto_entry_block():
            memory = self.builder.alloca(kind, I64(count))
        memory.type = POINTER  # llvmlite still makes it a pointer to its kind
        return memory

    def _item(self, items: Any, i: Any) -> Any:
        b = self.builder
        return b.load(b.gep(items, [b.add(b.mul(i, I64(8)), I64(object_layout.ITEMS))], source_etype=I8), typ=POINTER)

    def _pointer(self, thing: Any, offset: int = 0) -> Any:
        return self._integer(thing, offset, POINTER)

    def _integer(self, thing: Any, offset: int, kind: Any = I64) -> Any:
        return self.builder.load(self.builder.gep(thing, [I64(offset)], source_etype=I8), typ=kind)

    def _python(self, name: str, kind: Any, *operands: Any) -> Any:
        """A call of Python's C API."""
        return self._call(name, kind, operands)

    def _call(self, name: str, kind: Any, operands: Sequence[Any]) -> Any:
        module = self.builder.module
        function = module.globals.get(name)
        if function is None:
            add_symbol(name)
            function = ir.Function(module, ir.FunctionType(kind, [x.type for x in operands]), name)
        return self.builder.call(function, operands)


def add_symbol(name: str) -> None:
    """Tell LLVM where a function of Python's or NumPy's C API is. Raises AttributeError where there is none."""
    if name == "PyArray_New":
        address = object_layout.new_array()
    else:
        address = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0
    if not address:
        raise AttributeError(f"Python has no {name} here")
    binding.add_symbol(name, address)


def as_python_function(code: Any) -> Callable[..., Any]:
    """The function for Python in machine code, which it owns: Python frees what a function is bound to after it."""
    table = (ctypes.c_size_t * len(OBJECTS)).from_address(code.address("objects"))
    table[:] = list(map(id, OBJECTS))
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
    function: Callable[..., Any] = make(code.address("definition"), code, None)
    return function
