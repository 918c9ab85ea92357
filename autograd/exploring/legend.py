"""What formulas and labels on the page mean: the functions that occur, written out, and the indices of weights."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.core import Operation, Value, parts_of_affine
from autograd.core import operations as ops
from autograd.exploring.signatures import Signature
from autograd.notation import (
    Applied,
    Expression,
    MathmlWriter,
    Number,
    Symbol,
    as_expression,
    label_parts,
    printable,
    written_out,
)
from autograd.words import Message

# What is written without a name.
ARITHMETIC = {ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pow, ops.exp}
OURS = {*ops.table.values(), ops.pick, ops.stop_gradient}  # whose rows the catalogue has
DERIVATIVE = "<mfrac><mi>d</mi><mrow><mi>d</mi>{by}</mrow></mfrac>"


class Legend:
    """The functions that occur in the formulas of signatures, in those that these are defined by, and so on."""

    def __init__(self) -> None:
        self.functions: dict[Operation, dict[str, Any]] = {}

    def of(self, signature: Signature) -> list[int]:
        """The functions in the formula of a signature and in its partials, by their places in the list."""
        symbols = [Symbol(str(x), 0.0) if type(x) is int else Number(x) for x in signature.operands]
        found: dict[Operation, None] = {}
        waiting = _functions_in(_formulas(signature.op, symbols))
        while waiting:
            op = waiting.pop(0)
            if op not in found:
                found[op] = None
                written = written_out(op)
                waiting += _functions_in([x for x in (written.definition, written.slope) if x] if written else [])
        for op in found:
            self.functions.setdefault(op, entry(op))
        places = {op: i for i, op in enumerate(self.functions)}
        return [places[op] for op in found]


def _functions_in(formulas: Iterable[Expression]) -> list[Operation]:
    """The operations that are written by a name, in the order in which they are met."""
    found: dict[Operation, None] = {}
    stack: list[Expression] = [*formulas]
    while stack:
        e = stack.pop()
        if isinstance(e, Applied):
            if e.op not in ARITHMETIC:
                found[e.op] = None
            stack += e.operands
    return [*found]


def _formulas(op: Operation, operands: Sequence[Expression]) -> list[Expression]:
    """An operation applied, and its partials; none of those that its row cannot say of symbols."""
    result = Expression().apply_operation(op, tuple(operands))
    try:
        return [result, *map(as_expression, op.textbook(Symbol("z", 0.0), *operands))]
    except TypeError:
        return [result]


def entry(op: Operation) -> dict[str, Any]:
    """An equation for the function and one for its derivative, in MathML; or what its row says of it in words."""
    writer, written = MathmlWriter(4), written_out(op)
    if written is None:
        named = [Symbol(name, 0.0) for name in "xyz"[: op.arity or 0]]
        called = Applied(op, tuple(named)) if named else Symbol(op.name, 0.0)
        return {"name": writer.write(called), "words": _in_words(op)}
    told: dict[str, Any] = {"name": writer.write(written.applied)}
    if written.definition is None:
        told["words"] = _in_words(op)
    else:
        told["definition"] = writer.write(written.definition)
    if written.slope not in (None, written.applied):
        derivative = DERIVATIVE.format(by=writer.write(written.by)) + told["name"]
        told["derivative"] = derivative + writer.equal + writer.write(written.slope)
    return told


def _in_words(op: Operation) -> Message | str:
    """What its row says of it; of one that is not ours, in whatever language that is."""
    said = printable(" ".join((op.__doc__ or op.name).split()))
    return Message(said) if op in OURS else said


def convention(nodes: Iterable[Value], roles: Mapping[Value, str]) -> dict[str, Any] | None:
    """How the indices of weights are to be read, by an example; None where the labels follow no one order.

    weight, to, by: the example; order: whether the first index is that of the neuron that it leads "to", or of what it
    comes "from"; raised: whether there is a third index.
    """
    orders = {"to", "from"}
    examples: list[tuple[Value, Value, Value, bool]] = []
    for z in nodes:
        if z.op is not ops.affine:
            continue
        weights, inputs, _ = parts_of_affine(z.operands)
        for weight, by in zip(weights, inputs, strict=True):
            parts = label_parts(weight.label or "")
            indices = _two(parts["down"]) if parts and parts["down"] else None
            if indices is None or roles.get(weight) != "parameter":
                return None
            first, second = indices
            to, start = _numbers(z), _numbers(by)
            if not (first in to and second in start):
                orders.discard("to")
            if not (first in start and second in to):
                orders.discard("from")
            if first != second:
                examples.append((weight, z, by, bool(parts and parts["up"])))
    if len(orders) != 1 or not examples:
        return None
    weight, z, by, raised = examples[0]
    return {"weight": weight, "to": z, "by": by, "order": orders.pop(), "raised": raised}


def _two(indices: str) -> tuple[str, str] | None:
    """Two indices, as in 21 or 10,2."""
    pair = indices.split(",") if "," in indices else [*indices]
    return (pair[0], pair[1]) if len(pair) == 2 else None


def _numbers(node: Value) -> set[str]:
    """What may be the number of a node in its layer: the 2 of x_2, of a^3_2, of O_12; 1 where there is but one."""
    parts = label_parts(node.label or "")
    down = parts["down"] if parts else None
    return {down, down.rsplit(",", 1)[-1], down[1:]} if down else {"1"}
