"""What nn says, to the last word: every refusal of every door, what its commands print, and what their options say.

Other tests look for the words that matter; here the whole is held against a file that was read once, so that no number,
no name and no remedy is lost from a message that nobody sees in months.
"""

import inspect
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, identity, log, operation, relu, sqrt, total
from nn import MLP, SGD, Adam, Labels, Layer, Neuron, Scaled, Scaling, networks, optimizers, plots
from nn.__main__ import COMMANDS, _parser, main
from nn.commands import trained
from nn.data import as_rows, as_targets
from nn.losses import bce, cross_entropy, hinge, loss_named, mse
from nn.networks import cost, network, two_three_one, two_two_one
from nn.optimizers import cosine, linear, staircase, warmup
from nn.report import report
from nn.tables import read_csv
from tests.golden import assert_golden

ROWS, TARGETS = [[0.5, -1.0], [1.5, 2.0], [-0.5, 0.0]], [1.0, -1.0, 1.0]
NAN = math.nan
Refusals = dict[str, Callable[[], object]]
take: Any = lambda f: f  # noqa: E731 (what is wrong on purpose is not looked at by a type checker)
mlp, layer, neuron, scaled, adam, sgd, train, explore = map(
    take, (MLP, Layer, Neuron, Scaled, Adam, SGD, nn.train, nn.explore)
)


def small() -> Any:
    return MLP(2, [2, 1], "tanh", seed=1)


def said(refusals: Refusals) -> str:
    """What each says, and as what."""
    lines = []
    for what, call in refusals.items():
        with pytest.raises(Exception) as caught:  # noqa: PT011 (which it is stands in the file)
            call()
        lines.append(f"{what}\n    {caught.type.__name__}: {caught.value}")
    return "\n".join(lines) + "\n"


