"""Exercises: a graph asks for its values, gradients and updates, and says what went wrong."""

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any

from autograd.core import Value, as_float, as_value, constant, require_current, shown, topological_order
from autograd.deriving import Derivation, Evaluation, derive, evaluate
from autograd.drawing import roles_in
from autograd.notation import TextWriter, format_number, require_digits, symbols_for
from autograd.practising.fresh_numbers import OTHERS, fresh, nearby
from autograd.practising.hints import STAGES, hint
from autograd.practising.judging import VERDICTS, Judge, Verdict, name_of, sentence
from autograd.practising.mistakes import Question
from autograd.practising.names import Names, spellings
from autograd.practising.questions import Questions
from autograd.practising.reading import UnreadableError, read_answer
from autograd.practising.terms import Numbers, gradient_of, value_of
from autograd.words import decimal_mark, in_its_language, spoken_language, t

KINDS = ("gradient", "forward", "update")


class _Graph:
    """A graph that is asked about, with all that the questions need."""

    def __init__(
        self, order: Sequence[Value], rate: float, digits: int, lang: str, before: Mapping[Value, float] | None
    ) -> None:
        self.order, self.rate, self.digits, self.lang = list(order), rate, digits, lang
        self.symbols = symbols_for(order)
        self.names = Names(self.symbols)
        self.questions = Questions(self.order, self.symbols, roles_in(self.order))
        self.numbers = Numbers(self.order, {}, rate)
        self.before = None if before is None else Numbers(self.order, before, rate)

    @cached_property
    def points(self) -> list[Numbers]:
        """Its numbers, and others."""
        random_numbers = random.Random(1)
        leaves = [nearby(self.order, random_numbers) for _ in range(OTHERS)]
        return [self.numbers, *[Numbers(self.order, other, self.rate) for other in leaves]]


