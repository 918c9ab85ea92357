"""Optimizers after every single step: against PyTorch, and against their formulas over all gradients so far."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, sign
from nn import MLP, SGD, Adam, AdamW, Optimizer
from nn.optimizers import Schedule, cosine, exponential, linear, staircase, warmup

STEPS = 20
START = (0.7, -0.4, 1.1)

SGD_OPTIONS = [
    {"momentum": momentum, "nesterov": nesterov, "weight_decay": decay}
    for momentum, nesterov in ((0.0, False), (0.9, False), (0.9, True), (0.35, True))
    for decay in (0.0, 0.1)
]
ADAM_OPTIONS: list[dict[str, Any]] = [
    {"betas": betas, "eps": eps, "weight_decay": decay}
    for betas in ((0.9, 0.999), (0.5, 0.6), (0.0, 0.9), (0.9, 0.0))
    for eps in (1e-8, 0.1)
    for decay in (0.0, 0.2)
]
RULES = [
    *[("SGD", {"lr": 0.05, **options}) for options in SGD_OPTIONS],
    *[(name, {"lr": 0.03, **options}) for name in ("Adam", "AdamW") for options in ADAM_OPTIONS],
]
OURS: dict[str, Callable[..., Optimizer]] = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW}
each_rule = pytest.mark.parametrize(("name", "options"), RULES)


def bumpy(functions: Any, a: Any, b: Any, c: Any) -> Any:
    """A function that is not quadratic, over Values as over tensors."""
    return (1 + functions.sin(3 * a)) * b**2 + functions.exp(0.3 * a) / 2 + (a * b - c) ** 4 / 10 + functions.tanh(c)


def our_steps(optimizer: Optimizer, steps: int = STEPS) -> Iterator[tuple[list[float], list[float]]]:
    """After each step the gradients that it followed, and the parameters."""
    for _ in range(steps):
        optimizer.zero_grad()
        bumpy(autograd, *optimizer.parameters).backward()
        gradients = [p.grad for p in optimizer.parameters]
        optimizer.step()
        yield gradients, [p.data for p in optimizer.parameters]


def pytorch_steps(
    name: str, options: dict[str, Any], steps: int = STEPS, schedule: Callable[[Any, Any], Any] | None = None
) -> Iterator[list[float]]:
    """PyTorch's parameters after each step. schedule: makes a scheduler from torch and the optimizer."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    optimizer = getattr(torch.optim, name)(parameters, **options)
    scheduler = schedule and schedule(torch, optimizer)
    for _ in range(steps):
        optimizer.zero_grad()
        bumpy(torch, *parameters).backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        yield [p.item() for p in parameters]


@pytest.mark.pytorch
@each_rule
def test_every_step_is_pytorch_s(name: str, options: dict[str, Any]) -> None:
    expected = list(pytorch_steps(name, options))
    found = [parameters for _, parameters in our_steps(OURS[name](map(Value, START), **options))]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    assert np.ptp(found, axis=0).min() > 1e-2  # they moved


@each_rule
def test_every_step_is_the_formula_s(name: str, options: dict[str, Any]) -> None:
    """The moving averages as what they are, sums over all gradients: v_t = Σ_i μ^(t-i) g_i."""
    w, gradients = np.array(START), list[Any]()
    decay, lr = options["weight_decay"], options["lr"]
    for t, (found, parameters) in enumerate(our_steps(OURS[name](map(Value, START), **options)), 1):
        gradients.append(np.array(found) + (0 if name == "AdamW" else decay * w))
        ages = range(t - 1, -1, -1)
        if name == "SGD":
            v = sum(options["momentum"] ** age * g for age, g in zip(ages, gradients, strict=True))
            w = w - lr * (gradients[-1] + options["momentum"] * v if options["nesterov"] else v)
        else:
            beta1, beta2 = options["betas"]
            m = sum((1 - beta1) * beta1**age * g for age, g in zip(ages, gradients, strict=True)) / (1 - beta1**t)
            v = sum((1 - beta2) * beta2**age * g**2 for age, g in zip(ages, gradients, strict=True)) / (1 - beta2**t)
            w = w * (1 - lr * decay if name == "AdamW" else 1) - lr * m / (np.sqrt(v) + options["eps"])
        assert parameters == pytest.approx(w, rel=1e-12, abs=1e-15)


