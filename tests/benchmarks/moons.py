"""The training step of micrograd's demo: MLP(2, [16, 16, 1]) on two moons, hinge loss and L2, gradient descent.

Three contestants take the same steps from the same weights: micrograd; glassgrad with every sum and product
spelled out, which is the same graph; and glassgrad's nn, where a neuron's weighted sum is one node. Each takes
them in three ways: all 100 rows in one graph, as the demo does it, whose variable `total_loss` holds the graph of the
last step until the next one is complete; one row at a time; and all 100 rows with the last graph dropped first.

    python -m tests.benchmarks.moons
"""

import math
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, pairwise
from random import Random
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from autograd import Value, hinge, total
from nn import MLP
from tests.benchmarks.contest import Report, main, run_in_turns, verdict

ROUNDS = 5
SECONDS, STEPS = 0.5, 3  # for how long a contestant is timed in a round, and for how many steps, at least
ALPHA, LEARNING_RATE = 1e-4, 0.01


class Way(NamedTuple):
    """How the steps are taken, and how many times as fast as micrograd's they should be, None for whatever it is."""

    rows: int
    keep_graph: bool
    spelled_out: float | None
    nn: float | None


WAYS = {
    "100 rows at a time": Way(100, True, 8, 30),
    "1 row at a time": Way(1, False, 2, 5),
    "100 rows, last graph dropped": Way(100, False, None, None),
}

Row = tuple[list[float], float]
Loss = Callable[[list[Row]], Any]


def two_moons(count: int = 100, noise: float = 0.1) -> list[Row]:
    """Points of two interleaving half circles, labelled -1 and 1, in random order."""
    random = Random(1337)
    rows: list[Row] = []
    for i in range(count):
        angle = math.pi * random.random()
        label = 1 if i % 2 else -1
        x, y = (1 - math.cos(angle), 0.5 - math.sin(angle)) if i % 2 else (math.cos(angle), math.sin(angle))
        rows.append(([x + random.gauss(0, noise), y + random.gauss(0, noise)], label))
    random.shuffle(rows)
    return rows


def initial_weights() -> Iterator[float]:
    """As micrograd draws them; biases are drawn too, so that their order counts."""
    random = Random(42)
    while True:
        yield random.uniform(-1, 1)


def micrograd() -> tuple[list[Any], Loss]:
    """The parameters and the loss, as in micrograd's demo.ipynb."""
    from micrograd.engine import Value
    from micrograd.nn import MLP

    model = MLP(2, [16, 16, 1])
    return model.parameters(), partial(spelled_out_loss, Value, model, model.parameters())


def spelled_out() -> tuple[list[Value], Loss]:
    """The same, over glassgrad's Value."""
    sizes = [2, 16, 16, 1]
    layers = [
        [([Value(0) for _ in range(inputs)], Value(0)) for _ in range(neurons)] for inputs, neurons in pairwise(sizes)
    ]
    parameters = [p for layer in layers for weights, bias in layer for p in (*weights, bias)]

    def model(x: list[Value]) -> Value:
        for depth, layer in enumerate(layers, 1):
            activations = []
            for weights, bias in layer:
                activation = sum((wi * xi for wi, xi in zip(weights, x, strict=False)), bias)
                activations.append(activation.relu() if depth < len(layers) else activation)
            x = activations
        return x[0]

    return parameters, partial(spelled_out_loss, Value, model, parameters)


def spelled_out_loss(value: Any, model: Any, parameters: list[Any], rows: list[Row]) -> Any:
    """The loss as in micrograd's demo."""
    inputs = [list(map(value, x)) for x, _ in rows]
    scores = list(map(model, inputs))
    losses = [(1 + -y * score).relu() for (_, y), score in zip(rows, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    return data_loss + ALPHA * sum(p * p for p in parameters)


def through_nn() -> tuple[list[Value], Loss]:
    """The same, as one writes it with glassgrad."""
    model = MLP(2, [16, 16, 1])
    parameters = model.parameters()

    def loss(rows: list[Row]) -> Value:
        data_loss: Value = total([hinge(model(x), y) for x, y in rows]) / len(rows)
        regularization: Value = ALPHA * total([p * p for p in parameters])
        return data_loss + regularization

    return parameters, loss


def contest(build: Callable[[], tuple[list[Any], Loss]], way: Way) -> Report:
    """The seconds that a step takes, and the losses it comes by in the first few."""
    data = two_moons()
    batches = [data[i : i + way.rows] for i in range(0, len(data), way.rows)]
    parameters, loss = build()
    for parameter, weight in zip(parameters, initial_weights(), strict=False):
        parameter.data = weight
    steps = training(batches, parameters, loss, way.keep_graph)
    losses = list(islice(steps, max(2, len(batches))))  # which warm up, too
    count, start = 0, perf_counter()
    while count < STEPS or perf_counter() - start < SECONDS:
        next(steps)
        count += 1
    return {"seconds": (perf_counter() - start) / count, "losses": losses}


def training(batches: list[list[Row]], parameters: list[Any], loss: Loss, keep_graph: bool) -> Iterator[float]:
    """Step after step, the loss before it."""
    result = None
    while True:
        for batch in batches:
            if not keep_graph:
                result = None
            result = loss(batch)
            for parameter in parameters:
                parameter.grad = 0
            result.backward()
            for parameter in parameters:
                parameter.data -= LEARNING_RATE * parameter.grad
            yield result.data


BUILDERS = {"micrograd": micrograd, "spelled out": spelled_out, "nn": through_nn}
CONTESTANTS = {f"{who}, {way}": partial(contest, BUILDERS[who], WAYS[way]) for way in WAYS for who in BUILDERS}


def judge() -> bool:
    """Print times and ratios; False if a target is missed, or if the contestants do not compute the same."""
    rounds = run_in_turns("moons", CONTESTANTS, ROUNDS)
    good = True
    for name, way in WAYS.items():
        print(f"\n{name:30}{'a step':>12}{'micrograd':>18}")
        for who, target in zip(BUILDERS, (None, way.spelled_out, way.nn), strict=True):
            turns = [(each[f"micrograd, {name}"], each[f"{who}, {name}"]) for each in rounds]
            same = all(
                math.isclose(loss, expected, rel_tol=1e-9)
                for peer, ours in turns
                for loss, expected in zip(ours["losses"], peer["losses"], strict=True)
            )
            ratio = median(peer["seconds"] / ours["seconds"] for peer, ours in turns)
            line = f"  {who:28}{1000 * median(ours['seconds'] for _, ours in turns):9.2f} ms{ratio:14.1f} x"
            if target:
                line += f"   at least {target:.0f} x: {verdict(ratio >= target)}"
            if not same:
                line += "   NOT THE SAME LOSSES as micrograd's"
            print(line)
            good &= same and (target is None or ratio >= target)
    return good


if __name__ == "__main__":
    sys.exit(main("moons", CONTESTANTS, judge))
