"""Values: arithmetic on them, what they remember, and backward()."""

import copy
import gc
import math
import operator
import pickle
import random
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import AnomalyError, Value, detect_anomaly, no_grad, topological_order
from autograd.value import NOT_COMPUTED

INF = math.inf


class Tracked(Value):
    """A Value that tells when it is freed: Values themselves take no weak references."""

    __slots__ = ("__weakref__",)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is freed in here is freed by reference counts alone."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def chain(x: Value, length: int) -> Value:
    for _ in range(length):
        x = -x
    return x


# backward()


def test_an_intermediate_node_that_is_used_twice() -> None:
    a = Value(3.0)
    b = a + a
    c = b + b
    c.backward()
    assert (a.grad, b.grad, c.grad) == (4.0, 2.0, 1.0)


@given(st.integers(1, 12), st.floats(-2, 2))
def test_each_doubling_doubles_the_gradient(times: int, x: float) -> None:
    leaf = node = Value(x)
    for _ in range(times):
        node = node + node
    node.backward()
    assert leaf.grad == 2**times


def test_a_node_reached_by_ways_of_different_length() -> None:
    # A walk that is not in topological order hands b's gradient on before b has it all.
    a = Value(2.0)
    b = a * 3
    c = b * b
    d = c * b + b
    d.backward()
    assert d.data == 222.0
    assert (b.grad, a.grad) == (3 * 36.0 + 1, 3 * (3 * 36.0 + 1))


def test_a_times_a_has_two_operands() -> None:
    a = Value(3.0)
    square = a * a
    assert square.operands == (a, a)
    assert square.partials == (3.0, 3.0)
    square.backward()
    assert a.grad == 6.0


def test_a_second_backward_adds_to_leaves_and_begins_anew_elsewhere() -> None:
    x = Value(2.0)
    square = x * x
    y = square * square * 0.75
    y.backward()
    assert (x.grad, square.grad) == (24.0, 6.0)
    y.backward()
    assert (x.grad, square.grad, y.grad) == (48.0, 6.0, 1.0)


def test_two_outputs_that_share_a_node_add_up_at_the_leaf() -> None:
    x = Value(3.0)
    shared = x * x
    (shared * 2).backward()
    (shared + x).backward()
    assert x.grad == 12.0 + 7.0
    assert shared.grad == 1.0


