"""Pictures of training: not how they look, but that what they show is so."""

import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, hinge, sin
from nn.networks import two_two_one

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402

from autograd.words import language  # noqa: E402
from nn import plots  # noqa: E402
from nn.plots import functions, surfaces  # noqa: E402
from nn.plots.grids import draw_levels  # noqa: E402
from nn.plots.pictures import WRONG  # noqa: E402
from nn.plots.style import written  # noqa: E402
from tests.golden import assert_golden  # noqa: E402
from tests.marked import speak_marked, unmarked  # noqa: E402
from tests.plots import described  # noqa: E402

ROWS = [[0.8, 0.8], [0.7, 0.6], [0.6, 0.9], [0.5, 0.4]]
TARGETS = [0.4, 0.5, 0.6, 0.3]
CORNERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before
    plt.close("all")


def drawn(ax: Any) -> Any:
    """The axes, after a renderer went over them: missing glyphs and bad limits warn only then."""
    ax.figure.canvas.draw()
    return ax


def named_lines(ax: Any) -> dict[str, Any]:
    return {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def history(loss: list[float], validation: list[float] | None = None, diverged: bool = False) -> nn.History:
    return nn.History(loss=loss, validation_loss=validation or [], diverged=diverged)


def diverged_run(rate: float = 10.0) -> nn.History:
    model = two_two_one(seed=1)
    with pytest.raises(nn.DivergenceError) as caught:
        nn.train(model, ROWS, TARGETS, optimizer=nn.SGD(model.parameters(), lr=rate), progress=False)
    return caught.value.history


# Loss curves


def test_the_lines_hold_the_numbers_of_the_history() -> None:
    ax = drawn(plots.loss_curves(history([3.0, 2.0, 1.5], [3.5, 2.5, 2.6])))
    lines = named_lines(ax)
    assert list(lines["training"].get_xdata()) == list(lines["validation"].get_xdata()) == [1, 2, 3]
    assert list(lines["training"].get_ydata()) == [3.0, 2.0, 1.5]
    assert list(lines["validation"].get_ydata()) == [3.5, 2.5, 2.6]
    assert (lines["training"].get_linestyle(), lines["validation"].get_linestyle()) == ("-", "--")
    assert lines["training"].get_color() == lines["validation"].get_color()
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "loss", "linear")
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


def test_runs_are_told_apart_by_name_colour_and_marker() -> None:
    runs = {"_a $x$": history([3.0, 2.0], [3.1, 2.1]), "b": history([4.0, 1.0])}
    ax = drawn(plots.loss_curves(runs))
    assert [text.replace("\\", "").strip() for text in legend(ax)] == ["_a $x$", "b", "validation"]
    a, validation, b = ax.lines[:3]
    assert a.get_color() == validation.get_color() != b.get_color()
    assert a.get_marker() != b.get_marker()


def test_a_metric_in_place_of_the_loss() -> None:
    measured = nn.History(loss=[1, 1], metrics={"accuracy": [0.5, 0.75], "validation accuracy": [0.5, 0.25]})
    ax = drawn(plots.loss_curves(measured, metric="accuracy"))
    assert list(named_lines(ax)["training"].get_ydata()) == [0.5, 0.75]
    assert list(named_lines(ax)["validation"].get_ydata()) == [0.5, 0.25]
    assert ax.get_ylabel() == "accuracy"
    with pytest.raises(ValueError, match=r"no metric 'f1' in the history: .*'accuracy', 'validation accuracy'"):
        plots.loss_curves(measured, metric="f1")
    with pytest.raises(ValueError, match="none: train"):
        plots.loss_curves(history([1.0]), metric="accuracy")


@pytest.mark.parametrize(
    ("loss", "log", "scale"),
    [
        ([1.0, 0.5], None, "linear"),
        ([1.0, 1e-4], None, "log"),
        ([1.0, 1e-4, 0.0], None, "log"),
        ([1.0, 0.0], None, "linear"),
        ([1.0, -1e-4], None, "linear"),
        ([1.0, 1e-4], False, "linear"),
        ([1.0, 0.5], True, "log"),
    ],
)
def test_the_scale(loss: list[float], log: bool | None, scale: str) -> None:
    assert drawn(plots.loss_curves(history(loss), log=log)).get_yscale() == scale


