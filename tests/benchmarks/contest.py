"""What the benchmarks have in common: contestants that take turns, each in a process of its own, and a verdict.

A machine's clock drifts between fast and slow states. So the contestants alternate over several rounds, and a
ratio is the median of the ratios within the rounds, whose two sides ran next to each other.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

# What a contestant reports of itself, such as {"seconds": 0.1}.
Report = Mapping[str, Any]
Contestants = Mapping[str, Callable[[], Report]]


def main(name: str, contestants: Contestants, judge: Callable[[], bool], peer: str | None = "micrograd") -> int:
    """Run one benchmark (or, in a process of its own, one contestant) and return its exit code.

    peer: what has to be installed; None where others can do without it.
    0 if every target is met, 1 if one is missed, 2 if the peer is not installed.
    """
    if len(sys.argv) == 2:
        print(json.dumps(contestants[sys.argv[1]]()))
        return 0
    if peer and find_spec(peer) is None:
        print(f"{peer}, the peer, is not installed: run `make bench`", file=sys.stderr)
        return 2
    print(f"{name}: {processor()}, {platform.system()}, Python {platform.python_version()}, {date.today()}")
    print(f"To repeat: python -m tests.benchmarks.{name}")
    return 0 if judge() else 1


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def run_in_turns(name: str, contestants: Contestants, rounds: int) -> list[dict[str, Report]]:
    """For each round, what every contestant reported."""
    return [{contestant: run(name, contestant) for contestant in contestants} for _ in range(rounds)]


def run(name: str, contestant: str) -> Report:
    """What one contestant reports, from a fresh process."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", contestant]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=True)
    report: Report = json.loads(done.stdout)
    return report


def verdict(met: bool) -> str:
    """How a figure's line ends."""
    return "met" if met else "MISSED"
