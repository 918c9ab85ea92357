"""What the core says and declares, to the last word, and where its limits are: each number on both of its sides."""

import array
import inspect
import math
import operator
import os
import re
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import FunctionType
from typing import Any

import mpmath
import pytest

import autograd
import nn
from autograd import (
    Operation,
    Value,
    affine,
    check_gradients,
    draw,
    exp,
    grad,
    log,
    operation,
    pick,
    relu,
    stop_gradient,
    total,
)
from autograd.checking import LEVELS, Precise, Slopes, _Graph
from autograd.core import (
    AnomalyError,
    as_value,
    at_once,
    constant,
    cut,
    detect_anomaly,
    ensuring,
    listed,
    no_grad,
    on_one_line,
    shown,
    tracer,
    watchers,
)
from autograd.core.copying import _latest
from autograd.core.operations import add, div, maximum, mul, pow, sub, table
from autograd.core.recording import WatchedBlock
from autograd.core.value import methods
from autograd.core.watching import rule
from autograd.files import write_files
from tests.golden import assert_golden

take: Any = lambda f: f  # noqa: E731 (what is wrong on purpose is not looked at by a type checker)
value, differentiate, check, blocked = map(take, (Value, grad, check_gradients, no_grad))

# ------------------------------------------------------------------------------------------------- what is declared


def row_of(op: Operation) -> str:
    own = [name for name in ("definition", "textbook") if getattr(op, name) not in (op.evaluate, op.partials)]
    called = f"{op.__name__}{with_defaults(op)} of {op.arity} operands, {op.defaults}"
    arranged = op.arrange.__name__ if op.arrange else "as they come"
    return "\n".join(
        [
            called,
            f"    {op.__doc__}",
            f"    {op.name!r} {op.text!r} {op.latex!r}, {'inline' if op.inline else 'named'}, arranged: {arranged}",
            f"    its own: {', '.join(own) or 'nothing'}",
        ]
    )


def test_every_row_of_the_table_is_declared_like_this() -> None:
    rows = [*table.values(), pick, stop_gradient, constant]
    assert_golden("rows.txt", "\n".join(map(row_of, rows)) + "\n")


def test_a_method_has_the_words_of_its_row() -> None:
    unary = [op for op in methods if op.arity == 1]
    assert len(unary) == 19
    for op in unary:
        assert getattr(Value, op.__name__).__doc__ == op.__doc__
    assert methods.keys() - unary == {add, sub, mul, div, pow}


def with_defaults(function: Any) -> str:
    """How it is called; without annotations, which every Python writes in its own way."""
    parameters = inspect.signature(function).parameters.values()
    shown_as = [
        p.replace(annotation=p.empty, default=p.default.__name__ if isinstance(p.default, FunctionType) else p.default)
        for p in parameters
    ]
    return str(inspect.Signature(shown_as))


def public(module: Any) -> Iterator[str]:
    for name in sorted(module.__all__):
        thing = getattr(module, name)
        if isinstance(thing, type):
            yield f"{module.__name__}.{name}"
            for method, function in sorted(vars(thing).items()):
                plain = function.__func__ if isinstance(function, staticmethod | classmethod) else function
                if isinstance(plain, FunctionType) and (method == "__init__" or not method.startswith("_")):
                    yield f"    {method}{with_defaults(plain)}"
        elif isinstance(thing, FunctionType):
            yield f"{module.__name__}.{name}{with_defaults(thing)}"


def test_every_public_function_is_called_like_this() -> None:
    assert_golden("public.txt", "\n".join([*public(autograd), *public(nn)]) + "\n")


def test_what_depends_on_the_context_has_a_name() -> None:
    assert [x.name for x in (watchers, rule, tracer, _latest)] == ["watchers", "rule", "tracer", "latest"]


# ------------------------------------------------------------------------------------------------------ what is said


