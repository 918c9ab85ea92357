"""The report of `python -m nn train`: what was trained, on what, how good it is, and how to use it."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograd import no_grad
from autograd.core import listed, on_one_line
from autograd.words import decimal_mark, t, tn
from nn.history import History
from nn.losses import MOST_LISTED, Loss, as_list
from nn.scaling import Scaled, mean_and_deviation

MOST_CLASSES = 10  # in the table of classes as they are and as predicted

Line = tuple[str, str]  # a fact, under its name
Columns = list[list[str]]  # of a table; the first holds the names of its rows


@dataclass(frozen=True)
class Trained:
    """A model that was trained to predict a column from others.

    model           takes raw rows; its names are those of the inputs, and its classes what targets stand for
    rows, targets   all of them, and lines: where they are in the file
    training, test  which rows are for what
    settings        of the training, in words
    """

    model: Scaled
    loss: Loss
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
        scaled = (
            t("; each scaled to mean 0 and deviation 1") if any(d != 1 for d in self.model.inputs.deviations) else ""
        )
        split = t(
            "{training} to train on, {test} to test on",
            training=len(self.training),
            test=len(self.test) or t("none"),
        )
        names = self.model.names or []
        return [
            (t("data"), f"{_name(self.data)}: {_rows(len(self.rows))}, {split}"),
            (t("inputs"), f"{listed(names, MOST_LISTED)}{scaled}"),
            (t("target"), f"{self._target}, {self._values()}"),
        ]

    def _values(self) -> str:
        if self.model.classes is None:
            low, high = _figure(min(self.targets)), _figure(max(self.targets))
            return t("from {low} to {high}", low=low, high=high)
        counts = Counter(map(self._class, self.targets))
        return listed([f"{_name(c)} ({_rows(counts[c])})" for c in self.model.classes], MOST_LISTED)

    def _network(self) -> list[Line]:
        network = self.model.model
        sizes = "-".join(map(str, [network.nin, *network.nouts]))
        activations = ", ".join(layer.neurons[0].activation.name for layer in network.layers)
        count = len(network.parameters())
        parameters = tn("{count} parameter", "{count} parameters", count)
        return [
            (t("network"), f"{sizes} ({activations}), {parameters}"),
            (t("output"), self._output()),
        ]

    def _output(self) -> str:
        classes = self.model.classes
        return self.loss.read(self._target, None if classes is None else [*map(_name, classes)])

    def _training(self) -> list[Line]:
        made = t("{number} of {all}", number=self.history.epochs, all=self.epochs)
        if self.history.epochs < self.epochs:
            made += f": {self.history.stopped}"
        return [(t("training"), self.settings), (t("epochs"), made)]

    # ------------------------------------------------------------------------------------------------------ figures

    @cached_property
    def _predictions(self) -> list[Any]:
        with no_grad():
            return [self.model(row) for row in self.rows]

    @property
    def _parts(self) -> dict[str, list[int]]:
        training = {t("training"): self.training}
        return training | ({t("test"): self.test} if self.test else {})

    def _numbers(self) -> Columns:
        mean, _ = mean_and_deviation([self.targets[i] for i in self.training])
        names = [
            t("RMSE, in the units of {column}", column=self._target),
            "  " + t("if the mean, {mean}, is always predicted", mean=_figure(mean)),
            "R²",
            t("loss ({loss}), of the scaled {column}", loss=self.loss, column=self._target)
            if self.model.outputs
            else t("loss ({loss})", loss=self.loss),
        ]
        columns = [["", *names]]
        for part, chosen in self._parts.items():
            targets = [self.targets[i] for i in chosen]
            error = _rmse([self._predictions[i].data for i in chosen], targets)
            spread = mean_and_deviation(targets)[1]
            fit = 1 - (error / spread) * (error / spread) if spread else math.nan  # there is nothing to explain
            columns.append([part, _figure(error), _figure(_rmse([mean] * len(targets), targets)), _share(fit)])
            columns[-1].append(_figure(self._loss([self._predictions[i] for i in chosen], targets)))
        return columns

    def _accuracies(self) -> Columns:
        usual = Counter(self.targets[i] for i in self.training).most_common(1)[0][0]
        always = "  " + t("if {name} is always predicted", name=_name(self._class(usual)))
        columns = [["", t("accuracy"), always, t("loss ({loss})", loss=self.loss)]]
        for part, chosen in self._parts.items():
            targets, predictions = [self.targets[i] for i in chosen], [self._predictions[i] for i in chosen]
            right, usually = self.loss.accuracy(predictions, targets), targets.count(usual) / len(chosen)
            columns.append([part, _percent(right), _percent(usually), _figure(self._loss(predictions, targets))])
        return columns

    def _loss(self, predictions: list[Any], targets: list[float]) -> float:
        """The loss as it was in training: of scaled numbers, if they are scaled."""
        scaling = self.model.outputs
        with no_grad():
            if scaling is not None:
                predictions, targets = ([scaling([x])[0] for x in numbers] for numbers in (predictions, targets))
            return self.loss(predictions, targets).data

    def _confusion(self) -> str:
        chosen = self.test or self.training
        classes = self.model.classes or []
        counts = Counter((self._class(self.targets[i]), self._decided(i)) for i in chosen)
        columns = [[_name(predicted), *(str(counts[c, predicted]) for c in classes)] for predicted in classes]
        table = _grid([["", *map(_name, classes)], *columns])
        if self.test:
            said = t("{column} of the test rows: as it is (down), as predicted (across)", column=self._target)
        else:
            said = t("{column} of the training rows: as it is (down), as predicted (across)", column=self._target)
        return f"{said}\n{table}"

    def _class(self, target: float) -> Any:
        """The class that a target stands for."""
        classes = self.model.classes or []
        return classes[self.loss.targets_for(len(classes)).index(target)]

    def _decided(self, i: int) -> Any:
        assert self.loss.decide is not None  # there are classes
        return self._class(self.loss.decide(self._predictions[i]))

    # ---------------------------------------------------------------------------------------------------------- use

    def _use(self, saved: Path | None) -> str:
        i = (self.test or self.training)[0]
        gives, truth = self._prediction(i)
        if saved is None:
            return t(
                "Not saved (--out model.json does that). For line {line} it gives {gives}; {truth}.",
                line=self.lines[i],
                gives=gives,
                truth=truth,
            )
        row = ", ".join(map(_exact, self.rows[i]))
        said = t("Saved in {file}. In Python, for line {line} of the data:", file=_name(saved), line=self.lines[i])
        return (
            f"{said}\n\n"
            f"    import nn\n"
            f"    model = nn.load({_name(json.dumps(str(saved), ensure_ascii=False))})\n"
            f"    model([{row}])  # {gives}; {truth}"
        )

    def _prediction(self, i: int) -> tuple[str, str]:
        """The output of the model for a row, and what is true of it."""
        outputs = [_figure(x.data) for x in as_list(self._predictions[i])]
        gives = f"[{', '.join(outputs)}]" if len(outputs) > 1 else outputs[0]
        if self.model.classes is None:
            return gives, t("{column} is {value}", column=self._target, value=_exact(self.targets[i]))
        decided, true = map(_name, (self._decided(i), self._class(self.targets[i])))
        said = t(
            "{column} is predicted to be {predicted}, and is {true}", column=self._target, predicted=decided, true=true
        )
        return gives, said


def _rmse(predictions: Sequence[float], targets: Sequence[float]) -> float:
    return math.hypot(*(p - y for p, y in zip(predictions, targets, strict=True))) / math.sqrt(len(targets))


def _share(x: float) -> str:
    return "-" if math.isnan(x) else _marked(f"{x:.4f}") if abs(x) < 100 else _figure(x)


def _figure(x: float) -> str:
    """A number in four significant digits, without an exponent where that can be read."""
    return _marked(f"{x:,.0f}" if 1e4 <= abs(x) < 1e15 else f"{x:.4g}")


def _percent(x: float) -> str:
    return _marked(f"{x:.1%}")


def _marked(number: str) -> str:
    """A number with the marks of the language that is spoken."""
    return number.translate(str.maketrans(",.", ".,")) if decimal_mark() == "," else number


def _rows(count: int) -> str:
    return tn("{count} row", "{count} rows", count)


def _exact(x: float) -> str:
    return repr(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x)


def _name(x: Any) -> str:
    return on_one_line(str(x))


def _aligned(facts: list[Line]) -> str:
    width = max(len(name) for name, _ in facts)
    return "\n".join(f"{name:<{width}}  {fact}" for name, fact in facts)


def _grid(columns: Columns) -> str:
    first, *others = [[cell.rjust(max(map(len, column))) for cell in column] for column in columns]
    names = [cell.ljust(len(cell_at_right)) for cell, cell_at_right in zip(columns[0], first, strict=True)]
    return "\n".join("  ".join(row) for row in zip(names, *others, strict=True))
