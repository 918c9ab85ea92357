"""What Python and the page both know: written in Python, and sent along as web/constants.js."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from autograd.deriving import INDENT, MAX_PATHS, MOST_SUBTOTALS
from autograd.drawing import ALONG, CUT, LEVELS
from autograd.exploring.arrangement import BOLD, FORMULA_LENGTH, ROOM_BESIDE
from autograd.exploring.formula_templates import (
    ABOUT,
    CLOSE,
    COMMA,
    COMPOUND,
    DECIMAL,
    MINUS,
    NEGATIVE,
    OPEN,
    RAISED,
    RESULT,
)
from autograd.exploring.options import COLOURINGS, SIZES, SPEEDS, SWITCH, TABS, TOPICS
from autograd.notation import EXACT_DIGITS, EXACT_WITHIN, PLAIN_BELOW, PLAIN_FROM
from autograd.practising import (
    DIGITS_OF_ANSWERS,
    DRAWS,
    EXACT_FORMULAS,
    LONGEST,
    MOST_FACTORS,
    MOST_LETTERS,
    MOST_NAMED,
    MOST_OFF,
    MOST_PAIRED,
    MOST_ROUNDED,
    MOST_SWAPPED,
    OTHER_NAMES,
    OTHERS,
    REWRITTEN,
    RIGHT,
)

SHARED: dict[str, str | float | Sequence[str | float | tuple[str, str]]] = {
    "ABOUT": ABOUT,
    "ALONG": ALONG,
    "BOLD": BOLD,
    "CLOSE": CLOSE,
    "COLOURINGS": COLOURINGS,
    "COMMA": COMMA,
    "COMPOUND": COMPOUND,
    "CUT": CUT,
    "DECIMAL": DECIMAL,
    "DIGITS_OF_ANSWERS": DIGITS_OF_ANSWERS,
    "DRAWS": DRAWS,
    "EXACT_DIGITS": EXACT_DIGITS,
    "EXACT_FORMULAS": EXACT_FORMULAS,
    "EXACT_WITHIN": EXACT_WITHIN,
    "FORMULA_LENGTH": FORMULA_LENGTH,
    "INDENT": INDENT,
    "LEVELS": LEVELS,
    "MAX_PATHS": MAX_PATHS,
    "MINUS": MINUS,
    "LONGEST": LONGEST,
    "MOST_FACTORS": MOST_FACTORS,
    "MOST_LETTERS": MOST_LETTERS,
    "MOST_NAMED": MOST_NAMED,
    "MOST_OFF": MOST_OFF,
    "MOST_PAIRED": MOST_PAIRED,
    "MOST_ROUNDED": MOST_ROUNDED,
    "MOST_SWAPPED": MOST_SWAPPED,
    "MOST_SUBTOTALS": MOST_SUBTOTALS,
    "OTHER_NAMES": OTHER_NAMES,
    "OTHERS": OTHERS,
    "NEGATIVE": NEGATIVE,
    "OPEN": OPEN,
    "PLAIN_BELOW": PLAIN_BELOW,
    "PLAIN_FROM": PLAIN_FROM,
    "RAISED": RAISED,
    "RESULT": RESULT,
    "REWRITTEN": REWRITTEN,
    "RIGHT": RIGHT,
    "ROOM_BESIDE": ROOM_BESIDE,
    "SIZES": SIZES,
    "SPEEDS": SPEEDS,
    "SWITCH": SWITCH,
    "TABS": TABS,
    "TOPICS": TOPICS,
}

HEAD = "// Written by autograd/exploring/constants.py, which says where each of these is from.\n\n"


def module() -> str:
    """The constants as a module in JavaScript."""
    lines = [f"export const {name} = {_written(constant)};\n" for name, constant in SHARED.items()]
    return HEAD + "".join(lines)


def _written(constant: str | float | Sequence[str | float | tuple[str, str]]) -> str:
    if isinstance(constant, Sequence) and isinstance(constant[0], tuple):
        return "[\n" + "".join([f"  {json.dumps(pair, ensure_ascii=False)},\n" for pair in constant]) + "]"
    if isinstance(constant, Sequence):
        return json.dumps(constant, ensure_ascii=False)
    return re.sub(r"e\+?(-?)0*", r"e\1", f"{constant:g}")  # exponents as JavaScript's formatter wants them


if __name__ == "__main__":
    (Path(__file__).parent / "web" / "constants.js").write_text(module(), encoding="utf-8")
