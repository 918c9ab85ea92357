"""The page for everyone: in other languages, and as axe-core sees it, which knows the hurdles of WCAG."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import nn
from autograd import explore
from nn.losses import LOSSES
from nn.networks import two_three_one
from nn.tours import XOR
from tests.marked import speak_marked, unmarked
from tests.test_explorer_page import NARROW, WIDE, Visit, browser, cost_231, tab, visit  # noqa: F401
from tests.typesetting import MODULES

AXE = MODULES / "axe-core" / "axe.min.js"
ROWS, LABELS = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
# Of the page of one row, and of that of several: their addresses.
STATES = ["", "select=w²₁₂", "select=a²₁&level=everything", "step=4", "step=16&level=everything", "colour=gradient"]
STATES += ["tab=numbers", "practice=backward"]
STATES_OF_ROWS = ["tour=off", "tour=off&tab=learn"]
SCENES: list[dict[str, Any]] = [
    {"text": "Look at `w^1_21`.", "question": {"ask": "What does it multiply?", "choices": ["x₁", "x₂"], "right": 0}},
    {"title": "The output", "text": "One step back.", "question": {"about": "gradient", "node": "w^2_11"}},
]
# Every rule there is, label-content-name-mismatch among them; not for what the picture's frame cuts off, of which axe
# takes but the letters inside for the label.
HURDLES = """async () => {
  const { violations } = await axe.run(document, {
    rules: { "label-content-name-mismatch": { enabled: true } }, resultTypes: ["violations"], elementRef: true });
  const isWhole = ({ element }) => {
    const frame = element.closest(".canvas")?.getBoundingClientRect(), own = element.getBoundingClientRect();
    return !frame || (own.left >= frame.left && own.right <= frame.right && own.top >= frame.top &&
      own.bottom <= frame.bottom);
  };
  return violations.flatMap(({ id, nodes }) => nodes.filter((node) => !id.startsWith("label-content") || isWhole(node))
    .map(({ html }) => `${id}: ${html.slice(0, 200)}`)); }"""


@pytest.mark.parametrize(("size", "colours"), [(WIDE, "light"), (NARROW, "dark")])
def test_axe_finds_nothing(visit: Visit, size: Any, colours: Any) -> None:  # noqa: F811
    if not AXE.is_file() and not os.environ.get("CI"):
        pytest.skip("no axe-core: make installs it into the environment")
    axe = AXE.read_text(encoding="utf-8")
    rows = nn.explore(two_three_one("tanh", seed=1), ROWS, LABELS, tour=SCENES)
    for explorer, states in ((explore(cost_231()), STATES), (rows, STATES_OF_ROWS)):
        page = visit(explorer, viewport=size, color_scheme=colours).page
        page.evaluate(axe)
        for state in states:
            page.evaluate("state => location.hash = state", state)
            page.wait_for_timeout(60)
            assert page.evaluate(HURDLES) == [], state
        steps = BY_HAND_OF_ROWS if explorer is rows else BY_HAND
        for act in steps:
            act(page)
            page.wait_for_timeout(60)
            assert page.evaluate(HURDLES) == [], act


def wrong(page: Page) -> None:
    field = page.get_by_label("Your answer").locator("visible=true")
    field.fill("1234")
    field.press("Enter")
    expect(page.locator(".verdict:visible")).not_to_be_empty()


def click(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name, exact=True).first.click()


def go(state: str) -> Callable[[Page], None]:
    """To another state, once the page has written the present one into its address."""
    script = "state => new Promise((done) => setTimeout(() => done((location.hash = state)), 250))"
    return lambda page: page.evaluate(script, state)


# What is done on the page of one row, which is in practice, and on that of several.
BY_HAND = [wrong, click("Hint"), click("Show the solution"), go("tab=learn"), click("It rises")]
BY_HAND_OF_ROWS = [go("tour=1"), click("x₂"), click("Next"), wrong]


def test_a_screen_reader_hears_questions_verdicts_and_hints(visit: Visit) -> None:  # noqa: F811
    """Each is put into an element that was there before, and that says what is put into it."""
    page = visit(nn.explore(two_three_one("tanh", seed=1), ROWS, LABELS, tour=SCENES), "#row=2").page
    page.evaluate(LISTEN)
    heard: Callable[[], str] = lambda: page.evaluate("() => heard.splice(0).join(' | ')")  # noqa: E731
    click("x₂")(page)
    assert heard() == "Not quite: try again."
    click("Next")(page)
    assert "One step back. How does C change with w²₁₁?" in heard()
    wrong(page)
    assert page.locator(".tour .verdict").inner_text() in heard()
    click("Hint")(page)
    assert "1. There is one path" in heard()
    go("tour=off&practice=backward&row=2")(page)
    expect(page.locator(".practice .prompt")).to_be_visible()
    assert "The partial on the edge" in heard()
    click("Next")(page)
    prompt = page.locator(".practice .prompt").inner_text()
    assert prompt in heard()
    wrong(page)
    assert page.locator(".practice .verdict").inner_text() in heard()


# What live regions say, as they do: what is added to them after they are there themselves.
LISTEN = """() => {
  window.heard = [];
  const live = new Set(), root = document.querySelector("[data-explorer]").shadowRoot;
  const find = () => root.querySelectorAll("[aria-live], [role=status]").forEach((region) => live.add(region));
  find();
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const region = (target.nodeType === 3 ? target.parentElement : target)?.closest("[aria-live], [role=status]");
      const added = [...addedNodes].map((node) => node.textContent).join(" ") || target.data;
      if (region && live.has(region)) heard.push(added);
    }
    find();
  }).observe(root, { childList: true, characterData: true, subtree: true });
}"""


def test_a_page_speaks_its_readers_language_and_numbers(visit: Visit) -> None:  # noqa: F811
    explorer = explore(cost_231(), digits=4)
    for locale, lang, title, value in (
        ("de-AT", "de", "Der Graph von C", "C = 0,6709"),
        ("es-MX", "es", "El grafo de C", "C = 0.6709"),
        ("fr-FR", "en", "The graph of C", "C = 0.6709"),
    ):
        page = visit(explorer, locale=locale).page
        assert (page.evaluate("document.documentElement.lang"), page.title()) == (lang, title)
        expect(page.locator(".cost")).to_have_text(value)
    page = visit(explore(cost_231(), lang="es"), "#tab=numbers").page  # whatever the browser speaks
    expect(page.get_by_role("tab", name="Números")).to_be_visible()
    field = page.get_by_role("spinbutton", name="w¹₁₁", exact=True)
    for typed in ("0,25", "0.25"):
        field.fill("1")
        field.fill(typed)
        expect(page.locator(".control").filter(has=field).locator("input[type=range]")).to_have_value("0.25")
    field.press("ArrowUp")
    expect(field).to_have_value("0,35")


def test_nothing_is_left_in_english(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Spoken in a language that has a mark at both ends of each text, the page shows no words without."""
    speak_marked(monkeypatch)
    page = visit(nn.explore(two_three_one("tanh", seed=1), ROWS, LABELS, lang="de"), "#level=everything").page
    for state in ("", "select=z²₁", "tab=numbers", "tab=learn", "practice=backward", "step=4", "step=16"):
        page.evaluate("state => location.hash = state", f"level=everything&{state}")
        page.wait_for_timeout(60)
        assert unmarked(page.evaluate(SAID)) == [], state
    for loss, told in LOSSES.items():
        model = nn.MLP(2, [3, 2 if told.joint else 1], "tanh", told.activation, seed=1)
        targets = [1, 1, 1, 1] if told.decide else LABELS
        page = visit(nn.explore(model, ROWS, targets, loss=loss, lang="de"), "#select=C").page
        page.locator(".meaning summary").click()
        assert unmarked(page.evaluate(SAID)) == [], loss
        assert unmarked([page.title()]) == []


