"""What a teacher asks of a page: the view that it opens with, what it leaves out, what cannot be changed on it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from autograd.core import Value, as_float, shown
from autograd.drawing import LEVELS
from autograd.exploring.page_graph import PageGraph

COLOURINGS = ["role", "value", "gradient"]
TABS = ["selected", "numbers", "learn"]
SPEEDS = [0.5, 1, 2, 5, 20]  # steps a second
SWITCH = ["off", "on"]
TOPICS = ["backward", "gradient", "forward", "update"]  # of practice
SIZES = ["normal", "large"]

# What can be left out, and what goes with it.
HIDEABLE = {
    "gradients": ("derivation", "check", "curves", "edge numbers", "learn"),
    "derivation": (),
    "check": (),
    "curves": (),
    "edge numbers": (),
    "steps": (),
    "numbers": (),
    "learn": (),
    "legend": (),
}
MOST_QUESTIONS = 10**6  # the page goes to the first where there are fewer
LOCKABLE = ("numbers", "activations", "rate", "batch", "row")  # besides single leaves

View = Mapping[str, Any] | str


def hidden(names: Collection[str]) -> list[str]:
    """What a page leaves out, with all that goes with it. Raises ValueError for what cannot be left out."""
    if isinstance(names, str):
        raise TypeError(f"hide is a list of names, got {shown(names)}")
    for name in names:
        if name not in HIDEABLE:
            raise ValueError(f"hide takes {', '.join(HIDEABLE)}, got {shown(name)}")
    wanted = {part for name in names for part in (name, *HIDEABLE[name])}
    return [name for name in HIDEABLE if name in wanted]


def locked(graph: PageGraph, what: Collection[Value | str]) -> dict[str, Any]:
    """The leaves and the controls that cannot be changed. Raises ValueError for what is neither."""
    if isinstance(what, str):
        raise TypeError(f"lock is a list of leaves and names of controls, got {shown(what)}")
    controls = [name for name in LOCKABLE if name in {one for one in what if isinstance(one, str)}]
    leaves = {_leaf(graph, one) for one in what if not (isinstance(one, str) and one in LOCKABLE)}
    if "numbers" in controls:
        leaves |= {i for i, node in enumerate(graph.nodes) if not node.operands}
    return {"leaves": sorted(leaves), "controls": controls}


def _leaf(graph: PageGraph, one: Value | str) -> int:
    index = graph.index_of(one)
    if index < 0 or graph.nodes[index].operands:
        raise ValueError(f"lock takes leaves of the graph and {', '.join(LOCKABLE)}, got {shown(one)}")
    return index


def opening(graph: PageGraph, start: View, hide: Collection[str], rows: int, rules: list[str], practice: bool) -> str:
    """A view to open with as an address has it, checked.

    start: what stands behind the # of a page's address, or the same by its keys. Raises ValueError and TypeError for
    what no page could show.
    """
    if isinstance(start, str):
        start = dict(parse_qsl(start.rpartition("#")[2], keep_blank_values=True))
    elif not isinstance(start, Mapping):
        raise TypeError(f"start is a mapping, or the text behind the # of an address, got {type(start).__name__}")
    takes = _readers(graph, hide, rows, rules)
    told = {"practice": TOPICS[0]} if practice else {}
    for key, given in start.items():
        if key.startswith("="):
            told["=" + graph.names[_of_start(graph, key)]] = repr(as_float(_number(given), f"start[{key!r}]"))
        elif key in takes:
            told[key] = takes[key](given)
        else:
            keys = [name for name in takes if name[0] != "f" or name == "flip"]
            raise ValueError(f"start has the keys {', '.join(keys)}, f0, …, and =label for a number, got {shown(key)}")
    return urlencode(told)


def _of_start(graph: PageGraph, key: str) -> int:
    index = graph.index_of(key[1:])
    if index < 0 or graph.nodes[index].operands:
        raise ValueError(f"start sets numbers of leaves, and none is called {shown(key[1:])}")
    return index


def _number(given: Any) -> Any:
    try:
        return float(given) if isinstance(given, str) else given
    except ValueError:
        raise ValueError(f"start sets numbers, got {shown(given)}") from None


def _readers(graph: PageGraph, hide: Collection[str], rows: int, rules: list[str]) -> dict[str, Callable[[Any], str]]:
    """What makes the text of an address from what is given, by key."""
    last = graph.steps(forward_only="gradients" in hide)
    colourings = [name for name in COLOURINGS if name != "gradient" or "gradients" not in hide]
    tabs = [name for name in TABS if name not in hide]
    readers = {
        "step": _whole("step", 0, last),
        "select": lambda given: _selected(graph, given),
        "colour": _one_of("colour", colourings),
        "flip": lambda given: _flipped(graph, given),
        "tab": _one_of("tab", tabs),
        "numbers": _switch("numbers"),
        "inputs": _switch("inputs"),
        "speed": _one_of("speed", [str(speed) for speed in SPEEDS]),
        "lr": _rate,
        "by": _one_of("by", rules),
        "along": lambda given: _pair(graph, given),
        "size": _one_of("size", SIZES),
        "practice": _one_of("practice", [SWITCH[0], *TOPICS]),
        "q": _whole("q", 1, MOST_QUESTIONS),
        "seed": _whole("seed", 0, MOST_QUESTIONS),
    }
    if graph.neurons.by_z:
        readers["level"] = _one_of("level", list(LEVELS))
    if rows:
        readers |= {"row": _whole("row", 1, rows), "batch": _whole("batch", 1, rows)}
    for i, switch in enumerate(graph.switches):
        readers[f"f{i}"] = _one_of(f"f{i}", [one.op.name for one in switch.choices])
    return readers


def _whole(key: str, low: int, high: int) -> Callable[[Any], str]:
    def read(given: Any) -> str:
        text = str(given)
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"start[{key!r}] is a whole number from {low} to {high}, got {shown(given)}")
        return str(int(text))

    return read


def _one_of(key: str, names: list[str]) -> Callable[[Any], str]:
    def read(given: Any) -> str:
        if str(given) not in names:
            raise ValueError(f"start[{key!r}] is one of {', '.join(names)}, got {shown(given)}")
        return str(given)

    return read


def _switch(key: str) -> Callable[[Any], str]:
    read = _one_of(key, SWITCH)
    return lambda given: SWITCH[given] if isinstance(given, bool) else read(given)


def _rate(given: Any) -> str:
    rate = as_float(_number(given), "start['lr']")
    if not 0 < rate < float("inf"):
        raise ValueError(f"start['lr'] is a finite number above 0, got {shown(given)}")
    return repr(rate)


def _selected(graph: PageGraph, given: Any) -> str:
    if given is None or given == "":
        return ""
    index = graph.index_of(given)
    if index < 0:
        raise ValueError(f"start['select'] is a node of the graph or its label, got {shown(given)}")
    return graph.names[index]


def _pair(graph: PageGraph, given: Any) -> str:
    labels = given.split(" ") if isinstance(given, str) else list(given)
    indices = [graph.index_of(label) for label in labels]
    if len(indices) != 2 or min(indices) < 0 or any(graph.nodes[i].operands for i in indices):
        raise ValueError(f"start['along'] is two parameters, or their labels with a space between, got {shown(given)}")
    return " ".join([graph.names[i] for i in indices])


def _flipped(graph: PageGraph, given: Any) -> str:
    last = len(graph.box.all_boxes()) - 1
    read = _whole("flip", 1, last)
    return ".".join([read(box) for box in str(given).split(".") if box])
