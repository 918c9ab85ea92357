"""Rows from everywhere, what is wrong with them and where; splits and scaling."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.core import summed
from nn import (
    MLP,
    SGD,
    DataError,
    Scaled,
    Scaling,
    bce,
    bce_with_logits,
    cross_entropy,
    hinge,
    mse,
    split,
    train,
)
from nn.data import as_rows, as_targets

NAN, INF = math.nan, math.inf
ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.fixture
def pandas() -> Any:
    return pytest.importorskip("pandas", reason="pandas is not installed")


# ------------------------------------------------------------------------------------------------------------ rows


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        tuple(map(tuple, ROWS)),
        np.array(ROWS),
        np.array(ROWS, np.float32),
        np.array(ROWS, int),
        [np.array(row, np.int8) for row in ROWS],
        [[np.float32(x) for x in row] for row in ROWS],
        [[Value(x) for x in row] for row in ROWS],
        [[Fraction(x), int(y)] for x, y in ROWS],
        (row for row in ROWS),
        zip([1, 3, 5], [2, 4, 6], strict=True),
        np.asfortranarray(ROWS)[::-1][::-1],
    ],
)
def test_rows_from_everywhere_are_lists_of_floats(rows: Any) -> None:
    found = as_rows(rows)
    assert found == ROWS
    assert {type(x) for row in found for x in row} == {float}


@pytest.mark.parametrize("index", [None, ["u", "v", "w"], [2, 0, 1], [5, 5, 5]])
def test_rows_from_pandas_come_by_position_whatever_the_index(pandas: Any, index: Any) -> None:
    frame = pandas.DataFrame(ROWS, columns=["a", "b"], index=index)
    assert as_rows(frame) == as_rows(frame.astype("float32")) == as_rows(frame.astype("Int64")) == ROWS
    assert as_rows([row for _, row in frame.iterrows()]) == ROWS
    assert as_targets(frame["a"], 3, 1) == as_targets(frame[["a"]], 3, 1) == [1.0, 3.0, 5.0]
    assert as_targets(frame, 3, 2) == ROWS


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "rows is empty: there is nothing to learn from"),
        (np.zeros((0, 2)), "rows is empty"),
        ([[]], r"rows\[0\] has no numbers"),
        ([[1, 2], [3]], r"rows\[1\] has 1 number, and rows\[0\] has 2"),
        ([[1], [3, 4]], r"rows\[1\] has 2 numbers, and rows\[0\] has 1"),
        ([1, 2, 3], r"rows\[0\] is a number, 1: each row is a list of numbers, \[1\] if it is one"),
        (np.arange(3), r"rows\[0\] is a number, 0"),
        ([[1], 2], r"rows\[1\] is a number, 2"),
        (5, "rows takes rows of numbers, got int"),
        (None, "rows takes rows of numbers, got NoneType"),
        ("12", "rows takes rows of numbers, got str"),
        ({"a": [1]}, "rows takes rows of numbers, got dict"),
        (["12"], r"rows\[0\] takes a row of numbers, got str"),
        ([[1], None], r"rows\[1\] takes a row of numbers, got NoneType"),
        ([[1, NAN]], r"rows\[0\]\[1\] is nan$"),
        ([[1, 2], [-INF, 2]], r"rows\[1\]\[0\] is -inf$"),
        ([[1, None]], r"rows\[0\]\[1\] is None, which is not a number"),
        ([["x"]], r"rows\[0\]\[0\] is 'x', which is not a number"),
        ([["1.5"]], r"rows\[0\]\[0\] is '1\.5', which is not a number"),
        (np.array([["1"]]), r"rows\[0\]\[0\] is '1', which is not a number"),
        ([[1j]], r"rows\[0\]\[0\] is 1j, which is not a number"),
        ([[10**400]], r"rows\[0\]\[0\] is inf"),
        (np.ones((2, 2, 2)), r"rows\[0\]\[0\] is \[1\.0, 1\.0\], which is not a number"),
        (np.array([["2020-01-01"]], "datetime64[ns]"), r"rows takes numbers, got dates or times \(datetime64\[ns\]\)"),
    ],
)
def test_rows_are_refused_by_position(rows: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        as_rows(rows)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([1.0, NAN], r"rows\[1\]\[1\] \(iq\) is nan"),
        (["high", "low"], r"rows\[0\]\[1\] \(iq\) is 'high', which is not a number"),
        ([1, None], r"rows\[1\]\[1\] \(iq\) is nan"),
    ],
)
def test_a_frame_s_columns_are_named(pandas: Any, column: Any, message: str) -> None:
    frame = pandas.DataFrame({"cgpa": [1, 2], "iq": column}, index=["u", "v"])
    with pytest.raises(DataError, match=message):
        as_rows(frame)
    with pytest.raises(DataError, match=message.replace(r"rows\[", r"targets\[").replace(r"\[1\] \(", r" ?\(")):
        as_targets(frame["iq"], 2, 1)


def test_what_is_missing_in_pandas_is_refused(pandas: Any) -> None:
    frame = pandas.DataFrame({"n": pandas.array([1, None], dtype="Int64")})
    with pytest.raises(DataError, match=r"rows\[1\]\[0\] \(n\) is (<NA>|nan)"):
        as_rows(frame)
    with pytest.raises(DataError, match="got dates or times"):
        as_rows(pandas.DataFrame({"when": pandas.to_datetime(["2020-01-01"])}))
    with pytest.raises(DataError, match="rows is empty"):
        as_rows(frame[:0])
    with pytest.raises(DataError, match=r"rows\[0\] is a number, 1"):
        as_rows(frame["n"][:1])


def test_the_width_of_rows_is_the_model_s() -> None:
    with pytest.raises(DataError, match=r"rows\[0\] has 2 numbers, and the model takes 3"):
        as_rows(ROWS, 3)
    with pytest.raises(DataError, match=r"validation rows\[1\] has 1 number, and the model takes 2"):
        as_rows([[1, 2], [3]], 2, "validation rows")


# --------------------------------------------------------------------------------------------------------- targets


@pytest.mark.parametrize(
    "targets",
    [
        [0, 1, 2],
        (0.0, 1.0, 2.0),
        [[0], [1], [2]],
        np.arange(3),
        np.arange(3.0)[:, None],
        [np.float32(0), np.array(1), np.array([2])],
        map(int, "012"),
    ],
)
def test_targets_are_floats_one_for_each_row(targets: Any) -> None:
    found = as_targets(targets, 3, 1)
    assert found == [0.0, 1.0, 2.0]
    assert {*map(type, found)} == {float}


def test_targets_of_several_outputs() -> None:
    assert as_targets(np.array(ROWS), 3, 2) == ROWS
    assert as_targets([0, 1, 1], 3, 2, cross_entropy) == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("targets", "outputs", "loss", "message"),
    [
        ([1, 2], 1, mse, "targets takes one for each of the 3 rows, got 2"),
        ([], 1, mse, "targets takes one for each of the 3 rows, got 0"),
        (None, 1, mse, "targets takes one target for each row, got NoneType"),
        ("123", 1, mse, "targets takes one target for each row, got str"),
        ([1, NAN, 3], 1, mse, r"targets\[1\] is nan"),
        ([1, 2, "a"], 1, mse, r"targets\[2\] is 'a', which is not a number"),
        ([1, None, 3], 1, mse, r"targets\[1\] is None, which is not a number"),
        ([1, {}, 3], 1, mse, r"targets\[1\] takes a number or a list of numbers, got dict"),
        ([[1, 2], [3, INF], [5, 6]], 2, mse, r"targets\[1\]\[1\] is inf"),
        ([1, 2, 3], 2, mse, r"targets\[0\] takes 2 numbers for 2 outputs of the model, got 1"),
        (ROWS, 1, mse, r"targets\[0\] takes 1 number for 1 output of the model, got 2"),
        ([0, 1, 1], 1, hinge, r"targets\[0\] is 0: hinge takes labels 1 and -1"),
        ([1, -1, 1], 1, bce, r"targets\[1\] is -1: bce takes probabilities from 0 to 1"),
        ([1, 1, 1.5], 1, bce_with_logits, r"targets\[2\] is 1\.5: .* takes probabilities from 0 to 1"),
        (
            [0, 1, 3],
            3,
            cross_entropy,
            r"targets\[2\] is 3: cross_entropy takes the index of a class, from 0 to 2, for 3 outputs",
        ),
        ([0.5, 1, 2], 3, cross_entropy, r"targets\[0\] is 0\.5: .* takes the index of a class"),
        (np.eye(3), 3, cross_entropy, r"targets\[0\] is 3 numbers: .* takes the index of a class"),  # one-hot
    ],
)
def test_targets_are_refused_by_position(targets: Any, outputs: int, loss: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        as_targets(targets, 3, outputs, loss)


# ----------------------------------------------------------------------------------------------------------- split


@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers())
def test_a_split_covers_all_rows_once(count: int, share: float, seed: int) -> None:
    rows, targets = [[float(i)] for i in range(count)], [10.0 * i for i in range(count)]
    (train_rows, train_targets), (test_rows, test_targets) = split(rows, targets, share, seed)
    assert sorted(train_rows + test_rows) == rows
    assert [10 * x for (x,) in train_rows] == train_targets
    assert [10 * x for (x,) in test_rows] == test_targets
    assert abs(len(test_rows) - share * count) <= 1
    assert min(len(train_rows), len(test_rows)) >= 1
    assert (train_rows, test_rows) == (sorted(train_rows), sorted(test_rows))


def test_a_split_is_drawn_from_its_seed() -> None:
    rows = [[float(i)] for i in range(30)]
    assert split(rows, rows, seed=1) == split(rows, rows, seed=1) != split(rows, rows, seed=2)
    tests = [split(rows, rows, 0.5, seed)[1][0] for seed in range(200)]
    counts = [sum([float(i)] in test for test in tests) for i in range(30)]
    assert all(60 < count < 140 for count in counts)  # 100 ± 7 of 200: a row is as likely as any other
    assert len(split(rows, rows, 0)[0][0]) == 30


def test_frames_and_arrays_are_split_by_position(pandas: Any) -> None:
    frame = pandas.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6], "y": [7, 8, 9]}, index=[2, 0, 1])
    lists = split([[1, 4], [2, 5], [3, 6]], [7, 8, 9], 0.4, seed=3)
    assert split(frame[["a", "b"]], frame["y"], 0.4, seed=3) == lists
    assert split(frame[["a", "b"]].to_numpy(), frame["y"].to_numpy(), 0.4, seed=3) == lists


@pytest.mark.parametrize(
    ("rows", "targets", "share", "error", "message"),
    [
        ([[1], [2]], [1, 2, 3], 0.5, DataError, "targets takes one for each of the 2 rows, got 3"),
        ([[1], [2]], [1], 0.5, DataError, "targets takes one for each of the 2 rows, got 1"),
        ([[1]], [1], 0.5, DataError, "two rows or more can be split, got 1"),
        ([], [], 0.5, DataError, "two rows or more can be split, got 0"),
        ([[1], [2]], [1, 2], 1, ValueError, "share is from 0 up to 1, got 1"),
        ([[1], [2]], [1, 2], -0.1, ValueError, "share is from 0 up to 1"),
        ([[1], [2]], [1, 2], NAN, ValueError, "share is from 0 up to 1, got nan"),
    ],
)
def test_splits_that_cannot_be(rows: Any, targets: Any, share: float, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        split(rows, targets, share)


# --------------------------------------------------------------------------------------------------------- scaling


tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(-(10**6), 10**6).map(lambda n: n / 128), min_size=width, max_size=width),
        min_size=2,
        max_size=8,
    )
)


@given(tables)
def test_scaled_columns_have_mean_0_and_deviation_1(rows: list[list[float]]) -> None:
    scaling = Scaling.of(rows)
    scaled = np.array(scaling.rows(rows))
    for k, column in enumerate(np.array(rows).T):
        assert scaled[:, k].mean() == pytest.approx(0, abs=1e-9)
        assert scaled[:, k].std() == pytest.approx(0.0 if np.ptp(column) == 0 else 1.0)
        assert scaling.means[k] == pytest.approx(column.mean(), rel=1e-12, abs=1e-9)
        assert scaling.deviations[k] == pytest.approx(column.std() or 1.0, rel=1e-9)
    np.testing.assert_allclose([scaling.undo(row) for row in scaled.tolist()], rows, rtol=1e-9, atol=1e-9)


@given(st.floats(-1e300, 1e300), st.integers(1, 100))
def test_a_column_of_equal_numbers_is_only_moved(x: float, count: int) -> None:
    """0.1 + 0.1 + 0.1, divided by 3, is not 0.1: what is left must not be blown up to 1."""
    scaling = Scaling.of([[x]] * count)
    assert (scaling.means, scaling.deviations) == ([x], [1.0])


@pytest.mark.parametrize("size", [1e-300, 1e-9, 1.0, 1e9, 1e300])
@pytest.mark.parametrize(
    "column", [[0.1 + 0.2, 0.3], [1.0, summed([0.1] * 10)], [100.0, summed([0.1] * 1000)], [1 / 3, 1 - 2 / 3, 1 / 3]]
)
def test_a_column_that_is_equal_but_for_rounding_is_only_moved(column: list[float], size: float) -> None:
    """What is left after rounding must not be blown up, for a row or a target that comes later."""
    column = [size * x for x in column] * 10
    assert len(set(column)) > 1
    scaling = Scaling.of([[x, i] for i, x in enumerate(column)])
    assert scaling.deviations[0] == 1.0 != scaling.deviations[1]
    ((moved, _),) = scaling.rows([[column[0] * 1.1, 0]])
    assert moved == pytest.approx(column[0] / 10)


@pytest.mark.parametrize("offset", [1e-300, 1.0, 1e9, -1e12, 1e300])
def test_what_varies_little_beside_its_size_is_no_rounding(offset: float) -> None:
    step = max(abs(offset) * 1e-12, math.ulp(offset))
    scaling = Scaling.of([[offset + i * step] for i in (0, 1, 2)] * 1000)
    assert scaling.deviations == pytest.approx([math.sqrt(2 / 3) * step], rel=1e-3)


@pytest.mark.parametrize("size", [1e-320, 1e-316, 1e-312])
def test_where_floats_have_few_digits_the_last_of_them_is_rounding(size: float) -> None:
    assert Scaling.of([[size], [math.nextafter(size, 1.0)]] * 5).deviations == [1.0]


@pytest.mark.parametrize("size", [1e-200, 1e-150, 1e150, 1e300, 1.7e308])
def test_numbers_of_any_size_are_scaled(size: float) -> None:
    scaling = Scaling.of([[0.5 * size], [size], [0.75 * size], [0.75 * size]])
    assert scaling.means == pytest.approx([0.75 * size])
    assert [x for (x,) in scaling.rows([[0.5 * size], [size]])] == pytest.approx([-math.sqrt(2), math.sqrt(2)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Scaling([1.0], [0.0]), r"deviations are above 0, got 0\.0"),
        (lambda: Scaling([1.0], [-1.0]), "deviations are above 0"),
        (lambda: Scaling([1.0, 2.0], [1.0]), r"means and deviations\[1\] has 1 number"),
        (lambda: Scaling([NAN], [1.0]), "is nan"),
        (lambda: Scaling.of([]), "rows is empty"),
        (lambda: Scaling.of([[1], [NAN]]), r"rows\[1\]\[0\] is nan"),
        (lambda: Scaling.of(ROWS)([1.0]), "a scaling of 2 columns takes rows of as many numbers, got 1"),
        (lambda: Scaling.of(ROWS).undo([1.0] * 3), "a scaling of 2 columns takes rows of as many numbers, got 3"),
        (lambda: Scaling.of(ROWS).rows([[1.0]]), r"rows\[0\] has 1 number, and the model takes 2"),
        (lambda: Scaled(MLP(3, [1]), Scaling.of(ROWS)), "the model has 3 inputs, and their scaling 2 columns"),
        (
            lambda: Scaled(MLP(2, [1]), Scaling.of(ROWS), Scaling.of(ROWS)),
            "the model has 1 output, and their scaling 2 columns",
        ),
        (lambda: Scaled(MLP(2, [1]), Scaling.of(ROWS), names="ab"), "names takes texts or numbers, got str"),
        (
            lambda: Scaled(MLP(2, [1]), Scaling.of(ROWS), classes=["a", None]),  # type: ignore[list-item]
            r"classes\[1\] is None, and neither a text",
        ),
        (lambda: Scaled(MLP(2, [1]), Scaling.of(ROWS))([1.0]), "the model takes 2 inputs, got 1"),
    ],
)
def test_scalings_that_do_not_fit(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_scaled_model_is_the_one_scaled_by_hand(outputs: int) -> None:
    inputs, targets = Scaling.of(ROWS), Scaling.of([[10.0 * (k + 1)] * outputs for k in range(3)])
    inner = MLP(2, [3, outputs], "tanh", seed=1)
    model = Scaled(inner, inputs, targets)
    for row in ROWS:
        by_hand = inner([(x - m) / d for x, m, d in zip(row, inputs.means, inputs.deviations, strict=True)])
        found = model(row)
        for a, b in zip(found if outputs > 1 else [found], by_hand if outputs > 1 else [by_hand], strict=True):
            assert a.data == b.data * targets.deviations[0] + targets.means[0]
    assert isinstance(model(ROWS[0]), Value if outputs == 1 else list)
    assert model.parameters() == inner.parameters()
    assert Scaled(inner, inputs)(ROWS[0]) is not None


def test_a_scaled_model_learns_what_the_raw_rows_would_not_let_it() -> None:
    rows = [[1000.0 * i, i / 1000] for i in range(-5, 6)]
    targets = [2 * a + 3e6 * b + 7 for a, b in rows]
    model = Scaled(MLP(2, [1], seed=1), Scaling.of(rows), Scaling.of([[y] for y in targets]))
    rate = 0.1 / Scaling.of([[y] for y in targets]).deviations[0] ** 2  # the loss is that of the raw targets
    train(model, rows, targets, optimizer=SGD(model.parameters(), lr=rate), epochs=200, progress=False)
    assert [model(row).data for row in rows] == pytest.approx(targets, rel=1e-3, abs=1)
