"""Native code trusts nobody: what it reads is checked where it is entered, and lives as long as who points at it."""

import os

import pytest

from tests import attacks

pytest.importorskip("llvmlite", reason="native code needs llvmlite, which is not installed")


@pytest.mark.parametrize("attack", ["attributes", "dictionaries", "parameters", "quick_calls", "small_threads"])
def test_it_lives_through(attack: str) -> None:
    attacks.run(attack)


def test_who_points_into_memory_owns_it() -> None:
    attacks.run("kept_functions", PYTHONMALLOC="malloc", MALLOC_PERTURB_="2")  # freed memory is overwritten


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_compiles_while_its_parent_does() -> None:
    attacks.run("forks")
