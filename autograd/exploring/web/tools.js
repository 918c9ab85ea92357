/** @import { State } from "./state.js" */
/** @import { TakeAway } from "./take_away.js" */
/** @import { View } from "./view.js" */
import { linkTo } from "./address.js";
import { choice, h, iconButton, signButton } from "./dom.js";
import { t } from "./language.js";
import { COLOURINGS } from "./state.js";
import { warning } from "./words.js";

/** The bar above the picture. @param {State} state @param {View} view @param {TakeAway} takeAway
 *  @param {boolean} standalone whether the page's address holds the state */
export function toolbar(state, view, takeAway, standalone) {
  const { boxes } = state;
  const link = signButton(
    t("Copy a link to this view"),
    t("Link"),
    () => void takeAway.copy(linkTo(state), t("The link is copied")),
  );
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": t("Picture") },
    signButton(t("Zoom in"), "+", () => view.zoom(1.25)),
    signButton(t("Zoom out"), "−", () => view.zoom(0.8)),
    iconButton(t("Show all"), "fit", () => view.fit()),
    boxes.inner.length ? iconButton(t("Expand all boxes"), "expand", () => state.setOpen(boxes.inner, true)) : null,
    boxes.inner.length
      ? iconButton(t("Collapse all boxes"), "collapse", () => state.setOpen(boxes.inner, false))
      : null,
    ...colouring(state),
    edgeNumbers(state),
    h("span", { class: "spring" }),
    signButton(t("Save the picture as SVG"), "SVG", () => takeAway.saveSvg()),
    signButton(t("Save the picture as PNG"), "PNG", () => void takeAway.savePng()),
    standalone ? link : null,
    signButton(t("Reset everything"), t("Reset"), () => state.reset()),
  );
}

/** What nodes may be coloured by. @returns {Record<string, string>} */
const colourings = () => ({ role: t("role"), value: t("value"), gradient: t("gradient") });

/** What nodes are coloured by, and what colours and rims mean. @param {State} state */
function colouring(state) {
  const select = choice(
    COLOURINGS,
    (name) => state.setColouring(name),
    {},
    (name) => colourings()[name],
  );
  const legend = h(
    "span",
    { class: "legend" },
    h("i", { class: "minus" }),
    `${t("negative")} `,
    h("i", { class: "plus" }),
    t("positive"),
  );
  const warned = h("span", { class: "legend" }, h("i", { class: "warned" }), t("dead or saturated"));
  state.subscribe(["numbers", "step", "look"], () => {
    const { graph, now, colourBy } = state;
    select.value = colourBy;
    legend.hidden = colourBy === COLOURINGS[0];
    warned.hidden = !graph.results.some((node) => now.knows(node) && warning(graph, node));
  });
  return [h("label", {}, `${t("Colour by")} `, select), legend, warned];
}

/** @param {State} state */
function edgeNumbers(state) {
  const box = h("input", { type: "checkbox", onchange: () => state.setEdgeNumbers(box.checked) });
  state.subscribe(["look"], () => (box.checked = state.edgeNumbers));
  return h("label", {}, box, ` ${t("numbers on edges")}`);
}
