/** The WebAssembly half of `Cells`: the table in the arena, the kernels of assembly/cells.ts, narrow.ts and draws.ts called for at most 256 cues at a time. */
import { BLOCK_ROWS } from "../numeric/index.ts";
import type { ThreefryKey } from "../numeric/index.ts";
import type { CellKernels, CellKind, CellTable, Looked } from "./cells-backend.ts";
import type { Kernels } from "./host.ts";

/** Most bytes a table of running sums may take; beyond, and for fewer cues than it has rows a column, levels are drawn without one. */
const TABLE_BYTES = 64 * 2 ** 20;
/** Scratch of assembly/narrow.ts. */
const [COUNT_ROOM, LOOK_ROOM] = [4608, 768];
const BYTES: Readonly<Record<CellKind, number>> = { u16: 2, u32: 4, f64: 8 };

export class SimdCells implements CellKernels {
  readonly backend = "simd";
  readonly #kernels: Kernels;
  readonly #n: number;
  readonly #m: number;
  readonly #kind: CellKind;
  readonly #cells: number;
  readonly #none: number;
  /** Running sums of the cells under K. */
  #table: { K: Float64Array; address: number } | undefined;
  /** Cues drawn under this K since the cells changed. */
  #asked: { K: Float64Array; cues: number } | undefined;

