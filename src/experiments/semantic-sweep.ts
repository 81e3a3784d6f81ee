/**
 * The sweep of `semantic-corruptions`: every phi, similarity, corruption and N over disjoint slices of memories. Each corrupted slice is
 * made once and encoded once per phi; one score matrix serves every N of a slice, N < the slice by all its disjoint blocks of N.
 */
import type { Rng } from "../numeric/index.ts";
import { duplicateGroups } from "../universal/index.ts";
import type { Context } from "./experiment.ts";
import { damaged, type SemanticDamage, streamOf } from "./semantic-damage.ts";
import type { Features, Phi } from "./semantic-phi.ts";
import { answers, betaOfClean, scoreMatrices, summarise, type Summary } from "./semantic-recall.ts";
import type { SemanticSet } from "./semantic-set.ts";
import { deviation, mean } from "./uhn-sweep.ts";

export interface SweepPlan {
  readonly slice: number;
  readonly slices: number;
  /** Ascending, at most `slice`. */
  readonly sizes: readonly number[];
  readonly damages: readonly SemanticDamage[];
  /** Similarities by label; pixels at large N take long. */
  readonly similarities?: (phi: string) => readonly string[];
}

export interface SweepRow extends Summary {
  readonly set: string;
  readonly phi: string;
  /** `pooled`, `projected` or empty. */
  readonly features: string;
  readonly similarity: string;
  readonly family: string;
  readonly damage: string;
  readonly strength: number;
  readonly N: number;
  /** Slices, and cues in all. */
  readonly R: number;
  readonly cues: number;
  /** Population standard deviation of `exact` over the slices. */
  readonly exactStd: number;
  /** (U11) from clean cues; only in rows of clean cues. */
  readonly beta?: number;
}

type Cell = Omit<SweepRow, keyof Summary | "exactStd" | "R" | "cues" | "beta">;

/** @param part where it lies in the whole, for progress */
export function semanticSweep(set: SemanticSet, phis: readonly Phi[], plan: SweepPlan, context: Context, part: { from: number; to: number }): SweepRow[] {
  const d = set.shape[0] * set.shape[1] * set.shape[2];
  const cells = new Map<string, { cell: Cell; runs: Summary[]; betas: number[] }>();
  const { slice, slices, sizes, damages } = plan;
  for (let r = 0; r < slices; r++) {
    const images = set.rows(r * slice, (r + 1) * slice);
    const labels = set.labels?.(r * slice, (r + 1) * slice);
    const groups = duplicateGroups(images, d);
    const jobs = jobsOf(phis, images, sizes, d);
    damages.forEach((damage, k) => {
      const at = part.from + ((part.to - part.from) * (r + k / damages.length)) / slices;
      const rng: Rng = streamOf(context.seed, r, damage);
      const cues = damaged(images, set.shape, damage, rng);
      for (const { phi, memories, count, blockSizes } of jobs) {
        context.progress(`${slice} memories, slice ${r + 1} of ${slices}, ${damage.name}: ${phi.name}`, at);
        const features = phi.encode(cues.subarray(0, count * d));
        features.forEach((Q, f) => {
          for (const matrix of scoreMatrices(memories[f], Q, d, plan.similarities?.(phi.name))) {
            for (const N of blockSizes) {
              const cell: Cell = { set: set.name, phi: phi.name, features: Q.kind, similarity: matrix.label, family: damage.family, damage: damage.name, strength: damage.strength, N };
              const key = Object.values(cell).join("|");
              const entry = cells.get(key) ?? { cell, runs: [], betas: [] };
              cells.set(key, entry);
              const blocks = Array.from({ length: Math.floor(count / N) }, (_, b) => answers(matrix, groups, b * N, N));
              entry.runs.push(averaged(blocks.map((block, b) => summarise(block, b * N, images, d, labels))));
              if (damage.family === "clean") entry.betas.push(betaOfClean(blocks[0], N));
            }
          }
        });
      }
    });
    for (const { own } of jobs) own?.dispose?.();
  }
  return [...cells.values()].map(({ cell, runs, betas }) => ({
    ...cell, ...averaged(runs), exactStd: deviation(runs.map(({ exact }) => exact)), R: runs.length, cues: runs.length * Math.floor(slice / cell.N) * cell.N, ...(betas.length === 0 ? {} : { beta: mean(betas) }),
  }));
}

/** A map with the features of the memories it serves. */
interface Job {
  readonly phi: Phi;
  readonly memories: Features[];
  readonly count: number;
  readonly blockSizes: readonly number[];
  readonly own?: Phi;
}

/** A map that is learned from the memories is learned for each N, from the first N of the slice. */
function jobsOf(phis: readonly Phi[], images: Float32Array, sizes: readonly number[], d: number): Job[] {
  return phis.flatMap((phi): Job[] => {
    if (phi.fit === undefined) return [{ phi, memories: phi.encode(images), count: images.length / d, blockSizes: sizes }];
    return sizes.map((N) => {
      const own = phi.fit!(images.subarray(0, N * d));
      return { phi: { ...own, name: phi.name }, memories: own.encode(images.subarray(0, N * d)), count: N, blockSizes: [N], own };
    });
  });
}

function averaged(all: readonly Summary[]): Summary {
  const keys = ["exact", "medianRank", "margin", "label", "mse", "within60", "within50"] as const;
  return Object.fromEntries(keys.map((key) => [key, mean(all.map((one) => one[key]))])) as unknown as Summary;
}

/** The row of a cell; undefined where it was not measured. */
export function rowOf(rows: readonly SweepRow[], phi: string, features: string, similarity: string, damage: string, N: number): SweepRow | undefined {
  return rows.find((row) => row.phi === phi && row.features === features && row.similarity === similarity && row.damage === damage && row.N === N);
}

/** The best similarity (and kind of features) of a map for a damage. */
export function bestOf(rows: readonly SweepRow[], phi: string, damage: string, N: number): SweepRow | undefined {
  const own = rows.filter((row) => row.phi === phi && row.damage === damage && row.N === N);
  return own.length === 0 ? undefined : own.reduce((best, row) => (row.exact > best.exact ? row : best));
}
