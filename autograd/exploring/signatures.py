"""What nodes have in common: an operation, and which of its operands are the same, or always the same number."""

from dataclasses import dataclass

from autograd.core import Operation, Value, constant


@dataclass(frozen=True)
class Signature:
    """An operation, and for each operand the index of a variable, or a number that it always has."""

    op: Operation
    operands: tuple[int | float, ...]

    @staticmethod
    def of(node: Value) -> tuple["Signature", list[Value]]:
        """The signature of a node, and its variables: each operand once, without the constants."""
        assert node.op is not None
        index: dict[Value, int] = {}
        operands = [x.data if x.op is constant else index.setdefault(x, len(index)) for x in node.operands]
        return Signature(node.op, tuple(operands)), list(index)

    @property
    def variables(self) -> int:
        """The number of different operands that are no constants."""
        return len({x for x in self.operands if type(x) is int})

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others: -0 is not 0, and one nan is like another."""
        return self.op, tuple([x.hex() if isinstance(x, float) else x for x in self.operands])
