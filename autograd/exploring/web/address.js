// The part of the state that the page's address holds: what differs from the page as it was opened.

/** @import { State, View } from "./state.js" */
import { TOPICS } from "./questions.js";
import { COLOURINGS, TABS } from "./state.js";

const PAUSE = 250; // milliseconds without a change, after which the address is written

/** @param {State} state */
export function written(state) {
  const { graph, boxes, data, descent, now, passes } = state,
    told = new URLSearchParams();
  if (now.step !== passes.last && !state.practice.on) told.set("step", String(now.step));
  if (state.selected !== null) told.set("select", graph.name(state.selected));
  if (state.colourBy !== COLOURINGS[0]) told.set("colour", state.colourBy);
  if (passes.dataToo) told.set("inputs", "1");
  const flipped = boxes.list.filter((box) => box.open !== box.openAtFirst);
  if (flipped.length) told.set("flip", flipped.map((box) => box.index).join("."));
  data.switches.forEach(({ nodes: [node], choices }, i) => {
    const choice = choices.find(({ signature }) => signature === graph.signatures[node]);
    if (choice && choice.signature !== graph.first.signatures[node]) told.set(`f${i}`, choice.name);
  });
  if (descent.row) told.set("row", String(descent.row + 1));
  if (descent.batch !== (data.learning?.batch ?? 1)) told.set("batch", String(descent.batch));
  const fed = descent.fed();
  for (const leaf of graph.leaves) {
    const value = graph.values[leaf];
    if (!Object.is(value, fed.get(leaf) ?? graph.first.values[leaf])) told.set(`=${graph.name(leaf)}`, String(value));
  }
  if (descent.rate !== descent.firstRate) told.set("lr", String(descent.rate));
  if (state.tab !== TABS[0]) told.set("tab", state.tab);
  writePractice(state, told);
  return told;
}

/** @param {State} state @param {URLSearchParams} told */
function writePractice({ practice, data }, told) {
  if (!practice.on) {
    if (data.practising) told.set("practice", "off");
    return;
  }
  told.set("practice", practice.topic);
  if (practice.index) told.set("q", String(practice.index + 1));
  if (practice.seed) told.set("seed", String(practice.seed));
  if (/[1-9]/.test(practice.shortScore)) told.set("score", practice.shortScore);
}

/** @param {State} state @param {URLSearchParams} told @returns {View["practice"]} */
function readPractice({ data }, told) {
  const topic =
    TOPICS.find((name) => name === told.get("practice")) ??
    (data.practising && told.get("practice") !== "off" ? TOPICS[0] : null);
  const whole = (/** @type {string} */ key, /** @type {number} */ least) => {
    const x = Number(told.get(key) ?? least);
    return Number.isSafeInteger(x) && x >= least ? x : least;
  };
  return topic && { topic, index: whole("q", 1) - 1, seed: whole("seed", 0), score: told.get("score") ?? "" };
}

/** What an address asks for; what makes no sense in it counts as left out. @param {State} state
 *  @param {URLSearchParams} told @returns {View} */
export function read(state, told) {
  const { graph, data, descent, passes } = state;
  const byName = new Map(data.nodes.map((_, node) => [graph.name(node), node]));
  /** @type {(names: string[], key: string) => string} */
  const oneOf = (names, key) => names.find((name) => name === told.get(key)) ?? names[0];
  const rate = Number(told.get("lr")),
    step = Number(told.get("step") ?? passes.last);
  /** @type {Map<number, number>} */
  const values = new Map();
  for (const [key, text] of told) {
    const leaf = key.startsWith("=") ? byName.get(key.slice(1)) : undefined;
    if (leaf !== undefined && graph.isLeaf(leaf) && text.trim() && !Number.isNaN(Number(text))) {
      values.set(leaf, Number(text));
    }
  }
  /** @type {View["switched"]} */
  const switched = new Map();
  data.switches.forEach((layer, i) => {
    const choice = layer.choices.find(({ name }) => name === told.get(`f${i}`));
    if (choice) switched.set(layer, choice.signature);
  });
  return {
    step: Number.isInteger(step) ? step : passes.last,
    selected: byName.get(told.get("select") ?? "") ?? null,
    colourBy: oneOf(COLOURINGS, "colour"),
    tab: oneOf(TABS, "tab"),
    dataToo: told.get("inputs") === "1",
    flipped: new Set(told.get("flip")?.split(".").map(Number)),
    ...rowsOf(told, data.learning),
    rate: rate > 0 && Number.isFinite(rate) ? rate : descent.firstRate,
    values,
    switched,
    practice: readPractice(state, told),
  };
}

/** The row and the batch that an address asks for. @param {URLSearchParams} told
 *  @param {import("./types.js").LearningData} [learning] */
function rowsOf(told, learning) {
  if (!learning) return { row: 0, batch: 1 };
  const row = Number(told.get("row") ?? 1) - 1,
    batch = Number(told.get("batch") ?? learning.batch),
    count = learning.rows.length;
  return {
    row: Number.isInteger(row) && row >= 0 && row < count ? row : 0,
    batch: Number.isInteger(batch) && batch > 0 ? Math.min(batch, count) : 1,
  };
}

/** The address as a link. @param {State} state */
export const linkTo = (state) => `${location.href.split("#")[0]}#${written(state)}`;

/** Keep the page's address and the state the same. @param {State} state */
export function followAddress(state) {
  let reading = false,
    timer = 0;
  const restore = () => {
    reading = true;
    state.restore(read(state, new URLSearchParams(location.hash.slice(1))));
    reading = false;
  };
  const write = () => {
    const text = written(state).toString();
    if (`#${text}` !== location.hash && (text || location.hash)) history.replaceState(null, "", `#${text}`);
  };
  state.subscribe(["numbers", "step", "selection", "boxes", "look", "tab", "learning", "practice"], () => {
    if (reading) return;
    clearTimeout(timer);
    timer = setTimeout(write, PAUSE);
  });
  addEventListener("hashchange", restore);
  if (location.hash.length > 1) restore();
}
