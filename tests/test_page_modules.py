"""The modules of the explorer's page, each by itself under Node; and the bundle, which is what they make."""

import json
import os
import random
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import nn
from autograd import Value, explore, sin
from autograd.exploring import constants, page
from autograd.exploring.javascript import GIVEN
from nn import MLP
from nn.networks import cost, two_three_one, two_two_one
from tests.javascript import MODULES, NODE, run

SOURCE = Path(__file__).parent.parent
FOLDER = Path(page.__file__).parent
ESBUILD = Path(sys.prefix) / "npm" / "node_modules" / ".bin" / "esbuild"


def told(explorer: Any) -> dict[str, Any]:
    return {"data": json.loads(explorer.data), "functions": explorer.functions}


def network() -> dict[str, Any]:
    return told(explore(cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0, "bce")))


def with_rows(batch_size: int | None = 1) -> dict[str, Any]:
    model = MLP(2, [3, 1], "sigmoid", "sigmoid", "layer", seed=1)
    return told(
        nn.explore(model, [[0.5, -0.3], [-1.0, 0.25], [0.1, 0.9]], [1, 0, 1], loss="bce", batch_size=batch_size)
    )


STATE = """
const { State } = await load("state");
const { costHistory, verdictOn } = await load("cost_history");
const state = new State(given.data, new Function(`return ${given.functions}`)()(ieee));
const named = (name) => given.data.nodes.findIndex(({ label }) => label[0] === name);
"""


# ------------------------------------------------------------------------------------------------ what belongs together


def test_python_names_all_that_ieee_has() -> None:
    assert {*run('return Object.keys(await load("ieee"));')} == {*GIVEN}


def test_constants_are_those_of_python() -> None:
    assert (MODULES / "constants.js").read_text(encoding="utf-8") == constants.module(), "stale: run make page"
    assert run('return { ...(await load("constants")) };') == json.loads(json.dumps(constants.SHARED))


def test_modules_import_one_another_without_a_circle() -> None:
    imports = {
        path.stem: {*re.findall(r'^(?:import|\} from) .*?"\./(\w+)\.js"', path.read_text(encoding="utf-8"), re.M)}
        for path in MODULES.glob("*.js")
    }
    assert len(imports) > 30
    done: set[str] = set()
    while ready := {name for name, needed in imports.items() if name not in done and needed <= done}:
        done |= ready
    assert done == {*imports}


def test_the_bundle_is_what_the_modules_make(tmp_path: Path) -> None:
    if not ESBUILD.exists() and not os.environ.get("CI"):
        pytest.skip("no esbuild: make installs it into the environment")
    path = os.pathsep.join([str(Path(NODE).parent), os.environ["PATH"]])
    command = [SOURCE / "scripts" / "bundle-page", ESBUILD, tmp_path]
    subprocess.run(command, check=True, env=os.environ | {"PATH": path})
    for name in ("page.js", "page.css"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), f"{name} is stale: run make page"


# -------------------------------------------------------------------------------------------------------------- modules


def test_paths_lead_from_a_node_to_the_output() -> None:
    a = Value(0.7, "a")
    b = a * a
    b.label = "b"
    c = b * a + sin(b)
    c.label = "C"
    code = """
      const { graph } = state, paths = await load("paths"), a = named("a"), way = paths.edgesFrom(graph, a);
      const all = { of: graph.output, by: a, way };
      return { counts: [a, named("b")].map((node) => paths.pathCount(graph, node)),
        found: paths.pathsOf(all).length, few: paths.pathsOf(all, 1).length,
        slope: paths.slope(graph, all), gradient: graph.gradients[a], entries: paths.entries(all).length,
        depend: paths.dependents(graph, a).every((x) => x === 1), edges: way.length };
    """
    found = run(STATE + code, **told(explore(c)))
    assert (found["counts"], found["found"], found["few"]) == ([3, 2], 3, 1)
    assert found["slope"] == pytest.approx(found["gradient"])
    assert (found["entries"], found["depend"], found["edges"]) == (2, True, 6)


