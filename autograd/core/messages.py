"""What came in, as a message shows it: on one line, in few characters, and in a time that does not grow with it."""

from collections.abc import Collection
from itertools import islice
from reprlib import Repr

from autograd.core.annotations import Any

MOST_CHARACTERS, MOST_NAMES = 60, 12

_short = Repr()
_short.maxlevel = 4
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = _short.maxfrozenset = _short.maxarray = 30
_short.maxstring = _short.maxlong = _short.maxother = 4 * MOST_CHARACTERS  # Repr cuts out of the middle; `cut` the end


def shown(x: Any, most: int = MOST_CHARACTERS) -> str:
    """A thing as Python writes it, cut after so many characters. It never raises, whatever its repr does."""
    try:
        text = _short.repr(x)
    except Exception:  # an int of 5,000 digits is not written; any other class may do as it likes
        text = f"<{type(x).__name__}>"
    return cut(" ".join(text[: 2 * most].split()) if "\n" in text else text, most)  # arrays have several lines


def listed(names: Collection[object], most: int = MOST_NAMES) -> str:
    """Names separated by commas, and how many there are if more than most."""
    text = ", ".join([on_one_line(cut(str(name))) for name in islice(names, most)])
    return text if len(names) <= most else f"{text}, … ({len(names):,} in all)"


def on_one_line(text: str) -> str:
    """A text in which what breaks a line, or would tell a terminal what to do, stands as Python writes it."""
    return "".join([c if c.isprintable() else repr(c)[1:-1] for c in text])


def cut(text: str, most: int = MOST_CHARACTERS) -> str:
    """A text as it is, or its beginning where it is longer."""
    return text if len(text) <= most else text[:most] + "…"
