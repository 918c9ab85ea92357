"""Texts put into words: `t("slope {number}", number=x)`, in the language that `language` has chosen."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from autograd.words.catalogue import ENGLISH, catalogue, require_language

_CHOSEN = ContextVar("language", default=ENGLISH)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@contextmanager
def language(lang: str | None) -> Iterator[None]:
    """Have everything within speak a language, such as "de"; None leaves it as it is. Raises ValueError for others."""
    if lang is None:
        yield
        return
    require_language(lang)
    token = _CHOSEN.set(lang)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def spoken_language(lang: str | None = None) -> str:
    """The code of the language that is spoken here, or of the one that was asked for. Raises ValueError for others."""
    if lang is not None:
        require_language(lang)
    return lang or _CHOSEN.get()


class Speaker(Protocol):
    """What has a language of its own."""

    @property
    def lang(self) -> str:
        """Its code."""


S = TypeVar("S", bound=Speaker)
P = ParamSpec("P")
T = TypeVar("T")


def in_its_language(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Have a method speak the language of its object, whenever it is called."""

    @wraps(method)
    def speaking(self: S, /, *args: P.args, **options: P.kwargs) -> T:
        with language(self.lang):
            return method(self, *args, **options)

    return speaking


def decimal_mark() -> str:
    """What stands between a number's whole part and the rest."""
    return catalogue(_CHOSEN.get()).decimal


def t(message: str, /, **values: object) -> str:
    """A text, in the language spoken here, with values for its placeholders: t("slope {number}", number=x)."""
    found = catalogue(_CHOSEN.get()).translation(message)
    return _filled(found if isinstance(found, str) else message, values)


def tn(one: str, many: str, count: int, /, **values: object) -> str:
    """A text that depends on a number, which is its {count}: tn("{count} step", "{count} steps", 3)."""
    spoken = catalogue(_CHOSEN.get())
    forms = spoken.translation(one)
    text = forms[spoken.form(count)] if isinstance(forms, list) else one if count == 1 else many
    return _filled(text, {"count": count, **values})


def marked(message: str) -> str:
    """The text itself, known to the catalogue: for a table of texts that t() is given one of."""
    return message


@dataclass(frozen=True)
class Message:
    """A text and the values of its placeholders, put into words only by str(), or by the page."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return t(self.message, **self.values)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), text)
