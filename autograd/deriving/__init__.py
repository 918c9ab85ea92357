"""The chain rule worked out as on paper: the forward pass, and the derivative by one parameter."""

from autograd.deriving.derivation import MAX_PATHS, Check, Derivation, derive
from autograd.deriving.evaluation import Evaluation, evaluate
from autograd.deriving.paths import MOST_SUBTOTALS, Paths
from autograd.deriving.working import INDENT

__all__ = [
    "INDENT",
    "MAX_PATHS",
    "MOST_SUBTOTALS",
    "Check",
    "Derivation",
    "Evaluation",
    "Paths",
    "derive",
    "evaluate",
]
