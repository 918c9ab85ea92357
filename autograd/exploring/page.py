"""The page: one HTML file that needs nothing else, and the same as the output of a notebook's cell."""

import base64
import hashlib
import html
import json
import math
import os
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from autograd.core import Value, as_float, shown
from autograd.drawing import Drawing, Numbers
from autograd.exploring.learning import learning
from autograd.exploring.options import SWITCH, hidden, locked, opening
from autograd.exploring.page_graph import PageGraph
from autograd.exploring.page_words import encoded, page_words
from autograd.exploring.tours import Scene, tour_data
from autograd.exploring.update_rules import UpdateRule
from autograd.files import write_files
from autograd.notation import printable, require_digits
from autograd.words import ENGLISH, Message, language, spoken_language

HERE = Path(__file__).parent


@dataclass(frozen=True, repr=False, eq=False)
class Explorer:
    """A page made by `explore`. A notebook shows it live, save() writes a file, html() gives its text."""

    value: Value
    title: str
    drawing: Drawing
    data: str  # JSON
    functions: str  # JavaScript
    words: str  # JSON
    plurals: str  # JavaScript
    lang: str

    def html(self) -> str:
        """A whole page: offline, without anything beside it."""
        return f"""<!DOCTYPE html>
<html lang="{self.lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{html.escape(self.title)}</title>
<style>body {{ margin: 0; }}</style></head>
<body>
<div data-explorer="{self._key}" data-page></div>
<noscript><pre>{html.escape(self.drawing.text())}</pre></noscript>
{self._script(standalone=True)}
</body>
</html>
"""

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Write the page to a file ending in .html, and return its path. Raises ValueError for other endings."""
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"a page is saved as .html, got {shown(str(path), 300)}")
        write_files({path: self.html()})
        return path

    def __repr__(self) -> str:
        return f"<Explorer: {self.title}, {len(self.drawing.symbols)} nodes>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # Where scripts are not trusted the picture stays; where they run, the live page takes its place.
        live = f'<div data-explorer="{self._key}">{self._picture}</div>\n{self._script(standalone=False)}'
        return {"text/plain": repr(self), "text/html": live}

    @cached_property
    def _picture(self) -> str:
        return self.drawing._repr_mimebundle_()["text/html"]

    @cached_property
    def _key(self) -> str:
        """What tells this page's element from those of other explorers on one page."""
        return hashlib.sha256((self.data + self.functions).encode()).hexdigest()[:12]

    def _script(self, standalone: bool) -> str:
        # What is no code is compressed: the texts of all languages would be a quarter of the page.
        told = _packed(f'{{"data":{self.data},"words":{self.words},"css":{json.dumps(_file("page.css"))}}}')
        given = f"{told}, {self.functions}, {self.plurals}, {json.dumps(standalone)}"
        call = f"explorer.mount({json.dumps(self._key)}, {given});"
        return f'<script type="module">\n{_file("page.js")}{call}\n</script>'


