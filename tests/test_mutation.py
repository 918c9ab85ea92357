"""What is changed where code is mutated: programs that differ, in every place that decides something."""

from tests.mutation.mutants import mutants

CODE = '''"""A module."""
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fractions import Fraction

Kind = Literal["a", "b"]
LIMIT: int = 8 + 1


def f(x: "list[int]", high: bool = True) -> "int | None":
    """Text."""
    total = 0
    for y in x:
        if y < 0 and high:
            continue
        total += y
    x.sort(key=lambda y: -y)
    if not x:
        raise ValueError(f"no {Kind} in {len(x)}")
    return max(total, *[y for y, _ in zip(x, x, strict=True) if y is not None])
'''


def test_every_place_that_decides_something_is_changed_and_no_annotation_or_docstring() -> None:
    source = CODE.encode()
    changes = [
        (source[m.start : m.end].decode(), m.text) for place in mutants("f.py", CODE) for m in place
    ]  # by pieces
    assert sorted(changes) == sorted(
        [
            ("+", "-"),
            ("8", "(9)"),
            ("8", "(7)"),
            ("1", "(2)"),
            ("1", "(0)"),
            ("True", "False"),
            ("0", "(1)"),
            ("0", "(-1)"),
            ("x", "()"),
            ("y < 0 and high", "(not (y < 0 and high))"),
            ("and", "or"),
            ("<", "<="),
            ("<", ">="),
            ("0", "(1)"),
            ("0", "(-1)"),
            ("continue", "break"),
            ("total += y", "pass"),
            ("+=", "-="),
            ("x.sort(key=lambda y: -y)", "pass"),
            ("-y", "(y)"),
            ("not x", "(not (not x))"),
            ("not x", "(x)"),
            ('raise ValueError(f"no {Kind} in {len(x)}")', "pass"),
            ('f"no {Kind} in {len(x)}"', '""'),
            ("return max(total, *[y for y, _ in zip(x, x, strict=True) if y is not None])", "return None"),
            ("max", "min"),
            ("y is not None", "(not (y is not None))"),
            ("is not", "is"),
        ]
    )
    at_import = {(source[m.start : m.end].decode(), m.at_import) for place in mutants("f.py", CODE) for m in place}
    assert {("8", True), ("True", True), ("y < 0 and high", False), ("-y", False)} <= at_import
    assert ("-y", True) not in at_import
    for place in mutants("f.py", CODE):
        for mutant in place:
            changed = mutant.changed()
            assert changed != source
            compile(changed, "f.py", "exec")
            first, last = mutant.lines
            assert source.splitlines()[: first - 1] == changed.splitlines()[: first - 1]
            after = source.splitlines()[last:]
            assert changed.splitlines()[len(changed.splitlines()) - len(after) :] == after
