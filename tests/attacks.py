"""What native code has to live through, each in a process of its own, of which a crash is seen: `run(name)`."""

import copy
import gc
import itertools
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

import autograd
from autograd import Compiled, Descent, Value, tanh, total
from autograd.programs import Program
from nn import SGD

X, Y = np.linspace(-1.0, 1.0, 37), np.linspace(0.0, 2.0, 37)


def run(name: str, **environment: str) -> str:
    """What an attack prints, in a process of its own. Raises CalledProcessError where it crashes or hangs."""
    code = f"from tests import attacks; attacks.{name}(); print('lives')"
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code], capture_output=True, text=True, timeout=120,
        cwd=Path(__file__).parent.parent, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-3000:]}"
    assert done.stdout.endswith("lives\n"), done.stdout
    return done.stdout


def made(parameters: int = 5, outputs: int = 0) -> tuple[Compiled, list[Value]]:
    """A compiled function of two inputs and so many parameters."""
    ws = [Value(0.5 + i, f"w_{i}") for i in range(parameters)]

    def function(x: Value, y: Value) -> Any:
        terms = [tanh(w * x) + y for w in ws]
        return terms[:outputs] if outputs else total(terms)

    return autograd.compile(function, ws, backend="native"), ws


def descent_of(step: Compiled) -> Descent:
    """A descent by momentum."""
    return Descent(step, SGD(step.parameters, 1e-3, momentum=0.9))


def everything(step: Compiled, descent: Descent) -> Iterator[Any]:
    """All ways into native code, one after another; those that raise give what they raised."""
    ways: list[Callable[[], Any]] = [
        lambda: step(X, Y), lambda: step(X, 1.0), lambda: step(X.tolist(), Y), lambda: step.values(X, Y),
        lambda: step.values_of(np.array([X, Y])), lambda: step.values(X, Y, numbers=np.ones(5)),
        lambda: step._quick(step.parameters, (X, Y)), lambda: descent.run([X, Y], 4),
        lambda: descent.run([*np.array([X, Y])], 4, 5, [range(37)]), descent.store, lambda: step.ir,
        lambda: step.source, lambda: repr(step),
        lambda: (descent.steps, descent.finite, descent.numbers.sum(), descent.gradient.sum()),
    ]  # fmt: skip
    for way in ways:
        try:
            yield way()
        except Exception as error:
            yield error


def things(step: Compiled, descent: Descent) -> list[Any]:
    """All objects that native code is reached by."""
    kernels: list[Any] = [step.means_kernel, step.rows_kernel, descent._update]
    return [step, descent, step.program, step.backend, descent._state, *kernels, kernels[0].code, step.program.labels]


GARBAGE: list[Any] = [
    (), [], None, 0, -1, 10**6, 2**62, 0.5, "x", b"", {}, object(), np.empty(0), np.zeros(2), np.zeros((9, 999)),
    np.zeros(64, "float32"), np.zeros(64, object), np.dtype("float32"), np.dtype("int8"),
    (Value(1.0),), [Value(1.0)] * 9,
]  # fmt: skip


def attributes() -> None:
    """Every attribute of everything is set to garbage, deleted, and, where it can be, changed in place."""
    found = changed = 0
    step, _ = made()
    count = len(things(step, descent_of(step)))
    for which in range(count):
        step, _ = made()
        descent = descent_of(step)
        thing = things(step, descent)[which]
        names = [name for name in {*dir(thing), *getattr(thing, "__dict__", ())} if not name.startswith("__")]
        for name in ["__class__", "__dict__", *sorted(names)]:
            found += 1
            for garbage in GARBAGE:
                with suppress(AttributeError, TypeError):
                    setattr(thing, name, garbage)
                    changed += name not in ("finite", "_so_far", "_before", "_rates", "prepared")
            with suppress(AttributeError, TypeError):
                delattr(thing, name)
            if name != "__dict__":
                with suppress(Exception):
                    in_place(getattr(thing, name))
        for twin in (copy.copy, copy.deepcopy, pickle.dumps):
            with suppress(TypeError, pickle.PicklingError):
                twin(thing)
                assert isinstance(thing, (Compiled, Program, Mapping)), f"{twin.__name__} of {thing}"
        list(everything(step, descent))
    assert found > 80
    assert not changed, changed


