"""Programs written down as a person would write them.

A line for each labelled instruction, in the names of the labels, with what is used once inside the line that uses it.
Expressions are Python's syntax trees, which know where brackets belong; as they are written, they serve any language
with the same signs for arithmetic and calls.
"""

import ast
import keyword
import math
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from autograd.core import Operation, constant
from autograd.programs.instructions import DOT, INPUT, PARAMETER, Program

LONGEST_LINE = 12  # operations; longer expressions are taken apart


class Names:
    """Python's names for labels, each given once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.counts: Counter[str] = Counter()

    def new(self, label: str | None, otherwise: str) -> str:
        """A name like the label: w1_21 for w^1_21; or otherwise, with a number where there is no label."""
        plain = re.sub(r"\W", "_", (label or "").replace("^", "").replace("'", "_hat"), flags=re.ASCII).strip("_")
        if plain and not plain[0].isdigit() and not keyword.iskeyword(plain) and plain not in self.taken:
            self.taken.add(plain)
            return plain
        stem = plain if plain.isidentifier() and not keyword.iskeyword(plain) else otherwise
        while True:
            self.counts[stem] += 1
            name = f"{stem}_{self.counts[stem]}"
            if name not in self.taken:
                self.taken.add(name)
                return name


class Writer(ABC):
    """Writes lines. A subclass says how its language writes primitives, numbers and lines."""

    lowerings: ClassVar[Mapping[Operation, str]]  # how each primitive is written, of x and y
    taken: ClassVar[frozenset[str]]  # names that mean something already

    def __init__(self) -> None:
        self.names = Names(self.taken)
        self.lines: list[str] = []

    @abstractmethod
    def line(self, name: str, text: str) -> str:
        """What gives a name to the value of an expression."""

    @abstractmethod
    def number(self, number: float) -> ast.expr:
        """A number that is nan or infinite."""

    def named(self, expression: ast.expr, label: str | None) -> ast.Name:
        """The name of an expression, to which a line gives it."""
        name = self.names.new(label, "v")
        self.lines.append(self.line(name, ast.unparse(expression)))
        return ast.Name(name)

    def written(self, number: float) -> ast.expr:
        """A number."""
        if not math.isfinite(number):
            return self.number(number)
        if math.copysign(1.0, number) < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-number))
        return ast.Constant(number)

    def added(self, terms: Sequence[ast.expr]) -> tuple[ast.expr, int]:
        """A sum, and the operations that it takes; a long one in several lines."""
        while len(terms) > LONGEST_LINE:
            terms = [self.named(_added(terms[:LONGEST_LINE]), None), *terms[LONGEST_LINE:]]
        return _added(terms), 2 * len(terms) - 1


class ProgramWriter(Writer):
    """Writes the lines of a program, instruction by instruction."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program
        self.expressions: dict[int, ast.expr] = {}
        self.sizes: dict[int, int] = {}
        self.uses = Counter(x for _, operands, _ in program.instructions for x in operands)
        self.uses.update(program.results)

    def template(self, op: Operation, operands: tuple[int, ...]) -> str:
        """How a primitive of these operands is written."""
        return self.lowerings[op]

    def write_lines(self, inputs: Sequence[str], parameters: Sequence[str]) -> None:
        """Write all instructions, given the names of inputs and parameters."""
        for i, (op, operands, number) in enumerate(self.program.instructions):
            if op is INPUT:
                self._set(i, ast.Name(inputs[int(number)]), 0)
            elif op is PARAMETER:
                self._set(i, ast.Name(parameters[int(number)]), 0)
            elif op is constant:
                self._constant(i, number)
            elif op is DOT:
                self._sum(i, operands)
            else:
                self._operation(i, op, operands)

    def text(self, i: int) -> str:
        """The expression of an instruction, once its line is written."""
        return ast.unparse(self.expressions[i])

    def _operation(self, i: int, op: Operation, operands: tuple[int, ...]) -> None:
        template = self.template(op, operands)
        for x, letter in zip(operands, "xy", strict=False):
            if self.sizes[x] and len(re.findall(rf"\b{letter}\b", template)) > 1:
                self._assign(x, self.expressions[x], None)
        size = 1 + sum([self.sizes[x] for x in operands])
        self._result(i, filled(template, dict(zip("xy", [self.expressions[x] for x in operands], strict=False))), size)

    def _set(self, i: int, expression: ast.expr, size: int) -> None:
        self.expressions[i], self.sizes[i] = expression, size

    def _constant(self, i: int, number: float) -> None:
        label = self.program.labels.get(i)
        if label:
            self._assign(i, self.written(number), label)
        else:
            self._set(i, self.written(number), 0)

    def _result(self, i: int, expression: ast.expr, size: int) -> None:
        """Give a result a line of its own if it has a label or more than one use, or is long."""
        label = self.program.labels.get(i)
        if label or self.uses[i] > 1 or size > LONGEST_LINE:
            self._assign(i, expression, label)
        else:
            self._set(i, expression, size)

    def _assign(self, i: int, expression: ast.expr, label: str | None) -> None:
        self._set(i, self.named(expression, label), 0)

    def _sum(self, i: int, operands: Sequence[int]) -> None:
        terms: list[ast.expr] = [
            ast.BinOp(self.expressions[x], ast.Mult(), self.expressions[y])
            for x, y in zip(operands[:-1:2], operands[1::2], strict=False)
        ]
        if len(operands) % 2:
            terms.append(self.expressions[operands[-1]])
        self._result(i, *self.added(terms))


def _added(terms: Iterable[ast.expr]) -> ast.expr:
    total, *rest = terms
    for term in rest:
        total = ast.BinOp(total, ast.Add(), term)
    return total


@lru_cache
def _template(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def filled(template: str, places: Mapping[str, ast.expr]) -> ast.expr:
    """A template, such as x + y, with expressions in the place of names."""

    def fill(node: Any) -> Any:
        if isinstance(node, ast.Name):
            return places.get(node.id, node)
        fields = {
            name: [fill(x) for x in value]
            if isinstance(value, list)
            else fill(value)
            if isinstance(value, ast.AST)
            else value
            for name, value in ast.iter_fields(node)
        }
        return type(node)(**fields)

    return fill(_template(template))  # type: ignore[no-any-return]
