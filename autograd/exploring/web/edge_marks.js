// What changes on edges: numbers, the colour and thickness of weights, arrows, and what is selected or at work.

/** @import { Edge } from "./types.js" */
/** @import { Wanted } from "./labels.js" */
/** @import { DrawnEdge } from "./parts.js" */
/** @import { Moment } from "./passes.js" */
/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */
import { partialText } from "./equations.js";
import { t, tn } from "./language.js";
import { writeLabels } from "./labels.js";
import { asText } from "./numbers.js";
import { slope } from "./paths.js";
import { MARKS, drawStrands, pathsAlong, reach } from "./strands.js";
import { Typesetter } from "./typesetter.js";
import { description } from "./words.js";

const MOST_NUMBERS = 24; // of edges that light up, beyond which they would cover one another
const THIN = 0.7, // pixels: the line of a weight of 0, and what the largest one has more than that
  THICK = 5,
  ABOVE = 7, // the middle of a number that stands above strands
  MANY_LINES = 60; // beyond, they are half as thick

/** @param {Scene} scene @param {State} state */
export function markEdges({ edges, obstacles, courses }, state) {
  const { now, selected, sight } = state,
    { focus, lit } = sight,
    typesetter = new Typesetter(state.graph, "text"),
    litEdges = new Set(edges.filter((edge) => isLit(edge, lit, selected)));
  /** @type {Record<"strong" | "weak", Wanted[]>} */
  const wanted = { strong: [], weak: [] };
  weigh(edges, state);
  for (const edge of edges) {
    const { links, entries, weight, arrow, root, label } = edge,
      onPath = litEdges.has(edge),
      isActive = entries.some((entry) => focus.edges.has(entry)),
      paths = pathsAlong(edge, sight);
    root.classList.toggle("lit", onPath);
    root.classList.toggle("muted", lit !== null && !onPath);
    root.classList.toggle("active", isActive);
    root.classList.toggle("selected", weight !== undefined && weight === selected);
    drawStrands(edge, paths);
    turnArrow(edge, now);
    const strong = onPath || isActive,
      numbered =
        isActive ||
        (onPath ? litEdges.size <= MOST_NUMBERS : state.edgeNumbers && !lit && (arrow || weight !== undefined)),
      which = paths.length < sight.paths.length ? paths.map((path) => MARKS[path]).join("") : "";
    const lift = paths.length > 1 ? reach(paths.length) + ABOVE : 0;
    label.setAttribute("class", `edge-number${strong ? " strong" : ""}`);
    wanted[strong ? "strong" : "weak"].push({ edge, which, texts: numbered ? textsOf(edge, state) : [], lift });
    const passed =
      state.hides("gradients") || !mayShow(edge, state)
        ? t("edge")
        : links.length === 1
          ? t("edge, {derivative}", { derivative: partialText(links[0], typesetter) })
          : tn("{count} derivative", "{count} derivatives", links.length);
    root.setAttribute("aria-label", weight === undefined ? passed : description(state, weight));
  }
  writeLabels([...wanted.strong, ...wanted.weak], obstacles, courses);
}

/** Whether an edge is on a path of the selected node: the line of a weight is for what it multiplies, and for itself.
 *  @param {DrawnEdge} edge @param {Set<Edge> | null} lit @param {number | null} selected */
function isLit({ entries, weight }, lit, selected) {
  return entries.some((entry) => lit?.has(entry) && (entry.by !== weight || weight === selected));
}

/** Whether what an edge passes on may be shown. @param {DrawnEdge} edge @param {State} state */
function mayShow({ entries, links }, state) {
  return [...entries, ...links.flatMap(({ way }) => way)].every((edge) => state.sight.shows(edge));
}

/** What may be written on an edge, the best first. @param {DrawnEdge} edge @param {State} state */
function textsOf(edge, state) {
  const { links, entries, weight } = edge,
    { graph, now, colourBy, practice, sight } = state,
    { digits } = graph.data,
    shorter = (/** @type {number} */ x) => [digits, 3, 2].map((digits) => asText(x, digits)),
    isBack =
      now.phase === "backward" && !practice.on && mayShow(edge, state) && entries.some((entry) => now.edges.has(entry)),
    back = isBack ? shorter(handedBack(edge, now)).map((text) => `← ${text}`) : [];
  if (weight === undefined) {
    if (links.length !== 1 || state.hides("edge numbers") || !sight.knows(links[0].of) || !mayShow(edge, state))
      return [];
    return isBack ? back : shorter(slope(graph, links[0]));
  }
  const name = graph.name(weight),
    ofGradient = sight.received(weight) ? asText(now.gradients[weight], digits) : "",
    gradient = ofGradient && `∂${graph.name(graph.output)}/∂${name} = ${ofGradient}`;
  if (isBack) return entries.some(({ by }) => by !== weight && !now.leavesOut(by)) ? back : [gradient, ofGradient];
  if (colourBy === "gradient") return gradient ? [gradient, ofGradient] : [name];
  return [`${name} = ${asText(graph.values[weight], digits)}`, name];
}

/** What the node of a step hands back along an edge; along the line of a weight, to what that multiplies, if to that.
 *  @param {DrawnEdge} edge @param {Moment} now */
export function handedBack({ entries, weight }, { graph, edges }) {
  const passed = entries.filter((entry) => edges.has(entry)),
    further = passed.filter(({ by }) => by !== weight),
    sum = (/** @type {Edge[]} */ some) =>
      some.reduce((sum, { of, k }) => sum + graph.gradients[of] * graph.partials[of][k], 0);
  return sum(further.length ? further : passed);
}

/** Have an arrow point back to where a gradient was handed, while gradients are handed back. @param {DrawnEdge} edge
 *  @param {Moment} now */
function turnArrow({ root, line, entries, arrow }, now) {
  const back = now.phase === "backward" && entries.some(({ of, by }) => now.handedOn(of) && !now.leavesOut(by));
  root.classList.toggle("back", back);
  line.removeAttribute("marker-start");
  line.removeAttribute("marker-end");
  if (back || arrow) line.setAttribute(back ? "marker-start" : "marker-end", "url(#arrow)");
}

/** Give the lines of weights their colour and thickness. @param {DrawnEdge[]} edges @param {State} state */
function weigh(edges, state) {
  const { graph, now, colourBy, sight } = state,
    byGradient = colourBy === "gradient",
    numberOf = (/** @type {number} */ weight) =>
      byGradient ? (sight.received(weight) ? now.gradients[weight] : 0) : graph.values[weight],
    lines = edges.filter(({ weight }) => weight !== undefined),
    sizes = lines.map(({ weight }) => Math.abs(numberOf(Number(weight)))),
    most = Math.max(0, ...sizes.filter(Number.isFinite)) || 1,
    thick = lines.length > MANY_LINES ? THICK / 2 : THICK;
  lines.forEach(({ weight, root: { style } }, i) => {
    const number = numberOf(Number(weight)),
      share = Number.isNaN(number) ? 1 : Math.min(1, sizes[i] / most);
    style.setProperty("--sign", `var(--${number > 0 ? "plus" : number < 0 ? "minus" : "pale"})`);
    style.setProperty("--thick", `${(THIN + thick * share).toFixed(2)}px`);
  });
}
