"""The processor that native code is made for: its registers, and the functions that compute whole registers."""

import ctypes
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache

from autograd.core import Operation
from autograd.core import operations as ops

# Primitives that are functions of the C library, by their names there.
FUNCTIONS: dict[Operation, str] = {
    ops.pow: "pow",
    ops.exp: "exp",
    ops.expm1: "expm1",
    ops.log: "log",
    ops.log1p: "log1p",
    ops.sin: "sin",
    ops.cos: "cos",
    ops.tanh: "tanh",
    ops.erfc: "erfc",
}


@dataclass(frozen=True)
class Processor:
    """The abilities of a processor.

    cpu, features: as LLVM calls them; register_bytes: the size of a vector register; registers: how many there are;
    vector_math: whether functions are taken from the system's vector library (glibc's libmvec) where it has them, or
    called for one number after another.
    """

    cpu: str
    features: str
    register_bytes: int
    registers: int
    vector_math: bool

    def lanes(self, size: int) -> int:
        """The lanes of a register, for numbers of that many bytes."""
        return self.register_bytes // size

    def vector_function(self, name: str, size: int) -> tuple[str, int] | None:
        """The symbol and the address of a function on whole registers, if there is one.

        The names are those of the x86-64 vector function ABI (sourceware.org/glibc/wiki/libmvec).
        """
        if not self.vector_math:
            return None
        isa = {16: "b", 32: "d", 64: "e"}[self.register_bytes]
        operands = "vv" if name == "pow" else "v"
        symbol = f"_ZGV{isa}N{self.lanes(size)}{operands}_{_c_name(name, size)}"
        address = _address(_libmvec(), symbol)
        return None if address is None else (symbol, address)

    def address_of(self, symbol: str) -> int | None:
        """The address of a function of either library, if there is one."""
        return _address(_libmvec() if symbol.startswith("_ZGV") else _libm(), symbol)

    def scalar_function(self, name: str, size: int) -> tuple[str, int]:
        """The symbol and the address of a function of the C library."""
        symbol = _c_name(name, size)
        address = _address(_libm(), symbol)
        assert address is not None, f"the C library has no {symbol}"
        return symbol, address


def host(vector_math: bool = True) -> Processor:
    """The processor of this machine."""
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    if features.get("avx512f") and features.get("avx512vl") and features.get("avx512dq"):
        size, registers = 64, 32
    elif features.get("avx2"):
        size, registers = 32, 16
    else:  # SSE2 on every x86-64, NEON on every 64-bit ARM
        size, registers = 16, 16
    return Processor(binding.get_host_cpu_name(), features.flatten(), size, registers, vector_math)


def has_vector_math() -> bool:
    """True where the system has a vector math library that we can use."""
    return _libmvec() is not None


def _c_name(name: str, size: int) -> str:
    return name if size == 8 else f"{name}f"


def _address(library: ctypes.CDLL | None, symbol: str) -> int | None:
    function = None if library is None else getattr(library, symbol, None)
    return None if function is None else ctypes.cast(function, ctypes.c_void_p).value


@cache
def _libmvec() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libmvec.so.1")
    except OSError:
        return None
    return library if hasattr(library, "_ZGVbN2v_exp") else None  # other processors name them otherwise


@cache
def _libm() -> ctypes.CDLL:
    return ctypes.CDLL(find_library("m") or find_library("msvcrt"))
