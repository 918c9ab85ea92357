// A field for a number, with the decimal mark of the language; both marks are understood.

import { h, hasFocus } from "./dom.js";
import { decimalMark } from "./language.js";
import { typed } from "./numbers.js";

/** A field for numbers, as a browser's own would be, which knows the mark of the browser's language only. Up and down
 *  change the number by one step. take is told what was typed: a number, or null where it is none that is accepted.
 *  @param {Record<string, any>} attributes @param {{step: number, accepts?: (x: number) => boolean}} which
 *  @param {(x: number | null) => void} take
 *  @returns {{element: HTMLInputElement, show: (x: number) => void}} */
export function numberField(attributes, { step, accepts = () => true }, take) {
  const say = (/** @type {number} */ x) => {
    element.setAttribute("aria-valuenow", String(x));
    element.removeAttribute("aria-invalid");
  };
  const write = (/** @type {number} */ x) => {
    element.value = String(x).replace(".", decimalMark());
    say(x);
  };
  const offer = (/** @type {number} */ x) => {
    const fits = Number.isFinite(x) && accepts(x);
    if (fits) say(x);
    else element.setAttribute("aria-invalid", "true");
    take(fits ? x : null);
  };
  const element = h("input", {
    type: "text",
    inputmode: "decimal",
    role: "spinbutton",
    class: "decimal",
    autocomplete: "off",
    ...attributes,
    oninput: () => offer(typed(element.value)),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const move = event.key === "ArrowUp" ? step : event.key === "ArrowDown" ? -step : 0,
        next = Number((typed(element.value) + move).toPrecision(12));
      if (!move) return;
      event.preventDefault();
      if (!Number.isFinite(next) || !accepts(next)) return;
      write(next);
      offer(next);
    },
  });
  return { element, show: (x) => void (hasFocus(element) || typed(element.value) === x || write(x)) };
}
