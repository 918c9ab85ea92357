"""The recipes of CONTRIBUTING.md, followed literally in a copy of the project: the places that they name are enough."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def code_of(recipe: str) -> list[str]:
    """The pieces of code in a recipe, without the indentation of the list that they stand in."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition(f"### {recipe}\n")[2].partition("\n### ")[0]
    return [re.sub("^   ", "", code, flags=re.M) for code in re.findall(r"```python\n(.*?)   ```", section, re.S)]


def insert(path: Path, before: str, code: str) -> None:
    """Into a file, before the first place where something stands."""
    text = path.read_text(encoding="utf-8")
    assert before in text, (path, before)
    path.write_text(text.replace(before, code + before, 1), encoding="utf-8")


COMMAND = """
def add(commands):
    commands.add_parser("greet").set_defaults(run=run)


def run(options):
    return "hello", 0
"""

USE = """
import autograd, nn
from nn.__main__ import main
x = autograd.Value(0.3, "x")
print(autograd.derive(autograd.sinh(x), x).text())
print(autograd.compile(lambda x: autograd.sinh(x), [], inputs=1, backend="source").values([0.3]))
model = nn.MLP(1, [2, 1], activation="hard_tanh", seed=1)
nn.train(model, [[0.1], [0.2]], [0.3, 0.4], loss="quartic", epochs=2, progress=False)
nn.train(model, [[0.1], [0.2]], [0.3, 0.4], loss="quartic", epochs=2, progress=False, compiled=True)
derive = "derive 1-2-1 --activation hard_tanh --x 0.5 --y 1 --seed 1 --out page"
assert main(derive.split()) == 0
assert main("train rows.csv --target y --layers 2-1 --loss quartic --epochs 2".split()) == 0
assert main(["greet"]) == 0
"""


def test_every_recipe(tmp_path: Path) -> None:
    for folder in ("autograd", "nn", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "golden"))
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    table, package = tmp_path / "autograd/core/operations.py", tmp_path / "autograd/__init__.py"
    (row, oracle, method), (activation,) = code_of("An operation"), code_of("An activation")
    loss_row, loss = code_of("A loss")
    insert(table, "# fmt: on", row + activation + loss_row)
    others = '    "hard_tanh": lambda x: max(mp.mpf(-1), min(x, mp.mpf(1))),\n'
    others += '    "quartic_error": lambda p, y: (p - y) ** 4,\n'
    insert(tmp_path / "tests/test_operations.py", '    "add": ', oracle + others)
    insert(tmp_path / "autograd/core/value.py", "    silu, gelu,", method + method.replace("sinh", "hard_tanh"))
    for name in ("sinh", "hard_tanh", "quartic_error"):
        insert(package, "    sub,\n", f"    {name},\n")
        insert(package, '    "sub",\n', f'    "{name}",\n')
    insert(tmp_path / "nn/losses.py", "}\n\n\ndef names_of_losses", loss)
    insert(tmp_path / "nn/losses.py", "    softmax_cross_entropy,\n", "    quartic_error,\n")
    (tmp_path / "nn/commands/greet.py").write_text(COMMAND)
    main = tmp_path / "nn/__main__.py"
    insert(main, "from nn.commands.arguments", "from nn.commands import greet\n")
    insert(main, '"explore": explore', '"greet": greet, ')
    (tmp_path / "rows.csv").write_text("x,y\n1,2\n2,3\n3,4\n4,5\n5,7\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    used = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert used.returncode == 0, used.stderr
    assert "hello" in used.stdout
    loop = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/test_operations.py"]
    tested = subprocess.run(
        [*loop, "-k", "sinh or hard_tanh or exports or oracle"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout
    assert tested.stdout.splitlines()[0].count(".") > 20
