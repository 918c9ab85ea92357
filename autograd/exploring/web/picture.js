/** @import { State } from "./state.js" */
import { h } from "./dom.js";
import { letNumbersTravel } from "./flow.js";
import { mark } from "./marks.js";
import { Motion } from "./motion.js";
import { PictureKeys } from "./picture_keys.js";
import { Scene } from "./scene.js";
import { Tip } from "./tip.js";
import { View } from "./view.js";

/** The picture: a scene that follows the state, a view of it, and what the pointer and the keyboard do there. */
export class Picture {
  /** @param {State} state @param {boolean} standalone whether the page is the picture's own */
  constructor(state, standalone) {
    const tip = new Tip(state);
    this.state = state;
    this.scene = new Scene(state, (edge, event) => tip.show(edge, event));
    this.view = new View(this.scene, state, standalone);
    this.keys = new PictureKeys(this.scene, this.view, state);
    this.motion = new Motion(this.scene, this.view, state);
    this.area = h("div", { class: "area" }, this.scene.svg, tip.element);
    state.subscribe(["boxes", "size"], () => this.rebuild());
    const marked = /** @type {const} */ (["numbers", "step", "selection", "boxes", "size", "look", "practice", "tour"]);
    state.subscribe([...marked], () => mark(this.scene, state));
    letNumbersTravel(this.scene, state);
    state.subscribe(["boxes", "size", "step"], (changed) => {
      const stepped = changed.includes("step"),
        { node } = state.sight.focus;
      if (!stepped || changed.includes("boxes")) this.view.open();
      if (stepped && node !== null) this.view.reveal(state.shownAs(node));
    });
    state.subscribe(["selection"], () => {
      if (state.selected !== null) this.view.reveal(state.shownAs(state.selected));
    });
    state.subscribe(["numbers", "step", "tour"], () => tip.update());
    state.subscribe(["boxes"], (changed) => changed.includes("boxes") && this.motion.glide());
    state.subscribe(["hover"], () => this.light());
    this.scene.svg.addEventListener("click", (event) => this.click(event));
    this.scene.svg.addEventListener("dblclick", (event) => {
      const item = itemOf(event) ?? -1,
        box = state.boxes.get(item);
      if (state.shownNetwork) state.openNeuron(item);
      else if (box) state.setOpen([box], true);
    });
  }

  /** Draw everything anew, and have the keyboard where it was. */
  rebuild() {
    const { scene, keys, motion } = this,
      held = scene.svg.contains(/** @type {ShadowRoot} */ (scene.svg.getRootNode()).activeElement ?? null);
    motion.remember();
    scene.build();
    keys.enter();
    if (held) keys.focus(this.state.shownAs(keys.current ?? -1));
  }

  /** Mark the edge that the pointer is on in a list. */
  light() {
    const { state } = this,
      { hovered } = state;
    for (const { root, from, to, weight } of this.scene.edges) {
      const starts = hovered !== null && [from, weight].includes(state.shownAs(hovered.by)),
        on = starts && to === state.shownAs(hovered.of);
      root.classList.toggle("hovered", on);
    }
  }

  /** @param {MouseEvent} event */
  click(event) {
    if (this.view.dragged) return;
    const item = itemOf(event);
    if (item !== null) this.keys.choose(item);
    else if (!(/** @type {Element} */ (event.target).closest(".edge"))) this.state.select(null);
  }
}

/** The item that an event is about. @param {Event} event */
function itemOf(event) {
  const found = /** @type {Element} */ (event.target).closest("[data-item]");
  return found && Number(found.getAttribute("data-item"));
}
