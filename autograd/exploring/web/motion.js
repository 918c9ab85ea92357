/** @import { Rectangle } from "./types.js" */
/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */
/** @import { View } from "./view.js" */

const DURATION = 450, // milliseconds
  MOST = 400; // things that move: more would stutter

/** Where something was on the screen, and how large: by its middle. @typedef {{x: number, y: number, scale: number}} Was */

/** Moves what is drawn anew from where it was, so that it stays recognisable. */
export class Motion {
  /** @param {Scene} scene @param {View} view @param {State} state */
  constructor(scene, view, state) {
    this.scene = scene;
    this.view = view;
    this.state = state;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    /** @type {Map<number, Was>} */
    this.places = new Map();
    /** The course of each line of a weight, and how it was seen. @type {Map<number, string>} */
    this.lines = new Map();
    this.at = view.at;
  }

  /** Note where things are, before they are drawn anew. */
  remember() {
    const { items, edges } = this.scene;
    this.at = this.view.at;
    this.places = new Map([...items].map(([item, { rectangle }]) => [item, middle(rectangle)]));
    this.lines = new Map();
    for (const { weight, line } of edges) {
      if (weight === undefined) continue;
      this.lines.set(weight, line.getAttribute("d") ?? "");
      if (!this.places.has(weight)) this.places.set(weight, middle(line.getBBox()));
    }
  }

  /** Have everything come from where it was. */
  glide() {
    const { items, edges, world } = this.scene;
    if (this.calm.matches || !this.places.size || items.size > MOST || !world.animate) return;
    for (const { item, node, root, rectangle } of items.values()) {
      const was = this.places.get(item) ?? this.places.get(node ?? -1) ?? this.places.get(this.headOf(item));
      if (was) this.move(root, rectangle, was);
      else appear(root);
    }
    for (const { root, line, label, weight } of edges) {
      const was = weight === undefined ? undefined : this.lines.get(weight);
      if (was) bend(line, was, this.seenNow());
      else appear(root);
      appear(label);
    }
  }

  /** The neuron that a node is in. @param {number} node */
  headOf(node) {
    return this.state.network?.heads.get(node) ?? this.state.boxes.parent(node)?.head ?? -1;
  }

  /** What takes a point of the picture as it was seen to one as it is seen. */
  seenNow() {
    const { at: was } = this,
      { at: is } = this.view,
      scale = was.scale / is.scale;
    return { scale, x: (was.x - is.x) / is.scale, y: (was.y - is.y) / is.scale };
  }

  /** @param {SVGElement} root @param {Rectangle} rectangle @param {Was} was */
  move(root, rectangle, was) {
    const { scale, x, y } = this.seenNow(),
      { width, height } = rectangle;
    const from = `translate(${was.x * scale + x - (width * scale) / 2}px, ${was.y * scale + y - (height * scale) / 2}px) scale(${scale})`,
      to = `translate(${rectangle.x}px, ${rectangle.y}px) scale(1)`;
    root.animate([{ transform: from }, { transform: to }], { duration: DURATION, easing: "ease-in-out" });
  }
}

/** @param {Rectangle} rectangle @returns {Was} */
function middle({ x, y, width, height }) {
  return { x: x + width / 2, y: y + height / 2, scale: 1 };
}

/** @param {Element} element */
function appear(element) {
  element.animate([{ opacity: 0 }, { opacity: 0, offset: 0.4 }, {}], { duration: DURATION });
}

/** Turn a straight line from its course to the present one. @param {SVGElement} line @param {string} was
 *  @param {{scale: number, x: number, y: number}} seen */
function bend(line, was, { scale, x, y }) {
  const numbers = was.match(/-?[\d.]+/g)?.map(Number) ?? [],
    [a, b, c, d] = numbers.map((number, i) => number * scale + (i % 2 ? y : x));
  const from = `path("M${a} ${b}L${c} ${d}")`,
    to = `path("${line.getAttribute("d")}")`;
  line.animate([{ d: from }, { d: to }], { duration: DURATION, easing: "ease-in-out" });
}
