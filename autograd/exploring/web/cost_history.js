// How learning has gone so far: what is wrong with it, and the costs as a plot has them.

/** @import { Descent } from "./descent.js" */
import { t, tn } from "./language.js";
import { asText } from "./numbers.js";

const SMOOTHED = 20; // steps, over which a cost that jumps about from row to row is averaged

/** What is wrong with how it goes; nothing where it goes well. @param {Descent} descent */
export function verdictOn({ costs, graph, data, rate, stopped }) {
  const now = graph.values[graph.output],
    number = (/** @type {number} */ x) => asText(x, graph.data.digits);
  if (stopped) return stopped;
  const first = data ? mean(costs.slice(0, SMOOTHED)) : costs[0],
    recent = data ? mean(costs.slice(-SMOOTHED)) : now;
  const grows = costs.length > 1 && recent > 2 * first && recent > 1e-9;
  if (!grows) return "";
  return tn(
    "It diverges: the cost has grown from {first} to {now} in {count} step. Every step goes beyond the minimum, farther than the one before: η = {rate} is too large here. Reset, and try a smaller one.",
    "It diverges: the cost has grown from {first} to {now} in {count} steps. Every step goes beyond the minimum, farther than the one before: η = {rate} is too large here. Reset, and try a smaller one.",
    costs.length,
    { first: number(first), now: number(recent), rate: number(rate) },
  );
}

/** The costs, and how a plot names them; averaged as well where a step goes over some of the rows only.
 *  @param {Descent} descent @returns {{name: string, costs: number[], averaged?: number[]}} */
export function costHistory({ data, costs, graph, batch }) {
  if (!data) return { name: t("cost"), costs: [...costs, graph.values[graph.output]] };
  if (batch >= data.rows.length) return { name: t("cost"), costs };
  const name = t("cost of each step, and its mean over {number}", { number: SMOOTHED });
  return { name, costs, averaged: runningMean(costs, SMOOTHED) };
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
