"""All that is written about graphs, held by golden files: formulas, labels, derivations, pictures, and the page's data.

Nobody else notices a sign, a style or a word that has gone. UPDATE_GOLDEN=1 rewrites the files: read the diff.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import autograd
import nn
from autograd import (
    Value,
    affine,
    as_value,
    derive,
    draw,
    evaluate,
    exp,
    explore,
    hinge,
    operation,
    pick,
    sigmoid,
    squared_error,
    stop_gradient,
    tanh,
    total,
    unicode_label,
)
from autograd.core import topological_order
from autograd.core.operations import softmax_cross_entropy, table
from autograd.drawing import LEVELS, layouts
from autograd.exploring import arrangement
from autograd.exploring.page_graph import PageGraph
from autograd.notation import (
    Derivative,
    LatexWriter,
    LocalGradient,
    MathmlWriter,
    Number,
    Symbol,
    TextWriter,
    as_expression,
    formula,
    partial,
    symbols_for,
)
from autograd.notation.latex import latex_label, latex_name, latex_text
from nn import MLP
from nn.networks import cost, two_three_one
from tests.golden import assert_golden

POSTFIX = operation("shriek", lambda x: x * x, lambda z, x: (2 * x,), text="%s!", latex=r"%s!")
OWN = operation("own", lambda x, y: x - y, lambda z, x, y: (1.0, -1.0), text="f", latex=r"\mathcal{f}")
FLOATS_ONLY = operation("R&D", lambda x: float(x) + 1, lambda z, x: (float(x),))


def applied() -> Iterator[Value]:
    """Every operation of the table, and some of one's own, on leaves with and without a label."""
    for op in [*table.values(), pick, stop_gradient, POSTFIX, OWN, FLOATS_ONLY]:
        labels = ["x", "w^1_21", "y'", "", "b_1"]
        leaves = [Value(0.25 * (i + 1), label) for i, label in enumerate(labels)]
        if op is softmax_cross_entropy or op is pick:
            yield op(leaves[:3], 1)
        elif op is affine:
            yield op(leaves[:2], leaves[2:4], leaves[4])
        elif op is total:
            yield op(leaves[:3])
        else:
            yield op(*leaves[: op.arity])


def test_every_operation_with_its_partials() -> None:
    lines = []
    for node in applied():
        symbols = symbols_for(topological_order(node))
        expressions = [formula(node, symbols), *[partial(node, x, symbols) for x in dict.fromkeys(node.operands)]]
        lines.append(f"# {node.op}")
        for writer in (TextWriter, LatexWriter, MathmlWriter):
            for numbers in (False, True):
                for e in expressions:
                    written = writer(numbers=numbers)
                    text = written.write(e)
                    lines.append(f"{written.equals} {text}")
    assert_golden("operations.txt", "\n".join(lines) + "\n")


def test_formulas_with_all_that_may_stand_in_them() -> None:
    x, y, z = Symbol("x", -0.5), Symbol("w^1_21", 1e-7), Symbol("two words", 3.0)
    s, n = Symbol("y'^2", 2.0), [Number(v) for v in (-2.0, 1e30, float("inf"), float("nan"), 0.1 + 0.2, 1 / 3, 1e-7)]
    formulas: list[Any] = [
        x + y, x - y, x - (y - z), -(x + y), x * (y + z), (x + y) * (x - y), 2 * x * y, x * -y, x / y,
        (x + y) / z, x / (y * z), (x / y) / z, -(x / y), 3 * x / (2 * y), x**2, x**-1, (x + y) ** 2,
        (-x) ** 3, x**y, 2.0**x, s**2,
        exp(x) ** 2, exp(x + y), exp(-x), abs(x - y), x * x * y, x * y / x, *n, n[0] * x, x * n[0], x - n[0], x + n[0],
        n[1] * x, x ** n[0], sigmoid(x) * (1 - sigmoid(x)), 1 - tanh(x) ** 2, Derivative(x, y, -0.25),
        Derivative(z, x, 2.0) * Derivative(x, y, 0.5), LocalGradient(z, 0.125) * x, -Derivative(x, s, 1.0),
    ]  # fmt: skip
    lines = []
    for e in map(as_expression, formulas):
        for writer in (TextWriter, LatexWriter, MathmlWriter):
            for options in ({}, {"numbers": True}, {"numbers": True, "digits": 2}):
                w = writer(**options)
                lines.append(f"{w.write(e)} | {w.equals} | {w.product([e, x])} | {w.signed(e)}")
    assert_golden("formulas.txt", "\n".join(lines) + "\n")


