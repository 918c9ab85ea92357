"""Mutants before their judges: each in a copy of the tree, by tests in a process of its own, the quickest first.

The processes are forked from one that has what is slow to import, and nothing of ours.
"""

import contextlib
import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import Mutant
from tests.mutation.recording import ROOT, Recording

SLOW_TO_IMPORT = ("_pytest.assertion.rewrite", "hypothesis", "llvmlite.binding", "matplotlib.pyplot", "mpmath",
                  "numpy", "pandas", "pygraphviz", "pytest", "sklearn", "sympy", "tqdm")  # fmt: skip
FIRST = 2.0  # seconds of tests that are tried before all others that run the line: most mutants die of them
LONG = 60.0  # seconds of the others, after which a quick judge gives up
BROKEN = 70  # the exit status where it is we who failed
MEMORY = 6 << 30  # bytes; a loop that never ends may fill it


class Trial(NamedTuple):
    """One run of pytest over a mutant."""

    mutant: Mutant
    rest: list[list[str]]  # the tests that come after, should it survive
    copy: Path
    log: Path
    ends: float


def judge(
    mutants: Sequence[Mutant], recorded: Recording, files: Sequence[str], workers: int, quick: bool
) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with what killed it, or "" if it survived; in the order in which that is known."""
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)
    known = {*recorded.seconds, *recorded.failed}
    waiting = list(mutants)[::-1]
    running: dict[int, Trial] = {}
    with tempfile.TemporaryDirectory() as folder:
        copies = [_copied(Path(folder) / "0", files)]
        copies += [Path(shutil.copytree(copies[0], Path(folder) / str(i))) for i in range(1, workers)]
        _try_out(copies[0], recorded, known)
        while waiting or running:
            while waiting and copies:
                mutant = waiting.pop()
                rounds = _rounds(mutant, recorded, quick)
                if rounds:
                    copy = copies.pop()
                    (copy / mutant.path).write_bytes(mutant.changed())
                    _start(mutant, rounds, copy, recorded, known, running)
                else:
                    yield mutant, ""
            for process, trial in list(running.items()):
                killer = _verdict(process, trial)
                if killer is None:
                    continue
                del running[process]
                if not killer and trial.rest:
                    _start(trial.mutant, trial.rest, trial.copy, recorded, known, running)
                    continue
                (trial.copy / trial.mutant.path).write_bytes(trial.mutant.source)
                copies.append(trial.copy)
                yield trial.mutant, killer
            time.sleep(0.01)


def _try_out(copy: Path, recorded: Recording, known: set[str]) -> None:
    """Raise RuntimeError where tests fail here that passed while lines were recorded: they would kill every mutant."""
    quickest = sorted(recorded.seconds, key=recorded.seconds.__getitem__)[:1000]
    running: dict[int, Trial] = {}
    _start(Mutant("", b"", 0, 0, "", (0, 0), False), [quickest], copy, recorded, known, running)
    ((process, trial),) = running.items()
    while (verdict := _verdict(process, trial)) is None:
        time.sleep(0.01)
    if verdict:
        raise RuntimeError(f"with nothing changed, {verdict}")


def _rounds(mutant: Mutant, recorded: Recording, quick: bool) -> list[list[str]]:
    """Which tests are run: some quick ones that run the line, the others that run it, all others."""
    ran = recorded.running(mutant.path, range(mutant.lines[0], mutant.lines[1] + 1))
    if not ran:  # not even an import: no test would notice
        return []
    seconds = recorded.seconds
    covering = [test for test in ran if test in seconds]
    if mutant.at_import or not covering:  # whoever uses anything of the module
        used = recorded.running(mutant.path, recorded.tests[mutant.path])
        covering = [test for test in used if test in seconds]
    covering.sort(key=seconds.__getitem__)
    first = _lasting(FIRST, covering, seconds)
    # Tests that are named like the module know most of it, and those of golden files see most in their time.
    about = (*Path(mutant.path).with_suffix("").parts[1:], "golden", "small_print", "wording", "layout")
    rest = sorted(covering[first:], key=lambda test: not any(part in test.partition("::")[0] for part in about))
    if quick:
        rest = rest[: _lasting(LONG, rest, seconds)]
    rounds = [covering[:first], rest]
    if not quick:
        rounds.append(sorted(seconds.keys() - set(covering), key=seconds.__getitem__))
    return [tests for tests in rounds if tests]


def _lasting(limit: float, tests: Sequence[str], seconds: Mapping[str, float]) -> int:
    """The number of tests that are begun within so many seconds."""
    spent = 0.0
    for count, test in enumerate(tests):
        if spent >= limit:
            return count
        spent += 0.02 + seconds[test]
    return len(tests)


def _start(
    mutant: Mutant,
    rounds: list[list[str]],
    copy: Path,
    recorded: Recording,
    known: set[str],
    running: dict[int, Trial],
) -> None:
    tests, *rest = rounds
    log = copy.with_suffix(".log")
    allowed = 60 + 6 * sum(recorded.seconds[test] for test in tests)
    if process := os.fork():
        running[process] = Trial(mutant, rest, copy, log, time.monotonic() + allowed)
        return
    status = BROKEN
    try:
        status = _run(tests, copy, log, known)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _run(tests: list[str], copy: Path, log: Path, known: set[str]) -> int:
    """In the forked process: pytest over these tests of the copy, until the first fails."""
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    os.chdir(copy)
    sys.path[:] = [str(copy), *[p for p in sys.path if p not in ("", str(ROOT))]]
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    os.environ.update({"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "CI": "1"})
    sys.dont_write_bytecode = True
    import pytest

    chosen = importlib.import_module("tests.mutation.plugin").Chosen(tests, known)
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    options = ["-x", "-rfE", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what was imported beforehand
    return int(pytest.main([*options, *files], plugins=[chosen]))


def _verdict(process: int, trial: Trial) -> str | None:
    """What killed it, "" if nothing did, None if that is not known yet."""
    late = time.monotonic() > trial.ends
    if late:
        os.killpg(process, signal.SIGKILL)
    ended, status = os.waitpid(process, 0 if late else os.WNOHANG)
    if not ended:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)  # what its tests have started, and left running
    if late:
        return "it takes too long"
    code = os.waitstatus_to_exitcode(status)
    if code == BROKEN:
        raise RuntimeError(trial.log.read_text(errors="replace"))
    if code in (0, 5):  # all passed, or there are none
        return ""
    log = trial.log.read_text(errors="replace").splitlines()
    return next((line for line in log if line.startswith(("FAILED", "ERROR"))), f"pytest ended: {log[-1:]}")


def _copied(copy: Path, files: Sequence[str]) -> Path:
    """The tree anew, compiled: a module whose text is another than it was then is compiled again."""
    for file in files:
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, copy / file)
    compileall = ["compileall", "-q", "--invalidation-mode", "checked-hash", "autograd", "nn"]
    subprocess.run([sys.executable, "-m", *compileall], cwd=copy, check=True)
    collect = [
        "pytest",
        "--collect-only",
        "-qq",
        "-n0",
        "-p",
        "no:cacheprovider",
    ]  # and the tests, as pytest reads them
    environment = os.environ | {"PYTHONPATH": str(copy)}
    subprocess.run([sys.executable, "-m", *collect], cwd=copy, env=environment, check=True, stdout=subprocess.DEVNULL)
    return copy
