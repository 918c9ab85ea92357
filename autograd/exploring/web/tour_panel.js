// The guided tour: what is said in a scene, its question, and the way from scene to scene.

/** @import { State } from "./state.js" */
/** @import { Action } from "./types.js" */
import { read } from "./address.js";
import { button, h, setText } from "./dom.js";
import { t, told } from "./language.js";
import { asText } from "./numbers.js";
import { MANY_STEPS } from "./learning_panel.js";
import { questionElements } from "./question.js";
import { practise } from "./session.js";

/** The switch that ends the tour, and takes it up again. @param {State} state */
export function tourSwitch(state) {
  const { tour } = state;
  if (!tour.scenes.length) return null;
  const box = button(t("Tour"), () => (tour.on ? state.endTour() : show(state, tour.index)), {
    class: "switch-on",
    "aria-pressed": "true",
  });
  state.subscribe(["tour"], () => box.setAttribute("aria-pressed", String(tour.on)));
  return box;
}

/** Show a scene, and the page as it asks for. @param {State} state @param {number} index */
function show(state, index) {
  const { tour } = state,
    at = Math.max(0, Math.min(tour.scenes.length - 1, index));
  const view = read(state, new URLSearchParams(tour.scenes[at].view), state.plain);
  state.restore({ ...view, tour: at });
}

/** @param {State} state */
export function tourPanel(state) {
  const { tour } = state;
  if (!tour.scenes.length) return null;
  const title = h("h2", { tabindex: "-1" }),
    count = h("span", { class: "count" }),
    body = h("div", { class: "scene" }),
    back = button(t("Back"), () => move(-1)),
    onward = button(t("Next"), () => move(1), { class: "next" });
  const section = h(
    "section",
    { class: "tour", "aria-label": t("Tour"), hidden: !tour.on },
    h("div", { class: "row" }, count, h("span", { class: "spring" }), back, onward),
    title,
    body,
  );
  /** @param {number} by */
  const move = (by) => {
    show(state, tour.index + by);
    title.focus();
  };
  let shown = -1;
  state.subscribe(["tour"], (changed) => {
    section.hidden = !tour.on;
    if (!tour.on) return;
    back.disabled = tour.index === 0;
    onward.disabled = tour.index + 1 >= tour.scenes.length;
    setText(count, t("{number} of {count}", { number: tour.index + 1, count: tour.scenes.length }));
    setText(title, told(tour.scene.title));
    if (shown !== tour.index || changed.includes("restored")) body.replaceChildren(...sceneElements(state));
    shown = tour.index;
    body.querySelector(".act")?.toggleAttribute("disabled", tour.asked !== null);
  });
  return section;
}

/** @param {State} state */
function sceneElements(state) {
  const { scene } = state.tour;
  return [
    ...scene.text.map((text) => h("p", {}, told(text))),
    ...askedElements(state),
    ...(scene.action ? actionElements(state, scene.action) : []),
  ];
}

/** What a scene offers to do, and what came of it; not before a question is answered that this would give away.
 *  @param {State} state @param {Action} action */
function actionElements(state, action) {
  const said = h("p", { class: "told", role: "status" });
  /** @param {number} count */
  const learn = async (count) => {
    const { graph, data } = state,
      cost = () => asText(graph.values[graph.output], data.digits),
      before = cost();
    await state.learn(count);
    setText(
      said,
      t("{name} went from {before} to {after}.", { name: graph.name(graph.output), before, after: cost() }),
    );
  };
  /** @type {Record<Action, [string, () => void]>} */
  const actions = {
    step: [t("Take a step"), () => void learn(1)],
    "many steps": [t("Take {count} steps", { count: MANY_STEPS }), () => void learn(MANY_STEPS)],
    practice: [t("Practice"), () => practise(state, true)],
  };
  const [name, act] = actions[action];
  const box = button(name, act, { class: "act", disabled: state.tour.asked !== null });
  return [h("div", { class: "row" }, box), said];
}

/** The question of a scene. @param {State} state */
function askedElements(state) {
  const { tour } = state,
    practice = tour.practices.get(tour.index),
    answered = () => state.notify("tour");
  return practice ? questionElements(practice, answered, null) : chosenElements(tour, answered);
}

/** A question with answers to choose from. @param {State["tour"]} tour @param {() => void} answered */
function chosenElements(tour, answered) {
  const { scene, index } = tour,
    { question } = scene;
  if (!question || !("choices" in question)) return [];
  const said = h("p", { class: "verdict", role: "status", "aria-live": "polite" });
  const say = () => {
    const chosen = tour.chosen.get(index);
    if (chosen === undefined) return;
    const right = chosen === question.right;
    said.dataset.kind = right ? "right" : "wrong";
    const why = told(right ? question.why : question.wrong[chosen]);
    setText(said, `${right ? t("Right.") : t("Not quite: try again.")} ${why}`.trim());
  };
  const options = question.choices.map((text, i) =>
    button(told(text), () => {
      tour.chosen.set(index, i);
      say();
      said.scrollIntoView({ block: "nearest" });
      answered();
    }),
  );
  say();
  return [
    h("p", { class: "prompt" }, told(question.ask)),
    h("div", { class: "row choices", role: "group", "aria-label": told(question.ask) }, ...options),
    said,
  ];
}
