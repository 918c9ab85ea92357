"""Tracing: what a function may do to a Value without a number, and what it may not."""

import cmath
import copy
import math
import operator
import pickle
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from struct import pack
from traceback import extract_tb
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import TracingError, Value, affine, detect_anomaly, grad, maximum, no_grad, tanh, total
from autograd.compiling import tracing
from nn import MLP

W = 2.5


def compiled(function: Callable[..., Any], parameters: list[Value], **options: Any) -> autograd.Compiled:
    return autograd.compile(function, parameters, backend="source", **options)


# What is refused

REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "x < 0": (lambda x: x < 0, "comparison"),
    "x <= 0": (lambda x: x <= 0, "comparison"),
    "x > 0": (lambda x: x > 0, "comparison"),
    "x >= 0": (lambda x: x >= 0, "comparison"),
    "x < x": (lambda x: x < x, "comparison"),
    "x < Value": (lambda x: x < Value(1.0), "comparison"),
    "Value < x": (lambda x: Value(1.0) < x, "comparison"),
    "Value >= x": (lambda x: Value(1.0) >= x, "comparison"),
    "np.float64 < x": (lambda x: np.float64(1.0) < x, "comparison"),
    "x == 1": (lambda x: x == 1, "a comparison"),
    "x == 1.0": (lambda x: x == 1.0, "a comparison"),
    "1 == x": (lambda x: 1 == x, "a comparison"),  # noqa: SIM300
    "x == True": (lambda x: x == True, "a comparison"),  # noqa: E712
    "x == 1j": (lambda x: x == 1j, "a comparison"),
    "x != 1": (lambda x: x != 1, "a comparison"),
    "x == np.float64": (lambda x: x == np.float64(1), "a comparison"),
    "np.float64 == x": (lambda x: np.float64(1) == x, "a comparison"),
    "np.int64 != x": (lambda x: np.int64(1) != x, "a comparison"),
    "np.equal": (lambda x: np.equal(x, 1), "a comparison"),
    "x == Fraction": (lambda x: x == Fraction(1, 2), "a comparison"),
    "array == x": (lambda x: np.arange(3) == x, "a comparison"),
    "x in a list": (lambda x: x in [1, 2], "a comparison.*autograd.pick"),
    "x in a tuple": (lambda x: x in (0.5, 2), "a comparison"),
    "list.index": (lambda x: [0, 1].index(x), "a comparison"),
    "list.count": (lambda x: [0, 1].count(x), "a comparison"),
    "match": (lambda x: matched(x), "a comparison"),
    "match of .data": (lambda x: matched_data(x), r"\.data"),
    "range": (lambda x: range(x), "an index or a count.*autograd.pick"),
    "list[x]": (lambda x: [1.0, 2.0][x], "an index or a count"),
    "tuple[x]": (lambda x: (1.0, 2.0)[x], "an index or a count"),
    "text[x]": (lambda x: "ab"[x], "an index or a count"),
    "list[:x]": (lambda x: [1.0, 2.0][:x], "an index or a count"),
    "list[x] = 1": (lambda x: [1.0, 2.0].__setitem__(x, 1.0), "an index or a count"),
    "operator.index": (lambda x: operator.index(x), "an index or a count"),
    "bin": (lambda x: bin(x), "an index or a count"),
    "chr": (lambda x: chr(x), "an index or a count"),
    "int": (lambda x: int(x), "rounding"),
    "round": (lambda x: round(x), "rounding"),
    "round to digits": (lambda x: round(x, 2), "rounding"),
    "math.floor": (lambda x: math.floor(x), "rounding"),
    "math.ceil": (lambda x: math.ceil(x), "rounding"),
    "math.trunc": (lambda x: math.trunc(x), "rounding"),
    "np.floor": (lambda x: np.floor(x), "rounding"),
    "np.rint": (lambda x: np.rint(x), "rounding"),
    "np.round": (lambda x: np.round(x), "rounding"),
    "x // 2": (lambda x: x // 2, "rounding"),
    "2 // x": (lambda x: 2 // x, "rounding"),
    "x % 2": (lambda x: x % 2, "rounding"),
    "2 % x": (lambda x: 2 % x, "rounding"),
    "divmod": (lambda x: divmod(x, 2), "rounding"),
    "divmod of 2": (lambda x: divmod(2, x), "rounding"),
    "x & 1": (lambda x: x & 1, "an operation on bits"),
    "1 << x": (lambda x: 1 << x, "an operation on bits"),
    "~x": (lambda x: ~x, "an operation on bits"),
    "complex": (lambda x: complex(x), r"complex\(\)|float\(\)"),
    "cmath": (lambda x: cmath.exp(x), r"complex\(\)|float\(\)"),
    "np.where": (lambda x: np.where(x, 1.0, 2.0), r"bool\(\)"),
    "np.clip": (lambda x: np.clip(np.array([x]), 0, 1), "a comparison"),
    "statistics": (lambda x: sorted([(x, 1), (x * 2, 2)]), "a comparison"),
    "str.format": (lambda x: "{:.2f}".format(x), "formatting"),  # noqa: UP032
    "f-string": (lambda x: f"{x}", "formatting"),
    "%f": (lambda x: "%f" % x, r"float\(\)"),  # noqa: UP031
    "array[x]": (lambda x: np.arange(3.0)[x], "an index or a count.*autograd.pick"),
    "array[:x]": (lambda x: np.arange(3.0)[:x], "an index or a count"),
    "array[x] = 1": (lambda x: np.arange(3.0).__setitem__(x, 1.0), "an index or a count"),
    "np.take": (lambda x: np.take([1.0, 2.0], x), "an index or a count|rounding|float"),
    "islice": (lambda x: list(islice([1.0, 2.0], x)), "an index or a count"),
    "bytes": (lambda x: bytes(x), "an index or a count"),
    "struct": (lambda x: pack("d", x), r"float\(\)"),
    "copy.copy": (lambda x: copy.copy(x), r"\.data"),
    "pickle": (lambda x: pickle.dumps(x), r"\.data"),
    "max": (lambda x: max(x, 0.0), "comparison"),
    "min": (lambda x: min(0.0, x), "comparison"),
    "sorted": (lambda x: sorted([x, x * 2]), "comparison"),
    "if": (lambda x: 1 if x else 2, r"bool\(\)"),
    "not": (lambda x: not x, r"bool\(\)"),
    "and": (lambda x: x and 1.0, r"bool\(\)"),
    "any": (lambda x: any([x]), r"bool\(\)"),
    "float": (lambda x: float(x), r"float\(\)"),
    "math.exp": (lambda x: math.exp(x), r"float\(\)"),
    "math.isnan": (lambda x: math.isnan(x), r"float\(\)"),
    "np.float64": (lambda x: np.float64(x), r"float\(\)"),
    "np.array": (lambda x: np.array([x], float), r"float\(\)"),
    ".data": (lambda x: x.data, r"\.data"),
    ".data of a result": (lambda x: tanh(x).data, r"\.data"),
    "setting .data": (lambda x: setattr(x, "data", 1.0), r"setting \.data"),
    ".grad": (lambda x: x.grad, r"\.grad"),
    "setting .grad": (lambda x: setattr(x, "grad", 1.0), r"setting \.grad"),
    "+= to .data": (lambda x: setattr(x, "data", x.data + 1), r"\.data"),
    ".backward()": (lambda x: (x * x).backward(), r"\.grad"),
    ".partials": (lambda x: (x * x).partials, r"\.partials"),
    "format": (lambda x: f"{x:.2f}", "formatting"),
    "copy.deepcopy": (lambda x: copy.deepcopy(x), r"\.data"),
    "no_grad": (lambda x: no_grad()(lambda: x * x)(), "no_grad"),
}


# Of what differs from row to row; a parameter stands for itself there.
REFUSED_OF_ROWS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a key": (lambda x: {0: 1.0}[x], r"hash\(\).*autograd.pick"),
    "dict.get": (lambda x: {0: 1.0}.get(x, 2.0), r"hash\(\)"),
    "x in a dict": (lambda x: x in {0: 1.0}, r"hash\(\)"),
    "x in a set": (lambda x: x in {0, 1}, r"hash\(\)"),
    "a set": (lambda x: {x}, r"hash\(\)"),
    "a dict": (lambda x: {x: 1}, r"hash\(\)"),
    "setdefault": (lambda x: dict[Any, Any]().setdefault(x, 1), r"hash\(\)"),
    "a defaultdict": (lambda x: defaultdict(float)[x], r"hash\(\)"),
    "a Counter": (lambda x: Counter([x]), r"hash\(\)"),
    "lru_cache": (lambda x: lru_cache(lambda i: i)(x), r"hash\(\)"),
    "hash": (lambda x: hash(x), r"hash\(\)"),
    "x == w": (lambda x: x == Value(1.0), "a comparison"),
    "w == x": (lambda x: Value(1.0) == x, "a comparison"),
    "x == x": (lambda x: x == x, "a comparison"),
    "x != x": (lambda x: x != x, "a comparison"),
    "x == 2 x": (lambda x: x == x * 2, "a comparison"),
    "x in Values": (lambda x: x in [Value(1.0), Value(2.0)], "a comparison"),
}


