"""What collapses into one box on the page: neurons, layers of them, and long columns of inputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autograd.core import Value, constant
from autograd.drawing import CUT, Neuron, Neurons
from autograd.words import Message, marked

COLUMN = 20  # inputs, targets, …: more of them become one box
COLUMNS = {  # what many of a role are called
    "input": marked("{count} inputs"),
    "target": marked("{count} targets"),
    "parameter": marked("{count} parameters"),
    "leaf": marked("{count} leaves"),
    CUT: marked("{count} cut off"),
}


@dataclass(eq=False)
class Box:
    """Nodes and boxes in a box, which may be closed. head: the node that stands for a neuron; else None."""

    kind: str
    title: Message | None  # of its own; a neuron is called by its head
    items: list["Value | Box"] = field(default_factory=list)
    head: Value | None = None

    def all_boxes(self) -> list["Box"]:
        """This one and those within it, each after the one that it is in."""
        boxes = [self]
        for box in boxes:
            boxes += [item for item in box.items if isinstance(item, Box)]
        return boxes


Item = Value | Box


def boxed(order: list[Value], roles: Mapping[Value, str], neurons: Neurons) -> Box:
    """The nodes of a topological order but for constants, those of neurons and layers in boxes of theirs."""
    users: dict[Value, list[Value]] = {}
    for node in order:
        for x in dict.fromkeys(node.operands):
            users.setdefault(x, []).append(node)
    parent: dict[Item, Box] = {}
    layers: dict[int, list[Box]] = {}
    depth: dict[Value, int] = {}
    for node in order:
        depth[node] = max([depth[x] for x in node.operands], default=0)
        if node in neurons.by_z:
            depth[node] += 1
            layers.setdefault(depth[node], []).append(_neuron(neurons.by_z[node], users, parent))
    for layer in _in_one_layer_each(layers, parent, users, neurons):
        for box in layer.items:
            parent[box] = layer
    items: dict[Item, None] = {}
    for node in order:
        if node.op is constant and node is not order[-1]:
            continue  # it is written in the formulas that use it
        if node in parent:
            parent[node].items.append(node)
        items[_outermost(node, parent)] = None
    return Box("graph", None, _short_columns(items, roles))


def _neuron(neuron: Neuron, users: Mapping[Value, list[Value]], parent: dict[Item, Box]) -> Box:
    """The box of a weighted sum: the parameters that nothing else uses, and its activation."""
    box = Box("neuron", None, head=neuron.head)
    own = [x for x in dict.fromkeys(neuron.parameters) if users[x] == [neuron.z]]
    parent |= dict.fromkeys([*own, neuron.z, neuron.head], box)
    return box


def _in_one_layer_each(
    layers: Mapping[int, list[Box]], parent: dict[Item, Box], users: Mapping[Value, list[Value]], found: Neurons
) -> Iterable[Box]:
    """The layers of more than one neuron; what their neurons share becomes theirs."""
    last = max(layers, default=0)
    for depth, neurons in sorted(layers.items()):
        if len(neurons) < 2:
            continue
        layer = Box("layer", _title(depth, last), [*neurons])
        inside = set(neurons)
        for node, by in users.items():
            shared = node.op is None and node not in parent and all(parent.get(user) in inside for user in by)
            if shared and any(node in found.by_z[user].parameters for user in by if user in found.by_z):
                parent[node] = layer
        yield layer


def _title(depth: int, last: int) -> Message:
    if depth == last:
        return Message("Output layer")
    return Message("Hidden layer") if last == 2 else Message("Hidden layer {number}", {"number": depth})


def _outermost(item: Item, parent: Mapping[Item, Box]) -> Item:
    while item in parent:
        item = parent[item]
    return item


def _short_columns(items: Iterable[Item], roles: Mapping[Value, str]) -> list[Item]:
    """Leaves of one role as a box, where there are many."""
    leaves: dict[str, list[Item]] = {}
    for item in items:
        if isinstance(item, Value) and item.op is None:
            leaves.setdefault(roles[item], []).append(item)
    taken: dict[Item, Box] = {}
    for role, found in leaves.items():
        if len(found) > COLUMN:
            box = Box("leaves", Message(COLUMNS[role], {"count": len(found)}), found)
            taken |= dict.fromkeys(found, box)
    return list(dict.fromkeys(taken.get(item, item) for item in items))
