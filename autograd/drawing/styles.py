"""Colours, shapes, lines and lettering of a picture."""

from autograd.drawing.excerpt import CUT

SANS, MONOSPACE = "Helvetica,Arial,sans-serif", "DejaVu Sans Mono,Menlo,Consolas,monospace"
INK, SMALL, MUTED, PALE, STRONG = "#1a1a1a", "#404040", "#6f6f6f", "#c4c4c4", "#b03a00"
PLUS, MINUS = "#e08214", "#2a7fc0"  # of weights, by their sign
CHARACTER = 0.6  # the width of most characters, in sizes of letters
# Tints and shades of the colours of M. Okabe and K. Ito, Color Universal Design, 2008. Shapes and lines tell the roles
# apart as well: for print in grey.
STYLES = {
    "parameter": {"shape": "box", "style": "filled", "fillcolor": "#fdebc4", "color": "#a86f00"},
    "input": {"shape": "ellipse", "style": "filled", "fillcolor": "#dcf0fb", "color": "#2a7fb0"},
    "leaf": {"shape": "ellipse", "style": "filled", "fillcolor": "#dcf0fb", "color": "#2a7fb0"},
    "target": {"shape": "ellipse", "style": "filled,dashed", "fillcolor": "#ffffff", "color": "#2a7fb0"},
    "pre-activation": {"shape": "box", "style": "filled,rounded,dashed", "fillcolor": "#ffffff", "color": "#00634a"},
    "activation": {"shape": "box", "style": "filled,rounded", "fillcolor": "#cdeee3", "color": "#00634a"},
    "neuron": {
        "shape": "box",
        "style": "filled,rounded",
        "fillcolor": "#cdeee3",
        "color": "#00634a",
        "penwidth": "2.5",
    },
    "loss": {"shape": "box", "style": "filled", "fillcolor": "#f8e0ee", "color": "#96487a", "peripheries": "2"},
    "operation": {"shape": "box", "style": "filled,rounded", "fillcolor": "#f2f2f2", "color": "#6b6b6b"},
    CUT: {"shape": "box", "style": "filled,dotted", "fillcolor": "#ffffff", "color": "#6b6b6b"},
    "constant": {"shape": "plaintext", "margin": "0.03,0.02", "height": "0.2", "width": "0.2"},
}
GRAPH = {"rankdir": "LR", "nodesep": "0.14", "ranksep": "0.3", "pad": "0.15", "bgcolor": "white", "fontname": MONOSPACE}
GRAPH |= {"fontsize": "13", "fontcolor": INK, "labelloc": "b", "labeljust": "l", "outputorder": "edgesfirst"}
CROWDED = {"ranksep": "1.8", "splines": "line"}
CROWDED_EDGE = {"tailport": "e", "headport": "w", "penwidth": "0.6", "arrowsize": "0.4"}
NODE = {"fontname": SANS, "fontsize": "13", "fontcolor": INK, "margin": "0.1,0.05", "height": "0.3", "width": "0.4"}
EDGE = {"fontname": SANS, "fontsize": "10.5", "fontcolor": INK, "color": "#8a8a8a", "arrowsize": "0.6"}