def test_boxes_hide_what_is_in_them_and_open_around_a_node() -> None:
    code = """
      const { boxes } = state, w = named("w¹₂₁"), neuron = boxes.parent(w), layer = boxes.parent(neuron.item);
      const shown = () => [w, neuron.head, neuron.item].map((item) => boxes.shownAs(item));
      const seen = [shown()];
      neuron.open = false; seen.push(shown());
      layer.open = false; seen.push(shown());
      const opened = [boxes.openAround(neuron.head), boxes.openAround(neuron.head)]; seen.push(shown());
      boxes.flip(new Set([0])); seen.push(shown());
      boxes.flip(new Set([layer.index])); seen.push(shown());
      const titles = [boxes.titleOf(neuron), boxes.titleOf(layer)];
      return { seen, opened, titles, items: [w, neuron.head, neuron.item, layer.item], whole: boxes.whole.open };
    """
    found = run(STATE + code, **network())
    w, head, neuron, layer = found["items"]
    opened = [w, head, neuron]
    assert found["seen"] == [opened, [neuron] * 3, [layer] * 3, [neuron] * 3, opened, [layer] * 3]
    assert found["opened"] == [True, False]
    assert found["titles"] == ["Neuron a²₂", "Hidden layer"]
    assert found["whole"] is True


def test_steps_know_what_has_been_computed_and_handed_back() -> None:
    code = """
      const { passes } = state, steps = [0, 1, 9, 10, 11, passes.last], z = named("z²₁"), x = named("x₁");
      const moments = steps.map((step) => passes.at(step));
      return { last: passes.last, clamped: [-3, 99].map((step) => passes.clamped(step)),
        phases: moments.map(({ phase }) => phase), nodes: moments.map(({ node }) => node),
        knows: moments.map((now) => now.knows(z)), received: moments.map((now) => now.received(z)),
        shares: passes.at(19).shares(x), part: passes.at(17).received(named("b₁")), left: passes.at(17).received(x),
        asked: ((passes.dataToo = true), passes.at(17).received(x)),
        turned: [10, 11, 12].map((step) => ["C", "a³₁"].map((name) => passes.at(step).handedOn(named(name)))),
        edges: moments.map(({ edges }) => edges.size) };
    """
    found = run(STATE + code, **network())
    assert (found["last"], found["clamped"]) == (20, [0, 20])
    assert found["phases"] == ["start", "forward", "forward", "seed", "backward", "done"]
    assert [node is None for node in found["nodes"]] == [True, False, False, False, False, True]
    assert found["knows"] == [False, True, True, True, True, True]
    assert found["received"] == ["", "", "", "", "", "all"]
    assert (found["shares"], found["part"], found["left"], found["asked"]) == ([3, 3], "part", "", "part")
    assert found["turned"] == [[False, False], [True, False], [True, True]]
    assert found["edges"] == [0, 5, 2, 0, 1, 0]  # the target gets no gradient


def test_a_sum_is_written_where_something_is_there_to_add_to_and_inputs_are_left_out() -> None:
    code = """
      const { handingOn } = await load("equations"), { spoken } = await load("words");
      const said = () => [15, 17, 19].map((step) => handingOn(state.passes.at(step), "text").flatMap(
        ({ left, lines }) => (/[bx]₁/.test(left) ? [`${left} ${lines[0].sign}`] : [])));
      const shown = said(), only = spoken({ ...state.passes.at(14), edges: new Set() });
      state.setDataGradients(true);
      return { shown, asked: said(), only };
    """
    found = run(STATE + code, **network())
    assert found["shown"] == [["∂C/∂b₁ ="], ["∂C/∂b₁ +="], ["∂C/∂b₁ +="]]
    assert [sorted(said) for said in found["asked"]] == [
        [f"∂C/∂b₁ {sign}", f"∂C/∂x₁ {sign}"] for sign in ("=", "+=", "+=")
    ]
    assert found["only"].endswith("It was made from inputs alone, and their gradients are left out.")


def test_sentences_of_a_step_and_a_node() -> None:
    code = """
      const { heading, spoken, description, remark } = await load("words");
      const now = (step) => state.passes.at(step), a = named("a²₁");
      const after = description(state, a);
      state.goTo(0);
      const before = description(state, a);
      state.goTo(20);
      state.set(named("b₁"), 9);
      return { said: [0, 1, 10, 11, 20].map((step) => heading(now(step))), spoken: spoken(now(1)), before, after,
        remark: remark(state, a) };
    """
    found = run(STATE + code, **network())
    assert found["said"] == [
        "Inputs and parameters are set",
        "Forward 1 of 9: z²₁ is computed",
        "Backward begins: the gradient of C is 1",
        "Backward 1 of 9: C hands its gradient on",
        "Forward and backward are done",
    ]
    assert found["spoken"].startswith("Forward 1 of 9: z²₁ is computed. z²₁ = w¹₁₁ · x₁ + w¹₁₂ · x₂ + b₁ ")
    assert found["before"] == "a²₁, activation, value not computed, gradient not computed"
    assert re.fullmatch(r"a²₁, activation, value −?[\d.]+, gradient −?[\d.]+", found["after"])
    assert re.match(r"saturated: its slope is only \S+, so little gradient passes back", found["remark"])


