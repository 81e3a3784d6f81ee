/**
 * Energy and Lyapunov function of a universal Hopfield network (semantic-memory.md section 6; the derivation stands there and is not
 * the paper's own formula; Krotov and Hopfield's two populations).
 *
 *   q     D   cue neurons            S_mu(q)  N   similarities
 *   h     N   memory neurons         f = grad L_h, the separation
 *   R     -   regulariser: |q|^2 / 2 for dot, otherwise 0
 *
 *   (U13) E(q, h) = R(q) + sum h f(h) - L_h(h) - sum f(h) S(q)
 *   (U14) tau_h h' = S(q) - h,    tau_q q' = sum f(h) grad_q S(q) - grad R(q)
 *   (U15) dE/dt <= 0 wherever L_h is convex
 *   (U16) E(q) = R(q) - L_h(S(q))                       fast memory neurons, h = S(q)
 *   (U17) q+ = argmin R(q') - sum_mu w_mu S_mu(q')      never raises (U16)
 *
 * Beyond the table of section 7 (derived here): rbf, invL1 and invSqL2 are convex and falling in their distance, so the same
 * argument gives the mean or median with weights w_mu times their slope, S, S^2, S^2.
 */
import { EngramError } from "../numeric/index.ts";
import { throughMass } from "./divergences.ts";
import { geometricMean, geometricMedian, majority, massMean, mean, median, type Projection, sphericalMean, type Values } from "./projection.ts";
import type { Separation } from "./separation.ts";
import type { Similarity } from "./similarity.ts";
import { foldSum, weightedSumOf } from "../dense/sums.ts";

/** R(q): `halfSquare` is |q|^2 / 2. */
export type Regulariser = "none" | "halfSquare";

/** One exact minimiser of (U17): a projection, and what each weight is multiplied with first. */
interface Descent {
  readonly projection: Projection;
  readonly slope?: (S: number) => number;
}

const DESCENTS: Readonly<Record<string, Descent>> = {
  dot: { projection: mean },
  negSqL2: { projection: mean },
  negHalfSqL2: { projection: mean },
  negL1: { projection: median },
  negL2: { projection: geometricMedian },
  cosine: { projection: sphericalMean },
  negKL: { projection: massMean },
  negRKL: { projection: geometricMean },
  hamming: { projection: majority },
  rbf: { projection: mean, slope: (S) => S },
  invL1: { projection: median, slope: (S) => S * S },
  invSqL2: { projection: mean, slope: (S) => S * S },
};

/** R for a similarity: |q|^2 / 2 for `dot`, whose read-out is then the sum (U4); 0 for all others. */
export function regulariserOf(similarity: Similarity): Regulariser {
  return similarity.name === "dot" ? "halfSquare" : "none";
}

/** The projection of section 7 whose step never raises the energy; undefined where none is known. */
export function descentProjection(similarity: Similarity): Projection | undefined {
  return descentOf(similarity)?.projection;
}

/** (U16) from the scores of a state. @param s S(q), N scores */
export function energyOf(q: ArrayLike<number>, s: Float64Array, separation: Separation, regulariser: Regulariser): number {
  return regularisation(q, regulariser) - separation.lagrangian(s);
}

/**
 * (U17) one step from the scores of a state.
 * @param s S(q), N scores @param P the stored patterns @param q D, the state
 * @throws EngramError where no exact step is known, or for negative weights (dot takes any sign)
 */
export function descentStep(similarity: Similarity, separation: Separation, s: Float64Array, P: Values, q: Float64Array): Float64Array {
  const descent = descentOf(similarity);
  if (descent === undefined) {
    throw new EngramError(`a descent step for ${similarity.name}`, `one of ${Object.keys(DESCENTS).join(", ")}`, similarity.name,
      "Integrate (U14) with `lyapunov`, or recall with the mean and without the guarantee.");
  }
  const w = separation.weights(s);
  // R = |q|^2 / 2: the minimiser is the sum itself
  if (regulariserOf(similarity) === "halfSquare") return weightedSumOf(P, w);
  const below = w.findIndex((weight) => !(weight >= 0));
  if (below >= 0) {
    throw new EngramError(`a descent step for ${similarity.name}`, "weights >= 0", `${w[below]} for memory ${below}`, "Use a separation whose weights are never negative.");
  }
  const { slope } = descent;
  const pull = slope === undefined ? w : w.map((weight, mu) => weight * slope(s[mu]));
  const W = foldSum(pull);
  if (W === 0) return q.slice();
  return descent.projection.project(pull.map((weight) => weight / W), P, q);
}

