"""The doors by which numbers come into compiled functions: at each of them the same things are refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Descent, Value, compile, real_array
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
    descent = Descent(step, lambda w, g, a, b, c: [w - a * g - b - c], kept=0, scalars=3)
    one, rate = np.ones(3), np.full((1, 3), 0.1)
    return {
        "a call": lambda numbers: step(numbers),
        "values": lambda numbers: step.values(numbers),
        "values_of": lambda numbers: step.values_of([numbers]),
        "the numbers of parameters": lambda numbers: step.values(one, numbers=numbers),
        "the columns of descent": lambda numbers: descent.run([numbers], rate),
        "the scalars of descent": lambda numbers: descent.run([one], nested(numbers)),
        "the order of descent": lambda numbers: descent.run([one], rate, 1, nested(numbers)),
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
