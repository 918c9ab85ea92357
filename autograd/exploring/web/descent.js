/** @import { LearningData } from "./types.js" */
/** @import { Graph } from "./graph.js" */
import { t, tn } from "./language.js";
import { asText } from "./numbers.js";

/** What a row gives. @typedef {{cost: number, predictions: number[]}} Outcome */

const SMOOTHED = 20; // steps, over which a cost that jumps about from row to row is averaged
const SLICE = 14; // milliseconds of steps between two pictures

/** Gradient descent, on the graph itself or over rows of data. */
export class Descent {
  /** @param {Graph} graph @param {number} rate @param {LearningData} [data] */
  constructor(graph, rate, data) {
    this.graph = graph;
    this.data = data;
    this.rate = rate;
    this.batch = data?.batch ?? 1;
    this.row = 0;
    /** The cost before each step. @type {number[]} */
    this.costs = [];
    this.running = false;
    this.runs = 0; // how often steps were asked for
    /** Why no further step was taken. */
    this.stopped = "";
  }

  /** Have rate, rows and past costs again; graph.compute() has to follow.
   *  @param {import("./views.js").View} view */
  restore({ rate, batch, row, costs, taken }) {
    this.rate = rate;
    this.batch = batch;
    this.costs = costs.slice(0, taken);
    this.stopped = "";
    this.running = false;
    this.show(row);
  }

  /** Put a row into the graph; graph.compute() has to follow. @param {number} row */
  show(row) {
    this.row = row;
    this.feed(row);
  }

  /** Put a row's numbers into the leaves that it feeds. @param {number} row */
  feed(row) {
    const { data } = this;
    data?.feed.forEach((leaf, i) => leaf >= 0 && (this.graph.values[leaf] = data.rows[row][i]));
  }

  /** The numbers that the present row has for leaves. @returns {Map<number, number>} */
  fed() {
    const { data } = this;
    return new Map(data?.feed.map((leaf, i) => [leaf, data.rows[this.row][i]]));
  }

  /** The cost and the gradients: of the graph as it is, or their means over the next rows. */
  costAndGradients() {
    const { graph, data } = this;
    if (!data) return { cost: graph.values[graph.output], gradients: graph.gradients };
    const gradients = new Float64Array(graph.values.length),
      count = Math.min(this.batch, data.rows.length);
    let cost = 0;
    for (let i = 0; i < count; i++) {
      this.feed((this.row + i) % data.rows.length);
      graph.compute();
      cost += graph.values[graph.output] / count;
      for (const p of graph.parameters) gradients[p] += graph.gradients[p] / count;
    }
    return { cost, gradients };
  }

  /** Take one step; false where it cannot be taken. */
  takeStep() {
    const { graph, data } = this,
      { cost, gradients } = this.costAndGradients();
    if (!Number.isFinite(cost) || graph.parameters.some((p) => !Number.isFinite(gradients[p]))) {
      this.stopped = t(
        "Step {number} is not taken: the cost or its gradient is no longer finite. Reset, and try a smaller η.",
        { number: this.costs.length + 1 },
      );
      return false;
    }
    this.costs.push(cost);
    for (const p of graph.parameters) graph.values[p] -= this.rate * gradients[p];
    if (data) this.show((this.row + Math.min(this.batch, data.rows.length)) % data.rows.length);
    graph.compute();
    return true;
  }

  /** Take steps, and show every few of them; until running is false. @param {number} count @param {() => void} show */
  async run(count, show) {
    const run = ++this.runs,
      goesOn = () => this.running && this.runs === run;
    this.running = true;
    this.stopped = "";
    for (let taken = 0; taken < count && goesOn();) {
      const until = performance.now() + SLICE;
      do {
        if (!this.takeStep()) this.running = false;
        taken++;
      } while (taken < count && goesOn() && performance.now() < until);
      show();
      if (taken < count) await new Promise((resolve) => setTimeout(resolve));
    }
    if (this.runs === run) this.running = false;
  }

  /** The cost of the graph, or its mean over all rows; and what each row gives.
   *  @returns {{cost: number, outcomes: Outcome[]}} */
  assess() {
    const { graph, data } = this;
    if (!data) return { cost: graph.values[graph.output], outcomes: [] };
    /** @type {Outcome[]} */
    const outcomes = [];
    this.overRows((cost) => {
      outcomes.push({ cost, predictions: data.predictions.map((node) => graph.values[node]) });
      return true;
    });
    return { cost: outcomes.reduce((sum, { cost }) => sum + cost, 0) / data.rows.length, outcomes };
  }

  /** Put one row after another into the graph, as long as that is wanted; afterwards it is as before.
   *  @param {(cost: number) => boolean} look whether to go on */
  overRows(look) {
    const { graph, data } = this;
    if (!data) return;
    const before = data.feed.map((leaf) => graph.values[leaf]);
    for (let row = 0; row < data.rows.length; row++) {
      this.feed(row);
      if (!look(graph.evaluate())) break;
    }
    data.feed.forEach((leaf, i) => leaf >= 0 && (graph.values[leaf] = before[i]));
    graph.evaluate();
  }

  /** What is wrong with how it goes; nothing where it goes well. */
  verdict() {
    const { costs, graph, data } = this,
      now = graph.values[graph.output],
      number = (/** @type {number} */ x) => asText(x, graph.data.digits);
    if (this.stopped) return this.stopped;
    if (costs.length && !Number.isFinite(now)) return t("The cost is no longer finite. Reset, and try a smaller η.");
    const first = data ? mean(costs.slice(0, SMOOTHED)) : costs[0],
      recent = data ? mean(costs.slice(-SMOOTHED)) : now;
    const grows = costs.length > 1 && recent > 2 * first && recent > 1e-9;
    if (!grows) return "";
    return tn(
      "It diverges: the cost has grown from {first} to {now} in {count} step. Every step goes beyond the minimum, farther than the one before: η = {rate} is too large here. Reset, and try a smaller one.",
      "It diverges: the cost has grown from {first} to {now} in {count} steps. Every step goes beyond the minimum, farther than the one before: η = {rate} is too large here. Reset, and try a smaller one.",
      costs.length,
      { first: number(first), now: number(recent), rate: number(this.rate) },
    );
  }

  /** The costs, and how a plot names them; averaged as well where a step goes over some of the rows only.
   *  @returns {{name: string, costs: number[], averaged?: number[]}} */
  history() {
    if (!this.data) return { name: t("cost"), costs: [...this.costs, this.graph.values[this.graph.output]] };
    if (this.batch >= this.data.rows.length) return { name: t("cost"), costs: this.costs };
    const name = t("cost of each step, and its mean over {number}", { number: SMOOTHED });
    return { name, costs: this.costs, averaged: runningMean(this.costs, SMOOTHED) };
  }
}

/** @param {number[]} numbers */
function mean(numbers) {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/** The mean of each number and those before it, as many as the window holds. @param {number[]} numbers
 *  @param {number} window */
export function runningMean(numbers, window) {
  let sum = 0;
  return numbers.map((x, i) => {
    sum += x - (i >= window ? numbers[i - window] : 0);
    return sum / Math.min(i + 1, window);
  });
}
