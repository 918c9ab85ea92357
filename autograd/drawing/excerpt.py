"""The part of a graph that is shown: how far back from its last node, and from which nodes on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from autograd.core import Value, connect, constant, dependents, shown, watching


@dataclass(frozen=True)
class Part:
    """Nodes in topological order, those of them that are shown with their operands, and where it was cut.

    A node that was made from something, but is shown without, either begins the part, or was cut off. All that a node
    feeds is in the part, but for those that were cut off: so derivatives by all others are what they are in the whole.
    """

    nodes: list[Value]
    made: set[Value]
    cut: set[Value]


def part_of(order: list[Value], depth: int | None = None, inputs: Collection[Value] = ()) -> Part:
    """The nodes of a topological order that are at most depth steps back, by the longest way, and depend on inputs.

    The operands of those nodes are shown as well, cut off where there is more to them. Raises TypeError for inputs that
    are no Values, and ValueError for a depth below 1 and for inputs that the last node does not depend on.
    """
    if depth is not None and (type(depth) is not int or depth < 1):
        raise ValueError(f"depth is a whole number above 0, got {shown(depth)}")
    if not isinstance(inputs, Collection):
        raise TypeError(f"inputs is a list of Values, got {type(inputs).__name__}")
    for x in inputs:
        if not isinstance(x, Value):
            raise TypeError(f"inputs are Values, got {type(x).__name__}")
    if depth is None and not inputs:
        return Part(order, {node for node in order if node.operands}, set())
    affected = set(order)
    for x in inputs:
        if x not in affected:
            raise ValueError(f"what is shown does not depend on {shown(x)}, which is among the inputs")
    if inputs:
        affected = dependents(order, inputs)
    steps = _steps_back(order)
    near = {node for node in affected if depth is None or steps[node] < depth}
    made = {node for node in near if not affected.isdisjoint(node.operands)}
    operands = {x for node in made for x in node.operands}
    elsewhere = {x for node in order if node not in made for x in node.operands}
    begin = {x for x in inputs if affected.isdisjoint(x.operands)}
    behind = {x for x in operands - made if x in elsewhere or (x.operands and x not in begin)}
    nodes = [node for node in order if node in made or node in operands or node is order[-1]]
    return Part(nodes, made, {x for x in behind if x.op is not constant})


CUT = "cut off"  # the role of what has more behind it, or feeds more, than is shown


def copied(part: Part, names: Mapping[Value, str]) -> dict[Value, Value]:
    """A graph of the part by itself, in which what begins it and what is cut off are leaves: each node's copy."""
    copies: dict[Value, Value] = {}
    with watching():
        for node in part.nodes:
            whole = node in part.made or node.op is constant
            copy = copies[node] = connect(
                node.op if whole else None,
                tuple([copies[x] for x in node.operands]) if whole else (),
                node.data,
                node.partials if whole else (),
            )
            copy.label = names.get(node)
    return copies


def _steps_back(order: list[Value]) -> dict[Value, int]:
    """How many steps the longest way from each node to the last one has."""
    steps = dict.fromkeys(order, 0)
    for node in reversed(order):
        for x in node.operands:
            steps[x] = max(steps[x], steps[node] + 1)
    return steps
