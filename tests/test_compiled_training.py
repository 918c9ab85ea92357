"""Compiled training: the very steps that training in scalars takes, from arrays."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
import nn.compiled as compiled_module
from autograd import Value, maximum, squared_error, tanh
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    CompiledTraining,
    DataError,
    DivergenceError,
    History,
    Module,
    Optimizer,
    Trace,
    mse,
    train,
)
from nn.optimizers import cosine, exponential

ROWS = [[math.sin(3 * i + k) for k in range(2)] for i in range(23)]
LABELS = [1.0 if x * y > 0 else -1.0 for x, y in ROWS]


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


OPTIMIZERS: dict[str, Callable[[list[Value]], Optimizer]] = {
    "SGD": lambda p: SGD(p, lr=0.1),
    "schedule": lambda p: SGD(p, lr=exponential(0.2, 0.9)),
    "momentum": lambda p: SGD(p, lr=0.05, momentum=0.9),
    "Nesterov and decay": lambda p: SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.01),
    "Adam": lambda p: Adam(p, lr=0.02),
    "Adam with decay": lambda p: Adam(p, lr=0.02, weight_decay=0.1),
    "AdamW": lambda p: AdamW(p, lr=cosine(0.05, 20), weight_decay=0.1),
}


def trained(compiled: bool, make: Callable[[list[Value]], Optimizer], model: Any = None, **options: Any) -> Any:
    model = model or MLP(2, [5, 1], "tanh", seed=4)
    options = {"loss": "hinge", "epochs": 6, "seed": 7, "progress": False, **options}
    data = options.pop("data", (ROWS, LABELS))
    optimizer = make(model.parameters())
    history = train(model, *data, optimizer=optimizer, compiled=compiled, **options)
    return history, [p.data for p in model.parameters()], optimizer


def assert_the_same(one: Any, other: Any) -> None:
    (history, numbers, optimizer), (expected, expected_numbers, expected_optimizer) = one, other
    assert numbers == near(expected_numbers)
    assert history.loss == near(expected.loss)
    assert history.validation_loss == near(expected.validation_loss)
    assert history.learning_rate == expected.learning_rate
    assert history.stopped == expected.stopped
    assert history.metrics == expected.metrics
    assert optimizer.steps == expected_optimizer.steps
    assert np.array(optimizer.state) == near(np.array(expected_optimizer.state))


class Heads(Module):
    """Two networks, of which a call uses one, and a number that a loss may use."""

    def __init__(self) -> None:
        self.first, self.second = (MLP(2, [2, 1], "tanh", seed=seed) for seed in (1, 2))
        self.unused, self.nin, self.scale = Value(3.0), 2, Value(1.0)

    def __call__(self, x: Any) -> Any:
        return [self.first(x), self.scale * x[0]]


@pytest.mark.parametrize("backend", ["native", "source"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_the_loss_does_not_depend_on_is_left_alone(name: str, backend: str) -> None:
    """Neither decay nor momentum moves it, and what the optimizer had kept of it stays."""
    models, optimizers = [Heads(), Heads()], []
    for model in models:
        optimizer = OPTIMIZERS[name](model.parameters())
        (model.second([1.0, 2.0]) + model.unused).backward()  # some momentum to start with
        optimizer.step()
        optimizer.counts = [1] * len(optimizer.parameters)  # or a program would refuse them
        optimizers.append(optimizer)

    def loss(predictions: Any, targets: Any) -> Any:
        return mse([p for p, _ in predictions], [y for y, _ in targets])

    rows, targets = ROWS[:8], [[y, 0.0] for y in LABELS[:8]]
    program = models[0].compile(loss, optimizers[0], backend=backend)
    before = models[0].second.state_dict() | {"unused": models[0].unused.data}
    losses = program.steps(rows, targets, 5)
    history = train(models[1], rows, targets, loss=loss, optimizer=optimizers[1], epochs=5, progress=False)
    assert losses == near(history.loss)
    assert models[0].second.state_dict() | {"unused": models[0].unused.data} == before
    assert list(models[0].state_dict().values()) == near(list(models[1].state_dict().values()))
    assert [list(map(near, kept)) for kept in optimizers[1].state] == optimizers[0].state
    assert optimizers[0].counts == optimizers[1].counts
    assert sorted(set(optimizers[0].counts)) == [1, 6]
    models[0].scale.data = 2.0  # which predictions depend on, and the loss does not
    predictions, _ = program.predict(program.columns(rows, targets))
    assert [p for _, p in predictions] == near([2 * x for x, _ in rows])


def test_adam_compiled_takes_parameters_of_equal_counts() -> None:
    model = Heads()
    adam = Adam(model.parameters())
    model.first([1.0, 2.0]).backward()
    adam.step()
    with pytest.raises(ValueError, match="parameters took part in 0 to 1 steps, by which Adam corrects"):
        model.compile("mse", adam)
    with pytest.raises(ValueError, match="the loss depends on none of the parameters"):
        model.first.compile("mse", SGD(model.second.parameters()))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 1, 8, 23, 100])
def test_the_same_steps_as_in_scalars(name: str, batch_size: int | None) -> None:
    make = OPTIMIZERS[name]
    assert_the_same(trained(True, make, batch_size=batch_size), trained(False, make, batch_size=batch_size))


@pytest.mark.parametrize("batch_size", [None, 8])
def test_metrics_validation_and_callbacks_see_what_they_see_in_scalars(batch_size: int | None) -> None:
    traces = []

    def run(compiled: bool) -> Any:
        model = MLP(2, [5, 1], "tanh", seed=4)
        traces.append(Trace(*model.parameters()))
        return trained(
            compiled, OPTIMIZERS["momentum"], model, batch_size=batch_size, metrics={"right": nn.hinge.accuracy},
            validation=(ROWS[:5], LABELS[:5]), callbacks=[traces[-1]], tolerance=0.01, patience=2,
        )  # fmt: skip

    assert_the_same(run(True), run(False))
    assert np.array(traces[0].points) == near(np.array(traces[1].points))


def test_a_callback_that_changes_a_parameter() -> None:
    def nudge(model: Any, history: History) -> None:
        model.parameters()[0].data += 0.5

    one, other = (trained(compiled, OPTIMIZERS["Adam"], callbacks=[nudge]) for compiled in (True, False))
    assert_the_same(one, other)


def test_metrics_read_the_parameters_of_the_epoch() -> None:
    def run(compiled: bool) -> Any:
        model = MLP(2, [5, 1], "tanh", seed=4)
        size = {"size": lambda predictions, targets: sum(p.data**2 for p in model.parameters())}
        history, *_ = trained(
            compiled, OPTIMIZERS["Adam"], model, batch_size=8, metrics=size, validation=(ROWS[:5], LABELS[:5])
        )
        return history.metrics

    assert {name: near(entries) for name, entries in run(False).items()} == run(True)


@pytest.mark.parametrize("kind", [np.int64, np.uint8])
def test_numpy_s_integers_count_rows_steps_and_inputs(kind: Any) -> None:
    one, other = (trained(True, OPTIMIZERS["Adam"], batch_size=size) for size in (kind(8), 8))
    assert_the_same(one, other)
    assert type(one[0].loss[0]) is float
    model = MLP(2, [4, 1], "tanh", seed=1)
    training = model.compile("mse", inputs=kind(2))
    assert len(training.steps(ROWS, LABELS, kind(5), batch_size=kind(6))) == 5
    assert autograd.compile(lambda *row: row[0] * row[1], inputs=kind(2)).inputs == ("x_1", "x_2")


@pytest.mark.parametrize("loss", ["mse", "bce", "bce_with_logits", "cross_entropy", "hinge", squared_error])
def test_every_loss(loss: Any) -> None:
    joint = loss == "cross_entropy"
    output = "sigmoid" if loss == "bce" else "identity"
    targets = [float(i % 3) for i in range(23)] if joint else LABELS
    if loss in ("bce", "bce_with_logits"):
        targets = [(y + 1) / 2 for y in LABELS]
    one, other = (
        trained(
            compiled, OPTIMIZERS["SGD"], MLP(2, [4, 3 if joint else 1], "relu", output, seed=2),
            data=(ROWS, targets), loss=loss, batch_size=5,
        )
        for compiled in (True, False)
    )  # fmt: skip
    assert_the_same(one, other)


def test_several_outputs_and_a_loss_of_ones_own() -> None:
    targets = [[x + y, x - y] for x, y in ROWS]

    def run(compiled: bool) -> Any:
        model = MLP(2, [4, 2], ["relu", None], bias="layer", seed=2)

        def loss(predictions: Any, targets: Any) -> Value:
            return nn.mse(predictions, targets) + nn.l2(model.parameters(), 0.01)

        return trained(compiled, OPTIMIZERS["SGD"], model, data=(ROWS, targets), loss=loss, batch_size=6)

    assert_the_same(run(True), run(False))


def test_a_model_that_is_no_module_s() -> None:
    class Parabola:
        def __init__(self) -> None:
            self.a, self.b = Value(0.3, "a"), Value(-0.2, "b")

        def parameters(self) -> list[Value]:
            return [self.a, self.b]

        def __call__(self, row: Any) -> Value:
            value: Value = maximum(self.a * row[0] ** 2 + self.b * row[1], tanh(row[0]))
            return value

    one, other = (trained(compiled, OPTIMIZERS["Adam"], Parabola(), loss="mse") for compiled in (True, False))
    assert_the_same(one, other)


def test_only_the_optimizer_s_parameters_move() -> None:
    model = MLP(2, [3, 1], "tanh", seed=1)
    frozen, free = model.layers[0].parameters(), model.layers[1].parameters()
    before = [p.data for p in frozen], [p.data for p in free]
    train(model, ROWS, LABELS, optimizer=SGD(free, lr=0.1), epochs=2, compiled=True, progress=False)
    assert [p.data for p in frozen] == before[0]
    assert all(p.data != was for p, was in zip(free, before[1], strict=True))


def test_divergence_names_the_epoch_the_row_and_the_node() -> None:
    messages = []
    for compiled in (True, False):
        model = MLP(2, [3, 1], "relu", seed=1)
        with pytest.raises(DivergenceError) as raised:
            train(
                model, ROWS, LABELS, optimizer=SGD(model.parameters(), lr=1e9), epochs=100, batch_size=7, seed=2,
                compiled=compiled, progress=False,
            )  # fmt: skip
        messages.append((str(raised.value), raised.value.epoch, raised.value.row, raised.value.history.stopped))
    assert messages[0][1:3] == messages[1][1:3]
    assert messages[0][0].split(":")[0].split(" became")[0] == messages[1][0].split(":")[0].split(" became")[0]


def test_training_goes_on_where_it_was() -> None:
    def run(compiled: tuple[bool, bool]) -> Any:
        model = MLP(2, [4, 1], "tanh", seed=1)
        optimizer = Adam(model.parameters(), lr=0.05)
        histories = [
            train(model, ROWS, LABELS, optimizer=optimizer, epochs=3, seed=1, compiled=each, progress=False)
            for each in compiled
        ]
        return histories[1], [p.data for p in model.parameters()], optimizer

    assert_the_same(run((True, True)), run((False, False)))
    assert_the_same(run((True, False)), run((False, True)))


def test_steps_by_hand() -> None:
    model, twin = MLP(2, [4, 1], "tanh", seed=1), MLP(2, [4, 1], "tanh", seed=1)
    training = model.compile("mse", SGD(model.parameters(), lr=0.1))
    losses = training.steps(ROWS, LABELS, 5)
    losses += training.steps(np.array(ROWS), np.array(LABELS), 4, batch_size=6)
    expected = []
    optimizer = SGD(twin.parameters(), lr=0.1)
    for batch in [slice(0, 23)] * 5 + [slice(i, i + 6) for i in range(0, 23, 6)]:
        loss = nn.mse([twin(x) for x in ROWS[batch]], LABELS[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        expected.append(loss.data)
    assert losses == near(expected)
    assert list(model.state_dict().values()) == near(list(twin.state_dict().values()))
    stored = model.state_dict()
    training.steps_on(training.columns(ROWS, LABELS), 3)
    assert model.state_dict() == stored
    training.store()
    assert model.state_dict() != stored


def test_float32_learns_the_same_but_for_rounding() -> None:
    results = []
    for dtype in ("float32", "float64"):
        model = MLP(2, [4, 1], "tanh", seed=1)
        results.append(model.compile("mse", Adam(model.parameters(), lr=0.01), dtype=dtype).steps(ROWS, LABELS, 50))
    assert results[0] == pytest.approx(results[1], rel=1e-4)
    assert results[0] != results[1]


@pytest.mark.parametrize("backend", ["native", "source"])
def test_both_backends_train(backend: str) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    model = MLP(2, [4, 1], "tanh", seed=1)
    training = CompiledTraining(model, "mse", Adam(model.parameters(), lr=0.01), backend=backend)
    order = [[*range(22, -1, -1)], [*range(23)]]
    losses = training.steps(ROWS, LABELS, 6, batch_size=10, order=order)
    twin = MLP(2, [4, 1], "tanh", seed=1)
    optimizer = Adam(twin.parameters(), lr=0.01)
    for rows in (order[0][:10], order[0][10:20], order[0][20:], order[1][:10], order[1][10:20], order[1][20:]):
        loss = nn.mse([twin(ROWS[i]) for i in rows], [LABELS[i] for i in rows])
        assert losses.pop(0) == near(loss.data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    predictions, loss_now = training.predict(training.columns(ROWS, LABELS))
    assert predictions == near([twin(x).data for x in ROWS])
    assert loss_now == near(nn.mse([twin(x) for x in ROWS], LABELS).data)


class Interrupting:
    """A backend that takes some steps and is interrupted, before it says how many, as by Ctrl-C."""

    def __init__(self, backend: Any, steps: int) -> None:
        self.backend, self.steps = backend, steps

    def descend(self, step: Any, update: Any, batches: Any, state: Any, scalars: Any, losses: Any) -> int:
        self.backend.descend(step, update, batches, state, scalars[: self.steps], losses[: self.steps])
        raise KeyboardInterrupt


@pytest.mark.parametrize("backend", ["native", "source"])
@pytest.mark.parametrize("name", ["schedule", "Adam", "AdamW"])
def test_after_an_interrupt_all_is_as_after_the_steps_that_were_taken(name: str, backend: str) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    model, twin = MLP(2, [4, 1], "tanh", seed=1), MLP(2, [4, 1], "tanh", seed=1)
    optimizer, expected = OPTIMIZERS[name](model.parameters()), OPTIMIZERS[name](twin.parameters())
    training, other = (
        CompiledTraining(m, "mse", o, backend=backend) for m, o in ((model, optimizer), (twin, expected))
    )
    step = training.row_loss
    training.steps(ROWS, LABELS, 2)
    native = step.backend
    vars(step)["backend"] = Interrupting(native, 7)
    with pytest.raises(KeyboardInterrupt):
        training.steps(ROWS, LABELS, 400, batch_size=8)
    vars(step)["backend"] = native
    other.steps(ROWS, LABELS, 2)
    other.steps(ROWS, LABELS, 7, batch_size=8)
    assert (optimizer.steps, optimizer.last_rate) == (9, expected.last_rate)
    assert (training.descent.steps, optimizer.state) == (9, expected.state)
    assert model.state_dict() == twin.state_dict()
    assert training.steps(ROWS, LABELS, 3) == other.steps(ROWS, LABELS, 3)


def test_the_rate_of_the_last_step_that_was_taken() -> None:
    model = MLP(2, [3, 1], "relu", seed=1)
    optimizer = SGD(model.parameters(), lr=lambda step: 10.0**step)
    losses = model.compile("mse", optimizer).steps(ROWS, LABELS, 200)
    assert len(losses) == optimizer.steps + 1 < 200
    assert optimizer.last_rate == 10.0 ** (optimizer.steps - 1)


# What is refused


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"rows": [[1.0]]}, r"^rows\[0\] has 1 number, and the model takes 2"),
    ({"targets": LABELS[1:]}, r"^targets takes one for each of the 23 rows, got 22"),
    ({"steps": -1}, r"^steps is a whole number, 0 or more, got -1$"),
    ({"steps": 2.5}, r"^steps is a whole number, 0 or more, got 2.5$"),
    ({"steps": True}, r"^steps is a whole number"),
    ({"batch_size": 0}, r"^a batch has a whole number of rows, 1 or more, got 0$"),
    ({"batch_size": 2.0}, r"^a batch has a whole number of rows"),
    ({"batch_size": True}, r"^a batch has a whole number of rows"),
    ({"order": [[0, 1, 2]]}, r"^order has the indices of 23 rows for each epoch"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_a_call_that_is_refused_changes_nothing(options: dict[str, Any], message: str) -> None:
    model = MLP(2, [3, 1], "tanh", seed=1)
    optimizer = Adam(model.parameters(), lr=lambda step: 0.1 / (1 + step))
    training = model.compile("mse", optimizer)
    training.steps(ROWS, LABELS, 3)
    before = optimizer.steps, optimizer.last_rate, optimizer.state, model.state_dict()
    with pytest.raises(ValueError, match=message) as caught:
        training.steps(**{"rows": ROWS, "targets": LABELS, "steps": 4, **options})
    assert "\n" not in str(caught.value)
    assert (optimizer.steps, optimizer.last_rate, optimizer.state, model.state_dict()) == before
    assert training.steps(ROWS, LABELS, 0) == []
    assert optimizer.steps == 3


def test_a_loss_that_is_no_mean_over_rows() -> None:
    model = MLP(2, [1], seed=1)
    with pytest.raises(ValueError, match="is a mean over rows, but for 12 rows this one gives"):
        model.compile(lambda predictions, targets: sum((p - y) ** 2 for p, y in zip(predictions, targets, strict=True)))


def test_a_model_that_decides_on_a_number() -> None:
    model = MLP(2, [1], seed=1)

    class Deciding(nn.Module):
        nin = 2

        def __init__(self) -> None:
            self.inner = model

        def __call__(self, row: Any) -> Any:
            return self.inner(row) if row[0] > 0 else self.inner(row[::-1])

    with pytest.raises(TypeError, match="a comparison of the traced Value x_1"):
        train(Deciding(), ROWS, LABELS, compiled=True, epochs=1, progress=False)
    assert {type(p) for p in model.parameters()} == {Value}


def test_inputs_that_are_not_known() -> None:
    class Bare(nn.Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, row: Any) -> Any:
            return self.w * row[0]

    with pytest.raises(ValueError, match="does not say how many inputs it takes: give inputs="):
        Bare().compile()
    assert Bare().compile(inputs=1).steps([[2.0]], [2.0]) == [0.0]


def test_targets_of_another_number_than_rows() -> None:
    with pytest.raises(ValueError, match="targets takes one for each of the 2 rows, got 3"):
        MLP(1, [1], seed=1).compile().steps([[1.0], [2.0]], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("rows", "targets"),
    [
        (np.ones((2, 6)), np.ones(6)),  # the other way round
        (np.ones((6, 4)), np.ones(12)),
        (np.ones(12), np.ones(6)),
        (np.ones((6, 2)), np.ones((2, 3))),
        (np.ones((6, 2)).astype(str), np.ones(6)),
    ],
)
def test_arrays_of_another_shape_are_not_forced_into_ours(rows: Any, targets: Any) -> None:
    with pytest.raises(DataError, match=r"(rows|targets)"):
        MLP(2, [1], seed=1).compile().steps(rows, targets)


def columns_of(rows: Any, targets: Any, loss: Any, outputs: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int]:
    """The columns of a program, and how often rows or targets were gone through one by one for them."""
    program = MLP(2, [outputs], seed=1).compile(loss)
    gone_through: list[str] = []
    with monkeypatch.context() as patched:
        for name in ("as_rows", "as_targets"):
            real = getattr(compiled_module, name)

            def spy(*given: Any, name: str = name, real: Any = real) -> Any:
                gone_through.append(name)
                return real(*given)

            patched.setattr(compiled_module, name, spy)
        return program.columns(rows, targets), len(gone_through)


@pytest.mark.parametrize("convert", [np.array, lambda x: np.array(x, "float32"), lambda x: np.array(x, int)])
def test_arrays_that_fit_are_taken_as_a_whole(convert: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at number by number takes longer than it takes to learn it."""
    rows = [[1, 2], [3, 4], [5, 6]]
    losses: dict[str, tuple[Any, int, Any]] = {
        "mse": ("mse", 1, [7, 8, 9]),
        "mse of columns": ("mse", 1, [[7], [8], [9]]),
        "mse of two": ("mse", 2, [[7, 8], [9, 10], [11, 12]]),
        "hinge": ("hinge", 1, [1, -1, 1]),
        "cross_entropy": ("cross_entropy", 2, [0, 1, 0]),
        "one's own": (lambda p, y: mse(p, y), 1, [7, 8, 9]),
        "an operation": (squared_error, 2, [[7, 8], [9, 10], [11, 12]]),
    }
    for name, (loss, outputs, targets) in losses.items():
        columns, gone_through = columns_of(convert(rows), convert(targets), loss, outputs, monkeypatch)
        assert columns.tolist() == [*np.array(rows).T.tolist(), *np.array(targets).reshape(3, -1).T.tolist()], name
        assert gone_through == 0, name


