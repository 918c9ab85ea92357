"""A Value is a number that remembers how it was made; backward() runs the chain rule over that memory.

Arithmetic on Values builds a graph: every result is a node that keeps its operation, its operands and the partial
derivative for each of them, computed there and then. All that is left to the chain rule is to multiply.
"""

from collections.abc import Callable, Iterable
from operator import ge, gt, le, lt

from autograd.core import operations as ops
from autograd.core.annotations import Any, SupportsFloat
from autograd.core.copying import Copyable
from autograd.core.declaration import Operation, constant
from autograd.core.floats import as_float, is_foreign
from autograd.core.graph import MANY, NO_OPERANDS, NOT_COMPUTED, SLOTS, edges, results_in_order, topological_order
from autograd.core.messages import shown
from autograd.core.watching import require_no_rule, watchers, watching

NOT_A_LABEL = (
    "a Value takes a number and a label, which is text. It does not take what it was made from: an operation of your "
    "own is declared with autograd.operation(name, evaluate, partials), and called"
)
current_watchers, new = watchers.get, object.__new__
methods: dict[Operation, Callable[..., "Value"]] = {}  # of Value, by the operation they apply


def record(op: Operation | None, data: float, x: Any = None, dx: Any = None, y: Any = None, dy: Any = None) -> "Value":
    """The one place where results become nodes."""
    node = new(Value)
    node.data, node.grad, node._label, node.op = data, NOT_COMPUTED, "", op
    node._x, node._dx, node._y, node._dy = x, dx, y, dy
    for watch in current_watchers():
        watch(node)
    return node


def connect(op: Operation | None, operands: tuple["Value", ...], data: float, partials: tuple[float, ...]) -> "Value":
    """A node of any number of operands."""
    return record(op, data, *edges(operands, partials))


def compute(op: Operation, operands: tuple["Value", ...]) -> tuple[float, tuple[float, ...]]:
    """The value and the partials of an operation, at the numbers that the operands have now."""
    try:
        return op.compute([x.data for x in operands])
    except (ArithmeticError, TypeError):  # a user's row, in Python's / and **, which raise or turn complex
        require_numbers(operands)
        with watching():
            return op.compute(operands)


def as_value(x: SupportsFloat, where: str = "Value") -> "Value":
    """A Value as it is, a real number as a constant; anything else is a TypeError."""
    return x if isinstance(x, Value) else record(constant, as_float(x, where))


def _unary(op: Operation) -> Callable[["Value"], "Value"]:
    evaluate, partials = op.evaluate, op.partials

    def method(self: "Value") -> "Value":
        try:
            z = evaluate(self.data)
            (dx,) = partials(z, self.data)
        except TypeError:
            require_numbers([self])
            raise
        return record(op, z, self, dx)

    method.__doc__, methods[op] = op.__doc__, method
    return method


def _binary(op: Operation, reflected: str) -> Callable[["Value", SupportsFloat], "Value"]:
    evaluate, partials = op.evaluate, op.partials

    def method(self: "Value", other: SupportsFloat) -> "Value":
        if type(other) is not Value:
            if isinstance(other, Value):  # of a subclass, which may have ways of its own
                return other.apply_operation(op, (self, other))
            try:
                other = record(constant, as_float(other, op.name))
            except TypeError:
                if is_foreign(other, reflected):
                    return NotImplemented  # type: ignore[no-any-return]
                raise
        try:
            z = evaluate(self.data, other.data)
            dx, dy = partials(z, self.data, other.data)
        except TypeError:
            require_numbers([self, other])
            raise
        return record(op, z, self, dx, other, dy)

    methods[op] = method
    return method


def _reflected(op: Operation) -> Callable[["Value", SupportsFloat], "Value"]:
    return lambda self, other: Value.apply_operation(op, (other, self))


def _comparison(compare: Callable[[float, float], bool], reflected: str) -> Callable[["Value", SupportsFloat], bool]:
    def method(self: "Value", other: SupportsFloat) -> bool:
        try:
            return compare(self.data, other.data if isinstance(other, Value) else as_float(other, "a comparison"))
        except TypeError:
            if is_foreign(other, reflected):
                return NotImplemented  # type: ignore[no-any-return]
            require_numbers([self])
            raise

    return method


class Value(Copyable):
    """A float that takes part in differentiation: data is the number, grad the derivative that backward() found.

    op, operands and partials say how it was made (None and empty for a leaf); label is its name, "" for none. Values
    are ordered by their numbers, but == and hash() go by identity, so that a node is a key. A subclass may have
    attributes of its own; what operations give is a plain Value. float(v), and so math.exp(v), is a number that no
    gradient flows through: autograd.exp(v), v.exp() and numpy.exp(v) are Values.
    """

    __slots__ = SLOTS

    def __init__(self, data: SupportsFloat, label: str | None = None, *others: object, **more: object) -> None:
        self.data: float = data if type(data) is float else as_float(data, "Value")
        self.grad, self._label = NOT_COMPUTED, ""
        self.op: Operation | None = None
        self._x, self._dx, self._y, self._dy = NO_OPERANDS
        if label or others or more:
            if others or more or not isinstance(label, str):
                raise TypeError(NOT_A_LABEL)
            self._label = label

    @property
    def label(self) -> str:
        """The name."""
        return self._label

    @label.setter
    def label(self, label: str | None) -> None:
        """Raises TypeError for what is no text."""
        if not isinstance(label, str | None):
            raise TypeError(f"a label is text, got {type(label).__name__} {shown(label)}")
        self._label = label or ""

    @staticmethod
    def apply_operation(op: Operation, operands: tuple[Any, ...]) -> "Value":
        """The node for an operation on operands of which at least one is a Value."""
        if op in methods and type(operands[0]) is type(operands[-1]) is Value:
            return methods[op](*operands)  # the same, faster
        if {*map(type, operands)} != {Value}:
            operands = tuple([as_value(x, op.name) for x in operands])
        return connect(op, operands, *compute(op, operands))

    __add__, __radd__ = _binary(ops.add, "__radd__"), _reflected(ops.add)
    __sub__, __rsub__ = _binary(ops.sub, "__rsub__"), _reflected(ops.sub)
    __mul__, __rmul__ = _binary(ops.mul, "__rmul__"), _reflected(ops.mul)
    __truediv__, __rtruediv__ = _binary(ops.div, "__rtruediv__"), _reflected(ops.div)
    __pow__, __rpow__ = _binary(ops.pow, "__rpow__"), _reflected(ops.pow)
    __lt__, __gt__ = _comparison(lt, "__gt__"), _comparison(gt, "__lt__")
    __le__, __ge__ = _comparison(le, "__ge__"), _comparison(ge, "__le__")
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
        require_no_rule()
        return float(self.data)

    def __bool__(self) -> bool:
        return bool(self.data != 0)

    def __pos__(self) -> "Value":
        return self

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    _prev = property(lambda self: self.operands)  # micrograd's names, for the cells that draw its graphs
    _op = property(lambda self: self.op.name if self.operands else "")

    def backward(self) -> None:
        """Set the grad of every node this one was made from, and add to the grad of every leaf.

        The chain rule: a node hands its gradient on to each operand, times the partial on that edge. In reverse
        topological order a node has received from all of its users before it hands on.
        """
        results = results_in_order(self)
        if type(self.data) is not float:  # something else was put into a node
            require_numbers(topological_order(self))
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


def require_numbers(nodes: Iterable[Value]) -> None:
    """Raise a TypeError for data that is no real number."""
    for node in nodes:
        as_float(node.data, f"the data of {node.label or 'a Value'}")
