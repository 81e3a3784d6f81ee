/**
 * Any of the eight density kernels as an energy on packed rows (arXiv 2506.10801, section 4 of the notes).
 *
 *   t_mu = (beta/2)||x - xi_mu||^2;  w = -kappa'(t)
 *   E = -(1/beta) log(eps + sum kappa(t)),  next = sum w xi / sum w (L30, mean shift),  grad E = sum w (x - xi) / (eps + sum kappa)
 *
 * The step never raises E where kappa is convex and falling (`monotone`); the tricube relies on the guard of the dynamics.
 * The Gaussian has infinite support: it is evaluated in the log domain, as LSE, which it is at eps = 0.
 */
import type { Rows } from "../kernels/index.ts";
import { EngramError, exp, log } from "../numeric/index.ts";
import { softmaxEnergy } from "./continuous.ts";
import type { Kernel } from "./kernel.ts";
import { type ContinuousEnergy, visibleGradient, visibleScale } from "./landscape.ts";
import { perState, squaredDistances } from "./lsr.ts";
import { foldSum } from "./sums.ts";

/** @throws EngramError for the uniform kernel, which has no gradient */
export function kernelEnergy(kernel: Kernel, beta: number, eps = 0): ContinuousEnergy {
  if (kernel.name === "uniform") {
    throw new EngramError("energy", "a kernel with a gradient", "uniform", "The uniform kernel is flat: it has no dynamics. Choose another.");
  }
  if (kernel.name === "gaussian") return gaussianEnergy(beta, eps);
  const look = (squared: Float64Array): { A: number; w: Float64Array; W: number } => {
    const w = squared.map((d2) => kernel.weight((beta / 2) * d2));
    return { A: eps + foldSum(squared, (d2) => kernel.kappa((beta / 2) * d2)), w, W: foldSum(w) };
  };
  // Weights over W first: those of the triangle are 5e11 at a pattern, too much for a sum in f32.
  const mean = (rows: Rows, w: Float64Array, W: number): Float64Array => rows.weightedSum(w.map((value) => value / W));
  return {
    name: kernel.name,
    beta,
    evaluate: (rows, X, visible) => perState(rows, X, visible, (squared, x) => {
      const { A, w, W } = look(squared);
      // At a pattern the tricube's weights vanish although the density does not: the state rests.
      const next = W > 0 ? mean(rows, w, W) : A > eps ? x.slice() : undefined;
      const energy = 0 - log(A) / beta;
      return { energy, next, scale: Math.max(Math.abs(energy), 1 / beta) };
    }),
    weights: (rows, x, visible) => {
      const { w, W } = look(squaredDistances(rows, x, visible));
      return W > 0 ? w.map((value) => value / W) : w;
    },
    gradient: (rows, x, visible) => {
      const { A, w, W } = look(squaredDistances(rows, x, visible));
      return W === 0 ? new Float64Array(x.length) : visibleGradient(x, 1, mean(rows, w, W), (visibleScale(rows.dim, visible) * W) / A, visible);
    },
  };
}

/** LSE with eps inside the logarithm: E = -(1/beta) log(eps + e^{lse}). Its step is that of LSE, its gradient that times e^{lse} / (eps + e^{lse}). */
function gaussianEnergy(beta: number, eps: number): ContinuousEnergy {
  const plain = softmaxEnergy(beta, "euclidean");
  if (eps === 0) return { ...plain, name: "gaussian" };
  return {
    ...plain,
    name: "gaussian",
    evaluate: (rows, X, visible) => plain.evaluate(rows, X, visible).map(({ energy: E, next }) => {
      const energy = 0 - log(eps + exp(-beta * E)) / beta;
      return { energy, next, scale: Math.max(Math.abs(energy), 1 / beta) };
    }),
    gradient: (rows, x, visible) => {
      const [{ energy: E }] = plain.evaluate(rows, x, visible);
      const A = exp(-beta * E);
      return plain.gradient(rows, x, visible).map((value) => (value * A) / (eps + A));
    },
  };
}
