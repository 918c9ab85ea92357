"""Pictures of graphs: the nodes as they are drawn, the picture in DOT, Graphviz at work; or a tree in text."""

from autograd.drawing.excerpt import CUT, Part, copied, part_of
from autograd.drawing.node_roles import ACTIVATIONS, head_of, parameters_of, roles_in, sign_of
from autograd.drawing.picture import Drawing, draw, draw_part
from autograd.drawing.rendering import INCH, LAYOUT_LIMIT, Place, layouts, too_wide

__all__ = [
    "ACTIVATIONS",
    "CUT",
    "INCH",
    "LAYOUT_LIMIT",
    "Drawing",
    "Part",
    "Place",
    "copied",
    "draw",
    "draw_part",
    "head_of",
    "layouts",
    "parameters_of",
    "part_of",
    "roles_in",
    "sign_of",
    "too_wide",
]
