"""Python's operators, spelled as operations of the table.

What inherits from Arithmetic and says how it applies an operation is an interpreter of the whole table: the
symbols of `notation` and the high-precision numbers of `checking` are two.
"""

from collections.abc import Callable

from autograd import operations as ops
from autograd.annotations import Any
from autograd.declaration import Operation


def _operator(op: Operation) -> Callable[[Any, Any], Any]:
    return lambda x, y: x.apply_operation(op, (x, y))


def _reflected(op: Operation) -> Callable[[Any, Any], Any]:
    return lambda x, y: x.apply_operation(op, (y, x))


class Arithmetic:
    """Gives + - * / **, unary - and abs() to a class that has `apply_operation(operation, operands)`."""

    __slots__ = ()

    __add__, __radd__ = _operator(ops.add), _reflected(ops.add)
    __sub__, __rsub__ = _operator(ops.sub), _reflected(ops.sub)
    __mul__, __rmul__ = _operator(ops.mul), _reflected(ops.mul)
    __truediv__, __rtruediv__ = _operator(ops.div), _reflected(ops.div)
    __pow__, __rpow__ = _operator(ops.pow), _reflected(ops.pow)

    def __neg__(self) -> Any:
        return ops.neg(self)

    def __abs__(self) -> Any:
        return ops.abs(self)
