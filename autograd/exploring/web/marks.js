// What changes in the picture without its being drawn anew: numbers, colours, and what is selected or at work.

/** @import { DrawnEdge, DrawnItem } from "./parts.js" */
/** @import { Moment } from "./passes.js" */
/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */
import { BOLD, FORMULA_LENGTH, ROOM_BESIDE } from "./constants.js";
import { s, setText } from "./dom.js";
import { partialText } from "./equations.js";
import { t, tn, told } from "./language.js";
import { asText } from "./numbers.js";
import { slope } from "./paths.js";
import { MARKS, drawStrands, pathsAlong } from "./strands.js";
import { Typesetter } from "./typesetter.js";
import { description } from "./words.js";

const MOST_NUMBERS = 24; // of edges that light up, beyond which they would cover one another
const GRADIENT_BESIDE = 52,
  GRADIENT_CHARACTER = 6.6; // pixels beside a gradient, and of one of its characters
const FULL = 55, // percent of colour
  FAINT = 0.004; // the part of the strongest colour that is not seen

/** Write the numbers of the present step, and mark what is selected. @param {Scene} scene @param {State} state */
export function mark({ items, edges, world }, state) {
  const { boxes, colourBy, focus, lit, selected } = state;
  world.classList.toggle("tinted", colourBy !== "role");
  const litItems = new Set(lit && selected !== null ? [boxes.shownAs(selected)] : []);
  for (const { of, by } of lit ?? []) litItems.add(boxes.shownAs(of)).add(boxes.shownAs(by));
  const active = focus.node === null ? null : boxes.shownAs(focus.node),
    marked = selected === null ? null : boxes.shownAs(selected),
    scale = colourScale(state);
  for (const part of items.values()) {
    const { classList } = part.root;
    classList.toggle("active", part.item === active);
    classList.toggle("selected", part.item === marked);
    classList.toggle("muted", lit !== null && !litItems.has(part.item));
    markItem(part, state, scale);
  }
  markEdges(edges, state);
}

/** @param {DrawnItem} part @param {State} state @param {number} scale */
function markItem(part, state, scale) {
  const { boxes, graph, now } = state,
    { box, node } = part;
  if (node === null) {
    if (box) describe(part, t("{name}, closed", { name: boxes.titleOf(box) }));
    return;
  }
  const known = now.knows(node),
    received = state.received(node);
  setText(part.value, known ? fitted(graph.values[node], roomForValue(part), graph.data.digits) : "");
  const room = Math.floor((part.rectangle.width - GRADIENT_BESIDE) / GRADIENT_CHARACTER);
  const gradient = received && fitted(now.gradients[node], room, graph.data.digits);
  setText(part.gradient, received === "part" ? `${gradient} …` : gradient);
  setText(part.gradientName, received ? t("grad") : "");
  if (!box && !graph.isLeaf(node) && part.formulaOf !== graph.signatures[node]) {
    part.formulaOf = graph.signatures[node];
    const formula = new Typesetter(graph, "text").formula(node, false);
    setText(part.formula, formula.length <= FORMULA_LENGTH ? formula : told(graph.signatureOf(node).name));
  }
  const condition = known ? state.health.of(node) : "";
  part.root.classList.toggle("warned", condition === "dead" || condition === "saturated");
  part.root.classList.toggle("inactive", condition === "inactive");
  part.root.classList.toggle("unknown", !known);
  part.shape.style.fill = fill(state, node, scale);
  describe(part, description(state, node));
}

/** @param {DrawnItem} part @param {string} text */
function describe({ title, root }, text) {
  if (title.textContent === text) return;
  title.textContent = text;
  root.setAttribute("aria-label", text);
}

/** How many characters there are for a value beside the name. @param {DrawnItem} part */
function roomForValue({ rectangle, name }) {
  return Math.floor((rectangle.width - ROOM_BESIDE) / BOLD) - (name.textContent ?? "").length;
}

/** A number in at most so many characters, where two digits or more will do. @param {number} x @param {number} room
 *  @param {number} most digits */
function fitted(x, room, most) {
  let text = "";
  for (let digits = most; digits > 1; digits--) {
    text = asText(x, digits);
    if (text.length <= room) break;
  }
  return text;
}

/** The number that has the full colour. @param {State} state */
function colourScale({ colourBy, now, graph }) {
  let most = 0;
  for (const x of colourBy === "gradient" ? now.gradients : graph.values) {
    if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
  }
  return most;
}