  constructor(kernels: Kernels, n: number, m: number, kind: CellKind) {
    this.#kernels = kernels;
    this.#n = n;
    this.#m = m;
    this.#kind = kind;
    const { arena } = kernels;
    this.#cells = arena.allocate(n * m * BYTES[kind]);
    try {
      this.#none = arena.allocate(n * 4);
    } catch (error) {
      arena.free(this.#cells);
      throw error;
    }
    this.cells().fill(0);
    this.undefinedRow().fill(0);
  }

  cells(): CellTable {
    const { buffer } = this.#kernels.arena.memory;
    const count = this.#n * this.#m;
    if (this.#kind === "u16") return new Uint16Array(buffer, this.#cells, count);
    return this.#kind === "u32" ? new Uint32Array(buffer, this.#cells, count) : new Float64Array(buffer, this.#cells, count);
  }

  undefinedRow(): Uint32Array {
    return new Uint32Array(this.#kernels.arena.memory.buffer, this.#none, this.#n);
  }

  changed(): void {
    if (this.#table !== undefined) this.#kernels.arena.free(this.#table.address);
    this.#table = undefined;
    this.#asked = undefined;
  }

  count(cues: Uint16Array, cap: number): void {
    const { exports: x } = this.#kernels;
    const run = this.#kind === "u16" ? x.cellsCount_u16 : x.cellsCount_u32;
    this.changed();
    this.#batches(cues, COUNT_ROOM, (at, items, _, room) => {
      const some = this.#narrow(items);
      if (some > 0) x.cellsCountNarrow(this.#cells, this.#n, this.#m, at, some, cap, this.#none, room);
      if (some < items) run(this.#cells, this.#n, this.#m, at + some * this.#n * 2, items - some, cap, this.#none);
    });
  }

  look(cues: Uint16Array, least: Uint32Array, out: Looked): void {
    const { arena, exports: x } = this.#kernels;
    const run = this.#kind === "u16" ? x.cellsLook_u16 : x.cellsLook_u32;
    const bounds = arena.allocate(this.#n * 4);
    try {
      new Uint32Array(arena.memory.buffer, bounds, this.#n).set(least);
      const small = this.#n <= 65535 && least.every((bound) => bound <= 65535);
      this.#batches(cues, BLOCK_ROWS * 16 + LOOK_ROOM + this.#n * 32, (at, items, first, room) => {
        const some = small ? this.#narrow(items) : 0;
        if (some > 0) x.cellsLookNarrow(this.#cells, this.#n, this.#m, at, some, bounds, room, room + BLOCK_ROWS * 16);
        if (some < items) run(this.#cells, this.#n, this.#m, at + some * this.#n * 2, items - some, bounds, room + some * 16);
        const { buffer } = arena.memory;
        const sums = new Float64Array(buffer, room, items * 2);
        const counts = new Int32Array(buffer, room, items * 4);
        for (let c = 0; c < items; c++) {
          out.weights[first + c] = sums[2 * c];
          out.misses[first + c] = counts[4 * c + 2];
          out.hidden[first + c] = counts[4 * c + 3];
        }
      });
    } finally {
      arena.free(bounds);
    }
  }

  draw(cues: Uint16Array, K: Float64Array, numbers: Uint32Array, key: ThreefryKey, out: Uint16Array): number {
    const { arena, exports: x } = this.#kernels;
    const [n, m] = [this.#n, this.#m];
    const [k0, k1] = key;
    const table = this.#tableFor(K, cues.length / n);
    const direct = x[`cellsDrawDirect_${this.#kind}`];
    const width = m + (m % 2);
    // Scratch: 8 uniform numbers, K, numbers of the cues, levels.
    const kernel = 64;
    const who = kernel + (table === undefined ? K.length * 8 : 0);
    const levels = who + BLOCK_ROWS * 4;
    let empty = 0;
    let placed = false;
    this.#batches(cues, levels + BLOCK_ROWS * n * 2, (at, items, first, room) => {
      const { buffer } = arena.memory;
      if (!placed && table === undefined) new Float64Array(buffer, room + kernel, K.length).set(K);
      placed = true;
      new Uint32Array(buffer, room + who, items).set(numbers.subarray(first, first + items));
      empty += table === undefined
        ? direct(this.#cells, n, m, room + kernel, at, items, room + who, k0, k1, room, room + levels)
        : x.cellsDraw(table, n, m, width, at, items, room + who, k0, k1, room, room + levels);
      out.set(new Uint16Array(buffer, room + levels, items * n), first * n);
    });
    return empty;
  }

  /** How many of so many cues the kernels of 16 cues at a time take. */
  #narrow(items: number): number {
    return this.#kind === "u16" && this.#m <= 16 && this.#n >= 16 ? items - (items % 16) : 0;
  }

  /** The address of the running sums under K, made when they pay. */
  #tableFor(K: Float64Array, cues: number): number | undefined {
    if (this.#table?.K === K) return this.#table.address;
    const [n, m] = [this.#n, this.#m];
    const width = m + (m % 2);
    const bytes = n * (m + 1) * width * 8;
    const asked = cues + (this.#asked?.K === K ? this.#asked.cues : 0);
    this.#asked = { K, cues: asked };
    if (bytes > TABLE_BYTES || asked <= m) return undefined;
    const { arena, exports: x } = this.#kernels;
    if (this.#table !== undefined) arena.free(this.#table.address);
    this.#table = undefined;
    const address = arena.allocate(bytes);
    const kernel = arena.allocate(K.length * 8);
    new Float64Array(arena.memory.buffer, kernel, K.length).set(K);
    x[`cellsCumulate_${this.#kind}`](this.#cells, n, m, kernel, width, address);
    arena.free(kernel);
    this.#table = { K, address };
    return address;
  }

  /** Cues in the arena, at most 256 at a time, with `bytes` of scratch beside them. */
  #batches(cues: Uint16Array, bytes: number, call: (at: number, items: number, first: number, room: number) => void): void {
    const n = this.#n;
    const { arena } = this.#kernels;
    const count = cues.length / n;
    if (count === 0) return;
    const at = arena.allocate(Math.min(count, BLOCK_ROWS) * n * 2);
    let room = 0;
    try {
      room = arena.allocate(bytes);
      for (let first = 0; first < count; first += BLOCK_ROWS) {
        const items = Math.min(BLOCK_ROWS, count - first);
        new Uint16Array(arena.memory.buffer, at, items * n).set(cues.subarray(first * n, (first + items) * n));
        call(at, items, first, room);
      }
    } finally {
      arena.free(at);
      if (room !== 0) arena.free(room);
    }
  }

  free(): void {
    const { arena } = this.#kernels;
    this.changed();
    arena.free(this.#cells);
    arena.free(this.#none);
  }
}
