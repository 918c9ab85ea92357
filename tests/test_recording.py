"""no_grad and detect_anomaly: what else happens while operations are recorded."""

import asyncio
import contextlib
import functools
import inspect
import math
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextvars import copy_context
from typing import Any

import pytest

import autograd
from autograd import AnomalyError, Value, detect_anomaly, grad, no_grad, operation
from autograd.core import watchers


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    assert watchers.get() == ()
    yield
    left = watchers.get()
    watchers.set(())
    assert left == ()


def records() -> bool:
    x = Value(1.0)
    return (x * 2).operands[:1] == (x,)


def looks() -> bool:
    try:
        Value(1.0) / 0
    except AnomalyError:
        return True
    return False


# no_grad


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x * x + 3,
        lambda x: 2 - x,
        lambda x: x.tanh(),
        lambda x: x.leaky_relu(),
        lambda x: autograd.maximum(x, 1.0),
        lambda x: autograd.affine([x, x], [x, 1.0], x),
        lambda x: autograd.softmax_cross_entropy([x, 1.0], 0),
    ],
)
def test_results_are_leaves(compute: Callable[[Value], Value]) -> None:
    x = Value(3.0)
    expected = compute(x)
    with no_grad():
        result = compute(x)
    assert result.data == expected.data
    assert (result.op, result.operands, result.partials) == (None, (), ())
    result.backward()
    assert x.grad == 0.0


def test_what_was_recorded_before_can_still_be_differentiated() -> None:
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
        derivative = grad(y, x)
    assert x.grad == derivative.data == 6.0
    assert derivative.operands == ()


def test_recording_resumes() -> None:
    assert records()
    with no_grad():
        assert not records()
        with no_grad():
            assert not records()
        assert not records()
    assert records()


def test_no_grad_as_a_decorator() -> None:
    @no_grad()
    def predict(x: Value) -> Value:
        """The prediction."""
        return x * 2

    for _ in range(2):  # it can be called again
        assert predict(Value(3.0)).operands == ()
        assert predict(Value(3.0)).data == 6.0
    assert records()
    assert predict.__doc__ == "The prediction."


def test_a_decorated_function_may_call_itself() -> None:
    @no_grad()
    def power(x: Value, n: int) -> Value:
        return x * power(x, n - 1) if n else Value(1.0)

    assert power(Value(2.0), 5).data == 32.0
    assert records()


@pytest.mark.parametrize("context", [no_grad, detect_anomaly])
def test_an_exception_restores(context: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
    with pytest.raises(KeyError), context():
        raise KeyError
    assert records()
    assert not looks()


def test_an_anomaly_restores() -> None:
    with pytest.raises(AnomalyError), no_grad(), detect_anomaly():
        Value(1.0) / 0
    assert records()
    assert not looks()


# detect_anomaly


def test_the_first_bad_node_is_named_with_its_operands() -> None:
    x, y = Value(1.0, label="x"), Value(0.0, label="y")
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        (x / y).tanh() + 1
    message = str(caught.value)
    assert message.startswith("/ gave inf")
    assert message.endswith("from x = 1, y = 0")


@pytest.mark.parametrize(
    ("compute", "names"),
    [
        (lambda x: (x * 1000).exp(), "exp gave inf"),
        (lambda x: (x - 2).log(), "log gave nan"),
        (lambda x: (x - 1).log(), "log gave -inf"),
        (lambda x: (x - 2) ** 0.5, r"\*\* gave nan"),
        (lambda x: (x - 2).sqrt(), "sqrt gave nan"),
        (lambda x: x * math.inf, r"\* gave inf"),
        (lambda x: 1 / (x - 1), "/ gave inf"),
        (lambda x: (x * 1e308) * 10, r"\* gave inf"),
        (lambda x: autograd.total([x, math.nan]), "total gave nan"),
        (lambda x: autograd.affine([x], [1e308], math.inf), "affine gave inf"),
        (lambda x: autograd.binary_cross_entropy(x, 0.5), "binary_cross_entropy gave"),
    ],
)
def test_values_that_stop_being_finite(compute: Callable[[Value], Value], names: str) -> None:
    x = Value(1.0)
    assert not math.isfinite(compute(x).data)
    with pytest.raises(AnomalyError, match=names), detect_anomaly():
        compute(x)


@pytest.mark.parametrize(
    ("compute", "names"),
    [
        (lambda x: x.sqrt(), "sqrt gave 0.0, but its derivative for operand 0 is inf"),
        (lambda x: x**0.5, "derivative for operand 0 is inf"),
        (lambda x: (x - 2) ** Value(3.0), "derivative for operand 1 is nan"),
    ],
)
def test_partials_that_are_not_finite(compute: Callable[[Value], Value], names: str) -> None:
    x = Value(0.0)
    assert math.isfinite(compute(x).data)
    with pytest.raises(AnomalyError, match=names), detect_anomaly():
        compute(x)


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x**3,  # the derivative by the exponent is nan, but nobody asks for it
        lambda x: x**-2,
        lambda x: (x + 2) ** 0,
        lambda x: (x * 1000).tanh() + (x * 1000).sigmoid() + (x * -1000).softplus(),
        lambda x: x.relu() + abs(x + 2) + autograd.maximum(x, x),
        lambda x: 0 * x,
        lambda x: autograd.softmax_cross_entropy([x * 1000, 0.0], 1),
    ],
)
def test_what_is_fine(compute: Callable[[Value], Value]) -> None:
    x = Value(-2.0)
    with detect_anomaly():
        result = compute(x)
        result.backward()
    assert math.isfinite(x.grad)


