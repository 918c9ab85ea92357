"""The textbook networks: every formula that their texts print, held against the engine."""

import math
import random
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, derive, evaluate, grad, half_squared_error, tanh
from nn import MLP, SGD, train
from nn.networks import cost, four_two, four_two_two_one, handed_back, network, shares, two_three_one, two_two_one

small = st.floats(-2, 2).map(lambda x: round(x, 6))
positive = st.floats(0.05, 2)


def named(model: MLP) -> dict[str, Value]:
    return dict(model.named_parameters())


def gradients(model: MLP, c: Value) -> dict[str, float]:
    model.zero_grad()
    c.backward()
    return {label: p.grad for label, p in model.named_parameters()}


def random_parameters(labels: Sequence[str], seed: int = 0) -> dict[str, float]:
    rng = random.Random(seed)
    return {label: rng.uniform(-1, 1) for label in labels}


def σ(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# ----------------------------------------------------------------------- 2: the 4 → 2 layer that hands its error back

WHO = ((0.6, 0.4, 0.1, 0.2), (0.3, 0.5, 0.2, 0.7))  # the second row is ours: the text gives the first only
W = {f"w_{i}{j}": WHO[j - 1][i - 1] for i in (1, 2, 3, 4) for j in (1, 2)}
H = (0.9, 0.5, 0.7, 0.55)  # 0.6 · 0.9 + 0.4 · 0.5 + 0.1 · 0.7 + 0.2 · 0.55 = 0.92


def test_the_worked_error() -> None:
    o1, _ = four_two(parameters=W)(H)
    assert o1.data == pytest.approx(0.92, abs=1e-15)
    assert (o1.label, [x.label for x in o1.operands[:2]], [x.label for x in o1.operands[4:]]) == (
        "o_1", ["w_11", "w_21"], ["h_1", "h_2", "h_3", "h_4"],
    )  # fmt: skip
    parts = shares(1 - o1.data, WHO[0])
    assert parts[0] == pytest.approx(0.08 * 0.6 / 1.3)
    assert [round(part, 4) for part in parts] == [0.0369, 0.0246, 0.0062, 0.0123]
    assert f"{parts[0]:.3f}" == "0.037"
    assert sum(parts) == pytest.approx(0.08)


def test_shares_that_keep_their_denominators_add_up_to_the_errors_of_the_outputs() -> None:
    errors = (0.08, -0.3)
    hidden = handed_back(WHO, errors, in_proportion=True)
    expected = [sum(row[i] / sum(row) * e for row, e in zip(WHO, errors, strict=True)) for i in range(4)]
    assert hidden == pytest.approx(expected)
    assert sum(hidden) == pytest.approx(sum(errors))


@given(st.lists(small, min_size=8, max_size=8), st.lists(small, min_size=4, max_size=4), small, small)
def test_who_transposed_times_e_is_what_backward_hands_to_the_hidden_nodes(
    weights: list[float], h: list[float], t1: float, t2: float
) -> None:
    who = [weights[:4], weights[4:]]
    model = four_two(parameters={f"w_{i + 1}{j + 1}": who[j][i] for i in range(4) for j in range(2)})
    hidden = [Value(x, f"h_{i}") for i, x in enumerate(h, 1)]
    e = cost(model, hidden, [t1, t2], half_squared_error, summed=True, label="E", target="t")
    e.backward()
    errors = [t - o.data for t, o in zip((t1, t2), model(h), strict=True)]
    assert handed_back(who, errors) == pytest.approx(list(np.array(who).T @ errors), abs=1e-12)
    assert [-x.grad for x in hidden] == pytest.approx(handed_back(who, errors), abs=1e-12)
    assert e.data == pytest.approx(sum(error**2 for error in errors) / 2)


@pytest.mark.parametrize(("i", "j"), [*product((1, 2, 3, 4), (1, 2))])
def test_the_layer_of_sigmoids(i: int, j: int) -> None:
    """∂E/∂w_ij = −(t_j − o_j) · σ(s_j) · (1 − σ(s_j)) · h_i, minus sign, h_i and all."""
    t = (1.0, 0.3)
    model = four_two("sigmoid", parameters=W)
    e = cost(model, H, t, half_squared_error, summed=True, label="E", target="t")
    s = sum(WHO[j - 1][k] * H[k] for k in range(4))
    expected = -(t[j - 1] - σ(s)) * σ(s) * (1 - σ(s)) * H[i - 1]
    derivation = derive(e, named(model)[f"w_{i}{j}"])
    assert derivation.value == pytest.approx(expected, rel=1e-13)
    assert gradients(model, e)[f"w_{i}{j}"] == pytest.approx(expected, rel=1e-13)
    down = "₀₁₂₃₄"
    t_, o, h = f"t{down[j]}", f"o{down[j]}", f"h{down[i]}"
    assert f"(−({t_} − {o})) · {o}(1 − {o}) · {h}" in derivation.text()
    assert derivation.check()


def test_the_layer_has_no_biases_and_its_own_labels() -> None:
    assert list(named(four_two())) == ["w_11", "w_21", "w_31", "w_41", "w_12", "w_22", "w_32", "w_42"]
    assert evaluate(four_two(parameters=W)(H)[0]).text().startswith("o₁ = w₁₁ · h₁ + w₂₁ · h₂ + w₃₁ · h₃ + w₄₁ · h₄")


# -------------------------------------------------------------------- 3: CGPA and IQ → salary, or placement

NINE = ["W^1_11", "W^1_21", "b_11", "W^1_12", "W^1_22", "b_12", "W^2_11", "W^2_21", "b_21"]


def forward(p: dict[str, float], x: Sequence[float], f: Callable[[float], float]) -> tuple[float, float, float]:
    o11 = f(p["W^1_11"] * x[0] + p["W^1_21"] * x[1] + p["b_11"])
    o12 = f(p["W^1_12"] * x[0] + p["W^1_22"] * x[1] + p["b_12"])
    return o11, o12, f(p["W^2_11"] * o11 + p["W^2_21"] * o12 + p["b_21"])


def regression(p: dict[str, float], x: Sequence[float], y: float) -> dict[str, float]:
    """The nine derivatives as the text prints them (slips corrected)."""
    o11, o12, predicted = forward(p, x, lambda z: z)
    common = -2 * (y - predicted)
    return {
        "W^2_11": common * o11, "W^2_21": common * o12, "b_21": common,
        "W^1_11": common * p["W^2_11"] * x[0], "W^1_21": common * p["W^2_11"] * x[1], "b_11": common * p["W^2_11"],
        "W^1_12": common * p["W^2_21"] * x[0], "W^1_22": common * p["W^2_21"] * x[1], "b_12": common * p["W^2_21"],
    }  # fmt: skip


def classification(p: dict[str, float], x: Sequence[float], y: float) -> dict[str, float]:
    o11, o12, predicted = forward(p, x, σ)
    common = -(y - predicted)
    first, second = p["W^2_11"] * o11 * (1 - o11), p["W^2_21"] * o12 * (1 - o12)
    return {
        "W^2_11": common * o11, "W^2_21": common * o12, "b_21": common,
        "W^1_11": common * first * x[0], "W^1_21": common * first * x[1], "b_11": common * first,
        "W^1_12": common * second * x[0], "W^1_22": common * second * x[1], "b_12": common * second,
    }  # fmt: skip


TEXTS = {
    "regression": {
        "W^2_11": "−2(Y − Y′) · O₁₁", "W^2_21": "−2(Y − Y′) · O₁₂", "b_21": "−2(Y − Y′) · 1",
        "W^1_11": "−2(Y − Y′) · W²₁₁ · x₁", "W^1_21": "−2(Y − Y′) · W²₁₁ · x₂", "b_11": "−2(Y − Y′) · W²₁₁ · 1",
        "W^1_12": "−2(Y − Y′) · W²₂₁ · x₁", "W^1_22": "−2(Y − Y′) · W²₂₁ · x₂", "b_12": "−2(Y − Y′) · W²₂₁ · 1",
    },
    "classification": {
        "W^2_11": "−(Y − Y′) · O₁₁", "W^2_21": "−(Y − Y′) · O₁₂", "b_21": "−(Y − Y′)",
        "W^1_11": "−(Y − Y′) · W²₁₁ · O₁₁(1 − O₁₁) · x₁",
        "W^1_21": "−(Y − Y′) · W²₁₁ · O₁₁(1 − O₁₁) · x₂",
        "b_11": "−(Y − Y′) · W²₁₁ · O₁₁(1 − O₁₁)",
        "W^1_12": "−(Y − Y′) · W²₂₁ · O₁₂(1 − O₁₂) · x₁",
        "W^1_22": "−(Y − Y′) · W²₂₁ · O₁₂(1 − O₁₂) · x₂",
        "b_12": "−(Y − Y′) · W²₂₁ · O₁₂(1 − O₁₂)",
    },
}  # fmt: skip
TASKS: dict[str, tuple[Callable[..., dict[str, float]], str]] = {
    "regression": (regression, "mse"),
    "classification": (classification, "bce"),
}


@pytest.mark.parametrize("task", TASKS)
@given(st.lists(small, min_size=9, max_size=9), small, small, st.sampled_from([0.0, 1.0]))
def test_the_nine_derivatives(task: Any, numbers: list[float], x1: float, x2: float, y: float) -> None:
    by_hand, loss = TASKS[task]
    p = dict(zip(NINE, numbers, strict=True))
    model = two_two_one(task, parameters=p)
    found = gradients(model, cost(model, (x1, x2), y, loss))
    assert found == pytest.approx(by_hand(p, (x1, x2), y), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("task", "label"), [(task, label) for task, of_task in TEXTS.items() for label in of_task])
def test_the_nine_derivations(task: Any, label: str) -> None:
    by_hand, loss = TASKS[task]
    p = random_parameters(NINE)
    model = two_two_one(task, parameters=p)
    c = cost(model, (0.6, -0.4), 1.0, loss, label="L", target="Y")
    derivation = derive(c, named(model)[label])
    lines = [line.partition("= ")[2] for line in derivation.text().splitlines()]
    assert TEXTS[task][label] in lines
    assert derivation.value == pytest.approx(by_hand(p, (0.6, -0.4), 1.0)[label], rel=1e-12)
    assert derivation.check()


def test_cross_entropy_after_a_sigmoid_collapses() -> None:
    """∂L/∂Y' = −(Y−Y') / (Y'(1−Y')) and ∂Y'/∂Z = Y'(1−Y'), so that their product is −(Y−Y')."""
    model = two_two_one("classification", parameters=random_parameters(NINE))
    c = cost(model, (0.6, -0.4), 1.0, "bce", label="L", target="Y")
    output = c.operands[0]
    z = output.operands[0]
    assert derive(c, output).text().splitlines()[0] == "∂L/∂Y′ = −(Y − Y′)/(Y′(1 − Y′))"
    assert [line.strip() for line in derive(c, z).text().splitlines()[:3]] == [
        "∂L/∂Z = ∂L/∂Y′ · ∂Y′/∂Z",
        "= −(Y − Y′)/(Y′(1 − Y′)) · Y′(1 − Y′)",
        "= −(Y − Y′)",
    ]
    assert r"-\frac{Y - Y'}{Y'(1 - Y')} \cdot Y'(1 - Y')" in derive(c, z).latex()


def test_the_worked_loss() -> None:
    """Y = 7 and Y' = 18 give L = 121: for w = 1 and b = 0, inputs that add up to 9."""
    model = two_two_one()
    assert set(model.state_dict().values()) == {0.0, 1.0}
    assert [p.data for p in model.parameters() if str(p.label).startswith("W")] == [1.0] * 6
    assert list(named(model)) == NINE
    c = cost(model, (4, 5), 7, label="L", target="Y")
    assert c.operands[0].data == 18
    assert c.data == 121
    assert gradients(model, c)["b_21"] == 22  # −2(7 − 18)


def test_the_forward_pass_reads_as_printed() -> None:
    text = evaluate(cost(two_two_one(), (4, 5), 7, label="L", target="Y")).text()
    assert text.splitlines()[::3] == [
        "O₁₁ = W¹₁₁ · x₁ + W¹₂₁ · x₂ + b₁₁",
        "O₁₂ = W¹₁₂ · x₁ + W¹₂₂ · x₂ + b₁₂",
        "Y′ = W²₁₁ · O₁₁ + W²₂₁ · O₁₂ + b₂₁",
        "L = (Y − Y′)²",
    ]


def test_a_task_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="the task is 'regression' or 'classification', got 'ranking'"):
        two_two_one("ranking")  # type: ignore[arg-type]


