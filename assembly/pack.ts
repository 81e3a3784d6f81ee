/** Cues by fours, interleaved: the layout batch.ts reads; the columns of a matrix as rows of panels; a matrix turned. */
import { fours } from "./fours";
import { PANEL_BYTES } from "./layout";

/** cues: 4 groups rows of dim numbers; out: as many, group-major, then k, then the cue within the group. packFours_f32 is the same in f32. */
export function packCues_f64(cues: usize, groups: i32, dim: i32, out: usize): void {
  const row = <usize>dim << 3;
  for (let g = 0; g < groups; g++) {
    const end = cues + row;
    while (cues < end) {
      store<f64>(out, load<f64>(cues));
      store<f64>(out, load<f64>(cues + row), 8);
      store<f64>(out, load<f64>(cues + 2 * row), 16);
      store<f64>(out, load<f64>(cues + 3 * row), 24);
      cues += 8;
      out += 32;
    }
    cues += 3 * row;
  }
}

/** B: k rows of n numbers, row-major; out: its first 32 count columns as `count` panels of k coordinates. */
export function packColumns_f32(B: usize, count: i32, n: i32, k: i32, out: usize): void {
  const row = <usize>n << 2;
  for (let p = 0; p < count; p++) {
    let b = B + <usize>p * PANEL_BYTES;
    const end = out + <usize>k * PANEL_BYTES;
    while (out < end) {
      v128.store(out, v128.load(b));
      v128.store(out, v128.load(b, 16), 16);
      v128.store(out, v128.load(b, 32), 32);
      v128.store(out, v128.load(b, 48), 48);
      v128.store(out, v128.load(b, 64), 64);
      v128.store(out, v128.load(b, 80), 80);
      v128.store(out, v128.load(b, 96), 96);
      v128.store(out, v128.load(b, 112), 112);
      out += PANEL_BYTES;
      b += row;
    }
  }
}

/** Rows of k numbers, rowBytes apart, by fours: group after group as gemm.ts reads them. The last group is filled up with its last row. */
export function packFours_f32(from: usize, rowBytes: usize, rows: i32, k: i32, out: usize): void {
  for (let r = 0; r < rows; r += 4, from += 4 * rowBytes) {
    const last = rows - r - 1;
    const a1 = last < 1 ? from : from + rowBytes;
    const a2 = last < 2 ? a1 : a1 + rowBytes;
    out = fours(from, a1, a2, last < 3 ? a2 : a2 + rowBytes, k, out);
  }
}

/** to[c toRow + 4 r] = from[r fromRow + 4 c]: rows x columns numbers turned; strides in bytes. The two do not overlap. */
export function transpose_f32(from: usize, fromRow: usize, rows: i32, columns: i32, to: usize, toRow: usize): void {
  for (let r = 0; r < (rows & ~3); r += 4, from += 4 * fromRow, to += 16) {
    let a = from;
    let b = to;
    for (let c = 0; c < (columns & ~3); c += 4, a += 16, b += 4 * toRow) {
      const x0 = v128.load(a);
      const x1 = v128.load(a + fromRow);
      const x2 = v128.load(a + 2 * fromRow);
      const x3 = v128.load(a + 3 * fromRow);
      const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(b, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(b + toRow, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(b + 2 * toRow, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(b + 3 * toRow, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    }
    for (let c = columns & ~3; c < columns; c++, a += 4, b += toRow) {
      for (let i: usize = 0; i < 4; i++) store<f32>(b + (i << 2), load<f32>(a + i * fromRow));
    }
  }
  for (let r = rows & ~3; r < rows; r++, from += fromRow, to += 4) {
    for (let c: usize = 0; c < <usize>columns; c++) store<f32>(to + c * toRow, load<f32>(from + (c << 2)));
  }
}
