"""The page: one HTML file that needs nothing else, and the same as the output of a notebook's cell."""

import hashlib
import html
import json
import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from numbers import Integral
from pathlib import Path
from typing import Any

from autograd.drawing import Drawing, draw
from autograd.exploring.graph import Graph
from autograd.files import write_files
from autograd.floats import as_float
from autograd.messages import shown
from autograd.notation import printable, require_digits
from autograd.outdated import require_current
from autograd.value import Value, topological_order

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Rows:
    """Rows of data to learn from: numbers for the leaves that they feed, and the nodes that are predictions."""

    leaves: list[Value]
    numbers: list[list[float]]
    predictions: list[Value]


@dataclass(frozen=True, repr=False, eq=False)
class Explorer:
    """A page made by `explore`. A notebook shows it live, save() writes a file, html() gives its text."""

    value: Value
    title: str
    lr: float
    digits: int
    drawing: Drawing
    rows: Rows | None
    data: str  # JSON
    functions: str  # JavaScript

    def html(self) -> str:
        """A whole page: offline, without anything beside it."""
        return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{html.escape(self.title)}</title>
<style>body {{ margin: 0; }}</style></head>
<body>
<div data-explorer="{self._key}" data-page></div>
<noscript><pre>{html.escape(self.drawing.text())}</pre></noscript>
{self._script(standalone=True)}
</body>
</html>
"""

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Write the page to a file ending in .html, and return its path. Raises ValueError for other endings."""
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"a page is saved as .html, got {shown(str(path), 300)}")
        write_files({path: self.html()})
        return path

    def __repr__(self) -> str:
        return f"<Explorer: {self.title}, {len(self.drawing.symbols)} nodes>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # Where scripts are not trusted the picture stays; where they run, the live page takes its place.
        live = f'<div data-explorer="{self._key}">{self._picture}</div>\n{self._script(standalone=False)}'
        return {"text/plain": repr(self), "text/html": live}

    @cached_property
    def _picture(self) -> str:
        return self.drawing._repr_mimebundle_()["text/html"]

    @cached_property
    def _key(self) -> str:
        """What tells this page's element from those of other explorers on one page."""
        return hashlib.sha256((self.data + self.functions).encode()).hexdigest()[:12]

    def _script(self, standalone: bool) -> str:
        given = f"{_in_script(_file('explorer.css'))}, {json.dumps(standalone)}"
        call = f"mount({json.dumps(self._key)}, {self.data}, {self.functions}, {given});"
        return f'<script type="module">\n{_file("explorer.js")}\n{call}\n</script>'


def explore(
    value: Value,
    *,
    title: str | None = None,
    lr: float = 0.1,
    digits: int = 4,
    depth: int | None = None,
    inputs: Sequence[Value] = (),
    leaves: Sequence[Value] = (),
    rows: Iterable[Sequence[float]] = (),
    predictions: Sequence[Value] = (),
    batch_size: int = 1,
) -> Explorer:
    """Make a page on which the graph of a Value can be stepped through, questioned, changed and trained.

    title: of the page; lr: the learning rate to start with; digits: significant digits of the numbers written.
    depth: show no more than so many steps back from the value; inputs: show what lies between these nodes and the
    value. What is cut off by that keeps its number, and has no gradient on the page.
    leaves, rows, predictions, batch_size: for learning over rows of data, which leaves a row has numbers for, the rows,
    the nodes that are predictions, and how many rows a step goes over. (nn.explore takes a model and makes these.)

    A notebook shows the page below the cell, and a picture where scripts are not trusted; save() writes a file.
    Raises TypeError for what is not a Value; ValueError where the graph is out of date, where more than 2,000 nodes
    would be shown, and for numbers and rows that do not fit; CompileError for an operation that cannot be written in
    primitives; and RuntimeError where there is no Graphviz.
    """
    if not isinstance(value, Value):
        raise TypeError(
            f"explore takes a Value, got {type(value).__name__} (nn.explore takes a model, rows and targets)"
        )
    require_digits(digits)
    lr = as_float(lr, "lr")
    if not (lr > 0 and math.isfinite(lr)):
        raise ValueError(f"lr is a finite number above 0, got {shown(lr)}")
    require_current(topological_order(value))
    graph = Graph(value, digits, depth, inputs)
    taken = _rows(graph, leaves, rows, predictions)
    if not isinstance(batch_size, Integral) or batch_size < 1:
        raise ValueError(f"batch_size is a whole number above 0, got {shown(batch_size)}")
    drawing = draw(value, digits=digits, depth=depth, inputs=inputs)
    name = drawing.nodes[value].name
    count = len(graph.nodes)
    usual = f"The graph of {name}" if value.label else f"A graph of {count} node{'' if count == 1 else 's'}"
    title = printable(title or usual)
    told: dict[str, Any] = {"title": title, "lr": lr, **graph.data()}
    if taken:
        told["learning"] = {
            "feed": graph.indices(taken.leaves),
            "rows": taken.numbers,
            "predictions": graph.indices(taken.predictions),
            "batch": min(int(batch_size), len(taken.numbers)),
        }
    return Explorer(value, title, lr, digits, drawing, taken, _in_script(told), graph.functions())


def _rows(
    graph: Graph, leaves: Sequence[Value], rows: Iterable[Sequence[float]], predictions: Sequence[Value]
) -> Rows | None:
    numbers = [[as_float(x, "a row") for x in row] for row in rows]
    if not numbers and not leaves:
        return None
    for i, row in enumerate(numbers):
        if len(row) != len(leaves):
            raise ValueError(f"a row has a number for each of the {len(leaves)} leaves, and rows[{i}] has {len(row)}")
        if not all(map(math.isfinite, row)):
            raise ValueError(f"rows are finite numbers, and rows[{i}] is {row}")
    if not numbers:
        raise ValueError("rows to learn from are one or more, got none")
    for name, values in (("leaves", leaves), ("predictions", predictions)):
        for i, node in enumerate(values):
            if not isinstance(node, Value):
                raise TypeError(f"{name} are Values, got {type(node).__name__} as {name}[{i}]")
    if made := next((node for node in leaves if node.operands), None):
        raise ValueError(f"leaves were not made from anything, got {shown(made)}")
    if missing := next((x for x, i in zip(predictions, graph.indices(predictions), strict=True) if i < 0), None):
        raise ValueError(f"predictions are nodes of the graph, got {shown(missing)}")
    return Rows(list(leaves), numbers, list(predictions))


def _in_script(told: Any) -> str:
    """JSON that can stand in a script: nothing in it ends that, or begins another."""
    return (
        json.dumps(told, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    )


@lru_cache
def _file(name: str) -> str:
    """A file of this folder, without the comments, which are a third of it."""
    text = (HERE / name).read_text(encoding="utf-8")
    return re.sub(r"^[ \t]*(//.*|/\*([^*]|\*(?!/))*\*/[ \t]*)\n|^[ \t]+", "", text, flags=re.MULTILINE)
