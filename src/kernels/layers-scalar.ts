/**
 * The scalar twin of the layer kernels: the definitions of assembly/ as plain loops over one f32 array, in the same order, rounding where
 * an f32 lane rounds. Convolutions stand in convolution-scalar.ts.
 */
import { erf, exp, tanh } from "../numeric/index.ts";
import { attentionKernels } from "./attention-scalar.ts";
import { convolutionKernels } from "./convolution-scalar.ts";
import type { LayerExports } from "./layers.ts";
import { clamp, plainViews } from "./plain.ts";
import type { Plain } from "./plain.ts";

const r = Math.fround;

export function scalarLayers(memory: { readonly buffer: ArrayBuffer }): LayerExports {
  const plain = plainViews(memory);
  return { ...convolutionKernels(plain), ...elementwiseKernels(plain), ...normKernels(plain), ...upsampleKernels(plain), ...attentionKernels(plain) };
}

type Elementwise = "firstNotFinite_f32" | "clamp_f32" | "add_f32" | "affine_f32" | "leaky_f32" | "sigmoid_f32" | "silu_f32" | "gelu_f32" | "tanh_f32";

function elementwiseKernels({ f32 }: Plain): Pick<LayerExports, Elementwise> {
  /** out[i] = f(x[i], i), rounded to f32 by the store. */
  const map = (x: number, out: number, n: number, f: (v: number, i: number) => number): void => {
    const m = f32();
    for (let i = 0; i < n; i++) m[out / 4 + i] = f(m[x / 4 + i], i);
  };
  return {
    firstNotFinite_f32: (x, n) => {
      const m = f32();
      let i = 0;
      while (i < n && Number.isFinite(m[x / 4 + i])) i++;
      return i;
    },
    clamp_f32: (x, out, n, low, high) => map(x, out, n, (v) => clamp(v, low, high)),
    add_f32: (x, y, out, n, low, high) => {
      const m = f32();
      map(x, out, n, (v, i) => clamp(r(v + m[y / 4 + i]), low, high));
    },
    affine_f32: (x, out, pixels, channels, scale, shift, low, high) => {
      const m = f32();
      map(x, out, pixels * channels, (v, i) => clamp(r(r(v * m[scale / 4 + (i % channels)]) + m[shift / 4 + (i % channels)]), low, high));
    },
    leaky_f32: (x, out, n, slope) => map(x, out, n, (v) => (v > 0 ? v : v * r(slope))),
    sigmoid_f32: (x, out, n) => map(x, out, n, (v) => 1 / (1 + exp(-v))),
    silu_f32: (x, out, n) => map(x, out, n, (v) => v / (1 + exp(-v))),
    gelu_f32: (x, out, n) => map(x, out, n, (v) => 0.5 * v * (1 + erf(v * 0.7071067811865476))),
    tanh_f32: (x, out, n, scale) => map(x, out, n, (v) => scale * tanh(v / scale)),
  };
}

function normKernels({ f32, f64 }: Plain): Pick<LayerExports, "globalAverage_f32" | "groupFactors_f32" | "layerNorm_f32"> {
  /** f64 sums over the pixels ascending, of x or (x - about)^2. */
  const channelSum = (x: number, pixels: number, bytes: number, c: number, about?: number): number => {
    const m = f32();
    let sum = 0;
    for (let i = 0; i < pixels; i++) {
      const v = m[(x + i * bytes) / 4 + c];
      sum += about === undefined ? v : (v - about) * (v - about);
    }
    return sum;
  };
  return {
    globalAverage_f32: (x, pixels, bytes, channels, out, scratch) => {
      for (let c = 0; c < channels; c++) f64()[scratch / 8 + c] = channelSum(x, pixels, bytes, c);
      for (let c = 0; c < channels; c++) f32()[out / 4 + c] = f64()[scratch / 8 + c] / pixels;
    },
    groupFactors_f32: (x, pixels, bytes, channels, width, gamma, beta, epsilon, scale, shift) => {
      const m = f32();
      for (let first = 0; first < channels; first += width) {
        const over = (about?: number): number => {
          let sum = 0;
          for (let c = first; c < first + width; c++) sum += channelSum(x, pixels, bytes, c, about);
          return sum / (pixels * width);
        };
        const mean = over();
        const deviation = Math.sqrt(over(mean) + epsilon);
        for (let c = first; c < first + width; c++) {
          const s = m[gamma / 4 + c] / deviation;
          m[scale / 4 + c] = s;
          m[shift / 4 + c] = m[beta / 4 + c] - mean * s;
        }
      }
    },
    layerNorm_f32: (x, pixels, bytes, channels, gamma, beta, epsilon, out) => {
      const m = f32();
      for (let p = 0; p < pixels; p++) {
        const from = (x + p * bytes) / 4;
        const to = (out + p * bytes) / 4;
        let mean = 0;
        for (let c = 0; c < channels; c++) mean += m[from + c];
        mean /= channels;
        let variance = 0;
        for (let c = 0; c < channels; c++) variance += (m[from + c] - mean) * (m[from + c] - mean);
        const s = Math.sqrt(variance / channels + epsilon);
        for (let c = 0; c < channels; c++) m[to + c] = ((m[from + c] - mean) / s) * m[gamma / 4 + c] + m[beta / 4 + c];
      }
    },
  };
}

function upsampleKernels({ f32 }: Plain): Pick<LayerExports, "nearest_f32" | "bilinear_f32"> {
  const place = (i: number, n: number, size: number, aligned: number): number => {
    if (aligned !== 0) return n > 1 ? (i * (size - 1)) / (n - 1) : 0;
    return Math.max(0, ((i + 0.5) * size) / n - 0.5);
  };
  return {
    nearest_f32: (x, rows, columns, bytes, outRows, outColumns, out) => {
      const m = f32();
      const pixel = bytes / 4;
      for (let y = 0; y < outRows; y++) {
        for (let c = 0; c < outColumns; c++) {
          const from = x / 4 + (Math.floor((y * rows) / outRows) * columns + Math.floor((c * columns) / outColumns)) * pixel;
          m.copyWithin(out / 4 + (y * outColumns + c) * pixel, from, from + pixel);
        }
      }
    },
    bilinear_f32: (x, rows, columns, bytes, outRows, outColumns, aligned, out) => {
      const m = f32();
      const pixel = bytes / 4;
      for (let y = 0; y < outRows; y++) {
        const fy = place(y, outRows, rows, aligned);
        const y0 = Math.min(rows - 1, Math.floor(fy));
        const v = r(fy - y0);
        for (let c = 0; c < outColumns; c++) {
          const fx = place(c, outColumns, columns, aligned);
          const x0 = Math.min(columns - 1, Math.floor(fx));
          const u = r(fx - x0);
          const at = (row: number, column: number): number => x / 4 + (Math.min(rows - 1, row) * columns + Math.min(columns - 1, column)) * pixel;
          for (let k = 0; k < pixel; k++) {
            const across = (row: number): number => r(r(r(1 - u) * m[at(row, x0) + k]) + r(u * m[at(row, x0 + 1) + k]));
            m[out / 4 + (y * outColumns + c) * pixel + k] = r(r(r(1 - v) * across(y0)) + r(v * across(y0 + 1)));
          }
        }
      }
    },
  };
}
