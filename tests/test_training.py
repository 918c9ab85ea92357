"""train: against loops written by hand, its options one by one, and how it ends, also when something goes wrong."""

import math
import os
import random
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, exp, log, no_grad, operation, sqrt, squared_error, total
from nn import MLP, SGD, Adam, DataError, DivergenceError, History, Module, Trace, train
from nn.optimizers import exponential, linear

ROOT = Path(__file__).parent.parent
ROWS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, -0.5]]
TARGETS = [0.0, 1.0, 1.0, 0.0, 0.5]


def small(seed: int = 1) -> MLP:
    return MLP(2, [3, 1], "tanh", seed=seed)


def run(model: Any, rows: Any = ROWS, targets: Any = TARGETS, **options: Any) -> History:
    return train(model, rows, targets, **{"progress": False, **options})


# --------------------------------------------------------------------------------------- against loops by hand


def test_full_batches_are_the_loop_by_hand_exactly() -> None:
    ours, by_hand = small(), small()
    history = run(ours, epochs=30, shuffle=False, optimizer=SGD(ours.parameters(), lr=0.1))
    losses = []
    for _ in range(30):
        loss = total([squared_error(by_hand(x), y) for x, y in zip(ROWS, TARGETS, strict=True)]) / len(ROWS)
        by_hand.zero_grad()
        loss.backward()
        for p in by_hand.parameters():
            p.data -= 0.1 * p.grad
        losses.append(loss.data)
    assert ours.state_dict() == by_hand.state_dict()
    assert history.loss == pytest.approx(losses, rel=1e-15)
    assert history.learning_rate == [0.1] * 30
    assert (history.epochs, history.stopped) == (30, "30 epochs were made")


def test_one_row_at_a_time_is_the_loop_of_the_textbook_exactly() -> None:
    """For each epoch, for each row in random order: predict, loss, update; then the average loss of the epoch."""
    ours, by_hand = small(), small()
    history = run(ours, epochs=7, batch_size=1, seed=5, optimizer=SGD(ours.parameters(), lr=0.1))
    draw, order, averages = random.Random(5), list(range(len(ROWS))), []
    for _ in range(7):
        draw.shuffle(order)
        losses = []
        for i in order:
            loss = squared_error(by_hand(ROWS[i]), TARGETS[i])
            by_hand.zero_grad()
            loss.backward()
            for p in by_hand.parameters():
                p.data -= 0.1 * p.grad
            losses.append(loss.data)
        averages.append(total(losses) / len(losses))
    assert ours.state_dict() == by_hand.state_dict()
    assert history.loss == averages


@settings(max_examples=25)
@given(st.integers(1, 7), st.integers(0, 3))
def test_batches_of_any_size_also_the_smaller_last_one(batch_size: int, seed: int) -> None:
    ours, by_hand = small(), small()
    history = run(ours, epochs=3, batch_size=batch_size, seed=seed, optimizer=Adam(ours.parameters(), lr=0.1))
    draw, order = random.Random(seed), list(range(len(ROWS)))
    optimizer = Adam(by_hand.parameters(), lr=0.1)
    for epoch in range(3):
        draw.shuffle(order)
        of_rows = []
        for batch in (order[k : k + batch_size] for k in range(0, len(order), batch_size)):
            losses = [squared_error(by_hand(ROWS[i]), TARGETS[i]) for i in batch]
            optimizer.zero_grad()
            (total(losses) / len(losses)).backward()
            optimizer.step()
            of_rows += [loss.data for loss in losses]
        assert history.loss[epoch] == pytest.approx(np.mean(of_rows), rel=1e-12)
    assert ours.state_dict() == pytest.approx(by_hand.state_dict(), rel=1e-9)
    assert optimizer.steps == 3 * math.ceil(len(ROWS) / batch_size)


