/**
 * tanh, sinh, cosh, deterministic on every host: all three from expm1, so that nothing cancels near 0.
 */
import { exp, expm1 } from "./exp.ts";

/** tanh x = 1 - 2 / (e^{2|x|} + 1), with the sign of x. */
export function tanh(x: number): number {
  if (x != x || x == 0.0) return x;
  const a = Math.abs(x);
  let y = 1.0;
  if (a < 22.0) {
    if (a >= 1.0) {
      y = 1.0 - 2.0 / (expm1(2.0 * a) + 2.0);
    } else {
      const t = expm1(-2.0 * a);
      y = -t / (t + 2.0);
    }
  }
  return x < 0.0 ? -y : y;
}

/** e^a / 2 for a near the overflow of e^a, where half of it is still finite: (e^{a/2} / 2) e^{a/2}, as fdlibm does. */
function halfExp(a: number): number {
  const t = exp(0.5 * a);
  return 0.5 * t * t;
}

/** sinh x = (e^x - e^-x) / 2. */
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

/** cosh x = (e^x + e^-x) / 2. */
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
