// Answers judged: right, or which mistake fits. A number is right to three significant digits, a formula where it gives
// the right number at the numbers of the graph and at others.

/** @import { Answer } from "./reading.js" */
/** @import { Question, Slip } from "./questions.js" */
/** @import { Numbers, Part } from "./terms.js" */
import { DIGITS_OF_ANSWERS, EXACT_FORMULAS, MOST_NAMED } from "./constants.js";
import { pairsOf } from "./questions.js";
import { gradientOf, keyOf, partialOf, valueOf } from "./terms.js";

/** @typedef {"right" | "rounding" | "mistake" | "both" | "here" | "wrong" | "asked"} VerdictKind */

/** Whether two numbers differ by at most so many units of the last digit that counts.
 *  @param {number} answer @param {number} right @param {number} units */
export function within(answer, right, units) {
  if (!Number.isFinite(answer) || !Number.isFinite(right)) return answer === right;
  if (right === 0) return Math.abs(answer) <= EXACT_FORMULAS;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(right))) - DIGITS_OF_ANSWERS + 1);
  return Math.abs(answer - right) <= units * unit * (1 + 1e-6);
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
  const { isNumber } = answer,
    defined = points.filter((numbers) => Number.isFinite(numbers.sum(question.terms))),
    used = isNumber || !defined.length ? points.slice(0, 1) : defined,
    given = used.map((numbers) => answer.formula(numbers)),
    right = used.map((numbers) => numbers.sum(question.terms));
  const isRight = isNumber ? within(given[0], right[0], 0.5) : given.every((x, i) => same(x, right[i]));
  if (isRight) return ["right", []];
  const possible = slips
    .map((slip) => ({ slip, results: used.map((numbers) => numbers.sum(slip.terms, slip.multiplied)) }))
    .filter(({ results }) => !results.every((x, i) => same(x, right[i])));
  if (before && isNumber) possible.push({ slip: before, results: [before.numbers.sum(question.terms)] });
  // 1.5 units: rounded on the way
  for (const units of [0.5, 1.5]) {
    const fits = (/** @type {number[]} */ results) =>
      isNumber ? within(given[0], results[0], units) : results.every((x, i) => same(x, given[i]));
    const fitting = possible.filter(({ results }) => fits(results));
    if (fitting.length) return ["mistake", named(fitting, given[0])];
    if (isNumber && within(given[0], right[0], units < 1 ? 1 : 3)) return ["rounding", []];
  }
  if (!isNumber) {
    if (within(given[0], right[0], 0.5)) return ["here", []];
    for (const { both, terms } of pairsOf(slips)) {
      if (used.every((numbers, i) => same(given[i], numbers.sum(terms)))) return ["both", both];
    }
  }
  return [isNumber && tooShort(given[0], right[0]) ? "rounding" : "wrong", []];
}

/** Those that fit best, each mistake once. @param {{slip: Slip, results: number[]}[]} fitting @param {number} given */
function named(fitting, given) {
  /** @type {Map<number, Slip>} */
  const found = new Map();
  const far = (/** @type {{results: number[]}} */ one) => Math.abs(one.results[0] - given);
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
