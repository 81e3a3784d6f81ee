/**
 * Convolutions and pools over pictures, as windows (take) and matrix products, so that every gradient is the adjoint by construction.
 *
 *   x  B x H x W x C;   kernel  O x C x kh x kw;   conv2d(x)  B x Ho x Wo x O,   Ho = floor((H + 2 padding - kh) / stride) + 1
 *   conv2d      y[b,i,j,o] = sum_{c,p,q} kernel[o,c,p,q] x[b, i stride + p - padding, j stride + q - padding, c]   (no flip)
 */
import { EngramError } from "../numeric/index.ts";
import { broadcastTo, div } from "./arithmetic.ts";
import { show } from "./array.ts";
import { matmul } from "./product.ts";
import { firstMaxima, mean } from "./reduce.ts";
import { place, reshape, take, transpose } from "./structure.ts";
import type { Var } from "./tape.ts";

export interface Window {
  /** Default 1. */
  readonly stride?: number;
  /** Rows and columns of zeros around the picture. Default 0. */
  readonly padding?: number;
}

/** Height and width of what a kernel or pool makes of a picture. @throws EngramError where it does not fit in once */
export function outputSize(height: number, width: number, kh: number, kw: number, { stride = 1, padding = 0 }: Window): [number, number] {
  if (!Number.isInteger(stride) || stride < 1) throw new EngramError("stride", "a whole number, 1 or above", String(stride), "1 moves the window by one pixel.");
  if (!Number.isInteger(padding) || padding < 0) throw new EngramError("padding", "a whole number, 0 or above", String(padding), "0 adds nothing.");
  const size = [height, width].map((n, i) => Math.floor((n + 2 * padding - [kh, kw][i]) / stride) + 1) as [number, number];
  if (!(Math.min(...size) >= 1 && kh >= 1 && kw >= 1)) {
    throw new EngramError("window", `a picture of at least ${kh} x ${kw}`, `${height} x ${width} with padding ${padding}`, "Use a smaller window, or padding.");
  }
  return size;
}

/** Position in x of every entry of every window, [B, Ho, Wo, C, kh, kw]; -1 in the padding. */
function windows(shape: readonly number[], kh: number, kw: number, window: Window): { index: Int32Array; ho: number; wo: number } {
  if (shape.length !== 4) throw new EngramError("picture", "shape [B, H, W, C]", show(shape), "Pictures have four axes, channels last.");
  const [B, H, W, C] = shape;
  const { stride = 1, padding = 0 } = window;
  const [ho, wo] = outputSize(H, W, kh, kw, window);
  const index = new Int32Array(B * ho * wo * C * kh * kw);
  let at = 0;
  for (let b = 0; b < B; b++) for (let i = 0; i < ho; i++) for (let j = 0; j < wo; j++) {
    for (let c = 0; c < C; c++) for (let p = 0; p < kh; p++) {
      const y = i * stride + p - padding;
      const row = (b * H + y) * W * C + c;
      const outside = y < 0 || y >= H;
      for (let q = 0; q < kw; q++) {
        const x = j * stride + q - padding;
        index[at++] = outside || x < 0 || x >= W ? -1 : row + x * C;
      }
    }
  }
  return { index, ho, wo };
}

function checkKernel(kernel: Var, channels: number, what: string): void {
  if (kernel.shape.length !== 4 || kernel.shape[1] !== channels) throw new EngramError(what, `a kernel [O, ${channels}, kh, kw]`, show(kernel.shape), "The kernel's second axis is the picture's channels.");
}

/** @throws EngramError when kernel and picture do not fit */
export function conv2d(x: Var, kernel: Var, window: Window = {}): Var {
  const [O, C, kh, kw] = kernel.shape;
  checkKernel(kernel, x.shape[3], "conv2d");
  const { index, ho, wo } = windows(x.shape, kh, kw, window);
  const patches = take(x, index, [x.shape[0] * ho * wo, C * kh * kw]);
  return reshape(matmul(patches, transpose(reshape(kernel, [O, C * kh * kw]))), [x.shape[0], ho, wo, O]);
}

/** The adjoint of conv2d in x: y B x Ho x Wo x O back to a picture of `size` [H, W]. */
export function convTranspose2d(y: Var, kernel: Var, size: readonly [number, number], window: Window = {}): Var {
  const [O, C, kh, kw] = kernel.shape;
  const shape = [y.shape[0], size[0], size[1], C];
  const { index, ho, wo } = windows(shape, kh, kw, window);
  if (y.shape.length !== 4 || y.shape[1] !== ho || y.shape[2] !== wo || y.shape[3] !== O) {
    throw new EngramError("convTranspose2d", `shape [B, ${ho}, ${wo}, ${O}]`, show(y.shape), "It is the shape that conv2d makes of the picture.");
  }
  return place(matmul(reshape(y, [y.shape[0] * ho * wo, O]), reshape(kernel, [O, C * kh * kw])), index, shape);
}

/** The windows of a pool, [B, Ho, Wo, C, n], n = size^2. No padding. */
function pooled(x: Var, size: number, stride: number): { values: Var; index: Int32Array } {
  const { index, ho, wo } = windows(x.shape, size, size, { stride });
  return { values: take(x, index, [x.shape[0], ho, wo, x.shape[3], size * size]), index };
}

/** Means of windows of size x size. @param stride default: the size */
export function avgPool(x: Var, size: number, stride: number = size): Var {
  return mean(pooled(x, size, stride).values, -1);
}

/** The adjoint of avgPool, back to `shape`. */
export function avgUnpool(y: Var, shape: readonly number[], size: number, stride: number = size): Var {
  const { index } = windows(shape, size, size, { stride });
  const spread = broadcastTo(reshape(div(y, size * size), [...y.shape, 1]), [...y.shape, size * size]);
  return place(spread, index, shape);
}

/** Maxima of windows; the gradient goes to the first maximum. */
export function maxPool(x: Var, size: number, stride: number = size): Var {
  const { index, shape } = maxPositions(x, size, stride);
  return take(x, index, shape);
}

/** The adjoint of maxPool at x: every y goes to where its maximum stands. */
export function maxUnpool(y: Var, x: Var, size: number, stride: number = size): Var {
  return place(y, maxPositions(x, size, stride).index, x.shape);
}

function maxPositions(x: Var, size: number, stride: number): { index: Int32Array; shape: number[] } {
  const { values, index } = pooled(x, size, stride);
  return { index: firstMaxima(values.data, size * size).map((at) => index[at]), shape: values.shape.slice(0, -1) };
}
