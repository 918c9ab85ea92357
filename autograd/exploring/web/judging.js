// Answers judged: right, or which mistake fits. A number is right to three significant digits, or as far as numbers lead
// that are rounded on the way; after a step it has to show the step, too, to one digit at least. A formula where it gives the right number at the numbers of the graph and at others.

/** @import { Answer } from "./reading.js" */
/** @import { Question, Slip } from "./questions.js" */
/** @import { Numbers, Part } from "./terms.js" */
import { DIGITS_OF_ANSWERS, EXACT_FORMULAS, MOST_NAMED, MOST_OFF, MOST_ROUNDED } from "./constants.js";
import { pairsOf } from "./questions.js";
import { Rounding, unitOf } from "./rounding.js";
import { gradientOf, keyOf, partialOf, valueOf } from "./terms.js";

/** @typedef {"right" | "shown" | "rounding" | "coarse" | "mistake" | "both" | "here" | "wrong" | "asked"} VerdictKind */

/** Whether two numbers differ by at most so many units of the last digit that counts, or of a finer one.
 *  @param {number} answer @param {number} right @param {number} units */
export function within(answer, right, units, finest = Infinity) {
  if (!Number.isFinite(answer) || !Number.isFinite(right)) return answer === right;
  if (right === 0) return Math.abs(answer) <= EXACT_FORMULAS;
  return Math.abs(answer - right) <= units * Math.min(unitOf(right), finest) * (1 + 1e-6);
}

/** @param {number} x @param {number} y */
export function same(x, y) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return x === y;
  return (
    x === y || Math.abs(x - y) <= Math.max(EXACT_FORMULAS * Math.max(Math.abs(x), Math.abs(y)), EXACT_FORMULAS * 1e-3)
  );
}

/** What an answer must not mention, as it is what is asked for. @param {Question} question @returns {Part | null} */
function askedFor({ kind, node, edge }) {
  if (kind === "value") return valueOf(node);
  if (kind === "partial" && edge) return partialOf(edge.of, edge.k);
  return kind === "update" ? null : gradientOf(edge ? edge.by : node);
}

/** The kind of verdict, and the mistakes that fit. points: the numbers of the graph, and others for formulas; before:
 *  those before the last change. @param {Question} question @param {Answer} answer @param {Slip[]} slips
 *  @param {Numbers[]} points @param {Slip & {numbers: Numbers} | null} before @returns {[VerdictKind, Slip[]]} */
export function judge(question, answer, slips, points, before) {
  const asked = askedFor(question);
  if (asked && answer.mentioned.has(keyOf(asked))) return ["asked", []];
  if (answer.isNumber) return judgeNumber(question, answer.formula(points[0]), slips, points[0], before);
  const defined = points.filter((numbers) => Number.isFinite(numbers.sum(question.terms))),
    used = defined.length ? defined : points.slice(0, 1);
  return judgeFormula(
    question,
    used.map((numbers) => answer.formula(numbers)),
    slips,
    used,
  );
}

/** A mistake, and what it gives at each of some numbers. @typedef {{slip: Slip, results: number[]}} Candidate */

/** The mistakes that give something else than what is right. @param {Question} question @param {Slip[]} slips
 *  @param {Numbers[]} points @returns {Candidate[]} */
function candidates({ terms }, slips, points) {
  const right = points.map((numbers) => numbers.sum(terms));
  return slips
    .map((slip) => {
      const results = points.map((numbers) => numbers.sum(slip.terms, slip.multiplied));
      return { slip, results };
    })
    .filter(({ results }) => !results.every((x, i) => same(x, right[i])));
}

/** The unit of the first digit of a step, where one is taken. @param {Question} question @param {Numbers} numbers */
function finestOf({ kind, terms }, numbers) {
  const step = kind === "update" ? Math.abs(numbers.sum(terms.slice(1))) : 0;
  return step && Number.isFinite(step) ? 10 ** Math.floor(Math.log10(step)) : Infinity;
}

/** @param {Question} question @param {number} given @param {Slip[]} slips @param {Numbers} numbers
 *  @param {Slip & {numbers: Numbers} | null} before @returns {[VerdictKind, Slip[]]} */