def test_backward_on_a_leaf_adds_one() -> None:
    x = Value(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_a_leaf_that_changes_after_the_forward_pass_corrupts_nothing() -> None:
    x = Value(2.0)
    y = x * x
    x.data = 5.0
    y.backward()
    assert x.grad == 4.0


def test_gradients_are_floats() -> None:
    x, n = Value(2), Value(3)
    (x**n + x.relu() - abs(n)).backward()
    assert type(x.grad) is type(n.grad) is type(x.data) is float


def test_in_place_operators_make_new_nodes() -> None:
    operators: list[Callable[[Any, Any], Any]] = [
        operator.iadd,
        operator.isub,
        operator.imul,
        operator.itruediv,
        operator.ipow,
    ]
    for apply in operators:
        x = Value(3.0)
        result = apply(x, 2)
        assert result is not x
        assert result.operands[0] is x
        assert (x.data, x.op, x.operands) == (3.0, None, ())


def test_total_of_many_losses_is_one_node() -> None:
    losses = [Value(i) for i in range(10_000)]
    loss = autograd.total(losses)
    assert len(topological_order(loss)) == 10_001
    assert loss.data == sum(range(10_000))
    loss.backward()
    assert {x.grad for x in losses} == {1.0}


# Order


def random_graph(seed: int) -> Value:
    dice = random.Random(seed)
    nodes = [Value(dice.uniform(-1, 1)) for _ in range(4)]
    for _ in range(60):
        x, y = dice.choices(nodes, k=2)
        nodes.append(dice.choice([x + y, x * y, x.tanh(), autograd.affine([x, y], [y, x], x), x - 2]))
    return nodes[-1] + nodes[-2]


@given(st.integers(0, 2**32))
def test_topological_order(seed: int) -> None:
    root = random_graph(seed)
    order = topological_order(root)
    assert order[-1] is root
    position = {node: i for i, node in enumerate(order)}
    assert len(position) == len(order)
    for node in order:
        assert all(position[operand] < position[node] for operand in node.operands)
    reached = {root} | {operand for node in order for operand in node.operands}
    assert set(order) == reached
    assert topological_order(root) == order


def test_the_order_does_not_depend_on_where_nodes_lie_in_memory() -> None:
    def names() -> list[tuple[str, float]]:
        return [(node._op, node.data) for node in topological_order(random_graph(7))]

    first = names()
    ballast = [object() for _ in range(1000)]
    assert names() == first
    del ballast


def test_operands_come_in_the_order_in_which_they_are_written() -> None:
    a, b = Value(1.0), Value(2.0)
    assert topological_order(a * b)[:2] == [a, b]
    assert topological_order(b * a)[:2] == [b, a]
    assert (5 - a).operands[1] is a


# Depth, and freeing


def test_a_chain_of_a_million_nodes(no_collector: None) -> None:
    x = Value(1.0)
    before = sys.getallocatedblocks()
    y = chain(x, 10**6)
    assert y.data == 1.0
    assert len(topological_order(y)) == 10**6 + 1
    y.backward()
    assert x.grad == 1.0
    assert sys.getallocatedblocks() - before > 10**6
    del y
    assert sys.getallocatedblocks() - before < 10**4  # what Python keeps for reuse


def test_a_sum_of_many_values_needs_no_recursion() -> None:
    values = [Value(1.0) for _ in range(10_000)]
    loss = sum(values, Value(0.0))
    loss.backward()
    assert loss.data == 10_000
    assert {x.grad for x in values} == {1.0}


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x * x + 1,
        lambda x: (x.tanh() + x).relu() / x,
        lambda x: autograd.affine([x, x], [x, 2.0], x),
        lambda x: autograd.grad(x**3, x),
        lambda x: autograd.softmax_cross_entropy([x, x * 2], 0),
    ],
)
def test_dropping_the_root_frees_the_graph_at_once(make: Callable[[Value], Value], no_collector: None) -> None:
    leaf = Tracked(0.5)
    freed = weakref.ref(leaf)
    root = make(leaf)
    root.backward()
    autograd.grad(root, leaf)
    assert topological_order(root)
    del leaf
    assert freed() is not None
    del root
    assert freed() is None


def test_a_value_has_no_dictionary() -> None:
    with pytest.raises(AttributeError):
        Value(1.0).other = 1  # type: ignore[attr-defined]


# Copies


def test_a_deep_copy_of_a_deep_chain() -> None:
    x = Value(1.0, label="x")
    y = copy.deepcopy(chain(x, 10**5))
    order = topological_order(y)
    assert len(order) == 10**5 + 1
    assert order[0] is not x
    assert order[0].label == "x"
    y.backward()
    assert (order[0].grad, x.grad) == (1.0, 0.0)


def test_a_deep_copy_keeps_labels_gradients_and_sharing() -> None:
    x = Value(3.0, label="x")
    square = x * x
    square.label = "square"
    y = square * square + x
    (square + 1).backward()
    twin = copy.deepcopy(y)
    originals, copies = topological_order(y), topological_order(twin)
    assert len(originals) == len(copies)
    assert not set(originals) & set(copies)
    for old, new in zip(originals, copies, strict=True):
        assert (new.data, new.grad, new.label) == (old.data, old.grad, old.label)
        assert (new.op, new.partials) == (old.op, old.partials)
        assert [originals.index(operand) for operand in old.operands] == [
            copies.index(operand) for operand in new.operands
        ]
        assert (new.grad is NOT_COMPUTED) == (old.grad is NOT_COMPUTED)
    assert twin.grad is NOT_COMPUTED


def test_a_deep_copy_of_a_container_keeps_sharing() -> None:
    x = Value(2.0)
    new_x, y, other = copy.deepcopy([x, x * 3, x * 4])
    assert y.operands[0] is other.operands[0] is new_x


def test_a_deep_copy_is_the_same_whatever_watches() -> None:
    y = Value(2.0) * 3
    with no_grad():
        assert copy.deepcopy(y).op is y.op
    infinite = Value(1.0) / 0
    with detect_anomaly():
        assert copy.deepcopy(infinite).data == INF


