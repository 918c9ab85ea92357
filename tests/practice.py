"""How well mistakes are named: learners who derive by hand, and go wrong on purpose.

The learner here shares no code with what judges: it finds the paths itself, and has a table of derivatives of its own,
right and wrong. For the 2-3-1, 2-2-1 and 4-2-2-1 networks and twenty random graphs, with twenty sets of fresh numbers
each, every kind of mistake that can be made is made at every place, in numbers to three digits and in formulas. All of
it is done with rounded numbers as well, as by hand: what is right has to be taken, and what is wrong not.

    python -m tests.practice
"""

import itertools
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autograd import Exercise, Value, exercise, half_squared_error, squared_error, topological_order, unicode_label
from autograd.core import constant
from nn import networks

SEEDS, RANDOM_GRAPHS = 20, 20
NAMED = 0.95  # of the mistakes, at least
TAKEN = 0.9  # of what is right with rounded numbers, at least


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


# By the name of a function: itself, its slope, and the slope in terms of what comes out of it, where there is one.
FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float], Callable[[float], float] | None]] = {
    "sigmoid": (sigma, lambda z: sigma(z) * (1 - sigma(z)), lambda a: a * (1 - a)),
    "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2, lambda a: 1 - a * a),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0), None),
    "softplus": (lambda z: math.log1p(math.exp(z)), sigma, None),
    "sin": (math.sin, math.cos, None),
    "exp": (math.exp, math.exp, lambda a: a),
    "cos": (math.cos, lambda z: -math.sin(z), None),
}
OTHER_SLOPES: dict[str, Callable[[float], float]] = {"sigmoid": lambda a: 1 - a * a, "tanh": lambda a: a * (1 - a)}


def written(x: float, step: float = 0.0) -> str:
    """A number to three digits; after a step, with so many decimals that its first digit shows."""
    text = f"{x:.3g}"
    decimals = -math.floor(math.log10(abs(step))) if step else 0
    return f"{x:.{decimals}f}" if step and abs(float(text) - x) > 10**-decimals / 2 else text


def shown(x: float) -> float:
    """A number as it is written to three digits."""
    return float(f"{x:.3g}")


def _name(node: Value) -> str:
    return node.op.name if node.op else ""


@dataclass(frozen=True)
class Made:
    """An answer that is wrong, and the mistake by which it came about."""

    mistake: str
    answer: float


