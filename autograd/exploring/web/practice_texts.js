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
import { Numbers, partialOf } from "./terms.js";
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
  const typesetter = new Typesetter(graph, "text");
  const needed = terms.flat().flatMap((part) => {
    if (part.kind === "partial") return typesetter.neededFor(graph.edges[part.node][part.k]);
    if (part.kind !== "value") return [];
    return kind === "value" && part.node === node ? graph.operands[node] : [part.node];
  });
  const layers = layersOf(graph),
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
      return inLayer.map((one) => equation(graph.name(one), graph.values[one]));
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
  if (practice.question.kind === "falls") return (kind === "wrong" ? `${t("Not quite.")} ` : "") + fallText(practice);
  if (!slips.length) return told(practice.questions.data.verdicts[kind] ?? practice.questions.data.verdicts.wrong);
  return slips.map((slip) => mistakeText(practice, slip)).join(` ${kind === "both" ? t("And:") : t("Or:")} `);
}

/** @param {Practice} practice @param {Slip} slip */
function mistakeText(practice, { mistake, about }) {
  const [, [text]] = practice.questions.data.mistakes[mistake];
  return t(text, { factor: about ? nameOf(practice, about) : "", paths: practice.question.terms.length });
}

/** Whether the output falls with the step, from what to what, and why. @param {Practice} practice */
export function fallText(practice) {
  const { graph, question } = practice,
    [before, after] = practice.fall(question),
    // as many digits as show the difference
    digits = Math.max(graph.data.digits, Math.ceil(-Math.log10(Math.abs(after / before - 1))) + 1),
    [from, to] = [before, after].map((x) =>
      asText(x, Number.isFinite(digits) ? Math.min(digits, 15) : graph.data.digits),
    ),
    words = { output: graph.name(graph.output), name: graph.name(question.node), before: from, after: to };
  if (after < before)
    return t("Yes: {output} falls from {before} to {after}, for the step goes against the slope.", words);
  if (after > before) return t("No: {output} rises from {before} to {after}, for the step is too long.", words);
  return t("No: {output} stays at {before}, for its slope by {name} is 0.", words);
}

/** The hint of a stage: where to begin, which rule, in words, the numbers put in. @param {Practice} practice
 *  @param {number} stage */
export function hintText(practice, stage) {
  const { question } = practice;
  if (question.kind === "falls") return fallsHint(practice, stage);
  if (stage === 1) return beginHint(practice, question);
  if (stage === 2) return ruleHint(practice, question);
  return withNumbers(practice, question);
}

/** @param {Practice} practice @param {number} stage */
function fallsHint({ graph, question, rate }, stage) {
  const output = graph.name(graph.output),
    numbers = new Numbers(graph, rate),
    gradient = graph.gradients[question.node],
    step = numbers.sum(question.terms.slice(1)),
    [slope, moved, change] = [gradient, step, gradient * step].map((x) =>
      new Typesetter(graph, "text").factorNumber(x),
    );
  if (stage === 1)
    return t("A step against the gradient leads downhill, unless it is so long that it comes up on the other side.");
  if (stage === 2) return t("By its slope, {output} changes by about the gradient times the step.", { output });
  return t("By its slope, {output} changes by about {slope} · {step} = {change}.", {
    output,
    slope,
    step: moved,
    change,
  });
}

/** @param {Practice} practice @param {Question} question */
function beginHint(practice, { kind, node, edge, terms }) {
  const { graph, questions } = practice,
    names = terms.map((term) => term.map((part) => nameOf(practice, part))),
    name = graph.name(node);
  if (kind === "value") {
    const [made] = graph.signatureOf(node).made;
    return t(made, { nodes: graph.operands[node].map((x) => graph.name(x)).join(", ") });
  }
  if (kind === "update") return t(questions.data.directions[1 + Math.sign(graph.gradients[node])][0], { name });
  if (kind === "partial" && edge)
    return t("Move {by} alone, and take all else that goes into {name} as constant.", {
      name,
      by: graph.name(edge.by),
    });
  if (kind === "product")
    return t("{gradient} is known: {partial} is missing.", { gradient: names[0][0], partial: names[0][1] });
  const paths = names.map((term) => term.join(", ")).join("; ");
  return tn("There is one path: {paths}.", "There are {count} paths: {paths}.", names.length, { paths });
}

/** @param {Practice} practice @param {Question} question */
function ruleHint(practice, { kind, edge }) {
  if ((kind !== "partial" && kind !== "product") || !edge) return told(practice.questions.data.approach[kind]);
  const rule = told(practice.graph.signatureOf(edge.of).rule);
  return `${nameOf(practice, partialOf(edge.of, edge.k))}: ${rule}.`;
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
