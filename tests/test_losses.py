"""Losses over rows against NumPy's formulas and PyTorch's functions, values and gradients, and what they refuse."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, draw, half_squared_error, maximum, operation, relu, softmax_cross_entropy, squared_error
from nn import MLP, Loss, bce, bce_with_logits, cross_entropy, hinge, l2, mse
from nn.__main__ import main
from nn.losses import LOSSES, as_list, loss_named
from nn.networks import cost

numbers = st.floats(-5, 5)
probabilities = st.floats(0.01, 0.99)


def formula_of_cross_entropy(x: Any, y: Any) -> Any:
    softmax = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    return -np.log(softmax[np.arange(len(y)), y[:, 0].astype(int)]).mean()


FORMULAS: dict[str, Callable[[Any, Any], Any]] = {
    "mse": lambda p, y: ((p - y) ** 2).mean(),
    "mae": lambda p, y: np.abs(p - y).mean(),
    "huber": lambda p, y: np.where(np.abs(p - y) < 1, (p - y) ** 2 / 2, np.abs(p - y) - 0.5).mean(),
    "bce": lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(),
    "bce_with_logits": lambda x, y: -(y * np.log(1 / (1 + np.exp(-x))) + (1 - y) * np.log(1 / (1 + np.exp(x)))).mean(),
    "cross_entropy": formula_of_cross_entropy,
    "hinge": lambda x, y: np.maximum(0, 1 - y * x).mean(),
}


KINKS: dict[str, Callable[[float, float], float]] = {"hinge": lambda x, y: 1 - y * x, "mae": lambda p, y: p - y}


def pytorch_s(name: str, torch: Any) -> Callable[[Any, Any], Any]:
    functional = torch.nn.functional
    functions: dict[str, Callable[[Any, Any], Any]] = {
        "mse": functional.mse_loss,
        "mae": functional.l1_loss,
        "huber": functional.huber_loss,
        "bce": functional.binary_cross_entropy,
        "bce_with_logits": functional.binary_cross_entropy_with_logits,
        "cross_entropy": lambda x, y: functional.cross_entropy(x, y[:, 0].long()),
        "hinge": lambda x, y: torch.clamp(1 - y * x, min=0).mean(),
    }
    return functions[name]


@st.composite
def rows_for(draw: st.DrawFn, name: str) -> tuple[list[list[float]], list[list[float]]]:
    """Predictions and targets: a few rows of one output or several."""
    count, outputs = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    of_one = {
        **dict.fromkeys(("mse", "mae", "huber"), numbers),
        "bce": st.one_of(probabilities, st.sampled_from([0.0, 1.0])),
        "bce_with_logits": st.floats(0, 1),
        "cross_entropy": st.integers(0, outputs - 1).map(float),
        "hinge": st.sampled_from([-1.0, 1.0]),
    }[name]
    x = draw(st.lists(st.lists(probabilities if name == "bce" else numbers, min_size=outputs, max_size=outputs),
                      min_size=count, max_size=count))  # fmt: skip
    width = 1 if name == "cross_entropy" else outputs
    y = draw(st.lists(st.lists(of_one, min_size=width, max_size=width), min_size=count, max_size=count))
    return x, y


def ours(name: str, x: list[list[float]], y: list[list[float]]) -> tuple[float, list[list[float]]]:
    """The loss and its gradient, of predictions as models give them: a Value where there is one output."""
    leaves = [[Value(number) for number in row] for row in x]
    loss = LOSSES[name](
        [row[0] if len(row) == 1 else row for row in leaves], [row[0] if len(row) == 1 else row for row in y]
    )
    loss.backward()
    return loss.data, [[leaf.grad for leaf in row] for row in leaves]


@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=40)
@given(data=st.data())
def test_values_are_the_formula_s(name: str, data: st.DataObject) -> None:
    x, y = data.draw(rows_for(name))
    assert ours(name, x, y)[0] == pytest.approx(FORMULAS[name](np.array(x), np.array(y)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=40)
@given(data=st.data())
def test_gradients_are_the_formula_s_slopes(name: str, data: st.DataObject) -> None:
    x, y = data.draw(rows_for(name))
    if name in KINKS:
        assume(all(abs(KINKS[name](a, b)) > 1e-3 for p, t in zip(x, y, strict=True) for a, b in zip(p, t, strict=True)))
    found = ours(name, x, y)[1]
    for i, k in np.ndindex(len(x), len(x[0])):
        ends = []
        for step in (-1e-5, 1e-5):
            moved = np.array(x)
            moved[i, k] += step
            ends.append(FORMULAS[name](moved, np.array(y)))
        assert found[i][k] == pytest.approx((ends[1] - ends[0]) / 2e-5, rel=1e-4, abs=1e-6)


@pytest.mark.pytorch
@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=40)
@given(data=st.data())
def test_values_and_gradients_are_pytorch_s(name: str, data: st.DataObject) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x, y = data.draw(rows_for(name))
    if name in KINKS:  # where every slope between is right
        assume(all(KINKS[name](a, b) != 0 for p, t in zip(x, y, strict=True) for a, b in zip(p, t, strict=True)))
    tensor = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    loss = pytorch_s(name, torch)(tensor, torch.tensor(y, dtype=torch.float64))
    loss.backward()
    value, gradient = ours(name, x, y)
    assert value == pytest.approx(loss.item(), rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("logit", [-1000.0, -50.0, 0.0, 50.0, 1000.0])
def test_losses_of_logits_are_finite_however_far_off(logit: float) -> None:
    for y in (0.0, 1.0):
        assert bce_with_logits([logit], [y]) == pytest.approx(
            max(logit, 0) - y * logit + math.log1p(math.exp(-abs(logit)))
        )
        assert cross_entropy([[0.0, logit]], [y]) == pytest.approx(bce_with_logits([logit], [y]))


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5), st.randoms())
def test_a_mean_does_not_care_for_the_order_of_rows(rows: list[tuple[float, float]], random: Any) -> None:
    predictions, targets = zip(*rows, strict=True)
    shuffled = random.sample(rows, len(rows))
    assert mse(*zip(*shuffled, strict=True)) == pytest.approx(mse(predictions, targets))


def test_a_single_row_is_one_node() -> None:
    p = Value(0.25)
    loss = mse([p], [1.0])
    assert loss.op is squared_error
    assert loss.operands[0] is p


def test_numpy_arrays_and_columns_as_targets() -> None:
    p = [Value(0.5), Value(-1.0)]
    expected = mse(p, [1.0, 2.0]).data
    for targets in (np.array([1.0, 2.0]), np.array([[1.0], [2.0]]), np.array([1, 2]), (1, 2)):
        assert mse(p, targets).data == expected
    assert cross_entropy([p], np.array([1])).data == cross_entropy([p], [1]).data == cross_entropy([p], [1.0]).data


def test_predictions_of_a_model_are_taken_as_they_come() -> None:
    one, two = MLP(2, [1], seed=1), MLP(2, [2], seed=1)
    x = [[0.1, 0.2], [0.3, 0.4]]
    assert mse([one(row) for row in x], [0, 1]).data == pytest.approx(
        np.mean([(one(r).data - y) ** 2 for y, r in enumerate(x)])
    )
    assert isinstance(mse([two(row) for row in x], [[0, 1], [1, 0]]), Value)


def test_the_mean_of_any_operation() -> None:
    p = [Value(1.0), Value(3.0)]
    assert loss_named(half_squared_error)(p, [0, 0]).data == (0.5 + 4.5) / 2
    absolute = operation("absolute", lambda p, y: autograd.abs(p - y), lambda z, p, y: ((p - y) / z, (y - p) / z))
    loss = loss_named(absolute)(p, [2.0, 1.0])
    loss.backward()
    assert loss.data == 1.5
    assert [value.grad for value in p] == [-0.5, 0.5]


def test_a_joint_operation_of_one_s_own() -> None:
    last = operation("last", lambda *xs: xs[-2] - xs[-1], lambda z, *xs: (0.0,) * (len(xs) - 2) + (1.0, -1.0),
                     arrange=lambda outputs, y: (*outputs, y))  # fmt: skip
    assert Loss(last, joint=True)([[Value(1.0), Value(5.0)]], [0.5]).data == 4.5


@pytest.mark.parametrize("name", LOSSES)
def test_losses_by_name_and_by_operation(name: str) -> None:
    assert loss_named(name) is LOSSES[name] is loss_named(LOSSES[name].operation) is getattr(nn, name)
    assert str(LOSSES[name]) == name


def test_a_function_is_a_loss_as_it_is() -> None:
    def mine(predictions: Sequence[Any], targets: Sequence[Any]) -> Value:
        return mse(predictions, targets)

    assert loss_named(mine) is mine


@pytest.mark.parametrize("wrong", ["l2", "", 3, None])
def test_what_is_no_loss(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"a loss is one of mse, mae, .*, an operation, or a function .*, got "):
        loss_named(wrong)
    with pytest.raises(ValueError, match="takes a prediction and a target, and relu does not"):
        loss_named(relu)


# ----------------------------------------------------------------------------------------------- a loss of one's own


POINTS = [[0.8, -0.2], [-0.5, 0.4], [0.9, 0.1], [-0.7, -0.6], [0.4, 0.3], [-0.2, 0.7], [0.6, -0.9], [-0.9, 0.2]]
TABLE = "a,b,kind\n" + "".join(f"{a},{b},{'yes' if a > 0 else 'no'}\n" for a, b in POINTS)


@pytest.fixture
def squared_hinge() -> Iterator[str]:
    """A loss of two classes, registered: all that it takes to use it everywhere."""
    op = operation(
        "squared_hinge", lambda x, y: maximum(1 - y * x, 0) ** 2,
        lambda z, x, y: (-2 * y * maximum(1 - y * x, 0), -2 * x * maximum(1 - y * x, 0)), role="loss",
    )  # fmt: skip
    LOSSES["squared_hinge"] = Loss(
        op, targets="labels 1 and -2", accepts=lambda y, _: y in (1, -2), decide=lambda x: 1.0 if x > 0.25 else -2.0,
        reading="for {high}, against {low}",
    )  # fmt: skip
    yield "squared_hinge"
    del LOSSES["squared_hinge"]


def test_a_registered_loss_trains_row_by_row_and_compiled_and_is_drawn(squared_hinge: str) -> None:
    labels = [1.0 if a > 0 else -2.0 for a, _ in POINTS]
    losses = []
    for compiled in (False, True):
        model = MLP(2, [1], seed=1)
        history = nn.train(
            model, POINTS, labels, loss=squared_hinge, optimizer=nn.SGD(model.parameters(), 0.1), epochs=30,
            seed=1, compiled=compiled, metrics={"accuracy": LOSSES[squared_hinge].accuracy}, progress=False,
        )  # fmt: skip
        losses.append(history.loss)
        assert history.metrics["accuracy"][-1] > 0.8
    assert losses[1] == pytest.approx(losses[0], rel=1e-9)
    with pytest.raises(nn.DataError, match=r"targets\[0\] is 0: squared_hinge takes labels 1 and -2"):
        nn.train(MLP(2, [1]), [[1.0, 2.0]], [0], loss=squared_hinge)
    c = cost(MLP(2, [1], seed=1), POINTS[0], 1.0, squared_hinge)
    assert {node.role for node in draw(c).nodes.values()} >= {"loss", "target"}


def test_a_registered_loss_is_offered_by_the_command_line_and_read_by_its_report(
    squared_hinge: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    train = ["train", str(tmp_path / "table.csv"), "--target", "kind", "--layers", "1", "--quiet", "--lr", "0.1"]
    assert main([*train, "--loss", squared_hinge]) == 0
    out = capsys.readouterr().out
    assert "output    for yes, against no (yes is learned as 1, no as -2)\n" in out
    assert "loss (squared_hinge)" in out
    derive = ["derive", "2-1", "--x", "1", "2", "--loss", squared_hinge, "--y"]
    assert main([*derive, "-2"]) == 0
    assert "The 2-1 network, identity, squared hinge\n" in capsys.readouterr().out
    assert main([*derive, "0"]) == 2
    assert "--y takes labels 1 and -2 with --loss squared_hinge, got 0" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["mae", "huber"])
def test_losses_of_numbers_are_offered_too(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, model = tmp_path / "table.csv", tmp_path / "model.json"
    path.write_text(TABLE)
    arguments = ["train", str(path), "--target", "b", "--inputs", "a", "--layers", "1", "--epochs", "3", "--quiet"]
    assert main([*arguments, "--loss", name, "--test-share", "0", "--out", str(model)]) == 0
    scaled = nn.load(model)
    predictions = [scaled.outputs([scaled([a])])[0] for a, _ in POINTS]
    expected = LOSSES[name](predictions, [scaled.outputs([b])[0] for _, b in POINTS]).data
    out = capsys.readouterr().out
    assert re.search(rf"^loss \({name}\), of the scaled b +{expected:.4g}$", out, re.M)


def test_a_joint_loss_takes_one_target_for_all_outputs_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    derive = ["derive", "2-3", "--x", "1", "2", "--loss", "cross_entropy", "--wrt", "w^1_11", "--y"]
    assert main([*derive, "2"]) == 0
    assert "\nC = softmax_cross_entropy(a²₁, a²₂, a²₃, a²₃)\n" in capsys.readouterr().out
    assert main([*derive, "0", "1"]) == 2
    assert "--y takes 1 number, the index of a class, from 0, got 2: 0 1" in capsys.readouterr().err
    assert main([*derive, "3"]) == 2
    assert "--y takes the index of a class, from 0 with --loss cross_entropy, got 3" in capsys.readouterr().err


# --------------------------------------------------------------------------------------------------------------- l2


@given(st.lists(numbers, min_size=1, max_size=6), st.floats(0, 2))
def test_l2_is_the_sum_of_squares_and_its_gradient_twice_the_weights(weights: list[float], strength: float) -> None:
    leaves = [Value(w) for w in weights]
    penalty = l2(leaves, strength)
    penalty.backward()
    assert penalty.data == pytest.approx(strength * sum(w * w for w in weights))
    assert [leaf.grad for leaf in leaves] == pytest.approx([2 * strength * w for w in weights])


def test_l2_added_to_a_loss_is_a_weight_decay_of_twice_its_strength() -> None:
    with_penalty, with_decay = MLP(2, [2, 1], "tanh", seed=1), MLP(2, [2, 1], "tanh", seed=1)
    for model, decay in ((with_penalty, 0.0), (with_decay, 0.2)):
        optimizer = nn.SGD(model.parameters(), lr=0.1, weight_decay=decay)
        for _ in range(5):
            loss = mse([model([0.5, -0.5])], [1.0])
            optimizer.zero_grad()
            (loss if decay else loss + l2(iter(model.parameters()), 0.1)).backward()
            optimizer.step()
    assert with_penalty.state_dict() == pytest.approx(with_decay.state_dict(), rel=1e-12)


# ------------------------------------------------------------------------------------------------ classes, accuracy


@pytest.mark.parametrize(
    ("loss", "prediction", "decision"),
    [
        (bce, 0.5, 0.0), (bce, 0.51, 1.0), (bce, Value(0.9), 1.0),
        (bce_with_logits, 0.0, 0.0), (bce_with_logits, 0.1, 1.0), (bce_with_logits, Value(-3.0), 0.0),
        (hinge, 0.0, -1.0), (hinge, 0.2, 1.0), (hinge, Value(-0.2), -1.0),
        (cross_entropy, [0.1, 3.0, 2.0], 1.0), (cross_entropy, [Value(1.0), Value(1.0)], 0.0),
        (cross_entropy, 7.0, 0.0),
    ],
)  # fmt: skip
def test_decisions(loss: Loss, prediction: Any, decision: float) -> None:
    assert loss.decide is not None
    assert loss.decide(prediction) == decision


@pytest.mark.parametrize(
    ("loss", "predictions", "targets", "share"),
    [
        (bce, [0.1, 0.9, 0.8, 0.2], [0, 1, 0, 0], 0.75),
        (hinge, [Value(0.5), Value(-0.5)], np.array([[1], [-1]]), 1.0),
        (bce_with_logits, np.array([-1.0, 1.0]), [1, 1], 0.5),
        (cross_entropy, [[0, 1, 0], [2, 1, 0], [0, 0, 1]], [1, 0, 1], 2 / 3),
        (
            bce,
            [[0.1, 0.9], [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]],
            [[0, 1], [1, 1], [0, 0], [1, 0]],
            0.25,
        ),  # where there are several outputs, all must be right
    ],
)
def test_accuracy(loss: Loss, predictions: Any, targets: Any, share: float) -> None:
    assert loss.accuracy(predictions, targets) == pytest.approx(share)


# ------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("compute", "error", "message"),
    [
        (lambda: mse([Value(1.0)], [1.0, 2.0]), ValueError, "takes predictions and as many targets, got 1 and 2"),
        (lambda: mse([], []), ValueError, "takes predictions and as many targets, got 0 and 0"),
        (lambda: mse([[Value(1.0), Value(2.0)]], [1.0]), ValueError, "2 predictions takes as many targets, got 1"),
        (lambda: mse([Value(1.0)], [[1.0, 2.0]]), ValueError, "a row of 1 predictions takes as many targets, got 2"),
        (lambda: cross_entropy([[1.0, 2.0]], [[0, 1]]), ValueError, "a row of 2 predictions takes one target, got 2"),
        (lambda: cross_entropy([[1.0, 2.0]], [2]), ValueError, "takes the index of a class, from 0 as targets, got 2"),
        (lambda: cross_entropy([[1.0, 2.0]], [0.5]), ValueError, r"takes the index of a class.*got 0\.5"),
        (lambda: cross_entropy([[1.0, 2.0]], [math.nan]), ValueError, "takes the index of a class.*got nan"),
        (lambda: hinge([Value(1.0)], [0]), ValueError, "hinge takes labels 1 and -1 as targets, got 0"),
        (lambda: bce([Value(0.5)], [-1]), ValueError, "takes probabilities from 0 to 1 as targets, got -1"),
        (lambda: bce_with_logits([Value(0.5)], [1.5]), ValueError, r"takes probabilities from 0 to 1 .*got 1\.5"),
        (lambda: mse([Value(1.0)], ["a"]), TypeError, "accepts real numbers, got str 'a'"),
        (lambda: mse(Value(1.0), 1.0), TypeError, "a loss takes lists, with a prediction and a target for each row"),  # type: ignore[arg-type]
        (lambda: mse.accuracy([1.0], [1.0]), ValueError, "mse is a loss of numbers, not of classes"),
        (lambda: bce.accuracy([0.1, 0.9], [0]), ValueError, "takes predictions and as many targets, got 2 and 1"),
        (lambda: bce.accuracy([], []), ValueError, "takes predictions and as many targets, got 0 and 0"),
    ],
)  # fmt: skip
def test_rows_that_do_not_match(compute: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compute()


def test_losses_are_those_of_their_operations() -> None:
    assert cross_entropy.operation is softmax_cross_entropy
    assert [as_list(x) for x in (3, [3], (3, 4), np.array(3), np.array([3]))] == [[3], [3], [3, 4], [3], [3]]


def test_a_score_that_is_nan_stands_for_no_class() -> None:
    assert cross_entropy.accuracy([[math.nan, 1.0], [0.0, 1.0]], [0, 1]) == 0.5
    assert hinge.accuracy([math.nan], [-1]) == 0.0


@pytest.mark.parametrize("wrong", [{1.0, 2.0}, {1.0: 1, 2.0: 2}, frozenset([1.0, 2.0]), "12", b"12", 1.0])
def test_what_has_no_order_is_no_list_of_predictions_or_targets_or_weights(wrong: Any) -> None:
    right = [1.0, -1.0]
    doors: list[Callable[[], object]] = [
        *(lambda call=call, rows=rows: call(*rows)
          for call in (LOSSES["hinge"], LOSSES["hinge"].accuracy) for rows in ((wrong, right), (right, wrong))),
        lambda: MLP(2, [1], weights=[[wrong]]),
        lambda: MLP(2, [1], weights=wrong),
        lambda: MLP(2, [2], biases=[wrong]),
    ]  # fmt: skip
    for door in doors:
        with pytest.raises((TypeError, ValueError), match="takes"):
            door()
