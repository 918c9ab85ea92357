"""Small neural networks of scalar Values: layers, optimizers, and the textbook networks."""

import autograd

if not hasattr(autograd, "affine"):  # another distribution on PyPI installs an `autograd` too, and may hide this one
    raise ImportError(
        f"nn needs the autograd of glassgrad, but Python found another one at {autograd.__file__}. "
        "Install glassgrad in a virtual environment without the distribution named 'autograd'."
    )

from nn.compiled import CompiledTraining
from nn.data import DataError, split
from nn.exploring import explore
from nn.files import ModelFileError
from nn.history import DivergenceError, History, Trace
from nn.layers import MLP, Labels, Layer, Neuron
from nn.losses import Loss, bce, bce_with_logits, cross_entropy, hinge, huber, l2, mae, mse
from nn.module import Module
from nn.optimizers import SGD, Adam, AdamW, Optimizer
from nn.scaling import Scaled, Scaling
from nn.storage import load
from nn.tables import Table, read_csv
from nn.training import train

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
    "huber",
    "l2",
    "load",
    "mae",
    "mse",
    "read_csv",
    "split",
    "train",
]
