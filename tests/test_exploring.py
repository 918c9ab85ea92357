"""The explorer: what its page computes and writes is what the engine computes and writes."""

import base64
import html
import itertools
import json
import math
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import (
    CompileError,
    Explorer,
    Value,
    affine,
    derive,
    evaluate,
    explore,
    format_number,
    grad,
    half_squared_error,
    hinge,
    no_grad,
    operation,
    sigmoid,
    softplus,
    tanh,
    topological_order,
    total,
)
from autograd.core import constant
from autograd.core.floats import heaviside, larger, power
from autograd.core.operations import table
from autograd.drawing import CUT
from autograd.drawing.node_roles import ACTIVATIONS
from autograd.exploring import javascript
from autograd.exploring.page_graph import PageGraph
from autograd.notation import LatexWriter, MathmlWriter, Number, TextWriter
from autograd.programs.instructions import PRIMITIVES
from autograd.words import Message
from nn import MLP
from nn.__main__ import main
from nn.networks import cost, four_two, four_two_two_one, network, two_three_one, two_two_one
from tests.javascript import Page, ask, call, number
from tests.test_compiling import Expected, of_table, sizes_of
from tests.test_compiling_random import fair
from tests.test_drawing import graphs_with_sharing
from tests.test_operations import mp, points
from tests.test_random_graphs import Program, apply_to_values, programs

FORMS = ("text", "latex", "mathml")


def networks() -> dict[str, Value]:
    """A cost of each of the textbook networks."""
    found = {}
    for activation in ("identity", "sigmoid", "tanh", "relu"):
        found[f"2-3-1 {activation}"] = cost(two_three_one(activation, seed=1), [0.5, -0.3], 1.0)
    found["2-3-1 bce"] = cost(two_three_one("sigmoid", seed=2), [0.5, -0.3], 0.0, "bce")
    found["2-2-1 regression"] = cost(two_two_one(), [2.0, 3.0], 7.0, label="L", target="Y")
    found["2-2-1 classification"] = cost(two_two_one("classification", seed=1), [0.2, -0.1], 1.0, "bce")
    found["4-2-2-1"] = cost(four_two_two_one(seed=1), [0.5, -0.3, 0.2, 1.0], 1.0)
    found["4-2"] = cost(
        four_two("sigmoid", seed=1), [0.1, 0.2, 0.3, 0.4], [1.0, 0.5], half_squared_error, summed=True, label="E"
    )
    return found


NETWORKS = networks()
each_network = pytest.mark.parametrize("name", NETWORKS)


def held_against_eager(page: Page, output: Value) -> None:
    """Value and gradient of every node, to 1e-12 relative, or to what rounding leaves of what has cancelled."""
    nodes = [node for node in topological_order(output) if node.op is not constant]
    for node in nodes:
        node.grad = 0.0
    output.backward()
    values, gradients = page.values(), page.gradients()
    slopes = grad(output, nodes)
    of_values = Expected(np.array([x.data for x in nodes]), sizes_of(nodes))
    of_gradients = Expected(np.array([x.grad for x in nodes]), sizes_of(slopes))
    of_values.agrees(np.array([values[x] for x in nodes]))
    of_gradients.agrees(np.array([gradients[x] for x in nodes]))


# ------------------------------------------------------------------------------------------------- the program


def test_one_line_for_each_primitive_and_none_for_each_operation() -> None:
    assert {*javascript.LOWERINGS} == {*PRIMITIVES}


@pytest.mark.parametrize("name", table)
def test_every_operation_and_its_partials(name: str) -> None:
    for point in points(name):
        leaves = [*map(Value, point)]
        output = of_table(name, leaves)
        page = Page(output)
        held_against_eager(page, output)


@pytest.mark.parametrize("name", [name for name, op in table.items() if op.arity])
def test_operands_that_are_numbers_or_the_same_are_part_of_the_formula(name: str) -> None:
    op = table[name]
    for point in points(name)[:6]:
        for constants in itertools.product((False, True), repeat=len(point)):
            if not all(constants):
                leaves = [x if is_constant else Value(x) for x, is_constant in zip(point, constants, strict=True)]
                held_against_eager(Page(output := op(*leaves)), output)
        x = Value(point[0])
        held_against_eager(Page(output := op(*[x] * len(point))), output)


@given(programs([*table], 12))
@settings(deadline=None, max_examples=40)
def test_random_graphs(program: Program) -> None:
    leaves = [*map(Value, program.leaves)]
    output = program.run(leaves, apply_to_values)
    assume(fair(output, leaves))
    held_against_eager(Page(output), output)


@given(programs([*table], 8), st.data())
@settings(deadline=None, max_examples=25)
def test_changed_leaves_give_what_a_new_graph_gives(program: Program, data: st.DataObject) -> None:
    leaves = [*map(Value, program.leaves)]
    output = program.run(leaves, apply_to_values)
    numbers = [x + data.draw(st.sampled_from([0.0, 0.25, -0.125])) for x in program.leaves]
    changed = [*map(Value, numbers)]
    again = program.run(changed, apply_to_values)
    assume(fair(output, leaves) and fair(again, changed))
    page = Page(output)
    used = [(old, x) for old, x in zip(leaves, numbers, strict=True) if old in page.graph.index]
    page.set(dict(used))
    order = dict(zip(page.graph.nodes, [x for x in topological_order(again) if x.op is not constant], strict=True))
    page.graph.nodes = [order[node] for node in page.graph.nodes]
    held_against_eager(page, again)


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 1e300, -1e300, 5e-324, math.inf, -math.inf, math.nan]


def same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))


@pytest.mark.parametrize(("name", "ours"), [("power", power), ("larger", larger)])
def test_functions_of_two_numbers_on_special_ones(name: str, ours: Any) -> None:
    pairs = [*itertools.product(SPECIAL, repeat=2)]
    wrong = [(pair, x) for pair, x in zip(pairs, call(name, pairs), strict=True) if not same(x, ours(*pair))]
    assert not wrong


