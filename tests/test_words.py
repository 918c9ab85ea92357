"""The catalogue of texts: in step with the code, and spoken."""

import ast
import json
import re
from pathlib import Path

import pytest

from autograd.words import Message, language, languages, t, tn
from tests import catalogue

MODULES = sorted((catalogue.ROOT / catalogue.PAGE).glob("*.js"))
PLACEHOLDER = re.compile(r"\{\w+\}")
WORDS = re.compile(r"[a-z]{2,} [A-Za-z]|[A-Za-z] [a-z]{2,}|^[A-Z][a-z]{2,}")  # several, or one with a capital
# After these tokens a string is no text for people: it was translated, or is the name of a class, a key, a module.
CODE = re.compile(r'\b(?:t|tn|includes|hides)\($|\btn\(\s*"[^"]*",$|(?:class|[!=]==|from):?$')


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


@pytest.mark.parametrize("lang", catalogue.languages())
def test_every_text_is_translated_with_its_placeholders(lang: str) -> None:
    translation = catalogue.translation(lang, catalogue.extracted())
    assert catalogue.untranslated(translation) == []
    for message in catalogue.messages_of(translation):
        wanted = {name for text in catalogue.texts_of(message) for name in PLACEHOLDER.findall(text)}
        for form in catalogue.forms_of(message):
            spared = {"{count}"} if message.pluralizable else set()  # one thing need not be counted
            assert wanted - spared <= {*PLACEHOLDER.findall(form)} <= wanted, form


def test_every_text_of_the_page_is_found_by_reading_the_code() -> None:
    known = {text for message in catalogue.extracted() for text in catalogue.texts_of(message)}
    for path in MODULES:
        for call, text in re.findall(r'\b(tn?)\(\s*("(?:[^"\\]|\\.)*"|.)', code_of(path)):
            if text.startswith('"'):
                assert json.loads(text) in known, f"{path.name}: {text}"
            else:
                assert text not in "`+", f"{path.name}: {call} takes no text that is put together"


def code_of(path: Path) -> str:
    """A module without its comments."""
    return re.sub(r"(?m)/\*.*?\*/|(?:^|(?<=[ ;,{]))//.*$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_what_people_read_on_the_page_goes_through_the_catalogue() -> None:
    left = []
    for path in MODULES:
        code = code_of(path)
        for found in re.finditer(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`', code):
            text = re.sub(r"\$\{[^}]*\}|<[^>]*>", "…", found[0][1:-1])
            if WORDS.search(text) and not CODE.search(code[: found.start()].rstrip()):
                left.append(f"{path.name}: {text}")
    assert left == []
