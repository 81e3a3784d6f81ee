/**
 * Squared distances between rows of bytes, exact to the last unit: |x - y|^2 = |x|^2 + |y|^2 - 2 x.y in whole numbers, where the Gram form
 * loses nothing (in floating point it would; stores of floats use direct differences). Sums are whole, so no order of them matters.
 *
 *   N x dim bytes, held as panels of 8 rows of 16-bit numbers (assembly/bytes.ts);  distances: Int32Array, below 2^31 for dim <= 33,025
 *
 * One core meets all pairs of the 60,000 x 784 bytes of MNIST in about a minute.
 */
import { checkBackend, EngramError } from "../numeric/index.ts";
import type { Backend } from "../numeric/index.ts";
import { type Kernels, kernels } from "./host.ts";

/** Rows of a panel. */
const PANEL = 8;
/** Rows of a block: one call of the kernel meets a block with a block. */
const BLOCK = 256;
/** 255^2 dim must stay below 2^31. */
const LARGEST_DIM = 33025;
const LARGEST_TABLE = 16384;

export interface ByteRowsOptions {
  backend?: Backend;
}

/** Per row. */
export interface NearestRows {
  /** N squared distances to the nearest other row; 0 where a row has a twin. */
  readonly squared: Int32Array;
  /** N row numbers of it; the smallest among equally near. */
  readonly index: Int32Array;
}

export class ByteRows {
  readonly dim: number;
  readonly count: number;
  readonly backend: Backend;
  readonly #bytes: Uint8Array;
  /** N squared lengths. */
  readonly #norms: Int32Array;
  #live: Kernels | undefined;
  /** Addresses of the panels of all rows, of one panel of a cue, and of the products of a block with a block. */
  #panels = 0;
  #cue = 0;
  #out = 0;

