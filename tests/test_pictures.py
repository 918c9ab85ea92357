"""Pictures by Graphviz as a browser shows them: nothing that is written is over anything else."""

from collections.abc import Iterator

from autograd import Drawing, Value, derive, draw, half_squared_error, topological_order, total
from autograd.drawing import LEVELS
from nn import MLP
from nn.networks import cost, four_two, four_two_two_one, two_three_one, two_two_one
from tests.test_explorer_page import Visit, browser, hinge_of_2_16_16_1, reused, tab, visit  # noqa: F401

# Of a picture: how many texts and shapes there are, and which of them are over one another. A node has a shape where
# that has a line; of letters the part between the top of capitals and the foot of indices counts.
COVERED = """svg => {
  document.body.innerHTML = svg;
  const found = [], SLACK = 0.7;
  document.querySelectorAll(".node, .edge, .graph > text").forEach((owner, i) => {
    for (const text of owner.matches("text") ? [owner] : owner.querySelectorAll("text")) {
      const { left, top, right, bottom, height } = text.getBoundingClientRect();
      found.push({ owner: i, name: text.textContent.trim(), place: [left, top + 0.14 * height, right, bottom] });
    }
    if (!owner.matches(".node")) return;
    const hasLine = e => e.getAttribute("stroke") !== "none" && e.getAttribute("stroke-opacity") !== "0.00";
    const shape = [...owner.querySelectorAll("polygon, ellipse, path")].find(hasLine);
    if (!shape) return;
    const { left, top, right, bottom } = shape.getBoundingClientRect();
    const round = shape.tagName === "ellipse" && Math.abs(right - left - bottom + top) < 1;
    const name = owner.querySelector("title")?.textContent;
    found.push({ owner: i, shape: round ? "circle" : "box", name, place: [left, top, right, bottom] });
  });
  const meet = (a, b) =>
    Math.min(a[2], b[2]) - Math.max(a[0], b[0]) > SLACK && Math.min(a[3], b[3]) - Math.max(a[1], b[1]) > SLACK;
  const outside = ([left, top, right, bottom], c) => {
    const x = (c[0] + c[2]) / 2, y = (c[1] + c[3]) / 2;
    return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)) > (c[2] - c[0]) / 2 - SLACK;
  };
  const within = (a, b) => a.every((at, i) => (i < 2 ? at >= b[i] - SLACK : at <= b[i] + SLACK));
  const covered = [];
  found.forEach((a, i) => found.slice(i + 1).forEach((b) => {
    const [shape, text] = a.shape ? [a, b] : [b, a];
    if (shape.shape && !text.shape && shape.owner === text.owner) {
      if (!within(text.place, shape.place)) covered.push(`${text.name} leaves its ${shape.shape}`);
    } else if (meet(a.place, b.place) && !(shape.shape === "circle" && !text.shape && outside(text.place, shape.place)))
      covered.push(`${text.name} | ${shape.name}`);
  }));
  return [found.length, covered];
}"""


def graphs() -> Iterator[tuple[str, Value]]:
    model = two_three_one("relu", seed=1)
    penalty = total([w * w for w in model.parameters()]) * 0.01
    penalty.label = "a rather long name of a penalty"
    yield "2-3-1 with a penalty", cost(model, [0.5, -0.3], 1) + penalty
    yield "2-2-1", cost(two_two_one("classification", seed=2), [0.7, -1.2], 1, "bce")
    yield "4-2-2-1", cost(four_two_two_one(seed=3), [0.5, -0.3, 1.25, -2], 1)
    yield "1-1-1-1", cost(MLP(1, [1, 1, 1], "tanh", None, seed=1), [0.5], 1)
    yield "4-2", cost(four_two("sigmoid", seed=2), [0.5, -0.3, 0.2, 0.9], [1, 0], half_squared_error, summed=True)
    yield "softmax", cost(MLP(3, [4, 3], "tanh", None, seed=3), [0.5, -0.3, 0.1], 1, "cross_entropy")
    wide = MLP(2, [5, 5, 2], "tanh", "relu", "layer", seed=1)
    for w in wide.parameters():
        w.data *= 1e5
    yield "wide, with long numbers", cost(wide, [-1234.5, -0.00012345], [1, 2])
    yield "moons", hinge_of_2_16_16_1()
    yield "formula", reused()


def pictures(name: str, c: Value) -> Iterator[tuple[str, Drawing]]:
    for level in LEVELS[: 1 if name == "moons" else None]:
        yield level, draw(c, level=level)
    if name == "wide, with long numbers":
        yield "in ten digits", draw(c, level="neurons with z", digits=10)
    if name in ("2-2-1", "softmax"):
        yield "expanded", draw(c, expand=True, input_gradients=True)
    leaf = next(node for node in topological_order(c) if node.label and not node.operands)
    for level in LEVELS[::2] if name in ("2-2-1", "4-2-2-1", "softmax") else LEVELS[:1]:
        yield f"path of {leaf.label}, {level}", derive(c, leaf).draw(level=level)


def test_nothing_that_is_written_is_over_anything_else(visit: Visit) -> None:  # noqa: F811
    page = visit("<!DOCTYPE html><title>pictures</title>").page
    faults: list[str] = []
    for name, c in graphs():
        c.backward()
        for kind, picture in pictures(name, c):
            count, covered = page.evaluate(COVERED, picture.svg())
            assert count > 15
            faults += [f"{name}, {kind}: {pair}" for pair in covered]
    assert not faults, "\n".join(faults)
