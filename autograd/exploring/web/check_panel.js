// The gradient of a leaf held against slopes between two points.

/** @import { State } from "./state.js" */
/** @import { Graph } from "./graph.js" */
/** @import { Point } from "./plot.js" */
/** @import { Part } from "./tangent.js" */
import { h, setText } from "./dom.js";
import { t, tn } from "./language.js";
import { asText, localized } from "./numbers.js";
import { Plot } from "./plot.js";

const LEAST = -15; // the smallest nudge, as a power of ten; the largest is 1
const POWERS = Array.from({ length: 61 }, (_, i) => LEAST + i / 4);
const NO_ERROR = 1e-18; // where the error is 0, which has no logarithm
const EPSILON = 2 ** -53; // what rounding may change a number by, as a part of it
const ROUNDINGS = 4; // within one node
const FEW = 5; // digits of a slope: with fewer its nudge is too small

/** A leaf is nudged by 10 ** power to both sides. apart: how far the two points are from each other; error: of the slope
 *  between them; rounding: how large that may be by rounding alone.
 *  @typedef {{nudge: number, below: number, above: number, apart: number, slope: number, gradient: number,
 *  error: number, rounding: number}} Nudged */

/** @param {Graph} graph @param {number} leaf @param {number[]} powers @returns {Nudged[]} */
export function nudged(graph, leaf, powers) {
  const at = graph.values[leaf],
    gradient = graph.gradients[leaf],
    points = powers.map((power) => [at - 10 ** power, at + 10 ** power]),
    outputs = graph.outputsAt(leaf, points.flat()),
    { ofOutput, ofGradient } = roundingsOf(graph, leaf);
  return powers.map((power, i) => {
    const [below, above] = outputs.slice(2 * i, 2 * i + 2),
      apart = points[i][1] - points[i][0], // and not 2 h, which is rounded where it is added
      slope = (above - below) / apart,
      ofPoints = ROUNDINGS * EPSILON * (Math.abs(below) + Math.abs(above)),
      rounding = (2 * ofOutput + ofPoints) / apart + ofGradient;
    return { nudge: 10 ** power, below, above, apart, slope, gradient, error: Math.abs(slope - gradient), rounding };
  });
}

/** How far rounding may take the output and the gradient of a leaf, to first order: what each node may be off by, times
 *  what the output makes of it. @param {Graph} graph @param {number} leaf */
function roundingsOf({ results, operands, partials, values, gradients, uses }, leaf) {
  let ofOutput = 0;
  for (const node of results) {
    const parts = operands[node].map((x, k) => Math.abs(partials[node][k] * values[x])), // which may cancel
      size = parts.reduce((sum, part) => sum + part, Math.abs(values[node]));
    ofOutput += ROUNDINGS * EPSILON * Math.abs(gradients[node]) * size;
  }
  const shares = uses[leaf].map(({ of, k }) => Math.abs(gradients[of] * partials[of][k]));
  return { ofOutput, ofGradient: ROUNDINGS * EPSILON * results.length * shares.reduce((a, b) => a + b, 0) };
}

/** What to say of a nudge, beside one of a tenth of its size and among many: what rounding explains, and what not.
 *  @param {Nudged} now @param {Nudged} tenth @param {Nudged[]} all */
export function verdictOf(now, tenth, all) {
  if (now.apart === 0) {
    return t("h is too small: added to the number, it is lost in rounding, and both points are the same.");
  }
  if (!Number.isFinite(now.slope)) return t("The slope is not finite for this h.");
  if (now.error <= now.rounding) return withinRounding(now, all);
  if (tenth.error <= tenth.rounding) {
    return t(
      "The cost bends between the two points, and as h shrinks the slope closes in on the gradient: a tenth of h leaves no difference but that of rounding.",
    );
  }
  const shrinks = now.error / tenth.error;
  return shrinks > 2
    ? t(
        "The cost bends between the two points, and as h shrinks the slope closes in on the gradient: a tenth of h leaves 1/{times} of the difference.",
        { times: asText(shrinks, 2) },
      )
    : t("A smaller h does not bring the slope closer to the gradient: the cost has a kink here, or close by.");
}

