"""Training: over the rows again and again, a step of the optimizer for each batch, and a record of how it went."""

import random
import sys
import warnings
from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any

from autograd import Operation, Value, as_value
from autograd.core import shown
from autograd.words import t, tn
from nn.data import prepared_data
from nn.history import Callback, History
from nn.losses import LossFunction, loss_named
from nn.optimizers import SGD, Optimizer
from nn.trainers import CompiledTrainer, Metric, Trainer

PATIENCE = 5  # epochs


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
    loss: "mse", "mae", "huber", "bce", "bce_with_logits", "cross_entropy", "hinge"; an operation, of which the mean is
        taken; or a function of predictions and targets, such as `lambda p, y: nn.mse(p, y) + nn.l2(model.parameters())`
    optimizer: SGD(model.parameters(), lr=0.01) where it is None
    epochs: the most to make
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
    trainer = (CompiledTrainer if compiled else Trainer)(
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
            history.append(entry)
            bar.update()
            bar.set_postfix_str(t("loss {number}", number=format(history.loss[-1], ".4g")), refresh=False)
            if any([_is_true(callback(model, history)) for callback in callbacks]):  # noqa: C419 (all are called)
                history.stopped = t("a callback ended it after epoch {epoch}", epoch=epoch)
                break
            if tolerance is not None and _has_settled(history.loss, tolerance, patience):
                history.stopped = t(
                    "the loss fell by no more than {tolerance} in {patience} epochs",
                    tolerance=format(tolerance, "g"),
                    patience=patience,
                )
                break
        else:
            history.stopped = tn("{count} epoch was made", "{count} epochs were made", epochs)
        trainer.require_finite_parameters()
    except KeyboardInterrupt:
        history.interrupted = True
        history.stopped = t("interrupted in epoch {epoch}", epoch=history.epochs)
    finally:
        try:
            trainer.finish()
        finally:  # once more, for Ctrl-C may have come when the former began
            trainer.finish()
            bar.close()
    return history


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
    """True for True, or NumPy's; False for anything else that a callback happens to return."""
    return getattr(answer, "item", lambda: answer)() is True


def _has_settled(losses: list[float], tolerance: float, patience: int) -> bool:
    """True once the best of the last epochs is not below the best before them by more than tolerance."""
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
