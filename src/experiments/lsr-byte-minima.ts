/**
 * Minima of LSR among pictures in bytes, whole numbers throughout (arXiv 2506.10801; (L17), (L18), (L24), section 7.7 of the notes):
 *
 *   g_nu = |K| sum over K of D2_{mu nu} - sum over pairs in K of D2 = |K|^2 |c_K - xi_nu|^2,  K is a minimum iff g < |K|^2 r2 for members only; a
 *   non-member exactly at r_s spoils it (L20)
 *
 * D2 are squared distances in bytes, r2 = 2 255^2 / beta. A minimum of some of the patterns is one of all only if none of the others is inside.
 */

import { minimaAt, pairDistances } from "../dense/index.ts";
import { ByteRows } from "../kernels/index.ts";

/** What is wrong with a set among the patterns its rows of distances cover. */
export interface Tested {
  readonly minimum: boolean;
  /** A pattern within r_s of the centroid that is no member; -1 where there is none. */
  readonly blocker: number;
}

/** (L17) one set against all patterns. @param rows per member its squared distances to every pattern */
export function testSet(members: readonly number[], rows: readonly ArrayLike<number>[], r2: number): Tested {
  const size = members.length;
  let pairs = 0;
  for (let a = 0; a < size; a++) for (let b = 0; b < a; b++) pairs += rows[a][members[b]];
  const edge = size * size * r2;
  const g = (nu: number): number => {
    let sum = 0;
    for (let a = 0; a < size; a++) sum += rows[a][nu];
    return size * sum - pairs;
  };
  if (!members.every((mu) => g(mu) < edge)) return { minimum: false, blocker: -1 };
  const own = new Set(members);
  for (let nu = 0; nu < rows[0].length; nu++) if (!own.has(nu) && g(nu) <= edge) return { minimum: false, blocker: nu };
  return { minimum: true, blocker: -1 };
}

export interface SizeCount {
  readonly size: number;
  /** Sets of this size, all pairs closer than 2 r_s, that were tested. */
  readonly tested: number;
  readonly minima: number;
  /** Whether these are all of them. */
  readonly complete: boolean;
}

export interface SeededMinima {
  /** Row numbers, the seed's 0 first, then ascending. */
  readonly minima: readonly (readonly number[])[];
  readonly bySize: readonly SizeCount[];
  /** Whether sets of every size were visited. */
  readonly complete: boolean;
}

/**
 * Every minimum that contains the seed, size by size, until the budget is used up; sizes before the last are complete.
 * @param D2 n x n squared distances among the seed (row 0) and all patterns within 2 r_s of it, which decide (L24); rows by distance to the seed
 * @param maxSets at most this many sets are tested @param maxSize and none larger
 */
export function minimaWithSeed(D2: Int32Array, n: number, r2: number, maxSets: number, maxSize: number = n): SeededMinima {
  const minima: number[][] = [];
  const bySize: SizeCount[] = [];
  const near = (mu: number, nu: number): boolean => D2[mu * n + nu] < 4 * r2;
  const members = [0];
  let budget = maxSets;
  // The last pattern found inside: most likely it is inside the next centroid as well.
  let likely = 0;

  const test = (last: number, sums: Float64Array, pairs: number): boolean => {
    const size = members.length + 1;
    const row = last * n;
    const edge = size * size * r2;
    const g = (nu: number): number => size * (sums[nu] + D2[row + nu]) - pairs;
    const blocks = (nu: number): boolean => g(nu) <= edge && nu !== last && !members.includes(nu);
    if (g(last) >= edge || members.some((mu) => g(mu) >= edge) || blocks(likely)) return false;
    for (let nu = 0; nu < n; nu++) {
      if (blocks(nu)) {
        likely = nu;
        return false;
      }
    }
    return true;
  };
  /** Sets of `size` that begin with the members so far; false when the budget is used up. */
  const visit = (size: number, candidates: readonly number[], sums: Float64Array, pairs: number, count: { tested: number; minima: number }): boolean => {
    for (let i = 0; i < candidates.length; i++) {
      const mu = candidates[i];
      const grown = pairs + sums[mu];
      if (members.length + 1 === size) {
        if (budget === 0) return false;
        budget--;
        count.tested++;
        if (test(mu, sums, grown)) {
          count.minima++;
          minima.push([...members, mu]);
        }
        continue;
      }
      const rest = candidates.slice(i + 1).filter((nu) => near(mu, nu));
      if (rest.length < size - members.length - 1) continue;
      const row = mu * n;
      members.push(mu);
      const going = visit(size, rest, sums.map((sum, nu) => sum + D2[row + nu]), grown, count);
      members.pop();
      if (!going) return false;
    }
    return true;
  };
  const all = Array.from({ length: n - 1 }, (_, i) => i + 1);
  const own = Float64Array.from(D2.subarray(0, n));
  if (own.every((d, nu) => nu === 0 || d > r2)) minima.push([0]);
  bySize.push({ size: 1, tested: 1, minima: minima.length, complete: true });
  for (let size = 2; size <= Math.min(n, maxSize); size++) {
    const count = { tested: 0, minima: 0 };
    const complete = visit(size, all, own, 0, count);
    bySize.push({ size, ...count, complete });
    if (!complete) return { minima, bySize, complete };
    if (count.tested === 0) return { minima, bySize, complete: true };
  }
  return { minima, bySize, complete: maxSize >= n };
}

export interface Retested {
  /** Places in the subset, which name them, and numbers among all. */
  readonly places: readonly number[];
  readonly members: readonly number[];
  readonly novel: boolean;
  /** Among all patterns. */
  readonly tested: Tested;
}

/** Every minimum of a subset alone, and what becomes of it among all. @param rows of `bytes`, all patterns @param subset their numbers */
export function retest(rows: ByteRows, bytes: Uint8Array, subset: readonly number[], r2: number): Retested[] {
  const cues = subset.map((mu) => bytes.subarray(mu * rows.dim, (mu + 1) * rows.dim));
  const distances = cues.map((cue) => rows.distances(cue));
  return minimaAt(pairDistances(cues.flatMap((cue) => Array.from(cue)), rows.dim), 2 / r2).minima.map(({ members: places, novel }) => {
    const members = places.map((place) => subset[place]);
    return { places, members, novel, tested: testSet(members, places.map((place) => distances[place]), r2) };
  });
}

/** {@link minimaWithSeed} among all patterns; sets hold their numbers, the seed's first, then nearest first. */
export function seedSets(rows: ByteRows, bytes: Uint8Array, seed: number, r2: number, maxSets: number, maxSize?: number): SeededMinima {
  const cue = (mu: number): Uint8Array => bytes.subarray(mu * rows.dim, (mu + 1) * rows.dim);
  const from = rows.distances(cue(seed));
  // The seed itself stands first, also where it has twins.
  const order = [seed, ...rows.within(cue(seed), 4 * r2).filter((mu) => mu !== seed).sort((a, b) => from[a] - from[b] || a - b)];
  const local = new Uint8Array(order.length * rows.dim);
  order.forEach((mu, i) => local.set(cue(mu), i * rows.dim));
  const neighbourhood = new ByteRows(local, rows.dim, { backend: rows.backend });
  const D2 = neighbourhood.table();
  neighbourhood.dispose();
  const found = minimaWithSeed(D2, order.length, r2, maxSets, maxSize);
  return { ...found, minima: found.minima.map((members) => members.map((i) => order[i])) };
}
