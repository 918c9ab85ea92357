"""The choice of a backend."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from autograd.compiling.backend import Backend
from autograd.compiling.locks import compiling
from autograd.compiling.optional_numpy import np
from autograd.compiling.source.backend import SourceBackend
from autograd.core import shown


@dataclass(frozen=True)
class Options:
    """The options of `compile` that say how a program is run, as they were given; they can be pickled."""

    backend: str
    dtype: np.dtype[Any]
    vector_math: str
    namespace: Any
    cache: str | None

    def __reduce__(self) -> tuple[Any, ...]:
        """With the namespace by its name."""
        name = None if self.namespace is None else getattr(self.namespace, "__name__", "")
        if name is not None and sys.modules.get(name) is not self.namespace:
            raise TypeError(
                f"this compiled function cannot be copied or pickled: {name or type(self.namespace).__name__}, its "
                "namespace, is no module that can be imported"
            )
        return _unpickled, (self.backend, self.dtype, self.vector_math, name, self.cache)


def _unpickled(backend: str, dtype: np.dtype[Any], vector_math: str, name: str | None, cache: str | None) -> Options:
    return Options(backend, dtype, vector_math, None if name is None else import_module(name), cache)


def choose(options: Options) -> Backend:
    """The backend asked for. Raises ValueError for one that does not exist, ImportError for one that is missing."""
    backend, dtype, vector_math, namespace = options.backend, options.dtype, options.vector_math, options.namespace
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
    return _native(dtype.itemsize, vector_math, options.cache)


def _native(size: int, vector_math: str, cache: str | None) -> Backend:
    with compiling:  # imports too: a fork would leave their locks held as well
        from autograd.compiling.native.backend import native_backend

        return native_backend(size, vector_math, cache)
