/** @import { Outcome } from "./descent.js" */
/** @import { State } from "./state.js" */
/** @import { Point } from "./plot.js" */
import { Boundary, planeOf } from "./boundary.js";
import { costHistory, verdictOn } from "./cost_history.js";
import { button, choice, h, hasFocus, setText } from "./dom.js";
import { t, tn } from "./language.js";
import { asText } from "./numbers.js";
import { Plot } from "./plot.js";
import { rateControl } from "./rate_control.js";
import { rowsTable } from "./rows_table.js";
import { stepPlots } from "./step_plots.js";
import { stepScene } from "./step_scene.js";

const BATCHES = [1, 4, 16, 64];
export const MANY_STEPS = 100;
const WIDE = 100; // a range of costs from 1 to more than so many is drawn in logarithms

/** Gradient descent: its rate, its steps, and how the cost goes. @param {State} state */
export function learningPanel(state) {
  const { descent, graph } = state,
    rows = descent.data ? rowControls(state, descent.data.rows.length) : null,
    verdict = h("p", { class: "warning", role: "alert" }),
    cost = h("p", { class: "note" }),
    plot = new Plot("loss", t("The cost before each step")),
    [scene, plots] = graph.parameters.length ? [stepScene(state), stepPlots(state)] : [];
  /** @type {{element: HTMLElement, update: (outcomes: Outcome[]) => void}[]} */
  const parts = [];
  const plane = planeOf(state);
  if (plane) parts.push(new Boundary(state, plane));
  if (descent.data) parts.push(rowsTable(state, descent.data));
  state.subscribe(["numbers", "learning", "tab"], () => {
    if (state.tab !== "learn") return;
    const { cost: now, outcomes } = descent.assess(),
      text = verdictOn(descent),
      name = graph.name(graph.output),
      count = descent.costs.length,
      what = descent.data
        ? tn("mean of {name} over {count} row", "mean of {name} over {count} rows", descent.data.rows.length, { name })
        : name,
      value = asText(now, graph.data.digits);
    setText(verdict, text);
    verdict.hidden = !text;
    setText(
      cost,
      tn("{what} = {value} after {count} step", "{what} = {value} after {count} steps", count, { what, value }),
    );
    drawCosts(plot, costHistory(descent));
    scene?.update();
    if (!descent.running) plots?.update();
    for (const part of parts) part.update(outcomes);
  });
  const elements = parts.map(({ element }) => element);
  return h(
    "div",
    { class: "learn" },
    rateControl(state),
    rows,
    scene?.element ?? null,
    stepButtons(state),
    cost,
    verdict,
    plot.root,
    ...(plots?.elements ?? []),
    ...elements,
  );
}

/** @param {State} state */
function stepButtons(state) {
  const name = tn("{count} step", "{count} steps", MANY_STEPS),
    many = button(name, () => void state.learn(MANY_STEPS));
  state.subscribe(["learning"], () => setText(many, state.descent.running ? t("Stop") : name));
  return h(
    "div",
    { class: "row" },
    button(tn("{count} step", "{count} steps", 1), () => void state.learn(1)),
    many,
    button(t("Reset"), () => state.restart(), { title: t("The numbers and the row of the beginning") }),
  );
}

/** How many rows a step goes over, and which is in the picture. @param {State} state @param {number} count of rows */
function rowControls(state, count) {
  const sizes = [...new Set([...BATCHES, count])].filter((size) => size <= count).sort((a, b) => a - b);
  const batch = choice(
    sizes,
    (size) => state.setBatch(Number(size)),
    { disabled: state.locks("batch") },
    (size) => (size === count ? t("all {count}", { count }) : String(size)),
  );
  const shown = h("input", {
    type: "number",
    min: 1,
    max: count,
    step: 1,
    "aria-label": t("The row that is shown"),
    disabled: state.locks("row"),
    oninput: () => {
      const row = shown.valueAsNumber - 1;
      if (Number.isInteger(row) && row >= 0 && row < count) state.showRow(row);
    },
  });
  state.subscribe(["learning"], () => {
    if (!hasFocus(shown)) shown.value = String(state.descent.row + 1);
    batch.value = String(state.descent.batch);
  });
  return h(
    "div",
    { class: "row" },
    h("label", {}, `${t("rows per step (batch size)")} `, batch),
    h("label", {}, `${t("row shown")} `, shown, ` ${t("of {count}", { count })}`),
  );
}

/** @param {Plot} plot @param {{name: string, costs: number[], averaged?: number[]}} history */
function drawCosts(plot, { name, costs, averaged }) {
  const high = Math.max(...costs),
    low = Math.min(...costs),
    log = low > 0 && high > WIDE * low;
  /** @type {(costs: number[]) => Point[]} */
  const points = (costs) => costs.map((cost, i) => [i, log ? Math.log10(cost) : cost]);
  const raw = points(costs),
    line = averaged ? points(averaged) : raw;
  const lines = averaged
    ? [
        { name: "raw", points: raw },
        { name: "line", points: line },
      ]
    : [{ name: "line", points: line }];
  plot.draw({ x: t("step"), y: log ? t("log₁₀ of the {name}", { name }) : name }, lines, line.slice(-1), raw);
}
