/** @import { Edge } from "./types.js" */
/** @import { Graph } from "./graph.js" */
import { CUT } from "./constants.js";

/** @typedef {"start" | "forward" | "seed" | "backward" | "done"} Phase */

/** The forward and the backward pass in steps: a node is computed or hands its gradient on in each. */
export class Passes {
  /** @param {Graph} graph @param {boolean} [forwardOnly] */
  constructor(graph, forwardOnly = false) {
    this.graph = graph;
    this.count = graph.results.length;
    /** The number of the last step; the first is 0. */
    this.last = forwardOnly ? this.count : 2 * this.count + 2;
    /** When a node is computed. @type {Map<number, number>} */
    this.rank = new Map(graph.results.map((node, i) => [node, i]));
    /** Whether inputs and targets get gradients too, which learning has no use for. */
    this.dataToo = false;
    /** Inputs and targets whose gradients are left out until asked for. */
    this.data = new Set(graph.data.unasked);
  }

  /** A step, or the first or last one instead of what is beyond. @param {number} step */
  clamped(step) {
    return Math.max(0, Math.min(this.last, step));
  }

  /** What has been done after so many steps. @param {number} step */
  at(step) {
    return new Moment(this, step);
  }
}

/** A step, with the gradients so far, in the numbers that the graph has when this is made. */
export class Moment {
  /** @param {Passes} passes @param {number} step */
  constructor(passes, step) {
    const { graph, count } = passes,
      back = step - count - 1;
    this.passes = passes;
    this.graph = graph;
    this.step = step;
    /** How many nodes have handed their gradient on; -1 before the backward pass. */
    this.handed = Math.max(-1, Math.min(back, count));
    this.gradients = back < 0 ? new Float64Array(graph.values.length) : graph.gradientsAfter(this.handed);
    const [phase, node] = what(passes, step);
    /** @type {Phase} */
    this.phase = phase;
    /** The node that the step is about. */
    this.node = node;
    const used = phase === "forward" || phase === "backward" ? graph.edges[Number(node)] : [],
      passed = phase === "forward" ? used : used.filter(({ by }) => !this.leavesOut(by));
    /** The edges that the step uses. @type {Set<Edge>} */
    this.edges = new Set(passed);
  }

  /** Whether the value of a node has been computed. @param {number} node */
  knows(node) {
    const rank = this.passes.rank.get(node);
    return rank === undefined || rank < this.step;
  }

  /** Whether the gradient of a node is left out. @param {number} node */
  leavesOut(node) {
    return !this.passes.dataToo && this.passes.data.has(node);
  }

  /** Whether a node has handed its gradient on. @param {number} node */
  handedOn(node) {
    return this.handed >= 0 && Number(this.passes.rank.get(node)) >= this.passes.count - this.handed;
  }

  /** How many of the edges that a node feeds have handed their share back, and how many there are.
   *  @param {number} node @returns {[number, number]} */
  shares(node) {
    const uses = this.graph.uses[node];
    return [uses.filter(({ of }) => this.handedOn(of)).length, uses.length];
  }

  /** How much of the gradient of a node is there. @param {number} node @returns {"" | "part" | "all"} */
  received(node) {
    if (this.graph.role(node) === CUT || this.leavesOut(node)) return ""; // one feeds others, which hand back, too
    if (node === this.graph.output) return this.handed >= 0 ? "all" : "";
    const [received, all] = this.shares(node);
    return received === 0 ? "" : received < all ? "part" : "all";
  }
}

/** The phase of a step, and the node that it is about. @param {Passes} passes @param {number} step
 *  @returns {[Phase, number | null]} */
function what({ graph, count }, step) {
  const back = step - count - 1;
  if (step === 0) return ["start", null];
  if (step <= count) return ["forward", graph.results[step - 1]];
  if (back === 0) return ["seed", graph.output];
  return back <= count ? ["backward", graph.results[count - back]] : ["done", null];
}
