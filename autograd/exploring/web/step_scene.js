// The next step as a scene: what moves each weight, and a guess before it is taken.

/** @import { State } from "./state.js" */
/** @import { Proposal } from "./descent.js" */
import { button, h, setText } from "./dom.js";
import { t, told as spoken } from "./language.js";
import { asText, fitted } from "./numbers.js";
import { shortened } from "./words.js";

const MOST = 12, // weights that are listed
  ROOM = 9, // characters of their numbers
  LONGEST = 10; // and of their names

/** @param {State} state @returns {{element: HTMLElement, update: () => void}} */
export function stepScene(state) {
  const { graph, descent } = state,
    cost = graph.name(graph.output),
    formula = h("div", { class: "rule" }),
    words = h("p", { class: "note" }),
    table = h("table", { class: "moves" }),
    rest = h("p", { class: "note" }),
    told = h("p", { class: "told", role: "status" });
  let toldAfter = 0; // so many steps
  /** @param {boolean} falls */
  const guess = async (falls) => {
    const foreseen = descent.foreseen();
    await state.learn(1);
    toldAfter = descent.costs.length;
    setText(told, descent.stopped ? "" : answer(state, falls, foreseen));
  };
  const question = h(
    "div",
    { class: "row" },
    h(
      "span",
      {},
      descent.data
        ? t("Will {name} fall by this step, in the mean over its rows?", { name: cost })
        : t("Will {name} fall by this step?", { name: cost }),
    ),
    button(t("It falls"), () => void guess(true)),
    button(t("It rises"), () => void guess(false)),
  );
  const update = () => {
    const rule = state.data.rules[descent.ruleIndex];
    formula.innerHTML = rule.formulas.map((text) => `<math display="block">${text}</math>`).join("");
    setText(words, spoken(rule.words));
    const proposal = descent.withoutTrace(() => descent.proposal());
    const shown = largest(proposal, state);
    table.replaceChildren(head(state), ...shown.map((i) => row(state, proposal, i)));
    const more = graph.parameters.length - shown.length;
    setText(rest, more > 0 ? t("and {count} more, which move less", { count: more }) : "");
    if (descent.costs.length !== toldAfter) setText(told, "");
  };
  return { element: h("section", {}, formula, words, table, rest, question, told), update };
}

/** Which parameters are listed: those that move farthest, in their order. @param {Proposal} proposal @param {State} state */
function largest({ next }, { graph: { parameters, values } }) {
  const far = (/** @type {number} */ i) => Math.abs(next[i] - values[parameters[i]]),
    order = parameters.map((_, i) => i);
  return order.length <= MOST
    ? order
    : order
        .sort((i, k) => far(k) - far(i))
        .slice(0, MOST)
        .sort((i, k) => i - k);
}

/** @param {State} state */
function head({ graph, descent }) {
  const plain = descent.told[descent.ruleIndex].plain,
    slope = `∂${graph.name(graph.output)}/∂w`,
    heads = ["", "w", slope, plain ? `−η · ${slope}` : t("step"), t("new w")];
  return h("thead", {}, h("tr", {}, ...heads.map((text) => (text ? h("th", { scope: "col" }, text) : h("td")))));
}

/** @param {State} state @param {Proposal} proposal @param {number} i which parameter */
function row(state, { gradients, next }, i) {
  const { graph, descent } = state,
    p = graph.parameters[i],
    name = graph.name(p),
    w = graph.values[p];
  const look = button(
    shortened(name, LONGEST),
    () => state.lookAlong([p, descent.along[p === descent.along[1] ? 0 : 1]]),
    {
      class: "link",
      "aria-label": t("Look along {name}", { name }),
      "aria-pressed": String(p === descent.along[0]),
    },
  );
  const cells = [w, gradients[p], next[i] - w, next[i]].map((x) => h("td", {}, fitted(x, ROOM, graph.data.digits)));
  return h("tr", { class: p === descent.along[0] ? "current" : "" }, h("th", { scope: "row" }, look), ...cells);
}

/** What became of a guess. @param {State} state @param {boolean} falls
 *  @param {ReturnType<import("./descent.js").Descent["foreseen"]>} foreseen */
export function answer({ graph }, falls, { proposal, after, straight }) {
  const number = (/** @type {number} */ x) => asText(x, graph.data.digits),
    name = graph.name(graph.output),
    { cost } = proposal;
  const values = { name, from: number(cost), to: number(after), straight: number(straight) };
  if (after === cost) {
    return t("No: {name} stays at {from}. There is no gradient left that would move it.", values);
  }
  const right = after < cost === falls,
    verdict =
      after < cost
        ? right
          ? t("Right: {name} falls, from {from} to {to}.", values)
          : t("No: {name} falls, from {from} to {to}.", values)
        : right
          ? t("Right: {name} rises, from {from} to {to}.", values)
          : t("No: {name} rises, from {from} to {to}.", values);
  const why =
    straight >= cost
      ? t("This step does not follow the slope alone, by which it would come to {straight}.", values)
      : after > cost
        ? t("Its slope promised {straight}, but so long a step goes beyond the valley: η is too large here.", values)
        : t("Had it gone on falling as steeply as it began, it would have come to {straight}.", values);
  return `${verdict} ${why}`;
}
