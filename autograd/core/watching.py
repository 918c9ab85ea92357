"""Who hears of new nodes, in this thread and context, and which rule is being read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from autograd.core.annotations import Any

watchers: ContextVar[tuple[Callable[[Any], None], ...]] = ContextVar("watchers", default=())


# The operation whose rule is being fed with Values, by name: float() of one would silently cut the graph there.
rule: ContextVar[str | None] = ContextVar("rule", default=None)


def require_no_rule() -> None:
    """Raise a TypeError inside a rule that `grad` reads."""
    if name := rule.get():
        raise TypeError(
            f"the partials of {name} turn a Value into a float, so they cannot be differentiated: "
            "write them with autograd's own functions (autograd.exp, not math.exp)"
        )


@contextmanager
def watching(*watch: Callable[[Any], None]) -> Iterator[None]:
    """Inside this block each new node is handed to the given functions, and to no others."""
    before = watchers.get()
    watchers.set(watch)
    try:
        yield
    finally:
        watchers.set(before)