@pytest.mark.pytorch
def test_training_is_pytorch_s() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    model = small()
    rows, targets = (torch.tensor(x, dtype=torch.float64) for x in (ROWS, TARGETS))
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)).double()
    for linear_layer, layer in zip((net[0], net[2]), model.layers, strict=True):
        with torch.no_grad():
            linear_layer.weight[:] = torch.tensor(np.array([[w.data for w in row] for row in layer.weights]))
            linear_layer.bias[:] = torch.tensor(np.array([b.data for b in layer.biases]))
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), []
    for _ in range(40):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(net(rows)[:, 0], targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history = run(model, epochs=40, shuffle=False, optimizer=SGD(model.parameters(), lr=0.1, momentum=0.9))
    assert history.loss == pytest.approx(losses, rel=1e-9)


# ----------------------------------------------------------------------------------------------------- options


def test_a_seed_makes_training_reproducible_and_is_its_own_generator() -> None:
    state = random.getstate()
    models = [small() for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        run(model, epochs=3, batch_size=2, seed=seed)
    assert random.getstate() == state
    assert models[0].state_dict() == models[1].state_dict() != models[2].state_dict()


def test_without_a_seed_the_order_is_python_s_random_s() -> None:
    models = [small(), small()]
    random.seed(8)
    run(models[0], epochs=2, batch_size=1)
    run(models[1], epochs=2, batch_size=1, seed=8)
    assert models[0].state_dict() == models[1].state_dict()


class Recorder(Module):
    """A model that keeps the rows it is called with."""

    def __init__(self) -> None:
        self.w = Value(0.5, "w")
        self.seen: list[float] = []

    def __call__(self, x: Sequence[float]) -> Value:
        self.seen.append(x[0])
        return self.w * x[0]


def test_the_rows_come_in_another_order_each_epoch_or_always_in_theirs() -> None:
    rows = [[float(i)] for i in range(12)]
    for shuffle in (True, False):
        model = Recorder()
        run(model, rows, [0.0] * 12, epochs=3, shuffle=shuffle, seed=1, optimizer=SGD([model.w], lr=1e-4))
        epochs = [model.seen[1 + 12 * k : 1 + 12 * (k + 1)] for k in range(3)]
        assert all(sorted(epoch) == [x for (x,) in rows] for epoch in epochs)
        assert len(set(map(tuple, epochs))) == (3 if shuffle else 1)


def test_the_optimizer_is_sgd_where_none_is_given() -> None:
    ours, given_one = small(), small()
    run(ours, epochs=3, seed=1)
    run(given_one, epochs=3, seed=1, optimizer=SGD(given_one.parameters(), lr=0.01))
    assert ours.state_dict() == given_one.state_dict()


def test_learning_rates_are_recorded_as_of_the_last_step_of_the_epoch() -> None:
    model = small()
    rate = linear(0.1, 0.0, 100)
    history = run(model, epochs=3, batch_size=2, optimizer=SGD(model.parameters(), lr=rate))
    assert history.learning_rate == [rate(2), rate(5), rate(8)]


@pytest.mark.parametrize("loss", ["bce_with_logits", nn.bce_with_logits, nn.bce_with_logits.operation])
def test_a_loss_by_name_itself_or_by_its_operation(loss: Any) -> None:
    def by_hand(predictions: Sequence[Any], targets: Sequence[Any]) -> Value:
        return nn.bce_with_logits(predictions, targets)

    assert run(small(), epochs=2, seed=1, loss=loss).loss == run(small(), epochs=2, seed=1, loss=by_hand).loss


def test_a_function_as_loss_with_a_penalty() -> None:
    model = small()
    penalty = 0.5 * sum(w * w for w in model.state_dict().values())
    with no_grad():
        fit = nn.mse([model(x) for x in ROWS], TARGETS).data
    history = run(model, epochs=1, loss=lambda p, y: nn.mse(p, y) + nn.l2(model.parameters(), 0.5))
    assert history.loss == pytest.approx([fit + penalty])


def test_an_operation_of_one_s_own_as_loss() -> None:
    quartic = operation("quartic", lambda p, y: (p - y) ** 4, lambda z, p, y: (4 * (p - y) ** 3, -4 * (p - y) ** 3))
    model = small()
    history = run(model, epochs=60, loss=quartic, optimizer=Adam(model.parameters(), lr=0.05))
    assert history.loss[-1] < history.loss[0] / 5


@pytest.mark.parametrize("tolerance", [0.0, 1e-3, 0.1])
@pytest.mark.parametrize("patience", [1, 3])
def test_training_ends_when_the_best_loss_has_settled(tolerance: float, patience: int) -> None:
    model = small()
    optimizer = SGD(model.parameters(), lr=exponential(0.3, 0.9))
    history = run(model, epochs=500, shuffle=False, tolerance=tolerance, patience=patience, optimizer=optimizer)
    losses = history.loss

    def settled(epochs: int) -> bool:
        return (
            epochs > patience
            and min(losses[epochs - patience : epochs]) >= min(losses[: epochs - patience]) - tolerance
        )

    assert history.epochs == next((n for n in range(1, 501) if settled(n)), 500)
    if history.epochs < 500:
        assert history.stopped == f"the loss fell by no more than {tolerance:g} in {patience} epochs"


def test_metrics_of_the_rows_as_each_was_when_its_batch_came() -> None:
    model = small()
    seen: list[tuple[Any, Any]] = []

    def metric(predictions: Sequence[Any], targets: Sequence[Any]) -> float:
        seen.append((list(predictions), list(targets)))
        return nn.mse(predictions, targets).data if isinstance(predictions[0], Value) else float(
            np.mean([(p - y) ** 2 for p, y in zip(predictions, targets, strict=True)])
        )  # fmt: skip

    history = run(model, epochs=4, batch_size=2, metrics={"mine": metric})
    assert history.metrics["mine"] == pytest.approx(history.loss)
    assert all(type(p) is float for predictions, _ in seen for p in predictions)
    assert all(sorted(targets) == sorted(TARGETS) for _, targets in seen)


def test_validation_rows_are_measured_and_not_learned_from() -> None:
    with_validation, without = small(), small()
    rows, targets = [[2.0, 2.0], [-1.0, 0.0]], [1.0, 0.0]
    after: list[float] = []

    def measured(model: Any, history: History) -> None:
        with no_grad():
            after.append(nn.bce_with_logits([model(x) for x in rows], targets).data)

    options: dict[str, Any] = {"epochs": 5, "seed": 1, "loss": "bce_with_logits", "batch_size": 2}
    history = run(
        with_validation,
        validation=(np.array(rows), np.array(targets)[:, None]),
        metrics={"accuracy": nn.bce_with_logits.accuracy},
        callbacks=[measured],
        **options,
    )
    run(without, **options)
    assert with_validation.state_dict() == without.state_dict()
    assert history.validation_loss == after
    assert {name: len(entries) for name, entries in history.metrics.items()} == {
        "accuracy": 5,
        "validation accuracy": 5,
    }


@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_accuracy_of_any_number_of_outputs(outputs: int) -> None:
    rows, targets = [[-1.0], [0.0], [1.0]], [[float(k <= i) for k in range(outputs)] for i in range(3)]
    model = MLP(1, [4, outputs], "tanh", seed=1)
    history = run(model, rows, targets, loss="bce_with_logits", epochs=200, optimizer=Adam(model.parameters(), lr=0.1),
                  metrics={"accuracy": nn.bce_with_logits.accuracy})  # fmt: skip
    assert history.metrics["accuracy"][-1] == 1.0


class TwoInATuple(Module):
    """A model of several outputs that come as something else than a list."""

    def __init__(self, kind: Callable[[list[Value]], Any]) -> None:
        self.w, self.kind = [Value(0.1), Value(0.2)], kind

    def __call__(self, x: Sequence[float]) -> Any:
        return self.kind([w * x[0] for w in self.w])


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_outputs_may_come_in_any_sequence(kind: Callable[[list[Value]], Any]) -> None:
    model = TwoInATuple(kind)
    metrics = {"second": lambda predictions, targets: float(predictions[0][1])}
    history = run(model, [[1.0]], [[1.0, 2.0]], epochs=300, optimizer=SGD(model.w, lr=0.1), metrics=metrics)
    assert [w.data for w in model.w] == pytest.approx([1.0, 2.0], abs=1e-6)
    assert history.metrics["second"][0] == 0.2


def test_callbacks_see_the_model_and_the_history_after_each_epoch_and_true_ends_it() -> None:
    model, calls = small(), list[tuple[Any, int]]()

    def log_it(of: Any, history: History) -> int:
        calls.append((of, history.epochs))
        return 1  # which is not True

    history = run(model, epochs=10, callbacks=(f for f in (log_it, lambda m, h: h.epochs == 3, log_it)))
    assert calls == [(model, 1), (model, 1), (model, 2), (model, 2), (model, 3), (model, 3)]
    assert (history.epochs, history.stopped) == (3, "a callback ended it after epoch 2")


def test_a_trace_keeps_the_path_of_descent() -> None:
    model = small()
    p, q = model.parameters()[:2]
    trace = Trace(p, q)
    start, seen = (p.data, q.data), []
    run(model, epochs=4, callbacks=[trace, lambda m, h: seen.append((p.data, q.data))])
    assert trace.points == [start, *seen]
    assert len(set(trace.points)) == 5


def test_a_history_says_what_happened() -> None:
    history = run(small(), epochs=2)
    losses = f"{history.loss[0]:.4g} → {history.loss[1]:.4g}"
    assert repr(history) == f"<History of 2 epochs, loss {losses}; stopped: 2 epochs were made>"
    assert repr(History()) == "<History of 0 epochs; stopped: not yet>"


@pytest.mark.parametrize(
    "convert", [list, tuple, np.array, lambda x: np.array(x, np.float32), lambda x: (row for row in x)]
)
def test_rows_and_targets_of_any_kind_train_alike(convert: Callable[[Any], Any]) -> None:
    model, expected = small(), small()
    run(model, convert(ROWS), convert(TARGETS), epochs=3, seed=1)
    run(expected, epochs=3, seed=1)
    assert model.state_dict() == expected.state_dict()


def test_frames_train_alike() -> None:
    pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(ROWS, columns=["a", "b"], index=[9, 9, 0, 1, 2])
    model, expected = small(), small()
    run(model, frame, pandas.Series(TARGETS, index=[4, 3, 2, 1, 0]), epochs=3, seed=1)
    run(expected, epochs=3, seed=1)
    assert model.state_dict() == expected.state_dict()


def test_what_is_given_stays_as_it_was() -> None:
    rows, targets = [[0.0, 1], [1, 0]], np.array([[0], [1]])
    run(small(), rows, targets, epochs=2)
    assert rows == [[0.0, 1], [1, 0]]
    assert targets.tolist() == [[0], [1]]


# ---------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs is a whole number above 0, got 0"),
        ({"epochs": 1.5}, ValueError, "epochs is a whole number above 0"),
        ({"epochs": True}, ValueError, "epochs is a whole number above 0, got True"),
        ({"batch_size": 0}, ValueError, "batch_size is a whole number above 0"),
        ({"patience": 0}, ValueError, "patience is a whole number above 0"),
        ({"tolerance": -1e-3}, ValueError, r"tolerance is a number that is not negative, or None, got -0\.001"),
        ({"tolerance": math.nan}, ValueError, "tolerance is a number that is not negative, or None, got nan"),
        ({"loss": "mean"}, ValueError, "a loss is one of mse, .*got 'mean'"),
        ({"loss": "cross_entropy"}, DataError, r"targets\[1\] is 1: cross_entropy takes the index of a class"),
        ({"loss": "hinge"}, DataError, r"targets\[0\] is 0: hinge takes labels 1 and -1"),
        ({"loss": lambda p, y: 1.0}, TypeError, "a loss is a Value, computed from .* predictions, got float"),
        ({"optimizer": "sgd"}, TypeError, r"optimizer is one that was made, such as SGD\(.*got 'sgd'"),
        ({"optimizer": SGD}, TypeError, r"optimizer is one that was made, such as SGD\("),
        ({"optimizer": SGD([Value(1.0)])}, ValueError, "this SGD was made for another model"),
        ({"metrics": ["accuracy"]}, TypeError, "metrics are functions by name.*got list"),
        ({"metrics": nn.bce.accuracy}, TypeError, "metrics are functions by name.*got method"),
        ({"callbacks": print}, TypeError, "callbacks are a list of functions, got builtin"),
        ({"validation": ROWS}, TypeError, r"validation is a pair, \(rows, targets\), got list"),
        ({"validation": ([[1.0]], [1.0])}, DataError, r"validation rows\[0\] has 1 number, and the model takes 2"),
        ({"validation": (ROWS, [1.0])}, DataError, "validation targets takes one for each of the 5 rows, got 1"),
        ({"validation": (ROWS[:1], [math.nan])}, DataError, r"validation targets\[0\] is nan"),
    ],
)
def test_options_that_do_not_serve(options: dict[str, Any], error: type[Exception], message: str) -> None:
    model = small()
    before = model.state_dict()
    with pytest.raises(error, match=message):
        run(model, **options)
    assert model.state_dict() == before


