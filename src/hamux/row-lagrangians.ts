/**
 * Lagrangians that tie the neurons of a row (the last axis, D numbers) together (modern-methods.md section 3.3); L sums over rows.
 *
 *   name         L of a row                       xhat                                   E(xhat) of a row
 *   softmax(b)   1/b log sum e^(b x)              softmax(b x)                           1/b sum xhat ln xhat
 *   ghostMax(b)  1/b log(1 + sum e^(b x))         e^(b x) / (1 + sum e^(b x))            1/b (sum xhat ln xhat + r ln r),  r = 1 - sum xhat
 *   layerNorm    D g sqrt(Var x + e) + <d, x>     g (x - mean) / sqrt(Var x + e) + d     -D g sqrt(e) sqrt(1 - |y|^2 / D),  y = (xhat - d) / g
 *   spherical    g sqrt(|x|^2 + e) + <d, x>       g x / sqrt(|x|^2 + e) + d              -g sqrt(e) sqrt(1 - |y|^2)
 *
 * b = beta, g = gamma (one number: a vector would make the Hessian asymmetric and destroy the energy), d = delta, e = epsilon. Var is biased.
 * In x the norms' energies are -D g e / sqrt(Var + e) and -g e / sqrt(|x|^2 + e).
 */
import { checkNames, EngramError } from "../numeric/index.ts";
import * as ad from "../autodiff/index.ts";
import { add, div, mul, type NdArray, ndArray, sub, sum, type Var } from "../autodiff/index.ts";
import { type Lagrangian, type Params, perExample, positive } from "./lagrangian.ts";
import { xlogx } from "./lagrangians.ts";

/** One winner per row shared out among its neurons. @throws EngramError for beta <= 0 */
export function softmax(beta = 1): Lagrangian {
  return {
    name: "softmax", parameters: { beta: positive(beta, "softmax beta") }, settings: {}, bounded: true, pointwise: false, flat: "one number added to a whole row",
    value: (x, p) => div(perExample(ad.logSumExp(mul(p.beta, x), -1, true)), p.beta),
    activation: (x, p) => ad.softmax(mul(p.beta, x)),
    closedEnergy: (y, p) => div(perExample(xlogx(y)), p.beta),
  };
}

/** Softmax with a silent extra neuron held at 0: a row may be all quiet. @throws EngramError for beta <= 0 */
export function ghostMax(beta = 1): Lagrangian {
  const lse = (x: Var, p: Params): Var => ad.logSumExp(mul(p.beta, x), -1, true);
  return {
    name: "ghostMax", parameters: { beta: positive(beta, "ghostMax beta") }, settings: {}, bounded: true, pointwise: false,
    value: (x, p) => div(perExample(ad.softplus(lse(x, p))), p.beta),
    activation: (x, p) => mul(ad.softmax(mul(p.beta, x)), ad.sigmoid(lse(x, p))),
    closedEnergy: (y, p) => div(add(perExample(xlogx(y)), perExample(xlogx(sub(1, sum(y, -1, true))))), p.beta),
  };
}

export interface NormOptions {
  /** One number above 0. Default 1. */
  gamma?: number;
  /** One number, or one per neuron of a row. Default 0. */
  delta?: number | ArrayLike<number>;
  /** Default 1e-5. */
  epsilon?: number;
}

function settingsOf(name: string, options: NormOptions): { parameters: Record<string, NdArray>; settings: { epsilon: number } } {
  checkNames(`${name} option`, options, ["gamma", "delta", "epsilon"] satisfies (keyof NormOptions)[]);
  const { gamma = 1, delta = 0, epsilon = 1e-5 } = options;
  if (typeof gamma !== "number") throw new EngramError(`${name} gamma`, "a single number", typeof gamma, "A vector gamma has no energy.");
  positive(epsilon, `${name} epsilon`);
  return {
    parameters: { gamma: positive(gamma, `${name} gamma`), delta: typeof delta === "number" ? ndArray([], [delta]) : ndArray([delta.length], delta) },
    settings: { epsilon },
  };
}

/** <delta, x> of all rows, B numbers. */
function shift(x: Var, p: Params): Var {
  return perExample(mul(x, p.delta));
}

/** 1 - |y|^2 / n of every row, never below 0. */
function rest(xhat: Var, p: Params, n: number): Var {
  const y = div(sub(xhat, p.delta), p.gamma);
  return ad.relu(sub(1, div(sum(ad.square(y), -1, true), n)));
}

/** Layer normalisation of every row. @throws EngramError for a gamma or epsilon that is not above 0 */
export function layerNorm(options: NormOptions = {}): Lagrangian {
  const { parameters, settings } = settingsOf("layerNorm", options);
  const { epsilon } = settings;
  /** x - mean, and sqrt(D (Var + e)): the length of the centred row. */
  const centred = (x: Var): { c: Var; r: Var; D: number } => {
    const D = x.shape[x.shape.length - 1];
    const c = sub(x, ad.mean(x, -1, true));
    return { c, r: ad.norm(c, D * epsilon), D };
  };
  return {
    name: "layerNorm", parameters, settings, bounded: true, pointwise: false, flat: "one number added to a whole row; its scale, nearly",
    value: (x, p) => {
      const { r, D } = centred(x);
      return add(perExample(mul(mul(Math.sqrt(D), p.gamma), r)), shift(x, p));
    },
    activation: (x, p) => {
      const { c, r, D } = centred(x);
      return add(mul(mul(Math.sqrt(D), p.gamma), div(c, r)), p.delta);
    },
    closedEnergy: (y, p) => {
      const D = y.shape[y.shape.length - 1];
      return perExample(mul(mul(-D * Math.sqrt(epsilon), p.gamma), ad.sqrt(rest(y, p, D))));
    },
  };
}

/** Every row scaled to length gamma. Errors as {@link layerNorm}. */
export function spherical(options: NormOptions = {}): Lagrangian {
  const { parameters, settings } = settingsOf("spherical", options);
  const { epsilon } = settings;
  return {
    name: "spherical", parameters, settings, bounded: true, pointwise: false, flat: "the scale of a row, nearly",
    value: (x, p) => add(perExample(mul(p.gamma, ad.norm(x, epsilon))), shift(x, p)),
    activation: (x, p) => add(mul(p.gamma, div(x, ad.norm(x, epsilon))), p.delta),
    closedEnergy: (y, p) => perExample(mul(mul(-Math.sqrt(epsilon), p.gamma), ad.sqrt(rest(y, p, 1)))),
  };
}
