/**
 * Raw scores of one cue against packed rows: dot, squared L2, L1, sign disagreements; f32 and f64.
 *
 * Panel layout (128 bytes per k, lanes are rows; 32 rows of f32 or 16 of f64):
 *
 *     panel p, k = 0      | x[32p][0]  x[32p+1][0] ... x[32p+31][0] |
 *              k = 1      | x[32p][1]  x[32p+1][1] ... x[32p+31][1] |
 *
 * Order: one accumulator per (row, cue); k ascending in blocks of 256 whose sums are added in order.
 * Distances are sums of direct differences, never the Gram form.
 */
import { BLOCK_K, Dot, Hamming, L1, PANEL_BYTES, SquaredL2 } from "./layout";

/**
 * All bits of a lane but the sign: and-ing with it is the absolute value. From memory: a constant V8 builds anew inside the loop, by
 * three instructions (measured with the rest of `one`, L1 in the second-level cache: 9.8 -> 8.8 cycles per 128 bytes).
 */
// @ts-ignore: decorator
@inline
export function withoutSign<T>(): v128 {
  const i32s = memory.data<u32>([0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff], 16);
  const i64s = memory.data<u64>([0x7fffffffffffffff, 0x7fffffffffffffff], 16);
  return v128.load(sizeof<T>() == 4 ? i32s : i64s);
}

/** One addend of the score for the rows x against the splat c of the cue. m: mask that takes part in `and` for L1. */
// @ts-ignore: decorator
@inline
export function term<T, OP>(x: v128, c: v128, m: v128): v128 {
  if (sizeof<OP>() == sizeof<Dot>()) return v128.mul<T>(x, c);
  if (sizeof<OP>() == sizeof<SquaredL2>()) {
    const d = v128.sub<T>(x, c);
    return v128.mul<T>(d, d);
  }
  if (sizeof<OP>() == sizeof<L1>()) return v128.and(v128.sub<T>(x, c), m);
  const zero = v128.splat<T>(<T>0);
  return v128.and(v128.xor(v128.lt<T>(x, zero), v128.lt<T>(c, zero)), v128.splat<T>(<T>1));
}

/** The term, or +0 where the coordinate is left out. */
// @ts-ignore: decorator
@inline
function kept(masked: bool, t: v128, m: v128): v128 {
  return masked ? v128.and(t, m) : t;
}

/**
 * No load runs ahead of the arithmetic: touching the next page once per page gains 6 % out of cache on an Intel Xeon and loses 13 to
 * 25 % on AMD Zen 4, where that one miss holds up everything behind it.
 *
 * `x == 0` is never true. It ends the basic block: without it V8 hoists all eight loads to the top of the loop, which with eight
 * accumulators is more than there are registers (measured in the second-level cache, against the read rate: .45 -> .76).
 */
// @ts-ignore: decorator
@inline
function one<T, OP>(masked: bool, panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  const sign = withoutSign<T>();
  const block = BLOCK_K * sizeof<T>();
  const end = cue + <usize>dim * sizeof<T>();
  let x = panels;
  for (let p = 0; p < count; p++) {
    for (let i: usize = 0; i < PANEL_BYTES; i += 16) v128.store(out + i, v128.splat<T>(<T>0));
    let q = cue;
    while (q < end) {
      const stop = end - q < block ? end : q + block;
      let a0 = v128.splat<T>(<T>0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
      while (q < stop) {
        const c = v128.load_splat<T>(q);
        const m = masked ? v128.load_splat<T>(q - cue + mask) : c;
        a0 = v128.add<T>(a0, kept(masked, term<T, OP>(v128.load(x), c, sign), m));
        a1 = v128.add<T>(a1, kept(masked, term<T, OP>(v128.load(x, 16), c, sign), m));
        a2 = v128.add<T>(a2, kept(masked, term<T, OP>(v128.load(x, 32), c, sign), m));
        a3 = v128.add<T>(a3, kept(masked, term<T, OP>(v128.load(x, 48), c, sign), m));
        if (x == 0) break;
        a4 = v128.add<T>(a4, kept(masked, term<T, OP>(v128.load(x, 64), c, sign), m));
        a5 = v128.add<T>(a5, kept(masked, term<T, OP>(v128.load(x, 80), c, sign), m));
        a6 = v128.add<T>(a6, kept(masked, term<T, OP>(v128.load(x, 96), c, sign), m));
        a7 = v128.add<T>(a7, kept(masked, term<T, OP>(v128.load(x, 112), c, sign), m));
        x += PANEL_BYTES;
        q += sizeof<T>();
      }
      v128.store(out, v128.add<T>(v128.load(out), a0));
      v128.store(out, v128.add<T>(v128.load(out, 16), a1), 16);
      v128.store(out, v128.add<T>(v128.load(out, 32), a2), 32);
      v128.store(out, v128.add<T>(v128.load(out, 48), a3), 48);
      v128.store(out, v128.add<T>(v128.load(out, 64), a4), 64);
      v128.store(out, v128.add<T>(v128.load(out, 80), a5), 80);
      v128.store(out, v128.add<T>(v128.load(out, 96), a6), 96);
      v128.store(out, v128.add<T>(v128.load(out, 112), a7), 112);
    }
    out += PANEL_BYTES;
  }
}

/** scoreOne_*: out[row] for the rows of `count` panels (at most 256 rows). cue: dim numbers. */
export function scoreOne_dot_f32(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f32, Dot>(false, panels, count, dim, cue, 0, out);
}
export function scoreOne_squaredL2_f32(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f32, SquaredL2>(false, panels, count, dim, cue, 0, out);
}
export function scoreOne_l1_f32(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f32, L1>(false, panels, count, dim, cue, 0, out);
}
export function scoreOne_hamming_f32(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f32, Hamming>(false, panels, count, dim, cue, 0, out);
}
export function scoreOne_dot_f64(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f64, Dot>(false, panels, count, dim, cue, 0, out);
}
export function scoreOne_squaredL2_f64(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f64, SquaredL2>(false, panels, count, dim, cue, 0, out);
}
export function scoreOne_l1_f64(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f64, L1>(false, panels, count, dim, cue, 0, out);
}
export function scoreOne_hamming_f64(panels: usize, count: i32, dim: i32, cue: usize, out: usize): void {
  one<f64, Hamming>(false, panels, count, dim, cue, 0, out);
}

/** scoreMasked_*: the same over the coordinates whose mask lane is all ones (zero: left out). mask: dim lanes of the store's width. */
export function scoreMasked_dot_f32(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f32, Dot>(true, panels, count, dim, cue, mask, out);
}
export function scoreMasked_squaredL2_f32(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f32, SquaredL2>(true, panels, count, dim, cue, mask, out);
}
export function scoreMasked_l1_f32(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f32, L1>(true, panels, count, dim, cue, mask, out);
}
export function scoreMasked_hamming_f32(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f32, Hamming>(true, panels, count, dim, cue, mask, out);
}
export function scoreMasked_dot_f64(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f64, Dot>(true, panels, count, dim, cue, mask, out);
}
export function scoreMasked_squaredL2_f64(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f64, SquaredL2>(true, panels, count, dim, cue, mask, out);
}
export function scoreMasked_l1_f64(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f64, L1>(true, panels, count, dim, cue, mask, out);
}
export function scoreMasked_hamming_f64(panels: usize, count: i32, dim: i32, cue: usize, mask: usize, out: usize): void {
  one<f64, Hamming>(true, panels, count, dim, cue, mask, out);
}
