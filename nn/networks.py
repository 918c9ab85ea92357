"""The textbook networks, labelled as in the texts they are known from.

Each is a small function that makes an MLP. parameters gives their numbers by label, {"w^1_11": 0.1, …}; where it is
None they are drawn from seed.
"""

import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, Literal, SupportsFloat

from autograd import Operation, Value, total
from autograd.core import shown
from nn.data import plural
from nn.layers import MLP, Activation, Bias, Initialization, Labels
from nn.losses import Loss, as_list, loss_named

Parameters = Mapping[str, float]


def network(
    sizes: Sequence[int],
    activation: Activation = "identity",
    bias: Bias = "layer",
    seed: int | None = None,
    parameters: Parameters | None = None,
) -> MLP:
    """An MLP of the given sizes, inputs first, with one activation f throughout, as textbooks draw it."""
    return _with(parameters, MLP(sizes[0], sizes[1:], activation, activation, bias, seed))


def two_three_one(
    activation: Activation = "identity",
    bias: Bias = "layer",
    seed: int | None = None,
    parameters: Parameters | None = None,
) -> MLP:
    """The 2-3-1 network: two inputs, three hidden neurons, one output, and one bias for each layer.

        z^2_j = w^1_j1 x_1 + w^1_j2 x_2 + b_1                          a^2_j = f(z^2_j)      j = 1, 2, 3
        z^3_1 = w^2_11 a^2_1 + w^2_12 a^2_2 + w^2_13 a^2_3 + b_2       a^3_1 = f(z^3_1)

    w^l_jk leads to neuron j from neuron k. The eleven parameters are w^1_11, w^1_12, w^1_21, w^1_22, w^1_31, w^1_32,
    b_1, w^2_11, w^2_12, w^2_13 and b_2. f is the activation.
    """
    return network([2, 3, 1], activation, bias, seed, parameters)


def four_two(activation: Activation = None, seed: int | None = None, parameters: Parameters | None = None) -> MLP:
    """The 4 → 2 layer that hands its error back: hidden nodes h_1 … h_4, outputs o_1 and o_2, no biases.

        s_j = w_1j h_1 + w_2j h_2 + w_3j h_3 + w_4j h_4        o_j = σ(s_j), or s_j itself without activation

    w_ij leads from hidden node i to output j. Under E = ½ Σ_j (t_j - o_j)², with e_j = t_j - o_j, a linear layer has
    ∂E/∂h_i = -Σ_j w_ij e_j, and one of sigmoids ∂E/∂w_ij = -e_j σ(s_j) (1 - σ(s_j)) h_i.
    """
    labels = Labels(weight="w_{kj}", z="s_{j}", a="o_{j}", x="h_{k}")
    return _with(parameters, MLP(4, [2], [activation], bias=None, seed=seed, labels=labels))


def shares(error: Any, weights: Sequence[Any]) -> list[Any]:
    """An output's error, split among the nodes that feed it in proportion to their weights: e w_i / Σ_k w_k."""
    whole = reduce(operator.add, weights)
    return [error * w / whole for w in weights]


def handed_back(who: Sequence[Sequence[Any]], errors: Sequence[Any], *, in_proportion: bool = False) -> list[Any]:
    """The errors of hidden nodes from those of the outputs, e_hidden = whoᵀ · e: for node i the sum Σ_j w_ij e_j.

    who: the matrix of output weights, a row for each output. in_proportion keeps the denominators, so that the errors
    add up to those of the outputs: Σ_j (w_ij / Σ_k w_kj) e_j.
    """
    parts = [shares(e, row) if in_proportion else [w * e for w in row] for row, e in zip(who, errors, strict=True)]
    return [reduce(operator.add, of_node) for of_node in zip(*parts, strict=True)]


