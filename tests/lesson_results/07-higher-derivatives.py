import numpy as np

assert [nth_derivative(lambda x: x**3, order)(2.0) for order in range(5)] == [8, 12, 12, 6, 0]
assert np.allclose(coefficients, [1, 0, -1 / 2, 0, 1 / 8, 0, -1 / 48, 0, 1 / 384], atol=1e-12)
assert abs(slope.data - (1 - math.tanh(0.5) ** 2)) < 1e-15 and abs(dx.data - math.cos(0.3) * math.cos(1.1)) < 1e-15
assert [sorted(np.linalg.eigvalsh(gradient_and_hessian(egg_box, at)[1]).round(9)) for at in places.values()] == [
    [1, 1],
    [-1, -1],
    [-1, 1],
]
assert abs(from_right[-1] - 2**0.5) < 1e-9 and abs(from_hill[-1]) < 1e-9 and descent[-1] > 1.43
assert [len(path) - 1 for path in bowl_paths.values()] == [232, 1]
assert [len(path) - 1 for path in valley_paths.values()] == [9085, 5] and round(large_one / small_one) == 2508
assert np.allclose(saddle_paths["Newton"][-1], (0, pi / 2), atol=1e-3)
assert np.allclose(saddle_paths["gradient descent"][-1], (pi / 2, pi), atol=1e-2)
assert abs(newton_walk(hyperbola, 0.9, 6)[-1]) < 1e-9 and abs(newton_walk(hyperbola, 1.1, 5)[-1]) > 1e9
assert len(parameters) == 11 and C.data < 1e-12
assert np.allclose(sorted(np.linalg.eigvalsh(H)), [0] * 10 + [2.033], atol=1e-3)
assert abs(grad(grad(a, a.operands[0]), beta).data - 0.192914) < 1e-6
assert lines["squared error"][0].data < -1.5 and 1.7 < lines["pseudo-Huber"][0].data < 2
assert all(
    sum((m(r).data - h) ** 2 for r, h in zip(rows, heights, strict=True)) / len(rows) < 0.01 for m in fits.values()
)
assert np.allclose(log_coefficients[1:], [(-1) ** (n + 1) / n for n in range(1, 9)])
assert abs(anomaly - 0.2 * math.sin(anomaly) - 1) < 1e-12 and abs(anomaly - 1.185324204) < 1e-9
assert np.allclose(jump, [2, -2], atol=1e-4)