def changed(result: Callable[[Value], Value], before: float, now: float, label: str = "x") -> Callable[[], object]:
    """What is said of a graph when a number in it has changed."""
    x = Value(before, label)
    y = result(x)
    x.data = now
    return lambda: grad(y, x)


def anomaly(compute: Callable[[], object]) -> Callable[[], object]:
    def looked_at() -> None:
        with detect_anomaly():
            compute()

    return looked_at


def with_a_label(x: Value) -> Value:
    y = x.exp()
    y.label = "result"
    return y


def with_its_leaf(op: Operation, x: float) -> tuple[Value, Value]:
    leaf = Value(x)
    return op(leaf), leaf


def computed(op: Operation, *numbers: float) -> object:
    return op(*map(Value, numbers))


def holding(data: Any) -> Value:
    x = Value(1.0, "w")
    x.data = data
    return x


def unlabelled(data: Any) -> Value:
    x = holding(data)
    x.label = ""
    return x


def wrong(name: str, partial: Callable[[Any], Any]) -> Operation:
    return operation(name, lambda x: x * x, lambda z, x: (partial(x),))


frozen = operation("frozen", math.exp, lambda z, x: (math.exp(x),))
unequal = operation("unequal", lambda x, y: x * y, lambda z, x, y: (y,))
no_tuple = take(operation)("no_tuple", lambda x: x, lambda z, x: [1.0])
off = operation("off", lambda x: x * x + 1e-3, lambda z, x: (2 * x,), definition=lambda x: x * x)
square = operation("square", lambda x: 3 * x * x, lambda z, x: (5 * x,))
cube = operation("cube", lambda x: x * x * x, lambda z, x: (square(x),))
third = Value(1 / 3)
REFUSALS: dict[str, Callable[[], object]] = {
    "a value of a text": lambda: value("a"),
    "a value of operands": lambda: value(1.0, (1.0,), "+"),
    "a value of a keyword": lambda: value(1.0, op="+"),
    "a label": lambda: value(1.0, 3),
    "another label": lambda: setattr(third, "label", 3),
    "as a value": lambda: as_value(take("a")),
    "a sum": lambda: take(third) + "a",
    "a comparison": lambda: take(third) < "a",
    "a function": lambda: exp("a"),
    "data in a function": lambda: exp(holding("a")),
    "data in a product": lambda: holding("a") * third,
    "data in backward": lambda: holding("a").backward(),
    "data without a label": lambda: unlabelled("a").exp(),
    "data in grad": lambda: grad(holding("a"), Value(1.0)),
    "too many operands": lambda: exp(1, 2),
    "too few": lambda: maximum(1),
    "too many beside a default": lambda: autograd.elu(1, 2, 3),
    "a rule of one partial for two": lambda: computed(unequal, 1.0, 2.0),
    "a rule that gives a list": lambda: computed(no_tuple, 1.0),
    "a rule of floats": lambda: grad(*with_its_leaf(frozen, 1.0)),
    "affine of two weights for one input": lambda: affine([1, 2], [3]),
    "affine of nothing": lambda: affine([], []),
    "a target": lambda: autograd.softmax_cross_entropy([1, 2], 2),
    "a target below": lambda: autograd.softmax_cross_entropy([1, 2], -1),
    "pick of nothing": lambda: pick([], 0),
    "grad of a number": lambda: differentiate(1.0, third),
    "grad in a number": lambda: differentiate(third, [third, 2.0]),
    "no_grad of a function": lambda: blocked(len),
    "no_grad of a class": lambda: blocked()(Path),
    "no_grad of a number": lambda: blocked()(3),
    "a block that does not say what it does": lambda: WatchedBlock.watch(third),
    "an anomaly": anomaly(lambda: Value(0.0, "x").log()),
    "an anomaly of thirds": anomaly(lambda: third * math.inf),
    "an anomaly of eight": anomaly(lambda: total([math.inf, third, *[1.0] * 6])),
    "an anomaly of nine": anomaly(lambda: total([math.inf, third, *[1.0] * 7])),
    "an anomaly of a partial": anomaly(lambda: Value(0.0, "x").sqrt()),
    "an anomaly of the second partial": anomaly(lambda: Value(0.0) ** Value(0.0, "y")),
    "a leaf that was changed": changed(exp, 0.0, 1.0),
    "one without a label": changed(exp, 0.0, 1.0, ""),
    "a factor": changed(lambda x: x * 2.0, 3.0, 4.0),
    "one whose result has a label": changed(with_a_label, 2.0, 3.0),
    "one of two": changed(lambda x: x * 0.5 + x, 2.0, 3.0),
    "one that cannot be told": changed(lambda x: total([x, Value(1.0, "b"), Value(2.0), 0.5]), 2.0, 3.0),
    "a depth": lambda: draw(third * 2, depth=0),
    "a depth that is no number": lambda: draw(third * 2, depth=take("a")),
    "inputs": lambda: draw(third * 2, inputs=take(3)),
    "an input": lambda: draw(third * 2, inputs=take([3])),
    "another's input": lambda: draw(third * 2, inputs=[Value(2.0, "w")]),
    "an order": lambda: check(exp, 1.0, order=0),
    "an order of a half": lambda: check(exp, 1.0, order=1.5),
    "a tolerance": lambda: check(exp, 1.0, tolerance=-1.0),
    "a point": lambda: check(exp, "a"),
    "a function that gives a number": lambda: check(lambda x: 1.0, 1.0),
    "a value that is none": lambda: check(log, 0.0),
    "a wrong derivative": lambda: check(wrong("wrong", lambda x: 3 * x), 2.0),
    "a wrong second derivative": lambda: check(cube, 2.0, order=2),
    "a kink": lambda: check(relu, 0.0),
    "a wrong value": lambda: check(off, 2.0),
    "a wrong value on the way": lambda: check(lambda x: off(x) * 1.0, 2.0),
    "a frozen number": lambda: check(lambda x: x * float(x), 1.0),
    "a rule that takes floats alone": lambda: check(frozen, 1.0),
}


