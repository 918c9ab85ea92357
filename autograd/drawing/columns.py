"""Where neurons stand: columns of circles, from the inputs on the left to the cost on the right."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from autograd.core import Value, constant, summed
from autograd.drawing.neurons import Graph, Neurons

# In pixels, or points:
CIRCLE, SMALL_CIRCLE = 66, 42  # across
BELOW, SMALL_BELOW = 42, 14  # what is left free below a circle, for its gradient where there is room
DENSE = 6  # things in a column: where there are more of them, circles are small
BETWEEN = 64  # a weighted sum and its activation
MARK, SMALL_MARK = (62, 17), (9, 9)  # of a bias
STEM = 4  # between the mark of a bias and its circle

Size = tuple[float, float]


class Spot(NamedTuple):
    """A place by its middle, and what stands there: a circle, the mark of a bias, or a box.

    layer: how many columns of neurons there are up to here, before each of which there may be more room for lines.
    """

    shape: str
    column: int
    layer: int
    x: float
    y: float
    width: float
    height: float


def in_columns(
    graph: Graph,
    roles: Mapping[Value, str],
    neurons: Neurons,
    with_z: bool,
    gap: float,
    box_size: Callable[[Value], Size],
) -> dict[Value, Spot]:
    """The places of all that is drawn where weights are lines. with_z: weighted sums stand beside their activations.

    Columns are at least gap apart. box_size: of what is neither part of a neuron, nor goes into one.
    """
    column = _columns(graph, roles, neurons)
    columns: dict[int, list[Value]] = {}
    for item in sorted(column, key=lambda item: not graph[item] and roles[item] != "input"):  # leaves come last
        columns.setdefault(column[item], []).append(item)
    small = max(map(len, columns.values())) > DENSE
    size, below = (SMALL_CIRCLE, SMALL_BELOW) if small else (CIRCLE, BELOW)
    inputs = {x for neuron in neurons.by_z.values() for _, x in neuron.lines}
    heads = {neuron.head: neuron.z for neuron in neurons.by_z.values()}
    round_ones = {x for x in column if x in heads or roles[x] == "target" or (x in inputs and not graph[x])}
    wide = size + BETWEEN + size
    sizes = {x: (size, size) if x in round_ones else box_size(x) for x in column}
    widths = {x: wide if with_z and heads.get(x, x) is not x else sizes[x][0] for x in column}
    spots: dict[Value, Spot] = {}
    left, layer = 0.0, 0
    for number, items in sorted(columns.items()):
        layer += any(x in heads for x in items)
        width = max(widths[x] for x in items)
        items = _targets_below(items, graph)
        last = max([i for i, x in enumerate(items) if graph[x]], default=len(items))
        top = below / 2 - summed([sizes[x][1] + below for x in items[: last + 1]]) / 2
        for x in items:
            middle = left + width / 2
            w, h = sizes[x]
            spot = Spot("circle" if x in round_ones else "box", number, layer, middle, top + h / 2, w, h)
            if widths[x] == wide:
                spots[heads[x]] = spot._replace(x=middle - (wide - w) / 2)
                spot = spot._replace(x=middle + (wide - w) / 2)
            spots[x] = spot
            top += h + below
        left += width + gap
    return spots | _marks(neurons, spots, SMALL_MARK if small else MARK)


def _columns(graph: Graph, roles: Mapping[Value, str], neurons: Neurons) -> dict[Value, int]:
    """The column of everything but weights, biases and weighted sums that have an activation.

    A target stands with the loss that it is for, if that has no other; what else comes from nowhere stands before the
    first that takes it.
    """
    hidden, heads = neurons.weights | {*neurons.biases}, {neuron.head for neuron in neurons.by_z.values()}
    column: dict[Value, int] = {}
    users: dict[Value, list[Value]] = {}
    before: dict[Value, int] = {}  # of a weighted sum, its column
    for node, operands in graph.items():
        if not operands:
            continue
        results = [x for x in operands if graph[x]]
        z = next((x for x in results if x in neurons.by_z and neurons.head(x) is node), None)
        at = 1 + max([column.get(x, before.get(x, 0)) for x in results], default=0)
        if neurons.head(node) is not node:
            before[node] = at
            continue
        column[node] = before[z] if z is not None else at
        for x in [*operands, *(z.operands if z is not None else ())]:
            users.setdefault(x, []).append(node)
    for leaf, operands in graph.items():
        if operands or leaf in hidden or leaf.op is constant:
            continue
        by = users.get(leaf, [])
        alone = len(by) == 1 and [roles[x] for x in graph[by[0]]].count("target") == 1
        if roles[leaf] == "target" and alone and by[0] not in heads:
            column[leaf] = column[by[0]]
        else:
            column[leaf] = min([column[user] for user in by], default=1) - 1
    return column


def _targets_below(items: Iterable[Value], graph: Graph) -> list[Value]:
    """The items of a column, each followed by the leaves in it that it takes."""
    items = dict.fromkeys(items)
    taken = {x: node for node in items for x in graph[node] if x in items and not graph[x]}
    return [x for node in items if node not in taken for x in (node, *(y for y in taken if taken[y] is node))]


def _marks(neurons: Neurons, spots: Mapping[Value, Spot], size: Size) -> dict[Value, Spot]:
    """The biases: that of one neuron at its circle; one that several share above the column before them."""
    marks: dict[Value, Spot] = {}
    width, height = size
    raised: dict[int, float] = {}
    for b, by in neurons.biases.items():
        circles = [spots.get(neuron.z, spots[neuron.head]) for neuron in by]
        if len(circles) == 1:
            (circle,) = circles
            before = len([x for x in by[0].biases if x in marks and len(neurons.biases[x]) == 1])
            x, y = circle.x - before * (width + STEM), circle.y - circle.height / 2 - STEM - height / 2
            marks[b] = Spot("bias", circle.column, circle.layer, x, y, width, height)
            continue
        number = min(circle.column for circle in circles) - 1
        column = [spot for spot in spots.values() if spot.column == number]
        top = raised.get(number, min(spot.y - spot.height / 2 for spot in column) - 2 * height)
        raised[number] = top - 2 * height
        middle = (min(s.x - s.width / 2 for s in column) + max(s.x + s.width / 2 for s in column)) / 2
        marks[b] = Spot("bias", number, column[0].layer, middle, top, max(width, MARK[0]), max(height, MARK[1]))
    return marks
