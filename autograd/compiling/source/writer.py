"""A program written down as a Python function on arrays, as a person would write it.

A group of instructions is one line: an elementwise operation, a product of matrices, a largest one of many. What is
alone stays a line of its own, or part of the one that uses it.
"""

import ast
import math
import re
import sys

from autograd.compiling.grouping import (
    ARRAYS,
    LITERAL,
    LONG_SUM,
    SCALAR,
    Access,
    Grouping,
    InstructionGroup,
    Piece,
    group_instructions,
    pieces_of,
)
from autograd.compiling.source.extremes import LARGEST, with_extremes
from autograd.compiling.source.results import Results, wrapped
from autograd.compiling.source.templates import CONTRACTIONS, LOWERINGS, OF_A_NUMBER, template_of
from autograd.compiling.source.views import Array, Leaf, Named, Views, common_name
from autograd.compiling.sums import find_sums
from autograd.core import operations as ops
from autograd.programs import DOT, LONGEST_LINE, Program, Writer, filled

MOST_UNPACKED = 12  # columns or parameters that are unpacked in a line


def written(program: Program) -> str:
    """The program as a Python function program(xp, parameters, columns), on arrays of a namespace.

    columns: an array with a row for each input; parameters: one of their numbers, and of
    others after them. It returns the mean of the loss and
    its gradient, as one array, and then a list of what comes beside the loss, if anything does; without a gradient, a
    list of outputs.
    """
    draft = ArrayWriter(program)
    draft.write()
    return ArrayWriter(program, draft).write()


def describe(program: Program) -> str:
    """What is found in a program, as text."""
    grouping = _grouped(program)
    return f"Sums\n{grouping.sums.describe()}\n\nInstructions alike\n{grouping.describe()}"


def _grouped(program: Program) -> Grouping:
    sums = find_sums(program, program.gradient is not None, longest=sys.maxsize, many=2, apart=program.labels)
    return group_instructions(with_extremes(sums, program.labels), ARRAYS)


