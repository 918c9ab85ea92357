"""What `python -m nn train` prints: what was trained, on what, how good it is, and how to use it."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograd import no_grad
from autograd.messages import on_one_line
from nn.data import Scaled, mean_and_deviation
from nn.losses import LOSSES, as_list
from nn.training import History

MOST_CLASSES = 10  # in the table of which were taken for which
MOST_LISTED = 8  # on a line

Line = tuple[str, str]  # a fact, under its name
Columns = list[list[str]]  # of a table; the first holds the names of its rows


@dataclass(frozen=True)
class Trained:
    """A model that was trained to tell a column from others.

    model           takes raw rows; its names are those of the inputs, and its classes what targets stand for
    loss            by name
    rows, targets   all of them, and lines: where they are in the file
    training, test  which rows are for what
    settings        of the training, in words
    """

    model: Scaled
    loss: str
    history: History
    epochs: int
    settings: str
    data: Path
    target: str
    rows: list[list[float]]
    targets: list[float]
    lines: list[int]
    training: list[int]
    test: list[int]

    def text(self, saved: Path | None) -> str:
        """The report; saved is where the model can be loaded from."""
        facts = [*self._data(), *self._network(), *self._training()]
        blocks = [_aligned(facts), _grid(self._numbers() if self.model.classes is None else self._accuracies())]
        if self.model.classes and len(self.model.classes) <= MOST_CLASSES:
            blocks.append(self._confusion())
        return "\n\n".join([*blocks, self._use(saved)])

    @property
    def _target(self) -> str:
        return _name(self.target)

    # -------------------------------------------------------------------------------------------------------- facts

    def _data(self) -> list[Line]:
        scaled = "; each scaled to mean 0 and deviation 1" if any(d != 1 for d in self.model.inputs.deviations) else ""
        split = f"{len(self.training)} to train on, {len(self.test) or 'none'} to test on"
        names = self.model.names or []
        return [
            ("data", f"{_name(self.data)}: {_rows(len(self.rows))}, {split}"),
            ("inputs", f"{_listed(names)}{scaled}"),
            ("target", f"{self._target}, {self._values()}"),
        ]

    def _values(self) -> str:
        if self.model.classes is None:
            return f"from {_figure(min(self.targets))} to {_figure(max(self.targets))}"
        counts = Counter(map(self._class, self.targets))
        return _listed([f"{_name(c)} ({_rows(counts[c])})" for c in self.model.classes])

    def _network(self) -> list[Line]:
        network = self.model.model
        sizes = "-".join(map(str, [network.nin, *network.nouts]))
        activations = ", ".join(layer.neurons[0].activation.name for layer in network.layers)
        return [
            ("network", f"{sizes} ({activations}), {len(network.parameters())} parameters"),
            ("output", self._output()),
        ]

    def _output(self) -> str:
        target, classes = self._target, self.model.classes
        if classes is None:
            return target
        if self.loss == "cross_entropy":
            return f"a score for each {target}: {_listed(classes)}; the largest decides"
        low, high = map(_name, classes)
        return {
            "bce": f"the probability that {target} is {high} ({high} is learned as 1, {low} as 0)",
            "bce_with_logits": f"above 0 where {target} is {high}, below where it is {low}; "
            f"its sigmoid is the probability of {high} ({high} is learned as 1, {low} as 0)",
            "hinge": f"above 0 where {target} is {high}, below where it is {low} ({high} is learned as 1, {low} as -1)",
        }[self.loss]

    def _training(self) -> list[Line]:
        made = f"{self.history.epochs} of {self.epochs}"
        if self.history.epochs < self.epochs:
            made += f": {self.history.stopped}"
        return [("training", self.settings), ("epochs", made)]

    # ------------------------------------------------------------------------------------------------------ figures

    @cached_property
    def _predictions(self) -> list[Any]:
        with no_grad():
            return [self.model(row) for row in self.rows]

    @property
    def _parts(self) -> dict[str, list[int]]:
        return {"training": self.training, "test": self.test} if self.test else {"training": self.training}

    def _numbers(self) -> Columns:
        mean, _ = mean_and_deviation([self.targets[i] for i in self.training])
        names = [
            f"RMSE, in the units of {self._target}",
            f"  if the mean, {_figure(mean)}, is always predicted",
            "R²",
        ]
        columns = [["", *names]]
        for part, chosen in self._parts.items():
            targets = [self.targets[i] for i in chosen]
            error = _rmse([self._predictions[i].data for i in chosen], targets)
            spread = mean_and_deviation(targets)[1]
            fit = 1 - (error / spread) * (error / spread) if spread else math.nan  # there is nothing to explain
            columns.append([part, _figure(error), _figure(_rmse([mean] * len(targets), targets)), _share(fit)])
        return columns

    def _accuracies(self) -> Columns:
        loss = LOSSES[self.loss]
        usual = Counter(self.targets[i] for i in self.training).most_common()[0][0]
        columns = [["", "accuracy", f"  if {_name(self._class(usual))} is always predicted", f"loss ({self.loss})"]]
        for part, chosen in self._parts.items():
            targets, predictions = [self.targets[i] for i in chosen], [self._predictions[i] for i in chosen]
            with no_grad():
                value = loss(predictions, targets).data
            right = loss.accuracy(predictions, targets)
            columns.append([part, f"{right:.1%}", f"{targets.count(usual) / len(chosen):.1%}", _figure(value)])
        return columns

    def _confusion(self) -> str:
        part, chosen = list(self._parts.items())[-1]
        classes = self.model.classes or []
        counts = Counter((self._class(self.targets[i]), self._decided(i)) for i in chosen)
        columns = [[_name(predicted), *(str(counts[c, predicted]) for c in classes)] for predicted in classes]
        table = _grid([["", *map(_name, classes)], *columns])
        return f"{self._target} of the {part} rows: as it is (down), as predicted (across)\n{table}"

    def _class(self, target: float) -> Any:
        """What a target stands for."""
        classes = self.model.classes or []
        return classes[int(target) if self.loss == "cross_entropy" else int(target > 0)]

    def _decided(self, i: int) -> Any:
        decide = LOSSES[self.loss].decide
        assert decide is not None  # all losses of classes decide
        return self._class(decide(self._predictions[i]))

    # ---------------------------------------------------------------------------------------------------------- use

    def _use(self, saved: Path | None) -> str:
        i = (self.test or self.training)[0]
        gives, truth = self._prediction(i)
        if saved is None:
            return f"Not saved (--out model.json does that). For line {self.lines[i]} it gives {gives}; {truth}."
        row = ", ".join(map(_exact, self.rows[i]))
        return (
            f"Saved in {_name(saved)}. In Python, for line {self.lines[i]} of the data:\n\n"
            f"    import nn\n"
            f"    model = nn.load({_name(json.dumps(str(saved), ensure_ascii=False))})\n"
            f"    model([{row}])  # {gives}; {truth}"
        )

    def _prediction(self, i: int) -> tuple[str, str]:
        """What the model gives for a row, and what it should."""
        outputs = [_figure(x.data) for x in as_list(self._predictions[i])]
        gives = f"[{', '.join(outputs)}]" if len(outputs) > 1 else outputs[0]
        if self.model.classes is None:
            return gives, f"{self._target} is {_exact(self.targets[i])}"
        decided, true = map(_name, (self._decided(i), self._class(self.targets[i])))
        return gives, f"{self._target} is predicted to be {decided}, and is {true}"


def _rmse(predictions: Sequence[float], targets: Sequence[float]) -> float:
    return math.hypot(*(p - y for p, y in zip(predictions, targets, strict=True))) / math.sqrt(len(targets))


def _share(x: float) -> str:
    return "-" if math.isnan(x) else f"{x:.4f}" if abs(x) < 100 else _figure(x)


def _figure(x: float) -> str:
    """A number in four significant digits, without an exponent where that can be read."""
    return f"{x:,.0f}" if 1e4 <= abs(x) < 1e15 else f"{x:.4g}"


def _rows(count: int) -> str:
    return f"{count} {'row' if count == 1 else 'rows'}"


def _exact(x: float) -> str:
    return repr(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x)


def _name(x: Any) -> str:
    return on_one_line(str(x))


def _listed(names: Sequence[Any]) -> str:
    listed = ", ".join(map(_name, names[:MOST_LISTED]))
    return f"{listed}, … ({len(names)} in all)" if len(names) > MOST_LISTED else listed


def _aligned(facts: list[Line]) -> str:
    width = max(len(name) for name, _ in facts)
    return "\n".join(f"{name:<{width}}  {fact}" for name, fact in facts)


def _grid(columns: Columns) -> str:
    first, *others = [[cell.rjust(max(map(len, column))) for cell in column] for column in columns]
    names = [cell.ljust(len(cell_at_right)) for cell, cell_at_right in zip(columns[0], first, strict=True)]
    return "\n".join("  ".join(row) for row in zip(names, *others, strict=True))