LAYERS: Refusals = {
    "a template that is none": lambda: mlp(2, [2], labels=Labels("w_{i}")),
    "a template that is too long": lambda: mlp(2, [2], labels=Labels("w" * 201)),
    "a neuron's bias": lambda: neuron(2, bias="layer"),
    "a layer's bias": lambda: layer(2, 2, bias="both"),
    "weights of another shape": lambda: mlp(2, [2, 1], weights=[None, [[1]]]),
    "two biases for one": lambda: mlp(2, [2], bias="layer", biases=[[1, 2]]),
    "one bias for two": lambda: mlp(2, [2], biases=[[1]]),
    "biases for none": lambda: mlp(2, [2], bias=None, biases=[[1, 2]]),
    "sizes": lambda: mlp(2, [0]),
    "no layers": lambda: mlp(2, []),
    "labels": lambda: mlp(2, [2], labels="w"),
    "labels for each": lambda: mlp(2, [2, 1], labels=[Labels()]),
    "activations for each": lambda: mlp(2, [2, 2], ["relu"]),
    "an activation twice": lambda: mlp(2, [2, 2], ["relu", None], "tanh"),
    "an activation": lambda: mlp(2, [2], "swish"),
    "biases for each": lambda: mlp(2, [2, 2], bias=["layer"]),
    "weights for each": lambda: mlp(2, [2, 1], weights=[[[1, 2], [3, 4]]]),
    "weights that are none": lambda: mlp(2, [2], weights="ones"),
    "lists of biases": lambda: mlp(2, [2, 2], biases=1),
    "init": lambda: mlp(2, [2], init="glorot"),
    "a layer of nothing": lambda: layer(0, 2),
    "no sequence": lambda: small()(1.0),
    "three inputs": lambda: small()([1, 2, 3]),
    "another state": lambda: small().load_state_dict({"w": 1.0, "v": 2.0}),
    "less state": lambda: small().load_state_dict(dict(list(small().state_dict().items())[:-1])),
    "more state": lambda: small().load_state_dict(small().state_dict() | {"x": 1.0}),
}
NETWORKS: Refusals = {
    "a task": lambda: two_two_one("ranking"),  # type: ignore[arg-type]
    "a loss": lambda: cost(small(), [1, 2], 1, "squared"),
    "two targets for one output": lambda: cost(small(), [1, 2], [1, 2]),
    "one target for two outputs": lambda: cost(network([2, 2]), [1, 2], [1]),
}
DATA: Refusals = {
    "no rows": lambda: as_rows([]),
    "a number for a row": lambda: as_rows([[1], 2]),
    "no list": lambda: as_rows(5, name="validation rows"),
    "text for a row": lambda: as_rows([[1], "12"]),
    "rows of different widths": lambda: as_rows([[1, 2], [3]]),
    "rows of another width": lambda: as_rows([[1, 2]], 3),
    "rows of nothing": lambda: as_rows([[], []]),
    "nan": lambda: as_rows([[1, 2], [3, NAN]]),
    "text": lambda: as_rows([[1, "x"]]),
    "dates": lambda: as_rows(np.array([["2020-01-01"]], "datetime64[s]")),
    "targets of another count": lambda: as_targets([1, 2], 3, 1),
    "no targets": lambda: as_targets(None, 3, 1),
    "a dict for a target": lambda: as_targets([{}], 1, 1),
    "one-hot targets": lambda: as_targets([[0, 1]], 1, 2, cross_entropy),
    "a target too few": lambda: as_targets([1], 1, 2, mse),
    "a target too many": lambda: as_targets([[1, 2]], 1, 1, mse),
    "a class too many": lambda: as_targets([3], 1, 3, cross_entropy),
    "a class of one": lambda: as_targets([1], 1, 1, cross_entropy),
    "no label": lambda: as_targets([0], 1, 1, hinge),
    "nan for a target": lambda: as_targets([NAN], 1, 1),
    "nan for one of two targets": lambda: as_targets([[1, NAN]], 1, 2),
    "a share": lambda: nn.split(ROWS, TARGETS, 1),
    "a split of too many targets": lambda: nn.split(ROWS, [*TARGETS, 1]),
    "a split of one": lambda: nn.split([[1]], [1]),
    "a split of a number": lambda: nn.split(1, [1]),
    "a split of one target": lambda: nn.split([[1], [2]], 1),
    "deviations": lambda: Scaling([1.0, 2.0], [1.0, -2.0]),
    "means and deviations": lambda: Scaling([1.0, 2.0], [1.0]),
    "a scaling of text": lambda: Scaling.of(ROWS)("12"),
    "a scaling of a number": lambda: Scaling.of(ROWS)(["a", 1]),
    "a scaling of one": lambda: Scaling.of(ROWS)([1]),
    "names": lambda: scaled(small(), Scaling.of(ROWS), names="ab"),
    "a name too few": lambda: scaled(small(), Scaling.of(ROWS), names=["a"]),
    "classes": lambda: scaled(small(), Scaling.of(ROWS), classes=["a", None]),
    "inputs of another scaling": lambda: scaled(MLP(1, [1]), Scaling.of(ROWS)),
    "outputs of another scaling": lambda: scaled(MLP(2, [2]), Scaling.of(ROWS), Scaling([0.0], [1.0])),
    "a call with one": lambda: scaled(small(), Scaling.of(ROWS))([1]),
}
mine = operation("mine", lambda x, y: x, lambda z, x, y: (1.0, 0.0))
LOSS: Refusals = {
    "counts": lambda: mse([Value(1.0)], [1.0, 2.0]),
    "no lists": lambda: mse(*take([1.0, 1.0])),
    "accuracy of numbers": lambda: mse.accuracy([1.0], [1.0]),
    "accuracy of an operation": lambda: take(loss_named(mine)).accuracy([1.0], [1.0]),
    "accuracy's counts": lambda: bce.accuracy([0.1, 0.9], [0]),
    "accuracy of no lists": lambda: bce.accuracy(*take([1.0, 1.0])),
    "accuracy of text": lambda: bce.accuracy([0.5], ["a"]),
    "targets of a row": lambda: mse([[Value(1.0), Value(2.0)]], [1.0]),
    "targets of a joint row": lambda: cross_entropy([[1.0, 2.0]], [[0, 1]]),
    "a target of bce": lambda: bce([[0.5]], [-3]),
    "a target of bce_with_logits": lambda: nn.bce_with_logits([[0.5]], [1.5]),
    "a target of cross_entropy": lambda: cross_entropy([[0.5]], [1]),
    "a target of hinge": lambda: hinge([[0.5]], [0]),
    "a loss": lambda: loss_named("mean"),
    "an operation": lambda: loss_named(relu),
    "l2": lambda: nn.l2([Value(1.0)], take("a")),
    "no mean": lambda: train(small(), ROWS, TARGETS, loss=lambda p, y: mse(p, y) * len(p), compiled=True),
}
p = [Value(1.0)]
OPTIMIZERS: Refusals = {
    "a rate below 0": lambda: sgd(p, lr=-0.1),
    "no rate": lambda: sgd(p, lr="0.1"),
    "momentum": lambda: sgd(p, momentum=1),
    "text for momentum": lambda: sgd(p, momentum="a"),
    "nesterov": lambda: sgd(p, nesterov=True),
    "decay": lambda: sgd(p, weight_decay=-1),
    "Adam's decay": lambda: adam(p, weight_decay=-1),
    "the first beta": lambda: adam(p, betas=(1, 0.9)),
    "the second beta": lambda: adam(p, betas=(0.9, 1)),
    "betas": lambda: adam(p, betas=0.9),
    "eps": lambda: adam(p, eps=-1),
    "eps of 0": lambda: adam(p, eps=0),
    "none": lambda: sgd([]),
    "a model": lambda: adam(small()),
    "a number": lambda: adam([0.5]),
    "linear": lambda: linear(1, 0, 0),
    "cosine": lambda: cosine(1, 0),
    "warmup": lambda: warmup(1, 0),
    "warmup of text": lambda: warmup(take("a"), 1)(0),
    "staircase": lambda: staircase(1, 0),
    "a rule that keeps what is not kept": lambda: Keeping(p).step(),
}


