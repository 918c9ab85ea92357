"""A graph as the page has it: nodes, their formulas and functions, boxes and their places, what can be switched."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import product
from typing import Any

from autograd.core import Operation, Value, constant, require_current, topological_order
from autograd.drawing import (
    CUT,
    LAYOUT_LIMIT,
    LEVELS,
    Drawing,
    Numbers,
    Part,
    copied,
    data_in,
    draw_part,
    in_columns,
    neurons_in,
    part_of,
    roles_in,
    sign_of,
    too_wide,
)
from autograd.exploring.arrangement import FORMULA_LENGTH, Arrangement, arrangements, size_of
from autograd.exploring.boxes import Box, Item, boxed
from autograd.exploring.formula_templates import FormulaTemplates
from autograd.exploring.javascript import library
from autograd.exploring.legend import Legend, convention
from autograd.exploring.page_words import longest
from autograd.exploring.practice_data import practice_of_graph, practice_of_signature
from autograd.exploring.signatures import Signature
from autograd.exploring.switches import dies, switches_in
from autograd.exploring.update_rules import UpdateRule
from autograd.notation import (
    Expression,
    LatexWriter,
    MathmlWriter,
    Number,
    Symbol,
    TextWriter,
    formula,
    symbols_for,
    unicode_label,
)
from autograd.practising import Questions
from autograd.words import Message

GAP = 56  # pixels between columns of neurons; the page makes it wider where there is room
MOST_EDGES = 20_000


class PageGraph:
    """The graph of a Value, or a part of it, as the page is told of it: data for JSON, and functions in JavaScript.

    Raises ValueError where the graph is out of date, or too large for a page.
    """

    def __init__(self, value: Value, digits: int, depth: int | None = None, inputs: Sequence[Value] = ()) -> None:
        self.digits = digits
        self.whole_order = topological_order(value)
        require_current(self.whole_order)
        self.part = part_of(self.whole_order, depth, inputs)
        _require_few(self.part)
        self.whole_roles = self.roles = roles_in(self.whole_order)
        self.shown = {node: node for node in self.whole_order}
        if self.part.nodes is not self.whole_order:
            self._cut_out()
        order = [*self.shown.values()]
        self.nodes = [node for node in order if node.op is not constant or node is order[-1]]
        self.index = {node: i for i, node in enumerate(self.nodes)}
        self.symbols = symbols_for(order)
        self.neurons = neurons_in({node: node.operands for node in order}, self.roles)
        self.box = boxed(order, self.roles, self.neurons)
        self.made = {node: Signature.of(node) for node in self.nodes if node.operands}
        self.switches = switches_in(self.nodes, self.roles)
        used = [signature for signature, _ in self.made.values()]
        used += [signature for switch in self.switches for signature in switch.choices]
        self.signatures = [*{signature.key: signature for signature in used}.values()]
        self.signature_index = {signature.key: i for i, signature in enumerate(self.signatures)}

    def _cut_out(self) -> None:
        """Show the part by itself, with the names and roles that its nodes have in the whole."""
        part = self.part
        symbols = symbols_for(self.whole_order, {*part.nodes})
        names = {node: symbol.label for node, symbol in symbols.items() if isinstance(symbol, Symbol)}
        self.shown = copied(part, names)
        begin = {node for node in part.nodes if node.operands} - part.made
        roles = self.roles | dict.fromkeys(begin, "input") | dict.fromkeys(part.cut, CUT)
        self.roles = {copy: roles[node] for node, copy in self.shown.items()}

    @cached_property
    def names(self) -> list[str]:
        """What the nodes are called on the page."""
        return ["value" if isinstance(x := self.symbols[node], Number) else _label(x) for node in self.nodes]

    def index_of(self, node: Value | str) -> int:
        """Where a node is in the list of nodes, given itself or its label; -1 where it is not."""
        if isinstance(node, Value):
            return self.indices([node])[0]
        label = unicode_label(node) if isinstance(node, str) else None
        return self.names.index(label) if label in self.names else -1

    def steps(self, forward_only: bool) -> int:
        """The number of the page's last step."""
        return len(self.made) if forward_only else 2 * len(self.made) + 2

    def drawing(self, hide: Collection[Numbers] = (), lang: str | None = None) -> Drawing:
        """The picture where there is no page. hide: numbers that are shown of no node, but the values of leaves."""
        return draw_part(self.whole_order, self.part, self.whole_roles, digits=self.digits, hide=hide, lang=lang)

    def indices(self, values: Iterable[Value]) -> list[int]:
        """Where Values are in the list of nodes, -1 where they are not."""
        return [self.index.get(self.shown.get(value, value), -1) for value in values]

    def functions(self, rules: Iterable[UpdateRule] = ()) -> str:
        """What computes the nodes, and by what rules steps can be taken, in JavaScript."""
        return library(self.signatures, [rule.functions() for rule in rules])

    def rules(self, rules: Iterable[UpdateRule]) -> list[dict[str, Any]]:
        """What the page is told of rules, in JSON's types."""
        output = self.symbols[self.nodes[-1]]
        written = output if isinstance(output, Symbol) else Symbol("C", 0.0)
        return [
            {
                "name": r.name,
                "words": r.words,
                "kept": r.kept,
                "plain": r.is_plain(),
                "formulas": r.formulas(written, self.digits),
            }
            for r in rules
        ]

    def data(self) -> dict[str, Any]:
        """What the page is told, in JSON's types."""
        told = {**self.program(), "boxes": self.boxes()}
        return told | ({"network": self.network()} if self.neurons.by_z else {})

    def program(self) -> dict[str, Any]:
        """Nodes and formulas: all but where they stand."""
        templates = FormulaTemplates(self.digits)
        return {
            "digits": self.digits,
            "nodes": [self._node(node) for node in self.nodes],
            "unasked": sorted({*self.indices(data_in(self.whole_roles))} - {-1}),
            "switches": self._switches(),
            "signatures": [_signature(signature, templates) for signature in self.signatures],
            "cancelled": self._cancelled(templates),
            "texts": list(templates.texts),
            "legend": self._legend(),
            "practice": practice_of_graph(self._questions(), self.made, self.index),
        }

    def _legend(self) -> dict[str, Any]:
        """What names of functions and indices mean."""
        legend = Legend()
        used = [legend.of(signature) for signature in self.signatures]
        found = convention(self.shown.values(), self.roles)
        example = found and {key: self.index[x] if isinstance(x, Value) else x for key, x in found.items()}
        return {"functions": [*legend.functions.values()], "of": used, "convention": example}

    def _node(self, node: Value) -> dict[str, Any]:
        symbol = self.symbols[node]
        told: dict[str, Any] = {
            "label": [writer(self.digits).write(symbol) for writer in (TextWriter, LatexWriter, MathmlWriter)],
            "role": self.roles[node],
        }
        if isinstance(symbol, Number):
            told["label"] = ["value", r"\mathrm{value}", "<mi>value</mi>"]
        if node in self.made:
            signature, variables = self.made[node]
            told["signature"] = self.signature_index[signature.key]
            told["operands"] = [self.index[x] for x in variables]
        else:
            told["data"] = _json_number(float(node.data))
        return told

    def _switches(self) -> list[dict[str, Any]]:
        number = self.signature_index
        return [
            {
                "nodes": [self.index[node] for node in switch.nodes],
                "signature": number[switch.present.key],
                "choices": [{"name": one.op.name, "signature": number[one.key]} for one in switch.choices],
            }
            for switch in self.switches
        ]

    def _questions(self) -> Questions:
        order = [*self.shown.values()]
        return Questions(order, self.symbols, self.roles)

    def _cancelled(self, templates: FormulaTemplates) -> dict[str, list[int]]:
        """What cancels between two edges that follow one another, by signature and variable of both."""
        may_be = {node: {self.signature_index[signature.key]} for node, (signature, _) in self.made.items()}
        for switch in self.switches:
            choices = {self.signature_index[one.key] for one in switch.choices}
            may_be |= dict.fromkeys(switch.nodes, choices)
        chains: set[tuple[int, int, int]] = set()
        for node, (_, variables) in self.made.items():
            for variable, x in enumerate(variables):
                chains |= {(outer, variable, inner) for outer, inner in product(may_be[node], may_be.get(x, ()))}
        return {
            f"{outer} {variable} {inner} {by}": template
            for outer, variable, inner in sorted(chains)
            for by, template in enumerate(templates.cancelled(self.signatures[outer], variable, self.signatures[inner]))
            if template is not None
        }

    # --------------------------------------------------------------------------------------------------- boxes

    def boxes(self) -> list[dict[str, Any]]:
        """The whole graph and the boxes in it: what they hold, and where. Raises RuntimeError without Graphviz."""
        boxes = self.box.all_boxes()
        sizes: dict[Item, tuple[int, int]] = {node: size_of(node, self._texts(node)) for node in self.nodes}
        sizes |= {box: size_of(box, ()) for box in boxes}
        edges = [(x, node) for node in self.nodes for x in node.operands if x in self.index]
        arranged = arrangements(self.box, edges, self.roles, sizes.__getitem__)
        listed: list[Item] = [*self.nodes, *boxes]
        number = {item: i for i, item in enumerate(listed)}
        return [
            {
                "item": number[box],
                "kind": box.kind,
                "title": box.title or "",
                "head": None if box.head is None else self.index[box.head],
                "open": box.kind != "leaves",
                **_placed(box, arranged[box], number, sizes),
            }
            for box in boxes
        ]

    def network(self) -> dict[str, Any]:
        """The neurons, and where things stand at each of the levels that show them and not everything."""
        graph = {node: [x for x in node.operands if x in self.index] for node in self.nodes}

        def size(node: Value) -> tuple[float, float]:
            return size_of(node, self._texts(node))

        places = [
            in_columns(graph, self.roles, self.neurons, level == "neurons with z", GAP, size) for level in LEVELS[:-1]
        ]
        return {
            "neurons": [
                [self.index[z], self.index[neuron.head], [self.index[x] for line in neuron.lines for x in line]]
                for z, neuron in self.neurons.by_z.items()
            ],
            "places": [
                [[self.index[node], spot.shape, spot.layer, *map(_rounded, spot[3:])] for node, spot in spots.items()]
                for spots in places
            ],
        }

    def _texts(self, node: Value) -> tuple[str, str]:
        label = TextWriter(self.digits).write(self.symbols[node])
        if not node.operands:
            return label, ""
        written = (
            TextWriter(self.digits).write(formula(node, self.symbols)) if len(node.operands) < FORMULA_LENGTH else ""
        )
        return label, written if 0 < len(written) <= FORMULA_LENGTH else _longest_sign(node.op)


