/**
 * Special functions that the papers' capacities, densities and thresholds need, built on the elementary ones.
 *
 *   normalCdf x = erfc(-x / sqrt 2) / 2, with what rounding x / sqrt 2 lost put back (a tail magnifies it by x^2)
 *   normalQuantile: the rational approximations of Wichura (1988), algorithm AS 241, relative error about 1e-16
 *   n!! = n (n - 2) ..., |B_d| = pi^{d/2} / Gamma(d/2 + 1), the volume of the unit ball of R^d
 */
import { erfc } from "./elementary/erf.ts";
import { exp } from "./elementary/exp.ts";
import { lgamma } from "./elementary/gamma.ts";
import { log } from "./elementary/log.ts";
import { EngramError } from "./errors.ts";

const LN2 = 0.6931471805599453;
const LN_PI = 1.1447298858494002;
const SQRT1_2 = 0.7071067811865476;
const SQRT1_2_LO = -4.833646656726457e-17;
const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** The chance that a standard normal number is above x, to full relative precision in the tail. */
export function normalTail(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 39) return 0;
  if (x < -39) return 1;
  const z = x * SQRT1_2;
  // x = a + b and SQRT1_2 = h + l with a and h of 24 bits: a h, a l and b h are exact
  const a = Math.fround(x);
  const b = x - a;
  const h = Math.fround(SQRT1_2);
  const l = SQRT1_2 - h;
  const lost = a * h - z + (a * l + b * h) + (b * l + x * SQRT1_2_LO);
  return 0.5 * (erfc(z) - TWO_OVER_SQRT_PI * exp(-z * z) * lost);
}

/** The chance that a standard normal number is at most x. */
export function normalCdf(x: number): number {
  return normalTail(-x);
}

/** The x with normalCdf x = p; +-Infinity at 0 and 1. @throws EngramError unless 0 <= p <= 1 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new EngramError("normalQuantile", "0 <= p <= 1", String(p), "A probability is wanted.");
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * horner(r, [2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608])) /
      horner(r, [5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1]);
  }
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  const x = r <= 5
    ? horner(r - 1.6, [7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734]) /
      horner(r - 1.6, [1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1])
    : horner(r - 5, [2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772]) /
      horner(r - 5, [2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1]);
  return q < 0 ? -x : x;
}

/** The polynomial with these coefficients, highest power first. */
function horner(x: number, coefficients: readonly number[]): number {
  let y = 0;
  for (const c of coefficients) y = y * x + c;
  return y;
}

/** log n!! for n >= -1, e.g. (2n - 3)!! of the capacity of polynomial memories. @throws EngramError otherwise */
export function logDoubleFactorial(n: number): number {
  if (!(Number.isSafeInteger(n) && n >= -1)) throw new EngramError("logDoubleFactorial", "a whole number, -1 or above", String(n), "(-1)!! = 0!! = 1.");
  if (n <= 29) { // exact in a double
    let product = 1;
    for (let k = n; k > 1; k -= 2) product *= k;
    return log(product);
  }
  const half = 0.5 * n;
  // odd: 2^{(n+1)/2} Gamma(n/2 + 1) / sqrt pi;  even: 2^{n/2} Gamma(n/2 + 1)
  return n % 2 === 0 ? half * LN2 + lgamma(half + 1) : (half + 0.5) * LN2 + lgamma(half + 1) - 0.5 * LN_PI;
}

/** The volume of the unit ball of R^d: 1, 2, pi, 4 pi / 3, ... greatest at d = 5, 0 in doubles above d = 452. */
export function unitBallVolume(d: number): number {
  dimension(d, "unitBallVolume");
  let volume = d % 2 === 0 ? 1 : 2;
  for (let k = d % 2 === 0 ? 2 : 3; k <= d && volume > 0; k += 2) volume *= (2 * Math.PI) / k;
  return volume;
}

/** log of the volume of the unit ball of R^d, for any d. */
export function logUnitBallVolume(d: number): number {
  dimension(d, "logUnitBallVolume");
  return d <= 300 ? log(unitBallVolume(d)) : 0.5 * d * LN_PI - lgamma(0.5 * d + 1);
}

function dimension(d: number, what: string): void {
  if (!(Number.isSafeInteger(d) && d >= 0)) throw new EngramError(what, "a dimension, a whole number, 0 or above", String(d), "Give the number of coordinates.");
}
