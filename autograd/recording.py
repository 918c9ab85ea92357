"""What else happens while Values record their operations: nothing, as a rule.

`no_grad` makes new nodes forget how they were made; `detect_anomaly` looks at each one. Both hold for the
present thread and context only, and may be nested.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from autograd.annotations import TYPE_CHECKING
from autograd.declaration import constant

if TYPE_CHECKING:
    from autograd.value import Value

watchers: ContextVar[tuple[Callable[["Value"], None], ...]] = ContextVar("watchers", default=())


# The operation whose rule is being fed with Values, by name: float() of one would silently cut the graph there.
rule: ContextVar[str | None] = ContextVar("rule", default=None)


def number_of(node: "Value") -> float:
    """float(node), refused inside a rule that `grad` reads."""
    if name := rule.get():
        raise TypeError(
            f"the partials of {name} turn a Value into a float, so they cannot be differentiated: "
            "write them with autograd's own functions (autograd.exp, not math.exp)"
        )
    return float(node.data)


class AnomalyError(FloatingPointError):
    """A node stopped being finite while `detect_anomaly` was looking."""


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside this block (or a function decorated with it) results are leaves: computed, but not recorded."""
    mine = partial(_forget)
    watchers.set((*watchers.get(), mine))
    try:
        yield
    finally:
        _remove(mine)


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Inside this block the first operation that gives inf or nan, or a partial that is, raises AnomalyError.

    The error says which operation, and from which operands. Leaves and constants may be what they like.
    """
    mine = partial(_raise_unless_finite)
    watchers.set((mine, *watchers.get()))  # it looks before anything is forgotten
    try:
        yield
    finally:
        _remove(mine)


@contextmanager
def watching(*watch: Callable[["Value"], None]) -> Iterator[None]:
    """Inside this block each new node is handed to the given functions, and to no others."""
    before = watchers.get()
    watchers.set(watch)
    try:
        yield
    finally:
        watchers.set(before)


def _remove(mine: Callable[["Value"], None]) -> None:
    # Not by resetting to what was before: generators may leave their blocks in another order than they entered.
    watchers.set(tuple([watch for watch in watchers.get() if watch is not mine]))


def _forget(node: "Value") -> None:
    node.op = node._x = node._dx = node._y = node._dy = None


def _raise_unless_finite(node: "Value") -> None:
    if node.op is None or not node.operands:
        return
    operands = ", ".join(map(_described, node.operands[:8])) + (", …" if len(node.operands) > 8 else "")
    if not math.isfinite(node.data):
        raise AnomalyError(f"{node.op.name} gave {node.data} from {operands}")
    for index, (operand, slope) in enumerate(zip(node.operands, node.partials, strict=True)):
        if not math.isfinite(slope) and operand.op is not constant:
            raise AnomalyError(
                f"{node.op.name} gave {node.data}, but its derivative for operand {index} is {slope}, from {operands}"
            )


def _described(operand: "Value") -> str:
    return f"{operand.label} = {operand.data:.6g}" if operand.label else f"{operand.data:.6g}"
