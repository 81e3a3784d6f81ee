/**
 * When a recall counts as right (semantic-memory.md section 8, B10). Metric helpers for experiments.
 *
 *   xi   D   what should have come back (the value P_mu for hetero-association)
 *   z    D   what came back
 *   w, s N   weights and scores of the recall
 */
import { EngramError } from "../numeric/index.ts";

/**
 * indexExact, the primary criterion: arg max is the memory the cue was made from, or a bit-identical duplicate of it.
 * @param index arg max of the weights @param truth row the cue was made from
 * @param groups from {@link duplicateGroups}; without it only the very row counts
 */
export function indexExact(index: number, truth: number, groups?: ArrayLike<number>): boolean {
  return index === truth || (groups !== undefined && groups[index] === groups[truth]);
}

/**
 * The first row bit-identical to each row (itself where it is unique); -0 counts as 0.
 * @param data N x D, row-major
 */
export function duplicateGroups(data: ArrayLike<number>, dim: number): Int32Array {
  const N = dim === 0 ? 0 : data.length / dim;
  const buckets = new Map<number, number[]>();
  const groups = new Int32Array(N);
  for (let mu = 0; mu < N; mu++) {
    let key = 0;
    for (let i = 0; i < dim; i++) key = (key * 0.75 + data[mu * dim + i]) % 1e9;
    const bucket = buckets.get(key) ?? [];
    const twin = bucket.find((nu) => same(data, mu * dim, nu * dim, dim));
    groups[mu] = twin ?? mu;
    if (twin === undefined) buckets.set(key, [...bucket, mu]);
  }
  return groups;
}

/** sum_i (xi_i - z_i)^2: a sum, not a mean. */
export function sumSquares(xi: ArrayLike<number>, z: ArrayLike<number>): number {
  sameLength(xi, z);
  let sum = 0;
  for (let i = 0; i < xi.length; i++) sum += (xi[i] - z[i]) * (xi[i] - z[i]);
  return sum;
}

/** sumSq(T): sum_i (xi_i - z_i)^2 <= T. A NaN in z is a failure. @param T 60 in the authors' code, 50 in their figure */
export function sumSq(xi: ArrayLike<number>, z: ArrayLike<number>, T = 60): boolean {
  return sumSquares(xi, z) <= T;
}

/** (B10) The authors' T for dimension d: 60 as it stands, or scaled by 784 / d as in their capacity experiment (`normalizeThreshold`). */
export function referenceThreshold(d: number, normalizeThreshold: boolean, T = 60): number {
  return normalizeThreshold ? (T * 784) / d : T;
}

/** (B10) The error of the authors' example-picture script: both images scaled to mean 1 first, then the sum of squares. */
export function meanScaledSumSquares(xi: ArrayLike<number>, z: ArrayLike<number>): number {
  return sumSquares(meanOne(xi), meanOne(z));
}

/** cosine(c): cos(xi, z) > c (deep-spin/HFYN: c = .9). False where a norm is 0. */
export function cosineAbove(xi: ArrayLike<number>, z: ArrayLike<number>, c = 0.9): boolean {
  sameLength(xi, z);
  let dot = 0;
  let xx = 0;
  let zz = 0;
  for (let i = 0; i < xi.length; i++) {
    dot += xi[i] * z[i];
    xx += xi[i] * xi[i];
    zz += z[i] * z[i];
  }
  return xx > 0 && zz > 0 && dot / (Math.sqrt(xx) * Math.sqrt(zz)) > c;
}

/** Mean squared error per coordinate; 0 for no coordinates. */
export function mse(xi: ArrayLike<number>, z: ArrayLike<number>): number {
  return xi.length === 0 ? 0 : sumSquares(xi, z) / xi.length;
}

/** Best minus second-best score; Infinity with a single memory, which has no rival. */
export function margin(s: ArrayLike<number>): number {
  let best = -Infinity;
  let second = -Infinity;
  for (let mu = 0; mu < s.length; mu++) {
    if (s[mu] > best) {
      second = best;
      best = s[mu];
    } else if (s[mu] > second) second = s[mu];
  }
  return s.length < 2 ? Infinity : best - second;
}

/** Rank of the true memory, 1 = best: one more than the number of memories scoring higher, or equal with a lower index. */
export function rank(s: ArrayLike<number>, truth: number): number {
  let place = 1;
  for (let mu = 0; mu < s.length; mu++) if (s[mu] > s[truth] || (s[mu] === s[truth] && mu < truth)) place++;
  return place;
}

function meanOne(x: ArrayLike<number>): Float64Array {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return Float64Array.from(x, (value) => (value * x.length) / sum);
}

function same(data: ArrayLike<number>, a: number, b: number, dim: number): boolean {
  for (let i = 0; i < dim; i++) if (data[a + i] !== data[b + i]) return false;
  return true;
}

function sameLength(xi: ArrayLike<number>, z: ArrayLike<number>): void {
  if (xi.length !== z.length) throw new EngramError("success criterion", `${xi.length} numbers`, `${z.length}`, "Compare the recall with what was stored as its value.");
}
