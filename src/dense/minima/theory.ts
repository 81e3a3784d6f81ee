/**
 * What theory says about the number of LSR memories and their basins (arXiv 2506.10801, Theorems 1 and 2, Proposition 3; section 5 of the
 * notes), each with the assumptions it needs.
 *
 *   M, d, V   patterns, dimension, volume of the domain;  V_d volume of the unit ball of R^d;  Delta a distance of cues
 *   r = d_min, the smallest distance of two patterns
 */
import { EngramError, exp, log, logUnitBallVolume } from "../../numeric/index.ts";
import { checkBeta } from "../parameters.ts";

/** (L26) at most this many minima at one beta, whatever the patterns: balls of R^d cut out at most sum_{i <= d + 1} C(M, i) sets. Rigorous. */
export function minimaBound(M: number, d: number): number {
  checkCount("M", M);
  checkCount("d", d);
  let [term, sum] = [1, 0];
  for (let i = 1; i <= Math.min(M, d + 1); i++) {
    term = (term * (M - i + 1)) / i;
    sum += term;
  }
  return sum;
}

export interface SafeBetas {
  /** 2 / (r - Delta)^2, Theorem 1's own choice. */
  readonly beta: number;
  /** (L32) every beta in low .. high works: low is beta, high is 2 / Delta^2. */
  readonly low: number;
  readonly high: number;
}

/**
 * Theorem 1: with d_min = r, from any x with |x - xi| <= Delta one step returns xi exactly (|x - xi| < Delta at beta = `high`).
 * Assumes nothing of the patterns but r. @throws EngramError unless 0 <= Delta <= r/2: beyond, cues of that distance lie outside the support
 * (erratum 4)
 */
export function retrievalBeta(r: number, Delta: number): SafeBetas {
  if (!(r > 0 && r < Infinity)) throw new EngramError("r", "a finite smallest distance above 0", String(r), "Duplicates have no distance that keeps them apart.");
  if (!(Delta >= 0 && Delta <= r / 2)) throw new EngramError("Delta", `0 <= Delta <= r/2 = ${r / 2}`, String(Delta), "Cues farther away can lie outside every support, or reach two patterns.");
  const low = 2 / ((r - Delta) * (r - Delta));
  return { beta: low, low, high: 2 / (Delta * Delta) };
}

export interface Capacity {
  /** sqrt(1 - confidence) e^{alpha d}, rounded down: this many patterns. */
  readonly patterns: number;
  /** (V_d / V)^{-1/d} e^{-2 alpha}: no two are closer with the wanted confidence. */
  readonly r0: number;
  /** M^2 e^{-2 alpha d}: bound on the chance that two are. */
  readonly failure: number;
  /** The betas at which all are retrieved from distance Delta. */
  readonly betas: SafeBetas;
}

/**
 * Theorem 2 (a): exponentially many patterns are retrievable. Assumes patterns independent and uniform on a domain of volume V whose boundary
 * does not help (P(two closer than e) <= V_d e^d / V), and cues within Delta <= r0/2. The printed "beta <= 2/(r0 - Delta)^2" is turned around
 * (section 5.6 of the notes).
 * @param confidence the paper's delta, 0 < confidence < 1 @param alpha > 0 @throws EngramError out of range
 */
export function capacity(d: number, alpha: number, confidence: number, Delta: number, V = 1): Capacity {
  checkCount("d", d);
  if (!(alpha > 0 && alpha < Infinity)) throw new EngramError("alpha", "a finite number above 0", String(alpha), "The rate of e^{alpha d}.");
  if (!(confidence > 0 && confidence < 1)) throw new EngramError("confidence", "0 < confidence < 1", String(confidence), "The chance with which all are retrieved.");
  checkPositive("V", V);
  const patterns = Math.floor(Math.sqrt(1 - confidence) * exp(alpha * d));
  const r0 = exp(-(logUnitBallVolume(d) - log(V)) / d - 2 * alpha);
  return { patterns, r0, failure: patterns * patterns * exp(-2 * alpha * d), betas: retrievalBeta(r0, Delta) };
}

/** lambda = (M V_d / V) (2/beta)^{d/2}: patterns expected within r_s of a point, uniform patterns, far from the boundary. */
export function expectedNeighbours(M: number, d: number, beta: number, V = 1): number {
  checkCount("M", M);
  checkCount("d", d);
  checkPositive("V", V);
  return exp(log(M / V) + logUnitBallVolume(d) + (d / 2) * log(2 / checkBeta(beta)));
}

/**
 * Theorem 2, count: the exponent lambda log(e M / lambda) of "at most O(exp(.))" novel memories (paper equation 5). Assumes uniform patterns;
 * holds with probability 1 - M^-2 (text) or 1 - M^-1 (appendix); the constant is not given, so this is an order, not a bound: see `minimaBound`.
 */
export function novelExponent(M: number, d: number, beta: number, V = 1): number {
  const lambda = expectedNeighbours(M, d, beta, V);
  return lambda * log((Math.E * M) / lambda);
}

/**
 * Proposition 3, order: (M^{1/d} - lambda^{1/d} + 1)^d emergent memories, lambda = (M/V)(8/beta)^{d/2}. Assumes patterns on an equal grid and
 * 1 < lambda <= M; on grids many of these lie at stored patterns (L21). Constants of Theta are taken as 1; -1 in the proof is +1 (erratum 7).
 */
export function gridOrder(M: number, d: number, beta: number, V = 1): number {
  checkCount("M", M);
  checkCount("d", d);
  checkPositive("V", V);
  const logLambda = log(M / V) + (d / 2) * log(8 / checkBeta(beta));
  if (!(logLambda > 0 && logLambda <= log(M) + 1e-12)) throw new EngramError("lambda", `1 < lambda <= M = ${M}`, String(exp(logLambda)), "Proposition 3 says nothing there; choose another beta.");
  const base = exp(log(M) / d) - exp(logLambda / d) + 1;
  return exp(d * log(base));
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new EngramError(name, "a whole number above 0", String(value), "Give the size of the memory.");
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new EngramError(name, "a finite number above 0", String(value), "Give the volume of the domain.");
}
