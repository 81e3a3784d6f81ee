/**
 * sin, cos, tan, deterministic on every host and right for every finite argument. Kernels after fdlibm (k_sin.c, k_cos.c,
 * k_tan.c). Reduction x = n pi/2 + (r + c): below 2^20 by Cody and Waite in three parts of pi/2; beyond, x 2/pi is summed
 * modulo 4 from exact products with 24-bit words of 2/pi (after Payne and Hanek), in three doubles.
 */
import { highWord, powerOf2, truncateLow } from "./bits.ts";
import { twoOverPi } from "./two-over-pi.ts";

const INV_PIO2: number = 6.36619772367581382433e-01;
const PIO2_1: number = 1.57079632673412561417e+00; // 33 bits of pi/2
const PIO2_2: number = 6.07710050630396597660e-11; // the next 33
const PIO2_3: number = 2.02226624871116645580e-21; // the next 33
const PIO2_3T: number = 8.47842766036889956997e-32; // and the rest
const PIO2_HI: number = 1.5707963267948966;
const PIO2_LO: number = 6.123233995736766e-17;
const MEDIUM: number = 1048576.0;

/** What rounding lost in a + b = s. */
function sumError(a: number, b: number, s: number): number {
  const t = s - a;
  return (a - (s - t)) + (b - t);
}

/** The head of x - n pi/2 for |x| < 2^20; n PIO2_1, n PIO2_2 and n PIO2_3 are exact. */
function mediumHead(x: number, n: number): number {
  const r1 = x - n * PIO2_1;
  const w2 = n * PIO2_2;
  const r2 = r1 - w2;
  const e2 = sumError(r1, -w2, r2);
  const w3 = n * PIO2_3;
  return r2 + (e2 - w3 - n * PIO2_3T);
}

/** What the head left over. */
function mediumTail(x: number, n: number, head: number): number {
  const r1 = x - n * PIO2_1;
  const w2 = n * PIO2_2;
  const r2 = r1 - w2;
  const e2 = sumError(r1, -w2, r2);
  const w3 = n * PIO2_3;
  const e3 = e2 - w3;
  const lost = sumError(e2, -w3, e3);
  return ((r2 - head) + e3) + (lost - n * PIO2_3T);
}

/**
 * One of the three doubles of x 2/pi modulo 4 (part 0: the leading one), |x| >= 2^20. x = (hi + lo) 2^e with hi of 27 and
 * lo of 26 bits, so every product with a 24-bit word is exact; nine words leave more than 110 bits behind the point.
 */
function largePart(x: number, part: number): number {
  const exponent = Math.floor(highWord(x) / 1048576.0) - 1075.0; // x = m 2^exponent, m an integer of 53 bits
  const m = x * powerOf2(Math.floor(-exponent * 0.5)) * powerOf2(-exponent - Math.floor(-exponent * 0.5));
  const hi = Math.floor(m / 67108864.0) * 67108864.0;
  const lo = m - hi;
  let i = Math.floor((exponent - 2.0) / 24.0) - 1.0; // words before this one give multiples of 4
  if (i < 0.0) i = 0.0;
  let s1 = 0.0;
  let s2 = 0.0;
  let s3 = 0.0;
  for (let j = 0.0; j < 10.0; j = j + 1.0) {
    const shift = exponent - 24.0 * (i + j + 1.0);
    const word = twoOverPi(i + j);
    for (let k = 0.0; k < 2.0; k = k + 1.0) {
      let term = (k == 0.0 ? hi : lo) * word;
      term = shift > -1000.0 ? term * powerOf2(shift) : 0.0;
      term = term - 4.0 * Math.floor(term * 0.25);
      let sum = s1 + term;
      let lost = sumError(s1, term, sum);
      s1 = sum;
      sum = s2 + lost;
      lost = sumError(s2, lost, sum);
      s2 = sum;
      s3 = s3 + lost;
    }
  }
  const whole = Math.floor(s1 + 0.5);
  const fraction = s1 - whole; // exact
  const head = fraction + s2;
  const tail = sumError(fraction, s2, head) + s3;
  if (part == 0.0) return head;
  if (part == 1.0) return tail;
  return whole;
}

/** n of the reduction, for x >= 0. */
function quadrant(x: number): number {
  return x < MEDIUM ? Math.floor(x * INV_PIO2 + 0.5) : largePart(x, 2.0);
}

function reducedHead(x: number, n: number): number {
  if (x < MEDIUM) return mediumHead(x, n);
  const f = largePart(x, 0.0);
  return f * PIO2_HI + (productError(f, PIO2_HI) + (f * PIO2_LO + largePart(x, 1.0) * PIO2_HI));
}

