"""The textbook networks."""

from collections.abc import Mapping, Sequence
from typing import SupportsFloat

from autograd import Operation, Value, binary_cross_entropy, squared_error, total
from nn.layers import MLP, Bias

LOSSES = {"squared": squared_error, "bce": binary_cross_entropy}


def network(
    sizes: Sequence[int],
    activation: str | Operation = "identity",
    bias: Bias = "layer",
    seed: int | None = None,
    parameters: Mapping[str, float] | None = None,
) -> MLP:
    """An MLP of the given sizes, inputs first, with one activation f throughout, as textbooks draw it.

    parameters: the number of every parameter by label, {"w^1_11": 0.1, …}; drawn from seed where None.
    """
    model = MLP(sizes[0], sizes[1:], activation, activation, bias, seed)
    if parameters is not None:
        model.load_state_dict(parameters)
    return model


def two_three_one(
    activation: str | Operation = "identity",
    bias: Bias = "layer",
    seed: int | None = None,
    parameters: Mapping[str, float] | None = None,
) -> MLP:
    """The 2-3-1 network: two inputs, three hidden neurons, one output, and one bias for each layer.

        z^2_j = w^1_j1 x_1 + w^1_j2 x_2 + b_1                          a^2_j = f(z^2_j)      j = 1, 2, 3
        z^3_1 = w^2_11 a^2_1 + w^2_12 a^2_2 + w^2_13 a^2_3 + b_2       a^3_1 = f(z^3_1)

    w^l_jk leads to neuron j from neuron k. The eleven parameters are w^1_11, w^1_12, w^1_21, w^1_22, w^1_31, w^1_32,
    b_1, w^2_11, w^2_12, w^2_13 and b_2. f is the activation; parameters gives their numbers by label, or they are
    drawn from seed.
    """
    return network([2, 3, 1], activation, bias, seed, parameters)


def cost(
    model: MLP, x: Sequence[SupportsFloat], y: SupportsFloat | Sequence[SupportsFloat], loss: str = "squared"
) -> Value:
    """The cost C of a network's prediction for the inputs x, where the target is y (one for each output).

    loss: "squared", C = (y - a)², or "bce", C = -(y ln a + (1 - y) ln(1 - a)); summed where there are several outputs.
    """
    if loss not in LOSSES:
        raise ValueError(f"the loss is one of {', '.join(LOSSES)}, got {loss!r}")
    outputs = model(x)
    outputs = [outputs] if isinstance(outputs, Value) else outputs
    targets = list(y) if isinstance(y, Sequence) else [y]
    if len(targets) != len(outputs):
        outputs_found = f"{len(outputs)} {'output' if len(outputs) == 1 else 'outputs'}"
        raise ValueError(f"the network has {outputs_found}, so as many targets, got {len(targets)}")
    if len(outputs) == 1:
        c: Value = LOSSES[loss](outputs[0], _labelled(targets[0], "y"))
    else:
        costs = [
            LOSSES[loss](a, _labelled(t, f"y_{i}")) for i, (a, t) in enumerate(zip(outputs, targets, strict=True), 1)
        ]
        for i, part in enumerate(costs, 1):
            part.label = f"C_{i}"
        c = total(costs)
    c.label = "C"
    return c


def _labelled(x: SupportsFloat, label: str) -> Value:
    return x if isinstance(x, Value) else Value(x, label)
