"""Right rules pass the gradient check at numbers of any size, and rules that were broken on purpose do not."""

import itertools
import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from autograd import GradientError, Operation, Value, check_gradients, derive, topological_order
from autograd.core.operations import table
from tests.fuzzing import EFFORT, generator

Point = tuple[float, ...]
NAMES = sorted(table)


def number(draw: random.Random) -> float:
    """Of any size within 60 powers of ten, or of an ordinary one."""
    size = 10 ** draw.uniform(-30, 30) if draw.random() < 0.5 else draw.uniform(0.01, 4)
    return math.copysign(size, draw.random() - 0.5)


def share(draw: random.Random) -> float:
    """Between 0 and 1, and near to either end."""
    return abs(draw.randrange(2) - min(0.5, 10 ** draw.uniform(-15, 0)))


def point_for(name: str, draw: random.Random) -> Point:
    """Operands in the domain of an operation."""
    x, y = number(draw), number(draw)
    match name:
        case "log" | "sqrt":
            return (abs(x),)
        case "log1p":
            return (abs(x) if draw.random() < 0.5 else -share(draw),)
        case "pow":
            return abs(x), y
        case "binary_cross_entropy":
            return share(draw), share(draw)
        case "binary_cross_entropy_with_logits":
            return x, share(draw)
        case "hinge":
            return x, draw.choice([-1.0, 1.0])
    count = table[name].arity or draw.choice([2, 3, 5])
    numbers = [x, y, *[number(draw) for _ in range(3)]][:count]
    return (*numbers, numbers[0]) if name == "softmax_cross_entropy" else tuple(numbers)


def apply(op: Operation, operands: Any) -> Value:
    return Value.apply_operation(op, tuple(operands))


def fair(output: Value) -> bool:
    """Whether no number on the way, or partial is near the end of the range of floats."""
    nodes = topological_order(output)
    return all(abs(x) < 1e150 for node in nodes for x in (node.data, *node.partials))


TIES: dict[str, Callable[..., bool]] = {
    **dict.fromkeys(["maximum", "minimum", "absolute_error"], lambda x, y: x == y),
    **dict.fromkeys(["abs", "step", "sign", "relu"], lambda x: x == 0),
    **dict.fromkeys(["leaky_relu", "elu"], lambda x, _: x == 0),
    "hinge": lambda x, y: y * x == 1,
    "huber_loss": lambda p, y, delta: abs(y - p) == abs(delta) or delta == 0,
}


def has_a_kink(output: Value) -> bool:
    """Whether an operation stands where it has none or two slopes."""
    rows = {op: TIES[name] for name, op in table.items() if name in TIES}
    nodes = [node for node in topological_order(output) if node.op in rows]
    return any(rows[node.op](*[x.data for x in node.operands]) for node in nodes if node.op)


def composed(draw: random.Random) -> tuple[Callable[..., Value], Point]:
    """A function of a few numbers by way of a few operations."""
    start = tuple(number(draw) for _ in range(draw.choice([1, 2, 3])))
    steps = []
    for n in range(draw.choice([1, 2, 3, 4])):
        name = draw.choice(NAMES)
        arity = table[name].arity or draw.choice([2, 3, 5])
        steps.append((name, [draw.randrange(len(start) + n) for _ in range(arity)]))

    def function(*inputs: Value) -> Value:
        nodes = [*inputs]
        for name, places in steps:
            operands = [nodes[place] for place in places]
            nodes.append(apply(table[name], [*operands, operands[0]] if name == "softmax_cross_entropy" else operands))
        return nodes[-1]

    return function, start


def test_no_false_alarm() -> None:
    draw, checked = generator(), 0
    for n in range(100 * EFFORT):
        name = draw.choice(NAMES)
        if n % 2:
            function, point = composed(draw)
        else:
            function, point = lambda *xs, op=table[name]: apply(op, xs), point_for(name, draw)
        leaves = [*map(Value, point)]
        output = function(*leaves)
        if not fair(output):
            continue
        checked += 1
        tie = has_a_kink(output)  # or none: maximum(x, x) is straight
        print(name, point, [node.op for node in topological_order(output)])
        try:
            check_gradients(function, *point, order=1 if n % 10 else 2)
        except GradientError as error:
            if not (tie and "kink" in str(error)):
                raise
        check = derive(output, leaves[0], method="recursion").check()
        assert tie or (check and not check.slopes.kink), check
    assert checked > 30 * EFFORT


def broken(op: Operation, place: int, change: Callable[[Any], Any]) -> Operation:
    """The same operation, with one partial changed."""

    def partials(z: Any, *operands: Any) -> tuple[Any, ...]:
        return tuple([change(x) if i == place else x for i, x in enumerate(op.partials(z, *operands))])

    return Operation(f"broken {op.name}", op.evaluate, partials, definition=lambda *xs: xs[0].apply_operation(op, xs))


CHANGES: dict[str, Callable[[Any], Any]] = {
    "sign": lambda partial: -partial,
    "factor": lambda partial: partial * 2,
    "little": lambda partial: partial * 1.001,
    "dropped": lambda partial: partial * 0,
    "inverse": lambda partial: 1 / partial,
}


def usable(partial: float, change: str) -> bool:
    """Whether a change of this partial is one, and of a size that floats can show."""
    changes = abs(abs(partial) - 1) > 1e-6 if change == "inverse" else True
    return 1e-150 < abs(partial) < 1e150 and changes


@pytest.mark.parametrize("change", CHANGES)
def test_every_broken_rule_is_found(change: str) -> None:
    draw, found = generator(), set()
    for name, op in table.items():
        for place, _ in itertools.product(range(op.arity or 2), range(EFFORT)):
            point: Point = point_for(name, draw)
            right = apply(op, map(Value, point))
            for _ in range(200):
                if fair(right) and usable(right.partials[place], change):
                    break
                point = point_for(name, draw)
                right = apply(op, map(Value, point))
            else:
                continue
            mutant = broken(op, place, CHANGES[change])
            try:
                check_gradients(lambda *xs, op=mutant: apply(op, xs), *point, order=1)
            except GradientError:
                found.add(name)
                continue
            pytest.fail(f"{name}{point}: its partial {place} is {mutant.name}, and passed")
    flat = {"step", "sign"}
    straight = {
        "add",
        "sub",
        "neg",
        "sub_no_nan",
        "maximum",
        "minimum",
        "identity",
        "relu",
        "total",
        "abs",
        "absolute_error",
    }
    assert found >= set(table) - flat - (straight | {"leaky_relu"} if change == "inverse" else set())
