/** Eight uniform numbers at a time by Threefry-2x32-20: src/numeric/threefry.ts, of (column, number of the cue). */

// @ts-ignore: decorator
@inline
function turn(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

/** Two words as 53 bits over 2^53, for the lower or (after a shift) the upper two lanes. */
// @ts-ignore: decorator
@inline
function unit(a: v128, b: v128): v128 {
  const whole = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(a), f64x2.splat(67108864)), f64x2.convert_low_i32x4_u(b));
  return f64x2.mul(whole, f64x2.splat(1.1102230246251565e-16)); // 2^-53
}

/**
 * Eight uniform numbers to `out`: columns j .. j + 7 of the cue `number` under the key (k0, k1). Two chains side by side: each round waits
 * for the one before.
 */
export function uniforms(k0: i32, k1: i32, j: i32, number: i32, out: usize): void {
  let a = i32x4.add(i32x4.splat(j + k0), i32x4(0, 1, 2, 3));
  let c = i32x4.add(i32x4.splat(j + k0), i32x4(4, 5, 6, 7));
  let b = i32x4.splat(number + k1);
  let d = b;
  // The keys walk k1 k2, k2 k0, k0 k1.
  let p = k1, q = k0 ^ k1 ^ 0x1bd11bda, r = k0;
  for (let group = 1; group <= 5; group++) {
    if (group & 1) {
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 13), a); d = v128.xor(turn(d, 13), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 15), a); d = v128.xor(turn(d, 15), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 26), a); d = v128.xor(turn(d, 26), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 6), a); d = v128.xor(turn(d, 6), c);
    } else {
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 17), a); d = v128.xor(turn(d, 17), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 29), a); d = v128.xor(turn(d, 29), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(half(b), a); d = v128.xor(half(d), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 24), a); d = v128.xor(turn(d, 24), c);
    }
    const first = i32x4.splat(p), second = i32x4.splat(q + group);
    a = i32x4.add(a, first);
    c = i32x4.add(c, first);
    b = i32x4.add(b, second);
    d = i32x4.add(d, second);
    const next = p;
    p = q;
    q = r;
    r = next;
  }
  four(a, b, out);
  four(c, d, out + 32);
}

/** `turn` by 16: one instruction. */
// @ts-ignore: decorator
@inline
function half(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

// @ts-ignore: decorator
@inline
function four(words: v128, others: v128, out: usize): void {
  const a = i32x4.shr_u(words, 5), b = i32x4.shr_u(others, 6);
  v128.store(out, unit(a, b));
  v128.store(out, unit(i64x2.shuffle(a, a, 1, 1), i64x2.shuffle(b, b, 1, 1)), 16);
}
