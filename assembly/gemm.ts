/**
 * Pixels times packed weights, the product behind every convolution and linear layer: out[i][o] += sum_k A[i][k] W[k][o].
 * Register block: 4 pixels x 8 output channels = 8 accumulators, one k per iteration. Lanes are output channels, never slices of k.
 *
 *     weights, panels of 8 outputs:   k = 0 | W[0][8p] ... W[0][8p+7] |   k = 1 | W[1][8p] ... W[1][8p+7] |   ...
 *
 * One call adds at most 256 k: 8 KiB of a panel stay in the first-level cache while all pixels pass over them. The last call of a sum
 * also does what follows it: + bias, + residual, clamped to [low, high].
 *
 * A panel's sums go to `sums` (32 bytes a pixel) and from there to `out`: with a load behind the loop V8 turns the order inside it around, and
 * with a test ahead of the first k it needs more moves (measured on AMD Zen 4, 64 pixels: 256 k 44 to 47 GFLOP/s, 64 k 38 to 43).
 */

/** out + acc; in the first block of k the accumulator itself. */
// @ts-ignore: decorator
@inline
function total(first: i32, out: usize, acc: v128): v128 {
  return first ? acc : f32x4.add(v128.load(out), acc);
}

/** What follows the sum, on 4 channels. bias and residual: addresses, or 0. pmax, pmin: no sum is -0, and NaN stays. */
// @ts-ignore: decorator
@inline
function after(v: v128, bias: usize, residual: usize, low: v128, high: v128): v128 {
  if (bias != 0) v = f32x4.add(v, v128.load(bias));
  if (residual != 0) v = f32x4.add(v, v128.load(residual));
  return f32x4.pmin(f32x4.pmax(v, low), high);
}

/** The sums of a panel to their places, added to what is there, and after the last block what follows. */
function put(sums: usize, pixels: i32, out: usize, outStride: usize, first: i32, last: i32, bias: usize, residual: usize, residualStride: usize, low: f32, high: f32): void {
  const end = sums + (<usize>pixels << 5);
  if (!last) {
    for (; sums < end; sums += 32, out += outStride) {
      v128.store(out, total(first, out, v128.load(sums)));
      v128.store(out, total(first, out + 16, v128.load(sums, 16)), 16);
    }
    return;
  }
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  for (; sums < end; sums += 32, out += outStride) {
    v128.store(out, after(total(first, out, v128.load(sums)), bias, residual, lo, hi));
    v128.store(out, after(total(first, out + 16, v128.load(sums, 16)), bias == 0 ? 0 : bias + 16, residual == 0 ? 0 : residual + 16, lo, hi), 16);
    if (residual != 0) residual += residualStride;
  }
}

// @ts-ignore: decorator
@inline
function keep(sums: usize, a0: v128, b0: v128, a1: v128, b1: v128, a2: v128, b2: v128, a3: v128, b3: v128): void {
  v128.store(sums, a0);
  v128.store(sums, b0, 16);
  v128.store(sums, a1, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, a2, 64);
  v128.store(sums, b2, 80);
  v128.store(sums, a3, 96);
  v128.store(sums, b3, 112);
}

/**
 * Strides in bytes; panelStride lies between one panel of weights and the next; depth: at least 1. first: `out` holds nothing yet. last: bias (8
 * per panel, or 0), residual (a pixel's channels every residualStride, or 0; it may be out) and the bounds take part. sums: room for 32 bytes
 * a pixel, for a multiple of 4 of them. A group of fewer than 4 pixels repeats its first.
 */
export function gemm_f32(
  A: usize, aStride: usize, pixels: i32, W: usize, panelStride: usize, panels: i32, depth: i32, out: usize, outStride: usize,
  first: i32, last: i32, bias: usize, residual: usize, residualStride: usize, low: f32, high: f32, sums: usize,
): void {
  const run = <usize>depth << 5;
  for (let p: usize = 0; p < <usize>panels; p++, W += panelStride, out += 32) {
    let a = A;
    let t = sums;
    for (let i = 0; i < pixels; i += 4, a += 4 * aStride, t += 128) {
      let q0 = a;
      let q1 = i + 1 < pixels ? a + aStride : a;
      let q2 = i + 2 < pixels ? a + 2 * aStride : a;
      let q3 = i + 3 < pixels ? a + 3 * aStride : a;
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
      keep(t, a0, b0, a1, b1, a2, b2, a3, b3);
    }
    put(sums, pixels, out, outStride, first, last, bias == 0 ? 0 : bias + (p << 5), residual == 0 ? 0 : residual + (p << 5), residualStride, low, high);
  }
}

/**
 * The same with the rows of A by fours: group g, k: | A[4g][k] A[4g+1][k] A[4g+2][k] A[4g+3][k] |, groups aStride bytes apart. One pointer runs
 * where gemm_f32 has four, and none of them is spilled (measured on AMD Zen 4: 46 against 39 GFLOP/s). The last group is filled up with
 * numbers that take part in nothing.
 */
export function gemmFours_f32(
  A: usize, aStride: usize, rows: i32, W: usize, panelStride: usize, panels: i32, depth: i32, out: usize, outStride: usize,
  first: i32, last: i32, bias: usize, residual: usize, residualStride: usize, low: f32, high: f32, sums: usize,
): void {
  const run = <usize>depth << 4;
  for (let p: usize = 0; p < <usize>panels; p++, W += panelStride, out += 32) {
    let a = A;
    let t = sums;
    for (let i = 0; i < rows; i += 4, a += aStride, t += 128) {
      let q = a;
      let w = W;
      const stop = q + run;
      let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
      do {
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
      } while (q < stop);
      keep(t, a0, b0, a1, b1, a2, b2, a3, b3);
    }
    put(sums, rows, out, outStride, first, last, bias == 0 ? 0 : bias + (p << 5), residual == 0 ? 0 : residual + (p << 5), residualStride, low, high);
  }
}
