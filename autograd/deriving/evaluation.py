"""The forward pass worked out."""

from dataclasses import dataclass

from autograd.core import Value, require_current, topological_order
from autograd.deriving.working import Equation, Step, Working
from autograd.notation import Expression, formula, require_digits, symbols_for
from autograd.words import spoken_language


@dataclass(frozen=True, repr=False)
class Evaluation(Working):
    """The forward pass: how every node was computed. Made by `evaluate`."""

    value: float

    def __repr__(self) -> str:
        return f"<Evaluation {self._equality(self.symbols[self.output], self.value)}>"


def evaluate(output: Value, *, digits: int = 4, lang: str | None = None) -> Evaluation:
    """Work out the forward pass: for every node, from the leaves to output, formula, numbers put in, and value.

    digits: significant digits of the numbers written; lang: the language they are written in, "de" or "es".
    """
    if not isinstance(output, Value):
        raise TypeError(f"evaluate takes a Value, got {type(output).__name__}")
    require_digits(digits)
    order = topological_order(output)
    require_current(order)
    symbols = symbols_for(order)
    nodes = [node for node in order if node.op and node.operands]
    equations = [_evaluation(node, symbols) for node in nodes]
    return Evaluation(output, digits, symbols, equations, spoken_language(lang), output.data)


def _evaluation(node: Value, symbols: dict[Value, Expression]) -> Equation:
    made = [[formula(node, symbols)]]
    return Equation(symbols[node], [Step(made), Step(made, numbers=True)], node.data)