def test_what_does_not_fit_as_a_whole_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, targets = np.ones((3, 2)), np.ones(3)
    for given, wanted in ((np.array(rows, object), targets), (rows, np.array(targets, object))):
        columns, gone_through = columns_of(given, wanted, "mse", 1, monkeypatch)
        assert columns.tolist() == [[1.0] * 3] * 3
        assert gone_through == 2


def test_numbers_that_are_too_large_for_float32_are_refused() -> None:
    program = MLP(2, [1], seed=1).compile(dtype="float32")
    for rows, targets in (([[1e39, 1.0]], [1.0]), ([[1.0, 1.0]], [1e39])):
        for convert in (list, np.array):
            with pytest.raises(DataError, match="rows and targets have numbers that are too large for float32"):
                program.columns(convert(rows), convert(targets))
    assert program.columns([[3e38, 1.0]], [1.0]).dtype == "float32"


def test_what_cannot_be_taken_up_says_how_many_steps_each_took_part_in() -> None:
    model = MLP(2, [1], seed=1)
    adam = Adam(model.parameters())
    program = model.compile(optimizer=adam)
    program.steps(ROWS, LABELS, 5)
    adam.counts[1] += 2
    with pytest.raises(ValueError, match="took part in 5 to 7 steps, by which Adam corrects"):
        program.load()


