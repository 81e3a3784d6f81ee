/**
 * The two 16-bit floats, widened and rounded. Both are IEEE shaped: sign, exponent field, fraction.
 *
 *   symbol  | meaning                       | f16 | bf16
 *   --------|-------------------------------|-----|-----
 *   p       | fraction bits                 |  10 |   7
 *   eMin    | exponent of the first binade  | -14 | -126
 *   eMax    | exponent of the last binade   |  15 |  127
 *
 * Rounding is to nearest, ties to even, straight from f64 (no double rounding through f32), with subnormals and
 * overflow to infinity. NaN becomes the canonical quiet NaN, because engines differ in the bits of theirs.
 */

interface Shape {
  readonly p: number;
  readonly eMin: number;
  readonly eMax: number;
}

const F16: Shape = { p: 10, eMin: -14, eMax: 15 };
const BF16: Shape = { p: 7, eMin: -126, eMax: 127 };

/** f16 bits (0..65535 each) to f32, exactly. */
export function widenF16(bits: Uint16Array): Float32Array {
  return widen(bits, F16);
}

/** bf16 bits to f32, exactly. */
export function widenBf16(bits: Uint16Array): Float32Array {
  return widen(bits, BF16);
}

/** Numbers to f16 bits, rounded to nearest even. */
export function roundToF16(x: ArrayLike<number>): Uint16Array {
  return round(x, F16);
}

/** Numbers to bf16 bits, rounded to nearest even. */
export function roundToBf16(x: ArrayLike<number>): Uint16Array {
  return round(x, BF16);
}

function widen(bits: Uint16Array, { p, eMin, eMax }: Shape): Float32Array {
  const one = 1 << p;
  const fields = eMax - eMin + 2; // exponent fields 0..fields; the last one holds infinity and NaN
  // scale[e] is the weight of the last fraction bit: 2^(eMin - p) twice (subnormals and first binade), then doubling.
  const scale = new Float64Array(fields);
  scale[0] = scale[1] = powerOfTwo(eMin - p);
  for (let e = 2; e < fields; e++) scale[e] = 2 * scale[e - 1];
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const e = (bits[i] & 0x7fff) >>> p;
    const fraction = bits[i] & (one - 1);
    const magnitude = e === fields ? (fraction === 0 ? Infinity : NaN) : (e === 0 ? fraction : fraction + one) * scale[e];
    out[i] = bits[i] >= 0x8000 ? -magnitude : magnitude;
  }
  return out;
}

function round(x: ArrayLike<number>, { p, eMin, eMax }: Shape): Uint16Array {
  const infinity = (eMax - eMin + 2) << p;
  const view = new DataView(new ArrayBuffer(8));
  const out = new Uint16Array(x.length);
  for (let i = 0; i < x.length; i++) {
    view.setFloat64(0, x[i]);
    const high = view.getUint32(0);
    const sign = (high >>> 31) << 15;
    const e = Math.max(((high >>> 20) & 0x7ff) - 1023, eMin);
    if (x[i] !== x[i]) out[i] = infinity | (1 << (p - 1));
    else if (e > eMax) out[i] = sign | infinity;
    else {
      // |x| = n * 2^(e-p); the product is exact, and n + (e - eMin) * 2^p is the bit pattern, carries included:
      // n = 2^(p+1) after rounding up is the next binade, and past the last binade it is infinity.
      const scaled = Math.abs(x[i]) * powerOfTwo(p - e);
      out[i] = sign | (((e - eMin) << p) + nearestEven(scaled));
    }
  }
  return out;
}

/** The nearest integer, ties to even, for 0 <= x < 2^52: adding 2^52 leaves no fraction bits, so the sum itself rounds. */
function nearestEven(x: number): number {
  return x + 4503599627370496 - 4503599627370496;
}

/** 2^k exactly, for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, (k + 1023) << 20);
  return view.getFloat64(0);
}
