"""Draw mutants of both packages, and see how many of them the tests notice.

    python -m tests.mutation [--seed N] [autograd=200] [nn=100] [nn/losses.py=20]

Ends with status 1 where fewer die than have to: of every hundred 95 in autograd, 90 in nn.
"""

import argparse
import difflib
import os
import random
import subprocess
import sys
from collections.abc import Iterator

from tests.mutation.judging import judge
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.recording import ROOT, recording

HAVE_TO_DIE = {"autograd": 0.95, "nn": 0.90}


def main() -> int:
    """Judge as many mutants of each part as are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["autograd=200", "nn=100"], help="package or file=how many")
    parser.add_argument("--seed", type=int, default=None, help="which ones (random)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="mutants judged at a time (one a core)")
    parser.add_argument("--quick", action="store_true", help="judge by a minute of the tests of its line")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    parts = [(part, int(number)) for part, _, number in [x.partition("=") for x in options.parts]]
    files = _files()
    recorded = recording(files)
    for test in recorded.failed:
        print(f"judges nothing, for it fails while lines are recorded: {test}")
    status = 0
    for part, number in parts:
        chosen = list(_drawn(part, number, random.Random(f"{seed} {part}")))
        killed = 0
        for mutant, killer in judge(chosen, recorded, files, options.workers, options.quick):
            killed += bool(killer)
            print("." if killer else f"\n\n{_diff(mutant)}\n", end="", flush=True)
        share = killed / max(len(chosen), 1)
        print(f"\n{part}: {killed} of {len(chosen)} mutants die, {share:.1%}  (--seed {seed})", flush=True)
        if share < HAVE_TO_DIE[part.partition("/")[0]]:
            status = 1
    return status


def _files() -> list[str]:
    """What git knows of, and what is new."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(file for file in listed if (ROOT / file).is_file())


def _drawn(part: str, number: int, generator: random.Random) -> Iterator[Mutant]:
    """So many, each from a place of its own; some texts make no program, as a quote within a quote."""
    places = [place for place in mutants_of(ROOT, part.partition("/")[0]) if place[0].path.startswith(part)]
    generator.shuffle(places)
    for place in places:
        mutant = generator.choice(place)
        try:
            compile(mutant.changed(), mutant.path, "exec")
        except SyntaxError:
            continue
        yield mutant
        number -= 1
        if not number:
            break


def _diff(mutant: Mutant) -> str:
    before, after = [text.decode().splitlines() for text in (mutant.source, mutant.changed())]
    return "\n".join(difflib.unified_diff(before, after, mutant.path, mutant.path, lineterm="", n=2))


if __name__ == "__main__":
    sys.exit(main())
