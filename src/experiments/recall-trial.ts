/**
 * Recall by kind of damage and kind of memory: the measurements behind the main job (semantic-memory.md sections 8 and 9).
 *
 *   xi  N x D   stored pictures, flattened, in [0, 1]        q  one damaged copy each of Q of them, spread evenly over the store
 *
 * What counts as recalled, by the way a memory answers:
 *   ranked    separation max: the stored picture with the highest score is the one the cue was made from (indexExact)
 *   read-out  separation softmax: the stored picture nearest (L2) to the read-out z is that one; its error is mean (z - xi)^2
 *   settled   dense memories: the same for the state at which the dynamics stopped; a cue outside the support has no answer, a miss
 * Duplicates of a stored picture count as that picture. Ranked answers are cheap and use all Q cues; the others use every tenth or so.
 */
import { DenseMemory } from "../dense/index.ts";
import { type FeatureMap, SemanticMemory } from "../semantic/index.ts";
import type { Recall, Rng } from "../numeric/index.ts";
import { duplicateGroups, indexExact, UniversalMemory } from "../universal/index.ts";
import type { Damage } from "./recall-damage.ts";

/** Pictures of one size to remember. */
export interface Album {
  readonly name: string;
  /** N x (C H W) in [0, 1], row-major. */
  readonly rows: Float32Array;
  readonly count: number;
  /** C, H, W. */
  readonly shape: readonly [1 | 3, number, number];
}

export type Answer = "ranked" | "read-out" | "settled";

/** One cell of the table. */
export interface Trial {
  readonly set: string;
  readonly memory: string;
  readonly answer: Answer;
  readonly damage: string;
  /** Cues tried. */
  readonly cues: number;
  /** Share recalled. */
  readonly recall: number;
  /** Mean squared error per pixel value over the answered cues; null where the answer is a stored picture (ranked), or none was given. */
  readonly mse: number | null;
  /** Cues without an answer. */
  readonly unanswered: number;
}

export interface TrialOptions {
  readonly damages: readonly Damage[];
  /** Cues for ranked answers. */
  readonly cues: number;
  /** Cues for read-outs and settled states, among the former. */
  readonly fewer: number;
  readonly rng: Rng;
  progress(message: string, fraction: number): void;
}

/** Similarities of the pixel memories, with the name tables show. */
export const PIXEL_MEMORIES: readonly { readonly similarity: string; readonly label: string }[] = [
  { similarity: "negL1", label: "L1" },
  { similarity: "cosine", label: "cosine" },
  { similarity: "pearson", label: "Pearson" },
  { similarity: "dot", label: "dot" },
];

/** The memory that compares features by L1. */
export const FEATURES = "features";

export const DENSE_ENERGIES = ["lse", "lsr"] as const;

/** The memories of one album, filled; dispose when done. */
export interface LineUp {
  /** Nearest stored picture by L2: the baseline, and what judges read-outs. */
  readonly nearest: UniversalMemory;
  /** Separation softmax at the library's own beta; `indices` is the ranking max uses, too. */
  readonly pixel: readonly { readonly label: string; readonly memory: UniversalMemory }[];
  readonly dense: readonly { readonly label: string; readonly memory: DenseMemory }[];
  /** Softmax at its own beta over features; empty without an encoder. */
  readonly semantic: readonly { readonly label: string; readonly memory: SemanticMemory }[];
  dispose(): void;
}

/** Every memory of the table, filled with the album. @param encoder of the memory of features */
export function lineUp({ rows, count, shape }: Album, encoder?: FeatureMap): LineUp {
  const patterns = { rows: count, dim: shape[0] * shape[1] * shape[2], data: rows };
  const nearest = new UniversalMemory({ similarity: "negSqL2", separation: "max" });
  const pixel = PIXEL_MEMORIES.map(({ similarity, label }) => ({ label, memory: new UniversalMemory({ similarity, separation: "softmax" }) }));
  const dense = DENSE_ENERGIES.map((energy) => ({ label: energy.toUpperCase(), memory: new DenseMemory({ energy }) }));
  const semantic = encoder === undefined ? [] : [{ label: FEATURES, memory: new SemanticMemory({ encoder, separation: "softmax" }) }];
  const all = [nearest, ...[...pixel, ...dense, ...semantic].map(({ memory }) => memory)];
  for (const memory of all) memory.store(patterns);
  return { nearest, pixel, dense, semantic, dispose: () => all.forEach((memory) => memory.dispose()) };
}