STUDENTS = [((0.8, 0.8), 0.3), ((-0.7, -0.9), -0.5), ((0.5, -0.2), 0.1), ((-0.3, 0.9), 0.4), ((1.2, 0.1), 0.7)]


@pytest.mark.parametrize("task", TASKS)
def test_training_as_told(task: Any) -> None:
    """Five epochs; in each, row by row at random: predict, loss, update all nine; report the average loss."""
    by_hand, loss = TASKS[task]
    rows = [x for x, _ in STUDENTS]
    targets = [y if task == "regression" else float(y > 0.2) for _, y in STUDENTS]
    start = random_parameters(NINE, seed=4)
    model = two_two_one(task, parameters=start)
    history = train(
        model, rows, targets, loss=loss, optimizer=SGD(model.parameters(), 0.1),
        epochs=5, batch_size=1, seed=7,
    )  # fmt: skip

    p, rng, order, averages = dict(start), random.Random(7), list(range(5)), []
    for _ in range(5):
        rng.shuffle(order)
        losses = []
        for i in order:
            y, predicted = targets[i], forward(p, rows[i], σ if task == "classification" else lambda z: z)[2]
            bce = -y * math.log(predicted) - (1 - y) * math.log(1 - predicted) if task == "classification" else 0.0
            losses.append(bce or (y - predicted) ** 2)
            slopes = by_hand(p, rows[i], y)
            p = {label: p[label] - 0.1 * slopes[label] for label in p}
        averages.append(sum(losses) / len(losses))
    assert history.loss == pytest.approx(averages, rel=1e-12)
    assert model.state_dict() == pytest.approx(p, rel=1e-12)