class Learner:
    """Derives an exercise by hand, rightly or wrongly; rounding: from rounded numbers, and with rounded results."""

    def __init__(self, task: Exercise, rounding: bool = False) -> None:
        self.output: Value = task.output
        self.rounded = shown if rounding else float
        self.order = topological_order(self.output)
        self.labels = {node.label: node for node in self.order if node.label}

    def paths(self, parameter: Value) -> list[list[tuple[Value, Value]]]:
        """All paths, each as (node, operand) from the output back."""
        found: list[list[tuple[Value, Value]]] = []

        def walk(node: Value, path: list[tuple[Value, Value]]) -> None:
            if node is parameter:
                found.append(path)
            for x in dict.fromkeys(node.operands):
                walk(x, [*path, (node, x)])

        walk(self.output, [])
        return found

    def number(self, node: Value) -> float:
        """The number of a node as it is taken."""
        return node.data if node.op is constant else self.rounded(node.data)

    def numbers(self, node: Value) -> list[float]:
        """The numbers of the operands."""
        return [self.number(x) for x in node.operands]

    def slope(self, node: Value, by: Value) -> float:
        """A partial, by a table of derivatives."""
        name, xs = _name(node), self.numbers(node)
        if name in FUNCTIONS:
            _, slope, of_result = FUNCTIONS[name]
            return self.rounded(of_result(self.number(node)) if of_result else slope(xs[0]))
        return self.rounded(sum(self._by_operand(node, i) for i, x in enumerate(node.operands) if x is by))

    def _by_operand(self, node: Value, i: int) -> float:
        name, xs, z = _name(node), self.numbers(node), self.number(node)
        n = len(xs) // 2
        match name:
            case "affine":
                return 1.0 if i == 2 * n else xs[i + n] if i < n else xs[i - n]
            case "*":
                return xs[1 - i]
            case "+" | "total" | "identity":
                return 1.0
            case "-":
                return 1.0 - 2 * i
            case "/":
                return 1 / xs[1] if i == 0 else -xs[0] / xs[1] ** 2
            case "neg":
                return -1.0
            case "**":
                return float(xs[1] * xs[0] ** (xs[1] - 1))
            case "squared_error":
                return (-2 if i == 0 else 2) * (xs[1] - xs[0])
            case "half_squared_error":
                return (-1 if i == 0 else 1) * (xs[1] - xs[0])
            case "binary_cross_entropy":
                return (xs[0] - xs[1]) / (xs[0] * (1 - xs[0]))
        raise NotImplementedError(f"{name} {z}")

    # ------------------------------------------------------------------------------------------- wrong factors

    def wrong_slopes(self, node: Value, by: Value) -> Iterator[Made]:
        """A partial gone wrong."""
        name, xs, right = _name(node), self.numbers(node), self.slope(node, by)
        if name in ("squared_error", "half_squared_error", "binary_cross_entropy"):
            yield Made("sign of the error", -right)
        if name in ("squared_error", "half_squared_error"):
            mistake, gone = ("factor 2", right / 2) if name == "squared_error" else ("half", 2 * right)
            yield Made(mistake, gone)
            yield Made("sign and factor 2", -gone)
        if name == "**":
            yield Made("factor 2", xs[0] ** (xs[1] - 1))
        if name == "*" and node.operands[0] is node.operands[1]:
            yield Made("factor 2", xs[0])
        if name in ("neg", "sin", "cos") or (name == "-" and right < 0):
            yield Made("sign", -right)
        if name in FUNCTIONS:
            _, slope, of_result = FUNCTIONS[name]
            yield Made("slope forgotten", 1.0)
            yield Made("value for slope", self.number(node))
            yield Made("slope elsewhere", slope(self.number(node)))
            if of_result:
                yield Made("slope elsewhere", of_result(xs[0]))
            if name in OTHER_SLOPES:
                yield Made("slope of another", OTHER_SLOPES[name](self.number(node)))
                yield Made("slope in part", 1 - self.number(node))
            for other in self._beside(node):
                if other.op is node.op:
                    yield Made("wrong index", slope(self.number(other.operands[0])))
            for other in self.order:
                elsewhere = other.op is node.op and self._layer(other) not in ("", self._layer(node))
                if elsewhere and self._down(other) == self._down(node):
                    yield Made("wrong layer", slope(self.number(other.operands[0])))
        i, n = node.operands.index(by), len(xs) // 2
        if list(node.operands).count(by) == 1 and (name in ("+", "total") or (name == "affine" and i == 2 * n)):
            yield Made("term itself", self.number(by))
        if name in ("affine", "*") and list(node.operands).count(by) == 1 and i < 2 * n:
            yield Made("factor itself", self.number(by))
            yield Made("factor missing", 1.0)
            yield Made("minus dropped", abs(right))
            taken = node.operands[i + n if i < n else i - n] if name == "affine" else node.operands[1 - i]
            for other in self._transposed(taken):
                yield Made("transposed", self.number(other))
            for other in self._in_other_layers(taken):
                yield Made("wrong layer", self.number(other))
            for other in self._beside(taken):
                yield Made("wrong index", self.number(other))

    def _parts(self, node: Value) -> tuple[str, str, str]:
        base, _, down = node.label.partition("_")
        letter, _, up = base.partition("^")
        return letter, up, down

    def _layer(self, node: Value) -> str:
        return self._parts(node)[1]

    def _down(self, node: Value) -> str:
        return self._parts(node)[2]

    def _transposed(self, node: Value) -> list[Value]:
        letter, up, down = self._parts(node)
        if len(down) != 2 or down[0] == down[1]:
            return []
        label = f"{letter}^{up}_{down[::-1]}" if up else f"{letter}_{down[::-1]}"
        return [self.labels[label]] if label in self.labels else []

    def _beside(self, node: Value) -> list[Value]:
        """Those of the same letter and layer that differ in one index by one, as a hand slips."""
        found = []
        for label, other in self.labels.items():
            letter, up, down = self._parts(other)
            pairs = [(int(i), int(j)) for i, j in zip(down, self._down(node), strict=False) if i != j]
            if label != node.label and (letter, up) == self._parts(node)[:2] and len(down) == len(self._down(node)):
                found += [other] if len(pairs) == 1 and abs(pairs[0][0] - pairs[0][1]) == 1 else []
        return found

    def _in_other_layers(self, node: Value) -> list[Value]:
        letter, up, down = self._parts(node)
        if not up.isdecimal() or not down:
            return []
        labels = [f"{letter}^{int(up) + step}_{down}" for step in (-1, 1)]
        return [self.labels[label] for label in labels if label in self.labels]

    # ---------------------------------------------------------------------------------------- whole gradients

    def gradient(self, parameter: Value) -> float:
        """The sum over all paths."""
        return self._with(self.paths(parameter), {})

    def wrong_gradients(self, parameter: Value) -> Iterator[Made]:
        """A gradient gone wrong: in one factor, in all of a kind, in the sum, or that of another parameter."""
        paths = self.paths(parameter)
        edges = list(dict.fromkeys([edge for path in paths for edge in path]))
        everywhere: dict[str, dict[tuple[Value, Value], float]] = defaultdict(dict)
        for edge in edges:
            for made in self.wrong_slopes(*edge):
                yield Made(made.mistake, self._with(paths, {edge: made.answer}))
                if made.mistake in ("slope forgotten", "value for slope", "factor itself", "minus dropped"):
                    everywhere[made.mistake][edge] = made.answer
        for mistake, swaps in everywhere.items():
            yield Made(mistake, self._with(paths, swaps))
            for layer in {self._layer(node) for node, _ in swaps} - {""}:
                in_layer = {edge: answer for edge, answer in swaps.items() if self._layer(edge[0]) == layer}
                yield Made(mistake, self._with(paths, in_layer))
        yield Made("sign of the error", -self._with(paths, {}))
        for other in self._transposed(parameter):
            yield Made("transposed", self.gradient(other))
        for other in self._beside(parameter):
            yield Made("wrong index", self.gradient(other))
        terms = [self._product(path, {}) for path in paths]
        if len(terms) > 1:
            yield from [Made("one path", term) for term in terms]
            yield from [Made("path twice", sum(terms) + term) for term in terms]
            yield Made("product for sum", math.prod(terms))
        if len(terms) > 2:
            yield from [Made("path missing", sum(terms) - term) for term in terms]

    def _with(self, paths: list[list[tuple[Value, Value]]], swaps: dict[tuple[Value, Value], float]) -> float:
        return sum(self._product(path, swaps) for path in paths)

    def _product(self, path: list[tuple[Value, Value]], swaps: dict[tuple[Value, Value], float]) -> float:
        return self.rounded(math.prod(swaps.get(edge, self.slope(*edge)) for edge in path))

    # --------------------------------------------------------------------------------- the forward pass, a step

    def value(self, node: Value) -> float:
        """What comes of the numbers of the operands."""
        name, xs = _name(node), self.numbers(node)
        n = len(xs) // 2
        match name:
            case "affine":
                products = [self.rounded(w * x) for w, x in zip(xs[:n], xs[n : 2 * n], strict=True)]
                return sum([*products, *xs[2 * n :]])
            case "squared_error" | "half_squared_error":
                return (xs[1] - xs[0]) ** 2 / (1 if name == "squared_error" else 2)
        return FUNCTIONS[name][0](xs[0]) if name in FUNCTIONS else node.data

    def wrong_values(self, node: Value) -> Iterator[Made]:
        """The value of a node gone wrong."""
        name, xs = _name(node), self.numbers(node)
        yield Made("opposite sign", -self.value(node))
        if name in FUNCTIONS:
            yield Made("activation forgotten", xs[0])
            yield Made("slope for value", FUNCTIONS[name][1](xs[0]))
        if name == "sigmoid":
            yield Made("sign in the exponent", sigma(-xs[0]))
        if name == "affine":
            n = len(xs) // 2
            products = [w * x for w, x in zip(xs[:n], xs[n : 2 * n], strict=True)]
            if len(xs) % 2:
                yield Made("bias forgotten", sum(products))
            yield Made("product for sum", math.prod([*products, *xs[2 * n :]]))
            for i, w in enumerate(node.operands[:n]):
                yield Made("minus dropped", self.number(node) - products[i] + abs(xs[i]) * xs[n + i])
                for other in self._transposed(w):
                    yield Made("transposed", self.number(node) - products[i] + self.number(other) * xs[n + i])
                for other in self._beside(w):
                    yield Made("wrong index", self.number(node) - products[i] + self.number(other) * xs[n + i])
            for i, j in itertools.combinations(range(n), 2):
                swapped = xs[i] * xs[n + j] + xs[j] * xs[n + i]
                yield Made("inputs swapped", self.number(node) - products[i] - products[j] + swapped)
            for i, x in enumerate(node.operands[n : 2 * n]):
                if _name(x) in FUNCTIONS:
                    before = self.number(x.operands[0])
                    yield Made("activation forgotten", self.number(node) - products[i] + xs[i] * before)
        if name in ("squared_error", "half_squared_error"):
            yield Made("half of the value", self.number(node) * (0.5 if name == "squared_error" else 2))
            yield Made("not squared", xs[1] - xs[0])

    def wrong_updates(self, parameter: Value, rate: float) -> Iterator[Made]:
        """A step gone wrong."""
        gradient = self.gradient(parameter)
        yield Made("uphill", self.number(parameter) + rate * gradient)
        yield Made("rate forgotten", self.number(parameter) - gradient)
        yield Made("weight forgotten", -rate * gradient)
        yield Made("weight forgotten, uphill", rate * gradient)
        if gradient:
            yield Made("step missing", self.number(parameter))

    def step(self, task: Exercise) -> float:
        """By how much a parameter changes, where that is asked for."""
        return 0.1 * self.gradient(task.node) if task.kind == "update" else 0.0

    # --------------------------------------------------------------------------------------------- in formulas

    def formulas(self, parameter: Value, rng: random.Random) -> Iterator[str]:
        """The gradient as a formula, in several spellings; nothing where a node on the way has no label."""
        paths = self.paths(parameter)
        for spelling in (_unicode, _carets, _short):
            terms = [[self._formula(*edge, spelling) for edge in path] for path in paths]
            if any(factor is None for term in terms for factor in term):
                return
            for term in terms:
                rng.shuffle(term)
            rng.shuffle(terms)
            yield rng.choice([" + ", "+"]).join([rng.choice(["*", " · "]).join(map(str, term)) for term in terms])

    def _formula(self, node: Value, by: Value, spelling: Callable[[str], str]) -> str | None:
        if not all(x.label for x in (node, *node.operands)):
            return None
        name, xs = _name(node), [spelling(x.label) for x in node.operands]
        z, n, i = spelling(node.label), len(xs) // 2, node.operands.index(by)
        if list(node.operands).count(by) > 1:
            return None
        match name:
            case "affine":
                return "1" if i == 2 * n else xs[i + n] if i < n else xs[i - n]
            case "*":
                return xs[1 - i]
            case "sigmoid":
                return f"{z}(1 - {z})"
            case "tanh":
                return f"(1 - {z}^2)"
            case "relu" | "softplus" | "sin" | "exp":
                return f"{name}'({xs[0]})"
            case "squared_error":
                return f"2({xs[i]} - {xs[1 - i]})"
            case "half_squared_error":
                return f"({xs[i]} - {xs[1 - i]})"
            case "binary_cross_entropy":
                return f"(({xs[0]} - {xs[1]}) / ({xs[0]}(1 - {xs[0]})))"
            case "identity" | "+" | "total":
                return "1"
        return None


