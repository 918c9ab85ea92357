/** @import { Edge } from "./types.js" */
/** @import { State } from "./state.js" */

/** What may be seen: what the passes have done by now, but for what an open question asks. */
export class Sight {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
  }

  /** What the open question of a tour is about. */
  get asked() {
    return this.state.practice.on ? null : this.state.tour.asked;
  }

  /** Whether that would be answered by what the backward pass finds. */
  get hidesBackward() {
    return this.asked !== null && this.asked.about !== "update";
  }

  /** What the picture draws the eye to: the node and the edges of the step, or in practice of the question.
   *  @returns {{node: number | null, edges: Set<Edge>}} */
  get focus() {
    const { practice, now, graph } = this.state;
    if (!practice.on || !practice.question) return now;
    const { kind, node, edge } = practice.question,
      isLine = kind === "gradient" || kind === "update" || kind === "falls"; // a weight may be drawn as one
    return { node, edges: new Set(edge ? [edge] : kind === "sum" || isLine ? graph.uses[node] : []) };
  }

  /** The edges on the paths from the selected node to the output. */
  get lit() {
    return this.hidesBackward ? null : this.state.lit;
  }

  /** Those paths, where they are few enough to be told apart. */
  get paths() {
    return this.hidesBackward ? [] : this.state.paths;
  }

  /** Whether the value of a node is there: one that is asked for, and what comes after it, is not. @param {number} node */
  knows(node) {
    const { asked } = this,
      { now, passes } = this.state;
    if (asked?.about === "value" && Number(passes.rank.get(node)) >= Number(passes.rank.get(asked.node))) return false;
    return now.knows(node);
  }

  /** Whether the partial on an edge may be shown: in practice not before it has been asked for. @param {Edge} edge */
  shows(edge) {
    const { practice, now } = this.state;
    return !this.hidesBackward && (!practice.on || now.handedOn(edge.of) || practice.hasAsked(edge));
  }

  /** How much of the gradient of a node is there; that of the output is 1 whatever is asked. @param {number} node */
  received(node) {
    const { practice, now, graph } = this.state,
      hidden = practice.hides(node) || (this.hidesBackward && node !== graph.output);
    return hidden ? "" : now.received(node);
  }
}
