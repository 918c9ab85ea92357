/** @import { Graph } from "./graph.js" */
/** @import { SceneData, TourData } from "./types.js" */
import { Practice } from "./practice.js";

/** A guided tour: which scene is shown, and what was answered in each. */
export class Tour {
  /** @param {Graph} graph @param {TourData | undefined} data @param {number} rate of learning */
  constructor(graph, data, rate) {
    /** @type {SceneData[]} */
    this.scenes = data ?? [];
    this.on = this.scenes.length > 0;
    this.index = 0;
    /** The choice that was made in a scene. @type {Map<number, number>} */
    this.chosen = new Map();
    /** The questions of scenes that ask for a number or a formula. @type {Map<number, Practice>} */
    this.asked = new Map();
    this.scenes.forEach(({ question }, i) => {
      if (!question || "choices" in question) return;
      const practice = new Practice(graph, rate),
        { questions } = practice;
      const made = {
        gradient: questions.gradient,
        value: questions.value,
        update: (/** @type {number} */ node) => questions.update(node)[0],
      };
      practice.list = [made[question.about].call(questions, question.node)];
      this.asked.set(i, practice);
    });
  }

  /** Whether the scene asks for what panels beside it would tell. */
  get asking() {
    const practice = this.on && this.asked.get(this.index);
    return Boolean(practice) && !(/** @type {Practice} */ (practice).done);
  }

  get scene() {
    return this.scenes[this.index];
  }

  /** Go on with a scene, or end the tour; whether that changes anything. @param {number | null} index */
  restore(index) {
    const before = this.on ? this.index : null;
    this.on = index !== null;
    if (index !== null) this.go(index);
    return before !== (this.on ? this.index : null);
  }

  /** A scene, the first or last instead of what is beyond. @param {number} index */
  go(index) {
    this.on = this.scenes.length > 0;
    this.index = Math.max(0, Math.min(this.scenes.length - 1, index));
  }
}
