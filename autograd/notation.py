"""How things are written: labels, numbers and formulas, as Unicode text, LaTeX and MathML.

Formulas come from the table. A row that is fed with symbols gives an expression, which is tidied a little while it
is built (no 1 · x, no x + 0) and written with brackets where the rules of precedence ask for them.
"""

import math
import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from html import escape
from itertools import count, pairwise
from typing import Any, ClassVar, NamedTuple

from autograd import operations as ops
from autograd.arithmetic import Arithmetic
from autograd.declaration import Operation, constant
from autograd.floats import as_float, summed
from autograd.messages import shown
from autograd.value import Value

# ---------------------------------------------------------------------------------------------- expressions


class Expression(Arithmetic):
    """A formula: a Number, a Symbol, a Derivative, or an operation Applied to formulas."""

    __slots__ = ()

    def apply_operation(self, op: Operation, operands: tuple[Any, ...]) -> "Expression":
        """The formula for op of operands, tidied."""
        if op.inline:
            return as_expression(op.definition(*operands))
        return _tidy(op, tuple([as_expression(x) for x in operands]))


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A number that belongs to the formula."""

    value: float


@dataclass(frozen=True, slots=True)
class Symbol(Expression):
    """A name, and the number it stands for."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Derivative(Expression):
    """∂of/∂by, and its number."""

    of: Expression
    by: Expression
    value: float


@dataclass(frozen=True, slots=True)
class LocalGradient(Expression):
    """δ of a node: the derivative of the output with respect to it, and its number."""

    of: Expression
    value: float


@dataclass(frozen=True, slots=True)
class Applied(Expression):
    """An operation and its operands. Sums of many terms are deep: nothing here calls itself for the operands."""

    op: Operation
    operands: tuple[Expression, ...]
    hash: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", hash((self.op, self.operands)))  # of which each has its own

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            x, y = pairs.pop()
            if isinstance(x, Applied) and isinstance(y, Applied):
                if x is not y:
                    if (x.hash, x.op, len(x.operands)) != (y.hash, y.op, len(y.operands)):
                        return False
                    pairs += zip(x.operands, y.operands, strict=True)
            elif isinstance(x, Applied) or isinstance(y, Applied) or x != y:
                return False
        return True

    def __repr__(self) -> str:
        return f"<{Writer().write(self)}>"

    def __deepcopy__(self, memo: object) -> "Applied":
        return self  # nothing in it changes

    def __reduce__(self) -> tuple[Any, ...]:
        flat: list[Any] = []
        stack: list[Expression] = [self]
        while stack:
            e = stack.pop()
            flat.append((e.op, len(e.operands)) if isinstance(e, Applied) else e)
            stack += e.operands if isinstance(e, Applied) else ()
        return _unflattened, (flat,)


def _unflattened(flat: list[Any]) -> Expression:
    """The expression of operations, each with the number of its operands before them, and what they apply to."""
    stack: list[Expression] = []
    for item in reversed(flat):
        if isinstance(item, tuple):
            op, count = item
            operands, stack = stack[len(stack) - count :], stack[: len(stack) - count]
            item = Applied(op, tuple(operands))
        stack.append(item)
    return stack[0]


ZERO, ONE = Number(0.0), Number(1.0)


def as_expression(x: Any) -> Expression:
    """An expression as it is, a number as a Number."""
    return x if isinstance(x, Expression) else Number(float(x))


def _tidy(op: Operation, operands: tuple[Expression, ...]) -> Expression:
    if op in _FOLDED and all(isinstance(x, Number) for x in operands):
        return Number(op.evaluate(*[x.value for x in operands if isinstance(x, Number)]))
    rule = _TIDIER.get(op)
    tidied = rule(*operands) if rule else None
    return Applied(op, operands) if tidied is None else tidied


def _tidy_power(x: Expression, y: Expression) -> Expression | None:
    return x if y == ONE else ONE if y == ZERO else None


# Operations on numbers alone that are carried out; a fraction stays one, and ln 2 is not written 0.6931.
_FOLDED = {ops.add, ops.sub, ops.mul, ops.neg, ops.pow, ops.step, ops.abs, ops.sign, ops.maximum, ops.minimum}

