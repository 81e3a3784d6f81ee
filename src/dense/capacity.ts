/**
 * How many random patterns a discrete dense memory holds (arXiv 2507.06211 section 2; Krotov and Hopfield 2016).
 *
 *   D neurons, K patterns, n degree of F = z^n / n, alpha = 2.576
 *   (M10) Sigma^2 = (2n - 3)!! K D^{n-1}         (M11) P = int_{D^{n-1}}^inf N(0, Sigma^2) = erfc(D^{n-1} / (Sigma sqrt 2)) / 2
 *   (M12) K_max = D^{n-1} / (alpha^2 (2n - 3)!!)  (M15) K(no error) = D^{n-1} / (2 (2n - 3)!! ln D)
 *   (M14) leading tail of (M11): sqrt((2n-3)!! K / (2 pi N^{n-1})) e^{-N^{n-1} / (2 K (2n-3)!!)}
 *
 * Erratum 12: alpha = 2.576 is the two-sided 1 % quantile; the one-sided integral there is .50 %. (M16): a rectified F sees half the
 * noise variance, so these curves are not its own.
 */
import { EngramError, erfc, exp, log } from "../numeric/index.ts";
import { checkDegree, integerPower } from "./separation.ts";

/** The Gaussian quantile of the paper's error criterion. */
export const ALPHA = 2.576;

/** (2n - 3)!! = 1, 1, 3, 15, 105 ... for n = 1, 2, 3, 4, 5. */
export function oddFactorial(n: number): number {
  checkDegree(n);
  let product = 1;
  for (let k = 2 * n - 3; k > 1; k -= 2) product *= k;
  return product;
}

function positive(name: string, value: number): number {
  if (!(value > 0 && value < Infinity)) throw new EngramError(name, "a finite number above 0", String(value), "Give the size of the memory.");
  return value;
}

/** (M12) patterns at which a bit of a stored pattern is unstable with probability 0.50 %. */
export function maxPatterns(D: number, n: number): number {
  return integerPower(positive("D", D), n - 1) / (ALPHA * ALPHA * oddFactorial(n));
}

/** (M15) patterns below which no bit errs: P_err < 1/D. */
export function errorFreePatterns(D: number, n: number): number {
  return integerPower(positive("D", D), n - 1) / (2 * oddFactorial(n) * log(D));
}

/** (M11) probability that one bit of a stored pattern is unstable. */
export function flipProbability(D: number, K: number, n: number): number {
  const ratio = integerPower(positive("D", D), n - 1) / (oddFactorial(n) * positive("K", K)); // (signal / Sigma)^2
  return 0.5 * erfc(Math.sqrt(ratio / 2));
}

/** (M14) the leading term of the tail: 12 % above the integral at alpha = 2.576. */
export function flipProbabilityTail(D: number, K: number, n: number): number {
  const ratio = integerPower(positive("D", D), n - 1) / (oddFactorial(n) * positive("K", K));
  return exp(-ratio / 2) / Math.sqrt(2 * Math.PI * ratio);
}
