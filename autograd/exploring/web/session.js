// A session of practice on the page: it begins, asks one question after another, goes on where it was, ends.

/** @import { Aspect } from "./notifier.js" */
/** @import { Topic } from "./questions.js" */
/** @import { State } from "./state.js" */
/** @import { PracticeView } from "./views.js" */
import { LEVELS } from "./constants.js";

/** Begin practice on a topic, or end it. @param {State} state @param {boolean} on @param {Topic} [topic] */
export function practise(state, on, topic = state.practice.topic) {
  const { practice } = state;
  state.play(false);
  practice.rate = state.descent.rate;
  if (on) {
    practice.start(topic);
    state.point(null); // what was selected is not what is asked about
    state.tour.on = false;
  } else practice.on = false;
  ask(state, 0);
  state.notify("selection", "tour");
}

/** Ask a question: the picture goes to where it is the next to be answered. @param {State} state @param {number} index */
export function ask(state, index) {
  state.practice.go(index);
  goToQuestion(state);
  /** @type {Aspect[]} */
  const opened = openAroundQuestion(state) ? ["boxes"] : [];
  state.notify("practice", "step", ...opened);
}

/** Ask about other numbers. @param {State} state */
export function takeFreshNumbers(state) {
  for (const [leaf, value] of state.practice.freshLeaves()) state.graph.values[leaf] = value;
  state.practice.clear();
  state.recompute("practice");
}

/** Go on with a session, or end it, telling nobody; whether that changed anything. @param {State} state
 *  @param {PracticeView | null} view */
export function practiceRestored(state, view) {
  const { practice } = state,
    now = practice.on ? practice.view : null;
  if (JSON.stringify(view) === JSON.stringify(now)) {
    if (practice.on) goToQuestion(state);
    return false;
  }
  practice.on = view !== null;
  if (view) {
    practice.rate = state.descent.rate;
    practice.resume(view);
    goToQuestion(state);
    openAroundQuestion(state);
  }
  return true;
}

/** @param {State} state */
function goToQuestion(state) {
  state.now = state.passes.at(state.practice.step(state.passes));
}

/** Show what is asked about, and weighted sums at least; whether anything hid it. @param {State} state */
function openAroundQuestion(state) {
  const { practice } = state,
    hidden = practice.on && state.level === LEVELS[0];
  if (hidden) state.level = LEVELS[1];
  return practice.about.filter((node) => state.openAround(node)).length > 0 || hidden;
}
