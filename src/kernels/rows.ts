/**
 * N stored rows of D numbers, packed for the kernels, with the operations every memory is made of: raw scores of one cue
 * or many, weighted sums of rows, the fused softmax recall.
 *
 * Order contract (one cue, a batch, shards cut at multiples of 256 rows, SIMD and scalar twin: the same bits, always):
 *   scores       one accumulator per (row, cue), k ascending in blocks of 256 whose sums are added in order
 *   over rows    blocks of 256 global rows, each with its own maximum, joined in the fixed binary tree of numeric/fold.ts
 */
import { BLOCK_ROWS, checkBackend, EngramError, finish, Fold } from "../numeric/index.ts";
import type { Backend, Join, Precision, Tree } from "../numeric/index.ts";
import type { PanelKernels, SoftmaxState } from "./backend.ts";
import { kernels } from "./host.ts";
import { packRows, removeRow, unpackRow, unpackRows } from "./packing.ts";
import { itemBytes, lanes, panelCount } from "./panels.ts";
import type { Floats, RawScore } from "./panels.ts";
import { inPrecision, maskOf, resultArray, rowRange } from "./row-options.ts";
import type { RawScoreOptions, RowRange, RowsOptions, SoftmaxOptions } from "./row-options.ts";
import { ScalarPanels } from "./scalar.ts";
import { SimdPanels } from "./simd.ts";
import { joinSoftmaxInPlace } from "./softmax.ts";
import { RowStatistics } from "./statistics.ts";

const addVectors: Join<Float64Array> = (a, b) => a.map((value, k) => value + b[k]);

/** Frees the kernel memory of stores that were dropped without `dispose`. */
const abandoned: FinalizationRegistry<PanelKernels> = new FinalizationRegistry((panels) => panels.free());

export class Rows {
  readonly dim: number;
  readonly precision: Precision;
  readonly #width: number;
  #panels: PanelKernels | undefined;
  #count = 0;
  /** Row sums and norms without copies, for scores made of them: not to be written to. */
  readonly statistics: RowStatistics;

