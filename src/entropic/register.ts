/**
 * The associative memory register (AMR): a table of weights R[j,i] of level i in column j, and the three operations on it
 * (entropic-memory.md section 2; arXiv 2405.12500 and its family, see presets.ts).
 *
 *   v      n      a cue or object: a level per column, or undefined          C   cap of a cell
 *   R      n x m  cells, and an undefined row of n                           Q   cues of a batch
 *
 *   lambda-register   (E3) R[j, v_j] <- min(R[j, v_j] + 1, C); with C = 1 the boolean (E2)
 *   eta-recognition   (E9)-(E11): recognition.ts
 *   beta-retrieval    (E13)-(E16): retrieval.ts
 *
 * (E4) R is the clipped histogram of what was registered, in any order: one by one, in batches and merged, the same table. Subtraction is
 * exact only where no count was lost to the cap; elsewhere it is refused. Nothing about which levels occurred together is kept.
 */
import { Cells, NO_LEVEL } from "../kernels/index.ts";
import { type Backend, EngramError } from "../numeric/index.ts";
import { checkNames } from "../dense/recall-options.ts";
import { countInto, levelsOf, type Levels, visibleLevels } from "./levels.ts";
import { REGISTER_OPTIONS, type RegisterOptions, type RegisterSettings, settingsOf } from "./presets.ts";
import { type Asked, explain, type Explanation, QUESTION_OPTIONS, recognize, type Recognized, type RecognizeOptions } from "./recognition.ts";
import { type DrawOptions, nearestLevels, Reducer } from "./retrieval.ts";
import { leastCounts, logProbabilities, statisticsOf, type Statistics } from "./statistics.ts";

export interface RetrieveOptions extends DrawOptions, RecognizeOptions {
  /** `sample` (E14), `map` or posterior `mean` (E16). Default sample. */
  mode?: "sample" | "map" | "mean";
}

export interface Retrieved extends Recognized {
  /** Q x n levels, NO_LEVEL in every column of a rejected cue; of the mean, the nearest levels. */
  readonly levels: Uint16Array;
  /** Q x n, what to dequantise: the levels, or the means; NaN where undefined. */
  readonly values: Float64Array;
  /** Columns where every weight underflowed. */
  readonly underflows: number;
}

export class AssociativeRegister {
  readonly settings: RegisterSettings;
  readonly #cells: Cells;
  /** Unclipped counts, n x m and n. */
  readonly #exact?: { cells: Uint32Array; none: Uint32Array };
  #size = 0;
  #statistics?: Statistics;
  #reducer?: Reducer;
  #logs?: { smoothing: number; table: Float64Array };

  /**
   * @param n columns @param m levels @param options a preset (default cifar2024) and what differs from it
   * @throws EngramError for sizes that are no whole numbers from 1, or options out of range
   */
  constructor(n: number, m: number, options: RegisterOptions = {}) {
    checkNames("register option", options, REGISTER_OPTIONS);
    this.settings = settingsOf(options);
    this.#cells = new Cells(n, m, { kind: this.settings.cap <= 65535 ? "u16" : "u32", backend: options.backend });
    if (options.exactCounts === true) this.#exact = { cells: new Uint32Array(n * m), none: new Uint32Array(n) };
  }

