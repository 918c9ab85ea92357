"""Writers of one file, at the same time and killed at any moment: what is there is whole, and of one of them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograd import write_files
from tests.fuzzing import EFFORT, generator

SIZES = [1, 1_000, 300_000]
CODE = """
import os, sys
from autograd import write_files
if sys.argv[1] == "as in another container":  # where it may well be the same number
    os.getpid = lambda: 1
print(flush=True)
i = 0
while True:
    i += 1
    sizes = [1, 1_000, 300_000]
    write_files({sys.argv[2]: sys.argv[3] * sizes[i % 3], sys.argv[4]: sys.argv[3] * sizes[i % 3]})
"""


def require_whole(path: Path) -> None:
    content = path.read_text()
    assert len(set(content)) == 1
    assert len(content) in SIZES


def writer(*arguments: str) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-c", CODE, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.parametrize("unnamed", [True, False])
def test_threads_that_write_one_file(tmp_path: Path, unnamed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    paths = [tmp_path / "first", tmp_path / "second"]
    errors: list[BaseException] = []

    def write(letter: str) -> None:
        try:
            for i in range(12 * EFFORT):
                write_files(dict.fromkeys(paths, letter * SIZES[i % 3]))
                for path in paths:
                    require_whole(path)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    assert sorted(tmp_path.iterdir()) == paths


def test_processes_that_write_one_file_and_are_killed(tmp_path: Path) -> None:
    draws, paths = generator(), [tmp_path / "first", tmp_path / "second"]
    for path in paths:
        path.write_text("a")
    left = 0
    for _ in range(3 * EFFORT):
        there = [*map(str, paths)]
        writers = [writer("as in another container", there[0], letter, there[1]) for letter in "bc"]
        end = time.perf_counter() + draws.uniform(0, 0.05)
        while time.perf_counter() < end:
            for path in paths:
                require_whole(path)
        for process in writers:
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
        for path in paths:
            require_whole(path)
        rest = set(tmp_path.iterdir()) - set(paths)
        left += bool(rest)
        for path in rest:
            path.unlink()
    write_files(dict.fromkeys(paths, "d"))
    assert [path.read_text() for path in paths] == ["d", "d"]
    print(f"{left} of {3 * EFFORT} left a file under another name")
