/**
 * How many random patterns a discrete dense memory holds (arXiv 2507.06211 section 2; Krotov and Hopfield 2016).
 *
 *   D neurons, K patterns, n degree of F = z^n / n, alpha = 2.576
 *   (M10) Sigma^2 = (2n - 3)!! K D^{n-1}         (M11) P = int_{D^{n-1}}^inf N(0, Sigma^2) = erfc(D^{n-1} / (Sigma sqrt 2)) / 2
 *   (M12) K_max = D^{n-1} / (alpha^2 (2n - 3)!!)  (M15) K(no error) = D^{n-1} / (2 (2n - 3)!! ln D)
 *   (M14) leading tail of (M11): sqrt((2n-3)!! K / (2 pi N^{n-1})) e^{-N^{n-1} / (2 K (2n-3)!!)}
 *
 * Signal D^{n-1} stands for f(D - 1) and K for K - 1, as in the paper's (M11). D^{n-1} / (2n - 3)!! is taken in the log domain: any n.
 * Erratum 12: alpha = 2.576 is the two-sided 1 % quantile; the one-sided integral there is .50 %. (M16): a rectified F sees half the
 * noise variance at leading order; ask for it by name, and never compare it with (M12).
 */
import { EngramError, erfc, exp, log, logDoubleFactorial } from "../numeric/index.ts";
import { checkDegree } from "./separation.ts";

/** The Gaussian quantile of the paper's error criterion. */
export const ALPHA = 2.576;

/** (2n - 3)!! = 1, 1, 3, 15, 105 ... for n = 1, 2, 3, 4, 5; Infinity beyond f64 (n > 151). */
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

/** log of D^{n-1} / (2n - 3)!!, the patterns at which signal and noise are equal. */
function logBalance(D: number, n: number): number {
  return (checkDegree(n) - 1) * log(positive("D", D)) - logDoubleFactorial(2 * n - 3);
}

/** (M12) patterns at which a bit of a stored pattern is unstable with probability 0.50 %. */
export function maxPatterns(D: number, n: number): number {
  return exp(logBalance(D, n)) / (ALPHA * ALPHA);
}

/** (M15) patterns below which no bit errs: P_err < 1/D. @throws EngramError unless D > 1 (one bit has no such bound) */
export function errorFreePatterns(D: number, n: number): number {
  if (!(D > 1)) throw new EngramError("D", "more than one neuron", String(D), "ln D is the bound's divisor.");
  return exp(logBalance(D, n)) / (2 * log(D));
}

/** (signal / Sigma)^2; (M16) doubles it for a rectified F. */
function signalToNoise(D: number, K: number, n: number, kind: "power" | "rectified"): number {
  return exp(logBalance(D, n) - log(positive("K", K))) * (kind === "rectified" ? 2 : 1);
}

/** (M11) probability that one bit of a stored pattern is unstable; (M16) for a rectified F. */
export function flipProbability(D: number, K: number, n: number, kind: "power" | "rectified" = "power"): number {
  return 0.5 * erfc(Math.sqrt(signalToNoise(D, K, n, kind) / 2));
}

/** (M14) the leading term of the tail: 12 % above the integral at alpha = 2.576. */
export function flipProbabilityTail(D: number, K: number, n: number): number {
  const ratio = signalToNoise(D, K, n, "power");
  return exp(-ratio / 2) / Math.sqrt(2 * Math.PI * ratio);
}
