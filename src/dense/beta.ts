/**
 * Choosing beta from what is stored.
 *
 *   (U11) softmax: the best memory gets weight >= 1 - delta when beta gap >= log((N - 1)(1 - delta) / delta)   semantic-memory.md
 *   (L34) LSR: a wanted mean number K_target of interacting patterns (self included), exactly, from sorted pair distances;
 *         P = ceil(M (K_target - 1) / 2) pairs closer than 2r, 2r midway to the next distance; beta = 2 / r^2
 *   (L22) LSR: a wanted share of patterns kept, from nearest-neighbour distances: beta = 2 / n^2
 */
import { EngramError, log } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import { finiteScore } from "./landscape.ts";
import { checkBeta } from "./parameters.ts";

/** More rows than this are sampled (rows floor(j N / 2000)) before distances are taken: at most 2 million pairs are sorted. */
export const BETA_SAMPLE = 2000;

/**
 * (U11) @param delta wanted doubt, 0 < delta < 1 @param N memories >= 1 @param gap best minus second-best score, > 0
 * @returns 0 when any beta will do (N = 1)
 */
export function betaForCertainty(delta: number, N: number, gap: number): number {
  if (!(delta > 0 && delta < 1)) throw new EngramError("betaFor", "0 < delta < 1", String(delta), "delta = .01 gives the best memory 99 % of the weight.");
  if (!Number.isInteger(N) || N < 1) throw new EngramError("betaFor", "a whole number of memories N >= 1", String(N), "N is the size of the memory.");
  if (!(gap > 0) || gap === Infinity) throw new EngramError("betaFor", "a gap > 0", String(gap), "The gap is best minus second-best score; with none, no beta can decide.");
  return Math.max(0, N === 1 ? 0 : log(((N - 1) * (1 - delta)) / delta) / gap);
}

/** The sampled rows, ascending. */
function sampleOf(rows: Rows): number[] {
  const n = Math.min(rows.count, BETA_SAMPLE);
  return Array.from({ length: n }, (_, j) => Math.floor((j * rows.count) / n));
}

/** Scores of each sampled row with every row, visited in chunks. */
function visitScores(op: "squaredL2" | "dot", rows: Rows, picked: readonly number[], visit: (i: number, scores: ArrayLike<number>) => void): void {
  const chunk = 32;
  for (let start = 0; start < picked.length; start += chunk) {
    const some = picked.slice(start, start + chunk);
    const cues = new Float64Array(some.length * rows.dim);
    some.forEach((mu, j) => cues.set(rows.row(mu), j * rows.dim));
    const all = rows.scores(op, cues);
    some.forEach((_, j) => visit(start + j, all.subarray(j * rows.count, (j + 1) * rows.count)));
  }
}

/** Squared distance of each sampled row to its nearest other row (of all). Duplicates give 0. */
export function nearestSquared(rows: Rows): Float64Array {
  const picked = sampleOf(rows);
  const nearest = new Float64Array(picked.length).fill(Infinity);
  visitScores("squaredL2", rows, picked, (i, squared) => {
    for (let nu = 0; nu < squared.length; nu++) if (nu !== picked[i] && squared[nu] < nearest[i]) nearest[i] = squared[nu];
  });
  return nearest;
}

/** A chosen beta and the words that go into the memory's parameters. */
export interface ChosenBeta {
  readonly beta: number;
  readonly rule: string;
}

/**
 * LSE: (U11) with the median over stored patterns of the score gap of a clean cue: 1/2 d^2 (Euclidean), ||xi||^2 - max xi.xi' (dot).
 * @throws EngramError where the scores of the stored rows overflow, so that there is no gap to choose from
 */
