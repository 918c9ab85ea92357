// Fresh numbers: small, from a seed, and such that typical mistakes give different results.

/** @import { Graph } from "./graph.js" */
/** @import { Question, Slip } from "./questions.js" */
/** @import { Numbers } from "./terms.js" */
import { DRAWS } from "./constants.js";
import { within } from "./judging.js";
import { numbersAt } from "./terms.js";

/** Numbers from 0 to 1 by a seed: mulberry32, T. Ettinger 2017. @param {number} seed @returns {() => number} */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number of one decimal for every leaf. No size comes again before all have come, so that an input or weight with a
 *  wrong index is another number; a target that is a whole number stays, as it may be a class.
 *  @param {Graph} graph @param {() => number} random @returns {Map<number, number>} */
export function drawn(graph, random) {
  /** @type {Map<number, number>} */
  const leaves = new Map();
  /** @type {number[]} */
  let sizes = [];
  for (const leaf of graph.leaves) {
    if (graph.role(leaf) === "target" && Number.isInteger(graph.values[leaf])) continue;
    if (!sizes.length) sizes = Array.from({ length: 14 }, (_, i) => (2 + i) / 10);
    const [size] = sizes.splice(Math.floor(random() * sizes.length), 1);
    leaves.set(leaf, random() < 0.5 ? -size : size);
  }
  return leaves;
}

/** Numbers a few hundredths from those of the leaves, at which formulas are compared: so near, a function is where it is
 *  defined, and a ReLU on the side of its bend, on which it is now. @param {Graph} graph @param {() => number} random
 *  @returns {Map<number, number>} */
export function nearby(graph, random) {
  return new Map(
    graph.leaves.map((leaf) => {
      const step = (0.01 + 0.03 * random()) * (random() < 0.5 ? -1 : 1),
        value = graph.values[leaf];
      return [leaf, value + step * (Math.abs(value) || 1)];
    }),
  );
}

/** Of several draws the one at which fewest mistakes give what is right, or what another gives.
 *  @param {Graph} graph @param {[Question, Slip[]][]} asked @param {number} seed @param {number} rate */
export function freshNumbers(graph, asked, seed, rate) {
  const random = randomNumbers(seed);
  let best = new Map(),
    fewest = Infinity;
  for (let i = 0; i < DRAWS && fewest > 0; i++) {
    const leaves = drawn(graph, random),
      count = confused(numbersAt(graph, leaves, rate), asked, fewest);
    if (count < fewest) [best, fewest] = [leaves, count];
  }
  return best;
}

/** How many mistakes cannot be told from what is right, and how many from one another; counted no further than most.
 *  @param {Numbers} numbers @param {[Question, Slip[]][]} asked @param {number} most */
function confused(numbers, asked, most) {
  let count = 1000 * numbers.values.filter((x) => !Number.isFinite(x)).length;
  for (const [question, slips] of asked) {
    if (count >= most) break;
    const right = numbers.sum(question.terms);
    if (!Number.isFinite(right) || Math.abs(right) < 1e-3 || Math.abs(right) > 1e4) {
      count += 100;
      continue;
    }
    const results = slips.map((slip) => ({ x: numbers.sum(slip.terms, slip.multiplied), mistake: slip.mistake }));
    const close = (/** @type {number} */ x) => within(x, right, 0.5) || Math.abs(x - right) < 0.01 * Math.abs(right);
    count += 10 * results.filter(({ x }) => close(x)).length;
    results.sort((a, b) => a.x - b.x);
    results.slice(1).forEach(({ x, mistake }, i) => {
      const before = results[i];
      if (before.mistake !== mistake && before.x !== x && within(x, before.x, 0.5)) count += 1;
    });
  }
  return count;
}