SAID = """() => {
  const root = document.querySelector("[data-explorer]").shadowRoot, said = [];
  for (const element of root.querySelectorAll("main *")) {
    for (const name of ["aria-label", "title", "placeholder"]) said.push(element.getAttribute(name) ?? "");
    for (const node of element.childNodes) if (node.nodeType === 3) said.push(node.nodeValue);
  }
  return said; }"""


# Buttons, tabs and levels whose text is on several lines, or cut, or beyond the window; long answers may have lines.
BROKEN = """() => {
  const root = document.querySelector("[data-live]").shadowRoot, broken = [];
  for (const button of root.querySelectorAll("button, .levels label")) {
    if (!button.checkVisibility() || button.closest(".choices")) continue;
    const box = button.getBoundingClientRect(), range = document.createRange();
    range.selectNodeContents(button);
    const lines = new Set([...range.getClientRects()].filter(({ width }) => width).map(({ y }) => Math.round(y / 6)));
    const cut = button.scrollWidth > button.clientWidth + 1 || box.left < 0 || box.right > innerWidth;
    if (cut || (!button.querySelector("svg, input") && lines.size > 1)) broken.push(button.textContent);
  }
  return broken;
}"""


def test_no_button_has_its_text_on_two_lines_or_cut(visit: Visit) -> None:  # noqa: F811
    for lang in ("en", "de", "es"):
        explorer = nn.explore(nn.MLP(2, [3, 1], "tanh", "sigmoid"), ROWS, LABELS, lang=lang, tour=XOR)
        page = visit(explorer, level=None).page
        for width in (360, 768, 1366, 1920):
            page.set_viewport_size({"width": width, "height": 768})
            for view in ("tour=3", "tour=off&tab=learn", "tour=off&select=w¹₂₁", "tour=off&practice=gradient"):
                page.evaluate("view => location.hash = view", view)
                page.wait_for_timeout(30)
                assert page.evaluate(BROKEN) == [], (lang, width, view)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (lang, width, view)
