"""Pictures of computation graphs: Graphviz for files and notebooks, a text tree for terminals.

A picture is a snapshot: `draw` notes every number at once, and what happens to the graph later does not show.
"""

import base64
import hashlib
import html
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd import operations as ops
from autograd.declaration import constant
from autograd.files import write_files
from autograd.floats import summed
from autograd.messages import shown
from autograd.notation import (
    Expression,
    Symbol,
    Writer,
    format_number,
    formula,
    printable,
    require_digits,
    symbols_for,
    unicode_label,
)
from autograd.outdated import require_current
from autograd.parts import CUT, Part, part_of
from autograd.rendering import INSTALL, LAYOUT_LIMIT, SMALLER, render, too_wide
from autograd.roles import parameters_of, roles_in, sign_of
from autograd.value import NOT_COMPUTED, Value, results_in_order, topological_order

COLLAPSE_ABOVE = 200  # nodes: beyond, neurons become boxes by themselves
NUMBERED_EDGES = 1_000  # beyond, their numbers are in the tooltips only
NUMBERED_EDGES_OF_NEURONS = 150
TEXT_LINES, TEXT_DEPTH = 500, 50
LABEL_LENGTH = 40
BOXES, NO_BOXES = ", or neurons as boxes with collapse=True", " (there are no neurons to collapse into boxes)"
FORMULA_OPERANDS = 50
ENDINGS = (".svg", ".png", ".pdf", ".dot", ".gv")

Edge = tuple[Value, Value]  # (operand, node)

# -------------------------------------------------------------------------------------------- what is drawn

EXPANDED = {ops.affine, ops.total}


@dataclass(frozen=True)
class Node:
    """A node as it is drawn: the Value it stands for, and what was known of it when the picture was made."""

    value: Value
    name: str
    operation: str
    role: str
    data: float
    grad: float
    operands: tuple[Value, ...]
    partials: tuple[float, ...]


@dataclass(frozen=True)
class Highlight:
    """The edges that stand out, with what is written on each ("" for its number), and the node they start from."""

    edges: Mapping[Edge, str]
    focus: Value | None

    @cached_property
    def nodes(self) -> set[Value]:
        """The nodes that stand out."""
        return {value for edge in self.edges for value in edge}


def _nodes(order: list[Value], part: Part, symbols: Mapping[Value, Expression]) -> list[Node]:
    roles = roles_in(order)
    return [
        Node(
            value,
            unicode_label(symbol.label) if isinstance(symbol := symbols[value], Symbol) else "",
            f"{sign_of(value.op)} …".strip() if value in part.cut else sign_of(value.op) if value.operands else "",
            CUT if value in part.cut else roles[value],
            float(value.data),
            value.grad,
            value.operands if value in part.made else (),
            value.partials if value in part.made else (),
        )
        for value in part.nodes
    ]


# ------------------------------------------------------------------------------------ expanded and collapsed


def _expanded(nodes: list[Node], edges: Mapping[Edge, str]) -> tuple[list[Node], dict[Edge, str]]:
    """Weighted sums and totals as + and ×, and the highlighted edges as those on the way through them."""
    result, through = [], dict(edges)
    for node in nodes:
        inside = _inside(node) if node.value.op in EXPANDED and node.operands and node.role != "neuron" else []
        result += inside or [node]
        for x in dict.fromkeys(node.operands if inside else ()):
            if (x, node.value) in edges:
                del through[x, node.value]
                through |= dict.fromkeys(_way(x, inside), "")
    return result, through


def _way(start: Value, nodes: list[Node]) -> list[Edge]:
    """All edges by which nodes in topological order depend on start."""
    reached, way = {start}, []
    for node in nodes:
        from_start = [(x, node.value) for x in node.operands if x in reached]
        reached |= {end for _, end in from_start}
        way += from_start
    return way


