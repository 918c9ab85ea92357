// What is said in practice: questions, verdicts, hints, solutions, the score.

/** @import { Equation, Factor, Text } from "./types.js" */
/** @import { Practice, Verdict } from "./practice.js" */
/** @import { Graph } from "./graph.js" */
/** @import { Question, Slip } from "./questions.js" */
/** @import { Part } from "./terms.js" */
import { evaluation } from "./equations.js";
import { decimalMark, t, tn, told } from "./language.js";
import { same } from "./judging.js";
import { asText } from "./numbers.js";
import { layersOf } from "./paths.js";
import { Numbers } from "./terms.js";
import { Typesetter } from "./typesetter.js";

const MOST_GIVEN = 24; // numbers

/** What stands between numbers of a list, which may have commas of their own. */
const listMark = () => (decimalMark() === "," ? "; " : ", ");

/** What a session asks about. @returns {Record<import("./questions.js").Topic, string>} */
export const topics = () => ({
  backward: t("backpropagation, step by step"),
  gradient: t("whole gradients"),
  forward: t("the forward pass"),
  update: t("a gradient step"),
});

/** What is asked, as a sentence. @param {Practice} practice @param {Question} question */
export function prompt({ graph }, { kind, node, edge }) {
  const name = graph.name(node),
    output = graph.name(graph.output),
    by = edge ? graph.name(edge.by) : "";
  if (kind === "value") return t("Forward: what is the value of {name}?", { name });
  if (kind === "partial")
    return t("The partial on the edge from {by} to {name}: how does {name} change with {by}?", { by, name });
  if (kind === "product")
    return t("What does {name} hand on to {by}? Its own gradient is in the picture.", { name, by });
  if (kind === "sum") return t("At {name} several contributions meet. What is its gradient?", { name });
  if (kind === "gradient")
    return t("How does {output} change with {name}? The whole gradient, from {output} back.", { output, name });
  if (kind === "update") return t("Take a step against the gradient: what is the new {name}?", { name });
  return t("Only {name} takes this step. Will {output} fall?", { name, output });
}

/** What is asked for. @param {Practice} practice @param {Question} question @returns {Equation} */
export function asked(practice, question) {
  const { graph } = practice,
    typesetter = new Typesetter(graph, "mathml"),
    { kind, node, edge } = question;
  let left = typesetter.label(node);
  if (kind === "partial" && edge) left = typesetter.derivative(edge.of, edge.by);
  if (kind === "product" && edge)
    left = typesetter.gradient(edge.of) + typesetter.signs.times + typesetter.derivative(edge.of, edge.by);
  if (kind === "sum" || kind === "gradient") left = typesetter.gradient(node);
  if (kind === "update" || kind === "falls") left += `<mo>−</mo><mi>η</mi><mo>·</mo>${typesetter.gradient(node)}`;
  return { left, lines: [{ sign: typesetter.signs.equal, text: "<mo>?</mo>" }] };
}

/** The numbers that a question needs, as the picture may have no room for them: gradients, then a row for each layer.
 *  @param {Practice} practice @param {Question} question */
export function givenRows({ graph }, { kind, node, terms }) {
  const needed = terms.flat().flatMap((part) => {
    if (part.kind === "partial") return [...graph.operands[part.node], part.node];
    if (part.kind !== "value") return [];
    return kind === "value" && part.node === node ? graph.operands[node] : [part.node];
  });
  const typesetter = new Typesetter(graph, "text"),
    layers = layersOf(graph),
    number = (/** @type {number} */ x) => asText(x, graph.data.digits),
    handed = terms.flat().filter((part) => part.kind === "gradient");
  const equation = (/** @type {string} */ name, /** @type {number} */ x) => `${name}\u00a0=\u00a0${number(x)}`,
    gradients = handed.map((part) => equation(typesetter.gradient(part.node), graph.gradients[part.node]));
  const nodes = [...new Set(needed)].filter((one) => kind !== "value" || one !== node).sort((a, b) => a - b);
  if (nodes.length > MOST_GIVEN) return [];
  const rows = [...new Set(nodes.map((one) => layers[one]))]
    .sort((a, b) => a - b)
    .map((layer) => {
      const inLayer = nodes.filter((one) => layers[one] === layer);
      return inLayer.map((one) => `${graph.name(one)} = ${number(graph.values[one])}`);
    });
  return [gradients, ...rows].filter((row) => row.length).map((row) => row.join(listMark()));
}

