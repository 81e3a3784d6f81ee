/** What `Cells` asks of a backend. Two implementations, cells-simd.ts (WebAssembly) and cells-scalar.ts (plain loops), with the same bits. */
import type { Backend, ThreefryKey } from "../numeric/index.ts";

/** How a cell is held: counts up to 65,535 or up to 2^32 - 1, or weights that are not counted. */
export type CellKind = "u16" | "u32" | "f64";
export type CellTable = Uint16Array | Uint32Array | Float64Array;

/** The level that stands for "undefined" in cues and answers. */
export const NO_LEVEL = 0xffff;

/** What a cue finds in its cells. */
export interface Looked {
  /** Sum of the cue's cells over its defined levels, exact. */
  readonly weights: Float64Array;
  /** Defined levels whose cell lies below the column's least count. */
  readonly misses: Int32Array;
  /** Undefined levels. */
  readonly hidden: Int32Array;
}

export interface CellKernels {
  readonly backend: Backend;
  /** The cells, writable; valid until the next call of anything. `changed` after writing. */
  cells(): CellTable;
  /** How often each column was undefined, writable likewise. */
  undefinedRow(): Uint32Array;
  /** Forgets what was derived from the cells. */
  changed(): void;
  count(cues: Uint16Array, cap: number): void;
  look(cues: Uint16Array, least: Uint32Array, out: Looked): void;
  /** Writes a level per column and cue; returns how many columns were without weight (their level: NO_LEVEL). */
  draw(cues: Uint16Array, K: Float64Array, numbers: Uint32Array, key: ThreefryKey, out: Uint16Array): number;
  free(): void;
}
