/**
 * The hetero-associative register: pairs of objects in a four-way table (entropic-memory.md section 10; arXiv 2411.02438).
 *
 *   v, g   n   left levels and their weights        T      n x p x m x q   hetero-table.ts
 *   w, h   p   right levels and their weights       P      p x q           projection of a left cue (n x m of a right one)
 *
 *   (E24) T[i,j,v_i,w_j] <- min(T + floor(sqrt(g_i h_j)), C)
 *   (E25) entropy: (E6) per sub-table (i, j), averaged          (E26) T_iota = T where T >= iota sum T[i,j] / #nonzero, else 0
 *   (E27) mismatches = #{(i,j): e_ij > 0 and T_iota[i,j,v_i,w_j] = 0} <= xi, e_ij = floor(sqrt(g_i h_j))
 *   (E28) and sum_ij (e_ij / sum e) T[i,j,v_i,w_j] >= kappa mean_ij(sum T[i,j] / #nonzero)
 *   (E29) P[j,b] = sum_i omega_i T_iota[i,j,v_i,b] where every defined i has T_iota != 0 there, else 0; omega_i = n g_i / sum g;
 *         recognised: no column of P is all zero
 *
 * Deviations: sums of g run over the defined columns. The conjunction is tested on T_iota, not on the running sum (the authors' code zeroes
 * P where the first defined g_i is 0). An undefined column of either side is in no sum and no mismatch (their margins fixed at 1).
 * (E28) is 0 / 0 where sum e is 0: nothing of the pair is known on both sides. That fails the test, as NaN >= x does.
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import { type HeteroShape, HeteroTable } from "./hetero-table.ts";
import { levelsOf, type Levels } from "./levels.ts";
import { checkWeights, type HeteroOptions, heteroSettings, type TableStatistics, tableStatistics } from "./hetero-settings.ts";
import type { RegisterSettings } from "./presets.ts";
import { log2, reaches } from "./statistics.ts";

export type Side = "left" | "right";

/** What a cue of one side says about the other. */
export interface Projection {
  /** The side it speaks about. */
  readonly side: Side;
  readonly columns: number;
  readonly levels: number;
  /** columns x levels. */
  readonly P: Float64Array;
  /** Whether no column is all zero. */
  readonly recognised: boolean;
  /** Columns that are all zero. */
  readonly empty: readonly number[];
}

export interface PairRecognition {
  readonly accepted: boolean;
  readonly mismatches: number;
  /** The weight of (E28) and what it has to reach; 0, and rejected, where no column of either side weighs anything. */
  readonly weight: number;
  readonly leastWeight: number;
  readonly failed: readonly ("xi" | "kappa")[];
}

export class HeteroRegister {
  readonly shape: HeteroShape;
  readonly settings: RegisterSettings;
  readonly table: HeteroTable;
  #size = 0;
  #sums?: TableStatistics;

  /** @throws EngramError for sizes that are no whole numbers from 1, options out of range, or a cap above 65,535 */
  constructor(shape: HeteroShape, options: HeteroOptions = {}) {
    const { store, ...own } = options;
    this.settings = heteroSettings(own);
    this.table = new HeteroTable(shape, store);
    this.shape = this.table.shape;
  }

