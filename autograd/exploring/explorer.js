// The explorer: a computation graph to step through, question and change, in one page without a kernel behind it.
//
// Python sends along the graph, its layout, and for every shape of node two functions, of its value and of its partials.
// What is left to do here is what the engine does with its table: to compute forward, to hand gradients back, and to
// write both down. No derivative is worked out in this file.

// ---------------------------------------------------------------------------------------------------------- types

/**
 * @typedef {"text" | "latex" | "mathml"} Form
 * @typedef {{value: (x: number[]) => number, partials: (z: number, x: number[]) => number[]}} Functions
 * @typedef {{label: [string, string, string], role: string, data?: number | string, shape?: number,
 *   operands?: number[]}} NodeData
 * @typedef {{name: string, formula: number[], partials: number[][], steepest?: number}} ShapeData
 * @typedef {[item: number, x: number, y: number, width: number, height: number]} Placed
 * @typedef {{kind: string, title: string, head: number, open: boolean, items: Placed[],
 *   routes?: Record<string, number[]>}} GroupData
 * @typedef {{nodes: number[], shape: number, choices: {name: string, shape: number}[]}} SwitchData
 * @typedef {{feed: number[], rows: number[][], predictions: number[], batch: number}} LearningData
 * @typedef {{title: string, lr: number, digits: number, nodes: NodeData[], groups: GroupData[], switches: SwitchData[],
 *   shapes: ShapeData[], cancelled: Record<string, number[]>, texts: string[], learning?: LearningData}} Data
 * @typedef {{node: number, k: number}} Edge  the k-th variable of a node
 * @typedef {{of: number, by: number, way: Edge[]}} Link  how a node depends on another: by these edges, from it back
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 * @typedef {{kind: "partial" | "derivative", edge: Edge} | {kind: "cancelled", edge: Edge, inner: Edge}
 *   | {kind: "gradient", node: number}} Factor
 * @typedef {{sign: string, text: string}} Line
 */

// ------------------------------------------------------------------------- what JavaScript's Math lacks, as in IEEE 754

/** x to the power y, where 1 to any power is 1. @type {(x: number, y: number) => number} */
export const power = (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

/** The larger of two, the first of equals; nan if either is. @type {(x: number, y: number) => number} */
export const larger = (x, y) => (x < y ? y : x >= y ? x : x + y);

/** x times y, but 0 times infinity is 0. @type {(x: number, y: number) => number} */
export const mulNoNan = (x, y) => (x * y !== x * y && x === x && y === y ? 0 : x * y);

/** x - y, but infinity less infinity is 0. @type {(x: number, y: number) => number} */
export const subNoNan = (x, y) => (x === y ? 0 : x - y);

/** 1 above 0, 0 at 0 and below, nan at nan. @type {(x: number) => number} */
export const step = (x) => (x > 0 ? 1 : x <= 0 ? 0 : x);

/**
 * 1 - erf(x): by the series of erf near 0, by Legendre's continued fraction farther out.
 * M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 1964, 7.1.6 and 7.1.14.
 * @type {(x: number) => number}
 */
export const erfc = (x) => {
  if (x < 0) return 2 - erfc(-x);
  if (x > 27) return x === x ? 0 : NaN;
  if (x < 2) {
    let term = (2 * x) / Math.sqrt(Math.PI),
      sum = term;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - Math.exp(-x * x) * sum;
  }
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return x === x ? Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)) : NaN;
};

// -------------------------------------------------------------------------------------------------------- computing

/** The graph at work: its numbers now, forward and backward. */
export class Machine {
  /** @param {Data} data @param {Functions[]} functions one for each shape */
  constructor(data, functions) {
    this.data = data;
    this.functions = functions;
    const count = data.nodes.length;
    /** The variables of every node. @type {number[][]} */
    this.operands = data.nodes.map((node) => node.operands ?? []);
    this.shapes = data.nodes.map((node) => node.shape ?? -1);
    this.values = Float64Array.from(data.nodes, (node) => Number(node.data ?? 0));
    /** @type {number[][]} */
    this.partials = data.nodes.map(() => []);
    this.gradients = new Float64Array(count);
    /** Nodes that are computed, each after its operands. */
    this.results = data.nodes.flatMap((node, i) => (node.shape === undefined ? [] : [i]));
    this.leaves = data.nodes.flatMap((node, i) => (node.shape === undefined ? [i] : []));
    this.output = count - 1;
    /** The edges that a node feeds. @type {Edge[][]} */
    this.uses = data.nodes.map(() => []);
    for (const node of this.results) this.operands[node].forEach((x, k) => this.uses[x].push({ node, k }));
    const roles = data.nodes.map((node) => node.role);
    const learns = roles.includes("parameter") ? "parameter" : "leaf";
    /** The leaves that a step of gradient descent moves. */
    this.parameters = this.leaves.filter((i) => roles[i] === learns);
    this.compute();
  }

  /** Values, then partials and gradients. */
  compute() {
    this.forward();
    this.gradients = this.gradientsAfter(this.results.length);
  }

  /** Compute the value of every node, and the partials of each, which the chain rule multiplies. */
  forward() {
    this.evaluate();
    for (const i of this.results) {
      this.partials[i] = this.functions[this.shapes[i]].partials(this.values[i], this.inputsOf(i));
    }
  }

  /** Compute the values only, and return that of the output. */
  evaluate() {
    for (const i of this.results) this.values[i] = this.functions[this.shapes[i]].value(this.inputsOf(i));
    return this.values[this.output];
  }

  /** @param {number} node */
  inputsOf(node) {
    return this.operands[node].map((x) => this.values[x]);
  }

  /** The gradients when so many nodes, from the output back, have handed theirs on. @param {number} count */
  gradientsAfter(count) {
    const gradients = new Float64Array(this.values.length);
    gradients[this.output] = 1;
    for (let k = this.results.length - 1; k >= this.results.length - count; k--) {
      const node = this.results[k],
        partials = this.partials[node],
        gradient = gradients[node];
      this.operands[node].forEach((x, i) => (gradients[x] += partials[i] * gradient));
    }
    return gradients;
  }

  /** The output where a leaf has other numbers, one for each. @param {number} leaf @param {number[]} numbers */
  outputsAt(leaf, numbers) {
    const before = this.values[leaf];
    const outputs = numbers.map((number) => {
      this.values[leaf] = number;
      return this.evaluate();
    });
    this.values[leaf] = before;
    this.evaluate();
    return outputs;
  }

  /** The derivative that a link stands for. @param {Link} link */
  slope({ of, by, way }) {
    const gradients = new Map([[of, 1]]);
    for (const { node, k } of way) {
      const x = this.operands[node][k];
      gradients.set(x, (gradients.get(x) ?? 0) + this.partials[node][k] * Number(gradients.get(node)));
    }
    return Number(gradients.get(by));
  }

  /** The edges of a link that its node feeds. @param {Link} link */
  entries({ by, way }) {
    return way.filter(({ node, k }) => this.operands[node][k] === by);
  }

  /** An edge by itself. @param {Edge} edge @returns {Link} */
  link(edge) {
    return { of: edge.node, by: this.operands[edge.node][edge.k], way: [edge] };
  }

  /** Whether a node depends on another, for all nodes. @param {number} start */
  dependents(start) {
    const found = new Uint8Array(this.values.length);
    found[start] = 1;
    for (const node of this.results) if (this.operands[node].some((x) => found[x])) found[node] = 1;
    return found;
  }

  /** The edges on the paths from a node to the output, each node after all its users. @param {number} start */
  edgesFrom(start) {
    const depends = this.dependents(start);
    /** @type {Edge[]} */
    const edges = [];
    for (let i = this.results.length - 1; i >= 0; i--) {
      const node = this.results[i];
      if (depends[node]) this.operands[node].forEach((x, k) => depends[x] && edges.push({ node, k }));
    }
    return edges;
  }

  /** How many paths lead from a node to the output. @param {number} start */
  pathCount(start) {
    const count = new Float64Array(this.values.length);
    count[start] = 1;
    for (const node of this.results)
      if (node !== start) count[node] = this.operands[node].reduce((n, x) => n + count[x], 0);
    return count[this.output];
  }

  /** All paths of a link, as edges; at most so many. @param {Link} link @returns {Edge[][]} */
  paths({ of, by, way }, most = Infinity) {
    /** @type {Map<number, Edge[]>} */
    const back = new Map();
    for (const edge of way) back.set(edge.node, [...(back.get(edge.node) ?? []), edge]);
    /** @type {Edge[][]} */
    const found = [];
    /** @type {{node: number, path: Edge[]}[]} */
    const waiting = [{ node: of, path: [] }];
    for (let next = waiting.pop(); next && found.length < most; next = waiting.pop()) {
      const { node, path } = next;
      if (node === by) found.push(path);
      else {
        const edges = [...(back.get(node) ?? [])].reverse(); // the first is taken last, and so looked at first
        for (const edge of edges) waiting.push({ node: this.operands[node][edge.k], path: [...path, edge] });
      }
    }
    return found;
  }
}

/** A graph in which some boxes are closed: what is shown of it, and what one thing that is shown does to another. */
export class Boxes {
  /** @param {Machine} machine @param {GroupData[]} groups */
  constructor(machine, groups) {
    this.machine = machine;
    this.groups = groups;
    this.count = machine.operands.length;
    this.open = groups.map((group) => group.open);
    /** The group that holds a node or a group. @type {number[]} */
    this.parent = [];
    groups.forEach((group, g) => group.items.forEach(([item]) => item !== LANE && (this.parent[item] = g)));
  }

  /** The box that is drawn for a node: itself, or the outermost closed group around it. @param {number} item */
  shownAs(item) {
    let shown = item;
    for (let g = this.parent[item]; g !== undefined; g = this.parent[this.count + g]) {
      if (!this.open[g]) shown = this.count + g;
    }
    return shown;
  }

  /** Whether an item is a group that is open. @param {number} item */
  isOpen(item) {
    return item >= this.count && this.open[item - this.count];
  }

  /** Edges between what is shown: each with a link for every node that is seen of the one, and of the other.
   *  @returns {{from: number, to: number, links: Link[]}[]} */
  edges() {
    const { machine } = this,
      shown = machine.operands.map((_, node) => this.shownAs(node));
    /** @type {Map<string, {from: number, to: number, links: Link[]}>} */
    const edges = new Map();
    for (const of of machine.results) {
      const to = shown[of];
      if (of !== machine.output && machine.uses[of].every(({ node }) => shown[node] === to)) continue; // not seen
      for (const link of this.linksInto(of, shown)) {
        const from = shown[link.by],
          edge = edges.get(`${from} ${to}`) ?? { from, to, links: [] };
        edge.links.push(link);
        edges.set(`${from} ${to}`, edge);
      }
    }
    return [...edges.values()];
  }

  /** How a node depends on what is outside of its box. @param {number} of @param {number[]} shown
   *  @returns {Link[]} */
  linksInto(of, shown) {
    const { operands } = this.machine,
      inside = new Set([of]),
      /** @type {Set<number>} */
      outside = new Set();
    for (const node of inside) for (const x of operands[node]) (shown[x] === shown[of] ? inside : outside).add(x);
    const order = [...inside].sort((a, b) => a - b); // nodes are numbered in topological order
    return [...outside].map((by) => {
      const depends = new Set([by]),
        /** @type {Edge[]} */
        way = [];
      for (const node of order) {
        const edges = operands[node].flatMap((x, k) => (depends.has(x) ? [{ node, k }] : []));
        if (edges.length) depends.add(node);
        way.unshift(...edges);
      }
      return { of, by, way };
    });
  }
}

// ---------------------------------------------------------------------------------------------------------- writing

const ABOUT = "\ue002",
  MINUS = "\ue003"; // what they mean is said in templates.py
const SLOT = /\ue000([-br]?)(i?\w+)\ue001/g;
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** @type {Record<Form, {index: number, minus: string, plus: string, times: string, equal: string, about: string,
 *   raised: RegExp, brackets: (text: string) => string, derivative: (of: string, by: string) => string,
 *   power: (mantissa: string, exponent: number) => string, number: (mantissa: string) => string}>} */
const FORMS = {
  text: {
    index: 0,
    minus: "−",
    plus: "+",
    times: " · ",
    equal: "=",
    about: "≈",
    raised: /[⁰¹²³⁴⁵⁶⁷⁸⁹^]/,
    brackets: (text) => `(${text})`,
    derivative: (of, by) => `∂${of}/∂${by}`,
    number: (mantissa) => mantissa.replace("-", "−"),
    power: (mantissa, exponent) => {
      const raised = String(exponent)
        .replace("-", "⁻")
        .replace(/\d/g, (d) => SUPERSCRIPT[Number(d)]);
      return /^[-−]?1$/.test(mantissa) ? `${mantissa.slice(0, -1)}10${raised}` : `${mantissa}·10${raised}`;
    },
  },
  latex: {
    index: 1,
    minus: "-",
    plus: "+",
    times: " \\cdot ",
    equal: "=",
    about: "\\approx",
    raised: /\^/,
    brackets: (text) => (text.includes("\\frac") ? `\\left(${text}\\right)` : `(${text})`),
    derivative: (of, by) => `\\frac{\\partial ${of}}{\\partial ${by}}`,
    number: (mantissa) => mantissa.replace("∞", "\\infty").replace("NaN", "\\mathrm{NaN}"),
    power: (mantissa, exponent) =>
      /^-?1$/.test(mantissa) ? `${mantissa.slice(0, -1)}10^{${exponent}}` : `${mantissa} \\cdot 10^{${exponent}}`,
  },
  mathml: {
    index: 2,
    minus: "<mo>−</mo>",
    plus: "<mo>+</mo>",
    times: "<mo>·</mo>",
    equal: "<mo>=</mo>",
    about: "<mo>≈</mo>",
    raised: /<msup>|<msubsup>/,
    brackets: (text) => `<mrow><mo>(</mo><mrow>${text}</mrow><mo>)</mo></mrow>`,
    derivative: (of, by) => `<mfrac><mrow><mi>∂</mi>${of}</mrow><mrow><mi>∂</mi>${by}</mrow></mfrac>`,
    number: (mantissa) => `${mantissa.startsWith("-") ? "<mo>−</mo>" : ""}<mn>${mantissa.replace("-", "")}</mn>`,
    power: (mantissa, exponent) => {
      const sign = mantissa.startsWith("-") ? "<mo>−</mo>" : "";
      const ten = `<msup><mn>10</mn><mn>${String(exponent).replace("-", "−")}</mn></msup>`;
      const digits = mantissa.replace("-", "");
      return sign + (digits === "1" ? ten : `<mn>${digits}</mn><mo>·</mo>${ten}`);
    },
  },
};

/** A number to so many digits; whole numbers below a million as they are. @param {number} x @param {number} digits */
function rounded(x, digits) {
  return (Number.isInteger(x) && Math.abs(x) < 1e6 ? x : Number(exponential(x, digits))) + 0;
}

/** A number in exponential notation, where halfway between two the even one counts, as in Python.
 *  @param {number} x @param {number} digits */
