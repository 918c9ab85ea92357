"""Pictures of training, with matplotlib: how a loss falls, where classes meet, how descent walks over a surface.

    history = nn.train(model, rows, labels, loss="hinge")
    plots.loss_curves(history)
    plots.decision_boundary(model, rows, labels, loss="hinge")

Each function draws on the axes it is given, or on those of a new figure, and returns them: change what you like there.
The colours are those of M. Okabe and K. Ito, Color Universal Design, 2008, which colour-blind people tell apart; a
marker says the same as the colour.
"""

from nn.plots.boundary import decision_boundary
from nn.plots.curves import loss_curves
from nn.plots.functions import contours, curve
from nn.plots.pictures import images
from nn.plots.style import COLOURS, MARKERS
from nn.plots.surfaces import loss_surface

__all__ = [
    "COLOURS",
    "MARKERS",
    "contours",
    "curve",
    "decision_boundary",
    "images",
    "loss_curves",
    "loss_surface",
]
