"""Answers judged: right, or which mistake fits.

A number is right to three significant digits, or as far as numbers lead that are rounded on the way. After a step it
has to show the step, too, to one digit at least: else the old number would do. A formula is right
where it gives the right number at the numbers of the graph and at others; so are mistakes told from one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, inf, isclose, isfinite, isinf, log10, nan

from autograd.core import Value
from autograd.notation import Expression, TextWriter, derivative
from autograd.practising.mistakes import MISTAKES, Question, Slip, pairs_of
from autograd.practising.reading import Answer
from autograd.practising.rounding import DIGITS_OF_ANSWERS, Rounding, unit_of
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
    "coarse": marked("Nearly: the step is lost in the rounding. Give more digits."),
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
    digit or too few of them), "coarse" (a new number in too few digits to show the step), "mistake", "wrong", where no
    mistake of the list fits, or "unreadable".
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


def _within(answer: float, right: float, units: float, finest: float = inf) -> bool:
    """Whether two numbers differ by at most so many units of the third significant digit, or of a finer one."""
    if not (isfinite(answer) and isfinite(right)):
        return answer == right
    if right == 0:
        return abs(answer) <= EXACT_FORMULAS
    return abs(answer - right) <= units * min(unit_of(right), finest) * (1 + 1e-6)


@dataclass(frozen=True)
class Candidate:
    """A mistake, or what is right, and what it gives at each of some numbers.

    rounding: of the first of them; most: how far off an answer may be at most that comes of it.
    """

    slip: Slip
    results: tuple[float, ...]
    rounding: Rounding
    most: float

    def gives(self, given: float) -> bool:
        """Whether the answer comes of it where numbers are rounded on the way."""
        result = self.results[0]
        if not isfinite(result) or not result or abs(given - result) > MOST_ROUNDED * abs(result):
            return False
        return abs(given - result) <= min(self._spread + unit_of(result) / 2, self.most)

    @cached_property
    def _spread(self) -> float:
        return self.rounding.spread(self.slip.terms, self.slip.multiplied)


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


class Judge:
    """Judges answers to a question. What its mistakes give is worked out once, for all of them.

    slips: the mistakes; points: the graph's numbers, and others for formulas; before: those before the last change, if
    there was one.
    """

    def __init__(
        self, question: Question, slips: Sequence[Slip], points: Sequence[Numbers], before: Numbers | None
    ) -> None:
        self.question, self.slips, self.before = question, slips, before
        self.numbers, self.points = points[0], [x for x in points if isfinite(x.sum(question.terms))] or points[:1]

    def judge(self, answer: Answer) -> tuple[str, list[Slip]]:
        """The kind of verdict, and the mistakes that fit."""
        if asked_for(self.question) in answer.mentioned:
            return "asked", []
        if answer.is_number:
            return self._judge_number(_value_at(answer, self.numbers))
        return self._judge_formula([_value_at(answer, numbers) for numbers in self.points])

    @cached_property
    def _right(self) -> Candidate:
        return self._candidate(Slip("", self.question.terms), [self.numbers])

    @cached_property
    def _mistakes(self) -> list[Candidate]:
        """Those that give another number than what is right."""
        found = self._going_wrong([self.numbers])
        if self.before is not None:
            found.append(self._candidate(Slip("before the change", self.question.terms), [self.before]))
        return found

    @cached_property
    def _mistakes_in_formulas(self) -> list[Candidate]:
        return self._going_wrong(self.points)

    def _going_wrong(self, points: Sequence[Numbers]) -> list[Candidate]:
        right = [numbers.sum(self.question.terms) for numbers in points]
        found = [self._candidate(slip, points) for slip in self.slips]
        return [one for one in found if not all(map(_same, one.results, right))]

    def _candidate(self, slip: Slip, points: Sequence[Numbers]) -> Candidate:
        results = tuple([numbers.sum(slip.terms, slip.multiplied) for numbers in points])
        rounding = self._rounding if points[0] is self.numbers else Rounding(points[0])
        return Candidate(slip, results, rounding, self._finest / 2)

    @cached_property
    def _finest(self) -> float:
        """The unit of the first digit of a step, where one is taken."""
        step = self.numbers.sum(self.question.terms[1:]) if self.question.kind == "update" else 0.0
        return 10.0 ** floor(log10(abs(step))) if step and isfinite(step) else inf

    @cached_property
    def _rounding(self) -> Rounding:
        return Rounding(self.numbers, self.question.node if self.question.kind == "value" else None)

    def _judge_number(self, given: float) -> tuple[str, list[Slip]]:
        right = self._right.results[0]
        if self._is(given, right, 0.5):
            return "right", []
        nearly = "coarse" if agrees(given, right) else "rounding"
        as_rounded = [one for one in self._mistakes if one.gives(given)]
        near = self._right.gives(given)
        if near and not as_rounded and abs(given - right) <= MOST_OFF * abs(right):
            return "shown", []
        for units, is_near in ((0.5, near or self._is(given, right, 1.0)), (1.5, self._is(given, right, 3.0))):
            if fitting := [one for one in self._mistakes if self._is(given, one.results[0], units)]:
                return "mistake", _named(fitting, given)
            if is_near:
                return nearly, []
        if as_rounded:
            return "mistake", _named(as_rounded, given)
        return (nearly if nearly == "coarse" or _too_short(given, right) else "wrong"), []

    def _is(self, given: float, result: float, units: float) -> bool:
        return _within(given, result, units, self._finest)

    def _judge_formula(self, given: Sequence[float]) -> tuple[str, list[Slip]]:
        right = [numbers.sum(self.question.terms) for numbers in self.points]
        if all(map(_same, given, right)):
            return "right", []
        if fitting := [one for one in self._mistakes_in_formulas if all(map(_same, given, one.results))]:
            return "mistake", _named(fitting, given[0])
        return ("here", []) if agrees(given[0], right[0]) else self._both(given)

    def _both(self, given: Sequence[float]) -> tuple[str, list[Slip]]:
        """Two mistakes that were made at once: what only formulas tell, as several numbers are there to compare."""
        for first, second, terms in pairs_of(self.slips):
            if all(_same(x, numbers.sum(terms)) for x, numbers in zip(given, self.points, strict=True)):
                return "both", [first, second]
        return "wrong", []


def _value_at(answer: Answer, numbers: Numbers) -> float:
    try:
        return answer.formula(numbers)
    except (ArithmeticError, ValueError, RecursionError):
        return nan


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
