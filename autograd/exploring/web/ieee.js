// What JavaScript's Math lacks, as in IEEE 754. Python writes the functions of operations with these names.

/** x to the power y, where 1 to any power is 1. @type {(x: number, y: number) => number} */
export const power = (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

/** The larger of two, the first of equals; nan if either is. @type {(x: number, y: number) => number} */
export const larger = (x, y) => (x < y ? y : x >= y ? x : x + y);

/** x times y, but 0 times infinity is 0. @type {(x: number, y: number) => number} */
export const mulNoNan = (x, y) => (x * y !== x * y && x === x && y === y ? 0 : x * y);

/** x - y, but infinity less infinity is 0. @type {(x: number, y: number) => number} */
export const subNoNan = (x, y) => (x === y ? 0 : x - y);

/** 1 above 0, 0 at 0 and below, nan at nan. @type {(x: number) => number} */
export const step = (x) => (x > 0 ? 1 : x <= 0 ? 0 : x);

/**
 * 1 - erf(x): by the series of erf near 0, by Legendre's continued fraction farther out.
 * M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 1964, 7.1.6 and 7.1.14.
 * @type {(x: number) => number}
 */
export const erfc = (x) => {
  if (x < 0) return 2 - erfc(-x);
  if (x > 27) return x === x ? 0 : NaN;
  if (x < 2) {
    let term = (2 * x) / Math.sqrt(Math.PI),
      sum = term;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - Math.exp(-x * x) * sum;
  }
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return x === x ? Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)) : NaN;
};
