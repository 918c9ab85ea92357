"""Every lesson runs from top to bottom, comes to the results it tells of, and is laid out like the others."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lessons import KERNEL, LESSONS, read, run

# What a lesson has come to when its last cell has run: assertions in its own names, one file for each lesson.
RESULTS = {path.stem: path for path in sorted((Path(__file__).parent / "lesson_results").glob("*.py"))}
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell: Any) -> list[str]:
    """The text of a cell's outputs; pictures differ with the fonts of a machine."""
    return ["".join(output.get("text", "") or output.get("data", {}).get("text/plain", "")) for output in cell.outputs]


def scripts(cell: Any) -> list[str]:
    """The programs of live pages among a cell's outputs."""
    pages = ["".join(output.get("data", {}).get("text/html", "")) for output in cell.outputs]
    return [page.partition("<script")[2] for page in pages]


def test_all_lessons_are_there() -> None:
    assert len(LESSONS) == 8
    assert [path.stem for path in LESSONS] == list(RESULTS)
    assert all("assert " in path.read_text(encoding="utf-8") for path in RESULTS.values())


@each_lesson
def test_a_lesson_runs_and_comes_to_its_results(path: Path) -> None:
    fresh, _ = run(path, RESULTS[path.stem].read_text(encoding="utf-8"))
    committed = code_cells(read(path))
    again = code_cells(fresh)[: len(committed)]
    for old, new in zip(committed, again, strict=True):
        assert printed(old) == printed(new), f"what this cell prints has changed, run `make lessons`:\n{old.source}"
        assert scripts(old) == scripts(new), (
            f"the live page of this cell has changed, run `make lessons`:\n{old.source}"
        )
        assert [output.output_type for output in new.outputs] == [output.output_type for output in old.outputs]
        assert not [output for output in new.outputs if output.get("name") == "stderr"], old.source


@each_lesson
def test_a_lesson_is_committed_as_it_was_run(path: Path) -> None:
    notebook = read(path)
    assert notebook.metadata == {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    assert [cell.execution_count for cell in code_cells(notebook)] == [
        k + 1 for k, _ in enumerate(code_cells(notebook))
    ]
    shown = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert any("image/png" in json.dumps(o) or "svg" in json.dumps(o) for o in shown), "a lesson shows pictures"


@each_lesson
def test_a_lesson_begins_with_what_it_is_for_and_ends_with_exercises(path: Path) -> None:
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    assert "After this lesson you can" in cells[0].source
    headings = [
        line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines() if line[:1] == "#"
    ]
    last = next(k for k, cell in enumerate(cells) if cell.source.startswith("## Exercises"))
    assert headings.count("## Exercises") == 1
    exercises = [line for line in headings[headings.index("## Exercises") :] if line.startswith("### Exercise")]
    solutions = [cell for cell in cells[last:] if cell.cell_type == "code"]
    assert 2 <= len(exercises) <= 3
    assert len(solutions) == len(exercises)
    for cell in solutions:
        assert cell.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}
        assert cell.source.startswith("# Solution")


@each_lesson
def test_a_lesson_uses_what_the_library_exports(path: Path) -> None:
    """Nothing works around the library: no private names, no suppressed warnings, no path of a machine."""
    for cell in code_cells(read(path)):
        for word in ("._", "__", "filterwarnings", "sys.path", "/home/", "subprocess"):
            assert word not in cell.source, (word, cell.source)
