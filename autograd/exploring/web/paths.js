// The paths of a graph: which edges lead from one node to another, and what they pass on.

/** @import { Edge, Link } from "./types.js" */
/** @import { Graph } from "./graph.js" */

/** The derivative that a link stands for. @param {Graph} graph @param {Link} link */
export function slope(graph, { of, by, way }) {
  const gradients = new Map([[of, 1]]);
  for (const edge of way) {
    const passed = graph.partials[edge.of][edge.k] * Number(gradients.get(edge.of));
    gradients.set(edge.by, (gradients.get(edge.by) ?? 0) + passed);
  }
  return Number(gradients.get(by));
}

/** The edges of a link that its node feeds. @param {Link} link */
export function entries({ by, way }) {
  return way.filter((edge) => edge.by === by);
}

/** An edge by itself. @param {Edge} edge @returns {Link} */
export function link(edge) {
  return { of: edge.of, by: edge.by, way: [edge] };
}

/** 1 for every node that depends on one of these, themselves among them, 0 for others. @param {Graph} graph
 *  @param {number[]} starts */
export function dependents(graph, ...starts) {
  const found = new Uint8Array(graph.values.length);
  for (const start of starts) found[start] = 1;
  for (const node of graph.results) if (graph.operands[node].some((x) => found[x])) found[node] = 1;
  return found;
}

/** Which layer of weighted sums each node is in, a leaf in that of the first node it feeds. @param {Graph} graph */
export function layersOf(graph) {
  const layers = graph.operands.map(() => 0);
  for (const node of graph.results) {
    const before = graph.operands[node].filter((x) => !graph.isLeaf(x)).map((x) => layers[x]);
    layers[node] = Math.max(0, ...before) + Number(graph.signatureOf(node).terms !== undefined);
  }
  for (const leaf of graph.leaves) layers[leaf] = Math.min(...graph.uses[leaf].map(({ of }) => layers[of]));
  return layers;
}

/** The edges on the paths from a node to the output, each node after all its users. @param {Graph} graph
 *  @param {number} start */
export function edgesFrom(graph, start) {
  const depends = dependents(graph, start);
  const backward = [...graph.results].reverse();
  return backward.flatMap((node) => (depends[node] ? graph.edges[node].filter(({ by }) => depends[by]) : []));
}

/** The number of paths from a node to the output. @param {Graph} graph @param {number} start */
export function pathCount(graph, start) {
  const count = new Float64Array(graph.values.length);
  count[start] = 1;
  for (const node of graph.results) {
    if (node !== start) count[node] = graph.operands[node].reduce((n, x) => n + count[x], 0);
  }
  return count[graph.output];
}

/** All paths of a link, as edges; at most so many. @param {Link} link @returns {Edge[][]} */
export function pathsOf({ of, by, way }, most = Infinity) {
  /** @type {Map<number, Edge[]>} */
  const back = new Map();
  for (const edge of way) back.set(edge.of, [...(back.get(edge.of) ?? []), edge]);
  /** @type {Edge[][]} */
  const found = [];
  /** @type {{node: number, path: Edge[]}[]} */
  const waiting = [{ node: of, path: [] }];
  for (let next = waiting.pop(); next && found.length < most; next = waiting.pop()) {
    const { node, path } = next;
    if (node === by) found.push(path);
    else {
      const edges = [...(back.get(node) ?? [])].reverse(); // the first is taken last, and so looked at first
      for (const edge of edges) waiting.push({ node: edge.by, path: [...path, edge] });
    }
  }
  return found;
}
