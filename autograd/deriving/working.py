"""Equations worked out line by line, as on paper, and how they are set out: in text, LaTeX and MathML."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from autograd.core import Value
from autograd.notation import Expression, FormulaWriter, LatexWriter, MathmlWriter, Number, TextWriter

NOTEBOOK = 50_000  # characters of LaTeX that a notebook is given at most
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
        writer = TextWriter(self.digits)
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
                yield mathml_row(("right", left), ("center", sign), ("left", text))
                left = ""

    def _aligned(self, equation: Equation) -> list[str]:
        left = TextWriter(self.digits).write(equation.left)
        lines = [sign + text for lines in self._steps(equation, TextWriter) for sign, text in lines]
        return [f"{left if i == 0 else ' ' * len(left)} {line}" for i, line in enumerate(lines)]

    def _latex_rows(self, equation: Equation) -> Iterator[str]:
        left = LatexWriter(self.digits).write(equation.left)
        for lines in self._steps(equation, LatexWriter):
            for sign, text in lines:
                yield f"{left} &{sign}{text}"
                left = ""

    def _steps(self, equation: Equation, writer_class: type[FormulaWriter]) -> Iterator[list[tuple[str, str]]]:
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


def _in_lines(rows: Iterable[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def mathml_row(*cells: tuple[str, str]) -> str:
    """A row of a MathML table, of (alignment, content)."""
    # MathML Core aligns by CSS alone, older renderers by the attribute.
    columns = [f'<mtd columnalign="{side}" style="text-align: {side}">{cell}</mtd>' for side, cell in cells]
    return f"<mtr>{''.join(columns)}</mtr>"
