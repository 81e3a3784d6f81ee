/**
 * Winograd's minimal filtering for 3x3 windows of stride 1 (Lavin and Gray, arXiv 1509.09308), F(2x2, 3x3) and F(4x4, 3x3):
 *
 *     Y = A^T [ (G w G^T) . (B^T d B) ] A      d: a tile of edge 4 or 6, overlapping the next by 2; Y: 2x2 or 4x4 outputs
 *
 * The products of all tiles and channels are one matrix product (gemm.ts) per place t of the transformed tile, t = 0..15 or 0..35:
 *
 *     V, M:  place t | tile 0: channels | tile 1: channels | ...
 *
 * Interpolation points 0, 1, -1 (and 2, -2) and infinity. Columns are transformed first, into `scratch` (36 vectors), then rows.
 */
import { columns, firstColumn, firstRow, outColumns, outRows, pixelBytes, rows } from "./geometry";

/** B^T d on `edge` vectors, `from` and `to` with steps in bytes. */
// @ts-ignore: decorator
@inline
function inputs(edge: i32, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
  if (edge == 4) {
    v128.store(to, f32x4.sub(d0, d2));
    v128.store(to + step, f32x4.add(d1, d2));
    v128.store(to + 2 * step, f32x4.sub(d2, d1));
    v128.store(to + 3 * step, f32x4.sub(d1, d3));
    return;
  }
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
  const a = f32x4.sub(d4, f32x4.mul(four, d2));
  const b = f32x4.sub(d3, f32x4.mul(four, d1));
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + 2 * step, f32x4.sub(a, b));
  const c = f32x4.sub(d4, d2);
  const e = f32x4.mul(two, f32x4.sub(d3, d1));
  v128.store(to + 3 * step, f32x4.add(c, e));
  v128.store(to + 4 * step, f32x4.sub(c, e));
  v128.store(to + 5 * step, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5));
}

/** The edge x edge pixels from (y, left), which may lie outside the image: zeros there. Returns where they are, one row after the other. */
function bordered(image: usize, y: i32, left: i32, edge: i32, height: i32, width: i32, bytes: usize, to: usize): usize {
  let p = to;
  for (let i = 0; i < edge; i++) {
    for (let j = 0; j < edge; j++, p += bytes) {
      const from = image + <usize>((y + i) * width + left + j) * bytes;
      // Unsigned: negative places are too large as well.
      const seen = <u32>(y + i) < <u32>height && <u32>(left + j) < <u32>width;
      for (let at: usize = 0; at < bytes; at += 16) v128.store(p + at, seen ? v128.load(from + at) : f32x4.splat(0));
    }
  }
  return to;
}

/**
 * V of `count` tiles from number `tile` of all images (row by row, image by image). x: the first image; edge: 4 or 6.
 * placeBytes: from one place t to the next; a tile's channels are as long as a pixel's. scratch: 36 vectors and edge x edge pixels.
 */
export function winogradInput_f32(x: usize, g: usize, edge: i32, tile: i32, count: i32, V: usize, placeBytes: usize, scratch: usize): void {
  if (edge == 4) transformed(4, x, g, tile, count, V, placeBytes, scratch);
  else transformed(6, x, g, tile, count, V, placeBytes, scratch);
}

