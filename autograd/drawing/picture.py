"""Pictures of computation graphs: Graphviz for files and notebooks, a text tree for terminals.

A picture is a snapshot: `draw` notes every number at once, and what happens to the graph later does not show.
"""

import base64
import html
import math
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograd.core import Value, as_float, require_current, shown, topological_order
from autograd.drawing.animation import animated
from autograd.drawing.collapsing import collapse_neurons
from autograd.drawing.dot import DotPicture
from autograd.drawing.excerpt import Part, part_of
from autograd.drawing.expanding import expand_sums
from autograd.drawing.neuron_dot import NeuronPicture
from autograd.drawing.neurons import LEVELS, Level, Neurons, neurons_in
from autograd.drawing.node_roles import roles_in
from autograd.drawing.node_text import clean, equation, shortened, value_text
from autograd.drawing.nodes import Edge, Highlight, Node, Numbers, nodes_as_drawn
from autograd.drawing.rendering import LAYOUT_LIMIT, SMALLER, render, too_wide
from autograd.drawing.steps import steps_of
from autograd.drawing.tree import TEXT_LINES, tree_lines
from autograd.files import write_files
from autograd.notation import Expression, require_digits, symbols_for
from autograd.words import in_its_language, language, spoken_language, tn

EVERYTHING_UP_TO = 200  # nodes: beyond, neurons are drawn alone where nothing else is asked for
NEURONS, NO_NEURONS = ', or neurons alone with level="neurons"', " (there are no neurons that could be shown alone)"
SLIDES, MOST_STEPS = (".svg", ".png", ".pdf"), 200
ENDINGS = (".svg", ".png", ".pdf", ".dot", ".gv")


def _inline_svg(svg: str, alternative: str) -> str:
    """Graphviz's svg without prologue and remarks, and with its tooltips as browsers want them."""
    svg = re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'<title>[^<]*</title>\n(?!<g id="[^"]*"><a )', "", svg)  # names in DOT, where there is no tooltip
    svg = re.sub(r'<title>[^<]*</title>\n(<g id="[^"]*"><a) xlink:title="([^"]*)">', r"<title>\2</title>\n\1>", svg)
    svg = re.sub(r'(<a) xlink:title="[^"]*"', r"\1", svg)
    svg = re.sub(r'<g id="\w+" class="node">.*?</g>\n</g>', lambda node: _centred(node[0]), svg, flags=re.DOTALL)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alternative)}" ', 1)


def _centred(node: str) -> str:
    """A node's lines in the middle of its shape however wide letters are: Graphviz sets them by a guess, flush left."""
    shape = re.search(r'<ellipse[^>]* cx="(?P<middle>[^"]+)"|<p[^>]* (points|d)="(?P<corners>[^"]+)"', node)
    if shape is None:
        return node
    across = [float(x) for x in re.findall(r"(-?[\d.]+),", shape["corners"] or "")]
    middle = shape["middle"] or f"{(min(across) + max(across)) / 2:.2f}"
    return re.sub(r'text-anchor="start" x="[^"]*"', f'text-anchor="middle" x="{middle}"', node)


