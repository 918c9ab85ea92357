"""Every door by which numbers come into nn refuses what is no number, and nothing has changed then."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, no_grad
from nn.networks import cost, two_three_one

ROWS, LABELS = [[0.5, -1.0], [1.5, 2.0], [-0.5, 0.0]], [1.0, -1.0, 1.0]

NO_NUMBERS: dict[str, Any] = {
    "None": None,
    "text": "1",
    "bytes": b"1",
    "complex": 1j,
    "NumPy's complex": np.complex128(1),
    "Decimal": Decimal(1),
    "date": datetime.date(2026, 1, 1),
    "NumPy's date": np.datetime64("2026-01-01"),
    "NumPy's time": np.timedelta64(5, "ns"),  # which NumPy counts among its integers
    "masked": np.ma.masked,
    "text in an array": np.array("1"),
    "list": [[1.0]],
    "object": object(),
}
NOT_FINITE = {"nan": float("nan"), "inf": float("inf"), "too large": 10**400}


def model() -> nn.MLP:
    return nn.MLP(2, [2, 1], "tanh", seed=1)


def rows_with(x: Any) -> list[Any]:
    return [*ROWS[:2], [0.5, x]]


def targets_with(x: Any) -> list[Any]:
    return [*LABELS[:2], x]


def training(rows: Any = ROWS, targets: Any = LABELS, **options: Any) -> Any:
    return nn.train(model(), rows, targets, epochs=1, progress=False, **options)


def steps(rows: Any = ROWS, targets: Any = LABELS, loss: Any = "mse", **options: Any) -> Any:
    return model().compile(loss, **options).steps(rows, targets)


DATA: dict[str, Callable[[Any], Any]] = {  # which have to be finite, too
    "train, rows": lambda x: training(rows_with(x)),
    "train, targets": lambda x: training(ROWS, targets_with(x)),
    "train, validation": lambda x: training(validation=(rows_with(x), LABELS)),
    "train, validation targets": lambda x: training(validation=(ROWS, targets_with(x))),
    "compiled, rows": lambda x: training(rows_with(x), compiled=True),
    "compiled, targets": lambda x: training(ROWS, targets_with(x), compiled=True),
    "steps, rows": lambda x: steps(rows_with(x)),
    "steps, targets": lambda x: steps(ROWS, targets_with(x)),
    "steps of float32": lambda x: steps(rows_with(x), dtype="float32"),
    "explore, rows": lambda x: nn.explore(model(), rows_with(x), LABELS),
    "explore, targets": lambda x: nn.explore(model(), ROWS, targets_with(x)),
    "Scaling.of": lambda x: nn.Scaling.of(rows_with(x)),
    "Scaling.rows": lambda x: nn.Scaling.of(ROWS).rows(rows_with(x)),
    "Scaling": lambda x: nn.Scaling([0.0, x], [1.0, 1.0]),
    "SGD, lr": lambda x: nn.SGD([Value(1.0)], lr=x),
    "SGD, a schedule": lambda x: nn.SGD([Value(1.0)], lr=lambda step: x),
    "SGD, momentum": lambda x: nn.SGD([Value(1.0)], momentum=x),
    "SGD, weight_decay": lambda x: nn.SGD([Value(1.0)], weight_decay=x),
    "Adam, betas": lambda x: nn.Adam([Value(1.0)], betas=(0.9, x)),
    "Adam, eps": lambda x: nn.Adam([Value(1.0)], eps=x),
    "warmup": lambda x: nn.SGD([Value(1.0)], lr=nn.optimizers.warmup(lambda step: x, 5)),
    "split, share": lambda x: nn.split(ROWS, LABELS, x),
}
ARITHMETIC: dict[str, Callable[[Any], Any]] = {  # in which nan and inf are numbers
    "a call": lambda x: model()([0.5, x]),
    "a neuron": lambda x: nn.Neuron(2)([0.5, x]),
    "a scaled model": lambda x: nn.Scaled(model(), nn.Scaling.of(ROWS))([0.5, x]),
    "a scaling": lambda x: nn.Scaling.of(ROWS)([0.5, x]),
    "undo": lambda x: nn.Scaling.of(ROWS).undo([0.5, x]),
    "a loss": lambda x: nn.mse([Value(1.0)], [x]),
    "a prediction": lambda x: nn.mse([x], [Value(1.0)]),
    "accuracy": lambda x: nn.hinge.accuracy([x], [1.0]),
    "accuracy, targets": lambda x: nn.hinge.accuracy([1.0], [x]),
    "accuracy, scores": lambda x: nn.cross_entropy.accuracy([[0.5, x]], [1.0]),
    "l2": lambda x: nn.l2([Value(1.0)], x),
    "weights": lambda x: nn.MLP(2, [1], weights=[[[0.5, x]]]),
    "biases": lambda x: nn.MLP(2, [1], biases=[[x]]),
    "load_state_dict": lambda x: model().load_state_dict(dict.fromkeys(model().state_dict(), x)),
    "parameters": lambda x: two_three_one(parameters={name: x for name, _ in two_three_one().named_parameters()}),
    "cost": lambda x: cost(two_three_one(), [0.5, x], 1.0),
    "cost, target": lambda x: cost(two_three_one(), [0.5, 1.0], x),
}


def refusal(error: Any, enter: Callable[..., Any], *given: Any) -> str | None:
    """What a door says to what it does not take; None where it takes it."""
    try:
        enter(*given)
    except error as refused:
        return str(refused)
    return None


@pytest.mark.parametrize("door", [*DATA, *ARITHMETIC])
def test_what_is_no_number_is_refused(door: str) -> None:
    enter = {**DATA, **ARITHMETIC}[door]
    enter(0.5)
    for kind, x in NO_NUMBERS.items():
        message = refusal((TypeError, ValueError), enter, x)
        assert message is not None, f"{kind} came in"
        assert len(message) < 500, kind


@pytest.mark.parametrize("door", DATA)
def test_data_are_finite(door: str) -> None:
    for kind, x in NOT_FINITE.items():
        message = refusal(ValueError, DATA[door], x)
        assert message is not None, f"{kind} came in"
        assert len(message) < 500, kind


TABLES: dict[str, Callable[[Any, Any], Any]] = {
    "train": training,
    "compiled": lambda rows, targets: training(rows, targets, compiled=True),
    "steps": steps,
    "columns": lambda rows, targets: model().compile().columns(rows, targets),
    "explore": lambda rows, targets: nn.explore(model(), rows, targets),
    "Scaling.of": lambda rows, targets: nn.Scaling.of(rows),
}
MASK = [[False, False], [False, True], [False, False]]
WRONG: list[tuple[str, Any, Any]] = [
    ("masked rows", np.ma.array(ROWS, mask=MASK), LABELS),
    ("masked targets", np.array(ROWS), np.ma.array(LABELS, mask=[False, True, False])),
    ("masked arrays in a list", [np.ma.array(row, mask=mask) for row, mask in zip(ROWS, MASK, strict=True)], LABELS),
    ("text", np.array(ROWS).astype(str), LABELS),
    ("complex", np.array(ROWS).astype(complex), LABELS),
    ("dates", np.array(ROWS).astype("M8[s]"), LABELS),
    ("times", np.array(ROWS).astype("m8[s]"), LABELS),
    ("objects", np.array([*ROWS[:2], [1.0, None]], object), LABELS),
    ("nan", np.array([*ROWS[:2], [1.0, np.nan]]), LABELS),
    ("a set, which has no order", set(map(tuple, ROWS)), LABELS),
    ("targets in a set", np.array(ROWS), {1.0, -1.0, 0.5}),
    ("a dict", dict.fromkeys(map(tuple, ROWS)), LABELS),
    ("unequal rows", [*ROWS[:2], [1.0]], LABELS),
    ("bytes", [b"12", b"34", b"56"], LABELS),
]


@pytest.mark.parametrize("door", TABLES)
def test_tables_are_refused_at_every_door_alike(door: str) -> None:
    enter = TABLES[door]
    enter(ROWS, LABELS)
    enter(np.array(ROWS), np.array(LABELS)[:, None])
    for kind, rows, targets in WRONG:
        if door != "Scaling.of" or "targets" not in kind:
            message = refusal(nn.DataError, enter, rows, targets)
            assert message is not None, f"{kind} came in"
            assert len(message) < 500, kind


@pytest.mark.parametrize("door", ["train", "compiled", "steps", "explore"])
def test_targets_that_a_loss_does_not_take_are_refused_at_every_door(door: str) -> None:
    """As lists and as arrays, which are looked at as a whole."""
    doors: dict[str, Callable[[Any, str], Any]] = {
        "train": lambda y, loss: training(ROWS, y, loss=loss),
        "compiled": lambda y, loss: training(ROWS, y, loss=loss, compiled=True),
        "steps": lambda y, loss: steps(ROWS, y, loss),
        "explore": lambda y, loss: nn.explore(model(), ROWS, y, loss=loss),
    }
    for loss, right, wrong in [
        ("hinge", [1, -1, 1], [0, 1, -1]),
        ("bce_with_logits", [0, 0.5, 1], [0, -3, 1]),
        ("cross_entropy", [0, 0, 0], [0, 1, 0]),
        ("cross_entropy", [0, 0, 0], [0, 0.5, 0]),
    ]:
        kinds: list[Any] = [list, np.array]
        for kind in kinds:
            doors[door](kind(right), loss)
            with pytest.raises(nn.DataError, match=rf"targets\[[01]\] is .*: {loss} takes"):
                doors[door](kind(wrong), loss)


def test_rows_without_an_order_are_no_rows() -> None:
    rows: list[Any] = [{0.5, 1.0}, {0.5: 1, 1.0: 2}, "12", b"12"]
    for row in rows:
        for call in (model(), nn.Neuron(2), nn.Scaling.of(ROWS), nn.Scaled(model(), nn.Scaling.of(ROWS))):
            with pytest.raises(TypeError), no_grad():
                call(row)
