"""A function of scalars, recorded once for all rows: it is called on Values that have no number.

Everything such a Value meets becomes a node of the graph, as always, but nothing is computed. What would need the
number, and so fix in the recording what may differ from row to row, is an error at the line where it happens.
"""

import itertools
import os
import sys
from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from functools import lru_cache
from threading import RLock, get_ident
from typing import Any, NamedTuple

from autograd.compiling.trees import leaves_of, with_leaves
from autograd.core import (
    MANY,
    Arithmetic,
    Operation,
    Value,
    as_value,
    at_once,
    constant,
    current_watchers,
    ensuring,
    grad,
    new,
    require_current,
    shown,
    topological_order,
    tracer,
    watchers,
)
from autograd.core import operations as ops
from autograd.programs import INPUT, PARAMETER, Builder, Program, Register


class TracingError(TypeError):
    """A compiled function used a number that is not known before it runs."""


LOOK_UP = "autograd.pick(values, index) looks up one of several values"
REMEDIES = {
    "a comparison": f"write a decision with maximum, minimum, relu or step; {LOOK_UP}",
    "bool()": "write a decision with maximum, minimum, relu or step",
    "hash()": f"{LOOK_UP}; what belongs to the node itself and not to its number is kept by id()",
    "an index or a count": f"{LOOK_UP}; what is counted has to be known when the function is traced",
    "rounding": "write what jumps with step, or round the numbers before the call",
    "complex()": "calculate with real numbers, and autograd's own functions",
    "an operation on bits": "write a decision with maximum, minimum, relu or step",
    ".data": "calculate with the Value itself, or with stop_gradient of it if it is to have no gradient",
    "float()": "use autograd's own functions (autograd.exp, not math.exp)",
    ".grad": "autograd.grad gives gradients as Values",
    "backward()": "autograd.grad gives gradients as Values",
}
NOTE = (
    "This was raised while the function was traced, on Values that stand for the numbers of all rows and have none: "
    "what needs numbers, as np.isnan and look-ups do, is written with autograd's own functions, such as step and pick."
)


_refused: ContextVar[list[TracingError] | None] = ContextVar("_refused", default=None)  # in the trace under way


def _refusal(what: str, node: Value) -> TracingError:
    """The error for what needs a number. It is noted, since the caller may swallow it, as NumPy does for an index, and
    go on to an error that says nothing of tracing."""
    named = f"the traced Value {node.label}" if node.label else "a traced Value"
    why = f"{what} of {named}: it stands for the numbers of all rows to come, and has none of its own"
    error = TracingError(f"{why}; {REMEDIES[what]}" if what in REMEDIES else why)
    noted = _refused.get()
    if noted is not None:
        noted.append(error)
    return error


def _guarded(name: str, what: str) -> Any:
    """A slot or a property of Value that is closed while its thread traces; to all other threads it is open."""
    of_value = vars(Value)[name]

    def read(self: Value) -> Any:
        try:
            if tracer.get() is None:
                return of_value.__get__(self)
        except AttributeError:  # the number of a node that never had one
            pass
        raise _refusal(what, self)

    def write(self: Value, number: Any) -> None:
        if tracer.get() is not None:
            raise _refusal(f"setting {what}", self)
        of_value.__set__(self, number)

    return property(read, write)


def _closed(name: str, what: str) -> Any:
    """A method that needs the number. Where Value has none of that name, it fails outside a trace as Python would."""
    method = getattr(Value, name, None)

    def refused(self: Value, *arguments: Any) -> Any:
        if tracer.get() is not None:
            raise _refusal(what, self)
        if method is not None:
            return method(self, *arguments)
        if arguments:
            return NotImplemented
        raise TypeError(f"{what} of a Value")

    return refused


def _asked_by_user() -> bool:
    """True unless the engine asks, which keeps nodes by their identity in sets and dictionaries."""
    caller = sys._getframe(2).f_globals.get("__name__")
    return not (isinstance(caller, str) and caller.startswith("autograd."))


def _has_number(node: Value) -> bool:
    """True of a parameter; inputs and results have none."""
    try:
        _number.__get__(node)
    except AttributeError:
        return False
    return True


_number: Any = vars(Value)["data"]


