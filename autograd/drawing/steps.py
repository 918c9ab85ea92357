"""A picture built up step by step, as slides: forward a node in each, then backward."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from autograd.core import NOT_COMPUTED, Value
from autograd.drawing.dot import DotPicture, escaped
from autograd.drawing.node_text import gradient_text, shortened, value_text
from autograd.drawing.nodes import Node
from autograd.drawing.styles import INK, SMALL, STRONG

HIDDEN = "transparent"  # what is still to come keeps its place: nothing moves from slide to slide


@dataclass(frozen=True)
class StepPicture(DotPicture):
    """A graph in DOT as far as a step has come: values of some nodes, and what some have handed back."""

    computed: frozenset[Value] = field(default_factory=frozenset)
    handed: frozenset[Value] = field(default_factory=frozenset)
    active: Value | None = None
    done: bool = False

    def digraph(self) -> Any:
        """An empty graph; the caption belongs to the last step."""
        graph = super().digraph()
        if not self.done:
            graph.attr(fontcolor=HIDDEN)
        return graph

    def label_of(self, node: Node) -> str:
        """What is written on a node; of the same size in every step."""
        number = value_text(node, self.digits)
        if node.role == "constant":
            return super().label_of(node)
        name, operation = escaped(shortened(node.name)), escaped(shortened(node.operation))
        value = _coloured(f" = {number}" if name else number, INK if node.value in self.computed else HIDDEN)
        rows = [f"<B>{name}{value}</B>"]
        if operation:
            rows.append(_coloured(operation, SMALL, 14 if len(node.operation) == 1 else 11))
        if node.grad is not NOT_COMPUTED and (gradient := gradient_text(node, self.digits)):
            rows.append(_coloured(gradient, SMALL if self._received(node) else HIDDEN, 11))
        return f"<{'<BR/>'.join(rows)}>"

    def node_style(self, node: Node) -> dict[str, str]:
        """How a node looks: white before it is computed, marked in its step; its tooltip is its name alone."""
        style = super().node_style(node) | {"tooltip": escaped(node.name) or " "}
        if node.value not in self.computed and node.operands:
            style["fillcolor"] = "white"
        return style | ({"color": STRONG, "penwidth": "3.5"} if node.value is self.active else {})

    def edge_style(self, node: Node, i: int) -> dict[str, str]:
        """How an edge looks: its number is there when its node has handed it back."""
        style = super().edge_style(node, i) | {"tooltip": " "}
        if node.value in self.handed:
            return style
        plain = {"color": "#8a8a8a", "penwidth": "1"}
        return style | plain | ({"fontcolor": HIDDEN} if "label" in style else {})

    def _received(self, node: Node) -> bool:
        """Whether all that a node feeds have handed their share back."""
        users = [other.value for other in self.nodes.values() if node.value in other.operands]
        return self.done or (bool(self.handed) and all(user in self.handed for user in users))


def steps_of(picture: DotPicture) -> Iterator[StepPicture]:
    """The leaves; each node as it is computed; each as it hands back what the picture shows of it; and the whole."""
    made = [node.value for node in picture.nodes.values() if node.operands]
    leaves = frozenset(picture.nodes) - frozenset(made)
    told = picture.nodes, picture.symbols, picture.digits, picture.highlight, picture.caption
    step = StepPicture(*told, computed=leaves)
    yield step
    for node in made:
        step = replace(step, computed=step.computed | {node}, active=node)
        yield step
    on_paths = None if picture.highlight is None else {user for _, user in picture.highlight.edges}
    for node in reversed(made):
        handed = step.handed | {node}
        step = replace(step, handed=handed, active=node)
        if on_paths is None or node in on_paths:
            yield step
    yield replace(step, handed=frozenset(made), active=None, done=True)


def _coloured(text: str, colour: str, size: int | None = None) -> str:
    points = f' POINT-SIZE="{size}"' if size else ""
    return f'<FONT{points} COLOR="{colour}">{text}</FONT>'