def test_every_refusal_is_said_in_these_words() -> None:
    lines = []
    for what, call in REFUSALS.items():
        with pytest.raises(Exception) as caught:  # noqa: PT011 (which it is stands in the file)
            call()
        lines.append(f"{what}\n    {caught.type.__name__}: {caught.value}")
    assert_golden("said/values.txt", "\n".join(lines) + "\n")


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else 1


def test_what_is_shown_is_cut_at_these_places() -> None:
    n = 10**4
    assert [shown(nested(levels), 100) for levels in (4, 5)] == ["[[[[1]]]]", "[[[[[...]]]]]"]
    items: dict[str, Any] = {
        "list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "dict": dict.fromkeys,
        "array": lambda xs: array.array("i", xs),
    }  # fmt: skip
    for make in items.values():
        assert [shown(make(range(size)), n).count("...") for size in (30, 31)] == [0, 1]
        assert shown(make(range(31)), n).count(",") >= 29
    for x in ("a" * 238, int("1" * 240), Fraction(int("1" * 227), 2)):
        assert len(repr(x)) == 240
        assert shown(x, n) == repr(x)
    for x in ("a" * 239, int("1" * 241), Fraction(int("1" * 228), 2)):
        assert len(shown(x, n)) == 240
        assert "..." in shown(x, n)
    assert shown("a" * 58) == repr("a" * 58)
    assert shown("a" * 59) == repr("a" * 59)[:60] + "…"
    assert [cut("abc", 3), cut("abcd", 3), on_one_line("a\n\x1bé")] == ["abc", "abc…", "a\\n\\x1bé"]
    assert listed(range(13)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … (13 in all)"


# ------------------------------------------------------------------------------------------------- graphs out of date


def told(graph: Callable[[], object]) -> str:
    with pytest.raises(ValueError, match="out of date") as caught:
        graph()
    found = re.search(r"x is \S+ now, and was (\S+) when", str(caught.value))
    return found[1] if found else ""


def test_a_number_is_told_where_it_is_certain_to_one_in_a_billion() -> None:
    """Near 1e5 floats are 1.5e-11 apart, near 2e7 3.7e-9, near 1e10 1.9e-6."""
    assert told(changed(lambda x: x + 1e5, 0.001, 3.0)) == "0.001"
    assert told(changed(lambda x: x + 2e7, 0.5, 3.0)) == ""
    assert told(changed(lambda x: x + 1e10, 3.0, 5.0)) == ""


@pytest.mark.parametrize("before", [0.3, 0.1 + 0.2, 1e-9, 123456789.125])
def test_a_number_is_told_in_as_many_digits_as_it_takes(before: float) -> None:
    assert told(changed(lambda x: -x, before, 0.75)) == repr(before)


def test_of_numbers_that_give_the_same_the_shortest_is_told() -> None:
    """exp(-5.6e-17) is 1, too, and is found before exp(0) is, half a step below the present number."""
    assert told(changed(exp, 0.0, math.nextafter(0.5, 0.0))) == "0.0"


def test_of_so_many_operands_it_is_found_which_was_changed_and_of_no_more() -> None:
    def graph(leaves: int, numbers: int) -> Callable[[], object]:
        others = [Value(float(i)) for i in range(leaves - 1)]  # from which more is computed, and rightly so
        return changed(lambda x: total([x, *others, *[1.0] * numbers]) + total(map(exp, others)), 2.0, 5.0)

    assert told(graph(10, 10)) == "2.0"  # 10 leaves times 20 operands
    assert told(graph(3, 64)) == ""  # 3 times 67


# ----------------------------------------------------------------------------------------------- blocks and gradients


def test_a_block_that_was_not_left_ends_with_its_object() -> None:
    block = no_grad()
    for _ in range(2):
        block.__enter__()
    assert len(watchers.get()) == 2
    del block
    assert watchers.get() == ()


def test_an_anomaly_within_a_rule_is_found_where_the_partial_is_finite() -> None:
    """exp(-1 / x²) is flat at 0, by way of 1 / 0; what no needed partial is made from is nobody's business."""
    flat = operation("flat", lambda x, y: y, lambda z, x, y: (exp(-div(1.0, x * x)), log(x)))
    x, y = Value(0.0), Value(1.0)
    z = flat(x, y)
    assert grad(z, x).data == 0.0
    with pytest.raises(AnomalyError, match="/ gave inf from 1, 0"), detect_anomaly():
        grad(z, x)
    with pytest.raises(AnomalyError, match="log gave -inf from 0"), detect_anomaly():
        grad(z, y)


def test_a_gradient_has_no_needless_factors() -> None:
    x = Value(0.5)
    y = exp(x + 1.0)
    assert grad(y, x) is y
    assert grad(exp(x) * 1.0, x).op is exp


# ------------------------------------------------------------------------------------------------------------ checking


def test_each_level_has_twice_the_digits_of_the_one_before() -> None:
    x = Value(1.0)
    graph = _Graph(exp(x) - 1.0)
    levels = [graph._level(k) for k in range(LEVELS)]
    assert [level.context.dps for level in levels] == [60, 120, 240, 480]
    assert [round(float(mpmath.log10(level.nudge))) for level in levels] == [-20, -40, -80, -160]


def test_digits_are_added_where_sizes_differ() -> None:
    graph = _Graph(Value(1e8) * Value(1e-7))
    assert graph._level(0).context.dps == 60 + 2 * (8 + 7)


def test_slopes_measure_in_sizes() -> None:
    cancelling = Slopes(0.0, 0.0, 1e9)
    assert cancelling.difference(1.0) == cancelling.apart(1.0, 0.0) == pytest.approx(1e-3)
    assert Slopes(0.0, 0.0).difference(0.5) == Slopes(0.0, 0.0).apart(0.5, 0.0) == 0.5
    assert Slopes(4.0, 4.0).difference(6.0) == Slopes(4.0, 4.0).apart(6.0, 4.0) == 0.5
    assert Slopes(1.0, 3.0).difference(4.0) == Slopes(3.0, 1.0).difference(0.0) == 0.5
    assert Slopes(1.0, 1.0).error_of_rules == 0.0
    assert Slopes(0.25, 0.25, 0.0, 0.5).error_of_rules == 1.0
    assert Slopes(0.0, 0.0, 0.5e-300, 0.5e-300).error_of_rules == 0.0
    assert Slopes(0.0, 0.0, 2e-300, 2e-300).error_of_rules == pytest.approx(1e6)


def test_numbers_in_high_precision_leave_to_others_what_they_do_not_know() -> None:
    class Other:
        def reflected(self, x: Any) -> str:
            return "asked"

        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = reflected

    number = Precise(mpmath.mp, mpmath.mpf(2))
    for apply in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow):
        assert apply(number, Other()) == "asked"


