"""What native code consists of, counted: how many instructions of each kind are written for a program.

That they compute the right numbers is tested with compiled functions, of this processor's registers. Here it is held
that they are the few they should be, on machines of all sizes: that a register is filled at once where numbers follow
each other, that short loops are written out and long ones are not, that what is large goes into functions of its own.
Nothing is compiled.
"""

from collections import Counter
from typing import Any

import pytest

pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")

from llvmlite import binding, ir

import autograd
from autograd import Compiled, Value, affine, exp, maximum, tanh, total
from autograd.compiling.native import processor as processors
from autograd.compiling.native.fastcall import CallWriter
from autograd.compiling.native.kernel import write_kernel
from autograd.compiling.native.processor import Processor
from autograd.compiling.native.schedule import schedule
from tests.golden import assert_golden
from tests.test_compiling import irregular
from tests.test_schedule import INPUTS, MEANS, Case, inputs_of, learning, values

LANES = {16: 16, 32: 16, 64: 32}  # bytes of a register, and how many there are
NUMBERS = {"float64": ir.DoubleType(), "float32": ir.FloatType()}
AN_ADDRESS = 100_000  # no number that is counted is so large

LONG = values(1000)
PROGRAMS: dict[str, Case] = {
    **{name: MEANS[name] for name in (
        "2-16-16-1", "3-8-4 with a penalty", "40-3", "a sum of 6", "a sum of 600", "a sum of 600 parameters",
        "40 sums over rows", "every other weight", "what is the same for all rows", "neurons of two blocks of weights",
    )},
    "a layer of 17 by classes": learning(
        5, 17, 3, loss=lambda out, y: autograd.log(total([exp(x) for x in out])) - out[1] * y
    ),
    "every primitive": (
        lambda x, y: total([
            x / y - x, abs(x), autograd.sqrt(y), maximum(x, y), maximum(x, 0.0), maximum(1.0, y), x**y, -exp(x),
            autograd.gelu(x) * y.relu(), autograd.softmax_cross_entropy([x, y], 1),
        ]),
        [],
    ),
    "8 parameters alone": (lambda: total([w * w * w for w in LONG[:8]]), LONG[:8]),
    "nothing but parameters": (lambda: total([w * w * w for w in LONG[:9]]), LONG[:9]),
    "results of 1000 parameters": (lambda x: total(irregular(LONG[0], LONG[1:])) * x, LONG),
    "1000 sums over rows": (lambda x: total(irregular(x, LONG, x)), LONG),
}  # fmt: skip
OUTPUTS: dict[str, Case] = {
    "16 outputs": (lambda x: [tanh(w * x) for w in LONG[:16]], LONG[:16]),
    "17 outputs of all kinds": (
        lambda x: [*[tanh(w * x) for w in LONG[:9]], x, 2.0, 3.0, *LONG[:3], *[w * w for w in LONG[:2]]], LONG[:9]
    ),
    "one output": (lambda x, y: affine(LONG[:2], [x, y]), LONG[:2]),
}  # fmt: skip


def of_source(name: str) -> Compiled:
    function, parameters = (PROGRAMS | OUTPUTS)[name]
    count = None if "parameters" in name else INPUTS.get(name) or inputs_of(name)
    return autograd.compile(function, parameters, backend="source", inputs=6 if "classes" in name else count)


def written(step: Compiled, mean: bool, bytes_: int, dtype: str = "float64", called: bool = False) -> Any:
    """The module for a machine of such registers."""
    processor = Processor("any", "", bytes_, LANES[bytes_], vector_math=False)
    outputs = len(step.parameters) + 1 if mean else len(step.program.outputs)
    kernel = write_kernel(schedule(step.program, mean), mean, outputs, NUMBERS[dtype], processor, "kernel")
    if called:
        CallWriter(kernel, len(step.inputs), len(step.program.scalars), len(step.parameters)).write()
    kernel.module.scratch_bytes = kernel.scratch_bytes
    return kernel.module


def counted(module: Any, only: str = "") -> Counter[str]:
    """How often each instruction is there, without what is specific to a width or a process."""
    found: Counter[str] = Counter()
    for function in module.functions:
        if only and function.name != only:
            continue
        if function.is_declaration:
            attributes = " ".join(sorted(function.attributes))
            found[f"declare {_name(function)} {attributes}"] += 1
            continue
        arguments = [f"{x.name} {' '.join(x.attributes)}".strip() for x in function.args]
        found[f"function {function.linkage} of {', '.join(arguments)}"] += 1
        found.update(f"block {block.name.split('.')[0]}" for block in function.blocks)
        found.update(_shown(instruction) for block in function.blocks for instruction in block.instructions)
    for x in module.global_values:
        if isinstance(x, ir.GlobalVariable):
            found[f"global {x.name.split('.')[0]} {x.linkage} {'constant' * x.global_constant}".strip()] += 1
    found["bytes of memory"] = module.scratch_bytes
    assert module.triple == binding.get_process_triple()
    return found


def _name(function: Any) -> str:
    name: str = function.name
    return "part" if name.startswith("part") else name.replace(".v2", ".v").replace(".v4", ".v").replace(".v8", ".v")


