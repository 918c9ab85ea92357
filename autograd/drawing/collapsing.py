"""Neurons drawn as one box each."""

from collections.abc import Mapping
from dataclasses import replace

from autograd.core import Value, constant, summed
from autograd.core import operations as ops
from autograd.drawing.node_roles import head_of, parameters_of
from autograd.drawing.nodes import Edge, Node
from autograd.notation import format_number


def collapse_neurons(
    nodes: list[Node], edges: Mapping[Edge, str], focus: Value | None, digits: int
) -> tuple[list[Node], dict[Edge, str]]:
    """Each neuron as one box, and the highlighted edges as those between boxes."""
    users: dict[Value, list[Node]] = {}
    for node in nodes:
        for x in dict.fromkeys(node.operands):
            users.setdefault(x, []).append(node)
    by_value, roles = {node.value: node for node in nodes}, {node.value: node.role for node in nodes}
    box = {  # the node that a weighted sum is drawn as
        z: by_value[head_of(z, [user.value for user in users.get(z, [])], roles)]
        for z, node in by_value.items()
        if z.op is ops.affine and node.operands
    }
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
