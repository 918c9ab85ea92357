"""Practice in a browser: questions answered as a person does, with what the engine computes."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from autograd import Value, explore, topological_order, unicode_label
from tests.test_explorer_page import Visit, browser, cost_231, tab, visit  # noqa: F401

EDGE = re.compile(r"edge from (\S+) to (\S+):|What does (\S+) hand on to (\S+)\?")


def names(output: Value) -> dict[str, Value]:
    return {unicode_label(node.label): node for node in topological_order(output) if node.label}


def partial(node: Value, operand: Value) -> float:
    return sum(dx for x, dx in zip(node.operands, node.partials, strict=True) if x is operand)


def right_answer(prompt: str, nodes: Mapping[str, Value]) -> float:
    """By the words of a question."""
    if match := EDGE.search(prompt):
        by, of, user, operand = match.groups()
        return partial(nodes[of], nodes[by]) if by else nodes[user].grad * partial(nodes[user], nodes[operand])
    (name,) = re.findall(r"(?:value of|At|change with|new) (\S+?)[ ?]", prompt)
    if prompt.startswith("Forward"):
        return nodes[name].data
    return nodes[name].data - 0.1 * nodes[name].grad if "new" in prompt else nodes[name].grad


def answer(page: Page, text: str) -> str:
    field = page.get_by_label("Your answer")
    field.fill(text)
    field.press("Enter")
    return page.locator(".verdict").inner_text()


def opened(visit: Visit, address: str = "", **options: Any) -> tuple[Page, dict[str, Value]]:  # noqa: F811
    output = cost_231()
    output.backward()
    return visit(explore(output, **options), address).page, names(output)


def work_through(page: Page, nodes: Mapping[str, Value]) -> int:
    """Answer every third question of a topic, and the last, with numbers; say how many there were."""
    count = int(page.locator(".count").inner_text().split()[-1])
    for i in range(count):
        if i % 3 and i + 1 < count:
            page.get_by_role("button", name="Next", exact=True).click()
            continue
        prompt = page.locator(".prompt").inner_text()
        if prompt.startswith("Only"):
            page.get_by_role("button", name="Yes, it falls").click()
        else:
            verdict = answer(page, f"{right_answer(prompt, nodes):.4g}")
            assert verdict == "Right.", (prompt, verdict)
        if i + 1 < count:
            page.get_by_role("button", name="Next", exact=True).click()
    return count


def test_the_questions_of_every_topic_take_what_the_engine_computes(visit: Visit) -> None:  # noqa: F811
    page, nodes = opened(visit, practice=True)
    counts = {}
    for topic in ("backward", "gradient", "forward", "update"):
        page.get_by_label("What to practise").select_option(topic)
        counts[topic] = work_through(page, nodes)
    assert counts == {"backward": 42, "gradient": 11, "forward": 9, "update": 22}
    expect(page.locator(".practice .note").last).to_contain_text(
        "32 right, 32 at the first try; hints: 0, solutions: 0."
    )


def test_practice_hides_what_is_asked_and_shows_what_was_answered(visit: Visit) -> None:  # noqa: F811
    page, _ = opened(visit)
    assert page.locator(".edge-number").filter(has_text=re.compile(r"\d")).count()
    page.get_by_role("button", name="Practice").click()
    expect(page.locator(".steps, .panel").first).to_be_hidden()
    numbers = page.locator(".edge-number").filter(has_text=re.compile(r"\d"))
    gradients = page.locator(".gradient").filter(has_text=re.compile(r"\d"))
    expect(numbers).to_have_count(0)
    expect(gradients).to_have_count(1)  # of C, which is 1
    page.keyboard.press("End")  # no way round
    expect(gradients).to_have_count(1)
    labels = page.locator(".edge").evaluate_all("edges => edges.map(edge => edge.getAttribute('aria-label'))")
    assert {*labels} == {"edge"}
    page.get_by_role("button", name="Show the solution").click()
    expect(numbers).to_have_count(1)
    page.get_by_role("button", name="Next", exact=True).click()
    expect(gradients).to_have_count(2)  # C and its prediction
    page.get_by_role("button", name="Practice").click()
    expect(page.locator(".steps")).to_be_visible()


def test_a_wrong_answer_is_told_by_its_mistake_and_help_comes_in_stages(visit: Visit) -> None:  # noqa: F811
    page, nodes = opened(visit, practice=True)
    assert "sign of the error" in answer(page, "(y - a3_1) / (a3_1 (1 - a3_1))")
    assert "cannot be read" in answer(page, "y -")
    assert "asked for" in answer(page, "∂C/∂a3_1")
    for stage, words in enumerate(("Move a³₁ alone", "differentiate the cost", "0."), 1):
        page.get_by_role("button", name="Hint").click()
        expect(page.locator(".help .hint")).to_have_count(stage)
        expect(page.locator(".help .hint").last).to_contain_text(words)
    assert answer(page, "(a3_1 - y)/(a3_1·(1 − a3_1))") == "Right."
    expect(page.get_by_role("button", name="Next question")).to_be_visible()
    page.get_by_label("Your answer").press("Enter")  # goes on
    expect(page.get_by_role("button", name="Check")).to_be_visible()
    expect(page.locator(".count")).to_have_text("2 of 42")
    wrong = page.get_by_role("group", name="Or choose").get_by_role("button", name="1", exact=True)
    wrong.click()
    expect(page.locator(".verdict")).to_contain_text("slope of the function is missing")
    page.get_by_role("group", name="Or choose").get_by_role("button", name="a³₁(1 − a³₁)", exact=True).click()
    expect(page.locator(".verdict")).to_have_text("Right.")
    for _ in range(2):
        page.get_by_role("button", name="Hint").click()
    expect(page.locator(".help .hint").last.locator("math")).to_have_count(2)  # σ and its slope
    page.get_by_label("What to practise").select_option("gradient")
    expect(page.locator(".edge.active")).to_have_count(1)  # the line of the weight
    given = " ".join(page.locator(".given p").all_inner_texts())
    assert {*re.findall(r"[a-z]\S*(?=\u00a0=)", given)} == {"w²₁₁", "a²₁", "a³₁", "y", "x₁"}, (
        "what the answer is made from"
    )
    before = nodes["w¹₁₁"].grad
    page.get_by_role("button", name="New numbers").click()
    assert "before the last change" in answer(page, f"{before:.3g}")
    page.get_by_label("What to practise").select_option("update")
    expect(page.locator(".edge.active")).to_have_count(1)
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".prompt")).to_contain_text("Will C fall?")
    expect(page.locator(".question .formula")).to_have_count(0)  # that is no number
    assert "= 0" not in page.locator(".given").inner_text(), "a number on the line of its name"
    for stage, words in enumerate(("downhill", "gradient times the step", "·"), 1):
        page.get_by_role("button", name="Hint").click()
        expect(page.locator(".help .hint")).to_have_count(stage)
        expect(page.locator(".help .hint").last).to_contain_text(words)
    expect(page.get_by_role("button", name="Next question")).to_be_hidden()
    page.get_by_role("button", name="No, it does not").click()
    falls = re.compile(r"^Not quite\. Yes: C falls from (\S+) to (\S+), for the step goes against the slope\.$")
    expect(page.locator(".verdict")).to_have_text(falls)
    numbers = falls.match(page.locator(".verdict").inner_text())
    assert numbers
    assert float(numbers[1]) > float(numbers[2])
    page.get_by_role("button", name="Yes, it falls").click()
    expect(page.locator(".verdict")).to_have_text(re.compile("^Yes: C falls"))
    page.get_by_role("button", name="Next question").click()
    expect(page.locator(".count")).to_have_text("3 of 22")


def test_the_address_holds_the_session(visit: Visit) -> None:  # noqa: F811
    page, _ = opened(visit, "#practice=gradient&q=3&seed=2&score=3.2.1.0.0x2.4x1")
    expect(page.locator(".count")).to_have_text("3 of 11")
    expect(page.locator(".practice .note").last).to_contain_text("3 right, 2 at the first try; hints: 1, solutions: 0.")
    answer(page, "7")
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_function("() => location.hash.includes('q=4')")
    assert "score=3.2.1.0.0x2.4x1" in page.url
    page, _ = opened(visit, "#practice=nothing&q=-3&score=x", practice=True)
    expect(page.locator(".count")).to_have_text("1 of 42")
    page.get_by_role("button", name="Practice").click()
    page.wait_for_function("() => location.hash.includes('practice=off')")
    page.reload()
    expect(page.locator(".steps")).to_be_visible()