  get size(): number { return this.#size; }
  /** (E25) in bits. */
  get entropy(): number { return this.#statistics.entropy; }
  /** Share of cells that are not zero. */
  get fullness(): number {
    const { n, m, p, q } = this.shape;
    return this.#statistics.cells / (n * m * p * q);
  }

  /** Levels of one side as the register takes them (strays are clipped). */
  levels(side: Side, v: Levels): Uint16Array {
    const { n, m, p, q } = this.shape;
    return side === "left" ? levelsOf(v, n, m, this.settings.outside) : levelsOf(v, p, q, this.settings.outside);
  }

  /** (E24) for any number of pairs. @param g n weights @param h p weights, both 1 by default @throws EngramError when the sides differ in number */
  register(v: Levels, w: Levels, g?: ArrayLike<number>, h?: ArrayLike<number>): void {
    const { n, p } = this.shape;
    const [left, right] = [this.levels("left", v), this.levels("right", w)];
    if (left.length / n !== right.length / p) throw new EngramError("pairs", `${left.length / n} right sides`, String(right.length / p), "Give every left side its right one.");
    const e = this.#traces(g, h);
    for (let c = 0; c * n < left.length; c++) {
      for (let i = 0; i < n; i++) {
        const a = left[c * n + i];
        if (a === NO_LEVEL) continue;
        for (let j = 0; j < p; j++) {
          const b = right[c * p + j];
          const by = e?.[i * p + j] ?? 1;
          if (b !== NO_LEVEL && by > 0) this.table.add(i, j, a, b, by, this.settings.cap);
        }
      }
      this.#size++;
    }
    this.#sums = undefined;
  }

  /** (E27), (E28) for one pair. @param g, h the cells of each side in its own register; 1 by default */
  recognize(v: Levels, w: Levels, g?: ArrayLike<number>, h?: ArrayLike<number>): PairRecognition {
    const { n, p } = this.shape;
    const [left, right] = [this.#one("left", v), this.#one("right", w)];
    const e = this.#traces(g, h);
    const { total, filled } = this.#statistics;
    let [mismatches, weight, mass] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < p; j++) {
        const by = e?.[i * p + j] ?? 1;
        if (left[i] === NO_LEVEL || right[j] === NO_LEVEL || by === 0) continue;
        const held = this.table.get(i, j, left[i], right[j]);
        if (held < this.least(i, j)) mismatches++;
        weight += by * held;
        mass += by;
      }
    }
    let mean = 0;
    for (let at = 0; at < total.length; at++) if (filled[at] > 0) mean += total[at] / filled[at];
    const leastWeight = (this.settings.kappa * mean) / (n * p);
    const own = mass === 0 ? 0 : weight / mass;
    const failed: ("xi" | "kappa")[] = [];
    if (mismatches > this.settings.xi) failed.push("xi");
    if (mass === 0 || !reaches(own, leastWeight, n * p)) failed.push("kappa");
    return { accepted: failed.length === 0, mismatches, weight: own, leastWeight, failed };
  }

  /** (E29): what one cue of `side` says about the other side. @param g a weight per column, 1 by default */
  project(side: Side, cue: Levels, g?: ArrayLike<number>): Projection {
    const v = this.#one(side, cue);
    const { n, m, p, q } = this.shape;
    const [own, columns, levels] = side === "left" ? [n, p, q] : [p, n, m];
    const weights = checkWeights(g, own) ?? new Float64Array(own).fill(1);
    const defined = Array.from({ length: own }, (_, i) => i).filter((i) => v[i] !== NO_LEVEL);
    const mass = defined.reduce((sum, i) => sum + weights[i], 0);
    const P = new Float64Array(columns * levels);
    if (mass > 0) {
      const misses = new Uint32Array(columns * levels);
      for (const i of defined) this.addRow(side, i, v[i], (own * weights[i]) / mass, P, misses, 1);
      for (let at = 0; at < P.length; at++) if (misses[at] > 0) P[at] = 0;
    }
    const empty = Array.from({ length: columns }, (_, j) => j).filter((j) => P.subarray(j * levels, (j + 1) * levels).every((x) => x === 0));
    return { side: side === "left" ? "right" : "left", columns, levels, P, recognised: empty.length === 0, empty };
  }

  /** Adds `weight` T_iota to A and `count` to Z where T_iota is 0, over all cells of the other side that meet level a of column i of `side`. */
  addRow(side: Side, i: number, a: number, weight: number, A: Float64Array, Z: Uint32Array, count: number): void {
    this.rowOf(side, i, a).forEach((held, at) => {
      if (held > 0) A[at] += weight * held;
      else Z[at] += count;
    });
  }

  /** T_iota over all cells of the other side that meet level a of column i of `side`, 0 where off: p x q, or n x m. */
  rowOf(side: Side, i: number, a: number): Uint16Array {
    const { n, m, p, q } = this.shape;
    const { table } = this;
    const { cells } = table;
    const row = new Uint16Array(side === "left" ? p * q : n * m);
    if (side === "left") {
      for (let j = 0; j < p; j++) {
        const from = table.offset(i, j, a);
        if (from < 0) continue;
        const least = this.least(i, j);
        for (let b = 0; b < q; b++) if (cells[from + b] >= least) row[j * q + b] = cells[from + b];
      }
      return row;
    }
    for (let k = 0; k < n; k++) {
      const least = this.least(k, i);
      for (let c = 0; c < m; c++) {
        const from = table.offset(k, i, c);
        if (from >= 0 && cells[from + a] >= least) row[k * m + c] = cells[from + a];
      }
    }
    return row;
  }

  /** (E26) The least count that is on in sub-table (i, j). */
  least(i: number, j: number): number {
    const { iota } = this.settings;
    if (iota === 0) return 1;
    const { total, filled } = this.#statistics;
    const at = i * this.shape.p + j;
    return filled[at] === 0 ? 1 : Math.max(1, Math.ceil(iota * (total[at] / filled[at])));
  }

  /**
   * Takes one registered pair of weights 1 out again, exactly, or nothing of it.
   * @throws EngramError where a cell has lost counts to the cap, or the pair was never registered
   */
  unregister(v: Levels, w: Levels): void {
    const places = this.#cellsOf(this.#one("left", v), this.#one("right", w));
    const { table, settings: { cap } } = this;
    for (const [i, j, a, b] of places) {
      const held = table.get(i, j, a, b);
      const cell = `cell (${i}, ${j}, ${a}, ${b})`;
      if (held === cap) throw new EngramError("forget", "cells below the cap", `${cell} at the cap ${cap}`, "Counts beyond the cap were not kept, so nothing can be taken out exactly; raise `cap`.");
      if (held === 0 || this.#size === 0) throw new EngramError("forget", "a pair that was registered", `${cell} empty`, "Only what was registered can be taken out.");
    }
    for (const [i, j, a, b] of places) table.subtract(i, j, a, b, 1);
    this.#size--;
    this.#sums = undefined;
  }

  /** Surprise of a pair in bits: the mean of -log2 (T[i,j,v_i,w_j] + 1) / (sum T[i,j] + m q) over the (i, j) that are defined; 0 where none is. No paper defines one. */
  energy(v: Levels, w: Levels): number {
    const { m, q, p } = this.shape;
    const places = this.#cellsOf(this.#one("left", v), this.#one("right", w));
    const { total } = this.#statistics;
    let sum = 0;
    for (const [i, j, a, b] of places) sum += log2((total[i * p + j] + m * q) / (this.table.get(i, j, a, b) + 1));
    return places.length === 0 ? 0 : sum / places.length;
  }

  /** Puts rows of a table in, for files. @param rows numbers (i p + j) m + a @param cells q per row @throws EngramError on another length, numbers out of range or cells above the cap */
  load(rows: ArrayLike<number>, cells: ArrayLike<number>, size: number): void {
    const { p, m, q } = this.shape;
    const { cap } = this.settings;
    if (cells.length !== rows.length * q) throw new EngramError("cells", String(rows.length * q), String(cells.length), "Pass q per row.");
    for (let at = 0; at < cells.length; at++) if (cells[at] > cap) throw new EngramError("cells", `at most the cap ${cap}`, String(cells[at]), "Load what a register of this cap gave.");
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k];
      if (row >= this.table.rows) throw new EngramError("rows", `numbers below ${this.table.rows}`, String(row), "Load what a register of this shape gave.");
      const [i, j, a] = [Math.floor(row / (p * m)), Math.floor(row / m) % p, row % m];
      for (let b = 0; b < q; b++) if (cells[k * q + b] > 0) this.table.add(i, j, a, b, cells[k * q + b], cap);
    }
    this.#size = size;
    this.#sums = undefined;
  }

