"""Files that are written: every door that writes one, and what was there before."""

import errno
import os
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import nn
from autograd import Value, draw, explore, write_files
from autograd.files import PREFIX, STALE, SUFFIX
from nn.__main__ import main

NETWORK = ["2-3-1", "--x", "0.5", "-0.3", "--y", "1"]
TRAINING = ["train", "notebooks/students.csv", "--target", "salary", "--inputs", "cgpa", "--layers", "1"]


def graph() -> Value:
    return Value(2.0, "a") * Value(3.0, "b")


def command(*arguments: str) -> None:
    assert main(list(arguments)) == 0


def derived(path: Path) -> None:
    """The file is one of several in its folder, which is the door; another is given by its own path."""
    command("derive", *NETWORK, "--wrt", "w^1_21", "--out", str(path.parent), "--save-params", str(path))


# Each writes a file of this ending.
DOORS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "write_files": ("", lambda path: write_files({path: "content"})),
    "model.save": (".json", lambda path: nn.MLP(1, [1], seed=1).save(path)),
    "draw().save as DOT": (".dot", lambda path: draw(graph()).save(path)),
    "draw().save as SVG": (".svg", lambda path: draw(graph()).save(path)),
    "draw().save as PNG": (".png", lambda path: draw(graph()).save(path)),
    "explore().save": (".html", lambda path: explore(graph()).save(path)),
    "nn derive": (".json", derived),
    "nn explore": (".html", lambda path: command("explore", *NETWORK, "--out", str(path))),
    "nn train": (".json", lambda path: command(*TRAINING, "--epochs", "1", "--quiet", "--out", str(path))),
}


