/** @import { Point } from "./plot.js" */
/** @import { State } from "./state.js" */
import { h, setText } from "./dom.js";
import { CELL, GRID, overGrid } from "./grid.js";
import { t } from "./language.js";
import { short } from "./plot.js";

const SIZE = CELL * GRID; // pixels
const MOST_ROWS = 40_000; // that are computed for one picture
const BANDS = 12; // of costs, each over the same area
const FAR_OUT = 20 * SIZE; // where a path need not be followed
const REACH = 1.5, // to both sides of the parameters, at least
  ROOM = 1.2; // times what the path takes

/** A path over the surface. @typedef {{places: Float64Array[], colour: string, dash?: number[]}} Walk */

/** The cost over two parameters, all others as they are, with paths of descent on it. */
export class Surface {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.canvas = h("canvas", { width: SIZE, height: SIZE, role: "img" });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.caption = h("figcaption", {});
    this.element = h("figure", { class: "boundary" }, this.canvas, this.caption);
  }

  /** @param {Walk[]} walks the first of them is taken already */
  update(walks) {
    const { graph, descent } = this.state,
      [x, y] = descent.along.map((node) => graph.name(node)),
      cost = graph.name(graph.output),
      ranges = descent.along.map((node) => this.rangeOf(node, walks[0].places)),
      [across, up] = ranges.map(([low, high]) => `${short(low)} … ${short(high)}`);
    this.drawCosts(ranges);
    for (const walk of walks) this.drawWalk(walk, ranges);
    const values = { cost, x, y, across, up };
    this.canvas.setAttribute("aria-label", t("{cost} over {x} and {y}, with the path of descent", values));
    const what = t(
      "{cost} over {x} (to the right, {across}) and {y} (up, {up}), all other parameters as they are; the darker, the lower. Dots are steps taken, dashes the next steps of both rates.",
      values,
    );
    setText(this.caption, what);
  }

  /** The numbers of a parameter that are shown: around where it is, and where it was. @param {number} node
   *  @param {Float64Array[]} places @returns {Point} */
  rangeOf(node, places) {
    const at = this.state.graph.values[node],
      far = Math.max(REACH, ...places.map((values) => ROOM * Math.abs(values[node] - at)));
    const reach = Number.isFinite(far) ? far : REACH;
    return [at - reach, at + reach];
  }

  /** @param {Point[]} ranges */
  drawCosts(ranges) {
    const { graph, descent } = this.state,
      { context, canvas } = this,
      rows = Math.max(1, descent.nextRows().length),
      count = Math.min(GRID, Math.max(12, Math.floor(Math.sqrt(MOST_ROWS / rows)))),
      cell = SIZE / count,
      style = getComputedStyle(canvas);
    const costs = new Float64Array(count * count);
    descent.withoutTrace(() =>
      overGrid(graph, descent.along, ranges, count, (i, k) => (costs[k * count + i] = descent.costHere())),
    );
    const ordered = costs.filter(Number.isFinite).sort();
    context.globalAlpha = 1;
    context.fillStyle = style.getPropertyValue("--paper");
    context.fillRect(0, 0, SIZE, SIZE);
    context.fillStyle = style.getPropertyValue("--minus");
    costs.forEach((cost, at) => {
      if (!Number.isFinite(cost)) return;
      const band = Math.floor((BANDS * rankOf(ordered, cost)) / ordered.length);
      context.globalAlpha = 0.85 * (1 - band / (BANDS - 1)) ** 1.2;
      const [x, y] = [at % count, Math.floor(at / count)],
        [left, top] = [x, y].map((i) => Math.round(i * cell));
      context.fillRect(left, top, Math.round((x + 1) * cell) - left, Math.round((y + 1) * cell) - top);
    });
    context.globalAlpha = 1;
  }

  /** @param {Walk} walk @param {Point[]} ranges */
  drawWalk({ places, colour, dash }, ranges) {
    const { context } = this,
      style = getComputedStyle(this.canvas),
      all = places.map((values) => this.pixels(values, ranges)),
      lost = all.findIndex((point) => !point.every((x) => Math.abs(x) < FAR_OUT)),
      points = lost < 0 ? all : all.slice(0, lost);
    context.setLineDash(dash ?? []);
    for (const [width, stroke] of [
      [5, "--paper"],
      [2.2, colour],
    ]) {
      context.lineWidth = Number(width);
      context.strokeStyle = style.getPropertyValue(String(stroke));
      context.beginPath();
      points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
    }
    context.setLineDash([]);
    if (dash) return;
    context.fillStyle = style.getPropertyValue(colour);
    for (const [x, y] of points) {
      context.beginPath();
      context.arc(x, y, 3, 0, 7);
      context.fill();
    }
  }

  /** Where a place is in the picture. @param {Float64Array} values @param {Point[]} ranges @returns {Point} */
  pixels(values, ranges) {
    const [x, y] = this.state.descent.along.map((node, n) => {
      const [low, high] = ranges[n];
      return ((values[node] - low) / (high - low)) * SIZE;
    });
    return [x, SIZE - y];
  }
}

/** How many of some numbers in order are less than another. @param {Float64Array} ordered @param {number} x */
export function rankOf(ordered, x) {
  let low = 0,
    high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ordered[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
