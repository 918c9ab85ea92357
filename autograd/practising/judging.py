"""Answers judged: right, or which mistake fits.

A number is right to three significant digits, or as far as numbers lead that are rounded on the way. A formula is right
where it gives the right number at the numbers of the graph and at others; so are mistakes told from one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose, isfinite, isinf, nan

from autograd.core import Value
from autograd.notation import Expression, TextWriter, derivative
from autograd.practising.mistakes import MISTAKES, Question, Slip, pairs_of
from autograd.practising.reading import Answer
from autograd.practising.rounding import DIGITS_OF_ANSWERS, spread, unit_of
from autograd.practising.terms import Factor, Numbers, gradient_of, partial_of, value_of
from autograd.words import marked, t

EXACT_FORMULAS = 1e-9  # formulas that differ by less, relatively, are the same
MOST_NAMED = 3  # mistakes that are named at most
MOST_ROUNDED = 0.1  # of a result, by which rounded numbers may be off at most
MOST_OFF = 0.01  # of what is right, by which an answer that is right within rounding may be off
RIGHT = ("right", "shown")  # the verdicts that are

# What is said where no mistake is named.
VERDICTS = {
    "right": marked("Right."),
    "shown": marked("Right, within rounding: the numbers on show have been rounded."),
    "rounding": marked("Nearly: the last digit is off. Give three significant digits, and round only at the end."),
    "wrong": marked("That is not it, and none of the usual mistakes gives it. A hint may help."),
    "here": marked(
        "Right for these numbers, but not for others: the formula is another one. Where you put in a number that is "
        "given, write its letter."
    ),
    "asked": marked("That is what is asked for: say what it is made from."),
}


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer.

    kind: "right", "shown" (right for numbers rounded as they are shown), "rounding" (as good as right, but for the last
    digit or too few of them), "mistake", "wrong", where no mistake of the list fits, or "unreadable".
    mistakes: those that fit, by the names they have in the list.
    text: a sentence or two, which do not say what would be right.
    """

    kind: str
    text: str
    mistakes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.kind in RIGHT

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{self.kind}: {self.text}>"


def agrees(answer: float, right: float) -> bool:
    """Whether a number is another to three significant digits."""
    return _within(answer, right, 0.5)


def _within(answer: float, right: float, units: float) -> bool:
    """Whether two numbers differ by at most so many units of the third significant digit."""
    if not (isfinite(answer) and isfinite(right)):
        return answer == right
    if right == 0:
        return abs(answer) <= EXACT_FORMULAS
    return abs(answer - right) <= units * unit_of(right) * (1 + 1e-6)


@dataclass(frozen=True)
class Candidate:
    """A mistake, and what it gives at each of some numbers; numbers: the first of them."""

    slip: Slip
    results: tuple[float, ...]
    numbers: Numbers


def candidates(question: Question, slips: Iterable[Slip], points: Sequence[Numbers]) -> list[Candidate]:
    """The mistakes that give something else than what is right."""
    right = [numbers.sum(question.terms) for numbers in points]
    found = []
    for slip in slips:
        results = tuple([numbers.sum(slip.terms, slip.multiplied) for numbers in points])
        if not all(map(_same, results, right)):
            found.append(Candidate(slip, results, points[0]))
    return found


def _same(x: float, y: float) -> bool:
    return x == y or isclose(x, y, rel_tol=EXACT_FORMULAS, abs_tol=EXACT_FORMULAS * 1e-3)


def asked_for(question: Question) -> Factor:
    """What the answer must not mention, as it is what is asked for."""
    kind, node, operand = question.kind, question.node, question.operand
    if kind == "value":
        return value_of(node)
    if kind == "partial" and operand is not None:
        return partial_of(node, operand)
    return gradient_of(node if operand is None else operand) if kind != "update" else Factor("update", node)


def judge(
    question: Question, answer: Answer, slips: Sequence[Slip], points: Sequence[Numbers], before: Numbers | None
) -> tuple[str, list[Slip]]:
    """The kind of verdict, and the mistakes that fit.

    points: the graph's numbers, and others for formulas; before: those before the last change, if there was one.
    """
    if asked_for(question) in answer.mentioned:
        return "asked", []
    if answer.is_number:
        return _judge_number(question, _value_at(answer, points[0]), slips, points[0], before)
    used = [numbers for numbers in points if isfinite(numbers.sum(question.terms))] or points[:1]
    return _judge_formula(question, [_value_at(answer, numbers) for numbers in used], slips, used)


