// A question as the page asks it: a field for the answer, what is said of it, help in stages.

/** @import { Practice } from "./practice.js" */
import { button, h, setText } from "./dom.js";
import { formula, inColumns, inOneLine } from "./formula.js";
import { t } from "./language.js";
import { STAGES } from "./practice.js";
import { explained } from "./legend.js";
import {
  asked,
  choices,
  fallText,
  givenRows,
  hintText,
  prompt,
  rateText,
  solution,
  verdictText,
} from "./practice_texts.js";

const MOST_CHOICES = 5;

/** A question with all that belongs to it. changed is called when it was answered or helped with, and next where it is
 *  left for the next one, which is null where there is none. @param {Practice} practice @param {() => void} changed
 *  @param {(() => void) | null} next */
export function questionElements(practice, changed, next) {
  const { question } = practice;
  if (!question) return [h("p", {}, t("There is nothing to ask here."))];
  const said = h("p", { class: "verdict", role: "status", "aria-live": "polite" }),
    help = h("div", { class: "help", "aria-live": "polite" });
  const act = (/** @type {() => void} */ action) => () => {
    action();
    changed();
    refresh();
  };
  const answer = answerElements(practice, act, next);
  const refresh = () => {
    const { verdict } = practice;
    said.dataset.kind = verdict?.kind ?? "";
    setText(said, verdict ? verdictText(practice, verdict) : "");
    answer.refresh();
    help.replaceChildren(...helpElements(practice));
    if (practice.stage || practice.revealed) help.lastElementChild?.scrollIntoView({ block: "nearest" });
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
    ...(question.kind === "falls" ? [] : [formula(inOneLine(asked(practice, question)))]),
    h("div", { class: "given" }, ...givenRows(practice, question).map((row) => h("p", { class: "note" }, row))),
    ...rate,
    ...answer.elements,
    said,
    ...(answer.onward ?? []),
    h("div", { class: "row" }, hint, reveal),
    help,
  ];
}

/** The field, and what may be chosen; when that is done, it leads on to the next question. @param {Practice} practice
 *  @param {(action: () => void) => () => void} act @param {(() => void) | null} next
 *  @returns {{elements: HTMLElement[], onward?: HTMLElement[], refresh: () => void}} */
function answerElements(practice, act, next) {
  const { question } = practice;
  if (question.kind === "falls") {
    const right = practice.right(question) === 1,
      onward = button(t("Next question"), () => next?.(), { hidden: true });
    const options = [true, false].map((yes) =>
      button(
        yes ? t("Yes, it falls") : t("No, it does not"),
        act(() => practice.choose(yes === right, null)),
      ),
    );
    const refresh = () => {
      for (const option of options) option.disabled = practice.done;
      onward.hidden = !practice.done || !next;
    };
    return { elements: [h("div", { class: "row choices" }, ...options)], onward: [onward], refresh };
  }
  const field = h("input", {
      type: "text",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-label": t("Your answer"),
      placeholder: t("a number or a formula"),
    }),
    check = h("button", { type: "submit", class: "check" });
  const form = h(
    "form",
    {
      class: "row answer",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (practice.done) next?.();
        else act(() => practice.answer(field.value))();
      },
    },
    field,
    check,
  );
  const refresh = () => {
    setText(check, practice.done && next ? t("Next question") : t("Check"));
    check.disabled = practice.done && !next;
  };
  const offered = choices(practice, MOST_CHOICES).map(({ text, slip }) =>
    button(
      text,
      act(() => practice.choose(slip === null, slip)),
    ),
  );
  if (!offered.length) return { elements: [form], refresh };
  const label = h("span", { class: "note" }, t("or choose")),
    row = h("div", { class: "row choices", role: "group", "aria-label": t("Or choose") }, label, ...offered);
  return { elements: [form, row], refresh };
}

/** Hints that were asked for, and the solution. @param {Practice} practice */
function helpElements(practice) {
  const hints = Array.from({ length: Math.min(practice.stage, STAGES) }, (_, i) =>
    h(
      "div",
      { class: "hint" },
      h("p", {}, `${i + 1}. ${hintText(practice, i + 1)}`),
      ...(i === 1 ? functionsOf(practice) : []),
    ),
  );
  if (!practice.done || practice.question.kind === "falls") {
    return [...hints, ...(practice.revealed ? [h("p", {}, fallText(practice))] : [])];
  }
  return [...hints, formula(inColumns(solution(practice)))];
}

/** The functions that a question is about, written out, and their slopes where these are asked for.
 *  @param {Practice} practice */
function functionsOf({ graph, question: { kind, node, terms } }) {
  const slopes = terms.flat().filter((part) => part.kind === "partial"),
    nodes = kind === "value" ? [node] : slopes.map((part) => part.node),
    signatures = nodes.filter((one) => graph.signatureOf(one).called).map((one) => Number(graph.signatures[one])),
    { functions, of } = graph.data.legend;
  const used = new Set(signatures.flatMap((signature) => of[signature]));
  return [...used].map((i) => explained(functions[i], kind === "value"));
}
