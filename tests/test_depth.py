"""Nothing calls itself as deep as a graph is, or as wide: everything public, on both, with little room on the stack."""

import contextlib
import copy
import inspect
import pickle
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd
from autograd import Value, affine, derive, draw, evaluate, grad, hessian, operation, topological_order, total
from autograd.exploring.page_graph import PageGraph

ROOM = 120  # calls within one another
SIZE = 200


@contextlib.contextmanager
def little_room() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + ROOM)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def chain(x: Value, w: Value, n: int) -> Value:
    y = x
    for i in range(n):
        y = (y * w + x).tanh() if i % 3 == 0 else w - y
    return y


big = operation("big", lambda *xs: sum(xs, 0.0), lambda z, *xs: tuple([xs[0] * 2.0] * len(xs)))

GRAPHS: dict[str, Callable[[Value, Value, int], Value]] = {
    "a chain": chain,
    "a sum in steps": lambda x, w, n: sum([x * x for _ in range(n)], w),
    "a Value in all places": lambda x, w, n: affine([x] * n, [w] * n, x),
    "a Value with many weights": lambda x, w, n: affine([x] * n, [0.01 * i for i in range(n)], w),
    "a sum of many": lambda x, w, n: total([x, w, *[x * 0.5] * n]),
    "a softmax": lambda x, w, n: autograd.softmax_cross_entropy([x, w, *map(float, range(n // 4))], 1),
    "many operands of one's own": lambda x, w, n: big(*[x, w] * (n // 2)),
}


def written(working: Any) -> None:
    for write in (str, repr, lambda w: w.latex(), lambda w: w.mathml(), lambda w: repr(w.equations)):
        assert write(working)
    for again in (pickle.loads(pickle.dumps(working)), copy.deepcopy(working)):
        assert again.equations == working.equations


def compiled(y: Value, x: Value, backend: str) -> None:
    function = autograd.compile(lambda u: y * u, [x], backend=backend)
    assert function(1.0)[0] == pytest.approx(y.data, rel=1e-12)
    assert function.source
    function.values(2.0)


USES: dict[str, Callable[[Value, Value], Any]] = {
    "backward": lambda y, x: y.backward(),
    "grad": grad,
    "hessian": lambda y, x: hessian(y, [x]) if len(topological_order(y)) < 50 else None,
    "derive": lambda y, x: written(derive(y, x, method="recursion")),
    "check": lambda y, x: derive(y, x).check(),
    "evaluate": lambda y, x: written(evaluate(y)),
    "draw": lambda y, x: (draw(y).source, str(draw(y)), repr(draw(y))),
    "draw the paths": lambda y, x: derive(y, x, method="recursion").draw().source,
    "draw expanded": lambda y, x: (draw(y, expand=True).source, str(draw(y, expand=True))),
    "draw neurons": lambda y, x: draw(y, level="neurons").source,
    "draw a part": lambda y, x: draw(y, depth=3).source,
    "explore": lambda y, x: (graph := PageGraph(y, 4)).program() and graph.functions(),
    "native": lambda y, x: compiled(y, x, "native"),
    "source": lambda y, x: compiled(y, x, "source"),
    "pickle": lambda y, x: pickle.loads(pickle.dumps(y)),
    "pickle in Python": lambda y, x: pickle._dumps(y),  # type: ignore[attr-defined]
    "copy": lambda y, x: (copy.copy(y), copy.deepcopy(y), copy.deepcopy([x, {1: y}])),
    "write": lambda y, x: (repr(y), f"{y}", f"{y:.3}", float(y)),
}
SLOW = {("explore", "many operands of one's own"), ("derive", "many operands of one's own")}


def leaves() -> tuple[Value, Value]:
    return Value(0.5, label="x"), Value(0.25, label="w")


@pytest.mark.parametrize("shape", GRAPHS)
def test_everything_takes_a_graph_of_any_depth_and_width(shape: str) -> None:
    make = GRAPHS[shape]
    for use in USES.values():  # what they import, they import where there is room
        x, w = leaves()
        use(make(x, w, 4), x)
    for name, use in USES.items():
        x, w = leaves()
        y = make(x, w, SIZE // 4 if (name, shape) in SLOW else SIZE)
        with little_room():
            use(y, x)
            del y


@pytest.mark.parametrize("shape", GRAPHS)
def test_an_outdated_graph_is_refused_at_any_depth_and_width(shape: str) -> None:
    x, w = leaves()
    y = GRAPHS[shape](x, w, SIZE)
    x.data = 7.0
    with little_room(), pytest.raises(ValueError, match="out of date"):
        grad(y, w)


@pytest.mark.parametrize("context", [autograd.no_grad, autograd.detect_anomaly, contextlib.nullcontext])
def test_a_deep_graph_is_made_and_freed(context: Callable[[], Any]) -> None:
    with little_room(), context():
        chain(*leaves(), 10_000)
