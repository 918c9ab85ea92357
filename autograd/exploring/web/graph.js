/** @import { Data, Edge, Functions } from "./types.js" */

/** The graph at work: its numbers now, forward and backward. No derivative is worked out here: Python sends them. */
export class Graph {
  /** @param {Data} data @param {Functions[]} functions one for each signature */
  constructor(data, functions) {
    this.data = data;
    this.functions = functions;
    /** The variables of every node. @type {number[][]} */
    this.operands = data.nodes.map((node) => node.operands ?? []);
    /** Which functions and formulas a node has; a leaf has none. */
    this.signatures = data.nodes.map((node) => node.signature);
    this.values = Float64Array.from(data.nodes, (node) => Number(node.data ?? 0));
    /** By each variable of a node. @type {number[][]} */
    this.partials = data.nodes.map(() => []);
    this.gradients = new Float64Array(data.nodes.length);
    /** Nodes that are computed, each after its operands. @type {number[]} */
    this.results = [];
    /** @type {number[]} */
    this.leaves = [];
    data.nodes.forEach((node, i) => (node.signature === undefined ? this.leaves : this.results).push(i));
    this.output = data.nodes.length - 1;
    /** The edges from the variables of a node. @type {Edge[][]} */
    this.edges = this.operands.map((operands, of) => operands.map((by, k) => ({ of, by, k })));
    /** The edges that a node feeds. @type {Edge[][]} */
    this.uses = data.nodes.map(() => []);
    for (const edge of this.edges.flat()) this.uses[edge.by].push(edge);
    const learns = data.nodes.some(({ role }) => role === "parameter") ? "parameter" : "leaf";
    /** The leaves that a step of gradient descent moves. */
    this.parameters = this.leaves.filter((leaf) => this.role(leaf) === learns && !data.lock.leaves.includes(leaf));
    /** The first two of them, or one twice; those of a graph without any leaves are its output. @type {[number, number]} */
    this.firstTwo = [this.parameters[0] ?? this.output, this.parameters[1] ?? this.parameters[0] ?? this.output];
    this.first = { values: this.values.slice(), signatures: [...this.signatures] };
    this.compute();
  }

  /** @param {number} node */
  name(node) {
    return this.data.nodes[node].label[0];
  }

  /** @param {number} node */
  role(node) {
    return this.data.nodes[node].role;
  }

  /** @param {number} node */
  isLeaf(node) {
    return this.signatures[node] === undefined;
  }

  /** The formulas of a node that is computed. @param {number} node */
  signatureOf(node) {
    return this.data.signatures[Number(this.signatures[node])];
  }

  /** The functions of a node that is computed. @param {number} node */
  functionsOf(node) {
    return this.functions[Number(this.signatures[node])];
  }

  /** Numbers and activations as they were at first; compute() has to follow. */
  restore() {
    this.values.set(this.first.values);
    this.signatures = [...this.first.signatures];
  }

  /** Values, then partials and gradients. */
  compute() {
    this.forward();
    this.gradients = this.gradientsAfter(this.results.length);
  }

  /** Compute the value of every node, and the partials of each, which the chain rule multiplies. */
  forward() {
    this.evaluate();
    for (const node of this.results) {
      this.partials[node] = this.functionsOf(node).partials(this.values[node], this.inputsOf(node));
    }
  }

  /** Compute the values only, and return that of the output. */
  evaluate() {
    for (const node of this.results) this.values[node] = this.functionsOf(node).value(this.inputsOf(node));
    return this.values[this.output];
  }

  /** The numbers that a node is computed from. @param {number} node */
  inputsOf(node) {
    return this.operands[node].map((x) => this.values[x]);
  }

  /** The gradients when so many nodes, from the output back, have handed theirs on. @param {number} count */
  gradientsAfter(count) {
    const gradients = new Float64Array(this.values.length);
    gradients[this.output] = 1;
    for (let i = this.results.length - 1; i >= this.results.length - count; i--) {
      const node = this.results[i],
        partials = this.partials[node],
        gradient = gradients[node];
      this.operands[node].forEach((x, k) => (gradients[x] += partials[k] * gradient));
    }
    return gradients;
  }

  /** The output where a leaf has other numbers, one for each. @param {number} leaf @param {number[]} numbers */
  outputsAt(leaf, numbers) {
    const before = this.values[leaf];
    const outputs = numbers.map((number) => {
      this.values[leaf] = number;
      return this.evaluate();
    });
    this.values[leaf] = before;
    this.evaluate();
    return outputs;
  }
}
