/**
 * Sums over memories in the one order that shards, threads and kernels share: blocks of 256 global rows, ascending within a block,
 * block sums joined in the fixed binary tree of fold.ts. The error grows with log2 of the number of blocks, not with their number.
 */
import { EngramError } from "./errors.ts";
import { BLOCK_ROWS, finish, Fold } from "./fold.ts";
import type { Join, Tree } from "./fold.ts";

export const joinSum: Join<number> = (earlier, later) => earlier + later;

/**
 * The fold state of the sum of values of rows firstRow, firstRow + 1, ... Shards cut at multiples of 256 rows merge to the state of the whole.
 * @param firstRow global row number of values[0]
 * @throws EngramError when firstRow is no whole number, 0 or above
 */
export function blockSumPartial(values: ArrayLike<number>, firstRow = 0): Tree<number> {
  if (!(Number.isSafeInteger(firstRow) && firstRow >= 0)) throw new EngramError("firstRow", "a whole number, 0 or above", String(firstRow), "It is the global row number of the first value.");
  const fold = new Fold(joinSum);
  let i = 0;
  while (i < values.length) {
    const block = Math.floor((firstRow + i) / BLOCK_ROWS);
    const end = Math.min(values.length, (block + 1) * BLOCK_ROWS - firstRow);
    let sum = 0;
    for (; i < end; i++) sum += values[i];
    fold.add(block, sum);
  }
  return fold.tree;
}

/** The sum of the values; 0 of none. */
export function blockSum(values: ArrayLike<number>): number {
  return finish(joinSum, blockSumPartial(values)) ?? 0;
}

/** The mean in the same order. @throws EngramError on no values */
export function blockMean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new EngramError("mean", "at least one value", "none", "There is no mean of nothing.");
  return blockSum(values) / values.length;
}
