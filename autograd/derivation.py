"""The chain rule for one parameter, worked out as on paper.

Either path by path: the derivative is the sum, over all paths from the parameter to the output, of the product of the
partials along the path. Or by recursion, which is backpropagation: the local gradient δ of a node is the sum, over
its users, of the user's δ times the partial on the edge. Paths grow exponentially with depth, the recursion linearly.
D. Rumelhart, G. Hinton and R. Williams, Learning representations by back-propagating errors, Nature 323, 1986.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from autograd.checking import Slopes, finite_differences
from autograd.floats import summed
from autograd.gradient import dependents, grad
from autograd.messages import shown
from autograd.notation import (
    Derivative,
    Expression,
    LatexWriter,
    LocalGradient,
    MathmlWriter,
    Number,
    Writer,
    cancelled,
    derivative,
    formula,
    partial,
    require_digits,
    slope,
    symbols_for,
)
from autograd.outdated import require_current
from autograd.value import Value, topological_order

if TYPE_CHECKING:
    from autograd.drawing import Drawing

MAX_PATHS = 8  # by default the recursion takes over above this
LIMIT = 10_000  # paths that are written out even when asked for
CAPTION = 5_000  # characters below a picture
NOTEBOOK = 50_000  # characters of LaTeX that a notebook shows of itself
TOLERANCE = 1e-9

Term = list[Expression]  # the factors of a product, in the order of the chain


@dataclass(frozen=True)
class Step:
    """A line of a derivation: a sum of products, with symbols or with the numbers they stand for."""

    terms: list[Term]
    numbers: bool = False


@dataclass(frozen=True)
class Equation:
    """left = step = step = …"""

    left: Expression
    steps: list[Step]


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
class Working:
    """Equations worked out line by line: str() and text() write them in Unicode, latex() and mathml() typeset them."""

    output: Value
    digits: int
    symbols: dict[Value, Expression]
    equations: list[Equation]

    def text(self) -> str:
        """The equations in Unicode, the lines of each aligned at the equals signs."""
        return "\n".join(["\n".join(self._aligned(equation)) for equation in self.equations])

    def __str__(self) -> str:
        return self.text()

    def latex(self) -> str:
        r"""The equations as LaTeX, in one `aligned` environment (without dollar signs)."""
        rows = [row for equation in self.equations for row in self._latex_rows(equation)]
        return _in_lines([*rows, *self._latex_remarks()])

    def mathml(self) -> str:
        """The equations as a MathML element, which browsers show without any script, one line a table row."""
        rows = [row for equation in self.equations for row in self._mathml_rows(equation)]
        table = "".join([*rows, *self._mathml_remarks()])
        return f'<math display="block"><mtable displaystyle="true">{table}</mtable></math>'

    def _repr_latex_(self) -> str:
        # Not MathML: JupyterLab strips it from a notebook that was not run by the person who opens it.
        return f"$$\n{_in_lines(self._rows_in_a_notebook())}\n$$"

    def _rows_in_a_notebook(self) -> list[str]:
        """The rows of latex(), where they are not too many; else those of the first equations, and the last value."""
        rows, room = list[str](), NOTEBOOK
        for i, equation in enumerate(self.equations):
            written = [*self._latex_rows(equation)]
            room -= sum([len(row) + 4 for row in written])
            if room < 0:
                left_out = len(self.equations) - i
                what = f"{left_out:,} equations" if left_out > 1 else "1 equation"
                last = replace(self.equations[-1], steps=self.equations[-1].steps[-1:])
                return [*rows, rf"& \text{{… {what} more: text() and latex() give all}}", *self._latex_rows(last)]
            rows += written
        for remark in self._latex_remarks():
            room -= len(remark) + 4
            if room < 0:
                return [*rows, r"& \text{… more names: text() and latex() give all}"]
            rows.append(remark)
        return rows

    def _equality(self, left: Expression, value: float) -> str:
        writer = Writer(self.digits)
        texts = writer.write(left), writer.write(Number(value))
        return f"{texts[0]} {writer.equals} {texts[1]}"

    def _latex_remarks(self) -> Iterator[str]:
        yield from ()

    def _mathml_remarks(self) -> list[str]:
        return []

    def _mathml_rows(self, equation: Equation) -> Iterator[str]:
        left = MathmlWriter(self.digits).write(equation.left)
        for lines in self._steps(equation, MathmlWriter):
            for sign, text in lines:
                yield _mathml_row(("right", left), ("center", sign), ("left", text))
                left = ""

    def _aligned(self, equation: Equation) -> list[str]:
        left = Writer(self.digits).write(equation.left)
        lines = [sign + text for lines in self._steps(equation, Writer) for sign, text in lines]
        return [f"{left if i == 0 else ' ' * len(left)} {line}" for i, line in enumerate(lines)]

    def _latex_rows(self, equation: Equation) -> Iterator[str]:
        left = LatexWriter(self.digits).write(equation.left)
        for lines in self._steps(equation, LatexWriter):
            for sign, text in lines:
                yield f"{left} &{sign}{text}"
                left = ""

    def _steps(self, equation: Equation, writer_class: type[Writer]) -> Iterator[list[tuple[str, str]]]:
        """The lines of each step with what they begin with (=, ≈, + or −), without those that only repeat."""
        before = [writer_class(self.digits).write(equation.left)]  # ∂y/∂x = ∂y/∂x says nothing
        for step in equation.steps:
            writer = writer_class(self.digits, step.numbers)
            terms = [writer.product(term, leading=i == 0) for i, term in enumerate(step.terms)]
            texts = [(writer.minus if negative else "") + text for negative, text in terms]
            if texts == before:
                continue
            before = texts
            others = [(f"{writer.minus if negative else writer.plus} ", text) for negative, text in terms[1:]]
            yield [(f"{writer.equals} ", texts[0]), *others]


@dataclass(frozen=True, repr=False)
class Evaluation(Working):
    """The forward pass: how every node was computed. Made by `evaluate`."""

    value: float

    def __repr__(self) -> str:
        return f"<Evaluation {self._equality(self.symbols[self.output], self.value)}>"


@dataclass(frozen=True, repr=False)
class Derivation(Working):
    """∂output/∂parameter by the chain rule. Made by `derive`; draw() draws its paths."""

    parameter: Value
    value: float
    edges: list[tuple[Value, Value]]  # (operand, node), those on the paths, from the output back
    path_count: int

    def text(self) -> str:
        """The derivation in Unicode, the lines of each equation aligned at the equals signs."""
        heading = [self._heading()] if len(self.equations) > 1 else []
        return "\n".join([*heading, super().text(), *self._remarks()])

    def draw(self, **options: Any) -> "Drawing":
        """The graph with the paths of the parameter highlighted and the derivation under it; options as for `draw`."""
        from autograd.drawing import draw

        writer = Writer(self.digits)
        labels = {}
        for operand, node in self.edges:
            value = slope(node, operand)
            symbol = writer.write(derivative(node, operand, self.symbols))
            labels[operand, node] = f"{symbol} = {writer.number(value)}"
        short = len(self.equations) == 1 and len(self.edges) < CAPTION
        text = self.text() if short else ""
        caption = text if 0 < len(text) <= CAPTION else self._result()
        options = {"digits": self.digits, "caption": caption, **options}
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
        name = Writer().write(self.symbols[self.output])
        return f"δ(v) = ∂{name}/∂v, from the output back:"

    def _remarks(self) -> list[str]:
        if not self.edges and self.output is not self.parameter:
            writer = Writer()
            names = [writer.write(self.symbols[value]) for value in (self.output, self.parameter)]
            return [f"({names[0]} does not depend on {names[1]})"]
        return [f"with {line}" for line in self._definitions(Writer)]

    def _latex_remarks(self) -> Iterator[str]:
        return (rf"& \text{{with }} {line}" for line in self._definitions(LatexWriter))

    def _mathml_remarks(self) -> list[str]:
        lines = self._definitions(MathmlWriter)
        return [_mathml_row(("right", "<mtext>with</mtext>"), ("center", ""), ("left", line)) for line in lines]

    def _definitions(self, writer_class: type[Writer]) -> Iterator[str]:
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


def _in_lines(rows: Iterable[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _mathml_row(*cells: tuple[str, str]) -> str:
    # MathML Core aligns by CSS alone, older renderers by the attribute.
    columns = [f'<mtd columnalign="{side}" style="text-align: {side}">{cell}</mtd>' for side, cell in cells]
    return f"<mtr>{''.join(columns)}</mtr>"


def derive(
    output: Value,
    parameter: Value,
    *,
    method: Literal["auto", "paths", "recursion"] = "auto",
    max_paths: int = MAX_PATHS,
    digits: int = 4,
) -> Derivation:
    """Work out the derivative of output with respect to parameter by the chain rule.

    output, parameter: any two Values, labelled or not; where output does not depend on parameter the derivative is 0.
    method: "paths" writes the sum over all paths, "recursion" the local gradients from the output back, "auto" the
    paths where there are at most max_paths. digits: significant digits of the numbers written.

    Raises TypeError for what is not a Value, and ValueError where the graph is out of date because the data of a leaf
    has changed since, where there are more than 10,000 paths to write, and for options that do not exist.
    """
    for name, value in (("output", output), ("parameter", parameter)):
        if not isinstance(value, Value):
            raise TypeError(f"derive takes Values, got {type(value).__name__} as {name}")
    if method not in ("auto", "paths", "recursion"):
        raise ValueError(f"method is 'auto', 'paths' or 'recursion', got {shown(method)}")
    require_digits(digits)
    order = topological_order(output)
    require_current(order)
    symbols = symbols_for(order if parameter in order else [*order, parameter])
    graph = _Paths.between(order, parameter)
    count = graph.count.get(output, 0)
    if method == "paths" and count > LIMIT:
        raise ValueError(f"{count:,} paths are too many to write out; the recursion has {len(graph.nodes):,} steps")
    by_paths = method == "paths" or (method == "auto" and count <= max_paths) or not graph.edges
    equations = [_sum_over_paths(graph, output, symbols)] if by_paths else list(_recursion(graph, output, symbols))
    return Derivation(output, digits, symbols, equations, parameter, graph.gradient(output), graph.edges, count)


def evaluate(output: Value, *, digits: int = 4) -> Evaluation:
    """Work out the forward pass: for every node, from the leaves to output, formula, numbers put in, and value."""
    if not isinstance(output, Value):
        raise TypeError(f"evaluate takes a Value, got {type(output).__name__}")
    require_digits(digits)
    order = topological_order(output)
    require_current(order)
    symbols = symbols_for(order)
    nodes = [node for node in order if node.op and node.operands]
    return Evaluation(output, digits, symbols, [_evaluation(node, symbols) for node in nodes], output.data)


def _evaluation(node: Value, symbols: dict[Value, Expression]) -> Equation:
    made = [[formula(node, symbols)]]
    return Equation(symbols[node], [Step(made), Step(made, numbers=True), Step([[Number(node.data)]], numbers=True)])


@dataclass(frozen=True)
class _Paths:
    """What lies between a parameter and the output of a topological order."""

    parameter: Value
    nodes: list[Value]  # those that depend on the parameter, and it, from the output back
    operands: dict[Value, list[Value]]  # of a node, those that depend on the parameter: each once
    count: dict[Value, int]  # the paths from the parameter to a node

    @staticmethod
    def between(order: list[Value], parameter: Value) -> "_Paths":
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
        return _Paths(parameter, nodes, operands, count)

    @property
    def edges(self) -> list[tuple[Value, Value]]:
        """All edges on the paths, as (operand, node)."""
        return [(operand, node) for node in self.nodes for operand in self.operands[node]]

    def paths(self, output: Value) -> Iterator[list[Value]]:
        """Every path from output back to the parameter."""
        # A path under way is its last node and the rest of it, (node, (node, (…, None))): no step copies it.
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


def _sum_over_paths(graph: _Paths, output: Value, symbols: dict[Value, Expression]) -> Equation:
    edges = [[(node, operand) for node, operand in pairwise(path)] for path in graph.paths(output)]
    chain: list[Term] = [[derivative(*edge, symbols) for edge in path] for path in edges]
    worked_out: list[Term] = [[partial(*edge, symbols) for edge in path] for path in edges]
    left = Derivative(symbols[output], symbols[graph.parameter], graph.gradient(output))
    return _equation(left, chain, worked_out)


def _recursion(graph: _Paths, output: Value, symbols: dict[Value, Expression]) -> Iterator[Equation]:
    users: dict[Value, list[Value]] = {}
    gradients = {output: 1.0}
    for operand, node in graph.edges:
        users.setdefault(operand, []).append(node)
    for node in graph.nodes[1:]:
        gradients[node] = summed(gradients[user] * slope(user, node) for user in users[node])

        def term(user: Value, factor: Expression) -> Term:
            return [factor] if user is output else [LocalGradient(symbols[user], gradients[user]), factor]

        chain = [term(user, derivative(user, node, symbols)) for user in users[node]]
        worked_out = [term(user, partial(user, node, symbols)) for user in users[node]]
        left: Derivative | LocalGradient = LocalGradient(symbols[node], gradients[node])
        if node is graph.parameter:
            left = Derivative(symbols[output], symbols[node], gradients[node])
        yield _equation(left, chain, worked_out)


def _equation(left: Derivative | LocalGradient, chain: list[Term], worked_out: list[Term]) -> Equation:
    """Symbols, each partial worked out, what cancels taken out, numbers put in, and the value."""
    value = Step([[Number(left.value)]], numbers=True)
    if not chain or not all(chain):
        return Equation(left, [value])
    shortened = worked_out
    if math.isfinite(left.value):  # else a 0 may be among what cancels
        shortened = [[rest] if (rest := cancelled(term)) else term for term in worked_out]
    return Equation(left, [Step(chain), Step(worked_out), Step(shortened), Step(shortened, numbers=True), value])
