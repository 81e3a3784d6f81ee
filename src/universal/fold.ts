/**
 * Universal recall as a fold over shards of the stored rows (numeric/fold.ts): partial(shard) -> state, merge, finish.
 *
 *   softmax            {max, sum, z}   rescaled by the maximum when joined
 *   elementwise        {sum, z}        identity, power, log, exp, threshold, lsr: sums add
 *   max                {best}          the higher score wins, the lower row on a tie
 *   topK               {best k}        the k best of both
 *
 * sparsemax, entmax, normmax and kSubsets need every score at once and do not fold. Law: shards cut at multiples of 256 rows give the
 * bits of the unsharded recall, merged in any order; any other cut goes through `finishAnyCut` and agrees within rounding. The memory
 * itself recalls through this file.
 */
import { joinSoftmax, softmax, type SoftmaxState } from "../kernels/index.ts";
import { highestFew } from "../numeric/highest.ts";
import { BLOCK_ROWS, EngramError, exp, finish, Fold, type Join, leaf, merge, type Tree } from "../numeric/index.ts";
import type { Values } from "./projection.ts";
import type { Separation } from "./separation.ts";
import { weightedSumOf } from "../dense/sums.ts";

/** Values that can also be summed over a range of rows; the kernels' `Rows` is one. */
export interface RangedValues extends Values {
  weightedSum(weights: ArrayLike<number>, range?: { from?: number; to?: number }): Float64Array;
}

/** One candidate of max and topK: a copy of its value. */
export interface Candidate {
  readonly score: number;
  /** Global row number. */
  readonly index: number;
  readonly value: Float64Array;
}

interface SumState {
  readonly sum: number;
  readonly z: Float64Array;
}

type State = SoftmaxState | SumState | readonly Candidate[];

/** What travels between shards. */
export type UniversalTree = Tree<State>;

export interface Folded {
  /** sum_mu w_mu P_mu (U4). */
  readonly z: Float64Array;
  /** W = sum_mu w_mu: 1 for softmax, max and topK. */
  readonly W: number;
}

/** Whether recall by this separation is a fold. */
export function folds(separation: Separation): boolean {
  return separation.kind !== "global";
}

/**
 * The state of one shard.
 * @param s the scores of the shard's rows @param P their values
 * @param firstRow global row number of the shard's first row; where it is no multiple of 256, the state is for `finishAnyCut` only
 * @throws EngramError for a separation that does not fold, or scores outside its domain
 */
export function partial(separation: Separation, s: Float64Array, P: RangedValues, firstRow = 0): UniversalTree {
  const block = blockState(separation);
  const fold = new Fold<State>(joinOf(separation));
  const firstBlock = Math.floor(firstRow / BLOCK_ROWS);
  for (let from = 0; from < s.length; from += BLOCK_ROWS) {
    fold.add(firstBlock + from / BLOCK_ROWS, block(s.subarray(from, Math.min(from + BLOCK_ROWS, s.length)), P, from, firstRow));
  }
  return fold.tree;
}

/** Joins the states of two shards with disjoint rows. */
export function mergeShards(separation: Separation, a: UniversalTree, b: UniversalTree): UniversalTree {
  return merge(joinOf(separation), a, b);
}

/** The recall of all shards together. @throws EngramError when no shard held a row */
export function finishShards(separation: Separation, tree: UniversalTree): Folded {
  const state = finish(joinOf(separation), tree);
  if (state === undefined) throw new EngramError("fold", "at least one stored row", "none", "Store patterns before recalling.");
  if (separation.kind === "softmax") {
    const { sum, z } = state as SoftmaxState;
    return { z: z.map((value) => value / sum), W: 1 };
  }
  if (separation.kind === "elementwise") {
    const { sum, z } = state as SumState;
    return { z: z.slice(), W: sum };
  }
  const best = state as readonly Candidate[];
  const p = separation.kind === "max" ? Float64Array.of(1) : softmax(Float64Array.from(best, ({ score }) => (separation.beta ?? 1) * score));
  const z = new Float64Array(best[0].value.length);
  best.forEach(({ value }, n) => value.forEach((entry, i) => (z[i] += p[n] * entry)));
  return { z, W: 1 };
}

/** The recall of shards cut anywhere, given in row order: each shard's own tree finished, the results joined from the first on. */
export function finishAnyCut(separation: Separation, shards: readonly UniversalTree[]): Folded {
  const join = joinOf(separation);
  const states = shards.map((tree) => finish(join, tree)).filter((state) => state !== undefined);
  return finishShards(separation, states.length === 0 ? [] : leaf(0, states.reduce(join)));
}

function blockState(separation: Separation): (s: Float64Array, P: RangedValues, from: number, firstRow: number) => State {
  const { kind, beta = 1, single } = separation;
  if (kind === "softmax") {
    return (s, P, from) => {
      const u = s.map((score) => beta * score);
      const max = u.reduce((top, value) => Math.max(top, value), -Infinity);
      const e = u.map((value) => exp(value - max));
      return { max, sum: ascending(e), z: P.weightedSum(e, { from, to: from + e.length }) };
    };
  }
  if (kind === "elementwise" && single !== undefined) {
    return (s, P, from) => {
      const w = s.map(single);
      return { sum: ascending(w), z: weightedSumOf(P, w, { from, to: from + w.length }) };
    };
  }
  const k = kept(separation);
  return (s, P, from, firstRow) => highestFew(s, k).map((mu) => ({ score: s[mu], index: firstRow + from + mu, value: P.row(from + mu) }));
}

function joinOf(separation: Separation): Join<State> {
  if (separation.kind === "softmax") return joinSoftmax as Join<State>;
  if (separation.kind === "elementwise") {
    return (a, b) => {
      const earlier = a as SumState;
      const later = b as SumState;
      return { sum: earlier.sum + later.sum, z: earlier.z.map((value, i) => value + later.z[i]) };
    };
  }
  const k = kept(separation);
  return (a, b) => [...(a as readonly Candidate[]), ...(b as readonly Candidate[])]
    .sort((p, q) => q.score - p.score || p.index - q.index).slice(0, k);
}

function kept(separation: Separation): number {
  if (separation.kind === "max") return 1;
  if (separation.kind === "topK" && separation.k !== undefined) return separation.k;
  throw new EngramError(`separation ${separation.name}`, "one that folds over shards", "one that needs all scores at once", "Use softmax, topK, max or an elementwise separation.");
}

function ascending(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}
