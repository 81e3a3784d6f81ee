/**
 * Where a window of a convolution or pooling lies: a record of i32 that the host writes once per layer (its twin: src/kernels/geometry.ts).
 * Feature maps are NHWC: pixel after pixel, row by row, the channels of a pixel side by side, filled up to a multiple of 8.
 *
 *     window of output pixel (y, x), tap (i, j):  input pixel (y strideRows - top + i dilationRows, x strideColumns - left + j dilationColumns)
 */

// @ts-ignore: decorator
@inline
function field(g: usize, i: usize): i32 {
  return load<i32>(g + (i << 2));
}
// @ts-ignore: decorator
@inline
export function rows(g: usize): i32 { return field(g, 0); }
// @ts-ignore: decorator
@inline
export function columns(g: usize): i32 { return field(g, 1); }
/** Bytes from one input pixel to the next. */
// @ts-ignore: decorator
@inline
export function pixelBytes(g: usize): usize { return <usize>field(g, 2); }
/** Input channels that count. */
// @ts-ignore: decorator
@inline
export function channels(g: usize): i32 { return field(g, 3); }
// @ts-ignore: decorator
@inline
export function kernelRows(g: usize): i32 { return field(g, 4); }
// @ts-ignore: decorator
@inline
export function kernelColumns(g: usize): i32 { return field(g, 5); }
// @ts-ignore: decorator
@inline
export function dilationRows(g: usize): i32 { return field(g, 8); }
// @ts-ignore: decorator
@inline
export function dilationColumns(g: usize): i32 { return field(g, 9); }
/** Rows above the image. */
// @ts-ignore: decorator
@inline
export function paddingRows(g: usize): i32 { return field(g, 10); }
/** Columns to its left. */
// @ts-ignore: decorator
@inline
export function paddingColumns(g: usize): i32 { return field(g, 11); }
// @ts-ignore: decorator
@inline
export function outRows(g: usize): i32 { return field(g, 12); }
// @ts-ignore: decorator
@inline
export function outColumns(g: usize): i32 { return field(g, 13); }

/** Input row of tap 0 for output row y; it may lie outside. */
// @ts-ignore: decorator
@inline
export function firstRow(g: usize, y: i32): i32 { return y * field(g, 6) - paddingRows(g); }
// @ts-ignore: decorator
@inline
export function firstColumn(g: usize, x: i32): i32 { return x * field(g, 7) - paddingColumns(g); }

/** First of the taps whose place first + tap dilation is not negative. */
// @ts-ignore: decorator
@inline
export function firstTap(first: i32, dilation: i32): i32 {
  return first >= 0 ? 0 : (dilation - 1 - first) / dilation;
}

/** One beyond the last of `taps` whose place lies before `size`. */
// @ts-ignore: decorator
@inline
export function endTap(first: i32, dilation: i32, size: i32, taps: i32): i32 {
  return first >= size ? 0 : min(taps, (size - first + dilation - 1) / dilation);
}