def in_place(thing: Any) -> None:
    """Change what an attribute holds, by all means that it offers."""
    for method, arguments in [
        ("append", (Value(1.0),)), ("clear", ()), ("pop", ()), ("update", ({0: 5},)), ("setflags", (True,)),
        ("fill", (7,)), ("resize", (1,)),
    ]:  # fmt: skip
        with suppress(Exception):
            getattr(thing, method)(*arguments)
    with suppress(Exception):
        thing.resize(1, refcheck=False)
    with suppress(Exception):
        thing.base.resize(1, refcheck=False)
    for name, value in [("shape", (1, 1)), ("shape", (-1,)), ("dtype", np.dtype("int8")), ("strides", (0,))]:
        with suppress(Exception):
            setattr(thing, name, value)


def dictionaries() -> None:
    """What no assignment reaches is put into their dictionaries: sizes are checked where memory is entered."""
    spared = {
        "address",
        "_run",
        "scratch_bytes",
        "code",
        "_engine",
        "processor",
        "size",
        "dtype",
    }  # machine code itself
    for which in range(5):
        step, _ = made()
        names = sorted(vars(things(step, descent_of(step))[which]))
        for name in [name for name in names if which in (0, 1, 4) or name not in spared]:
            for garbage in GARBAGE[::2]:
                step, _ = made()
                descent = descent_of(step)
                thing = things(step, descent)[which]
                kept, vars(thing)[name] = vars(thing)[name], garbage
                list(everything(step, descent))
                vars(thing)[name] = kept  # of the backend, which is one for all
    for outputs in (0, 3):  # what belongs together is mixed up
        one, other = made(5)[0], made(40, outputs)[0]
        both = descent_of(one), descent_of(made(40)[0])
        for a, b in (both, both[::-1], (one, other), (other, one)):
            for name in vars(a).keys() & vars(b).keys():
                kept = vars(a)[name]
                vars(a)[name] = vars(b)[name]
                list(everything(one, both[0]))
                list(everything(other, both[1]))
                vars(a)[name] = kept


class Wide(Value):
    """A Value of another layout."""

    __slots__ = ("a", "b", "c")


class Ghost(Value):
    """One whose number is computed, and says what it likes."""

    said: Any = 1.0
    data = property(lambda self: Ghost.said, lambda self, x: None)


class Floating(float):
    """A float of another layout."""

    def __init__(self, x: float) -> None:
        self.more = x


def parameters() -> None:
    """Parameters whose numbers are none, whose class is another, or that are gone."""
    numbers: list[Any] = [
        None, "x", 1j, 1, True, 10**400, np.float32(2), np.float64(2), np.array(1.0), np.array([1.0]), Floating(2.0),
        [], Value(2.0), np.ma.masked, float("nan"),
    ]  # fmt: skip
    for number in numbers:
        step, ws = made()
        descent = descent_of(step)
        with suppress(Exception):
            ws[3].data = number
        Ghost.said = number
        list(everything(step, descent))
        with suppress(Exception):
            ws[2].__class__ = Ghost
        list(everything(step, descent))
    for kind in (Wide, Ghost, int, autograd.Operation):
        step, ws = made()
        descent = descent_of(step)
        with suppress(TypeError):
            ws[1].__class__ = kind  # type: ignore[assignment]
        list(everything(step, descent))
    step, ws = made()
    del ws[4].data
    list(everything(step, descent_of(made()[0])))
    with suppress(Exception):
        autograd.compile(lambda x: ws[0] * x, [Wide(1.0), Ghost(1.0)])


