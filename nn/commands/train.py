"""`python -m nn train data.csv --target salary --layers 8-1`: a network that learns a column of a table."""

import argparse
import contextlib
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograd import Value, no_grad
from autograd.core import listed
from autograd.words import t
from nn.commands.arguments import (
    Commands,
    InputError,
    Result,
    require_file_to_write,
    require_weights,
    writing,
)
from nn.commands.train_options import OPTIMIZERS, add_options
from nn.commands.trained import Trained
from nn.data import DataError, plural, split
from nn.history import DivergenceError, History
from nn.layers import MLP
from nn.losses import LOSSES, as_list, names_of_losses
from nn.optimizers import Optimizer
from nn.scaling import Scaled, Scaling
from nn.tables import NotANumberError, Table, read_csv
from nn.training import train

MOST_WEIGHTS = 1_000_000  # a scalar each: more would fill the memory before they learn
RATES = {"sgd": 0.1, "adam": 0.01, "adamw": 0.01}
MOST_LISTED = 6


def add(commands: Commands) -> None:
    """Declare the command and its options."""
    command = commands.add_parser(
        "train",
        help=t("train a network on a CSV file, and save it"),
        description=t(
            "Train a network on a CSV file to predict one column from the others, say how good it is on rows "
            "that it has not seen, and save it."
        ),
        allow_abbrev=False,
    )
    add_options(command)
    command.set_defaults(run=run)


@dataclass(frozen=True)
class _Task:
    """The task: a target for each row of a table, and the classes that targets stand for, if they do."""

    table: Table
    names: list[str]
    rows: list[list[float]]
    targets: list[float]
    classes: list[str] | None


def run(options: argparse.Namespace) -> Result:
    """Train, save and report; the exit code is 0, or 130 after Ctrl-C. Raises InputError."""
    _require_options_that_fit(options)
    with _reading(options.data):
        task = _task(options)
        _require_network(options, task)
        _require_rows(options, task, len(task.rows))
        (training, _), (test, _) = split(range(len(task.rows)), task.targets, options.test_share, options.seed)
        _require_rows(options, task, len(training))
        _require_variety(options, task, training)
    model, history = _train(options, task, training)
    trained = Trained(
        model=model,
        loss=LOSSES[options.loss],
        history=history,
        epochs=options.epochs,
        settings=_settings(options),
        data=options.data,
        target=options.target,
        rows=task.rows,
        targets=task.targets,
        lines=task.table.lines,
        training=training,
        test=test,
    )
    text = trained.text(options.out)
    if options.out:
        with writing():
            model.save(options.out)
    return text, 130 if trained.history.interrupted else 0


# -------------------------------------------------------------------------------------------------- what is refused


def _require_options_that_fit(options: argparse.Namespace) -> None:
    require_file_to_write("--out", options.out)
    if options.out and options.out.exists() and options.data.exists() and options.out.samefile(options.data):
        raise InputError(f"--out takes another file than the data, got {options.out} for both")
    if options.momentum is not None and options.optimizer != "sgd":
        raise InputError(f"--momentum goes with --optimizer sgd, got {options.optimizer}")
    inputs = options.inputs or []
    if options.target in inputs:
        raise InputError(f"--inputs takes other columns than the target, got {options.target}")
    repeated = sorted(name for name, count in Counter(inputs).items() if count > 1)
    if repeated:
        raise InputError(f"--inputs takes each column once, got {listed(repeated)} more than once")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except DataError as error:
        raise InputError(str(error)) from None


def _require_network(options: argparse.Namespace, task: _Task) -> None:
    sizes = options.layers
    written = "-".join(map(str, sizes))
    wanted = len(task.classes) if task.classes and LOSSES[options.loss].joint else 1
    if sizes[-1] != wanted:
        why = (
            f"one for each class of {options.target} ({listed(task.classes or [], MOST_LISTED)})"
            if wanted > 1
            else "the output"
        )
        neurons = f"{wanted} {plural('neuron', wanted)}"
        raise InputError(f"--layers ends in {neurons} with --loss {options.loss}, {why}: got {written}")
    require_weights("--layers", written, [len(task.names), *sizes], MOST_WEIGHTS)


def _require_rows(options: argparse.Namespace, task: _Task, count: int) -> None:
    if count < 2:
        of = len(task.rows)
        left = f", and --test-share {options.test_share:g} of {of} leaves {count}" if count < of else f", got {count}"
        raise InputError(f"training takes at least 2 rows of {options.data}{left}")


def _require_variety(options: argparse.Namespace, task: _Task, training: list[int]) -> None:
    if task.classes and len({task.targets[i] for i in training}) < 2:
        raise InputError(
            f"the {len(training)} rows to train on have the same {options.target}, "
            "so there is nothing to tell apart: try another --seed, or a smaller --test-share"
        )


# --------------------------------------------------------------------------------------------------------- the data


