// The part of the state that the page's address holds: what differs from the page as it was opened.

/** @import { Graph } from "./graph.js" */
/** @import { State } from "./state.js" */
/** @import { View } from "./views.js" */
import { COLOURINGS, LEVELS, SIZES, SPEEDS, SWITCH, TABS, TOPICS } from "./constants.js";

/** What colours are left out with. @type {Record<string, string>} */
const HIDDEN_WITH = { gradient: "gradients" };
const PAUSE = 250; // milliseconds without a change, after which the address is written

/** @param {State} state @param {View} [view] where it is not that of now */
export function written(state, view = state.view()) {
  const { opening } = state,
    told = new URLSearchParams(),
    first = entries(state, opening);
  for (const [key, text] of entries(state, view)) {
    if (text !== first.get(key)) told.set(key, text);
  }
  return told;
}

/** A view as texts by the keys that an address has for them. @param {State} state @param {View} view
 *  @returns {Map<string, string>} */
function entries({ graph, data, descent, opening }, view) {
  const fed = descent.fed(),
    { values } = graph.first,
    changed = new Set([...opening.values.keys(), ...view.values.keys()]);
  return new Map([
    ["step", String(view.step)],
    ["select", view.selected === null ? "" : graph.name(view.selected)],
    ["colour", view.colourBy],
    ["level", view.level],
    ["flip", [...view.flipped].sort((a, b) => a - b).join(".")],
    ...data.switches.map((layer, i) => /** @type {[string, string]} */ ([`f${i}`, choiceIn(layer, view, graph)])),
    ["row", String(view.row + 1)],
    ["batch", String(view.batch)],
    ...[...changed].map((leaf) => {
      const value = view.values.get(leaf) ?? fed.get(leaf) ?? values[leaf];
      return /** @type {[string, string]} */ ([`=${graph.name(leaf)}`, String(value)]);
    }),
    ["lr", String(view.rate)],
    ["by", englishOf(data.rules[view.rule])],
    ["along", view.along.map((node) => graph.name(node)).join(" ")],
    ["tab", view.tab],
    ["numbers", SWITCH[Number(view.edgeNumbers)]],
    ["size", SIZES[Number(view.large)]],
    ["speed", String(view.speed)],
    ["inputs", SWITCH[Number(view.dataToo)]],
    ...(data.tour
      ? [/** @type {[string, string]} */ (["tour", String(view.tour === null ? SWITCH[0] : view.tour + 1)])]
      : []),
    ["practice", view.practice?.topic ?? SWITCH[0]],
    ["q", String((view.practice?.index ?? 0) + 1)],
    ["seed", String(view.practice?.seed ?? 0)],
    ["score", view.practice?.score ?? ""],
  ]);
}

/** The name of a layer's activation. @param {import("./types.js").SwitchData} layer @param {View} view
 *  @param {import("./graph.js").Graph} graph */
function choiceIn(layer, { switched }, graph) {
  const signature = switched.get(layer) ?? graph.first.signatures[layer.nodes[0]];
  return layer.choices.find((choice) => choice.signature === signature)?.name ?? "";
}

/** What an address asks for; what it leaves out, or makes no sense in it, is as the page was opened, or as told.
 *  @param {State} state @param {URLSearchParams} told @param {View} [opening] @returns {View} */
