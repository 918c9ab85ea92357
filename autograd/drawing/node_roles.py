"""What the nodes of a graph are in a network, read off their operations and labels, and what to call them."""

import re
from collections.abc import Mapping, Sequence

from autograd.core import Operation, Value, constant, parts_of_affine
from autograd.core import operations as ops
from autograd.notation import printable
from autograd.words import Message, marked

LETTERS = {"w": "parameter", "b": "parameter", "x": "input", "y": "target", "t": "target"}
ACTIVATIONS = tuple(op for op in ops.table.values() if op.role == "activation")
LETTERS_OF_RESULTS = {"z": "pre-activation", "a": "activation"}
SIGNS = {ops.sub: "−", ops.mul: "×", ops.div: "÷", ops.neg: "−( )"}
WORDS = {
    ops.pow: marked("power"),
    ops.total: marked("sum"),
    ops.affine: marked("weighted sum"),
    ops.maximum: marked("maximum"),
    ops.minimum: marked("minimum"),
    ops.squared_error: marked("squared error"),
    ops.half_squared_error: marked("half squared error"),
    ops.absolute_error: marked("absolute error"),
    ops.huber_loss: marked("Huber loss"),
    ops.binary_cross_entropy: marked("binary cross entropy"),
    ops.binary_cross_entropy_with_logits: marked("binary cross entropy with logits"),
    ops.softmax_cross_entropy: marked("softmax cross entropy"),
}


def sign_of(op: Operation | None) -> Message | str:
    """What stands for an operation in a picture: its sign, or its name; a Message where that is made of words."""
    if op in WORDS:
        return Message(WORDS[op])
    return SIGNS.get(op, printable(op.name.replace("_", " "))) if op else ""


def roles_in(order: list[Value]) -> dict[Value, str]:
    """What each node is: parameter, input, target, pre-activation, activation or loss of a network; or what else."""
    parameters = {x for node in order if node.op is ops.affine for x in parameters_of(node)}
    with_target = [node for node in order if node.op and node.op.role == "loss" and node.op.arity]
    targets = {y for node in with_target for y in node.operands[1:2]}
    # Letters mean something where there are weights: the b of a * b + c is no bias.
    network = bool(parameters) or any(_letter(node) == "w" for node in order if node.op is None)
    roles: dict[Value, str] = {}
    for node in order:
        if node.operands:
            role = LETTERS_OF_RESULTS.get(_letter(node)) if network else None
            roles[node] = _role_of_result(node, role, {roles[x] for x in node.operands}, node is order[-1])
        elif node.op is constant:
            roles[node] = "constant"
        else:
            role = (
                "parameter" if node in parameters else "target" if node in targets else "input" if network else "leaf"
            )
            roles[node] = LETTERS.get(_letter(node), role) if network else role
    return roles


def data_in(roles: Mapping[Value, str]) -> set[Value]:
    """Inputs and targets, where there are parameters beside them: learning has no use for their gradients, which are
    left out until asked for."""
    leaves = [node for node in roles if node.op is None]
    data = {leaf for leaf in leaves if roles[leaf] in ("input", "target")}
    return data if len(data) < len(leaves) else set()


def _role_of_result(node: Value, by_letter: str | None, operands: set[str], last: bool) -> str:
    assert node.op is not None
    if node.op.role == "loss":
        return "loss"
    if node.op is ops.affine:
        return "pre-activation"
    if node.op.role == "activation" or operands - {"constant"} == {"pre-activation"}:
        return "activation"
    return by_letter or ("loss" if last else "operation")


def _letter(node: Value) -> str:
    """The letter of a label that is one letter and indices: w of w^1_21."""
    match = re.match(r"[a-zA-Z](?![a-zA-Z])", node.label or "")
    return match[0].lower() if match else ""


def parameters_of(neuron: Value) -> tuple[Value, ...]:
    """The leaves among the weights and bias of a weighted sum."""
    weights, _, bias = parts_of_affine(neuron.operands)
    return tuple([x for x in weights + bias if x.op is None])


def head_of(z: Value, users: Sequence[Value], roles: Mapping[Value, str]) -> Value:
    """The node that stands for the neuron of a weighted sum: its activation, if nothing else uses it, or itself."""
    if len(users) != 1:
        return z
    (a,) = users
    others = {*a.operands} - {z}
    return a if roles[a] == "activation" and not any(x.operands for x in others) else z
