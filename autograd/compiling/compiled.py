"""compile: a function of scalars becomes a program that takes arrays."""

from __future__ import annotations

import inspect
import os
from array import array as doubles
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

from autograd.compiling.arrays import Array, real_array
from autograd.compiling.backend import Backend, Kernel, Quick
from autograd.compiling.choosing import Options, choose
from autograd.compiling.fixed import Fixed, Once
from autograd.compiling.optional_numpy import np
from autograd.compiling.source.backend import function_of
from autograd.compiling.source.writer import written
from autograd.compiling.tracing import build, trace
from autograd.compiling.trees import with_leaves
from autograd.core import Operation, Value, shown
from autograd.programs import Program, with_others, without_dead_instructions


def compile(
    function: Callable[..., Any],
    parameters: Iterable[Value] = (),
    *,
    inputs: int | Sequence[str] | None = None,
    has_aux: bool = False,
    backend: str = "auto",
    dtype: Any = "float64",
    vector_math: str = "auto",
    namespace: Any = None,
    cache: str | os.PathLike[str] | None = None,
) -> Compiled:
    """Compile a function of scalars into a program that takes arrays, with a number for each row.

        step = compile(lambda x1, x2, y: hinge(model([x1, x2]), y), model.parameters())
        loss, gradient = step(X1, X2, Y)

    function: of as many scalars as there are inputs, written with Values as always. It is called once, with Values
        that have no numbers; what would need one (a comparison, == with it, a look-up, an index, float(), .data)
        raises TracingError at that line, which names what to write instead. A parameter is itself, as all Values are,
        in == with others and as a key. It returns the loss of a row; or, for `Compiled.values`, several Values
    parameters: the Values to differentiate with respect to. Their numbers are read at each call, as are those of all
        other Values that the function uses; what is to stay as it is goes in as a number, `.data`
    inputs: how many, or their names; the names of the function's parameters where it is None
    has_aux: whether the function returns (loss, aux), and a call ((loss, aux), gradient), as JAX's value_and_grad does.
        aux is what is wanted beside the loss, such as predictions: a Value, or lists, tuples and dicts of them, nested
        as you like. What comes back has the same form, with an array of a number for each row in the place of a Value
    backend: "native" (machine code, which needs llvmlite), "source" (a Python function on arrays), or "auto": native
        where llvmlite is installed
    dtype: "float64" or "float32"
    vector_math: "system" takes exp, tanh, … from the system's vector math library, "scalar" calls them for one number
        after another, and "auto" does the former where there is such a library
    namespace: for the source backend, the module whose functions compute: numpy, or jax.numpy (of which float64 has to
        be enabled), torch, cupy, …

    cache: a folder in which machine code is kept, so that a program is compiled once and not in each process; made if
        it is not there. What is damaged there, or of another processor or version of Python, LLVM or glassgrad, is
        compiled anew. Let nobody write to it whose code you would not run

    Results are those of the Values but for rounding: sums may be taken in another order, and native code adds a product
    without rounding it first, so that one which is too large for a float does not overflow on its way into a sum. In a
    gradient it adds what is the same for all rows, such as that of a penalty, to the mean and not to each row.

    What Python decides or draws by itself (random numbers, counters) is decided once, when the function is traced. So
    is what it decides by a Value that is no parameter, or that was made beforehand: as an operand it is read, or
    computed, anew at each call, but it has a number while the function is traced, and a comparison or .data of it is no
    error.

    Programs of the same structure are compiled once in a process, which remembers the last 128. Raises CompileError
    for an operation that cannot be compiled, TypeError for what the function may not return, ValueError for options
    that do not exist or that the namespace does not have.
    """
    if not callable(function):
        raise TypeError(f"compile takes a function of scalars, got {type(function).__name__}")
    kind = next((np.dtype(name) for name in ("float64", "float32") if _is_dtype(dtype, name)), None)
    if kind is None:
        raise ValueError(f"dtype is 'float64' or 'float32', got {shown(dtype)}")
    values = _checked_parameters(parameters)
    options = Options(backend, kind, vector_math, namespace, None if cache is None else os.path.abspath(cache))
    choose(options)  # which may refuse them
    recorded = trace(function, _input_names(function, inputs), values, has_aux)
    return _compiled(build(recorded), values, tuple(recorded.others), recorded.single, recorded.aux, options)


