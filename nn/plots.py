"""Pictures of training, with matplotlib: how a loss falls, where classes meet, how descent walks over a surface.

    history = nn.train(model, rows, labels, loss="hinge")
    plots.loss_curves(history)
    plots.decision_boundary(model, rows, labels, loss="hinge")

Each function draws on the axes it is given, or on those of a new figure, and returns them: change what you like there.
The colours are those of M. Okabe and K. Ito, Color Universal Design, 2008, which colour-blind people tell apart; a
marker says the same as the colour.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from autograd import Operation, Value, as_value, at_once, format_number, grad, unicode_label
from autograd.committing import ensuring
from autograd.messages import listed, shown
from nn.losses import LOSSES, Loss, LossFunction, as_list, loss_named, unrecorded
from nn.training import History, prepared_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "p"]  # one more than colours: together they repeat only after 56
WIDTH, CELL = 0.9, 1.15  # of a small picture, and the height it takes with its caption, where it has 1 to the side
WRONG = "#D55E00"
WIDE = 1e3  # the largest over the smallest number, from which on a scale is logarithmic

Range = tuple[float, float]


# --------------------------------------------------------------------------------------------------- loss curves


def loss_curves(
    histories: History | Mapping[str, History],
    *,
    ax: "Axes | None" = None,
    log: bool | None = None,
    metric: str | None = None,
) -> "Axes":
    """The loss of each epoch, counted from 1; dashed, that of the validation rows.

    histories: one, or several to compare, by name
    log: whether the scale of the losses is logarithmic; where it is None, if they differ by more than a factor of 1000
    metric: the name of a metric to draw instead, such as "accuracy"

    A run that diverged ends in an X. Beside runs that did not, its line may leave the picture at the top.
    Raises ValueError where there is no such metric, or no finite number to draw.
    """
    _require_matplotlib()
    runs = _runs(histories, metric)
    finite = [y for run in runs for y in run.finite()]
    if not finite:
        raise ValueError("there is nothing to draw: no history holds a finite number")
    if log is None:
        log = metric is None and min(finite) >= 0 and max(finite) > WIDE * min([y for y in finite if y], default=0.0)
    if log and max(finite) <= 0:
        raise ValueError(f"a logarithmic scale takes numbers above 0, and the largest is {max(finite):g}")
    bottom, top = _limits(runs, finite, log)
    ax = _axes(ax, 8, 5)
    beside = ax.get_xlim()[1] if ax.lines else 0.0  # what was drawn there before stays in the picture
    for k, run in enumerate(runs):
        _draw_run(ax, run, k, alone=len(runs) == 1)
        if run.diverged and run.training:
            _mark_divergence(ax, run, k, top, log)
    if len(runs) > 1 and any(run.validation for run in runs):
        ax.plot([], [], "--", color="#666666", lw=2, label="validation")
    if log:
        ax.set_yscale("log")
    if top < max(finite):
        ax.set_ylim(bottom, top)
    epochs = max(len(numbers) for run in runs for numbers in (run.training, run.validation))
    ax.set_xlim(0.5, max(epochs + 0.5, beside))
    _count_along_x(ax)
    _label(ax, "epoch", _written(metric or "loss"))
    if len(ax.lines) > 1:
        _legend(ax)
    return ax


class _Run(NamedTuple):
    """What is drawn of a history."""

    name: str
    training: list[float]
    validation: list[float]
    diverged: bool

    def finite(self) -> list[float]:
        """Its finite numbers."""
        return [y for y in self.training + self.validation if math.isfinite(y)]


def _runs(histories: Any, metric: str | None) -> list[_Run]:
    named = {"training": histories} if isinstance(histories, History) else histories
    if not isinstance(named, Mapping) or not all(isinstance(history, History) for history in named.values()):
        raise TypeError(f"loss curves are drawn of a History, or of several by name, got {_typed(histories)}")
    return [_Run(str(name), *_recorded(history, metric), history.diverged) for name, history in named.items()]


def _recorded(history: History, metric: str | None) -> tuple[list[float], list[float]]:
    """What to draw for the rows that were learned from, and for those that were not."""
    if metric is None:
        return history.loss, history.validation_loss
    if history.epochs and metric not in history.metrics:
        known = (
            listed([shown(name) for name in history.metrics]) or "none: train(…, metrics={'accuracy': …}) keeps some"
        )
        raise ValueError(f"there is no metric {shown(metric)} in the history: its metrics are {known}")
    return history.metrics.get(metric, []), history.metrics.get(f"validation {metric}", [])


def _limits(runs: list[_Run], finite: list[float], log: bool) -> Range:
    """How far the picture reaches, so that what did not diverge can be read beside what did."""
    settled = [y for run in runs if not run.diverged for y in run.finite()]
    highest = max(settled or [y for run in runs for y in run.finite()[:1]])
    if highest <= 0 or not any(run.diverged for run in runs):
        return min(finite), math.inf
    if log:
        return min(y for y in finite if y > 0) / 2, highest * (WIDE if settled else WIDE**4)
    return min(finite) - highest / 10, highest * 3


def _draw_run(ax: "Axes", run: _Run, k: int, alone: bool) -> None:
    colour, training = COLOURS[k % len(COLOURS)], run.training
    marker = MARKERS[k % len(MARKERS)] if not alone or len(training) == 1 else ""  # a line of one point is not seen
    often = max(1, len(training) // 8)
    label = _written(run.name) + (" (diverged)" if run.diverged else "")
    ax.plot(_epochs(training), training, marker=marker, lw=2, color=colour, ms=7, markevery=often, label=label)
    if run.validation:
        ax.plot(
            _epochs(run.validation), run.validation, "--", lw=2, color=colour, label="validation" if alone else None
        )


def _mark_divergence(ax: "Axes", run: _Run, k: int, top: float, log: bool) -> None:
    """An X where a run ends, or where its line leaves the picture."""
    y = run.training
    i = next((i for i, z in enumerate(y) if not z <= top), len(y))  # the first that is beyond
    if i == len(y):
        at = float(i), y[-1]
    elif i == 0:
        at = 1.0, top
    else:
        below, edge, beyond = [math.log(max(z, 1e-300)) if log else z for z in (y[i - 1], top, y[i])]
        at = i + (edge - below) / (beyond - below), top
    ax.plot(*at, "X", color=COLOURS[k % len(COLOURS)], ms=14, mec="white", clip_on=False, zorder=10)


def _count_along_x(ax: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _epochs(numbers: Sequence[float]) -> list[int]:
    return list(range(1, len(numbers) + 1))


# --------------------------------------------------------------------------------------------- decision boundary


def decision_boundary(
    model: Any,
    rows: Any,
    targets: Any,
    *,
    loss: str | Loss | Operation,
    ax: "Axes | None" = None,
    resolution: int = 50,
    margin: float = 0.15,
    names: Sequence[str] | None = None,
) -> "Axes":
    """Which class a model of two inputs decides for where, the lines in between, and the rows by their targets.

    loss: what the model was trained with, which says how an output stands for a class: "hinge", "bce",
        "bce_with_logits" or a Loss with such a `decide` for models of one output, "cross_entropy" for several
    resolution: the model is asked at so many points to a side
    margin: how far the picture reaches beyond the rows, as a share of their extent
    names: of the inputs; where it is None, those that a nn.Scaled model keeps, or x₁ and x₂

    Raises ValueError for a model of other than two inputs, a loss that decides nothing, and outputs that are nowhere
    finite; DataError for rows and targets that do not fit.
    """
    _require_matplotlib()
    if getattr(model, "nin", 2) != 2:
        raise ValueError(f"a decision boundary is drawn for a model of two inputs, got one of {model.nin}")
    classifier = loss_named(loss)
    if not isinstance(classifier, Loss) or classifier.decide is None:
        deciding = ", ".join(name for name, known in LOSSES.items() if known.decide)
        raise ValueError(
            f"{_typed(loss)} is no loss of classes: the loss is one of {deciding}, or a Loss with `decide`"
        )
    points, wanted = prepared_data(model, rows, targets, classifier, width=2)
    x_range, y_range = [_widened(min(column), max(column), margin) for column in zip(*points, strict=True)]
    grid = unrecorded(_grid, lambda x, y: _outputs(model([x, y])), x_range, y_range, resolution)
    grid = _finer(grid)
    leads = _leads(grid.z, classifier)

    ax = _axes(ax, 7.5, 6)
    for k, (known, lead) in enumerate(leads.items()):
        mine = [point for point, y in zip(points, wanted, strict=True) if _nearest(y, leads) == known]
        _draw_class(ax, grid, k, f"class {format_number(known)}", lead, mine)
    x_name, y_name = names or getattr(model, "names", None) or ("x_1", "x_2")
    _label(ax, _written(x_name), _written(y_name))
    _legend(ax, "upper right")
    return ax


def _draw_class(ax: "Axes", grid: "_Grid", k: int, label: str, lead: Any, rows: list[list[float]]) -> None:
    """The region of a class, its edge, and the rows that belong to it."""
    colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
    if lead.max() > 0:
        ax.contourf(grid.xs, grid.ys, lead, levels=[0, lead.max()], colors=[colour], alpha=0.25)
    if lead.min() < 0 < lead.max():
        ax.contour(grid.xs, grid.ys, lead, levels=[0], colors="#333333", linewidths=1.5)
    xs, ys = [row[0] for row in rows], [row[1] for row in rows]
    ax.scatter(xs, ys, s=60, color=colour, marker=marker, edgecolor="white", zorder=3, label=label)


def _leads(outputs: Any, loss: Loss) -> dict[float, Any]:
    """For each class how far it is ahead of the others, at every point: above 0 where it is the one decided for."""
    import numpy as np

    count = outputs.shape[-1]
    if loss.joint != (count > 1):
        takes = "several outputs" if loss.joint else "two classes by one output"
        raise ValueError(f"{loss} decides between {takes}, and the model has {count}")
    if not np.isfinite(outputs).all(axis=-1).any():
        raise ValueError("the outputs of the model are finite nowhere near the rows")
    if loss.joint:
        others = [np.delete(outputs, k, axis=-1).max(axis=-1) for k in range(count)]
        leads = {float(k): outputs[..., k] - others[k] for k in range(count)}
    else:
        level, below, above = _threshold(loss)
        leads = {below: level - outputs[..., 0], above: outputs[..., 0] - level}
    return {known: np.ma.masked_invalid(lead) for known, lead in leads.items()}


def _finer(grid: "_Grid") -> "_Grid":
    """The same with eight steps for one, so that the edges of more than two classes meet without gaps."""
    import numpy as np

    xs, ys = [np.linspace(steps[0], steps[-1], 8 * (len(steps) - 1) + 1) for steps in (grid.xs, grid.ys)]
    z = np.where(np.isfinite(grid.z), grid.z, np.nan)
    along_x = np.apply_along_axis(lambda line: np.interp(xs, grid.xs, line), 1, z)
    return _Grid(xs, ys, np.apply_along_axis(lambda line: np.interp(ys, grid.ys, line), 0, along_x))


def _outputs(prediction: Any) -> list[float]:
    return [as_value(output, "a prediction").data for output in as_list(prediction)]


def _threshold(loss: Loss) -> tuple[float, float, float]:
    """The output at which a loss changes from one class to the other, found by bisection, and the two classes."""
    assert loss.decide is not None
    low, high = -1e6, 1e6
    below, above = loss.decide(low), loss.decide(high)
    if below == above:
        raise ValueError(f"{loss} decides for class {below:g} whatever the output")
    while low < (middle := (low + high) / 2) < high:  # to the last bit
        low, high = (middle, high) if loss.decide(middle) == below else (low, middle)
    return low, below, above


def _nearest(target: float, classes: Mapping[float, Any]) -> float:
    """The class that a target stands for: itself, or the likelier one where it is a probability."""
    return min(classes, key=lambda known: abs(known - target))


# ------------------------------------------------------------------------------- functions of one and two numbers


def curve(
    f: Callable[[Any], Any] | Mapping[str, Callable[[Any], Any]],
    low: float,
    high: float,
    *,
    paths: Mapping[str, Iterable[float]] | None = None,
    tangent_at: float | None = None,
    points: Iterable[Sequence[float]] = (),
    y_range: Range | None = None,
    ax: "Axes | None" = None,
    resolution: int = 400,
) -> "Axes":
    """A function of one number from low to high, with walks of descent on it, and the tangent at a point.

    f: takes a float; for a tangent also a Value, so that autograd has its slope. Or several functions, by name; the
        walks and the tangent are those of the first
    paths: the positions of each walk, by name, such as {"lr 0.1": [2.0, 1.6, …]}
    points: (x, y) of dots, such as those that a curve is fitted to
    y_range: (lowest, highest); all that the functions reach where it is None
    resolution: how many points a curve is drawn through

    Raises ValueError for functions that are nowhere finite, and for an empty path.
    """
    _require_matplotlib()
    functions = dict(f) if isinstance(f, Mapping) else {"f": f}
    if not functions:
        raise ValueError("there is no function to draw")
    first = next(iter(functions.values()))
    xs, walks = _steps((low, high), resolution), _walks(paths, 1)
    lines = {name: [_height(g, x) for x in xs] for name, g in functions.items()}
    balls = {name: [(x, _height(first, x)) for (x,) in walk] for name, walk in walks.items()}
    dots = _walks({"points": points}, 2)["points"] if points else []
    heights = [y for ys in lines.values() for y in ys] + [y for _, y in dots]
    finite = [y for y in heights if math.isfinite(y)]
    if not finite:
        raise ValueError(f"the function is finite nowhere between {low:g} and {high:g}")
    tangent = None if tangent_at is None else _tangent(first, as_value(tangent_at).data)

    ax = _axes(ax, 8, 5)
    for k, (name, ys) in enumerate(lines.items()):
        colour = "#555555" if k == 0 else COLOURS[(k - 1) % len(COLOURS)]
        ax.plot(xs, ys, color=colour, linewidth=2.5, label=_written(name) if len(lines) > 1 else None)
    if dots:
        ax.scatter([x for x, _ in dots], [y for _, y in dots], s=50, color=COLOURS[1], edgecolor="white", zorder=3)
    ax.set(xlim=(low, high), ylim=y_range or _widened(min(finite), max(finite), 0.08))  # wherever the walks may go
    if tangent is not None:
        x, y, slope = tangent
        label = f"slope {format_number(slope)} at x = {format_number(x)}"
        ax.axline((x, y), slope=slope, color=COLOURS[0], ls="--", lw=2, label=label)
        ax.plot(x, y, "D", color=COLOURS[0], ms=9)
    _draw_paths(ax, balls, outlined=False)
    _label(ax, "x", "f(x)" if len(lines) == 1 else "")
    if walks or tangent or len(lines) > 1:
        _legend(ax)
    return ax


def contours(
    f: Callable[[float, float], Any],
    x_range: Range,
    y_range: Range,
    *,
    paths: Mapping[str, Iterable[Sequence[float]]] | None = None,
    ax: "Axes | None" = None,
    resolution: int = 100,
    log: bool | None = None,
    names: Sequence[str] = ("x", "y", "f(x, y)"),
) -> "Axes":
    """The level lines of a function of two numbers, with walks of descent between them.

    f: takes two floats, and gives a float or a Value
    x_range, y_range: (lowest, highest)
    paths: the points (x, y) of each walk, by name, such as {"Newton": [(-1.2, 1.0), …]}
    resolution: f is computed at so many points to a side
    log: whether levels are spaced logarithmically above the lowest point; where it is None, if the function is steep
        and flat at once
    names: of the two numbers, and of the function

    Raises ValueError for a function that is nowhere finite, and for an empty path.
    """
    _require_matplotlib()
    if len(names) != 3:
        raise ValueError(f"names are those of the two numbers and of the function, got {shown(names)}")
    walks = _walks(paths, 2)
    grid = _grid(lambda x, y: _height(f, x, y), x_range, y_range, resolution)
    levels = _levels(grid, log)
    ax = _axes(ax, 8, 6)
    _draw_levels(ax, grid, levels, _written(names[2]))
    _draw_paths(ax, walks)
    _label(ax, _written(names[0]), _written(names[1]))
    if walks:
        _legend(ax)
    return ax


def loss_surface(
    model: Any,
    rows: Any,
    targets: Any,
    parameters: Sequence[Value | str],
    *,
    loss: str | Operation | LossFunction = "mse",
    ranges: tuple[Range, Range] | None = None,
    path: Iterable[Sequence[float]] | None = None,
    ax: "Axes | None" = None,
    resolution: int = 50,
    kind: Literal["contour", "3d"] = "contour",
) -> "Axes":
    """The loss over two parameters of a model, all others as they are, with the path of descent.

    parameters: two, themselves or by name, as model.named_parameters() has them
    loss: as for nn.train
    ranges: (lowest, highest) of each; where it is None, those of the path and some more, or the present numbers ± 2
    path: pairs of their numbers, such as nn.Trace(p, q).points; its start and end are marked
    resolution: the loss of all rows is computed at so many points to a side, which takes time for many rows
    kind: "contour", or "3d", for which ax is one of matplotlib's 3D axes

    Where the other parameters were trained too, the path runs over a surface that moved under it.
    Raises ValueError for parameters that the model does not have, an empty path, and losses that are nowhere finite;
    DataError for rows and targets that do not fit. The parameters are left as they were.
    """
    _require_matplotlib()
    if kind not in ("contour", "3d"):
        raise ValueError(f"kind is 'contour' or '3d', got {shown(kind)}")
    if kind == "3d" and ax is not None and ax.name != "3d":
        raise ValueError("kind '3d' takes 3D axes: pyplot.subplots(subplot_kw={'projection': '3d'})")
    (p_name, p), (q_name, q) = _chosen(model, parameters)
    compute_loss = loss_named(loss)
    points, wanted = prepared_data(model, rows, targets, compute_loss)
    walks = _walks(None if path is None else {"descent": path}, 2)
    if ranges is None:
        numbers = zip(*walks["descent"], strict=True) if walks else [[p.data], [q.data]]
        p_range, q_range = [_around(of_one) for of_one in numbers]
    else:
        p_range, q_range = ranges

    def loss_at(x: float, y: float) -> Any:
        p.data, q.data = x, y
        return compute_loss([model(row) for row in points], wanted)

    def heights_over_grid_and_walk() -> tuple[_Grid, list[float]]:
        grid = _grid(lambda x, y: _height(loss_at, x, y), p_range, q_range, resolution)
        return grid, [_height(loss_at, *point) for point in walks.get("descent", [])] if kind == "3d" else []

    before = [(setattr, parameter, "data", parameter.data) for parameter in (p, q)]
    grid, heights = ensuring(lambda: at_once(before), unrecorded, heights_over_grid_and_walk)
    levels = _levels(grid)
    if kind == "3d":
        ax = _axes(ax, 8, 7, projection="3d", computed_zorder=False)  # else the surface hides the path
        _draw_surface(ax, grid, levels)
        _draw_paths(
            ax, {name: [(*point, z) for point, z in zip(walk, heights, strict=True)] for name, walk in walks.items()}
        )
    else:
        ax = _axes(ax, 8, 6)
        _draw_levels(ax, grid, levels, "loss")
        _draw_paths(ax, walks)
    _label(ax, _written(p_name), _written(q_name))
    if walks:
        _legend(ax)
    return ax


def _chosen(model: Any, parameters: Sequence[Value | str]) -> list[tuple[str, Value]]:
    """Two parameters of the model, with their names."""
    named = model.named_parameters()
    if isinstance(parameters, str) or len(parameters) != 2:
        raise ValueError(f"a surface is drawn over two parameters, got {_typed(parameters)}")
    chosen = []
    for wanted in parameters:
        found = [(name, value) for name, value in named if wanted is value or wanted == name]
        if not found:
            names = listed([name for name, _ in named])
            raise ValueError(f"{_typed(wanted)} is no parameter of the model: its parameters are {names}")
        chosen += found
    if chosen[0] == chosen[1]:
        raise ValueError(f"a surface is drawn over two different parameters, got {chosen[0][0]} twice")
    return chosen


def _around(numbers: Sequence[float]) -> Range:
    """A range that shows a path and where it might have gone."""
    low, high = min(numbers), max(numbers)
    return _widened(low, high, 0.3) if low < high else (low - 2, high + 2)


class _Grid(NamedTuple):
    """What a function of two numbers is: z[i][k] at xs[k] and ys[i]."""

    xs: Any  # lists, or arrays
    ys: Any
    z: Any


def _grid(f: Callable[[float, float], Any], x_range: Range, y_range: Range, resolution: int) -> _Grid:
    xs, ys = _steps(x_range, resolution), _steps(y_range, resolution)
    return _Grid(xs, ys, [[f(x, y) for x in xs] for y in ys])


def _steps(between: Range, resolution: int) -> list[float]:
    ends = [as_value(end, "a range").data for end in as_list(between)]
    if len(ends) != 2 or not (ends[0] < ends[1] and math.isfinite(ends[1] - ends[0])):
        raise ValueError(f"a range is from a number to a larger one, got {shown(between)}")
    if type(resolution) is not int or resolution < 2:
        raise ValueError(f"resolution is a whole number above 1, got {shown(resolution)}")
    low, high = ends
    return [low + (high - low) * i / (resolution - 1) for i in range(resolution)]


def _widened(low: float, high: float, margin: float) -> Range:
    more = (high - low) * margin or 1.0
    return low - more, high + more


def _height(f: Callable[..., Any], *at: float) -> float:
    try:
        return as_value(f(*at), "a picture").data
    except (ZeroDivisionError, OverflowError):  # of Python's / and **, where those of Values give inf
        return math.nan


def _tangent(f: Callable[[Any], Any], at: float) -> tuple[float, float, float]:
    """The point of a curve at a position, and the slope there."""
    x = Value(at)
    y = f(x)
    if not isinstance(y, Value):
        raise TypeError(f"a tangent takes a function that gives a Value for a Value, got {_typed(y)}")
    slope = grad(y, x).data
    if not (math.isfinite(y.data) and math.isfinite(slope)):
        raise ValueError(f"there is no tangent at {at:g}: the function is {y.data:g} there, and its slope {slope:g}")
    return at, y.data, slope


def _walks(paths: Any, width: int) -> dict[str, list[tuple[float, ...]]]:
    """Paths by name, each a list of points of one or two finite numbers."""
    if not isinstance(paths, Mapping | None):
        raise TypeError(f"paths are given by name, such as {{'lr 0.1': …}}, got {_typed(paths)}")
    point_is = "a number" if width == 1 else "a pair of numbers"
    walks = {}
    for name, path in (paths or {}).items():
        if not hasattr(path, "__iter__"):
            raise TypeError(
                f"the path {shown(name)} is a sequence, of which each point is {point_is}, got {_typed(path)}"
            )
        walk = [tuple([as_value(x, "a path").data for x in as_list(point)]) for point in path]
        if not walk:
            raise ValueError(f"the path {shown(name)} is empty")
        for i, point in enumerate(walk):
            if len(point) != width or not all(map(math.isfinite, point)):
                raise ValueError(f"point {i} of the path {shown(name)} is {point}: a point is {point_is}, finite")
        walks[str(name)] = walk
    return walks


# ------------------------------------------------------------------------------------------------------- drawing


def _levels(grid: _Grid, log: bool | None = None) -> list[float]:
    """The heights at which level lines are drawn: evenly spaced, or by decades above the lowest point."""
    from matplotlib.ticker import MaxNLocator

    numbers = sorted(z for line in grid.z for z in line if math.isfinite(z))
    if not numbers:
        raise ValueError("the function is finite nowhere in these ranges")
    low, high = numbers[0], numbers[-1]
    above = [z - low for z in numbers]
    if log is None:
        log = above[len(above) // 10] * 50 <= above[-1]
    if not log or not 0 < above[-1] < math.inf:
        return [float(level) for level in MaxNLocator(14).tick_values(low, high)]
    nearest = next(z for z in above[len(above) // 100 :] if z > 0)
    first, last = math.floor(math.log10(nearest)), math.ceil(math.log10(above[-1]))
    steps = (1, 2, 5) if last - first <= 5 else (1,)
    heights = [step * 10.0**k for k in range(first, min(last, first + 14)) for step in steps]
    return [low, *(low + height for height in heights if nearest <= height < above[-1]), high]


def _colours(levels: list[float]) -> "tuple[LinearSegmentedColormap, BoundaryNorm]":
    """A shade of its own for each band between two levels, light enough for any path upon it."""
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("heights", ["#7892AD", "#C3CFDB", "#F7F9FB"])
    return shades, BoundaryNorm(levels, shades.N)


def _draw_levels(ax: "Axes", grid: _Grid, levels: list[float], label: str) -> None:
    shades, norm = _colours(levels)
    filled = ax.contourf(*grid, levels=levels, cmap=shades, norm=norm)
    ax.contour(*grid, levels=levels, colors="#5B6B7A", linewidths=0.7)
    evenly = math.isclose(levels[1] - levels[0], levels[-1] - levels[-2])
    bar = ax.figure.colorbar(filled, ax=ax, format=None if evenly else lambda z, _: format_number(float(z), 2))
    bar.set_label(label, fontsize="x-large")
    bar.ax.tick_params(labelsize="large")


def _draw_surface(ax: Any, grid: _Grid, levels: list[float]) -> None:
    import numpy as np

    shades, norm = _colours(levels)
    xs, ys = np.meshgrid(grid.xs, grid.ys)
    z = np.ma.masked_invalid(grid.z)
    ax.plot_surface(xs, ys, z, cmap=shades, norm=norm, rstride=1, cstride=1, edgecolor="#5B6B7A", lw=0.2)
    ax.set_zlabel("loss", fontsize="x-large", labelpad=10)
    ax.xaxis.labelpad = ax.yaxis.labelpad = 10


def _draw_paths(ax: "Axes", walks: Mapping[str, Sequence[tuple[float, ...]]], *, outlined: bool = True) -> None:
    """Lines with a ball for each point; a ring at the start, a star at the end."""
    for k, (name, walk) in enumerate(walks.items()):
        colour, marker = COLOURS[(k + 1) % len(COLOURS)], MARKERS[k % len(MARKERS)]
        columns = list(zip(*walk, strict=True))
        start, end = [column[:1] for column in columns], [column[-1:] for column in columns]
        if outlined:  # which sets it off from what is below
            ax.plot(*columns, lw=4, color="white", solid_joinstyle="round", zorder=9)
        ax.plot(*columns, lw=1.8, color=colour, marker=marker, ms=5, label=_written(name), zorder=10)
        ax.plot(*start, "o", ms=12, mfc="white", mec=colour, mew=2.5, zorder=11)
        ax.plot(*end, "*", ms=20, mfc=colour, mec="white", mew=1.5, zorder=12)
    if any(len(walk) > 1 for walk in walks.values()):
        ax.plot([], [], "o", ms=10, mfc="white", mec="#444444", mew=2, label="start")
        ax.plot([], [], "*", ms=15, mfc="#444444", mec="#444444", label="end")


# -------------------------------------------------------------------------------------------------------- images


def images(
    pictures: Sequence[Any],
    labels: Sequence[Any] | None = None,
    predictions: Sequence[Any] | None = None,
    *,
    columns: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Small pictures in a grid, the larger a number the darker, with captions; wrong predictions are framed.

    pictures: each a list of rows, or all the numbers of a square one in a row, as of digits of 8 × 8
    labels, predictions: one of each for every picture. The caption is "7", and "7, not 1" for a 7 taken for a 1
    columns: of the grid; as many as rows, but at most 10, where it is None

    Raises ValueError for no pictures, for those that are not square or rows of one length, and for other counts.
    """
    _require_matplotlib()
    squares = [_picture(picture, i) for i, picture in enumerate(pictures)]
    if not squares:
        raise ValueError("there are no pictures to draw")
    named, predicted = _for_each("labels", labels, len(squares)), _for_each("predictions", predictions, len(squares))
    if columns is None:
        columns = min(math.ceil(math.sqrt(len(squares))), 10)
    elif type(columns) is not int or columns < 1:
        raise ValueError(f"columns is a whole number above 0, got {shown(columns)}")
    lines = math.ceil(len(squares) / columns)
    captions = [_caption(*pair) for pair in zip(named, predicted, strict=True)]
    ax = _axes(ax, max(1.3 * columns, 2), max(1.3 * CELL * lines, 2))
    size = _caption_size(ax, columns, lines, max(len(caption) for caption, _ in captions))
    numbers = [number for square in squares for row in square for number in row]
    for i, (square, (caption, wrong)) in enumerate(zip(squares, captions, strict=True)):
        x, y = i % columns, i // columns * CELL
        place = (x, x + WIDTH, y + WIDTH, y)
        ax.imshow(square, extent=place, cmap="Greys", vmin=min(numbers), vmax=max(numbers))
        _draw_caption(ax, x, y, caption, wrong, size)
    ax.set(xlim=(-0.05, columns - 0.05), ylim=(lines * CELL, -0.05), aspect="equal")
    ax.axis("off")
    return ax


