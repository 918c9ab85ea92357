"""A flat array, put together from blocks: the gradient, of which each block is that of a matrix, or of a bias.

The rows of a matrix may lie apart, with those of another between them, as a neuron's bias follows its weights. What
fits together in this way is put side by side.
"""

import ast
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograd.programs import filled


@dataclass(frozen=True)
class Block:
    """Numbers at position + i * stride + k * inner, for rows i and columns k.

    tree: their expression, with an axis for rows and for columns where there are more than one. None: zeros.
    """

    position: int
    stride: int
    inner: int
    rows: int
    columns: int
    tree: ast.expr

    def positions(self) -> list[int]:
        """Where its numbers go."""
        return [self.position + i * self.stride + k * self.inner for i in range(self.rows) for k in range(self.columns)]

    def row_by_row(self) -> list["Block"]:
        """The same in blocks whose columns lie one after another."""
        if self.rows == 1:
            block = replace(self, stride=0)
        elif self.columns == 1:
            block = replace(self, inner=1)
        elif self.inner > self.stride:
            turned = filled("x.T", {"x": self.tree})
            block = Block(self.position, self.inner, self.stride, self.columns, self.rows, turned)
        else:
            block = self
        if block.columns > 1 and block.inner != 1:
            where = ":, " if block.rows > 1 else ""
            return [
                Block(block.position + k * block.inner, block.stride, 1, block.rows, 1, _at(block.tree, f"{where}{k}"))
                for k in range(block.columns)
            ]
        if block.columns == 1 and block.stride == 1:
            return [Block(block.position, 0, 1, 1, block.rows, block.tree)]
        return [block]

    def rows_apart(self) -> list["Block"]:
        """Its rows."""
        return [
            Block(self.position + i * self.stride, 0, 1, 1, self.columns, _at(self.tree, str(i)))
            for i in range(self.rows)
        ]


def flat(blocks: Sequence[Block], count: int, scalars: int) -> ast.expr:
    """An array of so many numbers: the sum of the blocks, and zeros elsewhere. scalars: how many `parameters` has."""
    layers = _layers(blocks)
    vectors = [_vector(layer, count, scalars) for layer in layers] or [_zeros(0, count, scalars)]
    total = vectors[0]
    for vector in vectors[1:]:
        total = filled("x + y", {"x": total, "y": vector})
    return total


def _layers(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks in as few lists as possible in which none is over another."""
    layers: list[tuple[set[int], list[Block]]] = []
    for block in blocks:
        positions = set(block.positions())
        layer = next((x for x in layers if x[0].isdisjoint(positions)), None)
        if layer is None:
            layers.append(layer := (set(), []))
        layer[0].update(positions)
        layer[1].append(block)
    return [layer for _, layer in layers]


def _vector(layer: Sequence[Block], count: int, scalars: int) -> ast.expr:
    """A layer as one array."""
    parts = sorted(_side_by_side([part for block in layer for part in block.row_by_row()]), key=lambda x: x.position)
    texts: list[ast.expr] = []
    singles: list[ast.expr] = []
    at = 0

    def stack() -> None:
        if singles:
            one = len(singles) == 1
            texts.append(
                filled("x.reshape(1)", {"x": singles[0]}) if one else filled("xp.stack(x)", {"x": ast.List([*singles])})
            )
            singles.clear()

    for part in parts:
        if part.position > at:
            stack()
            texts.append(_zeros(at, part.position, scalars))
        if part.columns == 1:
            singles.append(part.tree)
        else:
            stack()
            texts.append(part.tree)
        at = part.position + part.columns
    stack()
    if at < count:
        texts.append(_zeros(at, count, scalars))
    return texts[0] if len(texts) == 1 else filled("xp.concatenate(x)", {"x": ast.List(texts)})


def _side_by_side(parts: Sequence[Block]) -> list[Block]:
    """The parts, each one row: matrices whose rows lie apart are put together with what lies between."""
    whole = [part for part in parts if part.rows == 1]
    alike: dict[tuple[int, int], list[Block]] = defaultdict(list)
    for part in parts:
        if part.rows > 1:
            alike[part.stride, part.rows].append(part)
    for (stride, rows), candidates in alike.items():
        candidates.sort(key=lambda x: x.position)
        while candidates:
            first = candidates[0].position
            inside = [x for x in candidates if x.position < first + stride]
            candidates = candidates[len(inside) :]
            ends = [first, *[x.position + x.columns for x in inside]]
            if [x.position for x in inside] == ends[:-1] and ends[-1] == first + stride:
                whole.append(Block(first, 0, 1, 1, stride * rows, _columns(inside)))
            else:
                whole += [row for x in inside for row in x.rows_apart()]
    return whole


def _columns(parts: Sequence[Block]) -> ast.expr:
    trees = [part.tree if part.columns > 1 else filled("x[:, None]", {"x": part.tree}) for part in parts]
    if len(trees) == 1:
        return filled("x.reshape(-1)", {"x": trees[0]})
    return filled("xp.concatenate(x, 1).reshape(-1)", {"x": ast.List(trees)})


def _zeros(first: int, end: int, scalars: int) -> ast.expr:
    where = "" if (first, end) == (0, scalars) else f"[{first or ''}:{end if end < scalars else ''}]"
    return filled(f"xp.zeros_like(parameters{where})", {})


def _at(tree: ast.expr, where: str) -> ast.expr:
    return filled(f"x[{where}]", {"x": tree})
