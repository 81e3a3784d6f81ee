/**
 * atan and atan2, deterministic on every host. After fdlibm (s_atan.c, e_atan2.c): reduction to |x| <= 7/16 by the arc
 * tangents of 1/2, 1, 3/2 and infinity, each in two doubles. Error below 1 ULP.
 */
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

/** The arc tangent, in (-pi/2, pi/2). */
export function atan(x: number): number {
  if (x != x) return x;
  const a = Math.abs(x);
  if (a < 7.450580596923828e-9) return x;
  let r = a;
  let hi = 0.0;
  let lo = 0.0;
  if (a >= 0.4375) {
    if (a < 0.6875) {
      hi = 4.63647609000806093515e-01;
      lo = 2.26987774529616870924e-17;
      r = (2.0 * a - 1.0) / (2.0 + a);
    } else if (a < 1.1875) {
      hi = 7.85398163397448278999e-01;
      lo = 3.06161699786838301793e-17;
      r = (a - 1.0) / (a + 1.0);
    } else if (a < 2.4375) {
      hi = 9.82793723247329054082e-01;
      lo = 1.39033110312309984516e-17;
      r = (a - 1.5) / (1.0 + 1.5 * a);
    } else {
      hi = 1.57079632679489655800e+00;
      lo = 6.12323399573676603587e-17;
      r = a > 1e300 ? 0.0 : -1.0 / a;
    }
  }
  const z = r * r;
  const w = z * z;
  const s1 = z * (AT0 + w * (AT2 + w * (AT4 + w * (AT6 + w * (AT8 + w * AT10)))));
  const s2 = w * (AT1 + w * (AT3 + w * (AT5 + w * (AT7 + w * AT9))));
  const y = hi == 0.0 ? r - r * (s1 + s2) : hi - ((r * (s1 + s2) - lo) - r);
  return x < 0.0 ? -y : y;
}

const PI: number = 3.1415926535897931160e+00;
const PI_LO: number = 1.2246467991473531772e-16;

/** The angle of the point (x, y), in [-pi, pi], with the signed zeros of IEEE 754. */
export function atan2(y: number, x: number): number {
  if (x != x || y != y) return NaN;
  const negativeX = x < 0.0 || (x == 0.0 && 1.0 / x < 0.0);
  const negativeY = y < 0.0 || (y == 0.0 && 1.0 / y < 0.0);
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  let angle = 0.0; // of (ax, ay)
  if (ay == 0.0) angle = 0.0;
  else if (ax == 0.0) angle = 0.5 * PI;
  else if (ax == Infinity) angle = ay == Infinity ? 0.25 * PI : 0.0;
  else if (ay == Infinity) angle = 0.5 * PI;
  else if (ay / ax > 1.152921504606847e18) angle = 0.5 * PI + 0.5 * PI_LO;
  else if (negativeX && ay / ax < 8.673617379884035e-19) angle = 0.0;
  else angle = atan(ay / ax);
  if (negativeX) angle = angle == 0.0 ? PI : ax == Infinity && ay == Infinity ? 0.75 * PI : PI - (angle - PI_LO);
  return negativeY ? -angle : angle;
}