class Compiled(Fixed):
    """A compiled function; `compile` makes one.

    inputs: their names; parameters: the Values, in the order of the gradient; others: the Values besides that it reads
    at each call, such as the weights of another model; program: what it computes;
    backend: of which `name` is "native" or "source"; dtype: NumPy's, of what is computed with; options: as they were
    given to `compile`. All are read-only.

    It is copied and pickled as what it was compiled from: the program, the options, and the parameters with their
    numbers. Where it arrives, in another process (multiprocessing, joblib, Dask) or on another machine, it is compiled
    again. Parameters that are pickled or copied along with it, as those of its model, stay the same Values there.
    """

    inputs: tuple[str, ...]
    parameters: tuple[Value, ...]
    others: tuple[Value, ...]
    program: Program
    backend: Backend
    dtype: np.dtype[Any]
    options: Options
    _single: bool
    _aux: Any  # the form of what comes beside the loss, or None
    _count: int
    _quick: Quick
    _scalars: tuple[Value, ...]

    def __init__(
        self,
        program: Program,
        parameters: tuple[Value, ...],
        others: tuple[Value, ...],
        single: bool,
        aux: Any,
        backend: Backend,
        options: Options,
    ) -> None:
        counts = len(program.parameters), len(program.others)
        if (len(parameters), len(others)) != counts or single != (program.gradient is not None):
            raise ValueError("this program is one of other parameters")
        self.fix(
            program=program, parameters=tuple(parameters), others=tuple(others), backend=backend, inputs=program.inputs,
            dtype=options.dtype, options=options, _single=single, _aux=aux, _count=len(parameters),
            _scalars=(*parameters, *others),
        )  # fmt: skip
        self.fix(_quick=self.means_kernel.quick or _not_quick if single and aux is None else _not_quick)

    def __call__(self, *columns: Any) -> tuple[Any, Array]:
        """The mean loss over the rows, and its gradient, in the order of the parameters; with has_aux, in the place of
        the loss, the loss and what is beside it.

        columns: for each input an array with a number for each row, or one number for all of them. Raises TypeError
        for another number of inputs and for what is not real numbers, ValueError for arrays of unequal length, of
        more than one dimension, or without rows.
        """
        return self._quick(self._scalars, columns) or self._carefully(columns)

    def values(self, *columns: Any, numbers: Array | None = None) -> Any:
        """The outputs of each row: an array of them, or, where the function returns several, of one row for each; with
        has_aux, an array of the losses, and what is beside them.

        columns: as in a call, and what is raised as well; numbers: of the parameters, their own where it is None.
        """
        return self.values_of(columns, numbers)

    def values_of(self, columns: Sequence[Any] | Array, numbers: Array | None = None) -> Any:
        """The same, of columns in a list, or as the rows of one array."""
        arrays, rows = self.checked(columns)
        own = self.numbers() if numbers is None else real_array("numbers", numbers, self.dtype)
        if own.shape != (self._count,):
            raise ValueError(f"numbers are those of the {self._count} parameters, got an array of {own.shape}")
        output = np.empty((len(self.program.outputs), rows), self.dtype)
        self.rows_kernel(arrays, rows, self._with_others(own), output)
        if self._aux is not None:
            return output[0], with_leaves(self._aux, output[1:])
        return output[0] if self._single else output.T

    def by_name(self, numbers: Any) -> dict[str | Value, float]:
        """Numbers in the order of the parameters, such as the gradient, by the labels of these.

            loss, gradient = step(X1, X2, Y)
            step.by_name(gradient)["w^1_21"]

        A parameter that has no label, or one that another has too, is its own key: the Value. Raises ValueError for
        another number of numbers, TypeError for what is not real numbers.
        """
        given = real_array("numbers", numbers)
        if given.shape != (self._count,):
            raise ValueError(f"numbers are those of the {self._count} parameters, got an array of {given.shape}")
        uses = Counter([parameter.label for parameter in self.parameters])
        keys = [p.label if p.label and uses[p.label] == 1 else p for p in self.parameters]
        return dict(zip(keys, given.tolist(), strict=True))

    @property
    def source(self) -> str:
        """The program as a Python function program(xp, parameters, columns) over an array namespace xp, in matrices
        where there are any; columns has a row for each input. Values that are no parameters are in it as the numbers
        that they have now. `function` makes one of it that is easier to call."""
        return written(self._program_of_now())

    def function(self, namespace: Any) -> Callable[..., Any]:
        """The program as a pure function of arrays, to be taken elsewhere: jax.jit, vmap and grad take it, and PyTorch.

            f = step.function(jax.numpy)
            loss, gradient = jax.jit(f)(parameters, x1, x2, y)

        namespace: numpy, jax.numpy, torch or cupy. f takes a flat array of the numbers of the parameters, in their
        order, and for each input an array with a number for each row; or all inputs as one matrix, with a column for
        each input. It returns the mean loss over the rows, without dimensions, and its gradient, flat as the parameters
        are; with has_aux, ((loss, aux), gradient); where the compiled function returns several Values, a list of them.
        Outputs are arrays of rows, or without dimensions where they are the same in all. It computes in the type of the
        arrays that it is given, keeps nothing from call to call, and has the numbers of now for Values that are no
        parameters. Raises TypeError for another number of columns.
        """
        return function_of(self._program_of_now(), namespace, self._aux)

    @property
    def ir(self) -> str:
        """The code that the backend has made of it: LLVM's intermediate representation, or Python."""
        return (self.means_kernel if self._single else self.rows_kernel).text

    def describe(self) -> str:
        """The structure that the backend finds in the program, as text: which instructions become sums, groups, loops,
        and where their results are kept. It is that of the loss and its gradient where there is one."""
        if self._single:
            return self.backend.describe(self._program_of_loss(), mean=True)
        return self.backend.describe(self._program_of_rows(), mean=False)

    def numbers(self) -> Array:
        """The numbers of the parameters. Raises TypeError where one has none."""
        return self.numbers_of(self.parameters)

    def numbers_of(self, values: Sequence[Value]) -> Array:
        """The numbers of Values. Raises TypeError where one has none."""
        try:
            return np.array(doubles("d", [value.data for value in values]), self.dtype)
        except TypeError:  # NumPy itself would make nan of None
            i, x = next((i, x) for i, x in enumerate(values) if not isinstance(x.data, Real))
            name = x.label or ("a Value without a label" if values is self.others else f"parameters[{i}]")
            raise TypeError(f"the data of {name} is no real number, but {shown(x.data)}") from None

    def _with_others(self, numbers: Array) -> Array:
        """All numbers that a kernel takes, given those of the parameters."""
        return np.concatenate([numbers, self.numbers_of(self.others)]) if self.others else np.ascontiguousarray(numbers)

    def checked(self, columns: Sequence[Any] | Array) -> tuple[Sequence[Array] | Array, int]:
        """The columns as arrays, and the number of rows; raises what a call raises."""
        if type(columns) is np.ndarray and columns.ndim == 2 and columns.dtype == self.dtype:
            count, rows = columns.shape
            if count == len(self.inputs) and rows and columns.flags.aligned:  # all at once, which is faster
                return columns, rows
        if len(columns) != len(self.inputs):
            names = f" ({', '.join(self.inputs)})" if 0 < len(self.inputs) <= 8 else ""
            matrix = any(getattr(column, "ndim", 1) == 2 for column in columns)
            hint = ", of which one is a matrix: each input is a column, so give *matrix.T" if matrix else ""
            raise TypeError(f"this program takes {len(self.inputs)} inputs{names}, got {len(columns)}{hint}")
        arrays = [self._as_array(name, column) for name, column in zip(self.inputs, columns, strict=True)]
        lengths = {name: len(array) for name, array in zip(self.inputs, arrays, strict=True) if array.ndim}
        if len(set(lengths.values())) > 1:
            first = next(iter(lengths.items()))
            other = next(item for item in lengths.items() if item[1] != first[1])
            raise ValueError(
                f"all inputs have as many rows, but {first[0]} has {first[1]} and {other[0]} has {other[1]}"
            )
        rows = next(iter(lengths.values()), 1)
        if not rows:
            raise ValueError("there are no rows: a mean of none is no number")
        return arrays, rows

    def _as_array(self, name: str, column: Any) -> Array:
        array = real_array(f"the input {name}", column, self.dtype)
        if array.ndim > 1:
            raise ValueError(
                f"the input {name} is an array of one dimension, got one of shape {array.shape}: each input is a column"
            )
        return array

    def _carefully(self, columns: Sequence[Any]) -> tuple[Any, Array]:
        if not self._single:
            count = len(self.program.outputs)
            raise TypeError(f"this function returns a list of {count}, and no loss: ask for .values(…) of the rows")
        arrays, rows = self.checked(columns)
        output = np.empty(self._count + 1, self.dtype)
        numbers = self.numbers()
        self.means_kernel(arrays, rows, self._with_others(numbers), output)
        loss, gradient = float(output[-1]), output[:-1].copy()
        if self._aux is None:
            return loss, gradient
        return (loss, self.values_of(arrays, numbers)[1]), gradient

    @Once
    def means_kernel(self) -> Kernel:
        """The backend's kernel for the loss and its gradient."""
        return self.backend.kernel(self._program_of_loss(), mean=True)

    @Once
    def rows_kernel(self) -> Kernel:
        """The backend's kernel for the outputs of each row."""
        return self.backend.kernel(self._program_of_rows(), mean=False)

    def _program_of_now(self) -> Program:
        """That of the parameters alone, with the present numbers of all other Values."""
        return with_others(self.program, self.numbers_of(self.others).tolist())

    def _program_of_loss(self) -> Program:
        """That without what is beside the loss, which is computed row by row."""
        if self._aux is None:
            return self.program
        return without_dead_instructions(replace(self.program, outputs=self.program.outputs[:1]))

    def _program_of_rows(self) -> Program:
        return without_dead_instructions(replace(self.program, gradient=None))

    def __reduce__(self) -> Any:
        return _compiled, (self.program, self.parameters, self.others, self._single, self._aux, self.options)

    def __repr__(self) -> str:
        return (
            f"<compiled function of {len(self.inputs)} inputs and {self._count} parameters, "
            f"{self.backend.name}, {self.dtype}>"
        )


