// Numbers as Python writes them, to so many significant digits.

/** @import { Form } from "./types.js" */
import { EXACT_DIGITS, EXACT_WITHIN, PLAIN_BELOW, PLAIN_FROM } from "./constants.js";
import { FORMS } from "./forms.js";
import { decimalMark } from "./language.js";

/** A number to so many digits; whole numbers below a million as they are. @param {number} x @param {number} digits */
function rounded(x, digits) {
  return (Number.isInteger(x) && Math.abs(x) < PLAIN_BELOW ? x : Number(exponential(x, digits))) + 0;
}

/** Whether terms come to the total as they are written: −0.0336 + 0.0235 + 0.0028 = −0.0073, all rounded.
 *  @param {number[]} terms @param {number} total @param {number} digits */
export function addsUp(terms, total, digits) {
  const short = terms.map((x) => rounded(x, digits)),
    apart = Math.abs(short.reduce((sum, x) => sum + x, 0) - rounded(total, digits));
  return !(apart > Math.max(...short.map(Math.abs)) * 10 ** -(digits + 1)); // nan, of infinities, is no difference
}

/** A number in exponential notation, where halfway between two the even one counts, as in Python.
 *  @param {number} x @param {number} digits */
function exponential(x, digits) {
  const upward = x.toExponential(digits - 1),
    [mantissa, exponent] = x.toExponential(100).split("e");
  const kept = digits === 1 ? mantissa.split(".")[0] : mantissa.slice(0, mantissa.indexOf(".") + digits);
  const halfway = /^\.?50*$/.test(mantissa.slice(kept.length)) && Number(kept.at(-1)) % 2 === 0;
  return halfway ? `${kept}e${exponent}` : upward;
}

/** Whether a number that is rounded is written without a power of ten. @param {number} short */
function isPlain(short) {
  return short === 0 || !Number.isFinite(short) || (Math.abs(short) >= PLAIN_FROM && Math.abs(short) < PLAIN_BELOW);
}

/** Whether a number is written in full. @param {number} x @param {number} digits */
export function isExact(x, digits) {
  const within = digits < EXACT_DIGITS ? EXACT_WITHIN : 0; // in the last digits floats differ without any rounding
  return !Number.isFinite(x) || Math.abs(rounded(x, digits) - x) <= within * Math.abs(x);
}

/** A number in one form. @param {number} x @param {number} digits @param {Form} form */
export function written(x, digits, form) {
  const signs = FORMS[form];
  if (!Number.isFinite(x)) return signs.number(Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "-∞");
  const short = rounded(x, digits);
  const marked = (/** @type {string} */ text) => text.replace(".", signs.decimal(decimalMark()));
  if (isPlain(short)) return signs.number(marked(String(short)));
  const [mantissa, exponent] = exponential(x, digits).split("e");
  return signs.power(marked(mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa), Number(exponent));
}

/** A number as a later factor of a product: in brackets if it is negative, or compound and with a power of ten.
 *  @param {number} x @param {number} digits @param {Form} form @param {boolean} compound */
export function writtenAsFactor(x, digits, form, compound) {
  const text = written(x, digits, form),
    short = Number.isFinite(x) ? rounded(x, digits) : x;
  return (x < 0 && short !== 0) || (compound && !isPlain(short)) ? FORMS[form].brackets(text) : text;
}

/** A number as JavaScript wrote it, for people. @param {string} text */
export const localized = (text) => text.replace("-", "−").replace(".", decimalMark());

/** A number as people type it, with either mark; nan for what is none. @param {string} text */
export const typed = (text) => (text.trim() ? Number(text.trim().replace(",", ".").replace("−", "-")) : NaN);

/** A number as text. @param {number} x @param {number} digits */
export const asText = (x, digits) => written(x, digits, "text");

/** A number in at most so many characters, where two digits or more will do. @param {number} x @param {number} room
 *  @param {number} most digits */
export function fitted(x, room, most) {
  let text = "";
  for (let digits = most; digits > 1; digits--) {
    text = asText(x, digits);
    if (text.length <= room) break;
  }
  return text;
}
