/** @import { Graph } from "./graph.js" */
/** @import { About, SceneData, TourData } from "./types.js" */
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
    this.practices = new Map();
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
      this.practices.set(i, practice);
    });
  }

  get scene() {
    return this.scenes[this.index];
  }

  /** What the scene's question is about, while that is open. @returns {About | null} */
  get asked() {
    const question = this.on ? this.scene.question : undefined;
    return question?.about === undefined || this.answered ? null : /** @type {About} */ (question);
  }

  /** Whether the scene's question needs no answer any more. */
  get answered() {
    const { question } = this.scene;
    if (question && "choices" in question) return this.chosen.get(this.index) === question.right;
    return this.practices.get(this.index)?.done ?? true;
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