_TIDIER: dict[Operation, Callable[..., Expression | None]] = {
    ops.add: lambda x, y: y if x == ZERO else x if y == ZERO else 2 * x if x == y else None,
    ops.sub: lambda x, y: x if y == ZERO else -y if x == ZERO else ZERO if x == y else None,
    ops.mul: lambda x, y: ZERO if ZERO in (x, y) else y if x == ONE else x if y == ONE else None,
    ops.div: lambda x, y: ZERO if x == ZERO else x if y == ONE else None,
    ops.neg: lambda x: x.operands[0] if isinstance(x, Applied) and x.op is ops.neg else None,
    ops.pow: _tidy_power,
}


def formula(node: Value, symbols: dict[Value, Expression]) -> Expression:
    """How a node was made, in the symbols of its operands; the node's own symbol where its row cannot say."""
    assert node.op is not None
    try:
        return Expression().apply_operation(node.op, tuple([symbols[x] for x in node.operands]))
    except TypeError:  # a user's row in functions that take nothing but floats
        return symbols[node]


def partial(node: Value, operand: Value, symbols: dict[Value, Expression]) -> Expression:
    """∂node/∂operand as a formula, summed over the edges between the two."""
    assert node.op is not None
    try:
        rules = node.op.textbook(symbols[node], *[symbols[x] for x in node.operands])
        first, *others = [rule for rule, x in zip(rules, node.operands, strict=True) if x is operand]
        return as_expression(reduce(operator.add, others, first))
    except TypeError:
        return derivative(node, operand, symbols)


def derivative(node: Value, operand: Value, symbols: dict[Value, Expression]) -> "Derivative":
    """∂node/∂operand as a symbol."""
    return Derivative(symbols[node], symbols[operand], slope(node, operand))


def slope(node: Value, operand: Value) -> float:
    """∂node/∂operand as a number, summed over the edges between the two."""
    return summed([x for x, y in zip(node.partials, node.operands, strict=True) if y is operand])


def symbols_for(order: Iterable[Value], wanted: Collection[Value] | None = None) -> dict[Value, Expression]:
    """A symbol for every node: its label, told apart by [1], [2], … where several share it, or v_1, v_2, … for none.

    wanted: nodes to return symbols for, where not all are needed. They are called as they are among all.
    """
    nodes = list(order)
    written = {label: unicode_label(label) for label in {str(node.label) for node in nodes if node.label}}
    shared = Counter([written[str(node.label)] for node in nodes if node.label])  # a_1 and a₁ look the same
    taken = {text for text in shared if text.startswith("v")}
    unused = (label for label in map("v_{}".format, count(1)) if not taken or unicode_label(label) not in taken)
    marks: dict[str, Iterator[str]] = {}
    symbols: dict[Value, Expression] = {}
    for node in nodes:
        if node.op is constant:
            symbol: Expression = Number(float(node.data))
        elif not node.label:
            symbol = Symbol(next(unused), float(node.data))
        else:
            label = str(node.label)
            text = written[label]
            if shared[text] > 1:
                label += next(marks.setdefault(text, _marks(text, shared)))
            symbol = Symbol(label, float(node.data))
        if wanted is None or node in wanted:
            symbols[node] = symbol
    return symbols


def _marks(text: str, taken: Collection[str]) -> Iterator[str]:
    return (f"[{k}]" for k in count(1) if f"{text}[{k}]" not in taken)


# ------------------------------------------------------------------------------------------ labels, numbers

_LABEL = re.compile(r"(?P<base>[^\W\d_]+)(?P<prime>'*)(\^(?P<up>[\w,]+?))?(_(?P<down>[\w,]+))?(?P<which>\[\d+\])?")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_RAISED, _LOWERED = ({up: plain for plain, up in table.items()} for table in (_SUPERSCRIPTS, _SUBSCRIPTS))