def _unicode(label: str) -> str:
    return unicode_label(label)


def _carets(label: str) -> str:
    return label


def _short(label: str) -> str:
    return label.replace("^", "", 1) if "_" in label else label


# ------------------------------------------------------------------------------------------------- what is asked


def _network(sizes: list[int], activation: str, loss: Any, bias: Any, seed: int) -> Value:
    model = networks.network(sizes, activation, bias, seed)
    return networks.cost(model, [0.5, -0.3, 0.8, 0.2][: sizes[0]], 1.0, loss)


def graphs() -> Iterator[tuple[str, Value]]:
    """The textbook networks, and random graphs."""
    yield "2-3-1", networks.cost(networks.two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0)
    yield "2-2-1", networks.cost(networks.two_two_one("classification", seed=1), [0.7, 0.4], 1.0, "bce")
    yield "4-2-2-1", networks.cost(networks.four_two_two_one("tanh", seed=1), [0.5, -0.3, 0.8, 0.2], 0.4)
    for seed in range(RANDOM_GRAPHS):
        rng = random.Random(seed)
        yield f"random {seed}", _random_network(rng) if seed % 2 else _random_graph(rng)


def _random_network(rng: random.Random) -> Value:
    sizes = [rng.randint(1, 3), *[rng.randint(1, 3) for _ in range(rng.randint(1, 2))], 1]
    activation, loss = rng.choice(list(FUNCTIONS)[:5]), rng.choice(["mse", half_squared_error])
    return _network(sizes, activation, loss, rng.choice(["layer", "neuron"]), rng.randint(0, 99))


