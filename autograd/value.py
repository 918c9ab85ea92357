"""A Value is a number that remembers how it was made; backward() runs the chain rule over that memory.

Arithmetic on Values builds a graph: every result is a node that keeps its operation, its operands and the partial
derivative for each of them, computed there and then. All that is left to the chain rule is to multiply.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt

from autograd import operations as ops
from autograd.annotations import Any, SupportsFloat
from autograd.declaration import Operation, constant
from autograd.floats import as_float
from autograd.recording import number_of, watchers, watching

NOT_COMPUTED = float("0")  # the grad of a node that backward() has not reached: `is` tells it from any other 0
MANY: Any = object()  # y of a node of more than two operands
NO_OPERANDS: tuple[Any, Any, Any, Any] = (None, None, None, None)  # x, dx, y, dy of a leaf
current_watchers, new = watchers.get, object.__new__
methods: dict[Operation, Callable[..., "Value"]] = {}  # of Value, by the operation they apply


def record(op: Operation | None, data: float, x: Any = None, dx: Any = None, y: Any = None, dy: Any = None) -> "Value":
    """The one place where results become nodes."""
    node = new(Value)
    node.data, node.grad, node.label, node.op = data, NOT_COMPUTED, None, op
    node._x, node._dx, node._y, node._dy = x, dx, y, dy
    for watch in current_watchers():
        watch(node)
    return node


def connect(op: Operation | None, data: float, operands: tuple["Value", ...], partials: tuple[float, ...]) -> "Value":
    """A node of any number of operands."""
    if len(operands) > 2:
        return record(op, data, operands, partials, MANY)
    return record(op, data, *[end for edge in zip(operands, partials, strict=True) for end in edge])


def as_value(x: SupportsFloat, where: str = "Value") -> "Value":
    """A Value as it is, a real number as a constant; anything else is a TypeError."""
    return x if isinstance(x, Value) else record(constant, as_float(x, where))


def _unary(op: Operation) -> Callable[["Value"], "Value"]:
    evaluate, partials = op.evaluate, op.partials

    def method(self: "Value") -> "Value":
        z = evaluate(self.data)
        (dx,) = partials(z, self.data)
        return record(op, z, self, dx)

    method.__doc__, methods[op] = op.__doc__, method
    return method


def _binary(op: Operation) -> Callable[["Value", SupportsFloat], "Value"]:
    evaluate, partials = op.evaluate, op.partials

    def method(self: "Value", other: SupportsFloat) -> "Value":
        if type(other) is not Value:
            other = as_value(other, op.name)
        z = evaluate(self.data, other.data)
        dx, dy = partials(z, self.data, other.data)
        return record(op, z, self, dx, other, dy)

    methods[op] = method
    return method


def _reflected(op: Operation) -> Callable[["Value", SupportsFloat], "Value"]:
    return lambda self, other: Value.apply_operation(op, (other, self))


def _comparison(compare: Callable[[float, float], bool]) -> Callable[["Value", SupportsFloat], bool]:
    return lambda self, other: compare(self.data, as_value(other, "a comparison").data)


class Value:
    """A float that takes part in differentiation: data is the number, grad the derivative that backward() found.

    op, operands and partials say how it was made (None and empty for a leaf); label is its name. Values are
    ordered by their numbers, but == and hash() go by identity, so that a node is a key.
    """

    # Up to two operands and their partials stand in slots of their own, x, dx, y, dy; more than two in tuples, x and
    # dx. With tuples for every node the garbage collector would have twice the work.
    __slots__ = ("_dx", "_dy", "_x", "_y", "data", "grad", "label", "op")

    def __init__(self, data: SupportsFloat, label: str | None = None) -> None:
        self.data, self.grad, self.label = as_float(data, "Value"), NOT_COMPUTED, label
        self.op: Operation | None = None
        self._x, self._dx, self._y, self._dy = NO_OPERANDS

    @staticmethod
    def apply_operation(op: Operation, operands: tuple[Any, ...]) -> "Value":
        """The node for an operation on operands of which at least one is a Value."""
        if op in methods and type(operands[0]) is Value:
            return methods[op](*operands)  # the same, faster
        if {*map(type, operands)} != {Value}:
            operands = tuple([as_value(x, op.name) for x in operands])
        try:
            z, partials = op.compute([x.data for x in operands])
        except (ArithmeticError, TypeError):  # a user's row, in Python's / and **, which raise or turn complex
            with watching():
                z, partials = op.compute(operands)
        return connect(op, z, operands, partials)

    __add__, __radd__, __mul__, __rmul__ = _binary(ops.add), _reflected(ops.add), _binary(ops.mul), _reflected(ops.mul)
    __sub__, __rsub__, __truediv__ = _binary(ops.sub), _reflected(ops.sub), _binary(ops.div)
    __rtruediv__, __pow__, __rpow__ = _reflected(ops.div), _binary(ops.pow), _reflected(ops.pow)
    __lt__, __le__, __gt__, __ge__ = _comparison(lt), _comparison(le), _comparison(gt), _comparison(ge)
    neg = __neg__ = _unary(ops.neg)
    abs = __abs__ = _unary(ops.abs)
    exp, expm1, log, log1p, sqrt = map(_unary, (ops.exp, ops.expm1, ops.log, ops.log1p, ops.sqrt))
    sin, cos, tanh, erfc, step, sign = map(_unary, (ops.sin, ops.cos, ops.tanh, ops.erfc, ops.step, ops.sign))
    identity, sigmoid, relu, softplus = map(_unary, (ops.identity, ops.sigmoid, ops.relu, ops.softplus))
    silu, gelu, leaky_relu, elu = _unary(ops.silu), _unary(ops.gelu), ops.leaky_relu, ops.elu

    @property
    def operands(self) -> tuple["Value", ...]:
        """What the node was made from, in order; nothing for a leaf."""
        return self._x if self._y is MANY else tuple([x for x in (self._x, self._y) if x is not None])

    @property
    def partials(self) -> tuple[float, ...]:
        """Its derivative with respect to each operand."""
        return self._dx if self._y is MANY else tuple([dx for dx in (self._dx, self._dy) if dx is not None])

    def __float__(self) -> float:
        return number_of(self)

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
        with watching():
            for node in topological_order(self):
                if id(node) not in memo:
                    copy = connect(node.op, node.data, tuple([memo[id(x)] for x in node.operands]), node.partials)
                    copy.grad, copy.label, memo[id(node)] = node.grad, node.label, copy
        return memo[id(self)]

    _prev = property(lambda self: self.operands)  # micrograd's names, for the cells that draw its graphs
    _op = property(lambda self: self.op.name if self.operands else "")

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
            x, y, gradient = node._x, node._y, node.grad
            if y is MANY:
                for operand, partial in zip(x, node._dx, strict=True):
                    operand.grad += partial * gradient
            else:
                x.grad += node._dx * gradient
                if y is not None:
                    y.grad += node._dy * gradient


def topological_order(root: Value) -> list[Value]:
    """Every node that root was made from, and root: each once, after all its operands. The leaves come first."""
    results = results_in_order(root)
    leaves = {operand: None for node in results for operand in node.operands if not operand.operands}
    return [*leaves, *results] or [root]


def results_in_order(root: Value) -> list[Value]:
    """The same without the leaves, by depth-first search. The stack is a list: a deep graph needs no recursion."""
    order, seen = list[Value](), set[Value]()
    stack: list[Any] = [root] if root._x is not None else []
    while stack:
        node = stack.pop()
        if node is None:  # it stood on a node whose operands are all in order by now
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            for x in reversed(node._x) if node._y is MANY else (node._y, node._x):
                if x is not None and x._x is not None and x not in seen:
                    stack.append(x)
    return order