PICK = "autograd.pick(values, index) looks up one of several values"
REMEDIES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a comparison": (lambda x: x < 1, f"write a decision with maximum, minimum, relu or step; {PICK}"),
    "bool()": (lambda x: not x, "write a decision with maximum, minimum, relu or step"),
    "hash()": (
        lambda x: {x: 1}, f"{PICK}; what belongs to the node itself and not to its number is kept by id()"
    ),
    "an index or a count": (
        lambda x: range(x), f"{PICK}; what is counted has to be known when the function is traced"
    ),
    "rounding": (lambda x: round(x), "write what jumps with step, or round the numbers before the call"),
    "complex()": (lambda x: complex(x), "calculate with real numbers, and autograd's own functions"),
    "an operation on bits": (lambda x: ~x, "write a decision with maximum, minimum, relu or step"),
    ".data": (
        lambda x: x.data, "calculate with the Value itself, or with stop_gradient of it if it is to have no gradient"
    ),
    "float()": (lambda x: float(x), "use autograd's own functions (autograd.exp, not math.exp)"),
    ".grad": (lambda x: x.grad, "autograd.grad gives gradients as Values"),
}  # fmt: skip


@pytest.mark.parametrize("what", REMEDIES)
def test_a_refusal_says_what_to_write_instead(what: str) -> None:
    function, remedy = REMEDIES[what]
    with pytest.raises(autograd.TracingError) as caught:
        autograd.compile(lambda height: function(height))
    why = "it stands for the numbers of all rows to come, and has none of its own"
    assert str(caught.value) == f"{what} of the traced Value height: {why}; {remedy}"


