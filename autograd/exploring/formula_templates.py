"""Formulas with slots: an operation and its partials, written before it is known of which nodes.

The page has to write the same formulas with numbers that change. So each is written here once, by the writers of
`notation`, with a slot for each operand; the page puts labels or numbers into the slots. A slot says when brackets go
around what is put there, which depends on the number's sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.exploring.signatures import Signature
from autograd.notation import (
    PRODUCT,
    Expression,
    FormulaWriter,
    LatexWriter,
    MathmlWriter,
    Number,
    Symbol,
    TextWriter,
    as_expression,
    cancelled,
)

# A slot is OPEN, a mark, the name of an operand, CLOSE. The characters are for private use, and so in no formula.
OPEN, CLOSE = "\ue000", "\ue001"
NEGATIVE = "-"  # brackets around a negative number
COMPOUND = "b"  # brackets around a negative number, and one with a power of ten
RAISED = "r"  # the same, and around a label with something raised
ABOUT = "\ue002"  # at the end of a template: a number in it was rounded
DECIMAL, COMMA = "\ue004", "\ue005"  # in numbers, and between the operands of a function: languages differ
MINUS = "\ue003"  # at the beginning: the whole is negative, and written without the minus

RESULT = "z"  # the name of the slot of a node itself


def _slot(mark: str, name: str) -> str:
    return f"{OPEN}{mark}{name}{CLOSE}"


class _Slots(FormulaWriter):
    """Writes slots for symbols."""

    def write(self, e: Expression, level: int = 0, leading: bool = True) -> str:
        """The formula, or the slot with what has to be known of its place."""
        if isinstance(e, Symbol):
            return _slot(COMPOUND if level > PRODUCT else "" if leading else NEGATIVE, e.label)
        return super().write(e, level, leading)

    def number(self, x: float) -> str:
        """A number."""
        return super().number(x).replace(".", DECIMAL)  # type: ignore[safe-super]  # a writer comes next

    def between(self) -> str:
        """What stands between the operands of a function."""
        return self.comma.replace(",", COMMA)

    def _power(self, base: Expression, exponent: Expression) -> str:
        if isinstance(base, Symbol):
            return self.power(_slot(RAISED, base.label), exponent)
        return super()._power(base, exponent)


class _Text(_Slots, TextWriter):
    pass


class _Latex(_Slots, LatexWriter):
    pass


class _Mathml(_Slots, MathmlWriter):
    pass


FORMS: dict[str, type[_Slots]] = {"text": _Text, "latex": _Latex, "mathml": _Mathml}


def _written(digits: int, write: Any) -> list[list[str]]:
    """For each form, with symbols and with numbers: what write makes of a writer."""
    result = []
    for form in FORMS.values():
        for numbers in (False, True):
            writer = form(digits, numbers)
            text = write(writer)
            texts = text if isinstance(text, list) else [text]
            result.append([text + ("" if writer.exact else ABOUT) for text in texts])
    return result


def _signed(negative_and_text: tuple[bool, str]) -> str:
    negative, text = negative_and_text
    return (MINUS if negative else "") + text


def _as_factor(e: Expression, writer: FormulaWriter) -> list[str]:
    """Four ways: alone in its term, first of several in the first term, first in a later one, later in any."""
    return [
        _signed(writer.product([e])),
        _signed(writer.signed(e, True)),
        _signed(writer.signed(e, False)),
        writer.write(e, PRODUCT, leading=False),
    ]


@dataclass
class FormulaTemplates:
    """Writes templates as the page reads them: lists of indices into one list of all texts, which they add to.

    A formula is six of them: as text, LaTeX and MathML, each with symbols and with numbers. A factor is four times six.
    """

    digits: int
    texts: dict[str, int] = field(default_factory=dict)

    def formula(self, signature: Signature) -> list[int]:
        """The value, of the operands."""
        formula = Expression().apply_operation(signature.op, tuple(symbols_of(signature)))
        written = _written(self.digits, lambda writer: writer.write(formula))
        return [self._index(text) for (text,) in written]

    def partials(self, signature: Signature) -> list[list[int]]:
        """The partial by each variable, as a factor."""
        return [self._factor(partial) for partial in _partials(signature, Symbol(RESULT, 0.0), symbols_of(signature))]

    def cancelled(self, outer: Signature, variable: int, inner: Signature) -> list[list[int] | None]:
        """∂outer/∂inner · ∂inner/∂x for each variable x of inner, where something cancels; its slots begin with i."""
        result = Symbol(str(variable), 0.0)
        inside = [Symbol(f"i{x.label}", 0.0) if isinstance(x, Symbol) else x for x in symbols_of(inner)]
        first = _partials(outer, Symbol(RESULT, 0.0), symbols_of(outer))[variable]
        rests = [cancelled((first, second)) for second in _partials(inner, result, inside)]
        return [None if rest is None else self._factor(rest) for rest in rests]

    def in_symbols(self, e: Expression) -> int:
        """A formula in symbols, as text."""
        return self._index(_Text(self.digits).write(e))

    def _factor(self, e: Expression) -> list[int]:
        return [self._index(text) for texts in _written(self.digits, lambda w: _as_factor(e, w)) for text in texts]

    def _index(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))


def symbols_of(signature: Signature) -> list[Expression]:
    """The operands: a slot for each variable, numbers as they are."""
    return [Symbol(str(x), 0.0) if type(x) is int else Number(x) for x in signature.operands]


def _partials(signature: Signature, result: Expression, operands: Sequence[Expression]) -> list[Expression]:
    rules = signature.op.textbook(result, *operands)
    merged: dict[int | float, Any] = {}
    for x, rule in zip(signature.operands, rules, strict=True):
        if type(x) is int:
            merged[x] = merged[x] + rule if x in merged else rule
    return [as_expression(merged[x]) for x in range(len(merged))]