@dataclass(frozen=True, repr=False, eq=False)
class Drawing:
    """A picture of a graph, made by `draw`. Notebooks show it, save() writes a file, str() is a text tree."""

    nodes: Mapping[Value, Node]  # in topological order
    symbols: dict[Value, Expression]
    digits: int
    highlight: Highlight | None
    caption: str
    level: Level  # of detail
    neurons: Neurons
    everything: Mapping[Value, Node]  # nodes as they would be with every detail
    lang: str

    @cached_property
    @in_its_language
    def source(self) -> str:
        """The picture in DOT, the language of Graphviz: the same graph gives the same text."""
        told = self.nodes, self.symbols, self.digits, self.highlight, self.caption
        if self.level == "everything":
            return DotPicture(*told).dot()
        shown = {value: node.operands for value, node in self.everything.items()}
        return NeuronPicture(*told, shown, self.neurons, with_z=self.level == "neurons with z").dot()

    @in_its_language
    def svg(self) -> str:
        """The picture as an <svg> element, for a file or for a page. Raises as save() does."""
        return _inline_svg(self._render("svg").decode(), self._summary())

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Write the picture to a file ending in .svg, .png or .pdf, or as DOT to .dot or .gv, and return its path.

        Raises ValueError for other endings and for graphs too large to lay out, and RuntimeError without Graphviz.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in ENDINGS:
            raise ValueError(f"a drawing is saved as {', '.join(ENDINGS)}, got {shown(str(path), 300)}")
        if ending in (".png", ".pdf"):
            content = self._render(ending[1:])
        else:
            content = (self.svg() if ending == ".svg" else self.source).encode()
        write_files({path: content})
        return path

    def save_steps(self, path: "str | os.PathLike[str]") -> list[Path]:
        """Write the picture as slides, one file a step: the leaves, each node as it is computed, then back from the
        output each that hands a derivative back (of a derivation: those on its paths), and the whole at the end.

        path: b_1.svg (or .png, .pdf) gives b_1-01.svg, b_1-02.svg, …, which are returned. Nothing moves from one to the
        next. All are written, or none. Raises as save() does, and ValueError for a level that has no steps and for more
        than 200 nodes.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in SLIDES:
            raise ValueError(f"steps are saved as {', '.join(SLIDES)}, got {shown(str(path), 300)}")
        pictures = self._steps(ending[1:])
        digits = max(2, len(str(len(pictures))))
        files: dict[str | os.PathLike[str], str | bytes] = {
            path.with_name(f"{path.stem}-{i:0{digits}}{path.suffix}"): x for i, x in enumerate(pictures, 1)
        }
        write_files(files)
        return [Path(file) for file in files]

    def save_animation(self, path: "str | os.PathLike[str]", *, seconds: float = 1.0) -> Path:
        """Write the steps of save_steps() as one .svg in which they follow one another, and return its path.

        seconds: that each step is shown. It moves by CSS, without a script, also within an <img>; where a reader wants
        less motion, the whole stands still. Raises as save_steps() does.
        """
        path = Path(path)
        if path.suffix.lower() != ".svg":
            raise ValueError(f"an animation is saved as .svg, got {shown(str(path), 300)}")
        seconds = as_float(seconds, "seconds")
        if not 0 < seconds < math.inf:
            raise ValueError(f"seconds is a finite number above 0, got {shown(seconds)}")
        write_files({path: animated([picture.decode() for picture in self._steps("svg")], seconds)})
        return path

    @in_its_language
    def _steps(self, form: str) -> list[bytes]:
        if self.level != "everything":
            raise ValueError(f'steps show every node: draw(…, level="everything"), got the level {self.level!r}')
        if len(self.nodes) > MOST_STEPS:
            raise ValueError(f"steps of more than {MOST_STEPS} nodes are too many, got {len(self.nodes):,}: {SMALLER}")
        picture = DotPicture(self.nodes, self.symbols, self.digits, self.highlight, self.caption)
        pictures = [render(step.dot(), form) for step in steps_of(picture)]
        return [_inline_svg(x.decode(), self._summary()).encode() for x in pictures] if form == "svg" else pictures

    @in_its_language
    def text(self) -> str:
        """The graph as a tree in Unicode: the first 500 lines of it, and how many nodes are not among them."""
        return "\n".join(tree_lines(self.nodes, self.digits))

    __str__ = text

    def __repr__(self) -> str:
        return f"<Drawing: {self._summary()}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        text = self.text()
        try:
            picture = base64.b64encode(self.svg().encode()).decode()
            source = f"data:image/svg+xml;base64,{picture}"
            alternative = html.escape(self._summary())
            page = f'<img src="{source}" alt="{alternative}" style="max-width:100%;height:auto">'
        except Exception as problem:  # a notebook shows what there is
            page = f"<pre>{html.escape(clean(text))}</pre><p>{html.escape(str(problem))}</p>"
            text += f"\n({problem})"
        return {"text/plain": text, "text/html": page}

    def _render(self, form: str) -> bytes:
        count = len(self.nodes) - (0 if self.level == "everything" else len(self.neurons.weights))
        if count > LAYOUT_LIMIT:
            raise ValueError(
                f"the picture would have {count:,} nodes, and the limit is {LAYOUT_LIMIT:,}: "
                f"{self._remedy()}. text() shows the first {TEXT_LINES} lines; .dot files have no limit"
            )
        return render(self.source, form)

    def _remedy(self) -> str:
        """What makes the picture smaller, if anything does."""
        if found := too_wide(self.nodes.values()):
            return found
        return SMALLER + ("" if self.level != "everything" else NEURONS if self.neurons.by_z else NO_NEURONS)

    @in_its_language
    def _summary(self) -> str:
        root = [*self.nodes.values()][-1]
        value = equation(shortened(root.name), value_text(root, self.digits)) or root.operation
        return tn("graph of {value}, {count} node", "graph of {value}, {count} nodes", len(self.nodes), value=value)


def draw(
    value: Value,
    *,
    expand: bool = False,
    digits: int = 4,
    depth: int | None = None,
    inputs: Sequence[Value] = (),
    level: Level | None = None,
    highlight: Mapping[Edge, str] | None = None,
    focus: Value | None = None,
    caption: str = "",
    input_gradients: bool = False,
    lang: str | None = None,
) -> Drawing:
    """Draw the graph that a Value was made from: labels, operations, values, gradients, and the partial on each edge.

    level: "neurons" is the picture of textbooks, with neurons as circles in columns and weights as lines, which have
    their signs as colours and their sizes as thickness; "neurons with z" has weighted sums beside their activations;
    "everything" has each node, as has any graph without neurons. None shows everything of up to 200 nodes, and of more
    the neurons. expand: draw weighted sums and totals as + and ×, which is everything and more. digits: significant
    digits of numbers. depth: draw no more than so many steps back from the value; inputs: draw what lies between these
    nodes and the value. What is cut off by that is dotted, with … for what it was made from; names and gradients are
    those of the whole graph. highlight: edges (operand, node) that stand out, with what is written on them; focus: the
    node they start from. caption: lines to set below the picture. input_gradients: show the gradients of the inputs and
    targets of a network as well; without it they are left out, as learning has no use for them, but for that of the
    focus. lang: the language of words and numbers, as "de".

    Raises TypeError for what is not a Value, and ValueError for a level that does not exist, or is not everything where
    sums are to be expanded, for digits or a depth below 1, for inputs that the value does not depend on, and for a
    highlight that is no edge.
    """
    if not isinstance(value, Value):
        raise TypeError(f"draw takes a Value, got {type(value).__name__}")
    require_digits(digits)
    order = topological_order(value)
    require_current(order)
    part = part_of(order, depth, inputs)
    return draw_part(
        order,
        part,
        roles_in(order),
        expand=expand,
        digits=digits,
        level=level,
        highlight=highlight,
        focus=focus,
        caption=caption,
        input_gradients=input_gradients,
        lang=lang,
    )


def draw_part(
    order: list[Value],
    part: Part,
    roles: Mapping[Value, str],
    *,
    expand: bool = False,
    digits: int = 4,
    level: Level | None = None,
    highlight: Mapping[Edge, str] | None = None,
    focus: Value | None = None,
    caption: str = "",
    input_gradients: bool = False,
    hide: Collection[Numbers] = (),
    lang: str | None = None,
) -> Drawing:
    """Draw a part of a graph that is current, given its topological order and the roles in it; options as in `draw`.

    hide: numbers that are shown of no node, but the values of leaves.
    """
    wanted = None if len(part.nodes) == len(order) else {*part.nodes}
    symbols = symbols_for(order, wanted)
    lang = spoken_language(lang)
    asked = order if input_gradients else [] if focus is None else [focus]
    with language(lang):
        nodes = nodes_as_drawn(roles, part, symbols, hide, asked)
    edges = dict(highlight or {})
    existing = {(x, node) for node in order for x in node.operands} if edges else set()
    for edge in edges:
        if edge not in existing:
            raise ValueError(f"a highlight is an edge (operand, node) of the graph, got {shown(edge)}")
    edges = {edge: text for edge, text in edges.items() if edge[1] in part.made}
    everything = {node.value: node for node in nodes}
    neurons = neurons_in({node.value: node.operands for node in nodes}, roles)
    level = _level(level, len(nodes), neurons, expand)
    if level == "neurons":
        with language(lang):
            nodes, edges = collapse_neurons(nodes, edges, neurons, digits)
    if expand:
        nodes, edges = expand_sums(nodes, edges)
    emphasis = None if highlight is None else Highlight(edges, focus)
    drawn = {node.value: node for node in nodes}
    return Drawing(drawn, symbols, digits, emphasis, caption, level, neurons, everything, lang)


def _level(level: Level | None, count: int, neurons: Neurons, expand: bool) -> Level:
    """The level of detail of so many nodes, where this one was asked for."""
    if level is not None and level not in LEVELS:
        raise ValueError(f"the level is {', '.join(map(repr, LEVELS))} or None, got {shown(level)}")
    if expand and level not in (None, "everything"):
        raise ValueError(f"what weighted sums are made of is not shown where the level is {level!r}: leave out expand")
    if expand or not neurons.by_z:
        return "everything"
    return level or ("everything" if count <= EVERYTHING_UP_TO else "neurons")
