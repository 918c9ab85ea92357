"""What programs are simplified to, and how they are written down: held by golden texts, which are read by people.

That they compute the right numbers is tested with compiled functions. Here it is held that a program asks for nothing
that could be spared, and that it is written as a person would.
"""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, affine, exp, maximum, neg, tanh, total
from autograd.compiling.source import backend
from autograd.compiling.source.backend import SourceBackend
from autograd.compiling.source.results import wrapped
from autograd.core.operations import table
from autograd.programs import INPUT, Builder, CompileError, Instruction, Program, Register
from tests.golden import assert_golden
from tests.test_compiling import of_table

INF, NAN = math.inf, math.nan

SIMPLIFIED: dict[str, Callable[[Any, Any], Any]] = {
    "x + -0.0": lambda x, y: x + -0.0, "-0.0 + x": lambda x, y: -0.0 + x, "x + 0.0": lambda x, y: x + 0.0,
    "x + -y": lambda x, y: x + -y, "-x + y": lambda x, y: -x + y, "x - 0.0": lambda x, y: x - 0.0,
    "x - -0.0": lambda x, y: x - -0.0, "x - -y": lambda x, y: x - -y, "-x - y": lambda x, y: -x - y,
    "x * 1": lambda x, y: x * 1, "1 * x": lambda x, y: 1 * x, "x * -1": lambda x, y: x * -1,
    "-1 * x": lambda x, y: -1 * x, "-x * -y": lambda x, y: -x * -y, "-x * y": lambda x, y: -x * y,
    "x * 0": lambda x, y: x * 0, "x * 2": lambda x, y: x * 2, "x / 1": lambda x, y: x / 1,
    "x / -1": lambda x, y: x / -1, "1 / x": lambda x, y: 1 / x, "x / 2": lambda x, y: x / 2,
    "-(-x)": lambda x, y: neg(neg(x)), "-(-(-x))": lambda x, y: neg(neg(neg(x))), "x ** 0": lambda x, y: x**0,
    "x ** 1": lambda x, y: x**1, "x ** 2": lambda x, y: x**2, "x ** 3": lambda x, y: x**3, "x ** 4": lambda x, y: x**4,
    "x ** -1": lambda x, y: x**-1, "x ** 0.5": lambda x, y: x**0.5,
    "maximum(x, nan)": lambda x, y: maximum(x, NAN), "maximum(nan, x)": lambda x, y: maximum(NAN, x),
    "maximum(x, 0)": lambda x, y: maximum(x, 0.0), "maximum(0, x)": lambda x, y: maximum(0.0, x),
    "maximum(x, y)": lambda x, y: maximum(x, y), "relu(x), and its slope": lambda x, y: [
        r := x.relu(), autograd.grad(r, x)
    ],
    "step(x)": lambda x, y: autograd.step(x), "x y + y x": lambda x, y: x * y + y * x,
    "x - y, y - x": lambda x, y: [x - y, y - x], "3 * 4 + 5": lambda x, y: Value(3.0) * 4 + 5,
    "affine of numbers": lambda x, y: affine([Value(2.0), Value(3.0)], [5.0, 7.0], 11.0),
    "affine without a bias": lambda x, y: affine([Value(2.0), Value(3.0)], [5.0, 7.0]),
    "affine": lambda x, y: affine([x, y], [y, 2.0], 1.0), "x * 3, by x": lambda x, y: autograd.grad(x * 3 * y, [x, y]),
    "softmax_cross_entropy": lambda x, y: autograd.softmax_cross_entropy([x, y], 1),
    "exp(x) unused": lambda x, y: (exp(x), y)[1], "exp(x) twice": lambda x, y: exp(x) + exp(x) * y,
    "inf, nan, -0.0": lambda x, y: [x * INF, x * -INF, x * NAN, x * -0.0, x + 0.0],
}  # fmt: skip


def body(function: Callable[[Any, Any], Any]) -> str:
    """The lines of a program of two inputs that come after its head."""
    step = autograd.compile(lambda x, y: _listed(function(x, y)), backend="source", inputs=["x", "y"])
    return "\n".join(line[4:] for line in step.source.splitlines() if line.startswith("    "))


def _listed(returned: Any) -> Any:
    return list(returned) if isinstance(returned, (list, tuple)) else [returned]


