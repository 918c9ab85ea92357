"""Files of JSON, read strictly."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.core import cut, listed


def read_json(path: str | Path) -> Any:
    """The content of a JSON file. Raises ValueError for other files and for a name that is there twice; OSError."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"), object_pairs_hook=_without_repetition)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError(f"{listed(repeated)} is there more than once")
    return dict(pairs)


def require_number(x: Any) -> float:
    """A number of JSON as a finite float. Raises ValueError for anything else."""
    if type(x) not in (int, float) or not math.isfinite(number := Value(x).data):
        raise ValueError(f"{json_shown(x)} is not a finite number")
    return number


def json_shown(x: Any) -> str:
    """A thing of JSON, for messages: its type where it holds others, else the beginning of it."""
    return f"a {type(x).__name__}" if isinstance(x, (list, dict)) else as_json(x)


def as_json(x: Any) -> str:
    """The beginning of something in JSON, for messages."""
    return cut(json.dumps(x, ensure_ascii=False))