@pytest.mark.parametrize("compute", [lambda x: x**3, lambda x: x**-2, lambda x: (x + 2) ** 0])
def test_grad_does_not_look_at_partials_that_nobody_asks_for(compute: Callable[[Value], Value]) -> None:
    x = Value(-2.0)
    expected = grad(compute(x), x).data
    with detect_anomaly():
        assert grad(compute(x), x).data == expected


def test_leaves_may_be_what_they_like() -> None:
    with detect_anomaly():
        infinite = Value(math.inf)
        assert infinite.tanh().data == 1.0
        assert (1 / infinite).data == 0.0
        assert autograd.maximum(Value(2.0), -1e300).data == 2.0
        assert math.isnan(autograd.as_value(math.nan).data)


def test_a_gradient_graph_is_looked_at_too() -> None:
    x = Value(1e200)
    y = 1 / x
    with detect_anomaly():
        derivative = grad(y, x)  # -1e-400, which is 0
    assert derivative.data == 0.0
    small = Value(1e-200)
    reciprocal = 1 / small
    with pytest.raises(AnomalyError), detect_anomaly():
        grad(reciprocal, small)


def test_an_operation_of_ones_own_is_named() -> None:
    reciprocal = operation("reciprocal", lambda x: 1 / x, lambda z, x: (-1 / (x * x),))
    with pytest.raises(AnomalyError, match="reciprocal gave inf"), detect_anomaly():
        reciprocal(Value(0.0))


def test_long_operands_are_cut() -> None:
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        autograd.total([Value(math.inf)] * 10_000)
    assert len(str(caught.value)) < 1000


def test_an_anomaly_is_a_floating_point_error() -> None:
    assert issubclass(AnomalyError, FloatingPointError)


def test_nesting_both_ways() -> None:
    with no_grad():
        with detect_anomaly():
            assert looks()
            assert not records()
        assert not looks()
        assert not records()
    with detect_anomaly():
        with no_grad():
            assert looks()
            assert not records()
        assert looks()
        assert records()
    assert not looks()


def test_the_operands_are_known_even_if_nothing_is_recorded() -> None:
    for first, second in ((no_grad, detect_anomaly), (detect_anomaly, no_grad)):
        with pytest.raises(AnomalyError, match="/ gave inf from 1, 0"), first(), second():
            Value(1.0) / 0


# Generators and contexts


def steps(context: Callable[[], Any]) -> Generator[int, None, None]:
    with context():
        yield 1
        yield 2


@pytest.mark.parametrize("context", [no_grad, detect_anomaly])
def test_a_generator_that_ends_or_is_closed_leaves_nothing(context: Callable[[], Any]) -> None:
    assert list(steps(context)) == [1, 2]
    assert records()
    assert not looks()
    stopped = steps(context)
    next(stopped)
    del stopped
    assert records()
    assert not looks()


def test_generators_that_end_in_another_order_leave_nothing() -> None:
    first, second = steps(no_grad), steps(detect_anomaly)
    next(first)
    next(second)
    assert list(first) == [2]  # the one that began first ends first
    between = looks(), records()
    assert list(second) == [2]
    after = looks(), records()
    watchers.set(())  # what is wrong here shall not be wrong in the tests that follow
    assert (between, after) == ((True, True), (False, True))


def test_a_generator_may_be_closed_in_another_context() -> None:
    # as the collector does, or a thread that takes over
    stopped = steps(no_grad)
    copy_context().run(next, stopped)
    stopped.close()
    assert records()


def test_a_context_of_its_own_is_not_touched() -> None:
    def inside() -> bool:
        with no_grad():
            return copy_context().run(records)

    assert not inside()  # a copy takes over what holds where it is made
    context = copy_context()
    with no_grad():
        assert context.run(records)


# Decorated functions of every kind

CALLS: list[tuple[bool, bool]] = []  # what held while the body of a decorated function ran


def note() -> None:
    CALLS.append((records(), looks()))


def plain() -> str:
    note()
    return "end"


