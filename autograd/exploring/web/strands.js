// The paths of the selected node in the picture: a strand for each, in its colour and with its number.

/** @import { DrawnEdge } from "./parts.js" */
/** @import { Sight } from "./sight.js" */
import { s } from "./dom.js";

/** The numbers of paths, as they are marked. */
export const MARKS = "①②③④⑤⑥⑦⑧";
const APART = 3.4; // pixels, between two strands of an edge

/** @param {number} path */
export const colourOf = (path) => `var(--path-${path})`;

/** The paths that lead along an edge, where there are several to be told apart. @param {DrawnEdge} edge
 *  @param {Sight} sight */
export function pathsAlong({ entries }, { paths }) {
  if (paths.length < 2) return [];
  return paths.flatMap((path, i) => (entries.some((entry) => path.includes(entry)) ? [i] : []));
}

/** How far so many strands reach to either side of their edge. @param {number} count */
export const reach = (count) => (Math.max(0, count - 1) / 2) * APART;

/** Draw the strands of an edge side by side. @param {DrawnEdge} edge @param {number[]} paths */
export function drawStrands({ root, strands }, paths) {
  const line = /** @type {SVGPathElement} */ (root.querySelector(".line")),
    course = line.getAttribute("d");
  root.classList.toggle("stranded", paths.length > 0);
  strands.replaceChildren(
    ...paths.map((path, i) => {
      const down = i * APART - reach(paths.length);
      return s("path", { d: course, style: `stroke:${colourOf(path)}`, transform: `translate(0 ${down.toFixed(1)})` });
    }),
  );
}
