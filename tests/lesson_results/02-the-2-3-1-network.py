near = lambda found, expected, within=5e-5: abs(found - expected) < within
gradients = {
    "w^1_11": -0.37,
    "w^1_12": -0.74,
    "w^1_21": 0.296,
    "w^1_22": 0.592,
    "w^1_31": -0.222,
    "w^1_32": -0.444,
    "b_1": -0.296,
    "w^2_11": -0.444,
    "w^2_12": -0.148,
    "w^2_13": -0.518,
    "b_2": -0.74,
}
assert list(derivations) == list(gradients)
assert all(near(derivations[label].value, slope, 1e-12) and checks[label] for label, slope in gradients.items())
assert all(near(parameters[label].grad, slope, 1e-12) for label, slope in gradients.items())
assert {label: d.path_count for label, d in derivations.items() if d.path_count != 1} == {"b_1": 3}
assert max(map(abs, gradients.values())) == 0.74 and min(map(abs, gradients.values())) == 0.148
assert near(a.data, 0.63, 1e-12) and near(C.data, 0.1369, 1e-12) and near(after.data, 0.0392)
assert stepped.state_dict() == updated
assert (paths, factors, len(edges)) == (13, 57, 21)
assert (of_b1.path_count, len(of_b1.edges)) == (2187, 83)
of_w21 = {
    f: derive(cost(m, [1.0, 2.0], 1.0), dict(m.named_parameters())["w^1_21"]).value
    for f, m in (("sigmoid", with_sigmoid), ("tanh", with_tanh))
}
assert near(of_w21["sigmoid"], 0.0175) and near(of_w21["tanh"], 0.273)
losses = [h.loss[-1] for h in histories.values()]
assert losses[0] < 1e-20 < losses[1] < 1e-9 < losses[2]
assert near(slope_1, 0.6, 1e-9) and near(slope_2, -0.3, 1e-9) and near(at_zero, 0.1, 1e-9)
assert near(runs["identity, seed 1"].loss[-1], 1, 1e-6)
assert all(abs(trained["identity, seed 1"](row).data) < 0.005 for row in corners)
tanhs = [name for name in runs if name.startswith("tanh")]
assert all(trained[name](row).data * y > 0.85 for name in tanhs for row, y in zip(corners, signs, strict=True))
assert [runs[name].loss[299] > 0.4 for name in tanhs] == [False, True]
assert len(thirteen.parameters()) == 13
assert near(sum(of_biases), -0.296, 1e-12) and of_biases[0] == derivations["w^1_11"].value
assert best in (0.1, 0.11) and worse == 0.21 and cost_after[best] < 0.0004
assert list(alive) == ["b_2"]
