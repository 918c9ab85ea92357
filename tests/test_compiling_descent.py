"""Descent: the loop of training in compiled code, against the same loop in eager scalars."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograd import Descent, Value, grad, sqrt, total
from nn import MLP, SGD, Adam, AdamW, Optimizer
from tests.rules import Ruled
from tests.test_compiling import compiled, each, worked_out

targets = each(["source", "native", "2 lanes", "4 lanes, scalar functions", "8 lanes"])
Rule = Callable[..., list[Any]]


def momentum(w: Any, g: Any, v: Any, rate: Any, mu: Any) -> list[Any]:
    v = mu * v + g
    return [w - rate * v, v]


def adam(w: Any, g: Any, m: Any, v: Any, rate: Any, c1: Any, c2: Any) -> list[Any]:
    m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
    return [w - rate * (m / c1) / (sqrt(v / c2) + 1e-8), m, v]


RULES: dict[str, tuple[Rule, int, Callable[[int], list[float]]]] = {
    "descent": (lambda w, g, rate: [w - rate * g], 0, lambda t: [0.1 / (1 + t)]),
    "descent without scalars": (lambda w, g: [w - 0.05 * g], 0, lambda t: []),
    "momentum": (momentum, 1, lambda t: [0.05, 0.9]),
    "adam": (adam, 2, lambda t: [0.02, 1 - 0.9 ** (t + 1), 1 - 0.99 ** (t + 1)]),
}


def problem(sizes: Sequence[int] = (2, 3, 1)) -> tuple[Callable[..., Value], list[Value], Any]:
    model = MLP(sizes[0], sizes[1:], activation="tanh", seed=4)
    parameters = list(model.parameters())

    def loss(*row: Value) -> Value:
        out = model(row[:-1])
        return total([(a - row[-1]) ** 2 for a in (out if isinstance(out, list) else [out])])  # type: ignore[no-any-return]

    return loss, parameters, np.random.default_rng(1).normal(size=(10, sizes[0] + 1))


def eagerly(
    loss: Callable[..., Value], parameters: list[Value], batches: list[Any], rule: Rule, kept: int,
    scalars: Callable[[int], list[float]],
) -> tuple[list[float], list[list[float]]]:  # fmt: skip
    """The losses, and the numbers in the end: of the parameters, and what is kept of each."""
    asked = repr(([p.data for p in parameters], batches, kept, [scalars(t) for t, _ in enumerate(batches)]))
    return worked_out(asked, lambda: _eagerly(loss, parameters, batches, rule, kept, scalars))  # type: ignore[no-any-return]


def _eagerly(
    loss: Callable[..., Value], parameters: list[Value], batches: list[Any], rule: Rule, kept: int,
    scalars: Callable[[int], list[float]],
) -> tuple[list[float], list[list[float]]]:  # fmt: skip
    state = [[0.0] * kept for _ in parameters]
    losses = []
    for t, rows in enumerate(batches):
        mean = total([loss(*map(Value, row)) for row in rows]) / len(rows)
        losses.append(mean.data)
        for i, (p, g) in enumerate(zip(parameters, grad(mean, parameters), strict=True)):
            p.data, *state[i] = [float(x) for x in rule(p.data, g.data, *state[i], *scalars(t))]
    return losses, [[p.data, *numbers] for p, numbers in zip(parameters, state, strict=True)]


@targets
@pytest.mark.parametrize("rule_name", RULES)
@pytest.mark.parametrize(
    ("size", "ordered"), [(None, False), (4, False), (4, True), (1, True), (10, False), (99, True)]
)
def test_the_same_loop_in_eager_scalars(rule_name: str, size: int | None, ordered: bool, target: str) -> None:
    rule, kept, scalars = RULES[rule_name]
    loss, parameters, rows = problem()
    batch = min(size or 10, 10)
    each_epoch, epochs = math.ceil(10 / batch), 2
    steps = each_epoch * epochs
    order = np.array([np.random.default_rng(epoch).permutation(10) for epoch in range(epochs)]) if ordered else None
    step = compiled(loss, parameters, target, inputs=3)
    descent = Descent(step, Ruled(parameters, rule, kept, scalars))
    losses = descent.run(rows.T, steps, size, order)

    before = [p.data for p in parameters]
    batches = []
    for epoch in range(epochs):
        of_epoch = rows if order is None else rows[order[epoch]]
        batches += [of_epoch[i : i + batch] for i in range(0, 10, batch)]
    expected, final = eagerly(loss, parameters, batches, rule, kept, scalars)
    assert losses == pytest.approx(expected, rel=1e-11)
    # Adam divides by the square root of what is kept: what is nearly 0 there counts for much.
    assert pytest.approx(np.array(final), rel=1e-8, abs=1e-11) == descent.numbers.T
    for p, number in zip(parameters, before, strict=True):
        p.data = number
    descent.store()
    assert [p.data for p in parameters] == descent.numbers[0].tolist()
    assert [type(p.data) for p in parameters] == [float] * len(parameters)


@targets
@pytest.mark.parametrize("sizes", [(1, 1), (2, 2), (2, 5), (3, 2), (2, 5, 3), (3, 4, 2), (16, 1)])
def test_any_number_of_parameters(sizes: tuple[int, ...], target: str) -> None:
    loss, parameters, rows = problem(sizes)
    rule, kept, scalars = RULES["momentum"]
    step = compiled(loss, parameters, target, inputs=sizes[0] + 1)
    descent = Descent(step, Ruled(parameters, rule, kept, scalars))
    losses = descent.run(rows.T, 3)
    expected, final = eagerly(loss, parameters, [rows] * 3, rule, kept, scalars)
    assert losses == pytest.approx(expected, rel=1e-11)
    assert pytest.approx(np.array(final), rel=1e-10, abs=1e-13) == descent.numbers.T


@targets
def test_it_goes_on_where_it_was(target: str) -> None:
    loss, parameters, rows = problem()
    step = compiled(loss, parameters, target, inputs=3)
    at_once, in_parts = (Descent(step, Ruled(parameters, *RULES["adam"])) for _ in range(2))
    all_losses = at_once.run(rows.T, 9)
    losses = [in_parts.run(rows.T, 3) for _ in range(3)]
    assert np.concatenate(losses).tolist() == all_losses.tolist()
    assert (in_parts.numbers == at_once.numbers).all()
    assert [p.data for p in parameters] == step.numbers().tolist()  # until store()


@targets
@pytest.mark.parametrize(("bad", "first"), [(math.nan, math.nan), (math.inf, math.inf), (1e200, math.inf)])
def test_it_stops_before_a_step_whose_loss_is_not_finite(bad: float, first: float, target: str) -> None:
    w = Value(1.0)
    step = compiled(lambda x: (w * x) ** 2, [w], target)
    x = np.ones(9)
    x[6] = bad
    descent = Descent(step, SGD([w], lr=0.25))
    losses = descent.run([x], 12, batch_size=2)
    assert losses[:3].tolist() == [1.0, 0.25, 0.0625]
    assert len(losses) == 4
    assert losses[3] == first or math.isnan(losses[3])
    assert descent.numbers[0].tolist() == [0.125]


@targets
def test_it_stops_where_only_a_gradient_is_not_finite(target: str) -> None:
    w, b = Value(4.0), Value(0.0)
    step = compiled(lambda x: sqrt(w * x) + b, [w, b], target)
    descent = Descent(step, SGD([w, b], lr=1.0))
    losses = descent.run([np.array([1.0, 1.0, 0.0])], 3, batch_size=1)
    assert losses[0] == 2.0
    assert len(losses) == 3
    assert np.isfinite(losses).all()
    assert descent.numbers[0, 1] == -2.0


@targets
def test_no_steps_change_nothing(target: str) -> None:
    loss, parameters, rows = problem()
    descent = Descent(compiled(loss, parameters, target, inputs=3), SGD(parameters, lr=0.1))
    assert descent.finite
    assert descent.run(rows.T, 0).tolist() == []
    assert descent.numbers[0].tolist() == [p.data for p in parameters]


@targets
def test_columns_of_all_kinds_and_one_number_for_all_rows(target: str) -> None:
    w = Value(1.0)
    step = compiled(lambda x, y: (w * x - y) ** 2, [w], target)
    table = np.asfortranarray(np.arange(20.0).reshape(10, 2) / 10)
    found = []
    for x in (table[:, 1], table[:, 1].copy(), table[:, 1].tolist(), table[::-1, 1][::-1]):
        descent = Descent(step, SGD([w], lr=0.1))
        descent.run([x, 0.5], 5, 3, [range(10), range(9, -1, -1)])
        found.append(float(descent.numbers[0, 0]))
    assert found == [found[0]] * 4
    assert found[0] != 1.0


@targets
def test_float32(target: str) -> None:
    loss, parameters, rows = problem()
    step = compiled(loss, parameters, target, "float32", inputs=3)
    descent = Descent(step, Ruled(parameters, *RULES["momentum"]))
    losses = descent.run(rows.T, 8, 4)
    assert losses.dtype == descent.numbers.dtype == np.float32
    batches = [rows[i : i + 4] for i in (0, 4, 8)] * 3
    expected, final = eagerly(loss, parameters, batches[:8], momentum, 1, lambda t: [0.05, 0.9])
    assert losses == pytest.approx(expected, rel=1e-5)
    assert pytest.approx(np.array(final), rel=1e-4, abs=1e-5) == descent.numbers.T


REFUSED: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "a row of another epoch's length": ({"order": [[0, 1, 2]]}, ValueError),
    "an index too large": ({"order": [[*range(9), 10]] * 9}, ValueError),
    "an index below 0": ({"order": [[*range(9), -1]] * 9}, ValueError),
    "fewer epochs than steps": ({"order": [range(10)], "batch_size": 5}, ValueError),
    "an order of more indices than rows": ({"order": [*range(10), 0], "steps": 1}, ValueError),
    "rows of more indices than there are": ({"order": [[*range(10), 0]] * 9}, ValueError),
    "rows of unequal length": ({"order": [range(10), range(9)]}, TypeError),
    "indices that are not whole": ({"order": np.full((9, 10), 0.5)}, TypeError),
    "no indices": ({"order": []}, TypeError),
    "a batch of 2.0": ({"batch_size": 2.0}, ValueError),
    "a batch of True": ({"batch_size": True}, ValueError),
    "steps below 0": ({"steps": -1}, ValueError),
    "steps of 2.0": ({"steps": 2.0}, ValueError),
    "a batch of -1": ({"batch_size": -1}, ValueError),
    "other inputs": ({"columns": [np.ones(10)]}, TypeError),
    "unequal lengths": ({"columns": [np.ones(10), np.ones(10), np.ones(9)]}, ValueError),
}


@targets
@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_before_a_step_is_taken(what: str, target: str) -> None:
    options, kind = REFUSED[what]
    loss, parameters, rows = problem()
    descent = Descent(compiled(loss, parameters, target, inputs=3), Ruled(parameters, *RULES["momentum"]))
    before = descent.numbers.copy()
    with pytest.raises(kind) as caught:
        descent.run(**{"columns": rows.T, "steps": 4, **options})
    assert "\n" not in str(caught.value)
    assert (descent.numbers == before).all()
    assert descent.steps == 0


def test_optimizers_that_do_not_fit() -> None:
    loss, parameters, rows = problem()
    step = compiled(loss, parameters, "source", inputs=3)
    for optimizer, kind, message in (
        (Ruled(parameters, lambda w, g, v: [w - g], 1), ValueError, "the rule returns a parameter and 1 numbers kept"),
        (SGD(parameters[1:]), ValueError, r"^the optimizer does not move w\^1_11, a parameter of the step"),
        (lambda w, g: [w - g], TypeError, r"^Descent takes an optimizer, such as nn\.SGD\(.*, got function$"),
    ):
        with pytest.raises(kind, match=message):
            Descent(step, optimizer)  # type: ignore[arg-type]
    widening = Descent(step, Ruled(parameters, lambda w, g, s: [w - s * g], 0, lambda t: [0.1] * (1 + t)))
    with pytest.raises((ValueError, TypeError), match="scalars"):
        widening.run(rows.T, 2)
    assert widening.steps == 0


@targets
@pytest.mark.parametrize("name", ["SGD", "momentum", "Adam", "AdamW"])
def test_an_optimizer_goes_on_eagerly_where_descent_has_led_and_back(name: str, target: str) -> None:
    makers: dict[str, Callable[..., Optimizer]] = {
        "SGD": SGD, "momentum": lambda ps, lr: SGD(ps, lr, 0.9), "Adam": Adam, "AdamW": AdamW
    }  # fmt: skip
    loss, parameters, rows = problem()
    twin_loss, twins, _ = problem()
    optimizer, other = (makers[name]([Value(7.0), *ps], lambda t: 0.1 / (1 + t)) for ps in (parameters, twins))

    def eager_step(loss: Any, optimizer: Optimizer) -> None:
        optimizer.zero_grad()
        (total([loss(*map(Value, row)) for row in rows]) / len(rows)).backward()
        optimizer.step()

    descent = Descent(compiled(loss, parameters, target, inputs=3), optimizer)
    for _ in range(2):
        losses = descent.run(rows.T, 3)
        descent.store()
        eager_step(loss, optimizer)
        descent.load()
        for _ in range(4):
            eager_step(twin_loss, other)
    assert len(losses) == 3
    assert (descent.steps, optimizer.steps, optimizer.counts) == (8, 8, other.counts)
    assert (descent.last_rate, optimizer.last_rate) == (other.last_rate, other.last_rate)
    assert [p.data for p in parameters] == pytest.approx([p.data for p in twins], rel=1e-8, abs=1e-11)
    for kept, expected in zip(optimizer.state, other.state, strict=True):
        assert kept == pytest.approx(expected, rel=1e-8, abs=1e-12)
