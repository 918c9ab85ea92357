"""Fuzzers: what must neither crash nor tear, tried at random. Short in `make test`, EFFORT times longer in `make fuzz`.

EFFORT, FUZZ_SEED: of the environment. A test multiplies its number of tries by `EFFORT` and draws from `generator()`,
whose seed is in the test's output if it fails: `FUZZ_SEED=... make fuzz` takes the same way again.
"""

import os
import random

EFFORT = int(os.environ.get("EFFORT", "1"))


def generator() -> random.Random:
    """Where a fuzzer draws from: from another seed in each run, on CI always from the same."""
    seed = int(os.environ.get("FUZZ_SEED") or (1 if os.environ.get("CI") else random.randrange(10**9)))
    print(f"FUZZ_SEED={seed}")
    return random.Random(seed)