@pytest.mark.parametrize("log", [None, False])
def test_a_run_that_diverged_leaves_the_others_readable(log: bool | None) -> None:
    calm, wild = history([2.0, 1.0, 0.5]), diverged_run()
    assert max(wild.loss) > 1e20
    ax = drawn(plots.loss_curves({"calm": calm, "wild": wild}, log=log))
    assert legend(ax) == ["calm", "wild (diverged)"]
    bottom, top = ax.get_ylim()
    assert 0.5 > bottom > (0 if log is None else -1)
    assert 2 < top <= 2e3
    assert list(named_lines(ax)["wild (diverged)"].get_ydata()) == wild.loss
    (mark,) = [line for line in ax.lines if line.get_marker() == "X"]
    assert mark.get_ydata()[0] == pytest.approx(top)
    assert 1 <= mark.get_xdata()[0] <= wild.epochs


def test_a_run_that_diverged_alone() -> None:
    wild = diverged_run()
    ax = drawn(plots.loss_curves(wild))
    assert ax.get_ylim()[0] < wild.loss[0] < ax.get_ylim()[1] < 1e100
    assert legend(ax) == ["training (diverged)"]
    ends_early = history([1.0, 2.0], diverged=True)
    (mark,) = [line for line in drawn(plots.loss_curves(ends_early)).lines if line.get_marker() == "X"]
    assert [list(mark.get_xdata()), list(mark.get_ydata())] == [[2], [2.0]]


def test_a_run_that_diverged_before_its_first_epoch_ended_stands_in_the_legend() -> None:
    runs = {"calm": history([1.0, 0.5]), "wild": history([], diverged=True)}
    runs["calm"].metrics["accuracy"] = [0.5, 0.75]
    assert legend(drawn(plots.loss_curves(runs))) == ["calm", "wild (diverged)"]
    assert legend(drawn(plots.loss_curves(runs, metric="accuracy"))) == ["calm", "wild (diverged)"]


def test_histories_that_cannot_be_drawn() -> None:
    for nothing in (history([]), history([math.nan, math.inf]), {}, {"a": history([])}):
        with pytest.raises(ValueError, match="no history holds a finite number"):
            plots.loss_curves(nothing)
    with pytest.raises(TypeError, match="of a History, or of several by name, got list"):
        plots.loss_curves([1.0, 0.5])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="takes numbers above 0, and the largest is -1"):
        plots.loss_curves(history([-1.0]), log=True)


# Decision boundary


def linear(outputs: int = 1) -> nn.MLP:
    weights = [[2.0, -1.0], [-1.0, 0.5], [0.0, 1.0]][:outputs]
    return nn.MLP(2, [outputs], weights=[weights], biases=[[0.3, -0.2, 0.1][:outputs]])


def region(ax: Any, colour: str, point: list[float]) -> bool:
    """Whether a point lies in what is filled with a colour."""
    filled = [
        c
        for c in ax.collections
        if hasattr(c, "levels") and c.filled and to_hex(c.get_facecolor()[0]) == colour.lower()
    ]
    return any(path.contains_point(point) for contour in filled for path in contour.get_paths())


@pytest.mark.parametrize(
    ("model", "loss", "targets"),
    [
        (nn.MLP(2, [6, 1], "tanh", seed=2), "hinge", [-1, 1, 1, -1]),
        (linear(), hinge, [-1, 1, 1, -1]),
        (linear(), nn.bce_with_logits, [0, 1, 1, 0.2]),
        (nn.MLP(2, [4, 1], "tanh", "sigmoid", seed=1), "bce", [0, 1, 1, 0]),
        (linear(3), "cross_entropy", [0, 1, 2, 0]),
        (linear(), nn.Loss(hinge, decide=lambda score: 5.0 if score > 1.5 else 3.0), [3, 5, 5, 3]),
    ],
)
def test_the_regions_are_the_classes_that_the_loss_decides_for(model: Any, loss: Any, targets: list[float]) -> None:
    ax = drawn(plots.decision_boundary(model, CORNERS, targets, loss=loss))
    decide: Any = getattr(nn.losses.loss_named(loss), "decide")  # noqa: B009
    classes = [float(text.removeprefix("class ").replace("−", "-")) for text in legend(ax)]
    x, y = ax.get_xlim(), ax.get_ylim()
    seen = set()
    for point in np.random.default_rng(1).uniform([x[0], y[0]], [x[1], y[1]], (300, 2)).tolist():
        outputs = [float(output) for output in nn.losses.as_list(model(point))]
        if len(outputs) == 1:
            near = decide(outputs[0] - 0.02) != decide(outputs[0] + 0.02)
        else:
            near = sorted(outputs)[-1] - sorted(outputs)[-2] < 0.02
        decided = decide(outputs if len(outputs) > 1 else outputs[0])
        seen.add(decided)
        inside = [k for k in range(len(classes)) if region(ax, plots.COLOURS[k], point)]
        assert near or [classes[k] for k in inside] == [decided]
    assert len(seen) > 1