def matched(x: Any) -> int:
    match x:
        case 1:
            return 1
        case _:
            return 2


def matched_data(x: Any) -> int:
    match x:
        case Value(data=1.0):
            return 1
        case _:
            return 2


def of_a_parameter(f: Callable[[Value], Any]) -> tuple[Callable[..., Any], list[Value]]:
    w = Value(W, "w")
    return (lambda x: f(w)), [w]


def of_an_input(f: Callable[[Value], Any]) -> tuple[Callable[..., Any], list[Value]]:
    return (lambda x: f(x)), [Value(W, "w")]


def of_a_result(f: Callable[[Value], Any]) -> tuple[Callable[..., Any], list[Value]]:
    w = Value(W, "w")
    return (lambda x: f(w * x + 1)), [w]


@pytest.mark.parametrize("of", [of_a_parameter, of_an_input, of_a_result])
def test_what_needs_a_number_is_refused(of: Any) -> None:
    for what, (use, message) in (REFUSED if of is of_a_parameter else REFUSED | REFUSED_OF_ROWS).items():
        function, parameters = of(use)
        (w,) = parameters
        w.grad = 0.25
        with pytest.raises(TracingError, match=message) as caught:
            autograd.compile(function, parameters)
        assert "\n" not in str(caught.value), what
        assert (type(w), w.data, w.grad, w.label) == (Value, W, 0.25, "w"), what
        assert (w * w).data == W * W, what
        frames = [frame for frame in extract_tb(caught.tb) if frame.filename == __file__]
        assert frames[-1].name in ("<lambda>", "matched", "matched_data"), what  # where it was used


