"""A graph as the page needs it: nodes, the shapes of their formulas, boxes, places, and what can be switched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from autograd import operations as ops
from autograd.declaration import Operation, constant
from autograd.exploring.groups import Group, Item, grouped
from autograd.exploring.javascript import functions
from autograd.exploring.layout import arrangements, size_of
from autograd.exploring.shapes import Shape
from autograd.exploring.templates import Templates
from autograd.notation import LatexWriter, MathmlWriter, Number, Symbol, Writer, formula, symbols_for
from autograd.parts import CUT, Part, copied, part_of
from autograd.rendering import LAYOUT_LIMIT, too_wide
from autograd.roles import roles_in, sign_of
from autograd.value import Value, topological_order

OPEN_UP_TO = 60  # nodes: larger graphs open with their neurons closed, and layers where there are still more
FORMULA_LENGTH = 18  # characters that a node has room for
MOST_EDGES = 20_000
LANE = -1  # among the items of a group, where edges pass

# What an activation may be switched to, and the steepest slope of those that saturate.
SWITCHES = (ops.identity, ops.sigmoid, ops.tanh, ops.relu, ops.softplus, ops.silu, ops.gelu)
STEEPEST = {ops.sigmoid: 0.25, ops.tanh: 1.0, ops.relu: 1.0}


@dataclass
class Graph:
    """Everything that the page is told of a graph: data for JSON, and functions in JavaScript."""

    value: Value
    digits: int
    depth: int | None = None
    inputs: Sequence[Value] = ()
    texts: dict[str, int] = field(default_factory=dict)
    shapes: dict[tuple[object, ...], int] = field(default_factory=dict)
    listed: list[Shape] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        order = topological_order(self.value)
        part = part_of(order, self.depth, self.inputs)
        count = len([node for node in part.nodes if node.op is not constant])
        edges = sum([len(node.operands) for node in part.made])
        for found, limit, what in ((count, LAYOUT_LIMIT, "nodes"), (edges, MOST_EDGES, "edges")):
            if found > limit:
                remedy = too_wide(part.made) or (
                    "explore a smaller part of the graph, with depth=… steps back, or inputs=[…] for what lies between "
                    "those and its end; or the loss of one row (nn.explore goes from row to row)"
                )
                raise ValueError(f"the page would have {found:,} {what}, and the limit is {limit:,}: {remedy}")
        self.roles = roles_in(order)
        self.shown = {node: node for node in order}
        if part.nodes is not order:
            order = self._cut_out(order, part)
        self.nodes = [node for node in order if node.op is not constant or node is order[-1]]
        self.index = {node: i for i, node in enumerate(self.nodes)}
        self.symbols = symbols_for(order)
        self.templates = Templates(self.digits, self.texts)
        self.graph = grouped(order, self.roles)
        self.made = {node: self._made(node) for node in self.nodes if node.operands}

    def _cut_out(self, order: list[Value], part: Part) -> list[Value]:
        """The part by itself, with the names and roles that its nodes have in the whole."""
        symbols = symbols_for(order, {*part.nodes})
        names = {node: symbol.label for node, symbol in symbols.items() if isinstance(symbol, Symbol)}
        self.shown = copied(part, names)
        begin = {node for node in part.nodes if node.operands} - part.made
        roles = self.roles | dict.fromkeys(begin, "input") | dict.fromkeys(part.cut, CUT)
        self.roles = {copy: roles[node] for node, copy in self.shown.items()}
        return [*self.shown.values()]

    def data(self) -> dict[str, Any]:
        """What the page is told, in JSON's types."""
        return {**self.program(), "groups": self.groups()}

    def program(self) -> dict[str, Any]:
        """Nodes and formulas: all but where they stand."""
        switches = self._switches()
        return {
            "digits": self.digits,
            "nodes": [self._node(node) for node in self.nodes],
            "switches": switches,
            "shapes": [self._shape(shape) for shape in self.listed],
            "cancelled": self._cancelled(switches),
            "texts": list(self.texts),
        }

    def functions(self) -> str:
        """The shapes as a list of pairs of functions in JavaScript."""
        return "[\n" + "\n".join(self.written) + "\n]"

    def indices(self, values: Sequence[Value]) -> list[int]:
        """Where Values are in the list of nodes, -1 where they are not."""
        return [self.index.get(self.shown.get(value, value), -1) for value in values]

    def _made(self, node: Value) -> tuple[int, list[int]]:
        shape, variables = Shape.of(node)
        return self._number(shape), [self.index[x] for x in variables]

    def _number(self, shape: Shape) -> int:
        number = self.shapes.setdefault(shape.key, len(self.listed))
        if number == len(self.listed):
            self.listed.append(shape)
            self.written.append(f"  {functions(shape)}, // {_remark(shape.op)}")
        return number

    def _node(self, node: Value) -> dict[str, Any]:
        symbol = self.symbols[node]
        told: dict[str, Any] = {
            "label": [writer(self.digits).write(symbol) for writer in (Writer, LatexWriter, MathmlWriter)],
            "role": self.roles[node],
        }
        if isinstance(symbol, Number):
            told["label"] = ["value", r"\mathrm{value}", "<mi>value</mi>"]
        if node in self.made:
            told["shape"], told["operands"] = self.made[node]
        else:
            told["data"] = _json_number(float(node.data))
        return told

    def _shape(self, shape: Shape) -> dict[str, Any]:
        told: dict[str, Any] = {
            "name": sign_of(shape.op),
            "formula": self.templates.formula(shape),
            "partials": self.templates.partials(shape),
        }
        if shape.op in STEEPEST:
            told["steepest"] = STEEPEST[shape.op]
        return told

    # -------------------------------------------------------------------------------------------------- layers

    def groups(self) -> list[dict[str, Any]]:
        """The whole graph and the boxes in it: what they hold, and where. Raises RuntimeError without Graphviz."""
        groups = self.graph.all_groups()
        sizes = {node: size_of(node, self._texts(node)) for node in self.nodes} | {
            group: size_of(group, ()) for group in groups
        }
        edges = [(x, node) for node in self.nodes for x in node.operands if x in self.index]
        arranged = arrangements(self.graph, edges, self.roles, sizes.__getitem__)
        listed: list[Item] = [*self.nodes, *groups]
        number = {item: i for i, item in enumerate(listed)}
        closed = self._closed(groups)
        told = []
        for group in groups:
            places, lane, routes = arranged[group]
            placed = zip(group.items, places, strict=True)
            items = [[number[item], *_rounded(spot), *sizes[item]] for item, spot in placed]
            if lane:
                items.append([LANE, *_rounded(lane.place), lane.width, lane.height])
            head = -1 if group.head is None else self.index[group.head]
            box: dict[str, Any] = {"kind": group.kind, "title": group.title, "head": head, "items": items}
            box["open"] = group not in closed
            if routes:
                curves = {ends: [round(x, 1) for place in curve for x in place] for ends, curve in routes.items()}
                box["routes"] = {f"{number[x]} {number[y]}": curve for (x, y), curve in curves.items()}
            told.append(box)
        return told

    def _closed(self, groups: list[Group]) -> set[Group]:
        """The groups that are closed at first: leaves always, the neurons of large graphs, the layers of huge ones."""
        closed = {group for group in groups if group.kind == "leaves"}
        for kind in ("neuron", "layer"):
            items = [item for group in groups if group not in closed for item in group.items]
            if sum(isinstance(item, Value) or item in closed for item in items) > OPEN_UP_TO:
                closed |= {group for group in groups if group.kind == kind}
        return closed

    def _texts(self, node: Value) -> tuple[str, str]:
        label = Writer(self.digits).write(self.symbols[node])
        if not node.operands:
            return label, ""
        written = Writer(self.digits).write(formula(node, self.symbols)) if len(node.operands) < FORMULA_LENGTH else ""
        return label, written if 0 < len(written) <= FORMULA_LENGTH else sign_of(node.op)

    # ----------------------------------------------------------------------------------------------- switching

    def _switches(self) -> list[dict[str, Any]]:
        """Activations that can be exchanged, layer by layer: those of one variable."""
        layers: dict[tuple[int, int], list[int]] = {}
        depth: dict[Value, int] = {}
        for node in self.nodes:
            depth[node] = max([depth.get(x, 0) for x in node.operands], default=0) + (node.op is ops.affine)
            if self.roles[node] == "activation" and node in self.made:
                shape, operands = self.made[node]
                if len(operands) == 1:
                    layers.setdefault((depth[node], shape), []).append(self.index[node])
        offered = {self._number(Shape(op, (0,))): op.name for op in SWITCHES} if layers else {}
        switches = []
        for (_, shape), nodes in layers.items():
            names = offered | {shape: self.listed[shape].op.name}
            choices = [{"name": name, "shape": number} for number, name in names.items()]
            switches.append({"nodes": nodes, "shape": shape, "choices": choices})
        return switches

    def _cancelled(self, switches: list[dict[str, Any]]) -> dict[str, list[int]]:
        """What cancels between two edges that follow one another, by shape and variable of both."""
        may_be = {i: {shape} for i, (shape, _) in enumerate(self.made.get(node, (-1, [])) for node in self.nodes)}
        for switch in switches:
            for i in switch["nodes"]:
                may_be[i] = {choice["shape"] for choice in switch["choices"]}
        chains: dict[tuple[int, int, int, int], None] = {}
        for node, (_, operands) in self.made.items():
            for variable, x in enumerate(operands):
                for outer, inner in product(may_be[self.index[node]], may_be[x] - {-1}):
                    chains |= dict.fromkeys((outer, variable, inner, by) for by in range(self.listed[inner].variables))
        found = {}
        for outer, variable, inner, by in sorted(chains):
            template = self.templates.cancelled(self.listed[outer], variable, self.listed[inner], by)
            if template is not None:
                found[f"{outer} {variable} {inner} {by}"] = template
        return found


def _remark(op: Operation) -> str:
    return "".join(c if c.isalnum() or c in "+-*/_ " else "?" for c in op.name)


def _json_number(x: float) -> float | str:
    """JSON has no numbers for nan and the infinities."""
    return x if x - x == 0 else {"inf": "Infinity", "-inf": "-Infinity"}.get(repr(x), "NaN")


def _rounded(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0], 1), round(place[1], 1)
