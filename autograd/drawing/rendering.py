"""Graphviz at work: pictures and positions from DOT, by the program dot or by what pygraphviz brings along."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from subprocess import PIPE
from typing import Any, NamedTuple

from autograd.core import ensuring

LAYOUT_LIMIT = 2_000  # nodes: beyond, nobody would read the picture, nor wait for it
SECONDS = 60  # that a layout may take
SMALLER = "show a part of the graph, with depth=… steps back, or inputs=[…] for what lies between those and its end"
INSTALL = "pip install graphviz pygraphviz"
INCH = 72.0  # points

# Graphviz 14 crashes now and then when it frees a layout with <FONT> in it: nothing is freed before the process ends.
PYGRAPHVIZ = """
import os, sys, pygraphviz
from pygraphviz import graphviz
context, error = graphviz.gvContextWithBuiltins(), 0
for source in sys.stdin.buffer.read().decode().split("\\0"):
    graph = pygraphviz.AGraph(string=source)
    graphviz.gvLayout(context, graph.handle, b"dot")
    failed, picture = graphviz.gvRenderData(context, graph.handle, sys.argv[1].encode())
    error |= failed
    sys.stdout.buffer.write(picture)
sys.stdout.flush()
os._exit(error)
"""


class Place(NamedTuple):
    """Where the middle of a node is, in points from the upper left corner of its picture."""

    x: float
    y: float


def too_wide(nodes: Iterable[Any]) -> str:
    """A remark on nodes, such as Values, where one is made from more than can be drawn; else ""."""
    most = max([len({*node.operands}) for node in nodes], default=0)
    return (
        f"one node alone is made from {most:,}, and a part that goes that far is no smaller"
        if most >= LAYOUT_LIMIT
        else ""
    )


def render(source: str, form: str) -> bytes:
    """The picture of a graph in DOT as svg, png or pdf. Raises RuntimeError where Graphviz is missing, or fails."""
    if form == "png":
        source = source.replace("{", "{\n\tdpi=144", 1)
    return _run([source], form)


class Layout(NamedTuple):
    """Where the nodes of a graph are, by name, and the control points of the curves that its edges are."""

    nodes: dict[str, Place]
    edges: dict[tuple[str, str], list[Place]]


def layouts(sources: Sequence[str]) -> list[Layout]:
    """The layout of each graph in DOT. Raises as render() does."""
    found: list[Layout] = []
    height = 0.0

    def place(x: str, y: str) -> Place:  # in inches, from below
        return Place(float(x) * INCH, (height - float(y)) * INCH)

    for line in _run(sources, "plain").decode().splitlines() if sources else []:
        word, *fields = line.split(" ")
        if word == "graph":
            height = float(fields[2])
            found.append(Layout({}, {}))
        elif word == "node":  # name, x, y, …
            found[-1].nodes[fields[0]] = place(fields[1], fields[2])
        elif word == "edge":  # tail, head, the number of points, x, y, …
            numbers = fields[3 : 3 + 2 * int(fields[2])]
            found[-1].edges[fields[0], fields[1]] = [*map(place, numbers[::2], numbers[1::2])]
    return found


def _run(sources: Sequence[str], form: str) -> bytes:
    problem = f"there is no Graphviz to lay out the picture: {INSTALL}"
    for command, separator in _commands(form):
        given = separator.join(sources).encode()
        process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        try:
            output, complaint = ensuring(partial(_end, process), process.communicate, given, SECONDS)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"the picture took more than {SECONDS} seconds to lay out: {SMALLER}") from None
        if process.returncode == 0 and output:
            return bytes(output)
        problem = f"Graphviz failed ({process.returncode}): {complaint.decode(errors='replace').strip()}"
    raise RuntimeError(problem)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Make sure that it has ended and is gone: subprocess itself does not wait for it after Ctrl-C."""
    process.kill()
    process.wait()
    for pipe in process.stdin, process.stdout, process.stderr:
        if pipe:
            with suppress(OSError):  # what it has not read goes nowhere
                pipe.close()


def _commands(form: str) -> Iterator[tuple[list[str], str]]:
    """The programs that may serve, and what stands between the graphs that they read."""
    if dot := shutil.which("dot"):
        yield [dot, f"-T{form}"], "\n"
    if find_spec("pygraphviz"):
        yield [sys.executable, "-P", "-c", PYGRAPHVIZ, form], "\0"
