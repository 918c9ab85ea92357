"""Equations worked out line by line, as on paper, and how they are set out: in text, LaTeX and MathML."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from autograd.core import Value, summed
from autograd.notation import (
    Expression,
    FormulaWriter,
    LatexWriter,
    MathmlWriter,
    Number,
    TextWriter,
    latex_text,
    round_significant,
)
from autograd.words import in_its_language, t, tn

INDENT = r"\quad"  # of a term under its sum, in LaTeX
NOTEBOOK = 50_000  # characters of LaTeX that a notebook is given at most
Term = list[Expression]  # the factors of a product, in the order of the chain


@dataclass(frozen=True)
class Step:
    """A sum of products, with symbols or with the numbers they stand for."""

    terms: list[Term]
    numbers: bool = False


@dataclass(frozen=True)
class Equation:
    """left = step = step = … = subtotals = value, where the subtotals are what the terms of the steps come to."""

    left: Expression
    steps: list[Step]
    value: float
    subtotals: Sequence[float] = ()


class Place(Enum):
    """Where a line stands: by itself, under the sum whose term it is, or beside what is before it."""

    OWN, UNDER, BESIDE = range(3)


class Line(NamedTuple):
    """A sign (=, ≈, + or −) and what follows it."""

    sign: str
    text: str
    place: Place


@dataclass(frozen=True, repr=False)
class Working:
    """Equations worked out line by line: str() and text() write them in Unicode, latex() and mathml() typeset them."""

    output: Value
    digits: int
    symbols: dict[Value, Expression]
    equations: list[Equation]
    lang: str

    @in_its_language
    def text(self) -> str:
        """The equations in Unicode, the lines of each aligned at the equals signs."""
        return "\n".join([line for equation in self.equations for line in self._aligned(equation)])

    def __str__(self) -> str:
        return self.text()

    @in_its_language
    def latex(self) -> str:
        r"""The equations as LaTeX, in one `aligned` environment (without dollar signs)."""
        rows = [row for equation in self.equations for row in self._latex_rows(equation)]
        return _in_lines([*rows, *self._latex_remarks()])

    @in_its_language
    def mathml(self) -> str:
        """The equations as a MathML element, which browsers show without any script, one line a table row."""
        rows = [row for equation in self.equations for row in self._mathml_rows(equation)]
        table = "".join([*rows, *self._mathml_remarks()])
        return f'<math display="block"><mtable displaystyle="true">{table}</mtable></math>'

    @in_its_language
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
                last = replace(self.equations[-1], steps=[], subtotals=())
                remark = tn(
                    "… {number} equation more: text() and latex() give all",
                    "… {number} equations more: text() and latex() give all",
                    left_out,
                    number=format(left_out, ","),
                )
                return [*rows, rf"& {latex_text(remark)}", *self._latex_rows(last)]
            rows += written
        for remark in self._latex_remarks():
            room -= len(remark) + 4
            if room < 0:
                remark = t("… more names: text() and latex() give all")
                return [*rows, rf"& {latex_text(remark)}"]
            rows.append(remark)
        return rows

    @in_its_language
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
        for sign, text in self._rows(equation, MathmlWriter, ""):
            yield mathml_row(("right", left), ("center", sign), ("left", text))
            left = ""

    def _aligned(self, equation: Equation) -> Iterator[str]:
        left = TextWriter(self.digits).write(equation.left)
        for sign, text in self._rows(equation, TextWriter):
            yield f"{left} {sign or ' '} {text}"
            left = " " * len(left)

    def _latex_rows(self, equation: Equation) -> Iterator[str]:
        left = LatexWriter(self.digits).write(equation.left)
        for sign, text in self._rows(equation, LatexWriter):
            yield f"{left} &{sign or INDENT} {text}"
            left = ""

    def _rows(
        self, equation: Equation, writer_class: type[FormulaWriter], space: str = " "
    ) -> Iterator[tuple[str, str]]:
        """A column of signs, "" where a term goes on with the sum above it, and one of what follows."""
        rows: list[tuple[str, str]] = []
        for sign, text, place in self._lines(equation, writer_class):
            if place is Place.BESIDE:
                before, above = rows.pop()
                rows.append((before, space.join([above, sign, text])))
            else:
                rows.append(("", f"{sign}{space}{text}") if place is Place.UNDER else (sign, text))
        yield from rows

    def _lines(self, equation: Equation, writer_class: type[FormulaWriter]) -> Iterator[Line]:
        """The lines of all steps, without those that only repeat."""
        before = [writer_class(self.digits).write(equation.left)]  # ∂y/∂x = ∂y/∂x says nothing
        for step in equation.steps:
            writer = writer_class(self.digits, step.numbers)
            terms = [writer.product(term, leading=i == 0) for i, term in enumerate(step.terms)]
            texts = [(writer.minus if negative else "") + text for negative, text in terms]
            if texts == before:
                continue
            before = texts
            yield Line(writer.equals, texts[0], Place.OWN)
            for negative, text in terms[1:]:
                yield Line(writer.minus if negative else writer.plus, text, Place.UNDER)
        yield from self._total(equation, before, writer_class)

    def _total(self, equation: Equation, before: list[str], writer_class: type[FormulaWriter]) -> Iterator[Line]:
        """The subtotals, if there are any, and the value beside them. before: the terms of the last step."""
        value, subtotals = equation.value, equation.subtotals
        total, writer = writer_class(self.digits), writer_class(self.digits)
        text = total.write(Number(value))
        terms = [writer.write(Number(abs(x) if i else x)) for i, x in enumerate(subtotals)]
        if len(terms) < 2 or [writer.minus * (i > 0 and x < 0) + terms[i] for i, x in enumerate(subtotals)] == before:
            if [text] != before:
                yield Line(total.equals, text, Place.OWN)
            return
        yield Line(writer.equals, terms[0], Place.OWN)
        for x, term in zip(subtotals[1:], terms[1:], strict=True):
            yield Line(writer.minus if x < 0 else writer.plus, term, Place.BESIDE)
        sign = writer.equal if adds_up(subtotals, value, self.digits) else writer.about
        yield Line(sign, text, Place.BESIDE)


def adds_up(terms: Iterable[float], total: float, digits: int) -> bool:
    """Whether terms come to the total as they are written: −0.0336 + 0.0235 + 0.0028 = −0.0073, all rounded."""
    rounded = [round_significant(x, digits) for x in terms]
    apart = abs(summed(rounded) - round_significant(total, digits))
    return not apart > max(map(abs, rounded)) * 10.0 ** -(digits + 1)  # nan, of infinities, is no difference


def _in_lines(rows: Iterable[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def mathml_row(*cells: tuple[str, str]) -> str:
    """A row of a MathML table, of (alignment, content)."""
    # MathML Core aligns by CSS alone, older renderers by the attribute.
    columns = [f'<mtd columnalign="{side}" style="text-align: {side}">{cell}</mtd>' for side, cell in cells]
    return f"<mtr>{''.join(columns)}</mtr>"
