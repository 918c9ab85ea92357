"""Values: arithmetic on them, what they remember, and backward()."""

import contextlib
import copy
import gc
import io
import math
import operator
import pickle
import random
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import AnomalyError, GradientError, Value, check_gradients, detect_anomaly, no_grad, topological_order
from autograd.core import NOT_COMPUTED

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


# Pickles


def same_graph(one: Value, other: Value) -> None:
    """Nodes, edges in their order and multiplicity, and all that a node keeps."""
    orders = topological_order(one), topological_order(other)
    places = [{node: i for i, node in enumerate(order)} for order in orders]
    for a, b in zip(*orders, strict=True):
        assert (repr(a), a.op, a.partials) == (repr(b), b.op, b.partials)
        assert (a.grad is NOT_COMPUTED) == (b.grad is NOT_COMPUTED)
        assert [places[0][x] for x in a.operands] == [places[1][x] for x in b.operands]


def some_graph() -> Value:
    x, w = Value(2.0, label="x"), Value(0.5)
    (x * w).backward()
    y = (x * x).tanh() + x * 3
    y.label = "y"
    loss: Value = autograd.softmax_cross_entropy([autograd.affine([w, w, x], [y, x, y], 1.0), y, 0.0], 0) + y
    return loss


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_the_same_graph(protocol: int) -> None:
    again = pickle.loads(pickle.dumps(some_graph(), protocol))
    same_graph(again, some_graph())
    for graph in (again, expected := some_graph()):
        graph.backward()
    same_graph(again, expected)
    autograd.grad(again, topological_order(again)[0])
    leaf = pickle.loads(pickle.dumps(Value(math.nan, "n"), protocol))
    assert (repr(leaf), leaf.op) == ("Value(data=nan, grad=0.0, label='n')", None)


@pytest.mark.parametrize("pickler", [pickle.Pickler, pickle._Pickler])
def test_values_that_are_pickled_together_keep_what_they_share(pickler: Any) -> None:
    nodes = topological_order(chain(Value(1.0), 300))
    for together in (nodes, nodes[::-1], nodes[5::7], [nodes[150], nodes[-1], nodes[3], nodes[150]]):
        pickler(file := io.BytesIO()).dump(together)
        again = pickle.loads(file.getvalue())
        place = {
            node: i for i, node in enumerate(topological_order(max(again, key=lambda v: len(topological_order(v)))))
        }
        assert [place[node] for node in again] == [nodes.index(node) for node in together]


def test_picklers_do_not_mind_one_another() -> None:
    y = chain(Value(1.0), 3000)
    older, newer = (pickle.Pickler(io.BytesIO()) for _ in range(2))
    older.dump(y)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.Pickler(io.BytesIO()).dump([y, lambda: 0])
    for pickler in (newer, older, newer):
        pickler.dump(y + 1)
        pickler.dump(topological_order(y)[1500])
        same_graph(pickle.loads(pickle.dumps(y)), y)


def test_a_pickled_graph_is_freed(no_collector: None) -> None:
    y = chain(Tracked(1.0), 10)
    gone = weakref.ref(topological_order(y)[0])
    for thing, fits in ((y, True), ([y, lambda: 0], False)):
        with contextlib.suppress(AttributeError, pickle.PicklingError):
            pickle.dumps(thing)
            assert fits
    del y, thing
    assert gone() is None


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
    for x in ("3", b"3", None, 1j, [1.0], (1.0,), {1: 2.0}, {1.0}, object(), Decimal("1.5"), np.complex128(1j))
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
    with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {'complex' if '128' in name else name}"):
        apply(wrong, Value(1.0))


class Pair:
    """What knows what to do with a Value, of which a Value knows nothing."""

    def __init__(self, *numbers: Any) -> None:
        self.numbers = numbers

    def __radd__(self, other: Any) -> "Pair":
        return Pair(*[other + x for x in self.numbers])

    def __rsub__(self, other: Any) -> "Pair":
        return Pair(*[other - x for x in self.numbers])

    def __rmul__(self, other: Any) -> "Pair":
        return Pair(*[other * x for x in self.numbers])

    def __rtruediv__(self, other: Any) -> "Pair":
        return Pair(*[other / x for x in self.numbers])

    def __rpow__(self, other: Any) -> "Pair":
        return Pair(*[other**x for x in self.numbers])

    def __lt__(self, other: Any) -> list[bool]:
        return [x < other for x in self.numbers]

    def __gt__(self, other: Any) -> list[bool]:
        return [x > other for x in self.numbers]

    def __le__(self, other: Any) -> list[bool]:
        return [x <= other for x in self.numbers]

    def __ge__(self, other: Any) -> list[bool]:
        return [x >= other for x in self.numbers]


COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("apply", [*OPERATORS, *COMPARISONS])
def test_what_a_value_does_not_know_is_asked_itself(apply: Callable[[Any, Any], Any]) -> None:
    def number(x: Any) -> Any:
        return x.data if isinstance(x, Value) else x

    v, numbers = Value(2.0), [1.0, 3.0]
    expected = [number(apply(2.0, x)) for x in numbers]
    for other in (np.array(numbers), Pair(*numbers)):
        results = apply(v, other)
        results = results.numbers if isinstance(results, Pair) else results
        assert [*map(number, results)] == expected
        if apply in OPERATORS:
            assert all(x.operands[0] is v for x in results)
    others: list[tuple[Any, Any]] = [
        (np.array(3.0), 3.0),
        (np.float64(3.0), 3.0),
        (np.int32(3), 3),
        (Fraction(1, 2), 0.5),
    ]
    for other, plain in others:
        of_both = (apply(v, other), apply(2.0, plain)), (apply(other, v), apply(plain, 2.0))
        for found, wanted in of_both:
            assert number(found) == number(wanted)
    swapped = apply(np.array(numbers), v)
    assert [*map(number, swapped)] == [apply(x, 2.0) for x in numbers]


def test_an_operator_that_nobody_knows_is_a_type_error() -> None:
    class Knows:
        def __rmul__(self, other: Any) -> Any:
            return NotImplemented

    assert Value.__mul__(Value(1.0), np.array([1.0])) is NotImplemented
    with pytest.raises(TypeError, match="'Value' and 'Knows'"):
        Value(1.0) * Knows()


# NumPy's functions, and Python's


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "expm1",
        "log",
        "log1p",
        "sqrt",
        "sin",
        "cos",
        "tanh",
        "abs",
        "absolute",
        "negative",
        "square",
        "reciprocal",
    ],
)
def test_numpys_functions_of_a_value_are_values(name: str) -> None:
    function = getattr(np, name)
    x = Value(0.75)
    many: Any = function(np.array([x, x]))
    for result in (function(x), *many):
        assert result.data == pytest.approx(function(0.75), rel=1e-15)
        slope = (function(0.75 + 1e-6) - function(0.75 - 1e-6)) / 2e-6
        assert autograd.grad(result, x).data == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("name", ["arctan", "cosh", "exp2", "log2", "log10", "hypot", "logaddexp", "isnan"])
def test_what_numpy_cannot_dispatch_is_no_float_in_secret(name: str) -> None:
    x = Value(0.75)
    with pytest.raises((TypeError, AttributeError)):
        getattr(np, name)(*[x] * getattr(np, name).nin)


def test_float_and_math_give_numbers() -> None:
    x = Value(2.0)
    assert [float(x), math.exp(x), math.floor(x), f"{x:.1f}", f"{float(x)}"] == [2.0, math.exp(2.0), 2, "2.0", "2.0"]


def test_a_gradient_that_math_cut_off_is_found_and_the_reason_told() -> None:
    with pytest.raises(GradientError, match=r"math\.exp"):
        check_gradients(lambda x: x * math.exp(x), 1.0)


# What it is made of


@pytest.mark.parametrize(
    "make",
    [
        lambda make, a, b: make(6.0, (a, b)),
        lambda make, a, b: make(6.0, (a, b), "*"),
        lambda make, a, b: make(6.0, (a, b), (3.0, 2.0)),
        lambda make, a, b: make(6.0, {a, b}),
        lambda make, a, b: make(6.0, a),
        lambda make, a, b: make(6.0, _children=(a, b), _op="*"),
        lambda make, a, b: make(6.0, _children=(a, b), _op="*", label="x"),
        lambda make, a, b: make(6.0, children=(a, b), local_grads=(3.0, 2.0)),
        lambda make, a, b: make(6.0, 3),
        lambda make, a, b: make(6.0, label=b"x"),
    ],
)
def test_a_value_is_not_told_what_it_was_made_from(make: Callable[[Any, Value, Value], Value]) -> None:
    with pytest.raises(TypeError, match=r"a number and a label.*autograd\.operation"):
        make(Value, Value(2.0), Value(3.0))


def test_a_label_is_text() -> None:
    unnamed = [Value(1.0), Value(1.0, None), Value(1.0, ""), Value(1.0) * 2, autograd.as_value(1.0)]
    assert [v.label for v in unnamed] == [""] * 5
    v = Value(1.0, "x")
    assert f"{v.label} | {v.data}" == "x | 1.0"
    for wrong in (3, ("x",), b"x", v):
        with pytest.raises(TypeError, match="a label is text, got"):
            v.label = wrong  # type: ignore[assignment]
    assert v.label == "x"
    v.label = None
    assert (v.label, repr(v)) == ("", "Value(data=1.0, grad=0.0)")


