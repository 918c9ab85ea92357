// Runs the modules of the explorer's page. It reads a line of JSON for each request and answers with one.
// usage: node page_server.mjs folder-of-modules

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const load = (name) => import(pathToFileURL(`${process.argv[2]}/${name}.js`));
const ieee = await load("ieee");
const equations = await load("equations");
const { slope } = await load("paths");
const { Boxes } = await load("boxes");
const { Graph } = await load("graph");
const { Typesetter } = await load("typesetter");
let graph;

// JSON has no nan, no infinities and no -0: they go as text.
function plain(x) {
  if (x instanceof URLSearchParams) return String(x);
  if (ArrayBuffer.isView(x) || Array.isArray(x) || x instanceof Set || x instanceof Map) return [...x].map(plain);
  if (x !== null && typeof x === "object") {
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, plain(value)]));
  }
  return Object.is(x, -0) ? "-0" : typeof x === "number" && !Number.isFinite(x) ? String(x) : x;
}

// The rows of an equation in the table that Python makes of them.
function asTable(equation) {
  const cell = (side, text) => `<mtd columnalign="${side}" style="text-align: ${side}">${text}</mtd>`;
  const rows = equations
    .rows(equation, "")
    .map(([sign, text], i) =>
      ["<mtr>", cell("right", i ? "" : equation.left), cell("center", sign), cell("left", text), "</mtr>"].join(""),
    );
  return `<math display="block"><mtable displaystyle="true">${rows.join("")}</mtable></math>`;
}

const answers = {
  graph({ data, functions }) {
    graph = new Graph(data, new Function(`return ${functions}`)()(ieee).nodes);
    return answers.numbers();
  },
  set({ values, signatures }) {
    for (const [i, x] of values) graph.values[i] = Number(x);
    for (const [i, signature] of signatures) graph.signatures[i] = signature;
    graph.compute();
    return answers.numbers();
  },
  numbers() {
    return [graph.values, graph.gradients, graph.partials].map(plain);
  },
  gradients_after: ({ count }) => plain(graph.gradientsAfter(count)),
  write({ what, node, form }) {
    const equation = equations[what](graph, node, form);
    return { text: equations.asText, latex: equations.asLatex, mathml: asTable }[form](equation);
  },
  shares({ node, form }) {
    const now = { graph, gradients: graph.gradients, edges: graph.edges[node], shares: () => [1, 1] };
    return equations.handingOn(now, form).map(equations.asText);
  },
  shown({ boxes, open }) {
    const shown = new Boxes(graph, boxes);
    shown.list.forEach((box, i) => (box.open = open[i]));
    const typesetter = new Typesetter(graph, "text");
    const told = (link) => [link.of, link.by, plain(slope(graph, link)), equations.partialText(link, typesetter)];
    return shown.edges().map(({ from, to, links }) => [from, to, links.map(told)]);
  },
  written({ numbers, form, digits }) {
    const typesetter = new Typesetter({ data: {} }, form, digits);
    return numbers.map((x) => [typesetter.number(Number(x)), typesetter.equals()]);
  },
  call: ({ name, operands }) => operands.map((xs) => plain(ieee[name](...xs.map(Number)))),
  // A test's own lines, which import what they need by load() and return what is to be seen.
  async run({ code, given }) {
    const run = new Function("load", "ieee", "given", `return (async () => { ${code} })()`);
    return plain(await run(load, ieee, given));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: await answers[ask](rest) };
  } catch (error) {
    answer = { error: String(error.stack) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
