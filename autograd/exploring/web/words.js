// Sentences: what is said of a step, and of a node.

/** @import { Moment } from "./passes.js" */
/** @import { State } from "./state.js" */
/** @import { Graph } from "./graph.js" */
import { asText, evaluation, handingOn } from "./equations.js";
import { asText as numberText } from "./numbers.js";

/** Names of roles, as a sentence has them. @type {Record<string, string>} */
const ROLES = { leaf: "input", operation: "result", loss: "cost", "pre-activation": "weighted sum" };

/** Of a step that hands gradients to inputs and targets alone, where these are left out. */
export const ONLY_DATA = "It was made from inputs alone, and their gradients are left out.";

/** Below this part of its steepest slope an activation is saturated. */
const SATURATED = 0.05;

/** @param {string} role */
export const roleWord = (role) => ROLES[role] ?? role;

/** @param {string} text @param {number} length */
export function shortened(text, length) {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** @param {Moment} now */
export function heading({ phase, node, graph, step, handed, passes: { count } }) {
  const name = node === null ? "" : graph.name(node);
  if (phase === "start") return "The leaves have their numbers";
  if (phase === "done") return "Forward and backward are done";
  if (phase === "forward") return `Forward ${step} of ${count}: ${name} is computed`;
  if (phase === "seed") return `Backward begins: the gradient of ${name} is 1`;
  return `Backward ${handed} of ${count}: ${name} hands its gradient on`;
}

/** All that a screen reader says of a step. @param {Moment} now */
export function spoken(now) {
  const { phase, node, graph } = now;
  if (phase === "forward") {
    return `${heading(now)}. ${asText(evaluation(graph, Number(node), "text")).replace(/\s*\n\s*/g, " ")}`;
  }
  if (phase !== "backward") return heading(now);
  const shares = handingOn(now, "text").map(({ left, lines, soFar }) =>
    [left, ...lines.map(({ sign, text }) => `${sign} ${text}`), soFar].join(" "),
  );
  return `${heading(now)}. ${shares.join("; ") || ONLY_DATA}`;
}

/** What is wrong with an activation. @param {Graph} graph @param {number} node */
export function warning(graph, node) {
  if (graph.isLeaf(node)) return "";
  const { steepest, dies } = graph.signatureOf(node),
    slope = graph.partials[node][0];
  if (dies && slope === 0) {
    return "dead for these numbers: its slope is 0, so no gradient passes back, and the weights before it do not learn";
  }
  if (!steepest || Math.abs(slope) >= SATURATED * steepest) return "";
  const number = numberText(slope, graph.data.digits);
  return `saturated: its slope is only ${number}, so little gradient passes back`;
}

/** What a screen reader says of a node. @param {State} state @param {number} node */
export function description(state, node) {
  const { graph, now } = state,
    number = (/** @type {number} */ x) => numberText(x, graph.data.digits),
    known = now.knows(node),
    received = state.received(node),
    warned = known && warning(graph, node);
  const value = known ? number(graph.values[node]) : "not computed";
  const none = now.leavesOut(node) ? "left out" : "not computed",
    gradient = received ? number(now.gradients[node]) + (received === "part" ? " so far" : "") : none;
  const parts = [graph.name(node), roleWord(graph.role(node)), `value ${value}`, `gradient ${gradient}`];
  return [...parts, ...(warned ? [warned] : [])].join(", ");
}
