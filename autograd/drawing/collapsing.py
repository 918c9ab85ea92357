"""Weighted sums taken into the activations that stand for their neurons."""

from collections.abc import Mapping
from dataclasses import replace

from autograd.core import Value, summed
from autograd.drawing.neurons import Neurons
from autograd.drawing.node_text import equation, partial_text
from autograd.drawing.nodes import Edge, Node


def collapse_neurons(
    nodes: list[Node], edges: Mapping[Edge, str], neurons: Neurons, digits: int
) -> tuple[list[Node], dict[Edge, str]]:
    """Each neuron as one node, and the highlighted edges as those between neurons."""
    by_value = {node.value: node for node in nodes}
    whole = {neuron.head: _whole(by_value[neuron.head], by_value[z]) for z, neuron in neurons.by_z.items()}
    hidden = {z for z, neuron in neurons.by_z.items() if neuron.head is not z}
    shown = {value: whole.get(value, node) for value, node in by_value.items() if value not in hidden}
    highlighted: dict[Edge, str] = {}
    for (x, node), text in edges.items():
        start, end = neurons.head(x), neurons.head(node)
        if start is not end:
            through = node in hidden  # the neuron's derivative is not that of the edge
            highlighted[start, end] = _slope_text(shown[end], shown[start], digits) if text and through else text
    return [*shown.values()], highlighted


def _slope_text(node: Node, x: Node, digits: int) -> str:
    return equation(f"∂{node.name}/∂{x.name}", partial_text(node, node.operands.index(x.value), digits))


def _whole(head: Node, weighted_sum: Node) -> Node:
    """A neuron: its derivative by what goes into it, all ways through it together."""
    if head is weighted_sum:
        edges = [*zip(head.operands, head.partials, strict=True)]
    else:
        slope = summed([p for x, p in zip(head.operands, head.partials, strict=True) if x is weighted_sum.value])
        edges = [(x, p * slope) for x, p in zip(weighted_sum.operands, weighted_sum.partials, strict=True)]
        others = zip(head.operands, head.partials, strict=True)
        edges += [(x, p) for x, p in others if x is not weighted_sum.value]
    slopes: dict[Value, float] = {}
    for x, partial in edges:
        slopes[x] = slopes[x] + partial if x in slopes else partial
    return replace(head, role="neuron", operands=(*slopes,), partials=(*slopes.values(),))
