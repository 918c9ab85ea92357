// All that can change on the page, at one moment: to come back to, to link to, to open with.

/** @import { SwitchData } from "./types.js" */
/** @import { Aspect } from "./notifier.js" */
/** @import { State } from "./state.js" */
import { practiceRestored } from "./session.js";

/** All that can change, at one moment. flipped: boxes that are not as at first; values: of leaves that have another
 *  number than the row or the graph gave them; costs: those of the first taken steps of learning are to be had again; memory: of the rule.
 *  @typedef {{step: number, selected: number | null, colourBy: string, edgeNumbers: boolean, tab: string, speed: number,
 *  dataToo: boolean, large: boolean, level: string, flipped: Set<number>, row: number, batch: number, rate: number,
 *  values: Map<number, number>, switched: Map<SwitchData, number>, costs: number[], taken: number,
 *  rule: number, along: [number, number], places: Float64Array[], memory: import("./descent.js").Memory | null,
 *  practice: PracticeView | null, tour: number | null}} View  tour: the scene of one that is on; memory: of the rule */
/** A session of practice. @typedef {{topic: import("./questions.js").Topic, index: number, seed: number, score: string}}
 *  PracticeView */

/** All that can change, as it is now. @param {State} state @returns {View} */
export function viewOf(state) {
  const { graph, boxes, descent, data, practice, tour } = state,
    { signatures, values } = graph.first,
    switched = data.switches.filter(({ nodes: [node] }) => graph.signatures[node] !== signatures[node]),
    fed = descent.fed(),
    changed = graph.leaves.filter((leaf) => !Object.is(graph.values[leaf], fed.get(leaf) ?? values[leaf]));
  return {
    step: practice.on ? state.passes.last : state.now.step,
    selected: state.selected,
    colourBy: state.colourBy,
    edgeNumbers: state.edgeNumbers,
    tab: state.tab,
    large: state.large,
    speed: state.speed,
    dataToo: state.passes.dataToo,
    level: state.level,
    flipped: new Set(boxes.inner.filter((box) => box.open !== box.openAtFirst).map((box) => box.index)),
    row: descent.row,
    batch: descent.batch,
    rate: descent.rate,
    values: new Map(changed.map((leaf) => [leaf, graph.values[leaf]])),
    switched: new Map(switched.map((layer) => [layer, Number(graph.signatures[layer.nodes[0]])])),
    costs: descent.costs,
    taken: descent.costs.length,
    rule: descent.ruleIndex,
    along: descent.along,
    places: descent.places,
    memory: descent.memory,
    practice: practice.on ? practice.view : null,
    tour: tour.on ? tour.index : null,
  };
}

/** Have everything as it was, and say what has changed. @param {State} state @param {View} view @returns {Aspect[]} */
export function restored(state, view) {
  const { graph, descent, boxes } = state,
    shape = () => [state.level, ...boxes.list.map(({ open }) => open)].join(),
    before = { step: state.now.step, selected: state.selected, tab: state.tab, shape: shape() };
  graph.restore();
  descent.restore(view);
  for (const [leaf, value] of view.values) graph.values[leaf] = value;
  for (const [layer, signature] of view.switched) for (const node of layer.nodes) graph.signatures[node] = signature;
  graph.compute();
  state.passes.dataToo = view.dataToo;
  state.now = state.passes.at(state.passes.clamped(view.step));
  state.level = view.level;
  boxes.flip(view.flipped);
  state.point(view.selected);
  if (view.selected !== null) state.openAround(view.selected);
  state.colourBy = view.colourBy;
  state.edgeNumbers = view.edgeNumbers;
  state.tab = view.tab;
  state.large = view.large;
  const practised = practiceRestored(state, view.practice);
  const toured = state.tour.restore(view.tour);
  state.speed = view.speed;
  state.playing = false;
  /** @type {[Aspect, boolean][]} */
  const others = [
    ["step", state.now.step !== before.step],
    ["selection", state.selected !== before.selected],
    ["tab", state.tab !== before.tab],
    ["boxes", shape() !== before.shape],
    ["practice", practised],
    ["tour", toured],
  ];
  return ["numbers", "look", "learning", "playing", ...others.filter(([, is]) => is).map(([aspect]) => aspect)];
}