def used(step: int) -> list[bool]:
    """Whether each of three parameters is in the loss of that step: the last is not for long, nor always after that."""
    return [True, step % 3 != 1, step > 4 and step % 2 == 0]


def steps_of_some(optimizer: Any, functions: Any, parameters: Sequence[Any], steps: int = 12) -> Iterator[None]:
    for step in range(steps):
        optimizer.zero_grad()
        sum(functions.sin(p) * p for p, there in zip(parameters, used(step), strict=True) if there).backward()
        optimizer.step()
        yield


@pytest.mark.pytorch
@each_rule
def test_what_backward_has_not_reached_is_left_alone_as_in_pytorch(name: str, options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    ours = [Value(x) for x in START]
    their_steps = steps_of_some(getattr(torch.optim, name)(theirs, **options), torch, theirs)
    for _ in zip(their_steps, steps_of_some(OURS[name](ours, **options), autograd, ours), strict=True):
        assert [p.data for p in ours] == pytest.approx([p.item() for p in theirs], rel=1e-12, abs=1e-14)


@each_rule
def test_what_backward_has_not_reached_is_left_alone(name: str, options: dict[str, Any]) -> None:
    """Each parameter goes as one would that has an optimizer of its own, and no steps but those that reach it."""
    together, alone = [Value(x) for x in START], [Value(x) for x in START]
    optimizer, own = OURS[name](together, **options), [OURS[name]([p], **options) for p in alone]
    for step, _ in enumerate(steps_of_some(optimizer, autograd, together)):
        for p, its, there in zip(alone, own, used(step), strict=True):
            if there:
                its.zero_grad()
                (autograd.sin(p) * p).backward()
                its.step()
        assert [p.data for p in together] == [p.data for p in alone]
        assert optimizer.state == [list(kept) for kept in zip(*[[k for (k,) in its.state] for its in own], strict=True)]
    assert (optimizer.steps, optimizer.counts) == (12, [12, 8, 3])


def test_a_gradient_of_0_is_a_gradient_where_there_is_one() -> None:
    p, q, r = Value(1.0), Value(1.0), Value(1.0)
    optimizer = AdamW([p, q, r], lr=0.1, weight_decay=0.5)
    optimizer.step()
    assert [x.data for x in (p, q, r)] == [1.0] * 3, "backward() has not come yet"
    (p * 0.0).backward()
    q.grad = 0.0  # by hand, as in micrograd's loops
    optimizer.step()
    assert [x.data for x in (p, q, r)] == [0.95, 0.95, 1.0]


@pytest.mark.pytorch
@pytest.mark.parametrize("name", OURS)
def test_the_defaults_are_pytorch_s(name: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    theirs = getattr(torch.optim, name)([torch.zeros(1)]).defaults
    ours = OURS[name]([Value(0.0)])
    for option in ("lr", "momentum", "nesterov", "betas", "eps", "weight_decay"):
        if (name, option) != ("SGD", "lr"):  # 0.01, which PyTorch long left to the user
            assert getattr(ours, option, None) == theirs.get(option), option


@pytest.mark.parametrize("gradient", [-1e6, -1e-3, 1e-3, 1e6])
@pytest.mark.parametrize("make", [Adam, AdamW])
def test_adam_s_first_step_is_the_learning_rate_whatever_the_gradient(
    make: Callable[..., Optimizer], gradient: float
) -> None:
    p = Value(0.0)
    p.grad = gradient
    make([p], lr=0.1).step()
    assert p.data == pytest.approx(-math.copysign(0.1, gradient), rel=1e-4)


# ---------------------------------------------------------------------------------------------------- learning rates

SCHEDULES: dict[str, tuple[Schedule, Callable[[Any, Any], Any]]] = {
    "staircase": (staircase(0.05, every=7, factor=0.5), lambda t, o: t.optim.lr_scheduler.StepLR(o, 7, 0.5)),
    "staircase, by default": (staircase(0.05, 10), lambda t, o: t.optim.lr_scheduler.StepLR(o, 10)),
    "exponential": (exponential(0.05, 0.9), lambda t, o: t.optim.lr_scheduler.ExponentialLR(o, 0.9)),
    "cosine": (cosine(0.05, 60), lambda t, o: t.optim.lr_scheduler.CosineAnnealingLR(o, 60)),
    "cosine, to a floor": (
        cosine(0.05, 60, end=0.01),
        lambda t, o: t.optim.lr_scheduler.CosineAnnealingLR(o, 60, eta_min=0.01),
    ),
    "linear": (linear(0.05, 0.005, 25), lambda t, o: t.optim.lr_scheduler.LinearLR(o, 1.0, 0.1, 25)),
    "linear, upwards": (linear(0.01, 0.05, 40), lambda t, o: t.optim.lr_scheduler.LinearLR(o, 0.2, 1.0, 40)),
    "warmup": (warmup(0.05, 10), lambda t, o: t.optim.lr_scheduler.LinearLR(o, 0.1, 1.0, 9)),
    "your own": (lambda step: 0.05 / (1 + step), lambda t, o: t.optim.lr_scheduler.LambdaLR(o, lambda s: 1 / (1 + s))),
}


@pytest.mark.pytorch
@pytest.mark.parametrize("rule", ["SGD", "AdamW"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_are_pytorch_s_through_the_optimizer(rule: str, schedule: str) -> None:
    ours, theirs = SCHEDULES[schedule]
    expected = list(pytorch_steps(rule, {"lr": 0.05}, 60, theirs))
    found = [parameters for _, parameters in our_steps(OURS[rule](map(Value, START), lr=ours), 60)]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (linear(1.0, 0.5, 2), [1.0, 0.75, 0.5, 0.5]),
        (exponential(1.0, 0.5), [1.0, 0.5, 0.25, 0.125]),
        (staircase(1.0, 2, 0.5), [1.0, 1.0, 0.5, 0.5, 0.25]),
        (cosine(1.0, 2, 0.5), [1.0, 0.75, 0.5, 0.5, 0.5]),
        (warmup(1.0, 4), [0.25, 0.5, 0.75, 1.0, 1.0]),
        (warmup(linear(1.0, 0.0, 4), 2), [0.5, 0.75, 0.5, 0.25, 0.0]),
    ],
)
def test_schedules_by_hand(schedule: Schedule, rates: list[float]) -> None:
    assert [schedule(step) for step in range(len(rates))] == pytest.approx(rates)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 50))
