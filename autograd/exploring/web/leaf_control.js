/** @import { State } from "./state.js" */
import { h, hasFocus, setText } from "./dom.js";
import { t } from "./language.js";
import { numberField } from "./number_field.js";
import { asText } from "./numbers.js";

const STEPS = 1000; // of a slider, to either side of 0

/** A slider and a field for a leaf, and its gradient. @param {State} state @param {number} leaf
 *  @returns {{element: HTMLElement, update: () => void}} */
export function leafControl(state, leaf) {
  const { graph } = state,
    label = graph.name(leaf),
    start = graph.first.values[leaf],
    reach = Math.max(2, 2 * Math.abs(Number.isFinite(start) ? start : 1));
  const slider = h("input", {
    type: "range",
    disabled: state.locks(leaf),
    min: -reach,
    max: reach,
    step: reach / STEPS,
    "aria-label": t("{name}, slider", { name: label }),
    oninput: () => state.set(leaf, Number(slider.value)),
  });
  const field = numberField({ disabled: state.locks(leaf), "aria-label": label }, { step: 0.1 }, (x) => {
    if (x !== null) state.set(leaf, x);
  });
  const none = state.hides("gradients") ? "" : "–";
  const gradient = h("span", { class: "number" });
  const update = () => {
    const x = graph.values[leaf];
    if (!hasFocus(slider) || Number(slider.value) !== x) slider.value = String(x);
    field.show(Number(x.toPrecision(6)));
    setText(gradient, state.sight.received(leaf) ? asText(state.now.gradients[leaf], graph.data.digits) : none);
  };
  const name = h(
    "span",
    { class: "name", title: state.locks(leaf) ? t("{name} is locked", { name: label }) : undefined },
    label,
  );
  return { element: h("div", { class: "control" }, name, slider, field.element, gradient), update };
}
