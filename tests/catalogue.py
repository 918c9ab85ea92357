"""The catalogue of texts: extracted from the code, kept in step in all languages, and built for reading.

python -m tests.catalogue           # after a text has changed, or a .po file
python -m tests.catalogue fr        # begin another language
"""

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from autograd.exploring.legend import ARITHMETIC, OURS, entry
from autograd.words import Message as Told

ROOT = Path(__file__).parent.parent
WORDS = ROOT / "autograd" / "words"
TEMPLATE = WORDS / "glassgrad.pot"
PAGE = "autograd/exploring/web/"

CALLS = {"t": None, "tn": (1, 2), "marked": None, "Message": None}  # what takes texts, and where they are
METHODS = [(f"{wing}/**.py", "python") for wing in ("autograd", "nn")] + [(f"{PAGE}**.js", "javascript")]
OPTIONS = {f"{PAGE}**.js": {"parse_template_string": True}}
# What changes without a text's having changed.
NEWS = re.compile(r'"(?:P[\w-]+-Date|Last-\S+|Language-Team|Generated-By|Report-\S+|Project-\S+): .*\\n"\n')


def extracted() -> Catalog:
    """All texts in the code, and the files that they are in."""
    catalog = Catalog(header_comment="# The texts of glassgrad.", fuzzy=False)
    found = extract_from_dir(
        ROOT, METHODS, OPTIONS, keywords=CALLS, comment_tags=("translators:",), strip_comment_tags=True
    )
    for file, _, message, comments, _ in sorted(found, key=lambda text: text[:2]):
        catalog.add(message, locations=[(file, 0)], auto_comments=comments)
    for text in words_of_rows():
        catalog.add(text, locations=[("autograd/core/operations.py", 0)])
    return catalog


def words_of_rows() -> list[str]:
    """What the legend takes from the rows of the table, which know of no catalogue."""
    found = [entry(op).get("words") for op in OURS - ARITHMETIC if not op.inline]
    return sorted(words.message for words in found if isinstance(words, Told))


def written(catalog: Catalog) -> str:
    """A catalogue as a .po file, the same for the same texts."""
    file = BytesIO()
    write_po(file, catalog, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return NEWS.sub("", file.getvalue().decode())


def languages() -> list[str]:
    """The codes of the languages that are translated to."""
    return sorted(path.stem for path in WORDS.glob("*.po"))


def translation(lang: str, template: Catalog) -> Catalog:
    """The texts in another language: those that the template has, where there is a translation with it."""
    path = WORDS / f"{lang}.po"
    known = read_po(BytesIO(path.read_bytes()), lang) if path.exists() else Catalog(lang)
    known.header_comment = f"# The texts of glassgrad: {Locale.parse(lang).english_name}."
    known.fuzzy = False
    known.update(template, no_fuzzy_matching=True)
    return known


def built(catalog: Catalog) -> str:
    """A translation as autograd.words reads it: JSON, a line for each text."""
    page, others = dict[str, Any](), dict[str, Any]()
    for message in messages_of(catalog):
        forms = forms_of(message)
        if all(forms):
            of = page if any(file.startswith(PAGE) for file, _ in message.locations) else others
            of[texts_of(message)[0]] = forms if message.pluralizable else forms[0]
    assert catalog.locale is not None
    told = {
        "decimal": catalog.locale.number_symbols["latn"]["decimal"],
        "plural": catalog.plural_expr,
        "page": page,
        "others": others,
    }
    return json.dumps(told, ensure_ascii=False, indent=0) + "\n"


def texts_of(message: Message) -> list[str]:
    """A text in English: one, or that for one thing and that for many."""
    return [message.id] if isinstance(message.id, str) else [*message.id]


def forms_of(message: Message) -> list[str]:
    """Its translation: one form, or all that the language has; "" for what is missing."""
    return [message.string or ""] if isinstance(message.string, str | None) else [*message.string]


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that have no translation."""
    return [texts_of(message)[0] for message in messages_of(catalog) if not all(forms_of(message))]


def messages_of(catalog: Catalog) -> list[Message]:
    """The texts in the order of the alphabet, without the header."""
    return sorted([message for message in catalog if message.id], key=lambda message: str(message.id))


def files(begun: tuple[str, ...] = ()) -> dict[Path, str]:
    """The template, the translations, and what is built of them, as they should be."""
    template = extracted()
    wanted = {TEMPLATE: written(template)}
    for lang in sorted({*languages(), *begun}):
        catalog = translation(lang, template)
        wanted |= {WORDS / f"{lang}.po": written(catalog), WORDS / f"{lang}.json": built(catalog)}
    return wanted


if __name__ == "__main__":
    for path, text in files(tuple(sys.argv[1:])).items():
        path.write_text(text, encoding="utf-8")
    template = extracted()
    template = extracted()
    for lang in languages():
        missing = untranslated(translation(lang, template))
        print(f"{lang}: {len(missing)} texts have no translation", *missing, sep="\n  ")