// @ts-ignore: decorator
@inline
function transformed(edge: i32, x: usize, g: usize, tile: i32, count: i32, V: usize, placeBytes: usize, scratch: usize): void {
  const size = edge - 2;
  const across = (outColumns(g) + size - 1) / size;
  const area = across * ((outRows(g) + size - 1) / size);
  const bytes = pixelBytes(g);
  const height = rows(g);
  const width = columns(g);
  const last = <usize>edge << 4;
  for (let i = 0; i < count; i++) {
    const n = (tile + i) / area;
    const row = (tile + i - n * area) / across;
    const column = tile + i - n * area - row * across;
    const y = firstRow(g, row * size);
    const left = firstColumn(g, column * size);
    const image = x + <usize>n * <usize>(height * width) * bytes;
    const inner = y >= 0 && left >= 0 && y + edge <= height && left + edge <= width;
    const d = inner ? image + <usize>(y * width + left) * bytes : bordered(image, y, left, edge, height, width, bytes, scratch + 576);
    const line = inner ? <usize>width * bytes : <usize>edge * bytes;
    for (let at: usize = 0; at < bytes; at += 16) {
      let p = d + at;
      for (let s = scratch; s < scratch + last; s += 16, p += bytes) {
        inputs(edge, v128.load(p), v128.load(p + line), v128.load(p + 2 * line), v128.load(p + 3 * line), edge == 6 ? v128.load(p + 4 * line) : f32x4.splat(0), edge == 6 ? v128.load(p + 5 * line) : f32x4.splat(0), s, last);
      }
      let s = scratch;
      let v = V + <usize>i * bytes + at;
      for (let t = 0; t < edge; t++, s += last, v += <usize>edge * placeBytes) {
        inputs(edge, v128.load(s), v128.load(s, 16), v128.load(s, 32), v128.load(s, 48), edge == 6 ? v128.load(s, 64) : f32x4.splat(0), edge == 6 ? v128.load(s, 80) : f32x4.splat(0), v, placeBytes);
      }
    }
  }
}

/** A^T m on `edge` vectors: edge - 2 outputs. */
// @ts-ignore: decorator
@inline
function outputs(edge: i32, m: usize, from: usize, to: usize, step: usize): void {
  const m0 = v128.load(m);
  const m1 = v128.load(m + from);
  const m2 = v128.load(m + 2 * from);
  const m3 = v128.load(m + 3 * from);
  const sum = f32x4.add(m1, m2);
  const difference = f32x4.sub(m1, m2);
  if (edge == 4) {
    v128.store(to, f32x4.add(m0, sum));
    v128.store(to + step, f32x4.sub(difference, m3));
    return;
  }
  const m4 = v128.load(m + 4 * from);
  const farSum = f32x4.add(m3, m4);
  const farDifference = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(m0, sum), farSum));
  v128.store(to + step, f32x4.add(difference, f32x4.mul(f32x4.splat(2), farDifference)));
  v128.store(to + 2 * step, f32x4.add(sum, f32x4.mul(f32x4.splat(4), farSum)));
  v128.store(to + 3 * step, f32x4.add(f32x4.add(difference, f32x4.mul(f32x4.splat(8), farDifference)), v128.load(m + 5 * from)));
}

/**
 * Outputs of those tiles from M, + bias, + residual (0: none; pixels of outBytes like out), clamped to [low, high]. out, residual: the
 * first image; outBytes: a pixel's channels.
 */
export function winogradOutput_f32(
  M: usize, g: usize, edge: i32, tile: i32, count: i32, placeBytes: usize, bias: usize, residual: usize, low: f32, high: f32, out: usize, outBytes: usize, scratch: usize,
): void {
  const size = edge - 2;
  const width = outColumns(g);
  const height = outRows(g);
  const across = (width + size - 1) / size;
  const area = across * ((height + size - 1) / size);
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const done = scratch + (<usize>(edge * size) << 4);
  for (let i = 0; i < count; i++) {
    const n = (tile + i) / area;
    const row = (tile + i - n * area) / across;
    const column = tile + i - n * area - row * across;
    for (let at: usize = 0; at < outBytes; at += 16) {
      const m = M + <usize>i * outBytes + at;
      for (let j = 0; j < edge; j++) outputs(edge, m + <usize>j * placeBytes, <usize>edge * placeBytes, scratch + (<usize>j << 4), <usize>edge << 4);
      const b = v128.load(bias + at);
      for (let y = 0; y < size; y++) {
        if (row * size + y >= height) break;
        outputs(edge, scratch + (<usize>(y * edge) << 4), 16, done, 16);
        let o = at + <usize>((n * height + row * size + y) * width + column * size) * outBytes;
        for (let x = 0; x < size; x++, o += outBytes) {
          if (column * size + x >= width) break;
          let v = f32x4.add(v128.load(done + (<usize>x << 4)), b);
          if (residual != 0) v = f32x4.add(v, v128.load(residual + o));
          v128.store(out + o, f32x4.min(f32x4.max(v, lo), hi));
        }
      }
    }
  }
}
