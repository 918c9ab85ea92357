"""What the declaration of an operation consists of.

The partials of an operation are plain arithmetic, so that one line serves floats (numbers to multiply), Values (a
gradient that can be differentiated again), symbols (a formula to print) and whatever else can be added and
multiplied. An operation that is called on such a thing hands itself over to it, through a method
`apply_operation(operation, operands)`, and so need not know of it.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from types import MethodType

from autograd.core.annotations import Any
from autograd.core.floats import as_float
from autograd.core.messages import shown

# While a function is traced: what all operations are handed to, whichever of their operands comes first.
tracer: ContextVar[Callable[..., Any] | None] = ContextVar("tracer", default=None)

CO_VARARGS = 0x04  # inspect's, which takes longer to import than all of the core


class _Signature:
    """The signature of an operation, for help(): the operands of its rule, or the arguments of what arranges them."""

    def __get__(self, op: Any, owner: type | None = None) -> Any:
        if op is None:
            return None  # the class has that of its constructor
        from inspect import signature

        called = signature(op.arrange or op.partials)
        operands = list(called.parameters.values())[0 if op.arrange else 1 :]
        for i, default in enumerate(op.defaults, len(operands) - len(op.defaults)):
            operands[i] = operands[i].replace(default=default)
        return called.replace(parameters=operands)


class Operation:
    """A row of the table, and a function: of numbers it gives a float, of Values a Value.

    name        what it is called, and how a drawing labels it
    evaluate    operands as floats -> the value, a float
    partials    (value, *operands) -> a tuple, the partial derivative for each operand
    definition  the same function in terms of other operations; may be left out where `evaluate` already is
    text, latex how it is written: a function's name ("σ"), or a template with a %s for each operand ("|%s|")
    inline      it is written as its definition, and needs no name
    textbook    the partials as a textbook has them, where they are computed in another form, to be right at every point
    arrange     makes the flat tuple of operands from the arguments of a call, where the two differ
    defaults    operands that a call may leave out at its end
    role        what it is in a network, "activation" or "loss"; of a loss, the second of a fixed number of operands is
                the target
    steepest    the largest slope of an activation that saturates: one that is far flatter is worth a warning

    The partials and the definition are fed with more than floats, and so take autograd's own functions: autograd.exp
    works on floats, Values and symbols alike, math.exp on floats alone.
    """

    __signature__ = _Signature()

    def __init__(
        self,
        name: str,
        evaluate: Callable[..., float],
        partials: Callable[..., tuple[Any, ...]],
        doc: str | None = None,
        *,
        definition: Callable[..., Any] | None = None,
        text: str | None = None,
        latex: str | None = None,
        inline: bool = False,
        textbook: Callable[..., tuple[Any, ...]] | None = None,
        arrange: Callable[..., tuple[Any, ...]] | None = None,
        defaults: tuple[float, ...] = (),
        role: str = "",
        steepest: float | None = None,
    ) -> None:
        self.name, self.evaluate, self.partials, self.arrange = name, evaluate, partials, arrange
        self.defaults, self.role, self.steepest = defaults, role, steepest
        self.definition: Callable[..., Any] = definition or evaluate
        self.textbook = textbook or partials
        self.text, self.latex, self.inline, self.__doc__ = text or name, latex or text or name, inline, doc
        self.__name__, self.__module__ = name, partials.__module__
        variadic = partials.__code__.co_flags & CO_VARARGS
        self.arity = None if variadic else partials.__code__.co_argcount - 1

    def __call__(self, *operands: Any) -> Any:
        """Apply it: a float if all arguments are numbers, else what the first that is not makes of them."""
        if len(operands) != self.arity:
            operands = self._complete(operands)
        for x in operands:
            if type(x) is not float:
                return self._hand_over(operands)
        return float(self.evaluate(*operands))

    def _hand_over(self, operands: tuple[Any, ...]) -> Any:
        for x in operands:
            if hasattr(x, "apply_operation"):
                return (tracer.get() or x.apply_operation)(self, operands)
        return float(self.evaluate(*[as_float(x, self.name) for x in operands]))

    def compute(self, operands: Sequence[Any]) -> tuple[float, tuple[float, ...]]:
        """The value and the partials as floats, for operands that are numbers or can be made into such."""
        z = self.evaluate(*operands)
        partials = self.partials(z, *operands)
        if type(partials) is not tuple or len(partials) != len(operands):
            raise TypeError(
                f"{self.name} needs a tuple of {len(operands)} partials, and its rule gave {shown(partials)}"
            )
        return float(z), partials if self.arity is None else tuple([float(partial) for partial in partials])

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """As an attribute of a class it is a method, as a function is."""
        return self if instance is None else MethodType(self, instance)

    def _complete(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        if self.arity is None:
            return self.arrange(*arguments) if self.arrange else arguments
        operands = arguments + self.defaults[len(arguments) - self.arity :]
        if len(operands) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} operands, got {len(arguments)}")
        return operands

    def __reduce__(self) -> str:  # copied and pickled by name, as a function is: it stays the same object
        return self.__name__

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


operation = Operation  # a row reads as a declaration

# A number that is written into an expression becomes a node as well: the result of an operation without operands.
constant = operation("constant", float, lambda z: ())