def test_the_rows_are_drawn_with_the_class_of_their_target() -> None:
    ax = drawn(plots.decision_boundary(linear(), CORNERS, [0, 1, 0.7, 0.2], loss="bce_with_logits"))
    points = {c.get_label(): c.get_offsets().tolist() for c in ax.collections if str(c.get_label()).startswith("class")}
    assert points == {"class 0": [[0, 0], [1, 1]], "class 1": [[0, 1], [1, 0]]}
    assert (ax.get_xlim(), ax.get_ylim()) == (pytest.approx((-0.15, 1.15)), pytest.approx((-0.15, 1.15)))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x₁", "x₂")
    ax = drawn(plots.decision_boundary(linear(), CORNERS, [0, 1, 1, 0], loss="bce_with_logits", names=("CGPA", "$q$")))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("CGPA", r"\$q\$")
    model: Any = linear()
    model.names = ["CGPA", "IQ"]  # as a model that was trained on a table keeps them
    ax = drawn(plots.decision_boundary(model, CORNERS, [0, 1, 1, 0], loss="bce_with_logits"))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("CGPA", "IQ")


def test_a_model_that_knows_one_class_only() -> None:
    model = nn.MLP(2, [1], weights=[[[0.0, 0.0]]], biases=[[1.0]])
    ax = drawn(plots.decision_boundary(model, CORNERS, [1, 1, 1, 1], loss="hinge"))
    assert region(ax, plots.COLOURS[1], [0.3, 0.4])
    assert not region(ax, plots.COLOURS[0], [0.3, 0.4])


def test_outputs_that_are_not_finite_are_left_out() -> None:
    def model(x: list[float]) -> Value:
        return Value(x[0] - 0.5) / (1.0 if x[1] < 0.5 else 0.0)

    def scores(x: list[float]) -> list[Value]:
        return [Value(math.inf if x[0] > 0.5 else 1.0), Value(math.inf if x[0] > 0.5 else x[1])]

    for ax in (
        drawn(plots.decision_boundary(model, CORNERS[::2], [-1, 1], loss="hinge")),
        drawn(plots.decision_boundary(scores, CORNERS, [0, 1, 0, 1], loss="cross_entropy")),
    ):
        assert region(ax, plots.COLOURS[0], [0.1, 0.1])
        assert not any(region(ax, colour, [0.9, 0.9]) for colour in plots.COLOURS)
    with pytest.raises(ValueError, match="finite nowhere near the rows"):
        plots.decision_boundary(lambda x: Value(math.nan), CORNERS, [-1, 1, 1, -1], loss="hinge")


