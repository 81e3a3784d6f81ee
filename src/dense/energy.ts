/**
 * The general dense energy, its gradient and weights, written as the equation (the reference for every fast path).
 * Tutorial (2.23), (5.7) of arXiv 2507.06211 = (L1) of arXiv 2506.10801; labels as in both notes.
 *
 *   Xi      N x D   stored patterns, one per row
 *   x       D       state;  g(x): vector operation on it (identity here; sign and norms belong to the dynamics)
 *   S       scalar  similarity;  F separation;  Q outer scaling;  beta > 0;  eps >= 0
 *
 *   E(x) = R(x) - Q[ eps + sum_mu F(beta S(x, xi_mu)) ],   grad E = grad R - Q'(A) beta sum_mu f(beta S_mu) grad_x S_mu
 *
 * Q = "log" is (1/beta) log: (L3) LSE with F = exp, (L7) LSR with F = max(1 + z, 0). Q = "identity" is (M1).
 * R = 1/2 ||x||^2 where the dot form needs it (M59). With F = exp and Q = log everything is evaluated relative to the maximum.
 *
 * Temperature conventions (state which one you use): half: e^{-(beta/2) d^2} (here, chapters 6-9); full: e^{-beta d^2} (diffusion,
 * chapter 5), beta_half = 2 beta_full; dot: e^{beta xi.x}.
 */
import { EngramError, log } from "../numeric/index.ts";
import { logSumExp, softmax } from "../kernels/index.ts";
import { exponential } from "./separation.ts";
import type { Separation } from "./separation.ts";

export interface Similarity {
  readonly name: string;
  value(x: Float64Array, xi: Float64Array): number;
  /** grad_x S, added to `out` times `weight`. */
  addGradient(x: Float64Array, xi: Float64Array, weight: number, out: Float64Array): void;
}

/** S = xi . x. */
export const dot: Similarity = {
  name: "dot",
  value: (x, xi) => x.reduce((sum, value, k) => sum + value * xi[k], 0),
  addGradient: (_x, xi, weight, out) => xi.forEach((value, k) => (out[k] += weight * value)),
};

/** S = -1/2 ||x - xi||^2 (L2), from direct differences. */
export const negHalfSquaredL2: Similarity = {
  name: "negHalfSquaredL2",
  value: (x, xi) => -0.5 * x.reduce((sum, value, k) => sum + (value - xi[k]) * (value - xi[k]), 0),
  addGradient: (x, xi, weight, out) => xi.forEach((value, k) => (out[k] += weight * (value - x[k]))),
};

/** S = xi . x / (||xi|| ||x||); 0 with a zero vector. */
export const cosineSimilarity: Similarity = {
  name: "cosine",
  value: (x, xi) => {
    const norms = Math.sqrt(dot.value(x, x) * dot.value(xi, xi));
    return norms === 0 ? 0 : dot.value(x, xi) / norms;
  },
  addGradient: (x, xi, weight, out) => {
    const xx = dot.value(x, x);
    const norms = Math.sqrt(xx * dot.value(xi, xi));
    if (norms === 0) return;
    const S = dot.value(x, xi) / norms;
    for (let k = 0; k < x.length; k++) out[k] += weight * (xi[k] / norms - (S * x[k]) / xx);
  },
};

export interface EnergyParts {
  Xi: readonly Float64Array[];
  similarity: Similarity;
  separation: Separation;
  scaling: "identity" | "log";
  beta: number;
  /** Constant inside Q; default 0. */
  eps?: number;
  /** Adds R(x) = 1/2 ||x||^2; default false. */
  quadratic?: boolean;
}

/** @throws EngramError unless 0 < beta < Infinity */
export function checkBeta(beta: number): number {
  if (!(beta > 0 && beta < Infinity)) throw new EngramError("beta", "a finite number above 0", String(beta), "beta is an inverse temperature; larger is sharper.");
  return beta;
}

/** @throws EngramError unless 0 <= eps < Infinity */
export function checkEpsilon(eps: number): number {
  if (!(eps >= 0 && eps < Infinity)) throw new EngramError("epsilon", "a finite number, 0 or above", String(eps), "epsilon = 0 is the exact LSR energy.");
  return eps;
}

export class DenseEnergy {
  readonly parts: Readonly<Required<EnergyParts>>;

  /** @throws EngramError for beta <= 0 or infinite, eps < 0 */
  constructor(parts: EnergyParts) {
    checkBeta(parts.beta);
    this.parts = { ...parts, eps: checkEpsilon(parts.eps ?? 0), quadratic: parts.quadratic ?? false };
  }

