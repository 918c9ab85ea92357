// What can be taken from the page: texts into the clipboard, the picture as a file.

/** @import { Scene } from "./scene.js" */
/** @import { Announcer } from "./announcer.js" */
import { h, s } from "./dom.js";

const TOASTED = 1600; // milliseconds
const MARGIN = 16; // pixels around the picture
const MOST_PIXELS = 8000; // along one side of a PNG

/** Copies and saves, and says so. */
export class TakeAway {
  /** @param {Scene} scene @param {HTMLElement} body of the page @param {Announcer} announcer @param {string} css */
  constructor(scene, body, announcer, css) {
    this.scene = scene;
    this.body = body;
    this.announcer = announcer;
    this.css = css;
  }

  /** @param {string} text @param {string} outcome what to say of it */
  async copy(text, outcome) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = h("textarea", {}, text); // where the clipboard is closed to pages
      this.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    this.announcer.say(`${outcome}.`);
    this.toast(outcome);
  }

  /** @param {string} text */
  toast(text) {
    const toast = h("div", { class: "toast", "aria-hidden": "true" }, text);
    this.body.append(toast);
    setTimeout(() => toast.remove(), TOASTED);
  }

  saveSvg() {
    save(new Blob([this.picture().text], { type: "image/svg+xml" }), "graph.svg");
  }

  async savePng() {
    const { text, width, height } = this.picture();
    const image = h("img", { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}` });
    await image.decode();
    const scale = Math.min(2, MOST_PIXELS / Math.max(width, height));
    const canvas = h("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(blob, "graph.png"), "image/png");
  }

  /** The picture as a file of its own, with its styles. */
  picture() {
    const { whole, svg } = this.scene,
      width = whole.width + 2 * MARGIN,
      height = whole.height + 2 * MARGIN;
    const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
    copy.querySelector(".world")?.removeAttribute("transform");
    copy.classList.remove("far");
    for (const button of copy.querySelectorAll(".toggle")) button.remove();
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${width} ${height}`);
    copy.setAttribute("width", String(Math.round(width)));
    copy.setAttribute("height", String(Math.round(height)));
    copy.removeAttribute("role");
    copy.removeAttribute("tabindex");
    const computed = getComputedStyle(svg);
    const variables = [...new Set(this.css.match(/--[a-z-]+/g))]
      .map((name) => `${name}:${computed.getPropertyValue(name)}`)
      .join(";");
    copy.prepend(
      s("style", {}, `svg{${variables};font-family:system-ui,sans-serif}\n${this.css}`),
      s("rect", { x: -MARGIN, y: -MARGIN, width, height, style: "fill:var(--paper)" }),
    );
    return { text: new XMLSerializer().serializeToString(copy), width, height };
  }
}

/** @param {Blob} blob @param {string} name of the file */
function save(blob, name) {
  const link = h("a", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
