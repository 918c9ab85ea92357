"""What may be named in an answer: the nodes of a graph in all their spellings, their gradients, and functions."""

from collections.abc import Iterator, Mapping

from autograd.core import Operation, Value, constant
from autograd.core import operations as ops
from autograd.notation import Expression, Symbol, label_parts, unicode_label

OTHER_NAMES = ("δ", "delta", "η", "eta", "e", "π", "pi", "f", "g", "φ", "ϕ")  # the last for any function
MOST_LETTERS = 6  # in a row that may stand for a product


class Names:
    """The names of a graph in all their spellings, and its functions. symbols: of its nodes, the output's last."""

    def __init__(self, symbols: Mapping[Value, Expression]) -> None:
        self.nodes: dict[str, Value] = {}
        *_, self.output = symbols
        others: dict[str, Value] = {}
        for node, symbol in symbols.items():
            if isinstance(symbol, Symbol) and node.op is not constant:
                first, *more = _spellings(symbol.label)
                self.nodes[first] = node
                others |= {text: node for text in more if text not in others}
        self.shown = list(self.nodes)
        self.nodes = others | self.nodes
        self.gradients = {text: node for node, symbol in symbols.items() for text in _local_gradients(symbol)}
        rows = list(ops.table.values()) + [node.op for node in symbols if node.op is not None]
        self.functions: dict[str, Operation] = {name: op for op in rows for name in names_of_function(op)}
        self._applied_to: dict[Value, set[Operation]] = {}
        for node in symbols:
            if node.op is not None and names_of_function(node.op) and len(operands := _variables(node)) == 1:
                self._applied_to.setdefault(operands[0], set()).add(node.op)
        names = {*self.nodes, *self.gradients, *self.functions, *OTHER_NAMES}
        self._longest_first = sorted(names, key=lambda name: (-len(name), name))

    def at(self, text: str, start: int) -> str | None:
        """The longest name that stands there and does not go on; or the first of several letters, as in kx."""
        for name in self._longest_first:
            end = start + len(name)
            if text.startswith(name, start) and not _goes_on(name, text[end : end + 1]):
                return name
        readings = self._readings(text, start, MOST_LETTERS)
        return readings[0] if len(readings) == 1 else None

    def _readings(self, text: str, start: int, most: int) -> list[str]:
        """The first name of each way to read what stands there as several, at most so many, one behind the other."""
        found = []
        for name in self._longest_first if most else ():
            following = text[start + len(name) : start + len(name) + 1]
            if text.startswith(name, start):
                if not _goes_on(name, following):
                    found.append(name)
                elif following.isalpha():
                    found += [name] * len(self._readings(text, start + len(name), most - 1))
        return found

    def function_of(self, node: Value) -> Operation | None:
        """The function that the graph applies to a node, if it is one."""
        ops_of_node = self._applied_to.get(node, set())
        return next(iter(ops_of_node)) if len(ops_of_node) == 1 else None


def _variables(node: Value) -> list[Value]:
    return [x for x in dict.fromkeys(node.operands) if x.op is not constant]


def _local_gradients(symbol: Expression) -> Iterator[str]:
    """δ³₁ for what is called z³₁, in all spellings."""
    if isinstance(symbol, Symbol) and symbol.label[:1] == "z" and not symbol.label[1:2].isalpha():
        for delta in ("δ", "delta") if symbol.label[1:] else ():
            yield from _spellings(delta + symbol.label[1:])


def _goes_on(name: str, following: str) -> bool:
    """Whether what stands after a name makes another of it: a letter or a digit, but no exponent such as ²."""
    return (following.isalpha() and name[-1].isalpha()) or (following.isdecimal() and name[-1].isalnum())


def spellings(label: str) -> list[str]:
    """A label in all the ways in which it may be written, first as in formulas."""
    return list(dict.fromkeys([*_spellings(label), label]))


def _spellings(label: str) -> Iterator[str]:
    yield _without_braces(unicode_label(label))
    yield _without_braces(label)
    parts = label_parts(label)
    if parts and not parts["which"]:
        base, up, down = parts["base"] + parts["prime"], parts["up"], parts["down"]
        if up and down:
            yield from (f"{base}^{up}_{down}", f"{base}_{down}^{up}", f"{base}{up}_{down}", f"{base}{up}{down}")
            yield f"{base}_{up}_{down}"
        elif down:
            yield from (f"{base}_{down}", f"{base}{down}")
        elif up:
            yield f"{base}^{up}"


def _without_braces(text: str) -> str:
    return text.replace("{", "").replace("}", "").replace("′", "'")


_MORE_NAMES = {ops.sigmoid: ["sig"], ops.log: ["ln"]}


def names_of_function(op: Operation) -> list[str]:
    """What a function may be called in an answer; nothing for what is no function of one variable."""
    if op.arity != 1 and op.role != "activation" and op not in (ops.maximum, ops.minimum):
        return []
    names = [op.name, op.__name__, op.text, *_MORE_NAMES.get(op, [])]
    return list(dict.fromkeys([name for name in names if name.isalpha()]))
