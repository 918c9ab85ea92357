"""The textbook's picture of a network in DOT: circles in columns, weights as lines with colour and thickness.

Places are ours and not Graphviz's: it only draws what is said here.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from autograd.core import Value, summed
from autograd.drawing.columns import CIRCLE, Spot, in_columns
from autograd.drawing.dot import DotPicture, escaped, lines_of, tooltip, with_id
from autograd.drawing.labels import Point, Rectangle, placed
from autograd.drawing.neurons import Graph, Neurons
from autograd.drawing.node_text import clean, equation, gradient_text, partial_text, shortened, value_text
from autograd.drawing.nodes import Node
from autograd.drawing.rendering import INCH
from autograd.drawing.styles import CHARACTER, INK, MINUS, MUTED, PALE, PLUS, SMALL, STRONG

GAP, STEEP = 150, 0.45  # points between columns at least, and in heights of the highest
ARROW = 6  # points
NUMBERED_LINES = 40  # beyond, what they are is in tooltips only
THIN, THICK, DENSE_THICK = 0.7, 5.0, 2.2  # points
SEE_THROUGH = "a0"  # of lines that are many
LABEL, NAME = 10.5, 13  # sizes of letters
LINE_HEIGHT = 1.25  # in sizes of letters
HANGING = 1.15  # how much larger letters may be than those below, for their indices not to hang into these


@dataclass(frozen=True)
class Line:
    """What is drawn between two nodes: a weight that is multiplied, or the edge of an operand."""

    start: Value
    end: Value
    weight: Value | None
    partial: str


@dataclass(frozen=True)
class NeuronPicture(DotPicture):
    """A graph as a network of neurons. shown: all nodes by their operands, of which weighted sums are drawn with_z."""

    shown: Graph
    neurons: Neurons
    with_z: bool

    def dot(self) -> str:
        """The whole, with an id of its own, so that several can stand on one page."""
        graph = self.digraph()
        graph.attr(layout="nop2")
        ids = {value: f"n{i}" for i, value in enumerate(self.nodes)}
        for value, spot in self.spots.items():
            label, style = self.label_of(self.nodes[value]), self.node_style(self.nodes[value])
            graph.node(ids[value], label, _attributes=style | _at(spot))
        for value, rectangle in self._gradients().items():
            node = self.nodes[value]
            colour = MUTED if self._is_muted(value) else SMALL
            style = {"shape": "plaintext", "fontsize": "10", "fontcolor": colour, **_at(rectangle)}
            graph.node(f"grad{ids[value]}", escaped(gradient_text(node, self.digits)), _attributes=style)
        lines = [*self._lines()]
        for line in lines:
            graph.edge(ids[line.start], ids[line.end], _attributes=self._line_style(line))
        for i, (label, style) in enumerate(self._numbers(lines)):
            graph.node(f"label{i}", label, _attributes=style)
        return with_id(str(graph.source))

    @cached_property
    def spots(self) -> dict[Value, Spot]:
        """The place of everything but weights."""
        roles = {value: node.role for value, node in self.nodes.items()}
        roles = {value: roles.get(value, "pre-activation") for value in self.shown}
        spots = in_columns(self.shown, roles, self.neurons, self.with_z, GAP, self._size)
        height = max(spot.y for spot in spots.values()) - min(spot.y for spot in spots.values())
        wider = max(0, STEEP * height - GAP)
        return {value: spot._replace(x=spot.x + spot.layer * wider) for value, spot in spots.items()}

    def _size(self, value: Value) -> tuple[float, float]:
        node = self.nodes[value]
        rows = [
            (equation(shortened(node.name), value_text(node, self.digits)), NAME),
            (node.operation, LABEL),
            (gradient_text(node, self.digits), LABEL),
        ]
        written = [(text, size) for text, size in rows if text]
        width = max(len(text) * size * CHARACTER for text, size in written) + 16
        return width, summed([size * LINE_HEIGHT for _, size in written]) + 10

    @cached_property
    def small(self) -> bool:
        """Whether there is no room for numbers on circles."""
        return any(spot.shape == "circle" and spot.width < CIRCLE for spot in self.spots.values())

    def label_of(self, node: Node) -> str:
        """What is written on a circle, on the mark of a bias, or on what else there is."""
        spot, number = self.spots[node.value], value_text(node, self.digits)
        name = escaped(shortened(node.name))
        if spot.shape == "box":
            return super().label_of(node)
        if spot.shape == "bias":
            text = f"{name} = {number}" if name and spot.height > LABEL else ""
            return f'<<FONT POINT-SIZE="{_fitting(text, 10, spot.width - 4):g}">{text}</FONT>>' if text else ""
        number = "" if self.small else number
        room, name_text = spot.width - 8, shortened(node.name)
        of_number = _fitting(number, 12, room)
        of_name = min(_fitting(name_text, NAME, room), HANGING * of_number)
        rows = [f'<B><FONT POINT-SIZE="{of_name:g}">{name}</FONT></B>'] if name else []
        if number:
            rows.append(f'<FONT POINT-SIZE="{of_number:g}">{number}</FONT>')
        return f"<{'<BR/>'.join(rows)}>" if rows else ""

    def node_style(self, node: Node) -> dict[str, str]:
        """How it looks, as attributes of Graphviz."""
        style, shape = super().node_style(node), self.spots[node.value].shape
        return style | {"circle": {"shape": "circle"}, "bias": {"shape": "box"}}.get(shape, {}) | {"margin": "0"}

    def _gradients(self) -> dict[Value, Rectangle]:
        """Where the gradients of circles stand: below them."""
        if self.small:
            return {}
        height = 10 * LINE_HEIGHT
        return {
            value: Rectangle(
                x,
                y + h / 2 + height / 2 + 2,
                len(gradient_text(self.nodes[value], self.digits)) * 10 * CHARACTER,
                height,
            )
            for value, (shape, _, _, x, y, w, h) in self.spots.items()
            if shape == "circle" and gradient_text(self.nodes[value], self.digits)
        }

    def _is_muted(self, value: Value) -> bool:
        return self.highlight is not None and value not in self.highlight.nodes

    def _lines(self) -> Iterator[Line]:
        """What is drawn between nodes: a line for each weight, and the edges that none of these stands for."""
        drawn: set[tuple[Value, Value]] = set()
        for neuron in self.neurons.by_z.values():
            end = neuron.z if self.with_z else neuron.head
            for w, x in neuron.lines:
                yield Line(x, end, w, "")
                drawn.add((x, end))
        for value, node in self.nodes.items():
            for i, x in enumerate(node.operands):
                if x in self.spots and (x, value) not in drawn:
                    drawn.add((x, value))
                    yield Line(x, value, None, partial_text(node, i, self.digits))

    def _emphasis(self, line: Line) -> str | None:
        """What is written on a line that stands out; None where it does not."""
        if self.highlight is None:
            return None
        pairs = [(x, line.end) for x in (line.weight, line.start) if x is not None]
        return next((self.highlight.edges[pair] for pair in pairs if pair in self.highlight.edges), None)

    def _line_style(self, line: Line) -> dict[str, str]:
        ends = self._ends(line)
        curve = _curve(*ends)
        stands_out = self._emphasis(line) is not None
        colour = STRONG if stands_out else PALE if self.highlight is not None else None
        style = {"pos": curve, "tooltip": tooltip(self._said(line))}
        if line.weight is not None:
            data = self.nodes[line.weight].data
            sign = PLUS if data > 0 else MINUS if data < 0 else PALE
            return style | {
                "color": colour or (f"{sign}{SEE_THROUGH}" if self.small else sign),
                "penwidth": f"{self._thickness(data):.2f}",
                "arrowhead": "none",
            }
        if self.spots[line.start].shape == "bias":
            return style | {"color": colour or PALE, "arrowhead": "none", "penwidth": "2" if stands_out else "1"}
        arrow = {"pos": f"e,{curve.split()[-1]} {_curve(ends[0], _before(*ends))}"}
        return style | arrow | ({"color": colour} if colour else {}) | {"penwidth": "2" if stands_out else "1"}

    def _ends(self, line: Line) -> tuple[Point, Point]:
        """Where a line leaves the one shape and comes to the other, on the way from middle to middle."""
        start, end = self.spots[line.start], self.spots[line.end]
        middles = (start.x, start.y), (end.x, end.y)
        return rim(start, middles[1]), rim(end, middles[0])

    def _said(self, line: Line) -> str:
        node, x = self.nodes[line.end], self.nodes[line.start]
        if line.weight is not None:
            w = self.nodes[line.weight]
            numbers = equation(w.name, value_text(w, self.digits)), gradient_text(w, self.digits)
            return ", ".join([text for text in numbers if text])
        return equation(f"∂{node.name}/∂{x.name}", line.partial) if node.name and x.name else line.partial or " "

    @cached_property
    def _heaviest(self) -> float:
        weights = [w for neuron in self.neurons.by_z.values() for w, _ in neuron.lines]
        return max([abs(w.data) for w in weights if math.isfinite(w.data)], default=0) or 1

    def _thickness(self, weight: float) -> float:
        share = min(abs(weight) / self._heaviest, 1) if weight == weight else 1
        return THIN + (DENSE_THICK if self.small else THICK) * share

    def _texts(self, line: Line, count: int) -> list[str]:
        """What may be written on a line, the best first."""
        emphasis = self._emphasis(line)
        if emphasis:
            return [emphasis]
        if (self.highlight is not None and emphasis is None) or (count > NUMBERED_LINES and emphasis is None):
            return []
        if line.weight is not None:
            w = self.nodes[line.weight]
            number = value_text(w, self.digits)
            return [equation(w.name, number), w.name] if w.name else [number]
        return [] if self.spots[line.start].shape == "bias" else [line.partial]

    def _numbers(self, lines: list[Line]) -> Iterator[tuple[str, dict[str, str]]]:
        """The texts that have room on their lines, as nodes: so no line is drawn over them."""
        texts = [[clean(text) for text in self._texts(line, len(lines)) if text] for line in lines]
        taken = [Rectangle(s.x, s.y, s.width, s.height) for s in self.spots.values()]
        taken += self._gradients().values()
        wanted = [
            (*self._ends(line), [_size_of(text) for text in some]) for line, some in zip(lines, texts, strict=True)
        ]
        for line, some, found in zip(lines, texts, placed(wanted, taken), strict=True):
            if found:
                choice, rectangle = found
                colour = STRONG if self._emphasis(line) is not None else INK
                look = {"shape": "box", "style": "filled", "fillcolor": "#ffffffd8", "color": "#ffffff00"}
                text = lines_of(some[choice], "\\n").removesuffix("\\n")
                yield text, {**look, "fontsize": f"{LABEL:g}", "fontcolor": colour, "margin": "0", **_at(rectangle)}


def rim(spot: Spot, towards: Point) -> Point:
    """Where the way from the middle of a place to somewhere else leaves what stands there."""
    across, down = towards[0] - spot.x, towards[1] - spot.y
    if spot.shape == "circle":
        share = spot.width / 2 / (math.hypot(across, down) or 1)
    else:
        share = min(spot.width / 2 / (abs(across) or 1e-9), spot.height / 2 / (abs(down) or 1e-9))
    return spot.x + share * across, spot.y + share * down


def _curve(start: Point, end: Point) -> str:
    """A straight line, as Graphviz has it: by the control points of a curve, measured from below."""
    (x, y), (to_x, to_y) = start, end
    return " ".join(f"{x + t * (to_x - x):.1f},{-y - t * (to_y - y):.1f}" for t in (0, 1 / 3, 2 / 3, 1))


def _before(start: Point, end: Point) -> Point:
    """Where the head of an arrow begins."""
    share = 1 - ARROW / max(math.dist(start, end), 2 * ARROW)
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _at(place: Spot | Rectangle) -> dict[str, str]:
    width, height = place.width / INCH, place.height / INCH
    return {
        "pos": f"{place.x:.1f},{-place.y:.1f}",
        "width": f"{width:.3f}",
        "height": f"{height:.3f}",
        "fixedsize": "true",
    }


def _fitting(text: str, size: float, width: float) -> float:
    """The size of letters, at most so large, in which a text is so wide."""
    return min(size, width / (CHARACTER * max(len(text), 1)))


def _size_of(text: str) -> tuple[float, float]:
    rows = text.split("\n")
    return max(map(len, rows)) * LABEL * CHARACTER + 4, len(rows) * LABEL * LINE_HEIGHT + 1
