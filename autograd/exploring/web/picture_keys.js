/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */
/** @import { View } from "./view.js" */
import { hasFocus } from "./dom.js";

/** The keyboard on the picture: one item at a time can be reached by tab, and arrows go on to others. */
export class PictureKeys {
  /** @param {Scene} scene @param {View} view @param {State} state */
  constructor(scene, view, state) {
    this.scene = scene;
    this.view = view;
    this.state = state;
    /** The item that the keyboard is on. @type {number | null} */
    this.current = null;
    scene.svg.addEventListener("keydown", (event) => this.key(event));
    scene.svg.addEventListener("focusin", (event) => {
      const found = /** @type {Element} */ (event.target).closest("[data-item]");
      if (found) this.settle(Number(found.getAttribute("data-item")));
    });
  }

  /** Have tab come to the current item, or the first where that is not drawn. */
  enter() {
    const { roots } = this.scene,
      root = roots.get(this.current ?? -1) ?? roots.values().next().value;
    root?.setAttribute("tabindex", "0");
  }

  /** Have tab come to an item, and to no other. @param {number} item */
  settle(item) {
    const { roots } = this.scene;
    roots.get(this.current ?? -1)?.setAttribute("tabindex", "-1");
    this.current = item;
    roots.get(item)?.setAttribute("tabindex", "0");
  }

  /** @param {number | undefined} item */
  focus(item) {
    const root = item === undefined ? undefined : this.scene.roots.get(item);
    if (item === undefined || !root) return;
    this.settle(item);
    root.focus({ preventScroll: true });
    this.view.reveal(item);
  }

  /** Select what stands for an item; open a box that stands for no node. @param {number} item */
  choose(item) {
    const box = this.state.boxes.get(item);
    if (box && box.head === null) this.state.setOpen([box], true);
    else this.state.select(box ? box.head : item);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { view, current } = this,
      there = current !== null && this.scene.roots.has(current);
    const move = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (move && event.shiftKey) this.moveToEdge(move);
    else if (move) this.moveToItem(move);
    else if (event.key === "Enter" && there) this.choose(current);
    else if (event.key === "x" && there) this.open(current);
    else if (event.key === "c" && there) this.close(current);
    else if (event.key === "+" || event.key === "=") view.zoom(1.25);
    else if (event.key === "-") view.zoom(0.8);
    else if (event.key === "0") view.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {1 | -1} move */
  moveToItem(move) {
    const items = [...this.scene.roots.keys()];
    this.focus(neighbour(items, items.indexOf(this.current ?? -1), move));
  }

  /** Go to an edge of the current item. @param {1 | -1} move */
  moveToEdge(move) {
    const edges = this.scene.edges.filter(({ from, to }) => [from, to].includes(this.current ?? -1)),
      at = edges.findIndex(({ root }) => hasFocus(root));
    neighbour(edges, at, move)?.root.focus();
  }

  /** @param {number} item */
  open(item) {
    const { state } = this,
      box = state.boxes.get(item);
    if (state.shownNetwork) state.openNeuron(item);
    else if (box) state.setOpen([box], true);
    this.focus(state.shownAs(box ? box.items[0][0] : item));
  }

  /** Close the box around an item. @param {number} item */
  close(item) {
    const { boxes, shownNetwork } = this.state,
      box = boxes.parent(item);
    if (!box || box === boxes.whole || shownNetwork) return;
    this.state.setOpen([box], false);
    this.focus(box.item);
  }
}

/** The next or the previous of a list, around its ends; from nowhere (-1), the first or the last. @template T
 *  @param {T[]} list @param {number} at @param {1 | -1} move */
function neighbour(list, at, move) {
  return list.at((at + move + (move < 0 && at < 0 ? 1 : 0)) % list.length);
}
