/** Larger feature maps: nearest and bilinear, one image, pixels of `bytes` bytes (a multiple of 16), rows x columns to outRows x outColumns. */

/** Pixel floor(y rows / outRows), floor(x columns / outColumns). */
export function nearest_f32(x: usize, rows: i32, columns: i32, bytes: usize, outRows: i32, outColumns: i32, out: usize): void {
  for (let y = 0; y < outRows; y++) {
    const line = x + <usize>(<i32>(<i64>y * rows / outRows) * columns) * bytes;
    for (let c = 0; c < outColumns; c++) {
      const p = line + <usize>(<i32>(<i64>c * columns / outColumns)) * bytes;
      for (let at: usize = 0; at < bytes; at += 16, out += 16) v128.store(out, v128.load(p + at));
    }
  }
}

/** Where output place i of n lies among `size` inputs: corners on corners (aligned), or pixel centres on the same scale, not before the first. */
// @ts-ignore: decorator
@inline
function place(i: i32, n: i32, size: i32, aligned: i32): f64 {
  if (aligned) return n > 1 ? <f64>i * <f64>(size - 1) / <f64>(n - 1) : 0;
  return max<f64>(0, (<f64>i + 0.5) * <f64>size / <f64>n - 0.5);
}

/** (1 - v) ((1 - u) a + u b) + v ((1 - u) c + u d), u and v rounded to f32 once. */
export function bilinear_f32(x: usize, rows: i32, columns: i32, bytes: usize, outRows: i32, outColumns: i32, aligned: i32, out: usize): void {
  for (let y = 0; y < outRows; y++) {
    const fy = place(y, outRows, rows, aligned);
    const y0 = min(rows - 1, <i32>fy);
    const v = f32x4.splat(<f32>(fy - <f64>y0));
    const rest = f32x4.sub(f32x4.splat(1), v);
    const top = x + <usize>(y0 * columns) * bytes;
    const bottom = x + <usize>(min(rows - 1, y0 + 1) * columns) * bytes;
    for (let c = 0; c < outColumns; c++) {
      const fx = place(c, outColumns, columns, aligned);
      const x0 = min(columns - 1, <i32>fx);
      const u = f32x4.splat(<f32>(fx - <f64>x0));
      const left = f32x4.sub(f32x4.splat(1), u);
      const a = <usize>x0 * bytes;
      const b = <usize>min(columns - 1, x0 + 1) * bytes;
      for (let at: usize = 0; at < bytes; at += 16, out += 16) {
        const high = f32x4.add(f32x4.mul(left, v128.load(top + a + at)), f32x4.mul(u, v128.load(top + b + at)));
        const low = f32x4.add(f32x4.mul(left, v128.load(bottom + a + at)), f32x4.mul(u, v128.load(bottom + b + at)));
        v128.store(out, f32x4.add(f32x4.mul(rest, high), f32x4.mul(v, low)));
      }
    }
  }
}
