"""What native code relies on: what the processor is said to have, where objects keep their numbers, which arrays fit.

The machines and the libraries are made up, so that all of it is seen on any machine.
"""

import ctypes
import sysconfig
import threading
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")

from llvmlite import binding

import autograd
from autograd import CompileError, Value
from autograd.compiling.backend import Batches, State
from autograd.compiling.native import backend as native
from autograd.compiling.native import machine_code
from autograd.compiling.native import object_layout as layouts
from autograd.compiling.native import processor as processors
from autograd.compiling.native.backend import NativeKernel, Prepared, address_of, native_backend
from autograd.compiling.native.processor import Processor, has_vector_math, host
from tests.rules import Ruled

# The machine


class Features(dict[str, bool]):
    """As LLVM describes them."""

    def flatten(self) -> str:
        return ",".join(f"+{name}" for name, there in self.items() if there)


@pytest.mark.parametrize(("features", "size", "registers"), [
    ("", 16, 16), ("sse2 avx", 16, 16), ("avx2", 32, 16), ("avx2 avx512f avx512vl", 32, 16),
    ("avx2 avx512f avx512dq", 32, 16), ("avx2 avx512vl avx512dq", 32, 16), ("avx512f avx512vl avx512dq", 64, 32),
    ("avx2 avx512f avx512vl avx512dq", 64, 32), ("neon", 16, 16), ("avx512f", 16, 16),
])  # fmt: skip
def test_the_registers_are_those_that_the_processor_has(
    features: str, size: int, registers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Features(dict.fromkeys(features.split(), True) | {"sse4a": False})
    monkeypatch.setattr(binding, "get_host_cpu_features", lambda: told)
    monkeypatch.setattr(binding, "get_host_cpu_name", lambda: "some cpu")
    assert host() == Processor("some cpu", told.flatten(), size, registers, vector_math=True)
    assert host(False) == Processor("some cpu", told.flatten(), size, registers, vector_math=False)
    assert [host().lanes(8), host().lanes(4)] == [size // 8, size // 4]


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Those that can be loaded, by name; what was loaded before is forgotten."""
    there: dict[str, Any] = {}

    def load(name: str) -> Any:
        if name not in there:
            raise OSError(name)
        return there[name]

    monkeypatch.setattr(ctypes, "CDLL", load)
    for cached in (processors._libmvec, processors._libm, native_backend):
        cached.cache_clear()
    yield there
    for cached in (processors._libmvec, processors._libm, native_backend):
        cached.cache_clear()


def test_the_vector_library_is_glibc_s_with_functions_of_this_processor(libraries: dict[str, Any]) -> None:
    processor = Processor("", "", 32, 16, vector_math=True)
    assert has_vector_math() is False
    assert processor.vector_function("exp", 8) is None
    with pytest.raises(CompileError, match=r"^vector_math='system' needs a vector math library, glibc's libmvec, and "):
        native_backend(8, "system")
    processors._libmvec.cache_clear()
    libraries["libmvec.so.1"] = SimpleNamespace(_ZGVnN2v_exp=1)  # of another processor
    assert has_vector_math() is False
    processors._libmvec.cache_clear()
    function = ctypes.CFUNCTYPE(ctypes.c_double)(lambda: 0.5)
    libraries["libmvec.so.1"] = SimpleNamespace(_ZGVbN2v_exp=function, _ZGVdN4v_exp=function)
    assert has_vector_math() is True
    assert processor.vector_function("exp", 8) == ("_ZGVdN4v_exp", ctypes.cast(function, ctypes.c_void_p).value)
    assert processor.vector_function("tanh", 8) is None
    assert Processor("", "", 32, 16, vector_math=False).vector_function("exp", 8) is None
    backends = [native_backend(8, choice) for choice in ("auto", "system", "scalar")]
    assert [backend.processor.vector_math for backend in backends] == [True, True, False]
    assert [native_backend(size, "auto").dtype for size in (4, 8)] == [np.dtype("float32"), np.dtype("float64")]


@pytest.mark.parametrize("known", ["m", "msvcrt"])
def test_the_c_library_goes_by_its_name_on_each_system(
    known: str, libraries: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    function = ctypes.CFUNCTYPE(ctypes.c_double)(lambda: 0.5)
    libraries["found"] = SimpleNamespace(expf=function, exp=function)
    monkeypatch.setattr(processors, "find_library", lambda name: "found" if name == known else None)
    processor = Processor("", "", 16, 16, vector_math=True)
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert [processor.scalar_function("exp", size) for size in (8, 4)] == [("exp", address), ("expf", address)]
    with pytest.raises(AssertionError, match=r"^the C library has no tanhf$"):
        processor.scalar_function("tanh", 4)


# Where objects keep their numbers


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What was found out about layouts is found out anew."""
    for cached in (layouts.new_array, layouts.value_data):
        cached.cache_clear()
    yield
    for cached in (layouts.new_array, layouts.value_data):
        cached.cache_clear()


WRONG: dict[str, int] = {  # other places that can be read, too
    "TYPE": layouts.HEAD, "FLOAT": layouts.TYPE, "SIZE": layouts.TYPE, "ITEMS": layouts.ITEMS - 8,
    "DATA": layouts.SHAPE, "DIMENSIONS": layouts.FLAGS, "SHAPE": layouts.STRIDES, "STRIDES": layouts.SHAPE,
    "DTYPE": layouts.DATA, "FLAGS": layouts.DIMENSIONS, "BYTE_ORDER": layouts.BYTE_ORDER + 1,
    "TYPE_NUMBER": layouts.TYPE_NUMBER + 4, "ALIGNED": 0, "ARRAY_TYPE": 3,
}  # fmt: skip


@pytest.mark.usefixtures("forgotten")
def test_what_lies_elsewhere_than_it_should_is_not_relied_on(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.arange(5.0)[2:]
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("objects of this Python lie elsewhere")
    assert layouts.new_array() > 0
    for name, elsewhere in WRONG.items():
        with monkeypatch.context() as patch:
            patch.setattr(layouts, name, elsewhere)
            layouts.new_array.cache_clear()
            assert layouts.new_array() == 0, name
            assert layouts.address(x) == x.ctypes.data, name
    for name, module, answer in (
        ("get_config_var", sysconfig, lambda name: name == "Py_GIL_DISABLED"), ("value_data", layouts, lambda: 0),
        ("_are_known", layouts, lambda: False),
    ):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(module, name, answer)
            layouts.new_array.cache_clear()
            assert layouts.new_array() == 0, name
    layouts.new_array.cache_clear()
    assert layouts.new_array() > 0
    assert layouts.address(x) == x.ctypes.data
    with pytest.raises(TypeError, match=r"^native code takes arrays, got list$"):
        layouts.address([1.0])  # type: ignore[arg-type]


@pytest.mark.usefixtures("forgotten")
def test_a_value_whose_number_is_nowhere_to_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "_word", lambda *_: 0)
    assert layouts.value_data() == 0


@pytest.mark.usefixtures("forgotten")
def test_without_known_layouts_calls_go_by_way_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "new_array", lambda: 0)
    w = Value(2.0)
    program = autograd.compile(lambda x: w * x * 1.125, [w], backend="source").program
    kernel = native_backend(8, "scalar").kernel(program, mean=True)
    assert kernel.quick is None
    output = np.empty(2)
    kernel([np.array([1.0, 3.0])], 2, np.array([2.0]), output)
    assert output.tolist() == [2.25, 4.5]


def _array_api() -> Any:
    try:
        return import_module("numpy._core._multiarray_umath")._ARRAY_API
    except ModuleNotFoundError:
        return import_module("numpy.core._multiarray_umath")._ARRAY_API


def test_numpy_s_functions_are_found_before_numpy_2_and_since(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, umath = list[str](), SimpleNamespace(_ARRAY_API=_array_api())

    def only(there: str) -> Any:
        def import_module(name: str) -> Any:
            asked.append(name)
            if name != there:
                raise ModuleNotFoundError(name)
            return umath

        return import_module

    for there in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        monkeypatch.setattr(layouts, "import_module", only(there))
        assert layouts._numpy_functions()[layouts.ARRAY_TYPE] == id(np.ndarray)
        assert asked[-1] == there


# What fits


def test_an_array_that_does_not_fit_is_no_place_for_numbers() -> None:
    double = np.dtype("float64")
    x = np.arange(6.0)
    fixed, odd = np.arange(6.0), np.frombuffer(b"." + x.tobytes(), double, offset=1)
    fixed.flags.writeable = False
    assert address_of(x, double, 6) == address_of(x, double, 6, changed=True) == x.ctypes.data
    assert address_of(fixed, double, 6) == fixed.ctypes.data
    for array, count in ((x, 5), (x, 7), (x.astype("float32"), 6), (x.view(np.recarray), 6), (x.tolist(), 6)):
        with pytest.raises(ValueError, match=f"^native code takes an array of {count} numbers of float64$"):
            address_of(array, double, count)  # type: ignore[arg-type]
    why = "^native code takes an array that is contiguous, aligned and, if it is a result, writable$"
    for array, count, changed in ((fixed, 6, True), (x[::2], 3, False), (odd, 6, False), (odd, 6, True)):
        with pytest.raises(ValueError, match=why):
            address_of(array, double, count, changed)


def learning(dtype: str = "float64") -> tuple[Any, Any, State]:
    """A step, its update and the numbers, of y = w x."""
    w = Value(2.0)
    step = autograd.compile(lambda x: w * x, [w], backend="native", dtype=dtype)
    descent = autograd.Descent(step, Ruled([w], lambda w, g, k, rate: [w - rate * g, k + 1], 1, [0.5]))
    return step.means_kernel, descent._update, descent._state


@pytest.mark.parametrize("what", [
    "losses", "numbers", "gradient", "scalars", "two scalars", "no batch", "a batch too large", "order below",
    "order above", "order too short", "columns", "rows", "no steps",
])  # fmt: skip
def test_steps_are_taken_only_in_memory_that_is_theirs(what: str) -> None:
    step, update, state = learning()
    losses, scalars = np.empty(4), np.full((4, 1), 0.5)
    batches = Batches([np.ones(3)], 3, 2, np.array([[0, 1, 2], [2, 1, 0]]))
    descend = native_backend(8, "auto").descend
    assert descend(step, update, batches, state, scalars, losses) == 4
    message = "contiguous, aligned and, if it is a result, writable"
    before = state.numbers.copy()
    match what:
        case "losses":
            losses.flags.writeable = False
        case "numbers" | "gradient":
            getattr(state, what).flags.writeable = False
            state.prepared = None
        case "scalars" | "two scalars":
            scalars = scalars[1:] if what == "scalars" else np.ones((4, 2))
            message = "^a step takes 1 scalars, and a batch 3 rows at most$"
        case "no batch" | "a batch too large":
            batches.size = 0 if what == "no batch" else 4
            message = "^a step takes 1 scalars, and a batch 3 rows at most$"
            losses, scalars = losses[:1], scalars[:1]
            if not batches.size:
                batches = SimpleNamespace(**vars(batches), each_epoch=1)  # type: ignore[assignment]
        case "order below" | "order above" | "order too short":
            orders = {"order below": [[0, 1, 2], [2, 1, -1]], "order above": [[0, 1, 2], [2, 3, 0]]}
            batches.order = np.array(orders.get(what, [[0, 1, 2]]))
            message = "^order has the indices of 3 rows for 2 epochs$"
        case "columns" | "rows":
            batches.columns = [np.ones(3)] * 2 if what == "columns" else [np.ones(2)]
            message = "^native code takes 1 columns of float64, with 3 rows or one number each$"
        case "no steps":
            assert descend(step, update, batches, state, scalars[:0], losses[:0]) == 0
            assert (state.numbers == before).all()
            return
    with pytest.raises(ValueError, match=message):
        descend(step, update, batches, state, scalars, losses)
    assert (state.numbers == before).all()


def test_what_was_prepared_for_other_kernels_is_prepared_anew() -> None:
    step, update, state = learning()
    batches, losses, scalars = Batches([np.ones(3)], 3, 3, None), np.empty(4), np.full((4, 1), 0.5)
    descend = native_backend(8, "auto").descend
    descend(step, update, batches, state, scalars, losses)
    prepared = state.prepared
    descend(step, update, batches, state, scalars, losses)
    assert state.prepared is prepared
    w = Value(2.0)
    other = autograd.compile(lambda x: w * x * w, [w], backend="native").means_kernel
    descend(other, update, batches, state, scalars, losses)
    assert state.prepared is not prepared
    assert state.prepared.kernels == (other, update)
    with pytest.raises(ValueError, match=r"^these kernels and numbers are not of one descent$"):
        native_backend(4, "auto").descend(step, update, batches, state, scalars, losses)
    state.prepared = SimpleNamespace(**{name: getattr(prepared, name) for name in vars(prepared)})
    descend(step, update, batches, state, scalars, losses)
    assert type(state.prepared) is Prepared


def test_the_loop_over_steps_is_made_for_this_machine_and_kept_by_who_calls_it() -> None:
    run: Any = native_backend(8, "auto")._run_descent
    assert f'target triple = "{binding.get_process_triple()}"' in run.code.text
    assert run is native_backend(8, "auto")._run_descent
    assert "kernel of a program" in str(native.NativeBackend.kernel.__doc__)


def test_kernels_and_numbers_are_those_of_one_descent() -> None:
    step, update, state = learning()
    single, its_update, its_state = learning("float32")
    prepared: Any = Prepared
    w, v = Value(1.0), Value(2.0)
    other = autograd.compile(lambda x: w * x * v, [w, v], backend="native").means_kernel
    assert Prepared(step, update, state, np.dtype("float64")).sizes == (1, 16)
    for mixed in (
        (single, update, state), (step, its_update, state), (other, update, state), (update, update, state),
        (step, step, state), (None, update, state), (step, None, state),
        (step, update, State(1, 0, 0, np.dtype("float64"))), (step, update, State(1, 2, 0, np.dtype("float64"))),
        (step, update, its_state), (step, update, SimpleNamespace(parameters=1, kept=1, room=1)),
        (step, update, SimpleNamespace(parameters=1, kept=1, room=24)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"native code takes|^these kernels and numbers are not of one descent$"):
            prepared(*mixed, np.dtype("float64"))
    with pytest.raises(ValueError, match=r"^these kernels"):
        Prepared(step, update, state, np.dtype("float32"))


def test_numbers_have_room_for_a_loss_and_for_registers_that_are_filled() -> None:
    for parameters, room in ((0, 16), (1, 16), (15, 16), (16, 32), (31, 32), (32, 48)):
        state = State(parameters, 2, 0, np.dtype("float32"))
        assert (state.room, state.numbers.shape, state.gradient.shape) == (room, (3, room), (room,)), parameters
        assert not state.numbers.any()
        assert state.numbers.dtype == state.gradient.dtype == np.float32
        assert state.prepared is None
        for array in (state.numbers, state.gradient):
            with pytest.raises(ValueError, match=r"resize|own its data"):
                array.resize(1000)


def test_a_matrix_is_taken_as_it_is_and_its_columns_as_they_lie() -> None:
    w = Value(2.0)
    kernel: Any = autograd.compile(lambda x, y: w * x + y, [w], backend="native").means_kernel
    assert isinstance(kernel, NativeKernel)
    table = np.arange(12.0).reshape(3, 4)
    for matrix in (table[:2], table[::2], table[1::-1], table[:2, ::2], np.asfortranarray(table)[:2], table[:2, ::-1],
                   np.broadcast_to(np.arange(4.0), (2, 4)), np.ones((2, 1))):  # fmt: skip
        output = np.empty(2)
        kernel(matrix, matrix.shape[1], np.array([2.0]), output)
        assert output.tolist() == [matrix[0].mean(), (2 * matrix[0] + matrix[1]).mean()]
    odd = np.frombuffer(b"." + table.tobytes(), "float64", offset=1).reshape(3, 4)[:2]
    for wrong, rows in ((table, 4), (table[:2], 3), (table[:2].astype("float32"), 4), (odd, 4), (table[:2, :0], 0)):
        with pytest.raises(ValueError, match=r"^native code takes 2 columns of float64, got an array of \(\d, \d\)$"):
            kernel(wrong, rows, np.array([2.0]), np.empty(2))
    for columns in ([table[0]], [table[0], table[1, :3]], [table[0], table[1].astype("float32")], [table[0], 1.0]):
        with pytest.raises(
            ValueError, match=r"^native code takes 2 columns of float64, with 4 rows or one number each$"
        ):
            kernel(columns, 4, np.array([2.0]), np.empty(2))
    fixed = np.empty(2)
    fixed.flags.writeable = False
    for numbers, output in (([2.0], fixed), ([2.0], np.empty(3)), ([2.0, 1.0], np.empty(2)), ([], np.empty(2))):
        with pytest.raises(ValueError, match=r"^native code takes an array "):
            kernel(table[:2], 4, np.array(numbers), output)
    for size, writeable in ((64, False), (64, True), (65, True), (63, True)):
        spare = np.zeros(kernel.scratch_bytes + size, np.uint8)
        spare.flags.writeable = writeable
        kernel._spare.append(spare)
        if size == 64 and writeable:
            assert kernel.scratch()[0] is spare
            continue
        with pytest.raises(ValueError, match=r"^native code takes an array "):
            kernel.scratch()
    memory, start = kernel.scratch()
    assert start % 64 == 0
    assert 0 <= start - memory.ctypes.data <= 64
    assert len(memory) == kernel.scratch_bytes + 64


def test_the_128_programs_that_were_asked_for_last_are_remembered() -> None:
    backend = native_backend(4, "auto")
    made = [autograd.compile(lambda x, i=i: x * (i + 0.5), inputs=1, dtype="float32", backend="source").program
            for i in range(130)]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:  # none of them is compiled
        patch.setattr(native, "NativeKernel", lambda *_: SimpleNamespace())
        backend._kernels.clear()
        kernels = [backend.kernel(program, True) for program in made[:128]]
        assert backend.kernel(made[0], True) is kernels[0]
        backend.kernel(made[128], True)
        assert len(backend._kernels) == 128
        assert backend.kernel(made[0], True) is kernels[0]  # which was asked for again
        assert backend.kernel(made[1], True) is not kernels[1]
        assert backend.kernel(made[0], True) is not backend.kernel(made[0], False)
        backend._kernels.clear()


def test_what_needs_a_large_stack_gets_one_and_its_errors_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before, sizes, found = threading.stack_size(), list[int](), list[Any]()
    real = threading.stack_size

    def stack_size(size: int) -> int:
        sizes.append(size)
        return real(size)

    def fails() -> None:
        raise MemoryError("of LLVM")

    def in_a_thread() -> None:
        found.append(machine_code._on_a_large_stack(threading.current_thread))
        try:
            machine_code._on_a_large_stack(fails)
        except MemoryError as error:
            found.append(str(error))

    monkeypatch.setattr(machine_code, "stack_size", stack_size)
    assert machine_code._on_a_large_stack(threading.current_thread) is threading.main_thread()
    assert sizes == []
    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert found[0] not in (thread, threading.main_thread())
    assert found[1:] == ["of LLVM"]
    assert sizes == [16 * 2**20, before] * 2
    assert threading.stack_size() == before