def printable(text: str) -> str:
    """On one line, without what XML and UTF-8 cannot hold, ends a string in C, or turns the direction of writing."""
    text = text.replace("\n", "⏎").replace("\t", " ")
    return "".join([c if c.isprintable() or c in "\u00a0\u200d" else "�" for c in text])


def _parts(label: str) -> re.Match[str] | None:
    """Base, primes, indices and number of a label that is written with indices, as w^1_21 or w¹₂₁; None for others."""
    for chars, sign in ((_RAISED, "^"), (_LOWERED, "_")):
        run = f"(?<=[\\w'])[{''.join(map(chr, chars))}]+"
        if found := re.search(run, label):
            label = label[: found.start()] + sign + found[0].translate(chars) + label[found.end() :]
    match = _LABEL.fullmatch(label)
    return match if match and match["base"].isalpha() else None


def unicode_label(label: str) -> str:
    """w^1_21 as w¹₂₁, and 10,2 below as ₁₀,₂; a label of another form as it is, with � for what cannot be printed."""
    match = _parts(label)
    if not match:
        return printable(label)
    up = (match["up"] or "").translate(_SUPERSCRIPTS)
    down = (match["down"] or "").translate(_SUBSCRIPTS)
    if any(c.isascii() and c != "," for c in up + down):  # a letter that has no raised or lowered form
        return label
    return match["base"] + match["prime"].replace("'", "′") + up + down + (match["which"] or "")


# What stands for a character in LaTeX: in mathematics, and in text. Of the Greek letters those that look as Latin ones
# have no macro; the variants are told apart as Unicode does: φ is \varphi, and ϕ is \phi.
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
_UNKNOWN_ACCENTS = re.compile("[\u0300-\u036f](?<![\u0300-\u0304\u0306-\u0308\u030a-\u030c\u0327])")
_ESCAPED = {c: f"\\{c}" for c in "{}$&#_%"}
_IN_NAMES = {ord(c): tex for c, tex in {**_MATHEMATICS, **_ESCAPED, "@": "{@}", " ": "\\ ", "\u00a0": "\\ "}.items()}
_IN_TEXT = {ord(c): f"}}{tex}\\text{{" for c, tex in _MATHEMATICS.items()} | {ord(c): x for c, x in _ESCAPED.items()}
_IN_TEXT |= {0xA0: "~"}


def latex_label(label: str) -> str:
    """w^1_21 as w^{1}_{21}; a label of another form as text."""
    match = _parts(label)
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
    foreign = re.compile(rf"[^\x00-\x7f{_SIGNS}]+")
    return _with_bases(foreign.sub(lambda found: rf"\text{{{found[0]}}}", _normal(name).translate(_IN_NAMES)))


def _normal(text: str) -> str:
    return _UNKNOWN_ACCENTS.sub("�", unicodedata.normalize("NFC", printable(text)))


def _with_bases(latex: str) -> str:
    """With a circle beneath accents that stand on no letter: they would get onto a brace."""
    return re.sub(r"(?<![^\W_])(?<![\u0300-\u036f])(?=[\u0300-\u036f])", "◌", latex)


def require_digits(digits: int) -> None:
    """Raise a ValueError for what is no number of significant digits."""
    if type(digits) is not int or not 1 <= digits <= 17:
        raise ValueError(f"digits is a whole number from 1 to 17, got {shown(digits)}")


def round_significant(x: float, digits: int) -> float:
    """x to a number of significant digits; whole numbers below a million stay what they are."""
    x = float(x)  # which a leaf may hold as another kind of number, NumPy's or a Fraction
    return x if x.is_integer() and abs(x) < 1e6 else float(f"{x:.{digits}g}")


def format_number(x: float, digits: int = 4) -> str:
    """A number as Unicode text: −0.25, 1.5·10⁻⁷, ∞, NaN."""
    mantissa, exponent = _decimal(x, digits)
    power = f"10{str(exponent).translate(_SUPERSCRIPTS)}" if exponent else ""
    return _times_power(mantissa.replace("-", "−"), power, "·")


