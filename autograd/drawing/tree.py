"""A graph as a tree in Unicode, for terminals."""

from collections.abc import Iterator, Mapping

from autograd.core import Value
from autograd.drawing.node_text import gradient_text, shortened
from autograd.drawing.nodes import Node
from autograd.notation import format_number
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
        number = format_number(node.data, digits)
        parts = [f"{name} = {number}" if name else number]
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
        edges = [*zip(node.operands, node.partials, strict=True)]
        for i, (x, slope) in reversed([*enumerate(edges)]):
            text = "" if nodes[x].role == "constant" else t("partial {number}", number=format_number(slope, digits))
            stack.append((x, indent, "└─ " if i == len(edges) - 1 else "├─ ", text, depth + 1))
    if len(written) < len(nodes):
        yield tn(
            "… and {number} more node",
            "… and {number} more nodes",
            left := len(nodes) - len(written),
            number=format(left, ","),
        )
