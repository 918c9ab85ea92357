"""Labels, numbers and formulas in LaTeX, as KaTeX and MathJax typeset it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from autograd.core import Operation
from autograd.notation.expressions import Expression
from autograd.notation.labels import label_parts, printable
from autograd.notation.numbers import decimal_parts, times_power
from autograd.notation.writer import Factor, FormulaWriter, around_operands

# What stands for a character in LaTeX: in mathematics, and in text. Greek letters that look like Latin ones have no
# macro; the variants are told apart as Unicode does: φ is \varphi, and ϕ is \phi.
_GREEK = r"""
α\alpha β\beta γ\gamma δ\delta ε\varepsilon ζ\zeta η\eta θ\theta ι\iota κ\kappa λ\lambda μ\mu µ\mu ν\nu ξ\xi π\pi ρ\rho
σ\sigma ς\varsigma τ\tau υ\upsilon φ\varphi χ\chi ψ\psi ω\omega ϑ\vartheta ϕ\phi ϵ\epsilon ϰ\varkappa ϱ\varrho ϖ\varpi
ϝ\digamma Γ\Gamma Δ\Delta Θ\Theta Λ\Lambda Ξ\Xi Π\Pi Σ\Sigma Υ\Upsilon Φ\Phi Ψ\Psi Ω\Omega ℓ\ell ℏ\hbar"""
_MATHEMATICS = {word[0]: word[1:] + " " for word in _GREEK.split()} | {"ο": "o"}
_MATHEMATICS |= {c: rf"\mathrm{{{latin}}}" for c, latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)}
_MATHEMATICS |= {"\\": r"{\backslash}", "^": r"{\wedge}", "~": r"{\sim}", "⏎": r"{\hookleftarrow}", "�": r"{\square}"}
# KaTeX takes these for commands of mathematics, which \text cannot hold; and it knows no other accents than those.
_SIGNS = "‼ℋℌℐℒℛℨℬℭℰℱℳ↤∉∌∏∐∑∫∬∭∮∯∰∷∹≔≕≘≙≚≛≝≞≟≠⋀⋁⋂⋃⌜⌝⌞⌟⟂⟦⟧⦃⦄⦵⨀⨁⨂⨄⨆⩴"
_MATHEMATICS |= {c: f"{{{c}}}" for c in _SIGNS}
_FOREIGN = re.compile(rf"[^\x00-\x7f{_SIGNS}]+")
_UNKNOWN_ACCENTS = re.compile("[\u0300-\u036f](?<![\u0300-\u0304\u0306-\u0308\u030a-\u030c\u0327])")
_ESCAPED = {c: f"\\{c}" for c in "{}$&#_%"}
_IN_NAMES = {ord(c): tex for c, tex in {**_MATHEMATICS, **_ESCAPED, "@": "{@}", " ": "\\ ", "\u00a0": "\\ "}.items()}
_IN_TEXT = {ord(c): f"}}{tex}\\text{{" for c, tex in _MATHEMATICS.items()} | {ord(c): x for c, x in _ESCAPED.items()}
_IN_TEXT |= {0xA0: "~"}


def latex_label(label: str) -> str:
    """w^1_21 as w^{1}_{21}; a label of another form as text."""
    match = label_parts(label)
    if not match:
        return latex_text(f"“{label}”")
    base, up, down, which = (latex_name(match[part] or "") for part in ("base", "up", "down", "which"))
    base = base if len(match["base"]) == 1 else rf"\mathrm{{{base}}}"
    return base + match["prime"] + (up and f"^{{{up}}}") + (down and f"_{{{down}}}") + which


def latex_text(text: str) -> str:
    """Any text in a formula."""
    return _with_bases(rf"\text{{{_normal(text).translate(_IN_TEXT)}}}")


def latex_name(name: str) -> str:
    r"""A name in a formula: what LaTeX has no letters for is in \text."""
    return _with_bases(_FOREIGN.sub(lambda found: rf"\text{{{found[0]}}}", _normal(name).translate(_IN_NAMES)))


def _normal(text: str) -> str:
    return _UNKNOWN_ACCENTS.sub("�", unicodedata.normalize("NFC", printable(text)))


def _with_bases(latex: str) -> str:
    """With a circle beneath accents that stand on no letter: they would get onto a brace."""
    return re.sub(r"(?<![^\W_])(?<![\u0300-\u036f])(?=[\u0300-\u036f])", "◌", latex)


def format_latex_number(x: float, digits: int = 4) -> str:
    """A number as LaTeX."""
    mantissa, exponent = decimal_parts(x, digits)
    mantissa = mantissa.replace(",", "{,}")  # by itself a comma has a space behind it
    mantissa = {"∞": r"\infty", "-∞": r"-\infty", "NaN": r"\mathrm{NaN}"}.get(mantissa, mantissa)
    return times_power(mantissa, f"10^{{{exponent}}}" if exponent else "", r" \cdot ")


@dataclass
class LatexWriter(FormulaWriter):
    """Writes expressions as LaTeX."""

    minus: ClassVar[str] = "-"
    times: ClassVar[str] = r" \cdot "
    about: ClassVar[str] = r"\approx"
    has_bar: ClassVar[bool] = True

    def number(self, x: float) -> str:
        """A number."""
        return format_latex_number(x, self.digits)

    def label(self, label: str) -> str:
        """A name."""
        return latex_label(label)

    def name(self, name: str) -> str:
        """The name of a function, upright."""
        return _MATHEMATICS.get(name) or rf"\operatorname{{{latex_name(name)}}}"

    def template(self, op: Operation) -> list[str]:
        """How an operation is written: as its row has it in LaTeX, else as in text."""
        if op.latex != op.text:
            in_latex = op.latex.startswith("\\") or "%s" in op.latex
            return op.latex.split("%s") if in_latex else [self.name(op.latex)]
        around = around_operands(op)
        if len(around) == 1:
            return [self.name(around[0])]
        return [latex_text(part) if any(map(str.isalnum, part)) else latex_name(part) for part in around]

    def brackets(self, text: str) -> str:
        """Round brackets, as high as what they hold."""
        return rf"\left({text}\right)" if r"\frac" in text else f"({text})"

    def derivative(self, of: str, by: str) -> str:
        """A partial derivative."""
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def local_gradient(self, of: str) -> str:
        """The derivative of the output with respect to a node."""
        return rf"\delta_{{{of}}}"

    def fraction(self, above: list[Factor], below: list[Factor]) -> str:
        """A quotient."""
        return rf"\frac{{{self._at_bar(above)}}}{{{self._at_bar(below)}}}"

    def power(self, base: str, exponent: Expression) -> str:
        """base to the exponent."""
        return f"{base}^{{{self.write(exponent)}}}"

    def is_raised(self, text: str) -> bool:
        """Whether something stands above the line already, as a prime does."""
        return "^" in text or "'" in text