def test_those_who_have_subscribed_are_told_of_what_they_asked_for() -> None:
    code = """
      const told = [];
      state.subscribe(["step"], (changed) => told.push(["a step", ...changed]));
      state.subscribe(["numbers", "selection"], (changed) => told.push(["numbers", ...changed]));
      state.move(-1); state.set(named("y"), 0); state.select(named("w¹₂₁")); state.setColouring("value");
      const lit = state.sight.lit.size; state.select(named("w¹₂₁"));
      return { told, lit, none: [state.selected, state.sight.lit], step: state.now.step, tab: state.tab };
    """
    found = run(STATE + code, **network())
    assert found["told"] == [
        ["a step", "step"], ["numbers", "numbers"], ["numbers", "selection", "tab"], ["numbers", "selection", "tab"],
    ]  # fmt: skip
    assert (found["lit"], found["none"], found["step"], found["tab"]) == (5, [None, None], 19, "selected")


def test_selecting_opens_boxes_and_opening_one_names_it() -> None:
    code = """
      const told = [], box = state.boxes.parent(named("w¹₂₁"));
      state.setLevel("everything");
      state.subscribe(["boxes"], () => told.push(state.turned?.title ?? state.turned?.kind ?? null));
      state.setOpen([box], false);
      const after = state.turned;
      state.setOpen(state.boxes.inner, false); state.select(named("w¹₂₁"));
      const open = box.open;
      state.openNeuron(named("w¹₂₂"));
      const neurons = state.boxes.inner.filter(({ kind }) => kind === "neuron" ).map(({ open }) => open);
      state.setLevel("neurons"); box.open = false; state.select(named("w¹₁₁")); state.select(named("w¹₂₁"));
      return { told, open, after, neurons: neurons.filter((open) => open).length, hidden: box.open };
    """
    found = run(STATE + code, **network())
    assert found == {"told": ["", None, None, "", None], "open": True, "after": None, "neurons": 1, "hidden": False}


def test_what_is_shown_and_what_it_does_to_the_rest_at_each_level() -> None:
    code = """
      const { network, graph } = state, name = (item) => graph.name(item), levels = ["neurons", "neurons with z"];
      return levels.map((level) => {
        const edges = network.edges(level), lines = edges.filter(({ weight }) => weight !== undefined);
        const { places, whole } = network.arrange(level, 3);
        return {
          shown: network.shownAs(named("z²₁"), level), circles: network.spots(level).length,
          lines: lines.map(({ from, to, weight }) => [from, to, weight].map(name)),
          others: edges.filter(({ weight }) => weight === undefined).map(({ from, to }) => [from, to].map(name)),
          both: lines.every(({ links, weight, from }) => links[0].by === weight && links[1].by === from),
          inside: [...places.values()].every(({ x, y, width, height }) =>
            x >= 0 && y >= 0 && x + width <= whole.width + 0.1 && y + height <= whole.height),
          aspect: whole.width / whole.height,
        };
      });
    """
    named = [node["label"][0] for node in network()["data"]["nodes"]]
    neurons, with_z = run(STATE + code, **network())
    assert (named[neurons["shown"]], named[with_z["shown"]]) == ("a²₁", "z²₁")
    weights = {f"w¹{j}{k}": (f"x{k}", f"²{j}") for j in "₁₂₃" for k in "₁₂"} | {
        f"w²₁{k}": (f"a²{k}", "³₁") for k in "₁₂₃"
    }
    for found, letter in ((neurons, "a"), (with_z, "z")):
        assert {w: (x, to) for x, to, w in found["lines"]} == {w: (x, letter + to) for w, (x, to) in weights.items()}
        assert found["both"]
        assert found["inside"]
        assert found["aspect"] == pytest.approx(3, abs=0.01)
    biases = [["b₁", "²₁"], ["b₁", "²₂"], ["b₁", "²₃"], ["b₂", "³₁"]]
    end = [["a³₁", "C"], ["y", "C"]]
    inner = [[f"z{i}", f"a{i}"] for i in ("²₁", "²₂", "²₃", "³₁")]
    assert sorted(neurons["others"]) == sorted([[b, f"a{i}"] for b, i in biases] + end)
    assert sorted(with_z["others"]) == sorted([[b, f"z{i}"] for b, i in biases] + inner + end)
    assert with_z["circles"] == neurons["circles"] + 4


