// A label with indices in all the ways in which people type it.

const UP = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻",
  DOWN = "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
  PLAIN_UP = "0123456789-",
  PLAIN_DOWN = "0123456789aehijklmnoprstuvx";

/** @param {string} text @param {string} from @param {string} to */
const exchanged = (text, from, to) => [...text].map((c) => (from.includes(c) ? to[[...from].indexOf(c)] : c)).join("");

/** The label as the page writes it, and then w^2_12, w2_12, w_12^2 and their like. @param {string} label */
export function spellings(label) {
  const written = label.replace(/′/g, "'"),
    match = new RegExp(`^(\\p{L}+'*)([${UP}]*)([${DOWN},]*)$`, "u").exec(written);
  if (!match) return [written];
  const [, base] = match,
    up = exchanged(match[2], UP, PLAIN_UP),
    down = exchanged(match[3], DOWN, PLAIN_DOWN);
  const more =
    up && down
      ? [
          `${base}^${up}_${down}`,
          `${base}_${down}^${up}`,
          `${base}${up}_${down}`,
          `${base}${up}${down}`,
          `${base}_${up}_${down}`,
        ]
      : down
        ? [`${base}_${down}`, `${base}${down}`]
        : up
          ? [`${base}^${up}`]
          : [];
  return [written, ...more];
}