class Keeping(SGD):
    """Says that it keeps nothing, and does."""

    def rule(self, w: Any, g: Any, *numbers: Any) -> Any:
        return [w, g]

    def step(self) -> None:
        (self.parameters[0] * 2).backward()
        super().step()


def run(model: Any = None, rows: Any = ROWS, targets: Any = TARGETS, **options: Any) -> Any:
    model = model or small()
    return train(model, rows, targets, progress=False, **{"epochs": 1, "shuffle": False} | options)


def of_one(f: Any, rows: Any = (4.0, 1.0, -1.0), label: str = "w") -> dict[str, Any]:
    """A model of one parameter, f(w x), and rows of it."""
    w = Value(1.0, label)
    options = {"optimizer": SGD([w], lr=1e200), "loss": lambda p, y: total(p) / len(p), "epochs": 3}
    return {"model": lambda x: f(w * x[0]), "rows": [[x] for x in rows], "targets": [0.0] * len(rows), **options}


class Spoiler(SGD):
    """Makes its first parameter infinite in one of its steps."""

    spoils = 0

    def step(self) -> None:
        super().step()
        if self.steps == self.spoils:
            self.parameters[0].data = math.inf


def spoilt(step: int) -> dict[str, Any]:
    w = Value(1.0, "w")
    optimizer = Spoiler([w], lr=0.1)
    optimizer.spoils = step
    return {"model": lambda x: w * x[0], "optimizer": optimizer, "epochs": 3}