def quick_calls() -> None:
    """The function behind a call, of anything."""
    step, _ = made()
    given: list[Any] = [
        *GARBAGE,
        step.parameters,
        list(step.parameters),
        step.parameters[:4],
        (X, Y),
        [X, Y],
        (X,),
        (X, 1.0),
    ]
    for arguments in itertools.chain(itertools.product(given, given), [(), (given,), ((), (), ())]):
        with suppress(TypeError):
            answered = step._quick(*arguments) is not None
            assert not answered or arguments[0] is step.parameters
    kernel: Any = step.means_kernel
    for columns, rows, scalars, output in itertools.product(
        given, [37, 0, -1, 10**6, None], [np.ones(5), *GARBAGE[10:16]], given
    ):
        with suppress(ValueError, TypeError):
            kernel(columns, rows, scalars, output)


def kept_functions() -> None:
    """Functions, and what they are made of, that outlive the cache and each other."""
    from autograd.compiling.native import backend

    backend.MOST_PROGRAMS = 4
    kept, parts = [], list[Any]()
    for i in range(20):
        w = Value(1.0)
        step = autograd.compile(lambda x, i=i, w=w: w * x + i, [w], backend="native")
        kept.append((step, step.parameters))
        if i < 6:
            parts += [(step._quick, step.parameters, i)]
    for i in (0, 3, 5):
        del kept[i]
    gc.collect()
    for quick, parameters, i in parts:
        assert quick(parameters, (X,))[0] == np.mean(X) + i or abs(quick(parameters, (X,))[0] - i) < 1e-12
    for i, (step, _) in enumerate(kept):
        step(X)
        if i % 3:
            kept[i] = kept[0]
    del kept, step, parts, quick
    gc.collect()
    kernel: Any = made()[0].means_kernel
    run_of_ctypes = kernel._run
    del kernel
    gc.collect()
    assert run_of_ctypes.code.text


def small_threads() -> None:
    """Functions of many inputs, parameters and outputs, in a thread with little of a stack."""
    n = 4_000
    ws = [Value(1.0) for _ in range(n)]
    calls: list[Callable[[], Any]] = []
    one = np.ones(3)
    step = autograd.compile(lambda *xs: total([*xs]), [], inputs=n, backend="native")
    calls += [lambda: step(*[one] * n), lambda: step(*[1.0] * n), lambda: step.values(*[one] * n)]
    of_parameters = autograd.compile(lambda x: total([w * x for w in ws]), ws, backend="native")
    calls += [lambda: of_parameters(one), lambda: of_parameters.values(one)]
    outputs = autograd.compile(lambda x: [x * float(i) for i in range(200)], [], backend="native")
    calls += [lambda: outputs.values(one)]
    descent = descent_of(of_parameters)
    calls += [lambda: descent.run([one], 3, 2, [[0, 1, 2]] * 3)]
    threading.stack_size(64 * 1024)
    failed: list[BaseException] = []

    def called(call: Callable[[], Any]) -> None:
        try:
            call()
        except BaseException as error:
            failed.append(error)

    for call in calls:
        thread = threading.Thread(target=called, args=(call,))
        thread.start()
        thread.join()
    assert not failed, failed


def forks() -> None:
    """Children of a process in which other threads trace and compile: each compiles itself, and ends."""
    done = threading.Event()
    numbers = itertools.count()
    shared = [Value(2.0, "a"), Value(3.0, "b")]

    def compiled(i: int) -> float:
        step = autograd.compile(lambda x: total([tanh(w * x * i) for w in shared] * 3), shared, backend="native")
        return float(step(X)[0])

    def work() -> None:
        while not done.is_set():
            compiled(next(numbers))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(int(os.environ.get("EFFORT", "1")) * 5):
        pid = os.fork()
        if not pid:
            try:
                assert [type(w) for w in shared] == [Value, Value]
                assert abs(compiled(-next(numbers) - 1)) < 1e9
                os._exit(0)
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
        assert os.waitpid(pid, 0)[1] == 0
    done.set()
    for thread in threads:
        thread.join()