def explore(
    value: Value,
    *,
    title: str | Message | None = None,
    lr: float = 0.1,
    digits: int = 4,
    depth: int | None = None,
    inputs: Sequence[Value] = (),
    leaves: Sequence[Value] = (),
    rows: Iterable[Sequence[float]] = (),
    predictions: Sequence[Value] = (),
    batch_size: int = 1,
    practice: bool = False,
    tour: "Sequence[Scene] | str | os.PathLike[str]" = (),
    lang: str | None = None,
    hide: Collection[str] = (),
    lock: Collection[Value | str] = (),
    start: Mapping[str, Any] | str = "",
    rules: Sequence[UpdateRule] | None = None,
) -> Explorer:
    """Make a page on which the graph of a Value can be stepped through, questioned, changed and trained.

    title: of the page; lr: the learning rate to start with; digits: significant digits of the numbers written.
    depth: show no more than so many steps back from the value; inputs: show what lies between these nodes and the
    value. What is cut off by that keeps its number, and has no gradient on the page.
    leaves, rows, predictions, batch_size: for learning over rows of data, which leaves a row has numbers for, the rows,
    the nodes that are predictions, and how many rows a step goes over. (nn.explore takes a model and makes these.)
    practice: open with questions, and with all partials and gradients hidden until they are answered.
    tour: scenes that lead through the page, or a JSON file of them: mappings of a "title", a "text" or list of
    paragraphs (with labels in `backticks`), a "view" (as start), and where it helps a "question", which has "ask",
    "choices", "right" (an index), "why" and "wrong" (a sentence for each choice), or "about" ("gradient", "value",
    "update") and "node", or all of these: the page hides what it is about until it is answered. "action" gives a scene
    a button: "step", "many steps" (of learning) or "practice". See nn.tours.
    lang: the language of the page, "en", "de" or "es"; without it the page speaks that of its reader's browser.
    rules: by which steps can be taken, the first at first; gradient descent where it is None. (nn.explore offers more.)

    For a lesson: hide leaves out "gradients" (every gradient and partial, the backward pass, and what shows them),
    "derivation", "check", "curves", "edge numbers", "steps", "numbers", "learn" or "legend". lock has leaves (Values,
    or labels) that cannot be changed, not by learning either, or "numbers" for all of them, "activations", "rate",
    "batch", "row". start is the view to open with, and to be reset to: what stands behind the # of the page's address,
    or a mapping such as {"step": 3, "select": w, "tab": "numbers", "colour": "value", "numbers": False, "row": 2}.

    A notebook shows the page below the cell, and a picture where scripts are not trusted; save() writes a file.
    Raises TypeError for what is not a Value; ValueError where the graph is out of date, where more than 2,000 nodes
    would be shown, and for numbers, rows, languages and views that do not fit; CompileError for an operation that
    cannot be written in primitives; and RuntimeError where there is no Graphviz.
    """
    if not isinstance(value, Value):
        raise TypeError(
            f"explore takes a Value, got {type(value).__name__} (nn.explore takes a model, rows and targets)"
        )
    require_digits(digits)
    lr = as_float(lr, "lr")
    if not (lr > 0 and math.isfinite(lr)):
        raise ValueError(f"lr is a finite number above 0, got {shown(lr)}")
    with language(ENGLISH):  # the page puts things into words itself
        graph = PageGraph(value, digits, depth, inputs)
        taken = learning(graph, leaves, rows, predictions, batch_size)
        left_out = hidden(hide)
        rows_count = len(taken["rows"]) if taken else 0
        rules = rules or [UpdateRule.gradient_descent()]
        names = [rule.english() for rule in rules]
        scenes = tour_data(graph, tour, lambda view: opening(graph, view, left_out, rows_count, names, False))
        first = start or scenes[0]["view"] if scenes else start
        opened = opening(graph, first, left_out, rows_count, names, practice)
        asked = {
            "hide": left_out,
            "lock": locked(graph, lock),
            "start": opened,
        } | ({"tour": scenes} if scenes else {})
        functions = graph.functions(rules)
        drawing = graph.drawing(_hidden_numbers(left_out, opened, scenes), lang)
        name = drawing.nodes[value].name if value.label else ""
        title = title or _usual_title(name, len(graph.nodes))
        title = title if isinstance(title, Message) else printable(title)
        told = {"title": title, "lr": lr, **graph.data(), "rules": graph.rules(rules), **asked}
        told |= {"learning": taken} if taken else {}
    data, carried = encoded(told)
    with language(lang):
        return Explorer(value, str(title), drawing, data, functions, *page_words(lang, carried), spoken_language())


def _hidden_numbers(hide: Collection[str], start: str, scenes: Sequence[Mapping[str, Any]]) -> set[Numbers]:
    """What no picture of the page may show: what was left out, or is to be found in practice or at first in a tour."""
    practises = dict(parse_qsl(start)).get("practice", SWITCH[0]) != SWITCH[0]
    if practises or (scenes and "about" in scenes[0].get("question", ())):
        return {"values", "gradients", "partials"}
    return {"gradients", "partials"} if "gradients" in hide else set()


def _usual_title(name: str, count: int) -> Message:
    if name:
        return Message("The graph of {name}", {"name": name})
    return Message("A graph of one node") if count == 1 else Message("A graph of {count} nodes", {"count": count})


def _packed(text: str) -> str:
    """Text as a string in JavaScript, which web/unpacking.js reads: compressed by zlib (RFC 1950), in base 64."""
    return json.dumps(base64.b64encode(zlib.compress(text.encode(errors="replace"), 9)).decode())


@lru_cache
def _file(name: str) -> str:
    """A file that was bundled from the modules of web/."""
    return (HERE / name).read_text(encoding="utf-8")
