"""How parameters follow their gradients."""

from collections.abc import Iterable

from autograd import Value


class SGD:
    """Gradient descent: w ← w - lr · ∂C/∂w, for every parameter, with the learning rate lr."""

    def __init__(self, parameters: Iterable[Value], lr: float = 0.01) -> None:
        if not isinstance(parameters, Iterable):
            raise TypeError(f"SGD takes parameters, as of model.parameters(), got {type(parameters).__name__}")
        self.parameters, self.lr = list(parameters), lr

    def step(self) -> None:
        """Move every parameter one step against its gradient."""
        for parameter in self.parameters:
            parameter.data -= self.lr * parameter.grad

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0
