/**
 * Scores made of raw scores and norms, of one cue or a batch (Q x dim, row-major), f64:
 *
 *   cosine    x.q / (|x| |q|)                                0 where a norm is 0
 *   Pearson   cosine of x - mean(x) and q - mean(q)          0 where either is constant
 *   overlap   number of visible coordinates of equal sign - number of unequal ones (bipolar patterns: x.q), an exact integer
 *
 * The products are the store's raw scores, in their order; everything after them is f64. Pearson centres the cue only:
 * (x - mean(x)) . qc = x . qc - mean(x) sum(qc), where the last sum is 0 but for the rounding of qc to the store's precision.
 */
import type { Rows } from "./rows.ts";
import { inPrecision, maskOf, resultArray, rowRange } from "./row-options.ts";
import type { ScoreOptions } from "./row-options.ts";

export interface DerivedScoreOptions extends ScoreOptions {
  /** Where the scores go: Q x (to - from) f64. Default: a new array. */
  out?: Float64Array;
}

/** x.q / (|x| |q|). @throws EngramError when cues, mask, range or `out` do not fit */
export function cosineScores(rows: Rows, cues: ArrayLike<number>, options: DerivedScoreOptions = {}): Float64Array {
  const mask = maskOf(options.visible, rows.dim);
  const q = inPrecision(cues, rows.precision);
  return scaled(rows, q, options, rows.squaredNorms(options.visible), (c) => {
    let sum = 0;
    for (let k = 0; k < rows.dim; k++) if (mask === undefined || mask[k] !== 0) sum += q[c * rows.dim + k] * q[c * rows.dim + k];
    return sum;
  });
}

/** Pearson's correlation: unchanged by gain and offset of either side. @throws EngramError when cues, mask, range or `out` do not fit */
export function pearsonScores(rows: Rows, cues: ArrayLike<number>, options: DerivedScoreOptions = {}): Float64Array {
  const { dim } = rows;
  const mask = maskOf(options.visible, dim);
  const q = inPrecision(cues, rows.precision);
  const count = Math.max(1, mask === undefined ? dim : mask.reduce((sum, v) => sum + v, 0));
  const means = rows.sums(options.visible).map((s) => s / count);
  const centred = new Float64Array(q.length);
  const dust = new Float64Array(Math.ceil(q.length / dim));
  const squares = dust.map((_, c) => centre(q, c * dim, mask, count, centred.subarray(c * dim, (c + 1) * dim)));
  const rounded = inPrecision(centred, rows.precision);
  for (let i = 0; i < rounded.length; i++) dust[Math.floor(i / dim)] += rounded[i];
  return scaled(rows, rounded, options, rows.centredSquaredNorms(options.visible), (c) => squares[c], (mu, c) => means[mu] * dust[c]);
}

/** Agreements minus disagreements of signs (x >= 0 counts as plus). @throws EngramError when cues, mask, range or `out` do not fit */
export function overlapScores(rows: Rows, cues: ArrayLike<number>, options: DerivedScoreOptions = {}): Float64Array {
  const mask = maskOf(options.visible, rows.dim);
  const visible = mask === undefined ? rows.dim : mask.reduce((sum, v) => sum + v, 0);
  const unequal = rows.scores("hamming", cues, range(options));
  const out = resultArray(options.out, unequal.length, "f64") as Float64Array;
  for (let i = 0; i < out.length; i++) out[i] = visible - 2 * unequal[i];
  return out;
}

/** Writes the centred cue (0 where hidden, and where all is constant) and returns its squared norm. */
function centre(q: ArrayLike<number>, at: number, mask: Uint8Array | undefined, count: number, out: Float64Array): number {
  let sum = 0;
  let low = Infinity;
  let high = -Infinity;
  const shown = (k: number): boolean => mask === undefined || mask[k] !== 0;
  for (let k = 0; k < out.length; k++) {
    if (!shown(k)) continue;
    sum += q[at + k];
    low = Math.min(low, q[at + k]);
    high = Math.max(high, q[at + k]);
  }
  if (low === high) return 0;
  let squares = 0;
  for (let k = 0; k < out.length; k++) {
    if (!shown(k)) continue;
    out[k] = q[at + k] - sum / count;
    squares += out[k] * out[k];
  }
  return squares;
}

/** (raw - correction) / sqrt(squares of the row * squares of the cue), 0 where a norm is 0. */
function scaled(
  rows: Rows, cues: ArrayLike<number>, options: DerivedScoreOptions, squares: Float64Array,
  cueSquares: (c: number) => number, correction?: (mu: number, c: number) => number,
): Float64Array {
  const { from } = rowRange(options, rows.count);
  const raw = rows.scores("dot", cues, range(options));
  const out = resultArray(options.out, raw.length, "f64") as Float64Array;
  const Q = cues.length / rows.dim;
  const N = raw.length / Math.max(1, Q);
  for (let c = 0; c < Q; c++) {
    const cueNorm = Math.sqrt(cueSquares(c));
    for (let i = 0; i < N; i++) {
      const norm = Math.sqrt(squares[from + i]) * cueNorm;
      const product = correction === undefined ? raw[c * N + i] : raw[c * N + i] - correction(from + i, c);
      out[c * N + i] = norm === 0 ? 0 : product / norm;
    }
  }
  return out;
}

function range({ from, to, visible }: DerivedScoreOptions): ScoreOptions {
  return { from, to, visible };
}
