/**
 * The error function and its complement, deterministic on every host. After fdlibm (Sun Microsystems, s_erf.c): rational
 * approximations on five ranges of |x|. Error below 1 ULP for erf, 3 ULP for erfc.
 *
 *   [0, .84375)    erf x = x + x P/Q(x^2)
 *   [.84375, 1.25) erf x = c + P/Q(x - 1), c = .845...
 *   [1.25, 28)     erfc x = e^{-x^2 - .5625 + R/S(1/x^2)} / x, in two ranges cut at 1 / .35
 *
 * e^{-x^2} is e^{-h^2} e^{(h - x)(h + x)} with h the upper half of x, so that the rounding of x^2 does not enter.
 */
import { truncateLow } from "./bits.ts";
import { exp } from "./exp.ts";

const C: number = 8.45062911510467529297e-01;

/** (erf x - x) / x for |x| < .84375, z = x^2. */
function nearZero(z: number): number {
  const p = 1.28379167095512558561e-01 + z * (-3.25042107247001499370e-01 + z * (-2.84817495755985104766e-02 +
    z * (-5.77027029648944159157e-03 + z * -2.37630166566501626084e-05)));
  const q = 1.0 + z * (3.97917223959155352819e-01 + z * (6.50222499887672944485e-02 + z * (5.08130628187576562776e-03 +
    z * (1.32494738004321644526e-04 + z * -3.96022827877536812320e-06))));
  return p / q;
}

/** erf(1 + s) - C for -.15625 <= s < .25. */
function nearOne(s: number): number {
  const p = -2.36211856075265944077e-03 + s * (4.14856118683748331666e-01 + s * (-3.72207876035701323847e-01 +
    s * (3.18346619901161753674e-01 + s * (-1.10894694282396677476e-01 + s * (3.54783043256182359371e-02 + s * -2.16637559486879084300e-03)))));
  const q = 1.0 + s * (1.06420880400844228286e-01 + s * (5.40397917702171048937e-01 + s * (7.18286544141962662868e-02 +
    s * (1.26171219808761642112e-01 + s * (1.36370839120290507362e-02 + s * 1.19844998467991074170e-02)))));
  return p / q;
}

/** log(x e^{x^2} erfc x) + .5625 for x >= 1.25. */
function exponent(x: number): number {
  const s = 1.0 / (x * x);
  if (x < 2.857142857142857) {
    const r = -9.86494403484714822705e-03 + s * (-6.93858572707181764372e-01 + s * (-1.05586262253232909814e+01 +
      s * (-6.23753324503260060396e+01 + s * (-1.62396669462573470355e+02 + s * (-1.84605092906711035994e+02 +
      s * (-8.12874355063065934246e+01 + s * -9.81432934416914548592e+00))))));
    const q = 1.0 + s * (1.96512716674392571292e+01 + s * (1.37657754143519042600e+02 + s * (4.34565877475229228821e+02 +
      s * (6.45387271733267880336e+02 + s * (4.29008140027567833386e+02 + s * (1.08635005541779435134e+02 +
      s * (6.57024977031928170135e+00 + s * -6.04244152148580987438e-02)))))));
    return r / q;
  }
  const r = -9.86494292470009928597e-03 + s * (-7.99283237680523006574e-01 + s * (-1.77579549177547519889e+01 +
    s * (-1.60636384855821916062e+02 + s * (-6.37566443368389627722e+02 + s * (-1.02509513161107724954e+03 + s * -4.83519191608651397019e+02)))));
  const q = 1.0 + s * (3.03380607434824582924e+01 + s * (3.25792512996573918826e+02 + s * (1.53672958608443695994e+03 +
    s * (3.19985821950859553908e+03 + s * (2.55305040643316442583e+03 + s * (4.74528541206955367215e+02 + s * -2.24409524465858183362e+01))))));
  return r / q;
}

/** erfc for 1.25 <= x < 28. */
function tail(x: number): number {
  const h = truncateLow(x);
  return (exp(-h * h - 0.5625) * exp((h - x) * (h + x) + exponent(x))) / x;
}

/** (2 / sqrt pi) times the integral of e^{-t^2} from 0 to x. */
export function erf(x: number): number {
  if (x != x) return x;
  const a = Math.abs(x);
  if (a < 2.848094538889218e-306) return 0.125 * (8.0 * x + 1.02703333676410069053e+00 * x); // no underflow on the way
  if (a < 3.725290298461914e-9) return x + 1.28379167095512586316e-01 * x;
  if (a < 0.84375) return x + x * nearZero(x * x);
  let y = 1.0;
  if (a < 1.25) y = C + nearOne(a - 1.0);
  else if (a < 6.0) y = 1.0 - tail(a);
  return x < 0.0 ? -y : y;
}

/** 1 - erf x, without cancellation for large x; 0 above 27.3. */
export function erfc(x: number): number {
  if (x != x) return x;
  const a = Math.abs(x);
  if (a < 0.84375) {
    if (a < 1.3877787807814457e-17) return 1.0 - x;
    const y = x * nearZero(x * x);
    if (x < 0.25) return 1.0 - (x + y);
    return 0.5 - (x - 0.5 + y);
  }
  if (a < 1.25) return x > 0.0 ? 1.0 - C - nearOne(a - 1.0) : 1.0 + (C + nearOne(a - 1.0));
  if (x < -6.0) return 2.0;
  if (x < 0.0) return 2.0 - tail(a);
  return x < 28.0 ? tail(x) : 0.0;
}
