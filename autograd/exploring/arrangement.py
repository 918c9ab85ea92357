"""Where things stand on the page, by Graphviz: the nodes of the whole graph, and those within each box."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from autograd.core import Value
from autograd.drawing import INCH, Place, layouts
from autograd.exploring.boxes import Box, Item

HEAD = """digraph {
	rankdir=LR nodesep=0.12 ranksep=1.15
	node [shape=box fixedsize=true label=""]
	edge [arrowhead=none]
"""
# In pixels:
LEAF_HEIGHT, RESULT_HEIGHT, BOX_HEIGHT = 40, 56, 40
NARROW, WIDE, BOX_WIDTH = 108, 190, 146
BOLD, SMALL = 8.2, 6.2  # the width of a character of a label, and of a formula
ROOM_BESIDE = 22  # what the label and the value of a node leave free
FORMULA_LENGTH = 18  # characters that a node has room for
TRACK, LANE = 9, (14, 150)  # what an edge takes between the parameters of a neuron, and all of them together

Size = tuple[int, int]


def size_of(item: Item, texts: Sequence[str]) -> Size:
    """Width and height of a node, or of a closed box, in pixels. texts: label and formula of a node."""
    if isinstance(item, Box):
        return BOX_WIDTH, BOX_HEIGHT
    label, formula = texts
    wanted = max(ROOM_BESIDE + BOLD * (len(label) + 8), 20 + SMALL * len(formula))
    return round(min(max(wanted, NARROW), WIDE)), RESULT_HEIGHT if item.operands else LEAF_HEIGHT


class Lane(NamedTuple):
    """Where edges from outside pass the parameters of a neuron: its middle, and its size."""

    place: Place
    width: int
    height: int


class Arrangement(NamedTuple):
    """Where things stand in a box, in pixels from its upper left corner: the middle of each item, the lane.

    routes: the control points of the curves between items, where none of these is a box, and so none moves.
    """

    places: list[Place]
    lane: Lane | None
    routes: dict[tuple[Item, Item], list[Place]]


def arrangements(
    graph: Box, edges: Sequence[tuple[Value, Value]], roles: Mapping[Value, str], size: Callable[[Item], Size]
) -> dict[Box, Arrangement]:
    """The arrangement of the whole graph, and of each box within it."""
    boxes = graph.all_boxes()
    parent = {item: box for box in boxes for item in box.items}
    arrows: dict[Box, dict[tuple[Item, Item], None]] = {box: {} for box in boxes}
    for start, end in edges:
        inside = {parent[item]: item for item in _outwards(end, parent)}
        item = next(item for item in _outwards(start, parent) if parent[item] in inside)
        box = parent[item]
        if item is not inside[box]:
            arrows[box][item, inside[box]] = None
    lanes = {box: room for box in boxes if (room := _lane(box, edges, size))}
    found = layouts([_dot(box, arrows[box], roles, size, lanes.get(box)) for box in boxes])
    result: dict[Box, Arrangement] = {}
    for box, layout in zip(boxes, found, strict=True):
        names = {item: f"n{i}" for i, item in enumerate(box.items)}
        lane = Lane(layout.nodes["lane"], *lanes[box]) if box in lanes else None
        still = box is graph and not any(isinstance(item, Box) for item in box.items)
        routes = {(x, y): layout.edges[names[x], names[y]] for x, y in arrows[box] if still}
        result[box] = Arrangement([layout.nodes[name] for name in names.values()], lane, routes)
    return result


def _lane(box: Box, edges: Iterable[tuple[Value, Value]], size: Callable[[Item], Size]) -> Size | None:
    """The size of the lane between the parameters of a neuron, where it has any and takes something else as well."""
    leaves = [item for item in box.items if isinstance(item, Value) and item.op is None]
    inside = set(box.items)
    outside = {start for start, end in edges if end in inside and start not in inside}
    if box.kind != "neuron" or not leaves or not outside:
        return None
    return size(leaves[0])[0], min(max(TRACK * len(outside), LANE[0]), LANE[1])


def _outwards(item: Item, parent: Mapping[Item, Box]) -> Iterable[Item]:
    """An item and the boxes that it is in, but for the whole graph."""
    while item in parent:
        yield item
        item = parent[item]


def _dot(
    box: Box,
    arrows: Iterable[tuple[Item, Item]],
    roles: Mapping[Value, str],
    size: Callable[[Item], Size],
    lane: Size | None,
) -> str:
    names = {item: f"n{i}" for i, item in enumerate(box.items)}
    sizes = {name: size(item) for item, name in names.items()} | ({"lane": lane} if lane else {})
    lines = [f"\t{name} [width={w / INCH:.3f} height={h / INCH:.3f}]" for name, (w, h) in sizes.items()]
    lines += [f"\t{names[x]} -> {names[y]}" for x, y in arrows]
    for kind, items in _columns(box, roles).items():
        column = [names[item] for item in items]
        if kind == "parameter" and lane:
            column.insert((len(column) + 1) // 2, "lane")
        chain = "\n".join(f"\t\t{x} -> {y} [style=invis]" for x, y in pairwise(column))
        lines.append(f"\t{{\n\t\trank=same\n{chain}\n\t}}")
    return HEAD + "\n".join(lines) + "\n}\n"


def _columns(box: Box, roles: Mapping[Value, str]) -> dict[str, list[Item]]:
    """What stands in one column, in its order: the inputs of a graph, the parameters and the neurons of a box."""
    kinds: dict[str, list[Item]] = {}
    for item in box.items:
        kind = item.kind if isinstance(item, Box) else roles[item] if item.op is None else ""
        if kind == "input" or (kind and box.kind != "graph"):
            kinds.setdefault(kind, []).append(item)
    return kinds