def test_the_loss_is_a_function_of_all_nine_parameters() -> None:
    model = two_two_one("classification", parameters=random_parameters(NINE))
    assert all(gradients(model, cost(model, (0.6, -0.4), 1.0, "bce")).values())


def test_derivative_and_partial_derivatives() -> None:
    """y = x² + x has the derivative 2x + 1; z = x² + y² the partials 2x and 2y; at a minimum they vanish."""
    x, y = Value(3.0, "x"), Value(4.0, "y")
    assert grad(x**2 + x, x).data == 7
    assert [g.data for g in grad(x**2 + y**2, [x, y])] == [6, 8]
    assert derive(x**2 + y**2, y).text().splitlines()[0].endswith("∂v₃/∂v₂ · ∂v₂/∂y")
    low = Value(-0.5)
    assert grad(low**2 + low, low).data == 0
    zero = Value(0.0), Value(0.0)
    assert [g.data for g in grad(zero[0] ** 2 + zero[1] ** 2, zero)] == [0, 0]


# ----------------------------------------------------------------- 4: the 4-2-2-1 network, in scalars and in matrices

X4, Y4 = (0.5, -0.3, 0.8, 0.1), 0.9
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "identity": (lambda z: z, np.ones_like),
    "softplus": (lambda z: np.log1p(np.exp(z)), lambda z: 1 / (1 + np.exp(-z))),
}


