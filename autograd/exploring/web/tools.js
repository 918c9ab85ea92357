/** @import { Condition } from "./health.js" */
/** @import { History } from "./history.js" */
/** @import { State } from "./state.js" */
/** @import { TakeAway } from "./take_away.js" */
/** @import { View } from "./view.js" */
import { linkTo } from "./address.js";
import { COLOURINGS, LEVELS } from "./constants.js";
import { button, choice, h, iconButton, setText, signButton } from "./dom.js";
import { t } from "./language.js";

/** The bar above the picture. @param {State} state @param {History} history @param {View} view
 *  @param {TakeAway} takeAway @param {boolean} standalone whether the page's address holds the state */
export function toolbar(state, history, view, takeAway, standalone) {
  const link = signButton(
    t("Copy a link to this view"),
    t("Link"),
    () => void takeAway.copy(linkTo(state), t("The link is copied")),
  );
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": t("Picture") },
    levels(state),
    signButton(t("Zoom in"), "+", () => view.zoom(1.25)),
    signButton(t("Zoom out"), "−", () => view.zoom(0.8)),
    iconButton(t("Show all"), "fit", () => view.fit()),
    ...openAndClose(state),
    ...colouring(state),
    state.hides("edge numbers") ? null : edgeNumbers(state),
    presentation(state),
    h("span", { class: "spring" }),
    signButton(t("Save the picture as SVG"), "SVG", () => takeAway.saveSvg()),
    signButton(t("Save the picture as PNG"), "PNG", () => void takeAway.savePng()),
    standalone ? link : null,
    ...undoButtons(state, history),
    signButton(t("Reset everything"), t("Reset"), () => state.reset()),
  );
}

/** @param {State} state @param {History} history */
function undoButtons(state, history) {
  const undo = iconButton(t("Undo"), "undo", () => history.undo()),
    redo = iconButton(t("Redo"), "redo", () => history.redo());
  state.subscribe(["history"], () => {
    undo.toggleAttribute("disabled", !history.canUndo);
    redo.toggleAttribute("disabled", !history.canRedo);
  });
  return [undo, redo];
}

/** How much is shown: neurons alone, their weighted sums as well, or everything. @param {State} state */
function levels(state) {
  if (!state.network) return null;
  const names = [t("Neurons"), t("Neurons with z"), t("Everything")],
    short = [names[0], t("with z"), names[2]];
  const inputs = LEVELS.map((value, i) => {
    const attributes = { type: "radio", name: "level", value, "aria-label": names[i] };
    return h("input", { ...attributes, onchange: () => state.setLevel(value) });
  });
  state.subscribe(["boxes"], () => inputs.forEach((input) => (input.checked = input.value === state.level)));
  const labels = inputs.map((input, i) => h("label", {}, input, h("span", {}, short[i])));
  return h("div", { class: "levels", role: "radiogroup", "aria-label": t("Level of detail") }, ...labels);
}

/** Buttons for all boxes at once, where there are boxes in the picture. @param {State} state */
function openAndClose(state) {
  const { boxes } = state;
  if (!boxes.inner.length) return [];
  const collapse = () => (state.network ? state.setLevel(LEVELS[0]) : state.setOpen(boxes.inner, false));
  const buttons = [
    iconButton(t("Expand all boxes"), "expand", () => state.setOpen(boxes.inner, true)),
    iconButton(t("Collapse all boxes"), "collapse", collapse),
  ];
  state.subscribe(["boxes"], () => buttons.forEach((button) => (button.disabled = state.shownNetwork !== null)));
  return buttons;
}

/** What nodes may be coloured by. @returns {Record<string, string>} */
const colourings = () => ({ role: t("role"), value: t("value"), gradient: t("gradient") });

/** What nodes are coloured by, and what colours and rims mean. @param {State} state */
function colouring(state) {
  const select = choice(
    COLOURINGS.filter((name) => name !== "gradient" || !state.hides("gradients")),
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
  const inactive = h("span", { class: "legend" }, h("i", { class: "inactive" }), t("inactive for this row")),
    warning = h("span"),
    warned = h("span", { class: "legend" }, h("i", { class: "warned" }), warning);
  state.subscribe(["numbers", "step", "look"], () => {
    const { graph, health, sight, colourBy } = state;
    select.value = colourBy;
    legend.hidden = colourBy === COLOURINGS[0];
    const conditions = new Set(graph.results.map((node) => sight.knows(node) && health.of(node))),
      [dead, saturated] = ["dead", "saturated"].map((one) => conditions.has(/** @type {Condition} */ (one)));
    inactive.hidden = !conditions.has("inactive");
    warned.hidden = !dead && !saturated;
    setText(warning, !dead ? t("saturated") : saturated ? t("dead or saturated") : t("dead"));
  });
  return [h("label", {}, `${t("Colour by")} `, select), legend, inactive, warned];
}

/** @param {State} state */
function presentation(state) {
  const name = t("Presentation size"),
    large = button("Aa", () => state.setLarge(!state.large), { title: name, "aria-label": name });
  state.subscribe(["look"], () => large.setAttribute("aria-pressed", String(state.large)));
  return large;
}

/** @param {State} state */
function edgeNumbers(state) {
  const name = { type: "checkbox", "aria-label": t("numbers on edges") },
    box = h("input", { ...name, onchange: () => state.setEdgeNumbers(box.checked) });
  state.subscribe(["look"], () => (box.checked = state.edgeNumbers));
  return h("label", {}, box, ` ${t("numbers")}`);
}
