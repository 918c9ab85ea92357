/** @import { Rectangle } from "./types.js" */
/** @import { DrawnEdge, DrawnItem } from "./parts.js" */
/** @import { Network } from "./network.js" */
/** @import { State } from "./state.js" */
import { arrange } from "./arrangement.js";
import { drawnCircle, drawnMark } from "./circles.js";
import { curve, straight } from "./curves.js";
import { s } from "./dom.js";
import { canvas, drawnEdge, drawnItem, frame, toggle } from "./parts.js";

const MANY_EDGES = 120, // beyond, they are drawn fainter
  HEADING = 6.4, // pixels of a character of a title
  BELOW = 18, // pixels that the gradient of a circle takes below it, and beside that
  BESIDE = 10;

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
    /** What the keyboard comes to, by item. @type {Map<number, SVGElement>} */
    this.roots = new Map();
    /** Where no number can be. @type {Rectangle[]} */
    this.obstacles = [];
    /** Where edges go, as far as that was asked for. @type {Map<DrawnEdge, {x: number, y: number}[]>} */
    this.courses = new Map();
    /** How many times as wide as high the picture may be. */
    this.aspect = 2;
  }

  /** Where a node, a box, the line of a weight or the whole is. @param {number} item @returns {Rectangle | undefined} */
  rectangleOf(item) {
    const line = this.edges.find(({ weight }) => weight === item)?.line.getBBox();
    return this.arrangement.rectangles.get(item) ?? line;
  }

  /** The whole picture. */
  get whole() {
    return /** @type {Rectangle} */ (this.arrangement.rectangles.get(this.state.boxes.whole.item));
  }

  /** Be told how many times as wide as high the picture may be; whether it need not be drawn anew for that.
   *  @param {number} aspect */
  fitsTo(aspect) {
    const fits = !this.state.shownNetwork || Math.abs(aspect - this.aspect) < 0.01;
    this.aspect = aspect;
    return fits;
  }

  /** Draw everything anew: what is open has changed. */
  build() {
    this.explain(null); // what it was about is gone
    this.items.clear();
    this.courses.clear();
    const { shownNetwork } = this.state,
      groups = shownNetwork ? this.buildNetwork(shownNetwork) : this.buildBoxes(),
      edges = s("g", { class: "edges" }, ...this.edges.map(({ root }) => root)),
      labels = s("g", { class: "labels" }, ...this.edges.map(({ label }) => label)),
      nodes = s("g", {}, ...[...this.items.values()].map(({ root }) => root));
    this.world.replaceChildren(groups.frames, edges, nodes, labels, groups.toggles);
    this.world.classList.toggle("many", this.edges.length > MANY_EDGES);
    this.world.classList.toggle("network", shownNetwork !== null);
    this.roots = new Map([...this.items].map(([item, { root }]) => [item, root]));
    for (const edge of this.edges) {
      const { root, weight } = edge;
      if (weight !== undefined && !this.roots.has(weight)) this.roots.set(weight, root);
      root.addEventListener("pointerenter", (event) => this.explain(edge, /** @type {PointerEvent} */ (event)));
      root.addEventListener("pointerleave", () => this.explain(null));
      root.addEventListener("focus", () => this.explain(edge));
      root.addEventListener("blur", () => this.explain(null));
    }
  }

  /** Everything, where boxes are open. */
  buildBoxes() {
    const { boxes } = this.state,
      frames = s("g"),
      toggles = s("g");
    this.arrangement = arrange(boxes);
    this.edges = boxes.edges().map((edge) => drawnEdge(edge, curve(boxes, this.arrangement, edge.from, edge.to), true));
    this.obstacles = [];
    for (const [item, rectangle] of this.arrangement.rectangles) {
      const box = boxes.get(item);
      if (box === boxes.whole) continue;
      if (box?.open) frames.append(frame(box, boxes.titleOf(box), rectangle));
      else this.items.set(item, drawnItem(boxes, item, rectangle));
      this.obstacles.push(
        box?.open ? { ...rectangle, width: HEADING * boxes.titleOf(box).length + 36, height: 26 } : rectangle,
      );
      if (box) {
        toggles.append(toggle(box, boxes.titleOf(box), rectangle, () => this.state.setOpen([box], !box.open)));
      }
    }
    return { frames, toggles };
  }

  /** Neurons, and weights as lines. @param {Network} network */
  buildNetwork(network) {
    const { graph, boxes, level } = this.state,
      { places, whole } = network.arrange(level, this.aspect),
      shapes = new Map(network.spots(level).map(([item, shape]) => [item, shape]));
    this.arrangement = { rectangles: new Map([[boxes.whole.item, whole], ...places]), lanes: new Map() };
    this.obstacles = [...places.values()];
    for (const [item, place] of places) {
      const shape = shapes.get(item),
        { x, y, width, height } = place;
      if (shape === "box") this.items.set(item, drawnItem(boxes, item, place));
      else if (shape === "bias") this.items.set(item, drawnMark(graph, item, place));
      else this.items.set(item, drawnCircle(graph, item, network.roleAt(level, item), place, network.small));
      if (shape === "circle" && !network.small) {
        this.obstacles.push({ x: x - BESIDE, y: y + height, width: width + 2 * BESIDE, height: BELOW });
      }
    }
    const isRound = (/** @type {number} */ item) => shapes.get(item) === "circle";
    this.edges = network.edges(level).map((edge) => {
      const { from, to, weight } = edge,
        arrow = weight === undefined && shapes.get(from) !== "bias";
      return drawnEdge(edge, straight(places, isRound, from, to), arrow);
    });
    return { frames: s("g"), toggles: s("g") };
  }
}
