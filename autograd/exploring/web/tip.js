/** @import { DrawnEdge } from "./parts.js" */
/** @import { State } from "./state.js" */
import { h } from "./dom.js";
import { partialText } from "./equations.js";
import { t } from "./language.js";
import { Typesetter } from "./typesetter.js";
import { description } from "./words.js";

const MOST_LINES = 6,
  MARGIN = 4; // pixels to the rim of the picture

/** What an edge passes on, shown beside the pointer or at the edge's middle. */
export class Tip {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    /** @type {DrawnEdge | null} */
    this.edge = null;
    this.element = h("div", { class: "tip", role: "status", hidden: true });
  }

  /** @param {DrawnEdge | null} edge none hides it @param {PointerEvent} [event] */
  show(edge, event) {
    this.edge = this.state.hides("gradients") ? null : edge;
    this.element.hidden = !this.edge;
    if (!edge || !this.edge) return;
    this.update();
    const area = /** @type {HTMLElement} */ (this.element.parentElement).getBoundingClientRect(),
      line = edge.root.getBoundingClientRect(),
      { style, offsetWidth, offsetHeight } = this.element;
    const x = event ? event.clientX : line.x + line.width / 2,
      y = event ? event.clientY : line.y + line.height / 2;
    style.left = `${Math.max(MARGIN, Math.min(x - area.x + 12, area.width - offsetWidth - MARGIN))}px`;
    style.top = `${Math.max(MARGIN, Math.min(y - area.y + 14, area.height - offsetHeight - MARGIN))}px`;
  }

  /** The numbers or the step have changed. */
  update() {
    if (this.edge) this.element.textContent = this.textOf(this.edge);
  }

  /** @param {DrawnEdge} edge */
  textOf({ links, weight }) {
    const { graph, sight } = this.state,
      typesetter = new Typesetter(graph, "text"),
      known = links.filter(({ of, way }) => sight.knows(of) && way.every((edge) => sight.shows(edge)));
    if (weight !== undefined) return description(this.state, weight);
    if (!known.length && links.some(({ of }) => sight.knows(of))) return t("the question is what it passes on");
    const lines = known.slice(0, MOST_LINES).map((link) => partialText(link, typesetter));
    if (known.length > MOST_LINES) lines.push(t("… and {count} more", { count: known.length - MOST_LINES }));
    return lines.join("\n") || t("not computed yet");
  }
}
