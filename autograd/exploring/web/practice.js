/** @import { Graph } from "./graph.js" */
/** @import { Question, Slip, Topic } from "./questions.js" */
/** @import { VerdictKind } from "./judging.js" */
import { OTHERS, RIGHT, TOPICS } from "./constants.js";
import { freshNumbers, nearby, randomNumbers } from "./fresh_numbers.js";
import { judge } from "./judging.js";
import { Names } from "./names.js";
import { Questions } from "./questions.js";
import { Unreadable, readAnswer } from "./reading.js";
import { Numbers, numbersAt } from "./terms.js";

/** @typedef {{kind: VerdictKind | "unreadable", text: string, slips: Slip[]}} Verdict */
/** Counts of a session. mistakes: by their index. @typedef {{right: number, first: number, hints: number, solved: number,
 *  mistakes: Map<number, number>}} Score */

export const STAGES = 3; // of hints

/** A session of practice: what is asked, what was answered, and the score. */
export class Practice {
  /** @param {Graph} graph @param {number} rate of learning */
  constructor(graph, rate) {
    this.graph = graph;
    this.rate = rate;
    this.questions = new Questions(graph);
    /** Made when an answer is read for the first time. @type {Names | null} */
    this.names = null;
    this.on = false;
    /** @type {Topic} */
    this.topic = /** @type {Topic} */ (TOPICS[0]);
    /** @type {Question[]} */
    this.list = [];
    this.index = 0;
    this.seed = 0;
    /** The numbers before they were last changed. @type {Numbers | null} */
    this.before = null;
    /** @type {Verdict | null} */
    this.verdict = null;
    this.stage = 0; // of the hint that is shown
    this.tries = 0;
    this.revealed = false;
    /** @type {Score} */
    this.score = { right: 0, first: 0, hints: 0, solved: 0, mistakes: new Map() };
  }

  /** Forget what was answered to the present question. */
  clear() {
    this.verdict = null;
    this.stage = 0;
    this.tries = 0;
    this.revealed = false;
  }

  get question() {
    return this.list[this.index];
  }

  /** The nodes that the present question is about. */
  get about() {
    if (!this.on || !this.question) return [];
    const { node, edge } = this.question;
    return edge ? [node, edge.by] : [node];
  }

  /** Whether the present question needs no answer any more. */
  get done() {
    return RIGHT.includes(this.verdict?.kind ?? "") || this.revealed;
  }

  /** Whether the partial on an edge was asked for. @param {import("./types.js").Edge} edge */
  hasAsked(edge) {
    const at = this.list.findIndex((question) => question.kind === "partial" && question.edge === edge);
    return at >= 0 && (at < this.index || (at === this.index && this.done));
  }

  /** Whether the gradient of a node is what is asked for. @param {number} node */
  hides(node) {
    return this.on && !this.done && this.question?.kind === "sum" && this.question.node === node;
  }

  /** @param {Topic} topic @param {number} [index] */
  start(topic, index = 0) {
    this.on = true;
    this.topic = topic;
    this.list = this.questions.about(topic);
    this.go(index);
  }

  /** Where the session is. @returns {import("./views.js").PracticeView} */
  get view() {
    const { topic, index, seed, shortScore } = this;
    return { topic, index, seed, score: /[1-9]/.test(shortScore) ? shortScore : "" };
  }

  /** Go on where a session was. @param {import("./views.js").PracticeView} view */
  resume({ topic, index, seed, score }) {
    this.takeScore(score);
    this.seed = seed;
    this.start(topic, index);
  }

  /** Go to a question, the first instead of what is beyond the last. @param {number} index */
  go(index) {
    this.index = index >= 0 && index < this.list.length ? index : 0;
    this.clear();
  }

  /** The step at which the present question is the next to be answered. @param {import("./passes.js").Passes} passes */
  step({ count, last, rank }) {
    if (!this.on || !this.question) return last;
    const at = Number(rank.get(this.question.node));
    if (this.topic === "forward") return at;
    if (this.topic === "gradient") return count + 1; // only the output has its gradient
    if (this.topic === "update") return last;
    const handed = this.question.kind === "sum" && Number.isNaN(at) ? count : count - 1 - at;
    return count + 1 + handed;
  }

