"""The choice of a backend."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from autograd.compiling.backend import Backend
from autograd.compiling.locks import compiling
from autograd.compiling.optional_numpy import np
from autograd.compiling.source.backend import SourceBackend
from autograd.core import shown


def choose(backend: str, dtype: np.dtype[Any], vector_math: str, namespace: Any) -> Backend:
    """The backend of that name. Raises ValueError for one that does not exist, ImportError for one that is missing."""
    if backend not in ("auto", "native", "source"):
        raise ValueError(f"backend is 'auto', 'native' or 'source', got {shown(backend)}")
    if vector_math not in ("auto", "system", "scalar"):
        raise ValueError(f"vector_math is 'auto', 'system' or 'scalar', got {shown(vector_math)}")
    if isinstance(namespace, str):
        raise ValueError(f"a namespace is a module, such as numpy, and not its name, got {shown(namespace)}")
    installed = find_spec("llvmlite") is not None
    if namespace is not None and backend == "native":
        raise ValueError("a namespace is for backend='source', which computes with its functions")
    if backend == "source" or namespace is not None or (backend == "auto" and not installed):
        return SourceBackend(dtype, np if namespace is None else namespace)
    if not installed:
        raise ImportError(
            "backend='native' needs llvmlite: pip install '.[jit]' (in a clone of glassgrad), or take backend='source'"
        )
    return _native(dtype.itemsize, vector_math)


def _native(size: int, vector_math: str) -> Backend:
    with compiling:  # imports too: a fork would leave their locks held as well
        from autograd.compiling.native.backend import native_backend

        return native_backend(size, vector_math)
