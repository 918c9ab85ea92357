/** @import { Data, Rule } from "./types.js" */
/** @import { Graph } from "./graph.js" */
import { t } from "./language.js";
import { asText } from "./numbers.js";

/** What a rule keeps of each parameter, and how many steps it has seen. @typedef {{kept: number[][], steps: number}} Memory */
/** A step before it is taken; next is by parameter. @typedef {{cost: number, gradients: Float64Array, next: number[],
 *  memory: Memory}} Proposal */
/** What a row gives. @typedef {{cost: number, predictions: number[]}} Outcome */

const SLICE = 14; // milliseconds of steps between two pictures
const REMEMBERED = 500; // of the last steps, where they began

/** Steps by a rule, gradient descent or another, on the graph itself or over rows of data. */
export class Descent {
  /** @param {Graph} graph @param {Data} data @param {Rule[]} rules */
  constructor(graph, { lr, learning, rules: told }, rules) {
    this.graph = graph;
    this.data = learning;
    this.rate = lr;
    this.batch = learning?.batch ?? 1;
    this.row = 0;
    this.told = told;
    this.rules = rules;
    this.ruleIndex = 0;
    /** The parameters that are looked along. @type {[number, number]} */
    this.along = graph.firstTwo;
    /** The cost before each step. @type {number[]} */
    this.costs = [];
    /** The numbers before each of the last steps. @type {Float64Array[]} */
    this.places = [];
    this.running = false;
    this.runs = 0; // how often steps were asked for
    /** Why no further step was taken. */
    this.stopped = "";
    this.memory = this.nothingKept();
  }

  /** What a rule keeps before its first step. @returns {Memory} */
  nothingKept() {
    const { kept } = this.told[this.ruleIndex];
    return { kept: this.graph.parameters.map(() => new Array(kept).fill(0)), steps: 0 };
  }

  /** Have rate, rows and past costs again; graph.compute() has to follow.
   *  @param {import("./views.js").View} view */
  restore({ rate, batch, row, costs, taken, rule, along, places, memory }) {
    this.rate = rate;
    this.batch = batch;
    this.costs = costs.slice(0, taken);
    this.ruleIndex = rule;
    this.along = along;
    this.places = places;
    this.memory = memory ?? this.nothingKept();
    this.stopped = "";
    this.running = false;
    this.show(row);
  }

  /** @param {number} index of a rule */
  setRule(index) {
    this.ruleIndex = index;
    this.memory = this.nothingKept();
  }

  /** Put a row into the graph; graph.compute() has to follow. @param {number} row */
  show(row) {
    this.row = row;
    this.feed(row);
  }

  /** Put a row's numbers into the leaves that it feeds. @param {number} row */
  feed(row) {
    const { data } = this;
    data?.feed.forEach((leaf, i) => leaf >= 0 && (this.graph.values[leaf] = data.rows[row][i]));
  }

  /** The numbers that the present row has for leaves. @returns {Map<number, number>} */
  fed() {
    const { data } = this;
    return new Map(data?.feed.map((leaf, i) => [leaf, data.rows[this.row][i]]));
  }

  /** The rows that the next step goes over; none where there is no data. */
  nextRows() {
    const { data, batch, row } = this;
    return data
      ? Array.from({ length: Math.min(batch, data.rows.length) }, (_, i) => (row + i) % data.rows.length)
      : [];
  }

  /** The cost and the gradients: of the graph as it is, or their means over the next rows. */
  costAndGradients() {
    const { graph } = this,
      rows = this.nextRows();
    if (!rows.length) return { cost: graph.values[graph.output], gradients: graph.gradients.slice() };
    const gradients = new Float64Array(graph.values.length);
    let cost = 0;
    for (const row of rows) {
      this.feed(row);
      graph.compute();
      cost += graph.values[graph.output] / rows.length;
      for (const p of graph.parameters) gradients[p] += graph.gradients[p] / rows.length;
    }
    this.feed(this.row);
    graph.compute();
    return { cost, gradients };
  }

  /** The cost for the numbers that leaves have now: of the graph, or its mean over the next rows. */
  costHere() {
    const { graph } = this,
      rows = this.nextRows();
    if (!rows.length) return graph.evaluate();
    let cost = 0;
    for (const row of rows) {
      this.feed(row);
      cost += graph.evaluate() / rows.length;
    }
    return cost;
  }

  /** What something gives, with the graph as before afterwards. @template T @param {() => T} ask @returns {T} */
  withoutTrace(ask) {
    const { graph, row } = this,
      before = graph.values.slice(),
      answer = ask();
    this.row = row;
    graph.values.set(before);
    graph.compute();
    return answer;
  }

  /** The next step, before it is taken: the cost, the gradients, and where the parameters would go.
   *  @param {number} [rate] @param {Memory} [memory] @returns {Proposal} */
  proposal(rate = this.rate, memory = this.memory) {
    const { scalars, rule } = this.rules[this.ruleIndex],
      { parameters, values } = this.graph,
      { cost, gradients } = this.costAndGradients(),
      steps = memory.steps + 1,
      given = scalars(rate, steps);
    const moved = parameters.map((p, i) => rule(values[p], gradients[p], ...memory.kept[i], ...given));
    return { cost, gradients, next: moved.map(([w]) => w), memory: { kept: moved.map(([, ...kept]) => kept), steps } };
  }