def in_matrices(model: MLP, f: str) -> tuple[float, dict[str, Any], list[Any]]:
    """The cost, the local gradients δ and the gradients of weights and biases, in NumPy."""
    (w1, w2, w3), (b1, b2, _) = (
        [np.array(getattr(layer, name), dtype=float) for layer in model.layers] for name in ("weights", "biases")
    )
    assert (w1.shape, w2.shape, w3.shape) == ((2, 4), (2, 2), (1, 2))
    function, slope = FUNCTIONS[f]
    a1 = np.array(X4)
    z2 = w1 @ a1 + b1
    a2 = function(z2)
    z3 = w2 @ a2 + b2
    a3 = function(z3)
    (s,) = w3 @ a3
    d4 = np.array([-2 * (Y4 - s)])
    d3 = (w3.T @ d4) * slope(z3)
    d2 = (w2.T @ d3) * slope(z2)
    return (
        (Y4 - s) ** 2,
        {"s": d4, "z^3": d3, "z^2": d2},
        [np.outer(d2, a1), d2, np.outer(d3, a2), d3, np.outer(d4, a3)],
    )


@pytest.mark.parametrize("f", FUNCTIONS)
def test_scalars_and_matrices_agree(f: str) -> None:
    model = four_two_two_one(f, seed=3)
    c = cost(model, X4, Y4)
    found = gradients(model, c)
    value, local, (w1, b1, w2, b2, w3) = in_matrices(model, f)
    assert c.data == pytest.approx(value, rel=1e-13)
    by_label = {f"w^{layer}_{j + 1}{k + 1}": w[j, k] for layer, w in ((1, w1), (2, w2), (3, w3))
                for j in range(w.shape[0]) for k in range(w.shape[1])}  # fmt: skip
    by_label |= {f"b^{layer}_{j + 1}": b[j] for layer, b in ((1, b1), (2, b2)) for j in (0, 1)}
    assert len(by_label) == 18
    assert found == pytest.approx(by_label, rel=1e-12)
    s = c.operands[0]
    (a31, a32) = s.operands[2:]
    nodes = {"s": [s], "z^3": [a31.operands[0], a32.operands[0]]}
    assert {name: [z.grad for z in zs] for name, zs in nodes.items()} == {
        name: pytest.approx(local[name], rel=1e-12) for name in nodes
    }