export interface LyapunovOptions {
  /** Euler steps. Default 200. */
  steps?: number;
  /** Time step. Default .01. */
  dt?: number;
  /** Time constants. Default 1. */
  tauQ?: number;
  tauH?: number;
  /** Start of the memory neurons. Default 0. */
  h0?: ArrayLike<number>;
  /** Default: as `regulariserOf`. */
  regulariser?: Regulariser;
}

export interface LyapunovReport {
  q: Float64Array;
  h: Float64Array;
  /** (U13) at the start and after every step. */
  energies: Float64Array;
  /** The largest rise of the energy in a step; 0 when it never rose. */
  largestRise: number;
}

/**
 * Simulates (U14) with Euler steps and reports any rise of (U13).
 * @param Xi stored patterns @param q0 D, where the cue neurons start
 * @throws EngramError where the similarity lists no gradient
 */
export function lyapunov(
  similarity: Similarity, separation: Separation, Xi: readonly ArrayLike<number>[], q0: ArrayLike<number>, options: LyapunovOptions = {},
): LyapunovReport {
  const { steps = 200, dt = 0.01, tauQ = 1, tauH = 1, regulariser = regulariserOf(similarity) } = options;
  const { gradient } = similarity;
  if (gradient === undefined) throw new EngramError("lyapunov", "a similarity with a gradient", similarity.name, "Take one of the distances, products or divergences.");
  const slope = (xi: ArrayLike<number>, q: Float64Array): Float64Array => {
    const g = gradient(xi, q);
    return similarity.onDistribution ? throughMass(g, q) : g;
  };
  const q = Float64Array.from(q0);
  const h = options.h0 === undefined ? new Float64Array(Xi.length) : Float64Array.from(options.h0);
  const scores = (): Float64Array => Float64Array.from(Xi, (xi) => similarity.pair(xi, q));
  let S = scores();
  const energies = [coupledEnergy(q, h, S, separation, regulariser)];
  let largestRise = 0;
  for (let step = 0; step < steps; step++) {
    const f = separation.weights(h);
    // (U14)
    const dq = q.map((value) => (regulariser === "halfSquare" ? -value : 0));
    Xi.forEach((xi, mu) => slope(xi, q).forEach((value, i) => (dq[i] += f[mu] * value)));
    for (let mu = 0; mu < h.length; mu++) h[mu] += (dt / tauH) * (S[mu] - h[mu]);
    for (let i = 0; i < q.length; i++) q[i] += (dt / tauQ) * dq[i];
    S = scores();
    const E = coupledEnergy(q, h, S, separation, regulariser);
    largestRise = Math.max(largestRise, E - energies[energies.length - 1]);
    energies.push(E);
  }
  return { q, h, energies: Float64Array.from(energies), largestRise };
}

/** (U13). @param S S(q), N scores */
export function coupledEnergy(q: ArrayLike<number>, h: Float64Array, S: Float64Array, separation: Separation, regulariser: Regulariser): number {
  const f = separation.weights(h);
  return regularisation(q, regulariser) + foldSum(f, (weight, mu) => weight * (h[mu] - S[mu])) - separation.lagrangian(h);
}

function descentOf(similarity: Similarity): Descent | undefined {
  return DESCENTS[similarity.name.replace(/\(.*$/, "")];
}

function regularisation(q: ArrayLike<number>, regulariser: Regulariser): number {
  if (regulariser === "none") return 0;
  let sum = 0;
  for (let i = 0; i < q.length; i++) sum += q[i] * q[i];
  return sum / 2;
}
