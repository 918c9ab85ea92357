assert len(rows) == 100 and len(model.parameters()) == 337
assert nn.hinge.accuracy([line(row) for row in rows], labels) == 0.85
assert [round(loss, 6) for loss in history.loss[:4]] == [0.895844, 1.723591, 0.742901, 0.770564]  # micrograd's
assert history.epochs == 100 and history.metrics["accuracy"][-1] == 1 and abs(history.loss[-1] - 0.010978) < 1e-5
assert sorted(snapshots) == [*range(101)] and model.state_dict() == snapshots[100]
assert all(nn.hinge.accuracy([network(row) for row in rows], labels) == 1 for network in small.values())
assert len(train_images) == 300 and len(test_images) == 200
assert accuracy == 0.955 and len(wrong) == 9 == len(of_wrong)
assert sum(of_right) / len(of_right) > 0.85 > 0.55 > sum(of_wrong) / len(of_wrong)
assert len(topological_order(loss_of_one)) == 1327
assert (quick_accuracy, start_accuracy, flat_accuracy) == (0.96, [0.95, 0.89], 0.91)
