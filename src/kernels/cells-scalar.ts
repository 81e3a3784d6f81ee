/** The scalar twin of assembly/cells.ts and draws.ts: the same loops, the same order, the same bits. */
import { uniform2x32 } from "../numeric/index.ts";
import type { ThreefryKey } from "../numeric/index.ts";
import type { CellKernels, CellKind, CellTable, Looked } from "./cells-backend.ts";
import { NO_LEVEL } from "./cells-backend.ts";

export class ScalarCells implements CellKernels {
  readonly backend = "scalar";
  readonly #n: number;
  readonly #m: number;
  readonly #cells: CellTable;
  readonly #undefinedRow: Uint32Array;

  constructor(n: number, m: number, kind: CellKind) {
    this.#n = n;
    this.#m = m;
    this.#cells = kind === "u16" ? new Uint16Array(n * m) : kind === "u32" ? new Uint32Array(n * m) : new Float64Array(n * m);
    this.#undefinedRow = new Uint32Array(n);
  }

  cells(): CellTable { return this.#cells; }
  undefinedRow(): Uint32Array { return this.#undefinedRow; }
  changed(): void {} // nothing is derived

  count(cues: Uint16Array, cap: number): void {
    const [n, m, R, none] = [this.#n, this.#m, this.#cells, this.#undefinedRow];
    for (let at = 0; at < cues.length; at += n) {
      for (let j = 0; j < n; j++) {
        const v = cues[at + j];
        if (v >= m) none[j] += none[j] < cap ? 1 : 0;
        else R[j * m + v] += R[j * m + v] < cap ? 1 : 0;
      }
    }
  }

  look(cues: Uint16Array, least: Uint32Array, out: Looked): void {
    const [n, m, R] = [this.#n, this.#m, this.#cells];
    for (let c = 0; c * n < cues.length; c++) {
      let weight = 0;
      let misses = 0;
      let hidden = 0;
      for (let j = 0; j < n; j++) {
        const v = cues[c * n + j];
        if (v >= m) hidden++;
        else {
          const held = R[j * m + v];
          weight += held;
          if (held < least[j]) misses++;
        }
      }
      out.weights[c] = weight;
      out.misses[c] = misses;
      out.hidden[c] = hidden;
    }
  }

  draw(cues: Uint16Array, K: Float64Array, numbers: Uint32Array, key: ThreefryKey, out: Uint16Array): number {
    const [n, m, R] = [this.#n, this.#m, this.#cells];
    let empty = 0;
    for (let c = 0; c * n < cues.length; c++) {
      for (let j = 0; j < n; j++) {
        const from = Math.min(cues[c * n + j], m) * m;
        let whole = 0;
        for (let i = 0; i < m; i++) whole += R[j * m + i] * K[from + i];
        if (whole === 0) {
          empty++;
          out[c * n + j] = NO_LEVEL;
          continue;
        }
        const t = uniform2x32(key, j, numbers[c]) * whole;
        let sum = 0;
        let level = m - 1;
        for (let i = 0; i < m; i++) {
          sum += R[j * m + i] * K[from + i];
          if (sum > t) {
            level = i;
            break;
          }
        }
        out[c * n + j] = level;
      }
    }
    return empty;
  }

  free(): void {} // the garbage collector's
}
