"""Loss curves: the loss, or a metric, of each epoch."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.core import listed, shown
from autograd.words import t
from nn.history import History
from nn.plots.style import (
    COLOURS,
    MARKERS,
    Range,
    axes_for,
    draw_legend,
    label_axes,
    require_matplotlib,
    typed,
    written,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE = 1e3  # the largest over the smallest number, from which on a scale is logarithmic


def loss_curves(
    histories: History | Mapping[str, History],
    *,
    ax: "Axes | None" = None,
    log: bool | None = None,
    metric: str | None = None,
) -> "Axes":
    """The loss of each epoch, counted from 1; dashed, that of the validation rows.

    histories: one, or several to compare, by name
    log: whether the scale of the losses is logarithmic; where it is None, if they differ by more than a factor of 1000
    metric: the name of a metric to draw instead, such as "accuracy"

    A run that diverged ends in an X. Beside runs that did not, its line may leave the picture at the top.
    Raises ValueError where there is no such metric, or no finite number to draw.
    """
    require_matplotlib()
    runs = _runs(histories, metric)
    finite = [y for run in runs for y in run.finite()]
    if not finite:
        raise ValueError("there is nothing to draw: no history holds a finite number")
    if log is None:
        log = metric is None and min(finite) >= 0 and max(finite) > WIDE * min([y for y in finite if y], default=0.0)
    if log and max(finite) <= 0:
        raise ValueError(f"a logarithmic scale takes numbers above 0, and the largest is {max(finite):g}")
    bottom, top = _limits(runs, finite, log)
    ax = axes_for(ax, 8, 5)
    beside = ax.get_xlim()[1] if ax.lines else 0.0  # what was drawn there before stays in the picture
    for k, run in enumerate(runs):
        _draw_run(ax, run, k, alone=len(runs) == 1)
        if run.diverged and run.training:
            _mark_divergence(ax, run, k, top, log)
    if len(runs) > 1 and any(run.validation for run in runs):
        ax.plot([], [], "--", color="#666666", lw=2, label=t("validation"))
    if log:
        ax.set_yscale("log")
    if top < max(finite):
        ax.set_ylim(bottom, top)
    epochs = max(len(numbers) for run in runs for numbers in (run.training, run.validation))
    ax.set_xlim(0.5, max(epochs + 0.5, beside))
    _count_along_x(ax)
    label_axes(ax, t("epoch"), written(metric or t("loss")))
    if len(ax.lines) > 1:
        draw_legend(ax)
    return ax


class _Run(NamedTuple):
    """A history as it is drawn."""

    name: str
    training: list[float]
    validation: list[float]
    diverged: bool

    def finite(self) -> list[float]:
        """Its finite numbers."""
        return [y for y in self.training + self.validation if math.isfinite(y)]


def _runs(histories: Any, metric: str | None) -> list[_Run]:
    named = {t("training"): histories} if isinstance(histories, History) else histories
    if not isinstance(named, Mapping) or not all(isinstance(history, History) for history in named.values()):
        raise TypeError(f"loss curves are drawn of a History, or of several by name, got {typed(histories)}")
    return [_Run(str(name), *_recorded(history, metric), history.diverged) for name, history in named.items()]


def _recorded(history: History, metric: str | None) -> tuple[list[float], list[float]]:
    """The numbers to draw for the rows that were learned from, and for those that were not."""
    if metric is None:
        return history.loss, history.validation_loss
    if history.epochs and metric not in history.metrics:
        known = (
            listed([shown(name) for name in history.metrics]) or "none: train(…, metrics={'accuracy': …}) keeps some"
        )
        raise ValueError(f"there is no metric {shown(metric)} in the history: its metrics are {known}")
    return history.metrics.get(metric, []), history.metrics.get(f"validation {metric}", [])


def _limits(runs: list[_Run], finite: list[float], log: bool) -> Range:
    """The range of the picture, so that runs that did not diverge can be read beside those that did."""
    settled = [y for run in runs if not run.diverged for y in run.finite()]
    highest = max(settled or [y for run in runs for y in run.finite()[:1]])
    if highest <= 0 or not any(run.diverged for run in runs):
        return min(finite), math.inf
    if log:
        return min(y for y in finite if y > 0) / 2, highest * (WIDE if settled else WIDE**4)
    return min(finite) - highest / 10, highest * 3


def _draw_run(ax: "Axes", run: _Run, k: int, alone: bool) -> None:
    colour, training = COLOURS[k % len(COLOURS)], run.training
    marker = MARKERS[k % len(MARKERS)] if not alone or len(training) == 1 else ""  # a line of one point is not seen
    often = max(1, len(training) // 8)
    label = written(run.name)
    if run.diverged:
        label = t("{run} (diverged)", run=label)
    ax.plot(_epochs(training), training, marker=marker, lw=2, color=colour, ms=7, markevery=often, label=label)
    if run.validation:
        ax.plot(
            _epochs(run.validation), run.validation, "--", lw=2, color=colour, label=t("validation") if alone else None
        )


def _mark_divergence(ax: "Axes", run: _Run, k: int, top: float, log: bool) -> None:
    """An X where a run ends, or where its line leaves the picture."""
    y = run.training
    i = next((i for i, z in enumerate(y) if not z <= top), len(y))  # the first that is beyond
    if i == len(y):
        at = float(i), y[-1]
    elif i == 0:
        at = 1.0, top
    else:
        below, edge, beyond = [math.log(max(z, 1e-300)) if log else z for z in (y[i - 1], top, y[i])]
        at = i + (edge - below) / (beyond - below), top
    ax.plot(*at, "X", color=COLOURS[k % len(COLOURS)], ms=14, mec="white", clip_on=False, zorder=10)


def _count_along_x(ax: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _epochs(numbers: Sequence[float]) -> list[int]:
    return list(range(1, len(numbers) + 1))
