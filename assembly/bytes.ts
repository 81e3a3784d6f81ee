/**
 * Inner products of rows of bytes, exact: each is a whole number below 2^31, whatever the order of the sum.
 *
 *     panels of 8 rows, 16 bits a byte:   k = 0, 1 | row 0: b0 b1 | row 1: b0 b1 | ... | row 7: b0 b1 |   k = 2, 3 | ...
 *
 * Register block: 4 cues x 8 rows = 8 accumulators of 4 lanes, two k per iteration. Lanes are rows. The cues are half a panel of the same
 * layout, so one packed store meets itself: nothing is packed twice for all pairs.
 */

/** out[i * stride + j] (i32) = cue i . row j; cues and rows in whole panels, `run` bytes each (16 * dim, dim even), stride in bytes. */
export function dots_i16(cues: usize, cuePanels: i32, rows: usize, rowPanels: i32, run: usize, out: usize, stride: usize): void {
  for (let p = 0; p < rowPanels; p++, rows += run, out += 32) {
    let o = out;
    for (let half = 0; half < 2 * cuePanels; half++, o += 4 * stride) {
      let q = cues + <usize>(half >> 1) * run + ((half & 1) << 4);
      let w = rows;
      const stop = rows + run;
      let a0 = i32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
      while (w < stop) {
        const x0 = v128.load(w);
        const x1 = v128.load(w, 16);
        const c0 = v128.load32_splat(q);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x0, c0));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x1, c0));
        const c1 = v128.load32_splat(q, 4);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x0, c1));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x1, c1));
        const c2 = v128.load32_splat(q, 8);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(x0, c2));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(x1, c2));
        const c3 = v128.load32_splat(q, 12);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(x0, c3));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(x1, c3));
        w += 32;
        q += 32;
      }
      v128.store(o, a0);
      v128.store(o, b0, 16);
      v128.store(o + stride, a1);
      v128.store(o + stride, b1, 16);
      v128.store(o + 2 * stride, a2);
      v128.store(o + 2 * stride, b2, 16);
      v128.store(o + 3 * stride, a3);
      v128.store(o + 3 * stride, b3, 16);
    }
  }
}
