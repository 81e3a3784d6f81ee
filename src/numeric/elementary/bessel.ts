/**
 * Modified Bessel functions I0, I1 and their scaled forms e^{-|x|} I(x), deterministic on every host. Error below 4 ULP.
 *
 *   |x| <= 3.2  I0 = 1 + a P(a),  I1 = x/2 + x/2 a Q(a),  a = x^2/4: all terms positive, nothing cancels
 *   beyond      sqrt(x) e^{-x} I_n(x) is a polynomial in 1/x, one on (3.2, 16] and one on (16, Infinity); it is flat, so the
 *               rounding of its argument does not count (a power series would magnify that of x^2/4 by x/2)
 *
 * The polynomials are Chebyshev series cut at 2^-58 (fixtures/elementary/coefficients.py). The scaled forms are finite and
 * right for every x, where I0 itself overflows at 713.99.
 */
import { powerOf2 } from "./bits.ts";
import { exp, expShifted } from "./exp.ts";

/** ((2/x)^0 I0(x) - 1) / a, a = x^2/4 in [0, 2.56]. */
function small0(a: number): number {
  let p = 6.919814565497458e-16; p = 7.554300570023602e-14 + a * p; p = 7.595435154080286e-12 + a * p;
  p = 6.151157818447998e-10 + a * p; p = 3.936760294777066e-08 + a * p; p = 1.929012342101418e-06 + a * p;
  p = 6.94444444464103e-05 + a * p; p = 0.001736111111110481 + a * p; p = 0.02777777777777788 + a * p;
  p = 0.25 + a * p; p = 1.0 + a * p;
  return p;
}

/** sqrt(x) e^-x I0(x) for x in (3.2, 16], s = 8/x - 1.5. */
function middle0(s: number): number {
  let p = 1.5867989463673137e-09; p = -2.4205171022564905e-09 + s * p; p = -9.964885212253725e-09 + s * p;
  p = 1.829736388596274e-08 + s * p; p = 2.1292712873244648e-08 + s * p; p = -5.287937837379627e-08 + s * p;
  p = -1.1324342345716295e-08 + s * p; p = 6.385528502627467e-08 + s * p; p = -2.1703245636320492e-09 + s * p;
  p = -2.243687655361903e-08 + s * p; p = -6.200660153342744e-08 + s * p; p = 7.239300215686979e-08 + s * p;
  p = 7.383366298970264e-08 + s * p; p = -2.57363224097255e-07 + s * p; p = 3.333649071729129e-07 + s * p;
  p = -1.0079770615417745e-07 + s * p; p = -6.321002346676795e-07 + s * p; p = 1.5409979153454648e-06 + s * p;
  p = -1.2963332058148326e-06 + s * p; p = -1.7420396942317065e-06 + s * p; p = 6.4476644994604405e-06 + s * p;
  p = -5.2236919043195575e-06 + s * p; p = -1.0913677481812583e-05 + s * p; p = 2.7461456744629165e-05 + s * p;
  p = 9.798169766670223e-06 + s * p; p = -8.967555048160106e-05 + s * p; p = -5.48026774110294e-05 + s * p;
  p = 0.00025784138177867494 + s * p; p = 0.0011030946091967204 + s * p; p = 0.008258237124427418 + s * p;
  p = 0.4095726275046849 + s * p;
  return p;
}

/** sqrt(x) e^-x I0(x) for x > 16, s = 32/x - 1. */
function large0(s: number): number {
  let p = 1.7148656673741512e-14; p = 4.931804614597155e-14 + s * p; p = 8.455813260536685e-14 + s * p;
  p = 3.1256179835877715e-13 + s * p; p = 1.5509624083772176e-12 + s * p; p = 8.473718284683097e-12 + s * p;
  p = 5.574321916356963e-11 + s * p; p = 4.505636766814463e-10 + s * p; p = 4.569800926469276e-09 + s * p;
  p = 6.026317088843643e-08 + s * p; p = 1.0944942081292932e-06 + s * p; p = 3.0355013467526116e-05 + s * p;
  p = 0.0016160154003827549 + s * p; p = 0.40052897918718267 + s * p;
  return p;
}

/** ((2/x)^1 I1(x) - 1) / a, a = x^2/4 in [0, 2.56]. */
function small1(a: number): number {
  let p = 7.605859494040177e-15; p = 7.555257844634598e-13 + a * p; p = 6.83583032482078e-11 + a * p;
  p = 4.920928325956389e-09 + a * p; p = 2.755732165732946e-07 + a * p; p = 1.1574074057351e-05 + a * p;
  p = 0.0003472222222288196 + a * p; p = 0.006944444444443123 + a * p; p = 0.08333333333333344 + a * p;
  p = 0.5 + a * p;
  return p;
}