class Traced(Arithmetic, Value):
    """A Value without a number. It has no slots of its own, so that a parameter can be one for a while."""

    __slots__ = ()

    @staticmethod
    def apply_operation(op: Operation, operands: tuple[Any, ...]) -> Value:
        """The node for an operation on operands of which one is traced; what others make of it where none is."""
        if tracer.get() is None:  # a thread other than the one that traces, or a node kept from a trace
            for x in operands:
                _ = x.data if isinstance(x, Traced) else x
            return Value.apply_operation(op, operands)
        if not any([isinstance(x, Traced) for x in operands]):  # noqa: C419 (which is slower)
            takers = [x for x in operands if hasattr(x, "apply_operation")]
            return takers[0].apply_operation(op, operands)  # type: ignore[no-any-return]
        return _node(op, tuple([as_value(x, op.name) for x in operands]))

    data, grad, partials = _guarded("data", ".data"), _guarded("grad", ".grad"), _guarded("partials", ".partials")
    __lt__, __le__, __gt__, __ge__ = (
        _closed(name, "a comparison") for name in ("__lt__", "__le__", "__gt__", "__ge__")
    )
    __float__, __bool__ = _closed("__float__", "float()"), _closed("__bool__", "bool()")
    __format__, backward = _closed("__format__", "formatting"), _closed("backward", "backward()")

    # Python and NumPy compare Values by identity. A parameter has one of its own, but an input is only its number:
    # whoever compares it, or looks it up, asks for that.
    def __eq__(self, other: object) -> bool:
        if tracer.get() is not None:
            if isinstance(other, Value):
                of_numbers = not (_has_number(self) and _has_number(other))
            else:
                of_numbers = hasattr(other, "__float__") or isinstance(other, complex)
            if of_numbers and _asked_by_user():
                raise _refusal("a comparison", self)
        return self is other

    def __hash__(self) -> int:
        if tracer.get() is not None and _asked_by_user() and not _has_number(self):
            raise _refusal("hash()", self)
        return object.__hash__(self)

    def __repr__(self) -> str:
        return f"<traced Value {self.label}>" if self.label else "<traced Value>"


for _name, _row in ops.table.items():
    if hasattr(Value, _name):
        setattr(Traced, _name, _row)
for _what, _names in {
    "an index or a count": "__index__",
    "rounding": "__int__ __round__ __trunc__ __floor__ __ceil__ floor ceil rint trunc "  # the latter are NumPy's
    "__floordiv__ __rfloordiv__ __mod__ __rmod__ __divmod__ __rdivmod__",
    "complex()": "__complex__",
    "an operation on bits": "__and__ __rand__ __or__ __ror__ __xor__ __rxor__ __lshift__ __rlshift__ __rshift__ "
    "__rrshift__ __invert__",
}.items():
    for _name in _names.split():
        setattr(Traced, _name, _closed(_name, _what))


def _node(op: Operation | None, operands: tuple[Value, ...], label: str | None = None) -> Value:
    node = new(Traced)
    node.label, node.op, node._dx, node._dy = label, op, None, None
    if len(operands) > 2:
        node._x, node._y = operands, MANY
    else:
        node._x, node._y = (*operands, None, None)[:2]
    for watch in current_watchers():
        watch(node)
        if node.op is not op:
            raise TracingError(
                "no_grad in a compiled function: what it computes is recorded, or it could not be compiled"
            )
    return node


class TracedFunction(NamedTuple):
    """A function as it was recorded: nodes without numbers.

    gradient is in the order of the parameters, and None where there are several outputs; order holds every node that
    outputs and gradient were made from, after its operands. aux is the form of what came beside the loss, whose leaves
    are the outputs after the first; None where that was not asked for. others are the leaves that it was made from
    besides, plain numbers left out.
    """

    inputs: list[Value]
    parameters: list[Value]
    outputs: list[Value]
    gradient: list[Value] | None
    single: bool  # whether the function returned one Value, not a list of them
    order: list[Value]
    aux: Any
    others: list[Value]


_one_at_a_time = RLock()  # for parameters may be shared
_underway: list[tuple[int, Sequence[Value], Sequence[type[Value]]]] = []  # traces: thread, parameters, their classes


def _take_over() -> None:
    """In a child after fork(), end what another thread was tracing: that thread is not there to do it."""
    global _one_at_a_time
    if _underway and _underway[-1][0] != get_ident():
        _one_at_a_time = RLock()
        for _, parameters, kinds in reversed(_underway):
            _set_kinds(parameters, kinds)
        _underway.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_take_over)


def trace(
    function: Callable[..., Any], names: Sequence[str], parameters: Sequence[Value], has_aux: bool = False
) -> TracedFunction:
    """Call function on one traced input for each name, and differentiate what it returns, if that is one Value.

    has_aux: whether it returns two things, of which the first is differentiated, and the second has Values in it;
    parameters: the Values to differentiate with respect to, which keep their numbers and may be used elsewhere
    meanwhile. Raises TracingError where the function uses a number, TypeError where it returns something else than
    Values or numbers, ValueError where it uses a graph that is out of date.
    """
    with _one_at_a_time:
        kinds = [_kind_of(parameter) for parameter in parameters]
        entry = get_ident(), parameters, kinds

        def end() -> None:
            _set_kinds(parameters, kinds)
            _underway[:] = [other for other in _underway if other is not entry]

        _underway.append(entry)
        traced: TracedFunction = ensuring(end, copy_context().run, _trace, function, names, parameters, has_aux)
        if tracer.get() is None:  # what was made beforehand has numbers
            require_current([node for node in traced.order if not isinstance(node, Traced)])
        return traced


