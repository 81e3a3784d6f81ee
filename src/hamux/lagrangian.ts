/**
 * What a Lagrangian is (arXiv 2507.06211 section 3; modern-methods.md (M19), (M20)): a convex function whose gradient is the activation and whose
 * Legendre transform is the energy of a layer.
 *
 *   x          B x (shape of the layer)   states of a batch; the last axis is a row (one token, one pixel's channels)
 *   L(x)       B                          one number per example
 *   xhat       as x                       activations, xhat = grad L(x)                                  (M19)
 *   E(x)       B                          <x, xhat> - L(x)                                              (M20)
 *
 * Deviations from the authors' code: norms and softmax act on every row apart and their values are summed over rows (erratum 5, 6); beta, gamma
 * and delta take gradients through the energy, too (erratum 8).
 */
import { checkNames, EngramError } from "../numeric/index.ts";
import {
  constant, detach, grad, type NdArray, ndArray, reshape, slice, stack, sub, mul, sum, variable, type Var,
} from "../autodiff/index.ts";

/** Parameters by name, on the tape. */
export type Params = Readonly<Record<string, Var>>;

export interface Lagrangian {
  readonly name: string;
  /** What training may move: beta, gamma, delta. */
  readonly parameters: Readonly<Record<string, NdArray>>;
  /** What it may not: n, epsilon, scale. */
  readonly settings: Readonly<Record<string, number>>;
  /** Whether activations stay in a bounded set; with continuous hypersynapses the energy is then bounded below. */
  readonly bounded: boolean;
  /** Whether one neuron's activation depends on its own state only (a diagonal Hessian). */
  readonly pointwise: boolean;
  /** Directions along which the Hessian is 0, in words; undefined where it is positive everywhere. */
  readonly flat?: string;
  /** Made by the user: nothing is known of it but its values. */
  readonly custom?: boolean;
  /** L(x), B numbers. */
  value(x: Var, p: Params): Var;
  /** xhat = grad L(x). */
  activation(x: Var, p: Params): Var;
  /** E as a function of the activations, B numbers: the second way to compute (M20). */
  closedEnergy?(xhat: Var, p: Params): Var;
}

/** The sum of everything but the batch axis: B numbers. */
export function perExample(x: Var): Var {
  return sum(x, Array.from({ length: x.shape.length - 1 }, (_, i) => i + 1));
}

/** (M20): <x, xhat> - L(x), B numbers. */
export function legendre(lagrangian: Lagrangian, x: Var, xhat: Var, p: Params): Var {
  return sub(perExample(mul(x, xhat)), lagrangian.value(x, p));
}

/** The gradient of a scalar function at x; on the tape where x or what f holds is. */
export function gradientAt(f: (x: Var) => Var, x: Var): Var {
  if (x.tracked) return grad(f(x), [x])[0];
  const at = variable(x);
  const y = f(at);
  return detach(grad(y, [at])[0]);
}

/** f of every example of a batch, stacked; f takes and gives one example's arrays. */
export function eachExample(xs: readonly Var[], f: (xs: Var[]) => Var): Var {
  const [B] = xs[0].shape;
  const one = (x: Var, i: number): Var => reshape(slice(x, 0, i, i + 1), x.shape.slice(1));
  return stack(Array.from({ length: B }, (_, i) => f(xs.map((x) => one(x, i)))));
}

export interface CustomLagrangian {
  name?: string;
  /** L of one example's state, a single number. It must be convex, or energies may rise. */
  value: (x: Var) => Var;
  /** grad L; default: the tape's. */
  activation?: (x: Var) => Var;
  /** Whether activations are bounded. Default false. */
  bounded?: boolean;
}

/**
 * A Lagrangian of the user's own. That it is convex is checked on samples when a HAM is built with it (a warning, not an error).
 * @throws EngramError (when evaluated) where `value` gives other than one number
 */
export function lagrangian(parts: CustomLagrangian): Lagrangian {
  checkNames("lagrangian option", parts, ["name", "value", "activation", "bounded"] satisfies (keyof CustomLagrangian)[]);
  const { name = "custom", value, activation, bounded = false } = parts;
  const L = (x: Var): Var => {
    const y = value(x);
    if (y.data.length !== 1) throw new EngramError(`Lagrangian ${name}`, "one number", `shape [${y.shape.join(", ")}]`, "Sum over the layer.");
    return reshape(y, []);
  };
  return {
    name, parameters: {}, settings: {}, bounded, pointwise: false, custom: true,
    value: (x) => eachExample([x], ([one]) => L(one)),
    activation: (x) => eachExample([x], ([one]) => (activation === undefined ? gradientAt(L, one) : activation(one))),
  };
}

/** A single number above 0 as a parameter. @throws EngramError otherwise: with beta or gamma at or below 0 a Lagrangian is not convex */
export function positive(value: number, what: string): NdArray {
  if (!(value > 0 && value < Infinity)) throw new EngramError(what, "a finite number above 0", String(value), "At 0 or below the Lagrangian is not convex, and the energy need not fall.");
  return ndArray([], [value]);
}

/** Whether a Lagrangian's parameter of that name must stay above 0. */
export function mustBePositive(name: string): boolean {
  return /(^|\.)(beta|gamma)$/.test(name);
}

/** @throws EngramError where numbers of a parameter are NaN or infinite (says which) */
export function checkFinite(data: NdArray["data"], what: string): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new EngramError(`${what}, number ${at}`, "a finite number", String(data[at]), "Clean the parameters; a training that diverged leaves NaN.");
}

/** Parameters as constants in the precision of `like`. */
export function constants(parameters: Readonly<Record<string, NdArray>>, like: Float32Array | Float64Array = new Float64Array(0)): Params {
  return Object.fromEntries(Object.entries(parameters).map(([name, { shape, data }]) => {
    const cast = data.constructor === like.constructor ? data : like instanceof Float32Array ? Float32Array.from(data) : Float64Array.from(data);
    return [name, constant({ shape, data: cast })];
  }));
}