def _picture(picture: Any, i: int) -> list[list[float]]:
    """The rows of a picture."""
    rows = [as_list(row) for row in picture]
    if not any(rows):
        raise ValueError(f"pictures[{i}] is empty")
    if all(len(row) == 1 for row in rows):
        flat, side = [x for (x,) in rows], math.isqrt(len(rows))
        if side * side != len(flat):
            raise ValueError(f"pictures[{i}] is {len(flat)} numbers, which make no square: give it as a list of rows")
        rows = [flat[k : k + side] for k in range(0, len(flat), side)]
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"pictures[{i}] has rows of {listed([len(row) for row in rows])} numbers")
    numbers = [[as_value(x, "a picture").data for x in row] for row in rows]
    if not all(math.isfinite(x) for row in numbers for x in row):
        raise ValueError(f"pictures[{i}] has a number that is not finite")
    return numbers


def _for_each(name: str, given: Sequence[Any] | None, count: int) -> list[Any]:
    if given is not None and len(given) != count:
        raise ValueError(f"{name} takes one for each of the {count} pictures, got {len(given)}")
    return [None] * count if given is None else list(given)


def _caption(label: Any, prediction: Any) -> tuple[str, bool]:
    """What stands under a picture, and whether the prediction is wrong."""
    names = [_class_name(given) for given in (label, prediction) if given is not None]
    wrong = len(set(names)) > 1
    return ", not ".join(names) if wrong else "".join(names[:1]), wrong


