/**
 * Pixels times packed weights, the product behind every convolution and linear layer: out[i][o] += sum_k A[i][k] W[k][o].
 * Register block: 4 pixels x 8 output channels = 8 accumulators, one k per iteration. Lanes are output channels, never slices of k.
 *
 *     weights, panels of 8 outputs:   k = 0 | W[0][8p] ... W[0][8p+7] |   k = 1 | W[1][8p] ... W[1][8p+7] |   ...
 *
 * One call adds at most 256 k: 8 KiB of a panel stay in the first-level cache while all pixels pass over them. The last call of a sum
 * also does what follows it: + bias, + residual, clamped to [low, high].
 */

/** out + acc; in the first block of k the accumulator itself. */
// @ts-ignore: decorator
@inline
function total(first: i32, out: usize, acc: v128): v128 {
  return first ? acc : f32x4.add(v128.load(out), acc);
}

/** What follows the sum, on 4 channels. bias and residual: addresses, or 0. */
// @ts-ignore: decorator
@inline
function after(v: v128, bias: usize, residual: usize, low: v128, high: v128): v128 {
  if (bias != 0) v = f32x4.add(v, v128.load(bias));
  if (residual != 0) v = f32x4.add(v, v128.load(residual));
  return f32x4.min(f32x4.max(v, low), high);
}

// @ts-ignore: decorator
@inline
function finish(out: usize, a: v128, b: v128, bias: usize, residual: usize, low: v128, high: v128): void {
  v128.store(out, after(a, bias, residual, low, high));
  v128.store(out, after(b, bias == 0 ? 0 : bias + 16, residual == 0 ? 0 : residual + 16, low, high), 16);
}

/**
 * Strides in bytes; panelStride lies between one panel of weights and the next. first: `out` holds nothing yet. last: bias (8 per
 * panel, or 0), residual (a pixel's channels every residualStride, or 0; it may be out) and the bounds take part.
 * A group of fewer than 4 pixels repeats its first, whose channels are all read before any is written.
 */
export function gemm_f32(
  A: usize, aStride: usize, pixels: i32, W: usize, panelStride: usize, panels: i32, depth: i32, out: usize, outStride: usize,
  first: i32, last: i32, bias: usize, residual: usize, residualStride: usize, low: f32, high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const run = <usize>depth << 5;
  for (let p = 0; p < panels; p++, W += panelStride, out += 32) {
    let a = A;
    let o = out;
    let r = residual == 0 ? 0 : residual + (<usize>p << 5);
    const rStep = residual == 0 ? 0 : residualStride;
    const b = bias == 0 ? 0 : bias + (<usize>p << 5);
    for (let i = 0; i < pixels; i += 4) {
      const has1 = i + 1 < pixels;
      const has2 = i + 2 < pixels;
      const has3 = i + 3 < pixels;
      let q0 = a;
      let q1 = has1 ? a + aStride : a;
      let q2 = has2 ? a + 2 * aStride : a;
      let q3 = has3 ? a + 3 * aStride : a;
      let w = W;
      const stop = W + run;
      let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
      while (w < stop) {
        const x0 = v128.load(w);
        const x1 = v128.load(w, 16);
        const c0 = v128.load32_splat(q0);
        a0 = f32x4.add(a0, f32x4.mul(x0, c0));
        b0 = f32x4.add(b0, f32x4.mul(x1, c0));
        const c1 = v128.load32_splat(q1);
        a1 = f32x4.add(a1, f32x4.mul(x0, c1));
        b1 = f32x4.add(b1, f32x4.mul(x1, c1));
        const c2 = v128.load32_splat(q2);
        a2 = f32x4.add(a2, f32x4.mul(x0, c2));
        b2 = f32x4.add(b2, f32x4.mul(x1, c2));
        const c3 = v128.load32_splat(q3);
        a3 = f32x4.add(a3, f32x4.mul(x0, c3));
        b3 = f32x4.add(b3, f32x4.mul(x1, c3));
        w += 32;
        q0 += 4;
        q1 += 4;
        q2 += 4;
        q3 += 4;
      }
      const o1 = has1 ? o + outStride : o;
      const o2 = has2 ? o + 2 * outStride : o;
      const o3 = has3 ? o + 3 * outStride : o;
      a0 = total(first, o, a0);
      b0 = total(first, o + 16, b0);
      a1 = total(first, o1, a1);
      b1 = total(first, o1 + 16, b1);
      a2 = total(first, o2, a2);
      b2 = total(first, o2 + 16, b2);
      a3 = total(first, o3, a3);
      b3 = total(first, o3 + 16, b3);
      if (last) {
        finish(o, a0, b0, b, r, lo, hi);
        if (has1) finish(o1, a1, b1, b, r == 0 ? 0 : r + rStep, lo, hi);
        if (has2) finish(o2, a2, b2, b, r == 0 ? 0 : r + 2 * rStep, lo, hi);
        if (has3) finish(o3, a3, b3, b, r == 0 ? 0 : r + 3 * rStep, lo, hi);
      } else {
        v128.store(o, a0);
        v128.store(o, b0, 16);
        v128.store(o1, a1);
        v128.store(o1, b1, 16);
        v128.store(o2, a2);
        v128.store(o2, b2, 16);
        v128.store(o3, a3);
        v128.store(o3, b3, 16);
      }
      a += 4 * aStride;
      o += 4 * outStride;
      r += 4 * rStep;
    }
  }
}

