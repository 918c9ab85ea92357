"""The chain rule worked out: the 2-3-1 network in every variant, and any other graph."""

import copy
import math
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Value,
    binary_cross_entropy,
    derive,
    div,
    evaluate,
    exp,
    grad,
    no_grad,
    operation,
    relu,
    sigmoid,
    tanh,
    total,
)
from autograd.core import Arithmetic, Operation
from autograd.core.operations import table
from autograd.notation import Expression, Number, Symbol, as_expression, cancelled
from nn import MLP
from nn.networks import cost, two_three_one
from tests.golden import assert_golden
from tests.test_notation import value_of

PARAMETERS = {
    "w^1_11": 0.1, "w^1_12": 0.2, "w^1_21": 0.3, "w^1_22": -0.4, "w^1_31": -0.5, "w^1_32": 0.6, "b_1": 0.1,
    "w^2_11": 0.7, "w^2_12": 0.8, "w^2_13": -0.9, "b_2": 0.05,
}  # fmt: skip
X, TARGET = (0.5, -0.3), 1.0
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu")


def by_hand(activation: str, loss: str) -> dict[str, float]:
    """The eleven gradients in plain floats, as the textbook writes them."""
    functions: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
        "identity": (lambda z: z, lambda z: 1.0),
        "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
        "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2),
        "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    }
    f, slope = functions[activation]
    p = PARAMETERS
    z2 = [p[f"w^1_{j}1"] * X[0] + p[f"w^1_{j}2"] * X[1] + p["b_1"] for j in (1, 2, 3)]
    a2 = [f(z) for z in z2]
    z3 = sum(p[f"w^2_1{k}"] * a2[k - 1] for k in (1, 2, 3)) + p["b_2"]
    a3 = f(z3)
    of_cost = -2 * (TARGET - a3) if loss == "mse" else -TARGET / a3 + (1 - TARGET) / (1 - a3)
    delta3 = of_cost * slope(z3)
    delta2 = [delta3 * p[f"w^2_1{j}"] * slope(z2[j - 1]) for j in (1, 2, 3)]
    gradients = {f"w^1_{j}{k}": delta2[j - 1] * X[k - 1] for j in (1, 2, 3) for k in (1, 2)}
    gradients |= {f"w^2_1{k}": delta3 * a2[k - 1] for k in (1, 2, 3)}
    return gradients | {"b_1": sum(delta2), "b_2": delta3}


