/**
 * Energies of compact support see only rows within r_s of a state (arXiv 2506.10801, section 13 of the notes): what a search for them
 * returns, and the sums over memories taken from those rows alone, to the bits of the sums over all.
 *
 *   near    rows that may matter, ascending, with the squared distances a full scan gives them;  all others weigh exactly 0
 *
 * Why the bits are equal. Every sum over memories starts at +0 and goes block by block, the blocks through a fixed tree (sums.ts). A row of
 * weight 0 adds +0 or -0 to a running sum that is never -0, and a block without members is +0: leaving both out changes nothing.
 */
import { BLOCK_ROWS, type Join } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import { finiteScore, visibleScale } from "./landscape.ts";
import { foldSum } from "./sums.ts";

export interface Nearby {
  /** Row numbers, ascending. Undefined: every row. */
  readonly at?: Int32Array;
  /** Their squared distances; with a mask those of the visible part, scaled by D / V. */
  readonly squared: Float64Array;
  /** Rows of which a coordinate was read. */
  readonly scanned: number;
}

/** What must be among the rows returned; more may be. */
export interface Wanted {
  /** Every row whose squared distance is at most this. */
  readonly within: number;
  /** The nearest rows, that many (of equal ones the lower numbers). */
  readonly top?: number;
  /** The row whose distance is closest to this radius. */
  readonly sphere?: number;
  readonly visible?: ArrayLike<number>;
}

/** A way to find near rows: of Q states, one result each, the bits of which do not depend on the others. */
export interface RowSearch {
  near(rows: Rows, X: Float64Array, wanted: Wanted): Nearby[];
}

/** Squared distances of Q states to all rows, the visible part scaled up. @throws EngramError where they overflow */
export function squaredDistances(rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Float64Array {
  const scale = visibleScale(rows.dim, visible);
  const raw = rows.scores("squaredL2", X, { visible });
  const squared = new Float64Array(raw.length);
  for (let i = 0; i < raw.length; i++) {
    const d2 = scale * raw[i];
    squared[i] = d2 < Infinity ? d2 : finiteScore(d2, rows.precision, "squared distance");
  }
  return squared;
}

/** Every row, scored. */
export const fullSearch: RowSearch = {
  near(rows, X, { visible }) {
    const N = rows.count;
    const squared = squaredDistances(rows, X, visible);
    return Array.from({ length: X.length / rows.dim }, (_, q) => ({ squared: squared.subarray(q * N, (q + 1) * N), scanned: N }));
  },
};

/** The row an entry stands for. */
export function rowOf(near: Nearby, i: number): number {
  return near.at === undefined ? i : near.at[i];
}

/** sum over the rows of f(squared distance), f(row beyond the search) = 0; the bits of the sum over all rows. f is asked once a row, ascending. */
export function nearSum(near: Nearby, f: (d2: number, i: number) => number): number {
  const { at, squared } = near;
  if (at === undefined) return foldSum(squared, f);
  const leaves: Leaf<number>[] = [];
  for (let i = 0; i < at.length;) {
    const block = Math.floor(at[i] / BLOCK_ROWS);
    let sum = 0;
    for (; i < at.length && at[i] < (block + 1) * BLOCK_ROWS; i++) sum += f(squared[i], i);
    leaves.push({ block, state: sum });
  }
  return foldSome(leaves, (a, b) => a + b) ?? 0;
}

/** sum of w[i] times row at[i], rows ascending, all other weights 0: the bits of `rows.weightedSum`, from the blocks concerned alone. */
export function sumOfRows(rows: Rows, at: ArrayLike<number>, w: ArrayLike<number>): Float64Array {
  const leaves: Leaf<Float64Array>[] = [];
  const room = new Float64Array(BLOCK_ROWS);
  for (let i = 0; i < at.length;) {
    const block = Math.floor(at[i] / BLOCK_ROWS);
    const from = block * BLOCK_ROWS;
    const to = Math.min(rows.count, from + BLOCK_ROWS);
    const weights = room.subarray(0, to - from).fill(0);
    for (; i < at.length && at[i] < to; i++) weights[at[i] - from] = w[i];
    leaves.push({ block, state: rows.weightedSum(weights, { from, to }) });
  }
  return foldSome(leaves, addInto) ?? new Float64Array(rows.dim);
}

function addInto(a: Float64Array, b: Float64Array): Float64Array {
  for (let k = 0; k < a.length; k++) a[k] += b[k];
  return a;
}

interface Leaf<S> {
  readonly block: number;
  readonly state: S;
}

/**
 * The fold of numeric/fold.ts over blocks 0, 1, ... of which only `leaves` (ascending) are not the identity of `join`. Complete subtrees,
 * the last ones joined first, are one tree that cuts n blocks at the largest power of two below n; the length beyond the last leaf is no
 * matter, as a join with nothing is none.
 */
function foldSome<S>(leaves: readonly Leaf<S>[], join: Join<S>): S | undefined {
  const over = (first: number, blocks: number, from: number, to: number): S | undefined => {
    if (from === to) return undefined;
    if (to - from === 1) return leaves[from].state;
    let half = 1;
    while (2 * half < blocks) half *= 2;
    let cut = from;
    while (cut < to && leaves[cut].block < first + half) cut++;
    const a = over(first, half, from, cut);
    const b = over(first + half, blocks - half, cut, to);
    return a === undefined ? b : b === undefined ? a : join(a, b);
  };
  return leaves.length === 0 ? undefined : over(0, leaves[leaves.length - 1].block + 1, 0, leaves.length);
}