class Exercise:
    """One question about a graph. Made by `exercise`.

    check() judges an answer, hint() helps in three stages, solution() works it out; correct is whether the last answer
    was right, so that `assert task.correct` grades a cell. It is a sequence of one question, as `Exercises` are of
    several.
    """

    def __init__(self, graph: _Graph, question: Question, about: Value) -> None:
        self._graph, self._question, self._about = graph, question, about
        self._stage = 0
        self.verdict: Verdict | None = None

    @property
    def lang(self) -> str:
        """The language in which it speaks."""
        return self._graph.lang

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> "Iterator[Exercise]":
        yield self

    def __getitem__(self, key: Any) -> Any:
        return Exercises([self])[key]

    def is_called(self, key: object) -> bool:
        """Whether it is found by this: its Value, or a label or name in any spelling."""
        if not isinstance(key, str):
            return key is self._about or key is self.node
        label = self._about.label
        return key == self.name or bool(label and key.replace("{", "").replace("}", "") in spellings(label))

    @property
    def kind(self) -> str:
        """What is asked for: the "gradient" of the output by a node, its "value", or its "update"."""
        return self._question.kind

    @property
    def node(self) -> Value:
        """What it is asked for, in the graph that is asked about, which is a copy."""
        return self._question.node

    @property
    def output(self) -> Value:
        """The end of the graph that is asked about."""
        return self._graph.order[-1]

    @property
    def correct(self) -> bool:
        """Whether the last answer was right; False before there is one."""
        return bool(self.verdict)

    @property
    @in_its_language
    def name(self) -> str:
        """What is asked for: ∂C/∂w²₁₂, z²₁, or new w²₁₂."""
        kind, node = self._question.kind, self._question.node
        name = name_of(gradient_of(node) if kind == "gradient" else value_of(node), self._graph.symbols)
        return t("new {name}", name=name) if kind == "update" else name

    @in_its_language
    def check(self, answer: object) -> Verdict:
        """Judge an answer.

        answer: a number, right to three significant digits, or a formula in the labels of the graph as text,
        "(a^2_1 - y) * w^2_11". The verdict is true if it is right, and else says which mistake fits: its text names the
        first factor that is wrong, and not the solution.
        """
        graph, question = self._graph, self._question
        self.verdict = None
        try:
            read = read_answer(answer, graph.names)
        except UnreadableError as error:
            self.verdict = Verdict("unreadable", str(error))
            return self.verdict
        kind, fitting = self._judge.judge(read)
        if fitting:
            sentences = [sentence(slip, question, graph.symbols) for slip in fitting]
            between = t("And:") if kind == "both" else t("Or:")
            text = f" {between} ".join(sentences)
            self.verdict = Verdict("mistake", text, tuple([slip.mistake for slip in fitting]))
        else:
            self.verdict = Verdict("wrong" if kind == "asked" else kind, t(VERDICTS[kind]))
        return self.verdict

    @cached_property
    def _judge(self) -> Judge:
        graph, question = self._graph, self._question
        return Judge(question, graph.questions.mistakes.slips(question), graph.points, graph.before)

    @in_its_language
    def hint(self, stage: int | None = None) -> str:
        """The next hint: where to begin, which rule, in words, and the numbers put in; or that of a stage, 1 to 3."""
        if stage is not None and stage not in range(1, STAGES + 1):
            raise ValueError(f"stage is 1, 2 or 3, got {shown(stage)}")
        self._stage = stage or min(self._stage + 1, STAGES)
        graph = self._graph
        return hint(self._question, self._stage, graph.symbols, graph.numbers, graph.digits)

    @in_its_language
    def solution(self) -> Derivation | Evaluation | str:
        """It worked out: a derivation, an evaluation, or for an update a line of text."""
        graph, question = self._graph, self._question
        if question.kind == "gradient":
            return derive(graph.order[-1], question.node, digits=graph.digits, lang=self.lang)
        if question.kind == "value":
            return evaluate(question.node, digits=graph.digits, lang=self.lang)
        value = format_number(graph.numbers.sum(question.terms), graph.digits)
        return f"{self.name} = {hint(question, STAGES, graph.symbols, graph.numbers, graph.digits)} = {value}"

    def given(self) -> dict[str, float]:
        """The numbers that are given: of the leaves, and where gradients are asked for of all nodes."""
        forward = self._question.kind == "value"
        symbols, writer = self._graph.symbols, TextWriter()
        nodes = [x for x in self._graph.order if x.op is not constant and not (forward and x.operands)]
        given = {writer.write(symbols[node]): float(node.data) for node in nodes}
        return given | ({"η": self._graph.rate} if self._question.kind == "update" else {})

    @in_its_language
    def _given_text(self) -> str:
        between = "; " if decimal_mark() == "," else ", "
        given = between.join([f"{name} = {format_number(x, self._graph.digits)}" for name, x in self.given().items()])
        return t("with {numbers}", numbers=given)

    def __str__(self) -> str:
        return f"{self.name} = ?   {self._given_text()}"

    def __repr__(self) -> str:
        return f"<Exercise {self.name} = ?>"

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.name)} = ?</b></p><p>{escape(self._given_text())}</p>"


class Exercises(Sequence[Exercise]):
    """Several questions about a graph: a sequence, in which each is found by number, by label or by its Value too."""

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        self._exercises = list(exercises)

    @property
    def correct(self) -> bool:
        """Whether the last answer to each was right."""
        return all(one.correct for one in self)

    def __len__(self) -> int:
        return len(self._exercises)

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self._exercises)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int | slice):
            return self._exercises[key]
        for one in self:
            if one.is_called(key):
                return one
        raise KeyError(f"there is no question about {shown(key)}: there are {', '.join([one.name for one in self])}")

    def check(self, answers: "Mapping[Any, object] | Sequence[object]") -> dict[str, Verdict]:
        """Judge answers: by label or Value, or all in order. Gives a verdict for each, by what was asked for."""
        if isinstance(answers, Mapping):
            pairs = [(self[key], answer) for key, answer in answers.items()]
        else:
            answers = list(answers)
            if len(answers) != len(self):
                raise ValueError(f"there are {len(self)} questions, got {len(answers)} answers")
            pairs = list(zip(self, answers, strict=True))
        return {one.name: one.check(answer) for one, answer in pairs}

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    def __repr__(self) -> str:
        return f"<Exercises {', '.join([one.name for one in self])}>"


