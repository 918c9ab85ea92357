"""The table of operations: each is declared once, and everything else reads its row.

A row says what an operation is called, how it is computed, and what its partial derivatives are, in terms of the
result z and the operands. tanh, for one, is computed by math.tanh, and its derivative is 1 - z * z.
"""

import math
import operator
from collections.abc import Sequence
from functools import reduce

from autograd.core.affine import arrange_affine, partials_of_affine, weighted_sum, weighted_sum_of_floats
from autograd.core.annotations import Any
from autograd.core.declaration import Operation, operation
from autograd.core.floats import divide, heaviside, ieee, larger, multiply_no_nan, power, subtract_no_nan, summed


def exponentials(logits: Sequence[Any]) -> tuple[list[Any], Any, Any]:
    """exp(x - top) for each x, their sum, and the largest, top: with it taken out, none overflows."""
    top = reduce(maximum, logits)
    sizes = [exp(sub_no_nan(x, top)) for x in logits]
    return sizes, reduce(operator.add, sizes), top


def cross_entropy(*operands: Any) -> Any:
    """log(exp(x1) + exp(x2) + …) - x_target."""
    _, whole, top = exponentials(operands[:-1])
    return log(whole) + sub_no_nan(top, operands[-1])


def partials_of_cross_entropy(z: Any, *operands: Any) -> tuple[Any, ...]:
    """The softmax: not by way of z, to which the logarithm of the sum was added, and may be lost in it."""
    sizes, whole, _ = exponentials(operands[:-1])
    return (*[div(size, whole) for size in sizes], -1.0)


def softmax_by_the_book(z: Any, *operands: Any) -> tuple[Any, ...]:
    """The same as it is written, without the largest taken out."""
    sizes = [*map(exp, operands[:-1])]
    whole = reduce(operator.add, sizes)
    return (*[div(size, whole) for size in sizes], -1.0)


def slope_of_binary_cross_entropy(p: Any, y: Any) -> Any:
    """(p - y) / (p (1 - p)); where p is 0 or 1 and y the same, which makes it 0 / 0, its limits 1 and -1."""
    spread = p * (1 - p)
    certain = (1 - step(spread)) * (1 - step(abs(p - y)))
    return div(p - y, spread + certain) + certain * (1 - 2 * y)


def huber(p: Any, y: Any, delta: Any) -> Any:
    """A parabola as far as |delta|, and the straight line that goes on from there."""
    distance = abs(y - p)
    curved = minimum(distance, abs(delta))
    return curved * (distance - curved / 2)


def partials_of_huber(z: Any, p: Any, y: Any, delta: Any) -> tuple[Any, ...]:
    """By the book for |delta|, so that they are right where delta, of all operands, is negative."""
    of_p, of_y, of_delta = huber_by_the_book(z, p, y, abs(delta))
    return of_p, of_y, sign(delta) * of_delta


def huber_by_the_book(z: Any, p: Any, y: Any, delta: Any) -> tuple[Any, ...]:
    """The slope is the difference as far as delta, and stays what it is there."""
    slope = maximum(-delta, minimum(y - p, delta))
    return -slope, slope, abs(y - p) - minimum(abs(y - p), delta)


def arrange_logits(logits: Any, target_index: int) -> tuple[Any, ...]:
    """The logits, and the target's once more: the loss is the log-sum-exp of all minus that one."""
    logits = tuple(logits)
    if hasattr(target_index, "apply_operation"):
        return (*logits, pick(logits, target_index))
    if not 0 <= operator.index(target_index) < len(logits):
        raise IndexError(f"softmax_cross_entropy takes a target index below {len(logits)}, got {target_index}")
    return (*logits, logits[target_index])


def elsewhere(index: Any, i: int) -> Any:
    """0 where the index is i, 1 elsewhere."""
    return step(abs(i - index))


def largest_allowed(index: Any, *values: Any) -> Any:
    """The value at the index: those elsewhere are held down to -inf, and none is multiplied by 0, as it may be inf."""
    away = [elsewhere(index, i) for i in range(len(values))]
    allowed = [minimum(x, (0.5 - there) * math.inf) for x, there in zip(values, away, strict=True)]
    return reduce(maximum, allowed) + div(0, len(values) - reduce(operator.add, away))


def arrange_pick(values: Any, index: Any) -> tuple[Any, ...]:
    """The index, and the values after it."""
    values = tuple(values)
    if not values:
        raise ValueError("pick takes one value or more")
    return (index, *values)


# fmt: off
# Primitives: what every interpreter has to know. Partials divide by div(), which has an answer where / raises.
add = operation("+", operator.add, lambda z, x, y: (1.0, 1.0), "x + y")
sub = operation("-", operator.sub, lambda z, x, y: (1.0, -1.0), "x - y")
mul = operation("*", operator.mul, lambda z, x, y: (y, x), "x times y")
div: Operation = operation("/", divide, lambda z, x, y: (div(1, y), div(div(-x, y), y)), "x divided by y")
neg = operation("neg", operator.neg, lambda z, x: (-1.0,), "-x")
# Where a partial is a limit: x ln x is 0 at 0, and two that are infinite tie. Written as products and differences.
mul_no_nan = operation("mul_no_nan", multiply_no_nan, lambda z, x, y: (y, x), "x times y, and 0 for 0 times infinity",
                       definition=lambda x, y: x * y, inline=True)
