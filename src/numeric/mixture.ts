/**
 * Mixtures of Gaussians with one width for all: a density whose logarithm is known, to judge what a memory recalls
 * (arXiv 2506.10801, section 4.2: k equal weights, means uniform on [0, 1]^d, sigma = .1).
 *
 *   p(x) = sum_i w_i (2 pi sigma^2)^{-d/2} exp(-||x - m_i||^2 / (2 sigma^2))
 */
import { exp } from "./elementary/exp.ts";
import { log } from "./elementary/log.ts";
import { EngramError } from "./errors.ts";
import type { Rng } from "./random.ts";
import { squaredDistance } from "./vectors.ts";

export interface GaussianMixture {
  /** k x d numbers, row by row. */
  readonly means: Float64Array;
  readonly dim: number;
  readonly sigma: number;
  /** k numbers above 0 with sum 1. */
  readonly weights: Float64Array;
  /** log p(x). @throws EngramError unless x has `dim` numbers */
  logDensity(x: ArrayLike<number>): number;
  /** n points, row by row. */
  sample(n: number, rng: Rng): Float64Array;
}

const LOG_TWO_PI = 1.8378770664093453;

/**
 * @param means k x dim numbers @param weights k numbers above 0, brought to sum 1; default equal
 * @throws EngramError on means that are no whole finite rows, sigma not above 0, or weights that do not fit
 */
export function gaussianMixture(means: ArrayLike<number>, dim: number, sigma: number, weights?: ArrayLike<number>): GaussianMixture {
  const k = means.length / dim;
  if (!Number.isInteger(dim) || dim < 1 || !Number.isInteger(k) || k < 1) throw new EngramError("mixture, means", "k x d numbers", `${means.length} for d = ${dim}`, "Pass whole rows, at least one.");
  const m = Float64Array.from(means);
  if (!m.every(Number.isFinite)) throw new EngramError("mixture, means", "finite numbers", "NaN or an infinity among them", "Check where they come from.");
  if (!(sigma > 0 && sigma < Infinity)) throw new EngramError("mixture, sigma", "a finite width above 0", String(sigma), "It is the standard deviation of each part.");
  const w = Float64Array.from(weights ?? new Float64Array(k).fill(1));
  const total = w.reduce((sum, weight) => sum + weight, 0);
  if (w.length !== k || !w.every((weight) => weight > 0) || !(total < Infinity)) throw new EngramError("mixture, weights", `${k} finite weights above 0`, Array.from(w).join(", "), "Leave them out for equal ones.");
  const shares = w.map((weight) => weight / total);
  const constants = shares.map((share) => log(share) - dim * (LOG_TWO_PI / 2 + log(sigma)));
  return {
    means: m, dim, sigma, weights: shares,
    logDensity: (x) => {
      const parts = constants.map((constant, i) => constant - squaredDistance(m.subarray(i * dim, (i + 1) * dim), x) / (2 * sigma * sigma));
      const largest = parts.reduce((most, part) => Math.max(most, part), -Infinity);
      if (!Number.isFinite(largest)) return largest; // so far out that every part is 0
      return largest + log(parts.reduce((sum, part) => sum + exp(part - largest), 0));
    },
    sample: (n, rng) => {
      const out = new Float64Array(n * dim);
      for (let at = 0; at < n; at++) {
        let [i, left] = [0, rng.uniform()];
        for (; i < k - 1 && left >= shares[i]; i++) left -= shares[i];
        for (let j = 0; j < dim; j++) out[at * dim + j] = m[i * dim + j] + sigma * rng.normal();
      }
      return out;
    },
  };
}
