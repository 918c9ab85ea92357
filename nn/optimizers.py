"""Optimizers: the update rules of PyTorch, and learning rates that change with the step.

A learning rate is a number, or a schedule: a function that takes the number of steps made so far (0, 1, 2, …) and
gives the rate of the next, such as `lambda step: 0.1 / (1 + step)`, or one of those made here.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any, SupportsFloat

from autograd import Value, as_value, at_once, sqrt
from autograd.core import NOT_COMPUTED, shown

Schedule = Callable[[int], SupportsFloat]


class Optimizer(ABC):
    """The base of all optimizers. parameters: the Values to move; lr: the learning rate, or a schedule of it.

    A parameter that comes twice is moved once. One that backward() has not reached since `zero_grad()` is left alone,
    as in PyTorch: no decay, no momentum, nothing kept of it changes, and the step is not counted for it. (Reached with
    a gradient of 0, or given that by hand, `p.grad = 0.0`, it takes part.)

    steps: how many were made, which a schedule goes by; counts: those that each parameter took part in, which Adam
    goes by. A new optimizer declares how a parameter moves in `rule`, in scalars, so that the rule can be compiled;
    what it keeps of each parameter from step to step (`kept` numbers, which start at 0) in `state`, and what a step
    takes besides the learning rate in `scalars`.
    """

    kept = 0

    def __init__(self, parameters: Iterable[Value], lr: SupportsFloat | Schedule) -> None:
        name = type(self).__name__
        if not isinstance(parameters, Iterable):
            raise TypeError(f"{name} takes parameters, as of model.parameters(), got {type(parameters).__name__}")
        self.parameters = list(dict.fromkeys(parameters))
        for parameter in self.parameters:
            if not isinstance(parameter, Value):
                raise TypeError(f"{name} takes Values as parameters, got {type(parameter).__name__}")
        _require(bool(self.parameters), f"{name} takes at least one parameter, got none")
        self.lr = lr
        self.steps = 0
        self.counts = [0] * len(self.parameters)  # of the steps that each of them took part in
        self.state = [[0.0] * len(self.parameters) for _ in range(self.kept)]  # for each number kept, all parameters'
        self.last_rate = self.learning_rate  # of the last step; one that cannot be used is refused at once

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.rate_after(self.steps)

    def rate_after(self, steps: int) -> float:
        """The learning rate of the step that follows after this number of steps."""
        return _number(self.lr(steps) if callable(self.lr) else self.lr, "a learning rate")

    def step(self) -> None:
        """Move every parameter that has a gradient one step against it: all, or none where this is interrupted."""
        rate = self.learning_rate
        places = [i for i, parameter in enumerate(self.parameters) if parameter.grad is not NOT_COMPUTED]
        counts = [self.counts[i] + 1 for i in places]
        scalars = {count: self.scalars(rate, count) for count in set(counts)}
        moved = []
        for i, count in zip(places, counts, strict=True):
            parameter, kept = self.parameters[i], [numbers[i] for numbers in self.state]
            moved.append(self.rule(parameter.data, parameter.grad, *kept, *scalars[count]))
        numbers, *state = map(list, zip(*moved, strict=True)) if moved else [[] for _ in range(1 + self.kept)]
        _require(len(state) == self.kept, f"a rule gives a number and {self.kept} that are kept, got {len(state)} kept")
        at_once(self.changes(places, numbers, state, counts, self.steps + 1, rate))

    def ahead(self, steps: int, after: int, count: int) -> tuple[list[float], list[tuple[Any, ...]]]:
        """The learning rates of steps that are to come, and all the scalars that the rule takes in each: a row for each
        step, or one where they stay the same.

        steps: how many; after: the steps before the first; count: of those, how many the parameters took part in.
        """
        if callable(self.lr):
            rates = [self.rate_after(i) for i in range(after, after + steps)]
        else:
            rates = [self.learning_rate] * steps
            if type(self).scalars is Optimizer.scalars:  # the rate alone, the same for all of them
                return rates, [(self.learning_rate,)]
        return rates, [self.scalars(rate, i) for i, rate in enumerate(rates, count + 1)]

    def changes(
        self,
        places: Sequence[int],
        numbers: Sequence[float],
        state: Sequence[list[float]],
        counts: list[int],
        steps: int,
        last_rate: float,
    ) -> list[tuple[Any, ...]]:
        """The changes, for `at_once`, that put parameters and optimizer where steps have led that were taken elsewhere.

        places: of the parameters that took part, in order; numbers, state, counts: theirs.
        """

        def merged(old: list[Any], new: list[Any]) -> list[Any]:
            if len(new) == len(old):
                return new
            by_place = dict(zip(places, new, strict=True))
            return [by_place.get(i, x) for i, x in enumerate(old)]

        own = {
            "state": [merged(old, new) for old, new in zip(self.state, state, strict=True)],
            "counts": merged(self.counts, counts),
            "steps": steps,
            "last_rate": last_rate,
        }
        moves = zip(repeat(setattr), map(self.parameters.__getitem__, places), repeat("data"), numbers, strict=False)
        return [*moves, *[(setattr, self, name, value) for name, value in own.items()]]

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter: it is 0, and `step` leaves it alone until backward() reaches it."""
        for parameter in self.parameters:
            parameter.grad = NOT_COMPUTED

    def scalars(self, lr: Any, step: Any) -> tuple[Any, ...]:
        """The scalars that the rule takes, from the learning rate and the number of a parameter's step, from 1.

        Both may be symbols, as in `rule`.
        """
        return (lr,)

    @abstractmethod
    def rule(self, w: Any, g: Any, *numbers: Any) -> Sequence[Any]:
        """The next number of a parameter, and the next of those kept of it.

        w: its number; g: its gradient; numbers: those kept of it, and then the scalars of the step. All of them may
        be symbols of what they will be: they can be calculated with, and not looked at.
        """


