/**
 * Lagrangians whose activation works neuron by neuron (modern-methods.md section 3.3). z = beta x.
 *
 *   name         L(x)                                xhat              E(xhat)
 *   identity     1/2 sum x^2                         x                 1/2 sum xhat^2
 *   relu         1/2 sum x+^2                        x+                1/2 sum xhat^2
 *   repu(n)      1/n sum x+^n                        x+^(n-1)          (n-1)/n sum xhat^(n/(n-1));  n = 1: xhat = 1[x > 0]
 *   exp(b)       1/b sum e^z                         e^z               1/b sum (xhat ln xhat - xhat)
 *   rexp(b)      sum (e^z+ / b - x+)                 e^z+ - 1          1/b sum (1 + xhat)(ln(1 + xhat) - 1)
 *   tanh(b)      1/b sum log cosh z                  tanh z            1/2b sum (1 + xhat) ln(1 + xhat) + (1 - xhat) ln(1 - xhat)
 *   sigmoid(b,s) s/b sum log(1 + e^z)                s sigma(z)        s/b sum q ln q + (1 - q) ln(1 - q),  q = xhat / s
 */
import { EngramError } from "../numeric/index.ts";
import * as ad from "../autodiff/index.ts";
import { add, div, mul, type NdArray, sub, type Var } from "../autodiff/index.ts";
import { type Lagrangian, type Params, perExample, positive } from "./lagrangian.ts";

type Formula = (x: Var, p: Params) => Var;

/** A Lagrangian from formulas number by number. */
function pointwise(
  name: string, parameters: Record<string, NdArray>, settings: Record<string, number>,
  formulas: { L: Formula; xhat: Formula; E?: Formula }, facts: { bounded?: boolean; flat?: string } = {},
): Lagrangian {
  const { L, xhat, E } = formulas;
  return {
    name, parameters, settings, bounded: facts.bounded ?? false, pointwise: true, flat: facts.flat,
    value: (x, p) => perExample(L(x, p)),
    activation: xhat,
    closedEnergy: E === undefined ? undefined : (y, p) => perExample(E(y, p)),
  };
}

/** y ln y, 0 at 0. Below 1e-37 (near the end of f32) the logarithm stands still: the product is nothing there. */
export function xlogx(y: Var): Var {
  return mul(y, ad.log(ad.maximum(y, 1e-37)));
}

/** 1/2 sum x^2: activations are the states. */
export function identity(): Lagrangian {
  const half: Formula = (x) => mul(0.5, ad.square(x));
  return pointwise("identity", {}, {}, { L: half, xhat: (x) => x, E: half });
}

/** Rectified neurons. */
export function relu(): Lagrangian {
  return pointwise("relu", {}, {}, { L: (x) => mul(0.5, ad.square(ad.relu(x))), xhat: (x) => ad.relu(x), E: (y) => mul(0.5, ad.square(y)) }, { flat: "neurons below 0" });
}

/** Rectified powers x+^(n-1), n = 1, 2, ... @throws EngramError for another n */
export function repu(n: number): Lagrangian {
  if (!Number.isInteger(n) || n < 1) throw new EngramError("repu n", "a whole number, 1 or above", String(n), "n = 2 is relu.");
  return pointwise("repu", {}, { n }, {
    L: (x) => div(ad.powi(ad.relu(x), n), n),
    xhat: (x) => (n === 1 ? ad.step(x) : ad.powi(ad.relu(x), n - 1)),
    E: (y) => (n === 1 ? mul(0, y) : mul((n - 1) / n, ad.pow(y, n / (n - 1)))),
  }, { flat: n === 1 ? "all but the threshold" : "neurons at or below 0", bounded: n === 1 });
}

/** Exponential neurons. @throws EngramError for beta <= 0, and when evaluated where e^(beta x) would overflow */
export function exp(beta = 1): Lagrangian {
  const z = guarded("exp");
  return pointwise("exp", { beta: positive(beta, "exp beta") }, {}, {
    L: (x, p) => div(ad.exp(z(x, p)), p.beta), xhat: (x, p) => ad.exp(z(x, p)), E: (y, p) => div(sub(xlogx(y), y), p.beta),
  });
}

/** Rectified exponential neurons; errors as {@link exp}. */
export function rexp(beta = 1): Lagrangian {
  const z = guarded("rexp");
  return pointwise("rexp", { beta: positive(beta, "rexp beta") }, {}, {
    L: (x, p) => sub(div(add(1, ad.expm1(ad.relu(z(x, p)))), p.beta), ad.relu(x)),
    xhat: (x, p) => ad.expm1(ad.relu(z(x, p))),
    E: (y, p) => div(mul(add(1, y), sub(ad.log1p(y), 1)), p.beta),
  }, { flat: "neurons below 0" });
}

/** beta x, refused where e^(beta x) is beyond the precision. */
function guarded(name: string): Formula {
  return (x, p) => {
    const z = mul(p.beta, x);
    const limit = z.data instanceof Float32Array ? 88 : 709;
    const at = z.data.findIndex((value) => value > limit);
    if (at >= 0) throw new EngramError(`${name} Lagrangian, neuron ${at}`, `beta x of at most ${limit}, where e^(beta x) is finite`, String(z.data[at]), "Use a smaller beta or step, or a bounded activation.");
    return z;
  };
}

/** tanh(beta x). @throws EngramError for beta <= 0 */
export function tanh(beta = 1): Lagrangian {
  return pointwise("tanh", { beta: positive(beta, "tanh beta") }, {}, {
    L: (x, p) => div(ad.logCosh(mul(p.beta, x)), p.beta),
    xhat: (x, p) => ad.tanh(mul(p.beta, x)),
    E: (y, p) => div(mul(0.5, add(xlogx(add(1, y)), xlogx(sub(1, y)))), p.beta),
  }, { bounded: true });
}

/** scale / (1 + e^(-beta x)). @throws EngramError for beta <= 0 or scale <= 0 */
export function sigmoid(beta = 1, scale = 1): Lagrangian {
  positive(scale, "sigmoid scale");
  return pointwise("sigmoid", { beta: positive(beta, "sigmoid beta") }, { scale }, {
    L: (x, p) => div(mul(scale, ad.softplus(mul(p.beta, x))), p.beta),
    xhat: (x, p) => mul(scale, ad.sigmoid(mul(p.beta, x))),
    E: (y, p) => {
      const q = div(y, scale);
      return div(mul(scale, add(xlogx(q), xlogx(sub(1, q)))), p.beta);
    },
  }, { bounded: true });
}
