// How far off an answer may be that was worked out from numbers as they are on show: rounded to three digits.

/** @import { Numbers, Part } from "./terms.js" */
import { DIGITS_OF_ANSWERS } from "./constants.js";

/** The unit of the last digit that counts. @param {number} x */
export const unitOf = (x) => 10 ** (Math.floor(Math.log10(Math.abs(x))) - DIGITS_OF_ANSWERS + 1);

/** By how much a number may differ from what is shown of it; 0 where all of it is. @param {number} x */
function lost(x) {
  const isShown = !Number.isFinite(x) || Number(x.toPrecision(DIGITS_OF_ANSWERS)) === x;
  return isShown ? 0 : unitOf(x) / 2;
}

/** How far from a sum of products, or their product, its rounded numbers may lead. asked: the node whose value is asked
 *  for, and so is no number that is shown. @param {Numbers} numbers @param {Part[][]} terms @param {boolean} multiplied
 *  @param {number | null} asked */
export function spread(numbers, terms, multiplied, asked) {
  const products = terms.map((term) => {
    const [product, off] = bounds(term.map((part) => [numbers.of(part), spreadOf(part, numbers, asked)]));
    return [product, off + (term.length > 1 ? lost(product) : 0)];
  });
  return multiplied ? bounds(products)[1] : products.reduce((sum, [, off]) => sum + off, 0);
}

/** A product, and how far it may be off where each factor may be off by so much. @param {number[][]} factors */
function bounds(factors) {
  const product = factors.reduce((all, [x]) => all * Math.abs(x), 1);
  return [product, factors.reduce((all, [x, off]) => all * (Math.abs(x) + off), 1) - product];
}

/** @param {Part} part @param {Numbers} numbers @param {number | null} asked */
function spreadOf(part, numbers, asked) {
  const { kind, node, rule } = part;
  if (kind === "number" || kind === "rate") return 0;
  const right = numbers.of(part);
  if (kind !== "partial" && rule === undefined && node !== asked) return lost(right);
  // how much it changes when the node and its operands do, each by what is lost of it
  const moved = [node, ...numbers.graph.operands[node]].map((x) => {
    const off = lost(numbers.values[x]),
      change = off && numbers.workedOut(part, new Map([[x, numbers.values[x] + off]])) - right;
    return Number.isFinite(change) ? Math.abs(change) : 0;
  });
  return Math.max(
    lost(right),
    moved.reduce((sum, x) => sum + x, 0),
  );
}
