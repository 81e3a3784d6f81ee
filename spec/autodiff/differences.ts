/** Finite differences of scalar functions of arrays, and how far a gradient is from them. */
import { constant, dot, grad, item, type NdArray, total, variable, type Var } from "../../src/autodiff/index.ts";
import { seeded } from "../../src/numeric/index.ts";

export type Scalar = (...xs: Var[]) => Var;

/** Numbers drawn from `draw` in a shape. */
export function arrayOf(shape: readonly number[], draw: () => number): NdArray {
  return { shape, data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw) };
}

/** Central differences of f with respect to number i of argument k. h = 1e-5: truncation and rounding are both near 1e-10. */
function difference(f: Scalar, xs: readonly NdArray[], k: number, i: number): number {
  const h = 1e-5;
  const [up, down] = [h, -h].map((step) => item(f(...xs.map((x, at) => {
    const data = x.data.slice();
    if (at === k) data[i] += step;
    return constant({ shape: x.shape, data });
  }))));
  return (up - down) / (2 * h);
}

/** The largest |gradient - difference| / max(1, |difference|) over all numbers of all arguments. */
export function worstGradient(f: Scalar, xs: readonly NdArray[]): number {
  const vars = xs.map((x) => variable(x));
  const gradients = grad(f(...vars), vars);
  let worst = 0;
  gradients.forEach((g, k) => g.data.forEach((value, i) => {
    const wanted = difference(f, xs, k, i);
    const off = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
  }));
  return worst;
}

/** The same of the gradient's own gradient: v . grad f, with v at random, is differentiated once more in every argument. */
export function worstSecond(f: Scalar, xs: readonly NdArray[], seed = 1): number {
  const rng = seeded(seed);
  const directions = xs.map((x) => constant(arrayOf(x.shape, () => rng.normal())));
  return worstGradient((...vars) => {
    const at = vars.map((x) => (x.tracked ? x : variable(x)));
    const slopes = grad(f(...at), at);
    return total(slopes.map((slope, k) => dot(slope, directions[k])));
  }, xs);
}
