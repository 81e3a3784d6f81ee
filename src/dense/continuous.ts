/**
 * LSE on packed rows, in its Euclidean and dot-product forms (arXiv 2506.10801 (L3)-(L6), arXiv 2507.06211 (M58), (M59)).
 * Dynamics: x <- next(x), which never raises the energy.
 *
 *   Euclidean   E = -(1/beta) log sum e^{-(beta/2)||x - xi||^2},   next = sum p xi     (L3), (L6)
 *   dot         E = ||x||^2/2 - (1/beta) log sum e^{beta xi.x},    next = sum p xi     (M59)
 *   p = softmax of the exponents;  grad E = x - sum p xi in both   (L4)
 *
 * With `visible` only those V of D coordinates enter the scores, scaled by D / V: the distance the whole pattern would have if its
 * hidden part differed as much, so that a beta chosen for whole patterns keeps its meaning. `next` carries every coordinate.
 */
import { finishSoftmax, logSumExp, softmax } from "../kernels/index.ts";
import type { RawScore, Rows } from "../kernels/index.ts";
import { filled } from "../numeric/index.ts";
import { type ContinuousEnergy, type Evaluation, finiteScore, visibleGradient, visibleScale } from "./landscape.ts";
import { weightedSumOf } from "./sums.ts";

function squaredNorm(x: Float64Array, visible?: ArrayLike<number>): number {
  return x.reduce((sum, value, k) => (visible !== undefined && visible[k] === 0 ? sum : sum + value * value), 0);
}

/** LSE on distances (`form` "euclidean") or overlaps ("dot"). @throws EngramError (when evaluated) where the scores themselves overflow */
export function softmaxEnergy(beta: number, form: "euclidean" | "dot"): ContinuousEnergy {
  const op: RawScore = form === "dot" ? "dot" : "squaredL2";
  const name = form === "dot" ? "lse-dot" : "lse";
  /** S of x and the rows: xi.x or -1/2 d^2, the visible part scaled up. */
  const similarities = (rows: Rows, x: Float64Array, visible?: ArrayLike<number>): Float64Array => {
    const scale = (form === "dot" ? 1 : -0.5) * visibleScale(rows.dim, visible);
    const raw = rows.scores(op, x, { visible });
    return filled(new Float64Array(raw.length), (mu) => finiteScore(scale * raw[mu], rows.precision, `similarity (${name})`));
  };
  /** log sum e^{beta S} / beta and sum p xi, relative to the largest S before beta multiplies: for beta S beyond f64. */
  const relative = (rows: Rows, x: Float64Array, visible?: ArrayLike<number>): { level: number; mean: Float64Array } => {
    const S = similarities(rows, x, visible);
    const top = S.reduce((most, value) => Math.max(most, value), -Infinity);
    const logits = S.map((value) => beta * (value - top));
    return { level: top + logSumExp(logits) / beta, mean: weightedSumOf(rows, softmax(logits)) };
  };
  const evaluate = (rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Evaluation[] => {
    const scale = (form === "dot" ? beta : -beta / 2) * visibleScale(rows.dim, visible);
    return rows.softmaxManyPartial(X, { op, scale, visible }).map((tree, q) => {
      if (tree.length === 0) return { energy: Infinity, next: undefined, scale: Infinity };
      const x = X.subarray(q * rows.dim, (q + 1) * rows.dim);
      const state = finishSoftmax(tree);
      const inRange = state !== undefined && Number.isFinite(state.lse) && !state.mean.some(Number.isNaN);
      const { level, mean } = inRange ? { level: state.lse / beta, mean: state.mean } : relative(rows, x, visible);
      const R = form === "dot" ? 0.5 * visibleScale(rows.dim, visible) * squaredNorm(x, visible) : 0;
      return { energy: R - level, next: mean, scale: Math.max(R, Math.abs(level), 1 / beta) };
    });
  };
  return {
    name,
    beta,
    evaluate,
    weights: (rows, x, visible) => {
      const S = similarities(rows, x, visible);
      const top = S.reduce((most, value) => Math.max(most, value), -Infinity);
      return softmax(S.map((value) => beta * (value - top)));
    },
    gradient: (rows, x, visible) => {
      const [{ next }] = evaluate(rows, x, visible);
      return next === undefined ? new Float64Array(x.length) : visibleGradient(x, 1, next, visibleScale(rows.dim, visible), visible);
    },
  };
}