def test_the_error_names_the_value_and_comes_from_the_line() -> None:
    w = Value(W, "w^1_21")

    def model(x: Value) -> Value:
        z = w * x
        if z > 0:  # this line
            return z
        return -z

    with pytest.raises(
        TracingError, match=r"^a comparison of a traced Value: .*maximum, minimum, relu or step; autograd.pick"
    ) as caught:
        autograd.compile(model, [w])
    frames = [frame for frame in extract_tb(caught.tb) if frame.filename == __file__]
    assert frames[-1].line == "if z > 0:  # this line"
    for use, named in [
        (lambda x: float(w), r"float\(\) of the traced Value w\^1_21: .*autograd\.exp, not math\.exp"),
        (lambda x: x.data, r"\.data of the traced Value x: .*none of its own"),
        (lambda x: w.grad, r"autograd\.grad gives"),
    ]:
        with pytest.raises(TracingError, match=named):
            autograd.compile(use, [w])


def test_a_type_error_like_any_other() -> None:
    assert issubclass(TracingError, TypeError)


def test_an_error_of_the_functions_own_passes_and_leaves_the_parameters_as_they_were() -> None:
    w, b = Value(W, "w"), Value(1.0)

    def breaks(x: Value) -> Value:
        _ = w * x + b
        raise KeyError("of its own")

    def interrupted(x: Value) -> Value:
        raise KeyboardInterrupt

    for function, kind in ((breaks, KeyError), (interrupted, KeyboardInterrupt)):
        with pytest.raises(kind):
            autograd.compile(function, [w, b])
        assert [type(p) for p in (w, b)] == [Value, Value]
        assert (w * b + b).data == W + 1
        assert w > b
        assert float(w) == W
    assert compiled(lambda x: w * x, [w])([2.0])[0] == 2 * W


def test_an_error_that_says_nothing_of_tracing_comes_with_a_note() -> None:
    uses: list[Callable[[Any], Any]] = [np.isnan, Fraction, lambda x: x.is_integer(), lambda x: [0.0] * x]
    for use in uses:
        with pytest.raises((TypeError, AttributeError)) as caught:
            autograd.compile(lambda x, use=use: use(x), inputs=1)
        (note,) = caught.value.__notes__
        assert "while the function was traced" in note
        assert "pick" in note


# What is allowed


def test_a_value_that_is_no_parameter_is_read_at_each_call_and_may_be_looked_at() -> None:
    w, c = Value(W, "w"), Value(3.0, "c")

    def function(x: Value) -> Value:
        rate = 2 * c
        factor = 5.0 if rate > 1 and c.data == 3 and float(c) else 7.0
        return w * x * factor * c

    step = compiled(function, [w])
    assert step([1.0])[0] == W * 15
    c.data = 100.0
    assert step([1.0])[0] == W * 500  # what was decided by it stays decided


