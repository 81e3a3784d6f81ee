/**
 * The vector operation g of S(g(x), xi) (L1; phi in (M55), 5.7 of arXiv 2507.06211), with what carries a gradient back through it.
 *
 *   x  D numbers;  y = g(x)  D numbers;  u = dE/dy;  pullback(x, u) = J_g(x)^T u
 *   | name      | g                                      |
 *   |-----------|----------------------------------------|
 *   | none      | x                                      |
 *   | sign      | +-1, sign 0 = +1; flat: the gradient is 0 (M57); binary.ts has its dynamics |
 *   | unitNorm  | x / ||x||; 0 at 0                      |
 *   | layerNorm | gamma (x - mean) / sqrt(Var + eps) + delta (M26), biased variance           |
 */
import { EngramError } from "../numeric/index.ts";
import { dot } from "./similarity.ts";

export interface Operation {
  readonly name: string;
  apply(x: Float64Array): Float64Array;
  /** J_g(x)^T u. */
  pullback(x: Float64Array, u: Float64Array): Float64Array;
}

export const noOperation: Operation = { name: "none", apply: (x) => x, pullback: (_x, u) => u };

export const signOperation: Operation = { name: "sign", apply: (x) => x.map((value) => (value < 0 ? -1 : 1)), pullback: (_x, u) => new Float64Array(u.length) };

export const unitNorm: Operation = {
  name: "unitNorm",
  apply: (x) => {
    const length = Math.sqrt(dot.value(x, x));
    return length === 0 ? x.slice() : x.map((value) => value / length);
  },
  // J = (I - y y^T) / ||x||
  pullback: (x, u) => {
    const length = Math.sqrt(dot.value(x, x));
    if (length === 0) return new Float64Array(u.length);
    const y = unitNorm.apply(x);
    const along = dot.value(y, u);
    return u.map((value, k) => (value - along * y[k]) / length);
  },
};

/** (M26) @throws EngramError unless gamma > 0 (the energy falls only then) and eps > 0 */
export function layerNorm(gamma = 1, delta = 0, eps = 1e-5): Operation {
  if (!(gamma > 0 && gamma < Infinity)) throw new EngramError("gamma", "a finite number above 0", String(gamma), "A negative gamma turns the energy round.");
  if (!(eps > 0 && eps < Infinity)) throw new EngramError("eps", "a finite number above 0", String(eps), "It keeps constant vectors finite; 1e-5 is usual.");
  const standard = (x: Float64Array): { y: Float64Array; sd: number } => {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const sd = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / x.length + eps);
    return { y: x.map((value) => (value - mean) / sd), sd };
  };
  return {
    name: "layerNorm",
    apply: (x) => standard(x).y.map((value) => gamma * value + delta),
    // J = gamma / sd (I - 1 1^T / D - y y^T / D)
    pullback: (x, u) => {
      const { y, sd } = standard(x);
      const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
      const along = dot.value(y, u) / u.length;
      return u.map((value, k) => (gamma / sd) * (value - mean - along * y[k]));
    },
  };
}
