"""Automatic differentiation of scalar code: exact gradients, to any order, that can be derived on paper and drawn."""

from importlib import import_module

from autograd.annotations import TYPE_CHECKING, Any
from autograd.declaration import Operation, operation
from autograd.gradient import grad, hessian
from autograd.operations import (
    abs,
    add,
    affine,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cos,
    div,
    elu,
    erfc,
    exp,
    expm1,
    gelu,
    half_squared_error,
    hinge,
    identity,
    leaky_relu,
    log,
    log1p,
    maximum,
    minimum,
    mul,
    mul_no_nan,
    neg,
    pow,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    softmax_cross_entropy,
    softplus,
    sqrt,
    squared_error,
    step,
    sub,
    sub_no_nan,
    tanh,
    total,
)
from autograd.picking import pick
from autograd.recording import AnomalyError, detect_anomaly, no_grad
from autograd.stopping import stop_gradient
from autograd.value import Value, as_value, topological_order

if TYPE_CHECKING:
    from autograd.checking import GradientError, Slopes, check_gradients, finite_differences
    from autograd.compiling import Compiled, Descent, TracingError, compile, real_array
    from autograd.derivation import Check, Derivation, Evaluation, derive, evaluate
    from autograd.drawing import Drawing, draw
    from autograd.exploring import Explorer, explore
    from autograd.notation import format_number, unicode_label
    from autograd.program import CompileError

__all__ = [
    "AnomalyError",
    "Check",
    "CompileError",
    "Compiled",
    "Derivation",
    "Descent",
    "Drawing",
    "Evaluation",
    "Explorer",
    "GradientError",
    "Operation",
    "Slopes",
    "TracingError",
    "Value",
    "abs",
    "add",
    "affine",
    "as_value",
    "at_once",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "check_gradients",
    "compile",
    "cos",
    "derive",
    "detect_anomaly",
    "div",
    "draw",
    "elu",
    "erfc",
    "evaluate",
    "exp",
    "explore",
    "expm1",
    "finite_differences",
    "format_number",
    "gelu",
    "grad",
    "half_squared_error",
    "hessian",
    "hinge",
    "identity",
    "leaky_relu",
    "log",
    "log1p",
    "maximum",
    "minimum",
    "mul",
    "mul_no_nan",
    "neg",
    "no_grad",
    "operation",
    "pick",
    "pow",
    "real_array",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "softmax_cross_entropy",
    "softplus",
    "sqrt",
    "squared_error",
    "step",
    "stop_gradient",
    "sub",
    "sub_no_nan",
    "tanh",
    "topological_order",
    "total",
    "unicode_label",
    "write_files",
]

# Loaded when first asked for, so that `import autograd` costs next to nothing.
_LAZY = {
    "Check": "derivation",
    "CompileError": "program",
    "Compiled": "compiling",
    "Descent": "compiling",
    "Derivation": "derivation",
    "Drawing": "drawing",
    "Evaluation": "derivation",
    "Explorer": "exploring",
    "GradientError": "checking",
    "Slopes": "checking",
    "TracingError": "compiling",
    "at_once": "committing",
    "check_gradients": "checking",
    "compile": "compiling",
    "derive": "derivation",
    "draw": "drawing",
    "evaluate": "derivation",
    "explore": "exploring",
    "finite_differences": "checking",
    "format_number": "notation",
    "real_array": "compiling",
    "unicode_label": "notation",
    "write_files": "files",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    return getattr(import_module(f"autograd.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
