"""What `import autograd` costs: milliseconds, and no module that is not of the standard library.

python -m tests.benchmarks.import_time
"""

import json
import subprocess
import sys
from statistics import median

from tests.benchmarks.contest import ROOT, Report, main, verdict

ROUNDS = 25
TARGET = 20.0  # milliseconds

# A process that has loaded nothing else, so that what autograd needs from the standard library counts, too.
PROGRAM = """
import sys, time
root, package = sys.argv[1:]
sys.path.insert(0, root)
before = set(sys.modules)
start = time.perf_counter()
__import__(package)
seconds = time.perf_counter() - start
loaded = {name.partition(".")[0] for name in sys.modules.keys() - before}
import json
print(json.dumps({"seconds": seconds, "third": sorted(loaded - sys.stdlib_module_names - {package})}))
"""


def imported(package: str) -> Report:
    """The seconds that a fresh process takes to import it, and the third-party modules that come along."""
    command = [sys.executable, "-I", "-c", PROGRAM, str(ROOT), package]
    report: Report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return report


def judge() -> bool:
    """Print the milliseconds; False if they are too many, or if there are third-party modules."""
    imported("micrograd.engine"), imported("autograd")  # so that both are compiled
    rounds = [(imported("micrograd.engine"), imported("autograd")) for _ in range(ROUNDS)]
    theirs, ours = [1000 * median(turn["seconds"] for turn in turns) for turns in zip(*rounds, strict=True)]
    third = rounds[0][1]["third"]
    print(f"\nmicrograd   {theirs:6.1f} ms")
    print(f"glassgrad  {ours:6.1f} ms   under {TARGET:.0f} ms: {verdict(ours < TARGET)}")
    print(f"third-party modules it loads: {', '.join(third) or 'none'}   none: {verdict(not third)}")
    return ours < TARGET and not third


if __name__ == "__main__":
    sys.exit(main("import_time", {}, judge))
