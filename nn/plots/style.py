"""The style of all pictures: colours, axes, their names and their legends."""

from typing import TYPE_CHECKING, Any, Literal

from autograd import unicode_label
from autograd.core import shown
from autograd.words import decimal_mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "p"]  # one more than colours: together they repeat only after 56

Range = tuple[float, float]


def require_matplotlib() -> None:
    """Raise an ImportError that says how to install it, where it is missing."""
    try:
        import matplotlib.pyplot  # noqa: F401
    except ImportError:
        raise ImportError("nn.plots draws with matplotlib: pip install '.[plots]', in a clone of glassgrad") from None


def axes_for(ax: "Axes | None", width: float, height: float, **subplot: Any) -> Any:
    """The axes to draw on. A figure of pyplot's is shown once by a notebook, at the end of the cell."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained", subplot_kw=subplot)[1]


def label_axes(ax: "Axes", x: str, y: str) -> None:
    """Names of the axes, and sizes to be read from afar."""
    ax.set_xlabel(x, fontsize="x-large")
    ax.set_ylabel(y, fontsize="x-large")
    ax.tick_params(labelsize="large")
    for axis in (ax.xaxis, ax.yaxis, *([ax.zaxis] if hasattr(ax, "zaxis") else [])):
        mark_decimals(axis)


def mark_decimals(axis: "Axis") -> None:
    """Have the numbers along an axis written with the decimal mark of the language that is spoken now."""
    from matplotlib.ticker import ScalarFormatter

    class Marked(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return super().__call__(x, pos).replace(".", mark)

    mark = decimal_mark()
    if mark != "." and type(axis.get_major_formatter()) is ScalarFormatter:
        axis.set_major_formatter(Marked())


def draw_legend(ax: "Axes", place: Literal["best", "upper right"] = "best") -> None:
    """The names of what is drawn."""
    ax.legend(loc=place, fontsize="large", framealpha=0.9)


def written(label: Any) -> str:
    """A label in Unicode, with nothing in it that matplotlib takes for a command: formulas in $, names after _."""
    text = unicode_label("".join([c if c.isprintable() else "�" for c in str(label)])).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def typed(x: Any) -> str:
    """A thing with its type, for messages."""
    return f"{type(x).__name__} {shown(x)}"


def widened(low: float, high: float, margin: float) -> Range:
    """A range with a share of its extent more at either end."""
    more = (high - low) * margin or 1.0
    return low - more, high + more
