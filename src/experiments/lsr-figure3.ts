/**
 * The curves of Figure 3 left of the LSR paper (arXiv 2506.10801; sections 7.2, 8.2 and 8.4 of epanechnikov-memory.md) and what is known of them.
 *
 *   patterns   "sorted": the authors' code, 3 M uniform rows sorted lexicographically, the first M kept (the first coordinate fills about
 *              [0, 1/3]); "uniform": as their text says. Seeded ones of the authors come from their generator (numeric/threefry.ts).
 *   beta       50 values, linear from 2/d to 8/d_min^2 (erratum 9: the text says geometric, to 2/d_min^2)
 */
import { betaRange, type Counts, countCurve, pairDistances, type Search } from "../dense/index.ts";
import { type Rng, threefryKey, threefrySplit, threefryUniform } from "../numeric/index.ts";

export type Variant = "sorted" | "uniform";

export const DIMENSIONS = [8, 32] as const;
export const SIZES = [5, 15, 25] as const;
export const GRID = 50;

/** M x d patterns of the authors' seed. */
export function authorsPatterns(seed: number, M: number, d: number): Float64Array {
  const [key] = threefrySplit(threefryKey(seed));
  return firstSorted(Float64Array.from(threefryUniform(key, 3 * M * d)), M, d);
}

/** M x d patterns from a generator. */
export function drawnPatterns(variant: Variant, M: number, d: number, rng: Rng): Float64Array {
  const draw = (n: number): Float64Array => Float64Array.from({ length: n * d }, () => rng.uniform());
  return variant === "uniform" ? draw(M) : firstSorted(draw(3 * M), M, d);
}

/** The first M of the different rows in lexicographic order. */
function firstSorted(data: Float64Array, M: number, d: number): Float64Array {
  const rows = Array.from({ length: data.length / d }, (_, i) => data.subarray(i * d, i * d + d));
  const compare = (a: Float64Array, b: Float64Array): number => {
    const k = a.findIndex((value, i) => value !== b[i]);
    return k < 0 ? 0 : a[k] - b[k];
  };
  rows.sort(compare);
  const out = new Float64Array(M * d);
  rows.filter((row, i) => i === 0 || compare(rows[i - 1], row) !== 0).slice(0, M).forEach((row, i) => out.set(row, i * d));
  return out;
}

export interface Curve extends Counts, Search {
  readonly M: number;
  readonly d: number;
}

/** The grid of beta for patterns in the unit cube. */
export function gridOf(D2: Float64Array, d: number): Float64Array {
  const low = 2 / d;
  const { high } = betaRange(D2);
  return Float64Array.from({ length: GRID }, (_, i) => (i === GRID - 1 ? high : low + ((high - low) * i) / (GRID - 1)));
}

/** Kept and novel minima on the grid, exactly. */
export function curveOf(patterns: Float64Array, d: number): Curve {
  const D2 = pairDistances(patterns, d);
  return { M: patterns.length / d, d, ...countCurve(D2, gridOf(D2, d)) };
}

/** Index of the most novel minima; the first of several. */
export function peakOf({ novel }: Counts): number {
  return novel.reduce((best, count, i) => (count > novel[best] ? i : best), 0);
}

/** Section 8.2: seed 0, recomputed there. Novel, kept and supported volume at the grid point nearest to a beta. */
export interface CurveTarget {
  readonly d: number;
  readonly M: number;
  readonly betaMax?: number;
  readonly peak: { readonly novel: number; readonly index: number; readonly beta?: number; readonly kept: number };
  /** The first beta of the grid at which all are kept. */
  readonly allKeptFrom?: number;
  readonly points: readonly (readonly [beta: number, novel: number, kept: number, volume: number])[];
  /** All windows of beta. */
  readonly windows?: number;
  readonly origin: string;
}

const NOTES = "recomputed (epanechnikov-memory 8.2)";
const BRUTE = "brute force over all 2^25 subsets in numpy";

export const CURVE_TARGETS: readonly CurveTarget[] = [
  {
    d: 8, M: 5, betaMax: 21.0173, peak: { novel: 9, index: 5, beta: 2.369, kept: 1 }, allKeptFrom: 5.336, origin: NOTES,
    points: [[0.25, 1, 0, 1], [1.95, 7, 0, 0.68], [3.64, 8, 3, 0.19], [7.03, 3, 5, 0.03], [15.5, 1, 5, 0]],
  },
  {
    d: 8, M: 15, betaMax: 25.3654, peak: { novel: 92, index: 8, beta: 4.35, kept: 9 }, allKeptFrom: 6.401, origin: NOTES,
    points: [[2.3, 4, 0, 0.92], [3.33, 57, 4, 0.65], [5.38, 84, 11, 0.25], [8.45, 46, 15, 0.06], [12.55, 16, 15, 0.02]],
  },
  {
    d: 32, M: 5, betaMax: 2.4035, peak: { novel: 18, index: 15, beta: 0.779, kept: 5 }, allKeptFrom: 0.636, origin: NOTES,
    points: [[0.44, 1, 1, 0.63], [0.54, 2, 3, 0.23], [1.21, 12, 5, 0], [1.78, 4, 5, 0]],
  },
  {
    d: 32, M: 15, betaMax: 3.1658, peak: { novel: 891, index: 12, beta: 0.822, kept: 15 }, allKeptFrom: 0.822, origin: NOTES,
    points: [[0.57, 3, 7, 0.4], [0.63, 45, 13, 0.2], [0.76, 700, 13, 0.04], [1.08, 269, 15, 0], [1.58, 46, 15, 0]],
  },
  { d: 8, M: 25, peak: { novel: 216, index: 4, kept: 8 }, points: [], windows: 1524, origin: BRUTE },
  { d: 32, M: 25, peak: { novel: 21739, index: 13, kept: 25 }, points: [], windows: 82195, origin: BRUTE },
];

/** Section 8.2: 5, 50 and 95 % of the peak over random seeds, and of the beta there (uniform patterns). */
export const BANDS: readonly { readonly d: number; readonly M: number; readonly variant: Variant; readonly peak: readonly [number, number, number]; readonly beta?: readonly [number, number, number] }[] = [
  { d: 8, M: 5, variant: "uniform", peak: [7, 12, 19] }, { d: 8, M: 5, variant: "sorted", peak: [7, 12, 18] },
  { d: 8, M: 15, variant: "uniform", peak: [67, 128, 290], beta: [3, 3.8, 5.4] }, { d: 8, M: 15, variant: "sorted", peak: [58, 118, 224] },
  { d: 32, M: 5, variant: "uniform", peak: [16, 23, 26] }, { d: 32, M: 5, variant: "sorted", peak: [16, 23, 26] },
  { d: 32, M: 15, variant: "uniform", peak: [644, 1311, 2846], beta: [0.74, 0.8, 0.91] }, { d: 32, M: 15, variant: "sorted", peak: [617, 1367, 3003] },
];
