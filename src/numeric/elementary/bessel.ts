/**
 * Modified Bessel functions I0, I1 and their scaled forms e^{-|x|} I(x), deterministic on every host.
 *
 *   |x| <= 20   I_n = (x/2)^n sum_k (x^2/4)^k / (k! (k+n)!)        all terms positive: nothing cancels
 *   beyond      e^{-x} I_n = (2 pi x)^{-1/2} sum_k (-1)^k a_k(n) / x^k, a_k = prod (4n^2 - (2j-1)^2) / (k! 8^k), 36 terms (the smallest is e^{-2x})
 *
 * The scaled forms stay finite for every x, where I0 itself overflows at 713.
 */
import { exp } from "./exp.ts";

/** Horner from the last term that counts: k < 12 + 2|x| reaches 2^-60. */
function series(x: number, n: number): number {
  const q = 0.25 * x * x;
  let sum = 1.0;
  for (let k = Math.floor(12.0 + 2.0 * Math.abs(x)); k >= 1.0; k = k - 1.0) sum = 1.0 + (q / (k * (k + n))) * sum;
  return n == 0.0 ? sum : 0.5 * x * sum;
}

/** e^{-x} I_n(x) for x > 20, smallest terms first. */
function asymptotic(x: number, n: number): number {
  const four = 4.0 * n * n;
  let sum = 1.0;
  for (let k = 36.0; k >= 1.0; k = k - 1.0) {
    const odd = 2.0 * k - 1.0;
    sum = 1.0 - ((four - odd * odd) / (k * 8.0 * x)) * sum;
  }
  return sum / Math.sqrt(6.283185307179586 * x);
}

/** e^{-|x|} I0(x), in (0, 1]. */
export function besselI0e(x: number): number {
  const a = Math.abs(x);
  if (a != a || a == Infinity) return a == Infinity ? 0.0 : a;
  return a <= 20.0 ? series(a, 0.0) * exp(-a) : asymptotic(a, 0.0);
}

/** e^{-|x|} I1(x), odd. */
export function besselI1e(x: number): number {
  const a = Math.abs(x);
  if (a != a || a == Infinity) return a == Infinity ? 0.0 : x;
  const y = a <= 20.0 ? series(a, 1.0) * exp(-a) : asymptotic(a, 1.0);
  return x < 0.0 ? -y : y;
}

/** I0(x), even; Infinity above 713. */
export function besselI0(x: number): number {
  const a = Math.abs(x);
  if (a != a) return x;
  if (a <= 20.0) return series(a, 0.0);
  if (a > 720.0) return Infinity;
  const half = exp(0.5 * a); // e^a alone would overflow before I0 does
  return half * asymptotic(a, 0.0) * half;
}

/** I1(x), odd; +-Infinity above 713. */
export function besselI1(x: number): number {
  const a = Math.abs(x);
  if (a != a) return x;
  const half = exp(0.5 * Math.min(a, 720.0));
  const y = a <= 20.0 ? series(a, 1.0) : a > 720.0 ? Infinity : half * asymptotic(a, 1.0) * half;
  return x < 0.0 ? -y : y;
}
