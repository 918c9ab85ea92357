"""The chain rule worked out as on paper: the forward pass, and the derivative by one parameter."""

from autograd.deriving.derivation import MAX_PATHS, Check, Derivation, derive
from autograd.deriving.evaluation import Evaluation, evaluate
from autograd.deriving.paths import Paths

__all__ = [
    "MAX_PATHS",
    "Check",
    "Derivation",
    "Evaluation",
    "Paths",
    "derive",
    "evaluate",
]
