"""Automatic differentiation of scalar code: exact gradients, to any order, that can be derived on paper and drawn."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    tanh,
    total,
)
from autograd.recording import AnomalyError, detect_anomaly, no_grad
from autograd.value import Value, as_value, topological_order

if TYPE_CHECKING:
    from autograd.checking import GradientError, check_gradients

__all__ = [
    "AnomalyError",
    "GradientError",
    "Operation",
    "Value",
    "abs",
    "add",
    "affine",
    "as_value",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "check_gradients",
    "cos",
    "detect_anomaly",
    "div",
    "elu",
    "erfc",
    "exp",
    "expm1",
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
    "neg",
    "no_grad",
    "operation",
    "pow",
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
    "sub",
    "tanh",
    "topological_order",
    "total",
]

# Loaded when first asked for, so that `import autograd` costs next to nothing.
_LAZY = {
    "GradientError": "checking",
    "check_gradients": "checking",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    return getattr(import_module(f"autograd.{_LAZY[name]}"), name)
