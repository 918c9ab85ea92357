/** @import { Practice } from "./practice.js" */
/** @import { State } from "./state.js" */
import { verdictOn } from "./cost_history.js";
import { h } from "./dom.js";
import { tn, told } from "./language.js";
import { asText } from "./numbers.js";
import { givenRows, prompt } from "./practice_texts.js";
import { description, heading, spoken } from "./words.js";

/** What a screen reader is told of changes, without being asked. */
export class Announcer {
  /** @param {State} state */
  constructor(state) {
    this.element = h("div", { class: "only-heard", "aria-live": "polite", role: "status" });
    let before = asked(state);
    state.subscribe(["step", "practice", "tour"], (changed) => {
      const now = asked(state);
      if (now && now !== before) this.say(now);
      else if (changed.includes("step")) this.say((state.sight.asked ? heading : spoken)(state.now));
      before = now;
    });
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

/** What a scene says and what is asked, if anything is. @param {State} state */
function asked({ practice, tour }) {
  if (!tour.on) return practice.on && practice.question ? inFull(practice) : "";
  const { scene, index } = tour,
    own = tour.practices.get(index),
    question = scene.question && "choices" in scene.question ? told(scene.question.ask) : own ? inFull(own) : "";
  return [...scene.text.map(told), question].join(" ");
}

/** @param {Practice} practice */
const inFull = (practice) => [prompt(practice, practice.question), ...givenRows(practice, practice.question)].join(" ");

/** @param {State} state */
function outcome({ descent, graph }) {
  const cost = asText(descent.assess().cost, graph.data.digits);
  return (
    verdictOn(descent) ||
    tn("Cost {cost} after {count} step.", "Cost {cost} after {count} steps.", descent.costs.length, { cost })
  );
}
