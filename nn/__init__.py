"""Small neural networks of scalar Values: layers, optimizers, and the textbook networks."""

import autograd

if not hasattr(autograd, "affine"):  # another distribution on PyPI installs an `autograd` too, and may hide this one
    raise ImportError(
        f"nn needs the autograd of glassgrad, but Python found another one at {autograd.__file__}. "
        "Install glassgrad in a virtual environment without the distribution named 'autograd'."
    )

from nn.compiled import CompiledTraining
from nn.data import DataError, Scaled, Scaling, split
from nn.exploring import explore
from nn.layers import MLP, Labels, Layer, Neuron
from nn.losses import Loss, bce, bce_with_logits, cross_entropy, hinge, l2, mse
from nn.module import Module
from nn.optimizers import SGD, Adam, AdamW, Optimizer
from nn.storage import ModelFileError, load
from nn.tables import Table, read_csv
from nn.training import DivergenceError, History, Trace, train

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "CompiledTraining",
    "DataError",
    "DivergenceError",
    "History",
    "Labels",
    "Layer",
    "Loss",
    "ModelFileError",
    "Module",
    "Neuron",
    "Optimizer",
    "Scaled",
    "Scaling",
    "Table",
    "Trace",
    "bce",
    "bce_with_logits",
    "cross_entropy",
    "explore",
    "hinge",
    "l2",
    "load",
    "mse",
    "read_csv",
    "split",
    "train",
]