EVERYTHING = """
  const everything = ({ graph, now, selected, tab, colourBy, edgeNumbers, speed, large, descent, boxes, ...rest }) => [
    [...graph.values], now.gradients, now.step, selected, tab, colourBy, edgeNumbers, speed, large,
    now.leavesOut(named("y")), descent.ruleIndex, descent.along,
    descent.rate, descent.row, descent.batch, boxes.list.map(({ open }) => open), rest.lit?.size, rest.level];
  const changeAll = async () => {
    if (given.data.learning) { state.setBatch(2); await state.learn(2); }
    state.setRate(0.25); state.set(named("w¹₂₁"), -0.125); state.setOpen([state.boxes.inner[2]], false);
    state.switchTo(given.data.switches[0], given.data.switches[0].choices[0].signature);
    state.select(named("b₂")); state.goTo(7); state.setColouring("gradient"); state.showTab("numbers");
    state.setRule(given.data.rules.length - 1); state.lookAlong([named("b₂"), named("w¹₂₁")]);
    state.setEdgeNumbers(false); state.setSpeed(5); state.setDataGradients(true);
    state.setLarge(true); state.setLevel("neurons with z");
  };
  const { written, read } = await load("address"), parameters = (text) => new URLSearchParams(text);
"""


@pytest.mark.parametrize("make", [network, with_rows])
def test_a_reset_brings_everything_back(make: Any) -> None:
    code = """
      const first = everything(state);
      await changeAll();
      const changed = everything(state);
      state.reset();
      return { first, changed, last: everything(state), costs: state.descent.costs, address: written(state) };
    """
    found = run(STATE + EVERYTHING + code, **make())
    assert found["first"] == found["last"]
    same = [i for i, (a, b) in enumerate(zip(found["first"], found["changed"], strict=True)) if a == b]
    assert same == ([] if make is with_rows else [10, 13, 14])  # the only rule; row and batch
    assert found["costs"] == []
    assert found["address"] == ""


@pytest.mark.parametrize("make", [network, with_rows])
def test_an_address_brings_back_the_state(make: Any) -> None:
    code = """
      const other = new State(given.data, new Function(`return ${given.functions}`)()(ieee)), empty = written(state);
      await changeAll();
      const told = written(state);
      other.restore(read(other, told));
      return { empty, told, again: written(other), one: everything(state), other: everything(other) };
    """
    found = run(STATE + EVERYTHING + code, **make())
    assert found["empty"] == ""
    assert found["told"] == found["again"]
    assert found["one"] == found["other"]
    assert "step=7&select=b%E2%82%82&colour=gradient&level=neurons+with+z&flip=3&f0=tanh" in found["told"]


def test_an_address_tells_what_differs_from_the_view_that_a_page_opens_with() -> None:
    code = """
      const start = "step=3&select=b₁&%3Dy=0&f0=tanh&level=everything&flip=3&numbers=off&lr=0.5&tab=numbers" +
        "&colour=value&speed=2";
      const first = everything(state), plain = state.opening;
      state.open(read(state, parameters(start)));
      const opened = everything(state), empty = written(state);
      state.restore(plain);
      const told = written(state), back = read(state, told);
      state.reset();
      const again = everything(state);
      state.restore(back);
      return { first, opened, empty, told, again, last: everything(state) };
    """
    found = run(STATE + EVERYTHING + code, **network())
    assert found["opened"] == found["again"] != found["first"]
    assert found["last"] == found["first"]
    assert found["empty"] == ""
    assert found["told"] == (
        "step=20&select=&colour=role&level=neurons&flip=&f0=sigmoid&%3Dy=1&lr=0.1&tab=selected&numbers=on&speed=1"
    )


