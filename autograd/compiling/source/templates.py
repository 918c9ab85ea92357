"""How operations are written on arrays, in the functions that all array namespaces have."""

from autograd.compiling.grouping import LITERAL, Grouping, InstructionGroup, Operand
from autograd.core import Operation
from autograd.core import operations as ops

# How each primitive is written.
LOWERINGS: dict[Operation, str] = {
    ops.add: "x + y",
    ops.sub: "x - y",
    ops.mul: "x * y",
    ops.div: "x / y",
    ops.neg: "-x",
    ops.mul_no_nan: "xp.where((x == 0) & (abs(y) == xp.inf) | (abs(x) == xp.inf) & (y == 0), 0.0, x * y)",
    ops.sub_no_nan: "xp.where(x == y, 0.0, x - y)",
    ops.pow: "x ** y",
    ops.exp: "xp.exp(x)",
    ops.expm1: "xp.expm1(x)",
    ops.log: "xp.log(x)",
    ops.log1p: "xp.log1p(x)",
    ops.sqrt: "xp.sqrt(x)",
    ops.sin: "xp.sin(x)",
    ops.cos: "xp.cos(x)",
    ops.tanh: "xp.tanh(x)",
    ops.erfc: "erfc(x)",
    # At a tie, as of -0 and 0, the first counts: array libraries do not agree on that.
    ops.maximum: "xp.where(x == y, x, xp.maximum(x, y))",
    ops.minimum: "xp.where(x == y, x, xp.minimum(x, y))",
    ops.step: "xp.where(x > 0, 1.0, xp.where(x <= 0, 0.0, x))",
    ops.abs: "abs(x)",
}
# Of a number and an array, by which of the two is the number.
OF_A_NUMBER = {
    ops.maximum: {1: "xp.where(x < y, y, x)", 0: "xp.where(x >= y, x, y)"},
    ops.minimum: {1: "xp.where(x > y, y, x)", 0: "xp.where(x <= y, x, y)"},
}
# Array libraries take this power for the square root, but (-inf) ** 0.5 is inf, and (-0.0) ** 0.5 is 0.
SQUARE_ROOT = "xp.where(x == -xp.inf, xp.inf, x ** y + 0.0)"
# How the terms of a sum are multiplied and added, by the axes of their factors; all else by einsum.
CONTRACTIONS = {
    ("rk", "ik"): ("x @ y.T", "ri"), ("rk", "ki"): ("x @ y", "ri"), ("rk", "k"): ("x @ y", "r"),
    ("ik", "k"): ("x @ y", "i"), ("ki", "k"): ("y @ x", "i"), ("k", "k"): ("x @ y", ""),
    ("rk", "rk"): ("xp.sum(x * y, 1)", "r"),
}  # fmt: skip


def template_of(group: InstructionGroup, grouping: Grouping) -> str:
    """The template of a primitive; where an operand is a number, one that all namespaces understand."""
    accesses = [operand.access for operand in group.operands]
    if group.op in OF_A_NUMBER:
        numbers = [n for n, access in enumerate(accesses) if access.kind == LITERAL]
        return OF_A_NUMBER[group.op][numbers[0]] if numbers else LOWERINGS[group.op]
    if group.op is ops.step and _is_never_negative(group.operands[0], grouping):
        return "xp.where(x > 0, 1.0, x)"
    if group.op is ops.pow and accesses[1].kind == LITERAL and accesses[1].base == 0.5:
        return SQUARE_ROOT
    return LOWERINGS[group.op]


def _is_never_negative(operand: Operand, grouping: Grouping) -> bool:
    """Whether an operand is an absolute value, or a relu: then its step is 1, or the operand itself, be it 0 or nan."""
    makers = [grouping.groups[maker] for maker in operand.makers]
    return bool(makers) and all(
        maker.op is ops.abs or (maker.op is ops.maximum and any(x.access[:2] == (LITERAL, 0.0) for x in maker.operands))
        for maker in makers
    )
