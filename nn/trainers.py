"""The epochs of training: a step for each batch of rows, by the graph of each row or by a program."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from autograd import AnomalyError, Value, detect_anomaly, total
from nn.compiled import CompiledTraining
from nn.history import DivergenceError, History
from nn.losses import Loss, LossFunction, as_list, unrecorded
from nn.optimizers import Optimizer

Metric = Callable[[Sequence[Any], Sequence[Any]], float]  # of predictions and targets, one of each for every row


@dataclass
class Trainer:
    """Training row by row: each has a graph, and backward() its gradients."""

    model: Any
    loss: LossFunction
    optimizer: Optimizer
    metrics: dict[str, Metric]
    watched: bool  # whether callbacks look at the parameters, or change them, after each epoch
    rows: list[Any]
    targets: list[Any]
    history: History = field(default_factory=History)

    def epoch(self, epoch: int, order: list[int], batch_size: int) -> History:
        """A step for every batch of rows, in the given order."""
        rows, targets = self.rows, self.targets
        losses, predicted = [], []
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            predictions = [self.model(rows[i]) for i in batch]
            value = self.loss(predictions, [targets[i] for i in batch])
            if not isinstance(value, Value):
                raise TypeError(f"a loss is a Value, computed from the model's predictions, got {type(value).__name__}")
            if not math.isfinite(value.data):
                self._fail(f"the loss became {value.data}", epoch, batch)
            self.optimizer.zero_grad()
            value.backward()
            if spoilt := _not_finite(self.optimizer.parameters, "grad"):  # a step would spread it to the parameters
                found = f"the gradient of {spoilt.label or 'a parameter'} became {spoilt.grad}"
                self._fail(found, epoch, batch)
            self.optimizer.step()
            losses.append(value.data * len(batch))
            if self.metrics:
                predicted += [_numbers(prediction) for prediction in predictions]
        entry = History([total(losses) / len(order)], [self.optimizer.last_rate])
        self._measure(entry, "", predicted, [targets[i] for i in order])
        return entry

    def validate(self, entry: History, rows: list[Any], targets: list[Any]) -> None:
        """Add the loss and the metrics of rows that are not learned from."""
        predictions = unrecorded(lambda: [self.model(row) for row in rows])
        entry.validation_loss.append(unrecorded(self.loss, predictions, targets).data)
        self._measure(entry, "validation ", [_numbers(prediction) for prediction in predictions], targets)

    def finish(self) -> None:
        """Do what is left to do when training ends, for whatever reason."""

    def require_finite_parameters(self) -> None:
        """The last step may have spoilt them, and no loss was computed since."""
        if spoilt := _not_finite(self.optimizer.parameters, "data"):
            epoch = self.history.epochs - 1
            found = f"the parameter {spoilt.label or ''} became {spoilt.data} in the last step, in epoch {epoch}"
            self._raise(found, found, epoch, None)

    def _measure(self, entry: History, prefix: str, predictions: list[Any], targets: list[Any]) -> None:
        for name, metric in self.metrics.items():
            entry.metrics[prefix + name] = [float(metric(predictions, targets))]

    def _fail(self, found: str, epoch: int, batch: list[int]) -> None:
        """Say which row and which node spoilt the loss or its gradient."""
        row, why = self._first_bad_node(batch)
        message = f"{found} in epoch {epoch}" + ("" if row is None else f", at row {row}")
        spoilt = _not_finite(self.optimizer.parameters, "data")
        since = f" (the parameter {spoilt.label or ''} is {spoilt.data} since the step before)" if spoilt else ""
        self._raise(message, f"{message}: {why}{since}", epoch, row)

    def _raise(self, stopped: str, message: str, epoch: int, row: int | None) -> None:
        self.history.stopped, self.history.diverged = stopped, True
        remedy = f"Scaled inputs, or a learning rate below {self.optimizer.learning_rate:g}, may help"
        if isinstance(self.loss, Loss) and self.loss.remedy:
            remedy += f"; {self.loss.remedy}"
        raise DivergenceError(f"{message}. {remedy}", self.history, epoch, row)

    def _first_bad_node(self, batch: list[int]) -> tuple[int | None, str]:
        rows, targets = self.rows, self.targets
        for i in batch:
            self.optimizer.zero_grad()
            value = self.loss([self.model(rows[i])], [targets[i]])
            value.backward()
            if math.isfinite(value.data) and not _not_finite(self.optimizer.parameters, "grad"):
                continue
            try:
                with detect_anomaly():
                    self.loss([self.model(rows[i])], [targets[i]])
            except AnomalyError as error:
                return i, str(error)
            return i, f"its loss is {value.data}"
        return None, "the sum over the rows is too large"


@dataclass
class CompiledTrainer(Trainer):
    """The same, with a program that takes the steps."""

    def __post_init__(self) -> None:
        self.program = CompiledTraining(self.model, self.loss, self.optimizer, inputs=len(self.rows[0]))
        self.columns = self.program.columns(self.rows, self.targets)
        self.stored = True  # whether the parameters have the program's numbers

    def epoch(self, epoch: int, order: list[int], batch_size: int) -> History:
        """A step for every batch of rows, in the given order; all in one go where no metrics are asked for."""
        if self.watched:
            self.program.load()
        predicted: list[Any] = []
        total = 0.0
        size = batch_size if self.metrics else len(order)
        for start in range(0, len(order), size):
            part = order[start : start + size]
            columns = self.columns[:, part]
            if self.metrics:
                predicted += self.program.predict(columns)[0]
            total += self._steps(epoch, columns, part, batch_size)
        if self.watched or self.metrics:  # they may look at the parameters
            self.finish()
        entry = History([total / len(order)], [self.program.descent.last_rate])
        self._measure(entry, "", predicted, [self.targets[i] for i in order])
        return entry

    def _steps(self, epoch: int, columns: Any, order: list[int], batch_size: int) -> float:
        """Steps over these rows; the sum of their losses."""
        program, self.stored = self.program, False
        losses = program.steps_on(columns, -(-len(order) // batch_size), batch_size)
        if not program.descent.finite:
            self.finish()
            start = (len(losses) - 1) * batch_size
            self._fail(self._not_finite(losses[-1]), epoch, order[start : start + batch_size])
        last = len(order) - (len(losses) - 1) * batch_size
        return float(total(losses[:-1])) * batch_size + losses[-1] * last

    def _not_finite(self, loss: float) -> str:
        if not math.isfinite(loss):
            return f"the loss became {loss}"
        gradient = zip(self.program.row_loss.parameters, self.program.descent.gradient.tolist(), strict=False)
        parameter, number = next((p, g) for p, g in gradient if not math.isfinite(g))
        return f"the gradient of {parameter.label or 'a parameter'} became {number}"

    def validate(self, entry: History, rows: list[Any], targets: list[Any]) -> None:
        """Add the loss and the metrics of rows that are not learned from."""
        predictions, loss = self.program.predict(self.program.columns(rows, targets))
        entry.validation_loss.append(loss)
        self._measure(entry, "validation ", predictions, targets)

    def require_finite_parameters(self) -> None:
        """The last step may have spoilt them, and no loss was computed since."""
        self.finish()
        super().require_finite_parameters()

    def finish(self) -> None:
        """Give the parameters their numbers, if they have not got them: a callback may have changed them since."""
        if not self.stored:
            self.program.store()
            self.stored = True


def _not_finite(parameters: list[Value], number: str) -> Value | None:
    """The first parameter of which the data or the grad is not finite."""
    get = attrgetter(number)
    if all(map(math.isfinite, map(get, parameters))):
        return None
    return next((p for p in parameters if not math.isfinite(get(p))), None)


def _numbers(prediction: Any) -> Any:
    numbers = [float(x) for x in as_list(prediction)]
    return numbers if hasattr(prediction, "__len__") else numbers[0]
