"""The way things are written: labels, numbers and formulas, as Unicode text, LaTeX and MathML.

A graph gives formulas as expressions, which come from the table like all else and are tidied while they are built; a
writer for each form writes them down.
"""

from autograd.notation.definitions import WrittenOut, written_out
from autograd.notation.expressions import Applied, Derivative, Expression, LocalGradient, Number, Symbol, as_expression
from autograd.notation.factors import cancelled
from autograd.notation.formulas import derivative, formula, partial, slope, symbols_for
from autograd.notation.labels import label_parts, printable, unicode_label
from autograd.notation.latex import LatexWriter, latex_text
from autograd.notation.mathml import MathmlWriter
from autograd.notation.numbers import (
    EXACT_DIGITS,
    EXACT_WITHIN,
    PLAIN_BELOW,
    PLAIN_FROM,
    format_number,
    require_digits,
    round_significant,
)
from autograd.notation.text import TextWriter
from autograd.notation.writer import PRODUCT, FormulaWriter

__all__ = [
    "EXACT_DIGITS",
    "EXACT_WITHIN",
    "PLAIN_BELOW",
    "PLAIN_FROM",
    "PRODUCT",
    "Applied",
    "Derivative",
    "Expression",
    "FormulaWriter",
    "LatexWriter",
    "LocalGradient",
    "MathmlWriter",
    "Number",
    "Symbol",
    "TextWriter",
    "WrittenOut",
    "as_expression",
    "cancelled",
    "derivative",
    "format_number",
    "formula",
    "label_parts",
    "latex_text",
    "partial",
    "printable",
    "require_digits",
    "round_significant",
    "slope",
    "symbols_for",
    "unicode_label",
    "written_out",
]
