"""How parameters follow their gradients: the update rules of PyTorch, and learning rates that change with the step.

A learning rate is a number, or a schedule: a function that takes the number of steps made so far (0, 1, 2, …) and
gives the rate of the next, such as `lambda step: 0.1 / (1 + step)`, or one of those made here.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from autograd import Value

Schedule = Callable[[int], float]


class Optimizer(ABC):
    """What optimizers have in common. parameters: the Values to move; lr: the learning rate, or a schedule of it.

    A new one declares its update in `_update`.
    """

    def __init__(self, parameters: Iterable[Value], lr: float | Schedule) -> None:
        name = type(self).__name__
        if not isinstance(parameters, Iterable):
            raise TypeError(f"{name} takes parameters, as of model.parameters(), got {type(parameters).__name__}")
        self.parameters = list(parameters)
        for parameter in self.parameters:
            if not isinstance(parameter, Value):
                raise TypeError(f"{name} takes Values as parameters, got {type(parameter).__name__}")
        self.lr = lr
        self.steps = 0
        _ = self.learning_rate  # a rate that does not serve is refused at once

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        rate = self.lr(self.steps) if callable(self.lr) else self.lr
        _require(0 <= rate < math.inf, f"a learning rate is a finite number that is not negative, got {rate!r}")
        return rate

    def step(self) -> None:
        """Move every parameter one step against its gradient."""
        rate = self.learning_rate
        self.steps += 1
        self._update(rate)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    @abstractmethod
    def _update(self, lr: float) -> None:
        """Move every parameter, with the learning rate lr; self.steps counts this step."""


class SGD(Optimizer):
    """Gradient descent: w ← w - lr · g, where g is the gradient ∂C/∂w.

    With weight_decay λ, g is ∂C/∂w + λ w. With momentum μ, a velocity takes the place of g: v ← μ v + g, which starts
    as the first g; with nesterov, g + μ v does (Y. Nesterov, Doklady 269, 1983, in the form of PyTorch's SGD).
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        _require(0 <= momentum < 1, f"momentum is a number from 0 up to 1, got {momentum!r}")
        _require(momentum > 0 or not nesterov, "nesterov takes a momentum above 0, got 0")
        _require_decay(weight_decay)
        self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
        self.velocities = [0.0] * len(self.parameters)

    def _update(self, lr: float) -> None:
        if not self.momentum and not self.weight_decay:
            for parameter in self.parameters:
                parameter.data -= lr * parameter.grad
            return
        for i, parameter in enumerate(self.parameters):
            g = parameter.grad + self.weight_decay * parameter.data
            v = self.velocities[i] = self.momentum * self.velocities[i] + g
            parameter.data -= lr * (g + self.momentum * v if self.nesterov else v)


class Adam(Optimizer):
    """Steps of about lr in each parameter, whatever the size of its gradients g (D. Kingma and J. Ba, ICLR 2015).

        m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²        w ← w - lr · m̂ / (√v̂ + eps)

    in which m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) after t steps, since m and v start at 0. betas are β₁ and β₂.
    With weight_decay λ, g is ∂C/∂w + λ w.
    """

    decoupled = False  # whether the decay acts on the weights themselves, and not by way of their gradients

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        _require(
            len(betas) == 2 and all(0 <= b < 1 for b in betas), f"betas are two numbers from 0 up to 1, got {betas}"
        )
        _require(eps >= 0, f"eps is a number that is not negative, got {eps!r}")
        _require_decay(weight_decay)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay
        self.first_moments = [0.0] * len(self.parameters)
        self.second_moments = [0.0] * len(self.parameters)

    def _update(self, lr: float) -> None:
        beta1, beta2 = self.betas
        correction1, correction2 = 1 - beta1**self.steps, math.sqrt(1 - beta2**self.steps)
        firsts, seconds = self.first_moments, self.second_moments
        for i, parameter in enumerate(self.parameters):
            g = parameter.grad
            if self.decoupled:
                parameter.data *= 1 - lr * self.weight_decay
            else:
                g += self.weight_decay * parameter.data
            m = firsts[i] = beta1 * firsts[i] + (1 - beta1) * g
            v = seconds[i] = beta2 * seconds[i] + (1 - beta2) * g * g
            parameter.data -= lr / correction1 * m / (math.sqrt(v) / correction2 + self.eps)


class AdamW(Adam):
    """Adam with decoupled weight decay: each step first shrinks w to (1 - lr λ) w.

    I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, ICLR 2019. weight_decay is λ.
    """

    decoupled = True

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)


def linear(start: float, end: float, steps: int) -> Schedule:
    """From start to end in equal steps, then end."""
    _require(steps > 0, f"steps is a whole number above 0, got {steps!r}")
    return lambda step: start + (end - start) * min(step, steps) / steps


def exponential(start: float, factor: float) -> Schedule:
    """start, multiplied by factor at each step."""
    return lambda step: start * factor**step


def staircase(start: float, every: int, factor: float = 0.1) -> Schedule:
    """start, multiplied by factor after every so many steps."""
    _require(every > 0, f"every is a whole number above 0, got {every!r}")
    return lambda step: start * factor ** (step // every)


def cosine(start: float, steps: int, end: float = 0.0) -> Schedule:
    """From start to end along half a wave of the cosine, then end (I. Loshchilov and F. Hutter, SGDR, ICLR 2017)."""
    _require(steps > 0, f"steps is a whole number above 0, got {steps!r}")
    return lambda step: end + (start - end) * (1 + math.cos(math.pi * min(step, steps) / steps)) / 2


def warmup(schedule: float | Schedule, steps: int) -> Schedule:
    """A rate, or a schedule, that is reached in equal steps from 0: its first is 1 / steps of it."""
    _require(steps > 0, f"steps is a whole number above 0, got {steps!r}")

    def warmed(step: int) -> float:
        rate = schedule(step) if callable(schedule) else schedule
        return rate * min(1.0, (step + 1) / steps)

    return warmed


def _require(fits: bool, message: str) -> None:
    if not fits:
        raise ValueError(message)


def _require_decay(weight_decay: float) -> None:
    _require(weight_decay >= 0, f"weight_decay is a number that is not negative, got {weight_decay!r}")
