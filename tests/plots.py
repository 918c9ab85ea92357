"""What a picture of matplotlib's shows, in words: every line, area, text and limit, and how it is drawn."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from matplotlib.colors import to_hex

LONG = 12  # numbers; of more only some are written


def described(ax: Any) -> str:
    """The axes, line by line; what matplotlib draws by itself, such as ticks, is left out."""
    return "\n".join(_lines(ax)) + "\n"


def _lines(ax: Any) -> Iterator[str]:
    framed = "framed" if ax.axison else "not framed"
    yield f"figure {_numbers(ax.figure.get_size_inches())}, {ax.name} axes, {ax.get_aspect()}, {framed}"
    for name in "xyz"[: 3 if ax.name == "3d" else 2]:
        axis, label = getattr(ax, f"{name}axis"), getattr(ax, f"{name}axis").label
        size = axis.get_tick_params().get("labelsize")
        limits = _numbers(getattr(ax, f"get_{name}lim")())
        yield (
            f"{name} from {limits}, {axis.get_scale()}: {label.get_text()!r} of size {label.get_size():.4g}, "
            f"{axis.labelpad:g} away, ticks {size}, {type(axis.get_major_locator()).__name__}"
        )
    for line in ax.lines:
        yield f"line {_name(line)!r} {_style(line)}"
        yield f"    through {_points(line)}"
    for artist in ax.collections:
        yield f"{type(artist).__name__} {_name(artist)!r} {_look(artist)}"
    for image in _ends(ax.images):
        shades = f"{image.get_cmap().name} of {_numbers(image.get_clim())}"
        yield f"image {image.get_array().tolist()} at {_numbers(image.get_extent())} in {shades}"
    for patch in _ends(ax.patches):
        look = f"{_colour(patch.get_edgecolor())} {patch.get_linewidth():g} filled: {patch.get_fill()}"
        yield f"{type(patch).__name__} {_numbers(patch.get_bbox().bounds)} {look}"
    for text in _ends(ax.texts):
        look = f"{text.get_ha()} {text.get_va()} {_colour(text.get_color())} {text.get_weight()}"
        yield f"text {text.get_text()!r} at {_numbers(text.get_position())}, size {text.get_size():.4g}, {look}"
    if legend := ax.get_legend():
        texts = legend.get_texts()
        yield (
            f"legend {[text.get_text() for text in texts]} of size {texts[0].get_size():.4g}, place {legend._loc}, "
            f"opaque {legend.get_frame().get_alpha():g}"
        )
    for other in ax.figure.axes:
        if other is not ax and other.get_label() == "<colorbar>":
            label = other.yaxis.label
            formatted = other.yaxis.get_major_formatter()
            written = (
                [formatted(level, 0) for level in (0.5, 12.0)] if "Func" in type(formatted).__name__ else "as usual"
            )
            size = other.yaxis.get_tick_params().get("labelsize")
            yield f"bar {label.get_text()!r} of size {label.get_size():.4g}, ticks {size} written {written}"


def _name(artist: Any) -> str:
    """Its label, if it is not one that matplotlib has made up."""
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _ends(artists: Any) -> list[Any]:
    return [*artists] if len(artists) <= LONG else [*artists[:2], *artists[-2:]]


def _style(line: Any) -> str:
    parts = [
        f"{line.get_linestyle()} {line.get_linewidth():g} {_colour(line.get_color())}",
        f"marker {line.get_marker()!r} {line.get_markersize():g} each {line.get_markevery()}",
        f"{_colour(line.get_markerfacecolor())} in {_colour(line.get_markeredgecolor())}"
        f" {line.get_markeredgewidth():g}",
        f"at height {line.get_zorder():g}{'' if line.get_clip_on() else ', beyond the frame'}",
    ]
    return ", ".join(parts)


def _points(line: Any) -> str:
    if hasattr(line, "get_slope"):
        return f"{_numbers(line.get_xy1())} with slope {line.get_slope():.4g}"
    columns = line.get_data_3d() if hasattr(line, "get_data_3d") else line.get_data()
    return "; ".join(_numbers(column) for column in columns)


def _look(artist: Any) -> str:
    parts = [f"at height {artist.get_zorder():g}, widths {_numbers(set(artist.get_linewidths()))}"]
    for name, colours in (("faces", artist.get_facecolor()), ("edges", artist.get_edgecolor())):
        parts.append(f"{name} {_some([_colour(c) for c in colours])}")
    if hasattr(artist, "levels"):
        parts.append(f"levels {_numbers(artist.levels)}, filled: {artist.filled}, opaque {artist.get_alpha()}")
        parts.append(f"over {_numbers([x for path in artist.get_paths() for x in path.get_extents().extents])}")
    elif hasattr(artist, "get_sizes") and len(artist.get_offsets()):
        parts.append(f"sizes {_numbers(artist.get_sizes())} at {_numbers(artist.get_offsets().ravel())}")
    return ", ".join(parts)


def _colour(colour: Any) -> str:
    return str(colour) if isinstance(colour, str) and colour in ("none", "auto") else to_hex(colour, keep_alpha=True)


def _numbers(numbers: Iterable[Any]) -> str:
    return _some(["nan" if math.isnan(x) else f"{float(x) + 0.0:.4g}" for x in numbers])


def _some(words: list[str]) -> str:
    if len(words) > LONG:
        return f"{len(words)}: {' '.join(words[:: len(words) // (LONG - 1)])}"
    return " ".join(words)
