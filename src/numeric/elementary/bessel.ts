/**
 * Modified Bessel functions I0, I1 and their scaled forms e^{-|x|} I(x), deterministic on every host. Error below 4 ULP.
 *
 *   |x| <= 4    I0 = 1 + a P(a),  I1 = x/2 + x/2 a Q(a),  a = x^2/4: all terms positive, nothing cancels
 *   beyond      sqrt(x) e^{-x} I_n(x) is a polynomial in 1/x, one on (4, 12] and one on (12, Infinity); it is flat, so the
 *               rounding of its argument does not count (a power series would magnify that of x^2/4 by x/2)
 *
 * The polynomials are Chebyshev series cut at 2^-58 (fixtures/elementary/coefficients.py). The scaled forms are finite and
 * right for every x, where I0 itself overflows at 713.99.
 */
import { powerOf2 } from "./bits.ts";
import { exp, expShifted } from "./exp.ts";

/** ((2/x)^0 I0(x) - 1) / a, a = x^2/4 in [0, 4]. */
function small0(a: number): number {
  let p = 5.022075611488042e-18; p = 6.204793001896127e-16 + a * p; p = 7.598407302012513e-14 + a * p;
  p = 7.593890950477009e-12 + a * p; p = 6.151191577003922e-10 + a * p; p = 3.936759817284445e-08 + a * p;
  p = 1.9290123464780148e-06 + a * p; p = 6.944444444388158e-05 + a * p; p = 0.001736111111111345 + a * p;
  p = 0.027777777777777728 + a * p; p = 0.25 + a * p; p = 1.0 + a * p;
  return p;
}

/** sqrt(x) e^-x I0(x) for x in (4, 12], s = 12/x - 2. */
function middle0(s: number): number {
  let p = 3.286503236486557e-12; p = 1.3068896074273865e-11 + s * p; p = -6.708643177086356e-11 + s * p;
  p = 3.613199150497888e-12 + s * p; p = 2.9788809473034226e-10 + s * p; p = -5.058965202706514e-10 + s * p;
  p = 1.1871493518277117e-10 + s * p; p = 1.3853992844067738e-09 + s * p; p = -4.298244038237171e-09 + s * p;
  p = 5.258199035632788e-09 + s * p; p = 6.969977101515391e-09 + s * p; p = -4.1085550633104854e-08 + s * p;
  p = 5.6526209993531474e-08 + s * p; p = 8.411788009451976e-08 + s * p; p = -4.2468791154711173e-07 + s * p;
  p = 2.1565035968782088e-07 + s * p; p = 1.9290328697947636e-06 + s * p; p = -2.421734011771954e-06 + s * p;
  p = -1.0713305312138297e-05 + s * p; p = 3.769973159605701e-06 + s * p; p = 7.981253588389184e-05 + s * p;
  p = 0.00043076681288895836 + s * p; p = 0.005275127622778267 + s * p; p = 0.4082256718098091 + s * p;
  return p;
}

/** sqrt(x) e^-x I0(x) for x > 12, s = 24/x - 1. */
function large0(s: number): number {
  let p = 4.732293068319943e-14; p = 5.162440450149281e-13 + s * p; p = 4.308125773280647e-13 + s * p;
  p = -2.4352128812532804e-12 + s * p; p = -4.3462473935767795e-12 + s * p; p = 7.948350488698664e-13 + s * p;
  p = 8.277194012660339e-12 + s * p; p = 1.1907965227895718e-11 + s * p; p = 1.8959932292080154e-11 + s * p;
  p = 4.7753461886795666e-11 + s * p; p = 1.561471274765288e-10 + s * p; p = 6.481139334578011e-10 + s * p;
  p = 3.443450254314256e-09 + s * p; p = 2.3688428428626313e-08 + s * p; p = 2.1716050106122215e-07 + s * p;
  p = 2.7977070193488197e-06 + s * p; p = 5.598482533373778e-05 + s * p; p = 0.0021821681721169296 + s * p;
  p = 0.4010710650668474 + s * p;
  return p;
}

/** ((2/x)^1 I1(x) - 1) / a, a = x^2/4 in [0, 4]. */
function small1(a: number): number {
  let p = 6.020840667128875e-17; p = 6.826843345952267e-15 + a * p; p = 7.598230714524305e-13 + a * p;
  p = 6.834512563493827e-11 + a * p; p = 4.9209528731242275e-09 + a * p; p = 2.75573188085369e-07 + a * p;
  p = 1.1574074077643714e-05 + a * p; p = 0.000347222222220434 + a * p; p = 0.006944444444444904 + a * p;
  p = 0.08333333333333329 + a * p; p = 0.5 + a * p;
  return p;
}

