/**
 * Where the windows of a convolution or pooling lie, and the record of it that kernels read (its twin: assembly/geometry.ts).
 *
 *     window of output pixel (y, x), tap (i, j):  input pixel (y strideRows - top + i dilationRows, x strideColumns - left + j dilationColumns)
 */
import type { Arena } from "./arena.ts";

/** Rows before columns everywhere; sizes in pixels, channels as they count (not filled up). */
export interface Geometry {
  readonly rows: number;
  readonly columns: number;
  /** Numbers from one input pixel to the next. */
  readonly pixel: number;
  /** Channels that count. */
  readonly channels: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Rows above, columns to the left of the image that the first window covers; may be negative. */
  readonly padding: readonly [number, number];
  readonly outRows: number;
  readonly outColumns: number;
}

export const GEOMETRY_BYTES = 64;

/** Channels are filled up to a multiple of 8, so that every vector is whole. */
export function padded(channels: number): number {
  return Math.ceil(channels / 8) * 8;
}

export function writeGeometry({ memory }: Arena, address: number, g: Geometry): void {
  new Int32Array(memory.buffer, address, 14).set([
    g.rows, g.columns, 4 * g.pixel, g.channels, ...g.kernel, ...g.stride, ...g.dilation, ...g.padding, g.outRows, g.outColumns,
  ]);
}

/** The record at an address of a plain memory, for the scalar twin. */
export function readGeometry(buffer: ArrayBufferLike, address: number): Geometry {
  const [rows, columns, bytes, channels, ...f] = new Int32Array(buffer, address, 14);
  return {
    rows, columns, pixel: bytes / 4, channels, kernel: [f[0], f[1]], stride: [f[2], f[3]], dilation: [f[4], f[5]], padding: [f[6], f[7]], outRows: f[8], outColumns: f[9],
  };
}

/** Outputs along one axis. `after`: padding behind the image, where it differs from that before it. May be 0 or less: the window is larger than the image. */
export function outputSize(size: number, kernel: number, stride: number, padding: number, dilation: number, ceil = false, after: number = padding): number {
  const span = size + padding + after - dilation * (kernel - 1) - 1;
  const n = (ceil ? Math.ceil(span / stride) : Math.floor(span / stride)) + 1;
  // The last window of a rounded-up count begins inside the image or the padding before it (PyTorch's rule).
  return ceil && (n - 1) * stride >= size + padding ? n - 1 : n;
}

/** The first tap and the one beyond the last whose places first + tap dilation lie in 0..size - 1. */
export function tapRange(first: number, dilation: number, size: number, taps: number): [number, number] {
  return [first >= 0 ? 0 : Math.ceil(-first / dilation), first >= size ? 0 : Math.min(taps, Math.ceil((size - first) / dilation))];
}
