"""Programs: straight-line code in primitives only. All that generates code reads them."""

from array import array
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from autograd.core import Operation, constant
from autograd.core import operations as ops

INPUT, PARAMETER = Operation("input", float, lambda z: ()), Operation("parameter", float, lambda z: ())
# dot(a1, b1, a2, b2, …, c): a1 b1 + a2 b2 + … + c; an odd operand at the end is added.
DOT = Operation("dot", float, lambda z, *xs: ())
PRIMITIVES = (
    ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.mul_no_nan, ops.sub_no_nan, ops.pow, ops.exp, ops.expm1, ops.log,
    ops.log1p, ops.sqrt, ops.sin, ops.cos, ops.tanh, ops.erfc, ops.maximum, ops.step, ops.abs,
)  # fmt: skip


NAMED = {op.name: op for op in (constant, INPUT, PARAMETER, DOT, *PRIMITIVES)}


class CompileError(ValueError):
    """What was asked for cannot be compiled."""


class Instruction(NamedTuple):
    """An operation of earlier instructions, by their indices.

    number: of a constant its value; of an input or a parameter its index.
    """

    op: Operation
    operands: tuple[int, ...]
    number: float = 0.0


@dataclass(frozen=True, eq=False)
class Program:
    """Instructions, each after its operands, and which of them are asked for; what reads it may rely on that.

    inputs, parameters and others are labels; labels those of instructions, where there are any. others are numbers that
    are given after those of the parameters, and that it is not differentiated by. gradient has an instruction for each
    parameter, and is None where it was not asked for. varies says for each instruction whether it
    depends on an input, and so differs from row to row. A `Builder` makes it, and nobody changes it.
    """

    inputs: tuple[str, ...]
    parameters: tuple[str | None, ...]
    others: tuple[str | None, ...]
    instructions: tuple[Instruction, ...]
    labels: Mapping[int, str]
    varies: tuple[bool, ...]
    outputs: tuple[int, ...]
    gradient: tuple[int, ...] | None

    def __post_init__(self) -> None:
        """Raise ValueError for what would lead a reader out of bounds."""
        bounds = {INPUT: len(self.inputs), PARAMETER: len(self.scalars)}
        count = len(self.instructions)
        if (
            any(operands and not 0 <= min(operands) <= max(operands) < i
                for i, (_, operands, _) in enumerate(self.instructions))
            or any(op in bounds and not 0 <= number < bounds[op] for op, _, number in self.instructions)
            or not all(0 <= i < count for i in self.results)
            or len(self.varies) != count
            or (self.gradient is not None and len(self.gradient) != len(self.parameters))
        ):  # fmt: skip
            raise ValueError("this is no program: it asks for what is not there")

    @property
    def scalars(self) -> tuple[str | None, ...]:
        """The labels of all numbers that are the same for all rows: parameters, and then others."""
        return *self.parameters, *self.others

    @property
    def results(self) -> list[int]:
        """The instructions that are asked for."""
        return [*self.outputs, *(self.gradient or ())]

    @property
    def structure(self) -> Hashable:
        """What tells it from programs that compute something else; labels do not."""
        code = [
            (op, operands, number.hex() if op is constant else number) for op, operands, number in self.instructions
        ]
        sizes = len(self.inputs), len(self.parameters), len(self.others)
        return sizes, tuple(code), tuple(self.results), self.gradient is None

    def __reduce__(self) -> tuple[Any, ...]:
        """As numbers, with operations by their names."""
        names = list(NAMED)
        codes = {op: code for code, op in enumerate(NAMED.values())}
        ops, operands, numbers = zip(*self.instructions, strict=True) if self.instructions else ((), (), ())
        code = (
            names, bytes([codes[op] for op in ops]), array("q", map(len, operands)),
            array("q", [x for xs in operands for x in xs]), array("d", numbers),
        )  # fmt: skip
        rest = (
            self.inputs,
            self.parameters,
            self.others,
            dict(self.labels),
            bytes(self.varies),
            self.outputs,
            self.gradient,
        )
        return _unpickled, (code, *rest)

    def needed(self, results: Iterable[int]) -> list[bool]:
        """Which instructions the given ones rest on."""
        needed = [False] * len(self.instructions)
        for i in results:
            needed[i] = True
        for i in range(len(needed) - 1, -1, -1):
            if needed[i]:
                for x in self.instructions[i].operands:
                    needed[x] = True
        return needed


def without_dead_instructions(program: Program) -> Program:
    """The same program with only those instructions that its results rest on."""
    needed = program.needed(program.results)
    kept = [i for i, wanted in enumerate(needed) if wanted]
    place = {i: n for n, i in enumerate(kept)}
    instructions = [program.instructions[i] for i in kept]
    return Program(
        program.inputs,
        program.parameters,
        program.others,
        tuple([Instruction(op, tuple([place[x] for x in operands]), number) for op, operands, number in instructions]),
        MappingProxyType({place[i]: label for i, label in program.labels.items() if i in place}),
        tuple([program.varies[i] for i in kept]),
        tuple([place[i] for i in program.outputs]),
        None if program.gradient is None else tuple([place[i] for i in program.gradient]),
    )


def _unpickled(
    code: tuple[list[str], bytes, Iterable[int], Iterable[int], Iterable[float]],
    inputs: tuple[str, ...],
    parameters: tuple[str | None, ...],
    others: tuple[str | None, ...],
    labels: dict[int, str],
    varies: bytes,
    outputs: tuple[int, ...],
    gradient: tuple[int, ...] | None,
) -> Program:
    """The program that `Program.__reduce__` has taken apart."""
    names, codes, counts, flat, numbers = code
    used = {c: names[c] for c in set(codes)}
    unknown = sorted(set(used.values()) - NAMED.keys())
    if unknown:
        raise CompileError(f"a program from another version of glassgrad: there is no operation {unknown[0]} here")
    ops = {c: NAMED[name] for c, name in used.items()}
    left = iter(flat)
    instructions = [
        Instruction(ops[c], tuple([next(left) for _ in range(count)]), number)
        for c, count, number in zip(codes, counts, numbers, strict=True)
    ]
    return Program(
        inputs,
        parameters,
        others,
        tuple(instructions),
        MappingProxyType(labels),
        tuple(map(bool, varies)),
        outputs,
        gradient,
    )
