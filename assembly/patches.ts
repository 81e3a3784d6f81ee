/**
 * The windows of a convolution as rows of a matrix for gemm.ts, and copies with strides.
 *
 *     row of an output pixel:  | tap (0,0): its channels | tap (0,1): its channels | ... |   of which the columns [k, k + depth) are wanted
 */
import { channels, columns, dilationColumns, dilationRows, firstColumn, firstRow, kernelColumns, outColumns, outRows, pixelBytes, rows } from "./geometry";

// @ts-ignore: decorator
@inline
function copyRun(from: usize, to: usize, bytes: usize): void {
  const end = to + bytes;
  const whole = to + (bytes & ~15);
  for (; to < whole; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(from));
}

// @ts-ignore: decorator
@inline
function zeroRun(to: usize, bytes: usize): void {
  const end = to + bytes;
  const whole = to + (bytes & ~15);
  for (; to < whole; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < end; to += 4) store<f32>(to, 0);
}

/** x: the first image. Rows of `count` output pixels from number `pixel` of all images, one after the other; zeros outside an image. */
export function patches_f32(x: usize, g: usize, pixel: i32, count: i32, k: i32, depth: i32, out: usize): void {
  const height = rows(g);
  const width = columns(g);
  const bytes = pixelBytes(g);
  const C = channels(g);
  const across = kernelColumns(g);
  const area = outRows(g) * outColumns(g);
  let n = pixel / area;
  let row = (pixel - n * area) / outColumns(g);
  let column = pixel - n * area - row * outColumns(g);
  const firstOf = k / C; // tap of the first column
  const channelOf = k - firstOf * C;
  for (let i = 0; i < count; i++) {
    const image = x + <usize>n * <usize>height * <usize>width * bytes;
    const y0 = firstRow(g, row);
    const x0 = firstColumn(g, column);
    let ki = firstOf / across;
    let kj = firstOf - ki * across;
    let c = channelOf;
    for (let left = depth; left > 0; ) {
      const run = min(left, C - c);
      const y = y0 + ki * dilationRows(g);
      const at = x0 + kj * dilationColumns(g);
      // Unsigned: negative places are too large as well.
      if (<u32>y < <u32>height && <u32>at < <u32>width) copyRun(image + <usize>(y * width + at) * bytes + (<usize>c << 2), out, <usize>run << 2);
      else zeroRun(out, <usize>run << 2);
      out += <usize>run << 2;
      left -= run;
      c = 0;
      if (++kj == across) {
        kj = 0;
        ki++;
      }
    }
    if (++column == outColumns(g)) {
      column = 0;
      if (++row == outRows(g)) {
        row = 0;
        n++;
      }
    }
  }
}

/** to[r toRow + c toColumn] = from[r fromRow + c fromColumn] for rows x columns numbers; strides in bytes. The two do not overlap. */
export function copy_f32(from: usize, fromRow: usize, fromColumn: usize, to: usize, toRow: usize, toColumn: usize, rowCount: i32, columnCount: i32): void {
  for (let r = 0; r < rowCount; r++, from += fromRow, to += toRow) {
    if (fromColumn == 4 && toColumn == 4) {
      copyRun(from, to, <usize>columnCount << 2);
      continue;
    }
    let a = from;
    let b = to;
    for (let c = 0; c < columnCount; c++, a += fromColumn, b += toColumn) store<f32>(b, load<f32>(a));
  }
}
