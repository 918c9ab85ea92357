"""Which loops native code consists of: held by golden descriptions, for that is what makes it small and fast.

That they compute the right numbers is tested with compiled functions; many other loops would.
"""

import math
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("numpy")

import autograd
from autograd import Value, affine, exp, log, maximum, tanh, total
from autograd.compiling.native.schedule import schedule
from nn import MLP
from tests.golden import assert_golden

# Programs, and what is special about them. They consist of primitives, whose rules do not change.

Case = tuple[Callable[..., Any], list[Value]]


def values(count: int) -> list[Value]:
    return [Value(math.sin(i + 1)) for i in range(count)]


def learning(*sizes: int, bias: Any = "neuron", loss: Any = None, penalty: bool = False) -> Case:
    model = MLP(sizes[0], list(sizes[1:]), activation="tanh", bias=bias, seed=1)
    parameters = list(model.parameters())

    def cost(*row: Value) -> Value:
        out = model(row[: sizes[0]])
        outs = out if isinstance(out, list) else [out]
        c: Value = loss(outs, row[-1]) if loss else total([(a - row[-1]) ** 2 for a in outs])
        return c + 0.01 * total([p * p for p in parameters]) if penalty else c

    return cost, parameters


def sum_of(terms: int) -> Case:
    weights = values(terms)
    return lambda *xs: affine(weights, xs), weights


