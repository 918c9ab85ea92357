"""The catalogue of texts: in step with the code, and spoken."""

import ast

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


def test_every_text_is_found_by_reading_the_code() -> None:
    # Within an f-string, or put together from parts, none is.
    known = {text for message in catalogue.extracted() for text in catalogue.texts_of(message)}
    for path in [path for wing in ("autograd", "nn") for path in (catalogue.ROOT / wing).rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in catalogue.CALLS:
                for text in call.args[: 2 if call.func.id == "tn" else 1]:
                    assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"{path}:{call.lineno}"
                    assert not isinstance(text, ast.Constant) or text.value in known, f"{path}:{call.lineno}"
