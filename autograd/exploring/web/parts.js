// What the picture is drawn from: nodes, closed and open boxes, edges, and the canvas around them.

/** @import { Edge, Link, Rectangle } from "./types.js" */
/** @import { Box, Boxes } from "./boxes.js" */
import { BOLD, ROOM_BESIDE } from "./constants.js";
import { t, tn } from "./language.js";
import { entries } from "./paths.js";
import { s } from "./dom.js";
import { shortened } from "./words.js";

/** A node or a closed box in the picture; node is what stands for it, if anything does, and formulaOf the signature
 *  whose formula it has. @typedef {{item: number, box: Box | undefined, node: number | null, rectangle: Rectangle,
 *  root: SVGElement, shape: SVGElement, name: SVGElement, value: SVGElement, formula: SVGElement,
 *  gradientName: SVGElement, gradient: SVGElement, title: SVGElement, room: [value: number, gradient: number],
 *  formulaOf?: number}} DrawnItem  room: how many characters of numbers there is room for */

/** An edge in the picture, which may stand for several links; entries are the edges of the graph from the one item to
 *  the other; weight is that which it is the line of; arrow whether it has a head where it leads forward.
 *  @typedef {{from: number, to: number, links: Link[], entries: Edge[], weight?: number, arrow: boolean, root: SVGElement,
 *  line: SVGPathElement, strands: SVGElement, label: SVGTextElement}} DrawnEdge */

const SIGN = 28; // pixels that the button of a closed box takes
const GRADIENT_BESIDE = 52,
  GRADIENT_CHARACTER = 7.1; // pixels beside a gradient, and of one of its characters

/** How round the corners of a role are. @type {Record<string, number>} */
const ROUND = { input: 20, leaf: 20, target: 20, parameter: 2, loss: 4 };

/** @param {SVGElement} world all that moves and scales */
export function canvas(world) {
  const arrow = {
    id: "arrow",
    viewBox: "0 0 8 8",
    refX: "7",
    refY: "4",
    markerWidth: "8",
    markerHeight: "8",
    markerUnits: "userSpaceOnUse",
    orient: "auto-start-reverse",
  };
  const label = t("Computation graph: up and down go from node to node, with shift from edge to edge, enter selects");
  return s(
    "svg",
    { class: "canvas", role: "application", tabindex: "-1", "aria-label": label },
    s("defs", {}, s("marker", arrow, s("path", { d: "M0 0L8 4L0 8z", class: "arrow" }))),
    world,
  );
}

/** An open box. @param {Box} box @param {string} title @param {Rectangle} rectangle */
export function frame({ kind }, title, { x, y, width, height }) {
  return s(
    "g",
    { class: `frame ${kind}`, transform: `translate(${x} ${y})` },
    s("rect", { width, height, rx: 10 }),
    s("text", { class: "title", x: 30, y: 17 }, title),
  );
}

/** The button that opens or closes a box. @param {Box} box @param {string} title @param {Rectangle} rectangle
 *  @param {() => void} flip */
export function toggle({ open }, title, { x, y, width, height }, flip) {
  const [sign, right, down] = open ? ["M-4 0H4", 16, 13] : ["M-4 0H4M0-4V4", width - SIGN / 2, height / 2];
  const name = open ? t("Collapse {name}", { name: title }) : t("Expand {name}", { name: title });
  const attributes = {
    class: "toggle",
    role: "button",
    "aria-label": name,
    tabindex: "-1",
    transform: `translate(${x + right} ${y + down})`,
    onclick: (/** @type {Event} */ event) => {
      event.stopPropagation();
      flip();
    },
    onpointerdown: (/** @type {Event} */ event) => event.stopPropagation(),
  };
  return s("g", attributes, s("title", {}, name), s("circle", { r: 9 }), s("path", { d: sign }));
}

/** A node, or a closed box. @param {Boxes} boxes @param {number} item @param {Rectangle} rectangle
 *  @returns {DrawnItem} */
export function drawnItem(boxes, item, rectangle) {
  const { graph } = boxes,
    box = boxes.get(item),
    node = box ? box.head : item,
    role = box ? box.kind : graph.role(item),
    { x, y, width, height } = rectangle;
  const made = !box && !graph.isLeaf(item),
    right = width - (box ? SIGN : 10),
    [first, second, last] = made ? [18, 33, 49] : [17, 0, 33];
  const place = { class: `node ${role}`, "data-item": item, transform: `translate(${x} ${y})` };
  const part = {
    item,
    box,
    node,
    rectangle,
    root: s("g", { ...place, tabindex: "-1", role: "button" }),
    shape: s("rect", { class: "shape", width, height, rx: ROUND[role] ?? 10 }),
    name: s("text", { class: "name", x: 10, y: first }),
    value: s("text", { class: "value", x: right, y: first, "text-anchor": "end" }),
    formula: s("text", { class: "made", x: 10, y: second }),
    gradientName: s("text", { class: "gradient-name", x: 10, y: last }),
    gradient: s("text", { class: "gradient", x: right, y: last, "text-anchor": "end" }),
    title: s("title"),
    room: /** @type {[number, number]} */ ([0, Math.floor((right + 10 - GRADIENT_BESIDE) / GRADIENT_CHARACTER)]),
  };
  part.root.append(part.shape);
  if (role === "loss") {
    part.root.append(s("rect", { class: "inner", x: 3, y: 3, width: width - 6, height: height - 6, rx: 2 }));
  }
  if (box && node === null) {
    const neurons = box.items.filter(([inside]) => boxes.get(inside)).length;
    part.name.textContent = shortened(boxes.titleOf(box), 15);
    part.gradientName.textContent =
      box.kind === "layer" ? tn("{count} neuron", "{count} neurons", neurons) : t("closed");
    part.root.append(part.name, " ", part.gradientName);
  } else {
    part.name.textContent = shortened(graph.name(Number(node)), 16);
    const texts = [part.name, part.value, ...(made ? [part.formula] : []), part.gradientName, part.gradient];
    part.root.append(...texts.flatMap((text) => [text, " "])); // words to who does not see where they stand
  }
  part.room[0] = Math.floor((right + 10 - ROOM_BESIDE) / BOLD) - (part.name.textContent ?? "").length;
  part.root.append(part.title);
  return part;
}

/** @param {{from: number, to: number, links: Link[], weight?: number}} edge @param {string} path @param {boolean} arrow
 *  @returns {DrawnEdge} */
export function drawnEdge({ from, to, links, weight }, path, arrow) {
  const line = s("path", { class: "line", d: path }),
    strands = s("g", { class: "strands" }),
    label = s("text", { class: "edge-number" });
  const kind =
    weight === undefined
      ? { class: `edge${arrow ? "" : " bias"}`, role: "img" }
      : { class: "edge weight", role: "button", "data-item": weight };
  const root = s("g", { ...kind, tabindex: "-1" }, s("path", { class: "wide", d: path }), strands, line);
  return { from, to, links, entries: links.flatMap(entries), weight, arrow, root, line, strands, label };
}