TRAINING: Refusals = {
    "epochs": lambda: run(epochs=0),
    "batch_size": lambda: run(batch_size=0),
    "patience": lambda: run(patience=True),
    "tolerance": lambda: run(tolerance=-1),
    "tolerance of text": lambda: run(tolerance="a"),
    "metrics": lambda: run(metrics=["accuracy"]),
    "callbacks": lambda: run(callbacks=5),
    "validation": lambda: run(validation=ROWS),
    "validation of one": lambda: run(validation=(ROWS,)),
    "validation rows": lambda: run(validation=([[1.0]], [1.0])),
    "validation targets": lambda: run(validation=(ROWS, [1.0])),
    "no model": lambda: run(5),
    "an optimizer": lambda: run(optimizer="sgd"),
    "an optimizer of another model": lambda: run(optimizer=SGD([Value(1.0)])),
    "a loss that is no Value": lambda: run(loss=lambda p, y: 1.0),
    "a loss that is not finite": lambda: run(**of_one(log)),
    "a gradient that is not finite": lambda: run(**of_one(sqrt, [4.0, 0.0])),
    "a loss and a gradient that are not finite, compiled": lambda: run(**of_one(sqrt, [4.0, -1.0]), compiled=True),
    "a gradient that is not finite, compiled": lambda: run(**of_one(sqrt, [4.0, 0.0]), compiled=True, batch_size=1),
    "a gradient of what has no name": lambda: run(**of_one(sqrt, [4.0, 0.0], "")),
    "a gradient of what has no name, compiled": lambda: run(**of_one(sqrt, [0.0], ""), compiled=True),
    "what the step before has spoilt": lambda: run(**spoilt(2)),
    "the last step": lambda: run(**spoilt(3)),
    "the last step, compiled": lambda: run(**of_one(identity, [1e200]) | {"epochs": 1}, compiled=True),
    "the sum": lambda: run(**of_one(identity, [1e308, 1e308]) | {"loss": lambda p, y: total(p)}),
    "nan of itself": lambda: run(loss=lambda p, y: Value(NAN)),
    "bce": lambda: run(MLP(1, [1], "sigmoid", "sigmoid", weights=[[[1.0]]]), [[1e3]], [0.0], loss="bce"),
}


def compiled(**options: Any) -> Any:
    return small().compile(**options)


def unequal() -> Any:
    model = small()
    optimizer = Adam(model.parameters())
    model.parameters()[0].grad = 1.0
    optimizer.step()
    return model.compile(optimizer=optimizer)


COMPILED: Refusals = {
    "inputs": lambda: compiled(inputs=0),
    "a model that does not say its inputs": lambda: nn.CompiledTraining(lambda x: x[0], "mse", SGD([Value(1.0)])),
    "parameters of another model": lambda: compiled(optimizer=SGD([Value(1.0)])),
    "unequal counts": unequal,
    "steps": lambda: compiled().steps(ROWS, TARGETS, -1),
    "steps of text": lambda: compiled().steps(ROWS, TARGETS, "3"),
    "too large": lambda: compiled(dtype="float32").steps([[1e300, 1.0]], [1.0]),
    "rows": lambda: compiled().steps(np.ones((3, 3)), TARGETS),
    "targets": lambda: compiled().steps(np.ones((3, 2)), np.ones(2)),
    "labels": lambda: compiled(loss="hinge").steps(np.ones((3, 2)), np.zeros(3)),
}
EXPLORING: Refusals = {
    "a model alone": lambda: explore(small()),
    "a model with rows alone": lambda: explore(small(), ROWS),
    "a Value with rows": lambda: explore(Value(1.0), ROWS),
    "a Value with targets": lambda: explore(Value(1.0), None, TARGETS),
    "no mean": lambda: explore(small(), ROWS, TARGETS, loss=lambda p, y: mse(p, y) * len(p)),
}
DOORS = {
    "layers": LAYERS,
    "networks": NETWORKS,
    "data": DATA,
    "losses": LOSS,
    "optimizers": OPTIMIZERS,
    "training": TRAINING,
    "compiled": COMPILED,
    "exploring": EXPLORING,
}


@pytest.mark.parametrize("module", DOORS)
def test_every_refusal_is_said_in_these_words(module: str) -> None:
    assert_golden(f"said/{module}.txt", said(DOORS[module]))


# Tables and files

