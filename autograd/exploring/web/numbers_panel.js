/** @import { SwitchData } from "./types.js" */
/** @import { State } from "./state.js" */
import { choice, h } from "./dom.js";
import { t } from "./language.js";
import { leafControl } from "./leaf_control.js";

/** Titles for the leaves of a role. */
const titles = () => ({ parameter: t("Parameters"), input: t("Inputs"), target: t("Targets"), leaf: t("Inputs") });

/** All numbers that can be changed, and activations that can be switched. @param {State} state */
export function numbersPanel(state) {
  const page = h("div", { class: "numbers" }, ...state.data.switches.map((layer) => activation(state, layer)));
  /** @type {(() => void)[] | null} */
  let updates = null;
  state.subscribe(["numbers", "step", "tab"], () => {
    if (state.tab !== "numbers") return;
    updates ??= addControls(state, page); // not before they are asked for: there may be a thousand
    for (const update of updates) update();
  });
  return page;
}

/** @param {State} state @param {HTMLElement} page */
function addControls(state, page) {
  const { graph } = state,
    output = graph.name(graph.output);
  return Object.entries(titles()).flatMap(([role, title]) => {
    const controls = graph.leaves.filter((leaf) => graph.role(leaf) === role).map((leaf) => leafControl(state, leaf));
    if (!controls.length) return [];
    const heads = ["", "", t("value"), state.hides("gradients") ? "" : `∂${output}/∂ ·`].map((head) =>
      h("span", {}, head),
    );
    const elements = controls.map(({ element }) => element);
    page.append(h("h3", {}, title), h("div", { class: "control heads" }, ...heads), ...elements);
    return controls.map(({ update }) => update);
  });
}

/** @param {State} state @param {SwitchData} layer */
function activation(state, layer) {
  const names = layer.nodes.map((node) => state.graph.name(node)),
    which = names.length > 3 ? `${names[0]} … ${names.at(-1)}` : names.join(", "),
    called = new Map(layer.choices.map(({ name, signature }) => [signature, name]));
  const select = choice(
    [...called.keys()],
    (signature) => state.switchTo(layer, Number(signature)),
    { disabled: state.locks("activations") },
    (signature) => String(called.get(Number(signature))),
  );
  state.subscribe(["numbers"], () => (select.value = String(state.graph.signatures[layer.nodes[0]])));
  return h("label", { class: "switch" }, `${t("Activation of {nodes}", { nodes: which })} `, select);
}