def sum_of_parameters(terms: int) -> Case:
    weights = values(terms)
    return lambda x: affine(weights[: terms // 2], weights[terms // 2 :], x) * x, weights


def many_sums_of_rows(count: int) -> Case:
    weights = values(count)
    return lambda x: total([tanh(w * x) for w in weights]), weights


def a_long_block(count: int) -> Case:
    w = Value(0.5)

    def function(x: Value) -> Value:
        nodes = [x, w * x]
        for i in range(count):
            nodes.append([tanh, autograd.sin, autograd.exp][i % 3](nodes[-1]) - nodes[-2])
        return nodes[-1]

    return function, [w]


def steps_of_two(x: Value, y: Value) -> Any:
    return total([tanh(w * x) for w in WEIGHTS[::2]]) + total([tanh(w * y) for w in WEIGHTS[1::2]])


def forth_and_back(xs: tuple[Value, ...]) -> list[Any]:
    hidden = [tanh(w * xs[0]) for w in BLOCKS[64:72]]
    sums = [affine(BLOCKS[8 * i : 8 * i + 8], xs) for i in range(8)]
    forth = [s * h for s, h in zip(sums, hidden, strict=True)]
    return [*forth, *[s + h for s, h in zip(sums, hidden[::-1], strict=True)]]


def asked_again(xs: tuple[Value, ...]) -> list[Any]:
    def layer(numbers: Any, first: int) -> list[Value]:
        return [tanh(affine(FOURS[8 * i + first : 8 * i + first + 8], numbers)) for i in range(8)]

    hidden = layer(xs, 0)
    last = layer(layer(layer(hidden, 64), 128), 192)
    return [x + h for x, h in zip(last, hidden, strict=True)]


WEIGHTS, BLOCKS, FOURS = values(20), values(84), values(256)
CONSTANTS = [0.0, -0.0, 1.5, 1.5, 1.5, 1.5, 1.5, 2.5]

MEANS: dict[str, Case] = {
    "2-3-1": learning(2, 3, 1),
    "2-16-16-1": learning(2, 16, 16, 1, loss=lambda out, y: maximum(1 - y * out[0], 0)),
    "4-5-3 by classes": learning(4, 5, 3, loss=lambda out, y: log(total([exp(x) for x in out])) - out[1] * y),
    "3-8-8-2 one bias a layer": learning(3, 8, 8, 2, bias="layer"),
    "3-8-4 with a penalty": learning(3, 8, 4, penalty=True),
    "12-7-7-7-2 without biases": learning(12, 7, 7, 7, 2, bias=None),
    "40-3": learning(40, 3),
    **{f"a sum of {n}": sum_of(n) for n in (3, 5, 6, 7, 256, 257, 600)},
    **{f"a sum of {n} parameters": sum_of_parameters(n) for n in (6, 12, 14, 600)},
    **{f"{n} sums over rows": many_sums_of_rows(n) for n in (3, 4, 31, 32, 40)},
    "a block of 90": a_long_block(90),
    "a block of 150": a_long_block(150),
    "every other weight": (steps_of_two, WEIGHTS),
    "weights in reverse": (lambda x: total([tanh(w * x) for w in WEIGHTS[::-1]]), WEIGHTS),
    "parameters in another order": (lambda x: total([tanh(w * x) for w in WEIGHTS]), [*WEIGHTS[10:], *WEIGHTS[:10]]),
    "neurons alike but for a constant": (
        lambda x: total([tanh(w * x * c) for w, c in zip(WEIGHTS, CONSTANTS, strict=False)]), WEIGHTS[:8]
    ),
    "what is the same for all rows": (lambda x: tanh(total([w * w for w in WEIGHTS])) * x + WEIGHTS[0], WEIGHTS),
    "addends": (lambda *xs: total(xs), []),
    "3 addends": (lambda *xs: total(xs), []),
    "4 addends": (lambda *xs: total(xs), []),
    "addends and products": (
        lambda *xs: total([*xs, *[w * x for w, x in zip(WEIGHTS, xs, strict=False)]]), WEIGHTS[:5]
    ),
    "neurons of two blocks of weights": (
        lambda *xs: total(
            [tanh(affine([BLOCKS[12 * j * (1 + k // 6) + k] for k in range(12)], xs)) for j in range(4)]
        ),
        BLOCKS,
    ),
    "what nobody needs": (lambda x, y: WEIGHTS[0] * 2.0, WEIGHTS[:2]),
}  # fmt: skip
ROWS: dict[str, Case] = {
    "several outputs": (lambda x, y: [x, WEIGHTS[0], 2.0, x * y, tanh(x * WEIGHTS[1]), WEIGHTS[0] * 2.0], WEIGHTS[:2]),
    "a layer": (lambda x: [tanh(w * x) for w in WEIGHTS], WEIGHTS),
    "a layer used in order and in reverse": (lambda *xs: forth_and_back(xs), BLOCKS),
    "a layer that is asked for again much later": (lambda *xs: asked_again(xs), FOURS),
    "two layers": (
        lambda x: [tanh(affine(WEIGHTS[i : i + 5], [tanh(w * x) for w in WEIGHTS[:5]])) for i in (0, 5, 10, 15)],
        WEIGHTS,
    ),
}  # fmt: skip
INPUTS = {
    "addends": 8,
    "addends and products": 5,
    "a layer used in order and in reverse": 8,
    "a layer that is asked for again much later": 8,
    "3 addends": 3,
    "4 addends": 4,
    "neurons of two blocks of weights": 12,
}


def inputs_of(name: str) -> int | None:
    numbers = [int(n) for n in name.replace("-", " ").split() if n.isdigit()]
    return numbers[0] + 1 if name[0].isdigit() and "-" in name else numbers[0] if name.startswith("a sum of") else None


@pytest.mark.parametrize("name", [*MEANS, *ROWS])
def test_the_loops_of(name: str) -> None:
    function, parameters = (MEANS | ROWS)[name]
    count = None if "parameters" in name else INPUTS.get(name) or inputs_of(name)
    step = autograd.compile(function, parameters, backend="source", inputs=count)
    file = name.replace(" ", "-")
    found = schedule(step.program, mean=name in MEANS)
    assert_golden(f"schedules/{file}.txt", found.describe() + "\n")
    assert_golden(f"passes/{file}.txt", found.describe_passes() + "\n")
