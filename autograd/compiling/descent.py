"""Training with a compiled loss: many steps of descent at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral
from time import perf_counter
from typing import Any

from autograd.compiling.arrays import Array, index_array, real_array
from autograd.compiling.backend import Batches, Kernel, State
from autograd.compiling.compiled import Compiled
from autograd.compiling.fixed import Fixed
from autograd.compiling.optional_numpy import np
from autograd.compiling.tracing import build, trace
from autograd.core import Value, at_once, shown

FIRST_STEPS, PATIENCE = 1024, 0.05  # steps at first, and seconds, between checks for Ctrl-C


class Descent(Fixed):
    """Training with a compiled loss, in which the parameters and what the optimizer keeps of them stay in arrays.

    step: the compiled loss of a row
    rule: how a step moves a parameter, in scalars: of its number, its gradient, the numbers kept of it, and the
        scalars of the step, to its next number and the next numbers kept. It is compiled as well
    kept: how many numbers are kept of each parameter, which start at 0
    scalars: how many numbers of a step the rule takes, such as the learning rate

    numbers holds the parameters in its first row, and what is kept of them in the next; steps counts those that were
    taken; gradient is that of the last step, and finite says whether the last run came upon nothing that is not.
    Numbers may be written into the arrays; nothing else can be changed.
    """

    changing = frozenset({"finite", "_so_far"})
    step: Compiled
    kept: int
    numbers: Array
    gradient: Array
    finite: bool
    _scalars: int
    _state: State
    _update: Kernel

    def __init__(self, step: Compiled, rule: Callable[..., Sequence[Any]], kept: int, scalars: int) -> None:
        if step.program.gradient is None or not step.parameters:
            raise TypeError("a step of descent is a compiled function that returns one Value, and has parameters")
        shared = tuple([Value(0.0, f"s_{i}") for i in range(scalars)])
        names = ["w", "g", *[f"k_{i}" for i in range(kept)]]
        recorded = trace(lambda *numbers: _as_list(rule(*numbers, *shared)), names, shared)
        if len(recorded.outputs) != 1 + kept:
            raise ValueError(f"the rule returns a parameter and {kept} numbers kept, got {len(recorded.outputs)}")
        count = len(step.parameters)
        state = State(count, kept, step.dtype)
        self.fix(
            step=step, kept=kept, numbers=state.numbers[:, :count], gradient=state.gradient[:count],
            _scalars=scalars, _state=state, _update=step.backend.kernel(build(recorded), mean=False),
        )  # fmt: skip
        self.numbers[0] = step.numbers()
        self._so_far: tuple[int, Array] = 0, np.empty(0)  # steps, and the losses since, as they come
        self.finite = True

    @property
    def steps(self) -> int:
        """The number taken: read off the losses, since Ctrl-C may come when a step is taken and not yet counted."""
        before, losses = self._so_far
        finite = int(np.isfinite(losses).sum())
        *gradient, loss = np.isfinite(self._state.gradient[: len(self.gradient) + 1]).tolist()
        return before + finite - bool(finite and loss and not all(gradient))  # the last loss may be of a step not taken

    def run(self, columns: Sequence[Any], scalars: Any, batch_size: int | None = None, order: Any = None) -> Array:
        """Take steps, and return the losses before each.

        columns: as in a call of the compiled loss; scalars: a row for each step; batch_size: rows to a step, all
        where it is None; order: the rows of each epoch by their indices, an array of one row for each epoch, or None
        for one after another. Steps go on from epoch to epoch while there are scalars.

        Where a loss or its gradient is not finite the steps end, before that one, whose loss is the last returned.
        Raises ValueError for what does not fit, TypeError for what is not real numbers, before a step is taken. Ctrl-C
        ends them within a moment.
        """
        arrays, rows = self.step.checked(columns)
        table = np.ascontiguousarray(real_array("scalars", scalars, self.step.dtype))
        if table.ndim == 1 and not len(table):  # no steps
            table = table.reshape(0, self._scalars)
        if table.ndim != 2 or table.shape[1] != self._scalars:
            raise ValueError(f"scalars have {self._scalars} numbers for each step, got an array of {table.shape}")
        size = min(_checked_size(batch_size), rows) if batch_size is not None else rows
        batches = Batches(arrays, rows, size, None)
        if order is not None:
            batches.order = _checked_order(order, rows, -(-len(table) // batches.each_epoch))
        losses = np.empty(len(table), self.step.dtype)
        losses.fill(np.nan)
        return losses[: self._run(batches, table, losses) + 1]

    def _run(self, batches: Batches, table: Array, losses: Array) -> int:
        """Take steps in parts, whole epochs each, so that Ctrl-C is heard; return how many were taken."""
        before, self.finite = self.steps, True
        done, steps = 0, batches.each_epoch * -(-FIRST_STEPS // batches.each_epoch)
        while self.finite and done < len(table):
            start = perf_counter()
            part = slice(done, done + steps)
            self._so_far = before + done, losses[part]
            taken = self.step.backend.descend(
                self.step.means_kernel, self._update, batches, self._state, table[part], losses[part]
            )
            self.finite = taken == len(losses[part])
            done += taken
            self._so_far = before + done, losses[:0]
            if batches.order is not None:
                batches.order = batches.order[steps // batches.each_epoch :]
            steps *= 2 if perf_counter() - start < PATIENCE else 1
        return done

    def store(self) -> None:
        """Give the parameters, which are Values, their present numbers: all, or none where this is interrupted."""
        numbers = self.numbers[0].tolist()
        at_once([(setattr, p, "data", x) for p, x in zip(self.step.parameters, numbers, strict=True)])


def _checked_size(size: Any) -> int:
    if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
        raise ValueError(f"a batch has a whole number of rows, 1 or more, got {shown(size)}")
    return int(size)


def _checked_order(order: Any, rows: int, epochs: int) -> Array:
    indices = index_array("order", order)
    if indices.ndim != 2 or indices.shape[1] != rows or len(indices) < epochs:
        raise ValueError(
            f"order has the indices of {rows} rows for each epoch, of which there are {epochs}, got an array of shape "
            f"{indices.shape}"
        )
    if ((indices < 0) | (indices >= rows)).any():
        raise ValueError(f"order has the indices of {rows} rows, from 0, got {indices.min()} to {indices.max()}")
    return indices


def _as_list(returned: Any) -> list[Any]:
    return list(returned) if isinstance(returned, (list, tuple)) else [returned]
