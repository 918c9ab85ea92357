"""A record of training: what each epoch gave, where it diverged, and how parameters went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd import Value, at_once


@dataclass
class History:
    """A record of training, with one entry an epoch in each list.

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
        """The number of epochs that were completed."""
        return len(self.loss)

    def append(self, epoch: "History") -> None:
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