def test_schedules_start_and_end_where_they_say(start: float, end: float, steps: int) -> None:
    for schedule in (linear(start, end, steps), cosine(start, steps, end)):
        assert schedule(0) == pytest.approx(start)
        assert schedule(steps) == schedule(steps + 7) == pytest.approx(end)
        rates = [float(schedule(step)) for step in range(steps + 1)]
        assert rates == pytest.approx(sorted(rates, reverse=start > end))


def test_the_learning_rate_is_that_of_the_next_step() -> None:
    p = Value(0.0)
    optimizer = SGD([p], lr=linear(1.0, 0.0, 4))
    for step in range(5):
        rate, before, p.grad = optimizer.learning_rate, p.data, 1.0
        assert (optimizer.steps, rate) == (step, 1 - step / 4)
        optimizer.step()
        assert p.data == before - rate


@pytest.mark.parametrize("rate", [np.float32(0.5), np.float64(0.5), Value(0.5), lambda step: np.float32(0.5)])
@pytest.mark.parametrize("make", [SGD, Adam, AdamW])
def test_parameters_stay_floats_whatever_kind_of_number_the_rate_is(make: Callable[..., Optimizer], rate: Any) -> None:
    p, same = Value(1.0), Value(1.0)
    for parameter, lr in ((p, rate), (same, 0.5)):
        parameter.grad = 0.1
        make([parameter], lr=lr).step()
    assert type(p.data) is float
    assert p.data == same.data


# ----------------------------------------------------------------------------------------------------- what is refused