class SGD(Optimizer):
    """Gradient descent: w ← w - lr · g, where g is the gradient ∂C/∂w.

    With weight_decay λ, g is ∂C/∂w + λ w. With momentum μ, a velocity takes the place of g: v ← μ v + g, which starts
    as the first g; with nesterov, g + μ v does (Y. Nesterov, Doklady 269, 1983, in the form of PyTorch's SGD).
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: SupportsFloat | Schedule = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum, self.nesterov = _below_1(momentum, "momentum"), nesterov
        self.kept = 1 if self.momentum else 0
        _require(momentum > 0 or not nesterov, "nesterov takes a momentum above 0, got 0")
        self.weight_decay = _number(weight_decay, "weight_decay")
        super().__init__(parameters, lr)

    def rule(self, w: Any, g: Any, *numbers: Any) -> Sequence[Any]:
        """See the class."""
        *velocity, lr = numbers
        if self.weight_decay:
            g = g + self.weight_decay * w
        if not self.momentum:
            return [w - lr * g]
        v = self.momentum * velocity[0] + g
        return [w - lr * (g + self.momentum * v if self.nesterov else v), v]


class Adam(Optimizer):
    """Steps of about lr in each parameter, whatever the size of its gradients g (D. Kingma and J. Ba, ICLR 2015).

        m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²        w ← w - lr · m̂ / (√v̂ + eps)

    in which m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) after t steps, since m and v start at 0. betas are β₁ and β₂, and
    eps is above 0.
    With weight_decay λ, g is ∂C/∂w + λ w.
    """

    kept = 2
    decoupled = False  # whether the decay acts on the weights themselves, and not by way of their gradients

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: SupportsFloat | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        _require(isinstance(betas, (tuple, list)) and len(betas) == 2, f"betas are two numbers, got {shown(betas)}")
        self.betas = _below_1(betas[0], "the first of betas"), _below_1(betas[1], "the second of betas")
        self.eps, self.weight_decay = _number(eps, "eps"), _number(weight_decay, "weight_decay")
        _require(
            self.eps > 0, f"eps is above 0, or where all gradients are 0 it would be divided by 0, got {shown(eps)}"
        )

    def scalars(self, lr: Any, step: Any) -> tuple[Any, ...]:
        """The learning rate, the same corrected for m, and the correction of √v."""
        beta1, beta2 = self.betas
        return lr, lr / (1 - beta1**step), sqrt(1 - beta2**step)

    def rule(self, w: Any, g: Any, *numbers: Any) -> Sequence[Any]:
        """See the class."""
        m, v, lr, corrected_lr, correction = numbers
        beta1, beta2 = self.betas
        if self.decoupled:
            w = w * (1 - lr * self.weight_decay)
        elif self.weight_decay:
            g = g + self.weight_decay * w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        return [w - corrected_lr * m / (sqrt(v) / correction + self.eps), m, v]


class AdamW(Adam):
    """Adam with decoupled weight decay: each step first shrinks w to (1 - lr λ) w.

    I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, ICLR 2019. weight_decay is λ.
    """

    decoupled = True

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: SupportsFloat | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)


def linear(start: float, end: float, steps: int) -> Schedule:
    """From start to end in equal steps, then end."""
    _require(steps > 0, f"steps is a whole number above 0, got {shown(steps)}")
    return lambda step: start + (end - start) * min(step, steps) / steps


def exponential(start: float, factor: float) -> Schedule:
    """start, multiplied by factor at each step."""
    return lambda step: start * factor**step


def staircase(start: float, every: int, factor: float = 0.1) -> Schedule:
    """start, multiplied by factor once in `every` steps."""
    _require(every > 0, f"every is a whole number above 0, got {shown(every)}")
    return lambda step: start * factor ** (step // every)


def cosine(start: float, steps: int, end: float = 0.0) -> Schedule:
    """From start to end along half a wave of the cosine, then end (I. Loshchilov and F. Hutter, SGDR, ICLR 2017)."""
    _require(steps > 0, f"steps is a whole number above 0, got {shown(steps)}")
    return lambda step: end + (start - end) * (1 + math.cos(math.pi * min(step, steps) / steps)) / 2


def warmup(schedule: SupportsFloat | Schedule, steps: int) -> Schedule:
    """A rate, or a schedule, that is reached in equal steps from 0: its first is 1 / steps of it."""
    _require(steps > 0, f"steps is a whole number above 0, got {shown(steps)}")

    def warmed(step: int) -> float:
        rate = schedule(step) if callable(schedule) else schedule
        return _number(rate, "a learning rate") * min(1.0, (step + 1) / steps)

    return warmed


def _require(fits: bool, message: str) -> None:
    if not fits:
        raise ValueError(message)


def _number(x: Any, what: str, below: float = math.inf) -> float:
    """An option as a float, so that parameters stay floats whatever kind of number it is."""
    try:
        number: float = x if type(x) is float else as_value(x).data
    except TypeError:
        raise TypeError(f"{what} is a number, got {type(x).__name__} {shown(x)}") from None
    if not 0 <= number < below:
        fitting = "a finite number that is not negative" if below == math.inf else f"a number from 0 up to {below:g}"
        raise ValueError(f"{what} is {fitting}, got {shown(x)}")
    return number


def _below_1(x: Any, what: str) -> float:
    return _number(x, what, below=1.0)
