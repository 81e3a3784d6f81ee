/**
 * All local minima of LSR, exactly (arXiv 2506.10801; section 3 of the notes): no tolerance, no gradient test.
 *
 *   D2      M x M   squared pair distances, f64
 *   K, c_K          a set of patterns and its centroid;  in2(K), out2(K): largest member, smallest non-member distance^2 to c_K
 *   (L17) c_K is a minimum iff in2(K) < 2/beta < out2(K)        (L19) i.e. for beta in (2/out2, 2/in2)
 *   (L18) |K|^2 ||c_K - xi_nu||^2 = |K| sum_{mu in K} D2_{mu nu} - sum over pairs in K of D2 =: g_nu
 *   (L25) a set is grown only while a lower bound on its enclosing radius (half the largest pair distance) is below r_s
 *   (L36) depth first, smallest index first, every set visited once
 *
 * g is compared with |K|^2 2/beta as it stands: for whole-numbered patterns (pixels in bytes) everything but 2/beta is exact, ties
 * included. For other data `margin` says how close the closest comparison was, relative to the largest term of g; below about 1e-14 it
 * was rounding that decided. Duplicates are one pattern with a weight (L21): only sets that hold all of them can be minima.
 */
import { EngramError, log } from "../numeric/index.ts";
import { checkBeta, checkEpsilon } from "./parameters.ts";

export interface Minimum {
  /** K, ascending. */
  readonly members: readonly number[];
  readonly energy: number;
  readonly in2: number;
  readonly out2: number;
  /** Not at a stored pattern (L21): then K has several members that differ. */
  readonly novel: boolean;
}

interface Search {
  /** Whether every candidate set was visited. */
  readonly complete: boolean;
  /** Sets tested. */
  readonly tested: number;
  /** Patterns mu for which some set with smallest index mu was not visited; empty when complete. */
  readonly unfinished: readonly number[];
}

export interface Minima extends Search {
  readonly minima: readonly Minimum[];
  /** Minima at a stored pattern. */
  readonly preserved: number;
  readonly novel: number;
  /** How close the closest comparison was, see above; Infinity where nothing was compared. */
  readonly margin: number;
}

/** One bar of the barcode of memories over beta: K is a minimum for low < beta < high. */
export interface Window {
  readonly members: readonly number[];
  readonly low: number;
  readonly high: number;
}

export interface Windows extends Search {
  readonly windows: Window[];
}

export interface MinimaOptions {
  /** At most this many sets are tested; then `complete` is false. Default 10 million. */
  maxSets?: number;
  eps?: number;
}

/** M x M squared distances, direct differences. @param Xi M x D numbers, row-major @throws EngramError where Xi is not whole rows */
export function pairDistances(Xi: ArrayLike<number>, dim: number): Float64Array {
  const M = Xi.length / dim;
  if (!Number.isInteger(M)) throw new EngramError("pair distances", `rows of ${dim} numbers`, `${Xi.length} numbers`, "Pass whole rows and their dimension.");
  const D2 = new Float64Array(M * M);
  for (let mu = 0; mu < M; mu++) {
    for (let nu = 0; nu < mu; nu++) {
      let sum = 0;
      for (let k = 0; k < dim; k++) {
        const d = Xi[mu * dim + k] - Xi[nu * dim + k];
        sum += d * d;
      }
      D2[mu * M + nu] = D2[nu * M + mu] = sum;
    }
  }
  return D2;
}

/** A set as it is visited: g = |K|^2 times the squared distances to the centroid, in and out of the set. */
interface Visit {
  readonly members: readonly number[];
  readonly pairs: number;
  readonly largestIn: number;
  readonly smallestIn: number;
  readonly smallestOut: number;
  /** The largest term g was computed from. */
  readonly scale: number;
}

