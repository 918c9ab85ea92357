/** @import { State } from "./state.js" */
import { filled, h } from "./dom.js";
import { TABS } from "./constants.js";
import { t } from "./language.js";
import { legend } from "./legend.js";

const keys = () => [
  ["→ ←", t("a step forward or back")],
  [t("space"), t("play and pause")],
  [t("Home End"), t("the first and the last step")],
  ["↑ ↓", t("in the picture, from node to node")],
  [t("shift ↑ ↓"), t("the edges of a node")],
  [t("enter"), t("select a node")],
  ["x c", t("expand a box, collapse the one around it")],
  ["+ − 0", t("scale the picture")],
  [t("escape"), t("clear the selection")],
  [t("ctrl Z"), t("undo; with shift, or ctrl Y, redo")],
];

/** The pages beside the picture, one of them shown, and the keys. @param {State} state
 *  @param {Record<string, {title: string, page: HTMLElement}>} pages by the name of their tab */
export function details(state, pages) {
  const tabs = TABS.filter((name) => !state.hides(name)).map((name) => {
    const { title, page } = pages[name],
      names = { role: "tab", id: `tab-${name}`, "aria-controls": `page-${name}` };
    const tab = h("button", { type: "button", ...names, onclick: () => state.showTab(name) }, title);
    filled(page, { role: "tabpanel", id: `page-${name}`, "aria-labelledby": `tab-${name}`, tabindex: "-1" }, []);
    return { name, tab, page };
  });
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": t("Details") }, ...tabs.map((one) => one.tab));
  list.addEventListener("keydown", (event) => {
    const move = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!move) return;
    const at = tabs.findIndex(({ name }) => name === state.tab),
      next = tabs[(at + move + tabs.length) % tabs.length];
    state.showTab(next.name);
    next.tab.focus();
    event.preventDefault();
  });
  state.subscribe(["tab"], () => {
    for (const { name, tab, page } of tabs) {
      const chosen = name === state.tab;
      tab.setAttribute("aria-selected", String(chosen));
      tab.setAttribute("tabindex", chosen ? "0" : "-1");
      page.hidden = !chosen;
    }
  });
  const listed = keys().flatMap(([key, meaning]) => [h("dt", {}, key), h("dd", {}, meaning)]);
  return h(
    "section",
    { class: "panel", "aria-label": t("Details") },
    list,
    ...tabs.map(({ page }) => page),
    state.hides("legend") ? "" : legend(state),
    h("details", { class: "keys" }, h("summary", {}, t("Keys")), h("dl", {}, ...listed)),
  );
}
