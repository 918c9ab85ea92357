"""Pictures: what they show, that any label is safe in them, that they are the same every time, and the limits."""

import base64
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import (
    Value,
    affine,
    exercise,
    explore,
    format_number,
    no_grad,
    sigmoid,
    squared_error,
    tanh,
    total,
    unicode_label,
)
from autograd.core import topological_order
from autograd.deriving import derive
from autograd.drawing import CUT, LAYOUT_LIMIT, LEVELS, Drawing, Level, draw
from autograd.drawing.styles import MINUS, PLUS
from autograd.exploring.page_graph import PageGraph
from nn import MLP
from nn.networks import cost, network, two_three_one

GOLDEN = Path(__file__).parent / "golden"
NAMES = ["w^1_11", "w^1_12", "w^1_21", "w^1_22", "w^1_31", "w^1_32", "b_1", "w^2_11", "w^2_12", "w^2_13", "b_2"]
ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu")
PARAMETERS = dict(zip(NAMES, [0.1, -0.2, 0.4, 0.3, -0.5, 0.6, 0.05, 0.7, -0.8, 0.9, -0.1], strict=True))
NASTY = [
    "quotes \" and ' and “”",
    "back\\slashes \\\\ \\N \\G \\l \\n",
    "braces {a|b} <f0> [x] %s %%",
    "<script>alert(1)</script>",
    "</text></svg><script>alert(1)</script>",
    "<B>bold</B>",
    "<>",
    "a & b &amp; &lt; &#65; &#x41;",
    "]]> <!-- --> <?xml?>",
    "two\nlines\r\nor\tthree",
    "emoji 🎉 👩‍🔬 é ñ 日本",
    "x" * 500,
    "\\",
    "\\N",
    "\\l",
    "\x00\x07\x1b[31m\x7f",
    "\u202egnp.exe",
    "\ud800\udfff\ufffe",
    " ",
    "digraph",
    "--",
    "n0",
]


def loss_of_network(activation: str = "sigmoid") -> Value:
    return cost(two_three_one(activation, parameters=PARAMETERS), [0.5, -0.3], 1)


def small() -> Value:
    a, b, c = Value(2, "a"), Value(-3, "b"), Value(10, "c")
    d: Value = a * b + c
    d.label = "d"
    return d


def graphs_with_sharing() -> dict[str, Value]:
    """Graphs in which boxes have shared weights, several results, and leaves that go into them twice."""
    w, s, x, y, b = (Value(0.3 * i - 0.7, name) for i, name in enumerate(("w", "s", "x", "y", "b")))
    first, second = tanh(affine([w, s], [x, y], b)), tanh(affine([s, w], [x, x]))
    z = affine([w, Value(0.4, "u")], [first, second])
    scaled = z * s  # an activation with an operand of its own, which goes into the weighted sum as well
    scaled.label = "a"
    model = MLP(2, [2, 2], activation="tanh", seed=3)
    layer = model.layers[0]([x, y])
    twice = total([sigmoid(layer[0]) * layer[1], *model.layers[1](layer), layer[0]])
    return {"shared": scaled * 2 + z * z, "leaf": affine([w], [sigmoid(affine([w], [s], s))]) * s, "joined": twice}


def rows(count: int) -> Value:
    model = MLP(2, [16, 16, 1], seed=1)
    loss: Value = total([squared_error(model([0.1 * i, 1.0]), 1.0) for i in range(count)])
    return loss


def node_lines(drawing: Drawing) -> list[str]:
    """Name, operation, value and gradient of each node, as they are read."""
    labels = re.findall(r"^\tn\d+ \[label=<(.*?)> [a-z]+=", drawing.source, flags=re.MULTILINE)
    return [re.sub(r"<[^<>]*>", "", label.replace("<BR/>", " | ")) for label in labels]


def edges(drawing: Drawing) -> list[str]:
    """Each edge as "n0 n1 label"."""
    lines = re.findall(r"^\t(n\d+) -> (n\d+)(?: \[(.*)\])?$", drawing.source, flags=re.MULTILINE)
    label = re.compile(r'label="?([^" ]*)"?')
    return [f"{x} {y} {m[1] if (m := label.search(rest)) else ''}".replace("\xa0", "").strip() for x, y, rest in lines]


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return ["".join(e.itertext()) for e in parse(svg).iter() if e.tag.endswith("}text")]


# What is shown


def test_every_node_shows_label_operation_value_and_gradient_and_every_edge_its_partial() -> None:
    d = small()
    d.backward()
    assert node_lines(draw(d)) == [
        "a = 2 | grad −3",
        "b = −3 | grad 2",
        "c = 10 | grad 1",
        "v₁ = −6 | × | grad 1",
        "d = 4 | + | grad 1",
    ]
    assert edges(draw(d)) == ["n0 n3 −3", "n1 n3 2", "n3 n4 1", "n2 n4 1"]


def test_before_backward_no_gradient_is_shown() -> None:
    lines = node_lines(draw(small()))
    assert len(lines) == 5
    assert all(line.endswith("grad not computed") for line in lines)


def test_a_gradient_of_zero_is_not_one_that_was_not_computed() -> None:
    x = Value(-1, "x")
    y = x.relu()
    y.backward()
    assert node_lines(draw(y))[0] == "x = −1 | grad 0"


def test_an_operand_taken_twice_has_two_edges() -> None:
    a = Value(3, "a")
    assert edges(draw(a * a)) == ["n0 n1 3", "n0 n1 3"]
    assert str(draw(a * a)).count("a = 3") == 2


def test_constants_are_plain_numbers_without_partials() -> None:
    drawing = draw(Value(3, "x") ** 2)
    assert node_lines(drawing)[1] == "2"
    assert edges(drawing) == ["n0 n2 6", "n1 n2"]


