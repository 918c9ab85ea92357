/** @import { Rectangle } from "./types.js" */
/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */

const READABLE = 0.5; // the least scale of a picture that is shown as a whole
const HIGHEST = 460; // pixels of a picture in a notebook
const PART = 0.8; // the scale of a picture that is not
const LARGE = 1.4, // the largest scale of a picture that is shown as a whole
  LARGEST = 2.5; // the same for a projector
const FAR = 0.34; // below this scale, what cannot be read need not be drawn
const MARGIN = 32; // pixels, of both sides together
const DRAGGED = 4; // pixels, beyond which a press is no click

/** Which part of the picture is seen, and how large. */
export class View {
  /** @param {Scene} scene @param {State} state @param {boolean} standalone whether the page is the picture's own */
  constructor(scene, state, standalone) {
    this.scene = scene;
    this.state = state;
    this.standalone = standalone;
    this.at = { x: 0, y: 0, scale: 1 };
    this.size = [0, 0];
    this.moved = 0; // by the pointer since it was pressed
    this.listen();
    new ResizeObserver(() => this.resized()).observe(scene.svg);
  }

  area() {
    return this.scene.svg.getBoundingClientRect();
  }

  /** Whether the pointer has moved the picture, and not clicked on it. */
  get dragged() {
    return this.moved > DRAGGED;
  }

  /** @param {{x: number, y: number, scale: number}} at */
  show(at) {
    this.at = at;
    const { x, y, scale } = at,
      { world, svg } = this.scene;
    world.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
    svg.classList.toggle("far", scale < FAR);
    this.scene.explain(null); // what it was beside has moved
  }

  /** Show all of it. */
  fit() {
    const { whole, svg } = this.scene,
      { width } = this.area();
    if (!width) return;
    if (!this.standalone) {
      // in a notebook, no higher than need be
      const wanted = whole.height * Math.min((width - MARGIN) / whole.width, 1.2) + MARGIN;
      svg.style.height = `${Math.round(Math.max(200, Math.min(wanted, HIGHEST)))}px`;
    }
    const area = this.area();
    const scale = Math.min(
      (area.width - MARGIN) / whole.width,
      (area.height - MARGIN) / whole.height,
      this.state.large ? LARGEST : LARGE,
    );
    this.show({ scale, x: (area.width - whole.width * scale) / 2, y: (area.height - whole.height * scale) / 2 });
  }

  /** Show all of it where it can be read; else a part of it, about the box that was opened or closed, the node in
   *  question, or the first input. */
  open() {
    this.fit();
    const area = this.area();
    if (!area.width || this.at.scale > (this.state.shownNetwork ? FAR : READABLE)) return;
    const { turned, selected, sight, graph } = this.state,
      asked = turned?.item ?? selected ?? sight.focus.node,
      first = graph.leaves.find((leaf) => graph.role(leaf) === "input") ?? 0;
    const about = /** @type {Rectangle} */ (this.scene.rectangleOf(this.state.shownAs(asked ?? first))),
      left = asked === null ? 24 : (area.width - about.width * PART) / 2,
      top = (area.height - about.height * PART) / 2;
    this.show({ scale: PART, x: left - about.x * PART, y: top - about.y * PART });
  }

  resized() {
    const { width, height } = this.area();
    if (!width || (this.size[0] === width && this.size[1] === height)) return;
    this.size = [width, height];
    if (this.scene.fitsTo(width / (this.standalone ? height : HIGHEST))) this.open();
    else this.state.notify("size");
  }

  /** Scale about a point of the picture on the screen. @param {number} factor @param {number} [x] @param {number} [y] */
  zoom(factor, x, y) {
    const area = this.area(),
      { at } = this,
      px = x ?? area.width / 2,
      py = y ?? area.height / 2;
    const scale = Math.min(4, Math.max(0.02, at.scale * factor)),
      by = scale / at.scale;
    this.show({ scale, x: px - (px - at.x) * by, y: py - (py - at.y) * by });
  }

  /** Scale about the place of an event. @param {number} factor @param {MouseEvent} event */
  zoomAt(factor, event) {
    const area = this.area();
    this.zoom(factor, event.clientX - area.x, event.clientY - area.y);
  }

  /** Bring an item into view. @param {number} item */
  reveal(item) {
    const rectangle = this.scene.rectangleOf(item),
      area = this.area();
    if (!rectangle || !area.width) return;
    let { x, y } = this.at;
    const { scale } = this.at,
      left = x + rectangle.x * scale,
      top = y + rectangle.y * scale,
      right = left + rectangle.width * scale,
      bottom = top + rectangle.height * scale;
    if (left < 0 || right > area.width) x += area.width / 2 - (left + right) / 2;
    if (top < 0 || bottom > area.height) y += area.height / 2 - (top + bottom) / 2;
    if (x !== this.at.x || y !== this.at.y) this.show({ x, y, scale });
  }

  listen() {
    const { svg, world } = this.scene;
    /** @type {Map<number, PointerEvent>} */
    const pointers = new Map();
    svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pointers.set(event.pointerId, event);
      this.moved = 0;
    });
    svg.addEventListener("pointermove", (event) => this.drag(pointers, event));
    const end = (/** @type {PointerEvent} */ event) => {
      pointers.delete(event.pointerId);
      world.style.willChange = "";
    };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
    const wheel = (/** @type {WheelEvent} */ event) => {
      if (!this.standalone && !event.ctrlKey) return; // a notebook scrolls
      event.preventDefault();
      this.zoomAt(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), event);
    };
    svg.addEventListener("wheel", wheel, { passive: false });
  }

  /** Move the picture with one pointer, scale it with two. @param {Map<number, PointerEvent>} pointers
   *  @param {PointerEvent} event */
  drag(pointers, event) {
    const { svg, world } = this.scene,
      last = pointers.get(event.pointerId);
    if (!last) return;
    const before = spread(pointers);
    pointers.set(event.pointerId, event);
    const dx = event.clientX - last.clientX,
      dy = event.clientY - last.clientY;
    this.moved += Math.abs(dx) + Math.abs(dy);
    if (this.dragged && !svg.hasPointerCapture(event.pointerId)) {
      svg.setPointerCapture(event.pointerId);
      world.style.willChange = "transform"; // moves it as an image, without drawing it anew
    }
    if (pointers.size === 2) this.zoomAt(spread(pointers) / before, event);
    else if (this.dragged) this.show({ ...this.at, x: this.at.x + dx, y: this.at.y + dy });
  }
}

/** How far two pointers are from each other. @param {Map<number, PointerEvent>} pointers */
function spread(pointers) {
  const [a, b] = pointers.values();
  return b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
}
