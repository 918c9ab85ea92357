"""Compiled functions that are copied, pickled, and called in another process: compiled again where they arrive."""

import copy
import math
import multiprocessing
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import CompileError, Value, exp, grad, maximum, operation, softplus, squared_error, tanh, total
from autograd.compiling.choosing import Options
from autograd.programs import instructions
from nn import MLP, SGD
from tests.test_compiling import both_backends, needs_llvm

swish = operation("swish", lambda x: x / (1 + exp(-x)), lambda z, x: (1.0,), definition=lambda x: x / (1 + exp(-x)))


def called(step: Any, columns: Any) -> tuple[Any, str, list[str | None]]:
    """What a child process does with a compiled function."""
    loss, gradient = step(*columns)
    return [loss, *gradient.tolist()], step.backend.name, [p.label for p in step.parameters]


@both_backends
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_arrives_as_what_it_was_compiled_from(target: str, dtype: str) -> None:
    model = MLP(2, [3, 1], "tanh", seed=2)
    columns = np.random.default_rng(1).normal(size=(3, 9)).astype(dtype)
    options: dict[str, Any] = {"backend": target, "dtype": dtype}
    step = autograd.compile(lambda x, y, t: squared_error(model([x, y]), t), model.parameters(), **options)
    listed = autograd.compile(
        lambda x, y, t: [swish(maximum(x, -0.0)) + math.nan, y * math.inf, total([x, y, t, 5e-324])], (), **options
    )
    for twin_model, twin, twin_listed in (
        pickle.loads(pickle.dumps((model, step, listed))), copy.deepcopy((model, step, listed))
    ):  # fmt: skip
        assert (twin.source, twin.backend.name, twin.dtype) == (step.source, step.backend.name, step.dtype)
        assert twin.program.structure == step.program.structure
        np.testing.assert_array_equal(twin_listed.values(*columns), listed.values(*columns))
        loss, gradient = step(*columns)
        assert (twin(*columns)[0], twin(*columns)[1].tolist()) == (loss, gradient.tolist())
        assert list(twin.parameters) == twin_model.parameters()  # the same Values still
        twin_model.parameters()[0].data += 1.0
        assert twin(*columns)[0] != loss == step(*columns)[0]
    assert copy.copy(step).parameters == step.parameters


@both_backends
def test_what_comes_beside_the_loss(target: str) -> None:
    model = MLP(2, [3, 2], "tanh", seed=2)
    columns = np.random.default_rng(1).normal(size=(3, 70))

    def loss(x: Any, y: Any, t: Any) -> Any:
        return squared_error(total(model([x, y])), t)

    def both(x: Any, y: Any, t: Any) -> Any:
        mean = loss(x, y, t)
        return mean, {"out": model([x, y]), "nested": (mean * 2.0, [x, 3.0]), "none": []}

    plain = autograd.compile(loss, model.parameters(), backend=target)
    step = autograd.compile(both, model.parameters(), has_aux=True, backend=target)
    expected, losses = plain(*columns), plain.values(*columns)
    outputs = autograd.compile(lambda x, y: model([x, y]), model.parameters(), backend=target).values(*columns[:2])
    flat = np.array([p.data for p in model.parameters()])
    (again, others), gradient = pickle.loads(pickle.dumps(step))(*columns)
    assert type(again) is float
    for (found, aux), slopes in (
        step(*columns), ((again, others), gradient), step.function(np)(flat, *columns),
    ):  # fmt: skip
        assert found == pytest.approx(expected[0], rel=1e-12)
        np.testing.assert_allclose(slopes, expected[1], rtol=1e-12)
        assert (list(aux), aux["none"], type(aux["nested"])) == (["out", "nested", "none"], [], tuple)
        np.testing.assert_allclose(np.transpose(aux["out"]), outputs, rtol=1e-12)
        np.testing.assert_allclose(aux["nested"][0], losses * 2, rtol=1e-12)
        np.testing.assert_array_equal(aux["nested"][1][0], columns[0])
        np.testing.assert_array_equal(np.broadcast_to(aux["nested"][1][1], 70), np.full(70, 3.0))
    by_row, aux = step.values(*columns)
    np.testing.assert_allclose(by_row, losses, rtol=1e-12)
    np.testing.assert_array_equal(aux["out"][1], others["out"][1])
    alone = autograd.compile(lambda x: (x * x, x), has_aux=True, backend=target)
    assert alone(3.0)[0][1].tolist() == [3.0]
    descent, other = (autograd.Descent(each, SGD(model.parameters(), lr=0.1)) for each in (step, plain))
    assert descent.run(columns, 5) == pytest.approx(other.run(columns, 5), rel=1e-12)
    assert "return loss, gradient, [" in step.source
    assert "return loss, gradient" in plain.source
    assert "out 0 += mean of" in step.describe()


