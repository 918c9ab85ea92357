"""The doors by which numbers come into compiled functions: at each of them the same things are refused."""

import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Compiled, Descent, Value, compile, no_grad, real_array
from autograd.compiling import arrays
from autograd.compiling import descent as descent_module
from nn import SGD
from tests.golden import assert_golden
from tests.rules import Ruled
from tests.test_compiling import both_backends

MASKED = np.ma.MaskedArray([1.0, 2.0, 3.0], [False, True, False])
NO_NUMBERS: dict[str, Any] = {
    "a masked array": MASKED,
    "a masked array without a mask": np.ma.MaskedArray([1.0, 2.0, 3.0]),
    "a list with something masked": [1.0, np.ma.masked, 3.0],
    "objects": np.array([1.0, 2.0, 3.0], object),
    "None": [1.0, None, 3.0],
    "nothing but None": None,
    "text": ["1", "2", "3"],
    "one text": "123",
    "bytes": b"123",
    "complex numbers": np.array([1.0, 2.0, 3.0], complex),
    "a complex number": [1.0, 2j, 3.0],
    "dates": np.zeros(3, "datetime64[s]"),
    "durations": np.zeros(3, "timedelta64[s]"),
    "records": np.zeros(3, [("a", "f8")]),
    "a mapping": {"a": 1.0},
    "a set": {1.0, 2.0, 3.0},
    "a generator": (x for x in (1.0, 2.0, 3.0)),
    "a function": abs,
    "a Value": Value(1.0),
    "Values": [Value(1.0), 2.0, 3.0],
    "rows of unequal length": [[1.0], [2.0, 3.0], 4.0],
}


def nested(numbers: Any) -> Any:
    """The numbers as the one row of a table, in a list."""
    return [numbers]


def doors(backend: str) -> dict[str, Callable[[Any], Any]]:
    w = [Value(float(i)) for i in range(3)]
    step = compile(lambda x: w[0] * x + w[1] + w[2], w, backend=backend)
    scalars: list[Any] = [[0.1] * 3]
    descent = Descent(step, Ruled(w, lambda w, g, a, b, c: [w - a * g - b - c], 0, lambda t: scalars[-1]))
    one = np.ones(3)

    def step_by(numbers: Any) -> Any:
        scalars[1:] = [numbers]
        return descent.run([one])

    return {
        "a call": lambda numbers: step(numbers),
        "values": lambda numbers: step.values(numbers),
        "values_of": lambda numbers: step.values_of([numbers]),
        "the numbers of parameters": lambda numbers: step.values(one, numbers=numbers),
        "the columns of descent": lambda numbers: descent.run([numbers]),
        "the scalars of descent": step_by,
        "the order of descent": lambda numbers: descent.run([one], 1, 1, nested(numbers)),
        "real_array": lambda numbers: real_array("numbers", numbers),
        "real_array of rows": lambda numbers: real_array("numbers", nested(numbers)),
    }


@both_backends
@pytest.mark.parametrize("door", doors("source"))
def test_what_is_no_real_number_is_refused_at_every_door(door: str, target: str) -> None:
    enter = doors(target)[door]
    for what, numbers in NO_NUMBERS.items():
        if numbers is None and "numbers of" in door:  # which are the parameters' own there
            continue
        with pytest.raises(TypeError) as caught:
            enter(numbers)
        message = str(caught.value)
        assert type(caught.value) is TypeError, what
        assert "\n" not in message, what
        assert len(message) < 400, what
        assert ("mask" in message) == ("mask" in what), what
    for kind in ("float64", "float32", "int8", "uint64", ">f8", ">i4"):
        if "order" not in door:
            enter(np.ones(3, kind))
        elif kind[-2] == "i" or "int" in kind:
            enter(np.arange(3).astype(kind))


def test_an_array_of_real_numbers_is_taken_as_it_is() -> None:
    numbers = np.arange(6.0)
    assert real_array("numbers", numbers) is numbers
    assert real_array("numbers", numbers[::2]).base is numbers
    assert real_array("numbers", numbers, "float32").dtype == np.float32
    assert real_array("numbers", [1e300, -1e300], "float32").tolist() == [np.inf, -np.inf]  # without a warning
    odd = np.zeros(17, np.uint8)[1:].view(float)
    odd[:] = 2.5
    assert real_array("numbers", odd).flags.aligned
    assert real_array("numbers", odd).tolist() == [2.5, 2.5]


# What is said, word by word


def said(enter: Callable[[], Any]) -> str:
    """The error that a door raises, and what was noted of it."""
    try:
        enter()
    except Exception as error:
        return "\n    ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    raise AssertionError("nothing was refused")