  /** @throws EngramError for a dimension that is not a positive integer, or a backend the host lacks */
  constructor(dim: number, options: RowsOptions = {}) {
    if (!Number.isSafeInteger(dim) || dim < 1) throw new EngramError("Rows", "a positive whole dimension", String(dim), "Pass the numbers per pattern.");
    this.dim = dim;
    this.precision = options.precision ?? "f32";
    this.#width = lanes(this.precision);
    checkBackend(options.backend);
    const live = options.backend === "scalar" ? undefined : kernels();
    if (options.backend === "simd" && live === undefined) {
      throw new EngramError("Rows", "WebAssembly SIMD", "a host that refuses it", "Leave the backend out: the scalar twin gives the same results.");
    }
    this.#panels = live === undefined ? new ScalarPanels(dim, this.precision) : new SimdPanels(live, dim, this.precision);
    this.statistics = new RowStatistics(dim, this.precision, () => ({ panels: this.#live, rows: this.#count }));
    abandoned.register(this, this.#panels, this);
  }

  get #live(): PanelKernels {
    if (this.#panels === undefined) throw new EngramError("Rows", "a live store", "one that was disposed", "Do not use a memory after dispose().");
    return this.#panels;
  }

  get count(): number {
    return this.#count;
  }

  get backend(): Backend {
    return this.#live.backend;
  }

  /** Bytes of the packed rows. */
  get bytes(): number {
    return this.#live.panels().byteLength;
  }

  /** Appends row-major numbers, rounded to the store's precision. @throws EngramError when the length is no multiple of dim */
  append(rows: ArrayLike<number>): void {
    const panels = this.#live;
    const { dim } = this;
    const added = rows.length / dim;
    if (!Number.isInteger(added)) throw new EngramError("append", `a multiple of ${dim} numbers`, String(rows.length), "Pass whole rows.");
    const needed = panelCount(this.#count + added, this.precision) * this.#width * dim;
    const present = panels.panels().length;
    if (needed > present) {
      const growth = Math.ceil((present * 1.5) / (this.#width * dim)) * this.#width * dim;
      try {
        panels.reserve(Math.max(needed, growth));
      } catch (error) {
        if (growth <= needed) throw error;
        panels.reserve(needed); // near the limit: exactly what is needed, or the clear error
      }
    }
    packRows(panels.panels(), rows, this.#count, added, dim, this.#width);
    this.#count += added;
    this.statistics.forget();
  }

  /** Makes room for that many rows in all, exactly: without it a growing store takes up to half as much again. */
  reserve(rows: number): void {
    if (!Number.isSafeInteger(rows) || rows < 0) throw new EngramError("reserve", "a whole number of rows", String(rows), "Pass how many rows the store will hold.");
    this.#live.reserve(panelCount(rows, this.precision) * this.#width * this.dim);
  }

  /** A copy of row i as f64. */
  row(i: number, out: Float64Array = new Float64Array(this.dim)): Float64Array {
    const packed = this.#live.panels();
    if (!Number.isInteger(i) || i < 0 || i >= this.#count) throw new EngramError("row", `0..${this.#count - 1}`, String(i), "Check the row number.");
    if (out.length !== this.dim) throw new EngramError("out", `${this.dim} numbers`, String(out.length), "Give one number per coordinate.");
    unpackRow(packed, i, this.#width, out);
    return out;
  }

  /** A row-major copy in the store's precision. */
  toArray(): Floats {
    return unpackRows(this.#live.panels(), this.#count, this.dim, this.#width);
  }

  /** Removes row i; later rows move up, so that the store equals one that never held it. */
  remove(i: number): void {
    this.row(i); // range check
    removeRow(this.#live.panels(), i, this.#count, this.dim, this.#width);
    this.#count--;
    this.statistics.forget();
  }

  /** Per row: sum of the visible coordinates, f64, k ascending. A copy. */
  sums(visible?: ArrayLike<number>): Float64Array {
    return this.statistics.sums(visible).slice();
  }

  /** Per row: sum of the squares of the visible coordinates, f64, k ascending. A copy. */
  squaredNorms(visible?: ArrayLike<number>): Float64Array {
    return this.statistics.squares(visible).slice();
  }

  /** Per row: sum of (x - mean)^2 over the visible coordinates, about the row's own visible mean, in two passes; exactly 0 for a constant row. A copy. */
  centredSquaredNorms(visible?: ArrayLike<number>): Float64Array {
    return this.statistics.centredSquares(visible).slice();
  }

  /**
   * Raw scores of Q cues against the rows: Q x (to - from), one cue after the other, in the store's precision.
   * @param cues Q x dim numbers, row-major; rounded to the store's precision first
   * @throws EngramError when cues, mask, range or `out` do not fit
   */
  scores(op: RawScore, cues: ArrayLike<number>, options: RawScoreOptions = {}): Floats {
    const { from, to } = rowRange(options, this.#count);
    const count = this.#setCues(op, cues, options.visible);
    const rows = to - from;
    const out = resultArray(options.out, count * rows, this.precision);
    if (rows > 0 && count > 0) this.#live.scores(from / this.#width, panelCount(rows, this.precision), rows, out, rows, 0);
    return out;
  }

  /** sum_mu w_mu x_mu over rows [from, to): dim numbers, f64. weights: one per row of the range. */
  weightedSum(weights: ArrayLike<number>, options: RowRange = {}): Float64Array {
    return finish(addVectors, this.weightedSumPartial(weights, options)) ?? new Float64Array(this.dim);
  }

  /** The same as a fold state of blocks, to be merged with `mergeSums`. firstRow: global number of row 0. */
  weightedSumPartial(weights: ArrayLike<number>, options: RowRange & { firstRow?: number } = {}): Tree<Float64Array> {
    const { from, to } = rowRange(options, this.#count);
    if (weights.length !== to - from) throw new EngramError("weights", `${to - from} numbers`, String(weights.length), "One weight per row of the range.");
    const fold = new Fold(addVectors);
    this.#blocks(from, to, options.firstRow ?? 0, (block, row, rows, first, count) => {
      fold.add(block, this.#live.weightedSum(first, count, rows, weights, row - from, new Float64Array(this.dim)));
    });
    return fold.tree;
  }

  /** The fused softmax recall of one cue: block states of logits = scale * score + bias and of the weighted rows, as a fold. */
  softmaxPartial(cue: ArrayLike<number>, options: SoftmaxOptions): Tree<SoftmaxState> {
    return this.softmaxManyPartial(cue, options)[0];
  }

  /** The same for Q cues (Q x dim numbers); every tree has the bits of the single call. */
  softmaxManyPartial(cues: ArrayLike<number>, options: SoftmaxOptions): Tree<SoftmaxState>[] {
    const { from, to } = rowRange(options, this.#count);
    const count = this.#setCues(options.op, cues, options.visible);
    if (options.bias !== undefined && options.bias.length !== this.#count) {
      throw new EngramError("bias", `${this.#count} numbers`, String(options.bias.length), "One bias per stored row.");
    }
    // The weighted sums of joined blocks serve again: a large store makes no garbage.
    const spare: Float64Array[] = [];
    const room = (): Float64Array => spare.pop() ?? new Float64Array(this.dim);
    const folds = Array.from({ length: count }, () => new Fold<SoftmaxState>((a, b) => {
      const joined = joinSoftmaxInPlace(a, b);
      spare.push(joined.z === b.z ? a.z : b.z);
      return joined;
    }));
    if (count > 0) {
      this.#blocks(from, to, options.firstRow ?? 0, (block, row, rows, first, panels) => {
        const states = this.#live.softmax(first, panels, rows, options.scale, options.bias, row, room);
        states.forEach((state, i) => folds[i].add(block, state));
      });
    }
    return folds.map((fold) => fold.tree);
  }

  #blocks(
    from: number, to: number, firstRow: number,
    visit: (block: number, row: number, rows: number, firstPanel: number, panels: number) => void,
  ): void {
    if (firstRow % BLOCK_ROWS !== 0) throw new EngramError("firstRow", "a multiple of 256", String(firstRow), "Cut shards at multiples of 256 rows.");
    for (let row = from; row < to; row += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, to - row);
      visit((firstRow + row) / BLOCK_ROWS, row, rows, row / this.#width, panelCount(rows, this.precision));
    }
  }

  #setCues(op: RawScore, cues: ArrayLike<number>, visible?: ArrayLike<number>): number {
    const { dim } = this;
    const count = cues.length / dim;
    if (!Number.isInteger(count)) throw new EngramError("cue", `${dim} numbers`, String(cues.length), "Give every cue the store's dimension.");
    this.#live.setCues(op, inPrecision(cues, this.precision), count, maskOf(visible, dim));
    return count;
  }

  /** Frees the kernel memory. Using the store afterwards is an error; disposing twice is not. */
  dispose(): void {
    if (this.#panels === undefined) return;
    abandoned.unregister(this);
    this.#panels.free();
    this.#panels = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Bytes N rows take. */
export function packedBytes(rows: number, dim: number, precision: Precision): number {
  return panelCount(rows, precision) * lanes(precision) * dim * itemBytes(precision);
}
