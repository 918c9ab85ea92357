"""The README's code is executed, and what it says it prints is compared."""

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from nn.__main__ import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```(?:\s*```text\n(.*?)```)?", README, re.DOTALL)
COMMANDS = [
    command.split("#")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for command in block.splitlines()
]


@pytest.mark.parametrize(("code", "expected"), BLOCKS, ids=[code.splitlines()[0] for code, _ in BLOCKS])
def test_code(code: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, namespace)
    assert printed.getvalue() == expected


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("python -m nn")])
def test_commands(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "notebooks", "notebooks")
    arguments = shlex.split(command)[3:]
    assert main(arguments) == 0
    assert Path(arguments[arguments.index("--out") + 1]).exists()


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"\bmake (\w+)", README))
    assert {"demo", "test"} <= named <= targets


def test_an_operation_of_one_s_own_takes_at_most_ten_lines() -> None:
    assert all(len(code.strip().splitlines()) <= 10 for code, _ in BLOCKS if "operation(" in code)


def test_links_and_pictures_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists()
