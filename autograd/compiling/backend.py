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

ROOM = 16  # numbers: what training changes is padded with zeros to a multiple of this many

Quick = Callable[[Any, Any], tuple[float, Array] | None]


class Kernel(Protocol):
    """A program, ready to run.

    quick calls it with whatever was given, and returns None for what it does not know. A backend may have none.
    """

    text: str
    quick: Quick | None

    def __call__(self, columns: Sequence[Array] | Array, rows: int, scalars: Array, output: Array) -> None:
        """Fill output: with the means over the rows of the gradient and the loss, or with each row's outputs.

        columns: for each input an array of that many rows, or a 0-dimensional one where it is the same in all; or all
        of them as the rows of one array; scalars: the parameters, and then the others; output: contiguous, as are
        the scalars. All are of the program's type.
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
        """Take steps of training, and return how many: fewer where a loss or a gradient is not finite.

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

    numbers: a row of the parameters, and a row for each number that the optimizer keeps of them; gradient: of the last
    step, followed by its loss. Both are padded with zeros, so that registers can be filled. scalars: what a step takes:
    room for the parameters, and then the others. prepared: what the backend keeps from run to run.
    """

    changing = frozenset({"prepared"})
    prepared: Any
    numbers: Array
    gradient: Array
    scalars: Array
    parameters: int
    kept: int
    room: int

    def __init__(self, parameters: int, kept: int, others: int, dtype: np.dtype[Any]) -> None:
        room = -(-(parameters + 1) // ROOM) * ROOM
        self.fix(
            parameters=parameters, kept=kept, room=room, numbers=_lasting((1 + kept, room), dtype),
            gradient=_lasting((room,), dtype), scalars=_lasting((parameters + others,), dtype), prepared=None,
        )  # fmt: skip


def _lasting(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Zeros in memory that stays where it is: a bytearray with a view of it cannot be resized, an array can."""
    return np.frombuffer(bytearray(math.prod(shape) * dtype.itemsize), dtype).reshape(shape)
