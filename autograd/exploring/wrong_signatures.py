"""What the page is told of mistakes: by signature, what the wrong rules make of its partials and its value."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.core import operations as ops
from autograd.core import parts_of_affine
from autograd.exploring.signatures import Signature
from autograd.notation import Symbol
from autograd.practising import WRONG_PARTIALS, WRONG_VALUES

VALUE = -1  # stands for the value, where others are variables


class WrongRuleOf(NamedTuple):
    """A rule for the partial by a variable, or for the value."""

    variable: int
    name: str
    mistake: str


def wrong_rules_of(signature: Signature) -> list[WrongRuleOf]:
    """The rules that have to do with a signature."""
    xs = [Symbol(str(x), 0.0) if type(x) is int else x for x in signature.operands]
    op, z = signature.op, Symbol("z", 0.0)
    found = []
    for variable, at in enumerate(_positions(signature)):
        for name, wrong in WRONG_PARTIALS.items():
            if _is_there(wrong.rule, op, z, xs, at):
                found.append(WrongRuleOf(variable, name, wrong.mistake))
    for name, wrong in WRONG_VALUES.items():
        if _is_there(wrong.rule, op, z, xs):
            found.append(WrongRuleOf(VALUE, name, wrong.mistake))
    return found


def _is_there(rule: Callable[..., Any], *arguments: Any) -> bool:
    try:
        return rule(*arguments) is not None
    except TypeError:  # a user's row, in functions that take only floats
        return False


def wrong_results(signature: Signature, z: Any, xs: Sequence[Any]) -> list[Any]:
    """What these rules give, of whatever can be added and multiplied."""
    positions = _positions(signature)
    return [
        WRONG_VALUES[rule.name].rule(signature.op, z, xs)
        if rule.variable == VALUE
        else WRONG_PARTIALS[rule.name].rule(signature.op, z, xs, positions[rule.variable])
        for rule in wrong_rules_of(signature)
    ]


def _positions(signature: Signature) -> list[tuple[int, ...]]:
    """For each variable, where it stands among the operands."""
    found: list[list[int]] = [[] for _ in range(signature.variables)]
    for i, x in enumerate(signature.operands):
        if type(x) is int:
            found[x].append(i)
    return [*map(tuple, found)]


def terms_of_value(signature: Signature) -> list[list[int]] | None:
    """The products whose sum the value is, as variables; None where it is no such sum."""
    variables = [x for x in signature.operands if type(x) is int]
    if signature.op is not ops.affine or len(variables) < len(signature.operands):
        return None
    weights, inputs, bias = parts_of_affine(tuple(variables))
    return [*[[w, x] for w, x in zip(weights, inputs, strict=True)], *[[b] for b in bias]]
