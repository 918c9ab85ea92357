"""Practice on the page: what it makes of answers is what Python makes of them."""

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from autograd import Exercise, Value, exercise, explore
from autograd.practising import MISTAKES
from tests import practice
from tests.javascript import run
from tests.test_practising import RIGHT, SPELLINGS, UNREADABLE, network

JUDGE = """
const { State } = await load("state");
const { Questions } = await load("questions");
const { Names } = await load("names");
const { readAnswer, Unreadable } = await load("reading");
const { judge } = await load("judging");
const { Numbers, numbersAt } = await load("terms");
const { nearby, randomNumbers } = await load("fresh_numbers");
const state = new State(given.data, new Function(`return ${given.functions}`)()(ieee));
const { graph } = state, questions = new Questions(graph), names = new Names(graph), random = randomNumbers(1);
const points = [new Numbers(graph, 0.1), ...[1, 2].map(() => numbersAt(graph, nearby(graph, random), 0.1))];
const asked = { value: "forward", gradient: "gradient", update: "update" };
return given.answers.map(([kind, label, text]) => {
  const all = questions.about(asked[kind]);
  const question = all.find((one) => one.kind === kind && graph.name(one.node) === label);
  try {
    const [verdict, slips] = judge(question, readAnswer(text, names), questions.slips(question), points, null);
    return [verdict, slips.map(({ mistake }) => given.data.practice.mistakes[mistake][0][0])];
  } catch (error) {
    if (error instanceof Unreadable) return ["unreadable", []];
    throw error;
  }
});
"""


def judged(output: Value, answers: list[tuple[Exercise, str]]) -> list[tuple[str, list[str]]]:
    """What the page makes of answers to questions about a graph."""
    told = explore(output)
    listed = [[task.kind, task.name.removeprefix("new ").split("/∂")[-1], text] for task, text in answers]
    given = {"data": json.loads(told.data), "functions": told.functions, "answers": listed}
    return [(kind, names) for kind, names in run(JUDGE, **given)]


def answers_to(task: Exercise, rng: random.Random) -> list[str]:
    """Wrong ones, formulas, and what is right and wrong where numbers are rounded on the way."""
    _, wrong = practice.right_and_wrong(task, practice.Learner(task))
    right_by_hand, wrong_by_hand = practice.right_and_wrong(task, practice.Learner(task, rounding=True))
    numbers = [one.answer for one in (*wrong, *wrong_by_hand[:12])] + [right_by_hand]
    formulas = practice.Learner(task).formulas(task.node, rng) if task.kind == "gradient" else ()
    return [f"{number:.3g}" for number in numbers] + [*formulas]


@pytest.mark.parametrize("name", ["2-3-1", "2-2-1", "4-2-2-1", "random 8", "random 5"])
def test_the_page_judges_as_python_does(name: str) -> None:
    output = dict(practice.graphs())[name]
    rng = random.Random(1)
    tasks: list[Exercise] = []
    for kind in ("gradient", "forward", "update"):
        found: Any = exercise(output, kind=kind)
        tasks += [found] if isinstance(found, Exercise) else list(found)
    answers = [(task, text) for task in tasks for text in answers_to(task, rng)]
    assert len(answers) > 8
    for (task, text), (kind, mistakes) in zip(answers, judged(output, answers), strict=True):
        verdict = task.check(text)
        kind = "mistake" if kind == "both" else kind
        assert (kind, {*mistakes}) == (verdict.kind, {*verdict.mistakes}), (task, text)
        assert {*mistakes} <= {*MISTAKES}


def held_together(output: Value, tasks: list[Exercise], texts: Sequence[str]) -> None:
    """Have the page and Python judge texts alike."""
    answers = [(task, text) for task in tasks for text in texts]
    for (task, text), (kind, mistakes) in zip(answers, judged(output, answers), strict=True):
        found = task.check(text)
        kind = "mistake" if kind == "both" else "wrong" if kind == "asked" else kind
        assert (kind, {*mistakes}) == (found.kind, {*found.mistakes}), (task, text)


def test_the_page_reads_what_python_reads() -> None:
    output = network()
    task = next(one for one in exercise(output) if one.name == "∂C/∂w¹₂₁")
    more = [
        "2 +",
        "tanh'(z2_1)",
        "1e-3",
        ",5",
        "= 7",
        "√x_1",
        "max(1, 2)",
        "a3_1²·2",
        "__x__",
        "(" * 99,
        "max(|x_1|, 2)",
    ]
    held_together(output, [task], [*SPELLINGS, *UNREADABLE, *more])
    a, k = Value(1.2, "a"), Value(1.7, "k")
    graph = k * a**2 + (k * a).sin() * a.tanh() + a.relu()
    letters = [answer for _, answer in RIGHT]
    held_together(graph, [exercise(graph, a)], [*letters, "2ka", "kka", "kcos(ka)", "ak^2", "kk", "aaaaaaaaaa", "ka1"])


def test_a_part_is_asked_about_with_the_roles_that_it_has_in_the_picture() -> None:
    told = json.loads(explore(network(), depth=3).data)
    roles = {node["label"][0]: node["role"] for node in told["nodes"]}
    asked = [told["nodes"][i]["label"][0] for i in told["practice"]["parameters"]]
    assert "cut off" in roles.values()
    assert asked
    assert {roles[label] for label in asked} == {"parameter"}
    alone = json.loads(explore(network(), depth=1).data)  # the loss of a prediction that is cut off, and a target
    assert [alone["nodes"][i]["label"][0] for i in alone["practice"]["parameters"]] == ["y"]