@both_backends
def test_values_that_are_no_parameters_are_read_at_each_call(target: str) -> None:
    """A generator's loss goes by what the discriminator has learned since."""
    generator, discriminator = MLP(1, [2, 1], "tanh", seed=1), MLP(1, [3, 1], "tanh", seed=2)
    scale, unused, made = Value(2.0), Value(7.0), Value(3.0)
    weighted = made * 0.5  # is computed anew as well

    def loss(x: Any, weighted: Any = weighted) -> Any:
        return softplus(-discriminator([generator([x])]) * scale) * weighted + 0 * unused.data

    parameters, columns = generator.parameters(), np.linspace(-1, 1, 21)
    step = autograd.compile(loss, parameters, backend=target)
    assert set(step.others) == {*discriminator.parameters(), scale, made}
    flat = step.numbers()
    descent, optimizer = autograd.Descent(step, SGD(parameters, lr=0.1)), SGD(parameters, lr=0.1)
    for change in (0.0, 1.0, -2.5):
        for value in (*discriminator.parameters(), scale, made):
            value.data += change
        mean = total([loss(Value(x), made * 0.5) for x in columns]) / 21
        expected = [x.data for x in grad(mean, parameters)]
        travelled = pickle.loads(pickle.dumps(step))
        for found, gradient in (
            step(columns), step(columns.tolist()), step.function(np)(flat, columns), travelled(columns)
        ):  # fmt: skip
            assert found == pytest.approx(mean.data, rel=1e-12)
            assert gradient == pytest.approx(expected, rel=1e-10, abs=1e-15)
        assert step.values(columns).mean() == pytest.approx(mean.data, rel=1e-12)
        optimizer.zero_grad()
        mean.backward()
        descent.load()
        assert descent.run([columns], 2)[0] == pytest.approx(mean.data, rel=1e-12)
        descent.load()
        descent.run([columns])
        before = [p.data for p in parameters]
        optimizer.step()
        assert descent.numbers[0] == pytest.approx([p.data for p in parameters], rel=1e-10)
        for p, number in zip(parameters, before, strict=True):
            p.data = number
    scale.data, scale.label = None, "scale"  # type: ignore[assignment]
    for call in (lambda: step(columns), lambda: step.values(columns), lambda: descent.run([columns])):
        with pytest.raises(TypeError, match=r"^the data of scale is no real number, but None$"):
            call()


@both_backends
def test_gradients_beside_numbers_that_are_no_parameters(target: str) -> None:
    for count, others in ((1, 1), (3, 40), (40, 3), (20, 20)):
        ws, cs = [Value(0.1 * i, f"w_{i}") for i in range(count)], [Value(0.3 * i) for i in range(others)]
        step = autograd.compile(
            lambda x, ws=ws, cs=cs: total([w * x for w in ws[1:-1]]) * total([c + x for c in cs]), ws, backend=target
        )
        loss, gradient = step([0.5, 2.0])
        rows = [total([w * x for w in ws[1:-1]]) * total([c + x for c in cs]) for x in (0.5, 2.0)]
        mean = total(rows) / 2
        assert loss == pytest.approx(mean.data, rel=1e-12)
        assert gradient == pytest.approx([x.data for x in grad(mean, ws)], rel=1e-12)


