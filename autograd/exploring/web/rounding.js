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

/** How far the numbers of a graph may lead that are rounded as they are shown. */
export class Rounding {
  /** @param {Numbers} numbers @param {number | null} asked the node whose value is asked for, and so is no number that is
   *  shown */
  constructor(numbers, asked) {
    this.numbers = numbers;
    this.asked = asked;
    /** Of factors, which mistakes share. @type {Map<Part, number>} */
    this.spreads = new Map();
  }

  /** How far off a sum of products may be, or their product. @param {Part[][]} terms @param {boolean} multiplied */
  spread(terms, multiplied) {
    const products = terms.map((term) => {
      const [product, off] = bounds(term.map((part) => [this.numbers.of(part), this.ofPart(part)]));
      return [product, off + (term.length > 1 ? lost(product) : 0)];
    });
    return multiplied ? bounds(products)[1] : products.reduce((sum, [, off]) => sum + off, 0);
  }

  /** @param {Part} part */
  ofPart(part) {
    const known = this.spreads.get(part) ?? this.workedOut(part);
    this.spreads.set(part, known);
    return known;
  }

  /** @param {Part} part */
  workedOut(part) {
    const { kind, node, rule } = part;
    if (kind === "number" || kind === "rate") return 0;
    const right = this.numbers.of(part),
      isShown = kind !== "partial" && rule === undefined && node !== this.asked;
    return isShown ? lost(right) : Math.max(lost(right), this.moved(part, right));
  }

  /** How much it changes when the node and its operands do, each by what is lost of it.
   *  @param {Part} part @param {number} right */
  moved(part, right) {
    const { graph, values } = this.numbers;
    let total = 0;
    for (const x of [part.node, ...graph.operands[part.node]]) {
      const off = lost(values[x]),
        change = off && this.numbers.workedOut(part, new Map([[x, values[x] + off]])) - right;
      total += Number.isFinite(change) ? Math.abs(change) : 0;
    }
    return total;
  }
}

/** A product, and how far it may be off where each factor may be off by so much. @param {number[][]} factors */
function bounds(factors) {
  const product = factors.reduce((all, [x]) => all * Math.abs(x), 1);
  return [product, factors.reduce((all, [x, off]) => all * (Math.abs(x) + off), 1) - product];
}
