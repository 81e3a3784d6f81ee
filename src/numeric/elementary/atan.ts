/**
 * atan and atan2, deterministic on every host. After fdlibm (s_atan.c, e_atan2.c), reformulated: reduction to |x| <= 7/16 by the
 * arc tangents of 1/2, 1, 3/2 and infinity, each in two doubles. Error below 1 ULP in both: atan2 carries what the division
 * y / x rounded off, and adds the parts of the angle to pi before it rounds.
 */
import { highWord, powerOf2, truncateLow } from "./bits.ts";

const AT0: number = 3.33333333333329318027e-01;
const AT1: number = -1.99999999998764832476e-01;
const AT2: number = 1.42857142725034663711e-01;
const AT3: number = -1.11111104054623557880e-01;
const AT4: number = 9.09088713343650656196e-02;
const AT5: number = -7.69187620504482999495e-02;
const AT6: number = 6.66107313738753120669e-02;
const AT7: number = -5.83357013379057348645e-02;
const AT8: number = 4.97687799461593236017e-02;
const AT9: number = -3.65315727442169155270e-02;
const AT10: number = 1.62858201153657823623e-02;

/** The arc tangent of 1/2, 1, 3/2 or infinity that an angle a >= 0 is measured from, or 0. */
function base(a: number): number {
  if (a < 0.4375) return 0.0;
  if (a < 0.6875) return 4.63647609000806093515e-01;
  if (a < 1.1875) return 7.85398163397448278999e-01;
  return a < 2.4375 ? 9.82793723247329054082e-01 : 1.57079632679489655800e+00;
}

/** atan(a + d) - base(a) for a >= 0 and |d| within an ULP of a. */
function rest(a: number, d: number): number {
  let r = a;
  let lo = 0.0;
  if (a >= 0.4375) {
    if (a < 0.6875) {
      lo = 2.26987774529616870924e-17;
      r = (2.0 * a - 1.0) / (2.0 + a);
    } else if (a < 1.1875) {
      lo = 3.06161699786838301793e-17;
      r = (a - 1.0) / (a + 1.0);
    } else if (a < 2.4375) {
      lo = 1.39033110312309984516e-17;
      r = (a - 1.5) / (1.0 + 1.5 * a);
    } else {
      lo = 6.12323399573676603587e-17;
      r = a > 1e300 ? 0.0 : -1.0 / a;
    }
  }
  const z = r * r;
  const w = z * z;
  const s1 = z * (AT0 + w * (AT2 + w * (AT4 + w * (AT6 + w * (AT8 + w * AT10)))));
  const s2 = w * (AT1 + w * (AT3 + w * (AT5 + w * (AT7 + w * AT9))));
  if (d != 0.0) lo = lo + d / (1.0 + a * a);
  return r - (r * (s1 + s2) - lo);
}

/** The arc tangent, in [-pi/2, pi/2]. */
export function atan(x: number): number {
  if (x != x) return x;
  const a = Math.abs(x);
  if (a < 7.450580596923828e-9) return x;
  const y = base(a) + rest(a, 0.0);
  return x < 0.0 ? -y : y;
}

const PI: number = 3.1415926535897931160e+00;
const PI_LO: number = 1.2246467991473531772e-16;

/** (y - q x) / x: what the division q = y / x rounded off. y / x within 2^62 and its inverse. */
function divisionError(y: number, x: number, q: number): number {
  let scale = 1.0;
  if (x < 1e-200) scale = 1.2676506002282294e+30; // 2^100 keeps the products below normal
  let k = Math.floor(highWord(x * scale) / 1048576.0) - 1023.0;
  if (k > 1000.0) k = 1000.0;
  const u = x * scale * powerOf2(-k);
  const v = y * scale * powerOf2(-k);
  const qH = truncateLow(q);
  const qL = q - qH;
  const uH = truncateLow(u);
  const uL = u - uH;
  return (v - qH * uH - qH * uL - qL * uH - qL * uL) / u;
}

/** The angle of (x, y) with x, y > 0 and finite, seen from the negative x axis when `mirrored`. */
function angleOf(y: number, x: number, mirrored: boolean): number {
  const q = y / x;
  if (q > 4.611686018427388e+18) return 0.5 * PI; // 2^62
  if (q < 2.168404344971009e-19) return mirrored ? PI : q;
  const d = divisionError(y, x, q);
  const b = base(q);
  const t = rest(q, d);
  if (!mirrored) return b + t;
  const s = PI - b;
  return s + ((PI - s - b) + PI_LO - t);
}

/** The angle of the point (x, y), in [-pi, pi], with the signed zeros of IEEE 754. */
export function atan2(y: number, x: number): number {
  if (x != x || y != y) return NaN;
  const negativeX = x < 0.0 || (x == 0.0 && 1.0 / x < 0.0);
  const negativeY = y < 0.0 || (y == 0.0 && 1.0 / y < 0.0);
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  let angle = 0.0;
  if (ax == Infinity && ay == Infinity) angle = negativeX ? 2.356194490192345 : 7.85398163397448278999e-01;
  else if (ay == 0.0 || ax == Infinity) angle = negativeX ? PI : 0.0;
  else if (ax == 0.0 || ay == Infinity) angle = 0.5 * PI;
  else angle = angleOf(ay, ax, negativeX);
  return negativeY ? -angle : angle;
}
