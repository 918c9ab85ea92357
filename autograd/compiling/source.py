"""The source backend: a program as a straight-line Python function on arrays, and that function at work.

It computes with the functions of an array namespace xp: numpy, jax.numpy, torch or cupy.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import lru_cache
from importlib import import_module
from operator import setitem
from typing import Any

from autograd.compiling.arrays import Array, as_numpy
from autograd.compiling.backend import Batches, Quick, State
from autograd.compiling.optional_numpy import np
from autograd.core import Operation, at_once, constant
from autograd.core import operations as ops
from autograd.programs import CompileError, Program, ProgramWriter

# How each primitive is written.
LOWERINGS: dict[Operation, str] = {
    ops.add: "x + y",
    ops.sub: "x - y",
    ops.mul: "x * y",
    ops.div: "x / y",
    ops.neg: "-x",
    ops.mul_no_nan: "xp.where((x == 0) & (abs(y) == xp.inf) | (abs(x) == xp.inf) & (y == 0), 0.0, x * y)",
    ops.sub_no_nan: "xp.where(x == y, 0.0, x - y)",
    ops.pow: "x ** y",
    ops.exp: "xp.exp(x)",
    ops.expm1: "xp.expm1(x)",
    ops.log: "xp.log(x)",
    ops.log1p: "xp.log1p(x)",
    ops.sqrt: "xp.sqrt(x)",
    ops.sin: "xp.sin(x)",
    ops.cos: "xp.cos(x)",
    ops.tanh: "xp.tanh(x)",
    ops.erfc: "erfc(x)",
    ops.maximum: "xp.where(x < y, y, xp.where(x >= y, x, x + y))",  # nan if either is
    ops.step: "xp.where(x > 0, 1.0, xp.where(x <= 0, 0.0, x))",
    ops.abs: "abs(x)",
}
# At a tie, as of -0 and 0, the first counts: array libraries do not agree on that. For a number and an array,
LARGER_THAN = {1: "xp.where(x < y, y, x)", 0: "xp.where(x >= y, x, y)"}  # by which of the two is the number
# Array libraries take this power for the square root, but (-inf) ** 0.5 is inf, and (-0.0) ** 0.5 is 0.
SQUARE_ROOT = "xp.where(x == -xp.inf, xp.inf, x ** y + 0.0)"


class SourceWriter(ProgramWriter):
    """Writes a function program(xp, parameters, *inputs)."""

    lowerings = LOWERINGS
    taken = frozenset({"xp", "parameters", "erfc", "abs", "program"})

    def line(self, name: str, text: str) -> str:
        """An assignment."""
        return f"    {name} = {text}"

    def number(self, number: float) -> ast.expr:
        """nan, inf or -inf of the namespace."""
        if math.isnan(number):
            return ast.Attribute(ast.Name("xp"), "nan")
        infinity = ast.Attribute(ast.Name("xp"), "inf")
        return infinity if number > 0 else ast.UnaryOp(ast.USub(), infinity)

    def template(self, op: Operation, operands: tuple[int, ...]) -> str:
        """The template of a primitive; where an operand is a number, one that all namespaces understand."""
        given = [self.program.instructions[x] for x in operands]
        if op is ops.maximum:
            numbers = [n for n, instruction in enumerate(given) if instruction.op is constant]
            return LARGER_THAN[numbers[0]] if numbers else LOWERINGS[op]
        if op is ops.pow and given[1][0::2] == (constant, 0.5):
            return SQUARE_ROOT
        return LOWERINGS[op]

    def write(self) -> str:
        """The text."""
        program = self.program
        inputs = [self.names.new(label, "x") for label in program.inputs]
        parameters = [self.names.new(label, "p") for label in program.parameters]
        self.write_lines(inputs, parameters)
        returned = self._returned()
        head = [f"def program({', '.join(['xp', 'parameters', *inputs])}):"]
        if any(op is ops.erfc for op, _, _ in program.instructions):
            head.insert(0, "# erfc: the complementary error function on arrays, such as scipy.special.erfc")
        if parameters:
            head += _wrapped(f"    {', '.join(parameters)}{',' * (len(parameters) == 1)} = parameters")
        return "\n".join([*head, *self.lines, *returned])

    def _returned(self) -> list[str]:
        program = self.program
        if program.gradient is None:
            return _wrapped(f"    return [{', '.join(map(self.text, program.outputs))}]")
        means = ", ".join([self._mean(i) for i in program.gradient])
        loss, gradient = self.names.new("loss", "loss"), self.names.new("gradient", "gradient")
        return [
            f"    {loss} = {self._mean(program.outputs[0])}",
            *_wrapped(f"    {gradient} = [{means}]"),
            f"    return {loss}, {gradient}",
        ]

    def _mean(self, i: int) -> str:
        return f"xp.mean({self.text(i)})" if self.program.varies[i] else self.text(i)


def _wrapped(line: str, width: int = 120) -> list[str]:
    """A line with commas, broken after some of them."""
    if len(line) <= width:
        return [line]
    lines, indent = [""], " " * 8
    left, equals, right = line.partition(" = ")
    if equals and right == "parameters":
        line = f"    ({left.strip()}) = parameters"
    for part in re.split(r"(?<=, )", line):
        if lines[-1].strip() and len(lines[-1]) + len(part.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(indent)
        lines[-1] += part
    return lines


def written(program: Program) -> str:
    """The program as a Python function program(xp, parameters, *inputs).

    It returns the mean of the loss and a list of the means of the gradient; without a gradient, a list of outputs.
    """
    return SourceWriter(program).write()


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
        given = [*columns, scalars] if xp is np else [xp.asarray(array) for array in (*columns, scalars)]
        with np.errstate(all="ignore") if xp is np else nullcontext():
            results = self.function(xp, given[-1], *given[:-1])
        if self.mean:
            loss, gradient = results
            output[:] = [float(x) for x in (*gradient, loss)]
        else:
            for row, result in zip(output, results, strict=True):
                row[:] = as_numpy(result)


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
        """The number of instructions: each is written as it is."""
        return f"{len(program.instructions)} instructions, each of which is computed for all rows"

    def descend(self, step: Any, update: Any, batches: Batches, state: State, scalars: Array, losses: Array) -> int:
        """Steps of training, one after another; Ctrl-C leaves none of them half taken."""
        count = state.parameters
        numbers, gradient = state.numbers[:, :count], np.empty(count + 1, self.dtype)
        for done, scalars_of_step in enumerate(scalars):
            epoch, first = divmod(done, batches.each_epoch)
            first *= batches.size
            chosen: Any = slice(first, first + batches.size)
            if batches.order is not None:
                chosen = batches.order.reshape(-1, batches.rows)[epoch, chosen]
            columns = [column[chosen] if column.ndim else column for column in batches.columns]
            rows = min(batches.size, batches.rows - first)
            step(columns, rows, numbers[0], gradient)
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