def test_nodes_are_named_in_topological_order() -> None:
    loss = loss_of_network()
    ends = [tuple(map(int, re.findall(r"n(\d+)", edge)[:2])) for edge in edges(draw(loss))]
    assert len(node_lines(draw(loss))) == len(topological_order(loss)) == 23
    assert all(tail < head for tail, head in ends)
    assert len(ends) == 28


def test_an_operation_is_shown_by_its_sign_or_name() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    shown = {
        "+": x + y, "−": x - y, "×": x * y, "÷": x / y, "power": x**y, "−( )": -x, "sum": total([x, y]),
        "weighted sum": affine([x], [y]), "tanh": tanh(x), "leaky relu": x.leaky_relu(),
        "squared error": squared_error(x, y),
    }  # fmt: skip
    for sign, node in shown.items():
        assert f">{sign}</FONT>" in draw(node).source, sign


def test_digits_are_significant_digits() -> None:
    assert node_lines(draw(Value(1 / 3, "x") * 1, digits=2))[0].startswith("x = 0.33 |")


def test_a_picture_is_a_snapshot() -> None:
    d = small()
    drawing = draw(d)
    d.backward()
    assert drawing.source == draw(small()).source != draw(d).source
    d.operands[1].data = 7.0
    assert drawing.source == draw(small()).source
    with pytest.raises(ValueError, match=r"c is 7\.0 now, and was 10\.0 when \+ gave d = 4\.0"):
        draw(d)


def roles(drawing: Drawing) -> dict[str, str]:
    return {node.name: node.role for node in drawing.nodes.values()}


def test_what_things_are_in_a_network() -> None:
    found = roles(draw(loss_of_network()))
    for name, role in found.items():
        letter = {"w": "parameter", "b": "parameter", "x": "input", "z": "pre-activation", "a": "activation"}
        assert role == {**letter, "y": "target", "C": "loss"}[name[0]], name
    looks = {
        re.sub(r'tooltip="[^"]*"', "", line).split("> ")[-1] for line in draw(loss_of_network()).source.split("\n")
    }
    assert len({look for look in looks if "shape=" in look}) == 6


def test_letters_mean_nothing_outside_of_a_network() -> None:
    assert set(roles(draw(small())).values()) == {"leaf", "operation", "loss"}


def test_a_neuron_that_is_spelled_out_has_roles_too() -> None:
    x, w, b = Value(2, "x1"), Value(-3, "w1"), Value(1, "b")
    assert roles(draw((x * w + b).tanh())) == {
        "x1": "input",
        "w1": "parameter",
        "b": "parameter",
        "v₁": "operation",
        "v₂": "operation",
        "v₃": "activation",
    }


def test_layers_stand_in_columns() -> None:
    """In the svg, nodes of one layer have the same x, and layers follow each other."""
    svg = draw(loss_of_network()).svg()
    x = {}
    for group in parse(svg).iter("{http://www.w3.org/2000/svg}g"):
        title = group.find("{http://www.w3.org/2000/svg}title")
        if group.get("class") == "node" and title is not None:
            xs = [float(t.get("x", "")) for t in group.iter("{http://www.w3.org/2000/svg}text")]
            boxes = [p.get("points") or p.get("d") or "" for p in group.iter() if p.get("points") or p.get("d")]
            numbers = [float(n) for box in boxes for n in re.findall(r"(-?[\d.]+),-?[\d.]+", box)] or xs
            x[str(title.text).split(" ")[0]] = (min(numbers) + max(numbers)) / 2
    columns = [["x₁", "x₂"], ["z²₁", "z²₂", "z²₃"], ["a²₁", "a²₂", "a²₃"], ["z³₁"], ["a³₁"], ["C"]]
    places = [[x[name] for name in column] for column in columns]
    assert all(max(column) - min(column) < 12 for column in places[1:])
    assert [column[0] for column in places] == sorted(column[0] for column in places)
    assert places[0][0] < min(x["w¹₁₁"], x["b₁"]) <= max(x["w¹₃₂"], x["b₁"]) < places[1][0]


# Golden pictures


def golden(name: str) -> Drawing:
    loss = loss_of_network()
    if name == "before":
        return draw(loss)
    loss.backward()
    if name != "path":
        return draw(loss, expand=name == "expanded")
    node = {x.label: x for x in topological_order(loss)}
    labels = ["w^1_21", "z^2_2", "a^2_2", "z^3_1", "a^3_1", "C"]
    path = {(node[x], node[y]): f"∂{y}/∂{x}" for x, y in pairwise(labels)}
    return draw(loss, highlight=path, focus=node["w^1_21"], caption="∂C/∂w = a\n      = b")


@pytest.mark.parametrize("name", ["before", "after", "expanded", "path"])
def test_golden(name: str) -> None:
    assert golden(name).source == (GOLDEN / f"two_three_one_{name}.dot").read_text(encoding="utf-8")


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.test_drawing import loss_of_network, small, rows
from autograd.drawing import draw
for value in (loss_of_network(), small(), rows(1)):
    value.backward()
    sys.stdout.buffer.write((draw(value).source + draw(value, expand=True).source + draw(value, level="neurons").source)
                            .encode())