/** A factor as text. @param {Practice} practice @param {Part} part */
function nameOf({ graph }, { kind, node, k, number }) {
  const typesetter = new Typesetter(graph, "text");
  if (kind === "rate") return "η";
  if (kind === "number") return typesetter.number(number);
  if (kind === "gradient") return typesetter.gradient(node);
  return kind === "value" ? typesetter.label(node) : typesetter.derivative(node, graph.operands[node][k]);
}

/** What is said of an answer. @param {Practice} practice @param {Verdict} verdict */
export function verdictText(practice, { kind, text, slips }) {
  if (text) return text;
  if (practice.question.kind === "falls" && kind === "wrong") return t("Not quite: try again.");
  if (!slips.length) return told(practice.questions.data.verdicts[kind] ?? practice.questions.data.verdicts.wrong);
  return slips.map((slip) => mistakeText(practice, slip)).join(` ${kind === "both" ? t("And:") : t("Or:")} `);
}

/** @param {Practice} practice @param {Slip} slip */
function mistakeText(practice, { mistake, about }) {
  const [, [text]] = practice.questions.data.mistakes[mistake];
  return t(text, { factor: about ? nameOf(practice, about) : "", paths: practice.question.terms.length });
}

/** The hint of a stage: which edges, which rule, in words, the numbers put in. @param {Practice} practice
 *  @param {number} stage */
export function hintText(practice, stage) {
  const { question } = practice;
  if (stage === 1) return edgesHint(practice, question);
  if (stage === 2) return rulesHint(practice, question);
  return question.kind === "falls"
    ? t("Where does it lead, and how does {output} bend there?", { output: practice.graph.name(practice.graph.output) })
    : withNumbers(practice, question);
}

/** @param {Practice} practice @param {Question} question */
function edgesHint(practice, { kind, node, terms }) {
  const { graph } = practice,
    names = terms.map((term) => term.map((part) => nameOf(practice, part)));
  if (kind === "value")
    return t("It is made from {nodes}.", { nodes: graph.operands[node].map((x) => graph.name(x)).join(", ") });
  if (kind === "update" || kind === "falls")
    return t("You need {weight}, η and {gradient}.", { weight: names[0][0], gradient: names[1].at(-1) });
  if (kind === "partial") return t("One edge: {derivative}.", { derivative: names[0][0] });
  const paths = names.map((term) => term.join(", ")).join("; ");
  return tn("There is one path: {paths}.", "There are {count} paths: {paths}.", names.length, { paths });
}

/** @param {Practice} practice @param {Question} question */
function rulesHint(practice, { kind, terms }) {
  const { graph, questions } = practice;
  /** @type {Map<string, Set<string>>} */
  const rules = new Map();
  for (const part of terms.flat().filter((one) => one.kind === "partial")) {
    const rule = told(graph.signatureOf(part.node).rule);
    rules.set(rule, (rules.get(rule) ?? new Set()).add(nameOf(practice, part)));
  }
  const said = [...rules].map(([rule, names]) => `${[...names].join(", ")}: ${rule}.`);
  return [told(questions.data.approach[kind === "falls" ? "update" : kind]), ...said].join(" ");
}

/** The right terms with numbers put in, and not worked out. @param {Practice} practice @param {Question} question */
function withNumbers({ graph, rate }, { kind, node, terms }) {
  const typesetter = new Typesetter(graph, "text"),
    numbers = new Numbers(graph, rate),
    number = (/** @type {Part} */ part) => typesetter.factorNumber(numbers.of(part));
  if (kind === "value" && terms.length === 1) return typesetter.formula(node, true);
  if (kind === "value") return terms.map((term) => term.map(number).join(" · ")).join(" + ");
  if (kind === "update")
    return `${typesetter.number(graph.values[node])} − ${terms[1].slice(1).map(number).join(" · ")}`;
  const sum = typesetter.sum(factorsOf(graph, terms, "partial"), true);
  return sum.map(({ sign, text }) => (sign ? `${sign} ${text}` : text)).join(" ");
}

