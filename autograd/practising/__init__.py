"""Practice: a graph asks for what the chain rule gives, and says which mistake an answer came about by."""

from autograd.practising.exercise import Exercise, Exercises, exercise
from autograd.practising.judging import Verdict
from autograd.practising.mistakes import MISTAKES, Mistakes, Question, Slip
from autograd.practising.questions import Questions
from autograd.practising.terms import Factor, Numbers
from autograd.practising.wrong_rules import WRONG_PARTIALS, WRONG_VALUES

__all__ = [
    "MISTAKES",
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
    "Verdict",
    "exercise",
]
