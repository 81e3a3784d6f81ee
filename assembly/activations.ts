/**
 * Elementwise layers on n numbers, n a multiple of 4; out may be x. The transcendental ones are computed in f64 and rounded once:
 * their sources are those of the scalar twin (src/numeric/elementary).
 */
import { erf } from "../src/numeric/elementary/erf.ts";
import { tanh } from "../src/numeric/elementary/hyperbolic.ts";
import { expx2 } from "./exp";

/** Where the first of n numbers (any n) stands that is NaN or infinite; n where all are finite. */
export function firstNotFinite_f32(x: usize, n: i32): i32 {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const p = x + (<usize>i << 2);
    // 0 v is NaN, and so is the sum, unless v is finite.
    const sum = f32x4.add(f32x4.mul(zero, v128.load(p)), f32x4.mul(zero, v128.load(p, 16)));
    if (v128.any_true(f32x4.ne(sum, sum))) break;
  }
  while (i < n && 0 * load<f32>(x + (<usize>i << 2)) == 0) i++;
  return i;
}

/** min(max(x, low), high): ReLU with 0 and Infinity, ReLU6 with 0 and 6. */
export function clamp_f32(x: usize, out: usize, n: i32, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  for (let i: usize = 0; i < <usize>n << 2; i += 16) v128.store(out + i, f32x4.min(f32x4.max(v128.load(x + i), lo), hi));
}

/** x + y, clamped. */
export function add_f32(x: usize, y: usize, out: usize, n: i32, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  for (let i: usize = 0; i < <usize>n << 2; i += 16) v128.store(out + i, f32x4.min(f32x4.max(f32x4.add(v128.load(x + i), v128.load(y + i)), lo), hi));
}

/** x where x > 0, else slope x. */
export function leaky_f32(x: usize, out: usize, n: i32, slope: f32): void {
  const s = f32x4.splat(slope);
  for (let i: usize = 0; i < <usize>n << 2; i += 16) {
    const v = v128.load(x + i);
    v128.store(out + i, v128.bitselect(v, f32x4.mul(v, s), f32x4.gt(v, f32x4.splat(0))));
  }
}

/** x scale[c] + shift[c], clamped; pixels of `channels` numbers, a multiple of 4. */
export function affine_f32(x: usize, out: usize, pixels: i32, channels: i32, scale: usize, shift: usize, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  for (let p = 0; p < pixels; p++) {
    for (let c: usize = 0; c < <usize>channels << 2; c += 16, x += 16, out += 16) {
      const v = f32x4.add(f32x4.mul(v128.load(x), v128.load(scale + c)), v128.load(shift + c));
      v128.store(out, f32x4.min(f32x4.max(v, lo), hi));
    }
  }
}

/** 1 / (1 + e^-x), or x times that. */
// @ts-ignore: decorator
@inline
function logistic(x: usize, out: usize, n: i32, times: bool): void {
  const one = f64x2.splat(1);
  for (let i: usize = 0; i < <usize>n << 2; i += 8) {
    const v = f64x2.promote_low_f32x4(v128.load64_zero(x + i));
    const s = f64x2.div(times ? v : one, f64x2.add(one, expx2(f64x2.neg(v))));
    v128.store64_lane(out + i, f32x4.demote_f64x2_zero(s), 0);
  }
}

export function sigmoid_f32(x: usize, out: usize, n: i32): void {
  logistic(x, out, n, false);
}
/** x / (1 + e^-x). */
export function silu_f32(x: usize, out: usize, n: i32): void {
  logistic(x, out, n, true);
}

/** x (1 + erf(x / sqrt 2)) / 2. */
export function gelu_f32(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 2; i += 4) {
    const v: f64 = load<f32>(x + i);
    store<f32>(out + i, <f32>(0.5 * v * (1 + erf(v * 0.7071067811865476))));
  }
}

/** scale tanh(x / scale). */
export function tanh_f32(x: usize, out: usize, n: i32, scale: f64): void {
  for (let i: usize = 0; i < <usize>n << 2; i += 4) store<f32>(out + i, <f32>(scale * tanh(<f64>load<f32>(x + i) / scale)));
}