class ArrayWriter(Writer):
    """Writes the function. draft: the same, written without knowing what is used more than once."""

    lowerings = LOWERINGS
    taken = frozenset({"xp", "parameters", "columns", "erfc", "abs", "program"})

    def __init__(self, program: Program, draft: "ArrayWriter | None" = None) -> None:
        super().__init__()
        self.program = program
        self.grouping: Grouping = draft.grouping if draft else _grouped(program)
        self.views = Views(self.grouping, program, self.names, self.written)
        self.uses = draft.views.used if draft else {}
        self.rows: str | None = None
        if draft:
            self._name_leaves(draft.views)

    def line(self, name: str, text: str) -> str:
        """An assignment."""
        return f"    {name} = {text}"

    def number(self, number: float) -> ast.expr:
        """nan, inf or -inf of the namespace."""
        if math.isnan(number):
            return ast.Attribute(ast.Name("xp"), "nan")
        infinity = ast.Attribute(ast.Name("xp"), "inf")
        return infinity if number > 0 else ast.UnaryOp(ast.USub(), infinity)

    def write(self) -> str:
        """The text."""
        for g, group in enumerate(self.grouping.groups):
            axes = "r" * group.varies + "i" * (group.count > 1)
            if group.op is DOT:
                tree = self._sum(group, axes)
            elif group.op is LARGEST:
                tree = self._largest(group, axes)
            else:
                tree = self._elementwise(group, axes)
            self._result(g, tree)
        returned = Results(self).lines()
        head = ["def program(xp, parameters, columns):"]
        if any(op is ops.erfc for op, _, _ in self.program.instructions):
            head.insert(0, "# erfc: the complementary error function on arrays, such as scipy.special.erfc")
        return "\n".join([*head, *self._leaves(), *self.lines, *returned])

    # --------------------------------------------------------------------------------------------------- leaves

    def _name_leaves(self, asked_for: Views) -> None:
        """Names for inputs and parameters before all others; for all of them, where all are taken one by one."""
        for kind, labels, otherwise, source in (
            ("input", self.program.inputs, "x", "columns"), ("parameter", self.program.scalars, "p", "parameters")
        ):  # fmt: skip
            if len(labels) <= MOST_UNPACKED and not any(key[0] in (f"{kind}s", "matrix") for key in asked_for.leaves):
                for i, label in enumerate(labels):
                    self.views.leaf((kind, i), label, otherwise, f"{source}[{i}]")
        order = {"input": 0, "inputs": 0, "parameter": 1, "parameters": 1, "matrix": 1}

        def place(leaf: tuple[Leaf, Named]) -> tuple[int, int]:
            kind, *where = leaf[0]
            return (order[str(kind)], int(str(where[0]))) if kind in order else (2, 0)

        for key, leaf in sorted(asked_for.leaves.items(), key=place):
            self.views.leaf(key, leaf.label, leaf.otherwise, leaf.text)

    def _leaves(self) -> list[str]:
        lines: list[str] = []
        left = dict(self.views.leaves)
        for kind, labels, source in (
            ("input", self.program.inputs, "columns"),
            ("parameter", self.program.scalars, "parameters"),
        ):
            names = [left[kind, i].name for i in range(len(labels)) if (kind, i) in left]
            if (
                names
                and len(names) == len(labels) <= MOST_UNPACKED
                and not any(key[0] in (f"{kind}s", "matrix") for key in left)
            ):
                lines += wrapped(f"    {', '.join(names)}{',' * (len(names) == 1)} = {source}")
                left = {key: leaf for key, leaf in left.items() if key[0] != kind}
        return lines + [self.line(name, text) for name, _, _, text in left.values()]

    # --------------------------------------------------------------------------------------------------- groups

    def _result(self, g: int, tree: ast.expr) -> None:
        """Give a result a line of its own if it has a label or more than one use, or is long."""
        group = self.grouping.groups[g]
        label = self._label(group)
        if label or self.uses.get(g, 0) > 1 or _size(tree) > LONGEST_LINE:
            tree = self.named(tree, label)
        self.views.results[g] = tree

    def _label(self, group: InstructionGroup) -> str | None:
        labels = [self.program.labels.get(i) for i in group.members]
        if group.count == 1:
            return labels[0]
        return common_name(labels) or next(filter(None, labels), None)

    def _elementwise(self, group: InstructionGroup, axes: str) -> ast.expr:
        template = template_of(group, self.grouping)
        operands = [self.views.operand(x.access, group.count).at(axes) for x in group.operands]
        for n, letter in enumerate("xy"[: len(operands)]):
            if not _is_short(operands[n]) and len(re.findall(rf"\b{letter}\b", template)) > 1:
                operands[n] = self.named(operands[n], None)
        return filled(template, dict(zip("xy", operands, strict=False)))

    def _largest(self, group: InstructionGroup, axes: str) -> ast.expr:
        """The largest of several, those that step evenly at once."""
        found: list[ast.expr] = []
        zero = Access(LITERAL, 0.0)
        for piece in pieces_of([x for operand in group.operands for x in (operand.access, zero)], 1):
            if piece.terms < 3 or not piece.left.inner:
                count = piece.terms if piece.left.inner else 1  # of the same, the largest is any of them
                parts = [_term(piece.left, k) for k in range(count)]
                found += [self.views.operand(part, group.count).at(axes) for part in parts]
            else:
                array = self.views.factor(piece.left, group.count, piece.terms)
                tree = filled(f"xp.amax(x, {array.axes.index('k')})", {"x": array.tree})
                found.append(Array(tree, array.axes.replace("k", "")).at(axes))
        largest, *others = sorted(found, key=lambda tree: isinstance(tree, ast.Constant))  # numbers last
        for other in others:
            template = OF_A_NUMBER[ops.maximum][1] if isinstance(other, ast.Constant) else LOWERINGS[ops.maximum]
            largest = filled(template, {"x": self._short(largest), "y": self._short(other)})
        return largest

    def _short(self, tree: ast.expr) -> ast.expr:
        return tree if _is_short(tree) else self.named(tree, None)

    # ----------------------------------------------------------------------------------------------------- sums

    def _sum(self, group: InstructionGroup, axes: str) -> ast.expr:
        terms: list[ast.expr] = []
        for piece in group.pieces:
            if piece.left.inner == piece.right.inner == 0 and piece.terms > 1:
                product = self._product(piece, 0, group.count, axes)
                terms.append(filled("n * x", {"n": ast.Constant(float(piece.terms)), "x": product}))
            elif piece.terms == 1 or not self._is_matrix(piece, group.count):
                terms += [self._product(piece, k, group.count, axes) for k in range(piece.terms)]
            else:
                terms.append(self._contraction(piece, group.count).at(axes))
        terms += [self.views.operand(x.access, group.count).at(axes) for x in group.operands[2 * group.terms :]]
        return self.added([self._short(term) if _size(term) > LONGEST_LINE // 2 else term for term in terms])[0]

    def _is_matrix(self, piece: Piece, count: int) -> bool:
        """Whether the terms of a piece are not written one by one: there are many, or they are an array already."""
        factors = [x for x in (piece.left, piece.right) if x.inner]
        return piece.terms >= LONG_SUM or any(
            isinstance(self.views.owner_of(x._replace(stride=x.inner), piece.terms), int)
            or (x.kind == SCALAR and x.stride and count > 1)
            for x in factors
        )

    def _product(self, piece: Piece, term: int, count: int, axes: str) -> ast.expr:
        factors = [_term(x, term) for x in (piece.left, piece.right)]
        kept = [x for x in factors if not (x.kind == LITERAL and x.base == 1)] or factors[:1]
        trees = [self.views.operand(x, count).at(axes) for x in kept]
        return trees[0] if len(trees) == 1 else filled("x * y", {"x": trees[0], "y": trees[1]})

    def _contraction(self, piece: Piece, count: int) -> Array:
        """The sum of the products of a piece."""
        left, right, terms = piece
        if min(left.inner, right.inner) < 0 >= max(left.inner, right.inner):  # the sum from its other end
            left, right = (x._replace(base=x.at(0, terms - 1), inner=-x.inner) if x.inner else x for x in (left, right))
        x, y = (self.views.factor(access, count, terms) for access in (left, right))
        if "k" not in x.axes or "k" not in y.axes:
            return self._summed(x, y) if "k" in x.axes else self._summed(y, x)
        if (x.axes, y.axes) not in CONTRACTIONS:
            x, y = y, x
        if found := CONTRACTIONS.get((x.axes, y.axes)):
            return Array(filled(found[0], {"x": x.tree, "y": y.tree}), found[1])
        axes = "".join([axis for axis in "ri" if axis in x.axes + y.axes])
        return Array(filled(f"xp.einsum('{x.axes},{y.axes}->{axes}', x, y)", {"x": x.tree, "y": y.tree}), axes)

    def _summed(self, x: Array, y: Array) -> Array:
        """The sum of x along its terms, times y."""
        axes = x.axes.replace("k", "")
        total = Array(filled(f"xp.sum(x, {x.axes.index('k')})", {"x": x.tree}), axes)
        if isinstance(y.tree, ast.Constant) and y.tree.value == 1:
            return total
        both = "".join([axis for axis in "ri" if axis in axes + y.axes])
        return Array(filled("x * y", {"x": total.at(both), "y": y.at(both)}), both)


def _term(access: Access, term: int) -> Access:
    """What one term of a piece takes."""
    return access if access.kind == LITERAL else access._replace(base=access.at(0, term), inner=0)


def _size(tree: ast.expr) -> int:
    """The operations of an expression."""
    return len([node for node in ast.walk(tree) if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Call))])


def _is_short(tree: ast.expr) -> bool:
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return not isinstance(tree.operand, ast.Name) and _is_short(tree.operand)
    return isinstance(tree, (ast.Name, ast.Constant, ast.Attribute))
