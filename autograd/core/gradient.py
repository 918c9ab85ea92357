"""Gradients as graphs: `grad` gives Values, so a gradient can be differentiated again, to any order.

It is the walk of `Value.backward`, with the rows of the table fed with Values instead of floats. Reverse
accumulation of derivatives: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, chapter 3.
"""

from collections.abc import Iterable
from contextvars import copy_context

from autograd.core.annotations import overload
from autograd.core.declaration import constant, tracer
from autograd.core.graph import topological_order
from autograd.core.outdated import require_current
from autograd.core.value import Value, as_value
from autograd.core.watching import rule, watchers


@overload
def grad(output: Value, inputs: Value) -> Value: ...
@overload
def grad(output: Value, inputs: Iterable[Value]) -> list[Value]: ...
def grad(output: Value, inputs: Value | Iterable[Value]) -> Value | list[Value]:
    """The derivatives of output with respect to inputs, as Values that can be differentiated again.

    inputs: one Value (gives one), or several (gives a list in their order); leaves or nodes of the graph.
    The derivative for a Value that output does not depend on is 0. No `.grad` is read or changed.
    Raises TypeError for what is not a Value, and ValueError where the graph is out of date: where the data of a node
    was changed since others were computed from it.
    """
    if isinstance(inputs, Value):
        return grad(output, [inputs])[0]
    inputs = list(inputs)
    for name, value in [("output", output), *((f"inputs[{i}]", value) for i, value in enumerate(inputs))]:
        if not isinstance(value, Value):
            raise TypeError(f"grad takes Values, got {type(value).__name__} as {name}")
    order = topological_order(output)
    if tracer.get() is None:  # what is traced has no numbers
        require_current(order)
    return _gradient(order, inputs)


def hessian(output: Value, inputs: Iterable[Value]) -> list[list[Value]]:
    """The second derivatives of output, a row for each input: entry [i][j] is d²output / d inputs[i] d inputs[j]."""
    inputs = [inputs] if isinstance(inputs, Value) else list(inputs)
    return [_gradient(topological_order(first), inputs) for first in grad(output, inputs)]


def dependents(order: Iterable[Value], inputs: Iterable[Value]) -> set[Value]:
    """The inputs, and those nodes of a topological order that depend on them."""
    found = set(inputs)
    for node in order:
        if not found.isdisjoint(node.operands):
            found.add(node)
    return found


def local_partials(node: Value, needed: set[Value]) -> list[tuple[Value, Value | float]]:
    """The partials of a node as graphs, each with its operand, for those operands that are needed."""
    assert node.op is not None
    made: list[Value] = []
    context = copy_context()  # so that nothing has to be undone, whatever happens
    context.run(rule.set, node.op.name)
    context.run(watchers.set, (made.append,))
    try:  # constants go in as floats, so that what depends on them alone stays a number
        partials = context.run(node.op.partials, node, *[x.data if x.op is constant else x for x in node.operands])
    except ArithmeticError:  # a user's row, in Python's / and **, which raise where those of Values do not
        partials = context.run(node.op.partials, node, *node.operands)
    found = [(x, partial) for x, partial in zip(node.operands, partials, strict=True) if x in needed]
    if watchers.get():
        _show(made, {partial for _, partial in found})
    return found


def _show(made: list[Value], needed: set[Value | float]) -> None:
    """Hand the watchers those nodes that a needed partial was made from: log(x) is no anomaly if no one asks."""
    for node in reversed(made):
        if node in needed:
            needed.update(node.operands)
    for node in made:
        if node in needed:
            for watch in watchers.get():
                watch(node)


def _gradient(order: list[Value], inputs: list[Value]) -> list[Value]:
    adjoints = _adjoints(order, set(inputs))
    return [as_value(adjoints.get(value, 0.0)) for value in inputs]


def _adjoints(order: list[Value], inputs: set[Value]) -> dict[Value, Value | float]:
    relevant = dependents(order, inputs)
    adjoints: dict[Value, Value | float] = {order[-1]: 1.0}
    for node in reversed(order):
        if node.op is None or node not in relevant:
            continue
        adjoint = adjoints[node]
        for operand, partial in local_partials(node, relevant):
            share = _times(adjoint, partial)
            adjoints[operand] = adjoints[operand] + share if operand in adjoints else share
    return adjoints


def _times(adjoint: Value | float, partial: Value | float) -> Value | float:
    if type(partial) is float and partial == 1:
        return adjoint
    if type(adjoint) is float and adjoint == 1:
        return partial
    return adjoint * partial
