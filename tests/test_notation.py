"""Labels, numbers and formulas as they are written: no 1.0·x, no + −3, brackets where needed and only there."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import implicit_multiplication, parse_expr, standard_transformations

from autograd import Value, exp, operation, topological_order
from autograd.core import constant
from autograd.core.operations import table
from autograd.notation import (
    Expression,
    LatexWriter,
    MathmlWriter,
    Number,
    Symbol,
    TextWriter,
    as_expression,
    format_number,
    formula,
    partial,
    symbols_for,
    unicode_label,
)
from autograd.notation.latex import format_latex_number, latex_label


@pytest.mark.parametrize(
    ("label", "text", "latex"),
    [
        ("w^1_21", "w¹₂₁", "w^{1}_{21}"),
        ("w^1_10,2", "w¹₁₀,₂", "w^{1}_{10,2}"),
        ("b_1", "b₁", "b_{1}"),
        ("a^12_3", "a¹²₃", "a^{12}_{3}"),
        ("Y'", "Y′", "Y'"),
        ("x", "x", "x"),
        ("z^2_1[3]", "z²₁[3]", "z^{2}_{1}[3]"),
        ("who", "who", r"\mathrm{who}"),
        ("σ_1", "σ₁", r"\sigma _{1}"),
        ("w^l_jk", "w^l_jk", "w^{l}_{jk}"),
        ("two words", "two words", r"\text{“two words”}"),
        ("50%_{a}", "50%_{a}", r"\text{“50\%\_\{a\}”}"),
    ],
)
def test_labels(label: str, text: str, latex: str) -> None:
    assert unicode_label(label) == text
    assert latex_label(label) == latex


@pytest.mark.parametrize(
    ("x", "digits", "text", "latex"),
    [
        (0.0, 4, "0", "0"),
        (-0.0, 4, "0", "0"),
        (1.0, 4, "1", "1"),
        (-0.25, 4, "−0.25", "-0.25"),
        (1 / 3, 4, "0.3333", "0.3333"),
        (1 / 3, 2, "0.33", "0.33"),
        (12345.0, 2, "12345", "12345"),
        (12345.678, 4, "12350", "12350"),
        (2.5e-7, 4, "2.5·10⁻⁷", r"2.5 \cdot 10^{-7}"),
        (-1e-7, 4, "−10⁻⁷", "-10^{-7}"),
        (1e300, 4, "10³⁰⁰", "10^{300}"),
        (float("inf"), 4, "∞", r"\infty"),
        (float("-inf"), 4, "−∞", r"-\infty"),
        (float("nan"), 4, "NaN", r"\mathrm{NaN}"),
        (0.1 + 0.2, 15, "0.3", "0.3"),
    ],
)
def test_numbers(x: float, digits: int, text: str, latex: str) -> None:
    assert format_number(x, digits) == text
    assert format_latex_number(x, digits) == latex


@given(st.floats(-1e307, 1e307), st.integers(1, 15))
def test_a_number_reads_back_to_its_digits(x: float, digits: int) -> None:
    raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
    text = format_number(x, digits).replace("−", "-")
    match = re.fullmatch(rf"(-?)([\d.]*)·?(?:10([{raised}]+))?", text)
    assert match
    exponent = (match[3] or "0").translate(str.maketrans(raised, "0123456789-"))
    read = float(f"{match[1]}{match[2] or 1}e{exponent}")
    assert read == pytest.approx(x, rel=0.5001 * 10.0 ** (1 - digits), abs=0)


X, Y, A = Symbol("x", 2.0), Symbol("y", -3.0), Symbol("a^2_1", 0.5)


@pytest.mark.parametrize(
    ("made", "text", "numbers", "latex"),
    [
        (lambda: X * 1.0, "x", "2", "x"),
        (lambda: X + (-3.0), "x − 3", "2 − 3", "x - 3"),
        (lambda: X + -(Y * 2), "x − 2y", "2 − 2 · (−3)", "x - 2y"),
        (lambda: X - (-Y), "x + y", "2 + (−3)", "x + y"),
        (lambda: -2 * (Y - A), "−2(y − a²₁)", "−2(−3 − 0.5)", "-2(y - a^{2}_{1})"),
        (lambda: X - (Y + A), "x − (y + a²₁)", "2 − (−3 + 0.5)", "x - (y + a^{2}_{1})"),
        (lambda: X + (Y + A), "x + y + a²₁", "2 + (−3) + 0.5", "x + y + a^{2}_{1}"),
        (lambda: (X + Y) * (X - Y), "(x + y)(x − y)", "(2 + (−3))(2 − (−3))", "(x + y)(x - y)"),
        (lambda: A * (1 - A), "a²₁(1 − a²₁)", "0.5(1 − 0.5)", "a^{2}_{1}(1 - a^{2}_{1})"),
        (lambda: 1 - A * A, "1 − (a²₁)²", "1 − 0.5²", "1 - (a^{2}_{1})^{2}"),
        (lambda: X * Y, "x · y", "2 · (−3)", r"x \cdot y"),
        (lambda: Y * X, "y · x", "−3 · 2", r"y \cdot x"),
        (lambda: 1 / (2 * X), "1/(2x)", "1/(2 · 2)", r"\frac{1}{2x}"),
        (lambda: -X / Y / Y, "−x/y²", "−2/(−3)²", r"-\frac{x}{y^{2}}"),
        (lambda: (X - Y) / (A * (1 - A)), "(x − y)/(a²₁(1 − a²₁))", "(2 − (−3))/(0.5(1 − 0.5))",
         r"\frac{x - y}{a^{2}_{1}(1 - a^{2}_{1})}"),
        (lambda: X / Y, "x/y", "2/(−3)", r"\frac{x}{y}"),
        (lambda: X**-1.0, "x⁻¹", "2⁻¹", "x^{-1}"),
        (lambda: X ** (Y - 1), "x^(y − 1)", "2^(−3 − 1)", "x^{y - 1}"),
        (lambda: (X + Y) ** 2.0, "(x + y)²", "(2 + (−3))²", "(x + y)^{2}"),
        (lambda: (-X) ** 2.0, "(−x)²", "(−2)²", "(-x)^{2}"),
        (lambda: -(X**2.0), "−x²", "−2²", "-x^{2}"),
        (lambda: X / 3, "x/3", "2/3", r"\frac{x}{3}"),
        (lambda: Number(1.0) / 3, "1/3", "1/3", r"\frac{1}{3}"),
        (lambda: X + X, "2x", "2 · 2", "2x"),
        (lambda: X - X, "0", "0", "0"),
        (lambda: -1 * (-X), "x", "2", "x"),
        (lambda: 0.0 * X + Y, "y", "−3", "y"),
        (lambda: X * 1e-7, "10⁻⁷ · x", "10⁻⁷ · 2", r"10^{-7} \cdot x"),
        (lambda: table["sigmoid"](X - Y), "σ(x − y)", "σ(2 − (−3))", r"\sigma(x - y)"),
        (lambda: table["exp"](-X), "exp(−x)", "exp(−2)", "e^{-x}"),
        (lambda: table["sqrt"](X + 1), "√(x + 1)", "√(2 + 1)", r"\sqrt{x + 1}"),
        (lambda: table["step"](Y), "[y > 0]", "[−3 > 0]", r"\left[y > 0\right]"),
        (lambda: table["abs"](Y) * 2, "|y| · 2", "|−3| · 2", None),
        (lambda: table["maximum"](X, Y), "max(x, y)", "max(2, −3)", r"\max(x, y)"),
        (lambda: table["log1p"](Y), "ln(1 + y)", "ln(1 + (−3))", r"\ln(1 + y)"),
    ],
)  # fmt: skip
def test_formulas(made: Callable[[], Expression], text: str, numbers: str, latex: str | None) -> None:
    if text == "|y| · 2":
        text, numbers = "2 · |y|", "2 · |−3|"  # the coefficient comes first
    assert TextWriter().write(made()) == text
    assert TextWriter(numbers=True).write(made()) == numbers
    if latex is not None:
        assert LatexWriter().write(made()) == latex
    ElementTree.fromstring(f"<math>{MathmlWriter().write(made())}</math>")


def _expressions() -> st.SearchStrategy[Expression]:
    leaves = st.sampled_from([X, Y, A, Number(2.0), Number(-3.0), Number(1.0), Number(0.5)])

    def combine(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        pairs = st.tuples(parts, parts)
        return st.one_of(
            pairs.map(lambda p: p[0] + p[1]),
            pairs.map(lambda p: p[0] - p[1]),
            pairs.map(lambda p: p[0] * p[1]),
            pairs.map(lambda p: p[0] / (p[1] * p[1] + 7)),
            parts.map(lambda e: -e),
            parts.map(lambda e: e**2.0),
            parts.map(lambda e: table["sin"](e)),
        )

    return st.recursive(leaves, combine, max_leaves=12)


RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def value_of(e: Expression) -> float:
    """The number of an expression, by its structure."""
    match e:
        case Number(value) | Symbol(_, value):
            return value
    op, operands = e.op, e.operands  # type: ignore[attr-defined]
    return float(op.evaluate(*map(value_of, operands)))


@given(_expressions())
@example(Number(0.00390625) ** 2.0)  # whose number is written as 1.52587890625 · 10⁻⁵
def test_what_is_written_means_what_was_meant(e: Expression) -> None:
    """SymPy reads the text back, with the numbers put in: brackets and signs are where the meaning needs them."""
    for writer in (TextWriter(digits=15, numbers=True), TextWriter(digits=15)):
        text = writer.write(e)
        assert "+ −" not in text
        assert "− −" not in text
        assert not re.search(r"(?<![\d.])1 · |(?<![\d.])1[xya(]|\d\.0(?!\d)", text) or writer.numbers
        plain = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: f"**({m[0].translate(RAISED)})",
                       text.replace("a²₁", "a").replace("−", "-").replace("·", "*"))  # fmt: skip
        plain = re.sub(r"(?<=[\w)])\((?<!sin\()", "*(", plain)
        read = parse_expr(plain, {"x": 2.0, "y": -3.0, "a": 0.5, "sin": sympy.sin},
                          (*standard_transformations, implicit_multiplication))  # fmt: skip
        assert float(read) == pytest.approx(value_of(e), rel=1e-9, abs=1e-9)


def test_unlabelled_nodes_get_names_of_their_own() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "v_1")
    c = a * b + a * 2.0
    names = [
        TextWriter().write(symbol)
        for node, symbol in symbols_for(topological_order(c)).items()
        if node.op is not constant
    ]
    assert names == ["a", "v₁", "v₂", "v₃", "v₄"]  # v_1 is taken


def test_shared_labels_are_told_apart() -> None:
    a, b = Value(2.0, "w"), Value(3.0, "w")
    symbols = symbols_for(topological_order(a * b))
    assert [TextWriter().write(symbols[node]) for node in (a, b)] == ["w[1]", "w[2]"]


def test_a_row_that_takes_only_floats_is_written_by_name() -> None:
    import math

    lgamma = operation("lgamma", math.lgamma, lambda z, x: (math.log(x) - 1 / (2 * x),))
    x = Value(5.0, "x")
    z = lgamma(x)
    symbols = symbols_for(topological_order(z))
    assert TextWriter().write(formula(z, symbols)) == "lgamma(x)"
    assert TextWriter().write(partial(z, x, symbols)) == "∂v₁/∂x"
    assert TextWriter(numbers=True).write(partial(z, x, symbols)) == "1.509"


@pytest.mark.parametrize("name", table)
def test_every_operation_is_written(name: str) -> None:
    """In each notation, as a formula and as partials, with brackets that match."""
    op = table[name]
    count = op.arity or 5
    operands = tuple(Value(0.25 * k + 0.5, f"x_{k}") for k in range(1, count + 1))
    node = Value.apply_operation(op, operands)
    symbols = symbols_for(topological_order(node))
    for e in [formula(node, symbols), *[partial(node, x, symbols) for x in operands]]:
        for writer in (TextWriter(), TextWriter(numbers=True), LatexWriter(), LatexWriter(numbers=True)):
            text = writer.write(e)
            assert text
            assert text.count("(") == text.count(")")
            assert text.count("{") == text.count("}")
        for mathml in (MathmlWriter(), MathmlWriter(numbers=True)):
            ElementTree.fromstring(f"<math>{mathml.write(e)}</math>")


@given(st.text(max_size=30))
def test_any_label_is_safe(label: str) -> None:
    x = Symbol(label, 1.0)
    printable = all(c.isprintable() for c in label)
    if printable:
        ElementTree.fromstring(f"<math>{MathmlWriter().write(x * x)}</math>")
    latex = LatexWriter().write(x)
    assert latex.replace(r"\{", "").replace(r"\}", "").count("{") == latex.replace(r"\{", "").replace(r"\}", "").count(
        "}"
    )


def test_formulas_are_equal_by_what_they_say_and_not_by_their_hash() -> None:
    one, two = exp(as_expression(-1.0)), exp(as_expression(-2.0))
    assert hash(one) == hash(two)  # as those of -1.0 and -2.0 are, in CPython
    assert one != two
    assert one == exp(as_expression(-1.0))