sub_no_nan = operation("sub_no_nan", subtract_no_nan, lambda z, x, y: (1.0, -1.0), "x - y, and 0 for inf - inf",
                       definition=lambda x, y: x - y, inline=True)
# x**0 is flat in x, and stays so in every order where 0 is a number. (That may equal 0; a Value, a symbol never does.)
# 0**y is flat in y above 0, and falls from inf through 1 to 0 at 0: its slope there, the limit of ln x, is -inf.
pow: Operation = operation(
    "**", power, lambda z, x, y: (0.0 if y == 0 else mul_no_nan(y, pow(x, y - 1)), mul_no_nan(z, log(x))), "x**y")
exp: Operation = operation("exp", ieee(math.exp), lambda z, x: (z,), "e to the power x", latex="e^{%s}")
expm1 = operation("expm1", ieee(math.expm1), lambda z, x: (exp(x),), "exp(x) - 1, exact near 0")
log: Operation = operation("log", ieee(math.log, pole=0), lambda z, x: (div(1, x + 0.0),),  # and not -0.0
                 "natural logarithm", text="ln", latex=r"\ln")
log1p = operation("log1p", ieee(math.log1p, pole=-1), lambda z, x: (div(1, 1 + x),), "log(1 + x), exact near 0",
                  text="ln(1 + %s)", latex=r"\ln(1 + %s)")
sqrt = operation("sqrt", ieee(math.sqrt), lambda z, x: (div(1, 2 * z + 0.0),), "square root",
                 text="√%s", latex=r"\sqrt{%s}")
sin = operation("sin", ieee(math.sin), lambda z, x: (cos(x),), "sine of x in radians", latex=r"\sin")
cos: Operation = operation("cos", ieee(math.cos), lambda z, x: (-sin(x),), "cosine of x in radians", latex=r"\cos")
tanh = operation("tanh", math.tanh, lambda z, x: (1 - z * z,), "hyperbolic tangent, (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)",
                 latex=r"\tanh", role="activation", steepest=1.0)
erfc = operation("erfc", math.erfc, lambda z, x: (exp(-x * x) * (-2 / math.sqrt(math.pi)),), "1 - erf(x)")
maximum = operation("maximum", larger,
                    lambda z, x, y: ((1 + sign(sub_no_nan(x, y))) / 2, (1 - sign(sub_no_nan(x, y))) / 2),
                    "the larger of two; a tie halves the gradient, as in PyTorch", text="max", latex=r"\max")
step: Operation = operation("step", heaviside, lambda z, x: (0.0,), "1 where x > 0, else 0",
                 text="[%s > 0]", latex=r"\left[%s > 0\right]")
abs: Operation = operation("abs", operator.abs, lambda z, x: (sign(x),), "absolute value; its slope at 0 is 0",
                text="|%s|", latex=r"\left|%s\right|")

# All others are defined by them.
identity = operation("identity", lambda x: x, lambda z, x: (1.0,), "x itself", inline=True, role="activation")
sign: Operation = operation("sign", lambda x: step(x) - step(-x), lambda z, x: (0.0,), "-1, 0 or 1")
minimum = operation("minimum", lambda x, y: -maximum(-x, -y),
                    lambda z, x, y: ((1 - sign(sub_no_nan(x, y))) / 2, (1 + sign(sub_no_nan(x, y))) / 2),
                    "the smaller of two; a tie halves the gradient, as in PyTorch", text="min", latex=r"\min")
sigmoid = operation("sigmoid", lambda x: 1 / (1 + exp.evaluate(-x)), lambda z, x: (z * (1 - z),), "1 / (1 + exp(-x))",
                    definition=lambda x: 1 / (1 + exp(-x)), text="σ", latex=r"\sigma", role="activation", steepest=0.25)
relu = operation("relu", lambda x: 0.0 if x < 0 else x, lambda z, x: (step(x),), "max(x, 0); its slope at 0 is 0",
                 definition=lambda x: maximum(x, 0), role="activation")
leaky_relu = operation("leaky_relu", lambda x, slope: maximum(x, 0) + mul_no_nan(slope, minimum(x, 0)),
                       lambda z, x, slope: (step(x) + mul_no_nan(slope, 1 - step(x)), minimum(x, 0)),
                       "x where it is positive, else slope * x", defaults=(0.01,), role="activation")
elu = operation("elu", lambda x, alpha: maximum(x, 0) + mul_no_nan(alpha, expm1(minimum(x, 0))),
                lambda z, x, alpha: (step(x) + mul_no_nan((1 - step(x)) * exp(minimum(x, 0)), alpha),
                                     expm1(minimum(x, 0))),
                "x where it is positive, else alpha * (exp(x) - 1)", defaults=(1.0,), role="activation")