export function read(state, told, opening = state.opening) {
  const { graph, data, network, passes } = state;
  const byName = new Map(data.nodes.map((_, node) => [graph.name(node), node]));
  /** One of several, by its key. @type {<T>(key: string, among: T[], otherwise: T) => T} */
  const oneOf = (key, among, otherwise) => among.find((one) => String(one) === told.get(key)) ?? otherwise;
  /** @type {(key: string, fits: (x: number) => boolean, otherwise: number) => number} */
  const number = (key, fits, otherwise) => {
    const text = told.get(key)?.trim();
    return text && fits(Number(text)) ? Number(text) : otherwise;
  };
  const values = new Map(opening.values),
    switched = new Map(opening.switched);
  for (const [key, text] of told) {
    const leaf = key.startsWith("=") ? byName.get(key.slice(1)) : undefined;
    if (leaf !== undefined && graph.isLeaf(leaf) && text.trim() && !Number.isNaN(Number(text))) {
      values.set(leaf, Number(text));
    }
  }
  data.switches.forEach((layer, i) => {
    const choice = layer.choices.find(({ name }) => name === told.get(`f${i}`));
    if (choice) switched.set(layer, choice.signature);
  });
  const count = data.learning?.rows.length ?? 0,
    topic = oneOf("practice", [SWITCH[0], ...TOPICS], opening.practice?.topic ?? SWITCH[0]),
    wholeFrom1 = (/** @type {number} */ x) => Number.isInteger(x) && x > 0;
  const session = () => ({
    topic: /** @type {import("./questions.js").Topic} */ (topic),
    index: number("q", wholeFrom1, (opening.practice?.index ?? 0) + 1) - 1,
    seed: number("seed", (x) => Number.isSafeInteger(x) && x >= 0, opening.practice?.seed ?? 0),
    score: told.get("score") ?? opening.practice?.score ?? "",
  });
  return {
    step: passes.clamped(number("step", Number.isInteger, opening.step)),
    selected: told.get("select") === "" ? null : (byName.get(told.get("select") ?? "") ?? opening.selected),
    colourBy: oneOf("colour", COLOURINGS, opening.colourBy),
    edgeNumbers: oneOf("numbers", SWITCH, SWITCH[Number(opening.edgeNumbers)]) === SWITCH[1],
    tab: oneOf("tab", TABS, opening.tab),
    large: oneOf("size", SIZES, SIZES[Number(opening.large)]) === SIZES[1],
    speed: oneOf("speed", SPEEDS, opening.speed),
    dataToo: oneOf("inputs", SWITCH, SWITCH[Number(opening.dataToo)]) === SWITCH[1],
    level: network ? oneOf("level", LEVELS, opening.level) : opening.level,
    flipped: told.has("flip") ? new Set(told.get("flip")?.split(".").filter(Boolean).map(Number)) : opening.flipped,
    row: number("row", (x) => wholeFrom1(x) && x <= count, opening.row + 1) - 1,
    batch: Math.min(
      number("batch", (x) => wholeFrom1(x) && count > 0, opening.batch),
      Math.max(1, count),
    ),
    rule: data.rules.indexOf(data.rules.find((rule) => englishOf(rule) === told.get("by")) ?? data.rules[opening.rule]),
    along:
      pairOf(
        graph,
        (told.get("along") ?? "").split(" ").map((name) => byName.get(name)),
      ) ?? opening.along,
    rate: number("lr", (x) => x > 0 && Number.isFinite(x), opening.rate),
    values,
    switched,
    costs: [],
    taken: 0,
    places: [],
    memory: null,
    practice: topic === SWITCH[0] ? null : session(),
    tour: told.get("tour") === SWITCH[0] ? null : scene(told.get("tour"), opening.tour, data.tour),
  };
}

/** The scene that an address asks for. @param {string | null} text @param {number | null} otherwise
 *  @param {import("./types.js").TourData} [scenes] */
function scene(text, otherwise, scenes = []) {
  const number = Number(text);
  return text && Number.isInteger(number) && number > 0 && number <= scenes.length ? number - 1 : otherwise;
}

/** An address without what is locked or left out. @param {State} state @param {URLSearchParams} told */
export function allowed(state, told) {
  const byName = new Map(state.graph.leaves.map((leaf) => [`=${state.graph.name(leaf)}`, leaf])),
    controls = new Map([
      ["lr", "rate"],
      ["by", "rate"],
      ["batch", "batch"],
      ["row", "row"],
      ...state.data.switches.map((_, i) => /** @type {[string, string]} */ ([`f${i}`, "activations"])),
    ]);
  const kept = [...told].filter(([key]) => !state.locks(byName.get(key) ?? controls.get(key) ?? ""));
  const shown = kept.filter(
    ([key, text]) => !(["tab", "colour"].includes(key) && state.hides(HIDDEN_WITH[text] ?? text)),
  );
  return new URLSearchParams(shown.filter(([key]) => key !== "numbers" || !state.hides("edge numbers")));
}

/** The name of a rule, the same in all languages. @param {import("./types.js").RuleData} rule */
const englishOf = ({ name }) => String([name].flat()[0]);

/** Two parameters, if that is what these nodes are. @param {Graph} graph @param {(number | undefined)[]} nodes
 *  @returns {[number, number] | null} */
function pairOf({ parameters }, [p, q]) {
  return p !== undefined && q !== undefined && [p, q].every((node) => parameters.includes(node)) ? [p, q] : null;
}

/** The address as a link. @param {State} state */
export const linkTo = (state) => `${withoutFragment()}#${written(state)}`;

const withoutFragment = () => location.href.split("#")[0];

/** Keep the page's address and the state the same. @param {State} state */
export function followAddress(state) {
  let reading = false,
    timer = 0;
  const restore = () => {
    reading = true;
    state.restore(read(state, allowed(state, new URLSearchParams(location.hash.slice(1)))));
    reading = false;
  };
  const write = () => {
    const text = written(state).toString();
    if (text !== location.hash.slice(1)) history.replaceState(null, "", withoutFragment() + (text && `#${text}`));
  };
  state.subscribe(
    ["numbers", "step", "selection", "boxes", "look", "tab", "learning", "playing", "practice", "tour"],
    () => {
      if (reading) return;
      clearTimeout(timer);
      timer = setTimeout(write, PAUSE);
    },
  );
  addEventListener("hashchange", restore);
  if (location.hash.length > 1) restore();
}
