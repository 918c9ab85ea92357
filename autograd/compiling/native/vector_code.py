"""Instructions of LLVM's intermediate representation, for numbers of one type in vectors of one width."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import binding, ir

from autograd.compiling.native.processor import FUNCTIONS, Processor
from autograd.core import Operation
from autograd.core import operations as ops

I8, I32, I64, POINTER = *map(ir.IntType, (8, 32, 64)), ir.PointerType()
Body = Callable[[Any, list[Any]], list[Any]]


class VectorCode:
    """Writes instructions for numbers of one type, in vectors of one width (1 for plain numbers)."""

    def __init__(self, builder: Any, number: Any, width: int, processor: Processor) -> None:
        self.builder, self.number, self.width, self.processor = builder, number, width, processor
        self.size = 8 if isinstance(number, ir.DoubleType) else 4
        self.type = ir.VectorType(number, width) if width > 1 else number

    def of_width(self, width: int) -> "VectorCode":
        """The same, with the same builder, for another width."""
        return VectorCode(self.builder, self.number, width, self.processor)

    # ------------------------------------------------------------------------------------------- memory and loops

    def literal(self, number: float) -> Any:
        """A number, in every lane."""
        if number.hex() == "0x0.0p+0":  # not -0; it has a short way to be written
            return ir.Constant(self.type, None)
        return ir.Constant(self.type, [ir.Constant(self.number, number)] * self.width if self.width > 1 else number)

    def offset(self, *steps: tuple[Any, int]) -> Any:
        """The sum of indices times strides; None where there is nothing to add."""
        offset = None
        for index, stride in steps:
            if index is not None and stride:
                scaled = self.builder.mul(index, I64(stride))
                offset = scaled if offset is None else self.builder.add(offset, scaled)
        return offset

    def address(self, pointer: Any, index: Any, offset: int = 0) -> Any:
        """pointer + index + offset, counted in numbers; index may be None."""
        if index is not None:
            pointer = self.builder.gep(pointer, [index], source_etype=self.number)
        return self.builder.gep(pointer, [I64(offset)], source_etype=self.number) if offset else pointer

    def load(self, pointer: Any) -> Any:
        """As many numbers as the width, from memory."""
        loaded = self.builder.load(pointer, typ=self.type)
        loaded.align = self.size
        return loaded

    def spread(self, pointer: Any) -> Any:
        """One number from memory, in every lane."""
        number = self.builder.load(pointer, typ=self.number)
        number.align = self.size
        return self.splat(number)

    def splat(self, number: Any) -> Any:
        """One number in every lane."""
        if self.width == 1:
            return number
        undefined = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(undefined, number, I32(0))
        return self.builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(I32, self.width), None))

    def store(self, value: Any, pointer: Any) -> None:
        """Numbers to memory."""
        self.builder.store(value, pointer).align = self.size

    def shuffle(self, x: Any, y: Any, lanes: Sequence[int]) -> Any:
        """Lanes of two vectors, those of the second counted on from the first."""
        return self.builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(I32, len(lanes)), list(lanes)))

    def fold(self, count: Any, step: int, initial: Sequence[Any], body: Body) -> list[Any]:
        """A loop with an index from 0 below count, which is above 0; the body turns values into their next ones."""
        builder = self.builder
        before = builder.block
        head = builder.append_basic_block("loop")
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(I64)
        index.add_incoming(I64(0), before)
        carried = []
        for value in initial:
            phi = builder.phi(value.type)
            phi.add_incoming(value, before)
            carried.append(phi)
        after = body(index, list(carried))
        following = builder.add(index, I64(step))
        index.add_incoming(following, builder.block)
        for phi, value in zip(carried, after, strict=True):
            phi.add_incoming(value, builder.block)
        done = builder.append_basic_block("end")
        builder.cbranch(builder.icmp_signed("<", following, _as_i64(count)), head, done)
        builder.position_at_end(done)
        return after

    def each(self, count: Any, body: Callable[[Any], None], step: int = 1) -> None:
        """A loop without values; written out where it is known to run once."""
        if isinstance(count, int) and count <= step:
            if count > 0:
                body(I64(0))
            return

        def run(index: Any, _: list[Any]) -> list[Any]:
            body(index)
            return []

        self.fold(count, step, [], run)

    # ------------------------------------------------------------------------------------------------ arithmetic

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """x y + z, rounded once."""
        return self._intrinsic("llvm.fma", x, y, z)

    def gated(self, x: Any, gate: Any) -> Any:
        """x step(gate): x itself where the gate is above 0, else x times 0, or times nan where the gate is nan."""
        b, zero = self.builder, self.literal(0.0)
        above = b.select(b.fcmp_ordered(">", zero, gate), zero, gate)
        return b.select(b.fcmp_unordered("<=", gate, zero), b.fmul(x, b.fsub(above, above)), x)

    def apply(self, op: Operation, operands: Sequence[Any]) -> Any:
        """A primitive."""
        name = FUNCTIONS.get(op)
        return self._function(name, operands) if name else LOWERINGS[op](self, *operands)

    def _intrinsic(self, name: str, *operands: Any) -> Any:
        suffix = f"f{8 * self.size}" if self.width == 1 else f"v{self.width}f{8 * self.size}"
        return self._call(f"{name}.{suffix}", self.type, operands)

    def _call(self, name: str, kind: Any, operands: Sequence[Any]) -> Any:
        module = self.builder.module
        function = module.globals.get(name)
        if function is None:
            function = ir.Function(module, ir.FunctionType(kind, [kind] * len(operands)), name)
            function.attributes.add("nounwind")
        return self.builder.call(function, operands)

    def _function(self, name: str, operands: Sequence[Any]) -> Any:
        found = self.processor.vector_function(name, self.size) if self.width > 1 else None
        if found:
            binding.add_symbol(*found)
            return self._call(found[0], self.type, operands)
        symbol, address = self.processor.scalar_function(name, self.size)
        binding.add_symbol(symbol, address)
        if self.width == 1:
            return self._call(symbol, self.number, operands)
        result = ir.Constant(self.type, ir.Undefined)
        for lane in range(self.width):
            parts = [self.builder.extract_element(x, I32(lane)) for x in operands]
            result = self.builder.insert_element(result, self._call(symbol, self.number, parts), I32(lane))
        return result

    def sums(self, vectors: Sequence[Any]) -> Any:
        """One vector whose lane i is the sum of the lanes of vector i; there are at most as many vectors as lanes.

        Pairs are combined so that each instruction adds for both: a tree of width - 1 additions.
        """
        distance = 1
        level = list(vectors)
        while distance < self.width:
            if len(level) % 2:
                level.append(level[-1])
            level = [self._pairwise(x, y, distance) for x, y in zip(level[::2], level[1::2], strict=True)]
            distance *= 2
        return level[0]

    def _pairwise(self, x: Any, y: Any, distance: int) -> Any:
        low, high = [], []
        for lane in range(self.width):
            from_x = lane % (2 * distance) < distance
            low.append(lane if from_x else self.width + lane - distance)
            high.append(lane + distance if from_x else self.width + lane)
        return self.builder.fadd(self.shuffle(x, y, low), self.shuffle(x, y, high))


def _as_i64(count: Any) -> Any:
    return I64(count) if isinstance(count, int) else count


def _maximum(code: VectorCode, x: Any, y: Any) -> Any:
    # The larger, the first of equal ones, or nan if one is. A literal is not nan, which saves two instructions.
    b = code.builder
    if isinstance(x, ir.Constant):
        return b.select(b.fcmp_ordered(">=", x, y), x, y)
    either = x if isinstance(y, ir.Constant) else b.select(b.fcmp_unordered("uno", x, y), b.fadd(x, y), x)
    return b.select(b.fcmp_ordered(">", y, x), y, either)


def _step(code: VectorCode, x: Any) -> Any:
    b, zero = code.builder, code.literal(0.0)
    return b.select(b.fcmp_ordered(">", x, zero), code.literal(1.0), b.select(b.fcmp_ordered("<=", x, zero), zero, x))


def _mul_no_nan(code: VectorCode, x: Any, y: Any) -> Any:
    b, product = code.builder, code.builder.fmul(x, y)
    limit = b.select(b.fcmp_unordered("uno", x, y), product, code.literal(0.0))
    return b.select(b.fcmp_unordered("uno", product, product), limit, product)


def _sub_no_nan(code: VectorCode, x: Any, y: Any) -> Any:
    b = code.builder
    return b.select(b.fcmp_ordered("==", x, y), code.literal(0.0), b.fsub(x, y))


# How the primitives that are no functions of the C library are computed.
LOWERINGS: dict[Operation, Callable[..., Any]] = {
    ops.add: lambda code, x, y: code.builder.fadd(x, y),
    ops.sub: lambda code, x, y: code.builder.fsub(x, y),
    ops.mul: lambda code, x, y: code.builder.fmul(x, y),
    ops.div: lambda code, x, y: code.builder.fdiv(x, y),
    ops.neg: lambda code, x: code.builder.fneg(x),
    ops.mul_no_nan: _mul_no_nan,
    ops.sub_no_nan: _sub_no_nan,
    ops.sqrt: lambda code, x: code._intrinsic("llvm.sqrt", x),
    ops.abs: lambda code, x: code._intrinsic("llvm.fabs", x),
    ops.maximum: _maximum,
    ops.step: _step,
}