  get #statistics(): TableStatistics {
    return (this.#sums ??= tableStatistics(this.table));
  }

  /** The cells of T that a pair of objects names. */
  #cellsOf(v: Uint16Array, w: Uint16Array): [number, number, number, number][] {
    const places: [number, number, number, number][] = [];
    v.forEach((a, i) => w.forEach((b, j) => {
      if (a !== NO_LEVEL && b !== NO_LEVEL) places.push([i, j, a, b]);
    }));
    return places;
  }

  #one(side: Side, v: Levels): Uint16Array {
    const q = this.levels(side, v);
    const columns = side === "left" ? this.shape.n : this.shape.p;
    if (q.length !== columns) throw new EngramError(`${side} cue`, `${columns} levels`, String(q.length), "Ask with one cue at a time.");
    return q;
  }

  #traces(g?: ArrayLike<number>, h?: ArrayLike<number>): Uint32Array | undefined {
    const { n, p } = this.shape;
    const [left, right] = [checkWeights(g, n), checkWeights(h, p)];
    if (left === undefined && right === undefined) return undefined;
    return Uint32Array.from({ length: n * p }, (_, at) => Math.floor(Math.sqrt((left?.[Math.floor(at / p)] ?? 1) * (right?.[at % p] ?? 1))));
  }
}
