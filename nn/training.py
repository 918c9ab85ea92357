"""Training: over the rows again and again, a step of the optimizer for each batch, and a record of how it went."""

import math
import random
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import AnomalyError, Operation, Value, detect_anomaly, no_grad
from nn.data import as_rows, as_targets
from nn.losses import LossFunction, as_list, loss_named
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
    stopped             why it ended
    """

    loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    validation_loss: list[float] = field(default_factory=list)
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """How many were completed."""
        return len(self.loss)

    def __repr__(self) -> str:
        loss = f", loss {self.loss[0]:.4g} → {self.loss[-1]:.4g}" if self.loss else ""
        return f"<History of {self.epochs} epochs{loss}; stopped: {self.stopped or 'not yet'}>"


Callback = Callable[[Any, History], object]  # of the model and the history so far; True ends training


class DivergenceError(FloatingPointError):
    """The loss stopped being finite. history is what happened until then; epoch and row, from 0, are where it was."""

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

    Ctrl-C ends training as well: the model keeps what it has learned, and the history is returned.
    Raises DataError for rows and targets that cannot be learned from, ValueError for options that do not exist, and
    DivergenceError, which holds the history, where the loss stops being finite.
    """
    _require_count("epochs", epochs)
    _require_count("batch_size", 1 if batch_size is None else batch_size)
    _require_count("patience", patience)
    compute_loss = loss_named(loss)
    prepared = _prepared(model, rows, targets, compute_loss)
    held_out = None if validation is None else _prepared(model, *validation, compute_loss, "validation ")
    optimizer = SGD(model.parameters()) if optimizer is None else optimizer
    trainer = _Trainer(model, compute_loss, optimizer, dict(metrics or {}), History())
    history, order = trainer.history, list(range(len(prepared[0])))
    draw = random if seed is None else random.Random(seed)
    callbacks = list(callbacks)
    bar = _progress_bar(epochs, progress)
    try:
        for epoch in range(epochs):
            if shuffle:
                draw.shuffle(order)
            trainer.epoch(epoch, *prepared, order, batch_size or len(order))
            if held_out:
                trainer.validate(*held_out)
            bar.update()
            bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
            if [answer for callback in callbacks if (answer := callback(model, history)) is True]:
                history.stopped = f"a callback ended it after epoch {epoch}"
                break
            if tolerance is not None and _has_settled(history.loss, tolerance, patience):
                history.stopped = f"the loss fell by no more than {tolerance:g} in {patience} epochs"
                break
        else:
            history.stopped = f"{epochs} epochs were made"
    except KeyboardInterrupt:
        history.stopped = f"interrupted in epoch {history.epochs}"
    finally:
        bar.close()
    return history


@dataclass
class _Trainer:
    """What an epoch needs, and does."""

    model: Any
    loss: LossFunction
    optimizer: Optimizer
    metrics: dict[str, Metric]
    history: History

    def epoch(self, epoch: int, rows: list[Any], targets: list[Any], order: list[int], batch_size: int) -> None:
        """A step for every batch of rows, in the given order."""
        losses, predicted = [], []
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            predictions = [self.model(rows[i]) for i in batch]
            value = self.loss(predictions, [targets[i] for i in batch])
            if not math.isfinite(value.data):
                self._fail(epoch, rows, targets, batch, value.data)
            rate = self.optimizer.learning_rate
            self.optimizer.zero_grad()
            value.backward()
            self.optimizer.step()
            losses.append(value.data * len(batch))
            if self.metrics:
                predicted += [_numbers(prediction) for prediction in predictions]
        self.history.loss.append(math.fsum(losses) / len(order))
        self.history.learning_rate.append(rate)
        self._measure("", predicted, [targets[i] for i in order])

    def validate(self, rows: list[Any], targets: list[Any]) -> None:
        """Loss and metrics of rows that are not learned from."""
        with no_grad():
            predictions = [self.model(row) for row in rows]
            self.history.validation_loss.append(self.loss(predictions, targets).data)
        self._measure("validation ", [_numbers(prediction) for prediction in predictions], targets)

    def _measure(self, prefix: str, predictions: list[Any], targets: list[Any]) -> None:
        for name, metric in self.metrics.items():
            self.history.metrics.setdefault(prefix + name, []).append(float(metric(predictions, targets)))

    def _fail(self, epoch: int, rows: list[Any], targets: list[Any], batch: list[int], found: float) -> None:
        """Say which row and which node spoilt the loss."""
        message = f"the loss became {found} in epoch {epoch}"
        row, why = self._first_bad_node(rows, targets, batch)
        message += "" if row is None else f", at row {row}"
        spoilt = [p for p in self.optimizer.parameters if not math.isfinite(p.data)]
        since = f" (the parameter {spoilt[0].label or ''} is {spoilt[0].data} since the step before)" if spoilt else ""
        self.history.stopped = message
        remedy = f"Scaled inputs, or a learning rate below {self.optimizer.learning_rate:g}, may help"
        raise DivergenceError(f"{message}: {why}{since}. {remedy}", self.history, epoch, row)

    def _first_bad_node(self, rows: list[Any], targets: list[Any], batch: list[int]) -> tuple[int | None, str]:
        for i in batch:
            with no_grad():
                value = self.loss([self.model(rows[i])], [targets[i]])
            if not math.isfinite(value.data):
                try:
                    with detect_anomaly():
                        self.loss([self.model(rows[i])], [targets[i]])
                except AnomalyError as error:
                    return i, str(error)
        return None, "the sum over the rows is too large"


def _prepared(
    model: Any, rows: Any, targets: Any, loss: LossFunction, prefix: str = ""
) -> tuple[list[list[float]], list[Any]]:
    checked = as_rows(rows, getattr(model, "nin", None), f"{prefix}rows")
    with no_grad():
        outputs = len(as_list(model(checked[0])))
    return checked, as_targets(targets, len(checked), outputs, loss, f"{prefix}targets")


def _numbers(prediction: Any) -> Any:
    return [x.data for x in prediction] if isinstance(prediction, list) else prediction.data


def _has_settled(losses: list[float], tolerance: float, patience: int) -> bool:
    """Whether the best of the last epochs is not below the best before them by more than tolerance."""
    before, recent = losses[:-patience], losses[-patience:]
    return bool(before) and min(recent) >= min(before) - tolerance


def _require_count(name: str, count: Any) -> None:
    if type(count) is not int or count < 1:
        raise ValueError(f"{name} is a whole number above 0, got {count!r}")


def _progress_bar(epochs: int, wanted: bool | None) -> Any:
    """tqdm's. Its `disable=None` means: shown only where it is written to a terminal."""
    from tqdm.auto import tqdm

    in_a_notebook = type(sys.stderr).__module__.startswith("ipykernel")
    disable = (False if in_a_notebook else None) if wanted is None else not wanted
    return tqdm(total=epochs, disable=disable, unit="epoch")
