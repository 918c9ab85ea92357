"""Training: over the rows again and again, a step of the optimizer for each batch, and a record of how it went."""

import math
import random
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from operator import attrgetter
from typing import Any

from autograd import AnomalyError, Operation, Value, as_value, at_once, detect_anomaly, total
from autograd.messages import shown
from nn.compiled import CompiledTraining
from nn.data import as_rows, as_targets
from nn.losses import LossFunction, as_list, bce, loss_named, unrecorded
from nn.optimizers import SGD, Optimizer

Metric = Callable[[Sequence[Any], Sequence[Any]], float]  # of predictions and targets, one of each for every row
PATIENCE = 5  # epochs


@dataclass
class History:
    """What happened in training: one entry an epoch in each list.

    loss                mean over the rows, each as it was when its batch came
    learning_rate       of the last step of the epoch
    metrics             by name; those of the validation rows begin with "validation "
    validation_loss     of the validation rows after the epoch, if there are any
    stopped             why it ended, in words
    diverged            whether it ended because the loss, or its gradient, stopped being finite
    interrupted         whether Ctrl-C ended it
    """

    loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    validation_loss: list[float] = field(default_factory=list)
    stopped: str = ""
    diverged: bool = False
    interrupted: bool = False

    @property
    def epochs(self) -> int:
        """How many were completed."""
        return len(self.loss)

    def _append(self, epoch: "History") -> None:
        """Add the entries of one epoch, all at once: an epoch that is interrupted leaves none."""
        at_once(
            [
                (self.loss.extend, epoch.loss),
                (self.learning_rate.extend, epoch.learning_rate),
                (self.validation_loss.extend, epoch.validation_loss),
                *[(self.metrics.setdefault(name, []).extend, entries) for name, entries in epoch.metrics.items()],
            ]
        )

    def __repr__(self) -> str:
        loss = f", loss {self.loss[0]:.4g} → {self.loss[-1]:.4g}" if self.loss else ""
        return f"<History of {self.epochs} epochs{loss}; stopped: {self.stopped or 'not yet'}>"


Callback = Callable[[Any, History], object]  # of the model and the history so far; True ends training


class DivergenceError(FloatingPointError):
    """The loss, or its gradient, stopped being finite.

    history is what happened until then; epoch and row, from 0, are where it was. The row is None where no single one
    is to blame.
    """

    def __init__(self, message: str, history: History, epoch: int, row: int | None) -> None:
        super().__init__(message)
        self.history, self.epoch, self.row = history, epoch, row


class Trace:
    """A callback that keeps the numbers of some parameters: points holds them before training and after each epoch."""

    def __init__(self, *parameters: Value) -> None:
        self.parameters = parameters
        self.points = [self._now()]

    def __call__(self, model: Any, history: History) -> None:
        """Keep the numbers they have now."""
        self.points.append(self._now())

    def _now(self) -> tuple[float, ...]:
        return tuple([parameter.data for parameter in self.parameters])


def train(
    model: Any,
    rows: Any,
    targets: Any,
    *,
    loss: str | Operation | LossFunction = "mse",
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    tolerance: float | None = None,
    patience: int = PATIENCE,
    metrics: Mapping[str, Metric] | None = None,
    validation: tuple[Any, Any] | None = None,
    callbacks: Iterable[Callback] = (),
    progress: bool | None = None,
    compiled: bool = False,
) -> History:
    """Train a model, in place: each epoch goes over all rows, with a step of the optimizer after every batch.

    model: what takes a row and gives a Value, or a list of them, and has parameters()
    rows, targets: lists, tuples, NumPy arrays or pandas frames of finite numbers; a target for each row
    loss: "mse", "bce", "bce_with_logits", "cross_entropy", "hinge"; an operation, of which the mean is taken; or a
        function of predictions and targets, such as `lambda p, y: nn.mse(p, y) + nn.l2(model.parameters())`
    optimizer: SGD(model.parameters(), lr=0.01) where it is None
    epochs: at most so many
    batch_size: rows to a step; all where it is None
    shuffle: whether the rows come in another order each epoch, drawn from seed (Python's `random` where it is None)
    tolerance: ends training once the best loss of an epoch has not fallen by more than this for `patience` epochs
    metrics: functions of predictions and targets, by name, such as {"accuracy": nn.hinge.accuracy}
    validation: rows and targets that are not learned from, to hold loss and metrics against
    callbacks: called after each epoch with the model and the history; one that returns True ends training
    progress: whether a bar is shown; where it is None, on a terminal and in a notebook
    compiled: whether model, loss and optimizer are compiled first (see autograd.compile): the same steps, in native
        code where llvmlite is installed. A loss of your own has to be a mean over rows, to which terms in the
        parameters may be added

    Ctrl-C ends training as well: the model keeps what it has learned, and the history is returned.
    Raises DataError for rows and targets that cannot be learned from, ValueError for options that do not exist, and
    DivergenceError, which holds the history, where the loss stops being finite.
    """
    _require_options(epochs, batch_size, tolerance, patience, metrics, validation, callbacks)
    compute_loss, callbacks = loss_named(loss), list(callbacks)
    optimizer = _optimizer_for(model, optimizer)
    prepared = prepared_data(model, rows, targets, compute_loss)
    held_out = None if validation is None else prepared_data(model, *validation, compute_loss, "validation ")
    trainer = (_CompiledTrainer if compiled else _Trainer)(
        model, compute_loss, optimizer, dict(metrics or {}), bool(callbacks), *prepared
    )
    history, order = trainer.history, list(range(len(prepared[0])))
    draw = random if seed is None else random.Random(seed)
    bar = _progress_bar(epochs, progress)
    try:
        for epoch in range(epochs):
            if shuffle:
                draw.shuffle(order)
            entry = trainer.epoch(epoch, order, int(batch_size or len(order)))
            if held_out:
                trainer.validate(entry, *held_out)
            history._append(entry)
            bar.update()
            bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
            if any([_is_true(callback(model, history)) for callback in callbacks]):  # noqa: C419 (all are called)
                history.stopped = f"a callback ended it after epoch {epoch}"
                break
            if tolerance is not None and _has_settled(history.loss, tolerance, patience):
                history.stopped = f"the loss fell by no more than {tolerance:g} in {patience} epochs"
                break
        else:
            history.stopped = f"{epochs} epochs were made"
        trainer.require_finite_parameters()
    except KeyboardInterrupt:
        history.stopped, history.interrupted = f"interrupted in epoch {history.epochs}", True
    finally:
        try:
            trainer.finish()
        finally:  # once more, for Ctrl-C may have come when the former began
            trainer.finish()
            bar.close()
    return history


