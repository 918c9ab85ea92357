"""Hints in three stages: where to begin, which rule, in words, and the numbers put in."""

from autograd.core import Operation, Value
from autograd.core import operations as ops
from autograd.notation import Expression, Number, TextWriter, partial, written_out
from autograd.practising.judging import name_of
from autograd.practising.mistakes import Question
from autograd.practising.terms import SUBTRACTED, Factor, Numbers
from autograd.practising.wrong_rules import is_function
from autograd.words import marked, t, tn

STAGES = 3

# What is done for a question as a whole.
APPROACH: dict[str, str] = {
    "value": marked("Put the numbers of its operands into the formula."),
    "sum": marked("A node that is used several times receives the sum of what its users hand on."),
    "gradient": marked("Multiply the partials along each path from the output back; several paths are added up."),
    "update": marked("New number = old number − learning rate · gradient."),
}


def made_by(op: Operation | None) -> str:
    """How the value of an operation comes about, in words that t() takes."""
    if op is ops.affine:
        return marked("A weighted sum: each input times its own weight; the bias, if there is one, counts once.")
    if op is not None and is_function(op):
        return marked("It is a function of {nodes} alone.")
    return marked("It is made from {nodes}.")


def rule_of(op: Operation | None) -> str:
    """How the partials of an operation come about, in words that t() takes."""
    if op in (ops.mul, ops.affine):
        return marked("the derivative of a product by one factor is the other factor; a bias counts once")
    if op in (ops.add, ops.sub, ops.total):
        return marked("the derivative of a sum by one of its terms is 1, or −1 where it is subtracted")
    if op is not None and op.role == "loss":
        return marked("differentiate the cost by the prediction: the outer derivative, times that of what is inside")
    if op is not None and is_function(op):
        return marked("the slope of the function, at the number that goes into it")
    return marked("differentiate the operation by this operand")


def direction_of(gradient: float) -> str:
    """Where a step against a gradient leads, in words that t() takes."""
    if gradient > 0:
        return marked("The gradient is positive: a step against it makes {name} smaller.")
    if gradient < 0:
        return marked("The gradient is negative: a step against it makes {name} larger.")
    return marked("The gradient is 0: the step leaves {name} as it is.")


def hint(question: Question, stage: int, symbols: dict[Value, Expression], numbers: Numbers, digits: int) -> str:
    """The hint of a stage, 1 to 3."""
    if stage == 1:
        return _begin(question, symbols, numbers)
    if stage == 2:
        return _rule(question, digits)
    return _with_numbers(question, symbols, numbers, digits)


def _begin(question: Question, symbols: dict[Value, Expression], numbers: Numbers) -> str:
    writer, node = TextWriter(), question.node
    if question.kind == "value":
        made_from = ", ".join([writer.write(symbols[x]) for x in dict.fromkeys(node.operands)])
        return t(made_by(node.op), nodes=made_from)
    if question.kind == "update":
        return t(direction_of(numbers.gradients[node]), name=writer.write(symbols[node]))
    paths = "; ".join([", ".join([name_of(factor, symbols) for factor in term]) for term in question.terms])
    return tn("There is one path: {paths}.", "There are {count} paths: {paths}.", len(question.terms), paths=paths)


def _rule(question: Question, digits: int) -> str:
    """What is done, and the functions on the way."""
    factors = [factor for term in question.terms for factor in term if factor.kind == "partial"]
    nodes = [question.node] if question.kind == "value" else [x.node for x in factors if x.node is not None]
    equations = [
        equation
        for op in dict.fromkeys([node.op for node in nodes])
        if op is not None and is_function(op)
        for equation in _equations(op, question.kind != "value", digits)
    ]
    return " ".join([t(APPROACH[question.kind]), "; ".join(equations)]).strip()


def _equations(op: Operation, with_slope: bool, digits: int) -> list[str]:
    """A function written out, and its slope: σ(x) = 1 / (1 + e^(−x))."""
    writer, written = TextWriter(digits), written_out(op)
    if written is None:
        return []
    applied = writer.write(written.applied)
    found = [f"{applied} = {writer.write(written.definition)}"] if written.definition else []
    if with_slope and written.slope:
        found.append(f"d/d{writer.write(written.by)} {applied} = {writer.write(written.slope)}")
    return found


def _put_in(factor: Factor, symbols: dict[Value, Expression], numbers: Numbers) -> Expression:
    """A partial as its formula, all else as a number."""
    if factor.kind == "partial" and factor.node is not None and factor.operand is not None:
        return partial(factor.node, factor.operand, symbols)
    return Number(numbers.of(factor))


def _with_numbers(question: Question, symbols: dict[Value, Expression], numbers: Numbers, digits: int) -> str:
    if question.kind == "value" and len(question.terms) == 1:
        operands = [Number(numbers.values[x]) for x in question.node.operands]
        assert question.node.op is not None
        writer = TextWriter(digits)
        return writer.write(Expression().apply_operation(question.node.op, tuple(operands)))
    writer, text = TextWriter(digits, numbers=True), ""
    for term in question.terms:
        subtracted = term[0] == SUBTRACTED
        factors = [_put_in(factor, symbols, numbers) for factor in term[subtracted:]]
        negative, body = writer.product(factors, leading=not text)
        sign = "−" if negative != subtracted else "+" if text else ""
        text += f" {sign} {body}" if text else sign + body
    return text
