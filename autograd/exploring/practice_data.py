"""What the page needs to ask and to judge: the mistakes of `autograd.practising`, in JSON's types.

Rules that are wrong travel with the signatures, as functions; what stands elsewhere in the graph and may be taken
instead travels as factors; and the ways of putting a sum together wrongly by the number of its terms. So the page knows
no mistake by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autograd.core import Value
from autograd.deriving import MAX_PATHS
from autograd.exploring.formula_templates import RESULT, FormulaTemplates, symbols_of
from autograd.exploring.signatures import Signature
from autograd.exploring.wrong_signatures import terms_of_value, wrong_results, wrong_rules_of
from autograd.notation import Symbol, as_expression
from autograd.practising import (
    APPROACH,
    FLIPS,
    MISTAKES,
    RATE,
    SUBTRACTED,
    VERDICTS,
    Factor,
    Questions,
    Slip,
    Term,
    direction_of,
    gradient_of,
    made_by,
    names_of_function,
    number,
    rule_of,
    value_of,
    ways_of_sum,
    ways_of_update,
    ways_of_weighted_sum,
)
from autograd.words import Message

MOST_TERMS = 16  # of a sum whose terms are looked at one by one
INDEX = {name: i for i, name in enumerate(MISTAKES)}  # of mistakes


def practice_of_graph(
    questions: Questions, made: Mapping[Value, tuple[Signature, list[Value]]], index: Mapping[Value, int]
) -> dict[str, Any]:
    """What is told of a graph. made: the variables of each node that is computed; index: of the nodes on the page."""
    users = [len(questions.users_of(x)) for x in questions.affected]
    counts = sorted({*range(2, MAX_PATHS + 1), *[count for count in users if 1 < count <= MOST_TERMS]})
    return {
        "mistakes": [[Message(name), Message(text)] for name, text in MISTAKES.items()],
        "verdicts": {kind: Message(text) for kind, text in VERDICTS.items()},
        "approach": {kind: Message(text) for kind, text in APPROACH.items()},
        "directions": [Message(direction_of(sign)) for sign in (-1, 0, 1)],
        "sums": {count: [_of_terms(slip, _terms(count)) for slip in ways_of_sum(_terms(count))] for count in counts},
        "update": _ways_of_update(),
        "missing": INDEX["factor missing"],
        "dropped": INDEX["minus dropped"],
        "opposite": INDEX["opposite sign"],
        "flips": [INDEX[mistake] for mistake in FLIPS],
        "before": INDEX["before the change"],
        "index": INDEX["wrong index"],
        "swapped": INDEX["inputs swapped"],
        "instead": _instead(questions, made, index),
        "others": _mistaken_for(questions, index),
        "parameters": [index[x] for x in questions.parameters if x in index],
    }


def practice_of_signature(signature: Signature, templates: FormulaTemplates) -> dict[str, Any]:
    """What is told of a signature, beside its formulas."""
    told: dict[str, Any] = {"made": Message(made_by(signature.op)), "rule": Message(rule_of(signature.op))}
    if rules := wrong_rules_of(signature):
        results = wrong_results(signature, Symbol(RESULT, 0.0), symbols_of(signature))
        told["wrong"] = [
            [rule.variable, INDEX[rule.mistake], templates.in_symbols(as_expression(result))]
            for rule, result in zip(rules, results, strict=True)
        ]
    if names := names_of_function(signature.op):
        told["called"] = names
    if products := terms_of_value(signature):
        terms = _terms(len(products))
        told["terms"] = products
        told["ways"] = [_of_terms(slip, terms) for slip in ways_of_weighted_sum(terms, len(products[-1]) == 1)]
    return told


def _terms(count: int) -> tuple[Term, ...]:
    """Terms that stand for any."""
    return tuple([(number(float(i)),) for i in range(count)])


def _of_terms(slip: Slip, terms: Sequence[Term]) -> list[Any]:
    """[mistake, which terms, whether they are multiplied]."""
    return [INDEX[slip.mistake], [terms.index(term) for term in slip.terms], int(slip.multiplied)]


def _ways_of_update() -> list[list[Any]]:
    """[mistake, terms, about], of 0: the number, 1: −1, 2: the learning rate, 3: the gradient."""
    w = Value(0.0)
    slots = [value_of(w), SUBTRACTED, RATE, gradient_of(w)]
    return [
        [
            INDEX[slip.mistake],
            [[slots.index(factor) for factor in term] for term in slip.terms],
            slots.index(slip.about),
        ]
        for slip in ways_of_update(slots[0], tuple(slots[1:]))
        if slip.about
    ]


def _instead(
    questions: Questions, made: Mapping[Value, tuple[Signature, list[Value]]], index: Mapping[Value, int]
) -> dict[str, list[list[Any]]]:
    """For the partials and values of the graph, what may be taken for them: [mistake, factor]."""

    def factor_as_json(factor: Factor) -> list[int] | float:
        """[node] for its value, [node, variable] for a partial, or a number."""
        if factor.node is None:
            return factor.number
        if factor.operand is None:
            return [index[factor.node]]
        return [index[factor.node], made[factor.node][1].index(factor.operand)]

    def _is_shown(factor: Factor) -> bool:
        node, operand = factor.node, factor.operand
        return node is None or (node in index and (operand is None or operand in made[node][1]))

    factors = {str(i): value_of(node) for node, i in index.items()}
    for node, (_, variables) in made.items():
        for k, x in enumerate(variables):
            if x in questions.affected:
                factors[f"{index[node]} {k}"] = questions.partial(node, x).terms[0][0]
    found = {
        key: [
            [INDEX[mistake], factor_as_json(other)]
            for mistake, other in questions.mistakes.alternatives(factor)
            if not other.rule and other.kind != "size" and _is_shown(other)
        ]
        for key, factor in factors.items()
    }
    return {key: pairs for key, pairs in found.items() if pairs}


def _mistaken_for(questions: Questions, index: Mapping[Value, int]) -> dict[int, list[list[int]]]:
    """For a parameter those whose gradients may be taken for its own: [mistake, parameter]."""
    pairs = {x: questions.mistakes.mistaken_for(x) for x in questions.parameters if x in index}
    return {
        index[x]: [[INDEX[mistake], index[y]] for mistake, y in others if y in index]
        for x, others in pairs.items()
        if others
    }