function judgeNumber(question, given, slips, numbers, before) {
  const right = numbers.sum(question.terms),
    finest = finestOf(question, numbers),
    is = (/** @type {number} */ result, /** @type {number} */ units) => within(given, result, units, finest);
  if (is(right, 0.5)) return ["right", []];
  /** @type {VerdictKind} */
  const nearly = within(given, right, 0.5) ? "coarse" : "rounding";
  const asked = question.kind === "value" ? question.node : null,
    rounding = new Rounding(numbers, asked),
    possible = candidates(question, slips, [numbers]),
    asRounded = possible.filter(({ slip, results }) => comesOf(given, results[0], slip, rounding, finest)),
    near = comesOf(given, right, { terms: question.terms, multiplied: false }, rounding, finest);
  if (before) {
    const one = { slip: before, results: [before.numbers.sum(question.terms)] };
    possible.push(one);
    if (comesOf(given, one.results[0], before, new Rounding(before.numbers, asked), finest)) asRounded.push(one);
  }
  if (near && !asRounded.length && Math.abs(given - right) <= MOST_OFF * Math.abs(right)) return ["shown", []];
  for (const [units, isNear] of /** @type {[number, boolean][]} */ ([
    [0.5, near || is(right, 1)],
    [1.5, is(right, 3)],
  ])) {
    const fitting = possible.filter(({ results }) => is(results[0], units));
    if (fitting.length) return ["mistake", named(fitting, given)];
    if (isNear) return [nearly, []];
  }
  if (asRounded.length) return ["mistake", named(asRounded, given)];
  return [nearly === "coarse" || tooShort(given, right) ? nearly : "wrong", []];
}

/** @param {Question} question @param {number[]} given @param {Slip[]} slips @param {Numbers[]} points
 *  @returns {[VerdictKind, Slip[]]} */
function judgeFormula(question, given, slips, points) {
  const right = points.map((numbers) => numbers.sum(question.terms)),
    isGiven = (/** @type {number[]} */ results) => results.every((x, i) => same(x, given[i]));
  if (isGiven(right)) return ["right", []];
  const fitting = candidates(question, slips, points).filter(({ results }) => isGiven(results));
  if (fitting.length) return ["mistake", named(fitting, given[0])];
  if (within(given[0], right[0], 0.5)) return ["here", []];
  for (const { both, terms } of pairsOf(slips)) {
    if (isGiven(points.map((numbers) => numbers.sum(terms)))) return ["both", both];
  }
  return ["wrong", []];
}

/** Whether a question or a mistake, which has this result, gives the answer where numbers are rounded on the way.
 *  @param {number} given @param {number} result @param {{terms: Part[][], multiplied: boolean}} of
 *  @param {Rounding} rounding @param {number} finest */
function comesOf(given, result, { terms, multiplied }, rounding, finest) {
  const off = Math.abs(given - result);
  if (!Number.isFinite(result) || !result || !(off <= MOST_ROUNDED * Math.abs(result))) return false;
  return off <= Math.min(rounding.spread(terms, multiplied) + unitOf(result) / 2, finest / 2);
}

/** Those that fit best, each mistake once. @param {{slip: Slip, results: number[]}[]} fitting @param {number} given */
function named(fitting, given) {
  /** @type {Map<number, Slip>} */
  const found = new Map();
  // equal ones by the list, whatever the last digits of their floats
  const far = (/** @type {{results: number[]}} */ one) => Math.abs(Number(one.results[0].toPrecision(9)) - given);
  for (const { slip } of [...fitting].sort((a, b) => far(a) - far(b))) {
    if (!found.has(slip.mistake)) found.set(slip.mistake, slip);
  }
  return [...found.values()].slice(0, MOST_NAMED);
}

/** Whether it is what is right, rounded to fewer digits than are asked for. @param {number} given @param {number} right */
function tooShort(given, right) {
  if (!given || !Number.isFinite(right)) return false;
  for (let digits = 1; digits < DIGITS_OF_ANSWERS; digits++)
    if (same(given, Number(right.toPrecision(digits)))) return true;
  return false;
}
