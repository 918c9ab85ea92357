"""pick and stop_gradient: operations as any other, which stand outside the table as they need what is in it."""

import copy
import math
import pickle

import numpy as np
import pytest

import autograd
from autograd import Value, derive, draw, grad, pick, stop_gradient
from tests.javascript import Page
from tests.test_compiling import compiled, every_width
from tests.test_exploring import held_against_eager

VALUES = [2.0, -math.inf, 5.0, math.inf, -1.5]


def test_pick_of_floats_and_of_values() -> None:
    for i, x in enumerate(VALUES):
        assert pick(VALUES, i) == pick(VALUES, float(i)) == x
        leaves = [Value(x) for x in VALUES]
        for index in (i, Value(i)):
            picked = pick(leaves, index)
            assert picked.data == x
            slopes = grad(picked, leaves)
            assert [slope.data for slope in slopes] == [float(k == i) for k in range(5)]
            assert all(second.data == 0 for row in autograd.hessian(picked, leaves) for second in row)
        picked.backward()
        assert [leaf.grad for leaf in leaves] == [float(k == i) for k in range(5)]
    for nowhere in (-1, 5, 0.5, math.nan):
        assert math.isnan(pick([1.0, 2.0], nowhere))
    with pytest.raises(ValueError, match="one value or more"):
        pick([], 0)
    with pytest.raises(TypeError):
        pick(["a"], 0)


def test_what_stop_gradient_gives_is_a_constant_in_every_order() -> None:
    x = Value(3.0, "x")
    z = stop_gradient(x * x) * x
    assert (z.data, stop_gradient(2)) == (27.0, 2.0)
    assert (grad(z, x).data, grad(grad(z, x), x).data) == (9.0, 0.0)
    z.backward()
    assert x.grad == 9.0
    assert stop_gradient(x).operands == (x,)


@every_width
def test_both_in_compiled_functions(target: str) -> None:
    ws = [Value(float(i + 1), f"w_{i}") for i in range(3)]
    v = Value(0.5, "v")
    step = compiled(lambda i, x: pick(ws, i) * x + stop_gradient(v * x) * v, [*ws, v], target)
    index, x = np.array([0, 2, 2, 1, 0.0]), np.array([1.0, -2.0, 3.0, 0.5, 4.0])
    loss, gradient = step(index, x)
    each = [ws[int(i)].data * x + v.data**2 * x for i, x in zip(index, x, strict=True)]
    assert loss == pytest.approx(np.mean(each))
    expected = [*[np.mean(np.where(index == i, x, 0.0)) for i in range(3)], v.data * x.mean()]
    assert gradient == pytest.approx(expected)
    assert step.values(index, x) == pytest.approx(each)
    assert np.isnan(step.values(np.array([3.0, -1.0, 0.5]), 1.0)).all()


def graph() -> Value:
    a, b, i = Value(2.0, "a"), Value(3.0, "b"), Value(1.0, "i")
    z: Value = pick([a, b], i) * stop_gradient(a)
    z.label = "z"
    return z


def test_they_can_be_written_drawn_and_copied() -> None:
    z = graph()
    a = next(node for node in autograd.topological_order(z) if node.label == "a")
    derivation = derive(z, a)
    assert "sg" in derivation.latex()
    assert "pick" in derivation.text()
    assert "pick" in draw(z).source
    assert "stop" in draw(z).source or "sg" in draw(z).source
    for op in (pick, stop_gradient):
        assert pickle.loads(pickle.dumps(op)) is op
    for twin in (copy.deepcopy(z), pickle.loads(pickle.dumps(z))):
        assert (twin.data, grad(twin, autograd.topological_order(twin)[0]).data is not None) == (6.0, True)


def test_the_page_computes_them() -> None:
    z = graph()
    held_against_eager(Page(z), z)
