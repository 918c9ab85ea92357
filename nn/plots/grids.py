"""A function of two numbers on a grid, and its level lines."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import as_value, format_number
from autograd.core import shown
from nn.losses import as_list
from nn.plots.style import Range, mark_decimals

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap


class Grid(NamedTuple):
    """A function of two numbers at the points of a grid: z[i][k] at xs[k] and ys[i]."""

    xs: Any  # lists, or arrays
    ys: Any
    z: Any


def grid_of(f: Callable[[float, float], Any], x_range: Range, y_range: Range, resolution: int) -> Grid:
    """A function of two numbers on a grid; resolution: the number of points to a side."""
    xs, ys = steps_between(x_range, resolution), steps_between(y_range, resolution)
    return Grid(xs, ys, [[f(x, y) for x in xs] for y in ys])


def steps_between(between: Range, resolution: int) -> list[float]:
    """Numbers at equal distances, from end to end; resolution: how many. Raises ValueError for ends without a range."""
    ends = [as_value(end, "a range").data for end in as_list(between)]
    if len(ends) != 2 or not (ends[0] < ends[1] and math.isfinite(ends[1] - ends[0])):
        raise ValueError(f"a range is from a number to a larger one, got {shown(between)}")
    if type(resolution) is not int or resolution < 2:
        raise ValueError(f"resolution is a whole number above 1, got {shown(resolution)}")
    low, high = ends
    return [low + (high - low) * i / (resolution - 1) for i in range(resolution)]


def height(f: Callable[..., Any], *at: float) -> float:
    """The number that a function gives at a point, nan where it cannot be computed."""
    try:
        return as_value(f(*at), "a picture").data
    except (ZeroDivisionError, OverflowError):  # of Python's / and **, where those of Values give inf
        return math.nan


def levels_of(grid: Grid, log: bool | None = None) -> list[float]:
    """The heights at which level lines are drawn: evenly spaced, or by decades above the lowest point."""
    from matplotlib.ticker import MaxNLocator

    numbers = sorted(z for line in grid.z for z in line if math.isfinite(z))
    if not numbers:
        raise ValueError("the function is finite nowhere in these ranges")
    low, high = numbers[0], numbers[-1]
    above = [z - low for z in numbers]
    if log is None:
        log = above[len(above) // 10] * 50 <= above[-1]
    if not log or not 0 < above[-1] < math.inf:
        return [float(level) for level in MaxNLocator(14).tick_values(low, high)]
    nearest = next(z for z in above[len(above) // 100 :] if z > 0)
    first, last = math.floor(math.log10(nearest)), math.ceil(math.log10(above[-1]))
    steps = (1, 2, 5) if last - first <= 5 else (1,)
    heights = [step * 10.0**k for k in range(first, min(last, first + 14)) for step in steps]
    return [low, *(low + height for height in heights if nearest <= height < above[-1]), high]


def shades_of(levels: list[float]) -> "tuple[LinearSegmentedColormap, BoundaryNorm]":
    """A shade of its own for each band between two levels, light enough for any path upon it."""
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("heights", ["#7892AD", "#C3CFDB", "#F7F9FB"])
    return shades, BoundaryNorm(levels, shades.N)


def draw_levels(ax: "Axes", grid: Grid, levels: list[float], label: str) -> None:
    """Level lines on shaded bands, with a bar that says which height they are; label: of the bar."""
    shades, norm = shades_of(levels)
    filled = ax.contourf(*grid, levels=levels, cmap=shades, norm=norm)
    ax.contour(*grid, levels=levels, colors="#5B6B7A", linewidths=0.7)
    evenly = math.isclose(levels[1] - levels[0], levels[-1] - levels[-2])
    bar = ax.figure.colorbar(filled, ax=ax, format=None if evenly else lambda z, _: format_number(float(z), 2))
    bar.set_label(label, fontsize="x-large")
    mark_decimals(bar.ax.yaxis)
    bar.ax.tick_params(labelsize="large")
