"""Where Python and NumPy keep what native code reads: the bytes from the start of an object to a number or a pointer.

They are those of the C API (docs.python.org/3/c-api/structures.html; numpy.org/doc/stable/reference/c-api), which
extensions built once for many versions rely on. They are checked against what the objects say of themselves before they
are used.
"""

import ctypes
import math
import sysconfig
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from autograd.core import Value

HEAD = object.__basicsize__  # the size of what every object begins with
TYPE = HEAD - 8  # the last member of that
FLOAT = SIZE = HEAD  # the number of a float; how many items a tuple has
ITEMS = tuple.__basicsize__  # where the items of a tuple begin
DATA, DIMENSIONS, SHAPE, STRIDES, DTYPE, FLAGS = [HEAD + offset for offset in (0, 8, 16, 24, 40, 48)]  # of an array
BYTE_ORDER, TYPE_NUMBER = HEAD + 10, HEAD + 12  # of a dtype
ALIGNED = 0x100  # among the flags of an array
ARRAY_TYPE, NEW_ARRAY = 2, 93  # numbers in the table of NumPy's functions: PyArray_Type, PyArray_New


@lru_cache
def value_data() -> int:
    """Where a Value has its data: Python orders the slots as it likes."""
    value, offsets = Value(number := math.pi), range(HEAD, Value.__basicsize__, 8)
    return next((offset for offset in offsets if _word(value, offset) == id(number) == id(value.data)), 0)


@lru_cache
def new_array() -> int:
    """The address of PyArray_New; 0 where objects are not as described here."""
    if sysconfig.get_config_var("Py_GIL_DISABLED") or not (value_data() and _are_known()):
        return 0
    table = _numpy_functions()
    return table[NEW_ARRAY] if table[ARRAY_TYPE] == id(np.ndarray) else 0


def address(array: np.ndarray[Any, Any]) -> int:
    """Where the numbers of an array begin. What NumPy offers for that takes ten times as long."""
    if type(array) is not np.ndarray:
        raise TypeError(f"native code takes arrays, got {type(array).__name__}")
    found: int = (
        ctypes.c_size_t.from_address(id(array) + DATA).value if new_array() else array.__array_interface__["data"][0]
    )
    return found


def _are_known() -> bool:
    number, items, probe = math.pi, (float, tuple), np.array([[math.pi, math.e, math.tau]] * 2).T
    rows, columns = [ctypes.c_int64.from_address(_word(probe, offset)) for offset in (SHAPE, STRIDES)]
    return (
        _word(number, TYPE) == id(float)
        and _word(number, FLOAT, ctypes.c_double) == number
        and [_word(items, SIZE), _word(items, ITEMS + 8)] == [len(items), id(tuple)]
        and _word(probe, DATA) == probe.__array_interface__["data"][0]
        and _word(probe, DIMENSIONS, ctypes.c_int32) == probe.ndim
        and [rows.value, columns.value] == [len(probe), probe.strides[0]]
        and _word(probe, DTYPE) == id(probe.dtype)
        and _word(probe.dtype, BYTE_ORDER, ctypes.c_uint8) == ord(probe.dtype.byteorder)
        and _word(probe.dtype, TYPE_NUMBER, ctypes.c_int32) == probe.dtype.num
        and bool(_word(probe, FLAGS) & ALIGNED) == probe.flags.aligned
    )


def _word(thing: Any, offset: int, kind: Any = ctypes.c_size_t) -> Any:
    return kind.from_address(id(thing) + offset).value


def _numpy_functions() -> Any:
    """The table that NumPy hands to extensions, from where import_array() takes it."""
    try:
        module = import_module("numpy._core._multiarray_umath")
    except ModuleNotFoundError:  # before NumPy 2
        module = import_module("numpy.core._multiarray_umath")
    find = ctypes.pythonapi.PyCapsule_GetPointer
    find.restype, find.argtypes = ctypes.POINTER(ctypes.c_size_t), (ctypes.py_object, ctypes.c_char_p)
    return find(module._ARRAY_API, None)
