"""Which test runs which line, recorded by coverage.py while the whole suite runs, with all processes it starts."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import coverage

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / ".mutants"
CONFIG = """[run]
source = {root}/autograd, {root}/nn
parallel = true
core = ctrace
sigterm = true
data_file = {data}
context = ${{PYTEST_CURRENT_TEST-}}
disable_warnings = no-data-collected, module-not-imported, module-not-measured, couldnt-parse
"""


@dataclass
class Recording:
    """What a run of the suite showed.

    seconds: how long each test took that passed; failed: the others, which judge nothing;
    tests: for each file and line those that ran it, "" among them if an import did.
    """

    seconds: dict[str, float]
    failed: list[str]
    tests: dict[str, dict[int, list[str]]]

    def running(self, path: str, lines: Iterable[int]) -> set[str]:
        """The tests that run one of the lines of a file."""
        by_line = self.tests.get(path, {})
        return {test for line in lines for test in by_line.get(line, ())}


def recording(files: list[str]) -> Recording:
    """That of the tree as it is: an earlier one where nothing has changed since."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.encode() + b"\0" + (ROOT / file).read_bytes())
    kept = KEPT / f"{digest.hexdigest()[:16]}.json"
    if not kept.exists():
        KEPT.mkdir(exist_ok=True)
        kept.write_text(json.dumps(_record()))
    told = json.loads(kept.read_text())
    tests = {path: {int(line): [told["names"][i] for i in ran] for line, ran in lines.items()}
             for path, lines in told["tests"].items()}  # fmt: skip
    return Recording(told["seconds"], told["failed"], tests)


def _record() -> dict[str, object]:
    print("Recording which test runs which line: the suite runs once, slowly.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "coverage.ini"
        config.write_text(CONFIG.format(data=Path(folder) / "data", root=ROOT))
        told = {
            "PYTHONPATH": str(ROOT),
            "COVERAGE_PROCESS_START": str(config),
            "OUTCOMES": f"{folder}/outcomes",
            "CI": "1",
        }
        command = [sys.executable, "-m", "pytest", "-n", "auto", "-p", "tests.mutation.plugin"]
        subprocess.run(command, cwd=ROOT, env=os.environ | told, check=False)
        outcomes = [line.split("\t") for line in (Path(folder) / "outcomes").read_text().splitlines()]
        combined = coverage.Coverage(config_file=str(config))
        combined.combine([folder])
        data = combined.get_data()
        names: dict[str, int] = {}
        tests: dict[str, dict[int, list[int]]] = {}
        for file in data.measured_files():
            lines = {
                line: sorted({names.setdefault(_test(context), len(names)) for context in contexts})
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            tests[str(Path(file).relative_to(ROOT))] = lines
    seconds: dict[str, float] = {}
    failed = set()
    for test, outcome, duration in outcomes:
        seconds[test] = seconds.get(test, 0.0) + float(duration)
        if outcome == "failed":
            failed.add(test)
    for test in failed:
        del seconds[test]
    return {"seconds": seconds, "failed": sorted(failed), "names": list(names), "tests": tests}


def _test(context: str) -> str:
    """A process that a test starts names it as pytest does, with its phase: "tests/test_cli.py::test_help (call)"."""
    for phase in (" (setup)", " (call)", " (teardown)"):
        context = context.removesuffix(phase)
    return context