@pytest.mark.parametrize(
    ("model", "rows", "targets", "loss", "message"),
    [
        (nn.MLP(3, [1]), [[1, 2, 3]], [1], "hinge", "for a model of two inputs, got one of 3"),
        (lambda x: Value(1), [[1, 2, 3]], [1], "hinge", r"rows\[0\] has 3 numbers"),
        (
            linear(),
            CORNERS,
            [1, 2, 3, 4],
            "mse",
            "'mse' is no loss of classes: .* bce, bce_with_logits, cross_entropy, hinge",
        ),
        (linear(), CORNERS, [0, 1, 1, 0], "hinge", r"targets\[0\]"),
        (linear(2), CORNERS, [[1, 1]] * 4, "hinge", "two classes by one output, and the model has 2"),
        (linear(), CORNERS, [0, 0, 0, 0], "cross_entropy", "several outputs, and the model has 1"),
        (linear(), CORNERS, [1, 1, 1, 1], nn.Loss(hinge, decide=lambda score: 1.0), "class 1 whatever the output"),
    ],
)
def test_boundaries_that_cannot_be_drawn(model: Any, rows: Any, targets: Any, loss: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.decision_boundary(model, rows, targets, loss=loss)
    assert not plt.get_fignums()  # nor is an empty figure left


# Functions of one number


def test_a_curve_with_a_tangent_and_walks() -> None:
    ax = drawn(plots.curve(lambda x: sin(x) * x, -2, 3, paths={"lr 0.1": [1.0, 0.5], "lr 1": [2.0, 9.0]}, tangent_at=1))
    curve = ax.lines[0]
    xs = np.asarray(curve.get_xdata())
    assert (xs[0], xs[-1]) == ax.get_xlim() == (-2, 3)
    assert np.allclose(curve.get_ydata(), np.sin(xs) * xs)
    slope = math.cos(1) + math.sin(1)
    (tangent,) = [line for line in ax.lines if "slope" in line.get_label()]
    assert tangent.get_label() == "slope 1.382 at x = 1"
    assert tangent.get_slope() == pytest.approx(slope)
    assert tangent.get_xy1() == pytest.approx((1, math.sin(1)))
    walk = named_lines(ax)["lr 0.1"]
    assert np.allclose(walk.get_xydata(), [(1, math.sin(1)), (0.5, 0.5 * math.sin(0.5))])
    marks = [(line.get_marker(), line.get_xdata()[0]) for line in ax.lines if len(line.get_xdata()) == 1]
    assert marks == [("D", 1), ("o", 1.0), ("*", 0.5), ("o", 2.0), ("*", 9.0)]
    assert legend(ax)[1:] == ["lr 0.1", "lr 1", "start", "end"]


def test_a_curve_has_gaps_where_the_function_is_not_finite() -> None:
    ax = drawn(plots.curve(lambda x: 1 / x, -1, 1, resolution=5))
    assert np.allclose(ax.lines[0].get_ydata(), [-1, -2, math.nan, 2, 1], equal_nan=True)
    assert ax.get_legend() is None


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: plots.curve(lambda x: math.nan, 0, 1), ValueError, "finite nowhere between 0 and 1"),
        (lambda: plots.curve(sin, 1, 1), ValueError, "from a number to a larger one, got (1, 1)"),
        (lambda: plots.curve(sin, 0, math.inf), ValueError, "from a number to a larger one"),
        (lambda: plots.curve(sin, 0, 1, resolution=1), ValueError, "resolution is a whole number above 1, got 1"),
        (lambda: plots.curve(sin, 0, 1, paths={"a": []}), ValueError, "the path 'a' is empty"),
        (
            lambda: plots.curve(sin, 0, 1, paths=[1.0]),  # type: ignore[arg-type]
            TypeError,
            "paths are given by name",
        ),
        (lambda: plots.curve(sin, 0, 1, paths={"a": [1, math.inf]}), ValueError, "point 1 of the path 'a' is (inf,)"),
        (
            lambda: plots.curve(lambda x: float(x), 0, 1, tangent_at=1),
            TypeError,
            "gives a Value for a Value, got float",
        ),
        (lambda: plots.curve(lambda x: x**0.5, 0, 1, tangent_at=0), ValueError, "no tangent at 0"),
        (lambda: plots.curve(lambda x: None, 0, 1), TypeError, "got NoneType"),
        (lambda: plots.contours(lambda x, y: math.nan, (0, 1), (0, 1)), ValueError, "finite nowhere in these ranges"),
        (
            lambda: plots.contours(lambda x, y: x, 2, (0, 1)),  # type: ignore[arg-type]
            ValueError,
            "from a number to a larger one, got 2",
        ),
        (
            lambda: plots.contours(lambda x, y: x, (0, 1), (0, 1), paths={"a": 7}),  # type: ignore[dict-item]
            TypeError,
            "is a sequence",
        ),
        (
            lambda: plots.contours(lambda x, y: x, (0, 1), (0, 1), paths={"a": [1]}),  # type: ignore[list-item]
            ValueError,
            "a pair of numbers",
        ),
    ],
)
def test_functions_that_cannot_be_drawn(draw: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        draw()
    assert message in str(caught.value)
    assert not plt.get_fignums()


# Functions of two numbers


def spied(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is handed to matplotlib as level lines."""
    grids: list[Any] = []
    draw = draw_levels

    def spy(ax: Any, grid: Any, *rest: Any) -> None:
        grids.append(grid)
        draw(ax, grid, *rest)

    for module in (functions, surfaces):
        monkeypatch.setattr(module, "draw_levels", spy)
    return grids


def rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def test_level_lines_lie_where_the_function_has_that_level() -> None:
    ax = drawn(plots.contours(lambda x, y: Value(x) * x + y * y, (-2, 2), (-1, 3), resolution=201))
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 3))
    (lines,) = [c for c in ax.collections if hasattr(c, "levels") and not c.filled]
    found = 0
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        for x, y in path.vertices:
            found += 1
            assert x * x + y * y == pytest.approx(level, abs=2e-3)
    assert found > 500


def test_levels_are_by_decades_where_the_function_is_steep_and_flat() -> None:
    ax = drawn(plots.contours(rosenbrock, (-2, 2), (-1, 3)))
    (lines,) = [c for c in ax.collections if hasattr(c, "levels") and not c.filled]
    assert {round(level) for level in lines.levels} >= {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}
    ax = drawn(plots.contours(lambda x, y: x + y, (-2, 2), (-1, 3)))
    (lines,) = [c for c in ax.collections if hasattr(c, "levels") and not c.filled]
    assert np.allclose(np.diff(lines.levels), np.diff(lines.levels)[0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: 3.0,
        lambda x, y: 1 / x,
        lambda x, y: math.inf if x > 0 else y,
        lambda x, y: 1e300 * x * y,
        lambda x, y: 10.0 ** (100 * x),
        lambda x, y: 1e-300 * x,
        lambda x, y: float(x > 1),
    ],
)
def test_functions_of_any_height(f: Any) -> None:
    drawn(plots.contours(f, (-2, 2), (-2, 2), resolution=21))


def test_walks_between_the_level_lines() -> None:
    paths: dict[str, Any] = {"descent": [(0.0, 0.0), (0.5, 0.2), (1, 1)], "Newton": np.array([[-1.0, 1.0], [1.0, 1.0]])}
    ax = drawn(plots.contours(rosenbrock, (-2, 2), (-1, 3), paths=paths))
    lines = named_lines(ax)
    assert lines["descent"].get_xydata().tolist() == [[0, 0], [0.5, 0.2], [1, 1]]
    assert lines["Newton"].get_xydata().tolist() == [[-1, 1], [1, 1]]
    assert lines["descent"].get_marker() != lines["Newton"].get_marker()
    assert legend(ax) == ["descent", "Newton", "start", "end"]


# Loss surface


def loss_of(w: float, b: float) -> float:
    """The 2-2-1 regression with W^2_11 = w and b_21 = b and all other weights 1, in NumPy."""
    hidden = np.asarray(ROWS) @ np.ones((2, 2))
    predictions = hidden @ np.array([w, 1.0]) + b
    return float(np.mean((predictions - TARGETS) ** 2))


def test_the_surface_is_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    model, grids = two_two_one(init="ones"), spied(monkeypatch)
    before = model.state_dict()
    ax = drawn(plots.loss_surface(model, ROWS, TARGETS, ["W^2_11", "b_21"], ranges=((-1, 2), (-3, 0)), resolution=7))
    (grid,) = grids
    assert (grid.xs, grid.ys) == (pytest.approx(np.linspace(-1, 2, 7)), pytest.approx(np.linspace(-3, 0, 7)))
    assert np.allclose(grid.z, [[loss_of(w, b) for w in grid.xs] for b in grid.ys], rtol=1e-12)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("W²₁₁", "b₂₁")
    assert model.state_dict() == before
    assert all(parameter.grad == 0 for parameter in model.parameters())


def test_the_path_of_descent_on_the_surface() -> None:
    model = two_two_one(init="ones")
    w, b = (dict(model.named_parameters())[name] for name in ("W^2_11", "b_21"))
    trace = nn.Trace(w, b)
    nn.train(model, ROWS, TARGETS, optimizer=nn.SGD([w, b], lr=0.1), epochs=5, callbacks=[trace], progress=False)
    ax = drawn(plots.loss_surface(model, ROWS, TARGETS, [w, b], path=trace.points, resolution=5))
    assert named_lines(ax)["descent"].get_xydata().tolist() == [list(point) for point in trace.points]
    assert legend(ax) == ["descent", "start", "end"]
    for (low, high), numbers in zip((ax.get_xlim(), ax.get_ylim()), zip(*trace.points, strict=True), strict=True):
        assert low < min(numbers) < max(numbers) < high
    solid = drawn(plots.loss_surface(model, ROWS, TARGETS, [w, b], path=trace.points, resolution=5, kind="3d"))
    xs, ys, zs = named_lines(solid)["descent"].get_data_3d()
    assert list(zip(xs, ys, strict=True)) == trace.points
    assert np.allclose(zs, [loss_of(*point) for point in trace.points])
    assert solid.name == "3d"
    assert solid.get_zlabel() == "loss"


def test_a_path_that_stands_still_and_no_path_at_all() -> None:
    model = two_two_one(init="ones")
    for path in (None, [(1.0, 0.0)]):
        ax = drawn(plots.loss_surface(model, ROWS, TARGETS, ["W^2_11", "b_21"], path=path, resolution=4))
        assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 3), (-2, 2))


def test_a_loss_that_looks_at_the_parameters_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    model, grids = two_two_one(init="ones"), spied(monkeypatch)

    def penalized(predictions: Any, targets: Any) -> Value:
        return nn.mse(predictions, targets) + nn.l2(model.parameters(), 1)

    plots.loss_surface(model, ROWS, TARGETS, ["W^2_11", "b_21"], loss=penalized, ranges=((0, 2), (0, 2)), resolution=3)
    assert np.allclose(grids[0].z, [[loss_of(w, b) + 5 + w**2 + b**2 for w in (0, 1, 2)] for b in (0, 1, 2)])


def test_parameters_are_left_as_they_were_also_by_a_loss_that_fails() -> None:
    model, calls = two_two_one(init="ones"), []

    def fails(predictions: Any, targets: Any) -> Value:
        calls.append(1)
        if len(calls) > 3:
            raise RuntimeError("no more")
        return nn.mse(predictions, targets)

    before = model.state_dict()
    with pytest.raises(RuntimeError, match="no more"):
        plots.loss_surface(model, ROWS, TARGETS, ["W^2_11", "b_21"], loss=fails)
    assert model.state_dict() == before
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("parameters", "options", "message"),
    [
        (["W^2_11", "w"], {}, "'w' is no parameter of the model: its parameters are W^1_11, W^1_21, b_11"),
        (["W^2_11", Value(1.0, "b_21")], {}, "is no parameter of the model"),
        (["W^2_11", "W^2_11"], {}, "two different parameters, got W^2_11 twice"),
        (["W^2_11"], {}, "over two parameters, got list ['W^2_11']"),
        ("wb", {}, "over two parameters, got str 'wb'"),
        (["W^2_11", "b_21"], {"path": []}, "the path 'descent' is empty"),
        (["W^2_11", "b_21"], {"path": [(1, 2, 3)]}, "point 0 of the path 'descent' is (1.0, 2.0, 3.0)"),
        (["W^2_11", "b_21"], {"path": [(1, math.nan)]}, "point 0 of the path 'descent'"),
        (["W^2_11", "b_21"], {"kind": "4d"}, "kind is 'contour' or '3d', got '4d'"),
        (["W^2_11", "b_21"], {"ranges": (1, 2)}, "a range is from a number to a larger one, got 1"),
        (["W^2_11", "b_21"], {"loss": "nothing"}, "a loss is one of"),
    ],
)
def test_surfaces_that_cannot_be_drawn(parameters: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        plots.loss_surface(two_two_one(init="ones"), ROWS, TARGETS, parameters, **options)
    assert message in str(caught.value)
    assert not plt.get_fignums()


def test_a_surface_in_space_takes_axes_in_space() -> None:
    with pytest.raises(ValueError, match="3D axes"):
        plots.loss_surface(two_two_one(init="ones"), ROWS, TARGETS, ["W^2_11", "b_21"], kind="3d", ax=plt.subplots()[1])
    ax = plt.subplots(subplot_kw={"projection": "3d"})[1]
    names = ["W^2_11", "b_21"]
    assert plots.loss_surface(two_two_one(init="ones"), ROWS, TARGETS, names, kind="3d", ax=ax, resolution=3) is ax


# Images


def test_pictures_and_their_captions() -> None:
    pictures: list[Any] = [[0, 1, 2, 3], [[3, 2], [1, 0]], np.arange(4).reshape(2, 2), np.arange(4.0), (1, 1, 1, 1)]
    ax = drawn(plots.images(pictures, [7, 1.0, "_a", "$", np.int64(3)], [1, 1, "_a", "b", 3], columns=3))
    assert [image.get_array().tolist() for image in ax.images] == [
        [[0, 1], [2, 3]], [[3, 2], [1, 0]], [[0, 1], [2, 3]], [[0, 1], [2, 3]], [[1, 1], [1, 1]]
    ]  # fmt: skip
    assert {(image.norm.vmin, image.norm.vmax) for image in ax.images} == {(0, 3)}
    assert [text.get_text() for text in ax.texts] == ["7, not 1", "1", " _a", r"\$, not b", "3"]
    framed = [to_hex(patch.get_edgecolor()) == WRONG.lower() for patch in ax.patches]
    assert framed == [text.get_weight() == "bold" for text in ax.texts] == [True, False, False, True, False]
    lefts, tops = zip(*[(image.get_extent()[0], image.get_extent()[3]) for image in ax.images], strict=True)
    assert list(lefts) == [0, 1, 2, 0, 1]
    assert tops[0] == tops[2] < tops[3] == tops[4]


def test_captions_do_not_reach_into_the_next_picture() -> None:
    ax = drawn(plots.images([[0, 1, 2, 3]] * 4, ["setosa"] * 4, ["versicolor"] * 4))
    boxes = [artist.get_window_extent() for artist in (*ax.texts, *ax.images)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_pictures_with_no_captions_or_one_kind() -> None:
    assert [text.get_text() for text in drawn(plots.images([[1]])).texts] == [""]
    assert [text.get_text() for text in drawn(plots.images([[1]], predictions=[4])).texts] == ["4"]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([],), {}, "no pictures"),
        (([[1, 2, 3]],), {}, r"pictures[0] is 3 numbers, which make no square"),
        (([[[1, 2], [1]]],), {}, "pictures[0] has rows of 2, 1 numbers"),
        (([[]],), {}, "pictures[0] is empty"),
        (([[math.nan]],), {}, "pictures[0] has a number that is not finite"),
        (([[1]], [1, 2]), {}, "labels takes one for each of the 1 pictures, got 2"),
        (([[1]], None, []), {}, "predictions takes one for each of the 1 pictures, got 0"),
        (([[1]],), {"columns": 0}, "columns is a whole number above 0, got 0"),
    ],
)
def test_images_that_cannot_be_drawn(arguments: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        plots.images(*arguments, **options)
    assert message in str(caught.value)
    assert not plt.get_fignums()


# All of them

NAMES = ["W^2_11", "b_21"]
EACH: dict[str, Callable[..., Any]] = {
    "loss_curves": lambda ax: plots.loss_curves(history([1.0, 0.5]), ax=ax),
    "decision_boundary": lambda ax: plots.decision_boundary(
        linear(), CORNERS, [-1, 1, 1, -1], loss="hinge", resolution=5, ax=ax
    ),
    "curve": lambda ax: plots.curve(sin, 0, 1, ax=ax),
    "contours": lambda ax: plots.contours(rosenbrock, (0, 1), (0, 1), resolution=5, ax=ax),
    "loss_surface": lambda ax: plots.loss_surface(two_two_one(init="ones"), ROWS, TARGETS, NAMES, resolution=3, ax=ax),
    "images": lambda ax: plots.images([[1, 2, 3, 4]], ax=ax),
}


@pytest.mark.parametrize("draw", EACH.values(), ids=EACH)
def test_axes_are_taken_and_returned(draw: Callable[..., Any]) -> None:
    ax = plt.subplots()[1]
    assert drawn(draw(ax)) is ax
    assert len(plt.get_fignums()) == 1
    made = draw(None)
    assert made is not ax
    assert plt.get_fignums() == [1, 2]
    assert made.figure is plt.figure(2)  # pyplot's, which a notebook shows once, at the end of the cell


@pytest.mark.parametrize("draw", EACH.values(), ids=EACH)
def test_without_matplotlib_one_line_says_what_to_install(
    draw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError) as caught:
        draw(None)
    assert str(caught.value) == "nn.plots draws with matplotlib: pip install '.[plots]', in a clone of glassgrad"
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None


def test_an_import_of_plots_loads_no_other_package() -> None:
    code = "import sys, nn.plots; print(*{'numpy', 'matplotlib'} & set(sys.modules))"
    root = Path(__file__).parent.parent
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert run.stdout.strip() == ""


def test_labels_have_their_glyphs() -> None:
    """DejaVu Sans has every raised and lowered letter that unicode_label writes; a missing one warns."""
    ax = plt.subplots()[1]
    ax.set_title(written("w^0123456789_0123456789aehijklmnoprstuvx"))
    ax.set_xlabel(written("δ'_1,10") + written("a\x07b"))
    drawn(ax)


# What pictures look like

WAVE = [2.0 / (i + 1) for i in range(20)]
DIVERGED = history([1.5, 40.0, 1e5, math.inf], [1.6, 50.0], diverged=True)
NINE = {f"rate {i}": history([2.0 + i, 1.0 + i], [2.5 + i, 1.5 + i] if i == 4 else None) for i in range(9)}


def beside_a_longer_one() -> Any:
    ax = plots.loss_curves(history([1.0, 0.5, 0.25, 0.2]))
    return plots.loss_curves(history([2.0, 1.0]), ax=ax)


def two_classes(**options: Any) -> Any:
    return plots.decision_boundary(
        linear(), CORNERS, [0, 1, 1, 0], loss="bce_with_logits", resolution=4, **{"names": ("a_1", "b")} | options
    )


def on_a_surface(**options: Any) -> Any:
    path = [(0.5, -1.0), (0.75, -0.5), (1.0, 0.0)]
    return plots.loss_surface(two_two_one(init="ones"), ROWS, TARGETS, NAMES, path=path, resolution=5, **options)


def steep(x: float, y: float) -> float:
    return float(10.0 ** (4 * x)) + y * y


PICTURES: dict[str, Callable[[], Any]] = {
    "one run": lambda: plots.loss_curves(history(WAVE, WAVE[3:])),
    "one epoch": lambda: plots.loss_curves(history([0.5])),
    "two runs, one logarithmic": lambda: plots.loss_curves({"a": history([1.0, 1e-4, 0.0]), "b_1": history([2.0])}),
    "nine runs": lambda: plots.loss_curves(NINE),
    "a run that diverged": lambda: plots.loss_curves({"calm": history([2.0, 1.0, 0.5]), "wild": DIVERGED}, log=False),
    "a run that diverged, by decades": lambda: plots.loss_curves({"calm": history([2.0, 0.5]), "wild": DIVERGED}),
    "a run that diverged alone": lambda: plots.loss_curves(DIVERGED),
    "a run that diverged alone, linear": lambda: plots.loss_curves(DIVERGED, log=False),
    "a run that diverged at once": lambda: plots.loss_curves(
        {"calm": history([0.1, 0.05]), "wild": history([9.0, math.nan], diverged=True)}, log=False
    ),
    "a run that diverged below the top": lambda: plots.loss_curves(history([1.0, 2.0, 2.5], diverged=True)),
    "losses below 0": lambda: plots.loss_curves(
        {"calm": history([-1.0, -2.0]), "wild": history([-1.0, 5.0], diverged=True)}
    ),
    "a metric": lambda: plots.loss_curves(
        nn.History(loss=[1, 1], metrics={"accuracy_1": [0.5, 0.0]}), metric="accuracy_1"
    ),
    "beside a longer one": beside_a_longer_one,
    "two classes": two_classes,
    "two classes, no margin": lambda: two_classes(margin=0.0, names=None),
    "one class only": lambda: plots.decision_boundary(
        nn.MLP(2, [1], weights=[[[0.0, 0.0]]], biases=[[1.0]]), CORNERS, [1, 1, -1, 1], loss="hinge", resolution=3
    ),
    "three classes": lambda: plots.decision_boundary(
        linear(3), CORNERS, [0, 1, 2, 0], loss="cross_entropy", resolution=4
    ),
    "a curve": lambda: plots.curve(sin, -1.0, 2.0, resolution=4),
    "curves, dots, walks and a tangent": lambda: plots.curve(
        {"x sin_x": lambda x: x * sin(x), "half": lambda x: x / 2, "double": lambda x: x * 2},
        -1.0,
        3.0,
        paths={"lr 0.1": [1.0, 0.5], "lr_1": [2.0]},
        points=[(0.0, 1.0), (1.0, 2.0)],
        tangent_at=1,
        resolution=5,
    ),
    "a curve of a height": lambda: plots.curve(sin, 0, 1, y_range=(-2, 2), paths={"one": [0.5]}, resolution=3),
    "a constant": lambda: plots.curve(lambda x: 3.0, 0, 1, resolution=3),
    "level lines": lambda: plots.contours(
        lambda x, y: x + y, (0, 2), (0, 1), paths={"a": [(0.5, 0.5), (1, 1)], "b_2": [(1, 0)]}, resolution=4
    ),
    "level lines by decades": lambda: plots.contours(steep, (0, 1), (-1, 1), names=("u_1", "v", "f_2"), resolution=9),
    "few decades": lambda: plots.contours(lambda x, y: x * x + y * y, (-1, 1), (-1, 1), log=True, resolution=5),
    "many decades": lambda: plots.contours(lambda x, y: 10.0 ** (30 * x), (-1, 1), (0, 1), resolution=9),
    "level lines that are evenly spaced": lambda: plots.contours(steep, (0, 1), (-1, 1), log=False, resolution=9),
    "a flat function": lambda: plots.contours(lambda x, y: 3.0, (0, 1), (0, 1), log=True, resolution=3),
    "a surface": on_a_surface,
    "a surface in space": lambda: on_a_surface(kind="3d", ranges=((0, 2), (-2, 1))),
    "pictures": lambda: plots.images([[0, 1, 2, 3]] * 5, [7, 1, "no", 3, 4], [1, 1, "yes_1", 3.0, 4]),
    "pictures in a row": lambda: plots.images([[[0, 1, 2], [3, 4, 5]]] * 2, ["a"] * 2, columns=2),
    "one picture": lambda: plots.images([[1]]),
    "many pictures": lambda: plots.images([[1, 2, 3, 4]] * 101, ["a long caption"] * 101),
}


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_drawn_and_how(name: str) -> None:
    file = name.replace(",", "").replace(" ", "-")
    assert_golden(f"plots/{file}.txt", described(drawn(PICTURES[name]())))


def test_what_is_drawn_is_in_the_language_that_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    speak_marked(monkeypatch)
    for name, make in PICTURES.items():
        with language("de"):
            figure = drawn(make()).figure
        texts = {text.get_text() for text in figure.findobj(matplotlib.text.Text)} - GIVEN
        assert unmarked(texts) == [], name
        assert not any(re.search(r"\d\.\d", text) for text in texts), name
        plt.close("all")


# As names.
GIVEN = {"accuracy₁", "calm", "double", "half", "lr 0.1", "a long caption", *map("rate {}".format, range(9))}
