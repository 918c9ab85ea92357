"""Training as a program: the graph of one row, compiled, and the parameters in one array."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import autograd
from autograd import Operation, Value
from autograd.core import ensuring, shown
from nn.data import DataError, as_rows, as_targets
from nn.losses import Loss, LossFunction, anything, as_list, loss_named, require_mean, unrecorded
from nn.optimizers import SGD, Optimizer


class CompiledTraining:
    """A model, a loss and an optimizer as a program that takes steps over arrays of rows.

        training = model.compile("hinge", SGD(model.parameters(), lr=0.1))
        losses = training.steps(rows, targets, 1000)

    model: what takes a row and gives a Value, or a list of them, and has parameters()
    loss, optimizer: as `train` takes them. A loss of your own has to be a mean over rows, to which terms in
        the parameters may be added
    inputs: how many numbers a row has; the model's nin where it is None
    backend, dtype: as in autograd.compile

    The parameters of the optimizer that the loss depends on are in an array from now on; others are left alone, as by
    `Optimizer.step`. `steps` gives the Values their numbers when it ends, by `store`; `load` takes them from there,
    once they were changed by other means. All other Values of the model are read when a run of
    steps begins. Raises ValueError for a loss
    that is no mean over rows, and whatever autograd.compile raises.
    """

    def __init__(
        self,
        model: Any,
        loss: str | Operation | LossFunction = "mse",
        optimizer: Optimizer | None = None,
        *,
        inputs: int | None = None,
        backend: str = "auto",
        dtype: Any = "float64",
    ) -> None:
        width = getattr(model, "nin", None) if inputs is None else inputs
        if not isinstance(width, Integral) or isinstance(width, bool) or width < 1:
            raise ValueError(f"this model does not say how many inputs it takes: give inputs=, got {shown(width)}")
        self.inputs = int(width)
        self.model, self.loss = model, loss_named(loss)
        self.optimizer = SGD(model.parameters()) if optimizer is None else optimizer
        self.outputs = len(as_list(unrecorded(model, [0.0] * self.inputs)))
        self.targets = self.loss.targets_of(self.outputs) if isinstance(self.loss, Loss) else self.outputs
        require_mean(self.loss, model, self.inputs, self.targets)
        names = [f"x_{i}" for i in range(1, self.inputs + 1)]
        names += ["y"] if self.targets == 1 else [f"y_{i}" for i in range(1, self.targets + 1)]
        options = {"inputs": names, "backend": backend, "dtype": dtype}
        moved = self.optimizer.parameters
        reached = _made_from(self._loss_of_row(*[Value(0.0) for _ in names]))
        self._places = [i for i, parameter in enumerate(moved) if parameter in reached]
        if not self._places:
            raise ValueError("the loss depends on none of the parameters that the optimizer moves")
        self.row_loss = autograd.compile(self._loss_of_row, [moved[i] for i in self._places], **options)
        self.row_outputs = autograd.compile(self._outputs_and_loss, moved, **options)
        self.descent = autograd.Descent(self.row_loss, self.optimizer)

    def steps(
        self, rows: Any, targets: Any, steps: int = 1, batch_size: int | None = None, order: Any = None
    ) -> list[float]:
        """Take steps, from batch to batch and epoch to epoch, and return the loss before each of them.

        rows, targets: arrays, or lists, with a row and a target for each; batch_size: rows to a step, all where it is
        None; order: the rows of each epoch by their indices, an array of one row for each epoch, or None.

        Where a loss or its gradient is not finite the steps end, before that one, whose loss is the last returned.
        Then, and after Ctrl-C, parameters and optimizer are as after the steps that were taken. Raises ValueError or
        TypeError for what does not fit, and DataError for rows and targets that `train` would refuse, before a step is
        taken.
        """
        columns = self.columns(rows, targets)
        losses: list[float] = ensuring(self.store, self.steps_on, columns, steps, batch_size, order)
        return losses

    def steps_on(
        self, columns: Sequence[Any], steps: int = 1, batch_size: int | None = None, order: Any = None
    ) -> list[float]:
        """The same for the array that `columns` makes, and without `store`, which costs as much as some steps."""
        losses: list[float] = self.descent.run(columns, steps, batch_size, order).tolist()
        return losses

    def columns(self, rows: Any, targets: Any) -> Any:
        """Rows and targets as the program takes them: an array with a row for each input and target.

        Raises DataError for what cannot be learned from, by position, as `train` does.
        """
        import numpy as np

        given, wanted = self._matrix(rows), self._matrix(targets)
        if given is not None and given.ndim == 2 and given.shape[1] == self.inputs and self._fit(wanted, len(given)):
            columns = self._joined(given, wanted)
            if columns.size and np.isfinite(columns).all():
                return columns
        given = as_rows(rows, self.inputs)  # what is not as simple as that, or wrong, is gone through one by one
        columns = self._joined(np.array(given), np.array(as_targets(targets, len(given), self.outputs, self.loss)))
        if not np.isfinite(columns).all():
            raise DataError(f"rows and targets have numbers that are too large for {self.row_loss.dtype}")
        return columns

    def _joined(self, rows: Any, targets: Any) -> Any:
        import numpy as np

        columns = np.empty((self.inputs + self.targets, len(rows)), self.row_loss.dtype)
        with np.errstate(over="ignore"):
            columns[: self.inputs], columns[self.inputs :] = rows.T, targets.reshape(len(rows), -1).T
        return columns

    def _matrix(self, numbers: Any) -> Any:
        """An array of numbers; None where there is something else."""
        try:
            return autograd.real_array("numbers", numbers)
        except TypeError:
            return None

    def _fit(self, targets: Any, rows: int) -> bool:
        """True for an array of targets, with those of each row, that the loss accepts; rows: their number."""
        if targets is None or targets.shape not in ((rows, self.targets), (rows,) if self.targets == 1 else ()):
            return False
        loss = self.loss
        if not isinstance(loss, Loss) or loss.accepts is anything:
            return True
        return all(loss.accepts(y, self.outputs) for y in set(targets.ravel().tolist()))

    def predict(self, columns: Sequence[Any]) -> tuple[list[Any], float]:
        """The outputs of the model for each row, a number or a list of them, and the mean loss."""
        numbers = self.descent.numbers[0]
        if len(numbers) < len(self.optimizer.parameters):  # outputs may depend on more parameters than the loss does
            numbers = self.row_outputs.numbers()
            numbers[self._places] = self.descent.numbers[0]
        results = self.row_outputs.values_of(columns, numbers)
        outputs = results[:, :-1].tolist()
        return [row[0] for row in outputs] if self.outputs == 1 else outputs, float(results[:, -1].mean())

    def store(self) -> None:
        """Give parameters and optimizer their present numbers: all of them, or none where this is interrupted."""
        self.descent.store()

    def load(self) -> None:
        """Take the numbers of parameters and optimizer as they are: all of them, or none where this is interrupted."""
        self.descent.load()

    def __repr__(self) -> str:
        return f"<training of {self.row_loss!r} by {type(self.optimizer).__name__}, {self.descent.steps} steps so far>"

    def _loss_of_row(self, *numbers: Any) -> Value:
        prediction = self.model(list(numbers[: self.inputs]))
        return self.loss([prediction], [self._target(numbers)])

    def _outputs_and_loss(self, *numbers: Any) -> list[Any]:
        prediction = self.model(list(numbers[: self.inputs]))
        return [*as_list(prediction), self.loss([prediction], [self._target(numbers)])]

    def _target(self, numbers: Sequence[Any]) -> Any:
        targets = numbers[self.inputs :]
        return targets[0] if self.targets == 1 else list(targets)


def _made_from(root: Value) -> set[Value]:
    """Every node that root was made from, and root."""
    found, stack = {root}, [root]
    while stack:
        new = set(stack.pop().operands) - found
        found |= new
        stack += new
    return found