def test_what_expressions_are_simplified_to() -> None:
    lines = [f"{name:<24}{'; '.join(body(f).splitlines())}" for name, f in SIMPLIFIED.items()]
    assert_golden("source/simplified.txt", "\n".join([*lines, ""]))


def test_products_of_which_one_factor_may_be_infinite_are_plain_where_the_other_is_an_ordinary_number() -> None:
    mul, sub = autograd.mul_no_nan, autograd.sub_no_nan
    lines = []
    for op in (mul, sub):
        for places in [("x", "y"), *[pair for n in (0.0, 2.0, INF, NAN) for pair in (("x", n), (n, "x"))]]:

            def function(x: Any, y: Any, op: Any = op, places: Any = places) -> Any:
                return op(*[{"x": x, "y": y}.get(place, place) for place in places])

            lines.append(f"{op.__name__}({places[0]}, {places[1]})".ljust(24) + body(function))
    assert_golden("source/no_nan.txt", "\n".join([*lines, ""]))


def test_how_operations_are_written_with_their_derivatives() -> None:
    texts = []
    for name, op in table.items():
        count = op.arity or (5 if name == "affine" else 3)

        def function(*xs: Value, name: str = name) -> list[Value]:
            z = of_table(name, xs)
            return [z, *autograd.grad(z, xs)]

        texts += [f"# {name}", autograd.compile(function, backend="source", inputs=count).source, ""]
    assert_golden("source/operations.txt", "\n".join(texts))


LABELLED = [Value(float(i), label) for i, label in enumerate(["w^1_21", "class", "x", "", "a b'", "1", "xp", "lambda"])]
MANY = [Value(0.5, f"weight^{i // 5 + 1}_{i % 5 + 1}") for i in range(30)]


def labelled(x: Value, y: Value) -> Value:
    z = affine(LABELLED[:2], [x, y], LABELLED[2])
    z.label = "z"
    pi, infinite, nothing = Value(math.pi, "pi"), Value(-INF, "low"), Value(NAN, "gradient")
    a = tanh(z * pi) + maximum(z * x + y, infinite) * y
    a.label = "z"
    result: Value = a * nothing + maximum(x * y, z - y) ** 3 + autograd.step(x + y) - 2.5 * a
    return result