/** Visits every set whose pairs are all closer than 2 r (a superset of all minima at radius r), once, smallest index first. */
function enumerate(D2: Float64Array, M: number, squaredRadius: number, maxSets: number, visit: (set: Visit) => void): Search {
  if (typeof maxSets !== "number" || !(maxSets >= 0)) throw new EngramError("maxSets", "0 or above", String(maxSets), "Leave it out for the default.");
  const limit = 4 * squaredRadius;
  const members: number[] = [];
  const inside = new Uint8Array(M);
  const unfinished = new Set<number>();
  let tested = 0;

  const test = (sums: Float64Array, pairs: number): void => {
    const size = members.length;
    let largestIn = 0;
    let smallestIn = Infinity;
    let smallestOut = Infinity;
    let scale = pairs;
    for (let nu = 0; nu < M; nu++) {
      const g = Math.max(0, size * sums[nu] - pairs);
      if (inside[nu] === 1) {
        largestIn = Math.max(largestIn, g);
        smallestIn = Math.min(smallestIn, g);
        scale = Math.max(scale, size * sums[nu]);
      } else smallestOut = Math.min(smallestOut, g);
    }
    visit({ members, pairs, largestIn, smallestIn, smallestOut, scale });
  };
  // sums[nu]: over members, of D2[member, nu]; a fresh array per depth, since adding and taking away again would leave rounding behind.
  const grow = (candidates: readonly number[], sums: Float64Array, pairs: number): void => {
    for (let i = 0; i < candidates.length; i++) {
      const mu = candidates[i];
      if (tested >= maxSets) {
        unfinished.add(members[0] ?? mu);
        if (members.length > 0) return;
        continue;
      }
      members.push(mu);
      inside[mu] = 1;
      const grown = sums.map((sum, nu) => sum + D2[mu * M + nu]);
      tested++;
      test(grown, pairs + sums[mu]);
      grow(candidates.slice(i + 1).filter((nu) => D2[mu * M + nu] < limit), grown, pairs + sums[mu]);
      inside[mu] = 0;
      members.pop();
    }
  };
  grow(Array.from({ length: M }, (_, mu) => mu), new Float64Array(M), 0);
  return { complete: unfinished.size === 0, tested, unfinished: [...unfinished] };
}

/** (L36) every minimum at one beta. @param D2 from {@link pairDistances} */
export function minimaAt(D2: Float64Array, beta: number, options: MinimaOptions = {}): Minima {
  checkBeta(beta);
  const { maxSets = 1e7 } = options;
  const eps = checkEpsilon(options.eps ?? 0);
  const r2 = 2 / beta;
  const minima: Minimum[] = [];
  let margin = Infinity;
  const search = enumerate(D2, sizeOf(D2), r2, maxSets, ({ members, pairs, largestIn, smallestIn, smallestOut, scale }) => {
    const size = members.length;
    const square = size * size;
    const edge = square * r2;
    // Only the side that decides: a set already out by its members is out whatever the others do.
    const closest = largestIn < edge ? Math.min(edge - largestIn, Math.abs(smallestOut - edge)) : largestIn - edge;
    margin = Math.min(margin, closest / Math.max(edge, scale));
    if (!(largestIn < edge && edge < smallestOut)) return;
    // (L14) E = -(1/beta) log(eps + |K| (1 - (beta/2) Var_K)); Var_K = sum of pairs / |K|^2
    const energy = 0 - log(eps + size * (1 - (beta / 2) * (pairs / square))) / beta;
    const atPattern = smallestIn <= 1e-14 * scale;
    minima.push({ members: members.slice(), energy, in2: largestIn / square, out2: smallestOut / square, novel: !atPattern });
  });
  const novel = minima.filter((minimum) => minimum.novel).length;
  return { minima, preserved: minima.length - novel, novel, margin, ...search };
}

/** (L19), (L37) the beta-window of every set that is a minimum at some beta >= `minBeta` (default: any; then all 2^M sets are visited). */
export function windows(D2: Float64Array, options: { minBeta?: number; maxSets?: number } = {}): Windows {
  const { minBeta = 0, maxSets = 1e8 } = options;
  if (!(minBeta >= 0 && minBeta < Infinity)) throw new EngramError("minBeta", "a finite number, 0 or above", String(minBeta), "Leave it out for every beta.");
  const found: Window[] = [];
  const search = enumerate(D2, sizeOf(D2), minBeta > 0 ? 2 / minBeta : Infinity, maxSets, ({ members, largestIn, smallestOut }) => {
    const square = members.length * members.length;
    const high = (2 * square) / largestIn; // Infinity for one pattern and its duplicates
    if (largestIn < smallestOut && high > minBeta) found.push({ members: members.slice(), low: (2 * square) / smallestOut, high });
  });
  return { windows: found, ...search };
}

/**
 * (L22) which patterns are minima by themselves: every pattern that differs from it is farther than r_s. A duplicate counts with its twin.
 * Strictly farther than (2/beta): at a tie it is none (L20).
 */
export function keptAt(D2: Float64Array, beta: number): number[] {
  checkBeta(beta);
  const M = sizeOf(D2);
  return Array.from({ length: M }, (_, mu) => mu).filter((mu) => {
    for (let nu = 0; nu < M; nu++) if (nu !== mu && D2[mu * M + nu] > 0 && D2[mu * M + nu] <= 2 / beta) return false;
    return true;
  });
}

function sizeOf(D2: Float64Array): number {
  const M = Math.sqrt(D2.length);
  if (!Number.isInteger(M)) throw new EngramError("pair distances", "a square table", `${D2.length} numbers`, "Use pairDistances(patterns, dim).");
  return M;
}