export function chooseSoftmaxBeta(rows: Rows, form: "euclidean" | "dot", delta: number): ChosenBeta {
  const picked = sampleOf(rows);
  const gaps: number[] = [];
  let beyond: number | undefined;
  if (form === "euclidean") {
    for (const squared of nearestSquared(rows)) {
      if (squared === Infinity) beyond = squared;
      else if (squared > 0) gaps.push(squared / 2);
    }
  } else {
    visitScores("dot", rows, picked, (j, overlaps) => {
      let rival = -Infinity;
      for (let nu = 0; nu < rows.count; nu++) if (nu !== picked[j]) rival = Math.max(rival, overlaps[nu]);
      const gap = overlaps[picked[j]] - rival;
      if (!Number.isFinite(gap)) beyond = Number.isFinite(rival) ? overlaps[picked[j]] : rival;
      else if (gap > 0) gaps.push(gap);
    });
  }
  if (gaps.length === 0 && beyond !== undefined && rows.count > 1) finiteScore(beyond, rows.precision, form === "dot" ? "overlap of stored patterns" : "squared distance of stored patterns");
  if (gaps.length === 0) return { beta: 1, rule: "1, since no stored pattern leads another" };
  gaps.sort((a, b) => a - b);
  const gap = gaps[Math.floor((gaps.length - 1) / 2)];
  const beta = betaForCertainty(delta, rows.count, gap);
  return beta > 0 ? { beta, rule: `(U11) delta ${delta}, median nearest-neighbour gap ${gap}` } : { beta: 1, rule: "1, since any beta will do" };
}

export interface Interactions extends ChosenBeta {
  /** Pairs closer than 2r. */
  readonly pairs: number;
  /** The mean number of interacting patterns attained, self included. */
  readonly attained: number;
}

/**
 * (L34) LSR beta for a wanted mean number of interacting patterns.
 * @param wanted K_target > 1, self included @param touching 2r = the P-th distance (the authors' limit) instead of midway to the next
 * @throws EngramError for one pattern, or when all are equal
 */
export function betaForInteractions(rows: Rows, wanted: number, touching = false): Interactions {
  if (!(wanted > 1)) throw new EngramError("interactions", "a number above 1 (self included)", String(wanted), "3 means two neighbours each.");
  const picked = sampleOf(rows);
  const M = picked.length;
  if (M < 2) throw new EngramError("interactions", "at least two patterns", `${M}`, "Pass beta for a single pattern.");
  const distances: number[] = [];
  visitScores("squaredL2", rows, picked, (i, squared) => {
    for (let j = i + 1; j < M; j++) distances.push(Math.sqrt(finiteScore(squared[picked[j]], rows.precision, "squared distance")));
  });
  distances.sort((a, b) => a - b);
  if (distances[distances.length - 1] === 0) throw new EngramError("interactions", `patterns that differ by more than ${rows.precision} squares can show`, "identical patterns", "Pass beta explicitly, or scale the data.");
  const P = Math.min(Math.ceil((M * (wanted - 1)) / 2), distances.length);
  const last = distances[P - 1];
  const after = P < distances.length ? distances[P] : last * 1.01;
  let diameter = touching ? last : (last + after) / 2;
  if (diameter === 0) diameter = distances.find((d) => d > 0)! / 2; // duplicates alone already interact
  const pairs = distances.filter((d) => d < diameter).length;
  return {
    beta: checkBeta(8 / (diameter * diameter)), pairs, attained: 1 + (2 * pairs) / M,
    rule: `(L34) ${wanted} interacting patterns wanted, ${pairs} pairs closer than ${diameter}`,
  };
}

/** (L22) the smallest beta at which a share q of the patterns is kept: 2 / quantile_{1-q}(n)^2 (lower order statistic). 0 < q <= 1. */
export function betaForKeptShare(rows: Rows, share: number): ChosenBeta {
  if (!(share > 0 && share <= 1)) throw new EngramError("share", "0 < share <= 1", String(share), "1 keeps every pattern.");
  const nearest = nearestSquared(rows).sort();
  const squared = nearest[Math.min(nearest.length - 1, Math.floor((1 - share) * nearest.length))];
  if (squared === Infinity) return { beta: 1, rule: "1, since one pattern is always kept" };
  if (!(squared > 0)) throw new EngramError("share", "patterns that differ", "duplicates", "Duplicates are never kept apart; remove them or ask for a smaller share.");
  // a hair above, since n > r_s is strict
  return { beta: (2 / squared) * (1 + 1e-9), rule: `(L22) ${share} of the patterns kept` };
}
