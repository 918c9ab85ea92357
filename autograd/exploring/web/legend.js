/** @import { FunctionData } from "./types.js" */
/** @import { State } from "./state.js" */
import { CUT } from "./constants.js";
import { h } from "./dom.js";
import { t, told } from "./language.js";
import { roleWord } from "./words.js";

/** What the marks of the picture, the indices and the names of functions mean; closed at first. @param {State} state */
export function legend(state) {
  const functions = h("div", { class: "functions" });
  let shown = "";
  state.subscribe(["numbers"], () => {
    const used = functionsInUse(state);
    if (used.join() === shown) return;
    shown = used.join();
    functions.replaceChildren(...used.map((i) => explained(state.data.legend.functions[i], state.hides("gradients"))));
  });
  return h(
    "details",
    { class: "keys meaning" },
    h("summary", {}, t("Legend")),
    marks(state),
    indices(state),
    functions,
  );
}

/** The functions in the formulas of now. @param {State} state */
function functionsInUse({ graph, data: { legend } }) {
  const used = new Set(graph.results.flatMap((node) => legend.of[Number(graph.signatures[node])]));
  return [...used].sort((a, b) => a - b);
}

/** A function written out. @param {FunctionData} data @param {boolean} only the definition */
export function explained({ name, definition, words, derivative }, only) {
  const lines = [
    definition ? `<math displaystyle="true">${name}<mo>=</mo>${definition}</math>` : `<math>${name}</math>`,
  ];
  const element = h("p", {});
  element.innerHTML = lines[0];
  if (words) element.append(`: ${told(words)}`);
  if (derivative && !only) {
    const line = h("span", { class: "derivative" });
    line.innerHTML = `<math displaystyle="true">${derivative}</math>`;
    element.append(line);
  }
  return element;
}

/** @param {State} state */
function marks(state) {
  const { graph, data } = state,
    roles = [...new Set(data.nodes.map(({ role }) => role))].filter((role) => role !== CUT && role !== "constant"),
    dies = data.signatures.some(({ dies }) => dies);
  /** @type {[string, string][]} */
  const entries = roles.map((role) => [role, roleWord(role)]);
  if (dies) entries.push(["inactive", t("inactive for this row: its slope is 0")]);
  entries.push(["warned", dies ? t("dead for every row, or saturated") : t("saturated: nearly flat")]);
  const samples = entries.flatMap(([mark, text]) => [
    h("dt", {}, h("i", { class: `sample ${mark}` })),
    h("dd", {}, text),
  ]);
  const numbers = t(
    "A number on an edge is the derivative of what it leads to with respect to what it comes from; “grad” is the derivative of {name} with respect to the node.",
    { name: graph.name(graph.output) },
  );
  return h("div", {}, h("dl", {}, ...samples), state.hides("gradients") ? null : h("p", {}, numbers));
}

/** The order of indices, by an example; nothing where labels follow none. @param {State} state */
function indices({ graph, data }) {
  const { convention } = data.legend;
  if (!convention) return null;
  const { weight, to, by, order, raised } = convention,
    [w, end, start] = [weight, to, by].map((node) => graph.name(node));
  const values = { weight: w, to: end, by: start };
  const lower =
    order === "to"
      ? t(
          "{weight} leads to {to} from {by}: its first lower index is that of the neuron it leads to, the second that of what it comes from.",
          values,
        )
      : t(
          "{weight} leads to {to} from {by}: its first lower index is that of what it comes from, the second that of the neuron it leads to.",
          values,
        );
  return h("p", {}, raised ? `${lower} ${t("The raised number counts the layers of weights.")}` : lower);
}
