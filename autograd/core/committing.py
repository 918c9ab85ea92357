"""Changes that belong together: no Ctrl-C and no other thread comes when some of them are made and others are not."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import starmap
from operator import call

from autograd.core.annotations import Any


def at_once(calls: Iterable[tuple[Any, ...]]) -> None:
    """Call one function after another, with nothing in between: `at_once([(setattr, w, "data", 1.0), …])`.

    calls: functions with their arguments. They are of those that are written in C (setattr, list.extend, …), for
    Python hears signals and changes threads between its own instructions alone, and to it this is a single one.
    What one of them raises ends the row, with what came before it done.
    """
    prepared = list(calls)
    deque(starmap(call, prepared), maxlen=0)


def ensuring(end: Callable[[], object], function: Callable[..., Any], *arguments: Any) -> Any:
    """What function gives, called with the arguments; `end` is called after it, whatever happens.

    It is called twice, and so has to be one that may be: the first time Ctrl-C may come when it has only begun.
    """
    try:
        try:
            return function(*arguments)
        finally:
            end()
    finally:
        end()
