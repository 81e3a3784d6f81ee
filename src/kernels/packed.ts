/**
 * A matrix that is the right side of many products, packed once (assembly/gemm.ts, sparse.ts): panels of 8 or 32 columns, k by k, the last one
 * filled up with zeros. Every entry of a product is one accumulator, k ascending in blocks of 256 whose sums are added in order, as in sgemm.ts.
 *
 *   W  k x n in f32;   out[i][o] = sum_k A[i][k] W[k][o]  (+ residual[i][o])
 *   A  by fours: group g, k: | A[4g][k] ... A[4g+3][k] |, or as lists of what is not 0
 *
 * Addresses and strides are bytes.
 */
import type { LayerHost } from "./layers.ts";
import { BLOCK_K } from "./panels.ts";

/** Rows at once: with 256 k they stay in the second-level cache. */
const TILE = 256;

/** Where a product goes; rows hold n numbers, rounded up to whole panels. */
export interface ProductCall {
  readonly rows: number;
  readonly out: number;
  readonly outStride: number;
  /** Added after the sum; laid out like `out`, and not it. Default: nothing. */
  readonly residual?: number;
}

/** Bytes of `rows` rows of k numbers by fours. */
export function foursBytes(rows: number, k: number): number {
  return 16 * Math.ceil(rows / 4) * k;
}

/** Bytes that gemm.ts works in for so many rows. */
export function sumsBytes(rows: number): number {
  return 128 * Math.ceil(rows / 4);
}

/** The columns of k rows, `stride` apart, by fours; rows are read to a multiple of 4 numbers. */
export function packFoursTurned({ exports }: LayerHost, from: number, stride: number, columns: number, k: number, to: number): void {
  for (let column = 0; column < columns; column += 4) exports.copy_f32(from + 4 * column, stride, 4, to + 4 * column * k, 16, 4, k, 4);
}

export class PackedMatrix {
  readonly k: number;
  readonly panels: number;
  readonly #width: number;
  readonly #host: LayerHost;
  readonly #address: number;
  /** Work space of gemm.ts. */
  readonly #sums: number;

  /** @param width 8, or 32 for products with lists */
  constructor(host: LayerHost, k: number, n: number, width: 8 | 32 = 8) {
    this.k = k;
    this.panels = Math.ceil(n / width);
    this.#width = width;
    this.#host = host;
    const bytes = 4 * width * k * this.panels;
    this.#address = host.arena.allocate(bytes + sumsBytes(TILE));
    this.#sums = this.#address + bytes;
  }

  /** Takes k x n numbers whose rows start every `stride` bytes. `filled`: they may be read to whole panels. */
  setRows(from: number, stride: number, n: number, filled = false): void {
    const { exports, arena } = this.#host;
    const width = this.#width;
    for (let p = 0; p < this.panels; p++) {
      const to = this.#address + 4 * width * this.k * p;
      const columns = filled ? width : Math.min(width, n - width * p);
      if (columns < width) arena.f32.fill(0, to / 4, to / 4 + width * this.k);
      exports.copy_f32(from + 4 * width * p, stride, 4, to, 4 * width, 4, this.k, columns);
    }
  }

  /** Takes the turned matrix: n x k numbers whose rows start every `stride` bytes. */
  setColumns(from: number, stride: number, n: number): void {
    const { exports, arena } = this.#host;
    const width = this.#width;
    for (let p = 0; p < this.panels; p++) {
      const to = this.#address + 4 * width * this.k * p;
      const rows = Math.min(width, n - width * p);
      if (rows < width) arena.f32.fill(0, to / 4, to / 4 + width * this.k);
      exports.transpose_f32(from + width * p * stride, stride, rows, this.k, to, 4 * width);
    }
  }

  /** @param A by fours @param low lower bound of the result */
  product(A: number, { rows, out, outStride, residual = 0 }: ProductCall, low: number = -Infinity): void {
    const { exports } = this.#host;
    for (let row = 0; row < rows; row += TILE) {
      for (let k = 0; k < this.k; k += BLOCK_K) {
        const depth = Math.min(BLOCK_K, this.k - k);
        exports.gemmFours_f32(
          A + 4 * row * this.k + 16 * k, 16 * this.k, Math.min(TILE, rows - row), this.#address + 32 * k, 32 * this.k, this.panels, depth, out + row * outStride, outStride,
          k === 0 ? 1 : 0, k + depth === this.k ? 1 : 0, 0, residual === 0 ? 0 : residual + row * outStride, outStride, low, Infinity, this.#sums,
        );
      }
    }
  }

  /** The same for rows of which many numbers are 0: `A` as rows, `stride` apart. `lists`: room for {@link listBytes}. */
  productOfLists(A: number, stride: number, lists: number, { rows, out, outStride, residual = 0 }: ProductCall): void {
    const { exports } = this.#host;
    for (let row = 0; row < rows; row += TILE) {
      const count = Math.min(TILE, rows - row);
      for (let k = 0; k < this.k; k += BLOCK_K) {
        const depth = Math.min(BLOCK_K, this.k - k);
        const entries = lists + 4 * (TILE + 1);
        exports.nonzeros_f32(A + row * stride + 4 * k, stride, count, depth, entries, lists);
        const last = k + depth === this.k;
        exports.gemmLists_f32(
          entries, lists, count, this.#address + 128 * k, 128 * this.k, this.panels, out + row * outStride, outStride, k === 0 ? 1 : 0, last && residual !== 0 ? residual + row * outStride : 0,
        );
      }
    }
  }

  free(): void {
    this.#host.arena.free(this.#address);
  }
}

/** Room for the lists of a product of so many rows. */
export function listBytes(rows: number): number {
  return 4 * (TILE + 1) + 8 * (Math.min(TILE, rows) * BLOCK_K + 1);
}
