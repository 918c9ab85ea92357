"""`python -m nn train data.csv --target salary --layers 8-1`: a network that learns a column of a table."""

import argparse
import contextlib
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from autograd import Value, no_grad
from autograd.core import listed, shown
from nn.commands.arguments import (
    Commands,
    InputError,
    Result,
    layer_sizes,
    number_that,
    require_file_to_write,
    require_weights,
    whole_number,
    writing,
)
from nn.commands.trained import Trained
from nn.data import DataError, plural, split
from nn.history import DivergenceError, History
from nn.layers import MLP, Initialization, activation_named
from nn.losses import LOSSES, as_list, names_of_losses
from nn.optimizers import SGD, Adam, AdamW, Optimizer
from nn.scaling import Scaled, Scaling
from nn.tables import NotANumberError, Table, read_csv
from nn.training import PATIENCE, train

MOST_WEIGHTS = 1_000_000  # a scalar each: more would fill the memory before they learn
OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
RATES = {"sgd": 0.1, "adam": 0.01, "adamw": 0.01}
MOST_LISTED = 6


def _strip(text: str) -> str:
    return text.strip()  # a column may be called -1: the command line puts a space before numbers


def _separator(text: str) -> str:
    if text in ("tab", r"\t"):
        return "\t"
    if len(text) == 1 and text not in '"\r\n':
        return text
    raise argparse.ArgumentTypeError(f"takes one character, and no quote, or tab, got {shown(text)}")


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except LookupError:
        raise argparse.ArgumentTypeError(f"takes one that Python knows, as utf-8, got {shown(text)}") from None
    return text


def _layers(text: str) -> list[int]:
    if sizes := layer_sizes(text):
        return sizes
    raise argparse.ArgumentTypeError(f"takes neurons in each layer after the inputs, as 8-1, got {shown(text.strip())}")


def _activation(text: str) -> str:
    try:
        activation_named(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def add(commands: Commands) -> None:
    """Declare the command and its options."""
    command = commands.add_parser(
        "train",
        help="train a network on a CSV file, and save it",
        description="Train a network on a CSV file to predict one column from the others, say how good it is on rows "
        "that it has not seen, and save it.",
        allow_abbrev=False,
    )
    _add_data(command)
    _add_network(command)
    _add_training(command)
    command.add_argument("--out", type=Path, metavar="FILE", help="save the network there, as JSON for nn.load")
    command.add_argument("--quiet", action="store_true", help="show no progress bar")
    command.set_defaults(run=run)


def _add_data(command: argparse.ArgumentParser) -> None:
    share = number_that("a number from 0 up to 1, without 1", lambda x: 0 <= x < 1)
    command.add_argument("data", type=Path, metavar="DATA.csv", help="a table with a header")
    command.add_argument(
        "--separator", type=_separator, metavar="CHARACTER", help="between cells, or tab (a comma, ; or tab: as it is)"
    )
    command.add_argument("--decimal", choices=(".", ","), help="the mark in numbers (as the numbers of a column tell)")
    command.add_argument("--encoding", type=_encoding, metavar="NAME", help="of the text (utf-8, or as its mark says)")
    command.add_argument("--target", required=True, type=_strip, metavar="COLUMN", help="the column to learn")
    command.add_argument("--inputs", nargs="+", type=_strip, metavar="COLUMN", help="to learn it from (all others)")
    command.add_argument(
        "--test-share", type=share, default=0.2, metavar="SHARE", help="of the rows, kept for the test (0.2)"
    )
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of all that is drawn at random (0)")
    command.add_argument(
        "--no-scale",
        action="store_true",
        help="take inputs (and a target that is a number) as they are, not to mean 0 and deviation 1",
    )


def _add_network(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--layers", required=True, type=_layers, metavar="SIZES", help="neurons in each layer after the inputs, as 8-1"
    )
    command.add_argument(
        "--activation", type=_activation, default="tanh", metavar="NAME", help="of hidden neurons: relu, … (tanh)"
    )
    numbers, classes = listed(names_of_losses(classes=False)), listed(names_of_losses(classes=True))
    command.add_argument(
        "--loss", choices=tuple(LOSSES), default="mse", help=f"{numbers} for numbers, {classes} for classes (mse)"
    )
    command.add_argument("--init", choices=get_args(Initialization), default="xavier", help="of the weights (xavier)")


def _add_training(command: argparse.ArgumentParser) -> None:
    positive = number_that("a number above 0", lambda x: x > 0)
    not_negative = number_that("a number that is not negative", lambda x: x >= 0)
    momentum = number_that("a number from 0 up to 1, without 1", lambda x: 0 <= x < 1)
    command.add_argument("--optimizer", choices=tuple(OPTIMIZERS), default="adam", help="(adam)")
    command.add_argument("--lr", type=positive, metavar="NUMBER", help="learning rate (0.01; with sgd 0.1)")
    command.add_argument("--momentum", type=momentum, metavar="NUMBER", help="of sgd, from 0 up to 1 (0)")
    command.add_argument("--weight-decay", type=not_negative, metavar="NUMBER", help="(0; with adamw 0.01)")
    command.add_argument("--epochs", type=whole_number(1), default=200, metavar="N", help="the most to make (200)")
    command.add_argument("--batch-size", type=whole_number(1), default=16, metavar="N", help="rows to a step (16)")
    command.add_argument(
        "--tolerance",
        type=not_negative,
        metavar="NUMBER",
        help=f"end once the loss has fallen by no more than this in {PATIENCE} epochs",
    )
    command.add_argument(
        "--compiled",
        action="store_true",
        help="compile it first, to native code (pip install '.[jit]' in a clone of glassgrad)",
    )


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
    rest = {"momentum": options.momentum, "weight decay": options.weight_decay}
    extra = "".join(f", {name} {number:g}" for name, number in rest.items() if number is not None)
    return (
        f"{options.loss}, {options.optimizer} with learning rate {_rate(options):g}{extra}, "
        f"batches of {options.batch_size}, {options.init} weights, seed {options.seed}"
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
