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


def gradient_text(node: Node, digits: int) -> str:
    """The gradient of a node, or that it has none."""
    number = t("not computed") if node.grad is NOT_COMPUTED else format_number(node.grad, digits)
    return t("grad {number}", number=number)
