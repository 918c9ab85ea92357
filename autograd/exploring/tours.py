"""Guided tours: scenes of a few sentences, each with a view of the page and, where it helps, a question."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd.core import shown
from autograd.exploring.page_graph import PageGraph
from autograd.notation import printable, unicode_label
from autograd.words import Message

Scene = Mapping[str, Any]
KEYS = ("title", "text", "view", "question", "action")
ABOUT = ("gradient", "value", "update")
ACTIONS = ("step", "many steps", "practice")


def tour_data(
    graph: PageGraph, tour: "Sequence[Scene] | str | os.PathLike[str]", address: Callable[[Any], str]
) -> list[dict[str, Any]]:
    """The scenes of a tour in JSON's types, checked.

    tour: the scenes, or a JSON file that has them. address: makes the text of an address of a view, or raises. Raises
    TypeError and ValueError for what is no scene, with its number.
    """
    scenes: Any = json.loads(Path(tour).read_text(encoding="utf-8")) if isinstance(tour, str | os.PathLike) else tour
    if isinstance(scenes, str | Mapping) or not isinstance(scenes, Sequence):
        raise TypeError(f"a tour is a list of scenes, or a JSON file that has one, got {type(scenes).__name__}")
    told = []
    for i, scene in enumerate(scenes, 1):
        try:
            told.append(_scene(graph, scene, i, address))
        except (TypeError, ValueError) as error:
            raise type(error)(f"scene {i} of the tour: {error}") from None
    return told


def _scene(graph: PageGraph, scene: Scene, number: int, address: Callable[[Any], str]) -> dict[str, Any]:
    if not isinstance(scene, Mapping):
        raise TypeError(f"a scene is a mapping with the keys {', '.join(KEYS)}, got {shown(scene)}")
    if unknown := [key for key in scene if key not in KEYS]:
        raise ValueError(f"a scene has the keys {', '.join(KEYS)}, got {shown(unknown[0])}")
    text = scene.get("text", "")
    paragraphs = [text] if isinstance(text, str | Message) else list(text)
    if not all(isinstance(part, str | Message) and str(part).strip() for part in paragraphs):
        raise ValueError("its text is a text, or a list of paragraphs")
    told: dict[str, Any] = {
        "title": _with_labels(_text(scene.get("title") or str(number), "title")),
        "text": [*map(_with_labels, paragraphs)],
        "view": address(scene.get("view") or ""),
    }
    if question := scene.get("question"):
        told["question"] = _question(graph, question)
    if (action := scene.get("action")) is not None:
        if action not in ACTIONS:
            raise ValueError(f"its action is one of {', '.join(ACTIONS)}, got {shown(action)}")
        told["action"] = action
    return told


def _question(graph: PageGraph, question: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(question, Mapping):
        raise TypeError(f"its question is a mapping, got {shown(question)}")
    if "choices" not in question:
        return _about(graph, question)
    choices, right = [_text(one, "choices") for one in question["choices"]], question.get("right")
    if type(right) is not int or not 0 <= right < len(choices):
        raise ValueError(f"right is the index of one of the {len(choices)} choices, got {shown(right)}")
    ask, why = (_with_labels(_text(question.get(key, ""), key)) for key in ("ask", "why"))
    wrong = [_with_labels(_text(one, "wrong")) for one in question.get("wrong", [""] * len(choices))]
    if len(wrong) != len(choices):
        raise ValueError(f"wrong has a text for each of the {len(choices)} choices, got {len(wrong)}")
    told = {"ask": ask, "choices": [*map(_with_labels, choices)], "right": right, "why": why, "wrong": wrong}
    return told | (_about(graph, question) if "about" in question else {})


def _about(graph: PageGraph, question: Mapping[str, Any]) -> dict[str, Any]:
    about, node = question.get("about"), question.get("node")
    index = graph.index_of(node) if node is not None else -1
    if about not in ABOUT or index < 0:
        raise ValueError(
            "its question has choices and which is right, or is about a gradient, value or update of a node of the "
            f"graph, got {shown(dict(question))}"
        )
    if about != "gradient" and (about == "value") != bool(graph.nodes[index].operands):
        raise ValueError(f"a question about a {about} cannot be about {graph.names[index]}")
    return {"about": about, "node": index}


def _text(text: Any, key: str) -> str | Message:
    if not isinstance(text, str | Message):
        raise TypeError(f"its {key} is a text, got {shown(text)}")
    return text


def _with_labels(text: str | Message) -> str | Message:
    """A text as it is said: labels in backticks as formulas have them, `w^2_11` as w²₁₁."""
    if isinstance(text, Message):
        return text
    return printable(re.sub(r"`([^`]+)`", lambda found: unicode_label(found[1]), " ".join(text.split())))
