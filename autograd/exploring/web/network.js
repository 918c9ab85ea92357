/** @import { NetworkData, Rectangle, Spot } from "./types.js" */
/** @import { Graph } from "./graph.js" */
/** @import { ShownEdge } from "./links.js" */
import { LEVELS } from "./constants.js";
import { edgesBetween } from "./links.js";

const WIDEST = 2.2, // gaps between columns, in heights of the whole
  BELOW = 16, // pixels under a circle for its gradient
  ROOMY = 60; // pixels across, from which on a circle has room for numbers

/** A weight that is drawn as a line, to a weighted sum or its neuron from what it multiplies.
 *  @typedef {{weight: number, from: number, z: number}} WeightLine */

/** A graph as a network of neurons: circles in columns, and weights as lines. */
export class Network {
  /** @param {Graph} graph @param {NetworkData} data */
  constructor(graph, { neurons, places }) {
    this.graph = graph;
    this.places = places;
    this.heads = new Map(neurons.map(([z, head]) => [z, head]));
    /** @type {WeightLine[]} */
    this.lines = neurons.flatMap(([z, , pairs]) =>
      Array.from({ length: pairs.length / 2 }, (_, i) => ({ weight: pairs[2 * i], from: pairs[2 * i + 1], z })),
    );
  }

  /** @param {string} level @returns {Spot[]} */
  spots(level) {
    return this.places[LEVELS.indexOf(level)];
  }

  /** Whether circles are too small for numbers. */
  get small() {
    return this.places[0].every(([, shape, , , , width]) => shape !== "circle" || width < ROOMY);
  }

  /** What is drawn for a node. @param {number} node @param {string} level */
  shownAs(node, level) {
    return level === LEVELS[0] ? (this.heads.get(node) ?? node) : node;
  }

  /** What a node is drawn as: a weighted sum that has no activation is the whole neuron. @param {string} level
   *  @param {number} node */
  roleAt(level, node) {
    return level === LEVELS[0] && this.heads.has(node) ? "activation" : this.graph.role(node);
  }

  /** The edges between circles, marks and boxes, some of which are lines of weights. @param {string} level
   *  @returns {(ShownEdge & {weight?: number})[]} */
  edges(level) {
    const { graph, lines } = this,
      shown = graph.operands.map((_, node) => this.shownAs(node, level)),
      drawn = new Set(this.spots(level).map(([item]) => item));
    /** @type {Map<string, number[]>} */
    const weights = new Map();
    for (const { weight, from, z } of lines) {
      const key = `${from} ${shown[z]}`;
      weights.set(key, [...(weights.get(key) ?? []), weight]);
    }
    const edges = edgesBetween(graph, shown),
      linksOf = new Map(edges.map(({ from, to, links }) => [`${from} ${to}`, links]));
    return edges.flatMap((edge) => {
      const { from, to, links } = edge,
        along = weights.get(`${from} ${to}`);
      if (!along) return drawn.has(from) ? [edge] : [];
      return along.map((weight) => ({
        from,
        to,
        weight,
        links: [...(linksOf.get(`${weight} ${to}`) ?? []), ...links],
      }));
    });
  }

  /** Where things are, in a picture that is so many times as wide as high, if that can be. @param {string} level
   *  @param {number} aspect */
  arrange(level, aspect) {
    const spots = this.spots(level),
      under = this.small ? 0 : BELOW;
    const left = Math.min(...spots.map(([, , , x, , width]) => x - width / 2)),
      right = Math.max(...spots.map(([, , , x, , width]) => x + width / 2)),
      top = Math.min(...spots.map(([, , , , y, , height]) => y - height / 2)),
      bottom = Math.max(...spots.map(([, , , , y, , height]) => y + height / 2)) + under,
      layers = Math.max(...spots.map(([, , layer]) => layer)),
      height = bottom - top;
    const more = Math.max(0, Math.min((height * aspect - (right - left)) / layers, (height * WIDEST) / 2));
    /** @type {Map<number, Rectangle>} */
    const places = new Map();
    for (const [item, , layer, x, y, width, height] of spots) {
      places.set(item, { x: x - width / 2 - left + layer * more, y: y - height / 2 - top, width, height });
    }
    return { places, whole: { x: 0, y: 0, width: right - left + layers * more, height } };
  }
}