def test_a_value_made_of_parameters_beforehand_is_made_anew_at_each_call() -> None:
    w = Value(W)
    squared = tanh(w * w)
    step = compiled(lambda x: squared * x + w, [w])
    for number in (W, 0.5):
        w.data = number
        loss, gradient = step([3.0])
        assert loss == pytest.approx(math.tanh(number**2) * 3 + number)
        assert gradient[0] == pytest.approx((1 - math.tanh(number**2) ** 2) * 2 * number * 3 + 1)


def test_a_decision_by_a_value_made_of_parameters_beforehand_is_made_once() -> None:
    w = Value(W)
    doubled = w * 2
    step = compiled(lambda x: (x if doubled > 0 else -x) * doubled.data, [w])
    w.data = -W
    assert step([3.0])[0] == 3.0 * 2 * W  # as compile says
    with pytest.raises(TracingError, match="a comparison of a traced Value"):
        autograd.compile(lambda x: x if w * 2 > 0 else -x, [w])


def test_python_that_does_not_ask_for_a_number() -> None:
    w, v = Value(W), Value(1.0)

    def function(x: Value, y: Value) -> Value:
        seen = {id(x): 1.0, id(y): 2.0}
        terms = [seen[id(v)] * v for v in (x, y) if v is not w]
        assert x is not y
        assert x in [x, y]
        assert isinstance(x, Value)
        assert x != None  # noqa: E711
        assert x != "x"  # type: ignore[comparison-overlap]
        assert w != v
        assert v in [w, v]
        assert {w: 1, v: 2}[v] == len({w, v, w})
        assert str(x) == "%s" % x == "<traced Value x>"  # noqa: UP031
        assert repr(x) == "<traced Value x>"
        assert repr(x * y) == "<traced Value>"
        return sum(terms) + np.float64(2) * x + True * y + +x + x**2 + 2**y + abs(x) + np.int64(3) * w - x / 4 + 1 / y

    step = compiled(function, [w, v])
    x, y = 3.0, 2.0
    assert step(x, y)[0] == pytest.approx(x + 2 * y + 2 * x + y + x + x**2 + 2**y + x + 3 * W - x / 4 + 1 / y)


@pytest.mark.parametrize("other", [2, 2.0, True, np.float64(2.0), np.float32(2), np.int64(2), Value(2.0)])
def test_constants_of_all_kinds_on_both_sides(other: Any) -> None:
    number = float(other)
    functions: list[tuple[Callable[[Any], Any], float]] = [
        (lambda x: x + other, 3 + number),
        (lambda x: other + x, 3 + number),
        (lambda x: x - other, 3 - number),
        (lambda x: other - x, number - 3),
        (lambda x: x * other, 3 * number),
        (lambda x: other * x, 3 * number),
        (lambda x: x / other, 3 / number),
        (lambda x: other / x, number / 3),
        (lambda x: x**other, 3**number),
        (lambda x: other**x, number**3),
        (lambda x: maximum(other, x), 3.0),
        (lambda x: maximum(x, other), 3.0),
        (lambda x: total([other, x, other]), 3 + 2 * number),
        (lambda x: affine([other], [x], other), 4 * number),
        (lambda x: affine([x], [other]), 3 * number),
    ]
    for function, expected in functions:
        assert compiled(function, []).values([3.0])[0] == pytest.approx(expected, rel=1e-14)


def test_watchers_outside_see_nothing_of_a_trace() -> None:
    w = Value(W)
    with detect_anomaly(), no_grad():
        step = compiled(lambda x: autograd.log(w * x), [w])
    assert step([1.0])[1][0] == pytest.approx(1 / W)


def test_the_function_is_called_once_and_never_again() -> None:
    calls: list[Value] = []

    def function(x: Value) -> Value:
        calls.append(x)
        return x * 2

    step = compiled(function, [])
    step([1.0, 2.0])
    step.values([1.0])
    assert len(calls) == 1


def test_nothing_is_left_of_a_trace_in_the_graph() -> None:
    w = Value(W)
    step = compiled(lambda x: w * x, [w])
    (w * 3).backward()
    assert w.grad == 3.0
    step([1.0])
    assert (w.grad, w.operands, w.op) == (3.0, (), None)


