import math

import pytest

worked = cost(two_two_one(), (4, 5), 7)
assert (worked.operands[0].data, worked.data) == (18, 121)
assert nine_derivatives(two_two_one().state_dict(), (4, 5), 7) == {
    "W^2_11": 198,
    "W^2_21": 198,
    "b_21": 22,
    "W^1_11": 88,
    "W^1_21": 110,
    "b_11": 22,
    "W^1_12": 88,
    "W^1_22": 110,
    "b_12": 22,
}
assert by_formula == pytest.approx({name: p.grad for name, p in other.named_parameters()}, rel=1e-12)
assert slope == pytest.approx(-2 * (7 - o_21) * o_12, rel=1e-4) != pytest.approx(-2 * (7 - o_21) * o_21, rel=1e-1)

# Raw inputs: the regression diverges at every rate, or crawls; the classification learns no more than the share.
assert isinstance(last_error, nn.DivergenceError) and last_error.history.loss[-1] > 1e200
first = two_two_one()
cost(first, rows[0], salaries[0]).backward()
assert dict(first.named_parameters())["W^1_21"].grad * 0.01 > 400
assert 2.9 < crawling.loss[-1] ** 0.5 < 3.1 and crawling.loss[-10] - crawling.loss[-1] < 0.01
assert salary_scaling.deviations[0] == pytest.approx(3.69, abs=0.01)
entropy = -(29 * math.log(29 / 60) + 31 * math.log(31 / 60)) / 60
assert entropy == pytest.approx(0.6926, abs=5e-5)
assert nn.bce([raw(row) for row in rows], placed).data == pytest.approx(entropy, abs=1e-4)

# Scaled: the loop, train and the formulas of exercise 2 come to the same; the rule of the table is found.
again = two_two_one()
assert averages == pytest.approx(
    train(
        again,
        scaled_rows,
        scaled_salaries,
        optimizer=SGD(again.parameters(), 0.01),
        epochs=5,
        batch_size=1,
        seed=7,
        progress=False,
    ).loss,
    rel=1e-12,
)
assert averages == pytest.approx(by_formulas, rel=1e-9)
twin, other_twin = [[p.data for p in (*neuron.w, neuron.b)] for neuron in again.layers[0].neurons]
assert twin == other_twin != [1, 1, 0]
assert salary.data == pytest.approx(13.26, abs=0.005) == pytest.approx(13.28, abs=0.03)
assert (cgpa.grad, iq.grad) == (pytest.approx(2.8, abs=0.1), pytest.approx(0.18, abs=0.02))
assert mean_square**0.5 == pytest.approx(0.78, abs=0.005)
unscaled = two_two_one()
try:
    train(unscaled, scaled_rows, salaries, optimizer=SGD(unscaled.parameters(), 0.1), seed=7, progress=False)
    raise AssertionError("salaries as they are should diverge at 0.1")
except nn.DivergenceError:
    pass
assert len(trace.points) == 41 and trace.points[0] == (1.2, -1.5) and walk.loss == sorted(walk.loss, reverse=True)

# Cross-entropy after a sigmoid.
assert [line.strip() for line in collapse.text().splitlines()[:3]] == [
    "∂L/∂Z = ∂L/∂Y′ · ∂Y′/∂Z",
    "= −(Y − Y′)/(Y′(1 − Y′)) · Y′(1 − Y′)",
    "= −(Y − Y′)",
]

# The learning rate: slow, good, and never settling.
slow, good, large = [classifications[f"learning rate {lr}"].loss for lr in (0.01, 0.1, 1)]
assert slow == sorted(slow, reverse=True) and slow[-1] > 1.5 * good[-1]
assert all(a > b for a, b in zip(large[10:], good[10:], strict=True)) and large[0] < good[0] < slow[0]
assert max(large[10:]) - min(large[10:]) > 0.1 > max(good[10:]) - min(good[10:])
assert [history.epochs for history in regressions.values()] == [30, 30, 5]
assert regressions["learning rate 0.1"].loss[-1] < 0.05 < regressions["learning rate 0.01"].loss[-1]
assert regressions["learning rate 0.01"].loss == sorted(regressions["learning rate 0.01"].loss, reverse=True)
assert right_answers == 54
assert after.data == pytest.approx(35.1875, abs=1e-4)
