"""Programs in matrices, found in scalar code: how fast they run beside what a person writes by hand.

Three networks, the mean loss over the rows and its gradient, flat as the parameters are, on 1, 100 and 10,000 rows:
in NumPy and in PyTorch beside the chain rule written out in matrices, under jax.jit beside JAX's own value_and_grad of
the network. Both sides take turns in one process, on one thread, and have to come by the same numbers.

    python -m tests.benchmarks.matrices
"""

import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any

from tests.benchmarks.contest import Report, main, run_in_turns, verdict

ROUNDS = 3
SECONDS = 0.3  # for how long each side is timed
AT_MOST = 1.5  # times as long as by hand
COMPILED_IN = 2  # seconds, by jax.jit
ROWS = (1, 100, 10_000)
NETWORKS = {
    "2-16-16-1, relu, hinge": ([2, 16, 16, 1], "relu", "hinge"),
    "64-32-16-10, tanh, softmax": ([64, 32, 16, 10], "tanh", "cross_entropy"),
    "64-128-64-10, tanh, softmax": ([64, 128, 64, 10], "tanh", "cross_entropy"),
    "784-128-10, tanh, softmax": ([784, 128, 10], "tanh", "cross_entropy"),
}
LIBRARIES = {"NumPy": "numpy", "PyTorch": "torch", "JAX, jit": "jax.numpy"}


def program(sizes: list[int], activation: str, loss: str) -> Any:
    """The network, compiled from scalars."""
    import autograd
    import nn

    model = nn.MLP(sizes[0], sizes[1:], activation, seed=1)
    function = getattr(nn, loss)
    return autograd.compile(
        lambda *row: function([model(row[:-1])], [row[-1]]), model.parameters(), inputs=sizes[0] + 1, backend="source"
    )


def views(sizes: list[int], parameters: Any) -> list[Any]:
    """The weights and the bias of each layer, of a flat array in which a neuron's bias follows its weights."""
    found, first = [], 0
    for inputs, outputs in pairwise(sizes):
        layer = parameters[first : first + outputs * (inputs + 1)].reshape(outputs, inputs + 1)
        found.append((layer[:, :-1], layer[:, -1]))
        first += outputs * (inputs + 1)
    return found


def by_hand(xp: Any, sizes: list[int], activation: str, loss: str) -> Callable[..., Any]:
    """The chain rule in matrices, as one writes it in NumPy or PyTorch."""

    def step(parameters: Any, table: Any, classes: Any) -> Any:
        layers, n, rows, targets = views(sizes, parameters), len(table), table[:, :-1], table[:, -1]
        inputs, a = [], rows
        for number, (weights, bias) in enumerate(layers):
            inputs.append(a)
            a = a @ weights.T + bias
            if number < len(layers) - 1:
                a = xp.tanh(a) if activation == "tanh" else xp.where(a > 0, a, 0.0)
        if loss == "hinge":
            margin = 1 - targets * a[:, 0]
            cost = xp.mean(xp.where(margin > 0, margin, 0.0))
            delta = xp.where(margin > 0, -targets, 0.0)[:, None]
        else:
            top = xp.amax(a, 1)[:, None]
            sizes_of = xp.exp(a - top)
            whole = xp.sum(sizes_of, 1)
            chosen = xp.arange(n), classes
            cost = xp.mean(xp.log(whole) + top[:, 0] - a[chosen])
            delta = sizes_of / whole[:, None]
            delta[chosen] -= 1.0
        parts = []
        for (weights, _), before in zip(layers[::-1], inputs[::-1], strict=True):
            parts.append(xp.concatenate([delta.T @ before / n, xp.mean(delta, 0)[:, None]], 1).reshape(-1))
            if before is not rows:
                slope = 1 - before * before if activation == "tanh" else before > 0
                delta = delta @ weights * slope
        return cost, xp.concatenate(parts[::-1])

    return step


def by_jax(sizes: list[int], activation: str, loss: str) -> Callable[..., Any]:
    """The same, as one writes it in JAX."""
    import jax
    import jax.numpy as jnp

    def cost(parameters: Any, table: Any, classes: Any) -> Any:
        a, targets = table[:, :-1], table[:, -1]
        layers = views(sizes, parameters)
        for number, (weights, bias) in enumerate(layers):
            a = a @ weights.T + bias
            if number < len(layers) - 1:
                a = jnp.tanh(a) if activation == "tanh" else jax.nn.relu(a)
        if loss == "hinge":
            return jnp.mean(jax.nn.relu(1 - targets * a[:, 0]))
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(a), classes[:, None], 1))

    return jax.jit(jax.value_and_grad(cost))