TABLES = {
    "nothing": b"# only\n# remarks\n",
    "a header": b"x,y\n",
    "a cell too few": b"# remark\n\nx,y\n\n1,2\n3\n",
    "two cells of one": b"x\n1|2\n1,2",
    "a name twice": b"x,x\n1,2\n",
    "no name": b"x,\n1,2\n",
    "another encoding": b"x,y\r\n1,\xff\n",
    "half of UTF-16": b"\xff\xfex\0\n\0\x00\xd8",
    "UTF-16 without a mark": "x\n1\n".encode("utf-16-le"),
    "a NUL at the end": b"x\n1\n2\0\n",
    "a quote that is never closed": b'x,y\n1,2\n3,"5 inch\n4,5\n',
    "a quote that is closed later": b'x,y\n1,2\n3,"5 inch\n4,"6 inch\n5,6',
    "a quote in a later line": b'x,y\n"a\nb","c\nd"e\n',
    "a quote that is closed too soon": b'x,y\n1,"2"3"\n',
    "a quote within a cell": b'x,y\n"a\nb",c"d"\n',
    "a remark or the header": b"# rooms,price\n3,100\n4,200\n",
    "a remark of numbers' names": b"# 1\n3,100\n4,200\n",
    "two separators": b"a;b,c\n1;2,5\n3;4,5\n",
    "no number": b"x\n1\nabc\n",
    "an empty cell": b'x\n1\n""\n',
    "not finite": b"x\n1\n-inf\n",
    "too large": b"x\n1\n1e999\n",
    "two decimal marks": b"x;y\n1,5;1\n1.5;1\n",
    "one or the other": b"x;y\n1;2\n1,234;1",
    "the other columns differ": b"x;y;z\n1.234;2,5;2.5",
}
OPTIONS: dict[str, dict[str, Any]] = {
    "a separator of two": {"separator": ",,"},
    "no separator": {"separator": ""},
    "a quote between": {"separator": '"'},
    "a decimal mark": {"decimal": ";"},
    "an encoding": {"encoding": "no such"},
    "an encoding of bytes": {"encoding": "hex"},
    "a column": {},
}


def test_what_is_wrong_with_a_table_is_said_in_these_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refusals: Refusals = {}
    for name, content in TABLES.items():
        Path(f"{name}.csv").write_bytes(content)
        refusals[name] = lambda name=name: read_csv(f"{name}.csv").numbers("x")  # type: ignore[misc]
    Path("good.csv").write_text("x,y\n1,2\n")
    for name, options in OPTIONS.items():
        refusals[name] = lambda options=options: read_csv("good.csv", **options).numbers("z")  # type: ignore[misc]
    assert_golden("said/tables.txt", said(refusals))


def test_what_is_wrong_with_a_model_s_file_is_said_in_these_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = small()
    nn.Scaled(model, Scaling.of(ROWS), Scaling([0.0], [1.0]), ["a", "b"], ["no", "yes"]).save("good.json")
    assert_golden("said/model.json", Path("good.json").read_text(encoding="utf-8"))
    good = json.loads(Path("good.json").read_text())
    inner = good["model"]["model"]

    def of(**changes: Any) -> dict[str, Any]:
        return {**good, "model": {**good["model"], **changes}}

    def of_mlp(**changes: Any) -> dict[str, Any]:
        return of(model={**inner, **changes})

    contents: dict[str, Any] = {
        "no object": [1],
        "another format": {**good, "format": "x"},
        "another version": {**good, "version": 2},
        "no model": {**good, "model": 1},
        "no parameters": {**good, "parameters": [1]},
        "no class": of(model={}),
        "no model within": of(model=[1]),
        "another class": of_mlp(**{"class": "Perceptron"}),
        "no list": of_mlp(bias="layer"),
        "no labels": of_mlp(labels=[1, 1]),
        "labels too few": of_mlp(labels=[["w"], ["w"]]),
        "no scaling": of(inputs={"means": [1, 2]}),
        "no scaling but text": of(inputs="x"),
        "too many weights": of_mlp(nin=10**9),
        "something else": of_mlp(colour="red"),
        "a parameter of text": {**good, "parameters": {**good["parameters"], "w^1_11": "x"}},
        "a parameter of a list": {**good, "parameters": {**good["parameters"], "w^1_11": [1]}},
        "a parameter that is not finite": {**good, "parameters": {**good["parameters"], "w^1_11": NAN}},
        "a parameter too many": {**good, "parameters": {**good["parameters"], "w": 1}},
    }
    texts = {
        **{name: json.dumps(content) for name, content in contents.items()},
        "a name twice": '{"a": 1, "a": 2}',
        "nested": "[" * 100_000,
    }
    refusals: Refusals = {}
    for name, text in texts.items():
        Path(f"{name}.json").write_text(text)
        refusals[name] = lambda name=name: nn.load(f"{name}.json")  # type: ignore[misc]
    refusals["another model"] = lambda: small().load("good.json")
    refusals["a parameter to save that is not finite"] = lambda: MLP(1, [1], weights=[[[NAN]]]).save("new.json")
    assert_golden("said/files.txt", said(refusals))