/** Where the difference is no larger than rounding may make it. @param {Nudged} now @param {Nudged[]} all */
function withinRounding({ gradient, rounding }, all) {
  const digits = gradient === 0 ? Infinity : Math.floor(Math.log10(Math.abs(gradient) / rounding));
  if (digits < 1) {
    return t(
      "h is too small: the two costs differ in their last digits only, and rounding leaves no digit of the slope.",
    );
  }
  if (digits < FEW) {
    return tn(
      "h is too small: the two costs differ in their last digits only, and rounding leaves about {count} digit of the slope.",
      "h is too small: the two costs differ in their last digits only, and rounding leaves about {count} digits of the slope.",
      digits,
    );
  }
  return all.every(({ apart, error, rounding }) => apart === 0 || error <= rounding)
    ? t(
        "Between any two points the slope is the gradient, but for rounding: along this number the cost is a parabola or a line, for which the central difference is exact, and smaller h only lose digits.",
      )
    : t(
        "The difference is no more than rounding may make it: a larger h reaches to where the cost bends, a smaller one loses digits.",
      );
}

/** @param {State} state @param {number} leaf @returns {Part} */
export function checkPanel({ graph }, leaf) {
  const name = graph.name(leaf),
    table = h("table", {}),
    verdict = h("p", { class: "note" }),
    plot = new Plot("check", t("The error of the slope for nudges of all sizes"));
  const range = h("input", {
    type: "range",
    min: LEAST,
    max: 0,
    step: 0.25,
    value: -2,
    "aria-label": t("The nudge h, as a power of ten"),
    oninput: () => update(),
  });
  const update = () => {
    const at = Number(range.value),
      [now, tenth, ...all] = nudged(graph, leaf, [at, at - 1, ...POWERS]);
    range.setAttribute("aria-valuetext", `h = ${asText(now.nudge, graph.data.digits)}`);
    table.replaceChildren(...rowsOf(graph, leaf, now));
    /** @type {Point[]} */
    const errors = all.map(({ error }, i) => [POWERS[i], logarithm(error)]);
    const titles = { x: "log₁₀ h", y: t("log₁₀ of the difference") };
    plot.draw(titles, [{ name: "line", points: errors }], [[at, logarithm(now.error)]], errors);
    setText(verdict, verdictOf(now, tenth, all));
  };
  const title = h("h3", {}, t("Check by a nudge of {name}", { name }));
  return {
    element: h("section", {}, title, h("label", { class: "nudge" }, "h ", range), table, plot.root, verdict),
    update,
  };
}

/** @param {number} error */
const logarithm = (error) => Math.log10(Math.max(error, NO_ERROR));

/** @param {Graph} graph @param {number} leaf @param {Nudged} nudged */
function rowsOf(graph, leaf, { nudge, below, above, slope, error }) {
  const [cost, name] = [graph.output, leaf].map((node) => graph.name(node)),
    number = (/** @type {number} */ x) => asText(x, graph.data.digits);
  return [
    ["h", number(nudge)],
    [t("{cost} at {place}", { cost, place: `${name} − h` }), long(below)],
    [t("{cost} at {place}", { cost, place: `${name} + h` }), long(above)],
    [t("slope between them"), long(slope)],
    [`∂${cost}/∂${name}`, long(graph.gradients[leaf])],
    [t("difference"), number(error)],
  ].map(([head, text]) => h("tr", {}, h("th", { scope: "row" }, head), h("td", {}, text)));
}

/** A number to ten digits. @param {number} x */
function long(x) {
  return Number.isFinite(x) ? localized(String(Number(x.toPrecision(10)))) : String(x);
}
