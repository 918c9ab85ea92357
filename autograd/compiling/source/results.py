"""What a program returns, as lines: outputs of each row, or the mean loss and its gradient, in matrices."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from autograd.compiling.grouping import LITERAL, ROW, SHARED, Access, Grouping
from autograd.compiling.reductions import Reduction, in_grids, taken_apart
from autograd.compiling.source.flat import Block, flat
from autograd.compiling.source.views import Views, common_name
from autograd.programs import Names, Program, filled

FEWEST_IN_GRID = 4  # means of single values: fewer are written one by one


class LineWriter(Protocol):
    """What writes the lines before."""

    program: Program
    grouping: Grouping
    views: Views
    names: Names

    def line(self, name: str, text: str) -> str:
        """An assignment."""
        ...

    def named(self, expression: ast.expr, label: str | None) -> ast.Name:
        """The name that a line gives to an expression."""
        ...

    def written(self, number: float) -> ast.expr:
        """A number."""
        ...


class Results:
    """Writes the last lines of a program."""

    def __init__(self, writer: LineWriter) -> None:
        self.writer, self.program, self.grouping, self.views = writer, writer.program, writer.grouping, writer.views

    def lines(self) -> list[str]:
        """The lines."""
        sums, gradient = self.grouping.sums, self.program.gradient
        if gradient is None:
            return wrapped(f"    return {self._rows()}")
        count = len(gradient)
        values = {
            "loss": _total([*[self._mean_of(x.factors) for x in sums.means if x.position == count],
                            *[self._array(x.instruction) for x in sums.shared_results if x.position == count]]),
            "gradient": flat([*self._means(), *self._shared()], count, len(self.program.scalars)),
        }  # fmt: skip
        names = {name: self.writer.names.new(name, name) for name in values}
        lines = [
            line for name, tree in values.items() for line in wrapped(self.writer.line(names[name], ast.unparse(tree)))
        ]
        beside = [self._rows()] if sums.outputs else []
        return [*lines, *wrapped(f"    return {', '.join([*names.values(), *beside])}")]

    def _rows(self) -> str:
        return f"[{', '.join(map(ast.unparse, self._outputs(self.grouping.sums.outputs)))}]"

    def _outputs(self, outputs: Sequence[int]) -> Iterator[ast.expr]:
        """The outputs of each row, in the order in which they are asked for; whole groups at once."""
        place = 0
        while place < len(outputs):
            g = self.grouping.owners.get(outputs[place])
            group = self.grouping.groups[g] if g is not None else None
            if group and group.count > 1 and tuple(outputs[place : place + group.count]) == group.members:
                whole = self.views.vector(Access(ROW if group.varies else SHARED, group.base, 1), group.count)
                yield ast.Starred(filled("x.T", {"x": whole.tree}) if group.varies else whole.tree)
                place += group.count
            else:
                access = self.grouping.access[outputs[place]]
                yield self.views.single(access.kind, access.base).tree
                place += 1

    def _mean_of(self, factors: Sequence[int]) -> ast.expr:
        x, *others = [self.views.single(a.kind, a.base).tree for a in (self.grouping.access[i] for i in factors)]
        return filled("xp.mean(x * y)", {"x": x, "y": others[0]}) if others else filled("xp.mean(x)", {"x": x})

    def _array(self, i: int) -> ast.expr:
        """What is the same for all rows, as an array without dimensions."""
        access = self.grouping.access[i]
        tree = self.views.single(access.kind, access.base).tree
        return filled("xp.asarray(x, dtype=columns.dtype)", {"x": tree}) if access.kind == LITERAL else tree

    def _means(self) -> Iterator[Block]:
        """The means of the gradient, those of matrices at once."""
        count = len(self.program.gradient or ())
        layers: list[list[Reduction]] = []  # in each, one mean of a position
        taken = Counter[int]()
        for position, factors in self.grouping.sums.means:
            if position < count:
                accesses = [self.grouping.access[i] for i in factors]
                if taken[position] == len(layers):
                    layers.append([])
                layers[taken[position]].append(Reduction(position, 0, 0, 1, 1, accesses[0], [*accesses, None][1], 0))
                taken[position] += 1
        for grid in [grid for layer in layers for grid in in_grids(layer)]:
            for part in [grid] if self._is_grid(grid) else taken_apart(grid):
                tree = self._mean(part)
                if name := self._name_of_gradient(part):
                    tree = self.writer.named(tree, name)
                yield Block(part.position, part.stride, part.inner, part.rows, part.columns, tree)

    def _name_of_gradient(self, grid: Reduction) -> str | None:
        """dW1, where the parameters are called W1."""
        places = [
            grid.position + i * grid.stride + k * grid.inner for i in range(grid.rows) for k in range(grid.columns)
        ]
        stem = common_name([self.program.parameters[i] for i in places], capital=min(grid.rows, grid.columns) > 1)
        return f"d{stem}" if stem and len(places) > 1 else None

    def _is_grid(self, grid: Reduction) -> bool:
        stepping = [(grid.left, grid.rows)] if grid.rows > 1 else []
        if grid.rows > 1 and not grid.left.stride:
            return False
        if grid.columns > 1 and grid.right is not None:
            stepping.append((grid.right._replace(stride=grid.right.inner), grid.columns))
        owned = all(isinstance(self.views.owner_of(access, count), int) for access, count in stepping)
        return grid.rows * grid.columns >= FEWEST_IN_GRID or owned

    def _mean(self, grid: Reduction) -> ast.expr:
        """The means of a grid, by a product of matrices."""
        left = self.views.operand(grid.left, grid.rows).tree
        if grid.right is None:
            return filled("xp.mean(x, 0)" if grid.rows > 1 else "xp.mean(x)", {"x": left})
        right = self.views.operand(grid.right._replace(stride=grid.right.inner), grid.columns).tree
        if grid.rows == grid.columns == 1:
            return filled("xp.mean(x * y)", {"x": left, "y": right})
        places = {"x": left, "y": right, "n": self._count_of_rows()}
        if grid.columns == 1:
            return filled("y @ x / n", places)
        return filled("x.T @ y / n" if grid.rows > 1 else "x @ y / n", places)

    def _count_of_rows(self) -> ast.expr:
        return self.views.leaf(("rows",), "n", "n", "columns.shape[1]")

    def _shared(self) -> Iterator[Block]:
        """What the gradient has that is the same for all rows."""
        count = len(self.program.gradient or ())
        lines: list[tuple[int, Access, int]] = []  # where numbers go, one after another; the first of them; how many
        for position, i in self.grouping.sums.shared_results:
            access = self.grouping.access[i]
            if position == count or (access.kind == LITERAL and access.base == 0):
                continue
            step = int(access.kind != LITERAL)
            if lines:
                first, start, length = lines[-1]
                if first + length == position and start._replace(
                    base=start.at(length) if step else start.base
                ) == access._replace(inner=start.inner, stride=start.stride):
                    lines[-1] = first, start, length + 1
                    continue
            lines.append((position, access._replace(stride=step), 1))
        for position, access, length in lines:
            yield Block(position, 0, 1, 1, length, self._stretch(position, access, length))

    def _stretch(self, position: int, access: Access, length: int) -> ast.expr:
        if access.kind != LITERAL:
            return self.views.operand(access, length).tree
        where = f"{position}:{position + length}" if length > 1 else position
        return filled(f"xp.full_like(parameters[{where}], x)", {"x": self.writer.written(access.base)})


def _total(trees: Sequence[ast.expr]) -> ast.expr:
    return trees[0] if len(trees) == 1 else filled("x + y", {"x": trees[0], "y": _total(trees[1:])})


def wrapped(line: str, width: int = 120) -> list[str]:
    """A line with commas, broken after some of them."""
    if len(line) <= width:
        return [line]
    lines, indent = [""], " " * 8
    left, equals, right = line.partition(" = ")
    if equals and right in ("parameters", "columns"):
        line = f"    ({left.strip()}) = {right}"
    for part in re.split(r"(?<=, )", line):
        if lines[-1].strip() and len(lines[-1]) + len(part.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(indent)
        lines[-1] += part
    return lines