def _inside(node: Node) -> list[Node]:
    """The definition of a node, computed from its operands; its gradient is handed on inside."""
    assert node.value.op is not None
    outside = {Value(x.data): x for x in node.operands}
    root = Context().run(node.value.op.definition, *outside)  # recorded, also where draw is called under no_grad
    parts = results_in_order(root)
    gradients = dict.fromkeys(parts, NOT_COMPUTED)
    if node.grad is not NOT_COMPUTED:
        gradients = dict.fromkeys(parts, 0.0) | {root: node.grad}
        for part in reversed(parts):
            for x, partial in zip(part.operands, part.partials, strict=True):
                if x in gradients:
                    gradients[x] += partial * gradients[part]
    nodes = []
    for part in parts:
        operands = tuple([outside.get(x, x) for x in part.operands])
        inner = Node(part, "", sign_of(part.op), "operation", part.data, gradients[part], operands, part.partials)
        if part is root:
            inner = replace(inner, value=node.value, name=node.name, role=node.role, data=node.data)
        nodes.append(inner)
    return nodes


def _collapsed(
    nodes: list[Node], edges: Mapping[Edge, str], focus: Value | None, digits: int
) -> tuple[list[Node], dict[Edge, str]]:
    """Each neuron as one box, and the highlighted edges as those between boxes."""
    users: dict[Value, list[Node]] = {}
    for node in nodes:
        for x in dict.fromkeys(node.operands):
            users.setdefault(x, []).append(node)
    box: dict[Value, Node] = {}  # the node that a weighted sum is drawn as
    for node in nodes:
        if node.value.op is ops.affine and node.operands:
            first, *others = users.get(node.value, [node])
            alone = others or first.role != "activation" or any(x.operands for x in {*first.operands} - {node.value})
            box[node.value] = node if alone else first
    sums = {head.value: node for node in nodes if (head := box.get(node.value))}
    taken_in = {
        x
        for x, by in users.items()
        if x is not focus and all(node.value in box and x in parameters_of(node.value) for node in by)
    }
    taken_in |= {
        x for head in sums for x in head.operands if x.op is constant and head not in box and len(users[x]) == 1
    }
    taken_in |= {z for z, head in box.items() if head.value is not z}
    boxes = {head: _box(box[z.value], z, taken_in) for head, z in sums.items()}
    shown = {node.value: boxes.get(node.value, node) for node in nodes if node.value not in taken_in}
    highlighted: dict[Edge, str] = {}
    for edge, text in edges.items():
        start, end = (box[value].value if value in box else value for value in edge)
        if start is not end:
            through = end in boxes and sums[end].value is not end  # the box's derivative is not that of the edge
            highlighted[start, end] = _slope_text(shown[end], shown[start], digits) if text and through else text
    return [*shown.values()], highlighted


def _slope_text(node: Node, x: Node, digits: int) -> str:
    return f"∂{node.name}/∂{x.name} = {format_number(node.partials[node.operands.index(x.value)], digits)}"


def _box(head: Node, weighted_sum: Node, taken_in: set[Value]) -> Node:
    """A neuron: its derivative by what goes into it, all ways through the box together."""
    steps = [p for x, p in zip(head.operands, head.partials, strict=True) if x is weighted_sum.value]
    slope = 1.0 if head is weighted_sum else summed(steps)
    edges = [(x, p * slope) for x, p in zip(weighted_sum.operands, weighted_sum.partials, strict=True)]
    edges += [] if head is weighted_sum else [*zip(head.operands, head.partials, strict=True)]
    slopes: dict[Value, float] = {}
    for x, partial in edges:
        if x not in taken_in:
            slopes[x] = slopes[x] + partial if x in slopes else partial
    count = len(set(parameters_of(weighted_sum.value)))
    operation = f"{head.operation} · {count} parameter{'' if count == 1 else 's'}"
    return replace(head, role="neuron", operation=operation, operands=(*slopes,), partials=(*slopes.values(),))


# ------------------------------------------------------------------------------------------------------ DOT

SANS, MONOSPACE = "Helvetica,Arial,sans-serif", "DejaVu Sans Mono,Menlo,Consolas,monospace"
INK, SMALL, MUTED, PALE, STRONG = "#1a1a1a", "#404040", "#6f6f6f", "#c4c4c4", "#b03a00"

