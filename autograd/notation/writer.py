"""Formulas written down, with brackets where the rules of precedence ask for them: in text, LaTeX or MathML alike."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar, NamedTuple

from autograd.core import Operation
from autograd.core import operations as ops
from autograd.notation.expressions import Applied, Derivative, Expression, LocalGradient, Number, Symbol
from autograd.notation.factors import Factors, is_sum, terms_of
from autograd.notation.numbers import EXACT_DIGITS, EXACT_WITHIN, decimal_parts, round_significant
from autograd.words import decimal_mark

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a formula holds together


def around_operands(op: Operation) -> list[str]:
    """The text of an operation, taken apart at its operands; a name is in one piece, whatever is in it."""
    return op.text.split("%s") if op.text != op.name else [op.name]


class Factor(NamedTuple):
    """A factor as written, what it is (a coefficient, number, sum, call or name), and a sum without its brackets."""

    text: str
    kind: str
    bare: str = ""


@dataclass
class FormulaWriter(ABC):
    """Writes expressions: what text, LaTeX and MathML have in common.

    digits: significant digits of numbers; numbers: whether symbols are replaced by the numbers they stand for.
    `equals` is, after writing, = or ≈: whether all numbers were written in full.
    """

    digits: int = 4
    numbers: bool = False
    exact: bool = field(default=True, init=False)

    plus: ClassVar[str] = "+"
    minus: ClassVar[str] = "−"
    times: ClassVar[str] = " · "
    comma: ClassVar[str] = ", "
    equal: ClassVar[str] = "="
    about: ClassVar[str] = "≈"
    has_bar: ClassVar[bool] = False  # whether a fraction has a bar, which does for brackets

    def write(self, e: Expression, level: int = SUM, leading: bool = True) -> str:
        """The formula, in brackets if it holds less tightly than level, or begins with a minus but is not leading."""
        if self._level(e) < level:
            return self.brackets(self._write(e, True))
        text = self._write(e, leading)
        return self.brackets(text) if text.startswith(self.minus) and not leading else text

    @property
    def equals(self) -> str:
        """= if all numbers so far were written in full, else ≈."""
        return self.equal if self.exact else self.about

    def signed(self, e: Expression, leading: bool = False) -> tuple[bool, str]:
        """Whether a term or factor has a minus of its own, and how it is written without it."""
        factors = Factors.of(e)
        return factors.negative, self._product(factors, False) if factors.negative else self.write(e, PRODUCT, leading)

    def product(self, factors: Sequence[Expression], leading: bool = True) -> tuple[bool, str]:
        """Factors in their order, none of them left out; and whether the whole has a minus, which is not written."""
        if len(factors) == 1 and is_sum(factors[0]):
            text = self._write(factors[0], leading)
            return text.startswith(self.minus), text.removeprefix(self.minus)
        negative, first = self.signed(factors[0], leading)
        return negative, self.times.join([first, *[self.write(e, PRODUCT, leading=False) for e in factors[1:]]])

    def _level(self, e: Expression) -> int:
        match e:
            case Applied(op, _):
                loose = PRODUCT if op in (ops.mul, ops.div, ops.neg) else POWER if op is ops.pow else ATOM
                return SUM if is_sum(e) else loose
            case Number(value) | Symbol(_, value) if self.numbers or isinstance(e, Number):
                return PRODUCT if value < 0 or decimal_parts(value, self.digits)[1] else ATOM
            case Derivative():
                return PRODUCT
        return ATOM

    def _write(self, e: Expression, leading: bool) -> str:
        match e:
            case Number(value):
                return self._number(value)
            case Symbol(_, value) | Derivative(_, _, value) | LocalGradient(_, value) if self.numbers:
                return self._number(value)
            case Symbol(label, _):
                return self.label(label)
            case Derivative(of, by, _):
                return self.derivative(self.write(of, ATOM), self.write(by, ATOM))
            case LocalGradient(of, _):
                return self.local_gradient(self.write(of))
            case Applied(op, (x, y)) if op is ops.pow and not isinstance(y, Number):
                return self._power(x, y)
            case Applied(op, operands) if op not in (ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pow):
                return self._call(op, operands)
        if is_sum(e):
            return self._sum(e, leading)
        factors = Factors.of(e)
        return self.minus + self._product(factors, False) if factors.negative else self._product(factors, leading)

    def _number(self, x: float) -> str:
        # 0.1 + 0.2 counts as 0.3: what floats do in the sixteenth digit is not rounding, unless it is asked for
        within = EXACT_WITHIN if self.digits < EXACT_DIGITS else 0.0
        self.exact = self.exact and (
            not math.isfinite(x) or math.isclose(round_significant(x, self.digits), x, rel_tol=within)
        )
        return self.number(x)

    def _sum(self, e: Expression, leading: bool) -> str:
        text = ""
        for subtracted, term in terms_of(e):
            negative, body = self.signed(term, leading and not text and not subtracted)
            sign = self.minus if negative != subtracted else self.plus if text else ""
            text += f" {sign} {body}" if text else sign + body
        return text

    def _product(self, factors: Factors, leading: bool) -> str:
        above = self._factors(factors.coefficient, factors.above, leading)
        if not factors.below and factors.divisor == 1:
            return self.join(above)
        return self.fraction(above, self._factors(factors.divisor, factors.below, self.has_bar))

    def _factors(self, coefficient: float, powers: list[tuple[Expression, float]], leading: bool) -> list[Factor]:
        factors = []
        if coefficient != 1 or not powers:
            plain = self._level(Number(coefficient)) == ATOM
            factors.append(Factor(self._number(coefficient), "coefficient" if plain else "number"))
        for base, exponent in powers:
            if is_sum(base) and exponent == 1:
                bare = self._write(base, True)
                factors.append(Factor(self.brackets(bare), "sum", bare))
                continue
            first = leading and not factors
            text = self.write(base, PRODUCT, first) if exponent == 1 else self._power(base, Number(exponent))
            factors.append(Factor(text, self._kind(base)))
        return factors

    def _kind(self, e: Expression) -> str:
        if isinstance(e, Applied):
            return "sum" if is_sum(e) else "call"
        return "number" if self.numbers or isinstance(e, Number) else "name"

    def join(self, factors: list[Factor]) -> str:
        """2x, 2(x + y), x(x + y), but x · y and 2 · 3."""
        text = factors[0].text
        for before, factor in pairwise(factors):
            close = factor.kind == "sum" or (before.kind == "coefficient" and factor.kind == "name")
            text += factor.text if close else self.times + factor.text
        return text

    def _at_bar(self, factors: list[Factor]) -> str:
        return factors[0].bare if len(factors) == 1 and factors[0].bare else self.join(factors)

    def _power(self, base: Expression, exponent: Expression) -> str:
        text = self.write(base, ATOM, leading=False)
        return self.power(self.brackets(text) if self._level(base) == ATOM and self.is_raised(text) else text, exponent)

    def _call(self, op: Operation, operands: tuple[Expression, ...]) -> str:
        first, *others = around = self.template(op)
        if len(others) != len(operands):
            name = self.name(op.name) if others else first
            return name + self.brackets(self.between().join([self.write(x) for x in operands]))
        return first + "".join(
            self.write(x, SUM if after else ATOM, leading=before.endswith(("(", "[", "{", "|", ">"))) + after
            for x, (before, after) in zip(operands, pairwise(around), strict=True)
        )

    def between(self) -> str:
        """What stands between the operands of a function: a semicolon, where a comma is in numbers."""
        return self.comma.replace(",", ";") if decimal_mark() == "," else self.comma

    # What differs between text, LaTeX and MathML:

    @abstractmethod
    def number(self, x: float) -> str:
        """A number."""

    @abstractmethod
    def label(self, label: str) -> str:
        """A name; in quotes if it could be read as something else."""

    @abstractmethod
    def name(self, name: str) -> str:
        """The name of a function."""

    @abstractmethod
    def template(self, op: Operation) -> list[str]:
        """How an operation is written: its name, or what stands before, between and after its operands."""

    @abstractmethod
    def brackets(self, text: str) -> str:
        """Round brackets."""

    @abstractmethod
    def derivative(self, of: str, by: str) -> str:
        """A partial derivative."""

    @abstractmethod
    def local_gradient(self, of: str) -> str:
        """The derivative of the output with respect to a node."""

    @abstractmethod
    def fraction(self, above: list[Factor], below: list[Factor]) -> str:
        """A quotient."""

    @abstractmethod
    def power(self, base: str, exponent: Expression) -> str:
        """base to the exponent."""

    @abstractmethod
    def is_raised(self, text: str) -> bool:
        """Whether something stands above the line already."""
