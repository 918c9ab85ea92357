"""Activations that can be exchanged on the page, layer by layer, and what is to be known of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autograd.core import Operation, Value
from autograd.core import operations as ops
from autograd.drawing import ACTIVATIONS
from autograd.exploring.signatures import Signature


def dies(op: Operation) -> bool:
    """Whether an activation is flat below 0, so that a neuron may be dead there: nothing is handed back through it."""
    return op in ACTIVATIONS and op.compute([-1.0, *op.defaults])[1][0] == 0


@dataclass(frozen=True)
class Switch:
    """The activations of a layer, and what they may be: signatures of one variable."""

    nodes: list[Value]
    present: Signature
    choices: list[Signature]


def switches_in(nodes: Iterable[Value], roles: Mapping[Value, str]) -> list[Switch]:
    """The activations of one variable, by layer and signature. nodes: in topological order."""
    layers: dict[tuple[int, object], tuple[Signature, list[Value]]] = {}
    depth: dict[Value, int] = {}
    for node in nodes:
        depth[node] = max([depth.get(x, 0) for x in node.operands], default=0) + (node.op is ops.affine)
        if roles[node] == "activation" and node.operands:
            signature, variables = Signature.of(node)
            if len(variables) == 1:
                layers.setdefault((depth[node], signature.key), (signature, []))[1].append(node)
    offered = {signature.key: signature for signature in (Signature(op, (0, *op.defaults)) for op in ACTIVATIONS)}
    return [
        Switch(found, present, [*(offered | {present.key: present}).values()]) for present, found in layers.values()
    ]
