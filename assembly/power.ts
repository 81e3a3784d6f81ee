/** The polynomial separations on arrays: max(x, 0)^degree / degree (rectified) or x^degree / degree, by repeated squaring. */

// @ts-ignore: decorator
@inline
function power<T>(x: usize, out: usize, n: i32, degree: i32, rectified: i32): void {
  const end = x + <usize>n * sizeof<T>();
  const divisor = v128.splat<T>(<T>degree);
  const zero = v128.splat<T>(<T>0);
  while (x < end) {
    let base = v128.load(x);
    if (rectified) base = v128.max<T>(base, zero);
    let result = v128.splat<T>(<T>1);
    for (let rest = degree; rest > 0; rest >>= 1) {
      if (rest & 1) result = v128.mul<T>(result, base);
      base = v128.mul<T>(base, base);
    }
    v128.store(out, v128.div<T>(result, divisor));
    x += 16;
    out += 16;
  }
}

/** Reads and writes whole vectors: up to the next even n (f64), the next multiple of 4 (f32). out may be x. degree >= 1. */
export function power_f32(x: usize, out: usize, n: i32, degree: i32, rectified: i32): void {
  power<f32>(x, out, n, degree, rectified);
}
export function power_f64(x: usize, out: usize, n: i32, degree: i32, rectified: i32): void {
  power<f64>(x, out, n, degree, rectified);
}