/** Terms as the typesetter has them. @param {Graph} graph @param {Part[][]} terms @param {"derivative" | "partial"} as
 *  @returns {Factor[][]} */
function factorsOf(graph, terms, as) {
  return terms.map((term) =>
    term.map((part) =>
      part.kind === "gradient"
        ? { kind: "gradient", node: part.node }
        : { kind: as, edge: graph.edges[part.node][part.k] },
    ),
  );
}

/** The solution, worked out. @param {Practice} practice @returns {Equation} */
export function solution(practice) {
  const { graph, question } = practice,
    { kind, node, edge, terms } = question,
    typesetter = new Typesetter(graph, "mathml"),
    value = practice.right(question);
  if (kind === "value") return evaluation(graph, node, "mathml");
  if (kind === "update") {
    const number = typesetter.number(value),
      left = `${typesetter.label(node)}<mo>−</mo><mi>η</mi><mo>·</mo>${typesetter.gradient(node)}`;
    return {
      left,
      lines: [
        { sign: typesetter.signs.about, text: `<mtext>${withNumbers(practice, question)}</mtext>` },
        { sign: typesetter.equals(), text: number },
      ],
    };
  }
  let left = typesetter.gradient(node);
  if (kind === "partial" && edge) left = typesetter.derivative(edge.of, edge.by);
  if (kind === "product" && edge) left += typesetter.signs.times + typesetter.derivative(edge.of, edge.by);
  const chain = factorsOf(graph, terms, "derivative"),
    workedOut = factorsOf(graph, terms, "partial");
  return { left, lines: typesetter.equation(left, chain, workedOut, value) };
}

/** The formulas to choose from for a partial, the right one among them: at most so many, in an order that is always the
 *  same for a question. @param {Practice} practice @param {number} most
 *  @returns {{text: string, slip: Slip | null}[]} */
export function choices(practice, most) {
  const { graph, question, questions } = practice;
  if (question.kind !== "partial" || !question.edge) return [];
  const typesetter = new Typesetter(graph, "text"),
    [[part]] = question.terms,
    { edge } = question;
  const { negative, text } = typesetter.product([{ kind: "partial", edge }], false, true);
  /** @type {Map<string, Slip | null>} */
  const found = new Map([[(negative ? "−" : "") + text, null]]),
    numbers = new Numbers(graph, practice.rate),
    wrong = questions.slips(question).filter(({ terms }) => terms[0].length === 1); // not the right one with a minus
  for (const slip of wrong.filter(({ terms }) => !same(numbers.sum(terms), numbers.of(part)))) {
    const [[other]] = slip.terms;
    let said = nameOf(practice, other);
    if (other.rule !== undefined) {
      const wrong = graph.signatureOf(part.node).wrong?.[other.rule];
      said = wrong ? typesetter.fill(graph.data.texts[wrong[2]], false, part.node, part.node) : said;
    }
    if (!found.has(said) && found.size < most) found.set(said, slip);
  }
  const offered = [...found].map(([said, slip]) => ({ text: said, slip }));
  return offered.length > 1 ? rotated(offered, practice.index + practice.seed) : [];
}

/** @template T @param {T[]} list @param {number} by */
const rotated = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

/** The score of a session, to hand in. @param {Practice} practice @param {Text} title */
export function scoreText(practice, title) {
  const { score, list, topic } = practice,
    { mistakes } = practice.questions.data;
  const made = [...score.mistakes].map(([mistake, count]) => `${told(mistakes[mistake][0])} ${count}×`);
  const lines = [
    `${told(title)}: ${topics()[topic]}`,
    t("{right} of {all} right, {first} at the first try; hints: {hints}, solutions: {solved}", {
      ...score,
      all: list.length,
    }),
    made.length ? t("Mistakes: {mistakes}", { mistakes: made.join(", ") }) : t("No mistakes"),
  ];
  return lines.join("\n");
}

/** @param {Practice} practice */
export const rateText = ({ rate, graph }) => `η = ${asText(rate, graph.data.digits)}`;
