"""Where things stand on the page, by Graphviz: the nodes of the whole graph, and those within each box."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from autograd.exploring.groups import Group, Item
from autograd.rendering import INCH, Place, layouts
from autograd.value import Value

HEAD = """digraph {
	rankdir=LR nodesep=0.12 ranksep=0.5
	node [shape=box fixedsize=true label=""]
	edge [arrowhead=none]
"""
# In pixels:
LEAF_HEIGHT, RESULT_HEIGHT, BOX_HEIGHT = 40, 56, 40
NARROW, WIDE, BOX_WIDTH = 108, 190, 124
BOLD, SMALL = 8.2, 6.2  # the width of a character of a label, and of a formula
TRACK, LANE = 9, (14, 150)  # what an edge takes between the parameters of a neuron, and all of them together

Size = tuple[int, int]


def size_of(item: Item, texts: Sequence[str]) -> Size:
    """Width and height of a node, or of a closed box, in pixels. texts: label and formula of a node."""
    if isinstance(item, Group):
        return BOX_WIDTH, BOX_HEIGHT
    label, formula = texts
    wanted = max(22 + BOLD * (len(label) + 8), 20 + SMALL * len(formula))
    return round(min(max(wanted, NARROW), WIDE)), RESULT_HEIGHT if item.operands else LEAF_HEIGHT


class Lane(NamedTuple):
    """Where edges from outside pass the parameters of a neuron: its middle, and its size."""

    place: Place
    width: int
    height: int


class Arrangement(NamedTuple):
    """Where things stand in a group, in pixels from its upper left corner: the middle of each item, the lane.

    routes: the control points of the curves between items, where none of these is a group, and so none moves.
    """

    places: list[Place]
    lane: Lane | None
    routes: dict[tuple[Item, Item], list[Place]]


def arrangements(
    graph: Group, edges: Sequence[tuple[Value, Value]], roles: Mapping[Value, str], size: Callable[[Item], Size]
) -> dict[Group, Arrangement]:
    """How the items of the graph are arranged, and those of each group within it."""
    groups = graph.all_groups()
    parent = {item: group for group in groups for item in group.items}
    arrows: dict[Group, dict[tuple[Item, Item], None]] = {group: {} for group in groups}
    for start, end in edges:
        inside = {parent[item]: item for item in _outwards(end, parent)}
        item = next(item for item in _outwards(start, parent) if parent[item] in inside)
        group = parent[item]
        if item is not inside[group]:
            arrows[group][item, inside[group]] = None
    lanes = {group: room for group in groups if (room := _lane(group, edges, size))}
    found = layouts([_dot(group, arrows[group], roles, size, lanes.get(group)) for group in groups])
    result: dict[Group, Arrangement] = {}
    for group, layout in zip(groups, found, strict=True):
        names = {item: f"n{i}" for i, item in enumerate(group.items)}
        lane = Lane(layout.nodes["lane"], *lanes[group]) if group in lanes else None
        still = group is graph and not any(isinstance(item, Group) for item in group.items)
        routes = {(x, y): layout.edges[names[x], names[y]] for x, y in arrows[group] if still}
        result[group] = Arrangement([layout.nodes[name] for name in names.values()], lane, routes)
    return result


def _lane(group: Group, edges: Iterable[tuple[Value, Value]], size: Callable[[Item], Size]) -> Size | None:
    """The size of the lane between the parameters of a neuron, where it has any and takes something else as well."""
    leaves = [item for item in group.items if isinstance(item, Value) and item.op is None]
    inside = set(group.items)
    outside = {start for start, end in edges if end in inside and start not in inside}
    if group.kind != "neuron" or not leaves or not outside:
        return None
    return size(leaves[0])[0], min(max(TRACK * len(outside), LANE[0]), LANE[1])


def _outwards(item: Item, parent: Mapping[Item, Group]) -> Iterable[Item]:
    """An item and the groups that it is in, but for the whole graph."""
    while item in parent:
        yield item
        item = parent[item]


def _dot(
    group: Group,
    arrows: Iterable[tuple[Item, Item]],
    roles: Mapping[Value, str],
    size: Callable[[Item], Size],
    lane: Size | None,
) -> str:
    names = {item: f"n{i}" for i, item in enumerate(group.items)}
    sizes = {name: size(item) for item, name in names.items()} | ({"lane": lane} if lane else {})
    lines = [f"\t{name} [width={w / INCH:.3f} height={h / INCH:.3f}]" for name, (w, h) in sizes.items()]
    lines += [f"\t{names[x]} -> {names[y]}" for x, y in arrows]
    for kind, items in _columns(group, roles).items():
        column = [names[item] for item in items]
        if kind == "parameter" and lane:
            column.insert((len(column) + 1) // 2, "lane")
        chain = "\n".join(f"\t\t{x} -> {y} [style=invis]" for x, y in pairwise(column))
        lines.append(f"\t{{\n\t\trank=same\n{chain}\n\t}}")
    return HEAD + "\n".join(lines) + "\n}\n"


def _columns(group: Group, roles: Mapping[Value, str]) -> dict[str, list[Item]]:
    """What stands in one column, in its order: the inputs of a graph, the parameters and the neurons of a group."""
    kinds: dict[str, list[Item]] = {}
    for item in group.items:
        kind = item.kind if isinstance(item, Group) else roles[item] if item.op is None else ""
        if kind == "input" or (kind and group.kind != "graph"):
            kinds.setdefault(kind, []).append(item)
    return kinds
