"""Copies and pickles of Values with the graph that they were made from, however deep.

Both are taken node by node in topological order. A node keeps its operands in their order and multiplicity, its
gradient, or that it has none, and its class with the attributes that a subclass has.
"""

from collections.abc import Callable
from contextvars import ContextVar

from autograd.core.annotations import Any
from autograd.core.declaration import Operation
from autograd.core.graph import NO_OPERANDS, NOT_COMPUTED, SLOTS, edges, results_in_order, topological_order


def made(
    _earlier: Any,  # what a pickle has to hold before it
    kind: type[Any],
    op: Operation | None,
    data: float,
    grad: float | None,
    label: str,
    operands: tuple[Any, ...],
    partials: tuple[float, ...],
) -> Any:
    """A node like another, whose grad is None if it was not computed."""
    node = object.__new__(kind)
    node.data, node._label, node.op = data, label, op
    node.grad = NOT_COMPUTED if grad is None else grad
    node._x, node._dx, node._y, node._dy = (*edges(operands, partials), *NO_OPERANDS)[:4]
    return node


def _parts(node: Any, operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments that make another like it, from these operands."""
    data, grad = node.data, node.grad
    return type(node), node.op, data, None if grad is NOT_COMPUTED else grad, node.label, operands, node.partials


def _state(node: Any) -> Any:
    """What an instance of a subclass has besides the slots of a Value: as object.__getstate__ gives it, or its own."""
    kind: Any = type(node)
    state = node.__getstate__() if kind.__base__ is not Copyable else None  # as that of Value is
    if kind.__getstate__ is not object.__getstate__ or not isinstance(state, tuple):
        return state
    attributes, slots = state
    own = {name: x for name, x in slots.items() if name not in SLOTS}
    return (attributes, own) if attributes or own else None


def _set_state(node: Any, state: Any) -> None:
    if hasattr(node, "__setstate__"):
        node.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) else (state, {})
    vars(node).update(attributes) if attributes else None
    for name, x in slots.items():
        setattr(node, name, x)


class _Earlier(list[Any]):
    """Nodes in the order in which a pickler is to take them; asked: those that it has asked how they are made."""

    __slots__ = ("__weakref__", "asked")

    def __init__(self) -> None:
        self.asked = set[Any]()

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, iter(self)


# A pickler asks each node how it is made, then its operands: left to itself it recurses through the graph. So the first
# node that it asks names all nodes that it was made from, each after its operands: when the pickler comes to one of
# these, it has the operands already. The list lives as long as the pickler, which holds on to all that it was given.
_latest: ContextVar[Callable[[], _Earlier | None] | None] = ContextVar("latest", default=None)


class Copyable:
    """Gives a Value copy.copy, copy.deepcopy and pickle."""

    __slots__ = ()

    def __copy__(self) -> Any:
        """Another node of the same operands."""
        node: Any = self
        twin = made(None, *_parts(node, node.operands))
        state = _state(node)
        if state is not None:
            _set_state(twin, state)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """Another node, of copies of its operands."""
        from copy import deepcopy  # here, as `import autograd` is to cost next to nothing

        nodes: list[Any] = [*topological_order(self)]
        for node in nodes:
            if id(node) not in memo:
                memo[id(node)] = twin = made(None, *_parts(node, tuple([memo[id(x)] for x in node.operands])))
                state = _state(node)
                if state is not None:
                    _set_state(twin, deepcopy(state, memo))
        return memo[id(self)]

    def __reduce__(self) -> tuple[Any, ...]:
        """How to make it again, for a pickler."""
        node: Any = self
        earlier: list[Any] = []
        if node.operands:
            reference = _latest.get()
            told = reference() if reference else None
            if told is None or node in told.asked:  # no pickler asks twice: this is another one
                from weakref import ref

                earlier = told = _Earlier()
                _latest.set(ref(told))
            earlier += results_in_order(node, told.asked)[:-1]
            told.asked.difference_update(earlier)
        return made, (earlier, *_parts(node, node.operands)), _state(node)
