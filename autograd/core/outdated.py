"""Finds graphs in which a number was changed after others were computed from it, and what was changed.

`backward` takes the partials that were recorded with the graph, and so needs nothing of this. All else that reads a
graph would take old numbers for some nodes and new ones for others.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from autograd.core.declaration import constant
from autograd.core.graph import MANY
from autograd.core.messages import listed
from autograd.core.value import Value, compute, require_numbers
from autograd.core.watching import watching

MOST_TRIED = 200  # leaves times operands of a node: with more, finding what was changed would take too long
AS_ONE = 1e-9  # numbers no further apart count as one


def require_current(nodes: Sequence[Value]) -> None:
    """Raise a ValueError where a node's value and partials are not those of the numbers that its operands have now.

    nodes: in topological order. Raises TypeError where one has data that is no real number.
    """
    if {type(node.data) for node in nodes} != {float}:
        require_numbers(nodes)
    for node in nodes:
        if not _quickly_followed(node) and not _follows(node, node.operands):
            raise ValueError(
                f"the graph is out of date: {_what_changed(node, nodes)}. Compute it again (backward() alone takes the "
                "numbers that were recorded)"
            )


def _quickly_followed(node: Value) -> bool:
    """The same for most nodes, at half the cost: whether one is a leaf, or computed from its operands as they are."""
    x, y, op = node._x, node._y, node.op
    if x is None or op is None:
        return True
    try:
        if y is None:
            z = op.evaluate(x.data)
            return bool(z == node.data and op.partials(z, x.data) == (node._dx,))
        if y is not MANY:
            z = op.evaluate(x.data, y.data)
            return bool(z == node.data and op.partials(z, x.data, y.data) == (node._dx, node._dy))
    except (ArithmeticError, TypeError):  # a user's row
        pass
    return False


def _follows(node: Value, operands: tuple[Value, ...]) -> bool:
    """Whether a node is what its operation gives for these operands."""
    if node.op is None:
        return True
    value, partials = compute(node.op, operands)
    return _same(value, node.data) and (partials == node.partials or all(map(_same, partials, node.partials)))


def _same(x: float, y: float) -> bool:
    return x == y or (x != x and y != y)


def _what_changed(node: Value, nodes: Sequence[Value]) -> str:
    """The leaf that was changed, with its number before and now; where that cannot be told, the node's two numbers."""
    assert node.op is not None
    leaves = [x for x in dict.fromkeys(node.operands) if not x.operands and x.op is not constant]
    recorded = _recorded(node)
    certain = {x: number for x, number in recorded.items() if x in leaves and not _same(number, x.data)}
    before = certain
    if not certain and len(leaves) * len(node.operands) <= MOST_TRIED:
        used = {x for user in nodes if _follows(user, user.operands) for x in user.operands} if len(leaves) > 1 else ()
        before = {x: y for x in leaves if x not in used and (y := _solved(node, x, recorded)) is not None}
    if certain or len(before) == 1:
        leaf, number = next(iter(before.items()))
        name = f"{listed([node.label])} = " if node.label else ""
        return f"{_name(leaf)} is {leaf.data!r} now, and was {number!r} when {node.op.name} gave {name}{node.data!r}"
    operands = listed([f"{_name(x)} = {x.data!r}" for x in dict.fromkeys(node.operands)])
    present = compute(node.op, node.operands)[0]
    return f"{node.op.name} of {operands} gives {present!r}, and not {node.data!r} as the graph has it"


def _name(node: Value) -> str:
    return listed([node.label]) if node.label else "a number" if node.op is constant else "a Value without a label"


def _solved(node: Value, leaf: Value, recorded: Mapping[Value, float]) -> float | None:
    """The number of a leaf by which a node follows from its operands, if there is just one."""
    others = {x: Value(recorded.get(x, x.data)) for x in node.operands}

    def operands(x: float) -> tuple[Value, ...]:
        return tuple([Value(x) if y is leaf else others[y] for y in node.operands])

    def excess(x: float) -> float:
        assert node.op is not None
        return compute(node.op, operands(x))[0] - node.data

    for root in _roots(excess, leaf.data):
        for x in (0.0, *[float(f"{root:.{digits}g}") for digits in range(1, 18)]):  # the shortest
            if _follows(node, operands(x)):
                apart = AS_ONE * max(1.0, abs(x))
                vague = _follows(node, operands(x - apart)) or _follows(node, operands(x + apart))
                return None if vague or x == leaf.data else x
    return None


def _recorded(node: Value) -> dict[Value, float]:
    """The numbers of operands that are partials of a node, as the factors of a product are."""
    assert node.op is not None
    try:
        with watching():
            rules = node.op.partials(node, *node.operands)
    except Exception:  # whatever is raised by functions that take only floats
        return {}
    operands = set(node.operands)
    found = zip(rules, node.partials, strict=True)
    return {rule: partial for rule, partial in found if isinstance(rule, Value) and rule in operands}


def _roots(function: Callable[[float], float], near: float) -> Iterator[float]:
    """Where a function changes its sign, by bisection: between powers of two, and between such steps from a number."""
    steps = [sign * 2.0**k for k in range(-30, 31) for sign in (1.0, -1.0)]
    places = sorted({0.0, *steps, *[near + step for step in steps if math.isfinite(near)]})
    values = [*map(function, places)]
    for i in range(len(places) - 1):
        low, high, below = places[i], places[i + 1], values[i]
        if below == 0:
            yield low
        elif below * values[i + 1] < 0:
            while low < (middle := low + (high - low) / 2) < high:
                low, high = (middle, high) if function(middle) * below > 0 else (low, middle)
            yield from (low, high)