@pytest.mark.parametrize("model", [MLP, lambda x: Value(1.0)])
def test_a_model_without_parameters_needs_an_optimizer(model: Any) -> None:
    with pytest.raises(TypeError, match=r"train takes a model that has parameters\(\), or an optimizer"):
        run(model)


def test_a_function_is_a_model_where_an_optimizer_says_what_moves() -> None:
    w = Value(0.0)
    run(lambda x: w * x[0], [[1.0], [2.0]], [3.0, 6.0], epochs=100, optimizer=SGD([w], lr=0.1))
    assert w.data == pytest.approx(3.0)


def test_rows_are_checked_before_anything_moves() -> None:
    model = small()
    before = model.state_dict()
    for rows, targets in (([[0.0]], [0.0]), ([[0.0, math.nan]], [0.0]), ([], []), (ROWS, [0.0])):
        with pytest.raises(DataError):
            run(model, rows, targets)
    assert model.state_dict() == before


# -------------------------------------------------------------------------------------------------- divergence


class Guarded(Module):
    """w · f(x): not finite for some rows only."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.w, self.b, self.function = Value(0.5, "w"), Value(0.0, "b"), function

    def __call__(self, x: Sequence[Any]) -> Value:
        z: Value = self.w * self.function(Value(x[0], "x") + self.b * 0)
        return z


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, None])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("guilty", [0, 3, 6])
def test_the_guilty_row_is_named_also_after_shuffling(guilty: int, seed: int, batch_size: int | None) -> None:
    rows = [[1.0 + i] for i in range(7)]
    rows[guilty] = [-1.0]  # of which there is no logarithm
    model = Guarded(log)
    with pytest.raises(
        DivergenceError, match=rf"the loss became nan in epoch 0, at row {guilty}: log gave nan"
    ) as raised:
        run(model, rows, [0.0] * 7, batch_size=batch_size, seed=seed, optimizer=SGD(model.parameters(), lr=1e-3))
    error = raised.value
    assert (error.epoch, error.row) == (0, guilty)
    assert error.history.stopped == f"the loss became nan in epoch 0, at row {guilty}"
    assert error.history.epochs == 0
    assert "log gave nan from -1." in str(error)
    assert "Scaled inputs, or a learning rate below 0.001, may help" in str(error)


def test_a_guilty_row_in_a_later_epoch_and_what_was_learned_until_then() -> None:
    model = Guarded(exp)

    def spoil(of: Any, history: History) -> None:
        if history.epochs == 3:
            model.w.data = 1e300

    rows = [[0.0], [700.0], [1.0]]
    with pytest.raises(DivergenceError, match=r"the loss became inf in epoch 3, at row 1: \* gave inf from") as raised:
        run(model, rows, [0.0, 0.0, 0.0], epochs=9, seed=1, loss=lambda p, y: total(p) / len(p), callbacks=[spoil],
            optimizer=SGD([model.b], lr=1e-9))  # fmt: skip
    assert raised.value.history.epochs == len(raised.value.history.learning_rate) == raised.value.epoch == 3


def test_a_gradient_that_is_not_finite_never_reaches_the_parameters() -> None:
    """√0 is finite, and its slope is not: the step would spoil the parameters, and the next row would be blamed."""

    class Root(Module):
        def __init__(self) -> None:
            self.w = Value(1.0, "w")

        def __call__(self, x: Sequence[float]) -> Value:
            root: Value = sqrt(self.w * x[0])
            return root

    model, rows = Root(), [[1.0], [2.0], [0.0], [3.0]]
    with pytest.raises(
        DivergenceError,
        match=r"the gradient of w became (inf|nan) in epoch 0, at row 2: sqrt gave 0\.0, but its derivative .* is inf",
    ) as raised:
        run(model, rows, [1.0] * 4, batch_size=2, seed=3, optimizer=SGD([model.w], lr=0.01))
    assert raised.value.row == 2
    assert math.isfinite(model.w.data)


def test_a_learning_rate_that_is_too_large() -> None:
    model = MLP(1, [1], seed=1)
    with pytest.raises(
        DivergenceError, match=r"the loss became (inf|nan) in epoch .*a learning rate below 10, may"
    ) as raised:
        run(model, [[1.0], [5.0]], [0.0, 1.0], epochs=1000, optimizer=SGD(model.parameters(), lr=10))
    assert raised.value.epoch == raised.value.history.epochs > 3
    assert all(map(math.isfinite, raised.value.history.loss))


class Spoiler(SGD):
    """Makes a parameter nan in one of its steps."""

    spoils = 2

    def step(self) -> None:
        super().step()
        if self.steps == self.spoils:
            self.parameters[0].data = math.nan


def test_parameters_that_were_spoilt_in_the_step_before_are_named() -> None:
    model = small()
    with pytest.raises(DivergenceError, match=r"the loss became nan in epoch 2, at row 0: affine gave nan .*\(the parameter w\^1_11 is nan since the step before\)"):  # fmt: skip # noqa: E501
        run(model, shuffle=False, optimizer=Spoiler(model.parameters(), lr=0.1))


def test_parameters_that_are_spoilt_in_the_very_last_step_are_named() -> None:
    model = small()
    message = r"the parameter w\^1_11 became nan in the last step, in epoch 1\. "
    with pytest.raises(DivergenceError, match=message) as raised:
        run(model, epochs=2, optimizer=Spoiler(model.parameters(), lr=0.1))
    assert (raised.value.epoch, raised.value.row, raised.value.history.epochs) == (1, None, 2)


def test_rows_that_are_finite_one_by_one_but_not_together() -> None:
    w = Value(1e308, "w")
    with pytest.raises(
        DivergenceError, match="the loss became inf in epoch 0: the sum over the rows is too large"
    ) as raised:
        run(lambda x: w * x[0], [[1.0], [1.0]], [0.0, 0.0], loss=lambda p, y: total(p), optimizer=SGD([w]))
    assert raised.value.row is None


def test_a_loss_that_is_nan_of_itself() -> None:
    w = Value(1.0)
    with pytest.raises(DivergenceError, match="in epoch 0, at row 0: its loss is nan"):
        run(lambda x: w, [[1.0]], [0.0], loss=lambda p, y: Value(math.nan), optimizer=SGD([w]))


# -------------------------------------------------------------------------------------------------- interruption


def interrupting(calls: int) -> Callable[..., Any]:
    """What raises KeyboardInterrupt when it is called for so many times."""
    left = iter([False] * (calls - 1) + [True])

    def interrupt(*_: Any) -> None:
        if next(left):
            raise KeyboardInterrupt

    return interrupt


def assert_whole(history: History) -> None:
    """All lists are as long: of an epoch that was not completed there is nothing."""
    of_metrics = [len(entries) for entries in history.metrics.values()]
    lengths = {len(history.loss), len(history.learning_rate), len(history.validation_loss), *of_metrics}
    assert lengths == {history.epochs}


@pytest.mark.parametrize("calls", range(3, 20))  # the first two are to learn how many outputs there are
def test_ctrl_c_anywhere_keeps_what_was_learned_and_a_whole_history(calls: int) -> None:
    interrupt, model = interrupting(calls), small()

    class Interrupted(Module):
        def __init__(self) -> None:
            self.inner = model

        def __call__(self, x: Sequence[float]) -> Value:
            interrupt()
            out: Value = model(x)
            return out

    before = model.state_dict()
    validation = ([[2.0, 2.0], [1.0, 2.0]], [1.0, 0.0])
    options: dict[str, Any] = {"batch_size": 2, "seed": 1, "metrics": {"zero": lambda p, y: 0.0}}
    history = run(Interrupted(), validation=validation, **options)
    assert history.epochs == (calls - 3) // 7  # 5 rows and 2 to validate
    assert history.stopped == f"interrupted in epoch {history.epochs}"
    assert_whole(history)
    assert (model.state_dict() != before) == (calls > 4)


def test_ctrl_c_in_a_callback_counts_the_epoch_before() -> None:
    model, expected = small(), small()
    history = run(model, seed=1, callbacks=[interrupting(4)])
    run(expected, seed=1, epochs=4)
    assert (history.epochs, history.stopped) == (4, "interrupted in epoch 4")
    assert model.state_dict() == expected.state_dict()


def test_errors_of_others_pass_through_and_the_history_is_theirs_to_keep() -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        run(small(), callbacks=[broken])


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_a_real_ctrl_c_returns_the_history() -> None:
    code = """
        import sys
        from nn import MLP, train
        model = MLP(2, [3, 1], seed=1)
        before = model.state_dict()
        def ready(model, history):
            if history.epochs == 3:
                print("ready", flush=True)
        history = train(model, [[0, 1], [1, 0]], [0, 1], epochs=10**9, callbacks=[ready])
        print(history.stopped, history.epochs >= 3, model.state_dict() != before)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert out.startswith("interrupted in epoch ")
    assert out.endswith(" True True\n")


