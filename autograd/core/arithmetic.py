"""Python's operators, spelled as operations of the table.

A class that inherits from Arithmetic and says how it applies an operation is an interpreter of the whole table: the
symbols of `notation` and the high-precision numbers of `checking` are two.
"""

from collections.abc import Callable

from autograd.core import operations as ops
from autograd.core.annotations import Any
from autograd.core.declaration import Operation
from autograd.core.floats import is_foreign


def _operator(op: Operation, reflected: str) -> Callable[[Any, Any], Any]:
    def apply(x: Any, y: Any) -> Any:
        return NotImplemented if is_foreign(y, reflected) else x.apply_operation(op, (x, y))

    return apply


def _reflected(op: Operation) -> Callable[[Any, Any], Any]:
    return lambda x, y: x.apply_operation(op, (y, x))


class Arithmetic:
    """Gives + - * / **, unary - and abs() to a class that has `apply_operation(operation, operands)`."""

    __slots__ = ()

    __add__, __radd__ = _operator(ops.add, "__radd__"), _reflected(ops.add)
    __sub__, __rsub__ = _operator(ops.sub, "__rsub__"), _reflected(ops.sub)
    __mul__, __rmul__ = _operator(ops.mul, "__rmul__"), _reflected(ops.mul)
    __truediv__, __rtruediv__ = _operator(ops.div, "__rtruediv__"), _reflected(ops.div)
    __pow__, __rpow__ = _operator(ops.pow, "__rpow__"), _reflected(ops.pow)

    def __neg__(self) -> Any:
        return ops.neg(self)

    def __abs__(self) -> Any:
        return ops.abs(self)
