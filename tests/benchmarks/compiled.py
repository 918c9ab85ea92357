"""Compiled functions: how fast they run, how long compiling takes, and how others do on the same machine.

The training step of micrograd's demo, MLP(2, [16, 16, 1]) on 100 rows of two moons, hinge loss and L2, gradient descent
in float64, as each contestant takes it: the gradient and the update. All run on one thread, in processes of
their own, and have to come by the same losses. `peers` has the others, and the C references.

    python -m tests.benchmarks.compiled
"""

import math
import sys
from collections.abc import Callable
from functools import partial
from itertools import islice
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from tests.benchmarks.contest import Report, main, run_in_turns, verdict
from tests.benchmarks.moons import ALPHA, LEARNING_RATE, initial_weights, two_moons

ROUNDS = 5
SECONDS = 0.4  # for how long a contestant is timed in a round
OURS = "glassgrad, compiled"
TARGETS = {"JAX": 8, "PyTorch": 40, "NumPy": 10, "micrograd": 50_000}  # how many times as fast as they
RATE = 1e-9  # of the descent on one row, which so stays where it is
CLOSE_TO_C = 1.5  # how many times as long as C by lanes, at most


def moons(hidden: str = "relu") -> Any:
    """The network, its training as a program, and the rows."""
    import nn

    model = nn.MLP(2, [16, 16, 1], hidden)
    for parameter, weight in zip(model.parameters(), initial_weights(), strict=False):
        parameter.data = weight

    def loss(predictions: Any, targets: Any) -> Any:
        return nn.hinge(predictions, targets) + nn.l2(model.parameters(), ALPHA)

    training = model.compile(loss, nn.SGD(model.parameters(), lr=LEARNING_RATE))
    rows = two_moons()
    return training, training.columns([x for x, _ in rows], [y for _, y in rows])


def in_one_go() -> Callable[[int], list[float]]:
    """All steps in one call."""
    training, columns = moons()
    return partial(training.steps_on, columns)


def step_by_step() -> Callable[[int], list[float]]:
    """A call from Python for each step."""
    training, columns = moons()
    return lambda steps: [training.steps_on(columns)[0] for _ in range(steps)]


def tanh_steps() -> Callable[[int], list[float]]:
    """With tanh in the place of relu."""
    training, columns = moons("tanh")
    return partial(training.steps_on, columns)


def timed(build: Callable[[], Callable[[int], list[float]]]) -> Report:
    """The seconds that a step takes, and the first losses."""
    from tests.benchmarks.peers import on_one_thread

    on_one_thread()
    try:
        run = build()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        return {"missing": str(error)}
    losses = run(5)
    steps, times = 0, list[float]()
    while sum(times) < SECONDS:
        if not times or times[-1] < SECONDS / 8:
            steps, times = max(1, 4 * steps), []
            run(steps)  # which may compile a run of so many steps
        start = perf_counter()
        run(steps)
        times.append(perf_counter() - start)
    return {"seconds": median(times) / steps, "losses": losses}


def peer(name: str) -> Report:
    """One of `peers`."""
    from tests.benchmarks.peers import CONTESTANTS as PEERS

    return timed(PEERS[name])


def compiling(sizes: list[int], inputs: int, rows: int) -> Report:
    """The seconds that compiling a network takes, and then a pass over rows, forward and backward, on one thread."""
    import random

    import numpy as np

    import autograd
    from nn import MLP
    from tests.benchmarks.peers import on_one_thread

    on_one_thread()
    import llvmlite.binding  # noqa: F401  (importing it is no part of compiling)

    model = MLP(inputs, sizes, init="he", seed=1)
    loss = autograd.hinge if sizes[-1] == 1 else autograd.softmax_cross_entropy
    targets = [random.choice([-1, 1]) if sizes[-1] == 1 else random.randrange(sizes[-1]) for _ in range(rows)]
    columns = [*np.random.default_rng(1).normal(size=(inputs, rows)), np.array(targets, float)]
    start = perf_counter()
    step = autograd.compile(lambda *row: loss(model(row[:-1]), row[-1]), model.parameters(), inputs=inputs + 1)
    step(*columns)
    compiled = perf_counter() - start
    times = list[float]()
    while sum(times) < SECONDS:
        start = perf_counter()
        step(*columns)
        times.append(perf_counter() - start)
    # a multiplication and an addition for each weight, forward, and twice as many backward
    return {
        "seconds": compiled,
        "a pass": median(times),
        "GFLOP/s": 6 * len(model.parameters()) * rows / min(times) / 1e9,
    }