# Commands


STUDENTS = Path(__file__).parent.parent / "notebooks" / "students.csv"


def declared() -> Iterator[str]:
    """The options of each command, as they are declared: how argparse writes them is its own."""
    parser = _parser()
    yield f"{parser.prog}: {parser.description}"
    commands: Any = next(action for action in parser._actions if action.choices)
    shown = {action.dest: action.help for action in commands._get_subactions()}
    for name, command in dict(commands.choices or {}).items():
        yield f"\n{name}: {shown[name]}\n{command.description}"
        for action in command._actions:
            if action.dest != "help":
                kind = {"nargs": action.nargs, "default": action.default, "choices": action.choices}
                facts = [f"{key} {value}" for key, value in kind.items() if value is not None and value is not False]
                facts += ["required"] * action.required
                yield f"  {action.option_strings or ''} {action.metavar}: {action.help} [{', '.join(facts)}]"


def test_every_option_is_declared_in_these_words() -> None:
    assert set(COMMANDS) == {"derive", "explore", "train"}
    assert_golden("said/options.txt", "\n".join(declared()) + "\n")


FILES = {
    "good.csv": "a,b,kind\n" + "".join(f"{i},{i * i},{'xy'[i % 2]}\n" for i in range(10)),
    "hole.csv": "a,b\n1,2\n3,\n4,5\n",
    "one_column.csv": "b\n1\n2\n3\n",
    "one_row.csv": "a,b\n1,2\n",
    "two_rows.csv": "a,b\n1,2\n2,3\n",
    "same.csv": "a,b\n1,no\n2,no\n3,no\n",
    "lonely.csv": "a,b\n1,yes\n2,no\n3,no\n4,no\n",
    "huge.csv": "a,b\n1e308,1\n-1e308,2\n1e308,3\n-1e308,4\n",
    "steep.csv": "a,b\n1e200,1\n2e200,2\n3e200,3\n4e200,4\n",
    "halves.csv": "a,b\n1,0.5\n2,1\n3,2\n",
    "eight.csv": "a,b\n" + "".join(f"{i},c{i}\n" for i in range(8)),
    "list.json": "[1]",
    "null.json": "null",
    "number.json": "1",
    "string.json": '"x"',
    "nan.json": '{"w^1_11": NaN}',
    "text.json": '{"w^1_11": "0.1"}',
    "unknown.json": '{"w^9_99": 1}',
    "deep.json": "[" * 100_000,
    "twice.json": '{"w^1_11": 1, "w^1_11": 2}',
    "zeros.json": json.dumps(dict.fromkeys(two_three_one().state_dict(), 0.0)),
}
DERIVE, TRAIN = "derive 2-3-1 --x 1 2 --y 1", "train good.csv --target b --inputs a --layers 1"
PARAMS = ("nowhere", "list", "null", "number", "string", "nan", "text", "unknown", "deep", "twice")
REFUSED = [
    "derive 2-3-1 --x 0.5 --y 1",
    "derive 1-3-1 --x 1 2 3 --y 1",
    "derive 2-3-1 --x 1 2 --y 1 2",
    "derive 2-3-1 --x 1 nan --y 1",
    "derive 2-3-1 --x 1 -inf --y two",
    "derive 2-3-0 --x 1 2 --y 1",
    "derive 2-99999-1 --x 1 2 --y 1",
    f"{DERIVE} --digits 16",
    f"{DERIVE} --wrt w^1_99",
    "derive 2-3-1 --x 1 2 --y 2 --loss bce --activation sigmoid",
    "derive 2-3-1 --x 1 2 --y 1 --loss bce --params zeros.json",
    "derive 2-1 --x 1e3 1e3 --y 1 --loss bce --activation sigmoid",
    *[f"{DERIVE} --params {x}.json" for x in PARAMS],
    f"{DERIVE} --out same --save-params same",
    f"{DERIVE} --out list.json",
    f"{DERIVE} --save-params .",
    f"{DERIVE} --save-params list.json/new.json",
    "explore 2-3-1 --x 1 2 --y 1 --out page.txt",
    "explore 2-3-1 --x 1 2 --y 1 --out page.html --lr 0",
    "explore 2-3-1 --x 1 2 --y 1 --out page.html --depth 0",
    "explore 2-60-60-1 --x 1 2 --y 1 --out page.html",
    "train nowhere.csv --target b --layers 1",
    "train hole.csv --target b --layers 1 --loss bce",
    "train good.csv --target c --layers 1",
    "train good.csv --target b --layers 1",
    f"{TRAIN} --inputs a c",
    f"{TRAIN} --inputs a b",
    f"{TRAIN} --inputs a a",
    *[f"{TRAIN} --separator {x}" for x in ("ab", '"')],
    f"{TRAIN} --encoding x",
    "train one_column.csv --target b --layers 1",
    "train one_row.csv --target b --layers 1",
    "train two_rows.csv --target b --layers 1",
    f"{TRAIN} --loss bce",
    "train same.csv --target b --layers 1 --loss hinge",
    "train same.csv --target b --layers 1 --loss cross_entropy",
    "train halves.csv --target b --layers 3 --loss cross_entropy",
    "train eight.csv --target b --layers 3 --loss cross_entropy",
    "train lonely.csv --target b --layers 1 --loss bce --seed 5",
    f"{TRAIN} --layers 8-2",
    f"{TRAIN} --layers 0-1",
    f"{TRAIN} --layers 99999-99999-1",
    f"{TRAIN} --activation swish",
    *[f"{TRAIN} --{option}" for option in (
        "lr 0", "optimizer sgd --momentum 1", "momentum 0.9", "weight-decay -1", "tolerance nan", "epochs 0",
        "batch-size -5", "test-share 1", "test-share 0.9", "out .", "out list.json/model.json", "out ./good.csv",
    )],
    "train huge.csv --target b --layers 1 --test-share 0",
    "train huge.csv --target b --layers 1 --test-share 0 --compiled --no-scale",
    "train steep.csv --target b --layers 1 --no-scale",
    f"{TRAIN} --optimizer sgd --lr 1e300 --quiet",
    f"{TRAIN} --optimizer sgd --lr 1e308 --quiet --epochs 1 --batch-size 10",
]  # fmt: skip