function exponential(x, digits) {
  const upward = x.toExponential(digits - 1),
    [mantissa, exponent] = x.toExponential(100).split("e");
  const kept = digits === 1 ? mantissa.split(".")[0] : mantissa.slice(0, mantissa.indexOf(".") + digits);
  const halfway = /^\.?50*$/.test(mantissa.slice(kept.length)) && Number(kept.at(-1)) % 2 === 0;
  return halfway ? `${kept}e${exponent}` : upward;
}

/** Writes formulas and numbers of a graph as they are now, in one form. */
export class Writer {
  /** @param {Machine} machine @param {Form} form */
  constructor(machine, form, digits = machine.data.digits) {
    this.machine = machine;
    this.data = machine.data;
    this.form = form;
    this.digits = digits;
    this.signs = FORMS[form];
    this.exact = true;
  }

  /** = if all numbers since the last call were written in full, else ≈. */
  equals() {
    const sign = this.exact ? this.signs.equal : this.signs.about;
    this.exact = true;
    return sign;
  }

  /** @param {number} x */
  number(x) {
    const { digits } = this;
    if (!Number.isFinite(x)) return this.signs.number(Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "-∞");
    const short = rounded(x, digits);
    if (Math.abs(short - x) > 1e-14 * Math.abs(x)) this.exact = false;
    if (short === 0 || (Math.abs(short) >= 1e-4 && Math.abs(short) < 1e6)) return this.signs.number(String(short));
    const [mantissa, exponent] = exponential(x, digits).split("e");
    const plain = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return this.signs.power(this.form === "text" ? plain.replace("-", "−") : plain, Number(exponent));
  }

  /** A number that is no sum's first, so in brackets if it is negative. @param {number} x @param {boolean} [compound] */
  factorNumber(x, compound = false) {
    const text = this.number(x);
    const short = Number.isFinite(x) ? rounded(x, this.digits) : x;
    const power = short !== 0 && Number.isFinite(short) && (Math.abs(short) < 1e-4 || Math.abs(short) >= 1e6);
    return (x < 0 && short !== 0) || (compound && power) ? this.signs.brackets(text) : text;
  }

  /** @param {number} node */
  label(node) {
    return this.data.nodes[node].label[this.signs.index];
  }

  /** ∂of/∂by. @param {number} of @param {number} by */
  derivative(of, by) {
    return this.signs.derivative(this.label(of), this.label(by));
  }

  /** The derivative of the output by a node. @param {number} node */
  gradient(node) {
    return this.derivative(this.machine.output, node);
  }

  /** How a node is computed, in symbols or in numbers. @param {number} node @param {boolean} numbers */
  formula(node, numbers) {
    const { formula } = this.data.shapes[this.machine.shapes[node]];
    return this.fill(this.data.texts[formula[2 * this.signs.index + Number(numbers)]], numbers, node, node);
  }

  /**
   * A factor of a product, with MINUS before it where it is negative and written without its minus.
   * place: 0 alone, 1 the first of several, 2 the first of a later term, 3 later.
   * @param {Factor} factor @param {boolean} numbers @param {number} place
   */
  factor(factor, numbers, place) {
    const { machine } = this,
      later = place > 1;
    if (factor.kind === "gradient") {
      const x = machine.gradients[factor.node];
      return !numbers ? this.gradient(factor.node) : later ? this.factorNumber(x) : this.number(x);
    }
    const { node, k } = factor.edge,
      operand = machine.operands[node][k];
    if (factor.kind === "derivative") {
      const x = machine.partials[node][k];
      return !numbers ? this.derivative(node, operand) : later ? this.factorNumber(x) : this.number(x);
    }
    const variant = 4 * (2 * this.signs.index + Number(numbers)) + place;
    if (factor.kind !== "cancelled") {
      const template = this.data.shapes[machine.shapes[node]].partials[k];
      return this.fill(this.data.texts[template[variant]], numbers, node, node);
    }
    const template = /** @type {number[]} */ (cancellation(machine, factor.edge, factor.inner));
    return this.fill(this.data.texts[template[variant]], numbers, node, factor.inner.node);
  }

  /** A product: its sign, and the rest. @param {Factor[]} factors @param {boolean} numbers @param {boolean} first */
  product(factors, numbers, first) {
    const texts = factors.map((factor, i) =>
      this.factor(factor, numbers, i ? 3 : factors.length === 1 ? 0 : first ? 1 : 2),
    );
    const negative = texts[0].startsWith(MINUS);
    return { negative, text: texts.join(this.signs.times).replace(MINUS, "") };
  }

  /** The lines of a sum of products. @param {Factor[][]} terms @param {boolean} numbers @returns {Line[]} */
  sum(terms, numbers) {
    const { minus, plus } = this.signs;
    const written = terms.map((term, i) => this.product(term, numbers, i === 0));
    return written.map(({ negative, text }, i) => ({
      sign: i ? (negative ? minus : plus) : "",
      text: (negative && !i ? minus : "") + text,
    }));
  }

  /**
   * left = sum of the products, in symbols, worked out, with what cancels taken out, in numbers, and the value.
   * @param {string} left @param {Factor[][]} chain @param {Factor[][]} workedOut @param {number} value
   * @returns {Line[]}
   */
  equation(left, chain, workedOut, value) {
    const shorter = Number.isFinite(value) ? workedOut.map((term) => cancelled(this.machine, term)) : workedOut;
    /** @type {[Factor[][], boolean][]} */
    const steps = chain.length
      ? [
          [chain, false],
          [workedOut, false],
          [shorter, false],
          [shorter, true],
        ]
      : [];
    /** @type {Line[]} */
    const lines = [];
    let before = left;
    for (const [terms, numbers] of steps) {
      this.exact = true;
      const sum = this.sum(terms, numbers),
        equals = this.equals();
      const text = sum.map((line) => line.sign + line.text).join("\n");
      if (text !== before) lines.push({ sign: equals, text: sum[0].text }, ...sum.slice(1));
      before = text;
    }
    this.exact = true;
    const text = this.number(value);
    if (text !== before) lines.push({ sign: this.equals(), text });
    return lines;
  }

  /** A template with its slots filled. @param {string} template @param {boolean} numbers @param {number} node
   *  @param {number} inner the node whose operands have an i before their index */
  fill(template, numbers, node, inner) {
    if (template.endsWith(ABOUT)) this.exact = false;
    return template.replace(ABOUT, "").replace(SLOT, (_, mark, name) => {
      const { operands, values } = this.machine;
      const i =
        name === "z" ? node : name[0] === "i" ? operands[inner][Number(name.slice(1))] : operands[node][Number(name)];
      if (!numbers) {
        const label = this.label(i);
        return mark === "r" && this.signs.raised.test(label) ? this.signs.brackets(label) : label;
      }
      return mark ? this.factorNumber(values[i], mark !== "-") : this.number(values[i]);
    });
  }
}

/** The template for two edges that follow one another, where something cancels between them.
 *  @param {Machine} machine @param {Edge} edge @param {Edge} inner */
function cancellation(machine, edge, inner) {
  return machine.data.cancelled[`${machine.shapes[edge.node]} ${edge.k} ${machine.shapes[inner.node]} ${inner.k}`];
}

/** A product of partials without what cancels between neighbours. @param {Machine} machine @param {Factor[]} term */
function cancelled(machine, term) {
  /** @type {Factor[]} */
  const rest = [];
  for (const factor of term) {
    const before = rest.at(-1);
    if (before?.kind === "partial" && factor.kind === "partial" && cancellation(machine, before.edge, factor.edge)) {
      rest[rest.length - 1] = { kind: "cancelled", edge: before.edge, inner: factor.edge };
    } else rest.push(factor);
  }
  const ones = rest.filter((factor) => factor.kind !== "partial" || !isOne(machine, factor.edge));
  return rest.length < term.length ? ones : term; // where something has gone, so do factors of 1
}

/** Whether a partial is written as 1. @param {Machine} machine @param {Edge} edge */
function isOne(machine, { node, k }) {
  return machine.data.texts[machine.data.shapes[machine.shapes[node]].partials[k][0]] === "1";
}

const CUT = "cut off"; // the role of what has more behind it, or feeds more, than is on the page
const LANE = -1; // among the items of a group, where edges pass
const MOST_PATHS = 8; // beyond, the gradient is written as what the users of a node hand back

/** The derivative of the output by a node, as `derive` writes it. @param {Machine} machine @param {number} node
 *  @param {Form} form @returns {{left: string, lines: Line[]}} */
export function derivation(machine, node, form) {
  const writer = new Writer(machine, form);
  const left = writer.gradient(node),
    value = machine.gradients[node];
  if (machine.pathCount(node) <= MOST_PATHS) {
    const way = machine.edgesFrom(node),
      paths = way.length ? machine.paths({ of: machine.output, by: node, way }) : [];
    return {
      left,
      lines: writer.equation(
        left,
        paths.map((path) => path.map((edge) => ({ kind: "derivative", edge }))),
        paths.map((path) => path.map((edge) => ({ kind: "partial", edge }))),
        value,
      ),
    };
  }
  return handedBack(machine, node, form);
}

/** What an edge in the picture passes on: ∂z/∂x = formula = number. @param {Link} link @param {Writer} writer */
export function partialText(link, writer) {
  const { machine } = writer,
    left = writer.derivative(link.of, link.by),
    paths = machine.paths(link, MOST_PATHS + 1),
    written = paths.length > MOST_PATHS ? [] : paths;
  const lines = writer.equation(
    left,
    written.map((path) => path.map((edge) => ({ kind: "derivative", edge }))),
    written.map((path) => path.map((edge) => ({ kind: "partial", edge }))),
    machine.slope(link),
  );
  return [left, ...lines.map(({ sign, text }, i) => (sign ? `${sign} ${text}` : text))].join(" ");
}

/** The gradient of a node as the sum of what its users hand back. @param {Machine} machine @param {number} node
 *  @param {Form} form @returns {{left: string, lines: Line[]}} */
export function handedBack(machine, node, form) {
  const writer = new Writer(machine, form),
    left = writer.gradient(node);
  /** @type {(kind: "derivative" | "partial") => Factor[][]} */
  const terms = (kind) => machine.uses[node].map((edge) => handed(machine, edge, kind));
  return { left, lines: writer.equation(left, terms("derivative"), terms("partial"), machine.gradients[node]) };
}

/** What is handed back along an edge: the gradient of its node, but that of the output, which is 1, times the partial.
 *  @param {Machine} machine @param {Edge} edge @param {"derivative" | "partial"} kind @returns {Factor[]} */
function handed(machine, edge, kind) {
  return edge.node === machine.output
    ? [{ kind, edge }]
    : [
        { kind: "gradient", node: edge.node },
        { kind, edge },
      ];
}

/** How a node was computed: formula, numbers put in, value. @param {Machine} machine @param {number} node
 *  @param {Form} form @returns {{left: string, lines: Line[]}} */
export function evaluation(machine, node, form) {
  const writer = new Writer(machine, form),
    left = writer.label(node);
  /** @type {Line[]} */
  const lines = [];
  if (machine.shapes[node] >= 0) {
    for (const numbers of [false, true]) {
      const text = writer.formula(node, numbers);
      if (text !== lines.at(-1)?.text) lines.push({ sign: writer.equals(), text });
    }
  }
  writer.exact = true;
  const text = writer.number(machine.values[node]);
  if (text !== lines.at(-1)?.text) lines.push({ sign: writer.equals(), text });
  return { left, lines };
}

/** Equations as one text. @param {{left: string, lines: Line[]}} equation */
export function asText({ left, lines }) {
  return lines.map(({ sign, text }, i) => `${i ? " ".repeat(left.length) : left} ${sign} ${text}`).join("\n");
}

/** Equations as LaTeX. @param {{left: string, lines: Line[]}} equation */
export function asLatex({ left, lines }) {
  const rows = lines.map(({ sign, text }, i) => `${i ? "" : left} &${sign} ${text}`);
  return `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}`;
}

/** Equations as MathML. @param {{left: string, lines: Line[]}} equation */
export function asMathml({ left, lines }) {
  const rows = lines.map(
    ({ sign, text }, i) =>
      `<mtr>${[
        ["right", i ? "" : left],
        ["center", `${sign} `],
        ["left", text],
      ]
        .map(([side, cell]) => `<mtd columnalign="${side}" style="text-align: ${side}">${cell}</mtd>`)
        .join("")}</mtr>`,
  );
  return `<math display="block"><mtable displaystyle="true">${rows.join("")}</mtable></math>`;
}

// ---------------------------------------------------------------------------------------------- what there is to see

/** An element of HTML. on… are listeners; children that are null are left out.
 *  @param {string} tag @param {Record<string, any>} [attributes] @param {(Node | string | null)[]} children
 *  @returns {HTMLElement} */
function h(tag, attributes = {}, ...children) {
  return /** @type {HTMLElement} */ (filled(document.createElement(tag), attributes, children));
}

/** An element of SVG. @param {string} tag @param {Record<string, any>} [attributes] @param {(Node | string)[]} children
 *  @returns {SVGElement} */
function s(tag, attributes = {}, ...children) {
  return /** @type {SVGElement} */ (
    filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children)
  );
}

/** @param {Element} element @param {Record<string, any>} attributes @param {(Node | string | null)[]} children */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A formula, from markup that this module wrote and Python escaped. @param {string} markup */
function formulaElement(markup) {
  const element = h("div", { class: "formula", tabindex: "0", role: "group", "aria-label": "formula" });
  element.innerHTML = markup;
  return element;
}

const PAD = 12,
  HEADER = 24; // around what an open box holds, and above it
const MOST_NUMBERS = 24; // of edges that light up, beyond which they would cover one another
const PHONE = 460; // pixels: narrower pictures show a part
const READABLE = 0.5; // the least scale of a picture that is shown as a whole
/** Names of roles, as a sentence has them. @type {Record<string, string>} */
const ROLES = {
  leaf: "input",
  operation: "result",
  loss: "cost",
  target: "target",
  neuron: "neuron",
  "pre-activation": "weighted sum",
};

/** The parts of a node in the picture; shown is the shape whose formula it has.
 *  @typedef {{root: SVGElement, shape: SVGElement, name: SVGElement, value: SVGElement, formula: SVGElement,
 *  gradientName: SVGElement, gradient: SVGElement, title: SVGElement, shown: number}} Drawn */

/** An edge in the picture, which may stand for several links; entries are the edges of the graph from the one to the
 *  other, rank counts those from the same node.
 *  @typedef {{from: number, to: number, links: Link[], entries: string[], root: SVGElement, label: SVGElement, rank: number,
 *  placed: boolean}} DrawnEdge */

