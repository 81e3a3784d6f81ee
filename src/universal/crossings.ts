/**
 * The one hot loop of the KL family: Kullback-Leibler sums of every stored distribution against every cue,
 *
 *   rowFirst   K[c, mu] = sum_i P[mu, i] (LP[mu, i] - LC[c, i])        KL(row || cue)
 *   cueFirst   K[c, mu] = sum_i C[c, i]  (LC[c, i] - LP[mu, i])        KL(cue || row)
 *
 *   P, LP   N x D   stored distributions and their logarithms
 *   C, LC   Q x D   cue distributions and their logarithms
 *
 * in the direct form (the difference of logarithms inside the sum, so that near-equal pairs keep their digits). One accumulator
 * per (row, cue), i ascending in blocks of 256 whose sums are added in order; four cues side by side hide the latency of the adds
 * and change no bit.
 */
export interface Distributions {
  readonly count: number;
  readonly dim: number;
  /** count x dim probabilities, row-major. */
  readonly p: Float64Array;
  /** count x dim logarithms, as the caller defines them. */
  readonly log: Float64Array;
}

const BLOCK = 256;

/** @returns Q x N sums, row-major per cue */
export function crossings(rows: Distributions, cues: Distributions, direction: "rowFirst" | "cueFirst"): Float64Array {
  const { count: N, dim: D } = rows;
  const K = new Float64Array(cues.count * N);
  let c = 0;
  for (; c + 4 <= cues.count; c += 4) {
    for (let mu = 0; mu < N; mu++) {
      if (direction === "rowFirst") rowFirst4(rows, mu * D, cues, c * D, D, K, c * N + mu, N);
      else cueFirst4(rows, mu * D, cues, c * D, D, K, c * N + mu, N);
    }
  }
  for (; c < cues.count; c++) {
    for (let mu = 0; mu < N; mu++) {
      K[c * N + mu] = direction === "rowFirst"
        ? single(rows.p, rows.log, mu * D, cues.log, c * D, D)
        : single(cues.p, cues.log, c * D, rows.log, mu * D, D);
    }
  }
  return K;
}

/** sum_i p[at + i] (log[at + i] - other[from + i]). */
function single(p: Float64Array, log: Float64Array, at: number, other: Float64Array, from: number, D: number): number {
  let total = 0;
  for (let start = 0; start < D; start += BLOCK) {
    const end = Math.min(start + BLOCK, D);
    let sum = 0;
    for (let i = start; i < end; i++) sum += p[at + i] * (log[at + i] - other[from + i]);
    total += sum;
  }
  return total;
}

function rowFirst4(rows: Distributions, at: number, cues: Distributions, from: number, D: number, K: Float64Array, to: number, N: number): void {
  const { p, log } = rows;
  const other = cues.log;
  let t0 = 0, t1 = 0, t2 = 0, t3 = 0;
  for (let start = 0; start < D; start += BLOCK) {
    const end = Math.min(start + BLOCK, D);
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let i = start; i < end; i++) {
      const weight = p[at + i];
      const own = log[at + i];
      const j = from + i;
      s0 += weight * (own - other[j]);
      s1 += weight * (own - other[j + D]);
      s2 += weight * (own - other[j + 2 * D]);
      s3 += weight * (own - other[j + 3 * D]);
    }
    t0 += s0; t1 += s1; t2 += s2; t3 += s3;
  }
  K[to] = t0; K[to + N] = t1; K[to + 2 * N] = t2; K[to + 3 * N] = t3;
}

function cueFirst4(rows: Distributions, at: number, cues: Distributions, from: number, D: number, K: Float64Array, to: number, N: number): void {
  const other = rows.log;
  const { p, log } = cues;
  let t0 = 0, t1 = 0, t2 = 0, t3 = 0;
  for (let start = 0; start < D; start += BLOCK) {
    const end = Math.min(start + BLOCK, D);
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let i = start; i < end; i++) {
      const row = other[at + i];
      const j = from + i;
      s0 += p[j] * (log[j] - row);
      s1 += p[j + D] * (log[j + D] - row);
      s2 += p[j + 2 * D] * (log[j + 2 * D] - row);
      s3 += p[j + 3 * D] * (log[j + 3 * D] - row);
    }
    t0 += s0; t1 += s1; t2 += s2; t3 += s3;
  }
  K[to] = t0; K[to + N] = t1; K[to + 2 * N] = t2; K[to + 3 * N] = t3;
}
