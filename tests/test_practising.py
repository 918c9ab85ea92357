"""Exercises: answers read and judged, hints, fresh numbers; and that mistakes are named, measured by tests.practice."""

import math
from collections.abc import Sequence
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Derivation,
    Exercise,
    Exercises,
    Value,
    affine,
    exercise,
    grad,
    squared_error,
    topological_order,
)
from autograd.core import operations as ops
from autograd.practising import MISTAKES, WRONG_PARTIALS, WRONG_VALUES
from autograd.practising.judging import agrees
from autograd.practising.rounding import Rounding
from autograd.practising.terms import Numbers
from nn.networks import cost, four_two_two_one, two_three_one
from tests import practice


def network(activation: Any = "sigmoid") -> Value:
    return cost(two_three_one(activation, seed=1), [0.5, -0.3], 1.0)


def labelled(output: Value, label: str) -> Value:
    return next(node for node in topological_order(output) if node.label == label)


def asked(label: str = "w^1_21", output: Value | None = None, **options: Any) -> Exercise:
    output = output or network()
    task = exercise(output, labelled(output, label), **options)
    assert isinstance(task, Exercise)
    return task


def worked(task: Exercise) -> float:
    solution = task.solution()
    assert isinstance(solution, Derivation)
    return solution.value


# ------------------------------------------------------------------------------------------------ the measure


def test_mistakes_are_named_no_right_answer_is_refused_and_no_wrong_one_accepted() -> None:
    chosen = ("2-3-1", "2-2-1", "4-2-2-1", *[f"random {i}" for i in (1, 8, 13)])
    score = practice.measure(1, lambda name: name in chosen)
    assert score.part >= practice.NAMED
    assert score.taken >= practice.TAKEN
    assert score.by_hand["shown"] > score.by_hand["rounding"] + score.by_hand["mistake"]
    assert not score.refused
    assert not score.accepted
    assert {*score.named} == {*MISTAKES}, "a mistake that no learner of the measure makes is not measured"


@pytest.mark.parametrize("broken", ["minus the slope", "one", "the factor itself"])
def test_the_measure_notices_what_is_missing(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WRONG_PARTIALS, broken, WRONG_PARTIALS[broken]._replace(rule=lambda *_: None))
    score = practice.measure(1, lambda name: name == "2-3-1")
    assert score.missed[WRONG_PARTIALS[broken].mistake]


# ---------------------------------------------------------------------------------------------------- reading