/** The picture: boxes, nodes and edges in SVG, with a view that can be moved and scaled. */
class Picture {
  /** @param {Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.machine = explorer.machine;
    this.data = explorer.data;
    this.count = this.data.nodes.length;
    this.contents = new Boxes(this.machine, this.data.groups);
    /** @type {Map<number, Box>} */
    this.boxes = new Map();
    /** Where edges from outside pass the parameters of an open neuron, by group, and who has which track.
     *  @type {Map<number, {box: Box, tracks: number[]}>} */
    this.lanes = new Map();
    /** @type {Map<number, Drawn>} */
    this.drawn = new Map();
    /** @type {Map<string, DrawnEdge>} */
    this.edges = new Map();
    this.view = { x: 0, y: 0, scale: 1 };
    this.current = -1; // the item that the keyboard is on
    this.measured = false; // whether it is known how much room there is
    this.world = s("g", { class: "world" });
    this.svg = /** @type {SVGSVGElement} */ (
      s(
        "svg",
        {
          class: "canvas",
          role: "application",
          tabindex: "-1",
          "aria-label":
            "Computation graph: up and down go from node to node, with shift from edge to edge, enter selects",
        },
        s(
          "defs",
          {},
          s(
            "marker",
            {
              id: "arrow",
              viewBox: "0 0 8 8",
              refX: "7",
              refY: "4",
              markerWidth: "8",
              markerHeight: "8",
              markerUnits: "userSpaceOnUse",
              orient: "auto-start-reverse",
            },
            s("path", { d: "M0 0L8 4L0 8z", class: "arrow" }),
          ),
        ),
        this.world,
      )
    );
    this.tip = h("div", { class: "tip", role: "status" });
    this.tip.hidden = true;
    this.listen();
  }

  // ------------------------------------------------------------------------------------------------- arranging

  /** Draw everything anew: what is open has changed. */
  build() {
    this.boxes.clear();
    this.lanes.clear();
    this.arrange(0);
    this.drawn.clear();
    this.edges.clear();
    const frames = s("g"),
      edges = s("g"),
      nodes = s("g"),
      labels = s("g"),
      toggles = s("g");
    for (const [item, box] of this.boxes) {
      if (item === this.count) continue; // the whole graph
      if (this.contents.isOpen(item)) frames.append(this.frame(item, box));
      else nodes.append(this.node(item, box));
      if (item < this.count) continue;
      const [verb, sign, x, y] = this.contents.isOpen(item)
        ? ["Collapse", "M-4 0H4", 16, 13]
        : ["Expand", "M-4 0H4M0-4V4", box.width - 2, 2];
      toggles.append(this.toggle(item, `${verb} ${this.titleOf(item)}`, sign, box.x + x, box.y + y));
    }
    /** @type {Map<number, number>} */
    const ranks = new Map();
    for (const { from, to, links } of this.contents.edges()) {
      const key = `${from} ${to}`,
        root = this.edge(from, to),
        label = s("text", { class: "edge-number" }),
        rank = ranks.get(from) ?? 0;
      ranks.set(from, rank + 1);
      const entries = links.flatMap((link) => this.machine.entries(link)).map(({ node, k }) => `${node} ${k}`);
      this.edges.set(key, { from, to, links, entries, root, label, rank, placed: false });
      edges.append(root);
      labels.append(label);
      root.addEventListener("pointerenter", (event) => this.explain(key, /** @type {PointerEvent} */ (event)));
      root.addEventListener("pointerleave", () => this.explain(""));
      root.addEventListener("focus", () => this.explain(key));
      root.addEventListener("blur", () => this.explain(""));
    }
    this.world.replaceChildren(frames, edges, nodes, labels, toggles);
    this.world.classList.toggle("many", this.edges.size > 120);
    const focusable = this.drawn.get(this.current) ?? this.drawn.values().next().value;
    focusable?.root.setAttribute("tabindex", "0");
  }

  /**
   * Place what a group holds: columns as Graphviz made them, moved apart where something in them is open.
   * Returns the size of the whole; the boxes are relative to it until place() has run.
   * @param {number} g @returns {{width: number, height: number}}
   */
  arrange(g) {
    const { width, height } = this.measure(g);
    this.boxes.set(this.count + g, { x: 0, y: 0, width, height });
    this.place(g, 0, 0);
    return { width, height };
  }

  /** @param {number} g @returns {{width: number, height: number, spots: Box[]}} */
  measure(g) {
    const { items, kind } = this.data.groups[g];
    const spots = items.map(([item, , , width, height]) => {
      const size = this.contents.isOpen(item) ? this.measure(item - this.count) : { width, height };
      return { x: 0, y: 0, width: size.width, height: size.height };
    });
    /** @type {number[][]} */
    const columns = [];
    const byX = items.map((_, i) => i).sort((i, k) => items[i][1] - items[k][1] || items[i][2] - items[k][2]);
    for (const i of byX) {
      const column = columns.at(-1);
      if (column && Math.abs(items[column[0]][1] - items[i][1]) < 1) column.push(i);
      else columns.push([i]);
    }
    const middle =
      (Math.min(...items.map((item) => item[2] - item[4] / 2)) +
        Math.max(...items.map((item) => item[2] + item[4] / 2))) /
      2;
    /** @type {number[][]} */
    const columnsOfLayer = [];
    let right = 0,
      before = 0;
    for (const column of columns) {
      const x = items[column[0]][1],
        natural = Math.max(...column.map((i) => items[i][3]));
      const width = Math.max(...column.map((i) => spots[i].width));
      const gap = right === 0 ? 0 : Math.max(28, x - natural / 2 - before);
      const top = items[column[0]][2] - items[column[0]][4] / 2;
      const last = items[column[column.length - 1]];
      let y = 0,
        end = top;
      for (const i of column) {
        y += items[i][2] - items[i][4] / 2 - end;
        spots[i].x = right + gap + (width - spots[i].width) / 2;
        spots[i].y = y;
        y += spots[i].height;
        end = items[i][2] + items[i][4] / 2;
      }
      const centre = (top + last[2] + last[4] / 2) / 2 - middle;
      for (const i of column) spots[i].y += centre - y / 2;
      if (kind === "layer") columnsOfLayer.push(column);
      right += gap + width;
      before = x + natural / 2;
    }
    if (columnsOfLayer.length > 1) {
      // what neurons share stands above them, out of the way of edges
      const [shared, ...others] = columnsOfLayer,
        top = Math.min(...others.flat().map((i) => spots[i].y));
      const rise = Math.max(...shared.map((i) => spots[i].y + spots[i].height)) - (top - 8);
      for (const i of shared) spots[i].y -= rise;
    }
    const up = Math.min(...spots.map((spot) => spot.y)),
      down = Math.max(...spots.map((spot) => spot.y + spot.height));
    const header = kind === "graph" ? 0 : HEADER,
      pad = kind === "graph" ? 0 : PAD;
    for (const spot of spots) {
      spot.x += pad;
      spot.y += header + pad / 2 - up;
    }
    return { width: right + 2 * pad, height: down - up + header + pad * 1.5, spots };
  }

  /** @param {number} g @param {number} x @param {number} y */
  place(g, x, y) {
    const { spots } = this.measure(g);
    this.data.groups[g].items.forEach(([item], i) => {
      const box = { ...spots[i], x: x + spots[i].x, y: y + spots[i].y };
      if (item === LANE) {
        this.lanes.set(g, { box, tracks: [] });
        return;
      }
      this.boxes.set(item, box);
      if (this.contents.isOpen(item)) this.place(item - this.count, box.x, box.y);
    });
  }

  // --------------------------------------------------------------------------------------------------- drawing

  /** An open box. @param {number} item @param {Box} box */
  frame(item, box) {
    const group = this.data.groups[item - this.count],
      name = this.titleOf(item);
    const root = s(
      "g",
      { class: `frame ${group.kind}`, transform: `translate(${box.x} ${box.y})` },
      s("rect", { width: box.width, height: box.height, rx: 10 }),
      s("text", { class: "title", x: 30, y: 17 }, name),
    );
    return root;
  }

  /** The button that opens and closes a box. @param {number} item @param {string} name @param {string} sign
   *  @param {number} x @param {number} y */
  toggle(item, name, sign, x, y) {
    const flip = (/** @type {Event} */ event) => {
      event.stopPropagation();
      this.explorer.setOpen([item - this.count], !this.contents.open[item - this.count]);
    };
    return s(
      "g",
      {
        class: "toggle",
        role: "button",
        "aria-label": name,
        tabindex: "-1",
        transform: `translate(${x} ${y})`,
        onclick: flip,
        onpointerdown: (/** @type {Event} */ event) => event.stopPropagation(),
      },
      s("title", {}, name),
      s("circle", { r: 9 }),
      s("path", { d: sign }),
    );
  }

  /** @param {number} item */
  titleOf(item) {
    const group = this.data.groups[item - this.count];
    return group.title || `Neuron ${this.data.nodes[group.head].label[0]}`;
  }

  /** A node, or a closed box. @param {number} item @param {Box} box */
  node(item, box) {
    const group = item >= this.count ? this.data.groups[item - this.count] : null;
    const node = group ? group.head : item,
      result = Boolean(group) || this.machine.shapes[item] >= 0;
    const role = group ? group.kind : this.data.nodes[item].role;
    const { width, height } = box;
    const round =
      role === "input" || role === "leaf" || role === "target"
        ? 20
        : role === "parameter"
          ? 2
          : role === "loss"
            ? 4
            : 10;
    const rows = result && !group ? [18, 33, 49] : [17, 0, 33];
    const part = {
      root: s("g", {
        class: `node ${role}`,
        "data-item": item,
        tabindex: "-1",
        role: "button",
        transform: `translate(${box.x} ${box.y})`,
      }),
      shape: s("rect", { class: "shape", width, height, rx: round }),
      name: s("text", { class: "name", x: 10, y: rows[0] }),
      value: s("text", { class: "value", x: width - 10, y: rows[0], "text-anchor": "end" }),
      formula: s("text", { class: "made", x: 10, y: rows[1] }),
      gradientName: s("text", { class: "gradient-name", x: 10, y: rows[2] }),
      gradient: s("text", { class: "gradient", x: width - 10, y: rows[2], "text-anchor": "end" }),
      title: s("title"),
      shown: -1,
    };
    part.root.append(part.shape);
    if (role === "loss")
      part.root.append(s("rect", { class: "inner", x: 3, y: 3, width: width - 6, height: height - 6, rx: 2 }));
    if (group && node < 0) {
      part.name.textContent = shortened(group.title, 15);
      part.gradientName.textContent =
        group.kind === "layer" ? `${group.items.filter(([x]) => x >= this.count).length} neurons` : "closed";
      part.root.append(part.name, part.gradientName);
    } else {
      part.name.textContent = shortened(this.data.nodes[node].label[0], 16);
      part.root.append(
        part.name,
        part.value,
        ...(result && !group ? [part.formula] : []),
        part.gradientName,
        part.gradient,
      );
    }
    part.root.append(part.title);
    this.drawn.set(item, part);
    return part.root;
  }

  /** @param {number} from @param {number} to */
  edge(from, to) {
    const path = this.path(from, to);
    return s(
      "g",
      { class: "edge", role: "img", tabindex: "-1", "data-edge": `${from} ${to}` },
      s("path", { class: "wide", d: path }),
      s("path", { class: "line", d: path, "marker-end": "url(#arrow)" }),
    );
  }

  /** The points of an edge: its ends, and between them those of the lane that it passes. @param {number} from
   *  @param {number} to @returns {[number, number][]} */
  points(from, to) {
    const a = /** @type {Box} */ (this.boxes.get(from)),
      b = /** @type {Box} */ (this.boxes.get(to));
    const lane =
      this.contents.parent[from] === this.contents.parent[to] ? undefined : this.lanes.get(this.contents.parent[to]);
    /** @type {[number, number][]} */
    const points = [
      [a.x + a.width, a.y + a.height / 2],
      [b.x - 1, b.y + b.height / 2],
    ];
    if (lane) {
      if (!lane.tracks.includes(from)) lane.tracks.push(from);
      const { box } = lane,
        all = this.machine.operands[to].filter((x) => this.contents.parent[x] !== this.contents.parent[to]).length;
      const y = box.y + (box.height * (lane.tracks.indexOf(from) + 0.5)) / Math.max(all, lane.tracks.length);
      points.splice(1, 0, [box.x, y], [box.x + box.width, y]);
    }
    return points;
  }

  /** @param {number} from @param {number} to */
  path(from, to) {
    const route = this.data.groups[this.contents.parent[from]].routes?.[`${from} ${to}`];
    if (route) {
      // Graphviz led it around what stands between
      const { x, y } = /** @type {Box} */ (this.boxes.get(from));
      const [, middle, centre, width, height] = /** @type {Placed} */ (
        this.data.groups[this.contents.parent[from]].items.find(([item]) => item === from)
      );
      const right = x - (middle - width / 2),
        down = y - (centre - height / 2);
      const points = Array.from(
        { length: route.length / 2 },
        (_, i) => `${(route[2 * i] + right).toFixed(1)} ${(route[2 * i + 1] + down).toFixed(1)}`,
      );
      return `M${points[0]}C${points.slice(1).join(" ")}`;
    }
    const [first, ...rest] = this.points(from, to);
    let [x, y] = first,
      path = `M${x} ${y}`;
    rest.forEach(([right, down], i) => {
      const bend = Math.max(rest.length > 1 ? 12 : 24, (right - x) / 2);
      path += i === 1 ? `H${right}` : `C${x + bend} ${y} ${right - bend} ${down} ${right} ${down}`;
      [x, y] = [right, down];
    });
    return path;
  }

  // -------------------------------------------------------------------------------------------------- updating

  /** Write the numbers of the present step, and mark what is in question. */
  update() {
    const { explorer, machine } = this,
      { now } = explorer;
    const writer = new Writer(machine, "text");
    const { lit } = explorer,
      litNodes = new Set(lit ? [explorer.selected] : []);
    for (const key of lit ?? []) {
      const [node, k] = key.split(" ").map(Number);
      litNodes.add(node).add(machine.operands[node][k]);
    }
    const shownLit = new Set([...litNodes].map((node) => this.contents.shownAs(node)));
    const scale = explorer.colourScale();
    this.world.classList.toggle("tinted", explorer.colourBy !== "role");
    const active = now.node >= 0 ? this.contents.shownAs(now.node) : -1;
    const selected = explorer.selected >= 0 ? this.contents.shownAs(explorer.selected) : -1;
    for (const [item, part] of this.drawn) {
      const group = item >= this.count ? this.data.groups[item - this.count] : null;
      const node = group ? group.head : item;
      const { classList } = part.root;
      classList.toggle("active", item === active);
      classList.toggle("selected", item === selected);
      classList.toggle("muted", Boolean(lit) && !shownLit.has(item));
      if (node < 0) {
        part.title.textContent = `${this.titleOf(item)}, closed`;
        part.root.setAttribute("aria-label", part.title.textContent);
        continue;
      }
      const known = explorer.isKnown(node),
        received = explorer.received(node);
      const room = this.roomOf(item, part);
      setText(part.value, known ? this.fitted(machine.values[node], room) : "");
      const { width } = /** @type {Box} */ (this.boxes.get(item));
      const gradient = received && this.fitted(now.gradients[node], Math.floor((width - 46) / 6.6));
      setText(part.gradient, received === "part" ? `${gradient} …` : gradient);
      setText(part.gradientName, received ? "grad" : "");
      if (machine.shapes[node] >= 0 && !group && part.shown !== machine.shapes[node]) {
        part.shown = machine.shapes[node];
        setText(part.formula, this.madeOf(node));
      }
      const warning = known && explorer.warning(node);
      classList.toggle("warned", Boolean(warning));
      classList.toggle("unknown", !known);
      this.colour(
        part.shape,
        scale,
        known ? (explorer.colourBy === "gradient" ? (received ? now.gradients[node] : 0) : machine.values[node]) : 0,
      );
      const description = this.describe(node, Boolean(known), received, warning || "", writer);
      if (part.title.textContent !== description) {
        part.title.textContent = description;
        part.root.setAttribute("aria-label", description);
      }
    }
    const few = explorer.edgeNumbers,
      drawnEdges = [...this.edges.values()],
      litEdges = new Set(drawnEdges.filter(({ entries }) => entries.some((entry) => lit?.has(entry))));
    for (const edge of drawnEdges) {
      const { links, entries, root, label } = edge;
      const isLit = litEdges.has(edge);
      const isActive = entries.some((entry) => now.edges.has(entry));
      root.classList.toggle("lit", isLit);
      root.classList.toggle("muted", Boolean(lit) && !isLit);
      root.classList.toggle("active", isActive);
      const written =
        links.length === 1 &&
        explorer.isKnown(links[0].of) &&
        ((isLit && litEdges.size <= MOST_NUMBERS) || isActive || (few && !lit));
      setText(label, written ? writer.number(machine.slope(links[0])) : "");
      label.setAttribute("class", `edge-number${isLit || isActive ? " strong" : ""}`);
      if (written) this.placeLabel(edge);
      root.setAttribute(
        "aria-label",
        links.length === 1 ? `edge, ${partialText(links[0], writer)}` : `${links.length} derivatives`,
      );
    }
  }

  /** Set the number of an edge where those of its neighbours are not. @param {DrawnEdge} edge */
  placeLabel(edge) {
    if (edge.placed) return;
    edge.placed = true;
    const line = /** @type {SVGPathElement} */ (edge.root.querySelector(".line")),
      length = line.getTotalLength();
    const { x, y } = line.getPointAtLength(length * (length < 80 ? 0.45 : 0.3 + 0.13 * (edge.rank % 3)));
    edge.label.setAttribute("x", x.toFixed(1));
    edge.label.setAttribute("y", (y - 3).toFixed(1));
  }

  /** How many characters there are for the value of a node beside its name. @param {number} item @param {Drawn} part */
  roomOf(item, part) {
    const { width } = /** @type {Box} */ (this.boxes.get(item));
    return Math.floor((width - 22) / 8.2) - (part.name.textContent ?? "").length;
  }

  /** A number in at most so many characters, where two digits or more will do. @param {number} x @param {number} room */
  fitted(x, room) {
    let text = "";
    for (let digits = this.data.digits; digits > 1; digits--) {
      text = new Writer(this.machine, "text", digits).number(x);
      if (text.length <= room) break;
    }
    return text;
  }

  /** How a node was computed, if there is room; else the operation. @param {number} node */
  madeOf(node) {
    const formula = new Writer(this.machine, "text").formula(node, false);
    return formula.length <= 18 ? formula : this.data.shapes[this.machine.shapes[node]].name;
  }

  /** @param {SVGElement} shape @param {number} scale @param {number} number */
  colour(shape, scale, number) {
    const strength =
      this.explorer.colourBy === "role" || !scale || !Number.isFinite(number)
        ? 0
        : Math.min(1, Math.abs(number) / scale);
    shape.style.fill =
      strength < 0.004
        ? ""
        : `color-mix(in oklab, var(--${number > 0 ? "plus" : "minus"}) ${(55 * Math.sqrt(strength)).toFixed(0)}%, var(--paper))`;
    if (this.explorer.colourBy !== "role" && strength < 0.004) shape.style.fill = "var(--paper)";
  }

  /** What a screen reader says of a node. @param {number} node @param {boolean} known
   *  @param {"" | "part" | "all"} received @param {string} warning @param {Writer} [writer] */
  describe(node, known, received, warning, writer = new Writer(this.machine, "text")) {
    const { role } = this.data.nodes[node];
    const value = known ? writer.number(this.machine.values[node]) : "not computed";
    const gradient = received
      ? writer.number(this.explorer.now.gradients[node]) + (received === "part" ? " so far" : "")
      : "not computed";
    return `${writer.label(node)}, ${ROLES[role] ?? role}, value ${value}, gradient ${gradient}${warning ? `, ${warning}` : ""}`;
  }

  /** Show what an edge passes on, at the pointer or at its middle; nothing for no edge.
   *  @param {string} key @param {PointerEvent} [event] */
  explain(key, event) {
    const edge = this.edges.get(key);
    this.tip.hidden = !edge;
    if (!edge) return;
    const writer = new Writer(this.machine, "text"),
      known = edge.links.filter(({ of }) => this.explorer.isKnown(of));
    const lines = known.slice(0, 6).map((link) => partialText(link, writer));
    if (known.length > 6) lines.push(`… and ${known.length - 6} more`);
    this.tip.textContent = lines.join("\n") || "not computed yet";
    const area = this.svg.getBoundingClientRect(),
      line = edge.root.getBoundingClientRect();
    const x = event ? event.clientX : line.x + line.width / 2,
      y = event ? event.clientY : line.y + line.height / 2;
    this.tip.style.left = `${Math.max(4, Math.min(x - area.x + 12, area.width - this.tip.offsetWidth - 4))}px`;
    this.tip.style.top = `${Math.max(4, Math.min(y - area.y + 14, area.height - this.tip.offsetHeight - 4))}px`;
  }

  // ------------------------------------------------------------------------------------------------------ view

  /** Show all of it. */
  fit() {
    const whole = /** @type {Box} */ (this.boxes.get(this.count));
    const { width } = this.svg.getBoundingClientRect();
    if (!width) return;
    if (!this.explorer.standalone) {
      // in a notebook, no higher than need be
      const wanted = whole.height * Math.min((width - 32) / whole.width, 1.2) + 32;
      this.svg.style.height = `${Math.round(Math.max(200, Math.min(wanted, 460)))}px`;
    }
    const area = this.svg.getBoundingClientRect();
    const scale = Math.min((area.width - 32) / whole.width, (area.height - 32) / whole.height, 1.4);
    this.view = { scale, x: (area.width - whole.width * scale) / 2, y: (area.height - whole.height * scale) / 2 };
    this.show();
  }

  /** Show all of it where it can be read; else a part of it, about an item, or the node in question, or the first.
   *  @param {number} [item] */
  openView(item = -1) {
    this.fit();
    const area = this.svg.getBoundingClientRect();
    if (!area.width || this.view.scale > READABLE) return;
    const { selected, now, machine } = this.explorer;
    const asked =
      [item, selected, now.node].find((node) => node >= 0) ??
      machine.leaves.find((leaf) => this.data.nodes[leaf].role === "input") ??
      0;
    const about = /** @type {Box} */ (this.boxes.get(this.contents.shownAs(asked))),
      scale = 0.8;
    const left = item < 0 && selected < 0 && now.node < 0 ? 24 : (area.width - about.width * scale) / 2;
    this.view = { scale, x: left - about.x * scale, y: (area.height - about.height * scale) / 2 - about.y * scale };
    this.show();
  }

  /** Close neurons, then layers, of a picture that could not be read as a whole. */
  closeWhatIsSmall() {
    const { width } = this.svg.getBoundingClientRect();
    if (!width || this.measured) return; // not shown yet, such as in a closed output; or done
    this.measured = true;
    for (const kind of ["neuron", "layer"]) {
      this.fit();
      if (this.view.scale > READABLE || width < PHONE) return;
      this.data.groups.forEach((group, g) => {
        if (group.kind === kind) group.open = this.contents.open[g] = false;
      });
      this.build();
    }
  }

  /** Scale about a point of the picture on the screen. @param {number} factor @param {number} [x] @param {number} [y] */
  zoom(factor, x, y) {
    const area = this.svg.getBoundingClientRect(),
      { view } = this;
    const px = x ?? area.width / 2,
      py = y ?? area.height / 2;
    const scale = Math.min(4, Math.max(0.02, view.scale * factor)),
      by = scale / view.scale;
    this.view = { scale, x: px - (px - view.x) * by, y: py - (py - view.y) * by };
    this.show();
  }

  show() {
    const { x, y, scale } = this.view;
    this.world.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
    this.svg.classList.toggle("far", scale < 0.34); // what cannot be read need not be drawn
  }

  /** Bring an item into view. @param {number} item */
  reveal(item) {
    const box = this.boxes.get(item),
      area = this.svg.getBoundingClientRect();
    if (!box || !area.width) return;
    const { view } = this,
      left = view.x + box.x * view.scale,
      top = view.y + box.y * view.scale;
    const right = left + box.width * view.scale,
      bottom = top + box.height * view.scale;
    if (left < 0 || right > area.width) view.x += area.width / 2 - (left + right) / 2;
    if (top < 0 || bottom > area.height) view.y += area.height / 2 - (top + bottom) / 2;
    this.show();
  }

  listen() {
    /** @type {Map<number, {x: number, y: number}>} */
    const pointers = new Map();
    let moved = 0;
    const spread = () => {
      const [a, b] = [...pointers.values()];
      return Math.hypot(a.x - b.x, a.y - b.y);
    };
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved = 0;
    });
    this.svg.addEventListener("pointermove", (event) => {
      const last = pointers.get(event.pointerId);
      if (!last) return;
      const before = pointers.size === 2 ? spread() : 0;
      const dx = event.clientX - last.x,
        dy = event.clientY - last.y;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved += Math.abs(dx) + Math.abs(dy);
      if (moved > 4 && !this.svg.hasPointerCapture(event.pointerId)) {
        this.svg.setPointerCapture(event.pointerId);
        this.world.style.willChange = "transform"; // moves it as an image, without drawing it anew
      }
      if (pointers.size === 2) {
        const area = this.svg.getBoundingClientRect();
        this.zoom(spread() / before, event.clientX - area.x, event.clientY - area.y);
      } else if (moved > 4) {
        this.view.x += dx;
        this.view.y += dy;
        this.show();
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.svg.addEventListener(end, (event) => {
        pointers.delete(/** @type {PointerEvent} */ (event).pointerId);
        this.world.style.willChange = "";
      });
    }
    this.svg.addEventListener("click", (event) => {
      if (moved > 4) return;
      const found = /** @type {Element} */ (event.target).closest("[data-item]");
      if (found) this.choose(Number(found.getAttribute("data-item")));
      else if (!(/** @type {Element} */ (event.target).closest(".edge"))) this.explorer.select(-1);
    });
    this.svg.addEventListener("dblclick", (event) => {
      const found = /** @type {Element} */ (event.target).closest("[data-item]"),
        item = Number(found?.getAttribute("data-item"));
      if (found && item >= this.count) this.explorer.setOpen([item - this.count], true);
    });
    this.svg.addEventListener(
      "wheel",
      (event) => {
        if (!this.explorer.standalone && !event.ctrlKey) return; // a notebook scrolls
        event.preventDefault();
        const area = this.svg.getBoundingClientRect();
        this.zoom(
          Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)),
          event.clientX - area.x,
          event.clientY - area.y,
        );
      },
      { passive: false },
    );
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("focusin", (event) => {
      const found = /** @type {Element} */ (event.target).closest("[data-item]");
      if (!found) return;
      this.drawn.get(this.current)?.root.setAttribute("tabindex", "-1");
      this.current = Number(found.getAttribute("data-item"));
      found.setAttribute("tabindex", "0");
    });
  }

  /** Select what stands for an item; open a box that stands for no node. @param {number} item */
  choose(item) {
    const group = item >= this.count ? this.data.groups[item - this.count] : null;
    if (group && group.head < 0) this.explorer.setOpen([item - this.count], true);
    else this.explorer.select(group ? group.head : item);
  }

  /** Keys on the picture. @param {KeyboardEvent} event */
  key(event) {
    const items = [...this.drawn.keys()],
      at = items.indexOf(this.current);
    const move = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (move && event.shiftKey) {
      const keys = [...this.edges].filter(([, { from, to }]) => [from, to].includes(this.current)).map(([key]) => key);
      const focused = /** @type {ShadowRoot} */ (this.svg.getRootNode()).activeElement?.getAttribute("data-edge") ?? "";
      const next = keys.at((keys.indexOf(focused) + move + (move < 0 && !focused ? 1 : 0)) % keys.length);
      if (next) /** @type {any} */ (this.edges.get(next)).root.focus();
    } else if (move) this.focus(items.at((at + move + (move < 0 && at < 0 ? 1 : 0)) % items.length) ?? -1);
    else if (event.key === "Enter" && at >= 0) this.choose(this.current);
    else if ((event.key === "x" || event.key === "c") && at >= 0) this.flip(this.current, event.key === "x");
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Open the box that the keyboard is on, or close the one around it. @param {number} item @param {boolean} open */
  flip(item, open) {
    const g = open ? item - this.count : this.contents.parent[item];
    if (g > 0) {
      this.explorer.setOpen([g], open);
      this.focus(open ? this.contents.shownAs(this.data.groups[g].items[0][0]) : this.count + g);
    }
  }

  /** @param {number} item */
  focus(item) {
    const part = this.drawn.get(item);
    if (!part) return;
    this.drawn.get(this.current)?.root.setAttribute("tabindex", "-1");
    this.current = item;
    part.root.setAttribute("tabindex", "0");
    part.root.focus({ preventScroll: true });
    this.reveal(item);
  }

  /** The picture as a file of its own, with its styles. @param {string} css */
  standalone(css) {
    const copy = /** @type {SVGSVGElement} */ (this.svg.cloneNode(true));
    const whole = /** @type {Box} */ (this.boxes.get(this.count));
    copy.querySelector(".world")?.removeAttribute("transform");
    copy.classList.remove("far");
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("viewBox", `-16 -16 ${whole.width + 32} ${whole.height + 32}`);
    copy.setAttribute("width", String(Math.round(whole.width + 32)));
    copy.setAttribute("height", String(Math.round(whole.height + 32)));
    copy.removeAttribute("role");
    copy.removeAttribute("tabindex");
    const computed = getComputedStyle(this.svg);
    const variables = [...new Set(css.match(/--[a-z-]+/g))]
      .map((name) => `${name}:${computed.getPropertyValue(name)}`)
      .join(";");
    copy.prepend(
      s("style", {}, `svg{${variables};font-family:system-ui,sans-serif}\n${css}`),
      s("rect", {
        x: -16,
        y: -16,
        width: whole.width + 32,
        height: whole.height + 32,
        style: "fill:var(--paper)",
      }),
    );
    return { text: new XMLSerializer().serializeToString(copy), width: whole.width + 32, height: whole.height + 32 };
  }
}