  /** z_mu = beta S(x, xi_mu), N numbers. */
  arguments(x: Float64Array): Float64Array {
    const { Xi, similarity, beta } = this.parts;
    return Float64Array.from(Xi, (xi) => beta * similarity.value(x, xi));
  }

  /** Whether the log-domain form is used: F = exp, Q = log, eps = 0. */
  get #logDomain(): boolean {
    const { separation, scaling, eps } = this.parts;
    return separation === exponential && scaling === "log" && eps === 0;
  }

  #inner(z: Float64Array): number {
    return z.reduce((sum, value) => sum + this.parts.separation.F(value), this.parts.eps);
  }

  /** E(x). Infinity where no pattern has weight and eps = 0 (off the support); never NaN. */
  energy(x: Float64Array): number {
    const { scaling, beta, quadratic } = this.parts;
    const R = quadratic ? 0.5 * dot.value(x, x) : 0;
    const z = this.arguments(x);
    if (this.#logDomain) return R - logSumExp(z) / beta;
    const A = this.#inner(z);
    return R - (scaling === "log" ? log(A) / beta : A);
  }

  /** c_mu with grad E = grad R - sum_mu c_mu grad S_mu: f(z_mu) / A for Q = log (softmax for LSE), beta f(z_mu) for Q = identity. */
  weights(x: Float64Array): Float64Array {
    const { separation, scaling, beta } = this.parts;
    const z = this.arguments(x);
    if (this.#logDomain) return softmax(z);
    const A = this.#inner(z);
    if (scaling === "log") return z.map((value) => (A === 0 ? 0 : separation.f(value) / A));
    return z.map((value) => beta * separation.f(value));
  }

  /** grad E(x), D numbers. 0 off the support. */
  gradient(x: Float64Array): Float64Array {
    const { Xi, similarity, quadratic } = this.parts;
    const out = quadratic ? x.slice() : new Float64Array(x.length);
    this.weights(x).forEach((c, mu) => {
      if (c !== 0) similarity.addGradient(x, Xi[mu], -c, out);
    });
    return out;
  }

  /** H v by central differences of the gradient is avoided where it is known: (L5) for LSE, (L11) for LSR; distances only. */
  hessianVector(x: Float64Array, v: Float64Array): Float64Array {
    const { Xi, separation, similarity, scaling, beta } = this.parts;
    if (similarity !== negHalfSquaredL2 || scaling !== "log" || (separation.name !== "exponential" && separation.name !== "epanechnikov")) {
      throw new EngramError("hessianVector", "the LSE or LSR energy", `${separation.name} of ${similarity.name}`, "Use finite differences of the gradient.");
    }
    const c = this.weights(x);
    const gradient = this.gradient(x);
    const total = c.reduce((sum, weight) => sum + weight, 0);
    const out = v.map((value) => total * value);
    const along = dot.value(gradient, v);
    // LSE: I - beta (sum p xi xi^T - m m^T) = I - beta (sum p (xi-x)(xi-x)^T - grad grad^T); LSR has no second-order term per pattern.
    for (let k = 0; k < v.length; k++) out[k] += beta * gradient[k] * along;
    if (separation.name === "exponential") {
      Xi.forEach((xi, mu) => {
        let projection = 0;
        for (let k = 0; k < v.length; k++) projection += (xi[k] - x[k]) * v[k];
        for (let k = 0; k < v.length; k++) out[k] -= beta * c[mu] * projection * (xi[k] - x[k]);
      });
    }
    return out;
  }
}

/** (M58) E = -(1/beta) log sum e^{-(beta/2)||x - xi||^2}: the LSE energy (L3). */
export function lse(Xi: readonly Float64Array[], beta: number): DenseEnergy {
  return new DenseEnergy({ Xi, beta, similarity: negHalfSquaredL2, separation: exponential, scaling: "log" });
}

/** (M59) E = 1/2||x||^2 - (1/beta) log sum e^{beta xi.x}: the dot-product form (modern continuous Hopfield, attention). */
export function lseDot(Xi: readonly Float64Array[], beta: number): DenseEnergy {
  return new DenseEnergy({ Xi, beta, similarity: dot, separation: exponential, scaling: "log", quadratic: true });
}

/** beta of e^{-(beta/2) d^2} from beta of e^{-beta d^2} (the diffusion chapter's convention). */
export function halfFromFull(beta: number): number {
  return 2 * beta;
}

/** beta of e^{-beta d^2} from beta of e^{-(beta/2) d^2}. */
export function fullFromHalf(beta: number): number {
  return beta / 2;
}
