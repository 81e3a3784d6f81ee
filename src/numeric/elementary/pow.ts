/**
 * pow and cbrt, deterministic on every host. After fdlibm (e_pow.c, s_cbrt.c): log2(x) in two doubles, the product with y
 * split exactly, 2^z by a rational approximation. Error below 0.85 ULP for pow, 0.67 ULP for cbrt.
 */
import { fromWords, highWord, lowWord, truncateLow } from "./bits.ts";
import { scaleByPowerOf2 } from "./exp.ts";

const DP_H: number = 5.84962487220764160156e-01;
const DP_L: number = 1.35003920212974897128e-08;
const L1: number = 5.99999999999994648725e-01;
const L2: number = 4.28571428578550184252e-01;
const L3: number = 3.33333329818377432918e-01;
const L4: number = 2.72728123808534006489e-01;
const L5: number = 2.30660745775561754067e-01;
const L6: number = 2.06975017800338417784e-01;
const P1: number = 1.66666666666666019037e-01;
const P2: number = -2.77777777770155933842e-03;
const P3: number = 6.61375632143793436117e-05;
const P4: number = -1.65339022054652515390e-06;
const P5: number = 4.13813679705723846039e-08;
const LG2: number = 6.93147180559945286227e-01;
const LG2_H: number = 6.93147182464599609375e-01;
const LG2_L: number = -1.90465429995776804525e-09;
const OVT: number = 8.0085662595372944372e-17; // -(1024 - log2(overflow + half an ULP))
const CP: number = 9.61796693925975554329e-01; // 2 / (3 ln 2), and its head and tail
const CP_H: number = 9.61796700954437255859e-01;
const CP_L: number = -7.02846165095275826516e-09;

/** 0 if y is no integer, 1 if odd, 2 if even (|y| >= 2^53 is even). */
function parity(y: number): number {
  const a = Math.abs(y);
  if (a >= 9007199254740992.0) return 2.0;
  if (Math.floor(a) != a) return 0.0;
  const half = a * 0.5;
  return Math.floor(half) == half ? 2.0 : 1.0;
}

