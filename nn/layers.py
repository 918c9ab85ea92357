"""Neurons, layers of them, and the multi-layer perceptron, called as in micrograd.

Labels follow the textbooks: the input is layer 1, so the first hidden layer computes z^2 and a^2; weights count the
gaps, so w^1 leads from layer 1 to layer 2, and w^1_21 to its neuron 2 from input 1.
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from string import Formatter
from typing import Any, Literal, NamedTuple, SupportsFloat

import autograd
from autograd import Operation, Value, affine, at_once
from autograd.core import shown
from nn.losses import NOT_ROWS
from nn.module import Module

Activation = str | Operation | None
Bias = Literal["neuron", "layer"] | None
Initialization = Literal["uniform", "xavier", "he", "zeros", "ones"]
MOST_CHARACTERS = 200  # of the template of a label
Matrix = Sequence[Sequence[SupportsFloat]]


class Labels(NamedTuple):
    """The names of the parameters and nodes of a layer: templates in which an index stands in braces.

    {l} counts the layers of weights from 1, {m} = l + 1 is the layer they lead to; {j} is the neuron, {k} its input;
    {jk}, {kj} and {lj} are two of them as one subscript: 21, but 10,2.
    """

    weight: str = "w^{l}_{jk}"
    bias: str = "b^{l}_{j}"
    layer_bias: str = "b_{l}"
    z: str = "z^{m}_{j}"
    a: str = "a^{m}_{j}"
    x: str = "x_{k}"

    def written(self, name: str, layer: int, j: int = 0, k: int = 0) -> str:
        """The label of a weight, bias, …, for its indices."""
        template: str = getattr(self, name)
        pairs = {"jk": _indices(j, k), "kj": _indices(k, j), "lj": _indices(layer, j)}
        try:
            _require_plain(template)
            return template.format(l=layer, m=layer + 1, j=j, k=k, **pairs)
        except (LookupError, AttributeError, ValueError, TypeError):
            indices = "{l}, {m}, {j}, {k}, {jk}, {kj} and {lj}"
            raise ValueError(
                f"the label of a {name} is a text with the indices {indices}, got {shown(template)}"
            ) from None


@lru_cache
def _require_plain(template: str) -> None:
    """Raise ValueError for a template, from a file perhaps, that would fill the memory or reach into objects."""
    for _, name, spec, conversion in Formatter().parse(template):
        if name is not None and not (name.isalpha() and re.fullmatch(r"[^{}]{0,3}", spec or "") and not conversion):
            raise ValueError(f"{{{name}}} is more than an index")
    if len(template) > MOST_CHARACTERS:
        raise ValueError("it is too long")


TEXTBOOK = Labels()


class Neuron(Module):
    """activation(w · x + b), as two nodes: the pre-activation z and the activation a.

    nin: the number of inputs; activation: an operation on one number, or its name, or None for a neuron that is its
    weighted sum, in one node; bias: one "neuron" of its own (or a Value to share), or None. layer and index are its
    place, for the labels. Weights start as init says for one output (see MLP), and biases at 0; rng is where they are
    drawn from.
    """

    def __init__(
        self,
        nin: int,
        activation: Activation = "relu",
        bias: Value | Literal["neuron"] | None = "neuron",
        layer: int = 1,
        index: int = 1,
        rng: random.Random | None = None,
        *,
        init: Initialization | Callable[[], float] = "uniform",
        labels: Labels = TEXTBOOK,
    ) -> None:
        if bias is not None and bias != "neuron" and not isinstance(bias, Value):
            raise ValueError(f"the bias of a neuron is 'neuron', a Value or None, got {shown(bias)}")
        draw = init if callable(init) else initializer(init, nin, 1, rng)
        self.w = [Value(draw(), labels.written("weight", layer, index, k)) for k in range(1, nin + 1)]
        self.b = Value(0.0, labels.written("bias", layer, index)) if bias == "neuron" else bias
        self.activation = None if activation is None else activation_named(activation)
        self._z_label, self._a_label = (labels.written(name, layer, index) for name in ("z", "a"))
        self._x_labels = [labels.written("x", layer, index, k) for k in range(1, nin + 1)]

    def __call__(self, x: Sequence[SupportsFloat]) -> Value:
        """The activation for one row of inputs: numbers or Values."""
        return self._forward(_inputs(x, self._x_labels, self))

    def _forward(self, x: Sequence[SupportsFloat]) -> Value:
        z: Value = affine(self.w, x, self.b)
        if self.activation is None:
            z.label = self._a_label
            return z
        z.label = self._z_label
        a: Value = self.activation(z)
        a.label = self._a_label
        return a

    def __repr__(self) -> str:
        name = self.activation.name if self.activation else "identity"
        return f"{_REPR.get(name, name.capitalize())}Neuron({len(self.w)})"


class Layer(Module):
    """nout Neurons on the same inputs. bias: one per "neuron", one for the whole "layer", or None.

    weights: the numbers to start with, one row for each neuron; biases: one for each neuron, or the one of the layer.
    Where they are not given, weights start as init says (see MLP), and biases at 0.
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = "relu",
        bias: Bias = "neuron",
        layer: int = 1,
        rng: random.Random | None = None,
        *,
        init: Initialization = "uniform",
        weights: Matrix | None = None,
        biases: Sequence[SupportsFloat] | None = None,
        labels: Labels = TEXTBOOK,
    ) -> None:
        if bias not in ("neuron", "layer", None):
            raise ValueError(f"bias is 'neuron', 'layer' or None, got {shown(bias)}")
        draw = initializer(init if weights is None else "zeros", nin, nout, rng)
        of_each = Value(0.0, labels.written("layer_bias", layer)) if bias == "layer" else bias
        self.neurons = [
            Neuron(nin, activation, of_each, layer, j, init=draw, labels=labels) for j in range(1, nout + 1)
        ]
        if weights is not None:
            _set(self.weights, weights, f"layer {layer} takes {nout} × {nin} weights, got {shown(weights)}")
        if biases is not None:
            count = len(self.biases)
            counted = f"{count} bias" if count == 1 else f"{count or 'no'} biases"
            _set([self.biases], [biases], f"layer {layer} takes {counted}, got {shown(biases)}")

    @property
    def weights(self) -> list[list[Value]]:
        """The weights as a matrix: a row for each neuron, a column for each input."""
        return [neuron.w for neuron in self.neurons]

    @property
    def biases(self) -> list[Value]:
        """The biases: one for each neuron, or the one of the layer, or none."""
        return list(dict.fromkeys(neuron.b for neuron in self.neurons if neuron.b is not None))

    def __call__(self, x: Sequence[SupportsFloat]) -> Any:
        """The activations for one row of inputs: a list of Values, or the Value itself where there is only one."""
        x = _inputs(x, self.neurons[0]._x_labels, self)
        out = [neuron._forward(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multi-layer perceptron: nin inputs, then layers of nouts[0], nouts[1], … neurons.

    activation: that of the hidden layers, with output_activation for the last, or a list with one for each layer.
    Each is the name of any operation on one number ("relu", "tanh", "sigmoid", "identity", …), the operation, or None
    for neurons that are their weighted sum, in one node.
    bias: one per "neuron", one per "layer", or None; or a list with one of these for each layer.
    init: how the weights start; biases start at 0. For a layer of m inputs and n neurons
        "uniform"  between -1 and 1, as in micrograd
        "xavier"   uniform between ±√(6 / (m + n)), X. Glorot and Y. Bengio, AISTATS 2010: for tanh and sigmoid
        "he"       normal with the standard deviation √(2 / m), K. He et al., ICCV 2015: for ReLU
        "zeros", "ones"
    seed: that they are drawn from, or from Python's `random` where it is None.
    weights, biases: numbers to start with instead: for each layer a matrix with a row for each neuron, and a list of
    its biases (None for a layer that is to start as init says, or has none).
    labels: the names of parameters and nodes, or a list with those of each layer.

    Raises ValueError for options that do not exist, and for weights and biases of another shape.
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation | Sequence[Activation] = "relu",
        output_activation: Activation = "identity",
        bias: Bias | Sequence[Bias] = "neuron",
        seed: int | None = None,
        *,
        init: Initialization = "uniform",
        weights: Sequence[Matrix | None] | None = None,
        biases: Sequence[Sequence[SupportsFloat] | None] | None = None,
        labels: Labels | Sequence[Labels] = TEXTBOOK,
    ) -> None:
        sizes = [nin, *nouts] if isinstance(nouts, Sequence) else []
        if len(sizes) < 2 or not all(type(size) is int and size > 0 for size in sizes):
            raise ValueError(
                "an MLP takes a number of inputs and one of neurons for each layer, "
                f"got {shown(nin)} and {shown(nouts)}"
            )
        count = len(nouts)
        if not isinstance(labels, Labels) and not all(isinstance(names, Labels) for names in labels):
            raise ValueError(f"labels are Labels, or a list with those of each layer, got {shown(labels)}")
        activations = _activations(activation, output_activation, count)
        rng = None if seed is None else random.Random(seed)
        self._biases: list[Bias] = _for_each_layer(bias, count, "kinds of bias")
        self._labels: list[Labels] = (
            [labels] * count if isinstance(labels, Labels) else _for_each_layer(labels, count, "labels")
        )
        of_each = zip(
            sizes,
            nouts,
            activations,
            self._biases,
            _given(weights, count, "matrices of weights"),
            _given(biases, count, "lists of biases"),
            self._labels,
            strict=False,
        )
        self.layers = [
            Layer(m, n, f, b, i, rng, init=init, weights=w, biases=numbers, labels=names)
            for i, (m, n, f, b, w, numbers, names) in enumerate(of_each, 1)
        ]
        self.nin, self.nouts = nin, list(nouts)

    def architecture(self) -> dict[str, Any]:
        """The arguments of MLP that build the same network, without its numbers, in JSON's types."""
        return {
            "class": "MLP",
            "nin": self.nin,
            "nouts": self.nouts,
            "activation": [_written(layer.neurons[0].activation) for layer in self.layers],
            "bias": self._biases,
            "labels": [list(of_layer) for of_layer in self._labels],
        }

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
    raise ValueError(f"an activation is an operation on one number ({', '.join(accepted)}), got {shown(activation)}")


def activations() -> list[str]:
    """The names of autograd's operations that are declared as activations."""
    exported = {name: getattr(autograd, name) for name in autograd.__all__}
    return [name for name, op in exported.items() if isinstance(op, Operation) and op.role == "activation"]


def _written(activation: Operation | None) -> str | None:
    """The name of an activation in a file; one of your own is not to be taken for another of the same name."""
    if activation is None or getattr(autograd, activation.__name__, None) is activation:
        return None if activation is None else activation.__name__
    return f"{activation.__name__} (your own)"


def _activations(hidden: Any, output: Activation, count: int) -> list[Activation]:
    if isinstance(hidden, (list, tuple)):
        if output != "identity":
            raise ValueError("where activation is a list, its last is that of the output: leave output_activation out")
        return _for_each_layer(hidden, count, "activations")
    if hidden is not None:
        activation_named(hidden)  # also where there is no hidden layer
    return [hidden] * (count - 1) + [output]


def initializer(init: str, nin: int, nout: int, rng: random.Random | None = None) -> Callable[[], float]:
    """A function that draws a weight for a layer of nin inputs and nout neurons; see MLP."""
    if not all(type(size) is int and size > 0 for size in (nin, nout)):
        raise ValueError(
            f"a layer takes a number of inputs and one of neurons, above 0, got {shown(nin)} and {shown(nout)}"
        )
    draw = rng or random
    limit, deviation = (6 / (nin + nout)) ** 0.5, (2 / nin) ** 0.5
    initializers: dict[str, Callable[[], float]] = {
        "uniform": lambda: draw.uniform(-1, 1),
        "xavier": lambda: draw.uniform(-limit, limit),
        "he": lambda: draw.gauss(0, deviation),
        "zeros": lambda: 0.0,
        "ones": lambda: 1.0,
    }
    if not isinstance(init, str) or init not in initializers:
        raise ValueError(f"init is one of {', '.join(initializers)}, got {shown(init)}")
    return initializers[init]


def _for_each_layer(option: Any, count: int, what: str) -> list[Any]:
    if not isinstance(option, (list, tuple)):
        return [option] * count
    if len(option) != count:
        raise ValueError(f"a network of {count} layers takes as many {what}, got {len(option)}")
    return list(option)


def _given(option: Any, count: int, what: str) -> list[Any]:
    """Numbers for each layer, or None for each."""
    if option is None:
        return [None] * count
    if not _has_order(option):
        raise ValueError(f"a network of {count} layers takes as many {what}, got {shown(option)}")
    return _for_each_layer(list(option), count, what)


def _has_order(x: Any) -> bool:
    return isinstance(x, Iterable) and not isinstance(x, NOT_ROWS)


def _set(values: list[list[Value]], numbers: Any, complaint: str) -> None:
    """Set Values to rows of numbers. Raises ValueError with the complaint where these have another shape."""
    given = [list(row) if _has_order(row) else [] for row in numbers] if _has_order(numbers) else []
    if [len(row) for row in values] != [len(row) for row in given]:
        raise ValueError(complaint)
    pairs = zip(chain(*values), chain(*given), strict=True)
    at_once([(setattr, value, "data", Value(number).data) for value, number in pairs])


def _inputs(x: Sequence[SupportsFloat], labels: list[str], where: Module) -> Sequence[SupportsFloat]:
    if not hasattr(x, "__len__") or isinstance(x, NOT_ROWS):
        raise TypeError(f"{where} takes a sequence of {len(labels)} inputs, got {type(x).__name__}")
    if len(x) != len(labels):
        raise ValueError(f"{where} takes {len(labels)} inputs, got {len(x)}")
    return tuple([v if isinstance(v, Value) else Value(v, label) for v, label in zip(x, labels, strict=True)])


def _indices(j: int, k: int) -> str:
    """Two indices as one subscript: 21, but 10,2 where one has two digits."""
    return f"{j}{k}" if j < 10 and k < 10 else f"{j},{k}"
