/**
 * The two continuous energies of the library on packed rows: LSE in its Euclidean and dot-product forms, and LSR.
 * arXiv 2506.10801 (L3)-(L14), arXiv 2507.06211 (M58), (M59). Dynamics: x <- next(x), which never raises the energy.
 *
 *   s_mu = (beta/2)||x - xi_mu||^2        B(x) = {mu : ||x - xi_mu||^2 < 2/beta}, strict (L20)
 *   LSE   E = -(1/beta) log sum e^{-s},             next = sum p xi                 (L3), (L6)
 *   dot   E = ||x||^2/2 - (1/beta) log sum e^{beta xi.x},  next = sum p xi          (M59)
 *   LSR   E = -(1/beta) log(eps + sum max(1 - s, 0)),  next = mean of xi over B     (L7), (L13)
 *
 * With `visible` only those V of D coordinates enter the scores, scaled by D / V: the distance the whole pattern would have if its
 * hidden part differed as much, so that a beta chosen for whole patterns keeps its meaning. `next` carries every coordinate.
 */
import { EngramError, log } from "../numeric/index.ts";
import { finishSoftmax, softmax } from "../kernels/index.ts";
import type { RawScore, Rows } from "../kernels/index.ts";
import type { Kernel } from "./kernel.ts";
import { foldSum } from "./sums.ts";

/** One evaluation at a state. */
export interface Evaluation {
  readonly energy: number;
  /** Where the fixed-point step leads; undefined off the support (LSR). */
  readonly next: Float64Array | undefined;
}