def test_a_shallow_copy_shares_the_operands() -> None:
    y = Value(2.0) * 3
    twin = copy.copy(y)
    assert twin is not y
    assert (twin.data, twin.op, twin.operands, twin.partials) == (y.data, y.op, y.operands, y.partials)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(protocol: int) -> None:
    leaf = Value(2.0, label="x")
    leaf.grad = 3.0
    again = pickle.loads(pickle.dumps(leaf, protocol))
    assert (again.data, again.grad, again.label, again.op) == (2.0, 3.0, "x", None)


def test_pickling_a_graph() -> None:
    x = Value(2.0, label="x")
    y = (x * x).tanh() + x * 3
    again = pickle.loads(pickle.dumps(y))
    assert [(node.data, node.label, node.op) for node in topological_order(again)] == [
        (node.data, node.label, node.op) for node in topological_order(y)
    ]
    again.backward()
    y.backward()
    assert topological_order(again)[0].grad == x.grad


# Threads


def test_threads_do_not_meet() -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(6)

    def work(index: int) -> None:
        try:
            together.wait(10)
            for _ in range(30):
                x = Value(index)
                y = chain(x * x, 100)
                y.backward()
                assert x.grad == 2 * index
                if index % 3 == 0:
                    with no_grad():
                        assert (x * x).operands == ()
                        together_or_not = Value(1.0) / 0
                    assert together_or_not.data == INF
                elif index % 3 == 1:
                    with detect_anomaly(), pytest.raises(AnomalyError):
                        x / 0
                else:
                    assert (x / 0).operands[0] is x
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_what_one_thread_watches_another_does_not() -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with no_grad(), detect_anomaly():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(10)
    x = Value(0.0)
    assert (1 / x).operands[1] is x
    leave.set()
    thread.join()


# A Value among numbers

