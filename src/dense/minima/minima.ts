/**
 * All local minima of LSR at one beta, exactly (arXiv 2506.10801; section 3 of the notes): no tolerance, no gradient test. The search
 * itself is walk.ts.
 *
 *   K, c_K   a set of patterns and its centroid;  in2(K), out2(K): largest member, smallest non-member distance^2 to c_K
 *   (L17)    c_K is a minimum iff in2(K) < 2/beta < out2(K)
 *   (L14)    E(c_K) = -(1/beta) log(eps + |K| (1 - (beta/2) Var_K))
 *   (L23)    rho_K = min(r_s - in, out - r_s): from anywhere closer than this to c_K, one step returns c_K
 *
 * Duplicates are one pattern with a weight (L21): only sets that hold all of them can be minima.
 */
import { log } from "../../numeric/index.ts";
import { checkBeta, checkEpsilon } from "../parameters.ts";
import { asPairs, type Pairs } from "./pairs.ts";
import type { Found, Search, WalkOptions } from "./search.ts";
import { Walk } from "./walk.ts";

export interface Minimum {
  /** K, ascending. */
  readonly members: readonly number[];
  readonly energy: number;
  readonly in2: number;
  /**
   * Exact for distances in a table. For other pairs only the neighbours of a member are looked at: where a farther pattern could be nearer
   * than the nearest of them, the bound (2 r_s - in)^2 stands here, which leaves `basin` exact.
   */
  readonly out2: number;
  /** Not at a stored pattern (L21): then K has several members that differ. */
  readonly novel: boolean;
  /** The stored patterns it is at: the member and its duplicates, or one that several others happen to surround; none where it is novel. */
  readonly at: readonly number[];
  /** Its distance to the nearest stored pattern. */
  readonly nearest: number;
  /** rho_K. */
  readonly basin: number;
}

export interface Minima extends Search {
  readonly minima: readonly Minimum[];
  /** Minima at a stored pattern. */
  readonly preserved: number;
  readonly novel: number;
}

export interface MinimaOptions extends WalkOptions {
  /** Inside the logarithm of the energy. Default 0. */
  eps?: number;
}

/** Sets tested at one beta unless told otherwise. */
const MAX_SETS = 1e7;

/**
 * (L36) the minima at one beta one after the other, smallest index first, depth first, with nothing kept.
 * @param pairs a table from `pairDistances`, or any other pairs @returns at its end how far it came, and the cursor to go on from
 * @throws EngramError for beta <= 0 or infinite, and options out of range
 */
export function* streamMinima(pairs: Pairs | Float64Array, beta: number, options: MinimaOptions = {}): Generator<Minimum, Search> {
  checkBeta(beta);
  const eps = checkEpsilon(options.eps ?? 0);
  const from = asPairs(pairs);
  const walk = new Walk(from, { r2: 2 / beta, everyBeta: false }, MAX_SETS, options);
  for (let found = walk.next(); found !== undefined; found = walk.next()) yield minimumOf(from, found, beta, eps);
  return walk.search;
}

/** (L36) every minimum at one beta. See {@link streamMinima}. */
export function minimaAt(pairs: Pairs | Float64Array, beta: number, options: MinimaOptions = {}): Minima {
  const minima: Minimum[] = [];
  const search = collect(streamMinima(pairs, beta, options), (minimum) => minima.push(minimum));
  const novel = minima.filter((minimum) => minimum.novel).length;
  return { minima, preserved: minima.length - novel, novel, ...search };
}

/**
 * The minima that contain one pattern of a large memory, small sets first: every single and every pair whatever the budget, then all sets of
 * three, of four, ... as far as `maxSets` goes; `complete` is false where it did not go to the end. Nothing is computed but distances
 * of its 2 r_s-neighbours (L24).
 */
export function minimaWith(pairs: Pairs | Float64Array, containing: number, beta: number, options: Pick<MinimaOptions, "maxSets" | "eps" | "onProgress"> = {}): Minima {
  const { maxSets = MAX_SETS } = options;
  const from = asPairs(pairs);
  const minima: Minimum[] = [];
  const keep = (minimum: Minimum): number => minima.push(minimum);
  let search = collect(streamMinima(from, beta, { ...options, containing, maxSets: Infinity, maxSize: 2 }), keep);
  let { tested, margin, largest } = search;
  let [spent, size] = [0, 3];
  // The larger sets of one size at a time: the smaller ones are walked through again, which costs far less than sets of that size do.
  for (; search.complete && largest >= size - 1; size++) {
    search = collect(streamMinima(from, beta, { ...options, containing, maxSets: maxSets - spent, minSize: size, maxSize: size }), keep);
    spent += search.tested;
    tested += search.tested;
    margin = Math.min(margin, search.margin);
    largest = search.largest;
  }
  const novel = minima.filter((minimum) => minimum.novel).length;
  return { ...search, minima, preserved: minima.length - novel, novel, tested, margin };
}

/**
 * (L22) which patterns are minima by themselves: every pattern that differs from it is farther than r_s. A duplicate counts with its twin.
 * Strictly farther than (2/beta): at a tie it is none (L20).
 */
export function keptAt(pairs: Pairs | Float64Array, beta: number): number[] {
  checkBeta(beta);
  const from = asPairs(pairs);
  const r2 = (2 / beta) * from.unit;
  return Array.from({ length: from.count }, (_, mu) => mu).filter((mu) => {
    // A little beyond r_s, then exactly: `near` is strict, and a tie must be seen.
    const near = from.near(mu, r2 * (1 + 1e-12));
    const row = from.among(near)(near.indexOf(mu));
    return (row as Float64Array).every((d2) => d2 === 0 || d2 > r2);
  });
}

/** The components of the graph "closer than 2 r_s" (L24): no minimum joins two of them, so each can be searched apart. Ascending. */
export function components(pairs: Pairs | Float64Array, beta: number): number[][] {
  checkBeta(beta);
  const from = asPairs(pairs);
  const of = new Int32Array(from.count).fill(-1);
  const found: number[][] = [];
  for (let mu = 0; mu < from.count; mu++) {
    if (of[mu] >= 0) continue;
    const members = [mu];
    of[mu] = found.length;
    for (let at = 0; at < members.length; at++) {
      for (const nu of from.near(members[at], (8 / beta) * from.unit)) {
        if (of[nu] >= 0) continue;
        of[nu] = found.length;
        members.push(nu);
      }
    }
    found.push(members.sort((a, b) => a - b));
  }
  return found;
}

/** Runs a stream to its end. */
export function collect<T, R>(stream: Generator<T, R>, each: (item: T) => void): R {
  for (;;) {
    const { value, done } = stream.next();
    if (done === true) return value as R;
    each(value as T);
  }
}

function minimumOf(pairs: Pairs, { members, size, pairs: P, in2, out2, at, nearest }: Found, beta: number, eps: number): Minimum {
  const square = size * size * pairs.unit;
  const r = Math.sqrt(2 / beta);
  const inside = in2 / square;
  const near = out2 / square;
  const far = 2 * r - Math.sqrt(inside);
  const outside = pairs.outside === undefined ? Math.min(near, pairs.count === members.length ? Infinity : far * far) : pairs.outside(members, size, P) / square;
  const energy = 0 - log(eps + size * (1 - (beta / 2) * (P / square))) / beta;
  return { members, energy, in2: inside, out2: outside, novel: at.length === 0, at, nearest: Math.sqrt(nearest / square), basin: Math.min(r - Math.sqrt(inside), Math.sqrt(outside) - r) };
}
