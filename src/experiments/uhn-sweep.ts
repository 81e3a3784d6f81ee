/**
 * One sweep of the UHN protocol with separation max (semantic-memory.md section 10): every similarity, every size N, every
 * strength of one corruption, over R disjoint slices; mean and population standard deviation over the slices.
 *
 * Deviations, all of which leave the means alone: the damaged copy of an image is shared by all N of a slice, so that one
 * score matrix serves every N (the authors damage anew for each); where N <= 50, a second mean over all disjoint blocks of N
 * images (`wide`) stands beside the protocol's R = 5, whose few trials scatter too much to be checked alone (U18).
 */
import { Rows } from "../kernels/index.ts";
import { type Rng, seeded } from "../numeric/index.ts";
import { duplicateGroups } from "../universal/index.ts";
import type { Context } from "./experiment.ts";
import { scoreColumns, type Success, successOfMax } from "./uhn-scores.ts";
import { type PictureSet, slice } from "./uhn-slices.ts";

/** Damages one image (channel-first, [0, 1]) by a strength. */
export type Damage = (row: Float32Array, shape: PictureSet["shape"], strength: number, rng: Rng) => Float32Array;

export interface Sweep {
  /** Name and label of the corruption, e.g. `foldedGaussian (C1)`. */
  readonly corruption: string;
  readonly damage: Damage;
  readonly strengths: readonly number[];
  /** Ascending; the last is the slice size. */
  readonly sizes: readonly number[];
  /** R of the protocol. */
  readonly runs: number;
  /** Slices used for the wide mean; at least `runs`. */
  readonly wideRuns: number;
  readonly columns: readonly string[];
  /** Largest N of columns that are slow. */
  readonly limits?: Readonly<Record<string, number>>;
  /** T of sumSq for dimension d. */
  readonly threshold: (d: number) => number;
}

/** Mean and population standard deviation over R slices. */
export interface Row {
  readonly set: string;
  readonly corruption: string;
  readonly strength: number;
  readonly N: number;
  readonly similarity: string;
  readonly form: string;
  readonly exact: number;
  readonly exactStd: number;
  readonly within: number;
  readonly withinStd: number;
  readonly R: number;
  /** Mean over all disjoint blocks, where N <= WIDE_BELOW. */
  readonly wideExact?: number;
  readonly wideWithin?: number;
  readonly wideBlocks?: number;
}

/** "At N <= 50 a cell rests on few trials: average over R >= 20 slices" (U18). */
export const WIDE_BELOW = 50;

/** @param part where this sweep lies in the whole, for progress */
export function runSweep(set: PictureSet, sweep: Sweep, context: Context, part: { from: number; to: number }): Row[] {
  const cells = new Map<string, { row: Omit<Row, "exact" | "exactStd" | "within" | "withinStd" | "R">; runs: Success[]; wide: Success[] }>();
  const { sizes, strengths, wideRuns } = sweep;
  const largest = sizes[sizes.length - 1];
  for (let r = 0; r < wideRuns; r++) {
    const images = slice(set, r, largest);
    const groups = duplicateGroups(images, images.length / largest);
    strengths.forEach((strength, k) => {
      context.progress(`${set.name}, slice ${r + 1} of ${wideRuns}, ${sweep.corruption} ${strength}`, part.from + ((part.to - part.from) * (r + k / strengths.length)) / wideRuns);
      const cues = damageAll(images, set, sweep, strength, seeded(context.seed).fork(r * 1000 + k));
      for (const { limit, columns } of byLimit(sweep, largest)) {
        const d = images.length / largest;
        const M = images.subarray(0, limit * d);
        const rows = new Rows(d);
        rows.append(M);
        for (const scores of scoreColumns(rows, cues.subarray(0, limit * d), columns)) {
          for (const N of sizes.filter((size) => size <= limit)) {
            const key = `${scores.name} ${N} ${strength}`;
            const cell = cells.get(key) ?? {
              row: { set: set.name, corruption: sweep.corruption, strength, N, similarity: scores.name, form: scores.form }, runs: [], wide: [],
            };
            cells.set(key, cell);
            const blocks = N <= WIDE_BELOW ? Math.floor(limit / N) : 1;
            for (let b = 0; b < blocks; b++) {
              const success = successOfMax(scores, M, groups, { from: b * N, N }, sweep.threshold(d));
              if (b === 0 && r < sweep.runs) cell.runs.push(success);
              if (N <= WIDE_BELOW) cell.wide.push(success);
            }
          }
        }
        rows.dispose();
      }
    });
  }
  return [...cells.values()].map(({ row, runs, wide }) => ({
    ...row,
    ...moments("exact", runs.map(({ exact }) => exact)), ...moments("within", runs.map(({ within }) => within)), R: runs.length,
    ...(wide.length === 0 ? {} : { wideExact: mean(wide.map(({ exact }) => exact)), wideWithin: mean(wide.map(({ within }) => within)), wideBlocks: wide.length }),
  })) as Row[];
}

/** The damaged copy of each image, in order. */
export function damageAll(images: Float32Array, set: PictureSet, sweep: Pick<Sweep, "damage">, strength: number, rng: Rng): Float32Array {
  const d = set.shape[0] * set.shape[1] * set.shape[2];
  const cues = new Float32Array(images.length);
  for (let at = 0; at < images.length; at += d) cues.set(sweep.damage(images.subarray(at, at + d), set.shape, strength, rng), at);
  return cues;
}

/** The row of a column at a size and strength. */
export function find(rows: readonly Row[], set: string, similarity: string, N: number, strength: number): Row | undefined {
  return rows.find((row) => row.set === set && row.similarity === similarity && row.N === N && row.strength === strength);
}

/** NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Population standard deviation. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) * (value - centre))));
}

function moments(name: string, values: readonly number[]): Record<string, number> {
  return { [name]: mean(values), [`${name}Std`]: deviation(values) };
}

/** Columns grouped by the number of images they are scored on. */
function byLimit({ columns, limits = {} }: Sweep, largest: number): { limit: number; columns: string[] }[] {
  const groups = new Map<number, string[]>();
  for (const column of columns) {
    const limit = Math.min(largest, limits[column] ?? largest);
    groups.set(limit, [...(groups.get(limit) ?? []), column]);
  }
  return [...groups].map(([limit, names]) => ({ limit, columns: names }));
}