function reducedTail(x: number, n: number, head: number): number {
  if (x < MEDIUM) return mediumTail(x, n, head);
  const f = largePart(x, 0.0);
  const p = f * PIO2_HI;
  return (p - head) + (productError(f, PIO2_HI) + (f * PIO2_LO + largePart(x, 1.0) * PIO2_HI));
}

/** a b - (a b rounded) to 2^-74 of the product, by splitting both factors (Dekker). */
function productError(a: number, b: number): number {
  const p = a * b;
  const ah = truncateLow(a);
  const al = a - ah;
  const bh = truncateLow(b);
  const bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}

/** sin(r + c) for |r| <= pi/4. */
function kernelSin(r: number, c: number): number {
  const z = r * r;
  const w = z * z;
  const p = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * 2.75573137070700676789e-06) +
    z * w * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10);
  const v = z * r;
  return r - ((z * (0.5 * c - v * p) - c) - v * -1.66666666666666324348e-01);
}

/** cos(r + c) for |r| <= pi/4. */
function kernelCos(r: number, c: number): number {
  const z = r * r;
  const w = z * z;
  const p = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * 2.48015872894767294178e-05)) +
    w * w * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11));
  const half = 0.5 * z;
  const one = 1.0 - half;
  return one + (((1.0 - one) - half) + (z * p - r * c));
}

/** n modulo 4. */
function modulo4(n: number): number {
  return n - 4.0 * Math.floor(n * 0.25);
}

/** sin x. NaN for infinities. */
export function sin(x: number): number {
  if (x != x || x == Infinity || x == -Infinity) return NaN;
  const a = Math.abs(x);
  if (a < 7.450580596923828e-9) return x;
  const n = quadrant(a);
  const r = reducedHead(a, n);
  const c = reducedTail(a, n, r);
  const q = modulo4(n);
  let y = q == 0.0 || q == 2.0 ? kernelSin(r, c) : kernelCos(r, c);
  if (q >= 2.0) y = -y;
  return x < 0.0 ? -y : y;
}

/** cos x. NaN for infinities. */
export function cos(x: number): number {
  if (x != x || x == Infinity || x == -Infinity) return NaN;
  const a = Math.abs(x);
  const n = quadrant(a);
  const r = reducedHead(a, n);
  const c = reducedTail(a, n, r);
  const q = modulo4(n);
  if (q == 0.0) return kernelCos(r, c);
  if (q == 1.0) return -kernelSin(r, c);
  if (q == 2.0) return -kernelCos(r, c);
  return kernelSin(r, c);
}

/** tan(r + c) for |r| <= pi/4, or -1 / tan(r + c) when `inverse`. */
function kernelTan(r: number, c: number, inverse: boolean): number {
  let x = Math.abs(r);
  let y = r < 0.0 ? -c : c;
  const large = x >= 0.67434; // there tan is taken from that of pi/4 - x
  if (large) {
    x = 7.85398163397448278999e-01 - x + (3.06161699786838301793e-17 - y);
    y = 0.0;
  }
  const z = x * x;
  const w = z * z;
  const odd = 1.33333333333201242699e-01 + w * (2.18694882948595424599e-02 + w * (3.59207910759131235356e-03 +
    w * (5.88041240820264096874e-04 + w * (7.81794442939557092300e-05 + w * -1.85586374855275456654e-05))));
  const even = z * (5.39682539762260521377e-02 + w * (8.86323982359930005737e-03 + w * (1.45620945432529025516e-03 +
    w * (2.46463134818469906812e-04 + w * (7.14072491382608190305e-05 + w * 2.59073051863633712884e-05)))));
  const s = z * x;
  const t = y + z * (s * (odd + even) + y) + 3.33333333333334091986e-01 * s;
  const v = x + t;
  const sign = r < 0.0 ? -1.0 : 1.0;
  if (large) {
    const one = inverse ? -1.0 : 1.0;
    return sign * (one - 2.0 * (x - (v * v / (v + one) - t)));
  }
  if (!inverse) return sign * v;
  const vH = truncateLow(v);
  const vL = t - (vH - x);
  const a = -1.0 / v; // and one Newton step with the head of it
  const aH = truncateLow(a);
  return sign * (aH + a * ((1.0 + aH * vH) + aH * vL));
}

/** tan x. NaN for infinities. Error below 1 ULP. */
export function tan(x: number): number {
  if (x != x || x == Infinity || x == -Infinity) return NaN;
  const a = Math.abs(x);
  if (a < 7.450580596923828e-9) return x;
  const n = quadrant(a);
  const r = reducedHead(a, n);
  const c = reducedTail(a, n, r);
  const q = modulo4(n);
  const y = kernelTan(r, c, q == 1.0 || q == 3.0);
  return x < 0.0 ? -y : y;
}
