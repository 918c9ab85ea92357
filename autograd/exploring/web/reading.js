// Answers as people type them: a number, or a formula in the labels of the graph, however they are spelled.

/** @import { Graph } from "./graph.js" */
/** @import { Numbers, Part } from "./terms.js" */
import { t } from "./language.js";
import { LONGEST } from "./constants.js";
import { RATE, gradientOf, keyOf, partialOf, valueOf } from "./terms.js";
import { spellings } from "./spellings.js";

/** @typedef {(numbers: Numbers) => number} Formula */
/** What was answered, and what of the graph it speaks of. @typedef {{formula: Formula, isNumber: boolean,
 *  mentioned: Set<string>}} Answer */
/** A function of numbers, and its slope. @typedef {{value: (x: number[]) => number, slope?: (x: number[]) => number}} Function_ */

/** @type {[RegExp, string][]} */
const SIGNS = [
  [/\\(cdot|times)/g, "*"],
  [/\\sigma/g, "σ"],
  [/\\partial/g, "∂"],
  [/\\delta/g, "δ"],
  [/\\(left|right)/g, ""],
  [/[·×⋅∗•]/g, "*"],
  [/[−–‐]/g, "-"],
  [/÷/g, "/"],
  [/([_^])\{([\p{L}\p{N},]+)\}/gu, "$1$2"],
  [/\{/g, "("],
  [/\}/g, ")"],
  [/\\eta/g, "η"],
  [/sigma\(/g, "σ("],
  [/[′’]/g, "'"],
  [/\*\*/g, "^"],
];
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹",
  DECIMAL = /^[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?$/i,
  NUMBER = /^(\d+([.,]\d+)?(e[-+]?\d+)?|\.\d+)/i,
  MOST_NESTED = 50,
  MOST_NAMES = 12,
  OTHER_NAMES = ["δ", "delta", "η", "eta", "e", "π", "pi"];
/** @type {Record<string, number>} */
const CONSTANTS = { e: Math.E, π: Math.PI, pi: Math.PI };

/** What every formula may use, beside the functions of the graph. @type {Record<string, Function_>} */
const FUNCTIONS = {};
for (const name of ["exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "max", "min"]) {
  const compute = /** @type {any} */ (Math)[name];
  FUNCTIONS[name] = { value: (x) => compute(...x) };
}
FUNCTIONS.ln = FUNCTIONS.log;

/** What cannot be read. */
export class Unreadable extends Error {}

/** The names of a graph in all their spellings, and its functions. */
export class Names {
  /** @param {Graph} graph */
  constructor(graph) {
    this.graph = graph;
    /** @type {Map<string, number>} */
    this.nodes = new Map();
    const labels = graph.data.nodes.map((_, node) => graph.name(node)),
      all = labels.map(spellings);
    for (const [i, written] of all.entries())
      for (const text of written.slice(1)) if (!this.nodes.has(text)) this.nodes.set(text, i);
    for (const [i, written] of all.entries()) this.nodes.set(written[0], i);
    this.shown = labels;
    /** @type {Map<string, Function_>} */
    this.functions = new Map(Object.entries(FUNCTIONS));
    graph.data.signatures.forEach(({ called }, i) => {
      const { value, partials } = graph.functions[i];
      const found = { value, slope: (/** @type {number[]} */ x) => partials(value(x), x)[0] };
      for (const name of called ?? []) this.functions.set(name, found);
    });
    this.longestFirst = [...this.nodes.keys(), ...this.functions.keys(), ...OTHER_NAMES].sort(
      (a, b) => b.length - a.length,
    );
  }

  /** The longest name that stands there, and does not go on. @param {string} text @param {number} start */
  at(text, start) {
    // a letter or a digit makes another name of it, but no exponent such as ²
    const goesOn = (/** @type {string} */ name) => {
      const following = text.charAt(start + name.length);
      return (
        (/\p{L}$/u.test(name) && /\p{L}/u.test(following)) || (/[\p{L}\p{N}]$/u.test(name) && /\p{Nd}/u.test(following))
      );
    };
    return this.longestFirst.find((name) => text.startsWith(name, start) && !goesOn(name));
  }
}

/** @param {string} answer @param {Names} names @returns {Answer} */
export function readAnswer(answer, names) {
  if (answer.length > LONGEST) throw new Unreadable(t("An answer has at most {count} characters.", { count: LONGEST }));
  let text = answer.normalize("NFC");
  for (const [sign, plain] of SIGNS) text = text.replace(sign, plain);
  text = text
    .slice(text.lastIndexOf("=") + 1)
    .trim()
    .replace(/^≈\s*/, ""); // of ∂C/∂w = 0.3 what is right of it
  const short = text.replace(/\s/g, "");
  if (DECIMAL.test(short)) {
    const x = Number(short.replace(",", "."));
    return { formula: () => x, isNumber: true, mentioned: new Set() };
  }
  const reader = new Reader(text, names),
    formula = reader.read();
  return { formula, isNumber: reader.mentioned.size === 0, mentioned: reader.mentioned };
}

/** Reads a formula by precedence climbing. */
class Reader {
  /** @param {string} text @param {Names} names */
  constructor(text, names) {
    this.text = text;
    this.names = names;
    this.at = 0;
    this.depth = 0;
    /** @type {Set<string>} */
    this.mentioned = new Set();
  }

  read() {
    const formula = this.sum();
    if (this.next()) throw this.unreadable();
    return formula;
  }

  next() {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
    return this.text[this.at] ?? "";
  }

  /** @param {string} sign */
  take(sign) {
    if (this.next() !== sign) return false;
    this.at++;
    return true;
  }

  unreadable() {
    const rest = this.text.slice(this.at, this.at + 20),
      { shown } = this.names,
      known = shown.slice(0, MOST_NAMES).join(", ") + (shown.length > MOST_NAMES ? ", …" : "");
    const where = rest ? t("This cannot be read at “{rest}”.", { rest }) : t("This cannot be read at its end.");
    const what = t("An answer is a number, or a formula with + − * / ^ and brackets in {names}.", { names: known });
    return new Unreadable(`${where} ${what}`);
  }

  /** @returns {Formula} */
  sum() {
    if (++this.depth > MOST_NESTED) throw this.unreadable();
    let left = this.product();
    for (let c = this.next(); c === "+" || c === "-"; c = this.next()) {
      this.at++;
      const [x, y] = [left, this.product()];
      left = c === "+" ? (numbers) => x(numbers) + y(numbers) : (numbers) => x(numbers) - y(numbers);
    }
    this.depth--;
    return left;
  }

  /** @returns {Formula} */
  product() {
    let left = this.signed();
    for (let c = this.next(); c; c = this.next()) {
      const x = left,
        sign = c === "*" || c === "/";
      if (!sign && !/[([∂√\p{L}\p{N}]/u.test(c)) break;
      if (sign) this.at++;
      const y = sign ? this.signed() : this.power();
      left = c === "/" ? (numbers) => x(numbers) / y(numbers) : (numbers) => x(numbers) * y(numbers);
    }
    return left;
  }

  /** @returns {Formula} */
  signed() {
    let negative = false;
    for (let c = this.next(); c === "+" || c === "-"; c = this.next()) {
      negative = negative !== (c === "-");
      this.at++;
    }
    const x = this.power();
    return negative ? (numbers) => -x(numbers) : x;
  }

  /** @returns {Formula} */
  power() {
    const base = this.atom(),
      raised = /^⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/.exec(this.text.slice(this.at))?.[0];
    if (raised) {
      this.at += raised.length;
      const exponent = Number(raised.replace("⁻", "-").replace(/[^-]/g, (c) => String(RAISED.indexOf(c))));
      return (numbers) => base(numbers) ** exponent;
    }
    if (!this.take("^")) return base;
    const exponent = this.signed();
    return (numbers) => base(numbers) ** exponent(numbers);
  }

  /** @returns {Formula} */
  atom() {
    const c = this.next();
    if (c === "(" || c === "[") {
      this.at++;
      const inside = this.sum();
      if (!this.take(c === "(" ? ")" : "]")) throw this.unreadable();
      return inside;
    }
    const derivative = this.derivative();
    if (derivative) return derivative;
    const name = this.names.at(this.text, this.at);
    if (name) return this.named(name);
    const digits = NUMBER.exec(this.text.slice(this.at))?.[0];
    if (digits) {
      this.at += digits.length;
      const x = Number(digits.replace(",", "."));
      return () => x;
    }
    if (!this.take("√")) throw this.unreadable();
    const x = this.atom();
    return (numbers) => Math.sqrt(x(numbers));
  }

  /** @param {string} name @returns {Formula} */
  named(name) {
    const start = this.at,
      node = this.names.nodes.get(name),
      called = this.names.functions.get(name);
    this.at += name.length;
    if (node !== undefined) return this.mention(valueOf(node));
    if (name === "η" || name === "eta") return this.mention(RATE);
    if (name in CONSTANTS) return () => CONSTANTS[name];
    if (!called) return this.localGradient(start);
    const slope = this.take("'"),
      compute = slope ? called.slope : called.value;
    if (!compute || !this.take("(")) {
      this.at = start;
      throw this.unreadable();
    }
    const operands = [this.sum()];
    while (this.take(",")) operands.push(this.sum());
    if (!this.take(")")) throw this.unreadable();
    return (numbers) => compute(operands.map((operand) => operand(numbers)));
  }

  /** δ(z), δ_z: ∂C/∂z. @param {number} start @returns {Formula} */
  localGradient(start) {
    const bracket = this.take("(");
    if (!bracket) this.take("_");
    const node = this.node();
    if (node === undefined || (bracket && !this.take(")"))) {
      this.at = start;
      throw this.unreadable();
    }
    return this.mention(gradientOf(node));
  }

  /** @param {Part} part @returns {Formula} */
  mention(part) {
    this.mentioned.add(keyOf(part));
    return (numbers) => numbers.of(part);
  }

  node() {
    const name = this.next() && this.names.at(this.text, this.at),
      node = name ? this.names.nodes.get(name) : undefined;
    if (name && node !== undefined) this.at += name.length;
    return node;
  }

  /** ∂a/∂z, da/dz: of an edge, or of the output. @returns {Formula | null} */
  derivative() {
    const start = this.at,
      { graph } = this.names;
    if (this.take("∂") || this.take("d")) {
      const of = this.node();
      if (of !== undefined && this.take("/") && (this.take("∂") || this.take("d"))) {
        const by = this.node(),
          edge = by === undefined ? undefined : graph.edges[of].find((one) => one.by === by);
        if (edge) return this.mention(partialOf(edge.of, edge.k));
        if (by !== undefined && of === graph.output) return this.mention(gradientOf(by));
      }
    }
    this.at = start;
    return null;
  }
}
