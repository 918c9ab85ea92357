"""The catalogue of texts: in step with the code, and spoken."""

import pytest

from autograd.words import Message, language, languages, t, tn
from tests import catalogue


def test_the_catalogue_is_in_step_with_the_code() -> None:
    for path, text in catalogue.files().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: make words"


def test_without_a_language_texts_are_english_as_they_stand() -> None:
    assert languages() == ["en", *catalogue.languages()]
    assert t("slope {number}", number=-1) == "slope -1"
    assert [tn("{count} step", "{count} steps", n) for n in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]
    assert str(Message("a {b}", {"b": Message("c {d}", {"d": "{b}"})})) == "a c {b}"  # what is put in is no text
    with pytest.raises(ValueError, match=r"lang is one of en, .*, got 'xx'"), language("xx"):
        pass