def two_two_one(
    task: Literal["regression", "classification"] = "regression",
    seed: int | None = None,
    parameters: Parameters | None = None,
    init: Initialization | None = None,
) -> MLP:
    """The 2-2-1 network: a student's CGPA x_1 and IQ x_2 to a salary, or to the probability of a placement.

        O_11 = W^1_11 x_1 + W^1_21 x_2 + b_11        O_12 = W^1_12 x_1 + W^1_22 x_2 + b_12
        Y' = O_21 = W^2_11 O_11 + W^2_21 O_12 + b_21

    W^l_ij leads from node i to node j. There are nine parameters; weights start at 1 and biases at 0, as in the text,
    or as init says (see MLP), which is "uniform" where a seed is given. This is the regression; the classification has
    a sigmoid in every neuron, on z_11, z_12 and Z.
    """
    if task not in ("regression", "classification"):
        raise ValueError(f"the task is 'regression' or 'classification', got {shown(task)}")
    f = None if task == "regression" else "sigmoid"
    init = init or ("ones" if seed is None else "uniform")
    hidden = Labels(weight="W^{l}_{kj}", bias="b_{lj}", z="z_{lj}", a="O_{lj}")
    output = hidden._replace(z="Z", a="Y'")
    return _with(parameters, MLP(2, [2, 1], [f, f], seed=seed, init=init, labels=[hidden, output]))


def four_two_two_one(
    activation: Activation = "sigmoid", seed: int | None = None, parameters: Parameters | None = None
) -> MLP:
    """The 4-2-2-1 network: four inputs, two hidden layers of two neurons, and an output that is a weighted sum.

        x = a^1      z^2 = W^1 x + b^1      a^2 = f(z^2)      z^3 = W^2 a^2 + b^2      a^3 = f(z^3)      s = W^3 a^3

    w^l_jk leads to neuron j from neuron k; W^1 is 2 × 4. Biases are per neuron, and the output has none: 18 parameters.
    With the local gradient δ^l_j = ∂C/∂z^l_j, ∂C/∂w^l_jk = δ^(l+1)_j a^l_k and ∂C/∂b^l_j = δ^(l+1)_j.
    """
    hidden = Labels()
    biases: list[Bias] = ["neuron", "neuron", None]
    labels = [hidden, hidden, hidden._replace(a="s")]
    return _with(parameters, MLP(4, [2, 2, 1], [activation, activation, None], bias=biases, seed=seed, labels=labels))


def cost(
    model: MLP,
    x: Sequence[SupportsFloat],
    y: SupportsFloat | Sequence[SupportsFloat],
    loss: str | Loss | Operation = "mse",
    *,
    label: str = "C",
    target: str = "y",
    summed: bool = False,
) -> Value:
    """The cost C of a network's prediction for the inputs x, where the target is y (one for each output).

    loss: as `train` takes it, by name ("mse" is C = (y - a)², "bce" C = -(y ln a + (1 - y) ln(1 - a))), as a Loss or as
    an operation. Where there are several outputs C is the mean of theirs, as in training, or the sum, as in textbooks,
    where it is to be summed. label and target are what the cost and the targets are called.
    """
    of_rows = loss_named(loss)
    if not isinstance(of_rows, Loss):
        raise TypeError(f"a cost takes a loss by its name, as a Loss or as an operation, got {shown(loss)}")
    outputs, targets = as_list(model(x)), as_list(y)
    if len(targets) != of_rows.targets_of(len(outputs)):
        found = f"{len(outputs)} {plural('output', len(outputs))}"
        takes = "one target for all" if of_rows.joint else "as many targets"
        raise ValueError(f"the network has {found}, so {takes}, got {len(targets)}")
    parts = of_rows.of_row(outputs, targets if of_rows.joint else labelled(targets, target))
    if len(parts) == 1:
        c = parts[0]
    else:
        for i, part in enumerate(parts, 1):
            part.label = f"{label}_{i}"
        c = total(parts) if summed else total(parts) / len(parts)
    c.label = label
    return c


def _with(parameters: Parameters | None, model: MLP) -> MLP:
    if parameters is not None:
        model.load_state_dict(parameters)
    return model


def labelled(numbers: Sequence[SupportsFloat], letter: str, *, counted: bool = False) -> list[Value]:
    """Numbers as Values: y where there is one, or y_1, y_2, … where there are several or they are counted anyway."""
    labels = [letter] if len(numbers) == 1 and not counted else [f"{letter}_{i}" for i in range(1, len(numbers) + 1)]
    return [x if isinstance(x, Value) else Value(x, label) for x, label in zip(numbers, labels, strict=True)]
