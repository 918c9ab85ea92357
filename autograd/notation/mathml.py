"""Formulas in MathML, which browsers typeset."""

import re
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from autograd.core import Operation
from autograd.notation.expressions import Expression
from autograd.notation.labels import label_parts, printable
from autograd.notation.numbers import decimal_parts
from autograd.notation.writer import Factor, FormulaWriter, around_operands


@dataclass
class MathmlWriter(FormulaWriter):
    """Writes expressions as MathML elements. Labels are escaped."""

    plus: ClassVar[str] = "<mo>+</mo>"
    minus: ClassVar[str] = "<mo>−</mo>"
    times: ClassVar[str] = "<mo>·</mo>"
    comma: ClassVar[str] = "<mo>,</mo>"
    equal: ClassVar[str] = "<mo>=</mo>"
    about: ClassVar[str] = "<mo>≈</mo>"
    has_bar: ClassVar[bool] = True

    def number(self, x: float) -> str:
        """A number."""
        mantissa, exponent = decimal_parts(x, self.digits)
        sign = self.minus if mantissa.startswith("-") else ""
        power = f"<msup><mn>10</mn><mn>{str(exponent).replace('-', '−')}</mn></msup>" if exponent else ""
        digits = mantissa.removeprefix("-")
        return sign + (power if power and digits == "1" else f"<mn>{digits}</mn>" + (power and self.times + power))

    def label(self, label: str) -> str:
        """A name."""
        match = label_parts(label)
        if not match:
            return f"<mtext>“{escape(printable(label))}”</mtext>"
        base = f"<mi>{match['base']}</mi>"
        if match["prime"]:  # inside <mi> it would make the letter upright
            base = f"<msup>{base}<mo>{match['prime'].replace(chr(39), '′')}</mo></msup>"
        up, down = (f"<mn>{match[part]}</mn>" if match[part] else "" for part in ("up", "down"))
        tag = "msubsup" if up and down else "msup" if up else "msub"
        indexed = f"<{tag}>{base}{down}{up}</{tag}>" if up or down else base
        return indexed + (f"<mo>{match['which']}</mo>" if match["which"] else "")

    def name(self, name: str) -> str:
        """The name of a function, and whatever else is written with it."""
        tokens = re.findall(r"\d+|[^\W\d]+|\S", printable(name))
        tags = ["mn" if token.isdigit() else "mi" if token.isidentifier() else "mo" for token in tokens]
        return "".join([f"<{tag}>{escape(token)}</{tag}>" for tag, token in zip(tags, tokens, strict=True)])

    def template(self, op: Operation) -> list[str]:
        """How an operation is written: as in text, but for a root and a power of e."""
        if op.latex in _MATHML_TEMPLATES:
            return _MATHML_TEMPLATES[op.latex].split("%s")
        parts = map(self.name, around_operands(op))
        return "\0".join(parts).replace("\0", "<mrow>\0</mrow>").split("\0")

    def brackets(self, text: str) -> str:
        """Round brackets, as high as what they hold."""
        return f"<mrow><mo>(</mo><mrow>{text}</mrow><mo>)</mo></mrow>"  # a minus that begins a row is a sign

    def derivative(self, of: str, by: str) -> str:
        """A partial derivative."""
        return f"<mfrac><mrow><mi>∂</mi>{of}</mrow><mrow><mi>∂</mi>{by}</mrow></mfrac>"

    def local_gradient(self, of: str) -> str:
        """The derivative of the output with respect to a node."""
        return f"<msub><mi>δ</mi><mrow>{of}</mrow></msub>"

    def fraction(self, above: list[Factor], below: list[Factor]) -> str:
        """A quotient."""
        return f"<mfrac><mrow>{self._at_bar(above)}</mrow><mrow>{self._at_bar(below)}</mrow></mfrac>"

    def power(self, base: str, exponent: Expression) -> str:
        """base to the exponent."""
        return f"<msup><mrow>{base}</mrow><mrow>{self.write(exponent)}</mrow></msup>"

    def is_raised(self, text: str) -> bool:
        """Whether something stands above the line already."""
        return "<msup>" in text or "<msubsup>" in text


_MATHML_TEMPLATES = {r"\sqrt{%s}": "<msqrt>%s</msqrt>", "e^{%s}": "<msup><mi>e</mi><mrow>%s</mrow></msup>"}
