/**
 * Raw scores of one cue against packed rows: dot, squared L2, L1, sign disagreements; f32 and f64.
 *
 * Panel layout (64 bytes per k, lanes are rows; 16 rows of f32 or 8 of f64):
 *
 *     panel p, k = 0      | x[16p][0]  x[16p+1][0] ... x[16p+15][0] |
 *              k = 1      | x[16p][1]  x[16p+1][1] ... x[16p+15][1] |
 *
 * Order: one accumulator per (row, cue); k ascending in blocks of 256 whose sums are added in order.
 * Distances are sums of direct differences, never the Gram form.
 */
import { BLOCK_K, DOT, L1, PANEL_BYTES, SQUARED_L2 } from "./layout";

/** All bits of a lane but the sign: and-ing with it is the absolute value. */
// @ts-ignore: decorator
@inline
export function withoutSign<T>(): v128 {
  return sizeof<T>() == 4 ? i32x4.splat(0x7fffffff) : i64x2.splat(0x7fffffffffffffff);
}

/** One addend of the score for the rows x against the splat c of the cue. m: mask that takes part in `and` for L1. */
// @ts-ignore: decorator
@inline
export function term<T>(op: i32, x: v128, c: v128, m: v128): v128 {
  if (op == DOT) return v128.mul<T>(x, c);
  if (op == SQUARED_L2) {
    const d = v128.sub<T>(x, c);
    return v128.mul<T>(d, d);
  }
  if (op == L1) return v128.and(v128.sub<T>(x, c), m);
  const zero = v128.splat<T>(<T>0);
  return v128.and(v128.xor(v128.lt<T>(x, zero), v128.lt<T>(c, zero)), v128.splat<T>(<T>1));
}

// @ts-ignore: decorator
@inline
function one<T>(op: i32, masked: bool, panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  const sign = withoutSign<T>();
  const block = BLOCK_K * sizeof<T>();
  const end = cue + <usize>dim * sizeof<T>();
  let x = panels;
  let o = out;
  for (let p = 0; p < count; p++) {
    let t0 = v128.splat<T>(<T>0), t1 = v128.splat<T>(<T>0), t2 = v128.splat<T>(<T>0), t3 = v128.splat<T>(<T>0);
    let q = cue;
    while (q < end) {
      const stop = end - q < block ? end : q + block;
      let a0 = v128.splat<T>(<T>0), a1 = v128.splat<T>(<T>0), a2 = v128.splat<T>(<T>0), a3 = v128.splat<T>(<T>0);
      while (q < stop) {
        const c = v128.load_splat<T>(q);
        if (masked) {
          const m = v128.load_splat<T>(q - cue + mask);
          a0 = v128.add<T>(a0, v128.and(term<T>(op, v128.load(x), c, sign), m));
          a1 = v128.add<T>(a1, v128.and(term<T>(op, v128.load(x, 16), c, sign), m));
          a2 = v128.add<T>(a2, v128.and(term<T>(op, v128.load(x, 32), c, sign), m));
          a3 = v128.add<T>(a3, v128.and(term<T>(op, v128.load(x, 48), c, sign), m));
        } else {
          a0 = v128.add<T>(a0, term<T>(op, v128.load(x), c, sign));
          a1 = v128.add<T>(a1, term<T>(op, v128.load(x, 16), c, sign));
          a2 = v128.add<T>(a2, term<T>(op, v128.load(x, 32), c, sign));
          a3 = v128.add<T>(a3, term<T>(op, v128.load(x, 48), c, sign));
        }
        x += PANEL_BYTES;
        q += sizeof<T>();
      }
      t0 = v128.add<T>(t0, a0);
      t1 = v128.add<T>(t1, a1);
      t2 = v128.add<T>(t2, a2);
      t3 = v128.add<T>(t3, a3);
    }
    v128.store(o, t0);
    v128.store(o, t1, 16);
    v128.store(o, t2, 32);
    v128.store(o, t3, 48);
    o += PANEL_BYTES;
  }
}

/** The op is a constant in each copy of the loop, so that no branch is left inside it. */
// @ts-ignore: decorator
@inline
function pick<T>(masked: bool, op: i32, panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  if (op == 0) one<T>(0, masked, panels, count, dim, cue, mask, out);
  else if (op == 1) one<T>(1, masked, panels, count, dim, cue, mask, out);
  else if (op == 2) one<T>(2, masked, panels, count, dim, cue, mask, out);
  else one<T>(3, masked, panels, count, dim, cue, mask, out);
}

/** out[row] for the rows of `count` panels (at most 16). cue: dim numbers. */
export function scoreOne_f32(op: i32, panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  pick<f32>(false, op, panels, count, dim, cue, 0, out);
}
export function scoreOne_f64(op: i32, panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  pick<f64>(false, op, panels, count, dim, cue, 0, out);
}
/** The same over the coordinates whose mask lane is all ones (zero: left out). mask: dim lanes of the store's width. */
export function scoreMasked_f32(op: i32, panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  pick<f32>(true, op, panels, count, dim, cue, mask, out);
}
export function scoreMasked_f64(op: i32, panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  pick<f64>(true, op, panels, count, dim, cue, mask, out);
}
