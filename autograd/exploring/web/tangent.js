// Curves with their tangents: an activation over what goes into it, the output along one leaf.

/** @import { State } from "./state.js" */
/** @import { Graph } from "./graph.js" */
/** @import { Point } from "./plot.js" */
import { h, setText } from "./dom.js";
import { t } from "./language.js";
import { asText } from "./numbers.js";
import { Plot } from "./plot.js";

/** A part of a page, and what brings it up to date. @typedef {{element: HTMLElement, update: () => void}} Part */
/** A curve of y over x, nodes both. @typedef {{title: string, x: number, y: number,
 *  valuesAt: (xs: number[]) => number[], slope: () => number, range: () => Point}} Curve */

const POINTS = 101,
  REACH = 2; // to both sides, of the output along a leaf

/** The node of one variable that has a curve: this one, or what alone takes it, as an activation takes a weighted sum.
 *  @param {Graph} graph @param {number} node */
export function curveOf({ operands, uses }, node) {
  if (operands[node].length === 1) return node;
  const [use, ...others] = uses[node];
  return use && !others.length && operands[use.of].length === 1 ? use.of : null;
}

/** The curve of a node of one variable. @param {State} state @param {number} node @returns {Part} */
export function activationCurve({ graph }, node) {
  const [x] = graph.operands[node],
    half = () => Math.max(4, Math.abs(graph.values[x]) * 1.25);
  return tangentPlot(graph, {
    title: t("Curve and tangent"),
    x,
    y: node,
    valuesAt: (xs) => xs.map((t) => graph.functionsOf(node).value([t])),
    slope: () => graph.partials[node][0],
    range: () => [-half(), half()],
  });
}

/** The output along one leaf, all others as they are. @param {State} state @param {number} leaf @returns {Part} */
export function outputAlong({ graph }, leaf) {
  return tangentPlot(graph, {
    title: t("{y} along {x}", { y: graph.name(graph.output), x: graph.name(leaf) }),
    x: leaf,
    y: graph.output,
    valuesAt: (xs) => graph.outputsAt(leaf, xs),
    slope: () => graph.gradients[leaf],
    range: () => [graph.values[leaf] - REACH, graph.values[leaf] + REACH],
  });
}

/** @param {Graph} graph @param {Curve} curve @returns {Part} */
function tangentPlot(graph, { title, x, y, valuesAt, slope, range }) {
  const names = { x: graph.name(x), y: graph.name(y) },
    number = (/** @type {number} */ t) => asText(t, graph.data.digits);
  const plot = new Plot("curve", t("{y} for all {x}, with the tangent at the present one", names));
  const note = h("p", { class: "note" });
  const update = () => {
    const [from, to] = range(),
      [at, value, rise] = [graph.values[x], graph.values[y], slope()],
      reach = (to - from) / 6,
      along = Array.from({ length: POINTS }, (_, i) => from + ((to - from) * i) / (POINTS - 1)),
      values = valuesAt(along);
    /** @type {Point[]} */
    const points = along.map((t, i) => [t, values[i]]);
    /** @type {Point[]} */
    const tangent = [
      [at - reach, value - rise * reach],
      [at + reach, value + rise * reach],
    ];
    const lines = [
      { name: "line", points },
      { name: "tangent", points: tangent },
    ];
    plot.draw(names, lines, [[at, value]], points);
    setText(note, t("slope {slope} at {x} = {value}", { slope: number(rise), x: names.x, value: number(at) }));
  };
  return { element: h("section", {}, h("h3", {}, title), plot.root, note), update };
}
