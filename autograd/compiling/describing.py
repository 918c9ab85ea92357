"""Descriptions of what the passes find, as text."""

from collections.abc import Sequence

from autograd.core import Operation

MOST_LINES = 24  # of a kind
MOST_ITEMS = 8  # of a line


def some(lines: Sequence[str]) -> list[str]:
    """The lines, or the first of them and how many there are."""
    return [*lines] if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"    … {len(lines)}"]


def joined(items: Sequence[str], separator: str = ", ") -> str:
    """The items in a line, or the first and the last of them and how many there are."""
    shown = items if len(items) <= MOST_ITEMS else [*items[:4], f"… {len(items)}", *items[-2:]]
    return separator.join(shown)


def operation_text(op: Operation, operands: Sequence[str], terms: int, pieces: Sequence[str]) -> str:
    """An operation of its operands; of a sum, how many products it has, and their pieces."""
    products = f" ({', '.join([f'{terms} products', *pieces])})" if terms else ""
    return f"{op.__name__}({joined(operands)}){products}"