# Tints and shades of the colours of M. Okabe and K. Ito, Color Universal Design, 2008. Shapes and lines tell the roles
# apart as well: for print in grey.
STYLES = {
    "parameter": {"shape": "box", "style": "filled", "fillcolor": "#fdebc4", "color": "#a86f00"},
    "input": {"shape": "ellipse", "style": "filled", "fillcolor": "#dcf0fb", "color": "#2a7fb0"},
    "leaf": {"shape": "ellipse", "style": "filled", "fillcolor": "#dcf0fb", "color": "#2a7fb0"},
    "target": {"shape": "ellipse", "style": "filled,dashed", "fillcolor": "#ffffff", "color": "#2a7fb0"},
    "pre-activation": {"shape": "box", "style": "filled,rounded,dashed", "fillcolor": "#ffffff", "color": "#00634a"},
    "activation": {"shape": "box", "style": "filled,rounded", "fillcolor": "#cdeee3", "color": "#00634a"},
    "neuron": {
        "shape": "box",
        "style": "filled,rounded",
        "fillcolor": "#cdeee3",
        "color": "#00634a",
        "penwidth": "2.5",
    },
    "loss": {"shape": "box", "style": "filled", "fillcolor": "#f8e0ee", "color": "#96487a", "peripheries": "2"},
    "operation": {"shape": "box", "style": "filled,rounded", "fillcolor": "#f2f2f2", "color": "#6b6b6b"},
    CUT: {"shape": "box", "style": "filled,dotted", "fillcolor": "#ffffff", "color": "#6b6b6b"},
    "constant": {"shape": "plaintext", "margin": "0.03,0.02", "height": "0.2", "width": "0.2"},
}
GRAPH = {"rankdir": "LR", "nodesep": "0.14", "ranksep": "0.3", "pad": "0.15", "bgcolor": "white", "fontname": MONOSPACE}
GRAPH |= {"fontsize": "13", "fontcolor": INK, "labelloc": "b", "labeljust": "l", "outputorder": "edgesfirst"}
CROWDED = {"ranksep": "1.8", "splines": "line"}
CROWDED_EDGE = {"tailport": "e", "headport": "w", "penwidth": "0.6", "arrowsize": "0.4"}
NODE = {"fontname": SANS, "fontsize": "13", "fontcolor": INK, "margin": "0.1,0.05", "height": "0.3", "width": "0.4"}
EDGE = {"fontname": SANS, "fontsize": "10.5", "fontcolor": INK, "color": "#8a8a8a", "arrowsize": "0.6"}


def _clean(text: str) -> str:
    """Lines that can be printed."""
    return "\n".join(map(printable, text.split("\n")))


def _shortened(text: str) -> str:
    text = printable(text).strip()
    return text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 12]}…{text[-11:]}"


def _escaped(text: str) -> str:
    """For any label, HTML-like or not: Graphviz reads entities in both, and acts on a single backslash."""
    return html.escape(_clean(text)).replace("\\", "\\\\")


def _tooltip(text: str) -> str:
    """For a tooltip, where Graphviz looks for backslashes twice."""
    return _escaped(text).replace("\\", "\\\\")


def _lines(text: str, end: str) -> str:
    r"""Lines that each end in one of Graphviz's marks: \n centres, \l flushes left."""
    return "".join(_escaped(line) + end for line in text.splitlines())