/** x^y with the special cases of IEEE 754 (pow(x, 0) = pow(1, y) = 1; NaN for a negative base and a fractional exponent). */
export function pow(x: number, y: number): number {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (x != x || y != y) return NaN;
  const ax = Math.abs(x);
  if (y == Infinity || y == -Infinity) {
    if (ax == 1.0) return 1.0;
    return (ax > 1.0) == (y > 0.0) ? Infinity : 0.0;
  }
  const odd = x < 0.0 || (x == 0.0 && 1.0 / x < 0.0) ? parity(y) : 2.0;
  if (ax == 0.0 || ax == Infinity) {
    const magnitude = (ax == 0.0) == (y < 0.0) ? Infinity : 0.0;
    return odd == 1.0 ? -magnitude : magnitude;
  }
  if (x < 0.0 && odd == 0.0) return NaN;
  const sign = x < 0.0 && odd == 1.0 ? -1.0 : 1.0;
  if (ax == 1.0) return sign;
  if (y == 1.0) return x;
  if (y == 2.0) return x * x;
  if (y == -1.0) return 1.0 / x;
  if (y == 0.5 && x > 0.0) return Math.sqrt(x);

  // log2(ax) = t1 + t2 in two doubles
  let t1 = 0.0;
  let t2 = 0.0;
  const hx = highWord(ax);
  if (Math.abs(y) > 2147483648.0) {
    if (Math.abs(y) > 18446744073709551616.0) return (ax > 1.0) == (y > 0.0) ? sign * Infinity : sign * 0.0;
    if (hx < 0x3fefffff) return y < 0.0 ? sign * Infinity : sign * 0.0;
    if (hx > 0x3ff00000) return y > 0.0 ? sign * Infinity : sign * 0.0;
    const t = ax - 1.0; // |1 - x| <= 2^-20: log(x) by its series to x^4
    const w = t * t * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
    const tH = truncateLow(t); // fdlibm takes t whole: up to 33 bits by 24, whose rounding y magnifies to hundreds of ULP
    const u = 1.44269502162933349609e+00 * tH;
    const v = t * 1.92596299112661746887e-08 + (t - tH) * 1.44269502162933349609e+00 - w * 1.44269504088896338700e+00;
    t1 = truncateLow(u + v);
    t2 = v - (t1 - u);
  } else {
    let n = 0.0;
    let a = ax;
    if (a < 2.2250738585072014e-308) {
      a = a * 9007199254740992.0;
      n = -53.0;
    }
    const ha = highWord(a);
    n = n + Math.floor(ha / 1048576.0) - 1023.0;
    const j = ha - Math.floor(ha / 1048576.0) * 1048576.0;
    let high = j + 1072693248.0; // 0x3ff00000: into [1, 2)
    let bp = 1.0;
    let dpH = 0.0;
    let dpL = 0.0;
    if (j > 235662.0) { // 0x3988E: above sqrt(3/2)
      if (j < 767610.0) { // 0xBB67A: below sqrt(3)
        bp = 1.5;
        dpH = DP_H;
        dpL = DP_L;
      } else {
        n = n + 1.0;
        high = high - 1048576.0;
      }
    }
    const m = fromWords(high, lowWord(a));
    const u = m - bp;
    const v = 1.0 / (m + bp);
    const ss = u * v;
    const sH = truncateLow(ss);
    // tH = m + bp rounded to the head, as fdlibm assembles it from the words
    const tH = truncateLow(m + bp);
    const tL = m - (tH - bp);
    const sL = v * ((u - sH * tH) - sH * tL);
    let s2 = ss * ss;
    let r = s2 * s2 * (L1 + s2 * (L2 + s2 * (L3 + s2 * (L4 + s2 * (L5 + s2 * L6)))));
    r = r + sL * (sH + ss);
    s2 = sH * sH;
    const qH = truncateLow(3.0 + s2 + r);
    const qL = r - ((qH - 3.0) - s2);
    const uu = sH * qH;
    const vv = sL * qH + qL * ss;
    const pH = truncateLow(uu + vv);
    const pL = vv - (pH - uu);
    const zH = CP_H * pH;
    const zL = CP_L * pH + pL * CP + dpL;
    t1 = truncateLow(((zH + zL) + dpH) + n);
    t2 = zL - (((t1 - n) - dpH) - zH);
  }

  // (y1 + y2) (t1 + t2) = z + pL
  const y1 = truncateLow(y);
  const pL = (y - y1) * t1 + y * t2;
  const pH = y1 * t1;
  const z = pL + pH;
  if (z >= 1024.0 && (z > 1024.0 || pL + OVT > z - pH)) return sign * Infinity;
  if (z <= -1075.0 && (z < -1075.0 || pL <= z - pH)) return sign * 0.0;
  const n = Math.abs(z) > 0.5 ? Math.floor(z + 0.5) : 0.0;
  const h = pH - n;
  const t = truncateLow(pL + h);
  const u = t * LG2_H;
  const v = (pL - (t - h)) * LG2 + t * LG2_L;
  const e = u + v;
  const w = v - (e - u);
  const e2 = e * e;
  const c = e - e2 * (P1 + e2 * (P2 + e2 * (P3 + e2 * (P4 + e2 * P5))));
  const r = (e * c) / (c - 2.0) - (w + e * w);
  return sign * scaleByPowerOf2(1.0 - (r - e), n);
}

/** The cube root. */
export function cbrt(x: number): number {
  if (x != x || x == 0.0 || x == Infinity || x == -Infinity) return x;
  const a = Math.abs(x);
  let t = 0.0;
  if (a < 2.2250738585072014e-308) {
    t = a * 18014398509481984.0;
    t = fromWords(Math.floor(highWord(t) / 3.0) + 696219795.0, 0.0);
  } else {
    t = fromWords(Math.floor(highWord(a) / 3.0) + 715094163.0, 0.0);
  }
  // one polynomial step to 23 bits, rounded so that t * t is exact, then one Newton step
  let r = (t * t) * (t / a);
  t = t * ((1.87595182427177009643 + r * (-1.88497979543377169875 + r * 1.621429720105354466140)) +
    ((r * r) * r) * (-0.758397934778766047437 + r * 0.145996192886612446982));
  t = truncateLow(t + t * 2.384185791015625e-7 * 0.5);
  const s = t * t;
  r = a / s;
  const w = t + t;
  r = (r - t) / (w + r);
  t = t + t * r;
  return x < 0.0 ? -t : t;
}
