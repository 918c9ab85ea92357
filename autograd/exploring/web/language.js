// Texts in the language of the page: English as written in the code, others from what Python sends along.

/** @import { Message, Words } from "./types.js" */

/** The reader's language as their browser names it, as "de-AT"; which of those that were sent it is, -1 for English,
 *  which needs none; and what stands between a number's whole part and the rest. */
let tag = "en",
  spoken = -1,
  decimal = ".";
/** @type {Words} */
let words = { lang: null, languages: [], plurals: [], texts: {} };

/** Speak the language that was asked for, or the first of the reader's own that there is. To be called before all else.
 *  @param {Words} sent @param {readonly string[]} wanted the reader's languages */
export function speak(sent, wanted = navigator.languages) {
  words = sent;
  tag = (sent.lang ? [sent.lang] : wanted).find((one) => ["en", ...sent.languages].includes(code(one))) ?? "en";
  spoken = sent.languages.indexOf(code(tag));
  decimal = spoken < 0 ? "." : (1.5).toLocaleString(tag).charAt(1);
}

/** @param {string} tag */
const code = (tag) => tag.split("-")[0].toLowerCase();

/** The code of the language that is spoken. */
export const language = () => code(tag);

/** What stands between a number's whole part and the rest: not the same in all countries of a language. */
export const decimalMark = () => decimal;

/** A text, with values for its placeholders: t("slope {number}", { number }).
 *  @param {string} message @param {Record<string, unknown>} [values] */
export function t(message, values = {}) {
  const found = words.texts[message]?.[spoken];
  return filled(typeof found === "string" ? found : message, values);
}

/** A text that depends on a number, which is its {count}: tn("{count} step", "{count} steps", 3).
 *  @param {string} one @param {string} many @param {number} count @param {Record<string, unknown>} [values] */
export function tn(one, many, count, values = {}) {
  const forms = words.texts[one]?.[spoken],
    text = Array.isArray(forms) ? forms[words.plurals[spoken](count)] : count === 1 ? one : many;
  return filled(text, { count, ...values });
}

/** What Python left for the page to put into words; a text of the reader's own stays. @param {unknown} message
 *  @returns {string} */
export const told = (message) => (Array.isArray(message) ? t(.../** @type {Message} */ (message)) : String(message));

/** @param {string} text @param {Record<string, unknown>} values */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => told(values[name]));
}
