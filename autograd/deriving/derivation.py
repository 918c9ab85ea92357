"""The chain rule for one parameter, worked out as on paper.

Either path by path: the derivative is the sum, over all paths from the parameter to the output, of the product of the
partials along the path. Or by recursion, which is backpropagation: the local gradient δ of a node is the sum, over
its users, of the user's δ times the partial on the edge. Paths grow exponentially with depth, the recursion linearly.
D. Rumelhart, G. Hinton and R. Williams, Learning representations by back-propagating errors, Nature 323, 1986.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from autograd.checking import Slopes, finite_differences
from autograd.core import Value, grad, require_current, shown, topological_order
from autograd.deriving.paths import Paths, recursion, sum_over_paths
from autograd.deriving.working import Working, mathml_row
from autograd.notation import (
    FormulaWriter,
    LatexWriter,
    MathmlWriter,
    Number,
    TextWriter,
    derivative,
    formula,
    require_digits,
    slope,
    symbols_for,
)
from autograd.words import in_its_language, spoken_language, t

if TYPE_CHECKING:
    from autograd.drawing import Drawing

MAX_PATHS = 8  # by default the recursion takes over above this
LIMIT = 10_000  # paths that are written out even when asked for
CAPTION = 5_000  # characters below a picture
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Check:
    """A derivative by three ways: the chain rule as derived, `grad`, and finite differences in high precision."""

    derived: float
    gradient: float
    slopes: Slopes

    @property
    def difference(self) -> float:
        """The largest difference between the three, relative where the derivative is above 1; for the rules always."""
        apart = self.slopes.apart(self.derived, self.gradient)
        differences = apart, self.slopes.difference(self.derived), self.slopes.error_of_rules
        return max(differences, key=lambda x: (math.isnan(x), x))

    def __bool__(self) -> bool:
        """Whether they agree, to nine digits."""
        return self.difference <= TOLERANCE


@dataclass(frozen=True, repr=False)
class Derivation(Working):
    """∂output/∂parameter by the chain rule. Made by `derive`; draw() draws its paths."""

    parameter: Value
    value: float
    edges: list[tuple[Value, Value]]  # (operand, node), those on the paths, from the output back
    path_count: int

    @in_its_language
    def text(self) -> str:
        """The derivation in Unicode, the lines of each equation aligned at the equals signs."""
        heading = [self._heading()] if len(self.equations) > 1 else []
        return "\n".join([*heading, super().text(), *self._remarks()])

    @in_its_language
    def draw(self, /, **options: Any) -> "Drawing":
        """The graph with the paths of the parameter highlighted and the derivation under it; options as for `draw`."""
        from autograd.drawing import draw

        writer = TextWriter(self.digits)
        labels = {}
        for operand, node in self.edges:
            value = slope(node, operand)
            symbol = writer.write(derivative(node, operand, self.symbols))
            labels[operand, node] = f"{symbol} = {writer.number(value)}"
        short = len(self.equations) == 1 and len(self.edges) < CAPTION
        text = self.text() if short else ""
        caption = text if 0 < len(text) <= CAPTION else self._result()
        options = {"digits": self.digits, "caption": caption, "lang": self.lang, **options}
        return draw(self.output, highlight=labels, focus=self.parameter, **options)

    def check(self) -> Check:
        """Hold the value against `grad`, and against finite differences in high precision."""
        gradient = float(grad(self.output, self.parameter).data)
        return Check(float(self.value), gradient, finite_differences(self.output, [self.parameter])[0])

    def __repr__(self) -> str:
        return f"<Derivation {self._result()}>"

    def _result(self) -> str:
        return self._equality(self.equations[-1].left, self.value)

    def _heading(self) -> str:
        name = TextWriter().write(self.symbols[self.output])
        return t("{local} = {derivative}, from the output back:", local="δ(v)", derivative="∂" + name + "/∂v")

    def _remarks(self) -> list[str]:
        if not self.edges and self.output is not self.parameter:
            writer = TextWriter()
            names = [writer.write(self.symbols[value]) for value in (self.output, self.parameter)]
            return [t("({output} does not depend on {parameter})", output=names[0], parameter=names[1])]
        word = t("with")
        return [f"{word} {line}" for line in self._definitions(TextWriter)]

    def _latex_remarks(self) -> Iterator[str]:
        word = t("with")
        return (rf"& \text{{{word} }} {line}" for line in self._definitions(LatexWriter))

    def _mathml_remarks(self) -> list[str]:
        lines = self._definitions(MathmlWriter)
        word = t("with")
        return [mathml_row(("right", f"<mtext>{word}</mtext>"), ("center", ""), ("left", line)) for line in lines]

    def _definitions(self, writer_class: type[FormulaWriter]) -> Iterator[str]:
        """What the names stand for that were given to nodes without a label."""
        on_paths = {node for edge in self.edges for node in edge}
        shown = on_paths.union(*[node.operands for _, node in self.edges])
        for node, symbol in self.symbols.items():
            if node in shown and not node.label and not isinstance(symbol, Number):
                writer, numbers = writer_class(self.digits), writer_class(self.digits, numbers=True)
                number = numbers.write(symbol)
                made = writer.write(formula(node, self.symbols)) if node.operands else number
                made = f" {writer.equal} {made}" if made != number else ""
                yield f"{writer.write(symbol)}{made} {numbers.equals} {number}"


def derive(
    output: Value,
    parameter: Value,
    *,
    method: Literal["auto", "paths", "recursion"] = "auto",
    max_paths: int = MAX_PATHS,
    digits: int = 4,
    lang: str | None = None,
) -> Derivation:
    """Work out the derivative of output with respect to parameter by the chain rule.

    output, parameter: any two Values, labelled or not; where output does not depend on parameter the derivative is 0.
    method: "paths" writes the sum over all paths, "recursion" the local gradients from the output back, "auto" the
    paths where there are at most max_paths. digits: significant digits of the numbers written. lang: the language
    of words and numbers, "de" or "es".

    Raises TypeError for what is not a Value, and ValueError where the graph is out of date because the data of a leaf
    has changed since, where there are more than 10,000 paths to write, and for options that do not exist.
    """
    for name, value in (("output", output), ("parameter", parameter)):
        if not isinstance(value, Value):
            raise TypeError(f"derive takes Values, got {type(value).__name__} as {name}")
    if method not in ("auto", "paths", "recursion"):
        raise ValueError(f"method is 'auto', 'paths' or 'recursion', got {shown(method)}")
    require_digits(digits)
    lang = spoken_language(lang)
    order = topological_order(output)
    require_current(order)
    symbols = symbols_for(order if parameter in order else [*order, parameter])
    graph = Paths.between(order, parameter)
    count = graph.count.get(output, 0)
    if method == "paths" and count > LIMIT:
        raise ValueError(f"{count:,} paths are too many to write out; the recursion has {len(graph.nodes):,} steps")
    by_paths = method == "paths" or (method == "auto" and count <= max_paths) or not graph.edges
    equations = [sum_over_paths(graph, output, symbols)] if by_paths else list(recursion(graph, output, symbols))
    return Derivation(output, digits, symbols, equations, lang, parameter, graph.gradient(output), graph.edges, count)
