"""The questions that a graph gives rise to, in the order in which the passes go."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from autograd.core import Value, constant, dependents, parts_of_affine
from autograd.core import operations as ops
from autograd.deriving import Paths
from autograd.drawing import CUT
from autograd.notation import Expression
from autograd.practising.mistakes import (
    Mistakes,
    Question,
    Slip,
    of_others,
    ways_of_sum,
    ways_of_update,
    ways_of_weighted_sum,
)
from autograd.practising.terms import RATE, SUBTRACTED, Term, gradient_of, partial_of, value_of

MOST_PATHS = 64  # beyond, a gradient is the sum of what the nodes that use it hand on


class Questions:
    """The questions about a graph; output is the last of its order. roles: of its nodes, as the picture has them."""

    def __init__(self, order: Sequence[Value], symbols: Mapping[Value, Expression], roles: Mapping[Value, str]) -> None:
        self.order, self.output, self.roles = list(order), order[-1], roles
        self.mistakes = Mistakes(self.order, symbols)
        learned = [x for x in self.order if self.roles[x] == "parameter"]
        leaves = [x for x in self.order if not x.operands and x.op is not constant and self.roles[x] != CUT]
        self.parameters = learned or leaves
        self.affected = dependents(self.order, self.parameters)
        self._users: dict[Value, list[Value]] = {}
        for node in self.order:
            for x in dict.fromkeys(node.operands):
                self._users.setdefault(x, []).append(node)

    def forward(self) -> Iterator[Question]:
        """The value of every node that is computed."""
        return (self.value(node) for node in self.order if node.operands)

    def backward(self) -> Iterator[Question]:
        """From the output back, for every node on the way to a parameter: the partial on each of its edges, what is
        handed on along it, and the sum where that has come by several edges."""
        received: dict[Value, int] = {}
        for node in reversed(self.order):
            if node not in self.affected:
                continue
            if received.get(node, 0) > 1:
                yield self.sum(node)
            for x in dict.fromkeys(node.operands):
                if x in self.affected:
                    received[x] = received.get(x, 0) + 1
                    yield self.partial(node, x)
                    if node is not self.output:
                        yield self.product(node, x)

    def value(self, node: Value) -> Question:
        """The value of a node."""
        terms, ways = self._terms_of_value(node)
        return Question("value", node, None, terms, tuple(ways))

    def _terms_of_value(self, node: Value) -> tuple[tuple[Term, ...], list[Slip]]:
        if node.op is ops.affine:
            weights, inputs, bias = parts_of_affine(node.operands)
            products = tuple([(value_of(w), value_of(x)) for w, x in zip(weights, inputs, strict=True)])
            terms = (*products, *[(value_of(b),) for b in bias])
            return terms, ways_of_weighted_sum(terms, bool(bias))
        return ((value_of(node),),), self.mistakes.values_by_rules(node)

    def partial(self, node: Value, operand: Value) -> Question:
        """∂node/∂operand."""
        return Question("partial", node, operand, ((partial_of(node, operand),),))

    def product(self, node: Value, operand: Value) -> Question:
        """What a node hands on to an operand."""
        return Question("product", node, operand, ((gradient_of(node), partial_of(node, operand)),))

    def sum(self, node: Value) -> Question:
        """The gradient of a node, from the gradients of those that use it."""
        terms = tuple([self._contribution(user, node) for user in reversed(self.users_of(node))])
        return Question("sum", node, None, terms, tuple(ways_of_sum(terms)))

    def users_of(self, node: Value) -> list[Value]:
        """The nodes that are computed from it, in their order."""
        return self._users.get(node, [])

    def _contribution(self, user: Value, node: Value) -> Term:
        edge = partial_of(user, node)
        return (edge,) if user is self.output else (gradient_of(user), edge)

    def gradient(self, parameter: Value) -> Question:
        """∂output/∂parameter: the sum over its paths, or, where these are many, over the nodes that use it."""
        paths = Paths.between(self.order, parameter)
        if paths.count.get(self.output, 0) > MOST_PATHS:
            terms = self.sum(parameter).terms
        else:
            along = [list(pairwise(path)) for path in paths.paths(self.output)]
            terms = tuple([tuple([partial_of(*edge) for edge in edges]) for edges in along])
        ways = ways_of_sum(terms) + of_others(parameter, self.mistakes.mistaken_for(parameter))
        return Question("gradient", parameter, None, terms, tuple(ways))

    def update(self, parameter: Value) -> Question:
        """A parameter after a step of gradient descent."""
        w, step = value_of(parameter), (SUBTRACTED, RATE, gradient_of(parameter))
        return Question("update", parameter, None, ((w,), step), tuple(ways_of_update(w, step)))