# --------------------------------------------------------------------------------------------------- progress bar

TRAINING = "from nn import MLP, train; train(MLP(1, [1], seed=1), [[1.0]], [1.0], epochs=30, progress={})"


def stderr_of(progress: bool | None, terminal: bool) -> str:
    """What training writes to a terminal, or to a pipe."""
    if terminal:
        pty = pytest.importorskip("pty", reason="pseudo terminals are POSIX's")
        ours, theirs = pty.openpty()
        pytest.importorskip("termios").tcsetwinsize(theirs, (24, 80))
    else:
        ours, theirs = os.pipe()
    command = [sys.executable, "-c", TRAINING.format(progress)]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, timeout=120)
    os.close(theirs)
    os.set_blocking(ours, False)
    try:
        written = os.read(ours, 100_000)
    except OSError:  # a terminal that was closed, and nothing on it
        written = b""
    os.close(ours)
    assert (run.returncode, run.stdout) == (0, b"")
    return written.decode()


@pytest.mark.parametrize(
    ("progress", "terminal", "shown"),
    [(None, True, True), (None, False, False), (True, False, True), (False, True, False)],
)
def test_the_bar_shows_on_a_terminal_or_when_asked_for(progress: bool | None, terminal: bool, shown: bool) -> None:
    written = stderr_of(progress, terminal)
    if shown:
        assert "30/30" in written
        assert "epoch" in written
        assert "loss " in written
    else:
        assert written == ""


