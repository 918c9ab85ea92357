"""Code written for micrograd, in its own names, run after changing the imports alone, and held against micrograd."""

import contextlib
import io
import random
from typing import Any

import numpy as np
import pytest

IMPORTS = {
    "from micrograd.engine import Value": "from autograd import Value",
    "from micrograd.nn import": "from nn import",
}

MOONS = """
import random
import numpy as np
from sklearn.datasets import make_moons
from micrograd.engine import Value
from micrograd.nn import Neuron, Layer, MLP

np.random.seed(1337)
random.seed(1337)
X, y = make_moons(n_samples=100, noise=0.1)
y = y * 2 - 1

model = MLP(2, [16, 16, 1])
print(model)
print("number of parameters", len(model.parameters()))

def loss(batch_size=None):
    if batch_size is None:
        Xb, yb = X, y
    else:
        ri = np.random.permutation(X.shape[0])[:batch_size]
        Xb, yb = X[ri], y[ri]
    inputs = [list(map(Value, xrow)) for xrow in Xb]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(yb, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    alpha = 1e-4
    reg_loss = alpha * sum((p * p for p in model.parameters()))
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores)]
    return data_loss + reg_loss, sum(accuracy) / len(accuracy)

for k in range(STEPS):
    total_loss, acc = loss(BATCH)
    model.zero_grad()
    total_loss.backward()
    learning_rate = 1.0 - 0.9 * k / 100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    print(f"step {k} loss {total_loss.data:.9f}, accuracy {acc * 100}%")

xx, yy = np.meshgrid(np.arange(-1.5, 2.5, 1.0), np.arange(-1.0, 1.5, 1.0))
Xmesh = np.c_[xx.ravel(), yy.ravel()]
inputs = [list(map(Value, xrow)) for xrow in Xmesh]
scores = list(map(model, inputs))
Z = np.array([s.data > 0 for s in scores]).reshape(xx.shape)
print(Z.astype(int).tolist())
print(round(model.layers[0].neurons[0].w[0].data, 9), round(model.layers[2].neurons[0].b.data, 9))
"""

TRACING = """
from graphviz import Digraph
from micrograd.engine import Value
from micrograd.nn import Neuron

def trace(root):
    nodes, edges = set(), set()
    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)
    build(root)
    return nodes, edges

def draw_dot(root, format="svg", rankdir="LR"):
    nodes, edges = trace(root)
    dot = Digraph(format=format, graph_attr={"rankdir": rankdir})
    for n in nodes:
        dot.node(name=str(id(n)), label="{ data %.4f | grad %.4f }" % (n.data, n.grad), shape="record")
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot

x = Value(1.0)
y = (x * 2 + 1).relu()
y.backward()
dot = draw_dot(y)
nodes, edges = trace(y)
print(len(nodes), len(edges), sorted(n._op for n in nodes))
print(sorted(line.split("label=")[1] for line in dot.source.splitlines() if "data" in line))
"""

SANITY = """
from micrograd.engine import Value

x = Value(-4.0)
z = 2 * x + 2 + x
q = z.relu() + z * x
h = (z * z).relu()
y = h + q + q * x
y.backward()
print(y.data, x.grad)
"""

MORE_OPERATIONS = """
from micrograd.engine import Value

a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
g.backward()
print(round(g.data, 9), round(a.grad, 9), round(b.grad, 9))
"""


def run(code: str) -> str:
    """What a script prints; the random numbers of the process are left as they were."""
    state, np_state = random.getstate(), np.random.get_state()
    namespace: dict[str, Any] = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, namespace)
    finally:
        random.setstate(state)
        np.random.set_state(np_state)
    return printed.getvalue()


def ours(code: str) -> str:
    for theirs, replacement in IMPORTS.items():
        code = code.replace(theirs, replacement)
    assert "micrograd" not in code
    return code


def moons(steps: int, batch: int | None) -> str:
    return MOONS.replace("STEPS", str(steps)).replace("BATCH", str(batch))


SCRIPTS = {
    "moons": moons(3, 12),
    "tracing": TRACING,
    "sanity check": SANITY,
    "more operations": MORE_OPERATIONS,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_code_prints_the_same(name: str) -> None:
    printed = run(ours(SCRIPTS[name]))
    assert printed.strip()
    assert printed == run(SCRIPTS[name]).replace("'ReLU'", "'relu'")  # our operations have one name each


def test_the_moons_are_separated_as_in_its_demo() -> None:
    """Its notebook ends at 100 %, after 100 steps on all rows; here 45 of them are enough."""
    *steps, mesh, _ = run(ours(moons(45, None))).splitlines()
    assert steps[0].startswith("MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)")
    assert steps[1] == "number of parameters 337"
    assert float(steps[-1].split("accuracy ")[1].rstrip("%")) >= 95
    assert float(steps[2].split()[3].rstrip(",")) > 0.5 > float(steps[-1].split()[3].rstrip(","))
    assert {"0", "1"} <= set(mesh)


@pytest.mark.pytorch
def test_the_arithmetic_of_its_tests_against_pytorch() -> None:
    torch = pytest.importorskip("torch")
    for code, names in ((SANITY, ["x", "y"]), (MORE_OPERATIONS, ["a", "b", "g"])):
        numbers, tensors = dict[str, Any](), dict[str, Any]()
        with contextlib.redirect_stdout(io.StringIO()):
            exec(ours(code), numbers)
        lines = [line for line in code.splitlines() if "import" not in line and "print" not in line]
        body = "\n".join(lines).replace(".relu()", ".clamp(min=0)").replace("Value(", "leaf(")
        exec(body, {"leaf": lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True)}, tensors)
        *leaves, root = names
        assert numbers[root].data == pytest.approx(tensors[root].item(), rel=1e-12)
        for leaf in leaves:
            assert numbers[leaf].grad == pytest.approx(tensors[leaf].grad.item(), rel=1e-12)
