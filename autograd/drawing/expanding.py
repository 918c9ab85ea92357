"""Weighted sums and totals drawn as what they are made of, + and ×."""

from collections.abc import Mapping
from contextvars import Context
from dataclasses import replace

from autograd.core import NOT_COMPUTED, Value, results_in_order
from autograd.core import operations as ops
from autograd.drawing.node_roles import sign_of
from autograd.drawing.nodes import Edge, Node

EXPANDED = {ops.affine, ops.total}


def expand_sums(nodes: list[Node], edges: Mapping[Edge, str]) -> tuple[list[Node], dict[Edge, str]]:
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
        told = part.data, gradients[part], operands, part.partials, node.left_out
        inner = Node(part, "", str(sign_of(part.op)), "operation", *told)
        if part is root:
            inner = replace(inner, value=node.value, name=node.name, role=node.role, data=node.data)
        nodes.append(inner)
    return nodes
