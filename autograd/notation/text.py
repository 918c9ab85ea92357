"""Formulas as Unicode text."""

from dataclasses import dataclass

from autograd.core import Operation
from autograd.notation.expressions import Expression, Number
from autograd.notation.labels import SUPERSCRIPTS, label_parts, printable, unicode_label
from autograd.notation.numbers import format_number
from autograd.notation.writer import ATOM, Factor, FormulaWriter, around_operands


@dataclass
class TextWriter(FormulaWriter):
    """Writes expressions as Unicode text."""

    def number(self, x: float) -> str:
        """A number."""
        return format_number(x, self.digits)

    def label(self, label: str) -> str:
        """A name; in quotes if it could be read as something else."""
        return unicode_label(label) if label_parts(label) else f"“{printable(label)}”"

    def name(self, name: str) -> str:
        """The name of a function."""
        return printable(name)

    def template(self, op: Operation) -> list[str]:
        """How an operation is written: its name, or what stands before, between and after its operands."""
        return [printable(part) for part in around_operands(op)]

    def brackets(self, text: str) -> str:
        """Round brackets."""
        return f"({text})"

    def derivative(self, of: str, by: str) -> str:
        """A partial derivative."""
        return f"∂{of}/∂{by}"

    def local_gradient(self, of: str) -> str:
        """The derivative of the output with respect to a node."""
        return f"δ({of})"

    def fraction(self, above: list[Factor], below: list[Factor]) -> str:
        """A quotient."""
        divisor = self.join(below)
        return f"{self.join(above)}/{self.brackets(divisor) if len(below) > 1 else divisor}"

    def power(self, base: str, exponent: Expression) -> str:
        """base to the exponent."""
        if isinstance(exponent, Number) and exponent.value.is_integer():
            return base + f"{exponent.value:.0f}".translate(SUPERSCRIPTS)
        return f"{base}^{self.write(exponent, ATOM)}"

    def is_raised(self, text: str) -> bool:
        """Whether something stands above the line already."""
        return any(c in "⁰¹²³⁴⁵⁶⁷⁸⁹^" for c in text)