def test_what_makes_no_sense_in_an_address_counts_as_left_out() -> None:
    code = """
      const told = "step=x&select=no&=C=5&=w=1&=y=&colour=red&flip=9&lr=-1&f0=no&tab=no&row=7&numbers=2&speed=3" +
        "&level=no";
      return read(state, parameters(told));
    """
    found = run(STATE + EVERYTHING + code, **network())
    assert found == {
        "step": 20, "selected": None, "colourBy": "role", "edgeNumbers": True, "tab": "selected", "speed": 1,
        "dataToo": False, "large": False, "level": "neurons", "flipped": [9], "row": 0, "batch": 1, "rate": 0.1,
        "values": [], "switched": [], "costs": [], "taken": 0, "rule": 0, "along": [0, 1], "places": [], "memory": None,
        "practice": None, "tour": None,
    }  # fmt: skip


@pytest.mark.parametrize("make", [network, with_rows])
def test_all_that_an_address_holds_can_be_undone_and_done_again(make: Any) -> None:
    code = """
      const { History } = await load("history");
      const body = new EventTarget(), history = new History(state, body), seen = [];
      const look = () => [...everything(state), state.descent.costs.length];
      const note = () => seen.push(look());
      note();
      await changeAll(); note();
      body.dispatchEvent(new Event("input"));
      for (const x of [1, 2, 3]) state.set(named("b₁"), x);
      note();
      body.dispatchEvent(new Event("pointerdown")); body.dispatchEvent(new Event("input"));
      for (const x of [4, 5]) state.set(named("b₁"), x);
      note();
      state.move(-1); state.move(-1); note();
      state.select(named("y")); note();
      await state.learn(3); note();
      await state.learn(2); note();
      state.select(named("x₁")); note();
      const count = history.entries.length, back = [];
      while (history.canUndo) { history.undo(); back.unshift(look()); }
      const first = look(), address = String(written(state));
      while (history.canRedo) history.redo();
      const last = look();
      history.undo(); history.undo(); state.setRate(3);
      return { seen, back, count, first, last, address, redo: history.canRedo, entries: history.entries.length };
    """
    found = run(STATE + EVERYTHING + code, **make())
    seen, back = found["seen"], found["back"]
    before = 17 if make is with_rows else 14
    # after those: two drags, some steps, a selection, learning twice (first it goes to the last step), a selection
    assert found["count"] == 1 + before + 2 + 1 + 1 + 3 + 1
    assert [entry for entry in back if entry in seen] == seen[:-1]
    assert found["first"] == seen[0]
    assert found["last"] == seen[-1]
    assert found["address"] == ""
    assert (found["redo"], found["entries"]) == (False, found["count"] - 1)


def test_a_neuron_is_dead_only_where_no_row_wakes_it() -> None:
    code = """
      const { remark } = await load("words");
      const neurons = ["a²₁", "a²₂", "a²₃"].map(named), all = () => neurons.map((node) => state.health.of(node));
      const first = all(), values = [...state.graph.values], said = neurons.map((node) => remark(state, node));
      state.showRow(1);
      const second = all();
      state.set(named("b₁"), -9);
      return { first, second, low: all(), said, kept: values.every((x, i) => x === [...state.graph.values][i]) };
    """
    model = two_three_one("relu", parameters=dict(zip(
        ["w^1_11", "w^1_12", "w^1_21", "w^1_22", "w^1_31", "w^1_32", "b_1", "w^2_11", "w^2_12", "w^2_13", "b_2"],
        [1, 0, -1, 0, 0, -1, 0, 1, 1, 1, 0], strict=True,
    )))  # fmt: skip
    given = told(nn.explore(model, [[1.0, 1.0], [-1.0, 2.0]], [1, 0], loss="mse", start={"row": 1}))
    found = run(STATE + code, **given)
    assert found["first"] == ["", "inactive", "dead"]
    assert found["second"] == ["inactive", "", "dead"]
    assert found["low"] == ["dead"] * 3
    assert [text.split(":")[0] for text in found["said"]] == ["", "inactive for this row", "dead"]
    one = told(nn.explore(model, [[1.0, 1.0]], [1], loss="mse"))
    code = 'return ["a²₁", "a²₂", "a²₃"].map((name) => state.health.of(named(name)));'
    assert run(STATE + code, **one) == ["", "inactive", "inactive"]


