/**
 * The scalar twin of assembly/winograd.ts (Lavin and Gray, arXiv 1509.09308): Y = A^T [ (G w G^T) . (B^T d B) ] A, and G w G^T, which both
 * twins take from here.
 */
import { readGeometry } from "./geometry.ts";
import type { LayerExports } from "./layers.ts";
import { clamp } from "./plain.ts";
import type { Plain } from "./plain.ts";

const r = Math.fround;

/** Edge of a transformed tile: 4 for F(2x2, 3x3), 6 for F(4x4, 3x3). */
export type Edge = 4 | 6;

/** Row after row. */
const G: Readonly<Record<Edge, readonly number[]>> = {
  4: [1, 0, 0, 1 / 2, 1 / 2, 1 / 2, 1 / 2, -1 / 2, 1 / 2, 0, 0, 1],
  6: [1 / 4, 0, 0, -1 / 6, -1 / 6, -1 / 6, -1 / 6, 1 / 6, -1 / 6, 1 / 24, 1 / 12, 1 / 6, 1 / 24, -1 / 12, 1 / 6, 0, 0, 1],
};

/**
 * G w G^T in f64, rounded once: place t = 0..edge^2 - 1 goes to U[to + t step]. w: 9 numbers from `at`, row by row.
 * @param half room for 3 edge numbers
 */
export function winogradWeights(edge: Edge, w: ArrayLike<number>, at: number, half: Float64Array, U: Float32Array, to: number, step: number): void {
  const g = G[edge];
  for (let i = 0; i < edge; i++) {
    for (let j = 0; j < 3; j++) half[3 * i + j] = g[3 * i] * w[at + j] + g[3 * i + 1] * w[at + 3 + j] + g[3 * i + 2] * w[at + 6 + j];
  }
  for (let i = 0; i < edge; i++) {
    for (let j = 0; j < edge; j++) U[to + (i * edge + j) * step] = half[3 * i] * g[3 * j] + half[3 * i + 1] * g[3 * j + 1] + half[3 * i + 2] * g[3 * j + 2];
  }
}

/** B^T d. */
function inputs(d: readonly number[]): number[] {
  if (d.length === 4) return [r(d[0] - d[2]), r(d[1] + d[2]), r(d[2] - d[1]), r(d[1] - d[3])];
  const a = r(d[4] - r(4 * d[2]));
  const b = r(d[3] - r(4 * d[1]));
  const c = r(d[4] - d[2]);
  const e = r(2 * r(d[3] - d[1]));
  return [r(r(r(4 * d[0]) - r(5 * d[2])) + d[4]), r(a + b), r(a - b), r(c + e), r(c - e), r(r(r(4 * d[1]) - r(5 * d[3])) + d[5])];
}

/** A^T m. */
function outputs(m: readonly number[]): number[] {
  const sum = r(m[1] + m[2]);
  const difference = r(m[1] - m[2]);
  if (m.length === 4) return [r(m[0] + sum), r(difference - m[3])];
  const farSum = r(m[3] + m[4]);
  const farDifference = r(m[3] - m[4]);
  return [r(r(m[0] + sum) + farSum), r(difference + r(2 * farDifference)), r(sum + r(4 * farSum)), r(r(difference + r(8 * farDifference)) + m[5])];
}

/** f on the columns of a square of numbers, then on the rows of what came. */
function both(f: (v: readonly number[]) => number[], square: readonly (readonly number[])[]): number[][] {
  const columns = square.map((_, j) => f(square.map((row) => row[j])));
  return columns[0].map((_, i) => f(columns.map((column) => column[i])));
}

export function winogradKernels({ memory, f32 }: Plain): Pick<LayerExports, "winogradInput_f32" | "winogradOutput_f32"> {
  /** Image, row and column of the first output pixel of a tile. */
  const corner = (edge: number, tile: number, outRows: number, outColumns: number): [number, number, number] => {
    const size = edge - 2;
    const across = Math.ceil(outColumns / size);
    const area = across * Math.ceil(outRows / size);
    return [Math.floor(tile / area), Math.floor((tile % area) / across) * size, (tile % across) * size];
  };
  return {
    winogradInput_f32: (x, g, edge, tile, count, V, placeBytes) => {
      const m = f32();
      const { rows, columns, pixel, padding, outRows, outColumns } = readGeometry(memory.buffer, g);
      for (let i = 0; i < count; i++) {
        const [n, y, c] = corner(edge, tile + i, outRows, outColumns);
        const value = (row: number, column: number, k: number): number =>
          row >= 0 && row < rows && column >= 0 && column < columns ? m[x / 4 + ((n * rows + row) * columns + column) * pixel + k] : 0;
        for (let k = 0; k < pixel; k++) {
          const d = Array.from({ length: edge }, (_, row) => Array.from({ length: edge }, (_, column) => value(y - padding[0] + row, c - padding[1] + column, k)));
          both(inputs, d).flat().forEach((v, t) => (m[(V + t * placeBytes) / 4 + i * pixel + k] = v));
        }
      }
    },
    winogradOutput_f32: (M, g, edge, tile, count, placeBytes, bias, residual, low, high, out, outBytes) => {
      const m = f32();
      const { outRows, outColumns } = readGeometry(memory.buffer, g);
      const pixel = outBytes / 4;
      for (let i = 0; i < count; i++) {
        const [n, y, c] = corner(edge, tile + i, outRows, outColumns);
        for (let k = 0; k < pixel; k++) {
          const products = Array.from({ length: edge }, (_, row) => Array.from({ length: edge }, (_, column) => m[(M + (row * edge + column) * placeBytes) / 4 + i * pixel + k]));
          both(outputs, products).forEach((line, row) => line.forEach((value, column) => {
            if (y + row >= outRows || c + column >= outColumns) return;
            const at = ((n * outRows + y + row) * outColumns + c + column) * pixel + k;
            let v = r(value + m[bias / 4 + k]);
            if (residual !== 0) v = r(v + m[residual / 4 + at]);
            m[out / 4 + at] = clamp(v, low, high);
          }));
        }
      }
    },
  };
}