@pytest.mark.parametrize("loss", ["mse", "bce"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_derivation_of_the_2_3_1_network(activation: str, loss: str) -> None:
    model = two_three_one(activation, parameters=PARAMETERS)
    c = cost(model, X, TARGET, loss)
    derivations = {label: derive(c, parameter) for label, parameter in model.named_parameters()}
    expected = by_hand(activation, loss)
    assert list(derivations) == list(PARAMETERS)
    for label, derivation in derivations.items():
        assert derivation.value == pytest.approx(expected[label], rel=1e-12, abs=1e-15)
        assert derivation.path_count == (3 if label == "b_1" else 1)
        check = derivation.check()
        assert check
        assert check.difference < 1e-14
        ElementTree.fromstring(derivation.mathml())
    assert_golden(f"2-3-1-{activation}-{loss}.txt", "\n\n".join(d.text() for d in derivations.values()) + "\n")
    assert_golden(f"2-3-1-{activation}-{loss}.tex", "\n\n".join(d.latex() for d in derivations.values()) + "\n")


def test_the_text_is_the_textbook_s() -> None:
    """Written out once more here, so that a golden file that was updated in haste does not go unnoticed."""
    model = two_three_one(parameters=PARAMETERS | {"b_2": 0.244})
    c = cost(model, X, TARGET)
    parameters = dict(model.named_parameters())
    assert str(derive(c, parameters["w^2_11"])) == (
        "∂C/∂w²₁₁ = ∂C/∂a³₁ · ∂a³₁/∂z³₁ · ∂z³₁/∂w²₁₁\n"
        "         = −2(y − a³₁) · 1 · a²₁\n"
        "         = −2(1 − 0.9) · 1 · 0.09\n"
        "         = −0.018"
    )
    assert str(derive(c, parameters["w^1_32"])) == (
        "∂C/∂w¹₃₂ = ∂C/∂a³₁ · ∂a³₁/∂z³₁ · ∂z³₁/∂a²₃ · ∂a²₃/∂z²₃ · ∂z²₃/∂w¹₃₂\n"
        "         = −2(y − a³₁) · 1 · w²₁₃ · 1 · x₂\n"
        "         = −2(1 − 0.9) · 1 · (−0.9) · 1 · (−0.3)\n"
        "         = −0.054"
    )
    assert str(derive(c, parameters["b_1"])) == (
        "∂C/∂b₁ = ∂C/∂a³₁ · ∂a³₁/∂z³₁ · ∂z³₁/∂a²₁ · ∂a²₁/∂z²₁ · ∂z²₁/∂b₁\n"
        "         + ∂C/∂a³₁ · ∂a³₁/∂z³₁ · ∂z³₁/∂a²₂ · ∂a²₂/∂z²₂ · ∂z²₂/∂b₁\n"
        "         + ∂C/∂a³₁ · ∂a³₁/∂z³₁ · ∂z³₁/∂a²₃ · ∂a²₃/∂z²₃ · ∂z²₃/∂b₁\n"
        "       = −2(y − a³₁) · 1 · w²₁₁ · 1 · 1\n"
        "         − 2(y − a³₁) · 1 · w²₁₂ · 1 · 1\n"
        "         − 2(y − a³₁) · 1 · w²₁₃ · 1 · 1\n"
        "       = −2(1 − 0.9) · 1 · 0.7 · 1 · 1\n"
        "         − 2(1 − 0.9) · 1 · 0.8 · 1 · 1\n"
        "         − 2(1 − 0.9) · 1 · (−0.9) · 1 · 1\n"
        "       = −0.14 − 0.16 + 0.18 = −0.12"
    )
    assert derive(c, parameters["w^2_11"]).latex() == (
        "\\begin{aligned}\n"
        r"\frac{\partial C}{\partial w^{2}_{11}} &= \frac{\partial C}{\partial a^{3}_{1}}"
        r" \cdot \frac{\partial a^{3}_{1}}{\partial z^{3}_{1}} \cdot \frac{\partial z^{3}_{1}}{\partial w^{2}_{11}} \\"
        "\n"
        r" &= -2(y - a^{3}_{1}) \cdot 1 \cdot a^{2}_{1} \\"
        "\n"
        r" &= -2(1 - 0.9) \cdot 1 \cdot 0.09 \\"
        "\n"
        r" &= -0.018"
        "\n\\end{aligned}"
    )


def test_subtotals_that_add_up_only_before_they_are_rounded_are_about_equal() -> None:
    assert "≈ −0.03415 − 0.06766 + 0.09923 ≈ −0.002582" in str(derive(*sigmoid_and_b_1()))
    assert "= 0.25 − 1.5 = −1.25" in str(derive(*two_terms(0.25, -1.5)))
    assert "≈ 0.3333 + 0.3333 ≈ 0.6667" in str(derive(*two_terms(1 / 3, 1 / 3)))
    assert "≈ 0.3333 + 0.1111 = 0.4444" in str(derive(*two_terms(1 / 3, 1 / 9)))
    assert "= ∞ − ∞ = NaN" in str(derive(*two_terms(math.inf, -math.inf)))


def two_terms(first: float, second: float) -> tuple[Value, Value]:
    """first * x + second * x, and x."""
    x = Value(1.0, "x")
    return Value(first, "p") * x + Value(second, "q") * x, x


def sigmoid_and_b_1() -> tuple[Value, Value]:
    model = two_three_one("sigmoid", seed=1)
    return cost(model, [0.5, -0.3], 1.0, "bce"), dict(model.named_parameters())["b_1"]


def test_the_recursion_hands_local_gradients_back() -> None:
    model = two_three_one(parameters=PARAMETERS | {"b_2": 0.244})
    c = cost(model, X, TARGET)
    b_1 = dict(model.named_parameters())["b_1"]
    derivation = derive(c, b_1, method="recursion")
    assert derivation.value == derive(c, b_1).value
    lines = derivation.text().splitlines()
    assert lines[0] == "δ(v) = ∂C/∂v, from the output back:"
    assert [line.split(" = ")[0] for line in lines[1:] if line.startswith(("δ", "∂"))] == [
        "δ(a³₁)", "δ(z³₁)", "δ(a²₁)", "δ(a²₂)", "δ(a²₃)", "δ(z²₁)", "δ(z²₂)", "δ(z²₃)", "∂C/∂b₁",
    ]  # fmt: skip
    assert "δ(z²₁) = δ(a²₁) · ∂a²₁/∂z²₁\n       = δ(a²₁) · 1\n       = −0.14 · 1\n       = −0.14" in derivation.text()
    assert derivation.text().endswith(
        "= −0.14 · 1\n         + (−0.16) · 1\n         + 0.18 · 1\n       = −0.14 − 0.16 + 0.18 = −0.12"
    )
    assert_golden("2-3-1-recursion.txt", derivation.text() + "\n")
    assert_golden("2-3-1-recursion.tex", derivation.latex() + "\n")


def test_the_forward_pass_is_written_too() -> None:
    c = cost(two_three_one("sigmoid", parameters=PARAMETERS), X, TARGET, "bce")
    assert repr(evaluate(c)) == f"<Evaluation C ≈ {c.data:.4g}>"
    assert_golden("2-3-1-forward.txt", evaluate(c).text() + "\n")
    ElementTree.fromstring(evaluate(c).mathml())


def test_paths_up_to_a_number_then_the_recursion() -> None:
    model = MLP(1, [8, 1], "tanh", bias="layer", seed=1)
    c = cost(model, [0.5], 1.0)
    b_1 = dict(model.named_parameters())["b_1"]
    assert derive(c, b_1).path_count == 8
    assert "δ" not in derive(c, b_1).text()
    assert "δ" in derive(c, b_1, max_paths=7).text()
    assert "δ" not in derive(c, b_1, max_paths=7, method="paths").text()


def test_a_deep_network_is_linear_in_its_size() -> None:
    """2 to the 40 paths, and the recursion has a line for each node."""
    x = y = Value(1.0, "x")
    for _ in range(40):
        y = y * 0.5 + y * 0.5
    derivation = derive(y, x)
    assert derivation.path_count == 2**40
    assert derivation.value == 1.0
    assert derivation.check()
    assert len(derivation.text()) < 40_000
    with pytest.raises(ValueError, match=r"1,099,511,627,776 paths are too many to write out"):
        derive(y, x, method="paths")


def test_a_chain_of_10_000_nodes() -> None:
    x = y = Value(0.5, "x")
    for _ in range(10_000):
        y = y + 0.001
    derivation = derive(y, x)
    assert derivation.value == 1.0
    assert derivation.text().count("∂") > 10_000


def test_unlabelled_nodes_are_explained() -> None:
    a, b = Value(2.0, "a"), Value(-3.0)
    assert str(derive(a * b + a, a)) == (
        "∂v₃/∂a = ∂v₃/∂v₂ · ∂v₂/∂a\n"
        "         + ∂v₃/∂a\n"
        "       = 1 · v₁\n"
        "         + 1\n"
        "       = 1 · (−3)\n"
        "         + 1\n"
        "       = −3 + 1 = −2\n"
        "with v₁ = −3\n"
        "with v₂ = a · v₁ = −6\n"
        "with v₃ = v₂ + a = −4"
    )


def test_both_edges_of_a_square_count() -> None:
    a = Value(3.0, "a")
    derivation = derive(a * a, a)
    assert derivation.value == 6.0
    assert "∂v₁/∂a = 2a\n       = 2 · 3\n       = 6\n" in derivation.text()


def test_the_output_itself_and_what_it_does_not_depend_on() -> None:
    a, b = Value(3.0, "a"), Value(4.0, "b")
    assert str(derive(a, a)) == "∂a/∂a = 1"
    c = a * 2
    c.label = "c"
    assert str(derive(c, b)) == "∂c/∂b = 0\n(c does not depend on b)"
    assert derive(c, b).check()


def test_a_user_s_operation_is_derived() -> None:
    cube = operation("cube", lambda x: x**3, lambda z, x: (3 * x**2,))
    x = Value(2.0, "x")
    y = cube(x)
    y.label = "y"
    assert str(derive(y, x)) == "∂y/∂x = 3x²\n      = 3 · 2²\n      = 12".replace("∂y/∂x = ∂y/∂x", "∂y/∂x = ∂y/∂x")
    assert derive(y, x).check()


def test_numbers_to_a_chosen_number_of_digits() -> None:
    x = Value(1 / 3, "x")
    assert derive(x * x, x, digits=2).text().splitlines()[1] == "       ≈ 2 · 0.33"
    assert derive(x * x, x, digits=8).text().splitlines()[1] == "       ≈ 2 · 0.33333333"


def test_a_mutated_leaf_is_noticed() -> None:
    x = Value(2.0, "x")
    y = x * x
    x.data = 5.0
    with pytest.raises(ValueError, match="out of date"):
        derive(y, x)


def test_what_is_not_accepted() -> None:
    x = Value(2.0, "x")
    with pytest.raises(TypeError, match="derive takes Values, got float as parameter"):
        derive(x, 2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="method is 'auto', 'paths' or 'recursion', got 'path'"):
        derive(x, x, method="path")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="digits is a whole number from 1 to 17, got 0"):
        derive(x, x, digits=0)


def test_nothing_is_changed_and_no_grad_does_not_matter() -> None:
    x = Value(0.5, "x")
    y = tanh(x) * x
    y.backward()
    before = (x.grad, y.grad, x.data)
    with no_grad():
        assert derive(y, x).value == x.grad
    assert (x.grad, y.grad, x.data) == before


def test_checks_see_a_wrong_partial() -> None:
    wrong = operation("wrong", lambda x: x * x, lambda z, x: (3 * x,))
    x = Value(2.0, "x")
    check = derive(wrong(x), x).check()
    assert not check
    assert check.difference == pytest.approx(0.5)


def test_a_kink_accepts_any_slope_between_the_sides() -> None:
    x = Value(0.0, "x")
    check = derive(relu(x), x).check()
    assert (check.slopes.left, check.slopes.right) == (0.0, 1.0)
    assert check


def test_what_a_notebook_shows() -> None:
    x = Value(2.0, "x")
    derivation = derive(x * x, x)
    assert derivation._repr_latex_() == f"$$\n{derivation.latex()}\n$$"
    assert not hasattr(derivation, "_repr_html_")  # a notebook would prefer it
    assert repr(derivation) == "<Derivation ∂v₁/∂x = 4>"


def test_labels_are_untrusted() -> None:
    x = Value(2.0, '<script>alert("x")</script>')
    assert "<script" not in derive(x * x, x).mathml()
    ElementTree.fromstring(derive(x * x, x).mathml())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12))
