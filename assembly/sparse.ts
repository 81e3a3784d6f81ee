/**
 * Products whose left side is mostly zeros (what a ReLU leaves): zeros are skipped, which changes no bit, as no sum is ever -0 and W is finite.
 *
 *     lists, row by row:  | 128 k, A[i][k] | 128 k', A[i][k'] | ...   (u32, f32) for the k of a block of 256 where A[i][k] is not 0
 *     bounds:             where each row's list begins, bytes from the first; one more for the end (u32)
 *     W, panels of 32 columns:  k = 0 | W[0][32p] ... W[0][32p+31] |   k = 1 | ...
 */

/** Lists of `rows` rows of `depth` numbers (at most 256), rows stride bytes apart. lists: room for all, and one entry more. */
export function nonzeros_f32(A: usize, stride: usize, rows: i32, depth: i32, lists: usize, bounds: usize): void {
  let at = lists;
  for (let i = 0; i < rows; i++, A += stride, bounds += 4) {
    store<u32>(bounds, <u32>(at - lists));
    for (let k: usize = 0; k < <usize>depth; k++) {
      const v = load<f32>(A + (k << 2));
      store<u32>(at, <u32>(k << 7));
      store<f32>(at, v, 4);
      at += <usize>(v != 0) << 3;
    }
  }
  store<u32>(bounds, <u32>(at - lists));
}

// @ts-ignore: decorator
@inline
function put(first: i32, out: usize, acc: v128, residual: usize): void {
  const sum = first ? acc : f32x4.add(v128.load(out), acc);
  v128.store(out, residual == 0 ? sum : f32x4.add(sum, v128.load(residual)));
}

/** out[i][o] = (first: 0, else out) + the block's sum, + residual (0: none; laid out like out, and not it). */
export function gemmLists_f32(lists: usize, bounds: usize, rows: i32, W: usize, panelStride: usize, panels: i32, out: usize, outStride: usize, first: i32, residual: usize): void {
  for (let p: usize = 0; p < <usize>panels; p++, W += panelStride) {
    let o = out + (p << 7);
    let r = residual == 0 ? 0 : residual + (p << 7);
    let b = bounds;
    for (let i = 0; i < rows; i++, o += outStride, b += 4) {
      let l = lists + <usize>load<u32>(b);
      const stop = lists + <usize>load<u32>(b, 4);
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
      while (l < stop) {
        const w = W + <usize>load<u32>(l);
        const c = v128.load32_splat(l, 4);
        a0 = f32x4.add(a0, f32x4.mul(v128.load(w), c));
        a1 = f32x4.add(a1, f32x4.mul(v128.load(w, 16), c));
        a2 = f32x4.add(a2, f32x4.mul(v128.load(w, 32), c));
        a3 = f32x4.add(a3, f32x4.mul(v128.load(w, 48), c));
        // Never true: ends the basic block, or V8 hoists eight loads and spills (measured: 39 -> 69 GFLOP/s, every second number 0).
        if (w == 0) break;
        a4 = f32x4.add(a4, f32x4.mul(v128.load(w, 64), c));
        a5 = f32x4.add(a5, f32x4.mul(v128.load(w, 80), c));
        a6 = f32x4.add(a6, f32x4.mul(v128.load(w, 96), c));
        a7 = f32x4.add(a7, f32x4.mul(v128.load(w, 112), c));
        l += 8;
      }
      put(first, o, a0, r);
      put(first, o + 16, a1, r == 0 ? 0 : r + 16);
      put(first, o + 32, a2, r == 0 ? 0 : r + 32);
      put(first, o + 48, a3, r == 0 ? 0 : r + 48);
      put(first, o + 64, a4, r == 0 ? 0 : r + 64);
      put(first, o + 80, a5, r == 0 ? 0 : r + 80);
      put(first, o + 96, a6, r == 0 ? 0 : r + 96);
      put(first, o + 112, a7, r == 0 ? 0 : r + 112);
      if (r != 0) r += outStride;
    }
  }
}