def _task(options: argparse.Namespace) -> _Task:
    table = read_csv(options.data, separator=options.separator, decimal=options.decimal, encoding=options.encoding)
    cells = table.text(options.target)
    names = options.inputs or [name for name in table.names if name != options.target]
    if not names:
        raise DataError(f"{options.data} has no column but {options.target}, and nothing to tell it from")
    try:
        rows = table.rows(names)
    except NotANumberError as error:
        raise DataError(f"{error}{'' if options.inputs else '; --inputs chooses other columns'}") from None
    loss = LOSSES[options.loss]
    if loss.decide is None:
        return _Task(table, names, rows, table.numbers(options.target), None)
    classes = _classes(options, table, cells)
    if not loss.joint:
        _require_two(options, classes)
    elif len(classes) < 2:
        raise DataError(f"every row has {classes[0]} for {options.target}: there are no classes to tell apart")
    as_target = dict(zip(classes, loss.targets_for(len(classes)), strict=True))
    return _Task(table, names, rows, [as_target[cell] for cell in cells], classes)


def _classes(options: argparse.Namespace, table: Table, cells: list[str]) -> list[str]:
    """The classes in a column, each once: in the order of their numbers, if all are numbers, or else of the text."""
    for line, cell in zip(table.lines, cells, strict=True):
        if not cell:
            raise DataError(f"{table.path}, line {line}, column {options.target} is empty")
    try:
        numbers = table.numbers(options.target)
    except DataError:
        return sorted(set(cells))
    if LOSSES[options.loss].joint:
        for line, number in zip(table.lines, numbers, strict=True):
            if not number.is_integer():
                raise DataError(
                    f"--loss {options.loss} takes classes, text or whole numbers, and {table.path}, line {line}, "
                    f"column {options.target} is {number:g}: for numbers there are --loss "
                    f"{listed(names_of_losses(classes=False))}"
                )
    return [cell for _, cell in sorted(set(zip(numbers, cells, strict=True)))]


def _require_two(options: argparse.Namespace, classes: list[str]) -> None:
    if len(classes) != 2:
        raise DataError(
            f"--loss {options.loss} takes a target of two different values, and {options.target} has {len(classes)}: "
            f"{listed(classes, MOST_LISTED)}"
        )


# --------------------------------------------------------------------------------------------------------- training


def _train(options: argparse.Namespace, task: _Task, training: list[int]) -> tuple[Scaled, History]:
    """The model of raw rows that has learned the rows to train on, and how that went."""
    network = MLP(
        len(task.names),
        options.layers,
        options.activation,
        LOSSES[options.loss].activation,
        seed=options.seed,
        init=options.init,
    )
    model = _scaled(options, task, training, network)
    targets: list[float] = [task.targets[i] for i in training]
    try:
        history = train(
            network,
            model.inputs.rows([task.rows[i] for i in training]),
            targets if model.outputs is None else [model.outputs([y])[0] for y in targets],
            loss=options.loss,
            optimizer=_optimizer(options, network.parameters()),
            epochs=options.epochs,
            batch_size=options.batch_size,
            seed=options.seed,
            tolerance=options.tolerance,
            progress=False if options.quiet else None,
            compiled=options.compiled,
        )
    except ImportError as error:  # without NumPy
        raise InputError(str(error)) from None
    except DivergenceError as error:
        lines = task.table.lines
        line = (
            ""
            if error.row is None
            else f" (row {error.row} is that of line {lines[training[error.row]]} in {options.data})"
        )
        raise InputError(f"{error}{line}") from None
    _require_finite(options, model, task.rows)
    return model, history


def _scaled(options: argparse.Namespace, task: _Task, training: list[int], network: MLP) -> Scaled:
    """The network with the scaling that fits the rows to train on, and them only: those of the test are not known."""
    inputs = Scaling([0.0] * len(task.names), [1.0] * len(task.names))
    outputs = None
    try:
        if not options.no_scale:
            inputs = Scaling.of([task.rows[i] for i in training])
            outputs = Scaling.of([[task.targets[i]] for i in training]) if task.classes is None else None
    except DataError:
        raise InputError(f"the numbers of {options.data} are too large to be scaled") from None
    return Scaled(network, inputs, outputs, task.names, task.classes)


def _rate(options: argparse.Namespace) -> float:
    return RATES[options.optimizer] if options.lr is None else float(options.lr)


def _optimizer(options: argparse.Namespace, parameters: list[Value]) -> Optimizer:
    chosen = {"momentum": options.momentum, "weight_decay": options.weight_decay}
    given = {name: number for name, number in chosen.items() if number is not None}
    return OPTIMIZERS[options.optimizer](parameters, lr=_rate(options), **given)


def _settings(options: argparse.Namespace) -> str:
    rest = {t("momentum"): options.momentum, t("weight decay"): options.weight_decay}
    extra = "".join(f", {name} {number:g}" for name, number in rest.items() if number is not None)
    return t(
        "{loss}, {optimizer} with learning rate {rate}{extra}, batches of {size}, {init} weights, seed {seed}",
        loss=options.loss,
        optimizer=options.optimizer,
        rate=format(_rate(options), "g"),
        extra=extra,
        size=options.batch_size,
        init=options.init,
        seed=options.seed,
    )


def _require_finite(options: argparse.Namespace, model: Scaled, rows: list[list[float]]) -> None:
    """The last step, whose loss nobody has computed, may have been the one too many."""
    with no_grad():
        numbers = [x.data for row in rows for x in as_list(model(row))]
    if not all(map(math.isfinite, [*numbers, *model.state_dict().values()])):
        raise InputError(
            "the network does not give finite numbers any more. "
            f"Scaled inputs, or a learning rate below {_rate(options):g}, may help"
        )
