"""The source backend: a program as a straight-line Python function on arrays, and that function at work.

The text is what a person would write: a line for each labelled node, in the names of the labels, with what is used
once inside the line that uses it. It computes with the functions of an array namespace xp: numpy, jax.numpy, torch or
cupy.
"""

import ast
import keyword
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from autograd import operations as ops
from autograd.compiling.backends import Array, Batches, Quick, State
from autograd.compiling.program import DOT, INPUT, PARAMETER, Program
from autograd.declaration import Operation, constant

# How each primitive is written.
LOWERINGS: dict[Operation, str] = {
    ops.add: "x + y",
    ops.sub: "x - y",
    ops.mul: "x * y",
    ops.div: "x / y",
    ops.neg: "-x",
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
    ops.maximum: "xp.maximum(x, y)",
    ops.step: "xp.where(x > 0, 1.0, xp.where(x <= 0, 0.0, x))",
    ops.abs: "abs(x)",
}
# Of a number and an array: PyTorch has maximum for arrays alone. At a tie it is the first that counts, as -0 and 0 do.
LARGER_THAN = {1: "xp.where(x < y, y, x)", 0: "xp.where(x >= y, x, y)"}  # by the place of the number
# Array libraries take this power for the square root, but (-inf) ** 0.5 is inf, and (-0.0) ** 0.5 is 0.
SQUARE_ROOT = "xp.where(x == -xp.inf, xp.inf, x ** y + 0.0)"
LONGEST_LINE = 12  # operations; longer expressions are taken apart
ALWAYS_TAKEN = {"xp", "parameters", "erfc", "abs", "program"}


class Names:
    """Python's names for labels, each given once."""

    def __init__(self) -> None:
        self.taken = set(ALWAYS_TAKEN)
        self.counts: Counter[str] = Counter()

    def new(self, label: str | None, otherwise: str) -> str:
        """A name like the label: w1_21 for w^1_21; or otherwise, with a number where there is no label."""
        plain = re.sub(r"\W", "_", (label or "").replace("^", "").replace("'", "_hat"), flags=re.ASCII).strip("_")
        if plain and not plain[0].isdigit() and not keyword.iskeyword(plain) and plain not in self.taken:
            self.taken.add(plain)
            return plain
        stem = plain if plain.isidentifier() and not keyword.iskeyword(plain) else otherwise
        while True:
            self.counts[stem] += 1
            name = f"{stem}_{self.counts[stem]}"
            if name not in self.taken:
                self.taken.add(name)
                return name


