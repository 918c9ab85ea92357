"""What else happens while Values record their operations: nothing, as a rule.

`no_grad` makes new nodes forget how they were made; `detect_anomaly` looks at each one. Both hold for the current
thread and context only, and may be nested.
"""

import math
from collections.abc import AsyncGenerator, Callable, Generator
from functools import partial, wraps
from types import AsyncGeneratorType, CoroutineType, GeneratorType, coroutine

from autograd.core.annotations import Any, Function
from autograd.core.declaration import constant
from autograd.core.value import Value
from autograd.core.watching import watchers


class AnomalyError(FloatingPointError):
    """A node stopped being finite while `detect_anomaly` was looking."""


class WatchedBlock:
    """A block in which new nodes are watched; as a decorator, a function whose every run is such a block.

    In a generator, a coroutine or an asynchronous generator each stretch between two yields or awaits is one; what its
    caller does meanwhile is outside.
    """

    __slots__ = ("_mine",)

    def __new__(cls, *given: object) -> "WatchedBlock":
        """Raises TypeError for @no_grad without its parentheses."""
        if given:
            name = cls.__name__
            raise TypeError(f"{name} takes nothing: with {name}(): … is a block, @{name}() a decorator")
        return super().__new__(cls)

    def __init__(self) -> None:
        self._mine: list[Callable[[Value], None]] = []

    @staticmethod
    def watch(node: Value) -> None:
        """What is done with a new node."""
        raise NotImplementedError

    def before_others(self) -> bool:
        """Whether it looks before other watchers do."""
        return False

    def __enter__(self) -> None:
        mine = partial(type(self).watch)  # a new object for each entry, which does not keep this block alive
        self._mine.append(mine)
        others = watchers.get()
        watchers.set((mine, *others) if self.before_others() else (*others, mine))

    def __exit__(self, *_: object) -> None:
        # Not by restoring what was before: generators may leave their blocks in another order than they entered.
        mine = self._mine[-1]
        watchers.set(tuple([watch for watch in watchers.get() if watch is not mine]))
        self._mine.pop()

    def __del__(self) -> None:
        # Ctrl-C may have come before __exit__ was done.
        while self._mine:
            self.__exit__()

    def __call__(self, function: Function) -> Function:
        """Decorate a function. Raises TypeError for a class, whose methods are to be decorated one by one."""
        name = type(self).__name__
        if isinstance(function, type) or not callable(function):
            what = f"the class {function.__name__}" if isinstance(function, type) else type(function).__name__
            raise TypeError(f"@{name}() decorates functions and methods, got {what}")
        block = type(self)

        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with block():
                result = function(*args, **kwargs)
            return _in_blocks(result, block)

        kind = getattr(getattr(function, "__code__", None), "co_flags", 0)

        @wraps(function)
        def run_generator(*args: Any, **kwargs: Any) -> Any:
            return (yield from run(*args, **kwargs))

        @wraps(function)
        async def run_coroutine(*args: Any, **kwargs: Any) -> Any:
            return await run(*args, **kwargs)

        chosen: Any = run_generator if kind & GENERATOR else run_coroutine if kind & COROUTINE else run
        return chosen  # type: ignore[no-any-return]


GENERATOR, COROUTINE = 0x20, 0x80  # inspect.CO_GENERATOR, inspect.CO_COROUTINE


class no_grad(WatchedBlock):  # noqa: N801
    """Inside this block, or a function decorated with it, results are leaves: computed, but not recorded."""

    __slots__ = ()

    @staticmethod
    def watch(node: Value) -> None:
        """Forget how it was made."""
        node.op = node._x = node._dx = node._y = node._dy = None


class detect_anomaly(WatchedBlock):  # noqa: N801
    """Inside this block the first operation that gives inf or nan, or a partial that is, raises AnomalyError.

    The error says which operation, and from which operands. Leaves and constants may be what they like.
    """

    __slots__ = ()

    @staticmethod
    def watch(node: Value) -> None:
        """Raise unless it is finite."""
        _raise_unless_finite(node)

    def before_others(self) -> bool:
        """Before anything is forgotten."""
        return True


def _in_blocks(result: Any, block: type[WatchedBlock]) -> Any:
    """What a function returns: if that has yet to run, with each of its stretches in a block; else as it is."""
    if isinstance(result, GeneratorType):
        return _stretches(result, block)
    if isinstance(result, CoroutineType):
        return _coroutine(result, block)
    return _async_generator(result, block) if isinstance(result, AsyncGeneratorType) else result


def _stretches(body: Any, block: type[WatchedBlock]) -> Generator[Any, Any, Any]:
    advance, sent = body.send, None
    while True:
        try:
            with block():
                given = advance(sent)
        except StopIteration as end:
            return end.value
        try:
            advance, sent = body.send, (yield given)
        except GeneratorExit:
            with block():
                body.close()
            raise
        except BaseException as error:  # thrown in: the body may know what to do
            advance, sent = body.throw, error


_awaitable = coroutine(_stretches)


async def _coroutine(body: Any, block: type[WatchedBlock]) -> Any:
    return await _awaitable(body, block)


async def _async_generator(body: Any, block: type[WatchedBlock]) -> AsyncGenerator[Any, Any]:
    advance, sent = body.asend, None
    while True:
        try:
            given = await _awaitable(advance(sent), block)
        except StopAsyncIteration:
            return
        try:
            advance, sent = body.asend, (yield given)
        except GeneratorExit:
            await _awaitable(body.aclose(), block)
            raise
        except BaseException as error:
            advance, sent = body.athrow, error


def _raise_unless_finite(node: Value) -> None:
    if node.op is None or not node.operands:
        return
    operands = ", ".join(map(_described, node.operands[:8])) + (", …" if len(node.operands) > 8 else "")
    if not math.isfinite(node.data):
        raise AnomalyError(f"{node.op.name} gave {node.data} from {operands}")
    for index, (operand, slope) in enumerate(zip(node.operands, node.partials, strict=True)):
        if not math.isfinite(slope) and operand.op is not constant:
            raise AnomalyError(
                f"{node.op.name} gave {node.data}, but its derivative for operand {index} is {slope}, from {operands}"
            )


def _described(operand: Value) -> str:
    return f"{operand.label} = {operand.data:.6g}" if operand.label else f"{operand.data:.6g}"
