// The gradient of a leaf held against slopes between two points.

/** @import { State } from "./state.js" */
/** @import { Graph } from "./graph.js" */
/** @import { Point } from "./plot.js" */
/** @import { Part } from "./tangent.js" */
import { h, setText } from "./dom.js";
import { t } from "./language.js";
import { asText } from "./numbers.js";
import { Plot } from "./plot.js";

const LEAST = -15; // the smallest nudge, as a power of ten; the largest is 1
const POWERS = Array.from({ length: 61 }, (_, i) => LEAST + i / 4);
const NO_ERROR = 1e-18; // where the error is 0, which has no logarithm

/** A leaf is nudged by 10 ** power to both sides. @typedef {{nudge: number, below: number, above: number, slope: number,
 *  error: number}} Nudged */

/** @param {Graph} graph @param {number} leaf @param {number[]} powers @returns {Nudged[]} */
export function nudged(graph, leaf, powers) {
  const at = graph.values[leaf],
    nudges = powers.map((power) => 10 ** power),
    outputs = graph.outputsAt(
      leaf,
      nudges.flatMap((nudge) => [at - nudge, at + nudge]),
    );
  return nudges.map((nudge, i) => {
    const [below, above] = outputs.slice(2 * i, 2 * i + 2),
      slope = (above - below) / (2 * nudge);
    return { nudge, below, above, slope, error: Math.abs(slope - graph.gradients[leaf]) };
  });
}

/** What to say of a nudge, among others. @param {number} at log₁₀ of it @param {Point[]} errors log₁₀ both */
export function verdictOf(at, errors) {
  const best = errors.reduce((a, b) => (b[1] <= a[1] ? b : a));
  if (!errors.every(([, error]) => Number.isFinite(error))) return t("The slope is not finite for every h.");
  if (at < best[0] - 1.5)
    return t(
      "h is too small: the two costs share nearly all their digits, and what is left of their difference is rounding.",
    );
  if (at > best[0] + 1)
    return t(
      "As h shrinks the slope closes in on the gradient: a tenth of h leaves about a hundredth of the difference.",
    );
  return best[0] > -1
    ? t(
        "The cost is no more than quadratic here, so that the slope is exact for every h; smaller ones only lose digits.",
      )
    : t("About the best h: smaller ones lose digits to rounding, larger ones reach to where the cost bends.");
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
      [now, ...all] = nudged(graph, leaf, [at, ...POWERS]);
    range.setAttribute("aria-valuetext", `h = ${asText(now.nudge, graph.data.digits)}`);
    table.replaceChildren(...rowsOf(graph, leaf, now));
    /** @type {Point[]} */
    const errors = all.map(({ error }, i) => [POWERS[i], logarithm(error)]);
    const titles = { x: "log₁₀ h", y: t("log₁₀ of the difference") };
    plot.draw(titles, [{ name: "line", points: errors }], [[at, logarithm(now.error)]], errors);
    setText(verdict, verdictOf(at, errors));
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
  return Number.isFinite(x) ? String(Number(x.toPrecision(10))).replace("-", "−") : String(x);
}
