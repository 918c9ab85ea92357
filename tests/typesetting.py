"""LaTeX read by those who typeset it in browsers and notebooks: KaTeX and MathJax, run by Node.js."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.javascript import NODE

MODULES = Path(sys.prefix) / "npm" / "node_modules"


def complaints(formulas: Sequence[str]) -> list[str]:
    """What is wrong with each formula, "" for nothing. Skips the test where there is nobody to ask, but never on CI."""
    if not (MODULES / "katex").is_dir() and not os.environ.get("CI"):
        pytest.skip("no KaTeX and MathJax: make installs them into the environment")
    script = Path(__file__).with_name("typesetting.mjs")
    run = subprocess.run(
        [NODE, script, MODULES], input=json.dumps(list(formulas)), capture_output=True, encoding="utf-8", check=True
    )
    answers: list[str] = json.loads(run.stdout)
    return answers
