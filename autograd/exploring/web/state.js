/** @import { Data, Edge, Library, SwitchData } from "./types.js" */
/** @import { Box } from "./boxes.js" */
/** @import { Aspect } from "./notifier.js" */
/** @import { View } from "./views.js" */
import { Boxes } from "./boxes.js";
import { Descent } from "./descent.js";
import { Graph } from "./graph.js";
import { Health } from "./health.js";
import { Network } from "./network.js";
import { Notifier } from "./notifier.js";
import { Passes } from "./passes.js";
import { edgesFrom, pathCount, pathsOf } from "./paths.js";
import { COLOURINGS, LEVELS, MAX_PATHS, TABS } from "./constants.js";
import { Practice } from "./practice.js";
import { Sight } from "./sight.js";
import { Tour } from "./tour.js";
import { restored, viewOf } from "./views.js";

export const EVERYTHING = LEVELS[LEVELS.length - 1];
const NUMBERED_EDGES = 45; // beyond, their numbers are shown only when asked for

/** All that can change on the page. Others ask it, change it by its methods, and are told of what has changed. */
export class State extends Notifier {
  /** @param {Data} data @param {Library} library */
  constructor(data, library) {
    super();
    this.data = data;
    this.graph = new Graph(data, library.nodes);
    this.boxes = new Boxes(this.graph, data.boxes);
    /** Its neurons, if it has any. */
    this.network = data.network ? new Network(this.graph, data.network) : null;
    /** The level of detail, one of LEVELS. */
    this.level = this.network ? LEVELS[0] : EVERYTHING;
    this.passes = new Passes(this.graph, this.hides("gradients"));
    this.descent = new Descent(this.graph, data, library.rules);
    this.practice = new Practice(this.graph, data.lr);
    this.tour = new Tour(this.graph, data.tour, data.lr);
    this.health = new Health(this.graph, this.descent);
    this.sight = new Sight(this);
    this.now = this.passes.at(this.passes.last);
    /** @type {number | null} */
    this.selected = null;
    /** The edges on the paths from the selected node to the output. @type {Set<Edge> | null} */
    this.lit = null;
    /** Those paths, each as its edges, where they are few enough to be told apart. @type {Edge[][]} */
    this.paths = [];
    /** The edge that the pointer is on in a list. @type {Edge | null} */
    this.hovered = null;
    /** While others are told of it: the box that was opened or closed, if it was one alone. @type {Box | null} */
    this.turned = null;
    this.colourBy = COLOURINGS[0];
    this.edgeNumbers = !this.hides("edge numbers") && this.graph.edges.flat().length <= NUMBERED_EDGES;
    this.tab = TABS[0];
    this.large = false; // for a projector
    this.playing = false;
    this.speed = 1;
    /** What a page opens with that asks for nothing else; scenes of a tour begin from there. */
    this.plain = this.view();
    /** What the page opens with, and is reset to. */
    this.opening = this.plain;
  }

  /** Whether a part of the page is left out. @param {string} part */
  hides(part) {
    return this.data.hide.includes(part);
  }

  /** Whether a leaf, or what is changed by a control, has to stay as it is. @param {number | string} what */
  locks(what) {
    const { leaves, controls } = this.data.lock;
    return typeof what === "number" ? leaves.includes(what) : controls.includes(what);
  }

  /** The network that is shown, if not everything is. */
  get shownNetwork() {
    return this.level === EVERYTHING ? null : this.network;
  }

  /** What is drawn for a node: itself, or what it is part of. @param {number} node */
  shownAs(node) {
    return this.shownNetwork?.shownAs(node, this.level) ?? this.boxes.shownAs(node);
  }

  /** Show what hides a node, where that is possible at this level; whether anything did. @param {number} node */
  openAround(node) {
    return !this.shownNetwork && this.boxes.openAround(node);
  }

  /** @param {number} step */
  goTo(step) {
    this.now = this.passes.at(this.passes.clamped(step));
    this.notify("step");
  }

  /** Go on by so many steps, back where they are negative. @param {number} steps */
  move(steps) {
    this.goTo(this.now.step + steps);
  }

  get atEnd() {
    return this.now.step === this.passes.last;
  }

  /** @param {boolean} playing */
  play(playing) {
    this.playing = playing;
    if (playing && this.atEnd) this.goTo(0);
    this.notify("playing");
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
    this.notify("playing");
  }

  /** Select a node, or none; a node that is selected is no longer. @param {number | null} node */
  select(node) {
    this.point(node === this.selected ? null : node);
    this.tab = "selected";
    const opened = this.selected !== null && this.openAround(this.selected);
    this.notify("selection", "tab", ...(opened ? /** @type {Aspect[]} */ (["boxes"]) : []));
  }

