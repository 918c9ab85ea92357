"""Changes that belong together: no Ctrl-C and no other thread comes between them."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import starmap
from operator import call

from autograd.core.annotations import Any


def at_once(calls: Iterable[tuple[Any, ...]]) -> None:
    """Call one function after another, with nothing in between: `at_once([(setattr, w, "data", 1.0), …])`.

    calls: functions with their arguments. They have to be written in C (setattr, list.extend, …): Python hears signals
    and changes threads only between its own instructions, and to it this is a single one. An exception ends the row;
    what came before it is done.
    """
    prepared = list(calls)
    deque(starmap(call, prepared), maxlen=0)


def ensuring(end: Callable[[], object], function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function with the arguments and return what it gives; `end` is called after it, whatever happens.

    `end` is called twice, and has to allow that: Ctrl-C may come when the first call has only begun.
    """
    try:
        try:
            return function(*arguments)
        finally:
            end()
    finally:
        end()