  /** @param bytes count x dim, row-major; kept, not copied @throws EngramError where they are no whole rows, none, or too long for exact sums */
  constructor(bytes: Uint8Array, dim: number, options: ByteRowsOptions = {}) {
    if (!Number.isInteger(dim) || dim < 1 || dim > LARGEST_DIM) throw new EngramError("rows of bytes", `a dimension of 1..${LARGEST_DIM}`, String(dim), "Longer rows overflow 32 bits; use Rows.");
    if (bytes.length === 0 || bytes.length % dim !== 0) throw new EngramError("rows of bytes", `whole rows of ${dim} bytes, at least one`, `${bytes.length} bytes`, "Check the dimension.");
    this.dim = dim;
    this.count = bytes.length / dim;
    this.#bytes = bytes;
    this.#norms = Int32Array.from({ length: this.count }, (_, i) => squares(bytes, i * dim, dim));
    checkBackend(options.backend);
    this.#live = options.backend === "scalar" ? undefined : kernels();
    this.backend = this.#live === undefined ? "scalar" : "simd";
    if (this.#live === undefined) return;
    const { arena } = this.#live;
    const panels = Math.ceil(this.count / PANEL);
    this.#panels = arena.allocate(panels * this.#run);
    this.#cue = arena.allocate(this.#run);
    this.#out = arena.allocate(4 * BLOCK * BLOCK);
    const all = new Int16Array(arena.memory.buffer, this.#panels, (panels * this.#run) / 2).fill(0);
    for (let i = 0; i < this.count; i++) pack(bytes, i * dim, dim, all, ((i - (i % PANEL)) * this.#run) / PANEL / 2 + 2 * (i % PANEL));
  }

  /** Bytes of a panel. */
  get #run(): number {
    return 16 * (this.dim + (this.dim & 1));
  }

  /** Squared distances of a cue of `dim` bytes to the rows `from` to `to` - 1 (default: all). @throws EngramError on other lengths or ranges, or after dispose */
  distances(cue: Uint8Array, from = 0, to: number = this.count): Int32Array {
    this.#check();
    if (cue.length !== this.dim) throw new EngramError("cue", `${this.dim} bytes`, `${cue.length}`, "A cue is as long as a row.");
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > this.count || from > to) throw new EngramError("range of rows", `within 0..${this.count}`, `${from}..${to}`, "Ask for rows there are.");
    const norm = squares(cue, 0, this.dim);
    const out = new Int32Array(to - from);
    const live = this.#live;
    if (live === undefined) {
      for (let i = from; i < to; i++) out[i - from] = this.#norms[i] + norm - 2 * dot(cue, 0, this.#bytes, i * this.dim, this.dim);
      return out;
    }
    const panel = new Int16Array(live.arena.memory.buffer, this.#cue, this.#run / 2).fill(0);
    pack(cue, 0, this.dim, panel, 0);
    for (let start = from - (from % PANEL); start < to; start += BLOCK) {
      const dots = this.#dots(live, this.#cue, 1, start);
      for (let i = Math.max(from, start); i < Math.min(to, start + BLOCK); i++) out[i - from] = this.#norms[i] + norm - 2 * dots[i - start];
    }
    return out;
  }

  /** Squared distances of the rows `from` to `to` - 1 to all rows, one array each: eight neighbours cost what one does. @throws EngramError on other ranges, or after dispose */
  distancesOf(from: number, to: number): Int32Array[] {
    this.#check();
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > this.count || from > to) throw new EngramError("range of rows", `within 0..${this.count}`, `${from}..${to}`, "Ask for rows there are.");
    const out = Array.from({ length: to - from }, () => new Int32Array(this.count));
    const live = this.#live;
    for (let panel = from - (from % PANEL); panel < to; panel += PANEL) {
      for (let start = 0; start < this.count; start += BLOCK) {
        const dots = live && this.#dots(live, this.#panels + (panel / PANEL) * this.#run, 1, start);
        for (let i = Math.max(from, panel); i < Math.min(to, panel + PANEL); i++) {
          const [norm, line, at] = [this.#norms[i], out[i - from], (i - panel) * BLOCK - start];
          for (let j = start; j < Math.min(start + BLOCK, this.count); j++) {
            line[j] = norm + this.#norms[j] - 2 * (dots === undefined ? dot(this.#bytes, i * this.dim, this.#bytes, j * this.dim, this.dim) : dots[at + j]);
          }
        }
      }
    }
    return out;
  }

  /** The row numbers whose squared distance to a cue is below `squared`, ascending. */
  within(cue: Uint8Array, squared: number): number[] {
    const found: number[] = [];
    this.distances(cue).forEach((d, i) => d < squared && found.push(i));
    return found;
  }

  /**
   * Every row's nearest other row: N (N - 1) / 2 pairs, each met once.
   * @param onProgress is told the share of the pairs met @throws EngramError for a single row, or after dispose
   */
  nearest(onProgress?: (fraction: number) => void): NearestRows {
    this.#check();
    if (this.count < 2) throw new EngramError("nearest rows", "at least two rows", "1", "A single row has no neighbour.");
    const found = { squared: new Int32Array(this.count).fill(0x7fffffff), index: new Int32Array(this.count) };
    const { squared, index } = found;
    // The smaller number comes first, and only a nearer row replaces it: the smallest of equals stays.
    const meet = (i: number, j: number, d: number): void => {
      if (d < squared[i]) {
        squared[i] = d;
        index[i] = j;
      }
      if (d < squared[j]) {
        squared[j] = d;
        index[j] = i;
      }
    };
    const blocks = Math.ceil(this.count / BLOCK);
    for (let b = 0, met = 0; b < blocks; b++) {
      for (let c = b; c < blocks; c++) this.#pairs(b * BLOCK, c * BLOCK, meet);
      met += blocks - b;
      onProgress?.(met / ((blocks * (blocks + 1)) / 2));
    }
    return found;
  }

  /** All squared distances, N x N, symmetric: 4 N^2 bytes. @throws EngramError for more than 16,384 rows (1 GiB), or after dispose */
  table(): Int32Array {
    this.#check();
    const N = this.count;
    if (N > LARGEST_TABLE) throw new EngramError("table of distances", `at most ${LARGEST_TABLE} rows`, `${N}`, "Ask for the distances of one row at a time.");
    const out = new Int32Array(N * N);
    for (let first = 0; first < N; first += BLOCK) {
      for (let second = first; second < N; second += BLOCK) {
        this.#pairs(first, second, (i, j, d) => {
          out[i * N + j] = d;
          out[j * N + i] = d;
        });
      }
    }
    return out;
  }

  /** All pairs i < j of a block with a block at or behind it, i ascending, then j. */
  #pairs(first: number, second: number, visit: (i: number, j: number, squared: number) => void): void {
    const live = this.#live;
    const last = Math.min(first + BLOCK, this.count);
    const end = Math.min(second + BLOCK, this.count);
    const dots = live && this.#dots(live, this.#panels + (first / PANEL) * this.#run, Math.ceil((last - first) / PANEL), second);
    for (let i = first; i < last; i++) {
      const norm = this.#norms[i];
      for (let j = second > first ? second : i + 1; j < end; j++) {
        const product = dots === undefined ? dot(this.#bytes, i * this.dim, this.#bytes, j * this.dim, this.dim) : dots[(i - first) * BLOCK + j - second];
        visit(i, j, norm + this.#norms[j] - 2 * product);
      }
    }
  }

  /** Products of packed cues with the block of rows that begins at `start`, a multiple of 8: BLOCK of them per cue. */
  #dots({ exports, arena }: Kernels, cues: number, cuePanels: number, start: number): Int32Array {
    const panels = Math.ceil(Math.min(BLOCK, this.count - start) / PANEL);
    exports.dots_i16(cues, cuePanels, this.#panels + (start / PANEL) * this.#run, panels, this.#run, this.#out, 4 * BLOCK);
    return new Int32Array(arena.memory.buffer, this.#out, BLOCK * BLOCK);
  }

  #check(): void {
    if (this.backend === "simd" && this.#live === undefined) throw new EngramError("rows of bytes", "rows in use", "rows already disposed", "Make new ones.");
  }

  /** Gives the packed rows back; twice is no error. */
  dispose(): void {
    for (const address of [this.#panels, this.#cue, this.#out]) this.#live?.arena.free(address);
    this.#live = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** One row into its lane: pairs of bytes every PANEL pairs. */
function pack(bytes: Uint8Array, from: number, dim: number, into: Int16Array, at: number): void {
  for (let k = 0; k < dim; k++) into[at + 2 * PANEL * (k >> 1) + (k & 1)] = bytes[from + k];
}

function dot(a: Uint8Array, i: number, b: Uint8Array, j: number, dim: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += a[i + k] * b[j + k];
  return sum;
}

function squares(bytes: Uint8Array, at: number, dim: number): number {
  return dot(bytes, at, bytes, at, dim);
}
