/**
 * The layout of stored rows, the same in WebAssembly memory and in a plain buffer (its twin: assembly/layout.ts).
 *
 * A panel holds 128 / itemBytes rows (32 of f32, 16 of f64), interleaved: all rows' first coordinate, then all rows' second...
 * so that two cache lines are one coordinate of one panel. The last panel is padded with zero rows.
 */
import type { Precision } from "../numeric/index.ts";

/** A packed store or a score table, in the store's precision. */
export type Floats = Float32Array | Float64Array;

/** What a raw score sums over the coordinates: x q, (x - q)^2, |x - q|, or 1 where the signs differ (x >= 0 counts as plus). */
export type RawScore = "dot" | "squaredL2" | "l1" | "hamming";

/** Coordinates per partial sum: acc runs over 256, then total += acc. */
export const BLOCK_K = 256;

export function itemBytes(precision: Precision): number {
  return precision === "f32" ? 4 : 8;
}

/** Bytes of one coordinate of a panel: eight vectors, enough additions in flight to hide their latency. */
export const PANEL_BYTES = 128;

/** Rows per panel. */
export function lanes(precision: Precision): number {
  return PANEL_BYTES / itemBytes(precision);
}

export function panelCount(rows: number, precision: Precision): number {
  return Math.ceil(rows / lanes(precision));
}

export function floats(length: number, precision: Precision): Floats {
  return precision === "f32" ? new Float32Array(length) : new Float64Array(length);
}

/** Index of coordinate 0 of a row in the packed array; coordinate k lies `k * lanes` further. */
export function rowStart(row: number, dim: number, width: number): number {
  return Math.floor(row / width) * width * dim + (row % width);
}
