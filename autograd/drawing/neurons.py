"""Neurons: weighted sums with their activations, which a textbook draws as circles, and their weights as lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from autograd.core import Value, constant, parts_of_affine
from autograd.core import operations as ops
from autograd.drawing.node_roles import head_of, parameters_of

Level = Literal["neurons", "neurons with z", "everything"]
LEVELS: tuple[Level, ...] = ("neurons", "neurons with z", "everything")

Graph = Mapping[Value, Sequence[Value]]  # nodes in topological order, and the operands that each is shown with


@dataclass(frozen=True, eq=False)
class Neuron:
    """A weighted sum z, and the node that stands for it: its activation, or z itself."""

    z: Value
    head: Value
    lines: list[tuple[Value, Value]]  # a weight that is a leaf, and what it multiplies
    biases: list[Value]  # the other parameters of z

    @property
    def parameters(self) -> tuple[Value, ...]:
        """The leaves among its weights and bias."""
        return parameters_of(self.z)


@dataclass(frozen=True)
class Neurons:
    """All neurons of a graph, and the parameters that nothing else uses: weights are lines, biases small marks."""

    by_z: dict[Value, Neuron] = field(default_factory=dict)
    weights: set[Value] = field(default_factory=set)
    biases: dict[Value, list[Neuron]] = field(default_factory=dict)  # and the neurons that take each

    def head(self, node: Value) -> Value:
        """What stands for a node where weighted sums are not drawn by themselves."""
        return self.by_z[node].head if node in self.by_z else node


def neurons_in(graph: Graph, roles: Mapping[Value, str]) -> Neurons:
    """The neurons of a graph. A sum of squares, such as that of all weights, is none."""
    users: dict[Value, list[Value]] = {}
    for node, operands in graph.items():
        for x in dict.fromkeys(operands):
            users.setdefault(x, []).append(node)
    found = Neurons()
    for z, operands in graph.items():
        if z.op is ops.affine and operands and not _is_penalty(z):
            found.by_z[z] = _neuron(z, head_of(z, users.get(z, []), roles))
    parameters = {z: {*neuron.parameters} for z, neuron in found.by_z.items()}
    own = {x for x, by in users.items() if all(x in parameters.get(user, ()) for user in by)}
    for neuron in found.by_z.values():
        found.weights.update(own.intersection([w for w, _ in neuron.lines]))
    for neuron in found.by_z.values():
        for b in neuron.biases:
            if b in own and b not in found.weights:
                found.biases.setdefault(b, []).append(neuron)
    return found


def _neuron(z: Value, head: Value) -> Neuron:
    weights, inputs, bias = parts_of_affine(z.operands)
    pairs = [(w, x) for w, x in zip(weights, inputs, strict=True) if w.op is None]
    lines = [(w, x) for w, x in pairs if x.op is not constant]
    others = [*(w for w, x in pairs if x.op is constant), *(b for b in bias if b.op is None)]
    return Neuron(z, head, lines, [*dict.fromkeys(others)])


def _is_penalty(z: Value) -> bool:
    weights, inputs, _ = parts_of_affine(z.operands)
    return not set(weights).isdisjoint(inputs)
