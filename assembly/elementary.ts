/**
 * The elementary functions on arrays of f64: compiled from the very sources of the scalar twin (src/numeric/elementary), so that
 * the two cannot drift apart. `exp_f64` has a SIMD form of its own (exp.ts).
 */
import { atan, atan2 } from "../src/numeric/elementary/atan.ts";
import { besselI0, besselI0e, besselI1, besselI1e } from "../src/numeric/elementary/bessel.ts";
import { erf, erfc } from "../src/numeric/elementary/erf.ts";
import { expm1 } from "../src/numeric/elementary/exp.ts";
import { lgamma } from "../src/numeric/elementary/gamma.ts";
import { cosh, sinh, tanh } from "../src/numeric/elementary/hyperbolic.ts";
import { log, log1p } from "../src/numeric/elementary/log.ts";
import { cbrt, pow } from "../src/numeric/elementary/pow.ts";
import { cos, sin, tan } from "../src/numeric/elementary/trig.ts";

/** out[i] = f(x[i]) for n numbers; out may be x. */
export function expm1_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, expm1(load<f64>(x + i)));
}
export function log_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, log(load<f64>(x + i)));
}
export function log1p_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, log1p(load<f64>(x + i)));
}
export function sin_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, sin(load<f64>(x + i)));
}
export function cos_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, cos(load<f64>(x + i)));
}
export function tan_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, tan(load<f64>(x + i)));
}
export function atan_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, atan(load<f64>(x + i)));
}
export function tanh_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, tanh(load<f64>(x + i)));
}
export function sinh_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, sinh(load<f64>(x + i)));
}
export function cosh_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, cosh(load<f64>(x + i)));
}
export function cbrt_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, cbrt(load<f64>(x + i)));
}
export function erf_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, erf(load<f64>(x + i)));
}
export function erfc_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, erfc(load<f64>(x + i)));
}
export function lgamma_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, lgamma(load<f64>(x + i)));
}
export function besselI0_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, besselI0(load<f64>(x + i)));
}
export function besselI0e_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, besselI0e(load<f64>(x + i)));
}
export function besselI1_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, besselI1(load<f64>(x + i)));
}
export function besselI1e_f64(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, besselI1e(load<f64>(x + i)));
}
export function pow_f64(x: usize, y: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, pow(load<f64>(x + i), load<f64>(y + i)));
}
export function atan2_f64(x: usize, y: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, atan2(load<f64>(x + i), load<f64>(y + i)));
}
