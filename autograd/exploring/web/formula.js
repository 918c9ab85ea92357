// Equations as the page shows them: in MathML, with lines that break where there is no more room.

/** @import { Equation } from "./types.js" */
import { h } from "./dom.js";
import { t } from "./language.js";
import { MARKS, colourOf } from "./strands.js";

const BREAKS = "·+−=≈"; // operators before which a line may end
const INFIX = [
  ["form", "infix"],
  ["lspace", "0"], // which the style sheet gives
  ["rspace", "0.22em"],
];

/** A place for an equation. @param {(Node | string)[]} children */
export function formula(...children) {
  return h("div", { class: "formula", tabindex: "0", role: "group", "aria-label": t("formula") }, ...children);
}

/** An equation with each of its lines on one of its own, in columns. coloured: whether terms have the colours of paths.
 *  @param {Equation} equation @param {boolean} [coloured] */
export function inColumns({ left, lines }, coloured = false) {
  const root = h("div", { class: "equation" });
  /** @type {HTMLElement} */
  let end = root;
  for (const { sign, text, place, term } of lines) {
    const parts = coloured && term !== undefined ? [path(term, math(text))] : math(text);
    if (place === "beside") end.append(h("span", { class: "beside" }, ...math(sign), ...parts), h("wbr"));
    else {
      end = h("span", { class: place ?? "" }, ...(place ? math(sign) : []), ...parts);
      root.append(
        h("span", {}, ...math(root.childElementCount ? "" : left)),
        h("span", {}, ...math(place ? "" : sign)),
        end,
      );
    }
  }
  return root;
}

/** An equation as one line, which breaks where it has to. @param {Equation} equation */
export function inOneLine({ left, lines }) {
  return h("span", {}, ...math(left), ...lines.flatMap(({ sign, text }) => [...math(sign), ...math(text)]));
}

/** A term in the colour of its path, and with the number of it. @param {number} term @param {Node[]} parts */
function path(term, parts) {
  return h("span", { class: "path", style: `color:${colourOf(term)}`, "data-mark": MARKS[term] }, ...parts);
}

/** MathML in pieces, between which a line may end: markup that the page wrote and Python escaped.
 *  @param {string} markup */
function math(markup) {
  const whole = h("template");
  whole.innerHTML = `<math>${markup}</math>`;
  const found = /** @type {Element} */ (whole.content.firstElementChild);
  /** @type {Element[]} */
  const pieces = [];
  let operator = true; // a sign at the beginning is no operator, nor is one after another
  for (const child of [...found.children]) {
    const breaks = child.localName === "mo" && BREAKS.includes(child.textContent ?? "");
    if (!pieces.length || (breaks && !operator)) {
      pieces.push(/** @type {Element} */ (found.cloneNode()));
      if (breaks && !operator) for (const [name, value] of INFIX) child.setAttribute(name, value);
    }
    operator = breaks;
    pieces[pieces.length - 1].append(child);
  }
  return pieces;
}
