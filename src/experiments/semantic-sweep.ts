/**
 * The sweep of `semantic-corruptions`: every phi, similarity, corruption and N over disjoint slices of memories. Each corrupted slice is
 * made once and encoded once per phi; one score matrix serves every N of a slice, N < the slice by all its disjoint blocks of N.
 * A part is what one phi makes of one damaged slice; memories and cues are made only where a part is not kept from an earlier run.
 */
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
  /** Slices, those of every seed, and cues in all. */
  readonly R: number;
  readonly cues: number;
  /** Population standard deviation of `exact` over the slices. */
  readonly exactStd: number;
  /** (U11) from clean cues; only in rows of clean cues. */
  readonly beta?: number;
}

type Cell = Omit<SweepRow, keyof Summary | "exactStd" | "R" | "cues" | "beta">;

/** What a phi makes of one damaged slice, by cell. */
interface Run {
  readonly cell: Cell;
  readonly summary: Summary;
  readonly beta?: number;
}

/** @param sets the same pictures in the orders of several seeds @param part where it lies in the whole, for progress */
export function semanticSweep(sets: readonly SemanticSet[], phis: readonly Phi[], plan: SweepPlan, context: Context, part: { from: number; to: number }): SweepRow[] {
  const cells = new Map<string, { cell: Cell; runs: Summary[]; betas: number[] }>();
  const { slice, slices, sizes, damages } = plan;
  for (const [s, r] of sets.flatMap((_, s) => Array.from({ length: slices }, (_, r) => [s, r]))) {
    const set = sets[s];
    const images = once(() => set.rows(r * slice, (r + 1) * slice));
    const jobs = jobsOf(phis, images, sizes, slice, set.shape);
    damages.forEach((damage, k) => {
      const at = part.from + ((part.to - part.from) * (s * slices + r + k / damages.length)) / (sets.length * slices);
      const cues = once(() => damaged(images(), set.shape, damage, streamOf(set.seed, r, damage)));
      for (const job of jobs) {
        context.progress(`${slice} memories, ${sets.length === 1 ? "" : `seed ${set.seed}, `}slice ${r + 1} of ${slices}, ${damage.name}: ${job.phi.name}`, at);
        const labels = plan.similarities?.(job.phi.name);
        const key = JSON.stringify(["semantic-sweep 1", set.name, set.seed, slice, r, damage.name, job.phi.name, job.phi.id ?? "", job.blockSizes, labels ?? "all"]);
        const measure = (): Run[] => measured(job, set, { r, slice, damage, labels, images: images(), cues: cues() });
        for (const { cell, summary, beta } of context.part === undefined ? measure() : context.part(key, measure)) {
          const entry = cells.get(JSON.stringify(cell)) ?? { cell, runs: [], betas: [] };
          cells.set(JSON.stringify(cell), entry);
          entry.runs.push(summary);
          if (beta !== undefined) entry.betas.push(beta);
        }
      }
    });
    for (const job of jobs) job.dispose();
  }
  return [...cells.values()].map(({ cell, runs, betas }) => ({
    ...cell, ...averaged(runs), exactStd: deviation(runs.map(({ exact }) => exact)), R: runs.length, cues: runs.length * Math.floor(slice / cell.N) * cell.N, ...(betas.length === 0 ? {} : { beta: mean(betas) }),
  }));
}

/** One slice, damaged. */
interface Asked {
  readonly r: number;
  readonly slice: number;
  readonly damage: SemanticDamage;
  readonly labels?: readonly string[];
  readonly images: Float32Array;
  readonly cues: Float32Array;
}

function measured({ phi, memories, count, blockSizes }: Job, set: SemanticSet, { r, slice, damage, labels: wanted, images, cues }: Asked): Run[] {
  const d = images.length / slice;
  const labels = set.labels?.(r * slice, (r + 1) * slice);
  const groups = duplicateGroups(images, d);
  const { maps, features: K } = memories();
  return maps.encode(cues.subarray(0, count * d)).flatMap((Q, f) => scoreMatrices(K[f], Q, d, wanted).flatMap((matrix) => blockSizes.map((N): Run => {
    const cell: Cell = { set: set.name, phi: phi.name, features: Q.kind, similarity: matrix.label, family: damage.family, damage: damage.name, strength: damage.strength, N };
    const blocks = Array.from({ length: Math.floor(count / N) }, (_, b) => answers(matrix, groups, b * N, N));
    const summary = averaged(blocks.map((block, b) => summarise(block, b * N, images, d, labels)));
    return { cell, summary, ...(damage.family === "clean" ? { beta: betaOfClean(blocks[0], N) } : {}) };
  })));
}

/** A map with the features of the memories it serves, made when they are asked for. */
interface Job {
  readonly phi: Phi;
  readonly memories: () => { readonly maps: Phi; readonly features: Features[] };
  readonly count: number;
  readonly blockSizes: readonly number[];
  dispose(): void;
}

/** A map that is learned from the memories is learned for each N, from the first N of the slice. */
function jobsOf(phis: readonly Phi[], images: () => Float32Array, sizes: readonly number[], slice: number, [C, H, W]: SemanticSet["shape"]): Job[] {
  return phis.flatMap((phi): Job[] => {
    if (phi.fit === undefined) return [{ phi, memories: once(() => ({ maps: phi, features: phi.encode(images()) })), count: slice, blockSizes: sizes, dispose: () => {} }];
    return sizes.map((N) => {
      let own: Phi | undefined;
      const memories = once(() => {
        const first = images().subarray(0, N * C * H * W);
        own = phi.fit!(first);
        return { maps: own, features: own.encode(first) };
      });
      return { phi, memories, count: N, blockSizes: [N], dispose: () => own?.dispose?.() };
    });
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
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
