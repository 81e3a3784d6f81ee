/**
 * The four-way table of a hetero-associative memory: T[i,j,a,b] counts how often level a of left column i met level b of right column j
 * (entropic-memory.md section 10; arXiv 2411.02438).
 *
 *   T      n x p x m x q   u16 counts           row (i, j, a)   its q neighbouring cells
 *
 * Two stores with one face. Dense: all rows, up to 1 GiB. Blocked: a row where it was first touched, found through an index of n p m
 * entries; smaller while fewer than a third of the rows are in use. A table starts blocked and becomes dense when more are (where that fits).
 */
import { EngramError } from "../numeric/index.ts";

/** Most bytes of one table. */
const MAX_BYTES = 2 ** 30;
/** Share of rows in use from which all of them are laid out. */
const DENSE_FROM = 1 / 3;

export interface HeteroShape {
  /** Columns and levels of the left side. */
  readonly n: number;
  readonly m: number;
  /** Columns and levels of the right side. */
  readonly p: number;
  readonly q: number;
}

/** @throws EngramError for another word */
export function checkStore(store: string = "auto"): void {
  if (!["auto", "dense", "blocked"].includes(store)) throw new EngramError("store", "auto, dense or blocked", String(store), "auto chooses by what is stored.");
}

/** Before anything is allocated. @throws EngramError for sizes that are no whole numbers from 1, or a table that is too large for a single pair already */
export function checkTable(shape: HeteroShape, store: "auto" | "dense" | "blocked" = "auto"): void {
  for (const [name, value] of Object.entries(shape)) {
    if (!Number.isInteger(value) || value < 1 || value > 65534) throw new EngramError(`hetero table, ${name}`, "a whole number from 1 to 65534", String(value), "The paper takes 64 columns and 16 levels on both sides.");
  }
  checkStore(store);
  const { n, m, p, q } = shape;
  // One pair whose columns are all defined touches a row for every two columns.
  const [what, bytes] = store === "dense" ? ["all its cells", 2 * n * p * m * q] : ["its index and the cells of one pair", 4 * n * p * m + 2 * n * p * q];
  if (bytes > MAX_BYTES) throw tooLarge(`${n} and ${p} columns of ${m} and ${q} levels, ${what}`, bytes);
}

export class HeteroTable {
  readonly shape: HeteroShape;
  /** Row numbers into `#cells`, -1 for none; undefined where all rows are laid out in order. */
  #index: Int32Array | undefined;
  #cells: Uint16Array;
  /** Rows in use. */
  #used = 0;
  #touched?: Uint8Array;

  /** @throws EngramError as `checkTable` */
  constructor(shape: HeteroShape, store: "auto" | "dense" | "blocked" = "auto") {
    checkTable(shape, store);
    this.shape = Object.freeze({ ...shape });
    if (store === "dense") {
      this.#cells = new Uint16Array(this.denseBytes / 2);
      this.#touched = new Uint8Array(this.rows);
    } else {
      this.#index = new Int32Array(this.rows).fill(-1);
      this.#cells = new Uint16Array(0);
    }
    this.#stays = store === "blocked";
  }

  readonly #stays: boolean;

