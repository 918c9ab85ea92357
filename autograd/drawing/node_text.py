"""What is written on a node, in a picture and in a tree alike."""

from autograd.core import NOT_COMPUTED
from autograd.drawing.nodes import Node
from autograd.notation import format_number, printable
from autograd.words import t

LABEL_LENGTH = 40


def clean(text: str) -> str:
    """Lines that can be printed."""
    return "\n".join(map(printable, text.split("\n")))


def shortened(text: str) -> str:
    """A name of any length, on one line and not too long to be drawn."""
    text = printable(text).strip()
    return text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 12]}…{text[-11:]}"


def value_text(node: Node, digits: int) -> str:
    """The value of a node, "" where it is left out."""
    return "" if "values" in node.left_out else format_number(node.data, digits)


def equation(name: str, number: str) -> str:
    """What a node is called and its value, as far as there are both."""
    return " = ".join([part for part in (name, number) if part])


def partial_text(node: Node, i: int, digits: int) -> str:
    """The partial of a node by its i-th operand, "" where it is left out."""
    return "" if "partials" in node.left_out else format_number(node.partials[i], digits)


def gradient_text(node: Node, digits: int) -> str:
    """The gradient of a node, or that it has none; "" where it is left out."""
    if "gradients" in node.left_out:
        return ""
    number = t("not computed") if node.grad is NOT_COMPUTED else format_number(node.grad, digits)
    return t("grad {number}", number=number)
