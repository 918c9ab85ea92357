"""`python -m nn train`: what it learns from a table, says and saves, and one line for what is not accepted."""

import csv
import itertools
import json
import math
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import nn
from autograd import no_grad
from nn.__main__ import main
from nn.commands import train as command
from nn.losses import Loss

ROOT = Path(__file__).parent.parent
STUDENTS = ROOT / "notebooks" / "students.csv"
SALARY = ["train", str(STUDENTS), "--target", "salary", "--inputs", "cgpa", "iq", "--layers", "8-1", "--quiet"]
PLACED = ["train", str(STUDENTS), "--target", "placed", "--inputs", "cgpa", "iq", "--quiet"]
Capture = pytest.CaptureFixture[str]


def students() -> list[dict[str, str]]:
    """The table, read without our help."""
    lines = STUDENTS.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def rows_and(target: str) -> tuple[list[list[float]], list[float]]:
    return [[float(s["cgpa"]), float(s["iq"])] for s in students()], [float(s[target]) for s in students()]


def figures(out: str, name: str) -> list[float]:
    """The numbers of a line of the table of figures: for training, and for the test."""
    line = next(line for line in out.splitlines() if line.startswith(name))
    return [float(cell.replace(",", "").rstrip("%")) for cell in re.findall(r"  +(-?[\d.,]+%?)(?=  |$)", line)]


def outputs(model: Any, rows: list[list[float]]) -> list[Any]:
    with no_grad():
        return [x.data if not isinstance(x := model(row), list) else [y.data for y in x] for row in rows]


def refused(arguments: list[str], capsys: Capture) -> str:
    """The one line that says why."""
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("nn train: ")
    return printed.err.removeprefix("nn train: ").rstrip("\n")


# Regression


def test_salaries_are_learned_well_on_rows_not_seen(capsys: Capture) -> None:
    assert main(SALARY) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    training, test = figures(printed.out, "RMSE")
    assert 0.5 < training < 0.9, "the noise in the table is 0.8"
    assert 0.5 < test < 1.1
    r2_training, r2_test = figures(printed.out, "R²")
    assert r2_training > 0.95
    assert r2_test > 0.85
    of_the_mean = figures(printed.out, "  if the mean")
    assert all(baseline > 2 * error for baseline, error in zip(of_the_mean, (training, test), strict=True))
    assert "60 rows, 48 to train on, 12 to test on" in printed.out
    assert "2-8-1 (tanh, identity), 33 parameters" in printed.out
    assert "epochs    200 of 200\n" in printed.out


def test_without_scaling_the_same_training_fails(capsys: Capture) -> None:
    """Which shows that the scaling is what makes the figures above."""
    assert main([*SALARY, "--no-scale"]) == 0
    out = capsys.readouterr().out
    assert figures(out, "R²")[1] < 0.5
    assert "scaled" not in out


def test_the_saved_model_gives_in_python_what_was_reported(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "model.json"
    assert main([*SALARY, "--out", str(path)]) == 0
    out = capsys.readouterr().out
    rows, targets = rows_and("salary")
    parts = nn.split(rows, targets, 0.2, seed=0)
    model = nn.load(path)
    rmse, r2, of_the_mean = [], [], []
    mean = math.fsum(parts[0][1]) / 48
    for part, salaries in parts:
        errors = [p - y for p, y in zip(outputs(model, part), salaries, strict=True)]
        rmse.append(math.sqrt(sum(e * e for e in errors) / len(errors)))
        own_mean = sum(salaries) / len(salaries)
        r2.append(1 - sum(e * e for e in errors) / sum((y - own_mean) ** 2 for y in salaries))
        of_the_mean.append(math.sqrt(sum((y - mean) ** 2 for y in salaries) / len(salaries)))
    assert figures(out, "RMSE") == pytest.approx(rmse, rel=1e-3)
    assert figures(out, "R²") == pytest.approx(r2, abs=1e-4)
    assert figures(out, "  if the mean") == pytest.approx(of_the_mean, rel=1e-3)
    assert model.names == ["cgpa", "iq"]
    assert model.classes is None


def test_the_lines_that_show_how_to_use_it_are_right(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*SALARY, "--out", "model.json"]) == 0
    out = capsys.readouterr().out
    match = re.search(r"for line (\d+) of the data:\n\n((?:    .*\n?)+)", out)
    assert match
    shown, _, remark = match[2].rstrip().rpartition("  # ")
    code = "\n".join(line.strip() for line in shown.splitlines())
    *setup, last = code.splitlines()
    namespace: dict[str, Any] = {}
    exec("\n".join(setup), namespace)
    prediction, truth = remark.split("; salary is ")
    assert eval(last, namespace).data == pytest.approx(float(prediction), rel=1e-3)
    cgpa, iq, salary, _ = STUDENTS.read_text(encoding="utf-8").splitlines()[int(match[1]) - 1].split(",")
    assert float(salary) == float(truth)
    assert last.startswith(f"model([{float(cgpa):g}, {iq}])")


