/** @import { Descent } from "./descent.js" */
/** @import { Graph } from "./graph.js" */

const SATURATED = 0.05; // of its steepest slope: below, an activation is saturated
const MOST_EVALUATIONS = 500_000; // of nodes, to look for a row that wakes a neuron

/** Of an activation: flat for this row, flat for every row, or far flatter than it can be.
 *  @typedef {"" | "inactive" | "dead" | "saturated"} Condition */

/** How activations are doing: over the row shown, and where they are flat there, over the others. */
export class Health {
  /** @param {Graph} graph @param {Descent} descent */
  constructor(graph, descent) {
    this.graph = graph;
    this.descent = descent;
    /** Those that no row wakes. @type {Set<number>} */
    this.dead = new Set();
    /** What this was found out for: compute() makes new gradients. @type {Float64Array | null} */
    this.gradients = null;
  }

  /** @param {number} node @returns {Condition} */
  of(node) {
    const { graph } = this;
    if (graph.isLeaf(node)) return "";
    const { steepest } = graph.signatureOf(node);
    if (this.isFlat(node)) return this.findDead().has(node) ? "dead" : "inactive";
    return steepest && Math.abs(graph.partials[node][0]) < SATURATED * steepest ? "saturated" : "";
  }

  /** Whether a node is one that may be flat, and is, for the numbers of now. @param {number} node */
  isFlat(node) {
    const { graph } = this;
    if (!graph.signatureOf(node).dies) return false;
    return graph.functionsOf(node).partials(graph.values[node], graph.inputsOf(node))[0] === 0;
  }

  findDead() {
    const { graph, descent } = this,
      rows = descent.data?.rows.length ?? 0;
    if (this.gradients === graph.gradients) return this.dead;
    this.gradients = graph.gradients;
    this.dead = new Set();
    if (rows < 2 || rows * graph.results.length > MOST_EVALUATIONS) return this.dead;
    const asleep = new Set(graph.results.filter((node) => this.isFlat(node)));
    descent.overRows(() => {
      for (const node of asleep) if (!this.isFlat(node)) asleep.delete(node);
      return asleep.size > 0;
    });
    this.dead = asleep;
    return asleep;
  }
}
