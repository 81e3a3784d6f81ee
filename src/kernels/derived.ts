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
import { BLOCK_ROWS } from "../numeric/index.ts";
import type { RawScore } from "./panels.ts";
import type { Rows } from "./rows.ts";
import { inPrecision, maskOf, resultArray, rowRange } from "./row-options.ts";
import type { ScoreOptions } from "./row-options.ts";

export interface DerivedScoreOptions extends ScoreOptions {
  /** Where the scores go: Q x (to - from) f64. Default: a new array. */
  out?: Float64Array;
}

/** x.q / (|x| |q|). @throws EngramError when cues, mask, range or `out` do not fit */
export function cosineScores(rows: Rows, cues: ArrayLike<number>, options: DerivedScoreOptions = {}): Float64Array {
  const { dim, statistics } = rows;
  const q = inPrecision(cues, rows.precision);
  const mask = maskOf(options.visible, dim);
  const cueNorms = Float64Array.from({ length: Math.ceil(q.length / dim) }, (_, c) => {
    let sum = 0;
    for (let k = 0; k < dim; k++) if (mask === undefined || mask[k] !== 0) sum += q[c * dim + k] * q[c * dim + k];
    return Math.sqrt(sum);
  });
  const norms = statistics.norms(options.visible);
  return inPieces(rows, "dot", q, options, (raw, at, row, end, c, out, to) => {
    const cueNorm = cueNorms[c];
    for (let i = 0; row + i < end; i++) {
      const norm = norms[row + i] * cueNorm;
      out[to + i] = norm === 0 ? 0 : raw[at + i] / norm;
    }
  });
}

/** Pearson's correlation: unchanged by gain and offset of either side. @throws EngramError when cues, mask, range or `out` do not fit */
export function pearsonScores(rows: Rows, cues: ArrayLike<number>, options: DerivedScoreOptions = {}): Float64Array {
  const { dim, statistics } = rows;
  const q = inPrecision(cues, rows.precision);
  const mask = maskOf(options.visible, dim);
  const centred = new Float64Array(q.length);
  const cueNorms = Float64Array.from({ length: Math.ceil(q.length / dim) }, (_, c) => centre(q, c * dim, mask, centred.subarray(c * dim, (c + 1) * dim)));
  const qc = inPrecision(centred, rows.precision);
  const dust = new Float64Array(cueNorms.length);
  for (let i = 0; i < qc.length; i++) dust[Math.floor(i / dim)] += qc[i];
  const norms = statistics.centredNorms(options.visible);
  const means = statistics.means(options.visible);
  return inPieces(rows, "dot", qc, options, (raw, at, row, end, c, out, to) => {
    const cueNorm = cueNorms[c];
    const rest = dust[c];
    for (let i = 0; row + i < end; i++) {
      const norm = norms[row + i] * cueNorm;
      out[to + i] = norm === 0 ? 0 : (raw[at + i] - means[row + i] * rest) / norm;
    }
  });
}

/** Agreements minus disagreements of signs (x >= 0 counts as plus). @throws EngramError when cues, mask, range or `out` do not fit */
export function overlapScores(rows: Rows, cues: ArrayLike<number>, options: DerivedScoreOptions = {}): Float64Array {
  const mask = maskOf(options.visible, rows.dim);
  const visible = mask === undefined ? rows.dim : mask.reduce((sum, v) => sum + v, 0);
  return inPieces(rows, "hamming", cues, options, (raw, at, row, end, _c, out, to) => {
    for (let i = 0; row + i < end; i++) out[to + i] = visible - 2 * raw[at + i];
  });
}

/** Writes the centred cue (0 where hidden, and where all is constant) and returns its norm. */
function centre(q: ArrayLike<number>, at: number, mask: Uint8Array | undefined, out: Float64Array): number {
  let sum = 0;
  let count = 0;
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < out.length; k++) {
    if (mask !== undefined && mask[k] === 0) continue;
    sum += q[at + k];
    count++;
    low = Math.min(low, q[at + k]);
    high = Math.max(high, q[at + k]);
  }
  if (low === high) return 0;
  let squares = 0;
  for (let k = 0; k < out.length; k++) {
    if (mask !== undefined && mask[k] === 0) continue;
    out[k] = q[at + k] - sum / count;
    squares += out[k] * out[k];
  }
  return Math.sqrt(squares);
}

/** Turns the raw scores of rows [row, end) for cue c, from raw[at], into those at out[to]. */
type Turn = (raw: ArrayLike<number>, at: number, row: number, end: number, c: number, out: Float64Array, to: number) => void;

/** Raw scores some blocks of rows at a time, turned while they are in the cache. */
function inPieces(rows: Rows, op: RawScore, cues: ArrayLike<number>, options: DerivedScoreOptions, turn: Turn): Float64Array {
  const { from, to } = rowRange(options, rows.count);
  const Q = Math.max(1, Math.ceil(cues.length / rows.dim));
  const out = resultArray(options.out, cues.length === 0 ? 0 : Q * (to - from), "f64") as Float64Array;
  const piece = Math.max(1, Math.floor(64 / Q)) * BLOCK_ROWS;
  let raw = rows.scores(op, cues, { visible: options.visible, from, to: Math.min(to, from + piece) });
  for (let row = from; row < to; row += piece) {
    const end = Math.min(to, row + piece);
    const length = Q * (end - row);
    if (row > from) raw = rows.scores(op, cues, { visible: options.visible, from: row, to: end, out: raw.subarray(0, length) });
    for (let c = 0; c < Q && cues.length > 0; c++) turn(raw, c * (end - row), row, end, c, out, c * (to - from) + row - from);
  }
  return out;
}
