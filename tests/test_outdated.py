"""A number that was changed after a graph was computed is never mixed with those that were computed before."""

import copy
import math
import pickle
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import (
    Operation,
    Value,
    affine,
    derive,
    draw,
    evaluate,
    exp,
    explore,
    finite_differences,
    grad,
    hessian,
    log,
    operation,
    sigmoid,
    tanh,
    topological_order,
)
from autograd.core.operations import table
from nn.report import report

TAKERS: dict[str, Callable[[Value, Value], Any]] = {
    "grad": grad,
    "hessian": lambda y, x: hessian(y, [x]),
    "derive by paths": lambda y, x: derive(y, x, method="paths"),
    "derive by recursion": lambda y, x: derive(y, x, method="recursion"),
    "evaluate": lambda y, x: evaluate(y),
    "draw": lambda y, x: draw(y),
    "draw expanded": lambda y, x: draw(y, expand=True),
    "draw neurons": lambda y, x: draw(y, level="neurons"),
    "explore": lambda y, x: explore(y),
    "finite_differences": lambda y, x: finite_differences(y, [x]),
    "a deep copy": lambda y, x: grad(copy.deepcopy(y), x),
    "a pickle": lambda y, x: grad(pickle.loads(pickle.dumps(y)), x),
    "compile": lambda y, x: autograd.compile(lambda w: w * y, [x]),
}


def product(x: Value) -> Value:
    y: Value = exp(x) * x
    return y


def refusal(take: Callable[[], Any]) -> str:
    with pytest.raises(ValueError, match="the graph is out of date") as caught:
        take()
    return str(caught.value)


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize(
    ("before", "now"), [(1.0, 2.0), (1.0, math.nextafter(1.0, 2.0)), (-0.5, math.nan), (math.nan, 3.0)]
)
def test_a_graph_of_old_numbers_is_refused_with_the_leaf_and_both_numbers(
    taker: str, before: float, now: float
) -> None:
    x = Value(before, label="x")
    y = product(x)
    TAKERS[taker](y, x) if before == before else None
    x.data = now
    message = refusal(lambda: TAKERS[taker](y, x))
    assert f"x is {now!r} now" in message or f"x = {now!r}" in message
    if now - before == 1.0:
        assert "x is 2.0 now, and was 1.0 when exp gave 2.718281828459045" in message
    x.data = before
    assert TAKERS[taker](y, x) is not None if before == before else True


@pytest.mark.parametrize("taker", TAKERS)
def test_a_result_that_was_set_by_hand_counts_too(taker: str) -> None:
    x = Value(3.0, label="x")
    inner = x * x
    y = exp(inner * 0.1)
    inner.data = 7.0
    assert "* of x = 3.0 gives 9.0, and not 7.0" in refusal(lambda: TAKERS[taker](y, x))


def test_backward_takes_what_was_recorded() -> None:
    x = Value(1.0)
    y = product(x)
    x.data = 2.0
    y.backward()
    assert x.grad == 2 * math.e


def test_what_was_made_before_stays_as_it_was() -> None:
    x = Value(1.0, label="x")
    y = product(x)
    derivation, forward, picture, page, gradient = derive(y, x), evaluate(y), draw(y), explore(y), grad(y, x)
    made = (derivation, forward, picture)
    written = [*map(str, made), *map(repr, made), derivation.latex(), picture.source, page.html(), gradient.data]
    x.data = y.data = 2.0
    assert written == [
        *map(str, made),
        *map(repr, made),
        derivation.latex(),
        picture.source,
        page.html(),
        gradient.data,
    ]
    refusal(derivation.check)
    refusal(derivation.draw)
    refusal(lambda: grad(gradient, x))


def test_a_report_shows_the_parameters_that_it_derived() -> None:
    model = nn.MLP(2, [2, 1])
    written = report(model, [0.5, -1.0], [1.0])
    pictures = {entry.file_name: "" for entry in written.entries} | {"network.svg": ""}
    page = written.page(pictures)
    for parameter in model.parameters():
        parameter.data += 1
    assert written.page(pictures) == page
    refusal(written.pictures)


def changed(op: Operation, numbers: Sequence[float], i: int) -> tuple[Value, list[Value]]:
    """A graph of one operation whose operand i was changed by .25 since."""
    leaves = [Value(x, label=f"leaf{k}") for k, x in enumerate(numbers)]
    result = Value.apply_operation(op, tuple(leaves))
    leaves[i].data += 0.25
    return result, leaves


