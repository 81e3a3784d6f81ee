/**
 * A table of counters, n columns of m cells, with the three operations an entropic memory is made of (arXiv 2405.12500): counting levels
 * up to a cap, looking up the cells of a cue, and drawing a level per column. Counts are u16 or u32; a table of f64 holds weights
 * instead, and only draws.
 *
 * Every draw is a function of (key, number of the cue, column): neither batches nor threads nor the twin change a level.
 */
import { checkBackend, EngramError } from "../numeric/index.ts";
import type { Backend, ThreefryKey } from "../numeric/index.ts";
import { NO_LEVEL } from "./cells-backend.ts";
import type { CellKernels, CellKind, CellTable, Looked } from "./cells-backend.ts";
import { ScalarCells } from "./cells-scalar.ts";
import { SimdCells } from "./cells-simd.ts";
import { kernels } from "./host.ts";

/** Most bytes of one table: half of what one WebAssembly memory can hold. */
const MAX_BYTES = 2 ** 31;

/** Frees the kernel memory of tables that were dropped without `dispose`. */
const abandoned: FinalizationRegistry<CellKernels> = new FinalizationRegistry((cells) => cells.free());

export interface CellsOptions {
  /** Default `u16`. */
  kind?: CellKind;
  backend?: Backend;
}

export class Cells {
  readonly n: number;
  readonly m: number;
  readonly kind: CellKind;
  #kernels: CellKernels | undefined;

  /** @throws EngramError for n or m that are no whole numbers from 1, m of 65,535 and more, or a backend the host lacks */
  constructor(n: number, m: number, options: CellsOptions = {}) {
    const { kind = "u16", backend } = options;
    if (!Number.isSafeInteger(n) || n < 1) throw new EngramError("columns n", "a whole number from 1", String(n), "Pass how many features a pattern has.");
    if (!Number.isSafeInteger(m) || m < 1 || m >= NO_LEVEL) throw new EngramError("levels m", `a whole number from 1 to ${NO_LEVEL - 1}`, String(m), "16 is the choice of the paper.");
    const bytes = n * m * (kind === "u16" ? 2 : kind === "u32" ? 4 : 8);
    if (bytes > MAX_BYTES) throw new EngramError("table", `at most ${MAX_BYTES} bytes`, `${n} x ${m} cells of ${kind}, ${bytes} bytes`, "Use fewer levels.");
    checkBackend(backend);
    const live = backend === "scalar" ? undefined : kernels();
    if (backend === "simd" && live === undefined) throw new EngramError("Cells", "WebAssembly SIMD", "a host that refuses it", "Leave the backend out: the scalar twin gives the same results.");
    this.n = n;
    this.m = m;
    this.kind = kind;
    this.#kernels = live === undefined ? new ScalarCells(n, m, kind) : new SimdCells(live, n, m, kind);
    abandoned.register(this, this.#kernels, this);
  }

  get #live(): CellKernels {
    if (this.#kernels === undefined) throw new EngramError("memory", "a live memory", "one that was disposed", "Make a new one; a disposed memory holds nothing.");
    return this.#kernels;
  }

  get backend(): Backend { return this.#live.backend; }

  /** The n x m cells, a column after the other: a view, valid until the next call of anything, not to be written to. */
  get view(): CellTable { return this.#live.cells(); }

  /** How often each column was undefined: n counts, a view likewise. */
  get undefinedRow(): Uint32Array { return this.#live.undefinedRow(); }

  /** Puts other numbers in: n x m cells and, if given, n counts of undefined levels. @throws EngramError on other lengths */
  set(cells: ArrayLike<number>, undefinedRow?: ArrayLike<number>): void {
    const { n, m } = this;
    if (cells.length !== n * m) throw new EngramError("cells", `${n} x ${m} = ${n * m}`, String(cells.length), "Pass one number per cell, a column after the other.");
    if (undefinedRow !== undefined && undefinedRow.length !== n) throw new EngramError("undefined row", `${n} counts`, String(undefinedRow.length), "Pass one per column.");
    this.#live.changed();
    this.#live.cells().set(cells);
    if (undefinedRow !== undefined) this.#live.undefinedRow().set(undefinedRow);
  }

  /** Each cue adds 1 to its cell of every column, up to `cap`; levels from m on count in the undefined row. @throws EngramError on a part of a cue */
  count(cues: Uint16Array, cap: number): void {
    this.#counting();
    this.#whole(cues);
    this.#live.count(cues, cap);
  }

  /** What each cue finds. @param least n counts: a cell below its column's is a miss */
  look(cues: Uint16Array, least: Uint32Array): Looked {
    this.#counting();
    const Q = this.#whole(cues);
    if (least.length !== this.n) throw new EngramError("least counts", `${this.n}`, String(least.length), "Pass one per column.");
    const out = { weights: new Float64Array(Q), misses: new Int32Array(Q), hidden: new Int32Array(Q) };
    this.#live.look(cues, least, out);
    return out;
  }

  /**
   * A level for every column j of every cue: i with probability proportional to cells[j][i] K[v][i], v = m for undefined. The first i whose
   * running sum exceeds u times the whole; m - 1 if none does; NO_LEVEL where the whole is 0.
   * @param K (m + 1) x m weights. Not to be changed afterwards: sums made with it are kept.
   * @param numbers one 32-bit number per cue, the second word of its counters
   */
  draw(cues: Uint16Array, K: Float64Array, numbers: Uint32Array, key: ThreefryKey): { levels: Uint16Array; empty: number } {
    const Q = this.#whole(cues);
    if (K.length !== (this.m + 1) * this.m) throw new EngramError("K", `${this.m + 1} x ${this.m} weights`, String(K.length), "Pass a row per level and one for undefined.");
    if (numbers.length !== Q) throw new EngramError("numbers", `${Q}, one per cue`, String(numbers.length), "They tell the cues' random numbers apart.");
    const levels = new Uint16Array(cues.length);
    return { levels, empty: this.#live.draw(cues, K, numbers, key, levels) };
  }

  dispose(): void {
    this.#kernels?.free();
    this.#kernels = undefined;
    abandoned.unregister(this);
  }

  #counting(): void {
    if (this.kind === "f64") throw new EngramError("Cells", "a table of counts", "one of weights", "Make it with kind u16 or u32.");
  }

  #whole(cues: Uint16Array): number {
    const Q = cues.length / this.n;
    if (!Number.isInteger(Q)) throw new EngramError("cues", `a multiple of ${this.n} levels`, String(cues.length), "Pass whole cues.");
    return Q;
  }
}
