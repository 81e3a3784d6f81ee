/**
 * Elementary functions number by number, each with its derivative in the same operations. Values come from kernels/ (f64; an f32 array is
 * rounded once at the end). The stable forms of log cosh, log(1 + e^z) and the logistic function are functions of their own.
 *
 *   logCosh z   |z| + log1p(e^(-2|z|)) - ln 2;  below 1 log1p(2 sinh^2(z/2)), which loses nothing near 0
 *   softplus z  max(z, 0) + log1p(e^-|z|)
 */
import { EngramError, exp, integerPower, log1p, sinh } from "../numeric/index.ts";
import { type Floats, mapInto, type Unary, zipInto } from "../kernels/index.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { zerosLike } from "./array.ts";
import { constant, node, type Var } from "./tape.ts";

/** y = f(x) in f64, rounded once to the precision of x. */
function apply(x: Var, f: (x: Float64Array) => Float64Array): Floats {
  return x.data instanceof Float32Array ? new Float32Array(f(new Float64Array(x.data))) : f(x.data as Float64Array);
}

/** An operation with f(x) and dy/dx as a function of x and y. */
function unary(x: Var, data: Floats, slope: (y: Var) => Var): Var {
  const y: Var = node(x.shape, data, [[x, (g) => mul(g, slope(y))]]);
  return y;
}

function kernel(name: Unary, x: Var, slope: (y: Var) => Var): Var {
  return unary(x, apply(x, (data) => mapInto(name, data)), slope);
}

function plain(x: Var, f: (x: number) => number, slope: (y: Var) => Var): Var {
  return unary(x, x.data.map(f), slope);
}

function expOf(x: Var): Var {
  return kernel("exp", x, (y) => y);
}

function expm1Of(x: Var): Var {
  return kernel("expm1", x, () => expOf(x));
}

function logOf(x: Var): Var {
  return node(x.shape, apply(x, (data) => mapInto("log", data)), [[x, (g) => div(g, x)]]);
}

function log1pOf(x: Var): Var {
  return node(x.shape, apply(x, (data) => mapInto("log1p", data)), [[x, (g) => div(g, add(1, x))]]);
}

function sinOf(x: Var): Var {
  return kernel("sin", x, () => cosOf(x));
}

function cosOf(x: Var): Var {
  return kernel("cos", x, () => neg(sinOf(x)));
}

function tanhOf(x: Var): Var {
  return kernel("tanh", x, (y) => sub(1, mul(y, y)));
}

function sinhOf(x: Var): Var {
  return kernel("sinh", x, () => coshOf(x));
}

function coshOf(x: Var): Var {
  return kernel("cosh", x, () => sinhOf(x));
}

function atanOf(x: Var): Var {
  return kernel("atan", x, () => div(1, add(1, mul(x, x))));
}

function erfOf(x: Var): Var {
  const scale = 2 / Math.sqrt(Math.PI);
  return kernel("erf", x, () => mul(scale, expOf(neg(mul(x, x)))));
}

export { atanOf as atan, coshOf as cosh, cosOf as cos, erfOf as erf, expm1Of as expm1, expOf as exp, log1pOf as log1p, logOf as log, sinhOf as sinh, sinOf as sin, tanhOf as tanh };

/** log cosh x. */
export function logCosh(x: Var): Var {
  return plain(x, (z) => {
    const a = Math.abs(z);
    if (a >= 1) return a + log1p(exp(-2 * a)) - Math.LN2;
    const half = sinh(a / 2);
    return log1p(2 * half * half);
  }, () => tanhOf(x));
}

/** log(1 + e^x). */
export function softplus(x: Var): Var {
  return plain(x, (z) => Math.max(z, 0) + log1p(exp(-Math.abs(z))), () => sigmoid(x));
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: Var): Var {
  return plain(x, (z) => {
    const small = exp(-Math.abs(z));
    return (z >= 0 ? 1 : small) / (1 + small);
  }, (y) => mul(y, sigmoid(neg(x)))); // 1 - y without its cancellation
}

/** The square root; its gradient is infinite at 0. */
export function sqrt(x: Var): Var {
  const y: Var = node(x.shape, x.data.map(Math.sqrt), [[x, (g) => div(g, mul(2, y))]]);
  return y;
}

export function square(x: Var): Var {
  return mul(x, x);
}

/** |x|; gradient 0 at 0. */
export function abs(x: Var): Var {
  return plain(x, Math.abs, () => constant({ shape: x.shape, data: x.data.map(Math.sign) }));
}

/** 1 where x > 0, else 0; takes no gradient. */
export function step(x: Var): Var {
  return constant({ shape: x.shape, data: x.data.map((z) => (z > 0 ? 1 : Number.isNaN(z) ? NaN : 0)) });
}

/** max(x, 0); gradient 0 at 0. */
export function relu(x: Var): Var {
  // A loop of its own: in the Energy Transformer it passes over more numbers than any other function.
  const from = x.data;
  const data = zerosLike(from, from.length);
  for (let i = 0; i < from.length; i++) {
    const z = from[i];
    data[i] = z > 0 ? z : z === z ? 0 : NaN;
  }
  return unary(x, data, () => step(x));
}

/** x^n for a whole n from 0, by repeated squaring; 0^0 = 1. @throws EngramError for any other n */
export function powi(x: Var, n: number): Var {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) throw new EngramError("powi", "a whole exponent, 0 or above", String(n), "Use pow for others.");
  if (n === 0) return constant({ shape: x.shape, data: zerosLike(x.data, x.data.length).fill(1) });
  return plain(x, (z) => integerPower(z, n), () => mul(n, powi(x, n - 1)));
}

/** x^c for x > 0 and any number c. */
export function pow(x: Var, c: number): Var {
  return unary(x, apply(x, (data) => zipInto("pow", data, new Float64Array(data.length).fill(c))), () => mul(c, pow(x, c - 1)));
}
