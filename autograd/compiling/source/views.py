"""Where a group finds its operands, as expressions: slices of arrays, and matrices of which parameters are views.

Arrays have an axis of rows where they differ from row to row (r), then one of the members of a group (i), then one of
the terms of a sum (k). Those that there are make up the axes of an expression.
"""

import ast
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from autograd.compiling.grouping import LITERAL, ROW, SCALAR, SHARED, TABLE, Access, Grouping
from autograd.core import constant
from autograd.notation import label_parts
from autograd.programs import Names, Program, filled

Leaf = tuple[object, ...]  # what tells an array of inputs, parameters or numbers from others


class Named(NamedTuple):
    """An array that has a line of its own: its name, what that was made from, and the text of the array."""

    name: str
    label: str | None
    otherwise: str
    text: str


class Array(NamedTuple):
    """An expression and its axes: some of "r", "i" and "k", in the order of the array."""

    tree: ast.expr
    axes: str

    def at(self, axes: str) -> ast.expr:
        """The expression, so that it meets others of these axes."""
        return filled("x[:, None]", {"x": self.tree}) if self.axes == "r" and "i" in axes else self.tree


class Views:
    """The arrays that a program computes with. Those of inputs, parameters and numbers have lines of their own.

    results: the result of each group, once it is written; used: how often each is asked for, where any but the whole of
    it counts twice; leaves: the arrays that come from outside, in the order in which they were asked for.
    """

    def __init__(self, grouping: Grouping, program: Program, names: Names, number: Callable[[float], ast.expr]) -> None:
        self.grouping, self.names, self.number = grouping, names, number
        self.labels, self.inputs = program.scalars, program.inputs
        self.constants = {
            program.instructions[i].number.hex(): label
            for i, label in program.labels.items() if program.instructions[i].op is constant
        }  # fmt: skip
        self.results: dict[int, ast.expr] = {}
        self.used: dict[int, int] = {}
        self.leaves: dict[Leaf, Named] = {}
        self.owners: dict[tuple[int, int], int] = {}
        for g, group in enumerate(grouping.groups):
            kind = ROW if group.varies else SHARED
            self.owners |= {(kind, group.base + member): g for member in range(group.count)}

    # ------------------------------------------------------------------------------------------------- operands

    def operand(self, access: Access, count: int) -> Array:
        """An operand of all members of a group."""
        if count == 1 or (access.stride == 0 and access.kind != TABLE):
            return self.single(access.kind, access.base)
        return self.vector(access, count)

    def single(self, kind: int, index: float) -> Array:
        """One value."""
        i = int(index) if kind != LITERAL else 0
        if kind == LITERAL:
            label = self.constants.get(float(index).hex())
            number = self.number(index)
            return Array(self.leaf(("constant", label), label, "c", ast.unparse(number)) if label else number, "")
        if kind == TABLE:
            return Array(self.number(self.grouping.table[i]), "")
        if kind == SCALAR:
            return Array(self.leaf(("parameter", i), self.labels[i], "p", f"parameters[{i}]"), "")
        axes = "r" if kind == ROW else ""
        owner = self.owners.get((kind, i))
        if owner is None:
            return Array(self.leaf(("input", i), self.inputs[i], "x", f"columns[{i}]"), "r")
        group = self.grouping.groups[owner]
        if group.count == 1:
            return Array(self._result(owner, 1), axes)
        return Array(self._last_axis(self._result(owner, 2), axes, str(i - group.base)), axes)

    def vector(self, access: Access, count: int) -> Array:
        """Values that step evenly, along the last axis."""
        kind, stride = access.kind, access.stride
        if stride < 0:
            turned = self.vector(access._replace(base=access.at(count - 1), stride=-stride), count)
            return Array(filled(f"xp.flip(x, ({len(turned.axes) - 1},))", {"x": turned.tree}), turned.axes)
        base = int(access.base)
        if kind == SCALAR:
            text = _sliced("parameters", base, count, stride, len(self.labels))
            return Array(
                self.leaf(("parameters", base, count, stride), self._stem(base, count, stride), "p", text), "i"
            )
        if kind == TABLE:
            return Array(self._numbers(self.grouping.table[base : base + (count - 1) * stride + 1 : stride]), "i")
        axes = "ri" if kind == ROW else "i"
        owner = self.owner_of(access, count)
        if owner == "inputs":
            text = _sliced("columns", base, count, stride, len(self.inputs)) + ".T"
            return Array(
                self.leaf(("inputs", base, count, stride), self._input_stem(base, count, stride), "X", text), axes
            )
        if isinstance(owner, int):
            group = self.grouping.groups[owner]
            if (base, count, stride) == (group.base, group.count, 1):
                return Array(self._result(owner, 1), axes)
            where = _slice(base - group.base, count, stride, group.count)
            return Array(self._last_axis(self._result(owner, 2), axes, where), axes)
        singles = [self.single(kind, i).tree for i in access.indices(count)]
        listed = ast.List(singles)
        return Array(filled("xp.stack(x, 1)" if kind == ROW else "xp.stack(x)", {"x": listed}), axes)

    def owner_of(self, access: Access, count: int) -> int | str | None:
        """The one group whose results these are, "inputs", or None where they come from several."""
        if access.kind not in (ROW, SHARED):
            return None
        owners = {self._owner(access.kind, i) for i in access.indices(count)}
        owner = owners.pop()
        is_array = owner == "inputs" or (isinstance(owner, int) and self.grouping.groups[owner].count > 1)
        return owner if not owners and is_array else None

    def _owner(self, kind: int, i: int) -> int | str | None:
        return self.owners.get((kind, i), "inputs" if kind == ROW and i < len(self.inputs) else None)

    def _result(self, owner: int, weight: int) -> ast.expr:
        self.used[owner] = self.used.get(owner, 0) + weight
        return self.results[owner]

    def _last_axis(self, array: ast.expr, axes: str, where: str) -> ast.expr:
        return filled(f"x[:, {where}]" if "r" in axes else f"x[{where}]", {"x": array})

    # ------------------------------------------------------------------------------------------------- matrices

    def factor(self, access: Access, count: int, terms: int) -> Array:
        """A factor of the terms of a sum, for all members of a group."""
        if access.inner == 0:
            return self.operand(access, count)
        if count == 1 or access.stride == 0:
            array = self.vector(Access(access.kind, access.base, access.inner), terms)
            return Array(array.tree, array.axes.replace("i", "k"))
        if access.stride < 0 or access.inner < 0:
            return self._gathered(access, count, terms)
        if access.kind == SCALAR:
            return self._matrix(access, count, terms) or self._gathered(access, count, terms)
        return self._window(access, count, terms) or self._gathered(access, count, terms)

    def _matrix(self, access: Access, count: int, terms: int) -> Array | None:
        """A view of the parameters."""
        down, across, axes = (access.stride, count), (access.inner, terms), "ik"
        if access.stride < access.inner:
            down, across, axes = across, down, "ki"
        (step, rows), (pace, columns) = down, across
        width = (columns - 1) * pace + 1
        base = int(access.base)
        offset = max(0, base + rows * step - len(self.labels))
        if step < width or offset > min(base, step - width):
            return None
        first = base - offset
        text = _sliced("parameters", first, rows * step, 1, len(self.labels)) + f".reshape({rows}, {step})"
        if columns < step:
            text += f"[:, {_slice(offset, columns, pace, step)}]"
        stem = self._stem(base, columns, pace, rows, step)
        return Array(self.leaf(("matrix", base, rows, step, columns, pace), stem, "W", text), axes)

    def _window(self, access: Access, count: int, terms: int) -> Array | None:
        """The results of one group, taken as a matrix for each row."""
        axes = "ik" if access.inner == 1 and access.stride == terms else "ki"
        if axes == "ki" and not (access.stride == 1 and access.inner == count):
            return None
        array = self.vector(Access(access.kind, access.base, 1), count * terms)
        shape = f"{count}, {terms}" if axes == "ik" else f"{terms}, {count}"
        if "r" not in array.axes:
            return Array(filled(f"x.reshape({shape})", {"x": array.tree}), axes)
        return Array(filled(f"x.reshape(-1, {shape})", {"x": array.tree}), "r" + axes)

    def _gathered(self, access: Access, count: int, terms: int) -> Array:
        """Values in any even steps, by their indices."""
        if access.kind == TABLE:
            rows = [[self.grouping.table[access.at(i, k)] for k in range(terms)] for i in range(count)]
            written = ast.unparse(ast.List([ast.List([self.number(x) for x in row]) for row in rows]))
            text = f"xp.asarray({written}, dtype=columns.dtype)"
            return Array(self.leaf(("table", text), None, "K", text), "ik")
        indices = [access.at(i, k) for i in range(count) for k in range(terms)]
        first, last = min(indices), max(indices)
        whole = Access(access.kind, first, 1)
        if access.kind != SCALAR and self.owner_of(whole, last - first + 1) is None:
            axes = "r" * (access.kind == ROW)
            listed = ast.List([self.single(access.kind, i).tree for i in indices])
            shape = f"-1, {count}, {terms}" if axes else f"{count}, {terms}"
            return Array(filled(f"xp.stack(x, {len(axes)}).reshape({shape})", {"x": listed}), f"{axes}ik")
        array = self.vector(whole, last - first + 1)
        where = f"{int(access.base) - first} + {access.stride} * xp.arange({count})[:, None]"
        where = f"{where} + {access.inner} * xp.arange({terms})"
        return Array(self._last_axis(array.tree, array.axes, where), array.axes.replace("i", "ik"))

    def _numbers(self, numbers: Sequence[float]) -> ast.expr:
        """Numbers along an axis."""
        steps = {b - a for a, b in pairwise(numbers)}
        whole = all(x.is_integer() and x.hex() != "-0x0.0p+0" for x in numbers)
        if len(steps) == 1 and whole and (step := int(steps.pop())):
            first, end = int(numbers[0]), int(numbers[0]) + step * len(numbers)
            arguments = f"{end}" if (first, step) == (0, 1) else f"{first}, {end}, {step}"
            text = f"xp.arange({arguments}, dtype=columns.dtype)"
        else:
            written = ast.unparse(ast.List([self.number(x) for x in numbers]))
            text = f"xp.asarray({written}, dtype=columns.dtype)"
        return self.leaf(("numbers", text), None, "k", text)

    # ---------------------------------------------------------------------------------------------------- names

    def leaf(self, key: Leaf, label: str | None, otherwise: str, text: str) -> ast.expr:
        """The name of an array from outside."""
        if key not in self.leaves:
            name = self.names.new(label or (otherwise if otherwise.isupper() else None), otherwise)
            self.leaves[key] = Named(name, label, otherwise, text)
        return ast.Name(self.leaves[key].name)

    def _stem(self, base: int, count: int, pace: int, rows: int = 1, step: int = 0) -> str | None:
        """What the labels of parameters have in common: W1 of w^1_11, w^1_12, …."""
        labels = [self.labels[base + i * pace + j * step] for j in range(rows) for i in range(count)]
        return common_name(labels, capital=rows > 1)

    def _input_stem(self, base: int, count: int, stride: int) -> str | None:
        return common_name([self.inputs[base + i * stride] for i in range(count)], capital=True)


def common_name(labels: Sequence[str | None], capital: bool = False) -> str | None:
    """What labels have in common but for the lower index: z2 of z^2_1, z^2_2, …; None where they have nothing."""
    found = set()
    for label in labels:
        parts = label_parts(label) if label else None
        found.add(parts["base"] + (parts["up"] or "") if parts and parts["down"] else None)
    name: str | None = found.pop()
    if found or not name:
        return None
    return name[0].upper() + name[1:] if capital and (len(name) == 1 or not name[1].isalpha()) else name


def _sliced(array: str, first: int, count: int, stride: int, size: int) -> str:
    """A slice of an array of that size, or the array itself."""
    whole = (first, count, stride) == (0, size, 1)
    return array if whole else f"{array}[{_slice(first, count, stride, size)}]"


def _slice(first: int, count: int, stride: int, size: int) -> str:
    """Of an axis of that size."""
    end = first + (count - 1) * stride + 1
    text = f"{first or ''}:{end if end < size else ''}"
    return text if stride == 1 else f"{text}:{stride}"
