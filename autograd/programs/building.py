"""Programs while they are made: each instruction once, and simplified.

Operations that are not primitive are replaced by their definitions, which are fed with registers as the rows of the
table are fed with floats, Values and symbols elsewhere. A neuron's weighted sum stays one instruction, `dot`.

What is simplified is exact in IEEE arithmetic: x * 1 is x, but x * 0 is not 0 where x is inf or nan.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.core import Arithmetic, Operation, constant, parts_of_affine
from autograd.core import operations as ops
from autograd.programs.instructions import (
    DOT,
    INPUT,
    PARAMETER,
    PRIMITIVES,
    CompileError,
    Instruction,
    Program,
    without_dead_instructions,
)


class Builder:
    """Adds instructions to a program that is being made: each once, and simplified."""

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self.labels: dict[int, str] = {}
        self.varies: list[bool] = []
        self.known: dict[Any, int] = {}

    def program(
        self,
        inputs: Iterable[str],
        parameters: Iterable[str | None],
        outputs: Sequence[int],
        gradient: Sequence[int] | None = None,
        others: Iterable[str | None] = (),
    ) -> Program:
        """The program of those instructions that are needed for these results."""
        everything = Program(
            tuple(inputs), tuple(parameters), tuple(others), tuple(self.instructions), self.labels, tuple(self.varies),
            tuple(outputs), None if gradient is None else tuple(gradient),
        )  # fmt: skip
        return without_dead_instructions(everything)

    def add(self, op: Operation, operands: tuple[int, ...], number: float = 0.0) -> int:
        """The index of an instruction, a new one only if there is none like it."""
        unordered = operands[::-1] if op in COMMUTATIVE and operands[1] < operands[0] else operands
        key = op, unordered, number.hex()  # which tells -0 from 0, and has one way to write nan
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = len(self.instructions)
            self.instructions.append(Instruction(op, operands, number))
            self.varies.append(op is INPUT or any(self.varies[x] for x in operands))
        return found

    def constant(self, number: float) -> int:
        """The index of a number."""
        return self.add(constant, (), float(number))

    def number(self, i: int) -> float | None:
        """The number of an instruction that is a constant."""
        op, _, number = self.instructions[i]
        return number if op is constant else None

    def apply(self, op: Operation, operands: tuple[int, ...]) -> int:
        """The index of what a primitive gives, simplified."""
        numbers = [self.number(x) for x in operands]
        if None not in numbers:
            return self.constant(op.evaluate(*numbers))
        rule = SIMPLER.get(op)
        simpler = rule(self, *operands, *numbers) if rule else None
        return self.add(op, operands) if simpler is None else simpler

    def dot(self, weights: tuple[int, ...], inputs: tuple[int, ...], bias: tuple[int, ...]) -> int:
        """The index of a sum of products."""
        operands = tuple([x for pair in zip(weights, inputs, strict=True) for x in pair]) + bias
        numbers = [self.number(x) for x in operands]
        if None not in numbers:
            return self.constant(ops.affine.evaluate(*numbers[0 : 2 * len(weights) : 2], *numbers[1::2][: len(weights)],
                                                     *numbers[2 * len(weights) :]))  # fmt: skip
        return self.add(DOT, operands)

    def negated(self, i: int) -> int | None:
        """x, where the instruction is -x."""
        op, operands, _ = self.instructions[i]
        return operands[0] if op is ops.neg else None


COMMUTATIVE = {ops.add, ops.mul, ops.mul_no_nan}


def _is(number: float | None, wanted: float) -> bool:
    return number is not None and number.hex() == wanted.hex()  # -0 is not 0


def _simpler_add(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    if _is(m, -0.0):
        return y
    if _is(n, -0.0):
        return x
    if (minus := b.negated(y)) is not None:
        return b.apply(ops.sub, (x, minus))
    if (minus := b.negated(x)) is not None:
        return b.apply(ops.sub, (y, minus))
    return None


def _simpler_sub(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    if _is(n, 0.0):
        return x
    if (minus := b.negated(y)) is not None:
        return b.apply(ops.add, (x, minus))
    return None


def _simpler_mul(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    for number, other in ((m, y), (n, x)):
        if number == 1:
            return other
        if number == -1:
            return b.apply(ops.neg, (other,))
    minus_x, minus_y = b.negated(x), b.negated(y)
    if minus_x is not None and minus_y is not None:
        return b.apply(ops.mul, (minus_x, minus_y))
    return None


def _simpler_mul_no_nan(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    """A product as any other, where a factor is a number that is neither 0 nor infinite."""
    plain = any(number and math.isfinite(number) for number in (m, n))
    return b.apply(ops.mul, (x, y)) if plain else None


def _simpler_sub_no_nan(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    finite = any(number is not None and math.isfinite(number) for number in (m, n))
    return b.apply(ops.sub, (x, y)) if finite else None


def _simpler_div(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    return x if n == 1 else b.apply(ops.neg, (x,)) if n == -1 else None


def _simpler_neg(b: Builder, x: int, m: float | None) -> int | None:
    return b.negated(x)


def _simpler_pow(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    match n:
        case 0:
            return b.constant(1.0)
        case 1:
            return x
        case 2:
            return b.apply(ops.mul, (x, x))
        case 3:
            return b.apply(ops.mul, (b.apply(ops.mul, (x, x)), x))
        case -1:
            return b.apply(ops.div, (b.constant(1.0), x))
    return None


def _simpler_maximum(b: Builder, x: int, y: int, m: float | None, n: float | None) -> int | None:
    return next((i for i, number in ((x, m), (y, n)) if number is not None and number != number), None)  # nan


def _simpler_step(b: Builder, x: int, m: float | None) -> int | None:
    """The step of relu(x), if that is needed anyway: it is the same, and x itself need not be kept."""
    zero = b.known.get((constant, (), (0.0).hex()))
    relu = b.known.get((ops.maximum, (x, zero), (0.0).hex()))
    return None if relu is None else b.add(ops.step, (relu,))


def with_others(program: Program, numbers: Sequence[float]) -> Program:
    """The program in which these numbers are constants in the place of others than the parameters."""
    if not program.others:
        return program
    builder, count = Builder(), len(program.parameters)
    new: list[int] = []
    for i, (op, operands, number) in enumerate(program.instructions):
        xs = tuple([new[x] for x in operands])
        if op is constant or (op is PARAMETER and number >= count):
            new.append(builder.constant(number if op is constant else numbers[int(number) - count]))
        elif op is DOT:
            paired = len(xs) - len(xs) % 2
            new.append(builder.dot(xs[:paired:2], xs[1:paired:2], xs[paired:]))
        else:
            new.append(builder.apply(op, xs) if xs else builder.add(op, (), number))
        if i in program.labels:
            builder.labels.setdefault(new[i], program.labels[i])
    gradient = None if program.gradient is None else [new[i] for i in program.gradient]
    return builder.program(program.inputs, program.parameters, [new[i] for i in program.outputs], gradient)


SIMPLER: dict[Operation, Callable[..., int | None]] = {
    ops.add: _simpler_add,
    ops.sub: _simpler_sub,
    ops.mul: _simpler_mul,
    ops.mul_no_nan: _simpler_mul_no_nan,
    ops.sub_no_nan: _simpler_sub_no_nan,
    ops.div: _simpler_div,
    ops.neg: _simpler_neg,
    ops.pow: _simpler_pow,
    ops.maximum: _simpler_maximum,
    ops.step: _simpler_step,
}


class Register(Arithmetic):
    """An instruction, to which the operations of the table can be applied."""

    __slots__ = ("builder", "index")

    def __init__(self, builder: Builder, index: int) -> None:
        self.builder, self.index = builder, index

    def apply_operation(self, op: Operation, operands: tuple[Any, ...]) -> "Register":
        """A primitive as an instruction, all else by its definition."""
        builder = self.builder
        indices = tuple([x.index if isinstance(x, Register) else builder.constant(x) for x in operands])
        if op in _PRIMITIVES:
            return Register(builder, builder.apply(op, indices))
        if op is ops.affine:
            return Register(builder, builder.dot(*parts_of_affine(indices)))
        if op is constant:
            return self
        try:
            result = op.definition(*[Register(builder, i) for i in indices])
            return result if isinstance(result, Register) else Register(builder, builder.constant(result))
        except CompileError:  # of an operation within it
            raise
        except RecursionError:
            raise CompileError(f"{op.name} cannot be compiled: its definition leads back to itself") from None
        except Exception as error:  # whatever functions raise that take nothing but floats
            raise CompileError(
                f"{op.name} cannot be compiled: declare it with definition=, in terms of autograd's operations "
                f"({error})"
            ) from error

    def _decide(self, *_: object) -> bool:
        raise TypeError("a comparison, or bool(), of what differs from row to row")

    __bool__ = __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _decide
    __hash__ = None  # type: ignore[assignment]


_PRIMITIVES = frozenset(PRIMITIVES)
