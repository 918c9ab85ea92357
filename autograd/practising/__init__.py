"""Practice: a graph asks for what the chain rule gives, and says which mistake an answer came about by."""

from autograd.practising.exercise import Exercise, Exercises, exercise
from autograd.practising.fresh_numbers import DRAWS, OTHERS
from autograd.practising.hints import APPROACH, direction_of, made_by, rule_of
from autograd.practising.judging import EXACT_FORMULAS, MOST_NAMED, MOST_OFF, MOST_ROUNDED, RIGHT, VERDICTS, Verdict
from autograd.practising.mistakes import (
    FLIPS,
    MISTAKES,
    MOST_FACTORS,
    MOST_PAIRED,
    MOST_SWAPPED,
    Mistakes,
    Question,
    Slip,
    ways_of_sum,
    ways_of_update,
    ways_of_weighted_sum,
)
from autograd.practising.names import MOST_LETTERS, OTHER_NAMES, names_of_function
from autograd.practising.questions import Questions
from autograd.practising.reading import LONGEST, REWRITTEN
from autograd.practising.rounding import DIGITS_OF_ANSWERS
from autograd.practising.terms import RATE, SUBTRACTED, Factor, Numbers, Term, gradient_of, number, value_of
from autograd.practising.wrong_rules import WRONG_PARTIALS, WRONG_VALUES

__all__ = [
    "APPROACH",
    "DIGITS_OF_ANSWERS",
    "DRAWS",
    "EXACT_FORMULAS",
    "FLIPS",
    "LONGEST",
    "MISTAKES",
    "MOST_FACTORS",
    "MOST_LETTERS",
    "MOST_NAMED",
    "MOST_OFF",
    "MOST_PAIRED",
    "MOST_ROUNDED",
    "MOST_SWAPPED",
    "OTHERS",
    "OTHER_NAMES",
    "RATE",
    "REWRITTEN",
    "RIGHT",
    "SUBTRACTED",
    "VERDICTS",
    "WRONG_PARTIALS",
    "WRONG_VALUES",
    "Exercise",
    "Exercises",
    "Factor",
    "Mistakes",
    "Numbers",
    "Question",
    "Questions",
    "Slip",
    "Term",
    "Verdict",
    "direction_of",
    "exercise",
    "gradient_of",
    "made_by",
    "names_of_function",
    "number",
    "rule_of",
    "value_of",
    "ways_of_sum",
    "ways_of_update",
    "ways_of_weighted_sum",
]