  /** @param {number | null} node */
  point(node) {
    this.selected = node;
    const { graph } = this,
      way = node === null ? [] : edgesFrom(graph, node);
    this.lit = node === null ? null : new Set(way);
    this.paths =
      node !== null && way.length && pathCount(graph, node) <= MAX_PATHS
        ? pathsOf({ of: graph.output, by: node, way })
        : [];
  }

  /** Open or close boxes. @param {Box[]} boxes @param {boolean} open */
  setOpen(boxes, open) {
    for (const box of boxes) box.open = open;
    this.turned = boxes.length === 1 ? boxes[0] : null;
    this.notify("boxes");
    this.turned = null;
  }

  /** @param {string} level one of LEVELS */
  setLevel(level) {
    this.level = level;
    this.notify("boxes");
  }

  /** Show everything of one neuron, and the others closed. @param {number} node one in it */
  openNeuron(node) {
    const neuron = this.boxes.parent(node);
    if (neuron?.kind !== "neuron") return;
    for (const box of this.boxes.inner) if (box.kind === "neuron") box.open = box === neuron;
    this.level = EVERYTHING;
    this.turned = neuron;
    this.notify("boxes");
    this.turned = null;
  }

  /** @param {string} name one of COLOURINGS */
  setColouring(name) {
    this.colourBy = name;
    this.notify("look");
  }

  /** @param {boolean} shown */
  setEdgeNumbers(shown) {
    this.edgeNumbers = shown;
    this.notify("look");
  }

  /** Whether steps have the gradients of inputs and targets, too. @param {boolean} shown */
  setDataGradients(shown) {
    this.passes.dataToo = shown;
    this.now = this.passes.at(this.now.step);
    this.notify("look");
  }

  /** @param {boolean} large */
  setLarge(large) {
    this.large = large;
    this.notify("look");
  }

  /** @param {string} name one of TABS */
  showTab(name) {
    this.tab = name;
    this.notify("tab");
  }

  /** @param {Edge | null} edge */
  hover(edge) {
    this.hovered = edge;
    this.notify("hover");
  }

  /** End the tour. */
  endTour() {
    this.tour.on = false;
    this.notify("tour");
  }

  /** Give a leaf another number. @param {number} leaf @param {number} value */
  set(leaf, value) {
    this.graph.values[leaf] = value;
    this.recompute();
  }

  /** Exchange the activation of a layer. @param {SwitchData} layer @param {number} signature */
  switchTo(layer, signature) {
    for (const node of layer.nodes) this.graph.signatures[node] = signature;
    this.recompute();
  }

  /** Numbers or activations have changed, and what else is named. @param {Aspect[]} others */
  recompute(...others) {
    this.graph.compute();
    this.now = this.passes.at(this.now.step);
    this.notify("numbers", ...others);
  }

  /** Have a view to open with, and to be reset to. @param {View} view */
  open(view) {
    this.restore(view);
    this.opening = this.view();
  }

  /** Begin to learn anew: the numbers and the row of the beginning, and all else as it is. */
  restart() {
    const { values, row, costs, taken } = this.opening;
    this.restore({ ...this.view(), values, row, costs, taken });
  }

  /** Have everything as when the page was opened. */
  reset() {
    this.restore(this.opening);
  }

  /** @param {number} rate */
  setRate(rate) {
    this.descent.rate = rate;
    this.notify("learning");
  }

  /** @param {number} rule the index of one */
  setRule(rule) {
    this.descent.setRule(rule);
    this.notify("learning");
  }

  /** Look along two parameters. @param {[number, number]} along */
  lookAlong(along) {
    this.descent.along = along;
    this.notify("learning");
  }

  /** @param {number} batch */
  setBatch(batch) {
    this.descent.batch = batch;
    this.notify("learning");
  }

  /** Show a row shown. @param {number} row */
  showRow(row) {
    this.descent.show(row);
    this.recompute("learning");
  }

  /** Take steps of gradient descent; stop where some are being taken. @param {number} count */
  async learn(count) {
    if (this.descent.running) {
      this.descent.running = false;
      return;
    }
    this.play(false);
    this.goTo(this.passes.last); // learning needs both passes done
    await this.descent.run(count, () => this.recompute("learning"));
    this.notify("learning", "learned");
  }

  /** All that can change, as it is now. */
  view() {
    return viewOf(this);
  }

  /** Have everything as it was, or as an address asks for. @param {View} view */
  restore(view) {
    this.notify(...restored(this, view));
  }
}
