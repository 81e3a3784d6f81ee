/**
 * The hybrid of LSR and LSE (arXiv 2506.10801 names it as future work; section 14 (c) of the notes, proposed there): compact supports with
 * a Gaussian tail, so that a cue outside every support still feels a force.
 *
 *   s_mu = (beta/2)||x - xi_mu||^2;  lambda > 0
 *   E = -(1/beta) log A,  A = sum_mu kappa(s_mu),  kappa(s) = max(1 - s, 0) + lambda e^{-s}
 *   w_mu = -kappa'(s_mu) = [s_mu < 1] + lambda e^{-s_mu};  next = sum w xi / sum w;  grad E = sum w (x - xi) / A
 *   H = (W / A) I - (beta lambda / A) sum e^{-s} (x - xi)(x - xi)^T + beta grad E grad E^T,  W = sum w     (off the spheres s_mu = 1)
 *
 * What holds (kappa is convex and falling; 1 - s <= e^{-s}; spec/dense/hybrid.spec.ts tests each):
 *   finite everywhere; the step next never raises E (L30)
 *   -log(1 + lambda)/beta + E_LSE <= E <= -log(1 + lambda)/beta + E_LSR;  outside every support E = E_LSE - log(lambda)/beta, the step is LSE's
 *   no LSR minimum c_K with basin radius rho_K > d := lambda M / (|K| sqrt(e beta)) is lost: a minimum of E lies within d of it. For at the
 *   distance d the force |K|(x - c_K) of its members is |K| d, and that of the tail at most lambda sum e^{-s}||x - xi|| <= lambda M / sqrt(e beta)
 * What is lost: exactness. No pattern is stationary any more; every one moves by O(lambda) (-> (a) and (b) of far.ts keep the end points).
 */
import { EngramError, exp, log } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import { softmaxEnergy } from "./continuous.ts";
import { type ContinuousEnergy, type Evaluation, visibleGradient, visibleScale } from "./landscape.ts";
import { squaredDistances } from "./nearby.ts";
import { foldSum, weightedSumOf } from "./sums.ts";

export interface HybridEnergy extends ContinuousEnergy {
  readonly lambda: number;
  /** H v at x, D numbers. */
  hessianVector(rows: Rows, x: Float64Array, v: Float64Array): Float64Array;
}

/** @throws EngramError unless 0 < lambda < Infinity */
export function checkLambda(lambda: number): number {
  if (!(Number.isFinite(lambda) && lambda > 0)) throw new EngramError("lambda", "a finite number above 0", String(lambda), "It is the weight of the Gaussian tail; without a tail the energy is lsr.");
  return lambda;
}

/** How far a minimum of |K| members can be moved by the tail, at most (see above), where its basin is larger. */
export function tailShift(lambda: number, beta: number, M: number, members = 1): number {
  return (lambda * M) / (members * Math.sqrt(2.718281828459045 * beta));
}

/** @throws EngramError for lambda outside 0 < lambda < Infinity */
export function hybridEnergy(beta: number, lambda: number): HybridEnergy {
  checkLambda(lambda);
  const tail = softmaxEnergy(beta, "euclidean");
  const look = (squared: Float64Array): { inside: boolean; A: number; w: Float64Array; W: number } => {
    const core = squared.map((d2) => Math.max(0, 1 - (beta / 2) * d2));
    const soft = squared.map((d2) => lambda * exp((-beta / 2) * d2));
    const w = soft.map((value, mu) => (core[mu] > 0 ? 1 + value : value));
    return { inside: core.some((value) => value > 0), A: foldSum(core) + foldSum(soft), w, W: foldSum(w) };
  };
  /** The mean by weights that are known to be above 0 somewhere; weights over W first, against overflow of large lambda. */
  const mean = (rows: Rows, w: Float64Array, W: number): Float64Array => weightedSumOf(rows, w.map((value) => value / W));
  const outside = ({ energy, next, scale }: Evaluation): Evaluation => {
    const shift = log(lambda) / beta;
    return { energy: energy - shift, next, scale: scale + Math.abs(shift) };
  };
  const evaluate = (rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Evaluation[] => {
    const [N, D] = [rows.count, rows.dim];
    const all = squaredDistances(rows, X, visible);
    return Array.from({ length: X.length / D }, (_, q) => {
      const { inside, A, w, W } = look(all.subarray(q * N, (q + 1) * N));
      // Only the tail: it may underflow, LSE in the log domain does not.
      if (!inside) return outside(tail.evaluate(rows, X.slice(q * D, (q + 1) * D), visible)[0]);
      const energy = 0 - log(A) / beta;
      return { energy, next: mean(rows, w, W), scale: Math.max(Math.abs(energy), 1 / beta) };
    });
  };
  return {
    name: "hybrid",
    beta,
    lambda,
    evaluate,
    weights: (rows, x, visible) => {
      const { inside, w, W } = look(squaredDistances(rows, x, visible));
      return inside ? w.map((value) => value / W) : tail.weights(rows, x, visible);
    },
    gradient: (rows, x, visible) => {
      const { inside, A, w, W } = look(squaredDistances(rows, x, visible));
      return inside ? visibleGradient(x, 1, mean(rows, w, W), (W / A) * visibleScale(rows.dim, visible), visible) : tail.gradient(rows, x, visible);
    },
    hessianVector(rows, x, v) {
      if (v.length !== rows.dim) throw new EngramError("direction", `${rows.dim} numbers`, String(v.length), "One number per coordinate.");
      const squared = squaredDistances(rows, x);
      const { inside, A, W } = look(squared);
      const g = this.gradient(rows, x);
      // e^{-s} lambda / A, and W / A, which is 1 where there is only the tail.
      const share = inside ? squared.map((d2) => (lambda * exp((-beta / 2) * d2)) / A) : tail.weights(rows, x);
      const along = g.reduce((sum, value, k) => sum + value * v[k], 0);
      const out = v.map((value, k) => (inside ? W / A : 1) * value + beta * g[k] * along);
      for (let mu = 0; mu < rows.count; mu++) {
        if (share[mu] === 0) continue;
        const d = rows.row(mu).map((value, k) => x[k] - value);
        const projection = d.reduce((sum, value, k) => sum + value * v[k], 0);
        for (let k = 0; k < out.length; k++) out[k] -= beta * share[mu] * projection * d[k];
      }
      return out;
    },
  };
}