def test_descent_takes_the_means_over_the_next_rows_and_tells_what_each_row_gives() -> None:
    code = """
      const { descent } = state, costs = descent.assess().outcomes.map(({ cost }) => cost);
      const mean = descent.assess().cost, { cost } = descent.costAndGradients();
      descent.show(0);
      await state.learn(2);
      return { costs, mean, cost, taken: descent.costs.length, row: descent.row, running: descent.running,
        verdict: verdictOn(descent), history: costHistory(descent) };
    """
    found = run(STATE + code, **with_rows(2))
    assert len(found["costs"]) == 3
    assert found["mean"] == pytest.approx(sum(found["costs"]) / 3)
    assert found["cost"] == pytest.approx(sum(found["costs"][:2]) / 2)
    assert (found["taken"], found["row"], found["running"], found["verdict"]) == (2, 1, False, "")
    assert found["history"]["name"] == "cost of each step, and its mean over 20"
    assert len(found["history"]["averaged"]) == 2


def test_descent_says_that_it_diverges_and_that_it_stopped() -> None:
    code = """
      const { descent } = state;
      state.setRate(1); await state.learn(2);
      const diverges = verdictOn(descent);
      await state.learn(1000);
      return { diverges, stopped: verdictOn(descent) };
    """
    found = run(STATE + code, **told(explore(cost(two_two_one(), [2.0, 1.5], 4.0))))
    assert found["diverges"].startswith("It diverges: the cost has grown from ")
    assert re.match(r"Step \d+ has made C ∞: η = 1 is too large here", found["stopped"])


OPTIMIZERS: dict[str, Any] = {
    "gradient descent": nn.SGD, "momentum": partial(nn.SGD, momentum=0.9),
    "Nesterov momentum": partial(nn.SGD, momentum=0.9, nesterov=True), "Adam": nn.Adam, "AdamW": nn.AdamW,
}  # fmt: skip


def test_steps_by_every_rule_are_those_of_its_optimizer() -> None:
    code = """
      const { descent, graph } = state, moved = [];
      for (const [i] of given.data.rules.entries()) {
        state.reset(); state.setRule(i); state.setRate(0.25);
        await state.learn(6);
        moved.push(graph.parameters.map((p) => graph.values[p]));
      }
      return { moved, names: given.data.rules.map(({ name }) => name[0]) };
    """
    found = run(STATE + code, **told(nn.explore(cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0, "bce"))))
    assert found["names"] == [*OPTIMIZERS]
    for moved, optimizer_of in zip(found["moved"], OPTIMIZERS.values(), strict=True):
        model = two_three_one("sigmoid", seed=1)
        optimizer = optimizer_of(model.parameters(), lr=0.25)
        for _ in range(6):
            optimizer.zero_grad()
            cost(model, [0.5, -0.3], 1.0, "bce").backward()
            optimizer.step()
        assert sorted(moved) == pytest.approx(sorted(p.data for p in model.parameters()), rel=1e-9)


def test_a_step_is_foreseen_and_tried_without_a_trace_and_rows_come_in_their_order() -> None:
    code = """
      const { descent, graph } = state, { answer } = await load("step_scene"), { ending } = await load("step_plots");
      state.setRule(Math.min(1, given.data.rules.length - 1)); await state.learn(2);
      const before = [...graph.values, ...graph.gradients, descent.row, descent.costs.length];
      const foreseen = descent.foreseen(), tried = descent.trial(descent.rate, 3), wild = descent.trial(1e9, 30);
      const after = [...graph.values, ...graph.gradients, descent.row, descent.costs.length];
      const place = tried.places[2];
      const endings = [[1, tried], [1e9, wild]].map(([rate, trial]) => ending(state, { rate, ...trial }));
      const rows = descent.nextRows(), cost = () => rows.length ? rows.reduce((sum, row) => {
        descent.feed(row); return sum + graph.evaluate() / rows.length; }, 0) : graph.values[graph.output];
      await state.learn(1); const reached = cost();
      await state.learn(1);
      const said = [[true, 2, 1, 0.5], [false, 1, 2, 0.5], [true, 1, 1, 1], [true, 1, 2, 1.5]].map(
        ([falls, cost, after, straight]) => answer(state, falls, { proposal: { cost }, after, straight }));
      return { same: JSON.stringify(before) === JSON.stringify(after), promised: foreseen.after, reached, place,
        there: graph.parameters.map((p) => [place[p], graph.values[p]]), endings, said, costs: tried.costs.length };
    """
    for given in (told(nn.explore(cost(two_two_one(), [2.0, 1.5], 4.0), lr=0.001)), with_rows(2)):
        found = run(STATE + code, **given)
        assert found["same"]
        assert found["promised"] == pytest.approx(found["reached"])
        assert all(tried == pytest.approx(taken) for tried, taken in found["there"])
        assert found["costs"] == 4
        assert re.match(r"with η = 1, C is [\d.]+ after 3 steps", found["endings"][0])
        assert [text.split(".")[0] for text in found["said"]] == [
            "Right: C falls, from 2 to 1", "Right: C rises, from 1 to 2", "No: C stays at 1",
            "No: C rises, from 1 to 2",
        ]  # fmt: skip
        assert "Its slope promised 0.5" in found["said"][1]
        assert "does not follow the slope alone" in found["said"][3]
    assert (
        "no longer finite" in run(STATE + code, **told(nn.explore(cost(two_two_one(), [2.0, 1.5], 4.0))))["endings"][1]
    )


