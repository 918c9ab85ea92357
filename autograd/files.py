"""Files are written whole or not at all, in the place and with the permissions of what was there."""

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from autograd.core import at_once
from autograd.core.annotations import Any

PREFIX, SUFFIX = ".glassgrad-", ".part"  # of what stands beside a file while it is replaced
STALE = 600  # seconds, after which nobody is still writing


def write_files(files: "Mapping[str | os.PathLike[str], str | bytes]") -> None:
    """Write all of the files, or none: each appears whole, in place of what was there. Raises OSError.

    files: contents by path; text is written as UTF-8. Missing folders are made.

    What was there keeps its place, its permissions and, as far as the system allows, its owner: a symbolic link stays
    one, and the file that it leads to gets the new content. Other names of the same file (hard links) keep the old
    content. Devices and pipes, such as /dev/stdout, are written to. A folder, a file that may not be written and a disk
    that is full raise an OSError that names the path, and leave everything as it was.

    Of two that write a file at the same time the last to finish wins, whole. New content is on the disk before it takes
    the place of the old, so that a power cut leaves one of the two.
    """
    contents = {os.fspath(path): x.encode() if isinstance(x, str) else x for path, x in files.items()}
    drafts = [_Draft(path, content) for path, content in contents.items()]
    try:
        for draft in drafts:
            with _naming(draft.path):
                draft.prepare()
        for draft in drafts:
            with _naming(draft.path):
                draft.make_ready()
        _replace_all([draft for draft in drafts if not draft.direct])
    finally:
        for draft in drafts:
            draft.close()
    for folder in {draft.folder for draft in drafts if not draft.direct}:
        _remove_stale(folder)


class _Draft:
    """The new content of a file, beside it. Where the system knows files without a name it has none until it is whole,
    and nothing is left of a process that is killed."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path, self.content, self.place = path, content, os.path.realpath(path)
        self.folder = os.path.dirname(self.place)
        self.part, self.old = (os.path.join(self.folder, f"{PREFIX}{os.urandom(8).hex()}{SUFFIX}") for _ in range(2))
        self.before: os.stat_result | None = None
        self.direct = False  # whether it is no file, and so written to and not replaced
        self.file: Any = None
        self.name = self.part  # under which it can be opened

    def prepare(self) -> None:
        """Write the draft. Raises OSError, as all that follows does."""
        there, self.before = _status(self.path), _status(self.place)
        if there and stat.S_ISDIR(there.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if there:  # what /dev/fd leads to may be a file that has lost its name
            self.direct = not stat.S_ISREG(there.st_mode) or (there.st_nlink == 0 and not self.before)
        if self.direct:
            return
        if self.before and not os.access(self.place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        os.makedirs(self.folder, exist_ok=True)
        if not self._open_without_name():
            self._open()
        self._write()

    def make_ready(self) -> None:
        """Write to what is no file; of a file, see to it that the draft has a name."""
        if self.direct:
            with open(self.path, "wb") as device:
                device.write(self.content)
        elif self.name != self.part:
            try:
                os.link(self.name, self.part, src_dir_fd=self.file.fileno())  # so that it follows the link in /proc
            except OSError:  # a file system that makes files without a name, and does not let them have one
                self.file.close()
                self._open()
                self._write()

    def keep_old(self) -> None:
        """Give what was there a second name."""
        if self.before:
            try:
                os.link(self.place, self.old)
            except OSError:  # the file system has no links, or we may not make one
                shutil.copy2(self.place, self.old)

    def restore(self) -> None:
        """Bring back what was there."""
        if self.before:
            os.replace(self.old, self.place)
        else:
            os.unlink(self.place)

    def close(self) -> None:
        """Leave nothing beside the file."""
        if self.file:
            self.file.close()
        for name in self.part, self.old:
            with suppress(OSError):
                os.unlink(name)

    def _open_without_name(self) -> bool:
        """Whether the system can do that."""
        if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
            return False
        flags = os.O_TMPFILE | os.O_WRONLY
        with suppress(OSError):  # any other problem shows when it gets a name
            self.file = open(self.folder, "wb", opener=lambda folder, _: os.open(folder, flags, self._mode))  # noqa: SIM115
            self.name = f"/proc/self/fd/{self.file.fileno()}"
        return self.file is not None

    def _open(self) -> None:
        self.file = open(self.part, "xb", opener=lambda part, flags: os.open(part, flags, self._mode))  # noqa: SIM115
        self.name = self.part

    @property
    def _mode(self) -> int:
        """That of a new file, which the umask narrows; closed to others until it has the permissions of an old one."""
        return 0o600 if self.before else 0o666

    def _write(self) -> None:
        if self.before:
            owner = self.before.st_uid, self.before.st_gid
            for wanted in owner, (-1, owner[1]):  # its group may be ours to give, where its owner is not
                with suppress(OSError, AttributeError):
                    os.chown(self.name, *wanted)
                    break
            with suppress(OSError):
                shutil.copystat(self.place, self.name)
            os.utime(self.name)
        self.file.write(self.content)
        self.file.flush()
        os.fsync(self.file.fileno())


def _replace_all(drafts: Sequence[_Draft]) -> None:
    """Put drafts in the place of what was there; of several all, or none."""
    if len(drafts) > 1:
        for draft in drafts:
            with _naming(draft.path):
                draft.keep_old()
    done: list[_Draft] = []
    steps = [((os.replace, draft.part, draft.place), (done.append, draft)) for draft in drafts]
    try:
        at_once([step for of_one in steps for step in of_one])
    except BaseException:
        if len(done) == len(drafts):  # Ctrl-C, when all was done
            raise
        for draft in done:
            draft.restore()
        with _naming(drafts[len(done)].path):
            raise


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Have an OSError inside name this path, whatever else was touched on the way."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _remove_stale(folder: str) -> None:
    """Remove what processes that were killed have left."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            ours = entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX)
            if ours and entry.stat(follow_symlinks=False).st_ctime < time.time() - STALE:
                os.unlink(entry.path)
