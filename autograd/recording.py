"""What else happens while Values record their operations: nothing, as a rule.

`no_grad` makes new nodes forget how they were made; `detect_anomaly` looks at each one. Both hold for the
present thread and context only, and may be nested.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from autograd.declaration import constant

if TYPE_CHECKING:
    from autograd.value import Value

watchers: ContextVar[tuple[Callable[["Value"], None], ...]] = ContextVar("watchers", default=())


class AnomalyError(FloatingPointError):
    """A node stopped being finite while `detect_anomaly` was looking."""


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside this block (or a function decorated with it) results are leaves: computed, but not recorded."""
    with _watching((*watchers.get(), _forget)):
        yield


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Inside this block the first operation that gives inf or nan, or a partial that is, raises AnomalyError.

    The error says which operation, and from which operands. Leaves and constants may be what they like.
    """
    with _watching((_raise_unless_finite, *watchers.get())):  # before anything is forgotten
        yield


@contextmanager
def _watching(watch: tuple[Callable[["Value"], None], ...]) -> Iterator[None]:
    token = watchers.set(watch)
    try:
        yield
    finally:
        watchers.reset(token)


def _forget(node: "Value") -> None:
    node.op, node.operands, node.partials = None, (), ()


def _raise_unless_finite(node: "Value") -> None:
    if node.op is None or not node.operands:
        return
    operands = ", ".join(repr(operand) for operand in node.operands[:8]) + (", …" if len(node.operands) > 8 else "")
    if not math.isfinite(node.data):
        raise AnomalyError(f"{node.op.name} gave {node.data} from {operands}")
    for index, (operand, partial) in enumerate(zip(node.operands, node.partials, strict=True)):
        if not math.isfinite(partial) and operand.op is not constant:
            raise AnomalyError(
                f"{node.op.name} gave {node.data}, but its derivative for operand {index} is {partial}, from {operands}"
            )