NUMBERS: list[Any] = [3, 0.25, Fraction(1, 4), True, np.float64(2.5), np.float32(0.5), np.int64(-3), np.int8(2)]
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("apply", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
def test_numbers_on_either_side(apply: Callable[[Any, Any], Any], number: Any) -> None:
    v = Value(1.5)
    left, right = apply(v, number), apply(number, v)
    assert type(left) is type(right) is Value
    assert left.data == apply(1.5, float(number))
    if number > 0 or apply is not operator.pow:
        assert right.data == apply(float(number), 1.5)
    else:  # a negative number to the power 1.5
        assert math.isnan(right.data)
    assert left.operands[0] is right.operands[1] is v
    assert left.op is right.op
    for node, i in ((left, 0), (right, 1)):
        v.grad = 0.0
        node.backward()
        assert v.grad == node.partials[i] or math.isnan(v.grad)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
def test_comparisons_go_by_number(number: Any) -> None:
    low, high = Value(float(number) - 1), Value(float(number) + 1)
    for small, large in ((low, number), (number, high), (low, high)):
        assert small < large
        assert small <= large
        assert large > small
        assert large >= small
        assert not small > large
        assert not small >= large
    assert Value(number) <= number <= Value(number)


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_builtins_that_compare_and_add(xs: list[float]) -> None:
    values = [Value(x) for x in xs]
    assert [v.data for v in sorted(values)] == sorted(xs)
    assert max(values).data == max(xs)
    assert min(values).data == min(xs)
    expected = 0.0
    for x in xs:
        expected += x
    found = sum(values)
    assert isinstance(found, Value)
    assert found.data == expected or math.isnan(expected)


def test_nan_compares_as_floats_do() -> None:
    v = Value(math.nan)
    assert not any((v < 1, v > 1, v <= v, v >= v, v > 1))


def test_equality_is_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    number: Any = 1.0
    assert a != number
    assert len({a, b, a}) == 2
    assert {a: "a", b: "b"}[b] == "b"
    assert [a, b].index(b) == 1


@given(st.floats())
def test_a_value_as_a_float(x: float) -> None:
    v = Value(x)
    assert float(v) == x or math.isnan(x)
    assert bool(v) == bool(x)
    assert format(v, ".3f") == f"{v:.3f}" == format(x, ".3f")
    assert +v is v
    assert (-v).data == -x or math.isnan(x)
    assert abs(v).data == abs(x) or math.isnan(x)


def test_repr() -> None:
    v = Value(2)
    assert repr(v) == str(v) == f"{v}" == "Value(data=2.0, grad=0.0)"
    assert repr(Value(2.0, label="x")) == "Value(data=2.0, grad=0.0, label='x')"
    (v * 3).backward()
    assert repr(v) == "Value(data=2.0, grad=3.0)"


def test_huge_integers_are_infinite() -> None:
    assert Value(10**400).data == (Value(1.0) * 10**400).data == (10**400 - Value(1.0)).data == INF
    assert Value(-(10**400)).data == Value(Fraction(-(10**400), 3)).data == -INF
    assert Value(Fraction(1, 10**400)).data == 0.0
    assert autograd.exp(10**400) == INF
    assert Value(1e308) < 10**400


def test_names_of_micrograd() -> None:
    a, b = Value(1.0), Value(2.0)
    node = a * b
    assert (node._prev, node._op) == ((a, b), "*")
    assert (a._prev, a._op) == ((), "")
    assert (a * 2).operands[1]._op == ""
    assert (a + b).relu()._op == "relu"


def test_names_of_micrograd_cannot_be_assigned() -> None:
    node = Value(1.0) * 2
    for name in ("_prev", "_op"):
        with pytest.raises(AttributeError):
            setattr(node, name, ())


def test_as_value() -> None:
    v = Value(1.0)
    assert autograd.as_value(v) is v
    assert autograd.as_value(3).data == 3.0


def test_what_is_not_computed_differs_from_a_computed_zero() -> None:
    x = Value(1.0)
    y = x * 0
    assert x.grad is NOT_COMPUTED
    y.backward()
    assert x.grad == 0.0
    assert x.grad is not NOT_COMPUTED


# What is refused

REFUSED = [
    pytest.param(x, type(x).__name__, id=type(x).__name__)
    for x in ("3", b"3", None, 1j, [1.0], (1.0,), {1: 2.0}, {1.0}, object(), np.array([1.0, 2.0]))
]
refused = pytest.mark.parametrize(("wrong", "name"), REFUSED)


@refused
def test_a_value_of_no_number(wrong: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"Value accepts real numbers.*got {name}"):
        Value(wrong)


def test_a_value_of_a_value() -> None:
    with pytest.raises(TypeError, match="got Value") as caught:
        Value(Value(1.0))
    assert "and Values" not in str(caught.value)  # it would name as accepted what it refuses


@refused
@pytest.mark.parametrize("apply", OPERATORS)
def test_operators_name_what_they_refuse(apply: Callable[[Any, Any], Any], wrong: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {name}"):
        apply(Value(1.0), wrong)
    if not isinstance(wrong, np.ndarray):
        with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {name}"):
            apply(wrong, Value(1.0))


def test_an_array_on_the_left_is_numpys_to_loop_over() -> None:
    v = Value(2.0)
    products = np.array([1.0, 3.0]) * v
    assert [product.data for product in products] == [2.0, 6.0]
    assert all(product.operands[1] is v for product in products)


@refused
@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_comparisons_name_what_they_refuse(compare: Callable[[Any, Any], Any], wrong: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {name}"):
        compare(Value(1.0), wrong)
    if not isinstance(wrong, np.ndarray):
        with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {name}"):
            compare(wrong, Value(1.0))


@refused
def test_functions_name_what_they_refuse(wrong: Any, name: str) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: autograd.exp(wrong),
        lambda: autograd.maximum(1.0, wrong),
        lambda: autograd.maximum(wrong, Value(1.0)),
        lambda: autograd.maximum(Value(1.0), wrong),
        lambda: Value(1.0).leaky_relu(wrong),
        lambda: autograd.total([Value(1.0), wrong]),
        lambda: autograd.total([1.0, wrong]),
        lambda: autograd.affine([wrong], [Value(1.0)]),
        lambda: autograd.softmax_cross_entropy([1.0, wrong], 0),
        lambda: autograd.squared_error(Value(1.0), wrong),
    ]
    for call in calls:
        with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {name}"):
            call()


def test_a_long_wrong_thing_is_shortened_in_the_message() -> None:
    with pytest.raises(TypeError) as caught:
        Value([0.0] * 1000)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 120


def test_equality_with_anything_is_no_error() -> None:
    for other in ("1.0", None, [1.0], np.float64(1.0), object()):
        assert Value(1.0) != other
