"""The mistakes that learners make with the chain rule: each a way of deriving wrongly, and so good for any graph.

A question is right terms: a sum of products. A mistake takes a wrong factor for a right one, or puts the terms together
wrongly. What it would have given says whether an answer came about by it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from autograd.core import Value, constant
from autograd.core import operations as ops
from autograd.notation import Expression, label_parts
from autograd.practising.terms import (
    RATE,
    SUBTRACTED,
    Factor,
    Term,
    gradient_of,
    number,
    positions_of,
    size_of,
    value_of,
)
from autograd.practising.wrong_rules import WRONG_PARTIALS, WRONG_VALUES, is_function
from autograd.words import marked

# What is said of each: {factor} is the first factor that is wrong, {paths} how many terms there should be. None of it
# says what would be right.
MISTAKES: dict[str, str] = {
    marked("sign of the error"): marked("You have the sign of the error the wrong way round: look at {factor}."),
    marked("sign"): marked("A minus sign is missing, or there is one too many: look at {factor}."),
    marked("opposite sign"): marked("The sign is the wrong way round: count the minus signs."),
    marked("minus dropped"): marked("A number is negative, and its minus sign got lost: look at {factor}."),
    marked("slope forgotten"): marked("The slope of the function is missing: {factor} is not 1."),
    marked("slope elsewhere"): marked(
        "The slope {factor} is taken at the wrong number: what goes into the function and what comes "
        "out of it are two things."
    ),
    marked("value for slope"): marked("For {factor} you took the value of the function, not its slope."),
    marked("slope of another"): marked("For {factor} you took the slope of another function."),
    marked("slope in part"): marked("For {factor} you took 1 minus the value of the function: that is not the slope."),
    marked("term itself"): marked(
        "In {factor} you treated a term of a sum as if it were a factor: how much does the sum change when that term "
        "grows by 1?"
    ),
    marked("factor itself"): marked(
        "In {factor}, weight and input have changed places: the derivative of a product by one factor is "
        "the other factor."
    ),
    marked("transposed"): marked("The indices are the wrong way round: look at {factor}."),
    marked("wrong layer"): marked("{factor} is taken from the wrong layer."),
    marked("wrong index"): marked("A number with another index was taken: look at {factor}."),
    marked("inputs swapped"): marked("Two inputs have changed places: each has its own weight."),
    marked("factor missing"): marked("A factor of the chain is missing: {factor}."),
    marked("factor 2"): marked("The exponent comes down as a factor: look at {factor}."),
    marked("half"): marked("The 2 that comes down cancels the half: look at {factor}."),
    marked("sign and factor 2"): marked(
        "There are two slips in {factor}: the sign is the wrong way round, and there is a 2 too few or too many."
    ),
    marked("half of the value"): marked("A factor of one half is missing, or there is one too many: look at {factor}."),
    marked("one path"): marked("That is one path of several: the contributions of all {paths} paths are added."),
    marked("path missing"): marked("One path is missing: there are {paths}."),
    marked("path twice"): marked("One path is counted twice: there are {paths}, each counted once."),
    marked("product for sum"): marked("Here contributions are added, and not multiplied."),
    marked("before the change"): marked("That was right for the numbers before the last change."),
    marked("activation forgotten"): marked("The function has not been applied: look at {factor}."),
    marked("sign in the exponent"): marked("The sign in the exponent is the wrong way round: look at {factor}."),
    marked("slope for value"): marked("That is the slope of the function; its value is asked for."),
    marked("bias forgotten"): marked("The bias is missing."),
    marked("not squared"): marked("The error has not been squared."),
    marked("uphill"): marked(
        "Downhill is against the gradient: where it is positive the number gets smaller, where it is negative, larger."
    ),
    marked("step missing"): marked(
        "That is the old number: the step is missing, or too small to be seen in so few digits."
    ),
    marked("rate forgotten"): marked("The learning rate is missing."),
    marked("weight forgotten"): marked("That is the step alone: it is taken from the old number."),
    marked("weight forgotten, uphill"): marked(
        "That is the step alone, and uphill: it starts at the old number, and goes against the gradient."
    ),
}

MOST_SIBLINGS = 6  # of the same name and layer, of which one is taken for another
FLIPS = ("sign of the error", "sign")  # the mistakes that give a factor the opposite sign
MOST_FACTORS = 200  # of an answer, in each of which a mistake is looked for
MOST_SWAPPED = 8  # inputs, of which any two may have changed places
MOST_PAIRED = 80  # mistakes of which any two may have been made at once


@dataclass(frozen=True)
class Slip:
    """A question gone wrong: by which mistake, at which factor first, and the terms that come of it.

    multiplied: the terms are multiplied, not added; swaps: the factors that were exchanged for others.
    """

    mistake: str
    terms: tuple[Term, ...]
    about: Factor | None = None
    multiplied: bool = False
    swaps: tuple[tuple[Factor, Factor], ...] = ()


@dataclass(frozen=True)
class Question:
    """Something to work out.

    kind: "value" of a node, "partial" on an edge, "product" that is handed on along it, "sum" of what a node receives,
    "gradient" of a parameter as a whole, or "update", its number after a step. node: what it is about; operand: the
    other end of its edge. terms: the right answer. ways: mistakes in putting the terms together.
    """

    kind: str
    node: Value
    operand: Value | None
    terms: tuple[Term, ...]
    ways: tuple[Slip, ...] = field(default=())


class Mistakes:
    """The mistakes that can be made in one graph."""

    def __init__(self, order: Sequence[Value], symbols: Mapping[Value, Expression]) -> None:
        self.order, self.symbols = order, dict(symbols)
        self.depth: dict[Value, int] = {}
        for node in order:
            self.depth[node] = 1 + max([self.depth[x] for x in node.operands], default=-1)
        self._alternatives: dict[Factor, list[tuple[str, Factor]]] = {}

    def slips(self, question: Question) -> list[Slip]:
        """All ways of getting a question wrong: in each factor alone, in all alike, and in the sum."""
        found = list(question.ways)
        alike: dict[tuple[str, str], dict[Factor, Factor]] = defaultdict(dict)
        factors = dict.fromkeys([factor for term in question.terms for factor in term])
        for factor in factors if len(factors) <= MOST_FACTORS else ():
            for mistake, other in self.alternatives(factor):
                found.append(_exchanged(question, mistake, {factor: other}))
                if mistake != "wrong index":  # one for all factors is the gradient of another weight
                    alike[mistake, other.rule or other.kind][factor] = other
        for (mistake, _), swaps in alike.items():
            found += [_exchanged(question, mistake, some) for some in self._at_once(swaps)]
        if question.kind == "value":
            inputs = [term[1] for term in question.terms if len(term) == 2][:MOST_SWAPPED]
            found += [_exchanged(question, "inputs swapped", {a: b, b: a}) for a, b in combinations(inputs, 2)]
        flips = all(any(self._may_flip(factor) for factor in term) for term in question.terms)
        if not flips and question.kind != "update":
            found.append(Slip("opposite sign", tuple([(SUBTRACTED, *term) for term in question.terms])))
        return found

    def _at_once(self, swaps: Mapping[Factor, Factor]) -> list[dict[Factor, Factor]]:
        """Several of the same mistake: all of them, those of each layer, and those of all layers but the last."""
        layers: dict[int, dict[Factor, Factor]] = defaultdict(dict)
        for factor, other in swaps.items():
            layers[-1 if factor.node is None else self.depth[factor.node]][factor] = other
        sets = [dict(swaps), *(layers.values() if len(layers) > 1 else ())]
        if len(layers) > 2:
            last = layers[max(layers)]
            sets.append({factor: other for factor, other in swaps.items() if factor not in last})
        return [some for some in sets if len(some) > 1]

    def _may_flip(self, factor: Factor) -> bool:
        """Whether a mistake with a factor gives it the opposite sign, and says more than that."""
        return any(mistake in FLIPS for mistake, _ in self.alternatives(factor))

    def alternatives(self, factor: Factor) -> list[tuple[str, Factor]]:
        """What may be put in the place of a factor, and by which mistake."""
        if factor not in self._alternatives:
            self._alternatives[factor] = self._found_for(factor)
        return self._alternatives[factor]

    def _found_for(self, factor: Factor) -> list[tuple[str, Factor]]:
        kind, node, operand, _, _ = factor
        if kind == "gradient":
            return [("factor missing", number(1.0))]
        if kind == "value" and node is not None:
            return self._for_value(factor, node)
        if kind != "partial" or node is None or operand is None:
            return []
        found = self._by_rules(factor, node, operand)
        taken = self._other_factor(node, operand)
        if taken is not None:
            found += [("transposed", value_of(x)) for x in self._transposed(taken)]
            found += [("wrong layer", value_of(x)) for x in self._in_other_layers(taken)]
            found += [("wrong index", value_of(x)) for x in self._siblings(taken)]
            found.append(("factor missing", number(1.0)))
        elif is_function(node.op) if node.op else False:
            found += [("wrong layer", factor._replace(node=z, operand=x)) for z, x in self._slopes_elsewhere(node)]
            beside = [z for z in self._siblings(node) if z.op is node.op]
            found += [("wrong index", factor._replace(node=z, operand=z.operands[0])) for z in beside]
        elif node.op is not None and node.op.role == "loss":
            found.append(("factor missing", number(1.0)))
        return found

    def _by_rules(self, factor: Factor, node: Value, operand: Value) -> list[tuple[str, Factor]]:
        assert node.op is not None
        xs = [self.symbols[x] for x in node.operands]
        positions = positions_of(node, operand)
        return [
            (wrong.mistake, factor._replace(rule=name))
            for name, wrong in WRONG_PARTIALS.items()
            if wrong.rule(node.op, self.symbols[node], xs, positions) is not None
        ]

    def _for_value(self, factor: Factor, node: Value) -> list[tuple[str, Factor]]:
        found = [("minus dropped", size_of(node)), *[("transposed", value_of(x)) for x in self._transposed(node)]]
        found += [("wrong index", value_of(x)) for x in self._siblings(node)]
        if node.op is None or not node.operands:
            return found
        if is_function(node.op) and node.op is not ops.identity:
            found.append(("activation forgotten", value_of(node.operands[0])))
        return found

    def values_by_rules(self, node: Value) -> list[Slip]:
        """The mistakes in working out the value of a node that is no weighted sum."""
        assert node.op is not None
        xs = [self.symbols[x] for x in node.operands]
        return [
            Slip(wrong.mistake, ((value_of(node, name),),), value_of(node))
            for name, wrong in WRONG_VALUES.items()
            if wrong.rule(node.op, self.symbols[node], xs) is not None
        ]

    def _other_factor(self, node: Value, operand: Value) -> Value | None:
        """What an operand is multiplied by, where that is the partial."""
        positions = positions_of(node, operand)
        if len(positions) != 1 or node.op not in (ops.mul, ops.affine):
            return None
        (p,), half = positions, len(node.operands) // 2
        return None if p >= 2 * half else node.operands[p + half if p < half else p - half]

    def _transposed(self, node: Value) -> list[Value]:
        """The node with the two lower indices exchanged."""
        name = self._names.get(node)
        if name is None or len(name[2]) != 2 or name[2][0] == name[2][1]:
            return []
        return self._named.get((name[0], name[1], name[2][::-1]), [])

    def mistaken_for(self, parameter: Value) -> list[tuple[str, Value]]:
        """The parameters whose gradients may be taken for that of this one, and by which mistake."""
        found = [("transposed", x) for x in self._transposed(parameter)]
        return found + [("wrong index", x) for x in self._siblings(parameter)]

    def _siblings(self, node: Value) -> list[Value]:
        """Those of the same name and layer, but for the one with the indices exchanged: the nearest of them."""
        name = self._names.get(node)
        if name is None or not name[2]:
            return []
        alike, transposed = self._in_layer[name[:2]], self._transposed(node)
        i = self._place[node]
        near = alike[max(0, i - MOST_SIBLINGS // 2) : i + MOST_SIBLINGS + 1]
        return [x for x in near if x is not node and x not in transposed][:MOST_SIBLINGS]

    def _in_other_layers(self, node: Value) -> list[Value]:
        """The nodes of the same name in the layer before or after."""
        name = self._names.get(node)
        if name is None or not name[1].isdecimal():
            return []
        layers = [str(int(name[1]) + step) for step in (-1, 1)]
        return [x for layer in layers for x in self._named.get((name[0], layer, name[2]), [])]

    def _slopes_elsewhere(self, node: Value) -> list[tuple[Value, Value]]:
        """The same function in other layers, at most two of them, and what it is applied to there."""
        found: dict[int, Value] = {}
        name = self._names.get(node)
        for other in self.order:
            if other.op is node.op and self.depth[other] != self.depth[node]:
                alike = name is not None and self._names.get(other, ("", "", ()))[2] == name[2]
                if self.depth[other] not in found or alike:
                    found[self.depth[other]] = other
        nearest = sorted(found, key=lambda depth: abs(depth - self.depth[node]))[:2]
        return [(found[depth], found[depth].operands[0]) for depth in nearest]

    @cached_property
    def _names(self) -> dict[Value, tuple[str, str, tuple[str, ...]]]:
        """Base, upper index and lower indices of what is labelled with indices."""
        names = {}
        for node in self.order:
            parts = label_parts(node.label) if node.label and node.op is not constant else None
            if parts:
                down = parts["down"] or ""
                names[node] = (parts["base"], parts["up"] or "", tuple(down.split(",") if "," in down else down))
        return names

    @cached_property
    def _named(self) -> dict[tuple[str, str, tuple[str, ...]], list[Value]]:
        named = defaultdict(list)
        for node, name in self._names.items():
            named[name].append(node)
        return named

    @cached_property
    def _in_layer(self) -> dict[tuple[str, str], list[Value]]:
        alike = defaultdict(list)
        for node, name in self._names.items():
            alike[name[:2]].append(node)
        return alike

    @cached_property
    def _place(self) -> dict[Value, int]:
        """Where a node stands among those of the same name and layer."""
        return {node: i for alike in self._in_layer.values() for i, node in enumerate(alike)}


def _exchanged(question: Question, mistake: str, swaps: Mapping[Factor, Factor]) -> Slip:
    return Slip(mistake, _with(question.terms, swaps), next(iter(swaps)), swaps=tuple(swaps.items()))


def _with(terms: Sequence[Term], swaps: Mapping[Factor, Factor]) -> tuple[Term, ...]:
    return tuple([tuple([swaps.get(factor, factor) for factor in term]) for term in terms])


def pairs_of(slips: Sequence[Slip]) -> Iterator[tuple[Slip, Slip, tuple[Term, ...]]]:
    """Two mistakes at once, in different factors, and the terms that come of them; nothing where these are too many."""
    exchanges = [slip for slip in slips if slip.swaps]
    for first, second in combinations(exchanges if len(exchanges) <= MOST_PAIRED else (), 2):
        if not {factor for factor, _ in first.swaps}.intersection([factor for factor, _ in second.swaps]):
            yield first, second, _with(first.terms, dict(second.swaps))


def ways_of_sum(terms: tuple[Term, ...]) -> list[Slip]:
    """Mistakes with the terms of a sum: one alone, one left out, one taken twice, and the product of all."""
    if len(terms) < 2:
        return []
    found = [Slip("one path", (term,)) for term in terms]
    if len(terms) > 2:
        found += [Slip("path missing", terms[:i] + terms[i + 1 :]) for i in range(len(terms))]
    found += [Slip("path twice", (*terms, term)) for term in terms]
    return [*found, Slip("product for sum", terms, multiplied=True)]


def ways_of_weighted_sum(terms: tuple[Term, ...], has_bias: bool) -> list[Slip]:
    """Mistakes with the value of a neuron's sum, of which the bias is the last term."""
    found = [Slip("product for sum", terms, multiplied=True)]
    return [*found, Slip("bias forgotten", terms[:-1])] if has_bias else found


def ways_of_update(w: Factor, step: Term) -> list[Slip]:
    """Mistakes with w − η ∂C/∂w."""
    gradient = step[-1]
    return [
        Slip("uphill", ((w,), (RATE, gradient)), gradient),
        Slip("rate forgotten", ((w,), (SUBTRACTED, gradient)), RATE),
        Slip("weight forgotten", (step,), w),
        Slip("weight forgotten, uphill", ((RATE, gradient),), w),
        Slip("step missing", ((w,),), gradient),
    ]


def of_others(parameter: Value, others: Sequence[tuple[str, Value]]) -> list[Slip]:
    """The gradients of others, as if they were that of this one."""
    return [Slip(mistake, ((gradient_of(other),),), gradient_of(parameter)) for mistake, other in others]
