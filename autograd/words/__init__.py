"""Texts for people, in their language: English stands in the code, other languages in catalogues of gettext's format.

A .po file holds a translation, as translators and their tools know it; `building` makes of it the .json that is read.
"""

from autograd.words.catalogue import ENGLISH, Catalogue, catalogue, languages, require_language
from autograd.words.speaking import Message, decimal_mark, in_its_language, language, marked, spoken_language, t, tn

__all__ = [
    "ENGLISH",
    "Catalogue",
    "Message",
    "catalogue",
    "decimal_mark",
    "in_its_language",
    "language",
    "languages",
    "marked",
    "require_language",
    "spoken_language",
    "t",
    "tn",
]
