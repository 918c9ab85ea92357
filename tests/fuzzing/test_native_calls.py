"""The way into native code and out of it, between pages that nobody may touch: a number too many is a crash.

Random programs run on arrays that begin or end at such pages, are strided, in order or not, and are held against
source and against eager Values.
"""

import ctypes
import mmap
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Descent, Value, grad, maximum, sin, tanh, total
from nn import SGD
from tests.fuzzing import EFFORT, generator

pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")
PAGE = mmap.PAGESIZE
PROT_NONE = 0


class Guarded:
    """Memory for numbers, with a page before it and one behind it that nobody may touch."""

    def __init__(self, size: int) -> None:
        self.inner = -(-max(size, 1) // PAGE) * PAGE
        self.memory = mmap.mmap(-1, self.inner + 2 * PAGE)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        protect: Any = ctypes.CDLL(None, use_errno=True).mprotect
        protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        for page in (start, start + PAGE + self.inner):
            assert protect(page, PAGE, PROT_NONE) == 0

    def array(self, numbers: Any, at_end: bool, stride: int = 1) -> Any:
        """The numbers at one end of it, so many apart."""
        size = numbers.dtype.itemsize * (stride * (len(numbers) - 1) + 1)
        start = PAGE + (self.inner - size if at_end else 0)
        whole = np.frombuffer(self.memory, np.uint8)[start : start + size].view(numbers.dtype)
        whole[::stride] = numbers
        return whole[::stride]


def guarded(random: Random, numbers: Any) -> Any:
    stride = random.choice([1, 1, 1, 2, 5])
    return Guarded(numbers.nbytes * stride).array(numbers, random.random() < 0.6, stride)


def program(random: Random, parameters: list[Value]) -> Callable[..., Value]:
    """A function of some layers of neurons, or of operations in no order."""
    seed, steps, wide = random.random(), random.randint(1, 40), random.random() < 0.5

    def function(*inputs: Value) -> Value:
        draw, nodes = Random(seed), [*inputs, *parameters]
        if wide:
            sums = [total([w * x for w in parameters[i::2]]) for i, x in enumerate(inputs)]
            nodes += [tanh(z) for z in sums]
        for _ in range(steps):
            x, y = draw.choice(nodes), draw.choice(nodes)
            nodes.append([x * y, x - y, maximum(x, y), sin(x), tanh(x + y)][draw.randrange(5)])
        return tanh(nodes[-1]) + total(nodes[-3:]) / 100  # type: ignore[no-any-return]

    return function


def attempt(random: Random) -> None:
    """One program, on rows of several numbers."""
    dtype = random.choice(["float64", "float32"])
    ws = [Value(random.uniform(-1, 1)) for _ in range(random.choice([1, 2, 3, 7, 16, 17, 40]))]
    inputs = random.choice([1, 2, 3, 5, 41])
    function = program(random, ws)
    step, source = (
        autograd.compile(function, ws, inputs=inputs, backend=backend, dtype=dtype) for backend in ("native", "source")
    )
    close: Any = {"rtol": 1e-8, "atol": 1e-8} if dtype == "float64" else {"rtol": 1e-3, "atol": 1e-3}
    for rows in random.sample([1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 255, 256, 257, 600, 5000], 3):
        plain = [np.array([random.uniform(-1, 1) for _ in range(rows)], dtype) for _ in range(inputs)]
        columns = [float(x[0]) if i and random.random() < 0.1 else guarded(random, x) for i, x in enumerate(plain)]
        loss, gradient = step(*columns)
        expected, slopes = source(*columns)
        np.testing.assert_allclose([loss, *gradient], [expected, *slopes], **close)
        scalars, output = (
            Guarded(x.nbytes).array(x, random.random() < 0.6) for x in (step.numbers(), np.zeros(len(ws) + 1, dtype))
        )
        step.means_kernel([np.asarray(x, dtype) for x in columns], rows, scalars, output)
        np.testing.assert_allclose(output, [*gradient, loss], **close)
        numbers = guarded(random, step.numbers())
        found = step.values(*columns, numbers=numbers)
        np.testing.assert_allclose(found, source.values(*columns), **close)
        descent = Descent(step, SGD(ws, 1e-3, momentum=0.9))
        size, steps = random.randint(1, rows), random.randint(1, 5)
        order = [random.sample(range(rows), rows) for _ in range(steps)] if random.random() < 0.5 else None
        descent.run(columns, steps, size, order)
        assert descent.steps == steps
    eager = function(*[Value(float(x if isinstance(x, float) else x[0])) for x in columns])
    found = step.values(*[x if isinstance(x, float) else x[:1] for x in columns])
    np.testing.assert_allclose(found, eager.data, **close)
    assert len(grad(eager, ws)) == len(ws)


def fuzz(tries: int, seed: int) -> None:
    """All of them, in this process."""
    random = Random(seed)
    for _ in range(tries):
        attempt(random)


@pytest.mark.skipif(not hasattr(mmap, "PROT_READ"), reason="this system protects no pages")
def test_nothing_is_read_or_written_beyond_what_was_given() -> None:
    seed = generator().randrange(10**9)
    code = f"from tests.fuzzing import test_native_calls as t; t.fuzz({3 * EFFORT}, {seed})"
    run = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code], capture_output=True, text=True,
        cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]


def test_the_guards_bite() -> None:
    code = (
        "import numpy as np; from tests.fuzzing.test_native_calls import Guarded; "
        "x = Guarded(80).array(np.ones(10), True); np.lib.stride_tricks.as_strided(x, (11,), (8,)).sum()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=Path(__file__).parent.parent.parent)
    assert run.returncode < 0