STEPS: list[Callable[[Value, Value], Value]] = [
    lambda x, y: x * y,
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, _: x.tanh(),
    lambda x, _: x.sin(),
    lambda x, _: x.sigmoid(),
    lambda x, _: -x,
    lambda x, _: x**2,
]


def _random_graph(rng: random.Random) -> Value:
    """A scalar function of a few weights, of which some are used twice."""
    nodes = [Value(rng.uniform(0.3, 1.2), f"{letter}_{i}") for letter in "wx" for i in (1, 2, 3)]
    for i in range(rng.randint(4, 7)):
        node = rng.choice(STEPS)(rng.choice(nodes[-4:]), rng.choice(nodes))
        if rng.random() < 0.7:
            node.label = f"v^{i}"
        nodes.append(node)
    loss: Value = rng.choice([squared_error, half_squared_error])(nodes[-1], Value(0.5, "y"))
    loss.label = "C"
    return loss


# -------------------------------------------------------------------------------------------------- the measure


@dataclass
class Score:
    """Counts over all exercises."""

    named: Counter[str]
    missed: Counter[str]
    same: Counter[str]  # mistakes that give what is right at these numbers, and so are none
    refused: list[str]  # right answers that were
    accepted: list[str]  # wrong ones that were
    verdicts: Counter[str]
    by_hand: Counter[str]  # verdicts on what is right for rounded numbers
    named_at_once: int = 0  # how many names verdicts have had, in all

    @property
    def part(self) -> float:
        """The part of the mistakes that were named."""
        named = self.named.total()
        return named / max(1, named + self.missed.total())

    @property
    def taken(self) -> float:
        """The part of what is right with rounded numbers that was taken as right."""
        return (self.by_hand["right"] + self.by_hand["shown"]) / max(1, self.by_hand.total())


