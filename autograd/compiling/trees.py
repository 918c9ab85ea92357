"""Results in lists, tuples and dicts, nested as one likes."""

from collections.abc import Iterable, Iterator
from typing import Any


def leaves_of(tree: Any) -> list[Any]:
    """What is in a tree, in order: of dicts the values."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for x in tree for leaf in leaves_of(x)] if isinstance(tree, (list, tuple)) else [tree]


def with_leaves(tree: Any, leaves: Iterable[Any]) -> Any:
    """A tree of the same form with other leaves."""
    return _with(tree, iter(leaves))


def _with(tree: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(tree, dict):
        return {key: _with(x, leaves) for key, x in tree.items()}
    if not isinstance(tree, (list, tuple)):
        return next(leaves)
    made = [_with(x, leaves) for x in tree]
    return made if isinstance(tree, list) else type(tree)(*made) if hasattr(tree, "_fields") else tuple(made)