def test_a_callback_may_answer_with_numpy_s_true() -> None:
    model, rows = MLP(1, [1], seed=1), [[0.0], [1.0]]
    history = train(model, rows, [0.0, 1.0], epochs=5, callbacks=[lambda model, history: np.mean(history.loss) > 0])
    assert history.epochs == 1
    history = train(model, rows, [0.0, 1.0], epochs=np.int64(2), callbacks=[lambda model, history: "not True"])  # type: ignore[arg-type]
    assert history.epochs == 2


def test_cross_entropy_of_a_saturated_sigmoid_names_its_remedy() -> None:
    model = MLP(1, [1], output_activation="sigmoid", weights=[[[1.0]]])
    with pytest.raises(
        DivergenceError, match="bce_with_logits, of outputs without a sigmoid, is finite where bce is not"
    ):
        train(model, [[40.0], [1.0]], [0, 1], loss="bce")


def test_training_where_there_is_no_terminal_nor_any_stream(tmp_path: Path) -> None:
    """As under pythonw: there is nothing to write to, and nothing else is amiss. What went wrong stands in a file."""
    program = """
        import sys, warnings
        from pathlib import Path

        out = Path(sys.argv[1])
        sys.stdout = sys.stderr = sys.stdin = None
        try:
            import nn
            from nn.__main__ import main

            for options in ({}, {"progress": True}, {"compiled": True}):
                model = nn.MLP(2, [2, 1], seed=1)
                assert nn.train(model, [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], epochs=3, **options).epochs == 3
            warnings.warn("nobody hears it")
            (out / "data.csv").write_text("a,b\\n" + "1,2\\n3,4\\n" * 5)
            arguments = ["train", str(out / "data.csv"), "--target", "b", "--layers", "1", "--epochs", "2"]
            assert main([*arguments, "--out", str(out / "model.json")]) == 0
            assert main([*arguments, "--lr", "x"]) == 2
            assert main(["derive", "2-1", "--x", "1", "2", "--y", "1"]) == 0
            assert nn.load(out / "model.json").names == ["a"]
            (out / "end").write_text("well")
        except BaseException as error:
            (out / "end").write_text(repr(error))
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=100)
    assert (tmp_path / "end").read_text() == "well"