export interface ContinuousEnergy {
  readonly name: string;
  readonly beta: number;
  /** At Q states (Q x D numbers): every evaluation has the bits it has alone. */
  evaluate(rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Evaluation[];
  /** Weights p over the stored rows at x; all 0 off the support. */
  weights(rows: Rows, x: Float64Array, visible?: ArrayLike<number>): Float64Array;
  /** grad E; 0 off the support, where the energy is flat or infinite. */
  gradient(rows: Rows, x: Float64Array): Float64Array;
}

/** D / V; 1 without a mask. @throws EngramError when nothing is visible */
export function visibleScale(dim: number, visible?: ArrayLike<number>): number {
  if (visible === undefined) return 1;
  let V = 0;
  for (let k = 0; k < dim; k++) if (visible[k] !== 0) V++;
  if (V === 0) throw new EngramError("visible", "at least one visible coordinate", "none", "A cue that shows nothing cannot be recalled.");
  return dim / V;
}

/** Squared distances of Q states to all rows, the visible part scaled up. */
function squaredDistances(rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Float64Array {
  const scale = visibleScale(rows.dim, visible);
  return Float64Array.from(rows.scores("squaredL2", X, { visible }), (d2) => scale * d2);
}

function squaredNorm(x: Float64Array, visible?: ArrayLike<number>): number {
  return x.reduce((sum, value, k) => (visible !== undefined && visible[k] === 0 ? sum : sum + value * value), 0);
}

/** LSE on distances (`form` "euclidean") or overlaps ("dot"). */
export function softmaxEnergy(beta: number, form: "euclidean" | "dot"): ContinuousEnergy {
  const op: RawScore = form === "dot" ? "dot" : "squaredL2";
  const scale = form === "dot" ? beta : -beta / 2;
  const evaluate = (rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Evaluation[] =>
    rows.softmaxManyPartial(X, { op, scale: scale * visibleScale(rows.dim, visible), visible }).map((tree, q) => {
      const state = finishSoftmax(tree);
      if (state === undefined) return { energy: Infinity, next: undefined };
      const R = form === "dot" ? 0.5 * visibleScale(rows.dim, visible) * squaredNorm(X.subarray(q * rows.dim, (q + 1) * rows.dim), visible) : 0;
      return { energy: R - state.lse / beta, next: state.mean };
    });
  return {
    name: form === "dot" ? "lse-dot" : "lse",
    beta,
    evaluate,
    weights: (rows, x, visible) => {
      const beta_v = scale * visibleScale(rows.dim, visible);
      return softmax(Float64Array.from(rows.scores(op, x, { visible }), (score) => beta_v * score));
    },
    // (L4) and the gradient of (M59): x - sum p xi
    gradient: (rows, x) => {
      const [{ next }] = evaluate(rows, x);
      return next === undefined ? new Float64Array(x.length) : x.map((value, k) => value - next[k]);
    },
  };
}

/** The active set and what is read off it. */
export interface Support {
  /** Members of B(x), ascending. */
  readonly members: readonly number[];
  /** D(x) = eps + sum over B of (1 - s). */
  readonly D: number;
  /** Squared distances to all patterns. */
  readonly squared: Float64Array;
}

/** (L9) B(x) and D(x). */
export function supportOf(rows: Rows, x: Float64Array, beta: number, eps = 0, visible?: ArrayLike<number>): Support {
  return support(squaredDistances(rows, x, visible), beta, eps);
}

function support(squared: Float64Array, beta: number, eps: number): Support {
  const members: number[] = [];
  const radius = 2 / beta;
  for (let mu = 0; mu < squared.length; mu++) if (squared[mu] < radius) members.push(mu);
  const D = eps + foldSum(squared, (d2) => (d2 < radius ? 1 - (beta / 2) * d2 : 0));
  return { members, D, squared };
}

/** One evaluation per state from its squared distances to all rows. */
function perState(
  rows: Rows, X: Float64Array, visible: ArrayLike<number> | undefined, evaluate: (squared: Float64Array, x: Float64Array) => Evaluation,
): Evaluation[] {
  const squared = squaredDistances(rows, X, visible);
  const N = rows.count;
  return Array.from({ length: X.length / rows.dim }, (_, q) =>
    evaluate(squared.slice(q * N, (q + 1) * N), X.subarray(q * rows.dim, (q + 1) * rows.dim)));
}

/** c_K, the mean of the member rows in the fixed order of weightedSum. */
export function centroid(rows: Rows, members: readonly number[]): Float64Array {
  const weights = new Float64Array(rows.count);
  for (const mu of members) weights[mu] = 1;
  return rows.weightedSum(weights).map((value) => value / members.length);
}

export function lsrEnergy(beta: number, eps = 0): ContinuousEnergy & { readonly eps: number } {
  return {
    name: "lsr",
    beta,
    eps,
    evaluate: (rows, X, visible) => perState(rows, X, visible, (squared) => {
      const { members, D } = support(squared, beta, eps);
      return { energy: -log(D) / beta, next: members.length === 0 ? undefined : centroid(rows, members) };
    }),
    weights: (rows, x, visible) => {
      const { members } = supportOf(rows, x, beta, eps, visible);
      const w = new Float64Array(rows.count);
      for (const mu of members) w[mu] = 1 / members.length;
      return w;
    },
    // (L10) N / D with N = |B| (x - c_B)
    gradient: (rows, x) => {
      const { members, D } = supportOf(rows, x, beta, eps);
      if (members.length === 0) return new Float64Array(x.length);
      const c = centroid(rows, members);
      return x.map((value, k) => (members.length * (value - c[k])) / D);
    },
  };
}

/** (L23) radius of the ball around the minimum c_K from which one step returns it: min over all patterns of | ||c_K - xi|| - r_s |. */
export function basinRadius(rows: Rows, c: Float64Array, beta: number): number {
  const r = Math.sqrt(2 / beta);
  let least = Infinity;
  for (const squared of rows.scores("squaredL2", c)) least = Math.min(least, Math.abs(Math.sqrt(squared) - r));
  return least;
}

/** Mean shift on any of the eight kernels (L30): E = -(1/beta) log(eps + sum kappa(s)), next = sum w xi / sum w, w = -kappa'(s). */
export function kernelEnergy(kernel: Kernel, beta: number, eps = 0): ContinuousEnergy {
  if (kernel.name === "uniform") {
    throw new EngramError("energy", "a kernel with a gradient", "uniform", "The uniform kernel is flat: it has no dynamics. Choose another.");
  }
  const look = (squared: Float64Array): { A: number; w: Float64Array; W: number } => {
    const w = squared.map((d2) => kernel.weight((beta / 2) * d2));
    return { A: eps + foldSum(squared, (d2) => kernel.kappa((beta / 2) * d2)), w, W: foldSum(w) };
  };
  return {
    name: kernel.name,
    beta,
    evaluate: (rows, X, visible) => perState(rows, X, visible, (squared, x) => {
      const { A, w, W } = look(squared);
      // At a pattern the tricube's weights vanish although the density does not: the state rests.
      const next = W > 0 ? rows.weightedSum(w).map((value) => value / W) : A > eps ? x.slice() : undefined;
      return { energy: -log(A) / beta, next };
    }),
    weights: (rows, x, visible) => {
      const { w, W } = look(squaredDistances(rows, x, visible));
      return W > 0 ? w.map((value) => value / W) : w;
    },
    gradient: (rows, x) => {
      const { A, w, W } = look(squaredDistances(rows, x));
      if (A === 0) return new Float64Array(x.length);
      const sum = rows.weightedSum(w);
      return x.map((value, k) => (W * value - sum[k]) / A);
    },
  };
}