def contestant(library: str, network: str) -> Report:
    """The seconds of a call on each number of rows, ours and by hand, and of compiling where that is done."""
    from tests.benchmarks.peers import on_one_thread

    on_one_thread()
    try:
        xp: Any = __import__(LIBRARIES[library], fromlist=["array"])
    except ModuleNotFoundError as error:
        return {"missing": str(error)}
    import numpy as np

    sizes, activation, loss = NETWORKS[network]
    step = program(sizes, activation, loss)
    ours = step.function(xp)
    if library.startswith("JAX"):
        jax: Any = __import__("jax")
        jax.config.update("jax_enable_x64", True)
        ours, theirs = jax.jit(ours), by_jax(sizes, activation, loss)
    else:
        if library == "PyTorch":
            xp.set_num_threads(1)
        theirs = by_hand(xp, sizes, activation, loss)
    rng, report = np.random.default_rng(0), {}
    parameters = xp.asarray(step.numbers())
    for count in ROWS:
        rows, classes = rng.normal(size=(count, sizes[0])), rng.integers(0, 10, count)
        targets = rng.choice([-1.0, 1.0], count) if loss == "hinge" else classes.astype(float)
        mine = (parameters, xp.asarray(np.column_stack([rows, targets])))
        other = (*mine, xp.asarray(classes))
        start = perf_counter()
        found = ours(*mine)
        found[1] + 0.0  # which waits for it
        report[f"compiling {count}"] = perf_counter() - start
        expected = theirs(*other)
        apart = max(
            abs(float(found[0] - expected[0])), float(abs(np.asarray(found[1]) - np.asarray(expected[1])).max())
        )
        report[f"apart {count}"] = apart
        report |= {f"{who} {count}": seconds_of(run, given)
                   for who, run, given in (("ours", ours, mine), ("by hand", theirs, other))}  # fmt: skip
    return report


def seconds_of(run: Callable[..., Any], given: tuple[Any, ...]) -> float:
    """The median of what calls take."""
    times = list[float]()
    while sum(times) < SECONDS or len(times) < 5:
        start = perf_counter()
        result = run(*given)[1]
        if hasattr(result, "block_until_ready"):
            result.block_until_ready()
        times.append(perf_counter() - start)
    return median(times)


CONTESTANTS: dict[str, Callable[[], Report]] = {
    f"{library}: {network}": partial(contestant, library, network) for library in LIBRARIES for network in NETWORKS
}


def judge() -> bool:
    """Print times and ratios; False if a target is missed, or if the two sides do not compute the same."""
    rounds = run_in_turns("matrices", CONTESTANTS, ROUNDS)
    good = True
    for library in LIBRARIES:
        print(f"\n{library:34}{'rows':>8}{'ours, µs':>14}{'by hand':>12}{'ratio':>9}   at most {AT_MOST} ×")
        for network in NETWORKS:
            reports = [each[f"{library}: {network}"] for each in rounds]
            if missing := reports[0].get("missing"):
                print(f"  {network:32}missing: {missing}")
                continue
            for count in ROWS:
                ours, hand = (
                    median(1e6 * report[f"{who} {count}"] for report in reports) for who in ("ours", "by hand")
                )
                ratio = median(report[f"ours {count}"] / report[f"by hand {count}"] for report in reports)
                line = f"  {network:32}{count:8,}{ours:14,.0f}{hand:12,.0f}{ratio:8.2f} ×   {verdict(ratio <= AT_MOST)}"
                good &= ratio <= AT_MOST
                if library.startswith("JAX"):
                    seconds = median(report[f"compiling {count}"] for report in reports)
                    line += f"; compiled in {seconds:.2f} s, at most {COMPILED_IN} s: {verdict(seconds <= COMPILED_IN)}"
                    good &= seconds <= COMPILED_IN
                same = max(report[f"apart {count}"] for report in reports) < 1e-9
                good &= same
                print(line if same else f"{line}   NOT THE SAME NUMBERS")
    return good


if __name__ == "__main__":
    sys.exit(main("matrices", CONTESTANTS, judge, peer=None))
