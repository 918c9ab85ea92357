/** @import { Edge, Factor, Form, Line } from "./types.js" */
/** @import { Graph } from "./graph.js" */
import {
  ABOUT,
  CLOSE,
  COMMA,
  COMPOUND,
  DECIMAL,
  MINUS,
  MOST_SUBTOTALS,
  NEGATIVE,
  OPEN,
  RAISED,
  RESULT,
} from "./constants.js";
import { FORMS } from "./forms.js";
import { decimalMark } from "./language.js";
import { addsUp, isExact, written, writtenAsFactor } from "./numbers.js";

const SLOT = new RegExp(`${OPEN}([${RAISED}${COMPOUND}${NEGATIVE}]?)(i?)(\\w+)${CLOSE}`, "g");

/** Sets formulas and numbers of a graph as they are now, in one form: fills the slots of what Python wrote. */
export class Typesetter {
  /** @param {Graph} graph @param {Form} form */
  constructor(graph, form, digits = graph.data.digits) {
    this.graph = graph;
    this.data = graph.data;
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
    this.exact &&= isExact(x, this.digits);
    return written(x, this.digits, this.form);
  }

  /** A number that is no product's first. @param {number} x @param {boolean} [compound] */
  factorNumber(x, compound = false) {
    this.exact &&= isExact(x, this.digits);
    return writtenAsFactor(x, this.digits, this.form, compound);
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
    return this.derivative(this.graph.output, node);
  }

  /** The formula of a node, in symbols or in numbers. @param {number} node @param {boolean} numbers */
  formula(node, numbers) {
    const { formula } = this.graph.signatureOf(node);
    return this.fill(this.data.texts[formula[2 * this.signs.index + Number(numbers)]], numbers, node, node);
  }

  /**
   * A factor of a product, with MINUS before it where it is negative and written without its minus.
   * place: 0 alone, 1 the first of several, 2 the first of a later term, 3 later.
   * @param {Factor} factor @param {boolean} numbers @param {number} place
   */
  factor(factor, numbers, place) {
    const { graph } = this,
      number = (/** @type {number} */ x) => (place > 1 ? this.factorNumber(x) : this.number(x));
    if (factor.kind === "gradient") {
      return numbers ? number(graph.gradients[factor.node]) : this.gradient(factor.node);
    }
    const { of, by, k } = factor.edge;
    if (factor.kind === "derivative") return numbers ? number(graph.partials[of][k]) : this.derivative(of, by);
    const inner = factor.kind === "cancelled" ? factor.inner : undefined;
    const templates = inner ? cancellation(graph, factor.edge, inner) : graph.signatureOf(of).partials[k];
    const index = /** @type {number[]} */ (templates)[4 * (2 * this.signs.index + Number(numbers)) + place];
    return this.fill(this.data.texts[index], numbers, of, inner?.of ?? of);
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
    return terms.map((term, i) => {
      const { negative, text } = this.product(term, numbers, i === 0);
      if (i === 0) return { sign: "", text: (negative ? minus : "") + text, term: 0 };
      return { sign: negative ? minus : plus, text, place: "under", term: i };
    });
  }

  /**
   * left = sum of the products, in symbols, worked out, with what cancels taken out, in numbers, what each comes to,
   * and the value.
   * @param {string} left @param {Factor[][]} chain @param {Factor[][]} workedOut @param {number} value
   * @returns {Line[]}
   */
  equation(left, chain, workedOut, value) {
    const shorter = Number.isFinite(value) ? workedOut.map((term) => cancelled(this.graph, term)) : workedOut;
    /** @type {[Factor[][], boolean][]} */
    const steps = [
      [chain, false],
      [workedOut, false],
      [shorter, false],
      [shorter, true],
    ];
    /** @type {Line[]} */
    const lines = [];
    let before = left;
    for (const [terms, numbers] of chain.length ? steps : []) {
      this.exact = true;
      const sum = this.sum(terms, numbers),
        equals = this.equals();
      const text = sum.map((line) => line.sign + line.text).join("\n");
      if (text !== before) lines.push({ ...sum[0], sign: equals }, ...sum.slice(1));
      before = text;
    }
    const subtotals = chain.length > 1 && chain.length <= MOST_SUBTOTALS ? this.subtotals(chain, value) : [],
      repeated = subtotals.slice(0, -1).map(({ sign, text }, i) => (i ? sign : "") + text);
    this.exact = true;
    const text = this.number(value);
    if (subtotals.length && repeated.join("\n") !== before) lines.push(...subtotals);
    else if (text !== before) lines.push({ sign: this.equals(), text });
    return lines;
  }