def _value_at(answer: Answer, numbers: Numbers) -> float:
    try:
        return answer.formula(numbers)
    except (ArithmeticError, ValueError, RecursionError):
        return nan


def _judge_number(
    question: Question, given: float, slips: Sequence[Slip], numbers: Numbers, before: Numbers | None
) -> tuple[str, list[Slip]]:
    right = numbers.sum(question.terms)
    if agrees(given, right):
        return "right", []
    possible = candidates(question, slips, [numbers])
    if before is not None:
        slip = Slip("before the change", question.terms)
        possible.append(Candidate(slip, (before.sum(question.terms),), before))
    as_rounded = [one for one in possible if _comes_of(given, one.results[0], question, one.slip, one.numbers)]
    near = _comes_of(given, right, question, question, numbers)
    if near and not as_rounded and abs(given - right) <= MOST_OFF * abs(right):
        return "shown", []
    for units, is_near in ((0.5, near or _within(given, right, 1.0)), (1.5, _within(given, right, 3.0))):
        if fitting := [one for one in possible if _within(given, one.results[0], units)]:
            return "mistake", _named(fitting, given)
        if is_near:
            return "rounding", []
    if as_rounded:
        return "mistake", _named(as_rounded, given)
    return ("rounding" if _too_short(given, right) else "wrong"), []


def _judge_formula(
    question: Question, given: Sequence[float], slips: Sequence[Slip], points: Sequence[Numbers]
) -> tuple[str, list[Slip]]:
    right = [numbers.sum(question.terms) for numbers in points]
    if all(map(_same, given, right)):
        return "right", []
    possible = candidates(question, slips, points)
    if fitting := [one for one in possible if all(map(_same, given, one.results))]:
        return "mistake", _named(fitting, given[0])
    return ("here", []) if agrees(given[0], right[0]) else _both(given, slips, points)


def _comes_of(given: float, result: float, question: Question, of: Question | Slip, numbers: Numbers) -> bool:
    """Whether a question or a mistake, which has this result, gives the answer where numbers are rounded on the way."""
    if not isfinite(result) or not result or abs(given - result) > MOST_ROUNDED * abs(result):
        return False
    multiplied = isinstance(of, Slip) and of.multiplied
    asked = question.node if question.kind == "value" else None
    return abs(given - result) <= spread(numbers, of.terms, multiplied, asked) + unit_of(result) / 2


def _both(given: Sequence[float], slips: Sequence[Slip], points: Sequence[Numbers]) -> tuple[str, list[Slip]]:
    """Two mistakes that were made at once: what only formulas tell, as several numbers are there to compare."""
    for first, second, terms in pairs_of(slips):
        if all(_same(x, numbers.sum(terms)) for x, numbers in zip(given, points, strict=True)):
            return "both", [first, second]
    return "wrong", []


def _named(fitting: Sequence[Candidate], given: float) -> list[Slip]:
    """The mistakes that fit best, each kind once."""
    found: dict[str, Slip] = {}
    for one in sorted(fitting, key=lambda one: abs(float(f"{one.results[0]:.9g}") - given)):  # equal ones by the list
        found.setdefault(one.slip.mistake, one.slip)
    return [*found.values()][:MOST_NAMED]


def _too_short(given: float, right: float) -> bool:
    """Whether it is what is right, rounded to one or two digits."""
    if given == 0 or isinf(given) or not isfinite(right):
        return False
    shorter = [float(f"{right:.{digits}g}") for digits in range(1, DIGITS_OF_ANSWERS)]
    return any(isclose(given, x, rel_tol=EXACT_FORMULAS) for x in shorter)


def sentence(slip: Slip, question: Question, symbols: dict[Value, Expression]) -> str:
    """What is said of a mistake."""
    factor = name_of(slip.about, symbols) if slip.about else ""
    return t(MISTAKES[slip.mistake], factor=factor, paths=len(question.terms))


def name_of(factor: Factor, symbols: dict[Value, Expression]) -> str:
    """A factor as text: ∂a/∂z, w, η."""
    writer = TextWriter()
    if factor.kind == "rate":
        return "η"
    if factor.node is None:
        return writer.number(factor.number)
    if factor.kind == "partial" and factor.operand is not None:
        return writer.write(derivative(factor.node, factor.operand, symbols))
    name = writer.write(symbols[factor.node])
    if factor.kind == "gradient":
        *_, output = symbols
        return writer.derivative(writer.write(symbols[output]), name)
    return name
