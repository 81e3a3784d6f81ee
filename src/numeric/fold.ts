/**
 * Every memory is a fold: partial(shard, cue) -> state, merge(a, b) -> state, finish(state) -> result.
 *
 * Sums over memories are cut into blocks of 256 global rows. Block states are joined in one fixed binary tree over
 * the block numbers, so the same rows give the same bits however they were cut: a shard's state is the list of its
 * complete aligned subtrees, and merging two shards joins whatever siblings have met.
 *
 *      level 2            (0..3)                 the state of blocks 0..4 is {(level 2, 0), (level 0, 4)}:
 *      level 1      (0,1)      (2,3)             five leaves, two complete aligned subtrees
 *      level 0     0     1    2     3    4
 */
import { EngramError } from "./errors.ts";

/** Rows per block: the grain of every reduction over memories. */
export const BLOCK_ROWS = 256;

/** Joins the states of two neighbouring row ranges, the earlier rows first. */
export type Join<S> = (earlier: S, later: S) => S;

/** One complete aligned subtree: blocks index * 2^level .. (index + 1) * 2^level - 1. */
export interface Node<S> {
  readonly level: number;
  readonly index: number;
  readonly state: S;
}

/** A fold state: complete aligned subtrees in ascending block order. */
export type Tree<S> = readonly Node<S>[];

/** The state of one block. @param block global block number = floor(first row / 256) */
export function leaf<S>(block: number, state: S): Tree<S> {
  return [{ level: 0, index: block, state }];
}

/**
 * Joins two fold states. Associative and commutative to the bit for shards cut at multiples of 256 rows.
 * Two shards that share a block (any other cut) join inside it, earlier argument first: the same value within rounding.
 */
export function merge<S>(join: Join<S>, a: Tree<S>, b: Tree<S>): Tree<S> {
  const nodes = [...a, ...b].sort((p, q) => first(p) - first(q) || p.level - q.level);
  const stack: Node<S>[] = [];
  for (const node of nodes) push(join, stack, node);
  return stack;
}

/** Joins what is left, the last subtrees first (the fixed order of an incomplete tree). Undefined for no rows at all. */
export function finish<S>(join: Join<S>, tree: Tree<S>): S | undefined {
  if (tree.length === 0) return undefined;
  let state = tree[tree.length - 1].state;
  for (let i = tree.length - 2; i >= 0; i--) state = join(tree[i].state, state);
  return state;
}

/** Folds consecutive block states as they come, holding at most log2(blocks) of them. */
export class Fold<S> {
  readonly #join: Join<S>;
  readonly #stack: Node<S>[] = [];

  constructor(join: Join<S>) {
    this.#join = join;
  }

  add(block: number, state: S): void {
    push(this.#join, this.#stack, { level: 0, index: block, state });
  }

  get tree(): Tree<S> {
    return this.#stack.slice();
  }
}

function first<S>(node: Node<S>): number {
  return node.index * 2 ** node.level;
}

/** Pushes a node and joins siblings (2i, 2i + 1) while the top of the stack completes a pair. */
function push<S>(join: Join<S>, stack: Node<S>[], node: Node<S>): void {
  let top = node;
  for (;;) {
    const below = stack[stack.length - 1];
    if (below === undefined) break;
    if (below.level === top.level && below.index === top.index) {
      top = { level: top.level, index: top.index, state: join(below.state, top.state) };
    } else if (below.level === top.level && below.index + 1 === top.index && below.index % 2 === 0) {
      top = { level: top.level + 1, index: below.index / 2, state: join(below.state, top.state) };
    } else if (first(top) < first(below) + 2 ** below.level) {
      throw new EngramError("fold", "shards with disjoint rows", "overlapping blocks", "Cut shards at multiples of 256 rows.");
    } else break;
    stack.pop();
  }
  stack.push(top);
}
