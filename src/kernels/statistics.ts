/**
 * Sums and norms of the stored rows, f64 in any precision of the store, kept for the mask that was asked last: masks repeat over a
 * batch and over the steps of a recall.
 *
 *   s_mu = sum_k v_k x_mu,k      n_mu = sum_k v_k x_mu,k^2      c_mu = sum_k v_k (x_mu,k - s_mu / sum_k v_k)^2
 */
import type { Precision } from "../numeric/index.ts";
import type { PanelKernels } from "./backend.ts";
import { panelCount } from "./panels.ts";
import { maskOf } from "./row-options.ts";

type Kind = "sums" | "squares" | "centred";

export class RowStatistics {
  readonly #dim: number;
  readonly #precision: Precision;
  #mask: Uint8Array | undefined;
  readonly #known: Map<Kind, Float64Array> = new Map();

  constructor(dim: number, precision: Precision) {
    this.#dim = dim;
    this.#precision = precision;
  }

  /** To be called when rows came or went. */
  forget(): void {
    this.#known.clear();
  }

  sums(panels: PanelKernels, rows: number, visible?: ArrayLike<number>): Float64Array {
    this.#turnTo(visible);
    return this.#keep("sums", () => panels.rowSums(panelCount(rows, this.#precision), rows, this.#mask));
  }

  squaredNorms(panels: PanelKernels, rows: number, visible?: ArrayLike<number>): Float64Array {
    this.#turnTo(visible);
    return this.#keep("squares", () => panels.rowSquares(panelCount(rows, this.#precision), rows, undefined, this.#mask));
  }

  centredSquaredNorms(panels: PanelKernels, rows: number, visible?: ArrayLike<number>): Float64Array {
    const sums = this.sums(panels, rows, visible);
    const mask = this.#mask;
    return this.#keep("centred", () => {
      const count = Math.max(1, mask === undefined ? this.#dim : mask.reduce((sum, v) => sum + v, 0));
      const squares = panels.rowSquares(panelCount(rows, this.#precision), rows, sums.map((s) => s / count), mask);
      // A constant row: its mean, off by up to count 2^-53 of itself, would leave dust of sqrt(count) times that; cosine divides by it.
      return squares.map((c, mu) => (Math.sqrt(c) <= Math.sqrt(count) * 2 ** -53 * Math.abs(sums[mu]) ? 0 : c));
    });
  }

  #keep(kind: Kind, make: () => Float64Array): Float64Array {
    const known = this.#known.get(kind) ?? make();
    this.#known.set(kind, known);
    return known;
  }

  #turnTo(visible: ArrayLike<number> | undefined): void {
    const mask = maskOf(visible, this.#dim);
    const same = mask === undefined || this.#mask === undefined ? mask === this.#mask : mask.every((v, k) => v === this.#mask?.[k]);
    if (same) return;
    this.#mask = mask;
    this.forget();
  }
}