def _right_answers(learner: Learner, task: Exercise, right: float, rng: random.Random) -> Iterator[object]:
    step = learner.step(task)
    yield from (right, written(right, step), f"{right:.6g}".replace(".", ","), f"{right:.10f}")
    if not step:
        yield f"{right:.4g}"
    if task.kind == "gradient":
        yield from learner.formulas(task.node, rng)


def right_and_wrong(task: Exercise, learner: Learner) -> tuple[float, list[Made]]:
    """What a learner gives as right, and all that goes wrong."""
    if task.kind == "value":
        return learner.value(task.node), list(learner.wrong_values(task.node))
    if task.kind == "gradient":
        return learner.gradient(task.node), list(learner.wrong_gradients(task.node))
    right = learner.number(task.node) - 0.1 * learner.gradient(task.node)
    return right, list(learner.wrong_updates(task.node, 0.1))


def try_exercise(task: Exercise, before: Exercise, score: Score, rng: random.Random) -> None:
    """Answer it rightly in several ways, and wrongly by every mistake, with all digits and with rounded numbers."""
    learner = Learner(task)
    right, wrong = right_and_wrong(task, learner)
    if task.kind == "gradient":
        wrong.append(Made("before the change", Learner(before).gradient(before.node)))
    for answer in _right_answers(learner, task, right, rng):
        if abs(right) > 1e-3 and not task.check(answer):
            score.refused.append(f"{task.name}: {answer!r}: {task.verdict}")
    for made in wrong:
        judge_wrong(task, made, right, score)
    by_hand, wrong_by_hand = right_and_wrong(task, Learner(task, rounding=True))
    step = learner.step(task)
    score.by_hand[task.check(written(by_hand, step)).kind] += 1
    for made, exact in zip(wrong_by_hand, wrong, strict=False):
        text = written(made.answer, step)
        same = is_same(exact.answer, right, step) or is_same(float(text), right, step)
        if not same and math.isfinite(made.answer) and task.check(text):
            score.accepted.append(f"{task.name}: {text} for {right} ({made.mistake}), rounded on the way")