@pytest.mark.parametrize("op", table.values(), ids=lambda op: op.__name__)
def test_every_operation_tells_what_was_changed_or_says_nothing_false(op: Operation) -> None:
    numbers = [0.375, 0.75, -0.5, 1.25, 0.625][: op.arity or 5]
    for i in range(len(numbers)):
        result, leaves = changed(op, numbers, i)
        value, partials = op.compute([leaf.data for leaf in leaves])
        if value == result.data and partials == result.partials:  # step: it follows from the new number as well
            assert grad(result, leaves[0]) is not None
            continue
        message = refusal(partial(grad, result, leaves[0]))
        told = re.search(r"(leaf\d) is (\S+) now, and was (\S+) when", message)
        if told:
            assert told.groups() == (f"leaf{i}", repr(numbers[i] + 0.25), repr(numbers[i]))
        else:
            assert f"leaf{i} = {leaves[i].data!r}" in message
            assert repr(value) in message
            assert repr(result.data) in message
        assert told or op.arity != 1 or op.__name__ in ("abs", "sign")


@pytest.mark.parametrize("function", [exp, tanh, sigmoid, log])
@pytest.mark.parametrize(("before", "now"), [(0.3712345, 2.0), (0.37123456789012, 300.0), (1.2345e-5, 0.5)])
def test_a_number_far_from_the_present_one_is_found_in_all_its_digits(
    function: Operation, before: float, now: float
) -> None:
    x = Value(before, label="x")
    y = function(x)
    x.data = now
    assert f"x is {now!r} now, and was {before!r} when" in refusal(lambda: grad(y, x))


def test_what_others_were_computed_from_since_tells_which_of_two_it_was() -> None:
    w, b = Value(0.5, label="w"), Value(0.25, label="b")
    y = (w + b) + w.exp()
    b.data = 7.0
    assert "b is 7.0 now, and was 0.25 when + gave 0.75" in refusal(lambda: grad(y, w))


def test_all_parameters_of_a_step_may_have_changed() -> None:
    w, x, b = (Value(number, label=label) for number, label in ((0.5, "w"), (2.0, "x"), (0.25, "b")))
    z = affine([w], [x], b)
    for leaf in (w, b):
        leaf.data -= 0.1
    assert "w is 0.4 now, and was 0.5 when affine gave 1.25" in refusal(lambda: grad(tanh(z), w))


def test_numbers_that_round_to_one_result_are_not_told_apart() -> None:
    x = Value(25.0, label="x")
    y = tanh(x)
    x.data = 1.0
    assert "tanh of x = 1.0 gives 0.7615941559557649, and not 1.0" in refusal(lambda: grad(y, x))


def test_an_operation_of_ones_own_is_looked_at_too() -> None:
    cube = operation("cube", lambda x: x**3, lambda z, x: (3 * x * x,))
    reciprocal = operation("reciprocal", lambda x: 1 / x, lambda z, x: (-1 / (x * x),))  # raises at 0
    for op in (cube, reciprocal):
        x = Value(2.0, label="x")
        y = op(x)
        assert grad(y, x).data == y.partials[0]
        x.data = 0.0
        assert "x is 0.0 now, and was 2.0" in refusal(partial(grad, y, x))


def test_grad_under_no_grad_and_in_a_compiled_function() -> None:
    x = Value(1.0)
    y = product(x)
    with autograd.no_grad():
        assert grad(y, x).data == 2 * math.e
    slope = autograd.compile(lambda w: grad(product(w), w), backend="source")
    assert slope.values(1.0) == pytest.approx(2 * math.e)


def test_every_number_of_a_deep_graph_is_looked_at() -> None:
    x = Value(1.0)
    y = x
    for _ in range(10_000):
        y = y + 1.0
    leaf = topological_order(y)[5000]
    leaf.data = 3.0
    refusal(lambda: grad(y, x))


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), np.int64(3), Fraction(1, 2), 3, True])
def test_a_leaf_may_hold_another_kind_of_real_number(number: Any) -> None:
    """Whatever reads a graph gives what it gives for the float."""
    written = []
    for data in (number, float(number)):
        x = Value(1.0, label="x")
        x.data = data
        y = x * x + 1
        derivation = derive(y, x)
        made = (derivation, evaluate(y), draw(y), derive(y, x, method="recursion"))
        written.append(
            [*map(str, made), *map(repr, made), derivation.latex(), explore(y).html(), finite_differences(y, [x])]
        )
        assert derivation.check()
        assert autograd.check_gradients(lambda w, x=x: w * x, x) == 0
    assert written[0] == written[1]


def test_operands_of_which_any_may_have_changed_are_all_named() -> None:
    a, b = Value(1.0), Value(2.0, "b")
    y = autograd.total([a, b, 2.0])
    a.data = 5.0
    assert "total of a Value without a label = 5.0, b = 2.0, a number = 2.0 gives 9.0, and not 5.0" in refusal(
        lambda: grad(y, a)
    )