def _shown(instruction: Any) -> str:
    words = [instruction.opname, _kind(instruction.type)]
    if isinstance(instruction, ir.instructions.PhiInstr):
        words.append(f"of {len(instruction.incomings)}")
    if isinstance(instruction, ir.instructions.CallInstr):
        words.append(_name(instruction.callee))
    elif instruction.opname in ("load", "store"):
        words[1] = _kind(instruction.operands[0].type if instruction.opname == "store" else instruction.type)
        words.append(f"align {instruction.align}")
    elif instruction.opname in ("icmp", "fcmp"):
        words.append(instruction.op)
    if instruction.opname in ("store", "select", "fmul", "fdiv", "fsub", "fcmp"):
        words += _literals(instruction)
    if instruction.opname in ("add", "and", "call", "icmp", "alloca"):
        words += [
            str(x.constant) for x in instruction.operands
            if isinstance(x, ir.Constant) and isinstance(x.type, ir.IntType) and abs(x.constant) < AN_ADDRESS
        ]  # fmt: skip
    return " ".join(words)


def _literals(instruction: Any) -> list[str]:
    """The numbers in it, if they are no places."""
    found = [x for x in instruction.operands if isinstance(x, ir.Constant) and not isinstance(x.type, ir.IntType)]
    return [_literal(x.constant) for x in found if x.constant is not ir.Undefined]


def _literal(constant: Any) -> str:
    """Of a register that of its first lane."""
    if isinstance(constant, (list, tuple)):
        return _literal(constant[0].constant)
    return "0.0" if constant is None else str(constant)


def _kind(kind: Any) -> str:
    return f"register of {kind.element}" if isinstance(kind, ir.VectorType) else str(kind)


def table(columns: dict[str, Counter[str]]) -> str:
    """A line for each instruction, with how often it is there in each column."""
    head = "".join(f"{name:>12}" for name in columns)
    lines = [
        "".join(f"{counts[instruction] or '':>12}" for counts in columns.values()) + f"  {instruction}"
        for instruction in sorted(set().union(*columns.values()))
    ]
    return "\n".join([head, *lines, ""])


@pytest.mark.parametrize("name", [*PROGRAMS, *OUTPUTS])
def test_the_instructions_of(name: str) -> None:
    step = of_source(name)
    widths = [bytes_ for bytes_ in LANES if "1000" not in name or bytes_ == 64]
    counts = {f"{bytes_ // 8} lanes": counted(written(step, name in PROGRAMS, bytes_)) for bytes_ in widths}
    assert_golden(f"instructions/{name.replace(' ', '-')}.txt", table(counts))


def weighed(inputs: int, parameters: int) -> Case:
    return lambda *xs: total([*xs, *LONG[:parameters]]), LONG[:parameters]


def test_the_instructions_of_a_call_from_python() -> None:
    cases = {
        "no inputs": (0, 2, "float64"), "40 inputs": (40, 2, "float64"), "41 inputs": (41, 2, "float64"),
        "no weights": (2, 0, "float64"), "in float32": (2, 9, "float32"),
    }  # fmt: skip
    counts = {}
    for name, (inputs, parameters, dtype) in cases.items():
        function, weights = weighed(inputs, parameters)
        step = autograd.compile(function, weights, backend="source", inputs=inputs)
        counts[name] = counted(written(step, True, 16, dtype, called=True), "call")
    assert_golden("instructions/calls.txt", table(counts))


class Symbols:
    """What takes the place of LLVM's, and only notes which symbols are added."""

    def __init__(self) -> None:
        self.added: list[tuple[str, int]] = []

    def add_symbol(self, *symbol: Any) -> None:
        self.added.append(symbol)


@pytest.mark.parametrize(("bytes_", "dtype", "library"), [
    (16, "float64", ["_ZGVbN2vv_pow", "_ZGVbN2v_exp"]), (32, "float64", ["_ZGVdN4vv_pow", "_ZGVdN4v_exp"]),
    (64, "float64", ["_ZGVeN8vv_pow", "_ZGVeN8v_exp"]), (16, "float32", ["_ZGVbN4vv_powf", "_ZGVbN4v_expf"]),
    (32, "float32", ["_ZGVdN8vv_powf", "_ZGVdN8v_expf"]), (64, "float32", ["_ZGVeN16vv_powf", "_ZGVeN16v_expf"]),
])  # fmt: skip
def test_functions_of_whole_registers_are_called_where_there_are_any(
    bytes_: int, dtype: str, library: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = autograd.compile(lambda x, y: x**y + exp(w * w) + tanh(x), [w := Value(0.5)], backend="source")
    monkeypatch.setattr(processors, "_address", lambda _, symbol: None if "v_tanh" in symbol else len(symbol))
    for vector_math in (True, False):
        symbols = Symbols()
        monkeypatch.setattr("autograd.compiling.native.vector_code.binding", symbols)
        processor = Processor("any", "", bytes_, LANES[bytes_], vector_math)
        kernel = write_kernel(schedule(step.program, False), False, 1, NUMBERS[dtype], processor, "kernel")
        letter = "f" if dtype == "float32" else ""
        of_lanes = {"exp" + letter, "tanh" + letter} if vector_math else {n + letter for n in ("exp", "tanh", "pow")}
        names = of_lanes | ({library[0]} if vector_math else set())
        assert {name for name, _ in symbols.added} == names
        assert all(address == len(name) for name, address in symbols.added)
        assert {f.name for f in kernel.module.functions if f.is_declaration} >= names
