"""Training with a compiled loss: many steps of descent at once."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from operator import setitem
from time import perf_counter
from typing import Any, Protocol, runtime_checkable

from autograd.compiling.arrays import Array, index_array, real_array
from autograd.compiling.backend import Batches, Kernel, State
from autograd.compiling.compiled import Compiled
from autograd.compiling.fixed import Fixed
from autograd.compiling.optional_numpy import np
from autograd.compiling.tracing import build, trace
from autograd.core import Value, at_once, shown
from autograd.programs import Program, with_others

FIRST_STEPS, PATIENCE = 1024, 0.05  # steps at first, and seconds, between checks for Ctrl-C


@runtime_checkable
class Optimizer(Protocol):
    """What descent asks of an optimizer; those of `nn` are such."""

    @property
    def parameters(self) -> Sequence[Value]:
        """The Values that it moves."""
        ...

    @property
    def kept(self) -> int:
        """How many numbers it keeps of each parameter."""
        ...

    @property
    def state(self) -> Sequence[Sequence[float]]:
        """Those numbers: a list for each kept, with one of every parameter."""
        ...

    @property
    def counts(self) -> Sequence[int]:
        """How many steps each parameter took part in."""
        ...

    @property
    def steps(self) -> int:
        """How many steps it took."""
        ...

    @property
    def last_rate(self) -> float:
        """The learning rate of the last step."""
        ...

    def rule(self, w: Any, g: Any, *numbers: Any) -> Sequence[Any]:
        """How a step moves a parameter, in scalars: its next number, and the next of those kept of it.

        w: its number; g: its gradient; numbers: those kept of it, and then the scalars of the step.
        """
        ...

    def ahead(self, steps: int, after: int, count: int) -> tuple[list[float], Sequence[Sequence[float]]]:
        """The learning rates of so many steps, and the scalars of each, or one row of them where they stay the same.

        after: the steps before the first; count: of those, how many the parameters took part in.
        """
        ...

    def changes(
        self, places: Sequence[int], numbers: Sequence[float], state: Sequence[list[float]], counts: list[int],
        steps: int, last_rate: float,
    ) -> list[tuple[Any, ...]]:  # fmt: skip
        """The changes, for `at_once`, that put parameters and optimizer where steps have led. places: of the
        parameters that took part, in order; numbers, state, counts: theirs."""
        ...


class Descent(Fixed):
    """Training with a compiled loss, in which the parameters and what the optimizer keeps of them stay in arrays.

        descent = Descent(step, nn.Adam(model.parameters(), lr=0.01))
        losses = descent.run([X1, X2, Y], steps=1000)
        descent.store()

    step: the compiled loss of a row; optimizer: one of `nn`, your own among them, that moves all its parameters. The
    rule of the optimizer is compiled as well.

    numbers holds the parameters in its first row, and what is kept of them in the next; gradient is that of the last
    step, and finite says whether the last run came upon nothing that is not. Numbers may be written into the arrays;
    nothing else can be changed. The Values and the optimizer get theirs by `store`, and `load` takes them from there.
    Raises TypeError for what is no optimizer or no loss with parameters, ValueError for a parameter that the optimizer
    does not move, and where the rule does not return what it keeps.
    """

    changing = frozenset({"finite", "_so_far", "_before", "_rates"})
    step: Compiled
    optimizer: Optimizer
    numbers: Array
    gradient: Array
    finite: bool
    _places: list[int]  # of our parameters among the optimizer's
    _scalars: int
    _state: State
    _update: Kernel
    _before: tuple[int, list[int]]  # steps that the optimizer took without us, and those our parameters took part in
    _rates: tuple[int, list[float]]  # our steps before a run; the last rate then, and those of the run

    def __init__(self, step: Compiled, optimizer: Optimizer) -> None:
        if step.program.gradient is None or not step.parameters:
            raise TypeError("a step of descent is a compiled function that returns one Value, and has parameters")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"Descent takes an optimizer, such as nn.SGD(parameters, lr=0.1), got {type(optimizer).__name__}"
            )
        count, kept = len(step.parameters), optimizer.kept
        scalars, update = _compiled_rule(optimizer)
        state = State(count, kept, len(step.others), step.dtype)
        self.fix(
            step=step, optimizer=optimizer, numbers=state.numbers[:, :count], gradient=state.gradient[:count],
            _places=_places(step.parameters, optimizer), _scalars=scalars, _state=state,
            _update=step.backend.kernel(update, mean=False),
        )  # fmt: skip
        self._so_far: tuple[int, Array] = 0, np.empty(0)  # steps, and the losses since, as they come
        self.finite = True
        self.load()

    def __reduce__(self) -> Any:
        raise TypeError("a Descent cannot be copied or pickled: make one of its step and optimizer where it is needed")

    @property
    def steps(self) -> int:
        """The number of steps of the optimizer, with those that it learns of by `store`."""
        return self._before[0] + self._taken

    @property
    def last_rate(self) -> float:
        """The learning rate of the last step."""
        return self._rate_after(self._taken)

    @property
    def _taken(self) -> int:
        """Our steps: read off the losses, since Ctrl-C may come when a step is taken and not yet counted."""
        before, losses = self._so_far
        finite = int(np.isfinite(losses).sum())
        *gradient, loss = np.isfinite(self._state.gradient[: len(self.gradient) + 1]).tolist()
        return before + finite - bool(finite and loss and not all(gradient))  # the last loss may be of a step not taken

    def run(
        self, columns: Sequence[Any] | Array, steps: int = 1, batch_size: int | None = None, order: Any = None
    ) -> Array:
        """Take steps, and return the losses before each.

        columns: as in a call of the compiled loss; steps: how many; batch_size: rows to a step, all where it is None;
        order: the rows of each epoch by their indices, an array of one row for each epoch, or None for one after
        another. Steps go on from epoch to epoch. Values that are no parameters have the numbers of now in all of them.

        Where a loss or its gradient is not finite the steps end, before that one, whose loss is the last returned.
        Raises ValueError for what does not fit, TypeError for what is not real numbers, before a step is taken. Ctrl-C
        ends them within a moment.
        """
        if not isinstance(steps, Integral) or isinstance(steps, bool) or steps < 0:
            raise ValueError(f"steps is a whole number, 0 or more, got {shown(steps)}")
        arrays, rows = self.step.checked(columns)
        size = min(_checked_size(batch_size), rows) if batch_size is not None else rows
        batches = Batches(arrays, rows, size, None)
        if order is not None:
            batches.order = _checked_order(order, rows, -(-int(steps) // batches.each_epoch))
        taken = self._taken
        rates, table = self._ahead(int(steps), taken)
        losses = np.empty(len(table), self.step.dtype)
        losses.fill(np.nan)
        self._state.scalars[len(self.gradient) :] = self.step.numbers_of(self.step.others)
        self._rates = taken, [self._rate_after(taken), *rates]
        return losses[: self._run(batches, table, losses, taken) + 1]

    def _rate_after(self, taken: int) -> float:
        first, rates = self._rates
        return rates[taken - first]

    def _ahead(self, steps: int, taken: int) -> tuple[list[float], Array]:
        """The learning rates of the steps that follow, and a table of all that the rule takes in each."""
        before, counts = self._before
        rates, scalars = self.optimizer.ahead(steps, before + taken, counts[0] + taken)
        given = real_array("scalars", scalars if steps else np.empty((0, self._scalars)), self.step.dtype)
        if given.shape not in ((steps, self._scalars), (1, self._scalars)):
            raise ValueError(
                f"scalars have {self._scalars} numbers for each of {steps} steps, got an array of {given.shape}"
            )
        table = np.empty((steps, self._scalars), self.step.dtype)
        table[...] = given
        return rates, table

    def _run(self, batches: Batches, table: Array, losses: Array, before: int) -> int:
        """Take steps in parts, whole epochs each, so that Ctrl-C is heard; return how many were taken.

        before: our steps until now.
        """
        self.finite = True
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
        """Give parameters and optimizer their present numbers: all of them, or none where this is interrupted."""
        numbers, *state = self.numbers.tolist()
        counts = list(map(self._taken.__add__, self._before[1]))
        at_once(self.optimizer.changes(self._places, numbers, state, counts, self.steps, self.last_rate))

    def load(self) -> None:
        """Take the numbers of parameters and optimizer as they are: all of them, or none where this is interrupted.

        Raises ValueError where the optimizer goes by the steps that a parameter took part in, and these took part in
        unequal numbers of them.
        """
        optimizer, taken = self.optimizer, self._taken
        counts = [optimizer.counts[i] for i in self._places]
        first, last = min(counts), max(counts)
        if first < last and (optimizer.ahead(1, optimizer.steps, first) != optimizer.ahead(1, optimizer.steps, last)):
            name = type(optimizer).__name__
            raise ValueError(
                f"parameters took part in {first} to {last} steps, by which {name} corrects: compiled, they take all "
                "steps together. Give it parameters of equal counts, or a new one"
            )
        numbers = [self.step.numbers(), *[[kept[i] for i in self._places] for kept in optimizer.state]]
        at_once(
            [
                *[(setitem, self.numbers, i, row) for i, row in enumerate(numbers)],
                (setattr, self, "_before", (optimizer.steps - taken, [count - taken for count in counts])),
                (setattr, self, "_rates", (taken, [optimizer.last_rate])),
            ]
        )


def _compiled_rule(optimizer: Optimizer) -> tuple[int, Program]:
    """How many scalars the rule takes, and its program."""
    kept = optimizer.kept
    shared = tuple([Value(0.0, f"s_{i}") for i, _ in enumerate(optimizer.ahead(1, optimizer.steps, 0)[1][0])])
    names = ["w", "g", *[f"k_{i}" for i in range(kept)]]
    recorded = trace(lambda *numbers: _as_list(optimizer.rule(*numbers, *shared)), names, shared)
    if len(recorded.outputs) != 1 + kept:
        raise ValueError(f"the rule returns a parameter and {kept} numbers kept, got {len(recorded.outputs)}")
    return len(shared), with_others(build(recorded), [x.data for x in recorded.others])


def _places(parameters: Sequence[Value], optimizer: Optimizer) -> list[int]:
    places = {parameter: i for i, parameter in enumerate(optimizer.parameters)}
    for i, parameter in enumerate(parameters):
        if parameter not in places:
            name = parameter.label or f"parameters[{i}]"
            raise ValueError(
                f"the optimizer does not move {name}, a parameter of the step: give it to the optimizer, or leave it "
                "out where the step is compiled"
            )
    return [places[parameter] for parameter in parameters]


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