def test_random_graphs(steps: list[tuple[int, int, int]]) -> None:
    """Paths and recursion agree with each other, with grad, and with finite differences; the text is well formed."""
    nodes = [Value(0.7, "a"), Value(-0.4, "b"), Value(1.3)]
    make: list[Callable[[Value, Value], Value]] = [
        lambda x, y: x + y, lambda x, y: x * y, lambda x, y: x - 2.0 * y,
        lambda x, y: tanh(x), lambda x, y: sigmoid(x) * y, lambda x, y: exp(x * 0.1),
    ]  # fmt: skip
    for kind, i, j in steps:
        nodes.append(make[kind](nodes[i % len(nodes)], nodes[j % len(nodes)]))
    output = nodes[-1]
    for parameter in nodes[:3]:
        recursion = derive(output, parameter, method="recursion")
        assert recursion.value == pytest.approx(grad(output, parameter).data, rel=1e-9, abs=1e-12)
        assert recursion.check()
        if recursion.path_count <= 50:
            paths = derive(output, parameter, method="paths")
            assert paths.value == recursion.value
            for derivation in (paths, recursion):
                assert not re.search(r"\+ −|− −|\b1\.0\b|  ·", derivation.text())
                ElementTree.fromstring(derivation.mathml())


def test_a_derivation_survives_its_graph_being_copied() -> None:
    model = two_three_one(parameters=PARAMETERS)
    c = copy.deepcopy(cost(model, X, TARGET))
    twin = next(node for node in c.operands[0].operands[0].operands if node.label == "b_2")
    assert derive(c, twin).value == derive(cost(model, X, TARGET), dict(model.named_parameters())["b_2"]).value