sys.stdout.buffer.write(draw(small()).svg().encode())
"""


def test_the_same_graph_gives_the_same_bytes_in_every_process() -> None:
    root = str(Path(__file__).parent.parent)
    runs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, root],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    ]
    assert len(runs[0]) > 10_000
    assert runs[0] == runs[1] == runs[2]


# Expanded


def test_expanded_weighted_sums_and_totals_consist_of_plus_and_times() -> None:
    loss = total([affine([Value(2, "w")], [Value(3, "x")], Value(1, "b")), Value(4, "q"), Value(5, "r")])
    loss.backward()
    lines = node_lines(draw(loss, expand=True))
    numbers = ["6 | × | grad 1", "v₁ = 7 | + | grad 1", "11 | + | grad 1", "v₂ = 16 | + | grad 1"]
    assert lines[-4:] == numbers


def test_an_expanded_picture_is_of_the_same_function() -> None:
    """Built anew from the picture's values and partials, it gives the same gradients of the parameters."""
    loss = loss_of_network("tanh")
    loss.backward()
    drawing = draw(loss, expand=True)
    gradients = dict.fromkeys(drawing.nodes, 0.0)
    gradients[loss] = 1.0
    for value, node in reversed([*drawing.nodes.items()]):
        assert gradients[value] == pytest.approx(node.grad)
        for x, partial in zip(node.operands, node.partials, strict=True):
            gradients[x] += partial * gradients[value]
    assert {"weighted sum", "sum"}.isdisjoint({node.operation for node in drawing.nodes.values()})


def test_expanding_changes_nothing_and_works_where_nothing_is_recorded() -> None:
    loss = loss_of_network()
    loss.backward()
    before = [(x, x.data, x.grad, x.label, x.op, x.operands, x.partials) for x in topological_order(loss)]
    picture = draw(loss, expand=True).source
    with no_grad():
        assert draw(loss, expand=True).source == picture
    assert [(x, x.data, x.grad, x.label, x.op, x.operands, x.partials) for x in topological_order(loss)] == before


def test_inside_of_a_weighted_sum_no_gradient_is_shown_before_backward() -> None:
    assert all(
        "not computed" in line for line in node_lines(draw(loss_of_network(), expand=True, input_gradients=True))
    )


def test_one_operand_taken_twice_by_a_weighted_sum() -> None:
    a = Value(3, "a")
    assert edges(draw(affine([a], [a]), expand=True)) == ["n0 n1 3", "n0 n1 3"]
    assert node_lines(draw(total([a]), expand=True))[1] == "v₁ = 3 | sum | grad not computed"


