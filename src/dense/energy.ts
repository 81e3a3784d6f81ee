/**
 * The general dense energy, its gradient and weights, written as the equation (the reference for every fast path), of parts that may
 * all be the user's own. Tutorial (2.23), (5.7) of arXiv 2507.06211 = (L1) of arXiv 2506.10801; labels as in both notes.
 *
 *   Xi      N x D   stored patterns, one per row
 *   x       D       state;  g operation on it (default none);  S similarity;  F separation;  Q outer scaling;  beta > 0;  eps >= 0
 *
 *   E(x) = R(x) - Q[ eps + sum_mu F(beta S(g(x), xi_mu)) ]
 *   grad E = grad R - J_g^T sum_mu c_mu grad S(g(x), xi_mu),   c_mu = Q'(A) beta f(beta S_mu),  A = eps + sum F
 *
 * Q = "log" is (1/beta) log: (L3) LSE with F = exp, (L7) LSR with F = max(1 + z, 0). Q = "identity" is (M1).
 * R = 1/2 ||x||^2 where the dot form needs it (M59), else 0. With F = exp and Q = log everything is relative to the largest S.
 *
 * Temperature conventions (state which one you use): half: e^{-(beta/2) d^2} (here, chapters 6-9); full: e^{-beta d^2} (diffusion,
 * chapter 5), beta_half = 2 beta_full; dot: e^{beta xi.x}.
 */
import { EngramError, exp, log } from "../numeric/index.ts";
import { logSumExp, softmax } from "../kernels/index.ts";
import { descendIn, type DynamicsOptions, type Trajectory } from "./dynamics.ts";
import { epanechnikovKernel, gaussian } from "./kernel.ts";
import type { Evaluation, Landscape } from "./landscape.ts";
import { noOperation, type Operation } from "./operation.ts";
import { checkBeta, checkEpsilon } from "./parameters.ts";
import { identityScaling, logScaling, type Scaling } from "./scaling.ts";
import { epanechnikov, exponential, type Separation } from "./separation.ts";
import { dot, negHalfSquaredL2, type Similarity } from "./similarity.ts";

export interface EnergyParts {
  Xi: readonly Float64Array[];
  similarity: Similarity;
  separation: Separation;
  scaling: "identity" | "log" | Scaling;
  beta: number;
  /** g. Default: none. */
  operation?: Operation;
  /** Constant inside Q; default 0. */
  eps?: number;
  /** Adds R(x) = 1/2 ||x||^2; default false. */
  quadratic?: boolean;
}

export class DenseEnergy implements Landscape {
  readonly parts: Readonly<Required<Omit<EnergyParts, "scaling">> & { scaling: Scaling }>;
  readonly dim: number;
  readonly precision = "f64";
  readonly finite: boolean = false;
  /** F = e^z and Q = log: evaluated in the log domain. */
  readonly #logDomain: boolean;

  /** @throws EngramError for beta <= 0 or infinite, eps < 0, no patterns, patterns of different lengths */
  constructor(parts: EnergyParts) {
    const scaling = parts.scaling === "identity" ? identityScaling : parts.scaling === "log" ? logScaling : parts.scaling;
    this.parts = { ...parts, scaling, beta: checkBeta(parts.beta), operation: parts.operation ?? noOperation, eps: checkEpsilon(parts.eps ?? 0), quadratic: parts.quadratic ?? false };
    this.dim = parts.Xi[0]?.length ?? 0;
    if (this.dim === 0) throw new EngramError("Xi", "at least one pattern of at least one number", "none", "Give the energy its patterns.");
    parts.Xi.forEach((xi, mu) => this.#check(xi, `pattern ${mu}`));
    this.#logDomain = (parts.separation === exponential || parts.separation === gaussian) && scaling === logScaling;
  }

  #check(x: Float64Array, what: string): void {
    if (x.length !== this.dim) throw new EngramError(what, `${this.dim} numbers`, String(x.length), "Patterns and states have the same dimension.");
  }

