import pytest

assert len(parameters) == len(by_matrices) == 18
assert gradients["W1"].shape == (2, 4)
model.zero_grad()  # exercise 2 has left the gradients of another cost
again = cost(model, x, y)
again.backward()
assert again.data == pytest.approx(cost_in_matrices, rel=1e-13) == pytest.approx(0.434188, abs=1e-6)
assert {name: p.grad for name, p in parameters.items()} == pytest.approx(by_matrices, rel=1e-12)
assert bool(apart < 1e-15)

assert w2_22.path_count == 1 and w2_22.value == pytest.approx(by_matrices["w^2_22"], rel=1e-12)
assert w2_22.text().startswith("∂C/∂w²₂₂ = ∂C/∂s · ∂s/∂a³₂ · ∂a³₂/∂z³₂ · ∂z³₂/∂w²₂₂")
assert derive(part, parameters["w^2_22"]).value == pytest.approx(w2_22.value, rel=1e-12)
assert w1_21.path_count == 2 and w1_21.value == pytest.approx(by_matrices["w^1_21"], rel=1e-12)
assert derive(again, parameters["w^1_21"], method="recursion").value == pytest.approx(w1_21.value, rel=1e-12)
assert w1_21.check() and w2_22.check()

assert growth == {depth: [2 ** (depth - 1), 3 ** (depth - 1), 6 * depth - 1] for depth in (1, 2, 3, 5, 10, 20)}
assert growth[20][1] > 1e9
assert many_paths.path_count == 9 and len(many_paths.equations) == 17

assert 500 < history.epochs < 1500 and "fell by no more than 1e-05" in history.stopped
assert history.loss[-1] < 0.01 < 0.5 < history.loss[0]
assert losses == pytest.approx(history.loss, rel=1e-9)
assert path_counts == {"w^1_11": 6, "w^2_11": 3}
assert np.allclose(delta2 @ a1.T, from_graph, rtol=1e-12)
assert agreement == [True] * 4

assert "z2 = X @ W1.T + b1" in step.source and "dW2 = dz3.T @ a2 / n" in step.source
assert np.allclose(gradient_found, slopes, rtol=0, atol=1e-14) and abs(cost_found - mean_cost.data) < 1e-14
