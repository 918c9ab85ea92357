"""From scalar code to programs that run whole batches: trace → program → source or native code."""

from autograd.compiling.arrays import real_array
from autograd.compiling.compiled import Compiled, compile
from autograd.compiling.descent import Descent
from autograd.compiling.tracing import TracingError

__all__ = ["Compiled", "Descent", "TracingError", "compile", "real_array"]