def is_same(answer: float, right: float, step: float) -> bool:
    """Whether an answer cannot be told from what is right; step: by which a parameter moves, and this has to show."""
    off = abs(answer - right)
    return off <= max(5e-3 * abs(right), 1e-9) and (not step or off <= 0.51 * 10 ** math.floor(math.log10(abs(step))))


def judge_wrong(task: Exercise, made: Made, right: float, score: Score) -> None:
    """Give a wrong answer, and see whether it is named."""
    step = Learner(task).step(task)
    text = written(made.answer, step)
    if is_same(float(text), right, step) or not math.isfinite(made.answer):
        score.same[made.mistake] += 1
        return
    verdict = task.check(text)
    score.verdicts[verdict.kind] += 1
    if verdict:
        score.accepted.append(f"{task.name}: {text} for {right} ({made.mistake})")
    elif made.mistake in verdict.mistakes:
        score.named[made.mistake] += 1
        score.named_at_once += len(verdict.mistakes)
    else:
        score.missed[made.mistake] += 1


def measure(seeds: int = SEEDS, chosen: Callable[[str], bool] = lambda name: True) -> Score:
    """Try all exercises of the chosen graphs, with so many sets of fresh numbers each."""
    score = Score(Counter(), Counter(), Counter(), [], [], Counter(), Counter())
    for name, output in graphs():
        if not chosen(name):
            continue
        for seed in range(seeds):
            for kind in ("gradient", "forward", "update"):
                before = _all(exercise(output, kind=kind))
                for task, old in zip(_all(exercise(output, kind=kind, seed=seed)), before, strict=True):
                    try_exercise(task, old, score, random.Random(seed))
    return score


def _all(tasks: Any) -> list[Exercise]:
    return [tasks] if isinstance(tasks, Exercise) else list(tasks)


def main() -> int:
    """Print what came of it, by kind of mistake."""
    score = measure()
    print(f"{'mistake':25}{'made':>7}{'named':>8}{'as right':>10}")
    for mistake in sorted({*score.named, *score.missed, *score.same}):
        made = score.named[mistake] + score.missed[mistake]
        part = f"{score.named[mistake] / made:8.1%}" if made else "       –"
        print(f"{mistake:25}{made:7}{part}{score.same[mistake]:10}")
    made = score.named.total() + score.missed.total()
    print(f"\n{made:,} mistakes, {score.part:.2%} named (at least {NAMED:.0%} wanted)")
    print(f"{score.named_at_once / max(1, score.named.total()):.2f} names in a verdict that has the right one")
    print(f"right with rounded numbers: {score.taken:.1%} taken as right; {dict(score.by_hand.most_common())}")
    print(f"right answers refused: {len(score.refused)}, wrong ones accepted: {len(score.accepted)}")
    for line in [*score.refused[:5], *score.accepted[:5]]:
        print("  " + line)
    fine = score.part >= NAMED and score.taken >= TAKEN and not score.refused and not score.accepted
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
