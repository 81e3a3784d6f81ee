/**
 * Softmax states of row ranges and how they join: the log-sum-exp of all logits and the weighted mean of all rows,
 * rescaled by the larger maximum. The fold of every exponential memory.
 */
import { BLOCK_ROWS, exp, finish, Fold, log } from "../numeric/index.ts";
import type { Join, Tree } from "../numeric/index.ts";
import type { SoftmaxState } from "./backend.ts";

/** Joins two ranges: m = max(m_a, m_b), both sums rescaled by e^(m_i - m). */
export const joinSoftmax: Join<SoftmaxState> = (a, b) => joinSoftmaxInPlace({ ...a, z: a.z.slice() }, b);

/** The same arithmetic, writing over a's z: for states that nobody else holds. */
export const joinSoftmaxInPlace: Join<SoftmaxState> = (a, b) => {
  if (b.max === -Infinity) return a;
  if (a.max === -Infinity) return b;
  const max = Math.max(a.max, b.max);
  const fa = exp(a.max - max);
  const fb = exp(b.max - max);
  for (let k = 0; k < a.z.length; k++) a.z[k] = a.z[k] * fa + b.z[k] * fb;
  return { max, sum: a.sum * fa + b.sum * fb, z: a.z };
};

/**
 * What a softmax fold amounts to.
 * @returns lse = log sum e^l, mean = sum p x; undefined for no rows or no weight at all
 */
export function finishSoftmax(tree: Tree<SoftmaxState>): { lse: number; mean: Float64Array } | undefined {
  const state = finish(joinSoftmax, tree);
  if (state === undefined || state.max === -Infinity) return undefined;
  const mean = new Float64Array(state.z.length);
  for (let k = 0; k < mean.length; k++) mean[k] = state.z[k] / state.sum;
  return { lse: state.max + log(state.sum), mean };
}

/** Maximum and sum of e^(l - max) of all logits, blocks of 256 in the fold's tree: the same bits as the fused recall. */
function total(logits: Float64Array): SoftmaxState | undefined {
  const fold = new Fold(joinSoftmax);
  const none = new Float64Array(0);
  for (let from = 0; from < logits.length; from += BLOCK_ROWS) {
    const to = Math.min(logits.length, from + BLOCK_ROWS);
    let max = -Infinity;
    for (let i = from; i < to; i++) if (logits[i] > max) max = logits[i];
    const shift = max === -Infinity ? 0 : max;
    let even = 0;
    let odd = 0;
    for (let i = from; i < to; i++) {
      const e = exp(logits[i] - shift);
      if ((i - from) % 2 === 0) even += e;
      else odd += e;
    }
    fold.add(from / BLOCK_ROWS, { max, sum: even + odd, z: none });
  }
  return finish(joinSoftmax, fold.tree);
}

/** log sum e^l, evaluated at the maximum. -Infinity for no logits. */
export function logSumExp(logits: Float64Array): number {
  const state = total(logits);
  return state === undefined || state.max === -Infinity ? -Infinity : state.max + log(state.sum);
}

/** e^(l_i) / sum e^l. All -Infinity (no candidate) gives zeros, never NaN. */
export function softmax(logits: Float64Array, out: Float64Array = new Float64Array(logits.length)): Float64Array {
  const state = total(logits);
  if (state === undefined || state.max === -Infinity) return out.fill(0);
  for (let i = 0; i < logits.length; i++) out[i] = exp(logits[i] - state.max) / state.sum;
  return out;
}