def _trace(
    function: Callable[..., Any], names: Sequence[str], parameters: Sequence[Value], has_aux: bool
) -> TracedFunction:
    """The same, in a context of its own, which is gone afterwards whatever happens."""
    watchers.set(())
    tracer.set(Traced.apply_operation)
    kinds: Any = map(type, parameters)
    _set_kinds(parameters, [_traced_kind(kind) for kind in kinds])
    inputs = [_node(None, (), name) for name in names]
    returned, aux = _called(function, inputs), None
    if has_aux:
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(
                f"with has_aux, a compiled function returns a loss and what is beside it, got {shown(returned)}"
            )
        returned, beside = returned
        aux = with_leaves(beside, itertools.count())
    single = has_aux or not isinstance(returned, (list, tuple))
    outputs = [returned, *(leaves_of(beside) if has_aux else ())] if single else list(returned)
    if returned is None or not outputs:
        raise TypeError(f"a compiled function returns a Value, or a list of them, got {shown(returned)}")
    outputs = [as_value(x, "what a compiled function returns") for x in outputs]
    gradient = _gradient(outputs[0], parameters) if single else None
    order = topological_order(_node(ops.total, (*outputs, *(gradient or ()))))[:-1]
    others = [x for x in order if not (x.operands or x.op is constant or isinstance(x, Traced))]
    return TracedFunction(inputs, list(parameters), outputs, gradient, single, order, aux, others)


def _gradient(output: Value, parameters: Sequence[Value]) -> list[Value]:
    """The gradient; what comes back to nodes with labels is called after them: dz^2_1."""
    named = [node for node in topological_order(output) if node.label and node.operands]
    found = grad(output, [*parameters, *named])
    for node, derivative in zip(named, found[len(parameters) :], strict=True):
        if not derivative.label and derivative.operands:
            derivative.label = f"d{node.label}"
    return found[: len(parameters)]


def _called(function: Callable[..., Any], inputs: Sequence[Value]) -> Any:
    """Call the function. Where it fails after a refusal that somebody dropped, that refusal is raised."""
    refused = list[TracingError]()
    _refused.set(refused)
    try:
        return function(*inputs)
    except TracingError:
        raise
    except Exception as error:
        if refused:
            raise refused[-1].with_traceback(error.__traceback__) from error
        if isinstance(error, (TypeError, AttributeError)):
            error.add_note(NOTE)
        raise


def _set_kinds(values: Sequence[Any], kinds: Sequence[Any]) -> None:
    at_once([(object.__setattr__, value, "__class__", kind) for value, kind in zip(values, kinds, strict=True)])


def _kind_of(parameter: Value) -> type[Value]:
    """Its class; if interrupts left it traced where nothing traces, the class it had before."""
    kind = type(parameter)
    if tracer.get() is None:
        return next(base for base in kind.__mro__ if issubclass(base, Value) and not issubclass(base, Traced))
    return kind


@lru_cache
def _traced_kind(kind: Any) -> Any:
    """The class of a Value of that class while it is traced: for a user's class, one that inherits from both."""
    if kind is Value or issubclass(kind, Traced):
        return kind if issubclass(kind, Traced) else Traced
    return type(kind)(kind.__name__, (kind, Traced), {"__slots__": ()})


def build(traced: TracedFunction) -> Program:
    """The program of a traced function. Raises CompileError for an operation that has no way down to primitives."""
    builder = Builder()
    indices = {x: builder.add(INPUT, (), float(i)) for i, x in enumerate(traced.inputs)}
    scalars = [*traced.parameters, *traced.others]
    indices |= {p: builder.add(PARAMETER, (), float(i)) for i, p in enumerate(scalars)}
    for node in traced.order:
        if node not in indices:
            if node.operands and node.op is not None:
                register = Register(builder, 0)
                operands = tuple([Register(builder, indices[x]) for x in node.operands])
                indices[node] = register.apply_operation(node.op, operands).index
            else:
                indices[node] = builder.constant(node.data)
        if node.label:
            builder.labels.setdefault(indices[node], node.label)
    return builder.program(
        [x.label or "x" for x in traced.inputs],
        [p.label for p in traced.parameters],
        [indices[x] for x in traced.outputs],
        None if traced.gradient is None else [indices[x] for x in traced.gradient],
        [p.label for p in traced.others],
    )
