// What is written of a node and of an edge: how it was computed, where its gradient came from, what it hands on.

/** @import { Edge, Equation, Factor, Form, Line, Link } from "./types.js" */
/** @import { Graph } from "./graph.js" */
import { CUT, MAX_PATHS } from "./constants.js";
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

/** What one node adds to the gradients of its operands, an equation for each, with the sum so far where several paths
 *  meet. @param {Graph} graph @param {number} node @param {Float64Array} gradients after this step
 *  @param {(node: number) => [received: number, all: number]} shares of the edges that a node feeds @param {Form} form
 *  @returns {(Equation & {soFar: string})[]} */
export function handingOn(graph, node, gradients, shares, form) {
  const typesetter = new Typesetter(graph, form);
  return graph.edges[node].map((edge) => {
    const left = typesetter.gradient(edge.by),
      share = graph.gradients[node] * graph.partials[node][edge.k],
      chain = handed(graph, edge, "derivative"),
      [first, ...others] = typesetter.equation(left, [chain], [handed(graph, edge, "partial")], share);
    const lines = [{ sign: typesetter.signs.added, text: first.text }, ...others];
    return { left, lines, soFar: sumSoFar(graph, edge.by, gradients[edge.by], shares(edge.by)) };
  });
}

/** @param {Graph} graph @param {number} node @param {number} sum @param {[received: number, all: number]} shares */
function sumSoFar(graph, node, sum, [received, all]) {
  if (all < 2 || graph.role(node) === CUT) return "";
  const typesetter = new Typesetter(graph, "text"),
    extent = received < all ? "so far" : "in all";
  return `${typesetter.gradient(node)} ${extent} ${typesetter.number(sum)}, from ${received} of ${all} edges`;
}

/** An equation as text, a line for each step. @param {Equation} equation */
export function asText({ left, lines }) {
  return lines.map(({ sign, text }, i) => `${i ? " ".repeat(left.length) : left} ${sign} ${text}`).join("\n");
}

/** @param {Equation} equation */
export function asLatex({ left, lines }) {
  const rows = lines.map(({ sign, text }, i) => `${i ? "" : left} &${sign} ${text}`);
  return `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}`;
}

/** @param {Equation} equation */
export function asMathml({ left, lines }) {
  /** @type {(side: string, cell: string) => string} */
  const cell = (side, text) => `<mtd columnalign="${side}" style="text-align: ${side}">${text}</mtd>`;
  const rows = lines.map(
    ({ sign, text }, i) =>
      `<mtr>${cell("right", i ? "" : left)}${cell("center", `${sign} `)}${cell("left", text)}</mtr>`,
  );
  return `<math display="block"><mtable displaystyle="true">${rows.join("")}</mtable></math>`;
}

/** An equation as one line of MathML. @param {Equation} equation */
export function inOneLine({ left, lines }) {
  const space = `<mspace width="0.3em"></mspace>`;
  const texts = lines.map(({ sign, text }) => `${space}${sign}${space}${text}`);
  return `<math><mrow>${left}${texts.join("")}</mrow></math>`;
}
