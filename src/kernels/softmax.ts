/**
 * Softmax states of row ranges and how they join: the log-sum-exp of all logits and the weighted mean of all rows,
 * rescaled by the larger maximum. The fold of every exponential memory. A NaN logit makes the whole state NaN.
 */
import { BLOCK_ROWS, EngramError, exp, finish, Fold, log } from "../numeric/index.ts";
import type { Backend, Join, Tree } from "../numeric/index.ts";
import type { SoftmaxState } from "./backend.ts";
import { kernels } from "./host.ts";
import type { Kernels } from "./host.ts";

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

const NONE: Float64Array = new Float64Array(0);
/** Numbers per piece that passes through the arena: whole blocks. */
const PIECE = 32 * BLOCK_ROWS;
/** Below this the copies cost more than the lanes save; the bits are the same. */
const FEW = 48;

/** One block of the twin: even and odd logits apart, ascending; then even + odd. */
function blockState(logits: Float64Array, from: number, to: number): SoftmaxState {
  let max = -Infinity;
  for (let i = from; i < to; i++) max = Math.max(max, logits[i]);
  const shift = max === -Infinity ? 0 : max;
  let even = 0;
  let odd = 0;
  for (let i = from; i < to; i++) {
    const e = exp(logits[i] - shift);
    if ((i - from) % 2 === 0) even += e;
    else odd += e;
  }
  return { max, sum: even + odd, z: NONE };
}

/** The arena's room for one piece, and for what the block kernel writes. */
function withRoom<T>(live: Kernels, n: number, run: (piece: number, scratch: number) => T): T {
  const scratch = live.arena.allocate(2 * BLOCK_ROWS * 8 + 64);
  const piece = live.arena.allocate(Math.min(PIECE, n) * 8 + 16);
  try {
    return run(piece, scratch);
  } finally {
    live.arena.free(piece);
    live.arena.free(scratch);
  }
}

/** Maximum and sum of e^(l - max) of all logits, blocks of 256 in the fold's tree: the same bits as the fused recall. */
function total(logits: Float64Array, live: Kernels | undefined): SoftmaxState | undefined {
  const fold = new Fold(joinSoftmax);
  const n = logits.length;
  if (live === undefined) {
    for (let from = 0; from < n; from += BLOCK_ROWS) fold.add(from / BLOCK_ROWS, blockState(logits, from, Math.min(n, from + BLOCK_ROWS)));
    return finish(joinSoftmax, fold.tree);
  }
  withRoom(live, n, (piece, scratch) => {
    const [exps, weights, result] = [scratch, scratch + BLOCK_ROWS * 8, scratch + 2 * BLOCK_ROWS * 8];
    for (let at = 0; at < n; at += PIECE) {
      const end = Math.min(n, at + PIECE);
      const { f64 } = live.arena;
      f64.set(logits.subarray(at, end), piece / 8);
      for (let from = at; from < end; from += BLOCK_ROWS) {
        live.exports.softmaxBlock_f64(piece + (from - at) * 8, Math.min(BLOCK_ROWS, end - from), 1, 0, exps, weights, result);
        fold.add(from / BLOCK_ROWS, { max: f64[result / 8], sum: f64[result / 8 + 1], z: NONE });
      }
    }
  });
  return finish(joinSoftmax, fold.tree);
}

function twin(n: number, backend: Backend | undefined): Kernels | undefined {
  return backend === "scalar" || n < FEW ? undefined : kernels();
}

/** log sum e^l, evaluated at the maximum. -Infinity for no logits; NaN for a NaN among them, or +Infinity. */
export function logSumExp(logits: Float64Array, backend?: Backend): number {
  const state = total(logits, twin(logits.length, backend));
  return state === undefined || state.max === -Infinity ? -Infinity : state.max + log(state.sum);
}

/** e^(l_i) / sum e^l; out may be logits. All -Infinity (no candidate) gives zeros; a NaN among them, or +Infinity, gives NaN. @throws EngramError when the lengths differ */
export function softmax(logits: Float64Array, out: Float64Array = new Float64Array(logits.length), backend?: Backend): Float64Array {
  const n = logits.length;
  if (out.length !== n) throw new EngramError("out", `${n} numbers`, `${out.length}`, "Give all arrays the same length.");
  const live = twin(n, backend);
  const state = total(logits, live);
  if (state === undefined || state.max === -Infinity) return out.fill(0);
  if (live === undefined) {
    for (let i = 0; i < n; i++) out[i] = exp(logits[i] - state.max) / state.sum;
    return out;
  }
  withRoom(live, n, (piece) => {
    for (let at = 0; at < n; at += PIECE) {
      const end = Math.min(n, at + PIECE);
      const { f64 } = live.arena;
      f64.set(logits.subarray(at, end), piece / 8);
      live.exports.softmaxFinish_f64(piece, piece, end - at, state.max, state.sum);
      out.set(f64.subarray(piece / 8, piece / 8 + end - at), at);
    }
  });
  return out;
}
