"""Means over the rows, those of a layer's weights together.

The derivatives by the weights of a layer are products of what comes back to a neuron and one of its inputs. So such
means become a grid of rows and columns: in arrays, one product of matrices.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from autograd.compiling.grouping import KIND_NAMES, LITERAL, ROW, Access


class Reduction(NamedTuple):
    """A grid of means over the rows: of left times right (of left alone where that is None).

    That of (i, k) is added to position + i * stride + k * inner of the output. after: how many loops are done when
    they are taken.
    """

    position: int
    stride: int
    inner: int
    rows: int
    columns: int
    left: Access
    right: Access | None
    after: int

    def describe(self, names: Sequence[str] = KIND_NAMES) -> str:
        """Target, size, time and factors."""
        factors = [x.describe(names) for x in (self.left, self.right) if x is not None]
        target = f"{self.position}+{self.stride}i+{self.inner}k"
        return f"mean to {target}, {self.rows} by {self.columns}, after {self.after}: {' × '.join(factors)}"


def in_grids(means: Iterable[Reduction]) -> list[Reduction]:
    """Means of one product each, in grids: those of two factors first."""
    lines: list[Reduction] = []
    found = list(means)
    for alone in (False, True):
        for one in found:
            if (one.right is None) == alone:
                _extend(lines, one)
    return _stacked(lines)


def taken_apart(grid: Reduction) -> list[Reduction]:
    """The sums of a grid."""
    parts = []
    for i, k in product(range(grid.rows), range(grid.columns)):
        left = grid.left._replace(base=grid.left.at(i), stride=0)
        right = grid.right
        if right is not None and right.kind != LITERAL:
            right = right._replace(base=right.at(0, k), inner=0)
        parts.append(Reduction(grid.position + i * grid.stride + k * grid.inner, 0, 0, 1, 1, left, right, grid.after))
    return parts


def _extend(rows: list[Reduction], one: Reduction) -> None:
    """Add a sum to the last row of sums if it goes on there, else begin a new row."""
    if rows and rows[-1].after == one.after:
        row, position, left, right = rows[-1], one.position, one.left, one.right
        n = row.columns
        if row.right is not None and right is not None and row.left == left and right.kind == row.right.kind == ROW:
            step, inner = right.base - row.right.base, position - row.position
            if n == 1:
                if inner == 1:
                    rows[-1] = row._replace(columns=2, inner=inner, right=row.right._replace(inner=int(step)))
                    return
            elif position == row.position + n * row.inner and right.base == row.right.base + n * row.right.inner:
                rows[-1] = row._replace(columns=n + 1)
                return
    rows.append(one)


def _stacked(rows: list[Reduction]) -> list[Reduction]:
    """Rows of similar sums that step evenly, as one grid."""
    grids: list[Reduction] = []
    for row in rows:
        if grids and _goes_on(grids[-1], row):
            grid = grids[-1]
            stride = row.position - grid.position if grid.rows == 1 else grid.stride
            step = int(row.left.base - grid.left.base) if grid.rows == 1 else grid.left.stride
            grids[-1] = grid._replace(rows=grid.rows + 1, stride=stride, left=grid.left._replace(stride=step))
        else:
            grids.append(row)
    return grids


def _goes_on(grid: Reduction, row: Reduction) -> bool:
    if (grid.columns, grid.inner, grid.right, grid.after) != (row.columns, row.inner, row.right, row.after):
        return False
    if grid.left.kind != row.left.kind or grid.left.kind == LITERAL:
        return False
    n = grid.rows
    return n == 1 or (
        row.position == grid.position + n * grid.stride and row.left.base == grid.left.base + n * grid.left.stride
    )
