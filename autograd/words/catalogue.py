"""What there is of each language: its texts by their English, how it counts, and its decimal mark."""

import gettext
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autograd.core import shown

HERE = Path(__file__).parent
ENGLISH = "en"  # the language of the code, which needs no catalogue

Translation = str | list[str]  # a list has a form for each number that the language tells apart


@dataclass(frozen=True)
class Catalogue:
    """A language. page and others: translations by their English, of what the page says itself and of all else.

    plural: in C, as gettext has it, which form a number n takes.
    """

    decimal: str
    plural: str
    page: dict[str, Translation]
    others: dict[str, Translation]

    def translation(self, message: str) -> Translation | None:
        """A text in this language; None where the catalogue lacks it."""
        return self.page.get(message) or self.others.get(message)

    @property
    def form(self) -> Callable[[int], int]:
        """Which form a number takes."""
        return _form(self.plural)


@lru_cache
def _form(plural: str) -> Callable[[int], int]:
    form: Callable[[int], int] = gettext.c2py(plural)
    return form


@lru_cache
def catalogue(lang: str) -> Catalogue:
    """The catalogue of a language. English has an empty one."""
    if lang == ENGLISH:
        return Catalogue(".", "n != 1", {}, {})
    return Catalogue(**json.loads((HERE / f"{lang}.json").read_text(encoding="utf-8")))


@lru_cache
def languages() -> list[str]:
    """The languages there are, by their codes: English first."""
    return [ENGLISH, *sorted(path.stem for path in HERE.glob("*.json"))]


def require_language(lang: str) -> None:
    """Raise a ValueError for a language that there is no catalogue of."""
    if lang not in languages():
        raise ValueError(f"lang is one of {', '.join(languages())}, got {shown(lang)}")