def exercise(
    output: Value,
    parameter: Value | None = None,
    *,
    kind: str | None = None,
    seed: int | None = None,
    lr: float = 0.1,
    digits: int = 4,
    lang: str | None = None,
) -> Any:
    """Ask for the derivative of output by parameter; or by every parameter; or for the forward pass to output.

    kind: "gradient", "forward" or "update" (a parameter after a step of gradient descent, with the learning rate lr);
    where it is left out, the output of a network that is no loss asks for the forward pass, and all else for gradients.
    seed: ask about fresh numbers, small and such that typical mistakes give different results, in a copy of the graph.
    digits: significant digits of the numbers written. lang: the language of questions, verdicts, hints and solutions,
    "en", "de" or "es".

    Gives an `Exercise` where one thing is asked for, else `Exercises`, a sequence of them. Raises TypeError for what is
    not a Value, and ValueError for options that do not exist, where the graph is out of date, and where nothing is left
    to ask.
    """
    for name, value in (("output", output), ("parameter", parameter)):
        if not isinstance(value, Value) and (value is not None or name == "output"):
            raise TypeError(f"exercise takes Values, got {type(value).__name__} as {name}")
    if kind not in (None, *KINDS):
        raise ValueError(f"kind is 'gradient', 'forward' or 'update', got {shown(kind)}")
    require_digits(digits)
    lang = spoken_language(lang)
    order = topological_order(output)
    require_current(order)
    if parameter is not None and parameter not in order:
        raise ValueError("the output does not depend on the parameter")
    rate = as_float(lr, "lr")
    questions = Questions(order, symbols_for(order), roles_in(order))
    asked = _asked(questions, kind or _usual_kind(questions, parameter), parameter)
    if not asked:
        raise ValueError("there is nothing to ask: the graph has no parameters, or is a leaf")
    leaves = None if seed is None else _fresh_leaves(questions, asked, seed, rate)
    graph = _copy(order, leaves, rate, digits, lang)
    copies = dict(zip(order, graph.order, strict=True))
    ask = {"value": graph.questions.value, "gradient": graph.questions.gradient, "update": graph.questions.update}
    exercises = [Exercise(graph, ask[one.kind](copies[one.node]), one.node) for one in asked]
    return exercises[0] if len(exercises) == 1 else Exercises(exercises)


def _usual_kind(questions: Questions, parameter: Value | None) -> str:
    role = questions.roles[questions.output]
    return "forward" if parameter is None and role in ("pre-activation", "activation") else "gradient"


def _asked(questions: Questions, kind: str, parameter: Value | None) -> list[Question]:
    if kind == "forward":
        return list(questions.forward()) if parameter is None else [questions.value(parameter)]
    parameters = questions.parameters if parameter is None else [parameter]
    ask = questions.gradient if kind == "gradient" else questions.update
    return [ask(x) for x in parameters if x is not questions.output]


def _fresh_leaves(questions: Questions, asked: Sequence[Question], seed: int, rate: float) -> dict[Value, float]:
    pairs = [(question, questions.mistakes.slips(question)) for question in asked]
    return fresh(questions.order, questions.roles, pairs, seed, rate)


def _copy(order: Sequence[Value], leaves: Mapping[Value, float] | None, rate: float, digits: int, lang: str) -> _Graph:
    """The graph once more, with these numbers; it stays as it is whatever becomes of the Values."""
    copies: dict[Value, Value] = {}
    for node in order:
        if node.operands:
            assert node.op is not None
            copies[node] = Value.apply_operation(node.op, tuple([copies[x] for x in node.operands]))
            copies[node].label = node.label
        else:
            number = (leaves or {}).get(node, node.data)
            copies[node] = as_value(float(number)) if node.op is constant else Value(number, node.label)
    before = {copies[node]: float(node.data) for node in order if not node.operands} if leaves else None
    return _Graph([*copies.values()], rate, digits, lang, before)
