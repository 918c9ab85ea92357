// How signs, numbers and derivatives look as text, in LaTeX and in MathML.

/** @import { Form } from "./types.js" */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** index: among the forms that Python sends; raised: what a label with something raised has in it.
 *  @typedef {{index: number, minus: string, plus: string, times: string, equal: string, about: string, added: string,
 *   raised: RegExp, brackets: (text: string) => string, derivative: (of: string, by: string) => string,
 *   power: (mantissa: string, exponent: number) => string, number: (mantissa: string) => string,
 *   decimal: (mark: string) => string}} Signs */

/** @type {Record<Form, Signs>} */
export const FORMS = {
  text: {
    index: 0,
    minus: "−",
    plus: "+",
    times: " · ",
    equal: "=",
    about: "≈",
    added: "+=",
    raised: /[⁰¹²³⁴⁵⁶⁷⁸⁹^]/,
    brackets: (text) => `(${text})`,
    decimal: (mark) => mark,
    derivative: (of, by) => `∂${of}/∂${by}`,
    number: (mantissa) => mantissa.replace("-", "−"),
    power: (mantissa, exponent) => {
      const raised = String(exponent)
        .replace("-", "⁻")
        .replace(/\d/g, (d) => SUPERSCRIPT[Number(d)]);
      const minus = mantissa.replace("-", "−");
      return /^−?1$/.test(minus) ? `${minus.slice(0, -1)}10${raised}` : `${minus}·10${raised}`;
    },
  },
  latex: {
    index: 1,
    minus: "-",
    plus: "+",
    times: " \\cdot ",
    equal: "=",
    about: "\\approx",
    added: "+=",
    raised: /\^/,
    brackets: (text) => (text.includes("\\frac") ? `\\left(${text}\\right)` : `(${text})`),
    decimal: (mark) => (mark === "," ? "{,}" : mark), // by itself a comma has a space behind it
    derivative: (of, by) => `\\frac{\\partial ${of}}{\\partial ${by}}`,
    number: (mantissa) => mantissa.replace("∞", "\\infty").replace("NaN", "\\mathrm{NaN}"),
    power: (mantissa, exponent) =>
      /^-?1$/.test(mantissa) ? `${mantissa.slice(0, -1)}10^{${exponent}}` : `${mantissa} \\cdot 10^{${exponent}}`,
  },
  mathml: {
    index: 2,
    minus: "<mo>−</mo>",
    plus: "<mo>+</mo>",
    times: "<mo>·</mo>",
    equal: "<mo>=</mo>",
    about: "<mo>≈</mo>",
    added: "<mo>+=</mo>",
    raised: /<msup>|<msubsup>/,
    brackets: (text) => `<mrow><mo>(</mo><mrow>${text}</mrow><mo>)</mo></mrow>`,
    decimal: (mark) => mark,
    derivative: (of, by) => `<mfrac><mrow><mi>∂</mi>${of}</mrow><mrow><mi>∂</mi>${by}</mrow></mfrac>`,
    number: (mantissa) => `${mantissa.startsWith("-") ? "<mo>−</mo>" : ""}<mn>${mantissa.replace("-", "")}</mn>`,
    power: (mantissa, exponent) => {
      const sign = mantissa.startsWith("-") ? "<mo>−</mo>" : "";
      const ten = `<msup><mn>10</mn><mn>${String(exponent).replace("-", "−")}</mn></msup>`;
      const digits = mantissa.replace("-", "");
      return sign + (digits === "1" ? ten : `<mn>${digits}</mn><mo>·</mo>${ten}`);
    },
  },
};
