/**
 * Sums and squared norms of packed rows in f64, whatever the store's width: k ascending, one accumulator per row, eight rows at a time.
 * A mask has one lane of 64 bits per coordinate: all ones (counts) or zero (left out).
 */
import { PANEL_BYTES } from "./layout";

/** Two neighbouring rows as f64; v: which pair of the eight. */
// @ts-ignore: decorator
@inline
function pair<T>(x: usize, v: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(x + 8 * v)) : v128.load(x + 16 * v);
}

/** SQUARED: i32 for (x - about)^2, u8 for x. */
// @ts-ignore: decorator
@inline
function addend<T, SQUARED>(x: usize, v: usize, about: v128, m: v128): v128 {
  if (sizeof<SQUARED>() == 1) return v128.and(pair<T>(x, v), m);
  const d = f64x2.sub(pair<T>(x, v), about);
  return v128.and(f64x2.mul(d, d), m);
}

// @ts-ignore: decorator
@inline
function reduce<T, SQUARED>(panels: usize, count: i32, dim: i32, about: usize, mask: usize, out: usize): void {
  const panelBytes = <usize>dim * PANEL_BYTES;
  const all = i64x2.splat(-1);
  for (let p = 0; p < count; p++, panels += panelBytes) {
    for (let part: usize = 0; part < PANEL_BYTES; part += 8 * sizeof<T>()) {
      let x = panels + part;
      const end = x + panelBytes;
      const zero = f64x2.splat(0);
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero, m0 = zero, m1 = zero, m2 = zero, m3 = zero;
      if (sizeof<SQUARED>() != 1) {
        m0 = v128.load(about);
        m1 = v128.load(about, 16);
        m2 = v128.load(about, 32);
        m3 = v128.load(about, 48);
      }
      let m = mask;
      while (x < end) {
        const visible = mask == 0 ? all : v128.load64_splat(m);
        a0 = f64x2.add(a0, addend<T, SQUARED>(x, 0, m0, visible));
        a1 = f64x2.add(a1, addend<T, SQUARED>(x, 1, m1, visible));
        a2 = f64x2.add(a2, addend<T, SQUARED>(x, 2, m2, visible));
        a3 = f64x2.add(a3, addend<T, SQUARED>(x, 3, m3, visible));
        x += PANEL_BYTES;
        m += 8;
      }
      v128.store(out, a0);
      v128.store(out, a1, 16);
      v128.store(out, a2, 32);
      v128.store(out, a3, 48);
      out += 64;
      about += 64;
    }
  }
}

/** out[row] = sum of the visible coordinates; mask: dim lanes of 64 bits, or 0. */
export function rowSums_f32(panels: usize, count: i32, dim: i32, mask: usize, out: usize): void {
  reduce<f32, u8>(panels, count, dim, 0, mask, out);
}
export function rowSums_f64(panels: usize, count: i32, dim: i32, mask: usize, out: usize): void {
  reduce<f64, u8>(panels, count, dim, 0, mask, out);
}

/** out[row] = sum of (x - about[row])^2 over the visible coordinates: the squared norm about 0, or the centred one about the means. */
export function rowSquares_f32(panels: usize, count: i32, dim: i32, about: usize, mask: usize, out: usize): void {
  reduce<f32, i32>(panels, count, dim, about, mask, out);
}
export function rowSquares_f64(panels: usize, count: i32, dim: i32, about: usize, mask: usize, out: usize): void {
  reduce<f64, i32>(panels, count, dim, about, mask, out);
}