def _class_name(given: Any) -> str:
    """7 for 7, 7.0 and NumPy's 7, and any other name as it is."""
    return _written(given) if isinstance(given, str) else format_number(as_value(given, "a caption").data)


def _caption_size(ax: "Axes", columns: int, lines: int, longest: int) -> float:
    """The size at which the longest caption fits under its picture, in points."""
    width = min(ax.bbox.width / columns, ax.bbox.height / (lines * CELL)) / ax.figure.dpi * 72
    return max(5.0, min(width * 0.17, width / (0.65 * max(longest, 1))))


def _draw_caption(ax: "Axes", x: float, y: float, caption: str, wrong: bool, size: float) -> None:
    from matplotlib.patches import Rectangle

    colour, weight, thickness = (WRONG, "bold", 3) if wrong else ("black", "normal", 1)
    edge = WRONG if wrong else "#BBBBBB"
    ax.add_patch(Rectangle((x, y), WIDTH, WIDTH, fill=False, edgecolor=edge, lw=thickness))
    ax.text(x + WIDTH / 2, y + WIDTH + 0.04, caption, ha="center", va="top", size=size, color=colour, weight=weight)


# --------------------------------------------------------------------------------------------------- what all need


def _require_matplotlib() -> None:
    try:
        import matplotlib.pyplot  # noqa: F401
    except ImportError:
        raise ImportError("nn.plots draws with matplotlib: pip install '.[plots]', in a clone of glassgrad") from None


def _axes(ax: "Axes | None", width: float, height: float, **subplot: Any) -> Any:
    """The axes to draw on. A figure of pyplot's is shown once by a notebook, at the end of the cell."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained", subplot_kw=subplot)[1]


def _label(ax: "Axes", x: str, y: str) -> None:
    """Names of the axes, and sizes to be read from afar."""
    ax.set_xlabel(x, fontsize="x-large")
    ax.set_ylabel(y, fontsize="x-large")
    ax.tick_params(labelsize="large")


def _legend(ax: "Axes", place: Literal["best", "upper right"] = "best") -> None:
    ax.legend(loc=place, fontsize="large", framealpha=0.9)


def _written(label: Any) -> str:
    """A label in Unicode, with nothing in it that matplotlib takes for a command: formulas in $, names after _."""
    text = unicode_label("".join([c if c.isprintable() else "�" for c in str(label)])).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def _typed(x: Any) -> str:
    return f"{type(x).__name__} {shown(x)}"
