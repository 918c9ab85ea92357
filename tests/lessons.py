"""Runs the notebooks. `python -m tests.lessons` runs all of them, or those named, and keeps their outputs."""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def read(path: Path) -> Any:
    """A notebook as committed."""
    return nbformat.read(path, as_version=4)


def run(path: Path, checks: str = "") -> tuple[Any, float]:
    """A notebook after its cells have been run, those of checks after its own; and the seconds it took."""
    notebook = read(path)
    if checks:
        notebook.cells.append(nbformat.v4.new_code_cell(checks))
    client = NotebookClient(
        notebook,
        timeout=300,  # seconds for a cell: none takes a tenth of that, but machines differ
        record_timing=False,
        coalesce_streams=True,  # how printed text is cut into pieces differs from run to run
        resources={"metadata": {"path": str(FOLDER)}},
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    start = time.perf_counter()
    client.execute()
    return notebook, time.perf_counter() - start


def keep(path: Path) -> float:
    """Run a notebook and write it with its outputs. Nothing is written that changes from run to run."""
    notebook, seconds = run(path)
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for k, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{k}"
    nbformat.write(notebook, path)
    return seconds


if __name__ == "__main__":
    paths = [Path(name).resolve() for name in sys.argv[1:]] or LESSONS
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:  # nbclient leaves an event loop behind in each
        for path, seconds in zip(paths, pool.map(keep, paths), strict=True):
            print(f"{path.name}: {seconds:.1f} s")
