"""Every gradient of a network for one row of data: derived, checked and drawn, as text and as a page."""

import copy
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count

from autograd import (
    Check,
    Derivation,
    Evaluation,
    Operation,
    Value,
    derive,
    draw,
    evaluate,
    finite_differences,
    format_number,
    unicode_label,
)
from autograd.words import decimal_mark, in_its_language, language, spoken_language, t, tn
from nn.layers import MLP
from nn.losses import Loss
from nn.networks import cost
from nn.optimizers import SGD

STYLE = """
:root { color-scheme: light; }
body { font: 17px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #1b1b1b; background: #fff;
       max-width: 72rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.9rem; margin-bottom: .3rem; } h2 { font-size: 1.35rem; margin-top: 3rem; }
h2 { border-bottom: 2px solid #0072b2; padding-bottom: .2rem; }
nav a { margin-right: .9rem; white-space: nowrap; } a { color: #00558a; }
math { display: block; margin: 1rem 0; font-size: 1.1rem; text-align: left; }
.wide { overflow-x: auto; } figure { margin: 1rem 0; } figure svg { width: 100%; min-width: 44rem; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem; border-bottom: 1px solid #ccc; text-align: right; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 2px solid #1b1b1b; }
.ok { color: #00614a; } .bad { color: #a33b00; font-weight: bold; }
@media print { section { break-inside: avoid; } nav { display: none; } }
"""


@dataclass(frozen=True)
class Entry:
    """A parameter with the derivation of its gradient, and how that compares with two other ways."""

    label: str
    parameter: Value
    value: float
    derivation: Derivation
    check: Check
    file_name: str  # of its picture, and of its section in the page


@dataclass(frozen=True)
class Report:
    """The gradients of a cost in the parameters of a network. Made by `report`."""

    title: str
    cost: Value
    forward: Evaluation
    entries: list[Entry]
    digits: int
    lr: float
    cost_after_step: float
    lang: str

    @property
    def agrees(self) -> bool:
        """True if every gradient is the same by the chain rule, by backward() and by finite difference."""
        return all(entry.check for entry in self.entries)

    @in_its_language
    def summary(self) -> str:
        """One line: how many gradients agree, and the largest difference."""
        agreeing = sum(bool(entry.check) for entry in self.entries)
        largest = max((entry.check.difference for entry in self.entries), key=lambda x: (math.isnan(x), x))
        kinks = sum(entry.check.slopes.kink for entry in self.entries)
        parts = [
            tn(
                "{agreeing} of {count} gradient agrees between chain rule, backward() and finite difference",
                "{agreeing} of {count} gradients agree between chain rule, backward() and finite difference",
                len(self.entries),
                agreeing=agreeing,
            ),
            *([t("at a kink, where any slope between left and right is one: {number}", number=kinks)] if kinks else []),
            t("largest difference {number}", number=format(largest, ".2g").replace(".", decimal_mark())),
        ]
        return "; ".join(parts)

    @in_its_language
    def text(self) -> str:
        """The forward pass, every derivation, and the summary."""
        derivations = "\n\n".join(entry.derivation.text() for entry in self.entries)
        return f"{self.title}\n\n{self.forward.text()}\n\n{derivations}\n\n{self.summary()}"

    def pictures(self) -> dict[str, str]:
        """The pictures as SVG, by file name: the network, and the paths of every parameter.

        Of large networks a path is shown with what goes into it alone. Raises as Drawing.svg does.
        """
        network = draw(self.cost, digits=self.digits, lang=self.lang)
        pictures = {"network.svg": network.svg()}
        for entry in self.entries:
            part = [entry.parameter] if network.level != "everything" and entry.derivation.edges else []
            pictures[entry.file_name] = entry.derivation.draw(inputs=part).svg()
        return pictures

    @in_its_language
    def page(self, pictures: Mapping[str, str]) -> str:
        """One HTML page that needs nothing else: formulas as MathML, pictures as inline SVG."""
        links = "\n".join(f'<a href="#{escape(e.file_name)}">∂C/∂{_name(e.label)}</a>' for e in self.entries)
        sections = "\n".join(self._section(entry, pictures[entry.file_name]) for entry in self.entries)
        every, forward = escape(t("All gradients")), escape(t("Forward pass"))
        heading = escape(t("All gradients, and one step of gradient descent"))
        return f"""<!DOCTYPE html>
<html lang="{self.lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(self.title)}</title><style>{STYLE}</style></head>
<body>
<h1>{escape(self.title)}</h1>
<p class="{"ok" if self.agrees else "bad"}">{escape(self.summary())}.</p>
<nav><a href="#gradients">{every}</a> <a href="#forward">{forward}</a>
{links}</nav>
<figure class="wide">{pictures["network.svg"]}</figure>
<section id="gradients"><h2>{heading}</h2>
{self._table()}</section>
<section id="forward"><h2>{forward}</h2><div class="wide">{self.forward.mathml()}</div></section>
{sections}
</body>
</html>
"""

    def _section(self, entry: Entry, picture: str) -> str:
        return f"""<section id="{escape(entry.file_name)}"><h2>∂C/∂{_name(entry.label)}</h2>
<div class="wide">{entry.derivation.mathml()}</div>
<figure class="wide">{picture}</figure></section>"""

    def _table(self) -> str:
        def number(x: float) -> str:
            return format_number(x, self.digits)

        rows = "\n".join(
            f"<tr><th>{_name(e.label)}</th><td>{number(e.value)}</td><td>{number(e.derivation.value)}</td>"
            f"<td>{number(e.check.gradient)}</td><td>{number(e.check.slopes.central)}</td>"
            f"<td>{number(e.value - self.lr * e.derivation.value)}</td></tr>"
            for e in self.entries
        )
        value, rule, difference = t("value"), t("chain rule"), t("finite difference")
        step = t(
            "With the learning rate η = {rate}, this step takes the cost C from {before} to {after}.",
            rate=number(self.lr),
            before=number(self.forward.value),
            after=number(self.cost_after_step),
        )
        return f"""<div class="wide"><table>
<thead><tr><th>w</th><th>{value}</th><th>∂C/∂w, {rule}</th><th>backward()</th><th>{difference}</th>
<th>w − η · ∂C/∂w</th></tr></thead>
<tbody>
{rows}
</tbody></table></div>
<p>{step}</p>"""