  /** Whether the cost and its gradient are finite. @param {Proposal} proposal */
  isFinite({ cost, gradients }) {
    return Number.isFinite(cost) && this.graph.parameters.every((p) => Number.isFinite(gradients[p]));
  }

  /** Put parameters where a step leads, and go on to the next rows. @param {Proposal} proposal */
  move({ next }) {
    const { graph, data } = this;
    graph.parameters.forEach((p, i) => (graph.values[p] = next[i]));
    if (data) this.show((this.row + this.nextRows().length) % data.rows.length);
    graph.compute();
  }

  /** Take one step; false where it cannot be taken, or leads to where nothing is finite. */
  takeStep() {
    const { graph } = this,
      proposal = this.proposal(),
      count = this.costs.length + 1;
    if (!this.isFinite(proposal)) {
      this.stopped = t(
        "Step {number} is not taken: the cost or its gradient is no longer finite. Reset, and try a smaller η.",
        { number: count },
      );
      return false;
    }
    this.costs.push(proposal.cost);
    this.places = [...this.places.slice(-REMEMBERED), graph.values.slice()];
    this.memory = proposal.memory;
    this.move(proposal);
    const lost = proposal.next.findIndex((w) => !Number.isFinite(w)),
      cost = graph.values[graph.output];
    if (lost < 0 && Number.isFinite(cost)) return true;
    const [what, x] = lost < 0 ? [graph.output, cost] : [graph.parameters[lost], proposal.next[lost]];
    const number = (/** @type {number} */ x) => asText(x, graph.data.digits),
      values = { step: count, name: graph.name(what), number: number(x), rate: number(this.rate) };
    this.stopped = t(
      "Step {step} has made {name} {number}: η = {rate} is too large here. Reset, and try a smaller one.",
      values,
    );
    return false;
  }

  /** A step before it is taken, what the cost comes to by it, and to what it would come if it went on as it begins.
   *  @returns {{proposal: Proposal, after: number, straight: number}} */
  foreseen() {
    const { graph } = this,
      proposal = this.proposal(),
      rise = graph.parameters.reduce(
        (sum, p, i) => sum + proposal.gradients[p] * (proposal.next[i] - graph.values[p]),
        0,
      );
    const after = this.withoutTrace(() => {
      graph.parameters.forEach((p, i) => (graph.values[p] = proposal.next[i]));
      return this.costHere();
    });
    return { proposal, after, straight: proposal.cost + rise };
  }

  /** The costs before each of so many steps from here, and after the last, and the places; nothing is changed.
   *  @param {number} rate @param {number} count */
  trial(rate, count) {
    return this.withoutTrace(() => {
      /** @type {number[]} */
      const costs = [];
      const places = [this.graph.values.slice()];
      for (let memory = this.memory; costs.length < count;) {
        const proposal = this.proposal(rate, memory);
        costs.push(proposal.cost);
        if (!this.isFinite(proposal)) return { costs, places };
        memory = proposal.memory;
        this.move(proposal);
        places.push(this.graph.values.slice());
      }
      return { costs: [...costs, this.costHere()], places };
    });
  }

  /** Take steps, and show every few of them; until running is false. @param {number} count @param {() => void} show */
  async run(count, show) {
    const run = ++this.runs,
      goesOn = () => this.running && this.runs === run;
    this.running = true;
    this.stopped = "";
    for (let taken = 0; taken < count && goesOn();) {
      const until = performance.now() + SLICE;
      do {
        if (!this.takeStep()) this.running = false;
        taken++;
      } while (taken < count && goesOn() && performance.now() < until);
      show();
      if (taken < count) await new Promise((resolve) => setTimeout(resolve));
    }
    if (this.runs === run) this.running = false;
  }

  /** The cost of the graph, or its mean over all rows; and what each row gives.
   *  @returns {{cost: number, outcomes: Outcome[]}} */
  assess() {
    const { graph, data } = this;
    if (!data) return { cost: graph.values[graph.output], outcomes: [] };
    /** @type {Outcome[]} */
    const outcomes = [];
    this.overRows((cost) => {
      outcomes.push({ cost, predictions: data.predictions.map((node) => graph.values[node]) });
      return true;
    });
    return { cost: outcomes.reduce((sum, { cost }) => sum + cost, 0) / data.rows.length, outcomes };
  }

  /** Put one row after another into the graph, as long as that is wanted; afterwards it is as before.
   *  @param {(cost: number) => boolean} look whether to go on */
  overRows(look) {
    const { graph, data } = this;
    if (!data) return;
    const before = data.feed.map((leaf) => graph.values[leaf]);
    for (let row = 0; row < data.rows.length; row++) {
      this.feed(row);
      if (!look(graph.evaluate())) break;
    }
    data.feed.forEach((leaf, i) => leaf >= 0 && (graph.values[leaf] = before[i]));
    graph.evaluate();
  }
}
