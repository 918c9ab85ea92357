assert step.inputs == ("x1", "x2", "y") and len(step.parameters) == len(eager_gradient) == 11
assert abs(mean_loss - eager.data) < 1e-12 and np.abs(mean_gradient - eager_gradient).max() < 1e-12
assert len(calls) == 2  # the second is that of exercise 3
assert "dz3_1 = da3_1 * (1.0 - a3_1 * a3_1)" in step.source and "dz2 = da2 * (1.0 - a2 * a2)" in step.source
assert "dW1 = dz2.T @ X / n" in step.source and "xp.mean(xp.sum(dz2, 1))" in step.source
assert line == "if x > 0:"
assert all(autograd.compile(way).values([-2.0, 3.0]).tolist() == [-0.2, 3.0] for way in leaky_ways.values())
assert frozen.values([1.0]).tolist() == [2.0] and read_anew.values([1.0]).tolist() == [3.0]
on_paper = (2 * np.cos(2 * xs) - xs / 4 * np.sin(2 * xs)) * np.exp(-(xs**2) / 8)
assert np.allclose(slopes, on_paper, atol=1e-12) and abs(curvatures.max() - 3.989) < 5e-4
assert np.allclose(curvatures, np.gradient(slopes, xs) / (1 + slopes**2) ** 1.5, atol=1e-2)
assert np.allclose(smaller, -np.maximum(np.sin(grid_x + grid_y), np.sin(grid_x - grid_y)), atol=1e-7)
assert len(train_images) == 1437 and len(test_images) == 360 and len(reader.parameters()) == 2778 and steps == 2700
assert history.epochs == 60 and accuracy > 0.96 and len(wrong) == 360 - round(360 * accuracy)
assert step.backend.name != "native" or seconds < min(60, eager_seconds / 2)
assert derive(score, reader.layers[1].neurons[1].b).check()
assert abs(ring_losses[-1] - 0.098115) < 1e-5 and ring_accuracy == 0.983
assert own_error < 1e-12
assert gradient_error < 1e-6 and quotient_errors["float64"] < 1e-6 < 1e-2 < quotient_errors["float32"]