def report(
    model: MLP,
    x: Sequence[float],
    y: Sequence[float],
    *,
    loss: str | Loss | Operation = "mse",
    labels: Sequence[str] | None = None,
    digits: int = 4,
    lr: float = 0.1,
    title: str | None = None,
    lang: str | None = None,
) -> Report:
    """Derive and check the gradients of a network's cost for one row of data.

    x, y: a number for each input and each output; loss: as `nn.networks.cost` takes it; labels: the parameters to
    derive, all where None; digits: significant digits of the numbers written; lr: the learning rate of the step that
    is shown; title: of the page; lang: the language of words and numbers, "de" or "es".
    The gradients of the parameters are set to those of this row; the parameters keep their values.
    """
    lang = spoken_language(lang)
    with language(lang):
        title = title or t("Every gradient of the network")
    title = title.encode(errors="replace").decode()  # half of a surrogate pair, as a file's name may have one
    model.zero_grad()
    c = cost(model, x, y, loss)
    c.backward()
    parameters = dict(model.named_parameters())
    chosen = {label: parameters[label] for label in labels or parameters}
    slopes = finite_differences(c, chosen.values())
    entries = []
    for (label, parameter), slope, name in zip(chosen.items(), slopes, _file_names(chosen), strict=True):
        derivation = derive(c, parameter, digits=digits, lang=lang)
        check = Check(derivation.value, parameter.grad, slope)
        entries.append(Entry(label, parameter, parameter.data, derivation, check, name))
    after = copy.deepcopy(model)
    SGD(after.parameters(), lr).step()
    forward = evaluate(c, digits=digits, lang=lang)
    return Report(title, c, forward, entries, digits, lr, cost(after, x, y, loss).data, lang)


# No file is called so: the network's own picture, and what is a device on Windows.
RESERVED = {"network", "con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(10))}
NAME_LENGTH = 60


def _file_names(labels: Iterable[str]) -> list[str]:
    """A name for each label: like it, but safe on any system, and another one wherever capitals do not count."""
    taken = set(RESERVED)
    names = []
    for label in labels:
        plain = re.sub(r"[^A-Za-z0-9_]+", "-", label.replace("^", "")).strip("-")[:NAME_LENGTH] or "parameter"
        candidates = (f"{plain}-{i}" if i > 1 else plain for i in count(1))
        name = next(name for name in candidates if name.lower() not in taken)
        taken.add(name.lower())
        names.append(f"{name}.svg")
    return names


def _name(label: str) -> str:
    return escape(unicode_label(label))
