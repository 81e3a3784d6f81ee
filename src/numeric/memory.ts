/**
 * The verbs every memory speaks, and what a recall returns. Types only: the contract between the model rooms,
 * the command line and the experiments (DESIGN: "Memory interface"). Everything is synchronous.
 */
import type { Pattern, Patterns } from "./patterns.ts";

/** The name of a stored pattern: given at `store`, or its row number. */
export type Key = string | number;

/** Arithmetic of the stored rows; sums of weights, energies and thresholds are f64 in both. */
export type Precision = "f32" | "f64";

/** Which twin runs: the WebAssembly SIMD kernels or the plain TypeScript loops. Both give the same bits. */
export type Backend = "simd" | "scalar";

export interface StoreOptions {
  /** One per pattern, unique over the whole memory. Default: the row number. */
  keys?: readonly Key[];
  /** For hetero-association: what is projected out instead of the pattern itself; one row per pattern. */
  values?: Patterns;
}

export interface RecallOptions {
  /** dim entries; non-zero = this coordinate of the cue is known. Hidden coordinates are ignored by the similarity. Default: all known; of an image, the pixels whose alpha is not 0. */
  visible?: ArrayLike<number>;
  /** Upper bound on dynamics steps. */
  maxSteps?: number;
  /** Stop when no coordinate moves by more than this in a step. */
  tolerance?: number;
  /** How many entries `ranking` holds. Default 5. */
  top?: number;
}

/** One stored pattern as a candidate answer, best first in a ranking. */
export interface Ranked {
  key: Key;
  /** The similarity score, larger is better. */
  score: number;
  /** The separation weight, or NaN-free 0 where the model has none. */
  weight: number;
}

/** What a recall knows. Rejection is a result, not an exception. All arrays are copies. */
export interface Recall {
  /** The recalled pattern (or value, for hetero-association): dim (or value dim) numbers. */
  state: Float64Array;
  /** The stored pattern the answer stands for, where there is a single one. */
  key?: Key;
  /** The stored patterns nearest to the answer, best first. */
  ranking: Ranked[];
  /** Energy at the start and after every step; empty where the model has no energy. */
  energies: Float64Array;
  /** Steps of the dynamics taken. */
  steps: number;
  /** Whether the dynamics stopped by themselves (not at `maxSteps`). */
  converged: boolean;
  /** Separation weights over the stored patterns, in store order, where the model has them. */
  weights?: Float64Array;
  /** Converged and inside the support / above the threshold named by `criterion`. */
  accepted: boolean;
  /** What `accepted` rests on: e.g. `support`, `threshold`, or `none` where nothing was calibrated. */
  criterion: string;
  /** Why it was not accepted. */
  reason?: string;
}

/** What every model offers. `dispose` frees the kernel memory; using a memory after it is an error. */
export interface Memory {
  /** Number of stored patterns. */
  readonly size: number;
  /** Numbers per pattern; 0 before the first store. */
  readonly dim: number;
  readonly keys: readonly Key[];
  /** Which twin runs. */
  readonly backend: Backend;
  /** What the memory is and what it chose by itself, as strings (printed by `info`, kept in the file). */
  readonly parameters: Readonly<Record<string, string>>;
  store(patterns: Patterns, options?: StoreOptions): void;
  recall(cue: Pattern, options?: RecallOptions): Recall;
  recallMany(cues: Patterns, options?: RecallOptions): Recall[];
  /** The acceptance half of recall: no state is built. */
  recognize(cue: Pattern, options?: RecallOptions): Recognition;
  energy(state: Pattern): number;
  forget(key: Key): void;
  /** The memory as an `.engram` file. */
  toBytes(): Uint8Array;
  dispose(): void;
  [Symbol.dispose](): void;
}

export interface Recognition {
  accepted: boolean;
  criterion: string;
  reason?: string;
  key?: Key;
  ranking: Ranked[];
}