/**
 * The same with the rows of A by fours: group g, k: | A[4g][k] A[4g+1][k] A[4g+2][k] A[4g+3][k] |, groups aStride bytes apart. One pointer runs
 * where gemm_f32 has four, and none of them is spilled (measured on AMD Zen 4: 46 against 39 GFLOP/s). The last group is filled up with
 * numbers that take part in nothing.
 */
export function gemmFours_f32(
  A: usize, aStride: usize, rows: i32, W: usize, panelStride: usize, panels: i32, depth: i32, out: usize, outStride: usize,
  first: i32, last: i32, bias: usize, residual: usize, residualStride: usize, low: f32, high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const run = <usize>depth << 4;
  for (let p = 0; p < panels; p++, W += panelStride, out += 32) {
    let a = A;
    let o = out;
    let r = residual == 0 ? 0 : residual + (<usize>p << 5);
    const b = bias == 0 ? 0 : bias + (<usize>p << 5);
    for (let i = 0; i < rows; i += 4, a += aStride) {
      let q = a;
      let w = W;
      const stop = q + run;
      let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
      while (q < stop) {
        const x0 = v128.load(w);
        const x1 = v128.load(w, 16);
        const c0 = v128.load32_splat(q);
        a0 = f32x4.add(a0, f32x4.mul(x0, c0));
        b0 = f32x4.add(b0, f32x4.mul(x1, c0));
        const c1 = v128.load32_splat(q, 4);
        a1 = f32x4.add(a1, f32x4.mul(x0, c1));
        b1 = f32x4.add(b1, f32x4.mul(x1, c1));
        const c2 = v128.load32_splat(q, 8);
        a2 = f32x4.add(a2, f32x4.mul(x0, c2));
        b2 = f32x4.add(b2, f32x4.mul(x1, c2));
        const c3 = v128.load32_splat(q, 12);
        a3 = f32x4.add(a3, f32x4.mul(x0, c3));
        b3 = f32x4.add(b3, f32x4.mul(x1, c3));
        w += 32;
        q += 16;
      }
      put(first, last, o, a0, b0, b, r, lo, hi);
      if (i + 1 < rows) put(first, last, o + outStride, a1, b1, b, r == 0 ? 0 : r + residualStride, lo, hi);
      if (i + 2 < rows) put(first, last, o + 2 * outStride, a2, b2, b, r == 0 ? 0 : r + 2 * residualStride, lo, hi);
      if (i + 3 < rows) put(first, last, o + 3 * outStride, a3, b3, b, r == 0 ? 0 : r + 3 * residualStride, lo, hi);
      o += 4 * outStride;
      if (r != 0) r += 4 * residualStride;
    }
  }
}

/** A row's sum of this block, added to what is there, and after the last block what follows. */
// @ts-ignore: decorator
@inline
function put(first: i32, last: i32, out: usize, a: v128, b: v128, bias: usize, residual: usize, low: v128, high: v128): void {
  const u = total(first, out, a);
  const v = total(first, out + 16, b);
  if (last) finish(out, u, v, bias, residual, low, high);
  else {
    v128.store(out, u);
    v128.store(out, v, 16);
  }
}
