/** What the operations of `Rows` take besides the cue, and the checks they share. */
import { BLOCK_ROWS, EngramError } from "../numeric/index.ts";
import type { Backend, Precision } from "../numeric/index.ts";
import { floats } from "./panels.ts";
import type { Floats, RawScore } from "./panels.ts";

export interface RowsOptions {
  /** Default f32. */
  precision?: Precision;
  /** Default: SIMD where WebAssembly works. */
  backend?: Backend;
}

/** Rows [from, to) of the store; `from` must be a multiple of 256. */
export interface RowRange {
  from?: number;
  to?: number;
}

export interface ScoreOptions extends RowRange {
  /** dim entries; 0 = this coordinate is left out of the sum. */
  visible?: ArrayLike<number>;
}

export interface RawScoreOptions extends ScoreOptions {
  /** Where the scores go: Q x (to - from) numbers of the store's precision. Default: a new array. */
  out?: Floats;
}

export interface SoftmaxOptions extends ScoreOptions {
  op: RawScore;
  /** logit = scale * raw score + bias of the row. */
  scale: number;
  /** One per row of the store, f64. */
  bias?: Float64Array;
  /** Global number of row 0 of this store, for shards; a multiple of 256. */
  firstRow?: number;
}

/** @throws EngramError unless 0 <= from <= to <= count with from a multiple of 256 */
export function rowRange(options: RowRange, count: number): { from: number; to: number } {
  const from = options.from ?? 0;
  const to = options.to ?? count;
  if (!(from % BLOCK_ROWS === 0 && from >= 0 && to >= from && to <= count && Number.isInteger(to))) {
    throw new EngramError("row range", `0 <= from <= to <= ${count} with from a multiple of 256`, `${from}..${to}`, "Cut shards at multiples of 256 rows.");
  }
  return { from, to };
}

/** One byte per coordinate, 1 = visible. @throws EngramError on a wrong length */
export function maskOf(visible: ArrayLike<number> | undefined, dim: number): Uint8Array | undefined {
  if (visible === undefined) return undefined;
  if (visible.length !== dim) {
    throw new EngramError("visible", `${dim} entries`, String(visible.length), "One entry per coordinate: 0 hidden, anything else visible.");
  }
  const mask = new Uint8Array(dim);
  for (let k = 0; k < dim; k++) mask[k] = visible[k] === 0 ? 0 : 1;
  return mask;
}

/** Numbers in a precision; the array itself if it has it. */
export function inPrecision(numbers: ArrayLike<number>, precision: Precision): Floats {
  if (numbers instanceof (precision === "f32" ? Float32Array : Float64Array)) return numbers;
  const own = floats(numbers.length, precision);
  own.set(numbers);
  return own;
}

/** The array results go to: `out`, or a fresh one. @throws EngramError when `out` has another length or precision */
export function resultArray(out: Floats | undefined, length: number, precision: Precision): Floats {
  if (out === undefined) return floats(length, precision);
  const kind = precision === "f32" ? Float32Array : Float64Array;
  if (out.length !== length || !(out instanceof kind)) {
    throw new EngramError("out", `a ${kind.name} of ${length} numbers`, `a ${out.constructor.name} of ${out.length}`, "Leave it out, or give one of the right kind and length.");
  }
  return out;
}