@dataclass(frozen=True)
class _Picture:
    """A graph in DOT."""

    nodes: Mapping[Value, Node]
    symbols: dict[Value, Expression]
    digits: int
    highlight: Highlight | None
    caption: str

    def dot(self) -> str:
        """The whole, with an id of its own, so that several can stand on one page."""
        try:
            import graphviz
        except ImportError:
            raise RuntimeError(f"pictures take the package graphviz: {INSTALL}") from None
        graph = graphviz.Digraph(graph_attr=GRAPH, node_attr=NODE, edge_attr=EDGE)
        if self.crowded:
            graph.attr(**CROWDED)
        if self.caption.strip():
            graph.attr(label="\\n" + _lines(self.caption.replace(" ", "\u00a0"), "\\l"))
        ids = {value: f"n{i}" for i, value in enumerate(self.nodes)}
        for value, node in self.nodes.items():
            graph.node(ids[value], self._label(node), _attributes=self._node_style(node))
        for column in _columns(self.nodes.values()):
            with graph.subgraph(graph_attr={"rank": "same"}) as same:
                for above, below in pairwise(column):  # holds them in order
                    same.edge(ids[above], ids[below], style="invis")
        for value, node in self.nodes.items():
            for i, x in enumerate(node.operands):
                graph.edge(ids[x], ids[value], _attributes=self._edge_style(node, i))
        source = str(graph.source)
        return source.replace("{", f"{{\n\tid=g{hashlib.sha256(source.encode()).hexdigest()[:8]}", 1)

    @cached_property
    def crowded(self) -> bool:
        """Whether there are too many edges to write at them."""
        collapsed = any(node.role == "neuron" for node in self.nodes.values())
        limit = NUMBERED_EDGES_OF_NEURONS if collapsed else NUMBERED_EDGES
        return sum(len(node.operands) for node in self.nodes.values()) > limit

    def _label(self, node: Node) -> str:
        number = format_number(node.data, self.digits)
        if node.role == "constant":
            return f'<<FONT POINT-SIZE="11">{number}</FONT>>'
        name, operation = _escaped(_shortened(node.name)), _escaped(_shortened(node.operation))
        muted = self.highlight is not None and node.value not in self.highlight.nodes
        rows = [f"<B>{name} = {number}</B>" if name else f"<B>{number}</B>"]
        for line, size in ((operation, 14 if len(node.operation) == 1 else 11), (_gradient(node, self.digits), 11)):
            if line:
                rows.append(f'<FONT POINT-SIZE="{size}" COLOR="{MUTED if muted else SMALL}">{line}</FONT>')
        return f"<{'<BR/>'.join(rows)}>"

    def _node_style(self, node: Node) -> dict[str, str]:
        parts = [node.name, self._formula(node.value), format_number(node.data, self.digits)]
        style = STYLES[node.role] | {"tooltip": _tooltip(" = ".join([part for part in parts if part]))}
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
        return Writer(self.digits).write(formula(value, self.symbols))

    def _edge_style(self, node: Node, i: int) -> dict[str, str]:
        x, number = self.nodes[node.operands[i]], format_number(node.partials[i], self.digits)
        if x.role == "constant":
            return {"color": PALE}
        once = node.name and x.name and node.operands.count(x.value) == 1
        style = {"tooltip": _tooltip(f"∂{node.name}/∂{x.name} = {number}" if once else number)}
        if x.role in ("input", "activation") and any(self.nodes[y].role == "parameter" for y in node.operands):
            style |= {"minlen": "2", "weight": "2"}  # leaves a column to the parameters
        text = self.highlight.edges.get((x.value, node.value)) if self.highlight else None
        if self.highlight is None or text is None:
            style |= CROWDED_EDGE if self.crowded else {"label": f"\u00a0{number}\u00a0"}
            return style | ({"color": PALE, "fontcolor": MUTED} if self.highlight else {})
        if self.crowded and len(self.highlight.edges) > NUMBERED_EDGES_OF_NEURONS:  # there is no room beside them
            return style | CROWDED_EDGE | {"color": STRONG}
        if text and x.value in node.operands[:i]:  # said on the first of parallel edges
            text = ""
        elif not text and not self.crowded:
            text = number
        label = _lines(re.sub("^|$", "\u00a0", text, flags=re.MULTILINE), "\\n") if text else ""  # clear of the arrow
        return style | {"color": STRONG, "fontcolor": STRONG, "penwidth": "2.2", "label": label}


def _gradient(node: Node, digits: int) -> str:
    return f"grad {'not computed' if node.grad is NOT_COMPUTED else format_number(node.grad, digits)}"


