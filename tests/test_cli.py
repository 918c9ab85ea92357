"""`python -m nn derive`: what it prints and writes, and one line for every input that is not accepted."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from nn.__main__ import main

HEART = ["derive", "2-3-1", "--x", "0.5", "-0.3", "--y", "1"]
ELEVEN = ["w¹₁₁", "w¹₁₂", "w¹₂₁", "w¹₂₂", "w¹₃₁", "w¹₃₂", "b₁", "w²₁₁", "w²₁₂", "w²₁₃", "b₂"]


def params(folder: Path, **changes: object) -> str:
    """A file with the parameters of a 2-3-1 network whose prediction for (0.5, -0.3) is 0.9."""
    numbers = dict(zip(ELEVEN_LABELS, (0.1, 0.2, 0.3, -0.4, -0.5, 0.6, 0.1, 0.7, 0.8, -0.9, 0.244), strict=True))
    path = folder / "params.json"
    path.write_text(json.dumps({k: v for k, v in (numbers | changes).items() if v != "left out"}))
    return str(path)


ELEVEN_LABELS = ["w^1_11", "w^1_12", "w^1_21", "w^1_22", "w^1_31", "w^1_32", "b_1", "w^2_11", "w^2_12", "w^2_13", "b_2"]


def test_all_eleven_derivations_and_one_closing_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*HEART, "--seed", "1"]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^∂C/∂(\S+) = ", out, re.MULTILINE) == ELEVEN
    closing = out.splitlines()[-1]
    match = re.fullmatch(
        r"11 of 11 gradients agree between chain rule, backward\(\) and finite difference; largest difference (.+)",
        closing,
    )
    assert match
    assert 0 <= float(match[1]) < 1e-14


@pytest.mark.parametrize("sizes", ["2-2-1", "4-2-2-1", "1-8-1", "3-1", "2-2-2"])
@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("bias", ["layer", "neuron", "none"])
def test_any_sizes(sizes: str, activation: str, bias: str, capsys: pytest.CaptureFixture[str]) -> None:
    counts = [int(size) for size in sizes.split("-")]
    x, y = [f"{0.3 - 0.2 * k:g}" for k in range(counts[0])], [f"{0.5 * k:g}" for k in range(counts[-1])]
    assert main(["derive", sizes, "--x", *x, "--y", *y, "--activation", activation, "--bias", bias, "--seed", "3"]) == 0
    assert re.search(r"\n(\d+) of \1 gradients agree", capsys.readouterr().out)


def test_the_numbers_of_a_file_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "saved.json"
    assert main([*HEART, "--params", params(tmp_path), "--save-params", str(saved), "--wrt", "w^2_11"]) == 0
    assert "= −2(1 − 0.9) · 1 · 0.09\n         = −0.018" in capsys.readouterr().out
    assert json.loads(saved.read_text()) == json.loads((tmp_path / "params.json").read_text())


@pytest.mark.parametrize("label", ["w^1_21", "w¹₂₁"])
def test_only_the_parameters_asked_for(label: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*HEART, "--wrt", label, "b_1"]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^∂C/∂(\S+) = ", out, re.MULTILINE) == ["w¹₂₁", "b₁"]
    assert out.splitlines()[-1].startswith("2 of 2 gradients agree")


class Page(HTMLParser):
    """The tags of a page, and everything it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.anchors: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "data", "action", "style") and value:
                (self.anchors if value.startswith("#") else self.loads).append(value)


def test_the_page_stands_on_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a" / "b"
    assert main([*HEART, "--activation", "sigmoid", "--loss", "bce", "--out", str(out)]) == 0
    html = (out / "index.html").read_text(encoding="utf-8")
    page = Page(html)
    assert all(style.startswith("text-align") for style in page.loads), "nothing is loaded from elsewhere"
    assert "script" not in page.tags
    assert "@import" not in html
    assert "url(" not in html
    assert page.tags.count("math") == 12  # the forward pass, and eleven derivations
    assert page.tags.count("svg") == 12  # the network, and the paths of eleven parameters
    assert set(page.anchors) <= {f"#{name}" for name in page.ids}
    assert len(page.ids) == len(set(page.ids))
    assert "w − η · ∂C/∂w" in html
    rows = re.findall(r"<tr><th>(.*?)</th>", html)
    assert rows[1:] == ELEVEN or rows == ["w", *ELEVEN]
    pictures = sorted(path.name for path in out.iterdir() if path.suffix == ".svg")
    assert pictures == sorted(["network.svg", *[f"{label.replace('^', '')}.svg" for label in ELEVEN_LABELS]])
    for name in pictures:
        ElementTree.parse(out / name)
    capsys.readouterr()
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert main([*HEART, "--activation", "sigmoid", "--loss", "bce", "--out", str(out)]) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before, "the same numbers give the same bytes"


