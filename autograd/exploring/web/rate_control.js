/** @import { State } from "./state.js" */
import { button, choice, h, setText } from "./dom.js";
import { t, told } from "./language.js";
import { numberField } from "./number_field.js";
import { asText, localized } from "./numbers.js";

const RATES = [0.01, 0.1, 1];

/** By which rule and which learning rate steps are taken. @param {State} state */
export function rateControl(state) {
  const { rules, digits } = state.data,
    disabled = state.locks("rate"),
    refusal = h("p", { class: "warning", role: "alert", hidden: true });
  const rate = rateField(
    t("Learning rate η"),
    (x) => {
      refusal.hidden = x !== null;
      setText(
        refusal,
        x === null
          ? t("η is a number above 0. Steps go on with {rate}.", { rate: asText(state.descent.rate, digits) })
          : "",
      );
      if (x !== null) state.setRate(x);
    },
    disabled,
  );
  const rule = choice(
    rules.map((_, i) => i),
    (i) => state.setRule(Number(i)),
    { "aria-label": t("Optimizer"), disabled },
    (i) => told(rules[Number(i)].name),
  );
  state.subscribe(["learning", "tab"], () => {
    if (refusal.hidden) rate.show(state.descent.rate);
    rule.value = String(state.descent.ruleIndex);
  });
  const set = (/** @type {number} */ x) => {
    refusal.hidden = true;
    state.setRate(x);
  };
  const rates = RATES.map((x) => button(localized(String(x)), () => set(x), { disabled }));
  return h(
    "div",
    {},
    h(
      "div",
      { class: "row" },
      h("label", {}, "η ", rate.element),
      h("span", { class: "rates" }, ...rates),
      rules.length > 1 ? rule : null,
    ),
    refusal,
  );
}

/** A field for a learning rate, which is told null for what is none. @param {string} label
 *  @param {(rate: number | null) => void} take @param {boolean} [disabled] */
export const rateField = (label, take, disabled = false) =>
  numberField({ "aria-label": label, disabled }, { step: 0.01, accepts: (x) => x > 0 }, take);