def test_the_step_of_special_numbers() -> None:
    assert all(map(same, call("step", [(x,) for x in SPECIAL]), map(heaviside, SPECIAL)))


def test_erfc_to_thirteen_digits() -> None:
    draw = random.Random(1)
    numbers = [draw.uniform(-6, 26.5) for _ in range(2000)] + [0.0, 2.0, 1.9999999, 1e-300, -1e-9]
    for x, found in zip(numbers, call("erfc", [(x,) for x in numbers]), strict=True):
        assert found == pytest.approx(float(mp.erfc(x)), rel=4e-13, abs=0)
    assert [*map(repr, call("erfc", [(-math.inf,), (math.inf,), (math.nan,), (30.0,)]))] == ["2.0", "0.0", "nan", "0.0"]


@pytest.mark.parametrize("x", [1000.0, -1000.0, 0.0, -1.0, math.inf, math.nan])
def test_what_is_not_finite_is_as_in_eager_evaluation(x: float) -> None:
    leaf = Value(x, "x")
    for output in (leaf.exp() * 2, (leaf - 1).log(), 1 / leaf, leaf**0.5, tanh(leaf) / leaf, softplus(leaf) - leaf):
        page = Page(output)
        output.backward()
        assert same(page.values()[output], output.data)
        assert same(page.gradients()[leaf], leaf.grad)
        leaf.grad = 0.0


def test_a_step_of_backward_is_the_gradient_when_so_many_nodes_have_handed_on() -> None:
    output = NETWORKS["2-3-1 tanh"]
    page = Page(output)
    order = [node for node in page.graph.nodes if node.operands]
    gradients = dict.fromkeys(page.graph.nodes, 0.0) | {output: 1.0}
    for count, node in enumerate([None, *reversed(order)]):
        if node is not None:
            for x, partial in zip(node.operands, node.partials, strict=True):
                gradients[x] += partial * gradients[node]
        found = page.gradients_after(count)
        assert all(found[x] == pytest.approx(gradients[x], rel=1e-12, abs=1e-15) for x in gradients)


@pytest.mark.parametrize("op", ACTIVATIONS, ids=lambda op: op.name)
def test_a_switched_activation_is_that_of_a_network_with_it(op: autograd.Operation) -> None:
    parameters = two_three_one(seed=3).state_dict()
    output = cost(two_three_one("sigmoid", parameters=parameters), [0.5, -0.3], 1.0)
    page = Page(output)
    hidden, last = page.data["switches"]
    assert [len(layer["nodes"]) for layer in (hidden, last)] == [3, 1]
    signatures = {
        page.graph.nodes[i]: next(choice["signature"] for choice in layer["choices"] if choice["name"] == op.name)
        for layer in (hidden, last)
        for i in layer["nodes"]
    }
    page.set({}, signatures)
    other = cost(network([2, 3, 1], op, parameters=parameters), [0.5, -0.3], 1.0)
    page.graph.nodes = [node for node in topological_order(other) if node.op is not constant]
    held_against_eager(page, other)


def test_an_activation_that_is_none_of_those_offered_can_be_switched_and_switched_back() -> None:
    model = MLP(2, [2, 1], activation="sin", seed=1)
    switches = Page(cost(model, [0.5, -0.3], 1.0)).data["switches"]
    offered = [op.name for op in ACTIVATIONS]
    assert {"identity", "tanh", "relu", "elu", "leaky_relu"} < set(offered)
    assert [choice["name"] for choice in switches[0]["choices"]] == [*offered, "sin"]
    assert [choice["name"] for choice in switches[1]["choices"]] == offered


def test_a_graph_of_one_leaf_and_one_of_a_constant() -> None:
    x = Value(3.0, "x")
    assert (Page(x).values(), Page(x).gradients()) == ({x: 3.0}, {x: 1.0})
    assert [*Page(autograd.as_value(2.5)).values().values()] == [2.5]


def test_an_operation_of_ones_own() -> None:
    cube = operation("cube", lambda x: x**3, lambda z, x: (3 * x**2,))
    x = Value(2.0, "x")
    output = cube(x) * cube(x)
    page = Page(output)
    held_against_eager(page, output)
    assert page.write("derivation", x) == derive(output, x).text().split("\nwith")[0]


# ------------------------------------------------------------------------------------------------ what is written


@each_network
@pytest.mark.parametrize("form", FORMS)
def test_the_derivation_of_every_parameter_is_that_of_derive(name: str, form: str) -> None:
    output = NETWORKS[name]
    page = Page(output)
    parameters = [node for node in page.graph.nodes if page.graph.roles[node] == "parameter"]
    assert len(parameters) >= 8
    for parameter in parameters:
        assert page.write("derivation", parameter, form) == getattr(derive(output, parameter), form)()


@each_network
@pytest.mark.parametrize("form", FORMS)
def test_the_forward_pass_is_that_of_evaluate(name: str, form: str) -> None:
    output = NETWORKS[name]
    page = Page(output)
    results = [node for node in page.graph.nodes if node.operands]
    written = [page.write("evaluation", node, form) for node in results]
    expected = getattr(evaluate(output), form)()
    if form == "text":
        assert "\n".join(written) == expected
    else:  # in one table there
        around = r"^<math.*?<mtable[^>]*>|</mtable></math>$|\\(begin|end)\{aligned\}|\s|\\\\(?=\s|$)"
        assert "".join(re.sub(around, "", text) for text in written) == re.sub(around, "", expected)