def format_latex_number(x: float, digits: int = 4) -> str:
    """A number as LaTeX."""
    mantissa, exponent = _decimal(x, digits)
    mantissa = {"∞": r"\infty", "-∞": r"-\infty", "NaN": r"\mathrm{NaN}"}.get(mantissa, mantissa)
    return _times_power(mantissa, f"10^{{{exponent}}}" if exponent else "", r" \cdot ")


def _times_power(mantissa: str, power: str, times: str) -> str:
    if not power:
        return mantissa
    return mantissa[:-1] + power if mantissa in ("1", "-1", "−1") else mantissa + times + power


def _decimal(x: float, digits: int) -> tuple[str, int]:
    x = x.data if isinstance(x, Value) else as_float(x, "a number that is written")
    if not math.isfinite(x):
        return ("NaN" if math.isnan(x) else "∞" if x > 0 else "-∞"), 0
    rounded = round_significant(x, digits) + 0.0  # and -0 is 0
    if rounded == 0 or 1e-4 <= abs(rounded) < 1e6:
        return repr(rounded).removesuffix(".0"), 0
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    return mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa, int(exponent)


# -------------------------------------------------------------------------------------------------- writing

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a formula holds together


@dataclass(frozen=True)
class Factors:
    """A product or quotient as ± coefficient · above / (divisor · below), with powers of the same base collected."""

    negative: bool
    coefficient: float
    above: list[tuple[Expression, float]]
    divisor: float
    below: list[tuple[Expression, float]]

    @staticmethod
    def of(e: Expression) -> "Factors":
        """The factors of a formula, in the order they are written in."""
        negative = False
        numbers = {True: 1.0, False: 1.0}
        powers: dict[bool, dict[Expression, float]] = {True: {}, False: {}}
        stack: list[tuple[Expression, bool]] = [(e, True)]
        while stack:
            e, above = stack.pop()
            match e:
                case Applied(op, (x, y)) if op is ops.mul:
                    stack += [(y, above), (x, above)]
                case Applied(op, (x, y)) if op is ops.div:
                    stack += [(y, not above), (x, above)]
                case Applied(op, (x,)) if op is ops.neg:
                    negative = not negative
                    stack.append((x, above))
                case Number(value):
                    negative ^= value < 0
                    numbers[above] *= abs(value)
                case Applied(op, (x, Number(exponent))) if op is ops.pow:
                    powers[above][x] = powers[above].get(x, 0.0) + exponent
                case _:
                    powers[above][e] = powers[above].get(e, 0.0) + 1
        return Factors(negative, numbers[True], [*powers[True].items()], numbers[False], [*powers[False].items()])


def cancelled(product: Sequence[Expression]) -> Expression | None:
    """A product in which what stands above and below a fraction bar has gone; None where nothing does."""
    factors = Factors.of(reduce(operator.mul, product))
    above, below = dict(factors.above), dict(factors.below)
    common = {base: min(exponent, below[base]) for base, exponent in above.items() if base in below}
    if not common:
        return None
    up, down = (
        [base ** (exponent - common.get(base, 0.0)) for base, exponent in powers.items()] for powers in (above, below)
    )
    product_left = reduce(operator.mul, up, as_expression(factors.coefficient))
    quotient = ops.div(product_left, reduce(operator.mul, down, as_expression(factors.divisor)))
    return as_expression(-quotient if factors.negative else quotient)


def _terms(e: Expression) -> list[tuple[bool, Expression]]:
    """The terms of a sum, and whether each is subtracted."""
    terms, stack = [], [(False, e)]
    while stack:
        negative, e = stack.pop()
        match e:
            case Applied(op, (x, y)) if op is ops.add and not negative:
                stack += [(False, y), (False, x)]
            case Applied(op, (x, y)) if op is ops.sub and not negative:
                stack += [(True, y), (False, x)]
            case _:
                terms.append((negative, e))
    return terms


def _around_operands(op: Operation) -> list[str]:
    """The text of an operation, taken apart at its operands; a name is in one piece, whatever is in it."""
    return op.text.split("%s") if op.text != op.name else [op.name]


def _is_sum(e: Expression) -> bool:
    return isinstance(e, Applied) and e.op in (ops.add, ops.sub)


