"""Neurons, layers of them, and the multi-layer perceptron, called as in micrograd.

Labels follow the textbooks: the input is layer 1, so the first hidden layer computes z^2 and a^2; weights count the
gaps, so w^1 leads from layer 1 to layer 2, and w^1_21 to its neuron 2 from input 1.
"""

import random
from collections.abc import Sequence
from typing import Any, Literal, SupportsFloat

import autograd
from autograd import Operation, Value, affine
from nn.module import Module

Bias = Literal["neuron", "layer"] | None


class Neuron(Module):
    """activation(w · x + b), as two nodes: the pre-activation z and the activation a.

    nin: the number of inputs; activation: an operation on one number, or its name; bias: one "neuron" of its own (or
    a Value to share), or None. layer and index are its place, for the labels. Weights start uniform in [-1, 1] and
    biases at 0; rng is where they are drawn from.
    """

    def __init__(
        self,
        nin: int,
        activation: str | Operation = "relu",
        bias: Value | Literal["neuron"] | None = "neuron",
        layer: int = 1,
        index: int = 1,
        rng: random.Random | None = None,
    ) -> None:
        draw = (rng or random).uniform
        self.w = [Value(draw(-1, 1), f"w^{layer}_{_indices(index, k)}") for k in range(1, nin + 1)]
        self.b = Value(0.0, f"b^{layer}_{index}") if bias == "neuron" else bias
        self.activation = activation_named(activation)
        self._z_label, self._a_label = f"z^{layer + 1}_{index}", f"a^{layer + 1}_{index}"

    def __call__(self, x: Sequence[SupportsFloat]) -> Value:
        """The activation for one row of inputs: numbers or Values."""
        return self._forward(_inputs(x, len(self.w), self))

    def _forward(self, x: Sequence[SupportsFloat]) -> Value:
        z = affine(self.w, x, self.b)
        z.label = self._z_label
        a: Value = self.activation(z)
        a.label = self._a_label
        return a

    def __repr__(self) -> str:
        return f"{_REPR.get(self.activation.name, self.activation.name.capitalize())}Neuron({len(self.w)})"


class Layer(Module):
    """nout Neurons on the same inputs. bias: one per "neuron", one for the whole "layer", or None."""

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str | Operation = "relu",
        bias: Bias = "neuron",
        layer: int = 1,
        rng: random.Random | None = None,
    ) -> None:
        if bias not in ("neuron", "layer", None):
            raise ValueError(f"bias is 'neuron', 'layer' or None, got {bias!r}")
        of_each = Value(0.0, f"b_{layer}") if bias == "layer" else bias
        self.neurons = [Neuron(nin, activation, of_each, layer, j, rng) for j in range(1, nout + 1)]

    def __call__(self, x: Sequence[SupportsFloat]) -> Any:
        """The activations for one row of inputs: a list of Values, or the Value itself where there is only one."""
        x = _inputs(x, len(self.neurons[0].w), self)
        out = [neuron._forward(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multi-layer perceptron: nin inputs, then layers of nouts[0], nouts[1], … neurons.

    activation is that of the hidden layers, output_activation that of the last: the name of any operation on one
    number ("relu", "tanh", "sigmoid", "identity", …), or the operation. bias: one per "neuron", one per "layer", or
    None. Weights start uniform in [-1, 1], drawn from seed, or from Python's `random` where it is None.
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | Operation = "relu",
        output_activation: str | Operation = "identity",
        bias: Bias = "neuron",
        seed: int | None = None,
    ) -> None:
        activation_named(activation)  # also where there is no hidden layer
        sizes = [nin, *nouts] if isinstance(nouts, Sequence) else []
        if len(sizes) < 2 or not all(isinstance(size, int) and size > 0 for size in sizes):
            raise ValueError(
                f"an MLP takes a number of inputs and one of neurons for each layer, got {nin!r} and {nouts!r}"
            )
        rng = None if seed is None else random.Random(seed)
        last = len(nouts)
        self.layers = [
            Layer(sizes[i - 1], sizes[i], output_activation if i == last else activation, bias, i, rng)
            for i in range(1, last + 1)
        ]

    def __call__(self, x: Sequence[SupportsFloat]) -> Any:
        """The outputs for one row of inputs: a list of Values, or the Value itself where there is only one.

        Plain numbers become Values labelled x_1, x_2, …
        """
        out: Any = x
        for layer in self.layers:
            out = layer(out if isinstance(out, Sequence) or out is x else [out])
        return out

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


_REPR = {"relu": "ReLU", "identity": "Linear"}  # as micrograd writes them


def activation_named(activation: str | Operation) -> Operation:
    """The operation for an activation: itself, or by name. A ValueError lists what is accepted."""
    named = getattr(autograd, activation, None) if isinstance(activation, str) else activation
    if isinstance(named, Operation) and named.arity and named.arity - len(named.defaults) == 1:
        return named
    accepted = [
        name
        for name in autograd.__all__
        if isinstance(op := getattr(autograd, name), Operation) and op.arity and op.arity - len(op.defaults) == 1
    ]
    raise ValueError(f"an activation is an operation on one number ({', '.join(accepted)}), got {activation!r}")


def _inputs(x: Sequence[SupportsFloat], width: int, where: Module) -> Sequence[SupportsFloat]:
    if not hasattr(x, "__len__"):
        raise TypeError(f"{where} takes a sequence of {width} inputs, got {type(x).__name__}")
    if len(x) != width:
        raise ValueError(f"{where} takes {width} inputs, got {len(x)}")
    return tuple([v if type(v) is Value else Value(v, f"x_{k}") for k, v in enumerate(x, 1)])


def _indices(j: int, k: int) -> str:
    """Two indices as one subscript: 21, but 10,2 where one has two digits."""
    return f"{j}{k}" if j < 10 and k < 10 else f"{j},{k}"
