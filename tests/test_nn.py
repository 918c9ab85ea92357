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

import autograd
from autograd import Operation, Value, affine, no_grad, tanh
from nn import MLP, SGD, Labels, Layer, Module, Neuron, mse
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
        ({"b^2_1": None}, TypeError, "accepts real numbers, got NoneType"),
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


@pytest.mark.parametrize("depth", [1_200, 10_001])
def test_modules_that_hold_themselves_and_deep_ones(depth: int, tmp_path: Path) -> None:
    """Nothing recurses with what hangs together, and what is shared is not gone through again and again."""

    class Node(Module):
        def __init__(self, parent: Any, label: str | None = None) -> None:
            self.parent, self.w = parent, Value(1.0, label)
            self.children = [self, parent]
            self.children.append(self.children)
            self.by_name: dict[str, Any] = {"me": self}
            self.by_name["all"] = self.by_name

    root = Node(None)
    root.child = Node(root)  # type: ignore[attr-defined]
    chain, nested = root, Value(2.0)
    wide: list[Any] = [Value(3.0)]
    for i in range(depth):
        chain.next = Node(chain, f"w_{i}")  # type: ignore[attr-defined]
        chain = chain.next  # type: ignore[attr-defined]
    deep: Any = nested
    for i in range(depth):
        deep = [deep] if i % 2 else {"in": (deep,)}
    for _ in range(60):
        wide = [wide, wide]  # 2⁶⁰ ways lead to one number
    root.deep, root.wide = deep, wide  # type: ignore[attr-defined]
    parameters = root.parameters()
    assert len(parameters) == len(set(parameters)) == depth + 4
    for parameter in parameters:
        parameter.grad = 1.0
    root.zero_grad()
    assert {parameter.grad for parameter in parameters} == {0.0}
    if depth > 10_000:  # names are paths, and so as long
        return
    assert [name for name, value in root.named_parameters() if value is root.child.w] == ["child.w"]  # type: ignore[attr-defined]
    root.save(tmp_path / "model.json")
    root.load_state_dict(dict.fromkeys(root.state_dict(), 5.0))
    root.load(tmp_path / "model.json")
    assert {parameter.data for parameter in parameters} == {1.0, 2.0, 3.0}


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
    x, y = [0.1] * sizes[0], [0.2] * sizes[-1]
    outputs = [a.data for a in np.atleast_1d(model(x))]
    c = cost(model, x, y)
    c.backward()
    assert c.data == pytest.approx(sum((0.2 - a) ** 2 for a in outputs) / len(outputs))
    assert c.data == pytest.approx(mse([model(x)], [y]).data)
    assert cost(model, x, y, summed=True).data == pytest.approx(sum((0.2 - a) ** 2 for a in outputs))


