/**
 * The softmax of one block of at most 256 rows: logits l = scale raw + bias (f64), their maximum, e^(l - max), the sum.
 * Order of the sum: even and odd rows apart, ascending; then even + odd. Rows beyond `rows` weigh nothing.
 * NaN: a NaN logit makes the maximum NaN, and with it every exponential and the sum. No logit at all, or only -Infinity: sum 0.
 */
import { expx2 } from "./exp";

/** Weights below this are stored as 0: they cannot move an f32 sum whose largest weight is 1. */
const FLOOR: f64 = 5.421010862427522e-20; // 2^-64

// @ts-ignore: decorator
@inline
function logits<T>(raw: usize, rows: i32, scale: f64, bias: usize, out: usize): f64 {
  let most = f64x2.splat(-Infinity);
  const factor = f64x2.splat(scale);
  for (let i: usize = 0; i < <usize>(rows & ~1); i += 2) {
    const s = sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(raw + (i << 2))) : v128.load(raw + (i << 3));
    let l = f64x2.mul(factor, s);
    if (bias != 0) l = f64x2.add(l, v128.load(bias + (i << 3)));
    v128.store(out + (i << 3), l);
    most = f64x2.max(most, l); // not pmax: a NaN must stay
  }
  let top = max<f64>(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  if (rows & 1) {
    const i = <usize>(rows - 1);
    let l = scale * <f64>load<T>(raw + i * sizeof<T>());
    if (bias != 0) l += load<f64>(bias + (i << 3));
    store<f64>(out + (i << 3), l);
    top = max<f64>(top, l);
  }
  return top;
}

// @ts-ignore: decorator
@inline
function block<T>(raw: usize, rows: i32, scale: f64, bias: usize, out: usize, weights: usize, result: usize): void {
  const top = logits<T>(raw, rows, scale, bias, out);
  const padded = (rows + 31) & ~31;
  for (let i = rows; i < padded; i++) store<f64>(out + (<usize>i << 3), -Infinity);
  const shift = f64x2.splat(top == -Infinity ? 0 : top);
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < <usize>padded; i += 2) {
    const e = expx2(f64x2.sub(v128.load(out + (i << 3)), shift));
    sum = f64x2.add(sum, e);
    v128.store(out + (i << 3), e);
  }
  for (let i: usize = 0; i < <usize>padded; i += 2) {
    const e = v128.load(out + (i << 3));
    const w = v128.and(e, f64x2.ge(e, f64x2.splat(FLOOR)));
    if (sizeof<T>() == 4) v128.store64_lane(weights + (i << 2), f32x4.demote_f64x2_zero(w), 0);
    else v128.store(weights + (i << 3), w);
  }
  store<f64>(result, top);
  store<f64>(result + 8, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/**
 * raw: rows scores; bias: rows f64 or 0; out: 256 f64 of scratch (holds e^(l - max) afterwards);
 * weights: 256 numbers of the store's width for the weighted sum; result: max and sum, f64.
 */
export function softmaxBlock_f32(raw: usize, rows: i32, scale: f64, bias: usize, out: usize, weights: usize, result: usize): void {
  block<f32>(raw, rows, scale, bias, out, weights, result);
}
export function softmaxBlock_f64(raw: usize, rows: i32, scale: f64, bias: usize, out: usize, weights: usize, result: usize): void {
  block<f64>(raw, rows, scale, bias, out, weights, result);
}

/**
 * One block of at most 256 scores of one query: l = beta (x + hide), rounded to f32 after each, then as above. hide: n numbers, or 0.
 * exps: e^(l - max), room for an even count; result: max and sum, f64.
 */
export function attend_f32(x: usize, n: i32, beta: f32, hide: usize, exps: usize, result: usize): void {
  const factor = f32x4.splat(beta);
  let most = f64x2.splat(-Infinity);
  for (let i: usize = 0; i < <usize>(n & ~1); i += 2) {
    let v = v128.load64_zero(x + (i << 2));
    if (hide != 0) v = f32x4.add(v, v128.load64_zero(hide + (i << 2)));
    const l = f64x2.promote_low_f32x4(f32x4.mul(factor, v));
    v128.store(exps + (i << 3), l);
    most = f64x2.max(most, l);
  }
  let top = max<f64>(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  if (n & 1) {
    const i = <usize>(n - 1);
    let v = load<f32>(x + (i << 2));
    if (hide != 0) v += load<f32>(hide + (i << 2));
    const l = <f64>(beta * v);
    store<f64>(exps + (i << 3), l);
    store<f64>(exps + (i << 3), -Infinity, 8);
    top = max<f64>(top, l);
  }
  const shift = f64x2.splat(top == -Infinity ? 0 : top);
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < <usize>n; i += 2) {
    const e = expx2(f64x2.sub(v128.load(exps + (i << 3)), shift));
    sum = f64x2.add(sum, e);
    v128.store(exps + (i << 3), e);
  }
  store<f64>(result, top);
  store<f64>(result + 8, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/** out[i] = x[i] / divisor, rounded to f32; x: n f64. */
export function quotients_f32(x: usize, n: i32, divisor: f64, out: usize): void {
  const d = f64x2.splat(divisor);
  for (let i: usize = 0; i < <usize>(n & ~1); i += 2) v128.store64_lane(out + (i << 2), f32x4.demote_f64x2_zero(f64x2.div(v128.load(x + (i << 3)), d)), 0);
  if (n & 1) store<f32>(out + (<usize>(n - 1) << 2), <f32>(load<f64>(x + (<usize>(n - 1) << 3)) / divisor));
}
