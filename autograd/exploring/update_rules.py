"""How a step of descent moves a parameter: rules in plain arithmetic, as formulas and as functions in JavaScript."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.exploring.javascript import arrow
from autograd.notation import Applied, Derivative, Expression, MathmlWriter, Symbol, as_expression
from autograd.words import Message

NAMES = {1: "v", 2: "mv"}  # of what a rule keeps of a parameter, as the literature has them


@dataclass(frozen=True)
class UpdateRule:
    """A rule by which a step moves a parameter w, of which g is the gradient.

    name, words: for people, the words in a sentence. kept: how many numbers it keeps of a parameter from step to step,
    which start at 0. scalars: what a step takes, of the learning rate and the number of the step, from 1. rule: of w,
    g, the kept numbers and the scalars, the next w and the next of the kept. Both are plain arithmetic, with the
    functions of autograd, and so can be fed with symbols.
    """

    name: str | Message
    words: str | Message
    rule: Callable[..., Sequence[Any]]
    kept: int = 0
    scalars: Callable[[Any, Any], Sequence[Any]] = lambda rate, step: (rate,)

    @staticmethod
    def gradient_descent() -> "UpdateRule":
        """w ← w − η · ∂C/∂w."""
        words = Message("Every weight moves against its gradient, by the learning rate times the gradient.")
        return UpdateRule(Message("gradient descent"), words, lambda w, g, rate: (w - rate * g,))

    def english(self) -> str:
        """The name that an address has for it, in whatever language."""
        return self.name.message if isinstance(self.name, Message) else self.name

    def is_plain(self) -> bool:
        """Whether it is gradient descent."""
        w, g, rate = (Symbol(name, 0.0) for name in ("w", "g", "rate"))
        return self.kept == 0 and self.rule(w, g, *self.scalars(rate, 1.0))[0] == w - rate * g

    def functions(self) -> str:
        """An object of two functions in JavaScript, {scalars: (rate, t) => […], rule: (w, g, …) => […]}.

        Raises CompileError for what cannot be written in primitives.
        """
        count = len(self.scalars(1.0, 1.0))
        names = ["w", "g", *[f"k{i}" for i in range(self.kept)], *[f"s{i}" for i in range(count)]]
        scalars = arrow(str(self.name), self.scalars, ["rate", "t"])
        return f"{{ scalars: {scalars}, rule: {arrow(str(self.name), self.rule, names)} }}"

    def formulas(self, output: Expression, digits: int) -> list[str]:
        """What is kept, and then w, each ← what it becomes, in MathML; names to the right are of newest values."""
        w = Symbol("w", 0.0)
        names = NAMES.get(self.kept) or [f"k_{i}" for i in range(1, self.kept + 1)]
        kept = [Symbol(name, 0.0) for name in names]
        scalars = self.scalars(Symbol("η", 0.0), Symbol("t", 0.0))
        moved, *news = map(as_expression, self.rule(w, Derivative(output, w, 0.0), *kept, *scalars))
        moved = _replaced(moved, dict(zip(news, kept, strict=True)))
        lines = [*zip(kept, news, strict=True), (w, moved)]
        return ["<mo>←</mo>".join([MathmlWriter(digits).write(x) for x in line]) for line in lines]


def _replaced(e: Expression, names: dict[Expression, Symbol]) -> Expression:
    """An expression in which others have names."""
    if e in names:
        return names[e]
    return Applied(e.op, tuple([_replaced(x, names) for x in e.operands])) if isinstance(e, Applied) else e
