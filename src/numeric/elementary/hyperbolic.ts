/**
 * tanh, sinh, cosh, deterministic on every host, without cancellation near 0: sinh and cosh from expm1, tanh from a rational function.
 */
import { powerOf2 } from "./bits.ts";
import { exp, expm1, expShifted } from "./exp.ts";

/** tanh x: below .625 a rational function of x^2 (after Cephes, Moshier), above 1 - 2 / (e^{2|x|} + 1). Error below 1.5 ULP. */
export function tanh(x: number): number {
  if (x != x || x == 0.0) return x;
  const a = Math.abs(x);
  if (a < 0.625) {
    const z = x * x;
    const p = -1.61468768441708447952e+03 + z * (-9.92877231001918586564e+01 + z * -9.64399179425052238628e-01);
    const q = 4.84406305325125486048e+03 + z * (2.23548839060100448583e+03 + z * (1.12811678491632931402e+02 + z));
    return x + x * (z * (p / q));
  }
  const y = a < 22.0 ? 1.0 - 2.0 / (exp(2.0 * a) + 1.0) : 1.0;
  return x < 0.0 ? -y : y;
}

/** e^a / 2 for a >= 709, where e^a may overflow and half of it not: e^a 2^-2043 2^1021 2^1021. */
function halfExp(a: number): number {
  if (a > 800.0) return Infinity;
  return expShifted(a) * powerOf2(1021.0) * powerOf2(1021.0);
}

/** sinh x = (e^x - e^-x) / 2. Error below 2 ULP. */
export function sinh(x: number): number {
  if (x != x || x == 0.0) return x;
  const a = Math.abs(x);
  let y = 0.0;
  if (a < 22.0) {
    const t = expm1(a);
    y = a < 1.0 ? 0.5 * (2.0 * t - t * t / (t + 1.0)) : 0.5 * (t + t / (t + 1.0));
  } else y = a < 709.0 ? 0.5 * exp(a) : halfExp(a);
  return x < 0.0 ? -y : y;
}

/** cosh x = (e^x + e^-x) / 2. Error below 2 ULP. */
export function cosh(x: number): number {
  if (x != x) return x;
  const a = Math.abs(x);
  if (a < 0.34657359027997264) {
    const t = expm1(a);
    const w = 1.0 + t;
    return 1.0 + (t * t) / (w + w);
  }
  if (a < 22.0) {
    const t = exp(a);
    return 0.5 * t + 0.5 / t;
  }
  return a < 709.0 ? 0.5 * exp(a) : halfExp(a);
}
