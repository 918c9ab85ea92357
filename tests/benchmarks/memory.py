"""The memory of a node: sums and products, as a * b + c makes them.

python -m tests.benchmarks.memory
"""

import sys
import tracemalloc
from functools import partial
from statistics import median
from typing import Any

from autograd import Value
from tests.benchmarks.contest import Contestants, Report, main, run_in_turns, verdict

ROUNDS = 5
TARGET = 220  # bytes
COUNT = 50_000


def micrograd() -> Report:
    """micrograd's nodes."""
    from micrograd.engine import Value

    return measure(Value)


def measure(value: Any) -> Report:
    """The bytes that each node adds, its number and its operands' tuple included."""
    a, b, c = value(1.5), value(-0.7), value(0.3)
    results = [None] * COUNT
    tracemalloc.start()
    for i in range(COUNT):
        results[i] = a * b + c
    size, _ = tracemalloc.get_traced_memory()
    return {"bytes": size / (2 * COUNT)}


CONTESTANTS: Contestants = {"micrograd": micrograd, "glassgrad": partial(measure, Value)}


def judge() -> bool:
    """Print the bytes; False if they are too many."""
    rounds = run_in_turns("memory", CONTESTANTS, ROUNDS)
    theirs, ours = [median(each[who]["bytes"] for each in rounds) for who in CONTESTANTS]
    good = bool(ours <= TARGET)
    print(f"\nmicrograd   {theirs:6.0f} bytes a node")
    print(f"glassgrad  {ours:6.0f} bytes a node   at most {TARGET}: {verdict(good)}")
    print(f"ratio       {theirs / ours:6.1f}")
    return good


if __name__ == "__main__":
    sys.exit(main("memory", CONTESTANTS, judge))