PROGRAMS: dict[str, tuple[Callable[..., Any], list[Value], Any]] = {
    "labels": (labelled, LABELLED, ["x", "x"]),
    "one parameter": (lambda x: MANY[0] * x, MANY[:1], None),
    "a row of no parameters": (lambda x: x * 2.0, [], None),
    "many parameters": (lambda x: total([tanh(w * x) for w in MANY]), MANY, ["x"]),
    "sums of 12, 13 and 25": (
        lambda *xs: [total(xs[:12]), total(xs[:13]), total(xs), affine(xs[:13], xs[12:]),
                     affine(xs[:12], xs[12:24], xs[24])], [], 25
    ),
    "a long expression": (
        lambda x: tanh(exp(tanh(exp(tanh(exp(tanh(exp(tanh(exp(tanh(exp(tanh(exp(x)))))))))))))), [], None
    ),
    "many outputs": (lambda x: [x * float(i) + 0.123456789 for i in range(12)], [], None),
    "many inputs": (lambda *xs: xs[3] * xs[7], [], [f"a_rather_long_name_{i}" for i in range(9)]),
    "what is the same for all rows": (lambda x: MANY[0] * MANY[0] + x * 0.5, MANY[:1], None),
    "a loss of no row": (lambda: MANY[0] * 3.0, MANY[:2], None),
    "names that are taken": (
        lambda *xs: xs[0] * xs[1] * tanh(xs[2] * xs[2]) * xs[3], [], ["abs", "erfc", "v", "v_1"]
    ),
    "a function of the C library": (lambda x, y: autograd.gelu(x * y), [], None),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_how_a_program_is_written(name: str) -> None:
    function, parameters, inputs = PROGRAMS[name]
    text = autograd.compile(function, parameters, backend="source", inputs=inputs).source
    compile(text, name, "exec")
    assert_golden(f"source/{name.replace(' ', '-')}.txt", text + "\n")


def test_a_line_is_broken_only_where_it_is_longer_than_120() -> None:
    for length in (119, 120, 121):
        line = "    return [" + "a" * 60 + ", " + "b" * (length - 75) + "]"
        line = line.ljust(length, "]")
        assert len(wrapped(line)) == 1 + (length > 120), length
        assert "".join(part.strip() + " " for part in wrapped(line)).strip() == line.strip()


# What is no program


def test_a_program_that_asks_for_what_is_not_there_is_none() -> None:
    add = autograd.add
    good: dict[str, Any] = {
        "inputs": ("x",), "parameters": (), "others": (), "labels": {}, "varies": (True, True), "outputs": (1,),
        "gradient": (),
        "instructions": (Instruction(INPUT, (), 0.0), Instruction(add, (0, 0))),
    }  # fmt: skip
    assert Program(**good).results == [1]
    bad: list[dict[str, Any]] = [
        {"inputs": ()}, {"outputs": (2,)}, {"outputs": (-1,)}, {"varies": (True,)}, {"gradient": (1,)},
        {"gradient": (2,), "parameters": ("w",)}, {"parameters": ("w",)},
        *[{"instructions": (Instruction(INPUT, (), number), Instruction(add, (0, 0)))} for number in (-1.0, 1.0)],
        *[{"instructions": (Instruction(INPUT, (), 0.0), Instruction(add, o))}
          for o in ((0, 1), (1, 0), (-1, 0), (0, -1))],
    ]  # fmt: skip
    for change in bad:
        with pytest.raises(ValueError, match=r"^this is no program: it asks for what is not there$"):
            Program(**good | change)


def test_an_operand_of_a_program_is_neither_true_nor_false() -> None:
    builder = Builder()
    register = Register(builder, builder.add(INPUT, (), 0.0))
    for decide in (bool, lambda x: x == 1, lambda x: x < 1, lambda x: x >= 1):
        with pytest.raises(TypeError, match=r"^a comparison, or bool\(\), of what differs from row to row$"):
            decide(register)
    with pytest.raises(TypeError, match="unhashable"):
        hash(register)


def test_a_definition_that_gives_a_number_and_one_of_what_cannot_be_compiled() -> None:
    three = autograd.operation("three", lambda x: 3.0, lambda z, x: (0.0,), definition=lambda x: 3.0)
    assert autograd.compile(lambda x: three(x) * x, backend="source").values([2.0]).tolist() == [6.0]
    opaque = autograd.operation("opaque", lambda x: float(x), lambda z, x: (1.0,))
    with pytest.raises(
        CompileError, match=r"^opaque cannot be compiled: declare it with definition=, in terms of auto"
    ):
        autograd.compile(lambda x: opaque(x), backend="source")


# The backend


def test_where_array_namespaces_have_erfc(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def import_module(name: str) -> Any:
        asked.append(name)
        return SimpleNamespace(erfc=abs)

    monkeypatch.setattr(backend, "import_module", import_module)
    for name in ("torch", "jax.numpy", "cupy"):
        assert backend._erfc_of(SimpleNamespace(__name__=name)) is abs
    assert asked == ["torch.special", "jax.scipy.special", "cupyx.scipy.special"]
    for namespace in (np, SimpleNamespace()):
        found = backend._erfc_of(namespace)(np.array([0.0, 0.5]))
        assert found.tolist() == [1.0, math.erfc(0.5)]
        assert backend._erfc_of(namespace)(np.empty(0)).dtype == np.float64  # of no rows as well


def test_a_text_is_compiled_once_for_each_namespace() -> None:
    arrays = SourceBackend(np.dtype("float64"), np)
    program = autograd.compile(lambda x: tanh(x), backend="source").program
    one, other = arrays.kernel(program, False), arrays.kernel(program, True)
    assert one.function is other.function
    assert one.function.__code__.co_filename == "<compiled by autograd>"
    assert backend._function.cache_parameters()["maxsize"] == 128


def test_numpy_says_nothing_of_what_is_not_finite_while_a_program_runs(recwarn: pytest.WarningsRecorder) -> None:
    step = autograd.compile(lambda x: exp(x) / (x - x) + autograd.log(x - 1e9), backend="source")
    assert np.isnan(step.values([0.0, 1e9])).all()
    step([0.0, 1e9])
    assert not recwarn.list
