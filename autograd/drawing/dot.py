"""A picture in DOT, the language of Graphviz.

The same graph gives the same text.
"""

import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from autograd.core import Value
from autograd.drawing.node_text import clean, equation, gradient_text, partial_text, shortened, value_text
from autograd.drawing.nodes import Highlight, Node
from autograd.drawing.rendering import INSTALL
from autograd.drawing.styles import CROWDED, CROWDED_EDGE, EDGE, GRAPH, MUTED, NODE, PALE, SMALL, STRONG, STYLES
from autograd.notation import Expression, TextWriter, formula

NUMBERED_EDGES = 1_000  # beyond, their numbers are in the tooltips only
NUMBERED_WHERE_CROWDED = 150
FORMULA_OPERANDS = 50


def escaped(text: str) -> str:
    """For any label, HTML-like or not: Graphviz reads entities in both, and acts on a single backslash."""
    return html.escape(clean(text)).replace("\\", "\\\\")


def tooltip(text: str) -> str:
    """For a tooltip, where Graphviz looks for backslashes twice."""
    return escaped(text).replace("\\", "\\\\")


def lines_of(text: str, end: str) -> str:
    r"""Lines that each end in one of Graphviz's marks: \n centres, \l flushes left."""
    return "".join(escaped(line) + end for line in text.splitlines())


def with_id(source: str) -> str:
    """A graph with an id of its own, so that several can stand on one page."""
    return source.replace("{", f"{{\n\tid=g{hashlib.sha256(source.encode()).hexdigest()[:8]}", 1)


@dataclass(frozen=True)
class DotPicture:
    """A graph in DOT."""

    nodes: Mapping[Value, Node]
    symbols: dict[Value, Expression]
    digits: int
    highlight: Highlight | None
    caption: str

    def dot(self) -> str:
        """The whole, with an id of its own, so that several can stand on one page."""
        graph = self.digraph()
        if self.crowded:
            graph.attr(**CROWDED)
        ids = {value: f"n{i}" for i, value in enumerate(self.nodes)}
        for value, node in self.nodes.items():
            graph.node(ids[value], self.label_of(node), _attributes=self.node_style(node))
        for column in _columns(self.nodes.values()):
            with graph.subgraph(graph_attr={"rank": "same"}) as same:
                for above, below in pairwise(column):  # holds them in order
                    same.edge(ids[above], ids[below], style="invis")
        for value, node in self.nodes.items():
            for i, x in enumerate(node.operands):
                graph.edge(ids[x], ids[value], _attributes=self.edge_style(node, i))
        return with_id(str(graph.source))

    def digraph(self) -> Any:
        """An empty graph of the package graphviz, with the looks of all pictures, and the caption."""
        try:
            import graphviz
        except ImportError:
            raise RuntimeError(f"pictures take the package graphviz: {INSTALL}") from None
        graph = graphviz.Digraph(graph_attr=GRAPH, node_attr=NODE, edge_attr=EDGE)
        if self.caption.strip():
            graph.attr(label="\\n" + lines_of(self.caption.replace(" ", "\u00a0"), "\\l"))
        return graph

    @cached_property
    def crowded(self) -> bool:
        """Whether there are too many edges to write numbers on."""
        return sum(len(node.operands) for node in self.nodes.values()) > NUMBERED_EDGES

    def label_of(self, node: Node) -> str:
        """What is written on a node, in HTML as Graphviz has it."""
        number = value_text(node, self.digits)
        if node.role == "constant":
            return f'<<FONT POINT-SIZE="11">{number}</FONT>>'
        name, operation = escaped(shortened(node.name)), escaped(shortened(node.operation))
        muted = self.highlight is not None and node.value not in self.highlight.nodes
        rows = [f"<B>{both}</B>"] if (both := equation(name, number)) else []
        for line, size in ((operation, 14 if len(node.operation) == 1 else 11), (gradient_text(node, self.digits), 11)):
            if line:
                rows.append(f'<FONT POINT-SIZE="{size}" COLOR="{MUTED if muted else SMALL}">{line}</FONT>')
        return f"<{'<BR/>'.join(rows)}>"

    def node_style(self, node: Node) -> dict[str, str]:
        """How a node looks, as attributes of Graphviz."""
        parts = [node.name, self._formula(node.value), value_text(node, self.digits)]
        style = STYLES[node.role] | {"tooltip": tooltip(" = ".join([part for part in parts if part]))}
        if self.highlight is None:
            return style
        if node.value is self.highlight.focus:
            return style | {"color": STRONG, "penwidth": "4"}
        if node.value in self.highlight.nodes:
            return style | {"color": STRONG, "penwidth": "2"}
        return style | {"color": PALE, "fillcolor": "white", "fontcolor": MUTED}

    def _formula(self, value: Value) -> str:
        known = value in self.symbols and all(x in self.symbols for x in value.operands)
        if not known or not 0 < len(value.operands) <= FORMULA_OPERANDS:
            return ""
        return TextWriter(self.digits).write(formula(value, self.symbols))

    def edge_style(self, node: Node, i: int) -> dict[str, str]:
        """How an edge looks, as attributes of Graphviz."""
        x, number = self.nodes[node.operands[i]], partial_text(node, i, self.digits)
        if x.role == "constant":
            return {"color": PALE}
        once = node.name and x.name and node.operands.count(x.value) == 1
        style = {"tooltip": tooltip(equation(f"∂{node.name}/∂{x.name}", number) if once else number) or " "}
        if x.role in ("input", "activation") and any(self.nodes[y].role == "parameter" for y in node.operands):
            style |= {"minlen": "2", "weight": "2"}  # leaves a column for the parameters
        text = self.highlight.edges.get((x.value, node.value)) if self.highlight else None
        if self.highlight is None or text is None:
            written = {"label": f"\u00a0{number}\u00a0"} if number else {}
            style |= CROWDED_EDGE if self.crowded else written
            return style | ({"color": PALE, "fontcolor": MUTED} if self.highlight else {})
        if self.crowded and len(self.highlight.edges) > NUMBERED_WHERE_CROWDED:  # there is no room beside them
            return style | CROWDED_EDGE | {"color": STRONG}
        if text and x.value in node.operands[:i]:  # said on the first of parallel edges
            text = ""
        elif not text and not self.crowded:
            text = number
        label = lines_of(re.sub("^|$", "\u00a0", text, flags=re.MULTILINE), "\\n") if text else ""  # clear of the arrow
        return style | {"color": STRONG, "fontcolor": STRONG, "penwidth": "2.2", "label": label}


def _columns(nodes: Iterable[Node]) -> list[list[Value]]:
    """What stands in one column, from top to bottom: neurons that are equally deep, and the inputs that they take."""
    depth: dict[Value, int] = {}
    placed: dict[Value, tuple[str, int]] = {}
    roles = {}
    for node in nodes:
        depth[node.value] = level = 1 + max([depth[x] for x in node.operands], default=-1)
        roles[node.value] = node.role
        if node.role == "pre-activation":
            placed[node.value] = ("neuron", level)
        for x in node.operands:
            if roles[x] == "input":
                placed.setdefault(x, ("input", level))
    columns: dict[tuple[str, int], list[Value]] = {}
    for value, place in placed.items():
        columns.setdefault(place, []).append(value)
    return [column for column in columns.values() if len(column) > 1]
