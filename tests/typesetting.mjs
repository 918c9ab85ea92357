// Typesets formulas by KaTeX and by MathJax, which are in the folder that is given. It reads a list of formulas as JSON
// and answers with what is wrong with each, "" for nothing. That KaTeX has no glyphs for a script is no error.
// usage: node typesetting.mjs path-of-node_modules

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "x.js"));
const katex = require("katex");
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { AllPackages } = require("mathjax-full/js/input/tex/AllPackages.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
const { STATE } = require("mathjax-full/js/core/MathItem.js");

RegisterHTMLHandler(liteAdaptor());
const strict = (code) => (["unknownSymbol", "symbolNotInFont"].includes(code) ? "ignore" : "error");
const fail = (_, error) => {
  throw error;
};
// As JupyterLab has it, but for what hides errors.
const packages = AllPackages.filter((name) => !["noerrors", "noundefined", "bussproofs"].includes(name));
const document = mathjax.document("", { InputJax: new TeX({ packages, formatError: fail }) });

/** @type {[string, (formula: string) => void][]} */
const writers = [
  ["KaTeX", (formula) => katex.renderToString(formula, { strict, throwOnError: true, output: "mathml" })],
  ["MathJax", (formula) => document.convert(formula, { end: STATE.COMPILED })],
];

const answers = JSON.parse(readFileSync(0, "utf8")).map((formula) => {
  for (const [name, write] of writers) {
    try {
      write(formula);
    } catch (error) {
      return `${name}: ${error.message}`;
    }
  }
  return "";
});
process.stdout.write(JSON.stringify(answers));