/** sqrt(x) e^-x I1(x) for x in (4, 12], s = 12/x - 2. */
function middle1(s: number): number {
  let p = -4.033121523353184e-12; p = -1.2230740179407143e-11 + s * p; p = 7.218525214139024e-11 + s * p;
  p = -1.3904167840618238e-11 + s * p; p = -3.013259166215284e-10 + s * p; p = 5.400609963120795e-10 + s * p;
  p = -1.8586319586706404e-10 + s * p; p = -1.3243072043320728e-09 + s * p; p = 4.445741360317922e-09 + s * p;
  p = -5.978349289814197e-09 + s * p; p = -5.905393832019335e-09 + s * p; p = 4.2253033820764836e-08 + s * p;
  p = -6.458207990092865e-08 + s * p; p = -7.431736496706245e-08 + s * p; p = 4.515922696566927e-07 + s * p;
  p = -3.0897402997402356e-07 + s * p; p = -1.9960875577952317e-06 + s * p; p = 3.0327339198844202e-06 + s * p;
  p = 1.1464706760579027e-05 + s * p; p = -6.993969626786969e-06 + s * p; p = -0.00010142076154394272 + s * p;
  p = -0.000631511785508197 + s * p; p = -0.014219423087380813 + s * p; p = 0.37244848995139895 + s * p;
  return p;
}

/** sqrt(x) e^-x I1(x) for x > 12, s = 24/x - 1. */
function large1(s: number): number {
  let p = -5.771768117302917e-14; p = -5.402701745690131e-13 + s * p; p = -3.953533039494279e-13 + s * p;
  p = 2.582594599389331e-12 + s * p; p = 4.4296646231967695e-12 + s * p; p = -9.871777657121598e-13 + s * p;
  p = -8.696317666305801e-12 + s * p; p = -1.2526608533937155e-11 + s * p; p = -2.029478546027569e-11 + s * p;
  p = -5.182321204418164e-11 + s * p; p = -1.720604907485833e-10 + s * p; p = -7.282300843285604e-10 + s * p;
  p = -3.967571628632094e-09 + s * p; p = -2.825369682259333e-08 + s * p; p = -2.7268454574140084e-07 + s * p;
  p = -3.827951355402915e-06 + s * p; p = -9.12475535508497e-05 + s * p; p = -0.00640545360348236 + s * p;
  p = 0.39262449420411655 + s * p;
  return p;
}

/** sqrt(x) e^-x I0(x) for x > 4. */
function flat0(x: number): number {
  return x <= 12.0 ? middle0(12.0 / x - 2.0) : large0(24.0 / x - 1.0);
}

/** sqrt(x) e^-x I1(x) for x > 4. */
function flat1(x: number): number {
  return x <= 12.0 ? middle1(12.0 / x - 2.0) : large1(24.0 / x - 1.0);
}

/** e^x y / sqrt(x) for x > 4; e^x alone would overflow before the product does. */
function unscale(x: number, y: number): number {
  if (x < 709.0) return exp(x) * (y / Math.sqrt(x));
  return expShifted(x) * powerOf2(1021.0) * (2.0 * y / Math.sqrt(x)) * powerOf2(1021.0);
}

/** e^{-|x|} I0(x), in [0, 1]. */
export function besselI0e(x: number): number {
  const a = Math.abs(x);
  if (a != a || a == Infinity) return a == Infinity ? 0.0 : x;
  if (a > 4.0) return flat0(a) / Math.sqrt(a);
  const z = 0.25 * a * a;
  return (1.0 + z * small0(z)) * exp(-a);
}

/** e^{-|x|} I1(x), odd. */
export function besselI1e(x: number): number {
  const a = Math.abs(x);
  if (a != a) return x;
  let y = 0.0;
  if (a <= 4.0) {
    const z = 0.25 * a * a;
    const h = 0.5 * a;
    y = (h + h * (z * small1(z))) * exp(-a);
  } else if (a != Infinity) y = flat1(a) / Math.sqrt(a);
  return x < 0.0 || (x == 0.0 && 1.0 / x < 0.0) ? -y : y;
}

/** I0(x), even; Infinity above 713.99. */
export function besselI0(x: number): number {
  const a = Math.abs(x);
  if (a != a) return x;
  if (a > 4.0) return a > 720.0 ? Infinity : unscale(a, flat0(a));
  const z = 0.25 * a * a;
  return 1.0 + z * small0(z);
}

/** I1(x), odd; +-Infinity above 713.99. */
export function besselI1(x: number): number {
  const a = Math.abs(x);
  if (a != a) return x;
  let y = Infinity;
  if (a <= 4.0) {
    const z = 0.25 * a * a;
    const h = 0.5 * a;
    y = h + h * (z * small1(z));
  } else if (a <= 720.0) y = unscale(a, flat1(a));
  return x < 0.0 || (x == 0.0 && 1.0 / x < 0.0) ? -y : y;
}
