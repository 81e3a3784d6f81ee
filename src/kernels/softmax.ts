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
const PIECE = 8 * BLOCK_ROWS;
/** Below this the copies cost more than the lanes save; the bits are the same. */
const FEW = 48;

/** What `blocks` says of one block [from, to): its maximum and sum; the exponentials are in `out`, if there is one. */
type Visit = (block: number, from: number, to: number, max: number, sum: number) => void;

/** e^(l - max of the block) of blocks of 256 logits. Order of a block's sum: even and odd logits apart, ascending; then even + odd. */
function blocks(logits: Float64Array, out: Float64Array | undefined, visit: Visit): void {
  const n = logits.length;
  for (let from = 0; from < n; from += BLOCK_ROWS) {
    const to = Math.min(n, from + BLOCK_ROWS);
    let max = -Infinity;
    for (let i = from; i < to; i++) max = Math.max(max, logits[i]);
    const shift = max === -Infinity ? 0 : max;
    let even = 0;
    let odd = 0;
    for (let i = from; i < to; i++) {
      const e = exp(logits[i] - shift);
      if ((i - from) % 2 === 0) even += e;
      else odd += e;
      if (out !== undefined) out[i] = e;
    }
    visit(from / BLOCK_ROWS, from, to, max, even + odd);
  }
}

/** The same in the kernels. */
function blocksSimd({ arena, exports }: Kernels, logits: Float64Array, out: Float64Array | undefined, visit: Visit): void {
  const n = logits.length;
  const [piece, exps, weights, result] = [PIECE, BLOCK_ROWS, BLOCK_ROWS, 2].map((numbers) => arena.allocate(numbers * 8));
  const { f64 } = arena;
  for (let at = 0; at < n; at += PIECE) {
    const end = Math.min(n, at + PIECE);
    f64.set(logits.subarray(at, end), piece / 8);
    for (let from = at; from < end; from += BLOCK_ROWS) {
      const to = Math.min(end, from + BLOCK_ROWS);
      exports.softmaxBlock_f64(piece + (from - at) * 8, to - from, 1, 0, exps, weights, result);
      out?.set(f64.subarray(exps / 8, exps / 8 + to - from), from);
      visit(from / BLOCK_ROWS, from, to, f64[result / 8], f64[result / 8 + 1]);
    }
  }
  for (const address of [piece, exps, weights, result]) arena.free(address);
}

/** Maximum and sum of e^(l - max) of all logits, blocks in the fold's tree: the same bits as the fused recall. */
function total(logits: Float64Array, out: Float64Array | undefined, backend: Backend | undefined, maxima?: number[]): SoftmaxState | undefined {
  const fold = new Fold(joinSoftmax);
  const visit: Visit = (block, _from, _to, max, sum) => {
    fold.add(block, { max, sum, z: NONE });
    maxima?.push(max);
  };
  const live = backend === "scalar" || logits.length < FEW ? undefined : kernels();
  if (live === undefined) blocks(logits, out, visit);
  else blocksSimd(live, logits, out, visit);
  return finish(joinSoftmax, fold.tree);
}

/** log sum e^l, evaluated at the maximum. -Infinity for no logits; NaN for a NaN among them, or +Infinity. */
export function logSumExp(logits: Float64Array, backend?: Backend): number {
  const state = total(logits, undefined, backend);
  return state === undefined || state.max === -Infinity ? -Infinity : state.max + log(state.sum);
}

/**
 * p_i = e^(l_i) / sum e^l, as e^(l_i - m_b) / (e^(m - m_b) sum e^(l - m)) with m_b the maximum of its block of 256: one exponential a number.
 * out may be logits. All -Infinity (no candidate) gives zeros; a NaN among them, or +Infinity, gives NaN. @throws EngramError when the lengths differ
 */
export function softmax(logits: Float64Array, out: Float64Array = new Float64Array(logits.length), backend?: Backend): Float64Array {
  const n = logits.length;
  if (out.length !== n) throw new EngramError("out", `${n} numbers`, `${out.length}`, "Give all arrays the same length.");
  const maxima: number[] = [];
  const state = total(logits, out, backend, maxima);
  if (state === undefined || state.max === -Infinity) return out.fill(0);
  maxima.forEach((max, block) => {
    const divisor = exp(state.max - max) * state.sum;
    const to = Math.min(n, (block + 1) * BLOCK_ROWS);
    for (let i = block * BLOCK_ROWS; i < to; i++) out[i] /= divisor;
  });
  return out;
}
