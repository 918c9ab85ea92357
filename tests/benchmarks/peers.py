"""Who else takes the training step of micrograd's demo (see moons.py): C, NumPy, JAX and PyTorch, on one thread.

A contestant is built by a function without arguments, and then is a function of a number of steps: it takes them, and
returns the losses before each, or before the first FEW of them where making more into Python's numbers would cost as
much as the steps. The first call starts from the initial weights, another where the last one ended.

    on_one_thread()
    run = CONTESTANTS["NumPy"]()
    losses = run(10)

Peers are imported when a contestant is built: ModuleNotFoundError says which is not installed, and FileNotFoundError
that there is no C compiler. on_one_thread has to come before, in a process that one contestant has for itself.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks import moons
from tests.benchmarks.moons import ALPHA, LEARNING_RATE, initial_weights, two_moons

# For OpenBLAS and OpenMP (NumPy, PyTorch), MKL (PyTorch) and XLA (JAX), which takes the size of its pools from NPROC.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NPROC": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
}
SIZES = [2, 16, 16, 1]
PARAMETERS = 337
FEW = 100
SOURCE = Path(__file__).with_name("moons_step.c")

Run = Callable[[int], list[float]]


def on_one_thread() -> None:
    """Hold what this process imports from now on to one thread, and the process to one processor, on Linux.

    The processor is for JAX: whatever it is told, it starts a thread besides the one that waits for it.
    """
    os.environ.update(ONE_THREAD)
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


@cache
def library() -> ctypes.CDLL:
    """moons_step.c, compiled for this processor; FileNotFoundError without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("there is no C compiler: neither cc nor gcc is on the path")
    with TemporaryDirectory() as directory:
        path = str(Path(directory) / "moons_step.so")
        command = [compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", path, str(SOURCE), "-lm"]
        subprocess.run(command, check=True)
        return ctypes.CDLL(path)


def doubles(numbers: list[float]) -> ctypes.Array[ctypes.c_double]:
    """An array of C."""
    return (ctypes.c_double * len(numbers))(*numbers)


def in_c(name: str) -> Run:
    """The steps of one of the functions in moons_step.c, all of a call in a loop of C."""
    function = getattr(library(), name)
    data = two_moons()
    columns = [doubles([x[0] for x, _ in data]), doubles([x[1] for x, _ in data]), doubles([y for _, y in data])]
    parameters = doubles(list(islice(initial_weights(), PARAMETERS)))

    def run(steps: int) -> list[float]:
        losses = (ctypes.c_double * steps)()
        function(ctypes.c_long(steps), ctypes.c_long(len(data)), *columns, parameters, losses)
        return losses[:FEW]

    return run


class OneRow:
    """Steps of gradient descent of the 2-3-1 network on one row (x_1, x_2, y), in C.

    Every neuron is a tanh, as in two_three_one("tanh"). parameters stand in the order of named_parameters(), and so
    does gradient, which a call fills in.
    """

    def __init__(self, row: list[float], parameters: list[float], rate: float) -> None:
        self.function, self.rate = library().one_row, ctypes.c_double(rate)
        self.row, self.parameters = doubles(row), doubles(parameters)
        self.gradient, self.loss = doubles([0.0] * 11), ctypes.c_double()

    def __call__(self, calls: int) -> float:
        """The cost before the last of so many steps."""
        count, loss = ctypes.c_long(calls), ctypes.byref(self.loss)
        self.function(count, self.row, self.rate, self.parameters, self.gradient, loss)
        return self.loss.value


def micrograd() -> Run:
    """As in micrograd's demo."""
    data = two_moons()
    parameters, loss = moons.micrograd()
    for parameter, weight in zip(parameters, initial_weights(), strict=False):
        parameter.data = weight
    training = moons.training([data], parameters, loss, keep_graph=True)
    return lambda steps: list(islice(training, steps))


def layers(numpy: Any) -> list[Any]:
    """The initial weights and biases by layer, [W_1, b_1, W_2, b_2, W_3, b_3], neurons in the rows of W."""
    weights: Iterator[float] = initial_weights()
    result = []
    for inputs, neurons in pairwise(SIZES):
        layer = numpy.array(list(islice(weights, neurons * (inputs + 1)))).reshape(neurons, inputs + 1)
        result += [layer[:, :-1].copy(), layer[:, -1].copy()]
    return result


def rows(numpy: Any) -> tuple[Any, Any]:
    """The inputs, a row each, and the labels."""
    data = two_moons()
    return numpy.array([x for x, _ in data]), numpy.array([float(y) for _, y in data])


def by_numpy() -> Run:
    """Forward and backward by hand, in matrices of all rows."""
    import numpy as np

    x, y = rows(np)
    w1, b1, w2, b2, w3, b3 = parameters = layers(np)

    def step() -> float:
        a1 = np.maximum(x @ w1.T + b1, 0)
        a2 = np.maximum(a1 @ w2.T + b2, 0)
        margins = 1 - y * (a2 @ w3[0] + b3)
        loss = np.maximum(margins, 0).mean() + ALPHA * sum(np.vdot(p, p) for p in parameters)

        d3 = np.where(margins > 0, -y / len(y), 0)
        d2 = np.outer(d3, w3[0]) * (a2 > 0)
        d1 = (d2 @ w2) * (a1 > 0)
        gradients = [d1.T @ x, d1.sum(0), d2.T @ a1, d2.sum(0), d3 @ a2, d3.sum()]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= LEARNING_RATE * (gradient + 2 * ALPHA * parameter)
        return float(loss)

    return lambda steps: [step() for _ in range(steps)]


def by_jax(*, scan: bool = False) -> Run:
    """One compiled function for a step: the loss in matrices, and its gradient by value_and_grad.

    With scan it is for all steps of a call, so that nothing of Python is left between them; it is compiled anew for
    another number of steps.
    """
    import numpy as np

    jax: Any = import_module("jax")  # by its name, so that mypy does not ask for it to be installed
    jax.config.update("jax_enable_x64", True)
    x, y = (jax.numpy.asarray(each) for each in rows(np))
    parameters = [jax.numpy.asarray(p) for p in layers(np)]

    def loss(parameters: list[Any]) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        a1 = jax.nn.relu(x @ w1.T + b1)
        a2 = jax.nn.relu(a1 @ w2.T + b2)
        scores = a2 @ w3[0] + b3
        return jax.nn.relu(1 - y * scores).mean() + ALPHA * sum((p * p).sum() for p in parameters)

    def step(parameters: list[Any], _: None = None) -> tuple[list[Any], Any]:
        value, gradients = jax.value_and_grad(loss)(parameters)
        return [p - LEARNING_RATE * g for p, g in zip(parameters, gradients, strict=True)], value

    compiled = jax.jit(step, donate_argnums=0)
    all_compiled = jax.jit(lambda parameters, steps: jax.lax.scan(step, parameters, length=steps), static_argnums=1)

    def run(steps: int) -> list[float]:
        nonlocal parameters
        losses = []
        if scan:
            parameters, losses = all_compiled(parameters, steps)
        else:
            for _ in range(steps):
                parameters, value = compiled(parameters)
                losses.append(value)
        jax.block_until_ready((parameters, losses))
        return [float(value) for value in losses[:FEW]]

    return run


def by_pytorch() -> Run:
    """A Sequential and an SGD."""
    import numpy as np

    torch: Any = import_module("torch")  # by its name, as above
    nn = torch.nn
    torch.set_num_threads(1)
    x, y = (torch.from_numpy(each) for each in rows(np))
    hidden = [nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU()]
    model = nn.Sequential(*hidden, nn.Linear(16, 1)).double()
    parameters = list(model.parameters())
    with torch.no_grad():
        for parameter, weights in zip(parameters, layers(np), strict=True):
            parameter.copy_(torch.from_numpy(weights))
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE)

    def step() -> float:
        optimizer.zero_grad()
        scores = model(x).squeeze(1)
        loss = torch.relu(1 - y * scores).mean() + ALPHA * sum((p * p).sum() for p in parameters)
        loss.backward()
        optimizer.step()
        result: float = loss.item()
        return result

    return lambda steps: [step() for _ in range(steps)]


CONTESTANTS: dict[str, Callable[[], Run]] = {
    "micrograd": micrograd,
    "NumPy": by_numpy,
    "JAX": by_jax,
    "JAX by scan": partial(by_jax, scan=True),
    "PyTorch": by_pytorch,
    "C": partial(in_c, "plain"),
    "C by lanes": partial(in_c, "by_lanes"),
}