  /** S_mu of g(x), N numbers. */
  #similarities(x: Float64Array): Float64Array {
    this.#check(x, "state");
    const { Xi, similarity, operation } = this.parts;
    const y = operation.apply(x);
    return Float64Array.from(Xi, (xi) => similarity.value(y, xi));
  }

  /** z_mu = beta S(g(x), xi_mu), N numbers. */
  arguments(x: Float64Array): Float64Array {
    return this.#similarities(x).map((S) => this.parts.beta * S);
  }

  /** A and what Q makes of it, with the weights c. */
  #look(x: Float64Array): { Q: number; c: Float64Array; size: number } {
    const { separation, scaling, beta, eps } = this.parts;
    const S = this.#similarities(x);
    if (this.#logDomain) {
      const top = S.reduce((most, value) => Math.max(most, value), -Infinity);
      if (top === -Infinity) return { Q: scaling.Q(eps, beta), c: S.fill(0), size: 1 / beta };
      const logits = S.map((value) => beta * (value - top));
      const lse = logSumExp(logits);
      const p = softmax(logits);
      // eps is one more term, log eps in the log domain: its share goes to no pattern.
      const floor = eps === 0 ? -Infinity : log(eps) - beta * top - lse;
      const share = floor > 0 ? exp(-floor) / (1 + exp(-floor)) : 1 / (1 + exp(floor));
      const Q = top + (lse + (floor > 0 ? floor - log(1 - share) : -log(share))) / beta;
      return { Q, c: share === 1 ? p : p.map((value) => share * value), size: Math.max(Math.abs(Q), 1 / beta) };
    }
    let A = eps;
    for (const value of S) A += separation.F(beta * value);
    const Q = scaling.Q(A, beta);
    const slope = scaling.dQ(A, beta) * beta;
    return { Q, c: S.map((value) => (slope === 0 ? 0 : slope * separation.f(beta * value))), size: Math.max(Math.abs(Q), scaling === logScaling ? 1 / beta : 0) };
  }

  #R(x: Float64Array): number {
    return this.parts.quadratic ? 0.5 * dot.value(x, x) : 0;
  }

  /** E(x). Infinity where Q = log has nothing to take the logarithm of: off the support, or a sum of odd powers that is not above 0. */
  energy(x: Float64Array): number {
    return this.#R(x) - this.#look(x).Q;
  }

  /** c_mu with grad E = grad R - J_g^T sum_mu c_mu grad S_mu: f(z_mu) / A for Q = log (softmax for LSE), beta f(z_mu) for Q = identity. */
  weights(x: Float64Array): Float64Array {
    return this.#look(x).c;
  }

  /** grad E(x), D numbers. 0 off the support. */
  gradient(x: Float64Array, visible?: ArrayLike<number>): Float64Array {
    refuse(visible);
    return this.#gradientWith(x, this.weights(x));
  }

  #gradientWith(x: Float64Array, c: Float64Array): Float64Array {
    const { Xi, similarity, operation, quadratic } = this.parts;
    const y = operation.apply(x);
    const u = new Float64Array(x.length);
    c.forEach((weight, mu) => {
      if (weight !== 0) similarity.addGradient(y, Xi[mu], -weight, u);
    });
    const back = operation.pullback(x, u);
    return quadratic ? back.map((value, k) => value + x[k]) : back.slice();
  }

  /**
   * One fixed-point step. Distances: sum c xi / (sum c), plus 1 below the line with R: mean shift, (L6) for LSE, (L13) for LSR. Anything else
   * (or weights that do not sum above 0): x - grad E, which for overlaps with R is sum c xi (M59). Undefined off the support.
   */
  update(x: Float64Array): Float64Array | undefined {
    return this.evaluate(x)[0].next;
  }

  /** See {@link Landscape}. @throws EngramError for a mask: a similarity of the user's knows none; leave coordinates free or clamped instead */
  evaluate(X: Float64Array, visible?: ArrayLike<number>): Evaluation[] {
    refuse(visible);
    return Array.from({ length: X.length / this.dim }, (_, q) => {
      const x = X.slice(q * this.dim, (q + 1) * this.dim);
      const { Q, c, size } = this.#look(x);
      const R = this.#R(x);
      return { energy: R - Q, next: Q === -Infinity ? undefined : this.#next(x, c), scale: Math.max(R, size) };
    });
  }

  #next(x: Float64Array, c: Float64Array): Float64Array {
    const { Xi, similarity, operation, quadratic } = this.parts;
    const W = c.reduce((sum, weight) => sum + weight, quadratic ? 1 : 0);
    if (similarity !== negHalfSquaredL2 || operation !== noOperation || !(W > 0 && W < Infinity)) {
      const gradient = this.#gradientWith(x, c);
      return x.map((value, k) => value - gradient[k]);
    }
    return x.map((_, k) => Xi.reduce((sum, xi, mu) => sum + c[mu] * xi[k], 0) / W);
  }

  /** Follows the energy downhill from x0 by any method of the dynamics. `visible` is refused, see {@link evaluate}. */
  descend(x0: ArrayLike<number>, options: DynamicsOptions = {}): Trajectory {
    const x = Float64Array.from(x0);
    this.#check(x, "start");
    return descendIn(this, x, options)[0];
  }

  /** H v for LSE (L5) and LSR (L11), with R. @throws EngramError for other energies: take differences of the gradient */
  hessianVector(x: Float64Array, v: Float64Array): Float64Array {
    const { Xi, separation, similarity, operation, beta, scaling, quadratic } = this.parts;
    const flat = separation === epanechnikov || separation === epanechnikovKernel;
    if (similarity !== negHalfSquaredL2 || scaling !== logScaling || operation !== noOperation || !(flat || this.#logDomain)) {
      throw new EngramError("hessianVector", "the LSE or LSR energy", `${separation.name} of ${similarity.name}`, "Use finite differences of the gradient.");
    }
    this.#check(v, "direction");
    const c = this.weights(x);
    const total = c.reduce((sum, weight) => sum + weight, quadratic ? 1 : 0);
    const out = v.map((value) => total * value);
    // -Q's part of the gradient alone enters the outer product.
    const own = this.#gradientWith(x, c).map((value, k) => (quadratic ? value - x[k] : value));
    const along = dot.value(own, v);
    for (let k = 0; k < v.length; k++) out[k] += beta * own[k] * along;
    if (flat) return out; // no second-order term per pattern
    Xi.forEach((xi, mu) => {
      let projection = 0;
      for (let k = 0; k < v.length; k++) projection += (xi[k] - x[k]) * v[k];
      for (let k = 0; k < v.length; k++) out[k] -= beta * c[mu] * projection * (xi[k] - x[k]);
    });
    return out;
  }
}

function refuse(visible?: ArrayLike<number>): void {
  if (visible !== undefined) throw new EngramError("visible", "no mask for a composed energy", "one", "Clamp the known coordinates with `free`, or use an energy on packed rows.");
}

/** (M58) E = -(1/beta) log sum e^{-(beta/2)||x - xi||^2}: the LSE energy (L3). */
export function lse(Xi: readonly Float64Array[], beta: number): DenseEnergy {
  return new DenseEnergy({ Xi, beta, similarity: negHalfSquaredL2, separation: exponential, scaling: "log" });
}

/** (M59) E = 1/2||x||^2 - (1/beta) log sum e^{beta xi.x}: the dot-product form (modern continuous Hopfield, attention). */
export function lseDot(Xi: readonly Float64Array[], beta: number): DenseEnergy {
  return new DenseEnergy({ Xi, beta, similarity: dot, separation: exponential, scaling: "log", quadratic: true });
}
