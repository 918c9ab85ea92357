"""The protocol between compiled functions and backends."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from autograd.compiling.arrays import Array
from autograd.compiling.fixed import Fixed
from autograd.compiling.optional_numpy import np
from autograd.programs import Program

ROOM = 16  # numbers: what training changes takes a multiple of so much memory, with zeros at its end

Quick = Callable[[Any, Any], tuple[float, Array] | None]


class Kernel(Protocol):
    """A program, ready to run.

    quick is a way to call it with whatever was given, which answers None where it does not know what to do. The
    backend may have none.
    """

    text: str
    quick: Quick | None

    def __call__(self, columns: Sequence[Array] | Array, rows: int, scalars: Array, output: Array) -> None:
        """Fill output: with the means over the rows of the gradient and the loss, or with each row's outputs.

        columns: an array for each input, of that many rows or, where it is the same in all, of none (0-dimensional),
        or all of them as the rows of one array;
        scalars: the parameters; output: contiguous, as are the scalars. All are of the program's type.
        """
        ...


class Backend(Protocol):
    """Makes kernels of programs, and runs training with them."""

    name: str

    def kernel(self, program: Program, mean: bool) -> Kernel:
        """A kernel: of means over the rows, or of the outputs of each."""
        ...

    def describe(self, program: Program, mean: bool) -> str:
        """The structure that is found in a program when a kernel is made of it, as text."""
        ...

    def descend(self, step: Any, update: Any, batches: Batches, state: State, scalars: Array, losses: Array) -> int:
        """Take steps of training, and say how many: fewer where a loss or a gradient is not finite.

        step: a kernel of this backend, of means; update: one of rows, which are the parameters; scalars: a row for
        each step, that update takes; losses: to be filled, with the loss before each step.
        """
        ...


@dataclass
class Batches:
    """The rows to learn from: columns of all, as for a kernel; order: their indices, epoch after epoch, or None."""

    columns: Sequence[Array] | Array
    rows: int
    size: int
    order: Array | None

    @property
    def each_epoch(self) -> int:
        """The number of batches in an epoch."""
        return -(-self.rows // self.size)


class State(Fixed):
    """The numbers that training changes.

    numbers: the parameters, and in a row each what the optimizer keeps of them; gradient: of the last step, with
    its loss after it. Both have room for more, with zeros, so that registers may be filled. prepared is the backend's,
    of what stays the same from run to run.
    """

    changing = frozenset({"prepared"})
    prepared: Any
    numbers: Array
    gradient: Array
    parameters: int
    kept: int
    room: int

    def __init__(self, parameters: int, kept: int, dtype: np.dtype[Any]) -> None:
        room = -(-(parameters + 1) // ROOM) * ROOM
        self.fix(parameters=parameters, kept=kept, room=room, numbers=_lasting((1 + kept, room), dtype),
                 gradient=_lasting((room,), dtype), prepared=None)  # fmt: skip


def _lasting(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Zeros in memory that stays where it is: a bytearray that somebody looks into cannot be resized, an array can."""
    return np.frombuffer(bytearray(math.prod(shape) * dtype.itemsize), dtype).reshape(shape)
