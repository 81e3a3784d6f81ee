/**
 * Memories in the latent space of an autoencoder (arXiv 2506.10801, Figure 4; epanechnikov-memory.md sections 6, 7.4, 8.5): patterns are
 * codes, every minimum of LSR is found exactly, and all of them can be decoded.
 *
 *   Xi    M x d   codes of the stored pictures, f64
 *   (L34) beta from K_target interacting patterns: P = ceil(M (K_target - 1) / 2) pairs closer than 2 r_s, 2 r_s midway to the next distance;
 *         `touching`: at the P-th distance itself, the authors' limit, where the P-th pair only touches and adds nothing (L20)
 *   (L17) minima: sets K with B(c_K) = K; kept where they lie at a pattern, novel elsewhere (L21)
 *   6.4   LSE at the same beta: `settledMinima`, descent from every pattern and their mean. A lower bound on its minima. `rounded`: the
 *         authors' count, distinct to 1 decimal
 */
import { betaForInteractions, minimaAt, type Minima, type Minimum, pairDistances, settledMinima, softmaxEnergy } from "../dense/index.ts";
import { Rows } from "../kernels/index.ts";
import type { Value } from "../report/index.ts";

export interface NovelMemory {
  /** K, ascending; the names of a picture. */
  readonly members: readonly number[];
  readonly code: Float64Array;
  readonly energy: number;
  /** Distance to the nearest pattern, and which. */
  readonly novelty: number;
  readonly nearest: number;
}

export interface LatentMemories {
  /** M. */
  readonly count: number;
  readonly wanted: number;
  readonly beta: number;
  /** r_s. */
  readonly radius: number;
  /** Pairs closer than 2 r_s. */
  readonly pairs: number;
  readonly attained: number;
  readonly found: Minima;
  /** Patterns that are minima, ascending. */
  readonly kept: readonly number[];
  /** In the order found: smallest member first. */
  readonly novel: readonly NovelMemory[];
  readonly touching: { readonly beta: number; readonly radius: number; readonly kept: number; readonly novel: number };
  readonly lse: { readonly codes: readonly Float64Array[]; readonly rounded: number; readonly settled: boolean };
}

/** Relative: the pair at exactly 2 r_s must be out whichever way its distance was rounded. */
const HAIR = 1e-12;

/** @param codes M x d numbers @throws EngramError where all codes are equal, or there is one only (no beta can be chosen) */
export function latentMemories(codes: ArrayLike<number>, d: number, wanted: number): LatentMemories {
  const Xi = Float64Array.from(codes);
  const M = Xi.length / d;
  const rows = new Rows(d, { precision: "f64" });
  rows.append(Xi);
  const { beta, pairs, attained } = betaForInteractions(rows, wanted);
  const limit = betaForInteractions(rows, wanted, true).beta * (1 + HAIR);
  const lse = lseMemories(rows, beta);
  rows.dispose();
  const D2 = pairDistances(Xi, d);
  const found = minimaAt(D2, beta);
  const touching = minimaAt(D2, limit);
  const novel = found.minima.filter((minimum) => minimum.novel).map((minimum) => novelMemory(Xi, d, minimum));
  const kept = found.minima.filter((minimum) => !minimum.novel).map(({ members }) => members[0]).sort((a, b) => a - b);
  return {
    count: M, wanted, beta, radius: Math.sqrt(2 / beta), pairs, attained, found, kept, novel,
    touching: { beta: limit, radius: Math.sqrt(2 / limit), kept: touching.preserved, novel: touching.novel },
    lse,
  };
}

function novelMemory(Xi: Float64Array, d: number, { members, energy }: Minimum): NovelMemory {
  const code = new Float64Array(d);
  for (const mu of members) for (let k = 0; k < d; k++) code[k] += Xi[mu * d + k];
  for (let k = 0; k < d; k++) code[k] /= members.length;
  let [nearest, least] = [-1, Infinity];
  for (let mu = 0; mu < Xi.length / d; mu++) {
    const squared = between(code, Xi.subarray(mu * d, (mu + 1) * d));
    if (squared < least) [nearest, least] = [mu, squared];
  }
  return { members, code, energy, novelty: Math.sqrt(least), nearest };
}

function lseMemories(rows: Rows, beta: number): LatentMemories["lse"] {
  const { found, lost } = settledMinima(rows, softmaxEnergy(beta, "euclidean"));
  const codes = found.filter(({ kind }) => kind === "minimum").map(({ state }) => state);
  return { codes, rounded: new Set(codes.map((code) => Array.from(code, (value) => Math.round(10 * value)).join())).size, settled: lost.length === 0 };
}

function between(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] - y[k]) ** 2;
  return sum;
}

/** A, B, ... Z, a, ... z, A1, B1, ...: what stored pictures are called. */
export function letter(mu: number): string {
  const place = mu % 52;
  return String.fromCharCode(place < 26 ? 65 + place : 97 + place - 26) + (mu < 52 ? "" : String(Math.floor(mu / 52)));
}

/** "A+B". */
export function title(members: readonly number[]): string {
  return members.map(letter).join("+");
}

/** How many novel memories have 2, 3, ... members. */
export function sizesOf(novel: readonly NovelMemory[]): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { members } of novel) sizes[members.length] = (sizes[members.length] ?? 0) + 1;
  return sizes;
}

/** A row of the result for each of the counts, and one for each novel memory. */
export function rowsOf(found: LatentMemories, more: Record<string, Value> = {}): Record<string, Value>[] {
  const { wanted, beta, radius, pairs, kept, novel, touching, lse } = found;
  return [
    { ...more, part: "midway", wanted, beta, radius, pairs, kept: kept.length, novel: novel.length, sizes: sizesOf(novel) },
    { ...more, part: "touching", wanted, beta: touching.beta, radius: touching.radius, kept: touching.kept, novel: touching.novel },
    { ...more, part: "lse", wanted, beta, memories: lse.codes.length, "distinct to 1 decimal": lse.rounded, settled: lse.settled },
    ...novel.map((one) => ({ ...more, part: "novel", members: title(one.members), energy: one.energy, novelty: one.novelty, nearest: letter(one.nearest) })),
  ];
}
