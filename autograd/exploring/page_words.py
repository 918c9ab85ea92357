"""What the page is told of languages: the translations of what it says itself, and of what Python has it say."""

import json
from typing import Any

from autograd.words import ENGLISH, Message, catalogue, languages


def encoded(told: Any) -> tuple[str, list[str]]:
    """Data as JSON, a Message as its text with its values; and the texts of these."""
    carried: list[str] = []

    def parts_of(message: Message) -> list[Any]:
        carried.append(message.message)
        return [message.message, *([message.values] if message.values else [])]

    return in_script(told, parts_of), carried


def page_words(lang: str | None, carried: list[str]) -> tuple[str, str]:
    """The languages that a page may speak: one, or whichever its reader has where lang is None.

    Their texts, as JSON; and which form each takes for a number, in JavaScript.
    """
    codes = [code for code in ([lang] if lang else languages()) if code != ENGLISH]
    catalogues = [catalogue(code) for code in codes]
    messages = sorted({*carried}.union(*[one.page for one in catalogues])) if codes else []
    texts = {message: [one.translation(message) for one in catalogues] for message in messages}
    told = {"lang": lang, "languages": codes, "texts": texts}
    return in_script(told), f"[{','.join([f'n=>+({one.plural})' for one in catalogues])}]"


def longest(message: str) -> str:
    """A text in the language where it is longest."""
    translations = [catalogue(code).translation(message) for code in languages()]
    return max([message, *[text for text in translations if isinstance(text, str)]], key=len)


def in_script(told: Any, default: Any = None) -> str:
    """JSON that can stand in a script: nothing in it ends that, or begins another."""
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False, default=default)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
