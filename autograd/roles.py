"""What the nodes of a graph are in a network, read off their operations and labels, and what to call them."""

import re

from autograd import operations as ops
from autograd.declaration import Operation, constant
from autograd.notation import printable
from autograd.value import Value

LETTERS = {"w": "parameter", "b": "parameter", "x": "input", "y": "target", "t": "target"}
LETTERS_OF_RESULTS = {"z": "pre-activation", "a": "activation"}
ACTIVATIONS = {ops.identity, ops.sigmoid, ops.tanh, ops.relu, ops.leaky_relu, ops.elu, ops.softplus, ops.silu, ops.gelu}
LOSSES_WITH_TARGET = {ops.squared_error, ops.half_squared_error, ops.hinge}
LOSSES_WITH_TARGET |= {ops.binary_cross_entropy, ops.binary_cross_entropy_with_logits}
LOSSES = LOSSES_WITH_TARGET | {ops.softmax_cross_entropy}
SIGNS = {ops.sub: "−", ops.mul: "×", ops.div: "÷", ops.neg: "−( )", ops.pow: "power"}
SIGNS |= {ops.total: "sum", ops.affine: "weighted sum"}


def sign_of(op: Operation | None) -> str:
    """What stands for an operation in a picture: its sign, or its name."""
    return SIGNS.get(op, printable(op.name.replace("_", " "))) if op else ""


def roles_in(order: list[Value]) -> dict[Value, str]:
    """What each node is in a network: parameter, input, target, pre-activation, activation, loss; or else what."""
    parameters = {x for node in order if node.op is ops.affine for x in parameters_of(node)}
    targets = {node.operands[1] for node in order if node.op in LOSSES_WITH_TARGET}
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


def _role_of_result(node: Value, by_letter: str | None, operands: set[str], last: bool) -> str:
    if node.op in LOSSES:
        return "loss"
    if node.op is ops.affine:
        return "pre-activation"
    if node.op in ACTIVATIONS or operands - {"constant"} == {"pre-activation"}:
        return "activation"
    return by_letter or ("loss" if last else "operation")


def _letter(node: Value) -> str:
    """The letter of a label that is one letter and indices: w of w^1_21."""
    match = re.match(r"[a-zA-Z](?![a-zA-Z])", node.label or "")
    return match[0].lower() if match else ""


def parameters_of(neuron: Value) -> tuple[Value, ...]:
    """The leaves among the weights and bias of a weighted sum."""
    n = len(neuron.operands) // 2
    return tuple([x for x in neuron.operands[:n] + neuron.operands[2 * n :] if x.op is None])
