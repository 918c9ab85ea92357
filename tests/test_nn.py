"""Modules, layers, the MLP as micrograd's users know it, SGD, and the 2-3-1 network."""

import copy
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, affine, no_grad, tanh
from nn import MLP, SGD, Layer, Module, Neuron
from nn.networks import cost, network, two_three_one

ELEVEN = ["w^1_11", "w^1_12", "w^1_21", "w^1_22", "w^1_31", "w^1_32", "b_1", "w^2_11", "w^2_12", "w^2_13", "b_2"]


def labels(module: Module) -> list[str]:
    return [name for name, _ in module.named_parameters()]


def test_reprs_are_micrograd_s() -> None:
    assert repr(MLP(2, [2, 1])) == "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"
    assert repr(Neuron(3, "tanh")) == "TanhNeuron(3)"


def test_a_single_output_comes_back_as_a_value() -> None:
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    outputs = MLP(2, [3, 2])([1.0, 2.0])
    assert isinstance(outputs, list)
    assert [type(a) for a in outputs] == [Value, Value]
    assert isinstance(MLP(2, [1, 3, 1])([1.0, 2.0]), Value)


def test_the_weights_micrograd_would_draw() -> None:
    """Python's own generator, in micrograd's order: a seeded script gives the same network."""
    random.seed(1337)
    expected = [random.uniform(-1, 1) for _ in range(2 * 3 + 3)]
    random.seed(1337)
    model = MLP(2, [3, 1])
    assert [p.data for p in model.parameters() if p.label and p.label.startswith("w")] == expected
    assert [p.data for p in model.parameters() if p.label and p.label.startswith("b")] == [0.0] * 4


def test_a_seed_is_its_own_generator() -> None:
    state = random.getstate()
    assert (
        MLP(2, [3, 1], seed=5).state_dict()
        == MLP(2, [3, 1], seed=5).state_dict()
        != MLP(2, [3, 1], seed=6).state_dict()
    )
    assert random.getstate() == state


def test_labels() -> None:
    assert labels(MLP(2, [3, 1])) == [
        "w^1_11", "w^1_12", "b^1_1", "w^1_21", "w^1_22", "b^1_2", "w^1_31", "w^1_32", "b^1_3",
        "w^2_11", "w^2_12", "w^2_13", "b^2_1",
    ]  # fmt: skip
    assert labels(MLP(2, [1], bias=None)) == ["w^1_11", "w^1_12"]
    assert "w^1_10,2" in labels(MLP(2, [10]))
    assert "w^1_1,10" in labels(MLP(10, [1]))
    out = MLP(2, [3, 1])([0.5, Value(1.0, "mine")])
    z = out.operands[0]
    hidden = z.operands[3]
    assert (out.label, z.label, hidden.label, hidden.operands[0].label) == ("a^3_1", "z^3_1", "a^2_1", "z^2_1")
    assert [x.label for x in hidden.operands[0].operands] == ["w^1_11", "w^1_12", "x_1", "mine", "b^1_1"]


def test_a_neuron_is_an_affine_node_and_its_activation() -> None:
    a = Neuron(2, "tanh")([0.5, 1.0])
    assert a.op is tanh
    assert a.operands[0].op is affine


def test_a_layer_shares_its_bias() -> None:
    model = MLP(2, [3, 1], bias="layer")
    assert labels(model) == ELEVEN
    assert len({neuron.b for neuron in model.layers[0].neurons}) == 1
    assert len(model.parameters()) == 11


@pytest.mark.parametrize(
    "activation", ["relu", "tanh", "sigmoid", "identity", "gelu", "elu", "leaky_relu", "sin", tanh]
)
def test_any_operation_on_one_number_is_an_activation(activation: str) -> None:
    out = MLP(2, [3, 1], activation, seed=1)([0.5, -1.0])
    out.backward()


@pytest.mark.parametrize("activation", ["rleu", "maximum", "affine", "Value", 3])
def test_what_is_not_an_activation(activation: str) -> None:
    with pytest.raises(ValueError, match=r"an activation is an operation on one number \(abs, .*tanh.*\), got "):
        MLP(2, [1], activation, activation)