@given(programs([*table], 6))
@settings(deadline=None, max_examples=40)
def test_formulas_of_random_graphs(program: Program) -> None:
    """With negative numbers, constants and repeated operands in all places."""
    leaves = [Value(x, f"x_{i}") for i, x in enumerate(program.leaves, 1)]
    output = program.run(leaves, apply_to_values)
    assume(all(math.isfinite(node.data) and abs(node.data) < 1e5 for node in topological_order(output)))
    page = Page(output)
    forward = "\n".join(page.write("evaluation", node) for node in page.graph.nodes if node.operands)
    named = [equation for equation in evaluate(output).text().splitlines() if equation]
    assume("0.0" not in forward.split())
    assert [line for line in forward.splitlines() if line] == named


def test_numbers_are_written_as_everywhere_else() -> None:
    writers: dict[str, type[TextWriter | LatexWriter | MathmlWriter]] = {
        "text": TextWriter,
        "latex": LatexWriter,
        "mathml": MathmlWriter,
    }
    draw = random.Random(2)
    numbers = [*SPECIAL, 1e6, 999999.0, 0.1 + 0.2, 1e-4, 9.9999e-5, 123456.789, 1 / 3]
    numbers += [draw.uniform(-1, 1) * 10 ** draw.randint(-12, 12) for _ in range(500)]
    for digits, (form, writer) in itertools.product((2, 4, 9), writers.items()):
        found = ask("written", numbers=[number(x) for x in numbers], form=form, digits=digits)
        for x, (text, equals) in zip(numbers, found, strict=True):
            ours = writer(digits)
            assert [text, equals] == [ours.write(Number(x)), ours.equals], x


def test_more_than_a_few_paths_are_written_as_what_the_users_hand_back() -> None:
    model = MLP(2, [4, 4, 1], activation="tanh", seed=1)
    output = cost(model, [0.5, -0.3], 1.0)
    page = Page(output)
    b = model.layers[0].biases[0]
    assert derive(output, b).path_count == 4
    x = next(node for node in page.graph.nodes if node.label == "x_1")
    assert derive(output, x).path_count == 16
    written = page.write("derivation", x)
    assert written.startswith("∂C/∂x₁ = ∂C/∂z²₁ · ∂z²₁/∂x₁\n")
    assert written.splitlines()[-1].endswith(format_number(page.gradients()[x]))


@each_network
def test_what_a_node_hands_on_adds_up_to_the_gradients(name: str) -> None:
    output = NETWORKS[name]
    page = Page(output)
    gradients, sums = page.gradients(), dict.fromkeys(page.graph.nodes, 0.0)
    for node in page.graph.nodes:
        if node.operands:
            shares = page.shares(node)
            for x, partial, share in zip(node.operands, node.partials, shares, strict=True):
                value = partial * gradients[node]
                assert share.split(" ")[-1] == format_number(value)
                assert share.startswith(f"{TextWriter().derivative(*map(name_of, (output, x)))} = ")
                sums[x] += value
    assert sums | {output: 1.0} == pytest.approx(gradients, rel=1e-12, abs=1e-15)


def name_of(node: Value) -> str:
    return autograd.unicode_label(str(node.label))


def told_of_rules(page: Explorer) -> dict[str, list[str]]:
    return {
        "".join(r["name"]): [re.sub("<[^>]*>| ", "", f) for f in r["formulas"]] for r in json.loads(page.data)["rules"]
    }


def test_the_rules_of_optimizers_are_written_as_formulas() -> None:
    output = NETWORKS["2-2-1 regression"]
    assert told_of_rules(explore(output)) == {"gradient descent": ["w←w−η·∂L∂w"]}
    assert told_of_rules(nn.explore(output)) == {
        "gradient descent": ["w←w−η·∂L∂w"],
        "momentum": ["v←0.9v+∂L∂w", "w←w−η·v"],
        "Nesterov momentum": ["v←0.9v+∂L∂w", "w←w−η(∂L∂w+0.9v)"],
        "Adam": ["m←0.9m+0.1∂L∂w", "v←0.999v+0.001(∂L∂w)2", "w←w−η·m(1−0.9t)(v1−0.999t+10−8)"],
        "AdamW": ["m←0.9m+0.1∂L∂w", "v←0.999v+0.001(∂L∂w)2", "w←w(1−0.01η)−η·m(1−0.9t)(v1−0.999t+10−8)"],
    }
    assert [r["plain"] for r in json.loads(nn.explore(output).data)["rules"]] == [True, False, False, False, False]


class Decaying(nn.SGD):
    """Keeps three numbers, one of which counts steps."""

    def __init__(self, parameters: list[Value]) -> None:
        super().__init__(parameters)
        self.kept = 3
        self.halved: Callable[[Any], Any] = lambda x: x / 2

    def rule(self, w: Any, g: Any, *numbers: Any) -> Any:
        a, b, c, lr = numbers
        return [w - lr * g / (1 + a), a + 1, b + g, self.halved(c)]


def test_an_optimizer_of_ones_own_is_offered_and_one_in_floats_alone_is_refused() -> None:
    output, own = NETWORKS["2-3-1 tanh"], Decaying([Value(1.0)])
    page = nn.explore(output, optimizers={"mine": own})
    assert told_of_rules(page) == {"mine": ["k1←k1+1", "k2←k2+∂C∂w", "k3←k32", "w←w−η·∂C∂w1+k1"]}
    own.halved = math.sqrt
    with pytest.raises(autograd.CompileError, match=r"mine cannot be written in JavaScript: .*not math\.sqrt"):
        nn.explore(output, optimizers={"mine": own})


# --------------------------------------------------------------------------------------------------------- boxes


def boxes_of(value: Value) -> list[dict[str, Any]]:
    return PageGraph(value, 4).boxes()


def loss_of(model: MLP) -> Value:
    output = model([0.5, -0.3])
    return hinge(output, Value(1.0, "y"))  # type: ignore[no-any-return]