/** sqrt(x) e^-x I1(x) for x in (3.2, 16], s = 8/x - 1.5. */
function middle1(s: number): number {
  let p = -1.5794320950434761e-09; p = 2.5032990106226893e-09 + s * p; p = 9.72066683080919e-09 + s * p;
  p = -1.8672160906172637e-08 + s * p; p = -1.9860990265492053e-08 + s * p; p = 5.300065868209315e-08 + s * p;
  p = 8.104017258271674e-09 + s * p; p = -6.202877515764039e-08 + s * p; p = 4.240723869918142e-09 + s * p;
  p = 2.085000409639635e-08 + s * p; p = 6.294950848506316e-08 + s * p; p = -7.844158374918208e-08 + s * p;
  p = -6.481452214982114e-08 + s * p; p = 2.5860609893009484e-07 + s * p; p = -3.586586898881202e-07 + s * p;
  p = 1.4942081953885439e-07 + s * p; p = 5.985360151696174e-07 + s * p; p = -1.6078227231208257e-06 + s * p;
  p = 1.5221935605572597e-06 + s * p; p = 1.5207425645955183e-06 + s * p; p = -6.741974392055286e-06 + s * p;
  p = 6.357617093040009e-06 + s * p; p = 1.0327764804952431e-05 + s * p; p = -3.060461161739921e-05 + s * p;
  p = -5.579086422365438e-06 + s * p; p = 0.00010116528392216654 + s * p; p = 4.583972785183098e-05 + s * p;
  p = -0.0003394668555489708 + s * p; p = -0.001593614594016442 + s * p; p = -0.021831591464363895 + s * p;
  p = 0.3688525644848755 + s * p;
  return p;
}

/** sqrt(x) e^-x I1(x) for x > 16, s = 32/x - 1. */
function large1(s: number): number {
  let p = -1.8174020297659426e-14; p = -5.225913426315893e-14 + s * p; p = -9.0487647779026e-14 + s * p;
  p = -3.392242296312858e-13 + s * p; p = -1.7003092532656138e-12 + s * p; p = -9.423518998308665e-12 + s * p;
  p = -6.315136304447621e-11 + s * p; p = -5.230563152514581e-10 + s * p; p = -5.488654918265772e-09 + s * p;
  p = -7.616857098479113e-08 + s * p; p = -1.506843251321597e-06 + s * p; p = -4.9766991026188526e-05 + s * p;
  p = -0.0047703982909136 + s * p; p = 0.394220213406121 + s * p;
  return p;
}

/** sqrt(x) e^-x I0(x) for x > 3.2. */
function flat0(x: number): number {
  return x <= 16.0 ? middle0(8.0 / x - 1.5) : large0(32.0 / x - 1.0);
}

/** sqrt(x) e^-x I1(x) for x > 3.2. */
function flat1(x: number): number {
  return x <= 16.0 ? middle1(8.0 / x - 1.5) : large1(32.0 / x - 1.0);
}

/** e^x y / sqrt(x) for x > 3.2; e^x alone would overflow before the product does. */
function unscale(x: number, y: number): number {
  if (x < 709.0) return exp(x) * (y / Math.sqrt(x));
  return expShifted(x) * powerOf2(1021.0) * (2.0 * y / Math.sqrt(x)) * powerOf2(1021.0);
}

/** e^{-|x|} I0(x), in [0, 1]. */
export function besselI0e(x: number): number {
  const a = Math.abs(x);
  if (a != a || a == Infinity) return a == Infinity ? 0.0 : x;
  if (a > 3.2) return flat0(a) / Math.sqrt(a);
  const z = 0.25 * a * a;
  return (1.0 + z * small0(z)) * exp(-a);
}

/** e^{-|x|} I1(x), odd. */
export function besselI1e(x: number): number {
  const a = Math.abs(x);
  if (a != a) return x;
  let y = 0.0;
  if (a <= 3.2) {
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
  if (a > 3.2) return a > 720.0 ? Infinity : unscale(a, flat0(a));
  const z = 0.25 * a * a;
  return 1.0 + z * small0(z);
}

/** I1(x), odd; +-Infinity above 713.99. */
export function besselI1(x: number): number {
  const a = Math.abs(x);
  if (a != a) return x;
  let y = Infinity;
  if (a <= 3.2) {
    const z = 0.25 * a * a;
    const h = 0.5 * a;
    y = h + h * (z * small1(z));
  } else if (a <= 720.0) y = unscale(a, flat1(a));
  return x < 0.0 || (x == 0.0 && 1.0 / x < 0.0) ? -y : y;
}
