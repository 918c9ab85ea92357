"""The engine: Values that record how they were made, the table of operations, gradients. The standard library alone.

In the order in which it is read: floats, declaration, operations (the table), graph, value, gradient.
"""

from autograd.core.affine import parts_of_affine
from autograd.core.arithmetic import Arithmetic
from autograd.core.committing import at_once, ensuring
from autograd.core.declaration import Operation, constant, operation, tracer
from autograd.core.floats import as_float, summed
from autograd.core.gradient import dependents, grad, hessian
from autograd.core.graph import MANY, NOT_COMPUTED, results_in_order, topological_order
from autograd.core.messages import cut, listed, on_one_line, shown
from autograd.core.outdated import require_current
from autograd.core.recording import AnomalyError, detect_anomaly, no_grad
from autograd.core.value import Value, as_value, connect, current_watchers, new
from autograd.core.watching import watchers, watching

__all__ = [
    "MANY",
    "NOT_COMPUTED",
    "AnomalyError",
    "Arithmetic",
    "Operation",
    "Value",
    "as_float",
    "as_value",
    "at_once",
    "connect",
    "constant",
    "current_watchers",
    "cut",
    "dependents",
    "detect_anomaly",
    "ensuring",
    "grad",
    "hessian",
    "listed",
    "new",
    "no_grad",
    "on_one_line",
    "operation",
    "parts_of_affine",
    "require_current",
    "results_in_order",
    "shown",
    "summed",
    "topological_order",
    "tracer",
    "watchers",
    "watching",
]
