/**
 * The error function and its complement, deterministic on every host.
 *
 *   |x| < 1    erf x = (2 / sqrt pi) e^{-x^2} sum_n 2^n x^{2n+1} / (2n+1)!!      all terms positive: nothing cancels
 *   x >= 1     erfc x = e^{-x^2} / sqrt pi * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...))))  the continued fraction, from its end
 *
 * e^{-x^2} is e^{-h^2} e^{(h - x)(h + x)} with h = x to 26 bits, so that the rounding of x^2 does not enter (after fdlibm).
 */
import { truncateLow } from "./bits.ts";
import { exp } from "./exp.ts";

const TWO_OVER_SQRT_PI: number = 1.1283791670955126;
const ONE_OVER_SQRT_PI: number = 0.5641895835477563;

function expMinusSquare(x: number): number {
  const h = truncateLow(x);
  return exp(-h * h) * exp((h - x) * (h + x));
}

/** erf for 0 <= x < 1. */
function series(x: number): number {
  const z = 2.0 * x * x;
  let term = 1.0;
  let sum = 0.0;
  let n = 1.0;
  // summed upwards, then finished: terms fall like z^n / (2n+1)!!, 30 of them reach 2^-60 for x < 1
  while (n < 61.0) {
    term = (term * z) / (n + 2.0);
    sum = sum + term;
    n = n + 2.0;
  }
  return TWO_OVER_SQRT_PI * (x * expMinusSquare(x) * (1.0 + sum));
}

/** erfc for x >= 1. */
function fraction(x: number): number {
  let terms = Math.floor(20.0 + 330.0 / (x * x)); // measured: enough for 2^-54
  let tail = x;
  while (terms >= 1.0) {
    tail = x + (terms * 0.5) / tail;
    terms = terms - 1.0;
  }
  return (ONE_OVER_SQRT_PI * expMinusSquare(x)) / tail;
}

/** (2 / sqrt pi) times the integral of e^{-t^2} from 0 to x. */
export function erf(x: number): number {
  if (x != x) return x;
  const a = Math.abs(x);
  if (a < 1e-150) return TWO_OVER_SQRT_PI * x;
  const y = a < 1.0 ? series(a) : a > 6.0 ? 1.0 : 1.0 - fraction(a);
  return x < 0.0 ? -y : y;
}

/** 1 - erf x, without cancellation for large x; 0 above 27.3. */
export function erfc(x: number): number {
  if (x != x) return x;
  if (x < 0.0) return x < -6.0 ? 2.0 : 1.0 + (x > -1.0 ? series(-x) : 1.0 - fraction(-x));
  if (x < 0.5) return 1.0 - series(x);
  return x > 27.5 ? 0.0 : fraction(x);
}