def test_w2_22_leads_from_a2_2_to_z3_2() -> None:
    model = four_two_two_one(seed=3)
    c = cost(model, X4, Y4)
    weight = named(model)["w^2_22"]
    by_paths, by_recursion = derive(c, weight, method="paths"), derive(c, weight, method="recursion")
    assert by_paths.path_count == 1
    assert by_paths.text().splitlines()[0] == "∂C/∂w²₂₂ = ∂C/∂s · ∂s/∂a³₂ · ∂a³₂/∂z³₂ · ∂z³₂/∂w²₂₂"
    assert by_paths.text().splitlines()[1].strip() == "= −2(y − s) · w³₁₂ · a³₂(1 − a³₂) · a²₂"
    lines = [line.strip() for line in by_recursion.text().splitlines()]
    assert "δ(z³₂) = δ(a³₂) · ∂a³₂/∂z³₂" in lines
    assert lines[-3:-1] == ["= δ(z³₂) · a²₂", lines[-2]]
    assert by_paths.value == by_recursion.value
    assert by_paths.check()


@pytest.mark.parametrize(("j", "k"), [*product((1, 2), (1, 2, 3, 4))])
def test_first_layer_weights_have_two_paths(j: int, k: int) -> None:
    model = four_two_two_one("tanh", seed=5)
    c = cost(model, X4, Y4)
    weight = named(model)[f"w^1_{j}{k}"]
    by_paths, by_recursion = derive(c, weight, method="paths"), derive(c, weight, method="recursion")
    assert by_paths.path_count == 2
    chain = by_paths.text().splitlines()
    up, down = "⁰¹²³", "₀₁₂₃₄"
    for line, through in zip(chain[:2], (1, 2), strict=True):
        assert f"∂s/∂a{up[3]}{down[through]} · ∂a{up[3]}{down[through]}/∂z{up[3]}{down[through]}" in line
        assert line.endswith(f"∂z²{down[j]}/∂w¹{down[j]}{down[k]}")
    assert by_recursion.value == pytest.approx(by_paths.value, rel=1e-14)
    assert by_paths.check()
    # ∂C/∂w^1_jk = δ^2_j · x_k
    assert by_recursion.text().splitlines()[-3].strip() == f"= δ(z²{down[j]}) · x{down[k]}"


def test_training_until_the_cost_no_longer_falls() -> None:
    model = four_two_two_one("tanh", seed=1)
    rows = [(1.0, 0.0, 0.5, -0.2), (0.2, -0.7, 0.1, 0.4), (-0.5, 0.3, -0.8, 0.9)]
    history = train(
        model,
        rows,
        [0.5, -0.2, 0.8],
        optimizer=SGD(model.parameters(), 0.1),
        epochs=5000,
        tolerance=1e-9,
        shuffle=False,
    )
    assert history.epochs < 5000
    assert history.loss[-1] < 1e-4 < history.loss[0]
    assert history.loss == sorted(history.loss, reverse=True)


# ----------------------------------------------------------------------------------------------------- 5: any network


@given(st.lists(st.integers(1, 3), min_size=2, max_size=5), st.integers(0, 5))
def test_every_weight_of_every_network_has_a_label_and_a_derivation(sizes: list[int], seed: int) -> None:
    model = network(sizes, tanh, "neuron", seed)
    c = cost(model, [0.1 * k for k in range(1, sizes[0] + 1)], [0.5] * sizes[-1])
    found = gradients(model, c)
    label = random.Random(seed).choice(list(found))
    derivation = derive(c, named(model)[label], max_paths=4)
    assert derivation.value == pytest.approx(found[label], rel=1e-12, abs=1e-15)
    # past a handful of paths, the recursion by local gradients is what is shown
    assert ("δ(" in derivation.text()) == (derivation.path_count > 4)


def test_a_network_of_one_s_own_labels_takes_part() -> None:
    assert two_three_one("tanh", seed=1).state_dict() == network([2, 3, 1], "tanh", seed=1).state_dict()