  /** What each product comes to, and beside them the value. @param {Factor[][]} terms @param {number} value
   *  @returns {Line[]} */
  subtotals(terms, value) {
    const { minus, plus, equal, about } = this.signs,
      numbers = terms.map((term) => term.reduce((product, factor) => product * this.numberOf(factor), 1));
    this.exact = true;
    const [first, ...others] = numbers.map((x, i) => this.number(i ? Math.abs(x) : x)),
      sign = this.equals();
    return [
      { sign, text: first, term: 0 },
      ...others.map((text, i) => {
        /** @type {Line} */
        const line = { sign: numbers[i + 1] < 0 ? minus : plus, text, place: "beside", term: i + 1 };
        return line;
      }),
      { sign: addsUp(numbers, value, this.digits) ? equal : about, text: this.number(value), place: "beside" },
    ];
  }

  /** The number that a factor stands for. @param {Factor} factor */
  numberOf(factor) {
    const { gradients, partials } = this.graph;
    return factor.kind === "gradient" ? gradients[factor.node] : partials[factor.edge.of][factor.edge.k];
  }

  /** The nodes whose numbers the partial on an edge is worked out from. @param {Edge} edge */
  neededFor({ of, k }) {
    const template = this.data.texts[this.graph.signatureOf(of).partials[k][0]];
    return [...template.matchAll(SLOT)].map(([, , , name]) =>
      name === RESULT ? of : this.graph.operands[of][Number(name)],
    );
  }

  /** A template with its slots filled. @param {string} template @param {boolean} numbers @param {number} node
   *  @param {number} inner the node whose operands have an i before their index */
  fill(template, numbers, node, inner) {
    if (template.endsWith(ABOUT)) this.exact = false;
    const { operands, values } = this.graph;
    const text = template
      .replace(ABOUT, "")
      .replaceAll(DECIMAL, this.signs.decimal(decimalMark()))
      .replaceAll(COMMA, decimalMark() === "," ? ";" : ",");
    return text.replace(SLOT, (_, mark, inside, name) => {
      const i = name === RESULT ? node : operands[inside ? inner : node][Number(name)];
      if (numbers) return mark ? this.factorNumber(values[i], mark !== NEGATIVE) : this.number(values[i]);
      const label = this.label(i);
      return mark === RAISED && this.signs.raised.test(label) ? this.signs.brackets(label) : label;
    });
  }
}

/** The templates for two edges that follow one another, where something cancels between them.
 *  @param {Graph} graph @param {Edge} outer @param {Edge} inner @returns {number[] | undefined} */
function cancellation({ data, signatures }, outer, inner) {
  return data.cancelled[`${signatures[outer.of]} ${outer.k} ${signatures[inner.of]} ${inner.k}`];
}

/** A product of partials without what cancels between neighbours. @param {Graph} graph @param {Factor[]} term */
function cancelled(graph, term) {
  /** @type {Factor[]} */
  const rest = [];
  for (const factor of term) {
    const before = rest.at(-1);
    if (before?.kind === "partial" && factor.kind === "partial" && cancellation(graph, before.edge, factor.edge)) {
      rest[rest.length - 1] = { kind: "cancelled", edge: before.edge, inner: factor.edge };
    } else rest.push(factor);
  }
  const ones = rest.filter((factor) => factor.kind !== "partial" || !isOne(graph, factor.edge));
  return rest.length < term.length ? ones : term; // where something has gone, so do factors of 1
}

/** Whether a partial is written as 1. @param {Graph} graph @param {Edge} edge */
function isOne(graph, { of, k }) {
  return graph.data.texts[graph.signatureOf(of).partials[k][0]] === "1";
}
