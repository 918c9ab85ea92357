// Sentences: what is said of a step, and of a node.

/** @import { Moment } from "./passes.js" */
/** @import { State } from "./state.js" */
import { CUT } from "./constants.js";
import { asText, evaluation, handingOn } from "./equations.js";
import { t } from "./language.js";
import { asText as numberText } from "./numbers.js";

/** Names of roles, as a sentence has them. @returns {Record<string, string>} */
const roles = () => ({
  input: t("input"),
  leaf: t("input"),
  target: t("target"),
  parameter: t("parameter"),
  "pre-activation": t("weighted sum"),
  activation: t("activation"),
  operation: t("result"),
  loss: t("cost"),
  [CUT]: t("cut off"),
});

/** Of a step that hands gradients to inputs and targets alone, where these are left out. */
export const onlyData = () => t("It was made from inputs alone, and their gradients are left out.");

/** @param {string} role */
export const roleWord = (role) => roles()[role] ?? role;

/** @param {string} text @param {number} length */
export function shortened(text, length) {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** @param {Moment} now */
export function heading({ phase, node, graph, step, handed, passes: { count } }) {
  const name = node === null ? "" : graph.name(node);
  if (phase === "start") return t("Inputs and parameters are set");
  if (phase === "done") return t("Forward and backward are done");
  if (phase === "forward") return t("Forward {step} of {count}: {name} is computed", { step, count, name });
  if (phase === "seed") return t("Backward begins: the gradient of {name} is 1", { name });
  return t("Backward {step} of {count}: {name} hands its gradient on", { step: handed, count, name });
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
  return `${heading(now)}. ${shares.join("; ") || onlyData()}`;
}

/** What is to be said of an activation, if anything. @param {State} state @param {number} node */
export function remark({ graph, health }, node) {
  const condition = health.of(node);
  if (condition === "inactive") {
    return t(
      "inactive for this row: its slope is 0, so no gradient passes back, and the weights before it learn nothing from this row",
    );
  }
  if (condition === "dead") {
    return t("dead: its slope is 0 for every row, so no gradient passes back, and the weights before it learn nothing");
  }
  if (condition !== "saturated") return "";
  return t("saturated: its slope is only {slope}, so little gradient passes back", {
    slope: numberText(graph.partials[node][0], graph.data.digits),
  });
}

/** What a screen reader says of a node. @param {State} state @param {number} node */
export const description = (state, node) => [state.graph.name(node), ...saidOf(state, node, ["", ""])].join(", ");

/** The same for where a node is drawn: first its name and what is written under it, since who sees that calls it so,
 *  and then what is not. @param {State} state @param {number} node @param {string[]} written @param {[value: string, gradient: string]} numbers
 *  that are part of it */
export const descriptionOf = (state, node, written, numbers) =>
  [state.graph.name(node), ...written, ...saidOf(state, node, numbers)].join(", ");

/** @param {State} state @param {number} node @param {[value: string, gradient: string]} numbers that are said already */
function saidOf(state, node, [saidValue, saidGradient]) {
  const { graph, now, sight } = state,
    known = sight.knows(node),
    received = sight.received(node),
    [value, sum] = [graph.values, now.gradients].map((all) => numberText(all[node], graph.data.digits)),
    remarked = known && graph.edges[node].every((edge) => sight.shows(edge)) && remark(state, node);
  const gradient = {
    "": now.leavesOut(node) ? t("gradient left out") : t("gradient not computed"),
    part: t("gradient {number} so far", { number: sum }),
    all: saidGradient === sum ? "" : t("gradient {number}", { number: sum }),
  };
  const ofValue = !known ? t("value not computed") : saidValue === value ? "" : t("value {number}", { number: value });
  return [roleWord(graph.role(node)), ofValue, gradient[received], remarked].filter(Boolean);
}