SPELLINGS = [
    "-2(y-a^3_1)*a3_1*(1-a3_1)*w2_12*a2_2*(1-a2_2)*x_1",
    "−2 · (y − a³₁) · a³₁(1 − a³₁) · w²₁₂ · a²₂ (1 − a²₂) · x₁",
    r"-2 (y - a^{3}_{1}) \cdot a^{3}_{1} (1 - a^{3}_{1}) \cdot w^{2}_{12} \cdot a^{2}_{2} (1 - a^{2}_{2}) x_{1}",
    "= 2*(a_1^3 - y) * σ'(z3_1) * w_12^2 * sigmoid'(z2_2) * x1",
    "2(a3_1 - y) a3_1 (1 - a3_1) w2_12 a2_2 (1 - a2_2) x_1",
    "(a3_1 - y)/0.5 * σ(z3_1)*(1 - σ(z3_1)) * w2_12 * (a2_2 - a2_2²) * x_1",
    "∂C/∂a3_1 ∂a3_1/∂z3_1 ∂z3_1/∂a2_2 ∂a2_2/∂z2_2 ∂z2_2/∂w1_21",
    "dC/da3_1 * da3_1/dz3_1 * w2_12 * da2_2/dz2_2 * x_1",
    "δ(z2_2) x_1",
    "delta_z2_2 * x_1",
    r"\delta^{2}_{2} x_{1}",
    "δ²₂x₁",
    "2(a3_1 - y) f'(z3_1) w2_12 f'(z^2_2) x1",
    r"2\left(a^{3}_{1}-y\right)\,\sigma'(z^{3}_{1})\,w^{2}_{12}\,\sigma'\left(z^{2}_{2}\right)x_1",
    r"\frac{\partial C}{\partial a^{3}_{1}} \frac{\partial a^3_1}{\partial z^3_1} \frac{w^2_12 * 3}{3} σ'(z2_2) x_1",
    "-2|a3_1 - y| a3_1(1 - a3_1) w2_12 (σ(z2_2) - σ²(z2_2)) x_1 [x_1 > 0]",
    "-2|y - a3_1||a3_1(1 - a3_1)| w2_12 (σ z2_2 - σ^2(z2_2)) x_1 [x_1 ≥ 0][0 <= 1]",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_formula_is_read_however_it_is_spelled(text: str) -> None:
    verdict = asked().check(text)
    assert verdict.kind == "right", verdict


UNREADABLE = [
    *[
        "",
        "foo",
        "2 +",
        "(x_1",
        "x_1)",
        "σ",
        "σ(",
        "tanh'",
        "x_1 ^",
        "a3_1 a",
        "1 2 +",
        "__import__('os')",
        "(" * 500,
    ],
    *["|x_1", "[x_1 >", "[x_1 > 0)", "x_1 > 0", r"\frac{1}", r"\frac12", "f(x_1)", "f'", "f", "sin z2_1 x_1"],
    *["σ z2_1²", "δ^9_9", "σ^-1(z2_1)", "|", "||"],
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_said_to_be_so(text: str) -> None:
    task = asked()
    verdict = task.check(text)
    assert verdict.kind == "unreadable"
    assert "number" in str(verdict)
    assert not task.correct


def test_other_kinds_of_answers_are_said_to_be_none() -> None:
    answers: list[object] = [None, [1.0], {}, 1j]
    for answer in answers:
        assert asked().check(answer).kind == "unreadable"


@given(st.text(alphabet="awxyz123_^+-*/()σδ∂C .,'²₁", max_size=20))
def test_no_text_stops_the_reader(text: str) -> None:
    assert asked_once().check(text).kind in ("right", "rounding", "mistake", "wrong", "unreadable")


_once: list[Exercise] = []


def asked_once() -> Exercise:
    if not _once:
        _once.append(asked())
    return _once[0]


def test_what_is_asked_for_is_no_answer() -> None:
    for text in ("∂C/∂w1_21", "dC/dw1_21 + 0"):
        assert asked().check(text).kind == "wrong"
    z = labelled(network(), "z^2_1")
    assert exercise(z).check("z2_1").kind == "wrong"


# ---------------------------------------------------------------------------------------------------- judging


@given(st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6))
def test_three_significant_digits_are_right(x: float) -> None:
    assert agrees(float(f"{x:.3g}"), x)
    assert agrees(x, x)
    assert not agrees(x * 1.02, x)
    assert not agrees(-x, x)


def test_a_number_is_right_to_three_digits_and_nearly_right_below() -> None:
    output = network()
    right = grad(output, labelled(output, "w^1_21")).data
    kinds = {f"{right:.3g}": "right", f"{right:.2g}": "rounding", f"{right * 1.004:.4g}": "rounding", "7": "wrong"}
    assert {text: asked().check(text).kind for text in kinds} == kinds
    assert asked().check(f"{right:.4f}".replace(".", ",") + "6").kind != "unreadable"


def test_a_verdict_names_the_first_factor_and_not_the_solution() -> None:
    task = asked()
    verdict = task.check("-2(y-a3_1)*w2_12*a2_2*(1-a2_2)*x_1")
    assert verdict.mistakes == ("slope forgotten",)
    assert "∂a³₁/∂z³₁" in verdict.text
    assert "a³₁(1" not in verdict.text


def test_every_rule_takes_every_operation() -> None:
    for op in ops.table.values():
        xs = [0.4, 0.7, 0.3][: op.arity] if op.arity else [0.4, 0.7, 0.3, 0.2, 0.1]
        z = op.evaluate(*xs)
        for wrong in WRONG_PARTIALS.values():
            for i in range(len(xs)):
                found = wrong.rule(op, z, xs, (i,))
                assert found is None or math.isfinite(found), (op, wrong)
        for value in WRONG_VALUES.values():
            found = value.rule(op, z, xs)
            assert found is None or math.isfinite(found), (op, value)
    named = {wrong.mistake for wrong in (*WRONG_PARTIALS.values(), *WRONG_VALUES.values())}
    assert named <= {*MISTAKES}


# -------------------------------------------------------------------------------------------------- exercises


def test_an_exercise_grades_itself() -> None:
    output = network()
    tasks = exercise(output)
    assert isinstance(tasks, Exercises)
    assert len(tasks) == 11
    assert not tasks.correct
    answers = {node.label: grad(output, node).data for node in topological_order(output) if node.label[:1] in "wb"}
    verdicts = tasks.check(answers)
    assert tasks.correct
    assert all(verdicts.values())
    tasks["b_1"].check(0)
    assert not tasks.correct
    assert tasks[labelled(output, "b_1")] is tasks["b₁"] is next(one for one in tasks if one.name == "∂C/∂b₁")
    assert all(tasks.check([answers[one.node.label] for one in tasks]).values())


def test_the_forward_pass_and_the_update_are_asked_for_too() -> None:
    output = network()
    assert [one.name for one in exercise(output, kind="forward")][-1] == "C"
    assert exercise(labelled(output, "z^2_1")).check("w1_11 x_1 + w1_12 x_2 + b_1")
    z = exercise(output, kind="forward")["z^2_1"]
    assert z.check("w1_11 x_1 + w1_21 x_2 + b_1").mistakes == ("transposed",)
    w = labelled(output, "w^1_21")
    step = asked("w^1_21", output, kind="update", lr=0.5)
    slope = grad(output, w).data
    assert step.check(w.data - 0.5 * slope)
    assert step.check(w.data + 0.5 * slope).mistakes == ("uphill",)
    assert "η = 0.5" in str(step)


def test_a_new_number_has_to_show_its_step() -> None:
    w, x = Value(-1.2, "w"), Value(0.4439, "x")
    task = exercise(w * x, w, kind="update")  # -1.24439 at a rate of 0.1
    assert {task.check(x).kind for x in (-1.24, -1.244)} == {"right"}
    assert {task.check(x).kind for x in (-1.2, -1.16, -0.0444, 0.0444)} == {"mistake"}
    assert task.check("-1.20").mistakes == task.check("w").mistakes == ("step missing",)
    assert task.check("η x").mistakes == ("weight forgotten, uphill",)
    assert "negative" not in task.hint(1)
    small = exercise(Value(-1.0987, "w") * Value(0.004, "x"), kind="update")[0]
    answers = (-1.0991, -1.099, -1.1, -1.0987, -1.0983, -1.11)
    assert [small.check(x).kind for x in answers] == ["right", "coarse", "coarse", "mistake", "mistake", "wrong"]
    flat = exercise(Value(0.8, "w") * Value(0.0, "x"), kind="update")[0]
    assert flat.check("0.8")


def test_a_number_of_a_sibling_is_named() -> None:
    gone_wrong = {
        "w^1_21": ["2(a3_1 - y) a3_1 (1 - a3_1) w2_12 a2_2 (1 - a2_2) x_2", "∂C/∂w1_11"],
        "w^2_12": ["2(a3_1 - y) a3_1 (1 - a3_1) a2_1"],
        "w^1_11": [
            f"2(a3_1 - y) a3_1 (1 - a3_1) {end}" for end in ("w2_12 a2_1 (1 - a2_1) x1", "w2_11 a2_2(1 - a2_2) x1")
        ],
    }
    for label, answers in gone_wrong.items():
        for answer in answers:
            assert asked(label).check(answer).mistakes == ("wrong index",), answer
    z = exercise(network(), kind="forward")["z^2_1"]
    assert z.check("w1_11 x_2 + w1_12 x_1 + b_1").mistakes == ("inputs swapped",)
    assert z.check("w1_31 x_1 + w1_12 x_2 + b_1").mistakes == ("wrong index",)


def test_inputs_and_weights_of_a_layer_differ_in_fresh_numbers() -> None:
    for seed in range(20):
        leaves = {name: abs(x) for name, x in asked(seed=seed).given().items() if name[0] in "wxb"}
        sizes = [size for name, size in leaves.items() if name[0] != "b" or size]
        assert len({*sizes}) == len(sizes) == 13, seed


def test_fresh_numbers_leave_the_graph_alone_and_come_from_the_seed() -> None:
    output = network()
    before = [node.data for node in topological_order(output)]
    first, again, other = (asked("b_1", output, seed=seed) for seed in (3, 3, 4))
    assert [node.data for node in topological_order(output)] == before
    assert first.given() == again.given() != other.given()
    assert worked(first) != worked(asked("b_1", output))
    assert first.check(worked(asked("b_1", output))).mistakes == ("before the change",)


def test_hints_go_from_edges_to_rules_to_numbers() -> None:
    task = asked()
    edges, rules, numbers, last = (task.hint() for _ in range(4))
    assert "∂z²₂/∂w¹₂₁" in edges
    assert "along each path" in rules
    assert len(rules) < 180, "one rule, and the function"
    assert numbers == last
    assert numbers.count("·") == 4
    assert task.hint(1) == edges
    right = f"{worked(task):.3g}".replace("-", "−")
    assert not any(right in text for text in (edges, rules, numbers))


def test_the_second_hint_writes_the_functions_out() -> None:
    assert "σ(z) = 1/(1 + exp(−z)); d/dz σ(z) = σ(z)(1 − σ(z))" in asked().hint(2)
    value = exercise(network("relu"), kind="forward")["a^2_1"].hint(2)
    assert value.endswith("relu(z) = max(z, 0)")
    forward = exercise(network(), kind="forward")
    assert forward["z^2_1"].hint(1).startswith("A weighted sum")
    assert "function of z²₁" in forward["a^2_1"].hint(1)
    assert "a³₁" in forward["C"].hint(1)


def test_an_exercise_speaks_its_language_whenever_it_is_asked() -> None:
    output = network()
    german = asked("w^1_21", output, kind="update", lang="de")
    right = grad(output, labelled(output, "w^1_21")).data
    assert german.name == "neues w¹₂₁"
    assert "mit w¹₁₁ = −0,7313; " in str(german)
    assert "Bergab" in german.check("w1_21 + η ∂C/∂w1_21").text
    assert "neue" in german.hint(2).lower()
    assert str(german.solution()).startswith("neues w¹₂₁ = 0,5275 − 0,1")
    tasks = exercise(output, lang="es")
    assert "signo" in tasks["w^1_21"].check(-right).text
    assert tasks["w^1_21"].lang == "es"
    assert asked("w^1_21", output, kind="update").name == "new w¹₂₁"


def test_one_question_is_a_sequence_of_one() -> None:
    output = network()
    task = asked("w^1_21", output)
    assert len(task) == 1
    assert [*task] == [task]
    assert task[0] is task[-1] is task["w1_21"] is task[labelled(output, "w^1_21")]
    with pytest.raises(KeyError, match="no question about"):
        task["b_1"]


def test_what_comes_of_the_rounded_numbers_on_show_is_right() -> None:
    x, y, z = Value(-0.06204, "x"), Value(0.08213, "y"), Value(-0.07496, "z")
    assert exercise(x + y + z, kind="forward")[-1].check("-0.0549").kind == "right"
    a, b = Value(-0.2564, "a"), Value(0.33184, "b")
    product = exercise(a * b, kind="forward")
    assert product.check(f"{-0.256 * 0.3318:.4g}").kind == "shown"
    assert product.correct
    assert product.check("-0.0860").kind == "wrong"
    assert not product.correct
    assert product.check("0.0849").mistakes == ("minus dropped", "opposite sign")


def test_a_worked_solution_is_the_derivation() -> None:
    output = network()
    assert str(asked("w^1_21", output).solution()).startswith("∂C/∂w¹₂₁")
    assert "z²₁ =" in str(exercise(labelled(output, "z^2_1")).solution())
    update = asked("w^1_21", output, kind="update").solution()
    assert isinstance(update, str)
    assert "− 0.1 ·" in update


def test_many_paths_are_asked_for_as_well() -> None:
    output = cost(four_two_two_one("tanh", seed=2), [0.5, -0.3, 0.8, 0.2], 0.4)
    task = asked("w^1_23", output)
    assert task.check(grad(output, labelled(output, "w^1_23")).data)
    x = Value(0.3, "x")
    y = x
    for _ in range(9):
        y = y * x + y
    assert exercise(y, x).check(grad(y, x).data)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ([3.0], TypeError, "Value"),
        ([Value(1.0), 3], TypeError, "parameter"),
        ([Value(1.0)], ValueError, "nothing to ask"),
        ([Value(1.0) * 2, Value(3.0)], ValueError, "does not depend"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments: Sequence[Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        exercise(*arguments)
    with pytest.raises(ValueError, match="'gradient', 'forward' or 'update'"):
        exercise(network(), kind="backward")
    with pytest.raises(ValueError, match="1, 2 or 3"):
        asked().hint(4)
    with pytest.raises(KeyError, match="no question about"):
        exercise(network())["w^9_99"]
    with pytest.raises(ValueError, match="11 questions, got 2"):
        exercise(network()).check([1, 2])


def test_two_mistakes_at_once_in_a_formula_are_both_named() -> None:
    verdict = asked().check("2(y - a3_1) * w2_12 * a2_2(1 - a2_2) * x_1")
    assert set(verdict.mistakes) == {"sign of the error", "slope forgotten"}
    assert " And: " in verdict.text


def formula_of(function: Any, *labels: str) -> Any:
    values = [Value(1.2 + 0.5 * i, label) for i, label in enumerate(labels)]
    return exercise(function(*values), values[0])


RIGHT = [
    (lambda a, k: ops.sqrt(a) * k, "k/(2sqrt(a))"),  # not defined everywhere
    (lambda a, k: a**k, "k*a^(k-1)"),
    (lambda a, k: ops.log(a) * k, "k/a"),
    (lambda a, k: ops.maximum(a, k) * a + abs(a), "k + 1"),  # of the present branch
    (lambda a, k: (a - k).relu() + (k - a).relu(), "-1"),
    (lambda a, k: a**3, "3a²"),
    (lambda a, k: a**3, "3a^{1+1}"),
    (lambda a, k: a * k, "∂v/∂a = k"),
    (lambda a, k: a.exp() * k, "k e^a"),
    (lambda a, k: k * a**2, "2ka"),
    (lambda a, k: (k * a).sin(), "kcos(ka)"),
    (lambda a, k: a.sin() * k, "√(1 - sin²a)*k"),
    (lambda a, k: a.tanh() * k, "k(1-tanh^2(a))"),
    (lambda a, k: a.tanh() * k, r"k(1-\tanh^{2} a)"),
    (lambda a, k: a.tanh() * k, "kf'(a)"),
    (lambda a, k: a.relu() * k, "k[a>0]"),
    (lambda a, k: a * k, r"\frac{k^2}{|k|}"),
    (lambda a, k: a * k, r"\dfrac{2k}{2}"),
]


@pytest.mark.parametrize(("function", "answer"), RIGHT)
def test_what_is_right_where_the_graph_is_is_right(function: Any, answer: str) -> None:
    assert formula_of(function, "a", "k").check(answer).kind == "right"


def test_a_formula_with_numbers_put_in_is_right_for_these_numbers() -> None:
    task = asked()
    assert task.check("2(a3_1-y) a3_1(1-a3_1) w2_12 a2_2(1-a2_2) * 0.5").kind == "here"
    assert not task.correct


def test_a_name_does_not_go_on_in_a_digit() -> None:
    assert asked("w^2_11").check("2(a3_1-y)a3_1(1-a3_1)*a2_11").kind == "unreadable"


def test_no_answer_however_long_or_deep_stops_the_reader() -> None:
    task = asked()
    answers: list[object] = ["-" * 990 + "1", "√" * 900 + "4", "2^" * 450 + "2", "+".join(["x_1"] * 200), "(" * 900]
    answers += ["x_1" * 400, 10**400, 1j]
    assert task.check(worked(task))
    for answer in answers:
        assert not task.check(answer)
        assert not task.correct


def test_an_exercise_stays_as_it_is_whatever_becomes_of_the_values() -> None:
    x = Value(0.7, "x")
    task = exercise(x**3, x)
    x.data = 5.0
    assert "x = 0.7" in str(task)
    assert task.check(3 * 0.49)
    assert worked(task) == pytest.approx(3 * 0.49)


def test_fresh_numbers_are_where_the_graph_is_defined() -> None:
    x = Value(1.2, "x")
    for seed in range(6):
        assert all(math.isfinite(number) for number in exercise(ops.log(x), x, seed=seed).given().values())


def test_a_long_chain_is_asked_about_in_little_time() -> None:
    start = c = Value(1.0, "c")
    for i in range(3000):
        c = c * 0.999 if i % 2 else c + 0.001
    assert exercise(c, start).check(grad(c, start).data)


def test_a_verdict_on_a_wide_neuron_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        weights, inputs = ([Value((-0.98) ** i / 7, f"{letter}_{i}") for i in range(count)] for letter in "wx")
        task = exercise(squared_error(affine(weights, inputs).tanh(), 1.0), weights[3])
        answer = 1.03 * practice.Learner(task).gradient(task.node)
        start = process_time()
        assert not task.check(answer)
        return process_time() - start

    assert seconds(800) < 2.5 * 8 * max(seconds(100) for _ in range(3))


def test_what_mistakes_give_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    task = asked("w^1_21")
    answers = [f"{worked(task) * factor:.3g}" for factor in (-1, 0.98, 1.004, 1.03, 7)] + ["x_1 * 2", "a2_1 * a3_1"]
    first = [task.check(answer) for answer in answers]
    monkeypatch.setattr(Numbers, "worked_out", None)
    monkeypatch.setattr(Rounding, "spread", None)
    assert [task.check(answer) for answer in answers] == first


def test_questions_are_found_however_they_are_called() -> None:
    output = network()
    for tasks in (exercise(output), exercise(output, seed=3)):
        w = labelled(output, "w^2_11")
        assert tasks[w] is tasks["w2_11"] is tasks["w²₁₁"] is tasks["∂C/∂w²₁₁"] is tasks["w^{2}_{11}"]
    z = labelled(output, "z^2_1")
    assert exercise(output, z, kind="forward").check(z.data)


def test_the_bias_that_is_0_is_missed_in_a_formula() -> None:
    z = exercise(network(), kind="forward")["z^2_1"]
    assert z.check("w1_11 x_1 + w1_12 x_2").mistakes == ("bias forgotten",)
    assert asked("b_1", kind="update").check("b_1 - η ∂C/∂b_1").kind == "right"