@pytest.mark.parametrize(("nin", "nouts"), [(0, [1]), (2, []), (2, [0]), (2, [1.5]), (-1, [2])])
def test_sizes_that_make_no_network(nin: int, nouts: list[int]) -> None:
    with pytest.raises(ValueError, match="an MLP takes a number of inputs and one of neurons for each layer, got"):
        MLP(nin, nouts)


def test_a_bias_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="bias is 'neuron', 'layer' or None, got 'both'"):
        MLP(2, [1], bias="both")  # type: ignore[arg-type]


def test_wrong_inputs_are_refused() -> None:
    model = MLP(2, [3, 1])
    with pytest.raises(ValueError, match=r"takes 2 inputs, got 3"):
        model([1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match=r"accepts real numbers, got str 'a'"):
        model([1.0, "a"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"takes a sequence of 2 inputs, got float"):
        model(1.0)  # type: ignore[arg-type]


def test_inputs_may_come_from_numpy() -> None:
    model = MLP(2, [3, 1], seed=1)
    assert model(np.array([0.5, -1.0])).data == model([0.5, -1.0]).data  # type: ignore[arg-type]


def test_the_forward_pass_against_numpy() -> None:
    model = MLP(3, [4, 2], "tanh", "sigmoid", seed=3)
    x = np.array([0.3, -0.7, 1.1])
    functions: list[Callable[[Any], Any]] = [np.tanh, lambda z: 1 / (1 + np.exp(-z))]
    for layer, f in zip(model.layers, functions, strict=True):
        w = np.array([[p.data for p in neuron.w] for neuron in layer.neurons])
        x = f(w @ x)
    assert [a.data for a in model([0.3, -0.7, 1.1])] == pytest.approx(x, rel=1e-14)


def test_state_dict_round_trip() -> None:
    one, two = MLP(2, [3, 1], seed=1), MLP(2, [3, 1], seed=2)
    two.load_state_dict(one.state_dict())
    assert two.state_dict() == one.state_dict()
    assert two([0.1, 0.2]).data == one([0.1, 0.2]).data


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"w^9_99": 1.0}, KeyError, "unknown w\\^9_99 .*the parameters are w\\^1_11"),
        ({"w^1_11": None}, TypeError, "accepts real numbers, got NoneType"),
        ({"w^1_11": "0.5"}, TypeError, "got str '0.5'"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(
    change: dict[str, float], error: type[Exception], message: str
) -> None:
    model = MLP(2, [3, 1], seed=1)
    before = model.state_dict()
    with pytest.raises(error, match=message):
        model.load_state_dict(dict.fromkeys(before, 7.0) | change)
    assert model.state_dict() == before
    with pytest.raises(KeyError, match="missing b\\^2_1"):
        model.load_state_dict({name: 7.0 for name in before if name != "b^2_1"})
    assert model.state_dict() == before


class Pair(Module):
    """A module of one's own, from two networks and a number without a label."""

    def __init__(self) -> None:
        self.first, self.second = MLP(1, [1], seed=1), MLP(1, [1], seed=2)
        self.scale = Value(2.0)
        self.more = {"a": [Value(1.0, "extra")], "note": "not a parameter"}


def test_modules_of_one_s_own() -> None:
    pair = Pair()
    assert len(pair.parameters()) == 6
    # equal labels would overwrite each other in a state dict: then the place is the name
    assert labels(pair) == [
        "first.layers.0.neurons.0.w.0", "first.layers.0.neurons.0.b",
        "second.layers.0.neurons.0.w.0", "second.layers.0.neurons.0.b", "scale", "more.a.0",
    ]  # fmt: skip
    assert len(pair.state_dict()) == 6


def test_zero_grad_and_sgd() -> None:
    model = MLP(2, [3, 1], "tanh", seed=1)
    optimizer = SGD(model.parameters(), lr=0.1)
    model([1.0, 2.0]).backward()
    before = [(p.data, p.grad) for p in model.parameters()]
    optimizer.step()
    assert [p.data for p in model.parameters()] == [data - 0.1 * grad for data, grad in before]
    model.zero_grad()
    assert all(p.grad == 0 for p in model.parameters())
    model([1.0, 2.0]).backward()
    optimizer.zero_grad()
    assert all(p.grad == 0 for p in model.parameters())


def test_gradient_descent_descends() -> None:
    model = two_three_one("tanh", seed=1)
    optimizer = SGD(model.parameters(), lr=0.1)
    costs = []
    for _ in range(50):
        c = cost(model, [0.5, -0.3], 0.8)
        optimizer.zero_grad()
        c.backward()
        optimizer.step()
        costs.append(c.data)
    assert costs[-1] < 1e-3 < costs[0]
    assert costs == sorted(costs, reverse=True)


def test_models_are_copied_and_pickled_whole() -> None:
    model = two_three_one("sigmoid", seed=1)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin.state_dict() == model.state_dict()
        assert not set(twin.parameters()) & set(model.parameters())
        assert len({neuron.b for neuron in twin.layers[0].neurons}) == 1
        assert twin([0.5, 0.5]).data == model([0.5, 0.5]).data


def test_layers_and_neurons_on_their_own() -> None:
    assert len(Layer(2, 3)([1.0, 2.0])) == 3
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    with pytest.raises(ValueError, match=r"ReLUNeuron\(2\) takes 2 inputs, got 1"):
        Neuron(2)([1.0])


def test_no_grad_keeps_the_numbers() -> None:
    model = MLP(2, [3, 1], seed=1)
    with no_grad():
        out = model([0.5, 1.0])
    assert out.operands == ()
    assert out.data == model([0.5, 1.0]).data


def test_the_2_3_1_network_is_the_textbook_s() -> None:
    """z^2_j = w^1_j1 x_1 + w^1_j2 x_2 + b_1, z^3_1 = Σ w^2_1k a^2_k + b_2, C = (y - a^3_1)²."""
    p = {label: 0.1 * k for k, label in enumerate(ELEVEN, 1)}
    model = two_three_one("tanh", parameters=p)
    assert labels(model) == ELEVEN
    x, y = (0.5, -0.3), 1.0
    a2 = [np.tanh(p[f"w^1_{j}1"] * x[0] + p[f"w^1_{j}2"] * x[1] + p["b_1"]) for j in (1, 2, 3)]
    a3 = np.tanh(sum(p[f"w^2_1{k}"] * a2[k - 1] for k in (1, 2, 3)) + p["b_2"])
    assert model(x).data == pytest.approx(a3, rel=1e-15)
    c = cost(model, x, y)
    assert c.label == "C"
    assert c.data == pytest.approx((y - a3) ** 2, rel=1e-14)
    assert [v.label for v in c.operands] == ["a^3_1", "y"]


@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.sampled_from(["neuron", "layer", None]))
def test_any_sizes(sizes: list[int], bias: str | None) -> None:
    model = network(sizes, "tanh", bias, seed=1)  # type: ignore[arg-type]
    biases = {"neuron": sum(sizes[1:]), "layer": len(sizes) - 1, None: 0}[bias]
    assert len(model.parameters()) == sum(m * n for m, n in pairwise(sizes)) + biases
    assert len(set(labels(model))) == len(model.parameters())
    c = cost(model, [0.1] * sizes[0], [0.2] * sizes[-1])
    c.backward()
    assert c.data == pytest.approx(sum((0.2 - a.data) ** 2 for a in [*np.atleast_1d(model([0.1] * sizes[0]))]))


def test_costs_that_do_not_exist() -> None:
    model = two_three_one()
    with pytest.raises(ValueError, match="the loss is one of squared, half_squared, bce, got 'mse'"):
        cost(model, [1, 2], 1, "mse")
    with pytest.raises(ValueError, match="the network has 1 output, so as many targets, got 2"):
        cost(model, [1, 2], [1, 2])


def test_another_autograd_is_named(tmp_path: Path) -> None:
    """HIPS autograd installs a package of the same name, and may come first on the path."""
    (tmp_path / "autograd.py").write_text("")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import nn"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert run.returncode == 1
    assert str(tmp_path / "autograd.py") in run.stderr
    assert "Install scalargrad in a virtual environment" in run.stderr
