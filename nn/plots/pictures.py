"""Small pictures in a grid, such as handwritten digits, with captions."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd import as_value, format_number
from autograd.core import listed, shown
from autograd.words import t
from nn.losses import as_list
from nn.plots.style import axes_for, require_matplotlib, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, CELL = 0.9, 1.15  # of a small picture, and the height it takes with its caption, where it has 1 to the side
WRONG = "#D55E00"


def images(
    pictures: Sequence[Any],
    labels: Sequence[Any] | None = None,
    predictions: Sequence[Any] | None = None,
    *,
    columns: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Small pictures in a grid, the larger a number the darker, with captions; wrong predictions are framed.

    pictures: each a list of rows, or all the numbers of a square one in a row, as of digits of 8 × 8
    labels, predictions: one of each for every picture. The caption is "7", and "7, not 1" for a 7 taken for a 1
    columns: of the grid; as many as rows, but at most 10, where it is None

    Raises ValueError for no pictures, for those that are not square or rows of one length, and for other counts.
    """
    require_matplotlib()
    squares = [_picture(picture, i) for i, picture in enumerate(pictures)]
    if not squares:
        raise ValueError("there are no pictures to draw")
    named, predicted = _for_each("labels", labels, len(squares)), _for_each("predictions", predictions, len(squares))
    if columns is None:
        columns = min(math.ceil(math.sqrt(len(squares))), 10)
    elif type(columns) is not int or columns < 1:
        raise ValueError(f"columns is a whole number above 0, got {shown(columns)}")
    lines = math.ceil(len(squares) / columns)
    captions = [_caption(*pair) for pair in zip(named, predicted, strict=True)]
    ax = axes_for(ax, max(1.3 * columns, 2), max(1.3 * CELL * lines, 2))
    size = _caption_size(ax, columns, lines, max(len(caption) for caption, _ in captions))
    numbers = [number for square in squares for row in square for number in row]
    for i, (square, (caption, wrong)) in enumerate(zip(squares, captions, strict=True)):
        x, y = i % columns, i // columns * CELL
        place = (x, x + WIDTH, y + WIDTH, y)
        ax.imshow(square, extent=place, cmap="Greys", vmin=min(numbers), vmax=max(numbers))
        _draw_caption(ax, x, y, caption, wrong, size)
    ax.set(xlim=(-0.05, columns - 0.05), ylim=(lines * CELL, -0.05), aspect="equal")
    ax.axis("off")
    return ax


def _picture(picture: Any, i: int) -> list[list[float]]:
    """The rows of a picture."""
    rows = [as_list(row) for row in picture]
    if not any(rows):
        raise ValueError(f"pictures[{i}] is empty")
    if all(len(row) == 1 for row in rows):
        flat, side = [x for (x,) in rows], math.isqrt(len(rows))
        if side * side != len(flat):
            raise ValueError(f"pictures[{i}] is {len(flat)} numbers, which make no square: give it as a list of rows")
        rows = [flat[k : k + side] for k in range(0, len(flat), side)]
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"pictures[{i}] has rows of {listed([len(row) for row in rows])} numbers")
    numbers = [[as_value(x, "a picture").data for x in row] for row in rows]
    if not all(math.isfinite(x) for row in numbers for x in row):
        raise ValueError(f"pictures[{i}] has a number that is not finite")
    return numbers


def _for_each(name: str, given: Sequence[Any] | None, count: int) -> list[Any]:
    if given is not None and len(given) != count:
        raise ValueError(f"{name} takes one for each of the {count} pictures, got {len(given)}")
    return [None] * count if given is None else list(given)


def _caption(label: Any, prediction: Any) -> tuple[str, bool]:
    """The text under a picture, and True where the prediction is wrong."""
    names = [_class_name(given) for given in (label, prediction) if given is not None]
    wrong = len(set(names)) > 1
    said = t("{label}, not {prediction}", label=names[0], prediction=names[1]) if wrong else "".join(names[:1])
    return said, wrong


def _class_name(given: Any) -> str:
    """7 for 7, 7.0 and NumPy's 7, and any other name as it is."""
    return written(given) if isinstance(given, str) else format_number(as_value(given, "a caption").data)


def _caption_size(ax: "Axes", columns: int, lines: int, longest: int) -> float:
    """The size at which the longest caption fits under its picture, in points."""
    width = min(ax.bbox.width / columns, ax.bbox.height / (lines * CELL)) / ax.figure.dpi * 72
    return max(5.0, min(width * 0.17, width / (0.65 * max(longest, 1))))


def _draw_caption(ax: "Axes", x: float, y: float, caption: str, wrong: bool, size: float) -> None:
    from matplotlib.patches import Rectangle

    colour, weight, thickness = (WRONG, "bold", 3) if wrong else ("black", "normal", 1)
    edge = WRONG if wrong else "#BBBBBB"
    ax.add_patch(Rectangle((x, y), WIDTH, WIDTH, fill=False, edgecolor=edge, lw=thickness))
    ax.text(x + WIDTH / 2, y + WIDTH + 0.04, caption, ha="center", va="top", size=size, color=colour, weight=weight)
