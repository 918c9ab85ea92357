"""Answers as people type them: a number, or a formula in the labels of the graph, however they are spelled.

w²₁₂ may be written w^2_12, w2_12, w_12^2 or w^{2}_{12}; a product with *, · or nothing; σ'(z), σ(z), ∂a/∂z and δ(z)
are understood. A decimal comma counts as a point.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from autograd.core import Operation, Value, as_float, constant, shown
from autograd.core import operations as ops
from autograd.notation import Expression, Symbol, label_parts, unicode_label
from autograd.practising.terms import RATE, Factor, Numbers, gradient_of, partial_of, value_of
from autograd.practising.wrong_rules import right_partial
from autograd.words import t

Formula = Callable[[Numbers], float]

_SIGNS = str.maketrans(
    dict.fromkeys("·×⋅∗•", "*") | dict.fromkeys("−–‐", "-") | {"÷": "/", "{": "(", "}": ")", "′": "'", "’": "'"}
)
_COMMANDS = {
    r"\cdot": "*",
    r"\times": "*",
    r"\sigma": "σ",
    r"\partial": "∂",
    r"\delta": "δ",
    r"\left": "",
    r"\right": "",
    r"\eta": "η",
    "sigma(": "σ(",
}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
_EXPONENT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?|\.\d+")
_DECIMAL = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
MOST_NESTED, LONGEST = 50, 1000
_INDEX = re.compile(r"([_^])\{([\w,]+)\}")


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
    for command, sign in _COMMANDS.items():
        text = text.replace(command, sign)
    text = _INDEX.sub(r"\1\2", unicodedata.normalize("NFC", text)).translate(_SIGNS)
    _, _, text = text.rpartition("=")  # of ∂C/∂w = 0.3 what is right of it
    return text.strip().removeprefix("≈").strip().replace("**", "^")


class Names:
    """The names of a graph in all their spellings, and its functions. symbols: of its nodes, the output's last."""

    def __init__(self, symbols: Mapping[Value, Expression]) -> None:
        self.nodes: dict[str, Value] = {}
        *_, self.output = symbols
        others: dict[str, Value] = {}
        for node, symbol in symbols.items():
            if isinstance(symbol, Symbol) and node.op is not constant:
                first, *more = _spellings(symbol.label)
                self.nodes[first] = node
                others |= {text: node for text in more if text not in others}
        self.shown = list(self.nodes)
        self.nodes = others | self.nodes
        rows = list(ops.table.values()) + [node.op for node in symbols if node.op is not None]
        self.functions: dict[str, Operation] = {name: op for op in rows for name in names_of_function(op)}
        self._longest_first = sorted([*self.nodes, *self.functions, *_OTHER_NAMES], key=len, reverse=True)

    def at(self, text: str, start: int) -> str | None:
        """The longest name that stands there, and does not go on."""
        for name in self._longest_first:
            end = start + len(name)
            if text.startswith(name, start) and not _goes_on(name, text[end : end + 1]):
                return name
        return None


def _goes_on(name: str, following: str) -> bool:
    """Whether what stands after a name makes another of it: a letter or a digit, but no exponent such as ²."""
    return (following.isalpha() and name[-1].isalpha()) or (following.isdecimal() and name[-1].isalnum())


def spellings(label: str) -> list[str]:
    """A label in all the ways in which it may be written, first as in formulas."""
    return list(dict.fromkeys([*_spellings(label), label]))


def _spellings(label: str) -> Iterator[str]:
    yield _without_braces(unicode_label(label))
    yield _without_braces(label)
    parts = label_parts(label)
    if parts and not parts["which"]:
        base, up, down = parts["base"] + parts["prime"], parts["up"], parts["down"]
        if up and down:
            yield from (f"{base}^{up}_{down}", f"{base}_{down}^{up}", f"{base}{up}_{down}", f"{base}{up}{down}")
            yield f"{base}_{up}_{down}"
        elif down:
            yield from (f"{base}_{down}", f"{base}{down}")
        elif up:
            yield f"{base}^{up}"


def _without_braces(text: str) -> str:
    return text.replace("{", "").replace("}", "").replace("′", "'")


_OTHER_NAMES = ("δ", "delta", "η", "eta", "e", "π", "pi")
_CONSTANTS = {"e": math.e, "π": math.pi, "pi": math.pi}
_MORE_NAMES = {ops.sigmoid: ["sig"], ops.log: ["ln"]}


def names_of_function(op: Operation) -> list[str]:
    """What a function may be called in an answer; nothing for what is no function of one variable."""
    if op.arity != 1 and op.role != "activation" and op not in (ops.maximum, ops.minimum):
        return []
    names = [op.name, op.__name__, op.text, *_MORE_NAMES.get(op, [])]
    return list(dict.fromkeys([name for name in names if name.isalpha()]))


class _Reader:
    """Reads a formula by precedence climbing."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names, self.at, self.depth = text, names, 0, 0
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
            elif c in "([∂√" or c.isalnum():
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
        c = self._next()
        if c in ("(", "["):
            self.at += 1
            inside = self._sum()
            if not self._take(")" if c == "(" else "]"):
                raise self._unreadable()
            return inside
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
        op = self.names.functions[name]
        slope = self._take("'")
        if not self._take("("):
            self.at = start
            raise self._unreadable()
        operands = [self._sum()]
        while self._take(","):
            operands.append(self._sum())
        if not self._take(")"):
            raise self._unreadable()
        return self._applied(op, operands, slope)

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
