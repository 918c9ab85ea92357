// Practice: a question, a field for the answer, what is said of it, help, and the score.

/** @import { State } from "./state.js" */
/** @import { TakeAway } from "./take_away.js" */
import { TOPICS } from "./constants.js";
import { button, choice, h, setText } from "./dom.js";
import { t } from "./language.js";
import { scoreText, topics } from "./practice_texts.js";
import { questionElements } from "./question.js";
import { ask, practise, takeFreshNumbers } from "./session.js";

/** The switch that begins and ends practice. @param {State} state */
export function practiceSwitch(state) {
  const box = button(t("Practice"), () => practise(state, !state.practice.on), {
    class: "switch-on",
    "aria-pressed": "false",
  });
  state.subscribe(["practice"], () => box.setAttribute("aria-pressed", String(state.practice.on)));
  return box;
}

/** @param {State} state @param {TakeAway} takeAway */
export function practicePanel(state, takeAway) {
  const { practice } = state,
    body = h("div", { class: "question" }),
    section = h("section", { class: "practice", "aria-label": t("Practice"), hidden: !practice.on });
  const topic = choice(
    TOPICS,
    (name) => practise(state, true, /** @type {any} */ (name)),
    { "aria-label": t("What to practise") },
    (name) => topics()[/** @type {import("./questions.js").Topic} */ (name)],
  );
  const count = h("span", { class: "count" }),
    previous = button(t("Previous"), () => ask(state, practice.index - 1)),
    next = button(t("Next"), () => ask(state, practice.index + 1)),
    fresh = button(t("New numbers"), () => takeFreshNumbers(state));
  const copy = button(
      t("Copy the score"),
      () => void takeAway.copy(scoreText(practice, state.data.title), t("The score is copied")),
      {
        class: "small",
      },
    ),
    score = h("p", { class: "note" });
  section.append(
    h(
      "div",
      { class: "row" },
      h("label", {}, `${t("Practise")} `, topic),
      count,
      h("span", { class: "spring" }),
      previous,
      next,
      fresh,
    ),
    body,
    h("div", { class: "row" }, score, copy),
  );
  const changed = () => state.notify("practice"),
    onward = () => ask(state, practice.index + 1);
  /** @type {unknown} */
  let shown = null;
  state.subscribe(["practice", "numbers"], (aspects) => {
    section.hidden = !practice.on;
    if (!practice.on) return;
    topic.value = practice.topic;
    previous.disabled = practice.index === 0;
    next.disabled = practice.index + 1 >= practice.list.length;
    setText(count, t("{number} of {all}", { number: practice.index + 1, all: practice.list.length }));
    // a change of practice alone leaves what was typed where it is
    if (practice.question !== shown || aspects.some((aspect) => aspect !== "practice" && aspect !== "step")) {
      const typing = body.contains(/** @type {ShadowRoot} */ (body.getRootNode()).activeElement);
      body.replaceChildren(...questionElements(practice, changed, next.disabled ? null : onward));
      if (typing) /** @type {HTMLElement | null} */ (body.querySelector("input, .choices button"))?.focus();
    }
    shown = practice.question;
    const { right, first, hints, solved } = practice.score;
    setText(
      score,
      t("{right} right, {first} at the first try; hints: {hints}, solutions: {solved}.", {
        right,
        first,
        hints,
        solved,
      }),
    );
  });
  return section;
}
