import { t, told } from "./language.js";
/** @import { BoxData, Edge, Link } from "./types.js" */
/** @import { Graph } from "./graph.js" */

/** A box: index is its place in the list, openAtFirst what an address is compared with.
 *  @typedef {BoxData & {index: number, openAtFirst: boolean}} Box */

/** A graph in which some boxes are closed: what is shown of it, and what one thing that is shown does to another.
 *  Nodes and boxes are items, and have a number each. */
export class Boxes {
  /** @param {Graph} graph @param {BoxData[]} list the whole graph first */
  constructor(graph, list) {
    this.graph = graph;
    /** @type {Box[]} */
    this.list = list.map((box, index) => ({ ...box, index, openAtFirst: box.open }));
    this.byItem = new Map(this.list.map((box) => [box.item, box]));
    this.around = new Map(this.list.flatMap((box) => box.items.map(([item]) => [item, box])));
  }

  /** The whole graph. */
  get whole() {
    return this.list[0];
  }

  /** All but the whole graph. */
  get inner() {
    return this.list.slice(1);
  }

  /** The box that an item is, if it is one. @param {number} item */
  get(item) {
    return this.byItem.get(item);
  }

  /** The box that an item is in. @param {number} item */
  parent(item) {
    return this.around.get(item);
  }

  /** @param {Box} box */
  titleOf(box) {
    return box.title ? told(box.title) : t("Neuron {name}", { name: this.graph.name(Number(box.head)) });
  }

  /** The item that is drawn for one: itself, or the outermost closed box around it. @param {number} item */
  shownAs(item) {
    let shown = item;
    for (let box = this.parent(item); box; box = this.parent(box.item)) if (!box.open) shown = box.item;
    return shown;
  }

  /** Open the boxes that hide a node, but not the one that it stands for; whether there were any.
   *  @param {number} node */
  openAround(node) {
    let opened = false;
    for (let box = this.parent(node); box; box = this.parent(box.item)) {
      if (!box.open && box.head !== node) box.open = opened = true;
    }
    return opened;
  }

  /** Have all boxes as at first, but for those of these indices. @param {Set<number>} flipped */
  flip(flipped) {
    for (const box of this.inner) box.open = box.openAtFirst !== flipped.has(box.index);
  }

  /** Close all boxes of a kind, and have them closed at first. @param {string} kind */
  closeAtFirst(kind) {
    for (const box of this.list) if (box.kind === kind) box.open = box.openAtFirst = false;
  }

  /** Edges between what is shown: each with a link for every node that is seen of the one, and of the other.
   *  @returns {{from: number, to: number, links: Link[]}[]} */
  edges() {
    const { graph } = this,
      shown = graph.operands.map((_, node) => this.shownAs(node));
    /** @type {Map<number, Map<number, Link[]>>} */
    const between = new Map();
    /** @type {{from: number, to: number, links: Link[]}[]} */
    const edges = [];
    for (const of of graph.results) {
      const to = shown[of];
      if (of !== graph.output && graph.uses[of].every((edge) => shown[edge.of] === to)) continue; // not seen
      for (const link of this.linksInto(of, shown)) {
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

  /** The links of a node with what is outside of its box. @param {number} of @param {number[]} shown
   *  @returns {Link[]} */
  linksInto(of, shown) {
    const { operands, edges } = this.graph,
      inside = new Set([of]),
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
}