def test_the_scaling_is_that_of_the_rows_to_train_on(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    assert main([*SALARY, "--out", str(path), "--epochs", "1", "--seed", "3"]) == 0
    rows, targets = rows_and("salary")
    (training, salaries), _ = nn.split(rows, targets, 0.2, seed=3)
    model = nn.load(path)
    assert model.inputs == nn.Scaling.of(training)
    assert model.outputs == nn.Scaling.of([[y] for y in salaries])
    assert model.inputs != nn.Scaling.of(rows)


def test_without_scaling_the_model_still_knows_its_inputs(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    assert main([*SALARY, "--no-scale", "--out", str(path), "--epochs", "1"]) == 0
    model = nn.load(path)
    assert model.names == ["cgpa", "iq"]
    row = [8.0, 110.0]
    assert outputs(model, [row]) == outputs(model.model, [row])


def test_all_other_columns_are_inputs_unless_some_are_named(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "model.json"
    assert main(["train", str(STUDENTS), "--target", "iq", "--layers", "1", "--out", str(path), "--quiet"]) == 0
    assert nn.load(path).names == ["cgpa", "salary", "placed"]
    assert "inputs    cgpa, salary, placed; each scaled" in capsys.readouterr().out


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_what_is_trained_is_what_python_trains(optimizer: str, tmp_path: Path) -> None:
    """The same options, spelled out with the library."""
    path, rate = tmp_path / "model.json", 0.02
    arguments = ["--optimizer", optimizer, "--lr", str(rate), "--epochs", "7", "--batch-size", "5", "--seed", "4"]
    extra = {"momentum": 0.8} if optimizer == "sgd" else {"weight_decay": 0.3}
    arguments += [f"--{name.replace('_', '-')}={number}" for name, number in extra.items()]
    arguments += ["--activation", "relu", "--init", "he", "--test-share", "0.3", "--out", str(path)]
    assert main([*SALARY, *arguments]) == 0
    rows, targets = rows_and("salary")
    (training, salaries), _ = nn.split(rows, targets, 0.3, seed=4)
    inputs, salary = nn.Scaling.of(training), nn.Scaling.of([[y] for y in salaries])
    network = nn.MLP(2, [8, 1], "relu", seed=4, init="he")
    nn.train(
        network,
        inputs.rows(training),
        [(y - salary.means[0]) / salary.deviations[0] for y in salaries],
        optimizer=getattr(nn, {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}[optimizer])(
            network.parameters(), lr=rate, **extra
        ),
        epochs=7,
        batch_size=5,
        seed=4,
        progress=False,
    )
    assert nn.load(path).state_dict() == network.state_dict()


def test_compiled_it_learns_the_same(tmp_path: Path, capsys: Capture) -> None:
    states = []
    for extra in ([], ["--compiled"]):
        path = tmp_path / "model.json"
        assert main([*SALARY, "--epochs", "9", "--out", str(path), *extra]) == 0
        states.append((list(nn.load(path).state_dict().values()), capsys.readouterr().out))
    assert states[1][0] == pytest.approx(states[0][0], rel=1e-9)
    assert states[1][1] == states[0][1]


def test_tolerance_ends_it_early_and_says_so(capsys: Capture) -> None:
    assert main([*SALARY, "--tolerance", "0.01"]) == 0
    match = re.search(r"^epochs +(\d+) of 200: the loss fell by no more than 0.01 ", capsys.readouterr().out, re.M)
    assert match
    assert 5 < int(match[1]) < 150


def test_all_rows_to_train_on(capsys: Capture) -> None:
    assert main([*SALARY, "--test-share", "0", "--epochs", "20"]) == 0
    out = capsys.readouterr().out
    assert "60 rows, 60 to train on, none to test on" in out
    assert len(figures(out, "RMSE")) == 1


def test_large_units_and_a_target_that_never_changes(tmp_path: Path, capsys: Capture) -> None:
    table = tmp_path / "houses.csv"
    table.write_text("area,price,floor\n" + "".join(f"{50 + i},{1_000_000 + 20_000 * i},0.1\n" for i in range(20)))
    assert main(["train", str(table), "--target", "price", "--layers", "1", "--lr", "0.1", "--quiet"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"if the mean, 1,1\d\d,\d{3}, is always predicted", out)
    assert figures(out, "R²")[1] > 0.99
    assert main(["train", str(table), "--target", "floor", "--layers", "1", "--quiet"]) == 0
    assert re.search(r"^R² +- +-$", capsys.readouterr().out, re.M), "there is no variation to explain"


# Classes


@pytest.mark.parametrize(
    ("loss", "layers", "said"),
    [
        ("bce", "8-1", "the probability that placed is 1 (1 is learned as 1, 0 as 0)"),
        ("bce_with_logits", "8-1", "above 0 where placed is 1, below where it is 0; its sigmoid is the probability"),
        ("hinge", "8-1", "above 0 where placed is 1, below where it is 0 (1 is learned as 1, 0 as -1)"),
        ("cross_entropy", "8-2", "a score for each placed: 0, 1; the largest decides"),
    ],
)
def test_placement_is_learned_by_every_loss_of_classes(
    loss: str, layers: str, said: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "model.json"
    assert main([*PLACED, "--layers", layers, "--loss", loss, "--out", str(path)]) == 0
    out = capsys.readouterr().out
    assert said in out
    training, test = figures(out, "accuracy")
    assert 88 < training < 100, "the classes overlap"
    assert test > 80
    rows, targets = rows_and("placed")
    parts = nn.split(rows, targets, 0.2, seed=0)
    usual = max((0.0, 1.0), key=parts[0][1].count)
    assert f"  if {usual:g} is always predicted" in out
    assert figures(out, "  if ") == [pytest.approx(100 * y.count(usual) / len(y), abs=0.06) for _, y in parts]

    model, losses = nn.load(path), []
    assert (model.names, model.classes) == (["cgpa", "iq"], ["0", "1"])
    confused = [[0, 0], [0, 0]]
    for part, placed in parts:
        predictions = outputs(model, part)
        as_learned = [2 * y - 1 if loss == "hinge" else y for y in placed]
        with no_grad():
            losses.append(float(getattr(nn, loss)(predictions, as_learned)))
        confused = [[0, 0], [0, 0]]
        for prediction, y in zip(predictions, placed, strict=True):
            high = prediction[1] > prediction[0] if loss == "cross_entropy" else prediction > (loss == "bce") * 0.5
            confused[int(y)][int(high)] += 1
    assert figures(out, "loss (") == pytest.approx(losses, rel=1e-3)
    assert test == pytest.approx(100 * (confused[0][0] + confused[1][1]) / 12, abs=0.06)
    table = out.split("as predicted (across)\n")[1].splitlines()[:3]
    assert [line.split() for line in table] == [["0", "1"], *([str(i), *map(str, confused[i])] for i in (0, 1))]


def flowers(folder: Path, names: list[str], count: int = 12) -> str:
    """A table with classes that lie apart."""
    lines = [f"{k + 0.01 * i},{k * k - 0.02 * i},{name}" for i in range(count) for k, name in enumerate(names)]
    path = folder / "flowers.csv"
    path.write_text("\n".join(["length,width,kind", *lines]) + "\n", encoding="utf-8")
    return str(path)


def test_classes_may_be_text_in_sorted_order(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "model.json"
    table = flowers(tmp_path, ["virginica", "setosa", "iris é"])
    assert main(["train", table, "--target", "kind", "--layers", "6-3", "--loss", "cross_entropy", "--quiet",
                 "--lr", "0.05", "--out", str(path)]) == 0  # fmt: skip
    out = capsys.readouterr().out
    assert "a score for each kind: iris é, setosa, virginica; the largest decides" in out
    assert figures(out, "accuracy") == [100, 100]
    model = nn.load(path)
    assert model.classes == ["iris é", "setosa", "virginica"]
    scores = outputs(model, [[0.0, 0.0], [1.0, 1.0], [2.0, 4.0]])
    assert [model.classes[row.index(max(row))] for row in scores] == ["virginica", "setosa", "iris é"]


@pytest.mark.parametrize(("loss", "number"), [("bce", 0), ("hinge", -1)])
def test_two_classes_may_be_text(loss: str, number: int, tmp_path: Path, capsys: Capture) -> None:
    table, path = flowers(tmp_path, ["yes", "no"]), tmp_path / "model.json"
    assert main(["train", table, "--target", "kind", "--layers", "1", "--loss", loss, "--lr", "0.1", "--quiet",
                 "--out", str(path)]) == 0  # fmt: skip
    out = capsys.readouterr().out
    assert f"(yes is learned as 1, no as {number})" in out
    assert figures(out, "accuracy") == [100, 100]
    model = nn.load(path)
    assert model.classes == ["no", "yes"]
    no, yes = outputs(model, [[1.0, 1.0], [0.0, 0.0]])
    assert yes > no


def test_labels_are_the_text_of_the_file_and_numbers_may_be_german(tmp_path: Path, capsys: Capture) -> None:
    """Through floats, the first two would be one class; 01234 would be 1234, and 1,0 be 1."""
    labels = ["1234567890123456789", "1234567890123456790", "01234", "1,0", "1"]
    data, path = tmp_path / "table.csv", tmp_path / "model.json"
    rows = [f"{label}@{k},{i}" for k, label in enumerate(labels) for i in range(9)]
    data.write_bytes("\r\n".join(["größe@x", *rows]).encode("cp1252"))
    arguments = ["train", str(data), "--target", "größe", "--loss", "cross_entropy", "--layers", "5"]
    options = ["--separator", "@", "--decimal", ",", "--encoding", "cp1252", "--epochs", "1", "--quiet"]
    assert main([*arguments, *options, "--out", str(path)]) == 0
    assert nn.load(path).classes == ["1", "1,0", "01234", "1234567890123456789", "1234567890123456790"]
    assert "01234 (9 rows), 1234567890123456789 (9 rows), 1234567890123456790 (9 rows)" in capsys.readouterr().out


def test_numbers_as_classes_are_sorted_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    table = flowers(tmp_path, ["10", "9.0", "-2"])
    arguments = ["train", table, "--target", "kind", "--loss", "cross_entropy", "--layers", "3", "--epochs", "1"]
    assert main([*arguments, "--out", str(path), "--quiet"]) == 0
    assert json.dumps(nn.load(path).classes) == '["-2", "9.0", "10"]'


def test_the_table_of_classes_has_the_truth_down_and_the_prediction_across(tmp_path: Path, capsys: Capture) -> None:
    """There is nothing to tell the classes apart by, so that all are taken for the most frequent one."""
    table = tmp_path / "t.csv"
    table.write_text("x,y\n" + "1,often\n" * 20 + "1,rare\n" * 10)
    assert main(["train", str(table), "--target", "y", "--layers", "1", "--loss", "bce", "--quiet", "--seed", "1"]) == 0
    out = capsys.readouterr().out
    rare = nn.split([0] * 30, [0] * 20 + [1] * 10, 0.2, seed=1)[1][1].count(1)
    assert 0 < rare < 6
    table_lines = [line.split() for line in out.split("as predicted (across)\n")[1].splitlines()[:3]]
    assert table_lines == [["often", "rare"], ["often", str(6 - rare), "0"], ["rare", str(rare), "0"]]
    training, test = figures(out, "accuracy")
    assert [training, test] == figures(out, "  if often is always predicted")


def test_many_classes_have_no_table(tmp_path: Path, capsys: Capture) -> None:
    table = flowers(tmp_path, [f"k{i}" for i in range(11)], 4)
    arguments = ["train", table, "--target", "kind", "--loss", "cross_entropy", "--layers", "11", "--epochs", "1"]
    assert main([*arguments, "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "across" not in out
    assert "k3, k4, k5, k6, … (11 in all)" in out


# How it runs


@pytest.mark.parametrize("arguments", [SALARY, [*PLACED, "--layers", "4-1", "--loss", "bce"]])
def test_the_same_command_gives_the_same_bytes(arguments: list[str], tmp_path: Path) -> None:
    printed, saved = [], []
    for seed in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-m", "nn", *arguments, "--epochs", "9", "--out", str(tmp_path / "model.json")],
            capture_output=True, cwd=ROOT, check=True, env=os.environ | {"PYTHONHASHSEED": seed},
        )  # fmt: skip
        printed.append(run.stdout)
        saved.append((tmp_path / "model.json").read_bytes())
    assert printed[0] == printed[1]
    assert saved[0] == saved[1]
    assert main([*arguments, "--epochs", "9", "--out", str(tmp_path / "model.json"), "--seed", "1"]) == 0
    assert (tmp_path / "model.json").read_bytes() != saved[0]


@pytest.mark.parametrize("quiet", [True, False])
def test_quiet_means_no_bar(quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere the library decides: it shows the bar on a terminal only."""
    asked: list[Any] = []
    real = nn.train

    def spy(*args: Any, **options: Any) -> Any:
        asked.append(options["progress"])
        return real(*args, **options)

    monkeypatch.setattr(command, "train", spy)
    arguments = [a for a in SALARY if a != "--quiet"] + ["--quiet"] * quiet
    assert main([*arguments, "--epochs", "1"]) == 0
    assert asked == [False if quiet else None]


def interrupt_at(call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a loss is computed; training needs three an epoch."""
    calls, real = iter(range(1, 10**9)), Loss.__call__

    def of_rows(self: Loss, predictions: Any, targets: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return real(self, predictions, targets)

    monkeypatch.setattr(Loss, "__call__", of_rows)


@pytest.mark.parametrize(("call", "epochs"), [(1, 0), (32, 10)])
def test_ctrl_c_keeps_what_was_learned(
    call: int, epochs: int, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_at(call, monkeypatch)
    path = tmp_path / "model.json"
    assert main([*SALARY, "--out", str(path)]) == 130
    printed = capsys.readouterr()
    assert printed.err == ""
    assert f"epochs    {epochs} of 200: interrupted in epoch {epochs}\n" in printed.out
    rows, targets = rows_and("salary")
    (training, salaries), _ = nn.split(rows, targets, 0.2, seed=0)
    predictions = outputs(nn.load(path), training)
    rmse = math.sqrt(sum((p - y) ** 2 for p, y in zip(predictions, salaries, strict=True)) / 48)
    assert figures(printed.out, "RMSE")[0] == pytest.approx(rmse, rel=1e-3)


def test_ctrl_c_outside_of_training_is_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, **options: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "read_csv", interrupted)
    assert main(SALARY) == 130
    assert capsys.readouterr().err == "nn train: interrupted\n"


# What is not accepted

FILES = {
    "good.csv": b"a,b,kind\n" + b"".join(f"{i},{i * i},{'xy'[i % 2]}\n".encode() for i in range(10)),
    "empty.csv": b"",
    "header.csv": b"a,b\n",
    "ragged.csv": b"# a remark\na,b\n1,2\n3\n4,5\n",
    "hole.csv": b"a,b\n1,2\n3,\n4,5\n",
    "hole_in_x.csv": b"a,b\n1,2\n,3\n4,5\n",
    "text.csv": b"a,b\n1,2\n3,two\n4,5\n",
    "nan.csv": b"a,b\n1,2\n3,nan\n4,5\n",
    "twice.csv": b"a,a\n1,2\n3,4\n",
    "inches.csv": b'a,b\n1,2\n3,"5 inch\n4,5\n',
    "remark.csv": b"# a,b\n1,2\n3,4\n",
    "german.csv": b"a;b\n1;1.234\n3;5.678\n",
    "latin.csv": b"a,b\n1,2\ncaf\xe9,3\n",
    "one_column.csv": b"b\n1\n2\n3\n",
    "one_row.csv": b"a,b\n1,2\n",
    "two_rows.csv": b"a,b\n1,2\n2,3\n",
    "same.csv": b"a,b\n1,no\n2,no\n3,no\n",
    "lonely.csv": b"a,b\n1,yes\n2,no\n3,no\n4,no\n",
    "broken_name.csv": b'a,"b\nc"\n1,2\n3,4\n5,6\n',
    "huge.csv": b"a,b\n1e308,1\n-1e308,2\n1e308,3\n-1e308,4\n",
    "steep.csv": b"a,b\n1e200,1\n2e200,2\n3e200,3\n4e200,4\n",
}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        # the file
        ("nowhere.csv --target b --layers 1", "cannot read nowhere.csv: No such file or directory"),
        (". --target b --layers 1", "cannot read .: Is a directory"),
        ("latin.csv --target b --layers 1", "latin.csv is not UTF-8 text: byte "),
        ("empty.csv --target b --layers 1", "empty.csv is empty: it takes a header and rows"),
        ("header.csv --target b --layers 1", "header.csv has a header and no rows"),
        ("ragged.csv --target b --layers 1", "ragged.csv, line 4 has 1 cell, and the header 2"),
        ("hole.csv --target b --layers 1", "hole.csv, line 3, column b is empty"),
        ("hole.csv --target b --layers 1 --loss bce", "hole.csv, line 3, column b is empty"),
        ("hole_in_x.csv --target b --layers 1", "hole_in_x.csv, line 3, column a is empty"),
        ("text.csv --target b --layers 1", "text.csv, line 3, column b is 'two', which is not a number"),
        ("nan.csv --target b --layers 1", "nan.csv, line 3, column b is nan, which is not finite"),
        ("twice.csv --target a --layers 1", "line 1 needs a name of its own for each column, and 'a' is there 2 times"),
        ("inches.csv --target b --layers 1", "inches.csv, line 3 has a quote that is never closed"),
        ("remark.csv --target b --layers 1", "remark.csv begins with '# a,b', which may be a remark or the header"),
        ("german.csv --target b --layers 1", "column b is '1.234', which may be 1.234 or 1234: the option decimal"),
        ("good.csv --target b --layers 1 --separator ab", "argument --separator: takes one character, and no quote"),
        ("good.csv --target b --layers 1 --decimal x", "argument --decimal: invalid choice: 'x'"),
        ("good.csv --target b --layers 1 --encoding x", "argument --encoding: takes one that Python knows, as utf-8"),
        ("broken_name.csv --target b --layers 1", "broken_name.csv has no column 'b': its columns are a, b\\nc"),
        # the columns
        ("good.csv --target c --layers 1", "good.csv has no column 'c': its columns are a, b, kind"),
        ("good.csv --target b --inputs a c --layers 1", "good.csv has no column 'c': its columns are a, b, kind"),
        ("good.csv --target b --inputs a b --layers 1", "--inputs takes other columns than the target, got b"),
        ("good.csv --target b --inputs a a --layers 1", "--inputs takes each column once, got a more than once"),
        ("good.csv --target b --layers 1", "column kind is 'x', which is not a number; --inputs chooses other columns"),
        ("one_column.csv --target b --layers 1", "one_column.csv has no column but b, and nothing to tell it from"),
        # rows
        ("one_row.csv --target b --layers 1", "training takes at least 2 rows of one_row.csv, got 1"),
        ("one_row.csv --target b --layers 1 --test-share 0", "training takes at least 2 rows of one_row.csv, got 1"),
        (
            "two_rows.csv --target b --layers 1",
            "training takes at least 2 rows of two_rows.csv, and --test-share 0.2 of 2 leaves 1",
        ),
        ("good.csv --target b --inputs a --layers 1 --test-share 0.9", "and --test-share 0.9 of 10 leaves 1"),
        # classes
        (
            "good.csv --target b --inputs a --layers 1 --loss bce",
            "--loss bce takes a target of two different values, and b has 10: 0, 1, 4, 9, 16, 25, …",
        ),
        ("same.csv --target b --layers 1 --loss hinge", "a target of two different values, and b has 1: no"),
        ("same.csv --target b --layers 1 --loss cross_entropy", "every row has no for b"),
        (
            "good.csv --target kind --layers 8-3 --loss cross_entropy",
            "--layers ends in 2 neurons with --loss cross_entropy, one for each class of kind (x, y): got 8-3",
        ),
        (
            f"{STUDENTS} --target cgpa --layers 3 --loss cross_entropy",
            "column cgpa is ",
        ),
        ("lonely.csv --target b --layers 1 --loss bce --seed 5", "the 3 rows to train on have the same b, so there is"),
        # the network
        (
            "good.csv --target b --inputs a --layers 8-2",
            "--layers ends in 1 neuron with --loss mse, the output: got 8-2",
        ),
        *(
            (
                f"good.csv --target b --inputs a --layers {layers}",
                "argument --layers: takes neurons in each layer after",
            )
            for layers in ("8-", "0-1", "-1", "8-x", "8,1", "1" * 5000)
        ),
        (
            "good.csv --target b --inputs a --layers 99999-99999-1",
            "--layers takes a network of at most 1,000,000 weights",
        ),
        (
            "good.csv --target b --layers 1 --activation swish",
            "argument --activation: an activation is an operation on",
        ),
        ("good.csv --target b --layers 1 --loss l1", "argument --loss: invalid choice: 'l1'"),
        ("good.csv --target b --layers 1 --init random", "argument --init: invalid choice: 'random'"),
        # the training
        ("good.csv --target b --layers 1 --optimizer lbfgs", "argument --optimizer: invalid choice: 'lbfgs'"),
        ("good.csv --target b --layers 1 --lr 0", "argument --lr: takes a number above 0, got '0'"),
        ("good.csv --target b --layers 1 --lr -1e-3", "argument --lr: takes a number above 0, got '-1e-3'"),
        ("good.csv --target b --layers 1 --lr inf", "argument --lr: takes a number above 0, got 'inf'"),
        (
            "good.csv --target b --layers 1 --optimizer sgd --momentum 1",
            "argument --momentum: takes a number from 0 up",
        ),
        ("good.csv --target b --layers 1 --momentum 0.9", "--momentum goes with --optimizer sgd, got adam"),
        ("good.csv --target b --layers 1 --weight-decay -1", "argument --weight-decay: takes a number that is not neg"),
        ("good.csv --target b --layers 1 --tolerance nan", "argument --tolerance: takes a number that is not negative"),
        ("good.csv --target b --layers 1 --epochs 0", "argument --epochs: takes a whole number from 1 up, got '0'"),
        ("good.csv --target b --layers 1 --epochs 1e3", "argument --epochs: takes a whole number from 1 up, got '1e3'"),
        ("good.csv --target b --layers 1 --batch-size -5", "argument --batch-size: takes a whole number from 1 up"),
        ("good.csv --target b --layers 1 --test-share 1", "argument --test-share: takes a number from 0 up to 1"),
        ("good.csv --target b --layers 1 --seed x", "argument --seed: invalid int value: 'x'"),
        ("good.csv --target b --layers 1 --epoch 3", "unrecognized arguments: --epoch 3"),
        ("good.csv --target b", "the following arguments are required: --layers"),
        ("", "the following arguments are required: DATA.csv, --target, --layers"),
        # where it is saved
        ("good.csv --target b --inputs a --layers 1 --out .", "--out takes a file, and . is a folder"),
        (
            "good.csv --target b --inputs a --layers 1 --out empty.csv/model.json",
            "--out cannot write empty.csv/model.json: ",
        ),
        (
            "good.csv --target b --inputs a --layers 1 --out ./good.csv",
            "--out takes another file than the data, got good.csv for both",
        ),
        (f"good.csv --target b --inputs a --layers 1 --out {'x' * 300}", "File name too long"),
        # what cannot be computed
        ("huge.csv --target b --layers 1 --test-share 0", "the numbers of huge.csv are too large to be scaled"),
        ("steep.csv --target b --layers 1 --no-scale", "may help"),
    ],
)
def test_what_is_not_accepted_is_said_in_one_line(
    arguments: str, message: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_bytes(content)
    out = [] if "--out" in arguments or not arguments else ["--out", "folder/model.json"]
    assert message in refused(["train", *arguments.split(), *out], capsys)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES, "nothing is written"


def test_divergence_has_advice_and_says_which_line(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "model.json"
    arguments = ["--optimizer", "sgd", "--lr", "1e6", "--activation", "identity", "--out", str(out)]
    said = refused([*SALARY, *arguments], capsys)
    assert "a learning rate below 1e+06, may help" in said
    match = re.search(rf"at row (\d+).*\(row \1 is that of line (\d+) in {re.escape(str(STUDENTS))}\)$", said)
    assert match
    rows, targets = rows_and("salary")
    (training, _), _ = nn.split(rows, targets, 0.2, seed=0)
    cgpa, iq, *_ = STUDENTS.read_text(encoding="utf-8").splitlines()[int(match[2]) - 1].split(",")
    assert training[int(match[1])] == [float(cgpa), float(iq)]
    assert not out.exists()


def test_the_last_step_may_be_the_one_too_many(tmp_path: Path, capsys: Capture) -> None:
    """No loss is computed after it, so nobody else notices that what the model gives is not finite."""
    out = tmp_path / "model.json"
    arguments = ["--optimizer", "sgd", "--lr", "1e308", "--epochs", "1", "--batch-size", "60", "--out", str(out)]
    assert "does not give finite numbers any more. Scaled inputs, or" in refused([*SALARY, *arguments], capsys)
    assert not out.exists()


def test_where_it_is_saved_is_looked_at_before_training(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "train", lambda *args, **options: pytest.fail("it trained"))
    assert "is a folder" in refused([*SALARY, "--out", str(tmp_path)], capsys)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # tests may run as root, who may write anywhere
    assert "no permission to write in" in refused([*SALARY, "--out", str(tmp_path / "new" / "m.json")], capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_or_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """A pipe of our own stands for them: run as root, a failure would take away the machine's /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        assert main([*SALARY, "--epochs", "1", "--out", str(pipe)]) == 0
        assert json.loads(read.result())["format"] == "glassgrad model"
    assert pipe.is_fifo()


def test_a_file_that_fails_after_all_leaves_the_old_one(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "model.json"
    out.write_text("old")

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = refused([*SALARY, "--epochs", "1", "--out", str(out)], capsys)
    assert said == f"cannot write {out}: No space left on device"
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_column_may_be_called_as_a_number(tmp_path: Path) -> None:
    table, path = tmp_path / "t.csv", tmp_path / "model.json"
    table.write_text("-1,-2e0\n" + "".join(f"{i},{2 * i}\n" for i in range(5)))
    arguments = ["train", str(table), "--target", "-2e0", "--inputs", "-1", "--layers", "1", "--epochs", "1"]
    assert main([*arguments, "--out", str(path), "--seed", "-3", "--quiet"]) == 0
    assert nn.load(path).names == ["-1"]


def test_every_error_begins_with_its_command(capsys: Capture) -> None:
    for arguments, prefix in (
        (["train"], "nn train: "),
        (["derive"], "nn derive: "),
        (["dance"], "nn: "),
        ([], "nn: "),
    ):
        assert main(arguments) == 2
        assert capsys.readouterr().err.startswith(prefix)


def test_help(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["train", "--help"])
    out = capsys.readouterr().out
    assert "--test-share SHARE" in out
    assert "Train a network on a CSV file" in out


# What goes into the file with the model


def test_names_and_classes_are_saved_with_a_scaled_model(tmp_path: Path) -> None:
    scaling = nn.Scaling([0.0, 1.0], [1.0, 2.0])
    model = nn.Scaled(nn.MLP(2, [1], seed=0), scaling, names=("a", "b"), classes=("no", "yes"))
    model.save(tmp_path / "model.json")
    again = nn.load(tmp_path / "model.json")
    assert (again.names, again.classes) == (["a", "b"], ["no", "yes"])
    plain = nn.Scaled(nn.MLP(2, [1], seed=0), scaling)
    assert {"names", "classes"}.isdisjoint(plain.architecture())
    plain.save(tmp_path / "plain.json")
    assert nn.load(tmp_path / "plain.json").names is None
    with pytest.raises(nn.ModelFileError, match=r"names is \[\"a\", \"b\"\], and should be null"):
        plain.load(tmp_path / "model.json")
    with pytest.raises(ValueError, match="names takes one for each of the 2 inputs, got 1"):
        nn.Scaled(nn.MLP(2, [1]), scaling, names=["a"])


@pytest.mark.parametrize("names", ['["a"]', "5", "[]"])
def test_names_that_do_not_fit_are_a_damaged_file(names: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    nn.Scaled(nn.MLP(2, [1]), nn.Scaling([0.0, 1.0], [1.0, 2.0]), names=("a", "b")).save(path)
    content = json.loads(path.read_text())
    content["model"]["names"] = json.loads(names)
    path.write_text(json.dumps(content))
    with pytest.raises(nn.ModelFileError, match="does not say what model it holds"):
        nn.load(path)


def test_equal_numbers_are_only_moved() -> None:
    assert nn.Scaling.of([[0.1]] * 3) == nn.Scaling([0.1], [1.0])


# The table


def test_the_script_makes_the_table_that_ships(tmp_path: Path) -> None:
    made = tmp_path / "students.csv"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "make-students"), str(made)], check=True)
    assert made.read_bytes() == STUDENTS.read_bytes()
    assert os.access(ROOT / "scripts" / "make-students", os.X_OK)


def test_the_table_of_students() -> None:
    lines = STUDENTS.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# Made for the lesson by scripts/make-students, seed \d+; no real students\.", lines[0])
    table = nn.read_csv(STUDENTS)
    assert table.names == ["cgpa", "iq", "salary", "placed"]
    assert len(table.cells) == 60
    ranges = {"cgpa": (4.5, 9.8), "iq": (80, 135), "salary": (2, 20), "placed": (0, 1)}
    for name, (low, high) in ranges.items():
        assert all(low <= x <= high for x in table.numbers(name))
    placed = table.numbers("placed")
    assert 20 <= sum(placed) <= 40
    salaries = table.numbers("salary")
    best_without = max(s for s, p in zip(salaries, placed, strict=True) if not p)
    least_with = min(s for s, p in zip(salaries, placed, strict=True) if p)
    assert least_with < best_without, "the classes overlap"


def test_names_of_any_kind_neither_break_lines_nor_command_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    hostile = ["p", "q", "a\nb", "\x1b[31mred", "\x9b2J", "c\r\nd", "x\u2028y", "\u202ee"]
    lines: dict[str, int] = {}  # of harmless names
    for name, other in itertools.pairwise(hostile):
        table = tmp_path / "table.csv"
        rows = [[str(i / 7), str(i % 3), [name, other][i % 2]] for i in range(20)]
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([[name, other, "lab"], *rows])
        for loss, options in (("mse", ["--target", name]), ("bce", ["--target", "lab", "--out", str(tmp_path / name)])):
            inputs = ["--inputs", other] if loss == "mse" else []
            arguments = ["train", str(table), *options, *inputs, "--loss", loss, "--layers", "2-1", "--quiet"]
            assert main([*arguments, "--epochs", "1"]) == 0
            printed = capsys.readouterr().out
            assert all(line.isprintable() for line in printed.split("\n"))
            assert printed.count("\n") == lines.setdefault(loss, printed.count("\n"))
            said = refused([*arguments, "--target", other + "!"], capsys)
            assert said.isprintable()
