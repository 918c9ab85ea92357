"""Walks of descent: points by name, and how they are drawn."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import as_value
from autograd.core import shown
from autograd.words import t
from nn.losses import as_list
from nn.plots.style import COLOURS, MARKERS, typed, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def walks_by_name(paths: Any, width: int) -> dict[str, list[tuple[float, ...]]]:
    """Paths by name, each a list of points of one or two finite numbers."""
    if not isinstance(paths, Mapping | None):
        raise TypeError(f"paths are given by name, such as {{'lr 0.1': …}}, got {typed(paths)}")
    point_is = "a number" if width == 1 else "a pair of numbers"
    walks = {}
    for name, path in (paths or {}).items():
        if not hasattr(path, "__iter__"):
            raise TypeError(
                f"the path {shown(name)} is a sequence, of which each point is {point_is}, got {typed(path)}"
            )
        walk = [tuple([as_value(x, "a path").data for x in as_list(point)]) for point in path]
        if not walk:
            raise ValueError(f"the path {shown(name)} is empty")
        for i, point in enumerate(walk):
            if len(point) != width or not all(map(math.isfinite, point)):
                raise ValueError(f"point {i} of the path {shown(name)} is {point}: a point is {point_is}, finite")
        walks[str(name)] = walk
    return walks


def draw_paths(ax: "Axes", walks: Mapping[str, Sequence[tuple[float, ...]]], *, outlined: bool = True) -> None:
    """Lines with a ball for each point; a ring at the start, a star at the end."""
    for k, (name, walk) in enumerate(walks.items()):
        colour, marker = COLOURS[(k + 1) % len(COLOURS)], MARKERS[k % len(MARKERS)]
        columns = list(zip(*walk, strict=True))
        start, end = [column[:1] for column in columns], [column[-1:] for column in columns]
        if outlined:  # which sets it off from what is below
            ax.plot(*columns, lw=4, color="white", solid_joinstyle="round", zorder=9)
        ax.plot(*columns, lw=1.8, color=colour, marker=marker, ms=5, label=written(name), zorder=10)
        ax.plot(*start, "o", ms=12, mfc="white", mec=colour, mew=2.5, zorder=11)
        ax.plot(*end, "*", ms=20, mfc=colour, mec="white", mew=1.5, zorder=12)
    if any(len(walk) > 1 for walk in walks.values()):
        ax.plot([], [], "o", ms=10, mfc="white", mec="#444444", mew=2, label=t("start"))
        ax.plot([], [], "*", ms=15, mfc="#444444", mec="#444444", label=t("end"))
