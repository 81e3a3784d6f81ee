/**
 * The sweep behind `uhn-separation` (semantic-memory.md sections 4, 10, 11): similarity 1/L1, one cue per memory, nine separations
 * of the authors' pipeline (U7) and three of our stable form at beta = 1, over R disjoint slices.
 *
 *   M  N x d  memories    S  N x N  scores    w  N  weights    z = M^T w  d  read-out    success: sum (xi - z)^2 <= T
 *
 * In the pipeline softmax(1000) is softmax of a sum-normalised score (U8), and log ranks backwards (U10): both are the authors' and kept.
 */
import { Rows } from "../kernels/index.ts";
import { seeded } from "../numeric/index.ts";
import { dot, duplicateGroups, indexExact, negL1, negSqL2, referenceSimilarity, type ReferenceSeparationName, referenceWeights, softmax, sumSq, torchArgmax } from "../universal/index.ts";
import type { Context } from "./experiment.ts";
import type { PictureSet } from "./uhn-slices.ts";
import { slice } from "./uhn-slices.ts";
import { type Damage, damageAll, deviation, mean } from "./uhn-sweep.ts";

export interface SeparationColumn {
  readonly name: string;
  readonly form: "reference" | "stable";
  /** Which scores it reads. */
  readonly scores: "1/D1" | "-D1" | "-D2" | "dot";
  weights(s: Float64Array): Float64Array;
}

const reference = (name: string, separation: ReferenceSeparationName, a = 1): SeparationColumn => ({
  name, form: "reference", scores: "1/D1", weights: (s) => referenceWeights(s, { separation, a }),
});
const stable = (scores: "-D1" | "-D2" | "dot"): SeparationColumn => {
  const separation = softmax(1);
  return { name: `softmax(${scores})`, form: "stable", scores, weights: (s) => separation.weights(s) };
};

/** In the order of the target table. */
export const SEPARATIONS: readonly SeparationColumn[] = [
  reference("log", "log"), reference("identity", "identity"), reference("sqrt", "power", 0.5), reference("x^2", "power", 2), reference("x^3", "power", 3),
  reference("x^4", "power", 4), reference("x^10", "power", 10), reference("softmax(1000)", "softmax", 1000), reference("max", "max"),
  stable("-D1"), stable("-D2"), stable("dot"),
];

export interface SeparationSweep {
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly T: number;
  readonly corruption: string;
  readonly damage: Damage;
  /** Masked fraction. */
  readonly strength: number;
}

/** Mean and population standard deviation over R slices. */
export interface SeparationRow {
  readonly set: string;
  readonly corruption: string;
  readonly strength: number;
  readonly N: number;
  readonly separation: string;
  readonly form: string;
  readonly within: number;
  readonly withinStd: number;
  readonly exact: number;
  readonly exactStd: number;
  readonly R: number;
}

/** @param part where this sweep lies in the whole, for progress */
export function runSeparations(set: PictureSet, sweep: SeparationSweep, context: Context, part: { from: number; to: number }): SeparationRow[] {
  const { sizes, runs } = sweep;
  const largest = sizes[sizes.length - 1];
  const cells = new Map<string, { within: number[]; exact: number[] }>();
  for (let r = 0; r < runs; r++) {
    const images = slice(set, r, largest);
    const cues = damageAll(images, set, sweep, sweep.strength, seeded(context.seed).fork(r));
    const groups = duplicateGroups(images, images.length / largest);
    const rows = new Rows(images.length / largest);
    rows.append(images);
    const S = scoresOf(rows, cues);
    sizes.forEach((N, k) => {
      context.progress(`${set.name}, slice ${r + 1} of ${runs}, N = ${N}`, part.from + ((part.to - part.from) * (r + k / sizes.length)) / runs);
      for (const column of SEPARATIONS) {
        const key = `${column.name} ${N}`;
        const cell = cells.get(key) ?? { within: [], exact: [] };
        cells.set(key, cell);
        const success = successOf(column, S[column.scores], rows, images, groups, N, sweep.T);
        cell.within.push(success.within);
        cell.exact.push(success.exact);
      }
    });
    rows.dispose();
  }
  return SEPARATIONS.flatMap((column) => sizes.map((N) => {
    const { within, exact } = cells.get(`${column.name} ${N}`)!;
    return {
      set: set.name, corruption: sweep.corruption, strength: sweep.strength, N, separation: column.name, form: column.form,
      within: mean(within), withinStd: deviation(within), exact: mean(exact), exactStd: deviation(exact), R: runs,
    };
  }));
}

/** Scores of every cue against every row, row-major per cue, for what the separations read. */
export function scoresOf(rows: Rows, cues: Float32Array): Readonly<Record<SeparationColumn["scores"], Float64Array>> {
  return {
    "1/D1": referenceSimilarity("l1Reference").bind(rows).scores(cues), "-D1": negL1.bind(rows).scores(cues),
    "-D2": negSqL2.bind(rows).scores(cues), dot: dot.bind(rows).scores(cues),
  };
}

/** The first N rows asked by their own cues, as if no others were stored. */
function successOf(
  column: SeparationColumn, S: Float64Array, rows: Rows, images: Float32Array, groups: Int32Array, N: number, T: number,
): { within: number; exact: number } {
  const d = rows.dim;
  let within = 0;
  let exact = 0;
  for (let mu = 0; mu < N; mu++) {
    const w = column.weights(S.slice(mu * rows.count, mu * rows.count + N));
    // (U7e); NaN weights (an exact match, B8) fail both criteria
    if (w.some(Number.isNaN)) continue;
    const winner = torchArgmax(w);
    if (indexExact(winner, mu, groups)) exact++;
    const z = column.name === "max" ? images.subarray(winner * d, (winner + 1) * d) : rows.weightedSum(w, { to: N });
    if (sumSq(images.subarray(mu * d, (mu + 1) * d), z, T)) within++;
  }
  return { within: within / N, exact: exact / N };
}
