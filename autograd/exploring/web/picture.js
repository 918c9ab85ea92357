/** @import { State } from "./state.js" */
import { h } from "./dom.js";
import { letNumbersTravel } from "./flow.js";
import { mark } from "./marks.js";
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
    this.area = h("div", { class: "area" }, this.scene.svg, tip.element);
    state.subscribe(["boxes"], () => {
      this.scene.build();
      this.keys.enter();
    });
    state.subscribe(["numbers", "step", "selection", "boxes", "look", "practice"], () => mark(this.scene, state));
    letNumbersTravel(this.scene, state);
    state.subscribe(["boxes", "step"], (changed) => {
      const stepped = changed.includes("step"),
        { node } = state.focus;
      if (!stepped || (changed.includes("practice") && changed.includes("boxes"))) this.view.open();
      if (stepped && node !== null) this.view.reveal(state.boxes.shownAs(node));
    });
    state.subscribe(["selection"], () => {
      if (state.selected !== null) this.view.reveal(state.boxes.shownAs(state.selected));
    });
    state.subscribe(["numbers", "step"], () => tip.update());
    state.subscribe(["hover"], () => this.light());
    this.scene.svg.addEventListener("click", (event) => this.click(event));
    this.scene.svg.addEventListener("dblclick", (event) => {
      const box = state.boxes.get(itemOf(event) ?? -1);
      if (box) state.setOpen([box], true);
    });
  }

  /** Mark the edge that the pointer is on in a list. */
  light() {
    const { hovered, boxes } = this.state;
    for (const { root, from, to } of this.scene.edges) {
      const on = hovered !== null && from === boxes.shownAs(hovered.by) && to === boxes.shownAs(hovered.of);
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
