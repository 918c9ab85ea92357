// Runs what the explorer's page computes and writes. It reads a line of JSON for each request and answers with one.
// usage: node explorer_server.mjs path-of-explorer.js

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const explorer = await import(pathToFileURL(process.argv[2]));
const GIVEN = ["power", "erfc", "larger", "step", "mulNoNan", "subNoNan"];
let machine;

// JSON has no nan, no infinities and no -0: they go as text.
function plain(x) {
  if (x instanceof Float64Array || Array.isArray(x)) return [...x].map(plain);
  return Object.is(x, -0) ? "-0" : typeof x === "number" && !Number.isFinite(x) ? String(x) : x;
}

const answers = {
  graph({ data, functions }) {
    const make = new Function(...GIVEN, `return ${functions}`);
    machine = new explorer.Machine(data, make(...GIVEN.map((name) => explorer[name])));
    return answers.numbers();
  },
  set({ values, shapes }) {
    for (const [i, x] of values) machine.values[i] = Number(x);
    for (const [i, shape] of shapes) machine.shapes[i] = shape;
    machine.compute();
    return answers.numbers();
  },
  numbers() {
    return [machine.values, machine.gradients, machine.partials].map(plain);
  },
  gradients_after: ({ count }) => plain(machine.gradientsAfter(count)),
  write({ what, node, form }) {
    const equation = explorer[what](machine, node, form);
    return { text: explorer.asText, latex: explorer.asLatex, mathml: explorer.asMathml }[form](equation);
  },
  shares({ node, form }) {
    return explorer.handingOn(machine, node, machine.gradients, () => [1, 1], form).map(explorer.asText);
  },
  shown({ groups, open }) {
    const boxes = new explorer.Boxes(machine, groups);
    boxes.open = open;
    const writer = new explorer.Writer(machine, "text");
    const told = (link) => [link.of, link.by, plain(machine.slope(link)), explorer.partialText(link, writer)];
    return boxes.edges().map(({ from, to, links }) => [from, to, links.map(told)]);
  },
  written({ numbers, form, digits }) {
    const writer = new explorer.Writer({ data: {} }, form, digits);
    return numbers.map((x) => [writer.number(Number(x)), writer.equals()]);
  },
  call: ({ name, operands }) => operands.map((xs) => plain(explorer[name](...xs.map(Number)))),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: answers[ask](rest) };
  } catch (error) {
    answer = { error: String(error.stack) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
