"""Functions of one number and of two, with walks of descent on them."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value, as_value, format_number, grad
from autograd.core import shown
from autograd.words import t
from nn.plots.grids import draw_levels, grid_of, height, levels_of, steps_between
from nn.plots.style import (
    COLOURS,
    Range,
    axes_for,
    draw_legend,
    label_axes,
    require_matplotlib,
    typed,
    widened,
    written,
)
from nn.plots.walks import draw_paths, walks_by_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve(
    f: Callable[[Any], Any] | Mapping[str, Callable[[Any], Any]],
    low: float,
    high: float,
    *,
    paths: Mapping[str, Iterable[float]] | None = None,
    tangent_at: float | None = None,
    points: Iterable[Sequence[float]] = (),
    y_range: Range | None = None,
    ax: "Axes | None" = None,
    resolution: int = 400,
) -> "Axes":
    """A function of one number from low to high, with walks of descent on it, and the tangent at a point.

    f: takes a float; for a tangent also a Value, so that autograd has its slope. Or several functions, by name; the
        walks and the tangent are those of the first
    paths: the positions of each walk, by name, such as {"lr 0.1": [2.0, 1.6, …]}
    points: (x, y) of dots, such as those that a curve is fitted to
    y_range: (lowest, highest); all that the functions reach where it is None
    resolution: how many points a curve is drawn through

    Raises ValueError for functions that are nowhere finite, and for an empty path.
    """
    require_matplotlib()
    functions = dict(f) if isinstance(f, Mapping) else {"f": f}
    if not functions:
        raise ValueError("there is no function to draw")
    first = next(iter(functions.values()))
    xs, walks = steps_between((low, high), resolution), walks_by_name(paths, 1)
    lines = {name: [height(g, x) for x in xs] for name, g in functions.items()}
    balls = {name: [(x, height(first, x)) for (x,) in walk] for name, walk in walks.items()}
    dots = walks_by_name({"points": points}, 2)["points"] if points else []
    heights = [y for ys in lines.values() for y in ys] + [y for _, y in dots]
    finite = [y for y in heights if math.isfinite(y)]
    if not finite:
        raise ValueError(f"the function is finite nowhere between {low:g} and {high:g}")
    tangent = None if tangent_at is None else _tangent(first, as_value(tangent_at).data)

    ax = axes_for(ax, 8, 5)
    for k, (name, ys) in enumerate(lines.items()):
        colour = "#555555" if k == 0 else COLOURS[(k - 1) % len(COLOURS)]
        ax.plot(xs, ys, color=colour, linewidth=2.5, label=written(name) if len(lines) > 1 else None)
    if dots:
        ax.scatter([x for x, _ in dots], [y for _, y in dots], s=50, color=COLOURS[1], edgecolor="white", zorder=3)
    ax.set(xlim=(low, high), ylim=y_range or widened(min(finite), max(finite), 0.08))  # wherever the walks may go
    if tangent is not None:
        x, y, slope = tangent
        label = t("slope {slope} at x = {x}", slope=format_number(slope), x=format_number(x))
        ax.axline((x, y), slope=slope, color=COLOURS[0], ls="--", lw=2, label=label)
        ax.plot(x, y, "D", color=COLOURS[0], ms=9)
    draw_paths(ax, balls, outlined=False)
    label_axes(ax, "x", "f(x)" if len(lines) == 1 else "")
    if walks or tangent or len(lines) > 1:
        draw_legend(ax)
    return ax


def _tangent(f: Callable[[Any], Any], at: float) -> tuple[float, float, float]:
    """The point of a curve at a position, and the slope there."""
    x = Value(at)
    y = f(x)
    if not isinstance(y, Value):
        raise TypeError(f"a tangent takes a function that gives a Value for a Value, got {typed(y)}")
    slope = grad(y, x).data
    if not (math.isfinite(y.data) and math.isfinite(slope)):
        raise ValueError(f"there is no tangent at {at:g}: the function is {y.data:g} there, and its slope {slope:g}")
    return at, y.data, slope


def contours(
    f: Callable[[float, float], Any],
    x_range: Range,
    y_range: Range,
    *,
    paths: Mapping[str, Iterable[Sequence[float]]] | None = None,
    ax: "Axes | None" = None,
    resolution: int = 100,
    log: bool | None = None,
    names: Sequence[str] = ("x", "y", "f(x, y)"),
) -> "Axes":
    """The level lines of a function of two numbers, with walks of descent between them.

    f: takes two floats, and gives a float or a Value
    x_range, y_range: (lowest, highest)
    paths: the points (x, y) of each walk, by name, such as {"Newton": [(-1.2, 1.0), …]}
    resolution: the number of points to a side at which f is computed
    log: whether levels are spaced logarithmically above the lowest point; where it is None, if the function is steep
        and flat at once
    names: of the two numbers, and of the function

    Raises ValueError for a function that is nowhere finite, and for an empty path.
    """
    require_matplotlib()
    if len(names) != 3:
        raise ValueError(f"names are those of the two numbers and of the function, got {shown(names)}")
    walks = walks_by_name(paths, 2)
    grid = grid_of(lambda x, y: height(f, x, y), x_range, y_range, resolution)
    levels = levels_of(grid, log)
    ax = axes_for(ax, 8, 6)
    draw_levels(ax, grid, levels, written(names[2]))
    draw_paths(ax, walks)
    label_axes(ax, written(names[0]), written(names[1]))
    if walks:
        draw_legend(ax)
    return ax
