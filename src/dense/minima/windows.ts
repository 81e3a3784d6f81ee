/**
 * The barcode of memories over beta (arXiv 2506.10801; (L19), (L37) of the notes): each set of patterns is a minimum in one open window of
 * beta, so one walk over sets gives the minima for every beta.
 *
 *   K is a minimum for 2/out2(K) < beta < 2/in2(K): from 0 for K = all patterns, up to infinity for one pattern (and its duplicates)
 *   alive(beta), kept(beta), novel(beta): windows that are open at beta; at their very ends they are closed (L20)
 */
import { EngramError } from "../../numeric/index.ts";
import { checkBeta } from "../parameters.ts";
import { collect } from "./minima.ts";
import { asPairs, type Pairs } from "./pairs.ts";
import type { Search, WalkOptions } from "./search.ts";
import { Walk } from "./walk.ts";

/** One bar: K is a minimum for low < beta < high. */
export interface Window {
  readonly members: readonly number[];
  readonly low: number;
  readonly high: number;
  /** Not at a stored pattern. */
  readonly novel: boolean;
}

export interface WindowOptions extends WalkOptions {
  /** Only windows that are open somewhere above this beta; the larger it is, the more is cut. Default 0: all windows. */
  minBeta?: number;
}

export interface Windows extends Search {
  readonly windows: Window[];
}

const MAX_SETS = 1e8;

/** (L19), (L37) the windows one after the other, with nothing kept. For pairs without a table, `low` is exact where it is above minBeta. */
export function* streamWindows(pairs: Pairs | Float64Array, options: WindowOptions = {}): Generator<Window, Search> {
  const { minBeta = 0 } = options;
  if (!(minBeta >= 0 && minBeta < Infinity)) throw new EngramError("minBeta", "a finite number, 0 or above", String(minBeta), "Leave it out for every beta.");
  const from = asPairs(pairs);
  const walk = new Walk(from, { r2: minBeta > 0 ? 2 / minBeta : Infinity, everyBeta: true }, MAX_SETS, options);
  for (let found = walk.next(); found !== undefined; found = walk.next()) {
    const { members, size, in2, at } = found;
    const square = size * size * from.unit;
    // Without a table only neighbours count: a farther pattern is more than r_s(minBeta) from the centroid, so it matters below minBeta only.
    const out2 = from.outside === undefined ? found.out2 : from.outside(members, size, found.pairs);
    if (!(in2 < out2)) continue;
    yield { members, low: (2 * square) / out2, high: (2 * square) / in2, novel: at.length === 0 };
  }
  return walk.search;
}

/** All windows in a list. */
export function windows(pairs: Pairs | Float64Array, options: WindowOptions = {}): Windows {
  const found: Window[] = [];
  const search = collect(streamWindows(pairs, options), (window) => found.push(window));
  return { windows: found, ...search };
}

/** Minima at each beta. */
export interface Counts {
  readonly betas: Float64Array;
  /** At a stored pattern, and elsewhere. */
  readonly kept: Int32Array;
  readonly novel: Int32Array;
}

/** How many of the windows are open at each beta. @param betas ascending, above 0 */
export function countsOf(bars: Iterable<Window>, betas: ArrayLike<number>): Counts {
  const at = Float64Array.from(betas, (beta) => checkBeta(beta));
  for (let i = 1; i < at.length; i++) if (!(at[i] >= at[i - 1])) throw new EngramError(`betas[${i}]`, `at least ${at[i - 1]}`, String(at[i]), "Sort them.");
  const steps = { kept: new Int32Array(at.length + 1), novel: new Int32Array(at.length + 1) };
  for (const { low, high, novel } of bars) {
    const line = novel ? steps.novel : steps.kept;
    line[firstAbove(at, low, true)]++;
    line[firstAbove(at, high, false)]--;
  }
  const summed = (line: Int32Array): Int32Array => {
    for (let i = 1; i < line.length; i++) line[i] += line[i - 1];
    return line.subarray(0, at.length);
  };
  return { betas: at, kept: summed(steps.kept), novel: summed(steps.novel) };
}

/** (L37) kept and novel minima at every beta, in one walk and with no list of sets. @param betas ascending */
export function countCurve(pairs: Pairs | Float64Array, betas: ArrayLike<number>, options: Omit<WindowOptions, "minBeta"> = {}): Counts & Search {
  // A little below the smallest: a window that ends right there must not be lost to rounding.
  const stream = streamWindows(pairs, { ...options, minBeta: betas.length === 0 ? 0 : betas[0] * (1 - 1e-12) });
  let search: Search | undefined;
  const bars = (function* (): Generator<Window> {
    search = yield* stream;
  })();
  const counts = countsOf(bars, betas);
  return { ...counts, ...search! };
}

/** The first index whose beta is above `limit` (strict) or at least `limit`. */
function firstAbove(betas: Float64Array, limit: number, strict: boolean): number {
  let [low, high] = [0, betas.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (strict ? betas[middle] > limit : betas[middle] >= limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