def _columns(nodes: Iterable[Node]) -> list[list[Value]]:
    """What stands in one column, from top to bottom: neurons that are equally deep, and the inputs that they take."""
    depth: dict[Value, int] = {}
    placed: dict[Value, tuple[str, int]] = {}
    roles = {}
    for node in nodes:
        depth[node.value] = level = 1 + max([depth[x] for x in node.operands], default=-1)
        roles[node.value] = node.role
        if node.role in ("pre-activation", "neuron"):
            placed[node.value] = ("neuron", level)
        for x in node.operands:
            if roles[x] == "input":
                placed.setdefault(x, ("input", level))
    columns: dict[tuple[str, int], list[Value]] = {}
    for value, place in placed.items():
        columns.setdefault(place, []).append(value)
    return [column for column in columns.values() if len(column) > 1]


# ------------------------------------------------------------------------------------------------- as text


def _text(nodes: Mapping[Value, Node], digits: int) -> Iterator[str]:
    """Every node beneath the one that uses it, with the partial on the edge between; what was written is named only."""
    root = [*nodes][-1]
    written = set[Value]()
    stack = [(root, "", "", "", 0)]
    for _ in range(TEXT_LINES - 1):
        if not stack:
            break
        value, indent, branch, partial, depth = stack.pop()
        node, again = nodes[value], value in written
        name = _shortened(node.name)
        number = format_number(node.data, digits)
        parts = [f"{name} = {number}" if name else number]
        if again:
            parts.append("(see above)" if node.operands else "")
        elif node.role != "constant":
            parts += [_shortened(node.operation), _gradient(node, digits)]
        yield indent + branch + "   ".join([part for part in [*parts, partial] if part])
        if again:
            continue
        written.add(value)
        if depth == TEXT_DEPTH and node.operands:
            continue
        indent += {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        edges = [*zip(node.operands, node.partials, strict=True)]
        for i, (x, slope) in reversed([*enumerate(edges)]):
            text = "" if nodes[x].role == "constant" else f"partial {format_number(slope, digits)}"
            stack.append((x, indent, "└─ " if i == len(edges) - 1 else "├─ ", text, depth + 1))
    if len(written) < len(nodes):
        yield f"… and {len(nodes) - len(written):,} more nodes"


# -------------------------------------------------------------------------------------------------- drawing


def _inline_svg(svg: str, alternative: str) -> str:
    """Graphviz's svg without prologue and remarks, and with its tooltips as browsers want them."""
    svg = re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'<title>[^<]*</title>\n(<g id="[^"]*"><a) xlink:title="([^"]*)">', r"<title>\2</title>\n\1>", svg)
    svg = re.sub(r'(<a) xlink:title="[^"]*"|<title>%[^<]*</title>\n|<title>n\d+(&#45;&gt;n\d+)?</title>\n', r"\1", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alternative)}" ', 1)