NO_NUMBERS = ["3", None, 1j, [1.0], np.array([0.5]), np.array([0.5, 1.0]), Value(1.0), Decimal("0.5"), object()]
USES: dict[str, Callable[[Value], Any]] = {
    "backward": lambda w: (w * w + 1.0).backward(),
    "backward of a leaf": lambda w: w.backward(),
    "grad": lambda w: autograd.grad(w * 2.0, w),
    "exp": lambda w: (w.exp() * w).backward(),
    "affine": lambda w: autograd.grad(autograd.affine([w, w], [1.0, w], w), w),
    "derive": lambda w: autograd.derive(w, w),
    "draw": autograd.draw,
    "explore": autograd.explore,
    "native": lambda w: autograd.compile(lambda x: w * x, [w], backend="native")(2.0),
    "source": lambda w: autograd.compile(lambda x: w * x, [w], backend="source")(2.0),
    "a constant of a compiled function": lambda w: autograd.compile(lambda x: w * x, backend="source")(2.0),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("wrong", NO_NUMBERS, ids=lambda wrong: type(wrong).__name__)
def test_data_that_is_no_number_is_found_where_it_is_used(wrong: Any, use: str) -> None:
    w = Value(2.0, label="w")
    w.data = wrong
    with pytest.raises(TypeError, match=f"the data of (w|a Value) accepts real numbers, got {type(wrong).__name__}"):
        USES[use](w)


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize("wrong", ["3", None, 1j, [1.0], object()], ids=type)
def test_a_comparison_with_data_that_is_no_number_names_it(wrong: Any, compare: Callable[..., Any]) -> None:
    w = Value(2.0, label="w")
    w.data = wrong
    with pytest.raises(TypeError, match=f"the data of w accepts real numbers, got {type(wrong).__name__}"):
        compare(w, 2.0)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("number", [3, True, Fraction(1, 4), np.float32(0.5), np.float64(0.1), np.int8(3)], ids=type)
def test_data_that_is_another_number_is_taken(number: Any, use: str) -> None:
    w = Value(2.0, label="w")
    w.data = number
    USES[use](w)
    assert (float(w), bool(w)) == (float(number), True)


# Subclasses


class Named(Value):
    """With a dictionary."""

    def __init__(self, data: float, label: str | None = None, note: Any = None) -> None:
        super().__init__(data, label)
        self.note = note

    def act(self) -> Value:
        """A method of its own."""
        result: Value = self.tanh()
        return result


class Slotted(Value):
    """With a slot."""

    __slots__ = ("note",)


class Both(Named):
    """With both."""

    __slots__ = ("more",)


class Bare(Value):
    """With nothing."""

    __slots__ = ()


@pytest.mark.parametrize("kind", [Named, Slotted, Both, Bare])
def test_an_instance_of_a_subclass_can_do_what_a_value_can(kind: Any) -> None:
    def formula(w: Any, u: Any, x: Any) -> Value:
        z = autograd.affine([w, u], [x, 2.0], u) * w + u**2 - 3.0 * w
        result: Value = z.tanh() + (w < x) * 0 if isinstance(x, float) else z.tanh()
        return result

    w, u, plain_w, plain_u = kind(0.5, "w"), kind(0.25), Value(0.5, "w"), Value(0.25)
    if kind is not Bare:
        w.note = ["kept"]
    y, expected = formula(w, u, 0.75), formula(plain_w, plain_u, 0.75)
    assert type(y) is type(autograd.grad(y, w)) is Value
    assert (y.data, y.operands[0].data) == (expected.data, expected.operands[0].data)
    y.backward()
    expected.backward()
    assert (w.grad, u.grad) == (plain_w.grad, plain_u.grad)
    assert [v.data for v in autograd.grad(y, [w, u])] == [v.data for v in autograd.grad(expected, [plain_w, plain_u])]
    assert str(autograd.derive(y, w)) == str(autograd.derive(expected, plain_w))
    assert autograd.draw(y).source == autograd.draw(expected).source
    assert autograd.explore(y).html() == autograd.explore(expected).html()
    for backend in ("native", "source"):
        for parameters, plain in (([w, u], [plain_w, plain_u]), ([u], [plain_u])):
            ours = autograd.compile(lambda x: formula(w, u, x), parameters, backend=backend)
            same = autograd.compile(lambda x: formula(plain_w, plain_u, x), plain, backend=backend)
            assert type(w) is type(u) is kind
            (loss, gradient), (plain_loss, plain_gradient) = ours([0.75, 1.0]), same([0.75, 1.0])
            assert (loss, gradient.tolist()) == (plain_loss, plain_gradient.tolist())
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        leaf: Any = next(node for node in topological_order(twin) if node.label == "w")
        assert type(leaf) is kind
        assert kind is Bare or (leaf.note == ["kept"] and leaf.note is not w.note)
    shallow = copy.copy(w)
    assert type(shallow) is kind
    assert kind is Bare or shallow.note is w.note


def test_a_method_of_a_subclass_is_there_while_it_is_compiled() -> None:
    w = Named(0.5, note="n")
    compiled = autograd.compile(lambda x: w.act() * x if w.note == "n" else x, [w], backend="source")
    assert compiled(2.0)[0] == math.tanh(0.5) * 2


@refused
@pytest.mark.parametrize("compare", COMPARISONS)
def test_comparisons_name_what_they_refuse(compare: Callable[[Any, Any], Any], wrong: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {name}"):
        compare(Value(1.0), wrong)
    with pytest.raises(TypeError, match=f"accepts real numbers and Values, got {'complex' if '128' in name else name}"):
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
