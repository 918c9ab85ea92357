// Where things stand in the picture: columns as Graphviz made them, moved apart where something in them is open.

/** @import { Placed, Rectangle } from "./types.js" */
/** @import { Box, Boxes } from "./boxes.js" */

/** Where edges from outside pass the parameters of a neuron, and the item that each track is taken by.
 *  @typedef {{rectangle: Rectangle, tracks: number[]}} Lane */
/** @typedef {{rectangles: Map<number, Rectangle>, lanes: Map<Box, Lane>}} Arrangement */
/** What a box holds, from its own corner. The lane, where there is one, is the last of the spots.
 *  @typedef {{width: number, height: number, spots: Rectangle[], inner: (Measured | null)[]}} Measured */

const PAD = 12,
  HEADER = 24, // around what an open box holds, and above it
  GAP = 28; // the least between columns

/** @param {Boxes} boxes @returns {Arrangement} */
export function arrange(boxes) {
  const measured = measure(boxes, boxes.whole),
    { width, height } = measured;
  /** @type {Arrangement} */
  const arrangement = { rectangles: new Map([[boxes.whole.item, { x: 0, y: 0, width, height }]]), lanes: new Map() };
  place(boxes, boxes.whole, measured, 0, 0, arrangement);
  return arrangement;
}

/** @param {Boxes} boxes @param {Box} box @param {Measured} measured @param {number} x @param {number} y
 *  @param {Arrangement} arrangement */
function place(boxes, box, { spots, inner }, x, y, { rectangles, lanes }) {
  spots.forEach((spot, i) => {
    const rectangle = { ...spot, x: x + spot.x, y: y + spot.y };
    if (i === box.items.length) {
      lanes.set(box, { rectangle, tracks: [] });
      return;
    }
    const [item] = box.items[i],
      inside = inner[i];
    rectangles.set(item, rectangle);
    if (inside) {
      place(boxes, /** @type {Box} */ (boxes.get(item)), inside, rectangle.x, rectangle.y, { rectangles, lanes });
    }
  });
}

/** @param {Boxes} boxes @param {Box} box @returns {Measured} */
function measure(boxes, box) {
  const places = box.items.map(([, ...place]) => place);
  const inner = box.items.map(([item]) => {
    const inside = boxes.get(item);
    return inside?.open ? measure(boxes, inside) : null;
  });
  if (box.lane) places.push(box.lane);
  const spots = places.map(([, , width, height], i) => {
    const size = inner[i] ?? { width, height };
    return { x: 0, y: 0, width: size.width, height: size.height };
  });
  const columns = columnsOf(places),
    width = spread(places, spots, columns);
  if (box.kind === "layer") raiseShared(spots, columns);
  const top = Math.min(...spots.map((spot) => spot.y)),
    bottom = Math.max(...spots.map((spot) => spot.y + spot.height));
  const [header, pad] = box === boxes.whole ? [0, 0] : [HEADER, PAD];
  for (const spot of spots) {
    spot.x += pad;
    spot.y += header + pad / 2 - top;
  }
  return { width: width + 2 * pad, height: bottom - top + header + pad * 1.5, spots, inner };
}

/** The columns, from left to right, each from top to bottom. @param {Placed[]} places
 *  @returns {number[][]} */
function columnsOf(places) {
  /** @type {number[][]} */
  const columns = [];
  const byX = places.map((_, i) => i).sort((i, k) => places[i][0] - places[k][0] || places[i][1] - places[k][1]);
  for (const i of byX) {
    const column = columns.at(-1);
    if (column && Math.abs(places[column[0]][0] - places[i][0]) < 1) column.push(i);
    else columns.push([i]);
  }
  return columns;
}

/** Set the spots of all columns side by side, and return the width of them together: gaps stay, and so do the heights
 *  of their middles. @param {Placed[]} places @param {Rectangle[]} spots @param {number[][]} columns */
function spread(places, spots, columns) {
  const above = (/** @type {number} */ i) => places[i][1] - places[i][3] / 2,
    below = (/** @type {number} */ i) => places[i][1] + places[i][3] / 2;
  const all = places.map((_, i) => i),
    middle = (Math.min(...all.map(above)) + Math.max(...all.map(below))) / 2;
  let right = 0,
    before = 0;
  for (const column of columns) {
    const x = places[column[0]][0],
      natural = Math.max(...column.map((i) => places[i][2])),
      width = Math.max(...column.map((i) => spots[i].width)),
      left = right + (right === 0 ? 0 : Math.max(GAP, x - natural / 2 - before)),
      top = above(column[0]);
    let y = 0,
      end = top;
    for (const i of column) {
      y += above(i) - end;
      spots[i].x = left + (width - spots[i].width) / 2;
      spots[i].y = y;
      y += spots[i].height;
      end = below(i);
    }
    const centre = (top + end) / 2 - middle;
    for (const i of column) spots[i].y += centre - y / 2;
    right = left + width;
    before = x + natural / 2;
  }
  return right;
}

/** Put what the neurons of a layer share above them, out of the way of edges. @param {Rectangle[]} spots
 *  @param {number[][]} columns */
function raiseShared(spots, [shared, ...others]) {
  if (!others.length) return;
  const top = Math.min(...others.flat().map((i) => spots[i].y)),
    bottom = Math.max(...shared.map((i) => spots[i].y + spots[i].height));
  for (const i of shared) spots[i].y -= bottom - (top - 8);
}
