"""Messages are short whatever came in, and made in a time that does not grow with it."""

from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from autograd.core import shown
from autograd.core.messages import MOST_CHARACTERS, listed

itself: list[Any] = []
itself.append(itself)
deep: list[Any] = []
for _ in range(100_000):
    deep = [deep]


class Unwritable:
    """Its repr is as long as may be, or fails."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


HUGE: dict[str, Any] = {
    "text": "a" * 10**7,
    "bytes": b"\0" * 10**6,
    "list": list(range(10**6)),
    "rows": [[1.0] * 10**5] * 10**4,
    "array": np.zeros((10**3, 10**3)),
    "objects": np.array(["x" * 10**6, None]),
    "int": 10**5000,
    "fraction": Fraction(10**5000, 3),
    "dict": {"k" * 10**6: "v" * 10**6},
    "set": set(range(10**5)),
    "itself": itself,
    "deep": deep,
    "unwritable": Unwritable(),
}


@pytest.mark.parametrize("kind", HUGE)
def test_what_is_shown_is_short_and_soon_there(kind: str) -> None:
    start = perf_counter()
    text = shown(HUGE[kind])
    assert perf_counter() - start < 1
    assert 0 < len(text) <= MOST_CHARACTERS + 1
    assert "\n" not in text


def test_what_is_short_is_shown_as_python_writes_it() -> None:
    for x in (1, "a", "it's\n", [1, [2.5, None]], {"a": (1,)}, b"x", 10**50, Fraction(1, 3), np.float64(2)):
        assert shown(x) == repr(x)
    assert shown("a" * 100) == "'" + "a" * (MOST_CHARACTERS - 1) + "…"
    assert shown(list(range(100)), 10) == "[0, 1, 2, …"


def test_names_are_listed_as_far_as_one_reads() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"
    assert listed(range(2000), 3) == "0, 1, 2, … (2,000 in all)"
    assert len(listed(["x" * 1000] * 20)) < 1000


# Files are named in full; a neuron of 10⁵⁰⁰⁰ inputs would be begun.
NOT_TRIED = {"as_value", "real_array", "write_files", "read_csv", "load", "Neuron", "Layer"}


def answer(function: Any, *given: Any) -> str:
    """What an error says; nothing where there is none."""
    try:
        function(*given)
    except Exception as error:
        return str(error)
    return ""


def test_no_public_function_answers_at_length() -> None:
    """Called with something huge that it does not take, wherever that may stand."""
    huge = ["a" * 10**5, [*range(3_000), "a" * 10**5], {"k" * 10**5: 1}, 10**5000, np.array(["x" * 10**5, None])]
    answers = 0
    for module in (autograd, nn):
        functions = [getattr(module, name) for name in sorted(set(module.__all__) - NOT_TRIED)]
        for function in filter(callable, functions):
            for x in huge:
                for given in ((x,), (Value(1.0), x), (x, x), ([x], x)):
                    start = perf_counter()
                    said = answer(function, *given)
                    assert len(said) < 1500, f"{function} of {shown(given)}"
                    assert perf_counter() - start < 10, f"{function} of {shown(given)}"
                    answers += bool(said)
    assert answers > 500
