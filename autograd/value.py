"""A Value is a number that remembers how it was made; backward() runs the chain rule over that memory.

Arithmetic on Values builds a graph. Every result is a node that keeps its operation, its operands and, for each
operand, the partial derivative, computed there and then. All that is left to the chain rule is to multiply them.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import SupportsFloat, cast

from autograd import operations as ops
from autograd.declaration import Operation, constant
from autograd.floats import as_float
from autograd.recording import watchers

# The grad of a node that backward() has not reached: a zero of its own, which `is` tells from a computed one.
NOT_COMPUTED = float("0")
watching, new = watchers.get, object.__new__


def record(op: Operation | None, operands: tuple["Value", ...], data: float, partials: tuple[float, ...]) -> "Value":
    """The one place where results become nodes."""
    node = new(Value)
    node.data, node.grad, node.label = data, NOT_COMPUTED, None
    node.op, node.operands, node.partials = op, operands, partials
    for watch in watching():
        watch(node)
    return node


def as_value(x: SupportsFloat, where: str = "Value") -> "Value":
    """A Value as it is, a real number as a constant; anything else is a TypeError."""
    return x if isinstance(x, Value) else record(constant, (), as_float(x, where), ())


def _unary(op: Operation) -> Callable[..., "Value"]:
    evaluate, partials = op.evaluate, op.partials
    if op.defaults:  # an operand that may be left out
        return lambda self, *operands: op(self, *operands)

    def method(self: "Value") -> "Value":
        z = evaluate(self.data)
        return record(op, (self,), z, partials(z, self.data))

    method.__doc__ = op.__doc__
    return method


def _binary(op: Operation) -> Callable[["Value", SupportsFloat], "Value"]:
    evaluate, partials = op.evaluate, op.partials

    def method(self: "Value", other: SupportsFloat) -> "Value":
        if type(other) is not Value:
            other = as_value(other, op.name)
        x, y = self.data, other.data
        z = evaluate(x, y)
        return record(op, (self, other), z, partials(z, x, y))

    return method


def _reflected(op: Operation) -> Callable[["Value", SupportsFloat], "Value"]:
    return lambda self, other: Value.apply_operation(op, (other, self))


def _comparison(compare: Callable[[float, float], bool]) -> Callable[["Value", SupportsFloat], bool]:
    return lambda self, other: compare(self.data, as_value(other, "a comparison").data)


class Value:
    """A float that takes part in differentiation.

    data is the number, grad the derivative that backward() found for it, label its name. op, operands and
    partials say how it was made (None and empty for a leaf). Values are ordered by their numbers, but == and
    hash() go by identity, so that a node is a key.
    """

    __slots__ = ("data", "grad", "label", "op", "operands", "partials")

    def __init__(self, data: SupportsFloat, label: str | None = None) -> None:
        self.data, self.grad, self.label = as_float(data, "Value"), NOT_COMPUTED, label
        self.op: Operation | None = None
        self.operands: tuple[Value, ...] = ()
        self.partials: tuple[float, ...] = ()

    @staticmethod
    def apply_operation(op: Operation, operands: tuple[SupportsFloat, ...]) -> "Value":
        """The node for an operation on operands of which at least one is a Value."""
        if {*map(type, operands)} != {Value}:
            operands = tuple([as_value(x, op.name) for x in operands])
        values = cast(tuple[Value, ...], operands)
        xs = [x.data for x in values]
        try:
            z = float(op.evaluate(*xs))
            partials = op.partials(z, *xs)
        except (ArithmeticError, TypeError):  # Python's / and ** raise or turn complex where those of Values do not
            z = float(op.evaluate(*values))
            partials = tuple([float(partial) for partial in op.partials(Value(z), *values)])
        if len(partials) != len(values):
            raise TypeError(f"{op.name} has {len(values)} operands, but its rule gave {len(partials)} partials")
        return record(op, values, z, partials)

    __add__, __radd__, __mul__, __rmul__ = _binary(ops.add), _reflected(ops.add), _binary(ops.mul), _reflected(ops.mul)
    __sub__, __rsub__, __truediv__ = _binary(ops.sub), _reflected(ops.sub), _binary(ops.div)
    __rtruediv__, __pow__, __rpow__ = _reflected(ops.div), _binary(ops.pow), _reflected(ops.pow)
    __lt__, __le__, __gt__, __ge__ = _comparison(lt), _comparison(le), _comparison(gt), _comparison(ge)
    neg = __neg__ = _unary(ops.neg)
    abs = __abs__ = _unary(ops.abs)
    exp, expm1, log, log1p, sqrt = map(_unary, (ops.exp, ops.expm1, ops.log, ops.log1p, ops.sqrt))
    sin, cos, tanh, erfc, step, sign = map(_unary, (ops.sin, ops.cos, ops.tanh, ops.erfc, ops.step, ops.sign))
    identity, sigmoid, relu, softplus = map(_unary, (ops.identity, ops.sigmoid, ops.relu, ops.softplus))
    silu, gelu, leaky_relu, elu = map(_unary, (ops.silu, ops.gelu, ops.leaky_relu, ops.elu))

    def __float__(self) -> float:
        return self.data

    def __bool__(self) -> bool:
        return self.data != 0

    def __pos__(self) -> "Value":
        return self

    def __repr__(self) -> str:
        label = "" if self.label is None else f", label={self.label!r}"
        return f"Value(data={self.data}, grad={self.grad}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __deepcopy__(self, memo: dict[int, "Value"]) -> "Value":
        for node in topological_order(self):
            if id(node) not in memo:
                copy = record(node.op, tuple([memo[id(x)] for x in node.operands]), node.data, node.partials)
                copy.grad, copy.label, memo[id(node)] = node.grad, node.label, copy
        return memo[id(self)]

    @property
    def _prev(self) -> tuple["Value", ...]:  # micrograd's names for the operands and the operation
        return self.operands

    @property
    def _op(self) -> str:
        return self.op.name if self.op and self.operands else ""

    def backward(self) -> None:
        """Set the grad of every node this one was made from, and add to the grad of every leaf.

        The chain rule: a node hands its gradient on to each operand, times the partial on that edge. In reverse
        topological order a node has received from all of its users before it hands on.
        """
        results = results_in_order(self)
        for node in results:
            node.grad = 0.0
        self.grad = 1.0 if results else self.grad + 1.0
        for node in reversed(results):
            gradient, operands = node.grad, node.operands
            if len(operands) == 2:  # the most frequent case, spelled out for speed
                x, y = operands
                partial_x, partial_y = node.partials
                x.grad += partial_x * gradient
                y.grad += partial_y * gradient
            else:
                for operand, partial in zip(operands, node.partials):  # noqa: B905 (a strict zip is slower)
                    operand.grad += partial * gradient


def topological_order(root: Value) -> list[Value]:
    """Every node that root was made from, and root: each once, after all its operands. The leaves come first."""
    results = results_in_order(root)
    leaves = {operand: None for node in results for operand in node.operands if not operand.operands}
    return [*leaves, *results] or [root]


def results_in_order(root: Value) -> list[Value]:
    """The same without the leaves, by depth-first search. The stack is a list: a deep graph needs no recursion."""
    order, seen, stack = [], {root}, [(root, iter(root.operands))] if root.operands else []
    while stack:
        node, operands = stack[-1]
        for operand in operands:
            if operand.operands and operand not in seen:
                seen.add(operand)
                stack.append((operand, iter(operand.operands)))
                break
        else:  # all its operands are in order
            order.append(node)
            stack.pop()
    return order
