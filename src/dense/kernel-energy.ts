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
import { perState } from "./lsr.ts";
import { fullSearch, type Nearby, nearSum, type RowSearch, rowOf, sumOfRows } from "./nearby.ts";

/**
 * @param search how near rows are found; default: all are scanned
 * @throws EngramError for the uniform kernel, which has no gradient
 */
export function kernelEnergy(kernel: Kernel, beta: number, eps = 0, search: RowSearch = fullSearch): ContinuousEnergy {
  if (kernel.name === "uniform") {
    throw new EngramError("energy", "a kernel with a gradient", "uniform", "The uniform kernel is flat: it has no dynamics. Choose another.");
  }
  if (kernel.name === "gaussian") return gaussianEnergy(beta, eps);
  const within = (2 / beta) * (1 + 1e-12); // (beta/2) d^2 < 1 is decided after rounding
  const look = (near: Nearby): { A: number; w: Float64Array; W: number } => {
    const w = near.squared.map((d2) => kernel.weight((beta / 2) * d2));
    return { A: eps + nearSum(near, (d2) => kernel.kappa((beta / 2) * d2)), w, W: nearSum(near, (_, i) => w[i]) };
  };
  // Weights over W first: those of the triangle are 5e11 at a pattern, too much for a sum in f32.
  const mean = (rows: Rows, near: Nearby, w: Float64Array, W: number): Float64Array => {
    const used: number[] = [];
    w.forEach((value, i) => {
      if (value !== 0) used.push(i);
    });
    return sumOfRows(rows, used.map((i) => rowOf(near, i)), used.map((i) => w[i] / W));
  };
  const weightsOf = (near: Nearby, N: number): Float64Array => {
    const { w, W } = look(near);
    const all = new Float64Array(N);
    w.forEach((value, i) => (all[rowOf(near, i)] = W > 0 ? value / W : value));
    return all;
  };
  return {
    name: kernel.name,
    beta,
    compact: { within, search, weightsOf },
    evaluate: (rows, X, visible) => perState(rows, X, visible, search, within, (near, x) => {
      const { A, w, W } = look(near);
      // At a pattern the tricube's weights vanish although the density does not: the state rests.
      const next = W > 0 ? mean(rows, near, w, W) : A > eps ? x.slice() : undefined;
      const energy = 0 - log(A) / beta;
      return { energy, next, scale: Math.max(Math.abs(energy), 1 / beta) };
    }),
    weights: (rows, x, visible) => weightsOf(search.near(rows, x, { within, visible })[0], rows.count),
    gradient: (rows, x, visible) => {
      const near = search.near(rows, x, { within, visible })[0];
      const { A, w, W } = look(near);
      return W === 0 ? new Float64Array(x.length) : visibleGradient(x, 1, mean(rows, near, w, W), (visibleScale(rows.dim, visible) * W) / A, visible);
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
