/**
 * What looks at the windows of each channel alone: depthwise convolution, maximum and average pooling. Lanes are channels. The taps of a
 * window that lie in the image come in order, row by row; the others are left out.
 */
import { columns, dilationColumns, dilationRows, endTap, firstColumn, firstRow, firstTap, kernelColumns, kernelRows, outColumns, outRows, paddingColumns, paddingRows, pixelBytes, rows } from "./geometry";

/** Tag types, told apart by their size at compile time. */
type Depthwise = u8;
type Maximum = u16;
type Average = u32;

/** a with the next tap v; w: its weight. */
// @ts-ignore: decorator
@inline
function next<OP>(a: v128, v: v128, w: usize): v128 {
  if (sizeof<OP>() == sizeof<Depthwise>()) return f32x4.add(a, f32x4.mul(v, v128.load(w)));
  if (sizeof<OP>() == sizeof<Maximum>()) return f32x4.max(a, v);
  return f32x4.add(a, v);
}

/** One image, whose pixels have the same channels before and after. W: per tap all channels' weights. whole: averages divide by the taps in the image and its padding. */
// @ts-ignore: decorator
@inline
function windows<OP>(x: usize, g: usize, W: usize, bias: usize, whole: i32, low: f32, high: f32, out: usize): void {
  const bytes = pixelBytes(g);
  const right = <usize>dilationColumns(g) * bytes;
  const start = sizeof<OP>() == sizeof<Maximum>() ? f32x4.splat(-Infinity) : f32x4.splat(0);
  for (let y = 0; y < outRows(g); y++) {
    const y0 = firstRow(g, y);
    const i0 = firstTap(y0, dilationRows(g));
    const i1 = endTap(y0, dilationRows(g), rows(g), kernelRows(g));
    for (let c = 0; c < outColumns(g); c++) {
      const x0 = firstColumn(g, c);
      const j0 = firstTap(x0, dilationColumns(g));
      const j1 = endTap(x0, dilationColumns(g), columns(g), kernelColumns(g));
      // The padding below and to the right is as large as the one before; a last window of a rounded-up count reaches beyond it (PyTorch's rule).
      const taps = whole
        ? endTap(y0, dilationRows(g), rows(g) + paddingRows(g), kernelRows(g)) * endTap(x0, dilationColumns(g), columns(g) + paddingColumns(g), kernelColumns(g))
        : max(0, i1 - i0) * max(0, j1 - j0);
      for (let at: usize = 0; at < bytes; at += 32, out += 32) {
        let a = start;
        let b = start;
        for (let i = i0; i < i1; i++) {
          let p = x + at + <usize>((y0 + i * dilationRows(g)) * columns(g) + x0 + j0 * dilationColumns(g)) * bytes;
          let w = W + at + <usize>(i * kernelColumns(g) + j0) * bytes;
          for (let j = j0; j < j1; j++, p += right, w += bytes) {
            a = next<OP>(a, v128.load(p), w);
            b = next<OP>(b, v128.load(p, 16), w + 16);
          }
        }
        if (sizeof<OP>() == sizeof<Average>()) {
          a = f32x4.div(a, f32x4.splat(<f32>taps));
          b = f32x4.div(b, f32x4.splat(<f32>taps));
        }
        if (sizeof<OP>() == sizeof<Depthwise>()) {
          a = f32x4.min(f32x4.max(f32x4.add(a, v128.load(bias + at)), f32x4.splat(low)), f32x4.splat(high));
          b = f32x4.min(f32x4.max(f32x4.add(b, v128.load(bias + at, 16)), f32x4.splat(low)), f32x4.splat(high));
        }
        v128.store(out, a);
        v128.store(out, b, 16);
      }
    }
  }
}

/** Sum of the taps times their weights, + bias, clamped to [low, high]. */
export function depthwise_f32(x: usize, g: usize, W: usize, bias: usize, low: f32, high: f32, out: usize): void {
  windows<Depthwise>(x, g, W, bias, 0, low, high, out);
}

/** The largest tap; -Infinity for a window outside the image. */
export function maxPool_f32(x: usize, g: usize, out: usize): void {
  windows<Maximum>(x, g, 0, 0, 0, 0, 0, out);
}

export function averagePool_f32(x: usize, g: usize, whole: i32, out: usize): void {
  windows<Average>(x, g, 0, 0, whole, 0, 0, out);
}