def _compiled(
    program: Program, parameters: tuple[Value, ...], others: tuple[Value, ...], single: bool, aux: Any, options: Options
) -> Compiled:
    """A program, ready to be called."""
    return Compiled(program, parameters, others, single, aux, choose(options), options)


def _is_dtype(dtype: Any, name: str) -> bool:
    try:
        return bool(np.dtype(dtype) == np.dtype(name))
    except TypeError:
        return False


def _not_quick(*_: Any) -> None:
    return None


def _checked_parameters(parameters: Iterable[Value]) -> tuple[Value, ...]:
    if isinstance(parameters, Value) or not isinstance(parameters, Iterable):
        raise TypeError(f"parameters are a list of Values, got {type(parameters).__name__}")
    values = tuple(parameters)
    for i, value in enumerate(values):
        if not isinstance(value, Value):
            raise TypeError(f"parameters are Values, got {type(value).__name__} as parameters[{i}]")
        if value.operands:
            raise ValueError(f"parameters are leaves, but parameters[{i}] is the result of an operation")
    if len(set(values)) < len(values):
        raise ValueError("the same parameter is there more than once")
    return values


def _input_names(function: Callable[..., Any], inputs: int | Sequence[str] | None) -> list[str]:
    if isinstance(inputs, Integral) and not isinstance(inputs, bool) and inputs >= 0:
        return [f"x_{i}" for i in range(1, inputs + 1)]
    if inputs is not None:
        if (
            isinstance(inputs, (str, Integral))
            or not isinstance(inputs, Iterable)
            or not all(isinstance(name, str) for name in inputs)
        ):
            raise TypeError(f"inputs are a number of them, or a list of names, got {shown(inputs)}")
        return list(inputs)
    if isinstance(function, Operation) and function.arity:
        return [f"x_{i}" for i in range(1, function.arity - len(function.defaults) + 1)]
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise TypeError(
            "the inputs of this function cannot be read off it: give inputs=, how many or their names"
        ) from None
    if any(p.kind == p.VAR_POSITIONAL for p in parameters):
        raise TypeError("a function of *inputs needs inputs=, how many or their names")
    return [
        p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty
    ]
