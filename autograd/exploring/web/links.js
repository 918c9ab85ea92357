// What one thing that is shown does to another, where one may stand for several nodes.

/** @import { Edge, Link } from "./types.js" */
/** @import { Graph } from "./graph.js" */

/** Edges between what is shown: each with a link for every node that is seen of the one, and of the other.
 *  @typedef {{from: number, to: number, links: Link[]}} ShownEdge */

/** @param {Graph} graph @param {number[]} shown the item that is drawn for each node @returns {ShownEdge[]} */
export function edgesBetween(graph, shown) {
  /** @type {Map<number, Map<number, Link[]>>} */
  const between = new Map();
  /** @type {ShownEdge[]} */
  const edges = [];
  for (const of of graph.results) {
    const to = shown[of];
    if (of !== graph.output && graph.uses[of].every((edge) => shown[edge.of] === to)) continue; // not seen
    for (const link of linksInto(graph, of, shown)) {
      const from = shown[link.by],
        fromThere = between.get(from) ?? new Map(),
        links = fromThere.get(to) ?? [];
      if (!links.length) edges.push({ from, to, links });
      links.push(link);
      between.set(from, fromThere.set(to, links));
    }
  }
  return edges;
}

/** The links of a node with what is outside of its item. @param {Graph} graph @param {number} of
 *  @param {number[]} shown @returns {Link[]} */
function linksInto({ operands, edges }, of, shown) {
  const inside = new Set([of]),
    /** @type {Set<number>} */
    outside = new Set();
  for (const node of inside) for (const x of operands[node]) (shown[x] === shown[of] ? inside : outside).add(x);
  const order = [...inside].sort((a, b) => a - b); // nodes are numbered in topological order
  return [...outside].map((by) => {
    const depends = new Set([by]),
      /** @type {Edge[]} */
      way = [];
    for (const node of order) {
      const from = edges[node].filter((edge) => depends.has(edge.by));
      if (from.length) depends.add(node);
      way.unshift(...from);
    }
    return { of, by, way };
  });
}
