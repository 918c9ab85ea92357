"""A program as a Python function on arrays, at work with an array namespace xp: numpy, jax.numpy, torch or cupy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import lru_cache
from importlib import import_module
from operator import setitem
from typing import Any

from autograd.compiling.arrays import Array, as_numpy
from autograd.compiling.backend import Batches, Quick, State
from autograd.compiling.optional_numpy import np
from autograd.compiling.source.writer import describe, written
from autograd.compiling.trees import with_leaves
from autograd.core import at_once
from autograd.programs import CompileError, Program

# Where array namespaces have the complementary error function; NumPy has none.
ERFC = {"torch": "torch.special", "jax.numpy": "jax.scipy.special", "cupy": "cupyx.scipy.special"}


def _erfc_of(namespace: Any) -> Callable[[Any], Any]:
    home = ERFC.get(getattr(namespace, "__name__", ""))
    function: Callable[[Any], Any] = import_module(home).erfc if home else np.vectorize(math.erfc, otypes=[float])
    return function


@lru_cache(maxsize=128)
def _function(text: str, namespace: Any) -> Callable[..., Any]:
    names: dict[str, Any] = {"erfc": _erfc_of(namespace)}
    exec(compile(text, "<compiled by autograd>", "exec"), names)
    function: Callable[..., Any] = names["program"]
    return function


class SourceKernel:
    """A program as a Python function; see `backend.Kernel`."""

    quick: Quick | None = None

    def __init__(self, program: Program, mean: bool, namespace: Any) -> None:
        self.text, self.mean, self.namespace = written(program), mean, namespace
        self.function = _function(self.text, namespace)

    def __call__(self, columns: Sequence[Array] | Array, rows: int, scalars: Array, output: Array) -> None:
        """Fill output."""
        xp = self.namespace
        if not isinstance(columns, np.ndarray):
            given = np.empty((len(columns), rows), scalars.dtype)
            for row, column in zip(given, columns, strict=True):
                row[...] = column
            columns = given
        if xp is not np:
            columns, scalars = xp.asarray(columns), xp.asarray(scalars)
        with np.errstate(all="ignore") if xp is np else nullcontext():
            results = self.function(xp, scalars, columns)
        if self.mean:
            loss, gradient = results
            output[:-1], output[-1] = as_numpy(gradient), float(loss)
        else:
            for row, result in zip(output, results, strict=True):
                row[...] = as_numpy(result)


class SourceBackend:
    """Python functions on arrays of a namespace; see `backend.Backend`.

    Raises CompileError where the namespace makes arrays of another type than asked for, as JAX does with float64.
    """

    name = "source"

    def __init__(self, dtype: np.dtype[Any], namespace: Any) -> None:
        self.dtype, self.namespace = dtype, namespace
        kept = str(namespace.asarray(np.zeros(1, dtype)).dtype).rpartition(".")[2]
        if kept != dtype.name:
            raise CompileError(
                f"{namespace.__name__} computes in {kept} and not in {dtype}: give dtype={kept!r}, or enable float64 "
                "(in JAX, jax.config.update('jax_enable_x64', True) before anything else)"
            )

    def kernel(self, program: Program, mean: bool) -> SourceKernel:
        """The kernel of a program."""
        return SourceKernel(program, mean, self.namespace)

    def describe(self, program: Program, mean: bool) -> str:
        """The sums and the instructions alike that are found, each of which is computed for all rows at once."""
        return describe(program)

    def descend(self, step: Any, update: Any, batches: Batches, state: State, scalars: Array, losses: Array) -> int:
        """Steps of training, one after another; Ctrl-C leaves none of them half taken."""
        count = state.parameters
        numbers, gradient = state.numbers[:, :count], np.empty(count + 1, self.dtype)
        others = state.scalars[count:]
        for done, scalars_of_step in enumerate(scalars):
            epoch, first = divmod(done, batches.each_epoch)
            first *= batches.size
            chosen: Any = slice(first, first + batches.size)
            if batches.order is not None:
                chosen = batches.order.reshape(-1, batches.rows)[epoch, chosen]
            columns = [column[chosen] if column.ndim else column for column in batches.columns]
            rows = min(batches.size, batches.rows - first)
            step(columns, rows, np.concatenate([numbers[0], others]), gradient)
            finite, moved = np.isfinite(gradient).all(), numbers.copy()
            if finite:
                update([numbers[0], gradient[:-1], *numbers[1:]], count, scalars_of_step, moved)
            at_once(
                [
                    (setitem, numbers, ..., moved),
                    (setitem, state.gradient, slice(count + 1), gradient),
                    (setitem, losses, done, gradient[-1]),
                ]
            )
            if not finite:
                return done
        return len(scalars)


def function_of(program: Program, namespace: Any, aux: Any) -> Callable[..., Any]:
    """The program as a pure function f(parameters, *columns) of arrays of the namespace; see `Compiled.function`.

    aux: the form of what comes beside the loss, or None.
    """
    run, inputs = _function(written(program), namespace), len(program.inputs)

    def function(parameters: Any, *columns: Any) -> Any:
        if len(columns) == 1 and columns[0].ndim == 2:
            rows = columns[0].T
        elif columns:
            rows = namespace.stack(columns)
        else:  # of no inputs, one row
            rows = parameters[:0].reshape(0, 1)
        if len(rows) != inputs:
            raise TypeError(f"this function takes {inputs} columns, or a matrix of as many, got {len(rows)}")
        results = run(namespace, parameters, rows.reshape(inputs, -1) if inputs else rows)
        if aux is None:
            return results
        loss, gradient, beside = results
        return (loss, with_leaves(aux, beside)), gradient

    return function
