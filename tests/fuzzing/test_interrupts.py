"""Ctrl-C at any moment: whatever was going on, what is left is that of a whole step, and one can go on with it."""

import math
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any

import pytest

import autograd
import nn
from autograd import Value, detect_anomaly, draw, explore, grad, hessian, no_grad, squared_error, tanh
from autograd.core import tracer, watchers
from autograd.core.watching import rule
from nn.optimizers import exponential
from tests.fuzzing import EFFORT, generator

OURS = tuple(str(Path(package.__file__ or "").parent) for package in (autograd, nn))
ROWS, TARGETS = [[0.5], [-0.25], [1.0]], [0.3, -0.1, 0.8]
STEPS = 9  # in which all rows are gone through again and again, two to a step


class Weight(Value):
    """A class of the user's."""


class Model(nn.Module):
    """Two parameters."""

    nin = 1

    def __init__(self) -> None:
        self.w, self.b = Value(0.5, "w"), Weight(0.25, "b")

    def __call__(self, x: Any) -> Value:
        return tanh(self.w * x[0] + self.b)  # type: ignore[no-any-return]


def adam(model: Model) -> nn.Optimizer:
    return nn.Adam(model.parameters(), lr=exponential(0.1, 0.9))


State = tuple[list[float], list[list[float]], list[int], int, float]


def state(model: Model, optimizer: nn.Optimizer) -> State:
    assert [type(p) for p in model.parameters()] == [Value, Weight]
    return (
        [float(p) for p in model.parameters()],
        [list(row) for row in optimizer.state],
        list(optimizer.counts),
        optimizer.steps,
        optimizer.last_rate,
    )


class Recording(nn.Adam):
    """Notes every state on its way."""

    def __init__(self, model: Model) -> None:
        super().__init__(model.parameters(), lr=exponential(0.1, 0.9))
        self.model, self.states = model, [state(model, self)]

    def step(self) -> None:
        super().step()
        self.states.append(state(self.model, self))


def options(**others: Any) -> dict[str, Any]:
    return {"batch_size": 2, "shuffle": False, "progress": False, **others}