sgd: Any
adam: Any
adamw: Any
sgd, adam, adamw = SGD, Adam, AdamW  # which may take anything


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda p: sgd(p, lr=-0.1), ValueError, r"a learning rate is a finite number that is not negative, got -0\.1"),
        (lambda p: sgd(p, lr=math.nan), ValueError, "a learning rate is a finite number .*got nan"),
        (lambda p: adam(p, lr=math.inf), ValueError, "a learning rate is a finite number .*got inf"),
        (lambda p: sgd(p, lr="0.1"), TypeError, r"a learning rate is a number, got str '0\.1'"),
        (lambda p: sgd(p, lr=None), TypeError, "a learning rate is a number, got NoneType"),
        (lambda p: sgd(p, lr=lambda step: -1), ValueError, "a learning rate is a finite number .*got -1"),
        (lambda p: sgd(p, momentum=1), ValueError, "momentum is a number from 0 up to 1, got 1"),
        (lambda p: sgd(p, momentum=-0.1), ValueError, "momentum is a number from 0 up to 1"),
        (lambda p: sgd(p, momentum="a"), TypeError, "momentum is a number, got str 'a'"),
        (lambda p: sgd(p, nesterov=True), ValueError, "nesterov takes a momentum above 0"),
        (lambda p: sgd(p, weight_decay=-1), ValueError, "weight_decay is a finite number that is not negative"),
        (lambda p: adam(p, weight_decay=math.inf), ValueError, "weight_decay is a finite number"),
        (lambda p: adam(p, betas=(0.9, 1.0)), ValueError, "the second of betas is a number from 0 up to 1"),
        (lambda p: adam(p, betas=(-0.1, 0.9)), ValueError, "the first of betas is a number from 0 up to 1"),
        (lambda p: adam(p, betas=(0.9,)), ValueError, "betas are two numbers"),
        (lambda p: adam(p, betas=0.9), ValueError, r"betas are two numbers, got 0\.9"),
        (lambda p: adamw(p, eps=-1e-8), ValueError, "eps is a finite number that is not negative"),
        (lambda p: adam(p, eps=0), ValueError, "eps is above 0"),
        (lambda p: sgd([]), ValueError, "SGD takes at least one parameter"),
        (lambda p: sgd(MLP(1, [1])), TypeError, r"SGD takes parameters, as of model.parameters\(\), got MLP"),
        (lambda p: adamw([*p, 0.5]), TypeError, "AdamW takes Values as parameters, got float"),
        (lambda p: linear(1, 0, 0), ValueError, "steps is a whole number above 0, got 0"),
        (lambda p: cosine(1, -1), ValueError, "steps is a whole number above 0"),
        (lambda p: warmup(1, 0), ValueError, "steps is a whole number above 0"),
        (lambda p: staircase(1, 0), ValueError, "every is a whole number above 0"),
    ],
)
def test_options_that_do_not_serve(make: Callable[[list[Value]], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make([Value(1.0)])


def test_a_schedule_that_goes_wrong_later_changes_nothing() -> None:
    p = Value(1.0)
    optimizer = SGD([p], lr=lambda step: 0.1 if step < 1 else math.nan)
    p.grad = 1.0
    optimizer.step()
    with pytest.raises(ValueError, match=r"a learning rate is a finite number .*got nan"):
        optimizer.step()
    assert (p.data, optimizer.steps) == (0.9, 1)


def test_parameters_may_come_from_a_generator_and_each_moves_once() -> None:
    p, q = Value(1.0), Value(2.0)
    optimizer = SGD((x for x in (p, q, p)), lr=1.0)
    p.grad = q.grad = 0.5
    optimizer.step()
    assert (p.data, q.data) == (0.5, 1.5)


@pytest.mark.parametrize("make", [SGD, Adam, AdamW])
def test_only_the_parameters_given_move(make: Callable[..., Optimizer]) -> None:
    model = MLP(2, [2, 1], "tanh", seed=1)
    frozen, before = model.layers[0].parameters(), model.state_dict()
    optimizer = make(model.layers[1].parameters(), lr=0.1)
    model([0.5, -0.5]).backward()
    optimizer.step()
    assert [p.data for p in frozen] == [before[str(p.label)] for p in frozen]
    assert all(p.data != before[str(p.label)] for p in model.layers[1].parameters())
    optimizer.zero_grad()
    assert {p.grad for p in model.layers[1].parameters()} == {0.0}
    assert any(p.grad for p in frozen)


def test_an_optimizer_of_one_s_own() -> None:
    class SignDescent(Optimizer):
        def rule(self, w: Any, g: Any, *numbers: Any) -> list[Any]:
            (lr,) = numbers
            return [w - lr * sign(g)]

    p = Value(1.0)
    p.grad = 123.0
    SignDescent([p], lr=0.25).step()
    assert p.data == 0.75


@pytest.mark.parametrize("make", [SGD, Adam, AdamW])
def test_a_parameter_without_gradient_stays(make: Callable[..., Optimizer]) -> None:
    p = Value(1.5)
    for _ in range(3):
        make([p], lr=0.1, weight_decay=0.0).step()
    assert p.data == 1.5
