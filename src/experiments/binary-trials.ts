/**
 * The two simulations of `dense-capacity` (modern-methods.md section 2.3) on random patterns, all by the exact rule (M3):
 * how often a bit of a stored pattern would flip at once, and what random starts settle into (Krotov and Hopfield 2016,
 * arXiv 1606.01164, appendix B). One trial costs K additions through the overlap cache (M5).
 */
import { BinaryMemory } from "../dense/index.ts";
import type { Rng } from "../numeric/index.ts";

export interface Ensemble {
  /** D bits, K patterns, degree n; (M1) F = z^n/n or its rectified form. */
  readonly D: number;
  readonly K: number;
  readonly n: number;
  readonly kind: "power" | "rectified";
}

/** (M7): K patterns of D independent fair bits. */
export function randomPatterns(K: number, D: number, rng: Rng): Int8Array[] {
  return Array.from({ length: K }, () => randomBits(D, rng));
}

export interface FlipCount {
  readonly flips: number;
  readonly bits: number;
}

/**
 * (M8): starting at each stored pattern in turn, the bits one (M3) trial each would flip, over fresh pattern sets until at least
 * `bits` bits were tried.
 */
export function countFlips({ D, K, n, kind }: Ensemble, bits: number, rng: Rng): FlipCount {
  let flips = 0;
  let tried = 0;
  while (tried < bits) {
    const patterns = randomPatterns(K, D, rng);
    const memory = new BinaryMemory(patterns, { kind, n });
    for (const xi of patterns) {
      flips += memory.unstableBits(xi).length;
      tried += D;
      if (tried >= bits) break;
    }
  }
  return { flips, bits: tried };
}

export interface SettledScores {
  /** max_mu xi^mu . sigma at the end of each start, ascending. */
  readonly scores: Float64Array;
  /** Starts that ended exactly in a memory, and in a memory or the inverse of one. */
  readonly exact: number;
  readonly exactOrInverse: number;
  /** Starts whose last sweep flipped nothing. */
  readonly converged: number;
  readonly meanSweeps: number;
}

/** Random starts swept to convergence, shared equally by `sets` random pattern sets (`starts` a multiple of it). */
export function settleRandomStarts({ D, K, n, kind }: Ensemble, starts: number, sets: number, rng: Rng): SettledScores {
  const scores = new Float64Array(starts);
  const count = { exact: 0, exactOrInverse: 0, converged: 0, sweeps: 0 };
  let memory: BinaryMemory | undefined;
  for (let start = 0; start < starts; start++) {
    if (memory === undefined || start % (starts / sets) === 0) memory = new BinaryMemory(randomPatterns(K, D, rng), { kind, n });
    const settled = memory.settle(randomBits(D, rng));
    let best = -Infinity;
    let least = Infinity;
    for (const m of settled.overlaps) {
      best = Math.max(best, m);
      least = Math.min(least, m);
    }
    scores[start] = best;
    if (best === D) count.exact++;
    if (best === D || least === -D) count.exactOrInverse++;
    if (settled.converged) count.converged++;
    count.sweeps += settled.sweeps;
  }
  return { scores: scores.sort(), exact: count.exact, exactOrInverse: count.exactOrInverse, converged: count.converged, meanSweeps: count.sweeps / starts };
}

/**
 * The median of ascending numbers that come in steps, as of grouped data: a value v stands for v - step/2 .. v + step/2 and the median
 * lies in the middle one's share of that, so that it does not jump by whole steps.
 */
export function median(ascending: Float64Array, step: number): number {
  const half = ascending.length / 2;
  const middle = ascending[Math.floor(half)];
  const below = ascending.indexOf(middle);
  return middle + step * ((half - below) / (ascending.lastIndexOf(middle) + 1 - below) - 0.5);
}

function randomBits(D: number, rng: Rng): Int8Array {
  return Int8Array.from({ length: D }, () => rng.sign());
}