def test_gradients_within_and_compiling_within() -> None:
    w = Value(W, "w")

    def outer(x: Value) -> Value:
        inner = compiled(lambda y: w * y, [w])
        assert inner.parameters == (w,)
        return grad(w * w * x, w) + w

    step = compiled(outer, [w])
    assert step([3.0])[0] == 2 * W * 3 + W
    assert type(w) is Value

    def still_refused(x: Value) -> Value:
        compiled(lambda y: w * y, [w])
        return x * float(w)

    with pytest.raises(TracingError):
        autograd.compile(still_refused, [w])


def test_labels_of_inputs_parameters_and_constants_are_kept() -> None:
    w, c = Value(W, "w"), Value(3.0, "bias")

    def function(height: Value) -> Any:
        assert height.label == "height"
        assert w.label == "w"
        z = w * height + c
        z.label = "z"
        return tanh(z)

    source = compiled(function, [w]).source
    for name in ("height", "w", "bias = 3.0", "z = "):
        assert name in source


def test_parameters_of_a_class_of_one_s_own() -> None:
    class Weight(Value):
        def doubled(self) -> Value:
            return self * 2

    class Slotted(Value):
        __slots__ = ("rate",)

    class Own(Value):
        def __mul__(self, other: Any) -> Value:
            return super().__mul__(other) + 0.0

    v, s, o, w = Weight(2.0, "v"), Slotted(3.0), Own(4.0), Value(W)
    parameters = [v, s, o, w]
    step = compiled(lambda x: v.doubled() * s * o * w * x + x * v + tanh(s), parameters)
    loss, gradient = step([2.0])
    assert loss == pytest.approx(2 * 2 * 3 * 4 * W * 2 + 4 + math.tanh(3))
    assert gradient[0] == pytest.approx(2 * 3 * 4 * W * 2 + 2)
    assert [type(p) for p in parameters] == [Weight, Slotted, Own, Value]
    for use, message in REFUSED.values():
        for p in parameters:
            with pytest.raises(TracingError, match=message):
                autograd.compile(lambda x, use=use, p=p: use(p), parameters)
    assert [type(p) for p in parameters] == [Weight, Slotted, Own, Value]


# Threads


@pytest.fixture
def quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(*workers: Callable[[], object], seconds: float = 0.8) -> None:
    """Run workers in threads, each again and again; what one raises is raised here."""
    errors: list[BaseException] = []
    done = threading.Event()

    def run(worker: Callable[[], object]) -> None:
        try:
            while not done.is_set():
                worker()
        except BaseException as error:
            errors.append(error)
            done.set()

    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    done.wait(seconds)
    done.set()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.parametrize("backend", ["source", "native"])
@pytest.mark.usefixtures("quick_switches")
def test_threads_call_one_program_while_others_trace_and_evaluate_its_parameters(backend: str) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")
    model = MLP(2, [4, 1], activation="tanh", seed=1)
    parameters = list(model.parameters())

    def loss(x: Value, y: Value) -> Value:
        return (model([x, y]) - y) ** 2  # type: ignore[no-any-return]

    step = autograd.compile(loss, parameters, backend=backend)
    rng = np.random.default_rng(0)
    expected_eagerly = model([0.5, -0.25]).data

    def caller(rows: int) -> Callable[[], None]:
        x, y = rng.normal(size=(2, rows))
        first = step(x, y), step.values(x, y)

        def call() -> None:
            found, gradient = step(x, y)
            assert found == first[0][0]
            assert (gradient == first[0][1]).all()
            assert (step.values(x, y) == first[1]).all()

        return call

    def evaluate() -> None:
        out = model([0.5, -0.25])
        assert out.data == expected_eagerly
        assert type(out) is Value
        assert out > -100
        assert [float(p) for p in parameters] == [p.data for p in parameters]
        assert grad(out, parameters[0]).data == grad(out, parameters[0]).data
        copy.deepcopy(out)
        out.backward()

    def trace() -> None:
        again = autograd.compile(loss, parameters, backend=backend)
        assert again.source == step.source
        with suppress(TracingError):
            autograd.compile(lambda x: float(parameters[0]), parameters)
            raise AssertionError("float() was not refused")

    together(*[caller(rows) for rows in (1, 7, 300, 1000)], evaluate, evaluate, trace, trace)
    assert {type(p) for p in parameters} == {Value}