def test_a_node_whose_value_is_0_is_a_node_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether there is a node is never asked by its truth, which is that of its number."""

    def refuse(value: Value) -> bool:
        raise AssertionError(f"somebody asked whether {value!r} is true")

    c = cost(two_three_one("tanh", parameters=PARAMETERS | {"w^1_11": 0.0, "b_1": 0.0}), [0, 0], 0)
    c.backward()
    w = next(node for node in topological_order(c) if node.label == "w^1_11")
    monkeypatch.setattr(Value, "__bool__", refuse)
    for level in LEVELS:
        derivation = derive(c, w)
        for picture in (draw(c, level=level), derivation.draw(level=level)):
            assert len(picture.source) > len(picture.text()) > 0
    assert "w¹₁₁ = 0, grad" in draw(c, level="neurons").source
    question = exercise(c, w)
    assert question.check(derivation.value)
    assert str(question.hint()) != str(question.solution())
    assert explore(c, practice=True, lock=[w], start={"select": w, "along": [w, w]}).html()


@pytest.mark.parametrize("zero", ["inputs", "inputs and parameters"])
@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 9, 1)])
def test_a_network_at_0_is_drawn_as_at_other_numbers(sizes: tuple[int, ...], zero: str) -> None:
    def pictures(inputs: float, parameters: float | None) -> list[tuple[int, int]]:
        model = network([*sizes], "tanh", "layer", 1)
        for parameter in model.parameters():
            parameter.data = parameter.data if parameters is None else parameters
        c = cost(model, [inputs] * sizes[0], inputs)
        c.backward()
        assert explore(c).html()
        drawn = [draw(c, level=level).source for level in LEVELS]
        return [(source.count("->"), source.count("shape=circle")) for source in drawn]

    assert pictures(0.0, None if zero == "inputs" else 0.0) == pictures(0.5, None if zero == "inputs" else 0.5)


def test_the_four_rows_of_xor_are_explored_at_0() -> None:
    model = two_three_one("tanh", seed=1)
    for rows, targets in (([[0, 0]], [0]), ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])):
        assert nn.explore(model, rows, targets).html()


# Left out


def test_gradients_of_inputs_and_targets_are_left_out_until_asked_for() -> None:
    """Of a network, in the picture, in the tree and on the page; those of the focus, and of plain formulas, stay."""
    loss = loss_of_network()
    loss.backward()
    page, names = PageGraph(loss, 4), {"x₁", "x₂", "y"}
    assert {page.names[i] for i in page.program()["unasked"]} == names
    leaves = {node.label: node for node in topological_order(loss)}

    def without(**options: Any) -> set[str]:
        """What is shown without a gradient, in picture and tree alike."""
        picture = draw(loss, level="everything", **options)
        drawn, written = node_lines(picture), re.sub("[│├└─]", "", str(picture)).splitlines()
        told = [{line.split(" = ")[0].strip() for line in lines if "grad" in line} for lines in (drawn, written)]
        assert told[0] == told[1]
        return {line.split(" = ")[0] for line in drawn} - told[0]

    assert without() == names
    assert without(focus=leaves["x_1"]) == names - {"x₁"}
    assert without(input_gradients=True) == set()
    x, y = Value(2, "x"), Value(3, "y")
    (x * y).backward()
    assert all("grad" in line for line in node_lines(draw(x * y)))
    assert PageGraph(x * y, 4).program()["unasked"] == []


# Collapsed


def test_neurons_collapse_by_themselves_above_200_nodes() -> None:
    loss = rows(1)
    loss.backward()
    assert len(topological_order(loss)) > 200
    drawing = draw(loss)
    by_role = [node.role for node in drawing.nodes.values()]
    assert drawing.level == "neurons"
    assert by_role.count("neuron") == 33
    assert by_role.count("input") == 2
    assert len(draw(loss, level="everything").nodes) == len(topological_order(loss))
    assert draw(loss_of_network()).level == "everything"
    assert draw(small(), level="neurons").level == "everything"  # it has none
    for wrong in ({"level": "boxes"}, {"level": "neurons", "expand": True}):
        with pytest.raises(ValueError, match="level"):
            draw(loss, **wrong)


def attributes(drawing: Drawing, kind: str) -> list[dict[str, str]]:
    """Those of all nodes (n\\d+), or of all edges (n\\d+ -> n\\d+), with the names of what they belong to as keys."""
    lines = re.findall(rf"^\t({kind}) \[(.*)\]$", drawing.source, flags=re.MULTILINE)
    found = re.compile(r'(\w+)=("[^"]*"|[^" ]+)')
    return [{"is": name, **{key: text.strip('"') for key, text in found.findall(rest)}} for name, rest in lines]


@pytest.mark.parametrize("level", ["neurons", "neurons with z"])
def test_weights_are_lines_with_sign_and_thickness_between_circles_in_columns(level: Level) -> None:
    loss = loss_of_network()
    drawing = draw(loss, level=level)
    names = {f"n{i}": node.name for i, node in enumerate(drawing.nodes.values())}
    places = {names[node["is"]]: tuple(map(float, node["pos"].split(","))) for node in attributes(drawing, r"n\d+")}
    drawn = {"x₁", "x₂", "b₁", "a²₁", "a²₂", "a²₃", "b₂", "a³₁", "y", "C"}
    assert {*places} == drawn | ({"z²₁", "z²₂", "z²₃", "z³₁"} if level != "neurons" else set())
    columns = [["x₁", "x₂"], ["a²₁", "a²₂", "a²₃"], ["a³₁"], ["C", "y"]]
    for column in columns:
        assert len({places[name][0] for name in column}) == 1
        assert [places[name][1] for name in column] == sorted([places[name][1] for name in column], reverse=True)
    assert [places[column[0]][0] for column in columns] == sorted([places[column[0]][0] for column in columns])
    if level != "neurons":
        assert all(
            places[f"z{i}"][0] < places[f"a{i}"][0] and places[f"z{i}"][1] == places[f"a{i}"][1] for i in ("²₁", "³₁")
        )
    lines = {line["tooltip"].split(" ")[0]: line for line in attributes(drawing, r"n\d+ -> n\d+")}
    weights = {unicode_label(w.label): w for w in topological_order(loss) if w.label.startswith("w")}
    assert {name for name in lines if name.startswith("w")} == {*weights}
    for name, w in weights.items():
        layer, to, by = re.findall(r"\d", w.label)
        start = f"x_{by}" if layer == "1" else f"a^{layer}_{by}"
        end = f"{'a' if level == 'neurons' else 'z'}^{int(layer) + 1}_{to}"
        assert [names[end] for end in lines[name]["is"].split(" -> ")] == [unicode_label(start), unicode_label(end)]
        assert lines[name]["color"] == (PLUS if w.data > 0 else MINUS)
    thick = sorted(weights, key=lambda name: float(lines[name]["penwidth"]))
    assert thick == sorted(weights, key=lambda name: abs(weights[name].data))


def textbook_networks() -> dict[str, Value]:
    """Costs of networks with each activation, and graphs with what is hard about boxes."""
    found = {name: cost(MLP(2, [2, 2], name, "identity", seed=1), [0.5, -0.3], [1, 0]) for name in ACTIVATIONS}
    found |= {f"2-3-1 {loss}": cost(two_three_one("sigmoid", seed=2), [0.5, -0.3], 1, loss) for loss in ("mse", "bce")}
    z = affine([Value(2, "w")], [Value(3, "x")], Value(1, "b"))
    square: Value = z * z
    square.label = "a"
    return {**found, **graphs_with_sharing(), "square": square, "sum": z.tanh() + z}


@pytest.mark.parametrize("options", [{}, {"level": "neurons"}, {"level": "everything"}, {"expand": True}], ids=str)
def test_numbers_on_edges_are_derivatives(options: dict[str, Any]) -> None:
    """Along all paths of any picture they multiply and add up to the gradient, and are what is written beside them."""
    texts_of_boxes = 0
    for name, loss in textbook_networks().items():
        for value in topological_order(loss):
            value.grad = 0.0
        loss.backward()
        drawing = draw(loss, **options)
        gradients = dict.fromkeys(drawing.nodes, 0.0) | {loss: 1.0}
        for value, node in reversed([*drawing.nodes.items()]):
            assert node.role == "constant" or gradients[value] == pytest.approx(node.grad), name
            for x, partial in zip(node.operands, node.partials, strict=True):
                gradients[x] += partial * gradients[value]
        for leaf in topological_order(loss):
            if leaf.label and not leaf.operands:
                texts_of_boxes += len(check_path(derive(loss, leaf).draw(**options)))
    assert texts_of_boxes > 0 or options == {"expand": True}


def check_path(drawing: Drawing) -> list[str]:
    """Hold the texts on a highlighted path against the numbers of the same edges in that picture."""
    assert drawing.highlight is not None
    written = [(edge, text) for edge, text in drawing.highlight.edges.items() if text]
    for (x, value), text in written:
        node = drawing.nodes[value]
        slope = sum(p for y, p in zip(node.operands, node.partials, strict=True) if y is x)
        assert text == f"∂{node.name}/∂{drawing.nodes[x].name} = {format_number(slope)}"
    return [text for _, text in written]


def test_a_parameter_that_something_else_uses_stays() -> None:
    model = MLP(2, [2, 1], seed=1)
    w = model.parameters()[0]
    drawing = draw(squared_error(model([1.0, 2.0]), 1.0) + 0.1 * w * w, level="neurons")
    parameters = [node.name for node in drawing.nodes.values() if node.role == "parameter"]
    drawn = [name for name in parameters if any(line.startswith(f"{name} = ") for line in node_lines(drawing))]
    assert drawn == ["w¹₁₁", "b¹₁", "b¹₂", "b²₁"]


# Highlighted


def test_paths_stand_out() -> None:
    loss = loss_of_network()
    loss.backward()
    w = next(x for x in topological_order(loss) if x.label == "w^1_21")
    source = derive(loss, w).draw().source
    assert source.count("penwidth=4") == 1
    assert len(re.findall(r"^\tn\d+ \[.*penwidth=2 ", source, flags=re.MULTILINE)) == 5
    assert len(re.findall(r"^\tn\d+ -> n\d+ .*penwidth=2.2", source, flags=re.MULTILINE)) == 5
    assert "∂z²₂/∂w¹₂₁\xa0" not in source  # what is written on an edge is as it came
    assert "∂z²₂/∂w¹₂₁ = 0.5" in source
    lines = texts(derive(loss, w).draw().svg())
    assert any(line.startswith("∂C/∂w¹₂₁\xa0=\xa0∂C/∂a³₁") for line in lines)


@pytest.mark.parametrize("options", [{"expand": True}, {"level": "neurons"}])
def test_paths_lead_through_what_is_expanded_or_collapsed(options: dict[str, Any]) -> None:
    loss = loss_of_network()
    w = next(x for x in topological_order(loss) if x.label == "w^1_21")
    drawing = derive(loss, w).draw(**options)
    assert drawing.highlight is not None
    assert w in drawing.nodes
    reached = {w}
    for value, node in drawing.nodes.items():
        if any((x, value) in drawing.highlight.edges and x in reached for x in node.operands):
            reached.add(value)
    assert loss in reached
    assert reached == drawing.highlight.nodes
    assert {(x, v) for v, node in drawing.nodes.items() for x in node.operands} >= drawing.highlight.edges.keys()


def test_a_text_stands_once_on_parallel_edges() -> None:
    a = Value(3, "a")
    b = a * a
    assert draw(b, highlight={(a, b): "2a = 6"}).source.count("2a = 6") == 1


def test_a_highlight_that_is_no_edge_is_refused() -> None:
    d = small()
    with pytest.raises(ValueError, match="edge"):
        draw(d, highlight={(d, d.operands[0]): "backwards"})


def test_a_caption_keeps_its_lines_and_spaces() -> None:
    lines = texts(draw(small(), caption="first = 1\n      = <2> & \\l").svg())
    assert [line for line in lines if "=\xa0" in line] == ["first\xa0=\xa01", "\xa0" * 6 + "=\xa0<2>\xa0&\xa0\\l"]


# Labels


def graph_with(labels: list[str]) -> Value:
    out: Value = total([Value(i, label) for i, label in enumerate(labels)])
    out.label = labels[0]
    return out


def check_labels(labels: list[str]) -> None:
    out = graph_with(labels)
    highlight = {(x, out): x.label or "" for x in out.operands}
    emphasis: dict[str, Any] = {"highlight": highlight, "caption": "\n".join(labels)}
    for drawing in (draw(out, input_gradients=True), draw(out, input_gradients=True, **emphasis)):
        svg = drawing.svg()
        tags = {element.tag.rpartition("}")[2] for element in parse(svg).iter()}
        assert tags <= {"svg", "g", "a", "title", "text", "path", "polygon", "polyline", "ellipse"}
        assert not re.search(r"<(script|!--|!DOCTYPE|\?xml)", svg)
        shown = [text for text in texts(svg) if " = " in text]
        assert len(shown) >= len(drawing.nodes) - sum(not node.name.strip() for node in drawing.nodes.values()) - 2
        assert "<script" not in drawing._repr_mimebundle_()["text/html"]
        for i in range(len(labels)):
            assert re.search(rf"(─|=) {i}   grad", drawing.text())


def test_any_label_is_safe() -> None:
    check_labels(NASTY)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=12))
def test_any_text_is_a_safe_label(labels: list[str]) -> None:
    check_labels(labels)


@pytest.mark.parametrize("label", [x for x in NASTY if x.isprintable() and 0 < len(x.strip()) <= 40])
def test_a_label_is_shown_as_it_is(label: str) -> None:
    assert f"{label} = 1" in texts(draw(Value(1, label)).svg())
    assert f"{label} = 1" in str(draw(Value(1, label)))


def test_a_long_label_is_shortened_but_the_tooltip_has_it_all() -> None:
    svg = draw(Value(1, "begin" + "x" * 500 + "\\N\\\\l end")).svg()
    shown = texts(svg)[0]
    assert shown.startswith("begin")
    assert "…" in shown
    assert shown.endswith("end = 1")
    assert len(shown) < 50
    assert "begin" + "x" * 500 + "\\N\\\\l end = 1" in svg


def test_tooltips_tell_formulas() -> None:
    titles = [e.text for e in parse(draw(loss_of_network()).svg()).iter() if e.tag.endswith("}title")]
    assert any(title and title.startswith("z²₁ = w¹₁₁ · x₁ + w¹₁₂ · x₂ + b₁ = ") for title in titles)
    assert any(title and title.startswith("∂C/∂a³₁ = ") for title in titles)
    assert not any(re.match(r"n\d+", title or "") for title in titles)


# Files and pages


def test_svg_can_stand_in_a_page_with_others() -> None:
    first, second = draw(small()).svg(), draw(loss_of_network()).svg()
    assert first.startswith("<svg ")
    assert first.rstrip().endswith("</svg>")
    ids = [re.findall(r'\bid="([^"]+)"', svg) for svg in (first, second)]
    assert len(ids[0]) > 5
    assert not set(ids[0]) & set(ids[1])
    assert all(len(set(some)) == len(some) for some in ids)
    assert "graphviz" not in first.lower()


MAGIC = {".svg": b"<svg ", ".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-", ".dot": b"digraph {", ".gv": b"digraph {"}


@pytest.mark.parametrize("ending", [*MAGIC, ".PNG"])
def test_save(ending: str, tmp_path: Path) -> None:
    path = draw(loss_of_network()).save(str(tmp_path / f"picture{ending}"))
    assert path == tmp_path / f"picture{ending}"
    assert path.read_bytes().startswith(MAGIC[ending.lower()])
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    draw(small()).save(tmp_path / "x.dot")
    assert (tmp_path / "x.dot").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("name", ["picture.jpg", "picture", ".svg", "picture.svg.txt"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf, \.dot, \.gv, got .*"):
        draw(small()).save(tmp_path / name)
    assert [*tmp_path.iterdir()] == []


def test_svg_is_the_same_twice() -> None:
    assert draw(loss_of_network()).svg() == draw(loss_of_network()).svg()


def test_a_notebook_gets_an_image_and_a_text() -> None:
    drawing = draw(loss_of_network())
    bundle = drawing._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == drawing.text() == str(drawing)
    page = re.fullmatch(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)" [^>]*>', bundle["text/html"])
    assert page
    assert base64.b64decode(page[1]).decode() == drawing.svg()
    assert "C = " in page[2]
    assert len(repr(drawing)) < 80


# Which Graphviz


@pytest.fixture
def no_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def hide(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find: Callable[..., Any] = importlib.util.find_spec
    monkeypatch.setattr("autograd.drawing.rendering.find_spec", lambda name: None if name == module else find(name))
    monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.usefixtures("no_dot")
def test_no_dot_program_is_needed() -> None:
    assert shutil.which("dot") is None
    assert "a = 2" in texts(draw(small()).svg())


@pytest.mark.usefixtures("no_dot")
def test_a_file_that_lies_about_is_not_taken_for_pygraphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pygraphviz.py").write_text("raise SystemExit('wrong one')")
    monkeypatch.chdir(tmp_path)
    assert "a = 2" in texts(draw(small()).svg())


@pytest.mark.skipif(os.name == "nt", reason="writes a shell script")
def test_a_dot_program_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nassert sys.argv[1:] == ['-Tsvg']\n"
        "assert sys.stdin.read().startswith('digraph')\n"
        "print('<?xml?>\\n<svg from=\"dot\" />')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    hide("pygraphviz", monkeypatch)
    assert 'from="dot"' in draw(small()).svg()
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no such font')\n")
    with pytest.raises(RuntimeError, match="no such font"):
        draw(small()).svg()
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "a = 2" in texts(draw(small()).svg())  # pygraphviz steps in


@pytest.mark.usefixtures("no_dot")
@pytest.mark.parametrize("module", ["pygraphviz", "graphviz"])
def test_without_graphviz_there_is_a_text_and_a_hint(
    module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hide(module, monkeypatch)
    drawing = draw(small())
    with pytest.raises(RuntimeError, match="pip install graphviz pygraphviz"):
        drawing.svg()
    with pytest.raises(RuntimeError, match="pip install graphviz pygraphviz"):
        drawing.save(tmp_path / "x.png")
    assert [*tmp_path.iterdir()] == []
    bundle = drawing._repr_mimebundle_()
    for kind in ("text/plain", "text/html"):
        assert "d = 4   +" in bundle[kind]
        assert "pip install" in bundle[kind]


def test_a_layout_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.drawing.rendering.SECONDS", 0.001)
    with pytest.raises(RuntimeError, match=r"more than 0\.001 seconds"):
        draw(small()).svg()
    monkeypatch.undo()

    def late(self: object, given: bytes, seconds: float) -> None:
        raise subprocess.TimeoutExpired("dot", seconds)

    monkeypatch.setattr(subprocess.Popen, "communicate", late)
    with pytest.raises(RuntimeError, match=r"more than 60 seconds"):  # nobody waits any longer
        draw(small()).svg()


def test_many_different_pictures_in_one_process() -> None:
    # Within one process Graphviz itself crashes on these.
    for seed in range(3):
        loss = cost(MLP(4, [2, 2, 1], "tanh", "tanh", seed=seed), [0.5, -0.3, 1, 2], 1)
        for drawing in (draw(loss), draw(loss, expand=True), draw(loss, level="neurons")):
            assert drawing.svg()


# Limits


def chain(length: int) -> Value:
    value = Value(1.0, "x")
    for _ in range(length):
        value = -value
    return value


def test_a_deep_graph_is_refused_with_a_clear_message_and_shown_as_text(tmp_path: Path) -> None:
    drawing = draw(chain(100_000))
    with pytest.raises(ValueError, match=r"100,001 nodes, and the limit is 2,000.*depth"):
        drawing.svg()
    with pytest.raises(ValueError, match="100,001 nodes"):
        drawing.save(tmp_path / "x.png")
    text = drawing.text()
    assert len(text.splitlines()) <= 500
    assert text.endswith("more nodes")
    bundle = drawing._repr_mimebundle_()
    assert "100,001 nodes" in bundle["text/html"]
    assert len(bundle["text/html"]) < 100_000


def test_the_refusal_of_a_picture_offers_what_helps() -> None:
    wide = total([affine([Value(i, "w")], [Value(i, "x")]) for i in range(1001)])
    for drawing, offered in (
        (draw(wide), ""),  # neurons are boxes, and still too many
        (draw(wide, level="neurons"), ""),
        (draw(wide, level="everything"), ', or neurons alone with level="neurons"'),
        (draw(chain(3000)), " (there are no neurons that could be shown alone)"),
        (draw(chain(3000), level="neurons"), " (there are no neurons that could be shown alone)"),
    ):
        with pytest.raises(ValueError, match=r"nodes, and the limit is 2,000") as refusal:
            drawing.svg()
        message = str(refusal.value)
        assert message.endswith(f" its end{offered}. text() shows the first 500 lines; .dot files have no limit")
        assert len(drawing.text().splitlines()) == 500 or len(drawing.nodes) > 500


# Parts


def parts_of(loss: Value) -> Iterator[dict[str, Any]]:
    order = topological_order(loss)
    yield from ({"depth": depth} for depth in (1, 2, 3, 5, 99))
    yield from ({"inputs": [node]} for node in order[::3])
    yield from ({"inputs": [order[0], order[len(order) // 2]], "depth": depth} for depth in (2, 99))


@pytest.mark.parametrize("options", [{}, {"level": "neurons"}, {"expand": True}], ids=str)
def test_a_part_has_the_names_and_gradients_of_the_whole(options: dict[str, Any]) -> None:
    cut = 0
    for loss in [*graphs_with_sharing().values(), loss_of_network("tanh"), small()]:
        for value in topological_order(loss):
            value.grad = 0.0
        loss.backward()
        whole = draw(loss)
        for part in parts_of(loss):
            drawing = draw(loss, **part, **options)
            gradients = dict.fromkeys(drawing.nodes, 0.0) | {loss: 1.0}
            for value, node in reversed([*drawing.nodes.items()]):
                if value in whole.nodes:
                    assert (node.name, node.data) == (whole.nodes[value].name, value.data)
                for x, slope in zip(node.operands, node.partials, strict=True):
                    gradients[x] += slope * gradients[value]
                if node.role == CUT:
                    cut += 1
                    assert node.operation.endswith("…")
                    assert not node.operands
                elif node.role != "constant":
                    assert gradients[value] == pytest.approx(node.grad)
            if "depth" in part and not options:
                assert all(steps <= part["depth"] for steps in steps_back(drawing).values())
            if part == {"depth": 99}:
                assert drawing.source == draw(loss, **options).source
    assert cut > 50


def steps_back(drawing: Drawing) -> dict[Value, int]:
    """How far from the last node those of a picture are, by the longest way."""
    steps = dict.fromkeys(drawing.nodes, 0)
    for value, node in reversed([*drawing.nodes.items()]):
        for x in node.operands:
            steps[x] = max(steps[x], steps[value] + 1)
    return steps


def test_the_part_between_two_nodes() -> None:
    loss = loss_of_network()
    node = {x.label: x for x in topological_order(loss)}
    names = [x.name for x in draw(loss, inputs=[node["a^2_2"]]).nodes.values()]
    assert names == ["w²₁₁", "w²₁₂", "w²₁₃", "b₂", "y", "a²₁", "a²₂", "a²₃", "z³₁", "a³₁", "C"]
    roles = {x.name for x in draw(loss, inputs=[node["a^2_2"]]).nodes.values() if x.role == CUT}
    assert roles == {"a²₁", "a²₃"}
    drawing = derive(loss, node["w^1_21"]).draw(inputs=[node["w^1_21"]])
    assert drawing.highlight is not None
    assert len(drawing.highlight.edges) == 5
    assert "tanh" not in drawing.svg()
    assert len(derive(loss, node["w^1_21"]).draw(depth=2).nodes) == 4


def test_a_part_of_a_large_graph_takes_linear_time(tmp_path: Path) -> None:
    deep = chain(60_000)
    drawing = draw(deep, depth=3)
    assert [node.name for node in drawing.nodes.values()] == ["v₅₉₉₉₇", "v₅₉₉₉₈", "v₅₉₉₉₉", "v₆₀₀₀₀"]
    assert "−( ) …" in drawing.text()
    drawing.save(tmp_path / "end.svg")
    wide = total([Value(1.0, "x") for _ in range(60_000)])
    assert len(draw(wide * 2 * 3, depth=2).nodes) == 5


def test_parts_that_are_none() -> None:
    d = small()
    for depth in (0, -1, True, 1.0, "2"):
        with pytest.raises(ValueError, match="depth is a whole number above 0, got"):
            draw(d, depth=depth)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"does not depend on Value\(data=1.0.*, which is among the inputs"):
        draw(d, inputs=[Value(1.0, "other")])
    with pytest.raises(TypeError, match="inputs are Values, got str"):
        draw(d, inputs=["a"])  # type: ignore[list-item]
    for inputs in (d, None, iter([d])):
        with pytest.raises(TypeError, match="inputs is a list of Values, got"):
            draw(d, inputs=inputs)  # type: ignore[arg-type]


def test_of_what_is_too_wide_no_part_is_offered() -> None:
    weights = [Value(0.5, f"w_{i}") for i in range(2_000)]
    wide = total(weights) * 2
    parts: list[dict[str, Any]] = [{}, {"depth": 2}, {"inputs": weights[:3]}]
    for part in parts:
        for refused in (lambda: draw(wide, level="neurons", **part).svg(), lambda: explore(wide, **part)):  # noqa: B023
            with pytest.raises(ValueError, match="one node alone is made from 2,000, and a part that goes that far"):
                refused()
    assert draw(wide, depth=1).svg()


def test_a_wide_graph_has_a_short_text() -> None:
    text = draw(total([Value(i) for i in range(10_000)])).text().splitlines()
    assert len(text) == 500
    assert text[-1] == "… and 9,502 more nodes"


def test_the_limit_can_be_reached() -> None:
    assert len(draw(chain(LAYOUT_LIMIT - 1)).nodes) == LAYOUT_LIMIT
    assert draw(chain(LAYOUT_LIMIT - 1)).svg()
    with pytest.raises(ValueError, match="would have 2,001 nodes, and the limit is 2,000: "):
        draw(chain(2_000)).svg()


def test_the_text_names_what_it_has_shown_already() -> None:
    a = Value(2, "a")
    b = a + 1
    b.label = "b"
    assert draw(b * b).text().splitlines() == [
        "v₁ = 9   ×   grad not computed",
        "├─ b = 3   +   grad not computed   partial 3",
        "│  ├─ a = 2   grad not computed   partial 1",
        "│  └─ 1",
        "└─ b = 3   (see above)   partial 3",
    ]


def test_one_leaf_is_a_picture() -> None:
    assert texts(draw(Value(3, "x")).svg()) == ["x = 3", "grad not computed"]
    assert draw(Value(3)).text() == "v₁ = 3   grad not computed"


@pytest.mark.parametrize(("what", "named"), [(3.0, "float"), (None, "NoneType"), ([Value(1)], "list"), ("x", "str")])
def test_what_is_no_value_is_refused(what: Any, named: str) -> None:
    with pytest.raises(TypeError, match=f"draw takes a Value, got {named}"):
        draw(what)


def test_digits_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="digits is a whole number from 1 to 17, got 0"):
        draw(small(), digits=0)


def test_dot_for_a_network_takes_milliseconds() -> None:
    loss = loss_of_network()
    draw(loss).source  # noqa: B018 (imports graphviz)
    seconds = []
    for _ in range(3):
        started = time.process_time()
        draw(loss).source  # noqa: B018
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.25


# ------------------------------------------------------------------------------------------------------ step by step


def slides_of(paths: list[Path]) -> list[dict[str, str]]:
    """What can be read on each slide, and where it stands."""
    text = re.compile(r'<text [^>]* x="([-.\d]+)" y="([-.\d]+)"[^>]*?(fill="transparent")?>([^<]*)</text>')
    slides = []
    for path in paths:
        found = text.findall(path.read_text(encoding="utf-8"))
        slides.append({f"{x},{y} {what}": hidden for x, y, hidden, what in found})
    return slides


def plain(key: str) -> str:
    return key.split(" ", 1)[1].replace("\xa0", " ").strip()


def test_a_derivation_is_saved_as_slides_on_which_nothing_moves(tmp_path: Path) -> None:
    c = cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0)
    b = next(node for node in topological_order(c) if node.label == "b_1")
    drawing = derive(c, b).draw()
    paths = drawing.save_steps(tmp_path / "b_1.svg")
    # the leaves; nine nodes forward; the nine of them that lie on paths back; the whole
    assert [path.name for path in paths] == [f"b_1-{i:02}.svg" for i in range(1, 21)]
    slides = slides_of(paths)
    assert all(slide.keys() == slides[0].keys() for slide in slides)
    seen = [{plain(key) for key, hidden in slide.items() if not hidden} for slide in slides]
    assert all(before <= after for before, after in pairwise(seen))
    forward = [len([what for what in step if what.startswith("= ")]) for step in seen[:10]]
    assert forward == [*range(forward[0], forward[0] + 10)]
    assert not any("∂" in what for step in seen[:10] for what in step)
    assert any(what.startswith("∂C/∂a³₁ =") for what in seen[10])
    assert not any(what.startswith("∂z²₁/∂b₁ = ") for what in seen[-3])
    assert any(what.startswith("∂z²₁/∂b₁ = ") for what in seen[-2])
    assert not any("≈" in what for what in seen[-2])
    assert not any(slides[-1].values())


def test_slides_show_gradients_as_they_arrive_and_are_all_written_or_none(tmp_path: Path) -> None:
    a = Value(0.5, "a")
    c = (a * 2).tanh() * a
    c.label = "C"
    c.backward()
    paths = draw(c).save_steps(tmp_path / "c.svg")
    slides = slides_of(paths)
    assert [len([key for key, hidden in slide.items() if "grad" in key and not hidden]) for slide in slides] == [
        0,
        0,
        0,
        0,
        2,
        3,
        4,
        4,
    ]
    assert {path.read_bytes()[:4] for path in draw(c).save_steps(tmp_path / "d.png")} == {b"\x89PNG"}
    (tmp_path / "e-02.svg").mkdir()
    with pytest.raises(IsADirectoryError):
        draw(c).save_steps(tmp_path / "e.svg")
    assert not (tmp_path / "e-01.svg").exists()
    with pytest.raises(ValueError, match=r"steps are saved as .svg, .png, .pdf, got"):
        draw(c).save_steps(tmp_path / "c.gif")
    with pytest.raises(ValueError, match="steps show every node"):
        draw(cost(two_three_one(seed=1), [0.5, -0.3], 1.0), level="neurons").save_steps(tmp_path / "c.svg")
    with pytest.raises(ValueError, match="steps of more than 200 nodes are too many, got 301"):
        draw(total([Value(i) for i in range(300)])).save_steps(tmp_path / "c.svg")


def test_the_steps_as_one_picture_that_moves_and_stands_still_where_that_is_wanted(tmp_path: Path) -> None:
    c = cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0)
    b = next(node for node in topological_order(c) if node.label == "b_1")
    drawing = derive(c, b).draw()
    path = drawing.save_animation(tmp_path / "b_1.svg", seconds=0.5)
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 100_000
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "animation:11s step-end infinite" in text  # 20 steps, the last three times as long
    assert "@media(prefers-reduced-motion:reduce)" in text
    still = re.sub(r"<style>.*?</style>| class=\"t\d+\"|id=\"g\w+\"", "", text)
    last = drawing.save_steps(tmp_path / "s.svg")[-1].read_text(encoding="utf-8")
    assert still == re.sub(r"id=\"g\w+\"", "", last)
    for name in {*re.findall(r'class="(t\d+)"', text)}:
        assert f"@keyframes {name}{{0%{{" in text
    with pytest.raises(ValueError, match=r"an animation is saved as \.svg"):
        drawing.save_animation(tmp_path / "b_1.gif")
    with pytest.raises(ValueError, match="seconds is a finite number above 0"):
        drawing.save_animation(path, seconds=0)