def expected_states() -> list[State]:
    model = Model()
    recording = Recording(model)
    nn.train(model, ROWS, TARGETS, optimizer=recording, epochs=STEPS // 2 + 2, **options())
    return recording.states


EXPECTED = expected_states()


def require_whole_step(model: Model, optimizer: nn.Optimizer) -> None:
    found = state(model, optimizer)
    expected = EXPECTED[found[3]]
    assert found[0] == pytest.approx(expected[0], rel=1e-12)
    for row, wanted in zip(found[1], expected[1], strict=True):
        assert row == pytest.approx(wanted, rel=1e-9, abs=1e-15)
    assert found[2:] == expected[2:]


def require_order() -> None:
    """Nothing is left of what was going on, and all of it can be done again."""
    assert (watchers.get(), rule.get(), tracer.get()) == ((), None, None)


# ------------------------------------------------------------------------------------------- what is going on

Scenario = Callable[[Path], tuple[Callable[[], object], Callable[[], object]]]


def training(compiled: bool) -> Scenario:
    def prepare(_: Path) -> Any:
        model = Model()
        optimizer, histories = adam(model), list[nn.History]()
        extras = {"metrics": {"mean": lambda p, y: math.fsum(p)}, "validation": (ROWS, TARGETS)}

        def look(_: Any, history: nn.History) -> None:
            histories.append(history)

        def run() -> None:
            nn.train(
                model, ROWS, TARGETS, optimizer=optimizer, epochs=3, callbacks=[look],
                **options(compiled=compiled, **extras),
            )  # fmt: skip

        def check() -> None:
            require_whole_step(model, optimizer)
            for history in histories[-1:]:
                lists = [history.loss, history.learning_rate, history.validation_loss, *history.metrics.values()]
                assert {len(entries) for entries in lists} == {history.epochs}
                assert 2 * history.epochs <= optimizer.steps
            again = nn.train(model, ROWS, TARGETS, optimizer=adam(model), epochs=2, **options(compiled=compiled))
            assert again.loss[1] < again.loss[0]

        return run, check

    return prepare


def steps(backend: str) -> Scenario:
    def prepare(_: Path) -> Any:
        model = Model()
        optimizer = adam(model)
        program = model.compile("mse", optimizer, backend=backend)

        def run() -> None:
            program.steps(ROWS, TARGETS, 2, 2)
            program.load()
            program.steps(ROWS, TARGETS, 4, 2)

        def check() -> None:
            require_whole_step(model, optimizer)
            taken = optimizer.steps
            assert (program.descent.steps, program.descent.last_rate) == (taken, optimizer.last_rate)
            if taken % 2 == 0:
                program.steps(ROWS, TARGETS, 2, 2)
                require_whole_step(model, optimizer)
                assert optimizer.steps == taken + 2

        return run, check

    return prepare


def compiling(backend: str) -> Scenario:
    def prepare(_: Path) -> Any:
        w, b = Value(0.5, "w"), Weight(0.25, "b")

        def loss(x: Any, y: Any) -> Any:
            return squared_error(tanh(w * x + b), y) + grad(w * b * x, [w])[0] * 0

        def run() -> None:
            step = autograd.compile(loss, [w, b], backend=backend)
            step([0.5, 1.0], [0.3, 0.8])
            step.values([0.5, 1.0], [0.3, 0.8])

        def check() -> None:
            assert [(type(p), p.data, p.grad, float(p), p > 0) for p in (w, b)] == [
                (Value, 0.5, 0.0, 0.5, True),
                (Weight, 0.25, 0.0, 0.25, True),
            ]
            found, gradient = autograd.compile(loss, [w, b], backend=backend)([0.5], [0.3])
            z = loss(0.5, 0.3)
            assert [found, *gradient] == pytest.approx([z.data, *[x.data for x in grad(z, [w, b])]])

        return run, check

    return prepare


def differentiating(_: Path) -> Any:
    x, y = Value(0.5, "x"), Value(2.0, "y")

    def run() -> None:
        z = tanh(x * y) ** 2 + autograd.log(y)
        hessian(z, [x, y])
        autograd.derive(z, x).text()

    def check() -> None:
        z = x * y
        assert (z.operands, grad(z, x).data, float(z)) == ((x, y), 2.0, 1.0)

    return run, check


def one_step(_: Path) -> Any:
    model = Model()
    optimizer = adam(model)
    nn.mse([model(row) for row in ROWS[:2]], TARGETS[:2]).backward()

    def check() -> None:
        require_whole_step(model, optimizer)

    return optimizer.step, check


def blocks(_: Path) -> Any:
    x = Value(2.0)

    def run() -> None:
        with no_grad(), detect_anomaly():
            x * x

    def check() -> None:
        assert (x * x).operands == (x, x)
        assert autograd.log(x - 2.0).data == -math.inf

    return run, check


def loading(tmp_path: Path) -> Any:
    model, other = Model(), Model()
    other.load_state_dict({"w": 3.0, "b": 4.0})

    def run() -> None:
        model.load_state_dict(other.state_dict())

    def check() -> None:
        assert list(model.state_dict().values()) in ([0.5, 0.25], [3.0, 4.0])

    return run, check


def plotting(_: Path) -> Any:
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed")
    from nn.plots import loss_surface

    model = Model()
    ax = pyplot.figure().add_subplot()

    def run() -> None:
        loss_surface(model, ROWS, TARGETS, parameters=("w", "b"), resolution=3, ax=ax)

    def check() -> None:
        pyplot.close("all")
        assert model.state_dict() == {"w": 0.5, "b": 0.25}

    return run, check


def saving(tmp_path: Path) -> Any:
    paths = [tmp_path / name for name in ("model.json", "drawing.dot", "page.html")]
    x = Value(2.0, "a") * Value(3.0, "b")
    model = nn.MLP(1, [1], seed=1)
    for path in paths:
        path.write_text("old")

    def run() -> None:
        model.save(paths[0])
        draw(x).save(paths[1])
        explore(x).save(paths[2])

    def check() -> None:
        beginnings = [{"{"}, {"d"}, {"<"}]
        for path, beginning in zip(paths, beginnings, strict=True):
            text = path.read_text()
            assert text == "old" or (text[0] in beginning and text.rstrip()[-1] in "}>")
        assert sorted(tmp_path.iterdir()) == sorted(paths)

    return run, check


SCENARIOS: dict[str, Scenario] = {
    "training": training(compiled=False),
    "compiled training": training(compiled=True),
    "steps, source": steps("source"),
    "steps, native": steps("native"),
    "compiling, source": compiling("source"),
    "compiling, native": compiling("native"),
    "differentiating": differentiating,
    "one step": one_step,
    "blocks": blocks,
    "loading": loading,
    "plotting": plotting,
    "saving": saving,
}


# ---------------------------------------------------------------------------------------------- interrupting it


def moments(run: Callable[[], object], event: str, interrupt_at: int | None) -> int:
    """How many lines, or instructions, of ours are run. Before one of them Ctrl-C is pressed."""
    count = 0

    def local(frame: FrameType, kind: str, _: Any) -> Any:
        nonlocal count
        if kind == event:
            count += 1
            if count == interrupt_at:
                raise KeyboardInterrupt
        return local

    def each_call(frame: FrameType, kind: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = event == "opcode", event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(each_call)
    try:
        run()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
        # No signal comes between the end of a block and the release of its lock, as a trace function does.
        for module, name in (("tracing", "_one_at_a_time"), ("locks", "compiling")):
            lock = getattr(sys.modules.get(f"autograd.compiling.{module}"), name, None)
            while lock and lock._is_owned():
                lock.release()
    return count


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a file that Python closes
@pytest.mark.parametrize("event", ["line", "opcode"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_interrupt_before_any_line_or_instruction(name: str, event: str, tmp_path: Path) -> None:
    if "native" in name:
        pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")
    prepare, draws = SCENARIOS[name], generator()
    run, check = prepare(tmp_path)
    run()
    run, check = prepare(tmp_path)
    last = moments(run, event, None)
    check()
    if not last:
        pytest.skip("this Python does not show its instructions as it should")
    every = range(1, last + 1)
    for moment in every if last <= 120 else draws.choices(every, k=10 * EFFORT):
        run, check = prepare(tmp_path)
        moments(run, event, moment)
        try:
            require_order()
            check()
        except BaseException as error:
            error.add_note(f"interrupted before {event} {moment} of {last}")
            raise


def seconds_of(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return perf_counter() - start


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_interrupt_by_a_signal_at_any_moment(name: str, tmp_path: Path) -> None:
    """As Ctrl-C comes: locks, too, are given back, as a thread finds out that compiles after it."""
    if "native" in name:
        pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")
    prepare, draws = SCENARIOS[name], generator()
    prepare(tmp_path)[0]()
    duration = seconds_of(prepare(tmp_path)[0])
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for _ in range(10 * EFFORT):
            run, check = prepare(tmp_path)
            try:
                signal.setitimer(signal.ITIMER_REAL, draws.uniform(0, 1) * duration + 1e-6)
                run()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            require_order()
            check()
            other = threading.Thread(target=autograd.compile, args=(lambda x: x, [Value(1.0)]), daemon=True)
            other.start()
            other.join(30)
            assert not other.is_alive()
    finally:
        signal.signal(signal.SIGALRM, before)