def one_row() -> Report:
    """A call of the 2-3-1 network on one row, from Python, and a step of descent on it in native code."""
    import numpy as np

    import autograd
    import nn
    from nn.networks import two_three_one
    from tests.benchmarks.peers import OneRow, on_one_thread

    on_one_thread()
    model, row = two_three_one("tanh", seed=1), [0.5, -0.3, 1.0]
    step = autograd.compile(
        lambda x1, x2, y: autograd.squared_error(model([x1, x2]), y), parameters := model.parameters()
    )
    arrays = [np.array([x]) for x in row]
    descent = autograd.Descent(step, nn.SGD(parameters, lr=RATE))

    def best_of(count: int, run: Callable[[], object]) -> float:
        times = []
        for _ in range(9):
            start = perf_counter()
            run()
            times.append(perf_counter() - start)
        return median(times) / count

    def call(arguments: list[Any]) -> None:
        for _ in range(20_000):
            step(*arguments)

    report = {
        "arrays": best_of(20_000, lambda: call(arrays)),
        "numbers": best_of(20_000, lambda: call(row)),
        "native": best_of(100_000, lambda: descent.run(arrays, 100_000)),
    }
    try:
        in_c = OneRow(row, [p.data for p in parameters], RATE)
    except FileNotFoundError:
        return report
    return {**report, "C": best_of(100_000, lambda: in_c(100_000))}


def digits() -> Report:
    """Handwritten digits: the seconds of training, with compiling, and the accuracy on test images."""
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        return {"missing": str(error)}
    import nn
    from tests.benchmarks.peers import on_one_thread

    on_one_thread()
    images, labels = load_digits(return_X_y=True)
    (rows, targets), (test_rows, test_targets) = nn.split(images / 16, labels, share=360 / 1797, seed=1)
    model = nn.MLP(64, [32, 16, 10], "tanh", init="xavier", seed=1)
    schedule = nn.optimizers.cosine(0.01, steps=60 * math.ceil(len(rows) / 32))
    start = perf_counter()
    nn.train(
        model, rows, targets, loss="cross_entropy", optimizer=nn.Adam(model.parameters(), schedule), epochs=60,
        batch_size=32, seed=1, compiled=True, progress=False,
    )  # fmt: skip
    seconds = perf_counter() - start
    accuracy = nn.cross_entropy.accuracy([model(x) for x in test_rows], test_targets)
    return {"seconds": seconds, "rows": len(rows), "accuracy": accuracy}


class Network(NamedTuple):
    """A network to compile, and in how many seconds at most."""

    inputs: int
    sizes: list[int]
    rows: int
    seconds: float


NETWORKS = {
    "2-16-16-1, relu, hinge": Network(2, [16, 16, 1], 1024, 0.3),
    "64-32-16-10, softmax": Network(64, [32, 16, 10], 1437, 1.5),
    "64-128-64-10, softmax": Network(64, [128, 64, 10], 1437, 5),
}
PEERS = ["micrograd", "PyTorch", "NumPy", "JAX", "JAX by scan", "C", "C by lanes"]
CONTESTANTS: dict[str, Callable[[], Report]] = {
    **{name: partial(peer, name) for name in PEERS},
    OURS: partial(timed, in_one_go),
    f"{OURS}, step by step": partial(timed, step_by_step),
    f"{OURS}, tanh": partial(timed, tanh_steps),
    **{name: partial(compiling, net.sizes, net.inputs, net.rows) for name, net in NETWORKS.items()},
    "one row": one_row,
    "digits": digits,
}


def judge() -> bool:
    """Print times and ratios; False if a target is missed, or if contestants do not compute the same."""
    rounds = run_in_turns("compiled", CONTESTANTS, ROUNDS)
    results = [judge_moons(rounds), judge_compiling(rounds), judge_one_row(rounds), judge_digits(rounds)]
    return all(results)