/** The colour of a node, "" for that of its role. @param {State} state @param {number} node @param {number} scale */
function fill({ colourBy, now, graph }, node, scale) {
  if (colourBy === "role") return "";
  const there = now.knows(node) && (colourBy === "value" || now.received(node)),
    number = there ? (colourBy === "value" ? graph.values : now.gradients)[node] : 0,
    strength = scale && Number.isFinite(number) ? Math.min(1, Math.abs(number) / scale) : 0;
  if (strength < FAINT) return "var(--paper)";
  const percent = (FULL * Math.sqrt(strength)).toFixed(0);
  return `color-mix(in oklab, var(--${number > 0 ? "plus" : "minus"}) ${percent}%, var(--paper))`;
}

/** @param {DrawnEdge[]} edges @param {State} state */
function markEdges(edges, state) {
  const { graph, lit, now, edgeNumbers, focus } = state,
    typesetter = new Typesetter(graph, "text"),
    litEdges = new Set(edges.filter(({ entries }) => entries.some((entry) => lit?.has(entry))));
  for (const edge of edges) {
    const { links, entries, root, label } = edge,
      isLit = litEdges.has(edge),
      isActive = entries.some((entry) => focus.edges.has(entry)),
      paths = pathsAlong(edge, state);
    root.classList.toggle("lit", isLit);
    root.classList.toggle("muted", lit !== null && !isLit);
    root.classList.toggle("active", isActive);
    drawStrands(edge, paths);
    turnArrow(edge, now);
    const wanted = isActive || (isLit ? litEdges.size <= MOST_NUMBERS : edgeNumbers && !lit),
      mayShow =
        entries.every((entry) => state.shows(entry)) && links.every(({ way }) => way.every((one) => state.shows(one))),
      numbered = wanted && !state.hides("edge numbers") && links.length === 1 && now.knows(links[0].of) && mayShow;
    const number = (/** @type {number} */ x) => asText(x, graph.data.digits),
      isHandingBack = now.edges.has(entries[0]) && now.phase === "backward" && !state.practice.on,
      shown = isHandingBack ? `← ${number(handedBack(edge, now))}` : number(slope(graph, links[0]));
    writeNumber(label, paths.length < state.paths.length ? paths : [], numbered ? shown : "");
    label.setAttribute("class", `edge-number${isLit || isActive ? " strong" : ""}`);
    if (numbered) placeLabel(edge);
    const passed =
      state.hides("gradients") || !mayShow
        ? t("edge")
        : links.length === 1
          ? t("edge, {derivative}", { derivative: partialText(links[0], typesetter) })
          : tn("{count} derivative", "{count} derivatives", links.length);
    root.setAttribute("aria-label", passed);
  }
}

/** Write a number, and the numbers of the paths in front of it. @param {SVGElement} label @param {number[]} paths
 *  @param {string} number */
function writeNumber(label, paths, number) {
  const which = number && paths.length ? `${paths.map((path) => MARKS[path]).join("")} ` : "";
  if (label.textContent === which + number) return;
  label.replaceChildren(...(which ? [s("tspan", { class: "which" }, which)] : []), number);
}

/** What the node of a step hands back along an edge. @param {DrawnEdge} edge @param {Moment} now */
export function handedBack({ entries }, { graph, edges }) {
  const passed = entries.filter((entry) => edges.has(entry));
  return passed.reduce((sum, { of, k }) => sum + graph.gradients[of] * graph.partials[of][k], 0);
}

/** Have an arrow point back to where a gradient was handed, while gradients are handed back. @param {DrawnEdge} edge
 *  @param {Moment} now */
function turnArrow({ root, entries }, now) {
  const back = now.phase === "backward" && entries.some(({ of, by }) => now.handedOn(of) && !now.leavesOut(by)),
    line = /** @type {Element} */ (root.querySelector(".line"));
  root.classList.toggle("back", back);
  line.removeAttribute(back ? "marker-end" : "marker-start");
  line.setAttribute(back ? "marker-start" : "marker-end", "url(#arrow)");
}

/** Set the number of an edge where those of its neighbours are not. @param {DrawnEdge} edge */
function placeLabel(edge) {
  if (edge.placed) return;
  edge.placed = true;
  const line = /** @type {SVGPathElement} */ (edge.root.querySelector(".line")),
    length = line.getTotalLength();
  const { x, y } = line.getPointAtLength(length * (length < 80 ? 0.45 : 0.3 + 0.13 * (edge.rank % 3)));
  edge.label.setAttribute("x", x.toFixed(1));
  edge.label.setAttribute("y", (y - 3).toFixed(1));
}
