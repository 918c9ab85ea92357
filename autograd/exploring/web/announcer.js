/** @import { State } from "./state.js" */
import { verdictOn } from "./cost_history.js";
import { h } from "./dom.js";
import { tn } from "./language.js";
import { asText } from "./numbers.js";
import { description, heading, spoken } from "./words.js";

/** What a screen reader is told of changes, without being asked. */
export class Announcer {
  /** @param {State} state */
  constructor(state) {
    this.element = h("div", { class: "only-heard", "aria-live": "polite", role: "status" });
    state.subscribe(
      ["step"],
      (changed) => changed.includes("step") && this.say((state.sight.asked ? heading : spoken)(state.now)),
    );
    state.subscribe(["selection"], () => {
      if (state.selected !== null) this.say(description(state, state.selected));
    });
    state.subscribe(["learned"], (changed) => changed.includes("learned") && this.say(outcome(state)));
  }

  /** @param {string} text */
  say(text) {
    this.element.textContent = text;
  }
}

/** @param {State} state */
function outcome({ descent, graph }) {
  const cost = asText(descent.assess().cost, graph.data.digits);
  return (
    verdictOn(descent) ||
    tn("Cost {cost} after {count} step.", "Cost {cost} after {count} steps.", descent.costs.length, { cost })
  );
}
