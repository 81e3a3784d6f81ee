/**
 * The authors' search for minima (arXiv 2506.10801, Algorithm 3 as coded; sections 6.3 and (L35) of the notes), imitated to show what its
 * rounding and its absolute tolerance lose: subsets of each pattern's neighbours closer than 2 r_s that contain it, their means in f32,
 * rounded to 6 decimals, each once, kept where |grad E| at the rounded point is below the tolerance. Not a search for minima: minimaAt is.
 */
import { EngramError } from "../numeric/index.ts";

export interface Candidate {
  /** The patterns within r_s of the mean: the label. */
  readonly members: readonly number[];
  /** |grad E| at the rounded mean, in f32. */
  readonly gradient: number;
  /** D = sum (1 - s) there: the gradient is |N| / D, and rounding moves N by about 3e-7 |B| sqrt(non-zero coordinates). */
  readonly D: number;
}

/** More neighbours than this, itself included, and the authors' code passes a pattern over. */
const MOST_NEIGHBOURS = 15;

/** Every candidate once. @param Xi M x d numbers, taken as f32 @throws EngramError on more than 15 patterns */
export function algorithm3(Xi: ArrayLike<number>, d: number, beta: number): { readonly candidates: Candidate[]; readonly skipped: number[] } {
  const M = Xi.length / d;
  if (!Number.isInteger(M) || M > 30) throw new EngramError("algorithm 3", "whole rows, at most 30", `${Xi.length} numbers of ${d}`, "Sets are masks of 30 bits here.");
  const X = Float32Array.from(Xi);
  const radius = Math.sqrt(2 / beta);
  const near = Array.from({ length: M }, (_, mu) => Array.from({ length: M }, (__, nu) => nu).filter((nu) => distance(X, mu * d, X, nu * d, d) < 2 * radius));
  const masks = new Set<number>();
  const skipped: number[] = [];
  near.forEach((neighbours, mu) => {
    if (neighbours.length > MOST_NEIGHBOURS) {
      skipped.push(mu);
      return;
    }
    const others = neighbours.filter((nu) => nu !== mu);
    for (let subset = 0; subset < 2 ** others.length; subset++) masks.add(others.reduce((mask, nu, i) => ((subset >> i) & 1 ? mask | (1 << nu) : mask), 1 << mu));
  });
  const seen = new Map<string, Candidate>();
  for (const mask of masks) {
    const members = Array.from({ length: M }, (_, mu) => mu).filter((mu) => (mask >> mu) & 1);
    const c = meanOf(X, members, d);
    const label = Array.from({ length: M }, (_, nu) => nu).filter((nu) => distance(c, 0, X, nu * d, d) < Math.fround(radius));
    if (label.length === 0) continue;
    const rounded = c.map((value) => Math.round(value * 1e6) / 1e6);
    const key = rounded.join();
    if (!seen.has(key)) seen.set(key, { members: label, ...gradientAt(rounded, X, M, d, beta) });
  }
  return { candidates: [...seen.values()].filter(({ D }) => D > 0), skipped };
}

/** What the code would list at a tolerance: old where one pattern is near, novel where several are. */
export function listed(candidates: readonly Candidate[], tolerance: number): { old: number; novel: number } {
  const kept = candidates.filter(({ gradient }) => gradient < tolerance);
  return { old: kept.filter(({ members }) => members.length === 1).length, novel: kept.filter(({ members }) => members.length > 1).length };
}

function meanOf(X: Float32Array, members: readonly number[], d: number): Float32Array {
  const sum = new Float32Array(d);
  for (const mu of members) for (let k = 0; k < d; k++) sum[k] += X[mu * d + k];
  return sum.map((value) => value / members.length);
}

function distance(x: Float32Array, at: number, y: Float32Array, other: number, d: number): number {
  let square = 0;
  for (let k = 0; k < d; k++) {
    const difference = Math.fround(x[at + k] - y[other + k]);
    square = Math.fround(square + Math.fround(difference * difference));
  }
  return Math.fround(Math.sqrt(square));
}

/** In f32 as far as sums go: s and D, then N / D coordinate by coordinate. */
function gradientAt(x: Float32Array, X: Float32Array, M: number, d: number, beta: number): { gradient: number; D: number } {
  const N = new Float32Array(d);
  let D = 0;
  for (let mu = 0; mu < M; mu++) {
    const radius = distance(x, 0, X, mu * d, d);
    const weight = Math.fround(1 - Math.fround(Math.fround(0.5 * beta) * Math.fround(radius * radius)));
    if (!(weight > 0)) continue;
    D = Math.fround(D + weight);
    for (let k = 0; k < d; k++) N[k] += Math.fround(x[k] - X[mu * d + k]);
  }
  let square = 0;
  for (let k = 0; k < d; k++) square = Math.fround(square + Math.fround((N[k] / D) ** 2));
  return { gradient: Math.fround(Math.sqrt(square)), D };
}
