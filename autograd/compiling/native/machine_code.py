"""Machine code: LLVM compiles the text of a module, and gives its functions."""

import ctypes
from collections.abc import Callable, Sequence
from functools import lru_cache
from threading import Thread, current_thread, main_thread, stack_size
from typing import Any

from llvmlite import binding

from autograd.compiling.fixed import Fixed
from autograd.compiling.locks import compiling
from autograd.compiling.native.processor import Processor

STACK_OF_LLVM = 16 * 2**20  # bytes
ADDRESS, INTEGER = ctypes.c_void_p, ctypes.c_int64


class MachineCode(Fixed):
    """The functions of a module, which live as long as this does: whoever calls them has to hold it.

    text: of the module; compiled: its object code, from an earlier time, or None; keep: what is given the object code
    once it is compiled, or None.
    """

    text: str
    _engine: Any

    def __init__(
        self, text: str, processor: Processor, compiled: bytes | None = None,
        keep: Callable[[bytes], object] | None = None,
    ) -> None:  # fmt: skip
        with compiling:
            self.fix(text=text, _engine=_on_a_large_stack(_engine, text, processor, compiled, keep))

    def __del__(self, compiling: Any = compiling) -> None:
        with compiling:
            vars(self).clear()

    def address(self, name: str) -> int:
        """Where a function lies, or a constant."""
        return int(self._engine.get_function_address(name) or self._engine.get_global_value_address(name))

    def function(self, name: str, result: Any, kinds: Sequence[Any]) -> Callable[..., Any]:
        """A function by way of ctypes."""
        found: Any = ctypes.CFUNCTYPE(result, *kinds)(self.address(name))
        found.code = self
        return found  # type: ignore[no-any-return]


def _engine(text: str, processor: Processor, compiled: bytes | None, keep: Callable[[bytes], object] | None) -> Any:
    _initialize()
    parsed = binding.parse_assembly(text if compiled is None else "")
    target = binding.Target.from_triple(binding.get_process_triple())
    target_machine = target.create_target_machine(cpu=processor.cpu, features=processor.features, opt=3)
    engine = binding.create_mcjit_compiler(parsed, target_machine)
    if compiled is not None:
        engine.add_object_file(binding.object_file.ObjectFileRef.from_data(compiled))
    elif keep is not None:
        engine.set_object_cache(lambda module, code: keep(code))
    engine.finalize_object()
    return engine


def _on_a_large_stack(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function, in a new thread unless this is the main one, whose stack is large enough: LLVM recurses."""
    if current_thread() is main_thread():
        return function(*arguments)
    made, errors = list[Any](), list[BaseException]()

    def run() -> None:
        try:
            made.append(function(*arguments))
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run)
    before = stack_size(STACK_OF_LLVM)
    try:
        thread.start()
    finally:
        stack_size(before)
    thread.join()
    if errors:
        raise errors[0]
    return made[0]


@lru_cache
def _initialize() -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
