/**
 * Sums and arg-max over memories in the fixed order: blocks of 256 rows, ascending, joined in the fold tree
 * (numeric/fold.ts), so that a shard cut at a multiple of 256 gives the unsharded bits.
 */
import { BLOCK_ROWS, finish, Fold } from "../numeric/index.ts";

/** sum_mu f(s_mu) in block and tree order; 0 for none. */
export function foldSum(s: ArrayLike<number>, f: (value: number, mu: number) => number = (value) => value): number {
  const add = (a: number, b: number): number => a + b;
  const fold = new Fold<number>(add);
  for (let start = 0; start < s.length; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, s.length);
    let sum = 0;
    for (let mu = start; mu < end; mu++) sum += f(s[mu], mu);
    fold.add(start / BLOCK_ROWS, sum);
  }
  return finish(add, fold.tree) ?? 0;
}

/** Rows that can be summed with weights; the kernels' `Rows` is one. */
export interface Summable {
  weightedSum(weights: ArrayLike<number>, range?: { from?: number; to?: number }): Float64Array;
}

/**
 * sum_mu w_mu P_mu for weights of any size. An f32 store sums in f32: weights far from 1 are brought there first by a power of two,
 * which is exact, and the result back in f64.
 * @param range rows of P the weights belong to
 */
export function weightedSumOf(P: Summable, w: Float64Array, range?: { from: number; to: number }): Float64Array {
  const scale = scaleOf(w);
  if (scale === 1) return P.weightedSum(w, range);
  return P.weightedSum(w.map((weight) => weight * scale), range).map((value) => value / scale);
}

const FAR = 2 ** 64;

/** 1 while the largest weight lies within 2^-64 .. 2^64; else the power of two that brings it to (1/2, 1] (as far as a power of two goes). */
export function scaleOf(w: ArrayLike<number>): number {
  let peak = 0;
  for (let mu = 0; mu < w.length; mu++) peak = Math.max(peak, Math.abs(w[mu]));
  if (peak === 0 || (peak < FAR && peak > 1 / FAR) || !(peak < Infinity)) return 1;
  let scale = 1;
  while (peak * scale > 1) scale /= 2;
  while (peak * scale <= 0.5 && scale < 2 ** 1000) scale *= 2;
  return scale;
}

/** The index of the highest score; the lowest one on a tie, -1 for no scores. NaN never wins. */
export function highest(s: ArrayLike<number>): number {
  let best = s.length === 0 ? -1 : 0;
  for (let mu = 1; mu < s.length; mu++) if (s[mu] > s[best] || Number.isNaN(s[best])) best = mu;
  return best;
}
