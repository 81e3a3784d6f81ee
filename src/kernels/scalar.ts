/**
 * The scalar twin: the kernels of assembly/ as plain loops over the same packed rows, in the same order, rounding where
 * an f32 lane rounds. It is the readable reference and what runs where WebAssembly is refused.
 *
 *   score[row] = sum over blocks of 256 k of ( sum within the block of term(x[row][k], q[k]) ), both from +0
 */
import { exp } from "../numeric/index.ts";
import type { Precision } from "../numeric/index.ts";
import type { PanelKernels, SoftmaxState } from "./backend.ts";
import { packColumns } from "./packing.ts";
import { BLOCK_K, floats, lanes, rowStart } from "./panels.ts";
import type { Floats, RawScore } from "./panels.ts";

/** Weights below this are stored as 0: they cannot move an f32 sum whose largest weight is 1. */
const FLOOR = 5.421010862427522e-20; // 2^-64

export class ScalarPanels implements PanelKernels {
  readonly backend = "scalar";
  readonly #dim: number;
  readonly #precision: Precision;
  readonly #width: number;
  readonly #round: (x: number) => number;
  #panels: Floats;
  #op: RawScore = "dot";
  #cues: Floats;
  #count = 0;
  #mask: Uint8Array | undefined;

  constructor(dim: number, precision: Precision) {
    this.#dim = dim;
    this.#precision = precision;
    this.#width = lanes(precision);
    this.#round = precision === "f32" ? Math.fround : (x) => x;
    this.#panels = floats(0, precision);
    this.#cues = floats(0, precision);
  }

  panels(): Floats {
    return this.#panels;
  }

  reserve(numbers: number): void {
    if (numbers <= this.#panels.length) return;
    const grown = floats(numbers, this.#precision);
    grown.set(this.#panels);
    this.#panels = grown;
  }

  setColumns(B: Floats, n: number): void {
    packColumns(this.#panels, B, 0, n, this.#dim, this.#width);
  }

  setCues(op: RawScore, cues: Floats, count: number, mask?: Uint8Array): void {
    this.#op = op;
    this.#cues = cues;
    this.#count = count;
    this.#mask = mask;
  }

  scores(first: number, _count: number, rows: number, out: Floats, stride: number, at: number): void {
    for (let cue = 0; cue < this.#count; cue++) {
      for (let row = 0; row < rows; row++) out[cue * stride + at + row] = this.#score(first * this.#width + row, cue);
    }
  }

  #score(row: number, cue: number): number {
    const { r, x, q, width, dim } = { r: this.#round, x: this.#panels, q: this.#cues, width: this.#width, dim: this.#dim };
    const x0 = rowStart(row, dim, width);
    const q0 = cue * dim;
    const op = this.#op;
    const mask = this.#mask;
    let total = 0;
    for (let block = 0; block < dim; block += BLOCK_K) {
      const end = Math.min(dim, block + BLOCK_K);
      let sum = 0;
      for (let k = block; k < end; k++) {
        if (mask !== undefined && mask[k] === 0) continue;
        const xk = x[x0 + k * width];
        const qk = q[q0 + k];
        let term: number;
        if (op === "dot") term = r(xk * qk);
        else if (op === "hamming") term = xk < 0 !== qk < 0 ? 1 : 0;
        else {
          const d = r(xk - qk);
          term = op === "l1" ? Math.abs(d) : r(d * d);
        }
        sum = r(sum + term);
      }
      total = r(total + sum);
    }
    return total;
  }

  softmax(first: number, _count: number, rows: number, scale: number, bias: Float64Array | undefined, biasAt: number, room: () => Float64Array): SoftmaxState[] {
    return Array.from({ length: this.#count }, (_, cue) => {
      const e = new Float64Array(rows);
      let max = -Infinity;
      for (let row = 0; row < rows; row++) {
        e[row] = scale * this.#score(first * this.#width + row, cue);
        if (bias !== undefined) e[row] += bias[biasAt + row];
        max = Math.max(max, e[row]);
      }
      const shift = max === -Infinity ? 0 : max;
      let even = 0;
      let odd = 0;
      for (let row = 0; row < rows; row++) {
        e[row] = exp(e[row] - shift);
        if (row % 2 === 0) even += e[row];
        else odd += e[row];
      }
      for (let row = 0; row < rows; row++) if (e[row] < FLOOR) e[row] = 0;
      return { max, sum: even + odd, z: this.weightedSum(first, _count, rows, e, 0, room()) };
    });
  }

  /** Per coordinate: lanes l0..l3 (f64: l0, l1) over the panels, each adding eight products pairwise; then (l0 + l1) + (l2 + l3). */
  weightedSum(first: number, count: number, rows: number, weights: ArrayLike<number>, at: number, z: Float64Array): Float64Array {
    const r = this.#round;
    const width = this.#width;
    const dim = this.#dim;
    const vector = width / 8; // lanes of one vector
    const w = new Float64Array(count * width);
    for (let row = 0; row < rows; row++) w[row] = r(weights[at + row]);
    const sums = new Float64Array(dim * vector);
    for (let panel = 0; panel < count; panel++) {
      if (w.subarray(panel * width, (panel + 1) * width).every((weight) => Object.is(weight, 0))) continue;
      for (let k = 0; k < dim; k++) {
        const x = (first + panel) * width * dim + k * width;
        for (let lane = 0; lane < vector; lane++) {
          const product = (i: number): number => {
            const j = i * vector + lane;
            return r(w[panel * width + j] * this.#panels[x + j]);
          };
          const pair = (i: number): number => r(product(i) + product(i + 1));
          const s = r(r(pair(0) + pair(2)) + r(pair(4) + pair(6)));
          sums[k * vector + lane] = r(sums[k * vector + lane] + s);
        }
      }
    }
    for (let k = 0; k < dim; k++) {
      const l = k * vector;
      z[k] = vector === 4 ? sums[l] + sums[l + 1] + (sums[l + 2] + sums[l + 3]) : sums[l] + sums[l + 1];
    }
    return z;
  }

  rowSums(_count: number, rows: number, mask?: Uint8Array): Float64Array {
    return this.#perRow(rows, (x) => x, mask);
  }

  rowSquares(_count: number, rows: number, about?: Float64Array, mask?: Uint8Array): Float64Array {
    return this.#perRow(rows, (x, row) => (x - (about?.[row] ?? 0)) * (x - (about?.[row] ?? 0)), mask);
  }

  #perRow(rows: number, term: (x: number, row: number) => number, mask?: Uint8Array): Float64Array {
    return Float64Array.from({ length: rows }, (_, row) => {
      const at = rowStart(row, this.#dim, this.#width);
      let sum = 0;
      for (let k = 0; k < this.#dim; k++) if (mask === undefined || mask[k] !== 0) sum += term(this.#panels[at + k * this.#width], row);
      return sum;
    });
  }

  free(): void {
    this.#panels = floats(0, this.#precision);
  }
}
