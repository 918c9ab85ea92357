/** @import { Edge, Equation, Form } from "./types.js" */
/** @import { Graph } from "./graph.js" */
/** @import { State } from "./state.js" */
/** @import { TakeAway } from "./take_away.js" */
/** @import { Part } from "./tangent.js" */
import { checkPanel } from "./check_panel.js";
import { CUT, MAX_PATHS } from "./constants.js";
import { button, choice, h, setText, signButton } from "./dom.js";
import { asLatex, derivation, evaluation, partialText } from "./equations.js";
import { formula, inColumns } from "./formula.js";
import { language, t } from "./language.js";
import { leafControl } from "./leaf_control.js";
import { asText } from "./numbers.js";
import { link, pathCount } from "./paths.js";
import { activationCurve, curveOf, outputAlong } from "./tangent.js";
import { Typesetter } from "./typesetter.js";
import { remark, roleWord } from "./words.js";

const MOST_EDGES = 4; // of a list that is open at first

/** The page on the selected node. @param {State} state @param {TakeAway} takeAway */
export function selectionPanel(state, takeAway) {
  const page = h("div", { class: "selected" });
  /** @type {Part[]} */
  let parts = [];
  state.subscribe(["selection"], () => {
    parts = state.selected === null ? [] : partsOf(state, state.selected, takeAway);
    page.replaceChildren(...(state.selected === null ? invitation(state) : parts.map(({ element }) => element)));
  });
  state.subscribe(["numbers", "step", "selection"], () => parts.forEach(({ update }) => update()));
  return page;
}

/** The page where no node is selected. @param {State} state */
function invitation(state) {
  const hint = t(
    "Select a node: a parameter shows its paths and its derivation, a neuron its curve. Hover over an edge for its partial.",
  );
  const { graph } = state,
    nodes = graph.operands.map((_, node) => node);
  const select = choice(
    ["", ...nodes],
    (node) => node !== "" && state.select(Number(node)),
    { "aria-label": t("Select a node") },
    (node) => (node === "" ? t("choose …") : `${graph.name(Number(node))} (${roleWord(graph.role(Number(node)))})`),
  );
  return [h("p", { class: "hint" }, hint), h("label", {}, `${t("Node")} `, select)];
}

/** @param {State} state @param {number} node @param {TakeAway} takeAway @returns {Part[]} */
function partsOf(state, node, takeAway) {
  const { graph } = state,
    parts = [head(state, node), remarkPart(state, node)];
  if (graph.role(node) === CUT) return [...parts, cutOff(graph, node), ...edgeLists(state, node)];
  const isLeaf = graph.isLeaf(node),
    equation = (/** @type {string} */ title, /** @type {typeof derivation} */ write) =>
      equationPart(title, (form) => write(graph, node, form), takeAway, write === derivation && state.paths.length > 1);
  parts.push(isLeaf ? leafControl(state, node) : equation(t("How it is computed"), evaluation));
  const count = pathCount(graph, node);
  if (node !== graph.output && count > 0 && !state.hides("derivation"))
    parts.push(equation(gradientTitle(count), derivation));
  parts.push(...edgeLists(state, node));
  const curve = curveOf(graph, node);
  if (curve !== null && !state.hides("curves")) parts.push(activationCurve(state, curve));
  if (isLeaf && graph.results.length) {
    if (!state.hides("curves")) parts.push(outputAlong(state, node));
    if (!state.hides("check")) parts.push(checkPanel(state, node));
  }
  return parts;
}

/** @param {number} count of paths */
function gradientTitle(count) {
  if (count > MAX_PATHS) {
    return t("Its gradient: the sum over the nodes that use it ({number} paths in all)", {
      number: count.toLocaleString(language()),
    });
  }
  return count === 1 ? t("Its gradient, by the chain rule") : t("Its gradient, the sum over {count} paths", { count });
}

/** @param {State} state @param {number} node @returns {Part} */
function head(state, node) {
  const title = h("h2", { "aria-label": state.graph.name(node) }),
    { label, role } = state.data.nodes[node];
  title.innerHTML = `<math>${label[2]}</math>`;
  const close = signButton(t("Clear the selection"), "×", () => state.select(null));
  const word = h("span", { class: "role" }, roleWord(role));
  return fixed(h("div", { class: "head" }, title, word, h("span", { class: "spring" }), close));
}

/** A part that stays as it is. @param {HTMLElement} element @returns {Part} */
const fixed = (element) => ({ element, update: () => {} });

/** @param {State} state @param {number} node @returns {Part} */
function remarkPart(state, node) {
  const element = h("p", {});
  const update = () => {
    const text = remark(state, node);
    element.hidden = !text;
    element.className = state.health.of(node) === "inactive" ? "note" : "warning";
    setText(element, text && t("{name} is {what}.", { name: state.graph.name(node), what: text }));
  };
  return { element, update };
}

/** @param {Graph} graph @param {number} node @returns {Part} */
function cutOff(graph, node) {
  const value = `${graph.name(node)} = ${asText(graph.values[node], graph.data.digits)}`;
  const why = t("What it was made from, or what else it feeds, is not on this page: it keeps its number.");
  return fixed(h("p", { class: "note" }, `${value}. ${why}`));
}

/** A section with an equation. @param {string} title @param {(form: Form) => Equation} write
 *  @param {TakeAway} takeAway @param {boolean} coloured as the paths are @returns {Part} */
function equationPart(title, write, takeAway, coloured) {
  const shown = formula();
  const copy = button(
    t("Copy as LaTeX"),
    () => void takeAway.copy(asLatex(write("latex")), t("The formula is copied")),
    {
      class: "small",
    },
  );
  const update = () => shown.replaceChildren(inColumns(write("mathml"), coloured));
  return { element: h("section", {}, h("h3", {}, title), shown, copy), update };
}

/** What a node is made from, and what it feeds. @param {State} state @param {number} node @returns {Part[]} */
function edgeLists(state, node) {
  const { edges, uses } = state.graph;
  return [
    ...edgeList(state, t("Made from"), edges[node], ({ by }) => by),
    ...edgeList(state, t("Feeds"), uses[node], ({ of }) => of),
  ];
}

/** Edges as buttons that light them up, and select the node at their other end.
 *  @param {State} state @param {string} title @param {Edge[]} edges @param {(edge: Edge) => number} other
 *  @returns {Part[]} */
function edgeList(state, title, edges, other) {
  if (!edges.length) return [];
  const few = edges.length <= MOST_EDGES,
    items = edges.map((edge) => edgeItem(state, edge, other(edge))),
    summary = h("summary", {}, few ? title : `${title} ${edges.length}`);
  const list = h("ul", { class: "edges" }, ...items.map(({ element }) => element));
  return [
    { element: h("details", { open: few }, summary, list), update: () => items.forEach((item) => item.update()) },
  ];
}

/** @param {State} state @param {Edge} edge @param {number} other @returns {Part} */
function edgeItem(state, edge, other) {
  const { graph } = state,
    text = h("span", { class: "partial" });
  const on = () => state.hover(edge),
    off = () => state.hover(null);
  const name = button(graph.name(other), () => state.select(other), {
    class: "link",
    onfocus: on,
    onblur: off,
    onpointerenter: on,
    onpointerleave: off,
  });
  const update = () =>
    state.hides("gradients") || setText(text, partialText(link(edge), new Typesetter(graph, "text")));
  return { element: h("li", {}, name, " ", text), update };
}
