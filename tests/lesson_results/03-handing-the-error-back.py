near = lambda found, expected, within=5e-5: abs(found - expected) < within
assert near(outputs[0].data, 0.92, 1e-12) and near(errors[0], 0.08, 1e-12) and near(errors[1], -0.17, 1e-12)
assert near(of_first[0], 0.08 * 0.6 / 1.3, 1e-12) and [round(share, 4) for share in of_first] == [
    0.0369,
    0.0246,
    0.0062,
    0.0123,
]
assert near(sum(of_first), 0.08, 1e-12) and near(sum(in_proportion), -0.09, 1e-12)
assert np.allclose(matrix.sum(axis=0), 1) and np.allclose(matrix @ errors, in_proportion)
assert np.allclose(hidden_errors, [-0.003, -0.053, -0.026, -0.103]) and np.allclose(
    hidden_errors, np.array(who).T @ errors
)
assert [round(value, 4) for value in in_proportion] == [0.0069, -0.0254, -0.0138, -0.0577]
linear = cost(
    four_two(parameters=weights), h_again := [Value(x.data) for x in h], targets, half_squared_error, summed=True
)
linear.backward()
assert np.allclose([-x.grad for x in h_again], hidden_errors)
assert of_h1.path_count == 2 and near(of_h1.value, 0.003, 1e-12) and of_h1.check()
assert E_shrunk.data < E.data
assert len(found) == 8 and all(near(d.value, by_formula[label], 1e-14) and d.check() for label, d in found.items())
assert all(near(parameters[label].grad, by_formula[label], 1e-14) for label in found)
assert near(right, -0.05226) and not near(with_o, right, 0.005)
steps = [
    cost(
        four_two("sigmoid", parameters={label: weights[label] - 0.5 * sign * by_formula[label] for label in weights}),
        h,
        targets,
        half_squared_error,
        summed=True,
    ).data
    for sign in (1, -1)
]
assert steps[0] < E_sigmoid.data < steps[1]
assert [round(x, 4) for x in flat] == [-1.3008, 0.1699, 1.1309]
assert near(from_left[-1], flat[0], 1e-3) and near(from_right[-1], flat[2], 1e-3) and f(flat[0]) < f(flat[2]) - 2
assert near(walk(0.16, 0.02, 100)[-1], flat[0], 1e-3) and near(walk(0.18, 0.02, 100)[-1], flat[2], 1e-2)
assert (
    rates["lr 0.001"][-1] > 1.5
    and near(rates["lr 0.02"][-1], flat[2], 1e-3)
    and near(rates["lr 0.1"][-1], flat[0], 1e-3)
)
assert (
    rates["lr 0.1"][1] < flat[1]
    and abs(rates["lr 0.15"][-1] - rates["lr 0.15"][-2]) > 0.3
    and max(rates["lr 0.15"][1:]) < flat[1]
)
assert leaps_out[1] > flat[1] and near(leaps_out[-1], flat[2], 1e-3) and abs(walk(2.0, 0.2, 4)[-1]) > 1000
assert max(map(abs, mixed_shares)) > 0.47 and np.allclose(handed, [-gradient for gradient in gradients])
assert [positions[-1] < 0 for positions in rolled.values()] == [False, False, False, True]
