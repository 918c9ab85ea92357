"""Guided tours: each is replayed in a browser, scene by scene; what is no tour is refused with its scene's number."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from autograd import explore, topological_order
from autograd.words import Message
from nn import tours
from tests.test_explorer_page import Visit, browser, cost_231, tab, visit  # noqa: F401
from tests.test_explorer_practice import answer

TOURS = {"2-3-1": tours.TWO_THREE_ONE, "xor": tours.XOR, "two minima": tours.TWO_MINIMA}
# All that can be read or heard, but in the card of the tour where that is left out.
READ = """without => {
  const root = document.querySelector("[data-live]").shadowRoot, found = [];
  for (const element of root.querySelectorAll("*")) {
    const inSvgTitle = element.localName === "title" && element.namespaceURI.endsWith("svg");
    if (!(inSvgTitle ? element.parentElement : element).checkVisibility({ checkVisibilityCSS: true })) continue;
    if (without && element.closest(".tour")) continue;
    found.push(element.ariaLabel, element.title, element.value);
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
  }
  return found.filter((text) => typeof text === "string").join(" | ");
}"""
LINES = """body => [...body.querySelectorAll("p:not([class])")].map(p =>
  Math.round(p.clientHeight / parseFloat(getComputedStyle(p).lineHeight))).reduce((a, b) => a + b, 0)"""


def says(page: Page, answer: float, without_card: bool = False) -> list[str]:
    """The numbers on the page that are the answer, or its size, to as many digits as they have and at least two."""
    found = []
    for text in re.findall(r"(?<![\d.])\d+\.\d+", page.evaluate(READ, without_card)):
        digits = len(text.replace(".", "").lstrip("0"))
        if digits >= 2 and float(text) == float(f"{abs(answer):.{digits}g}"):
            found.append(text)
    return found


def try_to_see(page: Page) -> Iterator[str]:
    """What a person might do so as to see an answer."""
    yield "looking"
    for key in ("End", "ArrowLeft"):
        page.keyboard.press(key)
        yield key
    page.get_by_label("Colour by").select_option("gradient")
    yield "colours"
    if (levels := page.get_by_role("radio", name="Everything")).count():
        levels.check()
        yield "everything"
        page.locator(".edge").last.hover(force=True)
        yield "an edge"


@pytest.mark.parametrize("name", TOURS)
def test_a_tour_is_replayed_scene_by_scene(name: str, visit: Visit) -> None:  # noqa: F811
    explorer, scenes = tours.page(name), TOURS[name]
    page = visit(explorer, viewport={"width": 1366, "height": 768}).page
    nodes = {node.label: node for node in topological_order(explorer.value)}
    explorer.value.backward()
    panel = page.locator(".tour")
    for i, scene in enumerate(scenes, 1):
        expect(panel.locator(".count")).to_have_text(f"{i} of {len(scenes)}")
        expect(panel.locator("h2")).to_have_text(str(scene["title"]))
        assert panel.locator(".scene").evaluate(LINES) <= 5, scene["title"]
        question, view = scene.get("question", {}), scene.get("view", {})
        if "select" in view:
            expect(page.locator(".node.selected, .selected")).not_to_have_count(0)
        result = 0.0
        if "about" in question:
            node = nodes[question["node"]]
            results = {"gradient": node.grad, "value": node.data, "update": node.data - 0.1 * node.grad}
            result = results[question["about"]]
            for way in try_to_see(page):
                assert not says(page, result), (scene["title"], way)
                expect(page.locator(".panel")).to_be_hidden()
                expect(page.locator(".edge.lit")).to_have_count(0)
            for turn in ("Back", "Next"):
                panel.get_by_role("button", name=turn).click()  # the scene as it begins
        if "choices" in question:
            wrong, right = 1 - min(question["right"], 1), question["right"]
            assert "about" not in question or str(question["choices"][right]) not in str(scene["text"])
            hint = str(question.get("wrong", [""] * len(question["choices"]))[wrong])
            for at, said in ((wrong, f"Not quite: try again. {hint}".strip()), (right, str(question["why"]))):
                expect(page.locator(".panel")).to_be_visible(visible="about" not in question)
                panel.get_by_role("button", name=str(question["choices"][at]), exact=True).click()
                expect(panel.locator(".verdict")).to_contain_text(said)
        elif question:
            if "action" in scene:
                expect(panel.locator(".act")).to_be_disabled()
            assert answer(page, f"{result:.3g}") == "Right."
        expect(page.locator(".panel")).to_be_visible()
        if "about" in question:
            assert says(page, result, without_card=True), scene["title"]
        if "action" in scene:
            panel.locator(".act").click()
            expect(
                page.locator(".practice") if scene["action"] == "practice" else page.locator(".panel")
            ).to_be_visible()
            if scene["action"] == "practice":
                expect(panel).to_be_hidden()
            else:
                expect(panel.get_by_role("status").filter(has_text=" went from ")).to_be_in_viewport()
        elif i < len(scenes):
            assert panel.get_by_role("button", name="Next").is_enabled()
        if i < len(scenes):
            panel.get_by_role("button", name="Next").click()


def test_a_tour_can_be_left_and_taken_up_and_linked_to(visit: Visit) -> None:  # noqa: F811
    page = visit(tours.page("2-3-1"), "#tour=3").page
    expect(page.locator(".tour .count")).to_have_text("3 of 12")
    switch = page.get_by_role("button", name="Tour", exact=True)
    switch.click()
    expect(page.locator(".tour")).to_be_hidden()
    page.wait_for_function("() => location.hash.includes('tour=off')")
    switch.click()
    expect(page.locator(".tour .count")).to_have_text("3 of 12")
    page.locator(".tour").get_by_role("button", name="Back").click()
    page.wait_for_function("() => location.hash.includes('tour=2')")


SHORT = [
    {"title": "Here", "text": "Look at `w^1_21`.", "view": {"select": "w^1_21", "step": 3}},
    {"text": ["One.", "Two."], "question": {"ask": "Which?", "choices": ["a", "b"], "right": 0}},
]


def test_a_teacher_writes_a_tour_in_python_or_json(tmp_path: Path) -> None:
    told = json.loads(explore(cost_231(), tour=SHORT).data)
    first, second = told["tour"]
    assert first == {"title": "Here", "text": ["Look at w¹₂₁."], "view": "select=w%C2%B9%E2%82%82%E2%82%81&step=3"}
    assert second["title"] == "2"
    assert second["question"] == {"ask": "Which?", "choices": ["a", "b"], "right": 0, "why": "", "wrong": ["", ""]}
    assert told["start"] == first["view"]
    (tmp_path / "tour.json").write_text(json.dumps(SHORT), encoding="utf-8")
    for path in (tmp_path / "tour.json", str(tmp_path / "tour.json")):
        assert json.loads(explore(cost_231(), tour=path).data)["tour"] == told["tour"]
    spoken = json.loads(explore(cost_231(), tour=[{"text": Message("One {x}.", {"x": 1})}]).data)["tour"]
    assert spoken[0]["text"] == [["One {x}.", {"x": 1}]]


@pytest.mark.parametrize(
    ("tour", "words"),
    [
        ({"text": "one"}, "a list of scenes"),
        ([3], "scene 1 of the tour: a scene is a mapping"),
        (
            [{"text": "one"}, {"words": "two"}],
            "scene 2 .* has the keys title, text, view, question, action, got",
        ),
        ([{"title": "one"}], "its text is a text"),
        ([{"text": "one", "view": {"step": 99}}], "scene 1 .*whole number"),
        ([{"text": "one", "view": {"select": "w^9"}}], "scene 1 .*select"),
        ([{"text": "one", "question": {"ask": "?", "choices": ["a"], "right": 1}}], "right is the index"),
        ([{"text": "one", "question": {"about": "slope", "node": "y"}}], "about a gradient, value or update"),
        ([{"text": "one", "question": {"about": "value", "node": "w^1_21"}}], "cannot be about w¹₂₁"),
        ([{"text": "one", "question": {"ask": "?", "choices": [1, 2], "right": 1}}], "its choices is a text, got 1"),
        (
            [{"text": "one", "question": {"choices": ["a", "b"], "right": 1, "wrong": ["no"]}}],
            "wrong has a text for each",
        ),
        ([{"text": "one", "question": 3}], "its question is a mapping"),
    ],
)
def test_what_is_no_tour_is_refused(tour: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        explore(cost_231(), tour=tour)
    with pytest.raises(ValueError, match="there are tours for"):
        tours.page("4-2")


def test_the_hidden_neurons_of_xor_find_what_the_tour_says(visit: Visit) -> None:  # noqa: F811
    """a²₃ is near 1 where only x₁ is 1, a²₄ where only x₂ is; the output where one of them is."""
    screen = visit(tours.page("xor"), "#tour=5", level="neurons")
    page = screen.page
    for _ in range(3):
        page.locator(".tour .act").click()
        expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    for row, ((x, y), target) in enumerate(tours.XOR_ROWS, 1):
        page.get_by_label("The row that is shown").fill(str(row))
        for name, on in (("a²₃", x > y), ("a²₄", y > x), ("a³₁", target > 0)):
            value, _ = screen.numbers()[name]
            assert (value > 0.85) == on, (row, name)
            assert on or value < 0.15, (row, name)


def test_on_a_phone_the_picture_is_seen_above_what_is_told_or_asked(visit: Visit) -> None:  # noqa: F811
    page = visit(tours.page("2-3-1"), level=None, viewport={"width": 360, "height": 640}).page

    def seen(card: str) -> None:
        picture, sheet = (page.locator(one).bounding_box() for one in (".canvas", card))
        size = page.viewport_size
        assert picture
        assert sheet
        assert size
        assert picture["y"] >= 0, card
        assert picture["height"] >= 150, card
        assert picture["y"] + picture["height"] <= sheet["y"] + 1, card
        assert sheet["y"] + sheet["height"] <= size["height"] + 1, card

    for scene in range(len(tours.TWO_THREE_ONE)):
        for width, height in ((360, 640), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            seen(".tour")
        if scene + 1 < len(tours.TWO_THREE_ONE):
            page.locator(".tour .next").click()
    page.locator(".tour .act").click()
    seen(".practice")
