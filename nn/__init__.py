"""Small neural networks of scalar Values: layers, optimizers, and the textbook networks."""

import autograd

if not hasattr(autograd, "affine"):  # another distribution on PyPI installs an `autograd` too, and may hide this one
    raise ImportError(
        f"nn needs the autograd of scalargrad, but Python found another one at {autograd.__file__}. "
        "Install scalargrad in a virtual environment without the distribution named 'autograd'."
    )

from nn.layers import MLP, Layer, Neuron
from nn.module import Module
from nn.optimizers import SGD

__all__ = ["MLP", "SGD", "Layer", "Module", "Neuron"]