softplus = operation("softplus", lambda x: maximum(x, 0) + log1p(exp(-abs(x))), lambda z, x: (sigmoid(x),),
                     "log(1 + exp(x))", role="activation")
silu = operation("silu", lambda x: mul_no_nan(x, sigmoid(x)),
                 lambda z, x: (sigmoid(x) + mul_no_nan(z, 1 - sigmoid(x)),), "x * sigmoid(x)",
                 role="activation")
gelu = operation("gelu", lambda x: mul_no_nan(x, erfc(-x / math.sqrt(2)) / 2),
                 lambda z, x: (erfc(-x / math.sqrt(2)) / 2 + mul_no_nan(x, exp(-x * x / 2)) / math.sqrt(2 * math.pi),),
                 "x times the normal distribution function of x: exact, not the approximation by tanh",
                 role="activation")
total = operation("total", lambda *xs: summed(xs), lambda z, *xs: (1.0,) * len(xs), "total(values): their sum",
                  definition=lambda *xs: reduce(add, xs), inline=True, arrange=tuple)
affine = operation("affine", weighted_sum_of_floats, partials_of_affine, definition=weighted_sum, inline=True,
                   arrange=arrange_affine, doc="affine(weights, inputs, bias=None): a neuron's weighted sum, one node")

# Losses: the prediction first, the target y second.
squared_error = operation("squared_error", lambda p, y: (y - p) * (y - p),
                          lambda z, p, y: (-2 * (y - p), 2 * (y - p)), "(y - p)²", inline=True, role="loss")
half_squared_error = operation("half_squared_error", lambda p, y: (y - p) * (y - p) / 2,
                               lambda z, p, y: (-(y - p), y - p), "(y - p)² / 2", inline=True,
                               role="loss")
absolute_error = operation("absolute_error", lambda p, y: abs(y - p), lambda z, p, y: (-sign(y - p), sign(y - p)),
                           "|y - p|; its slope where the two are equal is 0", inline=True, role="loss")
huber_loss = operation("huber_loss", huber, partials_of_huber,
                       "(y - p)² / 2 where |y - p| is at most delta, else delta (|y - p| - delta / 2)",
                       textbook=huber_by_the_book, defaults=(1.0,), role="loss")
binary_cross_entropy = operation(
    "binary_cross_entropy", lambda p, y: -(mul_no_nan(y, log(p)) + mul_no_nan(1 - y, log(1 - p))),
    lambda z, p, y: (slope_of_binary_cross_entropy(p, y), log(1 - p) - log(p)),
    "-(y log p + (1 - y) log(1 - p)) for a probability p from 0 to 1; inf where p rules out what may be", inline=True,
    role="loss", textbook=lambda z, p, y: (-div(y - p, p * (1 - p)), log(1 - p) - log(p)))
binary_cross_entropy_with_logits = operation(
    "binary_cross_entropy_with_logits",
    lambda x, y: mul_no_nan(1 - y, maximum(x, 0)) + mul_no_nan(y, maximum(-x, 0)) + log1p(exp(-abs(x))),
    lambda z, x, y: ((1 - y) * sigmoid(x) - y * sigmoid(-x), -x),
    "binary_cross_entropy(sigmoid(x), y), stable for any x", inline=True, role="loss",
    textbook=lambda z, x, y: (sigmoid(x) - y, -x))
softmax_cross_entropy = operation(
    "softmax_cross_entropy", cross_entropy, partials_of_cross_entropy,
    "softmax_cross_entropy(logits, target_index): minus the log of the target's softmax", arrange=arrange_logits,
    textbook=softmax_by_the_book, role="loss")
hinge = operation("hinge", lambda x, y: maximum(1 - y * x, 0),
                  lambda z, x, y: (-y * step(1 - y * x), mul_no_nan(-x, step(1 - y * x))),
                  "max(0, 1 - y x) for a score x and a label y of 1 or -1", inline=True, role="loss")
# fmt: on

table = {name: row for name, row in globals().items() if isinstance(row, Operation)}
for _name, _row in table.items():
    _row.__name__, _row.__module__ = _name, __name__  # where to find it, for pickle

# Not in the table, as their rules are not the derivatives of what they compute: one by an index, one on purpose.
# fmt: off
pick = operation(
    "pick", largest_allowed, lambda z, index, *xs: (0.0, *[1 - elsewhere(index, i) for i in range(len(xs))]),
    "pick(values, index): the one of several values at an index from 0, which may be a Value; nan where there is none, "
    "or where one of the values is nan", arrange=arrange_pick)
stop_gradient = operation(
    "stop_gradient", lambda x: x, lambda z, x: (0.0,),
    "x itself, as if it were a constant: no gradient goes on to what it was made from (JAX's name; PyTorch's detach)",
    text="sg", latex=r"\operatorname{sg}")
# fmt: on
