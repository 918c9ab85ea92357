"""Fresh numbers for a graph: small, from a seed, and such that typical mistakes give different results."""

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isfinite

from autograd.core import Value, constant
from autograd.practising.judging import agrees
from autograd.practising.mistakes import Question, Slip
from autograd.practising.terms import Numbers

DRAWS = 40  # of which the best is taken
OTHERS = 2  # further numbers, at which formulas are compared


def drawn(order: Sequence[Value], roles: Mapping[Value, str], random_numbers: random.Random) -> dict[Value, float]:
    """A number of one decimal for every leaf, from 0.2 to 1.5, negative as often as not.

    No size comes again before all have come, so that an input or weight with a wrong index is another number. A target
    that is a whole number stays, as it may be a class.
    """
    leaves = {}
    sizes: list[int] = []
    for node in order:
        if node.operands or node.op is constant:
            continue
        if roles.get(node) == "target" and float(node.data).is_integer():
            leaves[node] = float(node.data)
            continue
        sizes = sizes or random_numbers.sample(range(2, 16), 14)
        size = sizes.pop() / 10
        leaves[node] = -size if random_numbers.random() < 0.5 else size
    return leaves


def nearby(order: Sequence[Value], random_numbers: random.Random) -> dict[Value, float]:
    """Numbers a few hundredths from those of the leaves, at which formulas are compared.

    So near, a function is where it is defined, and a ReLU on the side of its bend, on which it is now.
    """
    leaves = {}
    for node in order:
        if not node.operands and node.op is not constant:
            step = random_numbers.uniform(0.01, 0.04) * random_numbers.choice((-1, 1))
            leaves[node] = float(node.data) + step * (abs(float(node.data)) or 1.0)
    return leaves


def fresh(
    order: Sequence[Value],
    roles: Mapping[Value, str],
    asked: Sequence[tuple[Question, Sequence[Slip]]],
    seed: int,
    rate: float,
) -> dict[Value, float]:
    """Of several draws the one at which fewest mistakes give what is right, or what another gives."""
    random_numbers = random.Random(seed)
    best: dict[Value, float] = {}
    fewest = float("inf")
    for _ in range(DRAWS):
        leaves = drawn(order, roles, random_numbers)
        count = _confused(Numbers(order, leaves, rate), asked, fewest)
        if count < fewest:
            best, fewest = leaves, count
        if not count:
            break
    return best


def _confused(numbers: Numbers, asked: Sequence[tuple[Question, Sequence[Slip]]], most: float) -> float:
    """How many mistakes give what is right, and how many what another gives; counted no further than most."""
    count = 1000.0 * len([x for x in numbers.values.values() if not isfinite(x)])
    for question, slips in asked:
        if count >= most:
            break
        right = numbers.sum(question.terms)
        if not isfinite(right) or abs(right) < 1e-3 or abs(right) > 1e4:
            count += 100
            continue
        results = [(numbers.sum(slip.terms, slip.multiplied), slip.mistake) for slip in slips]
        count += 10 * len([x for x, _ in results if agrees(x, right) or abs(x - right) < 0.01 * abs(right)])
        for (x, mistake), (y, other) in pairwise(sorted(results)):
            count += mistake != other and x != y and agrees(x, y)
    return count
