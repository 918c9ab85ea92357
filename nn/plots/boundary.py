"""Decision boundaries: where a model decides for which class."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Operation, as_value, format_number
from autograd.core import listed
from autograd.words import t
from nn.data import prepared_data
from nn.losses import Loss, as_list, loss_named, names_of_losses, unrecorded
from nn.plots.grids import Grid, grid_of
from nn.plots.style import (
    COLOURS,
    MARKERS,
    axes_for,
    draw_legend,
    label_axes,
    require_matplotlib,
    typed,
    widened,
    written,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def decision_boundary(
    model: Any,
    rows: Any,
    targets: Any,
    *,
    loss: str | Loss | Operation,
    ax: "Axes | None" = None,
    resolution: int = 50,
    margin: float = 0.15,
    names: Sequence[str] | None = None,
) -> "Axes":
    """The regions in which a model of two inputs decides for each class, their edges, and the rows by their targets.

    loss: what the model was trained with, which says how an output stands for a class: "hinge", "bce", … or a Loss
        that has `decide`; "cross_entropy", or a joint one, for models of several outputs
    resolution: the number of points to a side at which the model is asked
    margin: how far the picture reaches beyond the rows, as a share of their extent
    names: of the inputs; where it is None, those that a nn.Scaled model keeps, or x₁ and x₂

    Raises ValueError for a model of other than two inputs, a loss that decides nothing, and outputs that are nowhere
    finite; DataError for rows and targets that do not fit.
    """
    require_matplotlib()
    if getattr(model, "nin", 2) != 2:
        raise ValueError(f"a decision boundary is drawn for a model of two inputs, got one of {model.nin}")
    classifier = loss_named(loss)
    if not isinstance(classifier, Loss) or classifier.decide is None:
        deciding = listed(names_of_losses(classes=True))
        raise ValueError(f"{typed(loss)} is no loss of classes: the loss is one of {deciding}, or a Loss with `decide`")
    points, wanted = prepared_data(model, rows, targets, classifier, width=2)
    x_range, y_range = [widened(min(column), max(column), margin) for column in zip(*points, strict=True)]
    grid = unrecorded(grid_of, lambda x, y: _outputs(model([x, y])), x_range, y_range, resolution)
    grid = _finer(grid)
    leads = _leads(grid.z, classifier)

    ax = axes_for(ax, 7.5, 6)
    for k, (known, lead) in enumerate(leads.items()):
        mine = [point for point, y in zip(points, wanted, strict=True) if _nearest(y, leads) == known]
        _draw_class(ax, grid, k, t("class {number}", number=format_number(known)), lead, mine)
    x_name, y_name = names or getattr(model, "names", None) or ("x_1", "x_2")
    label_axes(ax, written(x_name), written(y_name))
    draw_legend(ax, "upper right")
    return ax


def _draw_class(ax: "Axes", grid: "Grid", k: int, label: str, lead: Any, rows: list[list[float]]) -> None:
    """The region of a class, its edge, and the rows that belong to it."""
    colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
    if lead.max() > 0:
        ax.contourf(grid.xs, grid.ys, lead, levels=[0, lead.max()], colors=[colour], alpha=0.25)
    if lead.min() < 0 < lead.max():
        ax.contour(grid.xs, grid.ys, lead, levels=[0], colors="#333333", linewidths=1.5)
    xs, ys = [row[0] for row in rows], [row[1] for row in rows]
    ax.scatter(xs, ys, s=60, color=colour, marker=marker, edgecolor="white", zorder=3, label=label)


def _leads(outputs: Any, loss: Loss) -> dict[float, Any]:
    """For each class how far it is ahead of the others, at every point: above 0 where it is the one decided for."""
    import numpy as np

    count = outputs.shape[-1]
    if loss.joint != (count > 1):
        takes = "several outputs" if loss.joint else "two classes by one output"
        raise ValueError(f"{loss} decides between {takes}, and the model has {count}")
    if not np.isfinite(outputs).all(axis=-1).any():
        raise ValueError("the outputs of the model are finite nowhere near the rows")
    if loss.joint:
        others = [np.delete(outputs, k, axis=-1).max(axis=-1) for k in range(count)]
        leads = {float(k): outputs[..., k] - others[k] for k in range(count)}
    else:
        level, below, above = loss.threshold
        leads = {below: level - outputs[..., 0], above: outputs[..., 0] - level}
    return {known: np.ma.masked_invalid(lead) for known, lead in leads.items()}


def _finer(grid: "Grid") -> "Grid":
    """The same with eight steps for one, so that the edges of more than two classes meet without gaps."""
    import numpy as np

    xs, ys = [np.linspace(steps[0], steps[-1], 8 * (len(steps) - 1) + 1) for steps in (grid.xs, grid.ys)]
    z = np.where(np.isfinite(grid.z), grid.z, np.nan)
    along_x = np.apply_along_axis(lambda line: np.interp(xs, grid.xs, line), 1, z)
    return Grid(xs, ys, np.apply_along_axis(lambda line: np.interp(ys, grid.ys, line), 0, along_x))


def _outputs(prediction: Any) -> list[float]:
    return [as_value(output, "a prediction").data for output in as_list(prediction)]


def _nearest(target: float, classes: Mapping[float, Any]) -> float:
    """The class that a target stands for: itself, or the likelier one where it is a probability."""
    return min(classes, key=lambda known: abs(known - target))
