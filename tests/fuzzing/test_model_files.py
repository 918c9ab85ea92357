"""Model files at random: a model, or a ModelFileError, in little memory and time, whatever stands in the file."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import nn
from tests.fuzzing import EFFORT, generator

MEMORY, SECONDS = 2**30, 60  # of address space, of which Python and NumPy take half, and for all files of a round
LEAVES: list[Any] = [None, True, 0, -1, 1, 10**9, 10**30, 10**400, 1.5, 1e308, "", "1", "relu", "MLP", [], {}, [[]]]
TEMPLATES = ["{l:>9999999999}", "{l:{j}}", "{l.__class__}", "{}", "{l", "w" * 10_000, "w_{jk}", "\ud800", "{j:>99}"]

# Loads every file of a folder, and prints how that ended, in a process that may not take more memory than that.
LOAD = f"""
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
import nn
target = nn.MLP(2, [2, 1], seed=1)
for path in sorted(Path(sys.argv[1]).iterdir()):
    before = target.state_dict()
    for load in (nn.load, target.load):
        try:
            load(path)
        except nn.ModelFileError as error:
            assert target.state_dict() == before
            assert not any(word in str(error) for word in ("object", "argument", "__init__", "__new__")), error
            print(json.dumps([path.name, "refused", len(str(error))]))
        else:
            print(json.dumps([path.name, "loaded", 0]))
"""


def places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every item of what JSON holds: what it is in, and its key there."""
    for key, item in list(content.items() if isinstance(content, dict) else enumerate(content)):
        yield content, key
        if isinstance(item, (dict, list)):
            yield from places(item)


def changed(draw: Random, content: Any) -> bytes:
    """The file with some items changed, taken out, doubled or exchanged; or with other bytes."""
    content = copy.deepcopy(content)
    for _ in range(draw.randint(1, 3)):
        holder, key = draw.choice(list(places(content)))
        other_holder, other = draw.choice(list(places(content)))
        kind = draw.randrange(5)
        if kind == 0:
            holder[key] = draw.choice([*LEAVES, *TEMPLATES])
        elif kind == 1:
            del holder[key]
        elif kind == 2:
            holder[key] = copy.deepcopy(other_holder[other])
        elif kind == 3 and isinstance(holder, dict):
            holder[draw.choice(["", "init", "seed", "weights", "nin", "names", "x" * 10_000])] = holder.pop(key)
        elif kind == 4 and isinstance(holder, list):
            holder.insert(key, draw.choice([*LEAVES, *TEMPLATES]))
        if not content:
            break
    written = json.dumps(content).encode()
    if draw.random() < 0.2:
        i = draw.randrange(len(written))
        written = draw.choice([written[:i], written[:i] + draw.randbytes(1) + written[i + 1 :], written + written[:i]])
    return written


def test_a_model_file_is_a_model_or_an_error(tmp_path: Path) -> None:
    draw, models = generator(), tmp_path / "models"
    inner = nn.MLP(2, [2, 1], "tanh", bias=["layer", "neuron"], seed=1)
    scaling = nn.Scaling([0.0, 1.0], [1.0, 2.0])
    contents = []
    for model in (inner, nn.Scaled(inner, scaling, nn.Scaling([1.0], [2.0]), ["a", "b"], ["0", "1"])):
        model.save(tmp_path / "model.json")
        contents.append(json.loads((tmp_path / "model.json").read_text(encoding="utf-8")))
    models.mkdir()
    (models / "0-is-one.json").write_text(json.dumps(contents[0]), encoding="utf-8")
    for i in range(400 * EFFORT):
        (models / f"{i}.json").write_bytes(changed(draw, draw.choice(contents)))
    command = [sys.executable, "-c", LOAD, str(models)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS * EFFORT, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    outcomes = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(outcomes) == 2 * (400 * EFFORT + 1)
    assert ["0-is-one.json", "loaded", 0] in outcomes
    assert {kind for _, kind, _ in outcomes} == {"loaded", "refused"}
    assert max(length for *_, length in outcomes) < 2000
