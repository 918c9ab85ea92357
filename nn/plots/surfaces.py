"""The loss of a model over two of its parameters."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from autograd import Operation, Value, at_once
from autograd.core import ensuring, listed, shown
from autograd.words import t
from nn.data import prepared_data
from nn.losses import LossFunction, loss_named, unrecorded
from nn.plots.grids import Grid, draw_levels, grid_of, height, levels_of, shades_of
from nn.plots.style import Range, axes_for, draw_legend, label_axes, require_matplotlib, typed, widened, written
from nn.plots.walks import draw_paths, walks_by_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def loss_surface(
    model: Any,
    rows: Any,
    targets: Any,
    parameters: Sequence[Value | str],
    *,
    loss: str | Operation | LossFunction = "mse",
    ranges: tuple[Range, Range] | None = None,
    path: Iterable[Sequence[float]] | None = None,
    ax: "Axes | None" = None,
    resolution: int = 50,
    kind: Literal["contour", "3d"] = "contour",
) -> "Axes":
    """The loss over two parameters of a model, all others as they are, with the path of descent.

    parameters: two, themselves or by name, as model.named_parameters() has them
    loss: as for nn.train
    ranges: (lowest, highest) of each; where it is None, those of the path and some more, or the present numbers ± 2
    path: pairs of their numbers, such as nn.Trace(p, q).points; its start and end are marked
    resolution: the number of points to a side at which the loss of all rows is computed, which takes time
    kind: "contour", or "3d", for which ax is one of matplotlib's 3D axes

    Where the other parameters were trained too, the path runs over a surface that moved under it.
    Raises ValueError for parameters that the model does not have, an empty path, and losses that are nowhere finite;
    DataError for rows and targets that do not fit. The parameters are left as they were.
    """
    require_matplotlib()
    if kind not in ("contour", "3d"):
        raise ValueError(f"kind is 'contour' or '3d', got {shown(kind)}")
    if kind == "3d" and ax is not None and ax.name != "3d":
        raise ValueError("kind '3d' takes 3D axes: pyplot.subplots(subplot_kw={'projection': '3d'})")
    (p_name, p), (q_name, q) = _chosen(model, parameters)
    compute_loss = loss_named(loss)
    points, wanted = prepared_data(model, rows, targets, compute_loss)
    descent = t("descent")
    walks = walks_by_name(None if path is None else {descent: path}, 2)
    if ranges is None:
        numbers = zip(*walks[descent], strict=True) if walks else [[p.data], [q.data]]
        p_range, q_range = [_around(of_one) for of_one in numbers]
    else:
        p_range, q_range = ranges

    def loss_at(x: float, y: float) -> Any:
        p.data, q.data = x, y
        return compute_loss([model(row) for row in points], wanted)

    def heights_over_grid_and_walk() -> tuple[Grid, list[float]]:
        grid = grid_of(lambda x, y: height(loss_at, x, y), p_range, q_range, resolution)
        return grid, [height(loss_at, *point) for point in walks.get(descent, [])] if kind == "3d" else []

    before = [(setattr, parameter, "data", parameter.data) for parameter in (p, q)]
    grid, heights = ensuring(lambda: at_once(before), unrecorded, heights_over_grid_and_walk)
    levels = levels_of(grid)
    if kind == "3d":
        ax = axes_for(ax, 8, 7, projection="3d", computed_zorder=False)  # else the surface hides the path
        _draw_surface(ax, grid, levels)
        draw_paths(
            ax, {name: [(*point, z) for point, z in zip(walk, heights, strict=True)] for name, walk in walks.items()}
        )
    else:
        ax = axes_for(ax, 8, 6)
        draw_levels(ax, grid, levels, t("loss"))
        draw_paths(ax, walks)
    label_axes(ax, written(p_name), written(q_name))
    if walks:
        draw_legend(ax)
    return ax


def _chosen(model: Any, parameters: Sequence[Value | str]) -> list[tuple[str, Value]]:
    """Two parameters of the model, with their names."""
    named = model.named_parameters()
    if isinstance(parameters, str) or len(parameters) != 2:
        raise ValueError(f"a surface is drawn over two parameters, got {typed(parameters)}")
    chosen = []
    for wanted in parameters:
        found = [(name, value) for name, value in named if wanted is value or wanted == name]
        if not found:
            names = listed([name for name, _ in named])
            raise ValueError(f"{typed(wanted)} is no parameter of the model: its parameters are {names}")
        chosen += found
    if chosen[0] == chosen[1]:
        raise ValueError(f"a surface is drawn over two different parameters, got {chosen[0][0]} twice")
    return chosen


def _around(numbers: Sequence[float]) -> Range:
    """A range that shows a path and where it might have gone."""
    low, high = min(numbers), max(numbers)
    return widened(low, high, 0.3) if low < high else (low - 2, high + 2)


def _draw_surface(ax: Any, grid: Grid, levels: list[float]) -> None:
    import numpy as np

    shades, norm = shades_of(levels)
    xs, ys = np.meshgrid(grid.xs, grid.ys)
    z = np.ma.masked_invalid(grid.z)
    ax.plot_surface(xs, ys, z, cmap=shades, norm=norm, rstride=1, cstride=1, edgecolor="#5B6B7A", lw=0.2)
    ax.set_zlabel(t("loss"), fontsize="x-large", labelpad=10)
    ax.xaxis.labelpad = ax.yaxis.labelpad = 10