# ------------------------------------------------------------------------------------------------------------- writing


def test_what_comes_at_once_comes_in_order_and_ends_with_an_error() -> None:
    done: list[int] = []
    with pytest.raises(TypeError):
        at_once([(done.append, 1), (done.append, 2), (done.append,), (done.append, 3)])
    assert done == [1, 2]


@pytest.mark.parametrize("fails", [False, True])
def test_an_end_is_ensured_twice_lest_one_be_interrupted(fails: bool) -> None:
    done: list[str] = []

    def function(x: float) -> float:
        done.append("function")
        return 1 / x

    if fails:
        with pytest.raises(ZeroDivisionError):
            ensuring(lambda: done.append("end"), function, 0.0)
    else:
        assert ensuring(lambda: done.append("end"), function, 2.0) == 0.5
    assert done == ["function", "end", "end"]

    def interrupted() -> None:
        done.append("end")
        if done.count("end") == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensuring(interrupted, lambda: None)
    assert done[3:] == ["end", "end"]


@pytest.mark.parametrize("named", [False, True])
def test_a_draft_is_whole_before_it_has_its_place_and_nobody_elses_before(
    named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if named:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    there, new = tmp_path / "there", tmp_path / "new"
    there.write_text("old")
    os.utime(there, (1000, 1000))
    opened: list[int] = []
    on_disk: list[int] = []
    drafts: list[str] = []
    open_, fsync, replace = os.open, os.fsync, os.replace

    def opens(path: Any, flags: int, mode: int = 0, **options: Any) -> int:
        opened.append(mode)
        return open_(path, flags, mode, **options)

    def syncs(file: int) -> None:
        on_disk.append(os.fstat(file).st_size)
        fsync(file)

    def replaces(part: str, place: str) -> None:
        drafts.append(os.path.basename(part))
        replace(part, place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", opens)
        patch.setattr(os, "fsync", syncs)
        patch.setattr(os, "replace", replaces)
        write_files({there: "1" * 5000, new: "22"})
    tries = len(opened) // 2  # two, where the file system does not know files without a name
    assert (opened, {*on_disk}) == ([0o600] * tries + [0o666] * tries, {5000, 2})
    assert len(drafts) == len({*drafts}) == 2
    assert all(re.fullmatch(r"\.glassgrad-[0-9a-f]{16}\.part", draft) for draft in drafts)
    assert time.time() - there.stat().st_mtime < 600


def test_what_was_left_is_removed_after_ten_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / ".glassgrad-left.part"
    left.touch()
    born = left.stat().st_ctime
    for age, stays in ((600.0, True), (600.5, False)):
        monkeypatch.setattr(time, "time", lambda age=age: born + age)
        write_files({tmp_path / "file": "new"})
        assert left.exists() == stays