@needs_llvm
def test_machine_code_is_kept_where_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.compiling.native import backend, kept

    native: Any = backend
    model, folder = MLP(2, [3, 1], "tanh", seed=2), tmp_path / "made" / "here"
    columns = np.random.default_rng(1).normal(size=(3, 300))
    compiled: list[str] = []

    def spied(*arguments: Any, write: Any = native.write_kernel) -> Any:
        compiled.append("anew")
        return write(*arguments)

    def step(**options: Any) -> Any:
        native.native_backend.cache_clear()  # as in another process
        made = autograd.compile(
            lambda x, y, t: exp(model([x, y])) ** t, model.parameters(), backend="native",
            **{"cache": folder, **options},
        )  # fmt: skip
        results = made(*columns), made(0.5, 0.25, 2.0), made.values(*columns), made.ir
        with pytest.raises(TypeError):
            made("x", 1.0, 1.0)
        compiled.append("used")
        return repr(results)

    monkeypatch.setattr(native, "write_kernel", spied)
    expected = step(cache=None)
    assert step() == expected
    files = sorted(folder.iterdir())
    assert (compiled, len(files)) == (["anew", "anew", "used"] * 2, 2)
    compiled.clear()
    assert (step(), compiled) == (expected, ["used"])
    good = [path.read_bytes() for path in files]
    for spoilt in (lambda x: x[:-1], lambda x: b"", lambda x: x[:90] + b"!" + x[91:], lambda x: good[x == good[0]]):
        for path, content in zip(files, good, strict=True):
            path.write_bytes(spoilt(content))
        compiled.clear()
        assert (step(), compiled) == (expected, ["anew", "anew", "used"])
        assert [path.read_bytes() for path in files] == good  # mended
    monkeypatch.setattr(kept, "_surroundings", lambda: "another version")
    compiled.clear()
    assert (step(), compiled, len(list(folder.iterdir()))) == (expected, ["anew", "anew", "used"], 4)
    (tmp_path / "file").write_text("")
    assert step(cache=tmp_path / "file" / "folder") == expected  # where nothing can be kept
    assert step(dtype="float32") != expected
    with multiprocessing.get_context("spawn").Pool(2) as pool:  # each compiles, or finds what the other has
        two = autograd.compile(lambda x: tanh(x * 3.0), backend="native", cache=tmp_path / "two")
        assert len({repr(x) for x in pool.starmap(called, [(two, [columns[0]])] * 4)}) == 1


@needs_llvm
def test_it_is_called_in_another_process() -> None:
    w = Value(0.5, "w")
    step = autograd.compile(lambda x: tanh(w * x) ** 2, [w])
    source = autograd.compile(lambda x: tanh(w * x) ** 2, [w], namespace=np)
    columns = [np.linspace(-1, 1, 9)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.starmap(called, [(step, columns), (source, columns)])
    here = [called(each, columns) for each in (step, source)]
    assert [each[1:] for each in there] == [each[1:] for each in here] == [("native", ["w"]), ("source", ["w"])]
    assert [each[0] for each in there] == [each[0] for each in here]


def test_what_cannot_travel_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    step = autograd.compile(lambda x: tanh(x), backend="source")
    travelling = pickle.dumps(step)
    monkeypatch.delitem(instructions.NAMED, "tanh")
    with pytest.raises(CompileError, match=r"^a program from another version of glassgrad: there is no operation tanh"):
        pickle.loads(travelling)
    options = Options("auto", np.dtype("float64"), "auto", np, None)
    assert pickle.loads(pickle.dumps(options)) == options
