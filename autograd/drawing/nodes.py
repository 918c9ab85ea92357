"""The nodes of a graph as they are drawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from autograd.core import Value
from autograd.drawing.excerpt import CUT, Part
from autograd.drawing.node_roles import data_in, sign_of
from autograd.notation import Expression, Symbol, unicode_label

Edge = tuple[Value, Value]  # (operand, node)
Numbers = Literal["values", "gradients", "partials"]  # of a node, each of which may be left out


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
    left_out: frozenset[Numbers] = frozenset()


@dataclass(frozen=True)
class Highlight:
    """The edges that stand out, with what is written on each ("" for its number), and the node they start from."""

    edges: Mapping[Edge, str]
    focus: Value | None

    @cached_property
    def nodes(self) -> set[Value]:
        """The nodes that stand out."""
        return {value for edge in self.edges for value in edge}


def nodes_as_drawn(
    roles: Mapping[Value, str],
    part: Part,
    symbols: Mapping[Value, Expression],
    hide: Collection[Numbers],
    asked: Collection[Value],
) -> list[Node]:
    """What is drawn of the nodes of a part, with its names.

    hide: numbers that are shown of no node, but the values of leaves, which are given. asked: inputs and targets whose
    gradients are shown; those of others are left out.
    """
    without_gradient = data_in(roles).difference(asked)

    def left_out(node: Value) -> frozenset[Numbers]:
        numbers = {*hide, "gradients"} if node in without_gradient else {*hide}
        return frozenset(numbers if node.operands else numbers - {"values"})

    return [
        Node(
            value,
            unicode_label(symbol.label) if isinstance(symbol := symbols[value], Symbol) else "",
            f"{sign_of(value.op)} …".strip() if value in part.cut else str(sign_of(value.op)) if value.operands else "",
            CUT if value in part.cut else roles[value],
            float(value.data),
            value.grad,
            value.operands if value in part.made else (),
            value.partials if value in part.made else (),
            left_out(value),
        )
        for value in part.nodes
    ]