@pytest.fixture(params=["without a name", "named", "named in the end"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the system can do with files that have no name."""
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    if request.param == "named in the end":
        monkeypatch.setattr(os, "link", refusing(errno.ENOENT, when=lambda *_, **options: bool(options)))
    return str(request.param)


def refusing(code: int, when: Callable[..., bool] = lambda *_, **__: True) -> Any:
    link = os.link

    def refuse(*arguments: Any, **options: Any) -> Any:
        if when(*arguments, **options):
            raise OSError(code, os.strerror(code), "something else")
        return link(*arguments, **options)

    return refuse


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def _umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.usefixtures("_umask", "capsys")
def test_what_was_there_keeps_its_place_and_its_permissions(door: str, tmp_path: Path) -> None:
    """Also where its name is as long as the system lets it be."""
    ending, write = DOORS[door]
    folder, elsewhere = tmp_path / "new" / "folder", tmp_path / "elsewhere"
    path, target = folder / ("ü" * 120 + "x" * (15 - len(ending)) + ending), elsewhere / "target"
    assert len(os.fsencode(path.name)) == 255
    write(path)
    size, files = path.stat().st_size, set(os.listdir(folder))
    assert (mode(path), size > 0) == (0o640, True)

    path.write_bytes(b"old")
    path.chmod(0o600)
    write(path)
    assert (mode(path), abs(path.stat().st_size - size) < 200) == (0o600, True)

    elsewhere.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o606)
    path.unlink()
    path.symlink_to(target)
    write(path)
    assert path.is_symlink()
    assert (mode(target), abs(target.stat().st_size - size) < 200) == (0o606, True)
    assert (os.listdir(elsewhere), set(os.listdir(folder))) == (["target"], files)


def test_links_to_links_and_to_what_is_not_there_yet(tmp_path: Path, system: str) -> None:
    first, second, target = tmp_path / "first", tmp_path / "folder" / "second", tmp_path / "other" / "target"
    second.parent.mkdir()
    first.symlink_to("folder/second")
    second.symlink_to("../other/target")
    for content in "12":
        write_files({first: content})
        assert target.read_text() == content
        assert first.is_symlink()
        assert second.is_symlink()
        assert os.listdir(target.parent) == ["target"]


def test_permissions_owner_and_hard_links(tmp_path: Path, system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_text("old")
    path.chmod(0o604)
    os.link(path, other)
    with suppress(OSError):  # where there are extended attributes
        os.setxattr(path, "user.remark", b"kept")
    asked: list[tuple[int, int]] = []
    before = path.stat()
    monkeypatch.setattr(os, "chown", lambda name, *owner: asked.append(owner))
    write_files({path: "new"})
    assert (path.read_text(), other.read_text(), mode(path)) == ("new", "old", 0o604)
    assert set(asked) == {(before.st_uid, before.st_gid)}
    assert os.listxattr(path) == os.listxattr(other)
    assert path.stat().st_mtime_ns >= before.st_mtime_ns

    def not_ours(name: str, owner: int, group: int) -> None:
        asked.append((owner, group))
        raise PermissionError

    monkeypatch.setattr(os, "chown", not_ours)
    write_files({path: "again"})
    assert path.read_text() == "again"
    assert asked[-2:] == [(before.st_uid, before.st_gid), (-1, before.st_gid)]


INTERRUPTED = KeyboardInterrupt()
NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("error", [NO_SPACE, INTERRUPTED], ids=["no space", "interrupted"])
@pytest.mark.parametrize("function", ["open", "fsync", "replace", "link"])
@pytest.mark.parametrize("failing", [1, 2, 3])
def test_of_several_files_all_are_written_or_none(
    tmp_path: Path,
    system: str,
    function: str,
    failing: int,
    error: BaseException,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever call fails, and whichever file is new."""
    there, new, last = tmp_path / "there", tmp_path / "new", tmp_path / "last"
    there.write_text("old there")
    last.write_text("old last")
    works, calls = getattr(os, function), 0

    def fails(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise error
        return works(*arguments, **options)

    raised: BaseException | None = None
    with monkeypatch.context() as patch:
        patch.setattr(os, function, fails)
        try:
            write_files({there: "1", new: "2", last: "3"})
        except (OSError, KeyboardInterrupt) as caught:
            raised = caught
    if raised:
        assert isinstance(raised, type(error))
        assert [there.read_text(), new.exists(), last.read_text()] == ["old there", False, "old last"]
        if isinstance(raised, OSError):
            assert (raised.filename, raised.filename2) in [(str(x), None) for x in (there, new, last)]
    else:  # there was another way
        assert (function, isinstance(error, OSError)) in [("open", True), ("link", True)] or calls < failing
        assert [path.read_text() for path in (there, new, last)] == ["1", "2", "3"]
    assert set(os.listdir(tmp_path)) <= {"there", "new", "last"}
    write_files({there: "4", new: "5", last: "6"})  # and it can be tried again
    assert [path.read_text() for path in (there, new, last)] == ["4", "5", "6"]


def test_what_cannot_be_written_is_an_error_with_its_path(tmp_path: Path, system: str) -> None:
    file, folder, loop = tmp_path / "file", tmp_path / "folder", tmp_path / "loop"
    file.write_text("old")
    folder.mkdir()
    loop.symlink_to(loop)
    for path, kind in [
        (folder, IsADirectoryError),
        (file / "below", NotADirectoryError),
        (loop, OSError),
        (tmp_path / ("x" * 256), OSError),
    ]:
        with pytest.raises(kind) as caught:
            write_files({file: "new", path: "content"})
        assert str(path) in str(caught.value)
    with pytest.raises(UnicodeEncodeError):
        write_files({file: "new", tmp_path / "other": "\ud800"})
    assert file.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "loop"]


def test_a_folder_or_a_file_that_may_not_be_written(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, file = Path(name) / "folder", Path(name) / "folder" / "file"
        folder.mkdir()
        Path(name).chmod(0o755)
        file.write_text("old")
        file.chmod(0o666)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:  # who may write anywhere
            os.seteuid(65534)
        try:
            for path in (file, folder / "new"):
                with pytest.raises(PermissionError) as caught:
                    write_files({path: "new"})
                assert caught.value.filename == str(path)
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)
        monkeypatch.setattr(os, "access", lambda path, wanted: False)
        with pytest.raises(PermissionError, match=r"denied: '.*/file'"):
            write_files({file: "new"})
        assert (os.listdir(folder), file.read_text()) == (["file"], "old")


def test_devices_and_pipes_are_written_to(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipe, file = tmp_path / "pipe", tmp_path / "file"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_files({"/dev/stdout": "to the terminal", "/dev/null": "nowhere", pipe: "to the pipe", file: "kept"})
    reader.join()
    assert (read, capfd.readouterr().out, file.read_text()) == (["to the pipe"], "to the terminal", "kept")
    assert pipe.is_fifo()
    if Path("/dev/full").exists():
        with pytest.raises(OSError, match=r"No space left on device: '/dev/full'"):
            write_files({file: "lost", "/dev/full": "too much"})
    assert file.read_text() == "kept"
    with file.open("r+") as lost:  # a file that has lost its name, by way of its descriptor
        file.unlink()
        if sys.platform == "linux":
            write_files({f"/dev/fd/{lost.fileno()}": "new"})
            assert lost.read() == "new"
    assert os.listdir(tmp_path) == ["pipe"]


def test_what_a_killed_process_left_is_removed_once_nobody_can_be_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [tmp_path / f"{PREFIX}{i}{SUFFIX}" for i in range(2)]
    others = [tmp_path / f"{PREFIX}mine", tmp_path / f"mine{SUFFIX}"]
    for path in (*parts, *others):
        path.touch()
    write_files({tmp_path / "file": "new"})
    assert all(path.exists() for path in parts)
    now = time.time() + STALE + 60
    monkeypatch.setattr(time, "time", lambda: now)
    write_files({tmp_path / "file": "new"})
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "file", *others])