@dataclass(frozen=True, repr=False, eq=False)
class Drawing:
    """A picture of a graph, made by `draw`. Notebooks show it, save() writes a file, str() is a text tree."""

    nodes: Mapping[Value, Node]  # in topological order
    symbols: dict[Value, Expression]
    digits: int
    highlight: Highlight | None
    caption: str
    collapsed: bool  # whether neurons are boxes, where there are any, because that was asked for or did some good

    @cached_property
    def source(self) -> str:
        """The picture in DOT, the language of Graphviz: the same graph gives the same text."""
        return _Picture(self.nodes, self.symbols, self.digits, self.highlight, self.caption).dot()

    def svg(self) -> str:
        """The picture as an <svg> element, for a file or for a page. Raises as save() does."""
        return _inline_svg(self._render("svg").decode(), self._summary())

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Write the picture to a file ending in .svg, .png or .pdf, or as DOT to .dot or .gv, and return its path.

        Raises ValueError for other endings and for graphs too large to lay out, and RuntimeError without Graphviz.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in ENDINGS:
            raise ValueError(f"a drawing is saved as {', '.join(ENDINGS)}, got {shown(str(path), 300)}")
        if ending in (".png", ".pdf"):
            content = self._render(ending[1:])
        else:
            content = (self.svg() if ending == ".svg" else self.source).encode()
        write_files({path: content})
        return path

    def text(self) -> str:
        """The graph as a tree in Unicode: the first 500 lines of it, and how many nodes are not among them."""
        return "\n".join(_text(self.nodes, self.digits))

    __str__ = text

    def __repr__(self) -> str:
        return f"<Drawing: {self._summary()}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        text = self.text()
        try:
            picture = base64.b64encode(self.svg().encode()).decode()
            source = f"data:image/svg+xml;base64,{picture}"
            alternative = html.escape(self._summary())
            page = f'<img src="{source}" alt="{alternative}" style="max-width:100%;height:auto">'
        except Exception as problem:  # a notebook shows what there is
            page = f"<pre>{html.escape(_clean(text))}</pre><p>{html.escape(str(problem))}</p>"
            text += f"\n({problem})"
        return {"text/plain": text, "text/html": page}

    def _render(self, form: str) -> bytes:
        if len(self.nodes) > LAYOUT_LIMIT:
            raise ValueError(
                f"the picture would have {len(self.nodes):,} nodes, and the limit is {LAYOUT_LIMIT:,}: "
                f"{self._remedy()}. text() shows the first {TEXT_LINES} lines; .dot files have no limit"
            )
        return render(self.source, form)

    def _remedy(self) -> str:
        """What makes the picture smaller, if anything does."""
        if found := too_wide(self.nodes.values()):
            return found
        if self.collapsed:
            return SMALLER
        neurons = any(node.value.op is ops.affine and node.operands for node in self.nodes.values())
        return SMALLER + (BOXES if neurons else NO_BOXES)

    def _summary(self) -> str:
        root = [*self.nodes.values()][-1]
        name = f"{_shortened(root.name)} = " if root.name else ""
        count = len(self.nodes)
        return f"graph of {name}{format_number(root.data, self.digits)}, {count} node{'' if count == 1 else 's'}"


def draw(
    value: Value,
    *,
    expand: bool = False,
    digits: int = 4,
    depth: int | None = None,
    inputs: Sequence[Value] = (),
    collapse: bool | None = None,
    highlight: Mapping[Edge, str] | None = None,
    focus: Value | None = None,
    caption: str = "",
) -> Drawing:
    """Draw the graph that a Value was made from: labels, operations, values, gradients, and the partial on each edge.

    expand: draw weighted sums and totals as + and ×. digits: significant digits of numbers. depth: draw no more than so
    many steps back from the value; inputs: draw what lies between these nodes and the value. What is cut off by that is
    dotted, with … for what it was made from; names and gradients are those of the whole graph. collapse: draw each
    neuron (weighted sum, activation, parameters) as one box; None does so where there are more than 200 nodes and
    expand is not asked for. highlight: edges (operand, node) that stand out, with what is written on them; focus: the
    node they start from. caption: lines to set below the picture.

    Raises TypeError for what is not a Value, and ValueError for digits or a depth below 1, for inputs that the value
    does not depend on, and for a highlight that is no edge.
    """
    if not isinstance(value, Value):
        raise TypeError(f"draw takes a Value, got {type(value).__name__}")
    require_digits(digits)
    order = topological_order(value)
    require_current(order)
    part = part_of(order, depth, inputs)
    wanted = None if len(part.nodes) == len(order) else {*part.nodes}
    symbols = symbols_for(order, wanted)
    nodes = _nodes(order, part, symbols)
    edges = dict(highlight or {})
    existing = {(x, node) for node in order for x in node.operands} if edges else set()
    for edge in edges:
        if edge not in existing:
            raise ValueError(f"a highlight is an edge (operand, node) of the graph, got {shown(edge)}")
    edges = {edge: text for edge, text in edges.items() if edge[1] in part.made}
    by_itself = collapse is None and not expand and len(nodes) > COLLAPSE_ABOVE
    if collapse or by_itself:
        nodes, edges = _collapsed(nodes, edges, focus, digits)
    if expand:
        nodes, edges = _expanded(nodes, edges)
    emphasis = None if highlight is None else Highlight(edges, focus)
    collapsed = bool(collapse) or any(node.role == "neuron" for node in nodes)
    return Drawing({node.value: node for node in nodes}, symbols, digits, emphasis, caption, collapsed)
