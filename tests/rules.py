"""Optimizers of any rule, for tests."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd import Value
from nn.optimizers import Optimizer


class Ruled(Optimizer):
    """An optimizer that is a rule. kept: how many numbers it keeps; scalars: those of step 0, 1, 2, …, or of all."""

    def __init__(
        self,
        parameters: Iterable[Value],
        rule: Callable[..., Sequence[Any]],
        kept: int = 0,
        scalars: Callable[[int], Any] | Sequence[float] = (),
    ) -> None:
        self.kept, self._rule = kept, rule
        self._scalars: Any = scalars if callable(scalars) else lambda step: scalars
        super().__init__(parameters, lr=0.0)

    def scalars(self, lr: Any, step: Any) -> Any:
        """See the class."""
        return self._scalars(step - 1)

    def rule(self, w: Any, g: Any, *numbers: Any) -> Sequence[Any]:
        """See the class."""
        return self._rule(w, g, *numbers)
