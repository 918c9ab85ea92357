// A question as the page asks it: a field for the answer, what is said of it, help in stages.

/** @import { Practice } from "./practice.js" */
import { button, h, setText } from "./dom.js";
import { formula, inColumns, inOneLine } from "./formula.js";
import { t } from "./language.js";
import { STAGES } from "./practice.js";
import { asked, choices, givenText, hintText, prompt, rateText, solution, verdictText } from "./practice_texts.js";

const MOST_CHOICES = 5;

/** A question with all that belongs to it. changed is called when it was answered or helped with, and next where it is
 *  left for the next one. @param {Practice} practice @param {() => void} changed @param {() => void} next */
export function questionElements(practice, changed, next) {
  const { question } = practice;
  if (!question) return [h("p", {}, t("There is nothing to ask here."))];
  const said = h("p", { class: "verdict", role: "status", "aria-live": "polite" }),
    help = h("div", { class: "help" });
  const refresh = () => {
    const { verdict } = practice;
    said.dataset.kind = verdict?.kind ?? "";
    setText(said, verdict ? verdictText(practice, verdict) : "");
    help.replaceChildren(...helpElements(practice));
    if (practice.stage || practice.revealed) help.lastElementChild?.scrollIntoView({ block: "nearest" });
  };
  const act = (/** @type {() => void} */ action) => () => {
    action();
    changed();
    refresh();
  };
  const hint = button(
      t("Hint"),
      act(() => practice.hint()),
    ),
    reveal = button(
      t("Show the solution"),
      act(() => practice.reveal()),
    );
  const rate =
    question.kind === "update" || question.kind === "falls" ? [h("p", { class: "note" }, rateText(practice))] : [];
  refresh();
  return [
    h("p", { class: "prompt" }, prompt(practice, question)),
    formula(inOneLine(asked(practice, question))),
    h("p", { class: "note" }, givenText(practice, question)),
    ...rate,
    ...answerElements(practice, act, next),
    said,
    h("div", { class: "row" }, hint, reveal),
    help,
  ];
}

/** The field, and what may be chosen. @param {Practice} practice @param {(action: () => void) => () => void} act
 *  @param {() => void} next */
function answerElements(practice, act, next) {
  const { question } = practice;
  if (question.kind === "falls") {
    const right = practice.right(question) === 1;
    const options = [true, false].map((yes) =>
      button(
        yes ? t("Yes, it falls") : t("No, it does not"),
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
    "aria-label": t("Your answer"),
    placeholder: t("a number or a formula"),
  });
  const form = h(
    "form",
    {
      class: "row answer",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (practice.done) next();
        else act(() => practice.answer(field.value))();
      },
    },
    field,
    h("button", { type: "submit", class: "check" }, t("Check")),
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
          { class: "row choices", role: "group", "aria-label": t("Or choose") },
          h("span", { class: "note" }, t("or choose")),
          ...offered,
        ),
      ]
    : [form];
}

/** Hints that were asked for, and the solution. @param {Practice} practice */
function helpElements(practice) {
  const hints = Array.from({ length: Math.min(practice.stage, STAGES) }, (_, i) =>
    h("p", { class: "hint" }, `${i + 1}. ${hintText(practice, i + 1)}`),
  );
  if (!practice.done || practice.question.kind === "falls") {
    const falls = practice.revealed
      ? [h("p", {}, practice.right(practice.question) ? t("Yes, it falls.") : t("No, it does not fall."))]
      : [];
    return [...hints, ...falls];
  }
  return [...hints, formula(inColumns(solution(practice)))];
}
