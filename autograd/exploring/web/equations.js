// What is written of a node and of an edge: how it was computed, where its gradient came from, what it hands on.

/** @import { Edge, Equation, Factor, Form, Line, Link } from "./types.js" */
/** @import { Graph } from "./graph.js" */
/** @import { Moment } from "./passes.js" */
import { CUT, INDENT, MAX_PATHS } from "./constants.js";
import { t } from "./language.js";
import { edgesFrom, pathCount, pathsOf, slope } from "./paths.js";
import { Typesetter } from "./typesetter.js";

/** The products along paths, one for each. @param {Edge[][]} paths @param {"derivative" | "partial"} kind
 *  @returns {Factor[][]} */
const products = (paths, kind) => paths.map((path) => path.map((edge) => ({ kind, edge })));

/** The computation of a node: formula, numbers put in, value. @param {Graph} graph @param {number} node
 *  @param {Form} form @returns {Equation} */
export function evaluation(graph, node, form) {
  const typesetter = new Typesetter(graph, form),
    left = typesetter.label(node);
  /** @type {Line[]} */
  const lines = [];
  for (const numbers of graph.isLeaf(node) ? [] : [false, true]) {
    const text = typesetter.formula(node, numbers);
    if (text !== lines.at(-1)?.text) lines.push({ sign: typesetter.equals(), text });
  }
  typesetter.exact = true;
  const text = typesetter.number(graph.values[node]);
  if (text !== lines.at(-1)?.text) lines.push({ sign: typesetter.equals(), text });
  return { left, lines };
}

/** The derivative of the output by a node, as `derive` writes it: beyond a few paths, as what the users of the node
 *  hand back. @param {Graph} graph @param {number} node @param {Form} form @returns {Equation} */
export function derivation(graph, node, form) {
  const typesetter = new Typesetter(graph, form),
    left = typesetter.gradient(node),
    value = graph.gradients[node];
  if (pathCount(graph, node) <= MAX_PATHS) {
    const way = edgesFrom(graph, node),
      paths = way.length ? pathsOf({ of: graph.output, by: node, way }) : [];
    const lines = typesetter.equation(left, products(paths, "derivative"), products(paths, "partial"), value);
    return { left, lines };
  }
  /** @type {(kind: "derivative" | "partial") => Factor[][]} */
  const terms = (kind) => graph.uses[node].map((edge) => handed(graph, edge, kind));
  return { left, lines: typesetter.equation(left, terms("derivative"), terms("partial"), value) };
}

/** The derivative that a link of the picture stands for: ∂z/∂x = formula = number. @param {Link} link
 *  @param {Typesetter} typesetter */
export function partialText(link, typesetter) {
  const { graph } = typesetter,
    left = typesetter.derivative(link.of, link.by),
    paths = pathsOf(link, MAX_PATHS + 1),
    few = paths.length > MAX_PATHS ? [] : paths;
  const value = slope(graph, link),
    lines = typesetter.equation(left, products(few, "derivative"), products(few, "partial"), value);
  return [left, ...lines.map(({ sign, text }) => (sign ? `${sign} ${text}` : text))].join(" ");
}

/** What is handed back along an edge: the gradient of its node, but that of the output, which is 1, times the partial.
 *  @param {Graph} graph @param {Edge} edge @param {"derivative" | "partial"} kind @returns {Factor[]} */
function handed(graph, edge, kind) {
  return edge.of === graph.output
    ? [{ kind, edge }]
    : [
        { kind: "gradient", node: edge.of },
        { kind, edge },
      ];
}

/** What the node of a step hands back to its operands, an equation for each: as a sum where something is there already,
 *  and with the sum so far where several paths meet. @param {Moment} now @param {Form} form
 *  @returns {(Equation & {soFar: string})[]} */
export function handingOn(now, form) {
  const { graph } = now,
    typesetter = new Typesetter(graph, form);
  return [...now.edges].map((edge) => {
    const left = typesetter.gradient(edge.by),
      share = graph.gradients[edge.of] * graph.partials[edge.of][edge.k],
      chain = handed(graph, edge, "derivative"),
      [first, ...others] = typesetter.equation(left, [chain], [handed(graph, edge, "partial")], share),
      shares = now.shares(edge.by);
    const lines = shares[0] > 1 ? [{ ...first, sign: typesetter.signs.added }, ...others] : [first, ...others];
    return { left, lines, soFar: sumSoFar(graph, edge.by, now.gradients[edge.by], shares) };
  });
}

/** @param {Graph} graph @param {number} node @param {number} sum @param {[received: number, all: number]} shares */
function sumSoFar(graph, node, sum, [received, all]) {
  if (all < 2 || graph.role(node) === CUT) return "";
  const typesetter = new Typesetter(graph, "text"),
    values = { gradient: typesetter.gradient(node), number: typesetter.number(sum), received, all };
  return received < all
    ? t("{gradient} so far {number}, from {received} of {all} edges", values)
    : t("{gradient} in all {number}, from {received} of {all} edges", values);
}

/** A column of signs, "" where a term goes on with the sum above it, and one of what follows; as Python sets them out.
 *  @param {Equation} equation @param {string} space @returns {[sign: string, text: string][]} */
export function rows({ lines }, space) {
  /** @type {[sign: string, text: string][]} */
  const rows = [];
  for (const { sign, text, place } of lines) {
    if (place === "beside") rows[rows.length - 1][1] += space + sign + space + text;
    else rows.push(place ? ["", sign + space + text] : [sign, text]);
  }
  return rows;
}

/** An equation as text. @param {Equation} equation */
export function asText(equation) {
  const { left } = equation;
  return rows(equation, " ")
    .map(([sign, text], i) => `${i ? " ".repeat(left.length) : left} ${sign || " "} ${text}`)
    .join("\n");
}

/** @param {Equation} equation */
export function asLatex(equation) {
  const lines = rows(equation, " ").map(([sign, text], i) => `${i ? "" : equation.left} &${sign || INDENT} ${text}`);
  return `\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}`;
}
