// The explorer: a computation graph to step through, question and change, in one page without a kernel behind it.

/** @import { MakeFunctions, Words } from "./types.js" */
import { followAddress, read } from "./address.js";
import { Announcer } from "./announcer.js";
import { details } from "./details.js";
import { h, setText } from "./dom.js";
import { History } from "./history.js";
import * as ieee from "./ieee.js";
import { language, speak, t, told } from "./language.js";
import { learningPanel } from "./learning_panel.js";
import { numbersPanel } from "./numbers_panel.js";
import { asText } from "./numbers.js";
import { Picture } from "./picture.js";
import { practicePanel, practiceSwitch } from "./practice_panel.js";
import { selectionPanel } from "./selection_panel.js";
import { State } from "./state.js";
import { stepsPanel } from "./steps_panel.js";
import { TakeAway } from "./take_away.js";
import { toolbar } from "./tools.js";
import { unpacked } from "./unpacking.js";
import { tourPanel, tourSwitch } from "./tour_panel.js";

/**
 * Put the explorer in place of each element of this key that has none yet.
 * @param {string} key @param {string} packed @param {MakeFunctions} functions @param {Words["plurals"]} plurals
 * @param {boolean} standalone whether the page is this explorer's own, and its address may hold the state
 */
export function mount(key, packed, functions, plurals, standalone) {
  const { data, words, css } = unpacked(packed);
  speak({ ...words, plurals });
  for (const host of document.querySelectorAll(`[data-explorer="${key}"]:not([data-live])`)) {
    const element = /** @type {HTMLElement} */ (host);
    element.dataset.live = "";
    element.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own keys stay out of it
    show(element, new State(data, functions(ieee)), css, standalone);
    followTheme(element);
  }
}

/** @param {HTMLElement} host @param {State} state @param {string} css @param {boolean} standalone */
function show(host, state, css, standalone) {
  const body = h(standalone ? "main" : "div", { class: "explorer", lang: language() }),
    announcer = new Announcer(state),
    history = new History(state, body),
    picture = new Picture(state, standalone),
    takeAway = new TakeAway(picture.scene, body, announcer, css);
  const tools = toolbar(state, history, picture.view, takeAway, standalone);
  const pages = {
    selected: { title: t("Selected"), page: selectionPanel(state, takeAway) },
    numbers: { title: t("Numbers"), page: numbersPanel(state) },
    learn: { title: t("Learn"), page: learningPanel(state) },
  };
  body.append(
    header(state),
    tourPanel(state) ?? "",
    h("section", { class: "picture", "aria-label": t("Picture") }, tools, picture.area),
    practicePanel(state, takeAway),
    state.hides("steps") ? "" : stepsPanel(state),
    details(state, pages),
    announcer.element,
  );
  state.subscribe(["practice"], () => body.classList.toggle("practising", state.practice.on));
  state.subscribe(["tour", "practice"], () => {
    body.classList.toggle("touring", state.tour.on);
    body.classList.toggle("asking", state.sight.asked !== null);
  });
  state.subscribe(["look"], () => body.classList.toggle("large", state.large));
  listenToKeys(state, history, body, standalone);
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren(h("style", {}, css), body);
  state.open(read(state, new URLSearchParams(state.data.start)));
  if (standalone) {
    document.documentElement.lang = language();
    document.title = told(state.data.title);
    followAddress(state);
  }
  history.begin();
  state.notify("restored");
}

/** The title, and the output's value. @param {State} state */
function header(state) {
  const cost = h("p", { class: "cost" }),
    { graph, data } = state,
    name = graph.name(graph.output);
  state.subscribe(["numbers", "step", "tour"], () => {
    const value = asText(graph.values[graph.output], data.digits);
    setText(cost, state.sight.knows(graph.output) ? `${name} = ${value}` : t("{name} is not computed yet", { name }));
  });
  return h(
    "header",
    {},
    h("h1", {}, told(data.title)),
    cost,
    h("span", { class: "spring" }),
    tourSwitch(state),
    practiceSwitch(state),
  );
}

/** @param {State} state @param {History} history @param {HTMLElement} body @param {boolean} standalone */
function listenToKeys(state, history, body, standalone) {
  const take = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey) takeBack(history, event);
    else takeKey(state, event);
  };
  body.addEventListener("keydown", take);
  if (!standalone) return;
  // where nothing has the focus, keys go to the document's body
  document.addEventListener("keydown", (event) => event.target === document.body && take(event));
}

/** Keys that undo and redo, but in a text, which does that itself. @param {History} history
 *  @param {KeyboardEvent} event */
function takeBack(history, event) {
  const key = event.key.toLowerCase();
  if (event.altKey || !"zy".includes(key)) return;
  if (/** @type {HTMLElement} */ (event.target).closest("textarea, input:not([type=range], [type=checkbox])")) return;
  if (key === "y" || event.shiftKey) history.redo();
  else history.undo();
  event.preventDefault();
  event.stopPropagation();
}

/** Keys that step, wherever the focus is, but in a field that takes them itself. @param {State} state
 *  @param {KeyboardEvent} event */
function takeKey(state, event) {
  const target = /** @type {HTMLElement} */ (event.target),
    field = target.closest("input, select, textarea");
  if (event.altKey || field || target.closest("[role=tab]")) return;
  if (state.practice.on) return; // the picture shows what is known, and no more
  if (event.key === "ArrowRight") state.move(1);
  else if (event.key === "ArrowLeft") state.move(-1);
  else if (event.key === "Home") state.goTo(0);
  else if (event.key === "End") state.goTo(state.passes.last);
  else if (event.key === " " && !target.closest("button, [role=button]:not([data-item]), summary"))
    state.play(!state.playing);
  else if (event.key === "Escape" && state.selected !== null) state.select(null);
  else return;
  event.preventDefault();
  event.stopPropagation(); // a notebook has keys of its own
}

/** Take the dark or light of JupyterLab where there is one, else that of the system. @param {HTMLElement} host */
function followTheme(host) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    const light = document.body.dataset.jpThemeLight;
    const dark = light === undefined ? system.matches : light === "false";
    host.dataset.theme = dark ? "dark" : "light";
  };
  follow();
  system.addEventListener("change", follow);
  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
}
