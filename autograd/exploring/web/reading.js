// Answers as people type them: a number, or a formula in the labels of the graph, however they are spelled.

/** @import { Function_, Names } from "./names.js" */
/** @import { Numbers, Part } from "./terms.js" */
import { t } from "./language.js";
import { LONGEST, REWRITTEN } from "./constants.js";
import { RATE, gradientOf, keyOf, partialOf, valueOf } from "./terms.js";

/** @typedef {(numbers: Numbers) => number} Formula */
/** What was answered, and what of the graph it speaks of. @typedef {{formula: Formula, isNumber: boolean,
 *  mentioned: Set<string>}} Answer */

/** What stands for what, in the order in which it is put in its place. @type {[RegExp, string][]} */
const SIGNS = REWRITTEN.map(([pattern, plain]) => [new RegExp(pattern, "gu"), plain]);
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹",
  DECIMAL = /^[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?$/i,
  NUMBER = /^(\d+([.,]\d+)?(e[-+]?\d+)?|\.\d+)/i,
  MOST_NESTED = 50,
  MOST_NAMES = 12,
  ENDS = "+-*/)]|,<>≥≤"; // what may stand behind the operand of a function that has no brackets
/** @type {Record<string, (x: number, y: number) => boolean>} */
const COMPARED = { "<": (x, y) => x < y, ">": (x, y) => x > y, "≤": (x, y) => x <= y, "≥": (x, y) => x >= y };
/** @type {Record<string, number>} */
const CONSTANTS = { e: Math.E, π: Math.PI, pi: Math.PI };

/** What cannot be read. */
export class Unreadable extends Error {}

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
    this.inBars = false; // whether | closes
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

  /** @param {number} start */
  unreadableAt(start) {
    this.at = start;
    return this.unreadable();
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
      if (!sign && !/[([∂√\\\p{L}\p{N}]/u.test(c) && (c !== "|" || this.inBars)) break;
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
    if (c === "(" || c === "[" || c === "|") return this.bracket(c);
    if (this.text.startsWith("\\frac", this.at)) {
      this.at += "\\frac".length;
      const [over, under] = [this.bracket("("), this.bracket("(")];
      return (numbers) => over(numbers) / under(numbers);
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

  /** ( ), the size | |, or [ ], which may hold a comparison that is 1 where it is true, and else 0.
   *  @param {string} opening @returns {Formula} */
  bracket(opening) {
    if (!this.take(opening)) throw this.unreadable();
    const outside = this.inBars;
    this.inBars = opening === "|";
    let inside = this.sum();
    const compared = opening === "[" ? COMPARED[this.next()] : undefined;
    if (compared) {
      this.at++;
      const [x, y] = [inside, this.sum()];
      inside = (numbers) => Number(compared(x(numbers), y(numbers)));
    }
    if (!this.take(opening === "(" ? ")" : opening === "[" ? "]" : "|")) throw this.unreadable();
    this.inBars = outside;
    return opening === "|" ? (numbers) => Math.abs(inside(numbers)) : inside;
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
    if (name === "δ" || name === "delta") return this.localGradient(start);
    const received = this.names.gradients.get(name);
    if (received !== undefined) return this.mention(gradientOf(received));
    return called ? this.function(called, start) : this.activation(start);
  }

  /** f(z), f'(z), of a node z: the function that the graph applies to it, whatever it is called.
   *  @param {number} start @returns {Formula} */
  activation(start) {
    const slope = this.take("'"),
      node = this.take("(") ? this.node() : undefined,
      called = node === undefined ? null : this.names.functionOf(node),
      compute = slope ? called?.slope : called?.value;
    if (node === undefined || !compute || !this.take(")")) throw this.unreadableAt(start);
    const x = this.mention(valueOf(node));
    return (numbers) => compute([x(numbers)]);
  }

  /** σ(z), σ'(z), sin²(z), sin z. @param {Function_} called @param {number} start @returns {Formula} */
  function(called, start) {
    const slope = this.take("'"),
      power = /^(?:\^(\d)(?!\d)|([²³⁴⁵⁶⁷⁸⁹]))/.exec(this.text.slice(this.at)),
      compute = slope ? called.slope : called.value;
    this.at += power?.[0].length ?? 0;
    const operands = compute && this.operands();
    if (!compute || !operands) throw this.unreadableAt(start);
    const exponent = power ? Number(power[1] ?? RAISED.indexOf(power[2])) : 1;
    return (numbers) => compute(operands.map((operand) => operand(numbers))) ** exponent;
  }

  /** In brackets; or one node without, where nothing stands behind it that might belong to it.
   *  @returns {Formula[] | null} */
  operands() {
    if (!this.take("(")) {
      const node = this.node();
      return node !== undefined && ENDS.includes(this.next()) ? [this.mention(valueOf(node))] : null;
    }
    const outside = this.inBars;
    this.inBars = false;
    const operands = [this.sum()];
    while (this.take(",")) operands.push(this.sum());
    this.inBars = outside;
    if (!this.take(")")) throw this.unreadable();
    return operands;
  }

  /** δ(z), δ_z: ∂C/∂z. @param {number} start @returns {Formula} */
  localGradient(start) {
    const bracket = this.take("(");
    if (!bracket) this.take("_");
    const node = this.node();
    if (node === undefined || (bracket && !this.take(")"))) throw this.unreadableAt(start);
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
