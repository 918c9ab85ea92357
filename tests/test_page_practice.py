"""Practice on the page: what it makes of answers is what Python makes of them."""

import json
import random
from typing import Any

import pytest

from autograd import Exercise, Value, exercise, explore
from autograd.practising import MISTAKES
from tests import practice
from tests.javascript import run
from tests.test_practising import SPELLINGS, network

JUDGE = """
const { State } = await load("state");
const { Questions } = await load("questions");
const { Names, readAnswer, Unreadable } = await load("reading");
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


def wrong_answers(task: Exercise, rng: random.Random) -> list[str]:
    learner = practice.Learner(task)
    if task.kind == "gradient":
        made = [*learner.wrong_gradients(task.node)]
        texts = [*learner.formulas(task.node, rng)]
    else:
        made = [*(learner.wrong_values(task.node) if task.kind == "value" else learner.wrong_updates(task.node, 0.1))]
        texts = []
    return [f"{one.answer:.3g}" for one in made] + texts


@pytest.mark.parametrize("name", ["2-3-1", "2-2-1", "4-2-2-1", "random 8", "random 5"])
def test_the_page_judges_as_python_does(name: str) -> None:
    output = dict(practice.graphs())[name]
    rng = random.Random(1)
    tasks: list[Exercise] = []
    for kind in ("gradient", "forward", "update"):
        found: Any = exercise(output, kind=kind)
        tasks += [found] if isinstance(found, Exercise) else list(found)
    answers = [(task, text) for task in tasks for text in wrong_answers(task, rng)]
    assert len(answers) > 8
    for (task, text), (kind, mistakes) in zip(answers, judged(output, answers), strict=True):
        verdict = task.check(text)
        kind = "mistake" if kind == "both" else kind
        assert (kind, {*mistakes}) == (verdict.kind, {*verdict.mistakes}), (task, text)
        assert {*mistakes} <= {*MISTAKES}


def test_the_page_reads_what_python_reads() -> None:
    output = network()
    task = next(one for one in exercise(output) if one.name == "∂C/∂w¹₂₁")
    texts = [
        *SPELLINGS,
        "",
        "2 +",
        "(x_1",
        "σ(",
        "tanh'(z2_1)",
        "1e-3",
        ",5",
        "= 7",
        "√x_1",
        "max(1, 2)",
        "a3_1²·2",
        "__x__",
        "(" * 99,
    ]
    for text, (kind, _) in zip(texts, judged(output, [(task, text) for text in texts]), strict=True):
        kind = "mistake" if kind == "both" else kind
        assert kind == ("wrong" if (found := task.check(text)).text.startswith("That is what") else found.kind), text
