"""What is asked, as sums of products of what a graph knows: numbers of nodes, partials, gradients.

The same terms are worked out at any numbers of the leaves: those of the graph, and others, at which a formula that is
not right shows itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import nan, prod
from typing import Any, NamedTuple

from autograd.core import Value, summed
from autograd.practising.wrong_rules import WRONG_PARTIALS, WRONG_VALUES, right_partial


class Factor(NamedTuple):
    """A factor of a product.

    kind: "value" of a node, its "size" without the sign, "partial" of a node by an operand, "gradient" of the output by
    a node, "rate" of learning, or a "number". rule: the name of a wrong rule, for a value or partial that is worked out
    by that.
    """

    kind: str
    node: Value | None = None
    operand: Value | None = None
    rule: str = ""
    number: float = 1.0


Term = tuple[Factor, ...]


def value_of(node: Value, rule: str = "") -> Factor:
    """The number of a node."""
    return Factor("value", node, rule=rule)


def size_of(node: Value) -> Factor:
    """The number of a node without its minus sign."""
    return Factor("size", node)


def partial_of(node: Value, operand: Value, rule: str = "") -> Factor:
    """∂node/∂operand."""
    return Factor("partial", node, operand, rule)


def gradient_of(node: Value) -> Factor:
    """∂output/∂node."""
    return Factor("gradient", node)


def number(x: float) -> Factor:
    """A number."""
    return Factor("number", number=x)


RATE, SUBTRACTED = Factor("rate"), number(-1.0)


def positions_of(node: Value, operand: Value) -> tuple[int, ...]:
    """Where an operand stands among those of a node."""
    return tuple([i for i, x in enumerate(node.operands) if x is operand])


def by_rule(factor: Factor, z: Any, xs: Sequence[Any]) -> Any:
    """The value of a node, or a partial of it, by its rule or a wrong one, of what stands for it and its operands."""
    _, node, operand, rule, _ = factor
    assert node is not None
    assert node.op is not None
    if operand is None:
        return WRONG_VALUES[rule].rule(node.op, z, xs) if rule else node.op(*xs)
    partial = WRONG_PARTIALS[rule].rule if rule else right_partial
    return partial(node.op, z, xs, positions_of(node, operand))


class Numbers:
    """A graph at some numbers of its leaves: the value of every node, every partial, every gradient.

    order: the nodes in topological order; leaves: the numbers, the graph's own for those that are not there.
    """

    def __init__(self, order: Sequence[Value], leaves: Mapping[Value, float], rate: float) -> None:
        self.order, self.rate = order, rate
        self.values: dict[Value, float] = {}
        self.partials: dict[tuple[Value, Value], float] = {}
        self._by_rules: dict[Factor, float] = {}  # what has been worked out by wrong ones
        for node in order:
            self._compute(node, leaves)
        self.gradients = dict.fromkeys(order, 0.0) | {order[-1]: 1.0}
        for node in reversed(order):
            for x in dict.fromkeys(node.operands):
                self.gradients[x] += self.gradients[node] * self.partials[node, x]

    def _compute(self, node: Value, leaves: Mapping[Value, float]) -> None:
        if not node.operands or node.op is None:
            self.values[node] = float(leaves.get(node, node.data))
            return
        try:
            value, partials = node.op.compute([self.values[x] for x in node.operands])
        except (ArithmeticError, TypeError):  # a user's row, outside of its domain
            value, partials = nan, (nan,) * len(node.operands)
        self.values[node] = value
        by: dict[Value, list[float]] = {}
        for x, partial in zip(node.operands, partials, strict=True):
            by.setdefault(x, []).append(partial)
        for x, found in by.items():
            self.partials[node, x] = summed(found)

    def of(self, factor: Factor) -> float:
        """The number of a factor."""
        kind, node, operand, rule, x = factor
        if kind == "number":
            return x
        if kind == "rate":
            return self.rate
        assert node is not None
        if rule:
            if factor not in self._by_rules:
                self._by_rules[factor] = self.worked_out(factor, {})
            return self._by_rules[factor]
        if kind == "gradient":
            return self.gradients[node]
        if kind == "size":
            return abs(self.values[node])
        return self.values[node] if operand is None else self.partials[node, operand]

    def worked_out(self, factor: Factor, others: Mapping[Value, float]) -> float:
        """The value of a node, or a partial of it, where some nodes have other values."""
        assert factor.node is not None
        z, *xs = [others.get(x, self.values[x]) for x in (factor.node, *factor.node.operands)]
        try:
            return float(by_rule(factor, z, xs))
        except (ArithmeticError, TypeError, ValueError):
            return nan

    def sum(self, terms: Iterable[Term], multiplied: bool = False) -> float:
        """The sum of the products; multiplied: their product."""
        products = [prod([self.of(factor) for factor in term]) for term in terms]
        return prod(products) if multiplied else summed(products)