/** @param {string} text @param {number} length */
function shortened(text, length) {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

// ------------------------------------------------------------------------------------------------------- the explorer

/** What is shown of a step: the node that it is about, the edges that it uses, the gradients so far.
 *  @typedef {{phase: "start" | "forward" | "seed" | "backward" | "done", node: number, edges: Set<string>, handed: number,
 *  gradients: Float64Array}} Now */

/** How one node hands its gradient on, an equation for each operand, with the sum so far where several paths meet.
 *  @param {Machine} machine @param {number} node @param {Float64Array} gradients after this step
 *  @param {(node: number) => [number, number]} paths how many of a node's users have handed on, and how many it has
 *  @param {Form} form */
export function handingOn(machine, node, gradients, paths, form) {
  const writer = new Writer(machine, form);
  return machine.operands[node].map((x, k) => {
    const [chain, term] = [[handed(machine, { node, k }, "derivative")], [handed(machine, { node, k }, "partial")]];
    const share = machine.gradients[node] * machine.partials[node][k];
    const lines = writer.equation(writer.gradient(x), chain, term, share);
    const symbols = lines[0];
    const sign = form === "mathml" ? "<mo>+=</mo>" : "+=";
    const [received, all] = paths(x);
    let soFar = "";
    if (all > 1 && machine.data.nodes[x].role !== CUT) {
      const plain = new Writer(machine, "text"),
        sum = plain.number(gradients[x]);
      soFar = `${plain.gradient(x)} ${received < all ? "so far" : "in all"} ${sum}, from ${received} of ${all} edges`;
    }
    return { left: writer.gradient(x), lines: [{ sign, text: symbols.text }, ...lines.slice(1)], soFar };
  });
}

/** An equation as one line of MathML. @param {{left: string, lines: Line[]}} equation */
function inOneLine({ left, lines }) {
  return `<math><mrow>${left}${lines.map(({ sign, text }) => `<mspace width="0.3em"></mspace>${sign}<mspace width="0.3em"></mspace>${text}`).join("")}</mrow></math>`;
}

/** Signs on buttons, drawn: fonts do not agree on them. @type {Record<string, string>} */
const ICONS = {
  start: "M3 3V13M13 3L5 8L13 13Z",
  back: "M11 3L4 8L11 13Z",
  play: "M4 2.5L13 8L4 13.5Z",
  pause: "M5 3V13M11 3V13",
  forth: "M5 3L12 8L5 13Z",
  end: "M3 3L11 8L3 13ZM13 3V13",
  fit: "M2 6V2H6M10 2H14V6M14 10V14H10M6 14H2V10",
  expand: "M2 2H14V14H2ZM5 8H11M8 5V11",
  collapse: "M2 2H14V14H2ZM5 8H11",
};

/** A button with an icon. @param {string} name @param {string} icon @param {() => void} action */
function iconButton(name, icon, action) {
  const sign = s("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, s("path", { d: ICONS[icon] }));
  return h("button", { type: "button", title: name, "aria-label": name, onclick: action }, sign);
}

const SPEEDS = [0.5, 1, 2, 5, 20];

/** The page: state, and the parts that show it. */
class Explorer {
  /** @param {HTMLElement} host @param {Data} data @param {Functions[]} functions @param {string} css
   *  @param {boolean} standalone whether the page is this explorer's own, and its address may hold the state */
  constructor(host, data, functions, css, standalone) {
    this.host = host;
    this.data = data;
    this.css = css;
    this.standalone = standalone;
    this.machine = new Machine(data, functions);
    this.first = { values: this.machine.values.slice(), shapes: [...this.machine.shapes] };
    this.last = 2 * this.machine.results.length + 2;
    this.step = this.last;
    this.selected = -1;
    this.colourBy = "role";
    this.playing = 0;
    this.speed = 1;
    /** Where a computed node comes in the order of computing. @type {Map<number, number>} */
    this.rank = new Map(this.machine.results.map((node, i) => [node, i]));
    this.now = this.nowAt(this.step);
    /** @type {Set<string> | null} */
    this.lit = null;
    this.learning = new Learning(this);
    this.edgeNumbers = this.machine.results.reduce((n, i) => n + this.machine.operands[i].length, 0) <= 45;
    this.picture = new Picture(this);
    /** What each part does when numbers have changed. @type {(() => void)[]} */
    this.updates = [];
    /** The same of the page on the node in question. @type {(() => void)[]} */
    this.selectedUpdates = [];
    /** @type {{name: string, tab: HTMLElement, page: HTMLElement}[]} */
    this.tabs = [];
    this.tab = "selected";
    /** Whether the address is being read, and the timer of writing it. */
    this.reading = false;
    this.writing = 0;
    this.size = [0, 0];
    this.live = h("div", { class: "only-heard", "aria-live": "polite", role: "status" });
    this.steps = h("section", { class: "steps", "aria-label": "Steps" });
    this.panel = h("section", { class: "panel", "aria-label": "Details" });
    this.selectedPanel = h("div", { class: "selected" });
    this.body = h("div", { class: "explorer" });
    this.root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.build();
    this.picture.build();
    this.picture.closeWhatIsSmall();
    this.readAddress();
    this.update();
    new ResizeObserver(() => this.resized()).observe(this.picture.svg);
    if (standalone) addEventListener("hashchange", () => this.readAddress(true));
    followTheme(host);
  }

  // ------------------------------------------------------------------------------------------------------- state

  /** @param {number} step @returns {Now} */
  nowAt(step) {
    const { machine } = this,
      count = machine.results.length,
      handed = step - count - 1;
    const gradients =
      handed < 0 ? new Float64Array(machine.values.length) : machine.gradientsAfter(Math.min(handed, count));
    const at = (/** @type {Now["phase"]} */ phase, node = -1) => ({
      phase,
      node,
      gradients,
      handed: Math.min(handed, count),
      edges: new Set(
        phase === "forward" || phase === "backward" ? machine.operands[node].map((_, k) => `${node} ${k}`) : [],
      ),
    });
    if (step === 0) return at("start");
    if (step <= count) return at("forward", machine.results[step - 1]);
    if (handed === 0) return at("seed", machine.output);
    return handed <= count ? at("backward", machine.results[count - handed]) : at("done");
  }

  /** Whether the value of a node has been computed. @param {number} node */
  isKnown(node) {
    const rank = this.rank.get(node);
    return rank === undefined || rank < this.step;
  }

  /** How many of the edges that a node feeds have handed their share back, and how many there are.
   *  @param {number} node @returns {[number, number]} */
  paths(node) {
    const uses = this.machine.uses[node],
      from = this.machine.results.length - this.now.handed;
    return [
      this.now.handed < 0 ? 0 : uses.filter((edge) => Number(this.rank.get(edge.node)) >= from).length,
      uses.length,
    ];
  }

  /** Whether the gradient of a node is there, in part or as a whole. @param {number} node @returns {"" | "part" | "all"} */
  received(node) {
    if (this.data.nodes[node].role === CUT) return ""; // what it feeds elsewhere hands back, too
    if (node === this.machine.output) return this.now.handed >= 0 ? "all" : "";
    const [received, all] = this.paths(node);
    return received === 0 ? "" : received < all ? "part" : "all";
  }

  /** What is wrong with an activation. @param {number} node */
  warning(node) {
    const shape = this.machine.shapes[node];
    const steepest = shape < 0 ? undefined : this.data.shapes[shape].steepest;
    if (!steepest) return "";
    const slope = this.machine.partials[node][0],
      { name } = this.data.shapes[shape];
    if (name === "relu")
      return slope === 0
        ? "dead for these numbers: its slope is 0, so no gradient passes back, and the weights before it do not learn"
        : "";
    if (Math.abs(slope) >= 0.05 * steepest) return "";
    return `saturated: its slope is only ${new Writer(this.machine, "text").number(slope)}, so little gradient passes back`;
  }

  /** The number that has the full colour. */
  colourScale() {
    const numbers = this.colourBy === "gradient" ? this.now.gradients : this.machine.values;
    let most = 0;
    for (let i = 0; i < numbers.length; i++)
      if (Number.isFinite(numbers[i])) most = Math.max(most, Math.abs(numbers[i]));
    return most;
  }

  /** @param {number} step */
  goTo(step) {
    this.step = Math.max(0, Math.min(this.last, step));
    this.now = this.nowAt(this.step);
    this.update();
    if (this.now.node >= 0) this.picture.reveal(this.picture.contents.shownAs(this.now.node));
    this.say();
  }

  /** @param {boolean} play */
  play(play) {
    clearInterval(this.playing);
    this.playing = 0;
    if (play) {
      if (this.step === this.last) this.goTo(0);
      this.playing = setInterval(() => {
        this.goTo(this.step + 1);
        if (this.step === this.last) this.play(false);
      }, 1000 / this.speed);
    }
    this.update();
  }

  /** Put a node in question; -1 for none. @param {number} node */
  select(node) {
    this.selected = node === this.selected ? -1 : node;
    this.openAround(this.selected);
    this.lit =
      this.selected < 0 ? null : new Set(this.machine.edgesFrom(this.selected).map(({ node, k }) => `${node} ${k}`));
    this.showTab("selected");
    this.buildSelected();
    this.update();
    if (this.selected >= 0)
      this.live.textContent = this.picture.describe(
        this.selected,
        true,
        this.received(this.selected),
        this.warning(this.selected),
      );
  }

  /** Open the boxes that hide a node; not the one that it stands for. @param {number} node */
  openAround(node) {
    const { picture, data } = this;
    if (node < 0 || picture.contents.shownAs(node) === node) return;
    let hidden = false;
    for (let g = picture.contents.parent[node]; g !== undefined; g = picture.contents.parent[data.nodes.length + g]) {
      if (picture.contents.open[g] || data.groups[g].head === node) continue;
      picture.contents.open[g] = hidden = true;
    }
    if (!hidden) return;
    picture.build();
    picture.openView(node);
  }

  /** Open or close groups. @param {number[]} groups @param {boolean} open */
  setOpen(groups, open) {
    for (const g of groups) if (g > 0) this.picture.contents.open[g] = open;
    this.picture.build();
    this.update();
    this.picture.openView(groups.length === 1 ? this.data.nodes.length + groups[0] : -1);
  }

  /** Give a leaf another number. @param {number} leaf @param {number} value */
  set(leaf, value) {
    this.machine.values[leaf] = value;
    this.recompute();
  }

  /** Numbers or shapes have changed. */
  recompute() {
    this.machine.compute();
    this.now = this.nowAt(this.step);
    this.update();
  }

  /** Everything as it was at first. */
  reset() {
    this.play(false);
    this.machine.values.set(this.first.values);
    this.machine.shapes.splice(0, this.machine.shapes.length, ...this.first.shapes);
    this.learning.clear();
    this.recompute();
  }

  /** Exchange the activation of a layer. @param {SwitchData} layer @param {number} shape */
  switchTo(layer, shape) {
    for (const node of layer.nodes) this.machine.shapes[node] = shape;
    this.recompute();
  }

  update() {
    this.picture.update();
    for (const update of this.updates) update();
    for (const update of this.selectedUpdates) update();
    this.writeAddress();
  }

  /** Tell a screen reader of the step. */
  say() {
    const { now, machine } = this;
    let text = this.heading();
    if (now.phase === "forward") text += ". " + asText(evaluation(machine, now.node, "text")).replace(/\s*\n\s*/g, " ");
    if (now.phase === "backward") {
      const shares = handingOn(machine, now.node, now.gradients, (x) => this.paths(x), "text");
      text +=
        ". " +
        shares
          .map((share) =>
            [share.left, ...share.lines.map(({ sign, text }) => `${sign} ${text}`), share.soFar].join(" "),
          )
          .join("; ");
    }
    this.live.textContent = text;
  }

  heading() {
    const { now, machine, data } = this,
      count = machine.results.length;
    const name = now.node >= 0 ? data.nodes[now.node].label[0] : "";
    if (now.phase === "start") return "The leaves have their numbers";
    if (now.phase === "done") return "Forward and backward are done";
    if (now.phase === "forward") return `Forward ${this.step} of ${count}: ${name} is computed`;
    if (now.phase === "seed") return `Backward begins: the gradient of ${name} is 1`;
    return `Backward ${now.handed} of ${count}: ${name} hands its gradient on`;
  }

  // ----------------------------------------------------------------------------------------------------- address

  /** The name of a node in the page's address. @param {number} node */
  nameOf(node) {
    return this.data.nodes[node].label[0];
  }

  /** What makes this view of the page: what differs from the first one. */
  state() {
    const { machine, data, first } = this,
      state = new URLSearchParams();
    if (this.step !== this.last) state.set("step", String(this.step));
    if (this.selected >= 0) state.set("select", this.nameOf(this.selected));
    if (this.colourBy !== "role") state.set("colour", this.colourBy);
    const flipped = data.groups.flatMap((group, g) => (group.open === this.picture.contents.open[g] ? [] : [g]));
    if (flipped.length) state.set("flip", flipped.join("."));
    data.switches.forEach((layer, i) => {
      const shape = machine.shapes[layer.nodes[0]],
        choice = layer.choices.find((one) => one.shape === shape);
      if (choice && shape !== first.shapes[layer.nodes[0]]) state.set(`f${i}`, choice.name);
    });
    const fed = this.learning.fed();
    if (this.learning.row) state.set("row", String(this.learning.row + 1));
    if (this.learning.batch !== (this.learning.data?.batch ?? 1)) state.set("batch", String(this.learning.batch));
    for (const leaf of machine.leaves) {
      if (!Object.is(machine.values[leaf], fed.get(leaf) ?? first.values[leaf]))
        state.set(`=${this.nameOf(leaf)}`, String(machine.values[leaf]));
    }
    if (this.learning.rate !== data.lr) state.set("lr", String(this.learning.rate));
    if (this.tab !== "selected") state.set("tab", this.tab);
    return state;
  }

  writeAddress() {
    if (!this.standalone || this.reading) return;
    clearTimeout(this.writing);
    this.writing = setTimeout(() => {
      const text = this.state().toString();
      if (`#${text}` !== location.hash && (text || location.hash)) history.replaceState(null, "", `#${text}`);
    }, 250);
  }

  /** Take the state from the page's address. @param {boolean} again whether there was one before */
  readAddress(again = false) {
    if (!this.standalone || (!again && location.hash.length < 2)) return;
    this.reading = true;
    const state = new URLSearchParams(location.hash.slice(1)),
      { machine, data } = this;
    const byName = new Map(data.nodes.map((_, i) => [this.nameOf(i), i]));
    machine.values.set(this.first.values);
    machine.shapes.splice(0, machine.shapes.length, ...this.first.shapes);
    this.learning.readRow(state);
    for (const [key, text] of state) {
      const leaf = key.startsWith("=") ? byName.get(key.slice(1)) : undefined;
      if (leaf !== undefined && machine.shapes[leaf] < 0 && text.trim() && !Number.isNaN(Number(text)))
        machine.values[leaf] = Number(text);
    }
    data.switches.forEach((layer, i) => {
      const choice = layer.choices.find(({ name }) => name === state.get(`f${i}`));
      if (choice) for (const node of layer.nodes) machine.shapes[node] = choice.shape;
    });
    machine.compute();
    const flipped = new Set(state.get("flip")?.split(".").map(Number));
    this.picture.contents.open = data.groups.map((group, g) => (g > 0 && flipped.has(g) ? !group.open : group.open));
    this.picture.build();
    this.colourBy = ["value", "gradient"].find((name) => name === state.get("colour")) ?? "role";
    const rate = Number(state.get("lr"));
    this.learning.rate = rate > 0 && Number.isFinite(rate) ? rate : data.lr;
    const step = state.has("step") ? Number(state.get("step")) : this.last;
    this.step = Number.isInteger(step) ? Math.max(0, Math.min(this.last, step)) : this.last;
    this.now = this.nowAt(this.step);
    this.selected = -1;
    const selected = byName.get(state.get("select") ?? "");
    if (selected !== undefined) this.select(selected);
    else this.buildSelected();
    this.showTab(["numbers", "learn"].find((name) => name === state.get("tab")) ?? "selected");
    this.update();
    this.picture.openView();
    this.reading = false;
  }

  // ------------------------------------------------------------------------------------------------------- parts

  build() {
    const { data } = this;
    const area = h(
      "section",
      { class: "picture", "aria-label": "Picture" },
      this.buildTools(),
      h("div", { class: "area" }, this.picture.svg, this.picture.tip),
    );
    const title = h("h1", {}, data.title);
    const cost = h("p", { class: "cost" });
    this.updates.push(() => {
      const { output, values } = this.machine,
        name = data.nodes[output].label[0],
        writer = new Writer(this.machine, "text");
      setText(
        cost,
        this.isKnown(output) ? `${name} = ${writer.number(values[output])}` : `${name} is not computed yet`,
      );
    });
    this.buildSteps();
    this.buildPanel();
    this.body.append(h("header", {}, title, cost), area, this.steps, this.panel, this.live);
    this.body.addEventListener("keydown", (event) => this.key(event));
    if (this.standalone) {
      // where nothing has the focus, keys go to the body
      document.addEventListener("keydown", (event) => event.target === document.body && this.key(event));
    }
    this.root.replaceChildren(h("style", {}, this.css), this.body);
  }

  /** Keys that step, wherever the focus is, but in a field that takes them itself. @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target),
      field = target.closest("input, select, textarea");
    if (event.ctrlKey || event.altKey || event.metaKey || field || target.closest("[role=tab]")) return;
    if (event.key === "ArrowRight") this.goTo(this.step + 1);
    else if (event.key === "ArrowLeft") this.goTo(this.step - 1);
    else if (event.key === "Home") this.goTo(0);
    else if (event.key === "End") this.goTo(this.last);
    else if (event.key === " " && !target.closest("button, [role=button]:not([data-item]), summary"))
      this.play(!this.playing);
    else if (event.key === "Escape" && this.selected >= 0) this.select(-1);
    else return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
  }

  buildTools() {
    const { picture, data, machine } = this;
    /** @type {(name: string, text: string, action: () => void) => HTMLElement} */
    const button = (name, text, action) =>
      h("button", { type: "button", title: name, "aria-label": name, onclick: action }, text);
    const colour = /** @type {HTMLSelectElement} */ (
      h(
        "select",
        {
          onchange: () => {
            this.colourBy = colour.value;
            this.update();
          },
        },
        ...["role", "value", "gradient"].map((name) => h("option", { value: name }, name)),
      )
    );
    const numbers = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "checkbox",
        onchange: () => {
          this.edgeNumbers = numbers.checked;
          this.update();
        },
      })
    );
    const legend = h(
      "span",
      { class: "legend" },
      h("i", { class: "minus" }),
      "negative ",
      h("i", { class: "plus" }),
      "positive",
    );
    const warned = h("span", { class: "legend" }, h("i", { class: "warned" }), "dead or saturated");
    this.updates.push(() => {
      colour.value = this.colourBy;
      numbers.checked = this.edgeNumbers;
      legend.hidden = this.colourBy === "role";
      warned.hidden = !machine.results.some((node) => this.isKnown(node) && this.warning(node));
    });
    const groups = data.groups.map((_, g) => g).slice(1);
    const boxes = groups.length
      ? [
          iconButton("Expand all boxes", "expand", () => this.setOpen(groups, true)),
          iconButton("Collapse all boxes", "collapse", () => this.setOpen(groups, false)),
        ]
      : [];
    return h(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Picture" },
      button("Zoom in", "+", () => picture.zoom(1.25)),
      button("Zoom out", "−", () => picture.zoom(0.8)),
      iconButton("Show all", "fit", () => picture.fit()),
      ...boxes,
      h("label", {}, "Colour by ", colour),
      legend,
      warned,
      h("label", {}, numbers, " numbers on edges"),
      h("span", { class: "spring" }),
      button("Save the picture as SVG", "SVG", () => this.save("svg")),
      button("Save the picture as PNG", "PNG", () => this.save("png")),
      ...(this.standalone
        ? [
            button("Copy a link to this view", "Link", () =>
              this.copy(`${location.href.split("#")[0]}#${this.state()}`, "The link"),
            ),
          ]
        : []),
      button("Reset everything", "Reset", () => this.reset()),
    );
  }

  buildSteps() {
    const play = iconButton("Play", "play", () => this.play(!this.playing));
    const slider = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "range",
        min: 0,
        max: this.last,
        step: 1,
        "aria-label": "Step",
        class: "step",
        oninput: () => this.goTo(Number(slider.value)),
      })
    );
    const speed = /** @type {HTMLSelectElement} */ (
      h(
        "select",
        {
          "aria-label": "Speed",
          onchange: () => {
            this.speed = Number(speed.value);
            if (this.playing) this.play(true);
          },
        },
        ...SPEEDS.map((x) => h("option", { value: x }, `${x}×`)),
      )
    );
    speed.value = "1";
    const heading = h("h2", {}),
      lines = h("div", { class: "lines" });
    this.steps.append(
      h(
        "div",
        { class: "transport", role: "toolbar", "aria-label": "Steps" },
        iconButton("To the start", "start", () => this.goTo(0)),
        iconButton("Step back", "back", () => this.goTo(this.step - 1)),
        play,
        iconButton("Step forth", "forth", () => this.goTo(this.step + 1)),
        iconButton("To the end", "end", () => this.goTo(this.last)),
        slider,
        speed,
      ),
      heading,
      lines,
    );
    this.updates.push(() => {
      slider.value = String(this.step);
      slider.setAttribute("aria-valuetext", this.heading());
      play.querySelector("path")?.setAttribute("d", ICONS[this.playing ? "pause" : "play"]);
      play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
      play.title = this.playing ? "Pause" : "Play";
      setText(heading, this.heading());
      lines.replaceChildren(...this.stepLines());
    });
  }

  /** @returns {HTMLElement[]} */
  stepLines() {
    const { now, machine } = this;
    if (now.phase === "start")
      return [
        h(
          "p",
          {},
          "Step forth, or play: each result is computed from its operands, and then gradients are handed back the same way.",
        ),
      ];
    if (now.phase === "done")
      return [
        h(
          "p",
          {},
          "Every node has its value and its gradient. Play to see how they come about; select a node to see where its gradient came from; change a number and everything follows.",
        ),
      ];
    if (now.phase === "forward") return [formulaElement(asMathml(evaluation(machine, now.node, "mathml")))];
    const writer = new Writer(machine, "mathml");
    if (now.phase === "seed")
      return [
        formulaElement(
          inOneLine({ left: writer.gradient(now.node), lines: [{ sign: "<mo>=</mo>", text: "<mn>1</mn>" }] }),
        ),
      ];
    return handingOn(machine, now.node, now.gradients, (x) => this.paths(x), "mathml").map((share) => {
      const element = formulaElement(inOneLine(share));
      if (share.soFar) element.append(h("span", { class: "so-far" }, share.soFar));
      return element;
    });
  }

  buildPanel() {
    /** @type {[string, string, HTMLElement][]} */
    const tabs = [
      ["selected", "Selected", this.selectedPanel],
      ["numbers", "Numbers", this.buildNumbers()],
      ["learn", "Learn", this.learning.build()],
    ];
    const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Details" });
    this.tabs = tabs.map(([name, text, page]) => {
      const tab = h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-controls": `page-${name}`,
          onclick: () => {
            this.showTab(name);
            this.update();
          },
        },
        text,
      );
      filled(page, { role: "tabpanel", id: `page-${name}`, "aria-labelledby": `tab-${name}`, tabindex: "-1" }, []);
      list.append(tab);
      return { name, tab, page };
    });
    list.addEventListener("keydown", (event) => {
      const move = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!move) return;
      const at = this.tabs.findIndex(({ name }) => name === this.tab),
        next = this.tabs[(at + move + this.tabs.length) % this.tabs.length];
      this.showTab(next.name);
      this.update();
      next.tab.focus();
      event.preventDefault();
    });
    this.panel.append(
      list,
      ...tabs.map(([, , page]) => page),
      h(
        "details",
        { class: "keys" },
        h("summary", {}, "Keys"),
        h(
          "dl",
          {},
          ...[
            ["→ ←", "a step forth or back"],
            ["space", "play and pause"],
            ["Home End", "the first and the last step"],
            ["↑ ↓", "in the picture, from node to node"],
            ["shift ↑ ↓", "the edges of a node"],
            ["enter", "select a node"],
            ["x c", "expand a box, collapse the one around"],
            ["+ − 0", "scale the picture"],
            ["escape", "select nothing"],
          ].flatMap(([key, meaning]) => [h("dt", {}, key), h("dd", {}, meaning)]),
        ),
      ),
    );
    this.showTab("selected");
    this.buildSelected();
  }

  /** @param {string} name */
  showTab(name) {
    this.tab = name;
    for (const one of this.tabs) {
      const chosen = one.name === name;
      one.tab.setAttribute("aria-selected", String(chosen));
      one.tab.setAttribute("tabindex", chosen ? "0" : "-1");
      one.page.hidden = !chosen;
    }
  }

  /** A slider and a field for a leaf. @param {number} leaf */
  control(leaf) {
    const label = this.data.nodes[leaf].label[0],
      start = this.first.values[leaf];
    const reach = Math.max(2, 2 * Math.abs(Number.isFinite(start) ? start : 1));
    const slider = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "range",
        min: -reach,
        max: reach,
        step: reach / 1000,
        "aria-label": `${label}, slider`,
        oninput: () => this.set(leaf, Number(slider.value)),
      })
    );
    const field = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "number",
        step: "any",
        "aria-label": label,
        oninput: () => {
          if (field.value !== "" && Number.isFinite(field.valueAsNumber)) this.set(leaf, field.valueAsNumber);
        },
      })
    );
    const name = h("span", { class: "name" }, label);
    const gradient = h("span", { class: "number" });
    const update = () => {
      const x = this.machine.values[leaf];
      const active = /** @type {ShadowRoot} */ (this.root).activeElement;
      if (active !== slider || Number(slider.value) !== x) slider.value = String(x);
      if (active !== field) field.value = String(Number(x.toPrecision(6)));
      setText(gradient, this.received(leaf) ? new Writer(this.machine, "text").number(this.now.gradients[leaf]) : "–");
    };
    return { element: h("div", { class: "control" }, name, slider, field, gradient), update };
  }

  buildNumbers() {
    const { data, machine } = this,
      page = h("div", { class: "numbers" });
    /** @type {(() => void)[]} */
    const updates = [];
    let built = false;
    const titles = { parameter: "Parameters", input: "Inputs", target: "Targets", leaf: "Inputs" };
    const build = () => {
      built = true;
      for (const [role, title] of Object.entries(titles)) {
        const leaves = machine.leaves.filter((leaf) => data.nodes[leaf].role === role);
        if (!leaves.length) continue;
        const controls = leaves.map((leaf) => this.control(leaf));
        updates.push(...controls.map((control) => control.update));
        page.append(
          h("h3", {}, title),
          h(
            "div",
            { class: "control heads" },
            h("span", {}, ""),
            h("span", {}, ""),
            h("span", {}, "value"),
            h("span", {}, `∂${data.nodes[machine.output].label[0]}/∂ ·`),
          ),
          ...controls.map((control) => control.element),
        );
      }
    };
    data.switches.forEach((layer) => {
      const select = /** @type {HTMLSelectElement} */ (
        h(
          "select",
          { onchange: () => this.switchTo(layer, Number(select.value)) },
          ...layer.choices.map(({ name, shape }) => h("option", { value: shape }, name)),
        )
      );
      const names = layer.nodes.map((node) => data.nodes[node].label[0]);
      const which = names.length > 3 ? `${names[0]} … ${names.at(-1)}` : names.join(", ");
      page.append(h("label", { class: "switch" }, `Activation of ${which} `, select));
      this.updates.push(() => (select.value = String(machine.shapes[layer.nodes[0]])));
    });
    this.updates.push(() => {
      if (this.tab !== "numbers") return;
      if (!built) build();
      for (const update of updates) update();
    });
    return page;
  }

  /** The page on the node in question. */
  buildSelected() {
    const { selected: node, machine, data } = this;
    this.selectedUpdates = [];
    const page = this.selectedPanel;
    if (node < 0) {
      page.replaceChildren(
        h(
          "p",
          { class: "hint" },
          "Select a node: a parameter shows its paths and its derivation, a neuron its curve. Hover over an edge for its partial.",
        ),
        this.buildChooser(),
      );
      return;
    }
    const updates = this.selectedUpdates,
      role = data.nodes[node].role;
    const title = h("h2", {});
    title.innerHTML = `<math>${data.nodes[node].label[2]}</math>`;
    const warning = h("p", { class: "warning" });
    updates.push(() => {
      const text = this.warning(node);
      warning.hidden = !text;
      setText(warning, text && `${data.nodes[node].label[0]} is ${text}.`);
    });
    page.replaceChildren(
      h(
        "div",
        { class: "head" },
        title,
        h("span", { class: "role" }, ROLES[role] ?? role),
        h("span", { class: "spring" }),
        h(
          "button",
          { type: "button", "aria-label": "Select nothing", title: "Select nothing", onclick: () => this.select(-1) },
          "×",
        ),
      ),
      warning,
    );
    if (role === CUT) {
      const why = `${data.nodes[node].label[0]} = ${new Writer(machine, "text").number(machine.values[node])}. What it was made from, or what else it feeds, is not on this page: it keeps its number.`;
      page.append(h("p", { class: "note" }, why), ...this.buildEdges(node, updates));
      return;
    }
    if (machine.shapes[node] < 0) {
      const control = this.control(node);
      updates.push(control.update);
      page.append(control.element);
    } else {
      page.append(this.equationPart("How it is computed", () => evaluation, node, updates));
    }
    const count = machine.pathCount(node);
    if (node !== machine.output && count > 0) {
      const many = count > MOST_PATHS;
      page.append(
        this.equationPart(
          many
            ? `Its gradient: what its users hand back (${count.toLocaleString("en")} paths in all)`
            : count === 1
              ? "Its gradient, by the chain rule"
              : `Its gradient, the sum over ${count} paths`,
          () => derivation,
          node,
          updates,
        ),
      );
    }
    page.append(...this.buildEdges(node, updates));
    const curve = this.curveOf(node);
    if (curve >= 0) page.append(this.buildCurve(curve, updates));
    if (machine.shapes[node] < 0 && machine.results.length) {
      page.append(this.buildSlice(node, updates), this.buildCheck(node, updates));
    }
  }

  /** A list to choose a node from. */
  buildChooser() {
    const { data } = this;
    const select = /** @type {HTMLSelectElement} */ (
      h(
        "select",
        { "aria-label": "Select a node", onchange: () => select.value !== "" && this.select(Number(select.value)) },
        h("option", { value: "" }, "choose …"),
        ...data.nodes.map((node, i) =>
          h("option", { value: i }, `${node.label[0]} (${ROLES[node.role] ?? node.role})`),
        ),
      )
    );
    return h("label", {}, "Node ", select);
  }

  /** A section with an equation. @param {string} title @param {() => typeof derivation} writerOf @param {number} node
   *  @param {(() => void)[]} updates */
  equationPart(title, writerOf, node, updates) {
    const formula = formulaElement(""),
      write = writerOf();
    updates.push(() => (formula.innerHTML = asMathml(write(this.machine, node, "mathml"))));
    return h(
      "section",
      {},
      h("h3", {}, title),
      formula,
      h(
        "button",
        {
          type: "button",
          class: "small",
          onclick: () => this.copy(asLatex(write(this.machine, node, "latex")), "The formula"),
        },
        "Copy as LaTeX",
      ),
    );
  }

  /** What a node is made from, and what it feeds: buttons, which light up the edge.
   *  @param {number} node @param {(() => void)[]} updates */
  buildEdges(node, updates) {
    const { machine, data } = this;
    /** @type {(edge: Edge, other: number) => HTMLElement} */
    const item = (edge, other) => {
      const text = h("span", { class: "partial" });
      const key = () =>
        `${this.picture.contents.shownAs(machine.operands[edge.node][edge.k])} ${this.picture.contents.shownAs(edge.node)}`;
      const light = (/** @type {boolean} */ on) => this.picture.edges.get(key())?.root.classList.toggle("hovered", on);
      updates.push(() => setText(text, partialText(machine.link(edge), new Writer(machine, "text"))));
      return h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            class: "link",
            onclick: () => this.select(other),
            onfocus: () => light(true),
            onblur: () => light(false),
            onpointerenter: () => light(true),
            onpointerleave: () => light(false),
          },
          data.nodes[other].label[0],
        ),
        " ",
        text,
      );
    };
    /** @type {(title: string, items: HTMLElement[]) => HTMLElement[]} */
    const list = (title, items) =>
      items.length
        ? [h("details", { open: items.length <= 4 }, h("summary", {}, title), h("ul", { class: "edges" }, ...items))]
        : [];
    return [
      ...list(
        machine.operands[node].length > 4 ? `Made from ${machine.operands[node].length}` : "Made from",
        machine.operands[node].map((x, k) => item({ node, k }, x)),
      ),
      ...list(
        machine.uses[node].length > 4 ? `Feeds ${machine.uses[node].length}` : "Feeds",
        machine.uses[node].map((edge) => item(edge, edge.node)),
      ),
    ];
  }

  /** The node of which there is a curve to draw: of one variable. For a weighted sum that of its activation.
   *  @param {number} node */
  curveOf(node) {
    const { machine } = this,
      uses = machine.uses[node];
    const isCurve = (/** @type {number} */ i) => machine.operands[i].length === 1;
    if (isCurve(node)) return node;
    return uses.length === 1 && isCurve(uses[0].node) ? uses[0].node : -1;
  }

  /** The curve of a node of one variable. @param {number} node @param {(() => void)[]} updates */
  buildCurve(node, updates) {
    const { machine } = this,
      [x] = machine.operands[node];
    const valuesAt = (/** @type {number[]} */ xs) => xs.map((t) => machine.functions[machine.shapes[node]].value([t]));
    const half = () => Math.max(4, Math.abs(machine.values[x]) * 1.25);
    return this.buildTangent(
      "Curve and tangent",
      x,
      node,
      valuesAt,
      () => machine.partials[node][0],
      () => [-half(), half()],
      updates,
    );
  }

  /** The output along one leaf, all others as they are. @param {number} leaf @param {(() => void)[]} updates */
  buildSlice(leaf, updates) {
    const { machine, data } = this,
      names = [machine.output, leaf].map((node) => data.nodes[node].label[0]);
    const valuesAt = (/** @type {number[]} */ xs) => machine.outputsAt(leaf, xs);
    const range = () => [machine.values[leaf] - 2, machine.values[leaf] + 2];
    return this.buildTangent(
      `${names[0]} along ${names[1]}`,
      leaf,
      machine.output,
      valuesAt,
      () => machine.gradients[leaf],
      range,
      updates,
    );
  }

  /** A curve, with its tangent at the present point. @param {string} title @param {number} x @param {number} y nodes
   *  @param {(xs: number[]) => number[]} valuesAt @param {() => number} slopeNow @param {() => number[]} range
   *  @param {(() => void)[]} updates */
  buildTangent(title, x, y, valuesAt, slopeNow, range, updates) {
    const { machine, data } = this,
      [nameX, nameY] = [x, y].map((node) => data.nodes[node].label[0]);
    const plot = new Plot("curve", `${nameY} for all ${nameX}, with the tangent at the present one`);
    const note = h("p", { class: "note" });
    updates.push(() => {
      const [from, to] = range(),
        reach = (to - from) / 6,
        at = machine.values[x],
        value = machine.values[y],
        slope = slopeNow(),
        writer = new Writer(machine, "text");
      const along = Array.from({ length: 101 }, (_, i) => from + ((to - from) * i) / 100),
        values = valuesAt(along);
      /** @type {[number, number][]} */
      const curve = along.map((t, i) => [t, values[i]]);
      /** @type {[number, number][]} */
      const tangent = [
        [at - reach, value - slope * reach],
        [at + reach, value + slope * reach],
      ];
      plot.draw(
        { x: nameX, y: nameY },
        [
          { name: "line", points: curve },
          { name: "tangent", points: tangent },
        ],
        [[at, value]],
        curve,
      );
      setText(note, `slope ${writer.number(slope)} at ${nameX} = ${writer.number(at)}`);
    });
    return h("section", {}, h("h3", {}, title), plot.root, note);
  }

  /** The gradient of a leaf held against slopes between two points. @param {number} leaf @param {(() => void)[]} updates */
  buildCheck(leaf, updates) {
    const { machine, data } = this,
      name = data.nodes[leaf].label[0],
      cost = data.nodes[machine.output].label[0];
    const range = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "range",
        min: -15,
        max: 0,
        step: 0.25,
        value: -2,
        "aria-label": "The nudge h, as a power of ten",
        oninput: () => this.update(),
      })
    );
    const table = h("table", {}),
      verdict = h("p", { class: "note" });
    const plot = new Plot("check", "The error of the slope for nudges of all sizes");
    const powers = Array.from({ length: 61 }, (_, i) => -15 + i / 4);
    updates.push(() => {
      const h1 = 10 ** Number(range.value),
        nudges = [h1, ...powers.map((power) => 10 ** power)],
        gradient = machine.gradients[leaf],
        writer = new Writer(machine, "text");
      const at = machine.values[leaf],
        costs = machine.outputsAt(
          leaf,
          nudges.flatMap((nudge) => [at - nudge, at + nudge]),
        ),
        [below, above] = costs;
      const slopes = nudges.map((nudge, i) => (costs[2 * i + 1] - costs[2 * i]) / (2 * nudge)),
        [error, ...others] = slopes.map((slope) => Math.abs(slope - gradient));
      range.setAttribute("aria-valuetext", `h = ${writer.number(h1)}`);
      const long = (/** @type {number} */ x) =>
        Number.isFinite(x) ? String(Number(x.toPrecision(10))).replace("-", "−") : String(x);
      table.replaceChildren(
        ...[
          ["h", writer.number(h1)],
          [`${cost} at ${name} − h`, long(below)],
          [`${cost} at ${name} + h`, long(above)],
          ["slope between them", long(slopes[0])],
          [`∂${cost}/∂${name}`, long(gradient)],
          ["difference", writer.number(error)],
        ].map(([head, number]) => h("tr", {}, h("th", { scope: "row" }, head), h("td", {}, number))),
      );
      /** @type {[number, number][]} */
      const errors = powers.map((power, i) => [power, Math.log10(Math.max(others[i], 1e-18))]);
      plot.draw(
        { x: "log₁₀ h", y: "log₁₀ of the difference" },
        [{ name: "line", points: errors }],
        [[Number(range.value), Math.log10(Math.max(error, 1e-18))]],
        errors,
      );
      setText(verdict, this.verdictOf(Number(range.value), errors));
    });
    return h(
      "section",
      {},
      h("h3", {}, `Check by a nudge of ${name}`),
      h("label", { class: "nudge" }, "h ", range),
      table,
      plot.root,
      verdict,
    );
  }

  /** What to say of a nudge, among others. @param {number} at log₁₀ of it @param {[number, number][]} errors log₁₀ both */
  verdictOf(at, errors) {
    const best = errors.reduce((a, b) => (b[1] <= a[1] ? b : a));
    if (!errors.every(([, error]) => Number.isFinite(error))) return "The slope is not finite for every h.";
    if (at < best[0] - 1.5)
      return "h is too small: the two costs share nearly all their digits, and what is left of their difference is rounding.";
    if (at > best[0] + 1)
      return "As h shrinks the slope closes in on the gradient: a tenth of h leaves about a hundredth of the difference.";
    return best[0] > -1
      ? "The cost is no more than quadratic here, so that the slope is exact for every h; smaller ones only lose digits."
      : "About the best h: smaller ones lose digits to rounding, larger ones reach to where the cost bends.";
  }

  // ---------------------------------------------------------------------------------------------------- take away

  /** @param {string} text @param {string} what */
  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = h("textarea", {}, text); // where the clipboard is closed to pages
      this.body.append(field);
      /** @type {HTMLTextAreaElement} */ (field).select();
      document.execCommand("copy");
      field.remove();
    }
    this.live.textContent = `${what} is copied.`;
    this.toast(`${what} is copied`);
  }

  /** @param {string} text */
  toast(text) {
    const toast = h("div", { class: "toast", "aria-hidden": "true" }, text);
    this.body.append(toast);
    setTimeout(() => toast.remove(), 1600);
  }

  /** @param {"svg" | "png"} form */
  async save(form) {
    const { text, width, height } = this.picture.standalone(this.css);
    let blob = new Blob([text], { type: "image/svg+xml" });
    if (form === "png") {
      const image = new Image();
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
      await image.decode();
      const scale = Math.min(2, 8000 / Math.max(width, height));
      const canvas = /** @type {HTMLCanvasElement} */ (
        h("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) })
      );
      canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
      blob = await new Promise((resolve) => canvas.toBlob((made) => resolve(/** @type {Blob} */ (made)), "image/png"));
    }
    const link = /** @type {HTMLAnchorElement} */ (
      h("a", { download: `graph.${form}`, href: URL.createObjectURL(blob) })
    );
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  resized() {
    const { width, height } = this.picture.svg.getBoundingClientRect();
    if (!width || (this.size[0] === width && this.size[1] === height)) return;
    this.size = [width, height];
    this.picture.closeWhatIsSmall();
    this.picture.openView();
  }
}

/** Take the dark or light of JupyterLab where there is one, else that of the system. @param {HTMLElement} host */
function followTheme(host) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    const light = document.body.dataset.jpThemeLight;
    const dark = light === undefined ? system.matches : light === "false";
    host.dataset.theme = dark ? "dark" : "light";
  };
  follow();
  system.addEventListener("change", follow);
  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
}

