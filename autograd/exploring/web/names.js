// What may be named in an answer: the nodes of a graph in all their spellings, their gradients, and functions.

/** @import { Graph } from "./graph.js" */
import { MOST_LETTERS, OTHER_NAMES } from "./constants.js";
import { spellings } from "./spellings.js";

/** A function of numbers, and its slope. @typedef {{value: (x: number[]) => number, slope?: (x: number[]) => number}} Function_ */

/** What every formula may use, beside the functions of the graph. @type {Record<string, Function_>} */
const FUNCTIONS = {};
for (const name of ["exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "max", "min"]) {
  const compute = /** @type {any} */ (Math)[name];
  FUNCTIONS[name] = { value: (x) => compute(...x) };
}
FUNCTIONS.ln = FUNCTIONS.log;

/** The names of a graph in all their spellings, and its functions. */
export class Names {
  /** @param {Graph} graph */
  constructor(graph) {
    this.graph = graph;
    /** @type {Map<string, number>} */
    this.nodes = new Map();
    const labels = graph.data.nodes.map((_, node) => graph.name(node)),
      all = labels.map(spellings);
    for (const [i, written] of all.entries())
      for (const text of written.slice(1)) if (!this.nodes.has(text)) this.nodes.set(text, i);
    for (const [i, written] of all.entries()) this.nodes.set(written[0], i);
    this.shown = labels;
    /** @type {Map<string, Function_>} */
    this.functions = new Map(Object.entries(FUNCTIONS));
    graph.data.signatures.forEach(({ called }, i) => {
      for (const name of called ?? []) this.functions.set(name, functionOf(graph.functions[i]));
    });
    /** ∂C/∂z by δ with the indices of z. @type {Map<string, number>} */
    this.gradients = new Map(labels.flatMap((label, node) => localGradients(label).map((text) => [text, node])));
    const known = [...this.nodes.keys(), ...this.gradients.keys(), ...this.functions.keys(), ...OTHER_NAMES];
    this.longestFirst = [...new Set(known)].sort((a, b) => b.length - a.length);
  }

  /** The longest name that stands there and does not go on; or the first of several letters, as in kx.
   *  @param {string} text @param {number} start */
  at(text, start) {
    const found = this.longestFirst.find((name) => text.startsWith(name, start) && !goesOn(name, text, start));
    if (found) return found;
    const readings = this.readings(text, start, MOST_LETTERS);
    return readings.length === 1 ? readings[0] : undefined;
  }

  /** The first name of each way to read what stands there as several, at most so many, one behind the other.
   *  @param {string} text @param {number} start @param {number} most @returns {string[]} */
  readings(text, start, most) {
    const names = most ? this.longestFirst.filter((name) => text.startsWith(name, start)) : [];
    return names.flatMap((name) => {
      const end = start + name.length;
      if (!goesOn(name, text, start)) return [name];
      return /\p{L}/u.test(text.charAt(end)) ? this.readings(text, end, most - 1).map(() => name) : [];
    });
  }

  /** The function that the graph applies to a node, if it is one. @param {number} node @returns {Function_ | null} */
  functionOf(node) {
    const { graph } = this,
      users = graph.uses[node].filter(({ of }) => graph.operands[of].length === 1 && graph.signatureOf(of).called),
      kinds = new Set(users.map(({ of }) => graph.signatures[of]));
    return kinds.size === 1 ? functionOf(graph.functionsOf(users[0].of)) : null;
  }
}

/** @param {import("./types.js").Functions} functions @returns {Function_} */
const functionOf = ({ value, partials }) => ({ value, slope: (x) => partials(value(x), x)[0] });

/** Whether what stands after a name makes another of it: a letter or a digit, but no exponent such as ².
 *  @param {string} name @param {string} text @param {number} start */
function goesOn(name, text, start) {
  const following = text.charAt(start + name.length);
  return (
    (/\p{L}$/u.test(name) && /\p{L}/u.test(following)) || (/[\p{L}\p{N}]$/u.test(name) && /\p{Nd}/u.test(following))
  );
}

/** δ³₁ for what is called z³₁, in all spellings. @param {string} label */
function localGradients(label) {
  const indices = /^z([^\p{L}].*)$/u.exec(label)?.[1];
  return indices ? ["δ", "delta"].flatMap((delta) => spellings(delta + indices)) : [];
}