class Factor(NamedTuple):
    """A factor as written, what it is (a coefficient, number, sum, call or name), and a sum without its brackets."""

    text: str
    kind: str
    bare: str = ""


@dataclass
class Writer:
    """Writes expressions as Unicode text; its subclasses write LaTeX and MathML.

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
        if len(factors) == 1 and _is_sum(factors[0]):
            text = self._write(factors[0], leading)
            return text.startswith(self.minus), text.removeprefix(self.minus)
        negative, first = self.signed(factors[0], leading)
        return negative, self.times.join([first, *[self.write(e, PRODUCT, leading=False) for e in factors[1:]]])

    def _level(self, e: Expression) -> int:
        match e:
            case Applied(op, _):
                loose = PRODUCT if op in (ops.mul, ops.div, ops.neg) else POWER if op is ops.pow else ATOM
                return SUM if _is_sum(e) else loose
            case Number(value) | Symbol(_, value) if self.numbers or isinstance(e, Number):
                return PRODUCT if value < 0 or _decimal(value, self.digits)[1] else ATOM
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
        if _is_sum(e):
            return self._sum(e, leading)
        factors = Factors.of(e)
        return self.minus + self._product(factors, False) if factors.negative else self._product(factors, leading)

    def _number(self, x: float) -> str:
        # 0.1 + 0.2 counts as 0.3: what floats do in the sixteenth digit is not rounding, unless it is asked for
        self.exact = self.exact and (
            not math.isfinite(x)
            or math.isclose(round_significant(x, self.digits), x, rel_tol=1e-14 if self.digits < 13 else 0.0)
        )
        return self.number(x)

    def _sum(self, e: Expression, leading: bool) -> str:
        text = ""
        for subtracted, term in _terms(e):
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
            if _is_sum(base) and exponent == 1:
                bare = self._write(base, True)
                factors.append(Factor(self.brackets(bare), "sum", bare))
                continue
            first = leading and not factors
            text = self.write(base, PRODUCT, first) if exponent == 1 else self._power(base, Number(exponent))
            factors.append(Factor(text, self._kind(base)))
        return factors

    def _kind(self, e: Expression) -> str:
        if isinstance(e, Applied):
            return "sum" if _is_sum(e) else "call"
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
            return name + self.brackets(self.comma.join([self.write(x) for x in operands]))
        return first + "".join(
            self.write(x, SUM if after else ATOM, leading=before.endswith(("(", "[", "{", "|", ">"))) + after
            for x, (before, after) in zip(operands, pairwise(around), strict=True)
        )

    # What differs between text, LaTeX and MathML:

    def number(self, x: float) -> str:
        """A number."""
        return format_number(x, self.digits)

    def label(self, label: str) -> str:
        """A name; in quotes if it could be read as something else."""
        return unicode_label(label) if _parts(label) else f"“{printable(label)}”"

    def name(self, name: str) -> str:
        """The name of a function."""
        return printable(name)

    def template(self, op: Operation) -> list[str]:
        """How an operation is written: its name, or what stands before, between and after its operands."""
        return [printable(part) for part in _around_operands(op)]

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
            return base + f"{exponent.value:.0f}".translate(_SUPERSCRIPTS)
        return f"{base}^{self.write(exponent, ATOM)}"

    def is_raised(self, text: str) -> bool:
        """Whether something stands above the line already."""
        return any(c in "⁰¹²³⁴⁵⁶⁷⁸⁹^" for c in text)


@dataclass
class LatexWriter(Writer):
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
        around = _around_operands(op)
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


@dataclass
class MathmlWriter(Writer):
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
        mantissa, exponent = _decimal(x, self.digits)
        sign = self.minus if mantissa.startswith("-") else ""
        power = f"<msup><mn>10</mn><mn>{str(exponent).replace('-', '−')}</mn></msup>" if exponent else ""
        digits = mantissa.removeprefix("-")
        return sign + (power if power and digits == "1" else f"<mn>{digits}</mn>" + (power and self.times + power))

    def label(self, label: str) -> str:
        """A name."""
        match = _parts(label)
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
        parts = map(self.name, _around_operands(op))
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