def test_labels_in_every_notation() -> None:
    signs = "".join(map(chr, [*range(0x20, 0x7F), *range(0x391, 0x3CA)]))
    signs += "µϑϕϵϰϱϖϝℓℏ⏎�‼ℋℌℐℒℛℨℬℭℰℱℳ↤∉∌∏∐∑∫∬∭∮∯∰∷∹≔≕≘≙≚≛≝≞≟≠⋀⋁⋂⋃⌜⌝⌞⌟⟂⟦⟧⦃⦄⦵⨀⨁⨂⨄⨆⩴\u00a0\u0301\u0323éλ日∞½"
    words = [
        "w^1_21",
        "w¹₂₁",
        "w_10,2",
        "y'",
        "y''^1_2",
        "a^b_c",
        "alpha_1",
        "two words",
        "x[1]",
        "w_ij[2]",
        "λ^2",
        "_",
        "",
    ]
    words += ["", "50%", "a\tb\nc", "w_in_h_1", "f(x)", "e\u0301_1", "W^-1", "x_½"]
    lines = []
    for label in [*signs, *words]:
        forms = (
            unicode_label(label),
            latex_label(label),
            latex_text(label),
            latex_name(label),
            MathmlWriter().label(label),
        )
        lines.append(" | ".join([repr(label), *forms, TextWriter().label(label), MathmlWriter().name(label)]))
    assert_golden("labels.txt", "\n".join(lines) + "\n")


def graph_of_all_roles() -> tuple[Value, dict[str, Value]]:
    """A small graph in which every role occurs, with operands that are taken twice, and a constant."""
    w1, w2, b = Value(0.5, "w^1_11"), Value(-1.5, "w^1_12"), Value(0.25, "b_1")
    x1, x2, y = Value(2.0, "x_1"), Value(1.0, "x_2"), Value(1.0, "y")
    z = affine([w1, w2], [x1, x2], b)
    z.label = "z_1"
    a = sigmoid(z)
    a.label = "a_1"
    other = affine([w1, a], [x2, x2])
    penalty = total([w1 * w1, 0.5 * w2, other / 3])
    c = squared_error(a, y) + penalty
    c.label = "C"
    return c, {"w": w1, "x": x1, "z": z, "a": a, "b": b}


def test_pictures_of_every_role() -> None:
    c, node = graph_of_all_roles()
    pictures = [draw(c)]
    c.backward()
    path = {(node["w"], node["z"]): "∂z/∂w", (node["z"], node["a"]): "", (node["a"], c.operands[0]): "x\ny"}
    path = {(x, y): text for (x, y), text in path.items() if x in y.operands}
    parts: list[dict[str, Any]] = [
        {}, {"expand": True}, {"level": "neurons"}, {"depth": 2}, {"depth": 1}, {"inputs": [node["z"]]}, {"digits": 2},
        {"highlight": path, "focus": node["w"], "caption": "one\n  two"}, {"highlight": path, "level": "neurons"},
        {"highlight": path, "expand": True}, {"highlight": {}},
    ]  # fmt: skip
    pictures += [draw(c, **part) for part in parts]
    pictures += [draw(neurons_of_every_kind(), level=level) for level in LEVELS]
    a, b = Value(2.0, "a"), Value(3.0, "b" * 60)
    leaves = hinge(a * b, a) * 2.0 + exp(-a)
    pictures += [
        draw(leaves),
        draw(Value(1.0)),
        draw(affine([a] * 2, [b] * 2)),
    ]
    wide = cost(MLP(2, [8, 16, 16, 1], "tanh", seed=1), [0.5, -0.3], 1.0)
    texts = [f"{picture!r}\n{picture.source}\n{picture.text()}" for picture in pictures]
    texts += [repr(draw(wide, level=x)) + draw(wide, level=x).source[:2000] for x in (None, *LEVELS)]
    assert_golden("pictures.txt", "\n\n".join(texts) + "\n")


def test_derivations_and_evaluations() -> None:
    c, node = graph_of_all_roles()
    unlabelled = [Value(0.3), Value(2.0), Value(7.0, "seven")]
    product = unlabelled[0] * unlabelled[1] * unlabelled[0]
    flat = Value(3.0, "p") / Value(2.0, "q")
    workings: list[Any] = [evaluate(c), evaluate(product), evaluate(Value(1.0, "alone"))]
    workings += [derive(c, x, method=method) for x in node.values() for method in ("paths", "recursion")]
    workings += [derive(product, x) for x in [*unlabelled, product]]
    workings += [derive(flat, x, digits=2) for x in flat.operands]
    workings.append(derive(exp(product) * exp(-product), unlabelled[0]))
    texts = [f"{w!r}\n{w}\n{w.latex()}\n{w.mathml()}\n{w._repr_latex_()}" for w in workings]
    texts += [derive(c, x).draw().source for x in node.values()]
    assert_golden("workings.txt", "\n\n".join(texts) + "\n")


