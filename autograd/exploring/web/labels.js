// Where numbers stand on edges: at places where nothing else is.

/** @import { Rectangle } from "./types.js" */
/** @import { DrawnEdge } from "./parts.js" */
import { ALONG } from "./constants.js";
import { s } from "./dom.js";

const HEIGHT = 14, // pixels of a line of text
  MARKED = 20, // and of one with the marks of paths
  ROOM = 5; // beside it, both sides together

/** @typedef {{x: number, y: number}} Point */
/** What may be written on an edge: the first of the texts for which there is room, after the marks of its paths; lift is
 *  how far above the edge, since a minus between lines that run beside it would be one of them.
 *  @typedef {{edge: DrawnEdge, which: string, texts: string[], lift: number}} Wanted */

/** Write on each edge the first of its texts that has room where nothing else is, or none; those of edges that come first
 *  have the better places. @param {Wanted[]} wanted @param {Rectangle[]} taken
 *  @param {Map<DrawnEdge, Point[]>} courses where edges go, as far as that is known */
export function writeLabels(wanted, taken, courses) {
  const occupied = [...taken];
  for (const { edge, texts } of wanted) if (texts.length) courseOf(edge, courses);
  for (const { edge, which, texts, lift } of wanted) {
    const { label } = edge;
    const placed = texts.some((text) => {
      write(label, which, text);
      const size = { width: label.getComputedTextLength() + ROOM, height: which ? MARKED : HEIGHT },
        place = freePlace(edge, size, lift, occupied, courses);
      if (!place) return false;
      occupied.push(place);
      label.setAttribute("x", (place.x + place.width / 2).toFixed(1));
      label.setAttribute("y", (place.y + place.height / 2 + 3.5).toFixed(1));
      return true;
    });
    if (!placed) write(label, "", "");
  }
}

/** @param {SVGElement} label @param {string} which @param {string} text */
function write(label, which, text) {
  const before = which && `${which} `;
  if (label.textContent !== before + text)
    label.replaceChildren(...(which ? [s("tspan", { class: "which" }, before)] : []), text);
}

/** A place on an edge for a text of this size, that which the fewest other lines cross. @param {DrawnEdge} edge
 *  @param {{width: number, height: number}} size @param {number} lift @param {Rectangle[]} occupied
 *  @param {Map<DrawnEdge, Point[]>} courses */
function freePlace(edge, { width, height }, lift, occupied, courses) {
  const free = courseOf(edge, courses)
    .map(({ x, y }) => ({ x: x - width / 2, y: y - height / 2 - lift, width, height }))
    .filter((place) => !occupied.some((other) => overlap(place, other)));
  let best = free[0],
    fewest = Infinity;
  for (const place of free) {
    let crossing = 0;
    for (const [other, course] of courses) if (other !== edge && course.some((at) => within(at, place))) crossing++;
    if (crossing < fewest) [best, fewest] = [place, crossing];
    if (!fewest) break;
  }
  return best;
}

/** Points along an edge. @param {DrawnEdge} edge @param {Map<DrawnEdge, Point[]>} courses */
function courseOf(edge, courses) {
  let course = courses.get(edge);
  if (!course) {
    const length = edge.line.getTotalLength();
    course = ALONG.map((part) => edge.line.getPointAtLength(length * part));
    courses.set(edge, course);
  }
  return course;
}

/** @param {Rectangle} one @param {Rectangle} other */
export function overlap(one, other) {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** @param {Point} at @param {Rectangle} place */
function within({ x, y }, place) {
  return x > place.x && x < place.x + place.width && y > place.y && y < place.y + place.height;
}