def test_a_step_that_leads_to_nan_says_so() -> None:
    a = Value(0.5, "a")
    c = (1 - a).log()
    c.label = "C"
    code = """const { descent } = state; state.setRate(given.rate); await state.learn(5);
      return [verdictOn(descent), descent.costs.length];"""
    for rate, lost in ((1, "C NaN"), (1e308, "a ∞")):
        found, taken = run(STATE + code, rate=rate, **told(explore(c)))
        eta = "1" if rate == 1 else "10³⁰⁸"
        assert found == f"Step 1 has made {lost}: η = {eta} is too large here. Reset, and try a smaller one."
        assert taken == 1


def test_the_rank_of_a_number_among_others_in_order() -> None:
    code = 'const { rankOf } = await load("surface"); return [-1, 1, 2, 9].map((x) => rankOf([1, 2, 2, 3], x));'
    assert run(code) == [0, 0, 1, 4]


def test_a_running_mean() -> None:
    assert run('return (await load("cost_history")).runningMean([1, 3, 5, 9], 2);') == [1, 2, 4, 7]


def test_what_is_open_has_room_and_overlaps_nothing_beside_it() -> None:
    code = """
      const { arrange } = await load("arrangement"), { curve } = await load("curves");
      const pictures = [];
      for (const open of [true, false]) {
        for (const box of state.boxes.inner) box.open = open;
        const arrangement = arrange(state.boxes);
        const edges = state.boxes.edges().map(({ from, to }) => curve(state.boxes, arrangement, from, to));
        pictures.push({ rectangles: arrangement.rectangles, edges, lanes: arrangement.lanes.size });
      }
      return { pictures, boxes: state.boxes.list.map(({ item, items }) => [item, items.map(([inside]) => inside)]) };
    """
    found = run(STATE + code, **network())
    boxes = dict(found["boxes"])
    for picture, lanes in zip(found["pictures"], (4, 0), strict=True):
        places = {
            item: [place[name] for name in ("x", "y", "width", "height")] for item, place in picture["rectangles"]
        }
        assert picture["lanes"] == lanes
        for outer, items in boxes.items():
            for item in items:
                if item in places:
                    (x, y, w, h), (x2, y2, w2, h2) = places[item], places[outer]
                    assert x2 <= x
                    assert x + w <= x2 + w2 + 0.2
                    assert y2 <= y
                    assert y + h <= y2 + h2 + 0.2
        assert all(re.fullmatch(r"M[\d.]+ [\d.]+([CH][-\d. ]+)+", edge) for edge in picture["edges"])


def test_a_graph_without_boxes_keeps_the_curves_of_its_layout() -> None:
    a, b = Value(0.7, "a"), Value(2.0, "b")
    code = """
      const { arrange } = await load("arrangement"), { curve } = await load("curves");
      const arrangement = arrange(state.boxes), [start, end, route] = state.boxes.whole.routes[0];
      return { path: curve(state.boxes, arrangement, start, end), points: route.length / 2 };
    """
    found = run(STATE + code, **told(explore(sin(a * b) + a)))
    assert len(re.findall(r"[\d.]+ [\d.]+", found["path"])) == found["points"] >= 4