def generator() -> Generator[int, int, str]:
    note()
    received = yield 1
    note()
    try:
        yield received
    except KeyError:
        note()
        yield 3
    finally:
        note()
    return "end"


async def asynchronous() -> str:
    note()
    await asyncio.sleep(0)
    note()
    return "end"


async def asynchronous_generator() -> AsyncGenerator[int, int]:
    note()
    received = yield 1
    await asyncio.sleep(0)
    note()
    try:
        yield received
    except KeyError:
        note()
        yield 3
    finally:
        note()


class Callables:
    """Kinds that inspect does not know at first sight."""

    def __call__(self) -> Generator[int, int, str]:
        return generator()

    method = staticmethod(generator)


def unchanged() -> None:
    assert (records(), looks()) == (True, False)


def run_plain(function: Callable[..., Any]) -> None:
    assert function() == "end"


def run_generator(function: Callable[..., Any]) -> None:
    running = function()
    for sent, expected in ((None, 1), (2, 2)):
        assert running.send(sent) == expected
        unchanged()
    assert running.throw(KeyError) == 3
    unchanged()
    with pytest.raises(StopIteration) as end:
        next(running)
    assert end.value.value == "end"
    stopped = function()
    assert [next(stopped), next(stopped)] == [1, None]
    stopped.close()
    unchanged()
    assert list(function()) == [1, None]


def run_coroutine(function: Callable[..., Any]) -> None:
    async def beside() -> None:
        for _ in range(3):
            unchanged()
            await asyncio.sleep(0)

    async def both() -> None:
        assert (await asyncio.gather(function(), beside()))[0] == "end"
        unchanged()

    asyncio.run(both())
    by_hand = function()
    by_hand.send(None)
    unchanged()
    by_hand.close()


def run_async_generator(function: Callable[..., Any]) -> None:
    async def drive() -> None:
        running = function()
        for sent, expected in ((None, 1), (2, 2)):
            assert await running.asend(sent) == expected
            unchanged()
        assert await running.athrow(KeyError) == 3
        unchanged()
        with pytest.raises(StopAsyncIteration):
            await anext(running)
        assert [x async for x in function()] == [1, None]
        stopped = function()
        await anext(stopped)
        await stopped.aclose()
        unchanged()

    asyncio.run(drive())


KINDS: list[tuple[Callable[..., Any], Callable[[Callable[..., Any]], None]]] = [
    (plain, run_plain),
    (functools.partial(plain), run_plain),
    (staticmethod(plain), run_plain),
    (generator, run_generator),
    (functools.partial(generator), run_generator),
    (lambda: generator(), run_generator),
    (Callables(), run_generator),
    (Callables().method, run_generator),
    (asynchronous, run_coroutine),
    (lambda: asynchronous(), run_coroutine),
    (asynchronous_generator, run_async_generator),
    (lambda: asynchronous_generator(), run_async_generator),
]


@pytest.mark.parametrize(("context", "held"), [(no_grad, (False, False)), (detect_anomaly, (True, True))])
@pytest.mark.parametrize(("function", "run"), KINDS)
def test_a_decorated_function_of_any_kind_runs_in_the_block_and_its_caller_does_not(
    function: Callable[..., Any],
    run: Callable[[Callable[..., Any]], None],
    context: Callable[[], Any],
    held: tuple[bool, bool],
) -> None:
    CALLS.clear()
    decorated = context()(function)
    for _ in range(2):
        run(decorated)
        unchanged()
    assert set(CALLS) == {held}
    for kind in (inspect.isgeneratorfunction, inspect.iscoroutinefunction):
        assert kind(decorated) == kind(getattr(function, "func", function)) or not inspect.isfunction(function)


@pytest.mark.parametrize("context", [no_grad, detect_anomaly])
@pytest.mark.parametrize("thing", [Value, Callables, classmethod(print), property(print), 3, None])
def test_what_is_no_function_cannot_be_decorated(context: Callable[[], Any], thing: Any) -> None:
    with pytest.raises(TypeError, match="decorates functions and methods, got"):
        context()(thing)


@pytest.mark.parametrize("context", [no_grad, detect_anomaly])
@pytest.mark.parametrize("given", [plain, generator, Value, True, None])
@pytest.mark.filterwarnings("error")  # also what is raised where no one can catch it, as in __del__
def test_a_decorator_without_its_parentheses_says_so(context: Any, given: Any) -> None:
    with pytest.raises(TypeError, match=rf"{context.__name__} takes nothing: .*@{context.__name__}\(\) a decorator"):
        context(given)


@pytest.mark.parametrize("context", [no_grad, detect_anomaly])
def test_one_block_can_be_entered_again(context: Callable[[], Any]) -> None:
    block = context()
    for _ in range(2):
        with block, block:
            assert len(watchers.get()) == 2
        assert watchers.get() == ()