  /** The numbers of the graph, and others at which formulas are compared. */
  points() {
    const random = randomNumbers(1),
      others = Array.from({ length: OTHERS }, () => numbersAt(this.graph, nearby(this.graph, random), this.rate));
    return [new Numbers(this.graph, this.rate), ...others];
  }

  /** The number that is right: 1 and 0 for yes and no. @param {Question} question */
  right(question) {
    if (question.kind !== "falls") return new Numbers(this.graph, this.rate).sum(question.terms);
    const [before, after] = this.fall(question);
    return Number(after < before);
  }

  /** The output before and after the step that a question is about. @param {Question} question */
  fall({ node, terms }) {
    const { graph, rate } = this,
      moved = new Map([[node, new Numbers(graph, rate).sum(terms)]]);
    return [graph.values[graph.output], numbersAt(graph, moved, rate).values[graph.output]];
  }

  /** Judge an answer, and keep the score. @param {string} text */
  answer(text) {
    if (this.done) return;
    const verdict = this.judged(text);
    this.verdict = verdict;
    if (verdict.kind === "unreadable" || verdict.kind === "asked") return;
    this.tries++;
    if (this.done) this.count();
    for (const { mistake } of verdict.slips.slice(0, 1)) {
      this.score.mistakes.set(mistake, (this.score.mistakes.get(mistake) ?? 0) + 1);
    }
  }

  count() {
    this.score.right++;
    if (this.tries === 1 && !this.stage) this.score.first++;
  }

  /** @param {string} text @returns {Verdict} */
  judged(text) {
    const { question } = this;
    try {
      const before = this.before && {
        mistake: this.questions.data.before,
        terms: question.terms,
        about: null,
        multiplied: false,
        numbers: this.before,
      };
      const [kind, slips] = judge(
        question,
        readAnswer(text, (this.names ??= new Names(this.graph))),
        this.questions.slips(question),
        this.points(),
        before,
      );
      return { kind, text: "", slips };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return { kind: "unreadable", text: error.message, slips: [] };
    }
  }

  /** Take a formula that was offered, or yes or no. @param {boolean} right @param {Slip | null} slip */
  choose(right, slip) {
    if (this.done) return;
    this.tries++;
    this.verdict = { kind: right ? "right" : slip ? "mistake" : "wrong", text: "", slips: slip ? [slip] : [] };
    if (right) this.count();
    if (slip) this.score.mistakes.set(slip.mistake, (this.score.mistakes.get(slip.mistake) ?? 0) + 1);
  }

  /** Show the next hint. */
  hint() {
    if (this.stage >= STAGES) return;
    this.stage++;
    this.score.hints++;
  }

  /** Show the solution. */
  reveal() {
    if (this.done) return;
    this.revealed = true;
    this.score.solved++;
  }

  /** The score in few characters, for the address: right, at the first try, hints, solutions, then mistakes. */
  get shortScore() {
    const { right, first, hints, solved, mistakes } = this.score;
    return [right, first, hints, solved, ...[...mistakes].map((pair) => pair.join("x"))].join(".");
  }

  /** @param {string} text as `shortScore` has it */
  takeScore(text) {
    const [right, first, hints, solved, ...mistakes] = text.split(".");
    const count = (/** @type {string | undefined} */ x) => (/^\d{1,6}$/.test(x ?? "") ? Number(x) : 0);
    this.score = {
      right: count(right),
      first: count(first),
      hints: count(hints),
      solved: count(solved),
      mistakes: new Map(),
    };
    for (const [mistake, times] of mistakes.map((pair) => pair.split("x"))) {
      if (count(mistake) < this.questions.data.mistakes.length) this.score.mistakes.set(count(mistake), count(times));
    }
  }

  /** Fresh numbers for the leaves, at which typical mistakes give different results. */
  freshLeaves() {
    this.before = new Numbers(this.graph, this.rate);
    this.seed++;
    /** @type {[Question, Slip[]][]} */
    const asked = this.list.map((question) => [question, this.questions.slips(question)]);
    return freshNumbers(this.graph, asked, this.seed, this.rate);
  }
}
