/**
 * log, log1p, log2 and log10, deterministic on every host. After fdlibm (e_log.c, s_log1p.c), with the reduction to
 * [sqrt(1/2), sqrt(2)) taken from the bits so that no branch depends on the value (SIMD-mappable).
 *
 *   x = 2^k (1 + f),  s = f / (2 + f),  log(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2)))
 */
import { fromWords, highWord, lowWord } from "./bits.ts";

const LN2_HI: number = 6.93147180369123816490e-01;
const LN2_LO: number = 1.90821492927058770002e-10;
const LG1: number = 6.666666666666735130e-01;
const LG2: number = 3.999999999940941908e-01;
const LG3: number = 2.857142874366239149e-01;
const LG4: number = 2.222219843214978396e-01;
const LG5: number = 1.818357216161805012e-01;
const LG6: number = 1.531383769920937332e-01;
const LG7: number = 1.479819860511658591e-01;

/** R(s^2) of the header, as a function of s. */
function remainder(s: number): number {
  const z = s * s;
  const w = z * z;
  const t1 = w * (LG2 + w * (LG4 + w * LG6));
  const t2 = z * (LG1 + w * (LG3 + w * (LG5 + w * LG7)));
  return t2 + t1;
}

/** The natural logarithm. Error below 1 ULP; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (x != x || x == Infinity) return x;
  if (x <= 0.0) return x == 0.0 ? -Infinity : NaN;
  let k = 0.0;
  let y = x;
  if (x < 2.2250738585072014e-308) {
    y = x * 18014398509481984.0; // 2^54: out of the subnormals
    k = -54.0;
  }
  const high = highWord(y) + 0x95f62; // 0x3ff00000 - 0x3fe6a09e: the carry rounds the exponent at sqrt(1/2)
  k = k + Math.floor(high / 1048576.0) - 1023.0;
  const f = fromWords(high - Math.floor(high / 1048576.0) * 1048576.0 + 0x3fe6a09e, lowWord(y)) - 1.0;
  const hfsq = 0.5 * f * f;
  const s = f / (2.0 + f);
  return s * (hfsq + remainder(s)) + k * LN2_LO - hfsq + f + k * LN2_HI;
}

/** log(1 + x) without cancellation near 0. Error below 1 ULP. */
export function log1p(x: number): number {
  if (x != x || x == Infinity) return x;
  if (x <= -1.0) return x == -1.0 ? -Infinity : NaN;
  if (x > -5.551115123125783e-17 && x < 5.551115123125783e-17) return x;
  let k = 0.0;
  let f = x;
  let c = 0.0;
  if (x <= -0.2928932188134524 || x >= 0.4142135623730951) {
    const u = 1.0 + x;
    const high = highWord(u) + 0x95f62;
    k = Math.floor(high / 1048576.0) - 1023.0;
    if (k < 54.0) {
      c = k >= 2.0 ? 1.0 - (u - x) : x - (u - 1.0); // what the rounding of 1 + x lost
      c = c / u;
    }
    f = fromWords(high - Math.floor(high / 1048576.0) * 1048576.0 + 0x3fe6a09e, lowWord(u)) - 1.0;
  }
  const hfsq = 0.5 * f * f;
  const s = f / (2.0 + f);
  return s * (hfsq + remainder(s)) + (k * LN2_LO + c) - hfsq + f + k * LN2_HI;
}
