/**
 * The windows of a convolution as rows of a matrix for gemm.ts, one after the other or by fours, and copies with strides.
 *
 *     row of an output pixel:  | tap (0,0): its channels | tap (0,1): its channels | ... |   of which the columns [k, k + depth) are wanted
 */
import { channels, columns, dilationColumns, dilationRows, firstColumn, firstRow, kernelColumns, kernelRows, outColumns, outRows, pixelBytes, rows } from "./geometry";
import { fours } from "./fours";

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

/** The bytes behind `zeros` in windowFours_f32: where the windows of four pixels begin. */
const LANES: usize = 64;

/** Where pixel `lane` of four finds a tap: at its window + tap, or the zeros. lane: | row, column of tap 0 | its address | */
// @ts-ignore: decorator
@inline
function source(lane: usize, inner: bool, down: i32, right: i32, tap: usize, height: i32, width: i32, zeros: usize): usize {
  // Unsigned: negative places are too large as well.
  return inner || (<u32>(load<i32>(lane) + down) < <u32>height && <u32>(load<i32>(lane, 4) + right) < <u32>width) ? <usize>load<u32>(lane, 8) + tap : zeros;
}

/**
 * patches_f32 by fours, as gemmFours_f32 reads them: group, column, pixel. The last group is filled up with zeros.
 * zeros: as many as a run of channels takes, at most `depth`; the LANES bytes before them are work space.
 */
export function windowFours_f32(x: usize, g: usize, pixel: i32, count: i32, k: i32, depth: i32, zeros: usize, out: usize): void {
  const height = rows(g);
  const width = columns(g);
  const bytes = pixelBytes(g);
  const C = channels(g);
  const across = kernelColumns(g);
  const lanes = zeros - LANES;
  const area = outRows(g) * outColumns(g);
  let image = x + <usize>(pixel / area) * <usize>(height * width) * bytes;
  let row = pixel % area / outColumns(g);
  let column = pixel % outColumns(g);
  for (let i = 0; i < count; i += 4) {
    let inner = true;
    for (let j = 0; j < 4; j++) {
      const lane = lanes + (<usize>j << 4);
      const y = firstRow(g, row);
      const left = firstColumn(g, column);
      const bottom = y + (kernelRows(g) - 1) * dilationRows(g);
      const right = left + (across - 1) * dilationColumns(g);
      const is = i + j < count;
      inner = inner && is && y >= 0 && left >= 0 && bottom < height && right < width;
      store<i32>(lane, is ? y : -1 << 30);
      store<i32>(lane, left, 4);
      store<u32>(lane, <u32>(image + <usize>(y * width + left) * bytes), 8);
      if (++column < outColumns(g)) continue;
      column = 0;
      if (++row < outRows(g)) continue;
      row = 0;
      image += <usize>(height * width) * bytes;
    }
    const first = k / C; // tap of the first column
    let c = k - first * C;
    let ki = first / across;
    let kj = first - ki * across;
    for (let rest = depth; rest > 0; ) {
      const run = min(rest, C - c);
      const down = ki * dilationRows(g);
      const right = kj * dilationColumns(g);
      const tap = <usize>(down * width + right) * bytes + (<usize>c << 2);
      out = fours(
        source(lanes, inner, down, right, tap, height, width, zeros), source(lanes + 16, inner, down, right, tap, height, width, zeros),
        source(lanes + 32, inner, down, right, tap, height, width, zeros), source(lanes + 48, inner, down, right, tap, height, width, zeros), run, out,
      );
      rest -= run;
      c = 0;
      if (++kj < across) continue;
      kj = 0;
      ki++;
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
