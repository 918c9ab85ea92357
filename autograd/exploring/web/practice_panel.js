// Practice: a question, a field for the answer, what is said of it, help, and the score.

/** @import { State } from "./state.js" */
/** @import { TakeAway } from "./take_away.js" */
import { button, choice, h, setText } from "./dom.js";
import { formula, inColumns, inOneLine } from "./formula.js";
import { STAGES } from "./practice.js";
import {
  TOPIC_NAMES,
  asked,
  choices,
  hintText,
  prompt,
  rateText,
  scoreText,
  solution,
  verdictText,
} from "./practice_texts.js";
import { TOPICS } from "./questions.js";

const MOST_CHOICES = 5;

/** The switch that begins and ends practice. @param {State} state */
export function practiceSwitch(state) {
  const box = button("Practice", () => state.practise(!state.practice.on), {
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
    section = h("section", { class: "practice", "aria-label": "Practice", hidden: !practice.on });
  const topic = choice(
    TOPICS,
    (name) => state.practise(true, /** @type {any} */ (name)),
    { "aria-label": "What to practise" },
    (name) => TOPIC_NAMES[/** @type {keyof typeof TOPIC_NAMES} */ (name)],
  );
  const count = h("span", { class: "count" }),
    previous = button("Previous", () => state.ask(practice.index - 1)),
    next = button("Next", () => state.ask(practice.index + 1)),
    fresh = button("New numbers", () => state.takeFreshNumbers());
  const copy = button("Copy the score", () => void takeAway.copy(scoreText(practice, state.data.title), "The score"), {
      class: "small",
    }),
    score = h("p", { class: "note" });
  section.append(
    h(
      "div",
      { class: "row" },
      h("label", {}, "Practise ", topic),
      count,
      h("span", { class: "spring" }),
      previous,
      next,
      fresh,
    ),
    body,
    h("div", { class: "row" }, score, copy),
  );
  /** @type {unknown} */
  let shown = null;
  state.subscribe(["practice", "numbers"], (changed) => {
    section.hidden = !practice.on;
    if (!practice.on) return;
    topic.value = practice.topic;
    previous.disabled = practice.index === 0;
    next.disabled = practice.index + 1 >= practice.list.length;
    setText(count, `${practice.index + 1} of ${practice.list.length}`);
    // a change of practice alone leaves what was typed where it is
    if (practice.question !== shown || changed.some((aspect) => aspect !== "practice" && aspect !== "step")) {
      const typing = body.contains(/** @type {ShadowRoot} */ (body.getRootNode()).activeElement);
      body.replaceChildren(...questionElements(state));
      if (typing) body.querySelector("input")?.focus();
    }
    shown = practice.question;
    const { right, first, hints, solved } = practice.score;
    setText(score, `${right} right, ${first} at the first try; ${hints} hints, ${solved} solutions.`);
  });
  return section;
}

/** @param {State} state */
function questionElements(state) {
  const { practice } = state,
    { question } = practice;
  if (!question) return [h("p", {}, "There is nothing to ask here.")];
  const said = h("p", { class: "verdict", role: "status", "aria-live": "polite" }),
    help = h("div", { class: "help" });
  const refresh = () => {
    const { verdict } = practice;
    said.dataset.kind = verdict?.kind ?? "";
    setText(said, verdict ? verdictText(practice, verdict) : "");
    help.replaceChildren(...helpElements(state));
  };
  const act = (/** @type {() => void} */ action) => () => {
    action();
    state.notify("practice");
    refresh();
  };
  const hint = button(
      "Hint",
      act(() => practice.hint()),
    ),
    reveal = button(
      "Show the solution",
      act(() => practice.reveal()),
    );
  const rate =
    question.kind === "update" || question.kind === "falls" ? [h("p", { class: "note" }, rateText(practice))] : [];
  refresh();
  return [
    h("p", { class: "prompt" }, prompt(practice, question)),
    formula(inOneLine(asked(practice, question))),
    ...rate,
    ...answerElements(state, act),
    said,
    h("div", { class: "row" }, hint, reveal),
    help,
  ];
}

/** The field, and what may be chosen. @param {State} state @param {(action: () => void) => () => void} act */
function answerElements(state, act) {
  const { practice } = state;
  const { question } = practice;
  if (question.kind === "falls") {
    const right = practice.right(question) === 1;
    const options = [true, false].map((yes) =>
      button(
        yes ? "Yes, it falls" : "No, it does not",
        act(() => practice.choose(yes === right, null)),
      ),
    );
    return [h("div", { class: "row choices" }, ...options)];
  }
  const field = h("input", {
    type: "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-label": "Your answer",
    placeholder: "a number or a formula",
  });
  const form = h(
    "form",
    {
      class: "row answer",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (practice.done && practice.index + 1 < practice.list.length) state.ask(practice.index + 1);
        else act(() => practice.answer(field.value))();
      },
    },
    field,
    h("button", { type: "submit", class: "check" }, "Check"),
  );
  const offered = choices(practice, MOST_CHOICES).map(({ text, slip }) =>
    button(
      text,
      act(() => practice.choose(slip === null, slip)),
    ),
  );
  return offered.length
    ? [
        form,
        h(
          "div",
          { class: "row choices", role: "group", "aria-label": "Or choose" },
          h("span", { class: "note" }, "or choose"),
          ...offered,
        ),
      ]
    : [form];
}

/** Hints that were asked for, and the solution. @param {State} state */
function helpElements({ practice }) {
  const hints = Array.from({ length: Math.min(practice.stage, STAGES) }, (_, i) =>
    h("p", { class: "hint" }, `${i + 1}. ${hintText(practice, i + 1)}`),
  );
  if (!practice.done || practice.question.kind === "falls") {
    const falls = practice.revealed
      ? [h("p", {}, practice.right(practice.question) ? "Yes, it falls." : "No, it does not fall.")]
      : [];
    return [...hints, ...falls];
  }
  return [...hints, formula(inColumns(solution(practice)))];
}
