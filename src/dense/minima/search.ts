/**
 * What a search over sets of patterns is asked for and what it answers, whether it looks for minima at one beta or for windows of all
 * (walk.ts does the walking).
 */
import { EngramError } from "../../numeric/index.ts";

/** The set that is visited next, as pattern numbers in the order they joined: plain data, to be stored and given back. */
export type Cursor = readonly number[];

export interface WalkOptions {
  /** At most this many sets are tested; then the search is not `complete`. */
  maxSets?: number;
  /** Only sets of at least (at most) this many patterns, duplicates counted. */
  minSize?: number;
  maxSize?: number;
  /** Only sets whose smallest pattern number lies in from .. to - 1: a shard of the whole search. */
  from?: number;
  to?: number;
  /** Only sets that contain this pattern. */
  containing?: number;
  /** Go on where another search with the same patterns and options stopped. */
  cursor?: Cursor;
  /** Told every 65,536 sets. */
  onProgress?: (at: { readonly tested: number; readonly smallest: number; readonly of: number }) => void;
}

/** How far a search came. */
export interface Search {
  /** Whether every candidate set was visited. */
  readonly complete: boolean;
  /** Sets tested in this call. */
  readonly tested: number;
  /** Patterns mu for which some set with smallest index mu was not visited; empty when complete. */
  readonly unfinished: readonly number[];
  /** Patterns in the largest set tested. */
  readonly largest: number;
  /** Where to go on; undefined when complete. */
  readonly cursor?: Cursor;
  /**
   * How close the closest comparison was, relative to the largest term; Infinity where nothing was compared. For whole-numbered patterns all
   * but 2/beta is exact, ties included; for others, a margin below about 1e-14 means that rounding decided.
   */
  readonly margin: number;
}

/** A set that passed. */
export interface Found {
  readonly members: readonly number[];
  /** |K|, duplicates counted. */
  readonly size: number;
  /** P. */
  readonly pairs: number;
  /** |K|^2 in2 and |K|^2 out2 (among the neighbours). */
  readonly in2: number;
  readonly out2: number;
  /** |K|^2 times the squared distance of the centroid to the nearest pattern; 0 at a stored pattern. */
  readonly nearest: number;
  /** The members that lie at the centroid: none for a novel memory. */
  readonly at: readonly number[];
}

/** What every enumeration may be asked for. */
export const WALK_OPTIONS: readonly string[] = ["maxSets", "minSize", "maxSize", "from", "to", "containing", "cursor", "onProgress"];

/** @param M patterns @throws EngramError for options out of range */
export function checkWalk(options: Required<Pick<WalkOptions, "maxSets" | "minSize" | "maxSize" | "from" | "to">> & WalkOptions, M: number): void {
  const { maxSets, minSize, maxSize, from, to, containing } = options;
  if (typeof maxSets !== "number" || !(maxSets >= 0)) throw new EngramError("maxSets", "0 or above", String(maxSets), "Leave it out for the default.");
  if (!(minSize >= 1 && maxSize >= minSize)) throw new EngramError("minSize, maxSize", "1 <= minSize <= maxSize", `${minSize}, ${maxSize}`, "Leave them out for sets of every size.");
  if (containing !== undefined && !(Number.isInteger(containing) && containing >= 0 && containing < M)) throw new EngramError("containing", `a pattern number below ${M}`, String(containing), "Patterns are numbered from 0.");
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= M)) throw new EngramError("from, to", `0 <= from <= to <= ${M}`, `${from}, ${to}`, "Leave them out for all patterns.");
}