def judge_moons(rounds: list[dict[str, Report]]) -> bool:
    """The steps of the moons demo."""
    print(f"\n{'moons, a step':32}{'µs':>14}{'against ours':>16}")
    good = True
    ours = median(each[OURS]["seconds"] for each in rounds)
    for name in [*PEERS, f"{OURS}, step by step", OURS, f"{OURS}, tanh"]:
        if missing := rounds[0][name].get("missing"):
            print(f"  {name:30}missing: {missing}")
            continue
        ratio = median(each[name]["seconds"] / each[OURS]["seconds"] for each in rounds)
        line = f"  {name:30}{1e6 * median(each[name]['seconds'] for each in rounds):14,.2f}{ratio:14,.2f} ×"
        if name in TARGETS:
            line += f"   at least {TARGETS[name]:,} ×: {verdict(ratio >= TARGETS[name])}"
            good &= ratio >= TARGETS[name]
        if name == "C by lanes":
            line += (
                f"   ours takes {1 / ratio:.2f} × as long, at most {CLOSE_TO_C} ×: {verdict(1 / ratio <= CLOSE_TO_C)}"
            )
            good &= 1 / ratio <= CLOSE_TO_C
        same = "tanh" in name or all(
            math.isclose(loss, expected, rel_tol=1e-9)
            for each in rounds
            for loss, expected in zip(each[name]["losses"], each[OURS]["losses"], strict=False)
        )
        print(line if same else f"{line}   NOT THE SAME LOSSES as ours")
        good &= same
    return good and ours > 0


def judge_compiling(rounds: list[dict[str, Report]]) -> bool:
    """How long compiling takes, and whether large networks run as fast as small ones."""
    print(f"\n{'compiling':32}{'parameters':>14}{'s':>10}{'GFLOP/s':>12}")
    good = True
    speeds = [median(each[name]["GFLOP/s"] for each in rounds) for name in NETWORKS]
    for (name, network), speed in zip(NETWORKS.items(), speeds, strict=True):
        seconds = median(each[name]["seconds"] for each in rounds)
        sizes = [network.inputs, *network.sizes]
        count = sum((m + 1) * n for m, n in zip(sizes, islice(sizes, 1, None), strict=False))
        fast = speed >= 2 / 3 * speeds[0]
        print(
            f"  {name:30}{count:14,}{seconds:10.2f}{speed:12.1f}   at most {network.seconds} s: "
            f"{verdict(seconds <= network.seconds)}; no less than two thirds of the first's speed: {verdict(fast)}"
        )
        good &= seconds <= network.seconds and fast
    return good


def judge_one_row(rounds: list[dict[str, Report]]) -> bool:
    """One row of the 2-3-1 network."""
    reports = [each["one row"] for each in rounds]
    calls = {how: median(report[how] for report in reports) for how in ("arrays", "numbers")}
    print("\n2-3-1 with tanh, one row")
    good = True
    for how, seconds in calls.items():
        print(f"  a call from Python, {how:10}{1e6 * seconds:14.2f} µs   at most 1 µs: {verdict(seconds <= 1e-6)}")
        good &= seconds <= 1e-6
    native = median(report["native"] for report in reports)
    print(f"  a step in a native loop{1e9 * native:19.0f} ns")
    if "C" not in reports[0]:
        print("  the same in C                missing: no C compiler")
        return good
    ratio = median(report["native"] / report["C"] for report in reports)
    in_c = median(report["C"] for report in reports)
    print(f"  the same in C {1e9 * in_c:28.0f} ns   ours {ratio:.1f} ×, at most 3 ×: {verdict(ratio <= 3)}")
    return good and ratio <= 3


def judge_digits(rounds: list[dict[str, Report]]) -> bool:
    """Handwritten digits."""
    reports = [each["digits"] for each in rounds]
    print("\nhandwritten digits, 64-32-16-10, Adam")
    if missing := reports[0].get("missing"):
        print(f"  missing: {missing}")
        return True
    seconds, accuracy = (median(report[key] for report in reports) for key in ("seconds", "accuracy"))
    count = reports[0]["rows"]
    print(f"  {count} images, 60 epochs, and compiling {seconds:9.2f} s   at most 5 s: {verdict(seconds <= 5)}")
    print(f"  right on test images {100 * accuracy:21.1f} %   above 96 %: {verdict(accuracy > 0.96)}")
    return bool(seconds <= 5 and accuracy > 0.96)


if __name__ == "__main__":
    sys.exit(main("compiled", CONTESTANTS, judge, peer=None))