@dataclass
class _Trainer:
    """What an epoch needs, and does."""

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
        """What is left to do when training ends, for whatever reason."""

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
        if self.loss is bce:
            remedy += "; bce_with_logits, of outputs without a sigmoid, is finite where bce is not"
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
class _CompiledTrainer(_Trainer):
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
        entry = History([total / len(order)], [self.program.last_rate])
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


def _require_options(
    epochs: Any, batch_size: Any, tolerance: Any, patience: Any, metrics: Any, validation: Any, callbacks: Any
) -> None:
    _require_count("epochs", epochs)
    _require_count("batch_size", 1 if batch_size is None else batch_size)
    _require_count("patience", patience)
    if tolerance is not None and not as_value(tolerance, "tolerance").data >= 0:
        raise ValueError(f"tolerance is a number that is not negative, or None, got {shown(tolerance)}")
    if not isinstance(metrics or {}, Mapping):
        raise TypeError(f"metrics are functions by name, {{'accuracy': …}}, got {type(metrics).__name__}")
    if not isinstance(callbacks, Iterable):
        raise TypeError(f"callbacks are a list of functions, got {type(callbacks).__name__}")
    if validation is not None and (not isinstance(validation, (tuple, list)) or len(validation) != 2):
        raise TypeError(f"validation is a pair, (rows, targets), got {type(validation).__name__}")


def _optimizer_for(model: Any, optimizer: Any) -> Optimizer:
    parameters: list[Value] | None = None
    if callable(getattr(model, "parameters", None)) and not isinstance(model, type):
        parameters = list(model.parameters())
    if optimizer is None and parameters is None:
        raise TypeError(f"train takes a model that has parameters(), or an optimizer, got {shown(model)}")
    if optimizer is None:
        return SGD(parameters or [])
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer is one that was made, such as SGD(model.parameters(), lr=0.1), got {shown(optimizer)}"
        )
    if parameters is not None and not set(parameters) & set(optimizer.parameters):
        raise ValueError(f"this {type(optimizer).__name__} was made for another model: it moves no parameter of this")
    return optimizer


def _is_true(answer: Any) -> bool:
    """Whether it is True, or NumPy's; not what a callback happens to return."""
    return getattr(answer, "item", lambda: answer)() is True


def _not_finite(parameters: list[Value], number: str) -> Value | None:
    """The first parameter of which the data or the grad is not finite."""
    get = attrgetter(number)
    if all(map(math.isfinite, map(get, parameters))):
        return None
    return next((p for p in parameters if not math.isfinite(get(p))), None)


def prepared_data(
    model: Any, rows: Any, targets: Any, loss: LossFunction, prefix: str = "", width: int | None = None
) -> tuple[list[list[float]], list[Any]]:
    """Rows and targets, checked. width: of the rows, where the model does not say it."""
    checked = as_rows(rows, getattr(model, "nin", width), f"{prefix}rows")
    outputs = len(as_list(unrecorded(model, checked[0])))
    return checked, as_targets(targets, len(checked), outputs, loss, f"{prefix}targets")


def _numbers(prediction: Any) -> Any:
    numbers = [float(x) for x in as_list(prediction)]
    return numbers if hasattr(prediction, "__len__") else numbers[0]


def _has_settled(losses: list[float], tolerance: float, patience: int) -> bool:
    """Whether the best of the last epochs is not below the best before them by more than tolerance."""
    before, recent = losses[:-patience], losses[-patience:]
    return bool(before) and min(recent) >= min(before) - tolerance


def _require_count(name: str, count: Any) -> None:
    if not isinstance(count, Integral) or isinstance(count, bool) or count < 1:
        raise ValueError(f"{name} is a whole number above 0, got {shown(count)}")


def _progress_bar(epochs: int, wanted: bool | None) -> Any:
    """tqdm's. Its `disable=None` means: shown only where it is written to a terminal."""
    with warnings.catch_warnings():  # without ipywidgets a notebook gets the bar of a terminal, which does as well
        warnings.filterwarnings("ignore", "IProgress not found")
        from tqdm.auto import tqdm

    in_a_notebook = type(sys.stderr).__module__.startswith("ipykernel")
    disable = (False if in_a_notebook else None) if wanted is None else not wanted
    if sys.stderr is None:  # as under pythonw, where there is nowhere to show it
        disable = True
    return tqdm(total=epochs, disable=disable, unit="epoch")
