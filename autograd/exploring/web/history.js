/** @import { Aspect } from "./notifier.js" */
/** @import { State } from "./state.js" */
/** @import { View } from "./views.js" */
import { written } from "./address.js";

const MOST = 500; // entries

/** A state to come back to, and what tells it from others. @typedef {{view: View, text: string}} Entry */

/** What was done, so that it can be undone and done again. A slider that is dragged, a number that is typed, steps one
 *  after another, and learning make one entry each. */
export class History {
  /** @param {State} state @param {HTMLElement} body where controls are */
  constructor(state, body) {
    this.state = state;
    /** @type {Entry[]} */
    this.entries = [this.entry()];
    this.at = 0;
    /** What the last entry came from, which may go on with it. @type {unknown} */
    this.source = null;
    /** The control in which a number is being changed. @type {EventTarget | null} */
    this.control = null;
    this.restoring = false;
    const aspects = /** @type {Aspect[]} */ ([
      "numbers",
      "step",
      "selection",
      "boxes",
      "look",
      "tab",
      "learning",
      "playing",
    ]);
    state.subscribe(aspects, (changed) => this.record(changed));
    body.addEventListener("input", (event) => (this.control = event.target), true);
    for (const end of ["pointerdown", "focusout"]) body.addEventListener(end, () => this.leave(), true);
  }

  /** The page has opened: there is nothing to undo. */
  begin() {
    this.entries = [this.entry()];
    this.at = 0;
  }

  /** @returns {Entry} */
  entry() {
    const view = this.state.view(),
      text = written(this.state, { ...view, practice: null }); // what was answered cannot be undone
    return { view, text: `${text} ${view.taken}` };
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.entries.length - 1;
  }

  /** The control is left: what changes in it from now on is another entry. */
  leave() {
    if (this.source === this.control) this.source = null;
    this.control = null;
  }

  /** @param {Aspect[]} changed */
  record(changed) {
    if (this.restoring) return;
    const entry = this.entry(),
      source = this.sourceOf(changed);
    if (entry.text === this.entries[this.at].text) return;
    const goesOn = source !== null && source === this.source && this.at > 0;
    this.entries.splice(goesOn ? this.at : this.at + 1, Infinity, entry);
    if (this.entries.length > MOST) this.entries.shift();
    this.at = this.entries.length - 1;
    this.source = source;
    this.state.notify("history");
  }

  /** What a change came from, if it may be one of many. @param {Aspect[]} changed */
  sourceOf(changed) {
    const { descent } = this.state;
    if (descent.running) return descent.runs;
    return changed.every((aspect) => aspect === "step") ? "steps" : this.control;
  }

  undo() {
    if (this.canUndo) this.goTo(this.at - 1);
  }

  redo() {
    if (this.canRedo) this.goTo(this.at + 1);
  }

  /** @param {number} at */
  goTo(at) {
    this.at = at;
    this.source = null;
    this.restoring = true;
    this.state.restore({ ...this.entries[at].view, practice: this.state.view().practice });
    this.restoring = false;
    this.state.notify("history");
  }
}
