"""What collapses into one box on the page: neurons, layers of them, and long columns of inputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autograd import operations as ops
from autograd.declaration import constant
from autograd.parts import CUT
from autograd.roles import parameters_of
from autograd.value import Value

COLUMN = 20  # inputs, targets, …: more of them become one box
COLUMNS = {"leaf": "leaves", CUT: CUT}  # what many of a role are called


@dataclass(eq=False)
class Group:
    """Nodes and groups in a box, which may be closed. head: the node that stands for a neuron; else None."""

    kind: str
    title: str
    items: list["Value | Group"] = field(default_factory=list)
    head: Value | None = None

    def all_groups(self) -> list["Group"]:
        """This one and those within it, each after the one that it is in."""
        groups = [self]
        for group in groups:
            groups += [item for item in group.items if isinstance(item, Group)]
        return groups


Item = Value | Group


def grouped(order: list[Value], roles: Mapping[Value, str]) -> Group:
    """The nodes of a topological order but for constants, those of neurons and layers in groups of theirs."""
    users: dict[Value, list[Value]] = {}
    for node in order:
        for x in dict.fromkeys(node.operands):
            users.setdefault(x, []).append(node)
    parent: dict[Item, Group] = {}
    layers: dict[int, list[Group]] = {}
    depth: dict[Value, int] = {}
    for node in order:
        depth[node] = max([depth[x] for x in node.operands], default=0)
        if node.op is ops.affine and not _is_penalty(node):
            depth[node] += 1
            layers.setdefault(depth[node], []).append(_neuron(node, users, roles, parent))
    for neurons in _in_one_layer_each(layers, parent, users):
        for neuron in neurons.items:
            parent[neuron] = neurons
    items: dict[Item, None] = {}
    for node in order:
        if node.op is constant and node is not order[-1]:
            continue  # formulas say what they are
        if node in parent:
            parent[node].items.append(node)
        items[_outermost(node, parent)] = None
    return Group("graph", "", _short_columns(items, roles))


def _is_penalty(node: Value) -> bool:
    """Whether it is a sum of squares, such as that of all weights."""
    n = len(node.operands) // 2
    return not set(node.operands[:n]).isdisjoint(node.operands[n : 2 * n])


def _neuron(
    z: Value, users: Mapping[Value, list[Value]], roles: Mapping[Value, str], parent: dict[Item, Group]
) -> Group:
    """The group of a weighted sum: the parameters that nothing else uses, and its activation."""
    first, *others = users.get(z, [z])
    alone = others or roles[first] != "activation" or any(x.operands for x in {*first.operands} - {z})
    head = z if alone else first
    neuron = Group("neuron", "", head=head)
    own = [x for x in dict.fromkeys(parameters_of(z)) if users[x] == [z]]
    parent |= dict.fromkeys([*own, z, head], neuron)
    return neuron


def _in_one_layer_each(
    layers: Mapping[int, list[Group]], parent: dict[Item, Group], users: Mapping[Value, list[Value]]
) -> Iterable[Group]:
    """The layers of more than one neuron; what their neurons share becomes theirs."""
    last = max(layers, default=0)
    for depth, neurons in sorted(layers.items()):
        if len(neurons) < 2:
            continue
        title = "Output layer" if depth == last else "Hidden layer" if last == 2 else f"Hidden layer {depth}"
        layer = Group("layer", title, [*neurons])
        inside = set(neurons)
        for node, by in users.items():
            shared = node.op is None and node not in parent and all(parent.get(user) in inside for user in by)
            if shared and any(node in parameters_of(user) for user in by if user.op is ops.affine):
                parent[node] = layer
        yield layer


def _outermost(item: Item, parent: Mapping[Item, Group]) -> Item:
    while item in parent:
        item = parent[item]
    return item


def _short_columns(items: Iterable[Item], roles: Mapping[Value, str]) -> list[Item]:
    """Leaves of one role as a group, where there are many."""
    leaves: dict[str, list[Item]] = {}
    for item in items:
        if isinstance(item, Value) and item.op is None:
            leaves.setdefault(roles[item], []).append(item)
    taken: dict[Item, Group] = {}
    for role, found in leaves.items():
        if len(found) > COLUMN:
            group = Group("leaves", f"{len(found)} {COLUMNS.get(role, role + 's')}", found)
            taken |= dict.fromkeys(found, group)
    return list(dict.fromkeys(taken.get(item, item) for item in items))