  get n(): number { return this.#cells.n; }
  get m(): number { return this.#cells.m; }
  /** How many objects were registered and not taken out again. */
  get size(): number { return this.#size; }
  get backend(): Backend { return this.#cells.backend; }
  get exactCounts(): boolean { return this.#exact !== undefined; }

  /** A copy of the cells, R[j,i] at j m + i. */
  get cells(): Uint16Array | Uint32Array { return this.#cells.view.slice() as Uint16Array | Uint32Array; }
  /** A copy of the undefined row. */
  get undefinedRow(): Uint32Array { return this.#cells.undefinedRow.slice(); }
  /** A copy of the unclipped counts, where they are kept. */
  get counts(): Uint32Array | undefined { return this.#exact?.cells.slice(); }
  /** The same of the undefined row. */
  get undefinedCounts(): Uint32Array | undefined { return this.#exact?.none.slice(); }

  /** Entropies, weights, fill and saturation of the table as it is. */
  get statistics(): Statistics {
    const { n, m } = this;
    return (this.#statistics ??= statisticsOf(this.#cells.view, n, m, this.settings.cap, this.settings.dividedByMax));
  }
  /** H in bits (E5), (E6). */
  get entropy(): number { return this.statistics.entropy; }

  /**
   * Levels as this register takes them: strays become what the settings say, and columns that `visible` hides are undefined, whatever stands there.
   * @throws EngramError under the policy `error`, on parts of a row, and for another number of entries in `visible`
   */
  levels(v: Levels, visible?: ArrayLike<number>): Uint16Array {
    const { n, m } = this;
    const { outside, reference } = this.settings;
    return visible === undefined ? levelsOf(v, n, m, outside, reference) : visibleLevels(v, visible, n, m, outside, reference);
  }

  /** (E3) for any number of objects. All or nothing. @throws EngramError as `levels` */
  register(v: Levels): void {
    const q = this.levels(v);
    this.#cells.count(q, this.settings.cap);
    if (this.#exact !== undefined) countInto(this.#exact, q, this.n, this.m);
    this.#size += q.length / this.n;
    this.#changed();
  }

  /**
   * Takes objects out again, exactly. All or nothing.
   * @throws EngramError where a cell has lost counts to the cap (unless `exactCounts`), or an object was never registered
   */
  unregister(v: Levels): void {
    const q = this.levels(v);
    const { n, m } = this;
    const gone = { cells: new Uint32Array(n * m), none: new Uint32Array(n) };
    countInto(gone, q, n, m);
    this.#subtract(gone, q.length / n);
  }

  /** R <- min(R + other, C), exactly what registering the other's objects here would give. @throws EngramError for another shape or cap */
  merge(other: AssociativeRegister): void {
    this.#alike(other);
    const { cap } = this.settings;
    if (this.#exact !== undefined) {
      if (other.#exact === undefined) throw new EngramError("merge", "a register with exact counts", "one without", "Its clipped counts would spoil the exact ones here.");
      const [mine, theirs] = [this.#exact, other.#exact];
      mine.cells.forEach((held, i) => (mine.cells[i] = held + theirs.cells[i]));
      mine.none.forEach((held, j) => (mine.none[j] = held + theirs.none[j]));
    }
    const [cells, none] = [other.#cells.view, other.#cells.undefinedRow];
    const sum = (a: ArrayLike<number>, b: ArrayLike<number>): number[] => Array.from(a, (held, i) => Math.min(held + b[i], cap));
    this.#cells.set(sum(this.#cells.view, cells), sum(this.#cells.undefinedRow, none));
    this.#size += other.size;
    this.#changed();
  }

  /** Takes another register's objects out of this one. @throws EngramError where counts were lost to the cap in either, or were never here */
  subtract(other: AssociativeRegister): void {
    this.#alike(other);
    const theirs = other.#exact ?? { cells: Uint32Array.from(other.#cells.view as ArrayLike<number>), none: other.undefinedRow };
    if (other.#exact === undefined && other.#lost().some((lost) => lost)) {
      throw new EngramError("subtract", "a register that lost no counts to its cap", "one with saturated cells", "Keep exactCounts in registers that are to be subtracted.");
    }
    this.#subtract(theirs, other.size);
  }

  /** (E9)-(E11) for any number of cues. @param options thresholds instead of the register's own */
  recognize(v: Levels, options: RecognizeOptions = {}): Recognized {
    return recognize(this.#asked(options), this.levels(v, options.visible));
  }

  /** Why one cue is accepted or not: every column and test that speaks against it. @throws EngramError for more or less than one cue */
  explain(v: Levels, options: RecognizeOptions = {}): Explanation {
    const q = this.levels(v, options.visible);
    if (q.length !== this.n) throw new EngramError("cue", `${this.n} levels`, String(q.length), "Ask with one cue at a time.");
    return explain(this.#asked(options), Array.from(v), q);
  }

  /** beta-retrieval of what eta accepts; every column of a rejected cue is undefined. */
  retrieve(v: Levels, options: RetrieveOptions = {}): Retrieved {
    const { n } = this;
    const q = this.levels(v, options.visible);
    const found = recognize(this.#asked(options), q);
    const { mode = "sample" } = options;
    if (mode !== "sample" && mode !== "map" && mode !== "mean") throw new EngramError("mode", "sample, map or mean", String(mode), "sample is the paper's.");
    const reducer = (this.#reducer ??= new Reducer(this.#cells, this.settings));
    const means = mode === "mean" ? reducer.mean(q, options) : undefined;
    const { levels, underflows } = means === undefined ? reducer[mode as "sample" | "map"](q, options) : { levels: nearestLevels(means), underflows: 0 };
    found.accepted.forEach((yes, c) => {
      if (yes === 0) levels.fill(NO_LEVEL, c * n, (c + 1) * n);
    });
    const values = means ?? new Float64Array(levels);
    levels.forEach((level, at) => {
      if (level === NO_LEVEL) values[at] = NaN;
    });
    return { ...found, levels, values, underflows };
  }

  /** LL(v) = sum_j log2 p_j(v_j) of each cue, in bits. @param smoothing added to every cell; 0: -Infinity on an empty cell. An undefined level adds nothing */
  logLikelihood(v: Levels, smoothing = 0): Float64Array {
    if (!(smoothing >= 0 && smoothing <= 1e300)) throw new EngramError("smoothing", "a number from 0 to 1e300", String(smoothing), "1 makes every level possible.");
    const q = this.levels(v);
    const { n, m } = this;
    if (this.#logs?.smoothing !== smoothing) this.#logs = { smoothing, table: logProbabilities(this.#cells.view, this.statistics.sums, m, smoothing) };
    const { table } = this.#logs;
    const out = new Float64Array(q.length / n);
    for (let c = 0, at = 0; c < out.length; c++) {
      for (let j = 0; j < n; j++, at++) if (q[at] !== NO_LEVEL) out[c] += table[j * m + q[at]];
    }
    return out;
  }

  /**
   * Puts a table in: for files, controls and forgetting.
   * @param size how many objects it stands for @param counts, undefinedCounts unclipped; default: the cells @throws EngramError on other lengths or cells above the cap
   */
  load(cells: ArrayLike<number>, undefinedRow: ArrayLike<number>, size: number, counts: ArrayLike<number> = cells, undefinedCounts: ArrayLike<number> = undefinedRow): void {
    const { cap } = this.settings;
    for (const held of [cells, undefinedRow]) {
      for (let i = 0; i < held.length; i++) if (!(Number.isInteger(held[i]) && held[i] >= 0 && held[i] <= cap)) throw new EngramError("cells", `whole numbers from 0 to the cap ${cap}`, String(held[i]), "Load what a register of this cap gave.");
    }
    if (!Number.isSafeInteger(size) || size < 0) throw new EngramError("size", "a whole number from 0", String(size), "It counts registered objects.");
    for (const [held, length] of [[counts, this.n * this.m], [undefinedCounts, this.n]] as const) {
      if (held.length !== length) throw new EngramError("counts", String(length), String(held.length), "Pass one per cell.");
    }
    this.#cells.set(cells, undefinedRow);
    this.#exact?.cells.set(counts);
    this.#exact?.none.set(undefinedCounts);
    this.#size = size;
    this.#changed();
  }

  dispose(): void {
    this.#changed();
    this.#cells.dispose();
  }

  [Symbol.dispose](): void { this.dispose(); }

  #asked(options: RecognizeOptions): Asked {
    checkNames("question option", options, QUESTION_OPTIONS);
    const { iota = this.settings.iota, kappa = this.settings.kappa, xi = this.settings.xi, visible } = options;
    const settings = settingsOf({ ...this.settings, iota, kappa, xi });
    const least = leastCounts(this.statistics, iota, settings.iotaOverUndefined ? this.#cells.undefinedRow : undefined);
    return { cells: this.#cells, statistics: this.statistics, settings, least, visible };
  }

  #changed(): void {
    this.#statistics = undefined;
    this.#logs = undefined;
    this.#reducer?.dispose();
    this.#reducer = undefined;
  }

  #alike(other: AssociativeRegister): void {
    const shape = ({ n, m, settings }: AssociativeRegister): string => `${n} x ${m} cells with cap ${settings.cap}`;
    if (shape(this) !== shape(other)) throw new EngramError("register", shape(this), shape(other), "Only registers of one shape and cap go together.");
  }

  /** Columns in which the cap has swallowed counts: they hold less than was registered. */
  #lost(): boolean[] {
    const none = this.#cells.undefinedRow;
    return Array.from(this.statistics.sums, (S, j) => S + none[j] < this.#size);
  }

  #subtract(gone: { cells: Uint32Array; none: Uint32Array }, objects: number): void {
    const { m } = this;
    const { cap } = this.settings;
    const lost = this.#exact === undefined ? this.#lost() : undefined;
    const rest = (held: ArrayLike<number>, taken: Uint32Array, columnOf: (i: number) => number): number[] => Array.from(taken, (take, i) => {
      if (take === 0) return held[i];
      if (held[i] < take) throw new EngramError(`column ${columnOf(i)}`, `at least ${take} counts to take out`, String(held[i]), "Only what was registered can be taken out.");
      if (lost?.[columnOf(i)] === true && held[i] === cap) {
        throw new EngramError(`column ${columnOf(i)}`, "a cell that lost no counts", `one saturated at ${cap}`, "Its true count is gone; keep exactCounts, or a larger cap.");
      }
      return held[i] - take;
    });
    const own = this.#exact ?? { cells: this.#cells.view, none: this.#cells.undefinedRow };
    const [cells, none] = [rest(own.cells, gone.cells, (i) => Math.floor(i / m)), rest(own.none, gone.none, (j) => j)];
    this.#exact?.cells.set(cells);
    this.#exact?.none.set(none);
    this.#cells.set(cells.map((held) => Math.min(held, cap)), none.map((held) => Math.min(held, cap)));
    this.#size -= objects;
    this.#changed();
  }
}
