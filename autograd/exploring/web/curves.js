// The course of an edge in the picture.

/** @import { Placed, Rectangle } from "./types.js" */
/** @import { Arrangement } from "./arrangement.js" */
/** @import { Box, Boxes } from "./boxes.js" */

/** The path of an edge, for SVG. The first edges through a lane take its first tracks. @param {Boxes} boxes
 *  @param {Arrangement} arrangement @param {number} from @param {number} to items */
export function curve(boxes, arrangement, from, to) {
  const box = /** @type {Box} */ (boxes.parent(from)),
    route = box.routes?.find(([start, end]) => start === from && end === to);
  return route ? routed(box, arrangement, from, route[2]) : bent(points(boxes, arrangement, from, to));
}

/** As Graphviz routed it around what stands between. @param {Box} box @param {Arrangement} arrangement
 *  @param {number} from @param {number[]} route */
function routed(box, { rectangles }, from, route) {
  const { x, y } = /** @type {Rectangle} */ (rectangles.get(from)),
    [, middle, centre, width, height] = /** @type {[number, ...Placed]} */ (box.items.find(([item]) => item === from));
  const right = x - (middle - width / 2),
    down = y - (centre - height / 2);
  const [first, ...others] = Array.from(
    { length: route.length / 2 },
    (_, i) => `${(route[2 * i] + right).toFixed(1)} ${(route[2 * i + 1] + down).toFixed(1)}`,
  );
  return `M${first}C${others.join(" ")}`;
}

/** The ends of an edge, and between them those of the lane that it passes. @param {Boxes} boxes
 *  @param {Arrangement} arrangement @param {number} from @param {number} to @returns {[number, number][]} */
function points(boxes, { rectangles, lanes }, from, to) {
  const start = /** @type {Rectangle} */ (rectangles.get(from)),
    end = /** @type {Rectangle} */ (rectangles.get(to)),
    box = /** @type {Box} */ (boxes.parent(to)),
    lane = boxes.parent(from) === box ? undefined : lanes.get(box);
  /** @type {[number, number][]} */
  const points = [
    [start.x + start.width, start.y + start.height / 2],
    [end.x - 1, end.y + end.height / 2],
  ];
  if (lane) {
    const { rectangle, tracks } = lane;
    if (!tracks.includes(from)) tracks.push(from);
    const all = boxes.graph.operands[to].filter((x) => boxes.parent(x) !== box).length;
    const y = rectangle.y + (rectangle.height * (tracks.indexOf(from) + 0.5)) / Math.max(all, tracks.length);
    points.splice(1, 0, [rectangle.x, y], [rectangle.x + rectangle.width, y]);
  }
  return points;
}

/** Level at every point, and straight between those of a lane. @param {[number, number][]} points */
function bent([first, ...rest]) {
  let [x, y] = first,
    path = `M${x} ${y}`;
  rest.forEach(([right, down], i) => {
    const bend = Math.max(rest.length > 1 ? 12 : 24, (right - x) / 2);
    path += i === 1 ? `H${right}` : `C${x + bend} ${y} ${right - bend} ${down} ${right} ${down}`;
    [x, y] = [right, down];
  });
  return path;
}

/** A straight line from rim to rim, for SVG. @param {Map<number, Rectangle>} places @param {(item: number) => boolean} isRound
 *  whether an item is a circle @param {number} from @param {number} to items */
export function straight(places, isRound, from, to) {
  const start = /** @type {Rectangle} */ (places.get(from)),
    end = /** @type {Rectangle} */ (places.get(to));
  const written = (/** @type {[number, number]} */ [x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return `M${written(rim(start, end, isRound(from)))}L${written(rim(end, start, isRound(to)))}`;
}

/** Where the way from the middle of a place to that of another one leaves it. @param {Rectangle} place
 *  @param {Rectangle} other @param {boolean} isCircle @returns {[number, number]} */
function rim(place, other, isCircle) {
  const x = place.x + place.width / 2,
    y = place.y + place.height / 2,
    across = other.x + other.width / 2 - x,
    down = other.y + other.height / 2 - y;
  const share = isCircle
    ? place.width / 2 / (Math.hypot(across, down) || 1)
    : Math.min(place.width / 2 / Math.abs(across), place.height / 2 / Math.abs(down), 1);
  return [x + share * across, y + share * down];
}