def test_every_node_but_constants_is_in_one_box() -> None:
    for value in (*NETWORKS.values(), loss_of(MLP(2, [16, 16, 1], seed=1)), Value(2.0) ** 2 * 3 + 1):
        boxes = boxes_of(value)
        items = [item for box in boxes for item, *_ in box["items"]]
        count = len([node for node in topological_order(value) if node.op is not constant])
        assert sorted(item for item in items if item < count) == [*range(count)]
        assert sorted(item for item in items if item >= count) == [*range(count + 1, count + len(boxes))]


def test_a_small_network_opens_with_all_its_nodes() -> None:
    boxes = boxes_of(NETWORKS["2-3-1 sigmoid"])
    assert [(box["kind"], str(box["title"])) for box in boxes if box["title"]] == [("layer", "Hidden layer")]
    assert all(box["open"] for box in boxes)
    assert [box["kind"] for box in boxes].count("neuron") == 4


def test_layers_are_named_and_many_inputs_are_one_box() -> None:
    boxes = boxes_of(loss_of(MLP(2, [16, 16, 1], seed=1)))
    assert [str(box["title"]) for box in boxes if box["kind"] == "layer"] == ["Hidden layer 1", "Hidden layer 2"]
    assert [box["kind"] for box in boxes].count("neuron") == 33
    boxes = boxes_of(total(MLP(30, [30, 26, 3], seed=1)([0.1] * 30)))
    assert [str(box["title"]) for box in boxes if box["kind"] == "leaves"] == ["30 inputs"]
    assert [str(box["title"]) for box in boxes if box["kind"] == "layer"][-1] == "Output layer"
    assert {box["kind"] for box in boxes if not box["open"]} == {"leaves"}


def test_a_sum_of_squares_is_no_neuron() -> None:
    model = MLP(2, [3, 1], seed=1)
    with_penalty = loss_of(model) + nn.l2(model.parameters(), 0.01)
    assert [box["kind"] for box in boxes_of(with_penalty)].count("neuron") == 4


def test_nodes_of_a_box_do_not_overlap() -> None:
    for value in (*NETWORKS.values(), loss_of(MLP(2, [16, 16, 1], seed=1))):
        for box in boxes_of(value):
            places = [place for _, *place in box["items"]] + ([box["lane"]] if "lane" in box else [])
            for (x, y, w, h), (x2, y2, w2, h2) in itertools.combinations(places, 2):
                assert abs(x - x2) >= (w + w2) / 2 - 0.2 or abs(y - y2) >= (h + h2) / 2 - 0.2


@pytest.mark.parametrize("name", [*NETWORKS, *graphs_with_sharing()])
def test_numbers_on_edges_are_derivatives_whatever_boxes_are_closed(name: str) -> None:
    """Along all paths that are shown they multiply and add up to the gradient, and are what is written beside them."""
    output = NETWORKS.get(name) or graphs_with_sharing()[name]
    page = Page(output)
    boxes, gradients, nodes = page.graph.boxes(), page.gradients(), page.graph.nodes
    choices = [*itertools.product((True, False), repeat=len(boxes) - 1)][:: 1 if len(boxes) < 8 else 5]
    seen = set()
    for opened in choices:
        edges = page.shown(boxes, [True, *opened])
        into: dict[int, list[Any]] = {}
        shown = {of for _, _, links in edges for of, *_ in links} | {by for _, _, links in edges for _, by, *_ in links}
        for start, end, links in edges:
            assert start != end
            for of, by, slope, text in links:
                into.setdefault(of, []).append((by, slope))
                seen.add((of, by))
                symbol = TextWriter().derivative(*(TextWriter().write(page.graph.symbols[nodes[i]]) for i in (of, by)))
                assert text.startswith(f"{symbol} ")
                assert re.split(r"[=≈] ", text)[-1] == format_number(float(slope))
        found = dict.fromkeys(shown, 0.0) | {len(nodes) - 1: 1.0}
        for of in sorted(shown, reverse=True):
            for by, slope in into.get(of, ()):
                found[by] += float(slope) * found[of]
        leaves = [i for i in shown if not nodes[i].operands]
        assert leaves
        for i in leaves:
            assert found[i] == pytest.approx(gradients[nodes[i]], rel=1e-12, abs=1e-15)
        for of, entries in into.items():
            for by, slope in entries:
                expected = direct_slope(nodes[of], nodes[by], {nodes[i] for i in shown})
                assert float(slope) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert len(seen) > sum(len({*node.operands}) for node in nodes) / 2  # of pairs, over all choices


def direct_slope(of: Value, by: Value, shown: set[Value]) -> float:
    """∂of/∂by where all else that is shown is held: by the chain rule over what is not."""
    if of is by:
        return 1.0
    pairs = zip(of.operands, of.partials, strict=True)
    return sum(p * direct_slope(x, by, shown) for x, p in pairs if x is by or x not in shown)


# ---------------------------------------------------------------------------------------------------------- parts