def test_the_step_lowers_the_cost(tmp_path: Path) -> None:
    assert main([*HEART, "--lr", "0.05", "--params", params(tmp_path), "--out", str(tmp_path / "out")]) == 0
    html = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "η = 0.05" in html
    assert re.search(r"takes the cost C from 0\.01\s+to 0\.00\d+", html)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("derive 2-3-1 --x 0.5 --y 1", "--x takes 2 numbers, one for each of the inputs of 2-3-1, got 1: 0.5"),
        ("derive 2-3-1 --x 1 2 3 --y 1", "got 3: 1 2 3"),
        ("derive 2-3-1 --x 1 2 --y 1 2", "--y takes 1 number, one for each of the outputs of 2-3-1, got 2: 1 2"),
        ("derive 2-3-1 --x 1 nan --y 1", "argument --x: takes finite numbers, got 'nan'"),
        ("derive 2-3-1 --x 1 -inf --y 1", "argument --x: takes finite numbers, got '-inf'"),
        ("derive 2-3-1 --x 1 two --y 1", "argument --x: takes finite numbers, got 'two'"),
        ("derive 2-3-1 --x 1 2 --y nan", "argument --y: takes finite numbers, got 'nan'"),
        ("derive 2-3-1 --x 1 2", "the following arguments are required: --y"),
        ("derive 2-3-1 --x 1 2 --y 1 --wrt w^1_99", "--wrt takes parameters of the network (w^1_11, "),
        ("derive 2-3-1 --x 1 2 --y 1 --activation swish", "argument --activation: invalid choice: 'swish'"),
        ("derive 2-3-1 --x 1 2 --y 1 --loss squared", "argument --loss: invalid choice: 'squared' (choose from "),
        ("derive 2-3-1 --x 1 2 --y 1 --bias both", "argument --bias: invalid choice: 'both'"),
        ("derive 2-3-1 --x 1 2 --y 1 --seed 1.5", "argument --seed: invalid int value: '1.5'"),
        ("derive 2-3-1 --x 1 2 --y 1 --digits 0", "argument --digits: takes a whole number from 1 to 15, got '0'"),
        ("derive 2-3-1 --x 1 2 --y 1 --lr inf", "argument --lr: takes finite numbers, got 'inf'"),
        ("derive 2-3-1 --x 1 2 --y 1 --colour red", "unrecognized arguments: --colour red"),
        ("derive 2-3-0 --x 1 2 --y 1", "SIZES takes neurons in each layer, as 2-3-1, got '2-3-0'"),
        ("derive 2 --x 1 2 --y 1", "SIZES takes neurons in each layer, as 2-3-1, got '2'"),
        (
            "derive 2-3-1 --x 1 2 --y 2 --loss bce --activation sigmoid",
            "--y takes probabilities from 0 to 1 with --loss bce, got 2",
        ),
        ("derive 2-3-1 --x 9 -9 --y 1 --loss bce", "--loss bce takes a prediction strictly between 0 and 1, got "),
        ("derive 2-1 --x 1e3 1e3 --y 1 --loss bce --activation sigmoid", "got 1.0: the sigmoid is saturated"),
        (
            "derive 2-3-1 --x 1 2 --y 1 --params nowhere.json",
            "--params takes a readable file, got nowhere.json: No such file",
        ),
        ("derive 2-3-1 --x 1 2 --y 1 --params bad.json", "--params takes JSON, and bad.json is not: "),
        ("derive 2-3-1 --x 1 2 --y 1 --params binary.json", "--params takes JSON, and binary.json is not: "),
        ("derive 2-3-1 --x 1 2 --y 1 --params list.json", "list.json holds a list"),
        ("derive 2-3-1 --x 1 2 --y 1 --params null.json", "null.json holds null"),
        ("derive 2-3-1 --x 1 2 --y 1 --params nan.json", "nan.json has NaN for w^1_11"),
        ("derive 2-3-1 --x 1 2 --y 1 --params text.json", 'text.json has "0.1" for w^1_11'),
        ("derive 2-3-1 --x 1 2 --y 1 --params huge.json", "huge.json has 1"),
        (
            "derive 2-3-1 --x 1 2 --y 1 --params unknown.json",
            "unknown.json does not fit the network: unknown w^9_99; missing b_1",
        ),
        ("derive 2-3-1 --x 1 2 --y 1 --params deep.json", "deep.json is nested too deeply"),
        ("derive 2-3-1 --x 1 2 --y 1 --params twice.json", "twice.json is not: w^1_11 is there more than once"),
        ("derive 2-99999-1 --x 1 2 --y 1", "SIZES takes a network of at most 10,000 weights, got 299,997"),
        ("derive 2-3-1 --x 1 2 --y 1 --out same --save-params same", "--out and --save-params take different paths"),
        ("derive 2-3-1 --x 1 2 --y 1 --out list.json/below --save-params new.json", "cannot write "),
        ("derive 2-3-1 --x 1 2 --y 1 --params .", "--params takes a readable file, got .: "),
        ("derive 2-3-1 --x 1 2 --y 1 --out list.json", "--out takes a folder, and list.json is a file"),
        ("derive 2-3-1 --x 1 2 --y 1 --save-params .", "--save-params takes a file, and . is a folder"),
        ("derive", "the following arguments are required: SIZES, --x, --y"),
        ("", "the following arguments are required: COMMAND"),
        ("derrive", "argument COMMAND: invalid choice: 'derrive'"),
    ],
)
def test_what_is_not_accepted_is_said_in_one_line(
    arguments: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text('{"w^1_11": 1')
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "null.json").write_text("null")
    (tmp_path / "nan.json").write_text('{"w^1_11": NaN}')
    (tmp_path / "text.json").write_text('{"w^1_11": "0.1"}')
    (tmp_path / "huge.json").write_text('{"w^1_11": 1' + "0" * 400 + "}")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "twice.json").write_text('{"w^1_11": 1, "w^1_11": 2}')
    (tmp_path / "unknown.json").write_text('{"w^9_99": 1}')
    before = sorted(path.name for path in tmp_path.iterdir())
    written = [] if "--out" in arguments or "--save-params" in arguments or not arguments.startswith("derive ") else [
        "--out", "page", "--save-params", "saved.json",
    ]  # fmt: skip
    assert main([*arguments.split(), *written]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert message in printed.err
    assert sorted(path.name for path in tmp_path.iterdir()) == before, "nothing is written"


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main([*HEART, "--out", str(tmp_path / "file" / "below")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_disagreement_has_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """An overflowing cost has no finite gradient to agree on."""
    assert main(["derive", "2-3-1", "--x", "1e200", "1e200", "--y", "1", "--seed", "1"]) == 1
    assert "of 11 gradients agree" in capsys.readouterr().out.splitlines()[-1]


def test_a_kink_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = params(tmp_path, **{"w^1_11": 0.0, "w^1_12": 0.0, "b_1": 0.0})
    assert main([*HEART, "--activation", "relu", "--params", file]) == 0
    assert "at a kink" in capsys.readouterr().out.splitlines()[-1]


def test_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nn", *HEART, "--seed", "1", "--wrt", "b_2"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=Path(__file__).parent.parent)
    assert run.returncode == 0
    assert "∂C/∂b₂" in run.stdout
    refused = subprocess.run(
        [*command, "--digits", "99"], capture_output=True, text=True, cwd=Path(__file__).parent.parent
    )
    assert refused.returncode == 2


@pytest.mark.parametrize("arguments", [["--help"], ["derive", "--help"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(arguments)
    assert "usage" in capsys.readouterr().out


STUDENTS = str(Path("notebooks/students.csv").absolute())
COMMANDS = {
    "help": ["--help"],
    "derive --help": ["derive", "--help"],
    "derive": ["derive", "4-8-8-2", "--x", "1", "2", "3", "4", "--y", "0", "1", "--wrt", "w^1_11", "w^2_11"],
    "explore": ["explore", "2-3-1", "--x", "0.5", "-0.3", "--y", "1"],
    "train": ["train", STUDENTS, "--target", "salary", "--layers", "2-1", "--epochs", "2"],
    "an error": ["derive", "2-3-1", "--x", "nonsense"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_pipe_ends_a_command_quietly(command: str, tmp_path: Path) -> None:
    arguments = [*COMMANDS[command], *(["--out", str(tmp_path / "page.html")] if command == "explore" else [])]
    nobody, pipe = os.pipe()
    os.close(nobody)
    code, environment = [sys.executable, "-m", "nn", *arguments], {**os.environ, "PYTHONUNBUFFERED": ""}
    to_error = command == "an error"
    try:
        other: Any = (
            {"stderr": pipe, "stdout": subprocess.PIPE} if to_error else {"stdout": pipe, "stderr": subprocess.PIPE}
        )
        run = subprocess.run(code, **other, env=environment, check=False)
    finally:
        os.close(pipe)
    assert (run.returncode, run.stdout or b"", run.stderr or b"") == (141, b"", b"")
    assert command != "explore" or (tmp_path / "page.html").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "nn", *HEART], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (run.returncode, run.stderr) == (2, "nn: cannot write the output: No space left on device\n")


def test_a_large_network_has_pictures_of_the_paths_alone(tmp_path: Path) -> None:
    arguments = ["derive", "2-16-16-1", "--x", "0.5", "-0.3", "--y", "1", "--wrt", "w^1_11", "w^2_11", "--seed", "1"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    path = (tmp_path / "out" / "w2_11.svg").read_text(encoding="utf-8")
    assert path.count("identity …") == 15 + 16
    assert "∂z³₁/∂w²₁₁ = " in path
    assert "cut" not in (tmp_path / "out" / "network.svg").read_text(encoding="utf-8")


def test_without_graphviz_pictures_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "graphviz", None)
    assert main([*HEART, "--out", str(tmp_path / "out")]) == 2
    assert "pip install graphviz pygraphviz" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]
