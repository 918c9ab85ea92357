// The questions that a graph gives rise to, and all ways to get them wrong that Python knows of.

/** @import { Edge, PracticeData } from "./types.js" */
/** @import { Graph } from "./graph.js" */
/** @import { Part } from "./terms.js" */
import { MAX_PATHS, MOST_FACTORS, MOST_PAIRED, MOST_SWAPPED } from "./constants.js";
import { dependents, edgesFrom, pathCount, pathsOf } from "./paths.js";
import { RATE, gradientOf, keyOf, number, partialOf, sizeOf, valueOf } from "./terms.js";

/** @typedef {"value" | "partial" | "product" | "sum" | "gradient" | "update" | "falls"} QuestionKind */
/** A question gone wrong: by which mistake, at which factor first. @typedef {{mistake: number, terms: Part[][],
 *  about: Part | null, multiplied: boolean, swaps?: Map<string, Part>}} Slip  swaps: factors exchanged for others */
/** @typedef {{kind: QuestionKind, node: number, edge: Edge | null, terms: Part[][], ways: Slip[]}} Question */
/** What a session asks about. @typedef {"forward" | "backward" | "gradient" | "update"} Topic */

/** The questions about a graph. */
export class Questions {
  /** @param {Graph} graph */
  constructor(graph) {
    this.graph = graph;
    this.data = /** @type {PracticeData} */ (graph.data.practice);
    /** The nodes that depend on a parameter. */
    this.affected = dependents(graph, ...this.data.parameters);
    /** How many operations there are at most from the leaves to a node. @type {number[]} */
    this.depth = graph.operands.map(() => 0);
    for (const node of graph.results)
      this.depth[node] = 1 + Math.max(0, ...graph.operands[node].map((x) => this.depth[x]));
  }

  /** @param {Topic} topic @returns {Question[]} */
  about(topic) {
    const { parameters } = this.data;
    if (topic === "forward") return this.graph.results.map((node) => this.value(node));
    if (topic === "backward") return this.backward();
    const asked = parameters.filter((x) => x !== this.graph.output);
    return asked.flatMap((x) => (topic === "gradient" ? [this.gradient(x)] : this.update(x)));
  }

  /** From the output back: partials, what is handed on, sums where edges meet. @returns {Question[]} */
  backward() {
    const { graph, affected } = this,
      received = new Uint32Array(graph.values.length);
    /** @type {Question[]} */
    const found = [];
    /** @param {number} node */
    const summed = (node) => received[node] > 1 && found.push(this.sum(node));
    for (const node of [...graph.results].reverse()) {
      if (!affected[node]) continue;
      summed(node);
      for (const edge of graph.edges[node].filter(({ by }) => affected[by])) {
        received[edge.by] += 1;
        found.push(this.partial(edge));
        if (node !== graph.output) found.push(this.product(edge));
      }
    }
    for (const leaf of graph.leaves) summed(leaf);
    return found;
  }

  /** @param {number} node @returns {Question} */
  value(node) {
    const { terms, ways } = this.graph.signatureOf(node),
      variables = this.graph.operands[node];
    const parts = terms?.map((term) => term.map((k) => valueOf(variables[k]))) ?? [[valueOf(node)]];
    return { kind: "value", node, edge: null, terms: parts, ways: ofTerms(ways ?? [], parts) };
  }

  /** @param {Edge} edge @returns {Question} */
  partial(edge) {
    return { kind: "partial", node: edge.of, edge, terms: [[partialOf(edge.of, edge.k)]], ways: [] };
  }

  /** @param {Edge} edge @returns {Question} */
  product(edge) {
    const terms = [[gradientOf(edge.of), partialOf(edge.of, edge.k)]];
    return { kind: "product", node: edge.of, edge, terms, ways: [] };
  }

  /** @param {number} node @returns {Question} */
  sum(node) {
    const terms = this.graph.uses[node].map(({ of, k }) =>
      of === this.graph.output ? [partialOf(of, k)] : [gradientOf(of), partialOf(of, k)],
    );
    return { kind: "sum", node, edge: null, terms, ways: ofTerms(this.data.sums[terms.length] ?? [], terms) };
  }

  /** @param {number} node @returns {Question} */
  gradient(node) {
    const { graph, data } = this;
    let { terms } = this.sum(node);
    if (pathCount(graph, node) <= MAX_PATHS) {
      const paths = pathsOf({ of: graph.output, by: node, way: edgesFrom(graph, node) });
      terms = paths.map((path) => path.map(({ of, k }) => partialOf(of, k)));
    }
    const others = (data.others[node] ?? []).map(([mistake, other]) => ({
      mistake,
      terms: [[gradientOf(other)]],
      about: gradientOf(node),
      multiplied: false,
    }));
    const ways = [...ofTerms(data.sums[terms.length] ?? [], terms), ...others];
    return { kind: "gradient", node, edge: null, terms, ways };
  }

  /** The new number, and whether the output falls. @param {number} node @returns {Question[]} */
  update(node) {
    const slots = [valueOf(node), number(-1), RATE, gradientOf(node)],
      [w, ...step] = slots;
    const ways = this.data.update.map(([mistake, terms, about]) => ({
      mistake,
      terms: terms.map((term) => term.map((slot) => slots[slot])),
      about: slots[about],
      multiplied: false,
    }));
    const terms = [[w], step];
    return [
      { kind: "update", node, edge: null, terms, ways },
      { kind: "falls", node, edge: null, terms, ways: [] },
    ];
  }