def test_ticks_are_round_and_numbers_beside_axes_short() -> None:
    code = """
      const { niceTicks, span, short } = await load("plot");
      return [niceTicks(0, 1), niceTicks(-3, 17), span([2, 2]), span([0, 10]), [0, 1234567, -0.5, 0.00012].map(short)];
    """
    ticks, wide, same, room, texts = run(code)
    assert ticks == pytest.approx([0, 0.5, 1])
    assert wide == [0, 5, 10, 15]
    assert (same, room) == (pytest.approx([1.8, 2.2]), pytest.approx([-0.6, 10.6]))
    assert texts == ["0", "1e+6", "−0.5", "1e−4"]


NUDGED = """
  const { nudged, verdictOf } = await load("check_panel"), powers = Array.from({ length: 61 }, (_, i) => -15 + i / 4);
  const verdict = (leaf, at) =>
    verdictOf(...nudged(state.graph, leaf, [at, at - 1]), nudged(state.graph, leaf, powers));
"""


def test_a_nudge_is_judged_by_what_rounding_and_curvature_can_be_there() -> None:
    code = """
      const w = named("w¹₂₁"), { slope, nudge } = nudged(state.graph, w, [-4])[0];
      return { said: [0, -2, -3.5, -5, -14].map((at) => verdict(w, at)), slope, nudge,
        gradient: state.graph.gradients[w] };
    """
    found = run(STATE + NUDGED + code, **network())
    bends, nearly, finely, about, small = found["said"]
    assert re.search(r"closes in on the gradient: a tenth of h leaves 1/9\d of the difference", bends)
    assert re.search(r"closes in on the gradient: a tenth of h leaves 1/100 of the difference", nearly)
    assert finely.endswith("a tenth of h leaves no difference but that of rounding.")
    assert about.startswith("The difference is no more than rounding may make it")
    assert small.startswith("h is too small: the two costs differ in their last digits only, and rounding leaves no")
    assert (found["slope"], found["nudge"]) == (pytest.approx(found["gradient"], rel=1e-6), pytest.approx(1e-4))


def test_the_central_difference_of_a_parabola_is_never_said_to_bend_nor_a_usual_nudge_too_small() -> None:
    code = "return state.graph.leaves.map((leaf) => [0, -1, -2, -5, -8, -15].map((at) => verdict(leaf, at)));"
    for seed in range(12):
        rng = random.Random(seed)
        inputs, hidden = rng.randint(1, 3), [rng.randint(1, 3) for _ in range(rng.randint(0, 2))]
        model = MLP(inputs, [*hidden, 1], "identity", "identity", seed=seed)
        x = [rng.gauss(0, 10 ** rng.uniform(-1, 2)) for _ in range(inputs)]
        for said in run(STATE + NUDGED + code, **told(explore(cost(model, x, rng.gauss(0, 3))))):
            assert all(text.startswith("Between any two points the slope is the gradient") for text in said[:3]), said
            assert not any("bends" in text or "kink" in text for text in said), said


def test_a_nudge_across_a_kink_is_not_said_to_close_in() -> None:
    x, one = Value(0.0, "x"), Value(2.0, "k")
    found = run(STATE + NUDGED + "return verdict(0, -2);", **told(explore(x.relu() * one)))
    assert found.startswith("A smaller h does not bring the slope closer to the gradient")
    found = run(STATE + NUDGED + "return verdict(0, -2);", **told(explore(Value(1.0, "x").log())))
    assert "closes in" in found
    found = run(STATE + NUDGED + "return verdict(0, 0);", **told(explore(Value(0.5, "x").log())))
    assert found == "The slope is not finite for this h."


def test_only_a_model_of_two_inputs_and_one_target_has_a_plane() -> None:
    code = STATE + 'const { planeOf } = await load("boundary"); return planeOf(state);'
    assert run(code, **network()) is None
    plane = run(code, **with_rows())
    assert plane["places"] == [0, 1]
    assert len(plane["rows"]) == 3
    three = nn.explore(MLP(3, [1], seed=1), [[1.0, 2.0, 3.0]], [1])
    assert run(code, **told(three)) is None


def test_the_node_whose_curve_is_shown_is_the_activation() -> None:
    code = """
      const { curveOf } = await load("tangent");
      return ["a²₁", "z²₁", "C", "x₁"].map((name) => curveOf(state.graph, named(name)) === named("a²₁"));
    """
    assert run(STATE + code, **network()) == [True, True, False, False]
