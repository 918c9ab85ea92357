"""Any label and any name of an operation, in all that is written: formulas, pictures, pages, files and source."""

import ast
import re
import string
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograd import Operation, Value, compile, derive, draw, evaluate, explore, operation, total, unicode_label
from autograd.core import topological_order
from autograd.notation import Derivative, LatexWriter, LocalGradient, Symbol, TextWriter, symbols_for
from autograd.notation.latex import latex_label
from nn import MLP
from nn.report import _file_names, report
from tests.typesetting import complaints

GREEK = [
    chr(c)
    for c in [*range(0x0391, 0x03CA), *map(ord, "ϑϕϖϝϰϱϵµ")]
    if unicodedata.category(chr(c)) in ("Lu", "Ll") and not unicodedata.decomposition(chr(c)).startswith("0")
]
HOSTILE = [
    "w_in_h_1", "_", "_1", "1_", "w^1_", "a^b^c", "y''^1_2", "w²₁₃", "x₁", "x²_1", "½x", "x_²", "x_٣", "x^α_β",
    "R&D", "f#", "#", "&", "%", "50%", "%s", "%s%s%", "%(x)s", "{0}", "$", "$$x$$", "~", "^", "\\", "\\\\", "\\N",
    "{", "}", "}}}", "a{b}c", "\\text{", "\\end{aligned}", "\\def\\x{\\x}\\x", "%\n%", "`", "'", '"', "“”", "|", "<b>",
    "</script><script>alert(1)</script>", "<!--", "]]>", "&amp;", "two words", " ", "  a  ", "a\tb", "\n", "a\r\nb",
    "\x00", "\x1b[31m", "\x7f", "\u2028", "\u202eabc", "\ufeff", "\ue0000\ue001", "\ud800", "\udfff_1", "a\udc80",
    "é", "Größe_max", "e\u0301", "\u0301", "λ\u0301b", "{\u0301", "日本_語", "שלום", "عربي_1", "नमस्ते", "🎉", "👩‍🔬",
    "ﬁ", "ℓ_i", "ℏ", "𝑥", "€", "∂C/∂w", "∞", "−x", "x" * 300, "lambda", "None", "__debug__", "class_1", "print", "np",
    "1e5", "0", "../../x", "con", "a/b", "[1]", "x[1]", "a,b", "w_1,2", "v_1", "nan",
]  # fmt: skip


def called(name: str) -> Operation:
    """An operation of this name."""
    return operation(name, lambda x, y: x * y, lambda z, x, y: (y, x))


def written(name: str) -> list[Operation]:
    """Operations that are written so: as a name, and around their operand."""
    rule = lambda z, x: (1.0,)  # noqa: E731
    return [operation("f", lambda x: x, rule, text=text) for text in (name, f"{name}%s{name}")]


def graph(name: str) -> tuple[Value, Value]:
    """A result and a leaf where everything is called so."""
    x, y = Value(2.0, name), Value(3.0, name)
    z = called(name)(x * x, y) + x
    for op in written(name):
        z = op(z)
    z.label = name
    return z, x


def test_every_formula_is_typeset() -> None:
    formulas = [" ".join(map(latex_label, GREEK))]
    for name in [*HOSTILE, "λ"]:
        z, x = graph(name)
        symbols = symbols_for(topological_order(z))
        slope = Derivative(symbols[z], symbols[x], 1.0) * LocalGradient(symbols[x], 1.0) * symbols[x] ** 2.0
        formulas += [evaluate(z).latex(), LatexWriter().write(slope)]
    *answers, about_a_wrong_one = complaints([*formulas, "w_{in_h_1}"])
    assert [(formula, answer) for formula, answer in zip(formulas, answers, strict=True) if answer] == []
    assert "ouble subscript" in about_a_wrong_one


def test_every_sign_and_accent_is_typeset() -> None:
    """Those of mathematics above all: ℒ, ∑ and ≠ are commands to some who typeset."""
    signs = [chr(c) for c in range(0x2C00) if unicodedata.category(chr(c)) in ("Sm", "Mn") or 0x2100 <= c < 0x2140]
    names = [a + b for a in "@|'" for b in string.punctuation] + signs
    written = [*map(latex_label, signs), *map(LatexWriter().name, names)]
    written += [LatexWriter().write(Symbol(f"{c}''_1", 2.0) ** 2.0) for c in "xλℒ"]
    formulas = [" ".join(written[i : i + 100]) for i in range(0, len(written), 100)]
    assert [answer for answer in complaints(formulas) if answer] == []


def test_greek_letters_are_the_letters_that_they_are() -> None:
    assert len(GREEK) == 57
    assert [latex_label(c) for c in "λςϕφϵεΑοµ"] == [
        r"\lambda ", r"\varsigma ", r"\phi ", r"\varphi ", r"\epsilon ", r"\varepsilon ", r"\mathrm{A}", "o", r"\mu ",
    ]  # fmt: skip
    assert all(latex_label(c).isascii() for c in GREEK)


