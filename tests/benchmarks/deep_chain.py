"""A chain of a million nodes: built, differentiated (which sorts it) and freed.

micrograd sorts by recursion, which ends at about a thousand nodes; its line says how it ends, or how long it takes.

    python -m tests.benchmarks.deep_chain
"""

import sys
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from autograd import Value
from tests.benchmarks.contest import Contestants, Report, main, run_in_turns, verdict

ROUNDS = 5
TARGET = 3.0  # seconds
LENGTH = 10**6


def micrograd() -> Report:
    """micrograd's chain."""
    from micrograd.engine import Value

    return measure(Value)


def measure(value: Any) -> Report:
    """The seconds from the first node to the last one's end, and the gradients of both leaves: 1 and the length."""
    start = perf_counter()
    x, increment = value(0.5), value(0.25)
    chain = x
    for _ in range(LENGTH):
        chain = chain + increment
    try:
        chain.backward()
    except RecursionError:
        return {"seconds": perf_counter() - start, "end": "RecursionError"}
    del chain
    correct = (x.grad, increment.grad) == (1, LENGTH)
    return {"seconds": perf_counter() - start, "end": "done" if correct else "wrong gradients"}


CONTESTANTS: Contestants = {"micrograd": micrograd, "glassgrad": partial(measure, Value)}


def judge() -> bool:
    """Print the seconds; False if they are too many or a gradient is wrong."""
    rounds = run_in_turns("deep_chain", CONTESTANTS, ROUNDS)
    (theirs, their_end), (ours, our_end) = [
        (median(each[who]["seconds"] for each in rounds), rounds[0][who]["end"]) for who in CONTESTANTS
    ]
    good = bool(ours < TARGET and our_end == "done")
    print(f"\nmicrograd   {theirs:6.2f} s   {their_end}")
    print(f"glassgrad  {ours:6.2f} s   {our_end}   under {TARGET:.0f} s: {verdict(good)}")
    return good


if __name__ == "__main__":
    sys.exit(main("deep_chain", CONTESTANTS, judge))