// ------------------------------------------------------------------------------------------------------------- plots

const WIDTH = 340,
  HEIGHT = 190,
  LEFT = 46,
  BOTTOM = 30,
  TOP = 10,
  RIGHT = 12;

/** A small plot of lines and points. */
class Plot {
  /** @param {string} name @param {string} description */
  constructor(name, description) {
    this.inside = s("g");
    this.root = s(
      "svg",
      { class: `plot ${name}`, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": description },
      this.inside,
    );
  }

  /** @param {{x: string, y: string}} titles @param {{name: string, points: [number, number][]}[]} lines
   *  @param {[number, number][]} dots @param {[number, number][]} within the points that set the ranges */
  draw(titles, lines, dots, within) {
    const finite = [...within, ...dots].filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
    if (!finite.length) {
      const why = within.length ? "no finite numbers" : "no steps yet";
      this.inside.replaceChildren(s("text", { x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle" }, why));
      return;
    }
    const [x0, x1] = span(finite.map(([x]) => x)),
      [y0, y1] = span(finite.map(([, y]) => y));
    const across = (/** @type {number} */ x) => LEFT + ((x - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
    const up = (/** @type {number} */ y) => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - BOTTOM - TOP);
    const clip = (/** @type {number} */ y) => Math.max(-1e4, Math.min(1e4, y));
    const paths = lines.map(({ name, points }) =>
      s("path", {
        class: name,
        d: points
          .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
          .map(([x, y], i) => `${i ? "L" : "M"}${clip(across(x)).toFixed(1)} ${clip(up(y)).toFixed(1)}`)
          .join(""),
      }),
    );
    const ticks = [
      ...niceTicks(x0, x1).map((x) =>
        s("text", { x: across(x), y: HEIGHT - BOTTOM + 13, "text-anchor": "middle" }, short(x)),
      ),
      ...niceTicks(y0, y1).map((y) => s("text", { x: LEFT - 5, y: up(y) + 3.5, "text-anchor": "end" }, short(y))),
    ];
    const grid = [
      ...niceTicks(x0, x1).map((x) => s("path", { class: "grid", d: `M${across(x)} ${TOP}V${HEIGHT - BOTTOM}` })),
      ...niceTicks(y0, y1).map((y) => s("path", { class: "grid", d: `M${LEFT} ${up(y)}H${WIDTH - RIGHT}` })),
    ];
    const frame = s(
      "clipPath",
      { id: "inside" },
      s("rect", { x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }),
    );
    this.inside.replaceChildren(
      frame,
      ...grid,
      s("g", { "clip-path": "url(#inside)" }, ...paths),
      ...ticks,
      ...dots
        .filter(([x, y]) => Number.isFinite(x + y))
        .map(([x, y]) => s("circle", { cx: across(x), cy: up(y), r: 4 })),
      s("text", { class: "axis", x: WIDTH - RIGHT, y: HEIGHT - 3, "text-anchor": "end" }, titles.x),
      s("text", { class: "axis", x: 2, y: 9 }, titles.y),
    );
  }
}

/** The range of numbers, with some room. @param {number[]} numbers */
function span(numbers) {
  const low = Math.min(...numbers),
    high = Math.max(...numbers),
    room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/** Three to six round numbers in a range. @param {number} low @param {number} high */
function niceTicks(low, high) {
  const rough = (high - low) / 4,
    power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const ticks = [];
  for (let tick = Math.ceil(low / size) * size; tick <= high; tick += size)
    ticks.push(Math.abs(tick) < size / 1e6 ? 0 : tick);
  return ticks;
}

/** @param {number} x */
function short(x) {
  return (
    x !== 0 && (Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3) ? x.toExponential(0) : String(Number(x.toPrecision(4)))
  ).replace("-", "−");
}

// ---------------------------------------------------------------------------------------------------------- learning

const MOST_ROWS = 300; // that are listed
const GRID = 44; // points across a decision boundary

/** Gradient descent, on the graph itself or over rows of data. */
class Learning {
  /** @param {Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.machine = explorer.machine;
    this.data = explorer.data.learning;
    this.rate = explorer.data.lr;
    /** The cost before each step. @type {number[]} */
    this.costs = [];
    this.stopped = "";
    this.row = 0;
    this.batch = this.data?.batch ?? 1;
    this.running = false;
  }

  clear() {
    this.costs = [];
    this.stopped = "";
    this.row = 0;
    this.running = false;
    this.showRow(0);
  }

  /** Put a row's numbers into the leaves that it feeds. @param {number} row */
  feed(row) {
    const { data } = this;
    if (data) data.feed.forEach((leaf, i) => leaf >= 0 && (this.machine.values[leaf] = data.rows[row][i]));
  }

  /** The numbers that the present row has for leaves. @returns {Map<number, number>} */
  fed() {
    const { data } = this;
    return new Map(data ? data.feed.map((leaf, i) => [leaf, data.rows[this.row][i]]) : []);
  }

  /** Take row and batch from an address. @param {URLSearchParams} state */
  readRow(state) {
    if (!this.data) return;
    const row = Number(state.get("row") ?? 1) - 1,
      batch = Number(state.get("batch") ?? this.data.batch),
      count = this.data.rows.length;
    this.row = Number.isInteger(row) && row >= 0 && row < count ? row : 0;
    this.batch = Number.isInteger(batch) && batch > 0 ? Math.min(batch, count) : 1;
    this.feed(this.row);
  }

  /** Show a row in the picture. @param {number} row */
  showRow(row) {
    if (!this.data) return;
    this.row = row;
    this.feed(row);
    this.explorer.recompute();
  }

  /** The cost and the gradients: of the graph as it is, or their means over the next rows. */
  costAndGradients() {
    const { machine, data } = this;
    if (!data) return { cost: machine.values[machine.output], gradients: machine.gradients };
    const gradients = new Float64Array(machine.values.length),
      count = Math.min(this.batch, data.rows.length);
    let cost = 0;
    for (let i = 0; i < count; i++) {
      this.feed((this.row + i) % data.rows.length);
      machine.compute();
      cost += machine.values[machine.output] / count;
      for (const p of machine.parameters) gradients[p] += machine.gradients[p] / count;
    }
    return { cost, gradients };
  }

  /** Take one step; false where it cannot be taken. */
  takeStep() {
    const { machine, data } = this,
      { cost, gradients } = this.costAndGradients();
    if (!Number.isFinite(cost) || machine.parameters.some((p) => !Number.isFinite(gradients[p]))) {
      this.stopped = `Step ${this.costs.length + 1} is not taken: the cost or its gradient is no longer finite. Reset, and try a smaller η.`;
      return false;
    }
    this.costs.push(cost);
    for (const p of machine.parameters) machine.values[p] -= this.rate * gradients[p];
    if (data) {
      this.row = (this.row + Math.min(this.batch, data.rows.length)) % data.rows.length;
      this.feed(this.row);
    }
    machine.compute();
    return true;
  }

  /** Take steps, and show every few of them. @param {number} count */
  async take(count) {
    if (this.running) {
      this.running = false;
      return;
    }
    this.running = true;
    this.stopped = "";
    this.explorer.play(false);
    this.explorer.goTo(this.explorer.last); // learning needs both ways done
    for (let taken = 0; taken < count && this.running;) {
      const until = performance.now() + 14;
      do {
        if (!this.takeStep()) this.running = false;
        taken++;
      } while (taken < count && this.running && performance.now() < until);
      this.explorer.recompute();
      if (taken < count) await new Promise((resolve) => setTimeout(resolve));
    }
    this.running = false;
    this.explorer.update();
    this.explorer.live.textContent =
      this.verdict() || `Cost ${this.number(this.costNow())} after ${this.costs.length} steps.`;
  }

  /** The cost now: of the graph, or the mean over all rows. */
  costNow() {
    const { machine, data } = this;
    if (!data) return machine.values[machine.output];
    const before = data.feed.map((leaf) => machine.values[leaf]);
    let sum = 0;
    this.outcomes = data.rows.map((_, row) => {
      this.feed(row);
      const cost = machine.evaluate();
      sum += cost;
      return { cost, predictions: data.predictions.map((node) => machine.values[node]) };
    });
    data.feed.forEach((leaf, i) => leaf >= 0 && (machine.values[leaf] = before[i]));
    machine.evaluate();
    return sum / data.rows.length;
  }

  /** @param {number} x */
  number(x) {
    return new Writer(this.machine, "text").number(x);
  }

  /** What is to be said of how it goes; nothing where it goes well. */
  verdict() {
    const { costs } = this,
      now = this.machine.values[this.machine.output];
    if (this.stopped) return this.stopped;
    if (costs.length && !Number.isFinite(now)) return "The cost is no longer finite. Reset, and try a smaller η.";
    const recent = this.data ? costs.slice(-20).reduce((sum, cost) => sum + cost, 0) / Math.min(20, costs.length) : now;
    const first = this.data
      ? costs.slice(0, 20).reduce((sum, cost) => sum + cost, 0) / Math.min(20, costs.length)
      : costs[0];
    if (costs.length > 1 && recent > 2 * first && recent > 1e-9) {
      return `It diverges: the cost has grown from ${this.number(first)} to ${this.number(recent)} in ${costs.length} steps. Every step goes beyond the minimum, farther than the one before: η = ${this.number(this.rate)} is too large here. Reset, and try a smaller one.`;
    }
    return "";
  }

  build() {
    const { explorer, data } = this;
    /** @type {(text: string, action: () => void) => HTMLElement} */
    const button = (text, action) => h("button", { type: "button", onclick: action }, text);
    const rate = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "number",
        min: 0,
        step: "any",
        "aria-label": "Learning rate η",
        oninput: () => {
          if (rate.valueAsNumber > 0 && Number.isFinite(rate.valueAsNumber)) {
            this.rate = rate.valueAsNumber;
            explorer.update();
          }
        },
      })
    );
    const rates = h(
      "span",
      { class: "rates" },
      ...[0.01, 0.1, 1].map((x) =>
        button(String(x), () => {
          this.rate = x;
          explorer.update();
        }),
      ),
    );
    const hundred = button("100 steps", () => void this.take(100));
    const verdict = h("p", { class: "warning", role: "alert" }),
      cost = h("p", { class: "note" });
    const plot = new Plot("loss", "The cost before each step");
    const page = h(
      "div",
      { class: "learn" },
      h("div", { class: "row" }, h("label", {}, "η ", rate), rates),
      h(
        "div",
        { class: "row" },
        button("1 step", () => void this.take(1)),
        hundred,
        button("Reset", () => explorer.reset()),
      ),
    );
    const rows = data ? this.buildRows(page) : () => {};
    page.append(
      cost,
      verdict,
      plot.root,
      ...(data ? [this.boundary?.element ?? "", this.table ?? ""] : []).filter(Boolean),
    );
    explorer.updates.push(() => {
      if (explorer.tab !== "learn") return;
      const active = /** @type {ShadowRoot} */ (explorer.root).activeElement;
      if (active !== rate) rate.value = String(this.rate);
      setText(hundred, this.running ? "Stop" : "100 steps");
      const now = this.costNow(),
        text = this.verdict();
      setText(verdict, text);
      verdict.hidden = !text;
      const name = explorer.data.nodes[this.machine.output].label[0];
      setText(
        cost,
        `${data ? `mean of ${name} over ${data.rows.length} rows` : name} = ${this.number(now)} after ${this.costs.length} ${this.costs.length === 1 ? "step" : "steps"}`,
      );
      this.drawCosts(plot, data ? this.costs : [...this.costs, now]);
      rows();
    });
    return page;
  }

  /** @param {Plot} plot @param {number[]} costs */
  drawCosts(plot, costs) {
    const high = Math.max(...costs),
      low = Math.min(...costs),
      log = low > 0 && high > 100 * low;
    /** @type {(costs: number[]) => [number, number][]} */
    const points = (costs) => costs.map((cost, i) => [i, log ? Math.log10(cost) : cost]);
    const some = this.data && this.batch < this.data.rows.length; // of the rows, so that the cost jumps about
    const cost = some ? "cost of each step, and its mean over 20" : "cost";
    const lines = some
      ? [
          { name: "raw", points: points(costs) },
          { name: "line", points: points(runningMean(costs, 20)) },
        ]
      : [{ name: "line", points: points(costs) }];
    plot.draw(
      { x: "step", y: log ? `log₁₀ of the ${cost}` : cost },
      lines,
      lines[lines.length - 1].points.slice(-1),
      lines[0].points,
    );
  }

  /** What rows of data add to the page. @param {HTMLElement} page */
  buildRows(page) {
    const { explorer, machine } = this,
      data = /** @type {LearningData} */ (this.data),
      count = data.rows.length;
    const batch = /** @type {HTMLSelectElement} */ (
      h(
        "select",
        { onchange: () => (this.batch = Number(batch.value)) },
        ...[...new Set([1, 4, 16, 64, count])]
          .filter((size) => size <= count)
          .sort((a, b) => a - b)
          .map((size) => h("option", { value: size }, size === count ? `all ${count}` : String(size))),
      )
    );
    const shown = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "number",
        min: 1,
        max: count,
        step: 1,
        "aria-label": "The row in the picture",
        oninput: () => {
          const row = shown.valueAsNumber - 1;
          if (Number.isInteger(row) && row >= 0 && row < count) this.showRow(row);
        },
      })
    );
    page.append(
      h(
        "div",
        { class: "row" },
        h("label", {}, "rows to a step ", batch),
        h("label", {}, "row in the picture ", shown, ` of ${count}`),
      ),
    );
    const name = (/** @type {number} */ node) => (node < 0 ? "–" : explorer.data.nodes[node].label[0]);
    const body = h("tbody");
    const heads = [...data.feed.map(name), ...data.predictions.map(name), name(machine.output)];
    this.table = h(
      "div",
      { class: "rows" },
      h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "row"), ...heads.map((head) => h("th", {}, head)))), body),
    );
    const cells = data.rows.slice(0, MOST_ROWS).map((row, i) => {
      const results = Array.from({ length: data.predictions.length + 1 }, () => h("td"));
      body.append(
        h(
          "tr",
          {},
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              { type: "button", class: "link", "aria-label": `Show row ${i + 1}`, onclick: () => this.showRow(i) },
              String(i + 1),
            ),
          ),
          ...row.map((x) => h("td", {}, this.number(x))),
          ...results,
        ),
      );
      return results;
    });
    if (count > MOST_ROWS) this.table.append(h("p", { class: "note" }, `and ${count - MOST_ROWS} more rows`));
    const inputs = data.feed.filter((leaf) => leaf >= 0 && explorer.data.nodes[leaf].role === "input");
    if (inputs.length === 2 && data.feed.length === 3) this.boundary = new Boundary(this, inputs);
    return () => {
      if (/** @type {ShadowRoot} */ (explorer.root).activeElement !== shown) shown.value = String(this.row + 1);
      batch.value = String(this.batch);
      this.outcomes?.slice(0, MOST_ROWS).forEach(({ cost, predictions }, i) => {
        [...predictions, cost].forEach((x, k) => setText(cells[i][k], this.number(x)));
        cells[i][0].parentElement?.classList.toggle("current", i === this.row);
      });
      this.boundary?.draw();
    };
  }
}