class Writer:
    """Writes the function. Expressions are Python's syntax trees, which know where brackets belong."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = Names()
        self.lines: list[str] = []
        self.expressions: dict[int, ast.expr] = {}
        self.sizes: dict[int, int] = {}
        self.uses = Counter(x for _, operands, _ in program.instructions for x in operands)
        self.uses.update(program.results)

    def write(self) -> str:
        """The text."""
        program = self.program
        inputs = [self.names.new(label, "x") for label in program.inputs]
        parameters = [self.names.new(label, "p") for label in program.parameters]
        for i, (op, operands, number) in enumerate(program.instructions):
            if op is INPUT:
                self._set(i, ast.Name(inputs[int(number)]), 0)
            elif op is PARAMETER:
                self._set(i, ast.Name(parameters[int(number)]), 0)
            elif op is constant:
                self._constant(i, number)
            elif op is DOT:
                self._sum(i, operands)
            else:
                self._operation(i, op, operands)
        returned = self._returned()
        head = [f"def program({', '.join(['xp', 'parameters', *inputs])}):"]
        if any(op is ops.erfc for op, _, _ in program.instructions):
            head.insert(0, "# erfc: the complementary error function on arrays, such as scipy.special.erfc")
        if parameters:
            head += _wrapped(f"    {', '.join(parameters)}{',' * (len(parameters) == 1)} = parameters")
        return "\n".join([*head, *self.lines, *returned])

    def _operation(self, i: int, op: Operation, operands: tuple[int, ...]) -> None:
        template = LOWERINGS[op]
        if op is ops.maximum:
            numbers = [n for n, x in enumerate(operands) if self.program.instructions[x].op is constant]
            template = LARGER_THAN[numbers[0]] if numbers else template
        elif op is ops.pow and self.program.instructions[operands[1]][0::2] == (constant, 0.5):
            template = SQUARE_ROOT
        for x, letter in zip(operands, "xy", strict=False):
            if self.sizes[x] and len(re.findall(rf"\b{letter}\b", template)) > 1:
                self._assign(x, self.expressions[x], None)
        size = 1 + sum([self.sizes[x] for x in operands])
        self._result(i, _filled(template, [self.expressions[x] for x in operands]), size)

    def _set(self, i: int, expression: ast.expr, size: int) -> None:
        self.expressions[i], self.sizes[i] = expression, size

    def _constant(self, i: int, number: float) -> None:
        label = self.program.labels.get(i)
        if label:
            self._assign(i, _number(number), label)
        else:
            self._set(i, _number(number), 0)

    def _result(self, i: int, expression: ast.expr, size: int) -> None:
        """Give a result a line of its own if it has a label or more than one use, or is long."""
        label = self.program.labels.get(i)
        if label or self.uses[i] > 1 or size > LONGEST_LINE:
            self._assign(i, expression, label)
        else:
            self._set(i, expression, size)

    def _assign(self, i: int, expression: ast.expr, label: str | None) -> None:
        name = self.names.new(label, "v")
        self.lines.append(f"    {name} = {ast.unparse(expression)}")
        self._set(i, ast.Name(name), 0)

    def _sum(self, i: int, operands: Sequence[int]) -> None:
        terms: list[ast.expr] = [
            ast.BinOp(self.expressions[x], ast.Mult(), self.expressions[y])
            for x, y in zip(operands[:-1:2], operands[1::2], strict=False)
        ]
        if len(operands) % 2:
            terms.append(self.expressions[operands[-1]])
        while len(terms) > LONGEST_LINE:
            name = self.names.new(None, "v")
            self.lines.append(f"    {name} = {ast.unparse(_added(terms[:LONGEST_LINE]))}")
            terms = [ast.Name(name), *terms[LONGEST_LINE:]]
        self._result(i, _added(terms), 2 * len(terms) - 1)

    def _returned(self) -> list[str]:
        program = self.program
        if program.gradient is None:
            return _wrapped(f"    return [{', '.join(ast.unparse(self.expressions[i]) for i in program.outputs)}]")
        means = ", ".join([self._mean(i) for i in program.gradient])
        loss, gradient = self.names.new("loss", "loss"), self.names.new("gradient", "gradient")
        return [
            f"    {loss} = {self._mean(program.outputs[0])}",
            *_wrapped(f"    {gradient} = [{means}]"),
            f"    return {loss}, {gradient}",
        ]

    def _mean(self, i: int) -> str:
        text = ast.unparse(self.expressions[i])
        return f"xp.mean({text})" if self.program.varies[i] else text


def _number(number: float) -> ast.expr:
    if not math.isfinite(number):
        return (
            ast.Attribute(ast.Name("xp"), "nan" if math.isnan(number) else "inf")
            if number != -math.inf
            else (ast.UnaryOp(ast.USub(), ast.Attribute(ast.Name("xp"), "inf")))
        )
    if math.copysign(1.0, number) < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-number))
    return ast.Constant(number)


def _added(terms: Iterable[ast.expr]) -> ast.expr:
    total, *rest = terms
    for term in rest:
        total = ast.BinOp(total, ast.Add(), term)
    return total


@lru_cache
def _template(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _filled(text: str, operands: Sequence[ast.expr]) -> ast.expr:
    """A template with its x and y replaced."""
    places = dict(zip("xy", operands, strict=False))

    def fill(node: Any) -> Any:
        if isinstance(node, ast.Name):
            return places.get(node.id, node)
        fields = {
            name: [fill(x) for x in value]
            if isinstance(value, list)
            else fill(value)
            if isinstance(value, ast.AST)
            else value
            for name, value in ast.iter_fields(node)
        }
        return type(node)(**fields)

    return fill(_template(text))  # type: ignore[no-any-return]


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
    return Writer(program).write()


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
    """A program as a Python function; see `backends.Kernel`."""

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
                row[:] = np.asarray(result)


class SourceBackend:
    """Python functions on arrays of a namespace; see `backends.Backend`."""

    name = "source"

    def __init__(self, dtype: np.dtype[Any], namespace: Any) -> None:
        self.dtype, self.namespace = dtype, namespace

    def kernel(self, program: Program, mean: bool) -> SourceKernel:
        """The kernel of a program."""
        return SourceKernel(program, mean, self.namespace)

    def descend(self, step: Any, update: Any, batches: Batches, state: State, scalars: Array, losses: Array) -> int:
        """Steps of training, one after another."""
        count = state.parameters
        numbers, gradient = state.numbers[:, :count], state.gradient[: count + 1]
        for done, scalars_of_step in enumerate(scalars):
            epoch, first = divmod(done, batches.each_epoch)
            first *= batches.size
            chosen: Any = slice(first, first + batches.size)
            if batches.order is not None:
                chosen = batches.order.reshape(-1, batches.rows)[epoch, chosen]
            columns = [column[chosen] if column.ndim else column for column in batches.columns]
            rows = min(batches.size, batches.rows - first)
            step(columns, rows, numbers[0], gradient)
            losses[done] = gradient[-1]
            if not np.isfinite(gradient).all():
                return done
            update([numbers[0], gradient[:-1], *numbers[1:]], count, scalars_of_step, numbers)
        return len(scalars)
