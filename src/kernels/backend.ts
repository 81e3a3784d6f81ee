/**
 * What `Rows` asks of a backend: packed storage and its operations on whole panels. Two implementations,
 * simd.ts (WebAssembly) and scalar.ts (plain loops), with the same bits.
 */
import type { Backend } from "../numeric/index.ts";
import type { Floats, RawScore } from "./panels.ts";

/** Sum and maximum of one block's softmax, with the weighted sum of its rows. */
export interface SoftmaxState {
  /** Largest logit. -Infinity: no row has weight. */
  readonly max: number;
  /** Sum of e^(l - max). */
  readonly sum: number;
  /** Sum of e^(l - max) x, dim numbers. */
  readonly z: Float64Array;
}

export interface PanelKernels {
  readonly backend: Backend;
  /** The packed rows, writable; valid until the next call of anything. */
  panels(): Floats;
  /** Makes room for that many packed numbers; what was stored stays, the rest is undefined. */
  reserve(numbers: number): void;
  /** Fills the panels with the columns of B (dim x n, row-major, in the store's precision): n rows of dim numbers, where there is room for them. */
  setColumns(B: Floats, n: number): void;
  /** Takes the cues (row-major, in the store's precision) for the calls that follow, which may read `cues`. mask: 1 per visible coordinate. */
  setCues(op: RawScore, cues: Floats, count: number, mask?: Uint8Array): void;
  /** out[cue * stride + at + row] = score for the rows of `count` panels from `first`; `rows` of them are real. */
  scores(first: number, count: number, rows: number, out: Floats, stride: number, at: number): void;
  /** The softmax state of one block (at most 256 rows) for each cue, logits = scale * score + bias[biasAt + row]; z in arrays from `room`. */
  softmax(first: number, count: number, rows: number, scale: number, bias: Float64Array | undefined, biasAt: number, room: () => Float64Array): SoftmaxState[];
  /** Weighted sum of the rows of one block, written to z; weights: `rows` numbers from `at`, f64, rounded to the store's precision. */
  weightedSum(first: number, count: number, rows: number, weights: ArrayLike<number>, at: number, z: Float64Array): Float64Array;
  /** Per row of `count` panels from 0: the sum of the visible coordinates, f64, k ascending. */
  rowSums(count: number, rows: number, mask?: Uint8Array): Float64Array;
  /** The same of (x - about[row])^2. about: one per row; undefined: 0. */
  rowSquares(count: number, rows: number, about?: Float64Array, mask?: Uint8Array): Float64Array;
  free(): void;
}
