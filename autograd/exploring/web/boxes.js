import { t, told } from "./language.js";
/** @import { BoxData } from "./types.js" */
/** @import { Graph } from "./graph.js" */
import { edgesBetween } from "./links.js";

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

  /** Edges between what is shown. */
  edges() {
    return edgesBetween(
      this.graph,
      this.graph.operands.map((_, node) => this.shownAs(node)),
    );
  }
}