def test_costs_that_do_not_exist() -> None:
    model = two_three_one()
    with pytest.raises(ValueError, match=r"a loss is one of mse, mae, huber, .*, got 'squared'"):
        cost(model, [1, 2], 1, "squared")
    with pytest.raises(TypeError, match="a cost takes a loss by its name, as a Loss or as an op"):
        cost(model, [1, 2], 1, lambda predictions, targets: 0.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the network has 1 output, so as many targets, got 2"):
        cost(model, [1, 2], [1, 2])


def test_another_autograd_is_named(tmp_path: Path) -> None:
    """HIPS autograd installs a package of the same name, and may come first on the path."""
    (tmp_path / "autograd.py").write_text("")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import nn"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert run.returncode == 1
    assert str(tmp_path / "autograd.py") in run.stderr
    assert "Install glassgrad in a virtual environment" in run.stderr


# ------------------------------------------------------------------------------- what a layer can be made of

UNARY = [
    name
    for name in autograd.__all__
    if isinstance(op := getattr(autograd, name), Operation) and op.arity and op.arity - len(op.defaults) == 1
]


@pytest.mark.parametrize("name", UNARY)
def test_every_operation_on_one_number_is_an_activation_by_name_or_itself(name: str) -> None:
    op = getattr(autograd, name)
    for activation in (name, op):
        layer = Layer(2, 2, activation, weights=[[0.5, 0.25], [0.125, 1.0]], biases=[0.5, -0.5])
        a = layer([1.0, 0.5])
        assert [v.op for v in a] == [op, op]
        assert [v.data for v in a] == [op(1.125), op(0.125)]
        assert [v.operands[0].op for v in a] == [affine, affine]


def test_no_activation_is_no_node() -> None:
    neuron = Neuron(2, None, labels=Labels(a="s"))
    s = neuron([1.0, 2.0])
    assert (s.op, s.label, s.operands) == (affine, "s", (*neuron.w, *s.operands[2:4], neuron.b))
    assert repr(neuron) == "LinearNeuron(2)"


def test_activations_per_layer() -> None:
    model = MLP(2, [3, 2, 1], ["relu", tanh, None], seed=1)
    assert [layer.neurons[0].activation for layer in model.layers] == [autograd.relu, tanh, None]
    model = MLP(2, [3, 2, 1], None, "sigmoid", seed=1)
    assert [layer.neurons[0].activation for layer in model.layers] == [None, None, autograd.sigmoid]


def weights_of(init: Any, nin: int, nout: int, layers: int = 1, seed: int = 0) -> Any:
    model = MLP(nin, [nout] * layers, init=init, seed=seed)
    assert {b.data for layer in model.layers for b in layer.biases} == {0.0}
    return np.array([w.data for layer in model.layers for row in layer.weights for w in row])


@pytest.mark.parametrize(("nin", "nout"), [(50, 60), (200, 20), (10, 300)])
def test_initial_weights_are_distributed_as_their_papers_say(nin: int, nout: int) -> None:
    """Uniform: limit and variance limit²/3. Normal: variance, and the shares within one and two deviations."""
    for init, limit in (("uniform", 1.0), ("xavier", (6 / (nin + nout)) ** 0.5)):
        w = weights_of(init, nin, nout)
        assert 0.99 * limit < abs(w).max() <= limit
        assert w.mean() == pytest.approx(0, abs=4 * limit / (3 * w.size) ** 0.5)
        assert w.var() == pytest.approx(limit**2 / 3, rel=0.06)
        assert np.histogram(w, bins=4, range=(-limit, limit))[0] == pytest.approx(w.size / 4, rel=0.12)
    w, deviation = weights_of("he", nin, nout), (2 / nin) ** 0.5
    assert w.mean() == pytest.approx(0, abs=4 * deviation / w.size**0.5)
    assert w.std() == pytest.approx(deviation, rel=0.05)
    assert (abs(w) < deviation).mean() == pytest.approx(0.683, abs=0.03)
    assert (abs(w) < 2 * deviation).mean() == pytest.approx(0.954, abs=0.02)
    assert abs(w).max() > 3 * deviation


@pytest.mark.pytorch
def test_limits_and_deviations_are_pytorch_s() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torch.manual_seed(1)
    tensor = torch.empty(60, 50)
    assert weights_of("xavier", 50, 60).std() == pytest.approx(
        torch.nn.init.xavier_uniform_(tensor).std().item(), rel=0.05
    )
    he = torch.nn.init.kaiming_normal_(tensor, nonlinearity="relu").std().item()
    assert weights_of("he", 50, 60).std() == pytest.approx(he, rel=0.05)


@pytest.mark.parametrize("init", ["uniform", "xavier", "he"])
def test_each_layer_starts_for_its_own_size_and_from_the_seed(init: Any) -> None:
    assert (weights_of(init, 3, 2, seed=4) == weights_of(init, 3, 2, seed=4)).all()
    assert (weights_of(init, 3, 2, seed=4) != weights_of(init, 3, 2, seed=5)).all()
    model = MLP(4, [100, 100, 2], init="xavier", seed=1)
    for layer, (m, n) in zip(model.layers, [(4, 100), (100, 100), (100, 2)], strict=True):
        largest = max(abs(w.data) for row in layer.weights for w in row)
        assert 0.9 * (6 / (m + n)) ** 0.5 < largest <= (6 / (m + n)) ** 0.5


def test_weights_that_start_alike() -> None:
    assert set(weights_of("zeros", 3, 2, 2)) == {0.0}
    assert set(weights_of("ones", 3, 2, 2)) == {1.0}


@pytest.mark.parametrize(
    ("bias", "expected"),
    [
        ("neuron", ["b^1_1", "b^1_2", "b^2_1", "b^2_2", "b^2_3"]),
        ("layer", ["b_1", "b_2"]),
        (None, []),
        (["layer", None], ["b_1"]),
        (("neuron", "layer"), ["b^1_1", "b^1_2", "b_2"]),
        ([None, "neuron"], ["b^2_1", "b^2_2", "b^2_3"]),
    ],
)
def test_biases_per_neuron_per_layer_or_none_for_each_layer(bias: Any, expected: list[str]) -> None:
    model = MLP(2, [2, 3], bias=bias)
    assert [b.label for layer in model.layers for b in layer.biases] == expected
    assert [name for name in labels(model) if name.startswith("b")] == expected
    x = [0.5, -0.5]
    for layer in model.layers:
        for b in layer.biases:
            b.data = 1.0
    hidden = [
        max(0, np.dot([w.data for w in row], x) + bool(model.layers[0].biases)) for row in model.layers[0].weights
    ]
    out = [np.dot([w.data for w in row], hidden) + bool(model.layers[1].biases) for row in model.layers[1].weights]
    assert [a.data for a in model(x)] == pytest.approx(out)


def test_a_bias_may_be_a_value_of_one_s_own() -> None:
    b = Value(0.25, "mine")
    assert Neuron(1, None, b)([0.0]).data == 0.25
    for wrong in ("layer", 0.25, True):
        with pytest.raises(ValueError, match="the bias of a neuron is 'neuron', a Value or None, got "):
            Neuron(1, None, wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("convert", [list, tuple, np.array])
def test_weights_and_biases_to_start_with(convert: Callable[[Any], Any]) -> None:
    w1, b1, w2, b2 = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], [0.7, 0.8, 0.9], [[1.0, 1.1, 1.2]], [1.3]
    model = MLP(2, [3, 1], tanh, None, weights=[convert(w1), convert(w2)], biases=[convert(b1), convert(b2)])
    assert [[[w.data for w in row] for row in layer.weights] for layer in model.layers] == [w1, w2]
    assert [[b.data for b in layer.biases] for layer in model.layers] == [b1, b2]
    expected = np.array(w2) @ np.tanh(np.array(w1) @ [0.5, -0.5] + b1) + b2
    assert model([0.5, -0.5]).data == pytest.approx(expected[0])
    assert {type(p.data) for p in model.parameters()} == {float}


def test_some_numbers_given_and_others_drawn() -> None:
    drawn = MLP(2, [2, 1], seed=3)
    model = MLP(2, [2, 1], seed=3, bias=["layer", "neuron"], weights=[None, [[1.0, 2.0]]], biases=[[0.5], None])
    assert [w.data for row in model.layers[0].weights for w in row] == [
        w.data for row in drawn.layers[0].weights for w in row
    ]
    assert [p.data for p in model.parameters()][4:] == [0.5, 1.0, 2.0, 0.0]


def test_the_views_are_of_the_parameters_themselves() -> None:
    layer = Layer(3, 2, bias="layer")
    assert [len(row) for row in layer.weights] == [3, 3]
    layer.weights[1][2].data, layer.biases[0].data = 7.0, 8.0
    assert layer.state_dict()["w^1_23"] == 7.0
    assert layer.state_dict()["b_1"] == 8.0
    assert [neuron.b for neuron in layer.neurons] == layer.biases * 2
    assert Layer(3, 2, bias=None).biases == []
    assert {*layer.parameters()} == {w for row in layer.weights for w in row} | {*layer.biases}


mlp: Any = MLP


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: mlp(2, [2, 2], weights=[[[1, 2]], None]), ValueError, r"1 takes 2 × 2 weights, got \[\[1, 2\]\]"),
        (lambda: mlp(2, [2, 1], weights=[None, [[1]]]), ValueError, r"layer 2 takes 1 × 2 weights, got \[\[1\]\]"),
        (lambda: mlp(2, [2], weights=[[[1, 2], [3]]]), ValueError, "layer 1 takes 2 × 2 weights"),
        (lambda: mlp(2, [2, 2], weights=[[1, 2], [3, 4]]), ValueError, r"layer 1 takes 2 × 2 weights, got \[1, 2\]"),
        (lambda: mlp(2, [2, 2], weights=np.eye(2)), ValueError, "layer 1 takes 2 × 2 weights, got array"),
        (lambda: mlp(2, [2], weights=[5]), ValueError, "layer 1 takes 2 × 2 weights, got 5"),
        (lambda: mlp(2, [2, 1], weights=[[[1, 2], [3, 4]]]), ValueError, "2 layers takes as many matrices"),
        (lambda: mlp(2, [2], weights="ones"), ValueError, "takes as many matrices of weights, got 'ones'"),
        (lambda: mlp(2, [1], weights=[[["a", 1]]]), TypeError, "accepts real numbers, got str 'a'"),
        (lambda: mlp(2, [2], biases=[[1]]), ValueError, r"layer 1 takes 2 biases, got \[1\]"),
        (lambda: mlp(2, [2], bias="layer", biases=[[1, 2]]), ValueError, r"layer 1 takes 1 bias, got \[1, 2\]"),
        (lambda: mlp(2, [2], bias=None, biases=[[1, 2]]), ValueError, r"layer 1 takes no biases, got \[1, 2\]"),
        (lambda: mlp(2, [2, 2], biases=[1, 2]), ValueError, "layer 1 takes 2 biases, got 1"),
        (lambda: mlp(2, [2, 2], biases=1), ValueError, "2 layers takes as many lists of biases, got 1"),
        (lambda: mlp(2, [2, 2], bias=["layer"]), ValueError, "2 layers takes as many kinds of bias, got 1"),
        (lambda: mlp(2, [2, 2], ["relu"]), ValueError, "a network of 2 layers takes as many activations, got 1"),
        (lambda: mlp(2, [2, 2], ["relu", None], "tanh"), ValueError, "leave output_activation out"),
        (lambda: mlp(2, [2], init="glorot"), ValueError, "init is one of uniform, xavier, .*, got 'glorot'"),
        (lambda: mlp(2, [2], init=["he"]), ValueError, r"init is one of .*, got \['he'\]"),
        (lambda: mlp(2, [2], labels="w"), ValueError, "labels are Labels, or a list with those of each layer, got 'w'"),
        (lambda: mlp(2, [2, 1], labels=[Labels()]), ValueError, "2 layers takes as many labels, got 1"),
        (lambda: mlp(2, [2], labels=Labels("w_{i}")), ValueError, r"the label of a weight is .*{l}, .*got 'w_{i}'"),
        (lambda: mlp(2, [2], labels=Labels(a="{}")), ValueError, "the label of a a is a text with the indices"),
        (lambda: Layer(0, 2), ValueError, "a layer takes a number of inputs and one of neurons, above 0, got 0 and 2"),
        (lambda: Layer(2, 0), ValueError, "a layer takes a number of inputs and one of neurons, above 0, got 2 and 0"),
        (lambda: Neuron(0), ValueError, "above 0, got 0 and 1"),
    ],
)  # fmt: skip
def test_layers_that_cannot_be_made(make: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_labels_are_templates() -> None:
    all_of_them = Labels("W{l}{m}_{jk}{kj}", "b{lj}", "B{l}{m}", "z{j}", "a{j}{m}", "q{k}")
    model = MLP(2, [2, 1], bias=["neuron", "layer"], labels=all_of_them)
    assert labels(model) == [
        "W12_1111",
        "W12_1221",
        "b11",
        "W12_2112",
        "W12_2222",
        "b12",
        "W23_1111",
        "W23_1221",
        "B23",
    ]
    out = model([0.5, 0.25])
    z = out.operands[0]
    hidden = z.operands[3]
    assert (out.label, z.label, hidden.label, hidden.operands[0].label) == ("a13", "z1", "a22", "z2")
    assert [x.label for x in hidden.operands[0].operands[2:4]] == ["q1", "q2"]


def test_labels_of_each_layer_and_indices_above_nine() -> None:
    model = MLP(11, [10, 1], labels=[Labels(weight="u_{jk}", bias="c_{lj}"), Labels(weight="v_{kj}")])
    assert {"u_9,11", "u_10,1", "u_99", "c_1,10", "v_10,1", "v_91"} <= set(labels(model))
    assert Labels().written("weight", 1, 2, 10) == "w^1_2,10"