def test_a_part_has_the_names_values_and_gradients_of_the_whole() -> None:
    cut = 0
    for output in (*graphs_with_sharing().values(), NETWORKS["4-2-2-1"], NETWORKS["2-3-1 tanh"]):
        for node in topological_order(output):
            node.grad = 0.0
        output.backward()
        whole = Page(output)
        names = {node: label(whole, node) for node in whole.graph.nodes}
        order = topological_order(output)
        parts: list[dict[str, Any]] = [{"depth": depth} for depth in (1, 2, 4)]
        parts += [{"inputs": [node]} for node in order[:: len(order) // 4]]
        for part in parts:
            page = Page(output, **part)
            values, gradients = page.values(), page.gradients()
            for node, copy in page.graph.shown.items():
                if node.op is constant:
                    continue
                assert label(page, copy) == names[node]
                assert values[copy] == pytest.approx(node.data)
                if page.graph.roles[copy] == CUT:
                    cut += 1
                else:
                    assert gradients[copy] == pytest.approx(node.grad, rel=1e-12, abs=1e-15)
            assert page.graph.indices([output]) == [len(page.graph.nodes) - 1]
        assert page.graph.boxes()
    assert cut > 30


def label(page: Page, node: Value) -> str:
    return str(page.data["nodes"][page.graph.index[node]]["label"][0])


def test_a_part_of_a_large_graph_is_a_page() -> None:
    model = MLP(2, [60, 60, 1], "tanh", seed=1)
    c = cost(model, [0.5, -0.3], 1.0)
    with pytest.raises(
        ValueError, match="limit is 2,000: explore a smaller part of the graph, with depth=… steps back"
    ):
        explore(c)
    page = explore(c, inputs=[model.layers[1].neurons[0].w[0]])
    assert page._repr_mimebundle_()["text/html"].startswith("<div")
    told = json.loads(page.data)
    names = [node["label"][0] for node in told["nodes"] if node["role"] == "parameter"]
    assert names[0] == "w²₁₁"
    assert any(box["title"] == ["{count} cut off", {"count": 119}] for box in told["boxes"])
    learned = nn.explore(model, [[0.1, 0.2], [0.3, 0.4]], [0, 1], depth=3)
    assert json.loads(learned.data)["learning"]["feed"][:2] == [-1, -1]
    x = Value(1.0)
    crowded = total([*(total([x] * 201) for _ in range(100)), x])
    with pytest.raises(ValueError, match="would have 20,201 edges, and the limit is 20,000"):
        explore(crowded)


# ------------------------------------------------------------------------------------------------------- the page


def test_the_page_is_one_file_that_asks_for_nothing(tmp_path: Path) -> None:
    page = explore(NETWORKS["2-3-1 sigmoid"])
    path = page.save(tmp_path / "lesson.html")
    text = path.read_text(encoding="utf-8")
    assert text == page.html()
    assert [*tmp_path.iterdir()] == [path]
    addresses = set(re.findall(r"\w+://[^\s\"'`<>)]*", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # the name of a language
    assert not re.findall(r"@import|url\((?!#)|<link|<img|\bsrc=|\bfetch\(|XMLHttpRequest", text)


def test_the_same_graph_gives_the_same_bytes() -> None:
    pages = [explore(cost(two_three_one(seed=1), [0.5, -0.3], 1.0)).html() for _ in range(2)]
    assert pages[0] == pages[1]


def test_pages_are_small() -> None:
    assert len(explore(NETWORKS["2-3-1 sigmoid"]).html().encode()) < 200_000
    assert len(explore(loss_of(MLP(2, [16, 16, 1], seed=1))).html().encode()) < 2_000_000


def test_labels_are_text_and_never_markup() -> None:
    x = Value(1.0, "</script><script>alert(1)</script>")
    y = Value(2.0, "<img src=x onerror=alert(2)>")
    evil = operation("<b>evil</b>*/", lambda x: x * x, lambda z, x: (2 * x,))
    page = explore(evil(x * y), title="</title><script>alert(3)</script>")
    for text in (page.html(), page._repr_mimebundle_()["text/html"]):
        assert text.count("<script") == text.count("</script>") == 1
        assert "<img src=x" not in text
        assert "<b>evil" not in text
    for told in json.loads(page.data)["nodes"]:
        assert "<script" not in told["label"][2]
        assert "<img" not in told["label"][2]


def test_a_notebook_shows_a_picture_that_a_script_replaces() -> None:
    page = explore(NETWORKS["2-3-1 sigmoid"])
    bundle = page._repr_mimebundle_(include=None, exclude=None)
    assert {*bundle} == {"text/plain", "text/html"}
    assert bundle["text/plain"] == repr(page) == "<Explorer: The graph of C, 23 nodes>"
    assert re.search(r'<div data-explorer="\w+"><img src="data:image/svg\+xml;base64,', bundle["text/html"])
    other = explore(NETWORKS["2-3-1 tanh"])._repr_mimebundle_()["text/html"]
    keys = [re.findall(r'data-explorer="(\w+)"', text) for text in (bundle["text/html"], other)]
    assert keys[0] != keys[1]


def test_under_no_grad_and_of_a_label_less_result() -> None:
    with no_grad():
        page = explore(NETWORKS["2-3-1 sigmoid"])
    assert page.title == "The graph of C"
    assert explore(Value(2.0) * 3).title == "A graph of 2 nodes"


def test_an_explorer_and_explore_are_exported() -> None:
    assert autograd.explore is explore
    assert isinstance(nn.explore(Value(1.0)), Explorer)


def test_no_numpy_is_needed() -> None:
    code = "import sys; sys.modules['numpy'] = None\nfrom autograd import Value, explore\nexplore(Value(1.0)).html()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert run.returncode == 0, run.stderr


# ---------------------------------------------------------------------------------------------------------- errors


def test_what_is_no_value() -> None:
    for wrong in (1.0, "x", None, MLP(2, [1])):
        with pytest.raises(TypeError, match=rf"explore takes a Value, got {type(wrong).__name__} \(nn\.explore takes"):
            explore(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("lr", [0, -1, math.inf, math.nan])
def test_a_learning_rate_is_above_0(lr: float) -> None:
    with pytest.raises(ValueError, match="lr is a finite number above 0, got"):
        explore(Value(1.0), lr=lr)


def test_digits_and_endings(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digits is a whole number from 1 to 17"):
        explore(Value(1.0), digits=0)
    with pytest.raises(ValueError, match=r"a page is saved as \.html, got '.*lesson\.pdf'"):
        explore(Value(1.0)).save(tmp_path / "lesson.pdf")
    assert not [*tmp_path.iterdir()]


def test_a_graph_that_is_out_of_date() -> None:
    x = Value(1.0, "x")
    y = x * 2
    x.data = 5.0
    with pytest.raises(ValueError, match="the graph is out of date"):
        explore(y)


def test_a_graph_that_is_too_large_says_what_to_do() -> None:
    x = Value(1.0)
    for _ in range(2000):
        x = x + 1
    with pytest.raises(ValueError, match="the page would have 2,001 nodes, and the limit is 2,000: explore a smaller"):
        explore(x)


def test_an_operation_in_floats_alone() -> None:
    opaque = operation("opaque", lambda x: math.exp(x), lambda z, x: (z,))
    with pytest.raises(CompileError, match="opaque cannot be compiled: declare it with definition="):
        explore(opaque(Value(1.0)))
    half = operation("half", lambda x: x * x, lambda z, x: (2 * math.fabs(x),))
    with pytest.raises(CompileError, match="the partials of half cannot be written in JavaScript: write them"):
        explore(half(Value(1.0)))


def test_rows_that_do_not_fit() -> None:
    x, y = Value(1.0, "x"), Value(2.0, "y")
    z = (x - y) ** 2
    with pytest.raises(ValueError, match=r"a row has a number for each of the 2 leaves, and rows\[1\] has 1"):
        explore(z, leaves=[x, y], rows=[[1, 2], [3]])
    with pytest.raises(ValueError, match=r"rows are finite numbers, and rows\[0\] is \[1\.0, nan\]"):
        explore(z, leaves=[x, y], rows=[[1, math.nan]])
    with pytest.raises(ValueError, match="rows to learn from are one or more, got none"):
        explore(z, leaves=[x, y], rows=[])
    with pytest.raises(TypeError, match=r"leaves are Values, got int as leaves\[0\]"):
        explore(z, leaves=[1, y], rows=[[1, 2]])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="leaves were not made from anything"):
        explore(z, leaves=[z], rows=[[1]])
    with pytest.raises(ValueError, match="batch_size is a whole number above 0, got 0"):
        explore(z, leaves=[x, y], rows=[[1, 2]], batch_size=0)
    with pytest.raises(ValueError, match="predictions are nodes of the graph"):
        explore(z, leaves=[x, y], rows=[[1, 2]], predictions=[Value(1.0)])


# ------------------------------------------------------------------------------------------------- models and rows

ROWS, LABELS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)], [-1, 1, 1, -1]


def learning(page: Explorer) -> Any:
    return json.loads(page.data)["learning"]


def test_a_model_with_rows_and_targets() -> None:
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    page = nn.explore(model, ROWS, LABELS, loss="hinge", lr=0.5, start={"row": 1})
    told = json.loads(page.data)
    names = [node["label"][0] for node in told["nodes"]]
    assert [names[i] for i in told["learning"]["feed"]] == ["x₁", "x₂", "y"]
    assert told["learning"]["rows"] == [[*row, label] for row, label in zip(ROWS, LABELS, strict=True)]
    assert [names[i] for i in told["learning"]["predictions"]] == ["a³₁"]
    assert (names[-1], told["lr"]) == ("C", 0.5)
    assert page.value.data == hinge(model(ROWS[0]), -1).data
    assert (page.title, told["learning"]["batch"]) == ("Learning 4 rows", 1)
    assert learning(nn.explore(model, ROWS, LABELS, batch_size=None))["batch"] == 4
    assert learning(nn.explore(model, ROWS, LABELS, batch_size=99))["batch"] == 4


def test_a_page_of_rows_opens_with_one_that_tells_much() -> None:
    xor, model = [[0, 0], [0, 1], [1, 0], [1, 1]], MLP(2, [2, 1], "tanh", "sigmoid", seed=1)

    def opened(*rows: Any, **options: Any) -> tuple[str, list[Any]]:
        data = json.loads(nn.explore(model, *rows, loss="bce", **options).data)
        return data["start"], [node["data"] for node in data["nodes"] if node["role"] == "input"]

    assert opened(xor, [0, 1, 1, 0]) == ("row=4", [1.0, 1.0])
    assert opened(xor, [0, 1, 1, 0], start={"row": 2}) == ("row=2", [0.0, 1.0])
    assert opened(xor, [0, 1, 1, 0], start="tab=learn&row=3") == ("tab=learn&row=3", [1.0, 0.0])
    assert opened([[0.5, 0.1], [1, 1]], [0, 1]) == ("row=1", [0.5, 0.1])
    assert all(p.grad == 0 for p in model.parameters())
    with pytest.raises(ValueError, match="a whole number from 1 to 4, got 9"):
        opened(xor, [0, 1, 1, 0], start={"row": 9})


@pytest.mark.parametrize("loss", ["mse", "bce_with_logits", autograd.half_squared_error])
def test_losses_by_name_and_by_operation(loss: Any) -> None:
    page = nn.explore(MLP(2, [1], seed=1), ROWS, [0, 1, 1, 0], loss=loss)
    assert len(learning(page)["rows"]) == 4


def test_several_outputs_and_classes() -> None:
    model = MLP(2, [3], seed=1)
    classes = learning(nn.explore(model, ROWS, [0, 1, 2, 1], loss="cross_entropy"))
    assert (len(classes["feed"]), len(classes["predictions"])) == (3, 3)
    several = learning(nn.explore(model, ROWS, [[0, 1, 2]] * 4))
    assert (len(several["feed"]), len(several["predictions"])) == (5, 3)


def test_a_loss_with_a_penalty() -> None:
    model = MLP(2, [2, 1], seed=1)

    def loss(predictions: Any, targets: Any) -> Value:
        return nn.mse(predictions, targets) + nn.l2(model.parameters(), 0.01)

    page = nn.explore(model, ROWS, LABELS, loss=loss, start={"row": 1})
    assert page.value.data == pytest.approx(loss([model(ROWS[0])], [LABELS[0]]).data)


def test_what_cannot_be_learned_from() -> None:
    model = MLP(2, [1], seed=1)
    with pytest.raises(TypeError, match="explore takes a Value, or a model with rows and targets, got MLP alone"):
        nn.explore(model)
    with pytest.raises(TypeError, match="rows and targets are for a model"):
        nn.explore(Value(1.0), ROWS, LABELS)
    with pytest.raises(nn.DataError, match="rows"):
        nn.explore(model, [[1.0]], [1])
    with pytest.raises(ValueError, match="a loss is one of"):
        nn.explore(model, ROWS, LABELS, loss="nonsense")
    with pytest.raises(ValueError, match="a loss that goes row by row is a mean over rows"):
        nn.explore(model, ROWS, LABELS, loss=lambda predictions, targets: total(predictions))


def test_the_legend_writes_out_the_functions_that_occur() -> None:
    c = cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0, "bce")
    data = json.loads(explore(c).data)

    def plain(markup: str) -> str:
        return html.unescape(re.sub("<[^>]*>", " ", markup)).replace(" ", "")

    functions = [
        {key: plain(text if isinstance(text, str) else text[0]) for key, text in told.items()}  # MathML, or a Message
        for told in data["legend"]["functions"]
    ]
    by_name = {told["name"]: told for told in functions}
    assert by_name["σ(z)"] == {"name": "σ(z)", "definition": "11+e−z", "derivative": "ddzσ(z)=σ(z)(1−σ(z))"}
    assert by_name["[x>0]"]["words"] == "1wherex>0,else0"
    assert by_name["relu(z)"]["derivative"] == "ddzrelu(z)=[z>0]"
    assert by_name["tanh(x)"]["words"].startswith("hyperbolictangent,(eˣ")
    assert by_name["max(x,y)"]["words"].startswith("thelargeroftwo")
    signatures = {node["signature"] for node in data["nodes"] if "operands" in node}
    assert {functions[i]["name"] for of in signatures for i in data["legend"]["of"][of]} == {"σ(z)", "ln(x)"}
    assert len(data["legend"]["of"]) == len(data["signatures"])


@pytest.mark.parametrize(
    ("c", "example"),
    [
        (cost(two_three_one(seed=1), [0.5, -0.3], 1.0), ("w¹₁₂", "z²₁", "x₂", "to", True)),
        (cost(MLP(12, [11, 1], seed=1), [1.0] * 12, 1.0), ("w¹₁₂", "z²₁", "x₂", "to", True)),
        (cost(four_two("sigmoid", seed=1), [1, 2, 3, 4], [0, 1]), ("w₂₁", "s₁", "h₂", "from", False)),
        (autograd.affine([Value(1, "w_12"), Value(1, "w_21")], [Value(1, "x_1"), Value(1, "x_2")]), None),
        (autograd.affine([Value(1, "w_11")], [Value(1, "x_1")]), None),
        (autograd.affine([Value(1, "u")], [Value(1, "x_1")]), None),
    ],
)
def test_the_order_of_indices_is_said_only_where_labels_follow_one(c: Value, example: Any) -> None:
    data = json.loads(explore(c).data)
    found = data["legend"]["convention"]
    if example is None:
        assert found is None
    else:
        labels = [data["nodes"][found[key]]["label"][0] for key in ("weight", "to", "by")]
        assert (*labels, found["order"], found["raised"]) == example


def test_a_teacher_hides_locks_and_starts_where_it_is_wanted() -> None:
    c = cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0)
    names = {node.label: node for node in autograd.topological_order(c)}
    w, z = names["w^1_21"], names["z^2_1"]

    def data(**options: Any) -> Any:
        return json.loads(explore(c, **options).data)

    told = data(hide=["gradients"], lock=[w, "b_1", "rate"], start={"step": 4, "select": z, "numbers": False})
    assert told["hide"] == ["gradients", "derivation", "check", "curves", "edge numbers", "learn"]
    labels = [node["label"][0] for node in told["nodes"]]
    assert [labels[i] for i in told["lock"]["leaves"]] == ["b₁", "w¹₂₁"]
    assert told["lock"]["controls"] == ["rate"]
    assert told["start"] == "step=4&select=z%C2%B2%E2%82%81&numbers=off"
    link = "file:///lesson.html#step=4&select=z%C2%B2%E2%82%81&%3Dy=0.5&f1=tanh"
    told = data(start=link, lock=["numbers"])
    assert told["start"] == "step=4&select=z%C2%B2%E2%82%81&%3Dy=0.5&f1=tanh"
    assert len(told["lock"]["leaves"]) == sum("operands" not in node for node in told["nodes"])
    told = data(start={"=w^1_21": 2, "select": "w^1_21", "lr": 0.5})
    assert told["start"] == "%3Dw%C2%B9%E2%82%82%E2%82%81=2.0&select=w%C2%B9%E2%82%82%E2%82%81&lr=0.5"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"hide": ["gradient"]}, "hide takes gradients, derivation, .*, got 'gradient'"),
        ({"hide": "learn"}, "hide is a list of names"),
        ({"lock": "w^1_11"}, "lock is a list of leaves"),
        ({"lock": ["w^1_19"]}, "lock takes leaves of the graph and numbers, .*, got 'w\\^1_19'"),
        ({"lock": ["a^2_1"]}, "lock takes leaves"),
        ({"start": 3}, "start is a mapping, or the text behind the # of an address, got int"),
        ({"start": {"Step": 3}}, "start has the keys step, select, colour, .*, got 'Step'"),
        ({"start": {"step": 21}}, r"start\['step'\] is a whole number from 0 to 20, got 21"),
        ({"start": {"step": 12}, "hide": ["gradients"]}, "from 0 to 9, got 12"),
        ({"start": {"tab": "learn"}, "hide": ["learn"]}, "is one of selected, numbers, got 'learn'"),
        ({"start": {"colour": "gradient"}, "hide": ["gradients"]}, "is one of role, value, got"),
        ({"start": {"select": "q"}}, "a node of the graph or its label, got 'q'"),
        ({"start": {"select": autograd.Value(1)}}, "a node of the graph or its label"),
        ({"start": {"=C": 3}}, "start sets numbers of leaves, and none is called 'C'"),
        ({"start": {"=y": "three"}}, "start sets numbers, got 'three'"),
        ({"start": {"f0": "no"}}, "is one of tanh, .*, got 'no'"),
        ({"start": {"row": 2}}, "got 'row'"),
        ({"start": {"lr": 0}}, "a finite number above 0, got 0"),
        ({"start": {"flip": "9"}}, "from 1 to 5, got '9'"),
        ({"start": {"numbers": 2}}, "is one of off, on, got 2"),
    ],
)
def test_what_a_teacher_cannot_ask_for(options: dict[str, Any], problem: str) -> None:
    c = cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0)
    with pytest.raises((TypeError, ValueError), match=problem):
        explore(c, **options)


