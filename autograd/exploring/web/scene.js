/** @import { Rectangle } from "./types.js" */
/** @import { DrawnEdge, DrawnItem } from "./parts.js" */
/** @import { State } from "./state.js" */
import { arrange } from "./arrangement.js";
import { curve } from "./curves.js";
import { s } from "./dom.js";
import { canvas, drawnEdge, drawnItem, frame, toggle } from "./parts.js";

const MANY_EDGES = 120; // beyond, they are drawn fainter

/** The picture as it is drawn: nodes, boxes and edges in SVG, and where they are. */
export class Scene {
  /** @param {State} state @param {(edge: DrawnEdge | null, event?: PointerEvent) => void} explain
   *  what happens when the pointer or the keyboard comes to an edge, or leaves it */
  constructor(state, explain) {
    this.state = state;
    this.explain = explain;
    this.world = s("g", { class: "world" });
    this.svg = canvas(this.world);
    this.arrangement = arrange(state.boxes);
    /** @type {Map<number, DrawnItem>} */
    this.items = new Map();
    /** @type {DrawnEdge[]} */
    this.edges = [];
  }

  /** Where a node, a box or the whole is. @param {number} item */
  rectangleOf(item) {
    return this.arrangement.rectangles.get(item);
  }

  /** The whole picture. */
  get whole() {
    return /** @type {Rectangle} */ (this.rectangleOf(this.state.boxes.whole.item));
  }

  /** Draw everything anew: what is open has changed. */
  build() {
    const { boxes } = this.state;
    this.explain(null); // what it was about is gone
    this.arrangement = arrange(boxes);
    this.buildEdges();
    const edges = s("g", {}, ...this.edges.map(({ root }) => root)),
      labels = s("g", {}, ...this.edges.map(({ label }) => label));
    const frames = s("g"),
      nodes = s("g"),
      toggles = s("g");
    this.items.clear();
    for (const [item, rectangle] of this.arrangement.rectangles) {
      const box = boxes.get(item);
      if (box === boxes.whole) continue;
      if (box?.open) frames.append(frame(box, boxes.titleOf(box), rectangle));
      else {
        const drawn = drawnItem(boxes, item, rectangle);
        this.items.set(item, drawn);
        nodes.append(drawn.root);
      }
      if (box) {
        toggles.append(toggle(box, boxes.titleOf(box), rectangle, () => this.state.setOpen([box], !box.open)));
      }
    }
    this.world.replaceChildren(frames, edges, nodes, labels, toggles);
    this.world.classList.toggle("many", this.edges.length > MANY_EDGES);
  }

  buildEdges() {
    const { boxes } = this.state;
    /** @type {Map<number, number>} */
    const ranks = new Map();
    this.edges = boxes.edges().map((edge) => {
      const rank = ranks.get(edge.from) ?? 0;
      ranks.set(edge.from, rank + 1);
      return drawnEdge(edge, curve(boxes, this.arrangement, edge.from, edge.to), rank);
    });
    for (const edge of this.edges) {
      const { root } = edge;
      root.addEventListener("pointerenter", (event) => this.explain(edge, /** @type {PointerEvent} */ (event)));
      root.addEventListener("pointerleave", () => this.explain(null));
      root.addEventListener("focus", () => this.explain(edge));
      root.addEventListener("blur", () => this.explain(null));
    }
  }
}