def test_names_of_operations_are_no_templates_and_templates_are_no_formats() -> None:
    x = Symbol("x", 2.0)
    percent = operation("%s", lambda x: x, lambda z, x: (1.0,))
    assert (TextWriter().write(percent(x)), LatexWriter().write(percent(x))) == ("%s(x)", r"\operatorname{\%s}(x)")
    part = operation("part", lambda x: x, lambda z, x: (1.0,), text="%s% of %d")
    assert TextWriter().write(part(x)) == "x% of %d"
    wrong = operation("pair", lambda x: x, lambda z, x: (1.0,), text="<%s, %s>")
    assert TextWriter().write(wrong(x)) == "pair(x)"


def test_text_and_mathml_and_svg_and_dot_hold_any_name() -> None:
    for name in HOSTILE:
        z, x = graph(name)
        for working in (derive(z, x, method="recursion"), evaluate(z)):
            assert working.text().encode()
            assert ElementTree.fromstring(working.mathml()).tag == "math"
        drawing = derive(z, x).draw()
        for text in (drawing.source, drawing.text(), repr(drawing), unicode_label(name)):
            assert text.encode()
    everything = total([graph(name)[0] for name in HOSTILE[::3]])
    assert ElementTree.fromstring(draw(everything, level="everything").svg()).tag.endswith("svg")


class Tags(HTMLParser):
    """Counts the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)


def test_pages_hold_any_name(tmp_path: Path) -> None:
    names = [*HOSTILE[::2], "\ud800", "</script><script>alert(1)</script>"]
    hostile, usual = (explore(total([graph(name)[0] for name in some]), title="".join(some)) for some in (names, ["x"]))
    assert hostile.save(tmp_path / "page.html").read_bytes() == hostile.html().encode()
    assert Tags(hostile.html()).found == Tags(usual.html()).found
    assert hostile._repr_mimebundle_()["text/html"].encode()


def test_names_in_source_are_pythons_and_each_is_given_once() -> None:
    for name in HOSTILE:
        w = Value(0.5, name)

        def function(x: Value, w: Value = w, name: str = name) -> Value:
            z: Value = called("f")(w, x) + x
            z.label = name
            return z

        lines = ast.parse(compile(function, [w]).source)
        given = [node.id for node in ast.walk(lines) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        assert given == list(dict.fromkeys(given))


def test_nodes_that_are_written_alike_are_told_apart() -> None:
    for labels in (["a", "a", "a[1]"], ["a_1", "a₁"], ["\x00", "\x01"], ["\ud800", "�"], ["v_1", "", "v₁"]):
        nodes = [Value(1.0, label) for label in labels]
        symbols = symbols_for(topological_order(total(nodes)))
        assert len({TextWriter().write(symbols[node]) for node in nodes}) == len(labels)
        assert len({LatexWriter().write(symbols[node]) for node in nodes}) == len(labels)


@pytest.mark.parametrize("name", ["w_in_h_1", "R&D", "λ"])
def test_names_that_people_use(name: str) -> None:
    expected = {
        "w_in_h_1": (r"w_{in\_h\_1}", r"\operatorname{w\_in\_h\_1}", "w_in_h_1"),
        "R&D": (r"\text{“R\&D”}", r"\operatorname{R\&D}", "R&D"),
        "λ": (r"\lambda ", r"\lambda ", "λ"),
    }[name]
    around = LatexWriter().write(called(name)(Symbol("x", 1.0), Symbol("y", 1.0))).removesuffix("(x, y)")
    assert (latex_label(name), around, unicode_label(name)) == expected


def test_file_names_of_a_report_are_safe_and_each_is_given_once(tmp_path: Path) -> None:
    alike = ["w^1", "w1", "W1", "w_1", "w-1", "w 1", "w1-2", "network", "index", "x" * 250, "x" * 251, "é", "è"]
    labels = list(dict.fromkeys([*alike, *HOSTILE, *GREEK]))
    names = _file_names(labels)
    assert names == _file_names(labels)
    assert len({name.lower() for name in names}) == len(labels)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,70}\.svg", name), name
        assert name.lower() not in ("network.svg", "con.svg", "nul.svg")
    assert _file_names(["w^1_21", "w^1_10,2", "b_1"]) == ["w1_21.svg", "w1_10-2.svg", "b_1.svg"]  # as ever


def test_a_report_holds_any_label(tmp_path: Path) -> None:
    model = MLP(2, [1], seed=1)
    for parameter, label in zip(model.parameters(), ["w^1", "w1", "../../\ud800"], strict=True):
        parameter.label = label
    result = report(model, [0.5, -0.3], [1.0], title="\ud800<b>")
    pictures = result.pictures()
    assert [*pictures] == ["network.svg", "w1.svg", "w1-2.svg", "parameter.svg"]
    page = result.page(pictures)
    assert page.encode()
    assert result.text().encode()
    anchors = re.findall(r'<a href="#([^"]*)"', page)
    assert len(set(anchors)) == len(anchors) == 5
    assert all(page.count(f'id="{anchor}"') == 1 for anchor in anchors)