/** The table: every damage by every memory. */
export function runTrials(album: Album, memories: LineUp, options: TrialOptions): Trial[] {
  const { damages, rng, progress } = options;
  const dim = album.rows.length / album.count;
  const groups = duplicateGroups(album.rows, dim);
  const many = spread(album.count, options.cues);
  const few = spread(many.length, options.fewer).map((i) => many[i]);
  const trials: Trial[] = [];
  damages.forEach((damage, d) => {
    const step = (message: string, part: number): void => progress(`${album.name}, ${damage.name}: ${message}`, (d + part) / damages.length);
    const cues = new Float32Array(many.length * dim);
    many.forEach((mu, j) => cues.set(damage.damage(album.rows.subarray(mu * dim, (mu + 1) * dim), album.shape, rng.fork(1000 * d + j)), j * dim));
    const visible = damage.visible?.(album.shape);
    const fewCues = new Float32Array(few.length * dim);
    spread(many.length, options.fewer).forEach((j, i) => fewCues.set(cues.subarray(j * dim, (j + 1) * dim), i * dim));
    const cell = (memory: string, answer: Answer, rest: Pick<Trial, "cues" | "recall" | "mse" | "unanswered">): void => {
      trials.push({ set: album.name, memory, answer, damage: damage.name, ...rest });
    };
    const right = (found: ArrayLike<number>, truth: readonly number[]): number => truth.filter((mu, j) => found[j] >= 0 && indexExact(found[j], mu, groups)).length / truth.length;
    const ranked = (label: string, memory: UniversalMemory | SemanticMemory): void => {
      const found = memory.indices({ rows: many.length, dim, data: cues }, { visible });
      cell(label, "ranked", { cues: many.length, recall: right(found, many), mse: null, unanswered: 0 });
    };
    const stated = (label: string, answer: Answer, recalls: readonly Recall[]): void => {
      const answered = recalls.map((recall) => answer === "read-out" || recall.accepted);
      const states = recalls.map(({ state }) => state);
      const found = memories.nearest.indices(states).map((mu, j) => (answered[j] ? mu : -1));
      const errors = states.flatMap((z, j) => (answered[j] ? [meanSquares(z, album.rows, few[j] * dim)] : []));
      cell(label, answer, {
        cues: few.length, recall: right(found, few), unanswered: answered.filter((yes) => !yes).length,
        mse: errors.length === 0 ? null : errors.reduce((sum, error) => sum + error, 0) / errors.length,
      });
    };
    const similar = [...memories.pixel, ...memories.semantic];
    const lines = 1 + similar.length + memories.dense.length;
    step("nearest neighbour", 0);
    ranked("nearest neighbour", memories.nearest);
    similar.forEach(({ label, memory }, i) => {
      step(label, (1 + i) / lines);
      ranked(label, memory);
      stated(label, "read-out", memory.recallMany({ rows: few.length, dim, data: fewCues }, { visible, top: 1 }));
    });
    memories.dense.forEach(({ label, memory }, i) => {
      step(label, (1 + similar.length + i) / lines);
      stated(label, "settled", memory.recallMany({ rows: few.length, dim, data: fewCues }, { visible, top: 1 }));
    });
  });
  return trials;
}

/** `count` (or all) of 0..n - 1, evenly spread. */
export function spread(n: number, count: number): number[] {
  const size = Math.min(n, count);
  return Array.from({ length: size }, (_, j) => Math.floor((j * n) / size));
}

function meanSquares(z: ArrayLike<number>, rows: Float32Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < z.length; i++) sum += (z[i] - rows[at + i]) * (z[i] - rows[at + i]);
  return sum / z.length;
}