class Unwilling:
    """An array of a library that gives none, and explains itself at length."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("this array\n    is elsewhere " + "and cannot come " * 20)


class Unreadable:
    """A function that says nothing of what it takes."""

    __signature__ = "none"

    def __call__(self, *numbers: Any) -> Any:
        return numbers[0]


def refusals() -> dict[str, Callable[[], Any]]:
    w, v = Value(2.0, "w"), Value(3.0)
    ones, table = np.ones(9), np.ones((9, 2))
    step = compile(lambda x, y: w * x + v * y, [w, v], backend="source")
    some, many = (compile(lambda *xs: xs[0], inputs=n, backend="source") for n in (8, 9))
    listed = compile(lambda x: [x, x], backend="source")
    descent = Descent(step, SGD([w, v], 0.1, momentum=0.9))
    options = {"backend": "source"}
    borrowed = ModuleType("borrowed")
    vars(borrowed).update(asarray=np.asarray)

    def run(**changed: Any) -> Callable[[], Any]:
        return lambda: descent.run(**{"columns": [ones, ones], "steps": 4, **changed})

    def without(number: Any, label: str | None) -> Callable[[], Any]:
        def call() -> None:
            w.data, w.label = number, label
            try:
                step(1.0, 1.0)
            finally:
                w.data, w.label = 2.0, "w"

        return call

    def compiling(function: Any, parameters: Any = (), **changed: Any) -> Callable[[], Any]:
        return lambda: compile(function, parameters, **{**options, **changed})

    bad = compile(lambda x: x, backend="source").program
    return {
        "no function": compiling(3),
        "no such backend": compiling(abs, backend="gpu"),
        "no such type": compiling(abs, dtype="float16"),
        "no such vector math": compiling(abs, vector_math=True),
        "the name of a namespace": compiling(abs, namespace="numpy"),
        "a namespace for machine code": compiling(abs, backend="native", namespace=np),
        "one parameter": compiling(abs, w),
        "a number for parameters": compiling(abs, 1.0),
        "a number among parameters": compiling(abs, [w, 1.0]),
        "a result among parameters": compiling(abs, [v, w * 2]),
        "a parameter twice": compiling(abs, [w, v, w]),
        "inputs: text": compiling(abs, inputs="x"),
        "inputs: -1": compiling(abs, inputs=-1),
        "inputs: True": compiling(abs, inputs=True),
        "inputs: numbers": compiling(abs, inputs=[1]),
        "inputs: 0.5": compiling(abs, inputs=0.5),
        "inputs that cannot be read off": compiling(Unreadable()),
        "any number of inputs": compiling(lambda *xs: xs[0]),
        "nothing returned": compiling(lambda x: None),
        "no results returned": compiling(lambda x: []),
        "text returned": compiling(lambda x: "x"),
        "nothing beside the loss": compiling(lambda x: x, has_aux=True),
        "text beside the loss": compiling(lambda x: (x, {"a": [x, "x"]}), has_aux=True),
        "a list for the loss": compiling(lambda x: ([x, x], x), has_aux=True),
        "lists returned": compiling(lambda x: [[x]]),
        "recording within": compiling(lambda x: no_grad()(lambda: x * x)()),
        "a method that Values have not": compiling(lambda x: x.is_integer()),
        "the data of a result": compiling(lambda x: (x * 2).data),
        "backward": compiling(lambda x: type(x).backward(x)),
        "setting data": compiling(lambda x: setattr(x, "data", 1.0)),
        "partials": compiling(lambda x: x.partials),
        "a format": compiling(lambda x: f"{x:.2f}"),
        "a parameter of no program": lambda: Compiled(bad, (w,), (), True, None, step.backend, step.options),
        "a list that is none": lambda: Compiled(bad, (), (), False, None, step.backend, step.options),
        "no inputs": lambda: step(),
        "too many inputs": lambda: step(ones, ones, ones),
        "too few of 9": lambda: many(ones),
        "too few of 8": lambda: some(ones),
        "a matrix": lambda: step(table),
        "columns of matrices": lambda: step(table, table),
        "unequal lengths": lambda: step(ones, ones[1:]),
        "no rows": lambda: step(ones[:0], ones[:0]),
        "no rows in one array": lambda: step.values_of(np.ones((2, 0))),
        "too many rows in one array": lambda: step.values_of(np.ones((3, 2))),
        "an unwilling array": lambda: step(Unwilling(), ones),
        "complex": lambda: step(ones * 1j, ones),
        "a Value": lambda: step(w, ones),
        "a mask": lambda: step(np.ma.array(ones), ones),
        "no loss": lambda: listed(ones),
        "other numbers": lambda: step.values(ones, ones, numbers=np.ones(3)),
        "a parameter of None": without(None, "w"),
        "a parameter of text": without("1", None),
        "setting an attribute": lambda: setattr(step, "dtype", None),
        "deleting an attribute": lambda: delattr(step, "dtype"),
        "fixing what is fixed": lambda: step.fix(dtype=None),
        "pickling what is no module": lambda: pickle.dumps(compile(abs, namespace=borrowed)),
        "pickling a kernel": lambda: pickle.dumps(descent._state),
        "descent of several outputs": lambda: Descent(listed, SGD([w])),
        "descent of no parameters": lambda: Descent(many, SGD([w])),
        "descent of other parameters": lambda: Descent(step, SGD([w])),
        "a rule for an optimizer": lambda: Descent(step, lambda w, g: [w]),  # type: ignore[arg-type]
        "a rule that returns too little": lambda: Descent(step, Ruled([w, v], lambda w, g, k: [w], 1)),
        "a rule that returns a Value": lambda: Descent(step, Ruled([w, v], lambda w, g, k: w, 1)),
        "setting numbers": lambda: setattr(descent, "numbers", None),
        "copying descent": lambda: pickle.dumps(descent),
        "steps below 0": run(steps=-1),
        "steps of 2.0": run(steps=2.0),
        "steps of True": run(steps=True),
        "a batch of 0": run(batch_size=0),
        "a batch of True": run(batch_size=True),
        "a batch of 2.5": run(batch_size=2.5),
        "one order": run(order=range(9)),
        "an order of other rows": run(order=[range(8)] * 4),
        "an order of too few epochs": run(order=[range(9)] * 3),
        "an order below 0": run(order=[[-1, *range(1, 9)]] * 4),
        "an order of too many": run(order=[[9, *range(1, 9)]] * 4),
        "an order of fractions": run(order=np.full((4, 9), 0.5)),
    }  # fmt: skip


def test_numbers_by_name() -> None:
    a, b, c, d = Value(2.0, "a"), Value(3.0), Value(5.0, "b"), Value(7.0, "b")
    step = compile(lambda x: a * x + b * x * x + c - d, [a, b, c, d], backend="source")
    _, gradient = step([3.0])
    assert step.by_name(gradient) == {"a": 3.0, b: 9.0, c: 1.0, d: -1.0}
    assert step.by_name(step.numbers()) == {"a": 2.0, b: 3.0, c: 5.0, d: 7.0}
    for numbers, kind in (([1.0], ValueError), ([[1.0] * 4], ValueError), ("abcd", TypeError)):
        with pytest.raises(kind, match=r"^numbers (are those of the 4|is an array)"):
            step.by_name(numbers)


def test_what_every_door_says() -> None:
    lines = [f"{what}:\n    {said(enter)}" for what, enter in refusals().items()]
    assert_golden("refusals/compiling.txt", "\n".join([*lines, ""]))
    assert said(lambda: compile(abs, backend="native", namespace=np)).startswith("ValueError: a namespace is for")


def test_masks_are_searched_for_in_lists_of_lists_and_in_no_deeper_ones() -> None:
    numbers: Any = MASKED
    for depth in range(6):
        assert arrays._has_mask(numbers) == (depth <= 3), depth
        numbers = [1.0, numbers] if depth % 2 else (numbers, 1.0)
    assert not arrays._has_mask([[1.0, 2.0], [3.0]])
    assert not arrays._has_mask(1.0)


def test_what_comes_from_a_device_or_says_why_it_does_not() -> None:
    class Silent:
        def __array__(self, *_: Any, **__: Any) -> Any:
            raise TypeError("not by itself")

    with pytest.raises(TypeError, match=r"^x is an array of real numbers, got Silent \(not by itself\)$"):
        real_array("x", Silent())
    for name in ("get", "cpu"):
        given = Silent()
        setattr(given, name, lambda: [1, 2])
        assert real_array("x", given).tolist() == [1.0, 2.0]


def test_indices_are_copied_and_lie_one_after_another() -> None:
    given = np.asfortranarray(np.arange(6).reshape(2, 3))
    found = arrays.index_array("order", given)
    given[:] = 9
    assert found.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found.flags.c_contiguous
    assert found.dtype == np.int64


def test_one_array_of_all_columns_is_taken_as_it_is() -> None:
    step = compile(lambda x, y: x * y, backend="source")
    table = np.arange(1.0, 7.0).reshape(2, 3)
    for matrix in (table, table[:, ::2], np.asfortranarray(table)):
        assert step.checked(matrix)[0] is matrix
        assert step.checked(matrix)[1] == matrix.shape[1]
    odd = np.frombuffer(b"." + table.tobytes(), "float64", offset=1).reshape(2, 3)
    others: list[Any] = [table.astype("float32"), table.tolist(), odd, table.view(np.recarray)]
    for other in others:
        columns, rows = step.checked(other)
        assert type(columns) is list
        assert rows == 3
        assert [column.tolist() for column in columns] == table.tolist()
        assert all(column.flags.aligned and column.dtype == np.float64 for column in columns)
    assert step.values_of(table[:, 0]).tolist() == [4.0]  # a number for each input


def test_names_of_inputs_are_read_off() -> None:
    read: dict[str, Any] = {
        "x y": lambda x, y: x * y, "a b": lambda a, /, b, c=1.0, *, d=2.0, **e: a * b * c * d, "x_1": autograd.tanh,
        "x_1 x_2": autograd.maximum,
    }  # fmt: skip
    for names, function in read.items():
        found = compile(function, backend="source").inputs
        assert " ".join(found) == names
    int64: Any = np.int64
    assert compile(lambda *xs: xs[0], inputs=int64(2), backend="source").inputs == ("x_1", "x_2")
    assert compile(lambda *xs: xs[0], inputs=("p", "q"), backend="source").inputs == ("p", "q")
    assert compile(lambda *xs: 1.0, inputs=0, backend="source").inputs == ()
    assert compile(autograd.elu, backend="source").inputs == ("x_1",)  # whose alpha has a default


@both_backends
def test_columns_of_inputs_in_lists_and_results_of_rows(target: str) -> None:
    w = Value(2.0)
    step = compile(lambda x, y: w * x + y, [w], backend=target)
    assert step.values_of([[1.0, 2.0], 3.0]).tolist() == [5.0, 7.0]
    assert step.values_of(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 0.0]])[:, 0]).tolist() == [13.0, 24.0]
    assert step.values(1.0, 2.0, numbers=[4]).tolist() == [6.0]  # type: ignore[arg-type]
    assert repr(step) == f"<compiled function of 2 inputs and 1 parameters, {target}, float64>"


# Steps in parts


class Noting:
    """A backend that takes no steps, in a time that it says, and notes what it was asked for."""

    def __init__(self, seconds: list[float]) -> None:
        self.now, self.seconds = 0.0, seconds
        self.asked: list[tuple[int, int | None]] = []

    def descend(self, step: Any, update: Any, batches: Any, state: Any, scalars: Any, losses: Any) -> int:
        self.asked.append((len(losses), None if batches.order is None else int(batches.order[0, 0])))
        assert len(scalars) == len(losses)
        losses[:] = float(len(self.asked))
        self.now += self.seconds.pop(0)
        return len(losses)


@pytest.mark.parametrize(("rows", "size", "seconds", "parts"), [
    (1, None, [0.01] * 9, [1024, 2048, 4096, 2832]), (1, None, [0.05, *[1.0] * 8], [1024] * 9 + [784]),
    (1, None, [0.0499, 0.06, 0.01, 0.06, 1], [1024, 2048, 2048, 4096, 784]),
    (10, 3, [1.0] * 9, [1024] * 9 + [784]), (7, 2, [0.0] * 9, [1024, 2048, 4096, 2832]),
    (5, 1, [0.0] * 9, [1025, 2050, 4100, 2825]),
])  # fmt: skip
def test_ctrl_c_is_heard_between_parts_of_whole_epochs_that_grow_while_they_are_quick(
    rows: int, size: int | None, seconds: list[float], parts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    w = Value(1.0)
    backend = Noting([*seconds, 0.0])
    monkeypatch.setattr(descent_module, "perf_counter", lambda: backend.now)
    for ordered in (False, True):
        backend.asked, backend.seconds, backend.now = [], [*seconds, 0.0], 0.0
        descent = Descent(compile(lambda x: w * x, [w], backend="source"), Ruled([w], lambda w, g: [w]))
        vars(descent.step)["backend"] = backend
        each = math.ceil(rows / (size or rows))
        order = np.arange(math.ceil(10_000 / each))[:, None].repeat(rows, 1) % rows if ordered else None
        losses = descent.run([np.ones(rows)], 10_000, size, order)
        assert [taken for taken, _ in backend.asked] == parts
        starts = [sum(parts[:n]) // each % rows if ordered else None for n in range(len(parts))]
        assert [start for _, start in backend.asked] == starts
        assert losses.tolist() == [float(n + 1) for n, part in enumerate(parts) for _ in range(part)]
        assert (descent.steps, descent.finite) == (10_000, True)


def test_numpy_that_is_not_there_can_be_looked_at() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\nfrom autograd.compiling.optional_numpy import np\n"
        "assert not hasattr(np, '__path__')\ntry:\n    np.zeros\nexcept ImportError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "autograd.compile needs NumPy: pip install '.[jit]', in a clone of glassgrad\n"
