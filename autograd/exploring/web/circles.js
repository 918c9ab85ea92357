// What a network is drawn from, beside boxes and edges: circles, and the marks of biases.

/** @import { Rectangle } from "./types.js" */
/** @import { Graph } from "./graph.js" */
/** @import { DrawnItem } from "./parts.js" */
import { s } from "./dom.js";

const LETTER = 7.6, // pixels of a character of a name or of a number
  NUMBER = 9,
  SMALL_NUMBER = 6.6;

/** A neuron, a weighted sum, an input or a target. @param {Graph} graph @param {number} node @param {string} role
 *  @param {Rectangle} rectangle @param {boolean} small whether there is no room for numbers @returns {DrawnItem} */
export function drawnCircle(graph, node, role, rectangle, small) {
  const { width, height } = rectangle,
    name = graph.name(node),
    middle = { x: width / 2, "text-anchor": "middle" };
  const part = blank(node, `${role} circle`, rectangle, width / 2),
    fits = Math.min(small ? 15 : 14, (13 * (width - 8)) / (LETTER * name.length));
  const nameAt = {
    class: "name",
    ...middle,
    y: height / 2 + (small ? 5 : -5),
    style: `font-size:${fits.toFixed(1)}px`,
  };
  part.name = s("text", nameAt, name);
  part.value = s("text", { class: "value", ...middle, y: height / 2 + 14 });
  part.room = [Math.floor((width - 6) / NUMBER), Math.floor((width + 20) / SMALL_NUMBER) - 7];
  part.gradientName = s("tspan", { class: "gradient-name" });
  part.gradient = s("tspan");
  const below = s("text", { class: "gradient", ...middle, y: height + 13 }, part.gradientName, "\u00a0", part.gradient);
  part.root.append(part.shape, part.name, ...(small ? [] : [" ", part.value, " ", below]), part.title);
  return part;
}

/** A bias, above its neuron or, where several share it, above the column before them. @param {Graph} graph
 *  @param {number} node @param {Rectangle} rectangle @returns {DrawnItem} */
export function drawnMark(graph, node, rectangle) {
  const { width, height } = rectangle,
    name = graph.name(node);
  const part = blank(node, `${graph.role(node)} mark`, rectangle, 3);
  part.name = s("text", { class: "name", x: 5, y: height / 2 + 4 }, name);
  part.value = s("text", { class: "value", x: width - 5, y: height / 2 + 4, "text-anchor": "end" });
  part.room = [Math.floor((width - 14 - name.length * SMALL_NUMBER) / SMALL_NUMBER), 0];
  const wide = s("rect", { class: "wide", x: -8, y: -8, width: width + 16, height: height + 16 });
  part.root.append(...(part.room[0] > 0 ? [part.shape, part.name, " ", part.value] : [wide, part.shape]), part.title);
  return part;
}

/** @param {number} node @param {string} kind @param {Rectangle} rectangle @param {number} rx @returns {DrawnItem} */
function blank(node, kind, rectangle, rx) {
  const { x, y, width, height } = rectangle,
    place = { class: `node ${kind}`, "data-item": node, transform: `translate(${x} ${y})` };
  return {
    item: node,
    box: undefined,
    node,
    rectangle,
    root: s("g", { ...place, tabindex: "-1", role: "button" }),
    shape: s("rect", { class: "shape", width, height, rx }),
    name: s("text"),
    value: s("text"),
    formula: s("text"),
    gradientName: s("text"),
    gradient: s("text"),
    title: s("title"),
    room: [0, 0],
  };
}
