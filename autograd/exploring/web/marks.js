// What changes in the picture without its being drawn anew: numbers, colours, and what is selected or at work.

/** @import { DrawnItem } from "./parts.js" */
/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */
import { FORMULA_LENGTH } from "./constants.js";
import { setText } from "./dom.js";
import { markEdges } from "./edge_marks.js";
import { t, told } from "./language.js";
import { fitted } from "./numbers.js";
import { Typesetter } from "./typesetter.js";
import { descriptionOf } from "./words.js";

const FULL = 55, // percent of colour
  FAINT = 0.004; // the part of the strongest colour that is not seen

/** Write the numbers of the present step, and mark what is selected. @param {Scene} scene @param {State} state */
export function mark(scene, state) {
  const { items, world } = scene,
    { colourBy, selected } = state,
    { focus, lit } = state.sight;
  world.classList.toggle("tinted", colourBy !== "role");
  const litItems = new Set(lit && selected !== null ? [state.shownAs(selected)] : []);
  for (const { of, by } of lit ?? []) litItems.add(state.shownAs(of)).add(state.shownAs(by));
  const active = focus.node === null ? null : state.shownAs(focus.node),
    marked = selected === null ? null : state.shownAs(selected),
    scale = colourScale(state);
  for (const part of items.values()) {
    const { classList } = part.root;
    classList.toggle("active", part.item === active);
    classList.toggle("selected", part.item === marked);
    classList.toggle("muted", lit !== null && !litItems.has(part.item));
    markItem(part, state, scale);
  }
  markEdges(scene, state);
}

/** @param {DrawnItem} part @param {State} state @param {number} scale */
function markItem(part, state, scale) {
  const { boxes, graph, now, sight } = state,
    { box, node } = part;
  if (node === null) {
    if (box) describe(part, t("{name}, closed", { name: boxes.titleOf(box) }));
    return;
  }
  const known = sight.knows(node),
    received = sight.received(node);
  const { digits } = graph.data,
    [forValue, forGradient] = part.room,
    gradient = received && fitted(now.gradients[node], forGradient - (received === "part" ? 2 : 0), digits);
  setFitting(part.value, known ? fitted(graph.values[node], forValue, digits) : "", forValue);
  setFitting(part.gradient, received === "part" ? `${gradient} …` : gradient, forGradient);
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
  const lines = [part.value, part.formula].filter(({ parentNode }) => parentNode).map(textOf),
    shown = [part.value, part.gradient].map((element) => (element.parentNode ? textOf(element) : ""));
  if (shown[1]) lines.push(`${textOf(part.gradientName)} ${shown[1]}`);
  describe(part, descriptionOf(state, node, lines.filter(Boolean), /** @type {[string, string]} */ (shown)));
}

/** @param {SVGElement} element */
const textOf = ({ textContent }) => textContent ?? "";

/** @param {DrawnItem} part @param {string} text */
function describe({ title, root }, text) {
  if (title.textContent === text) return;
  title.textContent = text;
  root.setAttribute("aria-label", text);
}

/** Write a text, in smaller letters where there is no room for it. @param {SVGElement} element @param {string} text
 *  @param {number} room for characters */
function setFitting(element, text, room) {
  setText(element, text);
  element.style.fontSize = text.length > room ? `${Math.floor((13 * room) / text.length)}px` : "";
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
function fill({ colourBy, now, graph, sight }, node, scale) {
  if (colourBy === "role") return "";
  const there = sight.knows(node) && (colourBy === "value" || sight.received(node)),
    number = there ? (colourBy === "value" ? graph.values : now.gradients)[node] : 0,
    strength = scale && Number.isFinite(number) ? Math.min(1, Math.abs(number) / scale) : 0;
  if (strength < FAINT) return "var(--paper)";
  const percent = (FULL * Math.sqrt(strength)).toFixed(0);
  return `color-mix(in oklab, var(--${number > 0 ? "plus" : "minus"}) ${percent}%, var(--paper))`;
}