def test_weighted_sums_of_numbers_are_read_as_formulas_with_numbers() -> None:
    w = Value(0.5, "w")
    output = sigmoid(affine([w, 2.0], [-1.5, Value(3.0, "x")]))
    page = Page(output)
    held_against_eager(page, output)
    assert "= −1.5w + 2x\n" in page.write("evaluation", page.graph.nodes[-2])


# -------------------------------------------------------------------------------------------------- command line

COMMAND = ["explore", "2-3-1", "--x", "0.5", "-0.3", "--y", "1"]


def test_the_command_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lesson.html"
    assert main([*COMMAND, "--activation", "sigmoid", "--loss", "bce", "--seed", "1", "--out", str(path)]) == 0
    said = "The 2-3-1 network, sigmoid, binary cross entropy"
    assert capsys.readouterr().out == f"{path}: {said}, 11 parameters. Open it in a browser.\n"
    network = two_three_one("sigmoid", seed=1)
    told = {"sizes": "2-3-1", "loss": Message("binary cross entropy")}  # the activation can be switched
    page = explore(cost(network, [0.5, -0.3], 1.0, "bce"), title=Message("The {sizes} network, {loss}", told))
    assert path.read_text(encoding="utf-8") == page.html()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--out", "lesson.pdf"], "--out takes a file ending in .html, got lesson.pdf"),
        (["--out", "a.html", "--lr", "0"], "--lr takes a number above 0, got 0"),
        (
            ["--out", "a.html", "--loss", "bce", "--x", "5", "5"],
            "--loss bce takes a prediction strictly between",
        ),
        ([], "the following arguments are required: --out"),
        (["--out", "nowhere/a.html", "--x", "1"], "--x takes 2 numbers"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*COMMAND, *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("nn explore: " + complaint)
    assert error.count("\n") == 1
    assert not [*tmp_path.iterdir()]


def test_a_part_of_a_large_network(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    arguments = ["explore", "2-60-60-1", "--x", "1", "2", "--y", "1", "--depth", "4", "--out", str(path)]
    assert main(arguments) == 0
    assert "cut off" in path.read_text(encoding="utf-8")


def test_a_network_that_is_too_large_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["explore", "2-60-60-1", "--x", "1", "2", "--y", "1", "--out", str(tmp_path / "a.html")]
    assert main(arguments) == 2
    assert "the limit is 2,000" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_what_a_page_is_told_of_a_wide_neuron_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        weights, inputs = ([Value(0.1, f"{letter}_{i}") for i in range(count)] for letter in "wx")
        page = PageGraph(half_squared_error(affine(weights, inputs).tanh(), 1.0), 4)
        start = process_time()
        page.program()
        return process_time() - start

    assert seconds(800) < 4 * 8 * seconds(100)


def test_what_a_page_leaves_out_its_picture_and_its_text_leave_out() -> None:
    """The tree where there are no scripts, and the picture where they are not trusted: no answer can be read there."""
    c = cost(two_three_one("tanh", seed=1), [0.5, -0.3], 1)
    c.backward()
    order = topological_order(c)
    written = {kind: {format_number(x) for x in numbers} for kind, numbers in {
        "leaves": [node.data for node in order if not node.operands],
        "values": [node.data for node in order if node.operands],
        "gradients": [node.grad for node in order if node is not c],
    }.items()}  # fmt: skip
    secret = {"values": {"values", "gradients"}, "gradients": {"gradients"}, "": set()}
    for options, hidden in (
        ({}, ""),
        ({"hide": ["derivation"]}, ""),
        ({"hide": ["gradients"]}, "gradients"),
        ({"practice": True}, "values"),
        ({"start": "practice=forward"}, "values"),
        ({"tour": [{"text": "Try.", "view": {"practice": "gradient"}}]}, "values"),
        ({"tour": [{"text": "Try.", "question": {"about": "gradient", "node": "b_1"}}]}, "values"),
        ({"practice": True, "start": {"practice": "off"}}, ""),
    ):
        explorer = explore(c, **options)
        source = explorer.drawing.source
        tree = html.unescape(re.findall("<noscript>.*</noscript>", explorer.html(), re.DOTALL)[0])
        picture = base64.b64decode(re.findall('base64,([^"]*)', explorer._repr_mimebundle_()["text/html"])[0]).decode()
        for shown in (tree, html.unescape(source), html.unescape(picture)):
            numbers = {*re.findall(r"(?<=[ >\u00a0=])−?[\d.]+(?=[ <\u00a0\n\"])", shown)}
            assert written["leaves"] <= numbers
            for kind in ("values", "gradients"):
                assert bool(written[kind] & numbers - written["leaves"]) == (kind not in secret[hidden])
            assert ("partial" in tree, "grad" in shown) == ((hidden == "",) * 2)
