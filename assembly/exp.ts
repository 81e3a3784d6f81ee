/**
 * e^x on two f64 lanes: the operations of src/numeric/elementary/exp.ts, one for one, so that both give the same bits.
 * `pmin` and `pmax` are the comparisons of the source written as one instruction (a NaN lane is put back at the end).
 */

/** 1.5 2^52: see ROUND in the source. */
const ROUND: f64 = 6755399441055744;

/** 2^k for integral lanes -1022 <= k <= 1023: the integer stands in the low bits of k + 1.5 2^52. */
// @ts-ignore: decorator
@inline
function powerOf2x2(k: v128): v128 {
  return i64x2.shl(i64x2.add(f64x2.add(k, f64x2.splat(ROUND)), i64x2.splat(1023)), 52);
}

// @ts-ignore: decorator
@inline
export function expx2(x: v128): v128 {
  const one = f64x2.splat(1);
  const two = f64x2.splat(2);
  let t = f64x2.pmin(f64x2.splat(710), x);
  t = f64x2.pmax(f64x2.splat(-750), t);
  const k = f64x2.sub(f64x2.add(f64x2.mul(t, f64x2.splat(1.44269504088896338700e+00)), f64x2.splat(ROUND)), f64x2.splat(ROUND));
  const hi = f64x2.sub(t, f64x2.mul(k, f64x2.splat(6.93147180369123816490e-01)));
  const lo = f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10));
  const r = f64x2.sub(hi, lo);
  const z = f64x2.mul(r, r);
  let c = f64x2.add(f64x2.splat(-1.65339022054652515390e-06), f64x2.mul(z, f64x2.splat(4.13813679705723846039e-08)));
  c = f64x2.add(f64x2.splat(6.61375632143793436117e-05), f64x2.mul(z, c));
  c = f64x2.add(f64x2.splat(-2.77777777770155933842e-03), f64x2.mul(z, c));
  c = f64x2.add(f64x2.splat(1.66666666666666019037e-01), f64x2.mul(z, c));
  c = f64x2.sub(r, f64x2.mul(z, c));
  const quotient = f64x2.div(f64x2.mul(r, c), f64x2.sub(two, c));
  const y = f64x2.add(one, f64x2.add(f64x2.sub(quotient, lo), hi));
  const k1 = f64x2.pmax(f64x2.splat(-1000), f64x2.pmin(f64x2.splat(1000), k));
  const scaled = f64x2.mul(f64x2.mul(y, powerOf2x2(k1)), powerOf2x2(f64x2.sub(k, k1)));
  return v128.bitselect(scaled, x, f64x2.eq(x, x));
}

/** out[i] = e^x[i] for n f64; reads and writes up to the next even n. */
export function exp_f64(x: usize, out: usize, n: i32): void {
  const end = x + (<usize>n << 3);
  while (x < end) {
    v128.store(out, expx2(v128.load(x)));
    x += 16;
    out += 16;
  }
}

const ROUND_F32: f32 = 12582912; // 1.5 2^23

// @ts-ignore: decorator
@inline
function powerOf2x4(k: v128): v128 {
  return i32x4.shl(i32x4.add(f32x4.add(k, f32x4.splat(ROUND_F32)), i32x4.splat(127)), 23);
}

/** out[i] = e^x[i] for n f32: the operations of src/numeric/elementary/single.ts; reads and writes up to the next multiple of 4. */
export function exp_f32(x: usize, out: usize, n: i32): void {
  const end = x + (<usize>n << 2);
  while (x < end) {
    const f = v128.load(x);
    const t = f32x4.pmax(f32x4.splat(-110), f32x4.pmin(f32x4.splat(90), f));
    const k = f32x4.sub(f32x4.add(f32x4.mul(t, f32x4.splat(1.44269504088896341)), f32x4.splat(ROUND_F32)), f32x4.splat(ROUND_F32));
    const g = f32x4.sub(f32x4.sub(t, f32x4.mul(k, f32x4.splat(0.693359375))), f32x4.mul(k, f32x4.splat(-2.12194440e-4)));
    let p = f32x4.add(f32x4.mul(f32x4.splat(1.9875691500e-4), g), f32x4.splat(1.3981999507e-3));
    p = f32x4.add(f32x4.mul(p, g), f32x4.splat(8.3334519073e-3));
    p = f32x4.add(f32x4.mul(p, g), f32x4.splat(4.1665795894e-2));
    p = f32x4.add(f32x4.mul(p, g), f32x4.splat(1.6666665459e-1));
    p = f32x4.add(f32x4.mul(p, g), f32x4.splat(5.0000001201e-1));
    const y = f32x4.add(f32x4.splat(1), f32x4.add(g, f32x4.mul(f32x4.mul(g, g), p)));
    const k1 = f32x4.pmax(f32x4.splat(-100), f32x4.pmin(f32x4.splat(100), k));
    const scaled = f32x4.mul(f32x4.mul(y, powerOf2x4(k1)), powerOf2x4(f32x4.sub(k, k1)));
    v128.store(out, v128.bitselect(scaled, f, f32x4.eq(f, f)));
    x += 16;
    out += 16;
  }
}