def test_what_the_commands_refuse_is_said_in_these_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_text(content)
    lines = []
    for arguments in REFUSED:
        assert main(arguments.split()) == 2, arguments
        printed = capsys.readouterr()
        assert printed.out == ""
        lines.append(f"{arguments}\n    {printed.err.replace(str(tmp_path), '/here')}")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == FILES, "nothing is written"
    assert_golden("said/commands.txt", "".join(lines))


# What the commands print


WIDE = {f"c{i}": [i * 0.5 + k * k for k in range(12)] for i in range(9)}
PRINTED = {
    "a regression": f"{STUDENTS} --target salary --inputs cgpa iq --layers 3-1",
    "every row to train on": f"{STUDENTS} --target salary --layers 1 --test-share 0 --no-scale",
    "another optimizer": f"{STUDENTS} --target salary --layers 1 --optimizer sgd --momentum 0.5 --weight-decay 0.1",
    "saved": f"{STUDENTS} --target salary --inputs cgpa iq --layers 2-1 --out model.json",
    "hinge": f"{STUDENTS} --target placed --inputs cgpa iq --layers 1 --loss hinge --out model.json",
    "bce": f"{STUDENTS} --target placed --inputs cgpa iq --layers 1 --loss bce",
    "bce_with_logits": f"{STUDENTS} --target placed --inputs cgpa iq --layers 1 --loss bce_with_logits",
    "cross_entropy": f"{STUDENTS} --target placed --inputs cgpa iq --layers 2 --loss cross_entropy --out model.json",
    "cross_entropy, every row": "wide.csv --target c0 --inputs c1 --layers 12 --loss cross_entropy --test-share 0",
    "nine inputs": "wide.csv --target y --layers 1",
    "eight inputs": "wide.csv --target y --inputs c0 c1 c2 c3 c4 c5 c6 c7 --layers 1",
    "ten classes": "ten.csv --target kind --layers 10 --loss cross_entropy",
    "it ends early": "wide.csv --target y --layers 1 --tolerance 1e9 --epochs 50",
    "two rows": "pair.csv --target b --layers 1 --test-share 0",
}