def _label(symbol: Expression) -> str:
    return TextWriter().write(symbol)


def _longest_sign(op: Operation | None) -> str:
    """The sign of an operation in the language where it is longest, for which a node has room."""
    sign = sign_of(op)
    return longest(sign.message) if isinstance(sign, Message) else sign


def _require_few(part: Part) -> None:
    """Raise a ValueError for what no page shows, which says what to do."""
    count = len([node for node in part.nodes if node.op is not constant])
    edges = sum([len(node.operands) for node in part.made])
    for found, limit, what in ((count, LAYOUT_LIMIT, "nodes"), (edges, MOST_EDGES, "edges")):
        if found > limit:
            remedy = too_wide(part.made) or (
                "explore a smaller part of the graph, with depth=… steps back, or inputs=[…] for what lies between "
                "those and its end; or the loss of one row (nn.explore goes from row to row)"
            )
            raise ValueError(f"the page would have {found:,} {what}, and the limit is {limit:,}: {remedy}")


def _signature(signature: Signature, templates: FormulaTemplates) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": sign_of(signature.op),
        "formula": templates.formula(signature),
        "partials": templates.partials(signature),
        **practice_of_signature(signature, templates),
    }
    if signature.op.steepest is not None:
        told["steepest"] = signature.op.steepest
    if dies(signature.op):
        told["dies"] = True
    return told


def _placed(
    box: Box, arrangement: Arrangement, number: dict[Item, int], sizes: dict[Item, tuple[int, int]]
) -> dict[str, Any]:
    """Where things are in a box: the middle and the size of each item, and of the lane; curves between items."""
    places, lane, routes = arrangement
    pairs = zip(box.items, places, strict=True)
    told: dict[str, Any] = {"items": [[number[item], *map(_rounded, place), *sizes[item]] for item, place in pairs]}
    if lane:
        told["lane"] = [*map(_rounded, lane.place), lane.width, lane.height]
    if routes:
        told["routes"] = [
            [number[x], number[y], [_rounded(at) for place in curve for at in place]]
            for (x, y), curve in routes.items()
        ]
    return told


def _json_number(x: float) -> float | str:
    """JSON has no numbers for nan and the infinities."""
    return x if x - x == 0 else {"inf": "Infinity", "-inf": "-Infinity"}.get(repr(x), "NaN")


def _rounded(x: float) -> float:
    return round(x, 1)