def test_a_value_in_another_thread_has_its_number_while_one_thread_traces() -> None:
    w = Value(W, "w")
    seen: list[Any] = []

    def look() -> None:
        z = w * 2 + 1
        w.grad = 0.5
        seen.extend([w.data, float(w), w > 1, bool(w), tanh(w).data, z.data, type(z), max(w, 1.0) is w, w.grad])
        z.backward()
        seen.append(w.grad)
        w.data = 4.0
        seen.append((-w).data)
        w.data = W

    def function(x: Value) -> Value:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return w * x

    step = compiled(function, [w])
    assert seen == [W, W, True, True, math.tanh(W), 2 * W + 1, Value, True, 0.5, 2.5, -4.0]
    assert step([2.0])[0] == 2 * W


def test_what_values_have_not_in_another_thread_they_have_not_while_one_thread_traces() -> None:
    w: Any = Value(W, "w")
    uses: dict[str, Callable[[], Any]] = {
        "int": lambda: int(w), "round": lambda: round(w), "floor": lambda: math.floor(w), "range": lambda: range(w),
        "complex": lambda: complex(w), "invert": lambda: ~w, "w % 2": lambda: w % 2, "2 % w": lambda: 2 % w,
        "w & 1": lambda: w & 1, "divmod": lambda: divmod(w, 2), "w == 2": lambda: w == W, "w == w": lambda: w == w,
        "hash": lambda: hash(w) == object.__hash__(w), "format": lambda: f"{w}", "w <": lambda: w < 3,
    }  # fmt: skip
    said: dict[str, str] = {}

    def look() -> None:
        for name, use in uses.items():
            try:
                said[name] = str(use())
            except TypeError as error:
                said[name] = f"{type(error).__name__}: {error}"

    def function(x: Value) -> Any:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return w * x

    compiled(function, [w])
    assert said.pop("format") == "<traced Value w>"
    of_bits, of_rest = "unsupported operand type(s) for &", "unsupported operand type(s) for %"
    assert said.pop("w & 1").startswith(f"TypeError: {of_bits}")
    assert said.pop("w % 2").startswith(f"TypeError: {of_rest}")
    assert said.pop("2 % w").startswith(f"TypeError: {of_rest}")
    assert said.pop("divmod").startswith("TypeError: unsupported operand type(s) for divmod()")
    assert said == {
        "int": "TypeError: rounding of a Value", "round": "TypeError: rounding of a Value",
        "floor": "TypeError: rounding of a Value", "range": "TypeError: an index or a count of a Value",
        "complex": "TypeError: complex() of a Value", "invert": "TypeError: an operation on bits of a Value",
        "w == 2": "False", "w == w": "True", "hash": "True", "w <": "True",
    }  # fmt: skip


def test_every_method_of_numbers_that_values_have_not_is_closed_by_its_name() -> None:
    from autograd.compiling.tracing import Traced

    names = {
        "__index__", "__int__", "__round__", "__trunc__", "__floor__", "__ceil__", "floor", "ceil", "rint", "trunc",
        "__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__divmod__", "__rdivmod__", "__complex__", "__and__",
        "__rand__", "__or__", "__ror__", "__xor__", "__rxor__", "__lshift__", "__rlshift__", "__rshift__",
        "__rrshift__", "__invert__", "__lt__", "__le__", "__gt__", "__ge__", "__float__", "__bool__", "__format__",
        "backward",
    }  # fmt: skip
    assert {name for name, found in vars(Traced).items() if getattr(found, "__name__", "") == "refused"} == names
    for name in names:
        with pytest.raises(TracingError, match="of the traced Value x: it stands for"):
            compiled(lambda x, name=name: getattr(x, name)(), [], inputs=["x"])


