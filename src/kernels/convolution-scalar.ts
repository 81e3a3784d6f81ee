/**
 * The scalar twin of assembly/{gemm,patches,windows,winograd}.ts.
 *
 *   sum over blocks of 256 k of ( sum within the block of A[i][k] W[k][o] ), both from +0; then + bias, + residual, clamped
 */
import { readGeometry, tapRange } from "./geometry.ts";
import type { Geometry } from "./geometry.ts";
import type { LayerExports } from "./layers.ts";
import { clamp } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { winogradKernels } from "./winograd-scalar.ts";

const r = Math.fround;

type Convolution = "gemm_f32" | "gemmFours_f32" | "patches_f32" | "windowFours_f32" | "copy_f32" | "depthwise_f32" | "maxPool_f32" | "averagePool_f32" | "winogradInput_f32" | "winogradOutput_f32";

export function convolutionKernels(plain: Plain): Pick<LayerExports, Convolution> {
  return { ...productKernels(plain), ...windowKernels(plain), ...winogradKernels(plain) };
}

function productKernels({ memory, f32 }: Plain): Pick<LayerExports, "gemm_f32" | "gemmFours_f32" | "patches_f32" | "windowFours_f32" | "copy_f32"> {
  /** @param place bytes from A to A[i][k] */
  const gemm = (place: (i: number, k: number, aStride: number) => number): LayerExports["gemm_f32"] =>
    (A, aStride, pixels, W, panelStride, panels, depth, out, outStride, first, last, bias, residual, residualStride, low, high) => {
      const m = f32();
      for (let o = 0; o < 8 * panels; o++) {
        const w = (W + Math.floor(o / 8) * panelStride) / 4 + (o % 8);
        for (let i = 0; i < pixels; i++) {
          const to = (out + i * outStride) / 4 + o;
          let sum = 0;
          for (let k = 0; k < depth; k++) sum = r(sum + r(m[(A + place(i, k, aStride)) / 4] * m[w + 8 * k]));
          if (first === 0) sum = r(m[to] + sum);
          if (last !== 0) {
            if (bias !== 0) sum = r(sum + m[bias / 4 + o]);
            if (residual !== 0) sum = r(sum + m[(residual + i * residualStride) / 4 + o]);
            sum = clamp(sum, low, high);
          }
          m[to] = sum;
        }
      }
    };
  const windows = (x: number, g: number, pixel: number, count: number, k: number, depth: number, put: (i: number, j: number, value: number) => void): void => {
    const m = f32();
    const { rows, columns, pixel: step, channels, kernel, stride, dilation, padding, outRows, outColumns } = readGeometry(memory.buffer, g);
    for (let i = 0; i < count; i++) {
      const n = Math.floor((pixel + i) / (outRows * outColumns));
      const place = (pixel + i) % (outRows * outColumns);
      for (let j = 0; j < depth; j++) {
        const tap = Math.floor((k + j) / channels);
        const y = Math.floor(place / outColumns) * stride[0] - padding[0] + Math.floor(tap / kernel[1]) * dilation[0];
        const c = (place % outColumns) * stride[1] - padding[1] + (tap % kernel[1]) * dilation[1];
        const inside = y >= 0 && y < rows && c >= 0 && c < columns;
        put(i, j, inside ? m[x / 4 + ((n * rows + y) * columns + c) * step + ((k + j) % channels)] : 0);
      }
    }
  };
  return {
    gemm_f32: gemm((i, k, aStride) => i * aStride + 4 * k),
    gemmFours_f32: gemm((i, k, aStride) => Math.floor(i / 4) * aStride + 4 * (4 * k + (i % 4))),
    patches_f32: (x, g, pixel, count, k, depth, out) => windows(x, g, pixel, count, k, depth, (i, j, value) => void (f32()[out / 4 + i * depth + j] = value)),
    windowFours_f32: (x, g, pixel, count, k, depth, _zeros, out) => {
      f32().fill(0, out / 4, out / 4 + 4 * Math.ceil(count / 4) * depth);
      windows(x, g, pixel, count, k, depth, (i, j, value) => void (f32()[out / 4 + 4 * (Math.floor(i / 4) * depth + j) + (i % 4)] = value));
    },
    copy_f32: (from, fromRow, fromColumn, to, toRow, toColumn, rows, columns) => {
      const m = f32();
      for (let y = 0; y < rows; y++) {
        for (let c = 0; c < columns; c++) m[(to + y * toRow + c * toColumn) / 4] = m[(from + y * fromRow + c * fromColumn) / 4];
      }
    },
  };
}

/** A window over one channel: the taps inside the image, as indices of the input pixel and the tap; how many lie in the image and its padding. */
type Fold = (taps: readonly (readonly [pixel: number, tap: number])[], channel: number, withPadding: number) => number;

function windowKernels({ memory, f32 }: Plain): Pick<LayerExports, "depthwise_f32" | "maxPool_f32" | "averagePool_f32"> {
  const windows = (g: Geometry, out: number, fold: Fold): void => {
    const m = f32();
    const [dy, dx] = g.dilation;
    for (let y = 0; y < g.outRows; y++) {
      const y0 = y * g.stride[0] - g.padding[0];
      const [i0, i1] = tapRange(y0, dy, g.rows, g.kernel[0]);
      for (let x = 0; x < g.outColumns; x++) {
        const x0 = x * g.stride[1] - g.padding[1];
        const [j0, j1] = tapRange(x0, dx, g.columns, g.kernel[1]);
        const taps: [number, number][] = [];
        for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) taps.push([(y0 + i * dy) * g.columns + x0 + j * dx, i * g.kernel[1] + j]);
        const withPadding = tapRange(y0, dy, g.rows + g.padding[0], g.kernel[0])[1] * tapRange(x0, dx, g.columns + g.padding[1], g.kernel[1])[1];
        for (let c = 0; c < g.pixel; c++) m[out / 4 + (y * g.outColumns + x) * g.pixel + c] = fold(taps, c, withPadding);
      }
    }
  };
  return {
    depthwise_f32: (x, g, W, bias, low, high, out) => {
      const m = f32();
      const geometry = readGeometry(memory.buffer, g);
      const step = geometry.pixel;
      windows(geometry, out, (taps, c) => {
        let sum = 0;
        for (const [pixel, tap] of taps) sum = r(sum + r(m[x / 4 + pixel * step + c] * m[W / 4 + tap * step + c]));
        return clamp(r(sum + m[bias / 4 + c]), low, high);
      });
    },
    maxPool_f32: (x, g, out) => {
      const m = f32();
      const geometry = readGeometry(memory.buffer, g);
      windows(geometry, out, (taps, c) => taps.reduce((most, [pixel]) => Math.max(most, m[x / 4 + pixel * geometry.pixel + c]), -Infinity));
    },
    averagePool_f32: (x, g, whole, out) => {
      const m = f32();
      const geometry = readGeometry(memory.buffer, g);
      windows(geometry, out, (taps, c, withPadding) => taps.reduce((sum, [pixel]) => r(sum + m[x / 4 + pixel * geometry.pixel + c]), 0) / (whole !== 0 ? withPadding : taps.length));
    },
  };
}