  /** What may be put in the place of a factor, and by which mistake. @param {Part} part @returns {[number, Part][]} */
  alternatives(part) {
    const { graph, data } = this,
      { kind, node, k } = part;
    if (kind === "gradient") return [[data.missing, number(1)]];
    if (kind !== "value" && kind !== "partial") return [];
    /** @type {[number, Part][]} */
    const found = kind === "value" ? [[data.dropped, sizeOf(node)]] : [];
    if (!graph.isLeaf(node)) {
      graph.signatureOf(node).wrong?.forEach(([variable, mistake], rule) => {
        if (variable === k) found.push([mistake, { ...part, rule }]);
      });
    }
    for (const [mistake, other] of data.instead[kind === "value" ? `${node}` : `${node} ${k}`] ?? []) {
      const taken =
        typeof other === "number"
          ? number(other)
          : other.length > 1
            ? partialOf(other[0], other[1])
            : valueOf(other[0]);
      found.push([mistake, taken]);
    }
    return found;
  }

  /** All ways of getting a question wrong: in each factor alone, in all alike, and in the sum.
   *  @param {Question} question @returns {Slip[]} */
  slips(question) {
    if (question.kind === "falls") return [];
    const found = [...question.ways];
    /** @type {Map<string, {mistake: number, swaps: [Part, Part][]}>} */
    const alike = new Map();
    const parts = new Map(question.terms.flat().map((part) => [keyOf(part), part]));
    for (const part of parts.size <= MOST_FACTORS ? parts.values() : []) {
      for (const [mistake, other] of this.alternatives(part)) {
        found.push(exchanged(question, mistake, [[part, other]]));
        if (mistake === this.data.index) continue; // one for all factors is the gradient of another weight
        const kind = `${mistake} ${other.kind} ${other.rule === undefined ? "" : this.ruleName(other)}`,
          all = alike.get(kind) ?? { mistake, swaps: [] };
        all.swaps.push([part, other]);
        alike.set(kind, all);
      }
    }
    for (const { mistake, swaps } of alike.values()) {
      for (const some of this.atOnce(swaps)) found.push(exchanged(question, mistake, some));
    }
    if (question.kind === "value") found.push(...this.swaps(question));
    if (question.kind !== "update" && !question.terms.every((term) => term.some((part) => this.mayFlip(part)))) {
      const terms = question.terms.map((term) => [number(-1), ...term]);
      found.push({ mistake: this.data.opposite, terms, about: null, multiplied: false });
    }
    return found;
  }

  /** Any two inputs of a weighted sum that have changed places. @param {Question} question @returns {Slip[]} */
  swaps(question) {
    const inputs = question.terms.flatMap(([, input]) => (input ? [input] : [])).slice(0, MOST_SWAPPED);
    return inputs.flatMap((a, i) =>
      inputs.slice(i + 1).map((b) =>
        exchanged(question, this.data.swapped, [
          [a, b],
          [b, a],
        ]),
      ),
    );
  }

  /** Several of the same mistake: all of them, those of each layer, and those of all layers but the last.
   *  @param {[Part, Part][]} swaps */
  atOnce(swaps) {
    const depth = (/** @type {[Part, Part]} */ [part]) => this.depth[part.node] ?? -1,
      depths = [...new Set(swaps.map(depth))],
      last = Math.max(...depths);
    const sets = [swaps];
    if (depths.length > 1) sets.push(...depths.map((layer) => swaps.filter((swap) => depth(swap) === layer)));
    if (depths.length > 2) sets.push(swaps.filter((swap) => depth(swap) < last));
    return sets.filter((some) => some.length > 1);
  }

  /** Whether a mistake with a factor gives it the opposite sign, and says more than that. @param {Part} part */
  mayFlip(part) {
    return this.alternatives(part).some(([mistake]) => this.data.flips.includes(mistake));
  }

  /** Which of the rules for one variable it is, so that those of several signatures are told to be the same.
   *  @param {Part} part */
  ruleName({ node, k, rule }) {
    const rules = this.graph.signatureOf(node).wrong ?? [];
    return rules.slice(0, rule).filter(([variable]) => variable === k).length;
  }
}

/** @param {[number, number[], number][]} ways @param {Part[][]} terms @returns {Slip[]} */
function ofTerms(ways, terms) {
  return ways.map(([mistake, which, multiplied]) => ({
    mistake,
    terms: which.map((i) => terms[i]),
    about: null,
    multiplied: Boolean(multiplied),
  }));
}

/** @param {Question} question @param {number} mistake @param {[Part, Part][]} pairs @returns {Slip} */
function exchanged({ terms }, mistake, pairs) {
  const swaps = new Map(pairs.map(([part, other]) => [keyOf(part), other]));
  return { mistake, terms: withSwaps(terms, swaps), about: pairs[0][0], multiplied: false, swaps };
}

/** @param {Part[][]} terms @param {Map<string, Part>} swaps */
const withSwaps = (terms, swaps) => terms.map((term) => term.map((part) => swaps.get(keyOf(part)) ?? part));

/** Two mistakes at once, in different factors, and the terms that come of them; nothing where these are too many.
 *  @param {Slip[]} slips @returns {Generator<{both: Slip[], terms: Part[][]}>} */
export function* pairsOf(slips) {
  const exchanges = slips.filter(({ swaps }) => swaps);
  if (exchanges.length > MOST_PAIRED) return;
  for (const [i, first] of exchanges.entries()) {
    for (const second of exchanges.slice(i + 1)) {
      const swaps = second.swaps ?? new Map();
      if ([...swaps.keys()].some((key) => first.swaps?.has(key))) continue;
      yield { both: [first, second], terms: withSwaps(first.terms, swaps) };
    }
  }
}