def test_a_rate_that_stays_is_worked_out_once_and_not_for_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLP(2, [1], seed=1)
    asked: list[int] = []

    def spy(self: SGD, steps: int) -> float:
        asked.append(steps)
        return 0.1

    program = model.compile(optimizer=SGD(model.parameters(), lr=0.1))
    monkeypatch.setattr(SGD, "rate_after", spy)
    assert len(program.steps(ROWS, LABELS, 1000)) == 1000
    assert len(asked) < 5


@pytest.mark.parametrize("wrong", [True, False, 0, -1, 2.0, "2", None])
def test_counts_are_whole_numbers(wrong: Any) -> None:
    model: Any = MLP(2, [1], seed=1)
    if wrong is not None:  # which stands for what the model says
        with pytest.raises(ValueError, match=f"give inputs=, got {wrong!r}"):
            model.compile(inputs=wrong)
    if wrong not in (0, 1) or isinstance(wrong, bool):
        with pytest.raises(ValueError, match=f"steps is a whole number, 0 or more, got {wrong!r}"):
            model.compile().steps(ROWS, LABELS, wrong)


def test_descent_takes_a_loss() -> None:
    w = Value(1.0)
    for step in (autograd.compile(lambda x: [w * x, x], [w]), autograd.compile(lambda x: x * x)):
        with pytest.raises(TypeError, match="a step of descent is a compiled function that returns one Value"):
            autograd.Descent(step, SGD([w]))
