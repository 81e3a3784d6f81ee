/**
 * Rows in and out of the packed layout (panels.ts). Padding rows of the last panel are zero, so that they weigh nothing and are never
 * subnormal or NaN by accident; panels beyond the last row hold anything.
 */
import { floats, rowStart } from "./panels.ts";
import type { Floats } from "./panels.ts";

/** Writes `added` row-major rows behind the `count` that are there. width: rows per panel. */
export function packRows(packed: Floats, rows: ArrayLike<number>, count: number, added: number, dim: number, width: number): void {
  const end = count + added;
  const last = Math.floor((end - 1) / width) * width; // first row of the last panel
  if (added > 0 && end % width !== 0 && last >= count) packed.fill(0, last * dim, (last + width) * dim);
  for (let i = 0; i < added; i++) {
    const at = rowStart(count + i, dim, width);
    for (let k = 0; k < dim; k++) packed[at + k * width] = rows[i * dim + k];
  }
}

/** Row i as f64. */
export function unpackRow(packed: Floats, i: number, width: number, out: Float64Array): void {
  const at = rowStart(i, out.length, width);
  for (let k = 0; k < out.length; k++) out[k] = packed[at + k * width];
}

/** All rows, row-major, in the precision they are packed in. */
export function unpackRows(packed: Floats, count: number, dim: number, width: number): Floats {
  const all = floats(count * dim, packed instanceof Float32Array ? "f32" : "f64");
  for (let i = 0; i < count; i++) {
    const at = rowStart(i, dim, width);
    for (let k = 0; k < dim; k++) all[i * dim + k] = packed[at + k * width];
  }
  return all;
}

/** Takes row i out; later rows move up. */
export function removeRow(packed: Floats, i: number, count: number, dim: number, width: number): void {
  for (let row = i; row < count; row++) {
    const to = rowStart(row, dim, width);
    const from = rowStart(row + 1, dim, width);
    for (let k = 0; k < dim; k++) packed[to + k * width] = row + 1 < count ? packed[from + k * width] : 0;
  }
}

/** Columns [first, n) of B (dim x n, row-major) as rows; first is a multiple of the width. */
export function packColumns(packed: Floats, B: Floats, first: number, n: number, dim: number, width: number): void {
  const last = Math.floor((n - 1) / width) * width;
  if (n % width !== 0) packed.fill(0, last * dim, (last + width) * dim);
  for (let left = first; left < n; left += width) {
    for (let k = 0; k < dim; k++) {
      for (let column = left; column < Math.min(n, left + width); column++) packed[left * dim + k * width + column - left] = B[k * n + column];
    }
  }
}
