/**
 * Integrals over an interval by Gauss-Legendre quadrature: nodes from Newton's method on the Legendre polynomial, panels of equal
 * width. Exact for polynomials up to degree 2 n - 1; for kinks, cut the interval there.
 */
import { cos } from "./elementary/trig.ts";
import { EngramError } from "./errors.ts";

export interface GaussRule {
  /** n nodes in (-1, 1), descending. */
  readonly nodes: Float64Array;
  /** Their weights; they add up to 2. */
  readonly weights: Float64Array;
}

const PI = 3.141592653589793;

/** The rule with n nodes. @throws EngramError unless n is whole, 1 to 100 */
export function gaussLegendre(n: number): GaussRule {
  if (!(Number.isInteger(n) && n >= 1 && n <= 100)) throw new EngramError("gaussLegendre", "a whole number of nodes, 1 to 100", String(n), "20 are plenty for smooth functions.");
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = cos((PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    // Newton doubles the digits: from about three, five rounds are more than enough.
    for (let round = 0; round < 8; round++) {
      let [before, value] = [0, 1];
      for (let k = 1; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/**
 * The integral of f from `from` to `to`, with 20 nodes in each of `panels` panels of equal width.
 * @throws EngramError on ends that are not finite, or a number of panels that is not whole and positive
 */
export function quadrature(f: (x: number) => number, from: number, to: number, panels = 16): number {
  if (!Number.isFinite(to - from)) throw new EngramError("quadrature", "two finite ends", `${from}, ${to}`, "Cut the interval where the function has died away.");
  if (!(Number.isInteger(panels) && panels >= 1)) throw new EngramError("quadrature", "a whole number of panels, 1 or above", String(panels), "16 is the default.");
  const { nodes, weights } = gaussLegendre(20);
  const half = (to - from) / (2 * panels);
  let total = 0;
  for (let panel = 0; panel < panels; panel++) {
    const middle = from + (2 * panel + 1) * half;
    let sum = 0;
    for (let i = 0; i < nodes.length; i++) sum += weights[i] * f(middle + half * nodes[i]);
    total += half * sum;
  }
  return total;
}