def test_what_stands_above_and_below_a_fraction_bar_cancels() -> None:
    """Cross-entropy after a sigmoid: −(y − a) / (a(1 − a)) · a(1 − a) is −(y − a)."""
    z, y = Value(0.3, "z"), Value(1.0, "y")
    a = sigmoid(z)
    a.label = "a"
    c = binary_cross_entropy(a, y)
    c.label = "C"
    assert derive(c, z).text().splitlines() == [
        "∂C/∂z = ∂C/∂a · ∂a/∂z",
        "      = −(y − a)/(a(1 − a)) · a(1 − a)",
        "      = −(y − a)",
        "      ≈ −(1 − 0.5744)",
        "      ≈ −0.4256",
    ]


def test_nothing_cancels_where_the_derivative_is_not_finite() -> None:
    x = Value(0.0, "x")
    z = (1 / x) * x  # inf · 0, and not 1
    assert "NaN" in derive(z, x).text()


FX, FY = Symbol("x", 0.3), Symbol("y", -1.7)
factors = st.lists(st.sampled_from([FX, FY, 1 - FX, FX * FY, FX**3, 2 * FX, -FY, Number(3.0)]), min_size=1, max_size=5)


@given(factors, factors)
def test_cancelling_keeps_the_number(above: list[Expression], below: list[Expression]) -> None:
    product = [*above, *[as_expression(div(1, factor)) for factor in below]]
    shortened = cancelled(product)
    assert shortened or not set(above) & set(below) - {Number(3.0)}
    if shortened:
        assert value_of(shortened) == pytest.approx(math.prod(map(value_of, product)), rel=1e-12)


