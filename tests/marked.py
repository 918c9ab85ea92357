"""A language that has a mark at both ends of each text, so that what was left in English can be told."""

import re
from collections.abc import Iterable

import pytest

from autograd.words import Catalogue, catalogue
from nn.layers import activations
from nn.losses import LOSSES


def speak_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have German be a language that has a mark at both ends of each text, in Python and on pages."""
    german = catalogue("de")
    marks = {text: [f"⟦{one}⟧" for one in form] if isinstance(form, list) else f"⟦{form}⟧" for text, form in
             (german.page | german.others).items()}  # fmt: skip
    for module in ("words.speaking", "exploring.page_words"):
        monkeypatch.setattr(f"autograd.{module}.catalogue", lambda _: Catalogue(",", "n != 1", marks, {}))


def unmarked(texts: Iterable[str]) -> list[str]:
    """Those with words in them that are neither marked nor names in code."""
    left = []
    for text in texts:
        inner = text
        while inner != (inner := re.sub("⟦[^⟦⟧]*⟧", "", inner)):  # one may be within another
            pass
        if re.search("[A-Za-z]{4}", re.sub("|".join(map(re.escape, NAMES)), "", inner)):
            left.append(text)
    return left


# Of code, in any language; the longer first.
FUNCTIONS = {"huber_loss", "softmax_cross_entropy", "softmax", "hinge", "pick", "sign"}
NAMES = sorted({*activations(), *LOSSES, *FUNCTIONS, "Adam", "AdamW", "mathdefault"}, key=len, reverse=True)
