"""Pictures of graphs: the nodes as they are drawn, the picture in DOT, Graphviz at work; or a tree in text."""

from autograd.drawing.columns import Spot, in_columns
from autograd.drawing.excerpt import CUT, Part, copied, part_of
from autograd.drawing.labels import ALONG
from autograd.drawing.neurons import LEVELS, Level, Neuron, Neurons, neurons_in
from autograd.drawing.node_roles import ACTIVATIONS, data_in, roles_in, sign_of
from autograd.drawing.nodes import Numbers
from autograd.drawing.picture import Drawing, draw, draw_part
from autograd.drawing.rendering import INCH, LAYOUT_LIMIT, Place, layouts, too_wide

__all__ = [
    "ACTIVATIONS",
    "ALONG",
    "CUT",
    "INCH",
    "LAYOUT_LIMIT",
    "LEVELS",
    "Drawing",
    "Level",
    "Neuron",
    "Neurons",
    "Numbers",
    "Part",
    "Place",
    "Spot",
    "copied",
    "data_in",
    "draw",
    "draw_part",
    "in_columns",
    "layouts",
    "neurons_in",
    "part_of",
    "roles_in",
    "sign_of",
    "too_wide",
]
