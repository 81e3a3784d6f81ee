/**
 * Recall in feature space, measured (semantic-memory.md section 14): who answers each cue, and how well.
 *
 *   K  N x e  features of the memories;  Q  N x e  of the damaged copy of each, in order
 *   separation max; softmax has the same arg max, and beta by (U11) for delta = .01 from the median gap of clean cues
 */
import { Rows } from "../kernels/index.ts";
import { betaFor, cosine, dot, indexExact, negL1, negL2, pearson, type Similarity } from "../universal/index.ts";
import { median } from "../numeric/index.ts";
import type { Features } from "./semantic-phi.ts";

/**
 * In the order tables show them; `unit L1` is L1 between vectors scaled to length 1, as cosine is L2 between them, `root L1` the same of
 * sign(x) sqrt|x| (Hellinger's idea: a few large features do not decide alone).
 */
export const SIMILARITIES: readonly { readonly label: string; readonly similarity: Similarity; readonly scale?: "unit" | "root" }[] = [
  { label: "L1", similarity: negL1 }, { label: "unit L1", similarity: negL1, scale: "unit" }, { label: "root L1", similarity: negL1, scale: "root" }, { label: "L2", similarity: negL2 }, { label: "cosine", similarity: cosine }, { label: "Pearson", similarity: pearson }, { label: "dot", similarity: dot },
];

/** Scores of every cue against every memory. */
export interface ScoreMatrix {
  readonly label: string;
  /** Q x N, row-major per cue. */
  readonly S: Float64Array;
  readonly N: number;
}

/** @param d the features' width where the set does not say (pixels) @param labels which similarities; default all */
export function scoreMatrices(memories: Features, cues: Features, d: number, labels: readonly string[] = SIMILARITIES.map(({ label }) => label)): ScoreMatrix[] {
  const e = memories.dim || d;
  const wanted = SIMILARITIES.filter(({ label }) => labels.includes(label));
  return ([undefined, "unit", "root"] as const).flatMap((scale) => {
    const own = wanted.filter((one) => one.scale === scale);
    if (own.length === 0) return [];
    const rows = new Rows(e);
    rows.append(scaledRows(memories.data, e, scale));
    const asked = scaledRows(cues.data, e, scale);
    const out = own.map(({ label, similarity }) => ({ label, S: similarity.bind(rows).scores(asked), N: rows.count }));
    rows.dispose();
    return out;
  });
}

/** The rows as a similarity compares them: as they are, at length 1, or their square roots at length 1. */
export function scaledRows(data: Float32Array, dim: number, scale?: "unit" | "root"): Float32Array {
  if (scale === undefined) return data;
  return unitRows(scale === "root" ? data.map((x) => Math.sign(x) * Math.sqrt(Math.abs(x))) : data, dim);
}

/** Each row at length 1; those of length 0 stay 0. */
export function unitRows(data: Float32Array, dim: number): Float32Array {
  const out = Float32Array.from(data);
  for (let at = 0; at < out.length; at += dim) {
    let squares = 0;
    for (let i = at; i < at + dim; i++) squares += data[i] * data[i];
    if (squares > 0) for (let i = at; i < at + dim; i++) out[i] /= Math.sqrt(squares);
  }
  return out;
}

/** What a cue got. */
export interface Answered {
  readonly winner: number;
  readonly hit: boolean;
  /** 1 = the right one scores highest. */
  readonly rank: number;
  readonly best: number;
  readonly margin: number;
}

/**
 * The block of memories `from` .. `from + N` - 1, asked by their own cues as if nothing else were stored.
 * @param groups from duplicateGroups, over all memories
 */
export function answers({ S, N: side }: ScoreMatrix, groups: Int32Array, from: number, N: number): Answered[] {
  return Array.from({ length: N }, (_, n) => {
    const mu = from + n;
    const row = mu * side;
    let [winner, best, second, rank] = [from, -Infinity, -Infinity, 1];
    const own = S[row + mu];
    for (let nu = from; nu < from + N; nu++) {
      const s = S[row + nu];
      if (s > best) [second, best, winner] = [best, s, nu];
      else if (s > second) second = s;
      if (s > own || (s === own && nu < mu)) rank++;
    }
    return { winner, hit: indexExact(winner, mu, groups), rank, best, margin: best - second };
  });
}

export interface Summary {
  /** indexExact. */
  readonly exact: number;
  readonly medianRank: number;
  /** Median lead of the best over the second. */
  readonly margin: number;
  /** Share whose answer has the right label; NaN without labels. */
  readonly label: number;
  /** Mean squared error per pixel value of the stored picture that is read out. */
  readonly mse: number;
  /** sumSq(60), sumSq(50). */
  readonly within60: number;
  readonly within50: number;
}

/** @param images N x d, what is read out @param labels one per memory, where there are any */
export function summarise(answered: readonly Answered[], from: number, images: Float32Array, d: number, labels?: ArrayLike<number>): Summary {
  const errors = answered.map(({ winner }, n) => {
    const mu = from + n;
    if (winner === mu) return 0;
    let sum = 0;
    for (let i = 0; i < d; i++) sum += (images[mu * d + i] - images[winner * d + i]) ** 2;
    return sum;
  });
  const share = (keep: (n: number) => boolean): number => answered.filter((_, n) => keep(n)).length / answered.length;
  return {
    exact: share((n) => answered[n].hit), medianRank: median(answered.map(({ rank }) => rank)), margin: median(answered.map(({ margin }) => margin)),
    label: labels === undefined ? NaN : share((n) => labels[answered[n].winner] === labels[from + n]),
    mse: errors.reduce((sum, error) => sum + error, 0) / (d * answered.length), within60: share((n) => errors[n] <= 60), within50: share((n) => errors[n] <= 50),
  };
}

/** (U11) beta for delta = .01 from the median lead of clean cues. */
export function betaOfClean(clean: readonly Answered[], N: number): number {
  const gap = median(clean.map(({ margin }) => margin));
  return gap > 0 && gap < Infinity ? betaFor(0.01, N, gap) : NaN;
}
