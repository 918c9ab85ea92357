"""Machine code in files, so that a program is compiled once and not in each process that uses it.

A file is found by what its code depends on: the program, the processor, Python, NumPy and where they keep their
numbers, LLVM, and the text of these modules. It begins with a checksum of all that follows. What is damaged, or of
something else, is as if it was not there. Whoever may write files there may have machine code run.
"""

import json
import platform
import sys
import zlib
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import llvmlite
import numpy as np
from llvmlite import binding

import autograd
from autograd.compiling.native import object_layout
from autograd.compiling.native.processor import Processor
from autograd.files import write_files
from autograd.programs import Program

DIGEST = 32  # bytes of a checksum
WINGS = "core", "programs", "compiling"  # whose text has a part in the code


class Kept(NamedTuple):
    """What a file has: the object code, the text that it was compiled from, the symbols that it needs from outside, and
    the memory that a call takes."""

    code: bytes
    text: str
    symbols: list[str]
    scratch_bytes: int


def key_of(program: Program, mean: bool, size: int, processor: Processor) -> str:
    """What the machine code of a program depends on, as a name."""
    return sha256(repr((program.structure, mean, size, processor, _surroundings())).encode()).hexdigest()


def load(folder: str, key: str) -> Kept | None:
    """What is kept under that name; None where nothing is, or what is there is not what was written."""
    try:
        content = memoryview(_path(folder, key).read_bytes())
    except OSError:
        return None
    if sha256(content[DIGEST:]).digest() != content[:DIGEST]:
        return None
    head, _, rest = bytes(content[DIGEST:]).partition(b"\n")
    found = json.loads(head)
    if found["key"] != key:
        return None
    text = zlib.decompress(rest[: found["text"]]).decode()
    return Kept(rest[found["text"] :], text, found["symbols"], found["scratch bytes"])


def store(folder: str, key: str, kept: Kept) -> None:
    """Keep it, unless the disk is full or may not be written to: then it will be compiled again."""
    text = zlib.compress(kept.text.encode(), 1)
    head = {"key": key, "text": len(text), "symbols": kept.symbols, "scratch bytes": kept.scratch_bytes}
    content = b"".join([json.dumps(head).encode(), b"\n", text, kept.code])
    with suppress(OSError):
        write_files({_path(folder, key): sha256(content).digest() + content})


def _path(folder: str, key: str) -> Path:
    return Path(folder) / f"{key}.glassgrad"


@lru_cache
def _surroundings() -> tuple[object, ...]:
    places = {name: place for name, place in vars(object_layout).items() if name.isupper()}
    return (
        sys.version, sys.implementation.cache_tag, platform.machine(), np.__version__, llvmlite.__version__,
        binding.llvm_version_info, binding.get_process_triple(), sorted(places.items()), object_layout.value_data(),
        object_layout.new_array() != 0, _own_text(),
    )  # fmt: skip


def _own_text() -> str:
    """A digest of the modules that make the code, which says more than the number of a version."""
    home, digest = Path(autograd.__file__).parent, sha256()
    for path in sorted(path for wing in WINGS for path in (home / wing).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
