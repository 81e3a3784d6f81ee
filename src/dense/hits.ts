/** What a search has found so far, and how far it must still look: squared distances, as the kernels compute them. */
import type { Nearby, Wanted } from "./nearby.ts";

/** Room for rounding where a bound is the square of a sum of roots: a few units in the last place. */
const ROUNDED = 1 + 1e-14;

export class Hits {
  readonly #within: number;
  readonly #top: number;
  readonly #sphere: number | undefined;
  readonly #rows: number[] = [];
  readonly #squared: number[] = [];
  /** The `top` smallest, ascending. */
  readonly #best: number[] = [];
  /** The least distance from the sphere. */
  #gap = Infinity;
  /** Rows of which a coordinate was read. */
  scanned = 0;
  /** A row whose squared distance is above this is not wanted. Never grows. */
  limit: number;

  constructor({ within, top = 0, sphere }: Wanted) {
    this.#within = within;
    this.#top = top;
    this.#sphere = sphere;
    this.limit = this.#bound();
  }

  offer(row: number, d2: number): void {
    if (d2 > this.limit) return;
    this.#rows.push(row);
    this.#squared.push(d2);
    let narrower = false;
    if (this.#best.length < this.#top || d2 < this.#best[this.#best.length - 1]) {
      let at = this.#best.length;
      while (at > 0 && this.#best[at - 1] > d2) at--;
      this.#best.splice(at, 0, d2);
      if (this.#best.length > this.#top) this.#best.pop();
      narrower = this.#best.length === this.#top;
    }
    if (this.#sphere !== undefined) {
      const gap = Math.abs(Math.sqrt(d2) - this.#sphere);
      if (gap < this.#gap) {
        this.#gap = gap;
        narrower = true;
      }
    }
    if (narrower) this.limit = this.#bound();
  }

  /** Where equal distances meet the limit they are kept: the lower row number decides later. */
  #bound(): number {
    const ranked = this.#top === 0 ? 0 : this.#best.length < this.#top ? Infinity : this.#best[this.#best.length - 1];
    const outer = this.#sphere === undefined ? 0 : this.#sphere + this.#gap;
    return Math.max(this.#within, ranked * ROUNDED + 2 ** -1070, outer * outer * ROUNDED);
  }

  /** Rows ascending. @param more rows scanned elsewhere */
  result(more: number): Nearby {
    // Sorted as single numbers (row, place), which is faster than pairs: 2^31 rows times 2^22 places.
    const kept: number[] = [];
    this.#rows.forEach((_, i) => {
      if (this.#squared[i] <= this.limit) kept.push(i);
    });
    const keys = Float64Array.from(kept, (i, j) => this.#rows[i] * 4194304 + j).sort();
    const at = new Int32Array(keys.length);
    const squared = new Float64Array(keys.length);
    keys.forEach((key, n) => {
      const i = kept[key % 4194304];
      at[n] = this.#rows[i];
      squared[n] = this.#squared[i];
    });
    return { at, squared, scanned: this.scanned + more };
  }
}
