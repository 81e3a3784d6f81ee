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

type Kind = "sums" | "means" | "squares" | "norms" | "centred" | "centredNorms";

/** The store the statistics are of. */
export interface Counted {
  readonly panels: PanelKernels;
  readonly rows: number;
}

/** The arrays are shared: copy them before you hand them on. */
export class RowStatistics {
  readonly #dim: number;
  readonly #precision: Precision;
  readonly #store: () => Counted;
  #mask: Uint8Array | undefined;
  readonly #known: Map<Kind, Float64Array> = new Map();

  constructor(dim: number, precision: Precision, store: () => Counted) {
    this.#dim = dim;
    this.#precision = precision;
    this.#store = store;
  }

  /** To be called when rows came or went. */
  forget(): void {
    this.#known.clear();
  }

  /** s */
  sums(visible?: ArrayLike<number>): Float64Array {
    this.#turnTo(visible);
    return this.#keep("sums", ({ panels, rows }) => panels.rowSums(panelCount(rows, this.#precision), rows, this.#mask));
  }

  /** s / sum v */
  means(visible?: ArrayLike<number>): Float64Array {
    const sums = this.sums(visible);
    return this.#keep("means", () => sums.map((s) => s / this.#shown()));
  }

  /** n */
  squares(visible?: ArrayLike<number>): Float64Array {
    this.#turnTo(visible);
    return this.#keep("squares", ({ panels, rows }) => panels.rowSquares(panelCount(rows, this.#precision), rows, undefined, this.#mask));
  }

  /** sqrt n */
  norms(visible?: ArrayLike<number>): Float64Array {
    const squares = this.squares(visible);
    return this.#keep("norms", () => squares.map(Math.sqrt));
  }

  /** c */
  centredSquares(visible?: ArrayLike<number>): Float64Array {
    const means = this.means(visible);
    return this.#keep("centred", ({ panels, rows }) => {
      const squares = panels.rowSquares(panelCount(rows, this.#precision), rows, means, this.#mask);
      // A constant row: its mean, off by up to count 2^-53 of itself, would leave dust of sqrt(count) times that; cosine divides by it.
      const count = this.#shown();
      const dust = Math.sqrt(count) * count * 2 ** -53;
      return squares.map((c, mu) => (Math.sqrt(c) <= dust * Math.abs(means[mu]) ? 0 : c));
    });
  }

  /** sqrt c */
  centredNorms(visible?: ArrayLike<number>): Float64Array {
    const squares = this.centredSquares(visible);
    return this.#keep("centredNorms", () => squares.map(Math.sqrt));
  }

  /** sum v, at least 1. */
  #shown(): number {
    return Math.max(1, this.#mask === undefined ? this.#dim : this.#mask.reduce((sum, v) => sum + v, 0));
  }

  #keep(kind: Kind, make: (store: Counted) => Float64Array): Float64Array {
    const known = this.#known.get(kind) ?? make(this.#store());
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
