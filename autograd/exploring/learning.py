"""Rows of data to learn from, as the page is told of them."""

import math
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any

from autograd.core import Value, as_float, shown
from autograd.exploring.page_graph import PageGraph


def learning(
    graph: PageGraph,
    leaves: Sequence[Value],
    rows: Iterable[Sequence[float]],
    predictions: Sequence[Value],
    batch_size: int,
) -> dict[str, Any] | None:
    """What a step of learning feeds to the graph, in JSON's types; None where there are no rows.

    leaves: those that a row has numbers for. Raises TypeError and ValueError for what does not fit.
    """
    numbers = [[as_float(x, "a row") for x in row] for row in rows]
    if numbers or leaves:
        _require_rows(numbers, len(leaves))
        _require_nodes(graph, leaves, predictions)
    if not isinstance(batch_size, Integral) or batch_size < 1:
        raise ValueError(f"batch_size is a whole number above 0, got {shown(batch_size)}")
    if not numbers:
        return None
    return {
        "feed": graph.indices(leaves),
        "rows": numbers,
        "predictions": graph.indices(predictions),
        "batch": min(int(batch_size), len(numbers)),
    }


def _require_rows(rows: list[list[float]], length: int) -> None:
    for i, row in enumerate(rows):
        if len(row) != length:
            raise ValueError(f"a row has a number for each of the {length} leaves, and rows[{i}] has {len(row)}")
        if not all(map(math.isfinite, row)):
            raise ValueError(f"rows are finite numbers, and rows[{i}] is {row}")
    if not rows:
        raise ValueError("rows to learn from are one or more, got none")


def _require_nodes(graph: PageGraph, leaves: Sequence[Value], predictions: Sequence[Value]) -> None:
    for name, values in (("leaves", leaves), ("predictions", predictions)):
        for i, node in enumerate(values):
            if not isinstance(node, Value):
                raise TypeError(f"{name} are Values, got {type(node).__name__} as {name}[{i}]")
    if made := next((node for node in leaves if node.operands), None):
        raise ValueError(f"leaves were not made from anything, got {shown(made)}")
    if missing := next((x for x, i in zip(predictions, graph.indices(predictions), strict=True) if i < 0), None):
        raise ValueError(f"predictions are nodes of the graph, got {shown(missing)}")
