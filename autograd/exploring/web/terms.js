// What is asked, as sums of products of what the graph knows; worked out at the numbers of the graph, and at others.

/** @import { Graph } from "./graph.js" */

/** A factor: the value of a node, its size without the sign, a partial by its k-th variable, the gradient by a node, the learning rate, a number.
 *  rule: which wrong rule of its signature gives it.
 *  @typedef {{kind: "value" | "size" | "partial" | "gradient" | "rate" | "number", node: number, k: number, rule?: number,
 *   number: number}} Part */

/** @param {number} node @param {number} [rule] @returns {Part} */
export const valueOf = (node, rule) => ({ kind: "value", node, k: -1, rule, number: 0 });
/** @param {number} node @returns {Part} */
export const sizeOf = (node) => ({ kind: "size", node, k: -1, number: 0 });
/** @param {number} node @param {number} k @param {number} [rule] @returns {Part} */
export const partialOf = (node, k, rule) => ({ kind: "partial", node, k, rule, number: 0 });
/** @param {number} node @returns {Part} */
export const gradientOf = (node) => ({ kind: "gradient", node, k: -1, number: 0 });
/** @type {Part} */
export const RATE = { kind: "rate", node: -1, k: -1, number: 0 };
/** @param {number} x @returns {Part} */
export const number = (x) => ({ kind: "number", node: -1, k: -1, number: x });

/** What tells a factor from others. @param {Part} part */
export const keyOf = ({ kind, node, k, rule, number: x }) => `${kind} ${node} ${k} ${rule ?? ""} ${x}`;

/** A graph at the numbers that it has when this is made. */
export class Numbers {
  /** @param {Graph} graph @param {number} rate of learning */
  constructor(graph, rate) {
    this.graph = graph;
    this.rate = rate;
    this.values = graph.values.slice();
    this.partials = [...graph.partials]; // whose lists are made anew whenever they change
    this.gradients = graph.gradients.slice();
  }

  /** The number of a factor. @param {Part} part */
  of(part) {
    const { kind, node, k, rule, number: x } = part;
    if (kind === "number") return x;
    if (kind === "rate") return this.rate;
    if (rule !== undefined) return this.workedOut(part, new Map());
    if (kind === "gradient") return this.gradients[node];
    if (kind === "size") return Math.abs(this.values[node]);
    return kind === "value" ? this.values[node] : (this.partials[node][k] ?? NaN);
  }

  /** The value of a node, or a partial of it, by its rule or a wrong one, where some nodes have other values.
   *  @param {Part} part @param {Map<number, number>} others */
  workedOut({ kind, node, k, rule }, others) {
    const [z, ...inputs] = [node, ...this.graph.operands[node]].map((x) => others.get(x) ?? this.values[x]),
      { value, partials, wrong } = this.graph.functionsOf(node);
    if (rule !== undefined) return wrong?.(z, inputs)[rule] ?? NaN;
    return kind === "value" ? value(inputs) : (partials(z, inputs)[k] ?? NaN);
  }

  /** The sum of products, or their product. @param {Part[][]} terms @param {boolean} [multiplied] */
  sum(terms, multiplied = false) {
    const products = terms.map((term) => term.reduce((product, part) => product * this.of(part), 1));
    return multiplied ? products.reduce((a, b) => a * b, 1) : products.reduce((a, b) => a + b, 0);
  }
}

/** The graph at other numbers of its leaves; it is left as it was. @param {Graph} graph @param {Map<number, number>} leaves
 *  @param {number} rate */
export function numbersAt(graph, leaves, rate) {
  const before = graph.leaves.map((leaf) => graph.values[leaf]);
  for (const [leaf, value] of leaves) graph.values[leaf] = value;
  graph.compute();
  const numbers = new Numbers(graph, rate);
  graph.leaves.forEach((leaf, i) => (graph.values[leaf] = before[i]));
  graph.compute();
  return numbers;
}
