/**
 * What a register says of itself (entropic-memory.md 2.3, 2.4; arXiv 2405.12500).
 *
 *   R      n x m   cells, R[j,i] at j m + i        S_j, c_j   column sum, number of cells that are not empty
 *   M      -       largest cell, 1 of an empty register
 *
 *   (E6) H_j = -sum_i p_j(i) log2 p_j(i), p_j = R[j] / S_j;  H = mean_j H_j.   (E5), the boolean log2 mu_j, is the same with cells of 0 and 1
 *   (E8) omega_j = (S_j / c_j) / M;  Omega = mean_j omega_j
 */
import type { CellTable } from "../kernels/index.ts";
import { log } from "../numeric/index.ts";

export interface Statistics {
  /** S_j, n numbers. */
  readonly sums: Float64Array;
  /** c_j, n numbers. */
  readonly filled: Uint32Array;
  readonly max: number;
  /** H_j in bits. */
  readonly entropies: Float64Array;
  /** H in bits. */
  readonly entropy: number;
  /** omega_j. */
  readonly meanWeights: Float64Array;
  /** Omega. */
  readonly meanWeight: number;
  /** Share of cells that hold anything. */
  readonly fill: number;
  /** Share of cells that have reached the cap. */
  readonly saturation: number;
}

/** One pass over the table. */
export function statisticsOf(R: CellTable, n: number, m: number, cap: number, dividedByMax: boolean): Statistics {
  const sums = new Float64Array(n);
  const filled = new Uint32Array(n);
  let max = 0;
  let full = 0;
  for (let j = 0; j < n; j++) {
    for (let i = j * m; i < (j + 1) * m; i++) {
      const held = R[i];
      if (held === 0) continue;
      sums[j] += held;
      filled[j]++;
      if (held > max) max = held;
      if (held >= cap) full++;
    }
  }
  const entropies = Float64Array.from({ length: n }, (_, j) => {
    let H = 0;
    for (let i = j * m; i < (j + 1) * m; i++) {
      if (R[i] === 0) continue;
      const p = R[i] / sums[j];
      H -= p * log2(p);
    }
    return H === 0 ? 0 : H; // not -0
  });
  const M = dividedByMax ? max || 1 : 1;
  const meanWeights = sums.map((S, j) => S / Math.max(filled[j], 1) / M);
  return {
    sums, filled, max: max || 1, entropies, entropy: mean(entropies), meanWeights, meanWeight: mean(meanWeights),
    fill: filled.reduce((a, b) => a + b, 0) / (n * m), saturation: full / (n * m),
  };
}

/** (E9) The least count that is on in each column: at least 1, at least iota S_j / c_j. @param undefinedRow its counts where S_j and c_j run over it, too */
export function leastCounts({ sums, filled }: Statistics, iota: number, undefinedRow?: Uint32Array): Uint32Array {
  return Uint32Array.from(sums, (S, j) => {
    const none = undefinedRow?.[j] ?? 0;
    const c = filled[j] + (none > 0 ? 1 : 0);
    const theta = c === 0 ? 0 : iota * ((S + none) / c);
    return Math.min(Math.max(1, Math.ceil(theta)), 4294967295);
  });
}

/**
 * Whether a weight reaches kappa times a mean, equality included (E11). Both are quotients: rho rounds twice, and each of the `terms` of the
 * mean twice, its sum once a term, the quotient and the product with kappa once each, kappa itself once. Less than that is no difference.
 */
export function reaches(weight: number, least: number, terms: number): boolean {
  return weight >= least * (1 - (terms + 8) * 2 ** -53);
}

/** log2 of (R[j,i] + smoothing) / (S_j + smoothing m), n x m; -Infinity where nothing is there. */
export function logProbabilities(R: CellTable, sums: Float64Array, m: number, smoothing: number): Float64Array {
  const table = new Float64Array(R.length);
  for (let at = 0; at < table.length; at++) {
    const mass = sums[Math.floor(at / m)] + smoothing * m;
    table[at] = mass === 0 ? -Infinity : log2((R[at] + smoothing) / mass);
  }
  return table;
}

/** Exact at powers of two, whose logarithms are multiples of LN2. */
export function log2(x: number): number {
  return log(x) / Math.LN2;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
