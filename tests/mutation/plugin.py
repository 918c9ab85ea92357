"""For pytest: while lines are recorded, which test is running; while a mutant is judged, which tests to run."""

import os
from collections.abc import Iterator, Sequence

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    import coverage

    if running := coverage.Coverage.current():
        running.switch_context(item.nodeid)
    result = yield
    if running:
        running.switch_context("")
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        with open(os.environ["OUTCOMES"], "a", encoding="utf-8") as file:
            file.write(f"{report.nodeid}\t{report.outcome}\t{report.duration}\n")


class Chosen:
    """Runs the tests that are named, in that order, after those that nobody has heard of: the mutant made them."""

    def __init__(self, names: Sequence[str], known: set[str]) -> None:
        self.places, self.known = {name: i for i, name in enumerate(names)}, known

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        new = [item for item in items if item.nodeid not in self.known]
        chosen = sorted([i for i in items if i.nodeid in self.places], key=lambda item: self.places[item.nodeid])
        config.hook.pytest_deselected(items=[i for i in items if i.nodeid in self.known - self.places.keys()])
        items[:] = [*new, *chosen]
