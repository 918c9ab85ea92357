/** @import { State } from "./state.js" */
import { button, choice, h, hasFocus, setText } from "./dom.js";
import { t, told } from "./language.js";
import { asText } from "./numbers.js";

const RATES = [0.01, 0.1, 1];

/** By which rule and which learning rate steps are taken. @param {State} state */
export function rateControl(state) {
  const { rules, digits } = state.data,
    disabled = state.locks("rate"),
    refusal = h("p", { class: "warning", role: "alert", hidden: true });
  const rate = rateField(t("Learning rate η"), (x) => {
    refusal.hidden = x !== null;
    setText(
      refusal,
      x === null
        ? t("η is a number above 0. Steps go on with {rate}.", { rate: asText(state.descent.rate, digits) })
        : "",
    );
    if (x !== null) state.setRate(x);
  });
  rate.disabled = disabled;
  const rule = choice(
    rules.map((_, i) => i),
    (i) => state.setRule(Number(i)),
    { "aria-label": t("Optimizer"), disabled },
    (i) => told(rules[Number(i)].name),
  );
  state.subscribe(["learning", "tab"], () => {
    const shows = hasFocus(rate) || !refusal.hidden || rate.valueAsNumber === state.descent.rate;
    if (!shows) rate.value = String(state.descent.rate);
    rule.value = String(state.descent.ruleIndex);
  });
  const set = (/** @type {number} */ x) => {
    refusal.hidden = true;
    rate.removeAttribute("aria-invalid");
    state.setRate(x);
  };
  const rates = RATES.map((x) => button(String(x), () => set(x), { disabled }));
  return h(
    "div",
    {},
    h(
      "div",
      { class: "row" },
      h("label", {}, "η ", rate),
      h("span", { class: "rates" }, ...rates),
      rules.length > 1 ? rule : null,
    ),
    refusal,
  );
}

/** A field for a learning rate, which is told null for what is none. @param {string} label
 *  @param {(rate: number | null) => void} take */
export function rateField(label, take) {
  const field = h("input", {
    type: "number",
    min: 0,
    step: "any",
    "aria-label": label,
    oninput: () => {
      const x = field.valueAsNumber,
        fits = x > 0 && Number.isFinite(x);
      field.setAttribute("aria-invalid", String(!fits));
      take(fits ? x : null);
    },
  });
  return field;
}
