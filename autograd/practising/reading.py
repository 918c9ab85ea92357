"""Answers as people type them: a number, or a formula in the labels of the graph, however they are spelled.

w²₁₂ may be written w^2_12, w2_12, w_12^2 or w^{2}_{12}; a product with *, · or nothing; σ'(z), σ(z), f'(z) for whatever
function the graph applies to z, sin²z, |x|, [z > 0], ∂a/∂z, δ(z) and δ³₁, and much of LaTeX are understood. A decimal
comma counts as a point.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, gt, le, lt

from autograd.core import Operation, Value, as_float, shown
from autograd.core import operations as ops
from autograd.practising.names import Names
from autograd.practising.terms import RATE, Factor, Numbers, gradient_of, partial_of, value_of
from autograd.practising.wrong_rules import right_partial
from autograd.words import t

Formula = Callable[[Numbers], float]

# What stands for what, in the order in which it is put in its place: patterns that Python and JavaScript both take.
REWRITTEN = [
    (r"\\(?:cdot|times|ast)(?![a-zA-Z])", "*"),
    (r"\\[dtc]frac(?![a-zA-Z])", r"\frac"),
    (r"\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])", ""),
    (r"\\[lr]?vert(?![a-zA-Z])", "|"),
    (r"\\[,;:! ]", " "),
    (r"\\(?:mathrm|operatorname|text|mathit)\{([^{}]*)\}", " $1"),
    (r"\\sigma(?![a-zA-Z])|sigma(?=['′’(^²])", " σ"),
    (r"\\partial(?![a-zA-Z])", " ∂"),
    (r"\\delta(?![a-zA-Z])", " δ"),
    (r"\\eta(?![a-zA-Z])", " η"),
    (r"\\(?:var)?phi(?![a-zA-Z])", " φ"),
    (r"\\(?!frac(?![a-zA-Z]))([a-zA-Z]+)", " $1"),
    (r"[·×⋅∗•]", "*"),
    (r"[−–‐]", "-"),
    (r"÷", "/"),
    (r">=", "≥"),
    (r"<=", "≤"),
    (r"([_^])\{([^\s{}()+*/^_.-]+)\}", "$1$2"),
    (r"\\frac\{\s*([∂d][^{}]+)\}\{\s*([∂d][^{}]+)\}", "($1/$2)"),
    (r"\{", "("),
    (r"\}", ")"),
    (r"[′’]", "'"),
    (r"\*\*", "^"),
]
# The same as Python has it: $1 is \g<1>, and a backslash is two.
_REWRITTEN = [
    (re.compile(pattern), re.sub(r"\$(\d)", r"\\g<\1>", plain.replace("\\", r"\\"))) for pattern, plain in REWRITTEN
]
_CONSTANTS = {"e": math.e, "π": math.pi, "pi": math.pi}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
_EXPONENT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?|\.\d+")
_DECIMAL = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
MOST_NESTED, LONGEST = 50, 1000
_POWER_OF_FUNCTION = re.compile(r"\^(\d)(?!\d)|([²³⁴⁵⁶⁷⁸⁹])")
_ENDS = frozenset(["", *"+-*/)]|,<>≥≤"])  # what may stand behind the operand of a function that has no brackets
_COMPARED: dict[str, Callable[[float, float], bool]] = {"<": lt, ">": gt, "≤": le, "≥": ge}


class UnreadableError(ValueError):
    """An answer that cannot be read; the message says where, and what can."""


@dataclass(frozen=True)
class Answer:
    """What was answered: a number as it stands there, or a formula, and what of the graph it speaks of."""

    formula: Formula
    is_number: bool
    mentioned: frozenset[Factor] = frozenset()


def read_answer(answer: object, names: "Names") -> Answer:
    """Raises UnreadableError for what is no number and no formula in these names."""
    if isinstance(answer, Value):
        return Answer(lambda _: float(answer.data), is_number=True)
    if not isinstance(answer, str):
        try:
            number = as_float(answer, "an answer")
        except (TypeError, ValueError, OverflowError):
            what = shown(type(answer).__name__)
            raise UnreadableError(t("An answer is a number, or a formula as text, got {what}.", what=what)) from None
        return Answer(lambda _: number, is_number=True)
    if len(answer) > LONGEST:
        raise UnreadableError(t("An answer has at most {count} characters.", count=LONGEST))
    text = _plain(answer)
    if _DECIMAL.fullmatch(text.replace(" ", "")):
        x = float(text.replace(" ", "").replace(",", "."))
        return Answer(lambda _: x, is_number=True)
    reader = _Reader(text, names)
    formula = reader.read()
    return Answer(formula, not reader.mentioned, frozenset(reader.mentioned))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    for pattern, plain in _REWRITTEN:
        text = pattern.sub(plain, text)
    _, _, text = text.rpartition("=")  # of ∂C/∂w = 0.3 what is right of it
    return text.strip().removeprefix("≈").strip()


class _Reader:
    """Reads a formula by precedence climbing."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names, self.at, self.depth = text, names, 0, 0
        self.in_bars = False  # whether | closes
        self.mentioned: set[Factor] = set()

    def read(self) -> Formula:
        """All of the text as one formula."""
        try:
            formula = self._sum()
        except RecursionError:
            raise self._unreadable() from None
        if self._next():
            raise self._unreadable()
        return formula

    def _next(self) -> str:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def _take(self, sign: str) -> bool:
        if self._next() != sign:
            return False
        self.at += 1
        return True

    def _unreadable(self) -> UnreadableError:
        rest = self.text[self.at :]
        where = t("This cannot be read at “{rest}”.", rest=rest[:20]) if rest else t("This cannot be read at its end.")
        known = ", ".join(self.names.shown[:12]) + (", …" if len(self.names.shown) > 12 else "")
        what = t("An answer is a number, or a formula with + − * / ^ and brackets in {names}.", names=known)
        return UnreadableError(f"{where} {what}")

    def _sum(self) -> Formula:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise self._unreadable()
        formula = self._product()
        while (sign := self._next()) in ("+", "-"):
            self.at += 1
            formula = _combined(sign, formula, self._product())
        self.depth -= 1
        return formula

    def _product(self) -> Formula:
        formula = self._signed()
        while c := self._next():
            if c in "*/":
                self.at += 1
                formula = _combined(c, formula, self._signed())
            elif c in "([∂√\\" or c.isalnum() or (c == "|" and not self.in_bars):
                formula = _combined("*", formula, self._power())
            else:
                break
        return formula

    def _signed(self) -> Formula:
        negative = False
        while (c := self._next()) in ("+", "-"):
            negative ^= c == "-"
            self.at += 1
        return _combined("*", lambda _: -1.0, self._power()) if negative else self._power()

    def _power(self) -> Formula:
        base = self._atom()
        if raised := _EXPONENT.match(self.text, self.at):
            self.at = raised.end()
            exponent = float("".join([_RAISED[c] for c in raised[0]]))
            return _combined("^", base, lambda _: exponent)
        return _combined("^", base, self._signed()) if self._take("^") else base

    def _atom(self) -> Formula:
        if (c := self._next()) in ("(", "[", "|"):
            return self._bracket(c)
        if self.text.startswith("\\frac", self.at):
            self.at += len("\\frac")
            over, under = self._bracket("("), self._bracket("(")
            return _combined("/", over, under)
        if found := self._derivative():
            return found
        if name := self.names.at(self.text, self.at):
            return self._named(name)
        if match := _NUMBER.match(self.text, self.at):
            self.at = match.end()
            x = float(match[0].replace(",", "."))
            return lambda _: x
        if self._take("√"):
            return self._applied(ops.sqrt, [self._atom()])
        raise self._unreadable()

    def _bracket(self, opening: str) -> Formula:
        """( ), the size | |, or [ ], which may hold a comparison that is 1 where it is true, and else 0."""
        if not self._take(opening):
            raise self._unreadable()
        outside, self.in_bars = self.in_bars, opening == "|"
        inside = self._sum()
        if opening == "[" and (sign := self._next()) in _COMPARED:
            self.at += 1
            inside = _compared(sign, inside, self._sum())
        if not self._take({"(": ")", "[": "]", "|": "|"}[opening]):
            raise self._unreadable()
        self.in_bars = outside
        return self._applied(ops.abs, [inside]) if opening == "|" else inside

    def _named(self, name: str) -> Formula:
        start, self.at = self.at, self.at + len(name)
        if name in self.names.nodes:
            return self._mention(value_of(self.names.nodes[name]))
        if name in ("δ", "delta"):
            return self._local_gradient(start)
        if name in ("η", "eta"):
            return self._mention(RATE)
        if name in _CONSTANTS:
            return lambda _: _CONSTANTS[name]
        if name in self.names.gradients:
            return self._mention(gradient_of(self.names.gradients[name]))
        if name in self.names.functions:
            return self._function(self.names.functions[name], start)
        return self._activation(start)

    def _activation(self, start: int) -> Formula:
        """f(z), f'(z), of a node z: the function that the graph applies to it, whatever it is called."""
        slope = self._take("'")
        if self._take("(") and (node := self._node()) and (op := self.names.function_of(node)) and self._take(")"):
            return self._applied(op, [self._mention(value_of(node))], slope)
        self.at = start
        raise self._unreadable()

    def _function(self, op: Operation, start: int) -> Formula:
        """σ(z), σ'(z), sin²(z), sin z."""
        slope = self._take("'")
        power = _POWER_OF_FUNCTION.match(self.text, self.at)
        self.at = power.end() if power else self.at
        operands = self._operands()
        if not operands:
            self.at = start
            raise self._unreadable()
        applied = self._applied(op, operands, slope)
        exponent = float(power[1] or _RAISED[power[2]]) if power else 1.0
        return _combined("^", applied, lambda _: exponent) if power else applied

    def _operands(self) -> list[Formula]:
        """In brackets; or one node without, where nothing stands behind it that might belong to it."""
        if not self._take("("):
            node = self._node()
            return [self._mention(value_of(node))] if node is not None and self._next() in _ENDS else []
        operands = [self._inside()]
        while self._take(","):
            operands.append(self._inside())
        if not self._take(")"):
            raise self._unreadable()
        return operands

    def _inside(self) -> Formula:
        outside, self.in_bars = self.in_bars, False
        formula = self._sum()
        self.in_bars = outside
        return formula

    def _applied(self, op: Operation, operands: list[Formula], slope: bool = False) -> Formula:
        def formula(numbers: Numbers) -> float:
            xs = [*[operand(numbers) for operand in operands], *op.defaults]
            try:
                z = op(*xs)
                return float(right_partial(op, z, xs, (0,)) if slope else z)
            except (ArithmeticError, TypeError, ValueError):
                return math.nan

        if op.arity is not None and len(operands) + len(op.defaults) != op.arity:
            raise self._unreadable()
        return formula

    def _local_gradient(self, start: int) -> Formula:
        """δ(z), δ_z: ∂C/∂z."""
        bracket = self._take("(")
        if not bracket:
            self._take("_")
        node = self._node()
        if node is None or (bracket and not self._take(")")):
            self.at = start
            raise self._unreadable()
        return self._mention(gradient_of(node))

    def _mention(self, factor: Factor) -> Formula:
        self.mentioned.add(factor)
        return lambda numbers: numbers.of(factor)

    def _node(self) -> Value | None:
        name = self.names.at(self.text, self.at) if self._next() else None
        if name not in self.names.nodes:
            return None
        self.at += len(name)
        return self.names.nodes[name]

    def _derivative(self) -> Formula | None:
        """∂a/∂z, da/dz: of an edge, or of the output."""
        start = self.at
        if self._next() in ("∂", "d"):
            self.at += 1
            of = self._node()
            if of is not None and self._take("/") and self._next() in ("∂", "d"):
                self.at += 1
                by = self._node()
                if by is not None and by in of.operands:
                    return self._mention(partial_of(of, by))
                if by is not None and of is self.names.output:
                    return self._mention(gradient_of(by))
        self.at = start
        return None


_OPERATIONS: dict[str, Operation] = {"+": ops.add, "-": ops.sub, "*": ops.mul, "/": ops.div, "^": ops.pow}


def _combined(sign: str, x: Formula, y: Formula) -> Formula:
    op = _OPERATIONS[sign]
    return lambda numbers: float(op(x(numbers), y(numbers)))


def _compared(sign: str, x: Formula, y: Formula) -> Formula:
    return lambda numbers: float(_COMPARED[sign](x(numbers), y(numbers)))
