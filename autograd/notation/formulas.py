"""The formulas of a graph: how a node was made and what its partials are, in symbols for its nodes."""

import operator
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from itertools import count

from autograd.core import Value, constant, summed
from autograd.notation.expressions import Derivative, Expression, Number, Symbol, as_expression
from autograd.notation.labels import unicode_label


def formula(node: Value, symbols: dict[Value, Expression]) -> Expression:
    """How a node was made, in the symbols of its operands; the node's own symbol where its row cannot say."""
    assert node.op is not None
    try:
        return Expression().apply_operation(node.op, tuple([symbols[x] for x in node.operands]))
    except TypeError:  # a user's row, in functions that take only floats
        return symbols[node]


def partial(node: Value, operand: Value, symbols: dict[Value, Expression]) -> Expression:
    """∂node/∂operand as a formula, summed over the edges between the two."""
    assert node.op is not None
    try:
        rules = node.op.textbook(symbols[node], *[symbols[x] for x in node.operands])
        first, *others = [rule for rule, x in zip(rules, node.operands, strict=True) if x is operand]
        return as_expression(reduce(operator.add, others, first))
    except TypeError:
        return derivative(node, operand, symbols)


def derivative(node: Value, operand: Value, symbols: dict[Value, Expression]) -> "Derivative":
    """∂node/∂operand as a symbol."""
    return Derivative(symbols[node], symbols[operand], slope(node, operand))


def slope(node: Value, operand: Value) -> float:
    """∂node/∂operand as a number, summed over the edges between the two."""
    return summed([x for x, y in zip(node.partials, node.operands, strict=True) if y is operand])


def symbols_for(order: Iterable[Value], wanted: Collection[Value] | None = None) -> dict[Value, Expression]:
    """A symbol for every node: its label, told apart by [1], [2], … where several share it, or v_1, v_2, … for none.

    wanted: nodes to return symbols for, where not all are needed. They are called as they are among all.
    """
    nodes = list(order)
    written = {label: unicode_label(label) for label in {str(node.label) for node in nodes if node.label}}
    shared = Counter([written[str(node.label)] for node in nodes if node.label])  # a_1 and a₁ look the same
    taken = {text for text in shared if text.startswith("v")}
    unused = (label for label in map("v_{}".format, count(1)) if not taken or unicode_label(label) not in taken)
    marks: dict[str, Iterator[str]] = {}
    symbols: dict[Value, Expression] = {}
    for node in nodes:
        if node.op is constant:
            symbol: Expression = Number(float(node.data))
        elif not node.label:
            symbol = Symbol(next(unused), float(node.data))
        else:
            label = str(node.label)
            text = written[label]
            if shared[text] > 1:
                label += next(marks.setdefault(text, _marks(text, shared)))
            symbol = Symbol(label, float(node.data))
        if wanted is None or node in wanted:
            symbols[node] = symbol
    return symbols


def _marks(text: str, taken: Collection[str]) -> Iterator[str]:
    return (f"[{k}]" for k in count(1) if f"{text}[{k}]" not in taken)