def test_a_child_ends_what_another_thread_of_its_parent_was_tracing() -> None:
    from autograd.compiling import tracing

    w, v = Value(W), Value(1.0)
    tracing._set_kinds([w], [tracing.Traced])
    before = tracing._one_at_a_time
    tracing._underway.append((threading.get_ident(), [w], [Value]))
    tracing._take_over()  # this thread is there, and will end it itself
    assert type(w) is tracing.Traced
    assert tracing._one_at_a_time is before
    tracing._underway[:] = [(-1, [w, v], [Value, Value]), (-1, [w], [tracing.Traced])]
    tracing._take_over()
    assert (type(w), type(v)) == (Value, Value)
    assert tracing._underway == []
    assert tracing._one_at_a_time is not before
    tracing._take_over()
    assert compiled(lambda x: w * x, [w])([2.0])[0] == 2 * W


def test_a_parameter_that_an_interrupt_left_traced_is_what_it_was() -> None:
    from autograd.compiling.tracing import Traced, _set_kinds, _traced_kind

    class Weight(Value):
        __slots__ = ()

    w, own = Value(W), Weight(3.0)
    _set_kinds([w, own], [Traced, _traced_kind(Weight)])
    assert compiled(lambda x: w * x * own, [w, own])([2.0])[0] == 6 * W
    assert (type(w), type(own)) == (Value, Weight)
    names: list[str] = []
    compiled(lambda x: names.append(type(own).__name__) or own * x, [own])  # type: ignore[func-returns-value]
    assert names == ["Weight"]
    assert not hasattr(own, "__dict__")


def test_an_input_without_a_name_is_an_x() -> None:
    step = compiled(lambda *xs: xs[0] * xs[1], [], inputs=["", "y"])
    assert step.inputs == ("x", "y")


def test_a_refusal_that_somebody_drops_is_raised_when_the_function_fails() -> None:
    def dropping(x: Value) -> Any:
        with suppress(TracingError):
            float(x)
        with suppress(TracingError):
            x > 0  # noqa: B015
        raise KeyError("of its own")

    with pytest.raises(TracingError, match=r"^a comparison of the traced Value x: ") as caught:
        compiled(dropping, [])
    assert isinstance(caught.value.__cause__, KeyError)
    assert extract_tb(caught.tb)[-1].name == "dropping"

    def going_on(x: Value) -> Any:
        with suppress(TracingError):
            float(x)
        return x * 2

    assert compiled(going_on, [])([3.0])[0] == 6.0


def test_a_note_is_only_on_errors_that_a_missing_number_can_be_the_reason_of() -> None:
    def fails(error: Exception) -> Callable[[Any], Any]:
        def function(x: Any) -> Any:
            raise error

        return function

    for kind, noted in ((TypeError, True), (AttributeError, True), (ValueError, False), (KeyError, False)):
        with pytest.raises(kind) as caught:
            compiled(fails(kind("of its own")), [])
        assert bool(getattr(caught.value, "__notes__", [])) == noted


def test_a_trace_that_has_ended_is_not_under_way_and_the_one_around_it_is() -> None:
    w = Value(W)
    underway: list[list[Any]] = []

    def outer(x: Value) -> Value:
        underway.append([*tracing._underway])
        autograd.compile(lambda y: y * 2.0, [], inputs=1)
        underway.append([*tracing._underway])
        return x * w

    autograd.compile(outer, [w])
    before, after = underway
    assert len(before) == 1
    assert before[0] is after[0]
    assert tracing._underway == []
