"""A graph as a tree in Unicode, for terminals."""

from collections.abc import Iterator, Mapping

from autograd.core import Value
from autograd.drawing.node_text import equation, gradient_text, partial_text, shortened, value_text
from autograd.drawing.nodes import Node
from autograd.words import t, tn

TEXT_LINES, TEXT_DEPTH = 500, 50


def tree_lines(nodes: Mapping[Value, Node], digits: int) -> Iterator[str]:
    """Every node beneath the one that uses it, with the partial on the edge between; if already written, its name."""
    root = [*nodes][-1]
    written = set[Value]()
    stack = [(root, "", "", "", 0)]
    for _ in range(TEXT_LINES - 1):
        if not stack:
            break
        value, indent, branch, partial, depth = stack.pop()
        node, again = nodes[value], value in written
        name = shortened(node.name)
        parts = [equation(name, value_text(node, digits))]
        if again:
            parts.append(t("(see above)") if node.operands else "")
        elif node.role != "constant":
            parts += [shortened(node.operation), gradient_text(node, digits)]
        yield indent + branch + "   ".join([part for part in [*parts, partial] if part])
        if again:
            continue
        written.add(value)
        if depth == TEXT_DEPTH and node.operands:
            continue
        indent += {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        for i, x in reversed([*enumerate(node.operands)]):
            slope = "" if nodes[x].role == "constant" else partial_text(node, i, digits)
            text = t("partial {number}", number=slope) if slope else ""
            stack.append((x, indent, "└─ " if i == len(node.operands) - 1 else "├─ ", text, depth + 1))
    if len(written) < len(nodes):
        yield tn(
            "… and {number} more node",
            "… and {number} more nodes",
            left := len(nodes) - len(written),
            number=format(left, ","),
        )