  /** n p m. */
  get rows(): number {
    const { n, m, p } = this.shape;
    return n * p * m;
  }
  get denseBytes(): number { return this.rows * this.shape.q * 2; }
  /** Bytes in use. */
  get bytes(): number { return this.#cells.byteLength + (this.#index?.byteLength ?? 0); }
  get store(): "dense" | "blocked" { return this.#index === undefined ? "dense" : "blocked"; }
  /** Share of rows in use; one that a subtraction emptied stays in use. */
  get occupancy(): number { return this.#used / this.rows; }
  /** The cells that `offset` points into; renewed by `add`. */
  get cells(): Uint16Array { return this.#cells; }

  /** Where row (i, j, a) begins in `cells`; -1: it is all zero. */
  offset(i: number, j: number, a: number): number {
    const { p, m, q } = this.shape;
    const row = (i * p + j) * m + a;
    if (this.#index === undefined) return row * q;
    const at = this.#index[row];
    return at < 0 ? -1 : at * q;
  }

  get(i: number, j: number, a: number, b: number): number {
    const at = this.offset(i, j, a);
    return at < 0 ? 0 : this.#cells[at + b];
  }

  /** T[i,j,a,b] <- min(T + by, cap). @throws EngramError where the table would outgrow 1 GiB */
  add(i: number, j: number, a: number, b: number, by: number, cap: number): void {
    const at = this.#make(i, j, a) + b;
    this.#cells[at] = Math.min(this.#cells[at] + by, cap);
  }

  /** Takes counts out of a cell that holds as many. */
  subtract(i: number, j: number, a: number, b: number, by: number): void {
    this.#cells[this.offset(i, j, a) + b] -= by;
  }

  /** The rows that are not all zero, in order: their numbers (i p + j) m + a and their q cells each. The same for both stores. */
  filledRows(): { rows: Uint32Array; cells: Uint16Array } {
    const { p, m, q } = this.shape;
    const [rows, places]: [number[], number[]] = [[], []];
    this.forEachRow((i, j, at, a) => {
      for (let b = 0; b < q; b++) {
        if (this.#cells[at + b] === 0) continue;
        rows.push((i * p + j) * m + a);
        places.push(at);
        return;
      }
    });
    const cells = new Uint16Array(rows.length * q);
    places.forEach((at, k) => cells.set(this.#cells.subarray(at, at + q), k * q));
    return { rows: Uint32Array.from(rows), cells };
  }

  /** Every row that is laid out, in order: calls back with (i, j), where its q cells begin, and a. */
  forEachRow(visit: (i: number, j: number, at: number, a: number) => void): void {
    const { n, p, m } = this.shape;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < p; j++) {
        for (let a = 0; a < m; a++) {
          const at = this.offset(i, j, a);
          if (at >= 0) visit(i, j, at, a);
        }
      }
    }
  }

  /** All n p m q cells. @throws EngramError beyond 1 GiB */
  toArray(): Uint16Array {
    if (this.denseBytes > MAX_BYTES) throw tooLarge("dense table", this.denseBytes);
    if (this.#index === undefined) return this.#cells.slice();
    const { q } = this.shape;
    const out = new Uint16Array(this.denseBytes / 2);
    this.#index.forEach((from, row) => {
      if (from >= 0) out.set(this.#cells.subarray(from * q, (from + 1) * q), row * q);
    });
    return out;
  }

  #make(i: number, j: number, a: number): number {
    const { p, m, q } = this.shape;
    const row = (i * p + j) * m + a;
    if (this.#index === undefined) {
      this.#used += 1 - this.#touched![row];
      this.#touched![row] = 1;
      return row * q;
    }
    if (this.#index[row] >= 0) return this.#index[row] * q;
    if (!this.#stays && this.#used + 1 > DENSE_FROM * this.rows && this.denseBytes <= MAX_BYTES) {
      this.#layOut();
      return this.#make(i, j, a);
    }
    const needed = (this.#used + 1) * q;
    if (needed > this.#cells.length) {
      const most = (MAX_BYTES - this.#index.byteLength) / 2;
      if (needed > most) throw tooLarge("index and cells of what is stored", this.#index.byteLength + needed * 2);
      const more = new Uint16Array(Math.min(Math.max(needed, Math.floor(this.#cells.length * 1.5), 256 * q), most));
      more.set(this.#cells);
      this.#cells = more;
    }
    this.#index[row] = this.#used++;
    return this.#index[row] * q;
  }

  #layOut(): void {
    const cells = this.toArray();
    this.#touched = Uint8Array.from(this.#index!, (from) => (from >= 0 ? 1 : 0));
    this.#index = undefined;
    this.#cells = cells;
  }
}

function tooLarge(what: string, bytes: number): EngramError {
  return new EngramError(`hetero table, ${what}`, `at most ${MAX_BYTES} bytes`, String(bytes), "Use fewer columns or levels.");
}
