"""The paths from a parameter to the output: counted, written out, or gathered by the recursion."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograd.core import Value, dependents, summed
from autograd.deriving.working import Equation, Step, Term
from autograd.notation import Derivative, Expression, LocalGradient, cancelled, derivative, partial, slope

MOST_SUBTOTALS = 8  # that are written in one line


@dataclass(frozen=True)
class Paths:
    """What lies between a parameter and the output of a topological order."""

    parameter: Value
    nodes: list[Value]  # those that depend on the parameter, and it, from the output back
    operands: dict[Value, list[Value]]  # of a node, those that depend on the parameter: each once
    count: dict[Value, int]  # the paths from the parameter to a node

    @staticmethod
    def between(order: list[Value], parameter: Value) -> "Paths":
        """The part of the graph that matters, layer by layer from the output: a node comes after all its users."""
        affected = dependents(order, [parameter])
        operands = {
            node: [x for x in dict.fromkeys(node.operands) if x in affected] if node is not parameter else []
            for node in order
            if node in affected
        }
        waiting = Counter(operand for node in operands for operand in operands[node])
        nodes = [order[-1]] if order[-1] in affected else []
        for node in nodes:
            for operand in operands[node]:
                waiting[operand] -= 1
                nodes += [operand] * (not waiting[operand])
        count: dict[Value, int] = {}
        for node in reversed(nodes):
            count[node] = 1 if node is parameter else sum(count[x] for x in operands[node])
        return Paths(parameter, nodes, operands, count)

    @property
    def edges(self) -> list[tuple[Value, Value]]:
        """All edges on the paths, as (operand, node)."""
        return [(operand, node) for node in self.nodes for operand in self.operands[node]]

    def paths(self, output: Value) -> Iterator[list[Value]]:
        """Every path from output back to the parameter."""
        # An unfinished path is its last node and the rest of it, (node, (node, (…, None))): no step copies it.
        stack: list[Any] = [(output, None)] if output in self.count else []
        while stack:
            path = stack.pop()
            if path[0] is self.parameter:
                nodes = []
                while path:
                    node, path = path
                    nodes.append(node)
                yield nodes[::-1]
            else:
                stack += [(operand, path) for operand in reversed(self.operands[path[0]])]

    def gradient(self, output: Value) -> float:
        """The derivative, by the chain rule in floats."""
        gradients = dict.fromkeys(self.nodes, 0.0)
        gradients |= {output: 1.0} if output in gradients else {}
        for operand, node in self.edges:
            gradients[operand] += gradients[node] * slope(node, operand)
        return gradients.get(self.parameter, 0.0)


def sum_over_paths(graph: Paths, output: Value, symbols: dict[Value, Expression]) -> Equation:
    """The derivative as one equation: the sum, over all paths, of the product of the partials along each."""
    edges = [[(node, operand) for node, operand in pairwise(path)] for path in graph.paths(output)]
    chain: list[Term] = [[derivative(*edge, symbols) for edge in path] for path in edges]
    worked_out: list[Term] = [[partial(*edge, symbols) for edge in path] for path in edges]
    subtotals = [math.prod([slope(*edge) for edge in path]) for path in edges]
    left = Derivative(symbols[output], symbols[graph.parameter], graph.gradient(output))
    return _equation(left, chain, worked_out, subtotals)


def recursion(graph: Paths, output: Value, symbols: dict[Value, Expression]) -> Iterator[Equation]:
    """The derivative by backpropagation: an equation for the local gradient of each node, from the output back."""
    users: dict[Value, list[Value]] = {}
    gradients = {output: 1.0}
    for operand, node in graph.edges:
        users.setdefault(operand, []).append(node)
    for node in graph.nodes[1:]:
        handed_back = [gradients[user] * slope(user, node) for user in users[node]]
        gradients[node] = summed(handed_back)

        def term(user: Value, factor: Expression) -> Term:
            return [factor] if user is output else [LocalGradient(symbols[user], gradients[user]), factor]

        chain = [term(user, derivative(user, node, symbols)) for user in users[node]]
        worked_out = [term(user, partial(user, node, symbols)) for user in users[node]]
        left: Derivative | LocalGradient = LocalGradient(symbols[node], gradients[node])
        if node is graph.parameter:
            left = Derivative(symbols[output], symbols[node], gradients[node])
        yield _equation(left, chain, worked_out, handed_back)


def _equation(
    left: Derivative | LocalGradient, chain: list[Term], worked_out: list[Term], subtotals: list[float]
) -> Equation:
    """Symbols, each partial worked out, what cancels taken out, numbers put in, what each term comes to, the value."""
    if not chain or not all(chain):
        return Equation(left, [], left.value)
    shortened = worked_out
    if math.isfinite(left.value):  # else a 0 may be among what cancels
        shortened = [[rest] if (rest := cancelled(term)) else term for term in worked_out]
    steps = [Step(chain), Step(worked_out), Step(shortened), Step(shortened, numbers=True)]
    return Equation(left, steps, left.value, subtotals if len(subtotals) <= MOST_SUBTOTALS else ())
