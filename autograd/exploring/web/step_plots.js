// The next steps in plots: the cost along one weight with the step on it, and two learning rates side by side.

/** @import { State } from "./state.js" */
/** @import { Point } from "./plot.js" */
import { choice, h, setText } from "./dom.js";
import { t } from "./language.js";
import { asText } from "./numbers.js";
import { Plot } from "./plot.js";
import { rateField } from "./rate_control.js";
import { Surface } from "./surface.js";
import { shortened } from "./words.js";

const LONGEST = 24; // characters of a name in a list
const POINTS = 81,
  REACH = 0.25, // to both sides, at least
  ROOM = 4; // times the length of the step
const TRIED = 20, // steps of each rate
  ROWS_TRIED = 3000; // of data, in all of them

/** Parts that are computed where they are open: the cut, the rates, and the surface. @param {State} state */
export function stepPlots(state) {
  const rates = ratesPart(state),
    parts = [
      folded(t("Along one weight"), cutPart(state), true),
      folded(t("Two learning rates"), rates),
      folded(t("The surface"), surfacePart(state, rates)),
    ];
  return { elements: parts.map(({ element }) => element), update: () => parts.forEach(({ update }) => update()) };
}

/** @param {string} title @param {{elements: Element[], update: () => void}} part @param {boolean} [open] */
function folded(title, { elements, update }, open = false) {
  const element = h(
    "details",
    { open, ontoggle: () => element.open && update() },
    h("summary", {}, title),
    ...elements,
  );
  return { element, update: () => element.open && update() };
}

/** The cost along a weight, all others as they are, with the step on it. @param {State} state */
function cutPart(state) {
  const { graph, descent } = state,
    plot = new Plot("cut", t("The cost along one weight, with the next step")),
    note = h("p", { class: "note" }),
    which = parameterChoice(state, 0);
  const update = () => {
    which.update();
    const [p] = descent.along,
      at = graph.values[p],
      [name, cost] = [p, graph.output].map((node) => graph.name(node)),
      number = (/** @type {number} */ x) => asText(x, graph.data.digits);
    const { proposal, lands, points } = descent.withoutTrace(() => {
      const proposal = descent.proposal(),
        next = proposal.next[graph.parameters.indexOf(p)] ?? at,
        far = Math.max(REACH, ROOM * Math.abs(next - at)),
        reach = Number.isFinite(far) ? far : REACH;
      /** @type {(x: number) => Point} */
      const point = (x) => [x, ((graph.values[p] = x), descent.costHere())];
      const along = Array.from({ length: POINTS }, (_, i) => at - reach + (2 * reach * i) / (POINTS - 1));
      return { proposal, lands: point(next), points: along.map(point) };
    });
    const slope = proposal.gradients[p],
      [next] = lands,
      run = (points[POINTS - 1][0] - at) / 3;
    /** @type {Point} */
    const here = [at, proposal.cost];
    /** @type {Point[]} */
    const tangent = [-run, run].map((x) => [at + x, proposal.cost + slope * x]);
    plot.draw(
      { x: name, y: cost },
      [
        { name: "line", points },
        { name: "tangent", points: tangent },
        { name: "step", points: [here, lands] },
      ],
      [here, lands],
      points,
    );
    const values = { name, cost, from: number(at), to: number(next), slope: number(slope), there: number(lands[1]) };
    setText(
      note,
      t(
        "The step takes {name} from {from} to {to}, where the slope is {slope}. The others move, too: {cost} will not be exactly {there}.",
        values,
      ),
    );
  };
  return { elements: [h("label", {}, `${t("Along")} `, which.element), plot.root, note], update };
}

/** Two learning rates from here, by the same rule and the same rows. @param {State} state */
function ratesPart(state) {
  const { descent, graph } = state,
    plot = new Plot("rates", t("The cost over the next steps, for two learning rates")),
    note = h("p", { class: "note" });
  let other = descent.rate * 10;
  const field = rateField(t("Another learning rate"), (x) => {
    if (x === null) return;
    other = x;
    state.notify("learning");
  });
  field.show(other);
  const trials = () => {
    const count = Math.max(5, Math.min(TRIED, Math.floor(ROWS_TRIED / Math.max(1, descent.nextRows().length))));
    return [descent.rate, other].map((rate) => ({ rate, ...descent.trial(rate, count) }));
  };
  const update = () => {
    const [one, two] = trials().map((trial) => ({ ...trial, points: pointsOf(trial.costs) }));
    const all = [...one.points, ...two.points.filter(([, y]) => y <= 3 * Math.max(...one.costs))];
    plot.draw(
      { x: t("step"), y: graph.name(graph.output) },
      [
        { name: "line", points: one.points },
        { name: "second", points: two.points },
      ],
      [],
      all,
    );
    setText(note, `${t("Solid:")} ${ending(state, one)} ${t("Dashed:")} ${ending(state, two)}`);
  };
  return { elements: [h("label", {}, `${t("dashed: η")} `, field.element), plot.root, note], update, trials };
}

/** How a trial ends. @param {State} state @param {{rate: number, costs: number[]}} trial */
export function ending({ graph }, { rate, costs }) {
  const number = (/** @type {number} */ x) => asText(x, graph.data.digits),
    last = costs[costs.length - 1],
    values = { rate: number(rate), name: graph.name(graph.output), cost: number(last), count: costs.length - 1 };
  if (!Number.isFinite(last)) return t("with η = {rate}, {name} is no longer finite after {count} steps.", values);
  if (last > costs[0]) return t("with η = {rate}, {name} is {cost} after {count} steps, more than before.", values);
  return t("with η = {rate}, {name} is {cost} after {count} steps.", values);
}

/** @param {number[]} costs @returns {Point[]} */
const pointsOf = (costs) => costs.map((cost, i) => [i, cost]);

/** @param {State} state @param {ReturnType<typeof ratesPart>} rates */
function surfacePart(state, { trials }) {
  const { descent, graph } = state,
    surface = new Surface(state),
    choices = [0, 1].map((which) => parameterChoice(state, which));
  const update = () => {
    for (const one of choices) one.update();
    if (descent.running) return; // it takes too long to be drawn at every step
    const [one, two] = trials();
    surface.update([
      { places: [...descent.places, graph.values.slice()], colour: "--ink" },
      { places: two.places, colour: "--strong", dash: [2, 4] },
      { places: one.places, colour: "--action", dash: [6, 4] },
    ]);
  };
  const [x, y] = choices.map(({ element }) => element);
  return {
    elements: [
      h("div", { class: "row" }, h("label", {}, `${t("to the right")} `, x), h("label", {}, `${t("up")} `, y)),
      surface.element,
    ],
    update,
  };
}

/** A list of the parameters that may be looked along. @param {State} state @param {number} which of the two */
function parameterChoice(state, which) {
  const { graph, descent } = state;
  const element = choice(
    graph.parameters,
    (node) => {
      const [p, q] = descent.along;
      state.lookAlong(which ? [p, Number(node)] : [Number(node), q]);
    },
    { "aria-label": which ? t("Up") : t("Along") },
    (node) => shortened(graph.name(Number(node)), LONGEST),
  );
  return { element, update: () => (element.value = String(descent.along[which])) };
}
