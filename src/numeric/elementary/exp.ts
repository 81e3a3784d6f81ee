/**
 * exp and expm1, deterministic on every host. After fdlibm (Sun Microsystems, e_exp.c, s_expm1.c), reformulated without
 * branches so that the SIMD kernel runs the same operations on two lanes.
 *
 *   k = x / ln 2 to the nearest integer,   r = x - k ln 2 as hi - lo,   exp(r) = 1 + (r c / (2 - c) - lo + hi)
 *   c = r - r^2 (P1 + r^2 (P2 + ...)),   exp(x) = exp(r) 2^k, scaled in two factors so that subnormal results round once.
 */
import { powerOf2 } from "./bits.ts";

const LN2_HI: number = 6.93147180369123816490e-01;
const LN2_LO: number = 1.90821492927058770002e-10;
const LOG2E: number = 1.44269504088896338700e+00;
const P1: number = 1.66666666666666019037e-01;
const P2: number = -2.77777777770155933842e-03;
const P3: number = 6.61375632143793436117e-05;
const P4: number = -1.65339022054652515390e-06;
const P5: number = 4.13813679705723846039e-08;

/** Adding and taking off 1.5 2^52 rounds to the nearest integer, and leaves it in the low bits (the SIMD kernel reads it there). */
const ROUND: number = 6755399441055744.0;

/** y 2^k for |k| <= 2000 and y of size about 1, rounded once: the first factor is exact, only the second can leave the normal numbers. */
export function scaleByPowerOf2(y: number, k: number): number {
  let k1 = k < 1000.0 ? k : 1000.0;
  k1 = k1 > -1000.0 ? k1 : -1000.0;
  return y * powerOf2(k1) * powerOf2(k - k1);
}

/** e^x. Error below 1 ULP; overflows to Infinity above 709.78, reaches 0 below -745.13. */
export function exp(x: number): number {
  if (x != x) return x;
  let t = x < 710.0 ? x : 710.0;
  t = t > -750.0 ? t : -750.0;
  const k = t * LOG2E + ROUND - ROUND;
  const hi = t - k * LN2_HI;
  const lo = k * LN2_LO;
  const r = hi - lo;
  const z = r * r;
  const c = r - z * (P1 + z * (P2 + z * (P3 + z * (P4 + z * P5))));
  const y = 1.0 + ((r * c) / (2.0 - c) - lo + hi);
  return scaleByPowerOf2(y, k);
}

/** e^x 2^-2043 for 709 <= x <= 1400, where e^x overflows and a multiple of it may not. 2043 ln 2 is 3e-17 from a double; the difference is exact. */
export function expShifted(x: number): number {
  return exp(x - 1416.0996898839683);
}

const Q1: number = -3.33333333333331316428e-02;
const Q2: number = 1.58730158725481460165e-03;
const Q3: number = -7.93650757867487942473e-05;
const Q4: number = 4.00821782732936239552e-06;
const Q5: number = -2.01099218183624371326e-07;

/** e^x - 1 without cancellation near 0. Error below 1 ULP. */
export function expm1(x: number): number {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -38.0) return -1.0; // e^x is below half an ULP of 1
  if (x > -5.551115123125783e-17 && x < 5.551115123125783e-17) return x;
  let k = 0.0;
  let r = x;
  let c = 0.0;
  if (x > 0.34657359027997264 || x < -0.34657359027997264) {
    k = Math.floor(x * LOG2E + 0.5);
    const hi = x - k * LN2_HI;
    const lo = k * LN2_LO;
    r = hi - lo;
    c = (hi - r) - lo;
  }
  const hfx = 0.5 * r;
  const hxs = r * hfx;
  const r1 = 1.0 + hxs * (Q1 + hxs * (Q2 + hxs * (Q3 + hxs * (Q4 + hxs * Q5))));
  const t = 3.0 - r1 * hfx;
  let e = hxs * ((r1 - t) / (6.0 - r * t));
  if (k == 0.0) return r - (r * e - hxs);
  e = r * (e - c) - c;
  e = e - hxs;
  if (k == -1.0) return 0.5 * (r - e) - 0.5;
  if (k == 1.0) {
    if (r < -0.25) return -2.0 * (e - (r + 0.5));
    return 1.0 + 2.0 * (r - e);
  }
  if (k <= -2.0 || k > 56.0) {
    const y = 1.0 - (e - r);
    return scaleByPowerOf2(y, k) - 1.0;
  }
  if (k < 20.0) {
    const one = 1.0 - powerOf2(-k);
    return (one - (e - r)) * powerOf2(k);
  }
  return (r - (e + powerOf2(-k)) + 1.0) * powerOf2(k);
}
