"""The weighted sum of a neuron, w1 x1 + w2 x2 + … + b, of flat operands: weights, inputs, one bias or none."""

import operator
from functools import reduce

from autograd.core.annotations import Any


def arrange_affine(weights: Any, inputs: Any, bias: Any = None) -> tuple[Any, ...]:
    """The flat operands."""
    weights, inputs = tuple(weights), tuple(inputs)
    if not 0 < len(weights) == len(inputs):
        raise ValueError(f"affine takes one weight or more, for as many inputs, got {len(weights)} for {len(inputs)}")
    return weights + inputs if bias is None else (*weights, *inputs, bias)


def parts_of_affine(operands: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """The weights, the inputs, and the bias: one, or none."""
    n = len(operands) // 2
    return operands[:n], operands[n : 2 * n], operands[2 * n :]


def weighted_sum(*operands: Any) -> Any:
    """The sum of whatever can be multiplied and added."""
    weights, inputs, bias = parts_of_affine(operands)
    return reduce(operator.add, [*map(operator.mul, weights, inputs), *bias])


# Every neuron runs these two, each time it is asked. A call of parts_of_affine would cost a small one a tenth more.


def weighted_sum_of_floats(*operands: float) -> float:
    """The same, fast: the bias first, then the products in their order, as `floats.summed` adds."""
    n = len(operands) // 2
    z = operands[-1] if len(operands) % 2 else 0.0
    for product in map(operator.mul, operands, operands[n : 2 * n]):
        z += product
    return z


def partials_of_affine(z: Any, *operands: Any) -> tuple[Any, ...]:
    """For a weight its input, for an input its weight, for the bias 1."""
    n = len(operands) // 2
    return operands[n : 2 * n] + operands[:n] + (1.0,) * (len(operands) % 2)
