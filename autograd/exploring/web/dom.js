// Elements, and the small controls that several parts of the page have.

/** Signs on buttons, drawn: fonts do not agree on them. @type {Record<string, string>} */
export const ICONS = {
  start: "M3 3V13M13 3L5 8L13 13Z",
  back: "M11 3L4 8L11 13Z",
  play: "M4 2.5L13 8L4 13.5Z",
  pause: "M5 3V13M11 3V13",
  forward: "M5 3L12 8L5 13Z",
  end: "M3 3L11 8L3 13ZM13 3V13",
  fit: "M2 6V2H6M10 2H14V6M14 10V14H10M6 14H2V10",
  expand: "M2 2H14V14H2ZM5 8H11M8 5V11",
  collapse: "M2 2H14V14H2ZM5 8H11",
  undo: "M6 2.5L2.5 6L6 9.5M3 6H9.5A3.7 3.7 0 0 1 9.5 13.4H6",
  redo: "M10 2.5L13.5 6L10 9.5M13 6H6.5A3.7 3.7 0 0 0 6.5 13.4H10",
};

/** An element of HTML. on… are listeners; children that are null are left out.
 *  @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag @param {Record<string, any>} [attributes]
 *  @param {(Node | string | null)[]} children @returns {HTMLElementTagNameMap[Tag]} */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of SVG. @template {keyof SVGElementTagNameMap} Tag @param {Tag} tag
 *  @param {Record<string, any>} [attributes] @param {(Node | string | null)[]} children
 *  @returns {SVGElementTagNameMap[Tag]} */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** @template {Element} E @param {E} element @param {Record<string, any>} attributes
 *  @param {(Node | string | null)[]} children @returns {E} */
export function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Whether an element has the focus of the keyboard. @param {Element} element */
export function hasFocus(element) {
  return /** @type {ShadowRoot} */ (element.getRootNode()).activeElement === element;
}

/** @param {string} text @param {() => void} action @param {Record<string, any>} [attributes] */
export function button(text, action, attributes = {}) {
  return h("button", { type: "button", ...attributes, onclick: action }, text);
}

/** A button that says its name to a screen reader, and shows a sign. @param {string} name @param {string} sign
 *  @param {() => void} action */
export function signButton(name, sign, action) {
  return button(sign, action, { title: name, "aria-label": name });
}

/** A button with an icon. @param {string} name @param {string} icon @param {() => void} action */
export function iconButton(name, icon, action) {
  const sign = s("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, s("path", { d: ICONS[icon] }));
  return h("button", { type: "button", title: name, "aria-label": name, onclick: action }, sign);
}

/** A list to choose from. @param {(string | number)[]} values @param {(value: string) => void} choose @param {Record<string, any>} [attributes]
 *  @param {(value: string | number) => string} [text] of an option */
export function choice(values, choose, attributes = {}, text = String) {
  const options = values.map((value) => h("option", { value }, text(value)));
  const chosen = (/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.target).value);
  return h("select", { ...attributes, onchange: chosen }, ...options);
}
