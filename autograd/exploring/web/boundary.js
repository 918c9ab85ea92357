/** @import { State } from "./state.js" */
import { h } from "./dom.js";
import { CELL, GRID, overGrid } from "./grid.js";
import { t } from "./language.js";
import { span } from "./plot.js";

const CLASSES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"];

/** Two inputs, where in a row they are, and where the target is. @typedef {{inputs: [number, number],
 *  places: [number, number], rows: number[][], predictions: number[]}} Plane */

/** The plane of a model of two inputs and one target; null for any other. @param {State} state @returns {Plane | null} */
export function planeOf({ graph, data: { learning } }) {
  if (!learning || learning.feed.length !== 3) return null;
  const { feed, rows, predictions } = learning,
    [x, y, ...others] = feed.filter((leaf) => leaf >= 0 && graph.role(leaf) === "input");
  if (y === undefined || others.length) return null;
  return { inputs: [x, y], places: [feed.indexOf(x), feed.indexOf(y)], rows, predictions };
}

/** What a model of two inputs predicts all over the plane, with the rows on it. */
export class Boundary {
  /** @param {State} state @param {Plane} plane */
  constructor(state, plane) {
    this.state = state;
    this.plane = plane;
    const { rows, places, inputs } = plane,
      [x, y] = inputs.map((node) => state.graph.name(node)),
      label = t("Predictions over {x} and {y}, with the rows", { x, y }),
      size = CELL * GRID;
    this.canvas = h("canvas", { width: size, height: size, role: "img", "aria-label": label });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const caption = t("predictions over {x} (to the right) and {y} (up); rows have the colour of their target", {
      x,
      y,
    });
    this.element = h("figure", { class: "boundary" }, this.canvas, h("figcaption", {}, caption));
    this.ranges = places.map((place) => span(rows.map((row) => row[place])));
    const targets = rows.map((row) => row[row.length - 1]);
    this.centre = (Math.min(...targets) + Math.max(...targets)) / 2;
    this.reach = (Math.max(...targets) - Math.min(...targets)) / 2 || 1;
    this.several = plane.predictions.length > 1;
  }

  update() {
    const style = getComputedStyle(this.canvas),
      [plus, minus, paper, ink] = ["--plus", "--minus", "--paper", "--ink"].map((name) => style.getPropertyValue(name));
    this.drawPredictions([plus, minus], paper);
    this.drawRows([plus, minus], ink);
  }

  /** @param {string[]} colours above and below the centre @param {string} paper */
  drawPredictions([plus, minus], paper) {
    const { context } = this;
    const { graph } = this.state,
      { inputs } = this.plane;
    overGrid(graph, inputs, this.ranges, GRID, (i, k) => {
      graph.evaluate();
      const predictions = this.plane.predictions.map((node) => graph.values[node]);
      const strength = (predictions[0] - this.centre) / this.reach;
      context.globalAlpha = 1;
      context.fillStyle = paper;
      context.fillRect(i * CELL, k * CELL, CELL, CELL);
      context.globalAlpha = this.several ? 0.45 : Math.min(0.75, Math.abs(strength) * 0.6 || 0);
      context.fillStyle = this.several
        ? CLASSES[predictions.indexOf(Math.max(...predictions)) % CLASSES.length]
        : strength > 0
          ? plus
          : minus;
      context.fillRect(i * CELL, k * CELL, CELL, CELL);
    });
    graph.evaluate();
    context.globalAlpha = 1;
  }

  /** @param {string[]} colours above and below the centre @param {string} ink */
  drawRows([plus, minus], ink) {
    const { context, canvas, plane } = this;
    plane.rows.forEach((row, i) => {
      const [x, y] = plane.places.map((place, n) => {
        const [low, high] = this.ranges[n];
        return ((row[place] - low) / (high - low)) * canvas.width;
      });
      const target = row[row.length - 1],
        positive = target > this.centre;
      context.beginPath();
      if (this.several || positive) context.arc(x, canvas.height - y, 5, 0, 7);
      else context.rect(x - 4.5, canvas.height - y - 4.5, 9, 9); // told apart without colour, too
      context.fillStyle = this.several ? CLASSES[target % CLASSES.length] : positive ? plus : minus;
      context.fill();
      context.lineWidth = i === this.state.descent.row ? 3 : 1;
      context.strokeStyle = ink;
      context.stroke();
    });
  }
}
