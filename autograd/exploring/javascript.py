"""The rows of the table as functions in JavaScript: a value, and the partials that go with it.

Every primitive has one line here; all else follows from definitions and partials, fed with registers.
"""

import ast
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.core import Operation
from autograd.core import operations as ops
from autograd.exploring.signatures import Signature
from autograd.exploring.wrong_signatures import wrong_results, wrong_rules_of
from autograd.programs import INPUT, Builder, CompileError, ProgramWriter, Register

# What JavaScript's Math lacks, web/ieee.js defines.
GIVEN = ("power", "erfc", "larger", "step", "mulNoNan", "subNoNan")

# How each primitive is written.
LOWERINGS: dict[Operation, str] = {
    ops.add: "x + y",
    ops.sub: "x - y",
    ops.mul: "x * y",
    ops.div: "x / y",
    ops.neg: "-x",
    ops.mul_no_nan: "mulNoNan(x, y)",
    ops.sub_no_nan: "subNoNan(x, y)",
    ops.pow: "power(x, y)",
    ops.exp: "Math.exp(x)",
    ops.expm1: "Math.expm1(x)",
    ops.log: "Math.log(x)",
    ops.log1p: "Math.log1p(x)",
    ops.sqrt: "Math.sqrt(x)",
    ops.sin: "Math.sin(x)",
    ops.cos: "Math.cos(x)",
    ops.tanh: "Math.tanh(x)",
    ops.erfc: "erfc(x)",
    ops.maximum: "larger(x, y)",
    ops.step: "step(x)",
    ops.abs: "Math.abs(x)",
}


class Operand(Register):
    """What a rule is fed with: it equals nothing but itself, as a Value does."""

    __slots__ = ()
    __eq__ = object.__eq__  # type: ignore[assignment]
    __hash__ = object.__hash__  # type: ignore[assignment]


class JavaScriptWriter(ProgramWriter):
    """Writes the body of a function."""

    lowerings = LOWERINGS
    taken = frozenset({"z", *GIVEN})

    def line(self, name: str, text: str) -> str:
        """A constant."""
        return f"const {name} = {text};"

    def number(self, number: float) -> ast.expr:
        """NaN, Infinity or -Infinity."""
        if math.isnan(number):
            return ast.Name("NaN")
        return ast.Name("Infinity") if number > 0 else ast.UnaryOp(ast.USub(), ast.Name("Infinity"))


def library(signatures: Iterable[Signature], rules: Iterable[str] = ()) -> str:
    """A function in JavaScript that takes what ieee.js has, and gives the functions of each signature, and rules.

    rules: as an UpdateRule writes its functions.
    """
    lines = [f"  {functions(signature)}, // {_remark(signature.op)}\n" for signature in signatures]
    written = "".join([f"  {rule},\n" for rule in rules])
    return f"({{ {', '.join(GIVEN)} }}) => ({{ nodes: [\n{''.join(lines)}], rules: [\n{written}] }})"


def _remark(op: Operation) -> str:
    return "".join(c if c.isalnum() or c in "+-*/_ " else "?" for c in op.name)


def functions(signature: Signature) -> str:
    """An object of functions in JavaScript, {value: ([x0, …]) => …, partials: (z, [x0, …]) => […], wrong: …}.

    The partials are those by the variables, summed over the operands that are the same; wrong gives what the wrong
    rules make of them, in the order of `wrong_rules_of`. Raises CompileError for an operation that cannot be written in
    primitives.
    """
    names = [f"x{i}" for i in range(signature.variables)]
    given = f"[{', '.join(names)}]"
    value = _function(signature, names, None)
    partials = _function(signature, ["z", *names], _partials)
    wrong = (
        f", wrong: (z, {given}) => {_function(signature, ['z', *names], _wrong)}" if wrong_rules_of(signature) else ""
    )
    return f"{{ value: ({given}) => {value}, partials: (z, {given}) => {partials}{wrong} }}"


def _function(signature: Signature, names: list[str], rules: Callable[..., list[Any]] | None) -> str:
    """The body of a function that gives the value, or a list: what these rules give."""
    builder = Builder()
    variables = [Operand(builder, builder.add(INPUT, (), float(i))) for i in range(len(names))]
    first = 0 if rules is None else 1
    given: list[Any] = [variables[first + x] if type(x) is int else x for x in signature.operands]
    if rules is None:
        results = [Register(builder, 0).apply_operation(signature.op, tuple(given))]
    else:
        results = rules(signature, variables[0], given, variables[1:])
    return _body(builder, names, results, several=rules is not None)


def arrow(what: str, function: Callable[..., Sequence[Any]], names: list[str]) -> str:
    """A function of plain arithmetic that gives several numbers, in JavaScript. names: of its operands.

    Raises CompileError for one that cannot be written in primitives; what: its name there.
    """
    builder = Builder()
    operands = [Operand(builder, builder.add(INPUT, (), float(i))) for i in range(len(names))]
    try:
        results = function(*operands)
    except (TypeError, AttributeError, ArithmeticError) as error:  # from functions that take nothing but floats
        raise CompileError(
            f"{what} cannot be written in JavaScript: write it with autograd's own functions "
            f"(autograd.sqrt, not math.sqrt) ({error})"
        ) from error
    return f"({', '.join(names)}) => {_body(builder, names, results, several=True)}"


def _body(builder: Builder, names: list[str], results: Iterable[Any], several: bool) -> str:
    """What returns the results, or the only one."""
    outputs = [x.index if isinstance(x, Register) else builder.constant(x) for x in results]
    writer = JavaScriptWriter(builder.program(names, [], outputs))
    writer.write_lines([writer.names.new(name, name) if name != "z" else name for name in names], [])
    texts = [writer.text(i) for i in writer.program.outputs]
    returned = f"[{', '.join(texts)}]" if several else texts[0]
    return f"{{ {' '.join([*writer.lines, f'return {returned};'])} }}" if writer.lines else returned


def _partials(signature: Signature, z: Any, given: list[Any], variables: list[Operand]) -> list[Any]:
    op = signature.op
    try:
        rules = op.partials(z, *given)
    except (TypeError, AttributeError, ArithmeticError) as error:  # from functions that take nothing but floats
        raise CompileError(
            f"the partials of {op.name} cannot be written in JavaScript: write them with autograd's own functions "
            f"(autograd.exp, not math.exp) ({error})"
        ) from error
    edges = [(x, rule) for x, rule in zip(given, rules, strict=True) if type(x) is Operand]
    results = []
    for variable in variables:
        first, *others = [rule for x, rule in edges if x is variable]
        for rule in others:
            first = first + rule
        results.append(first)
    return results


def _wrong(signature: Signature, z: Any, given: list[Any], variables: list[Operand]) -> list[Any]:
    return wrong_results(signature, z, given)
