/**
 * Elementary functions in single precision. `expf` has its own algorithm, made for four f32 lanes (after Cephes, Moshier):
 *
 *   k = x / ln 2 to the nearest integer, r = x - k C1 - k C2, e^r = 1 + (r + r^2 P(r)), P of degree 5, summed in pairs; scaled in two factors
 *
 * Every operation is rounded to f32, as a lane rounds it. The others are the f64 function rounded once: error 0.5 ULP and a hair.
 */
import { atan, atan2 } from "./atan.ts";
import { besselI0, besselI0e, besselI1, besselI1e } from "./bessel.ts";
import { powerOf2 } from "./bits.ts";
import { erf, erfc } from "./erf.ts";
import { expm1 } from "./exp.ts";
import { lgamma } from "./gamma.ts";
import { cosh, sinh, tanh } from "./hyperbolic.ts";
import { log, log1p } from "./log.ts";
import { cbrt, pow } from "./pow.ts";
import { cos, sin, tan } from "./trig.ts";

const r = Math.fround;
const LOG2E = r(1.44269504088896341);
const C1 = 0.693359375;
const C2 = r(-2.12194440e-4);
const ROUND = 12582912; // 1.5 2^23: rounds to the nearest integer
const P = [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1].map(r);

/** e^x in f32, error below 1 ULP for normal results. Overflows above 88.72, reaches 0 below -103.97. */
export function expf(x: number): number {
  const f = r(x);
  if (f !== f) return f;
  const t = Math.max(-110, Math.min(90, f));
  const k = r(r(r(t * LOG2E) + ROUND) - ROUND);
  const g = r(r(t - r(k * C1)) - r(k * C2));
  const q = r(g * g);
  const pair = (i: number): number => r(r(P[i] * g) + P[i + 1]);
  const p = r(r(r(r(pair(0) * q) + pair(2)) * q) + pair(4));
  const y = r(1 + r(g + r(q * p)));
  const k1 = Math.max(-100, Math.min(100, k));
  return r(r(y * powerOf2(k1)) * powerOf2(k - k1));
}

const single = (f: (x: number) => number): ((x: number) => number) => (x) => r(f(r(x)));
const singleOfTwo = (f: (x: number, y: number) => number): ((x: number, y: number) => number) => (x, y) => r(f(r(x), r(y)));

export const expm1f: (x: number) => number = single(expm1);
export const logf: (x: number) => number = single(log);
export const log1pf: (x: number) => number = single(log1p);
export const sinf: (x: number) => number = single(sin);
export const cosf: (x: number) => number = single(cos);
export const tanf: (x: number) => number = single(tan);
export const atanf: (x: number) => number = single(atan);
export const tanhf: (x: number) => number = single(tanh);
export const sinhf: (x: number) => number = single(sinh);
export const coshf: (x: number) => number = single(cosh);
export const cbrtf: (x: number) => number = single(cbrt);
export const erff: (x: number) => number = single(erf);
export const erfcf: (x: number) => number = single(erfc);
export const lgammaf: (x: number) => number = single(lgamma);
export const besselI0f: (x: number) => number = single(besselI0);
export const besselI1f: (x: number) => number = single(besselI1);
export const besselI0ef: (x: number) => number = single(besselI0e);
export const besselI1ef: (x: number) => number = single(besselI1e);
export const powf: (x: number, y: number) => number = singleOfTwo(pow);
export const atan2f: (y: number, x: number) => number = singleOfTwo(atan2);