/** The mean of each number and those before it, as many as the window holds. @param {number[]} numbers
 *  @param {number} window */
function runningMean(numbers, window) {
  let sum = 0;
  return numbers.map((x, i) => {
    sum += x - (i >= window ? numbers[i - window] : 0);
    return sum / Math.min(i + 1, window);
  });
}

/** What a model of two inputs predicts all over the plane, with the rows on it. */
class Boundary {
  /** @param {Learning} learning @param {number[]} inputs */
  constructor(learning, inputs) {
    this.learning = learning;
    this.inputs = inputs;
    this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { width: 7 * GRID, height: 7 * GRID, role: "img" }));
    const { data } = learning.explorer;
    const [x, y] = inputs.map((node) => data.nodes[node].label[0]);
    this.canvas.setAttribute("aria-label", `Predictions over ${x} and ${y}, with the rows`);
    this.element = h(
      "figure",
      { class: "boundary" },
      this.canvas,
      h("figcaption", {}, `predictions over ${x} (to the right) and ${y} (up); rows have the colour of their target`),
    );
    const rows = /** @type {LearningData} */ (learning.data).rows;
    this.ranges = [0, 1].map((i) => span(rows.map((row) => row[this.place(i)])));
    const targets = rows.map((row) => row[row.length - 1]);
    this.centre = (Math.min(...targets) + Math.max(...targets)) / 2;
    this.reach = (Math.max(...targets) - Math.min(...targets)) / 2 || 1;
  }

  /** Where in a row an input is. @param {number} i */
  place(i) {
    return /** @type {LearningData} */ (this.learning.data).feed.indexOf(this.inputs[i]);
  }

  draw() {
    const { learning, inputs, canvas, ranges } = this,
      { machine } = learning,
      data = /** @type {LearningData} */ (learning.data);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const style = getComputedStyle(canvas),
      colours = ["--plus", "--minus", "--paper", "--ink"].map((name) => style.getPropertyValue(name));
    const before = inputs.map((leaf) => machine.values[leaf]),
      cell = canvas.width / GRID;
    const classes = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"];
    const several = data.predictions.length > 1;
    for (let i = 0; i < GRID; i++) {
      for (let k = 0; k < GRID; k++) {
        [i, GRID - 1 - k].forEach(
          (at, n) => (machine.values[inputs[n]] = ranges[n][0] + ((at + 0.5) / GRID) * (ranges[n][1] - ranges[n][0])),
        );
        machine.evaluate();
        const predictions = data.predictions.map((node) => machine.values[node]);
        const strength = (predictions[0] - this.centre) / this.reach;
        context.globalAlpha = 1;
        context.fillStyle = colours[2];
        context.fillRect(i * cell, k * cell, cell, cell);
        context.globalAlpha = several ? 0.45 : Math.min(0.75, Math.abs(strength) * 0.6 || 0);
        context.fillStyle = several
          ? classes[predictions.indexOf(Math.max(...predictions)) % classes.length]
          : colours[strength > 0 ? 0 : 1];
        context.fillRect(i * cell, k * cell, cell, cell);
      }
    }
    inputs.forEach((leaf, n) => (machine.values[leaf] = before[n]));
    machine.evaluate();
    context.globalAlpha = 1;
    data.rows.forEach((row, i) => {
      const [x, y] = [0, 1].map(
        (n) => ((row[this.place(n)] - ranges[n][0]) / (ranges[n][1] - ranges[n][0])) * canvas.width,
      );
      const target = row[row.length - 1],
        positive = target > this.centre;
      context.beginPath();
      if (several || positive) context.arc(x, canvas.height - y, 5, 0, 7);
      else context.rect(x - 4.5, canvas.height - y - 4.5, 9, 9); // told apart without colour, too
      context.fillStyle = several ? classes[target % classes.length] : colours[positive ? 0 : 1];
      context.fill();
      context.lineWidth = i === learning.row ? 3 : 1;
      context.strokeStyle = colours[3];
      context.stroke();
    });
  }
}

/**
 * Put the explorer in place of each element of this key that has none yet.
 * @param {string} key @param {Data} data @param {Functions[]} functions @param {string} css @param {boolean} standalone
 */
export function mount(key, data, functions, css, standalone) {
  for (const host of document.querySelectorAll(`[data-explorer="${key}"]:not([data-live])`)) {
    const element = /** @type {HTMLElement} */ (host);
    element.dataset.live = "";
    element.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own keys stay out of it
    new Explorer(element, data, functions, css, standalone);
  }
}