def test_a_notebook_is_not_handed_megabytes() -> None:
    """What it shows is the whole where that is not long; else the beginning and the result, and it says so."""
    x = Value(1.0, "x")
    short = x * x + 1
    assert derive(short, x)._repr_latex_() == f"$$\n{derive(short, x).latex()}\n$$"
    deep, wide, nameless = x, total([x * i for i in range(1_000)]), x
    for _ in range(1_000):
        deep, nameless = deep * x + 0.5, -nameless
    for working, left_out in (
        (derive(deep, x), r"… 1,\d\d\d equations more: text\(\) and latex\(\) give all"),
        (evaluate(deep), r"… 1,\d\d\d equations more"),
        (derive(wide, x, method="paths"), "… 1 equation more"),
        (derive(nameless, x), "… 1 equation more"),
    ):
        shown, whole = working._repr_latex_(), working.latex()
        assert len(shown) < 60_000 < len(whole)
        assert re.search(left_out, shown)
        assert shown.splitlines()[-3].endswith(whole.splitlines()[-2].split("&")[-1]) or "with" in whole
        assert shown.count(r"\begin") == shown.count(r"\end") == 1
    assert len(derive(wide, x, method="paths").draw(depth=1).caption) < 5_000


def test_what_a_notebook_shows_is_the_whole_if_that_just_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = Value(2.0, "x"), Value(3.0)
    for working in (evaluate(x * x + x), derive(x * y, x)):
        rows = working.latex().splitlines()[1:-1]
        size = sum(len(row.removesuffix(" \\\\")) + 4 for row in rows)
        monkeypatch.setattr("autograd.deriving.working.NOTEBOOK", size)
        assert working._repr_latex_() == f"$$\n{working.latex()}\n$$"
        monkeypatch.setattr("autograd.deriving.working.NOTEBOOK", size - 1)
        assert "give all" in working._repr_latex_()


def test_a_forward_pass_has_some_digits() -> None:
    with pytest.raises(ValueError, match="digits is a whole number from 1 to 17, got 0"):
        evaluate(Value(1.0), digits=0)


def test_the_work_of_a_rule_grows_with_its_operands_and_no_faster() -> None:
    calls = 0

    class Counted(Arithmetic):
        def apply_operation(self, op: Operation, operands: tuple[object, ...]) -> "Counted":
            nonlocal calls
            calls += 1
            return self

    for op in table.values():
        if op.arity is None:
            for rules in (op.partials, op.textbook):
                calls = 0
                rules(*[Counted() for _ in range(202)])
                assert calls <= 5 * 202, op


def test_below_a_picture_stands_the_result_where_there_are_several_equations() -> None:
    x = Value(2.0, "x")
    c = (x * x + x) * x
    c.label = "C"
    assert derive(c, x, method="recursion").draw().caption == "∂C/∂x = 16"
    assert derive(c, x, method="paths").draw().caption.startswith("∂C/∂x = ∂C/∂")
