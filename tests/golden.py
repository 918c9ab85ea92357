"""Results that were looked at once and are to stay as they are. UPDATE_GOLDEN=1 rewrites them: read the diff."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, found: str) -> None:
    """Compare with the golden file of that name."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert path.exists(), f"{path} does not exist: run with UPDATE_GOLDEN=1, and read what it writes"
    assert found == path.read_text(encoding="utf-8")
