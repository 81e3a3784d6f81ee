/**
 * log |Gamma(x)|, deterministic on every host.
 *
 *   near 2     lgamma(2 + z) = z (1 - gamma) + sum_{k>=2} (-1)^k (zeta(k) - 1) z^k / k, -.72 <= z <= 1/2: no cancellation at the zeros 1 and 2
 *   2.5..15    by the recurrence from there;   beyond: Stirling's series
 *   below 0    lgamma(x) = log(pi / |x sin(pi r)|) - lgamma(-x), r the distance to the nearest integer, which is exact
 *
 * Error below 4 ULP for x > 0. Below 0 it is a few ULP of the larger of |lgamma(x)| and lgamma(-x): at the zeros between the
 * poles two terms cancel.
 */
import { log, log1p } from "./log.ts";
import { sin } from "./trig.ts";

/** lgamma(2 + z) for -.72 <= z <= 1/2. */
function nearTwo(z: number): number {
  let sum = 0.0;
  sum = sum * z + -1.1091399470834522e-14;
  sum = sum * z + 2.2737369600659724e-14;
  sum = sum * z + -4.6640760264283744e-14;
  sum = sum * z + 9.573630387838556e-14;
  sum = sum * z + -1.9664756310966165e-13;
  sum = sum * z + 4.04220052528944e-13;
  sum = sum * z + -8.315385841420285e-13;
  sum = sum * z + 1.711991790559618e-12;
  sum = sum * z + -3.527742476575915e-12;
  sum = sum * z + 7.275974480239079e-12;
  sum = sum * z + -1.5021384080754142e-11;
  sum = sum * z + 3.1044247747322276e-11;
  sum = sum * z + -6.4229645638381e-11;
  sum = sum * z + 1.330476437424449e-10;
  sum = sum * z + -2.7595228851242334e-10;
  sum = sum * z + 5.731367241678862e-10;
  sum = sum * z + -1.1921401405860912e-09;
  sum = sum * z + 2.4836745438024785e-09;
  sum = sum * z + -5.183475041970047e-09;
  sum = sum * z + 1.0838659214896955e-08;
  sum = sum * z + -2.2711094608943164e-08;
  sum = sum * z + 4.7698101693639804e-08;
  sum = sum * z + -1.0043224823968099e-07;
  sum = sum * z + 2.1207184805554665e-07;
  sum = sum * z + -4.492469198764566e-07;
  sum = sum * z + 9.55141213040742e-07;
  sum = sum * z + -2.039215753801366e-06;
  sum = sum * z + 4.374866789907488e-06;
  sum = sum * z + -9.439488275268397e-06;
  sum = sum * z + 2.050721277567069e-05;
  sum = sum * z + -4.492623673813314e-05;
  sum = sum * z + 9.945751278180853e-05;
  sum = sum * z + -0.00022315475845357939;
  sum = sum * z + 0.0005096695247430425;
  sum = sum * z + -0.001192753911703261;
  sum = sum * z + 0.0028905103307415234;
  sum = sum * z + -0.007385551028673986;
  sum = sum * z + 0.020580808427784546;
  sum = sum * z + -0.0673523010531981;
  sum = sum * z + 0.3224670334241132;
  return z * (0.42278433509846713 + z * sum);
}

/** Stirling's series for x >= 15: relative error below 2^-53. */
function stirling(x: number): number {
  const z = 1.0 / x;
  const w = z * z;
  const tail = z * (8.333333333333333e-2 + w * (-2.777777777777778e-3 + w * (7.936507936507937e-4 + w * (-5.952380952380953e-4 + w * (8.417508417508418e-4 + w * (-1.9175269175269176e-3 + w * 6.410256410256410e-3))))));
  return (x - 0.5) * log(x) - x + 9.189385332046728e-1 + tail;
}

/** The natural logarithm of |Gamma(x)|; Infinity at 0 and the negative integers. */
export function lgamma(x: number): number {
  if (x != x) return x;
  if (x == Infinity || x == -Infinity) return Infinity;
  if (x <= 0.0) {
    if (x > -8.470329472543003e-22) return x == 0.0 ? Infinity : -log(-x);
    const r = Math.abs(x - Math.floor(x + 0.5)); // exact: the distance to the nearest integer
    if (r == 0.0) return Infinity;
    return log(3.141592653589793 / (-x * sin(3.141592653589793 * r))) - lgamma(-x);
  }
  if (x < 0.5) return nearTwo(x) - log1p(x) - log(x);
  if (x < 1.28) return nearTwo(x - 1.0) - log1p(x - 1.0);
  if (x <= 2.5) return nearTwo(x - 2.0);
  if (x > 1e17) return x * (log(x) - 1.0);
  if (x >= 15.0) return stirling(x);
  let product = 1.0;
  let y = x;
  while (y > 2.5) {
    y = y - 1.0;
    product = product * y;
  }
  return log(product) + nearTwo(y - 2.0);
}
