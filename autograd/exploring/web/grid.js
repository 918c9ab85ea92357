// A plane of two leaves: what a graph gives all over it.

/** @import { Graph } from "./graph.js" */
/** @import { Point } from "./plot.js" */

export const GRID = 44; // points across a plane, at most
export const CELL = 7; // pixels, where there are so many

/** Give two leaves the numbers of each cell, column by column, and afterwards those of before.
 *  @param {Graph} graph @param {[number, number]} leaves @param {Point[]} ranges of the numbers @param {number} count of
 *  cells in a row @param {(column: number, row: number) => void} visit rows are counted from the top */
export function overGrid({ values }, leaves, ranges, count, visit) {
  const before = leaves.map((leaf) => values[leaf]);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < count; k++) {
      [i, count - 1 - k].forEach((at, n) => {
        const [low, high] = ranges[n];
        values[leaves[n]] = low + ((at + 0.5) / count) * (high - low);
      });
      visit(i, k);
    }
  }
  leaves.forEach((leaf, n) => (values[leaf] = before[n]));
}