def graphs_for_the_page() -> Iterator[tuple[str, PageGraph]]:
    c, node = graph_of_all_roles()
    yield "roles", PageGraph(c, 4)
    yield "part", PageGraph(c, 3, depth=2)
    yield "inputs", PageGraph(c, 4, inputs=[node["z"]])
    yield "leaf", PageGraph(Value(1.5), 4)
    yield "constant", PageGraph(as_value(1.5), 4)
    network = two_three_one(seed=1)
    yield "2-3-1", PageGraph(cost(network, [0.5, -0.3], 1.0), 4)
    yield "layers", PageGraph(cost(MLP(2, [9, 9, 2], "relu", seed=1), [0.5, -0.3], [1.0, 0.0]), 4)
    yield "neurons", PageGraph(neurons_of_every_kind(), 4)
    yield "large", PageGraph(cost(MLP(2, [20, 20, 1], "tanh", "sigmoid", seed=1), [0.5, -0.3], 1.0), 4)
    many = [Value(float(i), f"q_{i}") for i in range(25)]
    yield "leaves", PageGraph(total(many), 4)
    for result in applied():
        if result.op is not FLOATS_ONLY:
            yield f"operation {result.op}", PageGraph(result, 4)


def neurons_of_every_kind() -> Value:
    """With an activation or none, used by several, by what takes other results too; sharing parameters; a penalty."""
    w, b = [Value(0.5 * i, f"w_{i}") for i in range(8)], [Value(0.1, f"b_{i}") for i in range(4)]
    x = [Value(1.0, "x_1"), Value(2.0, "x_2")]
    first = [tanh(affine(w[:2], x, b[0])), affine(w[2:4], x, b[1]), exp(affine(w[:2], x, b[2]))]
    second = affine(w[4:6], first[:2], b[3])
    third = affine(w[6:], [first[1], second])
    twice = sigmoid(second) + second
    result: Value = total([twice, third * first[2], squared_error(third, 1.0), affine(w[:2], w[:2]), 2.0 * w[0], -x[0]])
    return result


def test_what_the_page_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but where things stand, which is Graphviz's affair; and what Graphviz is told."""
    lines: list[str] = []

    def told(sources: list[str], *rest: Any) -> Any:
        lines.extend(sources)
        return layouts(sources, *rest)

    monkeypatch.setattr(arrangement, "layouts", told)
    for name, graph in graphs_for_the_page():
        lines += [
            f"# {name}",
            json.dumps(graph.program(), ensure_ascii=False, default=lambda message: message.message),
            graph.functions(),
        ]
        lines += [" | ".join(graph._texts(node)) for node in graph.nodes]
        if not name.startswith("operation"):
            for box in graph.boxes():
                box["items"] = [item for item, *_ in box["items"]]
                box["lane"] = "lane" in box
                box["routes"] = [ends for *ends, _ in box.get("routes", [])]
                lines.append(json.dumps(box, ensure_ascii=False, default=str))
    assert_golden("page.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("standalone", [True, False])
def test_the_frame_of_the_page(standalone: bool) -> None:
    c, _ = graph_of_all_roles()
    page = explore(c, title="A <title> & more", lr=0.25)
    text = page.html() if standalone else page._repr_mimebundle_()["text/html"]
    before, script = text.split('<script type="module">')
    start = before.split("<img")[0] if not standalone else before
    assert_golden(f"frame-{standalone}.txt", start.replace(page._key, "KEY") + script[-200:].partition("</script>")[2])
    assert repr(page) == "<Explorer: A <title> & more, 17 nodes>"


def test_what_may_change_and_what_is_compared_by_its_contents() -> None:
    """Every dataclass with its switches: frozen, equal by contents, printed by contents, with slots."""
    lines = []
    for package in (autograd, nn):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith("__main__"):
                continue
            for name, thing in vars(importlib.import_module(found.name)).items():
                if isinstance(thing, type) and thing.__module__ == found.name and "__dataclass_params__" in vars(thing):
                    switches: Any = vars(thing)["__dataclass_params__"]
                    frozen, eq, text = switches.frozen, "__eq__" in vars(thing), "__repr__" in vars(thing)
                    lines.append(f"{name}: {frozen=} {eq=} {text=} slots={'__slots__' in vars(thing)}")
    assert len(lines) > 40
    assert_golden("dataclasses.txt", "\n".join(sorted(lines)) + "\n")
