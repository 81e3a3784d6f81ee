/**
 * Dense energies as folds: partial(shard, x) -> state, merge, finish. LSE rescales by the maximum; LSR, polynomial and classical add.
 * Law: shards cut at multiples of 256 rows give the bits of the unsharded evaluation.
 *
 *   LSE         state {max, sum, z} per block               finish: E (M58) or (M59), next = sum p xi
 *   additive    state {A = sum F(beta S), W = sum f, z = sum f xi} per block, f = F'(beta S)
 *               finish: E = -Q[eps + A]; next = z / W for distances (LSR: the mean of the active patterns)
 *
 * f of a polynomial can leave f32 (n = 13 at D = 2304): each block's weights are brought near 1 by a power of two, exactly, and its z back.
 * With `visible` the scores are scaled by D / V, as everywhere (continuous.ts).
 */
import { BLOCK_ROWS, EngramError, filled, finish, Fold, log, merge } from "../numeric/index.ts";
import type { Join, Tree } from "../numeric/index.ts";
import { finishSoftmax, joinSoftmax } from "../kernels/index.ts";
import type { Rows, SoftmaxState } from "../kernels/index.ts";
import { visibleScale } from "./landscape.ts";
import type { Separation } from "./separation.ts";
import { scaleOf } from "./sums.ts";

export interface ShardOptions {
  /** Global number of the shard's row 0, a multiple of 256. Default 0. */
  firstRow?: number;
  visible?: ArrayLike<number>;
}

/** One shard's part of the LSE energy at x. @param form distances or overlaps */
export function lsePartial(rows: Rows, x: Float64Array, beta: number, form: "euclidean" | "dot", options: ShardOptions = {}): Tree<SoftmaxState> {
  const op = form === "dot" ? "dot" : "squaredL2";
  return rows.softmaxPartial(x, { op, scale: (form === "dot" ? beta : -beta / 2) * visibleScale(rows.dim, options.visible), ...options });
}

export function lseMerge(a: Tree<SoftmaxState>, b: Tree<SoftmaxState>): Tree<SoftmaxState> {
  return merge(joinSoftmax, a, b);
}

/** @returns E without the quadratic term of the dot form, and the next state; undefined for no rows */
export function lseFinish(tree: Tree<SoftmaxState>, beta: number): { energy: number; next: Float64Array } | undefined {
  const state = finishSoftmax(tree);
  return state === undefined ? undefined : { energy: 0 - state.lse / beta, next: state.mean };
}

export interface AdditiveState {
  readonly A: number;
  readonly W: number;
  readonly z: Float64Array;
}

const add: Join<AdditiveState> = (a, b) => ({ A: a.A + b.A, W: a.W + b.W, z: a.z.map((value, k) => value + b.z[k]) });

/** One shard's part of an energy whose separations add. @param form how S is taken: -1/2 d^2 or xi.x */
export function additivePartial(
  rows: Rows, x: Float64Array, beta: number, separation: Separation, form: "euclidean" | "dot", options: ShardOptions = {},
): Tree<AdditiveState> {
  const { visible, firstRow = 0 } = options;
  if (firstRow % BLOCK_ROWS !== 0) throw new EngramError("firstRow", "a multiple of 256", String(firstRow), "Cut shards at multiples of 256 rows.");
  const raw = rows.scores(form === "dot" ? "dot" : "squaredL2", x, { visible });
  const scale = (form === "dot" ? beta : -beta / 2) * visibleScale(rows.dim, visible);
  const fold = new Fold(add);
  for (let from = 0; from < raw.length; from += BLOCK_ROWS) {
    const to = Math.min(raw.length, from + BLOCK_ROWS);
    const f = filled(new Float64Array(to - from), (i) => separation.f(scale * raw[from + i]));
    let A = 0;
    let W = 0;
    for (let mu = from; mu < to; mu++) {
      A += separation.F(scale * raw[mu]);
      W += f[mu - from];
    }
    const near = scaleOf(f);
    const z = rows.weightedSum(f.map((weight) => weight * near), { from, to }).map((value) => value / near);
    fold.add((firstRow + from) / BLOCK_ROWS, { A, W, z });
  }
  return fold.tree;
}

export function additiveMerge(a: Tree<AdditiveState>, b: Tree<AdditiveState>): Tree<AdditiveState> {
  return merge(add, a, b);
}

/** @returns E = -Q[eps + A] (Infinity where there is no logarithm), z = sum f xi and W = sum f: the gradient's ingredients; next = z / W where some weight is left */
export function additiveFinish(
  tree: Tree<AdditiveState>, beta: number, scaling: "identity" | "log", eps = 0,
): { energy: number; W: number; z: Float64Array; next: Float64Array | undefined } | undefined {
  const state = finish(add, tree);
  if (state === undefined) return undefined;
  const A = eps + state.A;
  const next = state.W > 0 ? state.z.map((value) => value / state.W) : undefined;
  return { energy: scaling === "identity" ? 0 - A : A > 0 ? 0 - log(A) / beta : Infinity, W: state.W, z: state.z, next };
}