def test_what_train_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    columns = {**WIDE, "c0": [*range(12)], "y": [1e5 * k for k in range(12)]}
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    Path("wide.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    Path("ten.csv").write_text("a,kind\n" + "".join(f"{i},k{i % 10}\n" for i in range(30)))
    Path("pair.csv").write_text("a,b\n1,2e15\n2,1e14\n")
    lines = []
    for what, arguments in PRINTED.items():
        assert main(["train", *(["--epochs", "2"] if "--epochs" not in arguments else []), *arguments.split()]) == 0
        lines.append(f"=== {what}\n{capsys.readouterr().out.replace(str(STUDENTS), 'students.csv')}")
    assert_golden("said/train.txt", "\n".join(lines))


@pytest.mark.parametrize(
    ("write", "numbers"),
    [
        (trained._figure, {9999.4: "9999", 1e4: "10,000", -12345.6: "-12,346", 9.99e14: "999,000,000,000,000"}),
        (trained._figure, {1e15: "1e+15", 0.00012346: "0.0001235", -1e15: "-1e+15", 0.0: "0"}),
        (trained._exact, {3.0: "3", 0.1: "0.1", 999999999999999.0: "999999999999999", 1e15: "1000000000000000.0"}),
        (trained._share, {NAN: "-", 0.5: "0.5000", 99.99: "99.9900", 100.0: "100", -100.0: "-100", -99.5: "-99.5000"}),
        (trained._rows, {0: "0 rows", 1: "1 row", 2: "2 rows"}),
    ],
)  # fmt: skip
def test_numbers_are_written_as_one_reads_them(write: Callable[[Any], str], numbers: dict[Any, str]) -> None:
    assert {x: write(x) for x in numbers} == numbers


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_what_derive_writes(loss: str) -> None:
    model = network([2, 2], "sigmoid", "layer", 1)
    found = report(model, [0.5, -0.3], [1.0, 0.25], loss=loss, labels=["w^1_21", "b_1"], digits=5, lr=0.5)
    pictures = {"network.svg": "<svg/>", **{entry.file_name: f"<svg>{entry.label}</svg>" for entry in found.entries}}
    for ending, written in (("html", found.page(pictures)), ("txt", found.text() + "\n")):
        settled = re.sub(r"(largest difference) \d[-e.\d]*(?<!\.)", r"\1 …", written)  # a matter of the last bits
        assert_golden(f"said/derive-{loss}.{ending}", settled)


def test_what_explore_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    for options in ("", "--loss bce --activation sigmoid"):
        assert main(["explore", "2-3-1", "--x", "0.5", "-0.3", "--y", "1", "--out", "a.html", *options.split()]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "a.html: The 2-3-1 network, identity, squared error, 11 parameters. Open it in a browser.",
        "a.html: The 2-3-1 network, sigmoid, binary cross entropy, 11 parameters. Open it in a browser.",
    ]


# What stands in the signatures


PUBLIC = {
    **{f"nn.{name}": getattr(nn, name) for name in nn.__all__},
    **{
        f"{module.__name__}.{name}": x
        for module in (optimizers, networks, plots)
        for name, x in vars(module).items()
        if getattr(x, "__module__", "").startswith(module.__name__) and not name.startswith("_") and name.islower()
    },
}


def defaults() -> Iterator[str]:
    """What may be left out, and what it is then."""
    for name, x in sorted(PUBLIC.items()):
        functions = {name: x}
        if isinstance(x, type):
            functions = {f"{name}.{method}": getattr(x, method) for method in ("__new__", "__init__", *vars(x))}
        for full, function in functions.items():
            if inspect.isfunction(function):
                taken = inspect.signature(function).parameters.values()
                given = [f"{p.name}={p.default!r}" for p in taken if "<" not in repr(p.default)]
                if given:
                    yield f"{full}({', '.join(given)})"


def test_every_default() -> None:
    assert_golden("said/defaults.txt", "\n".join(defaults()) + "\n")
