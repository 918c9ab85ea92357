"""The graph: how a node holds its operands and partials, and the order in which each comes after what it was made from.

Up to two operands and their partials stand in slots of their own, x, dx, y, dy; more than two in tuples, x and dx, with
MANY as y. With tuples for every node the garbage collector would have twice the work.
"""

from autograd.core.annotations import Any, Node

SLOTS = ("_dx", "_dy", "_label", "_x", "_y", "data", "grad", "op")
NOT_COMPUTED = float("0")  # the grad of a node that backward() has not reached: `is` tells it from any other 0
MANY: Any = object()  # y of a node of more than two operands
NO_OPERANDS: tuple[Any, Any, Any, Any] = (None, None, None, None)  # x, dx, y, dy of a leaf


def edges(operands: tuple[Any, ...], partials: tuple[float, ...]) -> tuple[Any, ...]:
    """Operands and partials as they stand in the slots of a node: x, dx, y, dy, as far as there are any."""
    if len(operands) > 2:
        return operands, partials, MANY
    return tuple([end for edge in zip(operands, partials, strict=True) for end in edge])


def topological_order(root: Node) -> list[Node]:
    """Every node that root was made from, and root: each once, after all its operands. The leaves come first."""
    results: list[Any] = results_in_order(root)
    leaves = {operand: None for node in results for operand in node.operands if not operand.operands}
    return [*leaves, *results] or [root]


def results_in_order(root: Node, seen: set[Node] | None = None) -> list[Node]:
    """The same without the leaves, by depth-first search. The stack is a list: a deep graph needs no recursion.

    seen: nodes to leave out, to which those found are added.
    """
    order, seen = list[Node](), set[Node]() if seen is None else seen
    first: Any = root
    stack: list[Any] = [first] if first._x is not None else []
    while stack:
        node = stack.pop()
        if node is None:  # it lay on a node whose operands are all in order by now
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            for x in reversed(node._x) if node._y is MANY else (node._y, node._x):
                if x is not None and x._x is not None and x not in seen:
                    stack.append(x)
    return order
